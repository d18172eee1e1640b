"""What the command line does with input that is wrong: one line, the right status, and nothing changed.

Classes that concern what does not exist yet (CSV, XLSX, XML, HTTP) come with it; for
checkpoints and proofs they are in ``tests/registrar/test_evidence.py`` and ``tests/ledger/integrity``. Where an
answer differs from what one might expect, the comment beside the row says why.
"""

import gc
import json
import os
import shutil
import sqlite3
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from ledger import HolderKind, Ledger
from ledger.events import Event
from ledger.exchange import json_lines
from registrar.cli import main
from tests import builders as a

LATER = "2026-03-03"
CPU_SECONDS = 1
Lines = bytes | str | dict[str, Any] | list[dict[str, Any]]


def fields(event: Event, **changes: Any) -> dict[str, Any]:
    """Return an event as somebody writes it, with some fields written otherwise."""
    return {**json.loads(json_lines.write([event])), **changes}


def issued(**changes: Any) -> dict[str, Any]:
    return fields(a.common_issued(effective_on=LATER), **changes)


def person(**changes: Any) -> dict[str, Any]:
    return fields(a.holder_registered(holder="new", effective_on=LATER), **changes)


def closed(**changes: Any) -> dict[str, Any]:
    return fields(a.tranche_closed(effective_on=LATER), **changes)


def raw(number: str) -> bytes:
    """Return an issue whose number of shares is written without quotes."""
    return json.dumps(issued(issued="@")).replace('"@"', number).encode()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), actor="counsel", command="founding")
        ledger.record(
            a.common_issued(),
            a.common_issued(holder="bob", issued=500, security="CS-1"),
            a.agreement_signed(),
            a.preferred_issued(),
            actor="counsel",
            command="first-round",
        )
        ledger.record(a.shares_converted(effective_on="2026-02-10"), actor="counsel", command="conversion")
        ledger.record(a.entry_voided(11), actor="counsel", command="void")
    return path


@pytest.fixture
def file(template: Path, tmp_path: Path) -> Path:
    shutil.copy(f"{template}.keys", tmp_path / "acme.db.keys")
    return Path(shutil.copy(template, tmp_path / "acme.db"))


@attrs.frozen
class Outcome:
    """What a command answered, and whether it left the file alone."""

    result: Result
    cpu_seconds: float
    untouched: bool

    @property
    def lines(self) -> list[str]:
        return self.result.stderr.splitlines()


def content(file: Path) -> bytes:
    return file.read_bytes() if os.path.isfile(file) else b""


def run(file: Path, *args: str, data: bytes | None = None) -> Outcome:
    before = content(file)
    gc.disable()  # or whichever refusal is due is charged with a look at all that other tests left
    try:
        start = time.process_time()
        result = CliRunner().invoke(main, list(args), input=data)
        spent = time.process_time() - start
    finally:
        gc.enable()
    return Outcome(result, spent, content(file) == before)


def refused(outcome: Outcome, code: str, place: str, status: int) -> None:
    """Check the contract of every refusal."""
    told = outcome.result.stderr
    assert isinstance(outcome.result.exception, SystemExit), repr(outcome.result.exception)
    assert outcome.result.exit_code == status, told
    assert len(outcome.lines) == 1, told
    assert outcome.lines[0].startswith(f"error: {code}: "), told
    assert place in told
    assert "Traceback" not in told + outcome.result.stdout
    assert outcome.result.stdout == ""
    assert len(outcome.lines[0]) < 600
    assert all(unicodedata.category(character)[0] != "C" for character in outcome.lines[0])
    assert outcome.cpu_seconds < CPU_SECONDS
    assert outcome.untouched


def as_bytes(lines: Lines) -> bytes:
    if isinstance(lines, bytes):
        return lines
    if isinstance(lines, str):
        return lines.encode()
    return b"".join(json.dumps(each).encode() + b"\n" for each in (lines if isinstance(lines, list) else [lines]))


@attrs.frozen
class Bad:
    """Events that are refused.

    Attributes:
        name: What is wrong.
        lines: What the file of events holds.
        code: Code of the refusal.
        place: Part of the line: where, or what it must say.
        status: Exit status.
    """

    name: str
    lines: Lines
    code: str
    place: str
    status: int = 2


def each(
    name: str, code: str, place: str, made: Callable[[Any], Lines], *values: Any, status: int = 2
) -> list[Bad]:
    return [Bad(f"{name} {value!a}"[:60], made(value), code, place, status) for value in values]


def shares(value: Any) -> Lines:
    return issued(issued=value)


