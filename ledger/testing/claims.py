"""Figures and what they claim to be, drawn by Hypothesis so that they agree with themselves."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ledger.identity import AgreementId, ClaimId, HolderId, InstrumentId, StockClassId
from ledger.terms import market
from ledger.terms.disclosed import Disclosed, Qualifier, Unit, Weekday
from ledger.terms.measures import PERIODS, Measure, MeasureKind, Operand, Role, Source
from ledger.testing import values

_ABOVE_ZERO = values.ratios().filter(bool)


def disclosed_figures() -> st.SearchStrategy[Disclosed]:
    """Return figures of every unit; they may be read as anything."""
    units = st.sampled_from([unit for unit in Unit if unit is not Unit.DAY])
    numbers = st.builds(
        lambda unit, currency, **fields: Disclosed(
            **fields, unit=unit, currency=currency if unit is Unit.MONEY else None
        ),
        units,
        values.currencies(),
        printed=values.texts(),
        value=values.ratios(),
        step=_ABOVE_ZERO,
        qualifier=st.sampled_from(Qualifier),
    )
    days = st.builds(
        Disclosed,
        printed=values.texts(),
        unit=st.just(Unit.DAY),
        day=values.days(),
        weekday=st.none() | st.sampled_from(Weekday),
    )
    return numbers | days


@st.composite
def operands(draw: st.DrawFn, role: Role) -> Operand:
    """Return an operand of a role, from any source, with what the source needs."""
    source = draw(st.sampled_from(Source))
    since, on = sorted((draw(values.days()), draw(values.days())))
    fields: dict[str, Any] = {
        "name": draw(values.texts()),
        "number": draw(values.ratios()),
        "printed": draw(disclosed_figures()),
        "claim": draw(values.identifiers(ClaimId)),
        "holder": draw(values.identifiers(HolderId)),
        "stock_class": draw(values.identifiers(StockClassId)),
        "instruments": tuple(draw(st.lists(values.identifiers(InstrumentId), max_size=2))),
        "agreement": draw(values.identifiers(AgreementId)),
        "quote": draw(st.sampled_from(market.Measure)),
        "on": on,
        "multiple": draw(st.none() | _ABOVE_ZERO),
    }
    return Operand(role=role, source=source, **fields, since=since if source in PERIODS else None)


def measures(*, named: bool = False) -> st.SearchStrategy[Measure]:
    """Return measures of every kind; ``named`` ones have a name."""
    several = st.integers(1, 2)
    names = values.texts() if named else st.none() | values.texts()

    def made(kind: MeasureKind, *roles: st.SearchStrategy[list[Role]]) -> st.SearchStrategy[Measure]:
        drawn = st.tuples(*roles).map(lambda lists: [role for each in lists for role in each])
        parts = drawn.flatmap(lambda found: st.tuples(*map(operands, found)))
        return st.builds(Measure, kind=st.just(kind), operands=parts, name=names)

    def some(role: Role, least: int) -> st.SearchStrategy[list[Role]]:
        return several.map(lambda number: [role] * (number - 1 + least))

    pair = st.just([Role.PART, Role.WHOLE]) | st.just([Role.WHOLE, Role.PART])
    return st.one_of(
        made(MeasureKind.SUM, some(Role.ADDED, 1), some(Role.TAKEN, 0)),
        made(MeasureKind.PRODUCT, some(Role.FACTOR, 1), some(Role.DIVISOR, 0)),
        made(MeasureKind.PERCENT, pair),
        made(MeasureKind.INCREASE, st.just([Role.OF, Role.BASE])),
    )
