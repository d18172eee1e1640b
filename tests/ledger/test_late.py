"""What comes late goes through with a look at what it disturbs, if a walk through the whole record lets it."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ledger.gate
import ledger.journal
import ledger.late
from ledger import Ledger
from ledger.book import Book
from ledger.days import Phase
from ledger.errors import RuleBroken
from ledger.events import Event
from ledger.gate import Gate, Sweep, sweep
from ledger.timeline import standing
from tests.builders import (
    agreement_signed,
    authorized_shares_changed,
    common_issued,
    entry_restated,
    entry_voided,
    founding,
    holder_registered,
    opening_balance_adopted,
    preferred_issued,
    reserve_released,
    restriction_placed,
    shares_cancelled,
    shares_converted,
    shares_repurchased,
    shares_reserved,
    shares_transferred,
    stock_class_designated,
    stock_split_effected,
    ticking,
    tranche_closed,
)
from tests.ledger.test_rules import _COMMANDS as MIXED


class WalkingGate(Gate):
    """Checks every command by walking through the whole record."""

    def _through(self, *unused: object, **also_unused: object) -> bool:
        return False


@pytest.fixture(autouse=True, scope="module")
def _any_length() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger.journal, "_LONG", 0)
        yield


BEGUN = (*founding(), authorized_shares_changed(authorized=30), agreement_signed())
HELD = tuple(common_issued(holder=holder, issued=6, effective_on="2026-01-20") for holder in ("ada", "bob", "fund"))


def told(book: Book) -> Any:
    """Return what a book knows at the end, whatever moment it reached."""
    totals = [{total: quantity for total, quantity in table.items() if quantity} for table in (book.high, book.low)]
    stated = {key: [(each, value) for each, value in known] for key, known in book.settings.items() if known}
    standing_movers = {
        stock_class: sorted(each for each in moved if each[1] not in book.fallen)
        for stock_class, moved in book.movers.items()
    }
    movers = {stock_class: moved for stock_class, moved in standing_movers.items() if moved}
    splits = {name: [each.entry.number for each in facts] for name, facts in book.splits.items()}
    return totals, stated, movers, splits


def outcome(company: Ledger, events: Sequence[Event], as_stated: bool = False) -> Any:
    try:
        company.record(*events, as_stated=as_stated)
    except RuleBroken as error:
        return type(error), str(error), error.fields()
    return len(company.entries())


def compared(commands: Sequence[tuple[Sequence[Event], bool]], *begun: Event) -> None:
    """Record commands in a ledger that looks at what is disturbed, and in one that walks through all."""
    quick, thorough = Ledger.in_memory(clock=ticking()), Ledger.in_memory(clock=ticking())
    thorough._gate = WalkingGate()
    for each in (quick, thorough):
        each.record(*BEGUN, *begun)
    for events, as_stated in commands:
        assert outcome(quick, events, as_stated) == outcome(thorough, events, as_stated)
        gate = quick._rules()
        gate._catch_up(quick.entries())
        if not gate._sweep.breaches:
            assert told(gate._sweep.book) == told(sweep(standing(quick.entries())).book)


@given(MIXED)
def test_what_is_disturbed_and_the_whole_record_let_the_same_commands_through(
    commands: list[tuple[list[Event], bool]],
) -> None:
    compared(commands)


_DAYS = st.integers(1, 9).map(lambda n: f"2026-02-{n:02}")
_HOLDERS = st.sampled_from(["ada", "bob", "fund"])
_FEW = st.integers(1, 5)
_MONEY = st.sampled_from(["100000 USD", "300000 USD"])


def _dated(make: Any, **fields: Any) -> st.SearchStrategy[Event]:
    return st.fixed_dictionaries({"effective_on": _DAYS, **fields}).map(lambda drawn: make(**drawn))


def _transferred(pair: Sequence[str], **drawn: Any) -> Event:
    return shares_transferred(from_holder=pair[0], to_holder=pair[1], **drawn)


_PLAIN = st.one_of(
    _dated(common_issued, holder=_HOLDERS, issued=_FEW),
    _dated(common_issued, holder=_HOLDERS, issued=_FEW, security=st.sampled_from(["CS-1", "CS-2", "CS-3"])),
    _dated(_transferred, pair=st.permutations(["ada", "bob", "fund"]), transferred=_FEW),
    _dated(_transferred, pair=st.permutations(["ada", "bob", "fund"]), transferred=_FEW),
    _dated(shares_cancelled, holder=_HOLDERS, cancelled=_FEW),
    _dated(shares_repurchased, holder=_HOLDERS, repurchased=_FEW),
    _dated(shares_reserved, reserved=_FEW),
    _dated(reserve_released, released=_FEW),
    _dated(holder_registered, holder=st.sampled_from(["zed", "yan"])),
    _dated(_transferred, pair=st.sampled_from([("ada", "zed"), ("zed", "bob")]), transferred=_FEW),
    _dated(
        tranche_closed,
        tranche=st.sampled_from(["t1", "t2", None]),
        closed=st.sampled_from(["100000 USD", "300000 USD"]),
    ),
    _dated(shares_converted, surrendered=_FEW, received=_FEW),
    st.integers(7, 20).map(entry_voided),
    st.tuples(st.integers(9, 20), _FEW, _DAYS).map(
        lambda drawn: entry_restated(drawn[0], restated_as=common_issued(issued=drawn[1], effective_on=drawn[2]))
    ),
    st.tuples(st.integers(9, 20), _FEW, _DAYS).map(
        lambda drawn: entry_restated(
            drawn[0], restated_as=common_issued(issued=drawn[1], effective_on=drawn[2], security="CS-1")
        )
    ),
)


@given(st.lists(st.tuples(st.lists(_PLAIN, min_size=1, max_size=2), st.just(False)), min_size=3, max_size=14))
@settings(max_examples=150)
def test_late_facts_and_corrections_go_through_as_they_should(commands: list[tuple[list[Event], bool]]) -> None:
    compared(commands, *HELD)


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many facts were walked through, each time."""
    seen: list[int] = []

    def counted(facts: Any) -> Sweep:
        seen.append(len(facts))
        return sweep(facts)

    monkeypatch.setattr(ledger.gate, "sweep", counted)
    return seen