NUMBERS = [
    *each("shares", "E_NUMBER", "line 1 /issued", shares, "1e999999999", "1e9999999", "1e3", "1E5", "1e-5"),
    *each(
        "shares", "E_NUMBER", "not a finite number", shares, "NaN", "sNaN", "Infinity", "-Infinity", "inf", "nan"
    ),
    *each("JSON number", "E_JSON", "line 1 /issued: number", raw, "1e400", "1000", "1.5", "-0", "NaN", "-Infinity"),
    *each("shares", "E_QUANTITY", "above zero", shares, "0", "0.0", "-5", "-0.0000000001"),
    *each("shares", "E_NUMBER", "negative zero", shares, "-0", "-0.00"),
    *each("shares", "E_LIMIT", "line 1 /issued", shares, "1" + "0" * 30, "9" * 5_000),
    *each("shares", "E_NUMBER", "separators", shares, "1,000", "1.000,50", "1_000", "1 000"),
    *each("shares", "E_NUMBER", "ASCII digits", shares, "１２３", "٣", "²", "1\u2009000"),
    *each(
        "shares", "E_NUMBER", "plain digits", shares, "0x64", "1/3", "1/2", "10%", "$5", "(500)", "+5", "5.", ".5"
    ),
    *each("shares", "E_NUMBER", "line 1 /issued", shares, "", " 5", "5 ", "--5", "1.2.3", "0.00000000001"),
    *each("shares", "E_TYPE", "line 1 /issued", shares, True, False, None, [], {}, ["1"]),
    # A percentage has no field to be typed into: the ledger computes them, and says which fields there are.
    *each("percentage", "E_FIELD", "line 1 /percent", lambda value: issued(percent=value), "99.99", "12.1 %"),
    *each("currency", "E_CURRENCY_MISMATCH", "USD", lambda value: closed(closed=value), "5 EUR", "5 JPY", status=3),
    *each(
        "money", "E_CURRENCY", "line 1 /closed", lambda value: closed(closed=value), "5", "5 usd", "5 EURO", "$5"
    ),
    *each(
        "money", "E_NUMBER", "line 1 /closed", lambda value: closed(closed=value), "1,000 USD", "1e3 USD", "1/3 USD"
    ),
    *each("place", "E_NUMBER", "line 1 /place", lambda value: issued(place=value), "-1", "1.5", "1000001", "①"),
]


def day(value: Any) -> Lines:
    return issued(effective_on=value)


def disclosed(value: Any) -> Lines:
    return issued(disclosed_on=value)


SPLIT = a.stock_split_effected(effective_on=LATER)
DATES = [
    *each("day", "E_DATE", "ambiguous", day, "03/04/2026", "3/4/26"),
    *each("day", "E_DATE", "is not an ISO day", day, "03.04.2026", "1.12.2026", "2026/12/31"),
    *each("day", "E_DATE", "serial number", day, "45292", "45292.5", "60000"),
    *each("day", "E_DATE", "does not exist", day, "2026-02-30", "2026-13-01", "0000-01-01", "2027-02-29"),
    *each("day", "E_DATE", "line 1 /effective_on", day, "2026-2-3", "20260202", "2026-W05", "2026-02-02T00:00", ""),
    *each(
        "day",
        "E_DATE",
        "line 1 /effective_on",
        day,
        "２０２６-02-02",
        "today",
        "2026-03-02/2026-03-01",
        "2026-03-02/",
    ),
    *each("day", "E_DATE_RANGE", "correct the year", day, "9999-12-31", "1582-10-15", "1599-12-31", "3000-01-01"),
    *each("day", "E_TYPE", "line 1 /effective_on", day, None, True, [], {}),
    *each(
        "disclosed", "E_DATE", "line 1 /disclosed_on", disclosed, "03/04/2026", "45292", "2026-02-30", "yesterday"
    ),
    *each("disclosed", "E_DATE_RANGE", "correct the year", disclosed, "9999-12-31", "1582-10-15"),
    *(
        Bad(name, issued(**{name: "2026-01-01"}), "E_READONLY_FIELD", f"line 1 /{name}")
        for name in ("recorded_at", "known", "known_at", "number", "index", "actor")
    ),
    Bad(
        "a split and a transfer of one moment",
        [
            fields(SPLIT, phase="ordinary"),
            fields(a.shares_transferred(effective_on=LATER)),
        ],
        "E_ORDER",
        "entries 13 and 14",
        3,
    ),
    Bad(
        "a transfer before its shares were issued",
        [fields(a.shares_transferred(effective_on="2026-01-15"))],
        "E_BALANCE_AT_DATE",
        "line 1: ada holds 0 common without a certificate on 2026-01-15",
        3,
    ),
    Bad(
        "a conversion the day before the issue",
        [fields(a.shares_converted(effective_on="2026-02-01"))],
        "E_BALANCE_AT_DATE",
        "fund holds 0 series-a without a certificate on 2026-02-01",
        3,
    ),
]


