"""Void a command, and restate an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from ledger.codec import with_fields
from ledger.errors import CorrectionMisplaced, NotUnderstood, UnknownName
from ledger.events import EntryRestated, EntryVoided, Event, Fact
from ledger.identity import CommandId, EntryNumber
from ledger.timeline import fallen_entries

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class VoidCommand:
    """Take everything that one command recorded out of history.

    Attributes:
        command: Which command.
        reason: Why.
    """

    command: CommandId
    reason: str

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return one void that names every entry of the command that stands.

        Raises:
            UnknownName: No such command was recorded.
            CorrectionMisplaced: None of its entries stands.
        """
        entries = ledger.entries()
        numbers = [entry.number for entry in entries if entry.command == self.command]
        if not numbers:
            raise UnknownName("command", self.command, None)
        fallen = fallen_entries(entries)
        stand = tuple(number for number in numbers if number not in fallen)
        if not stand:
            raise CorrectionMisplaced(numbers[0], "was already taken out of history with its whole command")
        return (EntryVoided(entries=stand, reason=self.reason),)


def fact_of(ledger: Ledger, number: EntryNumber) -> Fact:
    """Return the fact that an entry states; for a restatement, the one that it holds.

    Raises:
        CorrectionMisplaced: There is no such entry, or it is a void.
    """
    entries = ledger.entries()
    if number > len(entries):
        raise CorrectionMisplaced(number, "does not exist")
    event = entries[number - 1].event
    fact = event.restated_as if isinstance(event, EntryRestated) else event
    if not isinstance(fact, Fact):
        raise CorrectionMisplaced(number, "is a void; void it to revive what it took out")
    return fact


@attrs.frozen(kw_only=True)
class RestateEntry:
    """Say what an entry should have said: the fields that change, and the rest as it was.

    Attributes:
        entry: Which entry.
        changes: The fields that change, each in the form of input files: text, a list, an object, or ``None`` for
            what is not stated.
        reason: Why.
    """

    entry: EntryNumber
    changes: Mapping[str, Any]
    reason: str

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the restatement, with the whole fact.

        Raises:
            CorrectionMisplaced: There is no such entry, or it is a void.
            NotUnderstood: ``E_TERMS`` when nothing changes; other codes for a field or value that is not one.
        """
        fact = fact_of(ledger, self.entry)
        restated = with_fields(fact, self.changes)
        if restated == fact:
            raise NotUnderstood("E_TERMS", f"entry {self.entry} says so already", "name a field that changes")
        return (EntryRestated(entry=self.entry, restated_as=restated, reason=self.reason),)
