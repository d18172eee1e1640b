"""What exercising an option or releasing a unit yields, and what options outstanding weigh in diluted shares."""

from __future__ import annotations

from fractions import Fraction

import attrs

from ledger.errors import NotUnderstood
from ledger.quantities import NO_SHARES, FractionPolicy, Money, Price, Ratio, Shares, round_position
from ledger.terms.warrants import cashless, cashless_fraction


def withheld_at(rate: Ratio, shares: Shares, rounding: FractionPolicy = FractionPolicy.UP) -> Shares:
    """Return the shares that the company keeps to pay the tax on shares, at a rate of tax.

    Args:
        rate: Part of what the shares are worth that is due as tax; at most one.
        shares: Shares released or issued before withholding.
        rounding: What becomes of a fraction of a share; plans usually keep a whole one.

    Raises:
        NotUnderstood: ``E_TERMS`` when the rate is above one.
    """
    if rate.value > 1:
        raise NotUnderstood("E_TERMS", f"a tax of {rate} of the shares", "state a part of one, 0.3 or 3/10")
    return Shares.of_units(round_position(shares.units * rate.value, rounding, 0))


def withheld_for(amount: Money, value: Price, rounding: FractionPolicy = FractionPolicy.UP) -> Shares:
    """Return the shares that the company keeps to pay an amount of tax.

    Args:
        amount: The tax.
        value: What one share is worth on that day.
        rounding: What becomes of a fraction of a share.

    Raises:
        NotUnderstood: ``E_CURRENCY_MISMATCH``, or ``E_TERMS`` when a share is worth nothing.
    """
    if amount.currency != value.currency:
        raise NotUnderstood(
            "E_CURRENCY_MISMATCH",
            f"the tax is in {amount.currency} and the value in {value.currency}",
            "state both in one currency",
        )
    if not value.amount:
        raise NotUnderstood("E_TERMS", f"shares worth {value} pay no tax", "state what a share is worth")
    return Shares.of_units(round_position(amount.units / value.amount, rounding, 0))


@attrs.frozen(kw_only=True)
class Settlement:
    """How an exercise or a release is settled in shares. Its parts add up to what was exercised or released.

    Attributes:
        settled: Shares by which the award becomes smaller.
        for_price: Shares given up for the exercise price, with what rounding took away.
        for_tax: Shares kept for tax.
        issued: Shares that the holder receives.
        payable: What the holder pays in cash, exactly, in the currency of the price.
    """

    settled: Shares
    for_price: Shares = NO_SHARES
    for_tax: Shares = NO_SHARES
    issued: Shares
    payable: Fraction = Fraction(0)

    def __attrs_post_init__(self) -> None:
        if self.issued.units < 0:
            raise NotUnderstood(
                "E_QUANTITY",
                f"{self.for_price + self.for_tax} shares withheld of {self.settled}",
                "have the tax paid in cash",
            )


def cash_exercise(exercised: Shares, price: Price, *, for_tax: Shares = NO_SHARES) -> Settlement:
    """Return what an option yields when its price is paid in money."""
    return Settlement(
        settled=exercised,
        for_tax=for_tax,
        issued=exercised - for_tax,
        payable=exercised.as_fraction() * price.amount,
    )


def net_exercise(exercised: Shares, price: Price, value: Price, *, for_tax: Shares = NO_SHARES) -> Settlement:
    """Return what an option, or a right to the appreciation of shares, yields when it is settled in shares.

    The holder receives whole shares worth no more than the gain: Y × (A − B) ÷ A.

    Args:
        exercised: Y, shares by which the award becomes smaller.
        price: B, what the award lets them be bought for.
        value: A, what a share is worth on that day.
        for_tax: Shares kept for tax besides.
    """
    net = cashless(exercised, price, value, FractionPolicy.DOWN)
    return Settlement(settled=exercised, for_price=net.given_up, for_tax=for_tax, issued=net.received - for_tax)


def release(released: Shares, *, for_tax: Shares = NO_SHARES) -> Settlement:
    """Return what units yield when they are released."""
    return Settlement(settled=released, for_tax=for_tax, issued=released - for_tax)


@attrs.frozen(kw_only=True)
class PotentialShares:
    """Shares that one tranche of options, warrants or units may add.

    Attributes:
        shares: How many.
        price: What is paid for each; zero for units.
        unrecognized: Cost of service not yet recognised, for each; it counts as if it were paid.
    """

    shares: Shares
    price: Price
    unrecognized: Price | None = None


def treasury_stock_method(tranche: PotentialShares, average: Price) -> Fraction:
    """Return the shares that a tranche adds to diluted shares: those issued, less those its proceeds buy back.

    The proceeds buy at the average price of the period (ASC 260-10-45-23, IAS 33.45). Each tranche stands for
    itself, and one whose proceeds would buy back more than it issues is left out: it would be anti-dilutive.

    Raises:
        NotUnderstood: ``E_CURRENCY_MISMATCH`` when two of the prices are in different currencies.
    """
    proceeds = tranche.price
    if tranche.unrecognized is not None:
        if tranche.unrecognized.currency != proceeds.currency:
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH",
                f"the price is in {proceeds.currency} and the cost in {tranche.unrecognized.currency}",
                "state both in one currency",
            )
        proceeds = Price(proceeds.amount + tranche.unrecognized.amount, proceeds.currency)
    return tranche.shares.as_fraction() * cashless_fraction(proceeds, average)
