"""A report as an Excel workbook: one sheet per thing, real numbers and dates, live totals, checks that read zero.

What a cell is follows from its column, never from its text: a name is written as a string, so that ``=1+1`` is a
name. The only formulas are those made here out of addresses. Excel keeps 15 digits of a number; a figure with more
is written as text with a note, and takes no part in formulas, because a rounded figure would be another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from io import BytesIO
from itertools import chain
from typing import Any, Final

import attrs

from ledger.errors import needed
from ledger.quantities import plain
from registrar.render import formulas
from registrar.render.cells import DIGITS, IN_MONEY, End, Part, currencies_of, decimals_of, kept, value_of
from registrar.render.formulas import Grid, Known, added
from registrar.report import Cell, Check, Column, Kind, Layout, Report, Role, Table
from registrar.text import safe, width_of

LONGEST_TEXT: Final = 32_767
"""Characters that a cell holds."""
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before it, Excel counts a day that never was; an earlier day is text."""
_NARROWEST, _WIDEST = 9, 48
_LINE, _HIGHEST = 15, 409
"""The height of a line of text, and the most that a row may have."""
_SHADE: Final = "#EDEFF2"
_HEAD: Final = {"bold": True, "bg_color": _SHADE, "bottom": 1}
_FONT: Final = {"font_name": "Calibri", "font_size": 11, "valign": "top"}


def workbook(report: Report) -> bytes:
    """Return a report as a workbook; the same report is the same bytes.

    Raises:
        LibraryMissing: XlsxWriter is not installed.
    """
    library = needed("xlsxwriter", "excel", "to write Excel")
    file = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = library.Workbook(file, options)
    _Book(report, book).write()
    book.close()
    return file.getvalue()


# --- the workbook -------------------------------------------------------------------------------------------


@attrs.frozen
class _Live:
    """A formula that was written, and what the ledger says it comes to."""

    what: str
    address: str
    figure: Fraction


