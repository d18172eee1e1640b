"""A store in one SQLite file: every commit is on the disk before it is acknowledged."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    ConnectionUnavailableError,
    InterfaceError,
    PersistenceError,
)
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from ledger.codec import MAX_PAYLOAD_BYTES
from ledger.errors import LedgerDamaged, LedgerError, OutcomeUnknown, Unavailable
from ledger.store.kept import Shelf, shelf
from ledger.store.key_file import KeyFile
from ledger.store.places import Look, distant
from ledger.store.port import (
    ISSUERS,
    PAGE,
    Beside,
    Columns,
    Conflict,
    Row,
    owner_of,
    read_command,
    read_head,
    read_issuers,
    read_sealed,
    read_tile_count,
    read_tiles,
    root_of,
    stored,
)
from ledger.store.untouched import Untouched, look_beside, look_within
from ledger.store.writing import PAGE_BYTES, CarefulRecorder, OutcomeOpen, cause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledger.identity import CommandId, IssuerId
    from ledger.integrity.tiles import Tile
    from ledger.store.keys import Keys

APPLICATION_ID: Final = 0x43615054
"""Marks the file as ours (``CaPT``); ``file`` and SQLite's own tools show it."""
LAYOUT: Final = 2
"""Version of the tables."""
BUSY_SECONDS: Final = 5
_FLAWS: Final = 10
"""So many of them are told: one bit may cause hundreds."""
_LONGEST: Final = 12 * MAX_PAYLOAD_BYTES  # of a list of holders, the names take more room than the rest
"""No row of ours is longer; a damaged length is not believed."""
_FULL: Final = 2

_TABLES: Final = (
    # As the recorder of the library makes it; written out, since a file with any other is refused.
    "CREATE TABLE IF NOT EXISTS stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT,"
    " state BLOB, PRIMARY KEY (originator_id, originator_version)) WITHOUT ROWID",
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


# As the recorder asks for them.
_NEXT_ROWS: Final = (
    "SELECT originator_version, topic, state, originator_id FROM stored_events"
    " WHERE originator_id=? AND originator_version>? ORDER BY originator_version LIMIT ?"
)
# Thousands of rows as one object. A blob is greater than every text, and a text greater than every number.
_NEXT_TEXT: Final = (
    "SELECT CAST(group_concat(state || x'0A' || topic, x'0A') AS BLOB), sum(originator_version), count(*),"
    " sum(originator_id = ?1 AND state >= x'' AND topic < x'') FROM stored_events"
    " WHERE originator_id = ?1 AND originator_version > ?2 AND originator_version <= ?2 + ?3"
)
# In one statement, as another program may write the first entries meanwhile.
_UNLISTED: Final = (
    "SELECT EXISTS (SELECT 1 FROM stored_events) AND NOT EXISTS (SELECT 1 FROM stored_events WHERE originator_id=?)"
)
# The names of the streams of an issuer begin with its own and a slash, and "0" is what follows a slash.
_NEXT_BESIDE: Final = (
    "SELECT originator_id, originator_version, topic, state FROM stored_events"
    " WHERE (originator_id, originator_version) > (?, ?) AND originator_id < ?"
    " ORDER BY originator_id, originator_version LIMIT ?"
)
_NEXT_STREAM: Final = "SELECT MIN(originator_id) FROM stored_events WHERE originator_id > ?"


_to_row: Final = partial(tuple.__new__, Row)


class _DurablePool(SQLiteConnectionPool):
    """Hands out the connection that was used last, for it has at hand what was read and written with it.

    It looks at the file with every new connection, sets that a commit waits for the disk, and reads back that it
    does: the library sets no level, and with the build's default a power cut may take acknowledged entries. Nor
    does a commit fold the log in, as ``ledger.store.writing`` explains. Statements are kept for the next time.

    Args:
        path: The file, for messages.
        options: As the library's pool takes them.
    """

    def __init__(self, path: Path, **options: Any) -> None:
        self._path = path
        super().__init__(**options)

    def get_connection(self, timeout: Any = None, *, is_writer: bool | None = None) -> SQLiteConnection:
        """Hand out a connection; one that writes, to one thread at a time."""
        if self._closed:
            raise ConnectionPoolClosedError
        if is_writer and not self._writer_lock.acquire(timeout=self.pool_timeout if timeout is None else timeout):
            raise ConnectionUnavailableError("another thread is writing")
        try:
            connection = self._idle()
        except BaseException:
            if is_writer:
                self._writer_lock.release()
            raise
        connection.is_writer = is_writer
        return connection

    def _idle(self) -> SQLiteConnection:
        try:
            return self._pool.pop()
        except IndexError:  # all of them are in use
            return self._create_connection()

    def put_connection(self, conn: SQLiteConnection) -> None:
        """Take a connection back."""
        was_writer, conn.is_writer = conn.is_writer, None
        if self._closed or len(self._pool) >= self.pool_size:
            conn.close()
        elif not conn.closed:
            self._pool.append(conn)
        if was_writer:
            self._writer_lock.release()

    def close(self) -> None:
        """Close every connection; one that is in use, when it comes back."""
        self._closed = True
        while self._pool:
            self._pool.pop().close()

    def _create_connection(self) -> SQLiteConnection:
        try:
            made = sqlite3.connect(
                self.db_name,
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=self.lock_timeout or BUSY_SECONDS,
            )
        except sqlite3.Error as error:
            raise InterfaceError(error) from error
        made.row_factory = sqlite3.Row
        connection = SQLiteConnection(made, max_age=None)
        try:
            self._prepare(connection.cursor())
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, cursor: SQLiteCursor) -> None:
        cursor.execute(f"PRAGMA page_size={PAGE_BYTES}")  # a file that is there keeps its own
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.sqlite_cursor.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        look_within(cursor, _TABLES, self._path)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA synchronous")
        level = cursor.fetchone()[0]
        if level != _FULL:
            raise InterfaceError(f"synchronous is {level} and must be {_FULL}")
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.execute("PRAGMA fullfsync=ON")  # on a Mac, the disk has it only then
        cursor.execute("PRAGMA checkpoint_fullfsync=ON")


