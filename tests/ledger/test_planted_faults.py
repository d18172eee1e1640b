"""The test of the test: faults planted in the ledger turn the machine red, each within a bounded run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import ledger.book
import ledger.gate
import ledger.journal
import ledger.record
import ledger.rules
import ledger.store.memory
import ledger.store.port
import ledger.timeline
import projections.replay
from ledger import FractionPolicy
from ledger.book import Book
from ledger.days import Phase as PhaseOfDay
from ledger.days import moment
from ledger.errors import AuthorizedExceeded
from ledger.events import EntryRestated, EntryVoided, Fact, SharesTransferred
from ledger.gate import Sweep
from ledger.movements import Held, Rescaling, Source
from ledger.quantities import SCALE, round_position
from ledger.rules import Breach
from ledger.timeline import Entry, History, InEffect, place_in_history
from tests.ledger.test_journal_machine import LedgerBesideDictionaries

Plant = Callable[[pytest.MonkeyPatch], None]
_FEW: Final = settings(
    max_examples=300,
    stateful_step_count=30,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def a_negative_holding_is_allowed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger.gate, "not_below_zero", lambda book, total, each: None)


def the_authorised_limit_is_off_by_one(patch: pytest.MonkeyPatch) -> None:
    within_authorized = ledger.rules.within_authorized

    def one_more(*given: Any) -> Breach | None:
        breach = within_authorized(*given)
        return None if breach is not None and breach.depth <= SCALE else breach

    assert AuthorizedExceeded.RULE == "within-authorized"
    patch.setattr(ledger.gate, "within_authorized", one_more)


def a_transfer_to_oneself_is_allowed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SharesTransferred, "check", Fact.check)


def a_command_counts_again_when_it_is_repeated(patch: pytest.MonkeyPatch) -> None:
    stored = ledger.store.port.stored
    patch.setattr(
        ledger.store.memory,
        "stored",
        lambda *given: [row for row in stored(*given) if "/command/" not in row[0]],
    )
    patch.setattr(ledger.journal.Ledger, "_already", lambda *given: None)


def rules_are_asked_at_the_end_only(patch: pytest.MonkeyPatch) -> None:
    sweep = ledger.gate.sweep

    def at_the_end(facts: Sequence[InEffect]) -> Sweep:
        found = sweep(facts)
        return Sweep(found.book, [each for each in found.breaches if each.at == found.book.at], found.depths)

    patch.setattr(ledger.gate, "sweep", at_the_end)


def open_facts_are_taken_as_certain(patch: pytest.MonkeyPatch) -> None:
    history_of = ledger.timeline.history_of

    def too_narrow(*given: Any, **named: Any) -> History:
        found = history_of(*given, **named)
        return History(found.as_of, found.known, sorted([*found.certain, *found.open], key=place_in_history), [])

    patch.setattr(ledger.record, "history_of", too_narrow)


def open_facts_are_taken_as_impossible(patch: pytest.MonkeyPatch) -> None:
    history_of = ledger.timeline.history_of

    def too_narrow(*given: Any, **named: Any) -> History:
        found = history_of(*given, **named)
        return History(found.as_of, found.known, found.certain, [])

    patch.setattr(ledger.record, "history_of", too_narrow)


def an_open_increase_counts_too_late_for_the_rules(patch: pytest.MonkeyPatch) -> None:
    steps = ledger.book.steps

    def settled_only(facts: Iterable[InEffect]) -> list[ledger.book.Step]:
        return [
            ledger.book.Step(step.at, step.position, step.each, True, True) for step in steps(facts) if step.settles
        ]

    patch.setattr(ledger.gate, "steps", settled_only)


def a_voided_void_does_not_revive(patch: pytest.MonkeyPatch) -> None:
    resolved = ledger.timeline._resolved

    def once_and_for_all(entries: Sequence[Entry]) -> tuple[Any, ...]:
        fallen, *rest = resolved(entries)
        for entry in entries:
            if isinstance(entry.event, EntryVoided):
                for number in entry.event.entries:
                    fallen.setdefault(number, entry.number)
        return fallen, *rest

    patch.setattr(ledger.timeline, "_resolved", once_and_for_all)


def a_restated_entry_still_counts(patch: pytest.MonkeyPatch) -> None:
    resolved = ledger.timeline._resolved

    def twice(entries: Sequence[Entry]) -> tuple[Any, ...]:
        fallen, *rest = resolved(entries)
        restated = {entry.event.entry for entry in entries if isinstance(entry.event, EntryRestated)}
        return {number: by for number, by in fallen.items() if number not in restated}, *rest

    patch.setattr(ledger.timeline, "_resolved", twice)


_position: Final[property] = InEffect.__dict__["position"]


def placed(patch: pytest.MonkeyPatch, position: Callable[[InEffect], tuple[int, int]]) -> None:
    patch.setattr(InEffect, "position", property(position))


def a_restatement_goes_to_the_end_of_its_phase(patch: pytest.MonkeyPatch) -> None:
    place = _position.fget
    assert place is not None
    placed(patch, lambda each: (place(each)[0], each.entry.number))


def the_place_within_a_phase_is_ignored(patch: pytest.MonkeyPatch) -> None:
    placed(patch, lambda each: (0, each.first))


def the_phase_of_the_day_is_ignored(patch: pytest.MonkeyPatch) -> None:
    in_effect = ledger.timeline.in_effect

    def at_any_time(entry: Entry, fact: Fact, first: int) -> InEffect:
        begins, settles = (
            moment(day, PhaseOfDay.ORDINARY) for day in (fact.effective_on.earliest, fact.effective_on.latest)
        )
        return in_effect(entry, fact, first)._replace(begins=begins, settles=settles)

    patch.setattr(ledger.timeline, "in_effect", at_any_time)


def a_split_rounds_the_total_and_not_each_position(patch: pytest.MonkeyPatch) -> None:
    def by_total(accounts: dict[Any, Any], split: Rescaling) -> None:
        exact = {account: quantity * split.ratio.value for account, quantity in accounts.items()}
        positions = [account for account in exact if isinstance(account, Held) or account is Source.TREASURY]
        left = round_position(sum(exact[account] for account in positions), split.fractions, split.decimals)
        for account in positions:
            exact[account] = min(round_position(exact[account], FractionPolicy.UP, split.decimals), left)
            left -= exact[account]
        accounts.update(exact)

    patch.setattr(projections.replay, "rescale", by_total)


def every_fraction_is_dropped(patch: pytest.MonkeyPatch) -> None:
    def down(units: Any, policy: FractionPolicy, decimals: int) -> int:
        return round_position(units, FractionPolicy.DOWN, decimals)

    patch.setattr(ledger.book, "round_position", down)
    patch.setattr(projections.replay, "round_position", down)


def a_refused_command_leaves_its_mark_on_the_totals(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Book, "take_back", Book.keep)


def a_fact_too_early_is_told_as_one_never_covered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger.gate, "_told_in_time", lambda breach, end: breach)


def later_entries_change_what_was_known_earlier(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger.record, "whole_command", lambda entries, number: len(entries))


FAULTS: Final[tuple[Plant, ...]] = (
    a_negative_holding_is_allowed,
    the_authorised_limit_is_off_by_one,
    a_transfer_to_oneself_is_allowed,
    a_command_counts_again_when_it_is_repeated,
    rules_are_asked_at_the_end_only,
    open_facts_are_taken_as_certain,
    open_facts_are_taken_as_impossible,
    an_open_increase_counts_too_late_for_the_rules,
    a_voided_void_does_not_revive,
    a_restated_entry_still_counts,
    a_restatement_goes_to_the_end_of_its_phase,
    the_place_within_a_phase_is_ignored,
    the_phase_of_the_day_is_ignored,
    a_split_rounds_the_total_and_not_each_position,
    every_fraction_is_dropped,
    a_refused_command_leaves_its_mark_on_the_totals,
    a_fact_too_early_is_told_as_one_never_covered,
    later_entries_change_what_was_known_earlier,
)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_turns_the_machine_red(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(LedgerBesideDictionaries, settings=_FEW)
