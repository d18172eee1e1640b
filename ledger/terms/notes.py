"""What a note promises: interest, a day to be repaid, instalments, and a right to become shares."""

from __future__ import annotations

from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs

from ledger.days import a_day, months_after
from ledger.errors import NotUnderstood
from ledger.identity import StockClassId
from ledger.quantities import PLACES, FractionPolicy, Money, Price, Shares, recordable, round_position
from ledger.terms.base import Terms
from ledger.terms.interest import InterestTerms
from ledger.terms.market import MarketPrice, PriceRule
from ledger.terms.safes import CapAndDiscount
from ledger.text import PROSE_LENGTH, text_field


class Payable(Enum):
    """What an instalment is paid in."""

    CASH = "cash"
    SHARES = "shares"
    CASH_OR_SHARES = "cash-or-shares"
    """As the company chooses."""


def _above_zero(instance: object, attribute: attrs.Attribute[Any], value: Money | None) -> None:
    if value is not None and (value.units <= 0 or not recordable(value.units)):
        raise NotUnderstood(
            "E_QUANTITY",
            f"{attribute.name} is {value}",
            "state an amount above zero, or none",
            f"/{attribute.name}",
        )


@attrs.frozen(kw_only=True)
class Instalment(Terms):
    """A part of the principal that is due before the rest.

    Attributes:
        due_on: The day by which it is due.
        amount: The principal that falls due; more than zero.
        payable_in: What it is paid in.
    """

    due_on: date = attrs.field(validator=a_day)
    amount: Money = attrs.field(validator=_above_zero)
    payable_in: Payable = Payable.CASH


@attrs.frozen(kw_only=True)
class NoteConversion(Terms):
    """The holder's right to have a note become shares of a class.

    Attributes:
        into: The class received.
        price: What one share costs.
        instalments_at: Market prices that take the place of those of ``price`` for an instalment paid in shares.
        interest_converts: Whether interest that is owed converts with the principal.
        fractions: What happens to the fraction of a share that a conversion would give.
        opens_on: The first day on which it may be converted.
        closes_on: The last day on which it may be converted.
    """

    into: StockClassId
    price: PriceRule
    instalments_at: tuple[MarketPrice, ...] = ()
    interest_converts: bool = True
    fractions: FractionPolicy = FractionPolicy.DOWN
    opens_on: date | None = attrs.field(default=None, validator=a_day)
    closes_on: date | None = attrs.field(default=None, validator=a_day)

    def __attrs_post_init__(self) -> None:
        if self.opens_on is not None and self.closes_on is not None and self.closes_on < self.opens_on:
            raise NotUnderstood(
                "E_DATE", f"{self.closes_on} is before {self.opens_on}", "give the first day first", "/closes_on"
            )

    def is_open(self, on: date) -> bool:
        """Whether the note may be converted on a day."""
        return (self.opens_on is None or self.opens_on <= on) and (self.closes_on is None or on <= self.closes_on)

    def rule(self, fixed: Price | None, floor: Price | None, *, for_instalment: bool = False) -> PriceRule:
        """Return the rule in force: adjustments since then have changed its fixed price and its floor."""
        market = self.instalments_at if for_instalment and self.instalments_at else self.price.market
        return attrs.evolve(self.price, fixed=fixed, floor=floor, market=market)

    def yields(self, amount: Money, price: Price, decimals: int = 0) -> Yield:
        """Return the shares that an amount of principal and interest becomes at a price.

        Args:
            amount: Principal, and interest if it converts.
            price: Price of one share, in the same currency and above zero.
            decimals: Decimals that the class keeps; 0 is whole shares.
        """
        if price.currency != amount.currency or not price.amount:
            raise NotUnderstood(
                "E_TERMS", f"{amount} does not convert at {price}", "state a price above zero in the same currency"
            )
        exact = amount.amount / price.amount
        received = Shares.of_units(round_position(exact * 10**PLACES, self.fractions, decimals))
        return Yield(received, exact, (exact - received.as_fraction()) * price.amount)


@attrs.frozen
class Yield:
    """What a conversion yields.

    Attributes:
        received: The shares, rounded as the paper says.
        exact: The shares before rounding.
        worth_of_rounding: What the fraction is worth at the price: below zero where it was rounded up.
    """

    received: Shares
    exact: Fraction
    worth_of_rounding: Fraction


@attrs.frozen(kw_only=True)
class RoundConversion(CapAndDiscount):
    """The right to become shares of the next round of financing, at a better price than its investors pay.

    Attributes:
        round_of_at_least: New money that makes a round one in which the note converts.
    """

    round_of_at_least: Money | None = attrs.field(default=None, validator=_above_zero)


@attrs.frozen(kw_only=True)
class NoteTerms(Terms):
    """What a note promises.

    Attributes:
        interest: What the principal bears; without it the note bears nothing.
        matures_on: The day on which it is to be repaid.
        secured_by: What secures it, in the words of the paper.
        instalments: Parts of the principal that are due before the rest.
        conversion: The holder's right to have it become shares.
        in_a_round: The right to become shares of the next round.
    """

    interest: InterestTerms | None = None
    matures_on: date | None = attrs.field(default=None, validator=a_day)
    secured_by: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))
    instalments: tuple[Instalment, ...] = ()
    conversion: NoteConversion | None = None
    in_a_round: RoundConversion | None = None

    def __attrs_post_init__(self) -> None:
        if len({each.amount.currency for each in self.instalments}) > 1:
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH",
                "instalments in several currencies",
                "state them in the currency of the note",
                "/instalments",
            )
        if [each.due_on for each in self.instalments] != sorted({each.due_on for each in self.instalments}):
            raise NotUnderstood(
                "E_TERMS", "instalments out of order", "state each due day once, the earliest first", "/instalments"
            )

    def due_by(self, on: date) -> tuple[Instalment, ...]:
        """Return the instalments that are due by the close of a day."""
        return tuple(each for each in self.instalments if each.due_on <= on)


def equal_instalments(
    principal: Money,
    number: int,
    *,
    first_on: date,
    every_months: int = 1,
    places: int = 2,
    payable_in: Payable = Payable.CASH,
) -> tuple[Instalment, ...]:
    """Return a principal in equal parts, to so many decimals; the last one takes what rounding leaves.

    Args:
        principal: What is divided.
        number: How many parts; one or more.
        first_on: The day on which the first is due; the others follow on the same day of the month.
        every_months: Months from one to the next.
        places: Decimals of an instalment; 2 is cents.
        payable_in: What each is paid in.
    """
    if number < 1:
        raise NotUnderstood("E_TERMS", f"{principal} in {number} parts", "divide it into one part or more")
    step = 10 ** (PLACES - places)
    part = principal.units // number // step * step
    parts = [part] * (number - 1) + [principal.units - part * (number - 1)]
    return tuple(
        Instalment(
            due_on=months_after(first_on, every_months * index),
            amount=Money.of_units(units, principal.currency),
            payable_in=payable_in,
        )
        for index, units in enumerate(parts)
    )
