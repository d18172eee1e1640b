"""Accounts as columns: of what kind each is, what it counts, whose it is and what it is called, all as numbers.

A column of accounts is a column of small numbers. What an account is stands in columns too, beside texts that are
kept once; so half a million of them need no objects, can lie in a file, and are there as soon as that is opened.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.columns.layers import Growing, Layer, in_order
from ledger.columns.moves import Called
from ledger.columns.texts import Texts
from ledger.columns.words import Lookup, together
from ledger.identity import AgreementId, HolderId, StockClassId, TrancheId
from ledger.movements import PARTS, Commitment, Source, Stage, is_rounded
from ledger.numbered import NumbersInColumns
from ledger.quantities import Currency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.movements import Account, Posting, Unit


NONE: Final = -1
"""Stands where an account has no such part."""
_NOWHERE: Final = 1 << 40
COLUMNS: Final[Mapping[str, type[np.signedinteger[Any]]]] = {
    "kinds": np.int16,
    "units": np.int32,
    "holders": np.int32,
    "names": np.int32,
    "within": np.int32,
}
"""Of what kind an account is, what it counts, whose it is, what else it is named by, the tranche of a commitment.

Units, holders and the last two are numbers of texts; ``NONE`` stands where an account has no such part.
"""
_MONEY: Final = -2
"""The number of the first currency among the units; those of the others are lower."""
_FACTOR: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1


def _named_by(kind: Any) -> tuple[str, Any, bool]:
    parts = dict(zip(kind.__match_args__, PARTS[kind], strict=True))
    is_somebodys = parts.pop("holder", None) is not None
    ((field, make),) = parts.items()
    return field, make, is_somebodys


_NAMED: Final[dict[Any, tuple[str, Any, bool]]] = {
    kind: _named_by(kind) for kind in PARTS if kind is not Commitment
}
"""By what a kind of account is named, and whether it is somebody's."""
_EACH: Final[tuple[Any, ...]] = (*_NAMED, *Stage, *Source)
_KIND_OF: Final[dict[Any, int]] = {each: code for code, each in enumerate(_EACH)}
KINDS: Final = tuple(
    each.__name__.lower() if isinstance(each, type) else f"{type(each).__name__.lower()} {each.value}"
    for each in _EACH
)
"""What each kind of account is called; a commitment is of the kind of its stage, and each source of its own."""
ROUNDED: Final = np.asarray(
    [is_rounded(each(*("",) * (1 + _NAMED[each][2])) if each in _NAMED else each) for each in _EACH]
)
"""For each kind, whether a split leaves no fraction on an account of it."""


def kind_of(account: type[Account] | Stage | Source) -> int:
    """Return the number of a kind of account: of a class of accounts, the stage of a commitment, or a source."""
    return _KIND_OF[account]


class Names:
    """The texts that accounts are made of.

    Args:
        texts: The four of them, as below; empty ones where none are given.

    Attributes:
        classes: Classes of stock.
        currencies: Currencies.
        holders: Holders.
        others: Securities, instruments, agreements and whatever else accounts are named by.
    """

    def __init__(self, *texts: Texts) -> None:
        self.tables: Final = texts or (Texts(), Texts(), Texts(), Texts())
        self.classes, self.currencies, self.holders, self.others = self.tables
        self._units: dict[int, Unit] = {}

    def unit(self, number: int) -> Unit:
        """Return a class, or a currency: their numbers are below zero."""
        if number not in self._units:
            of_class = number >= 0
            self._units[number] = (
                StockClassId(self.classes[number]) if of_class else Currency(self.currencies[_MONEY - number])
            )
        return self._units[number]

    def unit_number(self, unit: Unit) -> int:
        """Return the number of a class or currency; a new one for one that has none."""
        return self._unit_number(unit, self.classes.number, self.currencies.number)

    def find_unit(self, unit: Unit) -> int:
        """Return the number of a class or currency, or one that none has."""
        return self._unit_number(unit, _found(self.classes), _found(self.currencies))

    def _unit_number(self, unit: Unit, of_class: Callable[[str], int], of_currency: Callable[[str], int]) -> int:
        return of_class(unit) if isinstance(unit, StockClassId) else _MONEY - of_currency(unit)


def _found(texts: Texts) -> Callable[[str], int]:
    """Return what finds the number of a text, and a number that none has where there is none."""

    def find(text: str) -> int:
        number = texts.find(text)
        return _NOWHERE if number is None else number

    return find


def _codes(
    account: Account, unit: int, holder: Callable[[str], int], other: Callable[[str], int]
) -> tuple[int, ...]:
    """Return what stands in the columns of an account."""
    if isinstance(account, Source):
        return _KIND_OF[account], unit, NONE, NONE, NONE
    if isinstance(account, Commitment):
        within = NONE if account.tranche is None else other(account.tranche)
        return _KIND_OF[account.stage], unit, NONE, other(account.agreement), within
    kind = type(account)
    field, _, whose = _NAMED[kind]
    name = getattr(account, field)
    return (
        _KIND_OF[kind],
        unit,
        holder(account.holder) if whose else NONE,  # type: ignore[union-attr]  # those that are somebody's
        NONE if name is None else other(name),
        NONE,
    )


def _hashed(codes: tuple[int, ...]) -> int:
    """Return a hash code of what stands in the columns of an account, as ``_all_hashed`` does."""
    found = 0
    for part in codes:
        found = (found * _FACTOR + part + 2) & _MASK
    return found - (1 << 64) if found >> 63 else found


