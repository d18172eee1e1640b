"""The holdings of a day from cold: printed to the letter as the ordinary way prints them, or left to it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Ledger, reader
from ledger.columns import sums
from ledger.events import Event
from registrar import cold
from registrar.cli import main
from tests.builders import (
    common_issued,
    founding,
    holder_merged,
    holder_registered,
    issuer_renamed,
    personal_data_erased,
    preferred_issued,
    shares_transferred,
    stock_split_effected,
    ticking,
)
from tests.projections.histories import FIRST, as_of_days, histories, opening_events

NO_ENVIRONMENT: Final[dict[str, str]] = {}
LAST: Final = "2026-03-01"


@pytest.fixture(autouse=True)
def _in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what few entries come to, in blocks, checkpoints and segments of a few rows."""
    monkeypatch.setattr(reader, "AHEAD", 1)
    monkeypatch.setattr(sums, "SHORTEST", 3)
    monkeypatch.setattr(sums, "LOOSE", 7)
    monkeypatch.setenv("COLUMNS", "80")


def ordinary(file: Path, day: str) -> str:
    result = CliRunner().invoke(main, ["holdings", "-f", str(file), "--as-of", day])
    assert result.exit_code == 0, result.output
    return result.stdout


def at_once(file: Path, day: str, **environment: str) -> str | None:
    """Return what is printed at once; nothing where that is left to the ordinary way."""
    try:
        return cold.answer(["holdings", "-f", str(file), "--as-of", day], environment)
    except (cold.NotPlain, ValueError, OSError):
        return None


def made(folder: Path, *events: Event) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "acme.db"
    with Ledger.open(file, create=True, clock=ticking()) as ledger:
        ledger.record(*founding())
        for event in events:
            ledger.record(event)
    return file


def some_history(folder: Path) -> Path:
    return made(
        folder,
        common_issued(issued=1_000),
        preferred_issued(issued=70),
        shares_transferred(transferred=400, to_holder="bob", effective_on="2026-02-10"),
        stock_split_effected(effective_on="2026-02-12"),
        shares_transferred(transferred=1, to_holder="fund", effective_on="2026-02-14/2026-02-20"),
        shares_transferred(transferred=5, to_holder="bob", effective_on="2026-02-03"),
    )


@settings(max_examples=20, deadline=None)
@given(histories(longest=3), st.lists(as_of_days, min_size=1, max_size=3))
def test_what_is_printed_at_once_is_what_the_ordinary_way_prints(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], days: list[date]
) -> None:
    file = tmp_path_factory.mktemp("acme") / "acme.db"
    with Ledger.open(file, create=True, clock=ticking()) as ledger:
        ledger.record(*opening_events())
        for event in events:
            ledger.record(event)
    merged = any("merged" in event.KIND for event in events)

    for on in days:
        printed = ordinary(file, str(on))
        found = at_once(file, str(on))
        assert found == printed or (found is None and (merged or "Nobody held" in printed))


def test_splits_corrections_open_days_and_late_entries_are_told_at_once(tmp_path: Path) -> None:
    file = some_history(tmp_path)

    for day in range(40):
        on = str(FIRST + timedelta(days=day - 10))
        printed = ordinary(file, on)
        assert at_once(file, on) == (None if "Nobody held" in printed else printed)
    assert "–" in ordinary(file, "2026-02-15")


def test_holders_who_came_since_stand_in_their_place(tmp_path: Path) -> None:
    names = [f"holder-{number}" for number in range(30)]
    file = made(tmp_path, *(holder_registered(holder=name) for name in names), common_issued(issued=1_000))
    ordinary(file, LAST)
    with Ledger.open(file, clock=ticking(datetime(2026, 6, 1, tzinfo=UTC))) as ledger:
        ledger.record(*(shares_transferred(transferred=1, to_holder=name, effective_on=LAST) for name in names))
        ledger.record(common_issued(issued=5, holder="bob", security="C-9", effective_on=LAST))
        ledger.columns()
        ledger.keep()

    assert at_once(file, LAST) == ordinary(file, LAST)
    assert len(str(at_once(file, LAST)).splitlines()) == 38


