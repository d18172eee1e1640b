"""Numbers for words and for what is made of several, each looked for many at once.

A column of names in which each is a number needs no names. Here the numbers are found without any, too: from the
bytes of a text, eight of which are one whole number, and by whole numbers among whole numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.columns.shapes import LANE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ledger.columns.shapes import Lines

    Keys = NDArray[np.uint64]
    Small = NDArray[np.int32]

NONE: Final = -1
"""Stands where there is no number."""
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_ROOM: Final = 4
"""So many slots there are for each key, at least."""
_FIRST_BITS: Final = 8
_WORD: Final = 32


class Lookup:
    """Keys, 64 bits each, with a place from 0 on, in the order in which they came."""

    def __init__(self) -> None:
        self.count = 0
        self._bits = _FIRST_BITS
        self._keys = np.zeros(1, np.uint64)
        self._slots = np.full(1 << self._bits, NONE, np.int32)

    def places(self, keys: Keys) -> Small:
        """Return the place of each key; ``NONE`` for one that has none."""
        at = self._at(keys)
        found = self._slots[at]
        waiting = np.flatnonzero((self._keys[found] != keys) & (found != NONE))
        while len(waiting):
            at[waiting] = (at[waiting] + 1) & (len(self._slots) - 1)
            found[waiting] = some = self._slots[at[waiting]]
            waiting = waiting[(self._keys[some] != keys[waiting]) & (some != NONE)]
        return found

    def _at(self, keys: Keys) -> NDArray[np.intp]:
        return ((keys * _FACTOR) >> np.uint64(64 - self._bits)).astype(np.intp)

    def numbered(self, keys: Keys) -> tuple[Small, NDArray[np.intp]]:
        """Return the place of each key, and where those stand first that had none."""
        found = self.places(keys)
        missing = np.flatnonzero(found == NONE)
        if not len(missing):
            return found, missing
        new, firsts = np.unique(keys[missing], return_index=True)
        in_turn = np.argsort(firsts)
        self._add(new[in_turn])
        found[missing] = self.places(keys[missing])
        return found, missing[firsts[in_turn]]

    def _add(self, new: Keys) -> None:
        first, self.count = self.count, self.count + len(new)
        if self.count > len(self._keys):
            self._keys = np.concatenate([self._keys[:first], new, np.zeros(self.count, np.uint64)])
        self._keys[first : self.count] = new
        if _ROOM * self.count > len(self._slots):
            self._bits = (_ROOM * 2 * self.count).bit_length()
            self._slots = np.full(1 << self._bits, NONE, np.int32)
            first = 0
        self._put_in(np.arange(first, self.count, dtype=np.int32))

    def _put_in(self, places: Small) -> None:
        """Give each key the first slot that is free from its own on; of several that want one, one has it."""
        at = self._at(self._keys[places])
        while len(places):
            free = self._slots[at] == NONE
            self._slots[at[free]] = places[free]
            left = self._slots[at] != places
            places, at = places[left], (at[left] + 1) & (len(self._slots) - 1)


def together(first: Small, second: Small) -> Keys:
    """Return two columns of numbers as one column of keys."""
    return (first.astype(np.uint64) << np.uint64(_WORD)) | second.astype(np.uint64)


class _OfWidth:
    """Texts of so many bytes."""

    def __init__(self, width: int) -> None:
        self.lookup = Lookup()
        self.numbers = np.empty(0, np.int32)
        self.lanes = np.empty((-(-width // LANE), 0), np.uint64)


class Words:
    """Texts, each with a number from 0 on and what it stands for.

    Args:
        value: Returns what a text stands for; nothing for one that stands for nothing.

    Attributes:
        values: What the text of each number stands for.
    """

    def __init__(self, value: Callable[[bytes], Any]) -> None:
        self.values: list[Any] = []
        self._value = value
        self._widths: dict[int, _OfWidth] = {}
        self._whole = np.empty(0, np.int64)

    def __len__(self) -> int:
        """Return how many texts are kept, those that stand for nothing among them."""
        return sum(len(of.numbers) for of in self._widths.values())

    def numbers(self, lines: Lines) -> tuple[Small, NDArray[np.bool_]]:
        """Return the number of each text, and which of them stand for something."""
        width = lines.shape[1]
        of = self._widths.setdefault(width, _OfWidth(width))
        lanes = _lanes(lines)
        places, new = of.lookup.numbered(_mixed(lanes))
        if len(new):
            texts = lines[new].view(f"V{width}").ravel().tolist()
            of.numbers = np.append(of.numbers, np.fromiter(map(self._new, texts), np.int32, len(texts)))
            of.lanes = np.concatenate([of.lanes, lanes[:, new]], axis=1)
        found = of.numbers[places]
        fine = found != NONE
        if len(lanes) > 1:  # two texts may have one key; the second one has no number then
            for lane, kept in zip(lanes, of.lanes, strict=True):
                fine &= kept[places] == lane
        return found, fine

    def values_at(self, numbers: Small) -> NDArray[np.int64]:
        """Return what the texts of some numbers stand for, where that is a whole number."""
        if len(self._whole) < len(self.values):
            self._whole = np.array(self.values, np.int64)
        found: NDArray[np.int64] = self._whole[numbers]
        return found

    def _new(self, text: bytes) -> int:
        value = self._value(text)
        if value is None:
            return NONE
        self.values.append(value)
        return len(self.values) - 1


def _lanes(lines: Lines) -> Keys:
    """Return the bytes of texts as whole numbers; the last ones of long texts may stand in two of them."""
    count, width = lines.shape
    if width < LANE:
        padded = np.zeros((count, LANE), np.uint8)
        padded[:, :width] = lines
        return padded.view(np.uint64).reshape(1, count)
    begins = [*range(0, width - LANE, LANE), width - LANE]
    return np.array([np.ndarray((count,), np.uint64, lines, begin, lines.strides[:1]) for begin in begins])


def _mixed(lanes: Keys) -> Keys:
    """Return a key for each text: the text itself if it is one lane."""
    keys: Keys = lanes[0]
    for lane in lanes[1:]:
        keys = (keys ^ (keys >> np.uint64(_WORD))) * _FACTOR + lane
    return keys
