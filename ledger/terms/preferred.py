"""When preferred stock may be bought back, and when it becomes common stock whether its holders want it or not."""

from __future__ import annotations

from datetime import date
from enum import Enum
from fractions import Fraction

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.identity import Count, StockClassId
from ledger.quantities import Money, Price, Ratio, Shares, recordable
from ledger.terms.base import Terms
from ledger.terms.market import PriceRule


@attrs.frozen(kw_only=True)
class RedemptionRight(Terms):
    """The right of one side to have shares redeemed, and what is paid for them.

    Attributes:
        price: What is paid for a share, if the papers state an amount.
        multiple: What is paid as a multiple of the stated value, if they state that.
        with_accrued_dividends: Whether accrued and unpaid dividends are paid on top.
        part: Part of the shares outstanding that may be redeemed at a time; above zero, at most one.
        since: First day of the right; none when it is there from the start.
        until: Last day of the right; none when it has no end.
        notice_days: Days of notice before the redemption.
    """

    price: Price | None = None
    multiple: Ratio | None = None
    with_accrued_dividends: bool = False
    part: Ratio = Ratio(1)
    since: date | None = None
    until: date | None = None
    notice_days: Count | None = None

    def __attrs_post_init__(self) -> None:
        if (self.price is None) == (self.multiple is None):
            raise NotUnderstood(
                "E_TERMS", "a redemption is at a price or at a multiple", "state exactly one of the two"
            )
        if not 0 < self.part.value <= 1:
            raise NotUnderstood("E_TERMS", f"a redemption of {self.part} of the shares", "above 0, at most 1")
        for which in (self.since, self.until):
            if which is not None:
                day(which, what="day of the redemption right")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise NotUnderstood(
                "E_DATE", f"a redemption right from {self.since} until {self.until}", "state the earlier day first"
            )

    def is_open(self, on: date) -> bool:
        """Whether shares may be redeemed on a day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)

    def per_share(self, stated_value: Price | None, accrued: Fraction = Fraction(0)) -> Fraction:
        """Return what is paid for a share.

        Args:
            stated_value: The stated value of the class, which a multiple is of.
            accrued: Accrued and unpaid dividends of a share; they count where the papers add them.

        Raises:
            NotUnderstood: ``E_TERMS`` when a multiple decides and there is no stated value.
        """
        if self.price is not None:
            amount = self.price.amount
        elif stated_value is None:
            raise NotUnderstood(
                "E_TERMS", f"a redemption at {self.multiple} times the stated value", "record the stated value"
            )
        else:
            assert self.multiple is not None
            amount = self.multiple.value * stated_value.amount
        return amount + accrued if self.with_accrued_dividends else amount

    def redeems(self, outstanding: Shares) -> Shares:
        """Return the shares that may be redeemed at a time, exactly; a fraction stays a fraction."""
        return outstanding * self.part


@attrs.frozen(kw_only=True)
class RedemptionTerms(Terms):
    """Who may have the shares of a class redeemed; at least one side may.

    Attributes:
        by_company: At the option of the company: it may call the shares.
        by_holder: At the option of a holder, who may put them to the company.
    """

    by_company: RedemptionRight | None = None
    by_holder: RedemptionRight | None = None

    def __attrs_post_init__(self) -> None:
        if self.by_company is None and self.by_holder is None:
            raise NotUnderstood(
                "E_TERMS", "a redemption at nobody's option", "state the right of at least one side"
            )


@attrs.frozen(kw_only=True)
class MarketConversion(Terms):
    """A right to convert at a price that follows the market, beside a conversion right at a fixed one or alone.

    Attributes:
        into: The class received.
        price: Stated value given up for one share received, as the market makes it.
    """

    into: StockClassId
    price: PriceRule


class Occasion(Enum):
    """What turns preferred stock into common stock."""

    DAY = "day"
    VOTE = "vote"
    OFFERING = "offering"


@attrs.frozen(kw_only=True)
class Offering:
    """A public offering, for the question whether it is one that converts preferred stock.

    Attributes:
        price: What the public pays for a share.
        proceeds: What it brings, before costs.
    """

    price: Price
    proceeds: Money


@attrs.frozen(kw_only=True)
class MandatoryConversion(Terms):
    """When every share of a class converts at the price or ratio of its conversion right.

    Each occasion that is stated is enough by itself; at least one is stated.

    Attributes:
        on: A day.
        vote: Part of the shares outstanding whose holders may decide it for all; above zero, at most one.
        vote_is_exceeded: Whether the vote has to be more than that part (a majority is more than 1/2), and not
            just as much.
        offering_price: A public offering at this price a share or above.
        offering_proceeds: A public offering that brings this much or more. Where both are stated, both are asked.
    """

    on: date | None = None
    vote: Ratio | None = None
    vote_is_exceeded: bool = False
    offering_price: Price | None = None
    offering_proceeds: Money | None = None

    def __attrs_post_init__(self) -> None:
        if all(of is None for of in (self.on, self.vote, self.offering_price, self.offering_proceeds)):
            raise NotUnderstood("E_TERMS", "a mandatory conversion without an occasion", "state at least one")
        if self.on is not None:
            day(self.on, what="day of the mandatory conversion")
        if self.vote is None and self.vote_is_exceeded:
            raise NotUnderstood("E_TERMS", "a vote that is exceeded, and no vote", "state the part of the shares")
        if self.vote is not None and not self._can_be_reached(self.vote.value):
            raise NotUnderstood(
                "E_TERMS",
                f"a vote of {self.vote} of the shares",
                "above 0 and at most 1; below 1 if it is exceeded",
            )
        price, proceeds = self.offering_price, self.offering_proceeds
        if proceeds is not None and (proceeds.units <= 0 or not recordable(proceeds.units)):
            raise NotUnderstood(
                "E_QUANTITY", f"an offering that brings {proceeds}", "state more than zero, or nothing"
            )
        if price is not None and proceeds is not None and price.currency != proceeds.currency:
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH",
                f"an offering at {price} that brings {proceeds}",
                "state both in one currency",
            )

    def _can_be_reached(self, vote: Fraction) -> bool:
        return 0 < vote < 1 or (vote == 1 and not self.vote_is_exceeded)

    def occasions(
        self,
        on: date,
        *,
        voted: Shares | None = None,
        outstanding: Shares | None = None,
        offering: Offering | None = None,
    ) -> tuple[Occasion, ...]:
        """Return which of the occasions have come; any one converts every share of the class.

        Args:
            on: The day asked about.
            voted: Shares whose holders decided for it.
            outstanding: Shares of the class outstanding, which the vote is a part of.
            offering: A public offering that is made.
        """
        came: list[Occasion] = []
        if self.on is not None and self.on <= on:
            came.append(Occasion.DAY)
        if self.vote is not None and voted is not None and outstanding:
            part = voted.as_fraction() / outstanding.as_fraction()
            if part > self.vote.value or (part == self.vote.value and not self.vote_is_exceeded):
                came.append(Occasion.VOTE)
        if offering is not None and self._qualified(offering):
            came.append(Occasion.OFFERING)
        return tuple(came)

    def _qualified(self, offering: Offering) -> bool:
        price, proceeds = self.offering_price, self.offering_proceeds
        if price is None and proceeds is None:
            return False
        dear = price is None or (
            price.currency == offering.price.currency and offering.price.amount >= price.amount
        )
        large = proceeds is None or (
            proceeds.currency == offering.proceeds.currency and offering.proceeds >= proceeds
        )
        return dear and large
