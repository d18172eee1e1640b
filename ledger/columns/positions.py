"""Which accounts are shares of whom: a position for each class and holder, in the order of their names."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

import numpy as np

from ledger.identity import StockClassId
from ledger.movements import Held
from ledger.numbered import Numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ledger.columns.sums import Whole
    from ledger.identity import HolderId
    from ledger.movements import Account, Unit

    Key = tuple[StockClassId, HolderId]


class Ids:
    """What classes and holders are called, numbered in the order in which they came.

    Attributes:
        classes: Every class.
        holders: Every holder.
    """

    def __init__(self) -> None:
        self.classes: list[StockClassId] = []
        self.holders: list[HolderId] = []
        self._class_numbers, self._holder_numbers = Numbers(), Numbers()

    def numbers(self, key: Key) -> tuple[int, int]:
        """Return the numbers of a class and of a holder; the next ones where they are new."""
        of_class, holder = self._class_numbers[key[0]], self._holder_numbers[key[1]]
        if of_class == len(self.classes):
            self.classes.append(key[0])
        if holder == len(self.holders):
            self.holders.append(key[1])
        return of_class, holder


FEW: Final = 64
"""So many new accounts find their places one by one; more of them, and all are put in order again."""


_NO_ACCOUNT: Final = -1


class Positions:
    """The positions that the accounts of a table make up: book entry and every certificate of a holder are one.

    They follow the accounts that come in; columns that were given out stay as they were.

    Args:
        ids: What classes and holders are called.

    Attributes:
        keys: Class and holder of each position, in order.
        classes: Number of its class.
        holders: Number of its holder.
    """

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.keys: list[Key] = []
        self.classes: NDArray[np.int32] = np.empty(0, np.int32)
        self.holders: NDArray[np.int32] = np.empty(0, np.int32)
        self._covered = 0
        self._accounts: NDArray[np.intp] = np.empty(0, np.intp)  # position by position
        self._starts: NDArray[np.intp] = np.empty(0, np.intp)  # where those of each begin

    def __len__(self) -> int:
        return len(self.keys)

    def follow(self, names: Sequence[tuple[Unit, Account]]) -> None:
        """Take in the accounts that are new; ``names`` are all there are, by number."""
        new = [
            ((unit, account.holder), number)
            for number, (unit, account) in enumerate(names[self._covered :], self._covered)
            if type(account) is Held and type(unit) is StockClassId
        ]
        self._covered = len(names)
        if len(new) > FEW:
            self._order(new)
        else:
            for key, account in new:
                self._put_in(key, account)

    def find(self, key: Key) -> int | None:
        """Return which position is of a class and holder; ``None`` where they never had any."""
        place = bisect_left(self.keys, key)
        return place if place < len(self.keys) and self.keys[place] == key else None

    def ensure(self, holder: HolderId) -> None:
        """Have a position of every class for a holder; one without an account comes to nothing."""
        for number in np.unique(self.classes).tolist():
            key = self._ids.classes[number], holder
            if self.find(key) is None:
                self._put_in(key, _NO_ACCOUNT)

    def accounts(self, position: int) -> list[int]:
        """Return the accounts of a position."""
        stop = self._starts[position + 1] if position + 1 < len(self) else len(self._accounts)
        found: list[int] = self._accounts[self._starts[position] : stop].tolist()
        return [account for account in found if account != _NO_ACCOUNT]

    def sums(self, values: Whole) -> Whole:
        """Return what each position comes to, of what each account does, limb by limb."""
        if values.shape[1] <= self._covered:  # accounts without a row, and none, come to nothing
            values = np.pad(values, ((0, 0), (0, self._covered + 1 - values.shape[1])))
        taken = values[:, self._accounts]
        if len(self._accounts) == len(self._starts):
            return taken
        return np.add.reduceat(taken, self._starts, axis=1)

    def _order(self, new: list[tuple[Key, int]]) -> None:
        lengths = np.diff(np.append(self._starts, len(self._accounts))).tolist()
        old = zip(
            (key for key, length in zip(self.keys, lengths, strict=True) for _ in range(length)),
            self._accounts.tolist(),
            strict=True,
        )
        accounts = sorted([*old, *new])
        self.keys = [*dict.fromkeys(key for key, _ in accounts)]
        self._accounts = np.array([account for _, account in accounts], np.intp)
        places = dict(zip(self.keys, range(len(self.keys)), strict=True))
        of = np.array([places[key] for key, _ in accounts], np.intp)
        self._starts = np.searchsorted(of, np.arange(len(self.keys)))
        self.classes, self.holders = (
            np.array(column, np.int32) for column in zip(*map(self._ids.numbers, self.keys), strict=True)
        )

    def _put_in(self, key: Key, account: int) -> None:
        place = bisect_left(self.keys, key)
        start = int(self._starts[place]) if place < len(self) else len(self._accounts)
        if place == len(self) or self.keys[place] != key:
            of_class, holder = self._ids.numbers(key)
            self.keys.insert(place, key)
            self.classes = np.insert(self.classes, place, of_class)
            self.holders = np.insert(self.holders, place, holder)
            self._starts = np.insert(self._starts, place, start)
        self._accounts = np.insert(self._accounts, start, account)
        self._starts = np.concatenate((self._starts[: place + 1], self._starts[place + 1 :] + 1))
