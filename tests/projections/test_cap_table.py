"""The cap table: who holds what, of which class, and what part of which total that is."""

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from ledger import (
    Authorized,
    ConversionRight,
    HolderId,
    Ledger,
    NothingRecorded,
    NotUnderstood,
    Personal,
    Phase,
    Price,
    Ratio,
    ReserveId,
    RuleBroken,
    Scope,
    SecurityId,
    Shares,
    StockClassId,
    StockClassKind,
)
from ledger.events import Event, OpeningPosition, ResultingTerms
from ledger.quantities import FractionPolicy, shown_percentages
from projections import Bounds, CapTable, cap_table
from projections.bounds import exactly
from tests.builders import (
    agreement_signed,
    authorized_shares_changed,
    class_terms_amended,
    common,
    common_issued,
    company,
    entry_restated,
    entry_voided,
    holder_merged,
    holder_registered,
    holder_renamed,
    issuer_registered,
    opening_balance_adopted,
    preferred_issued,
    register_scope_declared,
    reserve_released,
    security_identifier_changed,
    series_a,
    shares_cancelled,
    shares_converted,
    shares_redeemed,
    shares_repurchased,
    shares_reserved,
    shares_retired,
    shares_transferred,
    stock_class_designated,
    stock_split_effected,
    ticking,
    treasury_shares_reissued,
)
from tests.projections.histories import LAST, SOME, answers, as_of_days, histories, opening_events, recorded

DAY = "2026-02-28"
THIRD = Fraction(1, 3)
UNKNOWN: Bounds[Any] = Bounds(None, None)


def on(ledger: Ledger, *events: Event, as_of: str = DAY) -> CapTable:
    """Record events one command each, and return the cap table of a day."""
    for event in events:
        ledger.record(event)
    return cap_table(ledger, as_of=as_of)


# --- holders and classes -----------------------------------------------------------------------------------------


def test_each_holder_has_a_line_for_each_class_held() -> None:
    table = on(
        company(),
        common_issued(issued=1_000),
        shares_transferred(transferred=300),
        preferred_issued(issued=40),
        common_issued(holder="fund", issued=5),
    )

    lines = [(line.holder, line.stock_class, line.shares.exact) for line in table]
    assert lines == [
        ("ada", "common", Shares(700)),
        ("bob", "common", Shares(300)),
        ("fund", "common", Shares(5)),
        ("fund", "series-a", Shares(40)),
    ]
    assert len(table) == 4


def test_certificates_of_one_holder_add_up_to_one_line() -> None:
    table = on(
        company(),
        common_issued(issued=10),
        common_issued(issued=20, security="CS-1"),
        common_issued(issued=30, security="CS-2"),
    )

    assert [line.shares.exact for line in table] == [Shares(60)]


def test_who_gave_everything_away_has_no_line() -> None:
    table = on(company(), common_issued(issued=100), shares_transferred(transferred=100))

    assert [line.holder for line in table] == ["bob"]
    assert table.shares("ada", "common") == exactly(Shares(0))


def test_a_partial_conversion_leaves_the_rest_on_the_old_certificate() -> None:
    """400 × 10 / 8 = 500."""
    table = on(
        company(),
        preferred_issued(issued=1_000, security="PA-1"),
        shares_converted(surrendered=400, received=500, security="PA-1", received_as="CS-1"),
    )

    assert table.shares("fund", "series-a").exact == Shares(600)
    assert table.shares("fund", "common").exact == Shares(500)


def test_a_class_that_is_not_there_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(RuleBroken, match="common"):
        on(company()).stock_class("comon")


def test_before_the_first_event_takes_effect_there_is_nothing() -> None:
    table = on(company(), common_issued(), as_of="2025-12-31")

    assert (table.classes, table.holdings) == ((), ())


def test_before_the_first_entry_was_recorded_nothing_is_answered() -> None:
    ledger = company(clock=ticking(start=datetime(2026, 1, 5, 12, tzinfo=UTC)))

    with pytest.raises(NothingRecorded):
        cap_table(ledger, as_of="2026-01-05", known_at="2026-01-04")
    assert cap_table(ledger, as_of="2026-01-05", known_at="2026-01-05").known == 6


