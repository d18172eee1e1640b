"""Which entries count on a day, as known at some point, and in which order. Nobody else asks.

Two times meet here. An entry was *recorded* once, and its number says when; the fact in it takes *effect* on a
day, or within a range of days. What could go wrong, and why it does not:

- *A correction of a correction.* Corrections name lower entries only, so they are resolved from the highest
  number down: an entry stands unless a standing entry voids or restates it. Voiding a void revives; restating a
  restatement does not, as the last one replaces all before it.
- *Two facts of one day.* Order is by day, phase, place within the phase, then number. A restatement takes the
  place of the first original, so that correcting a figure does not move it within its day.
- *A day that is not known.* A fact has an earliest and a latest moment. At a given moment it is certain,
  impossible or open; sums lie between the certain plus the open decreases and the certain plus the open
  increases, and a level is any of those whose fact may have been the last.
- *Knowledge inside a command.* Entries of one command share one recorded time, so an instant never cuts one.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar, cast

import attrs

from ledger.days import Moment, close_of, same_phase_by
from ledger.events import EntryRestated, EntryVoided, Event, Fact, PersonalDataErased
from ledger.identity import CommandId, EntryNumber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

NO_PLACE: Final = 10**7
"""Facts without a place follow those with one."""
_WITHOUT_A_DAY: Final = (EntryVoided, PersonalDataErased)
"""Acts on the record itself: they take effect on no day."""


class Entry(NamedTuple):
    """An event as the journal keeps it.

    Attributes:
        number: 1 for the first entry of the issuer, without gaps.
        recorded_at: When the journal recorded it, in UTC; one instant for each command, strictly increasing.
        actor: Who recorded it.
        command: The request that it belongs to.
        event: What happened.
        payload_digest: SHA-256 of the bytes that keep the event.
    """

    number: EntryNumber
    recorded_at: datetime
    actor: str
    command: CommandId
    event: Event
    payload_digest: str


Position = tuple[int, int]
"""Order within a moment: place, then number."""
Place = tuple[Moment, Position]
"""Order of effect: the moment, and the order within it."""


class InEffect(NamedTuple):
    """An entry that stands, with the fact that counts.

    Attributes:
        entry: The entry; the restating one for a fact that was restated.
        fact: What counts.
        first: Number of the first original, which decides the order within a phase.
        begins: The first moment at which it may have taken effect.
        settles: The moment from which it certainly has.
    """

    entry: Entry
    fact: Fact
    first: int
    begins: Moment
    settles: Moment

    @property
    def position(self) -> Position:
        """Its order among the facts of the same moment."""
        return NO_PLACE if self.fact.place is None else self.fact.place, self.first

    @property
    def is_exact(self) -> bool:
        """Whether its day is known."""
        return self.begins == self.settles

    def __repr__(self) -> str:
        return f"InEffect({self.entry.number}, {self.fact.KIND}, {self.fact.effective_on})"


_to_effect: Final = partial(tuple.__new__, InEffect)


def in_effect(entry: Entry, fact: Fact, first: int) -> InEffect:
    """Return a fact that stands, with its moments.

    Args:
        entry: What states it.
        fact: What counts.
        first: Number of the first original.
    """
    effective, rank = fact.effective_on, fact.phase.rank
    settles = effective.opens_latest + rank
    return _to_effect((entry, fact, first, settles if effective.is_exact else effective.opens + rank, settles))


place_in_history: Final[Callable[[InEffect], Place]] = attrgetter("settles", "position")
"""The order of effect; a range counts by its latest day."""


def standing(entries: Sequence[Entry]) -> list[InEffect]:
    """Return the facts that stand among entries 1 to n, in order of recording.

    Args:
        entries: All entries up to the knowledge asked about, by number.
    """
    fallen, replaced, _ = _resolved(entries)
    found = []
    for entry in entries:
        number, event = entry.number, entry.event
        if number in fallen:
            continue
        if type(event) is EntryRestated:
            found.append(in_effect(entry, event.restated_as, replaced[number]))
        elif type(event) not in _WITHOUT_A_DAY:
            found.append(in_effect(entry, cast("Fact", event), number))
    return found


def fallen_entries(entries: Sequence[Entry]) -> dict[int, EntryNumber]:
    """Return which entries do not stand, each with the entry that took it out of history."""
    return _resolved(entries)[0]


def corrected_twice(entries: Sequence[Entry]) -> list[EntryNumber]:
    """Return which entries two corrections in force name; the rules let none come about."""
    return _resolved(entries)[2]


def _resolved(
    entries: Sequence[Entry],
) -> tuple[dict[int, EntryNumber], dict[int, int], list[EntryNumber]]:
    """Return what fell and by which entry, the first original of each restatement, and what fell twice."""
    fallen: dict[int, EntryNumber] = {}
    twice: list[EntryNumber] = []
    restated: set[int] = set()
    corrections = [entry for entry in entries if type(entry.event) in (EntryVoided, EntryRestated)]
    if not corrections:
        return {}, {}, []
    for entry in reversed(corrections):
        if entry.number in fallen and entry.number not in restated:
            continue
        event = entry.event
        if isinstance(event, EntryRestated):
            restated.add(event.entry)
        twice += [number for number in named_by(event) if fallen.setdefault(number, entry.number) != entry.number]
    first: dict[int, int] = {}
    for entry in corrections:
        if isinstance(entry.event, EntryRestated):
            first[entry.number] = first.get(entry.event.entry, entry.event.entry)
    return fallen, first, twice


def named_by(event: Event) -> tuple[EntryNumber, ...]:
    """Return which entries an event corrects."""
    if isinstance(event, EntryRestated):
        return (event.entry,)
    return event.entries if isinstance(event, EntryVoided) else ()


def hang_together(
    numbers: Iterable[int], entry: Callable[[int], Entry], correcting: Callable[[int], Iterable[int]]
) -> list[Entry]:
    """Return some entries with all that correct them, or that they correct, and so on.

    What stands among them stands among all.

    Args:
        numbers: Which entries.
        entry: Returns the entry of a number.
        correcting: Returns the numbers of the corrections that name an entry.
    """
    found: dict[int, Entry] = {}
    waiting = [*numbers]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found[number] = entry(number)
            waiting += (*named_by(found[number].event), *correcting(number))
    return [found[number] for number in sorted(found)]


def changed_by(
    corrections: Sequence[Entry], entry: Callable[[int], Entry], correcting: Callable[[int], Iterable[int]]
) -> tuple[list[InEffect], list[InEffect]]:
    """Return the facts that corrections take out of history, and those that they put in.

    Args:
        corrections: The corrections; no entry after them is known.
        entry: See ``hang_together``.
        correcting: See ``hang_together``; these corrections are among them.
    """
    numbers = {each.number for each in corrections}
    named = {number for each in corrections for number in named_by(each.event)}
    family = hang_together(named, entry, correcting)
    without = standing([each for each in family if each.number not in numbers])
    before = {(each.entry.number, each.first): each for each in without}
    after = {(each.entry.number, each.first): each for each in standing(family)}
    falls = [each for key, each in before.items() if key not in after]
    return falls, [each for key, each in after.items() if key not in before]


def looks_ahead(event: Event, number: int) -> bool:
    """Whether the event of an entry corrects one that comes after it; nobody could have recorded that."""
    return (type(event) is EntryVoided and max(event.entries) >= number) or (
        type(event) is EntryRestated and event.entry >= number
    )


@attrs.frozen
class History:
    """The facts that count at the close of a day, as far as the knowledge reaches.

    Attributes:
        as_of: The day asked about.
        known: How many entries were taken into account.
        certain: Facts that had taken effect in every reading, in order of effect.
        open: Facts whose range of days reaches beyond this day: they may have taken effect, or not yet.
    """

    as_of: date
    known: int
    certain: list[InEffect]
    open: list[InEffect]


def history(entries: Sequence[Entry], *, as_of: date, known: int | None = None) -> History:
    """Return the entries in effect at the close of ``as_of``, as far as ``known`` reaches.

    Order is by effective day, phase of the day, place within it, then entry number: a split recorded in March
    but effective in February comes before an issuance of early March.

    Args:
        entries: All entries, by number.
        as_of: The day asked about; its close.
        known: How many entries were known; all of them when not given.
    """
    reached = entries if known is None or known >= len(entries) else entries[:known]
    return history_of(standing(reached), as_of=as_of, known=len(reached))


def history_of(facts: Iterable[InEffect], *, as_of: date, known: int) -> History:
    """Return the history that standing facts make at the close of ``as_of``."""
    close = close_of(as_of)
    certain: list[InEffect] = []
    still_open: list[InEffect] = []
    for each in facts:
        if each.settles <= close:
            certain.append(each)
        elif each.begins <= close:
            still_open.append(each)
    certain.sort(key=place_in_history)
    still_open.sort(key=place_in_history)
    return History(as_of, known, certain, still_open)


_recorded_at = attrgetter("recorded_at")


def known_by(entries: Sequence[Entry], instant: datetime) -> int:
    """Return how many entries had been recorded by the instant."""
    return bisect_right(entries, instant, key=_recorded_at)


def command_end(entries: Sequence[Entry], number: int) -> int:
    """Return the number of the last entry of the command that entry ``number`` belongs to."""
    while number < len(entries) and entries[number].command == entries[number - 1].command:
        number += 1
    return number


_Value = TypeVar("_Value")


def may_be_last(
    settings: Sequence[tuple[InEffect, _Value]], at: Moment
) -> tuple[list[tuple[InEffect, _Value]], bool]:
    """Return the settings of one level that may be in force at a moment, and whether one certainly is.

    A setting may be in force if it may have taken effect, and no other has certainly taken effect after it.

    Args:
        settings: Every setting of the level, with the fact that states it.
        at: The moment asked about.
    """
    begun = [pair for pair in settings if pair[0].begins <= at]
    certain = [(each.begins, each.position) for each, _ in begun if each.settles <= at]
    if not certain:
        return begun, False
    last = max(certain)
    return [pair for pair in begun if (_last_by(pair[0], at), pair[0].position) >= last], True


def _last_by(each: InEffect, at: Moment) -> Moment:
    """Return the last moment, no later than another, at which a fact may have taken effect."""
    return each.settles if each.settles <= at else same_phase_by(each.settles, at)
