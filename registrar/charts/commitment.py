"""A commitment over time, burning down: what is still undrawn at the bottom, what was closed or lapsed above it.

The dashed line is what would be undrawn if every tranche closed on its day: what is undrawn above it is late. What
is overdue has a colour of its own. Where a figure is a range, the part that may be so or not is lighter.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from ledger.quantities import Money
from projections.bounds import Bounds
from projections.over_time import CommitmentOverTime, CommitmentStep, commitment_over_time
from registrar.charts.areas import ONE_DAY, Area, area_layers, corners, days_axis, line_layer, untils
from registrar.charts.chart import Chart, Spec
from registrar.charts.drawing import INK, OPEN, Axis, Name, drawn, ends, framed, names_beside
from registrar.report import Asked
from registrar.tables import bounds

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger


def commitment_chart(
    ledger: Ledger,
    agreement: str,
    *,
    through: AsOf,
    after: AsOf | None = None,
    known_at: KnownAt = None,
) -> Chart:
    """Draw what became of a commitment from the close of one day to the close of another.

    A day to come is a day like any other: a tranche that is due by then, and not closed, is overdue then.

    Args:
        ledger: The record.
        agreement: Which.
        through: The day at whose close it ends.
        after: The day at whose close it begins; the first day of the agreement when not given.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` when ``through`` is before ``after``.
        UnknownName: No agreement of that name was signed by ``through``.
    """
    answer = commitment_over_time(ledger, agreement, through=through, after=after, known_at=known_at)
    return _Picture(answer).chart(ledger)


@attrs.frozen
class _Kind:
    """What became of money, and how it is drawn."""

    name: str
    colour: str
    of: Callable[[CommitmentStep], Bounds[Money]]


_UNDRAWN: Final = _Kind("undrawn, overdue included", "#ddaa33", lambda step: step.undrawn)
_OVERDUE: Final = _Kind("overdue", "#bb5566", lambda step: step.overdue)
_LAPSED: Final = _Kind("lapsed", "#bbbbbb", lambda step: step.lapsed)
_CLOSED: Final = _Kind("closed", "#004488", lambda step: step.closed)
_KINDS: Final = (_CLOSED, _LAPSED, _OVERDUE, _UNDRAWN)
"""From the highest to the lowest, in Paul Tol's "high-contrast" scheme, which stays apart in grey as well."""
_FIGURES: Final = (
    ("undertaken", "Undertaken"),
    ("due", "Due by schedule"),
    ("overdue", "Overdue"),
    ("closed", "Closed"),
    ("lapsed", "Lapsed"),
    ("undrawn", "Undrawn"),
    ("undrawn_if_on_schedule", "Undrawn if on schedule"),
)


def _least(figure: Bounds[Money]) -> Fraction:
    return Fraction(0) if figure.low is None else figure.low.amount


def _most(figure: Bounds[Money]) -> Fraction:
    assert figure.high is not None, "what was undertaken is known, and so is how much may be left of it"
    return figure.high.amount


def _areas(step: CommitmentStep) -> list[Area]:
    """Return the areas of a step, from the lowest to the highest."""
    tells: Spec = {}
    for name, _ in _FIGURES:
        tells |= {**ends(name, getattr(step, name)), name: bounds(getattr(step, name))}

    def area(kind: _Kind, low: Fraction, high: Fraction, *, is_open: bool = False) -> Area:
        return Area(kind.name, kind.colour, low, high, is_open, tells)

    whole, left, may_be_left = _most(step.undertaken), _least(step.undrawn), _most(step.undrawn)
    late = _least(step.overdue)
    from_late = may_be_left - max(Fraction(0), min(_most(step.overdue) - late, may_be_left - left))
    below_closed = whole - _least(step.closed)
    found = (
        area(_UNDRAWN, Fraction(0), left - late),
        area(_OVERDUE, left - late, left),
        area(_UNDRAWN, left, from_late, is_open=True),
        area(_OVERDUE, from_late, may_be_left, is_open=True),
        area(_LAPSED, below_closed - _least(step.lapsed), below_closed),
        area(_CLOSED, below_closed, whole),
    )
    return [each for each in found if each.low != each.high]


@attrs.frozen
class _Picture:
    """A commitment over time, about to be drawn."""

    answer: CommitmentOverTime

    def rows(self) -> list[Spec]:
        """Return the corners of every area."""
        days = [step.on for step in self.answer.steps]
        areas = [_areas(step) for step in self.answer.steps]
        return corners(zip(days, untils(days, self.answer.through), areas, strict=True))

    def line(self, of: Callable[[CommitmentStep], Bounds[Money]]) -> list[Spec]:
        """Return the corners of a line through the highest values of a figure."""
        last = attrs.evolve(self.answer.steps[-1], on=self.answer.through + ONE_DAY)
        return [
            {"on": str(step.on), "at": drawn(_most(of(step))), **ends("exact", of(step))}
            for step in (*self.answer.steps, last)
        ]

    def names(self, axis: Axis) -> list[Name]:
        """Return the names beside areas and lines, with what each comes to in the end."""
        step = self.answer.steps[-1]
        there = {area.of for each in self.answer.steps for area in _areas(each)}
        areas = _areas(step)
        names = []
        for kind in _KINDS:
            if kind.name not in there:
                continue
            mine = [area for area in areas if area.of == kind.name]
            at = (mine[0].low + mine[-1].high) / 2 if mine else _most(step.undrawn)
            is_open = bool(mine) and all(area.is_open for area in mine)
            figure = self._said(kind.of(step))
            names.append(Name(kind.name, figure, kind.colour, axis.height(at), opacity=OPEN if is_open else 1))
        planned = step.undrawn_if_on_schedule
        return [
            *names,
            Name("undrawn if on schedule", self._said(planned), INK, axis.height(_most(planned)), is_line=True),
        ]

    def _said(self, figure: Bounds[Money]) -> str:
        is_nothing = figure.is_exact and not figure.exact
        return f"none at the close of {self.answer.through}" if is_nothing else bounds(figure)

    def chart(self, ledger: Ledger) -> Chart:
        """Return the picture."""
        answer, rows = self.answer, self.rows()
        undertaken = self.line(lambda step: step.undertaken)
        on_schedule = self.line(lambda step: step.undrawn_if_on_schedule)
        axis = Axis.over(
            [
                *(Fraction(row[end]) for row in rows for end in ("from", "to")),
                *(Fraction(row["at"]) for row in (*undertaken, *on_schedule)),
            ]
        )
        asked = Asked.of(
            ledger,
            f"{answer.agreement}, from the close of {answer.after} to the close of {answer.through}",
            answer.known,
        )
        names, whole = self.names(axis), answer.steps[-1].undertaken
        assert whole.high is not None, "what was undertaken is known"
        title = f"Commitment of {answer.investor_name}"
        measure = f"{axis.unit_words}{whole.high.currency}; the whole is what was undertaken, {bounds(whole)}"
        said = "; ".join(f"{name.text}: {name.figure}" for name in names)
        days = days_axis(answer.after, answer.through)
        spec = framed(
            title=title,
            asked=asked,
            measure=measure,
            description=(
                f"{title}: {asked.issuer_name}, {asked.days}. Stacked areas, which change on the day of a fact;"
                f" in {measure}. At the close of {answer.through}: {said}."
            ),
            notes=self.notes(),
            layers=[
                *area_layers(
                    axis, days, [("on", "From the close of"), ("until", "Until the day before"), *_FIGURES]
                ),
                line_layer("undertaken", undertaken, days, {"color": INK, "strokeWidth": 1.2}),
                line_layer(
                    "on schedule", on_schedule, days, {"color": INK, "strokeWidth": 1.6, "strokeDash": [6, 4]}
                ),
                names_beside(names),
            ],
            rows=rows,
            question={
                "chart": "commitment",
                "agreement": answer.agreement,
                "after": str(answer.after),
                "through": str(answer.through),
            },
        )
        return Chart.of("commitment", spec)

    def notes(self) -> list[str]:
        """Return what has to be known to read the picture."""
        notes = ["The dashed line is what would be undrawn if every tranche closed on its day, as due by schedule."]
        areas = [area for step in self.answer.steps for area in _areas(step)]
        if any(area.is_open for area in areas):
            notes.append("Lighter, dashed: it may be so or not.")
        if not self.answer.is_complete:
            notes.append("The register of the class bought is partial: closings may be missing.")
        return notes
