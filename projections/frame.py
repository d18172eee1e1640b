"""A view as tables for programs: named, typed columns of exact values, a line of the view on each row.

The same columns serve polars, DuckDB, pandas and all that reads Arrow, plain Python, and the page of a notebook.
Every value is exact, and no number is ever a binary float:

- A quantity (shares, money, votes) is a decimal of 38 digits, ten of them after the point. Where one value of a
  column is none (a fraction in the units after a split, or more than 38 digits), the whole column is exact text.
- A part of a whole is exact text, ``0.25`` or ``1/3``.
- A figure that may lie between two has two columns, ``shares_low`` and ``shares_high``; an end that nobody knows is
  missing. A day that may be one of several has ``effective_earliest`` and ``effective_latest``.
- An instant is in UTC, as its column says: ``recorded_at_utc``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import attrs

from ledger.days import EffectiveDay
from ledger.errors import NotUnderstood, nearest, needed, shown
from ledger.quantities import SCALE, Authorized, Money, Price, Ratio, Shares, plain
from projections.bounds import Bounds, Possible

if TYPE_CHECKING:
    import nanoarrow  # type: ignore[import-untyped]  # the library has no types
    import pandas  # type: ignore[import-untyped]  # the library has no types
    import polars

Line = TypeVar("Line")
NOT_STATED: Final = "not stated"


class Kind(Enum):
    """What the values of a column are, and so their type in every library."""

    TEXT = "text"
    """Names, and words of the record; every possible one where several are, with ``or`` between them."""
    FLAG = "flag"
    """Yes or no."""
    WHOLE = "whole"
    """A whole number that counts or names: of an entry, of shares never."""
    DAY = "day"
    """A day."""
    INSTANT = "instant"
    """An instant, in UTC."""
    QUANTITY = "quantity"
    """Shares, money, votes: an exact decimal."""
    PART = "part"
    """A part of a whole: an exact fraction, as text."""


@attrs.frozen
class Column:
    """A column, and where its values come from.

    Attributes:
        name: Its name, to which bounded columns add ``_low`` and ``_high`` or ``_earliest`` and ``_latest``, and
            instants ``_utc``.
        kind: What its values are.
        of: The value of a line, or the attribute that is it; that of the same name where nothing is said.
        bounded: Whether a value may lie between two.
        shown: Whether people see it in a notebook; programs always do.
        within: For a part of a whole, the column that says of which.
    """

    name: str
    kind: Kind = Kind.TEXT
    of: Callable[[Any], Any] | str | None = None
    bounded: bool = False
    shown: bool = True
    within: str | None = None

    def values(self, lines: Iterable[Any]) -> list[Any]:
        """Return its value on each line."""
        of = self.of if callable(self.of) else attrgetter(self.of or self.name)
        return [of(line) for line in lines]


class Within(NamedTuple):
    """A line with what it is a line of: a tranche of an agreement.

    Attributes:
        outer: What it is a line of.
        line: The line.
    """

    outer: Any
    line: Any


def within(outers: Iterable[Any], lines_of: Callable[[Any], Iterable[Any]]) -> list[Within]:
    """Return the lines of each, with what they are lines of."""
    return [Within(outer, line) for outer in outers for line in lines_of(outer)]


def constant(name: str, value: Any, kind: Kind = Kind.TEXT) -> Column:
    """Return a column that says the same on each line: the day asked about, whose view it is."""
    return Column(name, kind, lambda line: value, shown=False)


def currency_of(value: Any) -> str | None:
    """Return the currency of an amount, if it is money."""
    if isinstance(value, Bounds):
        return currency_of(value.low) or currency_of(value.high)
    return str(value.currency) if isinstance(value, Money | Price) else None


class Series(NamedTuple):
    """A column as programs get it: one plain value for each line, or ``None``.

    Attributes:
        name: Its name.
        kind: What its values are.
        values: Text, booleans, whole numbers, days, instants; quantities at the scale of 10⁻¹⁰; fractions.
    """

    name: str
    kind: Kind
    values: list[Any]

    @property
    def is_decimal(self) -> bool:
        """Whether every quantity is a decimal of at most ten places."""
        return all(value is None or type(value) is int for value in self.values)

    def python(self) -> list[Any]:
        """Return the values for arithmetic in Python.

        Quantities are whole numbers where all are whole, otherwise ``Decimal`` where all have at most ten decimals,
        otherwise ``Fraction``.
        """
        if self.kind is not Kind.QUANTITY:
            return self.values
        made: Callable[[Any], Any] = _fraction
        if self.is_decimal:
            whole = not any(value is not None and value % SCALE for value in self.values)
            made = _whole if whole else _decimal
        return [None if value is None else made(value) for value in self.values]

    def text(self) -> list[str | None]:
        """Return quantities or parts as exact text, as the record writes them."""
        scale = SCALE if self.kind is Kind.QUANTITY else 1
        return [None if value is None else plain(Fraction(value) / scale) for value in self.values]


def _whole(units: int) -> int:
    return units // SCALE


def _decimal(units: int) -> Decimal:
    return Decimal(plain(Fraction(units, SCALE)))


def _fraction(units: int | Fraction) -> Fraction:
    return Fraction(units) / SCALE


class Tabular(ABC):
    """What a view can do because it says which tables it has: be shown, and be handed on to other libraries.

    The first of its frames stands for the view.
    """

    __slots__ = ()

    @abstractmethod
    def frames(self) -> tuple[Frame, ...]:
        """Return the tables of the view."""

    def frame(self, name: str | None = None) -> Frame:
        """Return a table of the view by its name; the first one without.

        Raises:
            NotUnderstood: ``E_TABLE``: the view has no table of that name.
        """
        found = self.frames()
        if name is None:
            return found[0]
        for each in found:
            if each.name == name:
                return each
        names = [each.name for each in found]
        near = nearest(name, names)
        hint = f"did you mean {near}?" if near else f"one of {', '.join(names)}"
        raise NotUnderstood("E_TABLE", f"there is no table {shown(name)}", hint)

    def to_arrow(self) -> nanoarrow.Array:
        """Return an Arrow table that polars, DuckDB, pyarrow and others read.

        Raises:
            LibraryMissing: nanoarrow is not installed.
        """
        from projections import arrow

        return arrow.table(self.frame())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the table to a library that speaks the Arrow C stream interface."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_polars(self) -> polars.DataFrame:
        """Return a polars data frame.

        Raises:
            LibraryMissing: polars or nanoarrow is not installed.
        """
        library: Any = needed("polars", "polars", "for data frames of polars")
        frame: polars.DataFrame = library.DataFrame(self.to_arrow())
        return frame

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas data frame; pyarrow is not needed.

        Quantities are Python objects: whole numbers where a column holds no other, then ``Decimal``, then
        ``Fraction``. Parts of a whole are fractions.

        Raises:
            LibraryMissing: pandas is not installed.
        """
        library: Any = needed("pandas", "pandas", "for data frames of pandas")
        return library.DataFrame(
            {
                series.name: library.Series(series.python(), dtype=_PANDAS[series.kind])
                for series in self.frame().series()
            }
        )

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return each line as a dictionary of exact Python values."""
        series = self.frame().series()
        names = [each.name for each in series]
        return [dict(zip(names, row, strict=True)) for row in zip(*(each.python() for each in series), strict=True)]

    def _repr_html_(self) -> str:
        from projections import markup

        return "\n".join(markup.table(frame) for frame in self.frames())

    def __repr__(self) -> str:
        frames = self.frames()
        return f"<{frames[0].title} ({', '.join(f'{frame.name}: {len(frame):,}' for frame in frames)})>"


_PANDAS: Final = {
    Kind.TEXT: "string",
    Kind.FLAG: "boolean",
    Kind.WHOLE: "Int64",
    Kind.DAY: "datetime64[s]",
    Kind.INSTANT: "datetime64[us]",
    Kind.QUANTITY: "object",
    Kind.PART: "object",
}


class Lines(tuple[Line, ...], Tabular):
    """A view that is its lines and nothing else: a tuple that can be handed on as a table."""

    __slots__ = ()

    __repr__ = Tabular.__repr__


@attrs.frozen(repr=False)
class Frame(Tabular):
    """A table of a view.

    Attributes:
        name: Which of the view's tables: holdings, classes …
        title: What it is of, for people.
        columns: What stands in it.
        lines: What it is made of.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    lines: Sequence[Any]

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.to_dicts())

    def frames(self) -> tuple[Frame, ...]:
        """Return the table itself."""
        return (self,)

    def series(self) -> list[Series]:
        """Return the columns as programs get them."""
        return [series for column in self.columns for series in _series(column, self.lines)]


