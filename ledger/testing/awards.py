"""Vesting and the terms of awards, drawn by Hypothesis so that they agree with themselves."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, Final

from hypothesis import strategies as st

from ledger.identity import Count, VestingConditionId
from ledger.quantities import NO_SHARES, Price, Ratio, Shares
from ledger.terms.allocation import Allocation
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.schedule import TakenFrom
from ledger.terms.vesting import Acceleration, ConditionRole, PeriodUnit, VestingTerms, VestingTranche
from ledger.testing import values

_CONDITIONS: Final = st.sampled_from(["listing", "sale", "dismissal"]).map(VestingConditionId)
_COUNTS: Final = st.integers(1, 12)


def _portions(weights: list[int]) -> list[Ratio]:
    return [Ratio(Fraction(weight, sum(weights))) for weight in weights]


def _timed(portion: Ratio, instalments: int, every: int, cliff: int, unit: PeriodUnit, on: int) -> VestingTranche:
    return VestingTranche(
        portion=portion,
        instalments=Count(instalments),
        every=Count(every),
        unit=unit,
        cliff=Count(min(cliff, instalments)),
        day_of_month=None if unit is PeriodUnit.DAYS or not on else Count(on),
    )


def _conditional(portion: Ratio, condition: VestingConditionId, after: int, role: ConditionRole) -> VestingTranche:
    return VestingTranche(portion=portion, condition=condition, after=Count(after), role=role)


def tranches(portion: Ratio) -> st.SearchStrategy[VestingTranche]:
    """Return tranches of a portion: by time, on a condition, on both, or on a day."""
    return (
        st.builds(
            _timed,
            st.just(portion),
            _COUNTS,
            _COUNTS,
            st.integers(0, 12),
            st.sampled_from([PeriodUnit.DAYS, PeriodUnit.MONTHS]),
            st.integers(0, 31),
        )
        | st.builds(_conditional, st.just(portion), _CONDITIONS, _COUNTS, st.sampled_from(ConditionRole))
        | st.builds(VestingTranche, portion=st.just(portion), on=values.days())
        | st.builds(
            VestingTranche, portion=st.just(portion), condition=_CONDITIONS, lapses_on=st.none() | values.days()
        )
    )


def accelerations() -> st.SearchStrategy[Acceleration]:
    """Return promises of acceleration, with one trigger or two."""
    portions = st.builds(
        lambda part, taken_from: {"portion": Ratio(part), "taken_from": taken_from},
        st.fractions(Fraction(1, 100), 1, max_denominator=100),
        st.sampled_from(TakenFrom),
    )
    months = _COUNTS.map(lambda number: {"months": Count(number)})
    second: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.builds(
        lambda within: {"and_then": VestingConditionId("second"), "within_months": within},
        st.none() | _COUNTS.map(Count),
    )
    return st.builds(
        lambda when, much, then: Acceleration(when=when, **much, **then), _CONDITIONS, portions | months, second
    )


def vesting_terms(starts: st.SearchStrategy[date] | None = None) -> st.SearchStrategy[VestingTerms]:
    """Return ways to vest; ``starts`` are the days from which time may count."""
    parts = st.lists(st.integers(1, 20), min_size=1, max_size=3).map(_portions)
    return st.builds(
        lambda start, parts, allocation, promised: VestingTerms(
            starts_on=start, tranches=tuple(parts), allocation=allocation, accelerations=tuple(promised)
        ),
        starts or values.days(),
        parts.flatmap(lambda portions: st.tuples(*map(tranches, portions))),
        st.sampled_from(Allocation),
        st.lists(accelerations(), max_size=2),
    )


def award_terms(kinds: st.SearchStrategy[AwardKind] | None = None) -> st.SearchStrategy[AwardTerms]:
    """Return the terms of awards of every kind, or of some."""

    def made(
        kind: AwardKind, vesting: VestingTerms | None, expires_on: date | None, early: TakenFrom | None
    ) -> AwardTerms:
        return AwardTerms(
            award_kind=kind,
            vesting=vesting,
            expires_on=None if kind is AwardKind.RESTRICTED_STOCK else expires_on,
            early_exercise=early if kind.is_bought and vesting is not None else None,
        )

    return st.builds(
        made,
        kinds or st.sampled_from(AwardKind),
        st.none() | vesting_terms(),
        st.none() | values.days(),
        st.none() | st.sampled_from(TakenFrom),
    )


def granted(drawn: dict[str, Any]) -> dict[str, Any]:
    """Give a grant a price where it is exercised, and a certificate where shares are issued."""
    kind = drawn["terms"].award_kind
    if kind is not AwardKind.RESTRICTED_STOCK:
        drawn = {**drawn, "security": None, "legends": ()}
    return {**drawn, "price": (drawn["price"] or Price(1, "USD")) if kind.is_exercised else None}


def one_way(drawn: dict[str, Any]) -> dict[str, Any]:
    """Let a pool grow or fall, and not both."""
    added = None if drawn["removed"] else drawn["added"] or Shares(1)
    return {**drawn, "added": added, "removed": drawn["removed"]}


def within(whole: str, *parts: str) -> Any:
    """Return what fits parts into a whole, and what returns to the pool into what is not issued."""

    def mended(drawn: dict[str, Any]) -> dict[str, Any]:
        left, drawn = drawn[whole], dict(drawn)
        for part in parts:
            if drawn[part] is not None:
                drawn[part] = min(drawn[part], left)
                left -= drawn[part]
        return returning(drawn, drawn[whole] - left)

    return mended


def returning(drawn: dict[str, Any], ended: Shares) -> dict[str, Any]:
    """Let no more return to the pool than ended, and name the plan with it."""
    returned = None if drawn["plan"] is None else min(drawn["returned"] or NO_SHARES, ended)
    return {**drawn, "returned": returned, "plan": drawn["plan"] if returned else None}


def exercised(drawn: dict[str, Any]) -> dict[str, Any]:
    """Fit the parts of an exercise into it."""
    mended: dict[str, Any] = within("exercised", "for_price", "for_tax", "paid_in_cash")(drawn)
    return {**mended, "unvested": mended["unvested"] and min(mended["unvested"], mended["exercised"])}


def repurchased(drawn: dict[str, Any]) -> dict[str, Any]:
    """Let nothing return to a pool from the treasury."""
    return returning(drawn, NO_SHARES if drawn["into_treasury"] else drawn["repurchased"])


def forfeited(drawn: dict[str, Any]) -> dict[str, Any]:
    """Let no more return to the pool than ended."""
    if not drawn["unvested"] and not drawn["vested"]:
        drawn = {**drawn, "unvested": Shares(1)}
    return returning(drawn, (drawn["unvested"] or NO_SHARES) + (drawn["vested"] or NO_SHARES))
