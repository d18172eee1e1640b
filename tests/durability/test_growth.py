"""The tree of a record that grows: any two checkpoints are one history, and whatever is forged of it is refused.

What a root has to be is worked out from the bytes in the file by the definition (RFC 6962, 2.1), by SHA-256 alone.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

from ledger.integrity import tree
from ledger.journal import Ledger
from tests.builders import common_issued, founding, ticking
from tests.durability.conftest import Figure
from tests.durability.sizes import drawn, size

WHOLE: Final = 256
"""Hashes in a tile."""


def grow(folder: Path, entries: int = 600, pairs: int = 300, forgeries: int = 100) -> str:
    """Keep the root after each command of a record, and prove them against each other when it is long."""
    path, random = folder / "grown.ledger", drawn("growth")
    kept: dict[int, bytes] = {}
    with Ledger.open(path, create=True, clock=ticking()) as ledger:
        ledger.record(*founding())
        while (known := ledger.tree().size) < entries:
            kept[known] = ledger.tree().root()
            ledger.record(*[common_issued(issued=number) for number in range(1, random.randint(2, 40))])
        kept[known] = ledger.tree().root()
    leaves = leaf_hashes(path)
    assert [root_of(leaves[:known]) for known in kept] == [*kept.values()], "a root is not that of the entries"
    assert tiles(path) == [b"".join(leaves[at : at + WHOLE]) for at in range(0, known - WHOLE + 1, WHOLE)]

    with Ledger.open(path) as ledger:
        whole = ledger.tree()
        sizes = [*kept]
        asked = [*pairwise(sizes), *(sorted(random.choices(sizes, k=2)) for _ in range(pairs))]
        proofs = [(older, newer, whole.consistency(older, newer)) for older, newer in asked]
        for older, newer, proof in proofs:
            assert tree.check_consistency(older, newer, proof, kept[older], kept[newer]), (older, newer)
        for known in random.choices(sizes, k=pairs):
            number = random.randint(1, known)
            proof = whole.inclusion(number, known)
            assert tree.check_inclusion(leaves[number - 1], number - 1, known, proof, kept[known]), (number, known)
            assert not tree.check_inclusion(leaves[number - 1], number, known, proof, kept[known])
    for _ in range(forgeries):
        older, newer, proof = random.choice([each for each in proofs if each[2]])
        assert not tree.check_consistency(older, newer, forged(proof, random), kept[older], kept[newer])
        rewritten = [sha256(b"\0rewritten").digest(), *leaves[1:newer]]
        assert not tree.check_consistency(older, newer, proof, kept[older], root_of(rewritten))
    return (
        f"{len(kept):,} checkpoints of {entries:,} entries, {len(asked):,} pairs and {pairs:,} entries proved,"
        f" {2 * forgeries:,} forgeries refused"
    )


def forged(proof: list[bytes], random: Random) -> list[bytes]:
    """Return a proof with one bit flipped, one hash left out, or one put in or added."""
    at = random.randrange(len(proof))
    flipped = bytearray(proof[at])
    flipped[random.randrange(32)] ^= 1 << random.randrange(8)
    more = random.randbytes(32)
    return random.choice(
        [
            [*proof[:at], bytes(flipped), *proof[at + 1 :]],
            [*proof[:at], *proof[at + 1 :]],
            [*proof[:at], more, *proof[at:]],
            [*proof, more],
        ]
    )


def leaf_hashes(path: Path) -> list[bytes]:
    """Return the hash of each leaf, from the bytes in the file."""
    question = "SELECT state FROM stored_events WHERE originator_id = 'acme' ORDER BY originator_version"
    with closing(sqlite3.connect(path)) as connection:
        return [sha256(b"\0" + state.partition(b"\n")[0]).digest() for (state,) in connection.execute(question)]


def tiles(path: Path) -> list[bytes]:
    """Return the hashes of each complete tile of the lowest level."""
    question = "SELECT state FROM stored_events WHERE originator_id = 'acme/tiles/0' ORDER BY originator_version"
    with closing(sqlite3.connect(path)) as connection:
        return [state[: 32 * WHOLE] for (state,) in connection.execute(question)]


def root_of(leaves: list[bytes]) -> bytes:
    """Return the Merkle tree hash of leaves that are hashed already, by its definition."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    return sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def test_a_record_that_grows_stays_one_history(tmp_path: Path, figure: Figure) -> None:
    figure(grow(tmp_path, size(600, 10_000), size(300, 10_000)))
