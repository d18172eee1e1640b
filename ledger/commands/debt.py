"""Convert a note by its terms, repay it, and add its interest to the principal."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.commands.reading import as_recorded, book_at, instruments, level_of
from ledger.days import EffectiveDay, Phase, moment
from ledger.errors import NoteNotConvertible, TermsIncomplete, UnknownName, nearest
from ledger.events import ConvertibleConverted, Event, InterestAddedToPrincipal, NoteRepaid
from ledger.identity import HolderId, InstrumentId, ReserveId, SecurityId
from ledger.movements import Interest, Level, Owed, Posting
from ledger.quantities import PLACES, Currency, FractionPolicy, Money, Price, Shares, paid_out
from ledger.readings.prices import PriceReading
from ledger.terms.interest import Change, accrue
from ledger.terms.notes import NoteConversion, NoteTerms

if TYPE_CHECKING:
    from ledger.book import Book
    from ledger.journal import Ledger
    from ledger.terms.market import Candidate, Found
    from ledger.timeline import InEffect


@attrs.frozen
class _Owing:
    """What a holder is owed under a note at a phase of a day."""

    book: Book
    facts: list[InEffect]
    instrument: InstrumentId
    holder: HolderId
    on: date

    @classmethod
    def of(cls, ledger: Ledger, instrument: InstrumentId, holder: HolderId, on: date, phase: Phase) -> _Owing:
        """Return what is owed on a day, as everything recorded so far gives it.

        Raises:
            UnknownName: No note of that name was issued by then.
        """
        book = book_at(ledger, on, phase)
        known = instruments(book)
        if instrument not in known:
            raise UnknownName("instrument", instrument, on, nearest(instrument, known))
        facts = [each for each in ledger.standing() if each.begins <= moment(on, phase)]
        return cls(book, facts, instrument, holder, on)

    def principal(self) -> Money:
        """Return the principal.

        Raises:
            TermsIncomplete: Nothing is owed, or the day of an entry leaves open how much.
        """
        account = Owed(self.instrument, self.holder)
        found = [
            (unit, quantity, self.book.low.get((unit, other)))
            for (unit, other), quantity in self.book.high.items()
            if other == account and quantity > 0
        ]
        if not found:
            raise TermsIncomplete(self.instrument, f"nothing of it is owed to {self.holder} on {self.on}.")
        unit, most, least = found[0]
        if most != least:
            raise TermsIncomplete(
                self.instrument, f"how much is owed on {self.on} is open. State the principal and the interest."
            )
        return Money.of_units(int(most), Currency(unit))

    def interest(self) -> Fraction:
        """Return the interest that is owed, exactly.

        Raises:
            TermsIncomplete: The day of an entry leaves open how much.
        """
        changes = []
        for each in self.facts:
            for movement in each.fact.movements():
                if type(movement) is Posting and movement.account in (
                    Owed(self.instrument, self.holder),
                    Interest(self.instrument, self.holder),
                ):
                    amount, is_principal = Fraction(movement.quantity, 10**PLACES), type(movement.account) is Owed
                    on = self._day(each)
                    changes.append(
                        Change(on=on, principal=amount) if is_principal else Change(on=on, settled=-amount)
                    )
        for each, terms in self.book.settings.get((Level.NOTE_TERMS, self.instrument), ()):
            if isinstance(terms, NoteTerms) and terms.interest is not None:
                changes.append(Change(on=self._day(each), terms=terms.interest))
        for each, value in self.book.settings.get((Level.IN_DEFAULT, self.instrument), ()):
            changes.append(Change(on=self._day(each), in_default=bool(value)))
        return accrue(changes, until=self.on).owed

    def _day(self, each: InEffect) -> date:
        if not each.is_exact:
            raise TermsIncomplete(
                self.instrument, f"the day of entry {each.entry.number} is open. State the interest."
            )
        return each.fact.effective_on.latest

    def payable_interest(self) -> Money | None:
        """Return the interest that is owed, rounded to the smallest unit of the currency; ``None`` for nothing."""
        owed = paid_out([max(self.interest(), Fraction(0))], self.principal().currency)[0]
        return owed or None

    def terms(self) -> NoteTerms:
        """Return the terms in force.

        Raises:
            NoteNotConvertible: It is no note, or its terms on that day are not known.
        """
        terms = level_of(self.book, Level.NOTE_TERMS, self.instrument)
        if not isinstance(terms, NoteTerms):
            raise NoteNotConvertible(self.instrument, self.on, "has no terms of a note that are known")
        return terms


@attrs.frozen(kw_only=True)
class ConvertNote:
    """Convert a note on its terms of that day, or at a price as the papers of the conversion state it.

    Attributes:
        holder: Whose note.
        instrument: Which.
        on: The day.
        principal: Principal converted; all that is owed when not given.
        interest: Interest converted; when not given, what is owed on that principal, if the terms convert it.
        price: Price of a share; what the terms and the quotes give when not given.
        received: Shares received; worked out when not given.
        for_instalment: Whether it pays an instalment in shares, which the terms may price otherwise.
        reserve: Reserve that the shares draw on.
        security: New certificate or lot.
        authority: Resolution behind the issue.
        phase: Part of the day.
    """

    holder: HolderId
    instrument: InstrumentId
    on: EffectiveDay
    principal: Money | None = None
    interest: Money | None = None
    price: Price | None = None
    received: Shares | None = None
    for_instalment: bool = False
    reserve: ReserveId | None = None
    security: SecurityId | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the conversion with all its amounts.

        Raises:
            UnknownName: No note of that name was issued by then.
            NoteNotConvertible: The terms do not allow it on that day, or its price is not known.
            TermsIncomplete: Nothing is owed, or an open day leaves open how much.
        """
        owing = _Owing.of(ledger, self.instrument, self.holder, self.on.latest, self.phase)
        conversion = owing.terms().conversion
        if conversion is None:
            raise NoteNotConvertible(self.instrument, owing.on, "carries no right to become shares")
        for each in {self.on.earliest, owing.on}:
            if not conversion.is_open(each):
                raise NoteNotConvertible(self.instrument, owing.on, _closed(conversion, each))
        principal = owing.principal() if self.principal is None else self.principal
        interest = self._interest(owing, conversion, principal) if self.interest is None else self.interest
        price = self.price or self._price(owing)
        amount = principal if interest is None else principal + interest
        decimals = level_of(owing.book, Level.DECIMALS, conversion.into) or 0
        made = conversion.yields(amount, price, int(decimals))
        received = made.received if self.received is None else self.received
        if not received:
            raise NoteNotConvertible(self.instrument, owing.on, f"yields no share for {amount} at {price}")
        in_lieu = conversion.fractions is FractionPolicy.CASH_IN_LIEU and self.received is None
        return (
            ConvertibleConverted(
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                instrument=self.instrument,
                principal=principal,
                interest=interest or None,
                stock_class=conversion.into,
                received=received,
                price=price,
                cash_in_lieu=as_recorded(made.worth_of_rounding, amount.currency) if in_lieu else None,
                reserve=self.reserve,
                security=self.security,
                authority=self.authority,
            ),
        )

    def with_gaps(self, ledger: Ledger) -> tuple[Candidate, ...]:
        """Return the prices it compares in whose look-back a weekday is not quoted; none where its price is given.

        Raises:
            UnknownName: No note of that name was issued by then.
        """
        if self.price is not None:
            return ()
        found = self._found(_Owing.of(ledger, self.instrument, self.holder, self.on.latest, self.phase))
        return () if found is None else tuple(each for each in found.compared if each.without_quote)

    def _interest(self, owing: _Owing, conversion: NoteConversion, principal: Money) -> Money | None:
        """Return the interest owed on the principal that converts."""
        if not conversion.interest_converts:
            return None
        part = principal.amount / owing.principal().amount
        return paid_out([max(owing.interest() * part, Fraction(0))], principal.currency)[0]

    def _found(self, owing: _Owing) -> Found | None:
        settled = [each for each in owing.facts if each.settles <= moment(owing.on, self.phase)]
        reading = PriceReading(owing.on, owing.book.settings, settled)
        return reading.note_price(self.instrument, for_instalment=self.for_instalment)

    def _price(self, owing: _Owing) -> Price:
        found = self._found(owing)
        if found is None or found.price is None:
            lacks = f": {', '.join(found.missing)}" if found is not None and found.missing else ""
            raise NoteNotConvertible(self.instrument, owing.on, f"has no price that is known{lacks}")
        return found.price


