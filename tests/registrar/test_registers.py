"""The registers as people print them: statement, list of holders, certificates; and the answers for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given

from ledger import Ledger, Scope
from ledger.events import Event
from projections import certificates, explain, holders, statement
from projections.bounds import Bounds
from projections.figures import of_class
from registrar import views
from registrar.cli import main
from registrar.registers.certificates import certificates as certificates_report
from registrar.registers.holders import holders as holders_report
from registrar.registers.statement import statement as statement_report
from registrar.report import Cell, Report, Role
from tests import builders as a
from tests.golden import make_tables
from tests.projections.histories import SOME, as_of_days, histories, recorded


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "quay.db"
    make_tables.quay(path)
    return str(path)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, list(args))


def answer(*args: str) -> dict[str, Any]:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    made: dict[str, Any] = json.loads(result.stdout)
    return made


# --- what is refused, and how --------------------------------------------------------------------------------


def test_a_mistyped_holder_is_answered_with_the_nearest_one(quay: str) -> None:
    result = run("statement", "h1", "-f", quay)

    assert result.exit_code == 3
    assert result.stderr == "error: E_UNKNOWN: no holder 'h1' is recorded. Did you mean h-1?\n"


def test_a_period_that_ends_before_it_begins_is_refused(quay: str) -> None:
    result = run("statement", "h-1", "-f", quay, "--after", "2026-03-02", "--as-of", "2026-03-01")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: E_DATE: 2026-03-01 is before 2026-03-02")


def test_a_day_that_does_not_exist_is_refused_with_its_option(quay: str) -> None:
    result = run("statement", "h-1", "-f", quay, "--after", "2026-02-30")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: E_DATE: --after: day '2026-02-30' does not exist")


def test_a_statement_of_nobody_is_a_slip_of_the_finger(quay: str) -> None:
    result = run("statement", "-f", quay)

    assert result.exit_code == 2
    assert "Missing argument 'HOLDER'" in result.stderr


@pytest.mark.parametrize("verb", [("statement", "h-1"), ("holders",), ("certificates",)], ids=lambda verb: verb[0])
def test_that_nothing_was_recorded_by_then_is_an_answer(quay: str, verb: tuple[str, ...]) -> None:
    result = run(*verb, "-f", quay, "--known-at", "2025-12-31")

    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing had been recorded by ")


def test_a_basis_before_the_day_asked_about_is_refused(quay: str) -> None:
    for verb in (("statement", "h-1"), ("holders",), ("certificates",)):
        result = run(*verb, "-f", quay, "--as-of", "2026-06-30", "--basis", "2026-06-29")
        assert result.exit_code == 2
        assert "E_BASIS" in result.stderr


# --- for programs --------------------------------------------------------------------------------------------


def test_a_statement_for_programs_has_every_movement_and_position(quay: str) -> None:
    made = answer("statement", "h-4", "-f", quay, "--after", "2026-02-15", "--as-of", "2026-06-30")

    assert (made["answer"], made["holder"], made["name"]) == ("statement", "h-1", "Ann Lee")
    assert (made["after"], made["as_of"]) == ("2026-02-15", "2026-06-30")
    assert made["movements"][1] == {
        "stock_class": "common",
        "effective_on": "2026-03-02",
        "what": "transferred out",
        "counterparty_name": "Émile Okoro",
        "counterparty": "h-2",
        "registered_to": "h-1",
        "security": "CS-1",
        "change": {"low": "-400", "high": "-400"},
        "balance": {"low": "635", "high": "635"},
        "entry": "14",
        "flags": None,
        "given": "cash, 500 USD",
    }
    assert [row.get("row") for row in made["movements"]] == [None, None, "total"]
    assert [(row["registered_to"], row["security"], row["closing"]["low"]) for row in made["positions"]] == [
        ("h-1", "CS-1", "605"),
        ("h-4", None, "30"),
        (None, "together", "635"),
    ]


def test_the_list_of_holders_for_programs_has_a_column_for_each_class(quay: str) -> None:
    made = answer("holders", "-f", quay, "--as-of", "2026-06-30")

    assert made["answer"] == "holders"
    assert made["holders"][3] == {
        "name": "Fund LP",
        "holder": "fund",
        "address": None,
        "shares_common": {"low": "500", "high": "500"},
        "shares_series_a": {"low": "600", "high": "600"},
        "votes": {"low": "1250", "high": "1250"},
        "part": {"low": "125/221", "high": "125/221"},
    }
    assert [row["stock_class"] for row in made["classes"]] == ["common", "series-a"]


def test_classes_whose_names_make_one_name_of_a_column_have_two_columns() -> None:
    ledger = a.company()
    ledger.record(
        a.stock_class_designated(stock_class="Class.A"),
        a.stock_class_designated(stock_class="class-a"),
        a.common_issued(stock_class="Class.A", issued=1),
        a.common_issued(stock_class="class-a", issued=2),
    )
    columns = holders_report(ledger, holders(ledger, as_of="2026-06-30")).table("holders").columns

    assert [column.name for column in columns if column.name.startswith("shares_")] == [
        "shares_class_a",
        "shares_class_a_too",
    ]


def test_the_register_of_certificates_for_programs_has_status_and_lineage(quay: str) -> None:
    made = answer("certificates", "-f", quay, "--as-of", "2026-06-30")

    assert [
        (row["security"], row["status"], row["parent"], row["children"], row["agreement"])
        for row in made["certificates"]
    ] == [
        ("CS-1", "partly transferred", None, ["CS-2"], None),
        ("CS-2", "repurchased", "CS-1", None, None),
        ("CS-3", "outstanding", "PA-1", None, "spa"),
        ("PA-1", "partly converted", None, ["CS-3"], "spa"),
    ]
    assert [row["shares"]["low"] for row in made["book_entry"]] == ["250", "30", "75"]


@pytest.mark.parametrize("form", ["csv", "md", "html", "xlsx", "pdf"])
def test_each_of_them_leaves_in_every_format_and_twice_the_same(quay: str, form: str, tmp_path: Path) -> None:
    for verb in (("statement", "h-1"), ("holders",), ("certificates",)):
        pages = []
        for number in (1, 2):
            page = tmp_path / f"{verb[0]}-{number}.{form}"
            result = run(*verb, "-f", quay, "--as-of", "2026-06-30", "-O", str(page))
            assert (result.exit_code, result.stderr) == (0, "")
            pages.append(page.read_bytes())
        assert pages[0] == pages[1] != b""


def test_in_csv_each_movement_is_a_line_and_a_total_is_none(quay: str) -> None:
    made = run("statement", "h-1", "-f", quay, "--after", "2026-02-15", "--as-of", "2026-06-30", "-o", "csv")

    heading, *lines = made.stdout.splitlines()
    assert heading.startswith("issuer,holder,name,after,as_of,known_entries,stock_class,effective_on_earliest")
    assert [line.split(",")[9] for line in lines] == ["opening", "transferred out"]


# --- totals and checks ---------------------------------------------------------------------------------------


def figure(report: Report, cell: Cell) -> Any:
    table = report.table(cell.table)
    return table.rows[cell.row].values[table.index(cell.column)]


def known(value: Any) -> bool:
    return value is not None and (not isinstance(value, Bounds) or value.is_exact)


def amount(value: Any) -> Any:
    found = value.exact if isinstance(value, Bounds) else value
    return found.as_fraction() if hasattr(found, "as_fraction") else found


def assert_ties(report: Report) -> None:
    """Ask that checks come to zero and totals are sums, wherever every figure is known."""
    for check in report.checks:
        plus, minus = ([figure(report, cell) for cell in cells] for cells in (check.plus, check.minus))
        if all(map(known, (*plus, *minus))):
            assert sum(map(amount, plus)) == sum(map(amount, minus)), check.what
    for table in report.tables:
        for group in table.groups():
            rows = [table.rows[place] for place in group]
            for total in (row for row in rows if row.role is Role.TOTAL):
                items = [row for row in rows if row.role in (Role.ITEM, Role.REST)]
                for place, column in enumerate(table.columns):
                    figures = [row.values[place] for row in items if row.values[place] is not None]
                    if column.kind.is_number and figures and all(map(known, (*figures, total.values[place]))):
                        assert sum(map(amount, figures)) == amount(total.values[place]), column.name


@SOME
@given(histories(longest=3, most=14), as_of_days)
def test_whatever_is_known_adds_up_on_every_page(events: list[Event], as_of: Any) -> None:
    ledger = recorded(events)
    for holder in a.HOLDERS:
        for after in (None, "2026-02-12"):
            if after is None or str(as_of) >= after:
                assert_ties(statement_report(ledger, statement(ledger, holder, after=after, as_of=as_of)))
    assert_ties(holders_report(ledger, holders(ledger, as_of=as_of)))
    assert_ties(certificates_report(ledger, certificates(ledger, as_of=as_of)))


def test_an_opening_that_has_already_what_a_line_may_have_brought_makes_no_total_that_is_wrong() -> None:
    """100 bought between 1 and 20 June, all of them sold on 10 June: they came before 15 June in every reading."""
    ledger = a.company()
    ledger.record(
        a.common_issued(issued=100, effective_on="2026-06-01/2026-06-20"),
        a.shares_transferred(transferred=100, effective_on="2026-06-10"),
    )
    report = statement_report(ledger, statement(ledger, "ada", after="2026-06-15", as_of="2026-06-30"))

    opening, line, closing = report.table("movements").rows
    change = report.table("movements").index("change")
    assert [str(row.values[change]) for row in (opening, line, closing)] == ["0", "100", "0"]
    assert closing.role is Role.MEMO
    assert_ties(report)


@pytest.mark.parametrize(("stated", "role"), [(1_200, Role.TOTAL), (200, Role.MEMO)])
def test_a_stated_count_below_what_is_recorded_is_no_sum_of_it(stated: int, role: Role) -> None:
    """300 are recorded: with 1,200 stated 900 are others', and 200 stated cannot be right."""
    ledger = a.company()
    ledger.record(
        a.class_terms_amended(votes_per_share="1", effective_on="2026-01-02"),
        a.register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=stated),
        a.common_issued(issued=300),
    )
    report = holders_report(ledger, holders(ledger, as_of="2026-06-30"))

    *_, rest, last = report.table("holders").rows
    assert (rest.role, rest.values[0], last.role) == (Role.REST, "holders not recorded", role)
    assert_ties(report)


