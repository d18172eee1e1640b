"""How the entries of a command reach an SQLite file: recorded, refused, or unknown; and who folds the log in.

What could go wrong, and why it does not:

- *A commit fails.* Its pages may stand in the log all the same, whole: SQLite looks at them no more, but a program
  that finds the log after a crash would take them for recorded. So another commit, which changes nothing, is put in
  their place. Once it is on the disk the first is refused for certain. If that fails too, the outcome is unknown.
- *The log is copied into the file twice at once.* From SQLite 3.7.0 to 3.51.2, a copy that begins just as another
  one ends, while somebody writes over the log from its beginning, may mark as copied what was written only then; it
  is lost with the next round. Here nobody copies after a commit, as SQLite does by default. The log is copied by a
  connection while another one of ours holds the lock of the writers, or by the last one to close the file, which
  SQLite lets be alone. Nobody can write meanwhile, neither in this process nor in another.

A log begins empty and grows with each commit, and a disk takes half as long again where it has to keep a length.
So whoever commits again and again lets the log grow once, to where it is folded in: by a row that is given up,
while nobody can write. Nothing of it counts, as no commit stands behind it; and commits are written over it.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from eventsourcing.sqlite import SQLiteAggregateRecorder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eventsourcing.persistence import StoredEvent
    from eventsourcing.sqlite import SQLiteConnection, SQLiteCursor, SQLiteDatastore

    from ledger.store.port import Kept

FOLD_AT: Final = 1_000
"""Pages that a log holds, about, before it is folded into the file; as many as SQLite takes by default."""
PAGE_BYTES: Final = 8_192
"""Of a file that is made now; an older one has pages of half the length. What is written together takes as many
steps as it has pages, and a page of 4,096 holds six entries of a long record."""
LENGTHEN_AT: Final = 64
"""By so many commits a log that grows has cost about as much as it takes to lengthen it at once."""
_IN_MEMORY: Final = 250
"""Pages that SQLite has in memory at most, by default, before it writes what is not committed to the log."""
_AT_ONCE: Final = (2_000, 100)
"""Rows that one statement inserts, if SQLite takes so many values. It looks for its place anew with each statement;
and while one runs, Python is left to whoever reads what comes next. The program of a longer one fits no cache."""
_LONG: Final = 10_000
"""Rows of a transaction that is worth a change of the schema and back, and more memory."""
_ROOM: Final = "-100000"
"""So much memory, as SQLite counts it. With less, it writes pages to the log that change again before the commit,
and then has to read all that came after them there, to work out anew what shows that the log is whole."""
_NOT_NOW: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class OutcomeOpen(Exception):
    """A commit failed, and nothing proves that it is not there."""


def cause(error: BaseException) -> int | None:
    """Return the code that SQLite gave an error, without its details; ``None`` where the error is another's.

    No room for the memory that the connections to a file share is a full disk as well.
    """
    code = getattr(error.__cause__ or error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return sqlite3.SQLITE_FULL
    return None if code is None else code & 0xFF


class CarefulRecorder(SQLiteAggregateRecorder):
    """Writes stored events so that each of the three outcomes is exact, and keeps the log short.

    Args:
        datastore: Connections to one file, none of which folds the log in by itself.
    """

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore)
        self._unfolded = 0
        self._commits = 0

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        """Write stored events as ``insert`` writes rows."""
        self.insert([(str(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events])

    def insert(self, rows: Sequence[Kept], together: int = 0) -> None:
        """Write rows, all or none; return once the disk has them.

        Args:
            rows: The rows.
            together: How many of the first follow one another in one stream.

        Raises:
            OutcomeOpen: The commit failed, and cannot be shown to be absent.
            sqlite3.Error: Nothing was written.
            PersistenceError: No connection could be had, and nothing was written.
        """
        pool = self.datastore.pool
        connection = pool.get_connection(is_writer=True)
        try:
            if together > _LONG:
                with _with_room(connection):
                    self._write(connection, rows, together)
            else:
                self._write(connection, rows, together)
        finally:
            pool.put_connection(connection)

    def _write(self, connection: SQLiteConnection, rows: Sequence[Kept], together: int) -> None:
        try:
            connection.cursor().execute("BEGIN IMMEDIATE")
            self._insert(connection.cursor(), rows, together)
        except BaseException:
            _give_up(connection)
            raise
        try:
            commit(connection)
        except sqlite3.Error as error:
            _give_up(connection)
            if cause(error) not in _NOT_NOW and not self._bury(connection, rows[0], error):
                raise OutcomeOpen from error
            raise
        self._commits += 1
        self._unfolded += _pages(rows)
        if self._unfolded >= FOLD_AT and self._fold(connection):
            self._unfolded = 0
        elif self._commits == LENGTHEN_AT:
            self._lengthen(connection)

    def _insert(self, cursor: SQLiteCursor, rows: Sequence[Kept], together: int) -> None:
        if together < _AT_ONCE[-1]:
            cursor.executemany(self.insert_events_statement, rows)
            return
        most, start = cursor.sqlite_cursor.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER), 0
        with _unwatched(cursor) if together > _LONG else nullcontext():
            for count in (each for each in _AT_ONCE if each <= together and _values(each) <= most):
                stop = together - (together - start) % count
                parts = (rows[at : at + count] for at in range(start, stop, count))
                cursor.executemany(_following(count), map(_told, parts))
                start = stop
            cursor.executemany(self.insert_events_statement, rows[start:])

    def _bury(self, connection: SQLiteConnection, written: Kept, failure: sqlite3.Error) -> bool:
        """Put a commit that changes nothing where one has failed; return whether what failed is gone for certain.

        What says that a commit is whole is written last. Where the disk was full before that, and has no room for
        the first page of another commit either, nothing of the failed one can count.
        """
        try:
            cursor = connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("PRAGMA user_version")
            cursor.execute(f"PRAGMA user_version={cursor.fetchone()[0]}")
            commit(connection)
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM stored_events WHERE (originator_id, originator_version)=(?,?))",
                written[:2],
            )
            return not cursor.fetchone()[0]
        except sqlite3.Error as error:
            _give_up(connection)
            return {_said(error), _said(failure)} == {sqlite3.SQLITE_FULL}

    def _fold(self, connection: SQLiteConnection) -> bool:
        """Copy the log into the file while nobody can write, so that the log begins again; return whether it was.

        A copy that fails, or must not wait, is made after a later commit.
        """
        with suppress(Exception):  # whatever it is: the command is recorded, and nothing may look like its refusal
            with self.datastore.get_connection(commit=False) as other, _alone(connection):
                other.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
            return True
        return False

    def _lengthen(self, connection: SQLiteConnection) -> None:
        """Let the log grow at once to where it is folded in, or nearly; no issuer is called as the row is."""
        pages = FOLD_AT // 2 + _IN_MEMORY  # a commit of a few rows writes half of what it is taken for
        with suppress(Exception), _alone(connection) as writer:
            writer.execute(self.insert_events_statement, ("~", 0, "", bytes(pages * PAGE_BYTES)))


@contextmanager
def _alone(connection: SQLiteConnection) -> Iterator[SQLiteCursor]:
    """Keep everybody from writing meanwhile, unless somebody does; what is written here is given up at the end."""
    writer = connection.cursor()
    writer.execute("PRAGMA busy_timeout")
    waits = writer.fetchone()[0]
    writer.execute("PRAGMA busy_timeout=0")
    try:
        writer.execute("BEGIN IMMEDIATE")
        yield writer
    finally:
        _give_up(connection)
        writer.execute(f"PRAGMA busy_timeout={waits}")


def _values(count: int) -> int:
    """Return how many values the statement takes that inserts so many rows."""
    return 2 + 2 * count


@cache
def _following(count: int) -> str:
    """Return the statement that inserts so many rows of one stream, each at the position after the one before.

    If one of them cannot be inserted, all that the transaction wrote is given up; so SQLite need not remember what
    the statement alone has changed, as it would for INSERT, in a file.
    """
    rows = ",".join(f"({place},?,?)" for place in range(count))
    # As SQLite calls the columns of such a table.
    return f"INSERT OR FAIL INTO stored_events SELECT ?,?+column1,column2,column3 FROM (VALUES {rows})"


def _told(rows: Sequence[Kept]) -> list[object]:
    """Return the values of rows of one stream that follow one another, as the statement takes them."""
    told: list[object] = [None] * _values(len(rows))
    told[:2] = rows[0][:2]
    told[2::2] = [topic for _, _, topic, _ in rows]
    told[3::2] = [state for _, _, _, state in rows]
    return told


@contextmanager
def _with_room(connection: SQLiteConnection) -> Iterator[None]:
    """Give SQLite more memory meanwhile."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA cache_size")
    before = cursor.fetchone()[0]
    cursor.execute(f"PRAGMA cache_size={_ROOM}")
    try:
        yield
    finally:
        with suppress(sqlite3.Error):  # it may have been closed, as it could not go back
            connection.cursor().execute(f"PRAGMA cache_size={before}")


