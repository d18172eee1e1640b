"""What every store promises, asked of each of them; and what the one in a file promises besides."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import ConnectionPoolClosedError, StoredEvent
from eventsourcing.sqlite import SQLiteConnection, SQLiteCursor

from ledger.codec import kept
from ledger.errors import LedgerDamaged, LedgerError, OutcomeUnknown, Unavailable
from ledger.identity import CommandId, IssuerId
from ledger.integrity.tiles import Tile
from ledger.integrity.tree import Growing, check_consistency, check_inclusion, leaf_hash
from ledger.journal import Ledger
from ledger.store import Conflict, MemoryKeys, MemoryStore, Row, Store, writing
from ledger.store.port import Beside, Inspectable, Rows, columns_of, refuse_ahead, tree_of
from ledger.store.postgres import PostgresStore
from ledger.store.sqlite import APPLICATION_ID, SqliteStore
from ledger.store.writing import PAGE_BYTES
from ledger.verification import Anchor, Level, verify
from tests.builders import common_issued, founding, ticking

ACME, BETA = IssuerId("acme"), IssuerId("beta")
ONE, TWO, THREE = CommandId("c-1"), CommandId("c-2"), CommandId("c-3")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Inspectable]:
    made: Inspectable
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SqliteStore(tmp_path / "a.ledger", create=True)
    else:
        made = PostgresStore(request.getfixturevalue("database"), create=True, keys=MemoryKeys())
    yield made
    made.close()


def rows(first: int, last: int, mark: bytes = b"") -> list[Row]:
    return [Row(number, "kind.1", kept(mark + b"leaf %d" % number, b"{}")) for number in range(first, last + 1)]


def everything(store: Store, issuer: IssuerId = ACME, after: int = 0) -> list[Row]:
    """Return all entries after a position, page by page."""
    found: list[Row] = []
    while page := [row for row in store.read(issuer, after) if row.number > after]:
        found += page
        after = page[-1].number
    return found


def contents(store: Store) -> object:
    """Return all that a store holds for the issuers and commands of these tests."""
    issuers = store.issuers()
    return (
        issuers,
        {name: everything(store, IssuerId(name)) for name in (ACME, BETA)},
        {(name, command): store.command(name, command) for name in (ACME, BETA) for command in (ONE, TWO, THREE)},
        {name: store.sealed(name, 0) for name in (ACME, BETA)},
        {name: (store.head(name), tiles(store, name)) for name in (ACME, BETA)},
    )


def tiles(store: Store, issuer: IssuerId = ACME) -> list[list[Tile]]:
    """Return all tiles, level by level."""
    return [store.tiles(issuer, level, 0, 1_000) for level in range(3)]


# --- every store -------------------------------------------------------------------------------------------------


def test_a_new_store_holds_nothing(store: Store) -> None:
    assert store.issuers() == []
    assert everything(store) == []
    assert store.command(ACME, ONE) is None
    assert store.sealed(ACME, 0) == []


def test_what_is_appended_is_read_back_in_order(store: Store) -> None:
    store.append(ACME, rows(1, 3), ONE, {})
    store.append(ACME, rows(4, 4), TWO, {})

    assert everything(store) == rows(1, 4)


@pytest.mark.parametrize(("after", "left"), [(0, 4), (1, 3), (3, 1), (4, 0), (5, 0)])
def test_reading_begins_after_a_position(store: Store, after: int, left: int) -> None:
    store.append(ACME, rows(1, 4), ONE, {})

    assert everything(store, after=after) == rows(after + 1, 4)
    assert len(everything(store, after=after)) == left


@pytest.mark.parametrize("page", [1, 2, 3, 5, 7, 8])
def test_pages_lose_and_repeat_nothing(store: Store, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("port", "sqlite", "postgres"):
        monkeypatch.setattr(f"ledger.store.{module}.PAGE", page, raising=False)
    store.append(ACME, rows(1, 7), ONE, {})
    store.append(BETA, rows(1, 2, b"beta "), ONE, {})

    assert everything(store) == rows(1, 7)
    assert everything(store, after=4) == rows(5, 7)
    assert everything(store, BETA) == rows(1, 2, b"beta ")


def test_a_long_history_is_read_whole(store: Store) -> None:
    store.append(ACME, rows(1, 4_500), ONE, {})

    assert everything(store) == rows(1, 4_500)


def test_any_bytes_are_kept_as_they_are(store: Store) -> None:
    state = bytes(range(256)) * 3
    store.append(ACME, [Row(1, "kind.1", state)], ONE, {})

    assert everything(store) == [Row(1, "kind.1", state)]


def test_a_command_tells_its_first_and_last_entry(store: Store) -> None:
    store.append(ACME, rows(1, 3), ONE, {})
    store.append(ACME, rows(4, 4), TWO, {})

    assert store.command(ACME, ONE) == (1, 3)
    assert store.command(ACME, TWO) == (4, 4)
    assert store.command(ACME, THREE) is None
    assert store.command(BETA, ONE) is None


@pytest.mark.parametrize(
    ("taken", "command"),
    [
        (rows(2, 2), TWO),
        (rows(1, 1), TWO),
        (rows(2, 4), TWO),
        (rows(3, 3), ONE),
        (rows(3, 5), ONE),
        (rows(1, 2), ONE),
    ],
    ids=["last number", "first number", "number within", "command", "command of several", "all the same"],
)
def test_a_conflict_writes_nothing(store: Store, taken: list[Row], command: CommandId) -> None:
    store.append(ACME, rows(1, 2), ONE, {1: b"beside one"})
    before = contents(store)

    with pytest.raises(Conflict):
        store.append(ACME, taken, command, {taken[-1].number: b"more"})

    assert contents(store) == before
    store.append(ACME, rows(3, 3), TWO, {})


@pytest.mark.parametrize("many", [99, 100, 101, 200, 201])
def test_many_entries_at_once_are_kept_as_few_are(store: Store, many: int) -> None:
    store.append(ACME, rows(1, 1), ONE, {})
    store.append(ACME, rows(2, many), TWO, {many: b"beside the last"})

    assert everything(store) == rows(1, many)
    assert store.command(ACME, TWO) == (2, many)
    assert [row[::2] for row in store.sealed(ACME, 0)] == [(many, b"beside the last")]


@pytest.mark.parametrize("count", [1, 2, 255, 256, 700])
def test_columns_are_kept_as_rows_are(store: Store, count: int) -> None:
    given = rows(1, count)
    columns = Rows(columns_of(given))
    assert [*columns] == [*columns[:1], *columns[1:]] == given

    store.append(ACME, columns, ONE, {count: b"beside"})
    store.append(BETA, given, ONE, {count: b"beside"})

    assert everything(store) == everything(store, BETA) == given
    assert tiles(store) == tiles(store, BETA)
    assert store.sealed(ACME, 0) == store.sealed(BETA, 0)


@pytest.mark.parametrize("taken", [2, 77, 101, 102, 201, 250])
def test_many_entries_of_which_one_is_taken_are_not_written(store: Store, taken: int) -> None:
    store.append(ACME, rows(1, 1), ONE, {})
    store.append(ACME, [Row(taken, "kind.1", b"it was first")], TWO, {})
    before = contents(store)

    with pytest.raises(Conflict):
        store.append(ACME, rows(2, 250), THREE, {})

    assert contents(store) == before


@pytest.mark.parametrize("most", [1, 2, 3, 5, 6, 2_000])
def test_entries_are_read_in_columns_as_in_rows(store: Store, most: int) -> None:
    store.append(ACME, rows(1, 5), ONE, {2: b"beside"})
    read: list[Row] = []
    while (found := store.columns(ACME, len(read), most)).numbers:
        assert len(found.numbers) <= most
        read += map(Row, *found)

    assert read == rows(1, 5)


def test_a_mark_stays_until_somebody_writes(store: Store) -> None:
    store.append(ACME, rows(1, 3), ONE, {})
    mark = store.mark()
    everything(store)

    assert store.mark() == mark
    store.append(ACME, rows(4, 4), TWO, {})
    assert mark is None or store.mark() != mark
    assert store.mark() == store.mark_after(mark)
    store.append(ACME, rows(5, 5), THREE, {})
    assert mark is None or store.mark() != store.mark_after(mark)


def test_issuers_are_listed_in_the_order_in_which_they_came(store: Store) -> None:
    store.append(BETA, rows(1, 1), ONE, {})
    store.append(ACME, rows(1, 2), ONE, {})
    store.append(BETA, rows(2, 2), TWO, {})

    assert store.issuers() == ["beta", "acme"]


def test_issuers_do_not_see_each_other(store: Store) -> None:
    store.append(ACME, rows(1, 2), ONE, {1: b"beside acme"})
    store.append(BETA, rows(1, 1, b"beta "), ONE, {1: b"beside beta"})

    assert everything(store) == rows(1, 2)
    assert everything(store, BETA) == rows(1, 1, b"beta ")
    assert (store.command(ACME, ONE), store.command(BETA, ONE)) == ((1, 2), (1, 1))
    assert [row.state for row in store.sealed(ACME, 0)] == [b"beside acme"]
    assert [row.state for row in store.sealed(BETA, 0)] == [b"beside beta"]


def test_an_issuer_whose_name_begins_like_another_is_another(store: Store) -> None:
    store.append(IssuerId("acme2"), rows(1, 1), ONE, {})

    assert everything(store) == []
    assert store.command(ACME, ONE) is None


def test_what_lies_beside_entries_comes_with_them(store: Store) -> None:
    anything = bytes(range(256))
    store.append(ACME, rows(1, 3), ONE, {1: b"one", 3: anything})
    store.append(ACME, rows(4, 5), TWO, {5: b"five"})

    assert [(row.number, row.state) for row in store.sealed(ACME, 0)] == [(1, b"one"), (3, anything), (5, b"five")]
    assert [row.number for row in store.sealed(ACME, 1)] == [3, 5]
    assert store.sealed(ACME, 5) == []


def test_what_lies_beside_entries_is_read_in_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.port.PAGE", 2)
    store.append(ACME, rows(1, 5), ONE, {number: b"%d" % number for number in (1, 2, 4, 5)})

    assert [row.number for row in store.sealed(ACME, 0)] == [1, 2]
    assert [row.number for row in store.sealed(ACME, 2)] == [4, 5]


# --- the tree ----------------------------------------------------------------------------------------------------


def root_of(taken: list[Row]) -> bytes:
    """Return the root over entries by adding their leaves one by one."""
    growing = Growing()
    for row in taken:
        growing.add(leaf_hash(row.state.partition(b"\n")[0]))
    return growing.root()


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
@pytest.mark.parametrize("step", [1, 100, 600])
def test_the_tree_is_the_same_however_the_entries_came(store: Store, size: int, step: int) -> None:
    for first in range(1, size + 1, step):
        store.append(ACME, rows(first, min(first + step - 1, size)), CommandId(f"c-{first}"), {})

    tree = tree_of(store, ACME)

    assert (tree.size, store.head(ACME)) == (size, size)
    assert tree.root() == root_of(rows(1, size))
    assert [store.tile_count(ACME, level) for level in (0, 1, 2)] == [size // 256, 0, 0]
    assert [len(each) for each in tiles(store)] == [size // 256, 0, 0]


def test_a_tile_is_written_with_the_entries_that_complete_it_and_holds_their_leaves(store: Store) -> None:
    store.append(ACME, rows(1, 255), ONE, {})
    assert tiles(store) == [[], [], []]

    store.append(ACME, rows(256, 256), TWO, {})

    [tile] = store.tiles(ACME, 0, 0, 1)
    assert tile.split() == [leaf_hash(b"leaf %d" % number) for number in range(1, 257)]
    assert tile.root == root_of(rows(1, 256))
    assert tiles(store, BETA) == [[], [], []]


def test_a_level_above_holds_the_roots_of_the_tiles_below(store: Store) -> None:
    store.append(ACME, rows(1, 40_000), ONE, {})
    store.append(ACME, rows(40_001, 65_535), TWO, {})
    assert (store.tile_count(ACME, 0), store.tile_count(ACME, 1)) == (255, 0)

    store.append(ACME, rows(65_536, 65_536), THREE, {})

    [above] = store.tiles(ACME, 1, 0, 1)
    assert above.split() == [tile.root for tile in store.tiles(ACME, 0, 0, 256)]
    assert above.root == tree_of(store, ACME).root() == root_of(rows(1, 65_536))


def test_tiles_are_read_from_one_to_before_another(store: Store) -> None:
    store.append(ACME, rows(1, 1_024), ONE, {})
    whole = store.tiles(ACME, 0, 0, 4)

    assert len(whole) == 4
    for first in range(6):
        for last in range(first, 6):
            assert store.tiles(ACME, 0, first, last) == whole[first:last]


def test_a_conflict_writes_no_tile(store: Store) -> None:
    store.append(ACME, rows(1, 300), ONE, {})
    before = contents(store)

    for taken in (rows(200, 600), rows(300, 600), rows(301, 600)):
        with pytest.raises(Conflict):
            store.append(ACME, taken, ONE, {})

    assert contents(store) == before
    store.append(ACME, rows(301, 600), TWO, {})
    assert tree_of(store, ACME).root() == root_of(rows(1, 600))


def test_tiles_that_were_never_written_are_written_with_the_next_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a ledger of a program that kept none; proofs do without them meanwhile."""
    with monkeypatch.context() as older:
        older.setattr("ledger.store.port.completed", lambda *unused: [])
        store.append(ACME, rows(1, 600), ONE, {})
    assert tiles(store) == [[], [], []]
    assert tree_of(store, ACME).root() == root_of(rows(1, 600))

    store.append(ACME, rows(601, 767), TWO, {})
    assert tiles(store) == [[], [], []]
    store.append(ACME, rows(768, 768), THREE, {})

    assert store.tile_count(ACME, 0) == 3
    assert [tile.root for tile in store.tiles(ACME, 0, 0, 3)] == [
        root_of(rows(first, first + 255)) for first in (1, 257, 513)
    ]
    assert tree_of(store, ACME).root() == root_of(rows(1, 768))


