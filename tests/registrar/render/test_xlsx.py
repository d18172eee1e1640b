"""An Excel workbook, read back with a second library, and computed by a third programme."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from ledger import Ledger, Money, Shares
from ledger.errors import LibraryMissing
from projections import Bounds, cap_table, commitments, of_class, rollforward
from registrar import views
from registrar.render import cells, xlsx
from registrar.report import Cell, Check, Column, Kind, Report, Role, Row, Table
from registrar.text import safe
from tests.golden import make_tables
from tests.registrar.render import reports


def sheets_of(data: bytes) -> dict[str, list[list[Any]]]:
    """Return the cells of every sheet, by the name of the sheet."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def formulas_in(data: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    return [formula for part in parts for formula in re.findall(r"<f>(.*?)</f>", part)]


def part_of(data: bytes, name: str) -> str:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name).decode()


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    make_tables.acme(path)
    with Ledger.open(path) as ledger:
        yield ledger


# --- cell by cell -------------------------------------------------------------------------------------------


def test_figures_are_numbers_days_are_days_and_names_are_text() -> None:
    sheets = sheets_of(xlsx.workbook(reports.whole()))

    assert list(sheets) == ["Summary", "Holdings", "Classes", "Entries", "Checks"]
    assert sheets["Holdings"] == [
        ["Holder", "Id", "Shares", "% of class", "Paid (USD)", "Since"],
        ["Ada Quill", "ada", 2_000.0, 2 / 3, 100.5, date(2026, 1, 2)],
        ["Bob Quill", "bob", 1_000.0, 1 / 3, -0.25, date(2026, 1, 2)],
        ["outstanding", "", 3_000.0, 1.0, 100.25, ""],
    ]
    assert sheets["Entries"] == [
        ["Entry", "What happened", "Recorded (UTC)", "By", "Note"],
        [9.0, "common-issued", datetime(2026, 1, 2, 3, 4, 5), "counsel", ""],
        [10.0, "entry-voided", date(2026, 1, 3), "counsel", "A slip."],
    ]


def test_figures_below_one_another_stand_so_on_their_sheet() -> None:
    assert sheets_of(xlsx.workbook(reports.whole()))["Classes"] == [
        ["Class", "common", "series-a", "What it is"],
        ["Register", "complete", "partial", ""],
        ["Authorized", 10_000.0, "10 or 20", "by the charter"],
        ["Outstanding, at least", 3_000.0, 0.0, ""],
        ["Outstanding, at most", 3_000.0, "unknown", ""],
        ["Available, at least", 7_000.0, "unknown", ""],
        ["Available, at most", 7_000.0, 20.0, ""],
        ["Stated value (USD)", "not stated", 10.0, ""],
    ]


def test_a_figure_between_two_values_has_two_columns_where_there_is_one() -> None:
    rows = sheets_of(xlsx.workbook(reports.whole(is_known=False)))["Holdings"]

    assert rows[0][2:] == [
        *("Shares, at least", "Shares, at most"),
        *("% of class, at least", "% of class, at most"),
        "Paid (USD)",
        *("Since, earliest", "Since, latest"),
    ]
    assert rows[1][2:4] == [2_000.0, 2_000.0]
    assert rows[4][2:] == [0.0, 5.0, "unknown", "unknown", "", date(2026, 1, 2), date(2026, 2, 1)]
    assert rows[5][2:4] == [0.0, "unknown"]


def test_the_summary_says_what_was_asked_and_known() -> None:
    rows = {row[0]: row[1] for row in sheets_of(xlsx.workbook(reports.whole(is_known=False)))["Summary"]}

    assert rows["Issuer"] == "Acme Solar, Inc. (acme)"
    assert rows["At the close of"] == date(2026, 6, 30)
    assert rows["As known from"] == "entries 1 to 7, the last recorded 2026-07-01 12:30:15 UTC"
    assert rows["Digest of the record"] == reports.DIGEST
    assert rows["Sheet Checks"] == "every comparison reads zero"
    assert rows[""] == "Percentages are of what is outstanding."


def test_a_currency_stands_above_or_beside_and_is_never_lost() -> None:
    column = Column(name="figure", heading="Figure", kind=Kind.FIGURE)

    def sheet(*values: Any) -> list[list[Any]]:
        table = Table(name="x", title="X", columns=(column,), rows=[Row((value,)) for value in values])
        return sheets_of(xlsx.workbook(reports.report(table)))["X"]

    assert sheet(None, Money(1, "USD")) == [["Figure (USD)"], [""], [1.0]]
    assert sheet(Shares(1)) == [["Figure"], [1.0]]
    both = [["Figure", "Figure, currency"], [1.0, "USD"], [1.0, "EUR"]]
    assert sheet(Money(1, "USD"), Money(1, "EUR")) == both
    assert sheet(Money(1, "USD"), Shares(2)) == [["Figure", "Figure, currency"], [1.0, "USD"], [2.0, ""]]


