"""Turns figures of filings into claims: which class is meant, who said it and when, and what it should equal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from hashlib import sha256
from pathlib import PurePath
from typing import Final

import attrs

from ledger.days import EffectiveDay
from ledger.errors import NotUnderstood, shown
from ledger.events import ClaimDisclosed, Evidence
from ledger.exchange.refused import Problems
from ledger.exchange.register.cells import File
from ledger.exchange.register.proposal import Proposal, Proposed
from ledger.exchange.xbrl.figures import Figure, Filing, Stock
from ledger.identity import ClaimId, StockClassId
from ledger.terms.measures import Measure, MeasureKind, Operand, Role, Source

_LONGEST_ID: Final = 64


@attrs.frozen(kw_only=True)
class Instructions:
    """What is said beside the file.

    Attributes:
        classes: The classes that are meant by ``common``, ``preferred``, or a member of the class axis. Of several
            the file states the sum.
        on: The day on which the file was disclosed, where it does not say so itself.
        said_by: Who said it, where the file does not name one company.
        entity: Whose figures are meant, where the file has those of several.
        ignored: Stock whose figures are left out, named as in ``classes``; and tags that are passed over.
    """

    classes: Mapping[str, tuple[StockClassId, ...]] = attrs.field(hash=False)
    on: date | None = None
    said_by: str | None = None
    entity: str | None = None
    ignored: tuple[str, ...] = ()


def proposed(file: File, filing: Filing, said: Instructions, recorded: Collection[ClaimId] = ()) -> Proposal:
    """Return the claims that a file amounts to, for somebody to look at.

    Args:
        file: The file.
        filing: What is in it.
        said: What is said beside it.
        recorded: Claims that other commands recorded; they are left out.

    Raises:
        InputRefused: With every problem; nothing was used.
    """
    problems, notes = Problems(file.name), list(filing.notes)
    figures = _meant(filing, said, problems, notes, file.name)
    said_by = said.said_by or filing.said_by
    if not said_by:
        problems.add(_missing("it names no company, or several", "add --said-by", file.name))
    if said.on is None and any(figure.filed is None for figure in figures):
        problems.add(_missing("it does not say when it was disclosed", "add --on DAY", file.name, "E_DATE"))
    digest = sha256(file.data).hexdigest()
    found: dict[ClaimId, Proposed] = {}
    again = 0
    for figure in sorted(figures, key=lambda each: (each.filed or date.min, each.about)):
        on = figure.filed or said.on
        if on is None or not said_by:
            continue
        if figure.about > on:
            what = f"{figure.concept} is of {figure.about}, and was disclosed on {on}"
            problems.add(NotUnderstood("E_DATE", what, "state the day of the filing", figure.place))
            continue
        classes = said.classes[figure.stock]
        claim = _free(_name(figure, classes, figure.accession or digest[:8]), found)
        if claim in recorded:
            again += 1
            continue
        try:
            found[claim] = Proposed(_event(figure, classes, claim, on, said_by, file.name, digest), figure.place)
        except NotUnderstood as error:
            problems.add(error.at(figure.place))
    problems.refuse()
    if again:
        notes.append(f"{_counted(again)} recorded before, and left out")
    return Proposal(tuple(found.values()), tuple(notes))


def _missing(what: str, hint: str, name: str, code: str = "E_XBRL") -> NotUnderstood:
    return NotUnderstood(code, what, hint, name)


def _meant(filing: Filing, said: Instructions, problems: Problems, notes: list[str], name: str) -> list[Figure]:
    """Return the figures of the entity and the classes that are meant, each once."""
    figures = list(filing.figures)
    entities = sorted({figure.entity for figure in figures})
    if said.entity is not None:
        figures = [figure for figure in figures if _same(figure.entity, said.entity)]
        if len(figures) < len(filing.figures):
            notes.append(f"{_counted(len(filing.figures) - len(figures))} of other entities left out")
    elif len(entities) > 1:
        listed = ", ".join(shown(each, 24) for each in entities[:3])
        problems.add(_missing(f"it has figures of {len(entities)} entities: {listed}", "add --entity", name))
        return []
    if not figures:
        problems.add(NotUnderstood("E_EMPTY", "it has no figure about shares", "give another file", name))
    first: dict[object, Figure] = {}
    unknown: dict[str, list[Figure]] = {}
    left_out: list[str] = []
    for figure in figures:
        if figure.stock in said.ignored:
            left_out.append(figure.stock)
        elif figure.stock not in said.classes:
            unknown.setdefault(figure.stock, []).append(figure)
        else:
            number = (figure.figure.value, figure.figure.step, figure.figure.qualifier)
            first.setdefault((figure.concept, figure.member, figure.about, figure.accession, *number), figure)
    for stock, those in unknown.items():
        name_of = shown(stock).strip("'")
        what, hint = (
            f"no class is named for {_counted(len(those))} of {name_of}",
            f"add --class CLASS={name_of}, or --ignore it",
        )
        problems.add(_missing(what, hint, those[0].place))
    if left_out:
        listed = ", ".join(map(shown, dict.fromkeys(left_out)))
        notes.append(f"{_counted(len(left_out))} of {listed} left out")
    return list(first.values())


def _counted(count: int) -> str:
    return "1 figure" if count == 1 else f"{count:,} figures"


def _same(entity: str, other: str) -> bool:
    """Whether two identifiers are the same, however many zeros stand before them."""
    return entity.lstrip("0") == other.lstrip("0")


def _name(figure: Figure, classes: tuple[StockClassId, ...], tag: str) -> str:
    name = f"{figure.of.label}-{'.'.join(classes)}-{figure.about}-{tag}"
    kept = "".join(each if each.isascii() and (each.isalnum() or each in "-._:") else "-" for each in name)
    if len(kept) <= _LONGEST_ID - 4:
        return kept
    return f"{kept[:48]}-{sha256(name.encode()).hexdigest()[:8]}"


def _free(name: str, taken: Collection[str]) -> ClaimId:
    """Return a name that no other figure of the file has: two that differ about one thing are two claims."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return ClaimId(free)


