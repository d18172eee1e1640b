"""From the words that somebody types to the figure that they mean: ``boone common``, ``ascent-k undrawn``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from ledger.errors import NotUnderstood, nearest, shown
from ledger.identity import HolderId
from ledger.movements import Level, Setting
from projections.cap_table import shown_under
from projections.figures import AGREEMENT_FIGURES, CLASS_FIGURES, Figure, of_agreement, of_class, of_holder
from projections.replay import replay
from registrar.names import Names

if TYPE_CHECKING:
    from ledger.journal import Ledger

_FORM: Final = (
    'write a holder and a class, "boone common"; a class and one of'
    f" {', '.join(CLASS_FIGURES)}; or an agreement and one of {', '.join(AGREEMENT_FIGURES)}"
)


def figure_named(ledger: Ledger, words: Sequence[str], *, as_of: date, known: int) -> Figure:
    """Return the figure that some words name.

    Args:
        ledger: The record.
        words: A holder and a class, a class and a figure, or an agreement and a figure. A holder may be named as it
            is registered, which may be several words.
        as_of: The day asked about: holders that were merged by then count as one.
        known: How many entries are taken into account.

    Raises:
        NotUnderstood: ``E_FIGURE`` for other words, ``E_UNKNOWN`` for names that stand for nothing in the record,
            ``E_DUPLICATE`` for a name that several holders have.
        UnknownName: No holder has a name of several words.
    """
    *before, name = " ".join(words).split() or [""]
    of = " ".join(before)
    known_names = _names(ledger, known)
    classes, agreements = known_names[Level.CLASS_KIND], known_names[Level.INVESTOR]
    holders = known_names[Level.HOLDER_KIND]
    if name in classes and of not in holders and (len(before) > 1 or Names(ledger, known).namesakes(of)):
        of = str(Names(ledger, known).holder(of))
    elif len(before) != 1:
        raise NotUnderstood("E_FIGURE", f"{shown(' '.join(words))} names no figure", _FORM)
    if of in holders and name in classes:
        return of_holder(of, name, _merged_into(ledger, of, as_of, known))
    if of in agreements and (name in AGREEMENT_FIGURES or of not in classes):
        return of_agreement(of, name)
    if of in classes:
        return of_class(of, name)
    if of in holders:
        raise _unknown("stock class", name, classes)
    raise _unknown("holder, stock class or agreement", of, [*holders, *classes, *agreements])


def _unknown(what: str, name: str, names: Sequence[str]) -> NotUnderstood:
    near = nearest(name, names)
    hint = f"did you mean {near}?" if near else "`captable log` shows what is recorded"
    return NotUnderstood("E_UNKNOWN", f"no {what} {shown(name)} is recorded", hint)


def _names(ledger: Ledger, known: int) -> dict[Level, list[str]]:
    """Return the classes, agreements and holders that the record speaks of on any day."""
    found: dict[Level, list[str]] = {Level.CLASS_KIND: [], Level.INVESTOR: [], Level.HOLDER_KIND: []}
    for each in ledger.standing(known):
        for movement in each.fact.movements():
            if isinstance(movement, Setting) and movement.level in found and isinstance(movement.subject, str):
                found[movement.level].append(str(movement.subject))
    return found


def _merged_into(ledger: Ledger, holder: str, as_of: date, known: int) -> frozenset[HolderId]:
    balances = replay(ledger.history(as_of, known))
    merged = balances.subjects(Level.MERGED_INTO)
    return frozenset(each for each in merged if shown_under(balances, each) == holder)
