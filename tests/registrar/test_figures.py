"""What the words of a figure mean: a holder may be named by name in a question, as in an act."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger import Ledger
from ledger.errors import LedgerError
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


def test_a_statement_is_the_same_by_id_and_by_name(tmp_path: Path) -> None:
    path = str(tmp_path / "acme.db")
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*a.founding(), a.common_issued())

    by_id, by_name = (
        CliRunner().invoke(main, ["statement", holder, "-f", path, "--as-of", "2026-12-31", "--json"])
        for holder in ("ada", "Ada Quill")
    )

    assert json.loads(by_id.stdout) == json.loads(by_name.stdout)
