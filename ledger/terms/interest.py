"""Interest: how days are counted, when it compounds, and what has accrued on a principal that changes.

Interest runs from and including the first day, up to but excluding the last, as bonds and notes have it. Nothing is
rounded here: what accrued is an exact fraction of the currency, and who pays it rounds it.
"""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Final

import attrs

from ledger.days import day, months_after
from ledger.errors import NotUnderstood
from ledger.quantities import Ratio
from ledger.terms.base import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ZERO: Final = Fraction(0)


class DayCount(Enum):
    """How the days between two days become a part of a year."""

    ACTUAL_365 = "actual/365"
    """Days that passed, over 365 (ISDA 2006, 4.16(d), "Fixed")."""
    ACTUAL_360 = "actual/360"
    """Days that passed, over 360 (ISDA 2006, 4.16(e))."""
    ACTUAL_ACTUAL = "actual/actual"
    """Days in leap years over 366 and the others over 365 (ISDA 2006, 4.16(b))."""
    THIRTY_360 = "30/360"
    """Twelve months of 30 days; February ends on its own last day (ISDA 2006, 4.16(f), "Bond Basis")."""
    THIRTY_360_US = "30/360-us"
    """Twelve months of 30 days, and the last day of February is a 30th (SIA, for what is paid at month ends)."""


class Compounding(Enum):
    """When interest that is not settled begins to bear interest itself."""

    NONE = "none"
    """Never: simple interest."""
    ANNUAL = "annual"
    SEMI_ANNUAL = "semi-annual"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    DAILY = "daily"


_MONTHS: Final = {
    Compounding.ANNUAL: 12,
    Compounding.SEMI_ANNUAL: 6,
    Compounding.QUARTERLY: 3,
    Compounding.MONTHLY: 1,
}


def year_fraction(day_count: DayCount, since: date, until: date) -> Fraction:
    """Return the part of a year from ``since``, included, to ``until``, excluded.

    Raises:
        NotUnderstood: ``E_DATE`` when ``until`` is before ``since``.
    """
    if until < since:
        raise NotUnderstood("E_DATE", f"{until} is before {since}", "give the first day of interest first")
    match day_count:
        case DayCount.ACTUAL_365:
            return Fraction((until - since).days, 365)
        case DayCount.ACTUAL_360:
            return Fraction((until - since).days, 360)
        case DayCount.ACTUAL_ACTUAL:
            return _by_calendar_year(until) - _by_calendar_year(since)
        case DayCount.THIRTY_360:
            return _thirty(since, until, since.day, until.day)
        case DayCount.THIRTY_360_US:
            first, last = since.day, until.day
            if _ends_february(since):
                first, last = 30, 30 if _ends_february(until) else last
            return _thirty(since, until, first, last)


def _by_calendar_year(on: date) -> Fraction:
    """Return the years from the beginning of the calendar to a day, each year as long as it is."""
    return on.year + Fraction(on.timetuple().tm_yday - 1, 366 if isleap(on.year) else 365)


def _ends_february(on: date) -> bool:
    return on.month == 2 and (on + timedelta(days=1)).month == 3


def _thirty(since: date, until: date, first: int, last: int) -> Fraction:
    """Count months of 30 days: a 31st is a 30th, at the end only if the first day is one too."""
    first = min(first, 30)
    last = 30 if last == 31 and first == 30 else last
    return Fraction(360 * (until.year - since.year) + 30 * (until.month - since.month) + last - first, 360)


def _not_daily(instance: InterestTerms, attribute: attrs.Attribute[Compounding], value: Compounding) -> None:
    if value is Compounding.DAILY and instance.day_count in (DayCount.THIRTY_360, DayCount.THIRTY_360_US):
        raise NotUnderstood(
            "E_TERMS",
            f"interest counted {instance.day_count.value} cannot compound daily: its days are not calendar days",
            "state a day count of actual days, or another compounding",
            f"/{attribute.name}",
        )


@attrs.frozen(kw_only=True)
class InterestTerms(Terms):
    """What a principal bears.

    Attributes:
        rate: Interest of a year on one unit of principal; 0.06 is 6 %.
        day_count: How days become a part of a year.
        compounding: When unsettled interest bears interest.
        default_rate: The rate while the issuer is in default; without one the rate stays.
        accrues_from: The first day that bears interest, where that is not the day of issue.
    """

    rate: Ratio
    day_count: DayCount
    compounding: Compounding = attrs.field(default=Compounding.NONE, validator=_not_daily)
    default_rate: Ratio | None = None
    accrues_from: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.accrues_from is not None:
            day(self.accrues_from, what="first day of interest")

    def rate_when(self, *, in_default: bool) -> Fraction:
        """Return the rate of a year in force."""
        return self.default_rate.value if in_default and self.default_rate is not None else self.rate.value

    def accrued(self, principal: Fraction, since: date, until: date, *, in_default: bool = False) -> Fraction:
        """Return the interest on a principal that does not change, from ``since`` up to and without ``until``."""
        start = Change(on=since, principal=principal, terms=self, in_default=in_default)
        return accrue([start], until=until).accrued


