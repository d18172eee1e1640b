"""What a witness says of the checkpoints of others: the Ed25519 cosignature of C2SP (tlog-cosignature v1.0.0).

A log could show two people two histories, each with its own root and signature. A witness that both trust keeps one
checkpoint of the log, signs a later one only when a proof shows that it continues that one, and says when: so
whoever sees its signature sees the one history that it saw. It keeps the checkpoint *before* it gives the signature
away, since one that forgets can be shown another history.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from ledger.errors import NotProved, NotUnderstood, shown
from ledger.integrity.checkpoints import Checkpoint, opened
from ledger.integrity.notes import Algorithm, Note, SigningKey, VerifierKey
from ledger.integrity.proofs import Growth

_TIME: Final = 8
_LATEST: Final = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


def cosigned(note: Note, witness: VerifierKey) -> datetime | None:
    """Return when a witness saw the checkpoint of a note, by the first of its signatures; nothing without one.

    Raises:
        NotUnderstood: ``E_KEY``: it is the key of a log.
        NotProved: ``E_CHECKPOINT``: a signature in its name does not fit.
    """
    if witness.algorithm is not Algorithm.COSIGNATURE:
        raise NotUnderstood(
            "E_KEY", f"the key of {shown(witness.name)} is that of a log", "give that of the witness"
        )
    times = []
    for value in note.by(witness):
        seconds = int.from_bytes(value[:_TIME])
        if seconds > _LATEST or not witness.fits(value[_TIME:], _message(seconds, note.text)):
            raise NotProved(
                "E_CHECKPOINT",
                f"the signature of witness {shown(witness.name)} does not fit the checkpoint",
                "it is not what the witness gave away, or the key is not its own",
            )
        times.append(datetime.fromtimestamp(seconds, UTC))
    return min(times, default=None)


def cosign(note: Note, witness: SigningKey, at: datetime) -> Note:
    """Return a note with the signature of a witness, who has seen to it that ``continued`` allows it."""
    seconds = int(at.timestamp())
    value = seconds.to_bytes(_TIME) + witness.signature(_message(seconds, note.text))
    return note.with_signature(witness.verifier, value)


def _message(seconds: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def continued(growth: Growth, log: VerifierKey, seen: Checkpoint | None) -> tuple[Checkpoint, Note]:
    """Return the checkpoint that a witness may sign, with its note: one that continues what it saw.

    Args:
        growth: The checkpoint, with the proof that it continues the one seen.
        log: The key of the log.
        seen: The last one of this log that the witness signed; ``None`` before the first.

    Raises:
        NotUnderstood: ``E_CHECKPOINT``: there is no checkpoint in it.
        NotProved: ``E_CHECKPOINT``: the log did not sign it. ``E_WITNESS``: the proof begins elsewhere.
            ``E_PROOF``: it does not hold; if the log made it, the log has two histories.
    """
    checkpoint, note = opened(growth.note, log)
    size = 0 if seen is None else seen.size
    if growth.older != size:
        raise NotProved(
            "E_WITNESS",
            f"the proof is from {growth.older:,} entries on, and the witness has seen {size:,}",
            f"give the proof of captable prove --since {size}" if size else "let it sign a checkpoint alone first",
        )
    if seen is not None:
        growth.check(checkpoint, seen)
    elif growth.path:
        raise NotProved("E_PROOF", "a proof from nothing on has hashes", "from nothing on there is nothing to show")
    return checkpoint, note
