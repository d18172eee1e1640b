"""The life of shares: issued, transferred, converted, cancelled, repurchased, redeemed."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none, not_below_zero
from ledger.identity import AgreementId, HolderId, ReserveId, SecurityId, StockClassId, TrancheId
from ledger.movements import Level, Movements, Reserved, Setting, Source, held, moved
from ledger.quantities import Money, Shares
from ledger.text import PROSE_LENGTH, text_field, texts_field


class ConsiderationForm(Enum):
    """What was given for shares."""

    CASH = "cash"
    NOTE_CANCELLED = "note-cancelled"
    SERVICES = "services"
    COMMITMENT_FEE = "commitment-fee"
    SETTLEMENT = "settlement"
    NONE = "none"


@attrs.frozen(kw_only=True)
class Consideration:
    """What was given for shares.

    Attributes:
        form: In which form.
        amount: Its amount, if it has one.
        description: More about it.
    """

    form: ConsiderationForm
    amount: Money | None = attrs.field(default=None, validator=not_below_zero)
    description: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))


def drawn(shares: Shares, stock_class: StockClassId, reserve: ReserveId | None) -> Movements:
    """Return the shares leaving the reserve that an issue draws on."""
    if reserve is None:
        return ()
    return moved(shares, of=stock_class, out_of=Reserved(reserve), into=Source.UNRESERVED)


def named(security: SecurityId | None, parent: SecurityId | None = None) -> Movements:
    """Return a new certificate or lot, and the one it came from."""
    return () if security is None or security == parent else (Setting(security, Level.SECURITY, parent),)


@attrs.frozen(kw_only=True)
class SharesIssued(Fact):
    """The company issued shares; the two events below say of which kind.

    Attributes:
        holder: Who received them.
        stock_class: Class issued.
        issued: Shares issued; more than zero.
        consideration: What was given for them.
        authority: Resolution or charter section behind the issue.
        reserve: Reserve that they draw on.
        security: Certificate or lot; needed under an agreement, so that the shares can be followed.
        legends: Restrictions written on the certificate.
        agreement: Agreement under which they were bought.
        tranche: Tranche of it that they belong to.
    """

    holder: HolderId
    stock_class: StockClassId
    issued: Shares = attrs.field(validator=more_than_none)
    consideration: Consideration | None = None
    authority: str | None = attrs.field(default=None, validator=text_field())
    reserve: ReserveId | None = None
    security: SecurityId | None = None
    legends: tuple[str, ...] = attrs.field(default=(), validator=texts_field(PROSE_LENGTH))
    agreement: AgreementId | None = None
    tranche: TrancheId | None = None

    def check(self) -> None:
        """Check that a tranche is named with its agreement."""
        if self.tranche is not None and self.agreement is None:
            raise NotUnderstood("E_TERMS", f"tranche {self.tranche} is named without its agreement", "name both")

    def movements(self) -> Movements:
        """Return the shares reaching the holder, and leaving the reserve that they draw on."""
        under: Movements = ()
        if self.agreement is not None and self.security is not None:
            under = (Setting(self.security, Level.ISSUED_UNDER, self.agreement),)
        return (
            *moved(self.issued, of=self.stock_class, out_of=Source.ISSUED, into=held(self.holder, self.security)),
            *drawn(self.issued, self.stock_class, self.reserve),
            *named(self.security),
            *under,
        )


@attrs.frozen(kw_only=True)
class PreferredIssued(SharesIssued):
    """The company issued preferred shares."""

    KIND: ClassVar[str] = "preferred-issued"


@attrs.frozen(kw_only=True)
class CommonIssued(SharesIssued):
    """The company issued common shares, otherwise than on conversion."""

    KIND: ClassVar[str] = "common-issued"


class TransferCause(Enum):
    """Why shares changed hands."""

    SALE = "sale"
    GIFT = "gift"
    SUCCESSION = "succession"
    CONTRIBUTION = "contribution"
    COURT_ORDER = "court-order"
    OTHER = "other"


@attrs.frozen(kw_only=True)
class SharesTransferred(Fact):
    """Shares passed from one holder of record to another.

    Attributes:
        from_holder: Who gave them.
        to_holder: Who received them.
        stock_class: Which class.
        transferred: Shares transferred; more than zero.
        cause: Sale, gift, succession …
        security: Certificate or lot they were taken from.
        received_as: New certificate or lot of the receiver; without one the shares keep the one they had.
        consideration: What was given for them.
    """

    KIND: ClassVar[str] = "shares-transferred"

    from_holder: HolderId
    to_holder: HolderId
    stock_class: StockClassId
    transferred: Shares = attrs.field(validator=more_than_none)
    cause: TransferCause = TransferCause.SALE
    security: SecurityId | None = None
    received_as: SecurityId | None = None
    consideration: Consideration | None = None

    def check(self) -> None:
        """Check that there are two holders."""
        if self.from_holder == self.to_holder:
            raise NotUnderstood("E_SELF", f"{self.from_holder} cannot transfer to itself", "name two holders")

    def movements(self) -> Movements:
        """Return the shares leaving one holder and reaching the other."""
        both = moved(
            self.transferred,
            of=self.stock_class,
            out_of=held(self.from_holder, self.security),
            into=held(self.to_holder, self.received_as or self.security),
        )
        return both if self.received_as is None else both + named(self.received_as, self.security)


@attrs.frozen(kw_only=True)
class SharesConverted(Fact):
    """Shares of one class became shares of another.

    Both counts are stated, so the event replays without the ratio of the day.

    Attributes:
        holder: Whose shares they were and are.
        from_class: Class given up.
        surrendered: Shares of the class given up; more than zero.
        to_class: Class received.
        received: Shares of the class received; more than zero.
        security: Certificate or lot given up.
        received_as: Certificate or lot received.
        reserve: Reserve of the class received that the shares draw on.
        authority: Resolution or charter section behind the issue.
    """

    KIND: ClassVar[str] = "shares-converted"

    holder: HolderId
    from_class: StockClassId
    surrendered: Shares = attrs.field(validator=more_than_none)
    to_class: StockClassId
    received: Shares = attrs.field(validator=more_than_none)
    security: SecurityId | None = None
    received_as: SecurityId | None = None
    reserve: ReserveId | None = None
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that there are two classes."""
        if self.from_class == self.to_class:
            raise NotUnderstood("E_SELF", f"{self.from_class} cannot convert into itself", "name two classes")

    def movements(self) -> Movements:
        """Return the class given up leaving the holder, and the class received reaching them."""
        return (
            *moved(
                self.surrendered,
                of=self.from_class,
                out_of=held(self.holder, self.security),
                into=Source.CONVERTED,
            ),
            *moved(
                self.received,
                of=self.to_class,
                out_of=Source.ISSUED_ON_CONVERSION,
                into=held(self.holder, self.received_as),
            ),
            *drawn(self.received, self.to_class, self.reserve),
            *named(self.received_as, self.security),
        )


