"""From the words that somebody types to the figure that they mean: ``boone common``, ``n-1 owed``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from ledger.errors import NotUnderstood, nearest, shown
from ledger.identity import HolderId
from ledger.movements import InstrumentKind, Level
from projections.cap_table import shown_under
from projections.figures import (
    AGREEMENT_FIGURES,
    CLASS_FIGURES,
    INSTRUMENT_FIGURES,
    Figure,
    known_figure,
    of_agreement,
    of_class,
    of_control_account,
    of_dividend,
    of_holder,
    of_instrument,
    of_plan,
)
from projections.replay import replay
from registrar.names import Names

if TYPE_CHECKING:
    from ledger.journal import Ledger

_HAVE: Final = {
    "stock class": CLASS_FIGURES,
    "agreement": AGREEMENT_FIGURES,
    "instrument": INSTRUMENT_FIGURES,
    "plan": ("pooled",),
    "dividend": ("declared",),
    "control account": ("restricted",),
}
"""What has figures, and which; a name is looked up in this order."""
NAMED: Final = ("holder", *_HAVE)
"""What the first word of a figure may name."""
_OF_A_KIND: Final = {
    InstrumentKind.NOTE: "owed",
    InstrumentKind.SAFE: "owed",
    InstrumentKind.WARRANT: "purchasable",
    InstrumentKind.OPTION: "awarded",
    InstrumentKind.RESTRICTED_UNITS: "awarded",
    InstrumentKind.APPRECIATION_RIGHT: "awarded",
}
"""The figure that an instrument has; restricted stock has none, as its shares are issued."""
_FORM: Final = (
    'write a holder and a class or an instrument, "boone common"; a class and one of'
    f" {', '.join(CLASS_FIGURES)}; an agreement and one of {', '.join(AGREEMENT_FIGURES)};"
    " a note or SAFE and owed; a warrant and purchasable; an award and awarded; a plan and pooled; a dividend and"
    " declared; or a control account and restricted"
)


def figure_named(ledger: Ledger, words: Sequence[str], *, as_of: date, known: int) -> Figure:
    """Return the figure that some words name.

    Args:
        ledger: The record.
        words: A holder and a class or an instrument; or a class, an agreement, an instrument, a plan, a dividend or
            a control account, and a figure. A holder may be named as it is registered, which may be several words.
        as_of: The day asked about: holders that were merged by then count as one.
        known: How many entries are taken into account.

    Raises:
        NotUnderstood: ``E_FIGURE`` for other words, ``E_UNKNOWN`` for names that stand for nothing in the record,
            ``E_DUPLICATE`` for a name that several holders have.
        UnknownName: No holder has a name of several words.
    """
    names, said = Names(ledger, known), " ".join(words).split()
    classes, instruments = names.all("stock class"), names.all("instrument")
    unit = said.pop() if len(said) == 3 and _has_units(names, *said[:2]) else None
    figure = said.pop() if len(said) > 2 and said[-2] in instruments and said[-1] in INSTRUMENT_FIGURES else None
    *before, name = said or [""]
    of, holders = " ".join(before), names.all("holder")
    is_held = name in classes or name in instruments
    if is_held and of not in holders and (len(before) > 1 or names.namesakes(of)):
        of = str(names.holder(of))
    elif len(before) != 1:
        raise NotUnderstood("E_FIGURE", f"{shown(' '.join(words))} names no figure", _FORM)
    if of in holders and is_held:
        merged = _merged_into(ledger, of, as_of, known)
        if name in classes:
            return of_holder(of, name, merged)
        return of_instrument(name, _known(name, figure, figures_of(names, "instrument", name)), of, merged)
    having = {kind: figures_of(names, kind, of) for kind in _HAVE if of in names.all(kind)}
    for kind, figures in having.items():
        if name in figures:
            return _figure(kind, of, name, unit)
    if having:
        _known(of, name, [each for figures in having.values() for each in figures])
    if of in holders:
        raise _unknown("stock class or instrument", name, [*classes, *instruments])
    every = [each for kind in NAMED for each in names.all(kind)]
    raise _unknown(f"{', '.join(NAMED[:-1])} or {NAMED[-1]}", of, every)


def figures_of(names: Names, kind: str, of: str) -> Sequence[str]:
    """Return the figures that something has.

    Args:
        names: What is recorded.
        kind: What it is: one of ``NAMED``, but no holder.
        of: Its name.
    """
    if kind != "instrument":
        return _HAVE[kind]
    own = _OF_A_KIND.get(names.instrument_kind(of))
    return () if own is None else (own,)


def _known(of: str, name: str | None, figures: Sequence[str]) -> str:
    """Return a figure of those that something has: the one that is named, or else the first."""
    if not figures:
        raise NotUnderstood(
            "E_FIGURE",
            f"{of} is restricted stock: its shares are issued and stand with their holder",
            "ask for a holder and the class",
        )
    return known_figure(name or figures[0], figures)


def _figure(kind: str, of: str, name: str, unit: str | None) -> Figure:
    match kind:
        case "stock class":
            return of_class(of, name)
        case "agreement":
            return of_agreement(of, name)
        case "instrument":
            return of_instrument(of, name, unit=unit)
        case "plan":
            return of_plan(of, unit)
        case "dividend":
            return of_dividend(of)
        case _:
            return of_control_account(of, unit)


def _has_units(names: Names, of: str, name: str) -> bool:
    """Whether a word that follows names the class or the currency that a figure counts."""
    return any(of in names.all(kind) and name in _HAVE[kind] for kind in ("instrument", "plan", "control account"))


def _unknown(what: str, name: str, names: Sequence[str]) -> NotUnderstood:
    near = nearest(name, names)
    hint = f"did you mean {near}?" if near else "`captable log` shows what is recorded"
    return NotUnderstood("E_UNKNOWN", f"no {what} {shown(name)} is recorded", hint)


def _merged_into(ledger: Ledger, holder: str, as_of: date, known: int) -> frozenset[HolderId]:
    balances = replay(ledger.history(as_of, known))
    merged = balances.subjects(Level.MERGED_INTO)
    return frozenset(each for each in merged if shown_under(balances, each) == holder)
