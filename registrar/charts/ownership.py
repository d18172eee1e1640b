"""A class over time, by holder: areas one on the other, which change on the day of a fact and on no other.

Below are the shares that somebody certainly has; above them, lighter, those that some day may or may not have
brought them, in the colour of the holder where they can be nobody else's; and on top those of holders that are not
recorded, where the company stated a count that leaves them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from ledger.errors import NotUnderstood
from ledger.identity import HolderId
from ledger.quantities import Shares, shown_percentages
from projections.bounds import Bounds, exactly
from projections.cap_table import part_of
from projections.over_time import OwnershipOverTime, OwnershipStep, ownership_over_time
from registrar.charts.areas import Area, area_layers, corners, days_axis, untils
from registrar.charts.chart import Chart, Spec
from registrar.charts.drawing import (
    FAINT,
    INK,
    NOT_RECORDED,
    OPEN,
    OTHERS,
    PALETTE,
    WIDTH,
    Axis,
    Name,
    ends,
    framed,
    names_beside,
)
from registrar.report import Asked
from registrar.tables import bounds, percent

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger

MOST: Final = len(PALETTE)
"""How many holders may have a colour of their own."""
_APART: Final = 90
"""Pixels from one split to the next that leave room for its name."""
_ZERO: Final = Shares(0)


def ownership_chart(
    ledger: Ledger,
    stock_class: str,
    *,
    through: AsOf,
    after: AsOf | None = None,
    known_at: KnownAt = None,
    basis: AsOf | None = None,
    in_percent: bool = False,
    largest: int = MOST,
) -> Chart:
    """Draw how a class was held from the close of one day to the close of another, by holder.

    Args:
        ledger: The record.
        stock_class: Which class.
        through: The day at whose close it ends.
        after: The day at whose close it begins; the first day of the class when not given.
        known_at: What had been recorded; everything when not given.
        basis: A day, ``through`` or later, in whose units every quantity is drawn, so that no line jumps for a
            split; ``through`` when not given.
        in_percent: Draw percent of what is outstanding, or of the count that the company stated, not shares.
        largest: How many holders have an area of their own, 1 to 7; the others are one.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` or ``E_BASIS`` for days in the wrong order, ``E_LIMIT`` for a ``largest`` that
            is not 1 to 7, ``E_FIGURE`` for percentages that are not known on any of the days.
        UnknownName: No class of that name was designated by ``through``.
    """
    if not 1 <= largest <= MOST:
        raise NotUnderstood("E_LIMIT", f"{largest} holders cannot be told apart by colour", f"ask for 1 to {MOST}")
    answer = ownership_over_time(
        ledger,
        stock_class,
        through=through,
        after=after,
        known_at=known_at,
        basis=through if basis is None else basis,
    )
    if in_percent and all(step.denominator.low is None for step in answer.steps):
        raise NotUnderstood(
            "E_FIGURE",
            f"percentages of {answer.stock_class} are not known on any of these days",
            "draw shares, or record the count that the company states",
        )
    return _Picture.of(answer, _bands(answer, largest), in_percent=in_percent).chart(ledger)


@attrs.frozen
class _Band:
    """One holder, or all those that have no area of their own."""

    key: str
    name: str
    colour: str
    holders: tuple[HolderId, ...] = ()

    def shares(self, step: OwnershipStep) -> Bounds[Shares]:
        """Return what the holders have together."""
        has = [_ends(step.shares[holder]) for holder in self.holders if holder in step.shares]
        low, high = sum(least.units for least, _ in has), sum(most.units for _, most in has)
        return Bounds(Shares.of_units(low), Shares.of_units(high))


_UNCERTAIN: Final = _Band("not certain", "whose, or whether: not certain", FAINT)
_UNRECORDED: Final = _Band("not recorded", "holders not recorded", NOT_RECORDED)


def _ends(figure: Bounds[Shares]) -> tuple[Shares, Shares]:
    assert figure.low is not None, "what is recorded is known"
    assert figure.high is not None, "what is recorded is known"
    return figure.low, figure.high


def _bands(answer: OwnershipOverTime, largest: int) -> tuple[_Band, ...]:
    """Return the largest holders in the order in which they came, and the others as one."""
    peak: dict[HolderId, Shares] = {}
    came: dict[HolderId, date] = {}
    for step in answer.steps:
        for holder, shares in step.shares.items():
            came.setdefault(holder, step.on)
            peak[holder] = max(_ends(shares)[1], peak.get(holder, _ends(shares)[1]))
    by_size = sorted(peak, key=lambda holder: (-peak[holder].units, holder))
    in_order = sorted(by_size[:largest], key=lambda holder: (came[holder], -peak[holder].units, holder))
    bands = [
        _Band(f"holder {holder}", answer.names[holder], colour, (holder,))
        for holder, colour in zip(in_order, PALETTE, strict=False)
    ]
    rest = by_size[largest:]
    if rest:
        bands.append(_Band("others", f"{len(rest):,} other{'s' * (len(rest) > 1)}", OTHERS, tuple(rest)))
    return tuple(bands)


@attrs.frozen
class _Stack:
    """What is drawn of a step: the holders one on the other.

    Attributes:
        step: The step.
        shares: What each band has.
        in_percent: Whether percent are drawn, and not shares.
    """

    step: OwnershipStep
    shares: tuple[tuple[_Band, Bounds[Shares]], ...]
    in_percent: bool

    def areas(self) -> list[Area]:
        """Return the areas from the lowest to the highest; none where percentages are not known."""
        if self.in_percent and not _has_parts(self.step):
            return []
        found, top, bottom = [], Fraction(0), Fraction(0)
        for band, shares in self.shares:
            least = self._least(shares)
            if least < 0:  # after late news a holding may be below zero, and is shown there
                found.append(self._area(band, bottom + least, bottom, shares))
                bottom += least
            else:
                found.append(self._area(band, top, top + least, shares))
                top += least
        for area in self._open(top, below=-bottom):
            found.append(area)
            top = area.high
        return [area for area in (*found, *self._not_recorded(top)) if area.low != area.high]

    def _area(
        self, band: _Band, low: Fraction, high: Fraction, shares: Bounds[Shares], *, is_open: bool = False
    ) -> Area:
        part = part_of(shares, self.step.denominator)
        tells = {
            "holder": band.name,
            **ends("shares", shares),
            **ends("part", part),
            "shares": bounds(shares),
            "percent": percent(part),
        }
        return Area(band.key, band.colour, low, high, is_open, tells)

    def _one_share(self) -> Fraction | None:
        """Return what one share is as it is drawn; ``None`` where that is not certain."""
        if not self.in_percent:
            return Fraction(1)
        whole = self.step.denominator
        return Fraction(100) / whole.exact.as_fraction() if whole.is_exact else None

    def _least(self, shares: Bounds[Shares]) -> Fraction:
        """Return what is certain of a band, as it is drawn."""
        if not self.in_percent:
            return _ends(shares)[0].as_fraction()
        part = part_of(shares, self.step.denominator)
        return Fraction(0) if part.low is None else part.low * 100

    def _open(self, top: Fraction, *, below: Fraction) -> Iterator[Area]:
        """Yield what may be so or not: by holder where the ranges add up to that of all, otherwise as one."""
        one = self._one_share()
        certain = sum((_ends(shares)[0] for _, shares in self.shares), _ZERO)
        possible = sum((_ends(shares)[1] for _, shares in self.shares), _ZERO)
        recorded = _ends(self.step.recorded)[1]
        if one is not None and possible == recorded:
            for band, shares in self.shares:
                low, high = _ends(shares)
                reach = top + (high - low).as_fraction() * one
                yield self._area(band, top, reach, shares, is_open=True)
                top = reach
        elif one is None or recorded > certain:
            reach = Fraction(100) if one is None else recorded.as_fraction() * one + below
            whose = "; ".join(
                f"{band.name} {bounds(shares)}" for band, shares in self.shares if not shares.is_exact
            )
            area = self._area(_UNCERTAIN, top, max(top, reach), self.step.recorded, is_open=True)
            yield attrs.evolve(area, tells={**area.tells, "holder": whose or _UNCERTAIN.name})

    def _not_recorded(self, top: Fraction) -> Iterator[Area]:
        """Yield the area of holders that are not recorded, where a stated count says how much that is."""
        step, one = self.step, self._one_share()
        left = step.not_recorded
        if not step.is_complete and step.stated is not None and left.low is not None and one is not None:
            yield self._area(_UNRECORDED, top, top + left.low.as_fraction() * one, left)

    def percentages(self) -> dict[str, str]:
        """Return what part each band has; where all are exact, they add up as shown."""
        step = self.step
        shares = {band.key: has for band, has in self.shares}
        if step.stated is not None and not step.is_complete:
            shares[_UNRECORDED.key] = step.not_recorded
        parts = {key: part_of(has, step.denominator) for key, has in shares.items()}
        if any(part.low is None for part in parts.values()):
            return {}
        if all(part.is_exact for part in parts.values()):
            texts = shown_percentages([part.exact for part in parts.values()])
            return dict(zip(parts, texts, strict=True))
        return {key: percent(part) for key, part in parts.items()}


@attrs.frozen
class _Picture:
    """An ownership over time, about to be drawn.

    Attributes:
        answer: The steps.
        in_percent: Whether percent are drawn, and not shares.
        bands: Who has an area, from the lowest to the highest.
        stacks: What is drawn of each step, and its areas.
    """

    answer: OwnershipOverTime
    in_percent: bool
    bands: tuple[_Band, ...]
    stacks: tuple[tuple[_Stack, list[Area]], ...]

    @classmethod
    def of(cls, answer: OwnershipOverTime, bands: tuple[_Band, ...], *, in_percent: bool) -> _Picture:
        """Return the picture of an answer."""
        stacks = [
            _Stack(step, tuple((band, band.shares(step)) for band in bands), in_percent) for step in answer.steps
        ]
        return cls(answer, in_percent, bands, tuple((stack, stack.areas()) for stack in stacks))

    def names(self, axis: Axis) -> list[Name]:
        """Return the names beside the areas, with what each has in the end."""
        stack, areas = self.stacks[-1]
        shares = dict(stack.shares) | {_UNRECORDED: stack.step.not_recorded}
        percentages = stack.percentages()
        names = []
        for band in (*self.bands, _UNCERTAIN, _UNRECORDED):
            mine = [area for area in areas if area.of == band.key]
            if not mine and not band.holders:
                continue
            at = (mine[0].low + mine[0].high) / 2 if mine else Fraction(0)
            is_open = bool(mine) and all(area.is_open for area in mine)
            if band == _UNCERTAIN:
                figure = f"all that is recorded: {bounds(stack.step.recorded)}"
            elif shares[band] == exactly(_ZERO):
                figure = f"none at the close of {self.answer.through}"
            else:
                part = percentages.get(band.key)
                figure = f"{bounds(shares[band])}{'' if part is None else f' ({part} %)'}"
            names.append(Name(band.name, figure, band.colour, axis.height(at), opacity=OPEN if is_open else 1))
        return names

    def chart(self, ledger: Ledger) -> Chart:
        """Return the picture."""
        answer = self.answer
        days = [step.on for step in answer.steps]
        rows = corners(zip(days, untils(days, answer.through), [areas for _, areas in self.stacks], strict=True))
        reach = [Fraction(row[end]) for row in rows for end in ("from", "to")]
        axis = Axis.over([*reach, Fraction(100)] if self.in_percent else reach)
        asked = Asked.of(
            ledger,
            f"{answer.stock_class}, from the close of {answer.after} to the close of {answer.through}",
            answer.known,
        )
        names, measure = self.names(axis), self._measure(axis)
        title = f"{answer.title} by holder{', in percent' * self.in_percent}"
        said = "; ".join(f"{name.text}: {name.figure}" for name in names) or "nobody has any"
        told = [("holder", "Holder"), ("on", "From the close of"), ("until", "Until the day before")]
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
                    axis,
                    days_axis(answer.after, answer.through),
                    [*told, ("shares", "Shares"), ("percent", "Percent")],
                ),
                *self._splits(),
                names_beside(names),
            ],
            rows=rows,
            question={
                "chart": "ownership",
                "stock_class": answer.stock_class,
                "after": str(answer.after),
                "through": str(answer.through),
                "basis": str(answer.basis),
                "in": "percent" if self.in_percent else "shares",
            },
        )
        return Chart.of("ownership", spec)

    def _measure(self, axis: Axis) -> str:
        if self.in_percent:
            is_stated = any(not step.is_complete for step in self.answer.steps)
            return f"percent of shares outstanding{' as stated' * is_stated}"
        has_units = bool(self.answer.splits) or self.answer.basis != self.answer.through
        return f"{axis.unit_words}shares{f', in the units of {self.answer.basis}' * has_units}"

    def notes(self) -> list[str]:
        """Return what has to be known to read the picture."""
        steps, notes = self.answer.steps, []
        if not self.bands:
            notes.append("Nobody held any of it on these days.")
        open_of = {area.of for _, areas in self.stacks for area in areas if area.is_open}
        if open_of:
            in_grey = "; in grey, one holder or another has them" * (_UNCERTAIN.key in open_of)
            notes.append(f"Lighter, dashed: the day of a fact is open, and it may be so or not{in_grey}.")
        partial = [step for step in steps if not step.is_complete]
        counted = [step for step in partial if step.stated is not None]
        if partial:
            left = "have what the count that the company stated last leaves" if counted else "are not drawn"
            before = "; before it stated one, that is not known" * (0 < len(counted) < len(partial))
            notes.append(f"The register is partial: holders not recorded {left}{before}.")
        if self.in_percent and any(step.shares and not _has_parts(step) for step in steps):
            notes.append("Where nothing is drawn, percentages are not known.")
        return notes

    def _splits(self) -> list[Spec]:
        answer, rows, labelled = self.answer, [], -_APART
        days = (answer.through - answer.after).days + 1
        for on, ratio in answer.splits:
            place, words = WIDTH * (on - answer.after).days // days, ""
            if place - labelled >= _APART:
                labelled, words = place, f"{ratio.value.numerator}-for-{ratio.value.denominator} split"
            rows.append({"on": str(on), "ratio": str(ratio), "split": words})
        if not rows:
            return []
        rule = {"type": "rule", "color": INK, "strokeDash": [1, 3], "aria": False}
        above = {"type": "text", "align": "center", "baseline": "bottom", "fontSize": 10, "color": FAINT}
        return [
            {
                "name": "splits",
                "data": {"values": rows},
                "encoding": {"x": {"field": "on", "type": "temporal"}},
                "layer": [
                    {"mark": rule},
                    {
                        "encoding": {"y": {"value": -3}, "text": {"field": "split", "type": "nominal"}},
                        "mark": above,
                    },
                ],
            }
        ]


def _has_parts(step: OwnershipStep) -> bool:
    """Whether percentages of a class are known in a step: whether there is something for them to be of."""
    whole = step.denominator
    return whole.low is not None and whole.low.units > 0