@pytest.mark.parametrize(("as_of", "held"), [("2026-03-09", 1_000), ("2026-03-10", 900), ("2026-03-11", 900)])
def test_what_lies_in_the_future_does_not_leak_into_today(as_of: str, held: int) -> None:
    table = on(
        company(),
        common_issued(issued=1_000),
        shares_cancelled(effective_on="2026-03-10"),
        authorized_shares_changed(effective_on="2026-04-01"),
        stock_split_effected(effective_on="2026-05-01"),
        as_of=as_of,
    )

    assert table.shares("ada", "common").exact == Shares(held)
    assert table.stock_class("common").authorized.only == Authorized(10_000_000)


# --- what a class amounts to -------------------------------------------------------------------------------------


def test_treasury_shares_are_issued_and_not_outstanding() -> None:
    """1,000 issued; 300 bought back, of which 50 go to bob and 100 are retired: 150 in treasury.

    Outstanding 1,000 − 300 + 50 = 750; issued 750 + 150 = 900; available 10,000,000 − 900 = 9,999,100.
    """
    line = on(
        company(),
        common_issued(issued=1_000),
        shares_repurchased(repurchased=300),
        treasury_shares_reissued(reissued=50),
        shares_retired(retired=100),
    ).stock_class("common")

    assert line.treasury.exact == Shares(150)
    assert line.outstanding.exact == Shares(750)
    assert line.issued.exact == Shares(900)
    assert line.available.exact == Shares(9_999_100)


def test_a_reserve_lowers_what_is_available_until_it_is_released_or_drawn() -> None:
    """500,000 kept back, 100,000 released, 1,000 issued out of it: 399,000 are left in the reserve.

    Available 10,000,000 − 399,000 − 1,000 = 9,600,000.
    """
    line = on(
        company(), shares_reserved(), reserve_released(), common_issued(reserve=ReserveId("plan"))
    ).stock_class("common")

    assert line.reserved.exact == Shares(399_000)
    assert line.available.exact == Shares(9_600_000)


@pytest.mark.parametrize(("reissuable", "spent", "available"), [(False, 500, 999_000), (True, 0, 999_500)])
def test_converted_and_redeemed_shares_are_available_again_only_if_the_terms_say_so(
    reissuable: bool, spent: int, available: int
) -> None:
    """1,000 of 1,000,000 issued, of which 400 are converted and 100 redeemed: 500 are outstanding."""
    ledger = Ledger.in_memory(clock=ticking())
    ledger.record(
        issuer_registered(),
        common(),
        series_a(converted_shares_reissuable=reissuable),
        holder_registered(holder="fund"),
    )
    line = on(ledger, preferred_issued(), shares_converted(), shares_redeemed()).stock_class("series-a")

    assert line.outstanding.exact == Shares(500)
    assert (line.spent.exact, line.available.exact) == (Shares(spent), Shares(available))
    ledger.record(preferred_issued(issued=available, effective_on=DAY))
    with pytest.raises(RuleBroken):
        ledger.record(preferred_issued(issued=1, effective_on=DAY))


def test_more_out_than_the_charter_allows_is_shown_below_zero() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(authorized_shares_changed(authorized=900), as_stated=True)

    assert cap_table(ledger, as_of=DAY).stock_class("common").available.exact == Shares(-100)


@pytest.mark.parametrize("authorized", [Authorized.UNLIMITED, Authorized.UNKNOWN])
def test_without_a_number_authorized_nothing_is_said_to_be_available(authorized: Authorized) -> None:
    line = on(company(), authorized_shares_changed(authorized=authorized)).stock_class("common")

    assert line.authorized.only == authorized
    assert line.available == UNKNOWN


def test_votes_are_those_that_the_charter_gives_a_share() -> None:
    """700 × 10 and 300 × 10; the preferred has no vote stated."""
    table = on(
        company(),
        class_terms_amended(votes_per_share=Ratio(10)),
        common_issued(issued=1_000),
        shares_transferred(transferred=300),
        preferred_issued(),
    )

    assert [line.votes for line in table] == [exactly(Fraction(7_000)), exactly(Fraction(3_000)), None]
    assert table.stock_class("common").votes == exactly(Fraction(10_000))


