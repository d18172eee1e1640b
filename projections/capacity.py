"""How much may be converted or exercised on a day, and what stops it first.

Every limit is worked out by itself, as if there were no other: what the paper would bring at its price, what the
charter leaves, what is kept back for it, what the holder may own, what a cap leaves. The capacity is the least of
them. A right to shares that nobody can issue is still a right; the company then owes what it cannot deliver.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.errors import UnknownName, nearest
from ledger.identity import HolderId, IssuerId, ReserveId, RestrictionId, StockClassId
from ledger.movements import Level
from ledger.quantities import NO_SHARES, Money, Shares
from ledger.terms.limits import room_under
from ledger.timeline import InEffect
from projections.acquirable import Acquirable, By, acquirable
from projections.beneficial import WITHIN_DAYS
from projections.bounds import Bounds, exactly, together
from projections.cap_table import ClassLine, class_lines, name_of, shares_between
from projections.frame import Tabular
from projections.limits import (
    CapInForce,
    LimitInForce,
    ReliedCount,
    issuance_caps,
    ownership_limits,
    relied_on,
)
from projections.ownership import acting_with, groups, owned_shares, owners
from projections.parties import Parties
from projections.replay import Balances, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


class Stop(Enum):
    """What may limit a conversion."""

    HELD = "what is held"
    """What the paper brings at its price."""
    NOT_OPEN = "not open"
    """It may not be used yet, or no more."""
    AUTHORIZED = "authorized"
    """What the charter authorizes, less what is issued and reserved."""
    RESERVE = "reserve"
    """What is kept back for it."""
    OWNERSHIP = "ownership limit"
    """What part of the class the holder may own afterwards."""
    CAP = "issuance cap"
    """What a transaction may bring without the approval of the stockholders."""


@attrs.frozen
class CapacityLimit:
    """One limit of a conversion.

    Attributes:
        stop: What limits.
        room: How many shares it lets be issued; at an end ``None`` where nobody knows.
        because: How that is reckoned, in words.
        named: The reserve, the ownership limit or the cap; ``None`` for the others.
    """

    stop: Stop
    room: Bounds[Shares]
    because: str
    named: ReserveId | RestrictionId | None = None


@attrs.frozen
class CapacityLine:
    """How much of a paper may be converted or exercised.

    Attributes:
        right: The paper, and what it would bring.
        name: The name of its holder.
        limits: Everything that limits it.
        capacity: How many shares may be received: the least that some limit lets.
        gives_up: How much of the paper that takes; ``None`` where nobody knows the price.
        first: What stops it first; several where they stop it at the same number, or a figure is open.
    """

    right: Acquirable
    name: str
    limits: tuple[CapacityLimit, ...]
    capacity: Bounds[Shares]
    gives_up: Bounds[Shares] | Bounds[Money] | None
    first: tuple[CapacityLimit, ...]


@attrs.frozen(repr=False)
class ConversionCapacity(Tabular):
    """How much a holder may convert and exercise at the close of a day, paper by paper, each as if it were alone.

    Attributes:
        issuer: Whose.
        holder: Who, as they are shown.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        lines: One for each class, note and warrant that the holder may convert or exercise.
    """

    issuer: IssuerId | None
    holder: HolderId
    as_of: date
    known: int
    known_at: datetime
    lines: tuple[CapacityLine, ...]

    def __iter__(self) -> Iterator[CapacityLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def frames(self) -> tuple[Frame, ...]:
        """Return papers, and the limits of each, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.conversion_capacity(self)

    def __getitem__(self, source: str) -> CapacityLine:
        for line in self:
            if line.right.source == source:
                return line
        near = nearest(source, [str(line.right.source) for line in self])
        raise UnknownName(f"paper of {self.holder} to convert or exercise", source, self.as_of, near)


