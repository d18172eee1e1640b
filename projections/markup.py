"""A table on the page of a notebook: HTML that says what each cell is of, and holds nothing that a browser runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from html import escape
from math import ceil, floor
from typing import Any, Final

from ledger.days import EffectiveDay
from ledger.quantities import Money, Shares, shown_percentages
from projections.bounds import Bounds, Possible
from projections.frame import Column, Frame, Kind

MOST_LINES: Final = 200
"""A notebook shows no more of a long table; programs have all of it."""
_NUMBERS: Final = (Kind.WHOLE, Kind.QUANTITY, Kind.PART)


def table(frame: Frame) -> str:
    """Return a table as HTML: a caption, a head for each column, and the first cell of a line as its head."""
    columns = [column for column in frame.columns if column.shown]
    lines = frame.lines[:MOST_LINES]
    cells = [_cells(column, frame, lines) for column in columns]
    head = "".join(f'<th scope="col">{escape(_heading(column))}</th>' for column in columns)
    rows = "\n".join(f"<tr>{_row(columns, row)}</tr>" for row in zip(*cells, strict=True))
    left = len(frame.lines) - len(lines)
    more = f'<tfoot><tr><td colspan="{len(columns)}">and {left:,} more</td></tr></tfoot>\n' if left else ""
    caption = escape(f"{frame.title}: {frame.name}")
    return (
        f"<table>\n<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n{more}</table>"
    )


def _heading(column: Column) -> str:
    unit = ", %" if column.kind is Kind.PART else ", UTC" if column.kind is Kind.INSTANT else ""
    return column.name.replace("_", " ") + unit


def _row(columns: Sequence[Column], texts: Sequence[str]) -> str:
    cells = []
    for place, (column, text) in enumerate(zip(columns, texts, strict=True)):
        start, end = ('th scope="row"', "th") if place == 0 else ("td", "td")
        side = ' style="text-align: right"' if column.kind in _NUMBERS else ""
        cells.append(f"<{start}{side}>{escape(text)}</{end}>")
    return "".join(cells)


def _cells(column: Column, frame: Frame, lines: Sequence[Any]) -> list[str]:
    values = column.values(lines)
    texts = [_shown(value, column.kind) for value in values]
    if column.kind is Kind.PART and column.within is not None and len(lines) == len(frame.lines):
        whole = next(each for each in frame.columns if each.name == column.within)
        for places, parts in _adding_up(whole.values(lines), values):
            for place, text in zip(places, shown_percentages(parts), strict=True):
                texts[place] = text
    return texts


def _adding_up(wholes: Sequence[Any], values: Sequence[Any]) -> list[tuple[list[int], list[Fraction]]]:
    """Return the places and the parts of each whole of which every part is known: they add up as they are shown."""
    places: dict[Any, list[int]] = {}
    for place, whole in enumerate(wholes):
        places.setdefault(whole, []).append(place)
    return [
        (each, [values[place].exact for place in each])
        for each in places.values()
        if all(isinstance(values[place], Bounds) and values[place].is_exact for place in each)
    ]


def _shown(value: Any, kind: Kind) -> str:
    """Return a value as people read it."""
    match value:
        case None:
            return ""
        case Bounds(low=None, high=None):
            return "unknown"
        case Bounds(low=low, high=None):
            return f"at least {_one(low, kind, floor)}"
        case Bounds(low=None, high=high):
            return f"at most {_one(high, kind, ceil)}"
        case Bounds(low=low, high=high) if low != high:
            return f"{_one(low, kind, floor)} to {_one(high, kind, ceil)}"
        case Bounds(low=low):
            return _one(low, kind)
        case Possible() | str():
            return str(value)
        case EffectiveDay() if not value.is_exact:
            return f"{value.earliest} to {value.latest}"
        case EffectiveDay():
            return f"{value.earliest}"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case tuple():
            return "; ".join(_shown(each, kind) for each in value)
        case _:
            return _one(value, kind)


def _one(value: Any, kind: Kind, rounded: Any = None) -> str:
    """Return one figure; the percentages of two bounds are rounded outwards, so that they hold."""
    if kind is Kind.PART:
        if rounded is None:
            return shown_percentages([value])[0]
        hundredths = rounded(value * 10_000)
        return f"{hundredths // 100}.{hundredths % 100:02}"
    if isinstance(value, Fraction):
        value = Shares.of_units(value * 10**10)
    if isinstance(value, Shares | Money) or type(value) is int:
        return f"{value:,}"
    return str(getattr(value, "value", value)) if kind is Kind.TEXT else str(value)
