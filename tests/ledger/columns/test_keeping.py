"""Columns that are kept and taken up again, wherever a history is cut, against columns that were never kept."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.columns import keeping, movements, positions, sums
from ledger.columns.comparing import differences
from ledger.columns.movements import MovementColumns
from ledger.days import EffectiveDay
from ledger.store.kept import shelf
from projections.held_by_day import HeldByDay
from tests import builders
from tests.projections.histories import as_of_days, histories, recorded
from tests.projections.test_index import with_places

if TYPE_CHECKING:
    from pathlib import Path

    from ledger import Ledger
    from ledger.events import Event
    from ledger.pages import Entries
    from ledger.store.kept import Shelf


@pytest.fixture(autouse=True)
def _in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few rows make what otherwise thousands make."""
    monkeypatch.setattr(sums, "BLOCK", 4)
    monkeypatch.setattr(sums, "SHORTEST", 3)
    monkeypatch.setattr(sums, "LOOSE", 7)
    monkeypatch.setattr(sums, "FEW", 1)
    monkeypatch.setattr(movements, "_ONE_BY_ONE", 2)
    monkeypatch.setattr(positions, "FEW", 2)


def place(folder: Path) -> Shelf:
    return shelf(
        folder / "a.ledger",
        "acme",
        keeping.PART,
        keeping.LAYOUT,
        lambda size: sha256(b"%d" % size).digest(),
        0o600,
    )


def taken_up_in(folder: Path, entries: Entries) -> MovementColumns:
    kept = place(folder).open()
    if kept is None:
        return MovementColumns()
    found = keeping.take_up(kept, entries)
    assert found is not None
    return found


def answers(columns: MovementColumns, as_of: date, known: int | None) -> Any:
    """Return all that columns say of a day."""
    held = HeldByDay(columns, (as_of,), columns.known if known is None else known)
    found = held.on_day(0)
    names = (
        (columns.ids.classes[one], columns.ids.holders[other])
        for one, other in zip(held.classes.tolist(), held.holders.tolist(), strict=True)
    )
    return (
        columns.known,
        columns.quantities(as_of, known),
        columns.still_open(as_of, known),
        columns.told(known),
        dict(zip(names, found.low.tolist(), strict=True)),
        found.more,
    )


@settings(max_examples=150, deadline=None)
@given(with_places(histories(longest=3)), as_of_days, st.data())
def test_columns_that_were_kept_anywhere_are_those_that_were_not(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], as_of: date, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    entries = recorded(events).entries()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(entries)), min_size=1, max_size=4)))
    known = data.draw(st.none() | st.integers(13, len(entries)))
    going_on = MovementColumns()
    for cut in cuts:
        taken_up = taken_up_in(folder, entries)
        if data.draw(st.booleans()):
            going_on = taken_up
        going_on = going_on.following(entries.first(cut))
        assert keeping.keep(going_on, place(folder))
    taken_up = taken_up_in(folder, entries)
    assert taken_up.known == cuts[-1]

    expected = answers(MovementColumns.of(entries), as_of, known)
    again = MovementColumns(going_on.wide, going_on.ahead).following(entries)

    assert answers(going_on.following(entries), as_of, known) == expected
    assert answers(taken_up.following(entries), as_of, known) == expected
    for each in (going_on.following(entries), taken_up.following(entries)):
        assert differences(each, again, b"salt") == []


def one_of_everything() -> Ledger:
    """Return a record of which every piece is there."""
    return recorded(
        [
            builders.common_issued(
                holder="bob", issued=7, security="C-1", effective_on=EffectiveDay("2026-02-13", "2026-03-01")
            ),
            builders.stock_split_effected(effective_on="2026-02-12"),
            builders.common_issued(holder="ada", issued=5, security="C-2", effective_on="2026-02-10"),
            builders.entry_voided(16),
        ]
    )


@pytest.mark.parametrize("bit", [1, 4])
def test_a_number_that_somebody_changes_is_told_whichever_it_is(tmp_path: Path, bit: int) -> None:
    entries = one_of_everything().entries()
    shelf = place(tmp_path)
    assert keeping.keep(MovementColumns.of(entries), shelf)
    kept = shelf.open()
    assert kept is not None
    made = MovementColumns.of(entries)
    unseen = []
    for name, piece in kept.pieces.items():
        for array in piece:
            numbers = np.asarray(piece[array]).copy()
            if len(numbers):
                numbers[0] ^= bit
                changed = {**kept.pieces, name: {**piece, array: numbers}}
                if not told(kept._replace(pieces=cast("Any", changed)), entries, made):
                    unseen.append((name, array))

    assert unseen == []


def told(kept: Any, entries: Entries, made: MovementColumns) -> bool:
    found = keeping.take_up(kept, entries)
    try:
        return found is None or bool(differences(found, made, b"salt"))
    except (LookupError, ValueError, ArithmeticError):
        return True