def test_votes_that_change_on_an_open_day_are_between_the_two() -> None:
    table = on(
        company(),
        class_terms_amended(votes_per_share=Ratio(1)),
        class_terms_amended(votes_per_share=Ratio(10), effective_on="2026-02-20/2026-03-05"),
        common_issued(issued=1_000),
    )

    assert table.stock_class("common").votes == Bounds(Fraction(1_000), Fraction(10_000))


# --- as converted ------------------------------------------------------------------------------------------------


def test_a_price_converts_stated_value_exactly() -> None:
    """1,000 Series A of 10 USD at 8 USD are 1,250 common; with 250 common the fund has 1,500 of 3,000."""
    table = on(company(), preferred_issued(), common_issued(holder="fund", issued=250), common_issued(issued=1_500))

    assert table.stock_class("series-a").as_converted == exactly(Shares(1_250))
    assert table.stock_class("common").as_converted == exactly(Shares(1_750))
    assert table.percent_as_converted("fund") == exactly(Fraction(1, 2))


def test_a_ratio_converts_exactly_too() -> None:
    """1,000 × 7/3 = 7000/3: a fraction stays a fraction."""
    right = ConversionRight(into=StockClassId("common"), ratio=Ratio("7/3"))
    table = on(company(), class_terms_amended(stock_class="series-a", conversion=right), preferred_issued())

    assert table.stock_class("series-a").as_converted == exactly(Shares.of_units(Fraction(7_000 * 10**10, 3)))


def test_a_class_that_converts_step_by_step_stands_for_the_common_in_the_end() -> None:
    """Series B converts into Series A at 2, and that at 10 / 8 into common: 100 × 2 × 1.25 = 250."""
    table = on(
        company(),
        stock_class_designated(
            stock_class="series-b",
            class_kind=StockClassKind.PREFERRED,
            title="Series B Preferred Stock",
            conversion=ConversionRight(into=StockClassId("series-a"), ratio=Ratio(2)),
        ),
        preferred_issued(stock_class="series-b", issued=100),
    )

    assert table.stock_class("series-b").as_converted == exactly(Shares(250))


def test_where_a_term_is_missing_what_is_converted_is_unknown_and_so_is_every_part() -> None:
    """A price says nothing without the stated value: ada's 1,000 common are not known to be all."""
    table = on(
        company(),
        stock_class_designated(
            stock_class="series-b",
            class_kind=StockClassKind.PREFERRED,
            title="Series B Preferred Stock",
            conversion=ConversionRight(into=StockClassId("common"), price=Price(1, "USD")),
        ),
        preferred_issued(stock_class="series-b", issued=100),
        common_issued(),
    )

    assert table.stock_class("series-b").as_converted == UNKNOWN
    assert table.percent_as_converted("ada") == UNKNOWN


def test_a_right_that_came_to_an_end_converts_nothing() -> None:
    table = on(
        company(),
        preferred_issued(),
        common_issued(),
        class_terms_amended(stock_class="series-a", conversion_ended=True),
    )

    assert table.stock_class("series-a").as_converted is None
    assert table.percent_as_converted("ada") == exactly(Fraction(1))


# --- percentages -------------------------------------------------------------------------------------------------


def test_percentages_are_exact_fractions_of_a_named_total_and_add_to_one() -> None:
    table = on(
        company(),
        *(common_issued(holder=holder, issued=1) for holder in ("ada", "bob", "fund")),
    )

    parts = [line.percent.exact for line in table]
    assert parts == [THIRD, THIRD, THIRD]
    assert table.stock_class("common").denominator == "common outstanding"
    assert shown_percentages(parts) == ["33.34", "33.33", "33.33"]


@SOME
@given(histories())
def test_the_parts_of_every_class_add_to_one(events: list[Event]) -> None:
    table = cap_table(recorded(events), as_of=LAST)

    for line in table.classes:
        parts = [each.percent.exact for each in table if each.stock_class == line.stock_class]
        assert sum(parts) == (1 if line.outstanding.exact else 0)


def test_treasury_shares_are_in_no_denominator() -> None:
    table = on(
        company(),
        common_issued(issued=200),
        common_issued(holder="bob", issued=100),
        shares_repurchased(repurchased=100),
    )

    assert [line.percent.exact for line in table] == [Fraction(1, 2), Fraction(1, 2)]


