"""A roll-forward as a waterfall: opening, each kind of movement, closing, from top to bottom as on the page.

A bar begins where the one before ended. Where days are open, the bars follow the lowest reading: what is certain of
a change is solid, and what may be so or not is lighter, so that the bars end at the least of the closing.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.quantities import Money, Shares
from projections.bounds import Bounds
from projections.figures import Figure
from projections.rollforward import RollForward, rollforward
from registrar.charts.chart import HOVER, Chart, Spec
from registrar.charts.drawing import FAINT, INK, OPEN, Axis, clipped, drawn, ends, framed
from registrar.report import Asked
from registrar.tables import bounds

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger

_LEFT: Final = 200
_WIDTH: Final = 480
_ROW: Final = 34
"""Pixels from one bar to the next."""
_BAR: Final = 22
_LEVEL, _MORE, _LESS = "#595959", "#0072b2", "#d55e00"
"""Opening and closing; what adds; what takes away. Blue and vermilion stay apart for colour-blind readers."""


def rollforward_chart(
    ledger: Ledger,
    figure: Figure,
    *,
    after: AsOf,
    through: AsOf,
    known_at: KnownAt = None,
    basis: AsOf | None = None,
) -> Chart:
    """Draw how a figure came from the close of one day to the close of another.

    Args:
        ledger: The record.
        figure: What to follow; see ``projections.figures``.
        after: The day at whose close it opens.
        through: The day at whose close it closes.
        known_at: What had been recorded; everything when not given.
        basis: A day, ``through`` or later, in whose units every quantity is drawn; without one each is in the
            units of its own day, and a split is a movement.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` when ``through`` is before ``after``, ``E_BASIS`` when ``basis`` is before it.
        UnknownName: No class or agreement of the figure's name is recorded.
    """
    known = ledger.position(known_at)
    answer = rollforward(ledger, figure, after=after, through=through, known_at=known, basis=basis)
    return _Picture(answer, None if basis is None else str(basis)).chart(ledger, known)


@attrs.frozen
class _Bar:
    """A bar: what is certain of it from one place to another, and what may be so or not.

    Attributes:
        what: What stands before it.
        figure: What it comes to.
        colour: Its colour.
        solid: From where to where it is certain.
        open: From where to where it may be so or not, on either side.
        ends_at: Where the next bar begins.
        entries: Numbers of the entries behind it.
    """

    what: str
    figure: Bounds[Any]
    colour: str
    solid: tuple[Fraction, Fraction]
    open: tuple[tuple[Fraction, Fraction], ...]
    ends_at: Fraction
    entries: tuple[int, ...] = ()


def _value(figure: Shares | Money | None) -> Fraction:
    assert figure is not None, "a roll-forward knows what is recorded"
    return figure.amount if isinstance(figure, Money) else figure.as_fraction()


def _level(what: str, figure: Bounds[Any]) -> _Bar:
    low, high = _value(figure.low), _value(figure.high)
    return _Bar(what, figure, _LEVEL, (Fraction(0), low), ((low, high),), low)


def _change(what: str, figure: Bounds[Any], begins: Fraction, entries: tuple[int, ...]) -> _Bar:
    low, high = begins + _value(figure.low), begins + _value(figure.high)
    certain = min(max(begins, low), high)  # what lies between the two ends may be so or not, on either side
    colour = _MORE if low + high > 2 * begins else _LESS
    return _Bar(what, figure, colour, (begins, certain), ((certain, low), (certain, high)), low, entries)


@attrs.frozen
class _Picture:
    """A roll-forward, about to be drawn."""

    answer: RollForward
    basis: str | None

    def bars(self) -> list[_Bar]:
        """Return the bars from top to bottom."""
        answer = self.answer
        found = [_level(f"opening, {answer.after}", answer.opening)]
        for line in answer.lines:
            found.append(_change(line.kind, line.change, found[-1].ends_at, line.entries))
        return [*found, _level(f"closing, {answer.through}", answer.closing)]

    def chart(self, ledger: Ledger, known: int) -> Chart:
        """Return the picture."""
        answer, bars = self.answer, self.bars()
        places = [place for bar in bars for part in (bar.solid, *bar.open) for place in part]
        axis = Axis.over(places, about=4)
        asked = Asked.of(ledger, f"from the close of {answer.after} to the close of {answer.through}", known)
        opening = answer.opening.low
        counted = str(opening.currency) if isinstance(opening, Money) else "shares"
        units = f", in the units of {self.basis}" if self.basis is not None else ""
        title = f"Roll-forward of {answer.label}"
        measure = f"{axis.unit_words}{counted}{units}"
        said = "; ".join(f"{bar.what}: {_figure(bar)}" for bar in bars)
        spec = framed(
            title=title,
            asked=asked,
            measure=measure,
            description=f"{title}: {asked.issuer_name}, {asked.days}. A waterfall in {measure}. {said}.",
            notes=self.notes(bars),
            layers=_layers(bars, axis),
            rows=_rows(bars),
            question={
                "chart": "rollforward",
                "figure": answer.label,
                "after": str(answer.after),
                "through": str(answer.through),
                "basis": self.basis,
            },
            width=_WIDTH,
            height=_ROW * len(bars),
            left=_LEFT,
        )
        return Chart.of("rollforward", spec)

    def notes(self, bars: Sequence[_Bar]) -> list[str]:
        """Return what has to be known to read the picture."""
        notes = []
        if any(low != high for bar in bars for low, high in bar.open):
            notes.append("Lighter, dashed: the day of a fact is open, and it may be so or not.")
        if not self.answer.is_complete:
            notes.append("The register is partial: this is what is recorded of it.")
        return notes


def _figure(bar: _Bar) -> str:
    text = bounds(bar.figure)
    return "none" if text == "-" else text


def _rows(bars: Sequence[_Bar]) -> list[Spec]:
    """Return the parts of every bar, with the exact values beside the numbers that are drawn."""
    rows = []
    for place, bar in enumerate(bars):
        for is_open, (low, high) in ((False, bar.solid), *((True, part) for part in bar.open)):
            if low != high or not is_open:
                rows.append(
                    {
                        "what": bar.what,
                        "colour": bar.colour,
                        "is_open": is_open,
                        "from": drawn(low),
                        "to": drawn(high),
                        "top": _top(place),
                        "bottom": _top(place) + _BAR,
                        **ends("exact", bar.figure),
                        "figure": _figure(bar),
                        "entries": ", ".join(map(str, bar.entries)),
                    }
                )
    return rows


def _top(place: int) -> int:
    return place * _ROW + (_ROW - _BAR) // 2


def _layers(bars: Sequence[_Bar], axis: Axis) -> list[Spec]:
    x = {
        "field": "from",
        "type": "quantitative",
        "scale": {"domain": axis.domain, "nice": False},
        "axis": axis.spec(),
    }
    vertical = {"type": "quantitative", "scale": None, "axis": None}
    box = {"x": x, "x2": {"field": "to"}, "y": {**vertical, "field": "top"}, "y2": {"field": "bottom"}}
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    words = [
        {"what": clipped(bar.what, 30), "figure": _figure(bar), "middle": _top(place) + _BAR // 2}
        for place, bar in enumerate(bars)
    ]
    joints = [
        {"from": drawn(bar.ends_at), "top": _top(place), "bottom": _top(place + 1) + _BAR}
        for place, bar in enumerate(bars[:-1])
    ]
    text = {"type": "text", "baseline": "middle", "fontSize": 12, "color": INK}
    middle = {**vertical, "field": "middle"}
    return [
        {
            "name": "joints",
            "data": {"values": joints},
            "encoding": {key: value for key, value in box.items() if key != "x2"},
            "mark": {"type": "rule", "color": FAINT, "strokeWidth": 0.8, "aria": False},
        },
        {
            "transform": [{"filter": "!datum.is_open"}],
            "encoding": {**box, "fill": colour},
            "mark": {"type": "rect"},
        },
        {
            "transform": [{"filter": "datum.is_open"}],
            "encoding": {**box, "fill": colour, "stroke": colour},
            "mark": {"type": "rect", "fillOpacity": OPEN, "strokeWidth": 1, "strokeDash": [4, 3]},
        },
        {
            "name": HOVER,
            "encoding": {
                **box,
                "tooltip": [
                    {"field": field, "type": "nominal", "title": title}
                    for field, title in (("what", "What"), ("figure", "How much"), ("entries", "Entries"))
                ],
            },
            "mark": {"type": "rect", "opacity": 0, "aria": False},
        },
        {
            "name": "words",
            "data": {"values": words},
            "encoding": {"y": middle},
            "layer": [
                {
                    "encoding": {"x": {"value": -12}, "text": {"field": "what", "type": "nominal"}},
                    "mark": {**text, "align": "right"},
                },
                {
                    "encoding": {"x": {"value": _WIDTH + 16}, "text": {"field": "figure", "type": "nominal"}},
                    "mark": {**text, "align": "left"},
                },
            ],
        },
    ]