class SqliteStore:
    """Keeps entries in a file.

    Args:
        path: The file.
        create: Whether to make it when it does not exist.
        readonly: Whether neither it nor its folder is written to, as for a file of somebody else's.
        keys: Where the keys of personal values are kept; in a file beside this one, when not given.

    Raises:
        Unavailable: ``E_FILE`` or ``E_STORE_FORMAT``: there is no such file, or it is something else.
    """

    def __init__(
        self, path: str | Path, *, create: bool = False, readonly: bool = False, keys: Keys | None = None
    ) -> None:
        self._path, self._foreign = Path(path), readonly
        self.keys: Keys = keys if keys is not None else KeyFile(f"{path}.keys", readonly=readonly)
        missing = _is_missing(self._path, create=create)
        if not readonly:
            _is_near(self._path)
        if missing:
            _make(self._path)
        self._look = _look_at(self._path)
        try:
            self._writings = 0
            self._begin(untouched=readonly or not _writable(self._path))
            self._is_full = self._untouched is None and not _has_room(self._database)
            if self._is_full:
                self._database.close()
                self._begin(untouched=True)
        except BaseException:
            self._look.close()
            raise

    def _begin(self, *, untouched: bool) -> None:
        self._untouched = Untouched(self._path, self._look) if untouched else None
        # `mode=rw` never makes a file by mistake.
        uri = f"{_uri(self._path)}?mode=rw" if self._untouched is None else self._untouched.uri
        self._database = _database(self._path, uri)
        self._recorder = CarefulRecorder(self._database)

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            with _errors_named(self._path):
                yield
        finally:
            if self._untouched is not None:
                self._untouched.look_again()

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what a statement finds, all of it as it is at one moment."""
        with (
            self._errors_named(),
            self._database.get_connection(commit=False) as connection,
            connection.cursor() as cursor,
        ):
            cursor.row_factory = None  # tuples: the library's rows take as long again
            found: list[tuple[Any, ...]] = cursor.execute(statement, values).fetchall()
            return found

    def issuers(self) -> list[str]:
        """Return the issuers that have entries."""
        with self._errors_named():
            if found := read_issuers(self._recorder):
                return found
        if self._rows(_UNLISTED, ISSUERS) == [(True,)]:
            raise LedgerDamaged("E_TAMPERED", "list of issuers", "it is empty, and there are entries")
        return []

    def read(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the next entries of an issuer after a position."""
        return [*map(_to_row, zip(*self.columns(issuer, after, PAGE), strict=True))]

    def columns(self, issuer: IssuerId, after: int, most: int) -> Columns:
        """Return the next entries of an issuer after a position, as columns."""
        found = self._rows(_NEXT_ROWS, str(issuer), after, most)
        if not found:
            return Columns((), (), ())
        numbers, topics, states, streams = zip(*found, strict=True)
        # A column of SQLite takes values of any type; and going from row to row, it does not look at their keys.
        if {*map(type, topics)} != {str} or {*map(type, states)} != {bytes} or {*streams} != {str(issuer)}:
            raise _damaged(found, issuer)
        return Columns(numbers, topics, states)

    def text(self, issuer: IssuerId, after: int, count: int) -> bytes | None:
        """Return so many entries of an issuer after a position, in one text.

        SQLite goes along the key, and so in the order of positions; it does not promise that. Whoever reads such a
        text holds it against the tree.
        """
        try:
            ((text, total, rows, right),) = self._rows(_NEXT_TEXT, str(issuer), after, count)
        except LedgerDamaged:  # it is too long, or whoever reads row by row is told what is damaged
            return None
        numbers = range(after + 1, after + count + 1)
        return text if type(total) is int and (total, rows, right) == (sum(numbers), count, count) else None

    def mark(self) -> object:
        """Return what stays equal for as long as nobody writes to the file, in a few microseconds.

        SQLite tells each connection whether others have written, and not what was written by itself.
        """
        if self._untouched is not None:
            return None
        pool = self._database.pool
        try:
            connection = pool.get_connection()
            try:
                told = connection.cursor().sqlite_cursor.execute("PRAGMA data_version").fetchone()
            finally:
                pool.put_connection(connection)
        except (ConnectionPoolClosedError, PersistenceError, sqlite3.Error):  # reading tells what it is
            return None
        return connection, told[0], self._writings

    def mark_after(self, mark: object) -> object:
        """Return a mark of one writing more: SQLite tells a connection nothing of what it wrote itself."""
        return (*mark[:2], mark[2] + 1) if isinstance(mark, tuple) else None

    def head(self, issuer: IssuerId) -> int:
        """Return the number of an issuer's last entry."""
        with self._errors_named():
            return read_head(self._recorder, str(issuer))

    def tiles(self, issuer: IssuerId, level: int, first: int, last: int) -> list[Tile]:
        """Return tiles of an issuer's tree."""
        with self._errors_named():
            return read_tiles(self._recorder, issuer, level, first, last)

    def tile_count(self, issuer: IssuerId, level: int) -> int:
        """Return how many tiles of a level are kept."""
        with self._errors_named():
            return read_tile_count(self._recorder, issuer, level)

    def command(self, issuer: IssuerId, command: CommandId) -> tuple[int, int] | None:
        """Return the first and last entry that a command recorded."""
        with self._errors_named():
            return read_command(self._recorder, issuer, command)

    def append(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        sealed: Mapping[int, bytes],
    ) -> None:
        """Write the entries of one command, all or none; return once the disk has them."""
        if self._is_full:
            raise Unavailable("E_STORE_FULL", str(self._path), f"{_NO_ROOM} before it is opened")
        if self._untouched is not None:
            raise Unavailable("E_READONLY", str(self._path), "the file is read-only; ask for write access")
        issuers = self.issuers() if rows[0].number == 1 else []
        made = stored(self, issuer, rows, command, issuers, sealed)
        try:
            self._recorder.insert(made, together=len(rows))
        except OutcomeOpen as error:
            raise OutcomeUnknown(command) from error
        except _FAILURES as error:
            raise _named(error, self._path, writing=True) from error
        finally:
            self._writings += 1

    def sealed(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the personal values of the next entries after a position that have some."""
        with self._errors_named():
            return read_sealed(self._recorder, issuer, after)

    def peek(self, issuer: IssuerId, after: int) -> Row | None:
        """Return the next entry of an issuer after a position."""
        return next(map(_to_row, zip(*self.columns(issuer, after, 1), strict=True)), None)

    def beside(self, issuer: IssuerId) -> Iterator[Beside]:
        """Yield each row beside the entries of an issuer, in the order of their streams."""
        last = (f"{issuer}/", 0)
        while True:
            found = self._rows(_NEXT_BESIDE, *last, f"{issuer}0", PAGE)
            for stream, number, topic, state in found:
                yield Beside(stream.partition("/")[2], number, topic, state)
            before = last
            last = next(((stream, number) for stream, number, *_ in reversed(found) if type(number) is int), last)
            if last <= before:  # at the end, or where a name that was changed stands out of order
                return

    def owners(self) -> set[str]:
        """Return the issuers that any row names, listed or not."""
        found: set[str] = set()
        last = ""
        while True:
            ((name,),) = self._rows(_NEXT_STREAM, last)
            if not isinstance(name, str):  # none, or bytes, which come after every text
                return found | ({repr(name)} if name is not None else set())
            if name != ISSUERS:
                found.add(owner_of(name))
            last = f"{owner_of(name)}0" if "/" in name[1:] else name

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def copy(self, place: Path) -> None:
        """Copy all that the file holds, as it is at one moment, into a new file; return once the disk has it.

        Raises:
            OSError: The new file cannot be made.
            Unavailable: It cannot be written.
        """
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with (
            self._errors_named(),
            self._database.transaction(commit=False) as cursor,
            _errors_named(place, writing=True),
            closing(sqlite3.connect(place)) as copy,
        ):
            cursor.sqlite_cursor.connection.backup(copy)
        with place.open("r+b") as file:
            os.fsync(file.fileno())
        os.chmod(place, self._path.stat().st_mode & 0o777 | 0o600)

    def flaws(self) -> list[str]:
        """Return what SQLite finds wrong with the pages of the file."""
        found = [
            line for row in self._rows(f"PRAGMA integrity_check({_FLAWS})") for line in str(row[0]).splitlines()
        ]
        return [line for line in found if line != "ok" and not line.startswith("***")]

    def shelf(self, issuer: IssuerId, part: str, layout: int) -> Shelf | None:
        """Return where a part of what is worked out from a record is kept: in a folder beside the file.

        What lies beside a file that is somebody else's is not looked at.
        """
        if self._foreign:
            return None
        try:
            mode = None if self._untouched is not None else self._path.stat().st_mode & 0o666 | 0o600
        except OSError:  # its name is gone
            return None
        return shelf(self._path, issuer, part, layout, partial(root_of, self, issuer), mode)

    def close(self) -> None:
        """Close every connection."""
        if not self._database.pool.closed:
            self._database.close()
            self._look.close()
            if self._untouched is not None:
                self._untouched.close()


def _damaged(found: Sequence[tuple[Any, ...]], issuer: IssuerId) -> LedgerDamaged:
    """Return what is wrong with the first of some rows that is not one of an issuer's entries."""
    number, stream = next(
        (number, stream)
        for number, topic, state, stream in found
        if type(topic) is not str or type(state) is not bytes or stream != issuer
    )
    wrong = "its state is not bytes, or its kind no text" if stream == issuer else "it stands under another name"
    return LedgerDamaged("E_TAMPERED", f"{issuer} entry {number}", wrong)


_NO_ROOM: Final = "the disk is full; free some space"
_KEPT_OUT: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_UNREADABLE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)


