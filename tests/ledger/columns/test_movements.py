"""What columns add up, against taking every fact one by one, whatever the history and whatever was known."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Ledger
from ledger.columns import movements, sums
from ledger.columns.movements import MovementColumns, Split, rescaled
from ledger.columns.moves import SHARE
from ledger.events import Event
from ledger.identity import StockClassId
from ledger.movements import Rescaling
from ledger.quantities import FractionPolicy, Ratio, round_position
from projections.replay import replay
from tests import builders
from tests.projections.histories import as_of_days, histories, recorded
from tests.projections.test_index import read_again, with_places

if TYPE_CHECKING:
    from ledger.timeline import InEffect


@pytest.fixture(autouse=True)
def _in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few rows make what otherwise thousands make: blocks, checkpoints, segments."""
    monkeypatch.setattr(sums, "BLOCK", 4)
    monkeypatch.setattr(sums, "SHORTEST", 3)
    monkeypatch.setattr(sums, "LOOSE", 7)
    monkeypatch.setattr(sums, "FEW", 1)
    monkeypatch.setattr(movements, "_ONE_BY_ONE", 2)


def one_by_one(ledger: Ledger, as_of: date, known: int | None) -> tuple[dict[Any, Any], dict[int, dict[Any, int]]]:
    """Return what is certain and what is open, of a replay."""
    balances = replay(ledger.history(as_of, known))
    certain = {
        (unit, account): quantity
        for unit, accounts in balances.accounts.items()
        for account, quantity in accounts.items()
        if quantity
    }
    still_open: dict[int, dict[Any, int]] = {}
    for each, postings in balances.open:
        changes: dict[Any, int] = {}
        for account, unit, quantity in postings:
            changes[unit, account] = changes.get((unit, account), 0) + quantity
        if changes := {name: units for name, units in changes.items() if units}:
            still_open[int(each.entry.number)] = changes
    return certain, still_open


@settings(max_examples=150)
@given(with_places(histories(longest=3)), as_of_days, st.integers(1, 5), st.data())
def test_columns_hold_what_taking_fact_by_fact_gives(
    events: list[Event], as_of: date, page: int, data: st.DataObject
) -> None:
    written = recorded(events)
    known = data.draw(st.none() | st.integers(13, len(written.entries())))
    expected = one_by_one(written, as_of, known)

    for ledger in (written, read_again(written, page)):
        columns = MovementColumns.of(ledger.entries())
        assert (columns.quantities(as_of, known), columns.still_open(as_of, known)) == expected


@settings(max_examples=60)
@given(with_places(histories(longest=3)), as_of_days, st.data())
def test_columns_that_follow_are_those_that_are_made_at_once(
    events: list[Event], as_of: date, data: st.DataObject
) -> None:
    ledger = recorded(events)
    half = data.draw(st.integers(0, len(ledger.entries())))

    columns = MovementColumns.of(ledger.entries().first(half)).following(ledger.entries())

    assert columns.quantities(as_of) == MovementColumns.of(ledger.entries()).quantities(as_of)


def test_what_is_open_counts_once_where_a_split_is_read_in_the_same_page() -> None:
    kept_back = builders.shares_reserved(stock_class="series-a", reserved=5, effective_on="2026-02-11/2026-02-15")
    written = recorded([kept_back, builders.stock_split_effected(effective_on="2026-02-12")])

    columns = MovementColumns.of(read_again(written, 100).entries())

    assert columns.still_open(date(2026, 2, 13)) == one_by_one(written, date(2026, 2, 13), None)[1]


@given(
    st.integers(-(10**30), 10**30),
    st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1009),
    st.sampled_from(FractionPolicy),
    st.integers(0, 10),
)
def test_a_position_is_rounded_at_a_split_as_everywhere(
    units: int, ratio: Fraction, policy: FractionPolicy, decimals: int
) -> None:
    split = Rescaling(StockClassId("common"), Ratio(ratio), policy, decimals)

    assert rescaled(units, split) == round_position(units * ratio, policy, decimals)


@given(
    st.lists(st.integers(1 - 2**62, 2**62 - 1)),
    st.sampled_from([Fraction(10**19), Fraction(1, 10**19), Fraction(7, 5)])
    | st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1009),
    st.sampled_from(FractionPolicy),
)
def test_a_split_adds_to_many_positions_what_it_adds_to_each(
    steps: list[int], ratio: Fraction, policy: FractionPolicy
) -> None:
    movement = Rescaling(StockClassId("common"), Ratio(ratio), policy, 0)
    split = Split((0, (0, 0)), 1, movement, cast("InEffect", None), 1)

    found = split.adds_to_all(np.array([steps], np.int64), SHARE)

    assert found == [split.adds(each, SHARE) for each in steps]
