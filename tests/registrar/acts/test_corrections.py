"""An entry is taken out of history, or restated in the words of the verb that records such an entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from ledger import (
    Money,
    Phase,
    Ratio,
)
from ledger.events import (
    Consideration,
    ConsiderationForm,
    Evidence,
)
from ledger.identity import HolderId, ReserveId
from ledger.quantities import Shares
from registrar.cli import VERBS, main
from registrar.cli.acts.corrections import _STATED_BY
from tests import builders as a
from tests.registrar.acts.company import ACTS, LATER, ON, done, events, run
from tests.registrar.acts.instruments import ACTS_ON_INSTRUMENTS


@pytest.mark.parametrize(
    "changed",
    [
        ["--shares", "900"],
        ["--issued", "900"],
        ["--issued=900"],
        ["--field", "issued=900"],
        ["--field=issued=900"],
        ["--shares", "0,900"],
    ],
)
def test_a_field_is_restated_by_its_name_or_as_the_verb_calls_it(changed: list[str], file: Path) -> None:
    result = run(file, "restate", "7", "--reason", "Misread the form.", *changed)

    if changed[-1].startswith("0,"):
        assert result.stderr.startswith("error: E_NUMBER: --shares: shares '0,900' is not grouped in thousands")
    else:
        assert events(file) == [a.entry_restated(7, restated_as=a.common_issued(issued=900))], result.stderr


def test_the_rest_of_an_entry_is_kept_and_a_field_may_be_taken_away(file: Path) -> None:
    done(file, "issue", "ada", "5", "common", *ON, "--paid", "5000 USD", "--authority", "R 1", "--note", "Kept.")

    [event] = done(
        file,
        *("restate", "13", "--reason", "Misread the form.", "--certificate", "CS-8", "--authority", ""),
        *("--on", "2026-03-04", "--phase", "opening", "--holder", "Bob Quill", "--note", "Of the restatement."),
        *("--consideration", '{"form": "cash", "amount": "6000 USD"}', "--document", "Letter"),
    )

    assert event == a.entry_restated(
        13,
        restated_as=a.common_issued(
            issued=5,
            holder="bob",
            security="CS-8",
            note="Kept.",
            consideration=Consideration(form=ConsiderationForm.CASH, amount=Money(6_000, "USD")),
            effective_on="2026-03-04",
            phase=Phase.OPENING,
        ),
        note="Of the restatement.",
        evidence=(Evidence(document="Letter"),),
    )


@pytest.mark.parametrize(
    ("entry", "option", "field", "value"),
    [
        ("2", "--votes", "votes_per_share", Ratio(2)),
        ("2", "--converted-shares-reissuable", "converted_shares_reissuable", True),
        ("9", "--money", "commitment", Money(2, "USD")),
        ("9", "--investor", "investor", HolderId("ada")),
        ("11", "--shares", "reserved", Shares(2)),
        ("11", "--reserve", "reserve", ReserveId("two")),
        ("1", "--time-zone", "time_zone", "UTC"),
    ],
)
def test_options_of_a_restatement_are_those_of_the_verb(
    entry: str, option: str, field: str, value: Any, file: Path
) -> None:
    typed = "true" if value is True else str(value)
    extra = ["--tranches", "[]"] if field == "commitment" else []

    result = run(file, "restate", entry, "--reason", "R", option, typed, *extra)

    assert result.exit_code == 0, result.stderr
    [event] = events(file)
    assert getattr(event.restated_as, field) == value  # type: ignore[attr-defined]  # it is a restatement


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["restate", "7", "--reason", "R"], "error: E_TERMS: entry 7 says so already (name a field that changes)"),
        (
            ["restate", "7", "--reason", "R", "--share", "5"],
            "error: E_FIELD: common-issued has no field 'share' (did you mean shares?)",
        ),
        (
            ["restate", "7", "--reason", "R", "--xyzzy", "5"],
            "error: E_FIELD: common-issued has no field 'xyzzy' (it has ",
        ),
        (
            ["restate", "7", "--reason", "R", "--number", "5"],
            "error: E_READONLY_FIELD: --number: number is the journal's own",
        ),
        (["restate", "7", "--reason", "R", "--shares"], "error: E_USAGE: option '--shares' says nothing"),
        (["restate", "7", "--reason", "R", "--field", "issued"], "error: E_USAGE: --field 'issued' says no value"),
        (["restate", "7", "--reason", "R", "--field", "issued=0"], "error: E_QUANTITY: "),
        (
            ["restate", "7", "--reason", "R", "--consideration", "{"],
            "error: E_JSON: --consideration: '{' is no JSON",
        ),
        (
            ["restate", "7", "--reason", "R", "--consideration", '{"form": "cash", "form": "none"}'],
            "error: E_JSON: ",
        ),
        (["restate", "7", "--reason", "R", "--consideration", "[" * 100_000], "error: E_JSON: --consideration: "),
        (["restate", "7", "--reason", "R", "--consideration", '{"form": "gold"}'], "error: E_TYPE: "),
        (["restate", "2", "--reason", "R", "--reissuable", "yes"], "error: E_TYPE: "),
        (["restate", "99", "--reason", "R", "--shares", "5"], "error: E_CORRECTS: entry 99 does not exist"),
        (
            ["restate", "one", "--reason", "R", "--shares", "5"],
            "error: E_ENTRY: ENTRY: entry 'one' is not an entry number",
        ),
        (["restate", "7", "--reason", "R", "--holder", "adda"], "error: E_UNKNOWN: --holder: no holder 'adda'"),
        (["restate", "7", "--shares", "5"], "error: E_USAGE: Missing option '--reason'"),
        (["void", "--reason", "R"], "error: E_USAGE: name the entries, or a command"),
        (
            ["void", "7", "--whole-command", "round", "--reason", "R"],
            "error: E_USAGE: name the entries, or a command",
        ),
        (["void", "--whole-command", "rond", "--reason", "R"], "error: E_UNKNOWN: no command 'rond' is recorded."),
        (["void", "7", "7", "--reason", "R"], "error: E_CORRECTS: "),
        (["void", "4", "--reason", "R"], "error: E_UNKNOWN: entry 7: no holder 'ada' is recorded by "),
        (["void", "1", "--reason", "R"], "error: E_CORRECTS: "),
        (["void", "7", "--reason", "R", "--on", LATER], "error: E_USAGE: No such option"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else "",
)
def test_what_cannot_be_corrected_is_refused(args: list[str], told: str, file: Path) -> None:
    result = run(file, *args)

    assert result.stderr.startswith(told)
    assert (result.stderr.count("\n"), events(file)) == (1, [])
    assert result.exit_code in (2, 3)


def test_a_void_is_voided_and_its_entries_stand_again(file: Path) -> None:
    assert done(file, "void", "7", "8", "--reason", "Recorded in error.") == [a.entry_voided(7, 8)]

    result = run(file, "void", "13", "--reason", "They were right.")

    assert "ada common 0 → 1,000; bob common 0 → 500" in result.stdout


def test_every_kind_that_a_verb_records_is_restated_in_its_words() -> None:
    context = click.Context(main)
    acts = [*ACTS, *((args, expected) for _, args, expected in ACTS_ON_INSTRUMENTS)]
    by_several = {"class-rights-stated"}  # each right has a verb of its own; restated, its fields are named
    places = {verb: place for verbs in VERBS.values() for verb, (place, _) in verbs.items()}
    recorded_by: dict[str, set[str]] = {}
    for args, expected in acts:
        for event in expected[:1]:
            recorded_by.setdefault(event.KIND, set()).add(places[args[0]])

    for kind in recorded_by.keys() - by_several:
        assert f"registrar.cli.acts.{_STATED_BY[kind]}" in recorded_by[kind]
    recorded = {event.KIND for _, expected in acts for event in expected} - by_several
    assert recorded <= set(_STATED_BY)
    assert set(_STATED_BY) - recorded == {"issuer-registered", "stock-split-effected", "remedy-exercised"}
    assert main.get_command(context, "register") is not None


def test_a_void_says_what_it_took_out_since_a_number_is_easily_mistaken(file: Path) -> None:
    done(file, "restrict", "hold", "--kind", "stop", "--holder", "ada", *ON)

    tried = run(file, "void", "7", "13", "--reason", "Misread.", "--dry-run")
    first = run(file, "void", "13", "--reason", "Misread.", "--command", "once")
    again = run(file, "void", "13", "--reason", "Misread.", "--command", "once")

    assert "entry 7 no longer counts: common-issued 2026-" in tried.stdout
    assert "entry 13 no longer counts: restriction-placed 2026-" in tried.stdout
    assert "entry 13 no longer counts: restriction-placed 2026-" in first.stdout
    assert "no longer counts" not in again.stdout
