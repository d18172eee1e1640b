"""Replay: the two halves of a history equal the whole, nothing comes from nowhere, and the book agrees."""

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, Shares
from ledger.book import Book, by_moment, steps
from ledger.days import close_of
from ledger.events import Event
from ledger.gate import sweep
from ledger.movements import Held, Level, Posting, Source
from projections import cap_table, commitments
from projections.replay import Replay, replay
from tests.builders import HOLDERS, common_issued, company, entry_voided, shares_transferred, stock_split_effected
from tests.projections.histories import CLASSES, LAST, SOME, as_of_days, histories, recorded, sums_by_unit


@SOME
@given(histories(), st.integers(0, 40))
def test_two_halves_replayed_one_after_the_other_equal_the_whole(events: list[Event], cut: int) -> None:
    history = recorded(events).history(LAST)
    whole, halves = Replay(), Replay()

    whole.take(history.certain)
    halves.take(history.certain[:cut])
    halves.take(history.certain[cut:])

    assert halves.accounts == whole.accounts
    assert halves.settings == whole.settings


@SOME
@given(histories(longest=3, with_corrections=False), st.integers(0, 40))
def test_two_halves_give_the_same_bounds_as_the_whole(events: list[Event], cut: int) -> None:
    history = recorded(events).history(LAST.replace(day=LAST.day - 3))
    halves = Replay()
    halves.take(history.certain[:cut])
    halves.take(history.certain[cut:])

    def by_account(unit: Any, account: Any) -> Any:
        return unit, account

    assert halves.balances(history).grouped(by_account) == replay(history).grouped(by_account)


@SOME
@given(histories(), as_of_days)
def test_after_every_history_each_unit_sums_to_zero(events: list[Event], as_of: date) -> None:
    balances = replay(recorded(events).history(as_of))

    assert {unit: sum(accounts.values()) for unit, accounts in balances.accounts.items()} == dict.fromkeys(
        balances.accounts, 0
    )


@SOME
@given(histories(longest=3))
def test_the_postings_of_every_fact_sum_to_zero(events: list[Event]) -> None:
    for each in recorded(events).standing():
        postings = [movement for movement in each.fact.movements() if isinstance(movement, Posting)]
        assert not any(sums_by_unit(postings).values())


def book_at(ledger: Ledger, as_of: date) -> Book:
    """Return the book of the rules at the close of a day."""
    book = Book()
    for at, group in by_moment(steps(ledger.standing())):
        if at <= close_of(as_of):
            book.advance(at, group)
    return book


@SOME
@given(histories(), as_of_days)
def test_the_book_of_the_rules_and_the_cap_table_agree(events: list[Event], as_of: date) -> None:
    ledger = recorded(events)
    book, table = book_at(ledger, as_of), cap_table(ledger, as_of=as_of)

    assert book.low == book.high
    for stock_class in CLASSES:
        for holder in HOLDERS:
            held = sum(
                quantity
                for (unit, account), quantity in book.high.items()
                if unit == stock_class and isinstance(account, Held) and account.holder == holder
            )
            assert table.shares(holder, stock_class).exact == Shares.of_units(Fraction(held))
        line = table.stock_class(stock_class)
        treasury = book.high.get((line.stock_class, Source.TREASURY), 0)
        assert line.treasury.exact == Shares.of_units(Fraction(treasury))
        levels = [value for _, value in book.levels(Level.AUTHORIZED, stock_class)]
        assert list(line.authorized.values) == levels


@SOME
@given(histories(), as_of_days)
def test_the_book_of_the_rules_and_the_commitment_balance_agree(events: list[Event], as_of: date) -> None:
    ledger = recorded(events)
    book, balance = book_at(ledger, as_of), commitments(ledger, as_of=as_of)["spa"]

    undrawn = [quantity for (_, account), quantity in book.high.items() if type(account).__name__ == "UndrawnUnder"]
    assert [balance.undrawn.exact.units] == undrawn


@SOME
@given(histories())
def test_a_history_that_the_rules_let_through_has_no_breach(events: list[Event]) -> None:
    assert sweep(recorded(events).standing()).breaches == []


def test_a_split_recorded_late_comes_before_what_followed_it() -> None:
    """1,000 doubled on 1 July are 2,000; the 500 sold on 2 July were recorded first, and are in new units."""
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(shares_transferred(transferred=500, effective_on="2026-07-02"))
    ledger.record(stock_split_effected())

    table = cap_table(ledger, as_of="2026-07-02")

    assert table.shares("ada", "common").exact == Shares(1_500)
    assert table.shares("bob", "common").exact == Shares(500)


def test_an_entry_that_was_voided_is_not_replayed() -> None:
    ledger = company()
    issued = ledger.record(common_issued(issued=1_000))
    ledger.record(entry_voided(issued.entries[0].number))

    assert replay(ledger.history("2026-07-02")).accounts == {}
