"""Memory of answers is used again, and never while anybody looks at what lies there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as np
import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.columns import memory as module
from ledger.columns.memory import Memory
from projections.holdings import holdings
from projections.holdings_over_time import holdings_over_time
from tests import builders
from tests.projections.histories import recorded

LOOKING: list[Callable[[Any], Any]] = [
    lambda column: column,
    lambda column: column[1:],
    lambda column: column[1:].view(np.int32).reshape(2, -1)[1, ::2],
    lambda column: memoryview(column)[1:],
    lambda column: polars.Series(column[:-1]),
]


def test_a_column_lies_where_one_lay_that_nobody_looks_at_any_more() -> None:
    memory = Memory()
    column = memory.column(100)
    address = column.ctypes.data
    del column

    assert memory.column(90).ctypes.data == address


def test_a_short_column_holds_no_long_memory_and_none_beyond_the_longest_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LONGEST", 100)
    memory = Memory(kept=2)
    long = memory.column(100)
    longest = ref(memory.column(101))
    held = ref(long.base)
    del long

    assert longest() is None
    assert memory.column(80).base is held()
    assert memory.column(40).base is not held()


@given(st.lists(st.tuples(st.integers(2, 40), st.sampled_from([None, *LOOKING])), max_size=20))
def test_what_somebody_looks_at_stays_as_it_was_whatever_is_made_after_it(
    columns: list[tuple[int, Callable[[Any], Any] | None]],
) -> None:
    memory, looked_at = Memory(), []
    for number, (size, look) in enumerate(columns):
        column = memory.column(size)
        column[:] = number
        if look is not None:
            looked_at.append((look(column), np.array(look(np.full(size, number)))))
        del column

    for there, expected in looked_at:
        assert np.array_equal(there, expected)


def test_answers_that_somebody_holds_stay_as_they_were_when_other_days_are_asked_for() -> None:
    ledger = recorded([builders.common_issued(holder="ada", issued=5, effective_on="2026-04-01")])
    days = ["2026-03-01", "2026-04-02"] * 5
    expected = [[*holdings(ledger, as_of=day)] for day in days]
    answers = [holdings(ledger, as_of=day) for day in days]

    assert [[*answer] for answer in answers] == expected
    assert expected[0] != expected[1]


def test_many_days_that_somebody_holds_stay_as_they_were_when_others_are_asked_for() -> None:
    ledger = recorded([builders.common_issued(holder="ada", issued=5, effective_on="2026-04-01")])
    days = ["2026-03-01", "2026-04-02"]
    answer = holdings_over_time(ledger, days)
    first, expected = answer.low[0], answer.low.tolist()
    del answer

    for _ in range(3):
        later = holdings_over_time(ledger, [*days[1:], "2026-04-03"]).low
        assert later.tolist() == [expected[1]] * 2
        assert first.tolist() == expected[0] != expected[1]
