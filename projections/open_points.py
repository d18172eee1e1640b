"""What a record leaves open: days, counts that were deduced, numbers that nobody found, holdings that disagree."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any

import attrs

from ledger.days import EffectiveDay
from ledger.events import Certainty, Fact, HoldingReported
from ledger.identity import EntryNumber, Identifier
from ledger.movements import Level
from ledger.quantities import Authorized
from ledger.timeline import InEffect
from projections.cap_table import cap_table
from projections.frame import Lines
from projections.replay import Balances, is_complete, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


class OpenKind(Enum):
    """What of it is open."""

    DAY = "day"
    """It took effect on one of several days."""
    DEDUCED = "deduced"
    """No document states it; it follows from what documents state."""
    NUMBER = "number"
    """How many shares of the class are authorized is not known."""
    REGISTER = "register"
    """The register of the class is partial: others hold shares as well."""
    HOLDING = "holding"
    """A holder reported another number than the record has."""


@attrs.frozen
class OpenPoint:
    """Something that a record leaves open.

    Attributes:
        kind: What of it is open.
        entry: The entry that leaves it open.
        effective_on: The days of that entry.
        what: What it is about: the kind of event with the names in it, or a sentence.
        note: What the entry says about it.
    """

    kind: OpenKind
    entry: EntryNumber
    effective_on: EffectiveDay
    what: str
    note: str | None


class OpenPoints(Lines[OpenPoint]):
    """Everything that a record leaves open; none is the mark of a complete one."""

    __slots__ = ()

    def frames(self) -> tuple[Frame, ...]:
        """Return the points, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.open_points(self)


def open_points(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None) -> OpenPoints:
    """Return what the record leaves open of all that may have taken effect by a day, kind by kind.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
    """
    history = ledger.history(as_of, known_at)
    balances = replay(history, ledger.standing(history.known))
    counted = [*history.certain, *history.open]
    found = [
        *(point for each in counted for point in _of_entry(each)),
        *_of_classes(balances),
        *(point for each in history.certain for point in _disagreeing(ledger, each, known_at)),
    ]
    order = [*OpenKind]
    return OpenPoints(
        sorted(found, key=lambda point: (order.index(point.kind), point.effective_on.latest, point.entry))
    )


def _point(kind: OpenKind, each: InEffect, what: str) -> OpenPoint:
    return OpenPoint(kind, each.entry.number, each.fact.effective_on, what, each.fact.note)


def _of_entry(each: InEffect) -> Iterator[OpenPoint]:
    """Yield what an entry leaves open by itself: its day, and whether anybody states it."""
    what = " ".join((each.fact.KIND, *named_in(each.fact)))
    if not each.is_exact:
        yield _point(OpenKind.DAY, each, what)
    if each.fact.certainty is Certainty.DEDUCED:
        yield _point(OpenKind.DEDUCED, each, what)


def named_in(fact: Fact) -> list[str]:
    """Return the names that stand in a fact, each once, in the order of its fields."""
    found: dict[str, None] = {}
    waiting: list[Any] = [getattr(fact, field.name) for field in attrs.fields(type(fact))]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, Identifier):
            found[str(value)] = None
        elif isinstance(value, tuple):
            waiting = [*value, *waiting]
        elif attrs.has(type(value)) and not isinstance(value, EffectiveDay):
            waiting = [*(getattr(value, field.name) for field in attrs.fields(type(value))), *waiting]
    return list(found)


def _of_classes(balances: Balances) -> Iterator[OpenPoint]:
    """Yield the classes whose authorized number is not known, and those that others hold as well."""
    for stock_class in balances.subjects(Level.CLASS_KIND):
        for each, authorized in balances.level(Level.AUTHORIZED, stock_class):
            if authorized == Authorized.UNKNOWN:
                yield _point(OpenKind.NUMBER, each, f"how many {stock_class} are authorized is not known")
        if not is_complete(balances, stock_class):
            for each, _ in balances.level(Level.SCOPE, stock_class):
                yield _point(OpenKind.REGISTER, each, f"only some holders of {stock_class} are recorded")


def _disagreeing(ledger: Ledger, each: InEffect, known_at: KnownAt) -> Iterator[OpenPoint]:
    """Yield a holding that was reported and that no reading of the record has on that day."""
    fact = each.fact
    if isinstance(fact, HoldingReported):
        recorded = cap_table(ledger, as_of=fact.effective_on.latest, known_at=known_at)
        held = recorded.shares(fact.holder, fact.stock_class)
        at_least = held.low is not None and fact.held < held.low
        if at_least or (held.high is not None and held.high < fact.held):
            what = f"{fact.holder} reported {fact.held:,} {fact.stock_class}; the record has {held}"
            yield _point(OpenKind.HOLDING, each, what)
