"""Bits of a closed file that turn over: every entry that is no longer what was recorded is found and named.

What has changed is known from SQLite alone, without any code of ours: the rows of the broken file are compared with
those of the sound one, all at once and, where the file cannot be read through, one by one.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from ledger.errors import LedgerDamaged, LedgerError, Unavailable
from ledger.store.sqlite import SqliteStore
from ledger.verification import Anchor, Damage, Part, Verification, verify
from tests.durability.conftest import Figure
from tests.durability.histories import ACME, anchors, recorded
from tests.durability.sizes import drawn, size

COMMANDS: Final = 40
Key = tuple[str, Any, Any]
Rows = dict[Key, set[tuple[Any, ...]]]
"""The rows of each table and key: one, unless the key of another has become the same."""
_TABLES: Final = {
    "stored_events": ("originator_id", "originator_version"),
}
_WAYS: Final = (
    "{0} = ?1 AND {1} = ?2 LIMIT 1",
    "{0} = ?1 AND {1} >= ?2 ORDER BY {0}, {1} LIMIT 1",
    "{0} = ?1 AND {1} <= ?2 ORDER BY {0} DESC, {1} DESC LIMIT 1",
    "{0} = ?1 AND {1} > ?2 - 20 ORDER BY {0}, {1} LIMIT 1 OFFSET min(19, ?2 - 1)",
    "{0} = ?1 AND {1} > 0 ORDER BY {0}, {1} LIMIT 1 OFFSET ?2 - 1",
)
"""Ways to a row, as one leads past what another stumbles over."""


class Sound:
    """A file as it was written, and what is in it."""

    def __init__(self, folder: Path) -> None:
        path = recorded(folder / "sound.db", COMMANDS)
        self.bytes = path.read_bytes()
        self.rows = read_by_sqlite(path, {})
        self.anchors = anchors(path, [max(map(entry_of, self.rows))])


def read_by_sqlite(path: Path, known: Rows) -> Rows:
    """Return the rows that SQLite finds in a file, going through it and asking for each that is known."""
    found: Rows = {}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        for table, key in _TABLES.items():
            asked: list[tuple[str, list[Any]]] = [(f"SELECT * FROM {table}", [])]
            asked += (
                (f"SELECT * FROM {table} WHERE {way.format(*key)}", place)
                for name, *place in known
                if name == table
                for way in _WAYS
            )
            for question, place in asked:
                if not place or (table, *place) not in found:
                    with suppress(sqlite3.Error, UnicodeDecodeError):
                        for row in connection.execute(question, place):
                            found.setdefault((table, row[0], row[1]), set()).add(row)
    return found


def is_whole(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with the pages of a file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def entry_of(key: Key) -> int:
    """Return the number of the entry that a row is, or 0."""
    table, stream, number = key
    return int(number) if table == "stored_events" and stream == ACME else 0


def names(damage: tuple[Damage, ...], part: Part, number: int) -> bool:
    """Whether a damage says that an entry is concerned."""
    return any(
        each.part is part and each.first is not None and each.first <= number <= (each.last or number)
        for each in damage
    )


def examined(path: Path, kept: list[Anchor]) -> Verification | LedgerError:
    """Return what verifying a file says, or the refusal to look at it."""
    try:
        with closing(SqliteStore(path)) as store:
            return verify(store, ACME, kept)
    except (LedgerDamaged, Unavailable) as error:
        return error


def flip_bits(folder: Path) -> str:
    """Turn over random bits, mostly one and sometimes five, and compare what is told with what has changed."""
    flips = size(200, 6_000)
    sound = Sound(folder)
    chance = drawn("bit flips")
    changed = named = refused = 0
    path = folder / "broken.db"
    for _ in range(flips):
        broken = bytearray(sound.bytes)
        for at in chance.sample(range(len(broken) * 8), chance.choice((1, 1, 1, 5))):
            broken[at // 8] ^= 1 << at % 8
        path.write_bytes(broken)
        rows = read_by_sqlite(path, sound.rows)
        told = examined(path, sound.anchors)
        for beside in folder.glob("broken.db-*"):
            beside.unlink()
        wrong = {key for key in sound.rows.keys() | rows.keys() if rows.get(key) != sound.rows.get(key)}
        lost = {key for key, kept in sound.rows.items() if not kept <= rows.get(key, set())}
        changed += bool(wrong)
        if isinstance(told, LedgerError):  # the file as a whole is named, and nothing in it is used
            refused += 1
            assert str(path) in told.line(), told.line()
            assert wrong or told.code == "E_STORE_FORMAT", told.line()
            continue
        assert bool(wrong) <= told.is_damaged, wrong
        for number in {*map(entry_of, lost)} - {0}:
            assert names(told.damage, Part.ENTRIES, number), (number, told.damage)
        named += bool(wrong)
        if not wrong and is_whole(path):  # what still reads the same may stand on a page that is no longer sound
            assert not told.is_damaged, told.damage
    return (
        f"{flips:,} flips: {changed:,} changed what is kept, {named:,} named, {refused:,} files refused, 0 missed"
    )


def test_every_bit_that_changes_what_is_kept_is_found_and_its_entry_named(tmp_path: Path, figure: Figure) -> None:
    figure(flip_bits(tmp_path))
