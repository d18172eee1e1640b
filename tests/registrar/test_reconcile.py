"""The verbs about lists of holders: a CSV file is recorded, held against the register, and told in every format."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger, Scope, Shares
from ledger.events import HolderListReceived
from registrar.cli import main
from tests import builders
from tests.builders import common_issued

LIST = "Name,Shares,Holder ID,Account\nAda Quill,1000,,CS-1\nSomebody,500,bob,\nTotal,1500,,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*builders.founding(), common_issued(issued=1_000), common_issued(holder="bob", issued=500))
    return path


def run(file: Path, *args: str) -> Result:
    return CliRunner().invoke(main, [*args, "-f", str(file)])


def listed(file: Path, text: str = LIST, *args: str, on: str = "2026-06-30") -> Result:
    path = file.parent / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run(file, "holder-list", str(path), "common", "--source", "Transfer agent", "--on", on, *args)


def reconciled(file: Path, *args: str) -> Result:
    return run(file, "reconcile", "--as-of", "2026-12-31", *args)


def last(file: Path) -> HolderListReceived:
    with Ledger.open(file) as ledger:
        event = ledger.entries()[-1].event
    assert isinstance(event, HolderListReceived)
    return event


def test_a_list_is_recorded_with_its_total_and_the_digest_of_its_file(file: Path) -> None:
    assert listed(file).exit_code == 0
    event = last(file)

    assert [(str(each.name), each.holder, each.account) for each in event.holders] == [
        ("Ada Quill", None, "CS-1"),
        ("Somebody", "bob", None),
    ]
    assert (event.listed, event.scope) == (Shares(1500), Scope.COMPLETE)
    assert [(each.document, each.sha256) for each in event.evidence] == [
        ("list.csv", sha256(LIST.encode()).hexdigest())
    ]


def test_a_list_that_is_not_of_all_holders_says_so_and_its_total_may_be_stated(file: Path) -> None:
    text = "Name;Shares\nAda Quill;1.000\n"
    assert listed(file, text, "--partial", "--total", "1,000", "--numbers", "1.234,56").exit_code == 0
    event = last(file)

    assert (event.scope, event.listed, event.holders[0].shares) == (Scope.PARTIAL, Shares(1000), Shares(1000))


def test_a_total_that_is_stated_twice_is_refused(file: Path) -> None:
    result = listed(file, LIST, "--total", "1500")

    assert (result.exit_code, "E_USAGE" in result.stderr, "--total" in result.stderr) == (2, True, True)


def test_every_problem_of_a_list_is_told_by_its_row_and_nothing_is_recorded(file: Path) -> None:
    with Ledger.open(file) as ledger:
        there = len(ledger.entries())
    result = listed(file, "Name,Shares\nAda Quill,x\n,5\n")

    assert result.exit_code == 2
    assert ["row 2" in line or "row 3" in line for line in result.stderr.splitlines() if "error" in line] == [
        True
    ] * 2
    with Ledger.open(file) as ledger:
        assert len(ledger.entries()) == there


def test_a_column_that_is_not_read_is_told(file: Path) -> None:
    assert "the column Tax ID is not read" in listed(file, "Name,Shares,Tax ID\nAda Quill,1000,7\n").stderr


def test_the_status_tells_whether_a_difference_stands(file: Path) -> None:
    assert reconciled(file).exit_code == 0
    assert "No list of holders was received" in reconciled(file).stdout

    listed(file)
    assert reconciled(file).exit_code == 0

    listed(file, LIST.replace("1000", "990"), on="2026-07-31")
    assert reconciled(file).exit_code == 1
    assert run(file, "reconcile", "--as-of", "2026-07-30").exit_code == 0

    listed(file, on="2026-08-31")
    assert reconciled(file).exit_code == 0


def test_people_read_the_difference_with_its_age_and_arithmetic(file: Path) -> None:
    listed(file, LIST.replace("1000", "990"))
    told = " ".join(reconciled(file).stdout.split())

    assert "another number of shares common ada Ada Quill since 2026-06-30" in told
    assert "days 184 list 990 − record 1,000 = -10" in told


def test_programs_get_differences_and_each_unclear_name_with_its_candidates(file: Path) -> None:
    listed(file, LIST.replace("Ada Quill,1000", "Ada Quil,990"))
    answer = json.loads(reconciled(file, "-o", "json").stdout)

    assert (answer["answer"], answer["differs"], len(answer["differences"])) == ("record-differences", True, 3)
    ada = answer["differences"][0]
    assert (ada["holder"], ada["code"], ada["severity"]) == ("ada", "E_RECORD_DIFFERENCE", "broken")
    assert (ada["listed"], ada["recorded"]) == ({"low": "0", "high": "990"}, {"low": "1000", "high": "1000"})
    (name,) = answer["unclear"]
    assert (name["name"], name["account"], name["shares"]) == ("Ada Quil", "CS-1", "990")
    assert [(each["holder"], each["why"]) for each in name["candidates"]] == [("ada", "spelt alike")]


@pytest.mark.parametrize("form", ["csv", "md", "html"])
def test_every_format_has_the_difference(file: Path, form: str) -> None:
    listed(file, LIST.replace("1000", "990"))

    assert "another number of shares" in reconciled(file, "-o", form, "--table", "differences").stdout


def test_a_list_that_is_given_twice_counts_once_and_the_same_bytes_of_another_day_are_another_list(
    file: Path,
) -> None:
    first, again, later = listed(file), listed(file), listed(file, on="2026-07-31")

    assert [each.exit_code for each in (first, again, later)] == [0, 0, 0]
    assert "already" in again.stdout
    with Ledger.open(file) as ledger:
        lists = [each.event for each in ledger.entries() if isinstance(each.event, HolderListReceived)]
    assert [str(each.effective_on) for each in lists] == ["2026-06-30", "2026-07-31"]


def test_a_list_that_is_given_again_as_something_else_is_refused(file: Path) -> None:
    listed(file)
    again = listed(file, LIST, "--partial")

    assert (again.exit_code, "E_COMMAND" in again.stderr) == (4, True)
