"""``verify`` from the command line: what it says, how far it says that reaches, and the status it ends with."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.integrity.notes import Algorithm
from ledger.integrity.stamps import Stamp
from registrar import evidence, keys
from registrar.cli import main
from tests import builders as a

LOG, WITNESS = "acme.example/ledger", "witness.example/w1"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a ledger of eight entries, checkpoints of seven and of all, and a copy of the seven."""
    monkeypatch.chdir(tmp_path)
    keys.make("acme.key", LOG)
    keys.make("other.key", "other.example/ledger")
    keys.make("w1.key", WITNESS, Algorithm.COSIGNATURE)
    with Ledger.open("acme.db", create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding())
        ledger.record(a.common_issued())
        Path("seven").write_bytes(evidence.checkpoint(ledger, "acme.key"))
    shutil.copy("acme.db", "copy.db")
    with Ledger.open("acme.db", clock=a.ticking()) as ledger:
        ledger.record(a.common_issued())
        Path("eight").write_bytes(evidence.checkpoint(ledger, "acme.key"))
    return tmp_path


def call(line: str) -> Result:
    return CliRunner().invoke(main, line.split())


def told(line: str, status: int = 0) -> str:
    result = call(line)
    assert result.exit_code == status, result.output
    return " ".join(result.stdout.split())


def as_json(line: str, status: int = 0) -> Any:
    result = call(f"{line} --json")
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


def broken(statement: str) -> None:
    with closing(sqlite3.connect("acme.db")) as connection, connection:
        kept = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for _, sql in kept:
            connection.execute(sql)


def edit(number: int) -> None:
    broken(
        "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), 'unnamed', 'nobody!') AS BLOB)"
        f" WHERE originator_id = 'acme' AND originator_version = {number}"
    )


@pytest.mark.parametrize("form", ["table", "csv", "json", "md", "html"])
def test_without_anything_from_outside_nothing_is_called_verified(folder: Path, form: str) -> None:
    printed = call(f"verify -f acme.db -o {form}")

    assert printed.exit_code == 0
    assert "verified" not in printed.stdout.lower().replace("verified_entries", "")
    if form != "csv":
        assert "onsistent" in printed.stdout


def test_a_checkpoint_verifies_as_far_as_it_reaches_and_what_came_after_is_counted(folder: Path) -> None:
    said = told("verify -f acme.db --checkpoint seven --key acme.key.pub")

    assert "Verified up to entry 7" in said
    assert "1 entry" in said
    assert "the first 7 entries are the same" in said


def test_the_json_of_a_verification_says_what_was_compared(folder: Path) -> None:
    answer = as_json("verify -f acme.db --checkpoint eight --checkpoint seven --key acme.key.pub")

    assert (answer["outcome"], answer["entries"], answer["verified_entries"]) == ("verified", "8", "8")
    assert answer["reach"] == [{"first": "1", "last": "8", "level": "1"}]
    assert [(each["size"], each["agrees"]) for each in answer["compared"]] == [("7", True), ("8", True)]
    assert answer["damage"] == []
    assert answer["root"] == answer["compared"][1]["root"]


def test_every_damaged_entry_is_listed_and_the_status_is_five(folder: Path) -> None:
    edit(3)
    edit(8)

    answer = as_json("verify -f acme.db", status=5)

    assert answer["outcome"] == "damaged"
    assert [(each["part"], each["first"], each["last"]) for each in answer["damage"]] == [
        ("entries", "3", "3"),
        ("entries", "8", "8"),
    ]
    said = told("verify -f acme.db", status=5)
    assert "Damaged" in said
    assert "entry 3 its envelope" in said
    assert "onsistent" not in said


def test_a_ledger_that_would_not_open_is_still_read_to_its_end(folder: Path) -> None:
    edit(3)
    assert call("check -f acme.db").exit_code == 5

    assert as_json("verify -f acme.db", status=5)["entries"] == "8"


def test_a_record_of_another_history_is_told_with_where_it_parts(folder: Path) -> None:
    with Ledger.open("copy.db", clock=a.ticking()) as ledger:
        ledger.record(a.common_issued(issued=7))

    said = told("verify -f copy.db --checkpoint seven --checkpoint eight --key acme.key.pub", status=5)

    assert "Something was rewritten: entry 8; unless a checkpoint is of another record." in said
    assert "Up to entry 7 the root is the one" in said