# --- notes ---------------------------------------------------------------------------------------------------


def notes(ledger: Ledger) -> str:
    return " ".join(holders_report(ledger, holders(ledger, as_of="2026-06-30")).notes)


def test_what_is_not_known_of_the_votes_is_said() -> None:
    ledger = a.company()
    ledger.record(a.common_issued(), a.preferred_issued())
    assert notes(ledger) == "What a share votes is not stated."

    ledger.record(a.class_terms_amended(votes_per_share="1"))
    assert notes(ledger).startswith(
        "What a share of series-a votes is not stated. All votes are at least those shown"
    )


def test_what_a_partial_register_does_not_hold_is_said() -> None:
    ledger = a.company()
    ledger.record(a.class_terms_amended(votes_per_share="1"), a.common_issued())
    ledger.record(a.register_scope_declared(scope=Scope.PARTIAL))
    assert "common: the register is partial. How many shares others hold is not known." in notes(ledger)

    ledger.record(
        a.register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=5_000, effective_on="2026-06-01")
    )
    assert "What is outstanding is the count that the company stated for 2026-06-01." in notes(ledger)


def test_that_a_register_is_partial_is_said_of_its_certificates_and_of_a_figure_that_is_explained() -> None:
    ledger = a.company()
    ledger.record(a.common_issued())
    outstanding = of_class("common", "outstanding")

    def said() -> list[tuple[str, ...]]:
        return [
            certificates_report(ledger, certificates(ledger, as_of="2026-06-30")).notes,
            views.explanation(ledger, explain(ledger, outstanding, as_of="2026-06-30"), ledger.position()).notes,
        ]

    assert said() == [(), ()]
    ledger.record(a.register_scope_declared(scope=Scope.PARTIAL))
    assert said() == [(views.common.PARTIAL,), (views.common.PARTIAL,)]


