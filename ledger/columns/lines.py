"""The positions that are not nothing at the close of a day, as lines; and the last ones again, with what came since.

Whoever records and looks asks for the same day again and again. The lines that were answered last are kept, and the
few rows that came since are added to them, as long as they change lines that are there and none of them ends as
nothing. Anything else is worked out from the sums of all accounts, in room that is kept: memory that was not used
before costs more than the sums.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
import numpy as np

from ledger.columns.accounts import kind_of
from ledger.movements import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.columns.movements import Table
    from ledger.columns.positions import Positions
    from ledger.columns.sums import DatedSums, Segment, Small

    Steps = NDArray[np.int64]
    PutRight = Callable[[Steps, Small, Small, Steps], Mapping[int, int]]
    """Makes of what positions certainly are what they are at least, and returns how much some are at most, in order.

    It is given the positions, and fact, position and change of all that may have come.
    """

AT_ONCE: Final = 16_384
"""So many positions are looked at together: they stay near the processor."""
FEW: Final = 64
"""More rows than these that came since, and all is worked out again."""
_MORE: Final = 8
"""Room is made for one more of so many, so that it is good for those that come next."""
_HELD: Final = kind_of(Held)


class Lines(NamedTuple):
    """Positions that are not certainly nothing, in the order of class and holder; none is written to.

    Attributes:
        classes: Number of the class of each.
        holders: Number of its holder.
        low: How many steps each is at least.
        more: How many steps some are at most, by line; all others are known.
        spans: The first line of each class, and the one after its last.
    """

    classes: Small
    holders: Small
    low: Steps
    more: Mapping[int, int]
    spans: Mapping[int, tuple[int, int]]

    def find(self, of_class: int, holder: int) -> int | None:
        """Return which line is of a class and holder."""
        first, after = self.spans.get(of_class, (0, 0))
        found = np.flatnonzero(self.holders[first:after] == holder)
        return first + int(found[0]) if len(found) else None


@attrs.frozen(eq=False)
class _Answered:
    """Lines of a day of which nothing is open, and what they were worked out from."""

    when: int
    designated: Sequence[int]
    segments: tuple[Segment, ...]
    loose: int
    open: int
    lines: Lines


class LinesOfDays:
    """Finds the lines of a table at the close of any day.

    Args:
        table: The table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rooms: list[_Room] = []  # those that nobody is at work in
        self._last: _Answered | None = None

    def at(self, when: int, known: int | None, designated: Sequence[int], put_right: PutRight) -> Lines:
        """Return the lines at the close of a day.

        Args:
            when: Its last stage.
            known: The last entry known; every one where not given.
            designated: Numbers of the classes that there are.
            put_right: Puts right what may have come or not.
        """
        last = self._last
        if known is None and last is not None and (last.when, last.designated) == (when, designated):
            self._last = last = self._followed(last)
            if last is not None:
                return last.lines
        positions, sums, open_ = self._table.positions, self._table.sums, self._table.open
        facts, accounts, (changes,) = open_.columns_at(when, known)
        room = self._rooms.pop() if self._rooms else _Room()
        low = room.certain(positions, sums, when, known)
        more: Mapping[int, int] = {}
        if len(facts):
            places = positions.places_of(accounts)
            some = places >= 0
            more = put_right(low, facts[some], places[some], changes[some])
        lines = room.lines(positions, designated, low, more)
        self._rooms.append(room)
        if known is None and not len(facts):
            self._last = _Answered(when, designated, (*sums.segments,), len(sums.loose()), len(open_), lines)
        return lines

    def _followed(self, last: _Answered) -> _Answered | None:
        """Return the last answer with the rows that came since; none where that is not all that came."""
        sums, lines = self._table.sums, last.lines
        loose = sums.loose()
        since = range(last.loose, len(loose))
        if (*sums.segments,) != last.segments or len(self._table.open) != last.open or len(since) > FEW:
            return None
        if not since:
            return last
        low, changed = lines.low.copy(), set[int]()
        for row in since:
            kind, unit, holder, *_ = self._table.accounts.row(int(loose.keys[row]))
            if kind == _HELD and unit >= 0 and loose.whens[row] <= last.when:
                line = lines.find(unit, holder)
                if line is None:
                    return None
                low[line] += loose.changes[0, row]
                changed.add(line)
        if not all(low[line] for line in changed):
            return None
        return attrs.evolve(last, loose=len(loose), lines=lines._replace(low=_fixed(low)))


class _Room:
    """Where lines are worked out, again and again; what is handed out lies elsewhere."""

    def __init__(self) -> None:
        self._sums = self._low = np.empty(0, np.int64)
        self._there = np.empty(0, np.bool_)

    def certain(self, positions: Positions, sums: DatedSums, when: int, known: int | None) -> Steps:
        """Return what each position certainly is; good until the next time."""
        keys, size = max(sums.size, positions.covered) + 1, len(positions)  # the last one stands for no account
        if len(self._sums) < keys or len(self._low) < size:
            self._sums = np.empty(keys + keys // _MORE, np.int64)
            self._low = np.empty(size + size // _MORE, np.int64)
            self._there = np.empty(len(self._low), np.bool_)
        found, low = self._sums[:keys], self._low[:size]
        sums.at(when, known, found[: sums.size].reshape(1, -1))
        found[sums.size :] = 0
        positions.sums_in(found, low)
        return low

    def lines(
        self, positions: Positions, designated: Sequence[int], low: Steps, more: Mapping[int, int]
    ) -> Lines:
        """Return the positions that are not certainly nothing, of the classes that there are."""
        there = self._there[: len(low)]
        np.not_equal(low, 0, out=there)
        there[[*more]] = True
        spans, count = {}, 0
        for of_class, first, after in positions.by_class():
            if of_class in designated:
                begin, count = count, count + int(np.count_nonzero(there[first:after]))
                spans[of_class] = begin, count
            else:
                there[first:after] = False
        classes, holders, steps = (np.empty(count, kind) for kind in (np.int32, np.int32, np.int64))
        for of_class, (first, after) in spans.items():
            classes[first:after] = of_class
        open_ = [place for place in more if there[place]]
        lines, line = list[int](), 0
        for start in range(0, len(low), AT_ONCE):
            stop = start + AT_ONCE
            places = np.flatnonzero(there[start:stop])
            of_these = slice(line, line + len(places))
            positions.holders[start:stop].take(places, out=holders[of_these], mode="clip")
            low[start:stop].take(places, out=steps[of_these], mode="clip")
            some = open_[bisect_left(open_, start) : bisect_left(open_, stop)]
            lines += (np.searchsorted(places, np.subtract(some, start)) + line).tolist() if some else []
            line += len(places)
        most = dict(zip(lines, (more[place] for place in open_), strict=True))
        return Lines(_fixed(classes), _fixed(holders), _fixed(steps), most, spans)


def _fixed(column: NDArray[Any]) -> NDArray[Any]:
    """Return a column that nobody writes to any more: the next answer may be made of it."""
    column.flags.writeable = False
    return column
