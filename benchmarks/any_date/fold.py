"""What the issuer's history comes to, added up in plain Python: what every engine's answer is compared with.

Nothing of the ledger is used here. Events become changes of holdings, in order of effect; a split multiplies what
is there. The other engines get postings, in which a split is a change of each holding like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from benchmarks.any_date.issuer import CLASSES, NEVER, History, Kind, Whole

AT_ONCE: Final = 1_000_000
ALL: Final = NEVER - 1
"""More entries than there are."""


def holding(holder: Whole, stock_class: Whole | int) -> Whole:
    """Return the number of a holding."""
    return holder * len(CLASSES) + stock_class


@attrs.frozen(eq=False)
class Changes:
    """Changes of holdings.

    Attributes:
        key: Which holding.
        change: By how many shares.
        day: First day possible.
        latest: Last day possible.
        known: Number of the entry that it is known from.
        gone: Number of the entry that took it out; ``NEVER`` while it stands.
    """

    key: Whole
    change: Whole
    day: Whole
    latest: Whole
    known: Whole
    gone: Whole

    def __len__(self) -> int:
        return len(self.key)

    def taken(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> Changes:
        """Return some of them."""
        return Changes(*(values[which] for values in attrs.astuple(self, recurse=False)))

    def standing(self) -> Changes:
        """Return those that no correction took out."""
        return self.taken(self.gone == NEVER)


def changes(history: History) -> Changes:
    """Return what each event changes, without the splits, in order of effect."""
    number = np.arange(1, len(history) + 1)
    gone = np.full(len(history), NEVER)
    corrects = np.isin(history.kind, (Kind.VOIDED, Kind.RESTATED))
    gone[history.ref[corrects] - 1] = number[corrects]
    parts: list[tuple[Whole, Whole, Whole]] = []

    def put(kinds: Sequence[Kind], holder: Whole, stock_class: Whole | None, sign: int) -> None:
        at = np.flatnonzero(np.isin(history.kind, kinds))
        of_class = 0 if stock_class is None else stock_class[at]
        parts.append((at, holding(holder[at], of_class), sign * history.count[at]))

    given = (Kind.TRANSFERRED, Kind.RESTATED)
    put((Kind.ISSUED, Kind.EXERCISED, Kind.RELEASED), history.holder, None, 1)
    put((Kind.PREFERRED,), history.holder, history.stock_class, 1)
    put((Kind.CONVERTED,), history.holder, history.stock_class, -1)
    put((*given, Kind.CANCELLED), history.holder, None, -1)
    put(given, history.other, None, 1)
    converted = np.flatnonzero(history.kind == Kind.CONVERTED)
    parts.append((converted, holding(history.holder[converted], 0), history.received(converted)))
    at, key, change = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    made = Changes(key, change, history.day[at], history.latest[at], number[at], gone[at])
    return made.taken(np.lexsort((made.known, made.latest)))


class Fold:
    """Adds up, in plain Python, in order of effect. An answer says for each holding how many shares it has.

    Args:
        history: What happened.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._changes = changes(history)
        self._size = history.holders * len(CLASSES)

    def at(self, day: int, known: int = ALL) -> Whole:
        """Return what everybody certainly held at the close of a day, as far as so many entries tell."""
        (found,) = self.over([day], known)
        return found

    def over(self, days: Sequence[int], known: int = ALL) -> Iterator[Whole]:
        """Yield what everybody held at the close of each of several days, which grow."""
        counted = self._changes.taken((self._changes.known <= known) & (self._changes.gone > known))
        held = [0] * self._size
        splits = [(day, factor) for day, number, factor in self._history.splits if number <= known]
        ends = sorted({*days, *(day - 1 for day, _ in splits)})
        starts = [0, *np.searchsorted(counted.latest, ends, "right").tolist()]
        for end, (start, stop) in zip(ends, pairwise(starts), strict=True):
            for begin in range(start, stop, AT_ONCE):
                some = slice(begin, min(begin + AT_ONCE, stop))
                for key, change in zip(counted.key[some].tolist(), counted.change[some].tolist(), strict=True):
                    held[key] += change
            if end in days:
                yield np.array(held, np.int64)
            for day, factor in splits:
                if day == end + 1:
                    held[:: len(CLASSES)] = [factor * shares for shares in held[:: len(CLASSES)]]

    def between(self, day: int, certain: Whole, known: int = ALL) -> tuple[Whole, Whole]:
        """Return what everybody holds at least and at most at the close of a day.

        Args:
            day: The day.
            certain: What everybody certainly held then.
            known: How many entries tell.
        """
        low, high = certain.copy(), certain.copy()
        each = self._changes
        may = (each.known <= known) & (each.gone > known) & (each.day <= day) & (each.latest > day)
        for key, change in zip(each.key[may].tolist(), each.change[may].tolist(), strict=True):
            if change < 0:
                low[key] += change
            else:
                high[key] += change
        return low, high

    def statement(self, holder: int) -> list[tuple[int, int, int]]:
        """Return what a holder has of each class whenever that changes within a day: day, class, shares."""
        each = self._changes.taken((self._changes.gone == NEVER) & (self._changes.key // len(CLASSES) == holder))
        rows = [*zip(each.latest.tolist(), (each.key % len(CLASSES)).tolist(), each.change.tolist(), strict=True)]
        splits = [(day, factor) for day, _, factor in self._history.splits]
        held = [0] * len(CLASSES)
        found: dict[tuple[int, int], int] = {}
        for day in sorted({day for day, *_ in rows} | {day for day, _ in splits}):
            for at, factor in splits:
                if at == day and held[0]:
                    held[0] *= factor
                    found[day, 0] = held[0]
            for on, stock_class, change in rows:
                if on == day:
                    held[stock_class] += change
                    found[day, stock_class] = held[stock_class]
        return [(day, stock_class, shares) for (day, stock_class), shares in sorted(found.items())]


@attrs.frozen(eq=False)
class Postings:
    """Changes of holdings that are only added up: what the other engines are given.

    Attributes:
        key: Which holding.
        change: By how many shares; a split is a change of each holding.
        day: First day possible.
        latest: Last day possible: from its close on the change counts.
        known: Number of the entry from which it is known.
    """

    key: Whole
    change: Whole
    day: Whole
    latest: Whole
    known: Whole

    def __len__(self) -> int:
        return len(self.key)

    @property
    def holder(self) -> Whole:
        """Whose holding it is."""
        return self.key // len(CLASSES)

    @property
    def stock_class(self) -> Whole:
        """Of which class it is."""
        return self.key % len(CLASSES)

    def in_order(self) -> Postings:
        """Return them by day of effect, and within one by entry."""
        order = np.lexsort((self.known, self.latest))
        return Postings(*(values[order] for values in attrs.astuple(self, recurse=False)))


def postings(history: History) -> Postings:
    """Return what stands today as postings, in order of effect."""
    return _with_splits(history, changes(history).standing())


def postings_as_known(history: History) -> Postings:
    """Return postings of all that was ever known; what a correction took out is taken back, known from then on."""
    made = changes(history)
    taken_out = made.taken(made.gone != NEVER)
    back = attrs.evolve(taken_out, change=-taken_out.change, known=taken_out.gone)
    both = (
        np.concatenate(pair)
        for pair in zip(attrs.astuple(made, recurse=False), attrs.astuple(back, recurse=False), strict=True)
    )
    return _with_splits(history, Changes(*both))


def _with_splits(history: History, given: Changes) -> Postings:
    """Return changes with what splits add: one posting for each holding, and one for each change known later."""
    parts = [(given.key, given.change, given.day, given.latest, given.known)]
    is_common = given.key % len(CLASSES) == 0
    multiplied = given.change.copy()
    for day, number, factor in history.splits:
        reached = is_common & (given.latest < day)
        known = reached & (given.known < number)
        sums = np.zeros(history.holders * len(CLASSES), np.int64)
        np.add.at(sums, given.key[known], multiplied[known])
        keys = np.flatnonzero(sums)
        late = reached & (given.known > number)
        key = np.concatenate((keys, given.key[late]))
        change = (factor - 1) * np.concatenate((sums[keys], multiplied[late]))
        days = np.full(len(key), day)
        parts.append((key, change, days, days, np.concatenate((np.full(len(keys), number), given.known[late]))))
        multiplied[reached] *= factor
    return Postings(*(np.concatenate(columns) for columns in zip(*parts, strict=True))).in_order()
