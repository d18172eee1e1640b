"""Whatever is tried, a key and a witness sign one history; and no forged proof is taken, by either verifier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

import attrs
import pytest

from ledger import Ledger, codec
from ledger.errors import LedgerError
from ledger.integrity.checkpoints import Checkpoint, opened, signed
from ledger.integrity.notes import Algorithm, SigningKey, VerifierKey, encoded
from ledger.integrity.proofs import Growth, Inclusion
from ledger.integrity.tree import node_hash
from registrar import evidence, keys
from tests import builders as a
from tests.durability.conftest import Figure
from tests.durability.sizes import drawn, size
from tests.ledger.integrity.logs import KEY, ORIGIN
from tests.ledger.integrity.test_check_proof import theirs
from tests.ledger.integrity.test_notes import encodings

History = tuple[int, ...]
"""What was issued, command by command: two histories with one beginning have the same entries there."""
Signed = list[tuple[bytes, History]]
"""What was signed, with the history that it was signed for."""
_FOUNDING: Final = 3
_THEIR_KEY: Final = theirs.Key(str(KEY.verifier), theirs.LOG)


@lru_cache(64)
def told(history: History) -> Ledger:
    """Return the ledger of a history; no natural person is in it, whose salts would be others each time."""
    ledger = Ledger.in_memory(clock=a.ticking())
    founding = (a.issuer_registered(), a.common(authorized=10**12), a.holder_registered(holder="fund"))
    ledger.record(*founding, actor="counsel", command="founding")
    for number, issued in enumerate(history):
        ledger.record(a.common_issued(holder="fund", issued=issued), command=f"issue-{number}")
    return ledger


# --- one history -------------------------------------------------------------------------------------------------


class Killed(Exception):
    """The process ended here."""


def sign_whatever_comes(folder: Path, runs: int = 1, steps: int = 80) -> str:
    """Grow, roll back, rewrite and be killed at random: all that was ever signed has to lie on one history."""
    counted = [0, 0, 0]
    for run in range(runs):
        (folder / f"{run}").mkdir()
        found = _sign_whatever_comes(folder / f"{run}", drawn(f"one history {run}"), steps)
        counted = [before + more for before, more in zip(counted, found, strict=True)]
    by_key, by_witness, refused = counted
    signed_by = f"{by_key:,} checkpoints and {by_witness:,} cosignatures, {refused:,} attempts refused"
    return f"{runs:,} records of one history each: {signed_by}"


def _sign_whatever_comes(folder: Path, chance: Random, steps: int) -> tuple[int, int, int]:
    """Return how many checkpoints and cosignatures there were, and how many attempts were refused."""
    key, stolen, witness = (str(folder / name) for name in ("log.key", "stolen.key", "w1.key"))
    log = keys.make(key, ORIGIN).verifier
    keys.make(witness, "witness.example/w1", Algorithm.COSIGNATURE)
    history: History = (1,)
    by_key: Signed = []
    by_witness: Signed = []
    refused = 0
    for step in range(steps):
        is_stolen = bool(by_witness) and chance.random() < 0.2
        if is_stolen:  # the thief has another record signed, with another beginning
            _steal(key, stolen)
        shown = (1_000 + step, *history[1:], step) if is_stolen else _moved(history, step, chance)
        ledger = told(shown)
        try:
            with _sometimes_killed(chance):
                note = evidence.checkpoint(ledger, stolen if is_stolen else key)
            by_key += [] if is_stolen else [(note, shown)]
            last = _last(witness)
            with _sometimes_killed(chance):
                asked = evidence.growth_proof(ledger, last.size, note) if last else note
                by_witness.append((evidence.witnessed(asked, log, witness), shown))
        except (LedgerError, Killed):
            refused += 1
        if _last(key) == Checkpoint(ORIGIN, ledger.tree().size, ledger.tree().root()):
            history = shown  # signed, or as good as signed; the record has to go on from here
    for notes in (by_key, by_witness):
        _lie_on_one_history(notes, log)
    assert refused, "nothing was tried that had to be refused"
    return len(by_key), len(by_witness), refused


def _moved(history: History, step: int, chance: Random) -> History:
    """Return a history that is shown: it went on, or is an older copy, or was rewritten at some place."""
    what, place = chance.random(), chance.randrange(len(history))
    if what < 0.6:
        return (*history, step + 2)
    if what < 0.8:
        return history[: place + 1]
    return (*history[:place], 1_000 + step, *history[place + 1 :])


def _last(key: str) -> Checkpoint | None:
    with keys.signing(key) as signing:
        return signing.last(ORIGIN)


def _steal(key: str, stolen: str) -> None:
    """Have the key without its memory, as a thief has it, and a dishonest owner."""
    Path(stolen).unlink(missing_ok=True)
    Path(stolen).touch(0o600)
    Path(stolen).write_bytes(Path(key).read_bytes())
    Path(f"{stolen}.last").write_bytes(b"")


@contextmanager
def _sometimes_killed(chance: Random) -> Iterator[None]:
    """End one time in five where a key writes down what it is about to sign: before, or after."""
    is_killed, is_written = chance.random() < 0.2, chance.random() < 0.5
    remember = keys.Signing.remember

    def end(self: keys.Signing, checkpoint: Checkpoint) -> None:
        if is_written:
            remember(self, checkpoint)
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        if is_killed:
            patch.setattr(keys.Signing, "remember", end)
        yield


def _lie_on_one_history(notes: Signed, log: VerifierKey) -> None:
    """Compare what the histories say, not what their hashes do."""
    for (one, earlier), (other, later) in pairwise(notes):
        before, after = opened(one, log)[0], opened(other, log)[0]
        assert (before.size, after.size) == (_FOUNDING + len(earlier), _FOUNDING + len(later))
        assert later[: len(earlier)] == earlier, f"{before.size} entries were signed, and then {after.size} others"


def test_a_key_and_a_witness_sign_one_history_whatever_is_tried(tmp_path: Path, figure: Figure) -> None:
    figure(sign_whatever_comes(tmp_path, runs=size(1, 50)))


# --- proofs ------------------------------------------------------------------------------------------------------


def ours(data: bytes, older: bytes | None) -> bool:
    """Whether this program takes a file for what it says that it shows."""
    try:
        evidence.shown(data, KEY.verifier, older=older)
    except LedgerError:
        return False
    return True


def given_away(data: bytes, older: bytes | None) -> bool:
    """Whether the verifier that is given away does."""
    try:
        if older is None:
            theirs.check_entry(data, _THEIR_KEY, None)
        else:
            theirs.check_growth(data, _THEIR_KEY, older)
    except theirs.Refused:
        return False
    return True


class Giving:
    """What a record of a number of entries gives away, at any size that it had."""

    def __init__(self, entries: int) -> None:
        self._ledger = told(tuple(range(1, entries - _FOUNDING + 1)))
        self._tree = self._ledger.tree()
        self.checkpoints = [Checkpoint(ORIGIN, count, self._tree.root(count)) for count in range(entries + 1)]
        self.notes = [signed(each, KEY).written() for each in self.checkpoints]

    def growth(self, older: int, newer: int) -> Growth:
        return Growth(older, tuple(self._tree.consistency(older, newer)) if older else (), self.notes[newer])

    def inclusion(self, number: int, count: int) -> Inclusion:
        issuer = self._ledger.issuer
        assert issuer is not None
        leaf = codec.leaf(issuer, self._ledger.entries()[number - 1])
        return Inclusion(number - 1, tuple(self._tree.inclusion(number, count)), leaf, self.notes[count])


def prove_and_forge(folder: Path, entries: int = 200, pairs: int = 100, forgeries: int = 100) -> str:
    """Prove entries, and growth between neighbours and any two checkpoints; then forge. Ask both verifiers."""
    chance, giving = drawn("proofs"), Giving(entries)
    any_two = [sorted(chance.choices(range(1, entries + 1), k=2)) for _ in range(pairs)]
    asked = [(count, count + 1) for count in range(entries)] + [(older, newer) for older, newer in any_two]
    for older, newer in asked:
        growth, entry = giving.growth(older, newer), giving.inclusion(chance.randint(1, newer), newer)
        for takes in (ours, given_away):
            assert takes(growth.written(), giving.notes[older]), f"{older} to {newer} was refused"
            assert takes(entry.written(), None), f"entry {entry.index + 1} of {newer} was refused"
    for _ in range(forgeries):
        older, newer = sorted(chance.sample(range(1, entries + 1), 2))
        growth, before = _forged_growth(giving, older, newer, chance)
        entry = _forged_entry(giving, chance.randint(1, newer), newer, chance)
        for takes in (ours, given_away):
            assert not takes(growth.written(), before), f"a forged growth from {older} to {newer} was taken"
            assert not takes(entry.written(), None), f"a forged entry {entry.index + 1} of {newer} was taken"
    for public in encodings():  # of the points of small order
        for takes_key in (_ours_takes_key, _given_away_takes_key):
            assert not takes_key(public), f"the key {public.hex()} was taken"
    return f"{len(asked):,} pairs of checkpoints and as many entries proved, {2 * forgeries} forgeries refused"


def _forged_growth(giving: Giving, older: int, newer: int, chance: Random) -> tuple[Growth, bytes]:
    """Return a proof that somebody made who changed the past, with the older checkpoint that it is held against."""
    true, before = giving.growth(older, newer), giving.notes[older]
    rewritten = attrs.evolve(giving.checkpoints[older], root=node_hash(b"", b""))
    match chance.randrange(5):
        case 0:
            return true, signed(rewritten, KEY).written()
        case 1:
            return attrs.evolve(true, path=_with_a_bit(true.path, chance)), before
        case 2:
            return attrs.evolve(true, path=(*true.path, bytes(32))), before
        case 3:
            return attrs.evolve(true, older=older - 1), giving.notes[older - 1]
        case _:
            return attrs.evolve(true, note=giving.notes[older - 1]), before


def _forged_entry(giving: Giving, number: int, count: int, chance: Random) -> Inclusion:
    """Return a proof that somebody made who changed the entry, its place, its way, or the signature."""
    true = giving.inclusion(number, count)
    match chance.randrange(6):
        case 0:
            return attrs.evolve(true, leaf=true.leaf.replace(b'"actor":"', b'"actor":"not '))
        case 1:
            return attrs.evolve(true, index=(true.index + 1) % count if count > 1 else 1)
        case 2:
            return attrs.evolve(true, path=_with_a_bit(true.path, chance))
        case 3:
            return attrs.evolve(true, path=(*true.path, bytes(32)))
        case 4:
            rewritten = attrs.evolve(giving.checkpoints[count], root=node_hash(b"", b""))
            return attrs.evolve(true, note=signed(rewritten, KEY).written())
        case _:
            another = SigningKey(ORIGIN, Algorithm.ED25519, bytes(32))
            return attrs.evolve(true, note=signed(giving.checkpoints[count], another).written())


def _with_a_bit(path: Sequence[bytes], chance: Random) -> tuple[bytes, ...]:
    """Return a path of which one bit is changed; of an empty one, a path that is not."""
    changed = bytearray(b"".join(path) or bytes(32))
    place = chance.randrange(len(changed) * 8)
    changed[place // 8] ^= 1 << place % 8
    return tuple(bytes(changed[at : at + 32]) for at in range(0, len(changed), 32))


def _ours_takes_key(public: bytes) -> bool:
    try:
        VerifierKey(ORIGIN, Algorithm.ED25519, public)
    except LedgerError:
        return False
    return True


def _given_away_takes_key(public: bytes) -> bool:
    key_id = sha256(f"{ORIGIN}\n".encode() + b"\1" + public).digest()[:4].hex()
    try:
        theirs.Key(f"{ORIGIN}+{key_id}+{encoded(bytes([1]) + public)}", theirs.LOG)
    except theirs.Refused:
        return False
    return True


def test_growth_is_proved_between_any_two_checkpoints_and_no_forgery_is_taken(
    tmp_path: Path, figure: Figure
) -> None:
    figure(prove_and_forge(tmp_path, size(300, 10_000), size(200, 10_000), size(100, 1_000)))