@contextmanager
def _unwatched(cursor: SQLiteCursor) -> Iterator[None]:
    """Take away what looks at each new row, within a transaction that nobody else can look into or write beside.

    It keeps others from replacing a row, and we never do; where many are inserted, a third of the time is its own.
    """
    cursor.execute("SELECT name, sql FROM sqlite_schema WHERE type='trigger' AND sql LIKE '% BEFORE INSERT %'")
    watching = [(str(name), str(statement)) for name, statement in cursor.fetchall()]
    for name, _ in watching:
        cursor.execute(f"DROP TRIGGER {name}")
    yield
    for _, statement in watching:
        cursor.execute(statement)


def commit(connection: SQLiteConnection) -> None:
    """Have the disk keep what was written; Python's own way lets SQLite read the statement anew each time."""
    connection.cursor().execute("COMMIT")


def _said(error: sqlite3.Error) -> int | None:
    return getattr(error, "sqlite_errorcode", None)


def _give_up(connection: SQLiteConnection) -> None:
    """Undo what is not committed; a connection that cannot is closed, and the pool lets it go."""
    try:
        connection.rollback()
    except sqlite3.Error:
        connection.close()


def _pages(written: Sequence[Kept]) -> int:
    """Return about how many pages a commit writes: two for each stream, and twice those that its bytes fill."""
    streams = {stream for stream, _, _, _ in written}
    return 2 * len(streams) + 2 * sum(len(state) for _, _, _, state in written) // PAGE_BYTES
