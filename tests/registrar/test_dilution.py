"""Dividends, fully diluted shares and weighted averages on the command line: what adds up, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given

from ledger import Ledger, Price, Ratio
from ledger.events import Event
from ledger.quantities import Shares
from ledger.terms.dividends import DividendTerms
from projections import dividends, fully_diluted, weighted_average
from projections.bounds import Bounds
from projections.fully_diluted import DEFINITIONS
from registrar.cli import main
from registrar.cli.dilution import fully_diluted as verb
from registrar.registers.dividends import dividends as dividends_report
from registrar.render import FORMATS
from registrar.report import Report
from registrar.views.dilution import fully_diluted as diluted_report
from registrar.views.dilution import weighted_average as average_report
from tests.builders import class_rights_stated, company, dividend_paid, preferred_issued
from tests.golden import make_tables
from tests.projections.histories import SOME, as_of_days, histories, recorded

PERIOD = ("--after", "2025-12-31", "--through", "2026-12-31")


@pytest.fixture(scope="module")
def lagoon(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "lagoon.db"
    make_tables.lagoon(path)
    return str(path)


def run(file: str, *args: str) -> Result:
    return CliRunner().invoke(main, [args[0], "-f", file, *args[1:]])


def answer(file: str, *args: str) -> dict[str, Any]:
    result = run(file, *args, "--json")
    assert result.exit_code == 0, result.stderr
    made: dict[str, Any] = json.loads(result.stdout)
    return made


def differences(report: Report) -> list[str]:
    """Return each check that does not come to zero, though every cell of it is known."""
    found = []
    for check in report.checks:
        cells = [(cell, 1) for cell in check.plus] + [(cell, -1) for cell in check.minus]
        values = [
            (report.table(cell.table).rows[cell.row].values[report.table(cell.table).index(cell.column)], sign)
            for cell, sign in cells
        ]
        known = all(isinstance(value, Bounds) and value.is_exact for value, _ in values)
        if known and sum(sign * value.exact.units for value, sign in values):
            found.append(check.what)
    return found


# --- what is shown --------------------------------------------------------------------------------------------


def test_the_dividend_ledger_in_json_names_who_is_paid_and_what_accrued(lagoon: str) -> None:
    made = answer(lagoon, "dividends", "--as-of", "2026-09-30")

    assert [row["dividend"] for row in made["dividends"]] == ["2026-q1", "summer"]
    assert made["dividends"][1]["unpaid"] == {"low": "0 USD", "high": "70 USD"}
    assert [row["due"] for row in made["entitled"] if row.get("row") != "total"] == [
        {"low": "150.05 USD", "high": "150.05 USD"},
        {"low": "70 USD", "high": "70 USD"},
        {"low": "210.07 USD", "high": "210.07 USD"},
    ]
    assert [row["owed"] for row in made["accrued"]] == [
        {"low": "261.23 USD", "high": "331.47 USD"},
        {"low": "1115.84 USD", "high": "1115.84 USD"},
        {"low": "1377.07 USD", "high": "1447.31 USD"},
    ]


def test_what_was_settled_beyond_what_the_terms_yield_is_said_in_words() -> None:
    """By hand: 1,000 shares of 10 USD at 7.3 % for 100 days of 365 are 200 USD, and 250 were paid."""
    ledger = company()
    ledger.record(
        class_rights_stated(liquidation=None, dividends=DividendTerms(rate=Ratio("0.073"))),
        preferred_issued(effective_on="2026-02-02"),
        dividend_paid(received=None, received_class=None, amount="250 USD", effective_on="2026-05-13"),
    )

    report = dividends_report(ledger, dividends(ledger, as_of="2026-05-13"))

    assert "series-a: 50 USD was settled with Fund LP beyond what the terms yield." in report.notes


def test_every_part_of_a_definition_is_told_to_programs(lagoon: str) -> None:
    made = answer(lagoon, "fully-diluted", "--as-of", "2026-09-30", "--price", "8 USD")

    treasury = next(row for row in made["definitions"] if row["definition"] == "treasury-stock")
    assert {name: treasury[name]["low"] for name in ("common", "preferred", "warrants", "unvested", "total")} == {
        "common": "64277",
        "preferred": "3750",
        "warrants": "1250",
        "unvested": "2400",
        "total": "71677",
    }


def test_programs_get_exact_averages_and_people_rounded_ones(lagoon: str) -> None:
    """By hand: (60,000 × 195 + 60,026 × 19 + 61,277 × 151) ÷ 365 = 22,093,321 ÷ 365."""
    made = answer(lagoon, "weighted-average", "common", *PERIOD, "--income", "250,000 USD", "--price", "8 USD")

    total = made["days"][-1]
    assert total["counted"] == {"low": "22093321/365", "high": "22093321/365"}
    assert total["counted_rounded"] == {"low": "60530", "high": "60530"}
    basic, diluted = made["earnings_per_share"]
    assert (basic["per_share_rounded"], diluted["which"]) == ("4.1302", "diluted")
    assert "/" in basic["per_share"]


@pytest.mark.parametrize("verb", [("dividends",), ("fully-diluted",)], ids=lambda verb: verb[0])
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_each_answer_leaves_in_every_format(lagoon: str, tmp_path: Path, verb: tuple[str, ...], form: str) -> None:
    result = run(lagoon, *verb, "--as-of", "2026-09-30", "-o", form, "-O", str(tmp_path / "answer"))

    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "answer").stat().st_size > 0


def test_that_nothing_was_recorded_by_then_is_an_answer(lagoon: str) -> None:
    for args in (("dividends",), ("fully-diluted",), ("weighted-average", "common", *PERIOD)):
        result = run(lagoon, *args, "--known-at", "2025-12-31")

        assert result.exit_code == 0
        assert result.stdout.startswith("Nothing had been recorded by ")


def test_the_definitions_that_can_be_asked_for_are_those_that_are_counted() -> None:
    choice = next(param for param in verb.params if param.name == "definition").type

    assert list(choice.choices) == [each.name for each in DEFINITIONS]  # type: ignore[attr-defined]  # it is a choice


# --- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["fully-diluted", "--price", "8"], "error: E_CURRENCY: --price: "),
        (["fully-diluted", "--price", "-8 USD"], "error: E_NUMBER: --price: "),
        (["fully-diluted", "--price", "8 EUR"], "error: E_CURRENCY_MISMATCH: "),
        (
            ["fully-diluted", "--definition", "treasury-stock"],
            "error: E_DEFINITION: treasury-stock needs the price",
        ),
        (["fully-diluted", "--definition", "all"], "error: E_USAGE: "),
        (["weighted-average", "comon", *PERIOD], "error: E_UNKNOWN: "),
        (["weighted-average", "common"], "error: E_USAGE: "),
        (
            ["weighted-average", "common", "--after", "2026-12-31", "--through", "2026-12-31"],
            "error: E_DATE: there is no day after 2026-12-31",
        ),
        (["weighted-average", "common", *PERIOD, "--tax", "121%"], "error: E_TERMS: a tax of 1.21"),
        (["weighted-average", "common", *PERIOD, "--income", "much"], "error: E_CURRENCY: --income: "),
        (["weighted-average", "common", *PERIOD, "--basis", "2026-06-30"], "error: E_BASIS: "),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_what_cannot_be_asked_is_one_line_with_its_place(lagoon: str, args: list[str], told: str) -> None:
    result = run(lagoon, *args)

    assert result.exit_code in (2, 3)
    assert result.stdout == ""
    assert result.stderr.startswith(told), result.stderr
    assert result.stderr.count("\n") == 1


# --- laws -----------------------------------------------------------------------------------------------------


@SOME
@given(histories(longest=3), as_of_days)
def test_what_is_shown_of_any_company_adds_up(events: list[Event], as_of: Any) -> None:
    ledger = recorded(events)

    counted = fully_diluted(ledger, as_of=as_of, price=Price(1, "USD"))
    report = diluted_report(ledger, counted)

    assert differences(report) == []
    assert differences(dividends_report(ledger, dividends(ledger, as_of=as_of))) == []
    for each in counted.counts:
        assert each.total is not None
        assert each.total.low == sum((part.low or Shares(0) for _, part in each.parts), Shares(0))


@SOME
@given(histories(longest=3))
def test_an_average_of_any_company_lies_between_the_least_and_the_most_of_its_days(events: list[Event]) -> None:
    ledger = recorded(events)

    made = weighted_average(ledger, "common", after="2026-01-15", through="2026-03-31")

    least = [line.counted.low for line in made.stretches if line.counted.low is not None]
    assert made.basic.low is not None
    assert min(least) <= made.basic.low <= max(least)
    assert average_report(ledger, made).tables


def test_reading_leaves_the_record_as_it_is(lagoon: str) -> None:
    before = Path(lagoon).read_bytes()

    with Ledger.open(lagoon) as ledger:
        fully_diluted(ledger, as_of="2026-09-30", price=Price(8, "USD"))
        weighted_average(ledger, "common", after="2025-12-31", through="2026-12-31")

    assert Path(lagoon).read_bytes() == before
