"""What somebody else keeps of a record, read from files: checkpoints, signatures of witnesses, time stamps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledger.errors import NotProved, NotUnderstood
from ledger.integrity.checkpoints import Checkpoint, opened
from ledger.integrity.cosignatures import cosigned
from ledger.integrity.notes import Note
from ledger.verification import Anchor, Level

if TYPE_CHECKING:
    from ledger.integrity.notes import VerifierKey

Named = tuple[str, bytes]
"""A file: its name, and what is in it."""


def anchors(
    checkpoints: Sequence[Named],
    log: VerifierKey | None = None,
    witnesses: Sequence[VerifierKey] = (),
    replies: Sequence[Named] = (),
    authority: bytes = b"",
) -> list[Anchor]:
    """Return what checkpoints say of a record, and how far each can be relied on.

    Args:
        checkpoints: Files that somebody kept.
        log: The key of the log, which must have signed them; without it their signatures are not looked at.
        witnesses: Keys of witnesses; a checkpoint that all of them signed has the level of a witness.
        replies: Time stamps; each must be of one of the files.
        authority: Certificates of authorities for time stamps that the reader trusts, in PEM.

    Raises:
        NotUnderstood: ``E_CHECKPOINT``: a file is no checkpoint; ``E_STAMP``: a reply is no time stamp; ``E_KEY``:
            a key is of the other kind.
        NotProved: ``E_CHECKPOINT``: a signature does not fit; ``E_STAMP``: a stamp is of none of the files, or does
            not lead to a certificate.
        LibraryMissing: There are replies, and the extra ``stamps`` is not installed.
    """
    stamped = _stamps(checkpoints, replies, authority)
    return [_anchor(each, log, witnesses, stamped.get(each[0])) for each in checkpoints]


def _anchor(file: Named, log: VerifierKey | None, witnesses: Sequence[VerifierKey], stamp: str | None) -> Anchor:
    name, data = file
    try:
        note = Note.parse(data)
        checkpoint = opened(data, log)[0] if log is not None else Checkpoint.parse(note.text)
        seen = [(witness.name, cosigned(note, witness)) for witness in witnesses]
    except (NotProved, NotUnderstood) as error:
        raise error.at(name) from None
    told = [name if log is not None else f"{name} (its signature was not checked)"]
    told += (f"seen by {witness} at {at:%Y-%m-%d %H:%M:%S} UTC" for witness, at in seen if at is not None)
    told += [stamp] if stamp else []
    if seen and all(at is not None for _, at in seen):
        level = Level.WITNESS
    else:
        level = Level.TIME_STAMP if stamp else Level.CHECKPOINT
    return Anchor(checkpoint.size, checkpoint.root, level, ", ".join(told))


def _stamps(checkpoints: Sequence[Named], replies: Sequence[Named], authority: bytes) -> dict[str, str]:
    """Return what the time stamps say, by the name of the file that each is of."""
    if not replies:
        return {}
    from ledger.integrity import stamps

    found: dict[str, str] = {}
    for name, reply in replies:
        refused: NotProved | None = None
        for checkpoint, data in checkpoints:
            try:
                made = stamps.check(reply, data, authority)
            except NotProved as error:
                refused = refused or error
            except NotUnderstood as error:
                raise error.at(name) from None
            else:
                found[checkpoint] = f"stamped at {made.at:%Y-%m-%d %H:%M:%S} UTC by {made.by}"
                break
        else:
            assert refused is not None, "a reply comes with a checkpoint"
            raise refused.at(name) from None
    return found
