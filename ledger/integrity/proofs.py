"""Proofs as files: that an entry is in a record (C2SP tlog-proof v1), and that a record was only continued.

    c2sp.org/tlog-proof@v1                          old 12
    extra eyJhY3RvciI6ImNvdW5zZWwi…                 gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
    index 11                                        …
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
    …                                               example.com/acme
                                                    20
    example.com/acme                                …
    20
    …

Both end in a checkpoint, as it was signed. The extra line of the first holds the leaf of the entry, the small
envelope that binds its fact to its place: it is shown by the proof, not trusted beforehand. The second has the form
in which a witness is asked (C2SP tlog-witness). Neither needs a database, and neither shows a fact.
"""

from __future__ import annotations

from typing import Final, Self

import attrs

from ledger import codec
from ledger.errors import LedgerDamaged, NotProved, NotUnderstood, shown
from ledger.integrity.checkpoints import Checkpoint, as_size
from ledger.integrity.notes import MAX_BYTES, decoded, encoded
from ledger.integrity.tree import HASH_BYTES, check_consistency, check_inclusion, leaf_hash

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_HASHES: Final = 63
"""A tree of 2⁶³ entries needs no more."""
_MAX_LEAF: Final = 65_535


@attrs.frozen
class Inclusion:
    """The proof that an entry is in a record.

    Attributes:
        index: Its place, from 0.
        path: The hashes beside its way to the root.
        leaf: Its envelope.
        note: The checkpoint, as it was signed.
    """

    index: int
    path: tuple[bytes, ...]
    leaf: bytes
    note: bytes

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the proof that a file holds.

        Raises:
            NotUnderstood: ``E_PROOF`` with the reason, or ``E_LIMIT``.
        """
        lines, note = _head(data)
        if lines[0] != HEADER:
            raise _not_a_proof(f"its first line is not {HEADER}")
        if len(lines) < 3 or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
            raise _not_a_proof("it has no lines extra and index")
        leaf, index = decoded(lines[1].removeprefix("extra ")), as_size(lines[2].removeprefix("index "))
        if leaf is None or len(leaf) > _MAX_LEAF:
            raise _not_a_proof("its line extra does not hold the envelope of an entry")
        if index is None:
            raise _not_a_proof(f"{shown(lines[2])} is not a place")
        return cls(index, _hashes(lines[3:]), leaf, note)

    def written(self) -> bytes:
        """Return the proof as a file."""
        head = [HEADER, f"extra {encoded(self.leaf)}", f"index {self.index}", *map(encoded, self.path)]
        return "\n".join([*head, "", ""]).encode() + self.note

    def check(self, checkpoint: Checkpoint) -> codec.Envelope:
        """Return what the envelope says, if it is in the record of a checkpoint that the reader trusts.

        Raises:
            NotProved: ``E_PROOF`` with the reason.
        """
        number = self.index + 1
        if self.index >= checkpoint.size:
            raise NotProved(
                "E_PROOF",
                f"entry {number:,} is later than the checkpoint, which has {checkpoint.size:,} entries",
                "take a later checkpoint",
            )
        if not check_inclusion(leaf_hash(self.leaf), self.index, checkpoint.size, self.path, checkpoint.root):
            raise NotProved(
                "E_PROOF", f"the hashes do not lead from entry {number:,} to the root", "the proof was changed"
            )
        try:
            envelope = codec.read_leaf(self.leaf)
        except LedgerDamaged as error:
            raise NotProved(
                "E_PROOF", f"the envelope of entry {number:,} {error.what}", "it is no entry"
            ) from error
        if envelope.number != number:
            raise NotProved(
                "E_PROOF", f"the envelope at place {number:,} is of entry {envelope.number:,}", "the log is damaged"
            )
        return envelope


@attrs.frozen
class Growth:
    """The proof that a record was continued: nothing that was there was changed, moved or taken out.

    Attributes:
        older: How many entries it had.
        path: The hashes that both trees are made of.
        note: The later checkpoint, as it was signed.
    """

    older: int
    path: tuple[bytes, ...]
    note: bytes

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the proof that a file holds.

        Raises:
            NotUnderstood: ``E_PROOF`` with the reason, or ``E_LIMIT``.
        """
        lines, note = _head(data)
        older = as_size(lines[0].removeprefix("old ")) if lines[0].startswith("old ") else None
        if older is None:
            raise _not_a_proof("its first line is not old and a number of entries")
        return cls(older, _hashes(lines[1:]), note)

    def written(self) -> bytes:
        """Return the proof as a file."""
        return "\n".join([f"old {self.older}", *map(encoded, self.path), "", ""]).encode() + self.note

    def check(self, checkpoint: Checkpoint, older: Checkpoint) -> None:
        """Refuse a proof that does not lead from one checkpoint that the reader trusts to another.

        Raises:
            NotProved: ``E_PROOF`` with the reason.
        """
        if older.origin != checkpoint.origin:
            raise NotProved(
                "E_PROOF",
                f"the checkpoints are of two logs, {shown(older.origin)} and {shown(checkpoint.origin)}",
                "compare checkpoints of one",
            )
        if older.size != self.older:
            raise NotProved(
                "E_PROOF",
                f"the proof is from {self.older:,} entries on, and the older checkpoint has {older.size:,}",
                f"give the checkpoint of {self.older:,} entries, or ask for captable prove --since {older.size}",
            )
        if checkpoint.size < older.size:
            raise NotProved(
                "E_PROOF",
                f"the later checkpoint has {checkpoint.size:,} entries, and the older one {older.size:,}",
                "the record was cut off, or they are in the wrong order",
            )
        begins = older.size == 0 and not self.path
        if not begins and not check_consistency(
            older.size, checkpoint.size, self.path, older.root, checkpoint.root
        ):
            raise NotProved(
                "E_PROOF",
                f"the record of {checkpoint.size:,} entries does not continue the one of {older.size:,}",
                "an entry was changed, moved or taken out, or the proof was",
            )


def _head(data: bytes) -> tuple[list[str], bytes]:
    """Return the lines before the first empty one, and what follows it."""
    if len(data) > MAX_BYTES:
        raise NotUnderstood("E_LIMIT", f"the proof is longer than {MAX_BYTES:,} bytes", "give another file")
    head, found, note = data.partition(b"\n\n")
    if not found:
        raise _not_a_proof("no empty line stands before a checkpoint")
    if not head.isascii():
        raise _not_a_proof("it holds other characters than ASCII")
    return head.decode().split("\n"), note


def _hashes(lines: list[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_HASHES:
        raise NotUnderstood("E_LIMIT", f"the proof has {len(lines):,} hashes", f"at most {MAX_HASHES}")
    hashes = []
    for line in lines:
        made = decoded(line)
        if made is None or len(made) != HASH_BYTES:
            raise _not_a_proof(f"{shown(line)} is not a hash")
        hashes.append(made)
    return tuple(hashes)


def _not_a_proof(what: str) -> NotUnderstood:
    return NotUnderstood("E_PROOF", what, "give the file as captable prove wrote it")
