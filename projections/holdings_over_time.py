"""Who held what at the close of many days, as one table: the history of a register, or of one holder in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.days import day, months_after
from ledger.errors import NotUnderstood, UnknownName, nearest
from ledger.identity import HolderId, IssuerId, StockClassId
from projections.cap_table import registered
from projections.frame import Tabular
from projections.holdings import Holdings, fix

if TYPE_CHECKING:
    import nanoarrow  # type: ignore[import-untyped]  # the library has no types
    import numpy as np
    from numpy.typing import NDArray

    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen(repr=False, eq=False)
class HoldingsOverTime(Tabular):
    """Who held what at the close of each of several days, as known at some point.

    Quantities are a matrix: a line for each day, and a column for each position, which is a class and a holder.
    They are whole numbers of steps, as those of ``Holdings``. As a table for programs it has a line for each
    holding on each day.

    Attributes:
        issuer: Whose shares.
        days: The days, each once, in order; their close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        class_ids: What the numbers of classes mean.
        holder_ids: What the numbers of holders mean.
        classes: Number of the class of each position, by class and then by holder.
        holders: Number of the holder of each.
        low: How many steps each is at least, day by day; zero where there is nothing.
        more: How many steps some are at most, for each day by position; all others are known.
        steps: How many steps a share is.
    """

    issuer: IssuerId | None
    days: tuple[date, ...]
    known: int
    known_at: datetime
    class_ids: Sequence[StockClassId]
    holder_ids: Sequence[HolderId]
    classes: NDArray[np.int32]
    holders: NDArray[np.int32]
    low: NDArray[Any]
    more: Sequence[Mapping[int, int]]
    steps: int

    def __attrs_post_init__(self) -> None:
        fix(self.classes, self.holders, self.low)

    @cached_property
    def high(self) -> NDArray[Any]:
        """How many steps each is at most; the same matrix as ``low`` where no day is open."""
        if not any(self.more):
            return self.low
        high = self.low.copy()
        for line, more in zip(high, self.more, strict=True):
            line[[*more]] = [*more.values()]
        fix(high)
        return high

    def __len__(self) -> int:
        return len(self.days)

    def __iter__(self) -> Iterator[Holdings]:
        return map(self._at, range(len(self.days)))

    def at(self, on: date) -> Holdings:
        """Return who held what at the close of one of the days.

        Raises:
            NotUnderstood: ``E_DATE`` for a day that is none of them.
        """
        if on not in self.days:
            raise NotUnderstood("E_DATE", f"{on} is none of the days asked about", f"one of {len(self.days)} days")
        return self._at(self.days.index(on))

    def _at(self, place: int) -> Holdings:
        from projections.held_by_day import OnDay  # needs NumPy

        found, low, more = OnDay(self.low[place], self.more[place]).some()
        return Holdings(
            self.issuer,
            self.days[place],
            self.known,
            self.known_at,
            self.class_ids,
            self.holder_ids,
            self.classes[found],
            self.holders[found],
            low,
            more,
            self.steps,
        )

    def frames(self) -> tuple[Frame, ...]:
        """Return a line for each holding on each day, as a table."""
        from projections import columns  # only who hands a view on needs them

        return columns.holdings_over_time(self)

    def to_arrow(self) -> nanoarrow.Array:
        """Return an Arrow table that polars, DuckDB, pyarrow and others read; no row is made for it.

        Raises:
            LibraryMissing: nanoarrow is not installed.
        """
        if self.steps != 1:
            return super().to_arrow()
        import numpy as np

        from projections import arrow_columns as arrow

        days = [*self]
        on = np.repeat(np.arange(len(days)), [*map(len, days)])
        columns = ([getattr(each, name) for each in days] for name in ("classes", "holders", "low", "high"))
        classes, holders, low, high = map(np.concatenate, columns)
        return arrow.held(self, arrow.days(self.days, on), classes, holders, low, high if any(self.more) else None)


def holdings_over_time(
    ledger: Ledger, days: Iterable[AsOf], *, holder: str | None = None, known_at: KnownAt = None
) -> HoldingsOverTime:
    """Return who held what at the close of each of several days; hundreds of days take little longer than one.

    Args:
        ledger: The record.
        days: The days, in any order.
        holder: Only what this holder had, with those who are one with them by a merger on some day; everybody
            where not given.
        known_at: What had been recorded; everything when not given.

    Raises:
        LibraryMissing: NumPy is not installed.
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` where no day is given; other codes for days that cannot be read.
        UnknownName: The record knows no such holder.
    """
    asked = tuple(sorted({day(each, what="day") for each in days}))
    if not asked:
        raise NotUnderstood("E_DATE", "no day is given", "give at least one")
    known, columns = ledger.known_columns(known_at)
    from projections.held_by_day import HeldByDay  # needs NumPy

    held = HeldByDay(columns, asked, known, None if holder is None else HolderId(holder))
    if holder is not None and not len(held.classes):
        must_be_registered(ledger, holder, known)
    return HoldingsOverTime(
        ledger.issuer,
        asked,
        known,
        ledger.recorded_at(known),
        columns.ids.classes,
        columns.ids.holders,
        held.classes,
        held.holders,
        held.low,
        held.more,
        held.steps,
    )


def days_from(first: date, last: date, every: str) -> list[date]:
    """Return days from one to another that lie a day, a week, a month, a quarter or a year apart.

    Raises:
        NotUnderstood: ``E_DATE`` when the last is before the first.
    """
    if last < first:
        raise NotUnderstood("E_DATE", f"{last} is before {first}", "give the earlier day first")
    if every in _DAYS:
        return [first + timedelta(days=apart) for apart in range(0, (last - first).days + 1, _DAYS[every])]
    found = (months_after(first, months) for months in count(0, _MONTHS[every]))
    return [*takewhile(lambda each: each <= last, found)]


_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


def must_be_registered(ledger: Ledger, holder: str, known: int) -> None:
    """Raise if nobody of that name is registered; every entry is asked.

    Raises:
        UnknownName: The record knows no such holder.
    """
    names = registered(ledger.index(known).told)
    if holder not in names:
        raise UnknownName("holder", holder, None, nearest(holder, map(str, names)))
