"""Entries in the order of recording; those read from a store are made when somebody asks for them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, pairwise, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload

from ledger.identity import EntryNumber
from ledger.timeline import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
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

    __slots__ = ("_digests", "_made", "bulks", "first", "said", "singles", "starts")

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

    def __len__(self) -> int:
        return len(self._digests) // DIGEST

    def _digest(self, place: int) -> str:
        return self._digests[place * DIGEST : (place + 1) * DIGEST]

    def digests(self) -> list[str]:
        """Return the SHA-256 of each payload."""
        return [*map(self._digest, range(len(self)))]

    def kind(self, place: int) -> type[Event]:
        """Return the class of an event."""
        if place in self.singles:
            return type(self.singles[place])
        return next(type(bulk.one) for bulk in self.bulks if place in bulk.rows)

    def first_entry(self) -> Entry:
        """Return the first entry; only this one is made."""
        if 0 in self.singles:
            return self.single(0, self.singles[0])
        bulk = next(bulk for bulk in self.bulks if 0 in bulk.rows)
        return self.single(0, bulk.event(bulk.rows.index(0)))

    def apart(self, wanted: Callable[[type[Event]], bool]) -> Iterator[Entry]:
        """Yield the entries that are kept whole, and those of some other kinds; no other is made."""
        yield from (self.single(place, event) for place, event in self.singles.items())
        for bulk in self.bulks:
            if wanted(type(bulk.one)):
                yield from (
                    self.single(place, event) for place, event in zip(bulk.rows, bulk.events(), strict=True)
                )

    def of_kinds(self, kinds: tuple[type[Event], ...]) -> list[tuple[int, Event]]:
        """Return the events of some kinds with their places, in order; no other is made."""
        found = [(place, event) for place, event in self.singles.items() if isinstance(event, kinds)]
        for bulk in self.bulks:
            if isinstance(bulk.one, kinds):
                found += zip(bulk.rows, bulk.events(), strict=True)
        return sorted(found, key=itemgetter(0))

    def single(self, place: int, event: Event) -> Entry:
        """Return the entry of one event of the page; only this one is made."""
        said = self.said[bisect_right(self.starts, place) - 1]
        return _to_entry((_to_number(self.first + place), *said, event, self._digest(place)))

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
        return self._made


class Entries(Sequence[Entry]):
    """Every entry of a ledger; entry number ``n`` is at index ``n - 1``. A page is made at its first use."""

    def __init__(self) -> None:
        self._parts: list[Page | list[Entry]] = []
        self._starts: list[int] = []
        self._size = 0

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
        part = bisect_right(self._starts, place) - 1
        return _made(self._parts[part])[place - self._starts[part]]

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(map(_made, self._parts))

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
        return last.said[-1] if isinstance(last, Page) else Said(*last[-1][1:4])

    def parts(self, start: int, stop: int) -> Iterator[tuple[Page | list[Entry], int, int]]:
        """Yield the pages and lists that hold the entries from one index to another, and from where to where."""
        for at in range(max(0, bisect_right(self._starts, start) - 1), len(self._parts)):
            part, begin = self._parts[at], self._starts[at]
            if begin >= stop:
                return
            first, last = max(0, start - begin), min(len(part), stop - begin)
            if first < last:
                yield part, first, last

    def add(self, part: Page | list[Entry]) -> None:
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
        for part, _, last in self.parts(0, count):
            found.add(part if last == len(part) and isinstance(part, Page) else _made(part)[:last])
        return found

    def of_kinds(self, kinds: tuple[type[Event], ...], start: int, stop: int) -> Iterator[Entry]:
        """Yield the entries of some kinds, from one index to another; no other is made."""
        for part, first, last in self.parts(start, stop):
            if isinstance(part, Page):
                found = part.of_kinds(kinds)
                yield from (part.single(place, event) for place, event in found if first <= place < last)
            else:
                yield from (entry for entry in part[first:last] if isinstance(entry.event, kinds))


def _made(part: Page | list[Entry]) -> list[Entry]:
    return part.entries() if isinstance(part, Page) else part
