"""Proceeds by exit value: who is paid what, from nothing up to an amount, one area on the other.

Between two break points every area grows along a straight line, so the picture is exact at every exit value. What
is paid first is at the bottom. Notes are one area, and so are SAFEs, warrants and awards; each class of stock has
an area of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Final

import attrs

from ledger.errors import NotUnderstood
from ledger.quantities import Money, shown_percentages, smallest_unit
from projections.exit_claims import Paper
from registrar.charts.chart import HOVER, Chart, Spec
from registrar.charts.drawing import (
    FAINT,
    HEIGHT,
    INK,
    NOT_RECORDED,
    OTHERS,
    PALETTE,
    WIDTH,
    Axis,
    Name,
    drawn,
    exact,
    framed,
    names_beside,
)
from registrar.report import Asked
from registrar.tables import amount

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.waterfall import ExitClaims, ExitWaterfall

_TOGETHER: Final = {
    Paper.NOTE: "notes",
    Paper.SAFE: "SAFEs",
    Paper.WARRANT: "warrants",
    Paper.AWARD: "awards",
}
"""What instruments of a kind are called together."""
_NOBODY: Final = "nobody"


def waterfall_chart(ledger: Ledger, claims: ExitClaims, *, through: Money) -> Chart:
    """Draw who is paid what at every exit value up to an amount.

    Args:
        ledger: The record.
        claims: What has a claim at the close of a day; see ``projections.ExitClaims``.
        through: The largest exit value; more than zero.

    Raises:
        NotUnderstood: ``E_QUANTITY`` for an amount that is not above zero, or cannot be paid.
    """
    if through.units <= 0:
        raise NotUnderstood("E_QUANTITY", f"an exit value of {through}", "draw up to an amount above zero")
    return _Picture.of(claims, through).chart(ledger)


@attrs.frozen
class _Band:
    """A class of stock, or all instruments of a kind.

    Attributes:
        name: What it is called.
        colour: Of its area.
        claims: Places of its claims.
    """

    name: str
    colour: str
    claims: tuple[int, ...]

    def proceeds(self, answer: ExitWaterfall) -> Fraction:
        if self.name == _NOBODY:
            return answer.left_over.amount
        return sum((answer.claims[at].proceeds for at in self.claims), Fraction(0))


def _bands(answer: ExitWaterfall) -> list[_Band]:
    """Return what has an area, from the bottom up; more than there are colours are one in the end."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(answer):
        places.setdefault(_TOGETHER.get(line.paper_kind, line.paper), []).append(at)
    named = list(places)
    alone = named if len(named) <= len(PALETTE) else named[: len(PALETTE) - 1]
    bands = [_Band(name, colour, tuple(places[name])) for name, colour in zip(alone, PALETTE, strict=False)]
    rest = named[len(alone) :]
    if rest:
        bands.append(_Band(f"{len(rest)} others", OTHERS, tuple(at for name in rest for at in places[name])))
    return bands


