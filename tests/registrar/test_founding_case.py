"""The answers of the founding case that concern counts and commitment, each from the facts through the record."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from ledger import Authorized, HolderId, Ledger, Money, Ratio, RuleBroken, SecurityId, Shares, on
from ledger.commands import ConvertShares
from ledger.errors import HoldingExceeded, NothingRecorded
from ledger.events import Certainty
from projections import (
    Bounds,
    audit_trail,
    cap_table,
    commitments,
    explain,
    of_agreement,
    of_class,
    of_holder,
    rollforward,
)
from registrar.founding_case import (
    AGREEMENT,
    BOONE,
    COMMON,
    SERIES_K,
    later_news,
    record_founding_case,
)


class HandSetClock:
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        self.now = datetime(2017, 1, 1, tzinfo=UTC)

    def set(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> HandSetClock:
    return HandSetClock()


@pytest.fixture
def ledger(clock: HandSetClock) -> Ledger:
    made = Ledger.in_memory(clock=clock)
    record_founding_case(made, clock.set)
    return made


def common(ledger: Ledger, as_of: str, known_at: str | None = None) -> Bounds[Shares]:
    return cap_table(ledger, as_of=as_of, known_at=known_at).shares(BOONE, COMMON)


def test_1400_series_k_at_1000_dollars_and_a_price_of_0_0040_are_350_million_common(ledger: Ledger) -> None:
    """DESIGN section 4, first row; press release of 20 June 2017."""
    command = ConvertShares(holder=BOONE, from_class=SERIES_K, surrendered=Shares(1_400), on=on("2017-06-20"))

    (event,) = command.events(ledger)

    assert event.received == Shares(350_000_000)  # type: ignore[attr-defined]  # a conversion


@pytest.mark.parametrize(
    ("as_of", "low", "high"),
    [
        ("2017-05-04", 0, 0),
        ("2017-05-05", 200_000_000, 200_000_000),
        ("2017-05-09", 200_000_000, 200_000_000),
        ("2017-05-10", 200_000_000, 800_000_000),
        ("2017-06-01", 200_000_000, 800_000_000),
        ("2017-06-19", 200_000_000, 800_000_000),
        ("2017-06-20", 800_000_000, 800_000_000),
    ],
)
def test_boones_common_at_the_close_of_a_day(ledger: Ledger, as_of: str, low: int, high: int) -> None:
    """200,000,000 (5 May) + 250,000,000 (deduced) + 350,000,000 (announced 20 June, no earlier than 10 May)."""
    assert common(ledger, as_of) == Bounds(Shares(low), Shares(high))


@pytest.mark.parametrize(
    ("as_of", "converted", "closed_at_least", "undrawn_at_most", "due", "undrawn_on_schedule"),
    [
        ("2017-02-08", 0, 0, 20_000_000, 0, 20_000_000),
        ("2017-05-05", 800, 800_000, 19_200_000, 3_000_000, 17_000_000),
        ("2017-06-20", 3_200, 3_200_000, 16_800_000, 4_000_000, 16_000_000),
    ],
)
def test_the_commitment_has_the_bounds_of_the_facts(
    ledger: Ledger,
    as_of: str,
    converted: int,
    closed_at_least: int,
    undrawn_at_most: int,
    due: int,
    undrawn_on_schedule: int,
) -> None:
    """The table of section 2 of the case: closings are not public, funded is at least what was converted."""
    balance = commitments(ledger, as_of=as_of)[AGREEMENT]

    assert balance.undertaken.exact == Money(20_000_000, "USD")
    assert balance.shares.converted.exact == Shares(converted)
    assert balance.closed == Bounds(Money(closed_at_least, "USD"), None)
    assert balance.undrawn == Bounds(None, Money(undrawn_at_most, "USD"))
    assert balance.due.exact == Money(due, "USD")
    assert balance.undrawn_if_on_schedule.exact == Money(undrawn_on_schedule, "USD")


def test_the_invested_capital_converted_is_3_200_000_dollars(ledger: Ledger) -> None:
    balance = commitments(ledger, as_of="2017-06-20")[AGREEMENT]

    assert balance.shares.converted.exact.as_fraction() * 1_000 == 3_200_000


def test_the_percentage_held_is_unknown_and_not_100(ledger: Ledger) -> None:
    (line,) = [line for line in cap_table(ledger, as_of="2017-06-20") if line.stock_class == COMMON]

    assert (line.percent.low, line.percent.high) == (None, None)
    assert "not known" in cap_table(ledger, as_of="2017-06-20").stock_class(COMMON).denominator


def test_there_are_holders_that_are_not_recorded(ledger: Ledger) -> None:
    line = cap_table(ledger, as_of="2017-06-20").stock_class(COMMON)

    assert line.not_recorded == Bounds(Shares(0), None)
    assert line.outstanding == Bounds(Shares(800_000_000), None)


def test_converting_all_20_000_needs_more_than_was_authorized_when_the_agreement_was_signed(
    ledger: Ledger,
) -> None:
    """20,000 × $1,000 ÷ $0.0040 = 5,000,000,000 > 2,000,000,000."""
    room = commitments(ledger, as_of="2017-02-08")[AGREEMENT].headroom

    assert room is not None
    assert room.if_all_converted == Shares(5_000_000_000)
    assert room.authorized.only == Authorized(2_000_000_000)
    assert room.is_enough is False
    assert room.too_few == Shares(3_000_000_000)


def test_after_the_increase_it_is_not_known_whether_there_is_room_for_the_rest(ledger: Ledger) -> None:
    """3,200 of the 20,000 were converted, into 800,000,000; how much of the 20 billion others hold is not known."""
    room = commitments(ledger, as_of="2017-06-20")[AGREEMENT].headroom

    assert room is not None
    assert room.still_to_convert.exact == Shares(4_200_000_000)
    assert room.available == Bounds(None, Shares(19_200_000_000))
    assert room.is_enough is None


def test_the_increase_to_20_billion_has_a_deduced_range_and_was_in_force_by_9_may(ledger: Ledger) -> None:
    def authorized(as_of: str) -> tuple[Authorized, ...]:
        return cap_table(ledger, as_of=as_of).stock_class(COMMON).authorized.values

    old, new = Authorized(2_000_000_000), Authorized(20_000_000_000)
    assert [authorized(day) for day in ("2017-02-08", "2017-02-09", "2017-05-08", "2017-05-09")] == [
        (old,),
        (old, new),
        (old, new),
        (new,),
    ]


def test_a_missed_tranche_lets_the_company_redeem_half_at_a_cent(ledger: Ledger) -> None:
    balance = commitments(ledger, as_of="2017-06-20")[AGREEMENT]

    assert balance.remedy is not None
    assert (balance.remedy.redeemable, str(balance.remedy.price)) == (Ratio("1/2"), "0.01 USD")
    assert balance.remedy.redeemable.value == Fraction(1, 2)


def test_the_last_tranche_waits_for_its_condition(ledger: Ledger) -> None:
    last = commitments(ledger, as_of="2017-06-20")[AGREEMENT].tranches[5]

    assert last.undertaken.exact == Money(15_000_000, "USD")
    assert [(name, str(state)) for name, state in last.conditions] == [("use-of-proceeds", "open")]


def test_before_the_release_of_20_june_nobody_knew_of_the_second_conversion(ledger: Ledger) -> None:
    assert common(ledger, "2017-06-01", "2017-05-31").exact == Shares(200_000_000)
    assert common(ledger, "2017-06-01", "2017-06-20") == Bounds(Shares(200_000_000), Shares(450_000_000))
    assert common(ledger, "2017-06-01", "2017-06-21") == Bounds(Shares(200_000_000), Shares(800_000_000))


def test_before_the_first_release_nothing_was_recorded(ledger: Ledger) -> None:
    with pytest.raises(NothingRecorded, match="2017-02-14"):
        cap_table(ledger, as_of="2017-06-20", known_at="2017-02-13")


def test_a_late_entry_changes_its_day_and_no_earlier_answer(ledger: Ledger, clock: HandSetClock) -> None:
    """The conversion of 1 August was disclosed on 4 August: 1,550,000,000 since, 800,000,000 as known before."""
    clock.set(datetime(2017, 8, 4, 20, tzinfo=UTC))
    ledger.record(*later_news())

    assert common(ledger, "2017-08-01").exact == Shares(1_550_000_000)
    assert common(ledger, "2017-08-01", "2017-08-03").exact == Shares(800_000_000)
    balance = commitments(ledger, as_of="2017-08-01")[AGREEMENT]
    assert (balance.closed.low, balance.undrawn.high) == (Money(6_200_000, "USD"), Money(13_800_000, "USD"))
    late = audit_trail(ledger, late_for="2017-08-01", recorded_from="2017-08-02")
    assert {line.entry.event.KIND for line in late} == {"tranche-closed", "preferred-issued", "shares-converted"}


def test_the_roll_forward_of_common_is_all_conversion(ledger: Ledger) -> None:
    roll = rollforward(ledger, of_class(COMMON, "outstanding"), after="2017-05-04", through="2017-06-20")

    assert roll.opening.exact == Shares(0)
    assert [(line.kind, line.change.exact) for line in roll.lines] == [
        ("issued on conversion", Shares(800_000_000))
    ]
    assert roll.closing.exact == Shares(800_000_000)


def test_the_roll_forward_of_the_commitment_shows_what_was_undertaken_and_closed(ledger: Ledger) -> None:
    roll = rollforward(ledger, of_agreement(AGREEMENT, "undrawn"), after="2017-02-07", through="2017-06-20")

    assert [(line.kind, str(line.change.exact)) for line in roll.lines] == [
        ("undertaken", "20000000 USD"),
        ("closed", "-3200000 USD"),
    ]


def test_a_figure_is_explained_by_its_entries(ledger: Ledger) -> None:
    explanation = explain(ledger, of_holder(BOONE, COMMON), as_of="2017-06-01")

    assert explanation.arithmetic() == (
        "200,000,000 + (0 or 250,000,000) + (0 or 350,000,000) = 200,000,000 to 800,000,000"
    )
    assert [int(step.fact.entry.number) for step in explanation.steps] == [10, 14, 18]


def test_what_was_deduced_is_marked_and_says_why(ledger: Ledger) -> None:
    deduced = [entry.event for entry in ledger.entries() if entry.event.certainty is Certainty.DEDUCED]

    assert len(deduced) == 8
    assert all(event.note for event in deduced)


def test_every_entry_after_the_opening_names_a_public_page(ledger: Ledger) -> None:
    bare = {line.entry.event.KIND for line in audit_trail(ledger, without_evidence=True)}

    assert bare == {"issuer-registered", "register-scope-declared"}


def test_converting_shares_that_were_converted_already_is_refused(ledger: Ledger) -> None:
    command = ConvertShares(
        holder=HolderId("boone"),
        from_class=SERIES_K,
        surrendered=Shares(1),
        on=on(date(2017, 6, 20)),
        security=SecurityId("K-1"),
    )
    before = len(ledger.entries())

    with pytest.raises(RuleBroken) as refused:
        ledger.record(*command.events(ledger))

    assert isinstance(refused.value, HoldingExceeded)
    assert refused.value.held == Shares(0)
    assert len(ledger.entries()) == before
