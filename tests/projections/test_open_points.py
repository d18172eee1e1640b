"""What a record leaves open."""

from datetime import date

import pytest

from ledger import Authorized, HolderId, Ledger
from ledger.events import Certainty
from ledger.movements import Scope
from projections import OpenKind, OpenPoint, open_points
from tests import builders

END = "2026-12-31"


def points(ledger: Ledger, kind: OpenKind, as_of: str = END) -> list[OpenPoint]:
    return [point for point in open_points(ledger, as_of=as_of) if point.kind is kind]


@pytest.fixture
def ledger() -> Ledger:
    return builders.company()


def test_a_record_whose_days_numbers_and_holders_are_all_stated_leaves_nothing_open(ledger: Ledger) -> None:
    ledger.record(builders.common_issued())

    assert open_points(ledger, as_of=END) == ()


def test_a_fact_on_one_of_several_days_is_open_and_keeps_what_its_entry_says(ledger: Ledger) -> None:
    ledger.record(builders.common_issued(effective_on="2026-02-02/2026-02-20", note="Minutes undated."))

    (point,) = open_points(ledger, as_of=END)

    assert (point.kind, point.entry, str(point.effective_on)) == (OpenKind.DAY, 7, "2026-02-02/2026-02-20")
    assert (point.what, point.note) == ("common-issued ada common", "Minutes undated.")


@pytest.mark.parametrize(("as_of", "is_open"), [("2026-02-01", False), ("2026-02-02", True), ("2026-02-20", True)])
def test_a_fact_counts_from_the_first_day_that_it_may_have_had(ledger: Ledger, as_of: str, is_open: bool) -> None:
    ledger.record(builders.common_issued(effective_on="2026-02-02/2026-02-20"))

    assert bool(open_points(ledger, as_of=as_of)) is is_open


def test_what_was_deduced_is_open_beside_its_day(ledger: Ledger) -> None:
    ledger.record(
        builders.common_issued(
            effective_on="2026-02-02/2026-02-20", certainty=Certainty.DEDUCED, note="From totals."
        )
    )

    assert [point.kind for point in open_points(ledger, as_of=END)] == [OpenKind.DAY, OpenKind.DEDUCED]


def test_a_number_that_nobody_knows_is_open_until_an_amendment_states_it(ledger: Ledger) -> None:
    ledger.record(builders.stock_class_designated(stock_class="class-b", authorized=Authorized.UNKNOWN))
    ledger.record(builders.authorized_shares_changed(stock_class="class-b", effective_on="2026-03-01"))

    (before,) = points(ledger, OpenKind.NUMBER, "2026-02-28")

    assert before.what == "how many class-b are authorized is not known"
    assert points(ledger, OpenKind.NUMBER, "2026-03-01") == []


def test_a_partial_register_is_open_until_it_is_complete(ledger: Ledger) -> None:
    ledger.record(builders.register_scope_declared(scope=Scope.PARTIAL))
    ledger.record(builders.register_scope_declared(scope=Scope.COMPLETE, effective_on="2026-06-30"))

    assert [point.what for point in points(ledger, OpenKind.REGISTER, "2026-06-29")] == [
        "only some holders of common are recorded"
    ]
    assert points(ledger, OpenKind.REGISTER, "2026-06-30") == []


@pytest.mark.parametrize(
    ("held", "disagrees"), [(999, True), (1_000, False), (1_300, False), (1_500, False), (1_501, True)]
)
def test_a_holding_disagrees_that_no_reading_of_the_record_has(ledger: Ledger, held: int, disagrees: bool) -> None:
    """1,000 for certain, and 500 on a day that is open: 1,000 to 1,500."""
    ledger.record(builders.common_issued(issued=1_000))
    ledger.record(builders.common_issued(issued=500, effective_on="2026-02-10/2026-03-10"))
    ledger.record(builders.holding_reported(held=held, effective_on="2026-03-01"))

    found = points(ledger, OpenKind.HOLDING)

    assert bool(found) is disagrees
    if found:
        assert found[0].what == f"ada reported {held:,} common; the record has 1,000 to 1,500"


def test_a_holding_is_compared_in_the_units_of_the_day_of_its_report(ledger: Ledger) -> None:
    ledger.record(builders.common_issued(issued=1_000))
    ledger.record(builders.holding_reported(held=1_000, effective_on="2026-03-01"))
    ledger.record(builders.stock_split_effected())

    assert points(ledger, OpenKind.HOLDING) == []


def test_what_was_voided_leaves_nothing_open(ledger: Ledger) -> None:
    ledger.record(builders.common_issued(effective_on="2026-02-02/2026-02-20"))
    ledger.record(builders.entry_voided(7))

    assert open_points(ledger, as_of=END) == ()
    assert len(open_points(ledger, as_of=END, known_at=7)) == 1


def test_points_stand_kind_by_kind_and_by_their_last_day(ledger: Ledger) -> None:
    ledger.record(
        builders.common_issued(certainty=Certainty.DEDUCED, note="From totals."),
        builders.common_issued(effective_on="2026-03-01/2026-04-01"),
        builders.common_issued(holder=HolderId("bob"), effective_on="2026-02-02/2026-02-03"),
    )

    assert [(point.kind, point.effective_on.latest) for point in open_points(ledger, as_of=END)] == [
        (OpenKind.DAY, date(2026, 2, 3)),
        (OpenKind.DAY, date(2026, 4, 1)),
        (OpenKind.DEDUCED, date(2026, 2, 2)),
    ]
