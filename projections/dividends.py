"""The dividend ledger: what was declared and for whom, what was paid in cash or in shares, what has accrued."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import attrs

from ledger.days import EffectiveDay, day
from ledger.errors import UnknownName, nearest
from ledger.events import Certainty, DividendDeclared, DividendPaid
from ledger.identity import DividendId, EntryNumber, HolderId, IssuerId, StockClassId
from ledger.movements import Declared, Level, Movement, Posting, Setting
from ledger.quantities import Currency, Money, Price, Shares, paid_out
from ledger.terms.dividends import PaidIn
from ledger.timeline import InEffect, history_of
from projections.accruals import Accrued, Whose, accrued_dividends
from projections.bounds import Bounds, exactly, together
from projections.cap_table import Names, by_holder, merged_names, money_between, name_of, shares_between
from projections.frame import Tabular
from projections.replay import ONE, Balances, is_complete, replay, replay_index

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class EntitledLine:
    """A holder who is paid of a dividend.

    Attributes:
        holder: Who.
        name: Their name on the day, as far as it is at hand.
        shares: What they held at the close of the record day, in the units of that day.
        due: Money that they are due: for each share what was declared, rounded so that all of it adds up.
        paid: Money that was paid to them, in cash or for shares.
        unpaid: What they are due and was not paid; below zero where more was paid.
    """

    holder: HolderId
    name: str
    shares: Bounds[Shares]
    due: Bounds[Money]
    paid: Bounds[Money]
    unpaid: Bounds[Money]


@attrs.frozen
class DividendLine:
    """A dividend that was declared.

    Attributes:
        dividend: Its name in the record.
        stock_class: The class whose holders are paid.
        declared_on: The day, or the days that are left open.
        per_share: Money for each share, in the units of the record day.
        record_on: Who held shares at the close of this day is paid.
        payment_on: The day on which it is to be paid; ``None`` when it is not set.
        paid_in: What it is to be paid in.
        declared: What it comes to in all, as it was declared.
        paid: What was paid of it in cash.
        paid_in_kind: What was settled of it with shares.
        unpaid: Declared and neither.
        is_overdue: Whether its day of payment has passed and something is unpaid, in every reading.
        is_complete: Whether every holder of the class is recorded on the record day.
        holders: Who is paid; nobody before the record day.
    """

    dividend: DividendId
    stock_class: StockClassId
    declared_on: EffectiveDay
    per_share: Price
    record_on: date
    payment_on: date | None
    paid_in: PaidIn
    declared: Bounds[Money]
    paid: Bounds[Money]
    paid_in_kind: Bounds[Money]
    unpaid: Bounds[Money]
    is_overdue: bool
    is_complete: bool
    holders: tuple[EntitledLine, ...]

    @property
    def due(self) -> Bounds[Money]:
        """What the holders recorded are due together."""
        return together((line.due for line in self.holders), Money(0, self.per_share.currency))


@attrs.frozen
class AccruedLine:
    """What has accrued on the shares of a holder by the terms of their class.

    Attributes:
        holder: Who.
        name: Their name on the day, as far as it is at hand.
        stock_class: Of which class.
        shares: What they have of it.
        accrued: All that accrued, paid or not.
        paid: What was paid of it.
        owed: What accrued and was not paid, rounded so that the lines of a class add up; below zero where more was
            paid than accrued in every reading of open days. Readings in which that would be are left out otherwise.
        given_up: The part of it that accrued on shares which they have no longer.
    """

    holder: HolderId
    name: str
    stock_class: StockClassId
    shares: Bounds[Shares]
    accrued: Bounds[Money]
    paid: Bounds[Money]
    owed: Bounds[Money]
    given_up: Bounds[Money]

    @property
    def currency(self) -> Currency:
        """The currency of its figures."""
        return _ends(self.owed)[1].currency

    @property
    def beyond(self) -> Money | None:
        """What was settled beyond what the terms yield, in every reading; ``None`` where that is nothing."""
        _, most = _ends(self.owed)
        return Money.of_units(-most.units, most.currency) if most.units < 0 else None


@attrs.frozen
class PaymentLine:
    """A dividend that a holder received.

    Attributes:
        entry: Number of the entry that states it.
        effective_on: Its day, or the days that are left open.
        certainty: Stated by a document, or deduced.
        is_open: Whether it may not have been paid yet at the close of the day asked about.
        holder: Who received it.
        stock_class: The class on whose shares it was paid.
        dividend: The dividend that was declared; ``None`` where none was.
        amount: Money that it comes to; ``None`` when only shares are stated.
        received: Shares received instead of cash; ``None`` when it was paid in cash.
        received_class: Class of the shares received.
    """

    entry: EntryNumber
    effective_on: EffectiveDay
    certainty: Certainty
    is_open: bool
    holder: HolderId
    stock_class: StockClassId
    dividend: DividendId | None
    amount: Money | None
    received: Shares | None
    received_class: StockClassId | None


@attrs.frozen(repr=False)
class DividendLedger(Tabular):
    """Dividends at the close of a day, as known at some point.

    Attributes:
        issuer: Whose.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        dividends: Every dividend that was declared by then, in the order of their record days.
        accrued: What has accrued by the terms of a class, by class and holder.
        payments: Every payment, in order of effect.
        open_entries: Entries whose day is open, and with it what accrued.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    dividends: tuple[DividendLine, ...]
    accrued: tuple[AccruedLine, ...]
    payments: tuple[PaymentLine, ...]
    open_entries: tuple[EntryNumber, ...]

    def __iter__(self) -> Iterator[DividendLine]:
        return iter(self.dividends)

    def __len__(self) -> int:
        return len(self.dividends)

    def __getitem__(self, dividend: str) -> DividendLine:
        for line in self.dividends:
            if line.dividend == dividend:
                return line
        names = [str(line.dividend) for line in self.dividends]
        raise UnknownName("dividend", dividend, self.as_of, nearest(dividend, names))

    def frames(self) -> tuple[Frame, ...]:
        """Return dividends, who is paid, what has accrued, and payments, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.dividends(self)

    def owed(self, holder: str, stock_class: str) -> Bounds[Money] | None:
        """Return what accrued on the shares of a holder and is not paid; ``None`` where nothing accrues."""
        for line in self.accrued:
            if (line.holder, line.stock_class) == (holder, stock_class):
                return line.owed
        return None


def dividends(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None) -> DividendLedger:
    """Return what was declared, paid and left unpaid, and what has accrued, at the close of a day.

    Args:
        ledger: The record.
        as_of: The day. What accrues on it is not counted: dividends run up to and without it.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
    """
    known = ledger.position(known_at)
    facts = ledger.standing(known)
    history = history_of(facts, as_of=day(as_of, what="as_of"), known=known)
    balances = replay(history, facts)
    names = merged_names(balances)
    payments = [
        _Payment(each.fact, each, is_open=is_open)
        for found, is_open in ((history.certain, False), (history.open, True))
        for each in found
        if isinstance(each.fact, DividendPaid)
    ]
    return DividendLedger(
        ledger.issuer,
        history.as_of,
        known,
        ledger.entries()[known - 1].recorded_at,
        tuple(_declared(ledger, balances, names, payments)),
        tuple(_accrued(balances, names, accrued_dividends(history, history.as_of))),
        tuple(map(_payment, payments)),
        tuple(_open_entries(balances)),
    )


class _Payment(NamedTuple):
    """A dividend that was paid, with the entry that states it."""

    fact: DividendPaid
    each: InEffect
    is_open: bool


def _payment(payment: _Payment) -> PaymentLine:
    fact = payment.fact
    return PaymentLine(
        payment.each.entry.number,
        fact.effective_on,
        fact.certainty,
        payment.is_open,
        fact.holder,
        fact.stock_class,
        fact.dividend,
        fact.amount or None,
        fact.received or None,
        fact.received_class,
    )


# --- what was declared ----------------------------------------------------------------------------------------


def _declared(
    ledger: Ledger, balances: Balances, names: Mapping[HolderId, Names], payments: Sequence[_Payment]
) -> Iterator[DividendLine]:
    """Yield each dividend, with who is paid of it."""
    history = balances.history
    declared = [
        (each.fact, exactly(each.fact.amount) if certain else Bounds(_nothing(each.fact.amount), each.fact.amount))
        for found, certain in ((history.certain, True), (history.open, False))
        for each in found
        if isinstance(each.fact, DividendDeclared)
    ]
    left = balances.grouped(lambda unit, account: account.dividend if type(account) is Declared else None)
    for fact, amount in sorted(declared, key=lambda item: (item[0].record_on, item[0].dividend)):
        currency = fact.amount.currency
        of_dividend = [payment for payment in payments if payment.fact.dividend == fact.dividend]
        unpaid = money_between(left.get(fact.dividend, (0, 0)), currency)
        then = None
        if fact.record_on <= history.as_of:
            then = replay_index(ledger.index(history.known), fact.record_on)
        yield DividendLine(
            fact.dividend,
            fact.stock_class,
            fact.effective_on,
            fact.per_share,
            fact.record_on,
            fact.payment_on,
            fact.paid_in,
            amount,
            _paid((payment for payment in of_dividend if not payment.fact.received), currency),
            _paid((payment for payment in of_dividend if payment.fact.received), currency),
            unpaid,
            fact.payment_on is not None
            and fact.payment_on < history.as_of
            and unpaid.low is not None
            and unpaid.low.units > 0,
            then is None or is_complete(then, fact.stock_class),
            () if then is None else tuple(_entitled(balances, then, names, fact, of_dividend)),
        )


def _nothing(like: Money) -> Money:
    return Money.of_units(0, like.currency)


def _paid(payments: Iterable[_Payment], currency: Currency) -> Bounds[Money]:
    """Return what payments come to: at least those that certainly took place, at most all of them."""
    low = high = 0
    for payment in payments:
        units = payment.fact.amount.units if payment.fact.amount else 0
        low, high = low + (0 if payment.is_open else units), high + units
    return money_between((low, high), currency)


def _entitled(
    balances: Balances,
    then: Balances,
    names: Mapping[HolderId, Names],
    declared: DividendDeclared,
    payments: Sequence[_Payment],
) -> Iterator[EntitledLine]:
    """Yield who is paid of a dividend: the holders of the record day, and whoever else was paid."""
    currency = declared.amount.currency
    shares = {
        holder: shares_between(bounds, ONE)
        for (unit, holder), bounds in by_holder(then, names).items()
        if unit == declared.stock_class and bounds != (0, 0)
    }
    received: defaultdict[HolderId, list[_Payment]] = defaultdict(list)
    for payment in payments:
        received[names.get(payment.fact.holder, (payment.fact.holder,))[0]].append(payment)
    holders = sorted({*shares, *received})
    held = {holder: shares.get(holder, exactly(Shares(0))) for holder in holders}
    due = dict(zip(holders, _due(declared.per_share, list(held.values())), strict=True))
    for holder in holders:
        paid = _paid(received[holder], currency)
        yield EntitledLine(
            holder, name_of(balances, holder), held[holder], due[holder], paid, _less(due[holder], paid)
        )


def _due(per_share: Price, shares: Sequence[Bounds[Shares]]) -> list[Bounds[Money]]:
    """Return what holders are due, rounded to what can be paid; the lowest add up, and the highest do."""

    def paying(ends: Iterable[Shares | None]) -> list[Money]:
        return paid_out([per_share.amount * (end or Shares(0)).as_fraction() for end in ends], per_share.currency)

    lowest, highest = paying(each.low for each in shares), paying(each.high for each in shares)
    return [Bounds(min(low, high), max(low, high)) for low, high in zip(lowest, highest, strict=True)]


def _less(due: Bounds[Money], paid: Bounds[Money]) -> Bounds[Money]:
    (least, most), (lowest, highest) = _ends(due), _ends(paid)
    return Bounds(least - highest, most - lowest)


def _ends(money: Bounds[Money]) -> tuple[Money, Money]:
    assert money.low is not None, "what is due or paid has a low end"
    assert money.high is not None, "and a high one"
    return money.low, money.high


# --- what has accrued -----------------------------------------------------------------------------------------


def _accrued(
    balances: Balances, names: Mapping[HolderId, Names], found: Mapping[Whose, Accrued]
) -> Iterator[AccruedLine]:
    """Yield what has accrued, by class and holder; holders that were certainly merged are one."""
    held = by_holder(balances, names)
    of_class: dict[StockClassId, dict[HolderId, list[Accrued]]] = {}
    for (holder, stock_class), accrued in found.items():
        shown = names.get(holder, (holder,))[0]
        of_class.setdefault(stock_class, {}).setdefault(shown, []).append(accrued)
    for stock_class, of_holder in of_class.items():
        holders = sorted(of_holder)
        parts = [of_holder[holder] for holder in holders]
        currency = parts[0][0].currency
        owed, given_up, all_of_it = (
            _paid_out([_sum(getattr(each, figure) for each in of) for of in parts], currency)
            for figure in ("owed", "given_up", "accrued")
        )
        for holder, of, left, of_old, so_far in zip(holders, parts, owed, given_up, all_of_it, strict=True):
            paid = _as_money(_sum(each.paid for each in of), currency)
            if left.is_exact and paid.is_exact:
                so_far = exactly(left.exact + paid.exact)  # so that the row adds up
            shares = shares_between(held.get((stock_class, holder), (0, 0)), ONE)
            nothing = exactly(Money.of_units(0, currency))
            if any(each != nothing for each in (left, of_old, paid)) or shares != exactly(Shares(0)):
                yield AccruedLine(
                    holder, name_of(balances, holder), stock_class, shares, so_far, paid, left, of_old
                )


def _paid_out(figures: Sequence[Bounds[Fraction]], currency: Currency) -> list[Bounds[Money]]:
    """Return figures rounded to what can be paid: what is known so that it adds up, each bound by itself."""
    known = iter(paid_out([each.exact for each in figures if each.is_exact], currency))
    return [
        exactly(next(known)) if each.is_exact else each.map(lambda bound: paid_out([bound], currency)[0])
        for each in figures
    ]


def _as_money(exact: Bounds[Fraction], currency: Currency) -> Bounds[Money]:
    return exact.map(lambda amount: Money(amount, currency))


def _sum(figures: Iterable[Bounds[Fraction]]) -> Bounds[Fraction]:
    return together(figures, Fraction(0))


def _open_entries(balances: Balances) -> Iterator[EntryNumber]:
    """Yield the entries whose day is open, and that what accrued depends on."""
    accruing = set(balances.subjects(Level.DIVIDEND_TERMS))
    history = balances.history
    for each in (*history.certain, *history.open) if accruing else ():
        pays = isinstance(each.fact, DividendPaid) and each.fact.stock_class in accruing
        if not each.is_exact and (pays or any(_accrues(one, accruing) for one in each.fact.movements())):
            yield each.entry.number


def _accrues(movement: Movement, accruing: Container[object]) -> bool:
    """Whether a movement changes what accrues on one of some classes."""
    if isinstance(movement, Setting):
        return movement.level in (Level.DIVIDEND_TERMS, Level.STATED_VALUE) and movement.subject in accruing
    return isinstance(movement, Posting) and movement.unit in accruing
