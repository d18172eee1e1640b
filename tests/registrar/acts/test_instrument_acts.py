"""Each verb about an instrument records the event that the library would, once, and a mistake changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Ledger
from ledger.events import Event
from tests.registrar.acts.company import ON, done, events, run
from tests.registrar.acts.instruments import ACTS_ON_INSTRUMENTS

EACH = pytest.mark.parametrize(
    ("before", "args", "expected"), ACTS_ON_INSTRUMENTS, ids=lambda value: " ".join(map(str, value))[:60]
)


def prepared(file: Path, before: list[Event]) -> Path:
    if before:
        with Ledger.open(file) as ledger:
            ledger.record(*before)
    return file


@EACH
def test_a_verb_about_an_instrument_records_the_event_that_the_library_would(
    before: list[Event], args: list[str], expected: list[Event], file: Path
) -> None:
    assert done(prepared(file, before), *args, *ON) == expected


@EACH
def test_a_dry_run_about_an_instrument_records_nothing(
    before: list[Event], args: list[str], expected: list[Event], file: Path
) -> None:
    there = len(events(prepared(file, before), 0))

    result = run(file, *args, *ON, "--dry-run")

    assert (result.exit_code, len(events(file, 0))) == (0, there), result.stderr


@EACH
def test_an_act_on_an_instrument_that_is_given_again_counts_once(
    before: list[Event], args: list[str], expected: list[Event], file: Path
) -> None:
    again = [*args, *ON, "--command", "once"]
    done(prepared(file, before), *again)
    there = len(events(file, 0))

    assert run(file, *again).exit_code == 0
    assert len(events(file, 0)) == there


SAFE = ["safe", "safe-1", "fund", "500000 USD"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([*SAFE, "--cap", "8000000 USD"], "error: E_TERMS: --cap: a cap and its timing belong together"),
        ([*SAFE, "--cap", "8000000 EUR", "--timing", "pre-money"], "error: E_CURRENCY_MISMATCH:"),
        ([*SAFE, "--discount", "100%"], "error: E_TERMS: --discount: a discount of 1 "),
        ([*SAFE, "--discount", "a fifth"], "error: E_NUMBER: --discount: "),
        (["safe", "safe-1", "fnud", "1 USD"], "error: E_UNKNOWN: HOLDER: no holder 'fnud' is recorded."),
        (["amend-safe", "safe-2"], "error: E_UNKNOWN: SAFE: no instrument 'safe-2' is recorded."),
        (["amend-safe", "safe-0", "--elects", "safe-0", "--mfn"], "error: E_USAGE: --elects: the terms are those"),
        (["amend-safe", "safe-0", "--elects", "safe-0"], "error: E_TERMS: safe-0: it has no most-favored-nation"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else "",
)
def test_what_is_wrong_about_a_safe_is_one_line_with_its_place_and_changes_nothing(
    args: list[str], told: str, file: Path
) -> None:
    from tests import builders as a

    there = len(events(prepared(file, [a.safe_issued(instrument="safe-0")]), 0))

    result = run(file, *args, *ON)

    assert result.stderr.splitlines()[-1].startswith(told)
    assert (result.stderr.count("\n"), len(events(file, 0))) == (1, there)
