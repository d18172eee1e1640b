"""Anti-dilution: what the papers call for when shares are issued for less than a protected price.

The result is a proposal, with everything that it was worked out from. Only the event that records an adjustment
changes a price. The weighted average is that of the NVCA model charter (Fourth Article, B, section 4.4.4):
CP2 = CP1 × (A + B) ÷ (A + C), where A are the shares that count as outstanding before the issue, B the shares that
the consideration would have bought at CP1, and C the shares issued.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Final

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.identity import Count
from ledger.quantities import (
    PLACES,
    SCALE,
    FractionPolicy,
    Money,
    Price,
    Shares,
    plain,
    recordable,
    round_position,
)
from ledger.terms.base import Terms


class ProtectionMethod(Enum):
    """How far a price falls."""

    FULL_RATCHET = "full-ratchet"
    """To the price of the new issue, however small it is."""
    BROAD_BASED = "broad-based-weighted-average"
    """To the average over all shares that are outstanding or may be bought."""
    NARROW_BASED = "narrow-based-weighted-average"
    """To the average over the shares outstanding, rights to buy shares left out."""

    @property
    def words(self) -> str:
        """The method as people write it."""
        return self.value.replace("-weighted-average", " weighted average").replace("full-", "full ")


class Counted(Enum):
    """What may count as outstanding before an issue; each as the common shares that it stands for."""

    COMMON = "common"
    """Common stock outstanding."""
    PROTECTED = "protected"
    """The protected class alone, as converted."""
    PREFERRED = "preferred"
    """Every class that converts into the common, the protected class included, as converted."""
    AWARDS = "awards"
    """Options and other awards granted and outstanding, as exercised."""
    POOL = "ungranted-pool"
    """Shares of a plan that are not granted."""
    WARRANTS = "warrants"
    """Warrants outstanding, as exercised."""
    NOTES = "notes"
    """Notes and SAFEs outstanding, as converted at their fixed price."""


BROAD_BASE: Final = (Counted.COMMON, Counted.PREFERRED, Counted.AWARDS, Counted.WARRANTS)
"""What a broad-based average counts where the papers do not list it otherwise."""
NARROW_BASE: Final = (Counted.COMMON, Counted.PREFERRED)
"""What a narrow-based average counts where the papers do not list it otherwise."""


class CarveOut(Enum):
    """Issues that the papers exempt: they adjust nothing."""

    AWARDS = "awards"
    """To employees, directors and advisers under a plan."""
    CONVERSION = "conversion-or-exercise"
    """On converting or exercising what was outstanding before."""
    DIVIDEND_OR_SPLIT = "dividend-or-split"
    """As a dividend in shares, or in a split; these adjust prices in a way of their own."""
    ACQUISITION = "acquisition"
    """To the sellers of a business that was bought."""
    LENDER = "lender-or-lessor"
    """To banks, lenders and lessors."""
    PARTNER = "strategic-partner"
    """To suppliers, licensors and partners."""
    PUBLIC_OFFERING = "public-offering"
    """In a public offering."""
    WAIVED = "waived"
    """Those that the protected holders agreed to leave out."""


@attrs.frozen(kw_only=True)
class PriceProtection(Terms):
    """A promise to lower a conversion or exercise price when shares are issued for less.

    Attributes:
        method: How far the price falls.
        base: What counts as outstanding, where the papers list it; not for a full ratchet. Without it a broad
            base is common, preferred, awards and warrants, a narrow one common and preferred.
        carve_outs: Issues that adjust nothing.
        floor: The price never falls below it.
        until: Last day of the protection; none when it has no end.
        places: Decimals that the papers round the price to, half upwards; none when it stays exact.
        raises_number: For a warrant: the number of shares rises so that the aggregate price stays, and its
            fraction is treated this way; none when the number stays.
    """

    method: ProtectionMethod
    base: tuple[Counted, ...] = ()
    carve_outs: tuple[CarveOut, ...] = ()
    floor: Price | None = None
    until: date | None = None
    places: Count | None = None
    raises_number: FractionPolicy | None = None

    def __attrs_post_init__(self) -> None:
        if self.method is ProtectionMethod.FULL_RATCHET and self.base:
            raise NotUnderstood("E_TERMS", "a full ratchet counts no shares", "leave the base out")
        if len(set(self.base)) < len(self.base) or len(set(self.carve_outs)) < len(self.carve_outs):
            raise NotUnderstood("E_TERMS", "what counts, or is carved out, is listed twice", "list each once")
        if self.base and not {Counted.COMMON, Counted.PROTECTED, Counted.PREFERRED} & set(self.base):
            raise NotUnderstood(
                "E_TERMS", "the base of the average counts no stock", "count common, preferred or protected"
            )
        if {Counted.PROTECTED, Counted.PREFERRED} <= set(self.base):
            raise NotUnderstood("E_TERMS", "preferred includes the protected class", "count one of the two")
        if self.places is not None and self.places > PLACES:
            raise NotUnderstood("E_LIMIT", f"a price with {self.places} decimals", f"at most {PLACES}")
        if self.until is not None:
            day(self.until, what="last day of the protection")

    @property
    def counts(self) -> tuple[Counted, ...]:
        """What counts as outstanding before an issue; nothing for a full ratchet."""
        if self.base or self.method is ProtectionMethod.FULL_RATCHET:
            return self.base
        return BROAD_BASE if self.method is ProtectionMethod.BROAD_BASED else NARROW_BASE

    def proposed(
        self,
        price: Price,
        issue: NewIssue,
        *,
        outstanding: Fraction | None = None,
        number: Shares | None = None,
        floor: Price | None = None,
    ) -> Proposal:
        """Return the price that the papers call for after an issue, with all that it follows from.

        Args:
            price: The price in force before the issue.
            issue: What was issued.
            outstanding: Shares that ``counts`` amounts to just before the issue; a full ratchet needs none.
            number: Shares that a warrant may still buy; none for a class or a note.
            floor: The floor in force, if it is no longer the one that was agreed, as after a split.

        Raises:
            NotUnderstood: ``E_CURRENCY_MISMATCH`` for prices in two currencies, ``E_TERMS`` for an average
                without the shares outstanding.
        """
        floor = self.floor if floor is None else floor
        for other in (issue.price, floor):
            if other is not None and other.currency != price.currency:
                raise NotUnderstood(
                    "E_CURRENCY_MISMATCH",
                    f"the protected price is in {price.currency}, and {other} is not",
                    "state both in one currency",
                )
        exact, why = self._lowered(price, issue, outstanding)
        after = exact
        if why is Outcome.LOWERED and self.places is not None:
            rounded = Fraction(round_position(exact * SCALE, FractionPolicy.NEAREST, self.places), SCALE)
            after = rounded or exact  # rounding never makes a price of nothing
        if why is Outcome.LOWERED and floor is not None and after < floor.amount:
            after, why = floor.amount, Outcome.AT_FLOOR
        if why.adjusts and after >= price.amount:  # never raised, by a floor or by rounding neither
            after, why = price.amount, Outcome.NOT_LOWER
        return Proposal(
            protection=self,
            before=price,
            issue=issue,
            outstanding=outstanding if self.counts else None,
            floor=floor,
            exact=exact,
            after=Price(after, price.currency),
            outcome=why,
            number_before=number,
            number_after=self._raised(number, price.amount, after),
        )

    def _lowered(self, price: Price, issue: NewIssue, outstanding: Fraction | None) -> tuple[Fraction, Outcome]:
        """Return the price before rounding and floor, and why it is that."""
        if issue.reason is not None and issue.reason in self.carve_outs:
            return price.amount, Outcome.CARVED_OUT
        if self.until is not None and issue.on is not None and issue.on > self.until:
            return price.amount, Outcome.ENDED
        if issue.price.amount >= price.amount:
            return price.amount, Outcome.NOT_LOWER
        if self.method is ProtectionMethod.FULL_RATCHET:
            return issue.price.amount, Outcome.LOWERED
        if outstanding is None or outstanding < 0:
            raise NotUnderstood(
                "E_TERMS",
                f"a {self.method.words} needs the shares outstanding before the issue",
                "state zero or more",
            )
        issued = issue.issued.as_fraction()
        consideration = issued * issue.price.amount
        return Fraction(outstanding * price.amount + consideration) / (outstanding + issued), Outcome.LOWERED

    def _raised(self, number: Shares | None, before: Fraction, after: Fraction) -> Shares | None:
        """Return the number of shares at which the aggregate price stays; a price of zero raises none."""
        if number is None or self.raises_number is None or after == before or not after:
            return number
        return Shares.of_units(round_position(number.units * before / Fraction(after), self.raises_number, 0))


@attrs.frozen(kw_only=True)
class NewIssue:
    """Shares, or rights to shares, issued together for one price.

    Attributes:
        issued: Shares issued, or that the rights issued may buy; more than zero.
        price: What each of them brings in, the exercise or conversion price of a right included.
        reason: Why they were issued, if the papers may carve it out.
        on: The day of the issue.
    """

    issued: Shares
    price: Price
    reason: CarveOut | None = None
    on: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.issued.units <= 0 or not recordable(self.issued.units):
            raise NotUnderstood("E_QUANTITY", f"an issue of {self.issued} shares", "issue more than zero")
        if self.on is not None:
            day(self.on, what="day of the issue")

    @classmethod
    def paid_for(
        cls, issued: Shares, consideration: Money, *, reason: CarveOut | None = None, on: date | None = None
    ) -> NewIssue:
        """Return the issue of shares for a sum of money: its price is exactly what each share brings in."""
        if issued.units <= 0 or consideration.units < 0:
            raise NotUnderstood("E_QUANTITY", f"{issued} shares for {consideration}", "issue more than zero")
        price = Price(consideration.amount / issued.as_fraction(), consideration.currency)
        return cls(issued=issued, price=price, reason=reason, on=on)

    @property
    def consideration(self) -> Fraction:
        """What the issue brings in, in the currency of its price."""
        return self.issued.as_fraction() * self.price.amount


def _grouped(value: Fraction) -> str:
    """Return an exact figure with separators."""
    return f"{Shares.of_units(value * SCALE):,}"


def _readable(value: Fraction) -> str:
    """Return an exact figure, with the decimals that a fraction begins with."""
    text = plain(value)
    if "/" not in text:
        return text
    return f"{text}, about {plain(Fraction(round_position(value * SCALE, FractionPolicy.NEAREST, 6), SCALE))}"


class Outcome(Enum):
    """Why a price is proposed as it is."""

    LOWERED = "lowered"
    AT_FLOOR = "lowered to the floor"
    NOT_LOWER = "not issued for less"
    CARVED_OUT = "carved out"
    ENDED = "protection ended"

    @property
    def adjusts(self) -> bool:
        """Whether the price changes."""
        return self in (Outcome.LOWERED, Outcome.AT_FLOOR)


@attrs.frozen(kw_only=True)
class Proposal:
    """The price that the papers call for after an issue, and what it follows from.

    Attributes:
        protection: The promise.
        before: The price in force before the issue.
        issue: What was issued.
        outstanding: Shares that counted as outstanding; none for a full ratchet.
        floor: The floor in force.
        exact: The price before rounding and floor.
        after: The price proposed; never above the one before.
        outcome: Why it is that.
        number_before: Shares that a warrant may buy before; none for a class or a note.
        number_after: Shares that it may buy afterwards.
    """

    protection: PriceProtection
    before: Price
    issue: NewIssue
    outstanding: Fraction | None
    floor: Price | None
    exact: Fraction
    after: Price
    outcome: Outcome
    number_before: Shares | None
    number_after: Shares | None

    @property
    def adjusts(self) -> bool:
        """Whether the papers call for an adjustment."""
        return self.outcome.adjusts

    @property
    def computation(self) -> str:
        """The arithmetic in one line, as a reader would check it."""
        issue, before, words = self.issue, plain(self.before.amount), self.protection.method.words
        new = f"{issue.issued:,} shares at {issue.price}"
        if not self.adjusts and self.outcome is not Outcome.NOT_LOWER:
            return f"{new}: {self.outcome.value}; {self.before} stays"
        if issue.price.amount >= self.before.amount:
            return f"{new}: not less than {self.before}, which stays"
        if self.outstanding is None:
            line = f"{words}: {new}, against {self.before}"
        else:
            counted, received = _grouped(self.outstanding), _grouped(issue.consideration)
            sold = _grouped(issue.issued.as_fraction())
            line = f"{words}: ({counted} × {before} + {received}) ÷ ({counted} + {sold}) = {_readable(self.exact)}"
        if self.outcome is Outcome.AT_FLOOR:
            return f"{line}; not below the floor of {self.floor}"
        rounded = f", rounded to {self.after}" if self.after.amount != self.exact and self.adjusts else ""
        stays = "" if self.adjusts else f"; {self.before} stays"
        if self.number_before != self.number_after:
            return f"{line}{rounded}; {self.number_before:,} shares become {self.number_after:,}"
        return f"{line}{rounded}{stays}"
