"""Entries that are read for what they move: as much as whoever reads them whole, and what is checked on the way."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Ledger, codec, moving
from ledger.columns import shapes
from ledger.columns.movements import TOLD, MovementColumns
from ledger.columns.moves import Counted
from ledger.days import Phase
from ledger.errors import LedgerDamaged
from ledger.events import EVENTS, EntryRestated, EntryVoided, Event, Fact
from ledger.identity import HolderId, IssuerId, StockClassId
from ledger.integrity.tiles import WIDTH
from ledger.movements import Held, Posting, Source
from ledger.moving import MovingEntries, Vouched
from ledger.moving.lines import Lines
from ledger.moving.shaped import Shapes
from ledger.pages import Page
from ledger.personal import SALT_BYTES, seal
from ledger.store.memory import MemoryStore
from ledger.store.port import Columns, columns_of, text_of
from ledger.store.sqlite import _TABLES, SqliteStore
from ledger.verification import verify
from tests import strategies
from tests.builders import common_issued, company, founding, shares_transferred, tranche_closed
from tests.ledger.test_bulk import ISSUER, alike, of_row, row
from tests.projections.histories import as_of_days, histories, recorded
from tests.projections.test_index import with_places

Moved = dict[int, Counter[tuple[Any, Any, int]]]
COMMON = StockClassId("common")
KINDS = pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.KIND)


@pytest.fixture
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take also what stands alone as it is taken in a long record."""
    monkeypatch.setattr(moving, "_FEW", 0)
    monkeypatch.setattr(shapes, "MANY", 1)


def moved_by(number: int, event: Event) -> Moved:
    """Return what an event moves by itself, by the number of its entry."""
    movements = event.movements() if isinstance(event, Fact) else ()
    postings = [(each.unit, each.account, each.quantity) for each in movements if isinstance(each, Posting)]
    return {number: Counter(postings)} if postings else {}


def moved_alone(numbered: Iterable[tuple[int, Event]]) -> Moved:
    """Return what events move, each by itself, by the numbers of their entries."""
    moved: Moved = {}
    for number, event in numbered:
        moved |= moved_by(number, event)
    return moved


def read(events: list[Event]) -> tuple[Moved, list[tuple[int, Event]]]:
    """Return what facts move that are taken at once, and all others, read from rows that are vouched for."""
    rows = columns_of([row(number, event) for number, event in enumerate(events, 1)])
    many, others = vouched(rows).moves()
    moved: Moved = {}
    for moves in many:
        movements = moves.movements()
        assert movements is not None
        for place, number in enumerate(moves.numbers.tolist()):
            fact = moves.entry(place).event
            assert isinstance(fact, Fact)
            assert moves.begins[place] == fact.effective_on.opens + fact.phase.rank
            assert moves.settles[place] == fact.effective_on.opens_latest + fact.phase.rank
            postings = [each for each in movements if isinstance(each, Posting)]
            moved[number] = Counter(
                (of_row(each.unit, place), of_row(each.account, place), of_quantity(each.quantity, place))
                for each in postings
            )
    return {number: each for number, each in moved.items() if each}, [
        (int(entry.number), entry.event) for entry in others
    ]


def vouched(rows: Columns) -> Vouched:
    """Return rows as if the tree vouched for them."""
    text = text_of(rows, 0, len(rows.numbers))
    assert text is not None
    lines = Lines.of(text, len(rows.numbers))
    assert lines is not None
    return Vouched([lines], ISSUER, 0, Shapes())


def of_quantity(value: Any, place: int) -> int:
    """Return what counted quantities, or one that all share, are at a place."""
    return int(value.steps[place]) * value.step if isinstance(value, Counted) else int(of_row(value, place))


@pytest.mark.usefixtures("_few_at_once")
@KINDS
@given(data=st.data())
@strategies.SOME
def test_whatever_a_kind_of_event_moves_is_read_at_once_or_left_to_be_taken_alone(
    kind: type[Event], data: st.DataObject
) -> None:
    sealed = [seal(each, lambda: bytes(SALT_BYTES)) for each in data.draw(alike(kind))]
    moved, others = read(sealed)

    assert moved | moved_alone(others) == moved_alone(enumerate(sealed, 1))
    numbers = {number for number, _ in others}
    for number, event in enumerate(sealed, 1):
        assert number in numbers or not isinstance(event, (*TOLD, EntryVoided, EntryRestated))


holders = st.sampled_from(["ada", "bob", "h-000001", "h-000002", "a-name-of-a-holder-that-is-rather-long-1"])
counts = st.sampled_from(["1", "7", "12", "85", "999", "0.5", f"{10**17}", f"{10**19}"])
varied = st.fixed_dictionaries(
    {
        "effective_on": st.sampled_from(["2026-03-01", "2026-03-02", "2026-03-01/2026-03-09"]),
        "note": st.sampled_from([None, "plain", "other", 'she said "so"', "naïve, ça", "back\\slash"]),
        "place": st.sampled_from([None, None, None, "2"]),
        "phase": st.sampled_from([Phase.ORDINARY, Phase.CLOSE]),
    }
)


