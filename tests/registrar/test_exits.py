"""The verb that sells the company: what it prints, what it draws, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.exchange import json_lines
from ledger.quantities import Currency, Money, Ratio
from ledger.terms.liquidation import LiquidationPreference, Participation
from projections import ExitClaims
from registrar import views
from registrar.charts import waterfall_chart
from registrar.cli import main
from registrar.render import FORMATS, rendered
from registrar.report import Role
from tests import builders as a

DAY = "2026-06-30"
EXIT = "2,000,000 USD"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "acme.db"
    right = LiquidationPreference(participation=Participation.CAPPED, cap=Ratio(2))
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(
            *a.founding(),
            a.common_issued(issued=100_003),
            a.common_issued(holder="bob", issued=7),
            a.preferred_issued(issued=3_001),
            a.class_rights_stated(liquidation=right),
            a.note_issued(),
            a.safe_issued(holder="bob"),
            a.warrant_issued(),
            a.plan_adopted(),
            a.award_granted(),
        )
    return str(path)


def run(file: str, *args: str, verb: str = "waterfall") -> Result:
    return CliRunner().invoke(main, [verb, *args, "-f", file])


def answered(file: str, *args: str) -> dict[str, Any]:
    result = run(file, *args, "--as-of", DAY, "--json")
    assert result.exit_code == 0, result.stderr
    made: dict[str, Any] = json.loads(result.stdout)
    return made


def claims_of(ledger: Ledger, **asked: Any) -> ExitClaims:
    return ExitClaims(ledger, Currency("USD"), **{"as_of": DAY, **asked})


def test_the_verb_is_one_call_of_the_library(file: str) -> None:
    with Ledger.open(file) as ledger:
        claims = claims_of(ledger, vested_only=True)
        values = [Money(amount, "USD") for amount in (2_000_000, 1_000_000)]
        report = views.waterfall(ledger, [claims.at(value) for value in values])

    result = run(file, EXIT, "1000000 USD", "--as-of", DAY, "--vested-only")

    assert result.stdout == rendered(report, "table", width=80).decode()


@pytest.mark.parametrize("form", FORMATS)
def test_an_exit_leaves_in_every_format(file: str, form: str, tmp_path: Path) -> None:
    path = tmp_path / "answer"

    result = run(file, EXIT, "0 USD", "--as-of", DAY, "-o", form, "-O", str(path))

    assert (result.exit_code, result.output) == (0, "")
    assert path.stat().st_size > 100


def test_claims_holders_and_exit_values_each_add_up_to_the_exit_value(file: str) -> None:
    with Ledger.open(file) as ledger:
        claims = claims_of(ledger)
        report = views.waterfall(ledger, [claims.at(Money(amount, "USD")) for amount in (2_000_001, 37)])

    for name, columns in (
        ("claims", ["proceeds"]),
        ("holders", ["proceeds"]),
        ("exit values", ["exit_1", "exit_2"]),
    ):
        table = report.table(name)
        for column in columns:
            *lines, total = [row.values[table.index(column)] for row in table.rows]
            assert sum(lines, Money(0, "USD")) == total
        assert table.rows[-1].role is Role.TOTAL


def test_what_nobody_claims_stands_beside_the_claims(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "b.db", create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding())
        report = views.waterfall(ledger, [claims_of(ledger).at(Money(amount, "USD")) for amount in (5, 6)])

    for name in ("claims", "holders", "exit values"):
        nobody, total = report.table(name).rows
        assert (nobody.values[0], nobody.role, total.role) == ("nobody", Role.REST, Role.TOTAL)


def test_programs_get_exact_figures_beside_those_that_are_paid(file: str) -> None:
    answer = answered(file, EXIT)

    by_paper = {line["paper"]: line for line in answer["claims"]}
    assert answer["exit_value"] == "2,000,000 USD"
    assert by_paper["n-1"]["does"] == "converts"
    assert by_paper["w-1"] | {"does": "is exercised", "strike": "2000 USD"} == by_paper["w-1"]
    assert by_paper["common"]["exact_per_share"].count("/") == 1
    assert [line["paper"] for line in answer["claims"]][-1] == "exit value"
    assert sum(float(line["part"]) for line in answer["holders"][:-1] if "/" not in line["part"]) < 1


def test_break_points_say_what_changes_in_words(file: str) -> None:
    changes = [point["changes"] for point in answered(file, EXIT)["break_points"]]

    assert changes[0] == "n-1 of fund is paid in part"
    assert "option-1 is exercised" in changes
    assert changes[-1] == "safe-1 of bob converts"


def test_assumptions_stand_below_the_answer(file: str) -> None:
    result = run(file, EXIT, "--as-of", DAY)

    assert "Awards count in full, as if all of them had vested." in result.stdout
    assert "Nothing of this is recorded." in result.stdout


def test_an_exit_may_be_supposed_on_top_of_facts_that_are_not_recorded(file: str, tmp_path: Path) -> None:
    path = tmp_path / "more.jsonl"
    path.write_bytes(json_lines.write([a.common_issued(holder="fund", issued=5, effective_on="2026-06-01")]))

    answer = answered(file, EXIT, "--suppose", str(path))

    assert {line["paper"]: line["shares"] for line in answer["claims"]}["common"] == "100015"
    printed = run(file, EXIT, "--as-of", DAY, "--suppose", str(path)).stdout
    assert "supposing 1 event, not recorded" in " ".join(printed.split())
    with Ledger.open(file) as ledger:
        assert len(ledger.entries()) == 15


@pytest.mark.parametrize("form", ["svg", "png", "json"])
def test_the_picture_is_that_of_the_library_up_to_the_largest_exit_value(
    file: str, form: str, tmp_path: Path
) -> None:
    path = tmp_path / f"proceeds.{form}"

    result = run(file, "5 USD", EXIT, "--as-of", DAY, "--picture", str(path))

    assert result.exit_code == 0, result.stderr
    with Ledger.open(file) as ledger:
        chart = waterfall_chart(ledger, claims_of(ledger), through=Money(2_000_000, "USD"))
    wanted = chart.to_png() if form == "png" else (chart.to_svg() if form == "svg" else chart.to_json()).encode()
    assert path.read_bytes() == wanted


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["25.000 USD"], "error: E_NUMBER: EXIT: amount '25.000' may be read in two ways"),
        (["25000"], "error: E_CURRENCY: EXIT"),
        (["0.001 USD"], "error: E_QUANTITY: an exit value of 0.001 USD (zero or more, in steps of 0.01 USD)"),
        (["-1 USD"], "No such option"),
        (["1 USD", "1 EUR"], "error: E_CURRENCY_MISMATCH"),
        (["1 EUR"], "error: E_CURRENCY_MISMATCH"),
        ([], "Missing argument 'EXIT...'"),
        (["0 USD", "--picture", "p.svg"], "error: E_QUANTITY: an exit value of 0 USD"),
        (["1 USD", "--picture", "p.doc"], "says no format"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(
    file: str, args: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = run(file, *args, "--as-of", DAY)

    assert result.exit_code == 2
    assert said in result.stderr
    assert not list(tmp_path.glob("p.*"))
