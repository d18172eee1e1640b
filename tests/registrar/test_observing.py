"""What is told of a call: how long, how many, what came of it; and never a name or what was recorded."""

import inspect
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from ledger import HolderId, IssuerId, Ledger, Personal
from ledger.errors import LedgerDamaged, LedgerError, NotUnderstood, OutcomeUnknown
from ledger.events import Event
from ledger.identity import CommandId
from ledger.store import MemoryStore, Row
from ledger.store.port import Conflict
from ledger.store.sqlite import SqliteStore
from registrar.cli import main
from registrar.metrics import Metrics
from registrar.observing import Observed, Seen, line
from tests import builders

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SECRET = "Zzyzx"
KEYS = {"at", "what", "result", "microseconds", "stream", "command", "version", "entries", "verb", "status"}


def secretive() -> list[Event]:
    """Return facts with a word in each of their texts that is to be seen nowhere."""
    person = HolderId("h-7")
    return [
        *builders.founding(),
        builders.holder_registered(
            holder=person, legal_name=None, name=Personal(f"{SECRET} Quill"), address=Personal(f"{SECRET} Street 1")
        ),
        builders.common_issued(holder=person, issued=7_654_321, note=f"told by {SECRET}", authority=f"{SECRET}"),
        builders.holder_list_received(
            source=SECRET, holders=(builders.listed_holder(name=f"{SECRET} Quill", account=SECRET, holder=None),)
        ),
        builders.claim_disclosed("7,654,321", said_by=SECRET),
    ]


@pytest.fixture
def seen() -> list[Seen]:
    return []


def ticks(step: int = 1_500_000) -> Iterator[int]:
    now = 0
    while True:
        yield now
        now += step


def observed(seen: list[Seen]) -> Ledger:
    clock = ticks()
    return Ledger(Observed(MemoryStore(), seen.append, lambda: next(clock)), begin=True, clock=builders.ticking())


# --- what is told -----------------------------------------------------------------------------------------------


def test_an_append_tells_its_command_stream_version_entries_duration_and_result(seen: list[Seen]) -> None:
    observed(seen).record(*builders.founding(), command="c-1")
    (told,) = [each for each in seen if each.what == "append"]

    assert json.loads(line(told, AT)) == {
        "at": "2026-03-04T05:06:07.000000Z",
        "what": "append",
        "result": "ok",
        "microseconds": 1500,
        "stream": "acme",
        "command": "c-1",
        "version": len(builders.founding()),
        "entries": len(builders.founding()),
    }


def test_no_name_and_nothing_that_was_recorded_is_told(seen: list[Seen]) -> None:
    ledger, metrics = observed(seen), Metrics()
    ledger.record(*secretive(), command="c-1")
    with pytest.raises(LedgerError):
        ledger.record(builders.common_issued(issued=10**12, note=SECRET), command="c-2")
    again = Ledger(ledger._store)
    assert len(again.entries()) == len(secretive())
    for each in seen:
        metrics.see(each)
    told = b"".join(line(each, AT) for each in seen).decode() + metrics.text()

    assert {key for each in seen for key in json.loads(line(each, AT))} <= KEYS
    assert {"append", "read", "sealed"} <= {each.what for each in seen}
    assert SECRET.casefold() not in told.casefold()
    assert "7654321" not in told
    assert "Acme" not in told, "the name of the company; its id is that of the stream"


