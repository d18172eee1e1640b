"""What a SAFE promises: shares of the next priced round, at the price of a cap or at a discount.

A simple agreement for future equity has no interest and no maturity. A convertible note may promise the same in a
priced round, so the cap and the discount stand in a class of their own, which both use.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from typing import Final

import attrs

from ledger.errors import NotUnderstood
from ledger.quantities import Money, Ratio, recordable
from ledger.terms.base import Terms


class CapTiming(Enum):
    """What a valuation cap is the value of."""

    PRE_MONEY = "pre-money"
    """The company before the money of the SAFEs and notes that convert: each of them dilutes the others."""
    POST_MONEY = "post-money"
    """The company with everything that converts, before the new money: the part bought is amount ÷ cap."""


@attrs.frozen(kw_only=True)
class CapitalizationDefinition(Terms):
    """Which shares a cap is divided by; the eight questions that the Open Cap Format asks.

    Attributes:
        outstanding_shares: Shares outstanding, preferred as converted.
        outstanding_options: Options, other awards and warrants outstanding.
        unissued_options: Shares of the option pool that are not granted.
        this_security: The shares that this SAFE or note converts into.
        other_converting_securities: The shares that the others convert into.
        promised_options: The increase of the pool that options promised and not granted need.
        pool_increase: The increase of the pool beyond that.
        new_money: The shares that the round sells.
    """

    outstanding_shares: bool
    outstanding_options: bool
    unissued_options: bool
    this_security: bool
    other_converting_securities: bool
    promised_options: bool
    pool_increase: bool
    new_money: bool

    def __attrs_post_init__(self) -> None:
        if not any(attrs.astuple(self)):
            raise NotUnderstood("E_TERMS", "a capitalization that counts nothing", "count outstanding shares")


PRE_MONEY_CAPITALIZATION: Final = CapitalizationDefinition(
    outstanding_shares=True,
    outstanding_options=True,
    unissued_options=True,
    this_security=False,
    other_converting_securities=False,
    promised_options=True,
    pool_increase=True,
    new_money=False,
)
"""As the pre-money SAFE of 2013 defines it: without what converts, with every increase of the pool."""

POST_MONEY_CAPITALIZATION: Final = CapitalizationDefinition(
    outstanding_shares=True,
    outstanding_options=True,
    unissued_options=True,
    this_security=True,
    other_converting_securities=True,
    promised_options=True,
    pool_increase=False,
    new_money=False,
)
"""As the post-money SAFE of 2018 defines it: with what converts, without the increase that the round asks for."""


@attrs.frozen(kw_only=True)
class CapAndDiscount(Terms):
    """At what price a paper converts in a priced round: by the cap or the discount, whichever gives more shares.

    Without either it converts at the price of the round.

    Attributes:
        cap: Most that the company counts for; more than zero.
        cap_timing: What the cap is the value of; stated when there is a cap.
        discount: Part taken off the price of the round, 0.2 for 20 %; above zero and below one. Papers that
            state a "discount rate" of 80 % mean a discount of 0.2.
        capitalization: The shares that the cap is divided by, where the paper departs from what is usual for
            its timing.
    """

    cap: Money | None = None
    cap_timing: CapTiming | None = None
    discount: Ratio | None = None
    capitalization: CapitalizationDefinition | None = None

    def __attrs_post_init__(self) -> None:
        if (self.cap is None) != (self.cap_timing is None):
            raise NotUnderstood(
                "E_TERMS", "a cap and its timing belong together", "state both, pre-money or post-money, or neither"
            )
        if self.cap is not None and (self.cap.units <= 0 or not recordable(self.cap.units)):
            raise NotUnderstood("E_QUANTITY", f"a valuation cap of {self.cap}", "state one above zero")
        if self.discount is not None and not 0 < self.discount.value < 1:
            raise NotUnderstood(
                "E_TERMS",
                f"a discount of {self.discount}",
                'above 0 and below 1: the part taken off, "0.2" for 20 %',
            )
        if self.capitalization is not None and self.cap is None:
            raise NotUnderstood("E_TERMS", "a capitalization divides a cap, and there is none", "state the cap")

    @property
    def counted(self) -> CapitalizationDefinition:
        """The shares that the cap is divided by: as the paper says, or as its timing usually means."""
        if self.capitalization is not None:
            return self.capitalization
        return POST_MONEY_CAPITALIZATION if self.cap_timing is CapTiming.POST_MONEY else PRE_MONEY_CAPITALIZATION

    def cap_price(self, capitalization: Fraction) -> Fraction | None:
        """Return the cap divided by the shares that it counts, exactly; ``None`` without a cap."""
        return None if self.cap is None else Fraction(self.cap.amount / capitalization)

    def discount_price(self, round_price: Fraction) -> Fraction:
        """Return the price of the round less the discount, exactly; the price itself without one."""
        return round_price if self.discount is None else round_price * (1 - self.discount.value)


@attrs.frozen(kw_only=True)
class SafeTerms(CapAndDiscount):
    """What a SAFE promises in a priced round.

    Attributes:
        most_favored_nation: The holder may take over the terms of a SAFE or note that is issued later.
    """

    most_favored_nation: bool = False
