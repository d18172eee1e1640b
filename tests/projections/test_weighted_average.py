"""Weighted averages: the days on which shares were outstanding, splits restated, and what dilutes."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import (
    Authorized,
    EffectiveDay,
    FractionPolicy,
    Ledger,
    Money,
    Phase,
    Price,
    Ratio,
    Scope,
    Shares,
    StockClassId,
)
from ledger.commands import PayStockDividend, SplitStock
from ledger.errors import NotUnderstood, UnknownName
from ledger.events import Event
from ledger.identity import Count
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.conversion import ConversionRight
from ledger.terms.dividends import DividendTerms
from ledger.terms.interest import Compounding, DayCount, InterestTerms
from ledger.terms.market import PriceRule
from ledger.terms.notes import NoteConversion
from ledger.terms.vesting import VestingTranche
from ledger.terms.warrants import WarrantTerms
from projections import dividends, notes, weighted_average
from projections.bounds import Bounds, exactly
from projections.share_lines import Part
from projections.weighted_average import WeightedAverage
from tests.builders import (
    award_granted,
    award_terms,
    award_terms_amended,
    class_rights_stated,
    common,
    common_issued,
    convertible_converted,
    dividend_declared,
    dividend_paid,
    holder_registered,
    issuer_registered,
    note_issued,
    note_terms,
    preferred_issued,
    price_quoted,
    register_scope_declared,
    series_a,
    shares_converted,
    shares_repurchased,
    shares_transferred,
    vesting_terms,
    warrant_exercised,
    warrant_issued,
)
from tests.projections.histories import SOME

COMMON = StockClassId("common")
BEGIN, END = "2025-12-31", "2026-12-31"
OPTION = AwardTerms(award_kind=AwardKind.OPTION)
UNIT = AwardTerms(award_kind=AwardKind.RESTRICTED_STOCK_UNIT)


def acme(*events: Event, outstanding: int = 1_000, right: ConversionRight | None = None) -> Ledger:
    """Return a company with some common shares since its first day, 1 January 2026."""
    ledger = Ledger.in_memory()
    preferred = series_a(conversion=right) if right is not None else series_a()
    ledger.record(
        issuer_registered(),
        common(authorized=Authorized.UNLIMITED),
        preferred,
        *(holder_registered(holder=name) for name in ("ada", "bob", "fund")),
        common_issued(holder="ada", issued=outstanding, effective_on="2026-01-01"),
        *events,
        actor="counsel",
    )
    return ledger


def year(ledger: Ledger, **changes: Any) -> WeightedAverage:
    return weighted_average(ledger, "common", **{"after": BEGIN, "through": END, **changes})


def usd(amount: int | str) -> Price:
    return Price(amount, "USD")


def income(amount: int | str) -> Money:
    return Money(amount, "USD")


def split(ratio: str, on: str) -> SplitStock:
    return SplitStock(
        stock_class=COMMON,
        ratio=Ratio(ratio),
        on=date.fromisoformat(on),
        phase=Phase.OPENING,
        fractions=FractionPolicy.DOWN,
        authorized=Authorized.UNLIMITED,
    )


# --- basic ----------------------------------------------------------------------------------------------------


def test_each_day_counts_once_from_the_day_of_issue() -> None:
    """IAS 33, illustrative example 2, by days instead of months: 1,700 outstanding, 800 issued on 31 May, 250
    bought back on 1 December: (1,700 × 150 + 2,500 × 184 + 2,250 × 31) ÷ 365 = 2,150 (by months, 2,146).
    """
    ledger = acme(
        common_issued(holder="bob", issued=800, effective_on="2026-05-31"),
        shares_repurchased(holder="ada", repurchased=250, effective_on="2026-12-01"),
        outstanding=1_700,
    )

    answer = year(ledger)

    assert [(line.days, line.outstanding.exact) for line in answer.stretches] == [
        (150, Shares(1_700)),
        (184, Shares(2_500)),
        (31, Shares(2_250)),
    ]
    assert answer.basic == exactly(Fraction(1_700 * 150 + 2_500 * 184 + 2_250 * 31, 365))
    assert round(answer.basic.exact) == 2_150


def test_a_stock_dividend_and_a_split_count_as_if_they_had_always_been() -> None:
    """A textbook's year by days: 2,600 in January, 400 more on 1 February, a stock dividend of 10 % on 1 May, 1,200
    sold on 1 September, 400 bought on 1 November, three for one on 15 December (coursehero.com, file 9107056, "Chap
    16 – EPS", where December counts by halves of months and the average is 10,790).
    """
    ledger = acme(
        common_issued(holder="bob", issued=400, effective_on="2026-02-01"),
        common_issued(holder="bob", issued=1_200, effective_on="2026-09-01"),
        shares_repurchased(holder="bob", repurchased=400, effective_on="2026-11-01"),
        outstanding=2_600,
    )
    dividend = PayStockDividend(
        stock_class=COMMON,
        ratio=Ratio("1/10"),
        on=date(2026, 5, 1),
        phase=Phase.OPENING,
        fractions=FractionPolicy.DOWN,
    )
    for command in (dividend, split("3", "2026-12-15")):
        ledger.record(*command.events(ledger), actor="counsel")

    answer = year(ledger)

    days = [(31, 8_580), (212, 9_900), (61, 13_500), (61, 12_300)]
    assert answer.basic == exactly(Fraction(sum(each * shares for each, shares in days), 365))
    assert answer.stretches[0].outstanding == exactly(Shares(8_580))


def test_a_split_after_the_period_restates_it_when_it_is_asked_for_in_later_units() -> None:
    """gaodun.com/q/b06hdx: 1,100,000, and 1,000,000 from 31 March on; two for one the year after: twice as many."""
    ledger = acme(common_issued(holder="bob", issued=1_000_000, effective_on="2026-03-31"), outstanding=1_100_000)
    ledger.record(*split("2", "2027-03-31").events(ledger), actor="counsel")

    own, later = year(ledger).basic.exact, year(ledger, basis="2027-03-31").basic.exact

    assert own == Fraction(1_100_000 * 365 + 1_000_000 * 276, 365)
    assert later == 2 * own


def test_a_transfer_changes_nothing() -> None:
    moved = shares_transferred(from_holder="ada", to_holder="bob", transferred=300)

    assert year(acme(moved)).basic == exactly(Fraction(1_000))


def test_days_before_there_was_a_share_count_with_none() -> None:
    assert year(acme(), after="2025-06-30", through="2026-06-30").basic == exactly(Fraction(1_000 * 181, 365))


def test_an_open_day_leaves_the_average_between_two() -> None:
    """By hand: 365 shares, issued between 1 and 10 December, count on 31 days at most and on 22 at least."""
    ledger = acme(common_issued(holder="bob", issued=365, effective_on="2026-12-01/2026-12-10"))

    assert year(ledger).basic == Bounds(Fraction(1_022), Fraction(1_031))


def test_a_partial_register_counts_what_the_company_states() -> None:
    partial = register_scope_declared(scope=Scope.PARTIAL, effective_on="2026-01-01")
    stated = register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=5_000, effective_on="2026-01-01")

    assert year(acme(partial)).basic.high is None
    assert year(acme(stated)).basic == exactly(Fraction(5_000))


@pytest.mark.parametrize(("through", "is_period"), [("2025-12-30", False), (BEGIN, False), ("2026-01-01", True)])
def test_a_period_has_at_least_a_day(through: str, is_period: bool) -> None:
    if is_period:
        assert year(acme(), through=through).days == 1
    else:
        with pytest.raises((NotUnderstood, UnknownName)):
            year(acme(), through=through)


def test_shares_that_have_not_vested_do_not_count_yet() -> None:
    """By hand: 1,200 restricted shares over 12 months from 1 January, 100 on the first of each month; in December
    1,100 have vested. Counted over the year by days.
    """
    monthly = vesting_terms(tranches=(VestingTranche(instalments=Count(12), every=Count(1)),))
    vesting = award_terms(award_kind=AwardKind.RESTRICTED_STOCK, vesting=monthly)
    ledger = acme(
        award_granted(award="rs", granted=1_200, plan=None, price=None, terms=vesting, effective_on="2026-01-01")
    )

    answer = year(ledger)

    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    vested = sum(100 * month * each for month, each in enumerate(days))
    assert answer.basic == exactly(1_000 + Fraction(vested, 365))
    (line,) = answer.potentials
    assert (line.part, line.added) == (None, exactly(1_200 - Fraction(vested, 365)))


def test_what_vested_before_the_terms_were_amended_vested_on_its_own_days() -> None:
    """By hand: 730 restricted shares, half of them on 1 July; amended on 1 October, the rest at the end of 2027."""
    restricted = AwardTerms(
        award_kind=AwardKind.RESTRICTED_STOCK,
        vesting=vesting_terms(
            starts_on="2026-01-01", tranches=(VestingTranche(instalments=Count(2), every=Count(6)),)
        ),
    )
    amended = attrs.evolve(
        restricted, vesting=vesting_terms(starts_on="2026-01-01", tranches=(VestingTranche(on=date(2027, 12, 31)),))
    )
    ledger = acme(
        award_granted(award="rs-1", granted=730, terms=restricted, plan=None, effective_on="2026-01-01"),
        award_terms_amended(award="rs-1", terms=amended, effective_on="2026-10-01"),
    )

    assert year(ledger).basic == exactly(1_000 + Fraction(365 * 184, 365))


def test_a_note_counts_from_the_day_on_which_it_may_be_converted_to_the_last() -> None:
    """By hand: 1,460 USD at 2 USD, convertible in July and August: 730 shares on 62 of 365 days."""
    conversion = NoteConversion(
        into=COMMON,
        price=PriceRule(fixed=usd(2)),
        opens_on=date(2026, 7, 1),
        closes_on=date(2026, 8, 31),
    )
    note = note_issued(
        principal="1460 USD",
        consideration=None,
        terms=note_terms(interest=None, conversion=conversion),
        effective_on="2026-01-01",
    )

    (line,) = year(acme(note)).potentials

    assert line.outstanding == exactly(Fraction(730 * 62, 365))


def test_interest_of_the_period_adds_to_income_and_not_to_the_shares_of_a_note() -> None:
    """ASC 260-10-45-40: converted when the period begins, a note bears no interest in it.

    By hand: 100,000 USD at 6 % from 2 January at 2 USD are 50,000 shares, on 364 of 365 days, whatever else there
    is to tell on the way; from there to 31 December are 363 days of interest. At the close of 30 June 2,942.47 USD
    are owed: a second half has 51,471 shares on all of its days.
    """
    note = note_issued(consideration=None, effective_on="2026-01-02")

    for others in ((), (price_quoted(effective_on="2026-07-01"),), (price_quoted(effective_on="2026-10-01"),)):
        (whole,) = year(acme(note, *others)).potentials
        (half,) = year(acme(note, *others), after="2026-06-30").potentials

        assert whole.outstanding == exactly(Fraction(50_000 * 364, 365))
        assert whole.income == exactly(Fraction(6_000 * 363, 365))
        assert half.outstanding == exactly(Fraction(51_471))


def test_prefunded_warrants_and_vested_units_count_as_if_they_were_issued() -> None:
    """By hand: 365 shares of a prefunded warrant from 1 July are 184 on average, 365 vested units as many."""
    ledger = acme(
        warrant_issued(
            purchasable=365, price="0.0001 USD", terms=WarrantTerms(prefunded=True), effective_on="2026-07-01"
        ),
        award_granted(award="u", granted=365, plan=None, price=None, terms=UNIT, effective_on="2026-07-01"),
    )

    answer = year(ledger)

    assert answer.basic == exactly(Fraction(1_000 + 2 * 184))
    assert answer.potentials == ()


# --- diluted --------------------------------------------------------------------------------------------------


def test_options_add_the_shares_that_their_proceeds_do_not_buy() -> None:
    """IAS 33, illustrative example 5: 1,200,000 for 500,000 shares is 2.40; 100,000 options at 15, at an average
    price of 20, add 25,000 shares: 2.29.
    """
    granted = award_granted(award="o", granted=100_000, price="15 USD", plan=None, terms=OPTION)
    options = attrs_on(granted, "2026-01-01")

    answer = year(acme(options, outstanding=500_000), price=usd(20), income=income(1_200_000))

    assert answer.per_share == Fraction("2.4")
    assert answer.diluted is not None
    assert answer.diluted.shares == 525_000
    assert round(answer.diluted.income / answer.diluted.shares, 2) == Fraction("2.29")


def attrs_on(event: Any, on: str) -> Event:
    changed: Event = attrs.evolve(event, effective_on=EffectiveDay(on))
    return changed


def test_the_order_of_dilution_leaves_out_what_would_raise_earnings() -> None:
    """IAS 33, illustrative example 9, with a record behind it: 2,000,000 common; 100,000 options at 60, average
    price 75; 800,000 preferred that convert two for one, with 8 a year each; notes of 100,000,000 at 5 %, each
    1,000 into 20 shares, tax 40 %. Options, then notes: 3.23; the preferred would raise it to 3.45.
    """
    ledger = acme(
        preferred_issued(holder="fund", issued=800_000, effective_on="2026-01-01"),
        class_rights_stated(
            stock_class="series-a",
            liquidation=None,
            dividends=DividendTerms(amount=usd(8), day_count=DayCount.THIRTY_360),
            effective_on="2026-01-01",
        ),
        attrs_on(award_granted(award="o", granted=100_000, price="60 USD", plan=None, terms=OPTION), "2026-01-01"),
        note_issued(
            principal="100000000 USD",
            consideration=None,
            terms=note_terms(
                interest=InterestTerms(rate=Ratio("0.05"), day_count=DayCount.THIRTY_360),
                conversion=conversion_without_interest("50 USD"),
            ),
            effective_on="2026-01-01",
        ),
        outstanding=2_000_000,
        right=ConversionRight(into=COMMON, ratio=Ratio(2)),
    )

    answer = year(ledger, price=usd(75), income=income(10_000_000), tax=Ratio("0.4"), through="2026-12-31")

    by_part = {line.part: line for line in answer.potentials}
    assert by_part[Part.VESTED].added == exactly(Fraction(20_000))
    assert by_part[Part.NOTES].added == exactly(Fraction(2_000_000))
    assert by_part[Part.PREFERRED].added == exactly(Fraction(1_600_000))
    assert by_part[Part.NOTES].income == exactly(Fraction(3_000_000))
    assert by_part[Part.PREFERRED].income == exactly(Fraction(6_400_000))
    assert answer.diluted is not None
    assert [each.name for each in answer.diluted.counted] == ["o", "n-1"]
    assert [each.name for each in answer.diluted.left_out] == ["series-a"]
    assert round(answer.diluted.income / answer.diluted.shares, 2) == Fraction("3.23")


def conversion_without_interest(price: str) -> Any:
    return NoteConversion(into=COMMON, price=PriceRule(fixed=Price.parse(price)), interest_converts=False)


def test_what_was_exercised_or_converted_dilutes_until_then() -> None:
    """By hand: a warrant for 730 at 2 USD, worth 4: half of it, on the 181 days before 1 July: 365 × 181/365."""
    ledger = acme(
        warrant_issued(purchasable=730, effective_on="2026-01-01"),
        warrant_exercised(received=730, paid="1460 USD", effective_on="2026-07-01"),
    )

    answer = year(ledger, price=usd(4))

    (line,) = answer.potentials
    assert line.added == exactly(Fraction(181))
    assert line.outstanding == exactly(Fraction(362))
    assert answer.basic == exactly(1_000 + Fraction(730 * 184, 365))


def test_preferred_that_was_converted_within_the_period_counts_on_both_sides_of_it() -> None:
    """By hand: 80 Series A are 100 common; converted on 1 July they were potential shares for 181 days."""
    ledger = acme(
        preferred_issued(holder="fund", issued=80, effective_on="2026-01-01"),
        shares_converted(surrendered=80, received=100, effective_on="2026-07-01"),
    )

    answer = year(ledger)

    (line,) = answer.potentials
    assert line.added == exactly(Fraction(100 * 181, 365))
    assert answer.basic == exactly(1_000 + Fraction(100 * 184, 365))


def test_a_split_restates_what_may_be_bought_and_its_price() -> None:
    ledger = acme(warrant_issued(purchasable=100, price="2 USD", effective_on="2026-01-01"))
    ledger.record(*split("2", "2026-07-01").events(ledger), actor="counsel")

    (line,) = year(ledger, price=usd(2)).potentials

    assert line.outstanding == exactly(Fraction(200))
    assert line.added == exactly(Fraction(100))


def test_dividends_that_were_declared_are_what_preferred_costs_where_nothing_accrues() -> None:
    ledger = acme(preferred_issued(holder="fund", issued=1_000, effective_on="2026-01-01"), dividend_declared())

    (line,) = year(ledger).potentials

    assert line.income == exactly(Fraction(250))


@pytest.mark.parametrize("price", [Price(4, "USD"), None])
def test_nothing_dilutes_a_loss_whatever_a_share_was_worth(price: Price | None) -> None:
    warrant = warrant_issued(effective_on="2026-01-01")

    answer = year(acme(warrant), price=price, income=Money("-500", "USD"))

    assert answer.diluted is not None
    assert answer.diluted.counted == ()
    assert answer.diluted.shares == 1_000
    assert answer.per_share == Fraction("-0.5")


def test_without_a_price_nobody_knows_what_an_option_adds() -> None:
    answer = year(acme(warrant_issued(effective_on="2026-01-01")), income=income(100))

    assert answer.potentials[0].added is None
    assert answer.diluted is None


def test_a_note_that_was_converted_costs_interest_until_then_only() -> None:
    """By hand: at 6 %, 100,000 for the 31 days from 1 January to 1 February, then 60,000 for the 334 to the next
    1 January. Shares, at 2 USD each: at the close of 30 days, from 2 January on, and of 335.
    """
    ledger = acme(
        note_issued(terms=note_terms(conversion=conversion_without_interest("2 USD")), effective_on="2026-01-01"),
        convertible_converted(interest=None, received=20_000, effective_on="2026-02-01"),
    )

    (line,) = year(ledger, after="2026-01-01", through="2027-01-01").potentials

    assert line.income == exactly(Fraction(6_000 * 31 + 3_600 * 334, 365))
    assert line.added == exactly(Fraction(50_000 * 30 + 30_000 * 335, 365))


def test_interest_given_back_for_a_quarter_is_what_the_note_ledger_accrues_in_it() -> None:
    """By hand: 100,000 USD at 6 % from 10 January to the close of 31 March are 80 days, less a tax of 21 %."""
    ledger = acme(note_issued(consideration=None, effective_on="2026-01-10"))
    quarter = {"after": BEGIN, "through": "2026-03-31"}

    (line,) = year(ledger, **quarter).potentials
    (taxed,) = year(ledger, **quarter, tax=Ratio("0.21")).potentials
    (owed,) = notes(ledger, after=BEGIN, as_of="2026-03-31")

    assert line.income == owed.accrued == exactly(Fraction(6_000 * 80, 365))
    assert taxed.income.exact == owed.accrued.exact * Fraction("0.79")


def test_a_tax_is_a_part_of_the_interest() -> None:
    with pytest.raises(NotUnderstood, match="a tax of 21"):
        year(acme(), tax=Ratio(21))


def test_the_tables_for_programs_hold_every_line() -> None:
    frames = year(acme(warrant_issued()), price=usd(4)).frames()

    assert {frame.name: len(frame.to_dicts()) for frame in frames} == {"stretches": 1, "potentials": 1}


# --- laws -----------------------------------------------------------------------------------------------------

issues = st.lists(st.tuples(st.integers(0, 364), st.integers(1, 10_000)), max_size=5)


def grown(issues: list[tuple[int, int]]) -> Ledger:
    first = date(2026, 1, 1)
    return acme(
        *(
            common_issued(holder="bob", issued=shares, effective_on=str(first + timedelta(days=days)))
            for days, shares in issues
        )
    )


@SOME
@given(issues)
def test_an_average_lies_between_the_least_and_the_most(issues: list[tuple[int, int]]) -> None:
    answer = year(grown(issues))

    counted = [line.counted.exact for line in answer.stretches]
    assert min(counted) <= answer.basic.exact <= max(counted)
    assert sum(line.days for line in answer.stretches) == answer.days == 365


@SOME
@given(issues, st.integers(1, 364))
def test_two_parts_of_a_period_come_to_the_whole(issues: list[tuple[int, int]], days: int) -> None:
    ledger, middle = grown(issues), date(2025, 12, 31) + timedelta(days=days)

    first, second = year(ledger, through=middle), year(ledger, after=middle)

    parts = first.basic.exact * first.days + second.basic.exact * second.days
    assert parts == year(ledger).basic.exact * 365


@SOME
@given(issues, st.integers(2, 20))
def test_a_split_multiplies_the_average_of_every_period_before_it(
    issues: list[tuple[int, int]], ratio: int
) -> None:
    ledger = grown(issues)
    before = year(ledger).basic.exact
    ledger.record(*split(str(ratio), "2027-02-01").events(ledger), actor="counsel")

    assert year(ledger).basic.exact == before
    assert year(ledger, basis="2027-02-01").basic.exact == before * ratio


FIRST = date(2026, 1, 1)
two_days = st.lists(st.integers(0, 120), min_size=2, max_size=2, unique=True).map(
    lambda days: tuple(FIRST + timedelta(days=each) for each in sorted(days))
)
in_spring = st.integers(0, 100).map(lambda days: FIRST + timedelta(days=days))


@SOME
@given(
    two_days,
    in_spring,
    st.integers(0, 20),
    st.integers(1, 20),
    st.sampled_from(Compounding),
    st.sampled_from([DayCount.ACTUAL_365, DayCount.ACTUAL_ACTUAL]),
)
def test_interest_given_back_is_what_the_note_ledger_accrues_between_the_same_days(
    period: tuple[date, date],
    issued_on: date,
    open_days: int,
    converted_after: int,
    compounding: Compounding,
    day_count: DayCount,
) -> None:
    issued_by = issued_on + timedelta(days=open_days)
    interest = InterestTerms(rate=Ratio("0.1"), day_count=day_count, compounding=compounding)
    terms = note_terms(interest=interest, conversion=conversion_without_interest("2 USD"))
    ledger = acme(
        note_issued(
            consideration=None,
            terms=terms,
            effective_on=f"{issued_on}/{issued_by}" if open_days else str(issued_on),
        ),
        convertible_converted(
            interest=None, received=20_000, effective_on=str(issued_by + timedelta(days=converted_after))
        ),
    )
    after, through = period

    given_back = [line.income for line in year(ledger, after=after, through=through).potentials]

    assert given_back == [line.accrued for line in notes(ledger, after=after, as_of=through)]


@SOME
@given(two_days, in_spring, st.integers(0, 20), st.booleans())
def test_dividends_given_back_are_what_the_dividend_ledger_adds_between_the_same_days(
    period: tuple[date, date], issued_on: date, given_up_after: int, is_paid: bool
) -> None:
    """1,000 shares of 3.65 USD a year accrue 10 USD a day, so that no ledger rounds."""
    ends_on = issued_on + timedelta(days=given_up_after)
    accruing = DividendTerms(amount=usd("3.65"))
    ledger = acme(
        class_rights_stated(
            stock_class="series-a", liquidation=None, dividends=accruing, effective_on="2026-01-01"
        ),
        preferred_issued(holder="fund", issued=1_000, effective_on=str(issued_on)),
        shares_converted(surrendered=400, received=500, effective_on=str(ends_on)),
        *([dividend_paid(effective_on=str(ends_on))] if is_paid else []),
    )
    after, through = period

    (given_back,) = [line.income for line in year(ledger, after=after, through=through).potentials] or [
        exactly(Fraction(0))
    ]

    accrued = [
        sum((line.accrued.exact.amount for line in dividends(ledger, as_of=on).accrued), Fraction(0))
        for on in (after, through)
    ]
    assert given_back == exactly(accrued[1] - accrued[0])
