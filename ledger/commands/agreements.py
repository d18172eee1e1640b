"""Close a tranche, and use the right that follows when one is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ledger.book import Book
from ledger.commands.reading import ISSUED, book_at, due_days, level_of, only_security
from ledger.days import EffectiveDay, Phase
from ledger.errors import CurrencyMismatch, HoldingExceeded, TermsIncomplete, UnknownName
from ledger.events import Event, RemedyExercised, TrancheClosed
from ledger.identity import AgreementId, EntryNumber, HolderId, SecurityId, StockClassId, TrancheId
from ledger.movements import Commitment, Held, Level, Scope, Stage, StockClassKind
from ledger.quantities import SCALE, Currency, Money, Shares, fits
from ledger.terms.commitment import Remedy

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class CloseTranche:
    """Close a tranche, wholly or in part, and issue the shares that it buys.

    Attributes:
        agreement: Which agreement.
        tranche: Which tranche; none where the payment is not allocated to one.
        on: The day.
        security: Certificate or lot of the shares issued.
        paid: Money paid in; all that is undrawn of the tranche when not given.
        authority: Resolution behind the issue.
        phase: Part of the day.
    """

    agreement: AgreementId
    tranche: TrancheId | None = None
    on: EffectiveDay
    security: SecurityId
    paid: Money | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the closing and the issue.

        Raises:
            UnknownName: The agreement had not been signed, or has no such tranche.
            CurrencyMismatch: The payment is in another currency than the commitment.
            TermsIncomplete: The price or the kind of the class is not known; nothing was said to be paid, and what
                is undrawn is nothing or not certain; or the price does not divide the money into shares.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        investor, buys, price, currency = (
            level_of(book, level, self.agreement)
            for level in (Level.INVESTOR, Level.BUYS, Level.PURCHASE_PRICE, Level.CURRENCY)
        )
        if investor is None:
            raise UnknownName("agreement", self.agreement, self.on.latest)
        if self.tranche is not None:
            due_days(book, self.agreement, self.tranche, self.on.latest)
        paid = self._undrawn(book, currency) if self.paid is None else self.paid
        if paid.currency != currency:
            raise CurrencyMismatch(self.agreement, currency, paid.currency)
        if price is None or not price.amount or price.currency != paid.currency:
            raise TermsIncomplete(self.agreement, f"the price on {self.on} is not known. State both counts.")
        bought = paid.amount / price.amount * SCALE
        if not fits(bought, level_of(book, Level.DECIMALS, buys) or 0):
            raise TermsIncomplete(self.agreement, f"{paid:,} buys {bought / SCALE} shares. Pay for whole shares.")
        kind = level_of(book, Level.CLASS_KIND, buys)
        if not isinstance(kind, StockClassKind):
            raise TermsIncomplete(self.agreement, f"{buys} is not designated on {self.on}. Designate it first.")
        return (
            TrancheClosed(
                effective_on=self.on, phase=self.phase, agreement=self.agreement, tranche=self.tranche, closed=paid
            ),
            ISSUED[kind](
                effective_on=self.on,
                phase=self.phase,
                holder=investor,
                stock_class=buys,
                issued=Shares.of_units(bought),
                security=self.security,
                agreement=self.agreement,
                tranche=self.tranche,
                authority=self.authority,
            ),
        )

    def _undrawn(self, book: Book, currency: Currency) -> Money:
        """Return all that is undrawn of the tranche."""
        if self.tranche is None:
            raise TermsIncomplete(self.agreement, "no tranche is named. Name one, or state what was paid.")
        total = (currency, Commitment(self.agreement, Stage.UNDRAWN, self.tranche))
        undrawn, least = (Money.of_units(int(table.get(total, 0)), currency) for table in (book.high, book.low))
        if least != undrawn:
            what = (
                f"from {least:,} to {undrawn:,} of tranche {self.tranche} are undrawn on {self.on.latest}, as days "
            )
            raise TermsIncomplete(self.agreement, what + "are open. State what was paid.")
        if not undrawn:
            what = f"nothing of tranche {self.tranche} is undrawn on {self.on.latest}. It is closed already."
            raise TermsIncomplete(self.agreement, what)
        return undrawn


@attrs.frozen(kw_only=True)
class ExerciseRemedy:
    """Redeem what the agreement allows after a missed tranche, from one holder's shares.

    Attributes:
        agreement: Which agreement.
        tranche: The tranche that was missed.
        holder: Whose shares are redeemed.
        on: The day.
        security: Certificate or lot; needed when the holder has several.
        phase: Part of the day.
    """

    agreement: AgreementId
    tranche: TrancheId
    holder: HolderId
    on: EffectiveDay
    security: SecurityId | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the redemption of the part that the remedy names, of the shares that the position holds.

        Raises:
            UnknownName: The agreement has no such tranche.
            TermsIncomplete: The agreement has no remedy, the tranche was not missed by that day, the position is
                not certain, or the part is not a whole number of shares.
            HoldingExceeded: The holder has nothing that could be redeemed.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        remedy, buys = level_of(book, Level.REMEDY, self.agreement), level_of(book, Level.BUYS, self.agreement)
        if not isinstance(remedy, Remedy):
            raise TermsIncomplete(self.agreement, f"it names no remedy on {self.on}. Amend it first.")
        self._was_missed(book, buys)
        security = only_security(book, self.holder, buys, self.security)
        position = (buys, Held(self.holder, security))
        held, least = (Shares.of_units(table.get(position, 0)) for table in (book.high, book.low))
        redeemed = remedy.redeems(held)
        if not held:
            head = EntryNumber(len(ledger.entries()) + 1)
            raise HoldingExceeded(self.holder, buys, security, held, redeemed, self.on.latest, head)
        if least != held:
            raise TermsIncomplete(
                self.agreement,
                f"{self.holder} holds from {least:,} to {held:,} {buys} on {self.on.latest}, as days are open. "
                "Record remedy-exercised with the count agreed.",
            )
        if not fits(redeemed.units, level_of(book, Level.DECIMALS, buys) or 0):
            raise TermsIncomplete(
                self.agreement,
                f"{remedy.redeemable} of {held:,} is {redeemed}. Record remedy-exercised with the count agreed.",
            )
        return (
            RemedyExercised(
                effective_on=self.on,
                phase=self.phase,
                agreement=self.agreement,
                tranche=self.tranche,
                holder=self.holder,
                stock_class=buys,
                redeemed=redeemed,
                price=remedy.price,
                security=security,
            ),
        )

    def _was_missed(self, book: Book, buys: StockClassId | None) -> None:
        """Check that the tranche was due, and that it was not closed in full.

        Where the register of the class is partial, closings may be missing or stand elsewhere, and what is undrawn
        here says nothing.
        """
        on = self.on.latest
        due = max(due_days(book, self.agreement, self.tranche, on))
        if due > on:
            what = f"tranche {self.tranche} is due on {due}, after {on}. It is not missed yet."
            raise TermsIncomplete(self.agreement, what)
        if any(scope is Scope.PARTIAL for _, scope in book.levels(Level.SCOPE, buys or "")):
            return
        account = Commitment(self.agreement, Stage.UNDRAWN, self.tranche)
        if book.high.get((level_of(book, Level.CURRENCY, self.agreement), account), 0) <= 0:
            what = f"nothing of tranche {self.tranche} is undrawn on {on}. It was not missed."
            raise TermsIncomplete(self.agreement, what)
