"""The rights of a class around a split: which of their prices are by the share, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ledger.quantities import Price
from ledger.terms.dividends import DividendTerms
from ledger.terms.liquidation import LiquidationPreference
from ledger.terms.preferred import MandatoryConversion, MarketConversion, RedemptionTerms
from ledger.terms.protection import PriceProtection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from ledger.identity import StockClassId
    from ledger.terms.base import Terms
    from ledger.terms.preferred import RedemptionRight


def after_split(
    right: Terms, factors: Mapping[StockClassId, Fraction], stock_class: StockClassId, into: StockClassId | None
) -> Terms:
    """Return a right of a class with its prices in the units after a split: each divided by the ratio.

    Args:
        right: The right as it stood.
        factors: New shares for one old share of each class that is split.
        stock_class: Whose right.
        into: The class that it converts into at a fixed price, which a protected price is of.
    """

    def after(price: Price | None, of: StockClassId | None) -> Price | None:
        if price is None or of is None or of not in factors:
            return price
        return Price(price.amount / factors[of], price.currency)

    def redeemed(side: RedemptionRight | None) -> RedemptionRight | None:
        return None if side is None else attrs.evolve(side, price=after(side.price, stock_class))

    match right:
        case LiquidationPreference():
            return attrs.evolve(right, base=after(right.base, stock_class))
        case DividendTerms():
            return attrs.evolve(right, base=after(right.base, stock_class), amount=after(right.amount, stock_class))
        case RedemptionTerms():
            return attrs.evolve(right, by_company=redeemed(right.by_company), by_holder=redeemed(right.by_holder))
        case MandatoryConversion():
            return attrs.evolve(right, offering_price=after(right.offering_price, into))
        case MarketConversion(into=bought, price=rule):
            moved = attrs.evolve(rule, fixed=after(rule.fixed, bought), floor=after(rule.floor, bought))
            return attrs.evolve(right, price=moved)
        case PriceProtection():
            return attrs.evolve(right, floor=after(right.floor, into))
        case _:
            return right
