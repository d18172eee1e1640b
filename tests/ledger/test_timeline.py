"""Which entries count on a day, as known at some point, and in which order."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec
from ledger.days import EffectiveDay, Phase, close_of, moment
from ledger.events import Event
from ledger.identity import CommandId, Count, EntryNumber
from ledger.timeline import (
    Entry,
    InEffect,
    command_end,
    corrected_twice,
    fallen_entries,
    history,
    known_by,
    may_be_last,
    place_in_history,
    standing,
)
from tests.builders import common_issued, entry_restated, entry_voided, shares_retired

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FEBRUARY = date(2026, 2, 1)


def recorded(*commands: Event | Sequence[Event]) -> list[Entry]:
    """Return entries as a journal would number them; one event is a command of its own."""
    entries: list[Entry] = []
    for index, command in enumerate(commands):
        for event in [command] if isinstance(command, Event) else command:
            number = EntryNumber(len(entries) + 1)
            digest = codec.digest(codec.encode(event))
            at = NOON + timedelta(minutes=index)
            entries.append(Entry(number, at, "counsel", CommandId(f"c-{index}"), event, digest))
    return entries


def issue(on: str = "2026-02-02", **changes: Any) -> Event:
    return common_issued(effective_on=on, **changes)


def numbers(facts: Sequence[InEffect]) -> list[int]:
    return [int(each.entry.number) for each in facts]


def order(*events: Event, as_of: date = date(2026, 12, 31)) -> list[int]:
    return numbers(history(recorded(*events), as_of=as_of).certain)


# --- order -------------------------------------------------------------------------------------------------------


def test_facts_come_by_day_whatever_the_order_of_recording() -> None:
    assert order(issue("2026-02-03"), issue("2026-02-01"), issue("2026-02-02")) == [2, 3, 1]


def test_facts_of_a_day_come_by_phase() -> None:
    assert order(issue(phase=Phase.CLOSE), issue(phase=Phase.ORDINARY), issue(phase=Phase.OPENING)) == [3, 2, 1]


def test_facts_of_a_phase_come_by_place_and_those_without_one_follow() -> None:
    placed = [issue(place=Count(n) if n is not None else None) for n in (None, 2, 1, 1_000_000, None, 0)]

    assert order(*placed) == [6, 3, 2, 4, 1, 5]


def test_facts_of_one_place_come_by_number() -> None:
    assert order(issue(), issue(), issue()) == [1, 2, 3]


def test_a_range_of_days_counts_by_its_latest_day() -> None:
    assert order(issue("2026-02-01/2026-02-10"), issue("2026-02-09"), issue("2026-02-11")) == [2, 1, 3]


def test_a_split_recorded_in_march_but_effective_in_february_comes_before_early_march() -> None:
    """The example in the module: what counts is the day of effect."""
    assert order(issue("2026-03-02"), issue("2026-02-20", phase=Phase.OPENING)) == [2, 1]


@given(
    st.permutations(
        [(on, phase, place) for on in ("2026-02-01", "2026-02-02") for phase in Phase for place in (None, 0, 1)]
    )
)
def test_the_order_of_recording_decides_nothing_but_ties(drawn: list[tuple[str, Phase, int | None]]) -> None:
    events = [
        issue(on, phase=phase, place=Count(place) if place is not None else None) for on, phase, place in drawn
    ]
    ranks = {None: 2, 0: 0, 1: 1}

    found = history(recorded(*events), as_of=date(2026, 12, 31)).certain

    keys = [(drawn[n - 1][0], drawn[n - 1][1].rank, ranks[drawn[n - 1][2]]) for n in numbers(found)]
    assert keys == sorted(keys)
    assert found == sorted(found, key=place_in_history)


# --- corrections -------------------------------------------------------------------------------------------------


def test_a_voided_entry_does_not_count() -> None:
    entries = recorded(issue(), issue(), entry_voided(1))

    assert numbers(standing(entries)) == [2]
    assert fallen_entries(entries) == {1: 3}


def test_a_void_of_a_void_revives() -> None:
    entries = recorded(issue(), entry_voided(1), entry_voided(2))

    assert numbers(standing(entries)) == [1]
    assert fallen_entries(entries) == {2: 3}


def test_a_void_that_was_revived_counts_again() -> None:
    entries = recorded(issue(), entry_voided(1), entry_voided(2), entry_voided(3))

    assert numbers(standing(entries)) == []
    assert fallen_entries(entries) == {3: 4, 1: 2}


def test_a_restatement_stands_for_the_original() -> None:
    entries = recorded(issue(issued=1_000), entry_restated(1, restated_as=issue(issued=900)))

    (found,) = standing(entries)

    assert (found.entry.number, found.first) == (2, 1)
    assert found.fact == issue(issued=900)


def test_voiding_a_restatement_revives_the_original() -> None:
    entries = recorded(issue(), entry_restated(1), entry_voided(2))

    assert numbers(standing(entries)) == [1]


def test_in_a_chain_of_restatements_only_the_last_counts() -> None:
    entries = recorded(issue(), entry_restated(1), entry_restated(2), entry_restated(3))

    (found,) = standing(entries)

    assert (found.entry.number, found.first) == (4, 1)
    assert fallen_entries(entries) == {3: 4, 2: 3, 1: 2}


def test_voiding_the_last_of_a_chain_revives_the_one_before() -> None:
    entries = recorded(issue(), entry_restated(1), entry_restated(2), entry_voided(3))

    assert numbers(standing(entries)) == [2]
    assert fallen_entries(entries) == {3: 4, 1: 2}


def test_a_correction_revived_after_another_is_found() -> None:
    entries = recorded(issue(), entry_restated(1), entry_voided(2), entry_restated(1), entry_voided(3))

    assert corrected_twice(entries) == [1]
    assert corrected_twice(entries[:4]) == []


def test_voiding_what_voided_a_restatement_restates_again() -> None:
    entries = recorded(issue(), entry_restated(1), entry_voided(2), entry_voided(3))

    assert numbers(standing(entries)) == [2]


def test_a_restatement_takes_the_place_of_the_first_original() -> None:
    events = issue(issued=1), issue(issued=2), entry_restated(1, restated_as=issue(issued=3))
    assert order(*events) == [3, 2]
    assert order(*events, entry_restated(3, restated_as=issue(issued=4))) == [4, 2]


def test_a_restatement_moves_to_its_own_day_phase_and_place() -> None:
    late = entry_restated(1, restated_as=issue("2026-02-03"))
    assert order(issue(), issue(), late) == [2, 3]
    closing = entry_restated(1, restated_as=issue(phase=Phase.CLOSE))
    assert order(issue(), issue(), closing) == [2, 3]
    placed = entry_restated(2, restated_as=issue(place=Count(1)))
    assert order(issue(), issue(), placed) == [3, 1]


def test_knowledge_before_a_correction_shows_what_was_believed_then() -> None:
    entries = recorded(issue(), entry_restated(1), entry_voided(2))

    def known(count: int) -> list[int]:
        return numbers(history(entries, as_of=date(2026, 12, 31), known=count).certain)

    assert [known(count) for count in (0, 1, 2, 3, 99)] == [[], [1], [2], [1], [1]]
    assert history(entries, as_of=FEBRUARY, known=99).known == 3


@st.composite
def corrected(draw: st.DrawFn) -> list[Entry]:
    """Draw a record whose corrections name entries that stand, as the rules require."""
    events: list[Event] = [issue(issued=1)]
    for _ in range(draw(st.integers(0, 9))):
        entries = recorded(*events)
        left = [int(entry.number) for entry in entries if entry.number not in fallen_entries(entries)]
        kind = draw(st.sampled_from(["issue", "void", "restate", "restate"]))
        targets = [n for n in left if kind != "restate" or events[n - 1].KIND != "entry-voided"]
        if kind == "issue" or not targets:
            events.append(issue(issued=len(events) + 1))
        elif kind == "void":
            events.append(
                entry_voided(*draw(st.lists(st.sampled_from(targets), min_size=1, max_size=2, unique=True)))
            )
        else:
            events.append(entry_restated(draw(st.sampled_from(targets))))
        if corrected_twice(recorded(*events)):
            events.pop()
    return recorded(*events)


@given(corrected())
def test_corrections_are_resolved_as_an_accountant_would(entries: list[Entry]) -> None:
    """With a pencil: a void takes back what the voided correction did, the last first; a restatement does not."""
    crossed_out: dict[int, int] = {}

    def targets(number: int) -> tuple[int, ...]:
        event: Any = entries[number - 1].event
        named = getattr(event, "entries", ()) or ((event.entry,) if hasattr(event, "entry") else ())
        return tuple(sorted(named, reverse=True))

    def do(number: int) -> None:
        for target in targets(number):
            crossed_out[target] = number
            if entries[number - 1].event.KIND == "entry-voided":
                take_back(target)

    def take_back(number: int) -> None:
        for target in targets(number):
            if crossed_out.get(target) == number:
                del crossed_out[target]
                do(target)

    for entry in entries:
        do(int(entry.number))

    facts = [int(entry.number) for entry in entries if entry.event.KIND != "entry-voided"]
    assert numbers(standing(entries)) == [number for number in facts if number not in crossed_out]
    assert fallen_entries(entries) == crossed_out


@given(corrected())
def test_each_fact_is_counted_once_at_most(entries: list[Entry]) -> None:
    firsts = [each.first for each in standing(entries)]

    assert len(firsts) == len(set(firsts))


# --- days that are not known -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "certain", "still_open"),
    [
        ("2017-05-09", 0, 0),
        ("2017-05-10", 0, 1),
        ("2017-05-11", 0, 1),
        ("2017-06-19", 0, 1),
        ("2017-06-20", 1, 0),
        ("2017-06-21", 1, 0),
    ],
)
@pytest.mark.parametrize("phase", Phase, ids=lambda phase: phase.value)
def test_a_fact_is_impossible_then_open_then_certain(
    phase: Phase, as_of: str, certain: int, still_open: int
) -> None:
    entries = recorded(issue("2017-05-10/2017-06-20", phase=phase))

    found = history(entries, as_of=date.fromisoformat(as_of))

    assert (len(found.certain), len(found.open)) == (certain, still_open)
    assert (found.as_of, found.known) == (date.fromisoformat(as_of), 1)


def _day(number: int) -> date:
    return FEBRUARY + timedelta(days=number)


_RANGES = st.tuples(st.integers(0, 4), st.integers(0, 3)).map(
    lambda pair: EffectiveDay(_day(pair[0]), _day(pair[0] + pair[1]))
)
_FACTS = st.lists(
    st.tuples(_RANGES, st.sampled_from(Phase), st.none() | st.integers(0, 1).map(Count)), min_size=1, max_size=4
)


def facts_of(drawn: list[tuple[EffectiveDay, Phase, Count | None]]) -> list[InEffect]:
    return standing(
        recorded(*(common_issued(effective_on=on, phase=phase, place=place) for on, phase, place in drawn))
    )


def choices(each: InEffect) -> list[int]:
    """Return every moment at which a fact may have taken effect: any of its days, in its phase."""
    effective = each.fact.effective_on
    count = (effective.latest - effective.earliest).days + 1
    return [moment(effective.earliest + timedelta(days=n), each.fact.phase) for n in range(count)]


@given(_FACTS, st.integers(0, 8), st.sampled_from(Phase))
def test_the_settings_that_may_be_in_force_are_exactly_those_of_some_reading(
    drawn: list[tuple[EffectiveDay, Phase, Count | None]], day: int, phase: Phase
) -> None:
    """Days are independent of each other, so the answer is exact: no reading is missing, and none is invented."""
    facts, at = facts_of(drawn), moment(_day(day), phase)
    last: set[int] = set()
    nothing_in_some_reading = False
    for moments in product(*(choices(each) for each in facts)):
        begun = [(when, each.position, each.first) for when, each in zip(moments, facts, strict=True) if when <= at]
        if begun:
            last.add(max(begun)[2])
        else:
            nothing_in_some_reading = True

    found, certainly = may_be_last([(each, each.first) for each in facts], at)

    assert {value for _, value in found} == last
    assert certainly is not nothing_in_some_reading


@given(_FACTS, st.integers(0, 8))
def test_certain_facts_have_taken_effect_in_every_reading_and_open_ones_in_some(
    drawn: list[tuple[EffectiveDay, Phase, Count | None]], day: int
) -> None:
    entries = recorded(*(common_issued(effective_on=on, phase=phase, place=place) for on, phase, place in drawn))
    close = close_of(_day(day))

    found = history(entries, as_of=_day(day))

    readings = {each.first: [when <= close for when in choices(each)] for each in standing(entries)}
    assert {each.first for each in found.certain} == {first for first, some in readings.items() if all(some)}
    assert {each.first for each in found.open} == {
        first for first, some in readings.items() if any(some) and not all(some)
    }


def test_of_nothing_nothing_is_in_force() -> None:
    assert may_be_last([], close_of(FEBRUARY)) == ([], False)


# --- knowledge ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "known"),
    [
        (timedelta(microseconds=-1), 0),
        (timedelta(0), 2),
        (timedelta(microseconds=1), 2),
        (timedelta(minutes=1, microseconds=-1), 2),
        (timedelta(minutes=1), 3),
        (timedelta(days=9), 5),
    ],
)
def test_an_instant_means_what_had_been_recorded_by_then(after: timedelta, known: int) -> None:
    entries = recorded([issue(), issue()], issue(), [issue(), issue()])

    assert known_by(entries, NOON + after) == known


@pytest.mark.parametrize(("number", "end"), [(1, 2), (2, 2), (3, 3), (4, 6), (5, 6), (6, 6)])
def test_a_command_ends_with_its_last_entry(number: int, end: int) -> None:
    entries = recorded([issue(), issue()], issue(), [issue(), issue(), shares_retired()])

    assert command_end(entries, number) == end


def test_an_entry_in_effect_shows_its_number_kind_and_day() -> None:
    (found,) = standing(recorded(issue("2026-02-01/2026-02-03")))

    assert repr(found) == "InEffect(1, common-issued, 2026-02-01/2026-02-03)"
    assert not found.is_exact
