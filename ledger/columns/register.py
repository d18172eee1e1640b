"""The register at the close of a day: the positions that are not nothing; and the last one with what came since.

Whoever records and looks asks for the same day again and again. The register that was answered last is kept, and
the few rows that came since are added to a copy of its figures, as long as they change lines that are there and
none of them ends as nothing. Anything else is worked out from the sums of all accounts.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
import numpy as np

from ledger.columns.accounts import kind_of
from ledger.columns.memory import Memory
from ledger.movements import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.columns.movements import Table
    from ledger.columns.positions import Positions
    from ledger.columns.sums import Segment, Small
    from ledger.identity import StockClassId

    Steps = NDArray[np.int64]
    Places = NDArray[np.integer[Any]]
    Certain = Callable[[Places], Steps]
    """Tells what some positions certainly are."""
    PutRight = Callable[[Certain, Small, Places, Steps], "Open"]
    """Tells what positions may be otherwise, given fact, position and change of all that may have come."""

FEW: Final = 64
"""More rows than these that came since, and all is worked out again."""
_NO_LINE: Final = -1
_HELD: Final = kind_of(Held)


class Register(NamedTuple):
    """Positions that are not certainly nothing, in the order of class and holder.

    The next answer may have the same columns, so nobody writes to them.

    Attributes:
        classes: Number of the class of each.
        holders: Number of its holder.
        low: How many steps each is at least.
        more: How many steps some are at most, by line; all others are known.
    """

    classes: NDArray[np.int32]
    holders: NDArray[np.int32]
    low: NDArray[Any]
    more: Mapping[int, int]


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

    def more(self, there: NDArray[np.bool_], places: NDArray[np.intp]) -> dict[int, int]:
        """Return how many steps those lines are at most of which it is open.

        Args:
            there: Which positions have a line.
            places: The position of each line.
        """
        open_ = np.flatnonzero((self.least != self.most) & there[self.places])
        lines = np.searchsorted(places, self.places[open_])
        return dict(zip(lines.tolist(), self.most[open_].tolist(), strict=True))


@attrs.define(eq=False)
class _Answered:
    """The register of a day of which nothing is open, and what it was worked out from.

    Attributes:
        when: Last stage of the day.
        designated: The classes that there are.
        segments: The rows that lie sorted.
        loose: How many rows do not.
        open: How many changes there are that may have come, on any day.
        spans: Of each class its first line, and the one after its last.
        register: The register.
    """

    when: int
    designated: Sequence[StockClassId]
    segments: Sequence[Segment]
    loose: int
    open: int
    spans: Mapping[int, tuple[int, int]]
    register: Register
    _lines: dict[int, Small] = attrs.field(factory=dict, init=False)

    def line(self, of_class: int, holder: int) -> int | None:
        """Return which line is of a class and holder; those of a class are numbered when somebody asks first."""
        if of_class not in self._lines:
            first, after = self.spans.get(of_class, (0, 0))
            holders = self.register.holders[first:after]
            lines = np.full(holders.max(initial=-1) + 1, _NO_LINE, np.int32)
            lines[holders] = np.arange(first, after)
            self._lines[of_class] = lines
        lines = self._lines[of_class]
        line = int(lines[holder]) if holder < len(lines) else _NO_LINE
        return None if line == _NO_LINE else line


class Registers:
    """Finds the register at the close of any day, of the positions of a table.

    Args:
        table: The table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._memory = Memory()
        self._last: _Answered | None = None

    def at(self, when: int, known: int | None, designated: Sequence[StockClassId], put_right: PutRight) -> Register:
        """Return the register at the close of a day.

        Args:
            when: Its last stage.
            known: The last entry known; every one where not given.
            designated: The classes that there are.
            put_right: Puts right what may have come or not.
        """
        if known is None:
            last, self._last = self._last, None
            if last is not None and (last.when, last.designated) == (when, designated) and self._follow(last):
                self._last = last
                return last.register
            del last  # this answer may lie where that one lay
        positions, sums, still_open = self._table.positions, self._table.sums, self._table.open
        values = self._memory.column(max(sums.size, positions.covered) + 1)
        sums.at(when, known, values[: sums.size].reshape(1, -1))
        values[sums.size :] = 0  # accounts without a row, and last what no account does
        low = positions.sums(values.reshape(1, -1), self._memory.column(len(positions)).reshape(1, -1))[0]
        _, facts, accounts, (changes,) = still_open.over((when,), known)
        open_ = None
        if len(facts):
            places = positions.places_of(accounts)
            some = np.flatnonzero(places >= 0)
            open_ = put_right(low.take, facts[some], places[some], changes[some]) if len(some) else None
        numbers = {*map(self._table.accounts.texts.find_unit, designated)}
        register, spans = self._some(positions, numbers, low, open_)
        if known is None and not len(facts):
            segments, loose = [*sums.segments], len(sums.loose())
            self._last = _Answered(when, designated, segments, loose, len(still_open), spans, register)
        return register

    def _follow(self, last: _Answered) -> bool:
        """Add the rows that came since to the last answer, and return whether they are all that came."""
        sums, loose = self._table.sums, self._table.sums.loose()
        count = len(loose) - last.loose
        if sums.segments != last.segments or len(self._table.open) != last.open or count > FEW:
            return False
        if not count:
            return True
        changed = dict[int, int]()
        for row in range(last.loose, len(loose)):
            kind, unit, holder, *_ = self._table.accounts.row(int(loose.keys[row]))
            if kind == _HELD and unit >= 0 and loose.whens[row] <= last.when:
                line = last.line(unit, holder)
                if line is None:
                    return False
                changed[line] = changed.get(line, 0) + int(loose.changes[0, row])
        register = last.register
        low = self._memory.column(len(register.low))
        low[:] = register.low
        for line, change in changed.items():
            low[line] += change
            if not low[line]:
                return False
        last.loose, last.register = len(loose), register._replace(low=low)
        return True

    def _some(
        self, positions: Positions, designated: Collection[int], low: Steps, open_: Open | None
    ) -> tuple[Register, dict[int, tuple[int, int]]]:
        """Return the positions that are not certainly nothing, and where each of the classes that there are begins.

        Args:
            positions: All positions.
            designated: Numbers of the classes that there are.
            low: What each position certainly comes to.
            open_: The positions of which it may be open what they are.
        """
        there = low != 0
        if open_ is not None:
            low[open_.places] = open_.least
            there[open_.places] = (open_.least != 0) | (open_.most != 0)
        of_classes = positions.by_class()
        for number, first, after in of_classes:
            if number not in designated:
                there[first:after] = False
        places = np.flatnonzero(there)
        steps = self._memory.column(len(low))[: len(places)]
        codes = self._memory.column(len(low)).view(np.int32).reshape(2, -1)
        holders, classes = codes[:, : len(places)]
        low.take(places, out=steps, mode="clip")  # so that NumPy takes no other room before
        positions.holders.take(places, out=holders, mode="clip")
        begins = np.searchsorted(places, [first for _, first, _ in of_classes]).tolist()
        spans = {
            number: span for (number, *_), span in zip(of_classes, pairwise([*begins, len(places)]), strict=True)
        }
        for number, (first, after) in spans.items():
            classes[first:after] = number
        more = {} if open_ is None else open_.more(there, places)
        return Register(classes, holders, steps, more), spans
