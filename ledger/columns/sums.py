"""Sums of whole numbers by key, at any moment and as far as any knowledge reached.

A *row* says: from this moment on, and known from this entry on, the sum of this key is larger by this change. Rows
are only ever added. A correction is a row that takes back what an earlier one added, known from its own entry on;
so an answer for an earlier knowledge leaves out the rows that came later, and what was answered never moves.

How an answer is found without adding up all rows:

- Rows lie in *segments*, each of entries that follow one another, and within a segment sorted by moment. Beside
  each change stands the sum of its key after it: between two moments, the last sum of each key is all that counts.
- Every so many rows a segment keeps a *checkpoint*, the sums of all keys. An answer copies the one nearest to its
  moment, and takes over the sums after the few rows between; or before them, where the checkpoint comes later.
- Keys are numbered in the order in which they come, so that early checkpoints are short.
- For an earlier knowledge, each *block* of rows says which entries it spans at least and at most. Most blocks are
  known as a whole, or not at all; only those in between are looked at row by row.

Sums are exact. A change is one 64-bit number where the sum of all of them fits, or several *limbs* of 31 bits, the
last of which bears the sign; limbs are added apart and put together at the end.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.columns.layers import Arrays

    Whole = NDArray[np.int64]
    Small = NDArray[np.int32]

BLOCK: Final = 2_048
"""So many rows say together which entries they span."""
SHORTEST: Final = 4_096
"""So many rows lie between two checkpoints, at least."""
CHECKPOINTS: Final = 3
"""So many checkpoints are kept in as many rows as there are keys."""
COPIED: Final = 3
"""So many sums are copied from a checkpoint in the time that one row takes."""
LOOSE: Final = 16_384
"""So many rows may wait unsorted when somebody asks."""
FEW: Final = 4
"""A segment that has not even one row for so many keys numbers its keys for itself."""
_A_FEW: Final = 64
"""So many numbers are added up sooner one by one than as a column."""
LIMB: Final = 31
"""Bits of a limb; the sum of four thousand million of them fits in 64."""
_LOWEST: Final = (1 << LIMB) - 1
_HALF: Final = 16
_BITS: Final = 63
_MOST: Final = (1 << _BITS) - 1


@attrs.frozen(eq=False)
class Rows:
    """Changes, column by column.

    Attributes:
        whens: The moment from which each counts.
        known: The entry from which each was known.
        keys: Number of its key.
        changes: By how much; one line for each limb.
    """

    whens: Small
    known: Small
    keys: Small
    changes: Whole

    def __len__(self) -> int:
        return len(self.whens)

    def taken(self, which: NDArray[np.int32] | NDArray[np.intp] | NDArray[np.bool_] | slice) -> Rows:
        """Return some of the rows."""
        return Rows(self.whens[which], self.known[which], self.keys[which], self.changes[:, which])


def rows(whens: Sequence[int], known: Sequence[int], keys: Sequence[int], changes: Whole) -> Rows:
    """Return rows from plain sequences."""
    return Rows(np.asarray(whens, np.int32), np.asarray(known, np.int32), np.asarray(keys, np.int32), changes)


def joined(parts: Iterable[Rows], limbs: int) -> Rows:
    """Return the rows of several parts, one part after the other."""
    given = [*parts]
    if not given:
        empty = np.empty(0, np.int32)
        return Rows(empty, empty, empty, np.empty((limbs, 0), np.int64))
    return Rows(
        np.concatenate([part.whens for part in given]),
        np.concatenate([part.known for part in given]),
        np.concatenate([part.keys for part in given]),
        np.concatenate([part.changes for part in given], axis=1),
    )


class Room:
    """Rows with room behind them, so that some more are added without copying those that are there.

    Args:
        limbs: Of how many limbs each change is.
    """

    def __init__(self, limbs: int) -> None:
        self._rows = joined((), limbs)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, more: Rows) -> None:
        """Add rows."""
        begin = self._enlarged(len(more))
        self._rows.whens[begin : self._count] = more.whens
        self._rows.known[begin : self._count] = more.known
        self._rows.keys[begin : self._count] = more.keys
        self._rows.changes[:, begin : self._count] = more.changes

    def add_one(self, when: int, known: int, key: int, change: Sequence[int]) -> None:
        """Add a row, whose change is given in limbs."""
        at, rows = self._enlarged(1), self._rows
        rows.whens[at], rows.known[at], rows.keys[at] = when, known, key
        for line, limb in zip(rows.changes, change, strict=True):
            line[at] = limb

    def _enlarged(self, more: int) -> int:
        """See that so many more have room; return where they begin."""
        begin, self._count = self._count, self._count + more
        if self._count > len(self._rows):
            room = np.zeros(self._count + _A_FEW, np.int32)
            changes = np.zeros((len(self._rows.changes), len(room)), np.int64)
            self._rows = joined((self._rows.taken(slice(begin)), Rows(room, room, room, changes)), len(changes))
        return begin

    def rows(self) -> Rows:
        """Return the rows; good until some more are added."""
        return self._rows.taken(slice(self._count))


def split_into_limbs(numbers: Sequence[int], limbs: int) -> Whole:
    """Return whole numbers as limbs, one line for each limb, the lowest first.

    Raises:
        OverflowError: A number has more bits than the limbs.
    """
    if limbs == 1:
        return np.asarray(numbers, np.int64).reshape(1, -1)
    lower = [[number >> (LIMB * limb) & _LOWEST for number in numbers] for limb in range(limbs - 1)]
    return np.asarray([*lower, [number >> (LIMB * (limbs - 1)) for number in numbers]], np.int64)


def limbs_of(number: int, limbs: int) -> list[int]:
    """Return a whole number as limbs, the lowest first; the last one may be too large."""
    if limbs == 1:
        return [number]
    return [*(number >> (LIMB * limb) & _LOWEST for limb in range(limbs - 1)), number >> (LIMB * (limbs - 1))]


def put_together(limbs: Whole) -> list[int]:
    """Return the whole numbers that limbs stand for."""
    values: list[int] = limbs[-1].tolist()
    for line in limbs[-2::-1]:
        values = [(value << LIMB) + low for value, low in zip(values, line.tolist(), strict=True)]
    return values


class Segment:
    """Rows of entries that follow one another, sorted by moment, with sums and checkpoints.

    One that has rows of few keys only numbers them for itself, so that it is not longer than it has to be.

    Args:
        arrays: What it holds, in memory or mapped from a file.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._lie_in(arrays)

    @classmethod
    def made(cls, given: Rows, spacing: int | None = None) -> Segment:
        """Return rows as a segment.

        Args:
            given: The rows, in the order of their entries; one at least.
            spacing: Rows between two checkpoints; a third as many as there are keys where not given.
        """
        kept = given.taken(np.argsort(given.whens, kind="stable"))
        kept = attrs.evolve(kept, changes=np.ascontiguousarray(kept.changes))  # picking puts limbs between limbs
        size = int(kept.keys.max()) + 1
        numbers, keys = np.empty(0, np.int32), kept.keys
        if FEW * len(kept) < size:
            numbers, places = np.unique(keys, return_inverse=True)
            keys, size = places.astype(np.int32), len(numbers)
        spacing = spacing or max(SHORTEST, size // CHECKPOINTS)
        order = by_key(keys)
        starts = np.append(0, np.cumsum(np.bincount(keys, minlength=size))).astype(np.int32)
        after = _summed(kept.changes, order, starts)
        checkpoints = _checkpoints(keys, after, size, spacing)
        first_known, last_known = _spans(kept.known)
        return cls(
            {
                "shape": np.asarray([len(after), size, spacing, BLOCK]),
                "whens": kept.whens,
                "known": kept.known,
                "keys": keys,
                "numbers": numbers,
                "changes": kept.changes,
                "after": after,
                "checkpoints": np.concatenate([each.ravel() for each in checkpoints]),
                "widths": np.asarray([each.shape[1] for each in checkpoints], np.int32),
                "first_known": first_known,
                "last_known": last_known,
                "order": order.astype(np.int32),
                "starts": starts,
            }
        )

    def _lie_in(self, arrays: Arrays) -> None:
        self.arrays = arrays
        limbs, self.size, self.spacing, self._block = map(int, np.asarray(arrays["shape"]))
        whens, known, keys = (np.asarray(arrays[name]) for name in ("whens", "known", "keys"))
        changes, self.after = (np.asarray(arrays[name]).reshape(limbs, -1) for name in ("changes", "after"))
        self.rows = Rows(whens, known, keys, changes)
        self.first_known, self.last_known = np.asarray(arrays["first_known"]), np.asarray(arrays["last_known"])
        numbers = np.asarray(arrays["numbers"])
        self.numbers: Small | None = numbers if len(numbers) else None
        widths = np.asarray(arrays["widths"])
        flat, ends = np.asarray(arrays["checkpoints"]), np.cumsum(widths) * limbs
        self.checkpoints = [flat[start:end].reshape(limbs, -1) for start, end in pairwise((0, *ends.tolist()))]

    def lies_in(self, arrays: Arrays) -> None:
        """Take the same arrays from somewhere else, where they were kept meanwhile."""
        self._lie_in(arrays)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def knows_from(self) -> int:
        """The first entry that any row is known from."""
        return int(self.first_known.min())

    @property
    def knows_to(self) -> int:
        """The last entry that any row is known from."""
        return int(self.last_known.max())

    def count(self, when: int) -> int:
        """Return how many rows count at a moment."""
        return int(np.searchsorted(self.rows.whens, np.int32(when), "right"))

    def sums(self, count: int, out: Whole) -> None:
        """Write the sums after so many rows."""
        nearest = self._nearest(count)
        checkpoint = self.checkpoints[nearest]
        out[:, : checkpoint.shape[1]] = checkpoint
        out[:, checkpoint.shape[1] :] = 0
        self.move(nearest * self.spacing, count, out)

    def _nearest(self, count: int) -> int:
        """Return which checkpoint is nearest to so many rows."""
        return min((count + self.spacing // 2) // self.spacing, len(self.checkpoints) - 1)

    def move(self, start: int, count: int, out: Whole) -> None:
        """Bring the sums after ``start`` rows to those after ``count``, which may be fewer."""
        back = slice(start - 1, count - 1 if count else None, -1)
        rows = slice(start, count) if start <= count else back
        keys = self.rows.keys[rows].astype(np.intp)  # NumPy does it, too, in twice the time
        for line, after, changes in zip(out, self.after[:, rows], self.rows.changes[:, rows], strict=True):
            line[keys] = after if start <= count else after - changes  # of several of a key the last one is taken

    def over(self, whens: Sequence[int]) -> Iterator[Whole]:
        """Yield the sums at each of several moments, which grow; each is good until the next one is asked for."""
        sums, come = np.zeros((len(self.after), self.size), np.int64), 0
        for count in np.searchsorted(self.rows.whens, np.asarray(whens, np.int32), "right").tolist():
            if count - come > abs(count - self._nearest(count) * self.spacing) + self.size // COPIED:
                self.sums(count, sums)
            else:
                self.move(come, count, sums)
            come = count
            yield sums

    def sums_as_known(self, when: int, known: int, out: Whole) -> None:
        """Write the sums at a moment of the rows that were known with an entry."""
        count = self.count(when)
        if known >= self.knows_to:
            self.sums(count, out)
            return
        block = self._block
        blocks = -(-count // block)
        not_all = self.last_known[:blocks] > known
        some = self.first_known[:blocks] <= known
        # Up to a block all rows are taken, and those not known taken back; from there on those known are added.
        taken_back, added = np.cumsum(not_all), np.cumsum(some)
        costs = np.concatenate(([0], taken_back)) + added[-1:].sum() - np.concatenate(([0], added))
        turn = int(costs.argmin())
        self.sums(min(turn * block, count), out)
        back = _of_blocks(np.flatnonzero(not_all[:turn]), block, count)
        _add(out, self.rows.taken(back[self.rows.known[back] > known]), np.subtract)
        more = _of_blocks(turn + np.flatnonzero(some[turn:]), block, count)
        _add(out, self.rows.taken(more[self.rows.known[more] <= known]), np.add)

    def of_key(self, key: int) -> NDArray[np.int32]:
        """Return where the rows of a key are, in order of effect."""
        order, starts = np.asarray(self.arrays["order"]), np.asarray(self.arrays["starts"])
        if self.numbers is not None:
            place = int(np.searchsorted(self.numbers, key))
            key = place if place < self.size and self.numbers[place] == key else self.size
        return order[starts[key] : starts[key + 1]] if key < self.size else order[:0]

    def sum_of_key(self, key: int, when: int) -> Whole:
        """Return the sum of one key at a moment, limb by limb."""
        places = self.of_key(key)
        count = int(np.searchsorted(self.rows.whens[places], np.int32(when), "right"))
        return self.after[:, places[count - 1]] if count else np.zeros(len(self.after), np.int64)

    def given(self) -> Rows:
        """Return the rows, with the keys that they were given with."""
        if self.numbers is None:
            return self.rows
        return Rows(self.rows.whens, self.rows.known, self.numbers[self.rows.keys], self.rows.changes)


def _summed(changes: Whole, order: NDArray[np.intp], starts: Small) -> Whole:
    """Return the sum of its key after each row, of rows of which those of a key stand side by side in an order."""
    after = np.empty_like(changes)
    lengths = np.diff(starts)
    for line, summed in zip(changes, after, strict=True):
        running = np.cumsum(line[order])
        running -= np.repeat(np.where(starts[:-1] > 0, running[starts[:-1] - 1], 0), lengths)
        summed[order] = running
    return after


def _checkpoints(keys: Small, after: Whole, size: int, spacing: int) -> list[Whole]:
    """Return all sums before every so many rows."""
    sums = np.zeros((len(after), size), np.int64)
    checkpoints: list[Whole] = []
    known_keys = 0
    for start in range(0, len(keys), spacing):
        checkpoints.append(sums[:, :known_keys].copy())
        some = keys[start : start + spacing].astype(np.intp)
        known_keys = max(known_keys, int(some.max()) + 1)
        for line, summed in zip(sums, after, strict=True):
            line[some] = summed[start : start + spacing]  # of several of a key the last one is taken
    return checkpoints


def by_key(keys: Small) -> NDArray[np.intp]:
    """Return the places of keys, the lowest key first; those of one key stay in their order.

    NumPy counts numbers of 16 bits instead of comparing them: the lower halves first, then the upper ones.
    """
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    upper = (keys >> _HALF).astype(np.uint16)
    return order[np.argsort(upper[order], kind="stable")] if upper.any() else order


def _spans(known: Small) -> tuple[Small, Small]:
    """Return the first and last entry that the rows of each block are known from."""
    starts = np.arange(0, len(known), BLOCK)
    return np.minimum.reduceat(known, starts), np.maximum.reduceat(known, starts)


def _of_blocks(blocks: NDArray[np.intp], block: int, count: int) -> NDArray[np.intp]:
    """Return the places of the rows of some blocks, as far as so many rows."""
    places = (blocks[:, None] * block + np.arange(block)).ravel()
    return places[places < count]


def _at_most(changes: Whole) -> int:
    """Return what no sum of some of the changes goes beyond, whatever their signs."""
    if len(changes) <= _A_FEW:
        return sum(map(abs, changes.tolist()))
    high = changes >> LIMB
    return (int(np.abs(high).sum()) << LIMB) + int((changes & _LOWEST).sum())


def _add(out: Whole, some: Rows, how: np.ufunc) -> None:
    for line, changes in zip(out, some.changes, strict=True):
        how.at(line, some.keys, changes)


class DatedSums:
    """Sums by key, at any moment and knowledge, of rows that are added in the order of their entries.

    Args:
        limbs: Of how many limbs each change is.

    Attributes:
        size: How many keys there are; a number larger than all of them.
    """

    def __init__(self, limbs: int = 1) -> None:
        self.limbs: Final = limbs
        self.size = 0
        self.segments: list[Segment] = []
        self._room = _MOST
        self._new: list[Rows] = []
        self._loose = Room(limbs)
        self._waiting = 0

    def __len__(self) -> int:
        return sum(map(len, self.segments)) + self._waiting

    def add(self, more: Rows) -> None:
        """Add rows; none of them is known from an earlier entry than those before.

        They wait unsorted, for ``tidy`` to be called before somebody asks: rows that come by the million are
        sorted once, and not each time that some have come.

        Raises:
            OverflowError: A sum of all of them might need another limb. Nothing was added.
        """
        if not len(more):
            return
        room = self._room - max(map(_at_most, more.changes))
        if room < 0:
            raise OverflowError(f"{self.limbs} limbs are too few for the sum of {len(self) + len(more)} changes")
        self._room = room
        self.size = max(self.size, int(more.keys.max()) + 1)
        self._new.append(more)
        self._waiting += len(more)

    @property
    def many_wait(self) -> bool:
        """Whether it is time to sort what waits."""
        return self._waiting >= LOOSE

    def add_one(self, when: int, known: int, key: int, change: int) -> None:
        """Add a row as ``add`` adds many.

        Raises:
            OverflowError: The change, or a sum of all of them, might need another limb. Nothing was added.
        """
        limbs = limbs_of(change, self.limbs)
        room = self._room - max(map(abs, limbs))
        if room < 0 or limbs[-1].bit_length() > _BITS:
            raise OverflowError(f"{self.limbs} limbs are too few for the sum of {len(self) + 1} changes")
        self._gather()
        self._loose.add_one(when, known, key, limbs)
        self._room = room
        self.size = max(self.size, key + 1)
        self._waiting += 1

    def tidy(self) -> None:
        """Sort what waits if that is much."""
        if self.many_wait:
            self.settle()

    def settle(self) -> None:
        """Sort what waits into a segment, together with segments that are not much longer."""
        if not self._waiting:
            return
        parts = [joined((self._loose.rows(), *self._new), self.limbs)]
        while self.segments and len(self.segments[-1]) < 2 * sum(map(len, parts)):
            parts.insert(0, self.segments.pop().given())
        self.segments.append(Segment.made(joined(parts, self.limbs)))
        self._new, self._loose, self._waiting = [], Room(self.limbs), 0

    def loose(self) -> Rows:
        """Return the rows that are in no segment yet."""
        self._gather()
        return self._loose.rows()

    def _gather(self) -> None:
        if self._new:
            self._loose.add(joined(self._new, self.limbs))
            self._new.clear()

    def at(self, when: int, known: int | None = None, out: Whole | None = None) -> Whole:
        """Return the sum of each key at a moment, one line for each limb.

        Args:
            when: The moment, itself included.
            known: The last entry known; every one where not given.
            out: Room for as many sums as there are keys, to be written to; new room where not given.
        """
        if out is None:
            out = np.empty((self.limbs, self.size), np.int64)
        begun = 0
        for segment in self.segments:
            if known is not None and segment.knows_from > known:
                break
            alone = not begun and segment.numbers is None
            into = out if alone else np.empty((self.limbs, segment.size), np.int64)
            if known is None:
                segment.sums(segment.count(when), into)
            else:
                segment.sums_as_known(when, known, into)
            if not begun:
                out[:, segment.size * alone :] = 0
            if not alone:
                _put(out, segment, into)
            begun += 1
        if not begun:
            out[:] = 0
        self._add_loose(when, known, out)
        return out

    def _add_loose(self, when: int, known: int | None, out: Whole) -> None:
        loose = self.loose()
        if len(loose):
            counted = loose.whens <= when if known is None else (loose.whens <= when) & (loose.known <= known)
            some = np.flatnonzero(counted)
            keys = loose.keys[some]
            for line, changes in zip(out, loose.changes, strict=True):
                np.add.at(line, keys, changes[some])

    def over(self, whens: Sequence[int]) -> Iterator[Whole]:
        """Yield the sums at each of several moments, which grow; each is good until the next one is asked for."""
        come = [segment.over(whens) for segment in self.segments]
        if len(come) == 1 and not self._waiting and self.segments[0].numbers is None:
            yield from come[0]  # then there are no others to be added
            return
        out = np.empty((self.limbs, self.size), np.int64)
        for when, *parts in zip(whens, *come, strict=True):
            out[:] = 0
            for segment, sums in zip(self.segments, parts, strict=True):
                _put(out, segment, sums)
            self._add_loose(when, None, out)
            yield out

    def of_keys(self, keys: Sequence[int], whens: Sequence[int], known: int | None = None) -> list[Whole]:
        """Return the sums of a few keys at each of several moments; nothing for a number that is no key.

        Args:
            keys: Which keys.
            whens: The moments, in any order.
            known: The last entry known; every one where not given.
        """
        found = np.zeros((len(whens), self.limbs, len(keys)), np.int64)
        asked = np.asarray(whens, np.int32)
        for at, key in enumerate(keys):
            given = self.of_key(key)
            if known is not None:
                given = given.taken(given.known <= known)
            sums = np.cumsum(given.changes, axis=1)
            counts = np.searchsorted(given.whens, asked, "right")
            found[counts > 0, :, at] = sums[:, counts[counts > 0] - 1].T
        return [*found]

    def rows_of(self, keys: Sequence[int]) -> Rows:
        """Return all rows of a few keys, in no order that means something."""
        loose = self.loose()
        places = [np.flatnonzero(loose.keys == key) for key in keys] if len(loose) else []
        parts = [loose.taken(np.concatenate(places))] if places else []
        for segment in self.segments:
            found = [segment.of_key(key) for key in keys]
            if found:
                given = segment.rows.taken(np.concatenate(found))
                asked = np.repeat(np.asarray(keys, np.int32), [*map(len, found)])
                parts.append(Rows(given.whens, given.known, asked, given.changes))
        return parts[0] if len(parts) == 1 else joined(parts, self.limbs)

    def of_key(self, key: int) -> Rows:
        """Return all rows of a key, by moment, and within one by entry."""
        loose = self.loose()
        parts = [segment.rows.taken(segment.of_key(key)) for segment in self.segments]
        found = joined([*parts, loose.taken(loose.keys == key)], self.limbs)
        found = Rows(found.whens, found.known, np.full(len(found), key, np.int32), found.changes)
        return found.taken(np.argsort(found.whens, kind="stable"))

    def after(self, when: int) -> Rows:
        """Return all rows from a moment on, in no order."""
        loose = self.loose()
        parts = [loose.taken(loose.whens >= when)]
        for segment in self.segments:
            rest = segment.rows.taken(slice(segment.count(when - 1), None))
            keys = rest.keys if segment.numbers is None else segment.numbers[rest.keys]
            parts.append(Rows(rest.whens, rest.known, keys, rest.changes))
        return joined(parts, self.limbs)

    def sum_of_key(self, key: int, when: int) -> int:
        """Return the sum of one key at a moment, in proportion to the rows of this key."""
        loose = self.loose()
        counted = loose.changes[:, (loose.keys == key) & (loose.whens <= when)].sum(axis=1)
        limbs = sum((segment.sum_of_key(key, when) for segment in self.segments), counted)
        return put_together(limbs.reshape(-1, 1))[0]

    # --- kept in files ---------------------------------------------------------------------------------

    def pieces(self, name: str) -> dict[str, Arrays]:
        """Return all that these sums hold, as pieces that can be kept."""
        loose = self.loose()
        return {
            **{f"{name}-{at}": segment.arrays for at, segment in enumerate(self.segments)},
            f"{name}-loose": {
                "shape": np.asarray([self.limbs, self.size, self._room, len(self.segments)]),
                "whens": loose.whens,
                "known": loose.known,
                "keys": loose.keys,
                "changes": np.ascontiguousarray(loose.changes),
            },
        }

    def take_kept(self, name: str, pieces: Mapping[str, Arrays]) -> None:
        """Let segments lie where their pieces are kept now."""
        for at, segment in enumerate(self.segments):
            segment.lies_in(pieces[f"{name}-{at}"])

    @classmethod
    def of_kept(cls, name: str, pieces: Mapping[str, Arrays]) -> DatedSums:
        """Return sums that were kept under a name."""
        loose = pieces[f"{name}-loose"]
        limbs, size, room, segments = map(int, np.asarray(loose["shape"]))
        made = cls(limbs)
        made.size, made._room = size, room
        made.segments = [Segment(pieces[f"{name}-{at}"]) for at in range(segments)]
        whens, known, keys = (np.asarray(loose[column]) for column in ("whens", "known", "keys"))
        waiting = Rows(whens, known, keys, np.asarray(loose["changes"]).reshape(limbs, -1))
        if len(waiting):
            made._new, made._waiting = [waiting], len(waiting)
        return made


def _put(out: Whole, segment: Segment, sums: Whole) -> None:
    """Add the sums of a segment to those of all keys."""
    if segment.numbers is None:
        out[:, : segment.size] += sums
    else:
        out[:, segment.numbers] += sums
