"""Writes the form that a register is filled in, empty with explanations or filled with a register.

What is written is read back without a change: the two share the columns of ``things`` and the values of ``values``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import attrs

from ledger.errors import needed
from ledger.exchange.register import delimited
from ledger.exchange.register.cells import Cell, as_text, letters
from ledger.exchange.register.layout import REMARK
from ledger.exchange.register.lines import EXAMPLE
from ledger.exchange.register.things import CLASSES, HOLDERS, READ_ME, THINGS, Column, Thing

_MADE: Final = datetime(2000, 1, 1)
"""When every file says it was made, so that the same content gives the same bytes."""
_LAST_VALIDATED: Final = 5_000
_EXCEL_BEGINS: Final = date(1900, 3, 1)
_EXCEL_ENDS: Final = date(9999, 12, 31)
_WIDTHS: Final = {"name": 30, "legal_name": 30, "title": 24, "authority": 24, "note": 30, "document": 24}
_NARROW, _SPARE, _WITH_EXAMPLE = 12, 3, 22

Rows = Sequence[Mapping[str, Any]]


@attrs.frozen(kw_only=True)
class Content:
    """A register, ready to be written.

    Attributes:
        rows: For each kind of sheet its rows, values by field.
        heads: What is said about it: whose, as of when, as known from which entries.
        lost: What the form has no room for.
    """

    rows: Mapping[str, Rows] = attrs.field(factory=dict, hash=False)
    heads: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()


def heading(column: Column) -> str:
    """Return the heading of a column; one that is needed has a star."""
    return f"{column.heading} *" if column.needed else column.heading


def explanation(thing: Thing) -> str:
    """Return the remark above the headings of a sheet."""
    return f"{REMARK} {thing.about} A star marks what is needed. Rows that begin with {REMARK} are not read."


def example(thing: Thing) -> list[Cell]:
    """Return the example row, marked as one."""
    cells = [column.example for column in thing.columns]
    first = next(index for index, cell in enumerate(cells) if cell is not None)
    cells[first] = EXAMPLE + as_text(cells[first])
    return cells


def cells(thing: Thing, rows: Rows) -> Iterator[list[Cell]]:
    """Yield the cells of each row."""
    for row in rows:
        yield [
            None if row.get(column.field) is None else column.kind.write(row[column.field])
            for column in thing.columns
        ]


# --- CSV ----------------------------------------------------------------------------------------------------


def as_csv(content: Content | None = None) -> dict[str, bytes]:
    """Return a CSV file for each kind of sheet, by its name; of a register, only of sheets with rows.

    Without content the files have an explanation and an example, which are not read.
    """
    made = {}
    for thing in THINGS:
        headings: list[Cell] = [heading(column) for column in thing.columns]
        rows: list[list[Cell]]
        if content is None:
            rows = [[explanation(thing)], headings, example(thing)]
        elif not content.rows.get(thing.name):
            continue
        else:
            rows = [headings, *cells(thing, content.rows[thing.name])]
        made[f"{thing.name}.csv"] = delimited.write(rows)
    return made


# --- Excel --------------------------------------------------------------------------------------------------


def as_xlsx(content: Content | None = None) -> bytes:
    """Return a workbook with a sheet for each kind of sheet, and one that explains them.

    Without content the sheets have an example, which is not read. The same content gives the same bytes.

    Raises:
        LibraryMissing: The library that writes workbooks is not installed.
    """
    xlsxwriter = needed("xlsxwriter", "excel", "to write Excel files")
    made = BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": "Register", "created": _MADE})
    book.set_calc_mode("auto")
    writer = _Writer(book)
    writer.read_me(content)
    for thing in THINGS:
        writer.sheet(thing, None if content is None else content.rows.get(thing.name, ()))
    book.close()
    return made.getvalue()


class _Writer:
    """Writes sheets into a workbook; every cell by its type, so that no text becomes a formula."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._remark = book.add_format({"italic": True, "font_color": "#606060"})
        self._needed = book.add_format({"bold": True, "bg_color": "#D9E2F0", "bottom": 1})
        self._heading = book.add_format({"bg_color": "#EDEDED", "bottom": 1})
        self._title = book.add_format({"bold": True})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._top = book.add_format({"valign": "top"})
        self._text = book.add_format({"num_format": "@"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._number = book.add_format({"num_format": "#,##0"})
        self._exact = book.add_format({"num_format": "General"})

    def read_me(self, content: Content | None) -> None:
        """Write the sheet that explains the others."""
        sheet = self._book.add_worksheet(READ_ME)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 34)
        sheet.set_column(2, 2, 44)
        sheet.set_column(3, 3, 70)
        row = 0
        for line in _WORDS if content is None else _WORDS_OF_A_REGISTER:
            sheet.write_string(row, 0, line, self._title if not row else self._top)
            row += 1
        for name, value in content.heads if content is not None else ():
            sheet.write_string(row, 0, name, self._top)
            sheet.write_string(row, 1, value, self._top)
            row += 1
        for what in content.lost if content is not None else ():
            sheet.write_string(row, 0, "Not in it", self._top)
            sheet.write_string(row, 1, what, self._top)
            row += 1
        _printed(sheet)
        row += 1
        for index, text in enumerate(("Sheet", "Column", "Written as", "What it says")):
            sheet.write_string(row, index, text, self._needed)
        for thing in THINGS:
            row += 1
            sheet.write_string(row, 0, thing.sheet, self._title)
            sheet.write_string(row, 3, thing.about, self._wrapped)
            for column in thing.columns:
                row += 1
                for index, text in enumerate((thing.sheet, heading(column), column.kind.about, column.about)):
                    sheet.write_string(row, index, text, self._wrapped)

    def sheet(self, thing: Thing, rows: Rows | None) -> None:
        """Write a sheet with its headings, and its rows or its example."""
        sheet = self._book.add_worksheet(thing.sheet)
        sheet.write_string(0, 0, explanation(thing), self._remark)
        for index, column in enumerate(thing.columns):
            width = _WIDTHS.get(column.field, max(_NARROW, len(heading(column)) + _SPARE))
            sheet.set_column(index, index, width if index else max(width, _WITH_EXAMPLE), self._format(column))
            sheet.write_string(1, index, heading(column), self._needed if column.needed else self._heading)
            self._validate(sheet, index, column)
        sheet.freeze_panes(2, 0)
        _printed(sheet)
        if rows is None:
            for index, cell in enumerate(example(thing)):
                self._write(sheet, 2, index, cell, self._remark)
            return
        for number, row in enumerate(cells(thing, rows), 2):
            for index, cell in enumerate(row):
                self._write(sheet, number, index, cell)
        last = letters(len(thing.columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A3:{last}{len(rows) + 3}"})

    def _format(self, column: Column) -> Any:
        if column.kind.is_text:
            return self._text
        if column.kind.is_day:
            return self._day
        return self._number if column.kind.is_number else None

    def _write(self, sheet: Any, row: int, column: int, cell: Cell, style: Any = None) -> None:
        match cell:
            case None:
                pass
            case bool():
                sheet.write_boolean(row, column, cell, style)
            case int():
                sheet.write_number(row, column, cell, style or self._number)
            case Decimal():
                sheet.write_number(row, column, cell, style or self._exact)
            case date() if style is None and _EXCEL_BEGINS <= cell <= _EXCEL_ENDS:
                sheet.write_datetime(row, column, cell, self._day)
            case _:
                sheet.write_string(row, column, as_text(cell), style or self._text)

    def _validate(self, sheet: Any, index: int, column: Column) -> None:
        """Offer the words that may stand in a column, and say what it holds; only a fixed choice is enforced."""
        options: dict[str, Any] = {
            "validate": "any",
            "input_title": column.heading[:32],
            "input_message": f"{column.about} ({column.kind.about})"[:255],
        }
        if column.kind.choices:
            options |= {"validate": "list", "source": list(column.kind.choices)}
            options |= {"error_title": column.heading[:32], "error_message": f"Write {column.kind.about}."[:255]}
        elif column.field in _OFFERED:
            of, field = _OFFERED[column.field]
            at = letters([each.field for each in of.columns].index(field))
            options |= {"validate": "list", "source": f"={of.sheet}!${at}$4:${at}${_LAST_VALIDATED}"}
            options |= {"error_type": "information", "error_message": f"It is not on {of.sheet}."}
        sheet.data_validation(2, index, _LAST_VALIDATED - 1, index, options)


def _printed(sheet: Any) -> None:
    """Let a sheet fit the width of a page."""
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


_OFFERED: Final = {
    **dict.fromkeys(("stock_class", "from_class", "to_class", "converts_into"), (CLASSES, "stock_class")),
    **dict.fromkeys(("from_holder", "to_holder"), (HOLDERS, "name")),
}
"""Columns in which a spreadsheet program offers what stands on another sheet; other entries only raise a remark."""

_WORDS: Final = (
    "A register of shareholders, to be filled in and taken over",
    "Fill in the sheets that you need, and leave the others as they are. Columns may be left out or change places.",
    "Days are real dates or text, YYYY-MM-DD. Numbers are real numbers, or text in plain digits.",
    "The grey examples are not read: they begin with #. Replace them, or leave them.",
    "Nothing is recorded before you have seen what it amounts to: captable import --dry-run shows it.",
)
_WORDS_OF_A_REGISTER: Final = (
    "A register of shareholders, as the ledger has it",
    "It can be taken over into another ledger as it is: captable import.",
)
