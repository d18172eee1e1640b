"""How a class was held, and a commitment met, between two days: exact steps, each from the close of a day on.

A step says what the cap table, or the commitments, of that day say; between two steps nothing changes. The facts
are run through once, and looked at only at the close of days on which something may be other than the day before:
the days on which a fact begins or settles, the days on which a tranche falls due, and, while the day of some fact
is open, the day after each of these, when what was certainly earlier may have become later.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from ledger.days import close_of, day, day_of
from ledger.errors import NotUnderstood, UnknownName, nearest
from ledger.identity import AgreementId, HolderId, IssuerId, StockClassId
from ledger.movements import Commitment, Held, Level, Movement, Posting, Rescaling, Setting
from ledger.quantities import Money, Ratio, Shares
from ledger.timeline import History, InEffect, history_of, place_in_history
from projections.bounds import Bounds
from projections.cap_table import (
    StatedCount,
    by_holder,
    denominator_of,
    merged_names,
    name_of,
    not_recorded_shares,
    part_of,
    shares_between,
    stated_count,
)
from projections.commitments import money_under
from projections.frame import Tabular
from projections.replay import Balances, Quantity, Replay, Units, close_place, is_complete, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


# --- a class ------------------------------------------------------------------------------------------------


@attrs.frozen
class OwnershipStep:
    """Who held a class from the close of a day until the next step.

    Attributes:
        on: The day.
        shares: What each holder has, by holder; nobody who certainly has none. Holders that were certainly merged
            by then are one.
        recorded: What the recorded holders have together.
        outstanding: Shares outstanding; at least what is recorded where the register is partial.
        not_recorded: Shares of holders that are not recorded; zero in a complete register.
        stated: The last count that the company stated, if any.
        is_complete: Whether every holder is recorded, in every reading.
    """

    on: date
    shares: Mapping[HolderId, Bounds[Shares]] = attrs.field(hash=False)
    recorded: Bounds[Shares]
    outstanding: Bounds[Shares]
    not_recorded: Bounds[Shares]
    stated: StatedCount | None
    is_complete: bool

    @property
    def denominator(self) -> Bounds[Shares]:
        """What percentages are of: what is outstanding, or else the count that the company stated."""
        return denominator_of(self.outstanding, self.stated, is_complete=self.is_complete)

    def percent(self, holder: HolderId) -> Bounds[Fraction]:
        """Return the part of the denominator that a holder has; unknown where the denominator is."""
        shares = self.shares.get(holder)
        return Bounds(Fraction(0), Fraction(0)) if shares is None else part_of(shares, self.denominator)


@attrs.frozen(repr=False)
class OwnershipOverTime(Tabular):
    """How a class was held from one day to another, as known at some point.

    Attributes:
        issuer: Whose.
        stock_class: Which class.
        title: Its name in the charter, at the close of ``through``.
        after: The day at whose close it begins: the one asked for, or the first of the class.
        through: The day at whose close it ends.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        basis: The day in whose units quantities are shown; ``None`` where each is in the units of its own day.
        names: The name of every holder that some step has, at the close of ``through``.
        splits: Splits of the class between the two days, with their ratio.
        steps: What was so from when on, the first at the close of ``after``.
    """

    issuer: IssuerId | None
    stock_class: StockClassId
    title: str
    after: date
    through: date
    known: int
    known_at: datetime
    basis: date | None
    names: Mapping[HolderId, str] = attrs.field(hash=False)
    splits: tuple[tuple[date, Ratio], ...]
    steps: tuple[OwnershipStep, ...]

    def __iter__(self) -> Iterator[OwnershipStep]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def frames(self) -> tuple[Frame, ...]:
        """Return what each holder had, and the class, from step to step, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.ownership_over_time(self)

    def at(self, on: date) -> OwnershipStep:
        """Return what was so at the close of a day.

        Raises:
            NotUnderstood: ``E_DATE`` for a day before the first or after the last.
        """
        return _step_at(self.steps, on, self.through)


