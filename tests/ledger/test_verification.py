"""A store is read from its bytes to its root: all is told that was not recorded so, and how far that reaches."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import codec
from ledger.errors import NotUnderstood, UnknownName
from ledger.identity import CommandId, EntryNumber, IssuerId
from ledger.integrity.tree import EMPTY_ROOT
from ledger.journal import Ledger
from ledger.quantities import Shares
from ledger.sealing import encode
from ledger.store import MemoryStore
from ledger.store.port import Beside, Row
from ledger.store.sqlite import SqliteStore
from ledger.store.writing import PAGE_BYTES
from ledger.timeline import Entry
from ledger.verification import Anchor, Damage, Level, Part, Verification, verify
from tests.builders import common_issued, entry_voided, founding, issuer_registered, ticking

ACME = IssuerId("acme")
ENTRIES = 306
"""Enough for a tile: six of the founding, and a hundred commands of three."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verification") / "sound.db"
    with Ledger.open(path, create=True, clock=ticking()) as ledger:
        ledger.record(*founding(), command="founding")
        for number in range(100):
            ledger.record(*(common_issued(issued=Shares(1 + number)) for _ in range(3)), command=f"c-{number}")
    return path


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    """Return a ledger to break."""
    copy = tmp_path / "a.db"
    copy.write_bytes(sound.read_bytes())
    return copy


def found(path: Path, *anchors: Anchor, issuer: str | None = None) -> Verification:
    with closing(SqliteStore(path)) as store:
        return verify(store, issuer, anchors)


def root(path: Path, size: int) -> bytes:
    with Ledger.open(path) as ledger:
        return ledger.tree().root(size)


def anchor(size: int, of: bytes, level: Level = Level.CHECKPOINT) -> Anchor:
    return Anchor(size, of, level, f"kept at {size}")