def test_a_tree_is_that_of_the_moment_and_answers_for_every_earlier_one(store: Store) -> None:
    store.append(ACME, rows(1, 500), ONE, {})
    earlier = tree_of(store, ACME)
    store.append(ACME, rows(501, 900), TWO, {})
    later = tree_of(store, ACME)

    assert (earlier.size, later.size) == (500, 900)
    assert earlier.root() == later.root(500) == root_of(rows(1, 500))
    assert check_consistency(500, 900, later.consistency(500), earlier.root(), later.root())
    for number in (1, 256, 257, 500):
        leaf = leaf_hash(b"leaf %d" % number)
        assert later.leaf_hash(number) == leaf
        assert check_inclusion(leaf, number - 1, 900, later.inclusion(number), later.root())
        assert check_inclusion(leaf, number - 1, 500, later.inclusion(number, 500), earlier.root())


@pytest.mark.parametrize(
    "state",
    [b"", b"\0" * 8_256, b"\0" * 8_255, b"\0" * 8_257, bytes(8_224) + sha256(bytes(8_224)).digest()[::-1], "text"],
)
def test_a_tile_that_was_not_written_so_is_damage(store: Store, state: Any) -> None:
    store.append(ACME, rows(1, 300), ONE, {})
    by_hand(store, "acme/tiles/0", 2, state)

    with pytest.raises(LedgerDamaged) as caught:
        store.tiles(ACME, 0, 0, 2)
    assert (caught.value.code, caught.value.place) == ("E_TAMPERED", "acme tile 0/1")
    assert len(store.tiles(ACME, 0, 0, 1)) == 1


