"""What a file may make its reader do: each limit is met before the work that it bounds."""

from datetime import date

import pytest

from ledger.errors import NotUnderstood
from ledger.exchange import holder_list, json_lines, xbrl
from ledger.exchange.refused import ENOUGH, SHOWN, InputRefused
from ledger.exchange.register import File, Instructions, proposed
from ledger.exchange.register.cells import MAX_COLUMNS, MAX_ROWS
from ledger.exchange.register.scan import SheetScan
from ledger.exchange.xbrl.document import MAX_DECLARED
from ledger.exchange.xbrl.tables import MAX_VALUES
from tests.ledger.exchange.register.made import raw_sheet


def refused(name: str, data: bytes) -> str:
    with pytest.raises(InputRefused) as caught:
        proposed([File(name, data)], None, Instructions(as_of=date(2026, 1, 1)))
    assert caught.value.code == "E_LIMIT"
    return str(caught.value)


def test_a_file_of_something_else_is_not_read_to_its_end() -> None:
    with pytest.raises(InputRefused) as caught:
        json_lines.read(b"x\n" * 20_000_000)

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


@pytest.mark.parametrize("count", [2, 3])
def test_merged_cells_are_counted(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.exchange.register.scan.MAX_ROWS", 2)
    merged = '<mergeCell ref="A1:B2"/>' * count
    data = raw_sheet("", after=f"<mergeCells>{merged}</mergeCells>")

    with pytest.raises(InputRefused) as caught:
        proposed([File("register.xlsx", data)])

    assert ("too many merged cells" in str(caught.value)) is (count > 2)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<a " + b" ".join(b'xmlns:a%d="u"' % number for number in range(MAX_DECLARED + 1)) + b"/>", "namespaces"),
        (b'<a><b xmlns:c="u"/>' + b'<b xmlns:c="u"/>' * MAX_DECLARED + b"</a>", "namespaces"),
        (b"[" + b"[]," * (MAX_VALUES // 2) + b"[]]", "values"),
        (b"{" + b'"a":1,' * MAX_VALUES + b'"a":1}', "values"),
    ],
    ids=["at once", "one by one", "lists", "keys"],
)
def test_a_filing_is_bounded_in_what_it_declares_and_holds(data: bytes, what: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        xbrl.read(File("filing.htm", data))

    assert (caught.value.code, what in str(caught.value)) == ("E_LIMIT", True)


@pytest.mark.parametrize("known", [1_000, 1_001])
def test_a_mistaken_holder_is_not_compared_with_everybody(known: int) -> None:
    holders = {f"fund-{number}" for number in range(known)}

    with pytest.raises(InputRefused) as caught:
        holder_list.read(File("list.csv", b"Name,Shares,Holder ID\nFund,5,fumd-7\n"), holders)

    assert caught.value.code == "E_UNKNOWN"
    assert ("did you mean fund-" in str(caught.value)) is (known == 1_000)


def test_hidden_rows_below_those_that_are_read_are_not_kept() -> None:
    scan = SheetScan("sheet", computed=True)
    for row in (1, MAX_ROWS, MAX_ROWS + 1, 9_999_999):
        scan.start("row", {"r": str(row), "hidden": "1"})

    assert scan.part("sheet", hidden=False).hidden_rows == {0, MAX_ROWS - 1}
