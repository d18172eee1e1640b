"""What accrues lies between its bounds on every choice of the days that are left open."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger import EffectiveDay, Ledger, Ratio
from ledger.errors import LedgerError
from ledger.events import Event, Fact
from ledger.terms.dividends import DividendTerms
from ledger.terms.interest import Compounding, DayCount
from ledger.timeline import history_of
from projections.accruals import Accrued, Whose, accrued_dividends
from projections.bounds import Bounds
from tests.builders import (
    class_rights_stated,
    company,
    dividend_paid,
    preferred_issued,
    shares_converted,
    shares_transferred,
)

FIRST = date(2026, 1, 15)
AS_OF = date(2026, 4, 1)
HOLDERS = ("ada", "bob")
SECURITIES = st.sampled_from([None, None, "ps-1"])


def recorded(facts: list[Fact]) -> Ledger:
    ledger = company()
    for fact in facts:
        ledger.record(fact, actor="counsel")
    return ledger


def accrued(facts: list[Fact], as_of: date) -> dict[Whose, Accrued]:
    ledger = recorded(facts)
    known = ledger.position(None)
    return accrued_dividends(history_of(ledger.standing(known), as_of=as_of, known=known), as_of)


@st.composite
def open_days(draw: st.DrawFn, first: int = 0) -> EffectiveDay:
    """Return a day, or a few of them that are left open, within three months."""
    begins = FIRST + timedelta(days=draw(st.integers(first, 80)))
    return EffectiveDay(begins, begins + timedelta(days=draw(st.sampled_from([0, 0, 1, 7, 30]))))


@st.composite
def terms(draw: st.DrawFn) -> DividendTerms:
    return DividendTerms(
        rate=Ratio("0.365"),
        day_count=draw(st.sampled_from([DayCount.ACTUAL_365, DayCount.THIRTY_360])),
        compounding=draw(st.sampled_from([Compounding.NONE, Compounding.NONE, Compounding.MONTHLY])),
    )


@st.composite
def lives(draw: st.DrawFn) -> list[Fact]:
    """Return what happens to shares of two holders: issued, passed on, converted, and paid on."""
    found: list[Event] = [
        class_rights_stated(
            stock_class="series-a",
            liquidation=None,
            dividends=draw(terms()),
            effective_on=draw(
                st.sampled_from([EffectiveDay("2026-01-15"), EffectiveDay("2026-01-15", "2026-02-10")])
            ),
        ),
        preferred_issued(holder="ada", issued=100, effective_on=draw(open_days()), security=draw(SECURITIES)),
    ]
    for _ in range(draw(st.integers(1, 4))):
        holder, on, security = draw(st.sampled_from(HOLDERS)), draw(open_days()), draw(SECURITIES)
        of: dict[str, Any] = {"effective_on": on, "stock_class": "series-a"}
        match draw(st.sampled_from(["issued", "transferred", "converted", "paid"])):
            case "issued":
                found.append(preferred_issued(**of, holder=holder, issued=60, security=security))
            case "transferred":
                other = HOLDERS[1 - HOLDERS.index(holder)]
                shares = draw(st.sampled_from([40, 100]))
                found.append(
                    shares_transferred(
                        **of, from_holder=holder, to_holder=other, transferred=shares, security=security
                    )
                )
            case "converted":
                found.append(
                    shares_converted(effective_on=on, holder=holder, surrendered=40, received=50, security=security)
                )
            case _:
                found.append(
                    dividend_paid(**of, holder=holder, amount="20 USD", received=None, received_class=None)
                )
    return found  # type: ignore[return-value]  # all of them are facts


def readings(life: list[Fact]) -> Iterator[list[Fact]]:
    """Yield a history for every choice of the first, the last and some days between of each fact."""
    choices = []
    for fact in life:
        effective = fact.effective_on
        span = (effective.latest - effective.earliest).days
        choices.append(sorted({effective.earliest + timedelta(days=span * part // 3) for part in range(4)}))
    for days in product(*choices):
        yield [attrs.evolve(fact, effective_on=EffectiveDay(on)) for fact, on in zip(life, days, strict=True)]


def lies_between(exact: Bounds[Fraction], bounds: Bounds[Fraction]) -> bool:
    """Whether a figure of one reading lies between; what is below zero in some readings only is zero in them."""
    assert bounds.low is not None
    assert bounds.high is not None
    figure = max(exact.exact, Fraction(0)) if bounds.high >= 0 else exact.exact
    return bounds.low <= figure <= bounds.high


NOTHING = Bounds(Fraction(0), Fraction(0))


def hold(bounds: dict[Whose, Accrued], chosen: Iterable[list[Fact]], as_of: date) -> int:
    """Hold bounds against histories with chosen days; return how many of these can be true."""
    admissible = 0
    for reading in chosen:
        try:
            found = accrued(reading, as_of)
        except LedgerError:
            continue  # nobody holds fewer than none: not an admissible choice
        admissible += 1
        for whose in {*bounds, *found}:
            for name in ("accrued", "paid", "owed", "given_up", "held"):
                exact = getattr(found[whose], name) if whose in found else NOTHING
                between = getattr(bounds[whose], name) if whose in bounds else NOTHING
                days = [f"{each.KIND} {each.effective_on}" for each in reading]
                assert lies_between(exact, between), f"{whose.holder} {name}: {exact} is not {between}; {days}"
    return admissible


@settings(max_examples=60, deadline=None)
@given(life=lives(), as_of=st.sampled_from([AS_OF, date(2026, 3, 1), date(2026, 6, 15)]), pick=st.randoms())
def test_what_accrued_lies_between_its_bounds_on_every_choice_of_open_days(
    life: list[Fact], as_of: date, pick: Any
) -> None:
    try:
        bounds = accrued(life, as_of)
    except LedgerError:
        assume(False)
    if all(fact.effective_on.is_exact for fact in life):
        assert all(getattr(each, name).is_exact for each in bounds.values() for name in ("accrued", "owed"))
    every = list(readings(life))
    hold(bounds, pick.sample(every, min(len(every), 20)), as_of)


ENTITLED = class_rights_stated(
    stock_class="series-a",
    liquidation=None,
    dividends=DividendTerms(rate=Ratio("0.365")),
    effective_on=EffectiveDay("2026-01-15"),
)
FIRST_LOT = preferred_issued(holder="ada", issued=100, effective_on=EffectiveDay("2026-01-15"))


def passed_on(first: str, last: str, shares: int = 40) -> Fact:
    return shares_transferred(
        from_holder="ada",
        to_holder="bob",
        stock_class="series-a",
        transferred=shares,
        effective_on=EffectiveDay(first, last),
    )


LATER_LOT = preferred_issued(holder="ada", issued=60, effective_on=EffectiveDay("2026-03-01"))
PAID = dividend_paid(
    stock_class="series-a",
    holder="ada",
    amount="20 USD",
    received=None,
    received_class=None,
    effective_on=EffectiveDay("2026-03-01"),
)


@pytest.mark.parametrize(
    "life",
    [
        pytest.param([LATER_LOT, passed_on("2026-02-25", "2026-03-05")], id="before or after more were issued"),
        pytest.param(
            [
                preferred_issued(holder="ada", issued=60, effective_on=EffectiveDay("2026-02-20", "2026-03-10")),
                passed_on("2026-02-25", "2026-03-05", 120),
            ],
            id="only after more were issued",
        ),
        pytest.param([PAID, passed_on("2026-02-25", "2026-03-05")], id="before or after a payment"),
        pytest.param(
            [
                shares_converted(
                    holder="ada", surrendered=40, received=50, effective_on=EffectiveDay("2026-02-25", "2026-05-05")
                ),
                passed_on("2026-02-25", "2026-05-05", 60),
            ],
            id="beside a conversion that may not have happened",
        ),
    ],
)
def test_shares_that_changed_hands_on_an_open_day_carry_what_they_may_have_borne(life: list[Fact]) -> None:
    life = [ENTITLED, FIRST_LOT, *life]

    assert hold(accrued(life, AS_OF), readings(life), AS_OF) > 1
