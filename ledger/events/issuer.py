"""The issuer and its capital: classes of stock, their terms, authorized and reserved shares."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none, not_below_zero
from ledger.identity import Count, IssuerId, ReserveId, StockClassId
from ledger.movements import (
    Level,
    LevelValue,
    Movements,
    Reserved,
    Scope,
    Setting,
    Source,
    StockClassKind,
    moved,
)
from ledger.quantities import PLACES, Authorized, Price, Ratio, Shares
from ledger.terms.conversion import ConversionRight
from ledger.text import text_field


@attrs.frozen(kw_only=True)
class IssuerRegistered(Fact):
    """The company whose shareholders these are. It opens its ledger, and there is one per ledger.

    Attributes:
        issuer: Its name in the store.
        legal_name: Its name in the charter.
        jurisdiction: Where it is organised, for example ``US-DE``.
        time_zone: IANA name of the zone whose days the record counts in, for example ``America/Denver``.
        cik: Central Index Key at the SEC.
        lei: Legal Entity Identifier; its check digits are checked when recording.
        ticker: Trading symbol.
    """

    KIND: ClassVar[str] = "issuer-registered"

    issuer: IssuerId
    legal_name: str = attrs.field(validator=text_field())
    jurisdiction: str = attrs.field(validator=text_field())
    time_zone: str = attrs.field(validator=text_field())
    cik: str | None = attrs.field(default=None, validator=text_field())
    lei: str | None = attrs.field(default=None, validator=text_field())
    ticker: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the issuer's name and time zone as levels."""
        return (
            Setting(self.issuer, Level.ISSUER, self.issuer),
            Setting(self.issuer, Level.LEGAL_NAME, self.legal_name),
            Setting(self.issuer, Level.TIME_ZONE, self.time_zone),
        )


@attrs.frozen(kw_only=True)
class StockClassDesignated(Fact):
    """The charter or a certificate of designation created a class or series of stock.

    Attributes:
        stock_class: Its name in the record.
        class_kind: Common or preferred.
        title: Its name in the charter.
        authorized: Shares that may be issued: a number, unlimited, or unknown.
        decimals: Decimals that its shares may have, 0 to 10; most classes have none.
        par_value: Par value of a share; none when there is none or it is not known.
        stated_value: What one share counts for in conversion and preference.
        votes_per_share: Votes of a share; none when it is not known.
        seniority: Rank in liquidation; a higher number is paid first.
        conversion: Right to convert into another class.
        converted_shares_reissuable: Whether shares that were converted or redeemed may be issued again. If not,
            they keep counting against the authorized number.
        authority: Resolution, charter section or filing.
    """

    KIND: ClassVar[str] = "stock-class-designated"

    stock_class: StockClassId
    class_kind: StockClassKind
    title: str = attrs.field(validator=text_field())
    authorized: Authorized
    decimals: Count = Count(0)
    par_value: Price | None = None
    stated_value: Price | None = None
    votes_per_share: Ratio | None = None
    seniority: Count | None = None
    conversion: ConversionRight | None = None
    converted_shares_reissuable: bool = False
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check the decimals, and that the class does not convert into itself."""
        if self.decimals > PLACES:
            raise NotUnderstood("E_LIMIT", f"{self.decimals} decimals", f"at most {PLACES}")
        _converts_elsewhere(self.stock_class, self.conversion)

    def movements(self) -> Movements:
        """Return every term of the class as a level."""
        return (
            Setting(self.stock_class, Level.CLASS_KIND, self.class_kind),
            Setting(self.stock_class, Level.CLASS_TITLE, self.title),
            Setting(self.stock_class, Level.AUTHORIZED, self.authorized),
            Setting(self.stock_class, Level.DECIMALS, self.decimals),
            Setting(self.stock_class, Level.PAR_VALUE, self.par_value),
            Setting(self.stock_class, Level.STATED_VALUE, self.stated_value),
            Setting(self.stock_class, Level.VOTES_PER_SHARE, self.votes_per_share),
            Setting(self.stock_class, Level.SENIORITY, self.seniority),
            Setting(self.stock_class, Level.CONVERSION, self.conversion),
            Setting(self.stock_class, Level.REISSUABLE, self.converted_shares_reissuable),
        )


def _converts_elsewhere(stock_class: StockClassId, conversion: ConversionRight | None) -> None:
    if conversion is not None and conversion.into == stock_class:
        raise NotUnderstood("E_SELF", f"{stock_class} cannot convert into itself", "name the class received")


@attrs.frozen(kw_only=True)
class ClassTermsAmended(Fact):
    """Terms of a class changed. A term that is not named stays as it was.

    Attributes:
        stock_class: Whose terms.
        title: New name in the charter.
        par_value: New par value.
        stated_value: New stated value.
        votes_per_share: New votes of a share.
        seniority: New rank in liquidation.
        conversion: New right to convert.
        conversion_ended: Whether the right to convert came to an end.
        authority: Resolution, charter section or filing.
    """

    KIND: ClassVar[str] = "class-terms-amended"

    stock_class: StockClassId
    title: str | None = attrs.field(default=None, validator=text_field())
    par_value: Price | None = None
    stated_value: Price | None = None
    votes_per_share: Ratio | None = None
    seniority: Count | None = None
    conversion: ConversionRight | None = None
    conversion_ended: bool = False
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that something changes, and that it is said once."""
        _converts_elsewhere(self.stock_class, self.conversion)
        if self.conversion is not None and self.conversion_ended:
            raise NotUnderstood("E_TERMS", "a conversion right cannot both change and end", "state one of the two")
        if not self.movements():
            raise NotUnderstood("E_TERMS", "the amendment names no term", "name at least one")

    def movements(self) -> Movements:
        """Return each term that changed as a level."""
        named: tuple[tuple[Level, LevelValue], ...] = (
            (Level.CLASS_TITLE, self.title),
            (Level.PAR_VALUE, self.par_value),
            (Level.STATED_VALUE, self.stated_value),
            (Level.VOTES_PER_SHARE, self.votes_per_share),
            (Level.SENIORITY, self.seniority),
            (Level.CONVERSION, self.conversion),
        )
        changed = tuple(Setting(self.stock_class, level, value) for level, value in named if value is not None)
        return (*changed, Setting(self.stock_class, Level.CONVERSION, None)) if self.conversion_ended else changed


