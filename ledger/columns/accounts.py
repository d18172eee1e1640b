"""Accounts as columns: of what kind each is, what it counts, whose it is and what it is called, all as numbers.

A column of accounts is a column of small numbers. What an account is stands in columns too, beside texts that are
kept once; so half a million of them need no objects, can lie in a file, and are there as soon as that is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.bulk import Column
from ledger.columns.layers import TIMES, Layer, in_order
from ledger.columns.texts import Texts
from ledger.identity import (
    AgreementId,
    ControlAccountId,
    DividendId,
    HolderId,
    Identifier,
    InstrumentId,
    PlanId,
    ReserveId,
    SecurityId,
    StockClassId,
    TrancheId,
)
from ledger.movements import (
    Awarded,
    Commitment,
    Declared,
    Held,
    Interest,
    Owed,
    Pooled,
    Purchasable,
    Reserved,
    Restricted,
    Source,
    Stage,
    is_rounded,
)
from ledger.quantities import Currency

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ledger.movements import Account, Posting, Unit

    Codes = tuple[int, int, int, int, int]
    """Of an account, what stands in each column."""

NONE: Final = -1
"""Stands where an account has no such part."""
_NOWHERE: Final = -2
COLUMNS: Final = ("kinds", "units", "holders", "names", "within")
_TYPES: Final = (np.int16, np.int32, np.int32, np.int32, np.int32)
_MONEY: Final = "$"
"""Before a currency among the units; no class begins with it."""
_FACTOR: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1

_NAMED: Final[dict[Any, tuple[str, type[Identifier], bool]]] = {
    Held: ("security", SecurityId, True),
    Owed: ("instrument", InstrumentId, True),
    Interest: ("instrument", InstrumentId, True),
    Purchasable: ("instrument", InstrumentId, True),
    Awarded: ("instrument", InstrumentId, True),
    Reserved: ("reserve", ReserveId, False),
    Pooled: ("plan", PlanId, False),
    Declared: ("dividend", DividendId, False),
    Restricted: ("account", ControlAccountId, False),
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
        texts: The three of them; empty ones where none are given.

    Attributes:
        units: Classes and currencies.
        holders: Holders.
        others: Securities, instruments, agreements and whatever else accounts are named by.
    """

    def __init__(self, *texts: Texts) -> None:
        self.units, self.holders, self.others = texts or (Texts(), Texts(), Texts())
        self._units: dict[int, Unit] = {}

    def unit(self, number: int) -> Unit:
        """Return a class or currency."""
        if number not in self._units:
            text = self.units[number]
            self._units[number] = Currency(text[1:]) if text.startswith(_MONEY) else StockClassId(text)
        return self._units[number]

    def unit_number(self, unit: Unit) -> int:
        """Return the number of a class or currency; a new one for one that has none."""
        return self.units.number(text_of(unit))


def text_of(unit: Unit) -> str:
    """Return the text that stands for a class or currency."""
    return unit if isinstance(unit, StockClassId) else _MONEY + unit


def _found(texts: Texts) -> Callable[[str], int]:
    """Return what finds the number of a text, and a number that none has where there is none."""

    def find(text: str) -> int:
        number = texts.find(text)
        return _NOWHERE if number is None else number

    return find


def _codes(account: Account, unit: int, holder: Callable[[str], int], other: Callable[[str], int]) -> Codes:
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


def _hashed(codes: Codes) -> int:
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


class _NumbersOf(dict[Any, int]):
    """Numbers by what stands in the columns of a unit and account: each account is made once.

    Args:
        accounts: Gives the numbers.
        account: One of them; others are of its class, or itself where no part of it is a column.
        form: The unit and the parts of the account, ``Column`` for what differs.
    """

    def __init__(self, accounts: Accounts, account: Account, form: Sequence[Any]) -> None:
        self._accounts, self._form = accounts, form
        self._make = type(account) if len(form) > 1 else lambda: account

    def __missing__(self, given: Any) -> int:
        differing = iter(given if self._form.count(Column) > 1 else (given,))
        unit, *parts = (next(differing) if part is Column else part for part in self._form)
        self[given] = number = self._accounts.number(unit, self._make(*parts))
        return number


