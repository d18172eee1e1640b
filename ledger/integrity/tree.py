"""The Merkle tree of RFC 6962 with SHA-256: one root over all entries, short proofs of one entry and of growth.

What could go wrong, and why it does not. A node could pose as a leaf: the two are hashed behind different first
bytes. A proof could carry more than it needs, or hashes of another length, and mean two things at once: such a
proof is refused, whatever it comes to. The empty tree could be said to lead anywhere: nothing is accepted as
following from it, and whoever begins with nothing says so himself.

Places count from 0 here, as in the standard: entry number ``n`` is the leaf at index ``n - 1``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
NODE: Final = b"\1"
"""What a node is hashed behind."""
EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of the tree without leaves."""
Nodes = Callable[[int, int], bytes]
"""Hash of a perfect subtree by level and index: ``2 ** level`` leaves from ``index * 2 ** level`` on."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two others."""
    return sha256(NODE + left + right).digest()


class Growing:
    """A tree that leaves are added to, of which only the root is asked: it keeps one hash for each level."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []  # roots of the perfect subtrees that make up the tree, the largest first

    def add(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        complete, carried = leaf, self.size
        while carried & 1:
            complete = node_hash(self._edge.pop(), complete)
            carried >>= 1
        self._edge.append(complete)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves added so far."""
        return _joined(self._edge)


def _joined(edge: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees, the largest first."""
    if not edge:
        return EMPTY_ROOT
    joined = edge[-1]
    for left in reversed(edge[:-1]):
        joined = node_hash(left, joined)
    return joined


# --- what is given away ------------------------------------------------------------------------------------------


def root(nodes: Nodes, size: int) -> bytes:
    """Return the root over the first leaves of a tree.

    Args:
        nodes: Perfect subtrees within these leaves.
        size: How many leaves; none has a root too.
    """
    if size < 0:
        raise ValueError(f"a tree of {size} leaves")
    return _root_between(nodes, 0, size) if size else EMPTY_ROOT


def inclusion_path(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Return what shows that a leaf is in a tree: the hash of each subtree beside its way to the root, upwards.

    Args:
        nodes: Perfect subtrees within the first ``size`` leaves.
        index: Which leaf, from 0.
        size: How many leaves the tree has.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} in a tree of {size}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _left(end - begin)
        if index < middle:
            path.append(_root_between(nodes, middle, end))
            end = middle
        else:
            path.append(_root_between(nodes, begin, middle))
            begin = middle
    return path[::-1]


def consistency_path(nodes: Nodes, older: int, newer: int) -> list[bytes]:
    """Return what shows that a tree was continued: nothing that was in it was changed, moved or taken out.

    Args:
        nodes: Perfect subtrees within the first ``newer`` leaves.
        older: How many leaves the tree had; at least one.
        newer: How many it has.
    """
    if not 0 < older <= newer:
        raise ValueError(f"from {older} leaves to {newer}")
    path: list[bytes] = []
    begin, end = 0, newer
    while end != older:
        middle = begin + _left(end - begin)
        if older <= middle:
            path.append(_root_between(nodes, middle, end))
            end = middle
        else:
            path.append(_root_between(nodes, begin, middle))
            begin = middle
    if begin:  # otherwise what is left is the older tree itself, whose root the reader has
        path.append(_root_between(nodes, begin, end))
    return path[::-1]


def _left(size: int) -> int:
    """Return how many of two or more leaves stand in the left half: the largest power of two below them."""
    return 1 << (size - 1).bit_length() - 1


def _root_between(nodes: Nodes, begin: int, end: int) -> bytes:
    """Return the root over the leaves from one index to another, where a perfect subtree begins at the first."""
    edge = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        edge.append(nodes(level, begin >> level))
        begin += 1 << level
    return _joined(edge)


# --- what is checked ---------------------------------------------------------------------------------------------


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether a path shows that a leaf is in a tree (RFC 9162, 2.1.3.2).

    Args:
        leaf: Hash of the leaf.
        index: Its place, from 0.
        size: How many leaves the tree has.
        path: As ``inclusion_path`` returns it; not one hash more.
        root: Root of the tree.
    """
    if not 0 <= index < size or not _are_hashes(leaf, root, *path):
        return False
    place, last, joined = index, size - 1, leaf
    for beside in path:
        if not last:
            return False
        if place & 1 or place == last:
            joined = node_hash(beside, joined)
            place, last = _up_while_left(place, last)
        else:
            joined = node_hash(joined, beside)
        place, last = place >> 1, last >> 1
    return not last and joined == root


def check_consistency(older: int, newer: int, path: Sequence[bytes], older_root: bytes, newer_root: bytes) -> bool:
    """Return whether a path shows that a tree was continued (RFC 9162, 2.1.4.2).

    From no leaves to some there is nothing to show, and the answer is no.

    Args:
        older: How many leaves the tree had.
        newer: How many it has.
        path: As ``consistency_path`` returns it; not one hash more.
        older_root: The root that it had.
        newer_root: The root that it has.
    """
    if not 0 <= older <= newer or not _are_hashes(older_root, newer_root, *path):
        return False
    if older == newer:
        return not path and older_root == newer_root and (older > 0 or older_root == EMPTY_ROOT)
    if not older:
        return False
    whole = [older_root, *path] if older & (older - 1) == 0 else [*path]
    if len(whole) < 2:
        return False
    place, last = older - 1, newer - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = whole[0]
    for beside in whole[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            before, after = node_hash(beside, before), node_hash(beside, after)
            place, last = _up_while_left(place, last)
        else:
            after = node_hash(after, beside)
        place, last = place >> 1, last >> 1
    return not last and before == older_root and after == newer_root


def _are_hashes(*given: bytes) -> bool:
    return all(isinstance(each, bytes) and len(each) == HASH_BYTES for each in given)


def _up_while_left(place: int, last: int) -> tuple[int, int]:
    """Pass the levels on which a node at the right edge has nobody beside it."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last
