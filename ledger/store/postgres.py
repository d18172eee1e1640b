"""A store in a PostgreSQL database: the server has every commit on its disk before it is acknowledged.

What could go wrong here: the answer to a commit is lost, by the network or by a server that ends, and the entries
may be there or not. So the same rows are written once more. PostgreSQL lets them wait for a transaction that holds
their keys and has not ended, and then either takes them or says that the keys are taken. If they are taken by these
very rows, the first attempt has recorded them. Only where the server stays away is the outcome unknown.

The library would write again by itself, and take its own first success for a conflict. Here it cannot: it does so
for errors of its own, and the connection hands on those of psycopg, which say more.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, RLock
from typing import TYPE_CHECKING, Any, Final, LiteralString, TypeVar

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresAggregateRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row
from psycopg.sql import SQL, Identifier

from ledger.errors import LedgerDamaged, LedgerError, NotUnderstood, OutcomeUnknown, Unavailable, shown
from ledger.store.addresses import UNTOLD, told
from ledger.store.keys import NoKeys
from ledger.store.port import (
    ISSUERS,
    PAGE,
    Beside,
    Columns,
    Conflict,
    Row,
    columns_of,
    owner_of,
    read_command,
    read_head,
    read_issuers,
    read_sealed,
    read_tile_count,
    read_tiles,
    stored,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from psycopg import Connection, Cursor
    from psycopg.rows import DictRow

    from ledger.identity import CommandId, IssuerId
    from ledger.integrity.tiles import Tile
    from ledger.store.keys import Keys

_T = TypeVar("_T")
_to_row: Final = partial(tuple.__new__, Row)

SCHEMA: Final = "captable"
"""Holds the tables; whatever else is in the database is left alone."""
LAYOUT: Final = "captable ledger, layout 1"
"""What the schema is said to be, in its comment."""
BUSY_SECONDS: Final = 5
BATCH_BYTES: Final = 1_000_000
"""Rows of about so many bytes are sent in one statement."""
_PAUSES: Final = (0, 1, 1, 1, 2)
"""Seconds before each further attempt, where the server did not answer."""
_MAKING: Final = 0x43615054
"""Lock on the making of the tables, so that two who begin at once do not meet."""

_TABLES: Final = (
    # The names of streams are compared byte by byte, whatever the language of the server.
    'ALTER TABLE captable.stored_events ALTER originator_id TYPE text COLLATE "C",'
    " ALTER topic SET NOT NULL, ALTER state SET NOT NULL",
    # A recorded entry is never changed; even the owner is told so by the database itself.
    "CREATE FUNCTION captable.entries_stay() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog"
    " AS $$ BEGIN RAISE EXCEPTION 'a recorded entry is never changed or deleted'; END $$",
    "CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON captable.stored_events"
    " EXECUTE FUNCTION captable.entries_stay()",
    "ALTER TABLE captable.stored_events ENABLE ALWAYS TRIGGER entries_stay",
    f"COMMENT ON SCHEMA captable IS '{LAYOUT}'",
)
# A server that is gone without a word is noticed in half a minute, and not after the two hours of most systems.
_OURS: Final = {
    "connect_timeout": BUSY_SECONDS,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "fallback_application_name": "captable",
}
_READERS: Final[tuple[LiteralString, ...]] = (
    "GRANT USAGE ON SCHEMA captable TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA captable TO {role}",
)
_WRITERS: Final[tuple[LiteralString, ...]] = (*_READERS, "GRANT INSERT ON ALL TABLES IN SCHEMA captable TO {role}")

_OWNED: Final = (
    "SELECT FROM pg_namespace WHERE nspname = 'captable' AND pg_has_role(current_user, nspowner, 'USAGE')"
)

# One round trip. A standby that has to apply a commit first is asked for more than a disk, and stays.
_BEGIN: Final = (
    f"BEGIN; SET LOCAL lock_timeout = '{BUSY_SECONDS}s';"
    " SET LOCAL idle_in_transaction_session_timeout = '30s';"
    " SELECT set_config('synchronous_commit', 'on', true)"
    " WHERE current_setting('synchronous_commit') <> 'remote_apply';"
    " SELECT current_setting('synchronous_commit') AS commits, current_setting('fsync') AS disk"
)
_WAITS: Final = {("on", "on"), ("remote_apply", "on")}
_INSERT: Final = (
    "INSERT INTO captable.stored_events (originator_id, originator_version, topic, state)"
    " SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %b::bytea[])"
)
_NEXT_ROWS: Final = (
    "SELECT originator_version, topic, state FROM captable.stored_events"
    " WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version LIMIT %s"
)
# In one statement, as another program may write the first entries meanwhile.
_UNLISTED: Final = (
    "SELECT EXISTS (SELECT FROM captable.stored_events)"
    " AND NOT EXISTS (SELECT FROM captable.stored_events WHERE originator_id = %s)"
)
# The names of the streams of an issuer begin with its own and a slash, and "0" is what follows a slash.
_NEXT_BESIDE: Final = (
    "SELECT originator_id, originator_version, topic, state FROM captable.stored_events"
    " WHERE (originator_id, originator_version) > (%s, %s) AND originator_id < %s"
    " ORDER BY originator_id, originator_version LIMIT %s"
)
_NEXT_STREAM: Final = "SELECT MIN(originator_id) FROM captable.stored_events WHERE originator_id > %s"
_WHAT_IT_IS: Final = (
    "SELECT obj_description(to_regnamespace('captable'), 'pg_namespace'), to_regnamespace('captable') IS NOT NULL,"
    " current_setting('server_encoding')"
)


class _CommitLost(psycopg.OperationalError):
    """The connection broke while the server was committing."""


class _Database(PostgresDatastore):
    """One connection, made when it is needed, and made again after it broke.

    The library's pool would keep several, try again on its own, and hide why the server does not answer.
    """

    def __init__(self, url: str) -> None:
        super().__init__("", "", "", "", "", schema=SCHEMA, originator_id_type="text")
        self._settings = _settings(url)
        self._connection: Connection[DictRow] | None = None
        self._one_at_a_time = RLock()

    def register_type_adapters(self) -> None:
        """Do nothing: rows are given as arrays, which need no type of their own."""

    @property
    def is_lost(self) -> bool:
        """Whether there is no connection: it broke, or was never made."""
        return self._connection is None or self._connection.closed

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        """Yield the connection, outside of any transaction; what goes wrong within is taken back."""
        with self._one_at_a_time:
            if self.is_lost:
                self._connection = None
                self._connection = psycopg.connect(autocommit=True, row_factory=dict_row, **self._settings)
            assert self._connection is not None
            try:
                yield self._connection
            except psycopg.Error:
                with suppress(psycopg.Error):
                    self._connection.rollback()
                raise
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Close the connection."""
        connection = getattr(self, "_connection", None)  # the library asks when it is deleted, however it was made
        if connection is not None:
            connection.close()


