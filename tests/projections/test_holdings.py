"""Holdings in columns, against the cap table and against taking every fact one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Authorized, Ledger, Shares
from ledger.columns import positions, register, sums
from ledger.errors import NotUnderstood, UnknownName
from ledger.events import Event
from ledger.gate import Gate
from ledger.identity import HolderId, StockClassId
from projections import Bounds, arrow_columns, cap_table, holder_movements
from projections.bounds import exactly
from projections.holdings import holdings
from projections.holdings_over_time import holdings_over_time
from tests import builders
from tests.projections.histories import FIRST, LAST, accepted, as_of_days, histories, recorded
from tests.projections.test_index import read_again, taken_one_by_one, with_places


@pytest.fixture(autouse=True)
def _in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few rows make what otherwise thousands make."""
    for module, name, size in (
        (sums, "BLOCK", 4),
        (sums, "SHORTEST", 3),
        (sums, "LOOSE", 7),
        (positions, "FEW", 2),
        (register, "FEW", 3),
    ):
        monkeypatch.setattr(module, name, size)


Lines = list[tuple[StockClassId, HolderId, Bounds[Shares]]]


def lines(table: Iterable[Any]) -> Lines:
    return [(line.stock_class, line.holder, line.shares) for line in table]


@st.composite
def with_mergers(draw: st.DrawFn, events: st.SearchStrategy[list[Event]]) -> list[Event]:
    """Histories in which some holders turn out to be one party, on a day that may be open."""
    given = draw(events)
    for at in sorted(draw(st.lists(st.integers(0, len(given)), max_size=3)), reverse=True):
        holder, into = draw(st.permutations(builders.HOLDERS))[:2]
        first = FIRST + timedelta(days=draw(st.integers(0, 9)))
        last = min(LAST, first + timedelta(days=draw(st.sampled_from([0, 0, 3]))))
        days = f"{first}" if first == last else f"{first}/{last}"
        given.insert(at, builders.holder_merged(holder=holder, into=into, effective_on=days))
    return accepted(given)


@settings(max_examples=150)
@given(with_mergers(with_places(histories(longest=3))), as_of_days, st.integers(1, 5), st.data())
def test_holdings_are_those_of_the_cap_table_that_taking_fact_by_fact_gives(
    events: list[Event], as_of: date, page: int, data: st.DataObject
) -> None:
    written = recorded(events)
    known = data.draw(st.integers(13, len(written.entries())))

    for ledger in (written, read_again(written, page)):
        for asked in (None, known):
            expected = lines(taken_one_by_one(written, as_of, asked))
            assert lines(holdings(ledger, as_of=as_of, known_at=asked)) == sorted(
                expected, key=lambda line: line[:2]
            )


@settings(max_examples=60)
@given(with_mergers(with_places(histories(longest=3))), as_of_days, st.sampled_from([1, 7, 100]))
def test_holdings_asked_for_again_as_entries_come_are_those_of_who_asks_first(
    events: list[Event], as_of: date, loose: int
) -> None:
    ledger, answers = recorded([]), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "LOOSE", loose)
        for event in events:
            ledger.record(event)
            answer = holdings(ledger, as_of=as_of)
            answers.append((answer, lines(answer)))
            assert lines(answer) == lines(holdings(read_again(ledger, 5), as_of=as_of))

    assert [lines(answer) for answer, _ in answers] == [found for _, found in answers]


def test_an_answer_is_kept_while_lines_change_and_worked_out_where_lines_come_or_go_or_are_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sums, "LOOSE", 100)
    ledger = recorded([])
    steps = [
        (builders.common_issued(holder="ada", issued=5, effective_on="2026-02-11"), True, {"ada": 907, "bob": 502}),
        (builders.common_issued(holder="bob", issued=3, effective_on="2026-02-12"), True, {"ada": 907, "bob": 505}),
        (builders.common_issued(holder="ada", issued=9, effective_on="2026-02-16"), True, {"ada": 907, "bob": 505}),
        (bob_to_ada(505, "2026-02-12"), False, {"ada": 1_412}),
        (builders.entry_voided(17), False, {"ada": 907, "bob": 505}),
        (bob_to_ada(1, "2026-02-12"), True, {"ada": 908, "bob": 504}),
        (bob_to_ada(4, "2026-02-14/2026-02-20"), False, {"ada": 912, "bob": 504}),
        (bob_to_ada(2, "2026-02-12"), False, {"ada": 914, "bob": 502}),
    ]
    held_by(ledger, "2026-02-15")
    for event, is_kept, expected in steps:
        ledger.record(event)
        with pytest.MonkeyPatch.context() as patch:
            if is_kept:
                patch.delattr(register.Registers, "_some")
            assert held_by(ledger, "2026-02-15") == expected


