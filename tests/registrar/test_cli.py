"""The command line as people and programs use it."""

import errno
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.exchange import json_lines
from registrar import cli
from registrar.cli import main
from tests import builders as a
from tests.golden import make_tables

VERBS = [verb for verbs in cli.VERBS.values() for verb in verbs]
FIRST = ("init", "record", "show", "commitments", "rollforward", "explain", "log", "check", "claims", "demo")
"""The verbs that a record of the founding case needs, in the order in which somebody meets them."""
LONGER = {"pro-forma": 56}
"""Help that takes more than a screen of 40 lines: a round has two dozen terms, each asked for by its name."""
EVENTS = json_lines.write([*a.founding(), a.common_issued()])


def run(*args: str, data: bytes | None = None, **environment: str) -> Result:
    return CliRunner().invoke(main, list(args), input=data, env=environment)


def process(*args: str, data: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "registrar", *args],
        input=data,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.db"
    Ledger.open(path, create=True).close()
    return path


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    make_tables.acme(path)
    return str(path)


@pytest.fixture(scope="module")
def founding(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "founding.db"
    make_tables.founding_case(path)
    return str(path)


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "quay.db"
    make_tables.quay(path)
    return str(path)


@pytest.fixture(scope="module")
def orchard(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "orchard.db"
    make_tables.orchard(path)
    return str(path)


@pytest.fixture(scope="module")
def lagoon(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "lagoon.db"
    make_tables.lagoon(path)
    return str(path)


def answer(*args: str) -> dict[str, Any]:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    made: dict[str, Any] = json.loads(result.stdout)
    return made


# --- help -------------------------------------------------------------------------------------------------


def test_help_lists_every_verb_in_the_order_of_use() -> None:
    told = run("--help").stdout

    assert re.findall(r"^  ([a-z][a-z-]*)  ", told, re.MULTILINE) == VERBS
    assert [verb for verb in VERBS if verb in FIRST] == list(FIRST)
    assert re.findall(r"^(\w[\w ]*):$", told, re.MULTILINE) == ["Options", *cli.VERBS]
    assert run().stdout == told


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_where_the_table_says_and_is_called_so(verb: str) -> None:
    command = main.get_command(click.Context(main), verb)

    assert command is not None
    assert command.name == verb
    assert command.help


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_example_on_one_screen(verb: str) -> None:
    told = run(verb, "--help").stdout

    assert f"  captable {verb}" in told.partition("Example:")[2]
    assert len(told.splitlines()) <= LONGER.get(verb, 40)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pool", "change-pool"),
        ("plan", "adopt-plan"),
        ("blocker", "limit-ownership"),
        ("lock-up", "restrict"),
        ("cap-table", "show"),
    ],
)
def test_a_word_that_is_no_verb_is_answered_with_verbs_that_have_to_do_with_it(typed: str, meant: str) -> None:
    told = run(typed).stderr

    assert told.startswith(f"error: E_USAGE: there is no verb '{typed}' (did you mean ")
    assert meant in told


def test_a_word_that_has_nothing_to_do_with_a_verb_is_answered_with_where_they_are_listed() -> None:
    assert run("xyzzy").stderr == "error: E_USAGE: there is no verb 'xyzzy' (captable --help lists them)\n"


def test_the_version_is_that_of_the_distribution() -> None:
    assert run("--version").stdout == "captable 0.1.0\n"


@pytest.mark.parametrize(
    ("typed", "meant"), [("sho", "show"), ("rol-forward", "rollforward"), ("recrod", "record")]
)
def test_a_mistyped_verb_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    result = run(typed)

    assert result.stderr == f"error: E_USAGE: there is no verb '{typed}' (did you mean {meant}?)\n"
    assert result.exit_code == 2


def test_the_program_has_one_name_whatever_started_it() -> None:
    for help_text in (process("show", "--help").stdout.decode(), run("show", "--help").stdout):
        assert help_text.startswith("Usage: captable show [OPTIONS]\n")
    assert process("show", "--nonsense").stderr.endswith(b" (captable show --help shows how)\n")


def test_a_ledger_file_in_the_wrong_place_is_told_where_it_belongs() -> None:
    result = run("show", "lumen.db")

    assert result.stderr == (
        "error: E_USAGE: Got unexpected extra argument lumen.db (name the ledger with -f FILE)\n"
    )
    assert result.exit_code == 2


def test_a_mistyped_issuer_is_not_to_be_recorded_first(acme: str) -> None:
    result = run("show", "-f", acme, "--issuer", "acne")

    assert result.stderr == "error: E_UNKNOWN: no issuer 'acne' is recorded. Did you mean acme?\n"
    assert result.exit_code == 3


def test_a_usage_error_is_an_exception_for_whoever_calls_the_group() -> None:
    assert main(["sho"], standalone_mode=False) == 2
    assert isinstance(main, click.Group)


# --- recording --------------------------------------------------------------------------------------------


def test_a_ledger_is_made_recorded_and_asked(tmp_path: Path) -> None:
    path, events = str(tmp_path / "a ledger é.db"), tmp_path / "events.jsonl"
    events.write_bytes(EVENTS)

    assert (
        run("init", path).stdout == f"{path} is an empty ledger; begin it by captable register, import or record\n"
    )
    assert run("show", "-f", path).stdout == "Nothing has been recorded in this ledger yet.\n"
    assert run("record", path, str(events), "--actor", "counsel").stdout == "recorded 7 entries (1 to 7) of acme\n"
    assert run("init", path).stdout == f"{path} is a ledger already (of acme); nothing was changed\n"
    assert re.search(r"^Ada Quill +ada +common +1,000 ", run("show", "-f", path).stdout, re.MULTILINE)
    assert "by counsel, command" in run("log", "-f", path).stdout


def test_a_file_is_one_command_identified_by_its_digest(file: Path) -> None:
    result = run("record", str(file), "-", data=EVENTS)

    assert result.stderr == f"command {hashlib.sha256(EVENTS).hexdigest()}\n"
    with Ledger.open(file) as ledger:
        assert {entry.command for entry in ledger.entries()} == {hashlib.sha256(EVENTS).hexdigest()}


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_a_dry_run_asks_the_rules_and_records_nothing(file: Path, as_json: list[str]) -> None:
    before = file.read_bytes()

    result = run("record", str(file), "-", "--dry-run", *as_json, data=EVENTS)

    assert result.exit_code == 0
    assert "would" in result.stdout
    assert result.stderr == ""
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("names", "environment"),
    [
        (["{file}", "{events}"], {}),
        (["{file}", "-"], {}),
        (["{file}"], {}),
        (["-f", "{file}", "{events}"], {}),
        (["-f", "{file}"], {}),
        (["--file={file}", "-"], {}),
        (["{events}"], {"CAPTABLE_FILE": "{file}"}),
        (["-"], {"CAPTABLE_FILE": "{file}"}),
        ([], {"CAPTABLE_FILE": "{file}"}),
        (["{file}", "{events}"], {"CAPTABLE_FILE": "elsewhere.db"}),
        (["-f", "{file}", "{events}"], {"CAPTABLE_FILE": "elsewhere.db"}),
    ],
    ids=str,
)
def test_file_and_events_may_be_named_in_several_ways(
    names: list[str], environment: dict[str, str], file: Path, tmp_path: Path
) -> None:
    events = tmp_path / "events.jsonl"
    events.write_bytes(EVENTS)

    def filled(text: str) -> str:
        return text.format(file=file, events=events)

    result = run(
        "record",
        *map(filled, names),
        data=EVENTS,
        **{name: filled(value) for name, value in environment.items()},
    )

    assert result.stdout == "recorded 7 entries (1 to 7) of acme\n", result.stderr