def test_an_entry_that_is_missing_or_damaged_completes_no_tile(store: Store) -> None:
    store.append(ACME, rows(1, 100), ONE, {})
    store.append(BETA, [*rows(1, 99), Row(100, "kind.1", kept(b"leaf 100", b"{}").replace(b"1", b"7", 1))], ONE, {})

    for issuer, first, place in ((ACME, 200, "acme entry 101"), (BETA, 101, "beta entry 100")):
        with pytest.raises(LedgerDamaged) as caught:
            store.append(issuer, rows(first, 300), TWO, {})
        assert (caught.value.code, caught.value.place) == ("E_TAMPERED", place)
        assert store.head(issuer) == 100


@pytest.mark.parametrize(
    ("stream", "number", "place"),
    [
        ("acme/tiles/0", 1, "acme tile 0/0"),
        ("acme/tiles/1", 1, "acme tile 1/0"),
        ("acme/sealed", 256, "acme entry 256"),
        ("acme/sealed", 65_535, "acme entry 65535"),
    ],
)
def test_a_row_that_keeps_the_next_entries_out_is_damage_and_named(
    store: Store, stream: str, number: int, place: str
) -> None:
    store.append(ACME, rows(1, 255), ONE, {})
    refuse_ahead(store, ACME, 65_536)
    by_hand(store, stream, number, b"by hand")

    with pytest.raises(LedgerDamaged) as caught:
        refuse_ahead(store, ACME, 65_536)
    assert (caught.value.code, caught.value.place) == ("E_TAMPERED", place)


@pytest.mark.parametrize("sealed", [{}, {256: b"", 300: b""}])
def test_what_was_written_with_its_entries_keeps_nobody_out(store: Store, sealed: dict[int, bytes]) -> None:
    store.append(ACME, rows(1, 255), ONE, {})
    store.append(ACME, rows(256, 300), TWO, sealed)

    refuse_ahead(store, ACME, 512)


def by_hand(store: Store, stream: str, number: int, state: Any) -> None:
    """Write a row past the store."""
    recorder: Any = store._recorder  # type: ignore[attr-defined]  # both stores have one
    topic = "issuer" if stream == "/issuers" else "by hand"
    recorder.insert_events([StoredEvent(stream, number, topic, state)])


