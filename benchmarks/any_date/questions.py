"""Questions about a day, asked of ledgers that are open: one day, a hundred, an earlier knowledge, an open day."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from benchmarks.any_date import ours, written
from benchmarks.any_date.clock import LOOP, Engine, timed
from benchmarks.any_date.issuer import DAYS, Whole
from benchmarks.any_date.peers import Columns, DuckDb, Polars, Sqlite, dense
from benchmarks.any_date.place import Case
from benchmarks.any_date.results import Measured
from ledger import Ledger

OURS: Final = "ours"
DUCKDB: Final = "DuckDB"
POLARS: Final = "polars"
SQLITE: Final = "SQLite"
EACH: Final = ", 100 queries"
STATEMENT: Final = ", one statement"
AT_ONCE: Final = 100
_REPEATS: Final = 5


def random_days(count: int, seed: int) -> list[int]:
    """Return days after the founding, in order, none twice."""
    days = np.random.default_rng(seed).choice(np.arange(30, DAYS), count, replace=False)
    return sorted(days.tolist())


def versions() -> dict[str, str]:
    """Return what the engines are called and which version they have."""
    return {name: version(name) for name in ("duckdb", "polars", "numpy")} | {"sqlite": sqlite3.sqlite_version}


Bounds = tuple[Whole, Whole]
Found = Callable[[Any], Columns]


def one_day(case: Case, rounds: int) -> Measured:
    """The cap table by holder at random days."""
    days = random_days(rounds, seed=11)
    certain = dict(zip(days, case.fold.over(days), strict=True))
    bounds = {day: case.fold.between(day, certain[day]) for day in days}
    polars, right = Polars(case.postings), certain.__getitem__
    with Ledger.open(case.ledger) as ledger, DuckDb(case.postings) as duckdb, Sqlite(case.sqlite) as sqlite:
        engines = [
            Engine(OURS, partial(ours.at, ledger), _bounds(case), bounds.__getitem__, _REPEATS),
            Engine(DUCKDB, duckdb.at, _dense(case, DuckDb.found), right, _REPEATS),
            Engine(POLARS, polars.at, _dense(case, Polars.found), right, _REPEATS),
            Engine(SQLITE, sqlite.at, _dense(case, Sqlite.found), right),
        ]
        times = timed(engines, days)
    lines = {"postings": float(len(case.postings)), "holdings": float(np.count_nonzero(certain[days[-1]]))}
    return Measured("day", case.size, times, lines, versions())


def many_days(case: Case, rounds: int) -> Measured:
    """The cap table by holder at a hundred days, as one answer."""
    asked = [tuple(random_days(AT_ONCE, seed=each)) for each in range(rounds)]
    polars = Polars(case.postings)

    @cache
    def right(days: Sequence[int]) -> Whole:
        return np.stack([*case.fold.over(days)])

    def bounds(days: Sequence[int]) -> Bounds:
        low, high = zip(*map(case.fold.between, days, right(days)), strict=True)
        return np.stack(low), np.stack(high)

    between = partial(ours.between_over, size=case.size.holdings)

    def of_long(numbers: Whole, keys: Whole, shares: Whole) -> Whole:
        made = np.zeros((AT_ONCE, case.size.holdings), np.int64)
        made[numbers, keys] = shares
        return made

    def each_day(ask: Callable[[int], Any]) -> Callable[[Sequence[int]], list[Any]]:
        return lambda days: [ask(day) for day in days]

    def of_each(found: Found) -> Callable[[list[Any]], Whole]:
        return lambda answers: np.stack([*map(_dense(case, found), answers)])

    with Ledger.open(case.ledger) as ledger, DuckDb(case.postings) as duckdb:
        engines = [
            Engine(OURS, partial(ours.over, ledger), between, bounds, _REPEATS),
            Engine(
                DUCKDB + STATEMENT,
                duckdb.over,
                lambda each: of_long(each["n"], each["key"], each["shares"]),
                right,
            ),
            Engine(
                POLARS + STATEMENT,
                polars.over,
                lambda each: of_long(*(each[name].to_numpy() for name in ("n", "key", "change"))),
                right,
            ),
            Engine(DUCKDB + EACH, each_day(duckdb.at), of_each(DuckDb.found), right),
            Engine(POLARS + EACH, each_day(polars.at), of_each(Polars.found), right),
        ]
        times = timed(engines, asked, (LOOP,))
    return Measured("days", case.size, times, versions=versions())


def earlier(case: Case, rounds: int) -> Measured:
    """The cap table by holder at random days, as it was known at random earlier times."""
    ends = [stop for _, stop in written.commands(case.history)]
    known = np.random.default_rng(13).choice(ends[len(ends) // 5 :], rounds, replace=False).tolist()
    asked = [*zip(random_days(rounds, seed=12), known, strict=True)]
    certain = {(day, some): case.fold.at(day, some) for day, some in asked}
    bounds = {(day, some): case.fold.between(day, held, some) for (day, some), held in certain.items()}
    with Ledger.open(case.ledger) as ledger, Sqlite(case.sqlite) as sqlite:
        engines = [
            Engine(OURS, lambda each: ours.at(ledger, *each), _bounds(case), bounds.__getitem__, _REPEATS),
            Engine(SQLITE, sqlite.as_known, _dense(case, Sqlite.found), certain.__getitem__),
        ]
        times = timed(engines, asked)
    return Measured("earlier", case.size, times, versions=versions())


def open_days(case: Case, rounds: int) -> Measured:
    """The cap table by holder, at least and at most, on days when some transfers may have happened or not."""
    history = case.history
    is_open = np.flatnonzero(history.latest > history.day)
    days = sorted(np.random.default_rng(14).choice(np.unique(history.day[is_open]), rounds).tolist())
    right = {day: case.fold.between(day, case.fold.at(day)) for day in days}
    with Ledger.open(case.ledger) as ledger, Sqlite(case.sqlite) as sqlite:
        engines = [
            Engine(OURS, partial(ours.at, ledger), _bounds(case), right.__getitem__, _REPEATS),
            Engine(SQLITE, sqlite.between, partial(_low_and_high, size=case.size.holdings), right.__getitem__),
        ]
        times = timed(engines, days)
    return Measured("open", case.size, times, {"open days": float(len(is_open))}, versions())


def _bounds(case: Case) -> Callable[[Any], Bounds]:
    return partial(ours.between, size=case.size.holdings)


def _dense(case: Case, found: Found) -> Callable[[Any], Whole]:
    return lambda answer: dense(found(answer), case.size.holdings)


def _low_and_high(rows: Sequence[tuple[int, int, int | None, int | None]], size: int) -> Bounds:
    low, high = np.zeros(size, np.int64), np.zeros(size, np.int64)
    keys, _ = Sqlite.found([(holder, stock_class, 0) for holder, stock_class, *_ in rows])
    low[keys] = [least or 0 for *_, least, _ in rows]
    high[keys] = [most or 0 for *_, most in rows]
    return low, high


def statement(case: Case, rounds: int) -> Measured:
    """All that changed what one holder has, as rows."""
    chance = np.random.default_rng(15)
    holders = (case.size.holders // 2 * chance.random(rounds) ** 2).astype(int).tolist()
    right = {holder: case.fold.statement(holder) for holder in holders}
    polars = Polars(case.postings)
    with Ledger.open(case.ledger) as ledger, Sqlite(case.sqlite) as sqlite:
        engines = [
            Engine(OURS, partial(ours.statement, ledger), ours.ends_of_days, right.__getitem__, _REPEATS),
            Engine(SQLITE, sqlite.statement, _ends_of_days, right.__getitem__, _REPEATS),
            Engine(POLARS, polars.statement, _ends_of_days, right.__getitem__, _REPEATS),
        ]
        times = timed(engines, holders)
        rows = {"rows": float(np.median([len(sqlite.statement(holder)) for holder in holders]))}
    return Measured("statement", case.size, times, rows, versions())


def _ends_of_days(rows: Sequence[tuple[int, ...]]) -> list[tuple[int, int, int]]:
    found = {(day, stock_class): after for day, stock_class, _, after in rows}
    return [(day, stock_class, after) for (day, stock_class), after in sorted(found.items())]
