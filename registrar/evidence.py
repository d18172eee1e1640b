"""What a record gives away to others, and what others may check: checkpoints, proofs, and what witnesses say.

Only what extends the last thing that its key signed is signed; a proof is made against a checkpoint that the record
still bears out. Checking needs no ledger and no connection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs

from ledger import codec
from ledger.errors import LedgerDamaged, LedgerError, NotProved, NotUnderstood
from ledger.events import Event
from ledger.integrity.checkpoints import Checkpoint, opened, signed
from ledger.integrity.cosignatures import continued, cosign, cosigned
from ledger.integrity.notes import Algorithm, Note, VerifierKey
from ledger.integrity.proofs import HEADER, Growth, Inclusion
from ledger.integrity.tree import Growing, leaf_hash
from registrar.keys import signing

if TYPE_CHECKING:
    from ledger.journal import Ledger


# --- given away --------------------------------------------------------------------------------------------------


def checkpoint(ledger: Ledger, key_file: str) -> bytes:
    """Return a checkpoint of the whole record, signed.

    Args:
        ledger: Whose record.
        key_file: Where the key of its log is; what it signed last lies beside it.

    Raises:
        LedgerDamaged: ``E_TAMPERED`` or ``E_STORE_SHORT``: the record does not begin with what the key signed last.
        NotUnderstood: ``E_KEY``: it is not the key of a log, or cannot be read.
    """
    with signing(key_file) as with_key:
        key = with_key.key
        if key.algorithm is not Algorithm.ED25519:
            raise NotUnderstood("E_KEY", "it is the key of a witness", "sign with the key of the log", key_file)
        grown = _grown(ledger, with_key.last(key.name))
        made = Checkpoint(key.name, grown.size, grown.root())
        with_key.remember(made)
        return signed(made, key).written()


def borne_out(ledger: Ledger, given: Checkpoint) -> None:
    """Refuse a record that does not begin with what a checkpoint says that it was.

    Raises:
        LedgerDamaged: ``E_STORE_SHORT``: it has fewer entries. ``E_TAMPERED``: they are others.
    """
    _long_enough(ledger, given)
    if given.size and ledger.tree().root(given.size) != given.root:
        raise _another(ledger, given)


def entry_proof(ledger: Ledger, number: int, note: bytes) -> bytes:
    """Return the proof that an entry is in the record, against a checkpoint that was signed.

    Args:
        ledger: Whose record.
        number: The entry.
        note: The checkpoint; its signatures are passed on as they are.

    Raises:
        LedgerDamaged: The record is not the one of the checkpoint; see ``borne_out``.
        NotProved: ``E_PROOF``: the entry is later than the checkpoint.
        NotUnderstood: ``E_ENTRY``: there is no such entry; ``E_CHECKPOINT``: it is no checkpoint.
    """
    against = Checkpoint.parse(Note.parse(note).text)
    entries = ledger.entries()
    if number > len(entries):
        raise NotUnderstood("E_ENTRY", f"entry {number:,} is not recorded", f"the last entry is {len(entries):,}")
    if number > against.size:
        what = f"entry {number:,} is later than the checkpoint, which has {against.size:,} entries"
        raise NotProved("E_PROOF", what, "sign a later one: captable checkpoint")
    borne_out(ledger, against)
    assert ledger.issuer is not None, "a ledger with entries has an issuer"
    leaf = codec.leaf(ledger.issuer, entries[number - 1])
    path = ledger.tree().inclusion(number, against.size)
    made = Inclusion(number - 1, tuple(path), leaf, note)
    try:
        made.check(against)
    except NotProved:
        raise _other_tree(ledger) from None
    return made.written()


def fact(ledger: Ledger, number: int) -> bytes:
    """Return what an entry says, as the bytes whose digest its envelope holds."""
    return codec.encode(ledger.entries()[number - 1].event)


def growth_proof(ledger: Ledger, older: int, note: bytes) -> bytes:
    """Return the proof that the record was only continued, up to a checkpoint that was signed.

    Args:
        ledger: Whose record.
        older: How many entries it had.
        note: The later checkpoint; its signatures are passed on as they are.

    Raises:
        LedgerDamaged: The record is not the one of the checkpoint; see ``borne_out``.
        NotProved: ``E_PROOF``: it has fewer entries than the older one.
        NotUnderstood: ``E_CHECKPOINT``: it is no checkpoint.
    """
    against = Checkpoint.parse(Note.parse(note).text)
    if older > against.size:
        what = f"the later checkpoint has {against.size:,} entries, and the older one {older:,}"
        raise NotProved("E_PROOF", what, "change their places, or sign a later one: captable checkpoint")
    borne_out(ledger, against)
    path = ledger.tree().consistency(older, against.size) if older else []
    return Growth(older, tuple(path), note).written()


def witnessed(
    data: bytes, log: VerifierKey, key_file: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> bytes:
    """Return a checkpoint with the signature of a witness, who has never signed one that this does not continue.

    Args:
        data: The checkpoint with the proof that it continues the last one signed; or the first one alone.
        log: The key of the log.
        key_file: Where the key of the witness is; what it signed last lies beside it.
        clock: Tells when the witness saw it.

    Raises:
        NotUnderstood: ``E_KEY``, ``E_CHECKPOINT`` or ``E_PROOF``: something cannot be read.
        NotProved: ``E_CHECKPOINT``, ``E_WITNESS`` or ``E_PROOF``: see ``cosignatures.continued``.
    """
    with signing(key_file) as with_key:
        if with_key.key.algorithm is not Algorithm.COSIGNATURE:
            raise NotUnderstood("E_KEY", "it is the key of a log", "make one with --witness", key_file)
        last = with_key.last(log.name)
        growth = Growth.parse(data) if data.startswith(b"old ") else _alone(data, last)
        seen, note = continued(growth, log, last)
        with_key.remember(seen)
        return cosign(note, with_key.key, clock()).written()


def _alone(data: bytes, last: Checkpoint | None) -> Growth:
    """Return a checkpoint that came without a proof: the first one, or the one that was signed before."""
    size = Checkpoint.parse(Note.parse(data).text).size
    return Growth(size if last is not None and last.size == size else 0, (), data)


def _grown(ledger: Ledger, last: Checkpoint | None) -> Growing:
    """Return the tree that the entries themselves make up, if it was one with the last checkpoint on its way.

    What is kept of the tree is not believed, and compared.
    """
    growing, entries = Growing(), ledger.entries()
    if last is not None:
        _long_enough(ledger, last)
    for entry in entries:
        assert ledger.issuer is not None, "a ledger with entries has an issuer"
        growing.add(leaf_hash(codec.leaf(ledger.issuer, entry)))
        if last is not None and growing.size == last.size and growing.root() != last.root:
            raise _another(ledger, last)
    if entries and ledger.tree().root(len(entries)) != growing.root():
        raise _other_tree(ledger)
    return growing


def _long_enough(ledger: Ledger, given: Checkpoint) -> None:
    count = len(ledger.entries())
    if count < given.size:
        wrong = f"the record has {count:,} entries, and had {given.size:,} when the checkpoint was signed"
        raise LedgerDamaged("E_STORE_SHORT", str(ledger.issuer or "the ledger"), wrong)


def _another(ledger: Ledger, given: Checkpoint) -> LedgerDamaged:
    wrong = f"its first {given.size:,} entries do not have the root that the checkpoint was signed for"
    return LedgerDamaged("E_TAMPERED", str(ledger.issuer), wrong)


def _other_tree(ledger: Ledger) -> LedgerDamaged:
    return LedgerDamaged("E_TAMPERED", str(ledger.issuer), "the tree that it keeps is not that of its entries")


# --- checked -----------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Shown:
    """What a file shows that was given as evidence.

    Attributes:
        checkpoint: What the record was, as its log signed it.
        seen: When each witness that was asked about saw it.
        envelope: Of a proof of an entry: what its envelope says.
        event: The fact itself, where it was shown.
        older: Of a proof of growth: what the record was before.
    """

    checkpoint: Checkpoint
    seen: tuple[tuple[str, datetime], ...]
    envelope: codec.Envelope | None = None
    event: Event | None = None
    older: Checkpoint | None = None


def shown(
    data: bytes,
    log: VerifierKey,
    witnesses: Sequence[VerifierKey] = (),
    *,
    older: bytes | None = None,
    fact: bytes | None = None,
) -> Shown:
    """Return what a file shows: a proof of an entry, a proof of growth, or a checkpoint alone.

    Args:
        data: The bytes of the file.
        log: The key of the log.
        witnesses: The keys of witnesses that must have seen the checkpoint.
        older: The older checkpoint that the reader kept, for a proof of growth.
        fact: What the entry says, as ``fact`` returns it.

    Raises:
        NotUnderstood: ``E_PROOF``, ``E_CHECKPOINT`` or ``E_LIMIT``: something cannot be read, or was given and
            would not be looked at.
        NotProved: ``E_PROOF`` or ``E_CHECKPOINT``: it does not show it.
    """
    is_of_entry, is_of_growth = data.startswith(HEADER.encode()), data.startswith(b"old ")
    if older is not None and not is_of_growth:
        hint = "leave --since out, or give the proof of captable prove --since"
        raise NotUnderstood("E_PROOF", "only a proof of growth is compared with an older checkpoint", hint)
    if fact is not None and not is_of_entry:
        hint = "leave --fact out, or give the proof of that entry"
        raise NotUnderstood("E_PROOF", "only the proof of an entry shows a fact", hint)
    if is_of_entry:
        proof = Inclusion.parse(data)
        latest, note = opened(proof.note, log)
        envelope = proof.check(latest)
        seen = _seen(note, witnesses)
        return Shown(checkpoint=latest, seen=seen, envelope=envelope, event=_fact_of(envelope, fact))
    if is_of_growth:
        growth = Growth.parse(data)
        latest, note = opened(growth.note, log)
        if older is None:
            hint = "give the checkpoint that you kept: --since FILE"
            raise NotUnderstood("E_PROOF", "growth is shown from an older checkpoint on", hint)
        try:
            before, _ = opened(older, log)
        except LedgerError as error:
            raise error.at("the older checkpoint") from None
        growth.check(latest, before)
        return Shown(checkpoint=latest, seen=_seen(note, witnesses), older=before)
    latest, note = opened(data, log)
    return Shown(checkpoint=latest, seen=_seen(note, witnesses))


def _seen(note: Note, witnesses: Sequence[VerifierKey]) -> tuple[tuple[str, datetime], ...]:
    found = []
    for witness in witnesses:
        at = cosigned(note, witness)
        if at is None:
            what = f"{witness.name} did not sign the checkpoint with this key"
            raise NotProved("E_CHECKPOINT", what, "ask the witness to: captable witness")
        found.append((witness.name, at))
    return tuple(found)


def _fact_of(envelope: codec.Envelope, fact: bytes | None) -> Event | None:
    if fact is None:
        return None
    if codec.digest(fact) != envelope.payload_digest:
        what = f"the fact is not the one that entry {envelope.number} states"
        raise NotProved("E_PROOF", what, "give the file as captable prove --fact wrote it")
    try:
        return codec.decode(fact, "the fact")
    except LedgerDamaged as error:
        what = f"the fact of entry {envelope.number} cannot be read: {error.what}"
        raise NotUnderstood("E_PROOF", what, "the newest release may know it") from None
