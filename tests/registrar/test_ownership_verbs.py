"""Beneficial ownership, thresholds, capacity and restrictions as people and programs get them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger, Shares
from ledger.identity import HolderId
from ledger.movements import Scope
from ledger.terms.warrants import WarrantTerms
from registrar.cli import main
from tests.builders import (
    common_issued,
    founding,
    group_formed,
    issuance_cap_agreed,
    nominee_declared,
    ownership_limit_agreed,
    preferred_issued,
    register_scope_declared,
    restriction_lifted,
    restriction_placed,
    shares_reserved,
    shares_transferred,
    ticking,
    warrant_issued,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file in which the fund may convert under a blocker and a cap, and bob holds for it."""
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True, clock=ticking()) as ledger:
        ledger.record(*founding())
        ledger.record(
            common_issued(issued=10_000),
            common_issued(holder="bob", issued=500),
            preferred_issued(issued=4_000),
            ownership_limit_agreed(),
            nominee_declared(holder="bob", holds_for="fund"),
            issuance_cap_agreed(effective_on="2026-02-03"),
            warrant_issued(holder="fund", warrant="w", purchasable=Shares(100), terms=WarrantTerms()),
            restriction_placed(),
            restriction_lifted(effective_on="2026-03-02"),
            shares_transferred(transferred=9_000, to_holder="fund", effective_on="2026-03-05"),
        )
    return path


def run(file: Path, *args: str) -> Result:
    verb, *rest = args
    return CliRunner().invoke(main, [verb, "-f", str(file), *rest], terminal_width=200, env={"COLUMNS": "200"})


def shown(file: Path, *args: str) -> str:
    result = run(file, *args)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def told(file: Path, *args: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(shown(file, *args, "--json"))
    return answer


def both(number: str) -> dict[str, str]:
    return {"low": number, "high": number}


# --- beneficial -------------------------------------------------------------------------------------------------


def test_owners_are_shown_with_what_is_theirs_in_other_names_and_what_is_held_back(file: Path) -> None:
    """By hand: (0.0499 × 10,500 − 500) ÷ 0.9501 = 25.2 of 5,100."""
    text = shown(file, "beneficial", "common", "--as-of", "2026-03-01")

    assert "Beneficial ownership common, at the close of 2026-03-01" in text
    line = next(line for line in text.splitlines() if line.startswith("Fund LP"))
    assert line.split()[2:] == ["fund", "-", "500", "25", "5,075", "525", "4.99", "blocker"]
    assert "Parts of two owners do not add up." in " ".join(text.split())


def test_percentages_of_different_wholes_are_each_rounded_by_themselves(file: Path) -> None:
    rows = list(
        csv.DictReader(io.StringIO(shown(file, "beneficial", "common", "--as-of", "2026-03-01", "-o", "csv")))
    )

    assert [row["owner"] for row in rows][:2] == ["ada", "fund"]
    text = shown(file, "beneficial", "common", "--as-of", "2026-03-01")
    assert "95.24" in text


def test_owners_as_json_have_exact_numbers_as_strings(file: Path) -> None:
    answer = told(file, "beneficial", "common", "--as-of", "2026-03-01")

    assert (answer["answer"], answer["stock_class"]) == ("beneficial", "common")
    fund = next(row for row in answer["owners"] if row["owner"] == "fund")
    assert fund["acquirable"] == both("25")
    assert fund["part"] == both("21/421")
    assert [row["source"] for row in answer["acquirable"]] == ["series-a", "w"]


def test_a_group_is_shown_beside_its_members(file: Path) -> None:
    with Ledger.open(file) as ledger:
        ledger.record(group_formed(members=(HolderId("ada"), HolderId("fund"))))

    answer = told(file, "beneficial", "common", "--as-of", "2026-03-01")

    (group,) = [row for row in answer["owners"] if row["owner"] == "family"]
    assert (group["row"], group["members"]) == ("memo", ["ada", "fund"])


def test_of_a_partial_register_no_part_is_told_and_why(file: Path) -> None:
    with Ledger.open(file) as ledger:
        ledger.record(
            register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=None, effective_on="2026-01-01")
        )

    text = shown(file, "beneficial", "common", "--as-of", "2026-03-01")

    assert "How many common are outstanding is not known, so no part of them is." in text
    assert "unknown" in text


def test_nobody_owning_anything_is_an_answer(file: Path) -> None:
    assert "Nobody owned any common at the close of 2026-01-15" in shown(
        file, "beneficial", "common", "--as-of", "2026-01-15"
    )


# --- crossings --------------------------------------------------------------------------------------------------


