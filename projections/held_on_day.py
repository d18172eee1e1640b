"""Who holds what at the close of one day, in columns: only the positions that are not certainly nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.columns.register import Register
from ledger.days import close_of
from ledger.events import HolderMerged, StockClassDesignated
from projections.held_by_day import HeldByDay, put_right

if TYPE_CHECKING:
    from datetime import date

    from ledger.columns.movements import MovementColumns


def held_on_day(columns: MovementColumns, on: date, known: int) -> tuple[Register, int]:
    """Return who holds what at the close of a day, and how many steps a share is.

    Args:
        columns: What the entries move.
        on: The day.
        known: How many entries were known.
    """
    so_far = None if known == columns.known else known
    told = columns.told(so_far)
    if columns.wide_table.positions or any(type(each.fact) is HolderMerged for each in told):
        held = HeldByDay(columns, (on,), known)
        places, steps, at_most = held.on_day(0).some()
        return Register(held.classes.take(places), held.holders.take(places), steps, at_most), held.steps
    close = close_of(on)
    designated = [
        each.fact.stock_class for each in told if type(each.fact) is StockClassDesignated and each.begins <= close
    ]
    return columns.register(on, so_far, designated, put_right), 1
