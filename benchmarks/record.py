"""Recording events one command each, every one of them on the disk before the next, against the bare disk.

Ours asks every rule, keeps actor, command, time and digests, and commits to SQLite with ``synchronous=FULL``. The
bare disk writes as many lines of the same bytes to a plain file and calls ``fdatasync`` after each. For context,
the eventsourcing library saves as many events of one aggregate, one for each ``save``, to SQLite as durably.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Self

from benchmarks import company
from benchmarks.company import Deal
from benchmarks.measure import Run, compared, in_turn, table
from benchmarks.replay import Register, Registers, tell
from ledger import Ledger, codec


class Watch:
    """Times what happens within it."""

    def __enter__(self) -> Self:
        self._started, self._worked = perf_counter(), process_time()
        return self

    def __exit__(self, *unused: object) -> None:
        self.seconds, self.cpu_seconds = perf_counter() - self._started, process_time() - self._worked

    def run(self, answer: Any) -> Run:
        """Return what was timed, with the answer."""
        return Run(self.seconds, self.cpu_seconds, answer)


def record_ours(path: Path, history: Sequence[Deal], *, durable: bool = True) -> Run:
    """Record deals in a new ledger, one command each; without durability, in memory."""
    watch = Watch()
    events = [company.event(deal) for deal in history]
    with Ledger.open(path, create=True) if durable else Ledger.in_memory() as ledger:
        ledger.record(*company.founding())
        with watch:
            for event in events:
                ledger.record(event, actor="counsel")
        stored = [codec.encode(entry.event) for entry in ledger.entries()[3:]]
    return watch.run(stored)


def record_bare(path: Path, history: Sequence[Deal]) -> Run:
    """Write the same bytes to a plain file, line by line, and wait for the disk after each."""
    watch = Watch()
    lines = [codec.encode(company.event(deal)) for deal in history]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        with watch:
            for line in lines:
                os.write(descriptor, line + b"\n")
                os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
    return watch.run(path.read_bytes().splitlines())


class DurableRegisters(Registers):
    """The library sets no level of durability; this one waits for the disk, as we do."""

    def construct_factory(self, env: Any) -> Any:
        """Set the level on each connection."""
        factory: Any = super().construct_factory(env)
        pool = factory.datastore.pool
        connect = pool._create_connection

        def durable() -> Any:
            connection = connect()
            connection.cursor().execute("PRAGMA synchronous=FULL")
            return connection

        pool._create_connection = durable
        return factory


def record_theirs(path: Path, history: Sequence[Deal]) -> Run:
    """Save deals in an aggregate of the library, one for each save."""
    watch = Watch()
    with DurableRegisters(
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
    ) as registers:
        factory: Any = registers.factory
        with factory.datastore.transaction(commit=False) as cursor:
            cursor.execute("PRAGMA synchronous")
            if cursor.fetchone()[0] != 2:
                raise AssertionError("synchronous is not FULL")
        register = Register()
        registers.save(register)
        with watch:
            for number, deal in enumerate(history):
                tell(register, deal, f"command-{number}", as_text=False)
                registers.save(register)
        kept = sum(1 for _ in registers.events.get(register.id)) - 1
    return watch.run(kept)


def run(*, size: int = 10_000, holders: int = 500, rounds: int = 5) -> str:
    """Return the table; raise if somebody kept something else."""
    history = list(company.deals(size, holders))
    names = count()
    with TemporaryDirectory() as folder:

        def fresh(record: Any) -> Run:
            made: Run = record(Path(folder, str(next(names))), history)
            return made

        runs = in_turn(
            [
                partial(fresh, record_ours),
                partial(fresh, record_bare),
                partial(fresh, record_theirs),
                partial(fresh, partial(record_ours, durable=False)),
            ],
            rounds,
        )
    ours, bare, theirs, memory = runs
    if any(one.answer != bare[0].answer for one in (*ours, *bare, *memory)):
        raise AssertionError("the ledger and the plain file hold different bytes")
    if any(one.answer != len(history) for one in theirs):
        raise AssertionError("the aggregate lacks events")
    lines = compared(
        [
            "`Ledger.record`, SQLite, `synchronous=FULL`",
            "`write` and `fdatasync` of the same bytes to a plain file",
            "`eventsourcing`, one event for each `save`, SQLite, `synchronous=FULL`",
            "`Ledger.record` in memory: what is not the disk",
        ],
        runs,
    )
    return table(f"record: {len(history):,} events, one durable command each", lines)