@pytest.mark.parametrize(
    "state",
    [b"", b"A", b"1", b"1 ", b"1 2 3", b"0 1", b"2 1", b"-1 1", b"+1 2", b"1  2", b"01 2", b"\xff 2"],
)
def test_a_command_row_that_was_not_written_so_is_damage(store: Store, state: Any) -> None:
    store.append(ACME, rows(1, 3), ONE, {})
    by_hand(store, "acme/command/c-2", 1, state)

    with pytest.raises(LedgerDamaged) as caught:
        store.command(ACME, TWO)
    assert (caught.value.code, caught.value.place) == ("E_TAMPERED", "acme command c-2")
    assert store.command(ACME, ONE) == (1, 3)


@pytest.mark.parametrize("state", [b"", b"\xff", b"a b", "Zoé".encode(), b"a/b", b"a" * 65, b"acme"])
def test_a_list_of_issuers_that_was_not_written_so_is_damage(store: Store, state: Any) -> None:
    store.append(ACME, rows(1, 1), ONE, {})
    by_hand(store, "/issuers", 2, state)

    with pytest.raises(LedgerDamaged) as caught:
        store.issuers()
    assert (caught.value.code, caught.value.place) == ("E_TAMPERED", "list of issuers")


@pytest.mark.parametrize("store", ["memory", "sqlite"], indirect=True)  # a column of PostgreSQL takes bytes alone
def test_text_in_the_place_of_bytes_is_damage(store: Store) -> None:
    store.append(ACME, rows(1, 3), ONE, {})
    by_hand(store, "acme/command/c-2", 1, "1 2")
    by_hand(store, "/issuers", 2, "beta")

    assert refused(lambda: store.command(ACME, TWO)).code == "E_TAMPERED"
    assert refused(store.issuers).code == "E_TAMPERED"


# --- what whoever checks a store has to see ---------------------------------------------------------------------


def test_one_entry_is_shown_without_the_others(store: Inspectable) -> None:
    store.append(ACME, rows(1, 3), ONE, {})

    assert [store.peek(ACME, after) for after in range(5)] == [*rows(1, 3), None, None]
    assert store.peek(BETA, 0) is None


