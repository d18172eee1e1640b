"""What a verb imports: somebody who waits for an answer waits for nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ledger import Ledger
from registrar.founding_case import record_founding_case

_ASK = """
import json, sys
before = set(sys.modules)
from registrar.cli import main
status = main.main(sys.argv[1:], standalone_mode=False)
print(json.dumps([status, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""

OURS = {"ledger", "projections", "registrar"}
ALL_VERBS_NEED = {"attr", "attrs", "click", "eventsourcing", "msgspec", "typing_extensions"}
"""The libraries of the core, and what they need themselves."""
OTHER_ANSWERS = {
    "projections.arrow",
    "projections.audit",
    "projections.columns",
    "projections.commitments",
    "projections.explain",
    "projections.findings",
    "projections.markup",
    "projections.rollforward",
    "registrar.demo",
    "registrar.founding_case",
}
ONLY_TO_RECORD = {"ledger.commands", "ledger.exchange", "ledger.testing"}
SLOW_AND_NOT_NEEDED = {
    "argparse",
    "asyncio",
    "concurrent.futures",
    "csv",
    "difflib",
    "email",
    "html",
    "http",
    "logging",
    "multiprocessing",
    "statistics",
    "subprocess",
    "tempfile",
    "unittest",
    "xml",
    "zipfile",
    "zoneinfo",
}


def imported_by(*arguments: str) -> set[str]:
    """Return the modules that a call imports, in a Python of its own."""
    done = subprocess.run([sys.executable, "-c", _ASK, *arguments], check=True, capture_output=True)
    status, modules = json.loads(done.stderr.decode().splitlines()[-1])
    assert status == 0
    assert done.stdout
    return set(modules)


def packages(modules: set[str]) -> set[str]:
    """Return the packages that do not come with Python."""
    return {name.partition(".")[0] for name in modules} - sys.stdlib_module_names


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = Path(tmp_path_factory.mktemp("start-up"), "founding-case.ledger")
    with Ledger.open(path, create=True) as ledger:
        record_founding_case(ledger)
    return str(path)


@pytest.mark.parametrize("arguments", [["--help"], ["show", "--help"], ["record", "--help"]], ids=" ".join)
def test_help_imports_click_and_none_of_the_ledger(arguments: list[str]) -> None:
    modules = imported_by(*arguments)

    assert packages(modules) == {"click", "registrar"}
    assert not modules & {"decimal", "hashlib", "sqlite3", "tempfile"}


def test_showing_a_cap_table_imports_no_library_beyond_those_of_the_core(file: str) -> None:
    assert packages(imported_by("show", "--file", file, "--as-of", "2017-06-20")) <= OURS | ALL_VERBS_NEED


def test_showing_a_cap_table_imports_nothing_of_other_answers_of_recording_or_of_other_formats(file: str) -> None:
    modules = imported_by("show", "--file", file, "--as-of", "2017-06-20")

    assert "projections.cap_table" in modules  # or this test would look at nothing
    assert not modules & (OTHER_ANSWERS | ONLY_TO_RECORD | SLOW_AND_NOT_NEEDED)


def test_a_day_that_is_not_given_is_today_in_the_zone_of_the_issuer_which_needs_the_zones(file: str) -> None:
    assert "zoneinfo" in imported_by("show", "--file", file)


def test_an_answer_asks_for_no_other_and_for_nothing_that_hands_it_on() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, projections.audit; print(*sys.modules)"],
        check=True,
        capture_output=True,
    )

    ours = {name for name in done.stdout.decode().split() if name.startswith("projections.")}
    assert ours == {"projections.audit", "projections.bounds", "projections.frame"}
