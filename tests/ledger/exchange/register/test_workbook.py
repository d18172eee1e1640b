"""Excel files: what their cells hold, and every way in which a file or a cell is not what it seems."""

import struct
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LibraryMissing, NotUnderstood
from ledger.exchange.register import cells, package, workbook
from ledger.exchange.register.cells import Cell, File, Sheet, Unreadable
from tests.ledger.exchange.register.made import (
    FIRST_SHEET,
    HEADINGS,
    changed,
    packed,
    parts_of,
    raw_sheet,
    row,
    text_cell,
    told,
)
from tests.ledger.exchange.register.made import workbook as made_workbook

NOT_COMPUTED = "the formula has not been computed"


def read(data: bytes) -> list[Sheet]:
    return workbook.read(File("register.xlsx", data))


def refused(data: bytes) -> str:
    with pytest.raises(NotUnderstood) as refusal:
        read(data)
    return refusal.value.line()


def the_cell(xml: str, **around: str) -> Cell:
    """Return what stands in B2 of a sheet that is written by hand."""
    [sheet] = read(raw_sheet(HEADINGS + row(2, text_cell("A2", "ada"), xml), **around))
    return sheet.rows[1][1]


def what_of(cell: Cell) -> str:
    assert isinstance(cell, Unreadable), cell
    return cell.what


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("5", 5),
        ("-7", -7),
        ("0.1", Decimal("0.1")),
        ("7.0000000000000007E-2", Decimal("0.07")),  # how Excel writes what somebody typed as 0.07
        ("123456789012.345", Decimal("123456789012.345")),
        ("9007199254740991", 2**53 - 1),
    ],
)
def test_a_number_is_what_was_typed(written: str, cell: Cell) -> None:
    assert the_cell(f'<c r="B2"><v>{written}</v></c>') == cell


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("9007199254740992", "beyond what a number in Excel holds exactly"),  # 2**53, and what 2**53 + 1 becomes
        ("9007199254740993", "beyond what a number in Excel holds exactly"),
        ("1e20", "beyond what a number in Excel holds exactly"),
        ("0.30000000000000004", "more than 15 digits"),
        ("3.3333333333333335", "more than 15 digits"),
        ("1e400", "not a finite number"),
        ("NaN", "not a finite number"),
    ],
)
def test_a_number_that_may_be_another_is_to_be_written_as_text(written: str, why: str) -> None:
    assert why in what_of(the_cell(f'<c r="B2"><v>{written}</v></c>'))


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        ('<c r="B2" t="e"><v>#REF!</v></c>', "the cell holds the error #REF!"),
        ('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "the cell holds the error #DIV/0!"),
        ('<c r="B2"><f>A1+1</f></c>', NOT_COMPUTED),
        ('<c r="B2"><f>A1+1</f><v></v></c>', NOT_COMPUTED),
        ('<c r="B2"><f>[1]Register!A1</f><v>5</v></c>', "the formula looks into another file"),
    ],
)
def test_a_cell_without_a_value_of_its_own_is_told_by_name(xml: str, why: str) -> None:
    assert what_of(the_cell(xml)) == why


def test_the_result_of_a_formula_counts() -> None:
    assert the_cell('<c r="B2"><f>2+3</f><v>5</v></c>') == 5
    assert the_cell('<c r="B2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>') == "ab"


def test_a_formula_whose_result_is_empty_text_is_an_empty_cell() -> None:
    assert the_cell('<c r="B2" t="str"><f>IF(A2="","",A2)</f><v></v></c>') is None


def test_a_result_that_a_program_left_to_be_computed_does_not_count() -> None:
    # Libraries write 0 as the result of every formula, and ask the spreadsheet program to compute it.
    left = the_cell('<c r="B2"><f>2+3</f><v>0</v></c>', calc=' fullCalcOnLoad="1"')

    assert what_of(left) == NOT_COMPUTED


