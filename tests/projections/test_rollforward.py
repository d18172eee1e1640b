"""Roll-forward: opening, each kind of movement, closing; they add up, and each line names its entries."""

from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import (
    Authorized,
    DividendId,
    EntryNumber,
    FractionPolicy,
    HolderId,
    Ledger,
    Money,
    NotUnderstood,
    Phase,
    PlanId,
    Ratio,
    ReserveId,
    SecurityId,
    Shares,
    StockClassId,
    on,
)
from ledger.commands import SplitStock
from ledger.errors import UnknownName
from ledger.events import Event, Fact, SharesAdded
from ledger.movements import Posting
from ledger.terms.awards import AwardKind
from ledger.timeline import place_in_history
from projections import (
    Bounds,
    Figure,
    RollForward,
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
from projections.figures import WHAT_HAS
from tests import builders
from tests.builders import common_issued, company, entry_voided, shares_cancelled, stock_split_effected
from tests.projections.histories import SOME, as_of_days, every_figure, histories, recorded

BEFORE, AFTER = "2026-06-01", "2026-12-31"
ACTED = "2026-06-02"


def units(bounds: Bounds[Any]) -> Fraction:
    return Fraction(bounds.exact.units)


def adds_up(found: RollForward) -> bool:
    """Whether opening and lines add to the closing."""
    return units(found.opening) + sum(units(line.change) for line in found.lines) == units(found.closing)


@SOME
@given(histories(most=14), as_of_days, st.integers(0, 11))
def test_opening_and_lines_add_to_the_closing_for_every_figure(
    events: list[Event], after: date, length: int
) -> None:
    ledger = recorded(events)
    for figure in every_figure():
        found = rollforward(ledger, figure, after=after, through=after + timedelta(days=length))
        assert adds_up(found), figure.label


@SOME
@given(histories(most=14), as_of_days, st.integers(0, 5), st.integers(0, 5))
def test_what_one_roll_forward_closes_with_the_next_one_opens_with(
    events: list[Event], after: date, first: int, second: int
) -> None:
    ledger = recorded(events)
    between = after + timedelta(days=first)
    through = between + timedelta(days=second)
    for figure in every_figure():
        one = rollforward(ledger, figure, after=after, through=between)
        two = rollforward(ledger, figure, after=between, through=through)
        assert one.closing == two.opening


@SOME
@given(histories(most=14))
def test_in_the_units_of_the_last_day_everything_adds_up_without_the_split(events: list[Event]) -> None:
    ledger = recorded(events)
    for figure in every_figure():
        found = rollforward(ledger, figure, after="2026-02-09", through="2026-02-25", basis="2026-02-28")
        assert adds_up(found), figure.label
        assert "split" not in [line.kind for line in found.lines]


# --- each kind by its name ---------------------------------------------------------------------------------------

OUTSTANDING, ISSUED = of_class("common", "outstanding"), of_class("common", "issued")
TREASURY, RESERVED = of_class("common", "treasury"), of_class("common", "reserved")
ADA, PREFERRED = of_holder("ada", "common"), of_class("series-a", "outstanding")
UNDERTAKEN, CLOSED = of_agreement("spa", "undertaken"), of_agreement("spa", "closed")
LAPSED, UNDRAWN = of_agreement("spa", "lapsed"), of_agreement("spa", "undrawn")
OWED, PURCHASABLE = of_instrument("n-1", "owed"), of_instrument("w-1", "purchasable")
AWARDED, UNITS = of_instrument("option-1", "awarded"), of_instrument("units-1", "awarded")
POOLED, DECLARED = of_plan("plan-2026"), of_dividend("2026-q1")
RESTRICTED = of_control_account("use-of-proceeds")
PLAN = PlanId("plan-2026")
AND_MORE, OF_THE_WARRANT = "issued or added", partial(of_instrument, "w-1", "purchasable")


def prepared() -> Ledger:
    """Return a company with shares of both classes, a treasury, a reserve and an agreement on 1 June."""
    ledger = company()
    ledger.record(
        builders.common_issued(issued=5_000),
        builders.preferred_issued(issued=2_000),
        builders.shares_repurchased(repurchased=200),
        builders.shares_reserved(),
        builders.agreement_signed(),
        builders.note_issued(),
        builders.warrant_issued(),
        builders.plan_adopted(),
        builders.award_granted(),
        granted("units-1", AwardKind.RESTRICTED_STOCK_UNIT, 5_000),
        granted("stock-1", AwardKind.RESTRICTED_STOCK, 3_000),
        builders.dividend_declared(),
        builders.proceeds_restricted(),
    )
    return ledger


def granted(award: str, kind: AwardKind, shares: int) -> Fact:
    """Return a grant to bob under the plan."""
    return builders.award_granted(award=award, granted=shares, terms=builders.award_terms(award_kind=kind))


GIVEN_BACK: dict[str, Any] = {"returned": 60, "plan": PLAN}
PAID: dict[str, Any] = {"dividend": DividendId("2026-q1"), "amount": "100 USD"}


NAMED: list[tuple[str, Event, Figure, dict[str, int]]] = [
    ("issued", builders.common_issued(issued=10), OUTSTANDING, {"issued": 10}),
    ("issued", builders.common_issued(issued=10), ADA, {"issued": 10}),
    ("drawn", builders.common_issued(issued=10, reserve=ReserveId("plan")), OUTSTANDING, {"issued": 10}),
    ("drawn", builders.common_issued(issued=10, reserve=ReserveId("plan")), RESERVED, {"released or drawn": -10}),
    ("preferred", builders.preferred_issued(issued=10), PREFERRED, {"issued": 10}),
    ("transferred", builders.shares_transferred(), ADA, {"transferred out": -100}),
    ("transferred", builders.shares_transferred(), of_holder("bob", "common"), {"transferred in": 100}),
    ("transferred", builders.shares_transferred(), OUTSTANDING, {}),
    ("converted", builders.shares_converted(), PREFERRED, {"converted": -400}),
    ("converted", builders.shares_converted(), OUTSTANDING, {"issued on conversion": 500}),
    ("converted", builders.shares_converted(reserve=ReserveId("plan")), RESERVED, {"released or drawn": -500}),
    ("cancelled", builders.shares_cancelled(), ADA, {"cancelled": -100}),
    ("cancelled", builders.shares_cancelled(), OUTSTANDING, {"cancelled": -100}),
    ("repurchased", builders.shares_repurchased(), OUTSTANDING, {"repurchased to treasury": -100}),
    ("repurchased", builders.shares_repurchased(), TREASURY, {"repurchased": 100}),
    ("repurchased", builders.shares_repurchased(), ISSUED, {}),
    ("reissued", builders.treasury_shares_reissued(), OUTSTANDING, {"reissued from treasury": 50}),
    ("reissued", builders.treasury_shares_reissued(), TREASURY, {"reissued": -50}),
    ("retired", builders.shares_retired(), TREASURY, {"retired": -50}),
    ("retired", builders.shares_retired(), ISSUED, {"retired": -50}),
    ("redeemed", builders.shares_redeemed(), PREFERRED, {"redeemed": -100}),
    ("remedy", builders.remedy_exercised(), PREFERRED, {"redeemed": -100}),
    ("reserved", builders.shares_reserved(reserved=7), RESERVED, {"reserved": 7}),
    ("reserved", builders.shares_reserved(reserved=7), OUTSTANDING, {}),
    ("released", builders.reserve_released(), RESERVED, {"released or drawn": -100_000}),
    ("settled", builders.fractions_settled(given=Shares(1)), ADA, {"fractions settled": 1}),
    ("settled", builders.fractions_settled(taken=Shares(1)), ADA, {"fractions settled": -1}),
    ("exercised", builders.warrant_exercised(), OUTSTANDING, {"issued on exercise": 400}),
    ("note", builders.convertible_converted(), OUTSTANDING, {"issued on conversion": 20_250}),
    ("exchanged", builders.securities_exchanged(), OUTSTANDING, {"issued in exchange": 100}),
    ("dividend", builders.dividend_paid(), OUTSTANDING, {"issued as a dividend": 50}),
    ("closed", builders.tranche_closed(), CLOSED, {"closed": 100_000}),
    ("closed", builders.tranche_closed(), UNDRAWN, {"closed": -100_000}),
    ("lapsed", builders.commitment_lapsed(), LAPSED, {"lapsed": 50_000}),
    ("lapsed", builders.commitment_lapsed(), UNDRAWN, {"lapsed": -50_000}),
    ("terminated", builders.agreement_terminated(), LAPSED, {"lapsed": 200_000}),
    ("reduced", builders.commitment_reduced(), UNDERTAKEN, {"reduced": -100_000}),
    ("reduced", builders.commitment_reduced(), UNDRAWN, {"reduced": -100_000}),
    ("added", builders.agreement_amended(), UNDERTAKEN, {"undertaken": 50_000}),
    ("added", builders.agreement_amended(), UNDRAWN, {"undertaken": 50_000}),
    (
        "signed",
        builders.agreement_signed(agreement="new"),
        of_agreement("new", "undertaken"),
        {"undertaken": 1_000_000},
    ),
    (
        "signed",
        builders.agreement_signed(agreement="new"),
        of_agreement("new", "undrawn"),
        {"undertaken": 1_000_000},
    ),
    ("lent", builders.note_issued(instrument="n-2"), of_instrument("n-2", "owed"), {"lent": 100_000}),
    ("lent", builders.safe_issued(), of_instrument("safe-1", "owed"), {"lent": 500_000}),
    ("converted", builders.convertible_converted(), OWED, {"converted": -40_000}),
    ("repaid", builders.note_repaid(), OWED, {"repaid": -10_000}),
    ("added", builders.interest_added_to_principal(), OWED, {"interest added": 1_000}),
    ("assigned", builders.convertible_assigned(), OWED, {}),
    ("assigned", builders.convertible_assigned(), of_instrument("n-1", "owed", "fund"), {"assigned out": -25_000}),
    ("assigned", builders.convertible_assigned(), of_instrument("n-1", "owed", "ada"), {"assigned in": 25_000}),
    ("forgiven", builders.convertible_cancelled(), OWED, {"cancelled": -5_000}),
    ("exchanged", builders.securities_exchanged(), OWED, {"exchanged": -100_000}),
    (
        "exchanged",
        builders.securities_exchanged(),
        of_instrument("n-2", "owed"),
        {"received in exchange": 100_500},
    ),
    (
        "issued",
        builders.warrant_issued(warrant="w-2"),
        of_instrument("w-2", "purchasable"),
        {"issued or added": 1_000},
    ),
    ("exercised", builders.warrant_exercised(), PURCHASABLE, {"exercised": -400}),
    ("expired", builders.warrant_expired(), PURCHASABLE, {"expired": -200}),
    ("cancelled", builders.warrant_cancelled(), PURCHASABLE, {"cancelled": -100}),
    ("passed on", builders.warrant_transferred(), PURCHASABLE, {}),
    (
        "passed on",
        builders.warrant_transferred(),
        of_instrument("w-1", "purchasable", "fund"),
        {"transferred out": -300},
    ),
    (
        "passed on",
        builders.warrant_transferred(),
        of_instrument("w-1", "purchasable", "bob"),
        {"transferred in": 300},
    ),
    (
        "adjusted",
        builders.instrument_adjusted(
            price="1.50 USD", added=(SharesAdded(holder=HolderId("fund"), added=Shares(333)),)
        ),
        PURCHASABLE,
        {AND_MORE: 333},
    ),
    ("adopted", builders.plan_adopted(plan="two"), of_plan("two"), {"reserved": 1_000_000}),
    ("adopted", builders.plan_adopted(plan="two"), POOLED, {}),
    ("increased", builders.plan_pool_changed(added=7), POOLED, {"reserved": 7}),
    ("decreased", builders.plan_pool_changed(removed=7), POOLED, {"released or drawn": -7}),
    ("granted", builders.award_granted(award="new", granted=7), POOLED, {"granted": -7}),
    ("granted", builders.award_granted(award="new", granted=7), of_instrument("new", "awarded"), {"granted": 7}),
    ("granted", builders.award_granted(award="new", granted=7), AWARDED, {}),
    ("exercised", builders.option_exercised(for_tax=60, **GIVEN_BACK), AWARDED, {"exercised": -1_000}),
    ("exercised", builders.option_exercised(for_tax=60, **GIVEN_BACK), POOLED, {"returned to the pool": 60}),
    ("released", builders.units_released(), UNITS, {"released": -1_000}),
    ("forfeited", builders.award_forfeited(unvested=200, vested=50), AWARDED, {"forfeited": -200, "expired": -50}),
    ("forfeited", builders.award_forfeited(unvested=200, **GIVEN_BACK), POOLED, {"returned to the pool": 60}),
    ("passed on", builders.award_transferred(transferred=7), AWARDED, {}),
    (
        "passed on",
        builders.award_transferred(transferred=7),
        of_instrument("option-1", "awarded", "bob"),
        {"transferred out": -7},
    ),
    (
        "passed on",
        builders.award_transferred(transferred=7),
        of_instrument("option-1", "awarded", "ada"),
        {"transferred in": 7},
    ),
    (
        "taken back",
        builders.unvested_shares_repurchased(award="stock-1", **GIVEN_BACK),
        POOLED,
        {"returned to the pool": 60},
    ),
    ("declared", builders.dividend_declared(dividend="q2"), of_dividend("q2"), {"declared": 250}),
    ("paid", builders.dividend_paid(**PAID), DECLARED, {"paid": -100}),
    (
        "paid",
        builders.dividend_paid(received=20, received_class="common", **PAID),
        DECLARED,
        {"paid in kind": -100},
    ),
    ("paid in", builders.proceeds_restricted(restricted="7 USD"), RESTRICTED, {"restricted": 7}),
    ("freed", builders.proceeds_released(), RESTRICTED, {"released": -40_000}),
]


@pytest.mark.parametrize(
    ("event", "figure", "lines"),
    [pytest.param(*case[1:], id=f"{case[0]}-{case[2].label.replace(' ', '-')}") for case in NAMED],
)
def test_each_kind_of_movement_has_its_name(event: Fact, figure: Figure, lines: dict[str, int]) -> None:
    ledger = prepared()
    number = ledger.record(attrs.evolve(event, effective_on=on(ACTED))).entries[0].number
    found = rollforward(ledger, figure, after=BEFORE, through=AFTER)

    assert {line.kind: units(line.change) for line in found.lines} == {
        kind: change * 10**10 for kind, change in lines.items()
    }
    assert all(line.entries == (number,) for line in found.lines)
    assert adds_up(found)


def test_no_event_that_moves_shares_or_money_is_missing_from_the_table_above() -> None:
    """A split has tests of its own below, and so has an opening balance."""
    examples = [event for event in builders.one_of_each() if isinstance(event, Fact)]
    moving = {each.KIND for each in examples if any(isinstance(one, Posting) for one in each.movements())}

    assert moving - {event.KIND for _, event, _, _ in NAMED} == {"opening-balance-adopted"}


def test_every_account_that_is_a_figure_by_itself_is_in_the_table_above() -> None:
    """Each by the name under which it is asked for."""
    assert set(WHAT_HAS) == {figure.name for _, _, figure, lines in NAMED if figure.of is not None and lines}


def test_an_opening_balance_is_named_as_what_it_is_in_every_figure() -> None:
    """600 of ada, 400 of bob and 50 in treasury: none of it was transferred or reissued."""
    ledger = company()
    ledger.record(builders.opening_balance_adopted(treasury=50, effective_on="2026-01-15"))

    lines = {
        figure.label: {line.kind: line.change.exact for line in found.lines}
        for figure in (ADA, OUTSTANDING, ISSUED, TREASURY)
        for found in [rollforward(ledger, figure, after="2026-01-01", through="2026-02-01")]
    }
    assert lines == {
        "ada common": {"opening balance": Shares(600)},
        "common outstanding": {"opening balance": Shares(1_000)},
        "common issued": {"opening balance": Shares(1_050)},
        "common treasury": {"opening balance": Shares(50)},
    }


# --- splits ------------------------------------------------------------------------------------------------------


def test_across_a_split_the_ratio_and_the_rounding_are_lines_of_their_own() -> None:
    """1,015 + 20 = 1,035 before one for ten: −931.5 by the ratio, −0.5 by dropping the half, then 7 issued: 110."""
    ledger = company()
    ledger.record(builders.common_issued(issued=1_015, effective_on="2026-06-01"))
    ledger.record(builders.common_issued(issued=20, effective_on="2026-06-15"))
    split = ledger.record(stock_split_effected(ratio="1/10", fractions=FractionPolicy.DOWN)).entries[0].number
    ledger.record(builders.common_issued(issued=7, effective_on="2026-07-15"))

    found = rollforward(ledger, OUTSTANDING, after="2026-06-01", through=AFTER)

    assert found.opening == exactly(Shares(1_015))
    assert {line.kind: line.change.exact for line in found.lines} == {
        "issued": Shares(27),
        "split": Shares("-931.5"),
        "rounding": Shares("-0.5"),
    }
    assert found.closing == exactly(Shares(110))
    assert [line.entries for line in found.lines] == [(8, 10), (split,), (split,)]


def test_in_later_units_a_split_is_no_movement() -> None:
    """1,000 shares and 500 more, each doubled: 2,000 + 1,000 = 3,000 in the units after two for one."""
    ledger = company()
    ledger.record(builders.common_issued(effective_on="2026-06-01"))
    ledger.record(builders.common_issued(issued=500, effective_on="2026-06-15"))
    ledger.record(stock_split_effected())

    found = rollforward(ledger, OUTSTANDING, after="2026-06-01", through="2026-07-01", basis="2026-07-01")

    assert (found.opening, found.closing) == (exactly(Shares(2_000)), exactly(Shares(3_000)))
    assert [(line.kind, line.change.exact) for line in found.lines] == [("issued", Shares(1_000))]


@pytest.mark.parametrize(
    ("through", "closing"), [("2026-06-30", 1_000), ("2026-07-01", 2_000), ("2026-07-02", 2_000)]
)
def test_a_split_belongs_to_the_period_of_its_day(through: str, closing: int) -> None:
    ledger = company()
    ledger.record(builders.common_issued())
    ledger.record(stock_split_effected())

    found = rollforward(ledger, OUTSTANDING, after="2026-02-28", through=through)

    assert found.closing == exactly(Shares(closing))
    assert [line.kind for line in found.lines] == ["split"] * (closing == 2_000)


def one_for_ten(ledger: Ledger) -> EntryNumber:
    """Split the common stock, with the prices that the split changes, and return the entry of the split."""
    split = SplitStock(
        stock_class=StockClassId("common"),
        ratio=Ratio("1/10"),
        on=date(2026, 7, 1),
        phase=Phase.OPENING,
        fractions=FractionPolicy.DOWN,
        authorized=Authorized(10_000_000),
    )
    return ledger.record(*split.events(ledger)).entries[0].number


@pytest.mark.parametrize(
    ("figure", "opening", "split"),
    [
        (of_instrument("w-1", "purchasable"), 1_000, -900),
        (of_instrument("w-1", "purchasable", "fund"), 1_000, -900),
        (of_instrument("option-1", "awarded"), 48_000, -43_200),
        (of_plan("plan-2026"), 944_000, -849_600),
    ],
    ids=lambda value: value.label if isinstance(value, Figure) else "",
)
def test_a_split_divides_what_a_warrant_buys_an_award_is_for_and_a_plan_has_left(
    figure: Figure, opening: int, split: int
) -> None:
    """One for ten; 1,000,000 in the pool less 48,000, 5,000 and 3,000 granted are 944,000."""
    ledger = prepared()
    number = one_for_ten(ledger)

    found = rollforward(ledger, figure, after=BEFORE, through=AFTER)
    later = rollforward(ledger, figure, after=BEFORE, through=AFTER, basis=AFTER)

    assert (found.opening, found.closing) == (exactly(Shares(opening)), exactly(Shares(opening + split)))
    assert [(line.kind, line.change, line.entries) for line in found] == [
        ("split", exactly(Shares(split)), (number,))
    ]
    assert (later.opening, later.lines) == (later.closing, ())


@pytest.mark.parametrize("figure", [OWED, DECLARED, RESTRICTED], ids=lambda figure: figure.label)
def test_a_split_leaves_money_as_it_is(figure: Figure) -> None:
    ledger = prepared()
    one_for_ten(ledger)

    found = rollforward(ledger, figure, after=BEFORE, through=AFTER, basis=AFTER)

    assert (found.opening, found.lines) == (found.closing, ())


# --- what a figure of an instrument, a plan, a dividend or an account is of --------------------------------------


def test_a_holder_who_never_had_an_instrument_is_owed_nothing_of_it() -> None:
    found = rollforward(prepared(), of_instrument("n-1", "owed", "ada"), after=BEFORE, through=AFTER)

    assert (found.opening, found.lines, found.closing) == (exactly(Money(0, "USD")), (), exactly(Money(0, "USD")))


def test_holders_merged_into_one_count_as_one() -> None:
    ledger = prepared()
    ledger.record(builders.warrant_transferred(effective_on=ACTED))
    figure = of_instrument("w-1", "purchasable", "fund", frozenset({HolderId("bob")}))

    found = rollforward(ledger, figure, after=BEFORE, through=AFTER)

    assert (found.opening, found.lines) == (exactly(Shares(1_000)), ())


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (of_instrument("n-9", "owed"), "no note or SAFE 'n-9' is recorded. Did you mean n-1?"),
        (of_instrument("n-1", "purchasable"), "no warrant 'n-1' is recorded"),
        (of_instrument("stock-1", "awarded"), "no option or unit 'stock-1' is recorded"),
        (of_plan("plan-2025"), "no plan 'plan-2025' is recorded. Did you mean plan-2026?"),
        (of_dividend("2026-q2"), "no dividend '2026-q2' is recorded. Did you mean 2026-q1?"),
        (of_control_account("proceeds"), "no control account 'proceeds' is recorded"),
        (of_plan("plan-2026", "series-a"), "no unit of plan-2026 'series-a' is recorded"),
    ],
    ids=lambda value: value.label if isinstance(value, Figure) else "",
)
def test_what_is_not_recorded_has_no_figure_of_zero(figure: Figure, said: str) -> None:
    with pytest.raises(UnknownName) as refused:
        rollforward(prepared(), figure, after=BEFORE, through=AFTER)
    assert str(refused.value).startswith(said)


