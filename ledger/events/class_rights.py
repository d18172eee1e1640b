"""What a certificate of designation promises beyond the terms that every class has, right by right."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, Final

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact
from ledger.identity import StockClassId
from ledger.movements import Level, Movements, Setting
from ledger.terms.base import Terms
from ledger.terms.dividends import DividendTerms
from ledger.terms.liquidation import LiquidationPreference
from ledger.terms.preferred import MandatoryConversion, MarketConversion, RedemptionTerms
from ledger.terms.protection import PriceProtection
from ledger.text import text_field


class ClassRight(Enum):
    """A right of the holders of a class, or of the company against them."""

    LIQUIDATION = "liquidation"
    DIVIDENDS = "dividends"
    REDEMPTION = "redemption"
    MANDATORY_CONVERSION = "mandatory-conversion"
    MARKET_CONVERSION = "market-conversion"
    PROTECTION = "protection"


@attrs.frozen(kw_only=True)
class ClassRightsStated(Fact):
    """What the charter or a certificate of designation promises the holders of a class, beyond its first terms.

    A right that is not named stays as it was.

    Attributes:
        stock_class: Whose rights.
        liquidation: What is paid first when the company is sold or wound up; the rank is the class's seniority.
        dividends: What a share is entitled to each year.
        redemption: At whose option shares are redeemed, and for how much.
        mandatory_conversion: When every share converts.
        market_conversion: The right to convert at a price that follows the market.
        protection: The promise to lower the conversion price when shares are issued for less.
        ended: Rights that came to an end.
        authority: Charter section, certificate or filing.
    """

    KIND: ClassVar[str] = "class-rights-stated"

    stock_class: StockClassId
    liquidation: LiquidationPreference | None = None
    dividends: DividendTerms | None = None
    redemption: RedemptionTerms | None = None
    mandatory_conversion: MandatoryConversion | None = None
    market_conversion: MarketConversion | None = None
    protection: PriceProtection | None = None
    ended: tuple[ClassRight, ...] = ()
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that something is stated or ended, each right once, and that the class converts elsewhere."""
        said = [*self._stated(), *self.ended]
        if not said:
            raise NotUnderstood("E_TERMS", "the statement names no right", "name at least one")
        if len(set(said)) < len(said):
            raise NotUnderstood("E_TERMS", "a right is stated or ended twice", "say each once")
        if self.market_conversion is not None and self.market_conversion.into == self.stock_class:
            raise NotUnderstood(
                "E_SELF", f"{self.stock_class} cannot convert into itself", "name the class received"
            )

    def movements(self) -> Movements:
        """Return each right that is stated or has ended as a level."""
        return (
            *(Setting(self.stock_class, CLASS_RIGHTS[right], terms) for right, terms in self._stated().items()),
            *(Setting(self.stock_class, CLASS_RIGHTS[right], None) for right in self.ended),
        )

    def _stated(self) -> dict[ClassRight, Terms]:
        named: dict[ClassRight, Terms | None] = {
            ClassRight.LIQUIDATION: self.liquidation,
            ClassRight.DIVIDENDS: self.dividends,
            ClassRight.REDEMPTION: self.redemption,
            ClassRight.MANDATORY_CONVERSION: self.mandatory_conversion,
            ClassRight.MARKET_CONVERSION: self.market_conversion,
            ClassRight.PROTECTION: self.protection,
        }
        return {right: terms for right, terms in named.items() if terms is not None}


CLASS_RIGHTS: Final = {
    ClassRight.LIQUIDATION: Level.LIQUIDATION,
    ClassRight.DIVIDENDS: Level.DIVIDEND_TERMS,
    ClassRight.REDEMPTION: Level.REDEMPTION,
    ClassRight.MANDATORY_CONVERSION: Level.MANDATORY_CONVERSION,
    ClassRight.MARKET_CONVERSION: Level.MARKET_CONVERSION,
    ClassRight.PROTECTION: Level.PROTECTION,
}
"""The level of each right of a class."""