# --- partial registers -------------------------------------------------------------------------------------------


def partial(**changes: object) -> Ledger:
    """Return a ledger in which only the fund's 200 common shares are recorded."""
    ledger = company()
    ledger.record(register_scope_declared(scope=Scope.PARTIAL, **changes))
    ledger.record(common_issued(holder="fund", issued=200))
    return ledger


def test_in_a_partial_register_a_known_numerator_never_poses_as_the_whole() -> None:
    table = cap_table(partial(), as_of=DAY)
    line, holding = table.stock_class("common"), table.holdings[0]

    assert holding.shares == exactly(Shares(200))
    assert holding.percent == UNKNOWN
    assert line.outstanding == Bounds(Shares(200), None)
    assert line.issued == Bounds(Shares(200), None)
    assert line.available == Bounds(None, Shares(9_999_800))
    assert line.not_recorded == Bounds(Shares(0), None)
    assert line.denominator == "common outstanding, which is not known: the register is partial"
    assert table.percent_as_converted("fund") == UNKNOWN


def test_a_stated_count_supplies_the_denominator_and_the_line_of_holders_not_recorded() -> None:
    """200 of the 1,600 that the company states are 12.5 %; 1,400 are with holders that are not recorded."""
    table = cap_table(partial(stated_outstanding=1_600), as_of=DAY)
    line = table.stock_class("common")

    assert table.holdings[0].percent == exactly(Fraction(1, 8))
    assert line.not_recorded == exactly(Shares(1_400))
    assert line.outstanding == Bounds(Shares(200), None)
    assert line.denominator == "common outstanding as stated on 2026-01-01"


@pytest.mark.parametrize(("stated", "percent", "rest"), [(199, None, 0), (200, 1, 0), (201, "200/201", 1)])
def test_a_stated_count_below_what_is_recorded_gives_no_percentage(stated: int, percent: object, rest: int) -> None:
    table = cap_table(partial(stated_outstanding=stated), as_of=DAY)

    expected = UNKNOWN if percent is None else exactly(Fraction(str(percent)))
    assert table.holdings[0].percent == expected
    assert table.stock_class("common").not_recorded == exactly(Shares(rest))


def test_a_stated_count_follows_a_later_split_exactly() -> None:
    """1,601 stated in old units are 1601/10 after one for ten; the fund's 200 are 20."""
    ledger = partial(stated_outstanding=1_601)
    ledger.record(stock_split_effected(ratio="1/10"))
    table = cap_table(ledger, as_of="2026-07-01")

    stated = table.stock_class("common").stated
    assert stated is not None
    assert stated.shares.as_fraction() == Fraction(1601, 10)
    assert table.holdings[0].percent == exactly(Fraction(200, 1601))


def test_a_register_that_is_declared_complete_again_has_no_holders_left_over() -> None:
    ledger = partial()
    ledger.record(register_scope_declared(effective_on="2026-03-01"))

    table = cap_table(ledger, as_of="2026-03-01")

    assert table.holdings[0].percent == exactly(Fraction(1))
    assert table.stock_class("common").not_recorded == exactly(Shares(0))


# --- what a class says of itself ---------------------------------------------------------------------------------


@SOME
@given(histories(), as_of_days)
def test_what_is_authorized_is_reserved_issued_used_up_or_available(events: list[Event], as_of: date) -> None:
    for line in cap_table(recorded(events), as_of=as_of).classes:
        authorized = line.authorized.only
        assert authorized is not None
        assert authorized.shares is not None
        parts = (line.reserved, line.issued, line.spent, line.available)
        assert sum(part.exact.units for part in parts) == authorized.shares.units
        assert sum(reserve.shares.exact.units for reserve in line.reserves) == line.reserved.exact.units


def test_a_class_has_its_terms_reserves_and_identifiers_of_the_day() -> None:
    ledger = company()
    ledger.record(
        shares_reserved(reserved=400, purpose="Option plan"),
        shares_reserved(reserve=ReserveId("warrants"), reserved=30, purpose="Warrants of 2026"),
        security_identifier_changed(effective_on="2026-02-01"),
    )
    line, preferred = (cap_table(ledger, as_of=DAY).stock_class(each) for each in ("common", "series-a"))

    assert [(each.reserve, each.purpose, each.shares.exact) for each in line.reserves] == [
        ("plan", "Option plan", Shares(400)),
        ("warrants", "Warrants of 2026", Shares(30)),
    ]
    assert [scheme for scheme, number in line.identifiers if number.is_exact] == ["CUSIP"]
    assert preferred.stated_value.only == Price(10, "USD")
    assert (preferred.reserves, preferred.identifiers) == ((), ())
    assert cap_table(ledger, as_of="2026-01-31").stock_class("common").identifiers == ()


