"""The note ledger as people print it and programs read it, and what is wrong with a note on the command line."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.events import Event
from ledger.identity import Count, StockClassId
from ledger.quantities import Money, Price, Ratio
from ledger.terms.interest import Compounding, DayCount, InterestTerms
from ledger.terms.market import MarketPrice, Measure, PriceRule
from ledger.terms.notes import NoteConversion, NoteTerms, equal_instalments
from projections import notes
from registrar import views
from registrar.cli import main
from registrar.report import Report, Role, Table
from registrar.views.notes import in_words
from tests import builders as a

BEARS = InterestTerms(
    rate=Ratio("0.06"),
    day_count=DayCount.ACTUAL_365,
    compounding=Compounding.QUARTERLY,
    default_rate=Ratio("0.18"),
)
RULE = PriceRule(
    fixed=Price(2, "USD"),
    market=(MarketPrice(measure=Measure.CLOSE, trading_days=Count(2), part=Ratio("0.85")),),
    floor=Price("0.5", "USD"),
)
TERMS = NoteTerms(
    interest=BEARS,
    secured_by="All assets",
    instalments=equal_instalments(Money(100_000, "USD"), 4, first_on=date(2026, 6, 30), every_months=3),
    conversion=NoteConversion(into=StockClassId("common"), price=RULE),
)
HISTORY: tuple[Event, ...] = (
    a.note_issued(terms=TERMS),
    a.lien_granted(),
    a.safe_issued(),
    a.price_quoted(effective_on="2026-04-28", price="1.9 USD"),
    a.price_quoted(effective_on="2026-05-01", price="1.8 USD"),
    a.convertible_converted(),
    a.convertible_assigned(effective_on="2026-05-05"),
    a.note_issued(instrument="n-2", holder="bob", principal="500 EUR", terms=NoteTerms(), consideration=None),
)


@pytest.fixture
def acme() -> Ledger:
    ledger = a.company()
    ledger.record(*HISTORY)
    return ledger


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), *HISTORY)
    return str(path)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, list(args))


def report(ledger: Ledger, **asked: Any) -> Report:
    return views.notes(ledger, notes(ledger, **asked))


def cells(table: Table, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(str(row.values[table.index(name)]) for name in names) for row in table.rows]


# --- the report ---------------------------------------------------------------------------------------------


def test_what_is_owed_is_added_up_by_currency(acme: Ledger) -> None:
    owed = report(acme, as_of="2026-05-05").table("owed")

    assert cells(owed, "instrument", "holder", "principal", "interest", "becomes") == [
        ("n-1", "fund", "35,000 USD", "906.39 USD", "23,468"),
        ("safe-1", "fund", "500,000 USD", "0 USD", "None"),
        ("n-1", "ada", "25,000 USD", "100 USD", "16,405"),
        ("all", "None", "560,000 USD", "1,006.39 USD", "None"),
        ("n-2", "bob", "500 EUR", "0 EUR", "None"),
    ]
    assert [row.role for row in owed.rows].count(Role.TOTAL) == 1


@pytest.mark.parametrize("name", ["principal", "interest"])
@pytest.mark.parametrize("after", [None, "2026-05-03", "2026-05-04"])
def test_the_rows_of_a_roll_forward_add_up_to_the_cent(acme: Ledger, name: str, after: str | None) -> None:
    table = report(acme, as_of="2026-05-31", after=after).table(name)
    closing = next(column for column in table.columns if column.name == "closing")

    assert len(closing.adds) >= 8
    for row in table.rows:
        parts = [row.values[table.index(each)].exact.amount for each in closing.adds]
        assert sum(parts) == row.values[table.index("closing")].exact.amount


def test_what_did_not_happen_has_no_column_for_people_and_one_for_programs(acme: Ledger) -> None:
    principal = report(acme, as_of="2026-05-31", after="2026-05-04").table("principal")

    assert [each.name for each in principal.columns if each.shown][2:] == [
        *("holder", "opening", "assigned_in", "assigned_out", "closing"),
    ]
    assert {"lent", "repaid", "exchanged", "cancelled"} <= {each.name for each in principal.columns}


def test_the_terms_say_what_a_note_bears_and_what_has_fallen_due(acme: Ledger) -> None:
    terms = report(acme, as_of="2026-09-30").table("terms")

    asked = ("instrument", "bears", "due", "overdue", "next_due_on", "state", "secured_by", "into")
    assert cells(terms, *asked) == [
        (
            *("n-1", "6 % actual/365, compounding quarterly, 18 % in default", "50,000 USD", "10,000 USD"),
            *("2026-12-30", "no default", "all-assets – All assets", "common"),
        ),
        ("n-2", "nothing", "None", "None", "None", "no default", "None", "None"),
    ]
    assert in_words(InterestTerms(rate=Ratio("0.1"), day_count=DayCount.THIRTY_360)) == "10 % 30/360"


def test_a_price_is_shown_with_what_it_was_worked_out_from_and_the_days_without_a_quote(acme: Ledger) -> None:
    made = report(acme, as_of="2026-05-05")

    assert cells(made.table("prices"), "what", "price", "from_day", "to_day", "quotes") == [
        ("2 USD fixed", "2 USD", "None", "None", "None"),
        (
            *("85 % of the lowest closing price of 2 trading days before", "1.53 USD"),
            *("2026-04-28", "2026-05-01", "2"),
        ),
        ("not below: floor of 0.5 USD", "0.5 USD", "None", "None", "None"),
        (
            "price, decided by: 85 % of the lowest closing price of 2 trading days before",
            *("1.53 USD", "None", "None", "None"),
        ),
    ]
    assert (
        "n-1: no quote within the look-back on 2026-04-29, 2026-04-30 and 2026-05-04. A holiday, or a quote is"
        " missing."
    ) in made.notes


def test_a_price_that_is_not_known_is_shown_between_its_ends(acme: Ledger) -> None:
    made = report(acme, as_of="2026-05-01")

    assert cells(made.table("prices"), "what", "price")[-1] == ("price at least 0.5 USD at most 2 USD", "None")
    assert any(note.startswith("n-1: its price on 2026-05-01 is not known, as this is not") for note in made.notes)


def test_an_open_day_is_said(acme: Ledger) -> None:
    acme.record(a.note_repaid(principal="1000 USD", interest=None, effective_on="2026-05-06/2026-06-30"))
    made = report(acme, as_of="2026-06-01")
    assert cells(made.table("owed"), "principal")[0] == ("34,000 USD to 35,000 USD",)
    assert any("is not known exactly" in note for note in made.notes)


def test_interest_that_was_settled_beyond_what_accrued_is_said(acme: Ledger) -> None:
    acme.record(a.note_repaid(instrument="n-2", holder="bob", principal="500 EUR", interest="7.50 EUR"))
    made = report(acme, as_of="2026-05-05")
    assert "n-2" not in [name for (name,) in cells(made.table("owed"), "instrument")]
    assert "n-2: Bob Quill was given 7.5 EUR more interest than the recorded terms accrue." in made.notes


def test_before_the_first_note_nothing_is_owed(acme: Ledger) -> None:
    assert (
        report(acme, as_of="2026-01-31").says == "Nothing was owed under notes or SAFEs by the close of 2026-01-31."
    )


# --- the verb -----------------------------------------------------------------------------------------------


def test_the_note_ledger_for_programs_has_a_row_for_each_holder(file: str) -> None:
    result = run("notes", "-f", file, "--after", "2026-05-04", "--as-of", "2026-05-05", "--json")
    made = json.loads(result.stdout)

    assert (made["answer"], made["after"], made["as_of"]) == ("notes", "2026-05-04", "2026-05-05")
    first = made["principal"][0]
    assert (
        first["instrument"],
        first["opening"]["low"],
        first["assigned_out"]["high"],
        first["closing"]["low"],
    ) == (
        *("n-1", "60000 USD"),
        *("-25000 USD", "35000 USD"),
    )


def test_the_note_ledger_for_people_stands_below_one_another(file: str) -> None:
    told = run("notes", "-f", file, "--as-of", "2026-05-05").stdout

    assert told.index("Would become") < told.index("Principal, from opening") < told.index("Interest, from opening")
    assert told.index("Interest, from opening") < told.index("Secured by") < told.index("decided by")


@pytest.mark.parametrize("form", ["csv", "md", "html", "xlsx", "pdf"])
def test_the_note_ledger_leaves_in_every_format(file: str, form: str, tmp_path: Path) -> None:
    out = tmp_path / f"notes.{form}"
    assert run("notes", "-f", file, "--as-of", "2026-05-05", "-O", str(out)).exit_code == 0
    assert out.stat().st_size > 200


# --- what is wrong ------------------------------------------------------------------------------------------


def entries(file: str) -> int:
    with Ledger.open(file) as ledger:
        return len(ledger.entries())


LEND = ["lend", "fund", "n-9", "1000 USD"]
INTO = [*LEND, "--into", "common"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([*LEND, "--bears", "six"], "error: E_NUMBER: --bears: "),
        ([*LEND, "--bears", "6% weekly"], "error: E_TERMS: --bears: '6% weekly' is no interest"),
        ([*LEND, "--bears", "6% default"], "error: E_TERMS: --bears: '6% default' is no interest"),
        ([*LEND, "--bears", "6% 30/360 daily"], "error: E_TERMS: --bears: interest counted 30/360 cannot compound"),
        ([*LEND, "--market", "lowest vwap 5"], "error: E_USAGE: --market: it says nothing alone (add --into)"),
        ([*LEND, "--floor", "par"], "error: E_USAGE: --floor: it says nothing alone"),
        (INTO, "error: E_TERMS: --into: a price rule without a price"),
        (
            [*INTO, "--market", "cheapest vwap 5"],
            "error: E_TERMS: --market: 'cheapest vwap 5' is not a market price",
        ),
        ([*INTO, "--market", "mean-2 vwap 5"], "error: E_TERMS: --market: 'mean-2 vwap 5' is not a market price"),
        ([*INTO, "--market", "lowest vwap many"], "error: E_NUMBER: --market: "),
        ([*INTO, "--market", "lowest-9 vwap 5"], "error: E_TERMS: --market: the lowest 9 of 5 quotes"),
        ([*INTO, "--fixed", "2 USD", "--floor", "1 EUR"], "error: E_CURRENCY_MISMATCH: --into: "),
        (
            [*INTO, "--fixed", "2 USD", "--floor", "1 USD", "--floor", "2 USD"],
            "error: E_TERMS: --floor: two floors",
        ),
        ([*LEND, "--instalment", "2026-08-03"], "error: E_TERMS: --instalment: '2026-08-03' says too little"),
        ([*LEND, "--instalment", "2026-08-03 1 EUR"], "error: E_CURRENCY_MISMATCH: "),
        ([*LEND, "--in-a-round", "cap 5 USD"], "error: E_TERMS: --in-a-round: 'cap 5 USD' is no right in a round"),
        ([*LEND, "--in-a-round", "discount 100%"], "error: E_TERMS: --in-a-round: a discount of 1 "),
        ([*LEND[:2], "n-1", "5 USD"], "error: E_DUPLICATE: instrument 'n-1'"),
        (["exchange", "--give-note", "fund n-1"], "error: E_TERMS: --give-note: 'fund n-1' says too little"),
        (["exchange", "--give-note", "fund n-1 5 USD"], "error: E_TERMS: an exchange in which nothing is received"),
        (["exchange", "--give-note", "fund n-7 5 USD"], "error: E_UNKNOWN: --give-note: no instrument 'n-7'"),
        (["convert-note", "fund", "safe-1"], "error: E_NOT_CONVERTIBLE: safe-1 has no terms of a note"),
        (["convert-note", "bob", "n-2"], "error: E_NOT_CONVERTIBLE: n-2 carries no right to become shares"),
        (["repay", "fnud", "n-1"], "error: E_UNKNOWN: HOLDER: no holder 'fnud' is recorded."),
        (["repay", "bob", "n-1"], "error: E_TERMS: n-1: nothing of it is owed to bob"),
        (["repay", "fund", "n-1", "--principal", "0 USD"], "error: E_QUANTITY: neither principal nor interest"),
        (["repay", "fund", "n-1", "--principal", "900000 USD"], "error: E_INSTRUMENT: fund has 35,000 USD left"),
        (["quote", "common", "2 USD", "--measure", "close"], "error: E_DATE: a quote of 2026-05-01/2026-05-02"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_what_is_wrong_about_a_note_is_one_line_with_its_place_and_changes_nothing(
    args: list[str], told: str, file: str
) -> None:
    day = "2026-05-01/2026-05-02" if args[0] == "quote" else "2026-06-01"
    there = entries(file)

    result = run(*args, "-f", file, "--on", day)

    assert result.stderr.splitlines()[-1].startswith(told), result.stderr
    assert result.exit_code in (2, 3)
    assert entries(file) == there


def test_a_conversion_at_a_price_of_quotes_names_the_weekdays_without_one(tmp_path: Path) -> None:
    """4 May is a Monday, 1 May a Friday: nothing is quoted on 29 and 30 April; and a stated price uses no quote."""
    path = str(tmp_path / "acme.db")
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), *HISTORY[:1], *HISTORY[3:5])
    convert = ("convert-note", "fund", "n-1", "--principal", "10000 USD", "-f", path, "--dry-run")

    gaps = run(*convert, "--on", "2026-05-04")

    assert gaps.exit_code == 0, gaps.stderr
    assert gaps.stderr.splitlines()[-1] == (
        "note: no quote of close on 2026-04-29, 2026-04-30: 2 quotes of 2026-04-28 to 2026-05-01 were used"
    )
    assert "no quote" not in run(*convert, "--on", "2026-05-04", "--price", "2 USD").stderr


def test_a_conversion_whose_look_back_is_quoted_on_every_weekday_says_nothing_of_it(tmp_path: Path) -> None:
    path = str(tmp_path / "acme.db")
    quoted = a.price_quoted(effective_on="2026-04-30", price="1.7 USD")
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), *HISTORY[:1], *HISTORY[3:5], quoted)

    result = run("convert-note", "fund", "n-1", "--principal", "10000 USD", "-f", path, "--on", "2026-05-02")

    assert (result.exit_code, "no quote" in result.stderr) == (0, False), result.stderr