@pytest.mark.parametrize("page", [1, 2, 3, 1_000])
def test_every_row_beside_the_entries_is_shown_once(
    store: Inspectable, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("sqlite", "postgres"):
        monkeypatch.setattr(f"ledger.store.{module}.PAGE", page)
    store.append(ACME, rows(1, 3), ONE, {})
    store.append(BETA, rows(1, 1), ONE, {})
    store.append(ACME, rows(4, 4), TWO, {})
    by_hand(store, "acme/elsewhere", 1, b"one")
    by_hand(store, "acme/elsewhere", 2, b"two")

    assert sorted(store.beside(ACME)) == [
        Beside("command/c-1", 1, "command", b"1 3"),
        Beside("command/c-2", 1, "command", b"4 4"),
        Beside("elsewhere", 1, "by hand", b"one"),
        Beside("elsewhere", 2, "by hand", b"two"),
    ]
    assert [*store.beside(BETA)] == [Beside("command/c-1", 1, "command", b"1 1")]
    assert [*store.beside(IssuerId("acm"))] == []


def test_a_sound_store_has_no_flaws(store: Inspectable) -> None:
    store.append(ACME, rows(1, 300), ONE, {})

    assert store.flaws() == []


def test_a_record_is_verified_alike_in_every_store(store: Inspectable) -> None:
    ledger = Ledger(store, clock=ticking())
    ledger.record(*founding())
    ledger.record(*(common_issued() for _ in range(300)))
    kept = Anchor(306, ledger.tree().root(), Level.CHECKPOINT, "elsewhere")

    found = verify(store, anchors=[kept])

    assert (found.damage, found.entries, found.covered()) == ((), 306, 306)
    by_hand(store, "acme/command/x", 1, b"no span")
    by_hand(store, "acme/tiles/1", 1, b"no tile")
    assert sorted(each.place for each in verify(store).damage) == ["command 'x'", "tile 1/0"]


def test_every_issuer_that_a_row_names_is_shown(store: Inspectable) -> None:
    assert store.owners() == set()
    for name in ("acme-2", "acme", "acme.b", "b", "acme0"):
        store.append(IssuerId(name), rows(1, 2), ONE, {})
    by_hand(store, "unlisted", 7, b"")
    by_hand(store, "only/command/c-9", 1, b"7 7")
    by_hand(store, "/elsewhere", 1, b"")

    assert store.owners() == {"acme", "acme-2", "acme.b", "acme0", "b", "unlisted", "only", "/elsewhere"}


# --- a store in a file: what it is -------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file that holds three entries."""
    found = tmp_path / "a.ledger"
    with closing(SqliteStore(found, create=True)) as made:
        made.append(ACME, rows(1, 3), ONE, {1: b"beside one"})
    return found


def opened(path: Path, *, create: bool = False) -> object:
    """Open a file and read everything in it."""
    with closing(SqliteStore(path, create=create)) as found:
        return contents(found)


def refused(open_it: Callable[[], object]) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        open_it()
    return caught.value


def test_the_mark_of_a_file_tells_of_all_who_write_to_it(path: Path) -> None:
    with closing(SqliteStore(path)) as one, closing(SqliteStore(path)) as other:
        before = one.mark(), other.mark()

        one.append(ACME, rows(4, 4), TWO, {})
        between = one.mark(), other.mark()
        other.append(ACME, rows(5, 5), THREE, {})
        after = one.mark(), other.mark()

        assert None not in (*before, *between, *after)
        assert all(len({*marks}) == 3 for marks in zip(before, between, after, strict=True))
        assert between[0] == one.mark_after(before[0])
        assert {after[0], between[1]}.isdisjoint({one.mark_after(between[0]), other.mark_after(before[1])})
    assert one.mark() is None, "reading says that it is closed"


def test_what_was_appended_is_there_after_opening_again(path: Path) -> None:
    with closing(SqliteStore(path)) as again:
        assert everything(again) == rows(1, 3)
        assert [row.state for row in again.sealed(ACME, 0)] == [b"beside one"]
        again.append(ACME, rows(4, 4), TWO, {})


@pytest.mark.parametrize(
    "name",
    [
        "with spaces.ledger",
        "what?.ledger",
        "a#b.ledger",
        "100%25.ledger",
        "Zoé 株式.db",
        "a&mode=memory",
        "'; --",
        ".",
    ],
)
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a folder?mode=ro#" / name
    folder.mkdir(parents=True)
    path = folder / (name if name != "." else "a")

    with closing(SqliteStore(path, create=True)) as made:
        made.append(ACME, rows(1, 1), ONE, {})

    assert path.is_file()
    assert [each.name for each in folder.iterdir()] == [path.name]
    with closing(SqliteStore(path)) as again:
        assert everything(again) == rows(1, 1)


def test_the_file_says_what_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# --- durable -----------------------------------------------------------------------------------------------------


def test_every_connection_waits_for_the_disk(path: Path) -> None:
    levels: list[int] = []

    def look(store: SqliteStore, commit: bool) -> None:
        with store._database.transaction(commit=commit) as cursor:
            cursor.execute("PRAGMA synchronous")
            levels.append(cursor.fetchone()[0])

    with closing(SqliteStore(path)) as store:
        for commit in (True, False):
            look(store, commit)
        threads = [threading.Thread(target=look, args=(store, number % 2 == 0)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert levels == [2] * 6


def test_a_connection_that_does_not_wait_for_the_disk_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = SQLiteCursor.execute

    def careless(self: SQLiteCursor, statement: Any, *arguments: Any) -> None:
        execute(self, statement.replace("synchronous=FULL", "synchronous=NORMAL"), *arguments)

    monkeypatch.setattr(SQLiteCursor, "execute", careless)

    error = refused(lambda: opened(path))

    assert (type(error), error.code) == (Unavailable, "E_STORE")
    assert "synchronous is 1" in str(error)


def test_looking_at_a_file_takes_no_lock_away_from_a_store_that_has_it_open(path: Path) -> None:
    """Without its lock a store seems absent, and the next program removes the log that it writes to."""
    with closing(SqliteStore(path)) as store:
        store.append(ACME, rows(4, 4), TWO, {})
        SqliteStore(path).close()
        run("sqlite.SqliteStore(path).close()\n", path).communicate(timeout=30)

        assert path.with_name(f"{path.name}-wal").exists()


def test_a_look_is_over_when_the_last_store_on_a_file_is_closed(path: Path) -> None:
    def descriptors() -> int:
        return sum(os.path.realpath(each) == str(path) for each in Path("/proc/self/fd").iterdir())

    first, second = SqliteStore(path), SqliteStore(path)
    first.close()
    first.close()
    assert everything(second) == rows(1, 3)
    before = descriptors()
    for _ in range(3):
        SqliteStore(path).close()
    assert descriptors() == before > 0
    second.close()

    assert descriptors() == 0


# --- kept as it is -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE stored_events SET state = x'00' WHERE originator_version = 2", "never changed"),
        ("UPDATE stored_events SET originator_version = 9 WHERE originator_version = 3", "never changed"),
        ("DELETE FROM stored_events WHERE originator_version = 3", "never deleted"),
        ("DELETE FROM stored_events", "never deleted"),
        ("INSERT OR REPLACE INTO stored_events SELECT * FROM stored_events", "never replaced"),
    ],
)
def test_the_file_itself_refuses_changes(path: Path, statement: str, says: str) -> None:
    before = opened(path)

    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match=says):
        connection.execute(statement)

    assert opened(path) == before


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE stored_events SET state = 'abc' WHERE originator_version = 2", "acme entry 2"),
        ("UPDATE stored_events SET state = CAST(state AS TEXT) WHERE originator_version = 2", "acme entry 2"),
        ("UPDATE stored_events SET state = 5 WHERE originator_version = 2", "acme entry 2"),
        ("UPDATE stored_events SET state = NULL WHERE originator_version = 2", "acme entry 2"),
        ("UPDATE stored_events SET topic = CAST(x'ff' AS TEXT) WHERE originator_version = 2", "a.ledger"),
        ("UPDATE stored_events SET state = NULL WHERE originator_id = '/issuers'", "list of issuers"),
        ("DELETE FROM stored_events WHERE originator_id = '/issuers'", "list of issuers"),
    ],
)
def test_a_value_of_another_type_is_damage(path: Path, statement: str, place: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER entries_stay")
        connection.execute("DROP TRIGGER entries_remain")
        connection.execute(statement)

    error = refused(lambda: opened(path))

    assert isinstance(error, LedgerDamaged)
    assert error.code == "E_TAMPERED"
    assert error.place.endswith(place)
    assert error.line().isprintable()


def test_a_row_whose_key_was_changed_where_it_stands_is_never_taken_for_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with closing(SqliteStore(path, create=True)) as store:
        store.append(ACME, rows(1, 60), ONE, {})
    whole = path.read_bytes()
    passed = 0

    for number in range(2, 61):
        key = b"acme%ckind.1" % number
        assert whole.count(key) == 1
        path.write_bytes(whole.replace(key, key.replace(b"acme", b"Acme")))
        with closing(SqliteStore(path)) as store:
            found: list[Row] = []
            with suppress(LedgerDamaged):
                found = everything(store)  # looked for by its key, it is passed over
                passed += 1
            assert number not in [row.number for row in found]
    assert passed < 59


def test_entries_are_not_written_without_what_lies_beside_them(path: Path) -> None:
    before = opened(path)
    wrong: Any = object()

    with closing(SqliteStore(path)) as store:
        error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {4: wrong}))

    assert isinstance(error, Unavailable)
    assert opened(path) == before


# --- what is not a ledger ----------------------------------------------------------------------------------------


