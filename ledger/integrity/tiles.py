"""The tree in tiles: 256 hashes that stand side by side on every eighth level, as C2SP's tlog-tiles cuts it.

A tile is kept once it is complete, in the transaction of the entries that complete it, and is never touched again.
The right edge, which still grows, is worked out from the entries after the last tile. Everything in a tile follows
from the entries, so whatever is missing can be made again, and whatever differs is told by going through them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from ledger.errors import LedgerDamaged
from ledger.integrity import tree
from ledger.integrity.tree import HASH_BYTES, NODE

HEIGHT: Final = 8
"""Levels of the tree in one of tiles."""
WIDTH: Final = 1 << HEIGHT
_TILE_BYTES: Final = WIDTH * HASH_BYTES
_MANY: Final = 64
"""So many tiles are kept at hand with the levels between their hashes and their root."""


class Tile(NamedTuple):
    """A complete tile.

    Attributes:
        hashes: The hashes in it, one after the other.
        root: Hash of the node over them, which stands in a tile of the next level.
    """

    hashes: bytes
    root: bytes

    @classmethod
    def of(cls, hashes: Sequence[bytes]) -> Tile:
        """Return the tile of 256 hashes."""
        return cls(b"".join(hashes), _levels(hashes)[HEIGHT][0])

    def kept(self) -> bytes:
        """Return what a store keeps: the hashes, the root, and the SHA-256 of both, which tells an accident."""
        told = self.hashes + self.root
        return told + sha256(told).digest()

    @classmethod
    def read(cls, kept: object, place: str) -> Tile:
        """Return the tile that a store keeps.

        Raises:
            LedgerDamaged: ``E_TAMPERED``: the bytes are not what was written.
        """
        if isinstance(kept, bytes) and len(kept) == _TILE_BYTES + 2 * HASH_BYTES:
            told, seal = kept[:-HASH_BYTES], kept[-HASH_BYTES:]
            if sha256(told).digest() == seal:
                return cls(told[:_TILE_BYTES], told[_TILE_BYTES:])
        raise LedgerDamaged("E_TAMPERED", place, "its hashes are not those that were written")

    def split(self) -> list[bytes]:
        """Return the hashes one by one."""
        return [self.hashes[at : at + HASH_BYTES] for at in range(0, _TILE_BYTES, HASH_BYTES)]


def _levels(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Return hashes, and over them the perfect subtrees level by level up to the root of a tile."""
    levels = [hashes]
    for _ in range(HEIGHT):
        below = iter(levels[-1])
        levels.append([sha256(NODE + left + right).digest() for left, right in zip(below, below, strict=False)])
    return levels


class Kept(Protocol):
    """What is kept of the tree of one issuer."""

    def leaf_hashes(self, first: int, last: int) -> Sequence[bytes]:
        """Return the hashes of the leaves from one index to before another."""

    def tiles(self, level: int, first: int, last: int) -> Sequence[Tile]:
        """Return the tiles from one index to before another, as far as they are kept, in order."""

    def tile_count(self, level: int) -> int:
        """Return how many tiles of a level are kept."""


def completed(kept: Kept, before: int, added: Sequence[bytes]) -> list[tuple[int, int, Tile]]:
    """Return the tiles that new leaves complete, with level and index, and those before them that were never kept.

    Args:
        kept: What is kept so far.
        before: How many leaves there were.
        added: Hashes of the leaves that follow.
    """
    made: list[tuple[int, int, Tile]] = []
    level, hashes = 0, [*added]
    while (before + len(hashes)) // WIDTH > before // WIDTH:
        first = min(kept.tile_count(level), before // WIDTH)
        hashes = [*_hashes(kept, level, first * WIDTH, before), *hashes]
        tiles = [Tile.of(hashes[at : at + WIDTH]) for at in range(0, len(hashes) - WIDTH + 1, WIDTH)]
        made += ((level, index, tile) for index, tile in enumerate(tiles, first))
        level, before, hashes = level + 1, first, [tile.root for tile in tiles]
    return made


def _hashes(kept: Kept, level: int, first: int, last: int) -> Sequence[bytes]:
    """Return hashes of a level of tiles, from one index to before another: leaves, or the roots of tiles below."""
    if first == last:
        return []
    if not level:
        return kept.leaf_hashes(first, last)
    roots = [tile.root for tile in kept.tiles(level - 1, first, last)]
    for index in range(first + len(roots), last):  # as an older program may have written it
        below = _hashes(kept, level - 1, index * WIDTH, (index + 1) * WIDTH)
        roots.append(_levels(below)[HEIGHT][0])
    return roots


class Tree:
    """The tree over the first entries of an issuer: its roots, and the proofs about it.

    Entries are counted from 1 here, as everywhere in the ledger. Every tree before this one is within it, so each
    question may name an earlier size.

    Args:
        kept: Where the hashes are.
        size: How many entries it is over.
    """

    def __init__(self, kept: Kept, size: int) -> None:
        self.size = size
        self._kept = kept
        self._tile = lru_cache(_MANY)(self._read_tile)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first entries, or over all; that of none is the hash of nothing.

        Raises:
            ValueError: There are not so many.
        """
        return tree.root(self._node, self._within(size))

    def inclusion(self, number: int, size: int | None = None) -> list[bytes]:
        """Return what shows that an entry is in the tree; ``check_inclusion`` checks it, at index ``number - 1``.

        Raises:
            ValueError: The tree does not have the entry, or has never been so large.
        """
        return tree.inclusion_path(self._node, number - 1, self._within(size))

    def consistency(self, older: int, newer: int | None = None) -> list[bytes]:
        """Return what shows that the tree of one size was continued to another; ``check_consistency`` checks it.

        Raises:
            ValueError: The sizes are not one after the other, or the tree has never been so large.
        """
        return tree.consistency_path(self._node, older, self._within(newer))

    def leaf_hash(self, number: int) -> bytes:
        """Return the hash of the leaf of an entry, as the tree has it.

        Raises:
            ValueError: The tree does not have the entry.
        """
        if not 0 < number <= self.size:
            raise ValueError(f"entry {number} in a tree of {self.size}")
        return self._node(0, number - 1)

    def _within(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"a tree of {size} leaves, of which there are {self.size}")
        return size

    def _node(self, level: int, index: int) -> bytes:
        """Return the hash of a perfect subtree."""
        above, within = divmod(level, HEIGHT)
        place = index << within
        return self._tile(above, place // WIDTH)[within][place % WIDTH >> within]

    def _read_tile(self, level: int, index: int) -> list[Sequence[bytes]]:
        """Return the hashes of a tile, the right edge included, and the perfect subtrees over them."""
        if found := self._kept.tiles(level, index, index + 1):
            return _levels(found[0].split())
        end = self.size >> HEIGHT * level
        return _levels(_hashes(self._kept, level, index * WIDTH, min(end, (index + 1) * WIDTH)))