# --- names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "name"), [("2026-03-09", "Fund LP"), ("2026-03-10", "Fund II LP"), ("2026-03-11", "Fund II LP")]
)
def test_a_renamed_holder_has_the_name_of_the_day(as_of: str, name: str) -> None:
    table = on(company(), preferred_issued(), holder_renamed(effective_on="2026-03-10"), as_of=as_of)

    assert [line.name for line in table] == [name]


def test_a_natural_person_is_shown_by_name_while_it_is_at_hand_and_never_by_accident() -> None:
    table = on(company(), common_issued())

    assert table.holdings[0].name == "Ada Quill"
    assert str(Personal(None, commitment="sha256:" + "0" * 64)) == "(not at hand)"
    assert "Quill" not in repr(Personal("Ada Quill"))


def test_merged_holders_are_shown_together_and_apart_again_once_the_merger_is_voided() -> None:
    ledger = company()
    ledger.record(common_issued(issued=600), common_issued(holder="bob", issued=400))
    merged = ledger.record(holder_merged())

    together = cap_table(ledger, as_of=DAY)
    before = cap_table(ledger, as_of="2026-02-01")
    ledger.record(entry_voided(merged.entries[0].number))
    apart = cap_table(ledger, as_of=DAY)

    assert [(line.holder, line.shares.exact) for line in together] == [("ada", Shares(1_000))]
    assert together.holdings[0].percent == exactly(Fraction(1))
    assert before.holdings == ()
    assert [(line.holder, line.shares.exact) for line in apart] == [("ada", Shares(600)), ("bob", Shares(400))]


def test_mergers_are_followed_to_the_last_name() -> None:
    table = on(
        company(),
        common_issued(issued=10),
        common_issued(holder="bob", issued=20),
        holder_merged(holder="ada", into="bob"),
        holder_merged(holder="bob", into="fund"),
    )

    assert [(line.holder, line.name, line.shares.exact) for line in table] == [("fund", "Fund LP", Shares(30))]


def test_a_merger_whose_day_is_open_leaves_both_holders_a_line_that_holds_either_reading() -> None:
    """Before the merger ada has 600 and bob 400; after it ada has 1,000 and bob has none."""
    events = (common_issued(issued=600), common_issued(holder="bob", issued=400))
    table = on(company(), *events, holder_merged(effective_on="2026-02-10/2026-02-20"), as_of="2026-02-15")

    assert [(line.holder, line.shares, line.percent) for line in table] == [
        ("ada", Bounds(Shares(600), Shares(1_000)), Bounds(Fraction(3, 5), Fraction(1))),
        ("bob", Bounds(Shares(0), Shares(400)), Bounds(Fraction(0), Fraction(2, 5))),
    ]
    assert table.may_be_merged == (("bob", "ada"),)
    assert table.stock_class("common").outstanding == exactly(Shares(1_000))


def test_mergers_may_lead_to_several_names_where_more_than_one_day_is_open() -> None:
    """bob's 20 count as ada's for certain; whether ada's and bob's are the fund's is open."""
    table = on(
        company(),
        common_issued(issued=10),
        common_issued(holder="bob", issued=20),
        holder_merged(holder="bob", into="ada", effective_on="2026-02-09"),
        holder_merged(holder="ada", into="fund", effective_on="2026-02-10/2026-02-20"),
        as_of="2026-02-15",
    )

    assert [(line.holder, line.shares) for line in table] == [
        ("ada", Bounds(Shares(0), Shares(30))),
        ("fund", Bounds(Shares(0), Shares(30))),
    ]


def test_a_name_whose_day_is_open_is_shown_beside_the_name_before() -> None:
    renamed = holder_renamed(effective_on="2026-03-10/2026-03-12")

    table = on(company(), preferred_issued(), renamed, as_of="2026-03-11")

    assert table.holdings[0].name == "Fund LP or Fund II LP"