def sqlite_file(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements or ("CREATE TABLE t (x)",):
            connection.execute(statement)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, "E_FILE"),
        (Path.mkdir, "E_FILE"),
        (lambda path: os.mkfifo(path), "E_FILE"),
        (lambda path: path.symlink_to(path.with_name("nowhere")), "E_FILE"),
        (lambda path: path.write_bytes(b""), "E_STORE_FORMAT"),
        (lambda path: path.write_bytes(b"S"), "E_STORE_FORMAT"),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), "E_STORE_FORMAT"),
        (lambda path: path.write_bytes(b"kind,holder,shares\n" * 100), "E_STORE_FORMAT"),
        (lambda path: path.write_bytes(bytes(8192)), "E_STORE_FORMAT"),
        (sqlite_file, "E_STORE_FORMAT"),
        (lambda path: sqlite_file(path, "PRAGMA application_id=1", "CREATE TABLE t (x)"), "E_STORE_FORMAT"),
        (
            lambda path: sqlite_file(
                path, f"PRAGMA application_id={APPLICATION_ID}", "PRAGMA user_version=1", "CREATE TABLE t (x)"
            ),
            "E_STORE_FORMAT",
        ),
    ],
    ids=[
        "missing",
        "folder",
        "FIFO",
        "link to nowhere",
        "empty",
        "one byte",
        "header only",
        "text",
        "zeros",
        "another database",
        "another application",
        "another layout",
    ],
)
def test_what_is_not_a_ledger_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], object], code: str
) -> None:
    path = tmp_path / "a.ledger"
    make(path)
    before = path.read_bytes() if path.is_file() else None

    error = refused(lambda: opened(path))

    assert (type(error), error.code, error.EXIT) == (Unavailable, code, 5)
    assert str(path) in error.line()
    assert (path.read_bytes() if path.is_file() else None) == before
    assert {each.name for each in tmp_path.iterdir()} <= {"a.ledger"}


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    error = refused(lambda: opened(tmp_path / "nowhere" / "a.ledger", create=True))

    assert (type(error), error.code) == (Unavailable, "E_FILE")


@pytest.mark.parametrize(("create", "name"), [(False, "a.ledger"), (True, "new.ledger")])
def test_a_file_on_another_machine_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, create: bool, name: str
) -> None:
    monkeypatch.setattr("ledger.store.sqlite.distant", lambda path: "nfs4")
    before = {each.name for each in path.parent.iterdir()}

    error = refused(lambda: opened(path.with_name(name), create=create))

    assert (type(error), error.code) == (Unavailable, "E_FILE")
    assert "nfs4" in str(error)
    assert {each.name for each in path.parent.iterdir()} == before


@pytest.mark.parametrize("kind", ["folder", "FIFO", "text"])
def test_making_a_ledger_overwrites_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.ledger"
    makes: dict[str, Callable[[], object]] = {
        "folder": path.mkdir,
        "FIFO": lambda: os.mkfifo(path),
        "text": lambda: path.write_text("mine"),
    }
    makes[kind]()

    error = refused(lambda: opened(path, create=True))

    assert isinstance(error, Unavailable)
    assert kind != "text" or path.read_text() == "mine"


def test_a_truncated_file_is_refused_wherever_it_was_cut(path: Path) -> None:
    whole = path.read_bytes()
    lengths = {
        *range(0, 200, 13),
        *range(512, len(whole), 1511),
        *range(PAGE_BYTES, len(whole), PAGE_BYTES),
        len(whole) - 1,
    }
    assert len(whole) % PAGE_BYTES == 0

    for length in sorted(lengths):
        path.write_bytes(whole[:length])
        error = refused(lambda: opened(path))
        assert isinstance(error, Unavailable | LedgerDamaged)
        assert (error.code, error.EXIT) == ("E_STORE_FORMAT", 5), length


def test_a_file_whose_last_page_was_cut_while_its_log_was_folded_in_is_whole(path: Path, tmp_path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        store.append(ACME, rows(4, 4), TWO, {4: b"beside four"})
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", tmp_path / f"copy{end}")
        as_it_was = contents(store)
    os.truncate(tmp_path / "copy", path.stat().st_size - 1_000)

    assert opened(tmp_path / "copy") == as_it_was


def test_a_file_overwritten_within_is_refused_or_read_as_it_was(path: Path) -> None:
    whole, as_it_was = path.read_bytes(), opened(path)

    for page in range(1, len(whole) // PAGE_BYTES):
        path.write_bytes(whole[: page * PAGE_BYTES] + b"\xa5" * PAGE_BYTES + whole[(page + 1) * PAGE_BYTES :])
        with suppress(LedgerError):
            assert opened(path) == as_it_was


# --- made whole --------------------------------------------------------------------------------------------------

PYTHON = (
    "import os, sys\nfrom pathlib import Path\nimport ledger.store.sqlite as sqlite\npath = Path(sys.argv[1])\n"
)


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PYTHON + code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    "moment",
    [
        "sqlite.os.link = lambda *unused: os._exit(9)",
        "sqlite.SQLiteDatastore.transaction = lambda *unused, **also: os._exit(9)",
        "sqlite._TABLES = (*sqlite._TABLES[:1], 'SELECT 1; nonsense')",
    ],
    ids=["before it has its name", "before its tables", "a statement that fails"],
)
def test_a_ledger_whose_making_was_cut_short_is_not_there(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "a.ledger"

    process = run(f"{moment}\nsqlite.SqliteStore(path, create=True)\n", path)
    process.communicate(timeout=30)

    assert process.returncode != 0
    assert not path.exists()
    with closing(SqliteStore(path, create=True)) as store:
        store.append(ACME, rows(1, 1), ONE, {})
    assert everything_in(path) == rows(1, 1)


def everything_in(path: Path) -> list[Row]:
    with closing(SqliteStore(path)) as store:
        return everything(store)


def test_processes_that_make_the_same_file_at_once_all_find_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    code = (
        "from ledger import Ledger\n"
        "from ledger.days import on\n"
        "from ledger.events import IssuerRegistered\n"
        "from ledger.identity import IssuerId\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "name = sys.argv[2]\n"
        "with Ledger.open(path, name, create=True) as made:\n"
        "    made.record(IssuerRegistered(effective_on=on('2026-01-01'), issuer=IssuerId(name), legal_name=name,\n"
        "                                 jurisdiction='US-DE', time_zone='UTC'))\n"
    )
    names = ["a", "b", "c", "d"]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PYTHON + code, str(path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    results = [(process.communicate(timeout=60)[1], process.returncode) for process in processes]

    assert results == [("", 0)] * 4
    with closing(SqliteStore(path)) as store:
        assert sorted(store.issuers()) == names
    assert [each.name for each in tmp_path.iterdir()] == ["a.ledger"]


# --- not now -----------------------------------------------------------------------------------------------------


def test_a_file_that_another_program_writes_to_is_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.sqlite.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, closing(SqliteStore(path)) as store:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO stored_events VALUES ('x', 1, 'y', x'00')")

        error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))

        assert (type(error), error.code, error.EXIT) == (Unavailable, "E_BUSY", 4)
        assert "try again" in str(error)
        assert everything(store) == rows(1, 3)
        other.execute("ROLLBACK")
        store.append(ACME, rows(4, 4), TWO, {})
        assert everything(store) == rows(1, 4)


def test_reading_goes_on_while_another_program_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.sqlite.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert everything_in(path) == rows(1, 3)


def test_a_read_only_file_is_read_and_not_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid():
        path.chmod(0o444)
    else:
        monkeypatch.setattr("ledger.store.sqlite._writable", lambda path: False)  # nothing is read-only to root

    with closing(SqliteStore(path)) as store:
        assert everything(store) == rows(1, 3)
        error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))
        assert (type(error), error.code) == (Unavailable, "E_READONLY")
        assert everything(store) == rows(1, 3)


