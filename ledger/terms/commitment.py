"""What an investor undertakes: dated tranches with conditions, and what follows when one is missed."""

from __future__ import annotations

from datetime import date
from enum import Enum

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.identity import ConditionId, TrancheId
from ledger.quantities import Money, Price, Ratio, Shares, recordable
from ledger.text import PROSE_LENGTH, text_field


@attrs.frozen(kw_only=True)
class Condition:
    """Something that must be so before a tranche closes.

    Attributes:
        condition: Its name within the agreement.
        text: What must be so, in the words of the agreement.
    """

    condition: ConditionId
    text: str = attrs.field(validator=text_field(PROSE_LENGTH))


@attrs.frozen(kw_only=True)
class Tranche:
    """A dated part of a commitment.

    Attributes:
        tranche: Its name within the agreement.
        due_on: The last day on which it is to close.
        amount: Money to be paid; more than zero.
        shares: Shares to be bought with it; more than zero, or not stated.
        conditions: What must be so before.
    """

    tranche: TrancheId
    due_on: date
    amount: Money
    shares: Shares | None = None
    conditions: tuple[Condition, ...] = ()

    def __attrs_post_init__(self) -> None:
        day(self.due_on, what="due day")
        if self.amount.units <= 0 or not recordable(self.amount.units):
            raise NotUnderstood(
                "E_QUANTITY", f"tranche {self.tranche} promises {self.amount}", "promise more than zero"
            )
        if self.shares is not None and (self.shares.units <= 0 or not recordable(self.shares.units)):
            raise NotUnderstood("E_QUANTITY", f"tranche {self.tranche} buys {self.shares} shares", "more than zero")


class ConditionState(Enum):
    """Where a condition stands."""

    OPEN = "open"
    SATISFIED = "satisfied"
    WAIVED = "waived"


@attrs.frozen(kw_only=True)
class Remedy:
    """What the company may do when a tranche is missed: redeem a part of what is outstanding, at a price.

    It is a right. Exercising it is the event that moves shares.

    Attributes:
        redeemable: Part of the shares then outstanding under the agreement; above zero, at most one.
        price: What is paid for each share redeemed.
    """

    redeemable: Ratio
    price: Price

    def __attrs_post_init__(self) -> None:
        if not 0 < self.redeemable.value <= 1:
            raise NotUnderstood(
                "E_TERMS", f"a remedy redeems {self.redeemable} of the shares", "above 0, at most 1"
            )

    def redeems(self, outstanding: Shares) -> Shares:
        """Return the shares that may be redeemed, exactly; a fraction stays a fraction."""
        return outstanding * self.redeemable
