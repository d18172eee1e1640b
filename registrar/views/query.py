"""What a statement of SQL answers, as a report: each column by what its values are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from registrar.report import Asked, Column, Kind, Report, Row, Table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.query import QueryAnswer

_KINDS: Final[dict[type, Kind]] = {
    int: Kind.WHOLE,
    Decimal: Kind.NUMBER,
    float: Kind.NUMBER,
    date: Kind.DAY,
    datetime: Kind.INSTANT,
}
_NO_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_APPROXIMATE: Final = (
    "{names}: binary floating-point, good for some 15 digits, as a division or an average makes it."
    " Sums, differences and products of the tables' own columns are exact."
)


def query(ledger: Ledger, answer: QueryAnswer) -> Report:
    """Return the rows of an answer in the order in which the statement gives them."""
    rows = answer.rows()
    headings = [name for name, _ in answer.columns]
    kinds = [_kind({type(value) for value in values}) for values in zip(*rows, strict=True)] or [Kind.TEXT] * len(
        headings
    )
    columns = [
        Column(name=name, heading=heading, kind=kind, absent="null")
        for name, heading, kind in zip(_names(headings), headings, kinds, strict=True)
    ]
    table = Table(
        name="answer",
        title="Answer",
        columns=columns,
        rows=[Row([_value(value, kind) for value, kind in zip(row, kinds, strict=True)]) for row in rows],
        empty="The statement answers no row.",
    )
    approximate = ", ".join(answer.approximate)
    return Report(
        name="query",
        title="Answer",
        asked=Asked.of(ledger, "to a statement of SQL", answer.known),
        tables=(table,),
        notes=[_APPROXIMATE.format(names=approximate)] if approximate else [],
    )


def _kind(types: set[type]) -> Kind:
    """Return what the values of a column are; text where that differs, or is nothing that a report knows."""
    found = {_KINDS.get(each, Kind.TEXT) for each in types - {type(None)}}
    return found.pop() if len(found) == 1 else Kind.TEXT


def _value(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind is Kind.NUMBER:
        if not isfinite(value):
            return None
        return Fraction(repr(value) if isinstance(value, float) else value)
    if kind is Kind.INSTANT:
        return value.replace(tzinfo=UTC)
    if kind is Kind.TEXT and isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if kind is Kind.TEXT else value


def _names(headings: Sequence[str]) -> list[str]:
    """Return a name in snake_case for each column, no two alike: ``sum_quantity`` for ``sum(quantity)``."""
    names: list[str] = []
    for place, heading in enumerate(headings, 1):
        name = _NO_LETTERS.sub("_", heading.lower()).strip("_")
        name = name if name[:1].isalpha() else f"column_{name or place}"
        while name in names:
            name += f"_{place}"
        names.append(name)
    return names
