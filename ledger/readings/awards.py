"""What became of each award and of each pool, fact by fact, in one reading of the open days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import attrs

from ledger.days import EffectiveDay
from ledger.events import (
    AwardForfeited,
    AwardGranted,
    AwardTermsAmended,
    AwardTransferred,
    Fact,
    InstrumentAdjusted,
    OptionExercised,
    PlanAdopted,
    PlanPoolChanged,
    StockDividendPaid,
    StockSplitEffected,
    UnitsReleased,
    UnvestedSharesRepurchased,
    VestingAccelerated,
    VestingConditionMet,
)
from ledger.identity import HolderId, InstrumentId, PlanId, StockClassId, VestingConditionId
from ledger.movements import Rescaling
from ledger.quantities import NO_SHARES, Shares, round_position
from ledger.terms.allocation import Allocation
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.schedule import Instalment, Schedule, TakenFrom
from ledger.terms.vesting import Acceleration
from ledger.timeline import InEffect

Met = dict[VestingConditionId, date]
EVERY_AWARD = None
"""Stands for the award of a condition that is met for all of them."""


@attrs.frozen
class AwardReading:
    """An award at the close of a day, in one reading of the open days, in the units of that day.

    Granted = outstanding + exercised + released + forfeited + expired; of restricted stock nothing is outstanding
    under the award, as its shares are issued.

    Attributes:
        as_of: The day.
        terms: Its terms in force; ``None`` where it has not been granted in this reading.
        granted: Shares granted, those added since included.
        exercised: Shares exercised, those given up for price and tax included.
        released: Units released, those kept for tax included.
        forfeited: Unvested shares that were forfeited.
        expired: Vested shares that can no longer be exercised.
        repurchased: Unvested shares that were issued, and that the company took back.
        holders: Who has what is outstanding.
        schedule: When what was neither forfeited nor bought early vests, or vested.
        issued: When shares vest that were issued before they had: restricted stock, and shares bought early.
    """

    as_of: date
    terms: AwardTerms | None = None
    granted: Shares = NO_SHARES
    exercised: Shares = NO_SHARES
    released: Shares = NO_SHARES
    forfeited: Shares = NO_SHARES
    expired: Shares = NO_SHARES
    repurchased: Shares = NO_SHARES
    holders: tuple[tuple[HolderId, Shares], ...] = ()
    schedule: Schedule = Schedule((), Allocation.FRACTIONAL)
    issued: Schedule = Schedule((), Allocation.FRACTIONAL)

    @property
    def outstanding(self) -> Shares:
        """Shares under the award that were neither exercised nor released, and did not end."""
        return sum((shares for _, shares in self.holders), NO_SHARES)

    @property
    def vested(self) -> Shares:
        """All of the award that has vested, whatever became of it since."""
        return self.schedule.vested(self.as_of) + self.issued.vested(self.as_of)

    @property
    def unvested(self) -> Shares:
        """Shares outstanding under the award that have not vested."""
        return self.unvested_on(self.as_of)

    def unvested_on(self, on: date) -> Shares:
        """Return what of the shares outstanding will not have vested by a day, if nothing else happens."""
        return min(self.schedule.unvested(on), self.outstanding)

    @property
    def unvested_shares(self) -> Shares:
        """Shares issued that have not vested, and that the company may take back."""
        return self.issued.unvested(self.as_of)

    @property
    def exercisable(self) -> Shares:
        """Shares that the holder may exercise the award for."""
        return self.exercisable_on(self.as_of)

    def exercisable_on(self, on: date) -> Shares:
        """Return what the holder may exercise the award for on a day, if nothing else happens until then."""
        if self.terms is None or not self.terms.award_kind.is_exercised or self.terms.has_expired(on):
            return NO_SHARES
        if self.terms.early_exercise is not None:
            return self.outstanding
        return self.outstanding - self.unvested_on(on)

    def acquired_by(self, on: date) -> Shares:
        """Return the shares that the holder may have by a day: by exercise, or as units that will have vested."""
        if self.terms is not None and self.terms.award_kind is AwardKind.RESTRICTED_STOCK_UNIT:
            return NO_SHARES if self.terms.has_expired(on) else self.outstanding - self.unvested_on(on)
        if self.terms is not None and self.terms.award_kind is AwardKind.CASH_APPRECIATION_RIGHT:
            return NO_SHARES
        return self.exercisable_on(on)

    @property
    def ahead(self) -> Shares:
        """Shares that were exercised, released or let expire as vested, and had not vested."""
        return max(NO_SHARES, self.schedule.unvested(self.as_of) - self.outstanding)


@attrs.frozen
class PoolReading:
    """The pool of a plan at the close of a day, in one reading of the open days, in the units of that day.

    Kept back − granted + returned = ungranted.

    Attributes:
        granted: Shares granted out of it.
        returned: Shares that returned to it.
        ungranted: Shares left in it.
    """

    granted: Shares = NO_SHARES
    returned: Shares = NO_SHARES
    ungranted: Shares = NO_SHARES

    @property
    def kept_back(self) -> Shares:
        """Shares kept back for the plan: at its adoption and since, less what was taken away."""
        return self.ungranted + self.granted - self.returned


@attrs.frozen
class Days:
    """On which day a fact counts whose day is open; never later than the day asked about.

    Attributes:
        as_of: The day asked about.
        latest: Whether it counts on its latest day, or on its earliest.
    """

    as_of: date
    latest: bool

    def of(self, effective: EffectiveDay) -> date:
        """Return the day."""
        return min(effective.latest if self.latest else effective.earliest, self.as_of)


def days_met(facts: Iterable[InEffect], days: Days) -> dict[InstrumentId | None, Met]:
    """Return the days on which conditions were met, for each award and for every one; the first day counts."""
    found: dict[InstrumentId | None, Met] = defaultdict(dict)
    for each in facts:
        if isinstance(each.fact, VestingConditionMet):
            met, on = found[each.fact.award], days.of(each.fact.effective_on)
            met[each.fact.condition] = min(on, met.get(each.fact.condition, on))
    return found


class AwardAccount:
    """One award, fact by fact.

    Args:
        fact: Its grant.
        on: The day of it.
        met: The days on which conditions were met, as far as they have come.
        decimals: Decimals that a share of the class may have.
    """

    def __init__(self, fact: AwardGranted, on: date, met: Met, decimals: int) -> None:
        self.stock_class, self.terms, self._met, self._decimals = fact.stock_class, fact.terms, met, decimals
        self.holder, self.plan, self.granted = fact.holder, fact.plan, fact.granted
        self.exercised = self.released = self.forfeited = self.expired = self.repurchased = NO_SHARES
        self.holders: dict[HolderId, Shares] = {}
        whole, none = self._timetable(fact.granted, on), Schedule((), Allocation.FRACTIONAL)
        if fact.terms.award_kind is AwardKind.RESTRICTED_STOCK:
            self.schedule, self.issued = none, whole
        else:
            self.schedule, self.issued = whole, none
            self.holders[fact.holder] = fact.granted
        self._set_off = self._promised(None)

    def _timetable(self, shares: Shares, on: date) -> Schedule:
        """Return when shares vest by the terms; without vesting terms, at once."""
        if self.terms.vesting is None:
            return Schedule.of([Instalment(on, shares)], Allocation.FRACTIONAL)
        return self.terms.vesting.timetable(shares, self._met, decimals=self._decimals)

    def _promised(self, after: date | None) -> list[tuple[date, Acceleration]]:
        vesting = self.terms.vesting
        set_off = [] if vesting is None else vesting.set_off(self._met)
        return [each for each in set_off if after is None or each[0] > after]

    def come_to(self, on: date) -> None:
        """Let vest sooner what the terms promise, as far as it was set off by a day."""
        while self._set_off and self._set_off[0][0] <= on:
            day, promise = self._set_off.pop(0)
            self.schedule, self.issued = promise.applied(self.schedule, day), promise.applied(self.issued, day)

    def take(self, fact: object, on: date) -> None:
        """Take a fact about the award into account."""
        self.come_to(on)
        match fact:
            case AwardTermsAmended():
                self._amend(fact.terms, on)
            case InstrumentAdjusted():
                self._add(fact)
            case VestingAccelerated():
                left = fact.accelerated - min(fact.accelerated, self.schedule.unvested(on))
                self.schedule = self.schedule.accelerated(on, fact.accelerated, fact.taken_from)
                self.issued = self.issued.accelerated(on, left, fact.taken_from)
            case OptionExercised():
                self.exercised += fact.exercised
                self._leaves(fact.holder, fact.exercised)
                if fact.unvested is not None:
                    taken_from = self.terms.early_exercise or TakenFrom.NEXT
                    bought, self.schedule = self.schedule.parted(on, fact.unvested, taken_from)
                    self.issued = self.issued.joined(bought)
            case UnitsReleased():
                self.released += fact.released
                self._leaves(fact.holder, fact.released)
            case AwardForfeited():
                unvested = fact.unvested or NO_SHARES
                self.forfeited += unvested
                self.expired += fact.vested or NO_SHARES
                self._leaves(fact.holder, fact.ended)
                _, self.schedule = self.schedule.parted(on, unvested, TakenFrom.LAST)
            case AwardTransferred():
                self._leaves(fact.from_holder, fact.transferred)
                self._leaves(fact.to_holder, -fact.transferred)
            case UnvestedSharesRepurchased():
                self.repurchased += fact.repurchased
                _, self.issued = self.issued.parted(on, fact.repurchased, TakenFrom.LAST)
            case _:
                raise AssertionError(f"{fact} is about no award")

    def _leaves(self, holder: HolderId, shares: Shares) -> None:
        self.holders[holder] = self.holders.get(holder, NO_SHARES) - shares

    def _amend(self, terms: AwardTerms, on: date) -> None:
        """Let the terms be others from a day on; what had vested by then stays vested."""
        before, self.terms = self.terms, terms
        if terms.vesting == before.vesting:
            return
        self.schedule, self.issued = (self._anew(each, on) for each in (self.schedule, self.issued))
        self._set_off = self._promised(on)

    def _anew(self, schedule: Schedule, on: date) -> Schedule:
        fresh = self._timetable(schedule.shares, on)
        missing = schedule.vested(on) - fresh.vested(on)
        return fresh.accelerated(on, missing, TakenFrom.NEXT) if missing.units > 0 else fresh

    def _add(self, fact: InstrumentAdjusted) -> None:
        """Add shares to what is there; they vest as the others do."""
        for each in fact.added:
            self.granted += each.added
            self._leaves(each.holder, -each.added)
            self.schedule = self.schedule.rescaled(self.schedule.shares + each.added)

    def rescale(self, split: Rescaling) -> None:
        """Take a split into account."""

        def after(shares: Shares) -> Shares:
            exact = shares.units * split.ratio.value
            return Shares.of_units(round_position(exact, split.fractions, split.decimals))

        self.holders = {holder: after(shares) for holder, shares in self.holders.items()}
        self.exercised, self.released = after(self.exercised), after(self.released)
        self.forfeited, self.expired = after(self.forfeited), after(self.expired)
        self.repurchased = after(self.repurchased)
        self.schedule = self.schedule.rescaled(after(self.schedule.shares))
        self.issued = self.issued.rescaled(after(self.issued.shares))
        if self.terms.award_kind is AwardKind.RESTRICTED_STOCK:
            self.granted = self.issued.shares + self.repurchased
        else:
            gone = self.exercised + self.released + self.forfeited + self.expired
            self.granted = sum(self.holders.values(), gone)

    def reading(self, as_of: date) -> AwardReading:
        """Return the award at the close of a day."""
        self.come_to(as_of)
        return AwardReading(
            as_of,
            self.terms,
            self.granted,
            self.exercised,
            self.released,
            self.forfeited,
            self.expired,
            self.repurchased,
            tuple((holder, shares) for holder, shares in self.holders.items() if shares),
            self.schedule,
            self.issued,
        )


class PoolAccount:
    """The pool of one plan, of one class, fact by fact."""

    def __init__(self) -> None:
        self.granted = self.returned = self.ungranted = NO_SHARES

    def grant(self, shares: Shares) -> None:
        """Grant shares out of the pool."""
        self.granted += shares
        self.ungranted -= shares

    def take_back(self, shares: Shares) -> None:
        """Let shares return to the pool."""
        self.returned += shares
        self.ungranted += shares

    def rescale(self, split: Rescaling) -> None:
        """Take a split into account."""
        for name in ("granted", "returned", "ungranted"):
            exact = getattr(self, name).units * split.ratio.value
            setattr(self, name, Shares.of_units(round_position(exact, split.fractions, split.decimals)))


Pool = tuple[PlanId, StockClassId]


class AwardAccounts:
    """All awards and pools, fact by fact, in one reading of the open days.

    Args:
        met: The days on which conditions were met, for each award and for every one.
        days: On which day a fact counts whose day is open.
        decimals: Decimals that a share of each class may have.
    """

    def __init__(
        self, met: Mapping[InstrumentId | None, Met], days: Days, decimals: Mapping[StockClassId, int]
    ) -> None:
        self._met, self._days, self._decimals = met, days, decimals
        self.awards: dict[InstrumentId, AwardAccount] = {}
        self.pools: defaultdict[Pool, PoolAccount] = defaultdict(PoolAccount)

    @classmethod
    def of(cls, facts: Sequence[InEffect], days: Days, decimals: Mapping[StockClassId, int]) -> AwardAccounts:
        """Return the awards and pools after facts, which come in order of effect."""
        accounts = cls(days_met(facts, days), days, decimals)
        for each in facts:
            accounts.take(each.fact)
        return accounts

    def take(self, fact: Fact) -> None:
        """Take a fact into account; facts come in order of effect."""
        match fact:
            case PlanAdopted():
                self.pools[fact.plan, fact.stock_class].ungranted += fact.pooled
            case PlanPoolChanged():
                pool = self.pools[fact.plan, fact.stock_class]
                pool.ungranted += (fact.added or NO_SHARES) - (fact.removed or NO_SHARES)
            case AwardGranted():
                if fact.plan is not None:
                    self.pools[fact.plan, fact.stock_class].grant(fact.granted)
                self.awards[fact.award] = AwardAccount(
                    fact,
                    self._days.of(fact.effective_on),
                    self._met_for(fact.award),
                    self._decimals.get(fact.stock_class, 0),
                )
            case OptionExercised() | UnitsReleased() | AwardForfeited() | UnvestedSharesRepurchased():
                if fact.plan is not None and fact.returned is not None:
                    self.pools[fact.plan, fact.stock_class].take_back(fact.returned)
                self._of(fact.award, fact, fact.effective_on)
            case AwardTermsAmended() | VestingAccelerated() | AwardTransferred():
                self._of(fact.award, fact, fact.effective_on)
            case InstrumentAdjusted():
                self._of(fact.instrument, fact, fact.effective_on)
            case StockSplitEffected() | StockDividendPaid():
                self._split(fact)
            case _:
                pass  # what else there is concerns no award

    def _met_for(self, award: InstrumentId) -> Met:
        of_all, of_one = self._met.get(EVERY_AWARD, {}), self._met.get(award, {})
        return {**of_all, **{name: min(on, of_all.get(name, on)) for name, on in of_one.items()}}

    def _of(self, award: InstrumentId, fact: object, effective: EffectiveDay) -> None:
        account = self.awards.get(award)
        if account is not None:  # of an award whose grant is not in this reading nothing is told
            account.take(fact, self._days.of(effective))

    def _split(self, fact: Fact) -> None:
        for split in fact.movements():
            if type(split) is Rescaling:
                for account in self.awards.values():
                    if account.stock_class == split.stock_class:
                        account.rescale(split)
                for (_, stock_class), pool in self.pools.items():
                    if stock_class == split.stock_class:
                        pool.rescale(split)

    def readings(self) -> tuple[dict[InstrumentId, AwardReading], dict[Pool, PoolReading]]:
        """Return every award and every pool at the close of the day asked about."""
        awards = {award: account.reading(self._days.as_of) for award, account in self.awards.items()}
        pools = {key: PoolReading(pool.granted, pool.returned, pool.ungranted) for key, pool in self.pools.items()}
        return awards, pools
