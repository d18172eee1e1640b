"""A whole record verified, from stored bytes to the root of the tree, and how much memory that takes.

Each run is a process of its own. Beside ours stand SQLite's own check of the same file, which looks at its pages
and not at what they hold, and opening the ledger, which decodes the same bytes and keeps what they say.
"""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks import company
from benchmarks.measure import Run, alone, compared, in_turn, table
from benchmarks.record import Watch
from ledger import Ledger, codec
from ledger.events import IssuerRegistered
from ledger.identity import CommandId, EntryNumber
from ledger.store import Row
from ledger.store.port import tree_of
from ledger.store.sqlite import SqliteStore
from ledger.timeline import Entry
from ledger.verification import verify

PER_COMMAND: Final = 10
BEGUN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_KILOBYTE: Final = 1_024


def fill(path: Path, size: int, holders: int) -> None:
    """Write a company's history into a file as a ledger would, without asking the rules about it."""
    events = islice(chain(company.founding(), map(company.event, company.deals(size, holders))), size)
    issuer = next(event.issuer for event in company.founding() if isinstance(event, IssuerRegistered))
    with closing(SqliteStore(path, create=True)) as store:
        last = 0
        while batch := list(islice(events, PER_COMMAND)):
            command, at = CommandId(f"command-{last}"), BEGUN + timedelta(seconds=last)
            rows = []
            for number, event in enumerate(batch, last + 1):
                payload = codec.encode(event)
                entry = Entry(EntryNumber(number), at, "counsel", command, event, codec.digest(payload))
                rows.append(Row(number, codec.topic(event), codec.state(issuer, entry, payload)))
            store.append(issuer, rows, command, {})
            last += len(batch)


def verify_ours(path: Path) -> Run:
    """Verify the record, and return its root with the memory that the process took."""
    watch = Watch()
    with closing(SqliteStore(path)) as store:
        with watch:
            found = verify(store)
        if found.issuer is None or found.damage or found.root != tree_of(store, found.issuer).root():
            raise AssertionError("the record is not what was written")
    return watch.run((found.entries, _memory()))


def check_by_sqlite(path: Path) -> Run:
    """Have SQLite check the pages of the file."""
    watch = Watch()
    with closing(sqlite3.connect(path)) as connection:
        with watch:
            said = connection.execute("PRAGMA integrity_check").fetchall()
        if said != [("ok",)]:
            raise AssertionError(said)
    return watch.run((None, _memory()))


def open_ours(path: Path) -> Run:
    """Open the ledger, and read every entry."""
    watch = Watch()
    with Ledger.open(path) as ledger, watch:
        entries = len(ledger.entries())
    return watch.run((entries, _memory()))


def _memory() -> int:
    """Return the most that the process held in memory so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KILOBYTE


def run(*, size: int = 1_000_000, holders: int = 1_000, rounds: int = 3) -> str:
    """Return the tables; raise if the root is another or entries are missing."""
    names = ["`verify`", "`PRAGMA integrity_check` of the same file", "`Ledger.open` and all its entries"]
    tasks: list[Callable[[Path], Run]] = [verify_ours, check_by_sqlite, open_ours]
    with TemporaryDirectory() as folder:
        path = Path(folder, "ledger")
        fill(path, size, holders)
        runs = in_turn([partial(alone, task, path) for task in tasks], rounds)
    if any(run.answer[0] not in (None, size) for taken in runs for run in taken):
        raise AssertionError("entries are missing")
    most = [f"{max(run.answer[1] for run in taken):,} MB ({name})" for name, taken in zip(names, runs, strict=True)]
    speed = size / median(run.cpu_seconds for run in runs[0])
    return "\n".join(
        [
            table(f"verify: {size:,} entries, {PER_COMMAND} in a command", compared(names, runs)),
            "",
            f"{speed:,.0f} entries in a second of the processor.",
            f"The most memory that a process took: {', '.join(most)}.",
        ]
    )
