"""Letting many facts through at once: what passes there, the gate lets through, and the book is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from hypothesis import event as noted
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from benchmarks import company as synthetic
from benchmarks.any_date import issuer, written
from ledger import Ledger, codec
from ledger.book import Book
from ledger.days import Phase
from ledger.errors import LedgerError
from ledger.events import Event, Fact, HolderRegistered, IssuerRegistered
from ledger.exchange import loading
from ledger.gate import Gate, sweep
from ledger.identity import CommandId, EntryNumber, HolderId, IssuerId
from ledger.pages import Entries, Page
from ledger.personal import SALT_BYTES, seal
from ledger.quantities import Ratio, Shares
from ledger.rules import FACT_RULES, concerns
from ledger.rules.at_once import AT_ONCE, OF_A_NEW_HOLDER
from ledger.store import Row
from ledger.testing import histories
from ledger.timeline import Entry, standing
from tests import builders
from tests.ledger.test_late import _PLAIN as PLAIN
from tests.ledger.test_late import BEGUN, HELD
from tests.ledger.test_late import WalkingGate as Walking
from tests.projections.histories import (
    FIRST,
    LAST,
    LEVEL_FACTS,
    MONEY_FACTS,
    SHARE_FACTS,
    facts_of,
    recorded,
    splits,
)

ISSUER: Final = IssuerId("acme")
AT: Final = datetime(2026, 7, 1, tzinfo=UTC)


def page_of(events: Iterable[Event], after: int, issuer: Any = ISSUER) -> Page:
    """Return events as a page that was read, as if one command had recorded them."""
    rows = []
    for number, given in enumerate(events, after + 1):
        each = seal(given, lambda: b"s" * SALT_BYTES)
        payload = codec.encode(each)
        entry = Entry(EntryNumber(number), AT, "counsel", CommandId("many"), each, codec.digest(payload))
        rows.append(Row(number, codec.topic(each), codec.state(issuer, entry, payload)))
    page = codec.read_states(rows, issuer, after)
    assert page is not None
    return page


def told(book: Book) -> tuple[Any, ...]:
    """Return what a book holds, apart from movers, which pages forget; a total of nothing is as good as none."""
    totals = [{total: quantity for total, quantity in table.items() if quantity} for table in (book.high, book.low)]
    settings = {key: sorted(each.entry.number for each, _ in pairs) for key, pairs in book.settings.items()}
    return totals, settings, book.at, book.split_at


def in_order(events: Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda each: each.effective_on.latest if isinstance(each, Fact) else FIRST)


plain = facts_of((*SHARE_FACTS, *MONEY_FACTS), longest=0)
larger = st.builds(
    lambda holder, count, on: builders.shares_transferred(
        from_holder=holder, to_holder="fund", transferred=count, effective_on=on
    ),
    st.sampled_from(["ada", "bob"]),
    st.sampled_from([200, 450, 900, 905]),
    st.integers(0, 9).map(lambda days: f"2026-02-{10 + days}"),
)
_february = st.integers(10, 19).map("2026-02-{}".format)
named = st.one_of(
    st.builds(lambda on: builders.holder_registered(holder="new", effective_on=on), _february),
    st.builds(lambda on: builders.common_issued(holder="new", issued=5, effective_on=on), _february),
)
anything = st.one_of(
    plain, plain, plain, larger, named, facts_of(LEVEL_FACTS, longest=0), facts_of(SHARE_FACTS, longest=2), splits
)


@settings(max_examples=300)
@drawn(
    st.lists(anything, min_size=1, max_size=12),
    st.booleans(),
    st.lists(plain, max_size=3).map(in_order),
)
def test_what_passes_at_once_passes_the_gate_and_leaves_the_same_book(
    events: list[Event], sort: bool, before: list[Event]
) -> None:
    ledger = recorded(())
    for each in before:
        try:
            ledger.record(each)
        except LedgerError:
            continue
    entries = ledger.entries()
    page = page_of(in_order(events) if sort else events, len(entries))
    asked, at_once = Gate(), Gate()

    passed = at_once.check_pages(ISSUER, entries, [page])

    untouched = told(at_once._sweep.book)
    try:
        asked.check(ISSUER, entries, page.entries())
    except LedgerError:
        assert not passed
    noted(f"passed: {passed}")
    if passed:
        assert told(at_once._sweep.book) == told(asked._sweep.book)
    else:
        fresh = Gate()
        fresh._catch_up(entries)
        assert untouched == told(fresh._sweep.book)


@settings(max_examples=300)
@drawn(histories(longest=3), st.integers(0), st.integers(0), st.booleans())
def test_a_history_that_passes_in_pages_passes_the_gate_and_leaves_the_same_book(
    events: list[Event], at: int, cut: int, in_order: bool
) -> None:
    if in_order:
        days = [each.effective_on.latest if isinstance(each, Fact) else LAST for each in events]
        events = [events[index] for index in sorted(range(len(events)), key=days.__getitem__)]
    issuer = next(each.issuer for each in events if isinstance(each, IssuerRegistered))
    at %= len(events)
    cut = at + cut % (len(events) - at) + 1
    ledger = Ledger.in_memory()
    try:
        if at:
            ledger.record(*events[:at])
    except LedgerError:
        return
    entries = ledger.entries()
    pages = [page_of(part, after, issuer) for part, after in ((events[at:cut], at), (events[cut:], cut)) if part]
    asked, at_once = Gate(), Gate()

    passed = at_once.check_pages(ledger.issuer, entries, pages)

    noted(f"passed: {passed}")
    try:
        asked.check(ledger.issuer, entries, [entry for page in pages for entry in page.entries()])
    except LedgerError:
        assert not passed
    if passed:
        assert told(at_once._sweep.book)[:2] == told(asked._sweep.book)[:2]  # whatever moment it reached


_AMOUNTS: Final = st.sampled_from(["1", "3", "0.25", "0.0000000001", str(2**40), str(2**62), str(10**20)])
_dealt = st.one_of(
    st.builds(
        lambda holder, amount, day: builders.common_issued(
            holder=holder, issued=amount, effective_on=f"2026-02-{day}"
        ),
        st.sampled_from(builders.HOLDERS),
        _AMOUNTS,
        st.integers(10, 14),
    ),
    st.builds(
        lambda pair, amount, day: builders.shares_transferred(
            from_holder=pair[0], to_holder=pair[1], transferred=amount, effective_on=f"2026-02-{day}"
        ),
        st.permutations(builders.HOLDERS),
        _AMOUNTS,
        st.integers(10, 14),
    ),
)


@settings(max_examples=100)
@drawn(
    st.lists(st.lists(_dealt, min_size=1, max_size=8), min_size=1, max_size=4),
    st.sampled_from([10**20, 10**21]),
    st.sampled_from(["2", "1.5"]),
)
def test_quantities_of_any_length_and_fineness_are_added_up_exactly(
    parts: list[list[Event]], authorized: int, ratio: str
) -> None:
    """Beyond 64 bits, below a whole share, and before and after a split that may round."""
    ledger = Ledger.in_memory()
    ledger.record(
        *builders.founding(),
        builders.authorized_shares_changed(authorized=authorized),
        *(
            builders.common_issued(holder=holder, issued="7", effective_on="2026-01-20")
            for holder in builders.HOLDERS
        ),
    )
    gate, entries = Gate(), ledger.entries().first(len(ledger.entries()))
    parts[-1].append(builders.stock_split_effected(ratio=ratio, effective_on="2026-02-12", phase=Phase.OPENING))
    for events in parts:
        page = page_of(in_order(events), len(entries))

        passed = gate.check_pages(ISSUER, entries, [page])

        noted(f"passed: {passed}")
        after = sweep(standing([*entries, *page.entries()]))
        if after.breaches:
            assert not passed
            continue
        if not passed:
            gate.check(ISSUER, entries, page.entries())
        entries.add(page)
        assert told(gate._sweep.book)[:2] == told(after.book)[:2]


def test_a_long_history_passes_page_by_page() -> None:
    deals = [synthetic.event(deal) for deal in synthetic.deals(3_000, 50)]
    ledger = Ledger.in_memory()
    ledger.record(*synthetic.founding())
    gate, entries = Gate(), ledger.entries().first(3)
    issuer = ledger.issuer

    for start in range(0, len(deals), 500):
        page = page_of(deals[start : start + 500], len(entries), issuer)
        assert issuer is not None
        assert gate.check_pages(issuer, entries, [page])
        entries.add(page)
    ledger.record(*deals)

    assert told(gate._sweep.book)[:2] == told(ledger._rules()._sweep.book)[:2]


_in_february = st.integers(1, 9).map("2026-02-0{}".format)
_around = st.tuples(_in_february, _in_february).map(lambda days: "/".join(sorted({*days})))
_given = st.builds(
    lambda pair, count, on: builders.shares_transferred(
        from_holder=pair[0], to_holder=pair[1], transferred=count, effective_on=on
    ),
    st.permutations(["ada", "bob", "fund"]),
    st.integers(1, 7),
    st.one_of(_in_february, _in_february, _around),
)
_split = st.builds(
    lambda ratio, on: builders.stock_split_effected(ratio=ratio, effective_on=on, phase=Phase.OPENING),
    st.sampled_from(["2", "3", "1.5"]),
    _in_february,
)
_late_or_not = st.one_of(
    PLAIN,
    _given,
    _given,
    _split,
    st.integers(11, 40).map(builders.entry_voided),
    st.tuples(st.integers(11, 40), _given).map(
        lambda drawn: builders.entry_restated(drawn[0], restated_as=drawn[1])
    ),
)


@settings(max_examples=200)
@drawn(st.lists(st.lists(_late_or_not, min_size=1, max_size=6), min_size=2, max_size=8))
def test_what_is_loaded_in_parts_is_what_a_walk_through_all_of_it_lets_through(parts: list[list[Event]]) -> None:
    ledger = Ledger.in_memory()
    ledger.record(*BEGUN, builders.authorized_shares_changed(authorized=90), *HELD)
    gate, entries = Gate(), ledger.entries().first(len(ledger.entries()))
    for events in parts:
        page = page_of(events, len(entries))
        before = told(gate._sweep.book)
        started = len(entries) == gate._size

        passed = gate.check_pages(ISSUER, entries, [page])

        if not passed and started:
            assert told(gate._sweep.book) == before
        try:
            Walking().check(ISSUER, entries, page.entries())
        except LedgerError:
            assert not passed
            continue
        noted(f"passed: {passed}")
        if not passed:
            gate.check(ISSUER, entries, page.entries())
        entries.add(page_of(events, len(entries)))  # of which no entry is made yet
        assert told(gate._sweep.book)[:2] == told(sweep(standing(entries)).book)[:2]  # whatever moment it reached


def test_audits_pass_at_once_with_the_parts_that_they_are_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A history of years: late transfers, voids, restatements and open days before splits and after them."""
    written.write_lines(issuer.history(4_000, 60), tmp_path / "history.jsonl")
    monkeypatch.setattr(loading, "PART_BYTES", 50_000)
    monkeypatch.setattr(Gate, "check", None)
    ledger = Ledger.in_memory()

    with (tmp_path / "history.jsonl").open("rb") as file:
        assert loading.load(ledger, file) == 4_000

    assert told(ledger._rules()._sweep.book) == told(sweep(standing(ledger.entries())).book)


