"""The list of holders of record as a report: what is printed for a meeting."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from projections.bounds import Bounds, exactly, ratio_of
from projections.cap_table import votes_of
from projections.holders import votes_together
from registrar.registers.said import OPEN_DAYS, heads, in_units, listed, may_be_merged
from registrar.report import Asked, Column, Head, Kind, Report, Role, Row, Table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.cap_table import ClassLine
    from projections.holders import ClassVotes, HolderList


def holders(ledger: Ledger, answer: HolderList) -> Report:
    """Return the list of holders of record: address, shares of each class, votes, and part of all votes."""
    basis = answer.basis if answer.basis != answer.as_of else None
    asked_for = heads(Head("as_of", "Record date, at its close", answer.as_of), basis=basis)
    days = f"on the record date {answer.as_of}, at its close{in_units(basis)}"
    asked = Asked.of(ledger, days, answer.known, *asked_for)
    title = "Holders of record"
    if not answer.classes:
        says = f"Nobody held shares at the close of {answer.as_of}."
        return Report(name="holders", title=title, asked=asked, says=says)
    return Report(
        name="holders",
        title=title,
        asked=asked,
        tables=(_everybody(answer), _voting(answer)),
        notes=[*_holder_notes(answer)],
    )


def _key(each: ClassVotes) -> str:
    """Return the name of the column of a class; two classes may look alike in it, and are then told apart."""
    return re.sub(r"[^a-z0-9]+", "_", f"shares_{each.line.stock_class}".lower()).rstrip("_")


def _keys(classes: Iterable[ClassVotes]) -> list[str]:
    found: list[str] = []
    for each in classes:
        key = _key(each)
        while key in found:
            key += "_too"
        found.append(key)
    return found


def _everybody(answer: HolderList) -> Table:
    voting = any(each.votes is not None for each in answer.classes)
    columns = (
        Column(name="name", heading="Holder"),
        Column(name="holder", heading="Id"),
        Column(name="address", heading="Address", shown=any(line.party.addresses for line in answer)),
        *(
            Column(name=key, heading=str(each.line.stock_class), kind=Kind.SHARES, bounded=True)
            for key, each in zip(_keys(answer.classes), answer.classes, strict=True)
        ),
        Column(name="votes", heading="Votes", kind=Kind.NUMBER, bounded=True, shown=voting),
        Column(name="part", heading="% of votes", kind=Kind.PERCENT, bounded=True, part_of="votes", shown=voting),
    )
    rows = [
        Row(
            (
                line.party.name,
                str(line.party.holder),
                "; ".join(map(str, line.party.addresses)) or None,
                *(shares for _, shares in line.shares),
                line.votes,
                line.percent,
            )
        )
        for line in answer
    ]
    if any(not each.line.is_complete for each in answer.classes):
        rows.append(_rest(answer))
    rows.append(_all_of_them(answer, rows))
    return Table(name="holders", title="Holders of record", columns=columns, rows=rows)


def _rest(answer: HolderList) -> Row:
    """Return what holders have that are not recorded."""
    votes = [votes_of(each.line.not_recorded, each.line.votes_per_share) for each in answer.classes]
    together = votes_together(votes)
    shares = (each.line.not_recorded for each in answer.classes)
    return Row(("holders not recorded", None, None, *shares, together, ratio_of(together, answer.votes)), Role.REST)


def _all_of_them(answer: HolderList, rows: Sequence[Row]) -> Row:
    """Return the last row: what is outstanding, all votes, and all of a hundred where every part is known."""
    shares = []
    for each in answer.classes:
        line = each.line
        stated = line.stated if not line.is_complete else None
        shares.append(line.outstanding if stated is None else exactly(stated.shares))
    parts = [row.values[-1] for row in rows]
    whole = None
    if all(part.is_exact for part in parts):
        whole = exactly(sum((part.exact for part in parts), Fraction(0)))
    figures: list[Bounds[Any]] = [*shares, answer.votes]
    role = Role.TOTAL if all(_comes_to(figure, rows, 3 + at) for at, figure in enumerate(figures)) else Role.MEMO
    return Row(("outstanding", None, None, *figures, whole), role)


def _comes_to(total: Bounds[Any], rows: Sequence[Row], place: int) -> bool:
    """Whether rows add up to a total, or it cannot be said."""
    figures = [row.values[place] for row in rows]
    if not total.is_exact or not all(figure.is_exact for figure in figures):
        return True
    known = [figure.exact for figure in figures]
    return bool(known) and sum(known[1:], known[0]) == total.exact


def _voting(answer: HolderList) -> Table:
    return Table(
        name="classes",
        title="Classes and their votes",
        columns=(
            Column(name="stock_class", heading="Class"),
            Column(name="title", heading="Title"),
            Column(name="outstanding", heading="Outstanding", kind=Kind.SHARES, bounded=True),
            Column(name="votes_per_share", heading="Votes a share", kind=Kind.NUMBER, absent="not stated"),
            Column(name="votes", heading="Votes", kind=Kind.NUMBER, bounded=True, absent="not stated"),
        ),
        rows=[
            Row(
                (
                    str(each.line.stock_class),
                    each.line.title,
                    each.line.outstanding,
                    None if each.votes is None else each.line.votes_per_share,
                    each.votes,
                )
            )
            for each in answer.classes
        ],
    )


def _holder_notes(answer: HolderList) -> Iterator[str]:
    unstated = [each.line.stock_class for each in answer.classes if each.votes is None]
    if len(unstated) == len(answer.classes):
        yield "What a share votes is not stated."
    elif unstated:
        yield (
            f"What a share of {listed(unstated)} votes is not stated. All votes are at least those shown, and no"
            " part of them is known."
        )
    yield from (_not_recorded(each.line) for each in answer.classes if not each.line.is_complete)
    if any(not shares.is_exact for line in answer for _, shares in line.shares):
        yield OPEN_DAYS
    yield from (may_be_merged(holder, into) for holder, into in answer.may_be_merged)
    parties = [line.party for line in answer]
    yield from (
        f"{party.name} ({party.holder}) was registered as {listed(party.also)} too, and is one party."
        for party in parties
        if party.also
    )
    for name, count in Counter(party.name for party in parties if party.is_named).items():
        if count > 1:
            ids = [party.holder for party in parties if party.name == name]
            yield f"{listed(ids)} are called {name}, and are {count} holders."
    erased = [party.holder for party in parties if not party.is_named]
    if erased:
        yield f"The name of {listed(erased)} is not at hand: it was erased, or is not kept here."


def _not_recorded(line: ClassLine) -> str:
    """Return what the register of a class does not hold."""
    why = "is partial" if line.scope.values else "says only from a later day what it holds"
    if line.stated is None:
        return f"{line.stock_class}: the register {why}. How many shares others hold is not known."
    return (
        f"{line.stock_class}: the register {why}. What is outstanding is the count that the company stated for"
        f" {line.stated.on}."
    )