class _Book:
    """Writes the sheets of a report."""

    def __init__(self, report: Report, book: Any) -> None:
        self._report, self._book = report, book
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._known: dict[Cell, Known] = {}
        self._live: list[_Live] = []

    def write(self) -> None:
        """Write every sheet: a summary, one for each table, and the checks."""
        report, book = self._report, self._book
        asked = report.asked
        created = asked.known_at if asked is not None else datetime(1980, 1, 1, tzinfo=UTC)
        book.set_properties(
            {
                "title": safe(report.title),
                "subject": safe(f"{asked.issuer_name} ({asked.issuer})" if asked is not None else ""),
                "created": created.astimezone(UTC).replace(tzinfo=None, microsecond=0),
            }
        )
        book.set_calc_mode("auto")
        summary = book.add_worksheet("Summary")
        grids = [Grid(table) for table in report.tables if table.rows]
        for grid in grids:
            self._table(grid, book.add_worksheet(grid.sheet))
        checked = self._checks(book) if grids else None
        self._summary(summary, grids, checked)

    def _style(self, **properties: Any) -> Any:
        """Return a format; one for each set of properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_FONT, **properties})
        return self._formats[key]

    # --- a table --------------------------------------------------------------------------------------------

    def _table(self, grid: Grid, sheet: Any) -> None:
        table, parts = grid.table, grid.parts
        is_down = table.layout is Layout.DOWN
        widths: dict[int, int] = {}
        for place, part in enumerate(parts):
            row, at = grid.where(-1, place)
            filtered = 0 if is_down else 3  # the arrow of a filter lies over the heading
            widths[at] = max(widths.get(at, _NARROWEST), min(len(part.heading) + filtered, _WIDEST // 2))
            after_number = bool(place) and parts[place - 1].column.kind.is_number
            look = self._heading(part, is_down=is_down, after_number=after_number)
            sheet.write_string(row, at, safe(part.heading), look)
        heights: dict[int, int] = {}
        decimals = [self._decimals(table, part) for part in parts]
        for number, each in enumerate(table.rows):
            for place, part in enumerate(parts):
                row, at = grid.where(number, place)
                value, look = each.values[part.place], _look(each.role)
                if is_down:
                    look |= {"align": "right"} if place else {**_HEAD, "align": "right"}
                    value = part.column.absent or None if value is None else value
                elif place and parts[place - 1].column.kind.is_number:
                    look["indent"] = 1  # or a text would begin where a number ends
                text = self._value(sheet, row, at, part, value, look, decimals[place])
                widths[at] = max(widths.get(at, _NARROWEST), min(width_of(text) + 2, _WIDEST))
                heights[row] = max(heights.get(row, 1), -(-width_of(text) // (_WIDEST - 4)))
        self._formulas(grid, sheet, decimals)
        last_row, last = grid.where(len(table.rows) - 1, len(parts) - 1)
        if is_down:
            last += self._about(parts, sheet, last + 1)
        else:
            sheet.autofilter(0, 0, last_row, last)
        for at, wide in widths.items():
            sheet.set_column(at, at, wide)
        for row, lines in heights.items():
            if lines > 1:
                sheet.set_row(row, min(lines * _LINE, _HIGHEST))
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, last_row, last)
        self._page(sheet, table.title)

    def _heading(self, part: Part, *, is_down: bool, after_number: bool) -> Any:
        look: dict[str, Any] = {"bold": True, "bg_color": _SHADE, "text_wrap": True}
        if not is_down or not part.place:
            look["bottom"] = 1
        if not is_down and part.column.kind.is_number and part.end is not End.CURRENCY:
            look["align"] = "right"
        elif not is_down and after_number:
            look["indent"] = 1
        return self._style(**look)

    def _about(self, parts: Sequence[Part], sheet: Any, at: int) -> int:
        """Write what each figure is beside figures that stand below one another; 1 where there is such a column."""
        if not any(part.column.about for part in parts):
            return 0
        sheet.write_string(0, at, "What it is", self._style(**_HEAD, indent=1))
        for row, part in enumerate(parts):
            if part.column.about:
                sheet.write_string(row, at, safe(part.column.about), self._style(italic=True, indent=1))
        sheet.set_column(at, at, max(width_of(part.column.about) for part in parts) + 2)
        return 1

    def _decimals(self, table: Table, part: Part) -> int:
        values = [value_of(row.values[part.place], part.end) for row in table.rows]
        found = decimals_of(value for value in values if isinstance(value, Fraction) and kept(value))
        return max(found, 2) if found and part.column.kind in IN_MONEY else found

    def _value(
        self,
        sheet: Any,
        row: int,
        at: int,
        part: Part,
        value: Any,
        look: dict[str, Any],
        decimals: int,
    ) -> str:
        """Write a cell, and return how it is shown."""
        kind = part.column.kind
        if part.end is End.CURRENCY:
            shown = " or ".join(currencies_of([value]))
            sheet.write_string(row, at, shown, self._style(**look))
            return shown
        found = value_of(value, part.end)
        if found is None:
            sheet.write_blank(row, at, None, self._style(**look))
            return ""
        if isinstance(found, datetime):
            moment = found.astimezone(UTC).replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(
                row, at, moment, self._style(**{"align": "left", **look, "num_format": "yyyy-mm-dd hh:mm:ss"})
            )
            return f"{moment}"
        if isinstance(found, date) and found >= _FIRST_DAY:
            sheet.write_datetime(
                row, at, found, self._style(**{"align": "left", **look, "num_format": "yyyy-mm-dd"})
            )
            return f"{found}"
        if isinstance(found, Fraction) and kind is Kind.PERCENT:
            sheet.write_number(row, at, float(found), self._style(num_format="0.00%", **look))
            return "100.00%"
        if isinstance(found, Fraction) and kept(found):
            sheet.write_number(
                row, at, float(found), self._style(num_format=_number_format(kind, decimals), **look)
            )
            return f"({found.__floor__():,}{'.' * bool(decimals)}{'0' * decimals})"
        text = safe(plain(found) if isinstance(found, Fraction) else str(found))
        if len(text) > LONGEST_TEXT:
            sheet.write_comment(row, at, f"A cell holds {LONGEST_TEXT:,} characters; {len(text):,} were recorded.")
            text = text[:LONGEST_TEXT]
        if isinstance(found, Fraction):
            sheet.write_comment(row, at, f"Exact. Excel keeps {DIGITS} digits of a number, so that this is text.")
        style = self._style(**look | ({"align": "right"} if kind.is_number else {"text_wrap": True}))
        sheet.write_string(row, at, text, style)
        return text

    # --- formulas -------------------------------------------------------------------------------------------

    def _formulas(self, grid: Grid, sheet: Any, decimals: Sequence[int]) -> None:
        """Write totals, sums across a row and percentages as formulas, each with the figure of the ledger."""
        self._known |= {Cell(grid.table.name, each.number, name): each for name, each in grid.known()}
        for number, place, formula, figure in grid.formulas():
            part, look = grid.parts[place], _look(grid.table.rows[number].role)
            is_part = part.column.kind is Kind.PERCENT
            number_format = "0.00%" if is_part else _number_format(part.column.kind, decimals[place])
            style = self._style(num_format=number_format, **look)
            sheet.write_formula(*grid.where(number, place), f"={formula}", style, float(figure))
            if not is_part:
                what = f"{grid.called(number)}: {part.heading[:1].lower()}{part.heading[1:]}"
                self._live.append(_Live(what, grid.address(number, place), figure))

    # --- checks ---------------------------------------------------------------------------------------------

    def _checks(self, book: Any) -> str:
        """Write the comparisons, each of which must come to zero, and return the address of their sum."""
        sheet = book.add_worksheet("Checks")
        heading = self._style(**_HEAD, text_wrap=True)
        right = self._style(**_HEAD, text_wrap=True, align="right")
        for at, text in enumerate(("What is compared", "One side", "Other side", "Difference")):
            sheet.write_string(0, at, text, right if at else heading)
        row = 1
        for one, other, what, places, figure in self._compared():
            number = self._style(num_format=_number_format(Kind.NUMBER, places))
            sheet.write_string(row, 0, safe(what)[:LONGEST_TEXT], self._style(text_wrap=True))
            sheet.write_formula(row, 1, f"={one}", number, float(figure[0]))
            if isinstance(other, Fraction):
                sheet.write_number(row, 2, float(other), number)
            else:
                sheet.write_formula(row, 2, f"={other}", number, float(figure[1]))
            difference = float(figure[0] - figure[1])
            formula = f"=ROUND(B{row + 1}-C{row + 1},{places})"
            sheet.write_formula(row, 3, formula, self._style(num_format="0.##########"), difference)
            row += 1
        total = self._style(bold=True, top=1, bottom=6)
        sheet.write_string(row, 0, "All differences, whatever their sign", total)
        sheet.write_blank(row, 1, None, total)
        sheet.write_blank(row, 2, None, total)
        off = float(sum((abs(figure[0] - figure[1]) for *_, figure in self._compared()), Fraction(0)))
        whole = f"=SUMPRODUCT(ABS(D2:D{row}))" if row > 1 else "=0"
        sheet.write_formula(row, 3, whole, self._style(bold=True, top=1, bottom=6, num_format="0.##########"), off)
        alarm = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True})
        sheet.conditional_format(1, 3, row, 3, {"type": "cell", "criteria": "!=", "value": 0, "format": alarm})
        skipped = sum(1 for check in self._report.checks if self._sides(check) is None)
        if skipped:
            text = f"{skipped} comparisons are left out: a figure in each of them is not known exactly."
            if skipped == 1:
                text = "1 comparison is left out: a figure in it is not known exactly."
            sheet.write_string(row + 2, 0, text, self._style(italic=True, text_wrap=True))
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 3, 22)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, row + 2 * bool(skipped), 3)
        self._page(sheet, "Checks")
        return f"Checks!$D${row + 1}"

    def _sides(self, check: Check) -> tuple[str, str] | None:
        """Return the two sides of a check as formulas, where every figure in them is known exactly."""
        if not all(cell in self._known for cell in (*check.plus, *check.minus)):
            return None
        one, other = (added([self._known[cell] for cell in cells]) for cells in (check.plus, check.minus))
        return None if max(len(one), len(other)) > formulas.LONGEST else (one, other)

    def _compared(self) -> Iterator[tuple[str, str | Fraction, str, int, tuple[Fraction, Fraction]]]:
        """Yield two sides: a formula and what the ledger says, or cells and other cells."""
        for live in self._live:
            places = decimals_of([live.figure])
            yield (
                live.address,
                live.figure,
                f"{live.what}, as the ledger has it",
                places,
                (live.figure, live.figure),
            )
        for check in self._report.checks:
            sides = self._sides(check)
            if sides is None:
                continue
            figures = [[self._known[cell].figure for cell in cells] for cells in (check.plus, check.minus)]
            one, other = (sum(side, Fraction(0)) for side in figures)
            yield *sides, check.what, decimals_of(chain(*figures)), (one, other)

    # --- the summary, and every page ------------------------------------------------------------------------

    def _summary(self, sheet: Any, grids: Sequence[Grid], checked: str | None) -> None:
        report = self._report
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, safe(report.title), self._style(bold=True, font_size=16))
        row = 2
        for head in report.heads():
            sheet.write_string(row, 0, safe(head.label), self._style(bold=True))
            part = Part(Column(name="value", heading="", kind=Kind.TEXT), 0, End.WHOLE, "")
            value = Fraction(head.value) if isinstance(head.value, int) else head.value
            self._value(sheet, row, 1, part, value, {}, 0)
            row += 1
        for grid in grids:
            said = grid.table.caption or grid.table.title
            sheet.write_string(row, 0, safe(f"Sheet {grid.sheet}"), self._style(bold=True))
            sheet.write_string(row, 1, safe(said)[:LONGEST_TEXT], self._style(text_wrap=True))
            row += 1
        if checked is not None:
            sheet.write_string(row, 0, "Sheet Checks", self._style(bold=True))
            formula = f'=IF({checked}=0,"every comparison reads zero","a comparison does not read zero")'
            off = any(figure[0] != figure[1] for *_, figure in self._compared())
            said = "a comparison does not read zero" if off else "every comparison reads zero"
            sheet.write_formula(row, 1, formula, self._style(text_wrap=True), said)
            row += 1
        row += 1
        said_below = [report.says, *(note for grid in grids for note in grid.table.notes), *report.notes]
        said_below += [table.empty for table in report.tables if not table.rows]
        for text in filter(None, said_below):
            sheet.write_string(row, 1, safe(text)[:LONGEST_TEXT], self._style(text_wrap=True))
            row += 1
        sheet.print_area(0, 0, row, 1)
        self._page(sheet, report.title)

    def _page(self, sheet: Any, title: str) -> None:
        """Set up how a sheet is printed: one page wide, with the days and the digest on every page."""
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.9, bottom=0.9)
        asked = self._report.asked
        if asked is None:
            sheet.set_footer("&RPage &P of &N")
            return
        of = f"{self._report.title} {asked.days}"
        sheet.set_header(f"&L&B{_plain(asked.issuer_name, 60)}&B&R{_plain(of, 120)}\n{_plain(title, 50)}")
        digest = f"Digest of the record {asked.digest()}"
        sheet.set_footer(f"&L{_plain(f'As known from {asked.known_words()}', 130)}\n{digest}&RPage &P of &N")


def _look(role: Role) -> dict[str, Any]:
    """Return how a row of a role looks."""
    if role is Role.TOTAL:
        return {"bold": True, "top": 1, "bottom": 6}
    return {} if role is Role.ITEM else {"italic": True}


def _plain(text: str, most: int) -> str:
    """Return text for the margin of a page, where an ampersand begins an instruction; it holds 255 characters."""
    told = safe(text)
    while len(told.replace("&", "&&")) > most:
        told = told[:-1]
    return told.replace("&", "&&")


def _number_format(kind: Kind, decimals: int) -> str:
    """Return how a number is shown: separators, parentheses below zero, a dash for zero."""
    if kind in (Kind.COUNT, Kind.WHOLE):
        return "0_)"
    digits = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    return f'{digits}_);({digits});"-"_)'
