"""Declare and pay dividends: what each holder of the record day is due, in cash or in shares."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.book import Book
from ledger.commands.corporate_actions import conversions_restated, restated, rights_restated
from ledger.commands.reading import book_at, level_of, stated
from ledger.days import EffectiveDay, Phase
from ledger.errors import NotUnderstood, TermsIncomplete, UnknownName, nearest
from ledger.events import (
    AdjustmentCause,
    DividendDeclared,
    DividendPaid,
    Event,
    ResultingTerms,
    StockDividendPaid,
)
from ledger.identity import Count, DividendId, HolderId, ReserveId, StockClassId
from ledger.movements import Held, Level, Scope
from ledger.quantities import SCALE, FractionPolicy, Money, Price, Ratio, Shares, paid_out, round_position
from ledger.terms.dividends import PaidIn

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class DeclareDividend:
    """Declare a dividend; what it comes to for all shares is worked out where every holder is recorded.

    Attributes:
        dividend: Its name in the record.
        stock_class: The class whose holders are paid.
        per_share: Money for each share.
        record_on: Who holds shares at the close of this day is paid.
        on: The day on which the board declares it.
        amount: What it comes to in all; worked out from the holders of the record day when not given.
        payment_on: The day on which it is to be paid.
        paid_in: What it is to be paid in.
        authority: Resolution of the board.
        phase: Part of the day.
    """

    dividend: DividendId
    stock_class: StockClassId
    per_share: Price
    record_on: date
    on: EffectiveDay
    amount: Money | None = None
    payment_on: date | None = None
    paid_in: PaidIn = PaidIn.CASH
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the declaration, with what it comes to: the sum of what each holder is due, to the cent.

        Raises:
            TermsIncomplete: No amount is given, and not every holder is recorded, or nobody held shares.
        """
        amount = self.amount
        if amount is None:
            due = _due(ledger, self.dividend, self.stock_class, self.per_share, self.record_on)
            amount = sum(due.values(), Money(0, self.per_share.currency))
        return (
            DividendDeclared(
                effective_on=self.on,
                phase=self.phase,
                dividend=self.dividend,
                stock_class=self.stock_class,
                per_share=self.per_share,
                amount=amount,
                record_on=self.record_on,
                payment_on=self.payment_on,
                paid_in=self.paid_in,
                authority=self.authority,
            ),
        )