@pytest.mark.skipif(not os.geteuid(), reason="nothing is read-only to root")
def test_a_file_in_a_read_only_folder_is_read_and_not_written(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        assert everything_in(path) == rows(1, 3)
    finally:
        path.parent.chmod(0o755)


def failing(code: int | None) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("it failed")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("failure", "times", "kind", "code"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, 1, Unavailable, "E_STORE"),
        (sqlite3.SQLITE_IOERR_FSYNC, 2, OutcomeUnknown, "E_OUTCOME_UNKNOWN"),
        (sqlite3.SQLITE_FULL, 1, Unavailable, "E_STORE_FULL"),
        (sqlite3.SQLITE_FULL, 2, Unavailable, "E_STORE_FULL"),
        (sqlite3.SQLITE_READONLY, 1, Unavailable, "E_READONLY"),
        (sqlite3.SQLITE_READONLY, 2, OutcomeUnknown, "E_OUTCOME_UNKNOWN"),
        (sqlite3.SQLITE_BUSY, 2, Unavailable, "E_BUSY"),
        (None, 1, Unavailable, "E_STORE"),
        (None, 2, OutcomeUnknown, "E_OUTCOME_UNKNOWN"),
    ],
)
def test_a_commit_that_fails_is_refused_only_where_another_one_took_its_place(
    path: Path,
    failure: int | None,
    times: int,
    kind: type[LedgerError],
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = [failing(failure)] * times
    commit = writing.commit

    def fail(connection: SQLiteConnection) -> None:
        if left:
            raise left.pop()
        commit(connection)

    before = opened(path)
    with closing(SqliteStore(path)) as store:
        monkeypatch.setattr(writing, "commit", fail)
        error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))
        assert contents(store) == before
        left.clear()
        store.append(ACME, rows(4, 4), TWO, {})

    assert (type(error), error.code) == (kind, code)
    assert everything_in(path) == rows(1, 4)


def test_a_commit_whose_connection_fails_with_it_is_unknown_and_the_next_one_has_another(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*unused: object) -> None:
        raise failing(sqlite3.SQLITE_IOERR_FSYNC)

    with closing(SqliteStore(path)) as store:
        with monkeypatch.context() as failing_disk:
            failing_disk.setattr(writing, "commit", fail)
            failing_disk.setattr(SQLiteConnection, "rollback", fail)
            error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))
        store.append(ACME, rows(4, 4), TWO, {})

    assert isinstance(error, OutcomeUnknown)
    assert everything_in(path) == rows(1, 4)


def test_what_fails_before_its_commit_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*unused: object, **also_unused: object) -> None:
        raise failing(sqlite3.SQLITE_IOERR_WRITE)

    with closing(SqliteStore(path)) as store:
        monkeypatch.setattr(store._recorder, "_insert", fail)
        error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))

        assert (type(error), error.code) == (Unavailable, "E_STORE")
        assert everything(store) == rows(1, 3)


def test_the_connection_used_last_is_used_next_for_it_has_at_hand_what_was_written(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        connections = store._database.get_connection
        with connections(commit=True) as writing, connections(commit=False) as reading:
            assert reading is not writing
        for commit in (False, True, False):
            with connections(commit=commit) as again:
                assert again is writing


def test_a_store_that_was_closed_is_not_opened_again_by_asking(path: Path) -> None:
    store = SqliteStore(path)
    with store._database.get_connection(commit=False) as connection:
        store.close()
    assert connection.closed
    with pytest.raises(ConnectionPoolClosedError):
        store.head(ACME)


def test_a_thread_that_waits_too_long_for_another_one_is_told_that_the_store_is_busy(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(SqliteStore(path)) as store:
        store._database.pool.pool_timeout = 0.05
        with store._database.get_connection(commit=True):
            error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))

        assert (type(error), error.code) == (Unavailable, "E_BUSY")
        store.append(ACME, rows(4, 4), TWO, {})