def test_crossings_are_shown_in_the_order_of_days(file: Path) -> None:
    """By hand: the fund owns 4.99 % until 5 March, and then 9,500 of 10,500."""
    answer = told(file, "crossings", "common", "--through", "2026-12-31", "--threshold", "50%")

    assert [(row["on"], row["owner"], row["side"]) for row in answer["crossings"]] == [
        ("2026-02-02", "ada", "more than"),
        ("2026-03-05", "ada", "not more than"),
        ("2026-03-05", "fund", "more than"),
    ]
    assert answer["crossings"][2]["entries"] == ["16"]
    assert (answer["after"], answer["thresholds"]) == ("2026-01-01", "50 %")


def test_a_threshold_that_cannot_be_read_is_refused_at_its_option(file: Path) -> None:
    for typed in ("half", "120%", "0%"):
        result = run(file, "crossings", "common", "--threshold", typed)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: E_")


def test_crossings_are_drawn_beside_the_answer(file: Path, tmp_path: Path) -> None:
    picture = tmp_path / "thresholds.svg"

    text = shown(file, "crossings", "common", "--through", "2026-12-31", "--picture", str(picture))

    assert "Thresholds passed" in text
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert run(file, "crossings", "common", "--picture", str(tmp_path / "x.gif")).exit_code == 2


def test_that_nobody_passed_a_threshold_is_an_answer(file: Path) -> None:
    args = ("--after", "2026-03-31", "--through", "2026-12-31")

    assert "Nobody passed a threshold between these days." in shown(file, "crossings", "common", *args)


# --- capacity ---------------------------------------------------------------------------------------------------


def test_capacity_names_every_limit_and_the_first_to_stop(file: Path) -> None:
    text = shown(file, "capacity", "fund", "series-a", "--as-of", "2026-03-01")

    assert "ownership limit blocker" in text
    assert "0.0499 of 10,500 outstanding as recorded, 500 owned" in text
    assert "1,999 may be issued in all, and 0 were" in text
    assert "Each limit is worked out by itself; the capacity is the least of them." in text


def test_capacity_takes_a_name_as_it_is_registered_and_a_reserve(file: Path) -> None:
    with Ledger.open(file) as ledger:
        ledger.record(shares_reserved(reserve="conversion", reserved=10))

    answer = told(file, "capacity", "Fund LP", "series-a", "--reserve", "conversion", "--as-of", "2026-03-01")

    assert (answer["holder"], answer["capacity"][0]["capacity"]) == ("fund", both("10"))
    assert answer["capacity"][0]["stopped_by"] == ["reserve conversion"]
    assert [row["limit"] for row in answer["limits"]] == [
        "what is held",
        "authorized",
        "reserve conversion",
        "ownership limit blocker",
        "issuance cap cap",
    ]


def test_who_has_nothing_to_convert_is_told_so_and_a_paper_that_there_is_not_is_refused(file: Path) -> None:
    assert "ada had nothing to convert or exercise at the close of 2026-03-01." in shown(
        file, "capacity", "ada", "--as-of", "2026-03-01"
    )
    refused = run(file, "capacity", "fund", "series-b", "--as-of", "2026-03-01")
    assert refused.exit_code == 3
    assert "Did you mean series-a?" in refused.stderr


# --- restrictions -----------------------------------------------------------------------------------------------


def test_restrictions_in_force_are_listed_and_with_all_those_that_ended(file: Path) -> None:
    def named(*args: str) -> list[str]:
        answer = told(file, "restrictions", "--as-of", "2026-03-02", *args)
        return [row["restriction"] for row in answer["restrictions"]]

    assert named() == ["blocker", "cap"]
    assert named("--all") == ["blocker", "lock-up", "cap"]
    assert "4.99 %; 61 days' notice; at most 9.99 %" in shown(file, "restrictions", "--as-of", "2026-03-02")


def test_without_restrictions_the_answer_says_so(file: Path) -> None:
    assert "Nothing held shares back at the close of 2026-01-15." in shown(
        file, "restrictions", "--as-of", "2026-01-15"
    )


# --- every format -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "json", "md", "html", "xlsx", "pdf"])
@pytest.mark.parametrize(
    "asked", [["beneficial", "common"], ["crossings", "common"], ["capacity", "fund"], ["restrictions", "--all"]]
)
def test_every_answer_leaves_in_every_format(asked: list[str], form: str, file: Path, tmp_path: Path) -> None:
    out = tmp_path / f"answer.{form}"

    result = run(file, *asked, "-O", str(out))

    assert result.exit_code == 0, result.stderr
    assert out.stat().st_size > 100