# --- exactness ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        ("999999999999999", 999_999_999_999_999.0),
        ("1000000000000000", 1e15),
        ("1000000000000001", "1000000000000001"),
        ("-1000000000000001", "-1000000000000001"),
        ("12345.0123456789", 12345.0123456789),
        ("123456.0123456789", "123456.0123456789"),
        ("0.0000000001", 1e-10),
    ],
)
def test_a_number_that_excel_would_round_is_text(number: str, cell: Any) -> None:
    column = Column(name="shares", heading="Shares", kind=Kind.SHARES)
    table = Table(name="x", title="X", columns=(column,), rows=(Row((Shares(number),)),))
    data = xlsx.workbook(reports.report(table))

    assert sheets_of(data)["X"][1] == [cell]
    with zipfile.ZipFile(BytesIO(data)) as archive:
        noted = any("comments" in name for name in archive.namelist())
    assert noted is isinstance(cell, str)


@given(st.integers(-(10**20), 10**20), st.integers(0, 10))
@settings(max_examples=200)
def test_what_is_kept_as_a_number_is_the_same_number(units: int, places: int) -> None:
    value = Fraction(units, 10**places)

    if cells.kept(value):
        assert Fraction(f"{float(value):.15g}") == value


def test_a_figure_that_is_text_takes_no_part_in_formulas() -> None:
    column = Column(name="shares", heading="Shares", kind=Kind.SHARES)
    rows = [Row((Shares(10**15 + 1),)), Row((Shares(1),)), Row((Shares(10**15 + 2),), Role.TOTAL)]
    data = xlsx.workbook(reports.report(Table(name="x", title="X", columns=(column,), rows=rows)))

    assert [row[0] for row in sheets_of(data)["X"]] == ["Shares", "1000000000000001", 1.0, "1000000000000002"]
    assert not any("A2" in formula for formula in formulas_in(data))


@pytest.mark.parametrize("day", [date(1600, 1, 1), date(1900, 2, 28)])
def test_a_day_that_excel_does_not_know_is_text(day: date) -> None:
    column = Column(name="on", heading="On", kind=Kind.DAY)
    table = Table(name="x", title="X", columns=(column,), rows=(Row((day,)), Row((date(1900, 3, 1),))))

    assert sheets_of(xlsx.workbook(reports.report(table)))["X"] == [["On"], [str(day)], [date(1900, 3, 1)]]


def test_a_text_that_does_not_fit_a_cell_is_cut_with_a_note() -> None:
    data = xlsx.workbook(reports.named("a" * (xlsx.LONGEST_TEXT + 1)))

    assert sheets_of(data)["Holdings"][1][0] == "a" * xlsx.LONGEST_TEXT
    assert "32,768 were recorded" in part_of(data, "xl/comments1.xml")


# --- formula injection --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", reports.INJECTIONS)
def test_a_name_is_text_whatever_it_looks_like(name: str) -> None:
    everywhere = reports.report(
        *reports.named(name).tables,
        title=f"{name}x",
        asked=reports.asked(issuer_name=name),
        notes=[name],
        says=name,
        checks=[Check(what=name, plus=(Cell("holdings", 0, "shares"),), minus=(Cell("holdings", 0, "shares"),))],
    )
    data = xlsx.workbook(everywhere)

    assert sheets_of(data)["Holdings"][1] == [safe(name), 1.0]
    assert set(formulas_in(data)) == set(formulas_in(xlsx.workbook(_checked(reports.named("x")))))
    assert "<hyperlink" not in part_of(data, "xl/worksheets/sheet2.xml")


def _checked(report: Report) -> Report:
    cell = Cell("holdings", 0, "shares")
    return reports.report(*report.tables, checks=[Check(what="x", plus=(cell,), minus=(cell,))])


def test_the_margins_of_a_page_hold_any_name() -> None:
    issuer = "R&D & Sons &P &D " * 30
    data = xlsx.workbook(reports.report(*reports.named("x").tables, asked=reports.asked(issuer_name=issuer)))

    header = re.findall(r"<oddHeader>(.*?)</oddHeader>", part_of(data, "xl/worksheets/sheet2.xml"), re.DOTALL)[0]
    assert header.startswith("&amp;L&amp;BR&amp;&amp;D &amp;&amp; Sons &amp;&amp;P &amp;&amp;D")
    assert len(header.replace("&amp;", "&")) <= 255


# --- how it is set up ---------------------------------------------------------------------------------------


