"""CSV files: separators, quotation marks, encodings, and what is refused of each."""

import csv
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.exchange.register import cells, delimited
from ledger.exchange.register.cells import Cell, File, Unreadable
from ledger.exchange.register.layout import is_heading
from tests import strategies
from tests.ledger.exchange.register.made import told


def rows(data: bytes) -> Sequence[Sequence[Cell]]:
    return delimited.read(File("positions.csv", data), is_heading).rows


def refused(data: bytes) -> str:
    with pytest.raises(NotUnderstood) as refusal:
        rows(data)
    return refusal.value.line()


EXPECTED = [["Holder", "Shares"], ["Quill, Ada", "5"]]


@pytest.mark.parametrize(
    "data",
    [
        b'Holder,Shares\n"Quill, Ada",5\n',
        b'Holder,Shares\r\n"Quill, Ada",5',
        b'Holder,Shares\r"Quill, Ada",5\r',
        b'\xef\xbb\xbfHolder,Shares\n"Quill, Ada",5\n',
        b"Holder;Shares\nQuill, Ada;5\n",
        b"Holder\tShares\nQuill, Ada\t5\n",
        b"  Holder ;\xc2\xa0Shares\n Quill, Ada; 5 \n",
    ],
    ids=["commas", "CRLF", "CR", "byte order mark", "semicolons", "tabs", "blanks"],
)
def test_the_separator_is_the_one_that_finds_the_headings(data: bytes) -> None:
    assert rows(data) == EXPECTED


def test_a_first_line_may_say_the_separator_and_counts_as_a_row() -> None:
    assert rows(b"sep=;\r\nHolder;Shares\r\nQuill, Ada;5\r\n") == [[], *EXPECTED]


def test_commas_in_a_title_above_do_not_make_commas_the_separator() -> None:
    data = (
        b"Register of Acme, Inc., as of today, and so on;;;\nHolder;Shares;Class;Certificate\nAda;5;common;CS-1\n"
    )

    assert rows(data)[2] == ["Ada", "5", "common", "CS-1"]


def test_a_line_feed_in_quotation_marks_stays_in_its_cell() -> None:
    assert rows(b'Holder,Shares\n"Ada\nQuill",5\nBob,6\n') == [
        ["Holder", "Shares"],
        ["Ada\nQuill", "5"],
        ["Bob", "6"],
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("Holder,Shares".encode("utf-16"), "E_ENCODING: positions.csv: the file looks like UTF-16 (offset 0)"),
        (
            "Holder,Shares\nJosé,5\n".encode("cp1252"),
            "E_ENCODING: positions.csv: byte 0xe9 at offset 17 is not UTF-8 (save it as CSV UTF-8)",
        ),
        (b"Holder,Shares\nA\0da,5\n", "E_ENCODING: positions.csv: a zero byte at offset 15"),
        (
            b'Holder,Shares\nBob,1\n"Ada,5\n',
            "E_CSV: positions.csv row 3: a quotation mark is opened and never closed",
        ),
        (
            b'Holder,Shares\n"Ada" Quill,5\n',
            "E_CSV: positions.csv row 2: something follows a closing quotation mark",
        ),
        (
            b"Holder,Shares\n" + b"x" * 200_000 + b",5\n",
            "E_LIMIT: positions.csv row 2: a cell is longer than 131,072",
        ),
        (b"Holder,Shares\n" + b"," * 256 + b"\n", "E_LIMIT: positions.csv: row 2 has 257 cells"),
        (b"x" * (cells.MAX_FILE_BYTES + 1), "E_LIMIT: positions.csv: the file is longer than 50,000,000 bytes"),
    ],
    ids=["UTF-16", "Windows-1252", "NUL", "open quote", "closed quote", "long cell", "wide row", "long file"],
)
def test_a_file_that_is_no_csv_is_refused_with_its_place(data: bytes, told: str) -> None:
    assert refused(data).startswith(f"error: {told}")


@pytest.mark.parametrize(("count", "accepted"), [(cells.MAX_ROWS, True), (cells.MAX_ROWS + 1, False)])
def test_rows_have_a_limit(count: int, accepted: bool) -> None:
    data = b"1\n" * count

    if accepted:
        assert len(rows(data)) == count
    else:
        assert "row 200,001 is beyond the limit" in refused(data)


@pytest.mark.parametrize(("length", "accepted"), [(8_000, True), (8_001, False)])
def test_a_long_cell_is_told_where_it_is_needed(length: int, accepted: bool) -> None:
    [[cell]] = rows(b"x" * length)

    assert isinstance(cell, str) == accepted
    if not accepted:
        assert cell == Unreadable("E_LIMIT", "the cell has 8,001 characters", "at most 2,000")


# --- writing ----------------------------------------------------------------------------------------------


def test_text_that_a_spreadsheet_program_would_compute_is_guarded() -> None:
    written = delimited.write([["=HYPERLINK(1)", "+1", "-1", "@x", -5, "'=1", "a=b", "'tis"]])

    [line] = csv.reader(written.decode().splitlines())
    assert line == ["'=HYPERLINK(1)", "'+1", "'-1", "'@x", "-5", "''=1", "a=b", "'tis"]


@given(
    st.lists(st.lists(strategies.texts() | st.sampled_from(["'=x", "''-", "'", "=", "#"]), min_size=2), min_size=1)
)
def test_any_text_is_read_back_as_it_was_written(table: list[list[str]]) -> None:
    assert rows(b"sep=,\n" + delimited.write(table))[1:] == table


@given(st.binary(max_size=200) | st.text(alphabet="\",;\t\r\n='#ab1.", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    lines = told([File("positions.csv", data)])

    assert all(line.startswith("error: E_") and line.isprintable() for line in lines)
