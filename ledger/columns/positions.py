"""Which accounts are shares of whom: a position for each class and holder, in the order of their names."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.columns.accounts import COLUMNS, kind_of
from ledger.identity import HolderId, StockClassId
from ledger.movements import Held

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ledger.columns.accounts import Accounts, Names
    from ledger.columns.layers import Arrays
    from ledger.columns.sums import Whole
    from ledger.columns.texts import Texts

    Key = tuple[StockClassId, HolderId]


class _Ids(Sequence[Any]):
    """What texts are, by number; they are made when somebody looks at the first of them."""

    def __init__(self, texts: Texts, kind: type[str]) -> None:
        self._texts, self._make = texts, partial(str.__new__, kind)
        self._made: list[str] = []

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, number: Any) -> Any:
        return self.all()[number]

    def all(self) -> list[Any]:
        """Return all of them; the list is kept, and is not to be changed."""
        if len(self._made) < len(self._texts):
            self._made += map(self._make, self._texts.all()[len(self._made) :])
        return self._made


class Ids:
    """What classes and holders are called, numbered in the order in which they came.

    Args:
        texts: The texts that accounts are made of.

    Attributes:
        classes: Every class.
        holders: Every holder.
    """

    def __init__(self, texts: Names) -> None:
        self.texts: Final = texts
        self.classes: Final = _Ids(texts.classes, StockClassId)
        self.holders: Final = _Ids(texts.holders, HolderId)


class _Keys(Sequence[Any]):
    """Class and holder of each position; they are put together when somebody looks at them."""

    def __init__(self, ids: Ids, classes: NDArray[np.int32], holders: NDArray[np.int32]) -> None:
        self._ids, self._classes, self._holders = ids, classes.data, holders.data
        self._names: tuple[list[Any], list[Any]] | None = None

    def __len__(self) -> int:
        return len(self._classes)

    def __getitem__(self, place: Any) -> Any:
        if self._names is None:
            self._names = self._ids.classes.all(), self._ids.holders.all()
        return self._names[0][self._classes[place]], self._names[1][self._holders[place]]


FEW: Final = 64
"""So many new accounts find their places one by one; more of them, and all are put in order again."""
LAG: Final = 64
"""What is kept may lack one account of so many: those find their places when it is opened."""
_NO_ACCOUNT: Final = -1
_HELD: Final = kind_of(Held)
_KIND, _UNIT, _HOLDER = (list(COLUMNS).index(name) for name in ("kinds", "units", "holders"))


class Positions:
    """The positions that the accounts of a table make up: book entry and every certificate of a holder are one.

    They follow the accounts that come in; columns that were given out stay as they were.

    Args:
        ids: What classes and holders are called.
        kept: Positions that were kept.

    Attributes:
        classes: Number of the class of each position.
        holders: Number of its holder.
        covered: How many accounts were taken in.
    """

    def __init__(self, ids: Ids, kept: Arrays | None = None) -> None:
        self._ids = ids
        self._kept = kept
        self.classes: NDArray[np.int32] = np.empty(0, np.int32)
        self.holders: NDArray[np.int32] = np.empty(0, np.int32)
        self.covered = self._none = 0  # accounts, and whether there is a position without one
        self._accounts: NDArray[np.intp] = np.empty(0, np.intp)  # position by position
        self._starts: NDArray[np.intp] = np.empty(0, np.intp)  # where those of each begin
        self._places: tuple[NDArray[np.intp], NDArray[np.int32]] | None = None
        self._ensured: tuple[NDArray[np.int32], set[HolderId]] | None = None
        self._by_holder: tuple[NDArray[np.int32], NDArray[np.intp], NDArray[np.int32]] | None = None
        self._by_class: tuple[NDArray[np.int32], list[tuple[int, int, int]]] | None = None
        if kept is not None:
            self.covered, self._none = map(int, np.asarray(kept["covered"]))
            self.classes, self.holders = np.asarray(kept["classes"]), np.asarray(kept["holders"])
            self._accounts, self._starts = np.asarray(kept["accounts"]), np.asarray(kept["starts"])

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def keys(self) -> Sequence[Key]:
        """Class and holder of each position, in order."""
        return _Keys(self._ids, self.classes, self.holders)

    def follow(self, accounts: Accounts) -> None:
        """Take in the accounts that are new."""
        covered, self.covered = self.covered, len(accounts)
        if len(accounts) - covered > max(FEW, covered // LAG):
            self._order(accounts)
            return
        for number in range(covered, len(accounts)):
            row = accounts.row(number)
            if row[_KIND] == _HELD and row[_UNIT] >= 0:
                self._put_in(row[_UNIT], row[_HOLDER], number)

    def find(self, key: Key) -> int | None:
        """Return which position is of a class and holder; ``None`` where they never had any."""
        place = bisect_left(self.keys, key)
        return place if place < len(self) and self.keys[place] == key else None

    def of(self, holders: Iterable[HolderId]) -> tuple[Positions, list[int]]:
        """Return the positions of some holders, and their accounts in the order in which the sums of them go in."""
        places = sorted(place for holder in {*holders} for place in self._of_holder(holder))
        found = Positions(self._ids)
        numbers: list[int] = []
        starts: list[int] = []
        for place in places:
            starts.append(len(numbers))
            numbers += self._all_accounts(place)
        found.classes, found.holders = self.classes[places], self.holders[places]
        found._starts = np.asarray(starts, np.intp)
        found._accounts = np.arange(len(numbers))
        found.covered = len(numbers)
        by_account = np.full(self.covered + 1, -1, np.int32)
        by_account[numbers] = np.repeat(np.arange(len(places), dtype=np.int32), np.diff([*starts, len(numbers)]))
        found._places = found._accounts, by_account
        return found, numbers

    def _of_holder(self, holder: HolderId) -> list[int]:
        """Return the positions of a holder; all are put in the order of holders when somebody asks first."""
        number = self._ids.texts.holders.find(holder)
        if number is None:
            return []
        if self._by_holder is None or self._by_holder[0] is not self.holders:
            order = np.argsort(self.holders, kind="stable")
            self._by_holder = self.holders, order, self.holders[order]
        _, order, in_order = self._by_holder
        first, last = (np.searchsorted(in_order, np.int32(number), side) for side in ("left", "right"))
        found: list[int] = order[first:last].tolist()
        return found

    def ensure(self, holder: HolderId) -> None:
        """Have a position of every class for a holder; one without an account comes to nothing."""
        if self._ensured is None or self._ensured[0] is not self.classes:
            self._ensured = self.classes, set()
        if holder in self._ensured[1]:
            return
        number = self._ids.texts.holders.number(holder)
        for of_class in np.unique(self.classes).tolist():
            if self.find((self._ids.classes[of_class], holder)) is None:
                self._put_in(of_class, number, _NO_ACCOUNT)
                self._none = 1
        if self._ensured[0] is self.classes:
            self._ensured[1].add(holder)

    def places_of(self, accounts: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return of which position each of some accounts is a part; -1 for none."""
        if self._places is None or self._places[0] is not self._accounts:
            places = np.full(self.covered + 1, -1, np.int32)  # the last one stands for no account
            lengths = np.diff(np.append(self._starts, len(self._accounts)))
            places[self._accounts] = np.repeat(np.arange(len(self), dtype=np.int32), lengths)
            self._places = self._accounts, places
        places, last = self._places[1], len(self._places[1]) - 1
        return np.where(accounts < last, places[np.minimum(accounts, last)], np.int32(-1))

    def accounts_of(self, holders: Iterable[HolderId]) -> list[int]:
        """Return the accounts of some holders."""
        places = [place for holder in {*holders} for place in self._of_holder(holder)]
        return [account for place in places for account in self.accounts(place)]

    def accounts(self, position: int) -> list[int]:
        """Return the accounts of a position."""
        return [account for account in self._all_accounts(position) if account != _NO_ACCOUNT]

    def _all_accounts(self, position: int) -> list[int]:
        stop = self._starts[position + 1] if position + 1 < len(self) else len(self._accounts)
        found: list[int] = self._accounts[self._starts[position] : stop].tolist()
        return found

    def sums(self, values: Whole, out: Whole | None = None) -> Whole:
        """Return what each position comes to, of what each account does, limb by limb.

        Args:
            values: What each account comes to.
            out: Where it is written; elsewhere if not given.
        """
        if values.shape[1] < self.covered + self._none:  # accounts without a row come to nothing
            values = np.pad(values, ((0, 0), (0, self.covered + self._none - values.shape[1])))
        if len(self._accounts) == len(self._starts):
            return values.take(self._accounts, axis=1, out=out, mode="wrap")
        return np.add.reduceat(values.take(self._accounts, axis=1), self._starts, axis=1, out=out)

    def by_class(self) -> Sequence[tuple[int, int, int]]:
        """Return the number of each class, its first position and the one after its last, in order."""
        if self._by_class is None or self._by_class[0] is not self.classes:
            firsts = np.flatnonzero(np.diff(self.classes, prepend=-1)).tolist()
            spans = pairwise([*firsts, len(self)])
            self._by_class = self.classes, [(int(self.classes[first]), first, after) for first, after in spans]
        return self._by_class[1]

    def kept(self) -> Arrays:
        """Return the positions as they can be kept; those kept before, where they lack little."""
        covered = 0 if self._kept is None else int(np.asarray(self._kept["covered"])[0])
        if self._kept is None or self.covered - covered > max(FEW, covered // LAG):
            self._kept = {
                "covered": np.asarray([self.covered, self._none]),
                "classes": self.classes,
                "holders": self.holders,
                "accounts": self._accounts,
                "starts": self._starts,
            }
        return self._kept

    def lies_in(self, kept: Arrays) -> None:
        """Let what was kept lie where it is kept now."""
        self._kept = kept

    def _order(self, accounts: Accounts) -> None:
        units = accounts.column("units")
        numbers = np.flatnonzero((accounts.column("kinds") == _HELD) & (units >= 0))
        classes, holders = units[numbers], accounts.column("holders")[numbers]
        of_class, of_holder = _ranks(self._ids.classes), _ranks(self._ids.holders)
        ranks = of_class[classes] * len(of_holder) + of_holder[holders]
        order = np.argsort(ranks, kind="stable")
        ranks = ranks[order]
        self._none = 0
        self._starts = np.flatnonzero(np.diff(ranks, prepend=-1))
        self._accounts = numbers[order]
        firsts = order[self._starts]
        self.classes, self.holders = classes[firsts], holders[firsts]

    def _put_in(self, of_class: int, holder: int, account: int) -> None:
        key = self._ids.classes[of_class], self._ids.holders[holder]
        place = bisect_left(self.keys, key)
        start = int(self._starts[place]) if place < len(self) else len(self._accounts)
        if place == len(self) or self.keys[place] != key:
            self.classes = np.insert(self.classes, place, of_class)
            self.holders = np.insert(self.holders, place, holder)
            self._starts = np.insert(self._starts, place, start)
        self._accounts = np.insert(self._accounts, start, account)
        self._starts = np.concatenate((self._starts[: place + 1], self._starts[place + 1 :] + 1))


def _ranks(texts: _Ids) -> NDArray[np.int64]:
    """Return the place of each text among all of them, in order."""
    ranks = np.empty(len(texts), np.int64)
    ranks[sorted(range(len(texts)), key=texts.all().__getitem__)] = np.arange(len(texts))
    return ranks
