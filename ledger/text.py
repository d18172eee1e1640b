"""What may stand in a record as text: normal form, no control characters, nothing invisible, not too long."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import NotUnderstood, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    import attrs

NAME_LENGTH: Final = 200
"""Characters that a name, a place or a reference may have."""
PROSE_LENGTH: Final = 2_000
"""Characters that a reason or a condition may have."""

_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"})
_BLANK: Final = frozenset(
    code
    for first, last in (
        (0x034F, 0x034F),  # combining grapheme joiner
        (0x115F, 0x1160),  # Hangul fillers
        (0x17B4, 0x17B5),  # Khmer inherent vowels
        (0x180B, 0x180F),  # Mongolian variation selectors and vowel separator
        (0x2800, 0x2800),  # Braille pattern without dots
        (0x3164, 0x3164),  # Hangul filler
        (0xFE00, 0xFE0F),  # variation selectors
        (0xFFA0, 0xFFA0),  # halfwidth Hangul filler
        (0xE0100, 0xE01EF),  # variation selectors
    )
    for code in range(first, last + 1)
)
"""Letters, marks and symbols that show nothing: Unicode has them ignored by default, or draws them empty."""


def clean(text: str, longest: int = NAME_LENGTH, *, what: str = "text") -> str:
    """Return the text unchanged if it may be recorded.

    Control, format (bidirectional, zero-width, byte order mark), private and surrogate characters are refused, and
    so are spaces other than the plain one and what shows nothing (fillers, variation selectors): two names that
    look the same must be the same, and a printed line must read as it is stored. Characters that are not assigned
    yet are refused by a rule when recording, since a later Unicode may assign them.

    Raises:
        NotUnderstood: ``E_TYPE``, ``E_TEXT`` or ``E_LIMIT``.
    """
    if not isinstance(text, str):
        raise NotUnderstood("E_TYPE", f"{what} {shown(text)} is a {type(text).__name__}", "write text")
    if len(text) > longest:
        raise NotUnderstood("E_LIMIT", f"{what} has {len(text):,} characters", f"at most {longest:,} characters")
    if text.isascii() and text.isprintable() and text and text[0] != " " != text[-1]:
        return text
    for character in text:
        if character != " " and _may_not_stand(character):
            raise NotUnderstood(
                "E_TEXT",
                f"{what} {shown(text)} holds character U+{ord(character):04X}",
                "remove it: it is not allowed",
            )
    if unicodedata.normalize("NFC", text) != text:
        raise NotUnderstood("E_TEXT", f"{what} {shown(text)} is not in normal form C", "normalise it to NFC")
    if not text or text != text.strip():
        raise NotUnderstood("E_TEXT", f"{what} {shown(text)} is empty or padded", "write text without outer spaces")
    return text


def _may_not_stand(character: str) -> bool:
    code = ord(character)
    return unicodedata.category(character) in _FORBIDDEN or code in _BLANK or _is_no_character(code)


def _is_no_character(code: int) -> bool:
    """Whether Unicode will never assign the code."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def text_field(longest: int = NAME_LENGTH) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    """Return an attrs validator: text that may be recorded, or nothing where the field allows it."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
        if value is not None:
            _clean_in(attribute, value, longest, "")

    return check


def texts_field(longest: int = NAME_LENGTH) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    """Return an attrs validator for a tuple of texts."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: tuple[str, ...]) -> None:
        for index, text in enumerate(value):
            _clean_in(attribute, text, longest, f"/{index}")

    return check


def _clean_in(attribute: attrs.Attribute[Any], text: str, longest: int, index: str) -> None:
    """Check the text of a field; a refusal says which field."""
    try:
        clean(text, longest, what=attribute.name.replace("_", " "))
    except NotUnderstood as error:
        raise error.at(f"/{attribute.name}{index}") from None
