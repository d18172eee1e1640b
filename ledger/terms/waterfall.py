"""Who is paid what when the company is sold: preferences by rank, conversion and exercise solved jointly.

Think of water that rises. It first fills the preferences, rank after rank; those of one rank fill alike, so that
each has the same part of its preference. Then it rises over the common stock, and its height there is what one
common share is paid. What a share of any kind is worth depends on the height alone: a class converts once the
height makes that better than what it keeps, an option is exercised once the height passes its strike. All of this
only grows with the height, so there is one that pays out the exit value, and no decision made at it would be
regretted: whoever changed their own, while the others stay with theirs, would shift the height against themselves.

Between two break points every further dollar is shared in the same parts. So the whole answer is a list of
stretches, made once and exactly, and any exit value is found on one of them.
"""

from __future__ import annotations

from bisect import bisect_left
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from ledger.errors import NotUnderstood
from ledger.quantities import plain
from ledger.terms.liquidation import Participation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NOTHING: Final = Fraction(0)


class Standing(Enum):
    """Where a claim stands at an exit value, its own decision included."""

    UNPAID = "not reached"
    """Those before it take everything."""
    PART = "preference in part"
    PREFERENCE = "preference"
    """The preference is paid in full, and nothing else."""
    SHARES = "shares in the rest"
    """Common stock, or a preference that is paid and shares in the rest."""
    AT_CAP = "at its cap"
    CONVERTED = "converts"
    NOT_EXERCISED = "not exercised"


@attrs.frozen(kw_only=True)
class Claim:
    """What a share of one kind may claim. Without more it is a share of common stock.

    Attributes:
        name: What it is called in the answer.
        number: Shares of this kind; above zero.
        rank: Rank of its preference; a higher one is paid first, equal ones are paid alike.
        preference: What a share is paid first, multiple and accrued dividends included.
        participation: Whether it shares in the rest while it keeps its preference.
        cap: What a share that keeps its preference is paid at the most, all in.
        counts_for: Common shares that a share counts for, as converted.
        converts: Whether it may give up its preference and be common stock.
        strike: What has to be paid for a share first, as for an option or a warrant.
    """

    name: str
    number: Fraction
    rank: int = 0
    preference: Fraction = NOTHING
    participation: Participation = Participation.FULL
    cap: Fraction | None = None
    counts_for: Fraction = Fraction(1)
    converts: bool = False
    strike: Fraction = NOTHING

    def __attrs_post_init__(self) -> None:
        if self.number <= 0 or min(self.preference, self.counts_for, self.strike) < 0:
            raise NotUnderstood(
                "E_QUANTITY", f"claim {self.name} of {plain(self.number)} shares", "state no number below zero"
            )
        if self.converts and not self.counts_for:
            raise NotUnderstood("E_TERMS", f"claim {self.name} converts into nothing", "state a ratio above zero")
        if (self.cap is None) == (self.participation is Participation.CAPPED):
            raise NotUnderstood("E_TERMS", f"claim {self.name}", "a cap belongs to capped participation alone")
        if self.cap is not None and self.cap < self.preference:
            raise NotUnderstood("E_TERMS", f"claim {self.name} has a cap below its preference", "raise the cap")

    def worth(self, paid: Fraction, common: Fraction) -> Fraction:
        """Return what a share brings its holder, the strike paid, by the better of what it may do.

        Args:
            paid: What a share has of its preference.
            common: What a common share is paid.
        """
        return max(NOTHING, self._best(paid, common) - self.strike)

    def standing(self, paid: Fraction, common: Fraction) -> Standing:
        """Return where the claim stands, and what its holders do; of two that bring the same, nothing."""
        if self.strike and self._best(paid, common) <= self.strike:
            return Standing.NOT_EXERCISED
        if self.converts and self.counts_for * common > self._kept(paid, common):
            return Standing.CONVERTED
        if common and self.participation is not Participation.NONE:
            capped = self.cap is not None and paid + self.counts_for * common > self.cap
            return Standing.AT_CAP if capped else Standing.SHARES
        if not paid:
            return Standing.UNPAID
        return Standing.PREFERENCE if paid == self.preference else Standing.PART

    def _kept(self, paid: Fraction, common: Fraction) -> Fraction:
        if self.participation is Participation.NONE:
            return paid
        shared = paid + self.counts_for * common
        return shared if self.cap is None else min(self.cap, shared)

    def _best(self, paid: Fraction, common: Fraction) -> Fraction:
        kept = self._kept(paid, common)
        return max(kept, self.counts_for * common) if self.converts else kept

    def turns(self) -> set[Fraction]:
        """Return what a common share is paid where this claim may begin, cease or change how it shares."""
        if not self.counts_for:
            return set()
        sums = {self.strike, self.strike - self.preference, self.preference}
        if self.cap is not None:
            sums |= {self.cap, self.cap - self.preference}
        return {money / self.counts_for for money in sums if money > 0}