def test_a_ledger_of_one_issuer_is_not_begun_by_another() -> None:
    page = page_of(builders.founding(), 0)

    assert Gate().check_pages(ISSUER, Entries(), [page])
    assert not Gate().check_pages(IssuerId("beta"), Entries(), [page])


SPLIT = builders.stock_split_effected(effective_on="2026-02-15", ratio=Ratio(2))
OPEN = builders.common_issued(issued=5, effective_on="2026-02-12/2026-02-14")
LATE = builders.shares_transferred(from_holder="ada", to_holder="fund", transferred=7, effective_on="2026-02-11")


@pytest.mark.parametrize(
    "events",
    [
        [LATE, SPLIT, builders.common_issued(issued=5, effective_on="2026-02-20")],
        [SPLIT, LATE],
        [OPEN, LATE],
        [LATE, builders.entry_voided(entries=(EntryNumber(14),))],
        [
            LATE,
            builders.entry_restated(entry=EntryNumber(14), restated_as=attrs.evolve(LATE, transferred=Shares(8))),
        ],
    ],
    ids=["a split", "late news before a split", "an open day", "a void", "a restatement"],
)
def test_what_a_command_corrects_splits_or_leaves_open_passes_at_once(events: list[Event]) -> None:
    ledger = recorded(())
    at_once, asked, entries = Gate(), Gate(), ledger.entries()
    page = page_of(events, len(entries))

    assert at_once.check_pages(ISSUER, entries, [page])

    asked.check(ISSUER, entries, page.entries())
    assert told(at_once._sweep.book) == told(asked._sweep.book)


