"""Take over the terms of a later paper, as a most-favored-nation clause allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from ledger.commands.reading import book_at, level_of
from ledger.days import EffectiveDay, Phase
from ledger.errors import TermsIncomplete, UnknownName, nearest
from ledger.events import AmendmentCause, Event, SafeTermsAmended
from ledger.identity import InstrumentId
from ledger.movements import Level
from ledger.terms.notes import NoteTerms
from ledger.terms.safes import CapAndDiscount, SafeTerms

if TYPE_CHECKING:
    from ledger.book import Book
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class ElectLaterTerms:
    """The holder of a SAFE takes over the terms of a SAFE or note that was issued later.

    What the later paper promises in a priced round is stated as the terms of the SAFE from now on. Whether it may
    take over terms again is as the later SAFE says; a note says nothing of it.

    Attributes:
        instrument: The SAFE with the most-favored-nation clause.
        following: The later paper.
        on: The day.
        authority: Amendment or notice behind it.
        phase: Part of the day.
    """

    instrument: InstrumentId
    following: InstrumentId
    on: EffectiveDay
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the amendment, with the terms that the later paper has on the day.

        Raises:
            UnknownName: One of the two papers is not recorded by then.
            TermsIncomplete: The SAFE has no such clause, the other paper was not issued after it, or it promises
                nothing in a priced round.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        order = self._order(book)
        terms = level_of(book, Level.SAFE_TERMS, self.instrument)
        if not isinstance(terms, SafeTerms) or not terms.most_favored_nation:
            raise TermsIncomplete(self.instrument, "it has no most-favored-nation clause. Amend its terms instead.")
        if order.index(self.following) <= order.index(self.instrument):
            raise TermsIncomplete(self.following, f"it was not issued after {self.instrument}. Name a later paper.")
        later = self._promised(book)
        return (
            SafeTermsAmended(
                effective_on=self.on,
                phase=self.phase,
                instrument=self.instrument,
                terms=SafeTerms(
                    cap=later.cap,
                    cap_timing=later.cap_timing,
                    discount=later.discount,
                    capitalization=later.capitalization,
                    most_favored_nation=isinstance(later, SafeTerms) and later.most_favored_nation,
                ),
                cause=AmendmentCause.MOST_FAVORED_NATION,
                following=self.following,
                authority=self.authority,
            ),
        )

    def _order(self, book: Book) -> list[Any]:
        """Return the instruments in the order in which they were issued; both papers are among them."""
        first = {
            subject: settings[0][0].settles
            for (level, subject), settings in book.settings.items()
            if level is Level.INSTRUMENT
        }
        order = sorted(first, key=lambda subject: first[subject])
        for name in (self.instrument, self.following):
            if name not in first:
                raise UnknownName("instrument", name, self.on.latest, nearest(name, [str(each) for each in order]))
        return order

    def _promised(self, book: Book) -> CapAndDiscount:
        safe = level_of(book, Level.SAFE_TERMS, self.following)
        note = level_of(book, Level.NOTE_TERMS, self.following)
        found = note.in_a_round if isinstance(note, NoteTerms) else safe
        if not isinstance(found, CapAndDiscount):
            raise TermsIncomplete(self.following, "it promises nothing in a priced round. Name another paper.")
        return found
