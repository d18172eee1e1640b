"""What others say about the shares: figures that were disclosed, and lists of holders. Nothing moves."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none, not_below_zero
from ledger.identity import ClaimId, HolderId, StockClassId
from ledger.movements import Level, Movements, Scope, Setting
from ledger.personal import Personal
from ledger.quantities import Shares
from ledger.terms.disclosed import Disclosed
from ledger.terms.measures import Measure
from ledger.text import PROSE_LENGTH, text_field


@attrs.frozen(kw_only=True)
class ClaimDisclosed(Fact):
    """Somebody disclosed a figure about the company's shares or money. The effective day is that of the disclosure.

    Nothing moves. The figure is held against the record by the claims report, on the day that it is about.

    Attributes:
        claim: Its name in the record.
        said_by: Who said it: the company, a newspaper, a filer.
        about: The day that it speaks of; the day of the disclosure, if that is exact, where none is given.
        figure: The figure as printed, and what it was read as.
        measure: What it claims to be.
        other_measures: What else the same words may mean, each with a name.
    """

    KIND: ClassVar[str] = "claim-disclosed"

    claim: ClaimId
    said_by: str = attrs.field(validator=text_field())
    about: date | None = None
    figure: Disclosed
    measure: Measure
    other_measures: tuple[Measure, ...] = ()

    def check(self) -> None:
        """Check that it is about one day, and that no other measure is without a name."""
        if self.about is None and not self.effective_on.is_exact:
            raise NotUnderstood("E_DATE", "the day of the disclosure is open", "state the day that it speaks of")
        if any(measure.name is None for measure in self.other_measures):
            raise NotUnderstood("E_MEASURE", "another measure of a claim has no name", "say which definition it is")

    @property
    def about_day(self) -> date:
        """The day that it speaks of."""
        return self.about or self.effective_on.latest

    def movements(self) -> Movements:
        """Return that the claim was made."""
        return (Setting(self.claim, Level.CLAIM, self.said_by),)


@attrs.frozen(kw_only=True)
class ClaimWithdrawn(Fact):
    """Who disclosed a figure no longer upholds it. It stays in the record, and is no longer held against it.

    Attributes:
        claim: Which claim.
        reason: Why, or how it was corrected.
        replaced_by: The claim that takes its place.
    """

    KIND: ClassVar[str] = "claim-withdrawn"

    claim: ClaimId
    reason: str = attrs.field(validator=text_field(PROSE_LENGTH))
    replaced_by: ClaimId | None = None

    def check(self) -> None:
        """Check that a claim does not replace itself."""
        if self.claim == self.replaced_by:
            raise NotUnderstood("E_SELF", f"{self.claim} does not replace itself", "name another claim")

    def movements(self) -> Movements:
        """Return that the claim no longer counts."""
        return (Setting(self.claim, Level.WITHDRAWN, True),)


@attrs.frozen(kw_only=True)
class ListedHolder:
    """A line of a list of holders, with what transfer agents keep as certificate detail (17 CFR 240.17Ad-9(a)).

    Attributes:
        name: The registration: the name as printed.
        shares: Shares listed; more than zero.
        holder: Who it is in this record, where that is known.
        account: Account, as printed.
        certificate: Number of the certificate, as printed.
        issued_on: The day on which it was issued.
        address: Address of the registered holder, as printed.
    """

    name: Personal
    shares: Shares = attrs.field(validator=more_than_none)
    holder: HolderId | None = None
    account: str | None = attrs.field(default=None, validator=text_field())
    certificate: str | None = attrs.field(default=None, validator=text_field())
    issued_on: date | None = None
    address: Personal | None = None


@attrs.frozen(kw_only=True)
class HolderListReceived(Fact):
    """A list of the holders of a class came in: from the transfer agent, or from a depositary. Nothing moves.

    Names and addresses stand apart, as particulars that can be erased: most of a list are natural persons.

    Attributes:
        stock_class: Which class.
        source: Who drew it up.
        holders: The lines of the list, in its order.
        scope: Whether these are all holders of record.
        listed: The total that the list itself states.
    """

    KIND: ClassVar[str] = "holder-list-received"

    stock_class: StockClassId
    source: str = attrs.field(validator=text_field())
    holders: tuple[ListedHolder, ...]
    scope: Scope = Scope.COMPLETE
    listed: Shares | None = attrs.field(default=None, validator=not_below_zero)

    def check(self) -> None:
        """Check that the day of the list is known."""
        if not self.effective_on.is_exact:
            raise NotUnderstood("E_DATE", "a list of holders needs an exact day", "state the day it was struck")

    def movements(self) -> Movements:
        """Return nothing: the list is held against the record, and does not change it."""
        return ()