def ownership_over_time(
    ledger: Ledger,
    stock_class: str,
    *,
    through: AsOf,
    after: AsOf | None = None,
    known_at: KnownAt = None,
    basis: AsOf | None = None,
) -> OwnershipOverTime:
    """Return how a class was held from the close of one day to the close of another.

    Args:
        ledger: The record.
        stock_class: Which class.
        through: The day at whose close it ends.
        after: The day at whose close it begins; the first day of the class when not given, or before it.
        known_at: What had been recorded; everything when not given.
        basis: A day, ``through`` or later, in whose units every quantity is shown; without one each is in the
            units of its own day.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` when ``through`` is before ``after``, ``E_BASIS`` when ``basis`` is before it.
        UnknownName: No class of that name was designated by ``through``.
    """
    known = ledger.position(known_at)
    facts = ledger.standing(known)
    which = StockClassId(stock_class)
    first, last = first_and_last(facts, (Level.CLASS_KIND, which, "stock class"), after, through)

    def concerns(movement: Movement) -> bool:
        if type(movement) is Setting:
            return movement.subject == which or movement.level is Level.MERGED_INTO
        return (movement.unit if type(movement) is Posting else movement.stock_class) == which  # type: ignore[union-attr]  # the third kind

    of_class = [each for each in facts if any(map(concerns, each.fact.movements()))]
    units = Units(of_class, basis, last)
    made: _Made = {}
    steps, title = [], ""
    for balances in balances_over(of_class, days_of_change(of_class, first, last), known):
        steps.append(_ownership_step(balances, which, units, made))
        title = str(balances.values(Level.CLASS_TITLE, which)[-1])
    return OwnershipOverTime(
        ledger.issuer,
        which,
        title,
        first,
        last,
        known,
        ledger.recorded_at(known),
        None if units.are_own else units.on,
        _names(facts, sorted({holder for step in steps for holder in step.shares}), last),
        tuple(_splits(of_class, which, first, last)),
        _distinct(steps),
    )


_Made = dict[Fraction, dict[tuple[Quantity, Quantity], Bounds[Shares]]]
"""Holdings by ratio and quantities: on most days nearly everyone has what they had the day before."""


def _ownership_step(balances: Balances, stock_class: StockClassId, units: Units, made: _Made) -> OwnershipStep:
    on = balances.history.as_of
    ratio = units.factor(stock_class, close_place(on))
    of_class = attrs.evolve(balances, accounts={stock_class: balances.accounts.get(stock_class, {})})
    of_ratio = made.setdefault(ratio, {})
    held = {
        holder: of_ratio.get(bounds) or of_ratio.setdefault(bounds, shares_between(bounds, ratio))
        for (unit, holder), bounds in by_holder(of_class, merged_names(balances)).items()
        if unit == stock_class and bounds != (0, 0)
    }
    whole = of_class.grouped(lambda unit, account: (type(account) is Held and unit == stock_class) or None)
    recorded = shares_between(whole.get(True, (0, 0)), ratio)
    complete = is_complete(balances, stock_class)
    stated = stated_count(balances, stock_class, ratio)
    return OwnershipStep(
        on,
        {holder: held[holder] for holder in sorted(held)},
        recorded,
        recorded if complete else Bounds(recorded.low, None),
        not_recorded_shares(recorded, stated, is_complete=complete),
        stated,
        complete,
    )


def _names(facts: Iterable[InEffect], holders: Sequence[HolderId], on: date) -> dict[HolderId, str]:
    """Return the names of holders on a day; every possible one where the day of a change is open."""
    named = set(holders)
    naming = [
        each
        for each in facts
        if any(
            type(movement) is Setting and movement.level is Level.HOLDER_NAME and movement.subject in named
            for movement in each.fact.movements()
        )
    ]
    balances = replay(history_of(naming, as_of=on, known=0))
    return {holder: name_of(balances, holder) for holder in holders}


def _splits(
    facts: Iterable[InEffect], stock_class: StockClassId, first: date, last: date
) -> Iterator[tuple[date, Ratio]]:
    for each in sorted(facts, key=place_in_history):
        for movement in each.fact.movements():
            if type(movement) is Rescaling and movement.stock_class == stock_class:
                on = day_of(each.settles)
                if first < on <= last:
                    yield on, movement.ratio


