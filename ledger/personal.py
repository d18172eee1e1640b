"""Personal particulars of natural persons: the record holds a salted commitment, the value lies beside it.

The value can be erased without touching a byte of the record. A plain digest of a name or a birth date could be
guessed back in milliseconds, so each value has a salt of its own, erased with it.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, get_args, get_type_hints

import attrs

from ledger.errors import NotUnderstood, shown
from ledger.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SALT_BYTES: Final = 32
_COMMITMENT = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


class Personal:
    """A value about a natural person.

    Args:
        value: The particular itself, for example a name; ``None`` once it is erased.
        salt: 32 random bytes. The journal adds them when it records the value.
        commitment: ``sha256:`` and the digest of salt and value; beside a value its salt is needed too, as nothing
            else would show that they belong together.
        is_erased: Whether the record says that it was erased.

    Raises:
        NotUnderstood: ``E_PERSONAL`` when the parts do not make a particular; or what ``clean`` raises.

    Attributes:
        value: The particular, or ``None`` when it was erased or is not at hand.
        salt: Its salt, or ``None`` before recording and after erasure.
        is_erased: Whether the record says that it was erased; otherwise a value that is not there is not at hand.
    """

    __slots__ = ("_commitment", "is_erased", "salt", "value")
    value: str | None
    salt: bytes | None
    is_erased: bool
    _commitment: str | None

    def __init__(
        self,
        value: str | None,
        salt: bytes | None = None,
        commitment: str | None = None,
        is_erased: bool = False,
    ) -> None:
        if value is not None:
            clean(value, what="personal particular")
        elif commitment is None:
            raise NotUnderstood(
                "E_PERSONAL", "a personal particular has neither value nor commitment", "give its value"
            )
        if commitment is not None and not _COMMITMENT.fullmatch(commitment):
            raise NotUnderstood(
                "E_PERSONAL",
                f"{shown(commitment)} is not a commitment",
                'it reads "sha256:" and 64 hex digits; in Python a name itself is written Personal("…")',
            )
        if salt is not None and not (isinstance(salt, bytes) and len(salt) == SALT_BYTES):
            raise NotUnderstood(
                "E_PERSONAL", "the salt of a personal particular is something else", f"it has {SALT_BYTES} bytes"
            )
        if value is not None and commitment is not None and salt is None:
            raise NotUnderstood(
                "E_PERSONAL", "a personal particular has a commitment and no salt", "restore it from a backup"
            )
        if value is not None and salt is not None:
            made = "sha256:" + sha256(salt + value.encode()).hexdigest()
            if commitment not in (None, made):
                raise NotUnderstood(
                    "E_PERSONAL",
                    "a personal particular does not fit its commitment",
                    "restore it from a backup",
                )
            commitment = made
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "salt", salt)
        object.__setattr__(self, "_commitment", commitment)
        object.__setattr__(self, "is_erased", is_erased and value is None)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a personal particular does not change; make a new one")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a personal particular does not change")

    def __reduce__(self) -> tuple[type[Self], tuple[str | None, bytes | None, str | None, bool]]:
        return type(self), (self.value, self.salt, self._commitment, self.is_erased)

    @property
    def commitment(self) -> str:
        """What the record holds: ``sha256:`` and the digest of salt and value."""
        if self._commitment is None:
            raise ValueError("the particular has no salt yet; the journal adds it when recording")
        return self._commitment

    @property
    def is_sealed(self) -> bool:
        """Whether the particular has its salt, or only a commitment is left."""
        return self._commitment is not None

    def sealed(self, salt: bytes) -> Personal:
        """Return the particular with its salt."""
        return self if self.is_sealed else Personal(self.value, salt)

    def erased(self) -> Personal:
        """Return the particular without its value."""
        return Personal(None, commitment=self.commitment, is_erased=True)

    def __str__(self) -> str:
        return self.value if self.value is not None else "(erased)" if self.is_erased else "(not at hand)"

    def __repr__(self) -> str:
        return "Personal(...)"  # a log or a traceback is no place for a name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Personal):
            return NotImplemented
        if self.value is not None and other.value is not None:
            return self.value == other.value
        return self._commitment is not None and self._commitment == other._commitment

    def __hash__(self) -> int:
        return hash(Personal)  # equal by value or by commitment, so nothing finer is safe


@cache
def has_particulars(kind: type) -> bool:
    """Whether a class has room for personal particulars, in a field or in the lines of one."""
    fields = [(field.name, str(field.type)) for field in attrs.fields(kind)]
    if any("Personal" in hint for _, hint in fields):
        return True
    lines = [name for name, hint in fields if "tuple[" in hint and name != "evidence"]
    if not lines:
        return False  # as with nearly every kind, and looking up what each hint means takes long
    hints = get_type_hints(kind)
    return any(attrs.has(part) and has_particulars(part) for name in lines for part in get_args(hints[name]))


def particulars(value: Any) -> Iterator[Personal]:
    """Yield every personal particular within an event."""
    for each, _ in whose(value):
        yield each


def whose(value: Any, holder: Any = None) -> Iterator[tuple[Personal, Any]]:
    """Yield every personal particular within an event, in order, with the holder whom it is about.

    That is the ``holder`` of the event or of the line that the particular stands in; ``None`` for somebody who is
    only named, as most are in a list of holders.
    """
    if isinstance(value, Personal):
        yield value, holder
    elif isinstance(value, tuple):
        for each in value:
            yield from whose(each, holder)
    elif attrs.has(type(value)):
        holder = getattr(value, "holder", holder)
        for field in attrs.fields(type(value)):
            yield from whose(getattr(value, field.name), holder)


def with_each(value: Any, change: Callable[[Personal], Personal]) -> Any:
    """Return an event with every personal particular within it changed; what has none is left as it is."""
    if isinstance(value, Personal):
        return change(value)
    if isinstance(value, tuple):
        return tuple(with_each(each, change) for each in value)
    if not attrs.has(type(value)):
        return value
    changed = {
        field.name: with_each(getattr(value, field.name), change)
        for field in attrs.fields(type(value))
        if any(True for _ in particulars(getattr(value, field.name)))
    }
    return attrs.evolve(value, **changed) if changed else value


def seal(value: Any, salts: Callable[[], bytes]) -> Any:
    """Return an event whose personal particulars have a salt."""
    if all(each.is_sealed for each in particulars(value)):
        return value
    return with_each(value, lambda each: each.sealed(salts()))