def test_what_does_not_fit_may_be_recorded_as_stated(file: Path) -> None:
    too_many = json_lines.write([*a.founding(), a.common_issued(issued=10_000_001)])

    assert run("record", str(file), "-", data=too_many).exit_code == 3
    recorded = run("record", str(file), "-", "--as-stated", data=too_many)
    assert recorded.exit_code == 0
    assert recorded.stderr.endswith("\nthe record has 1 finding now (captable check shows them)\n")
    assert "In parentheses: below zero." in run("show", "-f", str(file)).stdout


def test_the_actor_is_the_login_name(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "paralegal")
    run("record", str(file), "-", data=EVENTS)

    with Ledger.open(file) as ledger:
        assert ledger.entries()[0].actor == "paralegal"


def test_one_file_holds_several_issuers(file: Path) -> None:
    other = json_lines.write([a.issuer_registered(issuer="other", legal_name="Other, Inc.")])

    assert run("record", str(file), "-", data=EVENTS).exit_code == 0
    assert run("record", str(file), "-", data=other).stderr.startswith("error: E_ISSUER: ")
    assert run("record", str(file), "-", "--issuer", "other", data=other).exit_code == 0
    assert run("record", str(file), "-", data=other).stdout.startswith("already recorded in other")
    assert run("show", "-f", str(file)).stderr.startswith("error: E_ISSUER: ")
    assert "Other, Inc. (other)" in run("show", "-f", str(file), "--issuer", "other").stdout


