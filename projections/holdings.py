"""Who holds what on a day, in columns of exact whole numbers, however many holders and however long the history.

It is what the cap table says of holdings, and no more: who, of which class, how many. NumPy does the work, which
the extra ``columns`` installs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from ledger.days import day
from ledger.identity import HolderId, IssuerId, StockClassId
from ledger.quantities import SCALE, Shares
from projections.bounds import Bounds
from projections.frame import Tabular

if TYPE_CHECKING:
    import nanoarrow  # type: ignore[import-untyped]  # the library has no types
    import numpy as np
    from numpy.typing import NDArray

    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class Holding:
    """What a holder has of a class.

    Attributes:
        holder: Who, with all who were certainly merged into them.
        stock_class: Which class.
        shares: How many.
    """

    holder: HolderId
    stock_class: StockClassId
    shares: Bounds[Shares]


@attrs.frozen(repr=False, eq=False)
class Holdings(Tabular):
    """Who holds what at the close of a day, as known at some point: by class, then by holder.

    Columns stand side by side. Quantities are whole numbers of steps: one share is ``steps`` of them, 1 where every
    quantity is of whole shares and fits into 64 bits, otherwise 10¹⁰, and they are Python's integers.

    Attributes:
        issuer: Whose shares.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        class_ids: What the numbers of classes mean.
        holder_ids: What the numbers of holders mean.
        classes: Number of the class of each holding.
        holders: Number of the holder of each.
        low: How many steps each is at least.
        more: How many steps some are at most, by their line; of all others it is known how many there are.
        steps: How many steps a share is.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    class_ids: Sequence[StockClassId]
    holder_ids: Sequence[HolderId]
    classes: NDArray[np.int32]
    holders: NDArray[np.int32]
    low: NDArray[Any]
    more: Mapping[int, int]
    steps: int

    def __attrs_post_init__(self) -> None:
        fix(self.classes, self.holders, self.low)

    @cached_property
    def high(self) -> NDArray[Any]:
        """How many steps each is at most; the same column as ``low`` where no day is open."""
        if not self.more:
            return self.low
        high = self.low.copy()
        high[[*self.more]] = [*self.more.values()]
        fix(high)
        return high

    def __len__(self) -> int:
        return len(self.low)

    def __iter__(self) -> Iterator[Holding]:
        return self.rows()

    def rows(self) -> Iterator[Holding]:
        """Yield each holding, made when it is asked for."""
        units = SCALE // self.steps
        columns = (self.holders, self.classes, self.low, self.high)
        for holder, stock_class, low, high in zip(*(column.tolist() for column in columns), strict=True):
            least = Shares.of_units(low * units)
            shares = Bounds(least, least if low == high else Shares.of_units(high * units))
            yield Holding(self.holder_ids[holder], self.class_ids[stock_class], shares)

    def frames(self) -> tuple[Frame, ...]:
        """Return the holdings as a table."""
        from projections import columns  # only who hands a view on needs them

        return columns.holdings(self)

    def to_arrow(self) -> nanoarrow.Array:
        """Return an Arrow table that polars, DuckDB, pyarrow and others read; no row is made for it.

        Raises:
            LibraryMissing: nanoarrow is not installed.
        """
        if self.steps != 1:
            return super().to_arrow()
        from projections import arrow_columns as arrow  # needs NumPy

        high = None if self.high is self.low else self.high
        as_of = arrow.days([self.as_of], self.classes * 0)
        return arrow.held(self, as_of, self.classes, self.holders, self.low, high)


def fix(*columns: NDArray[Any]) -> None:
    """Let nobody write to columns: other threads may look at them, and what answers next may share them."""
    for column in columns:
        column.flags.writeable = False


def holdings(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None) -> Holdings:
    """Return who holds what at the close of a day, as known at some point: the holdings of the cap table.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.

    Raises:
        LibraryMissing: NumPy is not installed.
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: A day cannot be read.
    """
    on, (known, columns) = day(as_of, what="as_of"), ledger.known_columns(known_at)
    from projections.held_on_day import held_on_day  # needs NumPy

    ids, (register, steps) = columns.ids, held_on_day(columns, on, known)
    recorded_at = ledger.recorded_at(known)
    return Holdings(ledger.issuer, on, known, recorded_at, ids.classes, ids.holders, *register, steps)