def on(day: int, make: Any, **fields: Any) -> Event:
    event: Event = make(effective_on=f"2026-02-{day:02}", **fields)
    return event


def transferred(day: int, one: str, other: str, count: int, **fields: Any) -> Event:
    return on(day, shares_transferred, from_holder=one, to_holder=other, transferred=count, **fields)


LATEST = transferred(28, "fund", "bob", 1)
ENTRY = len((*BEGUN, *HELD)) + 1
"""The number of the first entry of a case."""

DISTURB_LITTLE: dict[str, tuple[Sequence[Event], Event]] = {
    "a transfer that is there all along": ([], transferred(3, "ada", "bob", 6)),
    "a transfer that leaves just enough": ([transferred(9, "ada", "bob", 4)], transferred(3, "ada", "bob", 2)),
    "shares that come back in time": (
        [transferred(5, "bob", "ada", 2), transferred(9, "ada", "bob", 7)],
        transferred(6, "ada", "fund", 1),
    ),
    "an issuance within what is authorized": ([], on(3, common_issued, holder="ada", issued=12)),
    "an issuance after the charter was amended": (
        [on(5, authorized_shares_changed, authorized=90)],
        on(6, common_issued, holder="ada", issued=60),
    ),
    "a certificate that nobody knew": ([], on(3, common_issued, holder="ada", issued=1, security="CS-1")),
    "a holder that nobody knew": ([], on(3, holder_registered, holder="zed")),
    "a tranche that was closed late": ([], on(3, tranche_closed, tranche="t1", closed="100000 USD")),
    "money of no tranche": ([], on(3, tranche_closed, tranche=None, closed="100000 USD")),
    "a class that nobody knew": ([], on(3, stock_class_designated, stock_class="class-b", authorized=5)),
    "a void of a transfer": ([transferred(9, "ada", "bob", 4)], entry_voided(ENTRY)),
    "a void of a void": ([transferred(9, "ada", "bob", 4), entry_voided(ENTRY)], entry_voided(ENTRY + 1)),
    "a transfer of more": (
        [transferred(9, "ada", "bob", 4)],
        entry_restated(ENTRY, restated_as=transferred(8, "ada", "bob", 6)),
    ),
    "a certificate of more": (
        [on(9, common_issued, holder="ada", issued=1, security="CS-1")],
        entry_restated(ENTRY, restated_as=on(9, common_issued, holder="ada", issued=2, security="CS-1")),
    ),
    "a transfer before a split": (
        [
            on(4, authorized_shares_changed, authorized=90),
            on(5, stock_split_effected, ratio="2"),
            transferred(6, "ada", "bob", 10),
        ],
        transferred(3, "ada", "bob", 1),
    ),
    "a void before a split": (
        [
            transferred(3, "ada", "bob", 1),
            on(4, authorized_shares_changed, authorized=90),
            on(5, stock_split_effected, ratio="2"),
        ],
        entry_voided(ENTRY),
    ),
    "a day that is open": ([], shares_transferred(transferred=1, effective_on="2026-02-03/2026-02-05")),
    "a transfer after a split": (
        [on(4, authorized_shares_changed, authorized=90), on(5, stock_split_effected, ratio="2")],
        transferred(6, "ada", "bob", 12),
    ),
}
DISTURB_MORE: dict[str, tuple[Sequence[Event], Event]] = {
    "shares that are given later": (
        [transferred(9, "ada", "bob", 5)],
        transferred(3, "ada", "bob", 2),
    ),
    "shares that are not there yet": ([transferred(9, "bob", "ada", 5)], transferred(8, "ada", "bob", 7)),
    "an issuance beyond what was authorized then": (
        [on(5, authorized_shares_changed, authorized=90), on(6, common_issued, holder="ada", issued=60)],
        on(3, common_issued, holder="bob", issued=13),
    ),
    "an issuance that later ones leave no room for": (
        [on(8, common_issued, holder="ada", issued=12), on(9, shares_cancelled, holder="ada", cancelled=12)],
        on(3, common_issued, holder="bob", issued=1),
    ),
    "a class beyond what it is designated with": (
        [on(3, stock_class_designated, stock_class="class-b", authorized=5)],
        on(4, common_issued, stock_class="class-b", holder="ada", issued=6),
    ),
    "a transfer before a split that rounds": (
        [on(4, authorized_shares_changed, authorized=90), on(5, stock_split_effected, ratio="1.5")],
        transferred(3, "ada", "bob", 1),
    ),
    "more than was left before a split": (
        [
            on(4, authorized_shares_changed, authorized=90),
            on(5, stock_split_effected, ratio="2"),
            transferred(6, "ada", "bob", 11),
        ],
        transferred(3, "ada", "bob", 1),
    ),
    "an issuance before a split": (
        [on(4, authorized_shares_changed, authorized=90), on(5, stock_split_effected, ratio="2")],
        on(3, common_issued, holder="ada", issued=1),
    ),
    "a transfer before an opening balance": (
        [on(9, opening_balance_adopted, stock_class="series-a", treasury=1)],
        on(3, preferred_issued, holder="ada", issued=1, stock_class="series-a"),
    ),
    "a certificate that was known": (
        [on(9, common_issued, holder="ada", issued=1, security="CS-1")],
        on(3, common_issued, holder="ada", issued=1, security="CS-1"),
    ),
    "a holder known too late": (
        [on(9, holder_registered, holder="zed")],
        transferred(3, "ada", "zed", 1),
    ),
    "a void of what was given on": (
        [transferred(8, "ada", "bob", 6), transferred(9, "bob", "fund", 12)],
        entry_voided(ENTRY),
    ),
    "a void of a certificate": (
        [on(9, common_issued, holder="ada", issued=1, security="CS-1")],
        entry_voided(ENTRY),
    ),
    "more money than was undertaken": ([], on(3, tranche_closed, tranche=None, closed="900000000 USD")),
    "a day that is open still": ([], shares_transferred(transferred=1, effective_on="2026-02-03/2026-03-05")),
    "a day that is open when all is given": (
        [transferred(4, "ada", "fund", 6)],
        shares_transferred(transferred=1, effective_on="2026-02-03/2026-02-05"),
    ),
    "an issuance that a charter amended later leaves no room for": (
        [on(9, authorized_shares_changed, authorized=20)],
        on(3, common_issued, holder="ada", issued=3),
    ),
    "an issuance that one of the next phase leaves no room for": (
        [
            on(3, common_issued, holder="ada", issued=12, phase=Phase.CLOSE),
            on(4, shares_cancelled, holder="ada", cancelled=12),
        ],
        on(3, common_issued, holder="bob", issued=1),
    ),
    "a restriction before a transfer": (
        [transferred(9, "ada", "bob", 1)],
        on(3, restriction_placed, holder="ada", restriction="r-1", stock_class=None),
    ),
    "a limit that was lowered": ([], on(3, authorized_shares_changed, authorized=12)),
}


