"""How an award vests: what part of it on which day, in whole shares that add up to the award."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Final

import attrs

from ledger.days import day, months_after
from ledger.errors import NotUnderstood
from ledger.identity import Count, VestingConditionId
from ledger.quantities import FractionPolicy, Ratio, Shares, round_position
from ledger.terms.allocation import Allocation, allocated
from ledger.terms.base import Terms
from ledger.terms.schedule import Instalment, Schedule, TakenFrom


class PeriodUnit(Enum):
    """What a period of vesting is counted in."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


_MONTHS: Final = {PeriodUnit.MONTHS: 1, PeriodUnit.YEARS: 12}
_LONGEST: Final = {PeriodUnit.DAYS: 36_525, PeriodUnit.MONTHS: 1_200, PeriodUnit.YEARS: 100}
"""A hundred years; vesting that takes longer is a slip."""


def _contradiction(what: str, hint: str) -> NotUnderstood:
    return NotUnderstood("E_TERMS", what, hint)


def later(start: date, length: int, unit: PeriodUnit, day_of_month: int | None = None) -> date:
    """Return the day that lies a period after another.

    Months and years are those of the calendar; see ``months_after``.

    Args:
        start: From which day.
        length: How many days, months or years.
        unit: Which of them.
        day_of_month: Day of the month to end on, for months and years; without one that of ``start``.
    """
    if unit is PeriodUnit.DAYS:
        return start + timedelta(days=length)
    return months_after(start, length * _MONTHS[unit], day_of_month=day_of_month)


class ConditionRole(Enum):
    """What a condition does to a tranche."""

    STARTS = "starts"
    """Time counts from the day on which the condition is met."""
    GATES = "gates"
    """Nothing vests before the condition is met, and then what time has vested by itself: the later of the two."""
    HASTENS = "hastens"
    """Everything vests on the day on which the condition is met: the earlier of the two."""


