"""The index of movements: what it adds up is what taking every fact one by one gives, whatever the history."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import company as synthetic
from ledger import Ledger, Phase
from ledger.errors import NotUnderstood
from ledger.events import Event, Fact, SharesTransferred, StockSplitEffected
from ledger.identity import Count
from ledger.pages import Page
from ledger.store import memory
from projections import CapTable, cap_table
from projections.cap_table import table_of
from projections.replay import Units, replay, replay_index
from tests.builders import (
    common_issued,
    company,
    entry_restated,
    entry_voided,
    shares_transferred,
    stock_split_effected,
    ticking,
)
from tests.projections.histories import FIRST, LAST, SOME, accepted, as_of_days, histories, recorded


def taken_one_by_one(ledger: Ledger, as_of: date, known: int | None = None, basis: date | None = None) -> CapTable:
    """Return the cap table without an index."""
    history = ledger.history(as_of, known)
    facts = ledger.standing(history.known)
    return table_of(ledger, facts, replay(history, facts), Units(facts, basis, history.as_of))


def read_again(ledger: Ledger, page: int) -> Ledger:
    """Return a ledger that reads what another recorded, a page of so many entries at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "PAGE", page)
        again = Ledger(ledger._store)
        again.entries()
    return again


@st.composite
def with_places(draw: st.DrawFn, events: st.SearchStrategy[list[Event]]) -> list[Event]:
    """Return histories in which some facts say in which part of the day they belong, and in which order."""
    phases = st.sampled_from([Phase.ORDINARY, Phase.ORDINARY, *Phase])
    places = st.none() | st.none() | st.integers(0, 2).map(Count)
    return accepted(
        attrs.evolve(event, phase=draw(phases), place=draw(places))
        if isinstance(event, Fact) and not isinstance(event, StockSplitEffected)
        else event
        for event in draw(events)
    )


@SOME
@given(with_places(histories(longest=3)), as_of_days, st.integers(1, 5), st.data())
def test_the_index_gives_the_cap_table_that_taking_fact_by_fact_gives(
    events: list[Event], as_of: date, page: int, data: st.DataObject
) -> None:
    written = recorded(events)
    known = data.draw(st.integers(13, len(written.entries())))
    basis = data.draw(st.none() | st.dates(as_of, as_of + timedelta(days=9)))
    expected = taken_one_by_one(written, as_of, known, basis)

    for ledger in (written, read_again(written, page)):
        assert cap_table(ledger, as_of=as_of, known_at=known, basis=basis) == expected
        assert cap_table(ledger, as_of=as_of) == taken_one_by_one(ledger, as_of)


@SOME
@given(with_places(histories(longest=3)), as_of_days, st.integers(1, 5))
def test_the_index_gives_every_account_and_every_level(events: list[Event], as_of: date, page: int) -> None:
    ledger = read_again(recorded(events), page)
    history = ledger.history(as_of)

    found, expected = replay_index(ledger.index(), as_of), replay(history)

    assert found.accounts == expected.accounts
    assert found.settings == expected.settings
    assert [each for each, _ in found.open] == history.open


@SOME
@given(with_places(histories(longest=3)), as_of_days)
def test_an_index_follows_what_is_recorded(events: list[Event], as_of: date) -> None:
    ledger = recorded(())
    for event in events:
        ledger.record(event)
        assert cap_table(ledger, as_of=as_of) == taken_one_by_one(ledger, as_of)


def shares(ledger: Ledger, holder: str, as_of: str = "2026-12-31") -> str:
    return str(cap_table(ledger, as_of=as_of).shares(holder, "common").exact)


def test_a_plain_fact_is_added_up_and_no_fact_is_made_of_it_again() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), shares_transferred(transferred=400))

    index = read_again(ledger, 1_000).index()

    assert {each.fact.KIND for each in index.told} == {
        "issuer-registered",
        "stock-class-designated",
        "holder-registered",
    }


