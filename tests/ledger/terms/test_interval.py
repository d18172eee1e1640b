"""Intervals: arithmetic that leaves out nothing possible, and adds nothing that is not."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.terms.interval import EVERYTHING, Interval, point, spanning

_SMALL = st.integers(-6, 6).map(lambda number: Fraction(number, 2))
_ENDS = st.one_of(st.none(), _SMALL)
_GRID = [Fraction(number, 4) for number in range(-28, 29)]


@st.composite
def intervals(draw: st.DrawFn, ends: st.SearchStrategy[Fraction | None] = _ENDS) -> Interval:
    low, high = draw(ends), draw(ends)
    made = Interval(low, high, low is not None and draw(st.booleans()), high is not None and draw(st.booleans()))
    assume(not made.is_empty)
    return made


def members(interval: Interval) -> list[Fraction]:
    """Return some of its numbers, near each end above all."""
    near = [
        end + move
        for end in (interval.low, interval.high)
        if end is not None
        for move in (Fraction(0), Fraction(1, 1000), Fraction(-1, 1000))
    ]
    return [number for number in (*_GRID, *near) if number in interval]


_OPERATIONS = (
    (Interval.__add__, lambda one, other: one + other),
    (Interval.__sub__, lambda one, other: one - other),
    (Interval.__mul__, lambda one, other: one * other),
    (Interval.__truediv__, lambda one, other: one / other if other else None),
)


@given(intervals(), intervals(), st.sampled_from(_OPERATIONS))
def test_arithmetic_leaves_out_no_number_that_two_of_the_operands_make(
    one: Interval, other: Interval, operation: Any
) -> None:
    of_intervals, of_numbers = operation
    result = of_intervals(one, other)

    for pair in product(members(one), members(other)):
        made = of_numbers(*pair)
        assert made is None or made in result


@given(intervals(_SMALL), intervals(_SMALL), st.sampled_from(_OPERATIONS))
def test_every_end_of_a_result_is_come_as_near_to_as_one_likes(
    one: Interval, other: Interval, operation: Any
) -> None:
    of_intervals, of_numbers = operation
    result = of_intervals(one, other)
    made = [found for pair in product(_dense(one), _dense(other)) if (found := of_numbers(*pair)) is not None]
    assume(made)

    if result.low is not None:
        assert min(made) - result.low < Fraction(1, 10), "the lower end is no lower than it has to be"
    if result.high is not None:
        assert result.high - max(made) < Fraction(1, 10)
    if result.low is not None and not result.without_low:
        assert result.low in made, "an end that belongs to the result is reached"
    if result.high is not None and not result.without_high:
        assert result.high in made


def _dense(interval: Interval) -> list[Fraction]:
    """Return numbers that come within a ten-thousandth of each end."""
    assert interval.low is not None
    assert interval.high is not None
    width = interval.high - interval.low
    inner = [interval.low + width * Fraction(part, 100_000) for part in (0, 1, 99_999, 100_000)]
    return [number for number in inner if number in interval] + ([Fraction(0)] if Fraction(0) in interval else [])


@given(intervals(), intervals())
def test_two_intervals_meet_where_a_number_lies_in_both(one: Interval, other: Interval) -> None:
    both = one.and_(other)

    assert one.meets(other) is (not both.is_empty)
    for number in {*members(one), *members(other)}:
        assert (number in both) is (number in one and number in other)
        assert not (number in one or number in other) or number in one.or_(other)


@given(intervals(), intervals())
def test_the_gap_is_what_one_has_to_be_moved_by(one: Interval, other: Interval) -> None:
    gap = one.gap_to(other)

    assert (gap == 0) or not one.meets(other)
    moved = one + point(gap)
    nearly = Interval(
        None if moved.low is None else moved.low - Fraction(1, 10**6),
        None if moved.high is None else moved.high + Fraction(1, 10**6),
    )
    assert nearly.meets(other)
    if gap:
        assert not (one + point(gap * Fraction(99, 100))).meets(other)


@given(intervals())
def test_the_whole_numbers_of_an_interval_are_those_that_lie_in_it(interval: Interval) -> None:
    whole = interval.whole()

    for number in range(-9, 10):
        assert (number in whole) is (Fraction(number) in interval)


def test_dividing_by_what_may_be_zero_says_nothing() -> None:
    assert point(1) / spanning(-1, 1) == EVERYTHING
    assert point(1) / spanning(0, 2) == Interval(Fraction(1, 2), None)
    assert spanning(1, 2) / Interval(Fraction(4), None) == Interval(Fraction(0), Fraction(1, 2), without_low=True)


@pytest.mark.parametrize(
    ("low", "high", "without_low", "without_high", "is_empty"),
    [(1, 1, False, False, False), (1, 1, True, False, True), (2, 1, False, False, True), (1, 2, True, True, False)],
)
def test_an_interval_is_empty_where_no_number_is_left(
    low: int, high: int, without_low: bool, without_high: bool, is_empty: bool
) -> None:
    assert Interval(Fraction(low), Fraction(high), without_low, without_high).is_empty is is_empty