@pytest.mark.parametrize("basis", ["2026-06-30", "2026-07-01"])
@pytest.mark.parametrize(
    "verb",
    [
        ("statement", "h-1", "--as-of", "2026-06-30"),
        ("certificates", "--as-of", "2026-06-30"),
        ("control", "--as-of", "2026-06-30"),
        ("explain", "common", "outstanding", "--as-of", "2026-06-30"),
        ("rollforward", "common", "outstanding", "--after", "2026-01-01", "--through", "2026-06-30"),
    ],
    ids=lambda verb: verb[0],
)
def test_an_answer_in_the_units_of_one_day_says_of_which(quay: str, verb: tuple[str, ...], basis: str) -> None:
    asked = (*verb, "-f", quay)
    words = f"in the units of {basis}"

    assert words not in " ".join(run(*asked).stdout.split())
    assert words in " ".join(run(*asked, "--basis", basis).stdout.split())
    assert "basis" not in answer(*asked)
    assert answer(*asked, "--basis", basis)["basis"] == basis


def test_a_register_whose_scope_is_stated_for_a_later_day_only_says_so() -> None:
    ledger = a.company()
    ledger.record(a.common_issued(), a.register_scope_declared(effective_on="2026-07-01"))

    assert "common: the register says only from a later day what it holds." in notes(ledger)


def test_a_legend_is_told_once_for_a_certificate_that_two_held() -> None:
    ledger = a.company()
    ledger.record(
        a.common_issued(security="CS-1", legends=("Not registered.",)),
        a.shares_transferred(transferred=1_000, security="CS-1"),
    )
    report = certificates_report(ledger, certificates(ledger, as_of="2026-06-30"))

    assert [row.values[2] for row in report.table("certificates").rows] == ["Ada Quill", "Bob Quill"]
    assert report.notes == ("Legend on CS-1: Not registered.",)
