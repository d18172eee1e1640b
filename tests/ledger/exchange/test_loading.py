"""A long file, loaded part by part: every line counts once, however often it is stopped, mended or continued."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Ledger
from ledger.errors import HoldingExceeded, Unavailable
from ledger.exchange import json_lines, loading
from ledger.exchange.drafting import drafts
from ledger.exchange.refused import InputRefused
from tests import builders as a

FOUNDING = a.founding()
ISSUES = [a.common_issued(issued=number) for number in range(1, 31)]
LINES = json_lines.write([*FOUNDING, *ISSUES])


@pytest.fixture(autouse=True)
def _short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "PART_BYTES", 400)


def issued(ledger: Ledger) -> list[int]:
    """Return what was issued, in order of recording."""
    return [int(str(each.event.issued)) for each in ledger.entries() if hasattr(each.event, "issued")]


def load(ledger: Ledger, data: bytes) -> int:
    return loading.load(ledger, BytesIO(data), actor="counsel", name="long.jsonl")


def test_each_part_is_a_command_named_by_the_file_up_to_its_end() -> None:
    ledger = Ledger.in_memory()

    assert load(ledger, LINES) == len(FOUNDING) + len(ISSUES)

    commands = list(dict.fromkeys(each.command for each in ledger.entries()))
    assert len(commands) > 3
    assert commands[-1] == sha256(LINES).hexdigest()
    assert issued(ledger) == list(range(1, 31))


def test_a_file_given_again_adds_nothing() -> None:
    ledger = Ledger.in_memory()
    load(ledger, LINES)

    assert load(ledger, LINES) == 0


def test_what_somebody_else_recorded_meanwhile_is_not_counted() -> None:
    ledger = Ledger.in_memory()
    load(ledger, LINES)
    ledger.recorded = lambda commands: set()  # type: ignore[method-assign]  # as it was when the file was looked at

    assert load(ledger, LINES) == 0


def test_a_byte_order_mark_stands_before_the_first_line_alone() -> None:
    lines = LINES.splitlines(keepends=True)
    parts = [part.data for part in loading.parts(BytesIO(LINES), lambda commands: set())]
    of_first = parts[0].count(b"\n")

    assert load(Ledger.in_memory(), json_lines.BOM + LINES) == len(lines)
    with pytest.raises(InputRefused) as refusal:
        load(Ledger.in_memory(), b"".join([*lines[:of_first], json_lines.BOM, *lines[of_first:]]))
    assert refusal.value.lines()[0].startswith(f"error: E_JSON: long.jsonl line {of_first + 1} ")


@pytest.mark.parametrize(("odd", "told"), [(b"\xff", "byte 0xff"), (b"\0", "a zero byte")])
def test_what_is_no_text_in_a_later_part_is_told_with_its_line(odd: bytes, told: str) -> None:
    lines = LINES.splitlines(keepends=True)
    lines[-2] = b'{"note":"' + odd + lines[-2]

    with pytest.raises(InputRefused) as refusal:
        load(Ledger.in_memory(), b"".join(lines))

    at = f"long.jsonl line {len(lines) - 1}"
    assert refusal.value.lines()[0].startswith(f"error: E_ENCODING: {at}: {told} at offset 9")


class _Failing:
    """A store that fails after some commands."""

    def __init__(self, ledger: Ledger, after: int) -> None:
        self.append, self.left = ledger._store.append, after

    def __call__(self, *args: Any) -> None:
        if not self.left:
            raise Unavailable("E_STORE", "here", "the disk is away")
        self.left -= 1
        self.append(*args)


@given(st.integers(0, 12))
@settings(max_examples=13)
def test_an_interrupted_load_goes_on_where_it_stopped(after: int) -> None:
    ledger = Ledger.in_memory()
    whole = ledger._store.append
    ledger._store.append = _Failing(ledger, after)  # type: ignore[method-assign,assignment]
    with suppress(Unavailable):
        load(ledger, LINES)
    ledger._store.append = whole  # type: ignore[method-assign]
    there = len(ledger.entries())

    assert load(ledger, LINES) == len(FOUNDING) + len(ISSUES) - there
    assert issued(ledger) == list(range(1, 31))


@given(st.integers(1, len(FOUNDING) + len(ISSUES)), st.booleans())
def test_a_file_that_has_grown_adds_what_is_new(count: int, ended: bool) -> None:
    ledger = Ledger.in_memory()
    shorter = b"".join(LINES.splitlines(keepends=True)[:count])
    load(ledger, shorter if ended else shorter.removesuffix(b"\n"))

    load(ledger, LINES)

    assert issued(ledger) == list(range(1, 31))


@given(st.integers(len(FOUNDING), len(FOUNDING) + len(ISSUES) - 1))
def test_what_is_refused_names_its_line_and_the_mended_file_goes_on(index: int) -> None:
    lines = LINES.splitlines(keepends=True)
    ledger = Ledger.in_memory()

    with pytest.raises(InputRefused) as refusal:
        load(ledger, b"".join([*lines[:index], b"{\n", *lines[index:]]))
    assert refusal.value.lines()[0].startswith(f"error: E_JSON: long.jsonl line {index + 1} ")

    load(ledger, LINES)
    assert issued(ledger) == list(range(1, 31))


def test_the_next_part_is_read_before_the_last_one_is_recorded_and_refused_after_it() -> None:
    lines = LINES.splitlines(keepends=True)
    ledger = Ledger.in_memory()
    file = BytesIO(b"".join([*lines[:-1], b"{\n", lines[-1]]))

    taken: list[int] = []

    def record_all() -> None:
        for part, read, _ in loading.read_ahead(file, ledger.recorded):
            taken.append(len(part.data))
            assert file.tell() > sum(taken)
            ledger.record_drafts(read, command=part.command)

    with pytest.raises(InputRefused):
        record_all()
    assert len(taken) > 3
    assert issued(ledger) == list(range(1, len(issued(ledger)) + 1))


@pytest.mark.parametrize("often", [0, 1, 2])
def test_each_part_is_read_once_however_often_one_goes_on(often: int) -> None:
    ledger = Ledger.in_memory()

    for part, read, go_on in loading.read_ahead(BytesIO(LINES), ledger.recorded):
        for _ in range(often):
            go_on()
        ledger.record_drafts(read, command=part.command)

    assert issued(ledger) == list(range(1, 31))


def test_the_next_part_is_begun_when_the_rules_let_one_through_and_before_it_is_written() -> None:
    ledger = Ledger.in_memory()
    told: list[str] = []
    append = ledger._store.append

    def append_told(*given: Any) -> None:
        told.append("written")
        append(*given)

    ledger._store.append = append_told  # type: ignore[method-assign,assignment]
    ledger.record_drafts(drafts(LINES), meanwhile=lambda: told.append("begun"))
    with pytest.raises(HoldingExceeded):
        ledger.record_drafts(
            drafts(json_lines.write([a.shares_transferred(transferred=10**6)])),
            meanwhile=lambda: told.append("begun"),
        )

    assert told == ["begun", "written"]


def test_what_a_rule_refuses_leaves_the_parts_before_it() -> None:
    ledger = Ledger.in_memory()
    wrong = json_lines.write([a.shares_transferred(transferred=10**6)])

    with pytest.raises(HoldingExceeded):
        load(ledger, LINES + wrong)

    assert 0 < len(issued(ledger)) < 31
    assert issued(ledger) == list(range(1, len(issued(ledger)) + 1))
