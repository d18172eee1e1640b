"""Reads CSV files: text in UTF-8, with cells separated by commas, semicolons or tabs."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Final

from ledger.errors import NotUnderstood
from ledger.exchange.refused import not_utf8
from ledger.exchange.register.cells import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_ROWS,
    Cell,
    File,
    Sheet,
    as_text,
    refused_size,
    text_cell,
    too_long,
)

SEPARATORS: Final = (",", ";", "\t")
_GUARDED: Final = re.compile(r"'*[=+\-@\t\r]")
"""What begins so is a formula to a spreadsheet program: an apostrophe before it, which is read away, says text."""
_LINE: Final = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")
_BOM: Final = "\ufeff"
_MAX_SEPARATORS: Final = 100 * MAX_COLUMNS
"""Of a row, those within its texts included: whoever reads it makes a cell at each of the others."""
_LOOKED_AT: Final = 30
"""Rows that are looked at to know the separator."""
_HINT: Final = "save it as CSV UTF-8"


def read(file: File, is_heading: Callable[[str], bool]) -> Sheet:
    """Return the sheet of a CSV file.

    The separator is the comma, the semicolon or the tab, whichever finds more headings; a first line ``sep=;``, as
    Excel understands it, says so.

    Args:
        file: The file.
        is_heading: Whether a text may stand above a column.

    Raises:
        NotUnderstood: ``E_ENCODING``, ``E_LIMIT`` or ``E_CSV``.
    """
    text = _text(file)
    said, text = _separator_said(text)
    separator = said or max(SEPARATORS, key=lambda each: _headings(text, each, is_heading))
    rows: list[list[Cell]] = [[]] if said else []
    count = 0
    for row in _records(text, separator, file.name, len(rows)):
        rows.append([_cell(each) for each in row])
        count += len(row)
        if len(rows) > MAX_ROWS or count > MAX_CELLS:
            limit = f"at most {MAX_ROWS:,} rows and {MAX_CELLS:,} cells"
            raise refused_size(file.name, f"row {len(rows):,} is beyond the limit", limit)
        if len(row) > MAX_COLUMNS:
            what = f"row {len(rows):,} has {len(row):,} cells"
            raise refused_size(file.name, what, f"at most {MAX_COLUMNS}")
    return Sheet(file=file.name, separator=separator, rows=rows)


def _text(file: File) -> str:
    if len(file.data) > MAX_FILE_BYTES:
        raise too_long(file.name)
    try:
        text = file.data.decode()
    except UnicodeDecodeError as error:
        raise not_utf8(file.data, error.start, file.name, _HINT) from None
    if "\0" in text:
        raise not_utf8(file.data, file.data.index(b"\0"), file.name, _HINT)
    return text.removeprefix(_BOM)


def _separator_said(text: str) -> tuple[str, str]:
    """Return the separator that the first line names, if it does, and the text after that line."""
    line, _, rest = text.partition("\n")
    said = line.strip().removeprefix("sep=") if line.startswith("sep=") else ""
    if line.rstrip("\r") == "sep=\t":
        said = "\t"
    return (said, rest) if said in SEPARATORS and said else ("", text)


def _headings(text: str, separator: str, is_heading: Callable[[str], bool]) -> int:
    """Return how many headings the first rows hold when they are read with a separator."""
    try:
        rows = list(islice(csv.reader(StringIO(text[:100_000], newline=""), delimiter=separator), _LOOKED_AT))
    except csv.Error:
        return 0
    return max((sum(map(is_heading, row)) for row in rows if len(row) > 1), default=0)


def _records(text: str, separator: str, name: str, before: int) -> Iterator[list[str]]:
    row, separators = before, 0

    def lines() -> Iterator[str]:
        nonlocal separators
        for match in _LINE.finditer(text):  # a file in memory would be a copy, of four bytes for each character
            line = match[0]
            separators += line.count(separator)
            if separators > _MAX_SEPARATORS:
                what = f"row {row + 1:,} has more than {_MAX_SEPARATORS:,} separators"
                raise refused_size(name, what, f"at most {MAX_COLUMNS} cells")
            yield line

    try:
        for record in csv.reader(lines(), delimiter=separator, strict=True):
            row, separators = row + 1, 0
            yield record
    except csv.Error as error:
        place = f"{name} row {row + 1}"
        what = str(error)
        if "field larger" in what:
            raise refused_size(place, "a cell is longer than 131,072 characters", "that is the limit") from None
        if "unexpected end of data" in what:
            raise NotUnderstood(
                "E_CSV", "a quotation mark is opened and never closed", 'write "" for one in a text', place
            ) from None
        raise NotUnderstood(
            "E_CSV", "something follows a closing quotation mark", 'write "" for one in a text', place
        ) from None


def _cell(text: str) -> Cell:
    return text_cell(text[1:] if text.startswith("'") and _GUARDED.match(text) else text)


def write(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as CSV in the form that ``read`` takes; text that looks like a formula is guarded."""
    made = StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return made.getvalue().encode()


def _written(cell: Cell) -> str:
    return f"'{cell}" if isinstance(cell, str) and _GUARDED.match(cell) else as_text(cell)
