"""What a file may make its reader do: each limit is met before the work that it bounds."""

import os
from datetime import date
from io import BytesIO
from time import process_time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from ledger.exchange import json_lines
from ledger.exchange.refused import ENOUGH, SHOWN, InputRefused
from ledger.exchange.register import File, Instructions, proposed
from ledger.exchange.register.cells import MAX_COLUMNS, MAX_ROWS
from tests.ledger.exchange.register.made import FIRST_SHEET, packed, parts_of, raw_sheet

CPU_SECONDS = 5
"""Far above what any of these takes; reading on would take minutes."""


def refused(name: str, data: bytes) -> str:
    start = process_time()
    with pytest.raises(InputRefused) as caught:
        proposed([File(name, data)], None, Instructions(as_of=date(2026, 1, 1)))
    assert process_time() - start < CPU_SECONDS
    assert caught.value.code == "E_LIMIT"
    return str(caught.value)


def test_a_file_of_something_else_is_not_read_to_its_end() -> None:
    start = process_time()
    with pytest.raises(InputRefused) as caught:
        json_lines.read(b"x\n" * 20_000_000)

    assert process_time() - start < CPU_SECONDS
    assert caught.value.count == ENOUGH
    assert len(caught.value.problems) == SHOWN
    assert "9,980 more problems at least" in caught.value.lines()[-1]


@pytest.mark.parametrize("count", [ENOUGH - 1, ENOUGH, ENOUGH + 1])
def test_so_many_problems_are_enough(count: int) -> None:
    with pytest.raises(InputRefused) as caught:
        json_lines.read(b"x\n" * count)

    assert caught.value.count == min(count, ENOUGH)
    assert ("at least" in caught.value.lines()[-1]) is (count >= ENOUGH)


@pytest.mark.parametrize("data", [b"," * 20_000_000, b'"\n",' * 10_000_000], ids=["one line", "many lines"])
def test_a_row_of_a_csv_file_does_not_become_millions_of_cells(data: bytes) -> None:
    assert "separators" in refused("positions.csv", data)


def test_commas_within_a_text_are_no_cells() -> None:
    with pytest.raises(InputRefused) as caught:
        proposed([File("positions.csv", b'Holder,Shares,"' + b"," * 7_000 + b'"\nAda,x,\n')])

    assert caught.value.code != "E_LIMIT"


@pytest.mark.parametrize("cells", [MAX_COLUMNS, MAX_COLUMNS + 1])
def test_a_row_has_so_many_cells(cells: int) -> None:
    with pytest.raises(InputRefused) as caught:
        proposed([File("positions.csv", b"," * (cells - 1) + b"x\n")])

    assert (caught.value.code == "E_LIMIT") is (cells > MAX_COLUMNS)


def padded(data: bytes) -> bytes:
    """Return a workbook with a picture in it, so that what is empty does not pack suspiciously well."""
    made = BytesIO(packed(parts_of(data)))
    with ZipFile(made, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/picture.png", os.urandom(1_000_000))
    return made.getvalue()


def test_merged_cells_are_counted() -> None:
    merged = '<mergeCell ref="A1:B2"/>' * (MAX_ROWS + 1)
    data = padded(raw_sheet("", after=f"<mergeCells>{merged}</mergeCells>"))

    assert "too many merged cells" in refused("register.xlsx", data)
    assert FIRST_SHEET in parts_of(data)


def test_hidden_rows_below_those_that_are_read_are_not_kept() -> None:
    from ledger.exchange.register.scan import SheetScan

    scan = SheetScan("sheet", computed=True)
    for row in (1, MAX_ROWS, MAX_ROWS + 1, 9_999_999):
        scan.start("row", {"r": str(row), "hidden": "1"})

    assert scan.part("sheet", hidden=False).hidden_rows == {0, MAX_ROWS - 1}
