"""Limits on what may be issued: the part that a holder may own after a conversion, and the cap of an exchange."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.errors import NotUnderstood
from ledger.identity import Count
from ledger.quantities import NO_SHARES, FractionPolicy, Ratio, Shares, recordable, round_position
from ledger.terms.base import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable


@attrs.frozen(kw_only=True)
class OwnershipLimit(Terms):
    """At most which part of a class a holder may own beneficially after a conversion or an exercise: a blocker.

    Shares that the conversion brings count as owned and as outstanding. What is left unconverted does not count,
    nor what other papers with such a limit would bring.

    Attributes:
        at_most: Part of the shares outstanding after the issue, for example 0.0499; above zero and below one.
        notice_days: Days after notice on which a raise or a waiver takes effect, 61 in most papers; ``None`` where
            the paper asks for no notice.
        ceiling: The highest part to which notice may raise it; ``None`` where the paper names none.
    """

    at_most: Ratio
    notice_days: Count | None = None
    ceiling: Ratio | None = None

    def __attrs_post_init__(self) -> None:
        if not 0 < self.at_most.value < 1:
            raise NotUnderstood(
                "E_TERMS", f"a limit of {self.at_most} of the shares", "above 0 and below 1: 0.0499 is 4.99 %"
            )
        if self.ceiling is not None and not self.at_most.value <= self.ceiling.value < 1:
            raise NotUnderstood(
                "E_TERMS", f"a limit of {self.at_most} with a ceiling of {self.ceiling}", "no lower, and below 1"
            )

    def raised_from(self, notified_on: date) -> date:
        """Return the first day on which a raise or a waiver of which notice was given may be in force."""
        return notified_on + timedelta(days=self.notice_days or 0)

    def part_within(self, days: int) -> Ratio | None:
        """Return the part that limits the holder even if they give notice now and wait so many days.

        It is the part in force while the notice runs longer than that, and the ceiling otherwise; ``None`` where no
        limit would be left. A right that cannot be exercised within 60 days makes nobody a beneficial owner
        (17 CFR 240.13d-3(d)(1)), and that is why papers ask for 61 days' notice.
        """
        is_fast = self.notice_days is None or self.notice_days <= days
        return self.ceiling if is_fast else self.at_most


def room_under(
    part: Ratio, *, outstanding: Shares, owned: Shares, acquirable: Shares = NO_SHARES, decimals: int = 0
) -> Shares:
    """Return how many shares a holder may receive: the most after which they own at most a part of the class.

    With N outstanding, H owned and A acquirable otherwise, x new shares keep to the part p as long as
    H + A + x ≤ p × (N + A + x), so x is at most (p × (N + A) − H − A) ÷ (1 − p).

    Args:
        part: Above zero and below one.
        outstanding: Shares outstanding before the issue, as last reported.
        owned: Shares that the holder, and whoever counts with them, own before it.
        acquirable: Shares that these may acquire within 60 days by what has no such limit.
        decimals: Decimals that a share of the class may have.
    """
    whole, mine = outstanding.units + acquirable.units, owned.units + acquirable.units
    most = (part.value * whole - mine) / (1 - part.value)
    return Shares.of_units(max(0, round_position(most, FractionPolicy.DOWN, decimals)))


def acquired_under(
    claims: Iterable[tuple[Ratio, Shares | None]],
    *,
    outstanding: Shares,
    owned: Shares,
    acquirable: Shares = NO_SHARES,
) -> Shares:
    """Return the most that papers with several limits bring: used up one after another, the strictest first.

    Args:
        claims: The limit of each paper, with the shares that it would bring without one; ``None`` where nobody
            knows how many, so that the limit alone decides.
        outstanding: Shares outstanding before.
        owned: Shares that the holder, and whoever counts with them, own before.
        acquirable: Shares that these may acquire by what has no limit.
    """
    acquired = NO_SHARES
    for part, shares in sorted(claims, key=lambda claim: claim[0].value):
        room = room_under(part, outstanding=outstanding + acquired, owned=owned + acquired, acquirable=acquirable)
        acquired += room if shares is None else min(room, shares)
    return acquired


def part_owned(owned: Shares, *, outstanding: Shares, acquirable: Shares = NO_SHARES) -> Fraction | None:
    """Return which part of a class somebody owns beneficially; ``None`` of a class without shares.

    What they may acquire within 60 days counts as owned and as outstanding, for them alone
    (17 CFR 240.13d-3(d)(1)(i)).
    """
    whole = outstanding.units + acquirable.units
    return Fraction(owned.units + acquirable.units) / whole if whole else None


@attrs.frozen(kw_only=True)
class IssuanceCap(Terms):
    """How many shares a transaction may bring before stockholders approve of more: an exchange cap.

    Attributes:
        shares: Shares that may be issued in all, in the units of the day of the agreement; more than zero.
        part: The same as a part of the shares outstanding before the agreement: 0.1999 in most papers, as listing
            rules ask for approval from 20 % on. Where both are stated, the number decides.
    """

    shares: Shares | None = None
    part: Ratio | None = None

    def __attrs_post_init__(self) -> None:
        if self.shares is None and self.part is None:
            raise NotUnderstood("E_TERMS", "a cap of nothing", "state the shares, the part, or both")
        if self.shares is not None and (self.shares.units <= 0 or not recordable(self.shares.units)):
            raise NotUnderstood("E_QUANTITY", f"a cap of {self.shares} shares", "state a number above zero")
        if self.part is not None and not 0 < self.part.value <= 1:
            raise NotUnderstood("E_TERMS", f"a cap of {self.part} of the shares", "above 0, at most 1: 0.1999")

    def number(self, outstanding: Shares | None) -> Shares | None:
        """Return the shares that may be issued in all; a part of a count is rounded down to whole shares.

        Args:
            outstanding: Shares outstanding immediately before the agreement; ``None`` if nobody states them.
        """
        if self.shares is not None:
            return self.shares
        if outstanding is None or self.part is None:
            return None
        return Shares.of_units(round_position(outstanding.units * self.part.value, FractionPolicy.DOWN, 0))
