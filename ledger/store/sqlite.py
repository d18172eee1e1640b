"""A store in one SQLite file: every commit is on the disk before it is acknowledged."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, PersistenceError
from eventsourcing.sqlite import (
    SQLiteAggregateRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteDatastore,
)

from ledger.errors import LedgerDamaged, LedgerError, OutcomeUnknown, Unavailable
from ledger.store.key_file import KeyFile
from ledger.store.port import ISSUERS, PAGE, Conflict, Row, read_beside, read_command, read_issuers, stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledger.identity import CommandId, IssuerId
    from ledger.store.keys import Keys

APPLICATION_ID: Final = 0x43615054
"""Marks the file as ours (``CaPT``); ``file`` and SQLite's own tools show it."""
LAYOUT: Final = 2
"""Version of the tables."""
BUSY_SECONDS: Final = 5
_FULL: Final = 2

_TABLES: Final = (
    # A recorded entry is never changed; whoever tries is told so by the file itself.
    "CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON stored_events"
    " BEGIN SELECT RAISE(ABORT, 'a recorded entry is never changed'); END",
    "CREATE TRIGGER IF NOT EXISTS entries_remain BEFORE DELETE ON stored_events"
    " BEGIN SELECT RAISE(ABORT, 'a recorded entry is never deleted'); END",
    # INSERT OR REPLACE deletes without asking the trigger above.
    "CREATE TRIGGER IF NOT EXISTS entries_are_new BEFORE INSERT ON stored_events WHEN EXISTS (SELECT 1 FROM"
    " stored_events WHERE (originator_id, originator_version) = (NEW.originator_id, NEW.originator_version))"
    " BEGIN SELECT RAISE(ABORT, 'a recorded entry is never replaced'); END",
)


# As the recorder asks for them, without an object of the library's for each row on the way.
_NEXT_ROWS: Final = (
    "SELECT originator_version, topic, state FROM stored_events"
    " WHERE originator_id=? AND originator_version>? ORDER BY originator_version LIMIT ?"
)
# In one statement, as another program may write the first entries meanwhile.
_UNLISTED: Final = (
    "SELECT EXISTS (SELECT 1 FROM stored_events) AND NOT EXISTS (SELECT 1 FROM stored_events WHERE originator_id=?)"
)


_to_row: Final = partial(tuple.__new__, Row)


class _DurablePool(SQLiteConnectionPool):
    """Sets on every connection that a commit waits for the disk, and reads back that it does.

    The library sets no level; with the build's default a power cut may take acknowledged entries.
    """

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA synchronous")
        level = cursor.fetchone()[0]
        if level != _FULL:
            raise InterfaceError(f"synchronous is {level} and must be {_FULL}")
        return connection


