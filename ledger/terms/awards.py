"""What an award promises: an option, a unit, a right to the appreciation of shares, or restricted stock."""

from __future__ import annotations

from datetime import date
from enum import Enum

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.terms.base import Terms
from ledger.terms.schedule import TakenFrom
from ledger.terms.vesting import VestingTerms


class AwardKind(Enum):
    """What kind of award it is."""

    INCENTIVE_STOCK_OPTION = "incentive-stock-option"
    """An option that section 422 of the Internal Revenue Code favours: ISO."""
    NONQUALIFIED_STOCK_OPTION = "nonqualified-stock-option"
    """An option that it does not: NSO."""
    OPTION = "option"
    """Any other option."""
    RESTRICTED_STOCK_UNIT = "restricted-stock-unit"
    """A promise of shares once they have vested: RSU."""
    STOCK_APPRECIATION_RIGHT = "stock-appreciation-right"
    """A promise of what shares gain above a price, paid in shares: SAR."""
    CASH_APPRECIATION_RIGHT = "cash-appreciation-right"
    """A promise of what shares gain above a price, paid in cash."""
    RESTRICTED_STOCK = "restricted-stock"
    """Shares issued at once, which the company may buy back until they have vested."""

    @property
    def is_exercised(self) -> bool:
        """Whether the holder decides when to take the shares, at a price."""
        return self not in (AwardKind.RESTRICTED_STOCK_UNIT, AwardKind.RESTRICTED_STOCK)

    @property
    def is_bought(self) -> bool:
        """Whether exercising it pays a price for shares."""
        return self in (
            AwardKind.INCENTIVE_STOCK_OPTION,
            AwardKind.NONQUALIFIED_STOCK_OPTION,
            AwardKind.OPTION,
        )


@attrs.frozen(kw_only=True)
class AwardTerms(Terms):
    """What an award promises, beside the class, the number of shares and the price that its grant states.

    Attributes:
        award_kind: What kind of award it is.
        vesting: How it vests; without terms all of it is vested from the grant on.
        expires_on: Last day on which it may be exercised, or on which units may vest.
        early_exercise: Whether unvested shares may be bought, and which of the instalments they are then;
            without it they may not.
    """

    award_kind: AwardKind
    vesting: VestingTerms | None = None
    expires_on: date | None = None
    early_exercise: TakenFrom | None = None

    def __attrs_post_init__(self) -> None:
        if self.expires_on is not None:
            day(self.expires_on, what="day of expiry")
        if self.early_exercise is not None and not self.award_kind.is_bought:
            raise NotUnderstood("E_TERMS", f"{self.award_kind.value} may be exercised early", "only an option may")
        if self.expires_on is not None and self.award_kind is AwardKind.RESTRICTED_STOCK:
            raise NotUnderstood("E_TERMS", "restricted stock expires", "shares stay; leave the day out")
        if self.early_exercise is not None and self.vesting is None:
            raise NotUnderstood("E_TERMS", "early exercise of what has vested", "state how the award vests")

    def has_expired(self, on: date) -> bool:
        """Whether its last day is past."""
        return self.expires_on is not None and self.expires_on < on
