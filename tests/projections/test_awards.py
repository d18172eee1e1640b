"""The award ledger: what was granted, what has vested, what became of it, and what a plan has left to grant."""

from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.days import Phase, on
from ledger.errors import PoolExceeded, UnknownName
from ledger.events import EVENTS, AdjustmentCause, Event, Fact, SharesAdded
from ledger.identity import Count, HolderId, InstrumentId, PlanId, VestingConditionId
from ledger.journal import Ledger
from ledger.movements import Awarded, InstrumentKind, Pooled, Posting
from ledger.quantities import FractionPolicy, Price, Ratio, Shares
from ledger.terms.awards import AwardKind
from ledger.terms.schedule import TakenFrom
from ledger.terms.vesting import Acceleration, ConditionRole, VestingTerms, VestingTranche
from projections import AwardLine, awards, cap_table, control_book, difference, findings, of_class, rollforward
from projections.bounds import Bounds, exactly
from projections.cap_table import shares_between
from projections.figures import Figure
from projections.replay import replay
from tests import builders
from tests.builders import (
    award_forfeited,
    award_granted,
    award_terms,
    award_terms_amended,
    award_transferred,
    company,
    election_filed,
    instrument_adjusted,
    option_exercised,
    plan_adopted,
    plan_pool_changed,
    stock_split_effected,
    units_released,
    unvested_shares_repurchased,
    vesting_accelerated,
    vesting_condition_met,
    vesting_terms,
)

PLAN = PlanId("plan-2026")
LISTING = VestingConditionId("listing")


def with_awards(*more: Event) -> Ledger:
    """Return the company with a plan of 1,000,000 and bob's option on 48,000, and what is recorded besides."""
    ledger = company()
    ledger.record(plan_adopted(), award_granted(), *more)
    return ledger


def line(ledger: Ledger, as_of: str, award: str = "option-1") -> AwardLine:
    return awards(ledger, as_of=as_of)[award]


def figures(found: AwardLine, *names: str) -> list[str]:
    return [str(getattr(found, name)) for name in names]


def units(**changes: Any) -> Event:
    """Return the grant of 1,200 units that vest in four quarters."""
    tranche = VestingTranche(instalments=Count(4), every=Count(3))
    vesting = vesting_terms(tranches=(tranche,))
    terms = award_terms(award_kind=AwardKind.RESTRICTED_STOCK_UNIT, vesting=vesting)
    return award_granted(**{"award": "units-1", "granted": 1_200, "terms": terms, **changes})


def restricted(**changes: Any) -> Event:
    """Return the grant of 3,000 restricted shares that vest in three years."""
    tranche = VestingTranche(instalments=Count(3), every=Count(12))
    terms = award_terms(award_kind=AwardKind.RESTRICTED_STOCK, vesting=vesting_terms(tranches=(tranche,)))
    return award_granted(**{"award": "stock-1", "granted": 3_000, "terms": terms, **changes})


# --- vesting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "vested", "exercisable"),
    [
        ("2026-02-02", "0", "0"),
        ("2026-12-31", "0", "0"),
        ("2027-01-01", "12,000", "12,000"),
        ("2027-02-01", "13,000", "13,000"),
        ("2030-01-01", "48,000", "48,000"),
        ("2036-01-31", "48,000", "48,000"),
        ("2036-02-01", "48,000", "0"),
    ],
)
def test_an_option_vests_by_itself_and_can_be_exercised_until_its_last_day(
    as_of: str, vested: str, exercisable: str
) -> None:
    found = line(with_awards(), as_of)
    assert figures(found, "granted", "vested", "exercisable") == ["48,000", vested, exercisable]
    assert found.outstanding == exactly(Shares(48_000))


def test_before_the_grant_there_is_no_award() -> None:
    ledger = awards(with_awards(), as_of="2026-02-01")
    assert len(ledger) == 0
    with pytest.raises(UnknownName):
        ledger["option-1"]