def test_a_file_on_a_full_disk_is_read_and_not_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no room for the two files that SQLite makes beside it."""
    execute = SQLiteCursor.execute

    def without_room(self: SQLiteCursor, statement: Any, *arguments: Any) -> None:
        if "synchronous" in statement and not left.pop():
            raise failing(sqlite3.SQLITE_IOERR_SHMSIZE)
        execute(self, statement, *arguments)

    left = [True, True, True, True, False]
    monkeypatch.setattr(SQLiteCursor, "execute", without_room)
    with closing(SqliteStore(path)) as store:
        assert everything(store) == rows(1, 3)
        error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))

    assert (type(error), error.code) == (Unavailable, "E_STORE_FULL")
    assert "before it is opened" in str(error)


def test_an_unknown_outcome_is_settled_by_giving_the_command_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails just after the commit: the entry is there, and the repeated command finds it."""
    commit = writing.commit

    def fail(connection: SQLiteConnection) -> None:
        commit(connection)
        monkeypatch.setattr(writing, "commit", commit)
        raise failing(sqlite3.SQLITE_IOERR_FSYNC)

    with Ledger.open(tmp_path / "a.ledger", create=True, clock=ticking()) as ledger:
        ledger.record(*founding())
        monkeypatch.setattr(writing, "commit", fail)
        error = refused(lambda: ledger.record(common_issued(), command="c-1"))

        assert isinstance(error, OutcomeUnknown)
        assert (error.command, error.EXIT) == ("c-1", 4)
        settled = ledger.record(common_issued(), command="c-1")
        assert settled.repeated
        assert [entry.number for entry in settled.entries] == [7]


def test_the_log_is_folded_in_only_while_nobody_can_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that tries to write during each copy of the log cannot."""
    execute = SQLiteCursor.execute
    tried: list[str] = []

    def watched(self: SQLiteCursor, statement: Any, *arguments: Any) -> None:
        if "wal_checkpoint" in statement:
            with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
                try:
                    other.execute("BEGIN IMMEDIATE")
                    tried.append("written")
                except sqlite3.OperationalError as error:
                    tried.append(str(error))
        execute(self, statement, *arguments)

    monkeypatch.setattr(SQLiteCursor, "execute", watched)
    monkeypatch.setattr("ledger.store.writing.FOLD_AT", 8)
    size = path.stat().st_size
    with closing(SqliteStore(path)) as store:
        for number in range(4, 44):
            store.append(ACME, rows(number, number, bytes(2_000)), CommandId(f"c-{number}"), {})
        assert path.stat().st_size > size + 10 * 4_096

    assert tried == ["database is locked"] * 20


def test_a_log_that_cannot_be_folded_in_now_is_later(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.writing.FOLD_AT", 1)
    size = path.stat().st_size
    with closing(SqliteStore(path)) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        fold = store._recorder._fold

        def beside_a_writer(connection: SQLiteConnection) -> bool:
            other.execute("BEGIN IMMEDIATE")
            try:
                return fold(connection)
            finally:
                other.execute("ROLLBACK")

        monkeypatch.setattr(store._recorder, "_fold", beside_a_writer)
        store.append(ACME, rows(4, 4, bytes(20_000)), TWO, {})
        assert path.stat().st_size == size
        monkeypatch.setattr(store._recorder, "_fold", fold)
        store.append(ACME, rows(5, 5), THREE, {})
        assert path.stat().st_size > size


@pytest.mark.parametrize("failure", [sqlite3.OperationalError("no"), Unavailable("E_STORE", "here", "no")])
@pytest.mark.parametrize("often", ["FOLD_AT", "LENGTHEN_AT"])
def test_what_fails_after_a_commit_is_no_refusal_of_it(
    path: Path, failure: Exception, often: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = SQLiteCursor.execute

    def fail(self: SQLiteCursor, statement: Any, *arguments: Any) -> None:
        if "wal_checkpoint" in statement or "busy_timeout" in statement or "INSERT" in statement:
            raise failure
        execute(self, statement, *arguments)

    monkeypatch.setattr(SQLiteCursor, "execute", fail)
    monkeypatch.setattr(f"ledger.store.writing.{often}", 1)
    with closing(SqliteStore(path)) as store:
        store.append(ACME, rows(4, 4), TWO, {})
        store.append(ACME, rows(5, 5), THREE, {})

    assert everything_in(path) == rows(1, 5)


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def test_the_log_of_who_records_often_grows_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.writing.LENGTHEN_AT", 8)
    sizes = []
    with closing(SqliteStore(path)) as store:
        for number in range(4, 64):
            store.append(ACME, rows(number, number), CommandId(f"c-{number}"), {})
            sizes.append(log_of(path).stat().st_size)

    assert sizes[:7] == sorted({*sizes[:7]})
    assert sizes[7] > 400 * 4_096
    assert {*sizes[7:]} == {sizes[7]}
    assert everything_in(path) == rows(1, 63)


@pytest.mark.parametrize("cut", [0, 1, 4_096, 100_000], ids=str)
def test_nothing_of_a_log_that_grew_counts_after_a_crash(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.setattr("ledger.store.writing.LENGTHEN_AT", 2)
    left = tmp_path / "left.ledger"
    with closing(SqliteStore(path)) as store:
        store.append(ACME, rows(4, 4), TWO, {})
        for number, command in ((5, THREE), (6, CommandId("c-6"))):
            store.append(ACME, rows(number, number), command, {})
            shutil.copy(path, left)
            log_of(left).write_bytes(log_of(path).read_bytes()[: -cut or None])
            assert everything_in(left) == rows(1, number)
    with closing(SqliteStore(left)) as store:
        assert store.flaws() == []
        store.append(ACME, rows(7, 7), CommandId("c-7"), {})
    assert everything_in(left) == rows(1, 7)


def test_a_log_does_not_grow_while_somebody_else_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.writing.LENGTHEN_AT", 1)
    with closing(SqliteStore(path)) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        lengthen = store._recorder._lengthen

        def beside_a_writer(connection: SQLiteConnection) -> None:
            other.execute("BEGIN IMMEDIATE")
            lengthen(connection)
            other.execute("ROLLBACK")

        monkeypatch.setattr(store._recorder, "_lengthen", beside_a_writer)
        store.append(ACME, rows(4, 4), TWO, {})
        store.append(ACME, rows(5, 5), THREE, {})
        assert log_of(path).stat().st_size < 100 * 4_096

    assert everything_in(path) == rows(1, 5)


def test_no_connection_folds_the_log_in_by_itself(path: Path) -> None:
    with closing(SqliteStore(path)) as store, store._database.transaction(commit=True) as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint")
        assert cursor.fetchone()[0] == 0


def test_a_copy_of_a_closed_file_is_the_whole_ledger(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / "copy")

    assert opened(tmp_path / "copy") == opened(path)