@pytest.mark.parametrize(
    "make",
    [
        lambda each: builders.shares_cancelled(stock_class="common", cancelled=1, security=f"c-{each}"),
        lambda each: builders.proceeds_restricted(account=f"bank-{each}"),
    ],
    ids=["certificates", "accounts"],
)
def test_many_names_that_nothing_brings_into_being_pass_at_once(make: Callable[[int], Event]) -> None:
    ledger = recorded(builders.common_issued(holder="ada", issued=5, security=f"c-{each}") for each in range(3))
    entries = ledger.entries()

    assert Gate().check_pages(ISSUER, entries, [page_of(map(make, range(3)), len(entries))])


def test_a_day_that_opened_in_the_past_brings_no_limit_of_then_back() -> None:
    ledger = recorded([builders.authorized_shares_changed(authorized=2_500, effective_on="2026-02-14")])
    entries = ledger.entries()
    closed = builders.tranche_closed(closed="100 USD", tranche=None, effective_on="2026-02-12/2026-02-16")
    one, many = (builders.common_issued(issued=count, effective_on="2026-02-15") for count in (1, 1_000))

    assert Gate().check_pages(ISSUER, entries, [page_of([closed, one], len(entries))])
    assert not Gate().check_pages(ISSUER, entries, [page_of([closed, many], len(entries))])