@attrs.frozen
class _Picture:
    """Proceeds, about to be drawn.

    Attributes:
        claims: What has a claim.
        through: The largest exit value.
        answers: Who is paid what at each exit value where something changes, and at the largest.
        bands: What has an area, from the bottom up.
    """

    claims: ExitClaims
    through: Money
    answers: tuple[ExitWaterfall, ...]
    bands: tuple[_Band, ...]

    @classmethod
    def of(cls, claims: ExitClaims, through: Money) -> _Picture:
        last = claims.at(through)
        unit, largest = smallest_unit(claims.currency), through.amount
        edges = {floor(point.exit_value / unit) * unit for point in claims.break_points}
        drawn_at = sorted({edge for edge in edges if edge < largest} | {Fraction(0), largest})
        answers = tuple(claims.at(Money(value, claims.currency)) for value in drawn_at)
        bands = _bands(last)
        if any(answer.left_over for answer in answers):
            bands.append(_Band(_NOBODY, NOT_RECORDED, ()))
        return cls(claims, through, answers, tuple(bands))

    def _rows(self) -> list[Spec]:
        """Return the corners of all areas, with the exact values beside the numbers that are drawn."""
        rows = []
        for answer in self.answers:
            bottom, whole = Fraction(0), answer.exit_value.amount
            for place, band in enumerate(self.bands):
                proceeds = band.proceeds(answer)
                rows.append(
                    {
                        "exit": drawn(whole),
                        "band": band.name,
                        "order": place,
                        "colour": band.colour,
                        "from": drawn(bottom),
                        "to": drawn(bottom + proceeds),
                        "exit_value": str(answer.exit_value),
                        "proceeds": exact(proceeds),
                        "said": amount(self._money(proceeds)),
                        "at": amount(answer.exit_value),
                    }
                )
                bottom += proceeds
        return rows

    def _money(self, proceeds: Fraction) -> Money:
        """Return what somebody is paid, to the smallest unit of the currency."""
        unit = smallest_unit(self.claims.currency)
        return Money(floor(proceeds / unit + Fraction(1, 2)) * unit, self.claims.currency)

    def _names(self, axis: Axis) -> list[Name]:
        """Return the names beside the areas, with what each is paid in the end."""
        names, bottom, last = [], Fraction(0), self.answers[-1]
        paid = [band.proceeds(last) for band in self.bands]
        percent = shown_percentages([each / last.exit_value.amount for each in paid])
        for band, proceeds, part in zip(self.bands, paid, percent, strict=True):
            said = f"{amount(self._money(proceeds))} ({part} %)" if proceeds else "nothing"
            names.append(Name(band.name, said, band.colour, axis.height(bottom + proceeds / 2)))
            bottom += proceeds
        return names

    def chart(self, ledger: Ledger) -> Chart:
        """Return the picture."""
        claims, currency = self.claims, self.claims.currency
        axis = Axis.over([self.through.amount])
        asked = Asked.of(ledger, f"if sold at the close of {claims.as_of}", claims.known)
        names = self._names(axis)
        title = "Proceeds by exit value"
        said = "; ".join(f"{name.text}: {name.figure}" for name in names) or "nobody has a claim"
        money = f"{axis.unit_words}{currency}"
        spec = framed(
            title=title,
            asked=asked,
            measure=f"proceeds, {money}",
            description=(
                f"{title}: {asked.issuer_name}, {asked.days}, for up to {amount(self.through)}. Stacked areas, what"
                f" is paid first at the bottom. At {amount(self.through)}: {said}."
            ),
            notes=[
                "Dotted lines are break points, where the next dollar is shared in another way.",
                *claims.assumed,
            ],
            layers=[
                *_layers(axis),
                _break_rules(self._breaks()),
                _below(f"exit value, {money}"),
                names_beside(names),
            ],
            rows=self._rows(),
            question={"chart": "waterfall", "as_of": str(claims.as_of), "through": str(self.through)},
        )
        return Chart.of("waterfall", spec)

    def _breaks(self) -> list[Spec]:
        return [
            {"exit": drawn(point.exit_value), "exact": exact(point.exit_value)}
            for point in self.claims.break_points
            if 0 < point.exit_value < self.through.amount
        ]


def _along(axis: Axis) -> Spec:
    """Return the axis of exit values from left to right."""
    return {
        "field": "exit",
        "type": "quantitative",
        "scale": {"domain": axis.domain, "nice": False},
        "axis": {**axis.spec(), "grid": False, "zindex": 1},
    }


def _layers(axis: Axis) -> list[Spec]:
    """Return the areas, and what tells their exact values at each break point to the pointer."""
    quantity = {"field": "from", "type": "quantitative", "scale": {"domain": axis.domain, "nice": False}}
    encoding = {"x": _along(axis), "y": {**quantity, "axis": axis.spec()}, "y2": {"field": "to"}}
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    told = [("band", "Paper"), ("at", "Exit value"), ("said", "Proceeds")]
    return [
        {
            "encoding": {**encoding, "fill": colour, "detail": {"field": "order", "type": "nominal"}},
            "mark": {"type": "area", "stroke": "white", "strokeWidth": 0.7},
        },
        {
            "name": HOVER,
            "encoding": {
                "x": {"field": "exit", "type": "quantitative"},
                "y": {"field": "to", "type": "quantitative"},
                "tooltip": [{"field": name, "type": "nominal", "title": title} for name, title in told],
            },
            "mark": {"type": "point", "filled": True, "size": 220, "opacity": 0, "aria": False},
        },
    ]


def _break_rules(rows: Sequence[Spec]) -> Spec:
    return {
        "name": "breaks",
        "data": {"values": list(rows)},
        "encoding": {"x": {"field": "exit", "type": "quantitative"}},
        "mark": {"type": "rule", "color": INK, "strokeDash": [1, 3], "strokeWidth": 0.8, "aria": False},
    }


def _below(text: str) -> Spec:
    """Return what is measured from left to right, below the axis."""
    return {
        "data": {"values": [{}]},
        "encoding": {"x": {"value": WIDTH}, "y": {"value": HEIGHT + 30}, "text": {"value": text}},
        "mark": {
            "type": "text",
            "align": "right",
            "baseline": "middle",
            "color": FAINT,
            "fontSize": 11,
            "aria": False,
        },
    }