def test_an_award_without_vesting_terms_is_vested_from_its_grant_on() -> None:
    ledger = company()
    ledger.record(plan_adopted(), award_granted(terms=award_terms(vesting=None)))
    assert figures(line(ledger, "2026-02-02"), "vested", "unvested", "exercisable") == ["48,000", "0", "48,000"]


def test_what_waits_for_a_listing_vests_when_every_award_is_told_of_it() -> None:
    tranche = VestingTranche(condition=LISTING)
    ledger = company()
    terms = award_terms(vesting=vesting_terms(tranches=(tranche,)))
    ledger.record(plan_adopted(), *(award_granted(award=name, terms=terms) for name in ("one", "two")))
    ledger.record(vesting_condition_met(effective_on="2026-05-01"))
    assert [str(line(ledger, "2026-04-30", name).vested) for name in ("one", "two")] == ["0", "0"]
    assert [str(line(ledger, "2026-05-01", name).vested) for name in ("one", "two")] == ["48,000", "48,000"]


def test_a_condition_may_be_met_for_one_award_alone() -> None:
    tranche = VestingTranche(condition=LISTING)
    ledger = company()
    terms = award_terms(vesting=vesting_terms(tranches=(tranche,)))
    ledger.record(plan_adopted(), *(award_granted(award=name, terms=terms) for name in ("one", "two")))
    ledger.record(vesting_condition_met(award=InstrumentId("one"), effective_on="2026-05-01"))
    assert [str(line(ledger, "2026-05-01", name).vested) for name in ("one", "two")] == ["48,000", "0"]


def test_a_promised_acceleration_needs_the_condition_and_no_event_of_its_own() -> None:
    promise = Acceleration(when=VestingConditionId("sale"), portion=Ratio("1/2"), taken_from=TakenFrom.LAST)
    ledger = company()
    terms = award_terms(vesting=vesting_terms(accelerations=(promise,)))
    ledger.record(plan_adopted(), award_granted(terms=terms))
    ledger.record(vesting_condition_met(condition="sale", effective_on="2028-01-01"))
    assert str(line(ledger, "2027-12-31").vested) == "23,000"
    assert str(line(ledger, "2028-01-01").vested) == "36,000"
    assert str(line(ledger, "2029-01-01").vested) == "48,000"


def test_what_is_forfeited_before_a_sale_does_not_vest_on_it() -> None:
    promise = Acceleration(when=VestingConditionId("sale"), portion=Ratio("1/2"), taken_from=TakenFrom.NEXT)
    ledger = company()
    terms = award_terms(vesting=vesting_terms(accelerations=(promise,)))
    ledger.record(plan_adopted(), award_granted(terms=terms))
    ledger.record(award_forfeited(unvested=16_000, effective_on="2027-12-31"))
    ledger.record(vesting_condition_met(condition="sale", effective_on="2028-01-01"))
    found = line(ledger, "2028-01-01")
    assert figures(found, "vested", "unvested", "forfeited") == [
        "28,000",
        "4,000",
        "16,000",
    ]  # 24,000 + half of 8,000


def test_the_board_may_let_shares_vest_sooner() -> None:
    ledger = with_awards(vesting_accelerated(accelerated=6_000, effective_on="2027-01-01"))
    assert str(line(ledger, "2027-01-01").vested) == "18,000"
    assert str(line(ledger, "2027-07-01").vested) == "18,000"
    assert str(line(ledger, "2027-08-01").vested) == "19,000"


def test_new_terms_take_nothing_away_that_had_vested() -> None:
    slower = vesting_terms(tranches=(VestingTranche(instalments=Count(8), every=Count(12)),))
    ledger = with_awards(award_terms_amended(terms=award_terms(vesting=slower), effective_on="2028-01-01"))
    assert str(line(ledger, "2028-01-01").vested) == "24,000"
    assert str(line(ledger, "2029-12-31").vested) == "24,000"
    assert str(line(ledger, "2031-01-01").vested) == "30,000"
    assert str(line(ledger, "2034-01-01").vested) == "48,000"