def test_yes_and_no_are_no_numbers() -> None:
    assert the_cell('<c r="B2" t="b"><v>1</v></c>') is True


def test_text_loses_the_blanks_around_it_and_comes_in_normal_form() -> None:
    assert the_cell(text_cell("B2", "\u00a0 Zoe\u0301 &amp; Co \n")) == "Zo\u00e9 & Co"
    assert the_cell(text_cell("B2", " \u00a0 ")) is None


def days(book: Any) -> None:
    sheet = book.add_worksheet("Days")
    day, time_of_day = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
    clock, span = (book.add_format({"num_format": form}) for form in ("hh:mm", "[h]:mm"))
    sheet.write_datetime(0, 0, date(2026, 3, 4), day)
    sheet.write_datetime(0, 1, datetime(2026, 3, 4), time_of_day)
    sheet.write_datetime(0, 2, datetime(2026, 3, 4, 17, 30), time_of_day)
    sheet.write_datetime(0, 3, time(17, 30), clock)
    sheet.write_datetime(0, 4, timedelta(days=1, hours=2), span)
    sheet.write_number(0, 5, 45292)


@pytest.mark.parametrize("options", [{}, {"date_1904": True}], ids=["from 1900", "from 1904"])
def test_a_day_is_the_same_whichever_year_the_file_counts_from(options: Mapping[str, Any]) -> None:
    [sheet] = read(made_workbook(days, **options))

    first = sheet.rows[0]
    assert first[:2] == [date(2026, 3, 4), date(2026, 3, 4)]
    assert what_of(first[2]) == "2026-03-04 17:30:00 has a time of day"
    assert what_of(first[3]) == "17:30:00 is a time and no day"
    assert what_of(first[4]).endswith("is a time and no day")
    assert first[5] == 45292


@pytest.mark.parametrize(("serial", "told"), [(59, "wrongly"), (60, "wrongly"), (61, "")])
def test_days_before_march_1900_are_to_be_written_as_text(serial: int, told: str) -> None:
    def fill(book: Any) -> None:
        book.add_worksheet().write_number(0, 0, serial, book.add_format({"num_format": "yyyy-mm-dd"}))

    [sheet] = read(made_workbook(fill))

    cell = sheet.rows[0][0]
    assert told in what_of(cell) if told else cell == date(1900, 3, 1)


def test_what_is_hidden_or_merged_is_known() -> None:
    rows = HEADINGS + row(2, text_cell("A2", "ada"), more=' hidden="1"')
    more = '<mergeCells count="1"><mergeCell ref="A2:B3"/></mergeCells>'
    hidden_columns = '<cols><col min="2" max="16384" width="0" hidden="1"/></cols>'

    [sheet] = read(raw_sheet(rows, before=hidden_columns, after=more))

    assert sheet.hidden_rows == {1}
    assert sheet.hidden_columns == set(range(1, cells.MAX_COLUMNS))
    assert [str(merged) for merged in sheet.merged] == ["A2:B3"]


def test_a_cell_without_its_place_comes_after_the_one_before() -> None:
    [sheet] = read(
        raw_sheet(HEADINGS + '<row><c t="inlineStr"><is><t>ada</t></is></c><c t="e"><v>#N/A</v></c></row>')
    )

    assert sheet.rows[1][0] == "ada"
    assert what_of(sheet.rows[1][1]) == "the cell holds the error #N/A"


# --- files that are not what they should be ---------------------------------------------------------------

GOOD = raw_sheet(HEADINGS + row(2, text_cell("A2", "ada"), '<c r="B2"><v>5</v></c>'))
ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")


