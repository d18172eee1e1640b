"""What a store keeps beside the entries, worked out again from them and compared: rows of commands, and tiles."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import chain
from typing import Final

from ledger.integrity.tiles import WIDTH, Tile
from ledger.store.port import Beside, tile_row

_GOES_ON, _FOUND, _UNKNOWN = 0, 1, 2
_MARK: Final = 3
"""Whatever marks a command has these bits, and so is none of the others."""


class Commands:
    """Which entries belong to each command: eight bytes for each entry, which say where one begins, and which."""

    def __init__(self) -> None:
        self._marks = array("q")

    def begins(self, command: str) -> None:
        """Take the next entry as the first of a command."""
        self._marks.append(hash(command) | _MARK)

    def goes_on(self, entries: int = 1) -> None:
        """Take the next entries as some more of the same command."""
        self._marks.extend([_GOES_ON] * entries)

    def unknown(self, entries: int) -> None:
        """Take the next entries as of nobody knows which command."""
        self._marks.extend([_UNKNOWN] * entries)

    def found(self, command: str, first: int, last: int) -> bool:
        """Return whether a command has these entries, as far as they can be read; it is looked for no longer."""
        begin = first - 1
        end = min(last, len(self._marks))
        while begin < end and self._marks[begin] == _UNKNOWN:
            begin += 1
        if begin >= end:
            return True  # none of them can be read; those that are missing are told
        if self._marks[begin] != hash(command) | _MARK:
            return False
        if any(mark not in (_GOES_ON, _UNKNOWN) for mark in self._marks[begin + 1 : end]):
            return False
        if end < len(self._marks) and self._marks[end] == _GOES_ON:
            return False
        self._marks[begin] = _FOUND
        return True

    def not_found(self) -> Iterator[tuple[int, int]]:
        """Yield the first and the last entry of each command that was not found."""
        first = 0
        for number, mark in enumerate(chain(self._marks, (_UNKNOWN,)), 1):
            if first and mark != _GOES_ON:
                yield first, number - 1
                first = 0
            if mark not in (_GOES_ON, _FOUND, _UNKNOWN):
                first = number


class Tiles:
    """The tiles that the leaves give: of each only a digest is kept, which the one stored is compared with."""

    def __init__(self) -> None:
        self._edge: list[list[bytes]] = []  # on each level the hashes that do not fill a tile yet
        self._made: list[dict[int, bytes]] = []  # on each level the digests of the rows, by their number
        self._missing: set[tuple[int, int]] = set()

    def add(self, hashes: Sequence[bytes], level: int = 0) -> None:
        """Add the hashes of the next leaves, or the next of a level."""
        if level == len(self._edge):
            self._edge.append([])
            self._made.append({})
        waiting = [*self._edge[level], *hashes]
        whole = len(waiting) // WIDTH * WIDTH
        self._edge[level] = waiting[whole:]
        roots = []
        for at in range(0, whole, WIDTH):
            tile = Tile.of(waiting[at : at + WIDTH])
            index = len(self._made[level])
            self._made[level][index + 1] = _digest(tile_row(level, index, tile))
            self._missing.add((level, index))
            roots.append(tile.root)
        if roots:
            self.add(roots, level + 1)

    def found(self, level: int, row: Beside) -> bool | None:
        """Return whether a row is the tile that the leaves give; ``None`` where they give none there."""
        if not (level < len(self._made) and row.number in self._made[level]):
            return None
        self._missing.discard((level, row.number - 1))
        return _digest(row) == self._made[level][row.number]

    def not_found(self) -> list[tuple[int, int]]:
        """Return level and index of each tile that was not found."""
        return sorted(self._missing)


def _digest(row: Beside) -> bytes:
    return sha256(repr(row).encode()).digest()
