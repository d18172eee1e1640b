"""Convert every share of a class, and redeem shares, by the rights of the class on the day."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.book import Book
from ledger.commands.reading import book_at, level_of, only_security
from ledger.commands.shares import by_terms
from ledger.days import EffectiveDay, Phase
from ledger.errors import NotConvertible, TermsIncomplete
from ledger.events import Event, SharesConverted, SharesRedeemed
from ledger.identity import HolderId, ReserveId, SecurityId, StockClassId
from ledger.movements import Held, Level
from ledger.quantities import FractionPolicy, Money, Price, Shares, paid_out
from ledger.terms.conversion import ConversionRight
from ledger.terms.preferred import MandatoryConversion, Offering, RedemptionRight, RedemptionTerms

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class ConvertClass:
    """Convert every share of a class, as its mandatory conversion provides: each position by itself.

    Attributes:
        from_class: Which class.
        on: The day.
        voted: Shares whose holders decided for it.
        offering: The public offering that brings it about.
        rounding: What the papers do with a fraction of each position; without one each result must be whole.
        reserve: Reserve that the shares draw on.
        authority: The vote, the offering or the charter section behind it.
        phase: Part of the day.
    """

    from_class: StockClassId
    on: EffectiveDay
    voted: Shares | None = None
    offering: Offering | None = None
    rounding: FractionPolicy | None = None
    reserve: ReserveId | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the conversion of each position, in the order in which they came.

        Raises:
            TermsIncomplete: The class has no mandatory conversion, none of its occasions has come, or nobody holds
                any of it.
            NotConvertible: The class carries no certain right to convert on that day.
            ConversionNotWhole: The exact result of a position cannot be issued, and no rounding was named.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        positions = _positions(book, self.from_class)
        self._has_come(book, sum(positions.values(), Shares(0)))
        right = level_of(book, Level.CONVERSION, self.from_class)
        if not isinstance(right, ConversionRight):
            raise NotConvertible(self.from_class, self.on.latest)
        return tuple(
            SharesConverted(
                effective_on=self.on,
                phase=self.phase,
                holder=position.holder,
                from_class=self.from_class,
                surrendered=shares,
                to_class=right.into,
                received=by_terms(book, right, self.from_class, shares, self.rounding),
                security=position.security,
                reserve=self.reserve,
                authority=self.authority,
            )
            for position, shares in positions.items()
        )

    def _has_come(self, book: Book, outstanding: Shares) -> None:
        terms = level_of(book, Level.MANDATORY_CONVERSION, self.from_class)
        if not isinstance(terms, MandatoryConversion):
            raise TermsIncomplete(
                self.from_class, "no mandatory conversion of it is recorded. State it with class-rights-stated."
            )
        if not outstanding:
            raise TermsIncomplete(self.from_class, "nobody holds any of it on that day. Look at the cap table.")
        if not terms.occasions(self.on.latest, voted=self.voted, outstanding=outstanding, offering=self.offering):
            raise TermsIncomplete(
                self.from_class,
                "its mandatory conversion waits for a day, a vote or an offering that has not come. State the vote"
                " or the offering that has.",
            )


def _positions(book: Book, stock_class: StockClassId) -> dict[Held, Shares]:
    """Return what is certainly held of a class, position by position."""
    found = {}
    for (unit, account), quantity in book.low.items():
        if unit == stock_class and isinstance(account, Held) and quantity > 0:
            found[account] = Shares.of_units(quantity)
    return found


class RedeemedBy(Enum):
    """At whose option shares are redeemed."""

    COMPANY = "company"
    HOLDER = "holder"


@attrs.frozen(kw_only=True)
class RedeemShares:
    """Redeem shares at the option of one side; what is paid follows from the rights of the class.

    Attributes:
        holder: Whose shares.
        stock_class: Which class.
        redeemed: Shares redeemed.
        by: At whose option.
        on: The day.
        accrued: What has accrued on these shares as dividends, where the papers pay it on top.
        security: Certificate or lot; needed when the holder has several.
        phase: Part of the day.
    """

    holder: HolderId
    stock_class: StockClassId
    redeemed: Shares
    by: RedeemedBy
    on: EffectiveDay
    accrued: Money | None = None
    security: SecurityId | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the redemption, with what is paid to the smallest unit of the currency.

        Raises:
            TermsIncomplete: That side has no such right on that day or for so many shares, or the papers pay what
                has accrued and it was not stated.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        terms = level_of(book, Level.REDEMPTION, self.stock_class)
        right = self._right(terms if isinstance(terms, RedemptionTerms) else None)
        outstanding = sum(_positions(book, self.stock_class).values(), Shares(0))
        if right.part.value < 1 and self.redeemed > right.redeems(outstanding):
            raise TermsIncomplete(
                self.stock_class,
                f"{right.redeems(outstanding)} of {outstanding} shares may be redeemed at a time, and not"
                f" {self.redeemed}. Redeem fewer, or record what was agreed instead.",
            )
        return (
            SharesRedeemed(
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                stock_class=self.stock_class,
                redeemed=self.redeemed,
                paid=self._paid(right, level_of(book, Level.STATED_VALUE, self.stock_class)),
                security=only_security(book, self.holder, self.stock_class, self.security),
            ),
        )

    def _right(self, terms: RedemptionTerms | None) -> RedemptionRight:
        side = None if terms is None else terms.by_company if self.by is RedeemedBy.COMPANY else terms.by_holder
        if side is None or not side.is_open(self.on.latest):
            raise TermsIncomplete(
                self.stock_class,
                f"it is not redeemable at the option of the {self.by.value} on {self.on.latest}. State the right"
                " with class-rights-stated, or what was paid.",
            )
        return side

    def _paid(self, right: RedemptionRight, stated_value: Price | None) -> Money:
        price = right.price if right.price is not None else stated_value
        each = right.per_share(stated_value)
        assert price is not None, "asked for above"
        accrued = Fraction(0)
        if right.with_accrued_dividends:
            if self.accrued is None or self.accrued.currency != price.currency:
                raise TermsIncomplete(
                    self.stock_class,
                    f"what has accrued is paid on top. State it in {price.currency}, zero if there is nothing.",
                )
            accrued = self.accrued.amount
        (paid,) = paid_out([self.redeemed.as_fraction() * each + accrued], price.currency)
        return paid
