"""The control book: what was authorized when and by whom, and every issue with what it rests on."""

from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given

from ledger import Authorized, EffectiveDay, Ledger, NotUnderstood, ReserveId, Scope, Shares
from ledger.commands import ConvertShares
from ledger.days import on
from ledger.errors import NothingRecorded, UnknownName
from ledger.events import EVENTS, Event, Evidence, Fact
from ledger.identity import HolderId, SecurityId, StockClassId
from ledger.movements import Held, Level, Rescaling, Setting, Source
from projections import Bounds, Possible, cap_table
from projections.control import ControlAccount, ControlFigures, ControlLine, control_book
from projections.effects import pairs
from tests import builders
from tests.builders import (
    authorized_shares_changed,
    common_issued,
    company,
    entry_restated,
    entry_voided,
    opening_balance_adopted,
    register_scope_declared,
    reserve_released,
    shares_cancelled,
    shares_converted,
    shares_redeemed,
    shares_repurchased,
    shares_reserved,
    shares_retired,
    shares_transferred,
    stock_split_effected,
    treasury_shares_reissued,
)
from tests.projections.histories import CLASSES, LAST, SOME, as_of_days, histories, recorded

END = "2026-12-31"
CHARTER = Evidence(document="Certificate of Incorporation", page="Article IV")
MINUTES = Evidence(document="Minutes of the board")


def book_of(*events: Event, stock_class: str = "common", as_of: str = END, **asked: Any) -> ControlAccount:
    ledger = company()
    for event in events:
        ledger.record(event)
    return control_book(ledger, as_of=as_of, **asked)[stock_class]


def told(line: ControlLine) -> tuple[int, str, str, str]:
    """Return what a line says in a few words: entry, kind, shares moved, and issued after it."""
    return int(line.fact.entry.number), line.kind, str(line.shares), str(line.after.issued)


# --- the laws ------------------------------------------------------------------------------------------------


def same_figures(account: ControlAccount, after: ControlFigures) -> bool:
    """Whether a line says of the class what the cap table says."""
    names = [field.name for field in attrs.fields(ControlFigures)]
    return [getattr(account.line, name) for name in names] == [getattr(after, name) for name in names]


@SOME
@given(histories(longest=4), as_of_days)
def test_the_last_line_says_what_the_cap_table_says(events: list[Event], as_of: date) -> None:
    ledger = recorded(events)

    book = control_book(ledger, as_of=as_of)

    assert tuple(account.line for account in book) == cap_table(ledger, as_of=as_of).classes
    assert [account.stock_class for account in book] == list(CLASSES)
    for account in book:
        assert same_figures(account, account.lines[-1].after)


@SOME
@given(histories(longest=2), as_of_days)
def test_so_it_does_in_the_units_of_a_later_day(events: list[Event], as_of: date) -> None:
    ledger, basis = recorded(events), max(as_of, LAST)

    book = control_book(ledger, as_of=as_of, basis=basis)

    assert tuple(account.line for account in book) == cap_table(ledger, as_of=as_of, basis=basis).classes
    for account in book:
        assert same_figures(account, account.lines[-1].after)


@SOME
@given(histories(longest=2, with_splits=False), as_of_days)
def test_so_it_does_of_a_partial_register(events: list[Event], as_of: date) -> None:
    ledger = recorded([*events, register_scope_declared(scope=Scope.PARTIAL, effective_on="2026-02-12")])

    for account in control_book(ledger, as_of=as_of):
        assert same_figures(account, account.lines[-1].after)
        assert all((line.after.issued.high is None) is not account.line.is_complete for line in account.lines)


@SOME
@given(histories(), as_of_days)
def test_what_each_line_changes_adds_up_to_what_is_issued(events: list[Event], as_of: date) -> None:
    for account in control_book(recorded(events), as_of=as_of):
        total = sum((line.issued_change.units for line in account.lines), 0)
        assert Shares.of_units(total) == account.line.issued.exact


@SOME
@given(histories(), as_of_days)
def test_where_days_are_exact_the_book_of_a_day_begins_the_book_of_a_later_one(
    events: list[Event], as_of: date
) -> None:
    ledger = recorded(events)
    for account in control_book(ledger, as_of=as_of):
        longer = control_book(ledger, as_of="2026-03-01")[account.stock_class]
        assert longer.lines[: len(account.lines)] == account.lines


