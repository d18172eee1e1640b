"""Sheets of cells: what a spreadsheet or a CSV file holds, before anybody asks what it means.

A cell is text, an exact number, a day, yes or no, or empty. One that cannot be taken at its word (an error, a
formula without its result, a time of day) stands in its place as ``Unreadable`` and is refused where it is needed:
what lies above the headings, or in a row that is passed over, troubles nobody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import attrs

from ledger.errors import NotUnderstood, shown
from ledger.text import PROSE_LENGTH

MAX_FILE_BYTES: Final = 50_000_000
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 256
MAX_CELLS: Final = 2_000_000
MAX_CELL_LENGTH: Final = 4 * PROSE_LENGTH
"""No field takes more than a quarter of this; normal form may need up to four characters for one."""
_BLANKS: Final = " \t\r\n\u00a0"
"""What programs leave around the text of a cell, and nobody sees."""


@attrs.frozen
class File:
    """A file that was opened elsewhere.

    Attributes:
        name: What it is called, in messages and for the kind of table that a CSV file holds.
        data: Its bytes.
    """

    name: str
    data: bytes = attrs.field(repr=False)


@attrs.frozen
class Unreadable:
    """A cell that cannot be taken at its word.

    Attributes:
        code: Stable code.
        what: What is wrong, in one clause.
        hint: What to write instead.
    """

    code: str
    what: str
    hint: str


Cell = str | int | Decimal | date | bool | Unreadable | None
"""What stands in a cell; ``None`` where nothing does. A number is exact, a ``date`` is a whole day."""


def text_cell(text: str) -> Cell:
    """Return the cell that text makes: in normal form C, without blanks around it; of blanks alone, nothing."""
    text = text.strip(_BLANKS)
    if len(text) > MAX_CELL_LENGTH:
        return Unreadable("E_LIMIT", f"the cell has {len(text):,} characters", f"at most {PROSE_LENGTH:,}")
    return unicodedata.normalize("NFC", text) or None


@attrs.frozen
class Range:
    """Neighbouring cells, from 0, ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __str__(self) -> str:
        last = f"{letters(self.last_column)}{self.last_row + 1}"
        return f"{letters(self.first_column)}{self.first_row + 1}:{last}"


@attrs.frozen(kw_only=True)
class Sheet:
    """A table of cells.

    Attributes:
        file: Name of the file.
        name: Name of the sheet; empty for CSV, where the file is the sheet.
        rows: The cells, from the first row and the first column on.
        hidden: Whether the sheet is hidden.
        hidden_rows: Rows that are hidden, from 0.
        hidden_columns: Columns that are hidden, from 0.
        merged: Cells that are merged.
        separator: What separates the cells of a CSV file.
    """

    file: str
    name: str = ""
    separator: str = ""
    rows: Sequence[Sequence[Cell]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Range, ...] = ()

    @property
    def place(self) -> str:
        """Where it is, for a message."""
        return f"{self.file} {printed(self.name)}" if self.name else self.file

    def place_of(self, row: int, column: int | None = None, heading: str = "") -> str:
        """Return where a row or a cell is, as people find it: ``register.xlsx Holders B5 (Name)``."""
        if column is None:
            return f"{self.place} row {row + 1}"
        named = f" ({printed(heading)})" if heading else ""
        if self.name:
            return f"{self.place} {letters(column)}{row + 1}{named}"
        return f"{self.place} row {row + 1} column {column + 1}{named}"

    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(True for _ in self.filled_rows())

    def filled_rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield each row that holds something, with its number from 0."""
        for number, row in enumerate(self.rows):
            if any(cell is not None for cell in row):
                yield number, row


def letters(column: int) -> str:
    """Return the letters of a column: A for 0, AA for 26."""
    text, left = "", column + 1
    while left:
        left, last = divmod(left - 1, 26)
        text = chr(ord("A") + last) + text
    return text


def printed(text: str, limit: int = 40) -> str:
    """Return a name out of somebody's file so that it may stand in a line on a terminal."""
    safe = ascii(str(text))[1:-1]
    return safe if len(safe) <= limit else safe[: limit - 3] + "..."


def refused_size(name: str, what: str, limit: str) -> NotUnderstood:
    """Return the refusal of a file above a limit."""
    return NotUnderstood("E_LIMIT", what, f"{limit}; split it into several files", name)


def too_long(name: str) -> NotUnderstood:
    """Return the refusal of a file that has too many bytes."""
    return refused_size(name, f"the file is longer than {MAX_FILE_BYTES:,} bytes", "that is the limit")


def as_text(cell: Cell) -> str:
    """Return a cell as somebody reads it."""
    if cell is None:
        return ""
    if isinstance(cell, Unreadable):
        return cell.what
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def shown_cell(cell: Cell) -> str:
    """Return a cell for a message: escaped, quoted when it is text, cut."""
    return shown(cell) if isinstance(cell, str) else as_text(cell)
