"""Interest: days counted as the standards count them, published figures, and what must hold for every debt."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.days import months_after
from ledger.errors import NotUnderstood
from ledger.quantities import Ratio
from ledger.terms.interest import (
    Accrued,
    Change,
    Compounding,
    DayCount,
    InterestTerms,
    accrue,
    year_fraction,
)

ACTUAL = [DayCount.ACTUAL_365, DayCount.ACTUAL_360, DayCount.ACTUAL_ACTUAL]


def day(text: str) -> date:
    return date.fromisoformat(text)


def terms(rate: str = "0.06", **fields: object) -> InterestTerms:
    return InterestTerms(**{"rate": Ratio(rate), "day_count": DayCount.ACTUAL_365, **fields})  # type: ignore[arg-type]


def cents(amount: Fraction) -> str:
    return f"{round(amount * 100) // 100}.{round(amount * 100) % 100:02}"


# --- parts of a year ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "part"),
    [
        ("2003-11-01", "2004-05-01", Fraction(61, 365) + Fraction(121, 366)),
        ("1999-02-01", "1999-07-01", Fraction(150, 365)),
        ("1999-07-01", "2000-07-01", Fraction(184, 365) + Fraction(182, 366)),
        ("2002-08-15", "2003-07-15", Fraction(334, 365)),
        ("2003-07-15", "2004-01-15", Fraction(170, 365) + Fraction(14, 366)),
        ("1999-07-30", "2000-01-30", Fraction(155, 365) + Fraction(29, 366)),
        ("2000-01-30", "2000-06-30", Fraction(152, 366)),
        ("1999-12-31", "2000-01-01", Fraction(1, 365)),
        ("2000-02-28", "2000-03-01", Fraction(2, 366)),
    ],
)
def test_actual_actual_counts_each_calendar_year_by_its_own_length(since: str, until: str, part: Fraction) -> None:
    """The first seven are the periods of the ISDA memorandum "EMU and Market Conventions" of 1998, section 4.

    It gives them for 100 as 49.7724, 41.0959, 100.1377, 91.5068, 50.4005, 50.3893 and 41.5301.
    """
    assert year_fraction(DayCount.ACTUAL_ACTUAL, day(since), day(until)) == part


@pytest.mark.parametrize(
    ("since", "until", "bond_basis", "with_february"),
    [
        ("2006-08-20", "2007-02-20", 180, 180),
        ("2006-02-28", "2006-08-31", 183, 180),
        ("2006-08-31", "2007-02-28", 178, 178),
        ("2007-02-28", "2007-08-31", 183, 180),
        ("2007-08-31", "2008-02-29", 179, 179),
        ("2008-02-29", "2008-08-31", 182, 180),
        ("2007-02-28", "2008-02-29", 361, 360),
        ("2008-02-28", "2008-08-31", 183, 183),
        ("2008-01-29", "2008-01-31", 2, 2),
        ("2008-01-30", "2008-01-31", 0, 0),
        ("2008-01-31", "2008-03-31", 60, 60),
    ],
)
def test_months_of_30_days_differ_in_what_the_end_of_february_is(
    since: str, until: str, bond_basis: int, with_february: int
) -> None:
    """Bond Basis: the table of 30/360 cases published with the ISDA 2006 definitions; 28 February to 31 August
    2006 is 0.508333333 there, back to 28 February 0.494444444. The second column applies the four steps of the
    Securities Industry Association by hand: both ends in February first, then the first day, then the two 31sts.
    """
    first, last = day(since), day(until)
    assert year_fraction(DayCount.THIRTY_360, first, last) == Fraction(bond_basis, 360)
    assert year_fraction(DayCount.THIRTY_360_US, first, last) == Fraction(with_february, 360)


@pytest.mark.parametrize("day_count", DayCount)
def test_no_day_is_no_part_of_a_year_and_a_day_before_the_first_is_refused(day_count: DayCount) -> None:
    for text in ("2023-02-28", "2024-02-29", "2024-05-31"):
        assert year_fraction(day_count, day(text), day(text)) == 0
        with pytest.raises(NotUnderstood) as caught:
            year_fraction(day_count, day(text), day(text) - timedelta(days=1))
        assert caught.value.code == "E_DATE"


@pytest.mark.parametrize(
    ("first", "months", "then"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2023-12-15", 1, "2024-01-15"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-03-31", 0, "2024-03-31"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(first: str, months: int, then: str) -> None:
    assert months_after(day(first), months) == day(then)


# --- published figures --------------------------------------------------------------------------------------


def test_a_year_of_366_days_bears_more_than_a_year_of_interest() -> None:
    """Carta, "How do I find the interest payment?": 100,000 at 6 %, actual/365, 366 days: 6,016.44 simple, and
    6,106.93 compounding twice (their formula takes 183 days for both halves; 182 and 184 give the same cents).
    """
    since, until = day("2020-01-01"), day("2021-01-01")
    assert cents(terms().accrued(Fraction(100_000), since, until)) == "6016.44"
    twice = terms(compounding=Compounding.SEMI_ANNUAL)
    assert cents(twice.accrued(Fraction(100_000), since, until)) == "6106.93"


def test_a_vendors_note_bears_what_the_filing_says_it_was_redeemed_with() -> None:
    """Ascent Solar: 356,742 at 5 % from 23 March 2017, redeemed on 25 July 2018 with 23,897 of interest.

    The day count is not in the excerpt: 489 days of 365 give 23,896.83, of 360 they would give 24,228.73.
    """
    bears = terms("0.05").accrued(Fraction(356_742), day("2017-03-23"), day("2018-07-25"))
    assert cents(bears) == "23896.83"
    other = terms("0.05", day_count=DayCount.ACTUAL_360)
    assert cents(other.accrued(Fraction(356_742), day("2017-03-23"), day("2018-07-25"))) == "24228.73"


def test_the_interest_on_the_note_of_an_officers_company_was_six_percent() -> None:
    """Ascent Solar, 8-K of January 2017: 600,000 from 6 December 2016 to 19 January 2017 with "approximately
    $4,340": 44 days at 6 % are 4,339.73. The rate is deduced from that.
    """
    assert cents(terms().accrued(Fraction(600_000), day("2016-12-06"), day("2017-01-19"))) == "4339.73"


def test_money_compounding_by_the_quarter_for_six_years() -> None:
    """Wikipedia, "Compound interest": 1,500 at 4.3 % compounding quarterly is 1,938.84 after six years."""
    quarterly = terms("0.043", day_count=DayCount.THIRTY_360, compounding=Compounding.QUARTERLY)
    assert cents(1500 + quarterly.accrued(Fraction(1500), day("2019-01-01"), day("2025-01-01"))) == "1938.84"


@pytest.mark.parametrize(
    ("compounding", "grows_to"),
    [
        (Compounding.NONE, "112.00"),
        (Compounding.ANNUAL, "112.00"),
        (Compounding.SEMI_ANNUAL, "112.36"),
        (Compounding.QUARTERLY, "112.55"),
        (Compounding.MONTHLY, "112.68"),
    ],
)
def test_twelve_percent_of_a_year_by_how_often_it_compounds(compounding: Compounding, grows_to: str) -> None:
    """The table of effective rates in every textbook: 12.36, 12.55 and 12.68 % for 2, 4 and 12 times a year."""
    found = terms("0.12", day_count=DayCount.THIRTY_360, compounding=compounding)
    assert cents(100 + found.accrued(Fraction(100), day("2023-01-01"), day("2024-01-01"))) == grows_to


def test_twelve_percent_compounding_daily() -> None:
    """The same table: 12.7475 % for 365 days."""
    daily = terms("0.12", compounding=Compounding.DAILY)
    assert cents(daily.accrued(Fraction(10_000), day("2023-01-01"), day("2024-01-01"))) == "1274.75"


# --- a debt that changes ------------------------------------------------------------------------------------

BEGUN = day("2024-01-01")


def debt(agreed: InterestTerms, *changes: Change, principal: int = 1_000) -> list[Change]:
    return [Change(on=BEGUN, principal=Fraction(principal), terms=agreed), *changes]


def test_what_was_repaid_bears_interest_up_to_the_day_before() -> None:
    repaid = debt(terms("0.365"), Change(on=day("2024-01-11"), principal=Fraction(-400)))

    assert accrue(repaid, until=day("2024-01-11")).accrued == 10
    assert accrue(repaid, until=day("2024-01-12")).accrued == Fraction("10.6")
    assert accrue(repaid, until=day("2024-01-21")).accrued == 16


def test_a_default_rate_counts_from_the_default_until_it_is_cured() -> None:
    """Ascent Solar's note to Penumbra: 250,000 at 6 %, 18 % in default; a default of ten days is invented."""
    agreed = terms("0.06", default_rate=Ratio("0.18"))
    changes = debt(
        agreed,
        Change(on=day("2024-01-11"), in_default=True),
        Change(on=day("2024-01-21"), in_default=False),
        principal=250_000,
    )
    expected = Fraction(250_000) * (20 * Fraction("0.06") + 10 * Fraction("0.18")) / 365
    assert accrue(changes, until=day("2024-01-31")).accrued == expected


