"""Figures that may not be known exactly: between two values, at least one, at most one, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, Final, Generic, TypeVar

import attrs

from ledger.quantities import Money, Shares

_Figure = TypeVar("_Figure", Shares, Money, Fraction)
_Other = TypeVar("_Other", Shares, Money, Fraction)
_Value = TypeVar("_Value")
_ONE: Final = Fraction(1)


@attrs.frozen
class Bounds(Generic[_Figure]):
    """A figure between two values, both included.

    Attributes:
        low: The figure is at least this; ``None`` when nothing is known from below.
        high: The figure is at most this; ``None`` when nothing is known from above.
    """

    low: _Figure | None
    high: _Figure | None

    @property
    def is_exact(self) -> bool:
        """Whether the figure is known."""
        return self.low is not None and self.low == self.high

    @property
    def exact(self) -> _Figure:
        """The figure.

        Raises:
            ValueError: It is not known exactly.
        """
        if self.low is None or self.low != self.high:
            raise ValueError(f"the figure is not known exactly: {self}")
        return self.low

    def map(self, change: Callable[[_Figure], _Other]) -> Bounds[_Other]:
        """Return the bounds of a figure that grows with this one."""
        return Bounds(
            None if self.low is None else change(self.low), None if self.high is None else change(self.high)
        )

    def __str__(self) -> str:
        if self.low is None:
            return "unknown" if self.high is None else f"at most {shown(self.high)}"
        if self.high is None:
            return f"at least {shown(self.low)}"
        return shown(self.low) if self.is_exact else f"{shown(self.low)} to {shown(self.high)}"


def shown(figure: Shares | Money | Fraction) -> str:
    """Return a figure with separators."""
    return f"{figure:,}" if isinstance(figure, Shares | Money) else str(figure)


def exactly(figure: _Figure) -> Bounds[_Figure]:
    """Return a figure that is known."""
    return Bounds(figure, figure)


def together(figures: Iterable[Bounds[_Figure]], nothing: _Figure) -> Bounds[_Figure]:
    """Return figures together; at an end at which one is not known, neither are they.

    Args:
        figures: What is added up.
        nothing: What none of them come to.
    """
    low: _Figure | None = nothing
    high: _Figure | None = nothing
    for each in figures:
        low = None if low is None or each.low is None else low + each.low
        high = None if high is None or each.high is None else high + each.high
    return Bounds(low, high)


def ratio_of(part: Bounds[Fraction], whole: Bounds[Fraction]) -> Bounds[Fraction]:
    """Return the lowest and highest ratio of two figures; unknown where one is, or where they cannot fit."""
    unknown: Bounds[Fraction] = Bounds(None, None)
    if part.low is None or part.high is None or whole.low is None or whole.high is None or whole.low <= 0:
        return unknown
    low = high = part.low / Fraction(whole.high)
    if (part.low, whole.low) != (part.high, whole.high):
        high = part.high / Fraction(whole.low)
    return unknown if low > 1 else Bounds(low, min(high, _ONE))


@attrs.frozen
class Possible(Generic[_Value]):
    """A level that may be one of several values, because the day on which it changed is open.

    Attributes:
        values: Every value that some reading gives, in order of effect; empty when the level was never set.
    """

    values: tuple[_Value, ...]

    @property
    def is_exact(self) -> bool:
        """Whether the level is known."""
        return len(self.values) == 1

    @property
    def only(self) -> _Value | None:
        """The level, or ``None`` when it was never set or is not known."""
        return self.values[0] if self.is_exact else None

    def __str__(self) -> str:
        return " or ".join(_worded(value) for value in self.values) or "not stated"


def _worded(value: Any) -> str:
    if hasattr(value, "value") and isinstance(value.value, str):
        return str(value.value)
    return "not stated" if value is None else f"{value:,}" if hasattr(value, "parse") else str(value)
