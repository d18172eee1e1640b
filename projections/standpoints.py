"""What counts at one standpoint and not at another, and which entries made it so.

A standpoint is a day and a state of knowledge. Between two of them a fact may have taken effect, because days have
passed; or it may have been recorded, restated, voided or revived, because more is known. A fact and what restates
it are one: at most one of them stands, and it keeps the number of the first original.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING

import attrs

from ledger.days import close_of
from ledger.errors import NotUnderstood
from ledger.events import EntryRestated, EntryVoided, OpeningBalanceAdopted, RegisterScopeDeclared
from ledger.identity import EntryNumber, StockClassId
from ledger.movements import Rescaling
from ledger.timeline import Entry, History, InEffect, Place, fallen_entries, place_in_history
from projections.cap_table import table_of
from projections.commitments import Followed
from projections.replay import Balances, Units, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger


@attrs.frozen
class Standpoint:
    """A day, and what is known.

    Attributes:
        as_of: The day; its close in the issuer's zone.
        known: How many entries are taken into account.
        known_at: When the last of them was recorded.
        supposed_from: Number of the first of them that is only supposed; ``None`` where all are recorded.
    """

    as_of: date
    known: int
    known_at: datetime
    supposed_from: EntryNumber | None = None


class State(Enum):
    """Whether a fact that stands has taken effect by a day."""

    CERTAIN = "in effect"
    OPEN = "may be in effect"
    LATER = "not in effect yet"


class How(Enum):
    """Why a fact counts otherwise than it did."""

    TOOK_EFFECT = "took effect"
    MAY_HAVE_TAKEN_EFFECT = "may have taken effect"
    IS_CERTAIN = "has certainly taken effect"
    """It may have, before, and its last day has passed."""
    RECORDED = "recorded"
    RESTATED = "restated"
    VOIDED = "voided"
    REVIVED = "counts again"
    """What had taken it out of history was taken out itself."""
    SUPPOSED = "supposed"


@attrs.frozen
class ChangedFact:
    """A fact that counts otherwise at one standpoint than at another.

    Attributes:
        how: What became of it.
        old: What counted at the old standpoint; ``None`` for nothing.
        old_is_open: Whether it was not certain that it had taken effect.
        new: What counts at the new standpoint; ``None`` for nothing, and where it takes effect on a later day.
        new_is_open: Whether it is not certain that it has taken effect.
        by: The entries that made it so: its own where it took effect or was recorded, otherwise the corrections.
    """

    how: How
    old: InEffect | None
    old_is_open: bool
    new: InEffect | None
    new_is_open: bool
    by: tuple[Entry, ...]

    @property
    def first(self) -> int:
        """The number of the first original."""
        each = self.old or self.new
        assert each is not None, "one of the two counts"
        return each.first


class Side:
    """All that a standpoint amounts to, for comparing it with another one.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What is known.
        basis: In whose units quantities are shown.
    """

    def __init__(self, ledger: Ledger, as_of: AsOf, known_at: KnownAt, basis: AsOf | None) -> None:
        self.ledger = ledger
        self.history: History = ledger.history(as_of, known_at)
        self.facts = ledger.standing(self.history.known)
        self.balances: Balances = replay(self.history, self.facts)
        self.units = Units(self.facts, basis, self.history.as_of)
        self.to_its_day = Units(self.facts, self.history.as_of, self.history.as_of)
        self.table = table_of(ledger, self.facts, self.balances, self.units)
        self.followed = Followed(self.balances)
        close = close_of(self.history.as_of)
        self.states = {
            each.first: (
                each,
                State.CERTAIN if each.settles <= close else State.OPEN if each.begins <= close else State.LATER,
            )
            for each in self.facts
        }

        self._splits = [
            (place_in_history(each), movement)
            for each in self.history.certain
            for movement in each.fact.movements()
            if type(movement) is Rescaling
        ]

    def may_round(self, stock_class: StockClassId, after: Place) -> bool:
        """Whether a later split may have rounded what a position was: then a transfer may change the sum of all."""
        return any(
            place > after and split.stock_class == stock_class and split.ratio.value.denominator != 1
            for place, split in self._splits
        )

    @property
    def standpoint(self) -> Standpoint:
        """The day and the knowledge."""
        known, supposed = self.history.known, self.ledger.supposed_from
        return Standpoint(
            self.history.as_of,
            known,
            self.ledger.recorded_at(known),
            supposed if supposed is not None and supposed <= known else None,
        )


Changed = tuple[ChangedFact, tuple[InEffect, State] | None, tuple[InEffect, State] | None]
"""A changed fact, with what stands of it on both sides, later days included."""


def changed_facts(old: Side, new: Side) -> list[Changed]:
    """Return every fact that counts otherwise on one side than on the other, in order of effect.

    What stands for later days on both sides is left out, with one exception: a later statement of the scope of a
    register says that nothing was stated before.

    Raises:
        NotUnderstood: ``E_KNOWN`` when less is known on the new side.
    """
    before, after = old.history.known, new.history.known
    if after < before:
        raise NotUnderstood(
            "E_KNOWN", f"{after} entries are fewer than {before}", "give the earlier knowledge first"
        )
    behind = _Corrections(new.ledger, before, after)
    found: list[Changed] = []
    for first in dict.fromkeys((*old.states, *new.states)):
        was, now = old.states.get(first), new.states.get(first)
        if _same(was, now) or not any(_matters(each) for each in (was, now)):
            continue
        found.append((_changed(first, was, now, before, behind, new), was, now))
    found.sort(key=lambda each: place_in_history(each[0].new or each[0].old))  # type: ignore[arg-type]  # one is there
    return found


def _same(was: tuple[InEffect, State] | None, now: tuple[InEffect, State] | None) -> bool:
    if was is None or now is None:
        return was is now
    return (was[0].entry.number, was[1]) == (now[0].entry.number, now[1])


def _matters(each: tuple[InEffect, State] | None) -> bool:
    """Whether a fact may bear on a day before it."""
    if each is None:
        return False
    return each[1] is not State.LATER or type(each[0].fact) in (OpeningBalanceAdopted, RegisterScopeDeclared)


def _changed(
    first: int,
    was: tuple[InEffect, State] | None,
    now: tuple[InEffect, State] | None,
    before: int,
    behind: _Corrections,
    new: Side,
) -> ChangedFact:
    counted = None if was is None or not _matters(was) else was[0]
    counts = None if now is None or not _matters(now) else now[0]
    own = [now[0].entry] if now is not None else []
    if was is not None and now is not None and was[0].entry.number == now[0].entry.number:
        how, by = _by_its_day(now[1], was[1]), own
    else:
        by = [entry for entry in own if entry.number > before]
        how = _by_what_is_known(was, by, now, new)
        by += [entry for entry in behind.of(first) if entry not in by]
    return ChangedFact(
        how,
        counted,
        was is not None and was[1] is State.OPEN,
        counts,
        now is not None and now[1] is State.OPEN,
        tuple(sorted(by, key=lambda entry: entry.number)),
    )


def _by_its_day(now: State, was: State) -> How:
    if now is State.OPEN:
        return How.MAY_HAVE_TAKEN_EFFECT
    return How.IS_CERTAIN if was is State.OPEN else How.TOOK_EFFECT


def _by_what_is_known(
    was: tuple[InEffect, State] | None, recorded: list[Entry], now: tuple[InEffect, State] | None, new: Side
) -> How:
    if now is None:
        return How.VOIDED
    if not recorded:
        return How.REVIVED
    if isinstance(recorded[0].event, EntryRestated):
        return How.RESTATED
    supposed = new.ledger.supposed_from
    return How.SUPPOSED if supposed is not None and recorded[0].number >= supposed else How.RECORDED


class _Corrections:
    """The corrections that came between two states of knowledge, are in force, and bear on what was known before.

    Args:
        ledger: The record.
        before: How many entries were known.
        after: How many are known now.
    """

    def __init__(self, ledger: Ledger, before: int, after: int) -> None:
        self._of: dict[int, list[Entry]] = {}
        if before == after:
            return
        entries = ledger.entries()[:after]
        fallen = fallen_entries(entries)
        roots: dict[int, list[int]] = {}
        for entry in entries:
            event = entry.event
            if not isinstance(event, EntryVoided | EntryRestated):
                continue
            named = event.entries if isinstance(event, EntryVoided) else (event.entry,)
            roots[entry.number] = [root for number in named for root in roots.get(number, [int(number)])]
            if entry.number > before and entry.number not in fallen:
                for number in named:
                    if number <= before:
                        for root in roots.get(number, [int(number)]):
                            self._of.setdefault(root, []).append(entry)

    def of(self, first: int) -> Iterator[Entry]:
        """Yield those that bear on a fact, by the number of its first original."""
        yield from self._of.get(first, ())
