"""What holders receive for nothing because they hold shares: dividends declared, and paid in cash or in shares."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none, not_below_zero
from ledger.events.shares import drawn, named
from ledger.identity import DividendId, HolderId, ReserveId, SecurityId, StockClassId
from ledger.movements import Declared, Level, Movements, Setting, Source, held, moved, settled
from ledger.quantities import Money, Price, Shares
from ledger.terms.dividends import Declaration, PaidIn
from ledger.text import text_field


@attrs.frozen(kw_only=True)
class DividendDeclared(Fact):
    """The board declared a dividend: the company owes it to those who hold shares on the record day.

    The amount is stated, so that what is unpaid needs no multiplication. Where the record day is still to come, it
    is what the resolution reckons with; when it turned out otherwise, the entry is restated.

    Attributes:
        dividend: Its name in the record.
        stock_class: The class whose holders are paid.
        per_share: Money for each share, in the units of the record day; more than zero.
        amount: What it comes to for all shares; more than zero.
        record_on: Who holds shares at the close of this day is paid.
        payment_on: The day on which it is to be paid; none when it is not set.
        paid_in: What it is to be paid in.
        authority: Resolution of the board.
    """

    KIND: ClassVar[str] = "dividend-declared"

    dividend: DividendId
    stock_class: StockClassId
    per_share: Price
    amount: Money = attrs.field(validator=more_than_none)
    record_on: date
    payment_on: date | None = None
    paid_in: PaidIn = PaidIn.CASH
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check the days, and that price and amount are of one currency."""
        day(self.record_on, what="record day")
        if self.payment_on is not None and day(self.payment_on, what="payment day") < self.record_on:
            raise NotUnderstood(
                "E_DATE",
                f"payment on {self.payment_on} is before the record day {self.record_on}",
                "who is paid is known on the record day; state a later day of payment",
                "/payment_on",
            )
        if not self.per_share.amount:
            raise NotUnderstood(
                "E_TERMS", "a dividend of nothing", "state more than zero for a share", "/per_share"
            )
        if self.per_share.currency != self.amount.currency:
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH",
                f"{self.per_share} for a share and {self.amount} in all",
                "state both in one currency",
                "/amount",
            )

    def movements(self) -> Movements:
        """Return the money that is owed from now on, and what was declared as a level."""
        declared = Declaration(
            stock_class=self.stock_class,
            per_share=self.per_share,
            record_on=self.record_on,
            payment_on=self.payment_on,
            paid_in=self.paid_in,
        )
        return (
            *settled(self.amount, out_of=Source.DIVIDENDS, into=Declared(self.dividend)),
            Setting(self.dividend, Level.DIVIDEND, declared),
        )


@attrs.frozen(kw_only=True)
class DividendPaid(Fact):
    """A holder received a dividend, in cash or in shares, whether or not it was declared before.

    Attributes:
        holder: Who received it.
        stock_class: The class on whose shares it was paid.
        dividend: The dividend that was declared; none where it is paid as the terms of the class say.
        amount: Money that it comes to, also where shares are received for it; none when only shares are stated.
        received: Shares received instead of cash; none when it was paid in cash.
        received_class: Class of the shares received.
        security: Certificate or lot received.
        reserve: Reserve that the shares received draw on.
        authority: Resolution, or the section of the charter.
    """

    KIND: ClassVar[str] = "dividend-paid"

    holder: HolderId
    stock_class: StockClassId
    dividend: DividendId | None = None
    amount: Money | None = attrs.field(default=None, validator=not_below_zero)
    received: Shares | None = attrs.field(default=None, validator=not_below_zero)
    received_class: StockClassId | None = None
    security: SecurityId | None = None
    reserve: ReserveId | None = None
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that something was received, and that shares are stated with their class."""
        if not self.amount and (not self.received or self.dividend is not None):
            what = f"what is paid of {self.dividend} has no amount" if self.received else "nothing is paid"
            raise NotUnderstood("E_QUANTITY", what, "state the money that it comes to", "/amount")
        if (not self.received) != (self.received_class is None):
            raise NotUnderstood("E_TERMS", "shares received and their class go together", "state both, or neither")
        if not self.received and (self.security is not None or self.reserve is not None):
            raise NotUnderstood("E_TERMS", "cash comes with no certificate and from no reserve", "state the shares")

    def movements(self) -> Movements:
        """Return the money leaving what was declared, and the shares reaching the holder."""
        shares: Movements = ()
        money: Movements = ()
        if self.received and self.received_class is not None:
            shares = (
                *moved(
                    self.received,
                    of=self.received_class,
                    out_of=Source.ISSUED_AS_DIVIDEND,
                    into=held(self.holder, self.security),
                ),
                *drawn(self.received, self.received_class, self.reserve),
                *named(self.security),
            )
        if self.amount:
            out_of = Source.DIVIDENDS if self.dividend is None else Declared(self.dividend)
            into = Source.PAID_IN_KIND if self.received else Source.PAID
            money = settled(self.amount, out_of=out_of, into=into)
        return (*shares, *money)
