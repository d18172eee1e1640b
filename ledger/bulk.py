"""Many facts of one kind at once: what all of them say is kept once, and a column for what they differ in.

A long history says the same few things thousands of times. One fact stands for all of them here: its fields hold
what all say, or a column. Its own ``check`` and ``movements`` are asked once, and answer for every row, because
they do little more than pass fields on and compare them. What could go wrong, and why it does not:

- *The rows answer differently.* A comparison is made for every row. If they agree, that is the answer; if not,
  ``OneByOne`` is raised, and the rows are asked one by one.
- *Code looks at what a field is*, with ``is`` or ``isinstance``, and sees a column. Only names, shares and money
  become columns, and only where every row has one. Any other field that differs is left out of the fact: asking
  for it raises, and the rows are asked one by one.
- *Code does with a field what a column cannot do.* That raises, too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import cache
from itertools import repeat
from operator import attrgetter, eq, lt, neg, sub, truth
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, overload

import attrs

from ledger.events import Event, Fact
from ledger.identity import Identifier
from ledger.quantities import Money, Shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ledger.movements import Movements


class OneByOne(TypeError):
    """The rows do not answer alike."""


def _alike(answers: Iterable[bool]) -> bool:
    different = {*answers}
    if len(different) != 1:
        raise OneByOne
    return different.pop()


def all_or_none(answers: Any) -> bool:
    """Return what an array says of all facts alike.

    Args:
        answers: Whether it is so, of each.

    Raises:
        OneByOne: It says one thing of some, and another of others.
    """
    count = int(answers.sum())
    if count not in (0, len(answers)):
        raise OneByOne
    return bool(count)


@attrs.frozen(eq=False)
class Different:
    """Values of one sort, each of them once; more may follow.

    Attributes:
        sort: Of which class they are.
        values: The values.
    """

    sort: type
    values: list[Any]


class ByNumber(Sequence[Any]):
    """The values of one field in many facts, each as its number among those that are different.

    Args:
        numbers: An array of whole numbers, one for each fact.
        among: The different values.
    """

    __slots__ = ("_listed", "among", "numbers")

    def __init__(self, numbers: Any, among: Different) -> None:
        self.numbers, self.among = numbers, among
        self._listed: list[Any] | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        return [*self][place] if isinstance(place, slice) else self.among.values[self.numbers[place]]

    def __iter__(self) -> Iterator[Any]:
        if self._listed is None:
            self._listed = [*map(self.among.values.__getitem__, self.numbers.tolist())]
        return iter(self._listed)


class Column:
    """The values of one field in many facts, standing where one value would stand."""

    __slots__ = ("values",)

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    def __getattr__(self, name: str) -> Column:
        return Column([*map(attrgetter(name), self.values)])

    def __neg__(self) -> Column:
        return Column([*map(neg, self.values)])

    def __sub__(self, other: Any) -> Column:
        if type(other) is not Column and not other:
            return self
        return Column([*map(sub, self.values, other.values if type(other) is Column else repeat(other))])

    def __lt__(self, other: Any) -> bool:
        return _alike(map(lt, self.values, other.values if type(other) is Column else repeat(other)))

    def __eq__(self, other: object) -> bool:
        values, others = self.values, other.values if type(other) is Column else None
        if type(values) is ByNumber and type(others) is ByNumber and values.among is others.among:
            return all_or_none(values.numbers == others.numbers)
        return _alike(map(eq, self.values, other.values if type(other) is Column else repeat(other)))

    __hash__ = None  # type: ignore[assignment]  # what is kept by its value keeps no column

    def __bool__(self) -> bool:
        return _alike(map(truth, self.values))


def spread(value: Any, count: int) -> list[Any]:
    """Return what each of so many facts says, of a column or of what all say alike."""
    return [*value.values] if type(value) is Column else [value] * count


def _stands_for_a_value(values: Sequence[Any]) -> bool:
    kinds = {values.among.sort} if type(values) is ByNumber else {*map(type, values)}
    return all(issubclass(kind, _PASSED_ON) for kind in kinds)


_PASSED_ON: Final = (Identifier, Shares, Money)
_CANNOT: Final = (AttributeError, TypeError)
"""What a fact that stands for many raises where it cannot."""


@cache
def slots_of(kind: type[Event]) -> dict[str, Callable[[Any, Any], None]]:
    """Return what puts a value into each field: the class is frozen, and its values were checked."""
    return {field.name: getattr(kind, field.name).__set__ for field in attrs.fields(kind)}


def movements_of(one: Fact) -> Movements | None:
    """Return what all facts move that one stands for, with columns where they differ; nothing if not alike."""
    try:
        return one.movements()
    except _CANNOT:
        return None


class Bulk(NamedTuple):
    """Facts of one kind, all read from one page.

    Attributes:
        one: The fact that stands for all of them. It lacks the fields that differ and cannot be a column.
        rows: Where each stands in its page.
        columns: What each says, for the fields in which they differ.
    """

    one: Fact
    rows: Sequence[int]
    columns: Mapping[str, Sequence[Any]]

    @classmethod
    def of(
        cls, kind: type[Event], rows: Sequence[int], same: dict[str, Any], columns: Mapping[str, Sequence[Any]]
    ) -> Self:
        """Return facts by what all say and what each says; together these are all the fields."""
        one: Any = object.__new__(kind)
        slots = slots_of(kind)
        for name, value in same.items():
            slots[name](one, value)
        for name, values in columns.items():
            if _stands_for_a_value(values):
                slots[name](one, Column(values))
        return cls(one, rows, columns)

    def only(self, indices: Sequence[int]) -> Bulk:
        """Return some of the facts."""
        same = {name: getattr(self.one, name) for name in slots_of(type(self.one)) if name not in self.columns}
        columns = {name: [values[index] for index in indices] for name, values in self.columns.items()}
        return Bulk.of(type(self.one), [self.rows[index] for index in indices], same, columns)

    def values(self, field: str) -> Sequence[Any]:
        """Return what each says in a field."""
        return self.columns[field] if field in self.columns else [getattr(self.one, field)] * len(self.rows)

    def event(self, index: int) -> Fact:
        """Return one of the facts."""
        made: Fact = object.__new__(type(self.one))
        for name, put in slots_of(type(self.one)).items():
            put(made, self.columns[name][index] if name in self.columns else getattr(self.one, name))
        return made

    def events(self) -> list[Fact]:
        """Return all of the facts."""
        made: list[Fact] = [*map(object.__new__, repeat(type(self.one), len(self.rows)))]
        for name, put in slots_of(type(self.one)).items():
            values = self.columns[name] if name in self.columns else repeat(getattr(self.one, name))
            deque(map(put, made, values), maxlen=0)
        return made

    def check(self) -> None:
        """Check what concerns more than one field, of every fact.

        Raises:
            NotUnderstood: One of them contradicts itself.
        """
        if type(self.one).check is Fact.check:
            return
        try:
            self.one.check()
        except _CANNOT:
            for each in self.events():
                each.check()

    def movements(self) -> Movements | None:
        """Return what all of them move, with columns where they differ; nothing where they do not move alike."""
        return movements_of(self.one)

    def of_some(self, places: Sequence[int]) -> Fact:
        """Return the fact that stands for some of them."""
        kind = type(self.one)
        same = {name: getattr(self.one, name) for name in slots_of(kind) if name not in self.columns}
        columns = {name: [values[place] for place in places] for name, values in self.columns.items()}
        return Bulk.of(kind, (), same, columns).one
