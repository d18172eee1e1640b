"""Each verb records the very event that the library would, once, and shows what it changed."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ledger import (
    Ledger,
    Phase,
    TrancheId,
)
from ledger.days import on
from ledger.events import (
    Certainty,
    Event,
    Evidence,
)
from ledger.identity import CommandId
from registrar.cli import main
from tests import builders as a
from tests.registrar.acts.company import ACTS, COMMANDS, GIVEN, LATER, ON, SPA, done, events, of, run


@pytest.mark.parametrize(("args", "expected"), ACTS, ids=lambda value: " ".join(map(str, value))[:60])
def test_a_verb_records_the_event_that_the_library_would(
    args: list[str], expected: list[Event], file: Path
) -> None:
    import attrs

    meant = [attrs.evolve(event, effective_on=on(LATER)) for event in expected]  # type: ignore[call-arg]

    assert done(file, *args, *ON) == meant


def test_a_split_states_the_terms_that_follow_from_it_and_shows_them(file: Path) -> None:
    args = ["split", "common", "2", "--phase", "opening", "--fractions", "down", "--authorized", "20,000,000"]

    result = run(file, *args, "--on", a.SPLIT)

    assert result.exit_code == 0, result.stderr
    assert events(file) == [a.stock_split_effected()]
    assert "common afterwards: authorized 20,000,000\n" in result.stdout
    assert "series-a afterwards: conversion [into common, price 4 USD]\n" in result.stdout


def test_a_remedy_is_worked_out_by_the_agreement(file: Path) -> None:
    meant = a.remedy_exercised(tranche="t1", redeemed=500, security="PA-1", effective_on="2026-04-01")

    assert done(file, "exercise", "spa", "t1", "fund", "--on", "2026-04-01") == [meant]


def test_a_company_registers_in_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    assert CliRunner().invoke(main, ["init", str(file)]).exit_code == 0
    where = ["--jurisdiction", "US-DE", "--time-zone", "America/Denver", "--ticker", "ACME", "--cik", "0001"]

    assert done(file, "register", "acme", "Acme Solar, Inc.", *where, "--on", a.FOUNDED) == [
        a.issuer_registered(ticker="ACME", cik="0001")
    ]
    other = ["register", "other", "Other, Inc.", "--jurisdiction", "US-DE", "--time-zone", "UTC", "--on", a.FOUNDED]
    assert run(file, *other).stderr.startswith("error: E_ISSUER: this is the ledger of acme, not of other.")
    assert run(file, *other, "--in", "other").exit_code == 0
    with Ledger.open(file, "other") as ledger:
        assert ledger.issuer == "other"


@pytest.mark.parametrize(("args", "command"), COMMANDS, ids=lambda value: str(value)[:40])
def test_a_verb_is_one_command_of_the_library(args: list[str], command: Any, file: Path) -> None:
    meant = of(file, command)

    result = run(file, *args)

    assert result.exit_code == 0, result.stderr
    assert events(file) == meant


def test_what_documents_say_is_recorded_with_every_event_of_an_act(file: Path) -> None:
    said = {
        "evidence": (
            Evidence(document="Deed é", sha256="a" * 64, page="Exhibit A", printed="approximately 12.1%"),
        ),
        "certainty": Certainty.DEDUCED,
        "disclosed_on": date(2026, 4, 1),
        "note": "A note.",
        "phase": Phase.CLOSE,
        "place": 3,
        "effective_on": "2026-03-03/2026-03-09",
    }
    options = [
        *("--document", "Deed e\u0301", "--sha256", "a" * 64, "--page", "Exhibit A"),
        *("--printed", "approximately 12.1%", "--deduced", "--disclosed", "2026-04-01", "--note", "A note."),
        *("--phase", "close", "--place", "3", "--on", "2026-03-03/2026-03-09"),
    ]

    assert done(file, "cancel", "ada", "100", "common", "--reason", "Issued in error.", *options) == [
        a.shares_cancelled(**said)
    ]
    assert done(file, "satisfy", "spa", "permit", *options) == [a.condition_satisfied(**said)]
    assert done(file, "close", "spa", "t1", "--certificate", "PA-2", "--paid", "10 USD", *options) == [
        a.tranche_closed(closed="10 USD", **said),
        a.preferred_issued(issued=1, security="PA-2", agreement=SPA, tranche=TrancheId("t1"), **said),
    ]


def test_files_are_evidence_by_their_name_and_digest(file: Path, tmp_path: Path) -> None:
    deed, minutes = tmp_path / "deed of gift.pdf", tmp_path / "minutes.txt"
    deed.write_bytes(b"%PDF" + bytes(3_000_000))
    minutes.write_bytes(b"")
    digests = [hashlib.sha256(each.read_bytes()).hexdigest() for each in (deed, minutes)]

    [both] = done(file, "issue", "ada", "1", "common", *ON, "--evidence", str(deed), "--evidence", str(minutes))
    [one] = done(
        file, "issue", "ada", "1", "common", *ON, "--evidence", str(deed), "--document", "Deed", "--page", "2"
    )

    assert both.evidence == (
        Evidence(document="deed of gift.pdf", sha256=digests[0]),
        Evidence(document="minutes.txt", sha256=digests[1]),
    )
    assert one.evidence == (Evidence(document="Deed", sha256=digests[0], page="2"),)


def test_who_records_is_told_by_name(file: Path) -> None:
    run(file, "satisfy", "spa", "permit", *ON, "--by", "counsel é")

    with Ledger.open(file) as ledger:
        assert ledger.entries()[-1].actor == "counsel é"


def test_what_does_not_fit_may_be_recorded_as_stated(file: Path) -> None:
    args = ["transfer", "ada", "bob", "100", "common", *ON, "--out-of", "CS-7"]

    assert (
        run(file, *args).stderr
        == "error: E_UNKNOWN: --out-of: no security 'CS-7' is recorded. Did you mean CS-1?\n"
    )
    stated = run(file, *args, "--as-stated")
    assert stated.exit_code == 0, stated.stderr
    assert stated.stderr.endswith("\nthe record has 1 finding now (captable check shows them)\n")
    assert events(file) == [a.shares_transferred(effective_on=LATER, security="CS-7")]


@pytest.mark.parametrize("args", GIVEN, ids=lambda args: " ".join(args)[:60])
def test_a_dry_run_says_what_would_be_and_records_nothing(args: list[str], file: Path) -> None:
    before = file.read_bytes()

    dry = run(file, *args, "--dry-run")

    assert dry.exit_code == 0, dry.stderr
    assert re.match(r"would record .* of acme: .*; nothing was recorded\n", dry.stdout)
    assert file.read_bytes() == before
    recorded = run(file, *args)
    assert recorded.stdout == dry.stdout.replace("would record", "recorded").replace("; nothing was recorded", "")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (
            ["issue", "ada", "500", "common", *ON],
            "ada common 1,000 → 1,500; common available 9,498,500 → 9,498,000",
        ),
        (["transfer", "ada", "bob", "100", "common", *ON], "ada common 1,000 → 900; bob common 500 → 600"),
        (
            ["transfer", "ada", "bob", "100", "common", "--on", "2026-03-03/2026-03-09"],
            "ada common 1,000 → 900; bob common 500 → 600",
        ),
        (
            ["convert", "fund", "400", "series-a", *ON],
            "fund series-a 1,000 → 600; fund common 0 → 500; common available 9,498,500 → 9,498,000",
        ),
        (["repurchase", "ada", "100", "common", *ON], "ada common 1,000 → 900; common treasury 0 → 100"),
        (
            ["reserve", "500", "common", "plan", *ON],
            "common plan reserved 500,000 → 500,500; common available 9,498,500 → 9,498,000",
        ),
        (
            ["authorize", "unlimited", "common", "--authority", "Article 4", *ON],
            "common authorized 10,000,000 → unlimited; common available 9,498,500 → unknown",
        ),
        (
            ["lapse", "50,000 USD", "spa", "t2", *ON],
            "spa undrawn 1,000,000 USD → 950,000 USD; spa lapsed 0 USD → 50,000 USD",
        ),
        (
            ["void", "7", "--reason", "In error."],
            "entry 7 no longer counts: common-issued 2026-02-02\n"
            "ada common 1,000 → 0; common available 9,498,500 → 9,499,500",
        ),
        (
            ["restate", "7", "--reason", "Misread.", "--holder", "bob"],
            "ada common 1,000 → 0; bob common 500 → 1,500",
        ),
        (["rename", "ada", "Ada Stone", *ON], ""),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_the_effect_of_an_act_is_shown(
    args: list[str], told: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    result = run(file, *args)

    assert result.stdout.splitlines()[1:] == told.splitlines(), result.stderr


def test_the_effect_of_an_act_in_json(file: Path) -> None:
    for form in (["--json"], ["-o", "json"]):
        made = json.loads(run(file, "transfer", "ada", "bob", "100", "common", *ON, "--dry-run", *form).stdout)

        assert (made["answer"], made["issuer"], made["entries"]) == ("would-be-recorded", "acme", ["13"])
        assert made["changes"] == [
            {
                "of": ["ada", "common"],
                "figure": "held",
                "before": {"low": "1000", "high": "1000"},
                "after": {"low": "900", "high": "900"},
            },
            {
                "of": ["bob", "common"],
                "figure": "held",
                "before": {"low": "500", "high": "500"},
                "after": {"low": "600", "high": "600"},
            },
        ]
    refused = run(file, "satisfy", "spa", "permit", *ON, "--json", "-o", "table")
    assert refused.stderr.startswith("error: E_USAGE: --json is short for -o json, and -o table is given too")


@pytest.mark.parametrize("args", GIVEN, ids=lambda args: " ".join(args)[:60])
def test_an_act_that_is_given_again_under_its_identity_counts_once(args: list[str], file: Path) -> None:
    first = run(file, *args)
    identity = first.stderr.splitlines()[-1 if "--as-stated" not in args else -2].removeprefix("command ")
    count = len(events(file, 0))

    again = run(file, *args, "--command", identity)

    assert again.exit_code == 0, again.stderr
    assert again.stdout.startswith("already recorded in acme: ")
    assert again.stdout.splitlines()[0].endswith("; nothing was added")
    assert len(events(file, 0)) == count


def test_an_identity_stands_for_one_act(file: Path) -> None:
    run(file, "issue", "ada", "5", "common", *ON, "--command", "mine")

    other = run(file, "issue", "ada", "6", "common", *ON, "--command-id", "mine")

    assert other.stderr.startswith(
        "error: E_COMMAND_ID: command id mine already recorded something else, from entry 13"
    )
    assert other.exit_code == 4


def test_the_same_act_given_twice_happened_twice(file: Path) -> None:
    for _ in range(2):
        assert run(file, "issue", "ada", "5", "common", *ON).exit_code == 0

    assert events(file) == [a.common_issued(issued=5, effective_on=LATER)] * 2


def test_whoever_does_not_know_the_outcome_is_told_how_to_settle_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger.errors import OutcomeUnknown
    from ledger.store.sqlite import SqliteStore

    def fail(self: Any, issuer: Any, rows: Any, command: CommandId, particulars: Any) -> None:
        raise OutcomeUnknown(command)

    with monkeypatch.context() as failing:
        failing.setattr(SqliteStore, "append", fail)
        result = run(file, "close", "spa", "t1", "--certificate", "PA-2", *ON, "--command", "mine")

    assert result.exit_code == 4
    assert result.stderr.splitlines() == [
        "command mine",
        "note: give the same act again with --command mine; it counts once",
        "error: E_OUTCOME_UNKNOWN: the outcome of command mine is not known: give the same command again, it counts"
        " once",
    ]
