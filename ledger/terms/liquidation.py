"""What preferred stock is paid before the others when the company is sold or wound up."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction

import attrs

from ledger.errors import NotUnderstood
from ledger.quantities import Price, Ratio
from ledger.terms.base import Terms


class Participation(Enum):
    """Whether a class shares in what is left once the preferences are paid."""

    NONE = "none"
    """It has its preference, or converts: the greater of the two."""
    FULL = "full"
    """It has its preference, and shares in the rest as if it had converted."""
    CAPPED = "capped"
    """As full, up to a cap; beyond it, it converts once that brings more."""


@attrs.frozen(kw_only=True)
class LiquidationPreference(Terms):
    """What a share is paid first, and whether it shares in the rest. Its rank is the seniority of the class.

    Attributes:
        multiple: How many times the base is paid first; above zero.
        base: The amount that the multiples are of, usually the original issue price; without it the stated value
            of the class.
        participation: Whether the class shares in what is left.
        cap: Multiple of the base up to which it shares; for capped participation alone.
        cap_includes_preference: Whether the preference counts towards the cap; else the cap is on what comes on
            top of it.
        with_accrued_dividends: Whether accrued and unpaid dividends are added to the preference. They raise no
            cap that includes the preference.
    """

    multiple: Ratio = Ratio(1)
    base: Price | None = None
    participation: Participation = Participation.NONE
    cap: Ratio | None = None
    cap_includes_preference: bool = True
    with_accrued_dividends: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.multiple or (self.base is not None and not self.base.amount):
            raise NotUnderstood(
                "E_TERMS", "a preference of nothing", "state a multiple and a base above zero, or no preference"
            )
        if (self.cap is None) == (self.participation is Participation.CAPPED):
            raise NotUnderstood(
                "E_TERMS",
                f"{self.participation.value} participation {'without' if self.cap is None else 'with'} a cap",
                "state a cap for capped participation, and for no other",
            )
        if self.cap is not None and self.cap.value <= (self.multiple.value if self.cap_includes_preference else 0):
            raise NotUnderstood(
                "E_TERMS",
                f"a cap of {self.cap} times leaves nothing to share in",
                "state one above the preference that it includes, or no participation",
            )

    def currency_of(self, stated_value: Price | None) -> str:
        """Return the currency that the preference is paid in.

        Raises:
            NotUnderstood: ``E_TERMS`` when neither a base nor a stated value says what is paid.
        """
        return self._base(stated_value).currency

    def per_share(self, stated_value: Price | None, accrued: Fraction = Fraction(0)) -> Fraction:
        """Return what a share is paid first.

        Args:
            stated_value: The stated value of the class, which is the base where the papers name no other.
            accrued: Accrued and unpaid dividends of a share; they count where the papers add them.

        Raises:
            NotUnderstood: ``E_TERMS`` when neither a base nor a stated value says what is paid.
        """
        preference = self.multiple.value * self._base(stated_value).amount
        return preference + accrued if self.with_accrued_dividends else preference

    def most_per_share(self, stated_value: Price | None, accrued: Fraction = Fraction(0)) -> Fraction | None:
        """Return what a share that keeps its preference is paid at the most, all in; none without a cap.

        Accrued dividends that exceed the cap are still paid, as they are a preference.
        """
        if self.cap is None:
            return None
        preference = self.per_share(stated_value, accrued)
        cap = self.cap.value * self._base(stated_value).amount
        return max(cap, preference) if self.cap_includes_preference else preference + cap

    def _base(self, stated_value: Price | None) -> Price:
        base = self.base if self.base is not None else stated_value
        if base is None:
            raise NotUnderstood(
                "E_TERMS", "a liquidation preference without a base", "record the stated value of the class"
            )
        return base
