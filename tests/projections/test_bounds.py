"""Bounds hold every admissible choice of days: each choice is built as an exact history of its own and compared."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Authorized, EffectiveDay, Ledger, Money, RuleBroken, Scope, Shares, TrancheId
from ledger.events import Event, Fact, TrancheRescheduled
from projections import Bounds, RollForward, cap_table, commitments, of_holder, rollforward
from projections.bounds import exactly
from tests import builders
from tests.builders import company, ticking
from tests.projections.histories import (
    FIRST,
    LEVEL_FACTS,
    MONEY_FACTS,
    SHARE_FACTS,
    accepted,
    answers,
    as_of_days,
    below_zero,
    every_figure,
    facts_of,
    opening_events,
    recorded,
    within,
)

FEW = settings(max_examples=25)
"""Each example builds up to 81 ledgers, one for each choice of days."""


def choices(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Yield the events once for each choice of the days that are open."""
    possible: list[list[Event]] = []
    for event in events:
        if isinstance(event, Fact) and not event.effective_on.is_exact:
            effective = event.effective_on
            span = range((effective.latest - effective.earliest).days + 1)
            days = [EffectiveDay(effective.earliest + timedelta(days=n)) for n in span]
            possible.append([attrs.evolve(event, effective_on=day) for day in days])
        else:
            possible.append([event])
    yield from map(list, product(*possible))


def readings(events: Sequence[Event], as_of: date) -> list[Ledger]:
    """Return an exact ledger for each admissible choice of days: one that takes nothing below zero."""
    found = []
    for chosen in choices(events):
        ledger = Ledger.in_memory(clock=ticking())
        try:
            ledger.record(*opening_events(), *chosen, as_stated=True)
        except RuleBroken:
            continue  # in this order a name is used before it is known
        if not below_zero(ledger, as_of):
            found.append(ledger)
    return found


def small_cases() -> st.SearchStrategy[list[Event]]:
    """Return one to three open facts with ranges of two or three days, and up to three exact ones, in any order."""
    every = (*SHARE_FACTS, *LEVEL_FACTS, *MONEY_FACTS, *LEVEL_FACTS, *MONEY_FACTS)
    loose = facts_of(every, longest=2)
    exact = facts_of(every, longest=0)
    return (
        st.tuples(st.lists(loose, min_size=1, max_size=3), st.lists(exact, max_size=3))
        .flatmap(lambda parts: st.permutations([*parts[0], *parts[1]]))
        .map(lambda events: accepted(events))
    )


@FEW
@given(small_cases(), as_of_days)
def test_the_cap_table_and_the_commitments_lie_within_their_bounds_in_every_reading(
    events: list[Event], as_of: date
) -> None:
    shown = answers(recorded(events), as_of)

    for reading in readings(events, as_of):
        for figure, exact in answers(reading, as_of).items():
            assert within(exact, shown[figure]), figure


@FEW
@given(small_cases(), as_of_days, st.integers(0, 6))
def test_every_roll_forward_lies_within_its_bounds_in_every_reading(
    events: list[Event], after: date, length: int
) -> None:
    through = after + timedelta(days=length)
    ledger = recorded(events)
    shown = {figure.label: rollforward(ledger, figure, after=after, through=through) for figure in every_figure()}

    for reading in readings(events, through):
        for figure in every_figure():
            exact = rollforward(reading, figure, after=after, through=through)
            holds_within(exact, shown[figure.label])


def holds_within(exact: RollForward, shown: RollForward) -> None:
    """Check an exact roll-forward against one with bounds; a kind without a line is zero."""
    assert within(exact.opening, shown.opening)
    assert within(exact.closing, shown.closing)
    lines = {line.kind: line for line in shown.lines}
    for line in exact.lines:
        assert within(line.change, lines[line.kind].change)
        assert set(line.entries) <= set(lines[line.kind].entries)
    for kind in lines.keys() - {line.kind for line in exact.lines}:
        change = lines[kind].change
        assert change.low is not None
        assert change.high is not None
        assert change.low.units <= 0 <= change.high.units