@attrs.frozen(kw_only=True)
class PayDividend:
    """Pay a declared dividend to those who held shares on the record day, as far as it is not paid yet.

    Attributes:
        dividend: Which.
        on: The day of payment.
        holder: Who is paid; everybody when not given.
        received_class: Class of the shares that are issued instead of cash.
        value: What one of these shares counts for.
        fractions: What becomes of the fraction of a share; needed when shares are issued.
        reserve: Reserve that these shares draw on.
        authority: Resolution, or the section of the charter.
        phase: Part of the day.
    """

    dividend: DividendId
    on: EffectiveDay
    holder: HolderId | None = None
    received_class: StockClassId | None = None
    value: Price | None = None
    fractions: FractionPolicy | None = None
    reserve: ReserveId | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return a payment for each holder who is due something and was not paid.

        Raises:
            UnknownName: No dividend of that name was declared.
            TermsIncomplete: Nobody is due anything, or the register of the record day is partial.
        """
        declared = {fact.dividend: fact for fact in stated(ledger, DividendDeclared)}
        if self.dividend not in declared:
            raise UnknownName("dividend", self.dividend, None, nearest(self.dividend, declared))
        of = declared[self.dividend]
        if of.record_on > self.on.latest:
            raise TermsIncomplete(self.dividend, f"its record day is {of.record_on}. Pay it after that day.")
        due = _due(ledger, self.dividend, of.stock_class, of.per_share, of.record_on)
        for fact in stated(ledger, DividendPaid):
            if fact.dividend == self.dividend and fact.amount and fact.holder in due:
                due[fact.holder] -= fact.amount
        payments = tuple(
            self._payment(ledger, of, holder, money)
            for holder, money in due.items()
            if money.units > 0 and self.holder in (None, holder)
        )
        if not payments:
            who = "nobody" if self.holder is None else f"{self.holder} not"
            raise TermsIncomplete(self.dividend, f"{who} is due anything of it any more. Look at the dividends.")
        return payments

    def _payment(self, ledger: Ledger, of: DividendDeclared, holder: HolderId, money: Money) -> DividendPaid:
        received = self._in_shares(ledger, money)
        return DividendPaid(
            effective_on=self.on,
            phase=self.phase,
            holder=holder,
            stock_class=of.stock_class,
            dividend=of.dividend,
            amount=money,
            received=received,
            received_class=None if received is None else self.received_class,
            reserve=None if received is None else self.reserve,
            authority=self.authority,
        )

    def _in_shares(self, ledger: Ledger, money: Money) -> Shares | None:
        """Return the shares that an amount is worth, rounded as the papers say; ``None`` where it is paid in cash.

        What is worth less than a share is paid in cash too.
        """
        given = (self.received_class, self.value, self.fractions)
        if given == (None, None, None):
            return None
        if self.received_class is None or self.value is None or self.fractions is None:
            hint = "name the class, what a share counts for, and what becomes of fractions"
            raise NotUnderstood("E_TERMS", "a dividend in shares is not stated in full", hint)
        if self.value.currency != money.currency or not self.value.amount:
            raise NotUnderstood(
                "E_TERMS",
                f"{money} in shares of {self.value}",
                "state a value above zero in its currency",
                "/value",
            )
        decimals = level_of(book_at(ledger, self.on.latest, self.phase), Level.DECIMALS, self.received_class) or 0
        exact = Fraction(money.units) / self.value.amount
        return Shares.of_units(round_position(exact, self.fractions, decimals)) or None


@attrs.frozen(kw_only=True)
class PayStockDividend:
    """Pay a dividend in shares of the same class to all its holders; the terms that follow are worked out exactly.

    Attributes:
        stock_class: Which class.
        ratio: Shares received for each share held: 1/10 for 10 %.
        on: The day.
        phase: Part of the day.
        fractions: What happens to fractions.
        authority: Resolution of the board.
    """

    stock_class: StockClassId
    ratio: Ratio
    on: date
    phase: Phase
    fractions: FractionPolicy
    authority: str | None = None

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the stock dividend, with every price restated. Positions keep the decimals of the class."""
        book = book_at(ledger, self.on, self.phase)
        factor = 1 + self.ratio.value
        rights = conversions_restated(book, self.stock_class, factor)
        return (
            StockDividendPaid(
                effective_on=EffectiveDay(self.on),
                phase=self.phase,
                stock_class=self.stock_class,
                ratio=self.ratio,
                fractions=self.fractions,
                decimals=Count(level_of(book, Level.DECIMALS, self.stock_class) or 0),
                resulting=tuple(
                    ResultingTerms(stock_class=subject, conversion=right) for subject, right in rights.items()
                ),
                authority=self.authority,
            ),
            *restated(book, self.stock_class, factor, AdjustmentCause.STOCK_DIVIDEND, self.on, self.phase),
            *rights_restated(book, self.stock_class, factor, self.on, self.phase),
        )


def _due(
    ledger: Ledger, dividend: DividendId, stock_class: StockClassId, per_share: Price, record_on: date
) -> dict[HolderId, Money]:
    """Return what each holder of the record day is due, by name, rounded so that all of it adds up."""
    book = book_at(ledger, record_on, Phase.CLOSE)
    if any(scope is not Scope.COMPLETE for _, scope in book.levels(Level.SCOPE, stock_class)):
        raise TermsIncomplete(
            dividend, f"the register of {stock_class} is partial. State the amount, and each payment by itself."
        )
    shares = _held(book, stock_class)
    if not shares:
        raise TermsIncomplete(dividend, f"nobody holds {stock_class} at the close of {record_on}.")
    exact = [per_share.amount * units / SCALE for units in shares.values()]
    return dict(zip(shares, paid_out(exact, per_share.currency), strict=True))


def _held(book: Book, stock_class: StockClassId) -> dict[HolderId, Fraction]:
    """Return what each holder has of a class; their certificates count together."""
    found: defaultdict[HolderId, Fraction] = defaultdict(Fraction)
    for (unit, account), units in book.high.items():
        if unit == stock_class and isinstance(account, Held):
            if units != book.low.get((unit, account), 0):
                raise TermsIncomplete(
                    account.holder, f"how much {stock_class} it holds then is open. State amount and payments."
                )
            found[account.holder] += units
    return {holder: found[holder] for holder in sorted(found) if found[holder] > 0}
