"""Beneficial ownership, crossings, capacity and restrictions as tables for programs: columns, lines, values."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import pytest

from ledger import Ledger, Shares
from ledger.terms.warrants import WarrantTerms
from projections import beneficial_ownership, conversion_capacity, crossings, restrictions
from projections.frame import Tabular
from tests.builders import (
    common_issued,
    company,
    group_formed,
    issuance_cap_agreed,
    note_issued,
    ownership_limit_agreed,
    preferred_issued,
    restriction_placed,
    warrant_issued,
)

DAY: Final = "2026-12-31"
COLUMNS: Final = {
    "owners": (
        "issuer as_of known stock_class owner name is_group members of_record_low of_record_high by_nominees_low"
        " by_nominees_high acquirable_low acquirable_high held_back_low held_back_high owned_low owned_high"
        " part_of_class_low part_of_class_high limits"
    ),
    "acquirable": (
        "issuer as_of known stock_class holder source by currency held_low held_high terms shares_low shares_high"
        " opens_on closes_on"
    ),
    "crossings": (
        "issuer known stock_class on owner name is_group threshold before after part_before_low part_before_high"
        " part_after_low part_after_high own_doing entries"
    ),
    "steps": (
        "issuer known on until stock_class owner name is_group owned_low owned_high part_of_class_low"
        " part_of_class_high"
    ),
    "capacity": (
        "issuer as_of known holder source by into currency held_low held_high terms capacity_low capacity_high"
        " gives_up_low gives_up_high stopped_by"
    ),
    "limits": "issuer as_of known holder source limit named room_low room_high because",
    "restrictions": (
        "issuer as_of known restriction what standing holder name stock_class security since_earliest since_latest"
        " until terms entry"
    ),
}
"""What programs rely on: a column may be added, and none goes or changes its name."""


@pytest.fixture(scope="module")
def acme() -> Ledger:
    """Return a company with a line in every table."""
    ledger = company()
    ledger.record(
        common_issued(issued=1_000),
        preferred_issued(issued=400),
        warrant_issued(holder="fund", warrant="w", purchasable=Shares(7), terms=WarrantTerms()),
        note_issued(),
        ownership_limit_agreed(),
        issuance_cap_agreed(),
        restriction_placed(effective_on="2026-03-01/2026-03-09"),
        group_formed(),
    )
    return ledger


def views(ledger: Ledger) -> list[Tabular]:
    return [
        beneficial_ownership(ledger, "common", as_of=DAY),
        crossings(ledger, "common", through=DAY),
        conversion_capacity(ledger, "fund", as_of=DAY),
        restrictions(ledger, as_of=DAY),
    ]


def test_every_table_has_the_columns_that_programs_rely_on(acme: Ledger) -> None:
    found = {}
    for view in views(acme):
        for frame in view.frames():
            name = "steps" if frame.name in found else frame.name
            found[name] = " ".join(series.name for series in frame.series())

    assert found == COLUMNS


def test_every_table_has_lines_and_can_be_handed_on(acme: Ledger) -> None:
    for view in views(acme):
        for frame in view.frames():
            lines = frame.to_dicts()
            assert len(lines) == len(frame.to_polars()) == len(frame) > 0
            assert not [value for line in lines for value in line.values() if isinstance(value, float)]


def test_lines_say_what_the_view_says(acme: Ledger) -> None:
    owners = beneficial_ownership(acme, "common", as_of=DAY)
    by_name = {line["owner"]: line for line in owners.to_dicts()}
    capacity = conversion_capacity(acme, "fund", as_of=DAY)

    assert by_name["family"]["is_group"] is True
    assert by_name["family"]["members"] == "ada; bob"
    assert by_name["fund"]["part_of_class_low"] == owners["fund"].percent.low
    assert {line["source"]: line["stopped_by"] for line in capacity.to_dicts()} == {
        "n-1": "blocker",
        "series-a": "blocker",
        "w": "what is held",
    }
    assert crossings(acme, "common", through=DAY).to_dicts()[0]["threshold"] == Fraction(1, 20)
