"""Many facts of one kind at once, field by field: what all of them say is kept once, and a column where they differ.

A long history says the same few things thousands of times. One fact stands for all of them here: its fields hold
what all say, or a column. Its own ``check`` and ``movements`` are asked once, and answer for every row, because
both only pass fields on, compare them and look whether something is given. What could go wrong, and why it does not:

- *The rows answer differently.* A comparison is made for every row. If they agree, that is the answer; if not,
  ``OneByOne`` is raised, and the rows are asked one by one.
- *Code looks at what a field is*, with ``is`` or ``isinstance``, and sees a column. Only names, shares and money
  become columns, and only where every row has one. Any other field that differs is left out of the fact: asking
  for it raises, and the rows are asked one by one.
- *Code does with a field what a column cannot do.* That raises, too.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from itertools import repeat
from operator import attrgetter, eq, neg, truth
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from ledger.events import Fact
from ledger.identity import Identifier
from ledger.quantities import Money, Shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ledger.movements import Movements


class OneByOne(TypeError):
    """The rows do not answer alike."""


def _alike(answers: Iterable[bool]) -> bool:
    different = {*answers}
    if len(different) != 1:
        raise OneByOne
    return different.pop()


class Column:
    """The values of one field in many facts, standing where one value would stand."""

    __slots__ = ("values",)

    def __init__(self, values: Iterable[Any]) -> None:
        self.values: list[Any] = [*values]

    def __getattr__(self, name: str) -> Column:
        return Column(map(attrgetter(name), self.values))

    def __neg__(self) -> Column:
        return Column(map(neg, self.values))

    def __eq__(self, other: object) -> bool:
        return _alike(map(eq, self.values, other.values if type(other) is Column else repeat(other)))

    __hash__ = None  # type: ignore[assignment]  # what is kept by its value keeps no column

    def __bool__(self) -> bool:
        return _alike(map(truth, self.values))


def _stands_for_a_value(values: Sequence[Any]) -> bool:
    kinds = {*map(type, values)}
    return len(kinds) == 1 and issubclass(kinds.pop(), _PASSED_ON)


_PASSED_ON: Final = (Identifier, Shares, Money)
_CANNOT: Final = (AttributeError, TypeError)
"""What a fact that stands for many raises where it cannot."""


@cache
def _slots(kind: type[Fact]) -> dict[str, Callable[[Any, Any], None]]:
    """Return what puts a value into each field: the class is frozen, and its values were checked."""
    return {field.name: getattr(kind, field.name).__set__ for field in attrs.fields(kind)}


class Bulk(NamedTuple):
    """Facts of one kind, all read from one page.

    Attributes:
        kind: Their class.
        rows: Where each stands in its page.
        same: What all say, by field.
        columns: What each says, for the fields in which they differ.
    """

    kind: type[Fact]
    rows: Sequence[int]
    same: dict[str, Any]
    columns: dict[str, Sequence[Any]]

    def values(self, field: str) -> Iterable[Any]:
        """Return what each says in a field."""
        return self.columns[field] if field in self.columns else repeat(self.same[field], len(self.rows))

    def event(self, index: int) -> Fact:
        """Return one of the facts."""
        made: Fact = object.__new__(self.kind)
        for name, put in _slots(self.kind).items():
            put(made, self.columns[name][index] if name in self.columns else self.same[name])
        return made

    def events(self) -> list[Fact]:
        """Return all of the facts."""
        made: list[Fact] = [*map(object.__new__, repeat(self.kind, len(self.rows)))]
        for name, put in _slots(self.kind).items():
            deque(map(put, made, self.values(name)), maxlen=0)
        return made

    def _as_one(self) -> Fact:
        """Return a fact that stands for all of them."""
        made: Fact = object.__new__(self.kind)
        slots = _slots(self.kind)
        for name, value in self.same.items():
            slots[name](made, value)
        for name, values in self.columns.items():
            if _stands_for_a_value(values):
                slots[name](made, Column(values))
        return made

    def check(self) -> None:
        """Check what concerns more than one field, of every fact.

        Raises:
            NotUnderstood: One of them contradicts itself.
        """
        if self.kind.check is Fact.check:
            return
        try:
            self._as_one().check()
        except _CANNOT:
            for each in self.events():
                each.check()

    def movements(self) -> Movements | None:
        """Return what all of them move, with columns where they differ; nothing where that cannot be said at once."""
        try:
            return self._as_one().movements()
        except _CANNOT:
            return None