def test_what_a_correction_names_is_told() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(shares_transferred(transferred=400))
    assert (shares(ledger, "ada"), shares(ledger, "bob")) == ("600", "400")

    ledger.record(entry_restated(entry=8, restated_as=shares_transferred(transferred=150)))
    assert (shares(ledger, "ada"), shares(ledger, "bob")) == ("850", "150")
    ledger.record(entry_voided(9))
    assert (shares(ledger, "ada"), shares(ledger, "bob")) == ("600", "400")
    assert any(isinstance(each.fact, SharesTransferred) for each in ledger.index().told)


@pytest.mark.parametrize("count", [2**53 + 1, 2**63 // 10**10 + 1, 10**29])
def test_sums_are_exact_however_large(count: int) -> None:
    ledger = company()
    ledger.record(common_issued(issued=count - 1), common_issued(issued=1), as_stated=True)

    assert shares(ledger, "ada") == str(count)


@pytest.mark.parametrize(("as_of", "held"), [("2026-07-01", "0"), ("2026-07-02", "400"), ("2026-07-03", "400")])
def test_a_day_counts_at_its_close(as_of: str, held: str) -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), shares_transferred(transferred=400, effective_on="2026-07-02"))

    assert shares(read_again(ledger, 1_000), "bob", as_of) == held


SPLIT_ON = "2026-07-01"


@pytest.mark.parametrize("page", [1, 1_000])
@pytest.mark.parametrize(
    ("first", "split", "moved_with", "bob"),
    [
        ("transfer", 0, None, "100"),  # one with a place comes before one without, whatever their numbers
        ("split", 1, None, "100"),
        ("transfer", 1, None, "100"),
        ("split", None, 0, "200"),
        ("split", 1, 0, "200"),
        ("transfer", 0, 1, "100"),
    ],
)
def test_a_fact_and_a_split_of_one_moment_keep_their_order(
    first: str, split: int | None, moved_with: int | None, bob: str, page: int
) -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))

    def place(given: int | None) -> Count | None:
        return None if given is None else Count(given)

    both: list[Event] = [
        stock_split_effected(effective_on=SPLIT_ON, phase=Phase.OPENING, place=place(split)),
        shares_transferred(transferred=100, effective_on=SPLIT_ON, phase=Phase.OPENING, place=place(moved_with)),
    ]
    for event in both if first == "split" else both[::-1]:
        ledger.record(event)

    assert shares(ledger, "bob") == shares(read_again(ledger, page), "bob") == bob
    assert taken_one_by_one(ledger, LAST.replace(month=12)) == cap_table(ledger, as_of=LAST.replace(month=12))


def test_a_cap_table_makes_no_entries() -> None:
    ledger = Ledger.in_memory(clock=ticking())
    ledger.record(*synthetic.founding(), *map(synthetic.event, synthetic.deals(400, 10)))
    again = read_again(ledger, 50)

    assert again.time_zone == again.registration().time_zone
    assert cap_table(again, as_of="2025-01-01") == taken_one_by_one(ledger, date(2025, 1, 1))
    pages = [part for part, _, _ in again.entries().parts(0, len(again.entries()))]
    assert all(isinstance(page, Page) for page in pages)
    assert [bool(page._made) for page in pages if isinstance(page, Page)] == [False] * 9


def test_a_long_history_in_a_file_is_answered_as_fact_by_fact(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "long", create=True, clock=ticking()) as ledger:
        ledger.record(*synthetic.founding(), *map(synthetic.event, synthetic.deals(1_500, 20)))
    with Ledger.open(tmp_path / "long") as ledger:
        for on in (date(2015, 1, 1), date(2018, 3, 4), date(2025, 1, 1)):
            assert cap_table(ledger, as_of=on) == taken_one_by_one(ledger, on)


def test_a_day_that_is_none_is_refused_as_before() -> None:
    with pytest.raises(NotUnderstood, match="as_of"):
        cap_table(company(), as_of="2026-02-30")


def an_interrupted(ledger: Ledger, patch: pytest.MonkeyPatch) -> None:
    def interrupted(*unused: Any) -> Iterable[Any]:
        raise KeyboardInterrupt

    with patch.context() as at_once:
        at_once.setattr("ledger.index.standing", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ledger.index()


def test_an_index_that_was_interrupted_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    an_interrupted(ledger, monkeypatch)

    assert shares(ledger, "ada", f"{FIRST.replace(year=2027)}") == "1000"