@attrs.frozen
class Stretch:
    """Exit values between two break points, where every further unit of money is shared in the same parts.

    Attributes:
        since: The exit value at which it begins: the break point.
        stage: The rank that is being filled there, or the common stock.
        low: The height at which it begins.
        inside: A height within it.
        rise: What all claims together are paid more while the height rises by one; zero where nobody is.
    """

    since: Fraction
    stage: int
    low: Fraction
    inside: Fraction
    rise: Fraction


@attrs.frozen(kw_only=True)
class Portion:
    """What one claim is paid at an exit value.

    Attributes:
        claim: Which claim.
        standing: Where it stands, and what its holders do.
        proceeds: What all its shares bring their holders, the strike paid.
        preference: Part of it that is paid as a preference.
    """

    claim: Claim
    standing: Standing
    proceeds: Fraction
    preference: Fraction

    @property
    def per_share(self) -> Fraction:
        """What a share brings, the strike paid."""
        return self.proceeds / self.claim.number

    @property
    def strike_paid(self) -> Fraction:
        """What the holders pay in to have their shares."""
        exercised = self.standing is not Standing.NOT_EXERCISED
        return self.claim.strike * self.claim.number if exercised else NOTHING


@attrs.frozen(kw_only=True)
class Distribution:
    """Who is paid what at one exit value.

    Attributes:
        exit_value: What there is to be paid out.
        per_common: What a common share is paid.
        portions: Each claim, as they were given.
        left_over: What nobody has a claim to.
    """

    exit_value: Fraction
    per_common: Fraction
    portions: tuple[Portion, ...]
    left_over: Fraction


@attrs.frozen(kw_only=True)
class Change:
    """What a claim does from a break point on that it did not do before."""

    claim: Claim
    before: Standing | None
    after: Standing


@attrs.frozen(kw_only=True)
class BreakPoint:
    """An exit value from which the next dollar is shared in another way.

    Attributes:
        exit_value: The exit value.
        per_common: What a common share is paid there.
        changes: What changes in the claims.
        parts: The part of each further dollar that goes to each claim, as they were given.
    """

    exit_value: Fraction
    per_common: Fraction
    changes: tuple[Change, ...]
    parts: tuple[Fraction, ...]