def test_without_a_default_rate_a_default_changes_nothing() -> None:
    changes = debt(terms(), Change(on=day("2024-03-01"), in_default=True))
    assert accrue(changes, until=day("2024-07-01")) == accrue(debt(terms()), until=day("2024-07-01"))


def test_interest_that_was_paid_no_longer_compounds() -> None:
    agreed = terms("0.12", day_count=DayCount.THIRTY_360, compounding=Compounding.QUARTERLY)
    unpaid = debt(agreed)
    paid = debt(agreed, *(Change(on=months_after(BEGUN, 3 * n), settled=Fraction(30)) for n in (1, 2, 3, 4)))

    assert accrue(unpaid, until=day("2025-01-01")).owed == 1_000 * Fraction("1.03") ** 4 - 1_000
    assert accrue(paid, until=day("2025-01-01")) == Accrued(Fraction(120), Fraction(120))


def test_a_settlement_settles_what_compounded_before_what_is_young() -> None:
    agreed = terms("0.12", day_count=DayCount.THIRTY_360, compounding=Compounding.ANNUAL)
    changes = debt(agreed, Change(on=day("2025-07-01"), settled=Fraction("127.2")))

    # a year: 120; half of the next: (1,000 + 120) × 6 % = 67.2; settled: the 120 that bore interest, and 7.2
    assert accrue(changes, until=day("2025-07-01")).owed == 60
    assert accrue(changes, until=day("2026-01-01")).owed == 120
    assert accrue(changes, until=day("2027-01-01")).owed == 120 + Fraction("134.4")


