"""Rule of an erasure: what it names is there, and was not erased before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.errors import NothingToErase, UnknownName, nearest
from ledger.events import EntryRestated, HolderRegistered, PersonalDataErased
from ledger.personal import whose
from ledger.rules.asking import about

if TYPE_CHECKING:
    from ledger.identity import HolderId
    from ledger.rules.commands import Asked


@about(PersonalDataErased)
def erases_what_is_there(asked: Asked) -> None:
    """An erasure names holders and lines about whom lower entries hold something that was not erased yet."""
    event = asked.entry.event
    if not isinstance(event, PersonalDataErased):
        return
    known = [entry.event for entry in (*asked.entries, *asked.before)]
    for line in event.lines:
        about = f"line {line.line} of entry {line.entry}"
        values = [*whose(known[line.entry - 1])] if line.entry <= len(known) else []
        if line.line > len(values):
            raise NothingToErase(about, "holds no personal data")
        value, holder = values[line.line - 1]
        if holder is not None:
            raise NothingToErase(about, f"is about {holder}, whose data is erased as a whole")
        if value.is_erased:
            raise NothingToErase(about, "was erased already")
    for holder in event.holders:
        found = [value for each in known for value, about in whose(each) if about == holder]
        if found and all(value.is_erased for value in found):
            raise NothingToErase(holder, "was erased already, and nothing was recorded about it since")
        if not found:
            raise _nothing_about(holder, asked)


def _nothing_about(holder: HolderId, asked: Asked) -> NothingToErase | UnknownName:
    facts = [entry.event for entry in (*asked.entries, *asked.before)]
    said = [fact.restated_as if isinstance(fact, EntryRestated) else fact for fact in facts]
    holders = [fact.holder for fact in said if isinstance(fact, HolderRegistered)]
    if holder not in holders:
        return UnknownName("holder", holder, None, nearest(holder, holders))
    return NothingToErase(holder, "has no personal data; the legal name of an organisation is part of the record")
