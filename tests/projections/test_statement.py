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
from ledger.terms.awards import AwardKind
from projections import Bounds, cap_table, statement
from projections.bounds import exactly
from projections.columns import given_in_words
from projections.effects import given_for
from projections.statement import Statement
from tests import builders
from tests.builders import common_issued, company, holder_merged, shares_transferred, stock_split_effected
from tests.projections.histories import CLASSES, FIRST, SOME, as_of_days, histories, recorded

LAST = "2026-12-31"
ACTED = "2026-06-02"


def units(bounds: Bounds[Any]) -> Fraction:
    return Fraction(bounds.exact.units)


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
        shown = {account.stock_class: account.account.closing for account in found.classes}
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
        for each in statement(ledger, holder, after=after, as_of=as_of).classes:
            assert each.account.opening == table.shares(holder, each.stock_class)


@SOME
@given(histories(longest=3, most=14), as_of_days)
def test_after_the_last_movement_of_a_day_the_balance_is_that_of_the_cap_table(
    events: list[Event], as_of: date
) -> None:
    ledger = recorded(events)
    # A fact that becomes possible on that day, after the movement, widens what the day closes with.
    becoming_open = {each.fact.effective_on.earliest for each in ledger.standing() if not each.is_exact}
    for holder in builders.HOLDERS:
        for each in statement(ledger, holder, as_of=as_of).classes:
            certain = [line for line in each.account.lines if not line.is_open]
            at_the_end = {line.effective_on.latest: line.balance for line in certain}
            for on_day in at_the_end.keys() - becoming_open:
                balance = at_the_end[on_day]
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
        for each in statement(ledger, holder, after=after, as_of=as_of, basis=basis).classes:
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
        for each in statement(ledger, holder, after=after, as_of=as_of).classes:
            assert sum(units(line.opening) for line in each.positions) == units(each.account.opening)
            assert sum(units(line.closing) for line in each.positions) == units(each.account.closing)
            for position in each.positions:
                moved = sum(
                    Fraction(line.change.units)
                    for line in each.account.lines
                    if (line.holder, line.security) == (position.holder, position.security)
                )
                assert units(position.opening) + moved == units(position.closing)


# --- each line by its words --------------------------------------------------------------------------------------


def prepared() -> Ledger:
    """Return a company with shares of both classes, some of them in treasury, and an agreement, on 1 June."""
    ledger = company()
    ledger.record(
        common_issued(issued=5_000),
        builders.preferred_issued(issued=2_000),
        builders.shares_repurchased(repurchased=200),
        builders.agreement_signed(),
    )
    return ledger


def with_instruments() -> Ledger:
    """Return that company with a note, a warrant, an option and units outstanding."""
    ledger = prepared()
    units_of_bob = builders.award_terms(award_kind=AwardKind.RESTRICTED_STOCK_UNIT)
    ledger.record(
        builders.note_issued(),
        builders.warrant_issued(),
        builders.plan_adopted(),
        builders.award_granted(),
        builders.award_granted(award="units-1", terms=units_of_bob),
    )
    return ledger