@attrs.frozen(kw_only=True)
class AuthorizedSharesChanged(Fact):
    """A charter amendment set the number of shares of a class that may be issued.

    Attributes:
        stock_class: Which class.
        authorized: The number from now on, not the change.
        authority: Resolution and filing that changed it.
    """

    KIND: ClassVar[str] = "authorized-shares-changed"

    stock_class: StockClassId
    authorized: Authorized
    authority: str = attrs.field(validator=text_field())

    def movements(self) -> Movements:
        """Return the authorized number as a level."""
        return (Setting(self.stock_class, Level.AUTHORIZED, self.authorized),)


@attrs.frozen(kw_only=True)
class SharesReserved(Fact):
    """The board kept authorized shares back for a purpose.

    Attributes:
        stock_class: Which class.
        reserve: The reserve that they are added to.
        reserved: Shares added to the reserve; more than zero.
        purpose: What they are kept for.
        authority: Resolution.
    """

    KIND: ClassVar[str] = "shares-reserved"

    stock_class: StockClassId
    reserve: ReserveId
    reserved: Shares = attrs.field(validator=more_than_none)
    purpose: str = attrs.field(validator=text_field())
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the shares reaching the reserve, and its purpose."""
        return (
            *moved(self.reserved, of=self.stock_class, out_of=Source.UNRESERVED, into=Reserved(self.reserve)),
            Setting((self.stock_class, self.reserve), Level.RESERVE, self.purpose),
        )


@attrs.frozen(kw_only=True)
class ReserveReleased(Fact):
    """Shares that had been kept back are free again.

    Attributes:
        stock_class: Which class.
        reserve: The reserve that they leave.
        released: Shares released; more than zero.
        authority: Resolution.
    """

    KIND: ClassVar[str] = "reserve-released"

    stock_class: StockClassId
    reserve: ReserveId
    released: Shares = attrs.field(validator=more_than_none)
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the shares leaving the reserve."""
        return moved(self.released, of=self.stock_class, out_of=Reserved(self.reserve), into=Source.UNRESERVED)


class IdentifierScheme(Enum):
    """Who numbers securities."""

    CUSIP = "CUSIP"
    ISIN = "ISIN"


@attrs.frozen(kw_only=True)
class SecurityIdentifierChanged(Fact):
    """A class got a new number, as it does at a reverse split. It is the same class.

    Attributes:
        stock_class: Which class.
        scheme: CUSIP or ISIN.
        identifier: The number; its check digit is checked when recording.
    """

    KIND: ClassVar[str] = "security-identifier-changed"

    stock_class: StockClassId
    scheme: IdentifierScheme
    identifier: str = attrs.field(validator=text_field())

    def movements(self) -> Movements:
        """Return the identifier as a level of the class and the scheme."""
        return (Setting((self.stock_class, self.scheme.value), Level.IDENTIFIER, self.identifier),)


@attrs.frozen(kw_only=True)
class RegisterScopeDeclared(Fact):
    """From this day the register of a class holds every holder, or only some.

    Attributes:
        stock_class: Which class.
        scope: Complete or partial.
        stated_outstanding: Shares outstanding on this day as the company states them, all holders included.
    """

    KIND: ClassVar[str] = "register-scope-declared"

    stock_class: StockClassId
    scope: Scope
    stated_outstanding: Shares | None = attrs.field(default=None, validator=not_below_zero)

    def movements(self) -> Movements:
        """Return the scope, and the count that the company states."""
        return (
            Setting(self.stock_class, Level.SCOPE, self.scope),
            Setting(self.stock_class, Level.STATED_OUTSTANDING, self.stated_outstanding),
        )
