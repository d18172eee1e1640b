"""Vesting: how shares are divided, on which days they vest, and what hastens or ends it."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.identity import Count, VestingConditionId
from ledger.quantities import Ratio, Shares
from ledger.terms.allocation import Allocation, allocated
from ledger.terms.schedule import Instalment, Schedule, TakenFrom
from ledger.terms.vesting import (
    Acceleration,
    ConditionRole,
    PeriodUnit,
    VestingTerms,
    VestingTranche,
    later,
)

START = date(2021, 1, 15)
SALE, DISMISSAL, LISTING = (
    VestingConditionId("sale"),
    VestingConditionId("dismissal"),
    VestingConditionId("listing"),
)


def monthly(instalments: int = 48, *, cliff: int = 12, **fields: Any) -> VestingTranche:
    return VestingTranche(instalments=Count(instalments), every=Count(1), cliff=Count(cliff), **fields)


def terms(*tranches: VestingTranche, starts_on: date | None = START, **fields: Any) -> VestingTerms:
    return VestingTerms(starts_on=starts_on, tranches=tranches or (monthly(),), **fields)


def in_equal_parts(granted: int, parts: int, allocation: Allocation) -> list[str]:
    return [str(each) for each in allocated(Shares(granted), [Fraction(1, parts)] * parts, allocation)]


def by_month(
    vesting: VestingTerms, granted: int, met: Mapping[VestingConditionId, date] | None = None
) -> dict[str, str]:
    schedule = vesting.schedule(Shares(granted), met)
    return {str(each.vests_on): str(each.shares) for each in schedule.instalments}


def vested(
    vesting: VestingTerms, granted: int, as_of: str, met: Mapping[VestingConditionId, date] | None = None
) -> int:
    return int(str(vesting.schedule(Shares(granted), met).vested(date.fromisoformat(as_of))))


# --- which instalment takes what is left over ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allocation", "parts"),
    [
        (Allocation.CUMULATIVE_ROUNDING, "5 4 5 4"),
        (Allocation.CUMULATIVE_ROUND_DOWN, "4 5 4 5"),
        (Allocation.FRONT_LOADED, "5 5 4 4"),
        (Allocation.BACK_LOADED, "4 4 5 5"),
        (Allocation.FRONT_LOADED_TO_SINGLE_TRANCHE, "6 4 4 4"),
        (Allocation.BACK_LOADED_TO_SINGLE_TRANCHE, "4 4 4 6"),
        (Allocation.FRACTIONAL, "4.5 4.5 4.5 4.5"),
    ],
)
def test_18_shares_in_four_parts_come_out_as_the_open_cap_format_names_it(
    allocation: Allocation, parts: str
) -> None:
    """Open Cap Format, enumeration AllocationType (v1.0.0 to v1.2.0): the example in its description."""
    assert in_equal_parts(18, 4, allocation) == parts.split()


@pytest.mark.parametrize(
    ("allocation", "cliff"),
    [
        (Allocation.CUMULATIVE_ROUNDING, 9),
        (Allocation.CUMULATIVE_ROUND_DOWN, 9),
        (Allocation.BACK_LOADED, 8),
        (Allocation.BACK_LOADED_TO_SINGLE_TRANCHE, 8),
        (Allocation.FRONT_LOADED, 10),
        (Allocation.FRONT_LOADED_TO_SINGLE_TRANCHE, 10),
    ],
)
def test_a_cliff_of_two_in_four_months_vests_what_the_first_two_instalments_come_to(
    allocation: Allocation, cliff: int
) -> None:
    """Open-Cap-Format-OCF issue 514: 18 shares over four months with a cliff of two give 8, 9 or 10."""
    vesting = terms(monthly(4, cliff=2), allocation=allocation)
    assert vested(vesting, 18, "2021-03-14") == 0
    assert vested(vesting, 18, "2021-03-15") == cliff
    assert vested(vesting, 18, "2021-05-15") == 18


@pytest.mark.parametrize("allocation", list(Allocation))
def test_nothing_is_left_over_where_parts_come_out_even(allocation: Allocation) -> None:
    assert in_equal_parts(20, 4, allocation) == ["5"] * 4
    assert in_equal_parts(0, 4, allocation) == ["0"] * 4
    assert in_equal_parts(7, 1, allocation) == ["7"]


def test_a_class_that_has_fractions_of_a_share_is_divided_to_its_own_decimals() -> None:
    thirds = [Fraction(1, 3)] * 3
    parts = allocated(Shares(10), thirds, Allocation.FRONT_LOADED, decimals=2)
    assert [str(each) for each in parts] == ["3.34", "3.33", "3.33"]


weights = st.lists(st.integers(1, 50), min_size=1, max_size=12).map(
    lambda each: [Fraction(part, sum(each)) for part in each]
)


@given(granted=st.integers(0, 10**12), parts=weights, allocation=st.sampled_from(Allocation))
def test_the_parts_of_an_award_are_whole_and_add_up_to_it(
    granted: int, parts: Sequence[Fraction], allocation: Allocation
) -> None:
    shares = allocated(Shares(granted), parts, allocation)
    assert sum(shares, Shares(0)) == Shares(granted)
    assert all(each.units >= 0 for each in shares)
    if allocation is not Allocation.FRACTIONAL:
        assert all(each.as_fraction().denominator == 1 for each in shares)


@given(granted=st.integers(0, 10**12), parts=weights, allocation=st.sampled_from(Allocation))
def test_no_part_is_more_than_a_share_away_from_its_due_unless_one_takes_all_that_is_left_over(
    granted: int, parts: Sequence[Fraction], allocation: Allocation
) -> None:
    shares = [each.as_fraction() for each in allocated(Shares(granted), parts, allocation)]
    away = [abs(each - granted * part) for each, part in zip(shares, parts, strict=True)]
    if allocation is Allocation.FRONT_LOADED_TO_SINGLE_TRANCHE:
        away = away[1:]
    if allocation is Allocation.BACK_LOADED_TO_SINGLE_TRANCHE:
        away = away[:-1]
    assert all(each <= 1 for each in away)


@given(granted=st.integers(0, 10**9), parts=st.integers(1, 30))
def test_front_and_back_loaded_are_mirror_images(granted: int, parts: int) -> None:
    assert in_equal_parts(granted, parts, Allocation.FRONT_LOADED) == list(
        reversed(in_equal_parts(granted, parts, Allocation.BACK_LOADED))
    )
    assert in_equal_parts(granted, parts, Allocation.FRONT_LOADED_TO_SINGLE_TRANCHE) == list(
        reversed(in_equal_parts(granted, parts, Allocation.BACK_LOADED_TO_SINGLE_TRANCHE))
    )


@given(granted=st.integers(0, 10**9), parts=weights)
def test_whoever_loads_the_front_has_never_vested_less_than_whoever_loads_the_back(
    granted: int, parts: Sequence[Fraction]
) -> None:
    sums = {
        allocation: list(accumulate(allocated(Shares(granted), parts, allocation)))
        for allocation in (Allocation.FRONT_LOADED, Allocation.CUMULATIVE_ROUND_DOWN, Allocation.BACK_LOADED)
    }
    front, down, back = sums.values()
    assert all(first >= second for first, second in zip(front, down, strict=True))
    assert all(first >= second for first, second in zip(down, back, strict=True))


# --- on which day -------------------------------------------------------------------------------------------------


def test_four_years_with_a_cliff_of_one_give_a_quarter_and_then_a_48th_each_month() -> None:
    """venturecapitaltracker.com, "Vesting Schedule, Cliff, Acceleration": a grant of 48,000 options.

    Nothing in months 1 to 11, 12,000 in month 12, 1,000 in each month after it, all in month 48.
    """
    vesting = terms()
    assert vested(vesting, 48_000, "2022-01-14") == 0
    assert vested(vesting, 48_000, "2022-01-15") == 12_000
    assert vested(vesting, 48_000, "2022-02-14") == 12_000
    assert vested(vesting, 48_000, "2022-02-15") == 13_000
    assert vested(vesting, 48_000, "2025-01-14") == 47_000
    assert vested(vesting, 48_000, "2025-01-15") == 48_000


def test_vesting_that_starts_on_the_30th_vests_on_the_last_of_february() -> None:
    """Open Cap Format, explainer "Vesting System", example 3: 480 shares from 30 January 2021 on.

    120 at the cliff on 30 January 2022, then ten each month: first on 28 February 2022, and again on the 30th.
    """
    days = by_month(terms(starts_on=date(2021, 1, 30)), 480)
    assert list(days.items())[:3] == [("2022-01-30", "120"), ("2022-02-28", "10"), ("2022-03-30", "10")]
    assert days["2024-02-29"] == "10"
    assert len(days) == 37


@pytest.mark.parametrize(
    ("day_of_month", "days"),
    [
        (None, ["2024-02-15", "2024-03-15", "2024-04-15"]),
        (1, ["2024-02-01", "2024-03-01", "2024-04-01"]),
        (29, ["2024-02-29", "2024-03-29", "2024-04-29"]),
        (30, ["2024-02-29", "2024-03-30", "2024-04-30"]),
        (31, ["2024-02-29", "2024-03-31", "2024-04-30"]),
    ],
)
def test_vesting_may_fall_on_a_day_of_the_month_or_on_its_last(day_of_month: int | None, days: list[str]) -> None:
    """Open Cap Format, enumeration VestingDayOfMonth: 31_OR_LAST_DAY_OF_MONTH is 31 Jan, 29 Feb, 31 Mar, 30 Apr."""
    on = None if day_of_month is None else Count(day_of_month)
    tranche = monthly(3, cliff=0, day_of_month=on)
    assert list(by_month(terms(tranche, starts_on=date(2024, 1, 15)), 3)) == days


@pytest.mark.parametrize(
    ("unit", "length", "day"),
    [
        (PeriodUnit.DAYS, 365, "2025-02-28"),
        (PeriodUnit.DAYS, 366, "2025-03-01"),
        (PeriodUnit.MONTHS, 12, "2025-02-28"),
        (PeriodUnit.YEARS, 1, "2025-02-28"),
        (PeriodUnit.YEARS, 4, "2028-02-29"),
        (PeriodUnit.MONTHS, 0, "2024-02-29"),
    ],
)
def test_a_year_of_365_days_and_a_year_of_the_calendar_need_not_end_on_the_same_day(
    unit: PeriodUnit, length: int, day: str
) -> None:
    assert str(later(date(2024, 2, 29), length, unit)) == day


def test_unequal_years_are_tranches_of_their_own() -> None:
    """5 % – 15 % – 40 % – 40 %, the last 80 % in half-yearly instalments, as some employers grant it; by hand:

    5 after a year, 5 + 15 after two, 20 + 20 + 20 after three, 60 + 20 + 20 after four.
    """
    vesting = terms(
        VestingTranche(portion=Ratio("1/20"), after=Count(12)),
        VestingTranche(portion=Ratio("3/20"), after=Count(24)),
        VestingTranche(portion=Ratio("4/5"), instalments=Count(4), every=Count(6), after=Count(30)),
    )
    assert [vested(vesting, 100, f"{year}-01-15") for year in (2022, 2023, 2024, 2025)] == [5, 20, 60, 100]
    assert vested(vesting, 100, "2023-07-15") == 40


def test_a_grant_in_quarters_of_years_rounds_across_all_its_tranches() -> None:
    vesting = terms(
        VestingTranche(portion=Ratio("1/4"), after=Count(1), unit=PeriodUnit.YEARS),
        VestingTranche(
            portion=Ratio("3/4"), instalments=Count(3), every=Count(1), after=Count(2), unit=PeriodUnit.YEARS
        ),
        allocation=Allocation.CUMULATIVE_ROUNDING,
    )
    assert list(by_month(vesting, 18).values()) == ["5", "4", "5", "4"]


def test_a_fixed_day_needs_no_start() -> None:
    vesting = terms(VestingTranche(on=date(2030, 6, 1)), starts_on=None)
    assert by_month(vesting, 10) == {"2030-06-01": "10"}


# --- conditions ---------------------------------------------------------------------------------------------------


def test_what_vests_on_an_event_is_unvested_until_it_happens() -> None:
    """Open Cap Format, explainer "Vesting System", example 1: 500 shares, all on a sale on 14 July 2022."""
    vesting = terms(VestingTranche(condition=SALE), starts_on=None)
    assert by_month(vesting, 500) == {"None": "500"}
    assert by_month(vesting, 500, {SALE: date(2022, 7, 14)}) == {"2022-07-14": "500"}


@pytest.mark.parametrize(("met_on", "vests"), [("2023-12-31", 500), ("2024-01-01", 500), ("2024-01-02", 0)])
def test_a_condition_that_is_met_too_late_is_not_met(met_on: str, vests: int) -> None:
    """Open Cap Format, explainer "Vesting System", example 2: within three years of 1 January 2021."""
    vesting = terms(VestingTranche(condition=SALE, lapses_on=date(2024, 1, 1)), starts_on=None)
    assert vested(vesting, 500, "2030-01-01", {SALE: date.fromisoformat(met_on)}) == vests


def test_units_that_need_time_and_a_listing_vest_on_the_later_of_the_two() -> None:
    vesting = terms(monthly(48, cliff=12, condition=LISTING, role=ConditionRole.GATES))
    assert vested(vesting, 480, "2030-01-01") == 0
    met = {LISTING: date(2023, 1, 20)}
    assert vested(vesting, 480, "2023-01-19", met) == 0
    assert vested(vesting, 480, "2023-01-20", met) == 240
    assert vested(vesting, 480, "2023-02-15", met) == 250


def test_time_may_begin_to_count_with_a_condition() -> None:
    vesting = terms(monthly(4, cliff=0, condition=LISTING, role=ConditionRole.STARTS), starts_on=None)
    days = by_month(vesting, 4, {LISTING: date(2024, 1, 31)})
    assert list(days) == ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]
    assert by_month(vesting, 4) == {"None": "4"}


@pytest.mark.parametrize(("met_on", "day"), [("2025-01-14", "2025-01-14"), ("2026-01-16", "2026-01-15")])
def test_what_a_goal_hastens_vests_on_the_earlier_of_goal_and_time(met_on: str, day: str) -> None:
    tranche = VestingTranche(after=Count(5), unit=PeriodUnit.YEARS, condition=LISTING, role=ConditionRole.HASTENS)
    assert by_month(terms(tranche), 10) == {"2026-01-15": "10"}
    assert by_month(terms(tranche), 10, {LISTING: date.fromisoformat(met_on)}) == {day: "10"}


# --- acceleration -------------------------------------------------------------------------------------------------


def test_a_single_trigger_vests_everything_on_the_sale() -> None:
    """venturecapitaltracker.com, as above: on a change of control all vesting accelerates."""
    vesting = terms(accelerations=(Acceleration(when=SALE, portion=Ratio(1)),))
    met = {SALE: date(2023, 6, 30)}
    assert vested(vesting, 48_000, "2023-06-29", met) == 29_000
    assert vested(vesting, 48_000, "2023-06-30", met) == 48_000


@pytest.mark.parametrize(
    ("dismissed_on", "vests"),
    [
        (None, 35_000),
        ("2023-06-29", 35_000),
        ("2023-06-30", 48_000),
        ("2023-12-31", 48_000),
        ("2024-06-30", 48_000),
        ("2024-07-01", 41_000),
    ],
)
def test_a_double_trigger_needs_a_dismissal_within_a_year_of_the_sale(dismissed_on: str | None, vests: int) -> None:
    """The window of twelve months after the acquisition, first and last day included (same page)."""
    vesting = terms(
        accelerations=(Acceleration(when=SALE, and_then=DISMISSAL, within_months=Count(12), portion=Ratio(1)),)
    )
    met = {SALE: date(2023, 6, 30)}
    if dismissed_on is not None:
        met[DISMISSAL] = date.fromisoformat(dismissed_on)
    as_of = max("2023-12-31", dismissed_on or "")
    assert vested(vesting, 48_000, as_of, met) == vests


@pytest.mark.parametrize(
    ("taken_from", "on_the_sale", "a_year_later", "vested_in_full"),
    [
        (TakenFrom.NEXT, 36_000, 36_000, "2025-01-15"),
        (TakenFrom.LAST, 36_000, 48_000, "2024-01-15"),
        (TakenFrom.RATABLY, 36_000, 42_000, "2025-01-15"),
    ],
)
def test_half_of_what_is_unvested_comes_from_the_next_the_last_or_all_instalments(
    taken_from: TakenFrom, on_the_sale: int, a_year_later: int, vested_in_full: str
) -> None:
    """Two of four years have passed: 24,000 of 48,000 are unvested, and half of them vest: 12,000.

    The other 12,000 vest over the fourth year, over the third, or over both at half the pace.
    """
    vesting = terms(accelerations=(Acceleration(when=SALE, portion=Ratio("1/2"), taken_from=taken_from),))
    met = {SALE: date(2023, 1, 15)}
    assert vested(vesting, 48_000, "2023-01-15", met) == on_the_sale
    assert vested(vesting, 48_000, "2024-01-15", met) == a_year_later
    last = vesting.schedule(Shares(48_000), met).instalments[-1]
    assert str(last.vests_on) == vested_in_full


def test_six_months_of_vesting_more_are_the_next_six_instalments() -> None:
    vesting = terms(accelerations=(Acceleration(when=DISMISSAL, months=Count(6)),))
    met = {DISMISSAL: date(2023, 1, 20)}
    assert vested(vesting, 48_000, "2023-01-20", met) == 30_000
    assert vested(vesting, 48_000, "2023-07-15", met) == 30_000
    assert vested(vesting, 48_000, "2023-08-15", met) == 31_000


def test_months_of_vesting_before_the_cliff_give_nothing_that_the_cliff_holds_back() -> None:
    vesting = terms(accelerations=(Acceleration(when=DISMISSAL, months=Count(6)),))
    met = {DISMISSAL: date(2021, 3, 1)}
    assert vested(vesting, 48_000, "2021-03-01", met) == 0


def test_a_portion_of_unvested_shares_is_rounded_down_to_whole_ones() -> None:
    vesting = terms(monthly(4, cliff=0), accelerations=(Acceleration(when=SALE, portion=Ratio("1/2")),))
    assert vested(vesting, 18, "2021-02-15", {SALE: date(2021, 2, 15)}) == 4 + 7  # 14 unvested
    assert vested(vesting, 17, "2021-02-15", {SALE: date(2021, 2, 15)}) == 4 + 6  # 13 unvested


# --- what becomes of a schedule -----------------------------------------------------------------------------------

schedules = st.builds(
    lambda granted, instalments, cliff, every, allocation: terms(
        VestingTranche(instalments=Count(instalments), every=Count(every), cliff=Count(min(cliff, instalments))),
        allocation=allocation,
    ).schedule(Shares(granted)),
    st.integers(0, 10**7),
    st.integers(1, 60),
    st.integers(0, 12),
    st.integers(1, 12),
    st.sampled_from(Allocation),
)
some_days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(schedule=schedules, days=st.lists(some_days, min_size=2, max_size=6))
def test_what_has_vested_stays_vested(schedule: Schedule, days: list[date]) -> None:
    for earlier, after in pairwise(sorted(days)):
        assert schedule.vested(earlier) <= schedule.vested(after)
        assert schedule.vested(after) + schedule.unvested(after) == schedule.shares


@given(schedule=schedules, on=some_days, shares=st.integers(0, 10**7), taken_from=st.sampled_from(TakenFrom))
def test_shares_taken_out_of_a_schedule_and_those_left_are_the_whole(
    schedule: Schedule, on: date, shares: int, taken_from: TakenFrom
) -> None:
    taken, left = schedule.parted(on, Shares(shares), taken_from)
    assert taken.shares == min(Shares(shares), schedule.unvested(on))
    assert taken.shares + left.shares == schedule.shares
    assert left.vested(on) == schedule.vested(on)
    assert not taken.vested(on)
    for each in (*taken.instalments, *left.instalments):
        assert each.shares.units > 0


@given(
    schedule=schedules,
    on=some_days,
    shares=st.integers(0, 10**7),
    taken_from=st.sampled_from(TakenFrom),
    as_of=some_days,
)
def test_acceleration_never_vests_less_and_never_more_than_the_award(
    schedule: Schedule, on: date, shares: int, taken_from: TakenFrom, as_of: date
) -> None:
    sooner = schedule.accelerated(on, Shares(shares), taken_from)
    assert sooner.shares == schedule.shares
    assert sooner.vested(as_of) >= schedule.vested(as_of)
    assert sooner.vested(on) == schedule.vested(on) + min(Shares(shares), schedule.unvested(on))


def test_bought_early_in_proportion_shares_and_option_vest_side_by_side() -> None:
    """The rule of Capshare's help, "Proportional Vesting", for a quarter of an option that vests in 48 months.

    Of 96,000 that vest 2,000 a month, 24,000 are bought: 500 of each month are of the shares, 1,500 of the option.
    """
    schedule = terms(monthly(48, cliff=0), starts_on=date(2015, 1, 1)).schedule(Shares(96_000))
    bought, left = schedule.parted(date(2015, 1, 2), Shares(24_000), TakenFrom.RATABLY)
    assert {str(each.shares) for each in bought.instalments} == {"500"}
    assert {str(each.shares) for each in left.instalments} == {"1500"}
    assert len(bought.instalments) == len(left.instalments) == 48


def test_bought_early_in_the_order_of_vesting_the_shares_vest_before_the_option() -> None:
    schedule = terms(monthly(48, cliff=0)).schedule(Shares(48_000))
    bought, left = schedule.parted(START, Shares(12_000), TakenFrom.NEXT)
    assert bought.unvested(date(2022, 1, 15)) == Shares(0)
    assert left.vested(date(2022, 1, 15)) == Shares(0)
    assert left.vested(date(2022, 2, 15)) == Shares(1_000)


@given(schedule=schedules, numerator=st.integers(1, 20), denominator=st.integers(1, 20))
def test_a_split_keeps_the_days_and_adds_up(schedule: Schedule, numerator: int, denominator: int) -> None:
    ratio = Fraction(numerator, denominator)
    after = Shares.of_units(int(schedule.shares.units * ratio))
    rescaled = schedule.rescaled(after)
    assert rescaled.shares == (after if schedule.shares else Shares(0))
    assert {each.vests_on for each in rescaled.instalments} <= {each.vests_on for each in schedule.instalments}


@given(schedule=schedules, numerator=st.integers(1, 20), denominator=st.integers(1, 20), on=some_days)
def test_a_split_leaves_what_has_vested_the_part_that_it_was(
    schedule: Schedule, numerator: int, denominator: int, on: date
) -> None:
    after = Shares.of_units(int(schedule.shares.units * Fraction(numerator, denominator)))
    in_step = after.units * Fraction(schedule.vested(on).units) / (schedule.shares.units or 1)
    assert 0 <= in_step - schedule.rescaled(after).vested(on).units < Shares(1).units


def test_a_reverse_split_takes_back_nothing_that_has_vested() -> None:
    """By hand: 9,000 over four years, the last instalment taking what is left over: 24 × 187 = 4,488 after two.

    One for 100 makes 90 of it, and 44 have vested. Divided anew by its terms 24 would have: 1 each month, 43 last.
    """
    vesting = terms(monthly(48, cliff=0), allocation=Allocation.BACK_LOADED_TO_SINGLE_TRANCHE)
    schedule = vesting.schedule(Shares(9_000))
    after_two_years = date(2023, 1, 20)
    assert schedule.vested(after_two_years) == Shares(4_488)
    assert schedule.rescaled(Shares(90)).vested(after_two_years) == Shares(44)


def test_a_split_of_two_for_one_doubles_each_instalment() -> None:
    schedule = terms().schedule(Shares(480))
    doubled = [Instalment(each.vests_on, each.shares + each.shares) for each in schedule.instalments]
    assert list(schedule.rescaled(Shares(960)).instalments) == doubled


# --- terms that contradict themselves -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: terms(VestingTranche(portion=Ratio("1/2"), after=Count(1))), "add up to 0.5"),
        (lambda: terms(VestingTranche(after=Count(1)), VestingTranche(portion=Ratio("1/4"))), "add up to 1.25"),
        (lambda: VestingTerms(starts_on=START, tranches=()), "add up to 0"),
        (lambda: terms(monthly(), starts_on=None), "starts_on"),
        (lambda: terms(VestingTranche(), starts_on=None), "starts_on"),
        (lambda: VestingTranche(portion=Ratio(0)), "above 0"),
        (lambda: VestingTranche(portion=Ratio("101/100")), "at most 1"),
        (lambda: VestingTranche(instalments=Count(0)), "no instalment"),
        (lambda: VestingTranche(instalments=Count(2)), "at once"),
        (lambda: monthly(4, cliff=5), "instalment 5 of 4"),
        (lambda: monthly(4, cliff=0, day_of_month=Count(0)), "day 0"),
        (lambda: monthly(4, cliff=0, day_of_month=Count(32)), "day 32"),
        (lambda: monthly(4, cliff=0, unit=PeriodUnit.DAYS, day_of_month=Count(1)), "day 1"),
        (lambda: monthly(1201, cliff=0), "hundred years"),
        (lambda: VestingTranche(on=START, after=Count(1)), "state one of the two"),
        (lambda: VestingTranche(on=date(1066, 10, 14)), "1066"),
        (lambda: VestingTranche(role=ConditionRole.STARTS), "name the condition"),
        (lambda: VestingTranche(condition=SALE, role=ConditionRole.HASTENS), "hastens"),
        (lambda: VestingTranche(on=START, condition=SALE, role=ConditionRole.STARTS), "state one of the two"),
        (lambda: VestingTranche(lapses_on=START), "name the condition"),
        (lambda: Acceleration(when=SALE), "exactly one"),
        (lambda: Acceleration(when=SALE, portion=Ratio(1), months=Count(1)), "exactly one"),
        (lambda: Acceleration(when=SALE, portion=Ratio(0)), "above 0"),
        (lambda: Acceleration(when=SALE, portion=Ratio(2)), "at most 1"),
        (lambda: Acceleration(when=SALE, and_then=SALE, portion=Ratio(1)), "two conditions"),
        (lambda: Acceleration(when=SALE, within_months=Count(1), portion=Ratio(1)), "second condition"),
        (lambda: Acceleration(when=SALE, months=Count(6), taken_from=TakenFrom.LAST), "from the next"),
        (lambda: Acceleration(when=SALE, months=Count(1201)), "hundred years"),
    ],
)
def test_terms_that_contradict_themselves_are_refused(make: Any, says: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        make()
    assert refused.value.code in ("E_TERMS", "E_DATE_RANGE")
    assert says in str(refused.value)


def test_a_hundred_years_of_months_are_the_most() -> None:
    assert len(terms(monthly(1200, cliff=0)).schedule(Shares(1200)).instalments) == 1200


def test_terms_name_what_they_wait_for() -> None:
    vesting = terms(
        VestingTranche(portion=Ratio("1/2"), condition=LISTING),
        monthly(portion=Ratio("1/2")),
        accelerations=(Acceleration(when=SALE, and_then=DISMISSAL, portion=Ratio(1)),),
    )
    assert vesting.conditions == {LISTING, SALE, DISMISSAL}