def test_a_whole_ledger_passes_at_once_from_its_first_entry() -> None:
    gate = Gate()
    events = [*synthetic.founding(), *map(synthetic.event, synthetic.deals(500, 20))]

    assert gate.check_pages(None, Entries(), [page_of(events, 0, IssuerId("benchmark"))])


@pytest.mark.parametrize(
    "wrong",
    [
        builders.common_issued(holder=HolderId("nobody"), issued=1),
        builders.common_issued(issued="0.5"),
        builders.common_issued(issued=10**9),
        builders.preferred_issued(stock_class="common", issued=1),
        builders.preferred_issued(agreement="spa", security=None),
        builders.tranche_closed(closed="1 EUR"),
        builders.common_issued(issued=1, note="a character that is not assigned: \u0378"),
        builders.issuer_registered(issuer="acme", lei="7LTWFZYICNSX8D621K87"),
        builders.issuer_registered(issuer="another"),
        builders.entry_voided(entries=(EntryNumber(14),)),
        builders.entry_voided(entries=(EntryNumber(1),)),
    ],
    ids=lambda event: event.KIND,
)
def test_what_a_rule_forbids_is_left_to_the_gate(wrong: Event) -> None:
    ledger = recorded(())
    gate = Gate()

    assert not gate.check_pages(ISSUER, ledger.entries(), [page_of([wrong], len(ledger.entries()))])


def test_every_rule_with_a_counterpart_is_one_that_is_asked() -> None:
    assert set(AT_ONCE) <= set(FACT_RULES)


def test_a_new_name_is_all_that_the_rules_ask_of_who_registers_a_holder() -> None:
    assert {rule for rule in FACT_RULES if concerns(rule, HolderRegistered)} == OF_A_NEW_HOLDER
