"""Text, tidy CSV, Markdown, HTML and JSON of a report."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ledger import Authorized, Money, Shares
from ledger.days import EffectiveDay
from ledger.quantities import Price
from projections import Bounds, Possible
from registrar.render import FORMATS, html, markdown, rendered, text, tidy
from registrar.report import Column, Head, Kind, Layout, Report, Role, Row, Table
from registrar.text import safe, width_of
from tests.registrar.render import reports


def of_csv(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tidy.csv(report).decode(), newline="")))


def one_column(value: Any, **column: Any) -> Report:
    made = Column(name="x", heading="X", **column)
    return reports.report(Table(name="x", title="X", columns=(made,), rows=(Row((value,)),)))


# --- every format -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_report_is_the_same_bytes(form: str) -> None:
    assert rendered(reports.whole(is_known=False), form) == rendered(reports.whole(is_known=False), form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_that_only_says_something_can_be_made(form: str) -> None:
    says = reports.report(says="No stock existed.")

    data = rendered(says, form)

    assert form in ("xlsx", "pdf", "csv") or b"No stock existed." in data


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_what_was_asked_and_known_stands_above(form: str) -> None:
    made = rendered(reports.whole(), form).decode()

    assert "Acme Solar, Inc." in made
    assert "Cap table at the close of 2026-06-30" in made
    assert "entries 1 to 7, the last recorded 2026-07-01 12:30:15 UTC" in made
    assert (reports.DIGEST in made) is (form != "table")


def test_the_digest_is_computed_only_where_it_is_told() -> None:
    def refuse() -> str:
        raise AssertionError("the digest was asked for")

    report = reports.report(reports.holdings(), asked=reports.asked(digest=refuse))

    for form in ("table", "csv", "json"):
        assert rendered(report, form)
    with pytest.raises(AssertionError, match="was asked for"):
        rendered(report, "md")


def test_another_format_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="not a format"):
        rendered(reports.whole(), "doc")


# --- text ---------------------------------------------------------------------------------------------------


def test_a_line_stands_above_a_total_and_a_gap_between_groups() -> None:
    lines = text.lines(reports.report(reports.holdings(is_known=False)), 120)

    assert lines[4:] == [
        "Holder                Id     Shares  % of class        Paid  Since",
        "--------------------  ----  -------  ----------  ----------  ------------------------",
        "Ada Quill             ada     2,000       66.67   100.5 USD  2026-01-02",
        "Bob Quill             bob     1,000       33.33  (0.25) USD  2026-01-02",
        "--------------------  ----  -------  ----------  ----------  ------------------------",
        "outstanding                   3,000      100.00  100.25 USD",
        "",
        "Fund LP               fund    0 – 5     unknown              2026-01-02 to 2026-02-01",
        "holders not recorded        unknown     unknown",
        "--------------------  ----  -------  ----------  ----------  ------------------------",
        "outstanding                 unknown",
    ]


def test_an_item_in_a_list_has_its_number_first_and_says_the_rest_below() -> None:
    assert text.lines(reports.report(reports.trail()), 80)[4:] == [
        " 9  common-issued",
        "    recorded 2026-01-02 03:04:05 UTC, by counsel",
        "10  entry-voided",
        "    recorded 2026-01-03 00:00:00 UTC, by counsel",
        "    note: A slip.",
    ]


def test_a_table_without_rows_says_so_or_is_left_out() -> None:
    column = Column(name="x", heading="X")
    empty = Table(name="x", title="X", columns=(column,), rows=(), empty="Nothing.")
    silent = Table(name="y", title="Y", columns=(column,), rows=())

    assert text.lines(reports.report(empty, silent), 80)[3:] == ["", "Nothing."]


def test_where_rows_are_too_wide_to_stand_together_a_figure_that_none_of_them_has_is_left_out() -> None:
    columns = [
        Column(name="paper", heading="Paper"),
        Column(name="of", heading="of"),
        Column(name="at", heading="at"),
    ]
    rows = [Row(("first" * 6, "one", None)), Row(("second" * 6, None, "two"))]
    table = Table(name="x", title="X", columns=columns, rows=rows, layout=Layout.DOWN)

    def said(width: int) -> list[list[str]]:
        return [line.split() for line in text.lines(reports.report(table), width)[4:] if line[:1] in ("o", "a")]

    assert said(40) == [["of", "one"], ["at", "two"]]
    assert said(120) == [["of", "one"], ["at", "two"]]


def test_figures_that_do_not_fit_go_into_another_table_below() -> None:
    columns = (
        Column(name="stock_class", heading="Class"),
        Column(name="shares", heading="shares", kind=Kind.SHARES),
    )
    rows = [Row((f"series-{letter}", Shares(10**9))) for letter in "abcd"]
    table = Table(name="x", title="X", columns=columns, rows=rows, layout=Layout.DOWN)

    lines = text.lines(reports.report(table), 40)[4:]

    assert [line.split()[0] for line in lines if line] == ["Class", "------", "shares"] * 2
    assert max(map(width_of, lines)) <= 40


@given(st.integers(20, 200), st.text(max_size=40))
def test_no_name_reaches_the_terminal_as_an_order(width: int, name: str) -> None:
    lines = text.lines(reports.named(name), width)

    assert all(safe(line) == line for line in lines)


# --- tidy CSV -----------------------------------------------------------------------------------------------


def test_csv_has_an_observation_in_each_row_and_no_totals() -> None:
    rows = of_csv(reports.report(reports.holdings(is_known=False)))

    assert [row["name"] for row in rows] == ["Ada Quill", "Bob Quill", "Fund LP", "holders not recorded"]
    assert sum(int(row["shares_low"]) for row in rows) == 3_000
    assert rows[0] == {
        "issuer": "acme",
        "as_of": "2026-06-30",
        "known_entries": "7",
        "name": "Ada Quill",
        "holder": "ada",
        "shares_low": "2000",
        "shares_high": "2000",
        "part_low": "0.666666666666666666",
        "part_high": "0.666666666666666667",
        "paid_low": "100.5",
        "paid_high": "100.5",
        "paid_currency": "USD",
        "since_earliest": "2026-01-02",
        "since_latest": "2026-01-02",
    }
    assert (rows[2]["since_earliest"], rows[2]["since_latest"]) == ("2026-01-02", "2026-02-01")
    assert (rows[3]["shares_low"], rows[3]["shares_high"]) == ("0", "")


def test_csv_has_the_same_columns_whether_figures_are_known_or_not() -> None:
    known, open_ = (tidy.csv(reports.report(reports.holdings(is_known=each))) for each in (True, False))

    assert known.splitlines()[0] == open_.splitlines()[0]


@pytest.mark.parametrize(
    ("value", "column", "cells"),
    [
        (Shares(1_234_567), {"kind": Kind.SHARES}, ["1234567"]),
        (Shares("-0.0000000001"), {"kind": Kind.SHARES}, ["-0.0000000001"]),
        (Shares(10**29), {"kind": Kind.SHARES}, ["1" + "0" * 29]),
        (Shares.of_units(Fraction(10**10, 3)), {"kind": Kind.SHARES}, ["1/3"]),
        (Authorized.UNLIMITED, {"kind": Kind.SHARES}, ["unlimited"]),
        (Possible((Authorized(1), Authorized(2))), {"kind": Kind.SHARES}, ["1 or 2"]),
        (Bounds(None, Shares(5)), {"kind": Kind.SHARES, "bounded": True}, ["", "5"]),
        (Money("-5", "USD"), {"kind": Kind.MONEY}, ["-5", "USD"]),
        (Possible((Price("1/3", "USD"),)), {"kind": Kind.MONEY}, ["1/3", "USD"]),
        (Shares(5), {"kind": Kind.FIGURE}, ["5", ""]),
        (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), {"kind": Kind.INSTANT}, ["2026-01-02T03:04:05.000006Z"]),
        (EffectiveDay("2026-01-02", "2026-01-03"), {"kind": Kind.DAY}, ["2026-01-02/2026-01-03"]),
        (("a", "b"), {"kind": Kind.TEXT}, ["a; b"]),
        (None, {"kind": Kind.TEXT, "absent": "none"}, [""]),
    ],
    ids=str,
)
def test_a_value_in_csv_is_exact_and_plain(value: Any, column: dict[str, Any], cells: list[str]) -> None:
    [row] = of_csv(one_column(value, **column))

    assert list(row.values())[3:] == cells


@given(st.fractions())
def test_the_ends_of_a_figure_without_a_finite_decimal_hold_it(value: Fraction) -> None:
    [row] = of_csv(one_column(reports.exactly(value), kind=Kind.NUMBER, bounded=True))

    low, high = Fraction(row["x_low"]), Fraction(row["x_high"])
    assert low <= value <= high
    assert high - low <= Fraction(1, 10**18)
    assert low == high or (value * 10**18).denominator != 1


@pytest.mark.parametrize("name", reports.INJECTIONS)
def test_no_name_in_csv_is_run_by_a_spreadsheet(name: str) -> None:
    [row] = of_csv(reports.named(name))

    plain = name.replace("\t", "\\t").replace("\r", "\\r")
    assert row["name"].removeprefix("'") == plain.removeprefix("'")
    assert not row["name"].startswith(tidy.RUN_BY_SPREADSHEETS)


def test_a_name_that_is_harmless_stays_as_it_is_and_numbers_below_zero_are_no_formulas() -> None:
    assert [row["name"] for row in of_csv(reports.named("O'Neil, Ada", 'say "x"', "1e5"))] == [
        "O'Neil, Ada",
        'say "x"',
        "1e5",
    ]
    assert of_csv(one_column(Shares(-1), kind=Kind.SHARES))[0]["x"] == "-1"


def test_a_word_of_the_question_does_not_hide_a_column_of_the_same_name() -> None:
    report = reports.report(
        reports.holdings(), asked=reports.asked(Head("name", "Name", "x"), Head("after", "After", "=y"))
    )
    [first, *_] = of_csv(report)

    assert list(first)[:4] == ["issuer", "after", "known_entries", "name"]
    assert first["name"] == "Ada Quill"
    assert first["after"] == "'=y"


# --- Markdown and HTML --------------------------------------------------------------------------------------


def shown_by(page: str) -> list[tuple[str, str]]:
    """Return the kind and the text of each piece that a reader of Markdown sees."""
    reader = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    return [
        (child.type, child.content)
        for token in reader.parse(page)
        for child in (token.children or [token] if token.type == "inline" else [token])
    ]


@pytest.mark.parametrize("name", [*reports.MARKUP, *reports.INJECTIONS])
def test_a_name_in_markdown_is_shown_as_it_is(name: str) -> None:
    found = shown_by(markdown.page(reports.named(name, "other")))

    texts = "".join(content for kind, content in found if kind in ("text", "text_special"))
    assert safe(name) in texts
    assert {kind for kind, _ in found} & {"html_inline", "html_block", "em_open", "link_open", "code_inline"} == {
        "code_inline"  # the digest
    }
    assert [kind for kind, _ in found].count("tr_open") == 3


@pytest.mark.parametrize("text", ["1. one", "- one", "+ one", "= one", "# one", "> one", "    one", "12) one"])
def test_a_note_in_markdown_begins_nothing(text: str) -> None:
    found = shown_by(markdown.page(reports.report(says="x", notes=[text])))

    assert [kind for kind, _ in found].count("heading_open") == 2
    assert {kind for kind, _ in found}.isdisjoint({"ordered_list_open", "blockquote_open", "code_block", "hr"})
    assert [kind for kind, _ in found].count("list_item_open") == 4 + 1


def test_markdown_has_a_table_for_each_and_an_item_for_each_entry() -> None:
    page = markdown.page(reports.whole(is_known=False))
    kinds = [kind for kind, _ in shown_by(page)]

    assert kinds.count("table_open") == 2
    assert kinds.count("list_item_open") == 4 + 2 + 1 + 2 + 1
    assert "| **outstanding** |  | **3,000** | **100.00** | **100.25 USD** |  |" in page
    assert "| :-- | :-- | --: | --: | --: | :-- |" in page


class Reader(HTMLParser):
    """Collects the tags and the texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("name", [*reports.MARKUP, *reports.INJECTIONS, "<script>alert(1)</script>", "</style>"])
