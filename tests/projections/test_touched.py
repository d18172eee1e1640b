"""What entries changed, against the cap tables and the commitments before and after them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given

from ledger import HolderId, Ledger, Money, Shares, StockClassId
from ledger.events import Event, Fact, HolderMerged, StockSplitEffected
from ledger.movements import Scope
from ledger.testing import histories, recorded
from ledger.timeline import standing
from projections import cap_table, commitments
from projections.bounds import Bounds, exactly
from projections.touched import Touched, touched
from tests import builders as a


def changed_by(*events: Event, before: tuple[Event, ...] = ()) -> list[str]:
    """Return what events changed of the company of the builders, in words."""
    ledger = a.company()
    for event in before:
        ledger.record(event)
    since = len(ledger.entries())
    ledger.record(*events)
    return [str(each) for each in touched(ledger, since)]


@pytest.mark.parametrize(
    ("before", "event", "told"),
    [
        ((), a.common_issued(), ["ada common 0 → 1,000", "common available 10,000,000 → 9,999,000"]),
        ((a.common_issued(),), a.shares_transferred(), ["ada common 1,000 → 900", "bob common 0 → 100"]),
        (
            (a.common_issued(), a.shares_repurchased()),
            a.treasury_shares_reissued(),
            ["bob common 0 → 50", "common treasury 100 → 50"],
        ),
        (
            (a.shares_reserved(),),
            a.common_issued(reserve="plan"),
            ["ada common 0 → 1,000", "common plan reserved 500,000 → 499,000"],
        ),
        (
            (a.agreement_signed(),),
            a.agreement_terminated(),
            ["spa undrawn 1,000,000 USD → 800,000 USD", "spa lapsed 0 USD → 200,000 USD"],
        ),
        (
            (),
            a.authorized_shares_changed(),
            ["common authorized 10,000,000 → 20,000,000", "common available 10,000,000 → 20,000,000"],
        ),
        (
            (a.common_issued(),),
            a.stock_split_effected(),
            [
                "common authorized 10,000,000 → 20,000,000",
                "common outstanding 1,000 → 2,000",
                "common available 9,999,000 → 19,998,000",
            ],
        ),
        (
            (a.register_scope_declared(scope=Scope.PARTIAL),),
            a.common_issued(),
            ["ada common 0 → 1,000", "common available at most 10,000,000 → at most 9,999,000"],
        ),
        ((), a.holder_renamed(), []),
        ((), a.condition_satisfied(agreement="spa"), None),
    ],
    ids=lambda value: getattr(value, "KIND", None) or "",
)
def test_what_an_entry_changed_is_said_in_a_line(
    before: tuple[Event, ...], event: Event, told: list[str] | None
) -> None:
    if told is None:
        before, told = (a.agreement_signed(),), []
    assert sorted(changed_by(event, before=before)) == sorted(told)


def test_a_back_dated_entry_is_shown_at_its_own_day() -> None:
    sale = a.shares_transferred(effective_on="2026-03-01", transferred=400)

    told = changed_by(a.shares_transferred(effective_on="2026-02-10"), before=(a.common_issued(), sale))

    assert told == ["ada common 1,000 → 900", "bob common 0 → 100"]


def test_a_day_that_is_open_is_shown_at_its_end() -> None:
    told = changed_by(a.shares_transferred(effective_on="2026-02-10/2026-03-10"), before=(a.common_issued(),))

    assert told == ["ada common 1,000 → 900", "bob common 0 → 100"]


def test_corrections_are_shown_with_what_they_bring_back() -> None:
    issued = (a.common_issued(),)

    assert changed_by(a.entry_voided(7), before=issued)[0] == "ada common 1,000 → 0"
    assert changed_by(a.entry_voided(8), before=(*issued, a.entry_voided(7)))[0] == "ada common 0 → 1,000"
    assert changed_by(a.entry_restated(7), before=issued)[0] == "ada common 1,000 → 900"


def test_the_first_entries_of_a_record_come_from_nothing() -> None:
    assert [str(each) for each in touched(a.company(), 0)][:2] == [
        "common authorized not stated → 10,000,000",
        "common available 0 → 10,000,000",
    ]


def test_nothing_new_changed_nothing() -> None:
    ledger = a.company()

    assert touched(ledger, 6) == ()


def held(ledger: Ledger, on: date, known: int) -> dict[Any, Bounds[Shares]]:
    return {
        (line.holder, line.stock_class): line.shares
        for line in cap_table(ledger, as_of=on, known_at=known).holdings
    }


@given(histories(most=8, longest=6))
def test_what_changed_is_what_the_cap_tables_before_and_after_differ_in(events: list[Event]) -> None:
    assume(not any(isinstance(event, HolderMerged) for event in events))  # the cap table shows two as one
    ledger = recorded(events)
    entries = ledger.entries()
    was, now = (
        {each.entry.number: each.fact for each in standing(entries[:known])}
        for known in (len(entries) - 1, len(entries))
    )
    assume(entries[-1].number in now)
    # A restatement takes a fact out, whose day may be later than that of the fact it puts in its place.
    on = max({**was, **now}[number].effective_on.latest for number in was.keys() ^ now.keys())

    found = {(each.of, each.figure): each for each in touched(ledger, len(entries) - 1)}

    before, after = held(ledger, on, len(entries) - 1), held(ledger, on, len(entries))
    none = exactly(Shares(0))
    for key, each in found.items():
        if key[1] == "held":
            assert (each.before, each.after) == (before.get(key[0], none), after.get(key[0], none))
    if isinstance(entries[-1].event, Fact) and not isinstance(entries[-1].event, StockSplitEffected):
        differing = {key for key in {*before, *after} if before.get(key, none) != after.get(key, none)}
        assert differing == {of for of, figure in found if figure == "held"}


@given(histories(most=8, with_corrections=False))
def test_money_that_moved_is_what_the_commitments_before_and_after_differ_in(events: list[Event]) -> None:
    ledger = recorded(events)
    count = len(ledger.entries())
    fact = ledger.entries()[-1].event
    assert isinstance(fact, Fact)
    agreements = {
        each.of[0] for each in touched(ledger, count - 1) if each.figure in ("undrawn", "closed", "lapsed")
    }

    for agreement in agreements:
        after = commitments(ledger, as_of=fact.effective_on.latest)[agreement]
        for each in touched(ledger, count - 1):
            if each.of == (agreement,):
                assert each.after == getattr(after, each.figure)


def test_a_change_reads_as_a_line() -> None:
    of = (HolderId("ada"), StockClassId("common"))
    change = Touched(of, "held", exactly(Shares(0)), Bounds(Shares(5), None))

    assert str(change) == "ada common 0 → at least 5"
    assert str(Touched(of[:1], "undrawn", exactly(Money(5, "USD")), exactly(Money(0, "USD")))) == (
        "ada undrawn 5 USD → 0 USD"
    )