@attrs.frozen(kw_only=True)
class VestingTranche(Terms):
    """A part of an award that vests at once or in equal instalments.

    Time counts from the day on which vesting starts. With ``on`` the day is fixed and nothing is counted.

    Attributes:
        portion: Part of the whole award; above zero, at most one. A stated number of shares is its part of the
            award, so that a split leaves the terms as they are.
        instalments: Into how many equal instalments it is divided; one or more.
        every: Length of the period from one instalment to the next; zero for what vests as soon as it may.
        unit: Days, months or years.
        after: Length of the period until the first instalment; ``every`` when it is not stated.
        cliff: The number of the instalment before which nothing vests; what came before it vests with it.
        day_of_month: Day on which months end; without one the day on which vesting starts. A month without that
            day ends on its last.
        on: The day on which it vests, when the papers name one.
        condition: What has to be met besides, by name.
        role: What the condition does.
        lapses_on: The last day on which the condition can be met; after it the tranche never vests.
    """

    portion: Ratio = Ratio(1)
    instalments: Count = Count(1)
    every: Count = Count(0)
    unit: PeriodUnit = PeriodUnit.MONTHS
    after: Count | None = None
    cliff: Count = Count(0)
    day_of_month: Count | None = None
    on: date | None = None
    condition: VestingConditionId | None = None
    role: ConditionRole = ConditionRole.GATES
    lapses_on: date | None = None

    def __attrs_post_init__(self) -> None:
        if not 0 < self.portion.value <= 1:
            raise _contradiction(f"a tranche is {self.portion} of the award", "above 0, at most 1")
        if not self.instalments:
            raise _contradiction("a tranche has no instalment", "state one or more")
        if self.instalments > 1 and not self.every:
            raise _contradiction(
                f"{self.instalments} instalments follow one another at once", "state the period between them"
            )
        if self.cliff > self.instalments:
            raise _contradiction(
                f"the cliff is at instalment {self.cliff} of {self.instalments}", "name one that there is"
            )
        if self.day_of_month is not None and (self.unit is PeriodUnit.DAYS or not 1 <= self.day_of_month <= 31):
            raise _contradiction(
                f"instalments fall on day {self.day_of_month} of the month", "1 to 31, for months or years"
            )
        if self._first + (self.instalments - 1) * self.every > _LONGEST[self.unit]:
            raise _contradiction("vesting takes more than a hundred years", "correct the periods")
        if self.on is not None:
            day(self.on, what="day of vesting")
            if self.every or self.after is not None:
                raise _contradiction(f"a tranche vests on {self.on} and after a period", "state one of the two")
        self._check_condition()

    def _check_condition(self) -> None:
        if self.role is not ConditionRole.GATES and self.condition is None:
            raise _contradiction(f"a condition that {self.role.value} is not named", "name the condition")
        if self.role is ConditionRole.STARTS and self.on is not None:
            raise _contradiction(f"time starts by a condition and ends on {self.on}", "state one of the two")
        if self.role is ConditionRole.HASTENS and self.on is None and not self._first:
            raise _contradiction("a condition hastens what vests at once", "state a period or a day")
        if self.lapses_on is not None:
            day(self.lapses_on, what="last day of the condition")
            if self.condition is None:
                raise _contradiction(
                    f"a tranche lapses on {self.lapses_on} without a condition", "name the condition"
                )

    @property
    def _first(self) -> int:
        """Length of the period until the first instalment."""
        return int(self.every if self.after is None else self.after)

    @property
    def needs_start(self) -> bool:
        """Whether time counts from the day on which vesting starts."""
        if self.on is not None:
            return False
        return self.condition is None or (self.role is not ConditionRole.STARTS and self._first > 0)

    def days(self, start: date | None, met: Mapping[VestingConditionId, date]) -> list[date | None]:
        """Return the day of each instalment, as far as it is known; ``None`` where a condition is not met.

        Args:
            start: The day on which vesting starts.
            met: The days on which conditions were met.
        """
        met_on = None if self.condition is None else met.get(self.condition)
        if met_on is not None and self.lapses_on is not None and met_on > self.lapses_on:
            met_on = None
        if self.condition is None:
            return [*self._by_time(start)]
        match self.role:
            case ConditionRole.STARTS:
                return [None] * self.instalments if met_on is None else [*self._by_time(met_on)]
            case ConditionRole.GATES:
                if met_on is None:
                    return [None] * self.instalments
                return [max(each, met_on) for each in self._by_time(start or met_on)]
            case ConditionRole.HASTENS:
                return [each if met_on is None else min(each, met_on) for each in self._by_time(start)]

    def _by_time(self, start: date | None) -> list[date]:
        """Return the days of the instalments as time alone gives them."""
        if self.on is not None:
            return [self.on]
        assert start is not None, "terms that count from a start have one"
        days = [
            later(start, self._first + number * self.every, self.unit, self.day_of_month)
            for number in range(self.instalments)
        ]
        return [max(each, days[self.cliff - 1]) for each in days] if self.cliff else days


@attrs.frozen(kw_only=True)
class Acceleration(Terms):
    """A promise that unvested shares vest sooner when something happens, or when two things happen.

    Attributes:
        when: The condition that sets it off: a single trigger.
        and_then: A second condition, for a double trigger.
        within_months: Months after the first condition within which the second has to be met.
        portion: Part of what is unvested then; one for all of it.
        months: Months of vesting that are granted in addition, instead of a portion.
        taken_from: Which instalments become smaller in return. For months it is the next ones.
    """

    when: VestingConditionId
    and_then: VestingConditionId | None = None
    within_months: Count | None = None
    portion: Ratio | None = None
    months: Count | None = None
    taken_from: TakenFrom = TakenFrom.NEXT

    def __attrs_post_init__(self) -> None:
        if (self.portion is None) == (self.months is None):
            raise _contradiction("an acceleration has a portion or months", "state exactly one of the two")
        if self.portion is not None and not 0 < self.portion.value <= 1:
            raise _contradiction(f"an acceleration of {self.portion}", "above 0, at most 1")
        if self.within_months is not None and self.and_then is None:
            raise _contradiction("a time limit without a second condition", "name the second condition")
        if self.months is not None and self.taken_from is not TakenFrom.NEXT:
            raise _contradiction(
                f"months of vesting come from the {self.taken_from.value} instalments", "take them from the next"
            )
        if self.and_then == self.when:
            raise _contradiction(f"both triggers are {self.when}", "name two conditions, or one")
        if max(self.within_months or 0, self.months or 0) > _LONGEST[PeriodUnit.MONTHS]:
            raise _contradiction("an acceleration of more than a hundred years", "correct the months")

    def set_off_on(self, met: Mapping[VestingConditionId, date]) -> date | None:
        """Return the day on which it takes effect, or nothing when it has not been set off.

        A second condition counts from the day of the first on, so that someone dismissed before a sale of the
        company has no double trigger.
        """
        first = met.get(self.when)
        if first is None or self.and_then is None:
            return first
        second = met.get(self.and_then)
        if second is None or second < first:
            return None
        if self.within_months is not None and second > months_after(first, self.within_months):
            return None
        return second

    def applied(self, schedule: Schedule, on: date) -> Schedule:
        """Return a schedule after the acceleration took effect on a day."""
        return schedule.accelerated(on, self.of(schedule, on), self.taken_from)

    def of(self, schedule: Schedule, on: date) -> Shares:
        """Return how many of the unvested shares vest sooner, rounded down unless the award vests in fractions."""
        if self.months is not None:
            return schedule.vested(months_after(on, self.months)) - schedule.vested(on)
        assert self.portion is not None
        exact = schedule.unvested(on) * self.portion
        if self.portion.value == 1 or schedule.allocation is Allocation.FRACTIONAL:
            return exact
        return Shares.of_units(round_position(exact.units, FractionPolicy.DOWN, schedule.decimals))