def held_until_the_latest(there: Sequence[Event]) -> Ledger:
    company = Ledger.in_memory(clock=ticking())
    company.record(*BEGUN, *HELD)
    for event in (*there, LATEST):
        company.record(event)
    return company


@pytest.mark.parametrize("case", DISTURB_LITTLE)
def test_what_surely_breaks_nothing_needs_no_walk_through_the_record(case: str, walks: list[int]) -> None:
    there, late = DISTURB_LITTLE[case]
    compared([([event], False) for event in (*there, LATEST, late)], *HELD)

    quick = held_until_the_latest(there)
    walks.clear()
    quick.record(late)
    assert walks == []


@pytest.mark.parametrize("case", DISTURB_MORE)
def test_what_is_in_doubt_is_told_by_a_walk_through_the_record(case: str, walks: list[int]) -> None:
    there, late = DISTURB_MORE[case]
    compared([([event], False) for event in (*there, LATEST, late)], *HELD)

    quick = held_until_the_latest(there)
    walks.clear()
    outcome(quick, [late])
    assert len(walks) == 1


def test_a_class_and_more_shares_of_it_than_are_authorized_are_refused_together() -> None:
    designated = on(3, stock_class_designated, stock_class="class-b", authorized=5)
    issued = on(4, common_issued, stock_class="class-b", holder="ada", issued=6)

    compared([([LATEST], False), ([designated, issued], False)], *HELD)


def test_a_fact_restated_twice_is_the_last_one() -> None:
    again = [entry_restated(ENTRY + at, restated_as=transferred(8, "ada", "bob", at + 1)) for at in range(3)]

    compared(
        [([transferred(9, "ada", "bob", 4)], False), ([LATEST], False), *(([each], False) for each in again)], *HELD
    )


def test_a_refused_or_proposed_command_leaves_the_book_as_it_was() -> None:
    company = Ledger.in_memory(clock=ticking())
    company.record(*BEGUN, *HELD)
    company.record(LATEST)
    before = told(company._rules()._sweep.book)

    company.propose(transferred(3, "ada", "bob", 6))
    outcome(company, [transferred(3, "ada", "bob", 7)])

    assert told(company._rules()._sweep.book) == before
