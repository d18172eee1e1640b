"""Who owns a class beneficially: in whosever name, and with what may be acquired within 60 days under limits."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, Shares
from ledger.errors import UnknownName
from ledger.events import Event
from ledger.identity import Count, HolderId, InstrumentId, StockClassId
from ledger.movements import Scope
from ledger.quantities import Price, Ratio
from ledger.terms.allocation import Allocation
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.limits import OwnershipLimit
from ledger.terms.market import MarketPrice, Measure, PriceRule
from ledger.terms.preferred import MarketConversion
from ledger.terms.vesting import VestingTerms, VestingTranche
from ledger.terms.warrants import WarrantTerms
from projections import BeneficialOwnership, Bounds, beneficial_ownership
from projections.bounds import exactly
from tests.builders import (
    authorized_shares_changed,
    award_granted,
    award_transferred,
    class_rights_stated,
    common_issued,
    company,
    group_dissolved,
    group_formed,
    holder_merged,
    holder_registered,
    nominee_declared,
    ownership_limit_agreed,
    ownership_limit_changed,
    ownership_limit_waived,
    preferred_issued,
    price_quoted,
    register_scope_declared,
    shares_transferred,
    stock_class_designated,
    stock_split_effected,
    warrant_issued,
)

DAY = "2026-03-01"


def of(*events: Event, as_of: str = DAY) -> BeneficialOwnership:
    ledger = company()
    ledger.record(*events)
    return beneficial_ownership(ledger, "common", as_of=as_of)


def whole(number: int) -> Bounds[Shares]:
    return exactly(Shares(number))


def warrant(**changes: Any) -> Event:
    """Return a warrant of the fund for 100 common, with no limit and no day."""
    defaults = {"holder": "fund", "stock_class": "common", "purchasable": Shares(100), "terms": WarrantTerms()}
    return warrant_issued(**{**defaults, **changes})


def scope(stated: int | None) -> Event:
    """Return the statement that the register of common stock is partial, with a count or without."""
    outstanding = None if stated is None else Shares(stated)
    return register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=outstanding, effective_on="2026-01-01")


# --- 60 days, for that person only -----------------------------------------------------------------------------


def test_what_somebody_may_acquire_counts_in_the_whole_for_them_alone() -> None:
    """By hand: ada has 1,000 of 1,000. The fund's 400 Series A become 500: 500 of 1,500. Ada still has all."""
    owned = of(common_issued(issued=1_000), preferred_issued(issued=400))

    assert owned["ada"].percent == exactly(Fraction(1))
    assert (owned["fund"].acquirable, owned["fund"].owned) == (whole(500), whole(500))
    assert owned["fund"].percent == exactly(Fraction(1, 3))


@pytest.mark.parametrize(("day", "counts"), [("2026-02-28", False), ("2026-03-01", True), ("2026-03-02", True)])
def test_a_warrant_counts_from_60_days_before_its_first_day(day: str, counts: bool) -> None:
    """1 March and 60 days: 30 April."""
    owned = of(
        common_issued(issued=1_000), warrant(terms=WarrantTerms(exercisable_from=date(2026, 4, 30))), as_of=day
    )

    assert [str(line.owner) for line in owned] == (["ada", "fund"] if counts else ["ada"])


@pytest.mark.parametrize(("day", "counts"), [("2026-04-29", True), ("2026-04-30", True), ("2026-05-01", False)])
def test_a_warrant_counts_through_its_last_day(day: str, counts: bool) -> None:
    owned = of(common_issued(issued=1_000), warrant(terms=WarrantTerms(expires_on=date(2026, 4, 30))), as_of=day)

    assert len(owned) == 1 + counts


def test_a_class_that_converts_into_another_is_not_acquired_of_this_one() -> None:
    ledger = company()
    ledger.record(preferred_issued(issued=400))

    assert [line.owner for line in beneficial_ownership(ledger, "series-a", as_of=DAY)] == ["fund"]
    assert beneficial_ownership(ledger, "series-a", as_of=DAY)["fund"].acquirable == whole(0)


def test_fractions_of_a_share_are_not_acquired() -> None:
    """By hand: 3 Series A at 1.25 are 3.75 common."""
    assert of(common_issued(), preferred_issued(issued=3))["fund"].acquirable == whole(3)


