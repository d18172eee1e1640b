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

from binascii import hexlify
from bisect import bisect_right
from collections import defaultdict
from contextlib import suppress
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from ledger import codec
from ledger.columns.moves import Moves
from ledger.errors import LedgerDamaged
from ledger.integrity.tiles import WIDTH
from ledger.integrity.tree import HASH_BYTES
from ledger.moving.fields import READERS, Fields, Reader, Unread
from ledger.moving.lines import Lines
from ledger.moving.shaped import Shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from ledger.events import Fact
    from ledger.identity import IssuerId
    from ledger.pages import Page
    from ledger.store.port import Columns, Store
    from ledger.timeline import Entry

PAGE: Final = 64 * WIDTH
"""Entries read in one text, where the tree vouches for them …"""
_PAGES: Final = 4
"""… and so many texts are taken together."""
_WHOLE: Final = 16 * WIDTH
"""Entries read at once that are read whole."""
_FEW: Final = 8
"""So many facts or fewer are taken alone sooner than at once."""


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
        self._shapes = Shapes()

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
            vouched = [*self._vouched(start, stop)]
            whole = (
                Vouched(vouched, self._issuer, start, self._shapes)
                if vouched
                else self._page(
                    self._store.columns(self._issuer, start, min(self._next(start, stop), _WHOLE)), start
                )
            )
            yield whole, 0, len(whole)
            start += len(whole)

    def _next(self, start: int, stop: int) -> int:
        """Return how many entries may be read at once: complete tiles where there are any."""
        complete = min(stop // WIDTH * WIDTH, start // PAGE * PAGE + PAGE)
        return (complete if complete > start else stop) - start

    def _vouched(self, start: int, stop: int) -> Iterator[Lines]:
        """Yield rows whose hashes the tiles of the tree hold in this order; nothing where they do not.

        They are fewer where all of them are too much for one text.
        """
        for _ in range(_PAGES):
            lines = self._lines(start, start + self._next(start, stop)) if start < stop else None
            if lines is None:
                return
            yield lines
            start += len(lines)

    def _lines(self, start: int, end: int) -> Lines | None:
        while start < end and not end % WIDTH:
            text = self._store.text(self._issuer, start, end - start)
            if text is not None:
                lines = Lines.of(text, end - start)
                return lines if lines is not None and self._vouches(lines, start, end) else None
            end = (start + end) // 2 // WIDTH * WIDTH
        return None

    def _vouches(self, lines: Lines, start: int, end: int) -> bool:
        """Whether the tiles of the tree hold the hashes of rows that should be there, in this order."""
        with suppress(LedgerDamaged):  # a damaged tile vouches for nothing
            tiles = self._store.tiles(self._issuer, 0, start // WIDTH, end // WIDTH)
            hashes = b"".join([tile.hashes for tile in tiles])[start % WIDTH * HASH_BYTES :]
            return lines.hashes() == hexlify(hashes)
        return False

    def _page(self, rows: Columns, after: int) -> Page | list[Entry]:
        """Return entries that are read whole; the first that is damaged says so."""
        for number, there in enumerate(rows.numbers or (0,), after + 1):
            if there != number:
                raise LedgerDamaged("E_TAMPERED", f"{self._issuer} entry {number}", "it is missing")
        given = [*zip(*rows, strict=True)]
        page = codec.read_states(given, self._issuer, after) if len(given) > 1 else None
        return page or [codec.read_state(state, self._issuer, number, topic) for number, topic, state in given]


class Vouched:
    """Rows that the tree vouches for.

    Args:
        texts: The rows, in one text or several.
        issuer: Whose they are.
        after: The position before the first of them.
        shapes: What was learnt of those before them.
    """

    def __init__(self, texts: Sequence[Lines], issuer: IssuerId, after: int, shapes: Shapes) -> None:
        self._texts, self._issuer, self._after, self._shapes = texts, issuer, after, shapes
        self._firsts = [*accumulate(map(len, texts), initial=0)]

    def __len__(self) -> int:
        return self._firsts[-1]

    def moves(self) -> tuple[list[Moves], list[Entry]]:
        """Return what many facts move at once, and the entries of all others that move anything.

        Raises:
            LedgerDamaged: An entry that has to be read whole is not what was recorded.
        """
        found, alone, rest = self._shaped()
        kinds: defaultdict[str, list[int]] = defaultdict(list)
        for place in rest:
            lines, at = self._at(place)
            kinds[lines.topic(at)].append(place)
        for topic, places in kinds.items():
            many, few = self._of_kind(READERS[topic], np.array(places))
            found += many
            alone += few
        return found, [self._entry(place) for place in sorted(alone)]

    def _shaped(self) -> tuple[list[Moves], list[int], list[int]]:
        """Return what many facts of a form move, and the places of what is taken alone and of what has no shape."""
        while True:
            formed, alone, rest = self._shapes.told([*zip(self._firsts, self._texts, strict=False)])
            found: list[Moves] = []
            try:
                for each in formed:
                    fact = each.fact() if len(each.places) > _FEW else None
                    if fact is None:
                        alone += each.places.tolist()
                    else:
                        found.append(self._moves(fact, each.places, each.begins, each.settles, each.stands_for))
            except Unread as unread:
                unread.reader.need(unread.name)
            else:
                return found, alone, rest

    def _of_kind(self, reader: Reader | None, places: NDArray[np.intp]) -> tuple[list[Moves], list[int]]:
        """Return what facts of one kind move at once, and the places of those that have to be taken alone."""
        if reader is None:
            return [], places.tolist()
        payloads = [lines.payload(at) for lines, at in map(self._at, places.tolist())]
        if not reader.moves:
            ending = reader.ending
            return [], [
                place for place, each in zip(places.tolist(), payloads, strict=True) if not each.endswith(ending)
            ]
        try:
            many, few = self._read(reader, places, payloads)
        except (msgspec.MsgspecError, ValueError):  # reading them whole tells what is wrong
            return [], places.tolist()
        return many, few.tolist()

    def _read(
        self, reader: Reader, places: NDArray[np.intp], payloads: Sequence[bytes]
    ) -> tuple[list[Moves], NDArray[np.intp]]:
        """Return facts of one kind that move alike, and the places of those that have to be taken alone."""
        while True:
            fields = Fields(reader, reader.read(payloads))
            try:
                return self._told_apart(fields, places)
            except Unread as unread:
                unread.reader.need(unread.name)

    def _told_apart(self, fields: Fields, places: NDArray[np.intp]) -> tuple[list[Moves], NDArray[np.intp]]:
        found: list[Moves] = []
        alone = [places[:0]]
        for some in fields.alike():
            fact = fields.fact(some) if len(some) > _FEW else None
            if fact is None:
                alone.append(places[some])
            else:
                of = partial(_stands_for, fields, some)
                found.append(self._moves(fact, places[some], fields.begins[some], fields.settles[some], of))
        return found, np.concatenate(alone)

    def _moves(
        self,
        fact: Fact,
        places: NDArray[np.intp],
        begins: NDArray[np.int32],
        settles: NDArray[np.int32],
        of: Callable[[Sequence[int]], Fact],
    ) -> Moves:
        numbers = (places + self._after + 1).astype(np.int32)
        return Moves(fact, numbers, begins, settles, of, lambda which: self._entry(int(places[which])))

    def _entry(self, place: int) -> Entry:
        """Return the entry of a row, which is read whole."""
        lines, at = self._at(place)
        return codec.read_state(lines.state(at), self._issuer, self._after + 1 + place, lines.topic(at))

    def _at(self, place: int) -> tuple[Lines, int]:
        """Return the text in which a row is, and its place there."""
        text = bisect_right(self._firsts, place) - 1
        return self._texts[text], place - self._firsts[text]


def _stands_for(fields: Fields, some: NDArray[np.intp], which: Sequence[int]) -> Fact:
    return fields.stands_for(some[which])