class Failing(MemoryStore):
    """A store that fails with words that are nobody's business."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def append(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        sealed: Mapping[int, bytes],
    ) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (Conflict(SECRET), "conflict"),
        (OutcomeUnknown(CommandId("c-1")), "E_OUTCOME_UNKNOWN"),
        (NotUnderstood("E_NUMBER", SECRET, SECRET), "E_NUMBER"),
        (ValueError(SECRET), "ValueError"),
        (SystemExit(SECRET), "SystemExit"),
    ],
)
def test_of_what_went_wrong_the_code_is_told_and_not_its_words(
    error: BaseException, result: str, seen: list[Seen]
) -> None:
    store = Observed(Failing(error), seen.append)
    with pytest.raises(type(error)):
        store.append(IssuerId("acme"), [Row(1, "kind.1", b"")], CommandId("c-1"), {})

    assert seen[-1].result == result
    assert SECRET.encode() not in line(seen[-1], AT)


def test_a_damaged_record_is_refused_as_if_nobody_watched_and_nothing_in_it_is_told(
    seen: list[Seen], tmp_path: Path
) -> None:
    path = tmp_path / "a.db"
    with Ledger.open(path, create=True, clock=builders.ticking()) as sound:
        sound.record(*builders.founding())
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("INSERT INTO stored_events VALUES ('acme', ?, 'x', x'00')", (SECRET,))

    with closing(SqliteStore(path)) as store:
        ledger = Ledger(Observed(store, seen.append))
        for ask in (ledger.entries, ledger.tree):
            with pytest.raises(LedgerDamaged) as caught:
                ask()
            assert caught.value.code == "E_TAMPERED"

    assert {each.what: each.result for each in seen} == {"issuers": "ok", "read": "ok", "head": "E_TAMPERED"}
    assert SECRET.encode() not in b"".join(line(each, AT) for each in seen)


def test_whoever_sees_to_it_cannot_undo_what_was_written() -> None:
    def see(seen: Seen) -> None:
        raise RuntimeError("the disk of the log is full")

    ledger = Ledger(Observed(MemoryStore(), see), begin=True)
    assert len(ledger.record(*builders.founding()).entries) == len(builders.founding())


# --- counters ---------------------------------------------------------------------------------------------------

SEEN = st.builds(
    Seen,
    what=st.sampled_from(["append", "read", "head"]),
    result=st.sampled_from(["ok", "conflict", "E_BUSY"]),
    nanoseconds=st.integers(0, 12 * 10**9),
    entries=st.none() | st.integers(0, 1_000),
    verb=st.none() | st.sampled_from(["show", "import-xbrl", ""]),
    status=st.integers(0, 141),
)


def counted(all_seen: list[Seen]) -> Metrics:
    metrics = Metrics()
    for each in all_seen:
        metrics.see(each)
    return metrics


def values(metrics: Metrics) -> dict[str, Fraction]:
    lines = [each.rpartition(" ") for each in metrics.text().splitlines() if not each.startswith("#")]
    return {series: Fraction(value) for series, _, value in lines}


@given(st.lists(SEEN, max_size=8), st.lists(SEEN, max_size=8))
def test_counting_in_two_processes_is_counting_in_one(ones: list[Seen], others: list[Seen]) -> None:
    together = counted(ones)
    together.add(counted(others).text())

    assert values(together) == values(counted([*ones, *others]))


@given(st.lists(SEEN, min_size=1, max_size=8))
def test_every_line_is_of_the_text_format_and_every_histogram_adds_up(all_seen: list[Seen]) -> None:
    text = counted(all_seen).text()
    for each in text.splitlines():
        assert re.fullmatch(
            r'# (HELP|TYPE) \w+ .+|[a-z_]+(\{\w+="[^"\\\n]*"(,\w+="[^"\\\n]*")*\})? \d+(\.\d+)?', each
        )
    found = values(counted(all_seen))
    for series, count in found.items():
        if "_count" in series:
            labels = series.partition("{")[2].rstrip("}")
            name = series.partition("_count")[0]
            steps = [value for key, value in found.items() if key.startswith(f"{name}_bucket{{{labels},le=")]
            assert steps == sorted(steps)
            assert steps[-1] == count


def test_a_text_that_holds_something_else_is_refused_and_nothing_of_it_is_counted() -> None:
    metrics = counted([Seen(what="read", result="ok", nanoseconds=5)])
    before = metrics.text()
    for foreign in ("node_load1 0.5", before + 'captable_store_calls_total{call="read"} many', "\0"):
        with pytest.raises(NotUnderstood, match="no counter"):
            metrics.add(foreign)

    assert metrics.text() == before


# --- the command line -------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*secretive())
    return path


def run(*args: str, **env: str) -> Result:
    return CliRunner(env=env).invoke(main, args)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(each) for each in path.read_text().splitlines()]


def test_a_verb_logs_its_calls_and_itself_and_counts_across_processes(file: Path, tmp_path: Path) -> None:
    log, metrics = tmp_path / "log.jsonl", tmp_path / "captable.prom"
    asked = run("--log", str(log), "--metrics", str(metrics), "show", "-f", str(file), "--as-of", "2026-12-31")
    refused = run(
        *("issue", "h-7", "10", "nothing", "--on", "2026-03-04", "--note", SECRET, "-f", str(file)),
        CAPTABLE_LOG=str(log),
        CAPTABLE_METRICS=str(metrics),
    )

    assert (asked.exit_code, refused.exit_code) == (0, 3)
    verbs = [each for each in lines(log) if each["what"] == "verb"]
    assert [(each["verb"], each["status"], each["result"]) for each in verbs] == [
        ("show", 0, "ok"),
        ("issue", 3, "E_UNKNOWN"),
    ]
    assert {"read", "sealed", "close"} <= {each["what"] for each in lines(log)}
    assert SECRET not in log.read_text() + metrics.read_text()
    counts = Metrics()
    counts.add(metrics.read_text())
    assert values(counts)['captable_verbs_total{verb="show",status="0",result="ok"}'] == 1
    assert values(counts)['captable_verb_seconds_count{verb="issue"}'] == 1


def test_what_is_recorded_is_logged_with_its_command(file: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    given = ("issue", "h-7", "10", "common", "--on", "2026-03-04", "-f", str(file), "--command", "c-77")
    assert run("--log", str(log), *given).exit_code == 0

    (append,) = [each for each in lines(log) if each["what"] == "append"]
    assert (append["command"], append["stream"], append["entries"]) == ("c-77", "acme", 1)
    assert append["version"] == len(secretive()) + 1


def test_the_answer_is_the_same_with_and_without(file: Path, tmp_path: Path) -> None:
    asked = ("show", "-f", str(file), "--as-of", "2026-12-31")
    plain, watched = run(*asked), run("--log", "-", *asked)

    assert (watched.stdout, watched.exit_code) == (plain.stdout, plain.exit_code)
    assert [json.loads(each)["what"] for each in watched.stderr.splitlines()][-1] == "verb"


def test_the_page_names_every_call_that_is_told() -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/watch-it-run.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| `what` \|(.*)$", page, re.MULTILINE)
    told = re.findall(r'_seen\("([a-z-]+)"', inspect.getsource(Observed))

    assert sorted(re.findall(r"`([a-z-]+)`", row)) == sorted([*told, "verb"])


def test_what_cannot_be_written_is_told_and_changes_no_status(file: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "node.prom"
    foreign.write_text("node_load1 0.5\n")
    asked = ("show", "-f", str(file), "--as-of", "2026-12-31")
    result = run("--log", str(tmp_path / "no" / "log"), "--metrics", str(foreign), *asked)

    assert result.exit_code == 0
    assert [each.partition(":")[0] for each in result.stderr.splitlines()] == ["note"] * 2
    assert all(str(path) in result.stderr for path in (tmp_path / "no" / "log", foreign))
    assert foreign.read_text() == "node_load1 0.5\n"


def test_no_line_is_written_into_a_ledger_and_no_count_takes_its_place(file: Path) -> None:
    before = file.read_bytes()
    asked = ("show", "-f", str(file), "--as-of", "2026-12-31")
    logged, counted = run("--log", str(file), *asked), run("--metrics", str(file), *asked)

    assert (logged.exit_code, "it is a ledger" in logged.stderr) == (2, True)
    assert (counted.exit_code, counted.stderr.startswith("note: the counters")) == (0, True)
    assert file.read_bytes() == before


def test_a_slip_of_the_finger_is_logged_without_what_was_typed(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    for typed in (("show", f"--{SECRET}"), (SECRET,)):
        assert run("--log", str(log), *typed).exit_code == 2

    assert [(each["verb"], each["result"]) for each in lines(log)] == [("show", "E_USAGE"), ("", "E_USAGE")]