def test_a_refusal_names_the_line_of_the_file(file: Path) -> None:
    events = EVENTS + b"\n" + json_lines.write([a.shares_transferred(transferred=1_001)])

    result = run("record", str(file), "-", data=events)

    assert result.stderr.startswith("error: E_BALANCE: standard input line 9: ada holds 1,000 common")


def test_a_refusal_that_concerns_an_earlier_entry_names_that_entry(file: Path) -> None:
    run("record", str(file), "-", data=EVENTS)

    result = run("record", str(file), "-", data=json_lines.write([a.entry_voided(4)]))

    assert result.stderr.startswith("error: E_UNKNOWN: standard input: entry 7: no holder 'ada' is recorded by ")
    assert result.exit_code == 3


def test_a_dry_run_is_worded_as_the_recording(file: Path) -> None:
    dry = run("record", str(file), "-", "--dry-run", data=EVENTS)
    assert dry.stdout == "would record 7 entries (1 to 7) of acme; nothing was recorded\n"

    run("record", str(file), "-", data=EVENTS)
    again = [run("record", str(file), "-", *option, data=EVENTS).stdout for option in ([], ["--dry-run"])]
    assert again == ["already recorded in acme: 7 entries (1 to 7); nothing was added\n"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal made by the program")
def test_whoever_forgets_the_events_is_told_that_the_keyboard_is_read(file: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    os.write(ours, b"\x04")  # Ctrl-D
    command = [sys.executable, "-m", "registrar", "record", str(file)]
    done = subprocess.run(command, stdin=theirs, capture_output=True, timeout=60, check=False)
    os.close(ours)
    os.close(theirs)

    assert done.stderr.startswith(b"reading events from standard input; end with Ctrl-D\nerror: E_EMPTY: ")
    assert done.returncode == 2


# --- what does not fit ------------------------------------------------------------------------------------


@pytest.fixture
def hole(file: Path) -> str:
    """Return a register taken over from others in which Ada sells 30 shares more than she has."""
    sold = a.shares_transferred(transferred=1_030, effective_on="2026-03-01")
    recorded = run("record", str(file), "-", "--as-stated", data=EVENTS + json_lines.write([sold]))
    assert recorded.exit_code == 0
    return str(file)


def test_what_does_not_fit_is_shown_with_its_day_entry_and_amount(hole: str) -> None:
    result = run("check", "-f", hole)

    assert "broken  2026-03-01  entry 8  E_BALANCE  by 30\n  ada holds 1,000 common without a" in result.stdout
    assert "* broken: so in every reading of the open days" in result.stdout
    assert (result.exit_code, result.stderr) == (1, "")


def test_what_does_not_fit_in_json(hole: str) -> None:
    result = run("check", "-f", hole, "--json")
    made = json.loads(result.stdout)

    assert result.exit_code == 1
    assert (made["answer"], made["issuer"], made["known"]["entries"]) == ("findings", "acme", "8")
    [finding] = made["findings"]
    assert finding.pop("what").startswith("ada holds 1,000 common without a certificate on 2026-03-01")
    assert finding == {
        "severity": "broken",
        "on": "2026-03-01",
        "entry": "8",
        "code": "E_BALANCE",
        "amount": "30",
    }


@pytest.mark.parametrize("as_json", [False, True])
def test_a_record_that_fits_has_nothing_to_show(acme: str, as_json: bool) -> None:
    result = run("check", "-f", acme, *(["--json"] if as_json else []))

    assert (result.exit_code, result.stderr) == (0, "")
    if as_json:
        assert json.loads(result.stdout)["findings"] == []
    else:
        assert result.stdout.endswith("\n\nEverything in the record fits.\n")


def test_findings_are_those_of_what_was_known(founding: str, file: Path) -> None:
    assert run("check", "-f", founding).exit_code == 1
    assert "* open: so in some readings of the open days only" in run("check", "-f", founding).stdout
    before = run("check", "-f", founding, "--known-at", "2017-02-20")
    assert (before.exit_code, before.stdout.splitlines()[-1]) == (0, "Everything in the record fits.")
    nothing = run("check", "-f", str(file))
    assert (nothing.exit_code, nothing.stdout) == (0, "Nothing has been recorded in this ledger yet.\n")


def test_the_status_of_a_process_says_that_something_does_not_fit(hole: str) -> None:
    assert process("check", "-f", hole).returncode == 1


# --- asking -----------------------------------------------------------------------------------------------


def test_the_default_day_is_today_in_the_issuers_zone(acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fixed(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.fromisoformat("2026-07-01T05:00:00+00:00").astimezone(tz)

    monkeypatch.setattr("datetime.datetime", Fixed)

    assert answer("show", "-f", acme)["as_of"] == "2026-06-30"


@pytest.mark.parametrize("known_at", ["7", "2026-01-01T12:00:30+00:00", "2026-01-01T05:00:30-07:00"])
def test_knowledge_is_an_instant_or_an_entry_number(acme: str, known_at: str) -> None:
    made = answer("show", "-f", acme, "--as-of", "2026-06-30", "--known-at", known_at)

    assert made["known"] == {"entries": "7", "recorded_at": "2026-01-01T12:00:00.000000Z"}
    assert made["holdings"] == []


@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_recorded_by_then_is_an_answer(acme: str, as_json: bool) -> None:
    result = run("show", "-f", acme, "--known-at", "2025-12-31", *(["--json"] if as_json else []))

    assert (result.exit_code, result.stderr) == (0, "")
    if as_json:
        assert json.loads(result.stdout)["answer"] == "nothing-recorded"
    else:
        assert result.stdout.startswith("Nothing had been recorded by 2026-01-01 06:59:59 UTC;")


def test_a_merged_holder_is_explained_with_what_was_merged_into_it(acme: str, tmp_path: Path) -> None:
    copy = tmp_path / "merged.db"
    copy.write_bytes(Path(acme).read_bytes())
    run("record", str(copy), "-", data=json_lines.write([a.holder_merged(effective_on="2026-06-01")]))

    made = answer("explain", "ada", "common", "-f", str(copy), "--as-of", "2026-06-30")

    assert made["result"] == {"low": "4999001", "high": "4999001"}


# --- JSON -------------------------------------------------------------------------------------------------


def test_the_cap_table_in_json(founding: str) -> None:
    made = answer("show", "-f", founding, "--as-of", "2017-06-01", "--known-at", "2017-06-21")

    assert list(made) == ["answer", "issuer", "as_of", "basis", "known", "classes", "holdings"]
    assert made["answer"] == "cap-table"
    assert made["known"] == {"entries": "18", "recorded_at": "2017-06-21T15:00:00.000000Z"}
    boone = made["holdings"][0]
    assert boone["shares"] == {"low": "200000000", "high": "800000000"}
    assert boone["part"] == {
        "low": None,
        "high": None,
        "of": "common outstanding, which is not known: the register is partial",
    }
    common = made["classes"][0]
    assert common["outstanding"] == {"low": "200000000", "high": None}
    assert common["votes"] is None


def test_parts_in_json_are_exact(acme: str) -> None:
    holdings = answer("show", "-f", acme, "--as-of", "2026-06-30")["holdings"]

    assert [line["part"]["low"] for line in holdings] == [
        "3000001/5999001",
        "1999000/5999001",
        "1000000/5999001",
        "1",
    ]


def test_the_commitment_in_json(founding: str) -> None:
    [made] = answer("commitments", "-f", founding, "--as-of", "2017-06-20", "--known-at", "2017-06-21")[
        "agreements"
    ]

    assert made["undertaken"] == {"low": "20000000 USD", "high": "20000000 USD"}
    assert made["closed"] == {"low": "3200000 USD", "high": None}
    assert made["undrawn"] == {"low": None, "high": "16800000 USD"}
    assert made["due"] == {"low": "4000000 USD", "high": "4000000 USD"}
    assert made["assumptions"] == {
        "undrawn_if_every_tranche_closed_on_its_day": {"low": "16000000 USD", "high": "16000000 USD"}
    }
    assert made["headroom"]["if_all_converted"] == "5000000000"


def test_a_roll_forward_in_json(founding: str) -> None:
    made = answer(
        *("rollforward", "boone", "common", "-f", founding),
        *("--after", "2017-05-04", "--through", "2017-06-20", "--known-at", "2017-06-21"),
    )

    assert (made["opening"]["low"], made["closing"]["high"]) == ("0", "800000000")
    assert made["movements"] == [
        {
            "kind": "issued on conversion",
            "change": {"low": "800000000", "high": "800000000"},
            "entries": ["10", "14", "18"],
        }
    ]


def test_an_explanation_in_json(founding: str) -> None:
    made = answer("explain", "boone", "common", "-f", founding, "--as-of", "2017-06-01", "--known-at", "2017-06-21")

    assert [(step["entry"], step["is_open"], step["certainty"]) for step in made["steps"]] == [
        ("10", False, "stated"),
        ("14", True, "deduced"),
        ("18", True, "stated"),
    ]
    assert made["result"] == {"low": "200000000", "high": "800000000"}
    level = answer("explain", "common", "authorized", "-f", founding, "--as-of", "2017-05-04")
    assert level["result"] == ["2000000000", "20000000000"]


def test_the_audit_trail_in_json_keeps_particulars_to_itself(acme: str) -> None:
    made = answer("log", "-f", acme, "--kind", "holder-registered")

    assert [line["number"] for line in made["entries"]] == ["4", "5", "6", "7"]
    assert "Ada Quill" not in json.dumps(made)
    assert made["entries"][0]["fact"]["name"].startswith("sha256:")


@pytest.mark.parametrize("asked", make_tables.ASKED)
def test_no_json_number_is_written(asked: str, request: pytest.FixtureRequest) -> None:
    file = request.getfixturevalue(asked.partition("-")[0])
    args = make_tables.ASKED[asked]

    def refuse(text: str) -> None:
        raise AssertionError(f"a JSON number: {text}")

    json.loads(run(*args, "-f", file, "--json").stdout, parse_int=refuse, parse_float=refuse, parse_constant=refuse)


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (["--actor", "clerk"], ["17"]),
        (["--kind", "entry-voided", "--kind", "shares-reserved"], ["12", "18"]),
        (["--effective-from", "2026-07-01"], ["19"]),
        (["--effective-through", "2025-12-31"], []),
        (["--recorded-from", "2026-01-02"], []),
        (["--recorded-through", "2026-01-01", "--actor", "clerk", "--without-evidence"], ["17"]),
        (["--known-at", "7", "--kind", "issuer-registered"], ["1"]),
    ],
    ids=str,
)
def test_the_audit_trail_is_filtered(filters: list[str], numbers: list[str], acme: str) -> None:
    assert [line["number"] for line in answer("log", "-f", acme, *filters)["entries"]] == numbers
    text = run("log", "-f", acme, *filters).stdout
    assert numbers or "No entry passes these filters." in text


# --- as a process -----------------------------------------------------------------------------------------


def test_status_and_streams_of_a_process(file: Path) -> None:
    recorded = process("record", str(file), "-", data=EVENTS)
    again = process("record", "-", data=EVENTS, CAPTABLE_FILE=str(file))
    refused = process("record", str(file), "-", data=EVENTS + b"{}")

    assert (recorded.returncode, recorded.stdout) == (0, b"recorded 7 entries (1 to 7) of acme\n")
    assert (again.returncode, again.stdout) == (
        0,
        b"already recorded in acme: 7 entries (1 to 7); nothing was added\n",
    )
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert refused.stderr.startswith(b"error: E_KIND: standard input line 8 /kind: ")


def test_a_closed_pipe_ends_without_a_word(acme: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "registrar", "log", "-f", acme]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told(acme: str) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "registrar", "log", "-f", acme]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)

    assert done.returncode == 5
    assert done.stderr.startswith(b"error: E_FILE: " + os.strerror(errno.ENOSPC).encode())
    assert done.stderr.count(b"\n") == 1