def test_an_older_copy_is_told_by_what_it_lacks(folder: Path) -> None:
    assert call("verify -f copy.db --checkpoint seven --key acme.key.pub").exit_code == 0
    said = told("verify -f copy.db --checkpoint eight --key acme.key.pub", status=5)
    assert "It ends with entry 7, and 8 were recorded." in said


def test_what_a_witness_signed_has_the_level_of_a_witness(folder: Path) -> None:
    log = keys.read("acme.key").verifier
    Path("seven").write_bytes(evidence.witnessed(Path("seven").read_bytes(), log, "w1.key"))

    answer = as_json(
        "verify -f acme.db --checkpoint seven --checkpoint eight --key acme.key.pub --witness w1.key.pub"
    )

    assert [each["level"] for each in answer["compared"]] == ["3", "1"]
    assert answer["reach"] == [
        {"first": "1", "last": "7", "level": "3"},
        {"first": "8", "last": "8", "level": "1"},
    ]
    assert "seen by witness.example/w1" in answer["compared"][0]["source"]


def test_a_time_stamp_has_a_level_of_its_own_for_the_file_that_it_is_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger.errors import NotProved
    from ledger.integrity import stamps

    of = Path("eight").read_bytes()

    def check(reply: bytes, data: bytes, trusted: bytes) -> Stamp:
        assert (reply, trusted) == (b"reply", b"certificates")
        if data != of:
            raise NotProved("E_STAMP", "the time stamp is of another file", "give the one that was stamped")
        return Stamp(datetime(2026, 2, 1, tzinfo=UTC), "Stamps of the Test")

    monkeypatch.setattr(stamps, "check", check)
    Path("reply.tsr").write_bytes(b"reply")
    Path("authority.pem").write_bytes(b"certificates")
    options = "--key acme.key.pub --reply reply.tsr --authority authority.pem"

    answer = as_json(f"verify -f acme.db --checkpoint seven --checkpoint eight {options}")
    assert answer["reach"] == [{"first": "1", "last": "8", "level": "2"}]

    result = call(f"verify -f acme.db --checkpoint seven {options}")
    assert (result.exit_code, "E_STAMP: reply.tsr" in result.stderr) == (3, True)


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ("verify", 2, "E_USAGE"),
        ("verify -f nowhere.db", 5, "E_FILE"),
        ("verify -f acme.key", 5, "E_STORE_FORMAT"),
        ("verify -f acme.db --in other", 3, "E_UNKNOWN"),
        ("verify -f acme.db --key acme.key.pub", 2, "E_USAGE"),
        ("verify -f acme.db --checkpoint seven --reply seven", 2, "E_USAGE"),
        ("verify -f acme.db --checkpoint nowhere", 2, "E_FILE"),
        ("verify -f acme.db --checkpoint acme.db", 2, "E_CHECKPOINT"),
        ("verify -f acme.db --checkpoint seven --key other.key.pub", 3, "E_CHECKPOINT"),
        ("verify -f acme.db --checkpoint seven --key w1.key.pub", 2, "E_KEY"),
        ("verify -f acme.db --checkpoint seven --key acme.key", 2, "E_KEY"),
        ("verify -f acme.db --checkpoint seven --key seven", 2, "E_KEY"),
    ],
)
def test_what_cannot_be_verified_is_one_clear_line(folder: Path, line: str, status: int, code: str) -> None:
    result = call(line)

    assert (result.exit_code, result.stdout) == (status, "")
    assert result.stderr.startswith(f"error: {code}: ")
    assert result.stderr.count("\n") == 1


def test_an_empty_ledger_is_told_to_be_empty_and_not_to_be_verified(folder: Path) -> None:
    call("init empty.db")

    assert told("verify -f empty.db").startswith("Nothing is recorded.")
    assert as_json("verify -f empty.db")["outcome"] == "consistent-in-itself"
    assert call("verify -f empty.db --checkpoint seven --key acme.key.pub").exit_code == 5


def test_a_checkpoint_whose_key_is_not_given_says_that_it_was_not_checked(folder: Path) -> None:
    assert "seven (its signature was not checked)" in told("verify -f acme.db --checkpoint seven")


def test_verifying_changes_nothing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    told("verify -f acme.db --read-only")

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
