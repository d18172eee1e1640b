"""SQL over a ledger: DuckDB reads tables made of the record, and nothing else; it writes nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from threading import Timer
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood, needed
from ledger.identity import IssuerId

if TYPE_CHECKING:
    import duckdb
    import nanoarrow  # type: ignore[import-untyped]  # the library has no types

    from ledger.journal import KnownAt, Ledger
    from projections.sql_statement import Statement
    from projections.sql_tables import SqlTable

_ANSWER: Final = "answer"
_CONFIGURATION: Final = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a name in the statement is no variable of this program
    "temp_directory": "",
}
_MACRO: Final = "CREATE MACRO {name}(day) AS TABLE SELECT * FROM {name}_then WHERE as_of = CAST(day AS DATE)"
_LONGEST_MESSAGE: Final = 300
_MADE_PLAIN: Final = {
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP USING timezone('UTC', {column})",
    "INTERVAL": "VARCHAR USING CAST({column} AS VARCHAR)",  # in Python a month would be 30 days
}


@attrs.frozen(kw_only=True)
class QueryLimits:
    """How much a statement may take.

    Attributes:
        rows: Lines of the answer.
        seconds: Time that DuckDB works on it; what the tables take to be made is not counted.
        megabytes: Memory that DuckDB may use, beside the tables themselves.
    """

    rows: int = 1_000_000
    seconds: int = 60
    megabytes: int = 2_048


@attrs.frozen(repr=False, eq=False)
class QueryAnswer:
    """What a statement answers: columns of values, as DuckDB keeps them.

    Libraries that speak Arrow take it as it is, ``polars.DataFrame(answer)``. No decimal becomes a binary float.

    Attributes:
        issuer: Whose ledger was asked.
        sql: The statement.
        known: How many entries were taken into account.
        columns: The name of each column, and its type in DuckDB's words.
    """

    issuer: IssuerId | None
    sql: str
    known: int
    columns: tuple[tuple[str, str], ...]
    _connection: duckdb.DuckDBPyConnection

    def __len__(self) -> int:
        ((count,),) = self._connection.table(_ANSWER).count("*").fetchall()
        return int(count)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows())

    def __repr__(self) -> str:
        return f"<{len(self):,} rows of {', '.join(name for name, _ in self.columns)}>"

    def rows(self) -> list[tuple[Any, ...]]:
        """Return each line as Python values: decimals as ``Decimal``, instants in UTC and without a zone."""
        return self._connection.table(_ANSWER).fetchall()

    @property
    def approximate(self) -> tuple[str, ...]:
        """Names of the columns whose numbers are binary floats: of an average, or of a division."""
        return tuple(name for name, kind in self.columns if kind in ("DOUBLE", "FLOAT"))

    def to_arrow(self) -> nanoarrow.Array:
        """Return an Arrow table.

        Raises:
            LibraryMissing: nanoarrow is not installed.
        """
        return needed("nanoarrow", "arrow", "for Arrow tables").Array(self)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the table to a library that speaks the Arrow C stream interface."""
        return self._connection.table(_ANSWER).__arrow_c_stream__(requested_schema)


def query(ledger: Ledger, sql: str, *, known_at: KnownAt = None, limits: QueryLimits | None = None) -> QueryAnswer:
    """Return what a statement of SQL answers, over the tables of a ledger.

    The tables are ``entries``, ``movements``, ``holdings(as_of)`` and ``commitments(as_of)``. The statement reads
    them, and no file, no network and no variable of the program.

    Args:
        ledger: The record.
        sql: One statement that asks: ``SELECT``, ``FROM`` or ``WITH``.
        known_at: What had been recorded; everything when not given.
        limits: How much it may take.

    Raises:
        LibraryMissing: DuckDB, NumPy or nanoarrow is not installed.
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_SQL``: DuckDB does not understand it, or it names what is not there; ``E_SQL_LIMIT``: it
            takes more than it may.
    """
    library: Any = needed("duckdb", "query", "for SQL")
    for each, purpose in (("numpy", "for movements in columns"), ("nanoarrow", "for Arrow tables")):
        needed(each, "query", purpose)
    from projections import sql_statement, sql_tables

    known, limits = ledger.position(known_at), limits or QueryLimits()
    connection = library.connect(":memory:", config={**_CONFIGURATION, "memory_limit": f"{limits.megabytes}MB"})
    try:
        _run(connection, f"SET TimeZone = '{ledger.time_zone}'")
        _run(connection, "SET lock_configuration = true")
        with _told(library, limits):
            asked = sql_statement.read(connection, sql, sql_tables.BY_DAY)
            parts = [*_made(library, connection, asked, ledger, known, limits)]
            with _interrupted_after(limits.seconds, connection):
                connection.sql(sql).limit(limits.rows + 1).create(_ANSWER)
            _make_plain(connection)
        for part in parts:
            connection.unregister(part)  # the answer needs the tables no more
        answer = connection.table(_ANSWER)
        columns = tuple(zip(answer.columns, map(str, answer.types), strict=True))
        made = QueryAnswer(ledger.issuer, sql, known, columns, connection)
        if len(made) > limits.rows:
            raise _over(f"the answer has more than {limits.rows:,} rows")
    except BaseException:
        connection.close()
        raise
    return made


