"""SAFEs: money paid now for shares of the next priced round. They are issued, and their terms are amended.

Their conversion, and their end without one, are events of all convertible instruments.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none
from ledger.identity import HolderId, InstrumentId
from ledger.movements import InstrumentKind, Level, Movements, Owed, Setting, Source, settled
from ledger.quantities import Money
from ledger.terms.safes import SafeTerms
from ledger.text import text_field


def _in_one_currency(amount: Money | None, terms: SafeTerms) -> None:
    if amount is not None and terms.cap is not None and terms.cap.currency != amount.currency:
        raise NotUnderstood(
            "E_CURRENCY_MISMATCH", f"a cap of {terms.cap} on {amount}", f"state the cap in {amount.currency}"
        )


@attrs.frozen(kw_only=True)
class SafeIssued(Fact):
    """An investor paid for a SAFE: a simple agreement for future equity.

    Attributes:
        instrument: Its name in the record.
        holder: Who paid, and has the right.
        purchase_amount: What was paid; more than zero.
        terms: What it promises in a priced round.
        authority: Resolution behind it.
    """

    KIND: ClassVar[str] = "safe-issued"

    instrument: InstrumentId
    holder: HolderId
    purchase_amount: Money = attrs.field(validator=more_than_none)
    terms: SafeTerms
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that the cap is in the currency that was paid."""
        _in_one_currency(self.purchase_amount, self.terms)

    def movements(self) -> Movements:
        """Return the purchase amount as owed to the holder, and the terms as a level."""
        return (
            Setting(self.instrument, Level.INSTRUMENT, InstrumentKind.SAFE),
            Setting(self.instrument, Level.SAFE_TERMS, self.terms),
            *settled(self.purchase_amount, out_of=Source.LENT, into=Owed(self.instrument, self.holder)),
        )


class AmendmentCause(Enum):
    """Why the terms of a SAFE changed."""

    AGREEMENT = "agreement"
    """The company and the holder agreed on it."""
    MOST_FAVORED_NATION = "most-favored-nation"
    """The holder took over the terms of a paper that was issued later, as the SAFE allows."""


@attrs.frozen(kw_only=True)
class SafeTermsAmended(Fact):
    """The terms of a SAFE changed: by agreement, or because its holder elected those of a later paper.

    The terms are stated as a whole, as they are from now on.

    Attributes:
        instrument: Which SAFE.
        terms: All of its terms from now on.
        cause: Why they changed.
        following: The later SAFE or note whose terms were taken over.
        authority: Amendment or notice behind it.
    """

    KIND: ClassVar[str] = "safe-terms-amended"

    instrument: InstrumentId
    terms: SafeTerms
    cause: AmendmentCause = AmendmentCause.AGREEMENT
    following: InstrumentId | None = None
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that an election names the paper that it follows, and no other change does."""
        elected = self.cause is AmendmentCause.MOST_FAVORED_NATION
        if elected != (self.following is not None):
            raise NotUnderstood(
                "E_TERMS",
                f"{self.instrument}: cause {self.cause.value}, following {self.following or 'nothing'}",
                "name the later paper for an election, and none otherwise",
            )
        if self.following == self.instrument:
            raise NotUnderstood("E_SELF", f"{self.instrument} cannot follow itself", "name the later paper")

    def movements(self) -> Movements:
        """Return the terms as a level."""
        return (Setting(self.instrument, Level.SAFE_TERMS, self.terms),)