def test_a_figure_that_an_instrument_cannot_have_is_answered_with_those_that_it_can() -> None:
    with pytest.raises(NotUnderstood, match="one of owed, purchasable, awarded"):
        of_instrument("n-1", "outstanding")


def test_a_plan_for_two_classes_and_an_account_in_two_currencies_are_asked_for_one() -> None:
    ledger = prepared()
    ledger.record(
        builders.plan_pool_changed(stock_class="series-a", added=70, effective_on=ACTED),
        builders.proceeds_restricted(restricted="9 EUR", effective_on=ACTED),
    )
    asked = {
        of_plan("plan-2026"): "plan-2026 pooled common",
        of_control_account("use-of-proceeds"): "use-of-proceeds restricted USD",
    }
    for figure, say in asked.items():
        with pytest.raises(NotUnderstood, match=f"say which one: {say}"):
            rollforward(ledger, figure, after=BEFORE, through=AFTER)

    one = rollforward(ledger, of_plan("plan-2026", "series-a"), after=BEFORE, through=AFTER)
    two = rollforward(ledger, of_control_account("use-of-proceeds", "EUR"), after=BEFORE, through=AFTER)
    assert (one.label, one.closing) == ("plan-2026 pooled series-a", exactly(Shares(70)))
    assert (two.label, two.closing) == ("use-of-proceeds restricted EUR", exactly(Money(9, "EUR")))