CASH = Consideration(form=ConsiderationForm.CASH, amount=Money(500, "USD"))
NAMED: list[tuple[Event, str, str, list[tuple[str, str, str | None]]]] = [
    (common_issued(issued=10, consideration=CASH), "ada", "common", [("issued", "10", None)]),
    (shares_transferred(), "ada", "common", [("transferred out", "-100", "bob")]),
    (shares_transferred(consideration=CASH), "bob", "common", [("transferred in", "100", "ada")]),
    (builders.shares_converted(), "fund", "series-a", [("converted", "-400", None)]),
    (builders.shares_converted(), "fund", "common", [("issued on conversion", "500", None)]),
    (builders.shares_cancelled(), "ada", "common", [("cancelled", "-100", None)]),
    (
        builders.shares_repurchased(paid=Money(70, "USD")),
        "ada",
        "common",
        [("repurchased to treasury", "-100", None)],
    ),
    (builders.treasury_shares_reissued(), "bob", "common", [("reissued from treasury", "50", None)]),
    (builders.shares_redeemed(paid=Money(9, "USD")), "fund", "series-a", [("redeemed", "-100", None)]),
    (builders.remedy_exercised(), "fund", "series-a", [("redeemed", "-100", None)]),
    (builders.fractions_settled(given=Shares(1)), "ada", "common", [("fractions settled", "1", None)]),
    (builders.preferred_issued(issued=7), "fund", "series-a", [("issued", "7", None)]),
    (builders.warrant_exercised(paid=Money(800, "USD")), "fund", "common", [("issued on exercise", "400", None)]),
    (builders.option_exercised(paid=Money(1_000, "USD")), "bob", "common", [("issued on exercise", "1000", None)]),
    (builders.units_released(), "bob", "common", [("issued on exercise", "1000", None)]),
    (
        builders.unvested_shares_repurchased(holder="ada", repurchased=10, paid=Money(10, "USD")),
        "ada",
        "common",
        [("retired", "-10", None)],
    ),
    (builders.convertible_converted(), "fund", "common", [("issued on conversion", "20250", None)]),
    (builders.securities_exchanged(), "fund", "common", [("issued in exchange", "100", None)]),
    (builders.dividend_paid(), "fund", "common", [("issued as a dividend", "50", None)]),
    (
        stock_split_effected(ratio="1/3"),
        "ada",
        "common",
        [("split", "-3200", None)],
    ),
]


@pytest.mark.parametrize(
    ("event", "holder", "stock_class", "expected"),
    [pytest.param(*case, id=f"{case[0].KIND}-{case[1]}") for case in NAMED],
)
def test_each_line_says_what_happened_with_whom_and_what_was_given(
    event: Fact, holder: str, stock_class: str, expected: list[tuple[str, str, str | None]]
) -> None:
    splits = event.KIND == "stock-split-effected"  # which would have to restate the price of each instrument
    ledger = prepared() if splits else with_instruments()
    number = ledger.record(attrs.evolve(event, effective_on=on(ACTED))).entries[0].number

    lines = statement(ledger, holder, after="2026-06-01", as_of=LAST)[stock_class].account.lines

    told = [(line.what, str(line.change), line.counterparty) for line in lines]
    assert told == expected
    assert {(line.entry, line.effective_on, line.given) for line in lines} == {
        (number, on(ACTED), given_for(event))
    }


def test_no_event_that_moves_shares_of_a_holder_is_missing_from_the_table_above() -> None:
    examples = [event for event in builders.one_of_each() if isinstance(event, Fact)]
    moving = {
        event.KIND
        for event in examples
        if any(isinstance(each, Posting) and isinstance(each.account, Held) for each in event.movements())
    }
    assert moving - {event.KIND for event, *_ in NAMED} == {"opening-balance-adopted"}


def test_whatever_an_event_says_was_given_for_shares_is_on_its_line() -> None:
    """Each field that says so, of each event that moves shares: a new one is not forgotten."""
    values: dict[str, Any] = {
        "consideration": CASH,
        "paid": Money(3, "USD"),
        "cash": Money(3, "USD"),
        "price": Price("0.01", "USD"),
    }
    found = set()
    for event in builders.one_of_each():
        shares = isinstance(event, Fact) and any(
            isinstance(each, Posting) and isinstance(each.account, Held) for each in event.movements()
        )
        for field in attrs.fields(type(event)):
            if shares and field.name in values:
                stated = attrs.evolve(event, **{field.name: values[field.name]})
                assert isinstance(stated, Fact)
                assert given_for(stated) == values[field.name], f"{event.KIND} {field.name}"
                found.add(field.name)
    assert found == set(values)
    assert all(
        field.name in values
        for kind in EVENTS
        for field in attrs.fields(kind)
        if "Consideration" in str(field.type)
    )


def lines_of(found: Statement, stock_class: str = "common") -> list[tuple[str, str, str]]:
    return [(line.what, str(line.change), str(line.balance)) for line in found[stock_class].account.lines]