def conversion_capacity(
    ledger: Ledger,
    holder: str,
    source: str | None = None,
    *,
    as_of: AsOf,
    known_at: KnownAt = None,
    reserve: str | None = None,
) -> ConversionCapacity:
    """Return how much a holder may convert or exercise at the close of a day, and what stops it first.

    Args:
        ledger: The record.
        holder: Who.
        source: Which class, note or warrant; every one that they have when not given.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        reserve: The reserve that the conversion draws on; it draws on none when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        UnknownName: The record knows no such holder or reserve, or they have nothing of the source.
    """
    history = ledger.history(as_of, known_at)
    facts = ledger.standing(history.known)
    balances = replay(history, facts)
    who = Parties(facts, balances).shown(holder)
    desk = _Desk.of(balances, facts, who, reserve)
    answer = ConversionCapacity(
        ledger.issuer,
        who,
        history.as_of,
        history.known,
        ledger.entries()[history.known - 1].recorded_at,
        tuple(desk.lines()),
    )
    return answer if source is None else attrs.evolve(answer, lines=(answer[source],))


@attrs.frozen
class _Desk:
    """What the capacity of a holder is worked out from."""

    balances: Balances
    facts: Sequence[InEffect]
    holder: HolderId
    reserve: ReserveId | None
    classes: dict[StockClassId, ClassLine]

    @classmethod
    def of(cls, balances: Balances, facts: Sequence[InEffect], holder: HolderId, reserve: str | None) -> _Desk:
        """Return it for the close of a day."""
        kinds = balances.subjects(Level.CLASS_KIND)
        lines = class_lines(balances, dict.fromkeys(kinds, Fraction(1)))
        known = [str(name) for _, name in balances.subjects(Level.RESERVE)]
        if reserve is not None and reserve not in known:
            raise UnknownName("reserve", reserve, balances.history.as_of, nearest(reserve, known))
        named = None if reserve is None else ReserveId(reserve)
        return cls(balances, facts, holder, named, {line.stock_class: line for line in lines})

    def lines(self) -> Iterator[CapacityLine]:
        """Yield what may be done with each paper."""
        for into in self.classes:
            mine = [each for each in acquirable(self.balances, into) if each.holder == self.holder]
            if not mine:
                continue
            limits = [each for each in ownership_limits(self.balances, into) if each.holder == self.holder]
            caps = issuance_caps(self.balances, self.facts, into)
            every = acquirable(self.balances, into, within_days=WITHIN_DAYS) if limits else ()
            for right in mine:
                yield self._line(right, [*self._limits(right, every, limits, caps)])

    def _line(self, right: Acquirable, limits: list[CapacityLimit]) -> CapacityLine:
        capacity = least(each.room for each in limits)
        high = capacity.high
        first = [each for each in limits if high is None or (each.room.low or NO_SHARES) <= high]
        if capacity.is_exact:
            first = [each for each in limits if each.room.low == capacity.low]
        name = name_of(self.balances, self.holder)
        return CapacityLine(right, name, tuple(limits), capacity, right.gives_up(capacity), tuple(first))

    def _limits(
        self,
        right: Acquirable,
        every: Iterable[Acquirable],
        ownership: Iterable[LimitInForce],
        caps: Iterable[CapInForce],
    ) -> Iterator[CapacityLimit]:
        into, as_of = right.into, self.balances.history.as_of
        if not right.is_open(as_of):
            is_early = right.opens_on is not None and right.opens_on > as_of
            words = f"opens on {right.opens_on}" if is_early else f"closed on {right.closes_on}"
            yield CapacityLimit(Stop.NOT_OPEN, exactly(NO_SHARES), words)
        what = {By.WARRANT: "shares to buy", By.NOTE: "owed"}.get(right.by, str(right.source))
        yield CapacityLimit(Stop.HELD, right.shares, f"{right.held} {what} {right.terms}")
        yield from self._of_the_charter(self.classes[into])
        for limit in ownership:
            if limit.covers(right.source):
                yield of_ownership(self.balances, into, every, limit)
        for cap in caps:
            if cap.covers(right.source):
                yield of_cap(cap)

    def _of_the_charter(self, line: ClassLine) -> Iterator[CapacityLimit]:
        kept = next((each.shares for each in line.reserves if each.reserve == self.reserve), exactly(NO_SHARES))
        words = f"{line.authorized} authorized, {line.issued} issued, {line.reserved} reserved"
        if line.spent != exactly(NO_SHARES):
            words += f", {line.spent} used up"
        if self.reserve is not None:
            words += f" ({kept} of it for this)"
        free = together((line.available, kept), NO_SHARES)
        if not any(each.shares is None for each in line.authorized.values):
            yield CapacityLimit(Stop.AUTHORIZED, Bounds(_not_below(free.low), _not_below(free.high)), words)
        if self.reserve is not None:
            yield CapacityLimit(Stop.RESERVE, kept, f"{kept} kept back in it", self.reserve)