def test_what_is_recorded_of_an_instrument_is_all_of_it_and_of_a_dividend_where_the_register_is_complete() -> None:
    ledger = prepared()
    ledger.record(
        *(
            builders.register_scope_declared(stock_class=each, scope="partial", effective_on=BEFORE)
            for each in ("common", "series-a")
        )
    )
    complete = {
        figure.label: rollforward(ledger, figure, after=BEFORE, through=AFTER).is_complete
        for figure in (OWED, PURCHASABLE, AWARDED, RESTRICTED, POOLED, DECLARED)
    }
    assert complete == {
        "n-1 owed": True,
        "w-1 purchasable": True,
        "option-1 awarded": True,
        "use-of-proceeds restricted": True,
        "plan-2026 pooled": False,
        "2026-q1 declared": False,
    }


# --- open days, entries and knowledge ----------------------------------------------------------------------------


def test_where_days_are_open_every_part_is_between_bounds() -> None:
    """1,000 for certain; 250 between 10 and 20 June, 40 sold back between 15 June and 5 July."""
    ledger = company()
    ledger.record(builders.common_issued(effective_on="2026-06-05"))
    ledger.record(builders.common_issued(issued=250, effective_on="2026-06-10/2026-06-20"))
    ledger.record(builders.shares_repurchased(repurchased=40, effective_on="2026-06-15/2026-07-05"))

    found = rollforward(ledger, OUTSTANDING, after="2026-06-12", through="2026-06-30")

    assert found.opening == Bounds(Shares(1_000), Shares(1_250))
    assert {line.kind: line.change for line in found.lines} == {
        "issued": Bounds(Shares(0), Shares(250)),
        "repurchased to treasury": Bounds(Shares(-40), Shares(0)),
    }
    assert found.closing == Bounds(Shares(1_210), Shares(1_250))


