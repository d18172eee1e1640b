"""Faults that somebody might make: each function plants one in our code, here or in a process of a harness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteConnection, SQLiteCursor

import ledger.journal
import ledger.store.sqlite
from ledger.store.port import stored
from ledger.store.sqlite import SqliteStore
from ledger.store.writing import CarefulRecorder

# --- the file ----------------------------------------------------------------------------------------------------


def a_commit_does_not_wait_for_the_disk(patch: pytest.MonkeyPatch) -> None:
    """Set ``synchronous=NORMAL``, and believe that it is ``FULL``."""
    _said_otherwise(
        patch, {"PRAGMA synchronous=FULL": "PRAGMA synchronous=NORMAL", "PRAGMA synchronous": "SELECT 2"}
    )


def a_commit_folds_the_log_in_by_itself(patch: pytest.MonkeyPatch) -> None:
    """Leave SQLite its own way, and do not take the lock."""
    _said_otherwise(patch, {"PRAGMA wal_autocheckpoint=0": "PRAGMA wal_autocheckpoint=1"})


def the_log_is_folded_in_without_the_lock(patch: pytest.MonkeyPatch) -> None:
    """Copy after a commit as before, but let others write."""

    def fold(self: CarefulRecorder, connection: SQLiteConnection) -> bool:
        connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        return True

    patch.setattr(CarefulRecorder, "_fold", fold)


def an_entry_is_committed_by_itself(patch: pytest.MonkeyPatch) -> None:
    """Write the entries of a command one after the other."""
    insert = CarefulRecorder.insert_events

    def one_by_one(self: CarefulRecorder, written: Sequence[StoredEvent], **named: Any) -> None:
        for each in written:
            insert(self, [each], **named)

    patch.setattr(CarefulRecorder, "insert_events", one_by_one)


def an_append_waits_for_the_next_one(patch: pytest.MonkeyPatch) -> None:
    """Acknowledge what is only in memory, to write more at once."""
    append = SqliteStore.append
    waiting: list[tuple[Any, ...]] = []

    def later(self: SqliteStore, *given: Any) -> None:
        waiting.append(given)
        if len(waiting) > 1:
            append(self, *waiting.pop(0))

    patch.setattr(SqliteStore, "append", later)


def a_command_given_again_counts_again(patch: pytest.MonkeyPatch) -> None:
    """Retry without the key."""
    patch.setattr(
        ledger.store.sqlite,
        "stored",
        lambda *given: [each for each in stored(*given) if "/command/" not in str(each.originator_id)],
    )
    patch.setattr(ledger.journal.Ledger, "_already", lambda *given: None)


def _said_otherwise(patch: pytest.MonkeyPatch, instead: Mapping[str, str]) -> None:
    """Say something else to SQLite than was meant."""
    execute = SQLiteCursor.execute
    patch.setattr(
        SQLiteCursor,
        "execute",
        lambda self, statement, *given: execute(self, instead.get(statement, statement), *given),
    )


# --- the tree ----------------------------------------------------------------------------------------------------

# --- checkpoints, proofs and witnesses ---------------------------------------------------------------------------

# --- verification ------------------------------------------------------------------------------------------------

# --- the server --------------------------------------------------------------------------------------------------

# --- personal data -----------------------------------------------------------------------------------------------

# --- backups and strangers' files --------------------------------------------------------------------------------

# --- logs and counters -------------------------------------------------------------------------------------------
