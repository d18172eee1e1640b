"""What has accrued as dividends on the shares of each holder, by the terms of their class, and what of it was paid.

Each share accrues from the day on which it was issued, so shares are followed from issue to transfer to the end. A
transfer takes a part of all lots of the position, with what accrued on them. What accrued on shares that were
converted, redeemed or given up stays with who had them, until a payment settles it; whether it is still due is for
the papers to say. Dividends run, as interest does, from the first day included up to and without the day asked
about. Nothing is rounded here.

Where days are open, every figure lies between two. Shares accrue least when they were issued late and went early,
and most the other way round; the day of a transfer changes nothing of what a share carries. Where open days leave
it open which lots of a position a transfer or a conversion took, each of them may be the one; where they leave it
open on which lots a payment settled what accrued, it may have been any. A fact that may not have happened yet
counts on one side only. Terms take effect in the order of their latest days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, NamedTuple

import attrs

from ledger.days import EffectiveDay
from ledger.events import DividendPaid, SecuritiesExchanged
from ledger.identity import HolderId, StockClassId
from ledger.movements import Held, Level, Movement, Posting, Rescaling, Setting
from ledger.quantities import SCALE, Currency, Money, Price
from ledger.terms.dividends import DividendTerms
from ledger.terms.interest import Change, Compounding, InterestTerms, accrue
from ledger.timeline import History, InEffect
from projections.bounds import Bounds
from projections.effects import pairs
from projections.replay import rescale

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)


@attrs.frozen
class Accrued:
    """What accrued on the shares that a holder has, or had, of a class.

    A figure that is below zero in some readings of open days only is zero in them: no more is paid than is owed.

    Attributes:
        currency: In which currency.
        accrued: All that accrued, exactly.
        paid: What was paid of it; more than that where a payment is beyond what accrued.
        owed: What accrued and is not paid; below zero where more was paid in every reading.
        given_up: The part of what is owed that accrued on shares that the holder has no longer.
        held: The part that accrued on shares that the holder has.
    """

    currency: Currency
    accrued: Bounds[Fraction]
    paid: Bounds[Fraction]
    owed: Bounds[Fraction]
    given_up: Bounds[Fraction]
    held: Bounds[Fraction]


class Whose(NamedTuple):
    """A holder and a class."""

    holder: HolderId
    stock_class: StockClassId


def accrued_dividends(history: History, until: date) -> dict[Whose, Accrued]:
    """Return what has accrued on the shares of each holder, up to and without a day.

    Args:
        history: The facts of the day, certain and open.
        until: The day asked about.
    """
    in_order = [*history.certain, *history.open]
    with_terms = {
        movement.subject
        for each in in_order
        for movement in each.fact.movements()
        if type(movement) is Setting and movement.level is Level.DIVIDEND_TERMS
    }
    classes = (_Class(StockClassId(str(stock_class)), in_order, history, until) for stock_class in with_terms)
    return {
        Whose(holder, of_class.stock_class): found for of_class in classes for holder, found in of_class.accrued()
    }


def counted_late(history: History) -> History:
    """Return the reading of a history in which everything certain happened on the last day that is left open."""
    latest = (
        each._replace(
            fact=attrs.evolve(each.fact, effective_on=EffectiveDay(each.fact.effective_on.latest)),
            begins=each.settles,
        )
        if not each.is_exact
        else each
        for each in history.certain
    )
    return attrs.evolve(history, certain=list(latest), open=[])


class _Ends(NamedTuple):
    """The least and the most that a figure may be."""

    low: Fraction = ZERO
    high: Fraction = ZERO

    def plus(self, other: _Ends) -> _Ends:
        return _Ends(self.low + other.low, self.high + other.high)

    def less(self, other: _Ends) -> _Ends:
        return _Ends(self.low - other.high, self.high - other.low)

    def or_nothing(self) -> _Ends:
        return _Ends(min(self.low, ZERO), max(self.high, ZERO))

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def bounds(self) -> Bounds[Fraction]:
        return Bounds(ZERO if self.low < 0 <= self.high else self.low, self.high)


class _Days(NamedTuple):
    """The first and the last day on which something may have happened."""

    first: date
    last: date

    def after(self, other: _Days) -> _Days:
        """Return the days on which both have happened."""
        return _Days(max(self.first, other.first), max(self.last, other.last))

    @property
    def is_exact(self) -> bool:
        return self.first == self.last


class _Step(NamedTuple):
    """What changed for the dividends on a lot."""

    days: _Days
    principal: Fraction = ZERO
    terms: InterestTerms | None = None
    settled: _Ends = _Ends()


_Steps = tuple[_Step, ...]


def _bearing(steps: _Steps) -> Fraction:
    return sum((step.principal for step in steps), ZERO)


def _terms(steps: _Steps) -> InterestTerms | None:
    return next((step.terms for step in reversed(steps) if step.terms is not None), None)


def _scaled(steps: _Steps, part: Fraction) -> _Steps:
    return tuple(
        step._replace(principal=step.principal * part, settled=_part(step.settled, part)) for step in steps
    )


def _part(settled: _Ends, part: Fraction) -> _Ends:
    """Return what a part of some shares was paid: where it is not known of which lot, it may be all of it."""
    return _Ends(settled.low * part, settled.high * part if settled.is_exact else settled.high)


def _earned(steps: _Steps, until: _Days) -> _Ends:
    """Return what accrued, at least and at most.

    It is the less, the later shares begin to accrue, the earlier they end, and the earlier it is paid. Only when
    unpaid dividends compound, and the day is open from which the periods count, every day of it is tried.
    """
    opens = next((step for step in steps if step.terms is not None and not step.days.is_exact), None)
    if opens is None or all(step.terms is None or _is_simple(step.terms) for step in steps):
        return _Ends(_least_or_most(steps, until, low=True), _least_or_most(steps, until, low=False))
    days = (opens.days.last - opens.days.first).days + 1
    on_days = [
        tuple(step._replace(days=_Days(on, on)) if step is opens else step for step in steps)
        for on in (opens.days.first + timedelta(days=day) for day in range(days))
    ]
    return _Ends(
        min(_least_or_most(each, until, low=True) for each in on_days),
        max(_least_or_most(each, until, low=False) for each in on_days),
    )


def _is_simple(terms: InterestTerms) -> bool:
    return terms.compounding is Compounding.NONE


def _least_or_most(steps: _Steps, until: _Days, *, low: bool) -> Fraction:
    changes: list[Change] = []
    rate, agreed_on = ZERO, date.min
    for step in steps:
        adds = step.principal >= 0
        if step.terms is not None:
            adds, rate = step.terms.rate.value >= rate, step.terms.rate.value
        if step.settled != _Ends():
            adds = False
        on = step.days.last if adds is low else step.days.first
        if step.terms is not None:
            on = agreed_on = max(on, agreed_on)  # terms take effect in their order
        settled = step.settled.high if low else step.settled.low
        changes.append(Change(on=on, principal=step.principal, settled=settled, terms=step.terms))
    return accrue(changes, until=until.first if low else until.last).accrued


@attrs.define(eq=False)
class _Lot:
    """Shares that were issued on one day, and what changed for the dividends on them.

    Attributes:
        shares: How many.
        readings: What changed; several where it is open which shares they are.
        is_sure: Whether they are there in every reading.
        ended: The days on which they may have ended; ``None`` for shares that have not.
        may_stay: Whether they may not have ended yet: then they are still among those of the holder too.
    """

    shares: Fraction
    readings: tuple[_Steps, ...] = ((),)
    is_sure: bool = True
    ended: _Days | None = None
    may_stay: bool = False

    def part(self, part: Fraction, *, is_sure: bool = True) -> _Lot:
        """Return a part of the shares, with the same part of what accrued on them and of what was paid."""
        readings = self.readings if part == 1 else tuple(_scaled(steps, part) for steps in self.readings)
        return _Lot(self.shares * part, readings, self.is_sure and is_sure)

    def may_end_after(self, on: date) -> bool:
        """Whether shares that ended may have been there on a day."""
        return self.ended is not None and self.ended.last > on

    def earned(self, until: date) -> _Ends:
        days = self.ended or _Days(until, until)
        return _hull(_earned(steps, days) for steps in self.readings)

    def settled(self) -> _Ends:
        """Return what was paid of it, as far as it was while these were the shares of a lot."""
        return _hull(
            _Ends(sum((step.settled.low for step in steps), ZERO), sum((step.settled.high for step in steps), ZERO))
            for steps in self.readings
        )

    def owed(self, until: date) -> _Ends:
        return self.earned(until).less(self.settled())

    def add(self, step: _Step) -> None:
        self.readings = tuple((*steps, step) for steps in self.readings)


def _hull(ends: Iterable[_Ends]) -> _Ends:
    lows, highs = zip(*ends, strict=True)
    return _Ends(min(lows), max(highs))


def _mixed(lots: Sequence[_Lot], among: Sequence[_Lot]) -> list[_Lot]:
    """Return lots of which each may be any of some."""
    of_one = [(steps, lot.shares) for lot in among if lot.shares for steps in lot.readings]
    return [
        _Lot(
            lot.shares,
            tuple(dict.fromkeys(_scaled(steps, lot.shares / Fraction(of)) for steps, of in of_one)),
            all(each.is_sure for each in among),
        )
        for lot in lots
        if lot.shares
    ]


class _Entitlement(NamedTuple):
    """What a share is entitled to from some day on; ``None`` where nothing accrues."""

    days: _Days
    base: Fraction
    terms: InterestTerms | None


class _Taken(NamedTuple):
    """A fact that concerns the class: where its shares arrive, whence they come, and who is paid."""

    each: InEffect
    is_open: bool
    moves: list[Movement]
    arrives: frozenset[Held]
    leaves: frozenset[Held]
    paid: tuple[tuple[HolderId, Money], ...]
    is_entitling: bool

    def may_precede(self, other: _Taken) -> bool:
        mine, others = self.each, other.each
        return (mine.begins, mine.position) < (others.settles, others.position)

    def overlaps(self, other: _Taken) -> bool:
        return self is not other and self.may_precede(other) and other.may_precede(self)

    def feeds(self, other: _Taken) -> bool:
        """Whether the other one takes from what this one changes, or settles it."""
        if self.arrives & other.leaves or (self.is_entitling and other.paid):
            return True
        paid = {holder for holder, _ in other.paid}
        paying = {holder for holder, _ in self.paid}
        return any(position.holder in paid for position in self.arrives) or any(
            position.holder in paying for position in other.leaves
        )

    def touches(self, holder: HolderId) -> bool:
        return any(position.holder == holder for position in self.arrives | self.leaves)


def _in_turn(facts: Sequence[_Taken]) -> Iterator[_Taken]:
    """Yield facts in order of effect, but before one that takes shares those that may have brought them."""
    waiting = list(facts)
    late = [fact for fact in facts if not fact.each.is_exact]
    while waiting:
        at = 0
        if late:
            at = next((at for at, fact in enumerate(waiting) if _may_be_next(fact, waiting[:at], late)), 0)
        fact = waiting.pop(at)
        late = [each for each in late if each is not fact]
        yield fact


def _may_be_next(fact: _Taken, skipped: Iterable[_Taken], late: Iterable[_Taken]) -> bool:
    return all(fact.may_precede(each) for each in skipped) and not any(
        each is not fact and each.may_precede(fact) and each.feeds(fact) for each in late
    )


class _Class:
    """The lots of a class while history runs."""

    def __init__(
        self, stock_class: StockClassId, in_order: Iterable[InEffect], history: History, until: date
    ) -> None:
        self.stock_class = stock_class
        self._until = until
        self._lots: defaultdict[Held, list[_Lot]] = defaultdict(list)
        self._ended: defaultdict[HolderId, list[_Lot]] = defaultdict(list)
        self._paid: defaultdict[HolderId, _Ends] = defaultdict(_Ends)
        self._paid_of_ended: defaultdict[HolderId, _Ends] = defaultdict(_Ends)
        self._passed_on: defaultdict[HolderId, _Ends] = defaultdict(_Ends)  # settled on shares that went, less came
        self._terms: DividendTerms | None = None
        self._stated_value: Price | None = None
        self._currency: Currency | None = None
        self._entitlements: list[_Entitlement] = []
        open_ones = {id(each) for each in history.open}
        self._facts = [
            fact for each in in_order if (fact := self._taken_of(each, is_open=id(each) in open_ones)) is not None
        ]
        self._is_exact = all(fact.each.is_exact for fact in self._facts)
        self._done: set[int] = set()
        for fact in self._facts if self._is_exact else _in_turn(self._facts):
            self._take(fact)
            self._done.add(id(fact))

    def _taken_of(self, each: InEffect, *, is_open: bool) -> _Taken | None:
        movements = each.fact.movements()
        paid = tuple(self._paid_by(each))
        if not paid and not any(map(self._concerns, movements)):
            return None
        moved = [pair for pair in pairs(movements) if pair[0].unit == self.stock_class]
        return _Taken(
            each,
            is_open,
            list(movements),
            frozenset(reaches.account for _, reaches in moved if isinstance(reaches.account, Held)),
            frozenset(leaves.account for leaves, _ in moved if isinstance(leaves.account, Held)),
            paid,
            any(type(movement) is Setting and self._concerns(movement) for movement in movements),
        )

    def _take(self, fact: _Taken) -> None:
        """Take a fact into account."""
        effective = fact.each.fact.effective_on
        days = _Days(effective.earliest, min(effective.latest, self._until))
        concerned = [movement for movement in fact.moves if self._concerns(movement)]
        new = self._move(fact, days)
        for movement in concerned:
            if type(movement) is Rescaling:
                self._rescale(movement)
            elif type(movement) is Setting:
                self._set(movement)
        if any(type(movement) is not Posting for movement in concerned):
            entitlement = self._entitled_to(days)
            ended = (lot for lots in self._ended.values() for lot in lots if lot.may_end_after(days.first))
            for lot in (*(lot for lots in self._lots.values() for lot in lots if lot not in new), *ended):
                self._bear(lot, entitlement, days)
            self._entitlements.append(entitlement)
        in_force = max(
            (at for at, each in enumerate(self._entitlements) if each.days.last <= days.first), default=0
        )
        for lot in new:
            for entitlement in self._entitlements[in_force:]:
                self._bear(lot, entitlement, days.after(entitlement.days))
        for holder, amount in fact.paid:
            self._settle(fact, days, holder, amount)

    def _concerns(self, movement: Movement) -> bool:
        if type(movement) is Setting:
            return movement.subject == self.stock_class and movement.level in (
                Level.DIVIDEND_TERMS,
                Level.STATED_VALUE,
            )
        of = movement.stock_class if type(movement) is Rescaling else movement.unit  # type: ignore[union-attr]  # the third kind
        return bool(of == self.stock_class)

    def _set(self, setting: Setting) -> None:
        value = setting.value
        if setting.level is Level.STATED_VALUE:
            self._stated_value = value if isinstance(value, Price) else None
        else:
            self._terms = value if isinstance(value, DividendTerms) else None

    def _move(self, fact: _Taken, days: _Days) -> list[_Lot]:
        """Follow shares that are issued, transferred, or end; return the lots that begin."""
        begun: list[_Lot] = []
        for leaves, reaches in pairs(fact.moves):
            if leaves.unit != self.stock_class:
                continue
            shares = Fraction(reaches.quantity, SCALE)
            lots = new = [_Lot(shares)]
            if isinstance(leaves.account, Held):
                lots, new = self._leave(fact, leaves.account, shares)
            if isinstance(reaches.account, Held):
                for lot in lots:
                    lot.is_sure = lot.is_sure and not fact.is_open
                self._lots[reaches.account] += lots
                begun += new
                if isinstance(leaves.account, Held):
                    self._pass_on(leaves.account.holder, reaches.account.holder, lots)
            elif isinstance(leaves.account, Held):
                self._ended[leaves.account.holder] += [
                    attrs.evolve(lot, ended=days, may_stay=fact.is_open) for lot in lots
                ]
        return begun

    def _leave(self, fact: _Taken, position: Held, shares: Fraction) -> tuple[list[_Lot], list[_Lot]]:
        """Take shares out of a position: the same part of every lot. What was not there has accrued nothing.

        Returns:
            The lots that leave, and those of them that were not there.
        """
        lots = self._lots[position]
        brought = [each for each in self._overlapping(fact) if position in each.arrives]
        if brought:
            is_circle = any(id(each) not in self._done for each in brought)
            lots = _mixed(lots, [lot for of in self._lots.values() for lot in of] if is_circle else lots)
        there = sum((lot.shares for lot in lots), ZERO)
        part = min(ONE, shares / there) if there > 0 else ZERO
        missing = [_Lot(shares - there * part)] if shares > there * part else []
        left = lots if fact.is_open else [lot.part(1 - part) for lot in lots if part < 1]
        self._lots[position] = _surely(left, sum((lot.shares for lot in lots if lot.is_sure), ZERO) - shares)
        taken = [lot.part(part) for lot in lots] if part else []
        return [*taken, *missing], missing

    def _overlapping(self, fact: _Taken) -> Iterator[_Taken]:
        """Yield the facts that may come before another one, or after it."""
        return (each for each in self._facts if each.overlaps(fact)) if not self._is_exact else iter(())

    def _pass_on(self, giver: HolderId, receiver: HolderId, lots: Iterable[_Lot]) -> None:
        """Let what was paid on shares go with them."""
        for lot in lots:
            settled = lot.settled() if lot.is_sure else lot.settled().or_nothing()
            self._passed_on[giver] = self._passed_on[giver].plus(settled)
            self._passed_on[receiver] = self._passed_on[receiver].less(settled)

    def _rescale(self, split: Rescaling) -> None:
        """Multiply the shares of every lot; what the policy adds to a position or takes is spread over its lots."""
        for position, lots in self._lots.items():
            there = sum((lot.shares for lot in lots), ZERO)
            accounts = {position: there * SCALE}
            rescale(accounts, split)  # type: ignore[arg-type]  # one account, of those that there are
            factor = accounts[position] / Fraction(there * SCALE) if there else split.ratio.value
            for lot in lots:
                lot.shares *= factor

    def _entitled_to(self, days: _Days) -> _Entitlement:
        """Return what a share is entitled to from now on."""
        terms = self._terms
        if terms is None or not terms.is_cumulative or (terms.amount or terms.base or self._stated_value) is None:
            return _Entitlement(days, ZERO, None)
        base = terms.principal(self._stated_value)
        self._currency = base.currency
        return _Entitlement(days, base.amount, terms.interest())

    @staticmethod
    def _bear(lot: _Lot, entitled_to: _Entitlement, days: _Days) -> None:
        """Let a lot bear what its shares are entitled to; the same terms go on as they ran."""
        found = []
        for steps in lot.readings:
            more, stated, before = entitled_to.base * lot.shares - _bearing(steps), entitled_to.terms, _terms(steps)
            on = days.after(steps[0].days) if steps else days
            if stated is not None and before is not None:
                later = stated.accrues_from is not None and stated.accrues_from > on.last
                stated = stated if later else attrs.evolve(stated, accrues_from=None)
                stated = None if stated == attrs.evolve(before, accrues_from=None) else stated
            if before is None and (more or stated is not None):
                found.append((*steps, _Step(on, more, stated)))
                continue
            added = (_Step(on, more),) if more else ()
            agreed = (_Step(on, terms=stated),) if stated is not None else ()
            found.append((*steps, *added, *agreed))
        lot.readings = tuple(found)

    def _paid_by(self, each: InEffect) -> Iterator[tuple[HolderId, Money]]:
        """Yield what a fact pays of the dividends of the class, to whom."""
        fact = each.fact
        if isinstance(fact, DividendPaid) and fact.stock_class == self.stock_class and fact.amount:
            yield fact.holder, fact.amount
        elif isinstance(fact, SecuritiesExchanged):
            for given in fact.shares_given_up:
                if given.stock_class == self.stock_class and given.dividends:
                    yield given.holder, given.dividends

    def _settle(self, fact: _Taken, days: _Days, holder: HolderId, money: Money) -> None:
        """Settle what accrued on shares given up first, then that of each lot in proportion to what it is owed."""
        if money.currency != self._currency:
            return  # nothing accrues, or in money that this cannot be compared with
        left = money.amount
        began = any(each.terms is not None and each.days.last <= days.first for each in self._entitlements)
        counts = began or not any(each.is_entitling for each in self._overlapping(fact))
        paid = _Ends(left if counts and not fact.is_open else ZERO, left)
        self._paid[holder] = self._paid[holder].plus(paid)
        lots = self._lots_of(holder)
        if not any(lot.shares for lot in lots):
            self._paid_of_ended[holder] = self._paid_of_ended[holder].plus(paid)
            return
        given_up, owed = self._given_up(holder), [lot.owed(days.last) for lot in lots]
        if not (
            days.is_exact
            and paid.is_exact
            and all(each.is_exact for each in (given_up, *owed))
            and all(lot.is_sure for lot in lots)
            and not any(each.touches(holder) for each in self._overlapping(fact))
        ):
            self._paid_of_ended[holder] = self._paid_of_ended[holder].plus(paid.or_nothing())
            for lot in lots:
                lot.add(_Step(days, settled=_Ends(ZERO, left)))
            return
        first = max(ZERO, min(left, given_up.low))
        self._paid_of_ended[holder] = self._paid_of_ended[holder].plus(_Ends(first, first))
        left -= first
        weights = [max(ZERO, each.low) for each in owed]
        if not any(weights):
            weights = [lot.shares for lot in lots]
        whole = sum(weights, ZERO)
        for lot, weight in zip(lots, weights, strict=True):
            part = left * weight / Fraction(whole)
            if part:
                lot.add(_Step(days, settled=_Ends(part, part)))

    def _lots_of(self, holder: HolderId) -> list[_Lot]:
        positions = (position for position in self._lots if position.holder == holder)
        return [lot for position in sorted(positions, key=str) for lot in self._lots[position]]

    def _given_up(self, holder: HolderId) -> _Ends:
        """Return what is owed on shares that a holder has no longer."""
        found = _Ends()
        for lot in self._ended[holder]:
            owed = lot.owed(self._until)
            found = found.plus(owed if lot.is_sure and not lot.may_stay else owed.or_nothing())
        return found.less(self._paid_of_ended[holder])

    def accrued(self) -> Iterator[tuple[HolderId, Accrued]]:
        """Yield what accrued up to the day, by holder."""
        if self._currency is None:
            return
        holders = {position.holder for position in self._lots}
        for holder in sorted({*holders, *self._ended, *self._paid}):
            lots, earned, held = self._lots_of(holder), self._passed_on[holder], _Ends()
            for lot in lots:
                of_lot, owed = lot.earned(self._until), lot.owed(self._until)
                earned = earned.plus(of_lot if lot.is_sure else of_lot._replace(low=ZERO))
                held = held.plus(owed if lot.is_sure else owed.or_nothing())
            for lot in self._ended[holder]:
                of_lot = lot.earned(self._until)
                low, high = of_lot.low if lot.is_sure else ZERO, ZERO if lot.may_stay else of_lot.high
                earned = earned.plus(_Ends(low, high))
            paid = self._paid[holder]
            owed = earned.less(paid)
            given_up = self._given_up(holder) if any(lot.shares for lot in lots) else owed
            yield (
                holder,
                Accrued(
                    self._currency,
                    earned.bounds(),
                    paid.bounds(),
                    owed.bounds(),
                    given_up.bounds(),
                    held.bounds(),
                ),
            )


def _surely(lots: Iterable[_Lot], shares: Fraction) -> list[_Lot]:
    """Return lots of which no more than so many shares are there in every reading."""
    lots = list(lots)
    sure = sum((lot.shares for lot in lots if lot.is_sure), ZERO)
    if sure <= max(shares, ZERO):
        return lots
    part = max(shares, ZERO) / Fraction(sure)
    found = []
    for lot in lots:
        if not lot.is_sure:
            found.append(lot)
            continue
        found += [lot.part(part)] if part else []
        found.append(lot.part(1 - part, is_sure=False))
    return found
