"""Areas over time, one on the other: each changes on the day of a fact and is level until the next.

An area that may be so or not is lighter and has a dashed edge. What an area tells exactly stands beside the numbers
that are drawn, as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Final

import attrs

from registrar.charts.chart import HOVER, Spec
from registrar.charts.drawing import OPEN, Axis, drawn

ONE_DAY: Final = timedelta(days=1)
_ON: Final = {"field": "on", "type": "temporal"}
_STEP: Final = {"interpolate": "step-after"}


@attrs.frozen
class Area:
    """An area from one step to the next.

    Attributes:
        of: What it is of: a holder, what was closed.
        colour: Its colour.
        low: Where it begins.
        high: Where it ends.
        is_open: Whether it may be so or not.
        tells: What it tells exactly, by name.
    """

    of: str
    colour: str
    low: Fraction
    high: Fraction
    is_open: bool = False
    tells: Spec = attrs.field(factory=dict, hash=False)


def untils(days: Sequence[date], through: date) -> list[date]:
    """Return until when each step lasts: to the next, and the last through its day."""
    return [*days[1:], through + ONE_DAY]


def corners(steps: Iterable[tuple[date, date, Iterable[Area]]]) -> list[Spec]:
    """Return the rows that areas are drawn from: where each is from a day on, and where its last step ends.

    Args:
        steps: From when on, until when, and the areas there are; each has some height.
    """
    rows: list[Spec] = []
    last: dict[tuple[str, bool], Spec] = {}
    times: dict[tuple[str, bool], int] = {}
    for on, until, areas in steps:
        here = {(area.of, area.is_open): area for area in areas}
        rows += [{**last.pop(key), "on": str(on)} for key in tuple(last) if key not in here]
        for key, area in here.items():
            drawn_and_told = {"from": drawn(area.low), "to": drawn(area.high), **area.tells}
            before = last.get(key)
            if before is not None and drawn_and_told.items() <= before.items():
                before["until"] = str(until)
                continue
            if before is None:
                times[key] = times.get(key, 0) + 1
            last[key] = {
                "path": f"{area.of}{' open' * area.is_open} {times[key]}",
                "of": area.of,
                "colour": area.colour,
                "is_open": area.is_open,
                "on": str(on),
                "until": str(until),
                **drawn_and_told,
            }
            rows.append(last[key])
    return rows + [{**row, "on": row["until"]} for row in last.values()]


def area_layers(axis: Axis, days: Spec, told: Sequence[tuple[str, str]]) -> list[Spec]:
    """Return the layers that draw areas, and the one that tells their exact values to the pointer.

    Args:
        axis: Of the quantities.
        days: The axis of the days.
        told: What is told of an area: a name of its row, and what people read.
    """
    quantity = {"field": "from", "type": "quantitative", "scale": {"domain": axis.domain, "nice": False}}
    encoding = {"x": days, "y": {**quantity, "axis": axis.spec()}, "y2": {"field": "to"}}
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    path = {"field": "path", "type": "nominal"}
    tells = [{"field": name, "type": "nominal", "title": title} for name, title in told]
    return [
        {
            "transform": [{"filter": "!datum.is_open"}],
            "encoding": {**encoding, "fill": colour, "detail": path},
            "mark": {"type": "area", **_STEP, "stroke": "white", "strokeWidth": 0.7},
        },
        {
            "transform": [{"filter": "datum.is_open"}],
            "encoding": {**encoding, "fill": colour, "stroke": colour, "detail": path},
            "mark": {"type": "area", **_STEP, "fillOpacity": OPEN, "strokeWidth": 1, "strokeDash": [4, 3]},
        },
        {
            "name": HOVER,
            "encoding": {**encoding, "x": _ON, "x2": {"field": "until"}, "tooltip": tells},
            "mark": {"type": "rect", "opacity": 0, "aria": False},
        },
    ]


def line_layer(name: str, rows: Sequence[Spec], days: Spec, mark: Spec) -> Spec:
    """Return a layer that draws a line through the values ``at`` of rows, level from each to the next."""
    encoding = {"x": days, "y": {"field": "at", "type": "quantitative"}}
    return {
        "name": name,
        "data": {"values": list(rows)},
        "encoding": encoding,
        "mark": {"type": "line", **_STEP, **mark},
    }


# --- the days from left to right ----------------------------------------------------------------------------


_TICKS: Final = ((430, 1), (1_650, 3), (3_300, 6))
"""Up to so many days, a tick each so many months; beyond, a tick each so many years."""


def days_axis(first: date, last: date) -> Spec:
    """Return the days from left to right, both included, with ticks where months, quarters or years begin."""
    span = (last - first).days + 1
    months = next((months for days, months in _TICKS if span <= days), 12 * ceil(Fraction(span, 7_300)))
    ticks = _first_days(first, last, months) if span > 45 else _some_days(first, span)
    year = "datum.index == 0 || utcmonth(datum.value) == 0"
    above = "%-d %b" if span <= 45 else "%b"
    label = f"[utcFormat(datum.value, '{above}'), {year} ? utcFormat(datum.value, '%Y') : '']"
    return {
        **_ON,
        "scale": {"type": "utc", "domain": [_milliseconds(first), _milliseconds(last + ONE_DAY)], "nice": False},
        "axis": {
            "title": None,
            "values": [_milliseconds(tick) for tick in ticks],
            "labelExpr": label if months < 12 else "utcFormat(datum.value, '%Y')",
            "labelFlush": False,
            "grid": False,
            "zindex": 1,
        },
    }


def _milliseconds(on: date) -> int:
    return (on - date(1970, 1, 1)).days * 86_400_000


def _some_days(first: date, span: int) -> list[date]:
    step = 1 if span <= 14 else 7
    return [first + timedelta(days=each) for each in range(0, span, step)]


def _first_days(first: date, last: date, months: int) -> list[date]:
    """Return the first days of every so many months, counted from January."""
    found = []
    month = first.year * 12 + first.month - 1
    month += -month % months
    while (on := date(month // 12, month % 12 + 1, 1)) <= last + ONE_DAY:
        if on >= first:
            found.append(on)
        month += months
    return found