@SOME
@given(histories(longest=3), as_of_days)
def test_an_entry_is_a_line_if_and_only_if_a_figure_of_the_class_may_change_with_it(
    events: list[Event], as_of: date
) -> None:
    ledger = recorded(events)
    history = ledger.history(as_of)
    for account in control_book(ledger, as_of=as_of):
        expected = [each for each in (*history.certain, *history.open) if concerns(each.fact, account.stock_class)]
        assert [line.fact.entry.number for line in account.lines] == [each.entry.number for each in expected]
        assert [line.is_open for line in account.lines] == [each in history.open for each in expected]


def concerns(fact: Fact, stock_class: StockClassId) -> bool:
    """Whether a fact sets the authorized number of a class, splits it, or moves what is not between two holders."""
    for movement in fact.movements():
        if isinstance(movement, Rescaling) and movement.stock_class == stock_class:
            return True
        if isinstance(movement, Setting) and (movement.level, movement.subject) == (Level.AUTHORIZED, stock_class):
            return True
    return any(
        leaves.unit == stock_class and not (type(leaves.account) is type(reaches.account) is Held)
        for leaves, reaches in pairs(fact.movements())
    )


# --- each kind of line ---------------------------------------------------------------------------------------


def test_every_line_has_its_kind_its_shares_and_what_is_issued_after_it() -> None:
    account = book_of(
        common_issued(issued=1_000),
        shares_reserved(reserved=500),
        common_issued(issued=200, reserve=ReserveId("plan")),
        reserve_released(released=100),
        shares_transferred(transferred=50),
        shares_repurchased(repurchased=300),
        treasury_shares_reissued(reissued=120),
        shares_retired(retired=80),
        shares_cancelled(cancelled=10),
        stock_split_effected(effective_on="2026-07-01"),
        builders.fractions_settled(given=Shares(1), effective_on="2026-07-02"),
        builders.fractions_settled(taken=Shares(2), effective_on="2026-07-03"),
    )

    assert list(map(told, account.lines)) == [
        (2, "authorized", "None", "0"),
        (7, "issued", "1000", "1,000"),
        (8, "reserved", "500", "1,000"),
        (9, "issued", "200", "1,200"),
        (10, "released", "100", "1,200"),
        (12, "repurchased", "300", "1,200"),
        (13, "reissued", "120", "1,200"),
        (14, "retired", "80", "1,120"),
        (15, "cancelled", "10", "1,110"),
        (16, "split, authorized", "None", "2,220"),
        (17, "fractions settled", "1", "2,221"),
        (18, "fractions settled", "2", "2,219"),
    ]
    assert [str(line.issued_change) for line in account.lines] == (
        ["0", "1000", "0", "200", "0", "0", "0", "-80", "-10", "1110", "1", "-2"]
    )
    assert [line.is_issue for line in account.lines] == [index in (1, 3, 6) for index in range(12)]


def test_a_conversion_is_a_line_of_both_classes() -> None:
    ledger = company()
    ledger.record(builders.preferred_issued(issued=1_000), shares_reserved(reserved=900))
    ledger.record(shares_converted(surrendered=400, received=500, reserve=ReserveId("plan")))

    book = control_book(ledger, as_of=END)

    assert [told(line) for line in book["common"].lines][-1] == (9, "issued on conversion", "500", "500")
    assert book["common"].lines[-1].reserve == "plan"
    assert str(book["common"].lines[-1].after.reserved) == "400"
    assert [told(line) for line in book["series-a"].lines][-1] == (9, "converted", "400", "600")
    assert str(book["series-a"].lines[-1].after.spent) == "400"
    assert str(book["series-a"].lines[-1].after.available) == "999,000"


def test_shares_redeemed_are_used_up_unless_the_charter_lets_them_be_issued_again() -> None:
    for again, available in ((False, "990"), (True, "1,000")):
        ledger = Ledger.in_memory(clock=builders.ticking())
        ledger.record(
            builders.issuer_registered(),
            builders.common(authorized=1_000, converted_shares_reissuable=again),
            builders.holder_registered(holder="ada"),
            common_issued(issued=10),
            shares_redeemed(holder="ada", stock_class="common", redeemed=10),
        )

        line = control_book(ledger, as_of=END)["common"].lines[-1]

        assert (line.kind, str(line.after.issued), str(line.after.available)) == ("redeemed", "0", available)


def test_an_opening_balance_is_no_issue_and_needs_no_authority() -> None:
    (_, opening) = book_of(opening_balance_adopted(stock_class="common", treasury=Shares(30))).lines

    assert (opening.kind, opening.is_issue, opening.lacks_authority) == ("opening balance", False, False)
    assert str(opening.after.treasury) == "30"
    assert opening.after.issued.low == opening.shares


