"""Exercise a warrant by its terms, end what is left of one, and adjust a price."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import attrs

from ledger.book import Book
from ledger.commands.reading import as_recorded, book_at, instruments, level_of
from ledger.days import EffectiveDay, Phase
from ledger.errors import NotExercisable, TermsIncomplete, UnknownName, nearest
from ledger.events import (
    AdjustmentCause,
    Event,
    InstrumentAdjusted,
    SharesAdded,
    WarrantExercised,
    WarrantExpired,
)
from ledger.identity import HolderId, InstrumentId, ReserveId, SecurityId, StockClassId
from ledger.movements import InstrumentKind, Level, Purchasable
from ledger.quantities import FractionPolicy, Price, Shares
from ledger.terms.notes import NoteTerms
from ledger.terms.warrants import ExerciseForm, WarrantTerms, cashless, for_cash

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class ExerciseWarrant:
    """Exercise a warrant on its terms of that day: in cash, or cashless where a market price is named.

    Attributes:
        holder: Who exercises it.
        warrant: Which.
        exercised: Shares by which it becomes smaller.
        on: The day.
        market_price: Market price that the papers name for a cashless exercise; none in cash.
        reserve: Reserve that the shares draw on.
        security: New certificate or lot.
        legends: Restrictions written on the certificate.
        authority: Resolution behind the issue.
        phase: Part of the day.
    """

    holder: HolderId
    warrant: InstrumentId
    exercised: Shares
    on: EffectiveDay
    market_price: Price | None = None
    reserve: ReserveId | None = None
    security: SecurityId | None = None
    legends: tuple[str, ...] = ()
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the exercise with every count, at the price in force.

        Raises:
            UnknownName: No warrant of that name was issued.
            NotExercisable: The terms do not allow it, then or in this form, or it would yield no share.
            TermsIncomplete: The price in force is not known on that day.
        """
        book, on = book_at(ledger, self.on.latest, self.phase), self.on.latest
        terms = level_of(book, Level.WARRANT_TERMS, self.warrant)
        if not isinstance(terms, WarrantTerms):
            raise _unknown(book, self.warrant, on)
        for each in {self.on.earliest, on}:
            if not terms.is_open(each):
                raise NotExercisable(self.warrant, on, _closed(terms, each))
        form = ExerciseForm.CASH if self.market_price is None else ExerciseForm.CASHLESS
        if form not in terms.exercise:
            allowed = " or ".join(each.value for each in terms.exercise)
            raise NotExercisable(self.warrant, on, f"is exercised {allowed} only")
        stock_class = _classes(book, self.warrant)[0]
        price = level_of(book, Level.PRICE, (self.warrant, stock_class))
        if not isinstance(price, Price):
            raise TermsIncomplete(self.warrant, f"its price on {on} is not known. Record it, or narrow the days.")
        made = (
            for_cash(self.exercised, price)
            if self.market_price is None
            else cashless(self.exercised, price, self.market_price, terms.fractions)
        )
        if not made.received:
            raise NotExercisable(self.warrant, on, f"yields no whole share at {self.market_price} against {price}")
        in_lieu = terms.fractions is FractionPolicy.CASH_IN_LIEU and made.cash_in_lieu
        return (
            WarrantExercised(
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                warrant=self.warrant,
                stock_class=stock_class,
                received=made.received,
                given_up=None if self.market_price is None else made.given_up,
                paid=as_recorded(made.payable, price.currency) if self.market_price is None else None,
                market_price=self.market_price,
                cash_in_lieu=as_recorded(made.cash_in_lieu, price.currency) if in_lieu else None,
                reserve=self.reserve,
                security=self.security,
                legends=self.legends,
                authority=self.authority,
            ),
        )


def _closed(terms: WarrantTerms, on: date) -> str:
    if terms.has_expired(on):
        return f"expired on {terms.expires_on}"
    return f"may be exercised from {terms.exercisable_from} on"


