"""2020 to 2024: new owners, three more reverse splits, prefunded warrants and a full ratchet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger import (
    Authorized,
    ConversionRight,
    FractionPolicy,
    Money,
    Price,
    Ratio,
    Shares,
    between,
    on,
)
from ledger.events import (
    AdjustmentCause,
    AgreementSigned,
    AuthorizedSharesChanged,
    ClassRightsStated,
    ClassTermsAmended,
    CommonIssued,
    ConvertibleConverted,
    Event,
    HoldingReported,
    IdentifierScheme,
    InstrumentAdjusted,
    LienReleased,
    NoteGivenUp,
    NoteIssued,
    OwnershipLimitAgreed,
    PreferredIssued,
    SecuritiesExchanged,
    SecurityIdentifierChanged,
    SharesAdded,
    SharesReceived,
    TrancheClosed,
    WarrantIssued,
)
from ledger.movements import InstrumentKind
from ledger.terms.dividends import DividendTerms
from ledger.terms.limits import OwnershipLimit
from ledger.terms.market import PriceRule
from ledger.terms.notes import NoteConversion, NoteTerms
from ledger.terms.preferred import RedemptionRight, RedemptionTerms
from ledger.terms.protection import PriceProtection, ProtectionMethod
from ledger.terms.warrants import WarrantTerms
from registrar.founding_case import COMMON
from registrar.founding_case.facts import FACTS, stated
from registrar.founding_case.history import parties as p
from registrar.founding_case.history.making import (
    USD,
    class_of,
    closing,
    converted,
    count,
    each,
    lot,
    party,
    purchase,
    series,
    split,
    symbol,
    told,
    unnamed,
    usd,
    within,
)
from registrar.founding_case.history.note_years import bearing
from registrar.founding_case.history.preferred_years import cash

if TYPE_CHECKING:
    from ledger import InstrumentId, Ledger


def penumbra(ledger: Ledger) -> list[Event]:
    """Return a note at par value with a limit of 4.99 % on what its holder may own."""
    fact = "penumbra"
    said = told(fact)
    return [
        party(fact, p.PENUMBRA, stated(fact, "holder")),
        NoteIssued(
            **{**said, "note": "How days count was not found."},
            holder=p.PENUMBRA,
            instrument=p.PENUMBRA_2020,
            principal=usd(fact, "principal"),
            terms=NoteTerms(
                interest=bearing(stated(fact, "rate"), stated(fact, "default_rate")),
                conversion=NoteConversion(into=COMMON, price=PriceRule(fixed=each(fact, "fixed_conversion_price"))),
            ),
        ),
        OwnershipLimitAgreed(
            **said,
            restriction=p.PENUMBRA_LIMIT,
            holder=p.PENUMBRA,
            stock_class=COMMON,
            limit=OwnershipLimit(at_most=Ratio("0.0499")),
            instruments=(p.PENUMBRA_2020,),
        ),
    ]


def series_1a(ledger: Ledger) -> list[Event]:
    """Return the agreement on Series 1A, its first closing, and a lot that a later filing names."""
    fact = "1a-spa"
    said = told(fact)
    later = told(
        "1a-conv-2022", on("2020-12-31"), deduced="The Form 4 of 2022 names a lot of 500 acquired on this day."
    )
    return [
        *series(
            fact,
            "1A",
            stated_value=stated(fact, "price_per_share"),
            fixed_price=stated(fact, "conversion_price"),
        ),
        party(fact, p.CROWDEX, stated(fact, "holder")),
        purchase(said, "1A", usd(fact, "commitment"), each(fact, "price_per_share"), investor=p.CROWDEX),
        *closing(
            {
                **said,
                "note": "The Form 4 of 2022 names a lot of 800 of this day; the rest is not told of.",
            },
            "1A",
            1,
            count(fact, "first_closing_shares"),
            Money(2_000_000, USD),
            holder=p.CROWDEX,
        ),
        *closing(later, "1A", 2, Shares(500), Money(500_000, USD), holder=p.CROWDEX),
    ]


def common_sold_in_2021(ledger: Ledger) -> list[Event]:
    """Return common sold for cash to a buyer who is not named."""
    fact = "cs-2021-03"
    return [
        unnamed(fact, p.BUYERS_2021, "Buyer of common stock of March 2021"),
        CommonIssued(
            **told(fact),
            holder=p.BUYERS_2021,
            stock_class=COMMON,
            issued=count(fact, "shares"),
            consideration=cash(usd(fact, "proceeds")),
        ),
    ]


def ichiban_settled(ledger: Ledger) -> list[Event]:
    """Return the secured notes given up for shares, and the liens released."""
    fact = "ichiban-2021"
    return [
        SecuritiesExchanged(
            **told(fact, printed=f"approximately ${stated(fact, 'note_cancelled').split(' ')[0]}"),
            notes_given_up=(
                NoteGivenUp(holder=p.ICHIBAN, instrument=p.ICHIBAN_NOTES, principal=Money(5_800_000, USD)),
            ),
            shares_received=(SharesReceived(holder=p.ICHIBAN, stock_class=COMMON, shares=count(fact, "shares")),),
        ),
        LienReleased(**told(fact), lien=p.ICHIBAN_LIEN, reason="Full settlement"),
    ]


def bd1_agreement(ledger: Ledger) -> list[Event]:
    """Return common sold to BD1, and its issue, which the holding that BD1 reported later presupposes."""
    fact = "bd1-2021"
    said = told(fact)
    issued = told(
        fact,
        between("2021-08-02", "2022-01-28"),
        deduced="After the split of 2022 they are 133,334, which is what BD1 held beside the shares of its notes.",
    )
    return [
        party(fact, p.BD1, stated(fact, "holder")),
        AgreementSigned(
            **said,
            agreement=p.BD1_PURCHASE,
            investor=p.BD1,
            title="Securities Purchase Agreement, common stock",
            commitment=Money("10000000.08", USD),
            buys=COMMON,
            price=each(fact, "price"),
        ),
        TrancheClosed(**issued, agreement=p.BD1_PURCHASE, closed=Money("10000000.08", USD)),
        CommonIssued(
            **issued,
            holder=p.BD1,
            stock_class=COMMON,
            issued=count(fact, "shares"),
            security=lot("BD1", 1),
            agreement=p.BD1_PURCHASE,
        ),
        *(
            _bd1_note(note, principal)
            for note, principal in zip((p.BD1_NOTE_A, p.BD1_NOTE_B), _bd1_notes(), strict=True)
        ),
    ]


def _bd1_notes() -> list[Money]:
    return [Money(each_note, USD) for each_note in stated("bd1-conv-2022", "notes").split(" and ")]


def _bd1_note(note: InstrumentId, principal: Money) -> NoteIssued:
    why = (
        "Issued before it was converted; at $0.0001, as the price after the split of five thousand to one is $0.50."
    )
    return NoteIssued(
        **told("bd1-conv-2022", between("2021-08-02", "2022-01-28"), deduced=why),
        holder=p.BD1,
        instrument=note,
        principal=principal,
        terms=NoteTerms(conversion=NoteConversion(into=COMMON, price=PriceRule(fixed=Price("0.0001", USD)))),
    )


def split_of_2022(ledger: Ledger) -> list[Event]:
    """Return the reverse split of five thousand to one, with its temporary symbol."""
    fact = "split-2022"
    return [
        *split(ledger, fact, Authorized(stated(fact, "authorised_to"))),
        symbol(fact, "ASTID", on("2022-01-31")),
        symbol(
            fact,
            FACTS["issuer"]["ticker"],
            between("2022-02-26", "2022-03-02"),
            "The temporary symbol is for 20 business days; which day was the last is not told.",
        ),
    ]


def authorized_before_2022(ledger: Ledger) -> list[Event]:
    """Return the increase to 30 billion, whose day was not found."""
    fact = "split-2022"
    why = "20 billion were authorized in July 2018, and 30 billion before the split of 2022."
    return [
        AuthorizedSharesChanged(
            **told(fact, between("2018-07-21", "2022-01-28"), deduced=why),
            stock_class=COMMON,
            authorized=Authorized(stated(fact, "authorised_from")),
            authority="Amendment of the charter; its day was not found",
        )
    ]


def bd1_converted(ledger: Ledger) -> list[Event]:
    """Return two notes converted, and what BD1 held then."""
    fact = "bd1-conv-2022"
    said, price = told(fact), each(fact, "price")
    return [
        *(
            ConvertibleConverted(
                **said,
                holder=p.BD1,
                instrument=note,
                principal=principal,
                stock_class=COMMON,
                received=Shares(principal.amount / price.amount),
                price=price,
            )
            for note, principal in zip((p.BD1_NOTE_A, p.BD1_NOTE_B), _bd1_notes(), strict=True)
        ),
        HoldingReported(**said, holder=p.BD1, stock_class=COMMON, held=count(fact, "held_after")),
    ]


def series_1a_converted(ledger: Ledger) -> list[Event]:
    """Return two lots of Series 1A converted, and what Crowdex held then, rounded."""
    fact = "1a-conv-2022"
    said = told(fact)
    per_share = 1_000 / each(fact, "price").amount
    return [
        *(
            converted(
                said, "1A", Shares(shares), Shares(shares * per_share), security=lot("1A", number), holder=p.CROWDEX
            )
            for number, shares in ((1, 800), (2, 500))
        ),
        HoldingReported(
            **{**told(fact, printed=stated(fact, "held_after")), "note": "Rounded as printed."},
            holder=p.CROWDEX,
            stock_class=COMMON,
            held=Shares(stated(fact, "held_after").split(" ")[0]),
        ),
    ]


def split_of_2023(ledger: Ledger) -> list[Event]:
    """Return the reverse split of two hundred to one."""
    fact = "split-2023"
    return [*split(ledger, fact, Authorized(500_000_000)), _cusip(fact)]


def _cusip(fact: str) -> SecurityIdentifierChanged:
    return SecurityIdentifierChanged(
        **told(fact, on(stated(fact, "first_split_adjusted_trading"))),
        stock_class=COMMON,
        scheme=IdentifierScheme.CUSIP,
        identifier=stated(fact, "new_cusip"),
    )


def offering_of_2024(ledger: Ledger) -> list[Event]:
    """Return common and prefunded warrants sold together at one price, and warrants that were there before."""
    fact, before = "offer-2024-04", "ratchet-2024"
    said, price = told(fact), each(fact, "price")
    prefunded = count(fact, "prefunded_warrants")
    paid = "The proceeds are the full price of both: nothing is left to be paid on exercise."
    ratchet = "Outstanding before the offering; when they were issued, and to whom, was not found."
    return [
        unnamed(fact, p.BUYERS_2024, "Buyers in the offering of April 2024"),
        CommonIssued(
            **said,
            holder=p.BUYERS_2024,
            stock_class=COMMON,
            issued=count(fact, "common_shares"),
            consideration=cash(Money(count(fact, "common_shares").as_fraction() * price.amount, USD)),
        ),
        WarrantIssued(
            **{**said, "note": paid},
            holder=p.BUYERS_2024,
            warrant=p.PREFUNDED,
            stock_class=COMMON,
            purchasable=prefunded,
            price=Price(0, USD),
            terms=WarrantTerms(prefunded=True),
            consideration=cash(Money(prefunded.as_fraction() * price.amount, USD)),
        ),
        unnamed(before, p.WARRANT_HOLDERS, "Holders of full-ratchet warrants", within(before, "2023-09-12")),
        WarrantIssued(
            **told(before, within(before, "2023-09-12"), deduced=ratchet),
            holder=p.WARRANT_HOLDERS,
            warrant=p.RATCHET,
            stock_class=COMMON,
            purchasable=count(before, "warrants_before"),
            price=each(before, "price_before"),
            terms=WarrantTerms(
                protection=PriceProtection(method=ProtectionMethod.FULL_RATCHET, raises_number=FractionPolicy.UP)
            ),
        ),
    ]


def ratchet(ledger: Ledger) -> list[Event]:
    """Return the full ratchet: the price falls to that of the offering, the number rises so that the sum stays."""
    fact = "ratchet-2024"
    after = count(fact, "warrants_after")
    return [
        InstrumentAdjusted(
            **told(fact, deduced="Disclosed as what would happen; the day is that of the post that quotes it."),
            instrument=p.RATCHET,
            instrument_kind=InstrumentKind.WARRANT,
            stock_class=COMMON,
            cause=AdjustmentCause.ANTI_DILUTION,
            price=each(fact, "price_after"),
            added=(SharesAdded(holder=p.WARRANT_HOLDERS, added=after - count(fact, "warrants_before")),),
            computation="5,596,232 at $1.76, which is rounded, is 70,554,495 at $0.14: the aggregate price stays.",
        )
    ]


def split_of_2024(ledger: Ledger) -> list[Event]:
    """Return the reverse split of a hundred to one."""
    fact = "split-2024"
    return [*split(ledger, fact, Authorized(stated(fact, "authorised_unchanged"))), _cusip(fact)]


def series_1c(ledger: Ledger) -> list[Event]:
    """Return Series 1C, which converts from a later day on, and pays more from a later year on."""
    fact = "1c-2024"
    said, c = told(fact), class_of("1C")
    return [
        *series(fact, "1C", stated_value=stated(fact, "price_per_share")),
        unnamed(fact, p.BUYERS_1C, "Investor of Series 1C"),
        PreferredIssued(
            **said,
            holder=p.BUYERS_1C,
            stock_class=c,
            issued=count(fact, "shares"),
            consideration=cash(Money(1_900_000, USD)),
        ),
        ClassRightsStated(
            **{
                **said,
                "note": "To be redeemed if the price is $7.50 for 20 trading days. How days count was not found.",
            },
            stock_class=c,
            dividends=DividendTerms(rate=Ratio("0.10")),
            redemption=RedemptionTerms(by_company=RedemptionRight(multiple=Ratio("1.1"))),
        ),
        ClassTermsAmended(
            **{
                **told(fact, on("2025-04-18")),
                "note": "Convertible after 17 April 2025, as the papers of 2024 say.",
            },
            stock_class=c,
            conversion=ConversionRight(into=COMMON, price=each(fact, "conversion_price")),
        ),
        ClassRightsStated(
            **{**told(fact, on("2027-10-17")), "note": "15 % from this day on, as the papers of 2024 say."},
            stock_class=c,
            dividends=DividendTerms(rate=Ratio("0.15")),
        ),
    ]
