"""Reads a list of holders from a CSV file: bytes in, its lines and its total out, or every problem by its row.

    Name,Shares,Holder ID,Account
    Ada Quill,400,ada,CS-1
    "Maple Fund, LP",600,,CS-2
    Total,1000

Names are taken as printed. Whom they mean is asked where the list is held against the register.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final

import attrs

from ledger.errors import NotUnderstood, nearest, shown
from ledger.events import ListedHolder
from ledger.exchange.refused import Problems
from ledger.exchange.register import delimited
from ledger.exchange.register.cells import Cell, File, Sheet, as_text
from ledger.exchange.register.things import normal
from ledger.exchange.register.values import ADDRESS, DAY, HOLDER, SHARES, TEXT, Kind, Numbers
from ledger.identity import CommandId, HolderId, StockClassId
from ledger.personal import Personal
from ledger.quantities import Shares

_HEADINGS: Final[Mapping[str, tuple[Kind, tuple[str, ...]]]] = {
    "name": (
        TEXT,
        ("name", "holder", "holder name", "name of holder", "registered holder", "registered name", "shareholder",
         "shareholder name", "name of shareholder", "stockholder", "stockholder name", "name of stockholder",
         "registration", "participant", "participant name"),
    ),
    "shares": (
        SHARES,
        ("shares", "number of shares", "no of shares", "quantity", "shares held", "number of shares held",
         "holding", "balance", "share balance", "position"),
    ),
    "holder": (HOLDER, ("holder id",)),
    "account": (
        TEXT,
        ("account", "account no", "account number", "participant number"),
    ),
    "certificate": (TEXT, ("certificate", "certificate no", "certificate number")),
    "issued_on": (DAY, ("issued", "issued on", "issue date", "date of issue", "date issued")),
    "address": (ADDRESS, ("address", "address of record", "registered address", "holder address")),
}  # fmt: skip
_FIELDS: Final = {heading: field for field, (_, headings) in _HEADINGS.items() for heading in headings}
_TOTALS: Final = frozenset({"total", "totals", "grand total", "total shares"})
_COMPARED: Final = 1_000
"""Ids that are compared at most to find the nearest."""
_LOOKED_AT: Final = 30
"""Rows in which the headings are looked for: a title, a day and an address may stand above them."""


@attrs.frozen
class Listed:
    """What a file lists.

    Attributes:
        holders: Its lines, in their order.
        total: The total in its last row, if it has one.
        passed_over: Headings of columns that are not read.
    """

    holders: tuple[ListedHolder, ...]
    total: Shares | None
    passed_over: tuple[str, ...]


def identity(file: File, stock_class: StockClassId, on: date) -> CommandId:
    """Return the identity of the command that records a list: a list of another day may have the same bytes."""
    digest = sha256(file.data).hexdigest()
    return CommandId(sha256(f"{digest} {stock_class} {on}".encode()).hexdigest())


def read(file: File, known: Collection[str], numbers: Numbers = Numbers.PLAIN) -> Listed:
    """Return what a list of holders says.

    Args:
        file: The CSV file.
        known: The holders of the record, for a column that identifies them.
        numbers: How numbers are written.

    Raises:
        InputRefused: With every problem of the file; nothing of it was used.
    """
    problems = Problems(file.name)
    try:
        sheet = delimited.read(file, lambda text: normal(text) in _FIELDS)
        top, columns = _columns(sheet)
    except NotUnderstood as error:
        problems.add(error)
        problems.refuse()
        raise
    found: list[ListedHolder] = []
    total: Shares | None = None
    below = [(number, row) for number, row in sheet.filled_rows() if number > top]
    for place, (number, row) in enumerate(below):
        line = _Line(sheet, number, row, columns, numbers, len(sheet.rows[top]))
        try:
            if line.is_total:
                if place < len(below) - 1:
                    what = "a total stands among the other rows"
                    raise NotUnderstood("E_ROW", what, "leave it last, or delete the row", line.place)
                total = line.total()
            else:
                found.append(line.holder(known))
        except NotUnderstood as error:
            problems.add(error)
    if not below:
        problems.add(
            NotUnderstood("E_EMPTY", "no row stands below the headings", "list a holder in each", file.name)
        )
    problems.refuse()
    passed_over = (as_text(cell) for index, cell in enumerate(sheet.rows[top]) if index not in columns.values())
    return Listed(tuple(found), total, tuple(heading for heading in passed_over if heading))


def _columns(sheet: Sheet) -> tuple[int, dict[str, int]]:
    """Return which row has the headings, and the column of each field."""
    for number, row in [*sheet.filled_rows()][:_LOOKED_AT]:
        fields = [_FIELDS.get(normal(as_text(cell))) if isinstance(cell, str) else None for cell in row]
        if "name" in fields and "shares" in fields:
            twice = next((field for field in fields if field is not None and fields.count(field) > 1), None)
            if twice is not None:
                what = f"two columns are headed as {twice}"
                raise NotUnderstood("E_COLUMN", what, "leave one of them", sheet.place_of(number))
            return number, {field: index for index, field in enumerate(fields) if field is not None}
    what = "no row has the headings of a list of holders"
    raise NotUnderstood("E_COLUMN", what, "head one column Name and one Shares", sheet.place)


@attrs.frozen
class _Line:
    """A row below the headings."""

    sheet: Sheet
    number: int
    row: Sequence[Cell]
    columns: Mapping[str, int]
    numbers: Numbers
    width: int

    @property
    def place(self) -> str:
        return self.sheet.place_of(self.number)

    @property
    def is_total(self) -> bool:
        name = self._cell("name")
        return isinstance(name, str) and normal(name) in _TOTALS

    def total(self) -> Shares | None:
        read: Shares | None = self._read("shares")
        return read

    def holder(self, known: Collection[str]) -> ListedHolder:
        if len(self.row) != self.width:  # a comma too many or too few moves what follows to another column
            what = f"the row has {len(self.row)} cells, and there are {self.width} headings"
            hint = "one cell for each; a name with a comma stands in quotation marks"
            raise NotUnderstood("E_ROW", what, hint, self.place)
        name, shares = self._needed("name"), self._needed("shares")
        holder: HolderId | None = self._read("holder")
        if holder is not None and holder not in known:
            near = nearest(holder, known) if len(known) <= _COMPARED else None
            hint = f"did you mean {near}?" if near else "leave the cell empty, and the name is looked at"
            raise NotUnderstood(
                "E_UNKNOWN", f"the record has no holder {shown(holder)}", hint, self._where("holder")
            )
        try:
            address = self._read("address")
            return ListedHolder(
                name=Personal(name),
                shares=shares,
                holder=holder,
                address=None if address is None else Personal(address),
                **{field: self._read(field) for field in ("account", "certificate", "issued_on")},
            )
        except NotUnderstood as error:
            raise error.at(self._where("shares")) from None

    def _cell(self, field: str) -> Cell:
        index = self.columns.get(field)
        return None if index is None or index >= len(self.row) else self.row[index]

    def _where(self, field: str) -> str:
        return self.sheet.place_of(self.number, self.columns[field], field)

    def _needed(self, field: str) -> Any:
        read = self._read(field)
        if read is None:
            kind, _ = _HEADINGS[field]
            raise NotUnderstood("E_FIELD", f"{field} is empty", f"write {kind.about}", self._where(field))
        return read

    def _read(self, field: str) -> Any:
        cell = self._cell(field)
        if cell is None:
            return None
        try:
            return _HEADINGS[field][0].read(cell, self.numbers, field)
        except NotUnderstood as error:
            raise error.at(self._where(field)) from None
