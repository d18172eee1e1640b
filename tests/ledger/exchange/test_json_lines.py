"""JSON Lines in and out: what is written is read back, and what is wrong is told with its place."""

import json
import pickle
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.events import Event
from ledger.exchange import json_lines
from ledger.exchange.refused import InputRefused, Problems
from ledger.personal import Personal
from tests import builders as a
from tests import strategies


def read(data: bytes) -> list[Event]:
    return [event for _, event in json_lines.read(data)]


def told(data: bytes) -> list[str]:
    """Return what is said of any bytes: nothing when they can be read."""
    try:
        json_lines.read(data)
    except InputRefused as refusal:
        return refusal.lines()
    return []


def problems(data: bytes) -> list[str]:
    with pytest.raises(InputRefused) as refusal:
        json_lines.read(data, "events.jsonl")
    return refusal.value.lines()


def test_every_event_is_read_back_as_it_was_written() -> None:
    events = a.one_of_each()

    assert read(json_lines.write(events)) == events


@given(st.lists(strategies.events(), max_size=5))
def test_any_event_is_read_back_as_it_was_written(events: list[Event]) -> None:
    assert read(json_lines.write(events)) == events


def test_what_is_at_its_default_is_left_out() -> None:
    assert json_lines.write([a.shares_retired()]) == (
        b'{"kind":"shares-retired","effective_on":"2026-02-02","stock_class":"common","retired":"50"}\n'
    )


def test_an_erased_particular_cannot_be_written() -> None:
    erased = a.holder_registered(name=Personal(None, commitment="sha256:" + "0" * 64))

    with pytest.raises(NotUnderstood, match="erased"):
        json_lines.write([erased])


def test_events_keep_the_number_of_their_line() -> None:
    line = json_lines.write([a.shares_retired()])

    found = json_lines.read(b"\xef\xbb\xbf\n" + line + b"  \t\r\n\r\n" + line.rstrip())

    assert [number for number, _ in found] == [2, 5]


def test_text_is_brought_to_normal_form() -> None:
    written = json_lines.write([a.issuer_registered(legal_name="Zoé")])

    assert read(written.replace("Zoé".encode(), "Zoe\u0301".encode())) == [a.issuer_registered(legal_name="Zoé")]


def test_each_problem_of_a_file_has_its_place() -> None:
    good = json_lines.write([a.shares_retired()])
    bad = good.replace(b'"50"', b"50").replace(b'"2026-02-02"', b"20260202")

    assert problems(good + bad + b"\n{\n") == [
        "error: E_JSON: events.jsonl line 2 /effective_on: number '20260202' must be a string"
        ' (write it in quotes, "1000")',
        "error: E_JSON: events.jsonl line 2 /retired: number '50' must be a string (write it in quotes, \"1000\")",
        "error: E_JSON: events.jsonl line 4 column 2: expecting property name enclosed in double quotes"
        " (one JSON object on each line, keys and text in double quotes)",
    ]


TABLE = "each line is one JSON object, { … }; a table must be converted first"
LIST = "write one object on each line, { … }, without [ ] around them or commas between them"
QUOTES = 'write straight quotes, "; word processors change them'


@pytest.mark.parametrize(
    ("line", "told_so"),
    [
        ("holder,shares", f"column 1: the line begins with 'holder,shares' ({TABLE})"),
        (
            "  Holder;Shares;Class;Certificate",
            f"column 3: the line begins with 'Holder;Shares;Class;... ({TABLE})",
        ),
        ("5,000", f"column 2: the line begins with '5,000' ({TABLE})"),
        ("[", f"column 2: the line begins with [ ({LIST})"),
        ('[{"kind":"x"},', f"column 15: the line begins with [ ({LIST})"),
        ('[{"kind":"x"}]', f": the line holds no object ({LIST})"),
        ("{\u201ckind\u201d: 1}", f"column 2: typographic quotation mark '\\u201c' ({QUOTES})"),
        ('{"kind": \u2018x\u2019}', f"column 10: typographic quotation mark '\\u2018' ({QUOTES})"),
        ("\u00abkind\u00bb", f"column 1: typographic quotation mark '\\xab' ({QUOTES})"),
    ],
)
def test_what_people_give_instead_of_json_is_told_by_name(line: str, told_so: str) -> None:
    gap = "" if told_so.startswith(":") else " "

    assert problems(line.encode()) == [f"error: E_JSON: events.jsonl line 1{gap}{told_so}"]


