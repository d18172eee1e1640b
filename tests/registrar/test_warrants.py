"""Warrants and protected prices as people print them and programs read them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger import FractionPolicy, Ledger, Money, Price
from ledger.events import Consideration, ConsiderationForm
from ledger.quantities import Shares
from ledger.terms.protection import CarveOut, Counted, NewIssue, PriceProtection, ProtectionMethod
from ledger.terms.warrants import ExerciseForm, WarrantTerms
from projections import adjustments, warrants
from registrar import views
from registrar.cli import main
from tests import builders as a

BROAD = PriceProtection(method=ProtectionMethod.BROAD_BASED, carve_outs=(CarveOut.LENDER,))
RATCHET = WarrantTerms(
    exercise=(ExerciseForm.CASH, ExerciseForm.CASHLESS),
    expires_on=date(2031, 2, 2),
    protection=PriceProtection(
        method=ProtectionMethod.FULL_RATCHET, floor=Price("0.25", "USD"), raises_number=FractionPolicy.NEAREST
    ),
)
PAID = Consideration(form=ConsiderationForm.CASH, amount=Money(20_000, "USD"))
ENTRY = "13"
"""The issue of 20,000 common at 1 USD, after which prices fall."""


def record(ledger: Ledger) -> None:
    ledger.record(*a.founding())
    ledger.record(
        a.common_issued(issued=90_000),
        a.preferred_issued(issued=8_000),
        a.class_rights_stated(protection=BROAD),
        a.warrant_issued(terms=RATCHET),
        a.warrant_issued(warrant="w-2", purchasable=5_000, price="0.0001 USD", terms=WarrantTerms(prefunded=True)),
        a.warrant_transferred(transferred=250),
        a.common_issued(holder="bob", issued=20_000, consideration=PAID, effective_on="2026-03-10"),
    )


@pytest.fixture
def acme() -> Ledger:
    ledger = Ledger.in_memory(clock=a.ticking())
    record(ledger)
    return ledger


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        record(ledger)
    return str(path)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, list(args))


def answer(*args: str) -> dict[str, Any]:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    made: dict[str, Any] = json.loads(result.stdout)
    return made


# --- warrants ----------------------------------------------------------------------------------------------------


def test_warrants_for_people_have_holder_shares_price_last_day_and_protection(file: str) -> None:
    told = run("warrants", "-f", file, "--as-of", "2026-03-31").stdout.splitlines()

    lines = [line.split() for line in told if line.startswith("w-")]
    assert lines == [
        ["w-1", "Fund", "LP", "fund", "common", "750", "2", "USD", "2031-02-02", "full", "ratchet"],
        ["w-1", "Bob", "Quill", "bob", "common", "250", "2", "USD", "2031-02-02", "full", "ratchet"],
        ["w-2", "Fund", "LP", "fund", "common", "5,000", "0.0001", "USD"],
    ]
    assert any(line.split()[:3] == ["all", "common", "6,000"] for line in told)
    assert any(line.startswith("* Prefunded") and line.endswith("w-2.") for line in told)


def test_warrants_for_programs_say_everything(file: str) -> None:
    first, *_, total = answer("warrants", "-f", file, "--as-of", "2026-03-31")["warrants"]

    assert first == {
        "warrant": "w-1",
        "name": "Fund LP",
        "holder": "fund",
        "stock_class": "common",
        "purchasable": {"low": "750", "high": "750"},
        "price": ["2 USD"],
        "expires_on": ["2031-02-02"],
        "protection": "full ratchet",
        "floor": ["0.25 USD"],
        "exercise": "cash, cashless",
        "prefunded": "no",
        "has_expired": "no",
    }
    assert (total["row"], total["purchasable"]) == ("total", {"low": "6000", "high": "6000"})


def test_that_no_warrant_is_outstanding_is_an_answer(file: str) -> None:
    told = run("warrants", "-f", file, "--as-of", "2026-01-31").stdout

    assert "No warrants were outstanding at the close of 2026-01-31." in told


def test_a_warrant_that_is_past_its_last_day_is_named(acme: Ledger) -> None:
    report = views.warrants(acme, warrants(acme, as_of="2031-02-03"))

    assert "Past their last day, and not recorded as ended: w-1." in report.notes


# --- adjustments -------------------------------------------------------------------------------------------------


def test_adjustments_for_programs_have_price_proposal_and_computation(file: str) -> None:
    """Broad: 90,000 common, 10,000 as converted at 1.25, 6,000 warrants; 20,000 at 1 against 8."""
    made = answer("adjustments", "--entry", ENTRY, "-f", file)

    series, warrant = made["prices"]
    assert (made["issued"], made["price"]) == ("20,000 common", "1 USD")
    assert series["outstanding"] == {"low": "106000", "high": "106000"}
    assert (series["price"], series["proposed"], series["outcome"]) == ("8 USD", "62/9 USD", "lowered")
    assert series["computation"].endswith("(106,000 × 8 + 20,000) ÷ (106,000 + 20,000) = 62/9, about 6.888889")
    assert (warrant["proposed"], warrant["number"], warrant["number_proposed"]) == ("1 USD", "1000", "2000")
    assert made["holders"] == [
        {"warrant": "w-1", "holder": "fund", "before": "750", "after": "1500"},
        {"warrant": "w-1", "holder": "bob", "before": "250", "after": "500"},
    ]
    assert [(row["counted"], row["shares"]["low"]) for row in made["counted"]] == [
        ("common outstanding", "90000"),
        ("preferred, as converted", "10000"),
        ("options and other awards", "0"),
        ("warrants", "6000"),
        ("outstanding before the issue", "106000"),
    ]


def test_an_issue_that_is_supposed_asks_the_same(file: str) -> None:
    asked = ["adjustments", "-f", file, "--as-of", "2026-03-09", "--issued", "20,000"]

    by_price = answer(*asked, "--price", "1 USD")
    by_money = answer(*asked, "--paid", "20,000 USD")

    assert by_price["prices"] == by_money["prices"] == answer("adjustments", "--entry", ENTRY, "-f", file)["prices"]


def test_a_reason_that_is_carved_out_leaves_the_price(file: str) -> None:
    made = answer("adjustments", "--entry", ENTRY, "--reason", "lender-or-lessor", "-f", file)

    assert [(row["outcome"], row["proposed"]) for row in made["prices"]] == [
        ("carved out", "8 USD"),
        ("lowered", "1 USD"),
    ]


def test_what_is_recorded_after_an_entry_is_what_was_shown(file: str, tmp_path: Path) -> None:
    path = tmp_path / "acme.db"
    path.write_bytes(Path(file).read_bytes())

    result = run("adjust-after", ENTRY, "-f", str(path))

    assert result.exit_code == 0, result.stderr
    assert "series-a afterwards: into common, price 62/9 USD\n" in result.stdout
    assert "w-1 afterwards: price 1 USD\n" in result.stdout
    assert answer("warrants", "-f", str(path), "--as-of", "2026-03-10")["warrants"][0]["price"] == ["1 USD"]


def test_that_nothing_is_protected_is_an_answer(file: str) -> None:
    told = run("adjustments", "-f", file, "--as-of", "2026-01-31", "--issued", "1", "--price", "1 USD").stdout

    assert "No price into common was protected on 2026-01-31." in told


def test_why_there_is_no_proposal_is_said_where_it_would_stand(acme: Ledger) -> None:
    listed = PriceProtection(method=ProtectionMethod.BROAD_BASED, base=(Counted.COMMON, Counted.NOTES))
    acme.record(a.class_rights_stated(protection=listed, effective_on="2026-03-11"), a.safe_issued())

    found = adjustments(acme, NewIssue(issued=Shares(1), price=Price(1, "USD")), as_of="2026-03-12")
    report = views.adjustments(acme, found)

    assert report.tables[0].rows[0].values[6] == "how many shares are outstanding is not known"


def test_two_proposals_stand_below_one_another_where_a_day_is_open(acme: Ledger) -> None:
    acme.record(a.common_issued(holder="ada", issued=5_000, effective_on="2026-03-11/2026-03-20"))

    found = adjustments(acme, NewIssue(issued=Shares(1_000), price=Price(1, "USD")), as_of="2026-03-12")
    report = views.adjustments(acme, found)

    assert [row.values[0] for row in report.tables[0].rows] == ["series-a", "series-a", "w-1"]
    assert any("between two values" in note for note in report.notes)


@pytest.mark.parametrize("form", ["table", "csv", "json", "md", "html", "xlsx", "pdf"])
@pytest.mark.parametrize("verb", [("warrants", "--as-of", "2026-03-31"), ("adjustments", "--entry", ENTRY)])
def test_both_answers_leave_in_every_format(verb: tuple[str, ...], form: str, file: str, tmp_path: Path) -> None:
    table = ("--table", verb[0] if verb[0] == "warrants" else "prices") if form == "csv" else ()
    target = tmp_path / f"answer.{'txt' if form == 'table' else form}"

    result = run(*verb, "-f", file, "-o", form, "-O", str(target), *table)

    assert result.exit_code == 0, result.stderr
    assert target.stat().st_size > 0


# --- what is wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "error: E_USAGE: nothing is issued (add --entry N, or --issued SHARES"),
        (["--entry", ENTRY, "--issued", "1"], "error: E_USAGE: --entry says what was issued"),
        (["--entry", ENTRY, "--as-of", "2026-03-31"], "error: E_USAGE: --entry says the day"),
        (["--entry", "first"], "error: E_ENTRY: --entry: entry 'first' is not an entry number"),
        (["--entry", "99"], "error: E_ENTRY: entry 99 states no fact that stands"),
        (
            ["--entry", "7"],
            "error: E_ENTRY: entry 7 (common-issued) issues nothing for a price that is known (ask what an issue",
        ),
        (["--issued", "1"], "error: E_USAGE: an issue has a price (give one of --price and --paid)"),
        (["--issued", "1", "--price", "1 USD", "--paid", "1 USD"], "error: E_USAGE: an issue has a price"),
        (["--issued", "0", "--price", "1 USD"], "error: E_QUANTITY: --issued: an issue of 0 shares"),
        (["--issued", "some", "--price", "1 USD"], "error: E_NUMBER: "),
        (["--issued", "1", "--price", "1 EUR"], "error: E_CURRENCY_MISMATCH: the protected price is in USD"),
        (["--issued", "1", "--price", "1 USD", "--of", "comon"], "error: E_UNKNOWN: no stock class 'comon'"),
        (["--issued", "1", "--price", "1 USD", "--reason", "none"], "error: E_USAGE: Invalid value for '--reason'"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else "",
)
def test_a_question_that_says_too_little_or_too_much_is_one_line(args: list[str], told: str, file: str) -> None:
    result = run("adjustments", "-f", file, *args)

    assert result.stderr.startswith(told), result.stderr
    assert (result.exit_code > 0, result.stdout, result.stderr.count("\n")) == (True, "", 1)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["exercise-warrant", "fund", "w-3", "1"], "error: E_UNKNOWN: WARRANT: no instrument 'w-3' is recorded."),
        (["exercise-warrant", "fund", "w-1", "751"], "error: E_INSTRUMENT: fund has 750 left of w-1"),
        (["exercise-warrant", "fund", "w-2", "1", "--market-price", "1 USD"], "error: E_NOT_EXERCISABLE: w-2 is"),
        (["expire-warrant", "w-1"], "error: E_NOT_EXERCISABLE: w-1 has not expired: its last day is 2031-02-02"),
        (["cancel-warrant", "fund", "w-1", "1", "common"], "error: E_USAGE: Missing option '--reason'"),
        (["amend-warrant", "w-1", "--floor", "1 USD"], "error: E_USAGE: --floor: it belongs to price protection"),
        (
            ["amend-warrant", "w-1", "--protection", "full-ratchet", "--counts", "common"],
            "error: E_TERMS: --protection: a full ratchet counts no shares",
        ),
        (
            ["amend-warrant", "w-1", "--from", "2027-01-01", "--expires", "2026-01-01"],
            "error: E_TERMS: --expires: a warrant expires on 2026-01-01",
        ),
        (["adjust", "w-1", "--cause", "reset"], "error: E_TERMS: nothing of w-1 changes"),
        (["adjust", "w-1", "--added", "fund", "--cause", "reset"], "error: E_UNKNOWN: --added: no holder ''"),
        (["warrant", "fund", "w-1", "1", "common", "--price", "1 USD"], "error: E_DUPLICATE: instrument"),
        (
            ["warrant", "fund", "w-9", "0", "common", "--price", "1 USD"],
            "error: E_QUANTITY: SHARES: purchasable is",
        ),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else "",
)
def test_an_act_that_is_wrong_is_one_line_and_changes_nothing(args: list[str], told: str, file: str) -> None:
    before = Path(file).read_bytes()

    result = run(*args, "--on", "2026-03-31", "-f", file)

    assert result.stderr.splitlines()[-1].startswith(told), result.stderr
    assert result.exit_code > 0
    assert Path(file).read_bytes() == before