def test_an_option_counts_for_what_vests_within_60_days() -> None:
    """By hand: 4,800 over 48 months with a cliff of 12: 1,200 on 1 January 2027; 2 November is 60 days before."""
    vesting = VestingTerms(
        starts_on=date(2026, 1, 1),
        tranches=(VestingTranche(instalments=Count(48), every=Count(1), cliff=Count(12)),),
    )
    granted = award_granted(
        holder="bob", plan=None, granted=4_800, terms=AwardTerms(award_kind=AwardKind.OPTION, vesting=vesting)
    )

    acquirable = [
        {line.owner: line.acquirable for line in of(granted, as_of=day)}.get(HolderId("bob"), whole(0))
        for day in ("2026-11-01", "2026-11-02", "2026-12-03", "2029-12-31")
    ]

    assert acquirable == [whole(0), whole(1_200), whole(1_300), whole(4_800)]


def test_an_award_that_several_have_is_acquired_in_parts_as_fine_as_the_class_divides() -> None:
    """Half of 3 has vested; ada has a third of the award: 0.5 of these, and bob 1."""
    half = VestingTerms(
        starts_on=date(2026, 2, 1),
        tranches=(
            VestingTranche(portion=Ratio("1/2"), every=Count(0)),
            VestingTranche(portion=Ratio("1/2"), on=date(2030, 1, 1)),
        ),
        allocation=Allocation.FRACTIONAL,
    )
    option = AwardTerms(award_kind=AwardKind.OPTION, vesting=half)
    divided = {"stock_class": "divided", "plan": None}
    ledger = company()
    ledger.record(
        stock_class_designated(stock_class="divided", title="Divided", decimals=Count(1)),
        award_granted(granted=3, terms=option, **divided),
        award_transferred(transferred=1, effective_on="2026-02-20", stock_class="divided"),
    )

    found = beneficial_ownership(ledger, "divided", as_of=DAY)

    assert {line.owner: line.acquirable for line in found.holders} == {
        "ada": exactly(Shares("0.5")),
        "bob": exactly(Shares(1)),
    }


def test_a_class_that_follows_the_market_brings_what_the_quotes_say() -> None:
    """By hand: stated value 10; 80 % of a closing price of 2 is 1.60, and 400 bring 2,500, of the day after on."""
    rule = PriceRule(
        fixed=Price(8, "USD"),
        market=(MarketPrice(measure=Measure.CLOSE, trading_days=Count(1), part=Ratio("0.8")),),
    )
    right = MarketConversion(into=StockClassId("common"), price=rule)
    quote = price_quoted(stock_class="common", measure=Measure.CLOSE, price="2 USD", effective_on="2026-02-27")
    events = common_issued(), preferred_issued(issued=400), class_rights_stated(market_conversion=right), quote

    assert of(*events, as_of="2026-02-28")["fund"].acquirable == whole(2_500)
    assert of(*events, as_of="2026-02-27")["fund"].acquirable == Bounds(Shares(500), None)


# --- limits -----------------------------------------------------------------------------------------------------


def test_a_limit_with_61_days_notice_holds_back_what_it_does_not_let_through() -> None:
    """By hand: 0.0499 × 10,000 ÷ 0.9501 = 525.2, of 12,500 that 10,000 Series A would bring."""
    owned = of(common_issued(issued=10_000), preferred_issued(issued=10_000), ownership_limit_agreed())["fund"]

    assert (owned.acquirable, owned.held_back) == (whole(525), whole(11_975))
    assert owned.percent == exactly(Fraction(525, 10_525))
    assert owned.limits == ("blocker",)


@pytest.mark.parametrize(("notice", "acquirable"), [(60, 1_109), (61, 525), (None, 1_109)])
def test_a_limit_that_can_be_raised_within_60_days_limits_to_its_ceiling(
    notice: int | None, acquirable: int
) -> None:
    """By hand: 0.0999 × 10,000 ÷ 0.9001 = 1,109.9, and 525.2 as above."""
    limit = OwnershipLimit(
        at_most=Ratio("0.0499"), notice_days=None if notice is None else Count(notice), ceiling=Ratio("0.0999")
    )

    owned = of(common_issued(issued=10_000), preferred_issued(issued=10_000), ownership_limit_agreed(limit=limit))

    assert owned["fund"].acquirable == whole(acquirable)


@pytest.mark.parametrize(
    ("day", "acquirable"),
    [
        ("2026-02-28", 525),
        ("2026-03-01", 525),
        ("2026-03-02", 1_109),
        ("2026-05-01", 1_109),
        ("2026-06-01", 1_109),
        ("2026-06-02", 1_250),
        ("2026-08-01", 1_250),
    ],
)
def test_a_raise_or_a_waiver_counts_once_its_notice_has_at_most_60_days_to_run(day: str, acquirable: int) -> None:
    """By hand: 60 days before 1 May is 2 March, before 1 August 2 June; 0.0999 × 10,000 ÷ 0.9001 = 1,109.9."""
    owned = of(
        common_issued(issued=10_000),
        preferred_issued(issued=1_000),
        ownership_limit_agreed(),
        ownership_limit_changed(effective_on="2026-05-01", notified_on=date(2026, 3, 1)),
        ownership_limit_waived(effective_on="2026-08-01", notified_on=date(2026, 6, 1)),
        as_of=day,
    )["fund"]

    assert owned.acquirable == whole(acquirable)


