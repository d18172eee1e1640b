"""Dividend terms: what accrues on a share, by rate or amount, simple and compounding, against published figures."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.quantities import Price, Ratio
from ledger.terms.dividends import DividendTerms, PaidIn
from ledger.terms.interest import Compounding, DayCount


def terms(rate: str | None = "0.08", **others: Any) -> DividendTerms:
    return DividendTerms(rate=None if rate is None else Ratio(rate), **others)


def dollars(amount: int | str) -> Price:
    return Price(amount, "USD")


def test_a_dividend_accrues_daily_on_the_face_of_a_share_in_its_first_year() -> None:
    """Estate of Trompeter v. Commissioner, T.C. Memo. 2004-27, on Sterling's Series A preferred: $1,000 a share,
    issued on 15 March 1989, 8.5 % in 1989 without compounding: $67.7671 on 31 December 1989.
    """
    accrued = terms("0.085").accrued(
        issued_on=date(1989, 3, 15), until=date(1989, 12, 31), stated_value=dollars(1000)
    )

    assert accrued == Fraction(1000 * 85 * 291, 1000 * 365)
    assert round(accrued, 4) == Fraction("67.7671")


def test_the_rate_of_the_next_year_adds_to_what_has_accrued() -> None:
    """The same share with its dividends through 15 January 1990, at 9.83 % from 1990 on: $1,071.8068. Of 1989 there
    are 291 days to 31 December, and from there 15 to 15 January.
    """
    first = terms("0.085").accrued(
        issued_on=date(1989, 3, 15), until=date(1989, 12, 31), stated_value=dollars(1000)
    )
    then = terms("0.0983").accrued(
        issued_on=date(1989, 12, 31), until=date(1990, 1, 15), stated_value=dollars(1000)
    )

    assert round(1000 + first + then, 4) == Fraction("1071.8068")


def test_five_quarters_of_six_percent_on_a_hundred_are_seven_dollars_and_a_half() -> None:
    """pocketsense.com, "How to calculate cumulative dividends per share": 6 % of $100, 5 quarters missed: $7.50."""
    six = terms("0.06", base=dollars(100), day_count=DayCount.THIRTY_360)

    assert six.accrued(issued_on=date(2010, 1, 1), until=date(2011, 4, 1)) == Fraction("7.5")


def test_half_a_year_and_four_years_in_arrears_with_the_current_one_are_paid_first() -> None:
    """courseeagle.com, "Cumulative preferred stock": 5,000 shares of $50,000 par together at 8 %, $4,000 a year;
    half of the first year was paid, nothing for four years, and the sixth is due: $22,000.
    """
    eight = terms("0.08", base=dollars(10), day_count=DayCount.THIRTY_360)
    paid = 2000 / Fraction(5000)

    a_share = eight.accrued(issued_on=date(2012, 1, 1), until=date(2018, 1, 1), paid=paid)

    assert a_share * 5000 == 22_000


def test_an_amount_for_a_share_and_year_accrues_by_the_day() -> None:
    """By hand: $5.84 a year is 1.6 cents a day of 365; 100 days are $1.60."""
    amount = terms(None, amount=dollars("5.84"))

    assert amount.accrued(issued_on=date(2023, 1, 1), until=date(2023, 4, 11)) == Fraction("1.6")


def test_dividends_that_compound_by_the_quarter_bear_dividends() -> None:
    """By hand, the effective annual rate of 8 % by the quarter: 1.02⁴ − 1 = 8.243216 %."""
    quarterly = terms(compounding=Compounding.QUARTERLY, day_count=DayCount.THIRTY_360)

    accrued = quarterly.accrued(issued_on=date(2020, 1, 1), until=date(2021, 1, 1), stated_value=dollars(100))

    assert accrued == Fraction("8.243216")


def test_in_the_middle_of_a_quarter_the_part_since_its_first_day_is_simple() -> None:
    """By hand: after a quarter 1,020; then 45 of 360 days of 8 % on it: 10.20; together 30.20."""
    quarterly = terms(compounding=Compounding.QUARTERLY, day_count=DayCount.THIRTY_360, base=dollars(1000))

    assert quarterly.accrued(issued_on=date(2020, 1, 1), until=date(2020, 5, 16)) == Fraction("30.2")


@pytest.mark.parametrize(("issued_on", "days"), [("2023-12-31", 9), ("2024-01-01", 9), ("2024-01-02", 9)])
def test_a_first_day_that_the_charter_names_counts_for_every_share(issued_on: str, days: int) -> None:
    named = terms("0.365", base=dollars(1000), accrues_from=date(2024, 1, 1))

    assert named.accrued(issued_on=date.fromisoformat(issued_on), until=date(2024, 1, 10)) == days


@pytest.mark.parametrize(("until", "accrued"), [("2024-01-01", 0), ("2024-01-02", 1), ("2024-01-03", 2)])
def test_the_day_of_issue_counts_and_the_day_asked_about_does_not(until: str, accrued: int) -> None:
    found = terms("0.365", base=dollars(1000)).accrued(issued_on=date(2024, 1, 1), until=date.fromisoformat(until))

    assert found == accrued


def test_what_is_not_cumulative_does_not_accrue() -> None:
    discretionary = terms(is_cumulative=False, base=dollars(100))

    assert discretionary.accrued(issued_on=date(2020, 1, 1), until=date(2024, 1, 1)) == 0


def test_a_dividend_in_kind_is_its_money_over_what_a_share_counts_for() -> None:
    """Ascent Solar, 10-Q for the first quarter of 2016: $19,243 of Series E dividends were paid with 353,091 common
    shares, so a share counted for about 5.45 cents: 353,091 shares at $0.0545 are $19,243.46.
    """
    seven = terms("0.07", base=dollars(1000), paid_in=PaidIn.CASH_OR_KIND)

    assert seven.in_kind(Fraction("19243.4595"), dollars("0.0545")) == 353_091
    assert seven.in_kind(Fraction(20), dollars(1000)) == Fraction(1, 50)


def test_a_dividend_in_cash_is_not_paid_in_shares() -> None:
    with pytest.raises(NotUnderstood, match="paid in cash"):
        terms().in_kind(Fraction(1), dollars(1))
    with pytest.raises(NotUnderstood, match="counts for nothing"):
        terms(paid_in=PaidIn.KIND).in_kind(Fraction(1), dollars(0))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rate": None}, "a rate or an amount"),
        ({"amount": dollars(1)}, "a rate or an amount"),
        ({"rate": "0"}, "a dividend of nothing"),
        ({"rate": None, "amount": dollars(0)}, "a dividend of nothing"),
        ({"base": dollars(0)}, "a base of zero"),
        ({"rate": None, "amount": dollars(1), "base": dollars(100)}, "no base to compound on"),
        ({"rate": None, "amount": dollars(1), "compounding": Compounding.ANNUAL}, "no base to compound on"),
        ({"is_cumulative": False, "compounding": Compounding.ANNUAL}, "not cumulative"),
        ({"is_cumulative": False, "accrues_from": date(2024, 1, 1)}, "not cumulative"),
        ({"compounding": Compounding.DAILY, "day_count": DayCount.THIRTY_360}, "cannot compound daily"),
    ],
)
def test_terms_that_contradict_themselves_are_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(NotUnderstood, match=said) as caught:
        terms(**fields)
    assert caught.value.code == "E_TERMS"


def test_a_rate_of_the_stated_value_needs_one() -> None:
    with pytest.raises(NotUnderstood, match="record the stated value of the class"):
        terms().principal(None)


some_terms = st.builds(
    lambda rate, base, compounding, day_count: DividendTerms(
        rate=Ratio(rate), base=Price(base, "USD"), compounding=compounding, day_count=day_count
    ),
    st.fractions(Fraction(1, 1000), 1, max_denominator=1000),
    st.integers(1, 10_000),
    st.sampled_from([each for each in Compounding if each is not Compounding.DAILY]),
    st.sampled_from(DayCount),
)
issues = st.dates(date(2015, 1, 1), date(2020, 12, 31))
spans = st.integers(0, 2_000)


@given(some_terms, issues, spans, spans)
def test_what_has_accrued_never_shrinks(of: DividendTerms, issued_on: date, days: int, more: int) -> None:
    sooner = of.accrued(issued_on=issued_on, until=issued_on + timedelta(days=days))
    later = of.accrued(issued_on=issued_on, until=issued_on + timedelta(days=days + more))

    assert 0 <= sooner <= later


@given(some_terms, issues, spans)
def test_compounding_never_accrues_less_than_simple_dividends(
    of: DividendTerms, issued_on: date, days: int
) -> None:
    """Two months of 30 days are not the days of both where the last of February is a 30th; so not there."""
    assume(of.day_count is not DayCount.THIRTY_360_US)
    simple = DividendTerms(rate=of.rate, base=of.base, day_count=of.day_count)
    until = issued_on + timedelta(days=days)

    assert of.accrued(issued_on=issued_on, until=until) >= simple.accrued(issued_on=issued_on, until=until)


@given(some_terms, issues, spans)
def test_paying_all_that_has_accrued_leaves_nothing(of: DividendTerms, issued_on: date, days: int) -> None:
    until = issued_on + timedelta(days=days)
    owed = of.accrued(issued_on=issued_on, until=until)

    assert of.accrued(issued_on=issued_on, until=until, paid=owed) == 0