def _closed(conversion: NoteConversion, on: date) -> str:
    if conversion.opens_on is not None and on < conversion.opens_on:
        return f"may be converted from {conversion.opens_on} on"
    return f"could be converted up to {conversion.closes_on}"


@attrs.frozen(kw_only=True)
class RepayNote:
    """Pay principal of a note and interest in money.

    Attributes:
        holder: Who is paid.
        instrument: Which note.
        on: The day.
        principal: Principal paid; all that is owed when neither it nor interest is given.
        interest: Interest paid; all that is owed when neither it nor principal is given.
        premium: What is paid beyond both.
        phase: Part of the day.
    """

    holder: HolderId
    instrument: InstrumentId
    on: EffectiveDay
    principal: Money | None = None
    interest: Money | None = None
    premium: Money | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the payment.

        Raises:
            UnknownName: No note of that name was issued by then.
            TermsIncomplete: Nothing is owed, or an open day leaves open how much.
        """
        principal, interest = self.principal, self.interest
        if principal is None and interest is None:
            owing = _Owing.of(ledger, self.instrument, self.holder, self.on.latest, self.phase)
            principal, interest = owing.principal(), owing.payable_interest()
        return (
            NoteRepaid(
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                instrument=self.instrument,
                principal=principal,
                interest=interest,
                premium=self.premium,
            ),
        )


@attrs.frozen(kw_only=True)
class AddInterest:
    """Add interest of a note to its principal.

    Attributes:
        holder: To whom it is owed.
        instrument: Which note.
        on: The day.
        added: Interest that is principal from now on; all that is owed when not given.
        phase: Part of the day.
    """

    holder: HolderId
    instrument: InstrumentId
    on: EffectiveDay
    added: Money | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the interest added.

        Raises:
            UnknownName: No note of that name was issued by then.
            TermsIncomplete: No interest is owed, or an open day leaves open how much.
        """
        added = self.added
        if added is None:
            owing = _Owing.of(ledger, self.instrument, self.holder, self.on.latest, self.phase)
            added = owing.payable_interest()
        if added is None:
            raise TermsIncomplete(self.instrument, f"no interest is owed on {self.on.latest}. Name the amount.")
        return (
            InterestAddedToPrincipal(
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                instrument=self.instrument,
                added=added,
            ),
        )
