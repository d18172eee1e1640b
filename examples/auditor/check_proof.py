"""Checks a proof that a shareholder ledger gave away. Needs Python 3.11 and the library cryptography, nothing else.

    python check_proof.py FILE --key KEY [--witness KEY] [--since CHECKPOINT] [--fact FILE]

FILE is one of three, which its first line tells apart:

- A proof that an entry is in the record (C2SP tlog-proof). With --fact FILE, what the entry says is checked too;
  without it you see who recorded the entry and when, and the SHA-256 of what it says.
- A proof that the record was only continued since --since CHECKPOINT, which you kept (C2SP tlog-witness).
- A checkpoint alone (C2SP tlog-checkpoint): then its signatures are checked, and there is nothing else to check.

KEY is the verifier key of the ledger's log, and of each witness, as you got it from its owner and from nobody else:
NAME+8 hex digits+44 characters, or a file that holds this line. Status 0: it holds. 1: it does not. 2: it was
called wrongly, or a file cannot be read.

This file was written to be read. It shares no code with the ledger, opens no connection, and does the arithmetic of
the tree by its definition (RFC 6962, section 2.1), and not by the loops that other programs use.
"""

import argparse
import base64
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG, WITNESS = 1, 4  # types of signature: of the text itself, and of the text below a time
PRIME = 2**255 - 19
ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL_ORDER = (0, 1, PRIME - 1, ORDER_8, PRIME - ORDER_8)  # y of the points under which forged signatures fit
LARGEST = 1_000_000  # bytes of a file
MOST = 63  # hashes of a proof


class Refused(Exception):
    """It does not hold; the text says why."""


def refuse_unless(holds: object, why: str) -> None:
    if not holds:
        raise Refused(why)


