"""Hypothesis strategies: every event there can be, and the values that events are made of.

The fields of an event are drawn by their types. ``_MENDED`` then makes what was drawn agree with itself, for the
events that forbid some combinations.
"""

import unicodedata
from collections.abc import Callable
from datetime import date
from enum import Enum
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import attrs
from hypothesis import settings
from hypothesis import strategies as st

from ledger.days import EffectiveDay
from ledger.events import (
    EVENTS,
    AgreementAmended,
    AgreementSigned,
    ClassTermsAmended,
    CommonIssued,
    EntryVoided,
    Event,
    Evidence,
    Fact,
    FractionsSettled,
    HolderMerged,
    HolderRegistered,
    HolderRenamed,
    OpeningBalanceAdopted,
    PreferredIssued,
    ResultingTerms,
    SharesConverted,
    SharesTransferred,
    StockClassDesignated,
    StockSplitEffected,
)
from ledger.identity import Count, EntryNumber, Identifier, StockClassId
from ledger.movements import HolderKind
from ledger.personal import Personal
from ledger.quantities import SCALE, Authorized, Currency, Money, Price, Ratio, Shares
from ledger.terms.commitment import Remedy, Tranche
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

# --- values ----------------------------------------------------------------------------------------------------


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


currencies: Final = st.sampled_from([Currency("USD"), Currency("EUR"), Currency("JPY")])
fractions: Final = st.fractions(0, 10**12, max_denominator=10**9) | st.fractions(0, 1, max_denominator=10**20)
above_zero: Final = fractions.filter(bool)


def money(currency: st.SearchStrategy[Currency] = currencies) -> st.SearchStrategy[Money]:
    """Return money above zero."""
    return st.builds(Money.of_units, st.integers(1, 10**15 * SCALE), currency)


def names(kind: type[Identifier]) -> st.SearchStrategy[Identifier]:
    """Return names of a kind; a few of them come often."""
    few = st.sampled_from(["a", "Z9", "x.y:z_1-2", "0", "A" * 64])
    return (few | st.text(_LETTERS, min_size=1, max_size=12)).map(kind)


conversion_rights: Final[st.SearchStrategy[ConversionRight]] = st.builds(
    lambda into, price, ratio: ConversionRight(into=into, price=price, ratio=None if price else ratio),
    names(StockClassId).map(StockClassId),
    st.none() | st.builds(Price, above_zero, currencies),
    st.builds(Ratio, above_zero),
)

_VALUES: Final[dict[type, st.SearchStrategy[Any]]] = {
    str: texts(),
    bool: st.booleans(),
    date: days(),
    EffectiveDay: effective_days(),
    Shares: shares(),
    Money: money(),
    Currency: currencies,
    Price: st.builds(Price, fractions, currencies),
    Ratio: st.builds(Ratio, fractions),
    Authorized: st.sampled_from([Authorized.UNLIMITED, Authorized.UNKNOWN]) | st.builds(Authorized, shares()),
    Count: st.integers(0, 10).map(Count) | st.integers(0, 1_000_000).map(Count),
    EntryNumber: st.integers(1, 10**18 - 1).map(EntryNumber),
    Personal: st.builds(Personal, texts(), st.binary(min_size=32, max_size=32)),
    ConversionRight: conversion_rights,
    Remedy: st.builds(
        lambda part, price: Remedy(redeemable=Ratio(part), price=price),
        st.fractions(Fraction(1, 1000), 1, max_denominator=1000),
        st.builds(Price, fractions, currencies),
    ),
}


def _drawn_from(hint: Any) -> st.SearchStrategy[Any]:
    """Return the values that a field of this type may have."""
    if get_origin(hint) is tuple:
        return st.lists(_drawn_from(get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) is UnionType:
        return st.one_of(*(_drawn_from(part) for part in get_args(hint)))
    if hint is NoneType:
        return st.none()
    if hint is Fact:
        return st.deferred(facts)
    if hint in _VALUES:
        return _VALUES[hint]
    if issubclass(hint, Identifier):
        return names(hint)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert attrs.has(hint), f"tests/strategies.py draws no {hint.__name__}"
    return whole(hint)


def whole(kind: type) -> st.SearchStrategy[Any]:
    """Return everything that a class of events, or of parts of events, can be."""
    hints = get_type_hints(kind)
    fields = {field.name: _drawn_from(hints[field.name]) for field in attrs.fields(kind)}
    if kind is Evidence:
        fields["sha256"] = st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex)
    mend = _MENDED.get(kind, _as_drawn)
    return st.fixed_dictionaries(fields).map(lambda drawn: kind(**mend(drawn)))


# --- what agrees with itself -----------------------------------------------------------------------------------

Drawn = dict[str, Any]


def _as_drawn(drawn: Drawn) -> Drawn:
    return drawn


def _another(name: str, but: str) -> Any:
    """Return the name, or one that is like it, so that it is not ``but``."""
    return name if name != but else type(name)(f"{name[:62]}-2" if name[:62] + "-2" != but else "other")


def _elsewhere(right: ConversionRight | None, stock_class: str) -> ConversionRight | None:
    return right and attrs.evolve(right, into=_another(right.into, stock_class))


def _once(parts: tuple[Any, ...], key: Callable[[Any], Any]) -> tuple[Any, ...]:
    return tuple({key(part): part for part in parts}.values())


def _designated(drawn: Drawn) -> Drawn:
    conversion = _elsewhere(drawn["conversion"], drawn["stock_class"])
    return {**drawn, "conversion": conversion, "decimals": Count(drawn["decimals"] % 11)}


