"""Reads .xlsx and .xlsm files: their cells become text, exact numbers, days, yes and no."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from ledger.errors import NotUnderstood, needed
from ledger.exchange.register.cells import MAX_FILE_BYTES, Cell, File, Sheet, Unreadable, text_cell, too_long
from ledger.exchange.register.package import Package, opened
from ledger.exchange.register.scan import Part

_ZIP: Final = b"PK\x03\x04"
_SUFFIXES: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old Office files begin, and the envelope that a password puts around a new one."""
_BEYOND_EXACT: Final = 2**53
"""From here on a double stands for more than one whole number that may have been typed."""
_DIGITS: Final = 15
"""Significant digits that Excel keeps, and that a double gives back as they were typed."""
_AS_TEXT: Final = "write it as text: an apostrophe before the first digit does it"
_FIRST_OF_MARCH_1900: Final = date(1900, 3, 1)


def is_workbook(file: File) -> bool:
    """Whether a file begins like a spreadsheet file of any kind, and not like text, or is called one."""
    return file.data.startswith((_ZIP, _COMPOUND)) or file.name.lower().endswith(_SUFFIXES)


def read(file: File) -> list[Sheet]:
    """Return the sheets of a workbook.

    Raises:
        NotUnderstood: ``E_FILE``, ``E_LIMIT`` or ``E_XML``: it is no .xlsx file, protected, damaged or too large.
        LibraryMissing: The library that reads workbooks is not installed.
    """
    if len(file.data) > MAX_FILE_BYTES:
        raise too_long(file.name)
    _is_xlsx(file)
    package = opened(file.data, file.name)
    calamine = needed("python_calamine", "excel", "to read Excel files")
    try:
        book = calamine.CalamineWorkbook.from_filelike(BytesIO(package.data))
        return [_sheet(book, part, package, file.name) for part in package.sheets]
    except NotUnderstood:
        raise
    except Exception as error:
        raise _not_read(file.name) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a library written in Rust gives up
            raise
        raise _not_read(file.name) from None


def _not_read(name: str) -> NotUnderstood:
    return NotUnderstood("E_FILE", "the workbook cannot be read", "save it again as .xlsx", name)


def _is_xlsx(file: File) -> None:
    hint = "save it as .xlsx, or each sheet as CSV UTF-8"
    if file.data.startswith(_COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in file.data:
            what, hint = "the workbook is protected by a password", "save it without one"
        else:
            what = "it is a workbook of the old binary form (.xls)"
    elif file.data.startswith(_ZIP) and b"opendocument" in file.data[:200]:
        what = "it is an OpenDocument file (.ods)"
    elif file.data.startswith(_ZIP) and b"xl/workbook.bin" in file.data:
        what = "it is a binary workbook (.xlsb)"
    elif not file.data.startswith(_ZIP):
        what, hint = "it is no workbook, though its name says so", "save it again as .xlsx, or name a CSV file .csv"
    else:
        return
    raise NotUnderstood("E_FILE", what, hint, file.name)


def _sheet(book: Any, part: Part, package: Package, file: str) -> Sheet:
    found = book.get_sheet_by_name(part.name)
    rows: list[list[Cell]] = [[_cell(value, package) for value in row] for row in _rows(found)]
    for (row, column), odd in part.odd.items():
        while len(rows) <= row:
            rows.append([])
        rows[row] += [None] * (column + 1 - len(rows[row]))
        rows[row][column] = odd
    return Sheet(
        file=file,
        name=part.name,
        rows=rows,
        hidden=part.hidden,
        hidden_rows=part.hidden_rows,
        hidden_columns=part.hidden_columns,
        merged=part.merged,
    )


def _rows(found: Any) -> Any:
    return found.to_python(skip_empty_area=False) if found.start is not None else ()


def _cell(value: Any, package: Package) -> Cell:
    """Return a cell in our own terms."""
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        if value.time() != time():
            return Unreadable("E_DATE", f"{value} has a time of day", "write the day alone")
        value = value.date()
    if isinstance(value, date):
        return _day(value, package)
    if isinstance(value, time | timedelta):
        return Unreadable("E_DATE", f"{value} is a time and no day", "write the day, YYYY-MM-DD")
    return Unreadable("E_CELL", "the cell holds something else", "write text, a number or a day")


def _number(value: Any) -> Cell:
    """Return a double as the number that was typed, or refuse one that stands for several."""
    if value.is_integer():
        if abs(value) < _BEYOND_EXACT:
            return int(value)
        return Unreadable("E_NUMBER", f"{value:.0f} is beyond what a number in Excel holds exactly", _AS_TEXT)
    shortest = Decimal(repr(value))
    if not shortest.is_finite():
        return Unreadable("E_NUMBER", f"{shortest} is not a finite number", "write digits")
    if len(shortest.as_tuple().digits) > _DIGITS:
        return Unreadable(
            "E_NUMBER", f"{shortest} has more than {_DIGITS} digits, as computed figures do", _AS_TEXT
        )
    return shortest


def _day(value: date, package: Package) -> Cell:
    if not package.counts_from_1904 and value < _FIRST_OF_MARCH_1900:
        # Excel counts a 29 February 1900, which there was not: programs differ about the days before it.
        return Unreadable("E_DATE", f"Excel counts days before March 1900 wrongly ({value})", "write it as text")
    return value