@st.composite
def many_shapes(draw: st.DrawFn) -> list[Event]:
    """Return facts of two kinds that differ in most of what facts can differ in, and often only in a few gaps."""
    found: list[Event] = []
    for _ in range(draw(st.integers(1, 40))):
        of_all = draw(varied)
        security = draw(st.sampled_from([None, "S-1", "S-2", "S-10"]))
        if draw(st.booleans()):
            found.append(common_issued(holder=draw(holders), issued=draw(counts), security=security, **of_all))
        else:
            whose = draw(st.permutations(["ada", "h-000001", "h-000002", "bob"]))
            found.append(
                shares_transferred(
                    from_holder=whose[0], to_holder=whose[1], transferred=draw(counts), security=security, **of_all
                )
            )
    return found


@pytest.mark.usefixtures("_few_at_once")
@given(many_shapes(), st.integers(1, 4))
@strategies.SOME
def test_facts_of_many_shapes_move_what_each_moves_alone(events: list[Event], many: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "MANY", many)
        moved, others = read(events)

    assert moved | moved_alone(others) == moved_alone(enumerate(events, 1))


@pytest.mark.usefixtures("_few_at_once")
@settings(max_examples=100)
@given(with_places(histories(longest=3)), as_of_days, st.integers(1, 5), st.data())
def test_columns_of_what_moves_are_those_of_all_entries(
    events: list[Event], as_of: date, page: int, data: st.DataObject
) -> None:
    ledger = recorded(events)
    known = data.draw(st.none() | st.integers(13, len(ledger.entries())))
    whole = MovementColumns.of(ledger.entries())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moving, "WIDTH", 1)
        patch.setattr(moving, "PAGE", page)
        patch.setattr(MovingEntries, "_vouches", lambda *_: True)
        columns = MovementColumns.of(MovingEntries(ledger._store, IssuerId(ledger.issuer or "")))

    assert columns.quantities(as_of, known) == whole.quantities(as_of, known)
    assert columns.still_open(as_of, known) == whole.still_open(as_of, known)
    assert columns.told(known) == whole.told(known)


