"""Questions about a day, asked of ledgers that are open: one day, a hundred, an earlier knowledge, an open day."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from typing import Final

import numpy as np

from benchmarks.any_date import ours, written
from benchmarks.any_date.clock import Engine, timed
from benchmarks.any_date.issuer import DAYS, Whole
from benchmarks.any_date.peers import DuckDb, Polars, Sqlite, dense
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


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("duckdb", "polars", "numpy")} | {"sqlite": sqlite3.sqlite_version}


def one_day(case: Case, rounds: int) -> Measured:
    """The cap table by holder at random days."""
    days = random_days(rounds, seed=11)
    right = dict(zip(days, case.fold.over(days), strict=True))
    duckdb, polars, sqlite = DuckDb(case.postings), Polars(case.postings), Sqlite(case.sqlite)
    comparable = partial(dense, holders=case.size.holders)
    with Ledger.open(case.ledger) as ledger:
        engines = [
            Engine(OURS, partial(ours.at, ledger), _then(ours.found, comparable), _REPEATS),
            Engine(DUCKDB, duckdb.at, _then(DuckDb.found, comparable)),
            Engine(POLARS, polars.at, _then(Polars.found, comparable)),
            Engine(SQLITE, sqlite.at, _then(Sqlite.found, comparable)),
        ]
        times = timed(engines, days, right.__getitem__, _equal)
    lines = {"postings": float(len(case.postings)), "holdings": float(np.count_nonzero(right[days[-1]]))}
    return Measured("day", case.size, times, lines, _versions())


def many_days(case: Case, rounds: int) -> Measured:
    """The cap table by holder at a hundred days, as one answer."""
    asked = [tuple(random_days(AT_ONCE, seed=each)) for each in range(rounds)]
    duckdb, polars = DuckDb(case.postings), Polars(case.postings)
    size = (AT_ONCE, *case.fold.at(0).shape)

    def right(days: Sequence[int]) -> Whole:
        return np.stack([*case.fold.over(days)])

    def of_long(columns: tuple[Whole, Whole, Whole]) -> Whole:
        numbers, keys, shares = columns
        made = np.zeros(size, np.int64)
        made[numbers, keys] = shares
        return made

    def each_day(ask: Callable[[int], object]) -> Callable[[Sequence[int]], list[object]]:
        return lambda days: [ask(day) for day in days]

    def of_each(found: Callable[[object], tuple[Whole, Whole]]) -> Callable[[list[object]], Whole]:
        return lambda answers: np.stack([dense(found(answer), case.size.holders) for answer in answers])

    with Ledger.open(case.ledger) as ledger:
        engines = [
            Engine(OURS, partial(ours.over, ledger), lambda each: of_long(ours.found_over(each)), _REPEATS),
            Engine(
                DUCKDB + STATEMENT,
                duckdb.over,
                lambda each: of_long((each["n"], each["key"], each["shares"])),
            ),
            Engine(
                POLARS + STATEMENT,
                polars.over,
                lambda each: of_long(tuple(each[name].to_numpy() for name in ("n", "key", "change"))),
            ),
            Engine(DUCKDB + EACH, each_day(duckdb.at), of_each(DuckDb.found)),
            Engine(POLARS + EACH, each_day(polars.at), of_each(Polars.found)),
        ]
        times = timed(engines, asked, right, _equal)
    return Measured("days", case.size, times, versions=_versions())


def earlier(case: Case, rounds: int) -> Measured:
    """The cap table by holder at random days, as it was known at random earlier times."""
    ends = written.commands(case.history)
    chance = np.random.default_rng(13)
    known = chance.choice(ends[len(ends) // 5 :], rounds, replace=False).tolist()
    asked = [*zip(random_days(rounds, seed=12), known, strict=True)]
    right = {(day, some): case.fold.at(day, some) for day, some in asked}
    sqlite = Sqlite(case.sqlite)
    comparable = partial(dense, holders=case.size.holders)
    with Ledger.open(case.ledger) as ledger:
        engines = [
            Engine(OURS, lambda each: ours.at(ledger, *each), _then(ours.found, comparable), _REPEATS),
            Engine(SQLITE, sqlite.as_known, _then(Sqlite.found, comparable)),
        ]
        times = timed(engines, asked, right.__getitem__, _equal)
    return Measured("earlier", case.size, times, versions=_versions())


def open_days(case: Case, rounds: int) -> Measured:
    """The cap table by holder, at least and at most, at days at which some transfers may have happened or not."""
    history = case.history
    is_open = np.flatnonzero(history.latest > history.day)
    chance = np.random.default_rng(14)
    some = chance.choice(is_open, rounds, replace=len(is_open) < rounds)
    days = [int(history.day[each]) for each in some]
    right = {day: case.fold.between(day) for day in days}
    sqlite = Sqlite(case.sqlite)
    size = len(right[days[0]][0])
    with Ledger.open(case.ledger) as ledger:
        engines = [
            Engine(OURS, partial(ours.at, ledger), partial(ours.between, size=size), _REPEATS),
            Engine(SQLITE, sqlite.between, partial(_low_and_high, size=size)),
        ]
        times = timed(engines, days, right.__getitem__, _equal)
    facts = float(len(is_open))
    return Measured("open", case.size, times, {"open days": facts}, _versions())


def _low_and_high(rows: Sequence[tuple[int, int, int | None, int | None]], size: int) -> tuple[Whole, Whole]:
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
    polars, sqlite = Polars(case.postings), Sqlite(case.sqlite)
    with Ledger.open(case.ledger) as ledger:
        engines = [
            Engine(OURS, partial(ours.statement, ledger), ours.found_statement, _REPEATS),
            Engine(SQLITE, sqlite.statement, _ends_of_days),
            Engine(POLARS, polars.statement, _ends_of_days),
        ]
        times = timed(engines, holders, right.__getitem__, lambda one, other: one == other)
    rows = {"rows": float(np.median([len(sqlite.statement(holder)) for holder in holders]))}
    return Measured("statement", case.size, times, rows, _versions())


def _ends_of_days(rows: Sequence[tuple[int, ...]]) -> list[tuple[int, int, int]]:
    found = {(day, stock_class): after for day, stock_class, _, after in rows}
    return [(day, stock_class, after) for (day, stock_class), after in sorted(found.items())]


def _then(first: Callable[..., object], second: Callable[..., object]) -> Callable[[object], object]:
    return lambda answer: second(first(answer))


def _equal(one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(map(_equal, one, other))
    assert isinstance(one, np.ndarray)
    assert isinstance(other, np.ndarray)
    return one.dtype == other.dtype == np.int64 and np.array_equal(one, other)
