"""Figures about shares as filings tag them: which concepts are read, and what a tagged number says."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from typing import Final

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood, shown
from ledger.terms.disclosed import Disclosed, Qualifier
from ledger.terms.measures import Source

MAX_FIGURES: Final = 5_000
"""Figures that are read from one file at most; each becomes an entry."""
_LONGEST: Final = 60
"""Characters of a number at most: more are no count of shares."""


class Stock(Enum):
    """Which stock a concept counts, where no member of the class axis says more."""

    COMMON = "common"
    PREFERRED = "preferred"


@attrs.frozen
class Concept:
    """What a tag counts.

    Attributes:
        taxonomy: Where it is defined: ``dei``, the cover page, or ``us-gaap``, the statements.
        label: What claims of it are called.
        source: The figure of the ledger that it should equal.
        stock: Of which stock.
    """

    taxonomy: str
    label: str
    source: Source
    stock: Stock


CONCEPTS: Final = {
    "EntityCommonStockSharesOutstanding": Concept("dei", "cover", Source.OUTSTANDING, Stock.COMMON),
    "CommonStockSharesOutstanding": Concept("us-gaap", "outstanding", Source.OUTSTANDING, Stock.COMMON),
    "CommonStockSharesIssued": Concept("us-gaap", "issued", Source.ISSUED, Stock.COMMON),
    "CommonStockSharesAuthorized": Concept("us-gaap", "authorized", Source.AUTHORIZED, Stock.COMMON),
    "PreferredStockSharesOutstanding": Concept("us-gaap", "outstanding", Source.OUTSTANDING, Stock.PREFERRED),
    "PreferredStockSharesIssued": Concept("us-gaap", "issued", Source.ISSUED, Stock.PREFERRED),
    "PreferredStockSharesAuthorized": Concept("us-gaap", "authorized", Source.AUTHORIZED, Stock.PREFERRED),
}
"""The concepts that are read; every other tag of a file is passed over."""


@attrs.frozen(kw_only=True)
class Figure:
    """A tagged number with its context.

    Attributes:
        concept: The concept, without its taxonomy.
        entity: Whose figure it is, as the context identifies it.
        about: The day it is of; the last day of a period.
        since: The first day, where the context is a period.
        member: The class of stock, by its member on the class axis; empty where the context has none.
        figure: The number as printed, and what it stands for.
        said: What the tag says of the number's accuracy, in words.
        context: The name of the context; empty where the file has none.
        accession: Of the filing, where the file holds figures of several.
        form: The form that was filed.
        filed: The day on which it was filed, where the file says it.
        place: Where the file says it.
    """

    concept: str
    entity: str
    about: date
    since: date | None = None
    member: str = ""
    figure: Disclosed
    said: str
    context: str = ""
    accession: str = ""
    form: str = ""
    filed: date | None = None
    place: str

    @property
    def of(self) -> Concept:
        """What it counts."""
        return CONCEPTS[self.concept]

    @property
    def stock(self) -> str:
        """The name by which somebody says which class it is of: a member, or ``common`` or ``preferred``."""
        return self.member or self.of.stock.value


@attrs.frozen
class Filing:
    """What of a file is about shares.

    Attributes:
        figures: In the order of the file.
        said_by: The company, as the file names it; empty where it does not.
        notes: What was passed over.
    """

    figures: tuple[Figure, ...]
    said_by: str
    notes: tuple[str, ...] = ()


# --- numbers ----------------------------------------------------------------------------------------------

_NUMBER: Final = re.compile(r"(-?)(\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DECIMALS: Final = re.compile(r"[+-]?\d{1,2}", re.ASCII)
_NOUGHT: Final = ("fixedzero", "zerodash", "numdash")
_WORDS: Final = ("no", "none", "nil", "zero")
_SCALES: Final = {0: "", 3: " (in thousands)", 6: " (in millions)", 9: " (in billions)"}


def number(text: str) -> Fraction:
    """Return a number that is written with a point, or not at all.

    Raises:
        NotUnderstood: ``E_NUMBER``: it is something else, or below zero.
    """
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise NotUnderstood("E_NUMBER", f"{shown(text)} is no number of shares", "compare it with the filing")
    value = Fraction(found[2])
    if found[1] and value:
        raise NotUnderstood("E_NUMBER", f"{shown(text)} is below zero", "compare it with the filing")
    return value


def displayed(text: str, form: str) -> Fraction:
    """Return a number as a page displays it, by the name of the format that its tag gives.

    Raises:
        NotUnderstood: ``E_NUMBER``, or ``E_XBRL`` when the format is not known.
    """
    kind = form.rpartition(":")[2].lower().replace("-", "")
    if kind in _NOUGHT or (kind == "numwordsen" and text.lower() in _WORDS):
        return Fraction(0)
    if kind == "":
        return number(text)
    without_blanks = re.sub(r"\s", "", text)
    if kind in ("numdotdecimal", "numcommadot"):
        return number(without_blanks.replace(",", ""))
    if kind in ("numcommadecimal", "numdotcomma"):
        return number(without_blanks.replace(".", "").replace(",", "."))
    raise NotUnderstood(
        "E_XBRL",
        f"the format {shown(form)} is not read",
        "leave the tag out by --ignore, and disclose it by hand",
    )


def accuracy(decimals: str | None, precision: str | None, value: Fraction) -> int | None:
    """Return to how many decimals a number is accurate; ``None`` where it is exact.

    Raises:
        NotUnderstood: ``E_XBRL``: the tag does not say.
    """
    said = precision if decimals is None else decimals
    if said == "INF":
        return None
    if said is None or not _DECIMALS.fullmatch(said):
        raise NotUnderstood("E_XBRL", f"decimals {shown(said)} say no accuracy", "compare it with the filing")
    if decimals is not None:
        return int(decimals)
    return int(said) - (len(str(int(value))) if value >= 1 else 0)  # of significant digits, as old files have it


def disclosed(text: str, value: Fraction, decimals: int | None, scale: int = 0) -> Disclosed:
    """Return a figure with the accuracy that its tag states.

    Args:
        text: As printed.
        value: The number, its scale included.
        decimals: To how many it is accurate: -6 is rounded to millions, ``None`` is exact.
        scale: The power of ten that the page leaves out.
    """
    from ledger.quantities import Ratio

    printed = f"{text}{_SCALES.get(scale, f' × 10^{scale}')}"
    if decimals is None:
        return Disclosed(printed=printed, value=Ratio(value), qualifier=Qualifier.EXACTLY)
    return Disclosed(printed=printed, value=Ratio(value), step=Ratio(Fraction(10) ** -decimals))


def in_words(decimals: int | None) -> str:
    """Return what an accuracy means."""
    if decimals is None:
        return "exact"
    if decimals == 0:
        return "accurate to the share"
    return f"rounded to {10**-decimals:,}" if decimals < 0 else f"rounded to {decimals} decimals"


# --- days and text ----------------------------------------------------------------------------------------

_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(T00:00(?::00(?:\.0+)?)?)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)


def a_day(text: str, *, is_end: bool) -> date:
    """Return the day of a context; midnight at the end of a period is the end of the day before.

    Raises:
        NotUnderstood: ``E_DATE``.
    """
    found = _DAY.fullmatch(text)
    if found is None:
        raise NotUnderstood("E_DATE", f"{shown(text)} is no day", "a context has days, YYYY-MM-DD")
    read = day(found[1])
    return read - timedelta(days=1) if is_end and found[2] and read > date.min else read


def one_line(text: str) -> str:
    """Return text in normal form C, with single blanks.

    Raises:
        NotUnderstood: ``E_TEXT``: it holds half a character, as JSON may.
    """
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        raise NotUnderstood("E_TEXT", f"{shown(text)} holds half a character", "fetch the file again")
    return unicodedata.normalize("NFC", " ".join(text.split()))