def test_a_later_last_day_changes_nothing_but_the_day() -> None:
    ledger = with_awards(
        vesting_accelerated(effective_on="2027-01-01"),
        award_terms_amended(terms=award_terms(expires_on="2040-01-31"), effective_on="2027-06-01"),
    )
    assert figures(line(ledger, "2036-02-01"), "vested", "exercisable") == ["48,000", "48,000"]
    assert str(line(ledger, "2027-06-01").vested) == "18,000"
    assert line(ledger, "2027-06-01").expires_on == date(2040, 1, 31)


# --- exercise, release, end ---------------------------------------------------------------------------------------


def test_an_exercise_leaves_the_rest_of_what_has_vested() -> None:
    ledger = with_awards(option_exercised(exercised=5_000, effective_on="2027-02-01"))
    found = line(ledger, "2027-02-01")
    assert figures(found, "exercised", "outstanding", "vested", "unvested", "exercisable") == [
        "5,000",
        "43,000",
        "13,000",
        "35,000",
        "8,000",
    ]
    assert cap_table(ledger, as_of="2027-02-01").shares("bob", "common") == exactly(Shares(5_000))


def test_what_is_withheld_is_exercised_and_not_issued_and_may_return_to_the_pool() -> None:
    """The worked exercise of test_exercise: of 1,000 shares 500 pay the price, 150 the tax; 350 are left."""
    ledger = with_awards(
        option_exercised(exercised=1_000, for_price=500, for_tax=150, returned=650, plan=PLAN, value="2 USD")
    )
    table = cap_table(ledger, as_of="2027-02-01")
    assert table.shares("bob", "common") == exactly(Shares(350))
    assert str(line(ledger, "2027-02-01").exercised) == "1,000"
    (pool,) = awards(ledger, as_of="2027-02-01").pool("plan-2026")
    assert [str(each) for each in (pool.kept_back, pool.granted, pool.returned, pool.ungranted)] == [
        "1,000,000",
        "48,000",
        "650",
        "952,650",
    ]
    assert table.stock_class("common").reserved == exactly(Shares(952_650 + 47_000))


def test_units_are_released_less_the_shares_kept_for_tax() -> None:
    ledger = company()
    ledger.record(plan_adopted(), units())
    ledger.record(units_released(released=300, for_tax=120, effective_on="2026-04-01"))
    found = line(ledger, "2026-04-01", "units-1")
    assert figures(found, "vested", "released", "outstanding", "exercisable") == ["300", "300", "900", "0"]
    assert cap_table(ledger, as_of="2026-04-01").shares("bob", "common") == exactly(Shares(180))
    assert found.acquired_by(date(2026, 7, 1)) == exactly(Shares(300))


def test_a_right_that_is_paid_in_cash_brings_no_shares() -> None:
    ledger = company()
    terms = award_terms(award_kind=AwardKind.CASH_APPRECIATION_RIGHT)
    ledger.record(plan_adopted(), award_granted(terms=terms))
    ledger.record(option_exercised(exercised=1_000, paid_in_cash=1_000, paid_out="500 USD"))
    assert cap_table(ledger, as_of="2027-02-01").shares("bob", "common") == exactly(Shares(0))
    assert line(ledger, "2027-02-01").acquired_by(date(2027, 2, 1)) == exactly(Shares(0))


def test_whoever_leaves_forfeits_what_has_not_vested_and_lets_the_rest_expire() -> None:
    ledger = with_awards(
        award_forfeited(unvested=35_000, returned=35_000, plan=PLAN, effective_on="2027-02-01"),
        award_forfeited(vested=13_000, effective_on="2027-05-02"),
    )
    left = line(ledger, "2027-04-01")
    assert figures(left, "vested", "unvested", "outstanding", "exercisable") == ["13,000", "0", "13,000", "13,000"]
    gone = line(ledger, "2027-05-02")
    assert figures(gone, "forfeited", "expired", "outstanding", "exercisable") == ["35,000", "13,000", "0", "0"]
    assert gone.held_by == ()
    (pool,) = awards(ledger, as_of="2027-05-02").pool("plan-2026")
    assert str(pool.ungranted) == "987,000"


