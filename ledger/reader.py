"""Reads the entries of an issuer from a store and checks them: in order, or those that somebody asks for.

In order, each entry is checked against the one before. Whoever read all of them keeps a *directory* beside the
record: when each page of entries begins, which kinds it holds, which entries corrections name, what was erased and
what is about the issuer. It fits the record whose root it names, so these entries were read, and were in order.
Then nothing of them is read before somebody asks for it; and each that is, is checked by itself as before.
"""

from __future__ import annotations

from array import array
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from ledger import codec
from ledger.errors import LedgerDamaged
from ledger.events import (
    KINDS,
    EntryRestated,
    EntryVoided,
    Event,
    IssuerRegistered,
    PersonalDataErased,
    event_named,
)
from ledger.keyed import Keyed
from ledger.pages import Entries, Page, Said
from ledger.timeline import looks_ahead, named_by
from ledger.vault import mentions_persons

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from ledger.identity import CommandId, IssuerId
    from ledger.store import Row, Store
    from ledger.store.kept import Kept, Shelf
    from ledger.timeline import Entry
    from ledger.vault import Vault

LENGTH: Final = 1_000
"""Entries of a page of the directory."""
AHEAD: Final = 1_000
"""So many entries more than are known beside the record are worth writing it anew."""
PART: Final = "entries"
LAYOUT: Final = 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Reader:
    """Reads entries.

    Args:
        store: Where they are.
        issuer: Whose they are.
        vault: Opens their personal values.
    """

    def __init__(self, store: Store, issuer: IssuerId, vault: Vault) -> None:
        self._store, self._issuer, self._vault = store, issuer, vault

    def after(self, entries: Entries, commands: Container[CommandId]) -> tuple[Page, dict[CommandId, int]] | None:
        """Return the next page after entries, whose personal values are still shut, and which commands begin in it.

        Args:
            entries: Those before it.
            commands: The commands of these.

        Returns:
            Nothing at the end.
        """
        before, last = len(entries), entries.last_said
        rows = self._store.read(self._issuer, before)
        if not rows:
            return None
        page = self._page(rows, before)
        if not before and page.kind(0) is not IssuerRegistered:
            raise self._tampered(1, "the first entry does not register the issuer")
        begun = self._in_order(page, last)
        for command, number in begun.items():
            if command in commands:
                raise self._tampered(number, "its command was recorded before")
        return page, begun

    def _page(self, rows: Sequence[Row], before: int) -> Page:
        page = codec.read_states(rows, self._issuer, before)
        if page is None:
            page = _read_one_by_one(rows, self._issuer, before)
        for place, event in page.singles.items():
            self._looks_back(event, before + place + 1)
        return page

    def _looks_back(self, event: Event, number: int) -> None:
        if looks_ahead(event, number):
            raise self._tampered(number, "it corrects an entry that comes after it")

    def _in_order(self, page: Page, last: Said | None) -> dict[CommandId, int]:
        """Return the first entry of each command that begins in a page, and see that time grows."""
        begun: dict[CommandId, int] = {}
        for start, said in zip(page.starts, page.said, strict=True):
            number = page.first + start
            if last is not None and not said.follows(last):
                raise self._tampered(number, "its time of recording does not follow the entry before")
            if last is None or said.command != last.command:
                if said.command in begun:
                    raise self._tampered(number, "its command was recorded before")
                begun[said.command] = number
            last = said
        return begun

    def _tampered(self, number: int, wrong: str) -> LedgerDamaged:
        return LedgerDamaged("E_TAMPERED", f"{self._issuer} entry {number}", wrong)

    def open_values(self, pages: Sequence[Page], before: int, upto: int | None = None) -> bool:
        """Show the personal values of pages, as far as they are there; return whether some were erased by them.

        Args:
            pages: Pages that follow one another.
            before: The number of the last entry before them.
            upto: The number of the last one, unless it is the last one there is.
        """
        mentioning = [
            (page, place) for page in pages for place, event in page.singles.items() if is_about_persons(event)
        ]
        if mentioning:
            events = {page.first + place: page.singles[place] for page, place in mentioning}
            opened = self._vault.opened(self._issuer, before, events, upto)
            for page, place in mentioning:
                page.singles[place] = opened[page.first + place]
        return any(type(page.singles[place]) is PersonalDataErased for page, place in mentioning)

    def page(self, first: int, size: int) -> Page:
        """Return entries that nobody has read yet, in this process."""
        rows: list[Row] = []
        while len(rows) < size:
            more = self._store.read(self._issuer, first - 1 + len(rows))
            if not more:
                raise self._tampered(first + len(rows), "it is missing")
            rows += more
        page = self._page(rows[:size], first - 1)
        self._in_order(page, None)
        self.open_values([page], first - 1, first - 1 + size)
        return page

    def entry(self, number: int) -> Entry:
        """Return one entry that nobody has read yet, in this process."""
        row = self._store.columns(self._issuer, number - 1, 1)
        if [*row.numbers] != [number]:
            raise self._tampered(number, "it is missing")
        entry = codec.read_state(row.states[0], self._issuer, number, row.topics[0])
        self._looks_back(entry.event, number)
        if not is_about_persons(entry.event):
            return entry
        opened = self._vault.opened(self._issuer, number - 1, {number: entry.event}, number)
        return entry._replace(event=opened[number])


