"""What vests on which day, and what becomes of it when shares vest sooner, are forfeited or are bought early."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import Enum
from fractions import Fraction

import attrs

from ledger.quantities import Shares
from ledger.terms.allocation import Allocation, allocated


@attrs.frozen
class Instalment:
    """Shares that vest on a day.

    Attributes:
        vests_on: The day; ``None`` as long as a condition is not met.
        shares: How many.
    """

    vests_on: date | None
    shares: Shares


class TakenFrom(Enum):
    """Which of the unvested instalments become smaller when shares are taken from them."""

    NEXT = "next"
    """The ones that come next."""
    LAST = "last"
    """The ones that come last; first of all those whose condition is not met."""
    RATABLY = "ratably"
    """All of them, in proportion."""


def _place(instalment: Instalment) -> date:
    return instalment.vests_on or date.max


@attrs.frozen
class Schedule:
    """Shares and the days on which they vest.

    Attributes:
        instalments: In the order of their days; those without a day stand last.
        allocation: Which of them takes the shares that rounding leaves over.
        decimals: Decimals that a share of the class may have.
    """

    instalments: tuple[Instalment, ...]
    allocation: Allocation
    decimals: int = 0

    @classmethod
    def of(cls, instalments: Iterable[Instalment], allocation: Allocation, *, decimals: int = 0) -> Schedule:
        """Return a schedule in the order of its days, one instalment for a day."""
        by_day: dict[date, Shares] = {}
        for each in instalments:
            by_day[_place(each)] = by_day.get(_place(each), Shares(0)) + each.shares
        return cls(
            tuple(Instalment(None if on == date.max else on, by_day[on]) for on in sorted(by_day) if by_day[on]),
            allocation,
            decimals,
        )

    @property
    def shares(self) -> Shares:
        """All that has vested or is to vest."""
        return sum((each.shares for each in self.instalments), Shares(0))

    def vested(self, as_of: date) -> Shares:
        """Return what has vested by the close of a day."""
        return sum((each.shares for each in self.instalments if _place(each) <= as_of), Shares(0))

    def unvested(self, as_of: date) -> Shares:
        """Return what has not vested by the close of a day."""
        return self.shares - self.vested(as_of)

    def parted(self, on: date, shares: Shares, taken_from: TakenFrom) -> tuple[Schedule, Schedule]:
        """Return the schedule of shares taken out of what is unvested on a day, and the schedule of the rest.

        More than is unvested cannot be taken: then all of it is.
        """
        vested = [each for each in self.instalments if _place(each) <= on]
        unvested = [each for each in self.instalments if _place(each) > on]
        shares = min(shares, self.unvested(on))
        match taken_from:
            case TakenFrom.NEXT:
                taken = _filled(shares, unvested)
            case TakenFrom.LAST:
                taken = _filled(shares, unvested[::-1])[::-1]
            case TakenFrom.RATABLY:
                taken = self._in_proportion(shares, unvested)
        left = [attrs.evolve(each, shares=each.shares - out) for each, out in zip(unvested, taken, strict=True)]
        out_of = [attrs.evolve(each, shares=out) for each, out in zip(unvested, taken, strict=True)]
        return self._of(out_of), self._of([*vested, *left])

    def accelerated(self, on: date, shares: Shares, taken_from: TakenFrom) -> Schedule:
        """Return the schedule after unvested shares vested on a day, ahead of it."""
        sooner, rest = self.parted(on, shares, taken_from)
        return self._of([*rest.instalments, Instalment(on, sooner.shares)])

    def joined(self, other: Schedule) -> Schedule:
        """Return the schedule of these shares and others together."""
        whole = self if self.instalments else other
        return Schedule.of([*self.instalments, *other.instalments], whole.allocation, decimals=whole.decimals)

    def rescaled(self, shares: Shares) -> Schedule:
        """Return the schedule after a split that made ``shares`` of all that there was.

        The instalments have taken already what their terms left over, so each sum from the first on is rescaled,
        whatever the allocation: what has vested stays the part of the whole that it was, to within one share.
        """
        if not self.shares:
            return self
        amounts = allocated(shares, self._parts(self.instalments), self._in_step, decimals=self.decimals)
        return self._of(
            [attrs.evolve(each, shares=new) for each, new in zip(self.instalments, amounts, strict=True)]
        )

    def _of(self, instalments: Iterable[Instalment]) -> Schedule:
        return Schedule.of(instalments, self.allocation, decimals=self.decimals)

    @property
    def _in_step(self) -> Allocation:
        """The rounding that keeps each sum of instalments in step with what it is a part of."""
        whole = self.allocation is not Allocation.FRACTIONAL
        return Allocation.CUMULATIVE_ROUND_DOWN if whole else Allocation.FRACTIONAL

    @staticmethod
    def _parts(instalments: Iterable[Instalment]) -> list[Fraction]:
        amounts = [each.shares.as_fraction() for each in instalments]
        whole = sum(amounts)
        return [Fraction(each, whole) for each in amounts]

    def _in_proportion(self, shares: Shares, unvested: list[Instalment]) -> list[Shares]:
        """Take from each instalment in proportion to what it holds, and never more than that."""
        if not unvested or not shares:
            return [Shares(0)] * len(unvested)
        rest = sum((each.shares for each in unvested), Shares(0)) - shares
        left = allocated(rest, self._parts(unvested), self._in_step, decimals=self.decimals)
        return [each.shares - stays for each, stays in zip(unvested, left, strict=True)]


def _filled(shares: Shares, instalments: Iterable[Instalment]) -> list[Shares]:
    """Take shares from one instalment after the other."""
    taken = []
    for each in instalments:
        taken.append(min(shares, each.shares))
        shares -= taken[-1]
    return taken