def test_a_limit_that_is_to_be_lowered_lets_through_what_it_does_until_then() -> None:
    owned = of(
        common_issued(issued=10_000),
        preferred_issued(issued=1_000),
        ownership_limit_agreed(),
        ownership_limit_changed(at_most=Ratio("0.03"), effective_on="2026-03-10", notified_on=date(2026, 2, 20)),
        as_of="2026-03-01",
    )["fund"]

    assert owned.acquirable == whole(525)


def test_a_raise_on_an_open_day_may_have_come_within_60_days() -> None:
    """By hand: 60 days before 1 May is 2 March, before 11 May 12 March."""
    held = common_issued(issued=10_000), preferred_issued(issued=1_000), ownership_limit_agreed()
    raised = ownership_limit_changed(effective_on="2026-05-01/2026-05-11", notified_on=date(2026, 3, 1))

    acquirable = [
        of(*held, raised, as_of=day)["fund"].acquirable for day in ("2026-03-01", "2026-03-02", "2026-03-12")
    ]

    assert acquirable == [whole(525), Bounds(Shares(525), Shares(1_109)), whole(1_109)]


def test_a_limit_on_one_paper_leaves_others_free_and_these_take_its_room() -> None:
    """By hand: 100 by warrant; (0.0499 × 10,100 − 100) ÷ 0.9501 = 425.2 by Series A."""
    owned = of(
        common_issued(issued=10_000),
        preferred_issued(issued=10_000),
        warrant(),
        ownership_limit_agreed(classes=(StockClassId("series-a"),)),
    )["fund"]

    assert owned.acquirable == whole(100 + 425)


def test_papers_with_two_limits_are_used_up_the_strictest_first() -> None:
    """By hand: 525 under 4.99 %; then (0.0999 × 10,525 − 525) ÷ 0.9001 = 584.8 of the warrant under 9.99 %."""
    owned = of(
        common_issued(issued=10_000),
        preferred_issued(issued=10_000),
        warrant(warrant="w", purchasable=Shares(5_000)),
        ownership_limit_agreed(classes=(StockClassId("series-a"),)),
        ownership_limit_agreed(
            restriction="wider",
            instruments=(InstrumentId("w"),),
            limit=OwnershipLimit(at_most=Ratio("0.0999"), notice_days=Count(61)),
        ),
    )["fund"]

    assert owned.acquirable == whole(525 + 584)
    assert owned.percent.exact <= Fraction("0.0999")


def test_what_others_of_a_group_own_takes_room_under_a_limit() -> None:
    """By hand: bob has 300 of 10,000: (499 − 300) ÷ 0.9501 = 209.4."""
    held = (
        common_issued(issued=9_700),
        common_issued(holder="bob", issued=300),
        preferred_issued(issued=10_000),
        ownership_limit_agreed(),
    )
    group = group_formed(members=(HolderId("bob"), HolderId("fund")))

    assert of(*held)["fund"].acquirable == whole(525)
    assert of(*held, group)["fund"].acquirable == whole(209)
    together = of(*held, group)["family"]
    assert (together.members, together.owned) == (("bob", "fund"), whole(509))
    assert of(*held, group, group_dissolved(effective_on=DAY))["fund"].acquirable == whole(525)


# --- in another's name ------------------------------------------------------------------------------------------


def test_the_shares_of_a_nominee_are_the_owners() -> None:
    owned = of(common_issued(issued=600), common_issued(holder="bob", issued=400), nominee_declared())

    assert [line.owner for line in owned] == ["ada"]
    assert (owned["ada"].of_record, owned["ada"].by_nominees) == (whole(600), whole(400))


def test_a_nominee_holds_one_class_for_one_and_others_for_another() -> None:
    events = (
        common_issued(holder="bob", issued=400),
        preferred_issued(holder="bob", issued=400),
        nominee_declared(holds_for="ada"),
        nominee_declared(holds_for="fund", stock_class="common"),
    )

    owned = of(*events)

    assert owned["fund"].by_nominees == whole(400)
    assert owned["ada"].acquirable == whole(500)


def test_who_holds_for_themselves_again_owns_again() -> None:
    events = common_issued(holder="bob"), nominee_declared(), nominee_declared(holds_for=None, effective_on=DAY)

    assert [line.owner for line in of(*events)] == ["bob"]