def test_the_same_report_is_the_same_bytes_in_another_process() -> None:
    script = (
        "import sys; from registrar.render import xlsx; from tests.registrar.render import reports;"
        "sys.stdout.buffer.write(xlsx.workbook(reports.whole(is_known=False)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, cwd=Path(__file__).parents[3]
    )

    assert done.stdout == xlsx.workbook(reports.whole(is_known=False))


def test_the_head_stays_the_rows_are_filtered_and_a_page_is_one_wide() -> None:
    sheet = part_of(xlsx.workbook(reports.whole()), "xl/worksheets/sheet2.xml")

    assert 'topLeftCell="B2" activePane="bottomRight" state="frozen"' in sheet
    assert '<autoFilter ref="A1:F4"/>' in sheet
    assert '<pageSetup fitToHeight="0" orientation="landscape"/>' in sheet
    assert "Page &amp;P of &amp;N" in sheet
    assert f"Digest of the record {reports.DIGEST}" in sheet
    assert "Cap table at the close of 2026-06-30" in sheet


def test_each_comparison_says_of_which_row_it_is(acme: Ledger) -> None:
    answer = commitments(acme, as_of="2026-04-01")
    [_, *compared] = sheets_of(xlsx.workbook(views.commitments(acme, answer)))["Checks"]
    names = [str(row[0]) for row in compared if row[0]]

    assert len(set(names)) == len(names)
    assert "Tranches, spa t1: undrawn (USD), as the ledger has it" in names


def test_a_table_that_is_called_like_a_sheet_of_ours_gets_another_name() -> None:
    [table] = reports.named("x").tables
    summary = Table(name="checks", title="X", columns=table.columns, rows=table.rows)

    assert list(sheets_of(xlsx.workbook(reports.report(summary)))) == ["Summary", "Checks table", "Checks"]


def test_without_the_library_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)

    with pytest.raises(LibraryMissing) as refused:
        xlsx.workbook(reports.whole())
    assert "pip install 'captable-ledger[excel]'" in str(refused.value)


# --- formulas and checks ------------------------------------------------------------------------------------


def test_totals_parts_and_sums_across_are_live() -> None:
    found = formulas_in(xlsx.workbook(reports.whole()))

    assert {"SUM(C2:C3)", "SUM(D2:D3)", "SUM(E2:E3)", "C2/C$4".replace("$", ""), "B3-B4", "B3-B5"} <= set(found)


def test_a_total_takes_away_what_has_the_other_sign_and_passes_over_what_is_said_beside() -> None:
    column = Column(name="shares", heading="Shares", kind=Kind.SHARES)
    rows = [
        Row((Shares(10),)),
        Row((Shares(4),), sign=-1),
        Row((Shares(99),), Role.MEMO),
        Row((Shares(6),), Role.TOTAL),
    ]
    data = xlsx.workbook(reports.report(Table(name="x", title="X", columns=(column,), rows=rows)))

    assert "A2-A3" in formulas_in(data)


def test_amounts_in_several_currencies_have_no_live_total() -> None:
    column = Column(name="paid", heading="Paid", kind=Kind.MONEY)
    rows = [Row((Money(1, "USD"),)), Row((Money(2, "EUR"),)), Row((Money(3, "USD"),), Role.TOTAL)]
    data = xlsx.workbook(reports.report(Table(name="x", title="X", columns=(column,), rows=rows)))

    assert not any("A2" in formula for formula in formulas_in(data))


def many(count: int, *, every_other_taken_away: bool = False) -> Report:
    """Return a table of many rows with their total, and a check of those that are added."""
    column = Column(name="shares", heading="Shares", kind=Kind.SHARES)
    signs = [-1 if every_other_taken_away and number % 2 else 1 for number in range(count)]
    rows = [Row((Shares(1),), sign=sign) for sign in signs]
    table = Table(name="x", title="X", columns=(column,), rows=[*rows, Row((Shares(sum(signs)),), Role.TOTAL)])
    added = tuple(Cell("x", number, "shares") for number, sign in enumerate(signs) if sign > 0)
    return reports.report(table, checks=[Check(what="x", plus=added, minus=added)])


def test_a_formula_over_many_rows_is_short_or_is_none() -> None:
    long = formulas_in(xlsx.workbook(many(3_000)))
    assert {"SUM(A2:A3001)", "SUM('X'!A2:A3001)"} <= set(long)

    broken_up = formulas_in(xlsx.workbook(many(3_000, every_other_taken_away=True)))
    assert max(map(len, broken_up)) <= 8_192
    assert not any(formula.startswith("A2") for formula in broken_up)