def of_cap(cap: CapInForce) -> CapacityLimit:
    """Return what a cap leaves."""
    of = "an unknown number" if cap.number is None else f"{cap.number:,}"
    words = f"{of} may be issued in all, and {cap.issued} were"
    return CapacityLimit(Stop.CAP, cap.room, words, cap.restriction)


def of_ownership(
    balances: Balances, into: StockClassId, every: Iterable[Acquirable], limit: LimitInForce
) -> CapacityLimit:
    """Return what an ownership limit leaves its holder.

    Args:
        balances: The accounts and levels.
        into: The class that is received.
        every: What anybody may acquire of it within 60 days, limits left out of account.
        limit: The limit.
    """
    acting = acting_with(limit.holder, groups(balances).values())
    count = relied_on(balances, into, acting)
    has = owned_shares(balances, into, owners(balances, into))
    owned = together(
        (shares_between(bounds, Fraction(1)) for owner, bounds in has.items() if owner in acting), NO_SHARES
    )
    beside = together(_beside(balances, every, acting, into), NO_SHARES)
    decimals = int(balances.values(Level.DECIMALS, into)[-1])
    low = high = None
    if limit.smallest is not None and count.shares.low is not None and owned.high is not None:
        low = NO_SHARES
        if beside.high is not None:
            low = room_under(
                limit.smallest,
                outstanding=count.shares.low,
                owned=owned.high,
                acquirable=beside.high,
                decimals=decimals,
            )
    if limit.largest is not None and count.shares.high is not None and owned.low is not None:
        high = room_under(
            limit.largest,
            outstanding=count.shares.high,
            owned=owned.low,
            acquirable=beside.low or NO_SHARES,
            decimals=decimals,
        )
    words = _said_of(limit, count, owned, beside, acting - {limit.holder})
    return CapacityLimit(Stop.OWNERSHIP, Bounds(low, high), words, limit.restriction)


def _beside(
    balances: Balances, every: Iterable[Acquirable], acting: frozenset[HolderId], into: StockClassId
) -> Iterator[Bounds[Shares]]:
    """Yield what may be acquired within 60 days by papers without such a limit."""
    limits = ownership_limits(balances, into)
    for each in every:
        is_limited = any(limit.holder == each.holder and limit.covers(each.source) for limit in limits)
        is_open = each.is_open(balances.history.as_of, within_days=WITHIN_DAYS)
        if each.holder in acting and is_open and not is_limited:
            yield each.shares


def _said_of(
    limit: LimitInForce,
    count: ReliedCount,
    owned: Bounds[Shares],
    beside: Bounds[Shares],
    others: frozenset[HolderId],
) -> str:
    parts = " or ".join("none" if part is None else f"{part}" for part in limit.parts)
    words = f"{parts} of {count.shares} outstanding {count.words}, {owned} owned"
    if beside != exactly(NO_SHARES):
        words += f" and {beside} acquirable otherwise"
    if others:
        words += f", together with {', '.join(sorted(others))}"
    return words


def least(figures: Iterable[Bounds[Shares]]) -> Bounds[Shares]:
    """Return the least of figures; one that nobody knows from below may be nothing."""
    known = list(figures)
    highs = [each.high for each in known if each.high is not None]
    return Bounds(min(each.low or NO_SHARES for each in known), min(highs, default=None))


def _not_below(shares: Shares | None) -> Shares | None:
    return None if shares is None else max(NO_SHARES, shares)
