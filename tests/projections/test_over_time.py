"""Over time: on every day the same as the cap table and the commitments of that day, and nothing in between."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import HolderId, Ledger, Money, NothingRecorded, NotUnderstood, Phase, Ratio, Shares
from ledger.errors import UnknownName
from ledger.events import Event
from ledger.movements import Scope
from projections import Bounds, cap_table, commitments
from projections.bounds import exactly
from projections.over_time import (
    CommitmentStep,
    OwnershipOverTime,
    OwnershipStep,
    commitment_over_time,
    ownership_over_time,
)
from tests import builders
from tests.builders import (
    agreement_signed,
    common_issued,
    company,
    entry_voided,
    holder_merged,
    register_scope_declared,
    shares_transferred,
    stock_split_effected,
    tranche,
    tranche_closed,
)
from tests.projections.histories import CLASSES, FIRST, LAST, SOME, accepted, facts_of, histories, recorded

EARLIEST: Final = date(2026, 1, 1)
LATEST: Final = LAST + timedelta(days=3)
EVERY_DAY: Final = [FIRST + timedelta(days=n) for n in range(-11, (LATEST - FIRST).days + 1)]
AROUND: Final = facts_of(
    (
        (
            builders.register_scope_declared,
            {
                "stock_class": st.sampled_from(CLASSES),
                "scope": st.sampled_from(Scope),
                "stated_outstanding": st.one_of(st.none(), st.integers(0, 5000).map(Shares)),
                "phase": st.sampled_from(Phase),
            },
        ),
        (
            lambda pair, **rest: builders.holder_merged(holder=pair[0], into=pair[1], **rest),
            {"pair": st.permutations(builders.HOLDERS), "phase": st.sampled_from(Phase)},
        ),
    ),
    longest=6,
)
"""What changes who counts as whom, and of what a percentage is."""
HISTORIES: Final = st.tuples(histories(longest=4), st.lists(AROUND, max_size=4)).map(
    lambda both: accepted([*both[1], *both[0]])
)


def says(step: OwnershipStep) -> dict[str, object]:
    """Return what a step says, by the words of the cap table."""
    return {
        "shares": dict(step.shares),
        "percent": {holder: step.percent(holder) for holder in step.shares},
        "outstanding": step.outstanding,
        "not recorded": step.not_recorded,
        "stated": step.stated,
        "is complete": step.is_complete,
    }


def cap_table_says(
    ledger: Ledger, stock_class: str, as_of: date, basis: date | None, known: int
) -> dict[str, object]:
    table = cap_table(ledger, as_of=as_of, basis=basis, known_at=known)
    line = table.stock_class(stock_class)
    lines = [each for each in table if each.stock_class == stock_class]
    return {
        "shares": {each.holder: each.shares for each in lines},
        "percent": {each.holder: each.percent for each in lines},
        "outstanding": line.outstanding,
        "not recorded": line.not_recorded,
        "stated": line.stated,
        "is complete": line.is_complete,
    }


@given(HISTORIES, st.sampled_from(CLASSES), st.sampled_from([None, LATEST]), st.integers(0, 5))
@SOME
def test_on_every_day_a_class_is_held_as_the_cap_table_of_that_day_says(
    events: list[Event], stock_class: str, basis: date | None, unknown: int
) -> None:
    ledger = recorded(events)
    known = max(13, len(ledger.entries()) - unknown)

    answer = ownership_over_time(ledger, stock_class, after=EARLIEST, through=LATEST, basis=basis, known_at=known)

    assert answer.steps[0].on == answer.after == EARLIEST
    for on in EVERY_DAY:
        assert says(answer.at(on)) == cap_table_says(ledger, stock_class, on, basis, known), on


@given(HISTORIES, st.sampled_from(CLASSES))
@SOME
def test_every_step_says_something_else_than_the_one_before(events: list[Event], stock_class: str) -> None:
    ledger = recorded(events)
    shares = ownership_over_time(ledger, stock_class, through=LATEST).steps
    money = commitment_over_time(ledger, "spa", through=LATEST).steps

    for held, holds in pairwise(shares):
        assert held.on < holds.on
        assert attrs.evolve(held, on=holds.on) != holds
    for stood, stands in pairwise(money):
        assert stood.on < stands.on
        assert attrs.evolve(stood, on=stands.on) != stands


@given(HISTORIES, st.integers(0, 5))
@SOME
def test_on_every_day_a_commitment_stands_as_the_balance_of_that_day_says(
    events: list[Event], unknown: int
) -> None:
    ledger = recorded(events)
    known = max(13, len(ledger.entries()) - unknown)

    answer = commitment_over_time(ledger, "spa", through=LATEST, known_at=known)

    figures = [field.name for field in attrs.fields(CommitmentStep) if field.name != "on"]
    for on in EVERY_DAY:
        if on < answer.after:
            assert on < date(2026, 2, 2), "the day on which the agreement was signed"
            continue
        balance = commitments(ledger, as_of=on, known_at=known)["spa"]
        assert {name: getattr(answer.at(on), name) for name in figures} == {
            name: getattr(balance, name) for name in figures
        }, on


# --- a class ------------------------------------------------------------------------------------------------


def steps_of(answer: OwnershipOverTime, holder: str) -> list[tuple[str, str]]:
    nothing = exactly(Shares(0))
    return [(str(step.on), str(step.shares.get(HolderId(holder), nothing))) for step in answer.steps]


def test_a_holding_changes_on_the_day_of_the_fact_and_on_no_other() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=600, effective_on="2026-02-02"),
        shares_transferred(transferred=100, effective_on="2026-03-05"),
    )

    answer = ownership_over_time(ledger, "common", through="2026-12-31")

    assert steps_of(answer, "ada") == [("2026-01-01", "0"), ("2026-02-02", "600"), ("2026-03-05", "500")]
    assert answer.at(date(2026, 3, 4)).percent(HolderId("ada")) == exactly(Fraction(1))
    assert answer.at(date(2026, 12, 31)).percent(HolderId("bob")) == exactly(Fraction(1, 6))
    assert answer.names == {"ada": "Ada Quill", "bob": "Bob Quill"}
    assert answer.title == "Common Stock"


def test_in_the_units_of_the_last_day_a_split_changes_nothing() -> None:
    ledger = company()
    ledger.record(common_issued(issued=600), stock_split_effected())

    own = ownership_over_time(ledger, "common", after="2026-03-01", through="2026-12-31")
    common_basis = ownership_over_time(
        ledger, "common", after="2026-03-01", through="2026-12-31", basis="2026-12-31"
    )

    assert steps_of(own, "ada") == [("2026-03-01", "600"), ("2026-07-01", "1,200")]
    assert steps_of(common_basis, "ada") == [("2026-03-01", "1,200")]
    assert own.splits == common_basis.splits == ((date(2026, 7, 1), Ratio(2)),)
    assert (own.basis, common_basis.basis) == (None, date(2026, 12, 31))


def test_a_split_on_the_first_day_is_behind_and_one_on_the_last_day_is_within() -> None:
    ledger = company()
    ledger.record(common_issued(issued=600), stock_split_effected())

    assert ownership_over_time(ledger, "common", after="2026-07-01", through="2026-07-02").splits == ()
    assert len(ownership_over_time(ledger, "common", after="2026-06-30", through="2026-07-01").splits) == 1
    assert ownership_over_time(ledger, "common", after="2026-06-29", through="2026-06-30").splits == ()


def test_while_a_day_is_open_the_holding_is_a_range() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=600), shares_transferred(transferred=100, effective_on="2026-03-05/2026-03-09")
    )

    answer = ownership_over_time(ledger, "common", after="2026-03-01", through="2026-12-31")

    assert steps_of(answer, "ada") == [("2026-03-01", "600"), ("2026-03-05", "500 to 600"), ("2026-03-09", "500")]
    assert steps_of(answer, "bob") == [("2026-03-01", "0"), ("2026-03-05", "0 to 100"), ("2026-03-09", "100")]
    assert {step.outstanding for step in answer.steps} == {exactly(Shares(600))}


def test_what_was_voided_is_no_step_unless_it_is_asked_as_known_before() -> None:
    ledger = company()
    ledger.record(common_issued(issued=600))
    ledger.record(common_issued(issued=50, holder="bob", effective_on="2026-05-01"))
    ledger.record(entry_voided(8))

    now = ownership_over_time(ledger, "common", through="2026-12-31")
    then = ownership_over_time(ledger, "common", through="2026-12-31", known_at=8)

    assert [str(step.on) for step in now.steps] == ["2026-01-01", "2026-02-02"]
    assert [str(step.on) for step in then.steps] == ["2026-01-01", "2026-02-02", "2026-05-01"]
    assert (now.known, then.known) == (9, 8)


def test_what_was_certainly_earlier_may_be_later_on_the_day_after() -> None:
    """Complete from the middle of 10 March; partial from the opening of some day from 9 to 12 March.

    At the close of the 10th the opening that may have been is that of the 10th, which came before. A day later it
    may be that of the 11th, on which nothing is recorded.
    """
    ledger = company()
    ledger.record(
        common_issued(issued=600),
        register_scope_declared(scope=Scope.PARTIAL, effective_on="2026-03-09/2026-03-12", phase=Phase.OPENING),
        register_scope_declared(scope=Scope.COMPLETE, effective_on="2026-03-10"),
    )

    answer = ownership_over_time(ledger, "common", after="2026-03-09", through="2026-03-31")

    assert [(step.on.day, step.is_complete) for step in answer.steps] == [(9, False), (10, True), (11, False)]


def test_holders_become_one_on_the_day_of_their_merger() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=600),
        common_issued(issued=400, holder="bob"),
        holder_merged(holder="bob", into="ada", effective_on="2026-04-01"),
    )

    answer = ownership_over_time(ledger, "common", after="2026-03-01", through="2026-12-31")

    assert steps_of(answer, "ada") == [("2026-03-01", "600"), ("2026-04-01", "1,000")]
    assert steps_of(answer, "bob") == [("2026-03-01", "400"), ("2026-04-01", "0")]


def test_holders_that_are_not_recorded_have_what_the_stated_count_leaves() -> None:
    ledger = company()
    ledger.record(
        register_scope_declared(scope=Scope.PARTIAL),
        common_issued(issued=200, holder="fund"),
        register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=Shares(1_600), effective_on="2026-03-01"),
    )

    before, after = ownership_over_time(ledger, "common", after="2026-02-02", through="2026-12-31").steps

    assert before.not_recorded == Bounds(Shares(0), None)
    unknown: Bounds[Fraction] = Bounds(None, None)
    assert before.percent(HolderId("fund")) == unknown
    assert after.not_recorded == exactly(Shares(1_400))
    assert after.recorded == exactly(Shares(200))
    assert after.percent(HolderId("fund")) == exactly(Fraction(1, 8))


def test_a_class_of_which_nothing_was_issued_has_one_empty_step() -> None:
    (step,) = ownership_over_time(company(), "series-a", through="2026-12-31").steps

    assert step.shares == {}
    assert step.recorded == step.outstanding == exactly(Shares(0))


def test_the_answer_begins_with_the_class_where_an_earlier_day_is_asked_for() -> None:
    answer = ownership_over_time(company(), "common", after="1999-12-31", through="2026-12-31")

    assert answer.after == answer.steps[0].on == EARLIEST


@pytest.mark.parametrize("on", ["2025-12-31", "2027-01-01"])
def test_a_day_outside_the_answer_is_not_answered(on: str) -> None:
    shares = ownership_over_time(company(), "common", through="2026-12-31")

    with pytest.raises(NotUnderstood) as refused:
        shares.at(date.fromisoformat(on))
    assert refused.value.code == "E_DATE"


def test_a_class_that_is_not_there_by_the_last_day_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as slip:
        ownership_over_time(company(), "comon", through="2026-12-31")
    with pytest.raises(UnknownName) as early:
        ownership_over_time(company(), "common", through="2025-12-31")

    assert slip.value.nearest == "common"
    assert (early.value.on, early.value.nearest) == (date(2025, 12, 31), None)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"after": "2026-03-02", "through": "2026-03-01"}, "E_DATE"),
        ({"through": "2026-03-02", "basis": "2026-03-01"}, "E_BASIS"),
        ({"through": "2026-02-30"}, "E_DATE"),
    ],
)
def test_days_in_the_wrong_order_are_refused(days: dict[str, str], code: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        ownership_over_time(company(), "common", **days)
    assert refused.value.code == code


def test_before_the_first_entry_nothing_was_recorded() -> None:
    with pytest.raises(NothingRecorded):
        ownership_over_time(company(), "common", through="2026-12-31", known_at="2020-01-01")


# --- a commitment -------------------------------------------------------------------------------------------


def usd(low: int, high: int | None = None) -> Bounds[Money]:
    return Bounds(Money(low, "USD"), Money(low if high is None else high, "USD"))


def promise() -> Ledger:
    """1,000,000 USD promised on 2 February: 400,000 due on 31 March and on 30 June each, 200,000 without a day."""
    ledger = company()
    ledger.record(agreement_signed(tranches=(tranche("t1"), tranche("t2", due_on="2026-06-30"))))
    return ledger


def test_a_tranche_that_is_not_closed_by_its_day_is_overdue_from_that_day_until_it_is() -> None:
    ledger = promise()
    ledger.record(tranche_closed(closed="400000 USD", effective_on="2026-04-15"))

    answer = commitment_over_time(ledger, "spa", through="2026-12-31")

    assert [(str(step.on), step.due, step.overdue, step.undrawn) for step in answer.steps] == [
        ("2026-02-02", usd(0), usd(0), usd(1_000_000)),
        ("2026-03-31", usd(400_000), usd(400_000), usd(1_000_000)),
        ("2026-04-15", usd(400_000), usd(0), usd(600_000)),
        ("2026-06-30", usd(800_000), usd(400_000), usd(600_000)),
    ]
    assert (answer.investor, answer.investor_name, answer.buys) == ("fund", "Fund LP", "series-a")
    assert answer.is_complete


def test_a_commitment_under_a_partial_register_says_so_from_the_day_on_which_it_was() -> None:
    ledger = promise()
    ledger.record(register_scope_declared(stock_class="series-a", scope=Scope.PARTIAL, effective_on="2026-05-01"))

    answer = commitment_over_time(ledger, "spa", through="2026-12-31")

    assert not answer.is_complete
    assert answer.at(date(2026, 4, 30)).undrawn == Bounds(None, Money(1_000_000, "USD"))


def test_an_agreement_that_is_not_signed_by_the_last_day_is_not_known() -> None:
    with pytest.raises(UnknownName) as early:
        commitment_over_time(promise(), "spa", through="2026-02-01")
    with pytest.raises(UnknownName) as slip:
        commitment_over_time(promise(), "sap", through="2026-12-31")

    assert (early.value.what, early.value.nearest) == ("agreement", None)
    assert slip.value.nearest == "spa"
