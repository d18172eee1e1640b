"""Entries read for what they move, where the tree of the journal vouches for them: in a fraction of the time.

Whoever reads an entry whole hashes it, checks every field and writes it again, to compare. Columns of movements
need less: a few fields of those kinds that move something. And they are never the truth. What could go wrong here,
and why it does not:

- *A row is not the one that was recorded at its place.* Behind every entry stands the hash of its leaf, and the
  tiles of the tree hold the same hashes. Rows are read this way only where all of a page are those of the tiles, so
  none is missing, put in or moved. Any other rows, and those after the last complete tile, are read whole.
- *The bytes before the hash were changed.* That is not asked here: ``verify`` asks it of every entry, and so does
  whoever reads the entry itself. Columns made of such bytes say what the bytes say, until they are made again.
- *A field that is not read makes a difference.* The fact that stands for many has the fields that were read and no
  others. Asking it for another one raises, and that field is read, too, from then on.
- *Facts of one kind do not move alike.* They are told apart by what cannot stand in a column: a value that some
  lack, a currency, terms. What is left, and every correction, is read whole and taken alone.
"""

from __future__ import annotations

from binascii import unhexlify
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from ledger import codec
from ledger.columns.moves import Moves
from ledger.errors import LedgerDamaged
from ledger.integrity.tiles import WIDTH
from ledger.integrity.tree import HASH_BYTES
from ledger.moving.fields import READERS, Fields, Reader, Unread
from ledger.numbered import Numbers
from ledger.pages import DIGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ledger.events import Fact
    from ledger.identity import IssuerId
    from ledger.pages import Page
    from ledger.store.port import Columns, Store
    from ledger.timeline import Entry

PAGE: Final = 16 * WIDTH
"""Entries read at once."""
_FEW: Final = 8
"""So many facts or fewer are taken alone sooner than at once."""
_LINE_FEED: Final = 10
_BEHIND: Final = -DIGEST - 1


class MovingEntries:
    """The entries that a store holds of an issuer, for columns to follow.

    Args:
        store: Where the record is kept.
        issuer: Whose record.
        size: How many of them; all that there are when not given.
    """

    def __init__(self, store: Store, issuer: IssuerId, size: int | None = None) -> None:
        self._store, self._issuer = store, issuer
        self._size = store.head(issuer) if size is None else size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: int) -> Entry:
        part = self._page(self._store.columns(self._issuer, index, 1), index)
        return (part if isinstance(part, list) else part.entries())[0]

    def parts(self, start: int, stop: int) -> Iterator[tuple[Vouched | Page | list[Entry], int, int]]:
        """Yield what holds the entries from one index to another, and from where to where.

        Raises:
            LedgerDamaged: An entry that has to be read whole is not what was recorded.
        """
        while start < stop:
            complete = min(stop // WIDTH * WIDTH, start // PAGE * PAGE + PAGE)
            end = complete if complete > start else stop
            rows = self._store.columns(self._issuer, start, end - start)
            part = Vouched(rows, self._issuer, start) if self._vouches(rows, start, end) else None
            whole = part or self._page(rows, start)
            yield whole, 0, len(whole)
            start += len(whole)

    def _vouches(self, rows: Columns, start: int, end: int) -> bool:
        """Whether the tiles of the tree hold the hashes of rows that should be there, in this order."""
        if [*rows.numbers] != [*range(start + 1, end + 1)] or end % WIDTH:
            return False
        with suppress(LedgerDamaged, ValueError):  # a damaged tile vouches for nothing
            tiles = self._store.tiles(self._issuer, 0, start // WIDTH, end // WIDTH)
            hashes = b"".join([tile.hashes for tile in tiles])[start % WIDTH * HASH_BYTES :]
            return hashes == unhexlify(b"".join([state[-DIGEST:] for state in rows.states]))
        return False

    def _page(self, rows: Columns, after: int) -> Page | list[Entry]:
        """Return entries that are read whole; the first that is damaged says so."""
        for number, there in enumerate(rows.numbers or (0,), after + 1):
            if there != number:
                raise LedgerDamaged("E_TAMPERED", f"{self._issuer} entry {number}", "it is missing")
        return codec.read_states([*zip(*rows, strict=True)], self._issuer, after) or [
            codec.read_state(state, self._issuer, number, topic) for number, topic, state in zip(*rows, strict=True)
        ]


class Vouched:
    """Rows that the tree vouches for.

    Args:
        rows: The rows.
        issuer: Whose they are.
        after: The position before the first of them.
    """

    def __init__(self, rows: Columns, issuer: IssuerId, after: int) -> None:
        self._rows, self._issuer, self._after = rows, issuer, after

    def __len__(self) -> int:
        return len(self._rows.numbers)

    def moves(self) -> tuple[list[Moves], list[Entry]]:
        """Return what many facts move at once, and the entries of all others that move anything.

        Raises:
            LedgerDamaged: An entry that has to be read whole is not what was recorded.
        """
        found: list[Moves] = []
        alone: list[int] = []
        kinds = Numbers()
        kind_at = np.array([*map(kinds.__getitem__, self._rows.topics)], np.int32)
        for topic, kind in kinds.items():
            places, reader = np.flatnonzero(kind_at == kind), READERS[topic]
            if reader is None:
                alone += places.tolist()
            elif not reader.moves:
                states = self._rows.states
                ending = reader.ending
                alone += (each for each in places.tolist() if not states[each].endswith(ending, 0, _BEHIND))
            else:
                try:
                    many, few = self._read(reader, places)
                except (msgspec.MsgspecError, ValueError):  # reading them whole tells what is wrong
                    many, few = [], places
                found += many
                alone += few.tolist()
        return found, [self._entry(place) for place in sorted(alone)]

    def _read(self, reader: Reader, places: NDArray[np.intp]) -> tuple[list[Moves], NDArray[np.intp]]:
        """Return facts of one kind that move alike, and the places of those that have to be taken alone."""
        states = map(self._rows.states.__getitem__, places.tolist())
        payloads = [state[state.index(_LINE_FEED) + 1 : _BEHIND] for state in states]
        while True:
            fields = Fields(reader, reader.read(payloads))
            try:
                return self._told_apart(fields, places)
            except Unread as unread:
                reader.need(unread.name)

    def _told_apart(self, fields: Fields, places: NDArray[np.intp]) -> tuple[list[Moves], NDArray[np.intp]]:
        found: list[Moves] = []
        alone = [places[:0]]
        for some in fields.alike():
            fact = fields.fact(some) if len(some) > _FEW else None
            if fact is None:
                alone.append(places[some])
            else:
                found.append(
                    Moves(
                        fact,
                        (places[some] + self._after + 1).astype(np.int32),
                        fields.begins[some],
                        fields.settles[some],
                        partial(_stands_for, fields, some),
                        partial(self._entry_of, places[some]),
                    )
                )
        return found, np.concatenate(alone)

    def _entry_of(self, places: NDArray[np.intp], which: int) -> Entry:
        return self._entry(int(places[which]))

    def _entry(self, place: int) -> Entry:
        """Return the entry of a row, which is read whole."""
        rows = self._rows
        return codec.read_state(rows.states[place], self._issuer, self._after + 1 + place, rows.topics[place])


def _stands_for(fields: Fields, some: NDArray[np.intp], which: Sequence[int]) -> Fact:
    return fields.stands_for(some[which])
