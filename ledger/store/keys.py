"""Where the keys of personal values are kept: in a place of its own, never with the values that they open.

Erasing somebody's personal data is deleting their keys. So a place for keys has backups of its own, and does not
keep them long.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn, Protocol, Self

from ledger.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ledger.identity import IssuerId

KEY_BYTES: Final = 32
"""Length of a key: AES-256."""


class Key(NamedTuple):
    """A key, and whose values it opens.

    Attributes:
        name: What it is called beside the values: 32 hexadecimal digits of its own digest.
        issuer: In whose ledger.
        subject: A holder; or of somebody who is none, the commitment of the one value that it opens.
        secret: The key itself.
    """

    name: str
    issuer: IssuerId
    subject: str
    secret: bytes

    @classmethod
    def of(cls, issuer: IssuerId, subject: str, secret: bytes) -> Self:
        """Return a key with its name, which shows that no bit of it has changed and tells nothing about it."""
        return cls(sha256(b"captable-key/1\n" + secret).hexdigest()[:32], issuer, subject, secret)

    def __repr__(self) -> str:
        return f"Key({self.name!r}, {self.issuer!r}, {self.subject!r})"  # a traceback is no place for a key


class Keys(Protocol):
    """Keeps the keys of personal values."""

    @property
    def place(self) -> str:
        """What a message calls it."""

    def exists(self) -> bool:
        """Return whether there is such a place yet; the first key makes it."""

    def is_empty(self) -> bool:
        """Return whether no key is there, not yet or not any more.

        Raises:
            Unavailable: ``E_KEYS``: the place cannot be read, or others may read it.
            LedgerDamaged: ``E_KEYS``: it holds something that is no key.
        """

    def get(self, names: Collection[str]) -> Mapping[str, bytes]:
        """Return those of some keys that are there.

        Raises:
            Unavailable: ``E_KEYS``: the place cannot be read, or others may read it.
            LedgerDamaged: ``E_KEYS``: it holds something that is no key.
        """

    def add(self, keys: Sequence[Key]) -> None:
        """Keep keys; return once they are safe, as no value may be recorded before its key.

        Raises:
            Unavailable: ``E_KEYS``: they cannot be kept.
        """

    def delete(self, names: Collection[str]) -> None:
        """Delete keys, those of them that are there; return once they are gone for good.

        Raises:
            Unavailable: ``E_KEYS``: they cannot be deleted.
        """

    def check_writable(self) -> None:
        """Refuse where keys cannot be deleted now, before somebody records that they were.

        Raises:
            Unavailable: ``E_KEYS``.
        """


class MemoryKeys:
    """Keeps keys in the process; they end with it."""

    place = "memory"

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}

    def exists(self) -> bool:
        """Return that there is always such a place."""
        return True

    def is_empty(self) -> bool:
        """Return whether no key is there."""
        return not self._keys

    def get(self, names: Collection[str]) -> dict[str, bytes]:
        """Return those of some keys that are there."""
        return {name: self._keys[name].secret for name in names if name in self._keys}

    def add(self, keys: Sequence[Key]) -> None:
        """Keep keys."""
        self._keys |= {key.name: key for key in keys}

    def delete(self, names: Collection[str]) -> None:
        """Delete keys."""
        for name in names:
            self._keys.pop(name, None)

    def check_writable(self) -> None:
        """Do nothing: the process may always forget."""


class NoKeys:
    """No place for keys: what is recorded is read without its personal values, and none can be added."""

    place = "no place for keys"

    def exists(self) -> bool:
        """Return that there is none."""
        return False

    def is_empty(self) -> bool:
        """Return that no key is there."""
        return True

    def get(self, names: Collection[str]) -> dict[str, bytes]:
        """Return that none is there."""
        return {}

    def add(self, keys: Sequence[Key]) -> None:
        """Refuse: a value whose key is nowhere could never be read."""
        self.check_writable()

    def delete(self, names: Collection[str]) -> None:
        """Do nothing, as there is none."""

    def check_writable(self) -> NoReturn:
        """Refuse."""
        raise Unavailable("E_KEYS", self.place, "personal values need a file for their keys; name one")
