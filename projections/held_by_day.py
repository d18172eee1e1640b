"""Who holds what at the close of days, in columns: sums of movements, put right for mergers and open days.

Nearly every holding is what its accounts certainly come to. The others are few: those of holders whom a merger
names, and those that a fact moves whose day is open. They are worked out as everywhere, one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import chain, product
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np

from ledger.columns.lines import Open
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

    from ledger.columns.lines import Certain
    from ledger.columns.movements import MovementColumns
    from ledger.columns.positions import Key, Positions
    from ledger.columns.sums import Small, Whole
    from ledger.identity import HolderId
    from ledger.timeline import InEffect
    from projections.replay import Accounts

    Steps = NDArray[Any]  # of 64 bits, or integers of Python


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
    """

    def __init__(
        self, columns: MovementColumns, days: Sequence[date], known: int, holder: HolderId | None = None
    ) -> None:
        self.days = days
        self._columns, self._known = columns, None if known == columns.known else known
        self._told = columns.told(self._known)
        only = None if holder is None else _merged_with(holder, self._told)
        parts = [*columns.holdings(days, self._known, mergers(self._told), only)]
        self._sums = [sums for _, _, sums in parts]
        self.steps = 1 if all(step == SCALE for _, step, _ in parts) else SCALE
        self._times = [step * self.steps // SCALE for _, step, _ in parts]
        self._order: NDArray[np.intp] | None = None
        self._keys: Sequence[Key] = ()
        self._places: dict[Key, int | None] = {}
        self._positions = parts[0][0] if len(parts) == 1 and self.steps == 1 and only is None else None
        self.classes = self.holders = np.empty(0, np.int32)
        if parts:
            self._keys, self.classes, self.holders = parts[0][0].keys, parts[0][0].classes, parts[0][0].holders
        if len(parts) > 1:
            self._put_together([positions for positions, _, _ in parts])

    def _put_together(self, parts: Sequence[Positions]) -> None:
        """Put positions of units that are counted in different steps into one order."""
        keys = [key for positions in parts for key in positions.keys]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self._order, self._keys = np.array(order, np.intp), [keys[at] for at in order]
        self.classes = np.concatenate([positions.classes for positions in parts])[self._order]
        self.holders = np.concatenate([positions.holders for positions in parts])[self._order]

    def __iter__(self) -> Iterator[OnDay]:
        """Yield what the positions are on each day, in order of class and holder."""
        for on, *sums in zip(self.days, *self._sums, strict=False):
            begun = [each for each in self._told if each.begins <= close_of(on)]
            designated = {each.fact.stock_class for each in begun if type(each.fact) is StockClassDesignated}
            low = self._certain(sums)
            more = self._put_right(on, low, begun)
            for number, stock_class in enumerate(self._columns.ids.classes):
                if stock_class not in designated:
                    low[self.classes == number] = 0
                    more = {place: high for place, high in more.items() if self.classes[place] != number}
            yield OnDay(low, more)

    def _certain(self, sums: Sequence[Whole]) -> Steps:
        """Return what all facts that have certainly taken effect come to."""
        if not sums:
            return np.empty(0, np.int64)
        parts = [_together(limbs, times, self.steps) for limbs, times in zip(sums, self._times, strict=True)]
        if self._order is None:
            return parts[0]
        together: Steps = np.concatenate(parts)[self._order]
        return together

    def _put_right(self, on: date, low: Steps, told: Sequence[InEffect]) -> dict[int, int]:
        """Set what mergers and open days change, and return how much some positions are at most."""
        merged = [each for each in told if type(each.fact) is HolderMerged]
        if not merged and self._positions is not None:
            return self._put_right_open(on, low, self._positions)
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

    def _put_right_open(self, on: date, low: Steps, positions: Positions) -> dict[int, int]:
        """Do the same where nobody was merged, and all is counted alike."""
        places, least, most = put_right(low.take, *self._columns.open_positions(positions, on, self._known))
        low[places] = least
        open_ = least != most
        return dict(zip(places[open_].tolist(), most[open_].tolist(), strict=True))

    def _place(self, key: Key) -> int | None:
        """Return which position is of a class and holder; it is looked for once for all days."""
        if key not in self._places:
            place = bisect_left(self._keys, key)
            is_there = place < len(self._keys) and self._keys[place] == key
            self._places[key] = place if is_there else None
        return self._places[key]


def put_right(certain: Certain, facts: Small, places: Small, changes: Steps) -> Open:
    """Return what positions are at least and at most that facts change of which the day is open.

    Args:
        certain: Tells what positions certainly are.
        facts: Which facts may have come.
        places: Which position each of them changes.
        changes: By how many steps.
    """
    if not len(facts):
        return Open(places, changes, changes)
    order = np.lexsort((facts, places))
    facts, places = facts[order], places[order]
    of_facts = _firsts((places[1:] != places[:-1]) | (facts[1:] != facts[:-1]))
    net, places = np.add.reduceat(changes[order], of_facts), places[of_facts]
    of_places = _firsts(places[1:] != places[:-1])
    places = places[of_places]
    sums = certain(places)
    least, most = (sums + np.add.reduceat(how(net, 0), of_places) for how in (np.minimum, np.maximum))
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


def _together(limbs: Whole, times: int, steps: int) -> Steps:
    """Return the steps that limbs stand for, as Python's integers where 64 bits may be too few."""
    if steps == 1:
        whole: NDArray[np.int64] = limbs[0]
        return whole
    together: NDArray[np.object_] = np.array([each * times for each in put_together(limbs)], object)
    return together