# --- the tree: RFC 6962, section 2.1 -----------------------------------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def left_part(size: int) -> int:
    """Return the largest power of two that is smaller than size, which is 2 or more."""
    return 1 << ((size - 1).bit_length() - 1)


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root to which a path leads from the hash of a leaf (2.1.1): the last hash is next to the root."""
    if size == 1:
        refuse_unless(not path, "the proof has a hash too many")
        return leaf
    refuse_unless(path, "the proof has a hash too few")
    left, beside = left_part(size), path[-1]
    if index < left:
        return node_hash(root_of_path(leaf, index, left, path[:-1]), beside)
    return node_hash(beside, root_of_path(leaf, index - left, size - left, path[:-1]))


def roots_of_growth(older: int, newer: int, path: Sequence[bytes], older_root: bytes | None) -> tuple[bytes, bytes]:
    """Return the roots of the older and the newer tree to which a proof leads (2.1.2).

    Where the older tree is a whole part of the newer one, the proof leaves its root out: the reader has it.
    """
    if older == newer:
        if older_root is not None:
            refuse_unless(not path, "the proof has a hash too many")
            return older_root, older_root
        refuse_unless(len(path) == 1, "the proof has a hash too many or too few")
        return path[0], path[0]
    refuse_unless(path, "the proof has a hash too few")
    left, beside = left_part(newer), path[-1]
    if older <= left:
        before, after = roots_of_growth(older, left, path[:-1], older_root)
        return before, node_hash(after, beside)
    before, after = roots_of_growth(older - left, newer - left, path[:-1], None)
    return node_hash(beside, before), node_hash(beside, after)


# --- keys and signed notes: C2SP signed-note, tlog-checkpoint, tlog-cosignature ----------------------------------


def from_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(f"{text[:60]!a} is not Base64") from None
    refuse_unless(base64.b64encode(data).decode() == text, f"{text[:60]!a} is not plain Base64")
    return data


def plain_number(text: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) < 19 and (text == "0" or text[0] != "0")
    refuse_unless(plain, f"{text[:60]!a} is not a plain number")
    return int(text)


class Key:
    """A verifier key: NAME+8 hex digits+Base64 of a type and 32 bytes."""

    def __init__(self, text: str, kind: int) -> None:
        name, _, rest = text.partition("+")
        written_id, _, last = rest.partition("+")
        data = from_base64(last)
        refuse_unless(
            name and name.isprintable() and len(data) == 33, "a verifier key reads NAME+8 hex digits+44 characters"
        )
        refuse_unless(data[0] == kind, f"the key of {name!a} is of type {data[0]}, and type {kind} is needed here")
        self.name, public = name, data[1:]
        self.key_id = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
        refuse_unless(self.key_id.hex() == written_id, f"the key of {name!a} does not fit its id: copy it again")
        y = int.from_bytes(public, "little") & (2**255 - 1)
        refuse_unless(y < PRIME and y not in SMALL_ORDER, f"the key of {name!a} fits signatures that nobody made")
        self.public = Ed25519PublicKey.from_public_bytes(public)

    def check(self, signature: bytes, message: bytes) -> None:
        try:
            self.public.verify(signature, message)
        except InvalidSignature:
            raise Refused(f"the signature of {self.name!a} does not fit") from None


class Checkpoint:
    """A checkpoint whose log signed it."""

    def __init__(self, data: bytes, key: Key) -> None:
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("the checkpoint is not UTF-8") from None
        odd = [each for each in whole if each < " " and each != "\n"]
        refuse_unless(not odd, "the checkpoint holds a control character (were its lines made CR LF on the way?)")
        text, found, below = whole.rpartition("\n\n")
        refuse_unless(found and below.endswith("\n"), "the checkpoint has no signatures, or its last line no end")
        self.text = text + "\n"
        self.signatures: dict[tuple[str, bytes], list[bytes]] = {}
        for line in below[:-1].split("\n"):
            dash, name, value = (*line.split(" "), "", "")[:3]
            refuse_unless(dash == "—" and line.count(" ") == 2, f"{line[:60]!a} is not a signature")
            signature = from_base64(value)
            self.signatures.setdefault((name, signature[:4]), []).append(signature[4:])
        lines = text.split("\n")
        refuse_unless(len(lines) >= 3 and all(lines), "the checkpoint has no three lines")
        self.origin, self.size, self.root = lines[0], plain_number(lines[1]), from_base64(lines[2])
        refuse_unless(len(self.root) == 32, "the root has not 32 bytes")
        refuse_unless(self.origin == key.name, f"the checkpoint is of {self.origin!a}, and the key of {key.name!a}")
        for signature in self.by(key):
            key.check(signature, self.text.encode())

    def by(self, key: Key) -> list[bytes]:
        found = self.signatures.get((key.name, key.key_id), [])
        refuse_unless(found, f"{key.name!a} did not sign the checkpoint with this key")
        return found

    def seen_by(self, witness: Key) -> datetime:
        """Return when a witness says that it saw the checkpoint."""
        times = []
        for signature in self.by(witness):
            seconds = int.from_bytes(signature[:8], "big")
            witness.check(signature[8:], f"cosignature/v1\ntime {seconds}\n{self.text}".encode())
            refuse_unless(seconds < 250_000_000_000, f"{witness.name!a} signed at no time that there will be")
            times.append(seconds)
        return datetime.fromtimestamp(min(times), UTC)


# --- proofs: C2SP tlog-proof, and tlog-witness for growth --------------------------------------------------------


def parts(data: bytes) -> tuple[list[str], bytes]:
    """Return the lines before the first empty one, and the bytes after it."""
    head, found, rest = data.partition(b"\n\n")
    refuse_unless(found and head.isascii(), "the file is not a proof")
    return head.decode().split("\n"), rest


def hashes(lines: Sequence[str]) -> list[bytes]:
    refuse_unless(len(lines) <= MOST, f"the proof has {len(lines)} hashes, and {MOST} are the most there can be")
    made = [from_base64(line) for line in lines]
    refuse_unless(all(len(each) == 32 for each in made), "a hash has not 32 bytes")
    return made


def check_entry(data: bytes, key: Key, fact: bytes | None) -> tuple[dict[str, str], Checkpoint]:
    """Check that an entry is in the record, and return what its envelope says, with the checkpoint."""
    lines, rest = parts(data)
    formed = len(lines) >= 3 and lines[1].startswith("extra ") and lines[2].startswith("index ")
    refuse_unless(formed, "the proof has no lines extra and index")
    leaf, index, path = from_base64(lines[1][6:]), plain_number(lines[2][6:]), hashes(lines[3:])
    checkpoint = Checkpoint(rest, key)
    entries = f"which has {checkpoint.size} entries"
    refuse_unless(index < checkpoint.size, f"entry {index + 1} is later than the checkpoint, {entries}")
    made = root_of_path(leaf_hash(leaf), index, checkpoint.size, path)
    refuse_unless(made == checkpoint.root, "the hashes do not lead to the root of the checkpoint")
    try:
        envelope = json.loads(leaf)
    except (ValueError, RecursionError):
        raise Refused("the envelope is not JSON") from None
    formed = isinstance(envelope, dict) and envelope.get("fmt") == "captable-leaf/1"
    refuse_unless(formed, "the envelope is not that of an entry")
    refuse_unless(envelope.get("number") == str(index + 1), "the envelope is of another entry")
    if fact is not None:
        same = hashlib.sha256(fact).hexdigest() == envelope.get("payload")
        refuse_unless(same, "the fact is not the one that the entry states")
    return envelope, checkpoint


def check_growth(data: bytes, key: Key, older: bytes) -> tuple[Checkpoint, Checkpoint]:
    """Check that the record was only continued since an older checkpoint, and return both."""
    lines, rest = parts(data)
    size, path = plain_number(lines[0][4:]), hashes(lines[1:])
    before, after = Checkpoint(older, key), Checkpoint(rest, key)
    refuse_unless(size == before.size, f"the proof begins at {size} entries, the older checkpoint at {before.size}")
    refuse_unless(before.size <= after.size, "the record was cut off: the later checkpoint has fewer entries")
    if before.size == 0:
        refuse_unless(not path and before.root == hashlib.sha256(b"").digest(), "the empty record is another")
    else:
        roots = roots_of_growth(before.size, after.size, path, before.root)
        refuse_unless(roots == (before.root, after.root), "the record was not only continued")
    return before, after


# --- the program ------------------------------------------------------------------------------------------------


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        data = file.read(LARGEST + 1)
    refuse_unless(len(data) <= LARGEST, f"{path} is longer than {LARGEST:,} bytes")
    return data


def key_text(given: str) -> str:
    """Return the line of a key: what was given, or what the file of that name holds."""
    return read(given).decode("utf-8", "replace").strip() if os.path.isfile(given) else given


def shown(value: object) -> str:
    """Return a value of the file as text that is safe on a terminal."""
    return ascii(str(value))[1:-1]


def told_of_entry(envelope: dict[str, str], checkpoint: Checkpoint, fact: bytes | None) -> list[str]:
    who = f"by {shown(envelope.get('actor'))}, command {shown(envelope.get('command'))}"
    if fact is None:
        says = f"what it says was not shown; its SHA-256 is {shown(envelope.get('payload'))}"
    else:
        says = f"it says: {shown(fact.decode('utf-8', 'replace'))}"
    return [
        f"entry {shown(envelope['number'])} of {shown(envelope.get('issuer'))} is in the record",
        f"recorded at {shown(envelope.get('recorded_at'))} {who}",
        says,
        f"as signed by {shown(checkpoint.origin)} when it had {checkpoint.size} entries",
    ]


def main(arguments: Sequence[str]) -> int:
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("file")
    reading.add_argument("--key", required=True, help="verifier key of the ledger's log")
    reading.add_argument("--witness", action="append", default=[], help="and of a witness that must have signed")
    reading.add_argument(
        "--since", "--older", dest="older", help="the checkpoint that you kept, for a proof of growth"
    )
    reading.add_argument("--fact", help="the file with what the entry says")
    given = reading.parse_args(arguments)
    try:
        key, witnesses = Key(key_text(given.key), LOG), [Key(key_text(each), WITNESS) for each in given.witness]
        data = read(given.file)
        if data.startswith(b"c2sp.org/tlog-proof@v1\n"):
            fact = None if given.fact is None else read(given.fact)
            envelope, checkpoint = check_entry(data, key, fact)
            lines = told_of_entry(envelope, checkpoint, fact)
        elif data.startswith(b"old "):
            if given.older is None:
                reading.error("a proof of growth is checked against a checkpoint that you kept (--since)")
            before, checkpoint = check_growth(data, key, read(given.older))
            lines = [
                f"the record of {checkpoint.size} entries continues the one of {before.size}",
                f"as signed by {shown(checkpoint.origin)}",
            ]
        else:
            checkpoint = Checkpoint(data, key)
            lines = [f"signed by {shown(checkpoint.origin)} when it had {checkpoint.size} entries"]
        for witness in witnesses:
            lines.append(f"seen by {shown(witness.name)} at {checkpoint.seen_by(witness):%Y-%m-%d %H:%M:%S} UTC")
    except Refused as refused:
        print(f"does not hold: {refused}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"cannot read {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    if not witnesses:
        lines.append("no witness was asked for: the log could have shown somebody else another history")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