def test_the_holder_is_named_where_there_is_one() -> None:
    account = book_of(common_issued(holder="bob"), shares_reserved(), shares_repurchased(holder="bob"))

    assert [line.holder for line in account.lines] == [None, "bob", None, "bob"]


def test_what_is_open_comes_last_and_says_what_the_class_may_amount_to() -> None:
    account = book_of(
        common_issued(issued=100, effective_on="2026-03-01/2026-05-01"),
        common_issued(issued=1_000, effective_on="2026-04-01"),
        as_of="2026-04-02",
    )

    assert list(map(told, account.lines)) == [
        (2, "authorized", "None", "0"),
        (8, "issued", "1000", "1,000"),
        (7, "issued", "100", "1,000 to 1,100"),
    ]
    assert [line.is_open for line in account.lines] == [False, False, True]
    assert str(account.lines[-1].after.available) == "9,998,900 to 9,999,000"


def test_of_a_partial_register_each_line_says_at_least_and_at_most() -> None:
    account = book_of(common_issued(issued=100), register_scope_declared(scope=Scope.PARTIAL))

    after = account.lines[-1].after
    assert (str(after.issued), str(after.outstanding)) == ("at least 100", "at least 100")
    assert (str(after.available), str(after.treasury)) == ("at most 9,999,900", "0")


# --- authority, reserves and evidence ------------------------------------------------------------------------


def test_the_authorized_number_is_followed_with_the_authority_of_each_change() -> None:
    account = book_of(
        authorized_shares_changed(authorized=20_000_000, effective_on="2026-03-01", evidence=(CHARTER,)),
        authorized_shares_changed(
            authorized=15_000_000, authority="Board resolution of 2 May", effective_on="2026-05-02"
        ),
    )

    changes = [(str(line.authorized), line.authority) for line in account.changes_of_authorized]
    assert changes == [
        ("10000000", None),
        ("20000000", "Certificate of Amendment, Article IV"),
        ("15000000", "Board resolution of 2 May"),
    ]
    assert [line.lacks_authority for line in account.changes_of_authorized] == [True, False, False]
    assert [line.evidence for line in account.changes_of_authorized] == [(), (CHARTER,), ()]


def test_an_authorized_number_whose_day_is_open_may_be_either() -> None:
    account = book_of(
        authorized_shares_changed(authorized=20_000_000, effective_on="2026-03-01/2026-05-01"),
        common_issued(issued=5, effective_on="2026-03-01"),
        as_of="2026-04-01",
    )

    assert account.lines[-2].after.authorized == Possible((Authorized(10_000_000),))
    assert account.lines[-1].after.authorized == Possible((Authorized(10_000_000), Authorized(20_000_000)))
    assert str(account.lines[-1].after.available) == "9,999,995 to 19,999,995"


def test_an_issue_that_names_no_authority_is_flagged_on_conversion_and_from_the_treasury_too() -> None:
    ledger = company()
    ledger.record(builders.preferred_issued(issued=1_000, authority="Board, 1 February"))
    ledger.record(
        common_issued(issued=100, authority="Board, 2 February"),
        common_issued(issued=100),
        shares_repurchased(repurchased=50),
        treasury_shares_reissued(reissued=20),
        treasury_shares_reissued(reissued=20, authority="Board, 3 February"),
        shares_converted(surrendered=4, received=5),
        shares_converted(surrendered=4, received=5, authority="Certificate of Designations, 5"),
        shares_reserved(),
    )

    book = control_book(ledger, as_of=END)

    assert [int(line.fact.entry.number) for line in book["common"].issues] == [8, 9, 11, 12, 13, 14]
    assert [int(line.fact.entry.number) for line in book["common"].issues_without_authority] == [9, 11, 13]
    assert book["series-a"].issues_without_authority == ()
    given_up = book["series-a"].lines[2:]
    assert [(line.kind, line.lacks_authority) for line in given_up] == [("converted", False)] * 2
    assert book["common"].lines[-1].lacks_authority  # a reserve rests on a resolution too


def test_an_award_that_passes_to_another_holder_is_no_line_of_it() -> None:
    ledger = company()
    ledger.record(builders.plan_adopted(), builders.award_granted(), builders.award_transferred())

    book = control_book(ledger, as_of="2027-12-31")

    assert [line.kind for line in book["common"].lines] == ["authorized", "reserved", "granted"]
    assert str(book["common"].lines[-1].after.reserved) == "1,000,000"


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.KIND)
def test_every_event_that_can_bring_shares_to_a_holder_from_the_company_has_room_for_an_authority(
    kind: type[Event],
) -> None:
    event = next(each for each in builders.one_of_each() if type(each) is kind)
    if not isinstance(event, Fact):
        return
    issues = any(
        leaves.account in (Source.ISSUED, Source.ISSUED_ON_CONVERSION, Source.TREASURY)
        and type(reaches.account) is Held
        for leaves, reaches in pairs(event.movements())
    )

    assert not issues or "authority" in {field.name for field in attrs.fields(kind)}


