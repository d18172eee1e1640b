"""The engines that people would otherwise use, each in its fastest form that is exact; one thread, data at hand.

All are given the same postings: whole numbers for holders, classes, days and shares. DuckDB hands some sums on as
floats, which is why whole numbers of 64 bits are asked for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from benchmarks.any_date.fold import Postings, holding
from benchmarks.any_date.issuer import Whole

Columns = tuple[Any, Any]
"""Holdings and their shares."""
Rows = list[tuple[int, ...]]


class Connected:
    """An engine with a connection, which is closed after use."""

    connection: Any

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        self.connection.close()


class DuckDb(Connected):
    """DuckDB, in memory if no file is given.

    Args:
        postings: What stands today, in order of effect.
        path: The file.
    """

    def __init__(self, postings: Postings, path: Path | None = None) -> None:
        import duckdb

        self.connection = duckdb.connect(":memory:" if path is None else str(path))
        self.connection.execute("SET threads = 1")
        columns = {
            "key": postings.key.astype(np.int32),
            "day": postings.latest.astype(np.int32),
            "change": postings.change,
        }
        self.connection.register("given", columns)
        self.connection.execute("CREATE TABLE posting AS SELECT * FROM given")
        self.connection.unregister("given")

    def at(self, day: int) -> Any:
        """Return the columns of who holds what at the close of a day."""
        statement = "SELECT key, sum(change)::BIGINT AS shares FROM posting WHERE day <= ? GROUP BY key"
        return self.connection.execute(f"{statement} HAVING shares <> 0", [day]).fetchnumpy()

    def over(self, days: Sequence[int]) -> Any:
        """Return who held what at the close of each of many days, by one statement; the fastest of five tried.

        Each posting is put to the first day that counts it, what comes to a holding between two days is summed, and
        a sum is repeated for each day until it changes.
        """
        asked = ", ".join(f"({number}, {day})" for number, day in enumerate(days))
        statement = f"""
            WITH asked(n, day) AS (VALUES {asked}),
            summed AS (
                SELECT key, n, sum(change)::BIGINT AS change
                FROM posting ASOF JOIN asked ON posting.day <= asked.day GROUP BY key, n
            ),
            running AS (
                SELECT key, n, sum(change) OVER (PARTITION BY key ORDER BY n)::BIGINT AS shares,
                    coalesce(lead(n) OVER (PARTITION BY key ORDER BY n), {len(days)}) AS until
                FROM summed
            )
            SELECT key, unnest(range(n, until))::INTEGER AS n, shares FROM running WHERE shares <> 0"""
        return self.connection.execute(statement).fetchnumpy()

    @staticmethod
    def found(answer: Any) -> Columns:
        """Return what was found, as whole numbers."""
        return answer["key"], answer["shares"]


class Polars:
    """polars, with postings sorted by day, so that those that count are a slice.

    Args:
        postings: What stands today, in order of effect.
    """

    def __init__(self, postings: Postings) -> None:
        import polars

        if polars.thread_pool_size() != 1:
            raise RuntimeError("polars has several threads; set POLARS_MAX_THREADS=1")
        self._polars: Any = polars
        self._days = postings.latest.astype(np.int32)
        self.frame = polars.DataFrame(
            {
                "key": postings.key.astype(np.int32),
                "holder": postings.holder.astype(np.int32),
                "class": postings.stock_class.astype(np.int8),
                "day": self._days,
                "change": postings.change,
            }
        )

    def at(self, day: int) -> Any:
        """Return the columns of who holds what at the close of a day."""
        column = self._polars.col
        count = int(np.searchsorted(self._days, day, "right"))
        summed = self.frame.lazy().head(count).group_by("key").agg(column("change").sum())
        return summed.filter(column("change") != 0).collect()

    def over(self, days: Sequence[int]) -> Any:
        """Return who held what at the close of each of many days, by one query; the fastest of three tried."""
        column = self._polars.col
        count = int(np.searchsorted(self._days, days[-1], "right"))
        first = np.searchsorted(np.asarray(days, np.int32), self._days[:count], "left").astype(np.int16)
        return (
            self.frame.lazy()
            .head(count)
            .select("key", "change", n=self._polars.Series(first))
            .group_by("key", "n")
            .agg(column("change").sum())
            .sort("key", "n")
            .with_columns(
                change=column("change").cum_sum().over("key"),
                until=column("n").shift(-1).over("key").fill_null(len(days)),
            )
            .filter(column("change") != 0)
            .with_columns(n=self._polars.int_ranges("n", "until"))
            .select("key", "n", "change")
            .explode("n")
            .collect()
        )

    def statement(self, holder: int) -> Rows:
        """Return the postings of a holder as rows: day, class, change, and what there is of the class after it."""
        column = self._polars.col
        rows: Rows = (
            self.frame.lazy()
            .filter(column("holder") == holder)
            .select("day", "class", "change", after=column("change").cum_sum().over("class"))
            .collect()
            .rows()
        )
        return rows

    @staticmethod
    def found(answer: Any) -> Columns:
        """Return what was found, as whole numbers."""
        return answer["key"].to_numpy(), answer["change"].to_numpy()


_TABLES: Final = """
CREATE TABLE posting (holder INTEGER, class INTEGER, day INTEGER, seq INTEGER, change INTEGER);
CREATE TABLE as_known (
    holder INTEGER, class INTEGER, day INTEGER, latest INTEGER, known INTEGER, change INTEGER
);
"""
_INDEXES: Final = """
CREATE INDEX by_holding ON posting (holder, class, day, seq, change);
CREATE INDEX by_holding_as_known ON as_known (holder, class, day, latest, known, change);
ANALYZE;
"""
AT_DAY: Final = (
    "SELECT holder, class, sum(change) AS shares FROM posting WHERE day <= {}"
    " GROUP BY holder, class HAVING shares <> 0"
)


class Sqlite(Connected):
    """SQLite, from a file that the system keeps in memory, by covering indexes.

    Args:
        path: A file that ``make`` made.
    """

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA cache_size = -2000000")
        self.connection.execute("PRAGMA synchronous = FULL")

    @staticmethod
    def make(path: Path, postings: Postings, as_known: Postings) -> None:
        """Make the file: what stands today, and all that was ever known."""
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -500000")
        connection.executescript(_TABLES)
        seq = np.arange(len(postings))
        now = (postings.holder, postings.stock_class, postings.latest, seq, postings.change)
        ever = (
            as_known.holder,
            as_known.stock_class,
            as_known.day,
            as_known.latest,
            as_known.known,
            as_known.change,
        )
        for table, columns in (("posting", now), ("as_known", ever)):
            gaps = ", ".join("?" * len(columns))
            for start in range(0, len(columns[0]), 100_000):
                rows = zip(*(column[start : start + 100_000].tolist() for column in columns), strict=True)
                connection.executemany(f"INSERT INTO {table} VALUES ({gaps})", rows)
            connection.commit()
        connection.executescript(_INDEXES)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def at(self, day: int) -> Rows:
        """Return the rows of who holds what at the close of a day."""
        rows: Rows = self.connection.execute(AT_DAY.format("?"), (day,)).fetchall()
        return rows

    def as_known(self, asked: tuple[int, int]) -> Rows:
        """Return the rows of who held what at the close of a day, as far as some entries tell."""
        statement = (
            "SELECT holder, class, sum(change) AS shares FROM as_known WHERE latest <= ? AND known <= ?"
            " GROUP BY holder, class HAVING shares <> 0"
        )
        rows: Rows = self.connection.execute(statement, asked).fetchall()
        return rows

    def between(self, day: int) -> Rows:
        """Return the rows of what everybody holds at least and at most at the close of a day."""
        statement = (
            "SELECT holder, class, sum(change) FILTER (WHERE latest <= ?1 OR change < 0) AS low,"
            " sum(change) FILTER (WHERE latest <= ?1 OR change > 0) AS high FROM as_known WHERE day <= ?1"
            " GROUP BY holder, class HAVING low <> 0 OR high <> 0"
        )
        rows: Rows = self.connection.execute(statement, (day,)).fetchall()
        return rows

    def statement(self, holder: int) -> Rows:
        """Return the postings of a holder as rows: day, class, change, and what there is of the class after it."""
        statement = (
            "SELECT day, class, change, sum(change) OVER (PARTITION BY class ORDER BY day, seq) AS after"
            " FROM posting WHERE holder = ? ORDER BY day, seq"
        )
        rows: Rows = self.connection.execute(statement, (holder,)).fetchall()
        return rows

    @staticmethod
    def found(answer: Sequence[Sequence[int]]) -> Columns:
        """Return what was found, as whole numbers."""
        columns: Whole = np.asarray(answer, np.int64).reshape(len(answer), -1).T
        return holding(columns[0], columns[1]), columns[2]


def dense(found: Columns, size: int) -> Whole:
    """Return how many shares each of so many holdings has, one after the other, to compare all of them."""
    keys, shares = found
    if np.asarray(shares).dtype.kind != "i":
        raise TypeError(f"shares are counted as {np.asarray(shares).dtype}")
    made = np.zeros(size, np.int64)
    made[np.asarray(keys)] = shares
    return made
