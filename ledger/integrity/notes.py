"""Text that is signed by one or more keys: the signed note of C2SP (v1.0.0), with Ed25519 (RFC 8032).

    example.com/acme                                the text, line by line
    12
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
                                                    an empty line, the last one of the note
    — example.com/acme Az3grlgtzPICa5OS8npVmf1…     a line for each signature: name, key id and signature

A signature counts only under a key that its reader brought along: a note never says which keys are to be trusted.
One of a key that was brought along and does not fit spoils the whole note; those of other keys are passed over.

Eight points of the curve fit signatures that nobody made, so no key is one of them (``_SMALL_ORDER``).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final, Self

import attrs

from ledger.errors import NotUnderstood, shown

MAX_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
_DASH: Final = "— "
_KEY_ID: Final = 4
_PRIVATE: Final = "PRIVATE+KEY+"
_PRIME: Final = 2**255 - 19
_SMALL_ORDER: Final = frozenset(
    {
        0,  # of order 4
        1,  # the neutral element
        _PRIME - 1,  # of order 2
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,  # of order 8, and so the next
        _PRIME - 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    }
)
"""The y coordinates of the points whose order is 8 or less."""


class Algorithm(IntEnum):
    """How a key signs: the byte that stands before it where it is written."""

    ED25519 = 0x01
    """The text itself: what a log does with its checkpoints."""
    COSIGNATURE = 0x04
    """The text below a time: what a witness does with the checkpoints of others."""


def encoded(data: bytes) -> str:
    """Return bytes in Base64."""
    return b64encode(data).decode()


def decoded(text: str) -> bytes | None:
    """Return the bytes that a text stands for in Base64, or nothing where it is not what ``encoded`` gives."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        return None
    return data if encoded(data) == text else None


def is_name(text: str) -> bool:
    """Whether a key may have the name: Unicode text without a plus sign, a space or a control character."""
    return bool(text) and not any(
        each == "+" or each.isspace() or each < " " or "\ud800" <= each <= "\udfff" for each in text
    )


def _check_name(_: Any, __: Any, name: str) -> None:
    if not is_name(name):
        raise _not_a_key(f"{shown(name)} is no name for a key", "use no space and no plus sign: example.com/acme")