def _event(
    figure: Figure,
    classes: tuple[StockClassId, ...],
    claim: ClaimId,
    on: date,
    said_by: str,
    name: str,
    digest: str,
) -> ClaimDisclosed:
    measure, others = _measures(figure, classes)
    line = figure.place.removeprefix(name).strip()
    page = f"{figure.form} {figure.accession}".strip() or line
    return ClaimDisclosed(
        effective_on=EffectiveDay(on),
        claim=claim,
        said_by=said_by,
        about=figure.about,
        figure=figure.figure,
        measure=measure,
        other_measures=others,
        evidence=(Evidence(document=PurePath(name).name, sha256=digest, page=page, printed=figure.figure.printed),),
        note=_context(figure),
    )


def _measures(figure: Figure, classes: tuple[StockClassId, ...]) -> tuple[Measure, tuple[Measure, ...]]:
    """Return what a figure should equal, and what else it may mean.

    A charter may authorize preferred stock that is not yet divided into series. It belongs to no class, so the
    record has no number of it.
    """
    operands = tuple(
        Operand(role=Role.ADDED, source=figure.of.source, stock_class=stock_class) for stock_class in classes
    )
    plain = Measure(kind=MeasureKind.SUM, operands=operands)
    if figure.member or (figure.of.source, figure.of.stock) != (Source.AUTHORIZED, Stock.PREFERRED):
        return plain, ()
    undesignated = Operand(role=Role.ADDED, source=Source.UNKNOWN, name="preferred stock of no series")
    whole = Measure(kind=MeasureKind.SUM, operands=(*operands, undesignated))
    return whole, (attrs.evolve(plain, name="all preferred stock is of a series"),)


def _context(figure: Figure) -> str:
    """Return the context of a figure in words."""
    day = f"at {figure.about}" if figure.since is None else f"from {figure.since} to {figure.about}"
    parts = [f"{figure.of.taxonomy}:{figure.concept} of entity {figure.entity} {day}", figure.said]
    if figure.member:
        parts.append(f"class of stock {figure.member}")
    if figure.context:
        parts.append(f"context {figure.context}")
    return ", ".join(parts)
