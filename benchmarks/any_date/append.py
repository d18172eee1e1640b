"""One more entry, durably, and then the cap table: as often as somebody records and looks.

Everybody appends the same transfer and waits for the disk, then answers the cap table of its day, with it. A bare
write of the same bytes to a plain file, and the wait for the disk, happens in the same loop: no one can be quicker.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Final, NamedTuple

import attrs
import numpy as np

from benchmarks.any_date import ours, written
from benchmarks.any_date.clock import LOOP, TURNS, Differs, Times
from benchmarks.any_date.fold import Postings
from benchmarks.any_date.issuer import CLASSES, DAYS, Whole, day_of
from benchmarks.any_date.peers import Columns, Connected, DuckDb, Sqlite, dense
from benchmarks.any_date.place import Case
from benchmarks.any_date.questions import DUCKDB, OURS, SQLITE, versions
from benchmarks.any_date.results import Measured
from ledger import Ledger, codec
from ledger.days import on
from ledger.events import SharesTransferred
from ledger.identity import HolderId
from ledger.quantities import Shares
from tests.server import Server, programs

BARE: Final = "write and fdatasync"
POSTGRES: Final = "PostgreSQL"
NEXT: Final = 10**9
"""Postings that are appended are numbered on from here."""
_WARM: Final = 3
_MANY: Final = 300
"""So often a bare write and ourselves take turns: each takes less than a millisecond, and the first ones more."""
_COMPARED: Final = 20
"""So many answers are kept until they are compared."""
_DAY: Final = DAYS
_SETTINGS: Final = {
    "shared_buffers": "2GB",
    "work_mem": "256MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_wal_size": "4GB",
}

Step = Callable[[int], Any]
"""Appends one more transfer, of so many shares, and answers; a contestant that only writes answers nothing."""


def transfer(count: int) -> SharesTransferred:
    """Return a transfer from the second holder to the third."""
    return SharesTransferred(
        effective_on=on(day_of(_DAY)),
        from_holder=HolderId(written.name_of(1)),
        to_holder=HolderId(written.name_of(2)),
        stock_class=written.COMMON,
        transferred=Shares(count),
    )


_ROWS: Final = ((1, -1), (2, 1))
"""Who gives, and who receives."""


class BareFile(AbstractContextManager["BareFile"]):
    """A plain file.

    Args:
        path: Where.
    """

    def __init__(self, path: Path) -> None:
        payload = codec.encode(transfer(1))
        (self._kept,) = written.sealed([payload], 1, written.recorded_at(1, 1), "c")
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def __exit__(self, *unused: object) -> None:
        os.close(self._descriptor)

    def append(self, count: int) -> None:
        """Write as many bytes as a ledger keeps of an entry, and wait for the disk."""
        os.write(self._descriptor, self._kept)
        os.fdatasync(self._descriptor)


class DurableDuckDb(DuckDb):
    """DuckDB in a file, which waits for the disk by default."""

    def append(self, count: int) -> Any:
        """Append two postings in one transaction, and answer."""
        rows = [(holder * len(CLASSES), _DAY, sign * count) for holder, sign in _ROWS]
        values = ", ".join(map(str, rows))
        self.connection.execute(f"INSERT INTO posting VALUES {values}")
        return self.at(_DAY)


class DurableSqlite(Sqlite):
    """SQLite, ``synchronous=FULL``."""

    def append(self, count: int) -> Any:
        """Append two postings in one transaction, and answer."""
        rows = [(holder, 0, _DAY, NEXT + count, sign * count) for holder, sign in _ROWS]
        with self.connection:
            self.connection.executemany("INSERT INTO posting VALUES (?, ?, ?, ?, ?)", rows)
        return self.at(_DAY)


class Postgres(Connected):
    """A PostgreSQL server on the same machine.

    Args:
        server: The server.
        postings: What stands today.
    """

    def __init__(self, server: Server, postings: Postings) -> None:
        server.empty("any")
        self.connection = server.asked("any")
        table = "(holder integer, class integer, day integer, change bigint)"
        self.connection.execute(f"CREATE TABLE posting {table}")
        with self.connection.cursor().copy("COPY posting FROM STDIN") as copy:
            columns = (postings.holder, postings.stock_class, postings.latest, postings.change)
            for row in zip(*(column.tolist() for column in columns), strict=True):
                copy.write_row(row)
        self.connection.execute("CREATE INDEX by_holding ON posting (holder, class, day) INCLUDE (change)")
        self.connection.execute("VACUUM ANALYZE posting")

    def append(self, count: int) -> Any:
        """Append two postings in one transaction, and answer."""
        rows = [(holder, 0, _DAY, sign * count) for holder, sign in _ROWS]
        self.connection.execute(f"INSERT INTO posting VALUES {', '.join(map(str, rows))}")
        statement = (
            "SELECT holder, class, sum(change)::bigint FROM posting WHERE day <= %s"
            " GROUP BY holder, class HAVING sum(change) <> 0"
        )
        return self.connection.execute(statement, (_DAY,)).fetchall()


def append_and_ask(case: Case, rounds: int) -> Measured:
    """Let each append and answer again and again, ourselves by turns with a bare write, and then all in turns."""
    before = case.fold.at(_DAY)
    many = _MANY if rounds > 1 else 1
    server = Server(programs())
    try:
        server.start(**_SETTINGS)
        with TemporaryDirectory(dir=case.folder) as folder:
            path, rows = (Path(folder, name) for name in ("ledger.db", "postings.db"))
            shutil.copy(case.ledger, path)
            shutil.copy(case.sqlite, rows)
            with Ledger.open(path) as ledger:
                ours.at(ledger, _DAY)  # what it works out is kept beside it
            with (
                BareFile(Path(folder, "bare")) as bare,
                Ledger.open(path) as ledger,
                DurableDuckDb(case.postings, Path(folder, "duck.db")) as duckdb,
                DurableSqlite(rows) as sqlite,
                Postgres(server, case.postings) as postgres,
            ):
                bare_and_ours, others = _contestants(ledger, bare, case, duckdb, sqlite, postgres)
                times = _taken(LOOP, bare_and_ours, before, many, many)
                for each in others:
                    times += _taken(LOOP, [each], before, _WARM, rounds)
                times += _taken(TURNS, [*bare_and_ours, *others], before, _WARM, rounds)
                shown = {"postgresql": str(postgres.connection.info.parameter_status("server_version"))}
    finally:
        server.close()
    return Measured("append", case.size, times, versions=versions() | shown)


def _contestants(
    ledger: Ledger,
    bare: BareFile,
    case: Case,
    duckdb: DurableDuckDb,
    sqlite: DurableSqlite,
    postgres: Postgres,
) -> tuple[list[_Contestant], list[_Contestant]]:
    def record(count: int) -> None:
        ledger.record(transfer(count), actor=written.ACTOR)

    def record_and_ask(count: int) -> Any:
        record(count)
        return ours.at(ledger, _DAY)

    def of(found: Callable[[Any], Columns]) -> Callable[[Any], Whole]:
        return lambda answer: dense(found(answer), case.size.holdings)

    quick = [
        _Contestant(BARE, bare.append, None),
        _Contestant(OURS, record_and_ask, partial(_low, size=case.size.holdings)),
    ]
    return quick, [
        _Contestant(DUCKDB, duckdb.append, of(DuckDb.found)),
        _Contestant(SQLITE, sqlite.append, of(Sqlite.found)),
        _Contestant(POSTGRES, postgres.append, of(Sqlite.found)),
    ]


def _low(answer: Any, size: int) -> Whole:
    low, high = ours.between(answer, size)
    if not np.array_equal(low, high):
        raise Differs("the last day is open")
    return low


class _Taken(NamedTuple):
    """How long it took, how long the processor was at work, the answer, and all that was moved so far."""

    seconds: float
    worked: float
    answer: Any
    moved: int


@attrs.define
class _Contestant:
    """Somebody who appends and answers, and what it has appended so far."""

    name: str
    step: Step
    found: Callable[[Any], Whole] | None
    count: int = 0
    moved: int = 0

    def take(self) -> _Taken:
        """Append a transfer of one share more than the last, answer, and tell how long it took."""
        self.count += 1
        self.moved += self.count
        started, began = perf_counter(), process_time()
        answer = self.step(self.count)
        worked, seconds = process_time() - began, perf_counter() - started
        return _Taken(seconds, worked, answer, self.moved)

    def compare(self, taken: _Taken, before: Whole) -> None:
        """Hold an answer against what was there before, and what has been transferred since.

        Raises:
            Differs: It says something else.
        """
        if self.found is None:
            return
        right = before.copy()
        for holder, sign in _ROWS:
            right[holder * len(CLASSES)] += sign * taken.moved
        if not np.array_equal(self.found(taken.answer), right):
            raise Differs(f"{self.name} after transfers of {taken.moved} shares")


def _taken(mode: str, together: Sequence[_Contestant], before: Whole, warm: int, rounds: int) -> list[Times]:
    """Let some take turns, so many times, and before that some times which are not told.

    Answers are compared some at a time: who compares walks through memory, and who comes next would pay for it.
    """
    turns: list[list[_Taken]] = []
    for start, stop in written.parts(warm + rounds, _COMPARED):
        gc.collect()
        gc.disable()
        try:
            some = [[each.take() for each in together] for _ in range(start, stop)]
        finally:
            gc.enable()
        for each, taken in zip(together, zip(*some, strict=True), strict=True):
            for one in taken:
                each.compare(one, before)
        turns += some
    return [
        Times(each.name, mode, [one.seconds for one in taken], [one.worked for one in taken])
        for each, taken in zip(together, zip(*turns[warm:], strict=True), strict=True)
    ]
