"""Who holds what, asked from the command line."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from projections import cap_table
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
