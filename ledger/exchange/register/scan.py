"""Looks through the XML of a sheet for what readers of values leave out: errors, formulas, what is hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from xml.parsers import expat

import attrs

from ledger.errors import NotUnderstood
from ledger.exchange.register.cells import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Range,
    Unreadable,
    printed,
    refused_size,
)

_CORNER: Final = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})", re.ASCII)
_OTHER_FILE: Final = re.compile(r"\[\d+\]", re.ASCII)
TRUE: Final = ("1", "true")
_NOT_COMPUTED: Final = "open the file in a spreadsheet program and save it, or write the value"
_Start = Callable[[str, dict[str, str]], None]
_Text = Callable[[str], None]


@attrs.frozen(kw_only=True)
class Part:
    """A sheet of the package.

    Attributes:
        name: Its name.
        hidden: Whether it is hidden.
        odd: Cells that no reader of values tells apart from empty ones, by row and column from 0.
        hidden_rows: Rows that are hidden.
        hidden_columns: Columns that are hidden.
        merged: Cells that are merged.
    """

    name: str
    hidden: bool
    odd: Mapping[tuple[int, int], Unreadable] = attrs.field(hash=False)
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    merged: tuple[Range, ...]


def parsed(
    content: bytes,
    part: str,
    name: str,
    start: _Start | None = None,
    end: _Text | None = None,
    text: _Text | None = None,
) -> None:
    """Walk through XML; names lose their prefix, and a document type is refused with all it could bring."""
    parser = expat.ParserCreate()

    def refuse(*unused: object) -> None:
        raise NotUnderstood("E_XML", f"{part} declares a document type", "save the workbook again", name)

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    if start is not None:
        parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        where = f"line {error.lineno} column {error.offset + 1}"
        what = f"{part} is not well-formed XML at {where}"
        raise NotUnderstood("E_XML", what, "save the workbook again", name) from None
    except (LookupError, ValueError) as error:
        if isinstance(error, NotUnderstood):
            raise
        raise NotUnderstood("E_XML", f"{part} is in no known encoding", "save the workbook again", name) from None


def local(tag: str) -> str:
    """Return a name without its prefix."""
    return tag.rpartition(":")[2]


class SheetScan:
    """Looks through a sheet for what readers of values leave out."""

    def __init__(self, place: str, *, computed: bool) -> None:
        self._place, self._computed = place, computed
        self._row = self._column = -1
        self._cells = 0
        self._kind = ""
        self._value: bool = False
        self._formula: list[str] | None = None
        self._in = ""
        self._printed: list[str] = []
        self._odd: dict[tuple[int, int], Unreadable] = {}
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._merged: list[Range] = []

    def start(self, tag: str, values: dict[str, str]) -> None:
        """Take the beginning of an element."""
        match local(tag):
            case "c":
                self._begin_cell(values)
            case "row":
                self._begin_row(values)
            case "v" | "is" as inner:
                self._value, self._in = inner == "is" or self._value, inner
            case "f":
                self._formula, self._in = [], "f"
            case "col" if values.get("hidden") in TRUE:
                first, last = (_number(values.get(key), self._place) for key in ("min", "max"))
                self._hidden_columns |= set(range(first - 1, min(last, MAX_COLUMNS)))
            case "mergeCell":
                if len(self._merged) >= MAX_ROWS:
                    raise refused_size(self._place, "the sheet has too many merged cells", f"at most {MAX_ROWS:,}")
                self._merged.append(self._range(values.get("ref", "")))
            case _:
                pass

    def text(self, text: str) -> None:
        """Take the text within one."""
        if self._in == "f" and self._formula is not None:
            self._formula.append(text)
        elif self._in == "v":
            self._value = True
            if self._kind == "e":
                self._printed.append(text)

    def end(self, tag: str) -> None:
        """Take its end."""
        name = local(tag)
        if name == "c":
            self._end_cell()
        elif name in ("v", "f", "is"):
            self._in = ""

    def part(self, name: str, *, hidden: bool) -> Part:
        """Return what was found."""
        return Part(
            name=name,
            hidden=hidden,
            odd=self._odd,
            hidden_rows=frozenset(self._hidden_rows),
            hidden_columns=frozenset(self._hidden_columns),
            merged=tuple(self._merged),
        )

    def _begin_row(self, values: dict[str, str]) -> None:
        self._row = _number(values["r"], self._place) - 1 if "r" in values else self._row + 1
        self._column = -1
        if values.get("hidden") in TRUE and self._row < MAX_ROWS:  # below that no cell may be filled
            self._hidden_rows.add(self._row)

    def _begin_cell(self, values: dict[str, str]) -> None:
        self._cells += 1
        if self._cells > 2 * MAX_CELLS:  # empty ones that have a format are many in honest files, too
            raise refused_size(self._place, "the sheet has too many cells", f"at most {MAX_CELLS:,}")
        if "r" in values:
            self._row, self._column = self._corner(values["r"])
        else:
            self._column += 1
        self._kind = values.get("t", "n")
        self._value, self._formula, self._in = False, None, ""
        self._printed.clear()

    def _end_cell(self) -> None:
        formula = self._formula
        if formula is None and not self._value:
            return
        if self._row >= MAX_ROWS or self._column >= MAX_COLUMNS:
            limit = f"at most {MAX_ROWS:,} rows and {MAX_COLUMNS} columns"
            place = Range(self._row, self._column, self._row, self._column)
            raise refused_size(self._place, f"cell {str(place).partition(':')[0]} is filled", limit)
        found = self._oddness(formula)
        if found is not None:
            self._odd[self._row, self._column] = found

    def _oddness(self, formula: list[str] | None) -> Unreadable | None:
        if self._kind == "e":
            error = printed("".join(self._printed), 12)
            return Unreadable("E_CELL", f"the cell holds the error {error}", "mend the formula, or write the value")
        if formula is None:
            return None
        if _OTHER_FILE.search("".join(formula)):
            return Unreadable("E_CELL", "the formula looks into another file", "write the value")
        if not self._computed or (not self._value and self._kind != "str"):
            return Unreadable("E_CELL", "the formula has not been computed", _NOT_COMPUTED)
        return None

    def _corner(self, reference: str) -> tuple[int, int]:
        match = _CORNER.fullmatch(reference)
        if match is None:
            what = f"{printed(reference, 12)} is no cell"
            raise NotUnderstood("E_XML", what, "save the workbook again", self._place)
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(match[2]) - 1, column - 1

    def _range(self, reference: str) -> Range:
        first, _, last = reference.partition(":")
        return Range(*self._corner(first), *self._corner(last or first))


def _number(text: str | None, place: str) -> int:
    if text is None or not re.fullmatch(r"[1-9][0-9]{0,6}", text, re.ASCII):
        raise NotUnderstood(
            "E_XML", f"{printed(str(text), 12)} is no row or column", "save the workbook again", place
        )
    return int(text)
