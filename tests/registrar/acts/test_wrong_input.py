"""What is wrong is one line with its place and the next step, and changes nothing."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import builders as a
from tests.registrar.acts.company import LATER, ON, done, run


def issue(shares: str) -> list[str]:
    return ["issue", "ada", shares, "common", *ON]


def paid(money: str) -> list[str]:
    return ["issue", "ada", "1", "common", *ON, "--paid", money]


def price(text: str) -> list[str]:
    return ["sign", "x", "fund", "5 USD", "--title", "T", "--buys", "common", "--price", text, *ON]


def day(text: str) -> list[str]:
    return ["issue", "ada", "1", "common", "--on", text]


def note(text: str) -> list[str]:
    return ["issue", "ada", "1", "common", *ON, "--note", text]


def named_holder(text: str) -> list[str]:
    return ["holder", "new", text, "--kind", "organisation", *ON]


def each(code: str, made: Any, *values: str, place: str = "") -> Iterator[Any]:
    for value in values:
        yield pytest.param(made(value), code, place, id=f"{code} {made.__name__} {value!a}"[:60])


WRONG = [
    *each(
        "E_NUMBER",
        issue,
        "1e999999999",
        "1E5",
        "NaN",
        "sNaN",
        "Infinity",
        "１２３",
        "٣",
        "1\u2009000",
        place="SHARES: ",
    ),
    *each("E_NUMBER", issue, "0x64", "1/3", "10%", "$5", "(500)", "+5", "5.", ".5", "", " 5", "1_000", "1 000"),
    *each(
        "E_NUMBER", issue, "1.000", "12.345", "1.000,50", "1,00", "1,0000", "0,100", "01,000", ",100", "1,000,00"
    ),
    *each("E_NUMBER", issue, "1,000,", "1,,000", "1000,000", "1'000", "0.00000000001"),
    *each("E_QUANTITY", issue, "0", "-5", "-0", "-1,000", "0.0"),
    *each("E_LIMIT", issue, "1" + "0" * 30, "9" * 5_000),
    *each("E_FRACTIONAL", issue, "1.5", "1,000.5"),
    *each(
        "E_CURRENCY",
        paid,
        "5",
        "5 usd",
        "5 EURO",
        "$5",
        "USD 5",
        "5USD",
        "5  USD",
        "5 USD ",
        "5 USD 6",
        place="--paid: ",
    ),
    *each("E_NUMBER", paid, "1.000 USD", "1e3 USD", "1/3 USD", "1.000,50 USD", "0,5 USD", place="--paid: "),
    *each("E_QUANTITY", paid, "-5 USD", place="--paid: "),
    *each("E_NUMBER", price, "2,500 USD", "0,004 USD", "-1 USD", "1e2 USD", "NaN USD", place="--price: "),
    *each(
        "E_DATE",
        day,
        "03/04/2026",
        "3.4.2026",
        "45292",
        "2026-02-30",
        "20260303",
        "today",
        "",
        "2026-03-09/2026-03-03",
        place="--on: ",
    ),
    *each("E_DATE", day, "2026-03-03/2026-03-03", "2026-03-03/", "/2026-03-03"),
    *each("E_DATE_RANGE", day, "9999-01-01", "1582-10-15", place="--on: "),
    *each(
        "E_TEXT",
        note,
        "a\u202eb",
        "a\u200bb",
        "\ufeffa",
        "a\x00b",
        "a\x1b[31m",
        " a",
        "a ",
        "",
        "\ud800",
        "\ufdd0",
        place="--note: ",
    ),
    *each("E_LIMIT", note, "x" * 2_001, "é" * 1_000_000, place="--note: "),
    *each("E_TEXT", named_holder, "a\u202eb", "", "Ada\nQuill"),
    *each("E_LIMIT", named_holder, "x" * 201, "x" * 1_000_000),
    *each(
        "E_ID",
        lambda text: ["holder", text, "New", "--kind", "person", *ON],
        "",
        "a b",
        "é",
        "x" * 65,
        ".a",
        place="HOLDER: ",
    ),
    *each("E_DUPLICATE", lambda text: ["holder", text, "New", "--kind", "person", *ON], "ada"),
    *each("E_SELF", lambda text: ["transfer", text, "ada", "1", "common", *ON], "ada", "Ada Quill"),
    *each("E_NUMBER", lambda text: [*issue("1"), "--place", text], "1.5", "1000001", "①", "", place="--place: "),
    *each("E_DIGEST", lambda text: [*issue("1"), "--document", "D", "--sha256", text], "abc", "A" * 64),
    *each("E_USAGE", lambda text: [*issue("1"), text, "x"], "--page", "--printed", "--sha256"),
    *each(
        "E_FILE",
        lambda text: [*issue("1"), "--evidence", text],
        "/nowhere/at all",
        ".",
        "/dev/null",
        "a\x00b",
        place="--evidence: ",
    ),
    *each("E_USAGE", lambda text: [*issue("1"), text], "--nonsense", "-z", "extra"),
    *each("E_USAGE", lambda text: [*issue("1"), "--phase", text], "noon", ""),
    *each("E_USAGE", lambda text: [text], "issue", "transfer", "restate"),
    *each("E_USAGE", lambda text: ["issue", "ada", "1", text], "common"),
    *each("E_USAGE", lambda text: ["issue", "ada", "1", "common", *ON, "--described", text], "a house"),
    *each("E_ID", lambda text: [*issue("1"), "--command", text], "", "a b", "x" * 65),
    *each("E_TEXT", lambda text: [*issue("1"), "--by", text], "a\u202eb", ""),
    *each(
        "E_TERMS",
        lambda text: [
            "sign",
            "x",
            "fund",
            "5 USD",
            "--title",
            "T",
            "--buys",
            "common",
            "--price",
            "1 USD",
            "--tranche",
            text,
            *ON,
        ],
        "first",
        "first 2026-03-31",
        "first 2026-03-31 5",
        "first  2026-03-31 5 USD",
        place="--tranche: ",
    ),
    *each(
        "E_NUMBER",
        lambda text: [
            "sign",
            "x",
            "fund",
            "5 USD",
            "--title",
            "T",
            "--buys",
            "common",
            "--price",
            "1 USD",
            "--tranche",
            text,
            *ON,
        ],
        "first 2026-03-31 5 USD many",
        "first 2026-03-31 1.000 USD",
        place="--tranche: ",
    ),
    *each(
        "E_DATE",
        lambda text: [
            "sign",
            "x",
            "fund",
            "5 USD",
            "--title",
            "T",
            "--buys",
            "common",
            "--price",
            "1 USD",
            "--tranche",
            text,
            *ON,
        ],
        "first 31.3.2026 5 USD",
        place="--tranche: ",
    ),
    *each(
        "E_USAGE",
        lambda text: ["amend", "spa", "--add", "5 USD", "--condition", text, *ON],
        "t9 permit The permit.",
        place="--condition: ",
    ),
    *each("E_TERMS", lambda text: ["amend", "spa", "--remedy", text, *ON], "1/2", "2 0.01 USD", place="--remedy: "),
    *each("E_TERMS", lambda text: ["amend", text, *ON], "spa"),
    *each("E_CURRENCY_MISMATCH", lambda text: ["reduce", text, "spa", "t1", *ON], "5 EUR"),
    *each(
        "E_CURRENCY_MISMATCH",
        lambda text: ["close", "spa", "t1", "--certificate", "X", "--paid", text, *ON],
        "5 EUR",
    ),
    *each("E_COMMITMENT", lambda text: ["lapse", text, "spa", "t1", *ON], "400000.01 USD"),
    *each("E_BALANCE", lambda text: ["transfer", "ada", "bob", text, "common", *ON], "1,001"),
    *each("E_BALANCE_AT_DATE", lambda text: ["transfer", "ada", "bob", "5", "common", "--on", text], "2026-02-01"),
    *each("E_AUTHORISED", issue, "10,000,000"),
    *each("E_RESERVE", lambda text: ["release", text, "common", "plan", *ON], "500,001"),
    *each("E_SECURITY", lambda text: ["issue", "fund", "1", "series-a", "--agreement", text, *ON], "spa"),
    *each("E_NOT_CONVERTIBLE", lambda text: ["convert", "ada", "1", text, *ON], "common"),
    *each("E_FRACTIONAL", lambda text: ["convert", "fund", text, "series-a", *ON], "1"),
    *each("E_QUANTITY", lambda text: ["settle", text, "common", *ON], "ada"),
    *each(
        "E_TERMS",
        lambda text: ["split", "common", text, *ON, "--phase", "close", "--fractions", "up", "--authorized", "5"],
        "0",
        "1",
    ),
    *each(
        "E_NUMBER",
        lambda text: ["split", "common", text, *ON, "--phase", "close", "--fractions", "up", "--authorized", "5"],
        "2:1",
        "2-for-1",
        "1,000",
        "2x",
        place="RATIO: ",
    ),
    *each(
        "E_DATE",
        lambda text: [
            "split",
            "common",
            "2",
            "--on",
            text,
            "--phase",
            "close",
            "--fractions",
            "up",
            "--authorized",
            "5",
        ],
        "2026-03-03/2026-03-09",
        place="--on: ",
    ),
]
RULES = {
    "E_BALANCE",
    "E_BALANCE_AT_DATE",
    "E_AUTHORISED",
    "E_RESERVE",
    "E_COMMITMENT",
    "E_SECURITY",
    "E_NOT_CONVERTIBLE",
    "E_FRACTIONAL",
    "E_DUPLICATE",
    "E_CURRENCY_MISMATCH",
}


@pytest.mark.parametrize(("args", "code", "place"), WRONG)
def test_what_is_wrong_is_one_line_with_its_place_and_changes_nothing(
    args: list[str], code: str, place: str, file: Path
) -> None:
    before = file.read_bytes()

    result = run(file, *args)

    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.stderr.startswith(f"error: {code}: {place}"), result.stderr
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    assert result.exit_code == (3 if code in RULES else 2)
    assert len(result.stderr) < 600
    assert all(unicodedata.category(character)[0] != "C" for character in result.stderr[:-1])
    assert file.read_bytes() == before


@pytest.mark.parametrize("shares", ["1,000", "1000", "001000", "1000.0", "1,000.00", "1000.000"])
def test_a_number_that_can_be_read_in_one_way_only_is_taken(shares: str, file: Path) -> None:
    assert done(file, *issue(shares)) == [a.common_issued(effective_on=LATER)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
def test_a_pipe_is_no_evidence(file: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    result = run(file, *issue("1"), "--evidence", str(tmp_path / "pipe"))

    assert result.stderr.startswith("error: E_FILE: --evidence: ")
    assert "is not a regular file" in result.stderr


def test_files_and_what_would_describe_one_of_them_do_not_go_together(file: Path) -> None:
    two = ["--evidence", str(file), "--evidence", str(file)]

    assert "--page would belong to one of 2 files" in run(file, *issue("1"), *two, "--page", "2").stderr
    assert "the digest of a file is computed" in run(file, *issue("1"), *two[:2], "--sha256", "a" * 64).stderr
