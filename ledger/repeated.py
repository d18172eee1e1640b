"""Whether what a command asks for is what entries keep: given again, it must get its first outcome and no other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from ledger import codec
from ledger.events import Event
from ledger.pages import digests_in
from ledger.personal import particulars, with_each
from ledger.timeline import Entry
from ledger.vault import may_mention_persons

if TYPE_CHECKING:
    from ledger.drafts import Draft


def keeps_all(there: Sequence[Entry], asked: Sequence[Event]) -> bool:
    """Whether entries keep events that are asked for again."""
    return len(there) == len(asked) and all(
        keeps(entry.event, event) for entry, event in zip(there, asked, strict=True)
    )


def keeps(kept: Event, asked: Event) -> bool:
    """Whether an entry keeps an event that is asked for again.

    The two are compared as the record keeps them: there a list and a tuple, a name and its text are one.

    Particulars are compared by value. One that was erased since matches any: its salt went with it, so nothing can
    say any more whether it was the same; and a command that is repeated word for word must get its first outcome,
    not be told that it is another one. Everything else of the event still has to be equal.
    """
    return codec.encode(kept) == codec.encode(_with_particulars_of(kept, asked))


def keeps_drafts(there: Sequence[Entry], drafts: Sequence[Draft]) -> bool:
    """Whether entries keep what is asked for again; what may mention persons is compared as ``keeps`` does."""
    asked = chain.from_iterable(digests_in(draft.digests) for draft in drafts)
    apart: dict[int, Event] = {}
    before = 0
    for draft in drafts:
        apart |= {before + place: event for place, event in draft.singles.items()}
        before += len(draft.payloads)
    return len(there) == before and all(
        entry.payload_digest == digest or (place in apart and keeps(entry.event, apart[place]))
        for place, (entry, digest) in enumerate(zip(there, asked, strict=True))
    )


def _with_particulars_of(kept: Event, asked: Event) -> Event:
    """Return an event with those particulars of another that may be the same: their salts are never equal."""
    if type(kept) is not type(asked) or not may_mention_persons(type(asked)):
        return asked
    same: dict[str, Any] = {}
    for field in attrs.fields(type(asked)):
        one, other = getattr(kept, field.name), getattr(asked, field.name)
        if isinstance(one, Event) and isinstance(other, Event):
            same[field.name] = _with_particulars_of(one, other)
            continue
        known, given = list(particulars(one)), list(particulars(other))
        if given and len(known) == len(given):
            taken = (a if a.value is None or a == b else b for a, b in zip(known, given, strict=True))
            same[field.name] = with_each(other, lambda each, taken=taken: next(taken))  # type: ignore[misc]  # in order
    return attrs.evolve(asked, **same)
