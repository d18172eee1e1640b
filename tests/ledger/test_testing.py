"""What ``ledger.testing`` gives to those who test their own code: pasts that the rules accept, of all kinds."""

from __future__ import annotations

import ast
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from ledger import Ledger, Shares, StockClassId, testing
from ledger.errors import LibraryMissing
from ledger.events import (
    AgreementSigned,
    AuthorizedSharesChanged,
    ClassTermsAmended,
    CommitmentLapsed,
    CommonIssued,
    EntryRestated,
    EntryVoided,
    Event,
    Fact,
    HolderMerged,
    HolderRenamed,
    IssuerRegistered,
    PreferredIssued,
    RegisterScopeDeclared,
    ReserveReleased,
    SharesCancelled,
    SharesConverted,
    SharesRepurchased,
    SharesReserved,
    SharesRetired,
    SharesTransferred,
    StockSplitEffected,
    TrancheClosed,
    TreasurySharesReissued,
)
from ledger.testing import FOUNDED, LAST_DAY, accepted, days_asked, histories, ledgers, recorded, ticking
from projections import cap_table, findings

ROOT = Path(__file__).parent.parent.parent
SOME = settings(max_examples=25)
HAPPENS = (
    AgreementSigned,
    AuthorizedSharesChanged,
    ClassTermsAmended,
    CommitmentLapsed,
    CommonIssued,
    EntryRestated,
    EntryVoided,
    HolderMerged,
    HolderRenamed,
    PreferredIssued,
    RegisterScopeDeclared,
    ReserveReleased,
    SharesCancelled,
    SharesConverted,
    SharesRepurchased,
    SharesReserved,
    SharesRetired,
    SharesTransferred,
    StockSplitEffected,
    TrancheClosed,
    TreasurySharesReissued,
)


@SOME
@given(histories(longest=5))
def test_every_event_of_a_past_can_be_recorded_after_the_others(events: list[Event]) -> None:
    ledger = recorded(events)

    assert isinstance(events[0], IssuerRegistered)
    assert [type(entry.event) for entry in ledger.entries()] == [type(event) for event in events]


@SOME
@given(histories(), days_asked())
def test_what_holders_have_of_a_recorded_past_is_what_is_outstanding(events: list[Event], day: object) -> None:
    table = cap_table(recorded(events), as_of=day)  # type: ignore[arg-type]  # a day

    for line in table.classes:
        held = [each.shares.exact for each in table.holdings if each.stock_class == line.stock_class]
        assert sum(held, Shares(0)) == line.outstanding.low


@SOME
@given(histories(longest=5))
def test_a_past_whose_days_are_open_is_broken_in_no_reading(events: list[Event]) -> None:
    assert not [each for each in findings(recorded(events)) if each.severity.value == "broken"]


def test_every_kind_of_act_happens_to_some_company_and_most_of_what_is_drawn_is_let_through() -> None:
    happened: list[Event] = []

    @settings(max_examples=400, phases=[Phase.generate], database=None, derandomize=True)
    @given(histories())
    def draw(events: list[Event]) -> None:
        happened.extend(events)

    draw()

    assert {type(event) for event in happened} >= set(HAPPENS)
    assert len(happened) > 400 * (9 + 3)  # what founds a company, and some acts of each


@SOME
@given(histories(with_splits=False, with_corrections=False))
def test_splits_and_corrections_stay_away_when_they_are_not_wanted(events: list[Event]) -> None:
    assert not [event for event in events if isinstance(event, StockSplitEffected | EntryVoided | EntryRestated)]


@given(st.integers(0, 3), st.data())
@settings(max_examples=25)
def test_no_day_is_more_open_than_was_asked_for(longest: int, data: st.DataObject) -> None:
    events = data.draw(histories(longest=longest, most=6))

    for event in events:
        if isinstance(event, Fact):
            assert event.effective_on.latest - event.effective_on.earliest <= timedelta(days=longest)
            assert FOUNDED <= event.effective_on.earliest <= event.effective_on.latest <= LAST_DAY


@SOME
@given(ledgers(most=5))
def test_a_ledger_that_is_drawn_holds_its_past(ledger: Ledger) -> None:
    assert ledger.issuer == "acme"
    assert 9 <= len(ledger.entries()) <= 12 + 5


def test_what_the_rules_refuse_is_left_out_and_the_rest_recorded() -> None:
    founding = find(testing.foundings(), lambda events: True)
    ledger = recorded(founding)
    before = len(ledger.entries())
    on, common = founding[0].effective_on, StockClassId("common")  # type: ignore[attr-defined]  # a fact
    ada = testing.companies.HOLDERS[0]
    fits = CommonIssued(effective_on=on, holder=ada, stock_class=common, issued=Shares(1))
    too_many = CommonIssued(effective_on=on, holder=ada, stock_class=common, issued=Shares(10**9))

    assert accepted(ledger, [too_many, fits, too_many]) == [fits]
    assert len(ledger.entries()) == before + 1


def test_a_ticking_clock_goes_a_step_at_each_look_and_each_clock_is_its_own() -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    clock, other = ticking(start, timedelta(hours=1)), ticking(start)

    assert [clock(), clock(), clock()] == [start, start + timedelta(hours=1), start + timedelta(hours=2)]
    assert other() == start


def test_hypothesis_is_imported_for_those_who_ask_for_it_and_for_nobody_else() -> None:
    importers = set()
    for package in ("ledger", "projections", "registrar"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if any(name.split(".")[0] == "hypothesis" for name in names):
                    importers.add(path.parent.relative_to(ROOT).as_posix())

    assert importers == {"ledger/testing"}


def test_without_hypothesis_one_line_names_it_and_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("ledger.testing")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hypothesis", None)

    with pytest.raises(LibraryMissing, match=r"hypothesis is needed .*'captable-ledger\[testing\]'"):
        __import__("ledger.testing")
