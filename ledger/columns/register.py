"""The register at the close of a day: the positions that are not nothing; and the last one with what came since.

Whoever records and looks asks for the same day again and again. The register that was answered last is kept, and
the few rows that came since are added to it, as long as they change lines that are there and none of them ends as
nothing. Anything else is worked out from the sums of all accounts, in room that is kept: memory that was not used
before costs more than the sums.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
import numpy as np

from ledger.columns.accounts import kind_of
from ledger.movements import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.columns.movements import Table
    from ledger.columns.positions import Positions
    from ledger.columns.sums import DatedSums, Segment, Small

    Steps = NDArray[np.int64]
    Places = NDArray[np.integer[Any]]
    Certain = Callable[[Places], Steps]
    """Tells what some positions certainly are."""
    PutRight = Callable[[Certain, Small, Places, Steps], "Open"]
    """Tells what positions may be otherwise, given fact, position and change of all that may have come."""

AT_ONCE: Final = 32_768
"""So many positions are looked at together: they stay near the processor."""
FEW: Final = 64
"""More rows than these that came since, and all is worked out again."""
_MORE: Final = 8
"""Room is made for one more of so many, so that it is good for those that come next."""
_HELD: Final = kind_of(Held)


class Register(NamedTuple):
    """Positions that are not certainly nothing, in the order of class and holder; no column is written to.

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


class Open(NamedTuple):
    """Positions of which it may be open what they are.

    Attributes:
        places: Which, in order.
        least: How many steps each is at least.
        most: How many it is at most.
    """

    places: Places
    least: Steps
    most: Steps

    def between(self, start: int, stop: int) -> Open | None:
        """Return those from one position to another, numbered from there on; none where there are none."""
        first, after = np.searchsorted(self.places, (start, stop))
        if first == after:
            return None
        return Open(self.places[first:after] - start, self.least[first:after], self.most[first:after])

    def more(self, there: NDArray[np.bool_], places: NDArray[np.intp], first: int) -> Iterator[tuple[int, int]]:
        """Yield the lines of which it is open, and how many steps these are at most.

        Args:
            there: Which positions have a line.
            places: The position of each line.
            first: The first of these lines.
        """
        open_ = np.flatnonzero((self.least != self.most) & there[self.places])
        lines = np.searchsorted(places, self.places[open_]) + first
        return zip(lines.tolist(), self.most[open_].tolist(), strict=True)


@attrs.frozen(eq=False)
class _Answered:
    """The register of a day of which nothing is open, and what it was worked out from."""

    when: int
    designated: Sequence[int]
    segments: tuple[Segment, ...]
    loose: int
    open: int
    register: Register


class Registers:
    """Finds the register at the close of any day, of the positions of a table.

    Args:
        table: The table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rooms: list[_Room] = []  # those that nobody is at work in
        self._last: _Answered | None = None

    def at(self, when: int, known: int | None, designated: Sequence[int], put_right: PutRight) -> Register:
        """Return the register at the close of a day.

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
                return last.register
        positions, sums, open_ = self._table.positions, self._table.sums, self._table.open
        _, facts, accounts, (changes,) = open_.over((when,), known)
        room = self._rooms.pop() if self._rooms else _Room()
        values = room.sums(positions, sums, when, known)
        places = positions.places_of(accounts)
        some = np.flatnonzero(places >= 0)
        found = None
        if len(some):
            found = put_right(partial(positions.some, values), facts[some], places[some], changes[some])
        register = room.register(positions, designated, values, found)
        self._rooms.append(room)
        if known is None and not len(facts):
            self._last = _Answered(when, designated, (*sums.segments,), len(sums.loose()), len(open_), register)
        return register

    def _followed(self, last: _Answered) -> _Answered | None:
        """Return the last answer with the rows that came since; none where that is not all that came."""
        sums, register = self._table.sums, last.register
        loose = sums.loose()
        since = range(last.loose, len(loose))
        if (*sums.segments,) != last.segments or len(self._table.open) != last.open or len(since) > FEW:
            return None
        if not since:
            return last
        low, changed = register.low.copy(), set[int]()
        for row in since:
            kind, unit, holder, *_ = self._table.accounts.row(int(loose.keys[row]))
            if kind == _HELD and unit >= 0 and loose.whens[row] <= last.when:
                line = register.find(unit, holder)
                if line is None:
                    return None
                low[line] += loose.changes[0, row]
                changed.add(line)
        if not all(low[line] for line in changed):
            return None
        return attrs.evolve(last, loose=len(loose), register=register._replace(low=_fixed(low)))


class _Room:
    """Where registers are worked out, again and again; what is handed out lies elsewhere."""

    def __init__(self) -> None:
        self._sums = np.empty(0, np.int64)
        self._low = np.empty(AT_ONCE, np.int64)

    def sums(self, positions: Positions, sums: DatedSums, when: int, known: int | None) -> Steps:
        """Return what each account comes to, and last what no account does; good until the next time."""
        size = max(sums.size, positions.covered) + 1
        if len(self._sums) < size:
            self._sums = np.empty(size + size // _MORE, np.int64)
        found = self._sums[:size]
        sums.at(when, known, found[: sums.size].reshape(1, -1))
        found[sums.size :] = 0
        return found

    def register(
        self, positions: Positions, designated: Sequence[int], values: Steps, open_: Open | None
    ) -> Register:
        """Return the positions that are not certainly nothing, of the classes that there are."""
        size, spans = len(positions), positions.by_class()
        classes, holders, steps = (np.empty(size, kind) for kind in (np.int32, np.int32, np.int64))
        not_there = [slice(first, after) for of_class, first, after in spans if of_class not in designated]
        more, begins, line = dict[int, int](), list[int](), 0
        for start in range(0, size, AT_ONCE):
            stop = min(start + AT_ONCE, size)
            low = positions.sums_in(values, start, stop, self._low)
            there = low != 0
            some = open_.between(start, stop) if open_ is not None else None
            if some is not None:
                low[some.places] = some.least
                there[some.places] = (some.least != 0) | (some.most != 0)
            for none in not_there:
                there[max(none.start - start, 0) : max(none.stop - start, 0)] = False
            places = np.flatnonzero(there)
            if some is not None:
                more.update(some.more(there, places, line))
            begin = [first - start for _, first, _ in spans if start <= first < stop]
            begins += (np.searchsorted(places, begin) + line).tolist()
            first_line, line = line, line + len(places)
            positions.holders[start:stop].take(places, out=holders[first_line:line], mode="clip")
            low.take(places, out=steps[first_line:line], mode="clip")
        of_class = {of_class: span for (of_class, *_), span in zip(spans, pairwise([*begins, line]), strict=True)}
        for number, (first, after) in of_class.items():
            classes[first:after] = number
        return Register(_fixed(classes[:line]), _fixed(holders[:line]), _fixed(steps[:line]), more, of_class)


def _fixed(column: NDArray[Any]) -> NDArray[Any]:
    """Return a column that nobody writes to any more: the next answer may be made of it."""
    column.flags.writeable = False
    return column
