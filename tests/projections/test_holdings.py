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

from ledger import Shares
from ledger.columns import positions, sums
from ledger.errors import NotUnderstood, UnknownName
from ledger.events import Event
from ledger.identity import HolderId, StockClassId
from projections import Bounds, arrow_columns
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
