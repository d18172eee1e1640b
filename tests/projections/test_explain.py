"""Every figure is the sum of its steps, and every step names its entry."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given

from ledger import (
    Authorized,
    DividendId,
    FractionPolicy,
    Ledger,
    Money,
    NotUnderstood,
    Phase,
    PlanId,
    Ratio,
    Shares,
    StockClassId,
)
from ledger.commands import SplitStock
from ledger.errors import UnknownName
from ledger.events import Event
from projections import (
    Bounds,
    Explanation,
    Figure,
    Possible,
    cap_table,
    explain,
    of_agreement,
    of_class,
    of_control_account,
    of_dividend,
    of_holder,
    of_instrument,
    of_plan,
    rollforward,
)
from projections.bounds import exactly
from tests import builders
from tests.builders import agreement_signed, company, entry_restated, stock_split_effected, ticking
from tests.projections.histories import SOME, as_of_days, every_figure, histories, recorded

HELD = of_holder("ada", "common")


def added(found: Explanation) -> Bounds[Fraction]:
    """Return what the steps add up to: certain ones as they are, open ones as far as they go either way.

    Where the sum may be below zero or not, the readings below it are none.
    """
    low = high = Fraction(0)
    for step in found.steps:
        change = Fraction(step.change.units)
        low += change if not step.is_open else min(change, Fraction(0))
        high += change if not step.is_open else max(change, Fraction(0))
    return Bounds(Fraction(0) if low < 0 <= high else low, high)


@SOME
@given(histories(most=14), as_of_days)
def test_the_steps_of_every_figure_add_up_to_it(events: list[Event], as_of: date) -> None:
    ledger = recorded(events)
    for figure in every_figure():
        found = explain(ledger, figure, as_of=as_of)
        assert isinstance(found.result, Bounds)
        assert added(found) == exactly(Fraction(found.result.exact.units)), figure.label


@SOME
@given(histories(longest=3, most=14), as_of_days)
def test_the_steps_of_every_figure_add_up_to_its_bounds(events: list[Event], as_of: date) -> None:
    ledger = recorded(events)
    for figure in every_figure():
        found = explain(ledger, figure, as_of=as_of)
        assert isinstance(found.result, Bounds)
        assert added(found) == found.result.map(lambda amount: Fraction(amount.units)), figure.label


@SOME
@given(histories(longest=3, most=14), as_of_days)
def test_every_step_names_an_entry_that_stands_in_order_of_effect_with_open_ones_last(
    events: list[Event], as_of: date
) -> None:
    ledger = recorded(events)
    history = ledger.history(as_of)
    order = {each.entry.number: index for index, each in enumerate([*history.certain, *history.open])}
    for figure in every_figure():
        steps = explain(ledger, figure, as_of=as_of).steps
        places = [order[step.fact.entry.number] for step in steps]
        assert places == sorted(places)
        assert [step.is_open for step in steps] == sorted(step.is_open for step in steps)


def test_each_certain_step_says_what_the_figure_amounts_to_so_far() -> None:
    ledger = company()
    ledger.record(builders.common_issued(issued=1_000))
    ledger.record(builders.shares_transferred(transferred=300))
    ledger.record(builders.shares_repurchased(repurchased=50))

    found = explain(ledger, HELD, as_of="2026-02-28")

    assert [(step.change, step.amounts_to) for step in found.steps] == [
        (Shares(1_000), exactly(Shares(1_000))),
        (Shares(-300), exactly(Shares(700))),
        (Shares(-50), exactly(Shares(650))),
    ]
    assert [int(step.fact.entry.number) for step in found.steps] == [7, 8, 9]
    assert found.arithmetic() == "1,000 - 300 - 50 = 650"


def boone() -> Ledger:
    """Return Boone Group's common in 2017, from Ascent Solar's releases of 9 May and 20 June.

    200,000,000 on 5 May; 250,000,000 (deduced) and 350,000,000 (announced) between 10 May and 20 June.
    """
    ledger = Ledger.in_memory(clock=ticking())
    ledger.record(
        builders.issuer_registered(effective_on="2017-02-01"),
        builders.common(authorized=Authorized.UNKNOWN, effective_on="2017-02-01"),
        builders.holder_registered(holder="fund", effective_on="2017-02-01"),
        builders.common_issued(holder="fund", issued=200_000_000, effective_on="2017-05-05"),
        builders.common_issued(holder="fund", issued=250_000_000, effective_on="2017-05-10/2017-06-20"),
        builders.common_issued(holder="fund", issued=350_000_000, effective_on="2017-05-10/2017-06-20"),
    )
    return ledger


@pytest.mark.parametrize(
    ("as_of", "arithmetic"),
    [
        ("2017-05-04", "0 = 0"),
        ("2017-05-05", "200,000,000 = 200,000,000"),
        ("2017-06-01", "200,000,000 + (0 or 250,000,000) + (0 or 350,000,000) = 200,000,000 to 800,000,000"),
        ("2017-06-20", "200,000,000 + 250,000,000 + 350,000,000 = 800,000,000"),
    ],
)
def test_the_arithmetic_of_the_founding_case_stands_in_one_line(as_of: str, arithmetic: str) -> None:
    assert explain(boone(), of_holder("fund", "common"), as_of=as_of).arithmetic() == arithmetic


def test_an_open_step_says_what_the_figure_may_amount_to() -> None:
    steps = explain(boone(), of_holder("fund", "common"), as_of="2017-06-01").steps

    assert [step.is_open for step in steps] == [False, True, True]
    assert [step.amounts_to for step in steps] == [
        exactly(Shares(200_000_000)),
        Bounds(Shares(200_000_000), Shares(450_000_000)),
        Bounds(Shares(200_000_000), Shares(800_000_000)),
    ]


def test_money_is_explained_in_its_currency() -> None:
    ledger = company()
    ledger.record(builders.agreement_signed())
    ledger.record(builders.tranche_closed())
    ledger.record(builders.commitment_lapsed(effective_on="2026-02-10/2026-03-10"))

    found = explain(ledger, of_agreement("spa", "undrawn"), as_of="2026-02-28")

    assert found.result == Bounds(Money(850_000, "USD"), Money(900_000, "USD"))
    assert found.arithmetic() == ("1,000,000 USD - 100,000 USD + (0 or -50,000 USD) = 850,000 USD to 900,000 USD")


def test_a_transfer_within_the_figure_is_no_step_of_it() -> None:
    ledger = company()
    ledger.record(builders.common_issued())
    ledger.record(builders.shares_transferred())

    assert len(explain(ledger, of_class("common", "outstanding"), as_of="2026-02-28").steps) == 1


def test_a_split_is_a_step_rounding_included() -> None:
    """1,015 at one for ten are 101 with the half dropped: a step of −914."""
    ledger = company()
    ledger.record(builders.common_issued(issued=1_015))
    ledger.record(stock_split_effected(ratio="1/10"))

    found = explain(ledger, HELD, as_of="2026-07-01")

    assert found.arithmetic() == "1,015 - 914 = 101"
    assert found.steps[1].fact.entry.number == 8


def test_in_later_units_the_steps_are_exact_fractions_and_add_up() -> None:
    """1,000 and 15 before one for three are 1000/3 and 15/3 after: 1015/3, not rounded."""
    ledger = company()
    ledger.record(builders.common_issued(issued=1_000))
    ledger.record(builders.common_issued(issued=15))
    ledger.record(stock_split_effected(ratio="1/3"))

    found = explain(ledger, HELD, as_of="2026-06-30", basis="2026-07-01")

    assert [step.change.as_fraction() for step in found.steps] == [Fraction(1000, 3), Fraction(5)]
    assert isinstance(found.result, Bounds)
    assert found.result.exact.as_fraction() == Fraction(1015, 3)


@SOME
@given(histories(longest=3, most=14), as_of_days)
def test_in_later_units_the_authorized_number_is_that_of_the_cap_table(events: list[Event], as_of: date) -> None:
    ledger, later = recorded(events), date(2027, 1, 1)
    for line in cap_table(ledger, as_of=as_of, basis=later).classes:
        found = explain(ledger, of_class(line.stock_class, "authorized"), as_of=as_of, basis=later)
        assert (found.result, found.basis) == (line.authorized, later)


def test_the_authorized_number_before_a_split_is_explained_in_the_units_after_it() -> None:
    ledger = company()
    ledger.record(stock_split_effected(ratio="1/20", effective_on="2026-05-01"))
    before = of_class("common", "authorized")

    found = explain(ledger, before, as_of="2026-04-30", basis="2026-05-01")

    own = explain(ledger, before, as_of="2026-04-30").steps[-1].change
    assert own.shares is not None
    assert found.steps[-1].change == Authorized(Shares.of_units(Fraction(own.shares.units, 20)))
    with pytest.raises(NotUnderstood, match="units go forward only"):
        explain(ledger, before, as_of="2026-04-30", basis="2026-04-29")


def test_a_restated_entry_is_explained_by_the_one_that_counts() -> None:
    ledger = company()
    issued = ledger.record(builders.common_issued(issued=1_000)).entries[0].number
    restated = ledger.record(entry_restated(issued, restated_as=builders.common_issued(issued=900)))

    found = explain(ledger, HELD, as_of="2026-02-28")
    before = explain(ledger, HELD, as_of="2026-02-28", known_at=int(issued))

    assert [step.fact.entry for step in found.steps] == list(restated.entries)
    assert found.arithmetic() == "900 = 900"
    assert before.arithmetic() == "1,000 = 1,000"


# --- instruments, plans, dividends, control accounts -----------------------------------------------------------


def test_what_a_warrant_may_still_buy_is_what_was_issued_less_what_was_exercised_then_divided_by_a_split() -> None:
    """1,000 less 400 are 600; one for ten leaves 60."""
    ledger = company()
    issued = ledger.record(builders.warrant_issued()).entries
    exercised = ledger.record(builders.warrant_exercised()).entries
    split = SplitStock(
        stock_class=StockClassId("common"),
        ratio=Ratio("1/10"),
        on=date(2026, 7, 1),
        phase=Phase.OPENING,
        fractions=FractionPolicy.DOWN,
        authorized=Authorized(10_000_000),
    )
    divided = ledger.record(*split.events(ledger)).entries

    found = explain(ledger, of_instrument("w-1", "purchasable"), as_of="2026-07-01")
    later = explain(ledger, of_instrument("w-1", "purchasable"), as_of="2026-06-30", basis="2026-07-01")

    assert found.arithmetic() == "1,000 - 400 - 540 = 60"
    assert [step.fact.entry for step in found] == [*issued, *exercised, divided[0]]
    assert later.arithmetic() == "100 - 40 = 60"


def test_where_the_day_of_a_repayment_is_open_what_is_owed_lies_between() -> None:
    ledger = company()
    ledger.record(builders.note_issued())
    ledger.record(builders.convertible_assigned(effective_on="2026-03-02"))
    ledger.record(builders.note_repaid(effective_on="2026-04-01/2026-06-30"))

    whole = explain(ledger, of_instrument("n-1", "owed"), as_of="2026-05-01")
    of_the_fund, of_ada = (
        explain(ledger, of_instrument("n-1", "owed", holder), as_of="2026-05-01") for holder in ("fund", "ada")
    )

    assert whole.arithmetic() == "100,000 USD + (0 or -10,000 USD) = 90,000 USD to 100,000 USD"
    assert of_the_fund.label == "fund n-1 owed"
    assert of_the_fund.arithmetic() == ("100,000 USD - 25,000 USD + (0 or -10,000 USD) = 65,000 USD to 75,000 USD")
    assert of_ada.arithmetic() == "25,000 USD = 25,000 USD"


@pytest.mark.parametrize(
    ("figure", "arithmetic"),
    [
        (of_plan("plan-2026"), "1,000,000 - 48,000 + 60 = 952,060"),
        (of_instrument("option-1", "awarded"), "48,000 - 1,000 = 47,000"),
        (of_dividend("2026-q1"), "250 USD - 100 USD = 150 USD"),
        (of_control_account("use-of-proceeds"), "100,000 USD - 40,000 USD = 60,000 USD"),
    ],
    ids=lambda value: value.label if isinstance(value, Figure) else "",
)
def test_plans_awards_dividends_and_control_accounts_are_explained(figure: Figure, arithmetic: str) -> None:
    ledger = company()
    ledger.record(builders.plan_adopted(), builders.award_granted())
    ledger.record(
        builders.award_forfeited(returned=60, plan=PlanId("plan-2026"), effective_on="2026-04-01"),
        builders.preferred_issued(),
        builders.dividend_declared(),
        builders.dividend_paid(dividend=DividendId("2026-q1"), amount="100 USD"),
        builders.proceeds_restricted(),
        builders.proceeds_released(),
    )

    assert explain(ledger, figure, as_of="2026-04-30").arithmetic() == arithmetic


# --- levels ------------------------------------------------------------------------------------------------------


def test_a_level_is_explained_by_everything_that_set_it() -> None:
    ledger = company()
    ledger.record(builders.authorized_shares_changed(effective_on="2026-03-01"))
    ledger.record(builders.authorized_shares_changed(authorized=30_000_000, effective_on="2026-04-01/2026-04-30"))
    authorized = of_class("common", "authorized")

    found = explain(ledger, authorized, as_of="2026-04-15")

    assert [(step.change, step.is_open) for step in found.steps] == [
        (Authorized(10_000_000), False),
        (Authorized(20_000_000), False),
        (Authorized(30_000_000), True),
    ]
    assert found.result == Possible((Authorized(20_000_000), Authorized(30_000_000)))
    assert found.arithmetic() == "20,000,000 or 30,000,000"
    assert explain(ledger, authorized, as_of="2026-02-28").arithmetic() == "10,000,000"
    assert explain(ledger, authorized, as_of="2026-04-30").arithmetic() == "30,000,000"


def test_a_level_that_was_never_set_is_not_stated() -> None:
    found = explain(company(), of_class("warrants", "authorized"), as_of="2026-02-28")

    assert (found.steps, found.arithmetic()) == ((), "not stated")


def test_a_figure_that_does_not_exist_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(NotUnderstood, match="did you mean outstanding"):
        of_class("common", "outstandig")
    with pytest.raises(NotUnderstood, match="one of undertaken, closed, lapsed, undrawn"):
        of_agreement("spa", "xyz")


@pytest.mark.parametrize(
    ("figure", "near"),
    [(of_class("comon", "outstanding"), "common"), (of_agreement("spaa", "undrawn"), "spa")],
)
def test_a_mistyped_name_is_answered_with_the_nearest_and_not_with_zero(figure: Figure, near: str) -> None:
    ledger = company()
    ledger.record(agreement_signed())

    with pytest.raises(UnknownName) as refused:
        explain(ledger, figure, as_of="2026-06-30")
    assert refused.value.nearest == near
    with pytest.raises(UnknownName):
        rollforward(ledger, figure, after="2026-01-31", through="2026-06-30")
