"""The company itself, and what stays open, as people print them and programs read them."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.events import Certainty
from ledger.movements import Scope
from registrar.cli import main
from registrar.render import FORMATS
from tests import builders as a

END = ("--as-of", "2026-12-31")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding())
        ledger.record(
            a.listing_changed(),
            a.security_identifier_changed(),
            a.outstanding_reported(outstanding=1_500, effective_on="2026-03-31"),
            a.proceeds_restricted(),
            a.proceeds_released(effective_on="2026-03-01/2026-04-30"),
            a.charter_amendment_proposed(effective_on="2026-03-03"),
            a.stockholders_voted(votes_for=600, votes_against=0, carried=True, effective_on="2026-05-20"),
            a.common_issued(certainty=Certainty.DEDUCED, note="From the total."),
            a.register_scope_declared(scope=Scope.PARTIAL),
            a.holding_reported(held=1_001),
        )
    return str(path)


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, list(args))
    assert result.exit_code == 0, result.stderr
    return result


def answer(*args: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(run(*args, "--json").stdout)
    return made


def test_the_company_is_told_with_its_market_its_control_account_and_its_votes(file: str) -> None:
    told = run("company", "-f", file, *END).stdout

    assert "common    OTCQB   ACME" in told
    assert "CUSIP 037833100" in told
    assert "100,000 USD   40,000 USD   60,000 USD" in " ".join(told.split(" ")) or "60,000 USD" in told
    assert "2026-03-03  proposed  entry 12" in told
    assert "2026-05-20  voted  entry 13  carried" in told
    assert "for: 600, against: -, all counted: 600" in told


def test_money_whose_release_is_open_is_a_range(file: str) -> None:
    told = run("company", "-f", file, "--as-of", "2026-04-01").stdout

    assert "0 – 40,000 USD  60,000 – 100,000 USD" in told


def test_programs_get_the_same_as_exact_text(file: str) -> None:
    made = answer("company", "-f", file, *END)

    assert made["answer"] == "company"
    assert made["legal_name"] == "Acme Solar, Inc."
    (account,) = made["control_accounts"]
    assert account["left"] == {"low": "60000 USD", "high": "60000 USD"}
    assert made["meetings"][1]["present"] == "600"


@pytest.mark.parametrize("verb", ["company", "open-points"])
@pytest.mark.parametrize("form", FORMATS)
def test_both_can_be_had_in_every_format(file: str, verb: str, form: str, tmp_path: Path) -> None:
    out = tmp_path / "answer"

    run(verb, "-f", file, *END, "-o", form, "-O", str(out))

    assert out.stat().st_size > 100


def test_each_kind_of_open_point_is_a_table_with_what_its_entry_says(file: str) -> None:
    told = run("open-points", "-f", file, *END).stdout

    assert "Open days: 1." in told
    assert "Deduced: 1." in told
    assert "From the total." in told
    assert "Partial registers: 1." in told
    assert "ada reported 1,001 common; the record has 1,000" in told
    assert "Numbers not known" not in told


def test_one_kind_can_be_asked_for_alone(file: str) -> None:
    rows = [*csv.DictReader(StringIO(run("open-points", "-f", file, *END, "-o", "csv", "--table", "days").stdout))]

    assert [(row["entry"], row["effective_on_earliest"], row["effective_on_latest"]) for row in rows] == [
        ("11", "2026-03-01", "2026-04-30")
    ]


def test_a_day_on_which_nothing_is_open_says_so(file: str) -> None:
    assert "The record leaves nothing open." in run("open-points", "-f", file, "--as-of", "2025-12-31").stdout


def test_what_was_known_before_is_told_as_it_was_known(file: str) -> None:
    told = run("company", "-f", file, *END, "--known-at", "6").stdout

    assert "OTCQB" not in told
