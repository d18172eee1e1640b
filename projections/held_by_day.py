"""Who holds what at the close of days, in columns: sums of movements, put right for mergers and open days.

Nearly every holding is what its accounts certainly come to. The others are few: those of holders whom a merger
names, and those that a fact moves whose day is open. They are worked out as everywhere, one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import chain, product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
import numpy as np

from ledger.columns.sums import put_together
from ledger.events import HolderMerged
from ledger.movements import Held, Level, Posting
from ledger.quantities import SCALE
from ledger.timeline import history_of
from projections.cap_table import by_holder, merged_names
from projections.replay import replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ledger.columns.movements import MovementColumns
    from ledger.columns.positions import Key
    from ledger.columns.sums import Whole
    from ledger.identity import HolderId
    from ledger.movements import Account, Unit
    from ledger.timeline import InEffect
    from projections.replay import Accounts, Balances

    Steps = NDArray[Any]  # of 64 bits, or integers of Python


class OnDay(NamedTuple):
    """What every position is at the close of a day.

    Attributes:
        low: How many steps each is at least.
        high: How many steps each is at most; the same column where no day is open.
    """

    low: Steps
    high: Steps

    @property
    def some(self) -> NDArray[np.bool_]:
        """Which of them are not certainly nothing."""
        some: NDArray[np.bool_] = self.low != 0
        if self.high is not self.low:
            some |= self.high != 0
        return some


class HeldByDay:
    """Who holds what at the close of each of some days, one position for each class and holder.

    Args:
        columns: What the entries move.
        days: The days, which grow.
        known: How many entries were known.

    Attributes:
        days: The days.
        classes: Number of the class of each position.
        holders: Number of its holder.
        steps: How many steps a share is.
    """

    def __init__(self, columns: MovementColumns, days: Sequence[date], known: int) -> None:
        self.days = days
        self._columns, self._known = columns, None if known == columns.known else known
        self._told = columns.told(self._known)
        parts = [*columns.holdings(days, self._known, mergers(self._told))]
        self._sums = [sums for _, _, sums in parts]
        self.steps = 1 if all(step == SCALE for _, step, _ in parts) else SCALE
        self._times = [step * self.steps // SCALE for _, step, _ in parts]
        self._order: NDArray[np.intp] | None = None
        self._keys: Sequence[Key] = parts[0][0].keys if parts else ()
        self.classes = np.concatenate([positions.classes for positions, _, _ in parts] or [_NONE])
        self.holders = np.concatenate([positions.holders for positions, _, _ in parts] or [_NONE])
        if len(parts) > 1:
            keys = [key for positions, _, _ in parts for key in positions.keys]
            order = sorted(range(len(keys)), key=keys.__getitem__)
            self._order, self._keys = np.array(order, np.intp), [keys[at] for at in order]
            self.classes, self.holders = self.classes[self._order], self.holders[self._order]

    def __iter__(self) -> Iterator[OnDay]:
        """Yield what the positions are on each day, in order of class and holder."""
        for on, *sums in zip(self.days, *self._sums, strict=False):
            low = self._certain(sums)
            balances = replay(history_of(self._told, as_of=on, known=0), self._told)
            high = self._put_right(balances, self._columns.still_open(on, self._known), low)
            designated = balances.subjects(Level.CLASS_KIND)
            for number, stock_class in enumerate(self._columns.ids.classes):
                if stock_class not in designated:
                    low[self.classes == number] = high[self.classes == number] = 0
            yield OnDay(low, high)

    def _certain(self, sums: Sequence[Whole]) -> Steps:
        """Return what all facts that have certainly taken effect come to."""
        if not sums:
            return np.empty(0, np.int64)
        parts = [_together(limbs, times, self.steps) for limbs, times in zip(sums, self._times, strict=True)]
        if self._order is None:
            return parts[0]
        together: Steps = np.concatenate(parts)[self._order]
        return together

    def _put_right(
        self, balances: Balances, still_open: Mapping[int, Mapping[tuple[Unit, Account], int]], low: Steps
    ) -> Steps:
        """Set what mergers and open days change, and return how much each is at most."""
        names = merged_names(balances)
        moved = {
            account.holder for changes in still_open.values() for _, account in changes if type(account) is Held
        }
        touched = {*names, *chain.from_iterable(names.values()), *moved}
        if not touched:
            return low
        units = SCALE // self.steps
        places = {
            key: place
            for key in product(self._columns.ids.classes, touched)
            if (place := self._place(key)) is not None
        }
        accounts: Accounts = {}
        for (stock_class, holder), place in places.items():
            accounts.setdefault(stock_class, {})[Held(holder)] = int(low[place]) * units
        postings: Any = [
            (fact, [Posting(account, unit, change) for (unit, account), change in changes.items()])
            for fact, changes in still_open.items()
        ]
        found = by_holder(attrs.evolve(balances, accounts=accounts, open=postings), names)
        high = low.copy() if moved or any(len(counts_as) > 1 for counts_as in names.values()) else low
        for key, place in places.items():
            least, most = found.get(key, (0, 0))
            low[place] = least // units
            high[place] = most // units
        return high

    def _place(self, key: Key) -> int | None:
        place = bisect_left(self._keys, key)
        return place if place < len(self._keys) and self._keys[place] == key else None


def mergers(told: Iterable[InEffect]) -> set[HolderId]:
    """Return as whom holders may count that were merged."""
    return {each.fact.into for each in told if type(each.fact) is HolderMerged}


def _together(limbs: Whole, times: int, steps: int) -> Steps:
    """Return the steps that limbs stand for, as Python's integers where 64 bits may be too few."""
    if steps == 1:
        whole: NDArray[np.int64] = limbs[0]
        return whole
    together: NDArray[np.object_] = np.array([each * times for each in put_together(limbs)], object)
    return together


_NONE: Final = np.empty(0, np.int32)
