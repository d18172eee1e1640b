"""What the words of a figure mean: a holder may be named by name in a question, as in an act."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger import Ledger
from ledger.errors import LedgerError
from ledger.terms.awards import AwardKind
from projections import explain
from projections.figures import Figure
from registrar.cli import main
from registrar.figures import figure_named
from tests import builders as a


def figure(ledger: Ledger, *words: str, known: int | None = None) -> Figure:
    return figure_named(ledger, words, as_of=date(2026, 12, 31), known=ledger.position(known))


@pytest.mark.parametrize("words", [("Ada Quill", "common"), ("Ada", "Quill", "common"), ("Ada  Quill common",)])
def test_a_holder_is_named_by_id_or_by_name(words: tuple[str, ...]) -> None:
    assert figure(a.company(), *words).label == "ada common"


def test_the_name_of_two_holders_means_neither_and_asks_for_an_id() -> None:
    ledger = a.company()
    ledger.record(a.holder_registered(holder="eve", name="Ada Quill"))

    with pytest.raises(LedgerError) as refused:
        figure(ledger, "Ada Quill", "common")

    assert refused.value.code == "E_DUPLICATE"
    assert "ada, eve" in str(refused.value)


@pytest.mark.parametrize("name", ["Ada Quil", "Adam Smith"])
def test_a_name_that_nobody_has_names_no_figure(name: str) -> None:
    with pytest.raises(LedgerError) as refused:
        figure(a.company(), name, "common")

    assert refused.value.code == "E_UNKNOWN"


def test_a_name_counts_from_when_it_was_recorded() -> None:
    ledger = a.company()
    ledger.record(a.holder_registered(holder="eve", name="Eve Marsh"))

    assert figure(ledger, "Eve Marsh", "common").label == "eve common"
    with pytest.raises(LedgerError) as refused:
        figure(ledger, "Eve Marsh", "common", known=6)
    assert refused.value.code == "E_UNKNOWN"


# --- instruments, plans, dividends, control accounts -------------------------------------------------------------


def with_instruments() -> Ledger:
    ledger = a.company()
    stock = a.award_terms(award_kind=AwardKind.RESTRICTED_STOCK)
    ledger.record(
        a.note_issued(),
        a.safe_issued(),
        a.warrant_issued(),
        a.plan_adopted(),
        a.award_granted(),
        a.award_granted(award="stock-1", terms=stock),
        a.agreement_signed(),
        a.dividend_declared(),
        a.proceeds_restricted(),
    )
    return ledger


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("n-1 owed", "n-1 owed"),
        ("safe-1 owed", "safe-1 owed"),
        ("w-1 purchasable", "w-1 purchasable"),
        ("option-1 awarded", "option-1 awarded"),
        ("plan-2026 pooled", "plan-2026 pooled"),
        ("2026-q1 declared", "2026-q1 declared"),
        ("use-of-proceeds restricted", "use-of-proceeds restricted"),
        ("fund n-1", "fund n-1 owed"),
        ("fund w-1", "fund w-1 purchasable"),
        ("bob option-1", "bob option-1 awarded"),
        ("bob option-1 awarded", "bob option-1 awarded"),
        ("Ada Quill n-1", "ada n-1 owed"),
        ("Ada Quill n-1 owed", "ada n-1 owed"),
        ("plan-2026 pooled common", "plan-2026 pooled common"),
        ("use-of-proceeds restricted USD", "use-of-proceeds restricted USD"),
        ("n-1 owed USD", "n-1 owed USD"),
        ("common pooled", "common pooled"),
        ("common awarded", "common awarded"),
    ],
)
def test_the_words_of_a_figure_are_those_that_an_act_prints(words: str, label: str) -> None:
    ledger = with_instruments()
    found = figure(ledger, words)

    assert found.label == label
    assert figure(ledger, *label.split()).label == label
    assert bool(explain(ledger, found, as_of="2026-12-31").steps) != label.startswith("ada")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("n-1 purchasable", "E_FIGURE", "one of owed"),
        ("n-1 owd", "E_FIGURE", "did you mean owed?"),
        ("fund n-1 awarded", "E_FIGURE", "one of owed"),
        ("plan-2026 awarded", "E_FIGURE", "one of pooled"),
        ("2026-q1 paid", "E_FIGURE", "one of declared"),
        ("use-of-proceeds released", "E_FIGURE", "one of restricted"),
        ("stock-1 awarded", "E_FIGURE", "stock-1 is restricted stock: its shares are issued"),
        ("bob stock-1", "E_FIGURE", "ask for a holder and the class"),
        ("fund n-2", "E_UNKNOWN", "did you mean n-1?"),
        ("safe-2 owed", "E_UNKNOWN", "did you mean safe-1?"),
        ("plan-2025 pooled", "E_UNKNOWN", "did you mean plan-2026?"),
        (
            "zebra owed",
            "E_UNKNOWN",
            "no holder, stock class, agreement, instrument, plan, dividend or control account",
        ),
        ("n-1 owed USD fund", "E_FIGURE", "a note or SAFE and owed; a warrant and purchasable"),
    ],
)
def test_other_words_name_no_figure_and_are_answered_with_what_was_meant(words: str, code: str, said: str) -> None:
    with pytest.raises(LedgerError) as refused:
        figure(with_instruments(), words)
    assert refused.value.code == code
    assert said in str(refused.value)


def test_of_a_class_and_a_plan_of_one_name_each_has_its_own_figures_and_the_class_comes_first() -> None:
    ledger = a.company()
    ledger.record(a.plan_adopted(plan="common"), a.dividend_declared(dividend="common"))

    assert figure(ledger, "common pooled").stock_class == "common"
    assert figure(ledger, "common declared").of == "common"


def test_holders_that_were_merged_count_as_one_in_an_instrument_too() -> None:
    ledger = with_instruments()
    ledger.record(a.warrant_transferred(), a.holder_merged(holder="bob", into="fund", effective_on="2026-06-01"))

    of_the_fund = figure(ledger, "fund w-1")

    assert explain(ledger, of_the_fund, as_of="2026-12-31").arithmetic() == "1,000 = 1,000"


def test_what_a_note_comes_to_is_told_in_text_and_in_json(tmp_path: Path) -> None:
    path = str(tmp_path / "acme.db")
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*a.founding(), a.note_issued(), a.note_repaid())

    def asked(*words: str) -> str:
        result = CliRunner().invoke(main, [*words, "-f", path])
        assert result.exit_code == 0, result.output
        return result.stdout

    rolled = ("rollforward", "n-1", "owed", "--after", "2026-01-31", "--through", "2026-12-31")
    told = json.loads(asked(*rolled, "--json"))
    assert [(line["kind"], line["change"]["low"]) for line in told["movements"]] == [
        ("lent", "100000 USD"),
        ("repaid", "-10000 USD"),
    ]
    assert told["closing"]["low"] == "90000 USD"
    assert told["figure"] == "n-1 owed"
    explained = json.loads(asked("explain", "fund", "n-1", "--as-of", "2026-12-31", "--json"))
    assert explained["arithmetic"] == "100,000 USD - 10,000 USD = 90,000 USD"
    assert [step["kind"] for step in explained["steps"]] == ["note-issued", "note-repaid"]
    assert "repaid" in asked(*rolled)
    assert "(10,000)" in asked(*rolled)


def test_a_statement_is_the_same_by_id_and_by_name(tmp_path: Path) -> None:
    path = str(tmp_path / "acme.db")
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*a.founding(), a.common_issued())

    by_id, by_name = (
        CliRunner().invoke(main, ["statement", holder, "-f", path, "--as-of", "2026-12-31", "--json"])
        for holder in ("ada", "Ada Quill")
    )

    assert json.loads(by_id.stdout) == json.loads(by_name.stdout)