def test_a_line_names_every_entry_behind_it_and_a_voided_one_is_gone() -> None:
    ledger = prepared()
    one, two, three = (
        ledger.record(builders.common_issued(issued=issued, effective_on=ACTED)).entries[0].number
        for issued in (1, 2, 3)
    )
    ledger.record(entry_voided(two))

    now = rollforward(ledger, OUTSTANDING, after=BEFORE, through=AFTER)
    before = rollforward(ledger, OUTSTANDING, after=BEFORE, through=AFTER, known_at=int(three))

    assert [(line.entries, line.change.exact) for line in now.lines] == [((one, three), Shares(4))]
    assert [(line.entries, line.change.exact) for line in before.lines] == [((one, two, three), Shares(6))]


def test_movements_between_certificates_of_one_holder_are_no_movement_of_the_holder() -> None:
    ledger = company()
    ledger.record(builders.common_issued(security=SecurityId("CS-1")))
    ledger.record(
        builders.shares_transferred(security=SecurityId("CS-1"), received_as="CS-2", effective_on="2026-03-01"),
        builders.shares_transferred(
            from_holder="bob", to_holder="ada", security=SecurityId("CS-2"), effective_on="2026-03-02"
        ),
    )
    found = rollforward(ledger, ADA, after="2026-02-28", through="2026-03-31")

    assert {line.kind: line.change.exact for line in found.lines} == {
        "transferred out": Shares(-100),
        "transferred in": Shares(100),
    }
    assert found.opening == found.closing


