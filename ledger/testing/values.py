"""Values that a record may hold, drawn by Hypothesis: text of any script, days and ranges, quantities, names."""

from __future__ import annotations

import unicodedata
from datetime import date
from fractions import Fraction
from typing import Final, TypeVar

from hypothesis import strategies as st

from ledger.days import EffectiveDay
from ledger.identity import Identifier, StockClassId
from ledger.quantities import SCALE, Authorized, Currency, Money, Price, Ratio, Shares
from ledger.terms.conversion import ConversionRight

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_BLANK: Final = "".join(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
LARGEST_UNITS: Final = 10**30 * SCALE - 1
"""The most that a record can state, at the scale of 10⁻¹⁰."""
_Name = TypeVar("_Name", bound=Identifier)


def texts(longest: int = 40) -> st.SearchStrategy[str]:
    """Return text of any script that may stand in a record."""
    anything = st.text(
        st.characters(
            exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"),
            include_characters=" ",
            exclude_characters=_BLANK,
        ),
        min_size=1,
        max_size=longest,
    )
    usual = st.sampled_from(["Zoé Ångström", "株式会社", 'O\'Brien "&" Söhne \\ <Co>', "4.02(b)", "ﬀ", "=1+1"])
    return usual | anything.map(lambda text: unicodedata.normalize("NFC", text).strip()[:longest].strip()).filter(
        bool
    )


def days() -> st.SearchStrategy[date]:
    """Return days that a record may speak of; most of them near each other."""
    near = st.dates(date(2026, 1, 1), date(2026, 12, 31))
    return near | st.dates(date(1600, 1, 1), date(2999, 12, 31))


def effective_days() -> st.SearchStrategy[EffectiveDay]:
    """Return exact days and ranges of days."""
    ranges = st.tuples(days(), days()).map(sorted).map(lambda pair: EffectiveDay(pair[0], pair[1]))
    return days().map(EffectiveDay) | ranges


def shares() -> st.SearchStrategy[Shares]:
    """Return shares above zero: whole or to ten decimals, few or very many."""
    whole = st.integers(1, 10**12).map(Shares)
    return whole | st.integers(1, LARGEST_UNITS).map(Shares.of_units)


def fractions() -> st.SearchStrategy[Fraction]:
    """Return exact fractions of zero or more that a price or a ratio may be."""
    return st.fractions(0, 10**12, max_denominator=10**9) | st.fractions(0, 1, max_denominator=10**20)


def currencies() -> st.SearchStrategy[Currency]:
    """Return a few currencies, one of them without cents."""
    return st.sampled_from([Currency("USD"), Currency("EUR"), Currency("JPY")])


def money(currency: st.SearchStrategy[Currency] | None = None) -> st.SearchStrategy[Money]:
    """Return money above zero."""
    return st.builds(Money.of_units, st.integers(1, 10**15 * SCALE), currencies() if currency is None else currency)


def prices() -> st.SearchStrategy[Price]:
    """Return prices of zero or more."""
    return st.builds(Price, fractions(), currencies())


def ratios() -> st.SearchStrategy[Ratio]:
    """Return ratios of zero or more."""
    return st.builds(Ratio, fractions())


def authorized() -> st.SearchStrategy[Authorized]:
    """Return what a charter may authorize: a number, any number, or one that nobody knows."""
    return st.sampled_from([Authorized.UNLIMITED, Authorized.UNKNOWN]) | st.builds(Authorized, shares())


def identifiers(kind: type[_Name]) -> st.SearchStrategy[_Name]:
    """Return names of a kind, ``HolderId`` or another; a few of them come often."""
    few = st.sampled_from(["a", "Z9", "x.y:z_1-2", "0", "A" * 64])
    return (few | st.text(_LETTERS, min_size=1, max_size=12)).map(kind)


def conversion_rights() -> st.SearchStrategy[ConversionRight]:
    """Return rights to convert, at a price or at a ratio."""
    above_zero = fractions().filter(bool)
    return st.builds(
        lambda into, price, ratio: ConversionRight(into=into, price=price, ratio=None if price else ratio),
        identifiers(StockClassId),
        st.none() | st.builds(Price, above_zero, currencies()),
        st.builds(Ratio, above_zero),
    )