RULES = [
    # A transfer to oneself contradicts itself, whatever the record says: it is not understood (2), not refused (3).
    Bad("transfer to oneself", fields(a.shares_transferred(), to_holder="ada"), "E_SELF", "line 1"),
    Bad("conversion into itself", fields(a.shares_converted(), to_class="series-a"), "E_SELF", "line 1"),
    Bad("merged into itself", fields(a.holder_merged(), into="bob"), "E_SELF", "line 1"),
    Bad("issue above authorized", issued(issued="9998501"), "E_AUTHORISED", "10,000,001 shares would be", 3),
    Bad(
        "reserve above authorized", fields(a.shares_reserved(), reserved="9998501"), "E_AUTHORISED", "authorized", 3
    ),
    Bad(
        "converted twice",
        [
            fields(a.shares_converted(effective_on=LATER, surrendered=1000, received=1250)),
            fields(a.shares_converted(effective_on="2026-03-04", surrendered=1, received=1)),
        ],
        "E_BALANCE",
        "line 2: fund holds 0 series-a",
        3,
    ),
    Bad(
        "sold more than held", fields(a.shares_transferred(transferred=1001)), "E_BALANCE", "holds 1,000 common", 3
    ),
    # Facts state outcomes; what a price or a split leaves over is rounded by whoever applies the papers, and said.
    Bad("half a share issued", issued(issued="0.5"), "E_FRACTIONAL", "whole shares only", 3),
    Bad("half a share received", fields(a.shares_converted(), received="0.5"), "E_FRACTIONAL", "whole shares", 3),
    Bad("closed too much", closed(closed="400001 USD"), "E_COMMITMENT", "400,000 USD is undrawn", 3),
    Bad(
        "closed too much without a tranche",
        fields(a.tranche_closed(tranche=None, closed="1000001 USD")),
        "E_COMMITMENT",
        "1,000,000 USD is undrawn",
        3,
    ),
    *each(
        "negative closing",
        "E_QUANTITY",
        "has an event of its own",
        lambda value: closed(closed=value),
        "-5 USD",
        "0 USD",
    ),
    Bad("certificate used twice", issued(security="CS-1"), "E_DUPLICATE", "by entry 8", 3),
    Bad("holder registered twice", fields(a.holder_registered()), "E_DUPLICATE", "by entry 4", 3),
    Bad("class designated twice", fields(a.stock_class_designated()), "E_DUPLICATE", "by entry 2", 3),
    Bad("agreement signed twice", fields(a.agreement_signed()), "E_DUPLICATE", "by entry 9", 3),
    *each(
        "void of what does not exist",
        "E_CORRECTS",
        "does not exist before this one",
        lambda value: fields(a.entry_voided(), entries=[value]),
        "13",
        "999999",
        status=3,
    ),
    Bad("void of a voided entry", fields(a.entry_voided(11)), "E_CORRECTS", "taken out of history by entry 12", 3),
    Bad("restatement of a void", fields(a.entry_restated(12)), "E_CORRECTS", "entry 12 is a void", 3),
    Bad("void of the issuer", fields(a.entry_voided(1)), "E_CORRECTS", "registers the issuer", 3),
    Bad("a void of nothing", fields(a.entry_voided(), entries=[]), "E_CORRECTS", "line 1"),
    Bad(
        "restatement of another company",
        fields(a.entry_restated(1, restated_as=a.issuer_registered(issuer="other"))),
        "E_ISSUER",
        "the ledger of acme, not of other",
        3,
    ),
    *each(
        "entry number",
        "E_ENTRY",
        "line 1 /entries/0",
        lambda value: fields(a.entry_voided(), entries=[value]),
        "0",
        "-1",
        "007",
        "9" * 30,
    ),
    Bad("another company", fields(a.issuer_registered(issuer="other")), "E_ISSUER", "the ledger of acme", 3),
    Bad("unknown holder", issued(holder="adda"), "E_UNKNOWN", "Did you mean ada?", 3),
    Bad("unknown class", issued(stock_class="comon"), "E_UNKNOWN", "Did you mean common?", 3),
    Bad("unknown tranche", closed(tranche="t9"), "E_UNKNOWN", "tranche", 3),
    Bad("holder before registered", issued(effective_on="2025-12-31"), "E_UNKNOWN", "by 2025-12-31", 3),
    *each(
        "kind",
        "E_KIND",
        "line 1 /kind",
        lambda value: issued(kind=value),
        "common-isued",
        "os:system",
        None,
        "",
        [],
    ),
    *each("version", "E_KIND", "line 1 /version", lambda value: issued(version=value), "2", "0", "", None, []),
    Bad("no kind", {"effective_on": LATER}, "E_KIND", "line 1 /kind"),
    Bad("unknown field", issued(holdr="ada"), "E_FIELD", "did you mean holder?"),
    Bad("missing field", {"kind": "common-issued", "effective_on": LATER}, "E_FIELD", "line 1 /holder"),
    Bad("bad CUSIP", fields(a.security_identifier_changed(), identifier="037833101"), "E_IDENTIFIER", "CUSIP", 3),
    Bad("bad digest", issued(evidence=[{"document": "x", "sha256": "abc"}]), "E_DIGEST", "/evidence/0"),
]


def name(value: str) -> Lines:
    return fields(a.holder_registered(holder="new-fund", holder_kind=HolderKind.ORGANISATION), legal_name=value)


TEXT = [
    *each("name", "E_TEXT", "U+202E", name, "a\u202eb", "\u202e"),
    *each("name", "E_TEXT", "line 1 /legal_name", name, "a\u2066b", "a\u200bb", "\ufeffa", "a\u200fb", "a\u00adb"),
    *each("name", "E_TEXT", "line 1 /legal_name", name, "a\x00b", "a\x1b[31mb", "a\nb", "a\tb", "\x7f", "a\x85b"),
    *each("name", "E_TEXT", "line 1 /legal_name", name, "a\u2028b", "a\u2029b", "\ue000", "\ufffe", "\U000e0001"),
    *each("name", "E_TEXT", "empty or padded", name, "", " ", " a", "a "),
    *each("name", "E_TEXT", "U+00A0", name, "\u00a0a", "a\u00a0b"),
    *each("name", "E_TEXT", "U+D800", name, "\ud800", "a\ud800b"),
    *each("name", "E_TEXT", "half a character", name, "\udfff", "\udc00\ud800"),
    *each("name", "E_LIMIT", "characters", name, "x" * 201, "x" * 900_000, "é" * 201, "e\u0301" * 4_001),
    Bad("name of 1 MB", name("x" * 1_000_001), "E_LIMIT", "line 1: the line has"),
    *each(
        "id", "E_ID", "line 1 /holder", lambda value: person(holder=value), "", "é", "a b", "a/b", "-a", "x" * 65
    ),
    *each("a person's name", "E_TEXT", "line 1 /name", lambda value: person(name=value), "a\u202eb", "", "\ud800"),
    Bad("escape in a key", {**issued(), "\x1b[31m": "x"}, "E_FIELD", "\\\\x1b"),
    Bad("a key of 100 KB", {**issued(), "k" * 100_000: "x"}, "E_FIELD", "line 1 /kkk"),
    Bad("lone surrogate in a key", {**issued(), "\ud800": "x"}, "E_TEXT", "line 1"),
]


