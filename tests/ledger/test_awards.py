"""Facts about awards that contradict themselves or the record, and what awards yield on a day by their terms."""

from typing import Any

import attrs
import pytest

from ledger.commands import EndAward, ExerciseOption, ReleaseUnits, RepurchaseUnvested
from ledger.days import on
from ledger.errors import NotExercisable, NotUnderstood, RuleBroken, TermsIncomplete, UnknownName
from ledger.events import (
    AwardForfeited,
    EndCause,
    Event,
    OptionExercised,
    UnitsReleased,
    UnvestedSharesRepurchased,
)
from ledger.identity import Count, HolderId, InstrumentId, PlanId, VestingConditionId
from ledger.journal import Ledger
from ledger.movements import Held, Posting, Setting
from ledger.quantities import Money, Price, Shares
from ledger.terms.awards import AwardKind
from ledger.terms.schedule import TakenFrom
from ledger.terms.vesting import VestingTranche
from tests.builders import (
    award_forfeited,
    award_granted,
    award_terms,
    award_transferred,
    company,
    election_filed,
    option_exercised,
    plan_adopted,
    plan_pool_changed,
    units_released,
    unvested_shares_repurchased,
    vesting_condition_met,
    vesting_terms,
)

OPTION = InstrumentId("option-1")
PLAN = PlanId("plan-2026")


def usd(amount: int | str) -> Price:
    return Price(amount, "USD")


def granted(**terms: Any) -> Ledger:
    """Return the company with an award of 48,000 to bob under the plan, a quarter of it vested in January 2027."""
    ledger = company()
    ledger.record(plan_adopted(), award_granted(terms=award_terms(**terms)))
    return ledger


def units() -> Ledger:
    quarterly = vesting_terms(tranches=(VestingTranche(instalments=Count(4), every=Count(3)),))
    return granted(award_kind=AwardKind.RESTRICTED_STOCK_UNIT, vesting=quarterly)


def exercise(ledger: Ledger, shares: int, day: str = "2027-02-01", **more: Any) -> OptionExercised:
    (event,) = ExerciseOption(award=OPTION, exercised=Shares(shares), on=on(day), **more).events(ledger)
    assert isinstance(event, OptionExercised)
    ledger.record(event)
    return event


def refused(ledger: Ledger, command: Any) -> str:
    with pytest.raises((RuleBroken, NotUnderstood)) as caught:
        command.events(ledger)
    return str(caught.value)


