"""A file of somebody else's: nothing in it runs, nothing that lies beside it is obeyed, and nothing is written."""

import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteDatastore

from ledger.errors import LedgerDamaged, LedgerError, Unavailable
from ledger.identity import CommandId, IssuerId
from ledger.journal import Ledger
from ledger.store import Row
from ledger.store.places import Look
from ledger.store.sqlite import _LONGEST, _TABLES, SqliteStore
from ledger.store.writing import PAGE_BYTES
from tests import builders as a

ACME = IssuerId("acme")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a ledger alone in it."""
    made = tmp_path / "received"
    made.mkdir()
    with Ledger.open(made / "acme.db", create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), a.common_issued())
    (made / "acme.db.keys").unlink()  # whoever gives a ledger away keeps them
    return made


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "acme.db"


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return what is in a folder: each file with its bytes and the time of its last change."""
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in sorted(folder.iterdir())}


def refused(path: Path, *, readonly: bool = True) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        Ledger.open(path, readonly=readonly).close()
    assert caught.value.line().isprintable()
    return caught.value


def altered(path: Path, *statements: str) -> None:
    """Change a file as its owner could."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        for statement in statements:
            connection.execute(statement)


# --- reading writes nothing --------------------------------------------------------------------------------------


def test_reading_leaves_the_file_and_its_folder_as_they_are(folder: Path, path: Path) -> None:
    before = contents(folder)

    with Ledger.open(path, readonly=True) as ledger:
        assert len(ledger.entries()) == 7
        assert contents(folder) == before

    assert contents(folder) == before


def test_what_stands_in_the_log_alone_is_read_and_the_log_is_left_where_it_is(folder: Path, path: Path) -> None:
    received = folder.parent / "copied"
    with Ledger.open(path, clock=a.ticking()) as ledger:
        ledger.record(a.common_issued(holder="bob"))
        shutil.copytree(folder, received)
    assert (received / "acme.db-wal").stat().st_size
    (received / "acme.db-shm").unlink()
    before = contents(received)

    with Ledger.open(received / "acme.db", readonly=True) as ledger:
        assert len(ledger.entries()) == 8
        assert contents(received) == before

    assert contents(received) == before


def test_no_copy_is_left(folder: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = folder.parent / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    with Ledger.open(path) as ledger:
        ledger.record(a.common_issued(holder="bob"))
        with Ledger.open(path, readonly=True) as reading:
            assert len(reading.entries()) == 8
            assert [*room.iterdir()]
        assert not [*room.iterdir()]
        altered(path, "CREATE VIEW more AS SELECT 1")
        refused(path)
        assert not [*room.iterdir()]


def test_a_file_that_is_written_to_meanwhile_is_not_believed(path: Path) -> None:
    with Ledger.open(path, readonly=True) as reading:
        assert len(reading.entries()) == 7
        with Ledger.open(path) as ledger:
            ledger.record(a.common_issued(holder="bob"))
        with pytest.raises(Unavailable, match="try again") as caught:
            reading.entries()
    assert (caught.value.code, caught.value.EXIT) == ("E_BUSY", 4)


def test_a_file_that_is_written_to_all_the_time_is_not_copied_half(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Look.copy

    with Ledger.open(path) as ledger:
        ledger.record(a.common_issued(holder="bob"))

        def slowly(self: Look, place: Path) -> None:
            copy(self, place)
            ledger.record(a.common_issued(holder="bob"))

        monkeypatch.setattr(Look, "copy", slowly)
        error = refused(path)

    assert (type(error), error.code) == (Unavailable, "E_BUSY")


def test_a_log_that_goes_while_it_is_copied_is_not_missed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy, ledger = Look.copy, Ledger.open(path)
    ledger.record(a.common_issued(holder="bob"))

    def late(self: Look, place: Path) -> None:
        copy(self, place)
        ledger.close()  # takes in the log and removes it

    monkeypatch.setattr(Look, "copy", late)

    with Ledger.open(path, readonly=True) as reading:
        assert len(reading.entries()) == 8


def test_reading_it_takes_no_lock_from_a_store_of_this_process(path: Path) -> None:
    """POSIX takes all locks away with any descriptor that is closed; another program would remove the log."""
    reading = Ledger.open(path, readonly=True)
    with Ledger.open(path) as ledger:
        ledger.record(a.common_issued(holder="bob"))
        reading.close()
        Ledger.open(path, readonly=True).close()
        other = "import sys; from ledger.journal import Ledger; Ledger.open(sys.argv[1]).close()"
        subprocess.run([sys.executable, "-c", other, path], check=True)

        assert path.with_name("acme.db-wal").exists()


def test_nothing_can_be_recorded_in_it(folder: Path, path: Path) -> None:
    before = contents(folder)

    with Ledger.open(path, readonly=True) as ledger, pytest.raises(Unavailable) as caught:
        ledger.record(a.common_issued(holder="bob"))

    assert caught.value.code == "E_READONLY"
    assert contents(folder) == before


def test_a_ledger_in_a_folder_that_cannot_be_written_is_read(
    folder: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = os.access
    before = contents(folder)
    monkeypatch.setattr(os, "access", lambda place, mode: Path(place) != folder and allowed(place, mode))

    with Ledger.open(path) as ledger:
        assert len(ledger.entries()) == 7

    assert contents(folder) == before


# --- nothing in it runs ------------------------------------------------------------------------------------------

MOVED = "ALTER TABLE stored_events RENAME TO others"
FOREIGN = {
    "a view": ("CREATE VIEW more AS SELECT 1",),
    "a view in the place of a table": (
        MOVED,
        "CREATE VIEW stored_events AS SELECT originator_id, originator_version, topic, state FROM others",
    ),
    "a view that never ends": (
        MOVED,
        "CREATE VIEW stored_events AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
        " SELECT '/issuers' AS originator_id, x AS originator_version, 'issuer' AS topic, 'acme' AS state FROM n",
    ),
    "a trigger": ("CREATE TRIGGER more AFTER INSERT ON stored_events BEGIN DELETE FROM stored_events; END",),
    "a trigger of our name": (
        "DROP TRIGGER entries_stay",
        "CREATE TRIGGER entries_stay BEFORE UPDATE ON stored_events BEGIN SELECT randomblob(1000000000); END",
    ),
    "a table": ("CREATE TABLE more (x)",),
    "an index on an expression": ("CREATE INDEX more ON stored_events (abs(originator_version))",),
    "a virtual table": ("CREATE VIRTUAL TABLE more USING fts5(x)",),
    "a virtual table in the place of a table": (
        MOVED,
        "CREATE VIRTUAL TABLE stored_events USING fts5(originator_id, originator_version, topic, state)",
    ),
    "a computed column": ("ALTER TABLE stored_events ADD COLUMN more AS (abs(originator_version))",),
    "a check": ("UPDATE sqlite_master SET sql = replace(sql, 'state BLOB', 'state BLOB CHECK (randomblob(9))')",),
    "statistics": ("ANALYZE",),
}


@pytest.mark.parametrize("readonly", [True, False], ids=["to read", "to write"])
@pytest.mark.parametrize("statements", FOREIGN.values(), ids=[*FOREIGN])
def test_a_file_that_brings_something_of_its_own_is_refused(
    statements: tuple[str, ...], readonly: bool, folder: Path, path: Path
) -> None:
    altered(path, *statements)
    before = path.read_bytes()

    error = refused(path, readonly=readonly)

    assert (type(error), error.code, error.EXIT) == (Unavailable, "E_STORE_FORMAT", 5)
    assert path.read_bytes() == before
    assert [each.name for each in folder.iterdir()] == ["acme.db"]


def test_a_file_without_its_table_is_refused(path: Path) -> None:
    altered(path, "DROP TABLE stored_events")

    with pytest.raises(Unavailable) as caught, Ledger.open(path, readonly=True) as ledger:
        ledger.entries()

    assert caught.value.code == "E_STORE_FORMAT"


def test_a_file_whose_guards_were_taken_away_is_still_read(path: Path) -> None:
    altered(path, "DROP TRIGGER entries_stay", "DROP TRIGGER entries_remain", "DROP TRIGGER entries_are_new")

    with Ledger.open(path, readonly=True) as ledger:
        assert len(ledger.entries()) == 7


def test_no_connection_trusts_the_schema(path: Path) -> None:
    with closing(SqliteStore(path)) as store, store._database.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA trusted_schema")
        assert cursor.fetchone()[0] == 0


def test_the_table_of_entries_is_the_one_of_the_library(tmp_path: Path) -> None:
    datastore = SQLiteDatastore(f"file:{tmp_path}/a.db", originator_id_type="text")

    assert SQLiteAggregateRecorder(datastore).construct_create_table_statements() == [_TABLES[0]]
    datastore.close()


def test_a_row_longer_than_any_of_ours_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db"
    monkeypatch.setattr("ledger.store.sqlite._LONGEST", 2 * _LONGEST)
    with closing(SqliteStore(path, create=True)) as store:
        store.append(ACME, [Row(1, "kind.1", bytes(_LONGEST + 1))], CommandId("c"), {})
    monkeypatch.undo()

    with closing(SqliteStore(path)) as store, pytest.raises(LedgerDamaged, match="longer than any") as caught:
        store.read(ACME, 0)
    assert caught.value.code == "E_TAMPERED"


# --- nothing beside it is obeyed ---------------------------------------------------------------------------------


def rollback_journal_of(path: Path, above: Path) -> bytes:
    """Return a rollback journal that names another file as the journal above it (SQLite file format, 3 and 3.1)."""
    magic = bytes.fromhex("d9d505f920a163d7")
    pages, sector = path.stat().st_size // PAGE_BYTES, 512
    name = os.fsencode(above)
    after = (
        struct.pack(">I", 0x40000000 // PAGE_BYTES + 1) + name + struct.pack(">II", len(name), sum(name)) + magic
    )
    return (magic + struct.pack(">IIIII", 0, 0, pages, sector, PAGE_BYTES)).ljust(sector, b"\0") + after


@pytest.mark.parametrize("readonly", [True, False], ids=["to read", "to write"])
def test_a_rollback_journal_beside_it_is_not_played_back(readonly: bool, folder: Path, path: Path) -> None:
    precious = folder.parent / "precious.txt"
    precious.write_text("mine")
    journal = folder / "acme.db-journal"
    journal.write_bytes(rollback_journal_of(path, precious))
    before = contents(folder)

    error = refused(path, readonly=readonly)

    assert (error.code, "acme.db-journal lies beside it" in str(error)) == ("E_STORE_FORMAT", True)
    assert precious.read_text() == "mine"
    assert contents(folder) == before


def test_sqlite_alone_would_delete_what_such_a_journal_names(folder: Path, path: Path) -> None:
    precious = folder.parent / "precious.txt"
    precious.write_text("mine")
    (folder / "acme.db-journal").write_bytes(rollback_journal_of(path, precious))

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("SELECT count(*) FROM stored_events").fetchone()

    assert not precious.exists()


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("kind", ["link", "FIFO", "folder"])
def test_what_is_no_file_beside_it_is_refused(suffix: str, kind: str, folder: Path, path: Path) -> None:
    beside = folder / f"acme.db{suffix}"
    makes: dict[str, Callable[[], object]] = {
        "link": lambda: beside.symlink_to(folder.parent / "precious.txt"),
        "FIFO": lambda: os.mkfifo(beside),
        "folder": beside.mkdir,
    }
    makes[kind]()

    for readonly in (True, False):
        assert refused(path, readonly=readonly).code == "E_STORE_FORMAT"


def test_what_lies_beside_the_file_that_a_link_leads_to_counts(folder: Path, path: Path) -> None:
    link = folder.parent / "link.db"
    link.symlink_to(path)
    with Ledger.open(link, readonly=True) as ledger:
        assert len(ledger.entries()) == 7

    (folder / "acme.db-journal").write_bytes(b"\xd9")

    assert refused(link).code == "E_STORE_FORMAT"
