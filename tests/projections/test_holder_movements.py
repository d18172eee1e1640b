"""Movements of a holder in columns, against its statement, which takes every fact one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

import polars
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.errors import UnknownName
from ledger.events import Event
from projections.holder_movements import holder_movements
from projections.statement import statement
from tests import builders
from tests.projections.histories import as_of_days, histories, recorded
from tests.projections.test_holdings import with_mergers
from tests.projections.test_index import with_places


@settings(max_examples=100)
@given(with_mergers(with_places(histories(longest=3))), as_of_days, st.data())
def test_the_movements_of_a_holder_are_those_of_the_statement(
    events: list[Event], as_of: date, data: st.DataObject
) -> None:
    ledger = recorded(events)
    known = data.draw(st.none() | st.integers(13, len(ledger.entries())))
    holder = data.draw(st.sampled_from(builders.HOLDERS))

    found = holder_movements(ledger, holder, as_of=as_of, known_at=known)
    account = statement(ledger, holder, as_of=as_of, known_at=known)

    assume(not account.party.perhaps)
    assert found.holder == account.party.holder
    assert net((line.stock_class, line.entry, line.change.units) for line in found) == net(
        (line.stock_class, line.entry, line.change.units) for line in account if not line.is_open
    )
    assert [line for line in found if not line.change.units] == []
    numbers = map(found.class_ids.__getitem__, found.classes.tolist())
    assert [(name, change) for _, _, name, change, _ in found.rows()] == [*zip(numbers, found.changes, strict=True)]
    assert [line.stock_class for line in found] == sorted(line.stock_class for line in found)
    for _, lines in groupby(found, lambda line: line.stock_class):
        days: list[date] = []
        left: Any = 0
        for line in lines:
            days.append(line.on)
            left += line.change.units
            assert line.balance.units == left
        assert days == sorted(days)
    from_columns, from_rows = polars.DataFrame(found.to_arrow()), polars.DataFrame(found.frame().to_arrow())
    assert from_columns.schema == from_rows.schema
    assert from_columns.equals(from_rows)


def net(changes: Iterable[tuple[str, int, Any]]) -> dict[tuple[str, int], Any]:
    found: dict[tuple[str, int], Any] = {}
    for stock_class, entry, units in changes:
        found[stock_class, int(entry)] = found.get((stock_class, int(entry)), 0) + units
    return {key: units for key, units in found.items() if units}


def test_movements_of_nobody_are_refused_and_of_one_without_shares_are_none() -> None:
    ledger = recorded([builders.holder_registered(holder="zoe")])

    assert len(holder_movements(ledger, "zoe", as_of="2026-12-31")) == 0
    with pytest.raises(UnknownName, match="no holder 'zeo' is recorded"):
        holder_movements(ledger, "zeo", as_of="2026-12-31")
