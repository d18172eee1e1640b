"""Text on a terminal: safe, as wide as it looks, broken into lines. Imports little: a usage error is quick."""

from __future__ import annotations

import unicodedata
from typing import Final

OPEN_DAYS: Final = "A figure between two values: the day of an entry behind it is not known exactly."
"""What is said below figures that lie between two."""
_OBEYED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe(text: str) -> str:
    """Return text with everything escaped that a terminal might obey, or that would reverse or hide the line."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character) in _OBEYED else character
        for character in text
    )


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for wide characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
        for character in text
    )


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Return a paragraph as lines that fit; every line but the first begins with ``indent``."""
    import textwrap  # an error is one line, and needs no wrapping

    return textwrap.wrap(
        safe(text), max(width, 20), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