def test_where_a_figure_is_open_there_is_no_formula_and_the_checks_say_so() -> None:
    shares = Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True)
    rows = [Row((Bounds(Shares(1), Shares(2)),)), Row((reports.exactly(Shares(2)),), Role.TOTAL)]
    check = Check(what="x", plus=(Cell("x", 1, "shares"),), minus=(Cell("x", 0, "shares"),))
    table = Table(name="x", title="X", columns=(shares,), rows=rows)
    data = xlsx.workbook(reports.report(table, checks=[check]))

    assert formulas_in(data) == [
        'IF(Checks!$D$2=0,"every comparison reads zero","a comparison does not read zero")',
        "0",
    ]
    assert sheets_of(data)["Checks"][-1][0] == ("1 comparison is left out: a figure in it is not known exactly.")


def test_a_check_that_does_not_come_to_zero_says_by_how_much() -> None:
    column = Column(name="shares", heading="Shares", kind=Kind.SHARES)
    table = Table(name="x", title="X", columns=(column,), rows=(Row((Shares(3),)), Row((Shares("1.5"),))))
    check = Check(what="both", plus=(Cell("x", 0, "shares"),), minus=(Cell("x", 1, "shares"),))
    sheets = sheets_of(xlsx.workbook(reports.report(table, checks=[check])))

    assert sheets["Checks"][1] == ["both", 3.0, 1.5, 1.5]
    assert sheets["Checks"][2][3] == 1.5
    assert ["Sheet Checks", "a comparison does not read zero"] in sheets["Summary"]


# --- computed by LibreOffice --------------------------------------------------------------------------------


def without_values(data: bytes) -> bytes:
    """Return a workbook in which no formula has its value beside it, so that whoever opens it has to compute."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if "worksheets/sheet" in name:
                part = re.sub(rb"(<f>[^<]*</f>)<v>[^<]*</v>", rb"\1", part)
            new.writestr(name, part)
    return file.getvalue()


def reports_of(acme: Ledger) -> dict[str, Report]:
    """Return reports with formulas of every kind."""
    outstanding = of_class("common", "outstanding")
    return {
        "cap-table": views.cap_table(acme, cap_table(acme, as_of="2026-07-01")),
        "later-units": views.cap_table(acme, cap_table(acme, as_of="2026-06-30", basis="2026-07-01")),
        "commitments": views.commitments(acme, commitments(acme, as_of="2026-04-01")),
        "rollforward": views.rollforward(
            acme, rollforward(acme, outstanding, after="2026-01-31", through="2026-07-01"), acme.position()
        ),
        "made": reports.whole(is_known=False),
        "cents": _cents(),
    }


def _cents() -> Report:
    """Return amounts whose sum binary floating point does not get right by itself."""
    column = Column(name="paid", heading="Paid", kind=Kind.MONEY)
    rows = [Row((Money(amount, "USD"),)) for amount in ("0.1", "0.2", "999999999999.7")]
    rows.append(Row((Money("1000000000000", "USD"),), Role.TOTAL))
    cells = tuple(Cell("x", place, "paid") for place in range(3))
    check = Check(what="all", plus=(Cell("x", 3, "paid"),), minus=cells)
    return reports.report(Table(name="x", title="X", columns=(column,), rows=rows), checks=[check])


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_computes_what_the_ledger_says_and_every_check_reads_zero(acme: Ledger, tmp_path: Path) -> None:
    ours = {name: xlsx.workbook(report) for name, report in reports_of(acme).items()}
    for name, data in ours.items():
        (tmp_path / f"{name}.xlsx").write_bytes(without_values(data))
    computed = tmp_path / "computed"
    subprocess.run(
        [
            *("soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"),
            *(
                "--convert-to",
                "xlsx",
                "--outdir",
                str(computed),
                *(str(tmp_path / f"{name}.xlsx") for name in ours),
            ),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )

    for name, data in ours.items():
        theirs, mine = sheets_of((computed / f"{name}.xlsx").read_bytes()), sheets_of(data)
        assert list(theirs) == list(mine)
        for sheet, rows in mine.items():
            for row, other in zip(rows, theirs[sheet], strict=False):
                assert _rounded(other[: len(row)]) == _rounded(row), f"{name}, {sheet}"
        differences = [row[3] for row in theirs["Checks"][1:] if row[0] and row[3] != ""]
        assert len(differences) > 1
        assert set(differences) == {0.0}, name
        assert ["Sheet Checks", "every comparison reads zero"] in [row[:2] for row in theirs["Summary"]]


def _rounded(row: list[Any]) -> list[Any]:
    return [float(f"{cell:.12g}") if isinstance(cell, float) else cell for cell in row]


def test_without_values_nothing_is_left_but_formulas() -> None:
    data = xlsx.workbook(reports.whole())

    assert sheets_of(data)["Holdings"][3][2] == 3_000.0
    assert sheets_of(without_values(data))["Holdings"][3][2] in ("", 0.0, None)
