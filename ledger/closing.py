"""How far the knowledge reached: by an instant, or when a day closed where the issuer is.

Only what is about the issuer is looked at, and once.

A day could close by the zone that is known now, but then a restatement of the issuer would move the close of
days long past. It could close by any zone whose own close knows that zone, but there may be two of these, or
none. So entries count in order, each by the zone known before its command: the first one recorded after the day
closed ends what was known.
"""

from __future__ import annotations

from bisect import insort
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from ledger.days import day, zone
from ledger.errors import LedgerDamaged, NotUnderstood, shown
from ledger.events import EntryRestated, EntryVoided, Event, IssuerRegistered, IssuerRenamed
from ledger.timeline import Entry, command_end, place_in_history, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.pages import Entries

_ABOUT: Final = (IssuerRegistered, IssuerRenamed)


class Issuer:
    """What the entries say of the issuer, as it was known from position to position.

    Args:
        entries: Those that are known to hold all that is said of it, as far as they were looked at.
        numbers: Which of them say something.
        seen: How many entries were looked at.
    """

    def __init__(self, entries: Sequence[Entry] = (), numbers: Iterable[int] = (), seen: int = 0) -> None:
        self._zones: list[tuple[int, str]] = []
        self._about: list[Entry] = []  # what registers, renames or restates it, or takes such an entry out
        self._seen = seen
        for number in numbers:
            self._take(entries[number - 1], entries)

    def follow(self, entries: Entries) -> None:
        """Take into account what was recorded since."""
        for entry in entries.of_kinds((*_ABOUT, EntryVoided, EntryRestated), self._seen, len(entries)):
            if _is_about_issuer(entry.event, self._about):
                self._take(entry, entries)
        self._seen = len(entries)

    def _take(self, entry: Entry, entries: Sequence[Entry]) -> None:
        event = entry.event
        if type(event) is EntryRestated and event.entry not in self.numbers():
            before = entries[event.entry - 1]
            if type(before.event) is EntryRestated:  # of something else: the first original decides the order
                self._take(before, entries)
        insort(self._about, entry, key=attrgetter("number"))
        zone_known = _registration(self._about).time_zone
        begin = command_end(entries, entry.number) if self._zones else 0
        if self._zones and self._zones[-1][0] == begin:  # by the same command: only the last one was known
            self._zones.pop()
        self._zones.append((begin, zone_known))

    def as_known(self, entries: Sequence[Entry]) -> Issuer:
        """Return what was known of it with the first entries of these."""
        return Issuer(entries, [number for number in self.numbers() if number <= len(entries)], len(entries))

    def numbers(self) -> list[int]:
        """Return which entries say something of it."""
        return [int(entry.number) for entry in self._about]

    @property
    def time_zone(self) -> str:
        """The zone whose days the record counts in, as known now."""
        return self._zones[-1][1] if self._zones else "UTC"

    def registration(self, known: int) -> IssuerRegistered:
        """Return what registers the issuer, as known at a position."""
        return _registration(self._known(known))

    def legal_name(self, known: int, today: date) -> str:
        """Return what the issuer is called: the last name that it took by a day, as known at a position."""
        names = [
            (place_in_history(each), each.fact.legal_name)
            for each in standing(self._known(known))
            if isinstance(each.fact, IssuerRenamed) and each.fact.effective_on.latest <= today
        ]
        return max(names)[1] if names else self.registration(known).legal_name

    def _known(self, known: int) -> list[Entry]:
        return [entry for entry in self._about if entry.number <= known]

    def close_of(self, on: date, entries: Entries) -> tuple[int, datetime]:
        """Return how many entries were known when a day closed, and when that was."""
        for (begin, name), (end, _) in pairwise([*self._zones, (len(entries), "")]):
            closed = _close_in(name, on)
            count = entries.known_by(closed)
            if count < end:
                return max(begin, count), closed
        return len(entries), closed


def _registration(about: Sequence[Entry]) -> IssuerRegistered:
    """Return what registers the issuer among entries about it; the rules let it be restated, and not be voided."""
    for each in standing(about):
        if isinstance(each.fact, IssuerRegistered):
            return each.fact
    raise LedgerDamaged("E_TAMPERED", f"entry {about[0].number}", "the registration of the issuer was taken out")


def _is_about_issuer(event: Event, about: Sequence[Entry]) -> bool:
    """Whether an event says something of the issuer, or corrects what does."""
    named = event.entries if type(event) is EntryVoided else ()
    if type(event) is EntryRestated:
        named, event = (event.entry,), event.restated_as
    return isinstance(event, _ABOUT) or any(entry.number in named for entry in about)


def _close_in(name: str, on: date) -> datetime:
    """Return the last instant of a day in a zone."""
    midnight = datetime.combine(on + timedelta(days=1), time(), zone(name))
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def instant_or_day(known_at: datetime | date | str) -> datetime | date:
    """Return the instant, or the day, that is meant.

    Raises:
        NotUnderstood: ``E_TIMEZONE`` for an instant without a zone, ``E_DATE`` for other text.
    """
    if isinstance(known_at, str) and len(known_at) > 10:
        try:
            known_at = datetime.fromisoformat(known_at)
        except ValueError as error:
            hint = "write 2017-06-20T17:00:00-04:00, or a day"
            raise NotUnderstood("E_DATE", f"{shown(known_at)} is not an ISO instant", hint) from error
    if not isinstance(known_at, datetime):
        return day(known_at, what="known_at")
    if known_at.tzinfo is None:
        raise NotUnderstood("E_TIMEZONE", f"{known_at} has no time zone", 'add one, "…T17:00:00-04:00"')
    day(known_at.date(), what="known_at")  # the first and last years have instants that UTC has not
    return known_at.astimezone(UTC)


def whole_command(entries: Sequence[Entry], number: int) -> int:
    """Return a number of entries.

    Raises:
        NotUnderstood: ``E_KNOWN``: it does not end with a command.
    """
    if not 0 < number <= len(entries):
        raise NotUnderstood("E_KNOWN", f"entry {number} is not recorded", f"the last entry is {len(entries)}")
    end = command_end(entries, number)
    if end != number:
        raise NotUnderstood(
            "E_KNOWN", f"entry {number} lies within a command", f"the command ends with entry {end}"
        )
    return number