def test_a_position_taken_over_from_an_earlier_register_is_an_opening_balance() -> None:
    ledger = company()
    ledger.record(builders.opening_balance_adopted(effective_on="2026-01-15"))

    assert lines_of(statement(ledger, "ada", as_of=LAST)) == [("opening balance", "600", "600")]


def test_across_a_split_the_ratio_and_the_rounding_are_lines_of_their_own_for_each_certificate() -> None:
    """1,015 in CS-1 and 1,004 as book entry, one for ten, fractions dropped: 101 + 100 = 201."""
    ledger = company()
    ledger.record(
        common_issued(issued=1_015, security=SecurityId("CS-1")),
        common_issued(issued=1_004),
        stock_split_effected(ratio="1/10", fractions=FractionPolicy.DOWN),
    )
    account = statement(ledger, "ada", after="2026-06-30", as_of=LAST)["common"]

    assert [(line.what, line.security, str(line.change), str(line.balance)) for line in account.account.lines] == [
        ("split", "CS-1", "-913.5", "1,105.5"),
        ("split", None, "-903.6", "201.9"),
        ("rounding", "CS-1", "-0.5", "201.4"),
        ("rounding", None, "-0.4", "201"),
    ]
    assert [(line.security, str(line.opening), str(line.closing)) for line in account.positions] == [
        ("CS-1", "1,015", "101"),
        (None, "1,004", "100"),
    ]


def test_in_later_units_only_the_rounding_of_a_split_is_a_line() -> None:
    """1,015 old shares are 101.5 new ones; half of one was dropped."""
    ledger = company()
    ledger.record(common_issued(issued=1_015), stock_split_effected(ratio="1/10", fractions=FractionPolicy.DOWN))

    assert lines_of(statement(ledger, "ada", as_of=LAST, basis=LAST)) == [
        ("issued", "101.5", "101.5"),
        ("rounding", "-0.5", "101"),
    ]


def test_a_fraction_paid_for_in_cash_is_a_line_without_shares() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=1_015, security=SecurityId("CS-1")),
        stock_split_effected(ratio="1/10", fractions=FractionPolicy.CASH_IN_LIEU),
        builders.fractions_settled(cash=Money("3.50", "USD"), security="CS-1", effective_on="2026-07-20"),
    )
    *_, line = statement(ledger, "ada", as_of=LAST)

    assert (line.what, line.security, str(line.change), str(line.balance)) == (
        "fractions settled",
        "CS-1",
        "0",
        "101",
    )
    assert line.given == Money("3.50", "USD")


# --- open days ---------------------------------------------------------------------------------------------------


def test_while_a_day_is_open_the_balance_lies_between_bounds_and_what_may_not_have_happened_stands_last() -> None:
    """1,000 on 5 June; 250 between 10 and 20 June; 70 on 12 June; 40 sold back between 15 June and 5 July."""
    ledger = company()
    ledger.record(
        common_issued(effective_on="2026-06-05"),
        builders.shares_repurchased(repurchased=40, effective_on="2026-06-15/2026-07-05"),
        common_issued(issued=250, effective_on="2026-06-10/2026-06-20"),
        common_issued(issued=70, effective_on="2026-06-12"),
    )
    found = statement(ledger, "ada", after="2026-06-04", as_of="2026-06-30")

    assert lines_of(found) == [
        ("issued", "1000", "1,000"),
        ("issued", "70", "1,070 to 1,320"),
        ("issued", "250", "1,280 to 1,320"),
        ("repurchased to treasury", "-40", "1,280 to 1,320"),
    ]
    assert [line.is_open for line in found["common"].account.lines] == [False, False, False, True]
    assert str(found["common"].account.closing) == "1,280 to 1,320"


def test_an_opening_between_bounds_is_settled_by_its_line() -> None:
    ledger = company()
    ledger.record(common_issued(issued=250, effective_on="2026-06-10/2026-06-20"))

    account = statement(ledger, "ada", after="2026-06-15", as_of="2026-06-30")["common"].account

    assert str(account.opening) == "0 to 250"
    assert [(str(line.change), str(line.balance)) for line in account.lines] == [("250", "250")]


