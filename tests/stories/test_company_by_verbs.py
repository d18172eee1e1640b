"""The small company of examples/, kept by verbs of the command line alone: the same record, the same cap table."""

import runpy
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from projections import cap_table, commitments
from registrar.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "small_company.py"
FOUNDING = """
register harbor "Harbor Robotics, Inc." --jurisdiction US-DE --time-zone America/New_York --on 2024-01-02
class common "Common Stock" --kind common --authorized 10,000,000 --on 2024-01-02
holder h-0001 "Ana Souza" --kind person --on 2024-01-02
issue h-0001 1,000,000 common --on 2024-01-02
"""
ROUND = """
class series-a "Series A Preferred Stock" --kind preferred --authorized 1,000,000 --stated-value "2.50 USD" \
  --converts-into common --conversion-price "2.50 USD" --on 2024-03-01
holder harborview "Harborview Fund LP" --kind organisation --on 2024-03-01
sign series-a-purchase harborview "1,000,000 USD" --buys series-a --price "2.50 USD" --on 2024-03-01 \
  --title "Series A Stock Purchase Agreement" --tranche "only 2024-03-15 1,000,000 USD"
close series-a-purchase only --certificate PA-1 --on 2024-03-15
"""
SPRING = """
holder northlight "Northlight Capital LLC" --kind organisation --on 2024-04-10
transfer "Ana Souza" northlight 100,000 common --on 2024-04-10
convert "Harborview Fund LP" 100,000 series-a --on 2024-08-12
"""
CORRECTION = 'restate 11 --shares 10,000 --reason "The transfer was of 10,000 shares; a zero was added."'
EVERYTHING = [line for part in (FOUNDING, ROUND, SPRING, CORRECTION) for line in part.strip().splitlines()]
DAYS = ("2024-01-01", "2024-01-02", "2024-03-01", "2024-03-15", "2024-04-10", "2024-08-12", "2024-12-31")


@pytest.fixture
def by_the_library(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ledger:
    """Given the company as its example keeps it."""
    ledger = Ledger.in_memory()
    monkeypatch.setattr(Ledger, "in_memory", lambda: ledger)
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    return ledger


def given(file: Path, line: str) -> Result:
    return CliRunner().invoke(main, [*shlex.split(line), "--by", "counsel"], env={"CAPTABLE_FILE": str(file)})


def test_the_company_kept_by_verbs_is_the_company_kept_by_the_library(
    by_the_library: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "harbor.db"
    assert CliRunner().invoke(main, ["init", str(file)]).exit_code == 0
    for line in EVERYTHING:
        told = given(file, line)
        assert told.exit_code == 0, told.stderr

    with Ledger.open(file) as by_verbs:
        ours = [(entry.event, entry.actor) for entry in by_verbs.entries()]
        assert ours == [(entry.event, entry.actor) for entry in by_the_library.entries()]
        for day in DAYS:
            one, other = cap_table(by_verbs, as_of=day), cap_table(by_the_library, as_of=day)
            assert (one.holdings, one.classes) == (other.holdings, other.classes)
            assert commitments(by_verbs, as_of=day).agreements == commitments(by_the_library, as_of=day).agreements
    too_many = given(file, "transfer h-0001 northlight 2,000,000 common --on 2024-04-10")
    assert too_many.stderr.startswith("error: E_BALANCE: h-0001 holds 990,000 common")


def test_each_step_says_what_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "harbor.db"
    CliRunner().invoke(main, ["init", str(file)])
    told = [given(file, line).stdout.splitlines()[1:] for line in EVERYTHING]

    assert [line for lines in told[3:4] + told[7:8] + told[9:] for line in lines] == [
        "h-0001 common 0 → 1,000,000; common available 10,000,000 → 9,000,000",
        "harborview series-a 0 → 400,000; series-a available 1,000,000 → 600,000;",
        "series-a-purchase undrawn 1,000,000 USD → 0 USD;",
        "series-a-purchase closed 0 USD → 1,000,000 USD",
        "h-0001 common 1,000,000 → 900,000; northlight common 0 → 100,000",
        "harborview series-a 400,000 → 300,000; harborview common 0 → 100,000;",
        "common available 9,000,000 → 8,900,000",
        "h-0001 common 900,000 → 990,000; northlight common 100,000 → 10,000",
    ]
