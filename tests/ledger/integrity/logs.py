"""A small record with its key, and what it gives away: checkpoints and proofs, made from its leaves alone."""

from collections.abc import Sequence
from functools import cache

from ledger import Ledger, codec
from ledger.integrity import tree
from ledger.integrity.checkpoints import Checkpoint, signed
from ledger.integrity.notes import Algorithm, SigningKey
from ledger.integrity.proofs import Growth, Inclusion
from tests import builders as a

ORIGIN = "acme.example/ledger"
KEY = SigningKey(ORIGIN, Algorithm.ED25519, bytes(range(32)))
WITNESS = SigningKey("witness.example/w1", Algorithm.COSIGNATURE, bytes(range(32, 64)))


@cache
def record() -> Ledger:
    """Return a ledger of twenty entries."""
    ledger = Ledger.in_memory(clock=a.ticking())
    fund = a.holder_registered(holder="fund")  # no natural person: their salts would be others each time
    ledger.record(a.issuer_registered(), a.common(), fund, actor="counsel", command="founding")
    for number in range(len(ledger.entries()), 20):
        ledger.record(a.common_issued(holder="fund", issued=number), actor="clerk", command=f"issue-{number}")
    return ledger


@cache
def leaves() -> Sequence[bytes]:
    issuer = record().issuer
    assert issuer is not None
    return [codec.leaf(issuer, entry) for entry in record().entries()]


def nodes(level: int, index: int) -> bytes:
    """Return the hash of a perfect subtree of the record."""
    if not level:
        return tree.leaf_hash(leaves()[index])
    return tree.node_hash(nodes(level - 1, 2 * index), nodes(level - 1, 2 * index + 1))


def checkpoint(size: int = 20) -> Checkpoint:
    return Checkpoint(ORIGIN, size, tree.root(nodes, size))


def note(size: int = 20, key: SigningKey = KEY) -> bytes:
    return signed(checkpoint(size), key).written()


def inclusion(number: int, size: int = 20) -> Inclusion:
    path = tree.inclusion_path(nodes, number - 1, size)
    return Inclusion(number - 1, tuple(path), leaves()[number - 1], note(size))


def growth(older: int, newer: int = 20) -> Growth:
    path = tree.consistency_path(nodes, older, newer) if older else []
    return Growth(older, tuple(path), note(newer))