class SqliteStore:
    """Keeps entries in a file.

    Args:
        path: The file.
        create: Whether to make it when it does not exist.
        keys: Where the keys of personal values are kept; in a file beside this one, when not given.

    Raises:
        Unavailable: ``E_FILE`` or ``E_STORE_FORMAT``: there is no such file, or it is something else.
    """

    def __init__(self, path: str | Path, *, create: bool = False, keys: Keys | None = None) -> None:
        self._path = Path(path)
        self.keys: Keys = keys if keys is not None else KeyFile(f"{path}.keys")
        if _is_missing(self._path, create=create):
            _make(self._path)
        _look_at(self._path)
        # `mode=rw` never makes a file by mistake.
        self._readonly = not _writable(self._path)
        self._database = _database(self._path, "ro" if self._readonly else "rw")
        self._recorder = SQLiteAggregateRecorder(self._database)

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        with _errors_named(self._path):
            yield

    def issuers(self) -> list[str]:
        """Return the issuers that have entries."""
        with self._errors_named():
            if found := read_issuers(self._recorder):
                return found
            with self._database.transaction(commit=False) as cursor:
                cursor.execute(_UNLISTED, (ISSUERS,))
                if cursor.fetchone()[0]:
                    raise LedgerDamaged("E_TAMPERED", "list of issuers", "it is empty, and there are entries")
            return []

    def read(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the next entries of an issuer after a position."""
        with self._errors_named(), self._database.transaction(commit=False) as cursor:
            cursor.execute(_NEXT_ROWS, (str(issuer), after, PAGE))
            rows: list[Row] = [*map(_to_row, cursor.fetchall())]
        for row in rows:
            if type(row.state) is not bytes:  # a column of SQLite takes values of any type
                raise LedgerDamaged("E_TAMPERED", f"{issuer} entry {row.number}", "its state is not bytes")
        return rows

    def command(self, issuer: IssuerId, command: CommandId) -> tuple[int, int] | None:
        """Return the first and last entry that a command recorded."""
        with self._errors_named():
            return read_command(self._recorder, issuer, command)

    def append(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        beside: Mapping[int, bytes],
    ) -> None:
        """Write the entries of one command and what lies beside them; return once the disk has all of it."""
        if self._readonly:
            raise Unavailable("E_READONLY", str(self._path), "the file is read-only; ask for write access")
        issuers = self.issuers() if rows[0].number == 1 else []
        with self._errors_named():
            try:
                self._recorder.insert_events(stored(issuer, rows, command, issuers, beside))
            except IntegrityError as error:
                raise Conflict from error
            except OperationalError as error:
                if any(word in str(error) for word in ("locked", "busy", "readonly", "read-only", "full")):
                    raise  # SQLite rolls these back before anything is committed
                raise OutcomeUnknown(command) from error

    def beside(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return what lies beside the next entries after a position that have something."""
        with self._errors_named():
            return read_beside(self._recorder, issuer, after)

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


@contextmanager
def _errors_named(path: Path) -> Iterator[None]:
    """Turn what SQLite says into one of our own answers."""
    try:
        yield
    except LedgerError:
        raise
    except (PersistenceError, sqlite3.Error) as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            what = f"another program is writing (waited {BUSY_SECONDS} seconds); try again"
            raise Unavailable("E_BUSY", str(path), what) from error
        if "readonly" in text or "read-only" in text:
            what = "the file or its folder is read-only; ask for write access"
            raise Unavailable("E_READONLY", str(path), what) from error
        if "Could not decode" in text:
            raise LedgerDamaged("E_TAMPERED", str(path), "a text in it is not UTF-8") from error
        if "malformed" in text or "not a database" in text or "disk I/O error" in text:
            raise LedgerDamaged("E_STORE_FORMAT", str(path), f"SQLite cannot read it: {text}") from error
        if "full" in text:
            raise Unavailable("E_STORE_FULL", str(path), "the disk is full; free some space") from error
        raise Unavailable("E_STORE", str(path), f"SQLite says: {text}") from error


def _database(path: Path, mode: str) -> SQLiteDatastore:
    """Return the library's datastore on a file; the name may hold any character."""
    database = SQLiteDatastore(f"{path.absolute().as_uri()}?mode={mode}", originator_id_type="text")
    pool = _DurablePool(db_name=database.pool.db_name, lock_timeout=BUSY_SECONDS)
    database.pool.close()
    database.pool = pool
    return database


def _make(path: Path) -> None:
    """Make an empty ledger beside the place, and link it there whole: nobody meets a half-made file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)
        with _errors_named(path):
            database = _database(draft, "rwc")
            with database.transaction(commit=True) as cursor:
                for statement in (*SQLiteAggregateRecorder(database).construct_create_table_statements(), *_TABLES):
                    cursor.execute(statement)
                cursor.execute(f"PRAGMA application_id={APPLICATION_ID}")
                cursor.execute(f"PRAGMA user_version={LAYOUT}")
            database.close()
        os.link(draft, path)
    except FileExistsError:
        pass  # somebody made it meanwhile, and whole
    except OSError as error:
        raise Unavailable("E_FILE", str(path), f"it cannot be made: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _writable(path: Path) -> bool:
    try:
        with path.open("r+b"):
            return True
    except OSError:
        return False


def _is_missing(path: Path, *, create: bool) -> bool:
    """Return whether the file is to be made."""
    if path.exists():
        return False
    if not create:
        raise Unavailable("E_FILE", str(path), "there is no such file; `captable init` makes one")
    if not path.absolute().parent.is_dir():
        raise Unavailable("E_FILE", str(path), "its folder does not exist; make it first")
    return True


def _look_at(path: Path) -> None:
    """Refuse what is not a ledger before SQLite touches it."""
    if not path.is_file():
        raise Unavailable("E_FILE", str(path), "it is not a regular file; name the ledger's file")
    try:
        with path.open("rb") as file:
            head = file.read(100)
            size = file.seek(0, os.SEEK_END)
    except OSError as error:
        raise Unavailable("E_FILE", str(path), f"it cannot be read: {error.strerror}") from error
    if head[:16] != b"SQLite format 3\0" or int.from_bytes(head[68:72]) != APPLICATION_ID:
        raise Unavailable("E_STORE_FORMAT", str(path), "it is not a shareholder ledger; name another file")
    if size % (int.from_bytes(head[16:18]) or 1):  # SQLite reads what is missing of a page as zeros
        raise Unavailable("E_STORE_FORMAT", str(path), "it was cut short; restore it from a backup")
    layout = int.from_bytes(head[60:64])
    if layout != LAYOUT:
        raise Unavailable(
            "E_STORE_FORMAT", str(path), f"layout {layout} is not {LAYOUT}; use a program that knows it"
        )