@pytest.mark.parametrize("merged", [False, True])
def test_no_column_of_an_answer_can_be_written_to(merged: bool) -> None:
    """They may be the ledger's own, and are looked at by other threads."""
    events = [builders.common_issued(holder="bob", issued=5, effective_on="2026-02-11/2026-03-11")]
    ledger = recorded([*events, builders.holder_merged(holder="fund", into="ada")] if merged else events)
    over, moved = holdings_over_time(ledger, ["2026-02-14"]), holder_movements(ledger, "ada", as_of="2026-02-14")

    columns = [
        getattr(answer, name)
        for answer in (holdings(ledger, as_of="2026-02-14"), over, *over)
        for name in ("classes", "holders", "low", "high")
    ]
    columns += [getattr(moved, name) for name in ("days", "entries", "classes", "changes", "balances")]

    assert not any(column.flags.writeable for column in columns)
    assert any(over.more)


def test_a_designation_that_comes_late_drops_the_answer_that_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules let nothing of a class come before it; the file of somebody else may say so."""
    monkeypatch.setattr(Gate, "check", lambda *unused, **options: None)
    ledger = recorded([])
    late, earlier = (
        builders.stock_class_designated(stock_class="units", effective_on=day)
        for day in ("2026-03-10", "2026-02-15")
    )
    ledger.record(late, builders.common_issued(stock_class="units", issued=7, effective_on="2026-02-20"))
    before = lines(holdings(ledger, as_of="2026-03-01"))

    ledger.record(builders.entry_restated(14, restated_as=earlier))

    found = lines(holdings(ledger, as_of="2026-03-01"))
    assert found == [*before, ("units", "ada", exactly(Shares(7)))]
    ledger.record(builders.entry_voided(16))
    assert lines(holdings(ledger, as_of="2026-03-01")) == before


def bob_to_ada(count: int, on: str) -> Event:
    return builders.shares_transferred(from_holder="bob", to_holder="ada", transferred=count, effective_on=on)


def held_by(ledger: Ledger, on: str) -> dict[str, int]:
    """Return how much common stock everybody has at most."""
    found = holdings(ledger, as_of=on)
    most = zip(found, found.high.tolist(), strict=True)
    return {str(line.holder): steps for line, steps in most if line.stock_class == "common"}


def test_columns_that_were_answered_cannot_be_written_to() -> None:
    answer = holdings(recorded([]), as_of="2026-03-01")

    for column in (answer.classes, answer.holders, answer.low):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_whole_shares_leave_as_exact_decimals(counts: list[int]) -> None:
    count = len(counts)
    table = arrow_columns.table(count, {"shares": arrow_columns.shares(np.array(counts, np.int64))})

    assert polars.DataFrame(table)["shares"].to_list() == counts


@settings(max_examples=60)
@given(with_mergers(with_places(histories(longest=3))), st.lists(as_of_days, min_size=1, max_size=6), st.data())
def test_many_days_at_once_and_one_holder_of_them_say_what_single_days_say(
    events: list[Event], days: list[date], data: st.DataObject
) -> None:
    ledger = recorded(events)
    known = data.draw(st.none() | st.integers(13, len(ledger.entries())))
    holder = data.draw(st.sampled_from(builders.HOLDERS))

    table = holdings_over_time(ledger, days, known_at=known)
    of_one = holdings_over_time(ledger, days, holder=holder, known_at=known)

    assert table.days == tuple(sorted({*days}))
    for one, each in zip(of_one, table, strict=True):
        assert lines(each) == lines(holdings(ledger, as_of=each.as_of, known_at=known))
        assert lines(table.at(each.as_of)) == lines(each)
        with_them = {line.holder for line in one} | {HolderId(holder)}
        assert lines(one) == [line for line in lines(each) if line[1] in with_them]
    for answer in (table.at(table.days[0]), table, of_one):
        from_columns, from_rows = polars.DataFrame(answer.to_arrow()), polars.DataFrame(answer.frame().to_arrow())
        assert from_columns.schema == from_rows.schema
        assert from_columns.equals(from_rows)


@st.composite
def stated_transfers(draw: st.DrawFn) -> list[Event]:
    """Transfers that ask nobody whether the shares are there, many of them on days that are open."""
    made: list[Event] = []
    for _ in range(draw(st.integers(1, 6))):
        giver, taker = draw(st.permutations(builders.HOLDERS))[:2]
        first = FIRST + timedelta(days=draw(st.integers(0, 9)))
        last = min(LAST, first + timedelta(days=draw(st.integers(0, 6))))
        made.append(
            builders.shares_transferred(
                from_holder=giver,
                to_holder=taker,
                transferred=draw(st.integers(1, 1_500)),
                effective_on=f"{first}" if first == last else f"{first}/{last}",
            )
        )
    return made


@settings(max_examples=60)
@given(stated_transfers(), st.lists(as_of_days, min_size=1, max_size=6))
def test_a_range_that_reaches_below_nothing_begins_at_nothing_on_every_one_of_many_days(
    events: list[Event], days: list[date]
) -> None:
    ledger = recorded(events, as_stated=True)

    for found in holdings_over_time(ledger, days):
        expected = sorted(lines(taken_one_by_one(ledger, found.as_of)), key=lambda line: line[:2])
        assert lines(found) == lines(holdings(ledger, as_of=found.as_of)) == expected


def test_holdings_over_time_of_nobody_or_no_day_are_refused() -> None:
    ledger = recorded([])

    with pytest.raises(UnknownName, match="no holder 'adda' is recorded"):
        holdings_over_time(ledger, ["2026-03-01"], holder="adda")
    with pytest.raises(NotUnderstood, match="no day is given"):
        holdings_over_time(ledger, [])
    with pytest.raises(NotUnderstood, match="none of the days"):
        holdings_over_time(ledger, ["2026-03-01"]).at(date(2026, 3, 2))


def test_a_holder_who_never_had_shares_has_nothing_on_any_day() -> None:
    ledger = recorded([])
    ledger.record(builders.holder_registered(holder="zoe"))

    (found,) = holdings_over_time(ledger, ["2026-12-31"], holder="zoe")

    assert len(found) == 0


@pytest.mark.parametrize("beside", [Shares("0.5"), Shares(10**28)], ids=["a fraction", "more than 64 bits"])
def test_a_class_that_needs_more_digits_stands_beside_one_of_whole_shares(beside: Shares) -> None:
    ledger = recorded([])
    ledger.record(
        builders.stock_class_designated(stock_class="b-units", authorized=Authorized.UNLIMITED, decimals=1),
        builders.common_issued(stock_class="b-units", holder="bob", issued=beside),
        builders.common_issued(stock_class="b-units", holder="ada", issued=beside, effective_on="2026-03-05"),
        builders.shares_transferred(
            stock_class="b-units",
            from_holder="bob",
            to_holder="ada",
            transferred=beside,
            effective_on="2026-03-10/2026-03-20",
        ),
        builders.holder_merged(holder="fund", into="bob", effective_on="2026-03-12"),
    )

    days = [date(2026, 3, day) for day in (1, 5, 11, 12, 20)]
    for on, over_time in zip(days, holdings_over_time(ledger, days), strict=True):
        table = holdings(ledger, as_of=on)
        assert table.steps == 10**10
        assert lines(table) == sorted(lines(cap_table(ledger, as_of=on)), key=lambda line: line[:2])
        assert lines(over_time) == lines(table)
    moved = holder_movements(ledger, "bob", as_of=days[-1])
    assert [(line.stock_class, line.change) for line in moved] == [
        ("b-units", beside),
        ("b-units", -beside),
        ("common", Shares(502)),
        ("series-a", Shares(300)),
    ]
    assert [change for _, _, _, change, _ in moved.rows()] == moved.changes.tolist()
    assert polars.DataFrame(moved)["change"].to_list()[0] == polars.DataFrame(moved.frame())["change"].to_list()[0]
