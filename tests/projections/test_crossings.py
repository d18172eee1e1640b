"""Crossings: the day from whose close on somebody owns more than a threshold, or no more, and who made it so."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, NotUnderstood, Shares
from ledger.errors import UnknownName
from ledger.events import Event
from ledger.identity import Count, HolderId, VestingConditionId
from ledger.movements import Scope
from ledger.quantities import Ratio
from ledger.terms.interest import DayCount, InterestTerms
from ledger.terms.vesting import ConditionRole, VestingTranche
from ledger.terms.warrants import WarrantTerms
from projections import Bounds, Crossing, Side, beneficial_ownership, crossings
from projections.bounds import exactly
from projections.crossings import THRESHOLDS, side_of
from tests.builders import (
    award_granted,
    award_terms,
    common_issued,
    company,
    group_dissolved,
    group_formed,
    note_issued,
    note_terms,
    ownership_limit_agreed,
    ownership_limit_changed,
    preferred_issued,
    register_scope_declared,
    shares_cancelled,
    shares_transferred,
    stock_split_effected,
    vesting_condition_met,
    vesting_terms,
    warrant_issued,
)
from tests.projections.histories import histories, recorded

THROUGH = "2026-12-31"
FIVE = (Ratio("0.05"),)
FLOAT = common_issued(issued=950, effective_on="2026-02-02")


def of(*events: Event, **asked: Any) -> list[tuple[str, str, str, str]]:
    """Return each crossing as its day, owner, threshold and side."""
    ledger = company()
    ledger.record(*events)
    return [told(each) for each in crossings(ledger, "common", **{"through": THROUGH, **asked})]


def told(crossing: Crossing) -> tuple[str, str, str, str]:
    return str(crossing.on), str(crossing.owner), str(crossing.threshold), crossing.after.value


def by_fund(*events: Event, **asked: Any) -> list[tuple[str, str, str]]:
    return [(on, part, side) for on, owner, part, side in of(*events, **asked) if owner == "fund"]


# --- more than a threshold ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("shares", "passes"), [(49, False), (50, False), (51, True)])
def test_a_threshold_is_passed_by_owning_more_than_it(shares: int, passes: bool) -> None:
    """By hand: 50 of 1,000 are 5 % exactly; 49 of 999 are less, 51 of 1,001 are more."""
    found = by_fund(FLOAT, common_issued(holder="fund", issued=shares, effective_on="2026-03-02"))

    assert found == ([("2026-03-02", "0.05", "more than")] if passes else [])


def test_several_thresholds_may_be_passed_in_one_day_and_again_downwards() -> None:
    """By hand: 300 of 1,250 are 24 %; 100 of 1,050 are 9.5 %; 40 of 990 are 4.04 %."""
    found = by_fund(
        FLOAT,
        common_issued(holder="fund", issued=300, effective_on="2026-03-02"),
        shares_cancelled(holder="fund", cancelled=200, effective_on="2026-04-02"),
        shares_cancelled(holder="fund", cancelled=60, effective_on="2026-05-02"),
    )

    assert found == [
        ("2026-03-02", "0.05", "more than"),
        ("2026-03-02", "0.1", "more than"),
        ("2026-03-02", "0.2", "more than"),
        ("2026-04-02", "0.1", "not more than"),
        ("2026-04-02", "0.2", "not more than"),
        ("2026-05-02", "0.05", "not more than"),
    ]


def test_a_threshold_is_passed_by_what_others_do() -> None:
    """By hand: 60 of 1,010 are 5.94 %, of 1,210 4.96 %."""
    ledger = company()
    ledger.record(
        FLOAT,
        common_issued(holder="fund", issued=60, effective_on="2026-03-02"),
        common_issued(holder="bob", issued=200, effective_on="2026-04-02"),
    )

    up, down = (each for each in crossings(ledger, "common", through=THROUGH) if each.owner == "fund")

    assert (up.own_doing, down.own_doing) == (True, False)
    assert (down.on, down.before, down.after, down.entries) == (
        date(2026, 4, 2),
        Side.ABOVE,
        Side.NOT_ABOVE,
        (9,),
    )
    assert (down.percent_before, down.percent_after) == (exactly(Fraction(60, 1_010)), exactly(Fraction(60, 1_210)))


def test_a_threshold_is_passed_by_time_alone_when_a_warrant_comes_within_60_days() -> None:
    """60 days before 30 April is 1 March; the day after the last is 1 July."""
    terms = WarrantTerms(exercisable_from=date(2026, 4, 30), expires_on=date(2026, 6, 30))
    ledger = company()
    ledger.record(FLOAT, warrant_issued(holder="fund", purchasable=100, terms=terms))

    found = crossings(ledger, "common", through=THROUGH, thresholds=FIVE)

    mine = [each for each in found if each.owner == "fund"]
    assert [(str(each.on), each.after) for each in mine] == [
        ("2026-03-01", Side.ABOVE),
        ("2026-07-01", Side.NOT_ABOVE),
    ]
    assert [each.entries for each in mine] == [(), ()]


def test_a_threshold_is_passed_by_time_alone_when_interest_that_converts_has_grown_so_far() -> None:
    """By hand: 100 USD at 2 USD are 50 of 1,000, and 10 cents a day make 51 of 1,001 after 20 days."""
    note = note_issued(
        principal="100 USD",
        consideration=None,
        terms=note_terms(interest=InterestTerms(rate=Ratio("0.365"), day_count=DayCount.ACTUAL_365)),
        effective_on="2026-03-02",
    )

    assert by_fund(FLOAT, note, through="2026-09-30") == [("2026-03-22", "0.05", "more than")]


def test_a_threshold_is_passed_by_an_award_whose_time_began_with_a_condition() -> None:
    """By hand: three months after a listing on 2 March are 2 June; 60 days before it, 60 of 1,010 are 5.94 %."""
    tranche = VestingTranche(
        every=Count(3), condition=VestingConditionId("listing"), role=ConditionRole.STARTS, portion=Ratio(1)
    )
    option = award_granted(
        holder="fund",
        granted=60,
        plan=None,
        terms=award_terms(vesting=vesting_terms(starts_on=None, tranches=(tranche,))),
        effective_on="2026-02-02",
    )

    assert by_fund(FLOAT, option, vesting_condition_met(effective_on="2026-03-02")) == [
        ("2026-04-03", "0.05", "more than")
    ]


def test_a_threshold_is_passed_when_a_raise_that_was_notified_comes_within_60_days() -> None:
    """By hand: 60 days before 1 May is 2 March. Notice of 61 days passes nothing on the day it is given."""
    ledger = company()
    ledger.record(
        common_issued(issued=10_000, effective_on="2026-02-02"),
        preferred_issued(issued=1_000, effective_on="2026-02-02"),
        ownership_limit_agreed(effective_on="2026-02-02"),
        ownership_limit_changed(effective_on="2026-05-01", notified_on=date(2026, 3, 1)),
    )

    found = [each for each in crossings(ledger, "common", through=THROUGH, thresholds=FIVE) if each.owner == "fund"]

    assert [(str(each.on), each.after) for each in found] == [("2026-03-02", Side.ABOVE)]


def test_a_group_passes_a_threshold_that_none_of_its_members_does() -> None:
    """By hand: 40 and 30 of 1,020 are 3.9 % and 2.9 %, together 6.9 %."""
    found = of(
        FLOAT,
        common_issued(holder="bob", issued=40),
        common_issued(holder="fund", issued=30),
        group_formed(members=(HolderId("bob"), HolderId("fund")), effective_on="2026-03-02"),
        group_dissolved(effective_on="2026-04-02"),
        thresholds=FIVE,
    )

    assert [each for each in found if each[1] != "ada"] == [
        ("2026-03-02", "family", "0.05", "more than"),
        ("2026-04-02", "family", "0.05", "not more than"),
    ]


def test_a_split_passes_no_threshold() -> None:
    events = FLOAT, common_issued(holder="fund", issued=60), preferred_issued(issued=80)

    assert of(*events, stock_split_effected()) == of(*events)


# --- open days and partial registers ------------------------------------------------------------------------


def test_while_a_day_is_open_a_threshold_may_have_been_passed() -> None:
    found = by_fund(
        FLOAT,
        common_issued(holder="fund", issued=60, effective_on="2026-03-02/2026-03-10"),
        thresholds=FIVE,
    )

    assert found == [("2026-03-02", "0.05", "may be more than"), ("2026-03-10", "0.05", "more than")]


def test_of_a_partial_register_without_a_count_nobody_knows_who_passed_what() -> None:
    partial = register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=None, effective_on="2026-01-01")
    counted = register_scope_declared(
        scope=Scope.PARTIAL, stated_outstanding=Shares(1_000), effective_on="2026-05-02"
    )

    found = by_fund(partial, common_issued(holder="fund", issued=60), counted, thresholds=FIVE)

    assert found == [("2026-02-02", "0.05", "may be more than"), ("2026-05-02", "0.05", "more than")]


@pytest.mark.parametrize(
    ("low", "high", "side"),
    [
        ("0.05", "0.05", Side.NOT_ABOVE),
        ("0.051", "0.06", Side.ABOVE),
        ("0.05", "0.06", Side.OPEN),
        (None, "0.05", Side.NOT_ABOVE),
        ("0.06", None, Side.ABOVE),
        (None, None, Side.OPEN),
    ],
)
def test_a_side_is_told_only_where_every_reading_is_on_it(low: str | None, high: str | None, side: Side) -> None:
    percent = Bounds(None if low is None else Fraction(low), None if high is None else Fraction(high))

    assert side_of(percent, FIVE[0]) is side


# --- what was asked -----------------------------------------------------------------------------------------


def test_what_was_owned_when_it_begins_is_no_crossing() -> None:
    events = (
        FLOAT,
        common_issued(holder="fund", issued=60),
        shares_transferred(from_holder="fund", to_holder="bob", transferred=20, effective_on="2026-05-02"),
    )

    assert by_fund(*events, after="2026-02-02", thresholds=FIVE) == [("2026-05-02", "0.05", "not more than")]
    assert by_fund(*events, after="2025-12-31", thresholds=FIVE)[0] == ("2026-02-02", "0.05", "more than")


def test_thresholds_are_watched_in_order_and_are_parts_of_a_whole() -> None:
    found = by_fund(FLOAT, common_issued(holder="fund", issued=500), thresholds=(Ratio("0.3"), Ratio("1/3")))

    assert [part for _, part, _ in found] == ["0.3", "1/3"]
    for wrong in ("0", "1", "5"):
        with pytest.raises(NotUnderstood) as refused:
            of(FLOAT, thresholds=(Ratio(wrong),))
        assert refused.value.code == "E_TERMS"


def test_days_and_classes_that_there_are_not_are_refused() -> None:
    with pytest.raises(NotUnderstood):
        of(FLOAT, after="2027-01-01")
    with pytest.raises(UnknownName):
        crossings(company(), "comon", through=THROUGH)


# --- laws ---------------------------------------------------------------------------------------------------


@given(histories(longest=4))
def test_each_step_is_what_beneficial_ownership_says_of_its_day(events: list[Event]) -> None:
    ledger: Ledger = recorded(events)
    answer = crossings(ledger, "common", through=THROUGH)

    for step in answer.steps:
        owned = beneficial_ownership(ledger, "common", as_of=step.on)
        assert {owner: each.percent for owner, each in step.owned.items()} == {
            line.owner: line.percent for line in owned
        }


@given(histories(longest=4), st.sampled_from(THRESHOLDS))
def test_sides_follow_on_one_another_from_nothing_to_the_last_day(events: list[Event], threshold: Ratio) -> None:
    ledger: Ledger = recorded(events)
    answer = crossings(ledger, "common", through=THROUGH, thresholds=(threshold,))
    last = beneficial_ownership(ledger, "common", as_of=THROUGH)

    for owner in {each.owner for each in answer} | {line.owner for line in last}:
        mine = [each for each in answer if each.owner == owner]
        sides = [Side.NOT_ABOVE, *(each.after for each in mine)]
        assert [each.before for each in mine] == sides[:-1]
        percent = next((line.percent for line in last if line.owner == owner), exactly(Fraction(0)))
        assert sides[-1] is side_of(percent, threshold)