# --- facts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: plan_pool_changed(added=1, removed=1), "grows nor falls"),
        (lambda: plan_pool_changed(added=None), "grows nor falls"),
        (lambda: award_granted(price=None), "without a price"),
        (
            lambda: award_granted(terms=award_terms(award_kind=AwardKind.RESTRICTED_STOCK_UNIT), price="1 USD"),
            "no exer",
        ),
        (lambda: award_granted(security="CS-1"), "not issued with its grant"),
        (lambda: award_granted(legends=("Rule 144",)), "not issued with its grant"),
        (lambda: option_exercised(for_price=600, for_tax=401), "1001 are not issued"),
        (lambda: option_exercised(unvested=1_001), "of 1000 shares are unvested"),
        (lambda: option_exercised(for_tax=10, returned=11, plan=PLAN), "11 of 10 shares return"),
        (lambda: option_exercised(for_tax=10, returned=10), "go together"),
        (lambda: option_exercised(plan=PLAN), "go together"),
        (lambda: units_released(paid_in_cash=1_001), "1001 are not issued"),
        (lambda: award_forfeited(unvested=None), "nothing of option-1 ends"),
        (lambda: award_forfeited(unvested=5, vested=5, returned=11, plan=PLAN), "11 of 10"),
        (lambda: award_transferred(to_holder="bob"), "cannot transfer to itself"),
        (lambda: unvested_shares_repurchased(into_treasury=True, returned=1, plan=PLAN), "do not return to a pool"),
        (lambda: election_filed(received_on="1066-10-14"), "1066"),
    ],
)
def test_a_fact_that_contradicts_itself_is_refused(make: Any, says: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        make()
    assert says in str(caught.value)


def test_all_of_an_exercise_may_be_withheld_and_no_shares_are_issued() -> None:
    event = option_exercised(for_price=600, for_tax=400, returned=1_000, plan=PLAN, security="CS-1")
    assert event.issued == Shares(0)
    assert not any(isinstance(each, Posting) and isinstance(each.account, Held) for each in event.movements())
    assert not any(isinstance(each, Setting) for each in event.movements())  # no certificate either


@pytest.mark.parametrize("award", [None, InstrumentId("option-1")])
def test_a_condition_that_no_award_waits_for_is_refused(award: InstrumentId | None) -> None:
    ledger = granted()
    with pytest.raises(UnknownName) as refused:
        ledger.record(vesting_condition_met(award=award))
    assert refused.value.what == "vesting condition"


def test_a_slip_in_a_condition_is_told_the_nearest() -> None:
    ledger = company()
    terms = award_terms(vesting=vesting_terms(tranches=(VestingTranche(condition=VestingConditionId("listing")),)))
    ledger.record(plan_adopted(), award_granted(terms=terms))
    with pytest.raises(UnknownName) as refused:
        ledger.record(vesting_condition_met(condition="lisitng"))
    assert refused.value.nearest == "listing"


# --- exercise -----------------------------------------------------------------------------------------------------


def test_an_exercise_in_cash_is_paid_at_the_price_in_force() -> None:
    event = exercise(granted(), 1_000)
    assert (event.issued, event.paid, event.holder) == (Shares(1_000), Money(1_000, "USD"), HolderId("bob"))
    assert (event.for_price, event.unvested, event.returned) == (None, None, None)


def test_a_net_exercise_gives_up_shares_and_may_return_them() -> None:
    """The worked figures of tests/ledger/terms/test_exercise: at 1 for 2, half pays the price, and 150 the tax."""
    event = exercise(granted(), 1_000, net=True, value=usd(2), tax=Money(300, "USD"), returns=True)
    assert (event.for_price, event.for_tax, event.issued) == (Shares(500), Shares(150), Shares(350))
    assert (event.returned, event.plan, event.paid) == (Shares(650), PLAN, None)


def test_a_right_to_appreciation_is_settled_net_whether_asked_or_not() -> None:
    event = exercise(granted(award_kind=AwardKind.STOCK_APPRECIATION_RIGHT), 1_000, value=usd(4))
    assert (event.for_price, event.issued, event.paid) == (Shares(250), Shares(750), None)


def test_a_right_that_is_paid_in_cash_pays_the_gain() -> None:
    event = exercise(granted(award_kind=AwardKind.CASH_APPRECIATION_RIGHT), 1_000, value=usd("1.75"))
    assert (event.issued, event.paid_in_cash, event.paid_out) == (Shares(0), Shares(1_000), Money(750, "USD"))


@pytest.mark.parametrize(
    ("day", "shares"), [("2027-01-01", 12_000), ("2027-02-01", 13_000), ("2030-01-01", 48_000)]
)
def test_what_has_vested_may_be_exercised_and_no_share_more(day: str, shares: int) -> None:
    ledger = granted()
    assert "may be exercised for" in refused(
        ledger, ExerciseOption(award=OPTION, exercised=Shares(shares + 1), on=on(day))
    )
    exercise(ledger, shares, day)
    assert "for 0 shares" in refused(ledger, ExerciseOption(award=OPTION, exercised=Shares(1), on=on(day)))


def test_an_early_exercise_tells_unvested_shares_apart() -> None:
    ledger = granted(early_exercise=TakenFrom.NEXT)
    assert exercise(ledger, 14_000).unvested == Shares(1_000)
    assert exercise(ledger, 1_000).unvested == Shares(1_000)


@pytest.mark.parametrize(("day", "allowed"), [("2036-01-30", True), ("2036-01-31", True), ("2036-02-01", False)])
def test_the_last_day_is_a_day_of_exercise(day: str, allowed: bool) -> None:
    ledger = granted()
    if allowed:
        exercise(ledger, 1, day)
    else:
        command = ExerciseOption(award=OPTION, exercised=Shares(1), on=on(day))
        assert "expired on 2036-01-31" in refused(ledger, command)


def test_who_exercises_must_be_named_where_an_award_has_two_holders() -> None:
    ledger = granted()
    ledger.record(award_transferred(transferred=4_000))
    command = ExerciseOption(award=OPTION, exercised=Shares(1), on=on("2027-02-01"))
    assert "Name the holder" in refused(ledger, command)
    assert exercise(ledger, 1, holder=HolderId("ada")).holder == "ada"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (ExerciseOption(award=InstrumentId("option-2"), exercised=Shares(1), on=on("2027-02-01")), "option-1"),
        (ExerciseOption(award=OPTION, exercised=Shares(1), on=on("2026-02-01")), "option-1"),
        (ExerciseOption(award=OPTION, exercised=Shares(1), on=on("2027-02-01"), net=True), "State the value"),
        (
            ExerciseOption(award=OPTION, exercised=Shares(1), on=on("2027-02-01"), tax=Money(1, "USD")),
            "State the value",
        ),
        (
            ExerciseOption(award=OPTION, exercised=Shares(9), on=on("2027-02-01"), net=True, value=usd(1)),
            "no whole share",
        ),
        (ReleaseUnits(award=OPTION, on=on("2027-02-01")), "not released"),
        (RepurchaseUnvested(award=OPTION, on=on("2027-02-01")), "has 0 unvested shares"),
    ],
)
def test_what_the_terms_do_not_allow_is_refused_with_the_reason(command: Any, says: str) -> None:
    assert says in refused(granted(), command)


