"""What a register amounts to, to be looked at before it counts, and what is said beside its files."""

from __future__ import annotations

from datetime import date

import attrs

from ledger.events import Event
from ledger.exchange.register.values import Numbers
from ledger.identity import IssuerId
from ledger.movements import HolderKind, Scope


@attrs.frozen(kw_only=True)
class Instructions:
    """What is said beside the files, where they leave it open.

    Attributes:
        issuer: Id of the company, where the ledger is empty and the files name it without one.
        as_of: The day at whose close positions stood that are taken over.
        scope: Whether positions are all there are.
        holder_kind: What holders are for which no row says it.
        one_name_one_holder: Whether one name is one holder where there is no sheet of holders.
        numbers: How numbers are written in text.
        ignored: Headings of columns, and names of sheets, that are not read.
    """

    issuer: IssuerId | None = None
    as_of: date | None = None
    scope: Scope = Scope.COMPLETE
    holder_kind: HolderKind | None = None
    one_name_one_holder: bool = False
    numbers: Numbers = Numbers.PLAIN
    ignored: tuple[str, ...] = ()


@attrs.frozen
class Proposed:
    """An event that a register states.

    Attributes:
        event: What happened.
        place: Where the register says it.
    """

    event: Event
    place: str


@attrs.frozen
class Proposal:
    """What a register amounts to.

    Attributes:
        proposed: The events, in the order in which they would be recorded.
        notes: What was passed over, and what somebody should look at.
    """

    proposed: tuple[Proposed, ...]
    notes: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """The events alone."""
        return tuple(each.event for each in self.proposed)