@attrs.frozen(kw_only=True)
class Change:
    """What changed on a day for the interest on a debt; it counts from that day on.

    Attributes:
        on: The day.
        principal: What was added to the principal; below zero was taken from it.
        settled: Interest that was settled: paid, converted, or added to the principal.
        terms: The terms from now on; ``None`` leaves them. Compounding counts anew from this day.
        in_default: Whether the issuer is in default from now on; ``None`` leaves it.
    """

    on: date
    principal: Fraction = ZERO
    settled: Fraction = ZERO
    terms: InterestTerms | None = None
    in_default: bool | None = None


@attrs.frozen
class Accrued:
    """Interest up to a day, exactly.

    Attributes:
        accrued: All that accrued since the first day.
        settled: What of it was settled.
    """

    accrued: Fraction
    settled: Fraction

    @property
    def owed(self) -> Fraction:
        """What accrued and was not settled; below zero where more was settled than had accrued."""
        return self.accrued - self.settled


def accrue(changes: Iterable[Change], *, until: date) -> Accrued:
    """Return the interest on a debt whose principal, terms and rate change, up to and without ``until``.

    Changes of one day count together. The days of a compounding period are counted from its first day, and simple
    interest from the first day of its terms, so that a change in between neither adds a day nor loses one, whatever
    the day count. A settlement settles the oldest interest first: what bears interest before what does not yet.

    Args:
        changes: What changed; nothing accrues before terms are stated.
        until: The day asked about. Changes on it count: what was settled then is settled. Later ones do not.
    """
    running = _Running()
    for change in sorted(changes, key=lambda each: each.on):
        if change.on > until:
            break
        running.run_to(change.on)
        running.take(change)
    running.run_to(until)
    return Accrued(running.accrued, running.settled)


class _Running:
    """A debt from change to change: principal, interest that bears interest, and interest that does not yet."""

    def __init__(self) -> None:
        self.principal = self.accrued = self.settled = ZERO
        self._compounded = self._young = ZERO
        self._terms: InterestTerms | None = None
        self._in_default = False
        self._day = self._anchor = date.min  # accrued up to here; periods and simple interest count from there
        self._period = 0

    def take(self, change: Change) -> None:
        """Let a change count from its day on."""
        self.principal += change.principal
        self.settled += change.settled
        older = max(min(self._compounded, change.settled), ZERO)  # interest that passed in is below zero, and young
        self._compounded -= older
        self._young -= change.settled - older
        if change.in_default is not None:
            self._in_default = change.in_default
        if change.terms is not None:
            first, agreed = self._terms is None, change.terms.accrues_from or change.on
            self._anchor = self._day = agreed if first else max(agreed, change.on)
            self._terms, self._period = change.terms, 0

    def run_to(self, until: date) -> None:
        """Accrue up to a day: the rest of a period, whole periods, and the beginning of the last one."""
        terms = self._terms
        if terms is None or until <= self._day:
            return
        rate = terms.rate_when(in_default=self._in_default)
        if terms.compounding is Compounding.NONE:
            self._accrue_within(self._anchor, until, rate, terms.day_count)
            return
        while (end := self._period_end(self._period, terms)) <= until:
            self._accrue_within(self._period_start(terms), end, rate, terms.day_count)
            self._compounded += self._young
            self._young = ZERO
            self._period += 1
            self._run_whole_periods(until, rate, terms)
        self._accrue_within(self._period_start(terms), until, rate, terms.day_count)

    def _period_start(self, terms: InterestTerms) -> date:
        return self._period_end(self._period - 1, terms)

    def _period_end(self, period: int, terms: InterestTerms) -> date:
        if terms.compounding is Compounding.DAILY:
            return self._anchor + timedelta(days=period + 1)
        return months_after(self._anchor, _MONTHS[terms.compounding] * (period + 1))

    @property
    def _bearing(self) -> Fraction:
        return self.principal + max(self._compounded, ZERO)

    def _accrue_within(self, start: date, until: date, rate: Fraction, day_count: DayCount) -> None:
        part = year_fraction(day_count, start, until) - year_fraction(day_count, start, self._day)
        earned = self._bearing * rate * part
        self._young += earned
        self.accrued += earned
        self._day = until

    def _run_whole_periods(self, until: date, rate: Fraction, terms: InterestTerms) -> None:
        """Compound whole periods at once; those of equal length are one power."""
        if self._compounded < 0:
            return  # more was settled than accrued: one period at a time, until that is used up
        for part, periods in groupby(self._whole_periods(until, terms), key=lambda each: each[0]):
            ends = [end for _, end in periods]
            earned = self._bearing * ((1 + rate * part) ** len(ends) - 1)
            self._compounded += earned
            self.accrued += earned
            self._period += len(ends)
            self._day = ends[-1]

    def _whole_periods(self, until: date, terms: InterestTerms) -> Iterator[tuple[Fraction, date]]:
        period, start = self._period, self._period_start(terms)
        while (end := self._period_end(period, terms)) <= until:
            yield year_fraction(terms.day_count, start, end), end
            period, start = period + 1, end