@cache
def odd_files() -> dict[str, tuple[bytes, str, str]]:
    """Return each odd file with the code and some words of what is said of it."""
    parts = parts_of(GOOD)
    return {
        "cut off": (GOOD[:-200], "E_FILE", "damaged, or was cut off"),
        "its first bytes": (GOOD[:30], "E_FILE", "damaged, or was cut off"),
        "no workbook in it": (packed({"a.txt": b"x"}), "E_FILE", "without a workbook"),
        "an old workbook": (ENCRYPTED[:600], "E_FILE", "old binary form (.xls)"),
        "a password": (ENCRYPTED, "E_FILE", "protected by a password"),
        "OpenDocument": (
            packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}, 0),
            "E_FILE",
            "OpenDocument",
        ),
        "binary parts": (packed({**parts, "xl/workbook.bin": b"x"}), "E_FILE", "binary workbook (.xlsb)"),
        "PDF": (b"%PDF-1.7 \xe2\xe3", "E_FILE", "no workbook, though its name says so"),
        "a web page": (b"<html><table></table></html>", "E_FILE", "no workbook, though its name says so"),
        "a document type": (
            changed(GOOD, FIRST_SHEET, b"?>", b'?><!DOCTYPE x [<!ENTITY lol "lol">]>'),
            "E_XML",
            "declares a document type",
        ),
        "a document type in the texts": (
            packed({**parts, "xl/sharedStrings.xml": b"<!DOCTYPE sst [<!ENTITY x SYSTEM 'file:///x'>]><sst/>"}),
            "E_XML",
            "xl/sharedStrings.xml declares a document type",
        ),
        "XML that does not end": (changed(GOOD, FIRST_SHEET, b"</worksheet>", b""), "E_XML", "not well-formed"),
        "a cell that is none": (changed(GOOD, FIRST_SHEET, b'"B2"', b'"2B"'), "E_XML", "2B is no cell"),
        "a text that is not there": (
            changed(GOOD, FIRST_SHEET, b'<c r="B2">', b'<c r="B2" t="s">'),
            "E_FILE",
            "cannot be read",
        ),
        "the last cell there is": (
            changed(GOOD, FIRST_SHEET, b'r="B2"', b'r="XFD1048576"'),
            "E_LIMIT",
            "cell XFD1048576 is filled",
        ),
        "too many parts": (packed({**parts, **{f"x{n}": b"" for n in range(2_000)}}), "E_LIMIT", "parts"),
        "zeros that pack well": (
            packed({**parts, "xl/worksheets/sheet2.xml": b"0" * 30_000_000}),
            "E_LIMIT",
            "times its size",
        ),
        "more than memory": (
            packed({**parts, "xl/media/x.png": b"0" * 200_000_000}),
            "E_LIMIT",
            "unpacks to 200,0",
        ),
        "a size that is a lie": (
            with_stated_size(
                changed(GOOD, FIRST_SHEET, b"<sheetData>", b" " * 90_000 + b"<sheetData>"), FIRST_SHEET, 500
            ),
            "E_FILE",
            "damaged, or was cut off",
        ),
        "a part that is said to be encrypted": (with_flag(GOOD, FIRST_SHEET, 1), "E_FILE", "password"),
    }


def with_stated_size(data: bytes, part: str, size: int) -> bytes:
    """Return a package whose directory states another size of a part."""
    return _in_directory(data, part, 24, struct.pack("<I", size))


def with_flag(data: bytes, part: str, flag: int) -> bytes:
    return _in_directory(data, part, 8, struct.pack("<H", flag))


def _in_directory(data: bytes, part: str, offset: int, value: bytes) -> bytes:
    changing, place = bytearray(data), 0
    while (place := data.find(b"PK\x01\x02", place)) >= 0:
        if data[place + 46 :].startswith(part.encode()):
            changing[place + offset : place + offset + len(value)] = value
            return bytes(changing)
        place += 4
    raise AssertionError(f"no {part} in the directory")


@pytest.mark.parametrize("name", list(odd_files()))
def test_an_odd_file_is_refused_in_one_line(name: str) -> None:
    data, code, words = odd_files()[name]

    line = refused(data)

    assert line.startswith(f"error: {code}: register.xlsx")
    assert words in line
    assert "\n" not in line


