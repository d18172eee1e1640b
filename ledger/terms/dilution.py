"""What earnings per share become when everything that may turn into common shares does, as far as that dilutes.

IAS 33.44 and ASC 260-10-45-18 give the order: each kind of potential share is judged by itself, the most dilutive
first, until the next one would raise earnings per share, or lower a loss. Nobody's shares are counted here; the
figures come in, and the order, the arithmetic and what was left out come back.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.errors import NotUnderstood
from ledger.quantities import plain

if TYPE_CHECKING:
    from collections.abc import Sequence


@attrs.frozen(kw_only=True)
class Potential:
    """Shares that may come to be, and the income that would not have been given up for what they come from.

    Attributes:
        name: What they come from: an instrument, or all that count together.
        shares: Common shares that would be added, weighted over the period; zero or more.
        income: What the period's income would be higher by: dividends on convertible preferred, interest on
            convertible notes after tax; nothing for options.
    """

    name: str
    shares: Fraction
    income: Fraction = Fraction(0)

    def __attrs_post_init__(self) -> None:
        for what, figure in (("shares", self.shares), ("income", self.income)):
            if figure < 0:
                raise NotUnderstood("E_QUANTITY", f"{self.name} adds {plain(figure)} {what}", "zero or more")

    @property
    def income_per_share(self) -> Fraction:
        """What one share that is added costs in income; the lower, the more it dilutes."""
        return self.income / self.shares


@attrs.frozen(kw_only=True)
class Diluted:
    """Income and shares with all that dilutes.

    Attributes:
        income: Income attributable to common, with what the shares that are added would not have cost.
        shares: Common shares, those that are added included.
        counted: What is counted, in the order in which it was.
        left_out: What would raise earnings per share, or add no share.
    """

    income: Fraction
    shares: Fraction
    counted: tuple[Potential, ...]
    left_out: tuple[Potential, ...]

    @property
    def per_share(self) -> Fraction | None:
        """Earnings per share; ``None`` where there is no share."""
        return self.income / self.shares if self.shares else None


def diluted(income: Fraction, shares: Fraction, potentials: Sequence[Potential]) -> Diluted:
    """Return income and shares with all that dilutes, the most dilutive first.

    The control number is income from continuing operations: where it is a loss, nothing dilutes (IAS 33.41 to 43,
    ASC 260-10-45-17 to 19).

    Args:
        income: Income attributable to common, below zero for a loss.
        shares: Weighted average of common shares outstanding; zero or more.
        potentials: What may turn into common shares.
    """
    if shares < 0:
        raise NotUnderstood("E_QUANTITY", f"{plain(shares)} shares on average", "zero or more")
    adding = sorted((each for each in potentials if each.shares), key=lambda each: each.income_per_share)
    counted = 0
    for each in adding:
        if each.income_per_share * shares >= income:  # a share that is added costs what a share earns, or more
            break
        income, shares, counted = income + each.income, shares + each.shares, counted + 1
    none = (each for each in potentials if not each.shares)
    return Diluted(
        income=income, shares=shares, counted=tuple(adding[:counted]), left_out=(*adding[counted:], *none)
    )