class _Recorder(PostgresAggregateRecorder):
    """Writes the rows of one command in one transaction, once."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        """Write rows, all or none; return once the server has them on its disk."""
        with self.datastore.get_connection() as connection, connection.cursor() as cursor:
            cursor.execute(_BEGIN)
            _see_that_commits_wait(cursor)
            for batch in _batches(stored_events):
                self._insert_stored_events(cursor, batch)
            try:
                cursor.execute("COMMIT")
            except psycopg.Error as error:
                if connection.closed:
                    raise _CommitLost from error
                raise  # the server answered: it has taken everything back

    def _insert_stored_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **_: Any) -> None:
        columns = [(row.originator_id, row.originator_version, row.topic, row.state) for row in stored_events]
        curs.execute(_INSERT, [*map(list, zip(*columns, strict=True))])


class PostgresStore:
    """Keeps entries in a PostgreSQL database.

    Args:
        url: The database: ``postgresql://user@host/database``.
        create: Whether to make the tables when they are not there; the database itself has to be.
        readonly: Whether nothing is recorded.

    Raises:
        Unavailable: ``E_FILE``, ``E_STORE`` or ``E_STORE_FORMAT``: there is no ledger, the server does not answer,
            or what is there is something else.
    """

    def __init__(self, url: str, *, create: bool = False, readonly: bool = False, keys: Keys | None = None) -> None:
        self._place, self._readonly = told(url), readonly
        self.keys: Keys = keys if keys is not None else NoKeys()
        self._database = _Database(url)
        self._recorder = _Recorder(self._database)
        try:
            with self._errors_named():
                if create:
                    _make(self._database, self._recorder)
                if not _is_ledger(self._database, self._place):
                    what = "there is no ledger in this database; `captable init` makes one"
                    raise Unavailable("E_FILE", self._place, what)
        except BaseException:
            self._database.close()
            raise

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        with _errors_named(self._place):
            yield

    def issuers(self) -> list[str]:
        """Return the issuers that have entries."""
        found = self._asked(lambda: read_issuers(self._recorder))
        if not found and self._rows(_UNLISTED, ISSUERS) == [(True,)]:
            raise LedgerDamaged("E_TAMPERED", "list of issuers", "it is empty, and there are entries")
        return found

    def read(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the next entries of an issuer after a position."""
        return [*map(_to_row, self._rows(_NEXT_ROWS, str(issuer), after, PAGE))]

    def columns(self, issuer: IssuerId, after: int, most: int) -> Columns:
        """Return the next entries of an issuer after a position, as columns."""
        return columns_of(self._rows(_NEXT_ROWS, str(issuer), after, most))

    def text(self, issuer: IssuerId, after: int, count: int) -> bytes | None:
        """Return so many entries of an issuer after a position, in one text."""
        return text_of(self.columns(issuer, after, count), after, count)

    def mark(self) -> None:
        """Return nothing: asking the server for what was added takes no longer than asking whether any was."""

    def mark_after(self, mark: object) -> None:
        """Return nothing, as ``mark`` does."""

    def head(self, issuer: IssuerId) -> int:
        """Return the number of an issuer's last entry."""
        return self._asked(lambda: read_head(self._recorder, str(issuer)))

    def tiles(self, issuer: IssuerId, level: int, first: int, last: int) -> list[Tile]:
        """Return tiles of an issuer's tree."""
        return self._asked(lambda: read_tiles(self._recorder, issuer, level, first, last))

    def tile_count(self, issuer: IssuerId, level: int) -> int:
        """Return how many tiles of a level are kept."""
        return self._asked(lambda: read_tile_count(self._recorder, issuer, level))

    def command(self, issuer: IssuerId, command: CommandId) -> tuple[int, int] | None:
        """Return the first and last entry that a command recorded."""
        return self._asked(lambda: read_command(self._recorder, issuer, command))

    def append(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        sealed: Mapping[int, bytes],
    ) -> None:
        """Write the entries of one command, all or none; return once the server has them on its disk."""
        if self._readonly:
            raise Unavailable("E_READONLY", self._place, "it was opened to be read only")
        issuers = self.issuers() if rows[0].number == 1 else []
        events = [StoredEvent(*each) for each in stored(self, issuer, rows, command, issuers, sealed)]
        unknown = False
        with self._errors_named():
            for pause in (*_PAUSES, None):
                try:
                    self._write(issuer, rows, events, again=unknown)
                    return
                except psycopg.Error as error:
                    unknown = unknown or isinstance(error, _CommitLost)
                    if pause is not None and (unknown or self._database.is_lost):
                        Event().wait(pause)
                    elif unknown:
                        raise OutcomeUnknown(command) from error
                    else:
                        raise

    def _write(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        events: Sequence[StoredEvent],
        *,
        again: bool,
    ) -> None:
        """Write the entries of one command; ``again`` where an attempt before may have written them."""
        try:
            self._recorder.insert_events(events)
        except psycopg.errors.UniqueViolation as error:
            last = self._found(_NEXT_ROWS, str(issuer), rows[-1].number - 1, 1) if again else []
            if [*map(_to_row, last)] != [rows[-1]]:
                raise Conflict from error

    def sealed(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the personal values of the next entries after a position that have some."""
        return self._asked(lambda: read_sealed(self._recorder, issuer, after))

    def peek(self, issuer: IssuerId, after: int) -> Row | None:
        """Return the next entry of an issuer after a position."""
        return next(map(_to_row, self._rows(_NEXT_ROWS, str(issuer), after, 1)), None)

    def beside(self, issuer: IssuerId) -> Iterator[Beside]:
        """Yield each row beside the entries of an issuer, in the order of their streams."""
        last = (f"{issuer}/", 0)
        while found := self._rows(_NEXT_BESIDE, *last, f"{issuer}0", PAGE):
            for stream, number, topic, state in found:
                yield Beside(stream.partition("/")[2], number, topic, state)
            last = found[-1][:2]

    def owners(self) -> set[str]:
        """Return the issuers that any row names, listed or not."""
        found: set[str] = set()
        name = self._rows(_NEXT_STREAM, "")[0][0]
        while name is not None:
            if name != ISSUERS:
                found.add(owner_of(name))
            name = self._rows(_NEXT_STREAM, f"{owner_of(name)}0" if "/" in name[1:] else name)[0][0]
        return found

    def _rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows that answer a question."""
        return self._asked(lambda: self._found(question, *values))

    def _found(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with (
            self._database.get_connection() as connection,
            connection.cursor(binary=True, row_factory=tuple_row) as cursor,
        ):
            return cursor.execute(question, values).fetchall()

    def _asked(self, ask: Callable[[], _T]) -> _T:
        """Return what the database answers; a connection that broke since the last question is made again."""
        with self._errors_named():
            try:
                return ask()
            except psycopg.OperationalError:
                if not self._database.is_lost:
                    raise
                return ask()

    def flaws(self) -> list[str]:
        """Return nothing: a server checks the pages that it reads, and tells then."""
        return []

    def shelf(self, issuer: IssuerId, part: str, layout: int) -> None:
        """Return nothing: there is no place beside it."""

    def close(self) -> None:
        """Close the connection."""
        self._database.close()


def is_there(url: str) -> bool:
    """Whether a database holds a ledger.

    Raises:
        Unavailable: The server does not answer, or what is there is something else.
    """
    database = _Database(url)
    try:
        with _errors_named(told(url)):
            return _is_ledger(database, told(url))
    finally:
        database.close()


def allow(url: str, *, readers: Sequence[str] = (), writers: Sequence[str] = ()) -> None:
    """Let roles of the server read a ledger, or record in it. Nobody but its owner can change what is recorded.

    Args:
        url: The database, as its owner.
        readers: Who may read.
        writers: Who may read and record.

    Raises:
        NotUnderstood: ``E_ROLE``: the server has no such role.
        Unavailable: Whoever asks does not own the ledger, or the server does not answer.
    """
    place = told(url)
    database = _Database(url)
    try:
        with _errors_named(place), database.transaction(commit=True) as cursor:
            if cursor.execute(_OWNED).fetchone() is None:  # PostgreSQL would only warn that it granted nothing
                raise Unavailable("E_READONLY", place, "only its owner lets others in; give that role in the URL")
            for roles, statements in ((readers, _READERS), (writers, _WRITERS)):
                for role in roles:
                    _grant(cursor, role, statements)
    finally:
        database.close()


def _grant(cursor: Cursor[DictRow], role: str, statements: Sequence[LiteralString]) -> None:
    if cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
        hint = "make it first: CREATE ROLE … LOGIN"
        raise NotUnderstood("E_ROLE", f"the server has no role {shown(role)}", hint)
    for statement in statements:
        cursor.execute(SQL(statement).format(role=Identifier(role)))


def _settings(url: str) -> dict[str, Any]:
    """Return what a URL says, with what it leaves to us.

    Raises:
        Unavailable: ``E_FILE``: PostgreSQL does not understand it. Its own words may repeat the password.
    """
    what = "it is no URL of a database; write postgresql://user@host/database, and @ : / ? within a word as %40 %3A"
    if told(url) == UNTOLD:
        raise Unavailable("E_FILE", UNTOLD, what)
    try:
        said = conninfo_to_dict(url)
    except psycopg.Error:
        raise Unavailable("E_FILE", told(url), what) from None
    return {**_OURS, **said, "client_encoding": "UTF8"}


def _see_that_commits_wait(cursor: Cursor[DictRow]) -> None:
    """Refuse to write where an acknowledged commit may be lost by a power cut."""
    while cursor.nextset():
        pass
    levels = tuple((cursor.fetchone() or {}).values())
    if levels not in _WAITS:
        raise psycopg.NotSupportedError(f"synchronous_commit and fsync are {' and '.join(levels)}, and must be on")


def _batches(rows: Sequence[StoredEvent]) -> Iterator[Sequence[StoredEvent]]:
    """Yield rows in parts of about ``BATCH_BYTES``: a server takes no statement of any size."""
    begin = size = 0
    for end, row in enumerate(rows, 1):
        size += len(row.state)
        if size >= BATCH_BYTES or end == len(rows):
            yield rows[begin:end]
            begin, size = end, 0


def _is_ledger(database: _Database, place: str) -> bool:
    """Whether a database holds a ledger; refuse what is none, and what this program does not know."""
    with database.cursor() as cursor:
        row = cursor.execute(_WHAT_IT_IS).fetchone()
    assert row is not None
    said, exists, encoding = row.values()
    if encoding != "UTF8":
        raise Unavailable("E_STORE_FORMAT", place, f"its encoding is {encoding}; make a database in UTF8")
    if said == LAYOUT:
        return True
    if exists:
        what = f"its schema {SCHEMA} is not {LAYOUT}; name another database, or use a program that knows it"
        raise Unavailable("E_STORE_FORMAT", place, what)
    return False


def _make(database: _Database, recorder: _Recorder) -> None:
    """Make the tables where there are none, in one transaction: nobody meets a half-made ledger."""
    with database.transaction(commit=True) as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))
        cursor.execute("SELECT to_regnamespace('captable') IS NULL AS missing")
        if (cursor.fetchone() or {})["missing"]:
            cursor.execute("CREATE SCHEMA captable")
            cursor.execute(recorder.sql_create_statements[recorder.create_table_statement_index])
            for statement in _TABLES:
                cursor.execute(statement)