def test_the_later_day_first_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="before"):
        rollforward(prepared(), OUTSTANDING, after="2026-06-02", through="2026-06-01")


def test_a_level_is_set_and_not_rolled_forward() -> None:
    with pytest.raises(NotUnderstood, match="set and not moved"):
        rollforward(prepared(), of_class("common", "authorized"), after=BEFORE, through=AFTER)


def test_a_figure_of_an_agreement_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownName, match="nobody"):
        rollforward(company(), of_agreement("nobody", "undrawn"), after="2026-01-01", through="2026-12-31")


# --- order -------------------------------------------------------------------------------------------------------


@SOME
@given(histories(most=14), as_of_days)
def test_lines_come_in_the_order_in_which_they_first_came(events: list[Event], after: date) -> None:
    ledger = recorded(events)
    places = {int(each.entry.number): place_in_history(each) for each in ledger.standing()}
    for figure in every_figure():
        lines = rollforward(ledger, figure, after=after, through="2026-02-28").lines
        first = [places[line.entries[0]] for line in lines]
        assert first == sorted(first)


def test_a_split_stands_before_what_came_after_it() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=1_005),
        stock_split_effected(ratio="1/10"),
        common_issued(holder="bob", issued=7, effective_on="2026-07-02"),
        shares_cancelled(holder="bob", cancelled=7, effective_on="2026-07-03"),
    )

    lines = rollforward(ledger, of_class("common", "outstanding"), after="2026-06-30", through="2026-07-31").lines
    assert [line.kind for line in lines] == ["split", "rounding", "issued", "cancelled"]
