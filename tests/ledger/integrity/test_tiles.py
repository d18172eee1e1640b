"""Tiles: what is kept of the tree, and the tree that is read from it."""

from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.errors import LedgerDamaged
from ledger.integrity.tiles import WIDTH, Tile, Tree, completed
from ledger.integrity.tree import EMPTY_ROOT, Growing, check_consistency, check_inclusion, leaf_hash

MOST = 2 * WIDTH**2 + 3 * WIDTH + 5
"""Enough for two tiles on the second level, and a right edge on each."""


@cache
def leaves() -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(MOST)]


@cache
def roots() -> list[bytes]:
    """Return the root of each size, by adding leaf by leaf."""
    growing = Growing()
    found = [growing.root()]
    for leaf in leaves():
        growing.add(leaf)
        found.append(growing.root())
    return found


class Shelf:
    """Keeps leaves and tiles in lists, and takes in leaves as a store does."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self.rows: list[list[Tile]] = [[], [], []]
        self.read = 0

    def add(self, added: Sequence[bytes]) -> None:
        for level, index, tile in completed(self, len(self.leaves), added):
            assert index == len(self.rows[level]), "each tile comes once, and in order"
            self.rows[level].append(tile)
        self.leaves += added

    def leaf_hashes(self, first: int, last: int) -> Sequence[bytes]:
        assert 0 <= first <= last <= len(self.leaves)
        self.read += last - first
        return self.leaves[first:last]

    def tiles(self, level: int, first: int, last: int) -> Sequence[Tile]:
        return self.rows[level][first:last]

    def tile_count(self, level: int) -> int:
        return len(self.rows[level])


@cache
def full() -> Shelf:
    shelf = Shelf()
    for at in range(0, MOST, 5_000):
        shelf.add(leaves()[at : at + 5_000])
    return shelf


# --- what is kept ------------------------------------------------------------------------------------------------


def test_every_complete_tile_is_kept_and_no_other() -> None:
    assert [len(row) for row in full().rows] == [2 * WIDTH + 3, 2, 0]
    assert full().rows[1][1].root == _root(leaves()[WIDTH**2 : 2 * WIDTH**2])


def _root(of: Sequence[bytes]) -> bytes:
    growing = Growing()
    for leaf in of:
        growing.add(leaf)
    return growing.root()


@settings(max_examples=30)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_the_same_tiles_are_kept_however_the_leaves_came(steps: list[int]) -> None:
    at_once, bit_by_bit = Shelf(), Shelf()
    at_once.add(leaves()[: sum(steps)])
    for step in steps:
        bit_by_bit.add(leaves()[len(bit_by_bit.leaves) :][:step])

    assert bit_by_bit.rows == at_once.rows
    assert [len(row) for row in at_once.rows] == [sum(steps) // WIDTH, 0, 0]


def test_what_completes_no_tile_reads_nothing() -> None:
    shelf = Shelf()
    shelf.add(leaves()[:300])
    shelf.read = 0

    shelf.add(leaves()[300:511])

    assert shelf.read == 0


def test_tiles_that_are_missing_are_made_with_the_next_one() -> None:
    """As in a ledger that was written before tiles were kept, or whose last level was."""
    for lost in ([0, 1], [1]):
        shelf = Shelf()
        shelf.add(leaves()[: WIDTH**2 + 100])
        for level in lost:
            shelf.rows[level].clear()
        assert Tree(shelf, WIDTH**2 + 100).root() == roots()[WIDTH**2 + 100]

        shelf.add(leaves()[WIDTH**2 + 100 : 2 * WIDTH**2])

        assert shelf.rows == [full().rows[0][: 2 * WIDTH], full().rows[1], []]


def test_a_tile_is_kept_as_its_hashes_its_root_and_the_digest_of_both() -> None:
    hashes = leaves()[:WIDTH]
    tile = Tile.of(hashes)
    kept = tile.kept()

    assert kept[:8_192] == b"".join(hashes)
    assert kept[8_192:8_224] == roots()[WIDTH]
    assert kept[8_224:] == sha256(kept[:8_224]).digest()
    assert Tile.read(kept, "a tile") == tile
    assert tile.split() == hashes


@given(st.integers(0, 8 * 8_256 - 1))
def test_any_bit_of_a_tile_that_flips_is_damage(bit: int) -> None:
    flipped = bytearray(full().rows[0][0].kept())
    flipped[bit // 8] ^= 1 << bit % 8

    with pytest.raises(LedgerDamaged) as caught:
        Tile.read(bytes(flipped), "acme tile 0/0")
    assert (caught.value.code, caught.value.place) == ("E_TAMPERED", "acme tile 0/0")


# --- the tree that is read from it -------------------------------------------------------------------------------

EDGES = sorted(
    {1, 2, MOST, *(each + by for each in (WIDTH, 2 * WIDTH, WIDTH**2, 2 * WIDTH**2) for by in (-1, 0, 1))}
)
SIZES = st.sampled_from(EDGES) | st.integers(1, MOST)


def test_the_root_of_each_size_is_that_of_its_leaves() -> None:
    whole = Tree(full(), MOST)

    for size in [0, *EDGES, *range(1, MOST, 7_001)]:
        assert whole.root(size) == Tree(full(), size).root() == roots()[size]
    assert whole.root() == roots()[MOST]
    assert whole.root(0) == EMPTY_ROOT


@st.composite
def places(draw: Callable[..., int]) -> tuple[int, int, int]:
    most, size = sorted((draw(SIZES), draw(SIZES)), reverse=True)
    return draw(st.integers(1, size)), size, most


@given(places())
@example((1, 1, 1))
@example((WIDTH, WIDTH, WIDTH + 1))
@example((WIDTH**2 + 1, WIDTH**2 + 1, MOST))
def test_every_entry_is_shown_to_be_in_every_tree_after_it(place: tuple[int, int, int]) -> None:
    number, size, most = place
    whole = Tree(full(), most)

    path = whole.inclusion(number, size)

    assert whole.leaf_hash(number) == leaves()[number - 1]
    assert check_inclusion(leaves()[number - 1], number - 1, size, path, roots()[size])
    assert len(path) <= (size - 1).bit_length()


@given(places())
def test_every_tree_is_shown_to_continue_every_one_before(place: tuple[int, int, int]) -> None:
    older, newer, most = place
    path = Tree(full(), most).consistency(older, newer)

    assert check_consistency(older, newer, path, roots()[older], roots()[newer])
    assert len(path) <= newer.bit_length() + 1


def test_what_the_tree_does_not_have_is_refused() -> None:
    whole = Tree(full(), 300)

    for ask in (
        lambda: whole.root(301),
        lambda: whole.root(-1),
        lambda: whole.inclusion(301),
        lambda: whole.inclusion(0),
        lambda: whole.inclusion(1, 301),
        lambda: whole.inclusion(200, 199),
        lambda: whole.consistency(0),
        lambda: whole.consistency(5, 4),
        lambda: whole.consistency(5, 301),
        lambda: whole.leaf_hash(0),
        lambda: whole.leaf_hash(301),
    ):
        with pytest.raises(ValueError, match=r"30[01]|199|from [05]|-1"):
            ask()


def test_a_proof_reads_few_leaves() -> None:
    """The edge alone is read from the entries; the rest stands in tiles."""
    full().read = 0
    Tree(full(), MOST).inclusion(1)

    assert full().read <= WIDTH