@attrs.frozen(kw_only=True)
class ExpireWarrant:
    """End what is left of a warrant, for each of its holders, on the day after its last.

    Attributes:
        warrant: Which.
        on: The day.
        phase: Part of the day.
    """

    warrant: InstrumentId
    on: EffectiveDay
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return what ends for each holder.

        Raises:
            UnknownName: No warrant of that name was issued.
            NotExercisable: Nothing is left of it, or its last day has not passed.
        """
        book, on = book_at(ledger, self.on.latest, self.phase), self.on.latest
        terms = level_of(book, Level.WARRANT_TERMS, self.warrant)
        if not isinstance(terms, WarrantTerms):
            raise _unknown(book, self.warrant, on)
        if not terms.has_expired(self.on.earliest):
            last = f"its last day is {terms.expires_on}" if terms.expires_on else "it has no last day"
            raise NotExercisable(self.warrant, on, f"has not expired: {last}")
        stock_class = _classes(book, self.warrant)[0]
        left = _holders(book, self.warrant)
        if not left:
            raise NotExercisable(self.warrant, on, "has nothing left that could expire")
        return tuple(
            WarrantExpired(
                effective_on=self.on,
                phase=self.phase,
                holder=holder,
                warrant=self.warrant,
                stock_class=stock_class,
                expired=shares,
            )
            for holder, shares in left.items()
        )


@attrs.frozen(kw_only=True)
class AdjustInstrument:
    """Change a price or a floor of a note, a SAFE, a warrant or an award, or add shares to it.

    Attributes:
        instrument: Which.
        on: The day.
        cause: Why.
        price: Exercise price, or fixed conversion price, from now on.
        floor: Floor from now on.
        added: Shares added for each holder.
        computation: How it follows from the papers.
        authority: Resolution, agreement or section of the papers.
        phase: Part of the day.
    """

    instrument: InstrumentId
    on: EffectiveDay
    cause: AdjustmentCause
    price: Price | None = None
    floor: Price | None = None
    added: tuple[SharesAdded, ...] = ()
    computation: str | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the adjustment, with the kind of the instrument and the class that it buys or converts into.

        Raises:
            UnknownName: There is no such instrument.
            TermsIncomplete: It has no price that could be adjusted, or the day leaves open of which class it is.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        kind = level_of(book, Level.INSTRUMENT, self.instrument)
        if kind is None:
            near = nearest(self.instrument, instruments(book))
            raise UnknownName("instrument", self.instrument, self.on.latest, near)
        return (
            InstrumentAdjusted(
                effective_on=self.on,
                phase=self.phase,
                instrument=self.instrument,
                instrument_kind=kind,
                stock_class=self._stock_class(book),
                cause=self.cause,
                price=self.price,
                floor=self.floor,
                added=self.added,
                computation=self.computation,
                authority=self.authority,
            ),
        )

    def _stock_class(self, book: Book) -> StockClassId:
        """Return the class that it buys, or converts into; of a note the one that its terms on the day name."""
        terms = level_of(book, Level.NOTE_TERMS, self.instrument)
        if isinstance(terms, NoteTerms):
            classes = [] if terms.conversion is None else [terms.conversion.into]
        else:
            classes = _classes(book, self.instrument)
        if not classes:
            what = "it states no class that it buys or converts into at a price. Amend its terms first."
            raise TermsIncomplete(self.instrument, what)
        if len(classes) > 1:
            what = f"on {self.on} it converts into {' or '.join(classes)}. Name a day on which that is known."
            raise TermsIncomplete(self.instrument, what)
        return classes[0]


def _classes(book: Book, instrument: InstrumentId) -> list[StockClassId]:
    """Return the classes of which an instrument has, or had, a price."""
    return [
        StockClassId(subject[1])
        for level, subject in book.settings
        if level is Level.PRICE and subject[0] == instrument
    ]


def _holders(book: Book, warrant: InstrumentId) -> dict[HolderId, Shares]:
    """Return who may still buy shares under a warrant, and how many, as far as that is certain."""
    return {
        account.holder: Shares.of_units(quantity)
        for (_, account), quantity in book.low.items()
        if isinstance(account, Purchasable) and account.instrument == warrant and quantity > 0
    }


def _unknown(book: Book, warrant: InstrumentId, on: date) -> UnknownName:
    return UnknownName("warrant", warrant, on, nearest(warrant, instruments(book, InstrumentKind.WARRANT)))
