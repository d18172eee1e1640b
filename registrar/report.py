"""An answer as people print it and programs export it: what was asked, tables of typed values, notes and checks.

Whoever makes an answer makes a ``Report`` once, out of the domain's own values; ``registrar.render`` turns it into
text, CSV, JSON, Markdown, HTML, Excel and PDF. Nobody formats twice, and no format knows what a cap table is.

    Column("shares", "Shares", Kind.SHARES, bounded=True)      a figure that may lie between two values
    Row(("ada", "Ada Quill", line.shares), group="common")     a row of values, in the order of the columns
    Row(("", "outstanding", line.outstanding), Role.TOTAL, group="common")      the sum of its group
    Check("common: issued = outstanding + treasury", plus=(…,), minus=(…, …))    cells that must come to zero
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from ledger.days import EffectiveDay
from ledger.quantities import Authorized, Money, Price, Ratio, Shares
from projections.bounds import Bounds, Possible

if TYPE_CHECKING:
    from ledger.journal import Ledger

_SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SHEET: Final = re.compile(r"[a-z][a-z0-9 -]{0,30}")
_KEBAB: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _kept(values: Iterable[Any]) -> tuple[Any, ...]:
    """Keep a list as what never changes."""
    return tuple(values)


class Kind(Enum):
    """What the values of a column are, and so how each format writes them."""

    TEXT = "text"
    """Names, identifiers, words of the record and sentences."""
    SHARES = "shares"
    """``Shares``, or ``Authorized`` where a number may be a word."""
    MONEY = "money"
    """``Money`` or ``Price``: an amount with its currency."""
    FIGURE = "figure"
    """Shares in one row and money in another."""
    NUMBER = "number"
    """An exact ``Fraction`` or ``Ratio``: votes, a ratio."""
    PERCENT = "percent"
    """An exact ``Fraction`` that is a part of a whole; 1 is 100 %."""
    COUNT = "count"
    """A whole number, or a tuple of them: entries, a seniority."""
    WHOLE = "whole"
    """A whole number that is shown as its digits, as a year is."""
    DAY = "day"
    """A ``date`` or an ``EffectiveDay``, which may be a range."""
    INSTANT = "instant"
    """A ``datetime`` in UTC."""

    @property
    def is_number(self) -> bool:
        """Whether values are aligned by their last digit."""
        return self not in (Kind.TEXT, Kind.DAY, Kind.INSTANT)


_HOLDS: Final[dict[Kind, tuple[type, ...]]] = {
    Kind.TEXT: (str, Enum),
    Kind.SHARES: (Shares, Authorized),
    Kind.MONEY: (Money, Price),
    Kind.FIGURE: (Shares, Money, Price, Authorized),
    Kind.NUMBER: (Fraction, Ratio, int),
    Kind.PERCENT: (Fraction,),
    Kind.COUNT: (int,),
    Kind.WHOLE: (int,),
    Kind.DAY: (date, EffectiveDay),
    Kind.INSTANT: (datetime,),
}


@attrs.frozen(kw_only=True)
class Column:
    """A column of a table.

    Attributes:
        name: Key in CSV and JSON, in snake_case.
        heading: What people read above it.
        kind: What its values are.
        bounded: Whether a value may lie between two; CSV then has two columns, always.
        optional: Whether it may be left out where the terminal is too narrow.
        shown: Whether people see it; programs always do.
        absent: What people read where there is no value.
        about: What it is, in a few words: beside a figure that stands below others, or before a value in a list.
        block: Of figures below one another, those of a block stand together; of an item in a list, the line.
        adds: Names of columns whose sum it is in every row; with ``-`` before a name, less that one.
        part_of: The column of which it is a part of the total, for percentages.
        of_one_whole: Whether percentages of a group are parts of one whole, so that they add up as printed.
    """

    name: str = attrs.field()
    heading: str
    kind: Kind = Kind.TEXT
    bounded: bool = False
    optional: bool = False
    shown: bool = True
    absent: str = ""
    about: str = ""
    block: int = 1
    adds: tuple[str, ...] = ()
    part_of: str | None = None
    of_one_whole: bool = True

    @name.validator
    def _check_name(self, _: Any, name: str) -> None:
        if not _SNAKE.fullmatch(name):
            raise ValueError(f"{name!r} is not a name in snake_case")

    def check(self, value: Any) -> None:
        """Raise if a value is none of this column.

        Raises:
            TypeError: The value is of another kind, or may lie between two where the column has one.
        """
        values: tuple[Any, ...] = (value,)
        if isinstance(value, Bounds):
            if not self.bounded:
                raise TypeError(f"column {self.name} has one value in each row, and not {value}")
            values = (value.low, value.high)
        elif isinstance(value, Possible):
            values = value.values
        elif isinstance(value, tuple) and self.kind in (Kind.COUNT, Kind.TEXT):
            values = value
        for each in values:
            if each is not None and not isinstance(each, _HOLDS[self.kind]):
                raise TypeError(f"column {self.name} holds {self.kind.value}, and not {each!r}")


class Role(Enum):
    """What a row is."""

    ITEM = "item"
    """A line like the others of its group."""
    REST = "rest"
    """What a group has beside the lines that are named: holders not recorded."""
    MEMO = "memo"
    """Said beside the others, and no part of their total."""
    TOTAL = "total"
    """The sum of its group; people see a line above it."""


@attrs.frozen
class Row:
    """A row of values.

    Attributes:
        values: One for each column: a value of the column's kind, ``Bounds`` or ``Possible`` of such, or ``None``.
        role: What it is.
        group: The rows that a total is of; people see a gap between groups.
        sign: How it enters the total of its group: 1, or -1 where it is taken away.
    """

    values: tuple[Any, ...] = attrs.field(converter=_kept)
    role: Role = Role.ITEM
    group: str = ""
    sign: int = 1


class Layout(Enum):
    """How people see a table; programs see rows and columns in each."""

    ROWS = "rows"
    """As it is."""
    DOWN = "down"
    """Figures below one another, a column for each row: for few rows of many figures."""
    LIST = "list"
    """Each row an item of its own, a value or a few on each line: for long texts."""


@attrs.frozen(kw_only=True)
class Table:
    """A table of typed values.

    Attributes:
        name: Fit for a sheet: 1 to 31 small letters, digits, blanks and dashes.
        title: What people read above it, where a format names its tables.
        columns: What stands in it.
        rows: The values.
        layout: How people see it.
        caption: A paragraph above it.
        empty: What people read where there are no rows.
        notes: Paragraphs below it.
    """

    name: str = attrs.field()
    title: str
    columns: tuple[Column, ...] = attrs.field(converter=_kept)
    rows: tuple[Row, ...] = attrs.field(converter=_kept)
    layout: Layout = Layout.ROWS
    caption: str = ""
    empty: str = ""
    notes: tuple[str, ...] = attrs.field(default=(), converter=_kept)

    @name.validator
    def _check_name(self, _: Any, name: str) -> None:
        if not _SHEET.fullmatch(name):
            raise ValueError(f"{name!r} is not a name for a sheet")

    def __attrs_post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names):
            raise ValueError(f"table {self.name} has two columns of one name")
        for row in self.rows:
            if len(row.values) != len(names):
                raise ValueError(f"table {self.name} has {len(names)} columns, and not {len(row.values)}")
            for column, value in zip(self.columns, row.values, strict=True):
                column.check(value)

    def index(self, name: str) -> int:
        """Return the place of a column."""
        return [column.name for column in self.columns].index(name)

    def groups(self) -> Iterator[list[int]]:
        """Yield the places of rows that stand together."""
        start = 0
        for place in range(1, len(self.rows) + 1):
            if place == len(self.rows) or self.rows[place].group != self.rows[start].group:
                yield list(range(start, place))
                start = place


@attrs.frozen
class Cell:
    """A cell of a report.

    Attributes:
        table: The name of the table.
        row: The place of the row.
        column: The name of the column.
    """

    table: str
    row: int
    column: str


@attrs.frozen(kw_only=True)
class Check:
    """Cells that must come to zero, where all of them are known exactly.

    Attributes:
        what: What is compared, in one line.
        plus: Cells that are added.
        minus: Cells that are taken away.
    """

    what: str
    plus: tuple[Cell, ...]
    minus: tuple[Cell, ...]


@attrs.frozen
class Head:
    """Something that is said above an answer.

    Attributes:
        name: Key in snake_case.
        label: What people read.
        value: Text, a ``date``, a ``datetime`` or a whole number.
    """

    name: str
    label: str
    value: str | date | datetime | int


@attrs.frozen(kw_only=True)
class Asked:
    """What an answer is about: whose, for which days, and as known from which entries.

    Attributes:
        issuer: Id of the issuer.
        issuer_name: Its legal name, as known.
        days: The days asked about, in words: ``at the close of 2017-06-20``.
        heads: The days and other words of the question, one by one.
        known: How many entries were taken into account.
        entries: How many there are.
        known_at: When the last one taken into account was recorded.
    """

    issuer: str
    issuer_name: str
    days: str
    heads: tuple[Head, ...]
    known: int
    entries: int
    known_at: datetime
    _digest: Callable[[], str] = attrs.field(alias="digest", eq=False, repr=False)

    @classmethod
    def of(cls, ledger: Ledger, days: str, known: int, *heads: Head) -> Self:
        """Return what an answer about some days, as known at a position, is about."""
        entries = ledger.entries()
        issuer = ledger.issuer
        assert issuer is not None, "a ledger with entries has an issuer"

        def digest() -> str:
            from ledger.codec import record_digest

            return record_digest(issuer, entries[:known])

        return cls(
            issuer=str(issuer),
            issuer_name=ledger.legal_name(known),
            days=days,
            heads=heads,
            known=known,
            entries=len(entries),
            known_at=ledger.recorded_at(known),
            digest=digest,
        )

    def digest(self) -> str:
        """Return the digest of the entries taken into account; it is computed when it is asked for."""
        return self._digest()

    def known_words(self) -> str:
        """Return which entries were taken into account, in words."""
        count = f"all {self.entries:,} entries" if self.known == self.entries else f"entries 1 to {self.known:,}"
        return f"{count}, the last recorded {self.known_at:%Y-%m-%d %H:%M:%S} UTC"


@attrs.frozen(kw_only=True)
class Report:
    """An answer, ready for every format.

    Attributes:
        name: What kind of answer, in small letters and dashes: ``cap-table``.
        title: The same for people: ``Cap table``.
        asked: What it is about; ``None`` where nothing was recorded that could be told.
        tables: What is answered.
        says: A sentence where there is no table to show.
        notes: What a figure is of, and what is not known: a paragraph each.
        checks: What must come to zero.
    """

    name: str = attrs.field()
    title: str
    asked: Asked | None
    tables: tuple[Table, ...] = attrs.field(default=(), converter=_kept)
    says: str = ""
    notes: tuple[str, ...] = attrs.field(default=(), converter=_kept)
    checks: tuple[Check, ...] = attrs.field(default=(), converter=_kept)

    @name.validator
    def _check_name(self, _: Any, name: str) -> None:
        if not _KEBAB.fullmatch(name):
            raise ValueError(f"{name!r} is not a name in small letters and dashes")

    def __attrs_post_init__(self) -> None:
        names = [table.name for table in self.tables]
        if len(set(names)) < len(names):
            raise ValueError(f"report {self.name} has two tables of one name")

    def table(self, name: str) -> Table:
        """Return a table by its name."""
        return next(table for table in self.tables if table.name == name)

    def heads(self) -> Sequence[Head]:
        """Return everything that is said above the answer, the digest of the record last."""
        asked = self.asked
        if asked is None:
            return ()
        return (
            Head("issuer", "Issuer", f"{asked.issuer_name} ({asked.issuer})"),
            *asked.heads,
            Head("known", "As known from", asked.known_words()),
            Head("record_digest", "Digest of the record", asked.digest()),
        )