# --- tight -------------------------------------------------------------------------------------------------------


def _issued(holder: str, numbers: list[tuple[int, int, int]]) -> list[Event]:
    return [
        builders.common_issued(
            holder=holder,
            issued=issued,
            effective_on=EffectiveDay(FIRST + timedelta(days=start), FIRST + timedelta(days=start + length)),
        )
        for issued, start, length in numbers
    ]


@FEW
@given(
    st.lists(st.tuples(st.integers(1, 90), st.integers(0, 8), st.integers(0, 2)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 90), st.integers(0, 8), st.integers(0, 2)), max_size=1),
    as_of_days,
)
def test_the_bounds_of_a_holding_are_reached_where_the_days_are_independent(
    issued: list[tuple[int, int, int]], cancelled: list[tuple[int, int, int]], as_of: date
) -> None:
    """902 shares are held from the start, so no reading of a single cancellation takes the holding below zero."""
    events = [
        *_issued("ada", issued),
        *(
            attrs.evolve(builders.shares_cancelled(cancelled=taken), effective_on=event.effective_on)  # type: ignore[attr-defined]
            for taken, event in zip([each[0] for each in cancelled], _issued("ada", cancelled), strict=True)
        ),
    ]
    shown = cap_table(recorded(events), as_of=as_of).shares("ada", "common")

    exact = [cap_table(each, as_of=as_of).shares("ada", "common").exact for each in readings(events, as_of)]

    assert (min(exact), max(exact)) == (shown.low, shown.high)


@FEW
@given(
    st.lists(st.tuples(st.integers(1, 90), st.integers(0, 8), st.integers(0, 2)), min_size=1, max_size=4),
    as_of_days,
)
def test_the_bounds_of_what_is_closed_and_undrawn_are_reached(
    closings: list[tuple[int, int, int]], as_of: date
) -> None:
    """397,000 USD of the first tranche are undrawn: four closings of 90,000 fit in every order."""
    events = [
        builders.tranche_closed(closed=Money(thousands * 1000, "USD"), effective_on=event.effective_on)  # type: ignore[attr-defined]
        for (thousands, _, _), event in zip(closings, _issued("ada", closings), strict=True)
    ]
    balance = commitments(recorded(events), as_of=as_of)["spa"]

    exact = [commitments(each, as_of=as_of)["spa"] for each in readings(events, as_of)]

    assert min(each.closed.exact for each in exact) == balance.closed.low
    assert max(each.closed.exact for each in exact) == balance.closed.high
    assert min(each.undrawn.exact for each in exact) == balance.undrawn.low
    assert max(each.undrawn.exact for each in exact) == balance.undrawn.high


@FEW
@given(
    st.lists(st.tuples(st.integers(2, 9), st.integers(0, 8), st.integers(0, 2)), min_size=1, max_size=4), as_of_days
)
def test_the_values_of_an_open_level_are_those_that_some_reading_gives(
    changes: list[tuple[int, int, int]], as_of: date
) -> None:
    events = [
        builders.authorized_shares_changed(authorized=Authorized(number * 1000), effective_on=event.effective_on)  # type: ignore[attr-defined]
        for (number, _, _), event in zip(changes, _issued("ada", changes), strict=True)
    ]
    ledger = Ledger.in_memory(clock=ticking())
    ledger.record(*opening_events(), *events, as_stated=True)
    shown = cap_table(ledger, as_of=as_of).stock_class("common").authorized

    exact = {cap_table(each, as_of=as_of).stock_class("common").authorized.only for each in readings(events, as_of)}

    assert exact == set(shown.values)


