"""Beneficial ownership over time: a line for each owner, level from fact to fact, against the thresholds.

Each line is a part of a whole of its own, as what an owner may acquire counts for them alone: lines do not stand
one on the other, and do not add up. Where a day is open a lighter band lies between what it may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger.errors import NotUnderstood
from projections.crossings import THRESHOLDS, Crossings, crossings
from registrar.charts.areas import Area, area_layers, corners, days_axis, untils
from registrar.charts.chart import HOVER, Chart, Spec
from registrar.charts.drawing import FAINT, PALETTE, Axis, Name, drawn, ends, framed, names_beside
from registrar.report import Asked
from registrar.tables import bounds, percent

if TYPE_CHECKING:
    from ledger.identity import GroupId, HolderId
    from ledger.journal import AsOf, KnownAt, Ledger
    from ledger.quantities import Ratio

MOST: Final = len(PALETTE)
"""How many owners may have a colour of their own."""
_STEP: Final = {"interpolate": "step-after"}


def beneficial_chart(
    ledger: Ledger,
    stock_class: str,
    *,
    through: AsOf,
    after: AsOf | None = None,
    known_at: KnownAt = None,
    thresholds: Sequence[Ratio] = THRESHOLDS,
    largest: int = MOST,
) -> Chart:
    """Draw which part of a class its largest owners owned beneficially, from one day to another.

    Args:
        ledger: The record.
        stock_class: Which class.
        through: The day at whose close it ends.
        after: The day at whose close it begins; the first day of the class when not given.
        known_at: What had been recorded; everything when not given.
        thresholds: Parts that are drawn as lines.
        largest: How many owners are drawn, 1 to 7: those who owned most on any day, groups included.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` for days in the wrong order, ``E_TERMS`` for a threshold that is no part,
            ``E_LIMIT`` for a ``largest`` that is not 1 to 7.
        UnknownName: No class of that name was designated by ``through``.
    """
    if not 1 <= largest <= MOST:
        raise NotUnderstood("E_LIMIT", f"{largest} owners cannot be told apart by colour", f"ask for 1 to {MOST}")
    answer = crossings(ledger, stock_class, through=through, after=after, known_at=known_at, thresholds=thresholds)
    return _chart(ledger, answer, _largest(answer, largest))


def _largest(answer: Crossings, number: int) -> list[HolderId | GroupId]:
    """Return who owned most on any day, in the order in which they came."""
    peak: dict[HolderId | GroupId, Fraction] = {}
    for step in answer.steps:
        for owner, owned in step.owned.items():
            high = owned.percent.high
            most = Fraction(1) if high is None else high
            peak[owner] = max(most, peak.get(owner, Fraction(0)))
    order = list(peak)
    return sorted(sorted(order, key=lambda owner: -peak[owner])[:number], key=order.index)


def _chart(ledger: Ledger, answer: Crossings, owners: Sequence[HolderId | GroupId]) -> Chart:
    colours = dict(zip(owners, PALETTE, strict=False))
    days = [step.on for step in answer.steps]
    steps = zip(days, untils(days, answer.through), _areas(answer, colours), strict=True)
    rows = corners(steps)
    reach = [Fraction(row[end]) for row in rows for end in ("from", "to")]
    marks = [100 * each.value for each in answer.thresholds]
    axis = Axis.over([*reach, *marks])
    across = days_axis(answer.after, answer.through)
    names = list(_names(answer, colours, axis))
    asked = Asked.of(
        ledger,
        f"{answer.stock_class}, from the close of {answer.after} to the close of {answer.through}",
        answer.known,
    )
    title = f"{answer.title}: beneficial ownership"
    said = "; ".join(f"{name.text}: {name.figure}" for name in names) or "nobody owns any"
    watched = ", ".join(f"{drawn(mark)} %" for mark in marks)
    spec = framed(
        title=title,
        asked=asked,
        measure="percent of the class, with what the owner may acquire within 60 days",
        description=(
            f"{title}: {asked.issuer_name}, {asked.days}. A line for each owner, which changes on the day of a"
            f" fact, against thresholds of {watched}. At the close of {answer.through}: {said}."
        ),
        notes=_notes(answer, owners),
        layers=[
            _thresholds(marks),
            _lines(axis, across),
            *_bands(axis, across),
            names_beside(names),
        ],
        rows=rows,
        question={
            "chart": "beneficial",
            "stock_class": answer.stock_class,
            "after": str(answer.after),
            "through": str(answer.through),
            "thresholds": [str(each) for each in answer.thresholds],
        },
    )
    return Chart.of("beneficial", spec)


def _areas(answer: Crossings, colours: dict[HolderId | GroupId, str]) -> Iterator[list[Area]]:
    """Yield for each step where the owners are: a line has no height, and a band lies between two values."""
    for step in answer.steps:
        found = []
        for owner, colour in colours.items():
            owned = step.owned.get(owner)
            if owned is None:
                continue
            low = 100 * (owned.percent.low or Fraction(0))
            high = Fraction(100) if owned.percent.high is None else 100 * owned.percent.high
            tells = {
                "owner": owned.name,
                **ends("owned", owned.shares),
                **ends("part", owned.percent),
                "percent": percent(owned.percent),
            }
            found.append(Area(str(owner), colour, low, high, low != high, tells))
        yield found


def _names(answer: Crossings, colours: dict[HolderId | GroupId, str], axis: Axis) -> Iterator[Name]:
    """Yield the names beside the lines, with what each owner has in the end."""
    last = answer.steps[-1]
    for owner, colour in colours.items():
        told = next(step.owned[owner] for step in reversed(answer.steps) if owner in step.owned)
        name = f"group {told.name}" if told.is_group else told.name
        owned = last.owned.get(owner)
        if owned is None:
            yield Name(name, f"nothing at the close of {answer.through}", colour, axis.height(Fraction(0)))
            continue
        at = 100 * (owned.percent.low or Fraction(0))
        figure = f"{percent(owned.percent)} % ({bounds(owned.shares)})"
        yield Name(name, figure, colour, axis.height(at))


def _notes(answer: Crossings, owners: Sequence[HolderId | GroupId]) -> list[str]:
    notes = ["Each part is of the shares outstanding with what the same owner may acquire: parts do not add up."]
    others = len({owner for step in answer.steps for owner in step.owned} - {*owners})
    if others:
        notes.append(f"{others} other {'owner is' if others == 1 else 'owners are'} not drawn.")
    if any(not each.percent.is_exact for step in answer.steps for each in step.owned.values()):
        notes.append("Lighter, dashed: the day of a fact is open, or how many shares there are is not known.")
    return notes


def _thresholds(marks: Sequence[Fraction]) -> Spec:
    rows = [{"at": drawn(mark), "threshold": f"{drawn(mark)} %"} for mark in marks]
    height = {"field": "at", "type": "quantitative"}
    return {
        "name": "thresholds",
        "data": {"values": rows},
        "encoding": {"y": height},
        "layer": [
            {"mark": {"type": "rule", "color": FAINT, "strokeDash": [2, 3], "aria": False}},
            {
                "encoding": {"x": {"value": 4}, "text": {"field": "threshold", "type": "nominal"}},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "baseline": "bottom",
                    "fontSize": 10,
                    "color": FAINT,
                    "aria": False,
                },
            },
        ],
    }


def _lines(axis: Axis, days: Spec) -> Spec:
    quantity = {"field": "from", "type": "quantitative", "scale": {"domain": axis.domain, "nice": False}}
    return {
        "name": "owners",
        "transform": [{"filter": "!datum.is_open"}],
        "encoding": {
            "x": days,
            "y": {**quantity, "axis": axis.spec()},
            "stroke": {"field": "colour", "type": "nominal", "scale": None, "legend": None},
            "detail": {"field": "path", "type": "nominal"},
        },
        "mark": {"type": "line", **_STEP, "strokeWidth": 2.2},
    }


def _bands(axis: Axis, days: Spec) -> list[Spec]:
    """Return the layers of what may be so or not, and the one that tells exact values to the pointer."""
    told = [("owner", "Owner"), ("on", "From the close of"), ("owned_low", "Shares"), ("percent", "Percent")]
    layers = area_layers(axis, days, told)
    return [layer for layer in layers[1:] if layer.get("name") != HOVER]
