"""The tree against values that others published, and the forgeries of their proofs that must be refused.

The forgeries are those that transparency-dev/merkle keeps as files (``testdata``), 98 proofs of each sort with the
few sound ones: made again here, by rule, from the published proofs.
"""

import json
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.integrity.tiles import Kept, Tree
from ledger.integrity.tree import (
    EMPTY_ROOT,
    Growing,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
)

GOLDEN: Final = Path(__file__).parents[2] / "golden" / "trees"
EIGHT: Final[dict[str, Any]] = json.loads((GOLDEN / "eight-leaves.json").read_text(encoding="utf-8"))
WORDS: Final[dict[str, Any]] = json.loads((GOLDEN / "fifteen-words.json").read_text(encoding="utf-8"))
SOME_HASH: Final = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
ONE, OTHER = b"1" * 32, b"2" * 32

unhex = bytes.fromhex
ROOTS: Final = [EMPTY_ROOT, *map(unhex, EIGHT["roots"])]
LEAVES: Final = [leaf_hash(unhex(leaf)) for leaf in EIGHT["leaves"]]


class Inclusion(NamedTuple):
    leaf: bytes
    place: int
    size: int
    path: list[bytes]
    root: bytes


class Consistency(NamedTuple):
    older: int
    newer: int
    path: list[bytes]
    older_root: bytes
    newer_root: bytes


def published_inclusions() -> list[Inclusion]:
    return [
        Inclusion(
            LEAVES[each["index"]], each["index"], each["size"], [*map(unhex, each["path"])], ROOTS[each["size"]]
        )
        for each in EIGHT["inclusion"]
    ]


def published_consistencies() -> list[Consistency]:
    return [
        Consistency(older, newer, [*map(unhex, each["path"])], ROOTS[older], ROOTS[newer])
        for each in EIGHT["consistency"]
        for older, newer in [(each["older"], each["newer"])]
    ]


class OnlyLeaves(Kept):
    """Keeps leaves, as a ledger of less than a tile."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves

    def leaf_hashes(self, first: int, last: int) -> list[bytes]:
        return self.leaves[first:last]

    def tiles(self, *unused: int) -> list[Any]:
        return []

    def tile_count(self, level: int) -> int:
        return 0


# --- what is sound -----------------------------------------------------------------------------------------------


def test_hashes_are_the_published_ones() -> None:
    published = EIGHT["hashes"]
    left, right = next(iter(published["node"])).split()

    assert EMPTY_ROOT.hex() == published["of nothing"]
    assert {text: leaf_hash(text.encode()).hex() for text in published["leaf"]} == published["leaf"]
    assert node_hash(left.encode(), right.encode()).hex() == published["node"][f"{left} {right}"]


def test_the_roots_of_eight_leaves_are_the_published_ones() -> None:
    tree = Tree(OnlyLeaves(LEAVES), 8)

    assert [tree.root(size) for size in range(9)] == ROOTS


def test_the_roots_of_fifteen_words_are_the_published_ones() -> None:
    leaves = [leaf_hash(word.encode()) for word in WORDS["leaves"]]
    growing = Growing()
    grown = [growing.root()]
    for leaf in leaves:
        growing.add(leaf)
        grown.append(growing.root())

    assert grown == [*map(b64decode, WORDS["roots"])]
    assert [Tree(OnlyLeaves(leaves), 15).root(size) for size in range(16)] == grown


def test_proofs_are_made_as_published_and_accepted() -> None:
    tree = Tree(OnlyLeaves(LEAVES), 8)

    for one in published_inclusions():
        assert tree.inclusion(one.place + 1, one.size) == one.path
        assert check_inclusion(*one)
    for growth in published_consistencies():
        assert tree.consistency(growth.older, growth.newer) == growth.path
        assert check_consistency(*growth)


# --- what is forged ----------------------------------------------------------------------------------------------


def forged_inclusions() -> Iterator[Inclusion]:
    for good in published_inclusions():
        forged, path = good._replace, good.path
        yield from (forged(place=place) for place in (good.place - 1, good.place + 1, good.place ^ 2))
        yield from (forged(size=size) for size in (good.size * 2, good.size // 2))
        yield forged(leaf=b"WrongLeaf")
        yield from (forged(root=root) for root in (EMPTY_ROOT, SOME_HASH))
        yield from (forged(path=[*path, more]) for more in (b"", good.root))
        yield from (forged(path=[more, *path]) for more in (b"", good.root))
        yield from (forged(path=wrong) for wrong in with_a_bit_flipped(path, 8))
        if path:
            yield forged(path=path[:-1])
        if len(path) > 1:
            yield forged(path=[path[0], SOME_HASH, *path[1:]])
    for index, size in ((0, 0), (0, 1), (1, 0), (2, 1)):
        yield Inclusion(SOME_HASH, index, size, [], b"")
        yield Inclusion(b"", index, size, [], EMPTY_ROOT)
        yield Inclusion(SOME_HASH, index, size, [], EMPTY_ROOT)
    hash_of_data = leaf_hash(b"data")
    assert check_inclusion(hash_of_data, 0, 1, [], hash_of_data)
    yield from (
        Inclusion(leaf, 0, 1, [], root) for leaf, root in ((b"", hash_of_data), (hash_of_data, b""), (b"", b""))
    )


def forged_consistencies() -> Iterator[Consistency]:
    for good in published_consistencies():
        forged, path = good._replace, good.path
        if not path:
            continue
        yield from (forged(older=older) for older in (good.older - 1, good.older + 1, good.older ^ 2))
        yield from (forged(newer=newer) for newer in (good.newer * 2, good.newer // 2))
        yield from (forged(older_root=b"WrongRoot"), forged(newer_root=b"WrongRoot"))
        yield forged(older_root=good.newer_root, newer_root=good.older_root)
        yield forged(path=[])
        yield from (forged(path=[*path, more]) for more in (b"", good.older_root, good.newer_root))
        yield from (forged(path=[more, *path]) for more in (b"", good.older_root, good.newer_root, path[0]))
        yield forged(path=path[:-1])
        yield from (forged(path=wrong) for wrong in with_a_bit_flipped(path, 16))
    at = partial(Consistency, path=[])
    assert check_consistency(1, 1, [], OTHER, OTHER)
    yield from (at(size, size, older_root=ONE, newer_root=OTHER) for size in (0, 1))
    yield at(0, 0, older_root=ONE, newer_root=ONE)
    yield from (
        at(older, newer, older_root=ONE, newer_root=OTHER) for older, newer in ((0, 1), (1, 0), (2, 1), (1, 2))
    )
    yield from (
        at(older, newer, older_root=EMPTY_ROOT, newer_root=OTHER) for older, newer in ((0, 0), (1, 1), (0, 1))
    )
    for older, newer in ((0, 0), (1, 1), (0, 1)):
        yield Consistency(older, newer, [EMPTY_ROOT], EMPTY_ROOT, EMPTY_ROOT)


def with_a_bit_flipped(path: list[bytes], bit: int) -> Iterator[list[bytes]]:
    for at, each in enumerate(path):
        yield [*path[:at], bytes([each[0] ^ bit]) + each[1:], *path[at + 1 :]]


def test_every_forged_proof_of_a_leaf_is_refused() -> None:
    forged = [*forged_inclusions()]

    assert [each for each in forged if check_inclusion(*each)] == []
    assert len(forged) + len(published_inclusions()) + 1 == 98


def test_every_forged_proof_of_growth_is_refused() -> None:
    forged = [*forged_consistencies()]

    assert [each for each in forged if check_consistency(*each)] == []
    assert len(forged) + len(published_consistencies()) + 1 == 98
