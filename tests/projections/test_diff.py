"""Differences between two days, two states of knowledge, and with and without what is supposed."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger import (
    AgreementId,
    Authorized,
    FractionPolicy,
    HolderId,
    Ledger,
    Money,
    NotUnderstood,
    Phase,
    Ratio,
    RuleBroken,
    Scope,
    Shares,
    StockClassId,
)
from ledger.commands import SplitStock
from ledger.errors import NothingRecorded
from ledger.events import AwardGranted, Event, NoteIssued, SafeIssued, TrancheRescheduled, WarrantIssued
from ledger.identity import TrancheId
from ledger.movements import Posting
from ledger.timeline import InEffect, history_of
from projections import Bounds, Figure, Possible, diff, of_agreement, of_class, of_holder
from projections.cap_table import ClassLine
from projections.commitments import CommitmentBalance, SharesUnder, TrancheLine
from projections.diff import Difference, difference, restatement, what_if
from projections.replay import replay
from projections.rollforward import figure_bounds, in_its_unit
from tests import builders
from tests.builders import (
    authorized_shares_changed,
    award_forfeited,
    award_granted,
    common_issued,
    company,
    entry_restated,
    entry_voided,
    holder_merged,
    instrument_adjusted,
    note_issued,
    note_repaid,
    plan_adopted,
    register_scope_declared,
    safe_issued,
    shares_cancelled,
    shares_converted,
    shares_repurchased,
    shares_reserved,
    shares_transferred,
    stock_split_effected,
    ticking,
    warrant_exercised,
    warrant_issued,
    warrant_transferred,
)
from tests.projections.histories import CLASSES, SOME, answers, as_of_days, histories, recorded

END = "2026-12-31"
BEFORE = date(2026, 2, 9)


def entries(found: Difference, *of: str, figure: str) -> tuple[int, ...]:
    change = found.of(*of, figure=figure)
    assert change is not None, f"{figure} of {of} is what it was"
    return change.entries


def told(found: Difference) -> list[tuple[str, int | None, int | None, list[int]]]:
    """Return what became of each fact: how, the entry that counted, the one that counts, and those that did it."""
    return [
        (
            each.how.value,
            None if each.old is None else int(each.old.entry.number),
            None if each.new is None else int(each.new.entry.number),
            [int(entry.number) for entry in each.by],
        )
        for each in found.facts
    ]


# --- old + differences = new ---------------------------------------------------------------------------------


def figures(ledger: Ledger, as_of: date) -> dict[tuple[tuple[str, ...], str], Any]:
    """Return every figure of a day in the words of a difference, from the answers themselves."""
    found: dict[tuple[tuple[str, ...], str], Any] = {}
    for (*of, field), value in answers(ledger, as_of).items():
        is_of_holder = of[0] in builders.HOLDERS
        if (is_of_holder and field != "shares") or of[-1] == "headroom" or field == "remedy_yields":
            continue
        if of[-1] == "shares":
            of, field = of[:-1], f"shares {field}"
        if of[-1] == "None":
            of[-1] = diff.NO_TRANCHE
        found[tuple(of), field.replace("_", " ")] = value
    return found


def is_nothing(value: Any) -> bool:
    """Whether a figure is one that something which is not there has too."""
    if isinstance(value, Bounds):
        return value.is_exact and not (value.exact if not hasattr(value.exact, "units") else value.exact.units)
    return value is None or (isinstance(value, Possible) and value.values in ((), (None,)))


def disagreements(found: Difference, old: dict[Any, Any], new: dict[Any, Any]) -> list[tuple[Any, ...]]:
    """Return where the old answers with the differences are not the new ones, or a difference is none."""
    named = {(each.of, each.figure): each for each in found}
    wrong: list[tuple[Any, ...]] = []
    for key in {**old, **new}:
        was, now = old.get(key), new.get(key)
        sides = [(was, now)]
        if key in named:
            sides = [(was, named[key].old), (now, named[key].new)]
        wrong += [(*key, *side) for side in sides if side[0] != side[1] and not all(map(is_nothing, side))]
    return wrong + [(each.of, each.figure) for each in found if each.old == each.new]


@SOME
@given(histories(longest=3), as_of_days, st.integers(0, 11))
def test_the_earlier_day_with_the_differences_is_the_later_day(
    events: list[Event], after: date, length: int
) -> None:
    ledger, through = recorded(events), after + timedelta(days=length)

    found = difference(ledger, after=after, through=through)

    assert disagreements(found, figures(ledger, after), figures(ledger, through)) == []


@SOME
@given(histories(longest=3), as_of_days, st.integers(0, 12))
def test_what_was_known_with_the_differences_is_what_is_known(events: list[Event], as_of: date, known: int) -> None:
    ledger, before = recorded(events), recorded(events[:known])

    found = restatement(ledger, as_of=as_of, known_from=len(before.entries()))

    assert disagreements(found, figures(before, as_of), figures(ledger, as_of)) == []


@SOME
@given(histories(longest=3), as_of_days, st.integers(0, 12))
def test_the_record_with_the_differences_is_the_record_with_what_is_supposed(
    events: list[Event], as_of: date, known: int
) -> None:
    ledger, supposed = recorded(events[:known]), events[known:]
    try:
        found = what_if(ledger, *supposed, as_of=as_of)
    except RuleBroken:  # one command of many is checked at once, and may name an entry that it does not know yet
        assume(False)

    assert disagreements(found, figures(ledger, as_of), figures(ledger.supposing(*supposed), as_of)) == []


@SOME
@given(histories(longest=3), as_of_days, st.integers(0, 12))
def test_what_bounds_changed_by_leads_from_the_old_to_the_new(events: list[Event], as_of: date, known: int) -> None:
    ledger = recorded(events)
    for each in restatement(ledger, as_of=as_of, known_from=13 + min(known, len(events))):
        if isinstance(each.old, Bounds) and isinstance(each.new, Bounds):
            for low_or_high in ("low", "high"):
                old, new = getattr(each.old, low_or_high), getattr(each.new, low_or_high)
                by = getattr(each, f"{low_or_high}_by")
                assert (by is None) == (old is None or new is None)
                assert by is None or old + by == new
            assert (each.by is not None) == (each.old.is_exact and each.new.is_exact)
        else:
            assert (each.low_by, each.high_by, each.by) == (None, None, None)


@SOME
@given(histories(longest=2), as_of_days, st.integers(0, 5), st.integers(0, 5))
def test_two_differences_in_a_row_are_the_difference_of_the_whole(
    events: list[Event], after: date, first: int, second: int
) -> None:
    ledger = recorded(events)
    between = after + timedelta(days=first)
    through = between + timedelta(days=second)

    value = {(each.of, each.figure): each.new for each in difference(ledger, after=after, through=between)}
    value |= {(each.of, each.figure): each.new for each in difference(ledger, after=between, through=through)}

    whole = difference(ledger, after=after, through=through)
    assert {key: value[key] for key in value if any(key == (each.of, each.figure) for each in whole)} == {
        (each.of, each.figure): each.new for each in whole
    }


# --- which entries did it ------------------------------------------------------------------------------------


def every_figure() -> Iterator[tuple[tuple[tuple[str, ...], str], Figure]]:
    """Yield every figure that is a sum, with what a difference calls it."""
    for stock_class in CLASSES:
        for name in ("outstanding", "issued", "treasury", "reserved"):
            yield ((stock_class,), name), of_class(stock_class, name)
        for holder in builders.HOLDERS:
            yield ((holder, stock_class), "shares"), of_holder(holder, stock_class)
    for name in ("undertaken", "closed", "lapsed", "undrawn"):
        yield (("spa",), name), of_agreement(AgreementId("spa"), name)


def amount_of(facts: list[InEffect], figure: Figure, as_of: date, without: InEffect | None = None) -> Any:
    """Return a figure of a day, as it would be without one of the facts."""
    left = [each for each in facts if each is not without]
    unit, figure = in_its_unit(figure, facts)
    return figure_bounds(replay(history_of(left, as_of=as_of, known=0)), figure, unit)


@SOME
@given(histories(longest=3, with_splits=False), as_of_days, st.integers(1, 11))
def test_between_two_days_those_entries_are_named_without_which_the_figure_would_be_another(
    events: list[Event], after: date, length: int
) -> None:
    ledger, through = recorded(events), after + timedelta(days=length)
    facts = ledger.standing()
    found = difference(ledger, after=after, through=through)
    for (of, name), figure in every_figure():
        change = found.of(*of, figure=name)
        if change is None:
            continue
        old, new = amount_of(facts, figure, after), amount_of(facts, figure, through)
        for each in facts:
            was, now = amount_of(facts, figure, after, each), amount_of(facts, figure, through, each)
            if any(not bounds.low.units for bounds in (old, new, was, now)):
                continue  # a lower bound of zero may be one that leaves out readings below
            matters = (new.low - now.low, new.high - now.high) != (old.low - was.low, old.high - was.high)
            assert matters == (each.entry.number in change.entries), (of, name, each)


@SOME
@given(histories(with_splits=False), as_of_days, st.integers(0, 12))
def test_between_two_states_of_knowledge_the_named_entries_account_for_the_whole_change(
    events: list[Event], as_of: date, known: int
) -> None:
    ledger = recorded(events)
    found = restatement(ledger, as_of=as_of, known_from=13 + min(known, len(events)))
    for (of, name), figure in every_figure():
        change = found.of(*of, figure=name)
        if change is None:
            continue
        sums = {fact: given_to(figure, fact.new) - given_to(figure, fact.old) for fact in found.facts}
        assert sum(sums.values()) == change.by.units
        named = {int(entry.number) for fact in sums if sums[fact] for entry in fact.by}
        assert set(change.entries) == named


def given_to(figure: Figure, each: InEffect | None) -> int:
    """Return what a fact gives to a figure."""
    if each is None:
        return 0
    return figure.change([movement for movement in each.fact.movements() if type(movement) is Posting])


@SOME
@given(histories(longest=3), as_of_days, st.integers(0, 12))
def test_nothing_changes_in_what_is_known_unless_an_entry_recorded_since_did_it(
    events: list[Event], as_of: date, known: int
) -> None:
    ledger, before = recorded(events), 13 + min(known, len(events))

    found = restatement(ledger, as_of=as_of, known_from=before)

    assert [each for each in found if not each.entries] == []
    numbers = {number for each in found for number in each.entries}
    assert numbers <= {int(entry.number) for fact in found.facts for entry in fact.by}
    assert all(before < entry.number for fact in found.facts for entry in fact.by)
    assert all(fact.by for fact in found.facts)


BY_THE_CALENDAR = ("due", "overdue", "undrawn if on schedule", "is due")


@SOME
@given(histories(longest=3), as_of_days, st.integers(0, 11))
def test_between_two_days_only_what_has_a_due_day_changes_by_itself(
    events: list[Event], after: date, length: int
) -> None:
    for each in difference(recorded(events), after=after, through=after + timedelta(days=length)):
        assert each.entries or each.figure in BY_THE_CALENDAR, (each.of, each.figure)


@SOME
@given(histories(longest=3), as_of_days, st.integers(0, 12))
def test_the_facts_named_are_those_that_count_on_one_side_only(
    events: list[Event], as_of: date, known: int
) -> None:
    ledger, before = recorded(events), 13 + min(known, len(events))
    counted = [
        {(int(each.entry.number), each in history.open) for each in (*history.certain, *history.open)}
        for history in (ledger.history(as_of, before), ledger.history(as_of))
    ]

    found = restatement(ledger, as_of=as_of, known_from=before).facts

    assert {(int(each.old.entry.number), each.old_is_open) for each in found if each.old is not None} == (
        counted[0] - counted[1]
    )
    assert {(int(each.new.entry.number), each.new_is_open) for each in found if each.new is not None} == (
        counted[1] - counted[0]
    )


# --- no difference -------------------------------------------------------------------------------------------


@SOME
@given(histories(longest=3), as_of_days, st.integers(0, 12))
def test_a_standpoint_differs_in_nothing_from_itself(events: list[Event], as_of: date, known: int) -> None:
    ledger = recorded(events)

    assert not difference(ledger, after=as_of, through=as_of)
    assert not restatement(
        ledger, as_of=as_of, known_from=13 + min(known, len(events)), known_to=13 + min(known, len(events))
    )
    assert not what_if(ledger, as_of=as_of)


def test_what_was_recorded_since_and_takes_effect_later_is_no_difference() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(shares_cancelled(effective_on="2026-06-01"))
    ledger.record(authorized_shares_changed(effective_on="2026-06-01/2026-07-01"))

    assert not restatement(ledger, as_of="2026-05-31", known_from=7)
    assert len(restatement(ledger, as_of="2026-06-01", known_from=7).facts) == 2


def test_a_restatement_of_the_evidence_alone_changes_no_figure_and_is_told() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(entry_restated(7, restated_as=common_issued(issued=1_000, authority="Board, 1 February")))

    found = restatement(ledger, as_of=END, known_from=7)

    assert found.changes == ()
    assert told(found) == [("restated", 7, 8, [8])]
    assert found


def test_what_was_recorded_and_taken_back_in_between_is_no_difference() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(entry_voided(7))
    ledger.record(entry_voided(8))
    ledger.record(shares_cancelled())
    ledger.record(entry_voided(10))

    assert not restatement(ledger, as_of=END, known_from=7)


# --- what became of a fact -----------------------------------------------------------------------------------


def test_between_two_days_facts_take_effect_may_take_effect_and_become_certain() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000, effective_on="2026-03-01"))
    ledger.record(shares_cancelled(cancelled=100, effective_on="2026-03-10/2026-03-20"))

    first = difference(ledger, after="2026-02-28", through="2026-03-15")
    second = difference(ledger, after="2026-03-15", through="2026-03-31")

    assert told(first) == [("took effect", None, 7, [7]), ("may have taken effect", None, 8, [8])]
    assert told(second) == [("has certainly taken effect", 8, 8, [8])]
    change = second.of("ada", "common", figure="shares")
    assert change is not None
    assert (str(change.old), str(change.new), change.by) == ("900 to 1,000", "900", None)
    assert (str(change.low_by), str(change.high_by)) == ("0", "-100")
    assert change.entries == (8,)


def test_a_void_takes_out_and_a_void_of_it_brings_back() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(entry_voided(7))
    ledger.record(entry_voided(8))

    assert told(restatement(ledger, as_of=END, known_from=7, known_to=8)) == [("voided", 7, None, [8])]
    assert told(restatement(ledger, as_of=END, known_from=8, known_to=9)) == [("counts again", None, 7, [9])]
    assert told(restatement(ledger, as_of=END, known_from=6, known_to=9)) == [("recorded", None, 7, [7])]


def test_a_restatement_names_what_it_replaced_and_the_last_one_stands_for_all_in_between() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(entry_restated(7, restated_as=common_issued(issued=900)))
    ledger.record(entry_restated(8, restated_as=common_issued(issued=800)))
    ledger.record(entry_voided(9))
    ledger.record(entry_voided(8))

    assert told(restatement(ledger, as_of=END, known_from=7, known_to=8)) == [("restated", 7, 8, [8])]
    assert told(restatement(ledger, as_of=END, known_from=7, known_to=9)) == [("restated", 7, 9, [9])]
    assert told(restatement(ledger, as_of=END, known_from=9, known_to=10)) == [("counts again", 9, 8, [10])]
    assert told(restatement(ledger, as_of=END, known_from=9)) == [("counts again", 9, 7, [10, 11])]
    assert entries(restatement(ledger, as_of=END, known_from=9), "ada", "common", figure="shares") == (10, 11)
    assert not restatement(ledger, as_of=END, known_from=7)


def test_a_restatement_to_a_later_day_takes_the_fact_away_from_the_day_asked_about() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(entry_restated(7, restated_as=common_issued(issued=1_000, effective_on="2026-06-01")))

    earlier = restatement(ledger, as_of="2026-05-31", known_from=7)

    assert told(earlier) == [("restated", 7, None, [8])]
    assert entries(earlier, "ada", "common", figure="shares") == (8,)
    assert not restatement(ledger, as_of="2026-06-01", known_from=7).changes


def test_one_void_of_several_entries_is_named_at_each() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), common_issued(holder="bob", issued=500))
    ledger.record(entry_voided(7, 8))

    found = restatement(ledger, as_of=END, known_from=8)

    assert told(found) == [("voided", 7, None, [9]), ("voided", 8, None, [9])]
    assert entries(found, "bob", "common", figure="shares") == (9,)
    assert found.facts[0].by[0].event.reason == "Recorded in error."  # type: ignore[attr-defined]  # a void


def test_what_is_supposed_says_so() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))

    found = what_if(ledger, common_issued(issued=5), entry_voided(7), as_of=END)

    assert told(found) == [("voided", 7, None, [9]), ("supposed", None, 8, [8])]
    assert (found.old.supposed_from, found.new.supposed_from, found.new.known) == (None, 8, 9)
    assert (found.old.known, len(ledger.entries())) == (7, 7)


# --- the entries at a figure ---------------------------------------------------------------------------------


def test_an_entry_is_named_at_the_figures_that_it_changes_and_at_no_other() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), common_issued(holder="bob", issued=500))
    ledger.record(shares_transferred(transferred=100), shares_repurchased(repurchased=50))
    ledger.record(shares_reserved(reserved=70), common_issued(issued=30, reserve="plan"))

    found = restatement(ledger, as_of=END, known_from=8)

    assert entries(found, "ada", "common", figure="shares") == (9, 10, 12)
    assert entries(found, "bob", "common", figure="shares") == (9,)
    assert entries(found, "common", figure="outstanding") == (10, 12)
    assert entries(found, "common", figure="issued") == (12,)
    assert entries(found, "common", figure="treasury") == (10,)
    assert entries(found, "common", figure="reserved") == (11, 12)
    assert entries(found, "common", "plan", figure="reserved") == (11, 12)
    assert entries(found, "common", "plan", figure="purpose") == (11,)
    assert entries(found, "common", figure="available") == (11,)  # the issue drew on what was kept back


def test_a_level_names_the_entries_that_may_set_it_now_or_might_before() -> None:
    ledger = company()
    ledger.record(authorized_shares_changed(authorized=20_000_000, effective_on="2026-03-01"))
    ledger.record(authorized_shares_changed(authorized=30_000_000, effective_on="2026-04-01"))
    ledger.record(common_issued(issued=10, effective_on="2026-04-01"))

    found = difference(ledger, after="2026-02-28", through="2026-04-30")

    assert entries(found, "common", figure="authorized") == (8,)
    assert entries(found, "common", figure="available") == (8, 9)
    change = found.of("common", figure="authorized")
    assert change is not None
    assert (change.old, change.new) == (
        Possible((Authorized(10_000_000),)),
        Possible((Authorized(30_000_000),)),
    )
    assert entries(restatement(ledger, as_of=END, known_from=8, known_to=9), "common", figure="issued") == (9,)


def test_a_split_is_named_where_there_was_something_to_split() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), common_issued(holder="bob", issued=500, effective_on="2026-08-01"))
    ledger.record(stock_split_effected(effective_on="2026-07-01"))

    found = difference(ledger, after="2026-06-30", through="2026-12-31")

    assert entries(found, "ada", "common", figure="shares") == (9,)
    assert entries(found, "bob", "common", figure="shares") == (8,)
    assert entries(found, "common", figure="outstanding") == (8, 9)
    later = difference(ledger, after="2026-06-30", through="2026-12-31", basis=END)
    assert later.of("ada", "common", figure="shares") is None
    assert entries(later, "common", figure="outstanding") == (8,)


def test_rounding_at_a_split_is_a_difference_in_the_units_of_any_day() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_001))
    ledger.record(stock_split_effected(effective_on="2026-07-01", ratio="1/2"))

    change = difference(ledger, after="2026-06-30", through=END, basis=END).of("ada", "common", figure="shares")

    assert change is not None
    assert (str(change.old), str(change.new), change.entries) == ("500.5", "500", (8,))


def test_a_fact_moved_across_a_split_changes_what_it_amounts_to() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000, effective_on="2026-03-01"))
    ledger.record(stock_split_effected(effective_on="2026-07-01"))
    ledger.record(entry_restated(7, restated_as=common_issued(issued=1_000, effective_on="2026-08-01")))

    found = restatement(ledger, as_of=END, known_from=8)

    change = found.of("ada", "common", figure="shares")
    assert change is not None
    assert (str(change.old), str(change.new), change.entries) == ("2,000", "1,000", (9,))


def test_a_transfer_is_named_where_a_later_split_rounds_otherwise_because_of_it() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), shares_transferred(transferred=1, effective_on="2026-03-01"))
    ledger.record(stock_split_effected(ratio="1/2", effective_on="2026-07-01"))
    ledger.record(entry_voided(8))

    found = restatement(ledger, as_of=END, known_from=9)

    change = found.of("common", figure="outstanding")
    assert change is not None
    assert (str(change.old), str(change.new), change.entries) == ("499", "500", (10,))


def test_a_merger_is_named_at_both_holders() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), common_issued(holder="bob", issued=500))
    ledger.record(holder_merged(holder="bob", into="ada", effective_on="2026-05-01"))

    found = difference(ledger, after="2026-04-30", through="2026-05-01")

    assert entries(found, "ada", "common", figure="shares") == (9,)
    assert entries(found, "bob", "common", figure="shares") == (9,)
    assert len(found) == 2


def test_the_scope_of_a_register_is_named_where_it_makes_a_figure_less_certain() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(register_scope_declared(scope=Scope.PARTIAL, effective_on="2026-06-01"))
    ledger.record(common_issued(issued=50))

    before = restatement(ledger, as_of="2026-05-31", known_from=7, known_to=8)

    assert told(before) == [("recorded", None, 8, [8])]
    assert entries(before, "common", figure="outstanding") == (8,)
    assert entries(before, "common", figure="is complete") == (8,)
    assert before.of("common", figure="scope") is None
    assert before.holdings == ()
    both = restatement(ledger, as_of="2026-06-01", known_from=7)
    assert entries(both, "common", figure="outstanding") == (8, 9)
    assert entries(both, "common", figure="scope") == (8,)
    assert entries(restatement(ledger, as_of=END, known_from=8), "common", figure="outstanding") == (9,)


def test_a_stated_count_is_a_difference_of_its_own() -> None:
    ledger = company()
    ledger.record(register_scope_declared(scope=Scope.PARTIAL), common_issued(issued=1_000))
    ledger.record(
        register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=Shares(5_000), effective_on="2026-06-01")
    )

    found = difference(ledger, after="2026-05-31", through="2026-06-01")

    assert [(each.figure, str(each.new)) for each in found if each.figure == "not recorded"] == [
        ("not recorded", "4,000")
    ]
    assert entries(found, "common", figure="not recorded") == (9,)
    assert entries(found, "common", figure="stated") == (9,)
    assert found.of("common", figure="outstanding") is None


def test_a_conversion_of_shares_under_an_agreement_is_named_where_they_were_converted() -> None:
    ledger = recorded([])
    ledger.record(shares_converted(surrendered=4, received=5, security="PA-1", effective_on="2026-02-10"))

    found = restatement(ledger, as_of=END, known_from=13)

    assert [(each.figure, str(each.old), str(each.new), each.entries) for each in found.agreements] == [
        ("shares converted", "0", "4", (14,)),
        ("shares outstanding", "300", "296", (14,)),
    ]


def test_the_terms_of_one_class_are_named_where_another_converts_by_them() -> None:
    ledger = company()
    ledger.record(builders.preferred_issued(issued=1_000))
    ledger.record(builders.class_terms_amended(stock_class="series-a", stated_value="16 USD"))

    found = restatement(ledger, as_of=END, known_from=7)

    assert entries(found, "series-a", figure="as converted") == (8,)
    assert entries(found, "series-a", figure="stated value") == (8,)
    assert len(found) == 2


# --- agreements ----------------------------------------------------------------------------------------------


def test_a_tranche_that_fell_due_names_no_entry_and_one_that_was_moved_does() -> None:
    ledger = company()
    ledger.record(builders.agreement_signed())
    ledger.record(
        builders.agreement_amended(
            rescheduled=(TrancheRescheduled(tranche=TrancheId("t1"), due_on=date(2026, 6, 30)),)
        )
    )

    passed = difference(ledger, after="2026-03-30", through="2026-06-30", known_at=7)
    moved = restatement(ledger, as_of="2026-03-31", known_from=7)

    assert entries(passed, "spa", figure="due") == ()
    assert entries(passed, "spa", "t1", figure="is due") == ()
    assert passed.facts == ()
    assert entries(moved, "spa", figure="due") == (8,)
    assert entries(moved, "spa", "t1", figure="due on") == (8,)
    assert moved.of("spa", "t2", figure="due on") is None
    change = moved.of("spa", figure="overdue")
    assert change is not None
    assert (change.by, change.entries) == (Money(-400_000, "USD"), (8,))


def test_what_was_not_there_counts_as_nothing() -> None:
    ledger = company()
    ledger.record(builders.agreement_signed())

    found = difference(ledger, after="2026-02-01", through=END, known_at=7)

    change = found.of("spa", figure="undertaken")
    assert change is not None
    assert (str(change.old), str(change.new), change.by) == ("0 USD", "1,000,000 USD", Money(1_000_000, "USD"))
    assert found.of("spa", figure="closed") is None
    assert found.of("common", figure="issued") is None


def test_every_figure_of_the_views_is_compared_or_left_out_on_purpose() -> None:
    """A figure that is added to a view has to say here what it rests on."""
    left_out = {
        ClassLine: {"stock_class", "reserves", "identifiers"},
        CommitmentBalance: {"agreement", "tranches", "shares", "headroom", "remedy_yields"},
        TrancheLine: {"tranche", "conditions"},
        SharesUnder: {"stock_class"},
    }
    of_class, of_money = set(diff._CLASS_RESTS_ON), set(diff._AGREEMENT_RESTS_ON)
    of_shares = {"issued", "converted", "ended_otherwise", "rounding", "outstanding"}
    for view, compared in ((ClassLine, of_class), (CommitmentBalance, of_money), (TrancheLine, of_money)):
        assert {field.name for field in attrs.fields(view)} - left_out[view] <= compared
    assert {field.name for field in attrs.fields(SharesUnder)} - left_out[SharesUnder] == of_shares
    assert of_class <= {field.name for field in attrs.fields(ClassLine)}


# --- instruments ---------------------------------------------------------------------------------------------


def with_instruments() -> Ledger:
    """Return a company with a note, a SAFE, a warrant, a plan and an option."""
    ledger = company()
    ledger.record(note_issued(), safe_issued(), warrant_issued(), plan_adopted(), award_granted())
    return ledger


def number_of(ledger: Ledger, kind: type[Event]) -> int:
    return next(int(entry.number) for entry in ledger.entries() if isinstance(entry.event, kind))


def instruments(found: Difference) -> dict[tuple[str, ...], tuple[str, str, tuple[int, ...]]]:
    return {(*each.of, each.figure): (str(each.old), str(each.new), each.entries) for each in found.instruments}


def test_what_holders_have_in_instruments_is_compared_though_no_shares_move() -> None:
    ledger = with_instruments()
    note, safe, warrant, option = (
        number_of(ledger, each) for each in (NoteIssued, SafeIssued, WarrantIssued, AwardGranted)
    )

    found = difference(ledger, after="2026-02-01", through="2026-02-02")

    assert not found.holdings
    assert instruments(found) == {
        ("n-1", "fund", "owed"): ("0 USD", "100,000 USD", (note,)),
        ("n-1", "price of common"): ("not stated", "2 USD", (note,)),
        ("safe-1", "fund", "owed"): ("0 USD", "500,000 USD", (safe,)),
        ("w-1", "fund", "purchasable"): ("0", "1,000", (warrant,)),
        ("w-1", "price of common"): ("not stated", "2 USD", (warrant,)),
        ("option-1", "bob", "awarded"): ("0", "48,000", (option,)),
        ("option-1", "price of common"): ("not stated", "1 USD", (option,)),
    }
    assert found.names[HolderId("bob")] == "Bob Quill"


def test_what_leaves_an_instrument_and_what_passes_to_another_holder_names_its_entry() -> None:
    ledger = with_instruments()
    last = len(ledger.entries())
    ledger.record(note_repaid(), warrant_transferred(), warrant_exercised(), instrument_adjusted())
    ledger.record(award_forfeited())

    found = difference(ledger, after="2026-03-01", through=END)

    assert {key: value for key, value in instruments(found).items() if key[0] != "option-1"} == {
        ("n-1", "fund", "owed"): ("100,000 USD", "90,000 USD", (last + 1,)),
        ("w-1", "fund", "purchasable"): ("1,000", "300", (last + 2, last + 3)),
        ("w-1", "bob", "purchasable"): ("0", "300", (last + 2,)),
        ("w-1", "price of common"): ("2 USD", "1.5 USD", (last + 4,)),
    }


def test_what_is_supposed_of_an_instrument_alone_is_a_difference() -> None:
    found = what_if(with_instruments(), note_repaid(), as_of=END)

    (change,) = found.instruments
    assert (change.of, change.figure, change.by) == (("n-1", "fund"), "owed", Money(-10_000, "USD"))
    assert found.changes == (change,)


def test_a_split_changes_what_a_warrant_buys_and_in_later_units_it_does_not() -> None:
    ledger = with_instruments()
    split = SplitStock(
        stock_class=StockClassId("common"),
        ratio=Ratio(2),
        on=date(2026, 4, 1),
        phase=Phase.OPENING,
        fractions=FractionPolicy.DOWN,
        authorized=Authorized(20_000_000),
    )
    ledger.record(*split.events(ledger))
    asked = partial(difference, ledger, after="2026-03-31", through="2026-04-01")

    found, price = asked().of("w-1", "fund", figure="purchasable"), asked().of("w-1", figure="price of common")

    assert found is not None
    assert price is not None
    assert (str(price.old), str(price.new)) == ("2 USD", "1 USD")
    assert (str(found.old), str(found.new)) == ("1,000", "2,000")
    assert [ledger.entries()[number - 1].event.KIND for number in found.entries] == ["stock-split-effected"]
    assert asked(basis="2026-04-01").instruments == ()


def test_a_merger_takes_what_is_held_in_instruments_along() -> None:
    ledger = with_instruments()
    ledger.record(holder_merged(holder="bob", into="ada", effective_on="2026-05-04"))
    merger = len(ledger.entries())

    found = instruments(difference(ledger, after="2026-05-03", through="2026-05-04"))

    assert found == {
        ("option-1", "bob", "awarded"): ("48,000", "0", (merger,)),
        ("option-1", "ada", "awarded"): ("0", "48,000", (merger,)),
    }


# --- asking --------------------------------------------------------------------------------------------------


def yearly() -> Ledger:
    """Return a ledger in which a day passes between commands: 7 on 2 January, 8 on 3 January 2026."""
    ledger = company(clock=ticking(start=datetime(2026, 1, 1, 18, tzinfo=UTC), step=timedelta(days=1)))
    ledger.record(common_issued(issued=1_000, effective_on="2026-01-01"))
    ledger.record(shares_cancelled(cancelled=100, effective_on="2026-01-02"))
    return ledger


def test_knowledge_may_be_a_day_an_instant_or_a_number() -> None:
    ledger = yearly()
    for known_from in ("2026-01-02", 7, datetime(2026, 1, 2, 18, tzinfo=UTC)):
        found = restatement(ledger, as_of=END, known_from=known_from)
        assert (found.old.known, found.new.known) == (7, 8)
        assert found.old.known_at == datetime(2026, 1, 2, 18, tzinfo=UTC)


def test_the_earlier_day_may_be_asked_as_it_was_known_then() -> None:
    ledger = yearly()
    ledger.record(entry_voided(7, 8))

    found = difference(ledger, after="2026-01-01", through="2026-01-02", known_after=7, known_at=8)

    assert (found.old.known, found.new.known) == (7, 8)
    assert told(found) == [("recorded", None, 8, [8])]
    assert entries(found, "ada", "common", figure="shares") == (8,)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (partial(difference, after=END, through="2026-01-01"), "E_DATE"),
        (partial(restatement, as_of=END, known_from=8, known_to=7), "E_KNOWN"),
        (partial(difference, after="2026-01-01", through=END, basis="2026-01-02"), "E_BASIS"),
    ],
)
def test_standpoints_are_given_in_order(ask: Callable[[Ledger], Difference], code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        ask(yearly())

    assert caught.value.code == code


def test_before_the_first_entry_nothing_can_be_compared() -> None:
    with pytest.raises(NothingRecorded):
        restatement(yearly(), as_of=END, known_from="2025-12-31")


def test_a_difference_is_iterated_and_asked_by_name() -> None:
    found = difference(yearly(), after="2025-12-31", through=END)

    assert list(found) == list(found.holdings + found.classes + found.agreements)
    assert len(found) == len(found.changes)
    assert found.of("nobody", "common", figure="shares") is None
    assert found.issuer == "acme"
