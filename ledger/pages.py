"""Entries in the order of recording; those of a store are read, and made, when somebody asks for them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, pairwise, repeat
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, Self, overload

from ledger.events import EntryRestated, EntryVoided
from ledger.identity import EntryNumber
from ledger.timeline import Entry, named_by

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from datetime import datetime

    from ledger.bulk import Bulk
    from ledger.events import Event
    from ledger.identity import CommandId

DIGEST: Final = 64
"""Length of a digest, in hexadecimal digits."""
_to_number: Final = partial(int.__new__, EntryNumber)
_to_entry: Final = partial(tuple.__new__, Entry)


class Said(NamedTuple):
    """What the journal says of all entries of a command alike."""

    recorded_at: datetime
    actor: str
    command: CommandId

    def follows(self, last: Said) -> bool:
        """Whether time grows from command to command, and stands still within one."""
        return self.recorded_at >= last.recorded_at and (
            (self.command == last.command) == (self.recorded_at == last.recorded_at)
        )


class Page:
    """Entries that were read together and checked, of which none is made yet.

    Args:
        first: Number of the first of them.
        starts: Where each command begins, 0 for the first entry.
        said: What was said of each command, as many as ``starts``.
        digests: SHA-256 of each payload, one after the other.
        singles: Events that are kept whole, by their place: corrections, and what may mention persons.
        bulks: All others, by kind.
    """

    __slots__ = ("_apart", "_digests", "_made", "bulks", "first", "said", "singles", "starts")

    def __init__(
        self,
        first: int,
        starts: Sequence[int],
        said: Sequence[Said],
        digests: str,
        singles: dict[int, Event],
        bulks: Sequence[Bulk],
    ) -> None:
        self.first, self.starts, self.said = first, starts, said
        self.singles, self.bulks = singles, bulks
        self._digests = digests
        self._made: list[Entry] = []
        self._apart: dict[int, Entry] = {}

    def __len__(self) -> int:
        return len(self._digests) // DIGEST

    def _digest(self, place: int) -> str:
        return self._digests[place * DIGEST : (place + 1) * DIGEST]

    def digests(self) -> list[str]:
        """Return the SHA-256 of each payload."""
        return digests_in(self._digests)

    def kind(self, place: int) -> type[Event]:
        """Return the class of an event."""
        if place in self.singles:
            return type(self.singles[place])
        return next(type(bulk.one) for bulk in self.bulks if place in bulk.rows)

    def first_entry(self) -> Entry:
        """Return the first entry; only this one is made."""
        return self.single(0, self._event(0))

    def _event(self, place: int) -> Event:
        if place in self.singles:
            return self.singles[place]
        for bulk in self.bulks:
            index = bisect_left(bulk.rows, place)
            if index < len(bulk.rows) and bulk.rows[index] == place:
                return bulk.event(index)
        raise IndexError(place)

    def entry(self, place: int) -> Entry:
        """Return one entry; whoever asks for many is better served by all."""
        if not self._made and place not in self._apart and len(self._apart) < max(_APART, len(self) // _PART):
            self._apart[place] = self.single(place, self._event(place))
        return self._apart[place] if place in self._apart else self.entries()[place]

    def apart(self, wanted: Callable[[type[Event]], bool]) -> Iterator[Entry]:
        """Yield the entries that are kept whole, and those of some other kinds; no other is made."""
        yield from (self.single(place, event) for place, event in self.singles.items())
        for bulk in self.bulks:
            if wanted(type(bulk.one)):
                yield from (
                    self.single(place, event) for place, event in zip(bulk.rows, bulk.events(), strict=True)
                )

    def kinds(self) -> set[type[Event]]:
        """Return the classes of all events."""
        return {type(event) for event in (*self.singles.values(), *(bulk.one for bulk in self.bulks))}

    def of_kinds(self, kinds: tuple[type[Event], ...]) -> list[tuple[int, Event]]:
        """Return the events of some kinds with their places, in order; no other is made."""
        found = [(place, event) for place, event in self.singles.items() if isinstance(event, kinds)]
        for bulk in self.bulks:
            if isinstance(bulk.one, kinds):
                found += zip(bulk.rows, bulk.events(), strict=True)
        return sorted(found, key=itemgetter(0))

    def single(self, place: int, event: Event) -> Entry:
        """Return the entry of one event of the page; only this one is made."""
        return _to_entry((_to_number(self.first + place), *self.said_of(place), event, self._digest(place)))

    def said_of(self, place: int) -> Said:
        """Return what was said of the command of an entry."""
        return self.said[bisect_right(self.starts, place) - 1]

    def entries(self) -> list[Entry]:
        """Return all entries; they are made once."""
        if not self._made:
            size = len(self)
            events: list[Any] = [None] * size
            of_bulks = (zip(bulk.rows, bulk.events(), strict=True) for bulk in self.bulks)
            for place, event in chain(self.singles.items(), *of_bulks):
                events[place] = event
            lengths = (stop - start for start, stop in pairwise((*self.starts, size)))
            said = chain.from_iterable(map(repeat, self.said, lengths))
            numbers = map(_to_number, range(self.first, self.first + size))
            digests = map(self._digest, range(size))
            self._made = [
                _to_entry((number, *each, event, digest))
                for number, each, event, digest in zip(numbers, said, events, digests, strict=True)
            ]
            self._apart.clear()
        return self._made


class Source(Protocol):
    """Where entries are read that nobody has asked for yet."""

    def page(self, first: int, size: int) -> Page:
        """Return so many entries from a number on."""

    def entry(self, number: int) -> Entry:
        """Return one entry, and touch no other."""

    def began(self, first: int) -> datetime:
        """Return when the first entry of a page was recorded."""

    def holding(self, kinds: tuple[type[Event], ...]) -> Container[int]:
        """Return the first entries of the pages that hold some kinds of events."""

    def correcting(self, number: int) -> Sequence[int]:
        """Return which of these entries correct an entry."""


class Unread:
    """Entries that are read when somebody asks for them: all of them, or one.

    Args:
        first: Number of the first of them.
        size: How many they are.
        source: Where they are read.
    """

    __slots__ = ("_apart", "_page", "_size", "first", "source")

    def __init__(self, first: int, size: int, source: Source) -> None:
        self.first, self.source = first, source
        self._size = size
        self._page: Page | None = None
        self._apart: dict[int, Entry] = {}

    def __len__(self) -> int:
        return self._size

    def page(self) -> Page:
        """Return all of them."""
        if self._page is None:
            self._page = self.source.page(self.first, self._size)
            self._apart.clear()
        return self._page

    def entry(self, place: int) -> Entry:
        """Return one of them; whoever asks for many is better served by the page."""
        if self._page is None and place not in self._apart and len(self._apart) < _APART:
            self._apart[place] = self.source.entry(self.first + place)
        return self._apart[place] if place in self._apart else self.page().entries()[place]


_APART: Final = 16
"""So many entries of a page are read one by one; all of it costs about as much."""
_PART: Final = 8
"""Such a part of a page that was read is made one by one."""
Part = Page | list[Entry]
"""Entries that were read."""


class Entries(Sequence[Entry]):
    """Every entry of a ledger; entry number ``n`` is at index ``n - 1``. A page is made at its first use."""

    def __init__(self) -> None:
        self._parts: list[Part | Unread] = []
        self._starts: list[int] = []
        self._size = 0
        self._source: Source | None = None
        self._source_size = 0
        self._corrections: defaultdict[int, list[int]] = defaultdict(list)
        self._looked_through = 0  # as far as corrections were looked for, beside those that the source knows

    @classmethod
    def unread(cls, source: Source, size: int, length: int) -> Self:
        """Return entries of which none is read yet.

        Args:
            source: Where they are read.
            size: How many they are.
            length: How many of them are read together.
        """
        found = cls()
        found._source, found._source_size, found._looked_through = source, size, size
        found._starts = [*range(0, size, length)]
        found._parts = [Unread(start + 1, min(length, size - start), source) for start in found._starts]
        found._size = size
        return found

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | list[Entry]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._size)
            if step != 1:
                return [*self][index]
            return [entry for part, first, last in self.parts(start, stop) for entry in _made(part)[first:last]]
        place = index + self._size if index < 0 else index
        if not 0 <= place < self._size:
            raise IndexError(index)
        at = bisect_right(self._starts, place) - 1
        part, place = self._parts[at], place - self._starts[at]
        return part[place] if isinstance(part, list) else part.entry(place)

    def __iter__(self) -> Iterator[Entry]:
        for at in range(len(self._parts)):
            yield from _made(self._read(at))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entries | list):
            return NotImplemented
        return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        return f"<{self._size} entries>"

    @property
    def last_said(self) -> Said | None:
        """What was said of the last command."""
        if not self._parts:
            return None
        last = self._parts[-1]
        if isinstance(last, Page):
            return last.said[-1]
        return Said(*(last.entry(len(last) - 1) if isinstance(last, Unread) else last[-1])[1:4])

    def _read(self, at: int) -> Part:
        part = self._parts[at]
        if isinstance(part, Unread):
            part = self._parts[at] = part.page()
        return part

    def _within(self, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """Yield the parts that hold the entries from one index to another, and from where to where."""
        for at in range(max(0, bisect_right(self._starts, start) - 1), len(self._parts)):
            begin = self._starts[at]
            if begin >= stop:
                return
            first, last = max(0, start - begin), min(len(self._parts[at]), stop - begin)
            if first < last:
                yield at, first, last

    def parts(self, start: int, stop: int) -> Iterator[tuple[Part, int, int]]:
        """Yield the pages and lists that hold the entries from one index to another, and from where to where."""
        for at, first, last in self._within(start, stop):
            yield self._read(at), first, last

    def recorded_at(self, index: int) -> datetime:
        """Return when an entry was recorded; of a page that was read, no entry is made for that."""
        at = bisect_right(self._starts, index) - 1
        part = self._parts[at]
        if isinstance(part, Page):
            return part.said_of(index - self._starts[at]).recorded_at
        return self[index].recorded_at

    def known_by(self, instant: datetime) -> int:
        """Return how many entries had been recorded by an instant; one page at most is read for it."""
        at = bisect_right(self._parts, instant, key=_began) - 1
        if at < 0:
            return 0
        part = self._read(at)
        if isinstance(part, Page):
            starts = [*part.starts, len(part)]
            count = starts[bisect_right(part.said, instant, key=itemgetter(0))]
        else:
            count = bisect_right(part, instant, key=attrgetter("recorded_at"))
        return self._starts[at] + count

    def add(self, part: Part | Unread) -> None:
        """Add entries that follow; entries that are there already join those before them."""
        if not part:
            return
        last = self._parts[-1] if self._parts else None
        if isinstance(last, list) and isinstance(part, list):
            last += part
        else:
            self._starts.append(self._size)
            self._parts.append([*part] if isinstance(part, list) else part)
        self._size += len(part)

    def first(self, count: int) -> Entries:
        """Return the first entries; pages are shared."""
        found = Entries()
        found._source, found._source_size = self._source, self._source_size
        found._looked_through = min(self._source_size, count)
        for at, _, last in self._within(0, count):
            part = self._parts[at]
            found.add(part if last == len(part) and not isinstance(part, list) else _made(self._read(at))[:last])
        return found

    def correcting(self, number: int) -> list[int]:
        """Return which entries correct an entry, in order."""
        for entry in self.of_kinds((EntryVoided, EntryRestated), self._looked_through, self._size):
            for named in named_by(entry.event):
                self._corrections[named].append(int(entry.number))
        self._looked_through = self._size
        told = self._source.correcting(number) if self._source is not None else ()
        return [each for each in (*told, *self._corrections.get(number, ())) if each <= self._size]

    def of_kinds(self, kinds: tuple[type[Event], ...], start: int, stop: int) -> Iterator[Entry]:
        """Yield the entries of some kinds, from one index to another; no other is made."""
        for at, first, last in self._within(start, stop):
            unread = self._parts[at]
            if isinstance(unread, Unread) and unread.first not in unread.source.holding(kinds):
                continue
            part = self._read(at)
            if isinstance(part, Page):
                found = part.of_kinds(kinds)
                yield from (part.single(place, event) for place, event in found if first <= place < last)
            else:
                yield from (entry for entry in part[first:last] if isinstance(entry.event, kinds))


def corrections_of(entries: Sequence[Entry], number: int) -> list[int]:
    """Return which of some entries correct an entry, in order."""
    if isinstance(entries, Entries):
        return entries.correcting(number)
    return [int(each.number) for each in entries if number in named_by(each.event)]


def digests_in(text: str) -> list[str]:
    """Return digests that stand one after the other."""
    return [text[at : at + DIGEST] for at in range(0, len(text), DIGEST)]


def _made(part: Part) -> list[Entry]:
    return part.entries() if isinstance(part, Page) else part


def _began(part: Part | Unread) -> datetime:
    """Return when the first entry of a part was recorded."""
    if isinstance(part, Unread):
        return part.source.began(part.first)
    return part.said[0].recorded_at if isinstance(part, Page) else part[0].recorded_at