_FAILURES: Final = (PersistenceError, sqlite3.Error, UnicodeDecodeError)
"""What SQLite and the library raise; SQLite quotes what it cannot understand of the tables."""


@contextmanager
def _errors_named(path: Path, *, writing: bool = False) -> Iterator[None]:
    """Turn what SQLite says into one of our own answers."""
    try:
        yield
    except _FAILURES as error:
        raise _named(error, path, writing=writing) from error


def _named(error: Exception, path: Path, *, writing: bool) -> Exception:
    """Return our own answer for what SQLite says."""
    if isinstance(error, UnicodeDecodeError):
        return LedgerDamaged("E_STORE_FORMAT", str(path), "SQLite cannot read what its tables are")
    text, code = str(error), cause(error)
    if code == sqlite3.SQLITE_CONSTRAINT:
        return Conflict()
    if code in _KEPT_OUT or isinstance(error, ConnectionUnavailableError):
        what = f"another program is writing (waited {BUSY_SECONDS} seconds); try again"
        return Unavailable("E_BUSY", str(path), what)
    if code == sqlite3.SQLITE_READONLY:
        what = "the file or its folder is read-only; ask for write access"
        return Unavailable("E_READONLY", str(path), what)
    if "no such table" in text:
        return Unavailable("E_STORE_FORMAT", str(path), "a table of a ledger is missing in it")
    if code == sqlite3.SQLITE_TOOBIG and not writing:
        return LedgerDamaged("E_TAMPERED", str(path), "a row in it is longer than any of a ledger")
    if "Could not decode" in text:
        return LedgerDamaged("E_TAMPERED", str(path), "a text in it is not UTF-8")
    if code == sqlite3.SQLITE_FULL:
        return Unavailable("E_STORE_FULL", str(path), _NO_ROOM)
    if code == sqlite3.SQLITE_IOERR and writing:
        what = f"the disk failed ({text}), and nothing was written; look at the disk"
        return Unavailable("E_STORE", str(path), what)
    if code in _UNREADABLE:
        return LedgerDamaged("E_STORE_FORMAT", str(path), f"SQLite cannot read it: {text}")
    return Unavailable("E_STORE", str(path), f"SQLite says: {text}")


