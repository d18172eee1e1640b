"""The tree against the definition in RFC 6962, section 2.1, written down here as it stands there."""

import hashlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.integrity.tree import (
    EMPTY_ROOT,
    Growing,
    Nodes,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root,
)

SIZES = st.integers(1, 300)


def mth(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of a list of leaves, by the recursion that defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = max(1 << power for power in range(20) if 1 << power < len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def leaves(size: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(size)]


def nodes_of(size: int) -> Nodes:
    """Return the perfect subtrees over the first leaves, and refuse to tell of any that reaches beyond them."""

    def node(level: int, index: int) -> bytes:
        assert (index + 1) << level <= size
        return mth(leaves(size)[index << level : (index + 1) << level])

    return node


def root_of(size: int) -> bytes:
    return mth(leaves(size))


# --- roots -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(1, 18))
def test_the_root_is_the_one_that_the_standard_defines(size: int) -> None:
    growing = Growing()
    for leaf in leaves(size):
        growing.add(leaf_hash(leaf))

    assert growing.size == size
    assert growing.root() == root(nodes_of(size), size) == root_of(size)


def test_the_root_without_leaves_is_the_hash_of_nothing() -> None:
    assert Growing().root() == root(nodes_of(0), 0) == EMPTY_ROOT == mth([])


@given(SIZES)
def test_a_tree_that_grows_has_the_root_of_the_whole_one(size: int) -> None:
    growing = Growing()
    for leaf in leaves(size):
        growing.add(leaf_hash(leaf))

    assert growing.root() == root(nodes_of(size), size) == root_of(size)


def test_a_leaf_is_never_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != node_hash(left, right)


def test_what_cannot_be_asked_is_refused() -> None:
    for ask in (
        lambda: root(nodes_of(3), -1),
        lambda: inclusion_path(nodes_of(3), 3, 3),
        lambda: inclusion_path(nodes_of(3), -1, 3),
        lambda: inclusion_path(nodes_of(0), 0, 0),
        lambda: consistency_path(nodes_of(3), 0, 3),
        lambda: consistency_path(nodes_of(3), 4, 3),
    ):
        with pytest.raises(ValueError, match=r"leaf|tree|leaves"):
            ask()


# --- one entry ---------------------------------------------------------------------------------------------------


@st.composite
def places(draw: Callable[..., int]) -> tuple[int, int]:
    size = draw(SIZES)
    return draw(st.integers(0, size - 1)), size


@given(places())
@example((0, 1))
@example((255, 256))
@example((256, 257))
def test_every_leaf_is_shown_to_be_in_the_tree(place: tuple[int, int]) -> None:
    index, size = place
    path = inclusion_path(nodes_of(size), index, size)

    assert len(path) <= (size - 1).bit_length()
    assert check_inclusion(leaf_hash(leaves(size)[index]), index, size, path, root_of(size))


@given(places(), st.data())
def test_a_leaf_is_shown_at_its_own_place_only(place: tuple[int, int], data: st.DataObject) -> None:
    index, size = place
    path, leaf = inclusion_path(nodes_of(size), index, size), leaf_hash(leaves(size)[index])
    other = data.draw(st.integers(-1, size + 1).filter(lambda each: each != index))

    assert not check_inclusion(leaf, other, size, path, root_of(size))
    assert not check_inclusion(leaf_hash(b"another"), index, size, path, root_of(size))
    assert not check_inclusion(leaf, index, size, path, root_of(size + 1))
    assert not check_inclusion(leaf, index, 0, path, root_of(size))


def spoiled(path: list[bytes]) -> list[list[bytes]]:
    """Return the proofs that somebody could make of one: a hash changed, cut, left out, added, moved, repeated."""
    made = [[*path, bytes(32)], [bytes(32), *path], [*path, EMPTY_ROOT], [*path, b""], [b"", *path]]
    for at, each in enumerate(path):
        flipped = (bytes([each[0] ^ 1]) + each[1:], each[:31] + bytes([each[31] ^ 128]))
        instead = [[wrong] for wrong in (*flipped, each[:31], each + b"\0", b"")]
        made += [[*path[:at], *wrong, *path[at + 1 :]] for wrong in ([], [each, each], *instead)]
    return made + [path[::-1]] * (path[::-1] != path)


@given(places())
def test_no_spoiled_proof_of_a_leaf_is_accepted(place: tuple[int, int]) -> None:
    index, size = place
    path, leaf = inclusion_path(nodes_of(size), index, size), leaf_hash(leaves(size)[index])

    for wrong in spoiled(path):
        assert not check_inclusion(leaf, index, size, wrong, root_of(size))
    for wrong_hash in (b"", leaf[:31], leaf + b"\0"):
        assert not check_inclusion(wrong_hash, index, size, path, root_of(size))
        assert not check_inclusion(leaf, index, size, path, wrong_hash)


def test_a_node_is_not_accepted_as_a_leaf() -> None:
    """Over four leaves, the left node with half a path would pass for leaf 0 of a tree of two."""
    path = inclusion_path(nodes_of(4), 0, 4)
    left = node_hash(*map(leaf_hash, leaves(2)))

    assert check_inclusion(left, 0, 2, path[1:], root_of(4))  # why a size without its root says nothing
    assert not check_inclusion(left, 0, 4, path[1:], root_of(4))
    assert not check_inclusion(leaf_hash(b"".join(map(leaf_hash, leaves(2)))), 0, 4, path[1:], root_of(4))


# --- growth ------------------------------------------------------------------------------------------------------


@st.composite
def growths(draw: Callable[..., int]) -> tuple[int, int]:
    newer = draw(SIZES)
    return draw(st.integers(1, newer)), newer


@given(growths())
@example((1, 1))
@example((256, 300))
@example((255, 256))
def test_any_two_sizes_of_a_tree_are_shown_to_be_one_history(sizes: tuple[int, int]) -> None:
    older, newer = sizes
    path = consistency_path(nodes_of(newer), older, newer)

    assert check_consistency(older, newer, path, root_of(older), root_of(newer))


@given(growths())
def test_no_spoiled_proof_of_growth_is_accepted(sizes: tuple[int, int]) -> None:
    older, newer = sizes
    path = consistency_path(nodes_of(newer), older, newer)

    for wrong in spoiled(path):
        assert not check_consistency(older, newer, wrong, root_of(older), root_of(newer))
    for wrong_root in (b"", root_of(older)[:31], root_of(older) + b"\0", leaf_hash(b"another")):
        assert not check_consistency(older, newer, path, wrong_root, root_of(newer))
        assert not check_consistency(older, newer, path, root_of(older), wrong_root)


@given(growths(), st.data())
def test_growth_is_shown_between_its_own_sizes_only(sizes: tuple[int, int], data: st.DataObject) -> None:
    older, newer = sizes
    path = consistency_path(nodes_of(newer), older, newer)
    other = data.draw(st.integers(-1, newer + 2).filter(lambda each: each != older))

    if older != newer:
        assert not check_consistency(other, newer, path, root_of(older), root_of(newer))
        assert not check_consistency(newer, older, path, root_of(newer), root_of(older))


@given(growths(), st.data())
def test_a_history_that_was_rewritten_is_no_continuation(sizes: tuple[int, int], data: st.DataObject) -> None:
    older, newer = sizes
    changed = leaves(newer)
    changed[data.draw(st.integers(0, older - 1))] = b"rewritten"

    def node(level: int, index: int) -> bytes:
        return mth(changed[index << level : (index + 1) << level])

    path = consistency_path(node, older, newer)
    assert not check_consistency(older, newer, path, root_of(older), mth(changed))


def test_nothing_is_said_to_follow_from_the_empty_tree() -> None:
    assert not check_consistency(0, 3, [], EMPTY_ROOT, root_of(3))
    assert not check_consistency(0, 3, [root_of(3)], EMPTY_ROOT, root_of(3))
    assert check_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    assert not check_consistency(0, 0, [], root_of(3), root_of(3))
    assert not check_consistency(0, 0, [bytes(32)], EMPTY_ROOT, EMPTY_ROOT)


def test_what_is_no_bytes_is_no_hash() -> None:
    text: list[bytes] = ["a" * 32]  # type: ignore[list-item]  # as a careless reader might hand it over

    assert not check_inclusion(leaf_hash(b"a"), 0, 2, text, root_of(2))
    assert not check_consistency(1, 2, text, root_of(1), root_of(2))
