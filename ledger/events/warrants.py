"""The life of a warrant: issued, exercised, amended, transferred, expired, cancelled."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none, not_below_zero
from ledger.events.shares import Consideration, TransferCause, drawn, named
from ledger.identity import AgreementId, HolderId, InstrumentId, ReserveId, SecurityId, StockClassId
from ledger.movements import InstrumentKind, Level, Movements, Purchasable, Setting, Source, held, moved
from ledger.quantities import Money, Price, Shares
from ledger.terms.warrants import WarrantTerms
from ledger.text import PROSE_LENGTH, text_field, texts_field


@attrs.frozen(kw_only=True)
class WarrantIssued(Fact):
    """The company gave a holder the right to buy shares at a price.

    The shares are not kept back: a board that sets them aside reserves them.

    Attributes:
        holder: Who received it.
        warrant: Its name in the record.
        stock_class: Class that it buys.
        purchasable: Shares that it may buy; more than zero.
        price: Exercise price of a share; of a prefunded warrant the nominal rest, which may be nothing.
        terms: How and when it may be exercised, and what protects its price.
        consideration: What was given for it.
        agreement: Agreement under which it was issued.
        authority: Resolution behind the issue.
    """

    KIND: ClassVar[str] = "warrant-issued"

    holder: HolderId
    warrant: InstrumentId
    stock_class: StockClassId
    purchasable: Shares = attrs.field(validator=more_than_none)
    price: Price
    terms: WarrantTerms = WarrantTerms()
    consideration: Consideration | None = None
    agreement: AgreementId | None = None
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that the price and the floor of its protection are in one currency."""
        floor = None if self.terms.protection is None else self.terms.protection.floor
        if floor is not None and floor.currency != self.price.currency:
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH",
                f"the exercise price is in {self.price.currency} and the floor in {floor.currency}",
                "state both in one currency",
            )

    def movements(self) -> Movements:
        """Return the shares that may be bought, and the terms, price and floor in force from now on."""
        protection, buys = self.terms.protection, (self.warrant, self.stock_class)
        return (
            *moved(
                self.purchasable,
                of=self.stock_class,
                out_of=Source.WARRANTED,
                into=Purchasable(self.warrant, self.holder),
            ),
            Setting(self.warrant, Level.INSTRUMENT, InstrumentKind.WARRANT),
            Setting(self.warrant, Level.WARRANT_TERMS, self.terms),
            Setting(buys, Level.PRICE, self.price),
            Setting(buys, Level.FLOOR, None if protection is None else protection.floor),
        )


