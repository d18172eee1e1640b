"""Signatures as our keys check them: what RFC 8032 publishes, and what Project Wycheproof tries.

The cases of Wycheproof (C2SP/wycheproof, testvectors_v1/ed25519_test.json, at 00de17e) are made again here from its
key and its rules; where a value of the file stands below, the two are the same. Good signatures of keys whose
secret is not published there cannot be made again, and stand in ``wycheproof-ed25519.txt``.
"""

from collections.abc import Iterator
from hashlib import sha512
from pathlib import Path

import pytest

from ledger.integrity.notes import Algorithm, SigningKey, VerifierKey
from tests.ledger.integrity.test_notes import Point, point_at, times

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
MESSAGE = b"123400"


def number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def written(value: int) -> bytes:
    return value.to_bytes(32, "little")


def encoded(point: Point) -> bytes:
    return written(point[1] | (point[0] & 1) << 255)


def base() -> Point:
    found = point_at(4 * pow(5, -1, P) % P)
    assert found is not None
    return found if found[0] % 2 == 0 else (P - found[0], found[1])


class Signer:
    """Signs as RFC 8032, section 5.1.6, does, and can be asked for its parts."""

    def __init__(self, secret: str) -> None:
        self.seed = bytes.fromhex(secret)
        digest = sha512(self.seed).digest()
        self._scalar = number(digest[:32]) & (2**254 - 8) | 2**254
        self._prefix = digest[32:]
        self.public = encoded(times(self._scalar, base()))

    def nonce(self, message: bytes) -> int:
        return number(sha512(self._prefix + message).digest()) % L

    def signature(self, message: bytes) -> bytes:
        nonce = self.nonce(message)
        return self.with_point(encoded(times(nonce, base())), nonce, message)

    def with_point(self, point: bytes, nonce: int, message: bytes) -> bytes:
        """Return a signature in whose place of R something else stands, and whose S fits that."""
        challenge = number(sha512(point + self.public + message).digest())
        return point + written((nonce + challenge * self._scalar) % L)


WYCHEPROOF = Signer("add4bb8103785baf9ac534258e8aaf65f5f1adb5ef5f3df19bb80ab989c4d64b")
RFC_8032 = Signer("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")


def fits(public: bytes, message: bytes, signature: bytes) -> bool:
    return VerifierKey("test", Algorithm.ED25519, public).fits(signature, message)