class Directory:
    """What is known of entries before any of them is read: where each is to be looked for.

    Args:
        reader: Reads them.
        size: How many they are: whole pages.
        began: When each page begins, in microseconds.
        masks: Which kinds each page holds, a bit for each in the order of their names, in whole bytes.
        names: The names of the kinds.
        named: The numbers of the corrections of an entry, by its number.
        about: Which entries say something of the issuer.
        told: What the vault is to know.

    Raises:
        ValueError: They do not fit each other.
    """

    def __init__(
        self,
        reader: Reader,
        size: int = 0,
        began: Sequence[int] = (),
        masks: Sequence[int] = (),
        names: Sequence[str] = (),
        named: Keyed | None = None,
        about: Sequence[int] = (),
        told: Any = None,
    ) -> None:
        pages, width = size // LENGTH, -(-len(names) // 8)
        if size % LENGTH or len(began) != pages or len(masks) != pages * width:
            raise ValueError("the pages of the directory are not those of its entries")
        if not all(0 < number <= size for number in about):
            raise ValueError("the entries about the issuer are not there")
        self.reader, self.size, self.about, self.told = reader, size, about, told
        self._began, self._masks, self._width, self._names = began, masks, width, names
        self._named = named or Keyed()
        self._holding: dict[tuple[type[Event], ...], set[int]] = {}

    @classmethod
    def opened(cls, kept: Kept, reader: Reader) -> Self | None:
        """Return the directory that is kept, if it is one."""
        try:
            pages, told = kept.pieces["pages"], kept.told
            named = Keyed([kept.pieces[f"named-{at}"] for at in range(len(kept.pieces) - 1)])
            about, names = [*map(int, told["about"])], [*map(str, told["kinds"])]
            return cls(reader, kept.size, pages["began"], pages["masks"], names, named, about, told["vault"])
        except (LookupError, TypeError, ValueError):
            return None

    def keep(self, shelf: Shelf, entries: Entries, about: Iterable[int], told: Any) -> Directory:
        """Keep the directory of more entries, as far as they fill pages, and return it.

        Args:
            shelf: Where it is kept.
            entries: All entries.
            about: Which of them say something of the issuer.
            told: What the vault is to know.
        """
        size = len(entries) // LENGTH * LENGTH
        names = [*self._names, *sorted({*KINDS} - {*self._names})]
        bits = {event_named(name): 1 << at for at, name in enumerate(names)}
        width = -(-len(names) // 8)
        masks = [*map(self._mask, range(self.size // LENGTH))]
        began = array("q", self._began)
        for start in range(self.size, size, LENGTH):
            held: set[type[Event]] = set()
            for part, first, last in entries.parts(start, start + LENGTH):
                held |= (
                    part.kinds() if isinstance(part, Page) else {type(entry.event) for entry in part[first:last]}
                )
            masks.append(sum(bits[kind] for kind in held))
            began.append((entries.recorded_at(start) - _EPOCH) // _MICROSECOND)
        named = self._named.changed(_corrections(entries, self.size, size, self.correcting))
        numbers = [number for number in about if number <= size]
        bytes_of = array("B", b"".join(mask.to_bytes(width, "little") for mask in masks))
        pieces = {f"named-{at}": each for at, each in enumerate(named.segments())}
        pieces["pages"] = {"began": began, "masks": bytes_of}
        shelf.keep(size, {"kinds": names, "about": numbers, "vault": told}, pieces)
        return Directory(self.reader, size, began, bytes_of, names, named, numbers, told)

    def _mask(self, page: int) -> int:
        return int.from_bytes(bytes(self._masks[page * self._width : (page + 1) * self._width]), "little")

    def page(self, first: int, size: int) -> Page:
        """Return a page of entries."""
        return self.reader.page(first, size)

    def entry(self, number: int) -> Entry:
        """Return an entry."""
        return self.reader.entry(number)

    def began(self, first: int) -> datetime:
        """Return when the first entry of a page was recorded."""
        return _EPOCH + self._began[first // LENGTH] * _MICROSECOND

    def holding(self, kinds: tuple[type[Event], ...]) -> Container[int]:
        """Return the first entries of the pages that hold some kinds of events."""
        if kinds not in self._holding:
            wanted = sum(
                1 << at
                for at, name in enumerate(self._names)
                if name not in KINDS or issubclass(event_named(name), kinds)
            )
            pages = range(self.size // LENGTH)
            self._holding[kinds] = {page * LENGTH + 1 for page in pages if self._mask(page) & wanted}
        return self._holding[kinds]

    def correcting(self, number: int) -> Sequence[int]:
        """Return which of these entries correct an entry."""
        return [*map(int, (self._named.get(str(number)) or "").split())]


def _corrections(
    entries: Entries, start: int, stop: int, known: Callable[[int], Sequence[int]]
) -> dict[str, str | None]:
    """Return the corrections of each entry that one of some entries corrects, those known before included."""
    found: dict[int, list[int]] = {}
    for entry in entries.of_kinds((EntryVoided, EntryRestated), start, stop):
        for named in named_by(entry.event):
            found.setdefault(named, [*known(named)]).append(int(entry.number))
    return {str(named): " ".join(map(str, numbers)) for named, numbers in found.items()}


def is_about_persons(event: Event) -> bool:
    """Whether an event holds personal values, or says that some were erased."""
    return mentions_persons(event) or type(event) is PersonalDataErased


def _read_one_by_one(rows: Sequence[Row], issuer: IssuerId, before: int) -> Page:
    """Return a page of rows that cannot be read at once; the first of them that is damaged says so."""
    entries = []
    for number, row in enumerate(rows, before + 1):
        if row.number != number:
            wrong = f"it is missing; {row.number} follows"
            raise LedgerDamaged("E_TAMPERED", f"{issuer} entry {number}", wrong)
        entries.append(codec.read_state(row.state, issuer, number, row.topic))
    said = [Said(entry.recorded_at, entry.actor, entry.command) for entry in entries]
    digests = "".join(entry.payload_digest for entry in entries)
    events = {place: entry.event for place, entry in enumerate(entries)}
    return Page(before + 1, range(len(entries)), said, digests, events, [])
