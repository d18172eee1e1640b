"""Personal values as they lie beside the record: sealed, each with the key of the person whom it is about.

What lies beside an entry is a list, a line for each value: the commitment that the payload holds, the name of the
key, and the sealed box. Behind it stands the SHA-256 of the list, so that damage shows without any key. In the box
are salt and value, by AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits in front. Issuer and commitment
are authenticated with it, so a box opens in its own place only. The value is filled up to whole blocks of 32 bytes,
so that what is left of it after the key is gone does not tell its length.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from ledger.errors import LedgerDamaged
from ledger.personal import SALT_BYTES, Personal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.identity import IssuerId

NONCE_BYTES: Final = 12
_BLOCK: Final = 32
_COMMITMENT: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_KEY_NAME: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Sealed(NamedTuple):
    """A personal value that only its key opens.

    Attributes:
        commitment: What the record holds of it.
        key: The name of the key.
        box: Nonce, and salt and value encrypted.
    """

    commitment: str
    key: str
    box: bytes


def seal(value: Personal, issuer: IssuerId, key: str, secret: bytes, nonce: bytes) -> Sealed:
    """Return a value sealed.

    Args:
        value: The value, with its salt.
        issuer: In whose ledger it is recorded.
        key: The name of the key.
        secret: The key.
        nonce: 12 random bytes, never used with this key before.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # a record without persons does without

    assert value.value is not None, "an erased value cannot be sealed"
    assert value.salt is not None, "the journal adds a salt first"
    text = value.value.encode()
    filled = value.salt + text.ljust(-(-len(text) // _BLOCK) * _BLOCK, b"\0")
    box = nonce + AESGCM(secret).encrypt(nonce, filled, _bound_to(issuer, value.commitment))
    return Sealed(value.commitment, key, box)


def opened(sealed: Sealed, issuer: IssuerId, secret: bytes) -> Personal:
    """Return the value that was sealed.

    Raises:
        ValueError: The key does not open the box, or what is in it is not what the commitment is of.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce, body = sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:]
    try:
        filled = AESGCM(secret).decrypt(nonce, body, _bound_to(issuer, sealed.commitment))
    except InvalidTag:
        raise ValueError("its key does not open it") from None
    text = filled[SALT_BYTES:].rstrip(b"\0").decode()
    return Personal(text, filled[:SALT_BYTES], sealed.commitment)


def _bound_to(issuer: IssuerId, commitment: str) -> bytes:
    return f"captable-sealed/1\n{issuer}\n{commitment}".encode("ascii")


_write: Final = msgspec.json.Encoder().encode
_read: Final = msgspec.json.Decoder(list[Sealed]).decode


def encode(values: Sequence[Sealed]) -> bytes:
    """Return what lies beside an entry, as bytes."""
    written = _write(values)
    return b"%b\n%b" % (written, sha256(written).hexdigest().encode())


def decode(data: bytes, place: str) -> list[Sealed]:
    """Return what lies beside an entry.

    Raises:
        LedgerDamaged: ``E_TAMPERED`` when the bytes are not what ``encode`` gives.
    """
    try:
        values = _read(data.rpartition(b"\n")[0])
        is_ours = encode(values) == data and all(map(_has_form, values))
    except (msgspec.MsgspecError, AttributeError, TypeError, ValueError, RecursionError):
        is_ours = False
    if not is_ours:
        raise LedgerDamaged("E_TAMPERED", place, "what lies beside it is not a list of sealed values")
    return values


def _has_form(value: Sealed) -> bool:
    return bool(
        _COMMITMENT.fullmatch(value.commitment)
        and _KEY_NAME.fullmatch(value.key)
        and len(value.box) > NONCE_BYTES + SALT_BYTES
    )