def _terms(drawn: Drawn) -> Drawn:
    conversion = None if drawn["conversion_ended"] else _elsewhere(drawn["conversion"], drawn["stock_class"])
    named = ("title", "par_value", "stated_value", "votes_per_share", "seniority")
    ended = drawn["conversion_ended"] or (conversion is None and all(drawn[name] is None for name in named))
    return {**drawn, "conversion": conversion, "conversion_ended": ended}


def _named(drawn: Drawn) -> Drawn:
    """Keep one of two names; a natural person's is the one that is kept apart."""
    person = drawn["name"] is not None
    drawn = {**drawn, "legal_name": None if person else drawn["legal_name"] or "Fund LP"}
    kind = HolderKind.NATURAL_PERSON if person else HolderKind.ORGANISATION
    return {**drawn, "holder_kind": kind} if "holder_kind" in drawn else drawn


def _conditions_once(tranches: tuple[Tranche, ...]) -> tuple[Tranche, ...]:
    """Name each tranche, and each condition of all of them, once."""
    seen: set[str] = set()
    found = []
    for each in _once(tranches, lambda part: part.tranche):
        fresh = _once(each.conditions, lambda part: part.condition)
        found.append(attrs.evolve(each, conditions=tuple(one for one in fresh if one.condition not in seen)))
        seen |= {one.condition for one in fresh}
    return tuple(found)


def _signed(drawn: Drawn) -> Drawn:
    currency = drawn["commitment"].currency
    tranches = tuple(
        attrs.evolve(each, amount=Money.of_units(each.amount.units, currency))
        for each in _conditions_once(drawn["tranches"])
    )
    scheduled = sum(each.amount.units for each in tranches)
    undated = drawn["commitment"].units if not tranches or drawn["remedy"] else 0
    return {**drawn, "tranches": tranches, "commitment": Money.of_units(scheduled + undated, currency)}


def _amended(drawn: Drawn) -> Drawn:
    tranches = _conditions_once(drawn["added_tranches"])
    changes = tranches or any(drawn[name] for name in ("added", "rescheduled", "price", "remedy"))
    return {**drawn, "added_tranches": tranches, "text": drawn["text"] if changes else drawn["text"] or "Typo."}


def _issued(drawn: Drawn) -> Drawn:
    return drawn if drawn["agreement"] is not None else {**drawn, "tranche": None}


def _split(drawn: Drawn) -> Drawn:
    """Name each class once, and state the authorized number of each."""
    classes = drawn["stock_classes"] or (StockClassId("common"),)
    classes = _once(classes, lambda name: name)
    resulting: dict[str, ResultingTerms] = {
        terms.stock_class: attrs.evolve(terms, conversion=_elsewhere(terms.conversion, terms.stock_class))
        for terms in drawn["resulting"]
    }
    for name in classes:
        terms = resulting.get(name, ResultingTerms(stock_class=name))
        resulting[name] = attrs.evolve(terms, authorized=terms.authorized or Authorized.UNLIMITED)
    return {
        **drawn,
        "effective_on": EffectiveDay(drawn["effective_on"].earliest),
        "stock_classes": classes,
        "resulting": tuple(resulting.values()),
        "ratio": drawn["ratio"] if drawn["ratio"].value not in (0, 1) else Ratio("1/20"),
        "decimals": Count(drawn["decimals"] % 11),
    }


def _settled(drawn: Drawn) -> Drawn:
    if drawn["given"]:
        return {**drawn, "taken": None}
    return drawn if drawn["taken"] or drawn["cash"] else {**drawn, "cash": Money("0.17", "USD")}


def _opened(drawn: Drawn) -> Drawn:
    positions = _once(drawn["positions"], lambda part: (part.holder, part.security))
    return {**drawn, "effective_on": EffectiveDay(drawn["effective_on"].latest), "positions": positions}


def _voided(drawn: Drawn) -> Drawn:
    return {**drawn, "entries": _once(drawn["entries"], int) or (EntryNumber(1),)}


_MENDED: Final[dict[type, Callable[[Drawn], Drawn]]] = {
    StockClassDesignated: _designated,
    ClassTermsAmended: _terms,
    HolderRegistered: _named,
    HolderRenamed: _named,
    HolderMerged: lambda drawn: {**drawn, "into": _another(drawn["into"], drawn["holder"])},
    AgreementSigned: _signed,
    AgreementAmended: _amended,
    PreferredIssued: _issued,
    CommonIssued: _issued,
    SharesTransferred: lambda drawn: {**drawn, "to_holder": _another(drawn["to_holder"], drawn["from_holder"])},
    SharesConverted: lambda drawn: {**drawn, "to_class": _another(drawn["to_class"], drawn["from_class"])},
    StockSplitEffected: _split,
    FractionsSettled: _settled,
    OpeningBalanceAdopted: _opened,
    EntryVoided: _voided,
}


SOME: Final = settings(max_examples=max(10, settings.default.max_examples // 6 if settings.default else 10))
"""Fewer examples, for a property that is asked of every kind of event in turn."""

# --- events ------------------------------------------------------------------------------------------------------


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Return every event of one kind."""
    return whole(kind)


def facts() -> st.SearchStrategy[Fact]:
    """Return every fact: an event that takes effect on a day."""
    return st.one_of(*(whole(kind) for kind in EVENTS if issubclass(kind, Fact)))


def events() -> st.SearchStrategy[Event]:
    """Return every event there can be."""
    return st.one_of(*(events_of(kind) for kind in EVENTS))