def test_only_the_standard_library_is_imported(tmp_path: Path) -> None:
    file = some_history(tmp_path)
    printed = ordinary(file, LAST)
    script = (
        "import sys; from registrar.cold import main; main();"
        " print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAPTABLE_")}

    run = subprocess.run(
        [sys.executable, "-c", script, "holdings", "-f", str(file), "--as-of", LAST],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == printed
    imported = {*run.stderr.split()} - {*sys.stdlib_module_names}
    assert imported.isdisjoint({"attr", "attrs", "click", "eventsourcing", "msgspec", "numpy", "projections"})


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["holdings"],
        ["show", "--as-of", LAST],
        ["holdings", "--as-of", LAST, "--json"],
        ["holdings", "--as-of", LAST, "-o", "csv"],
        ["holdings", "--as-of", "2026-3-01"],
        ["holdings", "--as-of", "2026-W09-7"],
        ["holdings", "--as-of", "20260301  "],
        ["holdings", "--as-of", "0999-03-01"],
        ["holdings", "--as-of", LAST, "--known-at", "8"],
        ["holdings", "--as-of", LAST, "-f", "nowhere.db"],
        ["holdings", "--as-of", LAST, "-f", "postgresql://host/db"],
    ],
)
def test_whatever_else_is_asked_goes_the_ordinary_way(tmp_path: Path, arguments: list[str]) -> None:
    file = some_history(tmp_path)
    ordinary(file, LAST)
    assert at_once(file, LAST) is not None

    with pytest.raises((cold.NotPlain, ValueError)):
        cold.answer(arguments, {"CAPTABLE_FILE": str(file)})


@pytest.mark.parametrize("name", ["CAPTABLE_LOG", "_CAPTABLE_COMPLETE"])
def test_a_setting_in_the_environment_goes_the_ordinary_way(tmp_path: Path, name: str) -> None:
    file = some_history(tmp_path)
    ordinary(file, LAST)

    assert at_once(file, LAST, **{name: "-"}) is None


def run(file: Path, day: str, stdout: int, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program itself."""
    left_out = ("CAPTABLE_", "PYTHONUNBUFFERED")  # what is not written at once may fail twice
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return subprocess.run(
        [sys.executable, "-c", "from registrar.cold import main; main()", "holdings", "-f", file, "--as-of", day],
        env=inherited | environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )


def test_a_terminal_that_lacks_a_character_is_written_to_the_ordinary_way(tmp_path: Path) -> None:
    file = some_history(tmp_path)
    printed = ordinary(file, "2026-02-15")
    assert not printed.isascii()
    assert at_once(file, "2026-02-15") == printed

    assert run(file, "2026-02-15", subprocess.PIPE, PYTHONIOENCODING="ascii").stdout == printed


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="nothing here is always full")
def test_an_answer_that_cannot_be_written_is_an_error_in_one_line(tmp_path: Path) -> None:
    file = some_history(tmp_path)
    ordinary(file, LAST)
    assert at_once(file, LAST) is not None

    with open("/dev/full", "w") as full:
        ended = run(file, LAST, full.fileno())

    assert ended.returncode == 5
    assert ended.stderr == "error: E_FILE: No space left on device (look at the file and its folder)\n"


@pytest.mark.parametrize(
    "event",
    [holder_merged(holder="bob", into="ada"), personal_data_erased("bob")],
    ids=["merger", "erasure"],
)
def test_mergers_and_erasures_go_the_ordinary_way(tmp_path: Path, event: Event) -> None:
    file = made(tmp_path, common_issued(issued=1_000), event)
    ordinary(file, LAST)

    assert at_once(file, LAST) is None


def test_the_name_of_the_company_is_the_last_that_it_took(tmp_path: Path) -> None:
    file = made(tmp_path, common_issued(issued=1_000), issuer_renamed(effective_on="2026-01-01"))
    printed = ordinary(file, LAST)

    assert printed.startswith("Acme Power, Inc. (acme)")
    assert at_once(file, LAST) == printed


def test_a_folder_that_lacks_an_entry_or_belongs_to_another_record_is_not_taken(tmp_path: Path) -> None:
    file = some_history(tmp_path)
    ordinary(file, LAST)
    with Ledger.open(file, clock=ticking(datetime(2026, 6, 1, tzinfo=UTC))) as ledger:
        ledger.record(common_issued(issued=1))
    assert at_once(file, LAST) is None

    other = made(tmp_path / "other", *(common_issued(issued=number) for number in range(1, 8)))
    (tmp_path / "acme.db").rename(tmp_path / "gone.db")
    (tmp_path / "other" / "acme.db").rename(tmp_path / "acme.db")
    assert other.name == "acme.db"
    assert at_once(file, LAST) is None


def test_bytes_that_were_changed_in_the_folder_never_end_the_process(tmp_path: Path) -> None:
    file = some_history(tmp_path)
    printed = ordinary(file, LAST)
    for each in sorted((tmp_path / "acme.db.index").rglob("*")):
        if each.is_file() and each.name != "lock":
            kept = each.read_bytes()
            for damaged in (b"", kept[:-1], kept[: len(kept) // 2] + b"x" + kept[len(kept) // 2 + 1 :]):
                each.write_bytes(damaged)
                assert at_once(file, LAST) in (None, printed)
            each.write_bytes(kept)
    assert at_once(file, LAST) == printed


def test_nothing_is_left_beside_the_ledger_that_was_not_there(tmp_path: Path) -> None:
    file = some_history(tmp_path)
    ordinary(file, LAST)
    before = sorted(str(each) for each in tmp_path.rglob("*"))

    assert at_once(file, LAST) is not None
    assert sorted(str(each) for each in tmp_path.rglob("*")) == before
