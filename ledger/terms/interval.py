"""Intervals of exact numbers: what a rounded figure may stand for, and what follows from several of them.

An end may belong to its interval or not: a figure that is printed as 12.1 stands for 12.05 and for everything up
to 12.15, which would have been printed as 12.2. Where nothing is known from one side, that end is ``None``.

Arithmetic is exact as long as each number stands once in a formula: ``(a - b) / b`` must be written ``a / b - 1``.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Final, NamedTuple

import attrs


@attrs.frozen
class Interval:
    """All numbers between two ends.

    Attributes:
        low: The lower end; ``None`` where nothing is known from below.
        high: The upper end; ``None`` where nothing is known from above.
        without_low: Whether the lower end itself is left out.
        without_high: Whether the upper end itself is left out.
    """

    low: Fraction | None
    high: Fraction | None
    without_low: bool = False
    without_high: bool = False

    @property
    def is_bounded(self) -> bool:
        """Whether something is known from both sides."""
        return self.low is not None and self.high is not None

    @property
    def is_point(self) -> bool:
        """Whether it is one number."""
        return self.low is not None and self.low == self.high and not (self.without_low or self.without_high)

    @property
    def is_empty(self) -> bool:
        """Whether there is no such number."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.without_low or self.without_high))

    def __contains__(self, number: Fraction | int) -> bool:
        above = self.low is None or self.low < number or (self.low == number and not self.without_low)
        below = self.high is None or number < self.high or (self.high == number and not self.without_high)
        return above and below

    def and_(self, other: Interval) -> Interval:
        """Return the numbers that lie in both; the answer may be empty."""
        low, without_low = _higher(self._bottom, other._bottom)
        high, without_high = _higher(_turned(self._top), _turned(other._top))
        return Interval(low, None if high is None else -high, without_low, without_high)

    def or_(self, other: Interval) -> Interval:
        """Return the shortest interval that holds both."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        ends = (self._bottom, other._bottom), (_turned(self._top), _turned(other._top))
        (low, without_low), (high, without_high) = (_lower(*pair) for pair in ends)
        return Interval(low, None if high is None else -high, without_low, without_high)

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both."""
        return not self.and_(other).is_empty

    def within(self, other: Interval) -> bool:
        """Whether every number of it lies in the other."""
        return self.is_empty or other.or_(self) == other

    def gap_to(self, other: Interval) -> Fraction:
        """Return how far it lies from another: what its nearest number would have to be moved by; 0 if they meet.

        It is above zero where the other lies above, and below zero where it lies below.
        """
        if self.meets(other):
            return Fraction(0)
        if self.high is not None and other.low is not None and self.high <= other.low:
            return other.low - self.high
        assert self.low is not None, "two that do not meet have ends that face each other"
        assert other.high is not None, "so have these"
        return other.high - self.low

    def whole(self) -> Interval:
        """Return it narrowed to the whole numbers in it, both ends included."""
        low, high = self.low, self.high
        if low is not None:
            low = Fraction(floor(low) + 1 if self.without_low else ceil(low))
        if high is not None:
            high = Fraction(ceil(high) - 1 if self.without_high else floor(high))
        return Interval(low, high)

    def times(self, factor: Fraction) -> Interval:
        """Return every number of it multiplied by one that is not zero."""
        return self * point(factor)

    def __neg__(self) -> Interval:
        (high, without_high), (low, without_low) = _turned(self._bottom), _turned(self._top)
        return Interval(low, high, without_low, without_high)

    def __add__(self, other: Interval) -> Interval:
        if self.is_empty or other.is_empty:
            return NOTHING
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(
            low,
            high,
            low is not None and (self.without_low or other.without_low),
            high is not None and (self.without_high or other.without_high),
        )

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        if self.is_empty or other.is_empty:
            return NOTHING
        corners = [_product(one, two) for one in self._ends() for two in other._ends()]
        low, high = min(corners, key=_place), max(corners, key=_place)
        return Interval(
            low.number,
            high.number,
            low.number is not None and all(each.is_out for each in corners if _place(each) == _place(low)),
            high.number is not None and all(each.is_out for each in corners if _place(each) == _place(high)),
        )

    def __truediv__(self, other: Interval) -> Interval:
        return self.over(other)

    def over(self, other: Interval) -> Interval:
        """Return every number of it divided by every number of another that is not zero."""
        return self * other._reciprocal()

    def _reciprocal(self) -> Interval:
        """Return one divided by each number; by zero nothing is divided."""
        if self.is_empty or self.low == self.high == 0:
            return NOTHING
        if self.low is not None and self.low >= 0:
            low = Fraction(0) if self.high is None else 1 / self.high
            out = self.high is None or self.without_high
            return Interval(low, 1 / self.low if self.low else None, out, bool(self.low) and self.without_low)
        if self.high is not None and self.high <= 0:
            return -((-self)._reciprocal())
        return EVERYTHING

    @property
    def _bottom(self) -> tuple[Fraction | None, bool]:
        return self.low, self.without_low

    @property
    def _top(self) -> tuple[Fraction | None, bool]:
        return self.high, self.without_high

    def _ends(self) -> tuple[_End, _End]:
        return (
            _End(self.low, self.low is None or self.without_low, -1),
            _End(self.high, self.high is None or self.without_high, 1),
        )


class _End(NamedTuple):
    """An end of an interval, or a product of two: without a number, it lies beyond all of them on its side."""

    number: Fraction | None
    is_out: bool
    side: int

    @property
    def sign(self) -> int:
        return self.side if self.number is None else (self.number > 0) - (self.number < 0)


def _product(one: _End, two: _End) -> _End:
    if one.number == 0 or two.number == 0:
        return _End(
            Fraction(0), not ((one.number == 0 and not one.is_out) or (two.number == 0 and not two.is_out)), 0
        )
    if one.number is None or two.number is None:
        return _End(None, True, one.sign * two.sign)
    return _End(one.number * two.number, one.is_out or two.is_out, 0)


def _place(end: _End) -> tuple[int, Fraction]:
    return (end.side, Fraction(0)) if end.number is None else (0, end.number)


def _turned(end: tuple[Fraction | None, bool]) -> tuple[Fraction | None, bool]:
    number, is_out = end
    return None if number is None else -number, is_out


def _higher(one: tuple[Fraction | None, bool], two: tuple[Fraction | None, bool]) -> tuple[Fraction | None, bool]:
    """Return the lower end that leaves more out."""
    if one[0] is None or two[0] is None:
        return two if one[0] is None else one
    return max((one[0], one[1]), (two[0], two[1]))


def _lower(one: tuple[Fraction | None, bool], two: tuple[Fraction | None, bool]) -> tuple[Fraction | None, bool]:
    """Return the lower end that leaves less out."""
    if one[0] is None or two[0] is None:
        return None, False
    return min((one[0], one[1]), (two[0], two[1]))


EVERYTHING: Final = Interval(None, None)
"""Nothing is known."""
NOTHING: Final = Interval(Fraction(1), Fraction(0))
"""There is no such number."""
NOT_BELOW_ZERO: Final = Interval(Fraction(0), None)
"""Nothing is known, but that a count or an amount is not below zero."""


def point(number: Fraction | int) -> Interval:
    """Return one number."""
    return Interval(Fraction(number), Fraction(number))


def spanning(low: Fraction | int, high: Fraction | int) -> Interval:
    """Return everything from one number to another, both included."""
    return Interval(Fraction(low), Fraction(high))
