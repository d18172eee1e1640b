"""What every picture is made of: the frame, its heads and notes, axes, and names set beside what they name.

Numbers that are drawn are binary floats, as every drawing needs; each stands beside the exact text of the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

import attrs

from ledger.quantities import Money, Shares, plain
from projections.bounds import Bounds
from registrar.charts.chart import SCHEMA, Spec
from registrar.report import Asked
from registrar.text import safe, width_of, wrapped

WIDTH: Final = 600
"""Pixels of the plot itself, from the first day to the last."""
HEIGHT: Final = 330
LEFT: Final = 84
RIGHT: Final = 246
"""Room for the names beside the plot."""
_LINE: Final = 17
_CHARACTERS: Final = 150
"""Characters of a note on one line of the whole picture."""
_LABEL: Final = 36
"""Characters of a name beside the plot."""

INK: Final = "#1a1a1a"
FAINT: Final = "#595959"
"""Small print: 7 to 1 against white."""
LINES: Final = "#d9d9d9"
FONT: Final = "Arial, Helvetica, sans-serif"
PALETTE: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
"""The colours of Okabe and Ito, which colour-blind readers tell apart; neighbours stay apart in grey as well."""
OTHERS: Final = "#a9a9a9"
NOT_RECORDED: Final = "#e3e3e3"
OPEN: Final = 0.35
"""How much of its colour an area has that may be so or not."""


def drawn(value: Fraction) -> int | float:
    """Return a number to be drawn: the nearest that a drawing can have."""
    return value.numerator if value.denominator == 1 else float(value)


def pixels(value: Fraction) -> float:
    """Return a place in pixels, to the hundredth."""
    return round(float(value), 2)


def exact(figure: Shares | Money | Fraction | None) -> str | None:
    """Return a figure as its exact text; ``None`` where it is not known."""
    if figure is None:
        return None
    return plain(figure) if isinstance(figure, Fraction) else str(figure)


def ends(name: str, bounds: Bounds[Any]) -> Spec:
    """Return both ends of a figure as exact text, under its name."""
    return {f"{name}_low": exact(bounds.low), f"{name}_high": exact(bounds.high)}


def clipped(text: str, columns: int = _LABEL) -> str:
    """Return a text that fits beside the plot; its end gives way."""
    text = safe(text)
    if width_of(text) <= columns:
        return text
    while width_of(text) >= columns:
        text = text[:-1]
    return f"{text.rstrip()}…"


# --- axes ---------------------------------------------------------------------------------------------------

_UNITS: Final = ((10**13, 10**12, "trillion "), (10**10, 10**9, "billion "), (10**7, 10**6, "million "), (0, 1, ""))
_STEPS: Final = (1, 2, 5, 10)


@attrs.frozen
class Axis:
    """An axis of quantities.

    Attributes:
        low: Where it begins: at zero, or below it.
        high: Where it ends.
        ticks: Where there is a number.
        unit: What numbers are in: 1, or a million.
        unit_words: The same in words, with a space behind; nothing for 1.
    """

    low: Fraction
    high: Fraction
    ticks: tuple[Fraction, ...]
    unit: int
    unit_words: str

    @classmethod
    def over(cls, values: Iterable[Fraction], *, about: int = 5) -> Axis:
        """Return an axis on which every value, and zero, has its place.

        Args:
            values: What is to be drawn.
            about: How many steps there are, more or less.
        """
        known = [Fraction(0), *values]
        low, high = min(known), max(known)
        if low == high:
            high = Fraction(1)
        rough = (high - low) / about
        if all(value.denominator == 1 for value in known):
            rough = max(rough, Fraction(1))
        power = Fraction(10) ** (len(str(floor(rough))) - 1 if rough >= 1 else -len(str(floor(1 / rough))))
        step = next(power * each for each in _STEPS if power * each >= rough)
        ticks = tuple(step * each for each in range(ceil(low / step), floor(high / step) + 1))
        unit, words = next((unit, words) for least, unit, words in _UNITS if max(high, -low) >= least)
        return cls(low, high, ticks, unit, words)

    @property
    def domain(self) -> list[int | float]:
        """The two ends, to be drawn."""
        return [drawn(self.low), drawn(self.high)]

    def part(self, value: Fraction) -> Fraction:
        """Return where between the two ends a value is: 0 at the first, 1 at the last."""
        return (value - self.low) / (self.high - self.low)

    def height(self, value: Fraction) -> Fraction:
        """Return how many pixels below the top of the plot a value is."""
        return HEIGHT * (1 - self.part(value))

    def spec(self) -> Spec:
        """Return the axis as Vega-Lite has it."""
        return {
            "title": None,
            "values": [drawn(tick) for tick in self.ticks],
            "labelExpr": f"format(datum.value / {self.unit}, ',')",
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            "labelFlush": False,
        }


# --- names beside the plot ----------------------------------------------------------------------------------


@attrs.frozen
class Name:
    """A name beside the plot, with its figure below.

    Attributes:
        text: The name.
        figure: What it has in the end.
        colour: Of the area or line that it names.
        at: How many pixels below the top of the plot its area is in the end.
        is_line: Whether it names a line, and not an area.
        opacity: How much of its colour the area has.
    """

    text: str
    figure: str
    colour: str
    at: Fraction
    is_line: bool = False
    opacity: float = 1


_BETWEEN: Final = 30
"""Pixels from one name to the next, which has two lines."""


def names_beside(names: Sequence[Name]) -> Spec:
    """Return the layer that sets names beside the plot, each as near to what it names as the others let it."""
    rows = [
        {
            "name": clipped(name.text),
            "figure": clipped(name.figure, _LABEL + 4),
            "colour": name.colour,
            "at": pixels(name.at),
            "place": pixels(place),
            "below": pixels(place + 13),
            "shape": "stroke" if name.is_line else "square",
            "opacity": name.opacity,
        }
        for name, place in zip(names, _places([name.at for name in names]), strict=True)
    ]
    place = {"field": "place", "type": "quantitative", "scale": None, "axis": None}
    below = {**place, "field": "below"}
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    opacity = {"field": "opacity", "type": "quantitative", "scale": None, "legend": None}
    shape = {"field": "shape", "type": "nominal", "scale": None, "legend": None}
    text = {"type": "text", "align": "left", "baseline": "middle"}
    return {
        "name": "names",
        "data": {"values": rows},
        "layer": [
            {
                "encoding": {
                    "x": {"value": WIDTH + 2},
                    "x2": {"value": WIDTH + 16},
                    "y": {**place, "field": "at"},
                    "y2": {"field": "place"},
                },
                "mark": {"type": "rule", "color": FAINT, "strokeWidth": 0.5, "aria": False},
            },
            {
                "encoding": {
                    "x": {"value": WIDTH + 22},
                    "y": place,
                    "color": colour,
                    "fillOpacity": opacity,
                    "shape": shape,
                },
                "mark": {
                    "type": "point",
                    "filled": True,
                    "opacity": 1,
                    "size": 90,
                    "stroke": INK,
                    "strokeWidth": 0.4,
                    "aria": False,
                },
            },
            {
                "encoding": {"x": {"value": WIDTH + 32}, "y": place, "text": {"field": "name", "type": "nominal"}},
                "mark": {**text, "fontSize": 12, "color": INK},
            },
            {
                "encoding": {
                    "x": {"value": WIDTH + 32},
                    "y": below,
                    "text": {"field": "figure", "type": "nominal"},
                },
                "mark": {**text, "fontSize": 11, "color": FAINT},
            },
        ],
    }


def _places(wanted: Sequence[Fraction]) -> list[Fraction]:
    """Return where names go: in the order of what they name, none over another, within the plot if they fit."""
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    lowest = Fraction(HEIGHT - 13)
    places = [min(max(wanted[index], Fraction(6)), lowest) for index in order]
    for after in range(1, len(places)):
        places[after] = max(places[after], places[after - 1] + _BETWEEN)
    limit = lowest
    for before in range(len(places) - 1, -1, -1):
        places[before] = min(places[before], limit)
        limit = places[before] - _BETWEEN
    found = [Fraction(0)] * len(wanted)
    for index, place in zip(order, places, strict=True):
        found[index] = place
    return found


# --- the frame ----------------------------------------------------------------------------------------------


def framed(
    *,
    title: str,
    asked: Asked,
    measure: str,
    description: str,
    notes: Sequence[str],
    layers: Sequence[Spec],
    rows: Sequence[Spec],
    question: Spec,
    width: int = WIDTH,
    height: int = HEIGHT,
    left: int = LEFT,
) -> Spec:
    """Return the spec of a picture.

    Args:
        title: What stands above it.
        asked: Whose record, for which days, and as known from which entries.
        measure: What is measured, and in what: ``million shares``.
        description: What it shows, in sentences.
        notes: What has to be known to read it; a sentence each.
        layers: What is drawn, from the lowest to the highest.
        rows: The data that the layers have in common.
        question: What was asked, for programs.
        width: Pixels of the plot.
        height: Pixels of the plot.
        left: Pixels before it.
    """
    said = wrapped(" ".join(notes), _CHARACTERS) if notes else []
    subtitle = [safe(f"{asked.issuer_name}: {asked.days}"), *said]
    top = 86 + _LINE * len(subtitle)
    known = f"Known from {asked.known_words()}. Record {asked.digest()[:16]}…"
    small = {"type": "text", "align": "left", "baseline": "middle", "color": FAINT, "fontSize": 11, "aria": False}
    return {
        "$schema": SCHEMA,
        "title": {
            "text": clipped(title, 100),
            "subtitle": subtitle,
            "anchor": "start",
            "frame": "group",
            "dx": 16 - left,
            "offset": 34,
        },
        "description": " ".join(safe(part) for part in (description, *notes, f"{known}")),
        "usermeta": {**question, "issuer": asked.issuer, "known": asked.known, "record_digest": asked.digest()},
        "width": width,
        "height": height,
        "autosize": "none",
        "padding": {"left": left, "right": RIGHT, "top": top, "bottom": 66},
        "data": {"values": list(rows)},
        "layer": [
            *layers,
            {
                "data": {"values": [{}]},
                "encoding": {"x": {"value": 0}, "y": {"value": -20}, "text": {"value": measure}},
                "mark": small,
            },
            {
                "data": {"values": [{}]},
                "encoding": {"x": {"value": 0}, "y": {"value": height + 50}, "text": {"value": known}},
                "mark": {**small, "fontSize": 10},
            },
        ],
        "config": {
            "background": "white",
            "font": FONT,
            "view": {"stroke": None},
            "title": {
                "fontSize": 17,
                "subtitleFontSize": 12,
                "subtitleColor": FAINT,
                "subtitleLineHeight": _LINE,
                "subtitlePadding": 5,
                "color": INK,
            },
            "axis": {
                "labelColor": FAINT,
                "labelFontSize": 11,
                "gridColor": LINES,
                "domainColor": FAINT,
                "tickColor": FAINT,
                "labelOverlap": False,
                "titleColor": FAINT,
            },
        },
    }