def test_a_refusal_changes_nothing() -> None:
    ledger = granted()
    before = ledger.entries()
    with pytest.raises(NotExercisable) as caught:
        ExerciseOption(award=OPTION, exercised=Shares(1), on=on("2026-12-31")).events(ledger)
    assert (caught.value.instrument, caught.value.code) == (OPTION, "E_NOT_EXERCISABLE")
    assert ledger.entries() == before


# --- release ------------------------------------------------------------------------------------------------------


def test_all_units_that_have_vested_are_released_less_those_kept_for_tax() -> None:
    command = ReleaseUnits(award=OPTION, on=on("2026-07-01"), value=usd(10), tax=Money(72_005, "USD"), returns=True)
    (event,) = command.events(units())
    assert isinstance(event, UnitsReleased)
    assert (event.released, event.for_tax, event.issued) == (Shares(24_000), Shares(7_201), Shares(16_799))
    assert (event.returned, event.plan) == (Shares(7_201), PLAN)


@pytest.mark.parametrize(("released", "allowed"), [(11_999, True), (12_000, True), (12_001, False)])
def test_no_more_units_are_released_than_have_vested(released: int, allowed: bool) -> None:
    command = ReleaseUnits(award=OPTION, on=on("2026-04-01"), released=Shares(released))
    if allowed:
        (event,) = command.events(units())
        assert isinstance(event, UnitsReleased)
        assert event.issued == Shares(released)
    else:
        assert "has 12,000 vested units" in refused(units(), command)


def test_units_are_not_exercised_and_nothing_is_released_before_it_vests() -> None:
    assert "not exercised" in refused(
        units(), ExerciseOption(award=OPTION, exercised=Shares(1), on=on("2027-02-01"))
    )
    assert "has 0 vested units" in refused(units(), ReleaseUnits(award=OPTION, on=on("2026-03-31")))
    untold = ReleaseUnits(award=OPTION, on=on("2026-04-01"), tax=Money(1, "USD"))
    assert "State it" in refused(units(), untold)


def test_of_units_that_several_holders_have_each_is_released_no_more_than_their_own() -> None:
    ledger = units()
    ledger.record(award_transferred(transferred=4_000, effective_on="2026-03-02"))
    all_of_ada = ReleaseUnits(award=OPTION, on=on("2026-07-01"), holder=HolderId("ada"))
    assert "have not vested. State how many" in refused(ledger, all_of_ada)
    (event,) = attrs.evolve(all_of_ada, released=Shares(4_000)).events(ledger)
    assert isinstance(event, UnitsReleased)
    assert (event.holder, event.released) == (HolderId("ada"), Shares(4_000))
    more = ReleaseUnits(award=OPTION, on=on("2026-07-01"), holder=HolderId("ada"), released=Shares(4_001))
    assert "has 4,000 vested units" in refused(ledger, more)


