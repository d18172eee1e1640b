"""The account of a holder: it closes with the cap table, adds up line by line, and says what each line is."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import EffectiveDay, FractionPolicy, Ledger, Money, NotUnderstood, Price, SecurityId, Shares, on
from ledger.errors import NothingRecorded, UnknownName
from ledger.events import EVENTS, Consideration, ConsiderationForm, Event, Fact
from ledger.movements import Held, Posting
from projections import Bounds, cap_table, statement
from projections.bounds import exactly
from projections.effects import given_for
from projections.share_accounts import AccountLine, ShareAccount
from projections.statement import Statement
from tests import builders
from tests.builders import common_issued, company, holder_merged, shares_transferred, stock_split_effected
from tests.projections.histories import CLASSES, FIRST, SOME, as_of_days, histories, recorded

LAST = "2026-12-31"
ACTED = "2026-06-02"


def units(bounds: Bounds[Any]) -> Fraction:
    return Fraction(bounds.exact.units)


def added(account: ShareAccount) -> Fraction:
    """Return what opening and lines come to, where every day is known."""
    return units(account.opening) + sum(Fraction(line.change.units) for line in account.lines)


def merging(events: list[Event], mergers: list[Event]) -> Ledger:
    """Return the ledger of a history, with holders merged on top of it."""
    ledger = recorded(events)
    for merger in mergers:
        ledger.record(merger)
    return ledger


def _merger(holder: str, into: str, start: int, length: int) -> Event:
    first = FIRST + timedelta(days=start)
    return holder_merged(holder=holder, into=into, effective_on=EffectiveDay(first, first + timedelta(days=length)))


mergers = st.lists(
    st.tuples(st.sampled_from([("bob", "ada"), ("fund", "bob")]), st.integers(0, 8), st.integers(0, 3)),
    max_size=2,
    unique_by=lambda drawn: drawn[0],
).map(lambda drawn: [_merger(*names, start, length) for names, start, length in drawn])
"""Up to two mergers, the days of some of them open; of three holders the second may be one with both others."""


@SOME
@given(histories(longest=3, most=14), mergers, as_of_days, st.integers(0, 11) | st.none())
def test_it_closes_with_what_the_cap_table_shows_whatever_is_open_split_corrected_or_merged(
    events: list[Event], merged: list[Event], as_of: date, earlier: int | None
) -> None:
    ledger = merging(events, merged)
    table = cap_table(ledger, as_of=as_of)
    after = None if earlier is None else as_of - timedelta(days=earlier)

    for holder in builders.HOLDERS:
        found = statement(ledger, holder, after=after, as_of=as_of)
        shown = {account.stock_class: account.account.closing for account in found}
        for stock_class in CLASSES:
            nothing = exactly(Shares(0))
            assert shown.get(stock_class, nothing) == table.shares(holder, stock_class)  # type: ignore[call-overload]


@SOME
@given(histories(longest=3, most=14), as_of_days, st.integers(0, 11))
def test_it_opens_with_the_cap_table_of_the_first_day(events: list[Event], as_of: date, earlier: int) -> None:
    ledger = recorded(events)
    after = as_of - timedelta(days=earlier)
    table = cap_table(ledger, as_of=after)

    for holder in builders.HOLDERS:
        for each in statement(ledger, holder, after=after, as_of=as_of):
            assert each.account.opening == table.shares(holder, each.stock_class)


@SOME
@given(histories(longest=3, most=14), as_of_days)
def test_after_the_last_movement_of_a_day_the_balance_is_that_of_the_cap_table(
    events: list[Event], as_of: date
) -> None:
    ledger = recorded(events)
    for holder in builders.HOLDERS:
        for each in statement(ledger, holder, as_of=as_of):
            certain = [line for line in each.account.lines if not line.is_open]
            at_the_end = {line.effective_on.latest: line.balance for line in certain}
            for on_day, balance in at_the_end.items():
                assert balance == cap_table(ledger, as_of=on_day).shares(holder, each.stock_class)


@SOME
@given(histories(most=14), as_of_days, st.integers(0, 11) | st.none(), st.booleans())
def test_where_every_day_is_known_each_line_adds_to_the_balance(
    events: list[Event], as_of: date, earlier: int | None, later_units: bool
) -> None:
    ledger = recorded(events)
    after = None if earlier is None else as_of - timedelta(days=earlier)
    basis = "2026-02-28" if later_units else None
    for holder in builders.HOLDERS:
        for each in statement(ledger, holder, after=after, as_of=as_of, basis=basis):
            so_far = units(each.account.opening)
            for line in each.account.lines:
                so_far += Fraction(line.change.units)
                assert units(line.balance) == so_far
            assert units(each.account.closing) == so_far
            assert not (later_units and any(line.what == "split" for line in each.account.lines))


@SOME
@given(histories(most=14), as_of_days, st.integers(0, 11) | st.none())
def test_the_certificates_add_up_to_the_class_and_each_to_its_lines(
    events: list[Event], as_of: date, earlier: int | None
) -> None:
    ledger = recorded(events)
    after = None if earlier is None else as_of - timedelta(days=earlier)
    for holder in builders.HOLDERS:
        for each in statement(ledger, holder, after=after, as_of=as_of):
            assert sum(units(line.opening) for line in each.positions) == units(each.account.opening)
            assert sum(units(line.closing) for line in each.positions) == units(each.account.closing)
            for position in each.positions:
                moved = sum(
                    Fraction(line.change.units)
                    for line in each.account.lines
                    if (line.holder, line.security) == (position.holder, position.security)
                )
                assert units(position.opening) + moved == units(position.closing)


@SOME
@given(histories(longest=3, most=14), as_of_days, st.integers(1, 15))
def test_what_is_recorded_later_changes_no_statement_as_it_was_known(
    events: list[Event], as_of: date, known: int
) -> None:
    ledger = recorded(events)
    known = min(13 + known, len(ledger.entries()))  # the opening events are one command
    then = statement(recorded(events[: known - 13]), "ada", as_of=as_of)
    now = statement(ledger, "ada", as_of=as_of, known_at=known)

    assert now == then
