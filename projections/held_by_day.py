"""Who holds what at the close of days, in columns: sums of movements, put right for mergers and open days.

Nearly every holding is what its accounts certainly come to. The others are few: those of holders whom a merger
names, and those that a fact moves whose day is open. They are worked out as everywhere, one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import chain, islice, pairwise, product
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np

from ledger.columns.register import Open
from ledger.columns.sums import put_together
from ledger.days import close_of
from ledger.events import HolderMerged, StockClassDesignated
from ledger.movements import Held, Posting
from ledger.quantities import SCALE
from ledger.timeline import history_of
from projections.cap_table import by_holder, merged_names
from projections.replay import replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ledger.columns.movements import MovementColumns
    from ledger.columns.positions import Key, Positions
    from ledger.columns.register import Certain, Places
    from ledger.columns.sums import Small, Whole
    from ledger.identity import HolderId
    from ledger.timeline import InEffect
    from projections.replay import Accounts

    Steps = NDArray[Any]  # of 64 bits, or integers of Python
    Part = tuple[Positions, int, Iterator[Whole]]


class OnDay(NamedTuple):
    """What every position is at the close of a day.

    Attributes:
        low: How many steps each is at least.
        more: How many steps some are at most, by position; all others are known.
    """

    low: Steps
    more: Mapping[int, int]

    def some(self) -> tuple[NDArray[np.intp], Steps, dict[int, int]]:
        """Return which are not certainly nothing, how many steps each is, and how many some are at most."""
        there = self.low != 0
        there[[*self.more]] = True
        places = np.flatnonzero(there)
        lines = np.searchsorted(places, [*self.more]).tolist()
        return places, self.low.take(places), dict(zip(lines, self.more.values(), strict=True))


class HeldByDay:
    """Who holds what at the close of each of some days, one position for each class and holder.

    Args:
        columns: What the entries move.
        days: The days, which grow.
        known: How many entries were known.
        holder: Only the positions of this holder and of those that a merger names with them.

    Attributes:
        days: The days.
        classes: Number of the class of each position.
        holders: Number of its holder.
        steps: How many steps a share is.
        low: How many steps each position is at least, in order of class and holder: a line for each day.
        more: How many some are at most, for each day by position; all others are known.
    """

    def __init__(
        self, columns: MovementColumns, days: Sequence[date], known: int, holder: HolderId | None = None
    ) -> None:
        self.days = days
        self._columns, self._known = columns, None if known == columns.known else known
        self._told = columns.told(self._known)
        only = None if holder is None else _merged_with(holder, self._told)
        parts = [*columns.holdings(days, self._known, mergers(self._told), only)]
        self.steps = 1 if all(step == SCALE for _, step, _ in parts) else SCALE
        self._keys: Sequence[Key] = ()
        self._places: dict[Key, int | None] = {}
        self.classes = self.holders = np.empty(0, np.int32)
        self._order: NDArray[np.intp] | None = None
        if parts:
            self._keys, self.classes, self.holders = parts[0][0].keys, parts[0][0].classes, parts[0][0].holders
        if len(parts) > 1:
            self._put_together([positions for positions, _, _ in parts])
        alike = parts[0][0] if len(parts) == 1 and self.steps == 1 else None
        size, lies_in = len(days) * len(self.classes), columns.narrow_table.matrices
        steps: Steps = lies_in.column(size) if self.steps == 1 else np.empty(size, object)
        self.low = steps.reshape(len(days), len(self.classes))
        for line, *sums in zip(self.low, *(sums for _, _, sums in parts), strict=True):
            if alike is None:
                self._put_in(line, parts, sums)
            else:
                alike.sums(sums[0], line.reshape(1, -1))
        self.more = self._put_right(alike)

    def on_day(self, line: int) -> OnDay:
        """Return what every position is on one of the days."""
        return OnDay(self.low[line], self.more[line])

    def _put_together(self, parts: Sequence[Positions]) -> None:
        """Put positions of units that are counted in different steps into one order."""
        keys = [key for positions in parts for key in positions.keys]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self._order, self._keys = np.array(order, np.intp), [keys[at] for at in order]
        self.classes = np.concatenate([positions.classes for positions in parts])[self._order]
        self.holders = np.concatenate([positions.holders for positions in parts])[self._order]

    def _put_in(self, line: Steps, parts: Sequence[Part], sums: Sequence[Whole]) -> None:
        """Put in what all facts that have certainly taken effect come to, as Python's integers."""
        found: list[int] = []
        for (positions, step, _), of_accounts in zip(parts, sums, strict=True):
            times = step * self.steps // SCALE
            found += [each * times for each in put_together(positions.sums(of_accounts))]
        line[:] = found if self._order is None else np.array(found, object)[self._order]

    def _put_right(self, alike: Positions | None) -> list[dict[int, int]]:
        """Set what mergers, open days and classes that are none yet change; return how much some are at most.

        Args:
            alike: The positions, where all are counted in whole shares.
        """
        merging = [each for each in self._told if type(each.fact) is HolderMerged]
        plain = 0 if alike is None else self._days_before(merging)
        more = [] if alike is None else self._put_right_open(plain, alike)
        for line, on in enumerate(self.days[plain:], plain):
            merged = [each for each in merging if each.begins <= close_of(on)]
            more.append(self._put_right_by_holder(on, self.low[line], merged))
        told = [(each.fact, each) for each in self._told]
        designated = [(fact.stock_class, each) for fact, each in told if type(fact) is StockClassDesignated]
        for number, stock_class in enumerate(self._columns.ids.classes):
            before = self._days_before([each for name, each in designated if name == stock_class])
            if before:
                self.low[:before, self.classes == number] = 0
                for of_day in more[:before]:
                    for place in [place for place in of_day if self.classes[place] == number]:
                        del of_day[place]
        return more

    def _days_before(self, facts: Sequence[InEffect]) -> int:
        """Return how many of the days are over before any of some facts may take effect."""
        if not facts:
            return len(self.days)
        return bisect_left(self.days, min(each.begins for each in facts), key=close_of)

    def _put_right_open(self, count: int, positions: Positions) -> list[dict[int, int]]:
        """Set what open days change on the first days, when nobody was merged yet, and all is counted alike."""
        lines, facts, places, changes = self._columns.open_positions(positions, self.days[:count], self._known)
        if not len(lines):
            return [{} for _ in range(count)]
        flat = self.low.reshape(-1)
        found = put_right(flat.take, facts, lines * len(positions) + places, changes)
        flat[found.places] = found.least
        open_ = found.least != found.most
        lines, places = np.divmod(found.places[open_], len(positions))
        ends = np.searchsorted(lines, np.arange(count + 1)).tolist()
        at_most = zip(places.tolist(), found.most[open_].tolist(), strict=True)
        return [dict(islice(at_most, after - first)) for first, after in pairwise(ends)]

    def _put_right_by_holder(self, on: date, low: Steps, merged: Sequence[InEffect]) -> dict[int, int]:
        """Set what mergers and open days change on a day, one by one; return how much some are at most."""
        still_open = self._columns.still_open(on, self._known)
        accounts = {account for changes in still_open.values() for _, account in changes if type(account) is Held}
        if not accounts and not merged:
            return {}
        balances = replay(history_of(merged, as_of=on, known=0))
        names = merged_names(balances)
        touched = {*names, *chain.from_iterable(names.values()), *(account.holder for account in accounts)}
        units = SCALE // self.steps
        places: dict[Key, int] = {}
        held: Accounts = {}
        for key in product(self._columns.ids.classes, touched):
            place = self._place(key)
            if place is not None:
                places[key] = place
                held.setdefault(key[0], {})[Held(key[1])] = int(low[place]) * units
        postings: list[Any] = [  # of which facts is not asked
            (each, [Posting(account, unit, change) for (unit, account), change in changes.items()])
            for each, changes in still_open.items()
        ]
        found = by_holder(attrs.evolve(balances, accounts=held, open=postings), names)
        more = {}
        for key, place in places.items():
            least, most = found.get(key, (0, 0))
            low[place] = least // units
            if most != least:
                more[place] = int(most // units)
        return more

    def _place(self, key: Key) -> int | None:
        """Return which position is of a class and holder; it is looked for once for all days."""
        if key not in self._places:
            place = bisect_left(self._keys, key)
            is_there = place < len(self._keys) and self._keys[place] == key
            self._places[key] = place if is_there else None
        return self._places[key]


def put_right(certain: Certain, facts: Small, places: Places, changes: Steps) -> Open:
    """Return what positions are at least and at most that are changed by facts of which the day is open.

    Args:
        certain: Tells what positions certainly are.
        facts: Which facts may have come.
        places: Which position each of them changes.
        changes: By how many steps.
    """
    order = np.lexsort((facts, places))
    facts, places = facts[order], places[order]
    firsts = _firsts((places[1:] != places[:-1]) | (facts[1:] != facts[:-1]))
    net, places = np.add.reduceat(changes[order], firsts), places[firsts]
    firsts = _firsts(places[1:] != places[:-1])
    places = places[firsts]
    least = most = certain(places)
    least = least + np.add.reduceat(np.minimum(net, 0), firsts)
    most = most + np.add.reduceat(np.maximum(net, 0), firsts)
    least[(least < 0) & (most >= 0)] = 0
    return Open(places, least, most)


def _firsts(differs: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return where those begin that are alike, if it is known which differ from the one before."""
    return np.flatnonzero(np.concatenate(([True], differs)))


def mergers(told: Iterable[InEffect]) -> set[HolderId]:
    """Return as whom holders may count that were merged."""
    return {each.fact.into for each in told if type(each.fact) is HolderMerged}


def _merged_with(holder: HolderId, told: Iterable[InEffect]) -> set[HolderId]:
    """Return a holder with everybody whom mergers join to them, whoever was merged into whom."""
    found = {holder}
    pairs = [{each.fact.holder, each.fact.into} for each in told if type(each.fact) is HolderMerged]
    while more := [pair for pair in pairs if pair & found and not pair <= found]:
        found.update(*more)
    return found