@attrs.frozen(kw_only=True)
class WarrantTermsAmended(Fact):
    """The parties changed how or when a warrant may be exercised, or what protects its price.

    Its price, its floor and the number of shares stay: instrument-adjusted changes these.

    Attributes:
        warrant: Which.
        terms: All its terms from now on.
        authority: Resolution or agreement.
    """

    KIND: ClassVar[str] = "warrant-terms-amended"

    warrant: InstrumentId
    terms: WarrantTerms
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the terms as a level."""
        return (Setting(self.warrant, Level.WARRANT_TERMS, self.terms),)


@attrs.frozen(kw_only=True)
class WarrantExercised(Fact):
    """A holder bought shares under a warrant: for money, or by giving up other shares of it.

    Every count is stated, so the event replays without the price of the day.

    Attributes:
        holder: Who exercised it.
        warrant: Which.
        stock_class: Class that it buys.
        received: Shares issued; more than zero.
        given_up: Shares of the warrant given up in payment, in a cashless exercise; none in cash.
        paid: Money paid for the shares; none in a cashless exercise.
        market_price: Market price that a cashless exercise is reckoned with.
        cash_in_lieu: Money that the company paid for a fraction.
        reserve: Reserve that the shares draw on.
        security: New certificate or lot.
        legends: Restrictions written on the certificate.
        authority: Resolution behind the issue.
    """

    KIND: ClassVar[str] = "warrant-exercised"

    holder: HolderId
    warrant: InstrumentId
    stock_class: StockClassId
    received: Shares = attrs.field(validator=more_than_none)
    given_up: Shares | None = attrs.field(default=None, validator=not_below_zero)
    paid: Money | None = attrs.field(default=None, validator=not_below_zero)
    market_price: Price | None = None
    cash_in_lieu: Money | None = attrs.field(default=None, validator=not_below_zero)
    reserve: ReserveId | None = None
    security: SecurityId | None = None
    legends: tuple[str, ...] = attrs.field(default=(), validator=texts_field())
    authority: str | None = attrs.field(default=None, validator=text_field())

    @property
    def exercised(self) -> Shares:
        """Shares by which the warrant becomes smaller."""
        return self.received + self.given_up if self.given_up else self.received

    def movements(self) -> Movements:
        """Return the shares reaching the holder, and the warrant becoming smaller."""
        return (
            *moved(
                self.received,
                of=self.stock_class,
                out_of=Source.ISSUED_ON_EXERCISE,
                into=held(self.holder, self.security),
            ),
            *drawn(self.received, self.stock_class, self.reserve),
            *moved(
                self.exercised,
                of=self.stock_class,
                out_of=Purchasable(self.warrant, self.holder),
                into=Source.EXERCISED,
            ),
            *named(self.security),
        )


@attrs.frozen(kw_only=True)
class WarrantTransferred(Fact):
    """The right to buy shares passed to another holder, wholly or in part.

    Attributes:
        from_holder: Who gave it up.
        to_holder: Who received it.
        warrant: Which.
        stock_class: Class that it buys.
        transferred: Shares that it may buy and that passed; more than zero.
        cause: Why.
        consideration: What was given for it.
    """

    KIND: ClassVar[str] = "warrant-transferred"

    from_holder: HolderId
    to_holder: HolderId
    warrant: InstrumentId
    stock_class: StockClassId
    transferred: Shares = attrs.field(validator=more_than_none)
    cause: TransferCause = TransferCause.SALE
    consideration: Consideration | None = None

    def check(self) -> None:
        """Check that it goes to somebody else."""
        if self.from_holder == self.to_holder:
            raise NotUnderstood("E_SELF", f"{self.from_holder} gives to itself", "name the other holder")

    def movements(self) -> Movements:
        """Return the right leaving one holder and reaching the other."""
        return moved(
            self.transferred,
            of=self.stock_class,
            out_of=Purchasable(self.warrant, self.from_holder),
            into=Purchasable(self.warrant, self.to_holder),
        )


@attrs.frozen(kw_only=True)
class WarrantExpired(Fact):
    """The last day of a warrant passed, and what was left of it ended.

    Attributes:
        holder: Whose.
        warrant: Which.
        stock_class: Class that it bought.
        expired: Shares that can no longer be bought; more than zero.
    """

    KIND: ClassVar[str] = "warrant-expired"

    holder: HolderId
    warrant: InstrumentId
    stock_class: StockClassId
    expired: Shares = attrs.field(validator=more_than_none)

    def movements(self) -> Movements:
        """Return what is left of the warrant leaving its holder."""
        return moved(
            self.expired,
            of=self.stock_class,
            out_of=Purchasable(self.warrant, self.holder),
            into=Source.EXPIRED,
        )


@attrs.frozen(kw_only=True)
class WarrantCancelled(Fact):
    """A warrant ended before its time, wholly or in part: bought back, given up, or replaced.

    Attributes:
        holder: Whose.
        warrant: Which.
        stock_class: Class that it bought.
        cancelled: Shares that can no longer be bought; more than zero.
        reason: Why.
        paid: What the company paid for it.
    """

    KIND: ClassVar[str] = "warrant-cancelled"

    holder: HolderId
    warrant: InstrumentId
    stock_class: StockClassId
    cancelled: Shares = attrs.field(validator=more_than_none)
    reason: str = attrs.field(validator=text_field(PROSE_LENGTH))
    paid: Money | None = attrs.field(default=None, validator=not_below_zero)

    def movements(self) -> Movements:
        """Return what is cancelled leaving the holder."""
        return moved(
            self.cancelled,
            of=self.stock_class,
            out_of=Purchasable(self.warrant, self.holder),
            into=Source.CANCELLED,
        )
