"""A commitment burning down: what is drawn on a day is what the balance of that day says."""

from datetime import date, timedelta
from typing import Any, Final

import pytest
from hypothesis import given

from ledger import Ledger, Money, TrancheId
from ledger.errors import UnknownName
from ledger.events import Event
from ledger.movements import Scope
from projections import Bounds, commitments
from registrar.charts import Chart, commitment_chart
from tests.builders import (
    agreement_amended,
    agreement_signed,
    commitment_lapsed,
    company,
    register_scope_declared,
    tranche,
    tranche_closed,
)
from tests.golden import make_pictures
from tests.projections.histories import FIRST, LAST, SOME, histories, recorded
from tests.registrar.charts.test_ownership_chart import on_day, rows_of, said, subtitle

LATEST: Final = LAST + timedelta(days=2)


def promise(*more: Event) -> Ledger:
    """1,000,000 USD promised on 2 February: 400,000 due on 31 March and on 30 June each, 200,000 without a day."""
    ledger = company()
    ledger.record(agreement_signed(tranches=(tranche("t1"), tranche("t2", due_on="2026-06-30"))), *more)
    return ledger


def areas(chart: Chart, on: str) -> list[tuple[str, bool, Any, Any]]:
    return [
        (row["of"].split(",")[0], row["is_open"], row["from"], row["to"])
        for row in on_day(chart, date.fromisoformat(on))
    ]


def ends(figure: Bounds[Money]) -> tuple[str | None, str | None]:
    return None if figure.low is None else str(figure.low), None if figure.high is None else str(figure.high)


@given(histories(longest=4))
@SOME
def test_the_areas_of_a_day_are_those_of_its_balance(events: list[Event]) -> None:
    """Exactly beside what is drawn, and one on the other from nothing to all that was undertaken."""
    ledger = recorded(events)
    chart = commitment_chart(ledger, "spa", through=LATEST)

    for on in (FIRST + timedelta(days=n) for n in range(-8, (LATEST - FIRST).days + 1)):
        rows = on_day(chart, on)
        balance = commitments(ledger, as_of=on)["spa"]
        for name in ("undertaken", "due", "overdue", "closed", "lapsed", "undrawn", "undrawn_if_on_schedule"):
            assert {(row[f"{name}_low"], row[f"{name}_high"]) for row in rows} == {ends(getattr(balance, name))}
        assert [row["from"] for row in rows] == [0, *(row["to"] for row in rows[:-1])]
        assert balance.undertaken.high is not None
        assert rows[-1]["to"] == balance.undertaken.high.amount
        certain = {row["of"].split(",")[0]: row["to"] - row["from"] for row in rows if not row["is_open"]}
        assert certain.get("closed", 0) == balance.closed.exact.amount if balance.closed.is_exact else True
        undrawn = certain.get("undrawn", 0) + certain.get("overdue", 0)
        assert balance.undrawn.low is not None
        assert undrawn == balance.undrawn.low.amount


def test_what_is_overdue_has_an_area_of_its_own_from_its_day_until_it_is_closed() -> None:
    chart = commitment_chart(
        promise(tranche_closed(closed="400000 USD", effective_on="2026-04-15")), "spa", through="2026-12-31"
    )

    whole, late = 1_000_000, 600_000
    assert areas(chart, "2026-03-30") == [("undrawn", False, 0, whole)]
    assert areas(chart, "2026-03-31") == [("undrawn", False, 0, late), ("overdue", False, late, whole)]
    assert areas(chart, "2026-04-15") == [("undrawn", False, 0, late), ("closed", False, late, whole)]
    assert areas(chart, "2026-12-31") == [
        ("undrawn", False, 0, 200_000),
        ("overdue", False, 200_000, late),
        ("closed", False, late, whole),
    ]
    assert said(chart) == [
        ("closed", "400,000 USD"),
        ("overdue", "400,000 USD"),
        ("undrawn if on schedule", "200,000 USD"),
        ("undrawn, overdue included", "600,000 USD"),
    ]


def test_while_the_day_of_a_closing_is_open_the_money_may_be_undrawn() -> None:
    chart = commitment_chart(
        promise(tranche_closed(closed="300000 USD", effective_on="2026-03-20/2026-04-10")),
        "spa",
        through="2026-06-01",
    )

    assert areas(chart, "2026-03-20") == [("undrawn", False, 0, 700_000), ("undrawn", True, 700_000, 1_000_000)]
    assert areas(chart, "2026-03-31") == [
        ("undrawn", False, 0, 600_000),
        ("overdue", False, 600_000, 700_000),
        ("overdue", True, 700_000, 1_000_000),
    ]
    assert "Lighter, dashed: it may be so or not." in subtitle(chart)


def test_what_was_added_and_what_lapsed_are_seen() -> None:
    chart = commitment_chart(
        promise(
            agreement_amended(added="50000 USD", effective_on="2026-03-01"),
            commitment_lapsed(tranche=TrancheId("t2"), lapsed="90000 USD", effective_on="2026-03-02"),
        ),
        "spa",
        through="2026-03-10",
    )

    assert areas(chart, "2026-03-02") == [("undrawn", False, 0, 960_000), ("lapsed", False, 960_000, 1_050_000)]
    undertaken, on_schedule = rows_of(chart, "undertaken"), rows_of(chart, "on schedule")
    assert [(row["on"], row["at"]) for row in undertaken] == [
        ("2026-02-02", 1_000_000),
        ("2026-03-01", 1_050_000),
        ("2026-03-02", 1_050_000),
        ("2026-03-11", 1_050_000),
    ]
    assert on_schedule[-1] == {
        "on": "2026-03-11",
        "at": 960_000,
        "exact_low": "960000 USD",
        "exact_high": "960000 USD",
    }


def test_under_a_partial_register_nothing_is_certainly_undrawn() -> None:
    chart = commitment_chart(
        promise(register_scope_declared(stock_class="series-a", scope=Scope.PARTIAL)), "spa", through="2026-04-01"
    )

    assert areas(chart, "2026-04-01") == [("undrawn", True, 0, 600_000), ("overdue", True, 600_000, 1_000_000)]
    assert said(chart)[0] == ("overdue", "0 – 400,000 USD")
    assert ("undrawn, overdue included", "at most 1,000,000 USD") in said(chart)
    assert subtitle(chart).endswith("The register of the class bought is partial: closings may be missing.")


def test_the_founding_commitment_is_drawn_as_its_answers_are() -> None:
    """Closed at least 3,200,000 and undrawn at most 16,800,000 on 20 June 2017; 4,000,000 due by schedule."""
    chart = dict(make_pictures.charts())["founding-commitment"]

    rows = on_day(chart, date(2017, 6, 20))
    assert {(row["closed_low"], row["closed_high"]) for row in rows} == {("3200000 USD", None)}
    assert {(row["undrawn_low"], row["undrawn_high"]) for row in rows} == {(None, "16800000 USD")}
    assert {row["due"] for row in rows} == {"4,000,000 USD"}
    assert areas(chart, "2017-06-20") == [
        ("undrawn", True, 0, 16_000_000),
        ("overdue", True, 16_000_000, 16_800_000),
        ("closed", False, 16_800_000, 20_000_000),
    ]


def test_a_slip_in_the_agreement_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as slip:
        commitment_chart(promise(), "sap", through="2026-12-31")
    assert slip.value.nearest == "spa"