def test_what_was_exercised_before_it_vested_is_shown_and_not_refused() -> None:
    ledger = with_awards(option_exercised(exercised=13_001, effective_on="2027-02-01"))
    assert str(line(ledger, "2027-02-01").ahead) == "1"
    assert str(line(ledger, "2027-03-01").ahead) == "0"


def test_an_heir_exercises_what_the_holder_had() -> None:
    ledger = with_awards(
        award_transferred(effective_on="2027-01-15"), option_exercised(holder="ada", effective_on="2027-02-01")
    )
    found = line(ledger, "2027-02-01")
    assert (found.holder, found.held_by) == (HolderId("bob"), (HolderId("ada"),))
    assert awards(ledger, as_of="2027-02-01").of_holder("ada") == (found,)
    assert cap_table(ledger, as_of="2027-02-01").shares("ada", "common") == exactly(Shares(1_000))


def test_no_more_can_be_granted_than_the_pool_holds() -> None:
    ledger = company()
    ledger.record(plan_adopted(pooled=48_000), award_granted())
    with pytest.raises(PoolExceeded):
        ledger.record(award_granted(award="option-2", granted=1))
    ledger.record(plan_pool_changed(added=1), award_granted(award="option-2", granted=1))


def test_a_grant_outside_a_plan_draws_on_no_pool() -> None:
    ledger = with_awards(award_granted(award="inducement", plan=None, granted=10_000))
    (pool,) = awards(ledger, as_of="2026-12-31").pool("plan-2026")
    assert [str(each) for each in (pool.granted, pool.awarded)] == ["48,000", "48,000"]


# --- repricing and splits -----------------------------------------------------------------------------------------


def test_a_repricing_changes_the_price_and_nothing_else() -> None:
    repriced = instrument_adjusted(
        instrument="option-1",
        instrument_kind=InstrumentKind.OPTION,
        cause=AdjustmentCause.REPRICING,
        price="0.4 USD",
        added=(),
        effective_on="2026-06-01",
    )
    ledger = with_awards(repriced)
    assert [str(line(ledger, day).price) for day in ("2026-05-31", "2026-06-01")] == ["1 USD", "0.4 USD"]
    assert str(line(ledger, "2027-01-01").vested) == "12,000"


def test_shares_added_to_an_award_vest_as_the_others_do() -> None:
    added = instrument_adjusted(
        instrument="option-1",
        instrument_kind=InstrumentKind.OPTION,
        cause=AdjustmentCause.AMENDMENT,
        price=None,
        floor=None,
        added=(SharesAdded(holder=HolderId("bob"), added=Shares(4_800)),),
        effective_on="2026-06-01",
    )
    found = line(with_awards(added), "2027-01-01")
    assert figures(found, "granted", "vested", "outstanding") == ["52,800", "13,200", "52,800"]


def split_by(ratio: str, *restated: Any, **changes: Any) -> tuple[Event, ...]:
    """Return a split of the common stock with the price of bob's option restated."""
    after = Price(1 / Ratio(ratio).value, "USD")
    return (
        stock_split_effected(ratio=ratio, **changes),
        instrument_adjusted(
            instrument="option-1",
            instrument_kind=InstrumentKind.OPTION,
            cause=AdjustmentCause.SPLIT,
            price=after,
            added=(),
            effective_on=builders.SPLIT,
            **{"phase": changes.get("phase", Phase.OPENING), **(restated[0] if restated else {})},
        ),
    )


def test_a_split_doubles_every_figure_and_keeps_the_days() -> None:
    ledger = with_awards()
    ledger.record(*split_by("2"))
    found = line(ledger, "2027-01-01")
    assert figures(found, "granted", "vested", "outstanding", "price") == ["96,000", "24,000", "96,000", "0.5 USD"]
    (pool,) = awards(ledger, as_of="2027-01-01").pool("plan-2026")
    assert str(pool.kept_back) == "2,000,000"


