"""Acts that brought a holder beyond an agreed ownership limit, or a class beyond an issuance cap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ledger.days import close_of, day_of
from ledger.events import (
    ConvertibleConverted,
    GroupDissolved,
    GroupFormed,
    IssuanceCapAgreed,
    OptionExercised,
    OwnershipLimitAgreed,
    SharesConverted,
    WarrantExercised,
)
from ledger.movements import ISSUES, Held
from ledger.quantities import Shares
from ledger.timeline import History, InEffect, place_in_history
from projections.acquirable import acquirable
from projections.beneficial import WITHIN_DAYS
from projections.capacity import CapacityLimit, of_cap, of_ownership
from projections.effects import pairs
from projections.limits import issuance_caps, issued_against, ownership_limits
from projections.ownership import owners
from projections.replay import Balances, Replay

if TYPE_CHECKING:
    from ledger.events import Fact
    from ledger.identity import HolderId, InstrumentId, RestrictionId, StockClassId


class BeyondLimit(NamedTuple):
    """An act that went beyond a limit in every reading.

    Attributes:
        each: The act.
        restriction: The limit or the cap.
        what: Who received how many, the room that was left, and by how much they are beyond it, in one sentence.
        amount: By how much.
    """

    each: InEffect
    restriction: RestrictionId
    what: str
    amount: Shares


def beyond_limits(facts: Sequence[InEffect]) -> Iterator[BeyondLimit]:
    """Yield each act that went beyond a limit in force just before it; nothing where a figure in it is open."""
    if not any(isinstance(each.fact, OwnershipLimitAgreed | IssuanceCapAgreed) for each in facts):
        return
    ordered = sorted(facts, key=place_in_history)
    inexact = [each for each in ordered if not each.is_exact]
    caps: list[IssuanceCapAgreed] = []
    run, taken, is_limited = Replay(), 0, False
    for place, each in enumerate(ordered):
        if isinstance(each.fact, IssuanceCapAgreed):
            caps.append(each.fact)
        is_limited = is_limited or isinstance(each.fact, OwnershipLimitAgreed)
        by_holder = is_limited and _source(each.fact) is not None
        if not each.is_exact or not (by_holder or any(issued_against(cap, each) for cap in caps)):
            continue
        still_open = [
            other
            for other in inexact
            if other.begins <= each.settles and place_in_history(other) > place_in_history(each)
        ]
        on = day_of(each.settles)
        if any(_may_precede(other, close_of(on)) for other in still_open):
            continue
        run.take(ordered[taken:place])
        taken = place
        before = run.balances(History(on, len(facts), ordered[:place], still_open), facts)
        yield from _beyond_ownership(before, each)
        yield from _beyond_caps(before, facts, each)


def _may_precede(other: InEffect, close: int) -> bool:
    """Whether an open fact makes it unclear what counted before an act, in a way that figures do not show.

    Who acts together is read from every group that may be in force, and levels are read at the close of the day.
    """
    return other.settles <= close or isinstance(other.fact, GroupFormed | GroupDissolved)


def _source(fact: Fact) -> StockClassId | InstrumentId | None:
    """Return what a holder converts or exercises by a fact; ``None`` of all other facts."""
    match fact:
        case SharesConverted():
            return fact.from_class
        case ConvertibleConverted():
            return fact.instrument
        case WarrantExercised():
            return fact.warrant
        case OptionExercised():
            return fact.award
        case _:
            return None


def _received(fact: Fact) -> tuple[HolderId, StockClassId, Shares] | None:
    """Return who received how many newly issued shares; ``None`` where it is not one holder and one class."""
    found = [
        (reaches.account.holder, reaches.unit, reaches.quantity)
        for leaves, reaches in pairs(fact.movements())
        if leaves.account in ISSUES and isinstance(reaches.account, Held)
    ]
    if len({(holder, unit) for holder, unit, _ in found}) != 1:
        return None
    (holder, unit, _), units = found[0], sum(quantity for *_, quantity in found)
    return holder, unit, Shares.of_units(units)  # type: ignore[return-value]  # held is a class


def _beyond_ownership(before: Balances, each: InEffect) -> Iterator[BeyondLimit]:
    source, received = _source(each.fact), _received(each.fact)
    if source is None or received is None:
        return
    holder, into, shares = received
    names = owners(before, into).get(holder, (holder,))
    for limit in ownership_limits(before, into):
        if names == (limit.holder,) and limit.covers(source):
            every = acquirable(before, into, within_days=WITHIN_DAYS)
            who = f"{limit.holder} received {shares:,} {into} for {source}"
            yield from _beyond(each, who, shares, of_ownership(before, into, every, limit))


def _beyond_caps(before: Balances, facts: Sequence[InEffect], each: InEffect) -> Iterator[BeyondLimit]:
    received = _received(each.fact)
    if received is None:
        return
    holder, into, _ = received
    for cap in issuance_caps(before, facts, into):
        issued = Shares.of_units(issued_against(cap.agreed, each))
        yield from _beyond(each, f"{holder} received {issued:,} {into}", issued, of_cap(cap))


def _beyond(each: InEffect, who: str, shares: Shares, limit: CapacityLimit) -> Iterator[BeyondLimit]:
    if limit.room.is_exact and limit.named is not None and shares > limit.room.exact:
        room, more = limit.room.exact, shares - limit.room.exact
        what = f"{who}, {more:,} beyond the {room:,} that {limit.stop.value} {limit.named} left ({limit.because})"
        yield BeyondLimit(each, limit.named, what, more)  # type: ignore[arg-type]  # no reserve is asked of
