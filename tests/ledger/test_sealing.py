"""Personal values as they lie beside the record: the bytes, and that nothing but the key opens them."""

import json
from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerDamaged
from ledger.identity import IssuerId
from ledger.personal import Personal
from ledger.sealing import NONCE_BYTES, Sealed, decode, encode, opened, seal
from tests import strategies

ACME = IssuerId("acme")
SALT, SECRET, NONCE = bytes(range(32)), bytes(range(100, 132)), bytes(range(12))
ADA = Personal("Ada Quill", SALT)
KEY = "0123456789abcdef0123456789abcdef"
BOXES = st.builds(
    lambda digest, key, box: Sealed(f"sha256:{digest.hex()}", key.hex(), box),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=45, max_size=400),
)


def sealed(value: Personal = ADA) -> Sealed:
    return seal(value, ACME, KEY, SECRET, NONCE)


LINE = encode([sealed()]).partition(b"\n")[0]


def test_the_bytes_are_those_of_the_reference() -> None:
    """Written here from the page of formats, with nothing of the module."""
    bound = b"captable-sealed/1\nacme\n" + ADA.commitment.encode()
    box = NONCE + AESGCM(SECRET).encrypt(NONCE, SALT + b"Ada Quill" + bytes(23), bound)

    assert sealed() == (ADA.commitment, KEY, box)
    line = b'[["%b","0123456789abcdef0123456789abcdef","%b"]]' % (ADA.commitment.encode(), b64encode(box))
    assert encode([sealed()]) == line + b"\n" + sha256(line).hexdigest().encode()


@given(strategies.texts(), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_what_was_sealed_is_opened_with_its_key(value: str, salt: bytes, secret: bytes) -> None:
    personal = Personal(value, salt)

    again = opened(seal(personal, ACME, KEY, secret, NONCE), ACME, secret)

    assert (again.value, again.salt, again.commitment) == (value, salt, personal.commitment)


@pytest.mark.parametrize("length", [1, 31, 32, 33, 64, 200])
def test_a_box_tells_the_length_of_its_value_in_blocks_only(length: int) -> None:
    box = sealed(Personal("a" * length, SALT)).box

    assert len(box) == NONCE_BYTES + 32 + (length + 31) // 32 * 32 + 16


def test_nothing_opens_a_box_but_its_key_in_its_place() -> None:
    box = sealed()
    other = Personal("Bob Quill", SALT).commitment

    for changed, issuer, secret in (
        (box, ACME, bytes(32)),
        (box, IssuerId("beta"), SECRET),
        (box._replace(commitment=other), ACME, SECRET),
        *((box._replace(box=_flipped(box.box, bit)), ACME, SECRET) for bit in range(8 * len(box.box))),
        *((box._replace(box=box.box[:end]), ACME, SECRET) for end in range(NONCE_BYTES + 16, len(box.box))),
    ):
        with pytest.raises(ValueError, match="its key does not open it"):
            opened(changed, issuer, secret)


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_box_that_holds_another_value_than_was_committed_to_is_refused() -> None:
    """Made by somebody who has the key."""
    bound = b"captable-sealed/1\nacme\n" + ADA.commitment.encode()
    box = NONCE + AESGCM(SECRET).encrypt(NONCE, SALT + b"Eve Quill" + bytes(23), bound)

    with pytest.raises(ValueError, match="does not fit its commitment"):
        opened(Sealed(ADA.commitment, KEY, box), ACME, SECRET)


@given(st.lists(BOXES, max_size=3))
def test_a_list_is_read_as_it_was_written(values: list[Sealed]) -> None:
    data = encode(values)

    assert decode(data, "x") == values
    assert len(json.loads(data.partition(b"\n")[0])) == len(values)
    assert b" " not in data


def test_no_bit_of_a_list_changes_unnoticed_without_any_key() -> None:
    data = encode([sealed(), sealed(Personal("Bob Quill", SALT))])

    for bit in range(8 * len(data)):
        with pytest.raises(LedgerDamaged):
            decode(_flipped(data, bit), "acme entry 4")


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[[]]",
        b"null",
        LINE + b" ",
        LINE.replace(b",", b", "),
        LINE.replace(b"sha256:", b"sha512:"),
        LINE.replace(KEY.encode(), KEY.upper().encode()),
        LINE.replace(KEY.encode(), b""),
        LINE.replace(b"AAEC", b"AAE\\u0043"),
        b'[["sha256:' + b"0" * 64 + b'","' + KEY.encode() + b'","AAECAw=="]]',
        b"[" * 100_000,
        b"\xff" + LINE,
    ],
)
def test_a_list_of_another_form_is_damage_though_its_digest_fits(line: bytes) -> None:
    with pytest.raises(LedgerDamaged) as caught:
        decode(line + b"\n" + sha256(line).hexdigest().encode(), "acme entry 4")
    assert (caught.value.code, caught.value.place) == ("E_TAMPERED", "acme entry 4")


def test_text_in_the_place_of_bytes_is_damage() -> None:
    for state in ("[]", 5, None, b"", b"\n"):
        with pytest.raises(LedgerDamaged):
            decode(state, "acme entry 4")  # type: ignore[arg-type]  # a column of SQLite takes values of any type