def test_what_a_merged_holder_has_is_what_it_is_shown_with() -> None:
    table = on(
        company(), common_issued(issued=600), common_issued(holder="bob", issued=400), holder_merged(), as_of=DAY
    )

    assert table.shares("bob", "common") == table.shares("ada", "common") == exactly(Shares(1_000))
    assert table.percent_as_converted("bob") == exactly(Fraction(1))


def test_a_holder_nobody_knows_is_answered_with_the_one_that_was_meant() -> None:
    table = on(company(), common_issued())

    for ask in (lambda: table.shares("adda", "common"), lambda: table.percent_as_converted("adda")):
        with pytest.raises(RuleBroken, match="ada"):
            ask()
    with pytest.raises(RuleBroken, match="common"):
        table.shares("ada", "comon")


def test_a_holder_of_whom_the_record_speaks_on_a_later_day_has_nothing_yet() -> None:
    late = holder_registered(holder="late", effective_on="2026-05-01")
    ledger = company()
    known = ledger.position()
    ledger.record(late)

    assert cap_table(ledger, as_of=DAY).shares("late", "common") == exactly(Shares(0))
    assert cap_table(ledger, as_of="2025-12-31").shares("nobody", "nothing") == exactly(Shares(0))
    with pytest.raises(RuleBroken, match="late"):
        cap_table(ledger, as_of=DAY, known_at=known).shares("late", "common")


# --- as known ----------------------------------------------------------------------------------------------------


@SOME
@given(histories(), histories(longest=2, most=4), as_of_days)
def test_what_is_recorded_later_leaves_every_answer_as_known_before_alone(
    events: list[Event], later: list[Event], as_of: date
) -> None:
    """Back-dated facts, voids and restatements included."""
    ledger = recorded(events)
    known = len(ledger.entries())
    table = cap_table(ledger, as_of=as_of, known_at=known)
    before = answers(ledger, as_of)

    for event in later:
        try:
            ledger.record(event)
        except RuleBroken:
            continue

    assert cap_table(ledger, as_of=as_of, known_at=known) == table
    assert table == cap_table(recorded(events), as_of=as_of)
    assert before == answers(recorded(events), as_of)


@SOME
@given(histories(longest=2, with_corrections=False), as_of_days)
def test_what_takes_effect_later_leaves_earlier_days_alone(events: list[Event], as_of: date) -> None:
    earlier = [each for each in events if each.effective_on.earliest <= as_of]  # type: ignore[attr-defined]
    whole, part = Ledger.in_memory(clock=ticking()), Ledger.in_memory(clock=ticking())
    whole.record(*opening_events(), *events, as_stated=True)
    part.record(*opening_events(), *earlier, as_stated=True)

    assert answers(whole, as_of) == answers(part, as_of)


def test_a_restated_figure_is_seen_only_after_it_was_known() -> None:
    ledger = company()
    issued = ledger.record(common_issued(issued=1_000))
    restated = ledger.record(entry_restated(issued.entries[0].number, restated_as=common_issued(issued=900)))

    before = cap_table(ledger, as_of=DAY, known_at=issued.entries[0].recorded_at)
    after = cap_table(ledger, as_of=DAY, known_at=restated.entries[0].recorded_at)

    assert before.shares("ada", "common").exact == Shares(1_000)
    assert before.known_at == issued.entries[0].recorded_at
    assert after.shares("ada", "common").exact == Shares(900)
    assert after == cap_table(ledger, as_of=DAY)


def test_a_void_that_is_voided_revives_the_figure() -> None:
    ledger = company()
    issued = ledger.record(common_issued(issued=1_000)).entries[0].number
    void = ledger.record(entry_voided(issued)).entries[0].number
    ledger.record(entry_voided(void))

    held = [cap_table(ledger, as_of=DAY, known_at=known).shares("ada", "common").exact for known in (7, 8, 9)]

    assert held == [Shares(1_000), Shares(0), Shares(1_000)]