def test_interest_paid_in_advance_earns_nothing() -> None:
    agreed = terms("0.12", day_count=DayCount.THIRTY_360, compounding=Compounding.ANNUAL)
    changes = debt(agreed, Change(on=BEGUN, settled=Fraction(300)))

    assert [accrue(changes, until=day(f"{year}-01-01")).owed for year in (2024, 2025, 2026, 2027)] == [
        -300,
        -180,
        -60,
        60,
    ]
    assert accrue(changes, until=day("2028-01-01")).owed == 60 + Fraction("127.2")


@pytest.mark.parametrize(("compounding", "owed"), [(Compounding.NONE, "280"), (Compounding.ANNUAL, "299.2")])
def test_interest_that_passed_with_a_debt_is_owed_and_compounds_at_the_next_day_for_it(
    compounding: Compounding, owed: str
) -> None:
    """1,000 at 12 % received in the middle of a year with 100 of interest: 60 more at its end; 120 in the next,
    and 12 % of 160 where unsettled interest compounds once a year. A settlement below zero is interest received.
    """
    agreed = terms("0.12", day_count=DayCount.THIRTY_360, compounding=compounding)
    received = Change(on=day("2024-07-01"), principal=Fraction(1_000), settled=Fraction(-100))
    changes = [*debt(agreed, principal=0), received]

    assert accrue(changes, until=day("2024-07-01")).owed == 100
    assert accrue(changes, until=day("2025-01-01")).owed == 160
    assert accrue(changes, until=day("2026-01-01")).owed == Fraction(owed)


def test_interest_added_to_the_principal_is_settled_and_bears_interest() -> None:
    agreed = terms("0.12", day_count=DayCount.THIRTY_360)
    kind = Change(on=day("2024-07-01"), principal=Fraction(60), settled=Fraction(60))
    assert accrue(debt(agreed, kind), until=day("2025-01-01")) == Accrued(Fraction("123.6"), Fraction(60))


def test_new_terms_count_from_the_day_they_are_agreed() -> None:
    before, after = terms("0.365"), terms("0.73", day_count=DayCount.ACTUAL_360, accrues_from=BEGUN)
    changes = debt(before, Change(on=day("2024-01-11"), terms=after))
    assert accrue(changes, until=day("2024-01-21")).accrued == 10 + Fraction(7_300, 360)