def test_a_reverse_split_leaves_a_line_that_adds_up() -> None:
    ledger = with_awards(award_forfeited(unvested=5, effective_on="2026-03-01"))
    ledger.record(*split_by("1/7", fractions=FractionPolicy.DOWN))
    found = line(ledger, "2027-03-01")
    assert found.outstanding == exactly(Shares(47_995 // 7))
    assert adds_up(found)
    assert figures(found, "vested", "unvested") == ["1,999", "4,857"]  # 6,856 × 14,000 ÷ 47,995 = 1,999.9


def adds_up(found: AwardLine) -> bool:
    """Whether every reading of an award adds up."""
    return all(
        each.granted == each.outstanding + each.exercised + each.released + each.forfeited + each.expired
        for each in found.readings
    )


# --- restricted stock and early exercise --------------------------------------------------------------------------


def test_restricted_stock_is_outstanding_at_once_and_vests_in_the_hands_of_its_holder() -> None:
    ledger = company()
    ledger.record(plan_adopted(), restricted())
    found = line(ledger, "2027-01-01", "stock-1")
    assert figures(found, "granted", "vested", "outstanding", "unvested_shares") == ["3,000", "1,000", "0", "2,000"]
    table = cap_table(ledger, as_of="2027-01-01")
    assert table.shares("bob", "common") == exactly(Shares(3_000))
    assert table.stock_class("common").reserved == exactly(Shares(997_000))


def test_unvested_stock_is_taken_back_and_may_return_to_the_pool() -> None:
    ledger = company()
    ledger.record(plan_adopted(), restricted())
    ledger.record(
        unvested_shares_repurchased(
            award="stock-1", repurchased=2_000, returned=2_000, plan=PLAN, effective_on="2027-01-01"
        )
    )
    found = line(ledger, "2029-01-01", "stock-1")
    assert figures(found, "vested", "repurchased", "unvested_shares") == ["1,000", "2,000", "0"]
    table = cap_table(ledger, as_of="2027-01-01").stock_class("common")
    assert (table.outstanding, table.reserved) == (exactly(Shares(1_000)), exactly(Shares(999_000)))


def test_unvested_stock_may_be_kept_in_the_treasury() -> None:
    ledger = company()
    ledger.record(plan_adopted(), restricted())
    ledger.record(unvested_shares_repurchased(award="stock-1", into_treasury=True, effective_on="2026-06-01"))
    assert cap_table(ledger, as_of="2026-06-01").stock_class("common").treasury == exactly(Shares(1_000))


@pytest.mark.parametrize(
    ("taken_from", "unvested_shares", "unvested"),
    [(TakenFrom.NEXT, "0", "36,000"), (TakenFrom.RATABLY, "9,000", "27,000"), (TakenFrom.LAST, "12,000", "24,000")],
)
def test_shares_bought_early_vest_first_last_or_side_by_side_with_the_option(
    taken_from: TakenFrom, unvested_shares: str, unvested: str
) -> None:
    """A quarter of an option of 48,000 is bought before anything has vested; a year later 12,000 have vested."""
    ledger = company()
    ledger.record(plan_adopted(), award_granted(terms=award_terms(early_exercise=taken_from)))
    assert str(line(ledger, "2026-02-02").exercisable) == "48,000"
    ledger.record(option_exercised(exercised=12_000, unvested=12_000, effective_on="2026-02-03"))
    found = line(ledger, "2027-01-01")
    assert figures(found, "vested", "unvested_shares", "unvested") == ["12,000", unvested_shares, unvested]
    assert str(found.ahead) == "0"


def test_an_election_is_shown_with_its_last_day() -> None:
    ledger = with_awards(election_filed(effective_on="2026-03-04"), election_filed(effective_on="2026-03-05"))
    in_time, late = line(ledger, "2026-12-31").elections
    assert in_time.due_on == date(2026, 3, 4)
    assert (in_time.is_late, late.is_late) == (False, True)


# --- open days ----------------------------------------------------------------------------------------------------


def test_an_exercise_on_an_open_day_leaves_a_range() -> None:
    ledger = with_awards(option_exercised(exercised=5_000, effective_on="2027-02-01/2027-03-31"))
    found = line(ledger, "2027-02-15")
    assert figures(found, "exercised", "outstanding", "exercisable", "vested") == [
        "0 to 5,000",
        "43,000 to 48,000",
        "8,000 to 13,000",
        "13,000",
    ]
    assert str(line(ledger, "2027-03-31").exercised) == "5,000"


def test_a_grant_and_a_listing_on_open_days_leave_a_range() -> None:
    ledger = company()
    terms = award_terms(vesting=vesting_terms(tranches=(VestingTranche(condition=LISTING),)))
    ledger.record(plan_adopted(), award_granted(terms=terms, effective_on="2026-02-02/2026-03-31"))
    ledger.record(vesting_condition_met(effective_on="2026-04-15/2026-05-15"))
    assert figures(line(ledger, "2026-02-10"), "granted", "vested") == ["0 to 48,000", "0"]
    assert figures(line(ledger, "2026-05-01"), "granted", "vested") == ["48,000", "0 to 48,000"]
    (pool,) = awards(ledger, as_of="2026-02-10").pools
    assert str(pool.ungranted) == "952,000 to 1,000,000"


def test_time_that_counts_from_an_open_day_vests_between_its_first_and_its_last() -> None:
    tranche = VestingTranche(
        instalments=Count(12), every=Count(1), condition=LISTING, role=ConditionRole.STARTS, portion=Ratio(1)
    )
    ledger = company()
    terms = award_terms(vesting=VestingTerms(tranches=(tranche,)))
    ledger.record(plan_adopted(), award_granted(terms=terms))
    ledger.record(vesting_condition_met(effective_on="2026-04-15/2026-06-15"))
    assert str(line(ledger, "2026-07-20").vested) == "4,000 to 12,000"


# --- laws ---------------------------------------------------------------------------------------------------------

acts = st.lists(
    st.tuples(
        st.sampled_from(["exercise", "early", "net", "forfeit", "expire", "accelerate", "split", "reverse"]),
        st.integers(1, 20_000),
    ),
    max_size=6,
)


def act(kind: str, shares: int, on: str) -> list[Fact]:
    common: dict[str, Any] = {"effective_on": on}
    match kind:
        case "exercise":
            return [option_exercised(exercised=shares, **common)]
        case "early":
            return [option_exercised(exercised=shares, unvested=shares, **common)]
        case "net":
            half = shares // 2 or None
            return [option_exercised(exercised=shares, for_price=half, returned=half, plan=half and PLAN, **common)]
        case "forfeit":
            return [award_forfeited(unvested=shares, returned=shares, plan=PLAN, **common)]
        case "expire":
            return [award_forfeited(vested=shares, **common)]
        case "accelerate":
            return [vesting_accelerated(accelerated=shares, **common)]
        case _:
            ratio = "3" if kind == "split" else "1/7"
            return [
                stock_split_effected(ratio=ratio, effective_on=on),
                instrument_adjusted(
                    instrument="option-1",
                    instrument_kind=InstrumentKind.OPTION,
                    cause=AdjustmentCause.SPLIT,
                    price="1 USD",
                    added=(),
                    effective_on=on,
                    phase=Phase.OPENING,
                ),
            ]


def kept_on(books: Ledger, account: type, as_of: date) -> Bounds[Shares]:
    """Return what the accounts of a kind hold, as the postings have it."""
    balances = replay(books.history(as_of))
    sums = balances.grouped(lambda unit, each: True if type(each) is account else None)
    return shares_between(sums.get(True, (0, 0)), Ratio(1).value)


@given(acts=acts, as_of=st.dates(date(2026, 2, 2), date(2031, 1, 1)))
def test_the_award_ledger_agrees_with_the_accounts_and_adds_up(acts: list[tuple[str, int]], as_of: date) -> None:
    books = with_awards()
    for number, (kind, shares) in enumerate(acts):
        events = act(kind, shares, f"{2027 + number // 4}-{3 * (number % 4) + 1:02d}-01")
        books.record(*events, as_stated=True)
    found = awards(books, as_of=as_of)
    assert adds_up(found["option-1"])
    assert found["option-1"].outstanding == kept_on(books, Awarded, as_of)
    assert found.pools[0].ungranted == kept_on(books, Pooled, as_of)
    (reading,) = found["option-1"].readings
    assert reading.vested + reading.schedule.unvested(as_of) + reading.unvested_shares == (
        reading.schedule.shares + reading.issued.shares
    )


def test_every_fact_about_an_award_is_read_by_the_award_ledger() -> None:
    """A new kind of fact that moves shares of an award would make the ledger of awards differ from the accounts."""
    about = {
        kind
        for kind in EVENTS
        if any(
            isinstance(movement, Posting) and isinstance(movement.account, Awarded | Pooled)
            for movement in getattr(builders.builder_of(kind)(), "movements", tuple)()
        )
    }
    assert {kind.__name__ for kind in about} == {
        "PlanAdopted",
        "PlanPoolChanged",
        "AwardGranted",
        "OptionExercised",
        "UnitsReleased",
        "AwardForfeited",
        "AwardTransferred",
    }


# --- other answers ------------------------------------------------------------------------------------------------


def test_the_cap_table_says_what_plans_and_awards_keep_back() -> None:
    ledger = with_awards(builders.shares_reserved(reserve="plan-2026"))  # a reserve may bear the name of a plan
    common = cap_table(ledger, as_of="2026-12-31").stock_class("common")
    assert [(each.reserve, each.purpose, str(each.shares)) for each in common.reserves] == [
        ("plan-2026", "Equity incentive plan", "500,000"),
        (PLAN, "2026 Equity Incentive Plan, not granted", "952,000"),
        (None, "awards outstanding", "48,000"),
    ]
    assert common.reserved == exactly(Shares(1_500_000))


def test_a_grant_leaves_what_is_kept_back_as_it_was() -> None:
    ledger = company()
    ledger.record(plan_adopted())
    before = cap_table(ledger, as_of="2026-12-31").stock_class("common").available
    ledger.record(award_granted())
    assert cap_table(ledger, as_of="2026-12-31").stock_class("common").available == before


def test_the_pool_and_what_is_awarded_roll_forward() -> None:
    ledger = with_awards(
        plan_pool_changed(effective_on="2026-06-01"),
        award_forfeited(unvested=1_000, returned=1_000, plan=PLAN, effective_on="2026-07-01"),
        option_exercised(exercised=5_000, effective_on="2027-02-01"),
    )
    period = {"after": "2026-01-31", "through": "2027-02-01"}
    pool = rollforward(ledger, of_class("common", "pooled"), **period)
    assert [(each.kind, str(each.change)) for each in pool] == [
        ("granted", "-48,000"),
        ("reserved", "500,000"),
        ("returned to the pool", "1,000"),
    ]
    assert (str(pool.opening), str(pool.closing)) == ("1,000,000", "1,453,000")
    awarded = rollforward(ledger, of_class("common", "awarded"), **period)
    assert [(each.kind, str(each.change)) for each in awarded] == [
        ("granted", "48,000"),
        ("forfeited", "-1,000"),
        ("exercised", "-5,000"),
    ]


OUTSTANDING, POOLED, AWARDED = (of_class("common", name) for name in ("outstanding", "pooled", "awarded"))
GIVEN_BACK = {"returned": 100, "plan": PLAN}


@pytest.mark.parametrize(
    ("event", "figure", "lines"),
    [
        (plan_adopted(plan="two"), POOLED, {"reserved": 1_000_000}),
        (plan_pool_changed(added=7), POOLED, {"reserved": 7}),
        (plan_pool_changed(removed=7), POOLED, {"released or drawn": -7}),
        (award_granted(award="new", granted=7), POOLED, {"granted": -7}),
        (award_granted(award="new", granted=7), AWARDED, {"granted": 7}),
        (award_granted(award="new", granted=7, plan=None), AWARDED, {"reserved": 7}),
        (restricted(award="new"), OUTSTANDING, {"issued": 3_000}),
        (restricted(award="new"), POOLED, {"released or drawn": -3_000}),
        (option_exercised(for_tax=100, **GIVEN_BACK), OUTSTANDING, {"issued on exercise": 900}),
        (option_exercised(for_tax=100, **GIVEN_BACK), AWARDED, {"exercised": -1_000}),
        (option_exercised(for_tax=100, **GIVEN_BACK), POOLED, {"returned to the pool": 100}),
        (units_released(released=300, for_tax=100), OUTSTANDING, {"issued on exercise": 200}),
        (units_released(released=300, for_tax=100), AWARDED, {"released": -300}),
        (award_forfeited(unvested=200, vested=50, **GIVEN_BACK), AWARDED, {"forfeited": -200, "expired": -50}),
        (award_forfeited(unvested=200, vested=50, **GIVEN_BACK), POOLED, {"returned to the pool": 100}),
        (award_transferred(transferred=7), AWARDED, {}),
        (unvested_shares_repurchased(award="stock-1", **GIVEN_BACK), OUTSTANDING, {"retired": -1_000}),
        (unvested_shares_repurchased(award="stock-1", **GIVEN_BACK), POOLED, {"returned to the pool": 100}),
        (
            unvested_shares_repurchased(award="stock-1", into_treasury=True),
            OUTSTANDING,
            {"repurchased to treasury": -1_000},
        ),
    ],
)
def test_each_kind_of_movement_has_its_name(event: Fact, figure: Figure, lines: dict[str, int]) -> None:
    ledger = with_awards(units(), restricted())
    ledger.record(attrs.evolve(event, effective_on=on("2027-06-01")))
    found = rollforward(ledger, figure, after="2027-05-31", through="2027-06-01")
    assert {line.kind: line.change for line in found} == {
        kind: exactly(Shares(change)) for kind, change in lines.items()
    }


def test_the_control_book_tells_of_grants_and_exercises() -> None:
    ledger = with_awards(
        option_exercised(exercised=5_000, effective_on="2027-02-01"),
        award_forfeited(unvested=35_000, returned=35_000, plan=PLAN, effective_on="2027-02-01"),
        award_forfeited(vested=8_000, effective_on="2027-05-01"),
    )
    (book,) = [each for each in control_book(ledger, as_of="2027-12-31").accounts if each.stock_class == "common"]
    assert [(each.kind, str(each.shares), each.reserve) for each in book.lines[1:]] == [
        ("reserved", "1000000", PLAN),
        ("granted", "48000", PLAN),
        ("issued on exercise", "5000", None),
        ("forfeited, returned to the pool", "35000", PLAN),
        ("expired", "8000", None),
    ]


def test_an_exported_register_keeps_back_what_plans_and_awards_do() -> None:
    from ledger.exchange.register import excerpt

    rows = excerpt.as_of(with_awards(), "2026-12-31")
    assert [(str(row["reserve"]), str(row["reserved"])) for row in rows.rows["reserves"]] == [
        ("pool-plan-2026", "952000"),
        ("awards", "48000"),
    ]
    assert any("option-1" in each for each in rows.lost)


def test_a_difference_names_the_pool_and_the_awards_apart() -> None:
    ledger = with_awards()
    named = {(each.of, each.figure) for each in difference(ledger, after="2026-01-31", through="2026-12-31")}
    assert (("common", "pool of plan-2026"), "reserved") in named
    assert (("common", "awards"), "reserved") in named


@pytest.mark.parametrize(("exercised", "ahead"), [(12_999, None), (13_000, None), (13_001, "1")])
def test_an_exercise_of_more_than_has_vested_is_a_finding(exercised: int, ahead: str | None) -> None:
    ledger = with_awards(option_exercised(exercised=exercised, effective_on="2027-02-01"))
    found = [(each.code, str(each.amount), int(each.entry)) for each in findings(ledger)]
    assert found == ([] if ahead is None else [("E_OFF_TERMS", ahead, 9)])


def test_what_vests_later_does_not_mend_what_was_exercised_too_early() -> None:
    ledger = with_awards(
        option_exercised(exercised=13_001, effective_on="2027-02-01"),
        option_exercised(exercised=100, effective_on="2028-02-01"),
        award_forfeited(vested=1, effective_on="2028-02-01"),
    )
    assert [int(each.entry) for each in findings(ledger)] == [9]