@pytest.mark.parametrize(
    ("secret", "public", "message", "signature"),
    [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
            "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
            "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
            "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
        (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            sha512(b"abc").hexdigest(),
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b5890"
            "9351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ),
    ],
    ids=["1", "2", "3", "SHA(abc)"],
)
def test_the_signatures_of_rfc_8032_are_made_and_fit(
    secret: str, public: str, message: str, signature: str
) -> None:
    key = SigningKey("test", Algorithm.ED25519, bytes.fromhex(secret))

    assert key.verifier.public.hex() == public
    assert key.signature(bytes.fromhex(message)).hex() == signature
    assert key.verifier.fits(bytes.fromhex(signature), bytes.fromhex(message))
    assert Signer(secret).signature(bytes.fromhex(message)).hex() == signature


def good() -> Iterator[bytes]:
    """Yield the messages of cases 1 to 9."""
    yield from (b"", b"x", b"Test", b"Hello", MESSAGE, bytes(12), b"a" * 65, bytes(range(0x20, 0x61)), b"\xff" * 16)


def special() -> Iterator[tuple[bytes, bytes]]:
    """Yield cases 10 to 29: values for R and S that an equation may hold for by itself."""
    for point in (0, 1, L, P):
        for scalar in (0, 1, L - 1, L, P):
            yield b"?", written(point) + written(scalar)


def of_another_length() -> Iterator[tuple[bytes, bytes]]:
    """Yield cases 30 to 41: cut off, with something before, between and after, and with a byte 0 left out."""
    whole = WYCHEPROOF.signature(b"Test")
    point, scalar = whole[:32], whole[32:]
    for made in (b"", point, whole[:-2], whole + b"  ", whole + WYCHEPROOF.public):
        yield b"Test", made
    for made in (b"\0" + whole, point + b"\0" + scalar, whole + b"\0"):
        yield b"Test", made
    for message in (b"Test17", b"Test126", b"Test50", b"Test347"):
        whole = WYCHEPROOF.signature(message)
        assert 0 in whole
        yield message, whole[: whole.index(0)] + whole[whole.index(0) + 1 :]


def another_point() -> Iterator[tuple[bytes, bytes]]:
    """Yield cases 42 to 62: bits of R changed, and S made to fit, for readers that do not look at all of R."""
    nonce = WYCHEPROOF.nonce(MESSAGE)
    point = number(WYCHEPROOF.signature(MESSAGE)[:32])
    bits = (0, 1, 2, 7, 8, 16, 31, 32, 63, 64, 97, 127, 240, 247, 248, 253, 254, 255)
    for made in (*(point ^ 1 << bit for bit in bits), 0, 2**256 - 1, point ^ (2**256 - 1)):
        yield MESSAGE, WYCHEPROOF.with_point(written(made), nonce, MESSAGE)


def malleable() -> Iterator[tuple[bytes, bytes]]:
    """Yield cases 63 to 70: another S that stands for the same number, or for a number that some readers cut."""
    whole = WYCHEPROOF.signature(b"Test")
    for more in (L, 2 * L, 4 * L, 8 * L, 2**253, 2**254, 2**255, P):
        yield b"Test", whole[:32] + written(number(whole[32:]) + more)


def published() -> list[tuple[str, bytes, bytes, bytes]]:
    """Return cases with their numbers: key, message and signature."""
    found, key = [], b""
    for line in (Path(__file__).parent / "wycheproof-ed25519.txt").read_text(encoding="ascii").splitlines():
        match line.split():
            case ["key", public]:
                key = bytes.fromhex(public)
            case [numbers, message, signature] if line[0] != "#":
                text = bytes.fromhex(message.removeprefix("-"))
                found += [(each, key, text, bytes.fromhex(signature)) for each in numbers.split(",")]
    return found


def test_every_published_signature_that_cannot_be_made_again_is_there_and_fits() -> None:
    assert sorted(int(number) for number, *_ in published()) == [*range(71, 80), 83, *range(86, 151)]
    assert [number for number, *case in published() if not fits(*case)] == []


@pytest.mark.parametrize("message", [*good()])
def test_good_signatures_are_made_and_fit(message: bytes) -> None:
    key = SigningKey("test", Algorithm.ED25519, WYCHEPROOF.seed)

    assert key.signature(message) == WYCHEPROOF.signature(message)
    assert fits(WYCHEPROOF.public, message, WYCHEPROOF.signature(message))


@pytest.mark.parametrize(
    ("message", "signature"), [*special(), *of_another_length(), *another_point(), *malleable()]
)
def test_what_wycheproof_calls_invalid_does_not_fit(message: bytes, signature: bytes) -> None:
    assert not fits(WYCHEPROOF.public, message, signature)


def test_there_are_as_many_of_these_as_in_the_file() -> None:
    assert [len([*cases()]) for cases in (good, special, of_another_length, another_point, malleable)] == [
        9, 20, 12, 21, 8,
    ]  # fmt: skip


def test_a_signature_just_below_the_bound_fits_and_one_just_above_does_not() -> None:
    """Cases 84 and 85."""
    public = bytes.fromhex("100fdf47fb94f1536a4f7c3fda27383fa03375a8f527c537e6f1703c47f94f86")
    below = (
        bytes.fromhex("124e583f8b8eca58bb29c271b41d36986bbc45541f8e51f9cb0133eca447601e"),
        bytes.fromhex(
            "dac119d6ca87fc59ae611c157048f4d4fc932a149dbe20ec6effd1436abf83ea"
            "05c7df0fef06147241259113909bc71bd3c53ba4464ffcad3c0968f2ffffff0f"
        ),
    )
    above = (
        bytes.fromhex("6a0bc2b0057cedfc0fa2e3f7f7d39279b30f454a69dfd1117c758d86b19d85e0"),
        bytes.fromhex(
            "0971f86d2c9c78582524a103cb9cf949522ae528f8054dc20107d999be673ff4"
            "e25ebf2f2928766b1248bec6e91697775f8446639ede46ad4df4053000000010"
        ),
    )

    assert fits(public, *below)
    assert not fits(public, *above)
    assert number(below[1][32:]) < L <= number(above[1][32:])


def test_a_point_that_is_none_does_not_fit_though_its_bytes_look_like_the_neutral_one() -> None:
    """Case 151: y = 1 with a sign, for which there is no x."""
    signature = RFC_8032.with_point(written(1 | 1 << 255), 0, MESSAGE)

    assert signature[32:].hex() == "c803ee1f2342aa96ff698a393d1ab5e66f3eda101d6d120b394c3fd32c117d0a"
    assert not fits(RFC_8032.public, MESSAGE, signature)


@pytest.mark.parametrize(
    ("made", "published"),
    [
        (WYCHEPROOF.public, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa"),
        (next(another_point())[1][32:], "1d125e5538f38afbcc1c84e489521083041d24bc6240767029da063271a1ff0c"),
        ([*another_point()][17][1][32:], "227aedf259f910f0f3a759a335062665217925d019173b88917eae294f75d40f"),
        (next(malleable())[1][32:], "67654bce3832c2d76f8f6f5dafc08d9339d4eef676573336a5c51eb6f946b31d"),
        ([*malleable()][7][1][32:], "679155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6f946b38d"),
    ],
)
def test_the_rules_give_what_is_published(made: bytes, published: str) -> None:
    assert made.hex() == published