def test_a_name_in_html_is_shown_as_it_is(name: str) -> None:
    reader, plain = Reader(), Reader()
    reader.feed(html.page(reports.named(name)))
    plain.feed(html.page(reports.named("x")))

    assert safe(name) in reader.texts
    assert reader.tags == plain.tags


def test_html_fetches_nothing_and_marks_totals_and_gaps() -> None:
    page = html.page(reports.whole(is_known=False))

    assert "http" not in page
    assert "<script" not in page
    assert re.findall(r'<tr class="([a-z ]+)">', page)[:4] == ["total", "gap", "rest", "total"]


# --- JSON ---------------------------------------------------------------------------------------------------


def values_of(plain: Any) -> Iterator[Any]:
    if isinstance(plain, dict | list):
        for each in plain.values() if isinstance(plain, dict) else plain:
            yield from values_of(each)
    else:
        yield plain


def test_a_report_in_json_has_its_tables_with_exact_figures() -> None:
    made = json.loads(rendered(reports.whole(is_known=False), "json"))

    assert list(made) == ["answer", "issuer", "as_of", "known", "holdings", "classes", "entries"]
    assert made["known"] == {"entries": "7", "recorded_at": "2026-07-01T12:30:15.123456Z"}
    assert made["holdings"][0] == {
        "name": "Ada Quill",
        "holder": "ada",
        "shares": {"low": "2000", "high": "2000"},
        "part": {"low": "2/3", "high": "2/3"},
        "paid": {"low": "100.5 USD", "high": "100.5 USD"},
        "since": "2026-01-02",
    }
    assert [row.get("row") for row in made["holdings"]] == [None, None, "total", None, "rest", "total"]
    assert made["classes"][1]["authorized"] == ["10", "20"]
    assert made["classes"][1]["scope"] == "partial"
    assert not any(isinstance(value, int | float) for value in values_of(made))


def test_json_that_says_more_than_the_tables_is_taken_as_it_is() -> None:
    assert json.loads(rendered(reports.whole(), "json", as_json=lambda: {"answer": "x"})) == {"answer": "x"}
    said = json.loads(rendered(reports.report(asked=None, says="Nothing."), "json"))
    assert said == {"answer": "cap-table", "message": "Nothing."}


def test_roles_have_words_of_their_own_in_json() -> None:
    assert [role.value for role in Role] == ["item", "rest", "memo", "total"]