@attrs.frozen
class VerifierKey:
    """The public half of a key: whoever has it can check what the other half signed.

    Attributes:
        name: Whose it is; of a log, its origin.
        algorithm: What it signs.
        public: The key itself, 32 bytes.

    Raises:
        NotUnderstood: ``E_KEY`` when there is no such name, or no such key, or it is one that fits any signature.
    """

    name: str = attrs.field(validator=_check_name)
    algorithm: Algorithm
    public: bytes = attrs.field()

    @public.validator
    def _check_public(self, _: Any, public: bytes) -> None:
        y = int.from_bytes(public, "little") % 2**255
        if len(public) != 32 or y >= _PRIME:
            raise _not_a_key("the key is no point of the curve", "ask its owner for the whole line")
        if y in _SMALL_ORDER:
            raise _not_a_key(
                "the key is of small order: it fits signatures that nobody made", "ask its owner for another one"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key that a line states: name, key id in hexadecimal and key in Base64, between plus signs.

        Raises:
            NotUnderstood: ``E_KEY``.
        """
        if text.startswith(_PRIVATE):
            raise _not_a_key("it is the secret half of a key", "give the line that captable key prints")
        name, key_id, algorithm, public = _parts(text, shown(text))
        key = cls(name, algorithm, public)
        if key.key_id.hex() != key_id:
            raise _not_a_key("the key does not fit its id", "copy the whole line again")
        return key

    @property
    def key_id(self) -> bytes:
        """Four bytes by which a signature is found; they are no proof of anything."""
        return sha256(b"%b\n%c%b" % (self.name.encode(), self.algorithm, self.public)).digest()[:_KEY_ID]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encoded(bytes([self.algorithm]) + self.public)}"

    def fits(self, signature: bytes, message: bytes) -> bool:
        """Whether the other half of the key made the signature of the message."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@attrs.frozen
class SigningKey:
    """The secret half of a key.

    Attributes:
        name: Whose it is; of a log, its origin.
        algorithm: What it signs.
    """

    name: str = attrs.field(validator=_check_name)
    algorithm: Algorithm
    _seed: bytes = attrs.field(repr=False, validator=attrs.validators.min_len(32))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key that a line states, as ``written`` gives it.

        Raises:
            NotUnderstood: ``E_KEY``; what the line says is not repeated.
        """
        if not text.startswith(_PRIVATE):
            raise _not_a_key("it is no signing key", f"the line begins with {_PRIVATE}")
        name, key_id, algorithm, seed = _parts(text.removeprefix(_PRIVATE), "the signing key")
        key = cls(name, algorithm, seed)
        if key.verifier.key_id.hex() != key_id:
            raise _not_a_key("the signing key does not fit its id", "restore its file from a backup")
        return key

    def written(self) -> str:
        """Return the key as a line that keeps it; whoever reads the line can sign."""
        secret = encoded(bytes([self.algorithm]) + self._seed)
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{secret}"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.algorithm, self._private().public_key().public_bytes_raw())

    def signature(self, message: bytes) -> bytes:
        """Return the signature of a message, 64 bytes."""
        return bytes(self._private().sign(message))

    def _private(self) -> Any:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed)


def _parts(text: str, what: str) -> tuple[str, str, Algorithm, bytes]:
    """Return name, key id, algorithm and 32 bytes of a key, which a refusal calls ``what``."""
    name, _, rest = text.partition("+")
    key_id, _, last = rest.partition("+")
    data = decoded(last)
    if data is None or len(data) != 33 or len(key_id) != 2 * _KEY_ID:
        raise _not_a_key(f"{what} is not a key", "it reads NAME+8 hex digits+44 characters of Base64")
    if data[0] not in list(Algorithm):
        raise _not_a_key(f"a key of type 0x{data[0]:02x} cannot be used", "use an Ed25519 key (0x01, 0x04)")
    return name, key_id, Algorithm(data[0]), data[1:]


def _not_a_key(what: str, hint: str) -> NotUnderstood:
    return NotUnderstood("E_KEY", what, hint)


@attrs.frozen
class Signature:
    """A line below a note.

    Attributes:
        name: Of the key, as the line says.
        key_id: Of the key, as the line says.
        value: What the key made of the text, by its algorithm.
    """

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {encoded(self.key_id + self.value)}"


@attrs.frozen
class Note:
    """A text with its signatures, none of which has been checked.

    Attributes:
        text: What is signed, with the line feed at its end.
        signatures: One or more.
    """

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the note that bytes hold.

        Raises:
            NotUnderstood: ``E_CHECKPOINT`` with the reason, or ``E_LIMIT``.
        """
        text, _, below = _readable(data).rpartition("\n\n")
        if not text:
            raise _not_a_note("no empty line stands between text and signatures")
        lines = below.removesuffix("\n").split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise NotUnderstood(
                "E_LIMIT", f"the note has {len(lines):,} signatures", f"at most {MAX_SIGNATURES} are read"
            )
        return cls(f"{text}\n", tuple(_signature(line) for line in lines))

    def written(self) -> bytes:
        """Return the note as bytes."""
        return "\n".join([self.text, *map(str, self.signatures), ""]).encode()

    def by(self, key: VerifierKey) -> list[bytes]:
        """Return the signatures that say they are of a key."""
        return [each.value for each in self.signatures if (each.name, each.key_id) == (key.name, key.key_id)]

    def with_signature(self, key: VerifierKey, value: bytes) -> Self:
        """Return the note with one more signature."""
        return attrs.evolve(self, signatures=(*self.signatures, Signature(key.name, key.key_id, value)))


def _readable(data: bytes) -> str:
    """Return the text of a whole note, if it may be one."""
    if len(data) > MAX_BYTES:
        raise NotUnderstood("E_LIMIT", f"the note is longer than {MAX_BYTES:,} bytes", "give another file")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_a_note("it is not UTF-8") from None
    if "\r" in text:
        raise _not_a_note("its lines end in CR LF, and the signatures are of lines that end in LF")
    if any(each < " " and each != "\n" for each in text):
        raise _not_a_note("it holds a control character")
    if not text.endswith("\n"):
        raise _not_a_note("its last line has no line feed")
    return text


def _signature(line: str) -> Signature:
    name, _, last = line.removeprefix(_DASH).partition(" ")
    data = decoded(last)
    if not line.startswith(_DASH) or not is_name(name) or data is None or len(data) <= _KEY_ID:
        raise _not_a_note(f"{shown(line)} is not the line of a signature")
    return Signature(name, data[:_KEY_ID], data[_KEY_ID:])


def _not_a_note(what: str) -> NotUnderstood:
    return NotUnderstood("E_CHECKPOINT", what, "give the file as it was signed, byte for byte")