def test_readings_in_which_more_was_sold_than_held_do_not_count() -> None:
    """200 bought between 1 and 20 June, 200 sold between 10 and 30 June: on no day fewer than none."""
    ledger = company()
    ledger.record(
        common_issued(issued=200, effective_on="2026-06-01/2026-06-20"),
        shares_transferred(transferred=200, effective_on="2026-06-10/2026-06-30"),
    )

    assert lines_of(statement(ledger, "ada", as_of="2026-06-25")) == [
        ("issued", "200", "0 to 200"),
        ("transferred out", "-200", "0 to 200"),
    ]
    assert str(statement(ledger, "ada", as_of="2026-06-15")["common"].account.closing) == "0 to 200"


# --- who counts as one -------------------------------------------------------------------------------------------


def merged_company(effective_on: str) -> Ledger:
    """Return a company in which ada gave bob 100 of her 1,000 in March, and bob is merged into her."""
    ledger = company()
    ledger.record(
        common_issued(),
        shares_transferred(effective_on="2026-03-01"),
        holder_merged(effective_on=effective_on),
    )
    return ledger


def test_holders_that_were_merged_have_one_account_whichever_is_asked_for() -> None:
    ledger = merged_company("2026-05-01")
    found = statement(ledger, "ada", as_of=LAST)

    assert found == statement(ledger, "bob", as_of=LAST)
    assert (found.party.holder, found.party.also, found.party.perhaps) == ("ada", ("bob",), ())
    assert [
        (line.what, line.holder, line.counterparty, str(line.balance)) for line in found["common"].account.lines
    ] == [
        ("issued", "ada", None, "1,000"),
        ("transferred out", "ada", "bob", "900"),
        ("transferred in", "bob", "ada", "1,000"),
    ]
    assert [(line.holder, str(line.closing)) for line in found["common"].positions] == [
        ("ada", "900"),
        ("bob", "100"),
    ]


def test_before_the_merger_each_has_an_account_of_their_own() -> None:
    ledger = merged_company("2026-05-01")

    assert str(statement(ledger, "ada", as_of="2026-04-30")["common"].account.closing) == "900"
    assert lines_of(statement(ledger, "bob", as_of="2026-04-30")) == [("transferred in", "100", "100")]


def test_where_the_day_of_a_merger_is_open_the_shares_of_the_one_may_count_as_the_others() -> None:
    ledger = merged_company("2026-05-01/2026-05-31")
    into, given_up = (statement(ledger, holder, as_of="2026-05-15") for holder in ("ada", "bob"))

    assert (into.party.perhaps, given_up.party.perhaps_as) == (("bob",), ("ada",))
    assert str(into["common"].account.closing) == "900 to 1,000"
    assert str(given_up["common"].account.closing) == "0 to 100"


# --- what may be asked -------------------------------------------------------------------------------------------


def test_it_names_the_holder_and_everybody_on_its_lines() -> None:
    ledger = merged_company("2026-05-01")
    ledger.record(shares_transferred(to_holder="fund", transferred=5, effective_on="2026-06-01"))
    found = statement(ledger, "ada", as_of=LAST)

    assert found.party.name == "Ada Quill"
    assert {name: found.name(name) for name, _ in found.names} == {
        "ada": "Ada Quill",
        "bob": "Bob Quill",
        "fund": "Fund LP",
    }


def test_what_is_at_hand_about_a_holder_is_on_it_those_merged_into_it_included() -> None:
    ledger = company()
    ledger.record(
        builders.holder_registered(holder="h-1", address="1 Quay Street", tax_id="12-3"),
        builders.holder_registered(holder="h-2", address="2 Mill Lane"),
        holder_merged(holder="h-1", into="h-2"),
    )
    party = statement(ledger, "h-1", as_of=LAST).party

    assert (party.holder, [str(each) for each in party.addresses]) == ("h-2", ["2 Mill Lane", "1 Quay Street"])
    assert [str(each) for each in party.tax_ids] == ["12-3"]


