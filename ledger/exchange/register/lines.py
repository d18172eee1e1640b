"""Reads the rows below the headings: the values of each, and which rows are no rows of the register."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from ledger.errors import NotUnderstood, shown
from ledger.exchange.register.cells import Cell, as_text
from ledger.exchange.register.layout import Table, filled, is_remark, is_replaced
from ledger.exchange.register.things import Column, Thing, normal
from ledger.exchange.register.troubles import Troubles
from ledger.exchange.register.values import Numbers
from ledger.quantities import Shares

_TOTALS: Final = frozenset({"total", "totals", "grand total", "sum", "total shares", "total issued"})
_SUBTOTALS: Final = frozenset({"subtotal", "sub total", "subtotals", "carried forward", "brought forward"})
_MAY_GROUP: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+")
EXAMPLE: Final = "# Example: "


@attrs.frozen(eq=False)
class Line:
    """A row of values.

    Attributes:
        table: Where it stands.
        row: Which row, from 0.
        values: What it says, by field; fields of empty cells are missing.
        bad: Fields whose cells could not be read.
    """

    table: Table
    row: int
    values: Mapping[str, Any]
    bad: frozenset[str]

    def __getitem__(self, field: str) -> Any:
        return self.values.get(field)

    @property
    def place(self) -> str:
        """Where it is."""
        return self.table.place(self.row)

    @property
    def order(self) -> tuple[int, int]:
        """Its order among all."""
        return self.table.number, self.row

    def is_bad(self, *fields: str) -> bool:
        """Whether one of some fields could not be read."""
        return any(field in self.bad for field in fields)

    def problem(self, field: str, code: str, what: str, hint: str) -> tuple[tuple[int, int, int], NotUnderstood]:
        """Return a problem of a field, as ``Troubles.add`` takes it."""
        where = self.table.place(self.row, field)
        return self.table.order(self.row, field), NotUnderstood(code, what, hint, where)


def lines(table: Table, numbers: Numbers, troubles: Troubles, notes: list[str]) -> list[Line]:
    """Return the rows of a table, and note what is wrong with their cells.

    Args:
        table: The table.
        numbers: How numbers are written.
        troubles: Takes what is wrong.
        notes: Takes what was passed over.
    """
    sheet = table.sheet
    found: list[Line] = []
    rows = [(number, row) for number, row in sheet.filled_rows() if number > table.headings]
    above = [number for number, row in sheet.filled_rows() if number < table.headings and not is_remark(row)]
    if above:
        notes.append(f"{sheet.place}: what stands above the headings in row {table.headings + 1} is not read")
    for place, (number, row) in enumerate(rows):
        if is_remark(row):
            _remark(table, number, row, troubles)
            continue
        if sheet.separator and len(row) < len(sheet.rows[table.headings]):
            what = f"the row has {len(row)} cells, and there are {len(sheet.rows[table.headings])} headings"
            problem = NotUnderstood("E_ROW", what, "one cell for each, empty ones included", sheet.place_of(number))
            troubles.add(table.order(number), problem)
            continue
        label = _label(row)
        if label in _TOTALS or label in _SUBTOTALS:
            wrong: tuple[str, str] | None = (f"a row of {label} stands among the others", "delete the row")
            if label in _TOTALS and place == len(rows) - 1:
                wrong = _misfit(table, row, found, numbers)
            if wrong is None:
                notes.append(f"{table.place(number)}: the total is not read; it fits")
            else:
                troubles.add(table.order(number), NotUnderstood("E_ROW", *wrong, table.place(number)))
            continue
        found.append(_line(table, number, row, numbers, troubles))
    return found


def _remark(table: Table, number: int, row: Sequence[Cell], troubles: Troubles) -> None:
    """Pass a remark over: a text alone, or the example of the template as it was."""
    if len(filled(row)) == 1 or example_texts(table.thing, table.columns) == {
        index: as_text(cell) for index, cell in enumerate(row) if cell is not None
    }:
        return
    what = "the row begins with #, as the example of the template does, and says something else"
    problem = NotUnderstood("E_ROW", what, "remove the # to have it read, or the row", table.place(number))
    troubles.add(table.order(number), problem)


def example_texts(thing: Thing, columns: Mapping[str, int]) -> dict[int, str]:
    """Return the example row of the template, by column, where the columns stand as given."""
    found: dict[int, str] = {}
    for column in thing.columns:
        if column.example is not None and column.field in columns:
            found[columns[column.field]] = as_text(column.example)
    first = min(found, default=None)
    if first is not None:
        found[first] = EXAMPLE + found[first]
    return found


def _label(row: Sequence[Cell]) -> str | None:
    """Return what a row is called that has, apart from one text, numbers alone."""
    there = filled(row)
    texts = [cell for cell in there if isinstance(cell, str) and not re.fullmatch(r"[-0-9.,' ]+%?", cell)]
    return normal(texts[0]) if len(texts) == 1 and there[0] is texts[0] else None


def _misfit(table: Table, row: Sequence[Cell], above: Sequence[Line], numbers: Numbers) -> tuple[str, str] | None:
    """Return what is wrong with a total, compared with the rows above it."""
    for field, column in table.columns.items():
        kind = table.thing.column(field).kind
        cell = row[column] if column < len(row) else None
        if not kind.is_number or cell is None or any(line.is_bad(field) for line in above):
            continue
        try:
            total = kind.read(cell, numbers, "total")
        except NotUnderstood as error:
            return error.what, error.hint
        if isinstance(total, Shares):
            added = sum((line[field] for line in above if line[field] is not None), Shares(0))
            if added != total:
                what = f"the total is {total:,}, and the rows above add to {added:,}"
                return what, "correct what is wrong, or delete the total"
    return None


def _line(table: Table, number: int, row: Sequence[Cell], numbers: Numbers, troubles: Troubles) -> Line:
    values: dict[str, Any] = {}
    bad: set[str] = set()
    for field, index in table.columns.items():
        column = table.thing.column(field)
        cell = row[index] if index < len(row) else None
        if cell is None:
            continue
        try:
            values[field] = _value(table, column, cell, numbers)
        except NotUnderstood as error:
            bad.add(field)
            troubles.add(table.order(number, field), error.at(table.place(number, field)))
    for column in table.thing.columns:
        field = column.field
        if column.needed and field not in values and field not in bad:
            if field == "holder" and ("holder_id" in values or "holder_id" in bad):
                continue
            bad.add(field)
            if field not in table.columns and not is_replaced(column, table.columns):
                continue  # told once, at the headings
            problem = NotUnderstood("E_FIELD", f"{column.heading} is empty", f"write {column.kind.about}")
            troubles.add(table.order(number, field), problem.at(table.place(number, field)))
    return Line(table, number, values, frozenset(bad))


def _value(table: Table, column: Column, cell: Cell, numbers: Numbers) -> Any:
    is_written = isinstance(cell, str) and column.kind.is_number and numbers is Numbers.PLAIN
    if is_written and table.sheet.separator == ";" and _MAY_GROUP.fullmatch(str(cell)):
        # Semicolons separate cells where the comma is the decimal sign, and the point is then often a separator.
        what = f"{column.heading.lower()} {shown(cell)} has two readings in a file with semicolons"
        hint = f"say in which form numbers are written: {Numbers.POINTS.value} or {Numbers.COMMAS.value}"
        raise NotUnderstood("E_NUMBER", what, hint)
    return column.kind.read(cell, numbers, column.heading.lower())
