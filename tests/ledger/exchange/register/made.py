"""Workbooks and CSV files for tests: made by a library, or part by part where no library would write them so."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

from ledger.exchange.refused import InputRefused
from ledger.exchange.register import File, Instructions, Known, Proposal, proposed

COMPANY = b"Legal name,Jurisdiction,Time zone\nAcme Inc.,US-DE,UTC\n"
CLASSES = b"Class ID,Title,Kind,Authorized\ncommon,Common Stock,common,1000000\n"
HOLDERS = b"Holder ID,Name,Kind\nada,Ada Quill,person\nfund,Fund LP,organisation\n"


def csv_files(**files: bytes | str) -> list[File]:
    """Return CSV files by the name of their sheet."""
    return [File(f"{name}.csv", data.encode() if isinstance(data, str) else data) for name, data in files.items()]


def whole(**files: bytes | str) -> list[File]:
    """Return CSV files together with a company, a class and two holders, where the test gives none."""
    return csv_files(**{"company": COMPANY, "classes": CLASSES, "holders": HOLDERS, **files})


def told(files: Sequence[File], said: Instructions | None = None, known: Known | None = None) -> list[str]:
    """Return what is said of files: nothing when they can be read."""
    try:
        proposed(files, known, said)
    except InputRefused as refusal:
        return refusal.lines()
    return []


def read(files: Sequence[File], said: Instructions | None = None, known: Known | None = None) -> Proposal:
    return proposed(files, known, said)


def workbook(fill: Callable[[Any], None], **options: Any) -> bytes:
    """Return a workbook that a function fills."""
    made = BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, **options})
    fill(book)
    book.close()
    return made.getvalue()


def sheets(**rows: Any) -> bytes:
    """Return a workbook with these rows on these sheets; text stays text, and ``None`` is an empty cell."""

    def fill(book: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, table in rows.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(table):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(number, column, value)
                    elif hasattr(value, "isoformat"):
                        sheet.write_datetime(number, column, value, day)
                    elif value is not None:
                        sheet.write(number, column, value)

    return workbook(fill)


def parts_of(data: bytes) -> dict[str, bytes]:
    """Return the parts of a package."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a package of parts."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def changed(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return a package with something in one part written otherwise."""
    parts = parts_of(data)
    assert old in parts[part], f"{part} holds no {old!r}"
    return packed({**parts, part: parts[part].replace(old, new)})


FIRST_SHEET = "xl/worksheets/sheet1.xml"


def raw_sheet(cells: str, *, before: str = "", after: str = "", name: str = "Positions", calc: str = "") -> bytes:
    """Return a workbook of one sheet whose XML is given."""
    base = parts_of(workbook(lambda book: book.add_worksheet(name)))
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = f'<?xml version="1.0"?><worksheet {space}>{before}<sheetData>{cells}</sheetData>{after}</worksheet>'
    book = base["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', calc.encode())
    return packed({**base, FIRST_SHEET: sheet.encode(), "xl/workbook.xml": book})


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, *cells: str, more: str = "") -> str:
    return f'<row r="{number}"{more}>{"".join(cells)}</row>'


HEADINGS = row(1, text_cell("A1", "Holder"), text_cell("B1", "Shares"))