# --- a commitment -------------------------------------------------------------------------------------------


@attrs.frozen
class CommitmentStep:
    """What had become of a commitment from the close of a day until the next step.

    Attributes:
        on: The day.
        undertaken: Money promised: signed, plus what was added, less what was given up.
        due: Money in tranches whose day has come.
        overdue: Due, and neither closed nor lapsed.
        closed: Money paid in; at least that where the register of the class bought is partial.
        lapsed: Money no longer due.
        undrawn: Undertaken − closed − lapsed; at most that where the register is partial.
        undrawn_if_on_schedule: What would be undrawn if every tranche had closed on its day: an assumption.
    """

    on: date
    undertaken: Bounds[Money]
    due: Bounds[Money]
    overdue: Bounds[Money]
    closed: Bounds[Money]
    lapsed: Bounds[Money]
    undrawn: Bounds[Money]
    undrawn_if_on_schedule: Bounds[Money]


@attrs.frozen(repr=False)
class CommitmentOverTime(Tabular):
    """What became of a commitment from one day to another, as known at some point.

    Attributes:
        issuer: Whose.
        agreement: Which.
        investor: Who promised.
        investor_name: Their name at the close of ``through``.
        buys: Class bought.
        after: The day at whose close it begins: the one asked for, or the first of the agreement.
        through: The day at whose close it ends.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        is_complete: Whether every closing is recorded, on each of the days: that is so where the register of the
            class bought is complete.
        steps: What was so from when on, the first at the close of ``after``.
    """

    issuer: IssuerId | None
    agreement: AgreementId
    investor: HolderId
    investor_name: str
    buys: StockClassId
    after: date
    through: date
    known: int
    known_at: datetime
    is_complete: bool
    steps: tuple[CommitmentStep, ...]

    def __iter__(self) -> Iterator[CommitmentStep]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def frames(self) -> tuple[Frame, ...]:
        """Return what had become of the commitment, from step to step, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.commitment_over_time(self)

    def at(self, on: date) -> CommitmentStep:
        """Return what was so at the close of a day.

        Raises:
            NotUnderstood: ``E_DATE`` for a day before the first or after the last.
        """
        return _step_at(self.steps, on, self.through)


def commitment_over_time(
    ledger: Ledger,
    agreement: str,
    *,
    through: AsOf,
    after: AsOf | None = None,
    known_at: KnownAt = None,
) -> CommitmentOverTime:
    """Return what became of a commitment from the close of one day to the close of another.

    A day to come is a day like any other: a tranche that is due by then, and not closed, is overdue then.

    Args:
        ledger: The record.
        agreement: Which.
        through: The day at whose close it ends.
        after: The day at whose close it begins; the first day of the agreement when not given, or before it.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` when ``through`` is before ``after``.
        UnknownName: No agreement of that name was signed by ``through``.
    """
    known = ledger.position(known_at)
    facts = ledger.standing(known)
    which = AgreementId(agreement)
    first, last = first_and_last(facts, (Level.INVESTOR, which, "agreement"), after, through)
    levels = [
        movement
        for each in facts
        for movement in each.fact.movements()
        if type(movement) is Setting and _belongs_to(movement, which)
    ]
    bought = {movement.value for movement in levels if movement.level is Level.BUYS}
    due_days = [movement.value for movement in levels if isinstance(movement.value, date)]

    def concerns(movement: Movement) -> bool:
        if type(movement) is Posting:
            return type(movement.account) is Commitment and movement.account.agreement == which
        if type(movement) is Setting:
            return _belongs_to(movement, which) or (movement.level is Level.SCOPE and movement.subject in bought)
        return False

    of_agreement = [each for each in facts if any(map(concerns, each.fact.movements()))]
    steps, recorded, balances = [], [], None
    for balances in balances_over(of_agreement, days_of_change(of_agreement, first, last, due_days), known):
        steps.append(_commitment_step(balances, which))
        recorded.append(is_complete(balances, balances.values(Level.BUYS, which)[-1]))
    assert balances is not None, "the first day is looked at"
    investor: HolderId = balances.values(Level.INVESTOR, which)[-1]
    return CommitmentOverTime(
        ledger.issuer,
        which,
        investor,
        _names(facts, [investor], last)[investor],
        balances.values(Level.BUYS, which)[-1],
        first,
        last,
        known,
        ledger.recorded_at(known),
        all(recorded),
        _distinct(steps),
    )


def _belongs_to(setting: Setting, agreement: AgreementId) -> bool:
    subject = setting.subject
    return subject == agreement or (type(subject) is tuple and subject[0] == agreement)


def _commitment_step(balances: Balances, agreement: AgreementId) -> CommitmentStep:
    money = money_under(balances, agreement)
    return CommitmentStep(
        balances.history.as_of,
        money.undertaken,
        money.due,
        money.overdue,
        money.closed,
        money.lapsed,
        money.undrawn,
        money.undrawn_if_on_schedule,
    )


# --- days and steps -----------------------------------------------------------------------------------------

_Step = TypeVar("_Step", OwnershipStep, CommitmentStep)
_ONE_DAY: Final = timedelta(days=1)


def first_and_last(
    facts: Iterable[InEffect], of: tuple[Level, str, str], after: AsOf | None, through: AsOf
) -> tuple[date, date]:
    """Return the days at whose close an answer begins and ends: not before its subject came into being."""
    level, name, what = of
    last = day(through, what="through")
    first = date.min if after is None else day(after, what="after")
    if last < first:
        raise NotUnderstood("E_DATE", f"{last} is before {first}", "give the earlier day first")
    began: dict[str, date] = {}
    for each in facts:
        on = day_of(each.begins)
        for movement in each.fact.movements() if on <= last else ():
            if type(movement) is Setting and movement.level is level:
                subject = str(movement.subject)
                began[subject] = min(on, began.get(subject, on))
    if name not in began:
        raise UnknownName(what, name, last, nearest(name, began))
    return max(first, began[name]), last


def days_of_change(facts: Sequence[InEffect], first: date, last: date, also: Iterable[date] = ()) -> list[date]:
    """Return the days at whose close something may be other than the day before, the first among them."""
    found = {first, *also}
    for each in facts:
        found |= {day_of(each.begins), day_of(each.settles)}
    ranges = [(day_of(each.begins), day_of(each.settles)) for each in facts if not each.is_exact]
    found |= {on + _ONE_DAY for on in found for begins, settles in ranges if begins <= on < settles}
    return sorted(on for on in found if first <= on <= last)


_settles: Final[Callable[[InEffect], Any]] = attrgetter("settles")


def balances_over(facts: Sequence[InEffect], days: Sequence[date], known: int) -> Iterator[Balances]:
    """Yield the balances at the close of each day, in one pass; each is to be used before the next is asked for."""
    in_order = sorted(facts, key=place_in_history)
    ranges = [each for each in in_order if not each.is_exact]
    run, taken = Replay(), 0
    for on in days:
        close = close_of(on)
        reached = bisect_right(in_order, close, lo=taken, key=_settles)
        run.take(in_order[taken:reached])
        taken = reached
        still_open = [each for each in ranges if each.begins <= close < each.settles]
        yield run.balances(History(on, known, in_order[:taken], still_open), facts)


def _distinct(steps: Iterable[_Step]) -> tuple[_Step, ...]:
    """Leave out each step that says what the one before said."""
    found: list[_Step] = []
    for step in steps:
        if not found or attrs.evolve(step, on=found[-1].on) != found[-1]:
            found.append(step)
    return tuple(found)


def _step_at(steps: Sequence[_Step], on: date, through: date) -> _Step:
    if not steps[0].on <= on <= through:
        raise NotUnderstood("E_DATE", f"{on} is not within {steps[0].on} to {through}", "ask for a day within")
    return steps[bisect_right(steps, on, key=attrgetter("on")) - 1]
