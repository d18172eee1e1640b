"""A long history is loaded part by part: a line for each, and given again, it goes on behind what is recorded."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.exchange import json_lines, loading
from registrar.cli import main
from tests import builders as a

LINES = json_lines.write([*a.founding(), *(a.common_issued(issued=number) for number in range(1, 21))])
COUNT = len(LINES.splitlines())


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(loading, "PART_BYTES", 1_000)
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True):
        return path


def load(path: Path, data: bytes, *options: str) -> Result:
    file = path.with_name("history.jsonl")
    file.write_bytes(data)
    return CliRunner().invoke(main, ["load", str(path), str(file), *options])


def recorded(path: Path) -> int:
    with Ledger.open(path) as ledger:
        return len(ledger.entries())


def test_each_part_is_told_and_the_same_file_adds_nothing(acme: Path) -> None:
    first, again = load(acme, LINES), load(acme, LINES)

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout.startswith("recorded 7 entries (1 to 7) of acme\n")
    assert len(first.stdout.splitlines()) == 3
    assert recorded(acme) == COUNT
    assert (
        again.stdout == f"everything in {acme.with_name('history.jsonl')} is recorded already; nothing was added\n"
    )


def test_standard_input_is_loaded_as_a_file(acme: Path) -> None:
    result = CliRunner().invoke(main, ["load", str(acme), "-"], input=LINES)

    assert result.exit_code == 0
    assert recorded(acme) == COUNT


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        (b"{\n", 2, "error: E_JSON:"),
        (json_lines.write([a.shares_transferred(transferred=10**6)]), 3, "error: R_HOLDING:"),
    ],
    ids=["unreadable", "refused"],
)
def test_what_is_refused_names_its_line_and_what_is_recorded(
    acme: Path, wrong: bytes, status: int, said: str
) -> None:
    result = load(acme, LINES + wrong)

    (error,) = [line for line in result.stderr.splitlines() if line.startswith("error")]
    there = recorded(acme)
    assert result.exit_code == status
    assert f"history.jsonl line {COUNT + 1}" in error
    assert 0 < there < COUNT
    assert f"note: {there} entries are recorded; the mended file, given again, goes on behind them" in result.stderr
    assert load(acme, LINES).exit_code == 0
    assert recorded(acme) == COUNT


@pytest.mark.parametrize("option", ["--dry-run", "--as-stated", "--json", "--command-id=x"])
def test_what_concerns_one_command_is_left_to_record(acme: Path, option: str) -> None:
    result = load(acme, LINES, option)

    assert result.exit_code == 2
    assert "part by part" in result.stderr
    assert not recorded(acme)


def test_a_file_that_is_none_is_refused(acme: Path) -> None:
    result = CliRunner().invoke(main, ["load", str(acme), str(acme.with_name("nowhere.jsonl"))])

    assert result.exit_code == 2
    assert "E_FILE" in result.stderr
