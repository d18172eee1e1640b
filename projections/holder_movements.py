"""Every movement of a holder's shares in columns: when, by which entry, how many, and how many there were then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from operator import sub
from typing import TYPE_CHECKING, Any

import attrs

from ledger.days import day
from ledger.events import HolderMerged
from ledger.identity import EntryNumber, HolderId, IssuerId, StockClassId
from ledger.quantities import SCALE, Shares
from ledger.timeline import history_of
from projections.cap_table import merged_names
from projections.frame import Tabular
from projections.holdings import fix
from projections.holdings_over_time import must_be_registered
from projections.replay import replay

if TYPE_CHECKING:
    import nanoarrow  # type: ignore[import-untyped]  # the library has no types
    import numpy as np
    from numpy.typing import NDArray

    from ledger.journal import AsOf, KnownAt, Ledger
    from ledger.timeline import InEffect
    from projections.frame import Frame


@attrs.frozen
class HolderMovement:
    """An entry that changed what a holder has of a class.

    Attributes:
        on: The day from which it counts; of an entry whose day is open, the last one possible.
        entry: Its number.
        stock_class: Which class.
        change: By how much; below zero where shares left.
        balance: What there was after it.
    """

    on: date
    entry: EntryNumber
    stock_class: StockClassId
    change: Shares
    balance: Shares


@attrs.frozen(repr=False, eq=False)
class HolderMovements(Tabular):
    """What changed the shares of a holder until the close of a day, as known at some point: by class, in order.

    It holds what has certainly taken effect, with holders that were certainly merged as one. Columns stand side by
    side. Quantities are whole numbers of steps, as those of ``Holdings``.

    Attributes:
        issuer: Whose shares.
        holder: Who, as they are shown on the day.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        class_ids: What the numbers of classes mean.
        days: The day from which each counts; of an entry whose day is open, the last one possible.
        entries: Number of the entry of each.
        balances: How many steps of the class there were after it.
        runs: Number of each class, in order, and how many movements there are of it.
        steps: How many steps a share is.
    """

    issuer: IssuerId | None
    holder: HolderId
    as_of: date
    known: int
    known_at: datetime
    class_ids: Sequence[StockClassId]
    days: NDArray[np.datetime64]
    entries: NDArray[Any]
    balances: NDArray[Any]
    runs: Sequence[tuple[int, int]]
    steps: int

    def __attrs_post_init__(self) -> None:
        fix(self.days, self.entries, self.balances)

    @cached_property
    def classes(self) -> NDArray[np.int32]:
        """Number of the class of each."""
        import numpy as np

        classes: NDArray[np.int32] = np.repeat(*np.array(self.runs, np.int32).reshape(-1, 2).T)
        fix(classes)
        return classes

    @cached_property
    def changes(self) -> NDArray[Any]:
        """By how many steps each changes what the holder has."""
        import numpy as np

        changes = np.diff(self.balances, prepend=0)
        firsts = np.cumsum([0, *(length for _, length in self.runs[:-1])])
        if self.runs:
            changes[firsts] = self.balances[firsts]
        fix(changes)
        return changes

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[HolderMovement]:
        units = SCALE // self.steps
        for on, entry, stock_class, change, balance in self.rows():
            shares = Shares.of_units(change * units), Shares.of_units(balance * units)
            yield HolderMovement(on, EntryNumber(entry), stock_class, *shares)

    def rows(self) -> Iterator[tuple[date, int, StockClassId, int, int]]:
        """Yield day, entry, class, change and balance of each movement; quantities are in steps."""
        balances, names = self.balances.tolist(), list[StockClassId]()
        before = [0, *balances]
        for number, length in self.runs:
            before[len(names)] = 0
            names += [self.class_ids[number]] * length
        changes = map(sub, balances, before)
        return zip(self.days.tolist(), self.entries.tolist(), names, changes, balances, strict=True)

    def frames(self) -> tuple[Frame, ...]:
        """Return the movements as a table."""
        from projections import columns  # only who hands a view on needs them

        return columns.holder_movements(self)

    def to_arrow(self) -> nanoarrow.Array:
        """Return an Arrow table that polars, DuckDB, pyarrow and others read; no row is made for it.

        Raises:
            LibraryMissing: nanoarrow is not installed.
        """
        if self.steps != 1:
            return super().to_arrow()
        from projections import arrow_columns as arrow  # needs NumPy

        count = len(self)
        columns = {
            "issuer": arrow.same_text(str(self.issuer), count),
            "as_of": arrow.days([self.as_of], self.classes * 0),
            "known": arrow.same_whole(self.known, count),
            "holder": arrow.same_text(self.holder, count),
            "on": ("day", [self.days.astype("int32")]),
            "entry": ("whole", [self.entries.astype("int64")]),
            "stock_class": arrow.texts(self.class_ids, self.classes),
            "change": arrow.shares(self.changes),
            "balance": arrow.shares(self.balances),
        }
        return arrow.table(count, columns)


def holder_movements(ledger: Ledger, holder: str, *, as_of: AsOf, known_at: KnownAt = None) -> HolderMovements:
    """Return every movement of a holder's shares until the close of a day, in proportion to how many there are.

    The statement says more of each; this is its numbers, whatever the length of the history.

    Args:
        ledger: The record.
        holder: Who; one that was merged is answered with the one that it is shown under.
        as_of: The day.
        known_at: What had been recorded; everything when not given.

    Raises:
        LibraryMissing: NumPy is not installed.
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: A day cannot be read.
        UnknownName: The record knows no such holder.
    """
    on, (known, columns) = day(as_of, what="as_of"), ledger.known_columns(known_at)
    shown, steps = HolderId(holder), 1
    lines = columns.lines_of(shown, on) if known == columns.known else None
    if lines is None:
        from projections.moved import moved  # needs NumPy

        shown, one = _together(shown, columns.told(known), on)
        lines, steps = moved(columns, ledger.entries(), one, on, known)
    if not lines.runs:
        must_be_registered(ledger, holder, known)
    return HolderMovements(
        ledger.issuer,
        shown,
        on,
        known,
        ledger.recorded_at(known),
        columns.ids.classes,
        lines.days.astype("datetime64[D]"),
        lines.entries,
        lines.balances,
        lines.runs,
        steps,
    )


def _together(holder: HolderId, told: Sequence[InEffect], on: date) -> tuple[HolderId, set[HolderId]]:
    """Return as whom a holder is shown, with all who certainly are one with them."""
    mergers = [each for each in told if type(each.fact) is HolderMerged]
    names = merged_names(replay(history_of(mergers, as_of=on, known=0)))
    shown = names.get(holder, (holder,))[0]
    return shown, {shown} | {each for each, counts_as in names.items() if counts_as == (shown,)}