class Accounts:
    """Accounts, each of a unit, with a number from 0 on, in the order in which they came.

    Args:
        names: The texts that they are made of; several tables may share them.
        layers: Of accounts that were kept.
    """

    def __init__(self, names: Names | None = None, layers: Sequence[Layer] = ()) -> None:
        self.names = Names() if names is None else names
        self.layers = [*layers]
        self._kept = self.layers[-1].first + len(self.layers[-1]["kinds"]) if self.layers else 0
        self._new: list[Codes] = []
        self._numbers: dict[Codes, int] = {}
        self._numbers_of: dict[Any, _NumbersOf] = {}
        self._columns: dict[str, NDArray[Any]] = {}
        self._all: list[tuple[Unit, Account]] = []

    def __len__(self) -> int:
        return self._kept + len(self._new)

    def number(self, unit: Unit, account: Account) -> int:
        """Return the number of an account; a new one for one that has none."""
        names = self.names
        codes = _codes(account, names.unit_number(unit), names.holders.number, names.others.number)
        found = self._find(codes)
        if found is None:
            self._numbers[codes] = found = len(self)
            self._new.append(codes)
        return found

    def find(self, unit: Unit, account: Account) -> int | None:
        """Return the number of an account, if it has one."""
        names = self.names
        return self._find(
            _codes(account, _found(names.units)(text_of(unit)), _found(names.holders), _found(names.others))
        )

    def _find(self, codes: Codes) -> int | None:
        found = self._numbers.get(codes)
        if found is None and self._kept:
            code = _hashed(codes)
            for layer in self.layers:
                for place in layer.places(code):
                    if all(layer[name][place] == part for name, part in zip(COLUMNS, codes, strict=True)):
                        self._numbers[codes] = found = layer.first + place
        return found

    def column(self, posting: Posting, count: int) -> list[int]:
        """Return the numbers of so many accounts, of whose unit and parts columns may be a part."""
        unit, account = posting.unit, posting.account
        parts: list[Any] = [
            unit,
            *(getattr(account, name) for name in getattr(type(account), "__match_args__", ())),
        ]
        columns = [part.values for part in parts if type(part) is Column]
        if not columns:
            return [self.number(unit, account)] * count
        shape = (Column if type(part) is Column else part for part in parts)
        one = parts[0].values[0] if type(parts[0]) is Column else unit
        form = (type(account) if parts[1:] else account, type(one), *shape)
        if form not in self._numbers_of:
            self._numbers_of[form] = _NumbersOf(self, account, form[2:])
        several = zip(*columns, strict=True) if len(columns) > 1 else columns[0]
        return [*map(self._numbers_of[form].__getitem__, several)]

    def __getitem__(self, number: int) -> tuple[Unit, Account]:
        """Return unit and account of a number."""
        if number >= self._kept:
            return self._made(self._new[number - self._kept])
        layer = next(layer for layer in reversed(self.layers) if layer.first <= number)
        kind, unit, holder, name, within = (int(layer[each][number - layer.first]) for each in COLUMNS)
        return self._made((kind, unit, holder, name, within))

    def all(self) -> list[tuple[Unit, Account]]:
        """Return unit and account of each number; the list is kept, and is not to be changed."""
        if len(self._all) < len(self):
            columns = (self.part(each)[len(self._all) :].tolist() for each in COLUMNS)
            self._all += map(self._made, zip(*columns, strict=True))
        return self._all

    def part(self, name: str) -> NDArray[Any]:
        """Return one of ``COLUMNS``, with a number for each account; texts are those of ``names``.

        Args:
            name: ``kinds``, ``units``, ``holders``, ``names`` (what else it is named by) or ``within`` (the tranche
                of a commitment).
        """
        found = self._columns.get(name)
        if found is None or len(found) < len(self):
            at = COLUMNS.index(name)
            new = np.asarray([codes[at] for codes in self._new], _TYPES[at])
            parts = [*(layer[name] for layer in self.layers), *([new] if len(new) else [])]
            found = self._columns[name] = parts[0] if len(parts) == 1 else np.concatenate([new[:0], *parts])
        return found

    def settle(self) -> None:
        """Lay what came since on top of the layers, together with those that are not much longer."""
        if not self._new:
            return
        top = _layer(self._kept, [*map(np.asarray, zip(*self._new, strict=True), _TYPES)])
        while self.layers and len(self.layers[-1]["kinds"]) < TIMES * len(top["kinds"]):
            below = self.layers.pop()
            top = _layer(below.first, [np.concatenate([below[name], top[name]]) for name in COLUMNS])
        self.layers.append(top)
        self._kept, self._new = self._kept + len(self._new), []

    def forget(self) -> None:
        """Let go of what can be looked for again."""
        self._numbers = {codes: self._kept + at for at, codes in enumerate(self._new)}
        self._numbers_of, self._columns, self._all = {}, {}, []

    def _made(self, codes: Codes) -> tuple[Unit, Account]:
        kind, unit, holder, name, within = codes
        texts, of = self.names, _EACH[kind]
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


def _layer(first: int, columns: Sequence[NDArray[Any]]) -> Layer:
    return Layer(first, {**dict(zip(COLUMNS, columns, strict=True)), **in_order(_all_hashed(columns))})