def nested(opening: str, closing: str, depth: int) -> bytes:
    return (opening * depth + closing * depth).encode()


FILES = [
    *(
        Bad(encoding, json.dumps(issued(authority="é"), ensure_ascii=False).encode(encoding), "E_ENCODING", place)
        for encoding, place in (
            ("utf-16", "UTF-16 (offset 0)"),
            ("utf-16-be", "is not UTF-8"),
            ("utf-32", "offset 0"),
            ("latin-1", "byte 0xe9 at offset 130"),
        )
    ),
    Bad("a zero byte", b'{"kind":"x\0"}', "E_ENCODING", "offset 10"),
    Bad("a zero byte in line 3", b"\n\n\0", "E_ENCODING", "offset 2"),
    Bad("a surrogate in UTF-8", b'{"kind":"\xed\xa0\x80"}', "E_ENCODING", "offset 9"),
    Bad("overlong UTF-8", b'{"kind":"\xc0\xaf"}', "E_ENCODING", "offset 9"),
    Bad("lists 100,000 deep", nested("[", "]", 100_000), "E_JSON", "deeper than 32"),
    Bad("objects 100,000 deep", nested('{"a":', "}", 100_000), "E_JSON", "deeper than 32"),
    Bad("33 deep", json.dumps(issued(note="@")).replace('"@"', "[" * 32 + "]" * 32).encode(), "E_JSON", "column"),
    Bad("32 deep", json.dumps(issued(note="@")).replace('"@"', "[" * 31 + "]" * 31).encode(), "E_TYPE", "/note"),
    Bad("quotes without an end", b'"' + b'\\"' * 400_000, "E_JSON", "line 1"),
    Bad("trailing text", b'{"kind": "x"} x', "E_JSON", "line 1 column 15"),
    Bad("two objects", b"\n{} {}", "E_JSON", "line 2 column 4"),
    Bad("a comment", b"// note\n", "E_JSON", "line 1 column 1"),
    Bad("another comment", b'{"kind": "x" /* note */}', "E_JSON", "line 1 column 14"),
    Bad("single quotes", b"{'kind': 'x'}", "E_JSON", "line 1 column 2"),
    Bad("a trailing comma", b'{"kind": "x",}', "E_JSON", "line 1 column"),
    Bad("an unfinished object", b'{"kind": "x"', "E_JSON", "line 1 column 13"),
    Bad("an unfinished string", b'{"kind": "x', "E_JSON", "line 1 column 10"),
    Bad("a tab within a string", b'{"kind": "x\ty"}', "E_JSON", "line 1 column 12"),
    Bad("a wrong escape", b'{"kind": "\\x41"}', "E_JSON", "line 1 column 11"),
    Bad("a byte order mark twice", b"\xef\xbb\xbf\xef\xbb\xbf{}", "E_JSON", "line 1 column 1"),
    Bad("a key twice", b'{"kind": "x", "kind": "y"}', "E_JSON", "line 1 /kind: key 'kind' stands twice"),
    Bad(
        "an inner key twice",
        json.dumps(issued(consideration="@")).replace('"@"', '{"form":"cash","form":"none"}'),
        "E_JSON",
        "line 1 /consideration/form",
    ),
    *each(
        "no object", "E_JSON", "line 1: the line holds no object", lambda value: value, b"[]", b"null", b'"x"', b"1"
    ),
    Bad("a CSV file", b"holder,shares\nada,1000\n"[:14], "E_JSON", "line 1 column 1"),
    Bad("a line over 1 MB", b'{"a":"' + b"x" * 1_000_000 + b'"}', "E_LIMIT", "at most 1,000,000"),
    Bad("no events", b"", "E_EMPTY", "events.jsonl: the command has no events"),
    Bad("blank lines only", b"\xef\xbb\xbf\n \n\t\r\n", "E_EMPTY", "no events"),
    Bad("a quotation mark in a file's place", b'{"kind": "\x1b]0;title\x07"}', "E_JSON", "line 1"),
]


