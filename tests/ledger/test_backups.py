"""Backups are whole, read before they are called so, and never written over anything; what is less is told."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ledger.backups import back_up, restore
from ledger.errors import LedgerError, NotUnderstood, Unavailable, UnknownName
from ledger.journal import Ledger
from ledger.store.sqlite import SqliteStore
from ledger.verification import Anchor, Level, verify
from tests import builders as a


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a ledger of two issuers: seven entries of one, one of the other."""
    made = tmp_path / "ledgers.db"
    with Ledger.open(made, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), a.common_issued())
    with Ledger.open(made, "other", create=True, clock=a.ticking()) as ledger:
        ledger.record(a.issuer_registered(issuer="other"))
    return made


def everything(path: Path) -> list[tuple[object, ...]]:
    """Return every row of a file."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return [row for name in sorted(names) for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2")]


def names(folder: Path) -> list[str]:
    """Return what is in a folder, keys of personal values apart."""
    return sorted(each.name for each in folder.iterdir() if each.suffix != ".keys")


def anchor(path: Path, size: int | None = None, root: bytes | None = None) -> Anchor:
    """Return what somebody keeps of the first entries of acme: size and root, or others."""
    with closing(SqliteStore(path, readonly=True)) as store:
        found = verify(store, "acme")
    assert found.root is not None
    return Anchor(size or found.entries, root or found.root, Level.CHECKPOINT, "march.checkpoint")


@contextmanager
def refused(code: str, folder: Path, what: str | None = None) -> Iterator[None]:
    """Expect a refusal that says something, and that it leaves the folder as it was."""
    before = sorted(each.name for each in folder.iterdir())
    with pytest.raises(LedgerError, match=what) as caught:
        yield
    assert caught.value.code == code
    assert caught.value.line().isprintable()
    assert sorted(each.name for each in folder.iterdir()) == before


# --- whole -------------------------------------------------------------------------------------------------------


def test_a_backup_holds_every_row_and_lies_alone(path: Path, tmp_path: Path) -> None:
    found = back_up(path, tmp_path / "copy.db")

    assert everything(tmp_path / "copy.db") == everything(path)
    assert [(each.issuer, each.entries) for each in found] == [("acme", 7), ("other", 1)]
    assert names(tmp_path) == ["copy.db", "ledgers.db"]


def test_a_backup_of_a_ledger_in_use_holds_what_stands_in_its_log(path: Path, tmp_path: Path) -> None:
    with Ledger.open(path, "acme") as ledger:
        ledger.record(a.common_issued(holder="bob"))
        copied_by_hand = Path(shutil.copy(path, tmp_path / "by-hand.db"))

        [acme, _] = back_up(path, tmp_path / "copy.db")

    assert acme.entries == 8
    with Ledger.open(copied_by_hand, "acme") as shorter:
        assert len(shorter.entries()) < 8


def test_a_restored_ledger_is_the_one_that_was_backed_up_and_goes_on(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy.db")
    before = (tmp_path / "copy.db").read_bytes()

    found = restore(tmp_path / "copy.db", tmp_path / "again.db")

    assert [each.entries for each in found] == [7, 1]
    assert everything(tmp_path / "again.db") == everything(path)
    with Ledger.open(tmp_path / "again.db", "acme") as ledger:
        ledger.record(a.common_issued(holder="bob"))
    assert (tmp_path / "copy.db").read_bytes() == before


def test_an_empty_ledger_can_be_backed_up(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "a.db", create=True).close()

    assert back_up(tmp_path / "a.db", tmp_path / "copy.db") == ()
    assert restore(tmp_path / "copy.db", tmp_path / "again.db") == ()


def test_what_only_its_owner_may_read_stays_so(path: Path, tmp_path: Path) -> None:
    path.chmod(0o600)
    back_up(path, tmp_path / "private.db")
    path.chmod(0o440)
    restore(path, tmp_path / "again.db")

    assert stat.S_IMODE((tmp_path / "private.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "again.db").stat().st_mode) == 0o640


def test_a_file_system_without_links_takes_backups(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*unused: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)

    back_up(path, tmp_path / "copy.db")

    assert everything(tmp_path / "copy.db") == everything(path)
    with refused("E_FILE", tmp_path):
        back_up(path, tmp_path / "copy.db")


# --- nothing is written over -------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", ["copy.db", "copy.db-wal", "copy.db-shm", "copy.db-journal"])
@pytest.mark.parametrize("act", [back_up, restore])
def test_what_is_there_stays(act: Callable[..., object], left: str, path: Path, tmp_path: Path) -> None:
    (tmp_path / left).write_bytes(b"mine")

    with refused("E_FILE", tmp_path):
        act(path, tmp_path / "copy.db")

    assert (tmp_path / left).read_bytes() == b"mine"


def test_what_comes_to_be_there_meanwhile_stays(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = SqliteStore.copy

    def and_somebody_else(self: SqliteStore, place: Path) -> None:
        copy(self, place)
        (tmp_path / "copy.db").write_bytes(b"mine")

    monkeypatch.setattr(SqliteStore, "copy", and_somebody_else)

    with pytest.raises(Unavailable, match="is not written over"):
        back_up(path, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b"mine"
    assert names(tmp_path) == ["copy.db", "ledgers.db"]


def test_a_place_that_cannot_be_is_refused(path: Path, tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere" / "copy.db", path / "copy.db", tmp_path / ("x" * 300)):
        with refused("E_FILE", tmp_path):
            back_up(path, place)
    with refused("E_FILE", tmp_path):
        back_up(tmp_path / "nothing.db", tmp_path / "copy.db")


# --- sound -------------------------------------------------------------------------------------------------------


def damaged(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


@pytest.mark.parametrize("act", [back_up, restore])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = x'00' WHERE (originator_id, originator_version) = ('acme', 4)",
        "DELETE FROM stored_events WHERE (originator_id, originator_version) = ('acme', 4)",
        "DELETE FROM stored_events WHERE originator_id LIKE 'acme/command/%'",
    ],
    ids=["an entry changed", "an entry missing", "a command missing"],
)
def test_a_ledger_that_is_not_what_was_recorded_is_no_backup(
    act: Callable[..., object], statement: str, path: Path, tmp_path: Path
) -> None:
    damaged(path, statement)

    with refused("E_TAMPERED", tmp_path, "ledgers.db acme"):
        act(path, tmp_path / "copy.db")


def test_a_backup_is_held_against_what_is_kept_elsewhere(path: Path, tmp_path: Path) -> None:
    kept = anchor(path)

    [acme, _] = restore(path, tmp_path / "again.db", [kept], "acme")

    assert acme.is_verified
    assert acme.covered() == 7


def test_a_ledger_without_its_log_is_told_by_a_checkpoint(path: Path, tmp_path: Path) -> None:
    short = tmp_path / "received" / "ledgers.db"
    short.parent.mkdir()
    with Ledger.open(path, "acme") as ledger:
        ledger.record(a.common_issued(holder="bob"))
        shutil.copy(path, short)
        kept = anchor(path)
    assert kept.size == 8

    with refused("E_STORE_SHORT", tmp_path, "entries, and march.checkpoint says 8"):
        restore(short, tmp_path / "again.db", [kept], "acme")


def test_an_empty_ledger_is_less_than_any_checkpoint_says(path: Path, tmp_path: Path) -> None:
    SqliteStore(tmp_path / "empty.db", create=True).close()
    kept = anchor(path)

    with refused("E_STORE_SHORT", tmp_path, "it holds nothing, and march.checkpoint says 7 entries"):
        restore(tmp_path / "empty.db", tmp_path / "again.db", [kept])


def test_a_backup_of_another_history_is_refused(path: Path, tmp_path: Path) -> None:
    with refused("E_TAMPERED", tmp_path, "not those of march"):
        restore(path, tmp_path / "again.db", [anchor(path, root=bytes(32))], "acme")


def test_whose_checkpoint_it_is_has_to_be_said(path: Path, tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood) as caught:
        restore(path, tmp_path / "again.db", [anchor(path)])
    assert caught.value.code == "E_ISSUER"
    with pytest.raises(UnknownName, match="Did you mean acme"):
        restore(path, tmp_path / "again.db", [anchor(path)], "acmee")
    assert not (tmp_path / "again.db").exists()


def test_a_strangers_file_is_no_backup(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE VIEW more AS SELECT 1")

    with refused("E_STORE_FORMAT", tmp_path):
        restore(path, tmp_path / "again.db")
