"""Appending to a PostgreSQL server, against the recorder of the eventsourcing library on the same server.

Both write the same rows, as many for each commit, each commit on the server's disk before the next. Ours writes the
row of the command beside them, and the tiles of the tree that they complete. With a thousand of these rows for each
commit the library's recorder did not return: its pipeline waits for ever for what it has not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from benchmarks.measure import Run, compared, in_turn, table
from benchmarks.record import Watch
from ledger.codec import kept
from ledger.identity import CommandId, IssuerId
from ledger.store import Row, store_at
from tests.server import Server, shared

ISSUER = IssuerId("acme")
STATE_BYTES = 600


def rows_of(size: int) -> list[Row]:
    """Return rows as long as those of a ledger are."""
    return [
        Row(number, "shares-transferred.1", kept(b'{"number":"%d"}' % number, bytes(STATE_BYTES)))
        for number in range(1, size + 1)
    ]


def append_ours(server: Server, rows: Sequence[Row], at_once: int) -> Run:
    """Append rows to our store."""
    watch = Watch()
    store = store_at(server.empty("a"), create=True)
    try:
        with watch:
            for begin in range(0, len(rows), at_once):
                store.append(ISSUER, rows[begin : begin + at_once], CommandId(f"c-{begin}"), {})
        return watch.run(store.head(ISSUER))
    finally:
        store.close()


def append_theirs(server: Server, rows: Sequence[Row], at_once: int) -> Run:
    """Insert rows by the library's own recorder."""
    watch = Watch()
    server.empty("a")
    with server.asked("a") as connection:
        connection.execute("DROP TABLE IF EXISTS stored_events")
    with PostgresDatastore("a", str(server.folder), 5432, "owner", "", originator_id_type="text") as database:
        recorder = PostgresApplicationRecorder(database)
        recorder.create_table()
        with watch:
            for begin in range(0, len(rows), at_once):
                written = rows[begin : begin + at_once]
                recorder.insert_events([StoredEvent(ISSUER, row.number, row.topic, row.state) for row in written])
        return watch.run(recorder.select_events(ISSUER, desc=True, limit=1)[0].originator_version)


def run(*, size: int = 20_000, rounds: int = 5) -> str:
    """Return the tables; raise if somebody kept something else."""
    server, tables = shared(), []
    for at_once in (1, 100):
        rows = rows_of(min(size, at_once * 1_000))
        runs = in_turn([partial(append, server, rows, at_once) for append in (append_ours, append_theirs)], rounds)
        if any(one.answer != len(rows) for each in runs for one in each):
            raise AssertionError("entries are missing")
        names = ("`PostgresStore.append`", "`eventsourcing`, `PostgresApplicationRecorder.insert_events`")
        tables.append(table(f"server: {len(rows):,} rows, {at_once:,} for each commit", compared(names, runs)))
    return "\n\n".join(tables)
