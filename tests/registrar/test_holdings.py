"""Who holds what, asked from the command line."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from projections import cap_table
from projections.holdings_over_time import days_from
from registrar.cli import main
from tests import builders
from tests.projections.histories import opening_events


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Return the file of a company with two classes and an issue whose day is open."""
    found = tmp_path / "acme.db"
    with Ledger.open(found, create=True) as ledger:
        ledger.record(*opening_events())
        ledger.record(builders.common_issued(holder="bob", issued=7, effective_on="2026-03-01/2026-03-31"))
    return str(found)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, list(args))


def test_holdings_are_printed_by_class_and_holder(path: str) -> None:
    result = run("holdings", "-f", path, "--as-of", "2026-03-10")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[4:9] == [
        "Class     Holder     Shares",
        "--------  ------  ---------",
        "common    ada           902",
        "common    bob     502 – 509",
        "series-a  fund          300",
    ]
    assert "the day of an entry behind it is not known" in result.stdout


def test_holdings_for_programs_are_those_of_the_cap_table(path: str) -> None:
    result = run("holdings", "-f", path, "--as-of", "2026-03-10", "--known-at", "13", "-o", "csv")

    with Ledger.open(path) as ledger:
        expected = cap_table(ledger, as_of="2026-03-10", known_at=13)
    assert [
        (line["stock_class"], line["holder"], line["shares_low"], line["shares_high"])
        for line in csv.DictReader(StringIO(result.stdout))
    ] == [(line.stock_class, line.holder, str(line.shares.low), str(line.shares.high)) for line in expected]


def test_a_day_on_which_nobody_held_shares_says_so(path: str) -> None:
    result = run("holdings", "-f", path, "--as-of", "2020-01-01")

    assert "Nobody held shares at the close of 2020-01-01." in result.stdout


def test_holdings_over_time_are_printed_day_by_day(path: str) -> None:
    result = run("holdings-over-time", "bob", "-f", path, "--after", "2026-01-31", "--through", "2026-03-31")

    assert result.exit_code == 0
    assert "Holdings over time of bob, from the close of 2026-01-31 to the close of" in result.stdout
    assert [line.split() for line in result.stdout.splitlines()[5:]] == [
        ["Day", "Class", "Holder", "Shares"],
        ["----------", "------", "------", "------"],
        ["2026-02-28", "common", "bob", "502"],
        [],
        ["2026-03-31", "common", "bob", "509"],
    ]


def test_days_lie_as_far_apart_as_was_asked_for() -> None:
    first, last = date(2024, 1, 31), date(2025, 1, 31)

    assert len(days_from(first, last, "day")) == 367
    assert days_from(first, last, "week")[:2] == [first, date(2024, 2, 7)]
    assert days_from(first, last, "month")[:3] == [first, date(2024, 2, 29), date(2024, 3, 31)]
    assert days_from(first, last, "quarter") == [
        first,
        date(2024, 4, 30),
        date(2024, 7, 31),
        date(2024, 10, 31),
        last,
    ]
    assert days_from(first, last, "year") == [first, last]
    assert days_from(last, last, "year") == [last]


def test_a_period_of_holdings_that_ends_before_it_begins_is_refused(path: str) -> None:
    result = run("holdings-over-time", "-f", path, "--after", "2026-03-02", "--through", "2026-03-01")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: E_DATE: 2026-03-01 is before 2026-03-02 (give the earlier day first)\n"
