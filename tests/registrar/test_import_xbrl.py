"""The verb that takes over figures of a filing: what it shows, records once, and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.events import ClaimDisclosed
from projections import claims
from registrar.cli import main
from tests import builders as a
from tests.golden import make_xbrl
from tests.golden.make_xbrl import EXAMPLES, FOLDER

INSTANCE, PAGE, FACTS = (
    EXAMPLES / name for name in ("acme-20260630.xml", "acme-20260630.htm", "companyfacts.json")
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*a.founding(), a.common_issued(issued=4_998_765))
    return path


def run(file: Path, filing: Path, *args: str) -> Result:
    said = ["--class", "common", "--ignore", "preferred", *args]
    if filing is not FACTS:
        said += ["--on", "2026-08-13"]
    return CliRunner().invoke(main, ["import-xbrl", str(filing), "-f", str(file), *said])


def recorded(file: Path) -> list[str]:
    with Ledger.open(file) as ledger:
        return [entry.event.claim for entry in ledger.entries() if isinstance(entry.event, ClaimDisclosed)]


def test_a_dry_run_shows_every_figure_and_records_nothing(file: Path) -> None:
    told = run(file, PAGE, "--dry-run")

    assert told.exit_code == 0, told.stderr
    assert "acme-20260630.htm: 3 figures about shares" in told.stdout
    assert "4,998,765" in told.stdout
    assert "note: 1 figure of 'preferred' left out" in told.stderr
    assert recorded(file) == []


def test_what_would_be_recorded_is_shown_as_it_is_kept() -> None:
    assert make_xbrl.shown() == (FOLDER / "import.txt").read_text()


def test_the_same_file_counts_once_and_its_figures_are_held_against_the_record(file: Path) -> None:
    for _ in range(2):
        told = run(file, PAGE)
        assert told.exit_code == 0, told.stderr
    assert len(recorded(file)) == 3

    with Ledger.open(file) as ledger:
        report = claims(ledger, as_of="2026-12-31")
    verdicts = {line.claim.split("-")[0]: line.verdict.value for line in report}
    assert verdicts["cover"] == "agrees"
    assert verdicts["issued"] == "contradicted"  # 4,812 thousand, and the record has issued 4,998,765


def test_later_tables_of_one_company_add_what_is_new(file: Path, tmp_path: Path) -> None:
    assert run(file, FACTS).exit_code == 0
    before = recorded(file)
    row = '{"end": "2026-11-01", "val": 5000001, "accn": "0000012345-26-000012", "filed": "2026-11-12"},'
    later = tmp_path / "later.json"
    later.write_text(FACTS.read_text().replace('{"end": "2026-05-01"', row + '{"end": "2026-05-01"', 1))
    told = CliRunner().invoke(
        main, ["import-xbrl", str(later), "-f", str(file), "--class", "common", "--ignore", "preferred"]
    )

    assert told.exit_code == 0, told.stderr
    assert recorded(file) == [*before, "cover-common-2026-11-01-0000012345-26-000012"]
    assert "recorded before, and left out" in told.stderr


def test_issued_shares_are_those_outstanding_and_in_treasury(file: Path) -> None:
    with Ledger.open(file) as ledger:
        ledger.record(a.shares_repurchased(repurchased=100, security=None, effective_on="2026-02-20"))
        operands = (a.operand("plus", "issued", stock_class="common"),)
        ledger.record(a.claim_disclosed("4,998,765", measure=a.claimed("sum", *operands)))
        (line,) = claims(ledger, as_of="2026-12-31")

    assert line.verdict.value == "agrees"


def test_events_are_printed_as_record_takes_them(file: Path) -> None:
    told = run(file, PAGE, "--events")

    assert [json.loads(line)["kind"] for line in told.stdout.splitlines()] == ["claim-disclosed"] * 3
    assert recorded(file) == []


def test_a_class_that_is_not_named_is_asked_for_by_its_place(file: Path) -> None:
    told = run(file, INSTANCE)

    assert told.exit_code == 2
    assert "line 45: no class is named for 1 figure of CommonClassBMember" in told.stderr
    assert "add --class CLASS=CommonClassBMember" in told.stderr
    assert recorded(file) == []


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--class", "comon=CommonClassBMember"), "--class"),
        (("--class", "common"), "E_DUPLICATE: --class: 'common' is said twice"),
        (("--on", "soon"), "E_DATE: --on"),
    ],
)
def test_what_is_said_beside_the_file_is_refused_by_its_option(
    file: Path, args: tuple[str, ...], says: str
) -> None:
    said = ["--class", "common", "--ignore", "preferred", *args]
    told = CliRunner().invoke(main, ["import-xbrl", str(PAGE), "-f", str(file), *said])

    assert told.exit_code in (2, 3)
    assert says in told.stderr
    assert told.stderr.count("\n") == 1
    assert recorded(file) == []
