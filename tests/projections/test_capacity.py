"""Conversion capacity: every limit by itself, the least of them, and which stops a conversion first."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Authorized, Money, Shares
from ledger.errors import UnknownName
from ledger.events import Consideration, ConsiderationForm, Event
from ledger.identity import AgreementId, HolderId, InstrumentId, StockClassId
from ledger.movements import Scope
from ledger.quantities import Price, Ratio
from ledger.terms.interest import DayCount, InterestTerms
from ledger.terms.limits import IssuanceCap, OwnershipLimit
from ledger.terms.market import PriceRule
from ledger.terms.notes import NoteConversion, NoteTerms
from ledger.terms.warrants import WarrantTerms
from projections import Bounds, CapacityLine, Stop, beneficial_ownership, conversion_capacity
from projections.bounds import exactly
from tests.builders import (
    agreement_signed,
    authorized_shares_changed,
    common_issued,
    company,
    convertible_converted,
    group_formed,
    issuance_cap_agreed,
    issuance_cap_lifted,
    note_issued,
    outstanding_reported,
    ownership_limit_agreed,
    preferred_issued,
    register_scope_declared,
    reserve_released,
    shares_converted,
    shares_reserved,
    stock_split_effected,
    warrant_exercised,
    warrant_issued,
)

DAY = "2026-03-01"
SERIES = preferred_issued(issued=4_000)
"""4,000 Series A of the fund: 5,000 common."""
FLOAT = common_issued(issued=100_000)


def of(*events: Event, source: str = "series-a", as_of: str = DAY, reserve: str | None = None) -> CapacityLine:
    ledger = company()
    ledger.record(*events)
    return conversion_capacity(ledger, "fund", source, as_of=as_of, reserve=reserve)[source]


def whole(number: int | str) -> Bounds[Shares]:
    return exactly(Shares(number))


def rooms(line: CapacityLine) -> dict[Stop, Bounds[Shares]]:
    return {each.stop: each.room for each in line.limits}


def stops(line: CapacityLine) -> list[Stop]:
    return [each.stop for each in line.first]


def limited(part: str, **changes: Any) -> Event:
    return ownership_limit_agreed(limit=OwnershipLimit(at_most=Ratio(part)), **changes)


# --- what is held, and when ------------------------------------------------------------------------------------


def test_without_limits_all_that_is_held_converts() -> None:
    line = of(SERIES, FLOAT)

    assert (line.capacity, line.gives_up, stops(line)) == (whole(5_000), whole(4_000), [Stop.HELD])


def test_a_note_converts_at_its_price_and_gives_up_principal() -> None:
    """By hand: 1,000 USD at 3 USD are 333.33, so 333, which take 999 USD."""
    terms = NoteTerms(
        conversion=NoteConversion(into=StockClassId("common"), price=PriceRule(fixed=Price(3, "USD")))
    )

    line = of(note_issued(holder="fund", instrument="n", principal="1000 USD", terms=terms), source="n")

    assert (line.capacity, line.gives_up) == (whole(333), exactly(Money(999, "USD")))


def test_interest_that_converts_brings_shares_too() -> None:
    """By hand: 10 % of 73,000 USD for 50 days of 365 are 1,000 USD; 74,000 USD at 4 USD are 18,500."""
    price = PriceRule(fixed=Price(4, "USD"))
    interest = InterestTerms(rate=Ratio("0.1"), day_count=DayCount.ACTUAL_365)

    def line(*, converts: bool) -> CapacityLine:
        conversion = NoteConversion(into=StockClassId("common"), price=price, interest_converts=converts)
        terms = NoteTerms(interest=interest, conversion=conversion)
        note = note_issued(
            instrument="n", principal="73000 USD", terms=terms, consideration=None, effective_on="2026-02-02"
        )
        return of(note, FLOAT, source="n", as_of="2026-03-24")

    assert (line(converts=True).capacity, line(converts=False).capacity) == (whole(18_500), whole(18_250))
    assert line(converts=True).right.terms == "at 4 USD, with 1,000 USD interest"
    assert line(converts=True).gives_up == exactly(Money(74_000, "USD"))


@pytest.mark.parametrize(
    ("day", "room"), [("2026-04-09", 0), ("2026-04-10", 100), ("2026-04-20", 100), ("2026-04-21", 0)]
)
def test_a_warrant_is_exercised_from_its_first_day_through_its_last(day: str, room: int) -> None:
    terms = WarrantTerms(exercisable_from=date(2026, 4, 10), expires_on=date(2026, 4, 20))
    line = of(
        warrant_issued(holder="fund", warrant="w", purchasable=100, terms=terms), FLOAT, source="w", as_of=day
    )

    assert line.capacity == whole(room)
    assert stops(line) == ([Stop.HELD] if room else [Stop.NOT_OPEN])


def test_what_a_holder_does_not_have_cannot_be_converted() -> None:
    with pytest.raises(UnknownName) as refused:
        of(SERIES, source="seres-a")
    assert refused.value.nearest == "series-a"


# --- the charter --------------------------------------------------------------------------------------------------


def test_the_charter_leaves_what_is_neither_issued_nor_reserved() -> None:
    """By hand: 103,000 − 100,000 issued − 1,000 reserved: 2,000. The series takes 1,600 for that."""
    charter = authorized_shares_changed(authorized=103_000, effective_on="2026-01-01")

    line = of(charter, FLOAT, SERIES, shares_reserved(reserve="plan", reserved=1_000))

    assert (line.capacity, line.gives_up, stops(line)) == (whole(2_000), whole(1_600), [Stop.AUTHORIZED])


def test_a_reserve_is_room_for_what_draws_on_it_and_limits_it() -> None:
    charter = authorized_shares_changed(authorized=103_000, effective_on="2026-01-01")
    reserved = shares_reserved(reserve="series-a", reserved=1_000)

    line = of(charter, FLOAT, SERIES, reserved, reserve="series-a")

    assert rooms(line)[Stop.AUTHORIZED] == whole(3_000)
    assert (line.capacity, stops(line)) == (whole(1_000), [Stop.RESERVE])


def test_a_reserve_in_a_class_without_room_is_worth_no_more_than_the_room() -> None:
    charter = authorized_shares_changed(authorized=100_500, effective_on="2026-02-20")

    ledger = company()
    ledger.record(FLOAT, SERIES, shares_reserved(reserve="series-a", reserved=1_000))
    ledger.record(charter, as_stated=True)
    line = conversion_capacity(ledger, "fund", "series-a", as_of=DAY, reserve="series-a")["series-a"]

    assert (line.capacity, stops(line)) == (whole(500), [Stop.AUTHORIZED])


def test_a_reserve_that_was_used_up_leaves_nothing_and_an_unknown_one_is_named() -> None:
    reserved = shares_reserved(reserve="series-a", reserved=1_000)
    released = reserve_released(reserve="series-a", released=1_000)

    assert of(FLOAT, SERIES, reserved, released, reserve="series-a").capacity == whole(0)
    with pytest.raises(UnknownName) as refused:
        of(FLOAT, SERIES, reserved, reserve="serie-a")
    assert refused.value.nearest == "series-a"


@pytest.mark.parametrize("word", [Authorized.UNLIMITED, Authorized.UNKNOWN])
def test_a_charter_that_names_no_number_is_no_limit(word: Authorized) -> None:
    line = of(authorized_shares_changed(authorized=word, effective_on="2026-01-01"), SERIES)

    assert Stop.AUTHORIZED not in rooms(line)
    assert line.capacity == whole(5_000)


# --- the ownership limit ------------------------------------------------------------------------------------------


def test_the_ownership_limit_counts_the_new_shares() -> None:
    """By hand: 0.0499 × 50,000 ÷ 0.9501 = 2,626.04; 2,626 take 2,100.8 Series A."""
    line = of(common_issued(issued=50_000), SERIES, limited("0.0499"))

    assert (line.capacity, line.gives_up) == (whole(2_626), whole("2100.8"))
    assert stops(line) == [Stop.OWNERSHIP]
    assert line.first[0].named == "blocker"
    assert line.first[0].because == "0.0499 of 50,000 outstanding as recorded, 0 owned"


def test_the_count_relied_on_is_the_last_reported_with_what_the_holder_converted_since() -> None:
    """By hand: 40,000 reported, 2,000 converted since: 42,000; (0.0999 × 42,000 − 2,000) ÷ 0.9001 = 2,439.5.

    10,000 shares that others received since do not count, as nobody reported them.
    """
    line = of(
        common_issued(issued=38_000),
        SERIES,
        outstanding_reported(outstanding=40_000, effective_on="2026-02-10"),
        shares_converted(surrendered=1_600, received=2_000, effective_on="2026-02-11"),
        common_issued(issued=10_000, effective_on="2026-02-12"),
        limited("0.0999"),
    )

    assert rooms(line)[Stop.OWNERSHIP] == whole(2_439)


def test_a_report_is_read_in_the_units_of_the_day_asked_about() -> None:
    """By hand: 2 for 1 makes 40,000 80,000; 0.0999 × 80,000 ÷ 0.9001 = 8,879.01. The Series A bring 10,000."""
    events = outstanding_reported(outstanding=40_000, effective_on="2026-02-10"), SERIES, stock_split_effected()

    line = of(*events, limited("0.0999", effective_on="2026-08-01"), as_of="2026-12-31")

    assert (line.capacity, stops(line)) == (whole(8_879), [Stop.OWNERSHIP])


def test_a_group_counts_together_against_the_limit() -> None:
    """By hand: (0.0999 × 100,000 − 9,000) ÷ 0.9001 = 1,099.8."""
    line = of(
        common_issued(issued=91_000),
        common_issued(holder="bob", issued=9_000),
        SERIES,
        limited("0.0999"),
        group_formed(members=(HolderId("bob"), HolderId("fund"))),
    )

    assert rooms(line)[Stop.OWNERSHIP] == whole(1_099)
    assert "together with bob" in line.first[0].because


def test_a_limit_on_another_paper_does_not_count_and_leaves_this_one_in_the_way_of_it() -> None:
    """By hand: Series A brings 5,000 without a limit; (9,990 + 0.0999 × 5,000 − 5,000) ÷ 0.9001 = 6,098.6 …"""
    events = (
        FLOAT,
        SERIES,
        warrant_issued(holder="fund", warrant="w", purchasable=50_000, terms=WarrantTerms()),
        limited("0.0999", instruments=(InstrumentId("w"),)),
    )

    assert Stop.OWNERSHIP not in rooms(of(*events))
    # (0.0999 × 105,000 − 5,000) ÷ 0.9001 = 6,098.7
    assert rooms(of(*events, source="w"))[Stop.OWNERSHIP] == whole(6_098)


def test_in_a_partial_register_without_a_count_the_limit_leaves_at_least_what_is_recorded_allows() -> None:
    """By hand: 0.0999 × 10,000 ÷ 0.9001 = 1,109.9 at least; the paper brings 5,000 at most."""
    line = of(
        authorized_shares_changed(authorized=Authorized.UNLIMITED, effective_on="2026-01-01"),
        register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=None, effective_on="2026-01-01"),
        common_issued(issued=10_000),
        SERIES,
        limited("0.0999"),
    )

    assert line.capacity == Bounds(Shares(1_109), Shares(5_000))
    assert set(stops(line)) == {Stop.HELD, Stop.OWNERSHIP}


# --- the cap ------------------------------------------------------------------------------------------------------


def test_a_cap_counts_what_was_issued_under_it_since_the_agreement() -> None:
    """By hand: of 1,999, 500 were converted after the agreement, and 250 before it."""
    events = (
        FLOAT,
        SERIES,
        shares_converted(surrendered=200, received=250, effective_on="2026-02-03"),
        issuance_cap_agreed(effective_on="2026-02-10"),
        shares_converted(surrendered=400, received=500, effective_on="2026-02-11"),
    )

    line = of(*events)

    assert rooms(line)[Stop.CAP] == whole(1_499)
    assert (line.capacity, stops(line)) == (whole(1_499), [Stop.CAP])
    assert of(*events, issuance_cap_lifted(effective_on="2026-02-20")).capacity == whole(4_250)


def test_a_cap_stated_as_a_part_is_of_the_shares_outstanding_the_day_before() -> None:
    """By hand: 19.99 % of 10,001 are 1,999.2; the 5,000 issued on the day itself do not count."""
    line = of(
        common_issued(issued=10_001),
        SERIES,
        issuance_cap_agreed(cap=IssuanceCap(part=Ratio("0.1999")), effective_on="2026-02-10"),
        common_issued(issued=5_000, effective_on="2026-02-10"),
    )

    assert rooms(line)[Stop.CAP] == whole(1_999)


def test_a_cap_of_a_part_of_nobody_knows_what_leaves_nobody_knows_how_much() -> None:
    line = of(
        register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=None, effective_on="2026-01-01"),
        SERIES,
        issuance_cap_agreed(cap=IssuanceCap(part=Ratio("0.1999"))),
    )

    assert rooms(line)[Stop.CAP] == Bounds(Shares(0), None)
    assert line.capacity == Bounds(Shares(0), Shares(5_000))


def test_notes_warrants_and_agreements_count_against_a_cap_that_names_them() -> None:
    """By hand: 1,999 − 100 by the note − 200 by the warrant − 300 under the agreement = 1,399."""
    common = StockClassId("common")
    terms = NoteTerms(conversion=NoteConversion(into=common, price=PriceRule(fixed=Price(1, "USD"))))
    line = of(
        FLOAT,
        SERIES,
        agreement_signed(buys="common"),
        note_issued(holder="fund", instrument="n", principal="1000 USD", terms=terms),
        warrant_issued(holder="fund", warrant="w", purchasable=1_000, terms=WarrantTerms()),
        issuance_cap_agreed(
            effective_on="2026-02-10",
            classes=(StockClassId("series-a"),),
            instruments=(InstrumentId("n"), InstrumentId("w")),
            agreements=(AgreementId("spa"),),
        ),
        convertible_converted(
            holder="fund",
            instrument="n",
            principal="100 USD",
            interest=None,
            received=100,
            effective_on="2026-02-11",
        ),
        warrant_exercised(
            holder="fund",
            warrant="w",
            stock_class="common",
            received=200,
            given_up=None,
            effective_on="2026-02-11",
        ),
        common_issued(
            holder="fund",
            issued=300,
            agreement="spa",
            security="CS-9",
            consideration=Consideration(form=ConsiderationForm.CASH),
            effective_on="2026-02-11",
        ),
        common_issued(issued=400, effective_on="2026-02-11"),
    )

    assert rooms(line)[Stop.CAP] == whole(1_399)


def test_a_split_rescales_a_cap_and_what_was_issued_under_it() -> None:
    """By hand: 2 × 1,999 − 2 × 500 = 2,998."""
    line = of(
        FLOAT,
        SERIES,
        issuance_cap_agreed(),
        shares_converted(effective_on="2026-02-11"),
        stock_split_effected(),
        as_of="2026-12-31",
    )

    assert rooms(line)[Stop.CAP] == whole(2_998)


# --- what stops it first ------------------------------------------------------------------------------------------


def test_limits_that_stop_at_the_same_number_are_all_named() -> None:
    line = of(FLOAT, SERIES, issuance_cap_agreed(cap=IssuanceCap(shares=Shares(5_000))))

    assert stops(line) == [Stop.HELD, Stop.CAP]


def test_all_papers_of_a_holder_are_answered_each_as_if_it_were_alone() -> None:
    ledger = company()
    ledger.record(FLOAT, SERIES, warrant_issued(holder="fund", warrant="w", purchasable=70, terms=WarrantTerms()))

    answer = conversion_capacity(ledger, "fund", as_of=DAY)

    assert [(line.right.source, line.capacity) for line in answer] == [
        ("series-a", whole(5_000)),
        ("w", whole(70)),
    ]
    assert len(conversion_capacity(ledger, "ada", as_of=DAY)) == 0


numbers = st.integers(1, 20_000)


@given(numbers, numbers, numbers, numbers, st.integers(1, 99))
def test_capacity_never_exceeds_any_of_its_limits_and_using_it_up_keeps_every_one_of_them(
    others: int, preferred: int, room: int, cap: int, percent: int
) -> None:
    """1.25 for one gives whole common shares in lots of five: what is converted is rounded down to these."""
    ledger = company()
    ledger.record(
        common_issued(issued=others),
        preferred_issued(issued=preferred),
        authorized_shares_changed(authorized=others + room, effective_on="2026-02-03"),
        issuance_cap_agreed(cap=IssuanceCap(shares=Shares(cap))),
        limited(str(Fraction(percent, 100))),
    )
    line = conversion_capacity(ledger, "fund", as_of=DAY)["series-a"]
    capacity = line.capacity.exact

    assert all(capacity <= each.room.exact for each in line.limits)
    assert any(capacity == each.room.exact for each in line.first)

    whole_lots = capacity.as_fraction() // 5
    if whole_lots:
        surrendered, received = Shares(whole_lots * 4), Shares(whole_lots * 5)
        ledger.record(shares_converted(surrendered=surrendered, received=received, effective_on=DAY))
        after = conversion_capacity(ledger, "fund", as_of=DAY)
        owned = beneficial_ownership(ledger, "common", as_of=DAY)
        assert owned["fund"].of_record.exact.as_fraction() * 100 <= percent * (others + whole_lots * 5)
        for again in after:
            assert again.capacity.exact + received <= capacity or again.capacity == whole(0)
