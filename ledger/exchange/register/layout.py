"""Finds out which sheet is which, and what stands in each column.

Every problem is noted with its place, and reading goes on, so that one pass tells them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

import attrs

from ledger.errors import NotUnderstood, nearest, shown
from ledger.exchange.register.cells import Cell, Range, Sheet, as_text, letters
from ledger.exchange.register.things import (
    EVERY_HEADING,
    NAMES,
    READ_ME,
    THINGS,
    Column,
    Thing,
    is_computed,
    normal,
)
from ledger.exchange.register.troubles import Troubles

REMARK: Final = "#"
"""How a row begins that is no part of the register: an explanation, or the example of the template."""
_LOOKED_AT: Final = 30
"""Rows in which the headings are looked for."""


@attrs.frozen(eq=False)
class Table:
    """A sheet that is known to be a kind of sheet.

    Attributes:
        number: Which of all sheets it is, from 0.
        sheet: The sheet.
        thing: Its kind.
        headings: The row of its headings.
        columns: Where its columns are, by field.
    """

    number: int
    sheet: Sheet
    thing: Thing
    headings: int
    columns: Mapping[str, int]

    def place(self, row: int, field: str = "") -> str:
        """Return where a row is, or the cell of a field in it."""
        column = self.columns.get(field)
        if column is None:
            return self.sheet.place_of(row)
        return self.sheet.place_of(row, column, as_text(self.sheet.rows[self.headings][column]))

    def order(self, row: int, field: str = "") -> tuple[int, int, int]:
        """Return the order of a place among all."""
        return self.number, row, self.columns.get(field, -1)


def is_heading(text: str) -> bool:
    """Whether a text may stand above a column."""
    return normal(text) in EVERY_HEADING


# --- which sheet is which ---------------------------------------------------------------------------------


def tables(sheets: Sequence[Sheet], ignored: Iterable[str], troubles: Troubles) -> tuple[list[Table], bool]:
    """Return the sheets of which it is known what they are, and whether these are all with all that they need.

    What is wrong with a sheet or a column is noted.
    """
    skip = {normal(heading) or heading for heading in ignored}
    found, whole = [], True
    for number, sheet in enumerate(sheets):
        name = normal(sheet.name) or sheet.name
        if name == normal(READ_ME) or (name and name in skip) or sheet.is_empty():
            continue
        before = len(troubles)
        table = _table(number, sheet, skip, troubles)
        if table is not None:
            found.append(table)
        whole = whole and (len(troubles) == before or (table is not None and _has_needed(table)))
    return found, whole


def _has_needed(table: Table) -> bool:
    return all(
        column.field in table.columns or is_replaced(column, table.columns)
        for column in table.thing.columns
        if column.needed
    )


def _table(number: int, sheet: Sheet, skip: set[str], troubles: Troubles) -> Table | None:
    def problem(code: str, what: str, hint: str, row: int = -1, column: int = -1) -> None:
        place = sheet.place
        if row >= 0:
            place = sheet.place_of(row, column) if column >= 0 else sheet.place_of(row)
        troubles.add((number, row, column), NotUnderstood(code, what, hint, place))

    if sheet.hidden:
        problem("E_SHEET", "the sheet is hidden", "show it, or delete it")
        return None
    thing = _by_name(sheet) or _by_headings(sheet, skip)
    if thing is None:
        problem("E_SHEET", *_unknown(sheet))
        return None
    headings = _heading_row(sheet, thing)
    if headings is None:
        if all(is_remark(row) for _, row in sheet.filled_rows()):
            return None
        needed = ", ".join(column.heading for column in thing.columns if column.needed)
        problem("E_COLUMN", f"no headings were found in the first {_LOOKED_AT} rows", f"it needs {needed}")
        return None
    columns = _columns(sheet, thing, headings, skip, problem)
    _hidden_and_merged(sheet, headings, columns, problem)
    return Table(number, sheet, thing, headings, columns)


def _by_name(sheet: Sheet) -> Thing | None:
    """Return what a sheet is by its name, or by that of its file if it has none."""
    name = normal(sheet.name or PurePath(sheet.file).stem)
    if name in NAMES:
        return NAMES[name]
    said = {thing.name: thing for known, thing in NAMES.items() if re.search(rf"\b{re.escape(known)}\b", name)}
    return said.popitem()[1] if len(said) == 1 else None


def _by_headings(sheet: Sheet, skip: set[str]) -> Thing | None:
    """Return what a sheet is by its headings, where only one kind of sheet has them all."""
    row = next((row for _, row in _first_rows(sheet) if len(filled(row)) > 1), None)
    if row is None:
        return None
    there = {heading for cell in filled(row) if not is_computed(heading := normal(as_text(cell)))} - skip
    fitting = []
    for thing in THINGS:
        known = thing.headings()
        if there <= known.keys():
            fields = {known[heading].field for heading in there}
            if all(column.field in fields for column in thing.columns if column.needed):
                fitting.append(thing)
    return fitting[0] if len(fitting) == 1 else None


def _unknown(sheet: Sheet) -> tuple[str, str]:
    sheets = [thing.sheet for thing in THINGS]
    what = f"sheet {shown(sheet.name)}" if sheet.name else "the file"
    near = nearest(sheet.name, sheets) if sheet.name else None
    hint = f"did you mean {near}?" if near else f"name it as one of {', '.join(sheets)}, or have it ignored"
    return f"what {what} holds is told neither by its name nor by its headings", hint


def _first_rows(sheet: Sheet) -> Iterator[tuple[int, Sequence[Cell]]]:
    for number, row in enumerate(sheet.rows[:_LOOKED_AT]):
        if not is_remark(row):
            yield number, row


def filled(row: Sequence[Cell]) -> list[Cell]:
    """Return the cells of a row that hold something."""
    return [cell for cell in row if cell is not None]


def is_remark(row: Sequence[Cell]) -> bool:
    """Whether a row begins as an explanation or an example does."""
    first = next(iter(filled(row)), None)
    return isinstance(first, str) and first.startswith(REMARK)


def _heading_row(sheet: Sheet, thing: Thing) -> int | None:
    """Return the row of the headings: the one with the most of them, or else the first with two cells filled."""
    known = thing.headings()
    counts = {number: sum(normal(as_text(cell)) in known for cell in row) for number, row in _first_rows(sheet)}
    best = max(counts, key=lambda number: (counts[number], -number), default=None)
    if best is not None and counts[best] > 1:
        return best
    needed = sum(column.needed for column in thing.columns)
    if best is not None and counts[best] == 1 and needed == 1 and len(filled(sheet.rows[best])) == 1:
        return best
    return next((number for number, row in _first_rows(sheet) if len(filled(row)) > 1), None)


# --- which column is which --------------------------------------------------------------------------------


def _columns(sheet: Sheet, thing: Thing, headings: int, skip: set[str], problem: Any) -> dict[str, int]:
    known = thing.headings()
    found: dict[str, int] = {}
    for column, cell in enumerate(sheet.rows[headings]):
        text = as_text(cell)
        heading = normal(text) or text
        if heading in skip:
            continue
        if cell is None:
            row = _first_below(sheet, headings, column)
            if row is not None:
                problem("E_COLUMN", "the cell is filled, and its column has no heading", "write one", row, column)
        elif heading not in known:
            problem("E_COLUMN", *_unknown_heading(text, thing), headings, column)
        elif known[heading].field in found:
            first = letters(found[known[heading].field])
            what = f"{shown(text)} is {known[heading].heading}, and column {first} is it already"
            problem("E_COLUMN", what, "keep one of the two", headings, column)
        else:
            found[known[heading].field] = column
    for wanted in thing.columns:
        if wanted.needed and wanted.field not in found and not is_replaced(wanted, found):
            problem("E_COLUMN", f"there is no column {wanted.heading}", f"add it: {wanted.about}", headings)
    width = len(sheet.rows[headings])
    for row in range(headings + 1, len(sheet.rows)):
        extra = [index for index, cell in enumerate(sheet.rows[row][width:], width) if cell is not None]
        if extra and not is_remark(sheet.rows[row]):
            hint = "one cell for each heading; in CSV a text with separators stands in quotation marks"
            problem("E_ROW", "the row has more cells than there are headings", hint, row, extra[0])
    return found


def is_replaced(column: Column, found: Mapping[str, int]) -> bool:
    """Whether another column says it: the id of a holder is as good as its name."""
    return column.field == "holder" and "holder_id" in found


def _first_below(sheet: Sheet, headings: int, column: int) -> int | None:
    for number in range(headings + 1, len(sheet.rows)):
        row = sheet.rows[number]
        if column < len(row) and row[column] is not None and not is_remark(row):
            return number
    return None


def _unknown_heading(text: str, thing: Thing) -> tuple[str, str]:
    known = thing.headings()
    what = f"column {shown(text)} is not known on {thing.sheet}"
    if is_computed(normal(text)):
        return what, "percentages are computed and never read: remove the column, or have it ignored"
    if thing.name == "certificates" and "effective_on" in {
        each.headings()[normal(text)].field for each in THINGS if normal(text) in each.headings()
    }:
        return what, "certificates with the day of their issue belong on Issuances"
    near = nearest(normal(text), known)
    if near is not None:
        return what, f"did you mean {known[near].heading}?"
    return what, f"the columns are {', '.join(column.heading for column in thing.columns)}; others can be ignored"


def _hidden_and_merged(sheet: Sheet, headings: int, columns: Mapping[str, int], problem: Any) -> None:
    """Note what is there and not seen, and what stands once for several cells."""
    last = max((number for number, _ in sheet.filled_rows()), default=-1)
    shown_rows: list[list[int]] = []
    for row in sorted(sheet.hidden_rows):
        if headings <= row <= last and filled(sheet.rows[row]):
            if shown_rows and shown_rows[-1][-1] == row - 1:
                shown_rows[-1].append(row)
            else:
                shown_rows.append([row])
    for rows in shown_rows:
        if len(rows) > 1:
            many = f"rows {rows[0] + 1} to {rows[-1] + 1} are hidden"
            problem("E_ROW", many, "show them, also in the filter, or delete them", rows[0])
        else:
            problem("E_ROW", "the row is hidden", "show it, also in the filter, or delete it", rows[0])
    for column in sorted(set(columns.values()) & sheet.hidden_columns):
        problem("E_COLUMN", "the column is hidden", "show it, or delete it", headings, column)
    for merged in sheet.merged:
        if merged.last_row >= headings and merged.first_row <= last and _touches(merged, columns):
            what = f"cells {merged} are merged"
            problem("E_CELL", what, "unmerge them, and fill each", merged.first_row, merged.first_column)


def _touches(merged: Range, columns: Mapping[str, int]) -> bool:
    return any(merged.first_column <= column <= merged.last_column for column in columns.values())
