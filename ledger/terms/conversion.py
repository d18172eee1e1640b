"""The right to convert shares of one class into another, and what it yields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ledger.errors import NotUnderstood
from ledger.identity import StockClassId
from ledger.quantities import Price, Ratio, Shares

if TYPE_CHECKING:
    from fractions import Fraction


@attrs.frozen(kw_only=True)
class ConversionRight:
    """Shares may be converted at a fixed price, or at a fixed ratio.

    Price and ratio are two ways to say the same; the one that the paper states is recorded, and the other is
    derived from it exactly.

    Attributes:
        into: Class received.
        price: Stated value given up for one share received; more than zero.
        ratio: Shares received for one share given up; more than zero.
    """

    into: StockClassId
    price: Price | None = None
    ratio: Ratio | None = None

    def __attrs_post_init__(self) -> None:
        if (self.price is None) == (self.ratio is None):
            raise NotUnderstood(
                "E_TERMS", "a conversion right has a price or a ratio", "state exactly one of the two"
            )
        if (self.price is not None and not self.price.amount) or (self.ratio is not None and not self.ratio):
            raise NotUnderstood("E_TERMS", "a conversion price or ratio of zero", "state one above zero")

    def per_share(self, stated_value: Price | None) -> Fraction:
        """Return how many shares one share converts into: the ratio, or stated value ÷ price.

        Args:
            stated_value: What one share counts for when a price decides.

        Raises:
            NotUnderstood: ``E_TERMS`` when a price decides and there is no stated value in its currency.
        """
        if self.ratio is not None:
            return self.ratio.value
        assert self.price is not None
        if stated_value is None or stated_value.currency != self.price.currency:
            raise NotUnderstood(
                "E_TERMS",
                f"a conversion price of {self.price} needs a stated value in {self.price.currency}",
                "record the stated value of the class",
            )
        return stated_value.amount / self.price.amount

    def yields(self, surrendered: Shares, stated_value: Price | None) -> Fraction:
        """Return the shares that ``surrendered`` converts into, as an exact fraction of a share."""
        return surrendered.as_fraction() * self.per_share(stated_value)