def _uri(path: Path) -> str:
    """Return the name of a file as SQLite takes it, whatever characters it holds."""
    return path.absolute().as_uri()


def _database(path: Path, uri: str) -> SQLiteDatastore:
    """Return the library's datastore on a file."""
    database = SQLiteDatastore(uri, originator_id_type="text")
    pool = _DurablePool(path, db_name=uri, lock_timeout=BUSY_SECONDS)
    database.pool.close()
    database.pool = pool
    return database


def _has_room(database: SQLiteDatastore) -> bool:
    """Whether SQLite has the two files that it needs beside the ledger's, or can make them.

    Where they cannot be made, nobody has the file open. Other errors come again when the file is read.
    """
    try:
        with database.get_connection(commit=False):
            return True
    except (PersistenceError, sqlite3.Error, LedgerError, UnicodeDecodeError) as error:
        return cause(error) != sqlite3.SQLITE_FULL


def _make(path: Path) -> None:
    """Make an empty ledger beside the place, and link it there whole: nobody meets a half-made file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)
        with _errors_named(path):
            database = _database(path, f"{_uri(draft)}?mode=rwc")
            with database.transaction(commit=True) as cursor:
                for statement in _TABLES:
                    cursor.execute(statement)
                cursor.execute(f"PRAGMA application_id={APPLICATION_ID}")
                cursor.execute(f"PRAGMA user_version={LAYOUT}")
            database.close()
        os.link(draft, path)
        sync_folder(path.parent)
    except FileExistsError:
        pass  # somebody made it meanwhile, and whole
    except OSError as error:
        raise Unavailable("E_FILE", str(path), f"it cannot be made: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder; where folders cannot be opened, the system sees to it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _writable(path: Path) -> bool:
    """Whether SQLite can write to a file: it makes two others beside it."""
    return os.access(path, os.W_OK) and os.access(os.path.dirname(os.path.realpath(path)), os.W_OK)


def _is_missing(path: Path, *, create: bool) -> bool:
    """Return whether the file is to be made."""
    if path.exists():
        return False
    if not create:
        what = "there is no such file; look at its name, or make an empty ledger by `captable init`"
        raise Unavailable("E_FILE", str(path), what)
    if not path.absolute().parent.is_dir():
        raise Unavailable("E_FILE", str(path), "its folder does not exist; make it first")
    return True


def _is_near(path: Path) -> None:
    """Refuse a place where the locks that keep two writers apart do not hold."""
    if kind := distant(path):
        what = f"it lies on another machine ({kind}), where locks do not hold; keep it on a disk of this one"
        raise Unavailable("E_FILE", str(path), what)


def _look_at(path: Path) -> Look:
    """Refuse what is not a ledger before SQLite touches it."""
    if not path.is_file():
        raise Unavailable("E_FILE", str(path), "it is not a regular file; name the ledger's file")
    look_beside(path)
    try:
        look = Look.at(path)
    except OSError as error:
        raise Unavailable("E_FILE", str(path), f"it cannot be read: {error.strerror}") from error
    try:
        _check(look, path)
    except Unavailable:
        look.close()
        raise
    return look


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _check(look: Look, path: Path) -> None:
    if look.head[:16] != b"SQLite format 3\0" or int.from_bytes(look.head[68:72]) != APPLICATION_ID:
        raise Unavailable("E_STORE_FORMAT", str(path), "it is not a shareholder ledger; name another file")
    # SQLite reads what is missing of a page as zeros; a page whose writing was cut short stands in the log, whole.
    if look.size % (int.from_bytes(look.head[16:18]) or 1) and not _has_log(path):
        raise Unavailable("E_STORE_FORMAT", str(path), "it was cut short; restore it from a backup")
    layout = int.from_bytes(look.head[60:64])
    if layout != LAYOUT:
        raise Unavailable(
            "E_STORE_FORMAT", str(path), f"layout {layout} is not {LAYOUT}; use a program that knows it"
        )
