"""Facts of one kind in columns of numbers: a name is its number, a quantity how many steps it is.

A fact stands for all of them, as in ``bulk``, and is asked once what they move. Here its columns are arrays, so
that rules compare and totals add up whole columns. A quantity that is no whole number of steps, or too long, stands
in an array of Python's own numbers: slower, and just as exact.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

import attrs
import numpy as np

from ledger.book import ClassTotal, Total, counted_in, totals_of
from ledger.bulk import ByNumber, Column, OneByOne, all_or_none, movements_of, slots_of
from ledger.columns.moves import HUNDREDTH, SHARE, Counted
from ledger.identity import Identifier, StockClassId
from ledger.movements import Movement, Posting
from ledger.numbered import Numbers
from ledger.quantities import Currency, Shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from ledger.bulk import Bulk, Different
    from ledger.days import EffectiveDay, Phase
    from ledger.events import Fact

_opens_latest, _is_exact, _rank = map(attrgetter, ("opens_latest", "is_exact", "rank"))
_units, _currency = attrgetter("units"), attrgetter("currency")
MOST: Final = 2**62
"""Sums stay below this; beyond it, numbers of any length are added up."""
WHEN: Final = ("effective_on", "phase")
"""Fields that tell when a fact takes effect, and of which nothing that it moves depends."""
_COARSE: Final = 24
"""Changes are added up without so many of their last bits, rounded up, as the sum of all has to fit, too."""
_NONE: Final = np.zeros(0, np.int32)
_FEW: Final = 64
"""A table of the pairs of two names is wide enough for so many of the second sort."""


class Names(Numbers):
    """Names of one sort, each with its number."""

    def __init__(self) -> None:
        super().__init__()
        self._listed: list[Any] = []

    def listed(self) -> list[Any]:
        """Return the name of each number; the list is kept, and is not to be changed."""
        if len(self._listed) != len(self):
            self._listed = [*self]
        return self._listed

    def numbers(self, names: Sequence[Any]) -> NDArray[np.int32]:
        """Return the numbers of some names; new ones for those that have none."""
        return np.fromiter(map(self.__getitem__, names), np.int32, len(names))


class Named:
    """Names as numbers, standing where one name would stand.

    They may be passed on, and compared with others of their sort. Who does more has to have the names themselves.

    Args:
        numbers: Which name each is.
        names: All names of the sort.
        sort: Which sort of name it is.
    """

    __slots__ = ("names", "numbers", "sort")

    def __init__(self, numbers: NDArray[np.int32], names: Names, sort: type[Identifier]) -> None:
        self.numbers, self.names, self.sort = numbers, names, sort

    def __eq__(self, other: object) -> bool:
        if type(other) is not Named or other.sort is not self.sort:
            raise OneByOne
        return all_or_none(self.numbers == other.numbers)

    __hash__ = None  # type: ignore[assignment]  # what is kept by its value keeps no column

    def different(self) -> list[Any]:
        """Return each name that is there, once."""
        is_there = np.zeros(len(self.names), bool)
        is_there[self.numbers] = True
        return [*map(self.names.listed().__getitem__, np.flatnonzero(is_there).tolist())]

    def __getitem__(self, place: int) -> Any:
        """Return the name at a place."""
        return self.names.listed()[self.numbers[place]]


def different(value: Any) -> list[Any]:
    """Return each name that is there, once, in a column or in what all say alike."""
    return value.different() if type(value) is Named else [value]


class Many:
    """Facts of one kind that only move quantities, on exact days.

    Args:
        bulk: The facts as they were read, and maybe others among them.
        said: What they say in each field in which they differ: ``Named``, ``Counted`` or a list.
        moments: When each takes effect.

    Attributes:
        postings: What all of them move.
        moves_only: Whether that is all they do, and they do it alike.
    """

    def __init__(self, bulk: Bulk, said: dict[str, Any], moments: NDArray[np.int32]) -> None:
        self.bulk, self.moments, self._said = bulk, moments, said
        self.kind: type[Fact] = type(bulk.one)
        one: Any = object.__new__(self.kind)
        for name, put in slots_of(self.kind).items():
            if name not in WHEN and type(value := self.value(name)) is not list:
                put(one, value)
        movements = movements_of(one)
        self.postings = [each for each in movements or () if type(each) is Posting]
        self.moves_only = movements is not None and len(self.postings) == len(movements)

    def __len__(self) -> int:
        return len(self.moments)

    def value(self, field: str) -> Any:
        """Return what they say in a field: ``Named``, ``Counted``, a list, or the one thing that all say."""
        return self._said[field] if field in self._said else getattr(self.bulk.one, field)

    @property
    def differing(self) -> Iterable[str]:
        """The fields in which they differ."""
        return self._said

    def form(self) -> tuple[Any, ...]:
        """Return what they say alike, and how they say what differs."""
        values = ((name, self.value(name)) for name in slots_of(self.kind) if name not in WHEN)
        return self.kind, *((name, _form_of(value) if name in self._said else id(value)) for name, value in values)

    def only(self, places: NDArray[np.intp]) -> Many:
        """Return some of them."""
        return Many(
            self.bulk, {name: _only(value, places) for name, value in self._said.items()}, self.moments[places]
        )

    def each(self, value: Any) -> list[Any]:
        """Return what each of them says, of the value of a field."""
        if type(value) is Named:
            return [*map(value.names.listed().__getitem__, value.numbers.tolist())]
        return value if type(value) is list else [value] * len(self)

    def classes(self) -> set[StockClassId]:
        """Return the classes of which they move something."""
        units = {id(posting.unit): posting.unit for posting in self.postings}
        return {each for unit in units.values() for each in different(unit) if type(each) is StockClassId}

    def first_of(self, value: Any) -> dict[Any, int]:
        """Return when each different value of a field is used first."""
        if type(value) is list:
            found: dict[Any, int] = {}
            for each, at in zip(value, self.moments.tolist(), strict=True):
                found[each] = min(found.get(each, at), at)
            return found
        if type(value) is not Named:
            return {value: int(self.moments.min())}
        first = np.full(len(value.names), np.iinfo(np.int32).max, np.int32)
        np.minimum.at(first, value.numbers, self.moments)
        return {each: int(first[value.names[each]]) for each in value.different()}


def _form_of(value: Any) -> Any:
    if type(value) is Named:
        return value.sort
    return (value.step, value.currency) if type(value) is Counted else list


def joined(many: Iterable[Many]) -> list[Many]:
    """Return facts of several pages together, as far as they say the same things alike, and still move alike."""
    of_form: defaultdict[Any, list[Many]] = defaultdict(list)
    for each in many:
        of_form[each.form()].append(each)
    found: list[Many] = []
    for parts in of_form.values():
        whole = _one_after_another(parts) if len(parts) > 1 else parts[0]
        found += [whole] if whole.moves_only else parts
    return found


def _one_after_another(parts: Sequence[Many]) -> Many:
    said: dict[str, Any] = {}
    for name in parts[0].differing:
        values = [part.value(name) for part in parts]
        one = values[0]
        if type(one) is Named:
            said[name] = Named(np.concatenate([each.numbers for each in values]), one.names, one.sort)
        elif type(one) is Counted:
            said[name] = Counted(np.concatenate([each.steps for each in values]), one.step, one.currency)
        else:
            said[name] = [*chain.from_iterable(values)]
    return Many(parts[0].bulk, said, np.concatenate([part.moments for part in parts]))


def _only(value: Any, places: NDArray[np.intp]) -> Any:
    if type(value) is list:
        return [value[place] for place in places.tolist()]
    if type(value) is Named:
        return Named(value.numbers[places], value.names, value.sort)
    return Counted(value.steps[places], value.step, value.currency)


class Rows(NamedTuple):
    """By how much totals change, and when.

    Attributes:
        keys: Numbers of totals.
        at: When each changes.
        changes: By how many steps, or by how many units of 10⁻¹⁰ where steps do not tell.
        is_wide: Whether they are units, in numbers of any length.
    """

    keys: NDArray[np.int32]
    at: NDArray[np.int32]
    changes: NDArray[Any]
    is_wide: bool

    def only(self, which: NDArray[Any]) -> Rows:
        """Return some of them."""
        return Rows(self.keys[which], self.at[which], self.changes[which], self.is_wide)

    def widened(self, coding: Coding) -> Rows:
        """Return them in units of 10⁻¹⁰, of any length."""
        if self.is_wide:
            return self
        scales = coding.scales()[self.keys].astype(object)
        return self._replace(changes=self.changes * scales, is_wide=True)


NO_ROWS: Final = Rows(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64), False)


def step_of(unit: object) -> int:
    """Return of how many units of 10⁻¹⁰ a step of shares, or of money, is."""
    return SHARE if (unit.sort if type(unit) is Named else type(unit)) is StockClassId else HUNDREDTH


class Coding:
    """Numbers for names and totals, kept from command to command."""

    def __init__(self) -> None:
        self._sorts: dict[type[Identifier], Names] = {}
        self._totals = Names()
        self._scales, self._are_sums = np.zeros(0, np.int64), np.zeros(0, bool)
        self._pairs: defaultdict[Any, Numbers] = defaultdict(Numbers)
        self._tables: dict[Any, NDArray[np.int32]] = {}
        self._wide: WeakSet[Different] = WeakSet()
        self._known: WeakKeyDictionary[Different, dict[Any, NDArray[Any]]] = WeakKeyDictionary()

    def number(self, total: Total) -> int:
        """Return the number of a total; a new one for one that has none."""
        return self._totals[total]

    def totals(self) -> list[Total]:
        """Return the total of each number; the list is kept, and is not to be changed."""
        return self._totals.listed()

    def scales(self) -> NDArray[np.int64]:
        """Return of how many units of 10⁻¹⁰ a step of each total is."""
        self._follow()
        return self._scales

    def are_sums(self) -> NDArray[np.bool_]:
        """Return which totals are sums of a class."""
        self._follow()
        return self._are_sums

    def _follow(self) -> None:
        if new := self.totals()[len(self._scales) :]:
            self._scales = np.append(self._scales, np.array([step_of(unit) for unit, _ in new], np.int64))
            are_sums = np.array([isinstance(account, ClassTotal) for _, account in new])
            self._are_sums = np.append(self._are_sums, are_sums)

    def many(self, bulk: Bulk) -> Many:
        """Return facts that were read together, whatever their days."""
        days, phases = bulk.columns.get("effective_on"), bulk.columns.get("phase")
        if days is None:
            moments = np.full(len(bulk.rows), bulk.one.effective_on.opens_latest, np.int32)
        else:
            moments = self.each(days, _moments)
        moments += bulk.one.phase.rank if phases is None else self.each(phases, _ranks)
        said = {
            name: self._said(type(bulk.one), name, values)
            if type(getattr(bulk.one, name, None)) is Column
            else [*values]
            for name, values in bulk.columns.items()
            if name not in WHEN
        }
        return Many(bulk, said, moments)

    def are_exact(self, bulk: Bulk) -> NDArray[np.bool_]:
        """Return of which facts the day is known."""
        days = bulk.columns.get("effective_on")
        return np.full(len(bulk.rows), bulk.one.effective_on.is_exact) if days is None else self.each(days, _exact)

    def each(self, values: Sequence[Any], of: Callable[[Sequence[Any]], NDArray[Any]]) -> NDArray[Any]:
        """Return what some values are as numbers, each different one of which is looked at once."""
        if type(values) is not ByNumber:
            return of(values)
        known = self._known.setdefault(values.among, {})
        found = known.get(of, _NONE)
        if new := values.among.values[len(found) :]:
            found = known[of] = np.append(found, of(new)) if len(found) else of(new)
        return found[values.numbers]  # type: ignore[no-any-return]  # an array

    def _said(self, kind: type[Fact], name: str, values: Sequence[Any]) -> Any:
        """Return names or quantities as numbers; or as they are, where they are of more than one sort."""
        sort: Any = values.among.sort if type(values) is ByNumber else type(values[0])
        if not _is_always(kind, name, sort):
            return [*values]
        if issubclass(sort, Identifier):
            if sort not in self._sorts:
                self._sorts[sort] = Names()
            names = self._sorts[sort]
            return Named(self.each(values, names.numbers), names, sort)
        if sort is Shares and type(values) is ByNumber and values.among not in self._wide:
            try:
                return Counted(self.each(values, _whole_steps), SHARE)
            except OverflowError:
                self._wide.add(values.among)
        units = [*map(_units, values)]
        if sort is Shares:
            return _counted(units, SHARE)
        currency = values[0].currency
        return _counted(units, HUNDREDTH, currency) if {*map(_currency, values)} == {currency} else [*values]

    def changes(self, movements: Iterable[Movement]) -> list[tuple[int, int]]:
        """Return by how much a fact changes each total that rules may limit."""
        postings = [movement for movement in movements if type(movement) is Posting]
        return [(self._totals[total], change) for total, change in totals_of(postings).items()] if postings else []

    def rows(self, many: Iterable[Many]) -> Rows:
        """Return by how much facts change the totals that rules may limit."""
        keys, at, counted = list[Any](), list[Any](), list[Counted]()
        for some in many:
            for posting in counted_postings(some.postings):
                keys.append(self._numbers(posting, len(some)))
                at.append(some.moments)
                quantity: Any = posting.quantity
                if type(quantity) is not Counted:
                    quantity = _counted([quantity] * len(some), step_of(posting.unit))
                counted.append(quantity)
        if not keys:
            return NO_ROWS
        is_wide = any(each.step == 1 for each in counted)
        changes = [each.steps.astype(object) * each.step if is_wide else each.steps for each in counted]
        return Rows(np.concatenate(keys), np.concatenate(at), np.concatenate(changes), is_wide)

    def _numbers(self, posting: Posting, count: int) -> NDArray[np.int32]:
        """Return the numbers of so many totals, of whose unit and parts columns may be a part."""
        unit, account = posting.unit, posting.account
        names = getattr(type(account), "__match_args__", ())
        parts: list[Any] = [*(getattr(account, name) for name in names), unit]
        columns = [part for part in parts if type(part) is Named]
        if not columns:
            return np.full(count, self._totals[unit, account], np.int32)
        form: list[Any] = [part.sort if type(part) is Named else part for part in parts]
        form.insert(0, type(account) if names else account)
        codes = columns[0].numbers
        for column in columns[1:]:  # two numbers become one
            width = 1 << len(column.names).bit_length()
            if width <= _FEW:
                codes = codes * np.int32(width) + column.numbers
            else:
                width, pairs = 0, codes.astype(np.int64) << 32 | column.numbers
                numbers = self._pairs[tuple(form)]
                codes = np.fromiter(map(numbers.__getitem__, pairs.tolist()), np.int32, count)
            form.append(width)
        key, most = tuple(form), int(codes.max())
        if (table := self._tables.get(key, _NONE)).size <= most:
            table = self._tables[key] = np.append(table, np.full(2 * most + 1 - table.size, -1, np.int32))
        found = table[codes]
        new = np.flatnonzero(found < 0)
        for code, place in dict(zip(codes[new].tolist(), new.tolist(), strict=True)).items():
            of_row = [part[place] if type(part) is Named else part for part in parts]
            one: Any = type(account)(*of_row[:-1]) if names else account
            table[code] = self._totals[of_row[-1], one]
        return table[codes] if new.size else found


def _is_always(kind: type[Fact], name: str, sort: type) -> bool:
    """Whether a field is always of one sort, where it is stated."""
    return str(getattr(attrs.fields(kind), name).type).removesuffix(" | None") == sort.__name__


def in_steps(units: list[Any], step: NDArray[np.int64] | int) -> NDArray[np.int64] | None:
    """Return quantities as whole steps of 64 bits; nothing where one of them cannot be."""
    if not {*map(type, units)} <= {int}:
        return None  # a split leaves fractions of 10⁻¹⁰
    try:
        steps, rest = np.divmod(np.array(units, np.int64), step)
        return None if rest.any() else steps
    except OverflowError:
        both = [*map(divmod, units, repeat(step) if isinstance(step, int) else step.tolist())]
        if any(rest or abs(whole) >= MOST for whole, rest in both):
            return None
        return np.array([whole for whole, _ in both], np.int64)


def _whole_steps(shares: Sequence[Shares]) -> NDArray[np.int64]:
    """Return shares as whole steps; raises ``OverflowError`` where one of them is not, or does not fit."""
    steps = in_steps([*map(_units, shares)], SHARE)
    if steps is None:
        raise OverflowError
    return steps


def _moments(days: Sequence[EffectiveDay]) -> NDArray[np.int32]:
    """Return when each day certainly has begun."""
    return np.fromiter(map(_opens_latest, days), np.int32, len(days))


def _exact(days: Sequence[EffectiveDay]) -> NDArray[np.bool_]:
    """Return which days are known."""
    return np.fromiter(map(_is_exact, days), np.bool_, len(days))


def _ranks(phases: Sequence[Phase]) -> NDArray[np.int32]:
    """Return what each phase adds to the moment of its day."""
    return np.fromiter(map(_rank, phases), np.int32, len(phases))


def in_units(units: list[Any]) -> NDArray[Any]:
    """Return quantities in units of 10⁻¹⁰, of any length."""
    return np.array(units, object)


def most_of(changes: NDArray[np.int64]) -> int:
    """Return what no sum of some changes can be larger than."""
    return int((np.abs(changes) >> _COARSE).sum() + len(changes)) << _COARSE


def _counted(units: list[int], step: int, currency: Currency | None = None) -> Counted:
    steps = in_steps(units, step)
    return Counted(in_units(units), 1, currency) if steps is None else Counted(steps, step, currency)


def counted_postings(postings: Iterable[Posting]) -> list[Posting]:
    """Return what postings, of which columns may be a part, change of the totals that rules may limit.

    What one of them takes from a sum of a class and another one adds to it is left out.
    """
    found: list[Posting] = []
    of_classes: dict[object, list[Posting]] = defaultdict(list)
    for posting in postings:
        for counted in counted_in(posting.account):
            part = Posting(counted, posting.unit, posting.quantity)  # type: ignore[arg-type]  # or a sum of some
            (of_classes[counted] if isinstance(counted, ClassTotal) else found).append(part)
    for parts in of_classes.values():
        if not _are_opposite(parts):
            found += parts
    return found


def _are_opposite(parts: list[Posting]) -> bool:
    """Whether two postings take away and add the same, as a transfer does within a class."""
    if len(parts) != 2 or parts[0].unit is not parts[1].unit:
        return False
    quantities: tuple[Any, ...] = tuple(each.quantity for each in parts)
    one, other = quantities
    if type(one) is Counted and type(other) is Counted:
        return one.step == other.step and not np.any(one.steps + other.steps)
    return type(one) is type(other) and one == -other
