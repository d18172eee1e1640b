"""The verb that lays a round on top of a day: what it prints, what it writes, and what it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.identity import HolderId, StockClassId
from ledger.quantities import Money, Ratio, Shares
from ledger.terms.notes import NoteTerms
from ledger.terms.rounds import Investment, Round
from projections import ProForma, closing, pro_forma
from registrar import views
from registrar.charts import dilution_chart
from registrar.cli import main
from registrar.render import FORMATS, rendered
from registrar.report import Role
from tests import builders as a

DAY = "2026-06-30"
ASKED = ("--as-of", DAY, "--pre-money", "8,000,000 USD", "--invest", "newco", "2,000,000 USD")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(
            *a.founding(),
            a.common_issued(holder="ada", issued=600_000),
            a.common_issued(holder="bob", issued=400_000),
            a.plan_adopted(pooled=50_000),
            a.warrant_issued(holder="fund", purchasable=50_000),
            a.safe_issued(terms=a.safe_terms(cap="4000000 USD", discount=None)),
            a.note_issued(instrument="loan", terms=NoteTerms(), principal="100000 USD"),
        )
    return str(path)


def run(file: str, *args: str, verb: str = "pro-forma") -> Result:
    return CliRunner().invoke(main, [verb, *args, "-f", file])


def answered(file: str, *args: str) -> dict[str, Any]:
    result = run(file, "series-b", *args, "--json")
    assert result.exit_code == 0, result.stderr
    made: dict[str, Any] = json.loads(result.stdout)
    return made


def solved(ledger: Ledger, **given: Any) -> ProForma:
    investment = Investment(holder=HolderId("newco"), amount=Money(2_000_000, "USD"))
    agreed = Round(
        **{
            "series": StockClassId("series-b"),
            "investments": (investment,),
            "pre_money": Money(8_000_000, "USD"),
            **given,
        }
    )
    return pro_forma(ledger, agreed, as_of=DAY)


# --- what it answers ---------------------------------------------------------------------------------------------


def test_the_verb_is_one_call_of_the_library(file: str) -> None:
    with Ledger.open(file) as ledger:
        answer = solved(ledger, pool_target=Ratio("0.1"), price_places=4, conversion_places=3)
        report = views.pro_forma(ledger, answer)

    result = run(file, "series-b", *ASKED, "--pool", "10%", "--price-places", "4", "--conversion-places", "3")

    assert result.stdout == rendered(report, "table", width=80).decode()


@pytest.mark.parametrize("form", FORMATS)
def test_a_round_leaves_in_every_format(file: str, form: str, tmp_path: Path) -> None:
    path = tmp_path / "answer"

    result = run(file, "series-b", *ASKED, "-o", form, "-O", str(path))

    assert (result.exit_code, result.output) == (0, "")
    assert path.stat().st_size > 100


def test_everybody_together_is_everything_before_and_after(file: str) -> None:
    with Ledger.open(file) as ledger:
        report = views.pro_forma(ledger, solved(ledger, pool_target=Ratio("0.1")))

    table = report.table("holders")
    for name in ("held", "options", "before", "received", "bought", "added", "after"):
        *lines, total = [row.values[table.index(name)] for row in table.rows]
        assert sum(lines, Shares(0)) == total
    assert [row.role for row in table.rows][-2:] == [Role.REST, Role.TOTAL]
    assert [row.values[0] for row in table.rows][-2:] == ["option pool, not granted", "fully diluted"]


def test_the_options_say_what_is_agreed(file: str) -> None:
    found = answered(
        file,
        *("--as-of", DAY, "--price", "8 USD", "--invest", "newco", "800 USD", "--invest", "Fund LP", "20 USD"),
        *("--add-to-pool", "7", "--promised", "50,003", "--fractions", "up", "--leave-out", "safe-1"),
    )

    assert [(each["holder"], each["shares"]) for each in found["purchases"]] == [("newco", "100"), ("fund", "3")]
    assert found["round"][0]["pool_increase"] == "10"
    assert found["conversions"] == []
    assert [(each["instrument"], each["why"]) for each in found["not_converting"]] == [
        ("safe-1", "left out"),
        ("loan", "it promises no conversion in a round"),
    ]


@pytest.mark.parametrize(
    ("method", "price"),
    [("percent-ownership", "6.3636"), ("pre-money", "7.2727"), ("dollars-invested", "6.7613")],
)
def test_the_method_decides_what_the_valuation_is_divided_by(file: str, method: str, price: str) -> None:
    """By hand: 1,100,000 shares and a seventh of them for the SAFE: $8M over both or the first, $8.5M over both."""
    found = answered(file, *ASKED, "--method", method, "--price-places", "4")

    assert found["round"][0]["price"] == f"{price} USD"


def test_a_price_that_no_decimals_say_exactly_is_told_in_decimals_beside_the_fraction(file: str) -> None:
    exact, cut = (
        " ".join(run(file, "series-b", *ASKED, *more).stdout.split()) for more in ((), ("--price-places", "4"))
    )

    [(numerator, denominator)] = re.findall(r"price (\d+)/(\d+) USD of one share, about", exact)
    assert f"USD of one share, about {round(int(numerator) / int(denominator), 6)}" in exact
    assert (
        f"{numerator}/{denominator} USD before rounding, about {round(int(numerator) / int(denominator), 6)}" in cut
    )
    assert "of one share, about" not in cut


def test_papers_convert_into_the_series_itself_where_the_round_says_so(file: str) -> None:
    shadow, one = (answered(file, *ASKED, *more)["conversions"][0]["series"] for more in ((), ("--one-series",)))

    assert (shadow, one) == ("series-b-1", "series-b")


def test_a_pool_outside_leaves_the_price_as_it_is(file: str) -> None:
    without, outside, inside = (
        answered(file, *ASKED, *more)["round"][0]
        for more in ((), ("--pool", "0.1", "--pool-outside"), ("--pool", "0.1"))
    )

    assert outside["exact_price"] == without["exact_price"] != inside["exact_price"]
    assert outside["pool_increase"] != "0"


def test_notes_say_what_people_have_to_know(file: str) -> None:
    text = " ".join(run(file, "series-b", *ASKED, "--pool", "10%", "--promised", "7").stdout.split())

    for said in (
        "Nothing of this is recorded.",
        "by the percent-ownership method",
        "The pool is to be 10 % of all shares after the round",
        "Of the pool, 7 shares are promised.",
        "Prices are exact. The fraction of a share that an amount would buy is dropped.",
        "newco is not registered yet.",
    ):
        assert said in text


def test_an_elected_cap_is_told(file: str) -> None:
    with Ledger.open(file) as ledger:
        favored = a.safe_terms(cap=None, cap_timing=None, discount=None, most_favored_nation=True)
        ledger.record(a.safe_issued(instrument="early", terms=favored, effective_on="2026-01-15"))

    text = " ".join(run(file, "series-b", *ASKED).stdout.split())

    assert "early: the holder takes over the terms of a later paper, as its clause allows." in text


# --- nothing is recorded, and the closing as facts --------------------------------------------------------------


def test_a_round_leaves_the_file_as_it_is(file: str, tmp_path: Path) -> None:
    before = Path(file).read_bytes()

    run(file, "series-b", *ASKED, "--facts", str(tmp_path / "closing.jsonl"))

    assert Path(file).read_bytes() == before


def test_the_facts_of_the_closing_can_be_supposed_and_recorded(file: str, tmp_path: Path) -> None:
    facts = str(tmp_path / "closing.jsonl")
    result = run(file, "series-b", *ASKED, "--facts", facts, "--title", "Series B", "--pool", "10%")
    assert result.exit_code == 0, result.stderr

    refused = run(file, facts, "--as-of", DAY, verb="what-if")
    assert refused.stderr.startswith(f"error: E_UNKNOWN: {facts} line 4: no holder 'newco' is recorded by {DAY}.")
    holder = ("newco", "New Co.", "--kind", "organisation", "--on", DAY)
    assert run(file, *holder, verb="holder").exit_code == 0

    supposed = run(file, "series-c", *ASKED, "--suppose", facts)
    recorded = run(file, facts, verb="record")

    assert recorded.exit_code == 0, recorded.stderr
    after = run(file, "series-c", *ASKED)
    assert "supposing 5 events, not recorded" in " ".join(supposed.stdout.split())
    assert supposed.stdout.partition("\n\n")[2] == after.stdout.partition("\n\n")[2]
    with Ledger.open(file) as ledger:
        written = [entry.event for entry in ledger.entries()][-5:]
        meant = solved(ledger.supposing(known_at=len(ledger.entries()) - 6), pool_target=Ratio("0.1"))
        assert tuple(written) == closing(meant, title="Series B")


# --- the picture -------------------------------------------------------------------------------------------------


def test_the_picture_is_what_the_library_draws(file: str, tmp_path: Path) -> None:
    with Ledger.open(file) as ledger:
        drawn = dilution_chart(ledger, solved(ledger))

    for name, data in (("d.svg", drawn.to_svg().encode()), ("d.json", drawn.to_json().encode())):
        assert run(file, "series-b", *ASKED, "--picture", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).read_bytes() == data


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--invest", "newco", "1 USD"), "error: E_TERMS: a round with 0 of pre-money, post-money and price"),
        ((*ASKED, "--price", "1 USD"), "error: E_TERMS: a round with 2 of pre-money, post-money and price"),
        (("--price", "1 USD"), "error: E_USAGE: Missing option '--invest'"),
        ((*ASKED[2:4], "--invest", "newco", "1"), "error: E_CURRENCY: --invest: "),
        ((*ASKED[2:4], "--invest", "new co", "1 USD"), "error: E_ID: --invest: "),
        ((*ASKED[2:4], "--invest", "newco", "1 EUR"), "error: E_CURRENCY_MISMATCH: EUR and USD in one round"),
        ((*ASKED, "--pool", "10 %%"), "error: E_NUMBER: --pool: "),
        ((*ASKED, "--pool", "100%"), "error: E_TERMS: a pool of 1 "),
        ((*ASKED, "--pool", "90%"), "error: E_TERMS: no price solves the round"),
        ((*ASKED, "--pool", "10%", "--add-to-pool", "1"), "error: E_TERMS: a pool of 0.1 "),
        ((*ASKED, "--promised", "1.000"), "error: E_NUMBER: --promised: "),
        ((*ASKED, "--leave-out", "safe-l"), "error: E_UNKNOWN: no outstanding SAFE or note 'safe-l' is recorded."),
        ((*ASKED, "--price-places", "19"), "error: E_NUMBER: a price of 19 decimals"),
        ((*ASKED, "--title", "Series B"), "error: E_USAGE: --title, --plan and --common are for the facts"),
        ((*ASKED, "--picture", "d.gif"), "error: E_USAGE: the name 'd.gif' says no format"),
        ((*ASKED, "--suppose", "nowhere.jsonl"), "error: E_FILE: "),
        ((*ASKED, "--as-of", "2025-12-31"), "error: E_TERMS: nothing is outstanding before the round"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, tuple) else "",
)
def test_what_does_not_fit_is_one_line(file: str, args: tuple[str, ...], told: str) -> None:
    result = run(file, "series-b", *args)

    assert result.stderr.startswith(told), result.stderr
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    assert result.exit_code in (2, 3, 5)


@pytest.mark.parametrize("option", ["--facts", "--picture"])
def test_a_ledger_is_never_written_over(file: str, option: str, tmp_path: Path) -> None:
    before = Path(file).read_bytes()
    other = tmp_path / "ledger.svg"
    other.write_bytes(before)

    result = run(file, "series-b", *ASKED, option, str(other))

    assert result.stderr.startswith("error: E_FILE: ")
    assert other.read_bytes() == before
