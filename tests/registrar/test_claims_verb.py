"""The verb that holds what was disclosed against the record, its statuses, its formats, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.events import Event
from ledger.movements import Scope
from registrar.cli import main
from tests import builders
from tests.builders import claim_disclosed, claim_withdrawn, claimed, common_issued, operand

PERCENT = claimed(
    "percent",
    operand("part", "held", holder="ada", stock_class="common"),
    operand("whole", "outstanding", stock_class="common"),
)
A_THIRD = (common_issued(issued=1_000), common_issued(holder="bob", issued=2_000))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*builders.founding(), *A_THIRD)
    return path


def recorded(file: Path, *events: Event) -> None:
    with Ledger.open(file) as ledger:
        ledger.record(*events)


def run(file: Path, *args: str) -> Result:
    return CliRunner().invoke(main, ["claims", "-f", str(file), "--as-of", "2026-12-31", *args])


def test_the_status_tells_whether_anything_is_contradicted(file: Path) -> None:
    recorded(file, claim_disclosed("33.3%", measure=PERCENT))
    assert run(file).exit_code == 0

    recorded(file, claim_disclosed("34.3%", claim="claim-2", measure=PERCENT))
    assert run(file).exit_code == 1

    recorded(file, claim_withdrawn(claim="claim-2"))
    assert run(file).exit_code == 0


def test_people_read_the_verdict_and_the_arithmetic(file: Path) -> None:
    recorded(file, claim_disclosed("34.3%", measure=PERCENT))
    told = " ".join(run(file).stdout.split())

    assert "1 claim: contradicted 1." in told
    assert "broken E_CLAIM claim-1 entries 9, 7, 8" in told
    assert (
        "held common of ada / outstanding common = 33.333%; nearest 33.333%, off by 0.967 percentage points" in told
    )


def test_programs_get_the_verdict_with_exact_intervals_the_entries_and_the_arithmetic(file: Path) -> None:
    recorded(file, claim_disclosed("34.3%", measure=PERCENT))
    answer = json.loads(run(file, "-o", "json").stdout)

    (claim,), (found,) = answer["claims"], answer["findings"]
    assert (answer["is_contradicted"], claim["claim"], claim["verdict"]) == (True, "claim-1", "contradicted")
    assert claim["computed"] == {"low": "1/3", "high": "1/3", "without": []}
    assert (claim["figure"]["value"], claim["nearest"], claim["off_by"]) == ("0.343", "1/3", "-29/3000")
    assert [(each["what"], each["value"]["low"], each["entries"]) for each in claim["operands"]] == [
        ("held common of ada", "1000", ["7"]),
        ("outstanding common", "3000", ["7", "8"]),
    ]
    assert (found["severity"], found["code"], found["claims"]) == ("broken", "E_CLAIM", ["claim-1"])
    assert (found["entries"], found["arithmetic"]) == (["9", "7", "8"], claim["arithmetic"])


def test_programs_get_what_claims_imply_and_days_as_days(file: Path) -> None:
    partial = builders.register_scope_declared(scope=Scope.PARTIAL, effective_on=builders.FOUNDED)
    day_of_split = claimed(
        "sum", operand("plus", "split-day", stock_class="common", since="2026-01-01", on="2026-12-31")
    )
    recorded(
        file,
        partial,
        claim_disclosed("5%", claim="sooner", effective_on="2026-05-07", measure=PERCENT),
        claim_disclosed("4%", claim="later", effective_on="2026-05-08", measure=PERCENT),
        builders.stock_split_effected(),
        claim_disclosed("2026-01-02", claim="day", effective_on="2026-12-01", measure=day_of_split),
    )
    answer = json.loads(run(file, "-o", "json").stdout)
    sooner, _, day = answer["claims"]

    assert {each["reading"] for each in sooner["implied"]} == {"rounded", "truncated"}
    assert sooner["operands"][1]["value"] == {"low": "3000", "high": None, "without": []}
    assert [(each["earlier"], each["later"]) for each in answer["movements"]] == [("sooner", "later")]
    assert day["computed"]["low"] == day["nearest"] == day["operands"][0]["value"]["low"]
    assert day["nearest"].startswith("2026-")


@pytest.mark.parametrize("form", ["csv", "md", "html"])
def test_every_format_has_the_claim(file: Path, form: str) -> None:
    recorded(file, claim_disclosed("34.3%", measure=PERCENT))

    assert "claim-1" in run(file, "-o", form, "--table", "claims").stdout


def test_a_tolerance_is_named_in_the_answer(file: Path) -> None:
    recorded(file, claim_disclosed("approximately 40%", measure=PERCENT))

    assert (run(file).exit_code, run(file, "--tolerance", "20%").exit_code) == (1, 0)
    assert "An approximate figure is allowed 20% more on both sides." in " ".join(
        run(file, "--tolerance", "20%").stdout.split()
    )
    assert run(file, "--tolerance", "7").exit_code == 0


def test_a_tolerance_that_is_no_number_is_refused(file: Path) -> None:
    result = run(file, "--tolerance", "some")

    assert (result.exit_code, "E_NUMBER" in result.stderr) == (2, True)


def test_nothing_disclosed_is_said_in_a_sentence(file: Path) -> None:
    assert "Nothing was disclosed by then" in run(file).stdout
    assert run(file).exit_code == 0


@pytest.mark.parametrize(
    ("operands", "code"),
    [
        (["held nobody common"], "E_UNKNOWN"),
        (["hold ada common"], "E_MEASURE"),
        (["held ada"], "E_MEASURE"),
        (["outstanding common extra"], "E_MEASURE"),
        (["quoted common noon"], "E_MEASURE"),
        (["'unclosed"], "E_MEASURE"),
        (["part"], "E_MEASURE"),
        (["whole 5"], "E_MEASURE"),
        (["outstanding common 2026-01-01/2026-02-01"], "E_MEASURE"),
    ],
)
def test_an_operand_that_is_not_understood_is_refused_in_one_line(
    file: Path, operands: list[str], code: str
) -> None:
    args = [part for each in operands for part in ("--of", each)]
    result = CliRunner().invoke(
        main, ["disclose", "x", "5", "-f", str(file), "--said-by", "Acme", "--on", "2026-03-03", *args]
    )

    assert result.exit_code in (2, 3), result.stderr
    assert [code in line for line in result.stderr.splitlines() if line.startswith("error")] == [True]
