"""Checkpoints: what a log was at one moment, in three lines and a signature (C2SP tlog-checkpoint v1.0.0).

Whoever holds one can tell later whether a record still begins with what was there at that moment. The key of a
log has the name that stands in the first line, so a checkpoint of another log, or by another key, is never taken
for one of this log.
"""

from __future__ import annotations

import re
from typing import Final, Self

import attrs

from ledger.errors import NotProved, NotUnderstood, shown
from ledger.integrity.notes import Algorithm, Note, SigningKey, VerifierKey, decoded, encoded
from ledger.integrity.tree import EMPTY_ROOT, HASH_BYTES

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


@attrs.frozen
class Checkpoint:
    """What a log was.

    Attributes:
        origin: Which log.
        size: How many entries it had.
        root: Root of the tree over these, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the checkpoint that the text of a note states; lines after the third are signed and not read.

        Raises:
            NotUnderstood: ``E_CHECKPOINT`` with the reason.
        """
        origin, *rest = text.removesuffix("\n").split("\n")
        if len(rest) < 2 or not all((origin, *rest)):
            raise _not_a_checkpoint("it has no three lines: origin, size and root")
        size, root = as_size(rest[0]), decoded(rest[1])
        if size is None:
            raise _not_a_checkpoint(f"size {shown(rest[0])} is not a plain number")
        if root is None or len(root) != HASH_BYTES or (not size and root != EMPTY_ROOT):
            raise _not_a_checkpoint(f"{shown(rest[1])} is not the root of a tree of that size")
        return cls(origin, size, root)

    def text(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"

    def __str__(self) -> str:
        return f"{self.origin}, {self.size:,} entries"


def as_size(text: str) -> int | None:
    """Return the number that plain digits state, without zeros before it; nothing where they do not."""
    return int(text) if _SIZE.fullmatch(text) else None


def signed(checkpoint: Checkpoint, key: SigningKey) -> Note:
    """Return a checkpoint signed by the key of its log.

    Whoever calls this sees to it that the log never signed anything else: nothing here remembers.
    """
    text = checkpoint.text()
    return Note(text, ()).with_signature(key.verifier, key.signature(text.encode()))


def opened(data: bytes, log: VerifierKey) -> tuple[Checkpoint, Note]:
    """Return the checkpoint that a file holds, and its note, if the log signed it.

    Args:
        data: The bytes of the file.
        log: The key of the log.

    Raises:
        NotUnderstood: ``E_CHECKPOINT`` or ``E_LIMIT``: it is no checkpoint. ``E_KEY``: the key is a witness's.
        NotProved: ``E_CHECKPOINT``: it is of another log, or was not signed by this key.
    """
    if log.algorithm is not Algorithm.ED25519:
        raise NotUnderstood("E_KEY", f"the key of {shown(log.name)} is that of a witness", "give that of the log")
    note = Note.parse(data)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log.name:
        raise NotProved(
            "E_CHECKPOINT",
            f"the checkpoint is of log {shown(checkpoint.origin)}, and the key of {shown(log.name)}",
            "give the key of that log",
        )
    signatures = note.by(log)
    if not signatures:
        raise NotProved("E_CHECKPOINT", f"{shown(log.name)} did not sign the checkpoint with this key", _ASK)
    if not all(log.fits(each, note.text.encode()) for each in signatures):
        raise NotProved("E_CHECKPOINT", f"the signature of {shown(log.name)} does not fit the checkpoint", _ASK)
    return checkpoint, note


_ASK: Final = "it is not what the log gave away, or the key is not the log's"


def _not_a_checkpoint(what: str) -> NotUnderstood:
    return NotUnderstood("E_CHECKPOINT", what, "give the file as the log signed it")
