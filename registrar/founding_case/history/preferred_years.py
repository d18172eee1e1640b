"""2014 to 2016: preferred stock in series, each sold to pay for the one before, down to a fifth of a cent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from ledger import (
    Authorized,
    Money,
    Phase,
    Price,
    Ratio,
    Scope,
    Shares,
    StockClassKind,
    Tranche,
    TrancheId,
    between,
    on,
)
from ledger.events import (
    AgreementSigned,
    AgreementTerminated,
    AuthorizedSharesChanged,
    ClassRightsStated,
    ClassTermsAmended,
    CommonIssued,
    Consideration,
    ConsiderationForm,
    ConvertibleCancelled,
    DividendPaid,
    Event,
    HoldingReported,
    IssuanceCapAgreed,
    IssuerRegistered,
    ListingChanged,
    NoteIssued,
    PreferredIssued,
    ProceedsRestricted,
    RegisterScopeDeclared,
    SharesSubscribed,
    StockClassDesignated,
)
from ledger.identity import Count
from ledger.terms.dividends import DividendTerms, PaidIn
from ledger.terms.limits import IssuanceCap
from ledger.terms.market import MarketPrice, Measure, PriceRule, Statistic
from ledger.terms.notes import NoteTerms
from ledger.terms.preferred import MarketConversion
from registrar.founding_case import COMMON, ISSUER
from registrar.founding_case.facts import FACTS, stated
from registrar.founding_case.history import parties as p
from registrar.founding_case.history.making import (
    RECORD_BEGINS,
    USD,
    class_of,
    closing,
    converted,
    count,
    each,
    investor_in,
    lot,
    party,
    person,
    purchase,
    series,
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


def cash(amount: Money) -> Consideration:
    """Return what was paid in cash."""
    return Consideration(form=ConsiderationForm.CASH, amount=amount)


def opening(ledger: Ledger) -> list[Event]:
    """Return the company and its common stock on the day of the first fact."""
    begins = on(RECORD_BEGINS)
    return [
        IssuerRegistered(
            effective_on=begins,
            issuer=ISSUER,
            legal_name=FACTS["issuer"]["legal_name"],
            jurisdiction="US-DE",
            time_zone="America/Denver",
            cik=FACTS["issuer"]["cik"],
            ticker=FACTS["issuer"]["ticker"],
            note="The company is older; this record begins with the first fact that was found.",
        ),
        StockClassDesignated(
            effective_on=begins,
            stock_class=COMMON,
            class_kind=StockClassKind.COMMON,
            title="Common Stock",
            authorized=Authorized.UNKNOWN,
            par_value=Price("0.0001", USD),
            note="How many were authorized before the split of 2016 was not found. Par is that of later filings.",
        ),
        RegisterScopeDeclared(
            effective_on=begins,
            stock_class=COMMON,
            scope=Scope.PARTIAL,
            note="Only holders that public pages tell of are recorded, and their sales are not public.",
        ),
        ListingChanged(
            **told("nasdaq-otc", begins, deduced="Traded there until February 2016; since when was not found."),
            stock_class=COMMON,
            market=stated("nasdaq-otc", "from"),
            symbol=FACTS["issuer"]["ticker"],
        ),
    ]


# --- Series C, and common for cash (2014) ---------------------------------------------------------------------


def first_series_c(ledger: Ledger) -> list[Event]:
    """Return Series C as it becomes known, and its first 300 shares."""
    fact = "c-2014-04-01"
    return [
        *series(fact, "C", stated_value=stated(fact, "price_per_share")),
        party(fact, p.IRONRIDGE, stated(fact, "holder")),
        _series_c(fact, cash(usd(fact, "gross_proceeds"))),
    ]


def penalty_shares(ledger: Ledger) -> list[Event]:
    """Return the shares that a late registration cost."""
    fact = "c-2014-05-01"
    return [_series_c(fact, Consideration(form=ConsiderationForm.NONE, description=stated(fact, "reason")))]


def second_series_c(ledger: Ledger) -> list[Event]:
    """Return 300 more of Series C."""
    fact = "c-2014-05-29"
    return [_series_c(fact, cash(usd(fact, "gross_proceeds")))]


def _series_c(fact: str, given: Consideration) -> PreferredIssued:
    return PreferredIssued(
        **told(fact),
        holder=p.IRONRIDGE,
        stock_class=class_of("C"),
        issued=count(fact, "shares"),
        consideration=given,
    )


def first_placement(ledger: Ledger) -> list[Event]:
    """Return common sold for cash."""
    fact = "pp-2014-07-29"
    return [party(fact, p.SHTARD, stated(fact, "holder")), _placed(fact)]


def second_placement(ledger: Ledger) -> list[Event]:
    """Return more of the same."""
    return [_placed("pp-2014-08-11")]


def _placed(fact: str) -> CommonIssued:
    return CommonIssued(
        **told(fact),
        holder=p.SHTARD,
        stock_class=COMMON,
        issued=count(fact, "shares"),
        consideration=cash(usd(fact, "proceeds")),
    )


def split_of_2014(ledger: Ledger) -> list[Event]:
    """Return the reverse split of ten to one, at 17:00 in New York: the trading day was over."""
    return split(ledger, "split-2014", Authorized.UNKNOWN)


# --- TFG, and the notes of November 2014 ----------------------------------------------------------------------


def subscription_of_2014(ledger: Ledger) -> list[Event]:
    """Return an agreement of which only the number of shares is known."""
    fact = "tfg-2014-08"
    subscriber, tfg = stated(fact, "holders").split("; ")
    return [
        person(fact, p.SUBSCRIBER, subscriber),
        party(fact, p.TFG, tfg),
        SharesSubscribed(
            **told(fact, deduced="The number is stated. Price, closing, and who took how many were not found."),
            holders=(p.SUBSCRIBER, p.TFG),
            stock_class=COMMON,
            subscribed=count(fact, "common_shares"),
        ),
    ]


def senior_notes(ledger: Ledger) -> list[Event]:
    """Return 32 million of notes, Series D, and the control account that most of the money went into."""
    fact = "fin-2014-11"
    why = (
        "The numbers of Series D shares and of warrants were not found; 3,000,000 were paid for Series D. A release"
        " of November 2015 expects the note to be repaid by January 2016; whether it was, was not found."
    )
    return [
        *series(fact, "D"),
        unnamed(fact, p.NOTEHOLDERS_2014, "Holder of the senior secured convertible notes of November 2014"),
        NoteIssued(
            **{**told(fact), "note": why},
            holder=p.NOTEHOLDERS_2014,
            instrument=p.SENIOR_NOTES,
            principal=usd(fact, "senior_secured_convertible_notes"),
            terms=NoteTerms(secured_by="Senior security interest"),
        ),
        ProceedsRestricted(
            **told(fact),
            account=p.CONTROL_ACCOUNT,
            restricted=usd(fact, "deposited_in_control_account"),
            terms="Proceeds of the notes and of Series D, released in stages.",
        ),
    ]


def tfg_agreement(ledger: Ledger) -> list[Event]:
    """Return a purchase of a million shares, and what TFG held two months later."""
    fact = "tfg-2015-04"
    return [
        AgreementSigned(
            **told(fact),
            agreement=p.TFG_PURCHASE,
            investor=p.TFG,
            title="Agreement with TFG Radiant on 1,000,000 shares",
            commitment=Money(1_000_000, USD),
            buys=COMMON,
            price=each(fact, "price"),
        ),
        HoldingReported(
            **told(
                fact,
                on("2015-06-10"),
                deduced="Held after a purchase on this day, as a later digest says; from whom it was is not told.",
            ),
            holder=p.TFG,
            stock_class=COMMON,
            held=count(fact, "held_after_purchase_of_2015_06_10"),
        ),
    ]


# --- Series E, the equity line, Series F and G (November 2015 to May 2016) ------------------------------------


def dividends_of(rate: str) -> DividendTerms:
    """Return dividends at a rate of the stated value, in cash or shares; how days count was not found."""
    return DividendTerms(rate=Ratio(rate), paid_in=PaidIn.CASH_OR_KIND)


def part_of_the_lowest(part: str, days: int = 10) -> tuple[MarketPrice, MarketPrice]:
    """Return a part of the lowest VWAP and the same part of the lowest closing bid."""
    return (
        MarketPrice(measure=Measure.VWAP, trading_days=Count(days), part=Ratio(part)),
        MarketPrice(measure=Measure.CLOSING_BID, trading_days=Count(days), part=Ratio(part)),
    )


def two_lowest(part: str, days: int) -> MarketPrice:
    """Return a part of the mean of the two lowest VWAPs."""
    return MarketPrice(
        measure=Measure.VWAP,
        statistic=Statistic.MEAN_OF_LOWEST,
        lowest=Count(2),
        trading_days=Count(days),
        part=Ratio(part),
    )


def series_e(ledger: Ledger) -> list[Event]:
    """Return the agreement on Series E, which convert at a price that follows the market."""
    fact, e = "e-spa", class_of("E")
    said = told(fact)
    funded = between("2015-12-01", "2015-12-31")
    why = "Funded when the resale registration statement became effective, in December 2015."
    return [
        *series(fact, "E", stated_value="1000", decimals=Count(3)),
        unnamed(fact, investor_in("E"), "Investor of Series E"),
        ClassRightsStated(
            **{**said, "note": "The price in default may only go down. How days count was not found."},
            stock_class=e,
            dividends=dividends_of(stated(fact, "dividend_rate")),
            market_conversion=MarketConversion(
                into=COMMON,
                price=PriceRule(market=(two_lowest("0.8", 10),), market_in_default=(two_lowest("0.7", 20),)),
            ),
        ),
        purchase(said, "E", usd(fact, "amount"), Price(1_000, USD)),
        *closing(told(fact, funded, deduced=why), "E", 1, count(fact, "shares"), usd(fact, "amount")),
    ]


def equity_line(ledger: Ledger) -> list[Event]:
    """Return the line of 32.2 million over 36 months, whose draws were not found, and its end."""
    fact = "cel"
    return [
        party(fact, p.REDWOOD, stated(fact, "investor")),
        AgreementSigned(
            **{**told(fact), "note": "Each draw at a price of its day; draws were not found."},
            agreement=p.EQUITY_LINE,
            investor=p.REDWOOD,
            title="Committed equity line",
            commitment=usd(fact, "commitment"),
            buys=COMMON,
        ),
        AgreementTerminated(
            **told(fact, on("2018-11-10"), deduced="36 months after it was signed; what was drawn was not found."),
            agreement=p.EQUITY_LINE,
            reason="The term of 36 months ended.",
        ),
    ]


def series_f_agreement(ledger: Ledger) -> list[Event]:
    """Return the agreement on Series F: issued at once, and paid by the week."""
    fact, f = "f-spa", class_of("F")
    said = told(fact)
    return [
        *series(fact, "F", stated_value="10000", fixed_price=stated(fact, "fixed_conversion_price")),
        unnamed(fact, investor_in("F"), "Investor of Series F"),
        ClassRightsStated(
            **{**said, "note": "The price in default may only go down. How days count was not found."},
            stock_class=f,
            dividends=dividends_of(stated(fact, "dividend_rate")),
            market_conversion=MarketConversion(
                into=COMMON, price=PriceRule(market_in_default=(two_lowest("0.7", 20),))
            ),
        ),
        purchase(
            {**said, "note": "14 weekly payments of 500,000 or 250,000; 12 and 2 of them make 6,500,000."},
            "F",
            usd(fact, "amount"),
            Price(10_000, USD),
            Tranche(tranche=TrancheId("at-issue"), due_on=date(2016, 1, 20), amount=Money(500_000, USD)),
            Tranche(tranche=TrancheId("weekly"), due_on=date(2016, 4, 25), amount=Money(6_500_000, USD)),
        ),
        IssuanceCapAgreed(
            **said,
            restriction=p.CAP_OF_SERIES_F,
            stock_class=COMMON,
            cap=IssuanceCap(part=Ratio("0.1999")),
            classes=(f,),
        ),
    ]


def series_f_issued(ledger: Ledger) -> list[Event]:
    """Return 700 shares of Series F, of which a fourteenth was paid."""
    fact = "f-issue"
    of: dict[str, Any] = {"tranche": TrancheId("at-issue")}
    both = closing(told(fact), "F", 1, count(fact, "shares"), usd(fact, "paid_at_issue"))
    return [attrs.evolve(event, **of) for event in both]


def nasdaq_left(ledger: Ledger) -> list[Event]:
    """Return the change of market."""
    fact = "nasdaq-otc"
    return [ListingChanged(**told(fact), stock_class=COMMON, market=stated(fact, "to"))]


def commitment_shares(ledger: Ledger) -> list[Event]:
    """Return common given to the investor of Series E for promising."""
    fact = "e-commit"
    return [
        CommonIssued(
            **told(fact, within(fact, "2015-11-04")),
            holder=investor_in("E"),
            stock_class=COMMON,
            issued=count(fact, "shares"),
            consideration=Consideration(form=ConsiderationForm.COMMITMENT_FEE),
        )
    ]


def series_e_converted(ledger: Ledger) -> list[Event]:
    """Return the conversions of a quarter in one; the value is exact, and so is the fraction of a share."""
    fact = "e-conv-q1"
    worth = usd(fact, "value").amount / 1_000
    why = "Several conversions of the quarter. The value of 1,220,193 is that of 1,220.193 shares of 1,000 each."
    return [
        converted(
            told(fact, within(fact, "2016-01-01"), deduced=why, printed="1,220 shares"),
            "E",
            Shares(worth),
            count(fact, "common_shares"),
            security=lot("E", 1),
        )
    ]


def series_e_dividend(ledger: Ledger) -> list[Event]:
    """Return the dividend of the quarter, paid in common."""
    fact = "e-div-q1"
    return [
        DividendPaid(
            **told(fact, within(fact, "2016-01-01")),
            holder=investor_in("E"),
            stock_class=class_of("E"),
            amount=usd(fact, "amount"),
            received=count(fact, "common_shares"),
            received_class=COMMON,
        )
    ]


def series_f_converted(ledger: Ledger) -> list[Event]:
    """Return conversions of which an article tells the rounded number and the mean price."""
    fact = "f-conv-q1"
    why = (
        "An article tells of about 43 million shares at about $0.05; at that price they are worth 215 shares of"
        " 10,000 each. Both counts are rounded; the price is far below the fixed one."
    )
    return [
        converted(
            told(fact, within(fact, "2016-01-20"), deduced=why, printed="about 43 million shares at about $0.05"),
            "F",
            Shares(215),
            Shares(43_000_000),
            security=lot("F", 1),
        )
    ]


def series_g(ledger: Ledger) -> list[Event]:
    """Return the agreement on Series G, and its first closing."""
    fact = "g-issue"
    said = told(fact)
    return [
        *series(fact, "G", stated_value="1000", fixed_price="0.05"),
        unnamed(fact, investor_in("G"), "Investor of Series G"),
        purchase(said, "G", usd(fact, "commitment_amount"), Price(1_000, USD)),
        *closing(said, "G", 1, count(fact, "issued_at_closing"), usd(fact, "paid_at_closing")),
    ]


def notes_of_2015_cancelled(ledger: Ledger) -> list[Event]:
    """Return notes that were given up for a right to shares, whose number was not found."""
    fact = "notes-cancel-2016"
    why = "Issued in September 2015, as they are called; what had been repaid by the exchange was not found."
    issued = between("2015-09-01", "2015-09-30")
    return [
        unnamed(fact, p.NOTEHOLDERS_2015, "Two accredited investors with notes of September 2015", issued),
        NoteIssued(
            **told(fact, issued, deduced=why),
            holder=p.NOTEHOLDERS_2015,
            instrument=p.NOTES_2015,
            principal=usd(fact, "original_principal"),
            terms=NoteTerms(secured_by="Secured convertible notes"),
        ),
        ConvertibleCancelled(
            **told(fact, deduced="The original principal is stated; what of it was left was not found."),
            holder=p.NOTEHOLDERS_2015,
            instrument=p.NOTES_2015,
            principal=usd(fact, "original_principal"),
            reason="Cancelled for rights to receive a fixed amount of common stock; the number was not found.",
        ),
    ]


def vote_of_2016(ledger: Ledger) -> list[Event]:
    """Return the election of directors."""
    return [voted("vote-2016", count("vote-2016", "broker_non_votes"))]


def split_of_2016(ledger: Ledger) -> list[Event]:
    """Return the reverse split of twenty to one: June 2 was the first day in new units."""
    fact = "split-2016"
    return [
        *split(ledger, fact, Authorized(stated(fact, "authorised_unchanged")), Phase.OPENING),
        symbol(fact, stated(fact, "temporary_symbol")),
        symbol(
            fact,
            FACTS["issuer"]["ticker"],
            between("2016-06-03", "2017-02-14"),
            "How long the temporary symbol was in use was not found; the release of February 2017 has the old one.",
        ),
    ]


# --- Series H, I, J and J-1 (June to October 2016) ------------------------------------------------------------


def series_h(ledger: Ledger) -> list[Event]:
    """Return Series H, whose better price the investor of Series E gets as well."""
    fact = "h-spa"
    said = told(fact)
    return [
        *series(fact, "H"),
        unnamed(fact, investor_in("H"), "Investor of Series H"),
        ClassRightsStated(
            **{**said, "note": stated(fact, "side_effect")},
            stock_class=class_of("E"),
            market_conversion=MarketConversion(into=COMMON, price=PriceRule(market=part_of_the_lowest("0.7"))),
        ),
        purchase(
            {**said, "note": f"Converts at a {stated(fact, 'conversion')}, of which measure was not found."},
            "H",
            usd(fact, "amount"),
            None,
        ),
    ]


def series_i(ledger: Ledger) -> list[Event]:
    """Return Series I, of which only the amount is known."""
    fact = "i-spa"
    return [
        *series(fact, "I"),
        unnamed(fact, investor_in("I"), "Investor of Series I"),
        purchase(
            {**told(fact), "note": f"Later {stated(fact, 'later')}; when was not found."},
            "I",
            usd(fact, "amount"),
            None,
        ),
    ]


def authorized_in_2016(ledger: Ledger) -> list[Event]:
    """Return the increase to 2 billion."""
    fact = "auth-2016"
    return [
        AuthorizedSharesChanged(
            **told(fact),
            stock_class=COMMON,
            authorized=Authorized(stated(fact, "to")),
            authority="Certificate of Amendment, as the company told the SEC in February 2017",
        )
    ]


def series_j(ledger: Ledger) -> list[Event]:
    """Return the agreement on Series J, and its first closing as a release announces it."""
    fact = "j-issue-1"
    days = between("2016-09-01", "2016-09-26")
    said = told(fact, days)
    return [
        *series(fact, "J", days, stated_value="1000", fixed_price=stated(fact, "fixed_conversion_price")),
        unnamed(fact, investor_in("J"), "Investor of Series J", days),
        ClassRightsStated(
            **{**said, "note": "How days count was not found."},
            stock_class=class_of("J"),
            dividends=dividends_of(stated(fact, "dividend_rate")),
        ),
        purchase(
            {**said, "note": "Five more closings of 225 shares each, in October and November 2016."},
            "J",
            Money(1_350_000, USD),
            Price(1_000, USD),
            Tranche(tranche=TrancheId("at-signing"), due_on=date(2016, 9, 26), amount=usd(fact, "proceeds")),
            Tranche(
                tranche=TrancheId("later"),
                due_on=date(2016, 11, 30),
                amount=Money(1_125_000, USD),
                shares=count(fact, "remaining_shares"),
            ),
        ),
        *closing(said, "J", 1, count(fact, "shares"), usd(fact, "proceeds")),
    ]


def series_f_amended(ledger: Ledger) -> list[Event]:
    """Return the terms that took the place of the fixed price of Series F."""
    fact, f = "f-amend", class_of("F")
    said = {**told(fact), "note": f"Approved by {stated(fact, 'approved_by')}."}
    lowest_of_twenty = MarketPrice(
        measure=Measure.LOW, statistic=Statistic.MEAN, trading_days=Count(20), part=Ratio("1/2")
    )
    return [
        ClassTermsAmended(**said, stock_class=f, conversion_ended=True),
        ClassRightsStated(
            **said,
            stock_class=f,
            market_conversion=MarketConversion(
                into=COMMON,
                price=PriceRule(market=part_of_the_lowest("1/2"), market_in_default=(lowest_of_twenty,)),
            ),
            authority="Certificate of Amendment of 5 October 2016",
        ),
    ]


def series_g_amended(ledger: Ledger) -> list[Event]:
    """Return the lowest-of price that took the place of the fixed price of Series G."""
    fact, g = "g-amend", class_of("G")
    said = told(fact, between("2016-06-03", "2016-10-05"))
    return [
        ClassTermsAmended(**said, stock_class=g, conversion_ended=True),
        ClassRightsStated(
            **said,
            stock_class=g,
            market_conversion=MarketConversion(
                into=COMMON, price=PriceRule(fixed=Price("0.045", USD), market=part_of_the_lowest("0.7"))
            ),
            authority="Certificate of Amendment",
        ),
    ]


def series_j1(ledger: Ledger) -> list[Event]:
    """Return the agreement on Series J-1; whether it closed was not found."""
    fact = "j1-spa"
    return [
        *series(fact, "J-1", stated_value=stated(fact, "price_per_share")),
        party(fact, p.BELLARINE, stated(fact, "holder")),
        purchase(
            {**told(fact), "note": f"Exemption: {stated(fact, 'exemption')}."},
            "J-1",
            usd(fact, "amount"),
            each(fact, "price_per_share"),
            investor=p.BELLARINE,
        ),
    ]
