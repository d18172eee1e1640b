"""Rules of a command: asked once, of what is new."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import attrs

from ledger.days import EffectiveDay, Phase, zone
from ledger.errors import CorrectionMisplaced, IdentifierInvalid, IssuerFirst, NotUnderstood, shown
from ledger.events import (
    Certainty,
    EntryRestated,
    EntryVoided,
    Event,
    IssuerRegistered,
    PersonalDataErased,
    SecurityIdentifierChanged,
)
from ledger.identity import Count, EntryNumber, HolderId, IssuerId, StockClassId
from ledger.pages import corrections_of
from ledger.personal import Personal
from ledger.quantities import Money, Shares
from ledger.rules.asking import about
from ledger.timeline import Entry, corrected_twice, fallen_entries, hang_together, named_by


@attrs.frozen
class Asked:
    """A new entry, with what it is added to.

    Attributes:
        issuer: Whose record it is; ``None`` before the first entry.
        entries: What is recorded.
        new: What the same command adds.
        index: Which of these it is.
    """

    issuer: IssuerId | None
    entries: Sequence[Entry]
    new: Sequence[Entry]
    index: int

    @property
    def entry(self) -> Entry:
        """The new entry."""
        return self.new[self.index]

    @property
    def before(self) -> Sequence[Entry]:
        """What the same command adds before it."""
        return self.new[: self.index]

    @property
    def size(self) -> int:
        """How many entries come before this one."""
        return len(self.entries) + self.index

    def known(self, number: int) -> Entry:
        """Return an entry that comes before this one."""
        recorded = len(self.entries)
        return self.entries[number - 1] if number <= recorded else self.new[number - recorded - 1]

    def correcting(self, number: int) -> list[int]:
        """Return which entries that come before this one correct an entry."""
        new = (int(each.number) for each in self.before if number in named_by(each.event))
        return [*corrections_of(self.entries, number), *new]

    @property
    def said(self) -> Event:
        """What the entry says happened: for a restatement, the fact that it holds."""
        event = self.entry.event
        return event.restated_as if isinstance(event, EntryRestated) else event


@attrs.frozen
class AskedOfPages(Asked):
    """A correction among new entries that nobody makes one by one.

    Attributes:
        naming: Returns which entries correct an entry, later ones of the same command among them.
    """

    naming: Callable[[int], Sequence[int]]

    def correcting(self, number: int) -> list[int]:
        """Return which entries that come before this one correct an entry."""
        return [each for each in self.naming(number) if each < self.entry.number]


def issuer_first(asked: Asked) -> None:
    """A ledger begins with its issuer, and holds one."""
    event = asked.said
    if not asked.size and not isinstance(asked.entry.event, IssuerRegistered):
        raise IssuerFirst(None, None)
    if isinstance(event, IssuerRegistered) and asked.issuer not in (None, event.issuer):
        raise IssuerFirst(asked.issuer, event.issuer)


@about(EntryVoided, EntryRestated)
def corrects_a_standing_entry(asked: Asked) -> None:
    """A correction names a lower entry that stands, can be corrected this way, and revives no second correction."""
    event = asked.entry.event
    if not isinstance(event, EntryVoided | EntryRestated):
        return
    there = [number for number in named_by(event) if number <= asked.size]
    family = hang_together(there, asked.known, asked.correcting)
    fallen = fallen_entries(family)
    for number in named_by(event):
        if number > asked.size:
            raise CorrectionMisplaced(number, "does not exist before this one")
        if number in fallen:
            raise CorrectionMisplaced(number, f"was already taken out of history by entry {fallen[number]}")
        _can_be_corrected(event, number, asked.known(number).event)
    for number in corrected_twice([*family, asked.entry]):
        raise CorrectionMisplaced(number, "was corrected again since, and a correction of it would be revived")


def _can_be_corrected(correction: EntryVoided | EntryRestated, number: EntryNumber, event: Event) -> None:
    """The issuer cannot be taken away, an erasure is final, and a void is no fact that could be restated."""
    if isinstance(event, PersonalDataErased):
        raise CorrectionMisplaced(number, "erased personal data, which nothing brings back")
    registers = isinstance(event, IssuerRegistered) or (
        isinstance(event, EntryRestated) and isinstance(event.restated_as, IssuerRegistered)
    )
    if isinstance(correction, EntryVoided):
        if isinstance(event, IssuerRegistered):
            raise CorrectionMisplaced(number, "registers the issuer and can only be restated")
    elif isinstance(event, EntryVoided):
        raise CorrectionMisplaced(number, "is a void; void it to revive what it took out")
    elif registers != isinstance(correction.restated_as, IssuerRegistered):
        raise CorrectionMisplaced(number, "registers the issuer, and an issuer is restated as an issuer only")


@about(SecurityIdentifierChanged, IssuerRegistered)
def check_digits(asked: Asked) -> None:
    """The check digits of an LEI, a CUSIP and an ISIN fit."""
    event = asked.said
    if isinstance(event, SecurityIdentifierChanged):
        from stdnum import cusip, isin  # slow to import, and rarely needed

        checker = {"CUSIP": cusip, "ISIN": isin}[event.scheme.value]
        if not checker.is_valid(event.identifier) or checker.compact(event.identifier) != event.identifier:
            raise IdentifierInvalid(event.scheme.value, event.identifier)
    elif isinstance(event, IssuerRegistered) and event.lei is not None:
        from stdnum import lei

        if not lei.is_valid(event.lei) or lei.compact(event.lei) != event.lei:
            raise IdentifierInvalid("LEI", event.lei)


@about(IssuerRegistered)
def time_zone_exists(asked: Asked) -> None:
    """The days of the record are those of a zone that exists."""
    if isinstance(asked.said, IssuerRegistered):
        zone(asked.said.time_zone)


def characters_are_assigned(asked: Asked) -> None:
    """Text holds no character that this release of Unicode does not know; a later one may know more."""
    for text in texts_in(asked.entry.event):
        for character in text if not text.isascii() else "":
            if unicodedata.category(character) == "Cn":
                raise NotUnderstood(
                    "E_TEXT",
                    f"{shown(text)} holds character U+{ord(character):04X}",
                    "it is not assigned: remove it",
                )


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text within an event, personal particulars included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Personal):
        yield value.value or ""
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_in(each)
    else:
        kind: type = type(value)
        for name in fields_with_text(kind):
            if (field := getattr(value, name)) is not None:
                yield from texts_in(field)


@cache
def fields_with_text(kind: type) -> tuple[str, ...]:
    """Return the fields of a class that may hold text; what a field is said to be tells, if it is one of a few."""
    if not attrs.has(kind):
        return ()
    return tuple(field.name for field in attrs.fields(kind) if str(field.type) not in _WITHOUT_TEXT)


_WITHOUT_TEXT: Final = frozenset(
    f"{kind.__name__}{more}"
    for kind in (EffectiveDay, Phase, Count, Shares, Money, Certainty, HolderId, StockClassId)
    for more in ("", " | None")
)
"""Days, numbers, words that we chose, and identifiers, which are plain letters: no text of anybody's."""


CommandRule = Callable[[Asked], None]
