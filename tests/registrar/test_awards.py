"""Awards on the command line: a plan, grants, vesting, exercise, release and the end, and the ledger of them."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.events import AwardGranted, Event
from projections import awards
from registrar.cli import main
from registrar.registers.awards import awards as awards_report
from registrar.report import Cell, Report
from tests import builders as a
from tests.golden import make_tables


@pytest.fixture
def company(tmp_path: Path) -> str:
    """Return a file with the company, a plan of 1,000,000 shares, and nothing granted."""
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), a.plan_adopted())
    return str(path)


def run(file: str, line: str) -> Result:
    return CliRunner().invoke(main, [*shlex.split(line), "-f", file])


def done(file: str, line: str) -> Any:
    """Record an act, and return what was recorded."""
    result = run(file, line)
    assert result.exit_code == 0, result.stderr
    with Ledger.open(file) as ledger:
        return ledger.entries()[-1].event


OPTION = "grant bob 48,000 common --as OPT-1 --kind iso --plan plan-2026 --on 2026-02-02 --price '1 USD'"
VESTING = "--vests-from 2026-01-01 --instalments 48 --cliff 12"


def test_a_grant_from_the_terminal_is_the_grant_that_papers_state(company: str) -> None:
    granted = done(company, f"{OPTION} {VESTING} --expires 2036-01-31")
    assert granted == a.award_granted(award="OPT-1")


def test_the_acts_of_awards_are_recorded_one_after_the_other(company: str) -> None:
    done(company, f"{OPTION} {VESTING}")
    done(company, "change-pool plan-2026 common --add 500,000 --on 2026-06-01")
    done(company, "accelerate OPT-1 6,000 --on 2027-01-01 --taken-from last")
    exercised = done(company, "exercise-option OPT-1 1,000 --net --value '2 USD' --to-pool --on 2027-02-01")
    assert (str(exercised.for_price), str(exercised.returned)) == ("500", "500")
    ended = done(company, "end-award OPT-1 --to-pool --on 2027-03-01")
    assert str(ended.unvested) == "28000"  # 48,000 less 14 months and 6,000
    done(company, "end-award OPT-1 --cause expiry --on 2027-06-01")
    with Ledger.open(company) as ledger:
        found = awards(ledger, as_of="2027-06-01")
        assert str(found["OPT-1"].outstanding) == "0"
        assert str(found.pools[0].ungranted) == "1,480,500"  # 1,500,000 less 48,000, and 500 and 28,000 returned


def test_units_and_restricted_stock_are_recorded_too(company: str) -> None:
    waiting = "--vests-from 2026-01-01 --instalments 4 --every 3 --condition listing"
    done(company, f"grant bob 1,200 common --as RSU-1 --kind rsu --plan plan-2026 --on 2026-02-02 {waiting}")
    done(company, "meet listing --on 2026-04-15")
    released = done(company, "release-units RSU-1 --value '9 USD' --tax '1620 USD' --on 2026-07-01")
    assert (str(released.released), str(released.for_tax)) == ("600", "180")
    yearly = "--vests-from 2026-02-02 --instalments 3 --every 12 --paid '0.3 USD'"
    done(company, f"grant ada 3,000 common --as RSA-1 --kind stock --certificate CS-1 --on 2026-02-02 {yearly}")
    done(company, "elect RSA-1 ada 3,000 --received 2026-02-02 --on 2026-02-20")
    taken = done(company, "take-back RSA-1 --at '0.0001 USD' --on 2027-03-01")
    assert (str(taken.repurchased), str(taken.paid), taken.security) == ("2000", "0.2 USD", "CS-1")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("exercise-option OPT-1 12,001 --on 2027-01-01", "E_NOT_EXERCISABLE: OPT-1 may be exercised for 12,000"),
        ("exercise-option OPT-2 1 --on 2027-01-01", "E_UNKNOWN: AWARD: no instrument 'OPT-2' is recorded"),
        ("release-units OPT-1 --on 2027-01-01", "E_NOT_EXERCISABLE: OPT-1 is incentive-stock-option"),
        ("meet listing --on 2027-01-01", "E_UNKNOWN: no vesting condition 'listing'"),
        ("grant bob 952,001 common --as X --kind rsu --plan plan-2026 --on 2027-01-01", "E_POOL"),
        ("grant bob 1 common --as X --kind iso --on 2027-01-01", "E_TERMS: --price: incentive-stock-option"),
        (
            "grant bob 1 common --as X --kind rsu --cliff 2 --on 2027-01-01",
            "E_USAGE: --cliff: it says nothing without a day (add --vests-from)",
        ),
        (
            "grant bob 1 common --as X --kind rsu --vests-from 2026-01-01 --cliff 2 --on 2027-01-01",
            "E_TERMS: the cliff is at instalment 2 of 1",
        ),
        ("adopt-plan plan-2026 1 common --title Again --on 2027-01-01", "E_DUPLICATE"),
        ("change-pool plan-2026 common --on 2027-01-01", "E_QUANTITY: the pool of plan-2026 neither"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_changes_nothing(company: str, line: str, says: str) -> None:
    done(company, f"{OPTION} {VESTING}")
    before = Path(company).read_bytes()
    result = run(company, line)
    assert result.exit_code in (2, 3)
    assert result.stderr.splitlines()[-1].startswith(f"error: {says}"), result.stderr
    assert Path(company).read_bytes() == before


def test_the_ledger_of_awards_is_an_answer_for_programs(company: str) -> None:
    done(company, f"{OPTION} {VESTING}")
    result = run(company, "awards --as-of 2027-01-01 --json")
    answer = json.loads(result.stdout)
    assert answer["answer"] == "awards"
    assert answer["awards"][0]["vested"] == {"low": "12000", "high": "12000"}
    assert answer["pools"][0]["ungranted"] == {"low": "952000", "high": "952000"}


def test_a_holder_who_is_not_there_is_answered_with_the_nearest(company: str) -> None:
    result = run(company, "awards bbo --as-of 2027-01-01")
    assert (result.exit_code, result.stderr) == (
        3,
        "error: E_UNKNOWN: no holder 'bbo' is recorded. Did you mean bob?\n",
    )


def report(*events: Event, as_of: str) -> Report:
    ledger = a.company()
    ledger.record(a.plan_adopted(), *events)
    return awards_report(ledger, awards(ledger, as_of=as_of))


def value(made: Report, cell: Cell) -> Any:
    table = next(each for each in made.tables if each.name == cell.table)
    at = next(place for place, column in enumerate(table.columns) if column.name == cell.column)
    return table.rows[cell.row].values[at]


def test_what_the_report_says_adds_up_does(tmp_path: Path) -> None:
    path = tmp_path / "orchard.db"
    make_tables.orchard(path)
    with Ledger.open(path) as ledger:
        made = awards_report(ledger, awards(ledger, as_of="2027-05-31"))
    assert len(made.checks) == 4
    for check in made.checks:
        plus, minus = ([value(made, cell).exact for cell in cells] for cells in (check.plus, check.minus))
        assert sum(plus[1:], plus[0]) == sum(minus[1:], minus[0]), check.what


def test_shares_kept_back_after_the_last_day_are_pointed_out() -> None:
    made = report(a.award_granted(), as_of="2036-02-01")
    assert any(
        "option-1 expired on 2036-01-31, and 48,000 shares are still kept back" in each for each in made.notes
    )
    assert not any("expired" in each for each in report(a.award_granted(), as_of="2036-01-31").notes)


def test_the_average_price_is_weighted_by_what_is_outstanding() -> None:
    """By hand: (48,000 × 1 + 12,000 × 2.5) ÷ 60,000 = 1.3."""
    made = report(
        a.award_granted(), a.award_granted(award="option-2", granted=12_000, price="2.5 USD"), as_of="2026-12-31"
    )
    assert any("60,000 shares outstanding that have one: 1.3 USD." in each for each in made.notes)


def test_an_award_with_a_holder_of_today_names_both() -> None:
    made = report(a.award_granted(), a.award_transferred(), as_of="2027-12-31")
    columns = {column.name: column for column in made.tables[0].columns}
    assert columns["held_by"].shown
    assert value(made, Cell("awards", 0, "held_by")) == ("ada",)


def test_a_mistaken_grant_is_restated_like_any_other_fact(company: str) -> None:
    done(company, f"{OPTION} {VESTING}")
    result = run(company, "restate 8 --field granted=24,000 --reason Misread.")
    assert result.exit_code == 0, result.stderr
    with Ledger.open(company) as ledger:
        assert str(awards(ledger, as_of="2026-12-31")["OPT-1"].granted) == "24,000"
        assert str(awards(ledger, as_of="2026-12-31", known_at=8)["OPT-1"].granted) == "48,000"
        assert isinstance(ledger.entries()[7].event, AwardGranted)
