"""Totals that many facts change, added up by number, column by column; limits are looked at as each moment ends.

Most facts only change totals, and come as rows. Those that do more are taken by the book, one by one, so that it
knows its levels at every moment. What they change is among the rows as well: the book's own totals are set at the
end, and before a split, which multiplies them. Between two moments at which a class is split or its limit is set,
only the order of the rows of each total matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.book import Book, Changes, ClassTotal, Quantity, Step, Total, by_moment, steps
from ledger.coded import MOST, in_steps, in_units, most_of
from ledger.events import SPLITS
from ledger.identity import StockClassId
from ledger.movements import Level, Setting
from ledger.rules.asking import InDoubt
from ledger.rules.at_once import brings_a_holder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledger.coded import Coding, Rows
    from ledger.days import Moment
    from ledger.timeline import InEffect

_NO_LIMIT: Final = 10**60
_NEVER: Final = np.iinfo(np.int32).max
_LIMITING: Final = (Level.AUTHORIZED, Level.REISSUABLE)


def walk(
    book: Book,
    coding: Coding,
    rows: Rows,
    told: Sequence[InEffect],
    broken: Callable[[Book, Changes], Iterable[object]],
) -> Totals:
    """Take facts into a book that watches what changes, and return the totals after them, which are not set yet.

    Args:
        book: The totals and levels before them.
        coding: Numbers of totals.
        rows: What facts change that do nothing else.
        told: Facts that the book takes one by one.
        broken: Yields the rules of a fact that do not hold after some changes.

    Raises:
        InDoubt: A rule or a limit does not hold.
    """
    before = book.at
    limited = {id(each): classes for each in told if (classes := _limited(book, each))}
    groups = [*by_moment(steps(told))]
    cuts = [at for at, group in groups if _splits(group) or any(id(step.each) in limited for step in group)]
    totals = Totals(book, coding, rows, told, cuts)
    part = 0
    for at, group in groups:
        splits = _splits(group)
        if part < len(cuts) and at == cuts[part]:
            totals.add(part)
            part += 1
            if splits:
                if at <= before or totals.change_at(at):  # it has a before and an after
                    raise InDoubt
                totals.set()
        changes = book.advance(max(at, book.at), group)  # a day that opened in the past brings no level back
        asked = Changes(settled=[each for each in changes.settled if not brings_a_holder(book, each.fact)])
        if any(True for _ in broken(book, asked)):
            raise InDoubt
        if splits:
            totals.load()
            totals.look_at({unit for unit, _ in changes.raised})
        for step in group:
            totals.look_at(limited.get(id(step.each), ()))
    totals.add(part)
    book.at = max(book.at, totals.last)
    return totals


def _sorted(*columns: NDArray[Any]) -> NDArray[np.intp]:
    """Return the order of rows by several columns of whole numbers that are not below zero, the first one first."""
    order = np.arange(len(columns[0]))
    for column in reversed(columns):
        for digits in range(0, int(column.max(initial=0)).bit_length(), 16):  # 16 bits are sorted in one go
            order = order[np.argsort((column[order] >> digits).astype(np.uint16), kind="stable")]
    return order


def _splits(group: list[Step]) -> bool:
    return any(isinstance(step.each.fact, SPLITS) for step in group)


def _limited(book: Book, each: InEffect) -> set[Any]:
    """Return what a fact sets a limit of."""
    return {
        movement.subject
        for movement in book.movements(each)
        if type(movement) is Setting and movement.level in _LIMITING
    }


class Totals:
    """Totals that rows change, from one moment to another.

    Args:
        book: Where they are from, and go to.
        coding: Numbers of totals.
        rows: By how much they change.
        told: Facts that change them besides, whose days may be open.
        cuts: Moments before which the rows are added up apart from those after.
    """

    def __init__(
        self, book: Book, coding: Coding, rows: Rows, told: Iterable[InEffect], cuts: Sequence[Moment]
    ) -> None:
        self._book, self._coding = book, coding
        rows, low = _together(book, rows, told, coding)
        keys, at, high, self._is_wide = rows
        self._scales, self._are_sums = coding.scales(), coding.are_sums()
        part_of = np.searchsorted(np.array(cuts, np.int32), at, "right")
        order = _sorted(part_of, keys, at - at.min(initial=_NEVER))
        self._bounds = np.searchsorted(part_of[order], range(len(cuts) + 2))
        self._keys, self._at, self._high = keys[order], at[order], high[order]
        self._low = self._high if low is high else low[order]
        self._are_touched = np.bincount(keys, minlength=len(self._scales)) > 0
        self._touched = np.flatnonzero(self._are_touched)
        self._totals: list[Total] = [*map(coding.totals().__getitem__, self._touched.tolist())]
        self._reached: list[NDArray[Any]] = []
        self.last: Moment = int(at.max(initial=0))
        self.load()

    def change_at(self, moment: Moment) -> bool:
        """Whether some of them change at a moment."""
        return bool(np.any(self._at == moment))

    def load(self) -> None:
        """Take the totals from the book."""
        high, low = ([*map(table.get, self._totals, repeat(0))] for table in (self._book.high, self._book.low))
        found = self._in_steps(high, low)
        if found is None:
            self._widen()
            found = in_units(high), in_units(low)
        self._reached = []
        for values in found:
            reached = np.zeros(len(self._scales), values.dtype)
            reached[self._touched] = values
            self._reached.append(reached)

    def _in_steps(self, high: list[Any], low: list[Any]) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Return totals in whole steps, if no sum of them and of what changes is too large; otherwise nothing."""
        if self._is_wide:
            return None
        scales, room = self._scales[self._touched], MOST - most_of(self._high) - most_of(self._low)
        most = in_steps(high, scales)
        least = most if high == low else in_steps(low, scales)
        if most is None or least is None or max(np.abs(each).max(initial=0) for each in (most, least)) >= room:
            return None
        return most, least

    def _widen(self) -> None:
        """Count in units of 10⁻¹⁰, in numbers of any length."""
        if not self._is_wide:
            scales, is_certain = self._scales[self._keys].astype(object), self._low is self._high
            self._high = self._high * scales
            self._low = self._high if is_certain else self._low * scales
            self._is_wide = True

    def add(self, part: int) -> None:
        """Add the rows between two cuts, and look at the limits.

        Raises:
            InDoubt: One is passed.
        """
        some = slice(self._bounds[part], self._bounds[part + 1])
        keys, at = self._keys[some], self._at[some]
        if not len(keys):
            return
        goes_on = keys[1:] == keys[:-1]
        starts, is_last = np.flatnonzero(np.append(True, ~goes_on)), np.append(~goes_on | (at[1:] != at[:-1]), True)
        ends, own = np.append(starts[1:], len(keys)), keys[starts]
        high, low = (
            _added_up(changes[some], starts, ends, reached[own])
            for changes, reached in zip((self._high, self._low), self._reached, strict=True)
        )
        if np.any(high[is_last & ~self._are_sums[keys]] < 0):
            raise InDoubt
        for index in np.flatnonzero(self._are_sums[own]).tolist():
            rows = slice(starts[index], ends[index])
            self._look_at(int(own[index]), low[rows][is_last[rows]].max())
        for reached, values in zip(self._reached, (high, low), strict=True):
            reached[own] = values[ends - 1]

    def look_at(self, classes: Iterable[object]) -> None:
        """Look at the limits of classes, of which what is authorized changed, or what there is.

        Raises:
            InDoubt: One is passed.
        """
        for stock_class in classes:
            if isinstance(stock_class, StockClassId):
                for account in ClassTotal:
                    total: Total = stock_class, account
                    number = self._coding.number(total)
                    if number < len(self._scales) and self._are_touched[number]:
                        self._look_at(number, self._reached[1][number])
                    elif self._book.low.get(total, 0) > _limit(self._book, total):
                        raise InDoubt

    def _look_at(self, number: int, value: Any) -> None:
        """See that the sum of a class is within its limit."""
        units = value if self._is_wide else int(value) * int(self._scales[number])
        if units > _limit(self._book, self._coding.totals()[number]):
            raise InDoubt

    def set(self) -> None:
        """Set the totals of the book."""
        high, low = (reached[self._touched] for reached in self._reached)
        is_certain = np.array_equal(high, low)
        if not self._is_wide:
            scales = self._scales[self._touched].astype(object)
            high, low = high * scales, low if is_certain else low * scales
        most = high.tolist()
        self._book.set_totals(self._totals, most, most if is_certain else low.tolist())