def test_an_interruption_ends_without_a_traceback(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("registrar.cli.records.bytes_of", interrupt)

    result = run("record", str(file), "-")

    assert (result.exit_code, result.stdout, result.stderr.strip()) == (130, "", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_of_another_encoding_is_served(encoding: str, acme: str) -> None:
    text = process("show", "-f", acme, "--as-of", "2026-06-30", PYTHONIOENCODING=encoding)
    as_json = process("show", "-f", acme, "--as-of", "2026-06-30", "--json", PYTHONIOENCODING=encoding)

    assert (text.returncode, as_json.returncode) == (0, 0)
    assert json.loads(as_json.stdout)["holdings"][2]["name"] == "日光投資事業有限責任組合"


def imported(*args: str) -> set[str]:
    """Return what a run of the command line imports."""
    script = (
        "import sys\n"
        "from registrar.cli import main\n"
        f"main({list(args)!r}, standalone_mode=False)\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True)
    return set(done.stderr.decode().split("\n")[-2].split())


SLOW = ["stdnum", "difflib", "rich", "asyncio", "http", "ssl", "multiprocessing", "pytest", "hypothesis", "getpass"]


@pytest.mark.parametrize("args", [["--help"], ["show", "--help"], ["sho"], ["show", "--nonsense"]], ids=str)
def test_help_and_slips_import_next_to_nothing(args: list[str]) -> None:
    unwanted = [
        "ledger",
        "projections",
        "eventsourcing",
        "attrs",
        "msgspec",
        "sqlite3",
        "zoneinfo",
        "stdnum",
        "rich",
    ]
    unwanted += ["difflib"] if "--help" in args else []

    assert imported(*args).isdisjoint(unwanted)


def test_show_imports_what_it_uses(acme: str) -> None:
    loaded = imported("show", "--file", acme)  # click itself looks for a near name when it meets a short option

    assert {"projections.cap_table", "registrar.views"} <= loaded
    assert loaded.isdisjoint([*SLOW, "registrar.as_json", "registrar.demo", "registrar.figures", "ledger.commands"])
    assert not any(name.startswith("ledger.exchange") for name in loaded)


def test_a_verb_is_one_call_of_the_library(acme: str) -> None:
    from projections import cap_table
    from registrar import as_json

    with Ledger.open(acme) as ledger:
        made = as_json.text(as_json.cap_table(ledger, cap_table(ledger, as_of="2026-06-30")))

    assert run("show", "-f", acme, "--as-of", "2026-06-30", "--json").stdout.encode() == made


def test_the_demo_is_told_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(write: Callable[[str], None], width: int) -> None:
        write("one")
        write(str(width))

    monkeypatch.setattr("registrar.demo.run", told)

    assert run("demo").stdout == "one\n80\n"


def test_the_whole_story_agrees_with_every_row_that_was_disclosed() -> None:
    from registrar import ten_years

    told: list[str] = []
    ten_years.run(told.append, 200)

    text = "\n".join(told)
    assert "90 of 90 facts" in text
    claims = next(number for number, line in enumerate(told) if line.startswith("9. What was disclosed"))
    rows = [line for line in told[:claims] if line.endswith(("  agrees", "  differs"))]
    assert len(rows) == 6 + 1 + 8 + 1  # two tables of notes, with their totals
    assert all(line.endswith("  agrees") for line in rows)
    assert "crowdex reported 5,550,000 common; the record has 2,600,000" in text
    assert "61 claims: agrees 35, agrees if truncated 1, explained by another definition 5, contradicted 8" in text


def test_the_whole_story_can_be_kept_and_asked(tmp_path: Path) -> None:
    kept = str(tmp_path / "asti.db")

    assert run("demo", "--whole", "--keep", kept).exit_code == 0
    assert "15,933,334" in run("show", "-f", kept, "--as-of", "2022-02-01").stdout
    company = run("company", "-f", kept, "--as-of", "2018-08-01")
    assert "OTCQB" in company.stdout
    assert "CUSIP 043635507" in company.stdout
    points = run("open-points", "-f", kept, "--as-of", "2024-12-31", "--table", "holdings", "-o", "csv")
    assert len(points.stdout.splitlines()) == 1 + 2
    assert "nothing open" in run("open-points", "-f", kept, "--as-of", "2013-12-31").stdout


@pytest.mark.parametrize(
    ("args", "why"), [(("--keep", "asti.db"), "goes with --whole"), (("--whole", "--keep", "{kept}"), "exists")]
)
def test_a_story_is_kept_in_a_new_file_only(tmp_path: Path, args: tuple[str, ...], why: str) -> None:
    there = tmp_path / "there.db"
    there.write_bytes(b"something")

    refused = run("demo", *(arg.format(kept=there) for arg in args))

    assert refused.exit_code == 2
    assert why in refused.stderr
    assert there.read_bytes() == b"something"


def test_the_demo_ends_with_the_other_verbs() -> None:
    from registrar import demo

    lines: list[str] = []
    demo.run(lines.append, 200)

    assert lines[-1].endswith(f"captable {', '.join(verb for verb in FIRST if verb != 'demo')}.")
