"""Faults that somebody might make: each function plants one in our code, here or in a process of a harness."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteConnection, SQLiteCursor

import ledger.codec
import ledger.integrity.notes
import ledger.integrity.proofs
import ledger.journal
import ledger.store.sqlite
import ledger.vault
from ledger.errors import Unavailable
from ledger.integrity import tiles, tree
from ledger.integrity.tree import check_inclusion
from ledger.store import port, postgres, writing
from ledger.store.kept import _Written
from ledger.store.key_file import KeyFile
from ledger.store.places import Look
from ledger.store.port import Kept, Row, stored
from ledger.store.postgres import PostgresStore
from ledger.store.sqlite import SqliteStore
from ledger.store.writing import CarefulRecorder
from ledger.vault import _Gone
from ledger.verification import Compared, Damage, Verification
from ledger.verification.reading import Reading
from registrar import evidence, keys

# --- the file ----------------------------------------------------------------------------------------------------


def a_commit_does_not_wait_for_the_disk(patch: pytest.MonkeyPatch) -> None:
    """Set ``synchronous=NORMAL``, and believe that it is ``FULL``."""
    _said_otherwise(
        patch, {"PRAGMA synchronous=FULL": "PRAGMA synchronous=NORMAL", "PRAGMA synchronous": "SELECT 2"}
    )


def a_key_does_not_wait_for_the_disk(patch: pytest.MonkeyPatch) -> None:
    """Add keys as if they were there once they are written."""
    patch.setattr(os, "fsync", lambda file: None)


def a_commit_folds_the_log_in_by_itself(patch: pytest.MonkeyPatch) -> None:
    """Leave SQLite its own way, and do not take the lock."""
    _said_otherwise(patch, {"PRAGMA wal_autocheckpoint=0": "PRAGMA wal_autocheckpoint=1"})


def the_log_is_folded_in_without_the_lock(patch: pytest.MonkeyPatch) -> None:
    """Copy after a commit as before, but let others write."""

    def fold(self: CarefulRecorder, connection: SQLiteConnection) -> bool:
        connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        return True

    patch.setattr(CarefulRecorder, "_fold", fold)


def a_commit_that_failed_is_refused_at_once(patch: pytest.MonkeyPatch) -> None:
    """Believe that an error means that nothing was written."""
    patch.setattr(CarefulRecorder, "_bury", lambda *unused: True)


def a_failing_sync_is_taken_for_done(patch: pytest.MonkeyPatch) -> None:
    """Go on after a commit that failed as if it had not."""
    commit = writing.commit

    def careless(connection: SQLiteConnection) -> None:
        with suppress(sqlite3.OperationalError):
            commit(connection)

    patch.setattr(writing, "commit", careless)


def a_look_at_the_file_is_over_at_once(patch: pytest.MonkeyPatch) -> None:
    """Close a descriptor of the file, as anybody would, and SQLite's locks go with it."""
    look = Look.at

    def briefly(path: Path) -> Look:
        os.close(os.open(path, os.O_RDONLY))
        return look(path)

    patch.setattr(Look, "at", briefly)


def an_entry_is_committed_by_itself(patch: pytest.MonkeyPatch) -> None:
    """Write the entries of a command one after the other."""
    insert = CarefulRecorder.insert

    def one_by_one(self: CarefulRecorder, written: Sequence[Kept], together: int) -> None:
        for each in written:
            insert(self, [each])

    patch.setattr(CarefulRecorder, "insert", one_by_one)


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
    _without_the_key(patch, ledger.store.sqlite)


