"""Lines that were laid out of any part of a record, against what its rows come to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.columns.lines import HolderLines, brought_up, laid_out
from ledger.columns.movements import MovementColumns
from ledger.identity import HolderId
from projections.moved import moved
from tests import builders
from tests.projections.histories import as_of_days, histories, recorded
from tests.projections.test_index import with_places

if TYPE_CHECKING:
    from ledger.events import Event

DAY = date(2026, 12, 31)


@settings(max_examples=200, deadline=None)
@given(with_places(histories(longest=3)), as_of_days, st.data())
def test_lines_that_are_told_are_those_of_the_rows(events: list[Event], as_of: date, data: st.DataObject) -> None:
    entries = recorded(events).entries()
    laid_out_of = data.draw(st.just(len(entries)) | st.integers(1, len(entries)))
    columns = MovementColumns.of(entries.first(laid_out_of))
    brought_up(columns)
    columns = columns.following(entries)

    for holder in map(HolderId, builders.HOLDERS):
        lines = columns.lines_of(holder, as_of)
        if lines is not None:
            expected, steps = moved(columns, entries, {holder}, as_of, columns.known)
            assert [*map(list, lines)] == [*map(list, expected)]
            assert steps == 1


def test_who_moved_something_since_lines_were_laid_out_is_worked_out_from_rows() -> None:
    ledger = recorded([builders.common_issued(holder=holder, issued=5) for holder in ("ada", "bob")])
    columns = MovementColumns.of(ledger.entries())
    assert told(columns) == {"ada": 0, "bob": 0}, "nothing was laid out"

    brought_up(columns)
    assert told(columns) == {"ada": 3, "bob": 2}
    ledger.record(builders.common_issued(holder="ada", issued=7))
    assert told(columns.following(ledger.entries())) == {"ada": 0, "bob": 2}

    columns.lines = HolderLines(laid_out(columns, columns.known))
    assert told(columns) == {"ada": 4, "bob": 2}


def test_who_was_merged_is_worked_out_from_rows() -> None:
    ledger = recorded([builders.common_issued(holder=holder, issued=5) for holder in ("ada", "bob")])
    columns = MovementColumns.of(ledger.entries())
    brought_up(columns)
    assert told(columns) == {"ada": 3, "bob": 2}

    ledger.record(builders.holder_merged(holder="fund", into="ada"))
    assert told(columns.following(ledger.entries())) == {"ada": 0, "bob": 2}
    columns.lines = HolderLines(laid_out(columns, columns.known))
    assert told(columns) == {"ada": 0, "bob": 2}


def told(columns: MovementColumns) -> dict[str, int]:
    """Return how many lines there are of holders, and none of those who are worked out from rows."""
    lines = {holder: columns.lines_of(HolderId(holder), DAY) for holder in ("ada", "bob")}
    return {holder: 0 if each is None else len(each.entries) for holder, each in lines.items()}


def test_a_correction_and_what_it_corrects_are_the_line_that_stands() -> None:
    ledger = recorded([builders.common_issued(holder=holder, issued=5) for holder in ("ada", "ada", "bob")])
    first = len(ledger.entries()) - 2
    before = MovementColumns.of(ledger.entries())
    ledger.record(builders.entry_restated(first, restated_as=builders.common_issued(holder="ada", issued=6)))
    ledger.record(builders.entry_voided(first + 2))
    columns = MovementColumns.of(ledger.entries())

    for each in (before, columns):
        brought_up(each)

    assert entries_of(before, "ada")[-2:] == [first, first + 1]
    assert entries_of(columns, "ada")[-2:] == [first + 1, first + 3]
    assert entries_of(before, "bob") == [*entries_of(columns, "bob"), first + 2]


def test_lines_that_are_told_cannot_be_written_to() -> None:
    columns = MovementColumns.of(recorded([]).entries())
    brought_up(columns)

    lines = columns.lines_of(HolderId("ada"), DAY)

    assert lines is not None
    for column in (lines.days, lines.entries, lines.balances):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0


def entries_of(columns: MovementColumns, holder: str) -> list[int]:
    lines = columns.lines_of(HolderId(holder), DAY)
    assert lines is not None
    return [*map(int, lines.entries)]
