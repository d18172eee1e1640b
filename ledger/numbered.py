"""A number for each account: a column of accounts is a column of small numbers, and adding up needs no accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.bulk import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledger.movements import Account, Posting, Unit


class Numbers(dict[Any, int]):
    """A number for each key, from 0 on, in the order in which they come."""

    def __missing__(self, key: Any) -> int:
        self[key] = number = len(self)
        return number


class _NumbersOf(dict[Any, int]):
    """Numbers by what stands in the columns of a unit and account: each account is made once.

    Args:
        number: Gives the number of a unit and account.
        account: One of them; others are of its class, or itself where no part of it is a column.
        form: The unit and the parts of the account, ``Column`` for what differs.
    """

    def __init__(self, number: Callable[[Unit, Account], int], account: Account, form: Sequence[Any]) -> None:
        self._number, self._form = number, form
        self._make = type(account) if len(form) > 1 else lambda: account

    def __missing__(self, given: Any) -> int:
        differing = iter(given if self._form.count(Column) > 1 else (given,))
        unit, *parts = (next(differing) if part is Column else part for part in self._form)
        self[given] = number = self._number(unit, self._make(*parts))
        return number


class NumbersInColumns:
    """Numbers of accounts of whose unit and parts columns may be a part.

    Args:
        number: Gives the number of a unit and account.
    """

    def __init__(self, number: Callable[[Unit, Account], int]) -> None:
        self._number = number
        self._of_form: dict[Any, _NumbersOf] = {}

    def of(self, posting: Posting, count: int) -> list[int]:
        """Return the numbers of the so many accounts that a posting is to."""
        unit, account = posting.unit, posting.account
        parts: list[Any] = [
            unit,
            *(getattr(account, name) for name in getattr(type(account), "__match_args__", ())),
        ]
        columns = [part.values for part in parts if type(part) is Column]
        if not columns:
            return [self._number(unit, account)] * count
        shape = (Column if type(part) is Column else part for part in parts)
        one = parts[0].values[0] if type(parts[0]) is Column else unit
        form = (type(account) if parts[1:] else account, type(one), *shape)
        if form not in self._of_form:
            self._of_form[form] = _NumbersOf(self._number, account, form[2:])
        several = zip(*columns, strict=True) if len(columns) > 1 else columns[0]
        return [*map(self._of_form[form].__getitem__, several)]

    def forget(self) -> None:
        """Let go of the numbers, which can be asked for again."""
        self._of_form.clear()


class NumberedAccounts:
    """The numbers of accounts, each of a unit, in the order in which they came."""

    def __init__(self) -> None:
        self._numbers = Numbers()
        self._in_columns = NumbersInColumns(self.number)
        self._names: list[tuple[Unit, Account]] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, unit: Unit, account: Account) -> int:
        """Return the number of an account; a new one for one that has none."""
        return self._numbers[unit, account]

    def names(self) -> list[tuple[Unit, Account]]:
        """Return unit and account of each number; the list is kept, and is not to be changed."""
        if len(self._names) != len(self._numbers):
            self._names = [*self._numbers]
        return self._names

    def column(self, posting: Posting, count: int) -> list[int]:
        """Return the numbers of so many accounts, of whose unit and parts columns may be a part."""
        return self._in_columns.of(posting, count)
