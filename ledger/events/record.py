"""Acts on the record itself: an opening balance adopted, an entry voided or restated, personal data erased."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ledger.errors import NotUnderstood
from ledger.events.base import Event, Fact, more_than_none, not_below_zero
from ledger.identity import Count, EntryNumber, HolderId, SecurityId, StockClassId
from ledger.movements import Level, Movement, Movements, Scope, Setting, Source, held, moved
from ledger.quantities import Shares
from ledger.text import PROSE_LENGTH, text_field


@attrs.frozen(kw_only=True)
class OpeningPosition:
    """What a holder had when the opening balance was adopted.

    Attributes:
        holder: Who.
        shares: Shares held; more than zero.
        security: Certificate or lot.
    """

    holder: HolderId
    shares: Shares = attrs.field(validator=more_than_none)
    security: SecurityId | None = None


@attrs.frozen(kw_only=True)
class OpeningBalanceAdopted(Fact):
    """The positions of a class as they stood on a day, taken over from an earlier register.

    They stand for everything before: an earlier entry of the class is refused.

    Attributes:
        stock_class: Which class.
        positions: Who held what; each position once.
        treasury: Shares that the company itself held.
        scope: Whether these are all holders.
        stated_outstanding: Shares outstanding on this day as the company states them.
    """

    KIND: ClassVar[str] = "opening-balance-adopted"

    stock_class: StockClassId
    positions: tuple[OpeningPosition, ...]
    treasury: Shares | None = attrs.field(default=None, validator=not_below_zero)
    scope: Scope
    stated_outstanding: Shares | None = attrs.field(default=None, validator=not_below_zero)

    def check(self) -> None:
        """Check that the day is exact, and each position is named once."""
        if not self.effective_on.is_exact:
            raise NotUnderstood("E_DATE", "an opening balance needs an exact day", "state the day it was struck")
        keys = [(position.holder, position.security) for position in self.positions]
        if len(set(keys)) < len(keys):
            raise NotUnderstood("E_DUPLICATE", "the opening balance names a position twice", "add them up")

    def movements(self) -> Movements:
        """Return each position reaching its holder, and the scope of the register."""
        postings: list[Movement] = []
        for position in self.positions:
            account = held(position.holder, position.security)
            postings += moved(position.shares, of=self.stock_class, out_of=Source.OPENING_BALANCE, into=account)
            if position.security is not None:
                postings.append(Setting(position.security, Level.SECURITY, None))
        if self.treasury:
            postings += moved(
                self.treasury, of=self.stock_class, out_of=Source.OPENING_BALANCE, into=Source.TREASURY
            )
        return (
            *postings,
            Setting(self.stock_class, Level.OPENING, True),
            Setting(self.stock_class, Level.SCOPE, self.scope),
            Setting(self.stock_class, Level.STATED_OUTSTANDING, self.stated_outstanding),
        )


@attrs.frozen(kw_only=True)
class EntryVoided(Event):
    """Entries are taken out of history: they were recorded in error. They stay in the record.

    Attributes:
        entries: Numbers of the entries, each lower than this one and standing.
        reason: Why.
    """

    KIND: ClassVar[str] = "entry-voided"

    entries: tuple[EntryNumber, ...]
    reason: str = attrs.field(validator=text_field(PROSE_LENGTH))

    def check(self) -> None:
        """Check that each entry is named once."""
        if not self.entries or len(set(self.entries)) < len(self.entries):
            raise NotUnderstood("E_CORRECTS", "a void names no entry, or one twice", "name each entry once")


@attrs.frozen(kw_only=True)
class EntryRestated(Event):
    """An entry is replaced by what it should have said. It takes the place of the first original in its day.

    Attributes:
        entry: Number of the entry, lower than this one and standing.
        restated_as: The fact as it should have been recorded, with its own day.
        reason: Why.
    """

    KIND: ClassVar[str] = "entry-restated"

    entry: EntryNumber
    restated_as: Fact
    reason: str = attrs.field(validator=text_field(PROSE_LENGTH))


@attrs.frozen(kw_only=True)
class ErasedLine:
    """A personal value of somebody who is no holder of the record, as most in a list of holders are.

    Attributes:
        entry: Number of the entry that it stands in.
        line: Its line there, from 1.
    """

    entry: EntryNumber
    line: Count

    def __attrs_post_init__(self) -> None:
        if not self.line:
            raise NotUnderstood("E_NUMBER", "line 0 of an entry", "lines count from 1")


@attrs.frozen(kw_only=True)
class PersonalDataErased(Event):
    """Personal data was erased: the keys of the values that lower entries hold were deleted. No entry changes.

    What is recorded later about the same holder is not part of it.

    Attributes:
        holders: Holders, with all that lower entries hold about them.
        lines: Values about persons who are no holders, one by one.
        reason: Why, for example whose request it was and of which day.
    """

    KIND: ClassVar[str] = "personal-data-erased"

    holders: tuple[HolderId, ...] = ()
    lines: tuple[ErasedLine, ...] = ()
    reason: str = attrs.field(validator=text_field(PROSE_LENGTH))

    def check(self) -> None:
        """Check that somebody is named, and each once."""
        if not self.holders and not self.lines:
            raise NotUnderstood("E_ERASURE", "an erasure is about nobody", "name holders, or lines of entries")
        if len(set(self.holders)) < len(self.holders) or len(set(self.lines)) < len(self.lines):
            raise NotUnderstood("E_ERASURE", "an erasure names somebody twice", "name each once")