@pytest.mark.parametrize(
    ("accrues_from", "days"), [(None, 31), ("2023-12-31", 32), ("2024-01-01", 31), ("2024-01-02", 30)]
)
def test_interest_may_run_from_another_day_than_that_of_the_issue(accrues_from: str | None, days: int) -> None:
    agreed = terms("0.365", accrues_from=accrues_from and day(accrues_from))
    assert accrue(debt(agreed), until=day("2024-02-01")).accrued == days


def test_changes_of_the_day_asked_about_count_and_later_ones_do_not() -> None:
    paid = debt(terms("0.365"), Change(on=day("2024-01-11"), settled=Fraction(3)))
    assert accrue(paid, until=day("2024-01-10")) == Accrued(Fraction(9), Fraction(0))
    assert accrue(paid, until=day("2024-01-11")) == Accrued(Fraction(10), Fraction(3))
    assert accrue(paid, until=day("2023-12-31")) == Accrued(Fraction(0), Fraction(0))


@pytest.mark.parametrize("day_count", [DayCount.THIRTY_360, DayCount.THIRTY_360_US])
def test_months_of_30_days_do_not_compound_daily(day_count: DayCount) -> None:
    with pytest.raises(NotUnderstood) as caught:
        terms(day_count=day_count, compounding=Compounding.DAILY)
    assert (caught.value.code, caught.value.where) == ("E_TERMS", "/compounding")


# --- laws ---------------------------------------------------------------------------------------------------

days = st.dates(date(2015, 1, 1), date(2026, 12, 31))
rates = st.fractions(0, 1, max_denominator=400).map(Ratio)


@st.composite
def agreed_terms(draw: st.DrawFn) -> InterestTerms:
    compounding = draw(st.sampled_from(Compounding))
    counts = ACTUAL if compounding is Compounding.DAILY else list(DayCount)
    return InterestTerms(
        rate=draw(rates),
        day_count=draw(st.sampled_from(counts)),
        compounding=compounding,
        default_rate=draw(st.none() | rates),
    )


@given(agreed=agreed_terms(), three=st.tuples(days, days, days).map(sorted))
def test_looking_at_a_debt_on_the_way_changes_nothing(agreed: InterestTerms, three: list[date]) -> None:
    first, middle, last = three
    begun = Change(on=first, principal=Fraction(1_000), terms=agreed)
    assert accrue([begun, Change(on=middle)], until=last) == accrue([begun], until=last)


@given(
    agreed=agreed_terms(), two=st.tuples(days, days).map(sorted), parts=st.lists(st.integers(0, 10**6), min_size=1)
)
def test_the_parts_of_a_principal_bear_what_the_whole_bears(
    agreed: InterestTerms, two: list[date], parts: list[int]
) -> None:
    whole = agreed.accrued(Fraction(sum(parts)), *two)
    assert sum(agreed.accrued(Fraction(part), *two) for part in parts) == whole


@given(agreed=agreed_terms(), three=st.tuples(days, days, days).map(sorted))
def test_interest_never_shrinks_with_time(agreed: InterestTerms, three: list[date]) -> None:
    first, middle, last = three
    assert 0 <= agreed.accrued(Fraction(7), first, middle) <= agreed.accrued(Fraction(7), first, last)


@given(agreed=agreed_terms(), two=st.tuples(days, days).map(sorted))
def test_interest_on_interest_is_never_less(agreed: InterestTerms, two: list[date]) -> None:
    simple = InterestTerms(rate=agreed.rate, day_count=agreed.day_count)
    assert agreed.accrued(Fraction(7), *two) >= simple.accrued(Fraction(7), *two)


@given(day_count=st.sampled_from(ACTUAL), three=st.tuples(days, days, days).map(sorted))
def test_actual_days_add_up(day_count: DayCount, three: list[date]) -> None:
    first, middle, last = three
    parts = year_fraction(day_count, first, middle) + year_fraction(day_count, middle, last)
    assert parts == year_fraction(day_count, first, last)


@given(two=st.tuples(days, days).map(sorted))
def test_the_ways_to_count_30_days_differ_by_three_days_at_most(two: list[date]) -> None:
    ways = [year_fraction(way, *two) * 360 for way in (DayCount.THIRTY_360, DayCount.THIRTY_360_US)]
    assert abs(ways[0] - ways[1]) <= 3
