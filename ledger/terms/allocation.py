"""How shares are divided so that every part is whole and the parts add up to what was divided."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from math import floor

from ledger.quantities import PLACES, Shares


class Allocation(Enum):
    """Which instalment takes the shares that equal parts leave over; the names are those of the Open Cap Format.

    Beside each stands what it makes of 18 shares in four parts.
    """

    CUMULATIVE_ROUNDING = "cumulative-rounding"
    """5 – 4 – 5 – 4: what has vested so far is rounded, half a share upwards."""
    CUMULATIVE_ROUND_DOWN = "cumulative-round-down"
    """4 – 5 – 4 – 5: what has vested so far is rounded down."""
    FRONT_LOADED = "front-loaded"
    """5 – 5 – 4 – 4: the first instalments take one share each."""
    BACK_LOADED = "back-loaded"
    """4 – 4 – 5 – 5: the last instalments take one share each."""
    FRONT_LOADED_TO_SINGLE_TRANCHE = "front-loaded-to-single-tranche"
    """6 – 4 – 4 – 4: the first instalment takes them all."""
    BACK_LOADED_TO_SINGLE_TRANCHE = "back-loaded-to-single-tranche"
    """4 – 4 – 4 – 6: the last instalment takes them all."""
    FRACTIONAL = "fractional"
    """4.5 each: nothing is rounded."""


def allocated(
    whole: Shares, parts: Sequence[Fraction], allocation: Allocation, *, decimals: int = 0
) -> tuple[Shares, ...]:
    """Return the shares of each part; they add up to what was divided.

    Args:
        whole: Shares to be divided.
        parts: The part of the whole that belongs to each instalment, in order; they add up to one.
        allocation: Which instalment takes what rounding leaves over.
        decimals: Decimals that a share of the class may have; 0 is whole shares.
    """
    assert sum(parts) == 1, "the parts are the whole"
    step = int(10 ** (PLACES - decimals))
    exact = [whole.units * part / step for part in parts]
    match allocation:
        case Allocation.FRACTIONAL:
            steps = exact
        case Allocation.CUMULATIVE_ROUNDING:
            steps = _cumulative(exact, Fraction(1, 2))
        case Allocation.CUMULATIVE_ROUND_DOWN:
            steps = _cumulative(exact, Fraction(0))
        case Allocation.FRONT_LOADED | Allocation.FRONT_LOADED_TO_SINGLE_TRANCHE:
            steps = _loaded(exact, to_single=allocation is Allocation.FRONT_LOADED_TO_SINGLE_TRANCHE)
        case Allocation.BACK_LOADED | Allocation.BACK_LOADED_TO_SINGLE_TRANCHE:
            steps = _loaded(exact[::-1], to_single=allocation is Allocation.BACK_LOADED_TO_SINGLE_TRANCHE)[::-1]
    return tuple(Shares.of_units(each * step) for each in steps)


def _cumulative(exact: Sequence[Fraction], upwards: Fraction) -> list[Fraction]:
    """Round each sum from the first part on; the last sum is the whole."""
    whole, so_far, given, steps = sum(exact, Fraction(0)), Fraction(0), Fraction(0), []
    for each in exact:
        so_far += each
        reached = so_far if so_far == whole else min(Fraction(floor(so_far + upwards)), whole)
        steps.append(reached - given)
        given = reached
    return steps


def _loaded(exact: Sequence[Fraction], *, to_single: bool) -> list[Fraction]:
    """Round each part down; what is left over goes to the first part, or one by one to the first parts."""
    steps = [Fraction(floor(each)) for each in exact]
    left_over = sum(exact, Fraction(0)) - sum(steps)
    if to_single:
        steps[0] += left_over
        return steps
    for index in range(len(steps)):
        more = min(Fraction(1), left_over)
        steps[index] += more
        left_over -= more
    return steps