def _added_up(
    changes: NDArray[Any], starts: NDArray[np.intp], ends: NDArray[np.intp], before: NDArray[Any]
) -> NDArray[Any]:
    """Return what totals are after each change, of which those of one total begin and end somewhere."""
    sums = np.cumsum(changes)
    return sums + np.repeat(before - sums[starts] + changes[starts], ends - starts)  # type: ignore[no-any-return]


def _together(book: Book, rows: Rows, told: Iterable[InEffect], coding: Coding) -> tuple[Rows, NDArray[Any]]:
    """Return rows and what facts change besides, in the highest reading; and the changes in the lowest one."""
    found: list[tuple[int, Moment, int, int]] = []
    for each in told:
        for number, change in coding.changes(book.movements(each)):
            if each.is_exact:
                found.append((number, each.settles, change, change))
            else:
                rise, fall = max(change, 0), min(change, 0)
                found += (number, each.begins, rise, fall), (number, each.settles, fall, rise)
    if not found:
        return rows, rows.changes
    keys, at, high, low = map(list, zip(*found, strict=True))
    scales = coding.scales()[keys]
    most, least = in_steps(high, scales), in_steps(low, scales)
    if rows.is_wide or most is None or least is None:
        rows, most, least = rows.widened(coding), in_units(high), in_units(low)
    both = rows._replace(
        keys=np.append(rows.keys, np.array(keys, np.int32)),
        at=np.append(rows.at, np.array(at, np.int32)),
        changes=np.append(rows.changes, most),
    )
    return both, both.changes if high == low else np.append(rows.changes, least)


def _limit(book: Book, total: Total) -> Quantity:
    """Return what a sum of a class must not go beyond."""
    stock_class, _ = total
    assert isinstance(stock_class, StockClassId)
    authorized = book.authorized_numbers(stock_class)
    if book.limited_total(stock_class) != total or len(authorized) < len(
        book.levels(Level.AUTHORIZED, stock_class)
    ):
        return _NO_LIMIT
    return max(authorized, default=_NO_LIMIT)
