"""What preferred shares are entitled to as dividends, and what has accrued on them, exactly.

A cumulative dividend accrues on each share from the day of its issue, or from a day that the charter names, whether
or not it is declared. Days are counted, and unpaid dividends bear dividends, as interest on a note does.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from fractions import Fraction

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.identity import StockClassId
from ledger.quantities import Price, Ratio
from ledger.terms.base import Terms
from ledger.terms.interest import Change as InterestChange
from ledger.terms.interest import Compounding, DayCount, InterestTerms, accrue


class PaidIn(Enum):
    """What a dividend is paid in."""

    CASH = "cash"
    KIND = "kind"
    """In shares: of the same class, or of another."""
    CASH_OR_KIND = "cash-or-kind"
    """As the company chooses."""


@attrs.frozen(kw_only=True)
class DividendTerms(Terms):
    """What a share of a class is entitled to each year.

    Attributes:
        rate: Part of the base that accrues in a year: 0.08 is 8 %.
        base: What the rate is of; the stated value of the class when not stated.
        amount: Money for a share and year, where the charter states that instead of a rate.
        is_cumulative: Whether it accrues without being declared.
        day_count: How days become a part of a year.
        compounding: When unpaid dividends bear dividends themselves.
        accrues_from: The first day that counts, for every share; the day of its issue when not stated.
        paid_in: What it is paid in.
    """

    rate: Ratio | None = None
    base: Price | None = None
    amount: Price | None = None
    is_cumulative: bool = True
    day_count: DayCount = DayCount.ACTUAL_365
    compounding: Compounding = Compounding.NONE
    accrues_from: date | None = None
    paid_in: PaidIn = PaidIn.CASH

    def __attrs_post_init__(self) -> None:
        if (self.rate is None) == (self.amount is None):
            raise NotUnderstood("E_TERMS", "a dividend has a rate or an amount", "state exactly one of the two")
        if not (self.rate or (self.amount is not None and self.amount.amount)):
            raise NotUnderstood("E_TERMS", "a dividend of nothing", "state a rate or an amount above zero")
        if self.base is not None and not self.base.amount:
            raise NotUnderstood("E_TERMS", "a dividend on a base of zero", "state a base above zero", "/base")
        if self.amount is not None and (self.base is not None or self.compounding is not Compounding.NONE):
            raise NotUnderstood(
                "E_TERMS",
                f"a dividend of {self.amount} for a share and year has no base to compound on",
                "state a rate and the base that it is of",
            )
        if not self.is_cumulative and (self.compounding is not Compounding.NONE or self.accrues_from is not None):
            raise NotUnderstood(
                "E_TERMS", "a dividend that is not cumulative accrues from no day", "state that it is cumulative"
            )
        if self.accrues_from is not None:
            day(self.accrues_from, what="first day of dividends")
        self.interest()  # refuses a day count that does not go with the compounding

    def interest(self) -> InterestTerms:
        """Return the terms under which it accrues on what ``principal`` says."""
        rate = Ratio(1) if self.rate is None else self.rate
        return InterestTerms(
            rate=rate, day_count=self.day_count, compounding=self.compounding, accrues_from=self.accrues_from
        )

    def principal(self, stated_value: Price | None) -> Price:
        """Return what a year's dividend on one share is reckoned on: the base, or the amount itself.

        Args:
            stated_value: What a share of the class counts for.

        Raises:
            NotUnderstood: ``E_TERMS`` when the rate is of a stated value, and there is none.
        """
        found = self.amount or self.base or stated_value
        if found is None:
            raise NotUnderstood(
                "E_TERMS",
                f"a dividend of {self.rate} of the stated value needs one",
                "record the stated value of the class, or state the base",
            )
        return found

    def accrued(
        self, *, issued_on: date, until: date, stated_value: Price | None = None, paid: Fraction = Fraction(0)
    ) -> Fraction:
        """Return what has accrued on one share, and is not paid, from its issue up to and without ``until``.

        Args:
            issued_on: The day on which the share was issued.
            until: The day asked about.
            stated_value: What a share of the class counts for.
            paid: What was paid on ``until``, or is about to be.
        """
        if not self.is_cumulative:
            return Fraction(0)
        begins = InterestChange(on=issued_on, principal=self.principal(stated_value).amount, terms=self.interest())
        return accrue([begins, InterestChange(on=until, settled=paid)], until=until).owed

    def in_kind(self, dividend: Fraction, value: Price) -> Fraction:
        """Return the shares that a dividend is worth, as an exact fraction of a share.

        Args:
            dividend: Money that the dividend comes to.
            value: What one share of what is paid counts for: its stated value, or the market price.

        Raises:
            NotUnderstood: ``E_TERMS`` when the terms allow cash only, or a share would count for nothing.
        """
        if self.paid_in is PaidIn.CASH:
            raise NotUnderstood("E_TERMS", "the dividend is paid in cash", "pay cash, or amend the terms first")
        if not value.amount:
            raise NotUnderstood("E_TERMS", "a share that counts for nothing pays no dividend", "state its value")
        return dividend / value.amount


@attrs.frozen(kw_only=True)
class Declaration(Terms):
    """A dividend as it was declared.

    Attributes:
        stock_class: The class whose holders are paid.
        per_share: Money for each share, in the units of the record day.
        record_on: Who held shares at the close of this day is paid.
        payment_on: The day on which it is to be paid.
        paid_in: What it is to be paid in.
    """

    stock_class: StockClassId
    per_share: Price
    record_on: date
    payment_on: date | None
    paid_in: PaidIn