def _all_hashed(columns: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    found = np.zeros(len(columns[0]), np.uint64)
    for part in columns:
        found = found * np.uint64(_FACTOR) + (part.astype(np.int64) + 2).astype(np.uint64)
    return found.view(np.int64)


def _form(part: Any) -> Any:
    """Return what accounts have alike whose numbers are found together."""
    return (part.words, part.said) if type(part) is Called else part


class _Numbered:
    """Numbers by the numbers of words, one column of these or several."""

    def __init__(self) -> None:
        self._lookups: list[Lookup] = []
        self._numbers = np.empty(0, np.int32)

    def of(self, columns: Sequence[NDArray[np.int32]], new: Callable[[list[int]], list[int]]) -> NDArray[np.int32]:
        """Return the number of each row of some columns.

        Args:
            columns: As many each time.
            new: Gives the numbers of rows that have none, by their places.
        """
        found, *more = columns if len(columns) > 1 else (*columns, np.zeros_like(columns[0]))
        self._lookups = self._lookups or [Lookup() for _ in more]
        for column, lookup in zip(more, self._lookups, strict=True):
            found, without = lookup.numbered(together(found, column))
        if len(without):
            self._numbers = np.concatenate([self._numbers, np.array(new(without.tolist()), np.int32)])
        return self._numbers[found]


class Accounts(Growing):
    """Accounts, each of a unit, with a number from 0 on, in the order in which they came.

    Args:
        texts: What they are made of; several tables may share them.
        layers: Of accounts that were kept.
    """

    def __init__(self, texts: Names | None = None, layers: Sequence[Layer] = ()) -> None:
        super().__init__(COLUMNS, layers)
        self.texts = Names() if texts is None else texts
        self._numbers: dict[tuple[int, ...], int] = {}
        self._in_columns = NumbersInColumns(self.number)
        self._of_form: defaultdict[Any, _Numbered] = defaultdict(_Numbered)
        self._all: list[tuple[Unit, Account]] = []

    def number(self, unit: Unit, account: Account) -> int:
        """Return the number of an account; a new one for one that has none."""
        texts = self.texts
        codes = _codes(account, texts.unit_number(unit), texts.holders.number, texts.others.number)
        return self._number(codes)

    def _number(self, codes: tuple[int, ...]) -> int:
        found = self._find(codes)
        if found is None:
            self._numbers[codes] = found = len(self)
            self.add(codes)
        return found

    def find(self, unit: Unit, account: Account) -> int | None:
        """Return the number of an account, if it has one."""
        texts = self.texts
        return self._find(_codes(account, texts.find_unit(unit), _found(texts.holders), _found(texts.others)))

    def _find(self, codes: tuple[int, ...]) -> int | None:
        found = self._numbers.get(codes)
        if found is None and self.settled:
            code = _hashed(codes)
            for layer in self.layers:
                for place in layer.places(code):
                    if all(layer[name][place] == part for name, part in zip(COLUMNS, codes, strict=True)):
                        self._numbers[codes] = found = layer.first + place
        return found

    def numbers(self, posting: Posting, count: int) -> NDArray[np.int32]:
        """Return the numbers of so many accounts, of whose unit and parts columns may be a part."""
        account: Any = posting.account
        parts = [posting.unit, *(getattr(account, name) for name in getattr(type(account), "__match_args__", ()))]
        columns = [part.numbers for part in parts if type(part) is Called]
        if not columns:
            return np.array(self._in_columns.of(posting, count), np.int32)
        form = (type(account) if parts[1:] else account, *(_form(part) for part in parts))
        return self._of_form[form].of(columns, partial(self._new, posting))

    def _new(self, posting: Any, places: list[int]) -> list[int]:
        """Return the numbers of accounts, of whose unit and parts columns are a part, at some places."""
        texts = self.texts

        def of(one: Callable[[Any], int]) -> Callable[[Any], Any]:
            return lambda part: part.each(one, places) if type(part) is Called else one(part)

        codes = _codes(
            posting.account, of(texts.unit_number)(posting.unit), of(texts.holders.number), of(texts.others.number)
        )
        columns = (each if isinstance(each, list) else [each] * len(places) for each in codes)
        return [*map(self._number, zip(*columns, strict=True))]

    def __getitem__(self, number: int) -> tuple[Unit, Account]:
        """Return unit and account of a number."""
        return self._made(self.row(number))

    def names(self) -> list[tuple[Unit, Account]]:
        """Return unit and account of each number; the list is kept, and is not to be changed."""
        if len(self._all) < self.settled:
            columns = (self.column(each)[len(self._all) : self.settled].tolist() for each in COLUMNS)
            self._all += map(self._made, zip(*columns, strict=True))
        self._all += map(self._made, self.new[len(self._all) - self.settled :])
        return self._all

    def layer(self, first: int, columns: Mapping[str, NDArray[Any]]) -> Layer:
        """Return rows as a layer that is looked through by what stands in all of them."""
        return Layer(first, {**columns, **in_order(_all_hashed([*columns.values()]))})

    def forget(self) -> None:
        """Let go of what can be looked for again."""
        super().forget()
        self._numbers = {codes: self.settled + at for at, codes in enumerate(self.new)}
        self._in_columns.forget()
        self._of_form.clear()
        self._all = []

    def _made(self, codes: tuple[int, ...]) -> tuple[Unit, Account]:
        kind, unit, holder, name, within = codes
        texts, of = self.texts, _EACH[kind]
        if isinstance(of, Source):
            return texts.unit(unit), of
        other = None if name == NONE else texts.others[name]
        if isinstance(of, Stage):
            tranche = None if within == NONE else TrancheId(texts.others[within])
            return texts.unit(unit), Commitment(AgreementId(str(other)), of, tranche)
        field, make, whose = _NAMED[of]
        parts: dict[str, Any] = {field: None if other is None else make(other)}
        if whose:
            parts["holder"] = HolderId(texts.holders[holder])
        return texts.unit(unit), of(**parts)
