"""Entries in order: pages that are made when asked for answer like the list of their entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, codec
from ledger.errors import LedgerDamaged
from ledger.events import HolderRegistered, SharesTransferred
from ledger.identity import CommandId, EntryNumber, IssuerId
from ledger.movements import HolderKind
from ledger.pages import Entries, Page
from ledger.personal import Personal
from ledger.store import MemoryStore, Row, memory
from ledger.timeline import Entry
from tests.builders import common_issued, company, holder_registered, shares_transferred

WRITTEN = company()
WRITTEN.record(common_issued(issued=1_000), command="first")
WRITTEN.record(*(shares_transferred(transferred=count) for count in range(1, 9)), command="second")
WRITTEN.record(shares_transferred(transferred=9), command="third")
PLAIN = [*WRITTEN.entries()]
SIZE = len(PLAIN)


def fresh(page: int) -> Entries:
    """Return the entries as another ledger reads them, a page of so many at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "PAGE", page)
        return Ledger(WRITTEN._store).entries()


pages = st.integers(1, SIZE + 1)
places = st.none() | st.integers(-SIZE - 2, SIZE + 2)


@given(pages)
def test_entries_of_pages_are_those_that_were_recorded(page: int) -> None:
    assert [*fresh(page)] == PLAIN
    assert fresh(page) == PLAIN
    assert fresh(page) == fresh(1)
    assert fresh(page) != PLAIN[:-1]
    assert len(fresh(page)) == SIZE


@given(pages, places, places, st.sampled_from([None, 1, 2, -1]))
def test_a_slice_is_that_of_the_list(page: int, start: int | None, stop: int | None, step: int | None) -> None:
    assert fresh(page)[start:stop:step] == PLAIN[start:stop:step]


@given(pages, st.integers(-SIZE, SIZE - 1))
def test_an_entry_is_that_of_the_list(page: int, place: int) -> None:
    assert fresh(page)[place] == PLAIN[place]


@pytest.mark.parametrize("place", [-SIZE - 1, SIZE, SIZE + 7])
def test_beyond_the_last_there_is_none(place: int) -> None:
    with pytest.raises(IndexError):
        fresh(3)[place]


@given(pages, st.integers(0, SIZE))
def test_the_first_entries_are_entries(page: int, count: int) -> None:
    assert fresh(page).first(count) == PLAIN[:count]


@given(pages, st.integers(0, SIZE), st.integers(0, SIZE))
def test_one_entry_is_made_as_its_page_makes_it(page: int, start: int, stop: int) -> None:
    made = [
        part.single(place, event)
        for part, first, last in fresh(page).parts(start, stop)
        if isinstance(part, Page)
        for bulk in part.bulks
        for place, event in zip(bulk.rows, bulk.events(), strict=True)
        if first <= place < last and isinstance(event, SharesTransferred)
    ]

    assert made == [entry for entry in PLAIN[start:stop] if isinstance(entry.event, SharesTransferred)]


@given(pages)
def test_when_an_entry_was_recorded_is_told_without_making_any(page: int) -> None:
    entries = fresh(page)
    read = [part for part, _, _ in entries.parts(0, SIZE) if isinstance(part, Page)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Page, "entries", lambda _: pytest.fail("all entries of a page were made"))
        found = [entries.recorded_at(place) for place in range(SIZE)]

    assert read
    assert found == [entry.recorded_at for entry in PLAIN]


@given(pages, st.integers(0, SIZE), st.integers(0, SIZE))
def test_entries_are_found_by_their_kinds_kept_whole_or_not(page: int, start: int, stop: int) -> None:
    kinds = (HolderRegistered, SharesTransferred)

    found = [*fresh(page).of_kinds(kinds, start, stop)]

    assert found == [entry for entry in PLAIN[start:stop] if isinstance(entry.event, kinds)]


@pytest.mark.parametrize("page", [1, 2, 100])
def test_what_is_recorded_follows_what_was_read(page: int) -> None:
    ledger = company()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "PAGE", page)
        again = Ledger(ledger._store, clock=lambda: PLAIN[-1].recorded_at)
        entries = again.entries()
    again.record(common_issued())
    again.record(shares_transferred(transferred=1))

    assert again.entries() is entries
    assert [int(entry.number) for entry in entries] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert entries[6].recorded_at < entries[7].recorded_at
    assert Ledger(ledger._store).entries() == entries


def test_particulars_are_there_when_a_page_is_made_late() -> None:
    ledger = company()
    named = {"holder_kind": HolderKind.NATURAL_PERSON, "name": Personal("Eve Example")}
    ledger.record(holder_registered(holder="eve", legal_name=None, **named))

    event = Ledger(ledger._store).entries()[-1].event

    assert isinstance(event, HolderRegistered)
    assert event.name is not None
    assert event.name.value == "Eve Example"


def test_a_record_that_does_not_begin_with_its_issuer_is_damaged() -> None:
    store, event, issuer = MemoryStore(), common_issued(), IssuerId("acme")
    payload = codec.encode(event)
    entry = Entry(EntryNumber(1), PLAIN[0].recorded_at, "x", CommandId("c"), event, codec.digest(payload))
    store.append(issuer, [Row(1, codec.topic(event), codec.state(issuer, entry, payload))], entry.command, {})

    with pytest.raises(LedgerDamaged, match="entry 1: the first entry does not register the issuer"):
        Ledger(store).entries()