class Waterfall:
    """What a set of claims is paid at any exit value.

    Args:
        claims: Each kind of share, option and debt that has a claim. What a class converts into counts as common
            stock: one common share is like another.
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.claims = tuple(claims)
        ranks = sorted({claim.rank for claim in self.claims if claim.preference}, reverse=True)
        self._stage = {rank: stage for stage, rank in enumerate(ranks)}
        self._common_stage = len(ranks)
        alike: dict[Claim, list[Claim]] = {}
        for claim in self.claims:  # claims that differ in name and number alone are worth the same by the share
            alike.setdefault(attrs.evolve(claim, name="", number=Fraction(1)), []).append(claim)
        self._groups = [(one, sum((claim.number for claim in of), NOTHING), of) for one, of in alike.items()]
        self._stretches = [swept.stretch for swept in self._sweep()]
        self._since = [stretch.since for stretch in self._stretches]

    def at(self, exit_value: Fraction) -> Distribution:
        """Return who is paid what at an exit value of zero or more.

        At a break point itself a decision that would change nothing is not taken.
        """
        if exit_value < 0:
            raise NotUnderstood("E_QUANTITY", f"an exit value of {plain(exit_value)}", "state zero or more")
        stretch = self._stretches[max(0, bisect_left(self._since, exit_value) - 1)]
        height = stretch.low
        if stretch.rise:
            height += (exit_value - stretch.since) / stretch.rise
        portions = tuple(self._portion(claim, stretch, height) for claim in self.claims)
        return Distribution(
            exit_value=exit_value,
            per_common=height if stretch.stage == self._common_stage else NOTHING,
            portions=portions,
            left_over=exit_value - sum(portion.proceeds for portion in portions),
        )

    def break_points(self) -> list[BreakPoint]:
        """Return the exit values at which the next dollar is shared in another way, from zero on."""
        return [
            BreakPoint(
                exit_value=swept.stretch.since,
                per_common=swept.stretch.low if swept.stretch.stage == self._common_stage else NOTHING,
                changes=swept.changes,
                parts=self._parts(swept),
            )
            for swept in self._sweep()
        ]

    def _parts(self, swept: _Swept) -> tuple[Fraction, ...]:
        """Return the part of the next dollar that goes to each claim."""
        rise = swept.stretch.rise
        of = {
            id(claim): slope
            for slope, (_, _, each) in zip(swept.slopes, self._groups, strict=True)
            for claim in each
        }
        return tuple(claim.number * of[id(claim)] / rise if rise else NOTHING for claim in self.claims)

    def _portion(self, claim: Claim, stretch: Stretch, height: Fraction) -> Portion:
        standing = claim.standing(*self._at_height(claim, stretch.stage, stretch.inside))
        proceeds = claim.number * claim.worth(*self._at_height(claim, stretch.stage, height))
        if standing in (Standing.CONVERTED, Standing.NOT_EXERCISED):
            return Portion(claim=claim, standing=standing, proceeds=proceeds, preference=NOTHING)
        strike = claim.strike * claim.number  # it comes out of the preference first
        preference = max(NOTHING, min(proceeds, claim.preference * claim.number - strike))
        return Portion(claim=claim, standing=standing, proceeds=proceeds, preference=preference)

    def _pieces(self) -> Iterator[_Piece]:
        """Yield the pieces on which everything is linear.

        A stage is one rank, filled from 0 to 1. The last is the common stock; its last piece goes on for ever, and
        is told by two of its points.
        """
        for rank, stage in self._stage.items():
            turns: dict[Fraction, list[int]] = {NOTHING: [], Fraction(1): []}
            for place, (claim, _, _) in enumerate(self._groups):
                if claim.preference and claim.rank == rank and NOTHING < claim.strike < claim.preference:
                    turns.setdefault(claim.strike / claim.preference, []).append(place)
            yield from self._between(stage, turns)
        turns = {NOTHING: []}
        for place, (claim, _, _) in enumerate(self._groups):
            for turn in claim.turns():
                turns.setdefault(turn, []).append(place)
        yield from self._between(self._common_stage, turns)
        last = max(turns)
        turning = turns[last] if last else range(len(self._groups))
        yield _Piece(self._common_stage, last, last + 1, turning, ends=False)

    def _between(self, stage: int, turns: dict[Fraction, list[int]]) -> Iterator[_Piece]:
        everything = range(len(self._groups))
        for low, high in pairwise(sorted(turns)):
            yield _Piece(stage, low, high, turns[low] if low else everything, ends=True)

    def _at_height(self, claim: Claim, stage: int, height: Fraction) -> tuple[Fraction, Fraction]:
        """Return what a share of the claim has of its preference at a height, and what a common share is paid."""
        if stage == self._common_stage:
            return claim.preference, height
        own = self._stage.get(claim.rank, self._common_stage)
        if not claim.preference or own > stage:
            return NOTHING, NOTHING
        return claim.preference * (height if own == stage else 1), NOTHING

    def _sweep(self) -> Iterator[_Swept]:
        """Let the height rise, and yield each stretch with what changes where it begins."""
        slopes = [NOTHING] * len(self._groups)
        standings: list[Standing | None] = [None] * len(self._groups)
        before: dict[int, Standing | None] = {}
        since, rise, begun = NOTHING, NOTHING, False
        for piece in self._pieces():
            middle = (piece.low + piece.high) / 2
            for place in piece.turning:
                claim, number, _ = self._groups[place]
                begins, ends = (
                    claim.worth(*self._at_height(claim, piece.stage, height)) for height in (piece.low, piece.high)
                )
                slope = (ends - begins) / (piece.high - piece.low)
                rise += number * (slope - slopes[place])
                slopes[place] = slope
                now = claim.standing(*self._at_height(claim, piece.stage, middle))
                if now is not standings[place]:
                    before.setdefault(place, standings[place])
                    standings[place] = now
            changed = {place: was for place, was in before.items() if was is not standings[place]}
            if (changed or not begun) and (rise or not piece.ends):  # a height that pays nobody is no exit value
                stretch = Stretch(since, piece.stage, piece.low, middle, rise)
                yield _Swept(stretch, self._changes(changed, standings), slopes)
                before, begun = {}, True
            since += rise * (piece.high - piece.low)

    def _changes(
        self, changed: Mapping[int, Standing | None], standings: Sequence[Standing | None]
    ) -> tuple[Change, ...]:
        """Return what claims do that they did not do before, in the order in which they were given."""
        found = {
            id(claim): (was, now)
            for place, was in changed.items()
            if (now := standings[place]) is not None
            for claim in self._groups[place][2]
        }
        return tuple(
            Change(claim=claim, before=found[id(claim)][0], after=found[id(claim)][1])
            for claim in self.claims
            if id(claim) in found
        )


class _Piece(NamedTuple):
    """Heights between which everything is linear.

    Attributes:
        stage: The rank that is being filled, or the common stock.
        low: Where it begins.
        high: Where it ends.
        turning: Places of the groups that may gain otherwise than before.
        ends: Whether it ends there, or goes on for ever.
    """

    stage: int
    low: Fraction
    high: Fraction
    turning: Sequence[int]
    ends: bool


class _Swept(NamedTuple):
    """A stretch as it is come to: what changes there, and what a share of each group gains."""

    stretch: Stretch
    changes: tuple[Change, ...]
    slopes: Sequence[Fraction]