_BUSY: Final = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


@contextmanager
def _errors_named(place: str) -> Iterator[None]:
    """Turn what PostgreSQL says into one of our own answers."""
    try:
        yield
    except LedgerError:
        raise
    except _BUSY as error:
        what = f"another program is writing (waited {BUSY_SECONDS} seconds); try again"
        raise Unavailable("E_BUSY", place, what) from error
    except psycopg.errors.ReadOnlySqlTransaction as error:
        what = "the server only reads, as a standby does; name the one that writes"
        raise Unavailable("E_READONLY", place, what) from error
    except psycopg.errors.InsufficientPrivilege as error:
        what = f"{_line(error)}; ask its owner, who can allow it by captable init"
        raise Unavailable("E_READONLY", place, what) from error
    except psycopg.errors.DiskFull as error:
        raise Unavailable("E_STORE_FULL", place, "the server's disk is full; free some space") from error
    except (psycopg.errors.DataCorrupted, psycopg.errors.IndexCorrupted) as error:
        raise LedgerDamaged("E_STORE_FORMAT", place, f"PostgreSQL cannot read it: {_line(error)}") from error
    except psycopg.Error as error:
        raise Unavailable("E_STORE", place, f"PostgreSQL says: {_line(error)}") from error


def _line(error: psycopg.Error, limit: int = 300) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