# --- which rows are vouched for -----------------------------------------------------------------------------


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger of a complete tile and a half."""
    made = company()
    made.record(*(common_issued(issued=1 + n) for n in range(WIDTH // 2)))
    made.record(*(shares_transferred(transferred=1) for _ in range(WIDTH)))
    return made


def parts(ledger: Ledger) -> list[tuple[type[object], int]]:
    """Return how the entries of a ledger are read, and how many in each way."""
    entries = MovingEntries(ledger._store, IssuerId("acme"))
    return [(type(part), last - first) for part, first, last in entries.parts(0, len(entries))]


def change(ledger: Ledger, **altered: Any) -> None:
    """Let a store return other columns than it was given."""
    store = ledger._store
    assert isinstance(store, MemoryStore)
    columns = store.columns
    store.columns = lambda *asked: columns(*asked)._replace(  # type: ignore[method-assign]
        **{name: alter([*getattr(columns(*asked), name)]) for name, alter in altered.items()}
    )


def exchanged(values: list[Any]) -> list[Any]:
    """Return values of which the last two have changed places."""
    return [*values[:-2], values[-1], values[-2]]


def test_complete_tiles_vouch_for_their_entries_and_the_rest_is_read_whole(ledger: Ledger) -> None:
    assert parts(ledger) == [(Vouched, WIDTH), (Page, len(ledger.entries()) - WIDTH)]


def test_a_damaged_tile_vouches_for_nothing_and_stops_nobody(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = MovementColumns.of(ledger.entries()).quantities(date(2026, 12, 31))

    def damaged(*_: object) -> None:
        raise LedgerDamaged("E_TAMPERED", "tile 0/0", "its hashes are not those that were written")

    monkeypatch.setattr(ledger._store, "tiles", damaged)

    assert {kind for kind, _ in parts(ledger)} == {Page}
    assert (
        MovementColumns.of(MovingEntries(ledger._store, IssuerId("acme"))).quantities(date(2026, 12, 31))
        == expected
    )


@pytest.mark.parametrize("column", ["states", "numbers"])
def test_rows_in_another_order_are_found(ledger: Ledger, column: str) -> None:
    change(ledger, **{column: exchanged})

    with pytest.raises(LedgerDamaged, match="entry"):
        parts(ledger)


def test_a_row_that_is_missing_is_found(ledger: Ledger) -> None:
    change(ledger, **{name: lambda values: values[:-1] for name in Columns._fields})

    with pytest.raises(LedgerDamaged, match="entry"):
        parts(ledger)


def test_other_bytes_under_the_same_hash_are_what_columns_say_and_verify_finds(tmp_path: Path) -> None:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*founding())
        ledger.record(*(common_issued(issued=1_000 + n) for n in range(WIDTH)))
    before = of_file(path)
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER entries_stay")
        change = "UPDATE stored_events SET state = CAST(REPLACE(state, ?, ?) AS BLOB) WHERE originator_id = 'acme'"
        file.execute(change, ('"issued":"1009"', '"issued":"1008"'))
        file.execute(next(each for each in _TABLES if "entries_stay" in each))
        file.commit()

    after = of_file(path)

    assert {name for name in before if after[name] != before[name]} == {
        (COMMON, Held(HolderId("ada"))),
        (COMMON, Source.ISSUED),
    }
    with closing(SqliteStore(path)) as store:
        assert [damage.what for damage in verify(store).damage] == ["its payload is not the one that was recorded"]


@pytest.mark.parametrize("change", ["state = CAST(state AS TEXT)", "topic = CAST(topic AS BLOB)"])
def test_a_row_of_another_type_is_refused_as_wherever_rows_are_read(tmp_path: Path, change: str) -> None:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*founding(), *(common_issued(issued=1 + n) for n in range(2 * WIDTH)))
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER entries_stay")
        file.execute(f"UPDATE stored_events SET {change} WHERE originator_id = 'acme' AND originator_version = 9")
        file.execute(next(each for each in _TABLES if "entries_stay" in each))
        file.commit()

    with pytest.raises(LedgerDamaged, match="acme entry 9: its state is not bytes, or its kind no text"):
        of_file(path)


def of_file(path: Path) -> dict[Any, Any]:
    """Return what the accounts of a file hold, in columns of rows that are vouched for."""
    with closing(SqliteStore(path)) as store:
        return {**MovementColumns.of(MovingEntries(store, ISSUER)).quantities(date(2026, 12, 31))}


@pytest.mark.parametrize("told", ["shares-transferred.1", "holder-renamed.1", "entry-voided.1"])
def test_a_payload_of_another_kind_than_its_row_says_is_read_whole_and_refused(told: str) -> None:
    rows = columns_of([row(number, common_issued(issued=number)) for number in range(1, 20)])
    other = rows._replace(topics=[told] * len(rows.topics))

    with pytest.raises(LedgerDamaged, match="another place or kind"):
        vouched(other).moves()


def test_a_kind_that_nobody_knows_is_refused_by_name() -> None:
    rows = columns_of([row(1, common_issued())])

    with pytest.raises(LedgerDamaged):
        vouched(rows._replace(topics=["shares-evaporated.1"])).moves()


def test_what_facts_of_one_kind_say_differently_takes_them_apart_and_no_further() -> None:
    events = [common_issued(issued=1 + n, security="S-1" if n % 2 else None) for n in range(40)]
    events += [common_issued(issued="0.5"), common_issued(issued=10**19)]
    rows = columns_of([row(number, event) for number, event in enumerate(events, 1)])

    many, others = vouched(rows).moves()

    assert sorted(len(moves.numbers) for moves in many) == [20, 20]
    assert [int(entry.number) for entry in others] == [41, 42]


def test_money_is_counted_in_hundredths_and_by_currency() -> None:
    amounts = ["1 USD", "1.5 USD", "1.25 USD", "1.125 USD", "2 EUR"] * 20
    rows = columns_of([row(number, tranche_closed(closed=each)) for number, each in enumerate(amounts, 1)])

    many, others = vouched(rows).moves()

    found: dict[str, set[int]] = {}
    for moves in many:
        for posting in moves.movements() or ():
            assert isinstance(posting, Posting)
            assert isinstance(posting.quantity, Counted)
            found[str(posting.unit)] = {*map(abs, posting.quantity.steps.tolist())}
    assert found == {"USD": {100, 150, 125}, "EUR": {200}}
    assert len(others) == 20  # a quarter of a hundredth is left alone


def test_columns_of_a_file_are_made_and_left_without_reading_more_than_the_last_entries_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*founding())
        ledger.record(*(common_issued(issued=1 + n) for n in range(2 * WIDTH)))
    read_whole: list[int] = []
    read_states = codec.read_states

    def counted(rows: Any, issuer: IssuerId, after: int) -> Page | None:
        read_whole.append(len(rows))
        return read_states(rows, issuer, after)

    monkeypatch.setattr(codec, "read_states", counted)

    with Ledger.open(path) as ledger:
        known = ledger.columns().known
        assert ledger.columns().known == known

    assert known == 2 * WIDTH + len(founding())
    assert max(read_whole) < WIDTH
