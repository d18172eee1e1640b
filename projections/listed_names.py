"""Whom a name on a list means: the holder who bears it, or those whom it may mean, for somebody to decide.

Nothing is merged because it looks alike. A name means a holder if he bears it, or ever bore it, and nobody else
does; case, signs and the usual short forms of a legal form do not count. All else is a suggestion.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

import attrs

from ledger.identity import HolderId

_FORMS: Final = {
    "incorporated": "inc",
    "corporation": "corp",
    "limited": "ltd",
    "company": "co",
    "and": "&",
}
_LEGAL: Final = frozenset(
    {"inc", "corp", "ltd", "co", "llc", "lp", "llp", "plc", "gmbh", "ag", "sa", "bv", "nv", "pte", "pty"}
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
"""Marks of Latin, Greek and Cyrillic letters; in other scripts a mark makes another letter."""
_SHORT: Final = 5
"""A single word of so many letters may be an abbreviation."""
_ALIKE: Final = 86
"""How many in a hundred letters match of two names that may be one, misspelt: a slip or two in ten."""


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents and signs: ``Maple Fund, L.P.`` is maple, fund, lp."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold()))
    plain = re.sub(r"\b((?:[^\W_]\.)+[^\W_]\b\.?)", lambda match: match[1].replace(".", ""), plain)
    words = "".join(map(_letter, unicodedata.normalize("NFKC", plain))).split()
    return tuple(_FORMS.get(word, word) for word in words) or (name,)  # of signs alone nothing is left out


def _letter(sign: str) -> str:
    """Return a letter, a digit or a mark as it is, and a blank for what only parts them."""
    if sign == "&":
        return " & "
    return sign if sign.isalnum() or unicodedata.category(sign).startswith("M") else " "


def spellings(name: str) -> frozenset[tuple[str, ...]]:
    """Return the ways to write a name: as it is, and of ``Quill, Ada`` also the other way round."""
    last, comma, first = name.partition(",")
    own = words_of(name)
    if comma and words_of(first) and "," not in first and not _LEGAL & {*words_of(first)}:
        return frozenset((own, words_of(f"{first} {last}")))
    return frozenset((own,))


def _apart_from_form(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _LEGAL and word != "&")


def likeness(name: str, other: str) -> str:
    """Return in what two names are alike that are not the same; empty where they are not."""
    return _likeness(_apart_from_form(words_of(name)), _apart_from_form(words_of(other)))


def _likeness(ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    if not ours or not theirs:
        return ""
    if sorted(ours) == sorted(theirs):
        return "the same words"
    if is_initials(ours, theirs) or is_initials(theirs, ours):
        return "initials"
    if {*ours} < {*theirs} or {*theirs} < {*ours}:
        return "a part of the name"
    return "spelt alike" if _are_spelt_alike(" ".join(ours), " ".join(theirs)) else ""


def _are_spelt_alike(one: str, other: str) -> bool:
    """Whether nearly all letters of two names match, in their order; what is quick to see is looked at first."""
    needed = _ALIKE * (len(one) + len(other))
    if 200 * min(len(one), len(other)) < needed or 200 * (Counter(one) & Counter(other)).total() < needed:
        return False
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return 200 * sum(block.size for block in blocks) >= needed


def is_initials(short: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether a single word is made of the first letters of others."""
    return len(short) == 1 and len(words) > 1 and short[0] == "".join(word[0] for word in words)


def _traits(name: str) -> Iterator[str]:
    """Yield what two names have in common, one of these at least, that are alike: long lists have many names."""
    words = _apart_from_form(words_of(name))
    yield from words
    if words:
        yield "".join(word[0] for word in words)
        yield f"{words[0][:2]}…"


@attrs.frozen
class Meant:
    """Whom a name may mean.

    Attributes:
        holder: Whom it means, where that is certain.
        candidates: Otherwise those whom it may mean, each with the reason.
    """

    holder: HolderId | None
    candidates: tuple[tuple[HolderId, str], ...] = ()


class KnownNames:
    """The names that holders bear, or ever bore.

    Args:
        names: Of each holder, the names that are at hand; those of holders that count as one together.
    """

    def __init__(self, names: Mapping[HolderId, Sequence[str]]) -> None:
        self._names = {
            holder: tuple(dict.fromkeys(_apart_from_form(words_of(name)) for name in borne))
            for holder, borne in names.items()
        }
        self._meant: dict[str, Meant] = {}
        self._bearing: defaultdict[tuple[str, ...], dict[HolderId, None]] = defaultdict(dict)
        self._near: defaultdict[str, dict[HolderId, None]] = defaultdict(dict)
        for holder, borne in names.items():
            for name in borne:
                for spelling in spellings(name):
                    self._bearing[spelling][holder] = None
                for trait in _traits(name):
                    self._near[trait][holder] = None

    def has(self, holder: HolderId) -> bool:
        """Whether a name of a holder is at hand."""
        return bool(self._names.get(holder))

    def meant(self, name: str) -> Meant:
        """Return whom a name means, or those whom it may mean."""
        if name not in self._meant:
            self._meant[name] = self._looked_for(name)
        return self._meant[name]

    def _looked_for(self, name: str) -> Meant:
        exact: dict[HolderId, None] = {}
        for spelling in spellings(name):
            exact |= self._bearing.get(spelling, {})
        words = words_of(name)
        own = _apart_from_form(words)
        is_short = len(words) == 1 and len(words[0]) <= _SHORT
        if len(exact) == 1 and not is_short:
            return Meant(next(iter(exact)))
        alike = dict.fromkeys(exact, "the same name")
        if len(exact) < 2:
            near = {holder: None for trait in _traits(name) for holder in self._near.get(trait, ())}
            for holder in near:
                why = next(filter(None, (_likeness(own, each) for each in self._names[holder])), "")
                if why:
                    alike.setdefault(holder, why)
        if len(exact) == 1 and len(alike) == 1:
            return Meant(next(iter(exact)))
        return Meant(None, tuple(sorted(alike.items())))
