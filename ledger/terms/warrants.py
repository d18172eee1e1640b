"""The right to buy shares at a price: how and when it may be exercised, and what exercising it yields."""

from __future__ import annotations

from datetime import date
from enum import Enum
from fractions import Fraction

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.quantities import FractionPolicy, Price, Shares, round_position
from ledger.terms.base import Terms
from ledger.terms.protection import PriceProtection


class ExerciseForm(Enum):
    """How a holder pays for the shares of a warrant."""

    CASH = "cash"
    """In money, the exercise price for each share."""
    CASHLESS = "cashless"
    """With shares of the warrant: as many are given up as their market price pays for the rest."""


@attrs.frozen(kw_only=True)
class WarrantTerms(Terms):
    """What a warrant promises, beside the class, the number of shares and the price that its issue states.

    Attributes:
        exercise: How it may be exercised.
        prefunded: Whether all but a nominal price was paid when it was issued.
        exercisable_from: First day on which it may be exercised; none when that is the day of issue.
        expires_on: Last day on which it may be exercised; none when it does not expire.
        fractions: What becomes of the fraction of a share that a cashless exercise yields.
        protection: Promise to lower the price when shares are issued for less.
    """

    exercise: tuple[ExerciseForm, ...] = (ExerciseForm.CASH,)
    prefunded: bool = False
    exercisable_from: date | None = None
    expires_on: date | None = None
    fractions: FractionPolicy = FractionPolicy.DOWN
    protection: PriceProtection | None = None

    def __attrs_post_init__(self) -> None:
        if not self.exercise or len(set(self.exercise)) < len(self.exercise):
            raise NotUnderstood(
                "E_TERMS", "a warrant is exercised in no way, or in one twice", "name each way once"
            )
        for what, on in (("first day of exercise", self.exercisable_from), ("last day", self.expires_on)):
            if on is not None:
                day(on, what=what)
        if self.exercisable_from is not None and self.has_expired(self.exercisable_from):
            raise NotUnderstood(
                "E_TERMS",
                f"a warrant expires on {self.expires_on} and may be exercised from {self.exercisable_from}",
                "let it expire no earlier than it may be exercised",
            )

    def is_open(self, on: date) -> bool:
        """Whether it may be exercised on a day; the first and the last day are days of exercise."""
        return (self.exercisable_from is None or self.exercisable_from <= on) and not self.has_expired(on)

    def has_expired(self, on: date) -> bool:
        """Whether its last day is past."""
        return self.expires_on is not None and self.expires_on < on


@attrs.frozen(kw_only=True)
class Exercised:
    """What an exercise yields.

    Attributes:
        exercised: Shares by which the warrant becomes smaller.
        received: Shares issued to the holder.
        given_up: Shares of the warrant given up in payment; none when it was paid in cash. What rounding took
            away counts here.
        payable: What the holder pays, exactly, in the currency of the price.
        cash_in_lieu: What the company pays for a fraction, exactly, in the currency of the price.
    """

    exercised: Shares
    received: Shares
    given_up: Shares
    payable: Fraction = Fraction(0)
    cash_in_lieu: Fraction = Fraction(0)


def for_cash(exercised: Shares, price: Price) -> Exercised:
    """Return what an exercise in cash yields: every share, for the exercise price of each."""
    return Exercised(
        exercised=exercised,
        received=exercised,
        given_up=Shares(0),
        payable=exercised.as_fraction() * price.amount,
    )


def cashless_fraction(price: Price, market: Price) -> Fraction:
    """Return the part of a share that one share of a warrant yields without cash: (A − B) ÷ A.

    A is the market price, B the exercise price. Nothing is yielded where the market does not pay more.

    Raises:
        NotUnderstood: ``E_CURRENCY_MISMATCH`` when the two prices are in different currencies.
    """
    if market.currency != price.currency:
        raise NotUnderstood(
            "E_CURRENCY_MISMATCH",
            f"the market price is in {market.currency} and the exercise price in {price.currency}",
            "state both in one currency",
        )
    return max(Fraction(0), market.amount - price.amount) / market.amount if market.amount else Fraction(0)


def cashless(exercised: Shares, price: Price, market: Price, fractions: FractionPolicy) -> Exercised:
    """Return what an exercise without cash yields: X = Y × (A − B) ÷ A, whole shares only.

    Args:
        exercised: Y, the shares by which the warrant becomes smaller.
        price: B, the exercise price in force.
        market: A, the market price that the papers name.
        fractions: What becomes of a fraction of a share.
    """
    exact = Fraction(exercised.units) * cashless_fraction(price, market)
    received = round_position(exact, fractions, 0)
    lieu = Fraction(0)
    if fractions is FractionPolicy.CASH_IN_LIEU:
        lieu = Shares.of_units(exact - received).as_fraction() * market.amount
    return Exercised(
        exercised=exercised,
        received=Shares.of_units(received),
        given_up=Shares.of_units(exercised.units - received),
        cash_in_lieu=lieu,
    )
