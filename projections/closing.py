"""The closing of a priced round as facts: for a what-if on top of the record, or for the record itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ledger.days import EffectiveDay
from ledger.errors import NotUnderstood, UnknownName, nearest
from ledger.events import (
    Consideration,
    ConsiderationForm,
    ConvertibleConverted,
    Event,
    PlanPoolChanged,
    PreferredIssued,
    StockClassDesignated,
)
from ledger.identity import InstrumentId, PlanId, StockClassId
from ledger.movements import StockClassKind
from ledger.quantities import Authorized, Money, Price, Ratio, Shares, paid_out
from ledger.terms.conversion import ConversionRight

if TYPE_CHECKING:
    from projections.pro_forma import ProForma


def closing(
    answer: ProForma,
    *,
    on: EffectiveDay | None = None,
    common: str | None = None,
    plan: str | None = None,
    title: str | None = None,
    authority: str | None = None,
) -> tuple[Event, ...]:
    """Return the closing of a round as facts: series designated, shares issued, papers converted, the pool grown.

    The holders must be registered, and the charter must allow what is added to the pool; the rules say so where
    the facts are recorded, or supposed.

    Args:
        answer: The round.
        on: The day of the closing; the day of the pro forma when not given.
        common: The class into which the series convert, where there are several.
        plan: The plan that grows, where there are several.
        title: What the series is called in the charter; its name in the record when not given.
        authority: Resolution behind it.

    Raises:
        NotUnderstood: ``E_TERMS`` where a class or plan must be named.
        UnknownName: There is no such class or plan.
    """
    agreed, solution = answer.agreed, answer.solution
    effective_on = EffectiveDay(answer.as_of) if on is None else on
    commons = [name for name, kind in answer.classes if kind is StockClassKind.COMMON]
    into = StockClassId(_only(commons, common, "common class", answer.as_of))
    issued = {agreed.series: (solution.price, sum((each.shares for each in solution.purchases), Shares(0)))}
    for each in solution.conversions:
        price, shares = issued.get(each.series, (each.price, Shares(0)))
        issued[each.series] = price, shares + each.shares
    return (
        *(
            StockClassDesignated(
                effective_on=effective_on,
                stock_class=series,
                class_kind=StockClassKind.PREFERRED,
                title=_title(title, agreed.series, series),
                authorized=Authorized(shares),
                stated_value=price,
                conversion=ConversionRight(into=into, ratio=Ratio(1)),
                authority=authority,
            )
            for series, (price, shares) in issued.items()
            if series not in dict(answer.classes)
        ),
        *(
            PlanPoolChanged(
                effective_on=effective_on,
                plan=PlanId(_only(answer.plans, plan, "plan", answer.as_of)),
                stock_class=into,
                added=added,
                reason=f"For {agreed.series}",
                authority=authority,
            )
            for added in (solution.pool_increase,)
            if added
        ),
        *(
            PreferredIssued(
                effective_on=effective_on,
                holder=each.holder,
                stock_class=agreed.series,
                issued=each.shares,
                consideration=Consideration(
                    form=ConsiderationForm.CASH, amount=_to_the_cent(each.shares, solution.price)
                ),
                authority=authority,
            )
            for each in solution.purchases
            if each.shares
        ),
        *(
            ConvertibleConverted(
                effective_on=effective_on,
                holder=each.holder,
                instrument=InstrumentId(each.name),
                principal=each.principal,
                interest=Money(each.interest, each.principal.currency) if each.interest else None,
                stock_class=each.series,
                received=each.shares,
                price=each.price,
                authority=authority,
            )
            for each in solution.conversions
            if each.shares
        ),
    )


def _to_the_cent(shares: Shares, price: Price) -> Money:
    """Return what shares cost: an investor pays for whole shares, and keeps what is left of the amount."""
    return paid_out([shares.as_fraction() * price.amount], price.currency)[0]


def _title(title: str | None, series: StockClassId, of: StockClassId) -> str:
    """Return what a series is called: a shadow series bears the number that tells it from that of the round."""
    return str(of) if title is None else f"{title}{of.removeprefix(series)}"


def _only(names: Sequence[str], named: str | None, what: str, on: date) -> str:
    if named is not None:
        if named not in names:
            raise UnknownName(what, named, on, nearest(named, list(map(str, names))))
        return named
    if len(names) != 1:
        known = f"there are {', '.join(names)}" if names else "there is none"
        raise NotUnderstood(
            "E_TERMS", f"a round needs one {what}, and {known}", f"name the {what}, or record it first"
        )
    return str(names[0])
