"""2016 to 2019: notes that convert below the market, merged, assigned and converted down to par."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from ledger import (
    Authorized,
    EffectiveDay,
    HolderId,
    HolderKind,
    InstrumentId,
    Money,
    Personal,
    Price,
    Ratio,
    Shares,
    between,
    on,
)
from ledger.events import (
    Certainty,
    CharterAmendmentProposed,
    CommonIssued,
    Consideration,
    ConsiderationForm,
    ConvertibleAssigned,
    ConvertibleCancelled,
    ConvertibleConverted,
    Event,
    HolderRegistered,
    HoldingReported,
    IdentifierScheme,
    LienGranted,
    NoteGivenUp,
    NoteIssued,
    NoteReceived,
    NoteRepaid,
    SecuritiesExchanged,
    SecurityIdentifierChanged,
    SharesGivenUp,
    SharesTransferred,
    TransferCause,
)
from ledger.identity import Count
from ledger.terms.interest import DayCount, InterestTerms
from ledger.terms.market import MarketPrice, Measure, PriceRule, Statistic
from ledger.terms.notes import NoteConversion, NoteTerms, Payable, equal_instalments
from registrar.founding_case import COMMON
from registrar.founding_case.facts import EVENTS, FACTS, source, stated
from registrar.founding_case.history import parties as p
from registrar.founding_case.history.making import (
    RECORD_BEGINS,
    USD,
    bought,
    class_of,
    count,
    each,
    investor_in,
    lot,
    party,
    split,
    symbol,
    told,
    unnamed,
    usd,
    voted,
    within,
)

if TYPE_CHECKING:
    from ledger import Ledger

_HOW_DAYS_COUNT: Final = (
    "How days count was not found; actual/365 gives the interest that was paid on another of them."
)


def bearing(rate: str, default_rate: str | None = None) -> InterestTerms:
    """Return simple interest at a rate a year."""
    return InterestTerms(
        rate=Ratio(rate),
        day_count=DayCount.ACTUAL_365,
        default_rate=None if default_rate is None else Ratio(default_rate),
    )


def lent(amount: Money) -> Consideration:
    """Return the money that was received for a note."""
    return Consideration(form=ConsiderationForm.CASH, amount=amount)


# --- Tertius --------------------------------------------------------------------------------------------------


def tertius_in_august(ledger: Ledger) -> list[Event]:
    """Return a note of a company that the chief executive owned half of."""
    fact = "tertius-note-aug"
    return [
        party(fact, p.TERTIUS, "Tertius Financial Group Pte. Ltd."),
        NoteIssued(
            **{**told(fact), "note": "Original issue discount; what was paid for it was not found."},
            holder=p.TERTIUS,
            instrument=p.TERTIUS_AUGUST,
            principal=usd(fact, "principal"),
        ),
    ]


def tertius_in_december(ledger: Ledger) -> list[Event]:
    """Return the second note."""
    fact = "tertius-note-dec"
    return [
        NoteIssued(**told(fact), holder=p.TERTIUS, instrument=p.TERTIUS_DECEMBER, principal=usd(fact, "principal"))
    ]


def tertius_shares(ledger: Ledger) -> list[Event]:
    """Return the note cancelled for shares, and what Tertius reported of them."""
    fact = "tertius-shares"
    printed = f"approximately {stated(fact, 'disclosed_percent')}%"
    return [
        CommonIssued(
            **told(fact, printed=printed),
            holder=p.TERTIUS,
            stock_class=COMMON,
            issued=count(fact, "shares"),
            consideration=Consideration(
                form=ConsiderationForm.NOTE_CANCELLED,
                amount=usd(fact, "note_cancelled"),
                description="The principal alone at $0.0018 a share; accrued interest bought nothing.",
            ),
            legends=("Restricted",),
        ),
        ConvertibleCancelled(
            **told(fact),
            holder=p.TERTIUS,
            instrument=p.TERTIUS_DECEMBER,
            principal=usd(fact, "note_cancelled"),
            interest=Money(4_340, USD),
            reason="Cancelled for 333,333,333 shares; the interest is stated as approximate.",
        ),
        HoldingReported(
            effective_on=on("2017-01-31"),
            holder=p.TERTIUS,
            stock_class=COMMON,
            held=count(fact, "shares"),
            evidence=source("13tertius", "19.27%"),
        ),
    ]


# --- payables that became notes -------------------------------------------------------------------------------


def _payable(
    fact: str, holder: HolderId, note: InstrumentId, who: str, said: dict[str, Any] | None = None
) -> list[Event]:
    said = {**told(fact), "note": _HOW_DAYS_COUNT} if said is None else said
    return [
        unnamed(fact, holder, who),
        NoteIssued(
            **said,
            holder=holder,
            instrument=note,
            principal=usd(fact, "principal"),
            terms=NoteTerms(
                interest=bearing(stated(fact, "rate")), matures_on=date.fromisoformat(stated(fact, "maturity"))
            ),
            consideration=Consideration(form=ConsiderationForm.SETTLEMENT, description="Accounts payable"),
        ),
    ]


def vendors_in_february(ledger: Ledger) -> list[Event]:
    """Return three notes, of which only the sum is known."""
    fact = "vendor-2017-02-24"
    said = {**told(fact), "note": f"Three notes of one day, in one. {_HOW_DAYS_COUNT}"}
    return _payable(fact, p.VENDORS, p.VENDOR_NOTES, "Vendors with three notes of February 2017", said)


def vendor_in_march(ledger: Ledger) -> list[Event]:
    """Return the note that was redeemed in shares in July 2018."""
    return _payable(
        "vendor-2017-03-23", p.VENDOR_2017_03, p.VENDOR_NOTE_2017_03, "Vendor with a note of March 2017"
    )


def vendor_in_june(ledger: Ledger) -> list[Event]:
    """Return another."""
    return _payable("vendor-2017-06-30", p.VENDOR_2017_06, p.VENDOR_NOTE_2017_06, "Vendor with a note of June 2017")


def customer_credit(ledger: Ledger) -> list[Event]:
    """Return a credit balance of a customer that became a note."""
    fact = "note-2017-09-30"
    said = {**told(fact), "note": f"Repaid at {stated(fact, 'monthly')} a month. {_HOW_DAYS_COUNT}"}
    return _payable(fact, p.CUSTOMER, p.CUSTOMER_NOTE, "Customer with a credit balance", said)


def vendor_in_2018(ledger: Ledger) -> list[Event]:
    """Return the last of them."""
    return _payable("vendor-2018-06-05", p.VENDOR_2018_06, p.VENDOR_NOTE_2018_06, "Vendor with a note of June 2018")


def vendor_redeemed(ledger: Ledger) -> list[Event]:
    """Return the note of March 2017 redeemed in shares."""
    fact = "vendor-2018-07-25"
    return [
        ConvertibleConverted(
            **{**told(fact), "note": f"Price: {stated(fact, 'price_rule')}."},
            holder=p.VENDOR_2017_03,
            instrument=p.VENDOR_NOTE_2017_03,
            principal=usd(fact, "principal"),
            interest=usd(fact, "interest"),
            stock_class=COMMON,
            received=count(fact, "common_shares"),
            price=each(fact, "implied_price"),
        )
    ]


# --- the charter, the meeting ---------------------------------------------------------------------------------


def increase_proposed(ledger: Ledger) -> list[Event]:
    """Return the proposal of 20 billion; when it took effect is deduced with the first conversion of Series K."""
    fact = "auth-2017"
    return [
        CharterAmendmentProposed(
            **told(fact),
            stock_class=COMMON,
            authorized=Authorized(stated(fact, "to")),
            proposal="Increase of the authorized common stock, in the preliminary proxy statement",
        )
    ]


def vote_of_2017(ledger: Ledger) -> list[Event]:
    """Return the election of a director, of which the last digit of a count is cut off."""
    fact = "vote-2017"
    least = Shares(stated(fact, "broker_non_votes").split(" ")[0])
    note = "The last digit of the broker non-votes is cut off: the least that they can be."
    return [voted(fact, least, stated(fact, "broker_non_votes"), note)]


# --- convertible notes of 2017 --------------------------------------------------------------------------------


def st_george(ledger: Ledger) -> list[Event]:
    """Return a note at a discount, and what its balance at the end of the year implies."""
    fact = "note-2017-09"
    days = between("2017-09-01", "2017-09-15")
    said = told(fact, days, deduced=f"A release of September 2017 announces it: {stated(fact, 'instalments')}.")
    at_year_end = Money(_row(_TABLE_2018, "St. George")["2017-12-31"], USD)
    why = "What the principal issued and the balance of 31 December 2017 leave; how it was paid was not found."
    return [
        party(fact, p.ST_GEORGE, "St. George (matched by the later note tables; not named in the release)", days),
        NoteIssued(
            **said,
            holder=p.ST_GEORGE,
            instrument=p.ST_GEORGE_NOTE,
            principal=usd(fact, "principal"),
            terms=NoteTerms(
                conversion=NoteConversion(into=COMMON, price=PriceRule(fixed=each(fact, "fixed_conversion_price")))
            ),
            consideration=lent(usd(fact, "gross_proceeds")),
        ),
        NoteRepaid(
            **{**told(fact, between("2017-09-15", "2017-12-31"), deduced=why), "evidence": source("r35_2018")},
            holder=p.ST_GEORGE,
            instrument=p.ST_GEORGE_NOTE,
            principal=usd(fact, "principal") - at_year_end,
        ),
    ]


def eleven_into_one(ledger: Ledger) -> list[Event]:
    """Return eleven notes merged into one, to be repaid in 36 instalments in cash or shares."""
    fact = "exch-2017-09"
    why = "The notes and their interest are told of as one sum; when each was issued, and to whom, was not found."
    owed, new = usd(fact, "old_principal_and_interest"), usd(fact, "new_principal")
    fixed = Price("0.004", USD)
    at_market = (
        MarketPrice(measure=Measure.VWAP, statistic=Statistic.MEAN, trading_days=Count(5), part=Ratio("0.85")),
        MarketPrice(measure=Measure.CLOSING_BID, trading_days=Count(1)),
    )
    before = within(fact, RECORD_BEGINS)
    return [
        unnamed(fact, p.HOLDER_OF_ELEVEN, "Holder of eleven notes", before),
        NoteIssued(
            **told(fact, before, deduced=why), holder=p.HOLDER_OF_ELEVEN, instrument=p.ELEVEN_NOTES, principal=owed
        ),
        SecuritiesExchanged(
            **told(fact),
            notes_given_up=(NoteGivenUp(holder=p.HOLDER_OF_ELEVEN, instrument=p.ELEVEN_NOTES, principal=owed),),
            notes_received=(
                NoteReceived(
                    holder=p.HOLDER_OF_ELEVEN,
                    instrument=p.MERGED_NOTE,
                    principal=new,
                    terms=NoteTerms(
                        matures_on=date.fromisoformat(stated(fact, "maturity")),
                        instalments=equal_instalments(
                            new, 36, first_on=date(2017, 10, 13), payable_in=Payable.CASH_OR_SHARES
                        ),
                        conversion=NoteConversion(
                            into=COMMON, price=PriceRule(fixed=fixed), instalments_at=at_market
                        ),
                    ),
                ),
            ),
        ),
    ]


def ichiban_in_2017(ledger: Ledger) -> list[Event]:
    """Return secured notes of which the amount is known only from their settlement in 2021."""
    fact = "ichiban-2017-11"
    why = (
        "The amount is that of the settlement in March 2021, about 5.8 million: what was issued, lent later,"
        " accrued and converted up to then was not found."
    )
    days = between("2017-11-30", "2021-03-09")
    return [
        party(fact, p.ICHIBAN, "Global Ichiban Limited"),
        NoteIssued(
            **told(fact, days, deduced=why, printed=stated("ichiban-2021", "note_cancelled")),
            holder=p.ICHIBAN,
            instrument=p.ICHIBAN_NOTES,
            principal=Money(5_800_000, USD),
            terms=NoteTerms(secured_by=stated(fact, "security_interest")),
        ),
        LienGranted(
            **told(fact), lien=p.ICHIBAN_LIEN, holder=p.ICHIBAN, collateral=stated(fact, "security_interest")
        ),
    ]


def series_j_exchanged(ledger: Ledger) -> list[Event]:
    """Return Series J exchanged for a note whose principal the tables of 2018 imply."""
    fact = "j-exch-2017-12"
    surrendered = count(fact, "preferred_shares")
    first = count("j-issue-1", "shares")
    more = surrendered - first
    day = on("2017-12-06")
    row = _row(_TABLE_2018, "BayBridge")
    principal = Money(row["2017-12-31"], USD) + usd("conv-baybridge-2017Q4", "principal")
    why = "The balance of 31 December 2017 and what was converted in the quarter: 565,000 and 275,000."
    came_to = "The 675 shares that BayBridge exchanged had been issued, and had come to it, by then."
    days = between("2016-09-26", "2017-12-06")
    return [
        party(fact, p.BAYBRIDGE, stated(fact, "holder"), days),
        *bought(fact, "J", 2, more, Money(more.as_fraction() * 1_000, USD), between("2016-09-27", "2017-12-06")),
        *(
            SharesTransferred(
                **told(fact, days, deduced=came_to),
                from_holder=investor_in("J"),
                to_holder=p.BAYBRIDGE,
                stock_class=class_of("J"),
                transferred=shares,
                cause=TransferCause.OTHER,
                security=lot("J", number),
            )
            for number, shares in ((1, first), (2, more))
        ),
        SecuritiesExchanged(
            **told(fact, day, deduced=f"The principal of the note is not in the excerpt. {why}"),
            shares_given_up=(
                SharesGivenUp(
                    holder=p.BAYBRIDGE,
                    stock_class=class_of("J"),
                    shares=first,
                    security=lot("J", 1),
                    dividends=usd(fact, "capital_and_accrued_dividends")
                    - Money(surrendered.as_fraction() * 1_000, USD),
                ),
                SharesGivenUp(holder=p.BAYBRIDGE, stock_class=class_of("J"), shares=more, security=lot("J", 2)),
            ),
            notes_received=(NoteReceived(holder=p.BAYBRIDGE, instrument=p.BAYBRIDGE_2017, principal=principal),),
        ),
    ]


# --- 2018: the tables -----------------------------------------------------------------------------------------

_TABLE_2018: Final = "note_rollforward_2018"
_TABLE_2019: Final = "note_rollforward_2019Q1"
_2018: Final = between("2018-01-01", "2018-12-31")
_Q1_2019: Final = between("2019-01-01", "2019-03-31")


def _row(table: str, holder: str) -> dict[str, str]:
    """Return the row of a holder in one of the two roll-forwards of notes."""
    found: dict[str, str] = next(row for row in FACTS[table]["rows"] if row["holder"] == holder)
    return found


def by_the_table(name: str, days: EffectiveDay, what: str) -> dict[str, Any]:
    """Return when something happened that only a table of notes tells of, and what shows it."""
    return {"effective_on": days, "evidence": source(name), "certainty": Certainty.DEDUCED, "note": what}


def _known(said: dict[str, Any], holder: HolderId, name: str) -> HolderRegistered:
    return HolderRegistered(**said, holder=holder, holder_kind=HolderKind.ORGANISATION, legal_name=name)


def _noted(said: dict[str, Any], holder: HolderId, note: InstrumentId, principal: str) -> NoteIssued:
    return NoteIssued(**said, holder=holder, instrument=note, principal=Money(principal, USD))


def _assigned(said: dict[str, Any], to: HolderId, principal: str) -> ConvertibleAssigned:
    return ConvertibleAssigned(
        **said,
        from_holder=p.EARLIER_HOLDERS,
        to_holder=to,
        instrument=p.EARLIER_NOTES,
        principal=Money(principal, USD),
    )


def october_2016(ledger: Ledger) -> list[Event]:
    """Return notes that the tables call those of October 2016."""
    said = by_the_table(
        "r35_2018", between("2016-10-01", "2016-10-31"), "The tables call them so; nothing else of them was found."
    )
    owed = _row(_TABLE_2018, "October 2016 notes")["2017-12-31"]
    return [
        _known(said, p.OCTOBER_2016_HOLDERS, "Holders of the notes of October 2016 (not named in what was found)"),
        _noted(said, p.OCTOBER_2016_HOLDERS, p.OCTOBER_2016, owed),
    ]


def bellridge_2018(ledger: Ledger) -> list[Event]:
    """Return notes that were redocumented or assigned to Bellridge, and where all such notes came from."""
    fact = "bellridge-2018"
    parts = [
        stated(fact, "principal"),
        _row(_TABLE_2018, "BayBridge")["redocumented_or_assigned"],
        _row(_TABLE_2019, "BayBridge")["assigned"],
    ]
    before = by_the_table(
        "r35_2018",
        between(RECORD_BEGINS, "2018-12-31"),
        "What the tables show as redocumented or assigned had been owed before, outside of them.",
    )
    return [
        _known(before, p.EARLIER_HOLDERS, "Holders of the notes before (not named in what was found)"),
        _noted(before, p.EARLIER_HOLDERS, p.EARLIER_NOTES, str(sum(int(part) for part in parts))),
        party(fact, p.BELLRIDGE, "Bellridge", _2018),
        _assigned(told(fact, _2018), p.BELLRIDGE, parts[0]),
    ]


def notes_of_2018(ledger: Ledger) -> list[Event]:
    """Return the other rows of the table of 2018: new notes, and what BayBridge took over."""
    said = by_the_table("r35_2018", _2018, "A row of the table of 2018; the day was not found.")
    table = _TABLE_2018
    return [
        _known(said, p.POWER_UP, "Power Up"),
        _known(said, p.EMA, "EMA"),
        _noted(said, p.BELLRIDGE, p.BELLRIDGE_2018, _row(table, "Bellridge")["new"]),
        _noted(said, p.POWER_UP, p.POWER_UP_2018, _row(table, "Power Up")["new"]),
        _noted(said, p.EMA, p.EMA_2018, _row(table, "EMA")["new"]),
        _assigned(said, p.BAYBRIDGE, _row(table, "BayBridge")["redocumented_or_assigned"]),
    ]


def notes_of_2019(ledger: Ledger) -> list[Event]:
    """Return the rows of the table of the first quarter of 2019 that no fact of its own tells of."""
    said = by_the_table("r28_2019q1", _Q1_2019, "A row of the table of the quarter; the day was not found.")
    table = _TABLE_2019
    shares_unknown = {**said, "note": "The table states what was converted; the shares were not found."}
    return [
        _known(said, p.GS_CAPITAL, "GS Capital"),
        HolderRegistered(
            **said, holder=p.HOLDER_2019, holder_kind=HolderKind.NATURAL_PERSON, name=Personal("Widjaja")
        ),
        _noted(said, p.POWER_UP, p.POWER_UP_2019, _row(table, "Power Up")["new"]),
        _noted(said, p.HOLDER_2019, p.NOTE_2019, _row(table, "Widjaja")["new"]),
        _noted(said, p.GS_CAPITAL, p.GS_CAPITAL_2019, _row(table, "GS Capital")["new"]),
        _assigned(said, p.BAYBRIDGE, _row(table, "BayBridge")["assigned"]),
        ConvertibleConverted(
            **shares_unknown,
            holder=p.POWER_UP,
            instrument=p.POWER_UP_2018,
            principal=Money(_row(table, "Power Up")["converted"], USD),
            stock_class=COMMON,
        ),
    ]


def ema_to_gs_capital(ledger: Ledger) -> list[Event]:
    """Return a note that passed from one holder to another, as two rows of a table show."""
    fact = "ema-gs-2019"
    return [
        ConvertibleAssigned(
            **told(fact, _Q1_2019),
            from_holder=p.EMA,
            to_holder=p.GS_CAPITAL,
            instrument=p.EMA_2018,
            principal=usd(fact, "principal"),
        )
    ]


# --- quarterly conversions ------------------------------------------------------------------------------------

_SPLIT: Final = date(2018, 7, 20)
_RESTATED: Final = "The table counts in shares after the split of July 2018; a thousand times as many of the day."
_SPANNED: Final = (
    "The quarter of the table spans the split of 20 July 2018, and counts in shares after it: recorded after the"
    " split; what was converted in the 20 days before was not found."
)
_OF_WHICH: Final = "Which note was converted is not told; it is counted against the largest."


def conversion_of_a_quarter(fact: str, ledger: Ledger) -> list[Event]:
    """Return what a holder converted in a quarter, in the units of the quarter.

    The day is open within the quarter, and later than the note. The table restates shares for the split of July
    2018; before it they were a thousand times as many.

    Args:
        fact: Which.
        ledger: What is recorded up to then.
    """
    last = date.fromisoformat(EVENTS[fact]["date"])
    first = date(last.year, last.month - 2, 1)
    holder, note = _CONVERTED[stated(fact, "holder"), last < date(2018, 12, 31)]
    why = [_OF_WHICH] if note == p.EARLIER_NOTES and holder == p.BELLRIDGE else []
    factor = 1
    if last < _SPLIT:
        factor, why = 1_000, [*why, _RESTATED]
    elif first <= _SPLIT:
        first, why = _SPLIT + timedelta(days=1), [*why, _SPANNED]
    if fact == "conv-baybridge-2017Q4":
        first = date(2017, 12, 6)  # the day of the note
    interest = usd(fact, "interest")
    return [
        ConvertibleConverted(
            **told(fact, between(first, last), deduced=" ".join(why) or None, printed=_printed(fact)),
            holder=holder,
            instrument=note,
            principal=usd(fact, "principal"),
            interest=interest or None,
            stock_class=COMMON,
            received=Shares(factor * int(stated(fact, "common_shares"))),
        )
    ]


def _printed(fact: str) -> str:
    principal, interest, shares = (int(stated(fact, name)) for name in ("principal", "interest", "common_shares"))
    return f"{principal:,} and {interest:,} into {shares:,}"


_CONVERTED: Final = {
    ("St. George", True): (p.ST_GEORGE, p.ST_GEORGE_NOTE),
    ("St. George", False): (p.ST_GEORGE, p.ST_GEORGE_NOTE),
    ("BayBridge", True): (p.BAYBRIDGE, p.BAYBRIDGE_2017),
    ("BayBridge", False): (p.BAYBRIDGE, p.EARLIER_NOTES),
    ("Bellridge", True): (p.BELLRIDGE, p.EARLIER_NOTES),
    ("Bellridge", False): (p.BELLRIDGE, p.EARLIER_NOTES),
}
"""Which note a holder converted in a quarter that ended before the last of 2018, and from then on."""


# --- 2018: notes for cash, the split --------------------------------------------------------------------------


def baybridge_in_2018(ledger: Ledger) -> list[Event]:
    """Return a note at a discount; the table of convertible notes does not have it as new."""
    fact = "baybridge-2018-06"
    return [
        NoteIssued(
            **told(fact),
            holder=p.BAYBRIDGE,
            instrument=p.BAYBRIDGE_2018,
            principal=usd(fact, "principal"),
            consideration=lent(usd(fact, "gross_proceeds")),
        )
    ]


def ichiban_in_2018(ledger: Ledger) -> list[Event]:
    """Return a note that does not convert."""
    fact = "ichiban-2018-07"
    return [
        NoteIssued(
            **{**told(fact), "note": _HOW_DAYS_COUNT},
            holder=p.ICHIBAN,
            instrument=p.ICHIBAN_2018,
            principal=usd(fact, "principal"),
            terms=NoteTerms(
                interest=bearing(stated(fact, "rate")), matures_on=date.fromisoformat(stated(fact, "maturity"))
            ),
            consideration=lent(usd(fact, "gross_proceeds")),
        )
    ]


def split_of_2018(ledger: Ledger) -> list[Event]:
    """Return the reverse split of a thousand to one, its temporary symbol and the new number of the class."""
    fact = "split-2018"
    return [
        *split(ledger, fact, Authorized(stated(fact, "authorised_unchanged"))),
        symbol(fact, "ASTID", on("2018-07-23")),
        SecurityIdentifierChanged(
            **told(fact, on("2018-07-23")),
            stock_class=COMMON,
            scheme=IdentifierScheme.CUSIP,
            identifier=stated(fact, "new_cusip"),
        ),
        symbol(fact, FACTS["issuer"]["ticker"], on("2018-08-18")),
    ]