@attrs.frozen(kw_only=True)
class VestingTerms(Terms):
    """How an award vests.

    Attributes:
        starts_on: The day from which time counts: the vesting commencement date.
        tranches: Parts that vest by time, on a condition, or on both; their portions add up to one.
        allocation: Which instalments take the shares that equal parts leave over.
        accelerations: What makes unvested shares vest sooner.
    """

    starts_on: date | None = None
    tranches: tuple[VestingTranche, ...]
    allocation: Allocation = Allocation.CUMULATIVE_ROUND_DOWN
    accelerations: tuple[Acceleration, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.starts_on is not None:
            day(self.starts_on, what="day on which vesting starts")
        whole = sum(tranche.portion.value for tranche in self.tranches)
        if whole != 1:
            raise _contradiction(
                f"the tranches add up to {Ratio(whole)} of the award", "make them one: 1/4 and 3/4, for example"
            )
        if self.starts_on is None and any(tranche.needs_start for tranche in self.tranches):
            raise _contradiction("time has no day to count from", "state starts_on")

    @property
    def conditions(self) -> frozenset[VestingConditionId]:
        """What has to be met, or may be, for something to vest."""
        return frozenset(
            condition
            for condition in (
                *(tranche.condition for tranche in self.tranches),
                *(each.when for each in self.accelerations),
                *(each.and_then for each in self.accelerations),
            )
            if condition is not None
        )

    def timetable(
        self, granted: Shares, met: Mapping[VestingConditionId, date] | None = None, *, decimals: int = 0
    ) -> Schedule:
        """Return what vests when, before anything hastens it, as far as conditions have been met.

        Args:
            granted: Shares under the award.
            met: The days on which conditions were met.
            decimals: Decimals that a share of the class may have.
        """
        parts = [
            tranche.portion.value / tranche.instalments
            for tranche in self.tranches
            for _ in range(tranche.instalments)
        ]
        days = [each for tranche in self.tranches for each in tranche.days(self.starts_on, met or {})]
        shares = allocated(granted, parts, self.allocation, decimals=decimals)
        return Schedule.of(map(Instalment, days, shares), self.allocation, decimals=decimals)

    def set_off(self, met: Mapping[VestingConditionId, date]) -> list[tuple[date, Acceleration]]:
        """Return the accelerations that were set off, each with its day, in the order of days."""
        found = [(on, each) for each in self.accelerations if (on := each.set_off_on(met)) is not None]
        return sorted(found, key=lambda pair: pair[0])

    def schedule(
        self, granted: Shares, met: Mapping[VestingConditionId, date] | None = None, *, decimals: int = 0
    ) -> Schedule:
        """Return what vests when, accelerations included; see ``timetable``."""
        schedule = self.timetable(granted, met, decimals=decimals)
        for on, promise in self.set_off(met or {}):
            schedule = promise.applied(schedule, on)
        return schedule