def broken(path: Path, *statements: str, values: tuple[Any, ...] = ()) -> None:
    """Change a file past the triggers that would refuse it, and put these back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement, values)
        for _, sql in triggers:
            connection.execute(sql)


def at(number: int) -> str:
    return f"WHERE originator_id = 'acme' AND originator_version = {number}"


def places(verification: Verification, part: Part = Part.ENTRIES) -> list[str]:
    return [each.place for each in verification.damage if each.part is part]


# --- what is sound -----------------------------------------------------------------------------------------------


def test_a_sound_record_has_the_root_and_the_digest_that_its_ledger_has(path: Path) -> None:
    with Ledger.open(path) as ledger:
        entries = ledger.entries()
        verification = found(path)

        assert verification == Verification(
            issuer=ACME,
            legal_name=ledger.legal_name(),
            entries=ENTRIES,
            recorded_at=entries[-1].recorded_at,
            root=ledger.tree().root(),
            digest=codec.record_digest(ACME, entries),
        )


@pytest.mark.parametrize("page", [1, 2, 7, 305, 306, 307])
def test_the_size_of_a_page_makes_no_difference(path: Path, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = found(path)
    monkeypatch.setattr("ledger.store.sqlite.PAGE", page)

    assert found(path) == whole


def test_a_record_in_memory_is_looked_through_like_one_in_a_file() -> None:
    store = MemoryStore()
    ledger = Ledger(store, clock=ticking())
    ledger.record(*founding())

    assert verify(store).root == ledger.tree().root()
    assert not verify(store).is_damaged


def test_a_store_of_nobody_has_nothing_damaged_and_nothing_verified() -> None:
    verification = verify(MemoryStore())

    assert (verification.issuer, verification.entries) == (None, 0)
    assert not verification.is_damaged
    assert not verification.is_verified


def test_of_several_issuers_one_has_to_be_named(path: Path) -> None:
    with Ledger.open(path, "beta", create=True, clock=ticking()) as ledger:
        ledger.record(issuer_registered(issuer="beta"))

    with pytest.raises(NotUnderstood, match="2 issuers"):
        found(path)
    with pytest.raises(UnknownName):
        found(path, issuer="gamma")
    assert (found(path, issuer="beta").entries, found(path, issuer="acme").entries) == (1, ENTRIES)


def test_what_is_recorded_meanwhile_is_not_damage(path: Path) -> None:
    class Busy(SqliteStore):
        """Others record and begin ledgers between any two questions."""

        def owners(self) -> set[str]:
            begin("beta")
            found = super().owners()
            begin("gamma")
            return found

        def beside(self, issuer: IssuerId) -> Iterator[Beside]:
            record("before")
            yield from super().beside(issuer)
            record("after")

    def begin(name: str) -> None:
        with Ledger.open(path, name, create=True, clock=ticking()) as ledger:
            ledger.record(issuer_registered(issuer=name))

    def record(command: str) -> None:
        with Ledger.open(path, "acme") as ledger:
            ledger.record(*(common_issued() for _ in range(110)), command=command)

    with closing(Busy(path)) as store:
        verification = verify(store, "acme")

    assert (verification.damage, verification.entries) == ((), ENTRIES + 220)  # and one more tile


# --- entries -----------------------------------------------------------------------------------------------------


FIGURE = 'CAST(replace(CAST(state AS TEXT), \'"issued":"\', \'"issued":"9\') AS BLOB)'
AUTHOR = "CAST(replace(CAST(state AS TEXT), 'unnamed', 'nobody!') AS BLOB)"
HASH = f"CAST(substr(state, 1, length(state) - 64) || '{'ab' * 32}' AS BLOB)"


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("state", FIGURE, "its payload"),
        ("state", AUTHOR, "its envelope"),
        ("state", HASH, "its envelope"),
        ("state", "x'00'", "its envelope"),
        ("state", "x''", "its envelope"),
        ("topic", "'shares-retired.1'", "another place or kind"),
    ],
)
def test_every_entry_that_was_changed_is_named(path: Path, column: str, value: str, what: str) -> None:
    for number in (8, 9, 50):
        broken(path, f"UPDATE stored_events SET {column} = {value} {at(number)}")

    verification = found(path)

    assert places(verification) == ["entries 8 to 9", "entry 50"]
    assert all(what in each.what for each in verification.damage)


@pytest.mark.parametrize("value", ["'text'", "5", "NULL", "1.5"])
@pytest.mark.parametrize("column", ["state", "topic"])
def test_a_value_of_another_type_is_named_with_its_entry(path: Path, column: str, value: str) -> None:
    broken(path, f"UPDATE stored_events SET {column} = {value} {at(20)}")

    assert places(found(path)) == ["entry 20"]


def test_where_every_other_entry_is_damaged_each_is_named_and_no_other(path: Path) -> None:
    broken(path, "UPDATE stored_events SET state = 'text' WHERE originator_id = 'acme' AND originator_version % 2")

    assert places(found(path)) == [f"entry {number}" for number in range(1, ENTRIES, 2)]


def test_a_row_that_claims_what_nobody_can_have_recorded_is_told_soon(path: Path) -> None:
    broken(
        path,
        "INSERT INTO stored_events VALUES ('acme/command/x', 1, 'command', CAST('307 99999999999999999' AS BLOB))",
    )

    assert places(found(path)) == ["entries 307 to 99999999999999999"]


def test_entries_that_are_missing_are_named_and_those_after_them_read(path: Path) -> None:
    broken(path, f"DELETE FROM stored_events {at(8)}", f"DELETE FROM stored_events {at(9)}")
    broken(path, f"UPDATE stored_events SET state = x'00' {at(300)}")

    assert places(found(path)) == ["entries 8 to 9", "entry 300"]


@pytest.mark.parametrize(("first", "missing"), [(ENTRIES, f"entry {ENTRIES}"), (302, f"entries 302 to {ENTRIES}")])
def test_entries_that_are_missing_at_the_end_are_known_by_their_commands(
    path: Path, first: int, missing: str
) -> None:
    broken(path, f"DELETE FROM stored_events WHERE originator_id = 'acme' AND originator_version >= {first}")

    assert places(found(path)) == [missing]


def test_an_end_that_was_cut_off_with_all_that_belongs_to_it_is_seen_from_outside_only(path: Path) -> None:
    kept = anchor(ENTRIES, root(path, ENTRIES))
    broken(
        path,
        "DELETE FROM stored_events WHERE originator_id = 'acme' AND originator_version > 303",
        "DELETE FROM stored_events WHERE originator_id = 'acme/command/c-99'",
    )

    assert not found(path).is_damaged
    assert places(found(path, kept)) == ["entries 304 to 306"]


@pytest.mark.parametrize("number", [0, -1, 400, 2**40])
def test_an_entry_with_another_number_is_missing_where_it_was(path: Path, number: int) -> None:
    broken(path, f"UPDATE stored_events SET originator_version = {number} {at(100)}")

    assert places(found(path))[0] == "entry 100"


def test_two_entries_that_changed_places_are_both_named(path: Path) -> None:
    broken(
        path,
        f"UPDATE stored_events SET originator_version = -1 {at(20)}",
        f"UPDATE stored_events SET originator_version = 20 {at(31)}",
        f"UPDATE stored_events SET originator_version = 31 {at(-1)}",
    )

    assert places(found(path)) == ["entry 20", "entry 31"]


def test_an_entry_under_another_name_is_missing_and_the_name_is_told(path: Path) -> None:
    broken(path, f"UPDATE stored_events SET originator_id = 'Acme' {at(100)}")

    verification = found(path, issuer="acme")

    assert places(verification) == ["entry 100"]
    assert places(verification, Part.ISSUERS) == ["list of issuers"]


# --- an entry that was written with all its hashes ---------------------------------------------------------------


def written(store: SqliteStore, number: int, event: Any, *, command: str = "forged", seconds: int = 10**6) -> None:
    """Write an entry as a ledger would, without asking anything."""
    payload = event if isinstance(event, bytes) else codec.encode(event)
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    forged = Entry(
        EntryNumber(number), moment, "forger", CommandId(command), common_issued(), codec.digest(payload)
    )
    kind = "common-issued.1" if isinstance(event, bytes) else codec.topic(event)
    store.append(ACME, [Row(number, kind, codec.state(ACME, forged, payload))], CommandId(command), {})


@pytest.mark.parametrize(
    ("event", "seconds", "what"),
    [
        (b"{}", 10**6, "the bytes are not an event"),
        (codec.encode(common_issued()).replace(b":", b": ", 1), 10**6, "canonical"),
        (entry_voided(entries=(EntryNumber(400),)), 10**6, "comes after it"),
        (common_issued(), 1, "does not follow"),
    ],
    ids=["nonsense", "other spacing", "a correction of the future", "an earlier time"],
)
def test_what_no_ledger_would_have_written_is_named_though_every_hash_fits(
    path: Path, event: Any, seconds: int, what: str
) -> None:
    with closing(SqliteStore(path)) as store:
        written(store, ENTRIES + 1, event, seconds=seconds)

    verification = found(path)

    assert places(verification) == [f"entry {ENTRIES + 1}"]
    assert what in verification.damage[0].what


def test_a_first_entry_that_does_not_register_the_issuer_is_named(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "a.db", create=True)) as store:
        written(store, 1, common_issued())

        assert [each.what for each in verify(store).damage] == ["the first entry does not register the issuer"]


def test_a_command_that_was_recorded_twice_is_named(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        written(store, ENTRIES + 1, common_issued(), command="again")
    broken(path, "DELETE FROM stored_events WHERE originator_id = 'acme/command/again'")
    with closing(SqliteStore(path)) as store:
        written(store, ENTRIES + 2, common_issued(), command="between", seconds=10**6 + 1)
        written(store, ENTRIES + 3, common_issued(), command="again", seconds=10**6 + 2)

    damage = [each for each in found(path).damage if each.part is Part.COMMANDS]

    assert [(each.place, each.what) for each in damage] == [
        (f"entry {ENTRIES + 1}", f"its command is that of entries {ENTRIES + 3} to {ENTRIES + 3} too")
    ]


# --- what is derived from the entries ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "part", "place", "what"),
    [
        ("DELETE FROM stored_events WHERE originator_id = 'acme/command/c-1'",
         "commands", "entries 10 to 12", "missing"),
        ("UPDATE stored_events SET state = CAST('10 11' AS BLOB) WHERE originator_id = 'acme/command/c-1'",
         "commands", "command 'c-1'", "names entries 10 to 11"),
        ("UPDATE stored_events SET state = CAST('13 15' AS BLOB) WHERE originator_id = 'acme/command/c-1'",
         "commands", "command 'c-1'", "names entries 13 to 15"),
        ("UPDATE stored_events SET state = x'00' WHERE originator_id = 'acme/command/c-1'",
         "commands", "command 'c-1'", "not what was written"),
        ("UPDATE stored_events SET topic = 'x' WHERE originator_id = 'acme/command/c-1'",
         "commands", "command 'c-1'", "not what was written"),
        ("UPDATE stored_events SET originator_version = 2 WHERE originator_id = 'acme/command/c-1'",
         "commands", "command 'c-1'", "not what was written"),
        ("INSERT INTO stored_events VALUES ('acme/command/new', 1, 'command', CAST('10 12' AS BLOB))",
         "commands", "command 'new'", "names entries 10 to 12"),
        ("DELETE FROM stored_events WHERE originator_id = 'acme/tiles/0'", "tiles", "tile 0/0", "missing"),
        ("UPDATE stored_events SET state = zeroblob(8256) WHERE originator_id = 'acme/tiles/0'",
         "tiles", "tile 0/0", "not what the entries give"),
        ("UPDATE stored_events SET originator_version = 2 WHERE originator_id = 'acme/tiles/0'",
         "tiles", "tile 0/1", "not so many"),
        ("INSERT INTO stored_events VALUES ('acme/tiles/1', 1, 'tile', x'00')", "tiles", "tile 1/0", "not so many"),
        ("INSERT INTO stored_events VALUES ('acme/tiles/0', 2, 'tile', x'00')", "tiles", "tile 0/1", "not so many"),
        ("INSERT INTO stored_events VALUES ('acme/tiles/0', 0, 'tile', x'00')", "else", "'tiles/0, 0'", "nobody"),
        ("INSERT INTO stored_events VALUES ('acme/tiles/0', 'x', 'tile', x'00')", "else", "'tiles/0, x'", "nobody"),
        ("INSERT INTO stored_events VALUES ('acme', 0, 'common-issued.1', x'00')", "else", "row 0", "before"),
        ("INSERT INTO stored_events VALUES ('acme', -7, 'common-issued.1', x'00')", "else", "row -7", "before"),
        ("INSERT INTO stored_events VALUES ('acme/elsewhere', 1, 'x', x'00')", "else", "'elsewhere, 1'", "nobody"),
        ("UPDATE stored_events SET state = CAST('beta' AS BLOB) WHERE originator_id = '/issuers'",
         "issuers", "list of issuers", "leaves out 'acme'"),
        ("UPDATE stored_events SET originator_version = 0 WHERE originator_id = '/issuers'",
         "issuers", "list of issuers", "row 1"),
        ("DELETE FROM stored_events WHERE originator_id = '/issuers'", "issuers", "list of issuers", "empty"),
        ("INSERT INTO stored_events VALUES ('/issuers', 2, 'issuer', CAST('beta' AS BLOB))",
         "issuers", "list of issuers", "has beta"),
    ],
)  # fmt: skip
def test_what_is_derived_is_worked_out_again_and_compared(
    path: Path, statement: str, part: str, place: str, what: str
) -> None:
    broken(path, statement)

    damage = [each for each in found(path, issuer="acme").damage if each.part is Part(part)]

    assert damage[0].place == place
    assert what in damage[0].what
    assert not places(found(path, issuer="acme"))


SEALED = "originator_id = 'acme/sealed' AND originator_version"
NOTHING = f"x'{encode([]).hex()}'"


@pytest.mark.parametrize(
    ("statement", "place", "what"),
    [
        (f"UPDATE stored_events SET state = x'00' WHERE {SEALED} = 4", "entry 4", ""),
        (f"UPDATE stored_events SET topic = 'x' WHERE {SEALED} = 4", "entry 4", "not what was written"),
        (f"UPDATE stored_events SET originator_version = 7 WHERE {SEALED} = 4", "entry 7", "does not mention"),
        (f"UPDATE stored_events SET originator_version = 400 WHERE {SEALED} = 4", "entry 400", "does not mention"),
        (f"UPDATE stored_events SET originator_version = 'x' WHERE {SEALED} = 4", "personal values", "no number"),
        (f"UPDATE stored_events SET originator_version = 0 WHERE {SEALED} = 4", "personal values", "no number"),
        (f"INSERT INTO stored_events VALUES ('acme/sealed', 3, 'sealed.1', {NOTHING})", "entry 3", "none in it"),
        (
            f"INSERT INTO stored_events VALUES ('acme/sealed', 307, 'sealed.1', {NOTHING})",
            "entry 307",
            "none in it",
        ),
    ],
)
def test_personal_values_that_do_not_fit_the_record_are_told(
    path: Path, statement: str, place: str, what: str
) -> None:
    broken(path, statement)

    damage = found(path).damage

    assert [(each.part, each.place) for each in damage] == [(Part.PARTICULARS, place)]
    assert what in damage[0].what


@pytest.mark.parametrize("keys_are_here", [True, False])
def test_personal_values_are_no_damage_whether_their_keys_are_here_or_erased(
    sound: Path, path: Path, keys_are_here: bool
) -> None:
    if keys_are_here:
        path.with_name(f"{path.name}.keys").write_bytes(sound.with_name(f"{sound.name}.keys").read_bytes())

    assert not found(path).is_damaged


def test_a_list_of_issuers_that_cannot_be_read_does_not_keep_the_entries_from_being_read(path: Path) -> None:
    broken(
        path,
        "UPDATE stored_events SET state = x'ff' WHERE originator_id = '/issuers'",
        f"UPDATE stored_events SET state = x'00' {at(7)}",
    )

    assert [each.place for each in found(path).damage] == ["entry 7", "list of issuers"]


# --- what is kept elsewhere --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "covered"), [(1, 1), (ENTRIES - 1, ENTRIES - 1), (ENTRIES, ENTRIES)])
def test_a_record_is_verified_as_far_as_its_root_is_kept_elsewhere(path: Path, size: int, covered: int) -> None:
    verification = found(path, anchor(size, root(path, size)))

    assert verification.is_verified
    assert verification.covered() == covered


def test_a_checkpoint_of_nothing_verifies_nothing(path: Path) -> None:
    verification = found(path, anchor(0, EMPTY_ROOT))

    assert not verification.is_damaged
    assert not verification.is_verified


def test_another_root_is_damage_and_lies_between_two_that_are_kept(path: Path) -> None:
    verification = found(
        path, *(anchor(size, root(path, size) if size <= 100 else b"x" * 32) for size in (300, 50, 100, 200))
    )

    assert verification.is_damaged
    assert (verification.covered(), verification.rewritten) == (100, (101, 200))


def test_a_checkpoint_of_more_entries_than_there_are_names_those_that_are_missing(path: Path) -> None:
    verification = found(path, anchor(310, b"x" * 32))

    assert places(verification) == ["entries 307 to 310"]
    assert verification.is_damaged


def test_the_level_of_each_entry_is_that_of_the_best_anchor_at_or_after_it(path: Path) -> None:
    kept = {300: Level.CHECKPOINT, 200: Level.TIME_STAMP, 250: Level.TIME_STAMP, 100: Level.WITNESS}
    verification = found(path, *(anchor(size, root(path, size), level) for size, level in kept.items()))

    assert verification.reach() == [
        (1, 100, Level.WITNESS),
        (101, 250, Level.TIME_STAMP),
        (251, 300, Level.CHECKPOINT),
        (301, 306, Level.NOTHING),
    ]


@pytest.mark.parametrize(
    ("number", "value"),
    [(8, FIGURE), (8, AUTHOR), (8, HASH), (8, "x'00'"), (300, FIGURE), (300, HASH)],
    ids=lambda value: str(value)[:60],
)
def test_the_other_entries_are_still_held_against_a_checkpoint(path: Path, number: int, value: str) -> None:
    kept = anchor(ENTRIES, root(path, ENTRIES))
    broken(path, f"UPDATE stored_events SET state = {value} {at(number)}")

    verification = found(path, kept)

    assert places(verification) == [f"entry {number}"]
    assert verification.covered() == ENTRIES


def test_what_is_missing_is_made_up_for_by_a_tile_and_not_after_the_last(path: Path) -> None:
    first, last = anchor(100, root(path, 100)), anchor(ENTRIES, root(path, ENTRIES))
    broken(path, f"DELETE FROM stored_events {at(8)}")
    assert found(path, first, last).covered() == ENTRIES

    broken(path, f"DELETE FROM stored_events {at(300)}")
    verification = found(path, first, last)
    assert (verification.covered(), verification.root, verification.digest) == (100, None, None)
    assert verification.rewritten is None  # nothing is known to be another


@pytest.mark.parametrize(
    ("first", "last", "place"),
    [(5, 5, "entry 5"), (5, 9, "entries 5 to 9"), (5, None, "entry 5 and those after it")],
)
def test_damage_says_where_it_is(first: int, last: int | None, place: str) -> None:
    assert Damage(Part.ENTRIES, "it is missing", first, last).place == place


# --- what cannot be read -----------------------------------------------------------------------------------------


def pages_of(path: Path) -> dict[int, list[int]]:
    """Return the entries that begin on each page of a file."""
    data = path.read_bytes()
    return {
        page: [
            number
            for number in range(1, ENTRIES + 1)
            if b'"number":"%d"' % number in data[page * PAGE_BYTES :][:PAGE_BYTES]
        ]
        for page in range(len(data) // PAGE_BYTES)
    }


@pytest.mark.parametrize("wipe", [b"\xa5" * PAGE_BYTES, bytes(PAGE_BYTES)], ids=["scribbled", "zeroed"])
def test_entries_that_cannot_be_read_are_named_as_a_range_and_those_after_it_read(path: Path, wipe: bytes) -> None:
    page, on = next(
        (page, on)
        for page, on in pages_of(path).items()
        if len(on) > 2 and on[0] > 100 and on[-1] - on[0] == len(on) - 1
    )
    data = path.read_bytes()
    path.write_bytes(data[: page * PAGE_BYTES] + wipe + data[(page + 1) * PAGE_BYTES :])

    damage = [each for each in found(path).damage if each.part is Part.ENTRIES]

    assert [each.first for each in damage] == [on[0]]
    assert damage[0].last in (
        on[-1],
        on[-1] + 1,
    )  # the next one stands on the page above, and is reached through it
