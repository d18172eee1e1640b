"""Who recorded what, when, about which day, and what shows it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

import attrs

from ledger.days import EffectiveDay, day, zone
from ledger.events import EntryRestated, EntryVoided, Evidence, Fact
from ledger.identity import EntryNumber
from ledger.timeline import Entry, fallen_entries
from projections.frame import Lines

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class AuditLine:
    """An entry, and what became of it.

    Attributes:
        entry: The entry.
        effective_on: When its fact takes effect; ``None`` for a void.
        evidence: Documents that show it.
        taken_out_by: The entry that voided or restated it, as known; ``None`` while it stands.
    """

    entry: Entry
    effective_on: EffectiveDay | None
    evidence: tuple[Evidence, ...]
    taken_out_by: EntryNumber | None

    @property
    def stands(self) -> bool:
        """Whether the entry counts."""
        return self.taken_out_by is None


class AuditTrail(Lines[AuditLine]):
    """Entries in order of recording, with what became of them."""

    __slots__ = ()

    def frames(self) -> tuple[Frame, ...]:
        """Return the entries, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.audit_trail(self)


def audit_trail(
    ledger: Ledger,
    *,
    known_at: KnownAt = None,
    actor: str | None = None,
    kinds: Collection[str] | None = None,
    recorded_from: AsOf | None = None,
    recorded_through: AsOf | None = None,
    effective_from: AsOf | None = None,
    effective_through: AsOf | None = None,
    late_for: AsOf | None = None,
    without_evidence: bool = False,
) -> AuditTrail:
    """Return entries in order of recording, those that pass every filter given.

    Args:
        ledger: The record.
        known_at: What had been recorded; everything when not given.
        actor: Recorded by this person only.
        kinds: These kinds of event only.
        recorded_from: Recorded on this day of the issuer's zone or later.
        recorded_through: Recorded by the close of this day.
        effective_from: May take effect on this day or later.
        effective_through: May take effect by the close of this day.
        late_for: The close of a period: what was recorded after it and may take effect within it, corrections of
            what took effect within it included.
        without_evidence: Only entries that no document shows.
    """
    known = ledger.position(known_at)
    entries = ledger.entries()[:known]
    fallen = fallen_entries(entries)
    first = _day(recorded_from, "recorded_from")
    last = _day(recorded_through, "recorded_through")
    begins, ends = _day(effective_from, "effective_from"), _day(effective_through, "effective_through")
    period = _day(late_for, "late_for")
    days = zone(ledger.time_zone)
    found = []
    for entry in entries:
        event = entry.event.restated_as if isinstance(entry.event, EntryRestated) else entry.event
        effective = event.effective_on if isinstance(event, Fact) else None
        recorded_on = entry.recorded_at.astimezone(days).date()
        passes = (
            (actor is None or entry.actor == actor)
            and (kinds is None or entry.event.KIND in kinds)
            and (first is None or recorded_on >= first)
            and (last is None or recorded_on <= last)
            and (begins is None or (effective is not None and effective.latest >= begins))
            and (ends is None or (effective is not None and effective.earliest <= ends))
            and (period is None or (recorded_on > period and _reaches_into(period, entry, entries)))
            and not (without_evidence and (entry.event.evidence or event.evidence))
        )
        if passes:
            evidence = (*entry.event.evidence, *(event.evidence if event is not entry.event else ()))
            found.append(AuditLine(entry, effective, evidence, fallen.get(entry.number)))
    return AuditTrail(found)


def _reaches_into(period: date, entry: Entry, entries: Sequence[Entry]) -> bool:
    """Whether an entry, or one that it corrects, may take effect by the close of a period."""
    events = [entry.event]
    while events:
        event = events.pop()
        if isinstance(event, EntryVoided):
            events += [entries[number - 1].event for number in event.entries]
        elif isinstance(event, EntryRestated):
            events += [event.restated_as, entries[event.entry - 1].event]
        elif isinstance(event, Fact) and event.effective_on.earliest <= period:
            return True
    return False


def _day(asked: AsOf | None, what: str) -> date | None:
    return None if asked is None else day(asked, what=what)