def test_a_size_that_is_claimed_for_a_sheet_costs_nothing() -> None:
    [sheet] = read(raw_sheet(HEADINGS, before='<dimension ref="A1:XFD1048576"/>'))

    assert len(sheet.rows) == 1


def test_macros_links_and_pictures_are_left_alone() -> None:
    more = {"xl/vbaProject.bin": b"\0" * 99, "xl/externalLinks/externalLink1.xml": b"<!DOCTYPE x><x/>"}

    [sheet] = read(packed({**parts_of(GOOD), **more}))

    assert sheet.rows[1] == ["ada", 5]


def test_a_workbook_by_another_name_in_its_package_is_found() -> None:
    parts = parts_of(GOOD)
    parts["xl/workbook22.xml"] = parts.pop("xl/workbook.xml")
    parts["xl/_rels/workbook22.xml.rels"] = parts.pop("xl/_rels/workbook.xml.rels")
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"/xl/workbook22.xml")

    [sheet] = read(packed(parts))

    assert sheet.rows[1] == ["ada", 5]


@pytest.mark.parametrize(
    ("filled", "accepted"), [("A200000", True), ("A200001", False), ("IV1", True), ("IW1", False)]
)
def test_rows_and_columns_have_a_limit(filled: str, accepted: bool) -> None:
    column = filled.rstrip("0123456789")
    data = raw_sheet(row(int(filled[len(column) :]), f'<c r="{filled}"><v>1</v></c>'))

    if accepted:
        assert read(data)
    else:
        assert f"cell {filled} is filled" in refused(data)


def test_cells_that_have_a_format_and_nothing_else_cost_nothing_far_below() -> None:
    [sheet] = read(raw_sheet(HEADINGS + row(1_048_576, '<c r="A1048576" s="0"/>')))

    assert len(sheet.rows) == 1


def test_many_sheets_are_too_many() -> None:
    def fill(book: Any) -> None:
        for _ in range(package.MAX_SHEETS + 1):
            book.add_worksheet()

    assert "51 sheets" in refused(made_workbook(fill))


def test_a_file_above_the_limit_is_not_looked_into() -> None:
    assert "longer than 50,000,000 bytes" in refused(b"PK\x03\x04" + b"\0" * cells.MAX_FILE_BYTES)


def test_a_chart_on_a_sheet_of_its_own_is_no_table() -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("Holders").write(0, 0, 1)
        sheet = book.add_chartsheet("Picture")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Holders!$A$1:$A$2"})
        sheet.set_chart(chart)

    assert [sheet.name for sheet in read(made_workbook(fill))] == ["Holders"]


def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)

    with pytest.raises(LibraryMissing, match=r"pip install 'captable-ledger\[excel\]'"):
        read(GOOD)


# --- anything at all --------------------------------------------------------------------------------------

BITS = [
    b"<v>",
    b"</v>",
    b"<f>",
    b"</c>",
    b"<",
    b">",
    b'"',
    b"&",
    b' t="s"',
    b' t="e"',
    b' t="d"',
    b' hidden="1"',
    b"A1",
    b"9" * 20,
]
PARTS = [name for name in parts_of(GOOD) if name.endswith((".xml", ".rels"))]


@given(
    part=st.sampled_from(PARTS),
    place=st.integers(0, 2_000),
    taken=st.integers(0, 30),
    put=st.sampled_from(BITS) | st.binary(max_size=6),
)
def test_a_workbook_with_anything_in_it_is_read_or_refused(part: str, place: int, taken: int, put: bytes) -> None:
    parts = parts_of(GOOD)
    content = parts[part]
    place %= len(content)
    parts[part] = content[:place] + put + content[place + taken :]

    lines = told([File("register.xlsx", packed(parts))])

    assert all(line.startswith("error: E_") and line.isprintable() for line in lines)