def test_nominees_of_nominees_are_followed_and_a_circle_ends() -> None:
    chain = nominee_declared(), nominee_declared(holder="ada", holds_for="fund")
    circle = nominee_declared(holder="fund", holds_for="bob", effective_on=DAY)

    assert [line.owner for line in of(common_issued(holder="bob"), *chain)] == ["fund"]
    assert len(of(common_issued(holder="bob"), *chain, circle)) == 1


def test_merged_holders_are_one_owner() -> None:
    owned = of(
        common_issued(issued=600),
        common_issued(holder="bob", issued=400),
        holder_merged(holder="bob", into="ada"),
        nominee_declared(holder="fund", holds_for="bob"),
        common_issued(holder="fund", issued=100),
    )

    assert [(line.owner, line.owned) for line in owned] == [("ada", whole(1_100))]


def test_a_declaration_on_an_open_day_leaves_bounds() -> None:
    owned = of(
        common_issued(issued=600),
        common_issued(holder="bob", issued=400),
        nominee_declared(effective_on="2026-02-20/2026-03-10"),
    )

    assert owned["ada"].owned == Bounds(Shares(600), Shares(1_000))
    assert owned["bob"].owned == Bounds(Shares(0), Shares(400))
    assert owned["bob"].percent == Bounds(Fraction(0), Fraction(2, 5))


# --- the whole --------------------------------------------------------------------------------------------------


def test_a_partial_register_takes_the_last_count_that_was_stated_and_without_one_parts_are_unknown() -> None:
    unknown: Bounds[Fraction] = Bounds(None, None)

    assert of(scope(None), common_issued())["ada"].percent == unknown
    assert of(scope(5_000), common_issued())["ada"].percent == exactly(Fraction(1, 5))
    assert of(scope(5_000), common_issued()).outstanding.words == "as reported for 2026-01-01"


def test_counts_are_in_the_units_of_the_day_asked_about() -> None:
    stated = register_scope_declared(
        scope=Scope.PARTIAL, stated_outstanding=Shares(5_000), effective_on="2026-01-01"
    )
    split = stock_split_effected()

    owned = of(stated, common_issued(), split, as_of="2026-12-31")

    assert owned["ada"].percent == exactly(Fraction(1, 5))


def test_a_class_that_was_not_designated_is_named_with_the_nearest() -> None:
    ledger = company()
    with pytest.raises(UnknownName) as refused:
        beneficial_ownership(ledger, "comon", as_of=DAY)
    assert refused.value.nearest == "common"
    owned = beneficial_ownership(ledger, "common", as_of=DAY)
    with pytest.raises(UnknownName):
        _ = owned["zoe"]


def test_the_largest_owner_stands_first() -> None:
    owned = of(common_issued(issued=1), common_issued(holder="bob", issued=2), preferred_issued(issued=8))

    assert [line.owner for line in owned.holders] == ["fund", "bob", "ada"]


# --- laws -------------------------------------------------------------------------------------------------------

counts = st.integers(1, 100_000)
parts = st.integers(1, 99).map(lambda part: Ratio(Fraction(part, 100)))


@given(counts, counts, counts, parts)
def test_acquirable_and_held_back_are_what_the_papers_bring_and_the_limit_holds(
    others: int, preferred: int, buys: int, part: Ratio
) -> None:
    owned = of(
        authorized_shares_changed(effective_on="2026-01-01", authorized=10**9),
        common_issued(issued=others),
        preferred_issued(issued=preferred),
        warrant(purchasable=Shares(buys)),
        ownership_limit_agreed(limit=OwnershipLimit(at_most=part, notice_days=Count(61))),
    )["fund"]

    assert owned.acquirable.exact + owned.held_back.exact == Shares(preferred * 5 // 4 + buys)
    assert owned.percent.exact <= part.value
    if owned.held_back.exact:
        one_more = owned.owned.exact.as_fraction() + 1
        assert one_more > part.value * (others + one_more)


@given(counts, counts)
def test_record_holdings_add_up_to_what_is_outstanding_whoever_holds_for_whom(first: int, second: int) -> None:
    owned = of(
        holder_registered(holder="zoe"),
        common_issued(issued=first),
        common_issued(holder="bob", issued=second),
        nominee_declared(),
        shares_transferred(from_holder="ada", to_holder="zoe", transferred=min(first, second)),
    )

    held = [line.of_record.exact + line.by_nominees.exact for line in owned.holders]

    assert sum((each.as_fraction() for each in held), Fraction(0)) == first + second


def test_an_empty_class_has_no_owners() -> None:
    ledger: Ledger = company()

    answer = beneficial_ownership(ledger, "common", as_of=DAY)

    assert len(answer) == 0
    assert answer.outstanding.shares == whole(0)