# --- worked ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "shares"),
    [
        ("2017-05-04", "0"),
        ("2017-05-05", "200,000,000"),
        ("2017-05-09", "200,000,000"),
        ("2017-05-10", "200,000,000 to 800,000,000"),
        ("2017-06-01", "200,000,000 to 800,000,000"),
        ("2017-06-19", "200,000,000 to 800,000,000"),
        ("2017-06-20", "800,000,000"),
        ("2017-06-21", "800,000,000"),
    ],
)
def test_what_a_total_proves_without_a_day_is_open_until_the_total_is_stated(as_of: str, shares: str) -> None:
    """Ascent Solar's releases of 9 May and 20 June 2017: 200,000,000 on 5 May, and 800,000,000 in all on 20 June.

    250,000,000 and 350,000,000 came in between, no earlier than 10 May: the days are not public.
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

    assert str(cap_table(ledger, as_of=as_of).shares("fund", "common")) == shares


def test_a_sale_shows_that_the_shares_sold_were_there() -> None:
    """100 shares were issued between the 10th and the 20th, and 60 of them sold on the 15th.

    On the 16th the issue must have come before: the holder has at most 40 left, and never less than nothing.
    """
    ledger = company()
    ledger.record(builders.common_issued(issued=100, effective_on="2026-02-10/2026-02-20"))
    ledger.record(builders.shares_transferred(transferred=60, effective_on="2026-02-15"))

    table = cap_table(ledger, as_of="2026-02-16")
    moved = rollforward(ledger, of_holder("ada", "common"), after="2026-02-09", through="2026-02-16")

    assert table.shares("ada", "common") == Bounds(Shares(0), Shares(40))
    assert table.shares("bob", "common") == exactly(Shares(60))
    assert moved.closing == Bounds(Shares(0), Shares(40))


def test_what_is_below_zero_in_every_reading_is_shown_as_it_is() -> None:
    """50 shares were sold that nobody has issued; 30 more may have been issued, which is not enough."""
    ledger = company()
    ledger.record(
        builders.shares_transferred(transferred=50),
        builders.common_issued(issued=30, effective_on="2026-02-10/2026-02-20"),
        as_stated=True,
    )

    assert cap_table(ledger, as_of="2026-02-15").shares("ada", "common") == Bounds(Shares(-50), Shares(-20))


def test_shares_that_may_be_issued_before_their_class_is_designated_are_not_shown_before() -> None:
    ledger = company()
    ledger.record(
        builders.stock_class_designated(stock_class="class-b", title="Class B", effective_on="2026-02-05"),
        builders.common_issued(stock_class="class-b", issued=10, effective_on="2026-02-01/2026-02-09"),
    )

    assert cap_table(ledger, as_of="2026-02-03").holdings == ()
    assert cap_table(ledger, as_of="2026-02-05").shares("ada", "class-b") == Bounds(Shares(0), Shares(10))
    assert cap_table(ledger, as_of="2026-02-09").shares("ada", "class-b") == exactly(Shares(10))


@pytest.mark.parametrize(
    ("as_of", "due"), [("2026-03-30", "0 USD"), ("2026-04-01", "0 USD to 400,000 USD"), ("2026-04-10", "0 USD")]
)
def test_a_tranche_that_was_put_off_on_an_open_day_may_be_due(as_of: str, due: str) -> None:
    """t1 of 400,000 USD is due on 31 March; between 25 March and 10 April it was put off to 30 April."""
    ledger = company()
    ledger.record(builders.agreement_signed())
    ledger.record(
        builders.agreement_amended(
            rescheduled=(TrancheRescheduled(tranche=TrancheId("t1"), due_on=date(2026, 4, 30)),),
            effective_on="2026-03-25/2026-04-10",
        )
    )

    balance = commitments(ledger, as_of=as_of)["spa"]

    assert str(balance.due) == due
    assert str(balance.overdue) == due
    assert not balance.tranches[0].is_due


def test_money_that_may_not_have_been_promised_yet_was_not_paid_before_it_was() -> None:
    """Signed between the 5th and the 15th, 100,000 USD closed between the 10th and the 20th.

    Undrawn on the 12th: nothing (not signed), 1,000,000 or 900,000; closing first is no reading.
    """
    ledger = company()
    ledger.record(builders.agreement_signed(effective_on="2026-02-05/2026-02-15"))
    ledger.record(builders.tranche_closed(effective_on="2026-02-10/2026-02-20"))

    balance = commitments(ledger, as_of="2026-02-12")["spa"]

    assert balance.undrawn == Bounds(Money(0, "USD"), Money(1_000_000, "USD"))
    assert balance.tranches[0].undrawn == Bounds(Money(0, "USD"), Money(400_000, "USD"))
    assert balance.undrawn_if_on_schedule == Bounds(Money(0, "USD"), Money(1_000_000, "USD"))


@pytest.mark.parametrize(
    ("as_of", "is_over"), [("2026-04-30", False), ("2026-05-05", False), ("2026-05-09", True), ("2026-05-10", True)]
)
def test_an_agreement_is_over_only_where_it_is_in_every_reading(as_of: str, is_over: bool) -> None:
    ledger = company()
    ledger.record(builders.agreement_signed())
    ledger.record(builders.agreement_terminated(effective_on="2026-05-01/2026-05-09"))

    assert commitments(ledger, as_of=as_of)["spa"].is_terminated is is_over


@pytest.mark.parametrize(
    ("as_of", "authorized"),
    [
        ("2026-02-28", {10_000_000}),
        ("2026-03-01", {10_000_000, 30_000_000}),
        ("2026-03-02", {20_000_000, 30_000_000}),
        ("2026-03-04", {20_000_000, 30_000_000}),
        ("2026-03-05", {20_000_000, 30_000_000}),
    ],
)
def test_a_level_may_be_any_whose_fact_may_have_been_the_last(as_of: str, authorized: set[int]) -> None:
    """20,000,000 from 2 March; 30,000,000 from a day between 1 and 4 March.

    If the second came on 1 March, the first is in force for good; otherwise the second is, from its day on.
    """
    ledger = company()
    ledger.record(builders.authorized_shares_changed(effective_on="2026-03-02"))
    ledger.record(builders.authorized_shares_changed(authorized=30_000_000, effective_on="2026-03-01/2026-03-04"))

    shown = cap_table(ledger, as_of=as_of).stock_class("common").authorized

    assert set(shown.values) == set(map(Authorized, authorized))


def test_a_level_that_a_later_fact_of_the_same_day_replaces_is_not_among_those_possible() -> None:
    """2,000 may come on 10 or 11 February; 3,000 came on 10 February, after it. At that day's close it is 3,000."""
    ledger = company()
    ledger.record(
        builders.authorized_shares_changed(authorized=2_000, effective_on="2026-02-10/2026-02-11"),
        builders.authorized_shares_changed(authorized=3_000, effective_on="2026-02-10"),
    )

    assert cap_table(ledger, as_of="2026-02-10").stock_class("common").authorized.only == Authorized(3_000)
    assert len(cap_table(ledger, as_of="2026-02-11").stock_class("common").authorized.values) == 2


def test_a_scope_that_is_open_or_not_yet_stated_leaves_the_total_open_above() -> None:
    ledger = company()
    ledger.record(builders.common_issued(issued=100, effective_on="2026-02-01"))
    ledger.record(builders.register_scope_declared(effective_on="2026-02-05"))
    ledger.record(builders.register_scope_declared(scope=Scope.PARTIAL, effective_on="2026-02-10/2026-02-12"))

    for as_of, highest in [("2026-02-04", None), ("2026-02-09", Shares(100)), ("2026-02-10", None)]:
        line = cap_table(ledger, as_of=as_of).stock_class("common")
        assert line.outstanding == Bounds(Shares(100), highest)
