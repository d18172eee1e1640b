"""Awards and their plans at the close of a day: granted, vested, exercised, ended, outstanding, left to grant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from ledger.days import EffectiveDay, day_of
from ledger.errors import UnknownName, nearest
from ledger.events import (
    AwardForfeited,
    AwardGranted,
    AwardTermsAmended,
    ElectionFiled,
    InstrumentAdjusted,
    OptionExercised,
    PlanAdopted,
    PlanPoolChanged,
    StockClassDesignated,
    UnitsReleased,
    VestingAccelerated,
    VestingConditionMet,
)
from ledger.identity import EntryNumber, HolderId, InstrumentId, IssuerId, PlanId, StockClassId
from ledger.movements import Level
from ledger.quantities import NO_SHARES, Price, Shares
from ledger.readings.awards import AwardAccounts, AwardReading, Days, Pool, PoolReading, days_met
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.schedule import Instalment
from ledger.timeline import History, InEffect, place_in_history
from projections.bounds import Bounds, Possible
from projections.cap_table import name_of, shown_under
from projections.frame import Tabular
from projections.over_time import balances_over
from projections.replay import Balances, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame

DAYS_TO_ELECT: Final = 30
"""Days after shares were received within which an election under section 83(b) is filed."""


@attrs.frozen
class Election:
    """An election under section 83(b) of the Internal Revenue Code.

    Attributes:
        shares: Shares that it is for, in the units of the day of filing.
        received_on: The day on which they were received.
        filed_on: The day on which it was filed.
    """

    shares: Shares
    received_on: date
    filed_on: EffectiveDay

    @property
    def due_on(self) -> date:
        """The last day on which it could be filed: 30 days after the shares were received."""
        return self.received_on + timedelta(days=DAYS_TO_ELECT)

    @property
    def is_late(self) -> bool:
        """Whether it was filed too late, in every reading."""
        return self.filed_on.earliest > self.due_on


def _least_to_most(values: Sequence[Shares]) -> Bounds[Shares]:
    return Bounds(min(values), max(values))


@attrs.frozen
class AwardLine:
    """An award at the close of a day. Every figure is in the units of that day.

    Granted = outstanding + exercised + released + forfeited + expired; of restricted stock nothing is outstanding
    under the award, as its shares are issued. What has vested counts whatever became of it since.

    Attributes:
        award: Its name.
        holder: To whom it was granted, or the one that they were merged into.
        name: What they are called on the day.
        plan: Plan that it was granted under.
        stock_class: Class that it is of.
        award_kind: What kind of award it is.
        granted_on: The day of the grant.
        entry: The entry that granted it.
        price: Exercise price in force; no value where nothing is paid.
        terms: Its terms in force; several where the day of a change is open.
        elections: Elections that were filed for shares of it.
        readings: The award in each reading of the open days; one where all days are known.
    """

    award: InstrumentId
    holder: HolderId
    name: str
    plan: PlanId | None
    stock_class: StockClassId
    award_kind: AwardKind
    granted_on: EffectiveDay
    entry: EntryNumber
    price: Possible[Price]
    terms: Possible[AwardTerms]
    elections: tuple[Election, ...]
    readings: tuple[AwardReading, ...]

    def _bounds(self, figure: Callable[[AwardReading], Shares]) -> Bounds[Shares]:
        return _least_to_most([figure(each) for each in self.readings])

    @property
    def granted(self) -> Bounds[Shares]:
        """Shares granted, those added since included."""
        return self._bounds(lambda each: each.granted)

    @property
    def vested(self) -> Bounds[Shares]:
        """All of it that has vested, whatever became of it since."""
        return self._bounds(lambda each: each.vested)

    @property
    def unvested(self) -> Bounds[Shares]:
        """Shares outstanding under it that have not vested."""
        return self._bounds(lambda each: each.unvested)

    @property
    def exercised(self) -> Bounds[Shares]:
        """Shares exercised, those given up for price and tax included."""
        return self._bounds(lambda each: each.exercised)

    @property
    def released(self) -> Bounds[Shares]:
        """Units released, those kept for tax included."""
        return self._bounds(lambda each: each.released)

    @property
    def forfeited(self) -> Bounds[Shares]:
        """Unvested shares that were forfeited."""
        return self._bounds(lambda each: each.forfeited)

    @property
    def expired(self) -> Bounds[Shares]:
        """Vested shares that can no longer be exercised."""
        return self._bounds(lambda each: each.expired)

    @property
    def outstanding(self) -> Bounds[Shares]:
        """Shares that were neither exercised nor released, and did not end."""
        return self._bounds(lambda each: each.outstanding)

    @property
    def exercisable(self) -> Bounds[Shares]:
        """Shares that the holder may exercise it for."""
        return self._bounds(lambda each: each.exercisable)

    @property
    def unvested_shares(self) -> Bounds[Shares]:
        """Shares issued that have not vested, and that the company may take back."""
        return self._bounds(lambda each: each.unvested_shares)

    @property
    def repurchased(self) -> Bounds[Shares]:
        """Unvested shares that were issued, and that the company took back."""
        return self._bounds(lambda each: each.repurchased)

    @property
    def ahead(self) -> Bounds[Shares]:
        """Shares that were exercised, released or let expire as vested, and had not vested."""
        return self._bounds(lambda each: each.ahead)

    def acquired_by(self, on: date) -> Bounds[Shares]:
        """Return the shares that the holders may have by a later day, if nothing happens but time."""
        return self._bounds(lambda each: each.acquired_by(on))

    @property
    def expires_on(self) -> date | None:
        """Last day on which it may be exercised; ``None`` where it has none, or the terms are not known."""
        return None if self.terms.only is None else self.terms.only.expires_on

    @property
    def held_by(self) -> tuple[HolderId, ...]:
        """Who has what is outstanding, or may have it."""
        return tuple(dict.fromkeys(holder for each in self.readings for holder, _ in each.holders))

    @property
    def to_come(self) -> tuple[Instalment, ...]:
        """What is still to vest, by the reading in which only what is certain has happened."""
        reading = self.readings[0]
        both = reading.schedule.joined(reading.issued)
        unvested = reading.unvested + reading.unvested_shares
        coming = [each for each in both.instalments if each.vests_on is None or each.vests_on > reading.as_of]
        return tuple(coming) if unvested else ()


@attrs.frozen
class PoolLine:
    """The pool of a plan, of one class, at the close of a day, in the units of that day.

    Kept back − granted + returned = ungranted. Granted counts what was granted out of the pool; awards outside a
    plan draw on none.

    Attributes:
        plan: Which.
        title: Its name on paper.
        stock_class: Class of the shares.
        awarded: Shares outstanding under its awards.
        readings: The pool in each reading of the open days; one where all days are known.
    """

    plan: PlanId
    title: str
    stock_class: StockClassId
    awarded: Bounds[Shares]
    readings: tuple[PoolReading, ...]

    def _bounds(self, figure: Callable[[PoolReading], Shares]) -> Bounds[Shares]:
        return _least_to_most([figure(each) for each in self.readings])

    @property
    def kept_back(self) -> Bounds[Shares]:
        """Shares kept back for it: at its adoption and since, less what was taken away."""
        return self._bounds(lambda each: each.kept_back)

    @property
    def granted(self) -> Bounds[Shares]:
        """Shares granted out of it."""
        return self._bounds(lambda each: each.granted)

    @property
    def returned(self) -> Bounds[Shares]:
        """Shares that returned to it."""
        return self._bounds(lambda each: each.returned)

    @property
    def ungranted(self) -> Bounds[Shares]:
        """Shares left to grant."""
        return self._bounds(lambda each: each.ungranted)


@attrs.frozen(repr=False)
class AwardLedger(Tabular):
    """Every award and every plan at the close of a day, as known at some point.

    Attributes:
        issuer: Whose.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        awards: One line for each award, in the order of grants.
        pools: One line for each plan and class.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    awards: tuple[AwardLine, ...]
    pools: tuple[PoolLine, ...]

    def __iter__(self) -> Iterator[AwardLine]:
        return iter(self.awards)

    def __len__(self) -> int:
        return len(self.awards)

    def __getitem__(self, award: str) -> AwardLine:
        for line in self.awards:
            if line.award == award:
                return line
        raise UnknownName("award", award, self.as_of, nearest(award, [str(line.award) for line in self.awards]))

    def pool(self, plan: str) -> tuple[PoolLine, ...]:
        """Return the pools of a plan, one for each class.

        Raises:
            UnknownName: No plan of that name was adopted by the day.
        """
        found = tuple(line for line in self.pools if line.plan == plan)
        if not found:
            raise UnknownName("plan", plan, self.as_of, nearest(plan, [str(line.plan) for line in self.pools]))
        return found

    def of_holder(self, holder: str) -> tuple[AwardLine, ...]:
        """Return the awards that were granted to a holder, or that they have now."""
        return tuple(line for line in self.awards if holder == line.holder or holder in line.held_by)

    def only(self, holder: str) -> AwardLedger:
        """Return the same with the awards of one holder, and without the plans."""
        return attrs.evolve(self, awards=self.of_holder(holder), pools=())

    def frames(self) -> tuple[Frame, ...]:
        """Return awards, instalments to come and pools, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.awards(self)


def awards(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None) -> AwardLedger:
    """Return what was granted, what has vested and what has become of it, at the close of a day.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
    """
    history = ledger.history(as_of, known_at)
    balances = replay(history, ledger.standing(history.known))
    lines, pools = award_lines(balances)
    return AwardLedger(
        ledger.issuer,
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        lines,
        pools,
    )


def award_lines(balances: Balances) -> tuple[tuple[AwardLine, ...], tuple[PoolLine, ...]]:
    """Return the awards and the pools that balances stand for."""
    history = balances.history
    decimals = {each: int(balances.values(Level.DECIMALS, each)[-1]) for each in balances.subjects(Level.DECIMALS)}
    readings = [
        AwardAccounts.of(facts, days, decimals).readings() for facts, days in _readings_of(history)
    ]  # the first is that of what is certain
    facts = sorted([*history.certain, *history.open], key=place_in_history)
    elections = [each.fact for each in facts if isinstance(each.fact, ElectionFiled)]
    lines = tuple(
        _line(balances, each, elections, [found.get(each.fact.award) for found, _ in readings])
        for each in facts
        if isinstance(each.fact, AwardGranted)
    )
    keys = dict.fromkeys(key for _, pools in readings for key in pools)
    return lines, tuple(_pool(balances, key, lines, [pools.get(key) for _, pools in readings]) for key in keys)


class HeldReading(NamedTuple):
    """What a holder has of an award, in one reading of the open days.

    Attributes:
        reading: The award in that reading.
        shares: Shares outstanding under it that are theirs.
        part: Which part of all that are outstanding these are; of what has vested they have the same.
    """

    reading: AwardReading
    shares: Shares
    part: Fraction


def by_holder(balances: Balances, line: AwardLine) -> dict[HolderId, list[HeldReading]]:
    """Return what each holder has of an award in each reading, holders as they are shown."""
    found: dict[HolderId, list[HeldReading]] = {shown_under(balances, holder): [] for holder in line.held_by}
    for reading in line.readings:
        whole = reading.outstanding
        shares = dict.fromkeys(found, NO_SHARES)
        for holder, had in reading.holders:
            shares[shown_under(balances, holder)] += had
        for holder, mine in shares.items():
            part = Fraction(mine.units) / whole.units if whole else Fraction(0)
            found[holder].append(HeldReading(reading, mine, part))
    return found


def days_of_vesting(facts: Sequence[InEffect], known: int) -> Iterator[date]:
    """Yield each day on which shares under an award vest, or would have by what was in effect on an earlier day.

    A later fact may hasten, delay or end an instalment, so the terms are read after each fact that says when.

    Args:
        facts: All that stand, on whatever day.
        known: How many entries were taken into account.
    """
    saying = [each for each in facts if isinstance(each.fact, _SAYS_WHEN)]
    days = sorted({on for each in saying for on in (day_of(each.begins), day_of(each.settles))})
    for balances in balances_over(facts, days, known):
        for line in award_lines(balances)[0]:
            for reading in line.readings:
                for one in (*reading.schedule.instalments, *reading.issued.instalments):
                    if one.vests_on is not None:
                        yield one.vests_on


_SAYS_WHEN: Final = (AwardGranted, AwardTermsAmended, VestingAccelerated, VestingConditionMet)
"""Facts that say on which days an award vests."""


def ahead_of_vesting(facts: Sequence[InEffect]) -> Iterator[tuple[InEffect, InstrumentId, Shares]]:
    """Yield each fact by which shares were exercised, released or let expire as vested that had not vested.

    A fact with an open day is judged on its latest.

    Args:
        facts: All that stand, on whatever day.
    """
    if not any(isinstance(each.fact, AwardGranted) for each in facts):
        return
    ordered = sorted(facts, key=place_in_history)
    days = Days(date.max, True)
    classes = [each.fact for each in ordered if isinstance(each.fact, StockClassDesignated)]
    decimals = {fact.stock_class: int(fact.decimals) for fact in classes}
    accounts = AwardAccounts(days_met(ordered, days), days, decimals)
    for each in ordered:
        fact = each.fact
        account = accounts.awards.get(fact.award) if isinstance(fact, _ENDS) else None
        if account is None or not isinstance(fact, _ENDS):
            accounts.take(fact)
            continue
        before = account.reading(fact.effective_on.latest).ahead
        accounts.take(fact)
        more = account.reading(fact.effective_on.latest).ahead - before
        if more.units > 0:
            yield each, fact.award, more


_ENDS: Final = (OptionExercised, UnitsReleased, AwardForfeited)
"""Facts that take what has vested out of an award."""


_RAISES: Final = (
    AwardGranted,
    InstrumentAdjusted,
    PlanAdopted,
    PlanPoolChanged,
    VestingAccelerated,
    VestingConditionMet,
)
"""Facts that let more be granted or vested; the others take from it."""


def _readings_of(history: History) -> Iterator[tuple[list[InEffect], Days]]:
    """Yield the readings between which every figure lies, first that of what is certain.

    An open fact may have happened or not: nothing that is open, everything, what raises and what lowers are read.
    A fact that has happened, on a day that is not known, is read on its earliest and on its latest day.
    """
    raising = [each for each in history.open if isinstance(each.fact, _RAISES)]
    lowering = [each for each in history.open if not isinstance(each.fact, _RAISES)]
    chosen: list[list[InEffect]] = [[]]
    for some in (raising, lowering, history.open):
        if some and some not in chosen:
            chosen.append(some)
    inexact = history.open or any(not each.is_exact for each in history.certain)
    for some in chosen:
        facts = sorted([*history.certain, *some], key=place_in_history)
        for latest in (True, False) if inexact else (True,):
            yield facts, Days(history.as_of, latest)


def _line(
    balances: Balances,
    each: InEffect,
    elections: Sequence[ElectionFiled],
    readings: Sequence[AwardReading | None],
) -> AwardLine:
    fact = each.fact
    assert isinstance(fact, AwardGranted), "a line is made of a grant"
    holder = shown_under(balances, fact.holder)
    not_yet = AwardReading(balances.history.as_of)
    terms: Any = balances.values(Level.AWARD_TERMS, fact.award)
    return AwardLine(
        fact.award,
        holder,
        name_of(balances, holder),
        fact.plan,
        fact.stock_class,
        fact.terms.award_kind,
        fact.effective_on,
        each.entry.number,
        Possible(balances.values(Level.PRICE, (fact.award, fact.stock_class))),
        Possible(terms),
        tuple(
            Election(filed.shares, filed.received_on, filed.effective_on)
            for filed in elections
            if filed.award == fact.award
        ),
        tuple(dict.fromkeys(reading or not_yet for reading in readings)),
    )


def _pool(
    balances: Balances, key: Pool, lines: Sequence[AwardLine], readings: Sequence[PoolReading | None]
) -> PoolLine:
    plan, stock_class = key
    of_plan = [line.outstanding for line in lines if (line.plan, line.stock_class) == key]
    low = sum((each.low for each in of_plan if each.low is not None), NO_SHARES)
    high = sum((each.high for each in of_plan if each.high is not None), NO_SHARES)
    return PoolLine(
        plan,
        " or ".join(map(str, balances.values(Level.PLAN, plan))),
        stock_class,
        Bounds(low, high),
        tuple(dict.fromkeys(reading or PoolReading() for reading in readings)),
    )
