"""The cells of a table as people read them, whatever the page: on a terminal, in Markdown, HTML or PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import Any, Final

from ledger.days import EffectiveDay
from ledger.identity import EntryNumber
from ledger.quantities import Money, Shares, shown_percentages
from projections.bounds import Bounds, Possible
from registrar.report import Column, Kind, Layout, Role, Row, Table
from registrar.tables import amount, bounds, percent

NOT_STATED: Final = "not stated"


def cell(column: Column, value: Any) -> str:
    """Return a value as people read it; ``printed`` knows better for percentages of one whole."""
    if value is None:
        return column.absent
    if isinstance(value, Bounds):
        return percent(value) if column.kind is Kind.PERCENT else bounds(value)
    if isinstance(value, Possible):
        return (
            " or ".join(NOT_STATED if each is None else _one(column, each) for each in value.values) or NOT_STATED
        )
    if isinstance(value, tuple):
        return ", ".join(_one(column, each) for each in value)
    return _one(column, value)


def _one(column: Column, value: Any) -> str:
    if column.kind is Kind.PERCENT:
        return shown_percentages([value])[0]
    if isinstance(value, Shares | Money | Fraction):
        return amount(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, EffectiveDay):
        return days(value)
    if isinstance(value, Enum):
        return str(value.value)
    if column.kind is Kind.WHOLE:
        return str(value)
    if isinstance(value, int) and not isinstance(value, EntryNumber):  # an entry is named, and not counted
        return f"{value:,}"
    return f"{value:,}" if hasattr(value, "parse") and not isinstance(value, date | str | int) else str(value)


def instant(at: datetime) -> str:
    """Return an instant in UTC, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def days(effective: EffectiveDay | None) -> str:
    """Return a day, or a range of days, as people write it."""
    if effective is None:
        return ""
    return str(effective.earliest) if effective.is_exact else f"{effective.earliest} to {effective.latest}"


def shown(table: Table) -> list[Column]:
    """Return the columns that people see."""
    return [column for column in table.columns if column.shown]


def printed(table: Table) -> list[list[str]]:
    """Return the cells that people see; percentages of one group add up as printed, where all are exact."""
    columns = [(place, column) for place, column in enumerate(table.columns) if column.shown]
    texts = [[cell(column, row.values[place]) for place, column in columns] for row in table.rows]
    for at, (place, column) in enumerate(columns):
        if column.kind is Kind.PERCENT and column.of_one_whole:
            for group in table.groups():
                for index, text in _adding_up([table.rows[each] for each in group], group, place):
                    texts[index][at] = text
    return texts


def _adding_up(rows: Sequence[Row], places: Sequence[int], column: int) -> list[tuple[int, str]]:
    """Return the percentages of a group by the largest remainder; none where one is not known exactly."""
    parts, at = [], []
    for row, place in zip(rows, places, strict=True):
        value = row.values[column]
        if row.role not in (Role.ITEM, Role.REST) or value is None:
            continue
        if isinstance(value, Bounds):
            if not value.is_exact:
                return []
            value = value.exact
        parts.append(value)
        at.append(place)
    return list(zip(at, shown_percentages(parts), strict=True))


def standing(table: Table) -> Table:
    """Return a table whose figures stand below one another as rows of text, as it is read."""
    columns = shown(table)
    texts = printed(table)
    has_about = any(column.about for column in columns)
    head = [
        Column(name="figure", heading=columns[0].heading),
        *(Column(name=f"of_{place}", heading=row[0]) for place, row in enumerate(texts)),
        *([Column(name="about", heading="What it is", optional=True)] if has_about else []),
    ]
    rows = [
        Row(
            (column.heading, *(row[place] for row in texts), *([column.about] if has_about else [])),
            group=str(column.block),
        )
        for place, column in enumerate(columns)
        if place
    ]
    return Table(name=table.name, title=table.title, columns=head, rows=rows)


def readable(table: Table) -> Table:
    """Return the rows and columns that people see of a table, whichever way it lies."""
    return standing(table) if table.layout is Layout.DOWN else table