def test_a_holder_without_shares_has_an_empty_statement() -> None:
    assert len(statement(prepared(), "bob", as_of=LAST)) == 0


def test_a_class_that_a_holder_never_had_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="Did you mean common"):
        statement(prepared(), "ada", as_of=LAST)["comon"]


def test_a_mistyped_holder_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="Did you mean fund") as refused:
        statement(prepared(), "fnd", as_of=LAST)
    assert refused.value.what == "holder"


def test_a_holder_asked_for_by_name_is_answered_with_the_id() -> None:
    for asked in ("Ada Quill", "Ada Quil"):
        with pytest.raises(UnknownName, match="Did you mean ada\\?"):
            statement(prepared(), asked, as_of=LAST)


def test_the_later_day_first_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="before"):
        statement(prepared(), "ada", after="2026-06-02", as_of="2026-06-01")


def test_nothing_recorded_yet_is_no_empty_statement() -> None:
    with pytest.raises(NothingRecorded):
        statement(company(), "ada", as_of=LAST, known_at="2025-12-31")


def test_a_voided_entry_is_no_line_and_a_restated_one_is_that_of_the_restatement() -> None:
    ledger = company()
    ledger.record(common_issued(issued=10), common_issued(issued=20), common_issued(issued=30))
    ledger.record(builders.entry_voided(8))
    ledger.record(builders.entry_restated(9))

    lines = statement(ledger, "ada", as_of=LAST)["common"].account.lines

    assert [(int(line.entry), str(line.change)) for line in lines] == [(7, "10"), (11, "900")]
    assert len(statement(ledger, "ada", as_of=LAST, known_at=9)["common"].account.lines) == 3


# --- for programs ------------------------------------------------------------------------------------------------


def test_it_is_a_table_of_movements_of_accounts_and_of_positions() -> None:
    ledger = merged_company("2026-05-01")
    ledger.record(
        builders.shares_repurchased(holder="bob", repurchased=5, paid=Money(70, "USD"), effective_on=ACTED)
    )
    found = statement(ledger, "ada", after="2026-02-15", as_of=LAST)
    asked = "issuer as_of known holder after"

    assert {frame.name: " ".join(series.name for series in frame.series()) for frame in found.frames()} == {
        "movements": f"{asked} stock_class entry effective_earliest effective_latest certainty is_open what"
        " registered_to security counterparty change balance_low balance_high given",
        "accounts": f"{asked} stock_class title opening_low opening_high closing_low closing_high",
        "positions": f"{asked} stock_class registered_to security opening_low opening_high closing_low"
        " closing_high",
    }
    assert [(line["what"], line["change"], line["balance_high"], line["given"]) for line in found.to_dicts()] == [
        ("transferred out", -100, 900, None),
        ("transferred in", 100, 1_000, None),
        ("repurchased to treasury", -5, 995, "70 USD"),
    ]
    assert [(line["registered_to"], line["closing_low"]) for line in found.frame("positions")] == [
        ("ada", 900),
        ("bob", 95),
    ]
    assert repr(found) == (
        "<Account of ada with acme from the close of 2026-02-15 to the close of 2026-12-31"
        " (movements: 3, accounts: 1, positions: 2)>"
    )
    assert [len(frame.to_polars()) for frame in found.frames()] == [3, 1, 2]
    assert [line.entry for line in found] == [line.entry for line in found["common"].account.lines]


@pytest.mark.parametrize(
    ("given_for_them", "words"),
    [
        (None, None),
        (CASH, "cash, 500 USD"),
        (Consideration(form=ConsiderationForm.NOTE_CANCELLED), "note cancelled"),
        (Money(70, "USD"), "70 USD"),
        (Price("0.01", "USD"), "0.01 USD a share"),
    ],
)
def test_what_was_given_is_told_in_words(given_for_them: Any, words: str | None) -> None:
    assert given_in_words(given_for_them) == words


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
