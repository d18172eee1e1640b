"""A mistyped name is answered with the nearest one, before anything else is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import (
    Ledger,
)
from tests import builders as a
from tests.registrar.acts.company import DUPLICATED, LATER, ON, done, events, run

TOO_MANY = "999,999,999,999"
MISTYPED = [
    (["transfer", "adda", "bob", TOO_MANY, "common"], "FROM: no holder 'adda' is recorded. Did you mean ada?"),
    (["transfer", "ada", "Bob Quil", TOO_MANY, "common"], "Did you mean Bob Quill (bob)?"),
    (
        ["transfer", "ada", "bob", TOO_MANY, "comon"],
        "CLASS: no stock class 'comon' is recorded. Did you mean common?",
    ),
    (
        ["transfer", "bob", "ada", TOO_MANY, "common", "--out-of", "CS-2"],
        "no security 'CS-2' is recorded. Did you mean CS-1?",
    ),
    (
        ["issue", "ada", TOO_MANY, "common", "--reserve", "plam"],
        "--reserve: no reserve 'plam' is recorded. Did you mean plan?",
    ),
    (
        ["issue", "ada", TOO_MANY, "common", "--reserve", "x"],
        "no reserve 'x' is recorded. Correct the name, or record it first.",
    ),
    (
        ["issue", "fund", TOO_MANY, "series-a", "--agreement", "sap"],
        "--agreement: no agreement 'sap' is recorded. Did you mean spa?",
    ),
    (["close", "sap", "t1", "--certificate", "X"], "AGREEMENT: no agreement 'sap' is recorded. Did you mean spa?"),
    (["close", "spa", "t1x", "--certificate", "X"], "TRANCHE: no tranche 't1x' is recorded. Did you mean t1?"),
    (
        ["reduce", "999999999 USD", "spa", "t3"],
        "TRANCHE: no tranche 't3' is recorded. Correct the name, or record it first.",
    ),
    (["terminate", "spa", "--reason", "R", "--lapsed", "t3 5 USD"], "--lapsed: no tranche 't3' is recorded."),
    (["amend", "spa", "--due", "t3 2026-12-31"], "--due: no tranche 't3' is recorded."),
    (["satisfy", "spa", "permits"], "CONDITION: no condition 'permits' is recorded. Did you mean permit?"),
    (
        ["convert", "fund", TOO_MANY, "series-b"],
        "CLASS: no stock class 'series-b' is recorded. Did you mean series-a?",
    ),
    (["convert", "fond", TOO_MANY, "series-a"], "HOLDER: no holder 'fond' is recorded. Did you mean fund?"),
    (["release", TOO_MANY, "common", "paln"], "RESERVE: no reserve 'paln' is recorded. Did you mean plan?"),
    (
        ["release", "1", "series-a", "plan"],
        "RESERVE: no reserve 'plan' is recorded. Correct the name, or record it first.",
    ),
    (["reserve", "5", "common", "paln"], "no reserve 'paln' is recorded. Did you mean plan?"),
    (["exercise", "spa", "t1", "fnd"], "HOLDER: no holder 'fnd' is recorded. Did you mean fund?"),
    (
        [
            "class",
            "b",
            "B",
            "--kind",
            "preferred",
            "--authorized",
            "1",
            "--converts-into",
            "comon",
            "--conversion-ratio",
            "1",
        ],
        "--converts-into: no stock class 'comon' is recorded. Did you mean common?",
    ),
    (["merge", "bob", "adda"], "INTO: no holder 'adda' is recorded. Did you mean ada?"),
]


@pytest.mark.parametrize(
    ("args", "told"), MISTYPED, ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else ""
)
def test_a_mistyped_name_is_answered_with_the_nearest_before_anything_else(
    args: list[str], told: str, file: Path
) -> None:
    result = run(file, *args, *ON)

    assert result.stderr.startswith("error: E_UNKNOWN: ")
    assert told in result.stderr
    assert (result.exit_code, result.stderr.count("\n"), events(file)) == (3, 1, [])


@pytest.mark.parametrize("name", ["ada", "Ada Quill", DUPLICATED.replace("Zoë", "Zoe\u0308")])
def test_a_holder_may_be_named_as_registered_where_only_one_is(name: str, file: Path) -> None:
    holder = "ada" if "a" in name[:3].lower() else "zoe"

    assert done(file, "issue", name, "5", "common", *ON) == [
        a.common_issued(holder=holder, issued=5, effective_on=LATER)
    ]


def test_a_holder_may_be_named_as_it_was_registered_before(file: Path) -> None:
    done(file, "rename", "Fund LP", "Fund II LP", *ON)

    for name in ("Fund LP", "Fund II LP"):
        [event] = done(file, "issue", name, "5", "series-a", *ON)
        assert event == a.preferred_issued(issued=5, effective_on=LATER)


def test_of_two_holders_with_one_name_the_id_is_asked_for(file: Path) -> None:
    second = run(file, "holder", "zoe-2", DUPLICATED, "--kind", "person", *ON)
    assert second.stderr.endswith(f"\nnote: {DUPLICATED} is also the name of zoe\n")
    refused = run(file, "holder", "zoe-2", DUPLICATED, "--kind", "person", *ON)
    assert refused.stderr.startswith("error: E_DUPLICATE: holder 'zoe-2' was already recorded, by entry 13.")
    assert refused.stderr.count("\n") == 1

    result = run(file, "issue", DUPLICATED, "5", "common", *ON)

    assert result.stderr == (
        "error: E_DUPLICATE: HOLDER: 'Zo\\xeb Quill' is the name of 2 holders: zoe, zoe-2"
        " (write the id of the one that is meant)\n"
    )
    assert done(file, "issue", "zoe-2", "5", "common", *ON) == [
        a.common_issued(holder="zoe-2", issued=5, effective_on=LATER)
    ]


def test_nothing_can_happen_before_a_company_registers(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    Ledger.open(file, create=True).close()

    result = run(file, "issue", "ada", "5", "common", *ON)

    assert result.stderr.startswith("error: E_ISSUER: a ledger begins with its issuer.")
    assert result.exit_code == 3
