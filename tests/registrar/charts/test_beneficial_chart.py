"""Beneficial ownership drawn against thresholds: a line for each owner, and what is open as a band."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import Ledger, NotUnderstood
from ledger.quantities import Ratio
from registrar.charts import beneficial_chart
from tests.builders import common_issued, company, group_formed, preferred_issued, shares_transferred

THROUGH = "2026-12-31"


@pytest.fixture
def ledger() -> Ledger:
    """Return a company in which ada has 950, bob 40 and the fund may acquire 10 of the common stock."""
    ledger = company()
    ledger.record(
        common_issued(issued=950),
        common_issued(holder="bob", issued=40),
        preferred_issued(issued=8),
        group_formed(effective_on="2026-03-02"),
    )
    return ledger


def rows(ledger: Ledger, **asked: Any) -> list[dict[str, Any]]:
    chart = beneficial_chart(ledger, "common", **{"through": THROUGH, **asked})
    found: list[dict[str, Any]] = chart.spec["data"]["values"]
    return found


def test_a_line_tells_the_exact_part_of_an_owner(ledger: Ledger) -> None:
    mine = [row for row in rows(ledger) if row["of"] == "fund"]

    assert {(row["part_low"], row["owned_low"]) for row in mine} == {("0.01", "10")}
    assert {row["from"] == row["to"] for row in mine} == {True}
    assert [row["on"] for row in mine] == ["2026-02-02", "2027-01-01"]


def test_what_is_open_is_a_band_between_what_it_may_be(ledger: Ledger) -> None:
    ledger.record(
        shares_transferred(from_holder="ada", to_holder="bob", transferred=50, effective_on="2026-06-01/2026-07-01")
    )

    (first, _last) = [row for row in rows(ledger) if row["of"] == "bob" and row["is_open"]]

    assert (first["on"], first["until"]) == ("2026-06-01", "2026-07-01")
    assert (first["owned_low"], first["owned_high"]) == ("40", "90")


def test_a_group_is_a_line_of_its_own_and_named_as_a_group(ledger: Ledger) -> None:
    chart = beneficial_chart(ledger, "common", through=THROUGH)

    assert "group family: 100.00 % (990)" in chart.description
    assert "Fund LP: 1.00 % (10)" in chart.description


def test_thresholds_are_drawn_and_may_be_others(ledger: Ledger) -> None:
    def drawn(**asked: Any) -> list[str]:
        layers = beneficial_chart(ledger, "common", through=THROUGH, **asked).spec["layer"]
        marks = next(layer for layer in layers if layer.get("name") == "thresholds")["data"]["values"]
        return [mark["threshold"] for mark in marks]

    assert drawn() == ["5 %", "10 %", "20 %"]
    assert drawn(thresholds=(Ratio("0.0499"),)) == ["4.99 %"]


def test_the_largest_owners_are_drawn_and_the_others_counted(ledger: Ledger) -> None:
    chart = beneficial_chart(ledger, "common", through=THROUGH, largest=1)

    assert {row["of"] for row in chart.spec["data"]["values"]} == {"family"}
    assert "3 other owners are not drawn." in chart.description
    for number in (0, 8):
        with pytest.raises(NotUnderstood) as refused:
            beneficial_chart(ledger, "common", through=THROUGH, largest=number)
        assert refused.value.code == "E_LIMIT"


def test_whoever_owned_something_and_has_nothing_left_says_so(ledger: Ledger) -> None:
    ledger.record(shares_transferred(from_holder="bob", to_holder="ada", transferred=40, effective_on="2026-06-01"))

    assert (
        f"Bob Quill: nothing at the close of {THROUGH}"
        in beneficial_chart(ledger, "common", through=THROUGH).description
    )


def test_a_class_that_nobody_owns_is_an_empty_picture() -> None:
    chart = beneficial_chart(company(), "common", through=THROUGH)

    assert chart.spec["data"]["values"] == []
    assert "nobody owns any" in chart.description


def test_the_same_question_gives_the_same_bytes_in_every_format(ledger: Ledger) -> None:
    one, other = (beneficial_chart(ledger, "common", through=THROUGH) for _ in range(2))

    for form in ("json", "svg", "png"):
        assert one.to_bytes(form) == other.to_bytes(form)