# --- the end ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "unvested", "vested"),
    [
        (EndCause.TERMINATION, 35_000, None),
        (EndCause.CONDITION_FAILED, 35_000, None),
        (EndCause.EXPIRY, 35_000, 13_000),
        (EndCause.CANCELLATION, 35_000, 13_000),
    ],
)
def test_service_that_ends_takes_what_is_unvested_and_time_that_ends_takes_all(
    cause: EndCause, unvested: int, vested: int | None
) -> None:
    (event,) = EndAward(award=OPTION, on=on("2027-02-01"), cause=cause, returns=True).events(granted())
    assert isinstance(event, AwardForfeited)
    assert (event.unvested, event.vested) == (Shares(unvested), None if vested is None else Shares(vested))
    assert event.returned == Shares(unvested + (vested or 0))


def test_nothing_is_left_to_end_once_it_ended() -> None:
    ledger = granted()
    ledger.record(award_forfeited(unvested=35_000), option_exercised(exercised=13_000))
    assert "nothing left" in refused(ledger, EndAward(award=OPTION, on=on("2027-02-01"), cause=EndCause.EXPIRY))


def test_which_part_of_several_holders_has_vested_is_not_guessed() -> None:
    ledger = granted()
    ledger.record(award_transferred(transferred=4_000, effective_on="2026-03-02"))
    ada = EndAward(award=OPTION, on=on("2027-02-01"), holder=HolderId("ada"))
    assert "others have parts of it" in refused(ledger, ada)
    (event,) = attrs.evolve(ada, on=on("2026-12-31")).events(ledger)
    assert isinstance(event, AwardForfeited)
    assert event.unvested == Shares(4_000), "nothing had vested yet, so there is nothing to guess"


def test_what_was_granted_outside_a_plan_returns_to_no_pool() -> None:
    ledger = company()
    ledger.record(award_granted(plan=None))
    with pytest.raises(TermsIncomplete):
        EndAward(award=OPTION, on=on("2027-02-01"), returns=True).events(ledger)


def test_what_was_bought_early_is_taken_back_at_the_price_paid() -> None:
    ledger = granted(early_exercise=TakenFrom.NEXT)
    exercise(ledger, 24_000, "2026-02-02", security=None)
    (event,) = RepurchaseUnvested(award=OPTION, on=on("2027-02-01"), price=usd(1), returns=True).events(ledger)
    assert isinstance(event, UnvestedSharesRepurchased)
    assert (event.repurchased, event.paid, event.returned) == (Shares(11_000), Money(11_000, "USD"), Shares(11_000))
    ledger.record(event)
    assert "has 0 unvested" in refused(ledger, RepurchaseUnvested(award=OPTION, on=on("2027-02-01")))


def test_a_command_looks_at_the_day_and_not_at_what_comes_later() -> None:
    ledger = granted()
    exercise(ledger, 5_000, "2027-06-01")
    assert exercise(ledger, 13_000, "2027-02-01").exercised == Shares(13_000)


def test_every_command_names_an_award_that_there_is() -> None:
    for command in (
        ReleaseUnits(award=InstrumentId("optoin-1"), on=on("2027-02-01")),
        EndAward(award=InstrumentId("optoin-1"), on=on("2027-02-01")),
        RepurchaseUnvested(award=InstrumentId("optoin-1"), on=on("2027-02-01")),
    ):
        with pytest.raises(UnknownName) as caught:
            command.events(granted())
        assert caught.value.nearest == OPTION


def recorded(events: tuple[Event, ...]) -> Ledger:
    ledger = granted()
    ledger.record(*events)
    return ledger


def test_what_commands_return_can_be_recorded() -> None:
    ledger = recorded(EndAward(award=OPTION, on=on("2027-02-01"), returns=True).events(granted()))
    assert "nothing left" in refused(ledger, EndAward(award=OPTION, on=on("2027-02-01")))