@pytest.mark.parametrize("bad", [*NUMBERS, *DATES, *RULES, *TEXT, *FILES], ids=lambda bad: bad.name)
def test_events_that_are_wrong_are_refused_in_one_line(bad: Bad, file: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_bytes(as_bytes(bad.lines))

    outcome = run(file, "record", str(file), str(events))

    refused(outcome, bad.code, bad.place, bad.status)


@pytest.mark.parametrize("bad", [*NUMBERS[:3], *RULES[:4], *FILES[:2]], ids=lambda bad: bad.name)
def test_a_dry_run_and_standard_input_refuse_alike(bad: Bad, file: Path) -> None:
    outcome = run(file, "record", str(file), "-", "--dry-run", data=as_bytes(bad.lines))

    refused(outcome, bad.code, "standard input" if bad.code == "E_ENCODING" else "", bad.status)


def test_every_problem_of_a_file_is_told_and_the_rest_is_counted(file: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_bytes(as_bytes([issued(issued="1e3"), issued(), issued(effective_on="45292")]) + b"{\n" * 30)

    outcome = run(file, "record", str(file), str(events))

    assert outcome.result.exit_code == 2
    assert outcome.untouched
    assert len(outcome.lines) == 21
    assert all(line.startswith("error: E_") for line in outcome.lines)
    assert [" line 1 " in outcome.lines[0], " line 3 " in outcome.lines[1]] == [True, True]
    assert "12 more problems" in outcome.lines[-1]


# --- what is typed ----------------------------------------------------------------------------------------

TYPED = [
    (["show", "--as-of", "03/04/2026"], "E_DATE", "--as-of: ", 2),
    (["show", "--as-of", "45292"], "E_DATE", "--as-of: ", 2),
    (["show", "--as-of", "2026-02-30"], "E_DATE", "does not exist", 2),
    (["show", "--as-of", ""], "E_DATE", "--as-of: ", 2),
    (["show", "--as-of", "9999-12-31"], "E_DATE_RANGE", "--as-of: ", 2),
    (["show", "--as-of", "1582-10-15"], "E_DATE_RANGE", "--as-of: ", 2),
    (["show", "--as-of", "\x1b[31m"], "E_DATE", "x1b", 2),
    (["show", "--as-of", "x" * 100_000], "E_DATE", "--as-of: ", 2),
    (["show", "--as-of", "2026-03-03", "--basis", "2026-03-02"], "E_BASIS", "before", 2),
    (["show", "--known-at", "2026-02-02T10:00:00"], "E_TIMEZONE", "--known-at: ", 2),
    (["show", "--known-at", "2026-02-02 10:00"], "E_TIMEZONE", "--known-at: ", 2),
    (["show", "--known-at", "13"], "E_KNOWN", "the last entry is 12", 2),
    (["show", "--known-at", "0"], "E_KNOWN", "--known-at: ", 2),
    (["show", "--known-at", "3"], "E_KNOWN", "the command ends with entry 6", 2),
    (["show", "--known-at", "-1"], "E_DATE", "--known-at: ", 2),
    (["show", "--known-at", "latest"], "E_DATE", "--known-at: ", 2),
    (["show", "--known-at", "9223372036854775808"], "E_DATE", "--known-at: ", 2),
    (["show", "--known-at", "0001-01-01T00:00:00+14:00"], "E_DATE_RANGE", "--known-at: ", 2),
    (["show", "--known-at", "9999-12-31T23:59:59-12:00"], "E_DATE_RANGE", "--known-at: ", 2),
    (["show", "--known-at", "٣"], "E_DATE", "--known-at: ", 2),
    (["show", "--issuer", "acne"], "E_UNKNOWN", "Did you mean acme?", 3),
    (["show", "--issuer", "a b"], "E_UNKNOWN", "no issuer", 3),
    (["log", "--late-for", "31.03.2026"], "E_DATE", "--late-for: ", 2),
    (["log", "--recorded-from", "x"], "E_DATE", "--recorded-from: ", 2),
    (["log", "--kind", "common-isued"], "E_KIND", "did you mean common-issued?", 2),
    (
        ["rollforward", "common", "outstanding", "--after", "2026-03-03", "--through", "2026-03-02"],
        "E_DATE",
        "before",
        2,
    ),
    (["rollforward", "common", "authorized", "--after", "2026-03-03"], "E_FIGURE", "set and not moved", 2),
    (["explain", "common"], "E_FIGURE", "names no figure", 2),
    (["explain", "ada", "common", "shares"], "E_FIGURE", "names no figure", 2),
    (["explain", ""], "E_FIGURE", "names no figure", 2),
    (["explain", "common", "authorised"], "E_FIGURE", "did you mean authorized?", 2),
    (["explain", "spa", "undrwn"], "E_FIGURE", "did you mean undrawn?", 2),
    (["explain", "adda", "common"], "E_UNKNOWN", "did you mean ada?", 2),
    (["explain", "ada", "comon"], "E_UNKNOWN", "did you mean common?", 2),
    (["explain", "\x1b[31m", "\u202e"], "E_UNKNOWN", "x1b", 2),
    (["sho"], "E_USAGE", "did you mean show?", 2),
    (["\x1b[31m"], "E_USAGE", "captable --help lists them", 2),
    (["show", "--as-off", "2026-01-01"], "E_USAGE", "--as-off", 2),
    (["show", "--as-of"], "E_USAGE", "--as-of", 2),
    (["show", "extra"], "E_USAGE", "extra", 2),
    (["explain"], "E_USAGE", "FIGURE", 2),
    (["rollforward", "ada", "common"], "E_USAGE", "--after", 2),
    (["record", "a", "b", "c"], "E_USAGE", "too many names", 2),
]


@pytest.mark.parametrize(
    ("args", "code", "place", "status"), TYPED, ids=lambda value: str(value)[:50].encode("unicode_escape").decode()
)
def test_words_that_are_wrong_are_refused_in_one_line(
    args: list[str], code: str, place: str, status: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAPTABLE_FILE", str(file))

    refused(run(file, *args), code, place, status)


@pytest.mark.parametrize("args", [["show"], ["record"], ["init"], ["log", "-f", ""]], ids=str)
def test_without_a_file_nothing_is_guessed(
    args: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAPTABLE_FILE", raising=False)

    refused(run(tmp_path / "none", *args), "E_USAGE", "no ledger file is named", 2)


@pytest.mark.parametrize("command", ["a b", "", "x" * 65, "é", "-", "a/b"], ids=ascii)
def test_a_command_id_has_a_form(command: str, file: Path) -> None:
    outcome = run(file, "record", str(file), "-", "--command-id", command, data=as_bytes(issued()))

    refused(outcome, "E_ID", "command id", 2)


@pytest.mark.parametrize(
    ("actor", "code"),
    [("", "E_TEXT"), ("a\u202eb", "E_TEXT"), ("x" * 201, "E_LIMIT"), ("\udcff", "E_TEXT")],
    ids=ascii,
)
def test_an_actor_has_a_form(actor: str, code: str, file: Path) -> None:
    refused(run(file, "record", str(file), "-", "--actor", actor, data=as_bytes(issued())), code, "actor", 2)


# --- commands ---------------------------------------------------------------------------------------------


def test_the_same_file_twice_counts_once(file: Path) -> None:
    first = run(file, "record", str(file), "-", data=as_bytes(issued()))
    second = run(file, "record", str(file), "-", data=as_bytes(issued()))

    assert first.result.stdout == "recorded 1 entry (13) of acme\n"
    assert second.result.stdout == "already recorded in acme: 1 entry (13); nothing was added\n"
    assert (first.result.exit_code, second.result.exit_code) == (0, 0)
    assert second.untouched


def test_a_command_id_with_other_content_is_a_conflict(file: Path) -> None:
    outcome = run(file, "record", str(file), "-", "--command-id", "founding", data=as_bytes(issued()))

    refused(outcome, "E_COMMAND_ID", "founding", 4)


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 2**64, 10**29], ids=str)
def test_large_numbers_are_added_and_never_overflow(number: int, file: Path) -> None:
    unlimited = fields(a.stock_class_designated(stock_class="vast"), authorized="unlimited")
    twice = [issued(stock_class="vast", issued=str(number)), issued(stock_class="vast", issued=str(number))]

    assert run(file, "record", str(file), "-", data=as_bytes([unlimited, *twice])).result.exit_code == 0

    answer = json.loads(run(file, "show", "-f", str(file), "--json").result.stdout)
    [vast] = [line for line in answer["classes"] if line["stock_class"] == "vast"]
    assert vast["outstanding"] == {"low": str(2 * number), "high": str(2 * number)}


@pytest.mark.parametrize("as_of", ["1602-03-20", "2025-12-31"])
def test_a_day_before_the_first_event_has_an_empty_cap_table_that_says_so(as_of: str, file: Path) -> None:
    outcome = run(file, "show", "-f", str(file), "--as-of", as_of)

    assert outcome.result.exit_code == 0
    assert f"No stock existed at the close of {as_of}" in outcome.result.stdout
    assert "2026-01-01" in outcome.result.stdout


def test_a_time_before_the_first_entry_is_an_answer(file: Path) -> None:
    outcome = run(file, "show", "-f", str(file), "--known-at", "2025-06-01")

    assert outcome.result.exit_code == 0
    assert outcome.result.stderr == ""
    assert outcome.result.stdout == (
        "Nothing had been recorded by 2025-06-02 05:59:59 UTC; the first entry was recorded at"
        " 2026-01-01 12:00:00 UTC. known-at counts from the time of recording; as-of is the day of the fact.\n"
    )


# --- names ------------------------------------------------------------------------------------------------

NAUGHTY = [
    "undefined",
    "null",
    "NULL",
    "(null)",
    "nil",
    "NIL",
    "true",
    "False",
    "None",
    "hasOwnProperty",
    "then",
    "\\",
    "\\\\",
    "0",
    "1",
    "1.00",
    "$1.00",
    "1/2",
    "1E2",
    "-1",
    "NaN",
    "Infinity",
    "0x0",
    "0xffffffffffffffff",
    "123456789012345678",
    "1,000.00",
    "1 000,00",
    "01000",
    "08",
    "1#INF",
    ",./;'[]\\-=",
    '<>?:"{}|_+',
    "!@#$%^&*()`~",
    "\x01\x02\x03",
    "\x85",
    "\u00ad\u0600\u180e",
    "\ufeff",
    "\ufffe",
    "Ω≈ç√∫˜µ≤≥÷",
    "åß∂ƒ©˙∆˚¬…æ",
    "œ∑´®†¥¨ˆøπ“‘",
    "¡™£¢∞§¶•ªº–≠",
    "¸˛Ç◊ı˜Â¯˘¿",
    "ÅÍÎÏ˝ÓÔÒÚÆ☃",
    "Œ„´‰ˇÁ¨ˆØ∏”’",
    "`⁄€‹›ﬁﬂ‡°·‚—±",
    "⅛⅜⅝⅞",
    "ЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВ",
    "٠١٢٣٤٥٦٧٨٩",
    "⁰⁴⁵",
    "₀₁₂",
    "ด้้้้้็็็็็้้้้้็็็็",
    "'",
    '"',
    "''",
    '"\'"\'"',
    "“”‘’",
    "田中さんにあげて下さい",
    "和製漢語",
    "사회과학원 어학연구소",
    "찦차를 타고",
    "社會科學院語學研究所",
    "울란바토르",
    "𠜎𠜱𠝹𠱓𠱸",
    "Ⱥ",
    "ヽ༼ຈل͜ຈ༽ﾉ",
    "(｡◕ ∀ ◕｡)",
    "｀ｨ(´∀｀∩",
    "😍",
    "👩🏽",
    "👨‍👩‍👧",
    "✋🏿 💪🏿",
    "🇺🇸🇷🇺🇸",
    "１２３",
    "בְּרֵאשִׁית",
    "הָיְתָהtestالصفحات التّحول",
    "﷽",
    "ﷺ",
    "مُنَاقَشَةُ",
    "\u202atest\u202a",
    "\u202btest",
    "\u2028test",
    "\u2060t",
    "\u2066test\u2067",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤",
    "˙ɐnbᴉlɐ ɐuƃɐɯ",
    "00˙Ɩ$-",
    "Ｔｈｅ ｑｕｉｃｋ",
    "𝐓𝐡𝐞 𝐪𝐮𝐢𝐜𝐤",
    "<script>alert(0)</script>",
    "&lt;script&gt;",
    "' OR 1=1 -- 1",
    "1;DROP TABLE users",
    "--version",
    "--help",
    "-",
    "$USER",
    "/dev/null; touch x",
    "`touch x`",
    "$(touch x)",
    "@{[system]}",
    "%s%s%s%n",
    "%d",
    "{0}",
    "{}",
    "{{7*7}}",
    "../../etc/passwd",
    "C:\\AUX",
    "CON",
    '=HYPERLINK("x")',
    "+1",
    "@x",
    "Scunthorpe General Hospital",
    "If you're reading this",
    "Roses are \x1b[0;31mred",
    "But now...\x1b[20Cfor my greatest trick",
    "The quic\b\b\bk",
    "Powerلُلُصّبُلُلصّبُررً ॣ ॣh ॣ ॣ冗",
    "🏳0🌈️",
    "జ్ఞ‌ా",
    "گچپژ",
    "Zoe\u0301",
    "Å\u030a",
    "ﬃ",
    "ǆ",
    "İstanbul",
    "ẞ",
    "ſ",
    "\u2126",
    "e\u0323\u0302",
    "가",
    "x\u0301\u0301",
]


@pytest.mark.parametrize("text", NAUGHTY, ids=lambda text: text.encode("unicode_escape").decode()[:40])
def test_a_naughty_name_is_read_back_equal_or_refused(text: str, file: Path) -> None:
    outcome = run(file, "record", str(file), "-", data=as_bytes(name(text)))

    if outcome.result.exit_code:
        refused(outcome, "E_TEXT", "line 1 /legal_name", 2)
        return
    with Ledger.open(file) as ledger:
        event = ledger.entries()[-1].event
    assert event == a.holder_registered(
        holder="new-fund",
        holder_kind=HolderKind.ORGANISATION,
        legal_name=unicodedata.normalize("NFC", text),
    )


def test_most_naughty_names_are_names() -> None:
    refused_names = [text for text in NAUGHTY if any(unicodedata.category(each)[0] == "C" for each in text)]

    assert len(refused_names) < len(NAUGHTY) / 4


# --- files ------------------------------------------------------------------------------------------------


def test_events_that_cannot_be_read_are_named(file: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for events, what in (
        (tmp_path / "missing.jsonl", "No such file"),
        (tmp_path, "not a regular file"),
        (tmp_path / "pipe", "not a regular file"),
        (Path("/dev/null"), "not a regular file"),
        (file / "inside.jsonl", "Not a directory"),
        (tmp_path / ("x" * 300), "File name too long"),
        (tmp_path / "a\x1b[31m\udcff", "No such file"),
    ):
        refused(run(file, "record", str(file), str(events)), "E_FILE", what, 2)


READS = [
    ["record", "FILE", "X"],
    ["what-if", "X", "-f", "FILE"],
    ["import", "X", "-f", "FILE", "--dry-run"],
    ["import-xbrl", "X", "-f", "FILE", "--class", "common", "--dry-run"],
    ["issue", "ada", "1", "common", "-f", "FILE", "--on", "2026-02-02", "--evidence", "X", "--dry-run"],
    ["show", "-f", "X"],
    ["show", "-f", "X", "--read-only"],
    ["verify", "-f", "X"],
    ["verify", "-f", "FILE", "--checkpoint", "X", "--key", "X"],
    ["backup", "copy.db", "-f", "X"],
    ["restore", "X", "-f", "new.db"],
    ["restore", "FILE", "-f", "new.db", "--checkpoint", "X", "--key", "X"],
    ["key", "X"],
    ["checkpoint", "-f", "FILE", "--key", "X"],
    ["prove", "1", "-f", "FILE", "--checkpoint", "X"],
    ["check-proof", "X", "--key", "a+12345678+AAAA"],
    ["witness", "X", "--log", "X", "--key", "X"],
    ["stamp", "X"],
]


NO_FILE = [(words, kind) for words in READS for kind in ("missing", "folder", "pipe", "noise")]
ANY_FILE = ("issue", "stamp")
"""Verbs that take any file: it may be evidence, and be stamped."""


@pytest.mark.parametrize(
    ("words", "kind"),
    [(words, kind) for words, kind in NO_FILE if kind != "noise" or words[0] not in ANY_FILE],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else value,
)
def test_every_verb_that_reads_a_file_refuses_what_is_none(
    words: list[str], kind: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "\udcff\x1b[31m"
    makes: dict[str, Callable[[], object]] = {
        "missing": lambda: None,
        "folder": place.mkdir,
        "pipe": lambda: os.mkfifo(place),
        "noise": lambda: place.write_bytes(Random(kind).randbytes(3_000)),
    }
    makes[kind]()

    outcome = run(file, *({"X": str(place), "FILE": str(file)}.get(word, word) for word in words))

    assert isinstance(outcome.result.exception, SystemExit), repr(outcome.result.exception)
    assert outcome.result.exit_code in (2, 5)
    assert 1 <= len(outcome.lines) <= 21
    assert all(line.startswith("error: E_") and line.isprintable() for line in outcome.lines)
    assert outcome.untouched


@pytest.mark.skipif(os.geteuid() == 0, reason="every file can be read by root")
def test_events_without_permission_are_named(file: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_bytes(as_bytes(issued()))
    events.chmod(0)

    refused(run(file, "record", str(file), str(events)), "E_FILE", "Permission denied", 2)


def test_a_file_over_the_limit_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MAX_FILE_BYTES", 100)

    refused(run(file, "record", str(file), "-", data=b" " * 101), "E_LIMIT", "standard input", 2)
    assert run(file, "record", str(file), "-", data=b" " * 100).lines[0].startswith("error: E_EMPTY")


def store_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_what_is_not_a_ledger_is_left_alone(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    other = tmp_path / "other.db"
    sqlite3.connect(other).executescript("CREATE TABLE t (x); PRAGMA user_version=1;").close()
    os.mkfifo(tmp_path / "pipe")
    for place, code in (
        (store_file(tmp_path / "text", b"holder,shares\n"), "E_STORE_FORMAT"),
        (store_file(tmp_path / "zero", b""), "E_STORE_FORMAT"),
        (store_file(tmp_path / "zeroes", b"\0" * 8192), "E_STORE_FORMAT"),
        (store_file(tmp_path / "head", whole[:100]), "E_STORE_FORMAT"),
        (store_file(tmp_path / "short", whole[:5000]), "E_STORE_FORMAT"),
        (store_file(tmp_path / "half", whole[: len(whole) // 2]), "E_STORE_FORMAT"),
        (store_file(tmp_path / "layout", whole[:60] + b"\0\0\0\x63" + whole[64:]), "E_STORE_FORMAT"),
        (other, "E_STORE_FORMAT"),
        (tmp_path, "E_FILE"),
        (tmp_path / "missing", "E_FILE"),
        (tmp_path / "pipe", "E_FILE"),
        (tmp_path / "missing" / "folder", "E_FILE"),
        (tmp_path / ("x" * 300), "E_FILE"),
    ):
        for args in (["show", "-f", str(place)], ["record", str(place), "-"]):
            outcome = run(place, *args, data=as_bytes(issued()))
            refused(outcome, code, str(place)[:40], 5)


TAMPERED = [
    ("DELETE FROM stored_events WHERE originator_id='acme' AND originator_version=7", "E_TAMPERED", "entry 7"),
    ("DELETE FROM stored_events WHERE originator_id='acme' AND originator_version=1", "E_TAMPERED", "entry 1"),
    (
        "UPDATE stored_events SET originator_version=99 WHERE originator_id='acme' AND originator_version=7;"
        "UPDATE stored_events SET originator_version=7 WHERE originator_id='acme' AND originator_version=8;"
        "UPDATE stored_events SET originator_version=8 WHERE originator_id='acme' AND originator_version=99",
        "E_TAMPERED",
        "entry 7",
    ),
    (
        "INSERT INTO stored_events SELECT originator_id, 13, topic, state FROM stored_events"
        " WHERE originator_id='acme' AND originator_version=12",
        "E_TAMPERED",
        "entry 13",
    ),
    (
        "UPDATE stored_events SET topic='os:system' WHERE originator_id='acme' AND originator_version=7",
        "E_",
        "entry 7",
    ),
    (
        "UPDATE stored_events SET state=X'00' WHERE originator_id='acme' AND originator_version=7",
        "E_TAMPERED",
        "entry 7",
    ),
    (
        "UPDATE stored_events SET state=CAST(replace(CAST(state AS TEXT), '1000', '9000') AS BLOB)"
        " WHERE originator_id='acme' AND originator_version=7",
        "E_TAMPERED",
        "entry 7",
    ),
]


@pytest.mark.parametrize(("statement", "code", "place"), TAMPERED, ids=lambda value: value[:60])
def test_a_record_that_was_changed_by_hand_is_named(statement: str, code: str, place: str, file: Path) -> None:
    database = sqlite3.connect(file)
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall()
    database.executescript("".join(f"DROP TRIGGER {name};" for (name,) in triggers) + statement)
    database.commit()
    database.close()

    for args in (["show", "-f", str(file)], ["log", "-f", str(file)], ["record", str(file), "-"]):
        outcome = run(file, *args, data=as_bytes(issued()))
        found = outcome.lines[0].split(": ")[1]
        assert found.startswith(code)
        refused(outcome, found, place, 5)


def test_the_file_itself_refuses_a_change(file: Path) -> None:
    database = sqlite3.connect(file)
    for statement in ("DELETE FROM stored_events", "UPDATE stored_events SET topic='os:system'"):
        with pytest.raises(sqlite3.IntegrityError, match="recorded entry is never"):
            database.execute(statement)
    database.close()


def test_a_file_that_another_program_is_writing_is_busy(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.sqlite.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    outcome = run(file, "record", str(file), "-", "--command-id", "mine", data=as_bytes(issued()))
    other.close()

    # The identity is told before the append is tried, so that the command can be given again.
    assert outcome.lines[0] == "command mine"
    assert outcome.lines[1].startswith("error: E_BUSY: ")
    assert outcome.result.exit_code == 4
    assert outcome.untouched


def test_a_read_only_file_is_read_and_not_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.sqlite._writable", lambda path: False)  # root may write to every file

    assert run(file, "show", "-f", str(file)).result.exit_code == 0
    outcome = run(file, "record", str(file), "-", "--command-id", "mine", data=as_bytes(issued()))
    assert outcome.lines[-1].startswith("error: E_READONLY: ")
    assert outcome.result.exit_code == 5
    assert outcome.untouched
