"""Rules of names: each stands for one thing, and what a fact names is there by then."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import attrs

from ledger.book import Book
from ledger.days import day_of
from ledger.errors import NameTaken, RuleBroken, TermsIncomplete, UnknownName, nearest
from ledger.events import HolderMerged, HolderRenamed
from ledger.identity import (
    AgreementId,
    ClaimId,
    ConditionId,
    DividendId,
    GroupId,
    HolderId,
    InstrumentId,
    IssuerId,
    PlanId,
    RestrictionId,
    StockClassId,
    TrancheId,
)
from ledger.movements import FIRST_LEVELS, HolderKind, Level, Setting, Subject
from ledger.rules.asking import about
from ledger.terms.commitment import ConditionState
from ledger.timeline import InEffect


@cache
def fields_that_name(kind: type) -> tuple[str, ...]:
    """Return the fields of a class that may name something; none of what is no class of ours."""
    if not attrs.has(kind):
        return ()
    plain = ("evidence", "certainty", "disclosed_on", "note", "effective_on", "phase", "place")
    return tuple(field.name for field in attrs.fields(kind) if field.name not in plain)


def names_in(value: Any, agreement: AgreementId | None = None) -> Iterator[tuple[Level, Any, str]]:
    """Yield everything that a fact names: the level that brings it into being, its subject, and its name."""
    kind: type = type(value)
    if kind in _BROUGHT_BY:
        yield _BROUGHT_BY[kind], value, value
    elif kind is TrancheId:
        yield Level.TRANCHE_SHARES, (agreement, value), value
    elif kind is ConditionId:
        yield Level.CONDITION, (agreement, value), value
    elif kind is tuple:
        for each in value:
            yield from names_in(each, agreement)
    elif names := fields_that_name(kind):
        agreement = getattr(value, "agreement", agreement)
        for name in names:
            field = getattr(value, name)
            sort: type = type(field)
            level = _BROUGHT_BY.get(sort)
            if level is not None:
                yield level, field, field
            elif _may_name(sort):
                yield from names_in(field, agreement)


@cache
def _may_name(kind: type) -> bool:
    """Whether a value of a class may name something."""
    return kind in (TrancheId, ConditionId, tuple) or bool(fields_that_name(kind))


_BROUGHT_BY: Final[dict[type, Level]] = {
    HolderId: Level.HOLDER_KIND,
    StockClassId: Level.CLASS_KIND,
    AgreementId: Level.INVESTOR,
    IssuerId: Level.ISSUER,
    InstrumentId: Level.INSTRUMENT,
    PlanId: Level.PLAN,
    DividendId: Level.DIVIDEND,
    RestrictionId: Level.RESTRICTION,
    GroupId: Level.GROUP,
    ClaimId: Level.CLAIM,
}
"""The level that brings what an identifier names into being, for those that stand alone."""


_CALLED: Final = {**FIRST_LEVELS, Level.TRANCHE_SHARES: "tranche", Level.CONDITION: "condition"}
"""The level whose setting brings its subject into being, what is named within an agreement included."""


def makers(book: Book, level: Level, subject: Subject) -> list[InEffect]:
    """Return the facts that brought a subject into being, by number; more than one is a name used twice."""
    settings = book.settings.get((level, subject), ())
    if len(settings) == 1 and level is not Level.CONDITION:  # as nearly always
        return [settings[0][0]]
    if level is Level.CONDITION:  # satisfying and waiving set it too
        settings = tuple(pair for pair in settings if pair[1] is ConditionState.OPEN)
    return sorted((each for each, _ in settings), key=lambda each: each.first)


def known_by_then(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Everything a fact names was registered, designated or signed by then."""
    for level, subject, name in names_in(each.fact):
        if not makers(book, level, subject):
            others = [str(other) for other in book.subjects_of(level) if isinstance(other, str)]
            yield UnknownName(_CALLED[level], name, day_of(each.settles), nearest(name, others))


def one_name_one_thing(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A name stands for one thing for ever: a holder, a class, a certificate, an agreement, a tranche of it."""
    for movement in book.movements(each):
        if type(movement) is Setting and movement.level in _CALLED:
            made_by = makers(book, movement.level, movement.subject)
            if len(made_by) > 1 and each in made_by:
                subject = movement.subject
                name = subject if isinstance(subject, str) else subject[1]
                taken = NameTaken(_CALLED[movement.level], str(name), made_by[0].entry.number)
                yield taken.at(f"entry {made_by[-1].entry.number}")  # the newer one, whichever day comes first


@about(HolderRenamed)
def named_as_its_kind(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A natural person's name is kept apart, where it can be erased, also when it changes."""
    fact = each.fact
    if isinstance(fact, HolderRenamed):
        wanted = HolderKind.ORGANISATION if fact.name is None else HolderKind.NATURAL_PERSON
        for _, kind in book.levels(Level.HOLDER_KIND, fact.holder):
            if kind is not wanted:
                assert isinstance(kind, HolderKind)
                field = "name" if kind is HolderKind.NATURAL_PERSON else "legal_name"
                yield TermsIncomplete(fact.holder, f"it is registered as {kind.value}. State its {field}.")


@about(HolderMerged)
def merges_end_somewhere(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Following merged holders leads to one that is not merged."""
    fact = each.fact
    if isinstance(fact, HolderMerged):
        seen = {fact.holder}
        step: Any = fact.into
        while step is not None:
            if step in seen:
                yield TermsIncomplete(
                    fact.holder, f"merging it into {fact.into} leads in a circle. Void one merger."
                )
                return
            seen.add(step)
            into = book.levels(Level.MERGED_INTO, step)
            step = into[-1][1] if into else None
