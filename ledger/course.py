"""How totals went: every change that recorded entries make to them, for when something comes late.

Unlike the columns of movements, which answer for any day and any knowledge, this only lies in memory and only knows
what stands now. So it takes a fraction of their time to follow a long history that is being loaded. A change that
does not fit into 64 bits, or is no whole number of steps, ends it: then nothing late is let through by it.
"""

from __future__ import annotations

from itertools import repeat
from math import prod
from operator import attrgetter, floordiv, mod
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.book import totals_of
from ledger.bulk import spread
from ledger.columns.moves import HUNDREDTH, SHARE
from ledger.events import EntryRestated, EntryVoided, Event, Fact
from ledger.identity import StockClassId
from ledger.movements import Posting
from ledger.pages import Entries, Page, corrections_of
from ledger.rules.at_once import InDoubt
from ledger.timeline import changed_by
from ledger.totals import counted_postings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from ledger.book import Total
    from ledger.bulk import Bulk
    from ledger.days import Moment
    from ledger.late import Values
    from ledger.numbered import NumberedAccounts
    from ledger.timeline import Entry

_MOST: Final = 2**62
_COARSE: Final = 24
"""Changes are added up without so many of their last bits, rounded up, as the sum of all has to fit, too."""
_CORRECTIONS: Final = (EntryVoided, EntryRestated)
_opens_latest, _rank = attrgetter("opens_latest"), attrgetter("rank")


def _settles(fact: Fact) -> Moment:
    """Return the moment from which a fact has certainly taken effect."""
    return fact.effective_on.opens_latest + fact.phase.rank


def step_of(unit: object) -> int:
    """Return of how many units of 10⁻¹⁰ a step of shares, or of money, is."""
    return SHARE if isinstance(unit, StockClassId) else HUNDREDTH


class Course:
    """What changes each total, from the first entry on; a fact whose day is open counts from its latest day.

    Args:
        numbers: Numbers of totals.
    """

    def __init__(self, numbers: NumberedAccounts) -> None:
        self._numbers = numbers
        self._known: int | None = 0
        self._keys: list[NDArray[np.int32]] = []
        self._at: list[NDArray[np.int32]] = []
        self._changes: list[NDArray[np.int64]] = []
        self._most = 0  # no sum is larger than all changes together
        self._found: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}

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

    def _follow(self, entries: Sequence[Entry], begun: int) -> None:
        if isinstance(entries, Entries):
            parts: Iterable[Any] = entries.parts(begun, len(entries))
        else:
            parts = ((entries, begun, len(entries)),)
        told: list[tuple[int, Fact, Moment]] = []
        corrections: list[Entry] = []
        for part, first, last in parts:
            if isinstance(part, Page) and (first, last) == (0, len(part)):
                stated: Iterable[Event] = self._of_page(part)
                corrections += (part.single(*each) for each in part.of_kinds(_CORRECTIONS))
            else:
                some = part.entries()[first:last] if isinstance(part, Page) else part[first:last]
                stated = (entry.event for entry in some)
                corrections += (entry for entry in some if isinstance(entry.event, _CORRECTIONS))
            told += ((1, fact, _settles(fact)) for fact in stated if isinstance(fact, Fact))
        falls, stands = changed_by(
            corrections, lambda number: entries[number - 1], lambda number: corrections_of(entries, number)
        )
        told += ((-1, each.fact, each.settles) for each in falls)
        told += ((1, each.fact, each.settles) for each in stands)
        keys, at, changes = list[int](), list[int](), list[int]()
        for sign, fact, settles in told:
            postings = [movement for movement in fact.movements() if type(movement) is Posting]
            for total, change in totals_of(postings).items():
                steps, rest = divmod(sign * change, step_of(total[0]))
                if rest:
                    raise InDoubt
                keys.append(self._number(total))
                at.append(settles)
                changes.append(steps)
        self._add(keys, at, changes)

    def _number(self, total: Total) -> int:
        return self._numbers.number(*total)  # type: ignore[arg-type]  # sums are numbered as accounts are

    def _of_page(self, page: Page) -> Iterator[Event]:
        """Take in what many facts of a page change alike; yield all other events."""
        yield from page.singles.values()
        for bulk in page.bulks:
            if not self._of_bulk(bulk):
                yield from bulk.events()

    def _of_bulk(self, bulk: Bulk) -> bool:
        """Take in what facts of one kind change; return whether they change alike."""
        movements = bulk.movements()
        if movements is None:
            return False
        postings = counted_postings(each for each in movements if type(each) is Posting)
        if not postings:
            return True
        count = len(bulk.rows)
        days, phases = bulk.values("effective_on"), bulk.values("phase")
        at = np.array([*map(_opens_latest, days)], np.int32) + np.array([*map(_rank, phases)], np.int32)
        for posting in postings:
            step = step_of(spread(posting.unit, 1)[0])
            units = spread(posting.quantity, count)
            if any(map(mod, units, repeat(step))):
                raise InDoubt
            self._add(self._numbers.column(posting, count), at, [*map(floordiv, units, repeat(step))])
        return True

    def _add(self, keys: Sequence[int], at: Any, changes: Sequence[int]) -> None:
        try:
            steps = np.array(changes, np.int64)
        except OverflowError as error:
            raise InDoubt from error
        self._most += int((np.abs(steps) >> _COARSE).sum() + len(steps)) << _COARSE
        if self._most >= _MOST or np.any(steps == np.iinfo(np.int64).min):
            raise InDoubt
        self._keys.append(np.array(keys, np.int32))
        self._at.append(np.asarray(at, np.int32))
        self._changes.append(steps)

    def look_up(self, totals: Iterable[Total]) -> None:
        """Gather the changes of some totals, of which ``values`` is asked next."""
        wanted = np.unique(np.array([*map(self._number, totals)], np.int32))
        self._keys, self._at = [np.concatenate(self._keys)], [np.concatenate(self._at)]
        self._changes = [np.concatenate(self._changes)]
        is_wanted = np.zeros(len(self._numbers), bool)
        is_wanted[wanted] = True
        rows = np.flatnonzero(is_wanted[self._keys[0]])
        rows = rows[np.lexsort((self._at[0][rows], self._keys[0][rows]))]
        keys, at, changes = (each[0][rows] for each in (self._keys, self._at, self._changes))
        cuts = np.searchsorted(keys, wanted[1:])
        self._found = dict(
            zip(wanted.tolist(), zip(np.split(at, cuts), np.split(changes, cuts), strict=True), strict=True)
        )

    def values(self, total: Total, first: Moment, splits: Sequence[tuple[Moment, Fraction]]) -> Values:
        """Return what a total was from a moment on, among those that were looked up; see ``late.Went``."""
        at, changes = self._found[self._number(total)]
        values = np.cumsum(changes)
        ratios = [ratio.numerator for _, ratio in splits if ratio.denominator == 1]
        if len(ratios) != len(splits) or self._most * prod(ratios) >= _MOST:  # else a split may round
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