@pytest.mark.parametrize(
    ("event", "field", "value", "told_so"),
    [
        (
            a.shares_retired(),
            "kind",
            "share-retired",
            "kind 'share-retired' is not known (did you mean shares-retired?)",
        ),
        (a.shares_retired(), "kind", "zzz", "kind 'zzz' is not known (the reference lists the kinds)"),
        (a.shares_retired(), "evidence", "x", "expected `array`, got `str` (write a list, [ … ])"),
        (a.shares_retired(), "evidence", ["x"], "expected `object`, got `str` (write an object, { … })"),
        (
            a.shares_retired(),
            "note",
            ["x"],
            "expected `str | null`, got `array` (the reference shows the form of each field)",
        ),
    ],
)
def test_a_value_of_another_form_is_told_what_to_write(event: Event, field: str, value: Any, told_so: str) -> None:
    plain = json.loads(json_lines.write([event]))

    [line] = problems(json.dumps({**plain, field: value}).encode())

    assert line.endswith(told_so)


@pytest.mark.parametrize("count", [19, 20, 21, 1_000])
def test_the_first_twenty_problems_are_told_and_the_rest_is_counted(count: int) -> None:
    lines = problems(b"{\n" * count)

    assert len(lines) == min(count, 21)
    if count > 20:
        assert lines[-1] == f"error: E_INPUT: events.jsonl: {count - 20} more problems (mend these first)"


@pytest.mark.parametrize(("size", "fits"), [(999_999, True), (1_000_000, True), (1_000_001, False)])
def test_a_line_has_a_longest_length(size: int, fits: bool) -> None:
    line = json_lines.write([a.shares_retired()]).rstrip()
    padded = line + b" " * (size - len(line))

    if fits:
        assert len(read(padded)) == 1
    else:
        assert problems(padded)[0].startswith("error: E_LIMIT: events.jsonl line 1: ")


@pytest.mark.parametrize(("depth", "code"), [(31, "E_TYPE"), (32, "E_JSON"), (100_000, "E_JSON")])
def test_nesting_has_a_deepest_level(depth: int, code: str) -> None:
    line = b'{"kind":"shares-retired","effective_on":"2026-02-02","stock_class":"common","retired":%b}' % (
        b"[" * depth + b"]" * depth
    )

    assert problems(line)[0].startswith(f"error: {code}: ")


@pytest.mark.parametrize(
    "data",
    [
        b'"' + b'\\"' * 490_000,
        b'{"a":"' + b"\\" * 900_001,
        b"[" * 33 + b'"\\"' * 300_000,
        b'{"a":"' + "\u0316\u0301".encode() * 240_000 + b'"}',
        b'{"kind":"' + b"x" * 990_000 + b'"}',
    ],
    ids=["quotes", "backslashes", "strings", "combining marks", "long kind"],
)
def test_no_line_takes_long(data: bytes) -> None:
    start = time.process_time()

    assert problems(data)

    assert time.process_time() - start < 1


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert all(line.startswith("error: E_") and "\n" not in line for line in told(data))


_json = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.sampled_from(a.one_of_each()), st.data())
def test_any_value_in_any_field_is_read_or_refused(event: Event, data: st.DataObject) -> None:
    plain = json.loads(json_lines.write([event]))
    plain[data.draw(st.sampled_from(sorted(plain)) | st.text(max_size=5))] = data.draw(_json)

    lines = told(json.dumps(plain).encode())
    assert all(line.startswith("error: E_") and line.isprintable() for line in lines)


def test_a_refusal_survives_the_way_to_another_process() -> None:
    found = Problems("events.jsonl")
    found.add(NotUnderstood("E_JSON", "what", "hint", "events.jsonl line 1"))
    with pytest.raises(InputRefused) as refusal:
        found.refuse()

    again = pickle.loads(pickle.dumps(refusal.value))

    assert again.lines() == refusal.value.lines()
    assert (again.code, again.where, again.EXIT) == ("E_JSON", "events.jsonl line 1", 2)
    assert str(again) == "what (hint)"


def test_a_file_without_problems_is_not_refused() -> None:
    Problems("events.jsonl").refuse()
