"""How totals went: every change that recorded entries make to them, for when something comes late.

Unlike the columns of movements, which answer for any day and any knowledge, this only lies in memory and only knows
what stands now. So it takes a fraction of their time to follow a long history that is being loaded. A change that
does not fit into 64 bits, or is no whole number of steps, ends it: then nothing late is let through by it.
"""

from __future__ import annotations

from contextlib import suppress
from math import prod
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.coded import MOST, NO_ROWS, Rows, in_steps, most_of, step_of
from ledger.events import EntryRestated, EntryVoided, Event, Fact
from ledger.pages import Entries, Page, corrections_of
from ledger.rules.asking import InDoubt
from ledger.timeline import changed_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from ledger.book import Total
    from ledger.coded import Coding
    from ledger.days import Moment
    from ledger.late import Values
    from ledger.timeline import Entry

Changed = tuple["Moment", list[tuple[int, int]]]
"""From when on a fact certainly counts, and by how much it changes each total, by number."""
_PARTS: Final = 64
"""Rows lie in so many arrays, at most, when they are looked through."""
_CORRECTIONS: Final = (EntryVoided, EntryRestated)


def _settles(fact: Fact) -> Moment:
    """Return the moment from which a fact has certainly taken effect."""
    return fact.effective_on.opens_latest + fact.phase.rank


def _joined(parts: Sequence[Rows]) -> Rows:
    keys, at, changes = (np.concatenate(each) for each in [*zip(*parts, strict=True)][:3])
    return Rows(keys, at, changes, False)


class Course:
    """What changes each total, from the first entry on; a fact whose day is open counts from its latest day.

    Args:
        coding: Numbers of totals.
    """

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self._known: int | None = 0
        self._parts = [NO_ROWS]
        self._most = 0  # no sum is larger than all changes together
        self._found: dict[int, tuple[NDArray[np.int32], NDArray[np.int64]]] = {}

    def follow(self, entries: Sequence[Entry]) -> None:
        """Take in what was recorded since.

        Raises:
            InDoubt: A change is no whole number of steps, or all of them together do not fit.
        """
        begun, self._known = self._known, None
        if begun is None:
            raise InDoubt
        if begun < len(entries):
            self._follow(entries, begun)
        self._known = len(entries)

    def take(
        self, before: int, count: int, rows: Rows, stands: Iterable[Changed], falls: Iterable[Changed]
    ) -> None:
        """Take in a command that passed, if what came before it is there: else it waits until somebody asks.

        Args:
            before: How many entries came before it.
            count: How many it adds.
            rows: What its facts change.
            stands: What those change that are not among the rows.
            falls: What those changed that it took out of history.
        """
        if self._known == before:
            self._known = None
            with suppress(InDoubt):
                self._add(rows)
                self._tell(stands, falls)
                self._known = before + count

    def _follow(self, entries: Sequence[Entry], begun: int) -> None:
        if isinstance(entries, Entries):
            parts: Iterable[Any] = entries.parts(begun, len(entries))
        else:
            parts = ((entries, begun, len(entries)),)
        told: list[Fact] = []
        corrections: list[Entry] = []
        for part, first, last in parts:
            if isinstance(part, Page) and (first, last) == (0, len(part)):
                stated: Iterable[Event] = self._of_page(part)
                corrections += (part.single(*each) for each in part.of_kinds(_CORRECTIONS))
            else:
                some = part.entries()[first:last] if isinstance(part, Page) else part[first:last]
                stated = (entry.event for entry in some)
                corrections += (entry for entry in some if isinstance(entry.event, _CORRECTIONS))
            told += (fact for fact in stated if isinstance(fact, Fact))
        falls, stands = changed_by(
            corrections, lambda number: entries[number - 1], lambda number: corrections_of(entries, number)
        )
        told += (each.fact for each in stands)
        fallen = [each.fact for each in falls]
        changes = self.coding.changes
        self._tell(*([(_settles(fact), changes(fact.movements())) for fact in facts] for facts in (told, fallen)))

    def _of_page(self, page: Page) -> Iterator[Event]:
        """Take in what many facts of a page change alike; yield all other events."""
        yield from page.singles.values()
        for bulk in page.bulks:
            many = self.coding.many(bulk)
            if many.moves_only:
                self._add(self.coding.rows([many]))
            else:
                yield from bulk.events()

    def _tell(self, stands: Iterable[Changed], falls: Iterable[Changed]) -> None:
        """Take in facts one by one."""
        keys, at, changes = list[int](), list[int](), list[int]()
        for sign, facts in ((1, stands), (-1, falls)):
            for settles, changed in facts:
                for number, change in changed:
                    keys.append(number)
                    at.append(settles)
                    changes.append(sign * change)
        if not keys:
            return
        steps = in_steps(changes, self.coding.scales()[keys])
        if steps is None:
            raise InDoubt
        self._add(Rows(np.array(keys, np.int32), np.array(at, np.int32), steps, False))

    def _add(self, rows: Rows) -> None:
        if rows.is_wide:
            raise InDoubt
        self._most += most_of(rows.changes)
        if self._most >= MOST:
            raise InDoubt
        self._parts.append(rows)

    def look_up(self, totals: Iterable[Total]) -> None:
        """Gather the changes of some totals, of which ``values`` is asked next."""
        wanted = np.unique(np.array([*map(self.coding.number, totals)], np.int32))
        if len(self._parts) > _PARTS:
            self._parts = [_joined(self._parts)]
        is_wanted = np.zeros(len(self.coding.totals()), bool)
        is_wanted[wanted] = True
        rows = _joined([part.only(np.flatnonzero(is_wanted[part.keys])) for part in self._parts])
        rows = rows.only(np.lexsort((rows.at, rows.keys)))
        cuts = np.searchsorted(rows.keys, wanted[1:])
        parts = zip(np.split(rows.at, cuts), np.split(rows.changes, cuts), strict=True)
        self._found = dict(zip(wanted.tolist(), parts, strict=True))

    def values(self, total: Total, first: Moment, splits: Sequence[tuple[Moment, Fraction]]) -> Values:
        """Return what a total was from a moment on, among those that were looked up; see ``late.Went``."""
        at, changes = self._found[self.coding.number(total)]
        values = np.cumsum(changes)
        ratios = [ratio.numerator for _, ratio in splits if ratio.denominator == 1]
        if len(ratios) != len(splits) or self._most * prod(ratios) >= MOST:  # else a split may round
            raise InDoubt
        for (moment, _), ratio in zip(splits, ratios, strict=True):
            place = int(np.searchsorted(at, moment))
            if place < len(at) and at[place] == moment:
                raise InDoubt
            before = values[place - 1] if place else np.int64(0)
            at, values = np.insert(at, place, moment), np.insert(values, place, before)
            values[place:] += before * (ratio - 1)
        last = np.append(at[1:] != at[:-1], True)[: len(at)]
        return at[last].tolist(), values[last].tolist(), step_of(total[0])
