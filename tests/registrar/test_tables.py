"""What tables look like: compared with the files that people have looked at, and at their edges."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Money, Shares
from projections import Bounds
from registrar.tables import RULE, Column, amount, bounds, percent, table
from registrar.text import safe, width_of, wrapped
from tests.golden import make_tables

KEPT = {path.name: path.read_text(encoding="utf-8") for path in make_tables.FOLDER.glob("*.txt")}


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return dict(make_tables.tables())


def test_there_is_a_file_for_every_table(drawn: dict[str, str]) -> None:
    assert sorted(drawn) == sorted(KEPT), "python -m tests.golden.make_tables keeps them; look at what changed"


@pytest.mark.parametrize("name", sorted(KEPT))
def test_a_table_is_printed_as_it_was_kept(name: str, drawn: dict[str, str]) -> None:
    assert drawn[name] == KEPT[name]


@pytest.mark.parametrize("name", sorted(name for name in KEPT if ".80." in name))
def test_lines_fit_the_terminal_but_for_addresses(name: str) -> None:
    assert [line for line in KEPT[name].splitlines() if width_of(line) > 80 and "://" not in line] == []


@pytest.mark.parametrize(
    ("figure", "printed"),
    [
        (Shares(0), "-"),
        (Shares(1), "1"),
        (Shares(-1), "(1)"),
        (Shares(1_234_567), "1,234,567"),
        (Shares("1234.0000000001"), "1,234.0000000001"),
        (Shares(2**63), "9,223,372,036,854,775,808"),
        (Shares.of_units(Fraction(10**10, 3)), "1/3"),
        (Money(0, "USD"), "-"),
        (Money("-1234.5", "USD"), "(1,234.5) USD"),
        (Money(1_000, "JPY"), "1,000 JPY"),
        (Fraction(-7, 2), "(3.5)"),
    ],
    ids=str,
)
def test_a_figure_is_printed(figure: Shares | Money | Fraction, printed: str) -> None:
    assert amount(figure) == printed


@pytest.mark.parametrize(
    ("low", "high", "printed"),
    [
        (Shares(200), Shares(800), "200 – 800"),
        (Shares(0), Shares(800), "0 – 800"),
        (Shares(-5), Shares(0), "(5) – 0"),
        (Shares(0), Shares(0), "-"),
        (Shares(200), None, "at least 200"),
        (Shares(0), None, "unknown"),
        (None, Shares(0), "at most -"),
        (None, Shares(800), "at most 800"),
        (None, None, "unknown"),
        (Money(200, "USD"), Money(800, "USD"), "200 – 800 USD"),
        (Money(800_000, "USD"), None, "at least 800,000 USD"),
    ],
    ids=str,
)
def test_a_figure_that_is_not_known_is_printed_as_its_bounds(low: Shares, high: Shares, printed: str) -> None:
    assert bounds(Bounds(low, high)) == printed


@pytest.mark.parametrize(
    ("low", "high", "printed"),
    [
        (Fraction(1, 3), Fraction(1, 3), "33.33"),
        (Fraction(2, 3), Fraction(2, 3), "66.67"),
        (Fraction(1, 3), Fraction(2, 3), "33.33 – 66.67"),
        (Fraction(1, 30_000), Fraction(1), "0.00 – 100.00"),
        (Fraction(0), Fraction(1, 10**9), "0.00 – 0.01"),
        (None, None, "unknown"),
    ],
    ids=str,
)
def test_bounds_of_a_percentage_are_rounded_outwards(low: Fraction, high: Fraction, printed: str) -> None:
    assert percent(Bounds(low, high)) == printed


def test_what_is_too_wide_goes_column_by_column() -> None:
    columns = [Column("Holder"), Column("Shares", right=True), Column("Votes", right=True, optional=True)]
    rows = [["a long name of a holder", "1,000", "1,000"], RULE, ["all", "1,000", "1,000"]]

    assert table(columns, rows, 40)[0] == "Holder                   Shares  Votes"
    assert table(columns, rows, 40)[-1] == "all                       1,000  1,000"
    assert table(columns, rows, 36)[-1] == "(not shown for want of width: Votes)"
    assert table(columns, rows, 36)[0] == "Holder                   Shares"
    assert table(columns, rows, 24) == [
        "Holder            Shares",
        "----------------  ------",
        "a long name of a   1,000",
        "holder",
        "----------------  ------",
        "all                1,000",
        "(not shown for want of",
        "width: Votes)",
    ]


_texts = st.text(max_size=30)


@given(st.lists(st.tuples(_texts, _texts, _texts), max_size=4), st.integers(20, 100))
def test_no_cell_reaches_the_terminal_as_an_order(rows: list[tuple[str, str, str]], width: int) -> None:
    lines = table([Column("A"), Column("B", right=True), Column("C", optional=True)], rows, width)

    assert all(safe(line) == line for line in lines)


@given(st.text())
def test_a_paragraph_is_safe(text: str) -> None:
    assert all(safe(line) == line for line in wrapped(text, 40))


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\x1b[31m", "a\\x1b[31m"), ("\u202eb", "\\u202eb"), ("\udcff", "\\udcff"), ("é", "é"), ("日光", "日光")],
    ids=ascii,
)
def test_what_a_terminal_obeys_is_escaped(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_tables_are_kept_where_the_tests_look() -> None:
    assert Path(__file__).parents[1] / "golden" / "tables" == make_tables.FOLDER