def _made(
    library: Any,
    connection: duckdb.DuckDBPyConnection,
    asked: Statement,
    ledger: Ledger,
    known: int,
    limits: QueryLimits,
) -> Iterator[str]:
    """Make the tables that a statement names, and yield what the parts are called that they are made of."""
    from projections.sql_tables import BY_DAY, WHOLE

    for name, make in WHOLE.items():
        if name in asked.tables:
            yield from _put(connection, name, make(ledger, known))
    for name, of_days in BY_DAY.items():
        with _interrupted_after(limits.seconds, connection):
            days = {_day(library, connection, *call) for call in asked.calls if call[0] == name}
        if days:
            yield from _put(connection, f"{name}_then", of_days(ledger, sorted(days), known))
            _run(connection, _MACRO.format(name=name))


def _put(connection: duckdb.DuckDBPyConnection, name: str, table: SqlTable) -> Iterator[str]:
    """Give a table a name, and yield those of its parts, which are read where they lie."""
    for part, columns in table.parts.items():
        connection.register(part, columns)
        yield part
    _run(connection, f"CREATE VIEW {name} AS {table.sql}")


def _make_plain(connection: duckdb.DuckDBPyConnection) -> None:
    """Put values into the answer that Python and Arrow read alike."""
    answer = connection.table(_ANSWER)
    for column, kind in zip(answer.columns, map(str, answer.types), strict=True):
        if kind in _MADE_PLAIN:
            quoted = '"' + column.replace('"', '""') + '"'
            plain = _MADE_PLAIN[kind].format(column=quoted)
            _run(connection, f"ALTER TABLE {_ANSWER} ALTER {quoted} TYPE {plain}")


def _run(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    connection.execute(sql).fetchall()


def _day(library: Any, connection: duckdb.DuckDBPyConnection, name: str, argument: str) -> date:
    """Return the day that a table is asked for at; it is known before the statement runs."""
    try:
        ((given,),) = connection.execute(argument).fetchall()
    except (library.BinderException, ValueError):
        hint = f"write it out: {name}(DATE '2024-06-30')"
        raise NotUnderstood("E_SQL", f"the day of {name}(as_of) depends on the rows", hint) from None
    return given.date() if isinstance(given, datetime) else day(given, what=f"{name}(as_of):")


@contextmanager
def _interrupted_after(seconds: int, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    timer = Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@contextmanager
def _told(library: Any, limits: QueryLimits) -> Iterator[None]:
    """Say in one line what DuckDB says in several."""
    from projections.sql_statement import HINT

    try:
        yield
    except library.InterruptException:
        raise _over(f"the statement took more than {limits.seconds:,} seconds") from None
    except library.OutOfMemoryException:
        raise _over(f"the statement took more than {limits.megabytes:,} MB of memory") from None
    except library.PermissionException:
        raise NotUnderstood("E_SQL", "the statement goes beyond the ledger's tables", HINT) from None
    except library.Error as error:
        said = str(error).partition("\n\n")[0]
        lines = [line.strip() for line in said.splitlines() if not line.startswith("Did you mean")]
        raise NotUnderstood("E_SQL", " ".join(lines)[:_LONGEST_MESSAGE], HINT) from None


def _over(what: str) -> NotUnderstood:
    return NotUnderstood("E_SQL_LIMIT", what, "narrow it down, or raise the limit")
