"""The verb that asks in SQL, as people and programs get its answers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Authorized, Ledger
from registrar.cli import main
from tests.builders import authorized_shares_changed, common_issued, founding, shares_transferred, ticking


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True, clock=ticking()) as ledger:
        ledger.record(*founding())
        ledger.record(authorized_shares_changed(authorized=Authorized.UNLIMITED))
        ledger.record(common_issued(issued=2**53 + 1))
        ledger.record(shares_transferred(transferred=400, to_holder="bob", effective_on="2026-02-10"))
    return path


def run(file: Path, *args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(main, ["query", "-f", str(file), *args], input=input, env={"COLUMNS": "200"})


def test_programs_get_exact_numbers_as_text(file: Path) -> None:
    result = run(file, "select holder, shares from holdings('2026-03-01') order by holder", "--json")

    answer = json.loads(result.stdout)["answer"]
    assert answer == [{"holder": "ada", "shares": "9007199254740593"}, {"holder": "bob", "shares": "400"}]


def test_a_column_has_a_name_for_programs_and_the_name_of_the_statement_for_people(file: Path) -> None:
    sql = "select sum(shares), sum(shares) as \"Sum: shares\", 1, true from holdings('2026-03-01')"

    (line,) = csv.DictReader(io.StringIO(run(file, sql, "-o", "csv").stdout))
    assert [*line.values()][2:] == ["9007199254740993", "9007199254740993", "1", "true"]
    assert [*line][2:] == ["sum_shares", "sum_shares_2", "column_1", "true"]
    assert "Sum: shares" in run(file, sql).stdout


def test_a_year_has_no_separator_and_what_is_absent_says_null(file: Path) -> None:
    printed = run(file, "select year(effective_earliest) as year, null as nothing from entries limit 1").stdout

    assert printed.splitlines()[-1].split() == ["2026", "null"]


def test_what_no_column_of_a_report_holds_is_text(file: Path) -> None:
    printed = run(file, "select [1, 2] as list, 'nan'::double as no_number, {'a': 1} as struct").stdout

    assert "[1, 2]" in printed
    assert "{'a': 1}" in printed
    assert "* no_number: binary floating-point" in printed


def test_a_statement_may_come_from_a_pipe(file: Path) -> None:
    assert json.loads(run(file, "-", "--json", input="select count(*) as entries\nfrom entries;\n").stdout)[
        "answer"
    ] == [{"entries": "9"}]


def test_what_is_refused_is_one_line_and_status_2(file: Path) -> None:
    for asked in (("drop table entries",), ("from range(3)", "--rows", "2"), ("from range(3)", "--seconds", "0")):
        result = run(file, *asked)

        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