def _series(column: Column, lines: Sequence[Any]) -> Iterator[Series]:
    name, kind, plainly = column.name, column.kind, _PLAINLY[column.kind]
    values = column.values(lines)
    if column.bounded:
        pairs = [ends(value) for value in values]
        suffixes = ("earliest", "latest") if kind is Kind.DAY else ("low", "high")
        for place, suffix in enumerate(suffixes):
            yield Series(f"{name}_{suffix}", kind, [_or_none(plainly, pair[place]) for pair in pairs])
        return
    if kind is Kind.INSTANT:
        name = f"{name}_utc"
    yield Series(name, kind, [_or_none(plainly, value) for value in values])


def _or_none(plainly: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else plainly(value)


def ends(value: Any) -> tuple[Any, Any]:
    """Return the lowest and the highest that a value may be; ``None`` for an end that is not known."""
    match value:
        case Bounds(low=low, high=high):
            return low, high
        case EffectiveDay():
            return value.earliest, value.latest
        case Possible(values=values):
            if not values or any(each in (None, Authorized.UNKNOWN) for each in values):
                return None, None
            numbers = [each for each in values if each != Authorized.UNLIMITED]
            lowest, highest = (min(numbers, key=_size), max(numbers, key=_size)) if numbers else (None, None)
            return lowest, highest if len(numbers) == len(values) else None
        case _:
            return value, value


def _size(value: Any) -> Any:
    return value.shares if isinstance(value, Authorized) else value


def _text(value: Any) -> str | None:
    """Return what a value says, as the record writes it."""
    if isinstance(value, Possible):
        if all(each is None for each in value.values):
            return None
        return " or ".join(NOT_STATED if each is None else str(_text(each)) for each in value.values)
    if isinstance(value, tuple):
        return "; ".join(str(_text(each)) for each in value)
    return str(value.value) if isinstance(value, Enum) else str(value)


def _units(value: Any) -> int | Fraction | None:
    """Return a quantity at the scale of 10⁻¹⁰: an integer where it is a decimal of at most ten places."""
    match value:
        case Authorized(shares=shares):
            return None if shares is None else shares.units
        case Shares() | Money():
            return value.units
        case Price():
            scaled = value.amount * SCALE
        case Ratio(value=ratio):
            scaled = ratio * SCALE
        case _:
            scaled = Fraction(value) * SCALE
    return scaled.numerator if scaled.denominator == 1 else scaled


_PLAINLY: Final[dict[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: _text,
    Kind.FLAG: bool,
    Kind.WHOLE: int,
    Kind.DAY: lambda value: value,
    Kind.INSTANT: lambda value: value.astimezone(UTC).replace(tzinfo=None),
    Kind.QUANTITY: _units,
    Kind.PART: Fraction,
}