def test_what_a_reserve_is_for_and_what_became_of_it() -> None:
    account = book_of(
        shares_reserved(reserved=500, authority="Board, 2 February"),
        shares_reserved(reserve="warrants", reserved=70, purpose="Warrants of the lender"),
        common_issued(issued=200, reserve=ReserveId("plan")),
        reserve_released(released=300),
    )

    assert [(line.reserve, line.purpose, str(line.shares)) for line in account.line.reserves] == [
        ("warrants", "Warrants of the lender", "70")
    ]
    of_the_plan = [line for line in account.lines if line.reserve == "plan"]
    assert [(line.kind, str(line.after.reserved)) for line in of_the_plan] == [
        ("reserved", "500"),
        ("issued", "370"),
        ("released", "70"),
    ]
    assert of_the_plan[0].authority == "Board, 2 February"


def test_a_line_names_the_documents_of_its_entry_and_of_the_fact_that_was_restated() -> None:
    ledger = company()
    ledger.record(common_issued(issued=100))
    restated = common_issued(issued=90, authority="Board, 1 March", evidence=(MINUTES,))
    ledger.record(entry_restated(7, restated_as=restated, evidence=(CHARTER,)))

    line = control_book(ledger, as_of=END)["common"].lines[-1]

    assert told(line) == (8, "issued", "90", "90")
    assert (line.authority, line.evidence) == ("Board, 1 March", (CHARTER, MINUTES))


def test_what_was_voided_is_no_line_and_was_one_before() -> None:
    ledger = company()
    ledger.record(common_issued(issued=100))
    ledger.record(entry_voided(7))

    assert len(control_book(ledger, as_of=END)["common"].lines) == 1
    assert len(control_book(ledger, as_of=END, known_at=7)["common"].lines) == 2


def test_an_over_issue_taken_over_from_others_is_shown_with_its_line() -> None:
    ledger = company()
    ledger.record(common_issued(issued=10_000_007, authority="Board"), as_stated=True)

    account = control_book(ledger, as_of=END)["common"]

    assert account.lines[-1].after.available == Bounds(Shares(-7), Shares(-7))


def test_the_command_that_converts_leaves_its_authority_in_the_book() -> None:
    ledger = company()
    ledger.record(builders.preferred_issued(issued=400, security=SecurityId("PA-1")))
    converted = ConvertShares(
        holder=HolderId("fund"),
        from_class=StockClassId("series-a"),
        surrendered=Shares(400),
        on=on("2026-03-01"),
        authority="Certificate of Designations, 5",
    )
    ledger.record(*converted.events(ledger))

    assert control_book(ledger, as_of=END)["common"].lines[-1].authority == "Certificate of Designations, 5"


# --- asking --------------------------------------------------------------------------------------------------


def test_in_the_units_of_a_later_day_a_split_changes_nothing() -> None:
    account = book_of(
        common_issued(issued=1_000, effective_on="2026-03-01"),
        stock_split_effected(effective_on="2026-07-01"),
        basis=END,
    )

    assert [told(line)[2:] for line in account.lines] == [("None", "0"), ("2000", "2,000"), ("None", "2,000")]
    assert [str(line.issued_change) for line in account.lines] == ["0", "2000", "0"]


def test_a_class_of_another_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        control_book(company(), as_of=END)["comon"]

    assert "common" in caught.value.line()


def test_before_the_first_entry_and_before_the_day_there_is_no_book() -> None:
    with pytest.raises(NothingRecorded):
        control_book(company(), as_of=END, known_at="2025-12-31")
    with pytest.raises(NotUnderstood):
        control_book(company(), as_of=END, basis="2026-01-01")
    assert len(control_book(company(), as_of="2025-12-31")) == 0


def test_a_class_whose_day_is_open_has_a_book_of_open_lines() -> None:
    ledger = company()
    ledger.record(
        builders.common(stock_class="class-b", effective_on=EffectiveDay(date(2026, 3, 1), date(2026, 5, 1)))
    )

    (line,) = control_book(ledger, as_of="2026-04-01")["class-b"].lines

    assert line.is_open
    assert line.after.authorized == Possible((Authorized(10_000_000),))