def _without_the_key(patch: pytest.MonkeyPatch, store: ModuleType) -> None:
    patch.setattr(
        store,
        "stored",
        lambda *given: [each for each in stored(*given) if "/command/" not in each[0]],
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


def a_leaf_is_hashed_without_its_prefix(patch: pytest.MonkeyPatch) -> None:
    """Let a leaf and a node be one."""
    patch.setattr(ledger.codec, "_leaf_hash", lambda envelope: sha256(envelope).hexdigest().encode())


def a_node_is_hashed_without_its_prefix(patch: pytest.MonkeyPatch) -> None:
    """Let a node and a leaf be one."""
    for module in (tree, tiles):
        patch.setattr(module, "NODE", b"")


def a_tile_is_left_to_a_later_commit(patch: pytest.MonkeyPatch) -> None:
    """Write the entries, and nothing of the tree."""
    patch.setattr(port, "completed", lambda *given: [])


def a_tile_begins_one_entry_late(patch: pytest.MonkeyPatch) -> None:
    """Count entries from 0 where they count from 1."""
    completed = tiles.completed
    patch.setattr(port, "completed", lambda kept, before, added: completed(kept, before, [*added[1:], added[0]]))


def a_proof_may_have_hashes_to_spare(patch: pytest.MonkeyPatch) -> None:
    """Take what a proof needs, and do not look at the rest."""
    check = tree.check_consistency

    def generous(older: int, newer: int, path: Sequence[bytes], *roots: bytes) -> bool:
        return any(check(older, newer, path[:count], *roots) for count in range(len(path) + 1))

    patch.setattr(tree, "check_consistency", generous)


# --- checkpoints, proofs and witnesses ---------------------------------------------------------------------------


def a_key_signs_what_does_not_continue(patch: pytest.MonkeyPatch) -> None:
    """Remember what was signed, and not hold the record against it."""
    grown = evidence._grown
    patch.setattr(evidence, "_grown", lambda ledger, last: grown(ledger, None))


def a_key_remembers_nothing(patch: pytest.MonkeyPatch) -> None:
    """Sign, and not write down what."""
    patch.setattr(keys.Signing, "remember", lambda *given: None)


def a_witness_believes_every_growth(patch: pytest.MonkeyPatch) -> None:
    """Look at the sizes only."""
    patch.setattr(ledger.integrity.proofs, "check_consistency", lambda *given: True)


def a_path_may_be_too_long(patch: pytest.MonkeyPatch) -> None:
    """Pass over hashes that a proof has no use for."""

    def lenient(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
        return any(check_inclusion(leaf, index, size, path[:count], root) for count in range(len(path) + 1))

    patch.setattr(ledger.integrity.proofs, "check_inclusion", lenient)


def a_signature_is_believed(patch: pytest.MonkeyPatch) -> None:
    """Look at the name and the id of a key, and not at what it signed."""
    patch.setattr(ledger.integrity.notes.VerifierKey, "fits", lambda *given: True)
    patch.setattr(ledger.integrity.notes.VerifierKey, "key_id", b"\0\0\0\0")


def a_key_of_small_order_is_taken(patch: pytest.MonkeyPatch) -> None:
    """Leave that to the library, which takes them."""
    patch.setattr(ledger.integrity.notes, "_SMALL_ORDER", frozenset())


# --- verification ------------------------------------------------------------------------------------------------


def roots_are_not_compared(patch: pytest.MonkeyPatch) -> None:
    """Be content that there are as many entries as somebody else has kept the root of."""
    patch.setattr(Compared, "agrees", property(lambda self: self.root is not None))


def what_fits_in_itself_is_called_verified(patch: pytest.MonkeyPatch) -> None:
    """Need nothing from outside to say that a record is verified."""
    patch.setattr(Verification, "is_verified", property(lambda self: not self.is_damaged))


def kept_hashes_are_believed(patch: pytest.MonkeyPatch) -> None:
    """Go from hash to root and not from the bytes of each entry, as some ledgers did."""

    def careless(self: Reading, rows: Sequence[Row]) -> None:
        first = self.size + 1
        self.commands.unknown(len(rows))
        self._add(first, *(bytes.fromhex(row.state[-64:].decode()) for row in rows))
        self.size += len(rows)

    patch.setattr(Reading, "_take", careless)


def only_the_first_damage_is_told(patch: pytest.MonkeyPatch) -> None:
    """Stop where something is wrong."""
    tell = Reading.tell

    def first(self: Reading, found: Damage) -> None:
        if not self.damage:
            tell(self, found)

    patch.setattr(Reading, "tell", first)


def what_cannot_be_read_is_taken_for_the_end(patch: pytest.MonkeyPatch) -> None:
    """Look no further than the first page that cannot be read."""
    patch.setattr(Reading, "get_past", lambda *unused: False)


# --- the server --------------------------------------------------------------------------------------------------


def a_server_does_not_wait_for_its_disk(patch: pytest.MonkeyPatch) -> None:
    """Switch ``synchronous_commit`` off, and believe that it is on."""
    patch.setattr(postgres, "_BEGIN", postgres._BEGIN.replace("'on', true", "'off', true"))
    patch.setattr(postgres, "_WAITS", {("off", "on")})


def a_lost_answer_is_taken_for_a_conflict(patch: pytest.MonkeyPatch) -> None:
    """Write again, and do not look whose rows are in the way."""
    write = PostgresStore._write
    patch.setattr(PostgresStore, "_write", lambda *given, again: write(*given, again=False))


def a_lost_answer_is_called_a_refusal(patch: pytest.MonkeyPatch) -> None:
    """Say that nothing was written, where nobody knows."""
    patch.setattr(postgres, "OutcomeUnknown", lambda command: Unavailable("E_STORE", str(command), "try again"))


def a_position_can_be_taken_twice(patch: pytest.MonkeyPatch) -> None:
    """Make the table without its primary key."""
    without = "ALTER TABLE captable.stored_events DROP CONSTRAINT stored_events_pkey"
    patch.setattr(postgres, "_TABLES", (*postgres._TABLES, without))


def a_server_commits_an_entry_by_itself(patch: pytest.MonkeyPatch) -> None:
    """Write the entries of a command in transactions of their own."""
    insert = postgres._Recorder.insert_events

    def one_by_one(self: postgres._Recorder, written: Sequence[StoredEvent], **named: Any) -> None:
        for each in written:
            insert(self, [each], **named)

    patch.setattr(postgres._Recorder, "insert_events", one_by_one)


def a_command_given_again_to_a_server_counts_again(patch: pytest.MonkeyPatch) -> None:
    """Retry without the key."""
    _without_the_key(patch, postgres)


# --- personal data -----------------------------------------------------------------------------------------------


def a_key_is_kept_when_its_holder_is_erased(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(KeyFile, "delete", lambda *unused: None)


def lines_about_nobody_are_not_erased(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(_Gone, "add", lambda self, number, event: self.of.update(dict.fromkeys(event.holders, number)))


def one_key_is_for_everybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger.vault, "_subject", lambda value: "everybody")


# --- backups and strangers' files --------------------------------------------------------------------------------


def a_backup_copies_the_file_alone(patch: pytest.MonkeyPatch) -> None:
    """Leave out the log, as whoever copies the file by hand does."""
    patch.setattr(SqliteStore, "copy", lambda self, place: shutil.copyfile(self.path, place))


def a_schema_is_believed(patch: pytest.MonkeyPatch) -> None:
    """Ask a file without having looked at what it brings."""
    patch.setattr(ledger.store.sqlite, "look_within", lambda *unused: None)


def nobody_looks_beside_a_file(patch: pytest.MonkeyPatch) -> None:
    """Let SQLite obey what lies there."""
    patch.setattr(ledger.store.sqlite, "look_beside", lambda *unused: None)
    patch.setattr(ledger.store.sqlite, "Untouched", lambda *unused: None)


def a_file_of_somebody_else_is_opened_as_ours(patch: pytest.MonkeyPatch) -> None:
    """Let SQLite take in the log of a file that is to be read only."""
    patch.setattr(ledger.store.sqlite, "Untouched", lambda *unused: None)


# --- beside a ledger ---------------------------------------------------------------------------------------------


def nobody_looks_whether_others_have_written(patch: pytest.MonkeyPatch) -> None:
    """Answer from what was read, for as long as a ledger is open."""
    patch.setattr(SqliteStore, "mark", lambda self: ())
    patch.setattr(SqliteStore, "mark_after", lambda self, mark: ())


def what_was_kept_in_vain_stays(patch: pytest.MonkeyPatch) -> None:
    """Leave what was written until the disk was full."""
    patch.setattr(_Written, "undo", lambda self: None)


# --- logs and counters -------------------------------------------------------------------------------------------
