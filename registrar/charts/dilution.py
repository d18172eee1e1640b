"""Dilution by round: who has which part of the company before a round, and after each, one bar for each.

All parts are of everything: shares as converted, options, warrants and the pool. The largest holders at the end
have a colour of their own, from the bottom up in the order in which they came; the pool and holders that are not
recorded are grey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Final

import attrs

from ledger.errors import NotUnderstood
from ledger.quantities import Price, Shares, plain, shown_percentages
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
    clipped,
    drawn,
    exact,
    framed,
    names_beside,
    pixels,
)
from registrar.report import Asked
from registrar.tables import amount

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.pro_forma import ProForma

MOST: Final = len(PALETTE)
"""How many holders may have a colour of their own."""
_POOL, _UNRECORDED, _REST = "pool", "not recorded", "others"
_POOL_COLOUR: Final = "#d0d0d0"
_DARK: Final = PALETTE[0]
"""The colour on which white is read better than ink."""
_WIDEST: Final = 120
"""Pixels that a bar has at most."""
_LEAST: Final = Fraction(4)
"""Percent from which on a part has room for its figure."""


def dilution_chart(ledger: Ledger, *answers: ProForma, largest: int = MOST) -> Chart:
    """Draw who has which part of the company before the first of some rounds, and after each of them.

    Args:
        ledger: The record.
        answers: The rounds, each on top of the one before; see ``projections.closing``.
        largest: How many holders have a part of their own, 1 to 7; the others are one.

    Raises:
        NotUnderstood: ``E_LIMIT`` for a ``largest`` that is not 1 to 7, ``E_FIGURE`` without a round.
    """
    if not answers:
        raise NotUnderstood("E_FIGURE", "no round is to be drawn", "give one pro forma or more")
    if not 1 <= largest <= MOST:
        raise NotUnderstood("E_LIMIT", f"{largest} holders cannot be told apart by colour", f"ask for 1 to {MOST}")
    return _Picture.of(answers, largest).chart(ledger)


@attrs.frozen
class _Stage:
    """What everybody has at one time: before the first round, or after one.

    Attributes:
        title: What it is called below its bar.
        said: More about it, in a few words.
        shares: What everybody has, by holder; the pool and holders not recorded too.
    """

    title: str
    said: str
    shares: Mapping[str, Shares] = attrs.field(hash=False)

    @property
    def whole(self) -> Fraction:
        return sum((each.as_fraction() for each in self.shares.values()), Fraction(0))


def _stages(answers: Sequence[ProForma]) -> list[_Stage]:
    first = answers[0]
    before = {str(line.holder): line.before for line in first}
    found = [
        _Stage(
            "before",
            f"at the close of {first.as_of}",
            {**before, _POOL: first.pool_before, _UNRECORDED: first.not_recorded},
        )
    ]
    for answer in answers:
        after = {str(line.holder): line.after for line in answer}
        found.append(
            _Stage(
                f"after {answer.agreed.series}",
                f"at {_price(answer.solution.price)} a share",
                {**after, _POOL: answer.pool_after, _UNRECORDED: answer.not_recorded},
            )
        )
    return found


def _price(price: Price) -> str:
    """Return a price that fits below a bar: one without end as decimals is told to the fourth."""
    text = str(price)
    if "/" not in text:
        return text
    about = Fraction(floor(price.amount * 10_000 + Fraction(1, 2)), 10_000)
    return f"about {plain(about)} {price.currency}"


@attrs.frozen
class _Band:
    """One holder, or all those without a part of their own."""

    key: str
    name: str
    colour: str
    holders: tuple[str, ...]

    def shares(self, stage: _Stage) -> Shares:
        return sum((stage.shares.get(holder, Shares(0)) for holder in self.holders), Shares(0))


def _bands(answers: Sequence[ProForma], stages: Sequence[_Stage], largest: int) -> list[_Band]:
    """Return who has a part of a bar, from the bottom up."""
    names = {str(line.holder): line.name for answer in answers for line in answer}
    came = {holder: place for place, holder in enumerate(dict.fromkeys(h for s in stages for h in s.shares))}
    size = {holder: stages[-1].shares.get(holder, Shares(0)).units for holder in names}
    by_size = sorted(names, key=lambda holder: (-size[holder], holder))
    drawn_alone = sorted(by_size[:largest], key=lambda holder: came[holder])
    bands = [
        _Band(f"holder {holder}", names[holder], colour, (holder,))
        for holder, colour in zip(drawn_alone, PALETTE, strict=False)
    ]
    rest = tuple(by_size[largest:])
    if rest:
        bands.append(_Band(_REST, f"{len(rest):,} other{'s' * (len(rest) > 1)}", OTHERS, rest))
    bands.append(_Band(_POOL, "option pool, not granted", _POOL_COLOUR, (_POOL,)))
    bands.append(_Band(_UNRECORDED, "holders not recorded", NOT_RECORDED, (_UNRECORDED,)))
    return [band for band in bands if any(band.shares(stage) for stage in stages)]


@attrs.frozen
class _Picture:
    """Rounds, about to be drawn."""

    answers: tuple[ProForma, ...]
    stages: tuple[_Stage, ...]
    bands: tuple[_Band, ...]

    @classmethod
    def of(cls, answers: Sequence[ProForma], largest: int) -> _Picture:
        stages = _stages(answers)
        return cls(tuple(answers), tuple(stages), tuple(_bands(answers, stages, largest)))

    def _rows(self) -> list[Spec]:
        """Return the parts of all bars, with the exact values beside the numbers that are drawn."""
        rows = []
        slot = Fraction(WIDTH, len(self.stages))
        wide = min(slot * Fraction(2, 3), Fraction(_WIDEST))
        for place, stage in enumerate(self.stages):
            left, bottom = slot * place + (slot - wide) / 2, Fraction(0)
            parts = [band.shares(stage).as_fraction() / Fraction(stage.whole) for band in self.bands]
            for band, part, shown in zip(self.bands, parts, shown_percentages(parts, 1), strict=True):
                top = bottom + part * 100
                if part:
                    rows.append(
                        {
                            "stage": stage.title,
                            "holder": band.name,
                            "colour": band.colour,
                            "ink": "white" if band.colour == _DARK else INK,
                            "left": pixels(left),
                            "right": pixels(left + wide),
                            "middle": pixels(left + wide / 2),
                            "from": drawn(bottom),
                            "to": drawn(top),
                            "between": drawn((bottom + top) / 2),
                            "shares": amount(band.shares(stage)),
                            "part": exact(part),
                            "percent": f"{shown} %",
                            "label": f"{shown} %" if part * 100 >= _LEAST else "",
                        }
                    )
                bottom = top
        return rows

    def _titles(self) -> list[Spec]:
        slot = Fraction(WIDTH, len(self.stages))
        return [
            {
                "middle": pixels(slot * place + slot / 2),
                "title": clipped(stage.title, int(slot) // 7),
                "said": clipped(stage.said, int(slot) // 6),
            }
            for place, stage in enumerate(self.stages)
        ]

    def _names(self, axis: Axis) -> list[Name]:
        """Return the names beside the last bar, with what each has in the end and had before."""
        parts = [
            [band.shares(stage).as_fraction() / Fraction(stage.whole) for band in self.bands]
            for stage in self.stages
        ]
        was, will = (shown_percentages(each, 1) for each in (parts[0], parts[-1]))
        names, bottom = [], Fraction(0)
        for place, band in enumerate(self.bands):
            part = parts[-1][place] * 100
            figure = f"{was[place]} % before, {will[place]} % in the end"
            names.append(Name(band.name, figure, band.colour, axis.height(bottom + part / 2)))
            bottom += part
        return names

    def chart(self, ledger: Ledger) -> Chart:
        """Return the picture."""
        first = self.answers[0]
        axis = Axis.over([Fraction(100)])
        days = f"at the close of {first.as_of}, and after rounds that are not recorded"
        asked = Asked.of(ledger, days, first.known)
        names = self._names(axis)
        rounds = " and ".join(str(answer.agreed.series) for answer in self.answers)
        title = f"Dilution by {rounds}"
        said = "; ".join(f"{name.text}: {name.figure}" for name in names)
        spec = framed(
            title=title,
            asked=asked,
            measure="percent of all shares as converted, options and the pool included",
            description=f"{title}: {asked.issuer_name}, {asked.days}. One bar for each time. {said}.",
            notes=[],
            layers=[*_layers(axis), _titles_layer(self._titles()), names_beside(names)],
            rows=self._rows(),
            question={
                "chart": "dilution",
                "as_of": str(first.as_of),
                "rounds": [str(answer.agreed.series) for answer in self.answers],
            },
        )
        return Chart.of("dilution", spec)


def _layers(axis: Axis) -> list[Spec]:
    place = {"type": "quantitative", "scale": None, "axis": None}
    quantity = {"type": "quantitative", "scale": {"domain": axis.domain, "nice": False}}
    box = {
        "x": {**place, "field": "left"},
        "x2": {"field": "right"},
        "y": {**quantity, "field": "from", "axis": None},
        "y2": {"field": "to"},
    }
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    told = [("holder", "Holder"), ("stage", "When"), ("shares", "Shares"), ("percent", "Part")]
    tells = [{"field": name, "type": "nominal", "title": title} for name, title in told]
    return [
        {
            "encoding": {**box, "fill": colour},
            "mark": {"type": "rect", "stroke": "white", "strokeWidth": 0.7},
        },
        {
            "name": HOVER,
            "encoding": {**box, "tooltip": tells},
            "mark": {"type": "rect", "opacity": 0, "aria": False},
        },
        {
            "encoding": {
                "x": {**place, "field": "middle"},
                "y": {**quantity, "field": "between", "axis": None},
                "text": {"field": "label", "type": "nominal"},
                "color": {**colour, "field": "ink"},
            },
            "mark": {"type": "text", "baseline": "middle", "fontSize": 11, "aria": False},
        },
    ]


def _titles_layer(titles: Sequence[Spec]) -> Spec:
    place = {"type": "quantitative", "scale": None, "axis": None, "field": "middle"}

    def words(field: str, y: int, size: int, colour: str) -> Spec:
        return {
            "encoding": {"x": place, "y": {"value": y}, "text": {"field": field, "type": "nominal"}},
            "mark": {"type": "text", "baseline": "middle", "fontSize": size, "color": colour},
        }

    return {
        "name": "titles",
        "data": {"values": list(titles)},
        "layer": [words("title", HEIGHT + 14, 12, INK), words("said", HEIGHT + 30, 11, FAINT)],
    }