@attrs.frozen(kw_only=True)
class SharesCancelled(Fact):
    """Shares were cancelled for nothing, as when an issue is undone by agreement.

    Attributes:
        holder: Whose shares.
        stock_class: Which class.
        cancelled: Shares cancelled; more than zero.
        reason: Why.
        security: Certificate or lot they were taken from.
    """

    KIND: ClassVar[str] = "shares-cancelled"

    holder: HolderId
    stock_class: StockClassId
    cancelled: Shares = attrs.field(validator=more_than_none)
    reason: str = attrs.field(validator=text_field(PROSE_LENGTH))
    security: SecurityId | None = None

    def movements(self) -> Movements:
        """Return the shares leaving the holder."""
        return moved(
            self.cancelled,
            of=self.stock_class,
            out_of=held(self.holder, self.security),
            into=Source.CANCELLED,
        )


@attrs.frozen(kw_only=True)
class SharesRepurchased(Fact):
    """The company bought its own shares and keeps them in treasury: issued, and no longer outstanding.

    Attributes:
        holder: Who sold them.
        stock_class: Which class.
        repurchased: Shares bought; more than zero.
        paid: What the company paid.
        security: Certificate or lot they were taken from.
    """

    KIND: ClassVar[str] = "shares-repurchased"

    holder: HolderId
    stock_class: StockClassId
    repurchased: Shares = attrs.field(validator=more_than_none)
    paid: Money | None = attrs.field(default=None, validator=not_below_zero)
    security: SecurityId | None = None

    def movements(self) -> Movements:
        """Return the shares leaving the holder for the treasury."""
        return moved(
            self.repurchased,
            of=self.stock_class,
            out_of=held(self.holder, self.security),
            into=Source.TREASURY,
        )


@attrs.frozen(kw_only=True)
class TreasurySharesReissued(Fact):
    """The company gave shares out of its treasury to a holder.

    Attributes:
        holder: Who received them.
        stock_class: Which class.
        reissued: Shares given; more than zero.
        consideration: What was given for them.
        authority: Resolution.
        security: New certificate or lot.
    """

    KIND: ClassVar[str] = "treasury-shares-reissued"

    holder: HolderId
    stock_class: StockClassId
    reissued: Shares = attrs.field(validator=more_than_none)
    consideration: Consideration | None = None
    authority: str | None = attrs.field(default=None, validator=text_field())
    security: SecurityId | None = None

    def movements(self) -> Movements:
        """Return the shares leaving the treasury for the holder."""
        return (
            *moved(
                self.reissued,
                of=self.stock_class,
                out_of=Source.TREASURY,
                into=held(self.holder, self.security),
            ),
            *named(self.security),
        )


@attrs.frozen(kw_only=True)
class SharesRetired(Fact):
    """Treasury shares became authorized and unissued again.

    Attributes:
        stock_class: Which class.
        retired: Shares retired; more than zero.
        authority: Resolution.
    """

    KIND: ClassVar[str] = "shares-retired"

    stock_class: StockClassId
    retired: Shares = attrs.field(validator=more_than_none)
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the shares leaving the treasury."""
        return moved(self.retired, of=self.stock_class, out_of=Source.TREASURY, into=Source.RETIRED)


@attrs.frozen(kw_only=True)
class SharesRedeemed(Fact):
    """The company redeemed shares as their terms provide.

    Attributes:
        holder: Whose shares.
        stock_class: Which class.
        redeemed: Shares redeemed; more than zero.
        paid: What the company paid.
        security: Certificate or lot they were taken from.
    """

    KIND: ClassVar[str] = "shares-redeemed"

    holder: HolderId
    stock_class: StockClassId
    redeemed: Shares = attrs.field(validator=more_than_none)
    paid: Money | None = attrs.field(default=None, validator=not_below_zero)
    security: SecurityId | None = None

    def movements(self) -> Movements:
        """Return the shares leaving the holder."""
        return moved(
            self.redeemed,
            of=self.stock_class,
            out_of=held(self.holder, self.security),
            into=Source.REDEEMED,
        )
