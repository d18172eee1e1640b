"""Who holds what at the close of one day, in columns: only the positions that are not certainly nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ledger.days import close_of
from ledger.events import HolderMerged, StockClassDesignated
from projections.held_by_day import HeldByDay, put_right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from ledger.columns.movements import MovementColumns


class HeldOnDay(NamedTuple):
    """Positions, in the order of class and holder.

    Attributes:
        classes: Number of the class of each.
        holders: Number of its holder.
        low: How many steps each is at least.
        more: How many steps some are at most, by line; all others are known.
        steps: How many steps a share is.
    """

    classes: NDArray[np.int32]
    holders: NDArray[np.int32]
    low: NDArray[Any]
    more: Mapping[int, int]
    steps: int


def held_on_day(columns: MovementColumns, on: date, known: int) -> HeldOnDay:
    """Return who holds what at the close of a day.

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
        return HeldOnDay(held.classes.take(places), held.holders.take(places), steps, at_most, held.steps)
    close = close_of(on)
    designated = [
        each.fact.stock_class for each in told if type(each.fact) is StockClassDesignated and each.begins <= close
    ]
    classes, holders, low, more, _ = columns.register(on, so_far, designated, put_right)
    return HeldOnDay(classes, holders, low, more, 1)