def test_an_opening_balance_brings_every_position_and_the_treasury() -> None:
    positions = (
        OpeningPosition(holder=HolderId("ada"), shares=Shares(600), security=SecurityId("CS-1")),
        OpeningPosition(holder=HolderId("bob"), shares=Shares(400)),
    )
    table = on(company(), opening_balance_adopted(positions=positions, treasury=50), as_of="2026-01-01")

    assert [line.shares.exact for line in table] == [Shares(600), Shares(400)]
    assert table.stock_class("common").treasury.exact == Shares(50)
    assert table.stock_class("common").issued.exact == Shares(1_050)


# --- in other units ----------------------------------------------------------------------------------------------


def split(ratio: str, on: str, into: Price) -> Event:
    """Return a reverse split of the common stock with the conversion price that the papers state."""
    return stock_split_effected(
        ratio=ratio,
        effective_on=on,
        phase=Phase.CLOSE,
        fractions=FractionPolicy.UP,
        resulting=(
            ResultingTerms(stock_class=StockClassId("common"), authorized=Authorized(10_000_000)),
            ResultingTerms(
                stock_class=StockClassId("series-a"),
                conversion=ConversionRight(into=StockClassId("common"), price=into),
            ),
        ),
    )


def test_an_old_figure_in_the_units_of_a_later_day_is_an_exact_fraction_and_never_rounded() -> None:
    """1,000 and 501 shares before 1:3 and 1:7 are 1000/21 and 501/21 in the units after both."""
    ledger = company()
    ledger.record(common_issued(issued=1_000), common_issued(holder="bob", issued=501))
    ledger.record(split("1/3", "2026-03-01", Price(24, "USD")))
    ledger.record(split("1/7", "2026-04-01", Price(168, "USD")))

    own = cap_table(ledger, as_of=DAY)
    after_one = cap_table(ledger, as_of=DAY, basis="2026-03-01")
    after_both = cap_table(ledger, as_of=DAY, basis="2026-12-31")

    assert own.basis == date(2026, 2, 28)
    assert own.shares("ada", "common").exact == Shares(1_000)
    assert after_one.shares("ada", "common").exact.as_fraction() == Fraction(1000, 3)
    assert after_both.shares("ada", "common").exact.as_fraction() == Fraction(1000, 21)
    assert after_both.shares("bob", "common").exact.as_fraction() == Fraction(501, 21)
    assert after_both.stock_class("common").outstanding.exact.as_fraction() == Fraction(1501, 21)
    assert cap_table(ledger, as_of="2026-04-01").shares("ada", "common").exact == Shares(48)


def test_in_every_basis_the_parts_the_votes_and_what_is_converted_are_the_same() -> None:
    """1,000 Series A stand for 1,250 common of February, which are 2,500 after two for one."""
    ledger = company()
    ledger.record(class_terms_amended(votes_per_share=Ratio(1)), common_issued(), preferred_issued())
    ledger.record(stock_split_effected())

    own = cap_table(ledger, as_of=DAY)
    later = cap_table(ledger, as_of=DAY, basis="2026-07-01")

    assert later.stock_class("common").as_converted == exactly(Shares(2_000))
    assert later.stock_class("series-a").as_converted == exactly(Shares(2_500))
    assert later.percent_as_converted("fund") == own.percent_as_converted("fund") == exactly(Fraction(5, 9))
    assert later.stock_class("common").votes == own.stock_class("common").votes == exactly(Fraction(1_000))
    assert [line.percent for line in later] == [line.percent for line in own]


@pytest.mark.parametrize(("basis", "held"), [("2026-02-28", 1_000), ("2026-06-30", 1_000), ("2026-07-01", 2_000)])
def test_the_units_change_with_the_split(basis: str, held: int) -> None:
    ledger = company()
    ledger.record(common_issued())
    ledger.record(stock_split_effected())

    assert cap_table(ledger, as_of=DAY, basis=basis).shares("ada", "common").exact == Shares(held)


def test_a_basis_before_the_day_asked_about_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="units go forward only"):
        cap_table(company(), as_of=DAY, basis="2026-02-27")


def test_shares_bought_under_an_agreement_are_on_the_cap_table_once() -> None:
    table = on(
        company(), agreement_signed(), preferred_issued(agreement="spa", security="PA-1", effective_on="2026-02-03")
    )

    assert [(line.holder, line.shares.exact) for line in table] == [("fund", Shares(1_000))]
