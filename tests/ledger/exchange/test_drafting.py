"""A long file read at once: the same facts as line by line, the same refusals, the same record."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from unittest.mock import patch

import pytest
from hypothesis import event as noted
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, codec, journal
from ledger.columns import shapes
from ledger.days import on
from ledger.drafts import Draft, stated
from ledger.errors import CommandReused, LedgerError
from ledger.events import Event
from ledger.exchange import alike, drafting, json_lines
from ledger.exchange.drafting import drafts, line_of
from ledger.exchange.refused import InputRefused
from ledger.pages import digests_in
from ledger.personal import SALT_BYTES, seal
from ledger.store import writing
from ledger.testing import events as any_events
from ledger.testing import histories
from tests import builders as a
from tests.builders import ticking

SALT: Final = b"s" * SALT_BYTES


def payload(event: Event) -> bytes:
    return codec.encode(seal(event, lambda: SALT))


def payloads(read: list[Draft]) -> list[bytes]:
    """Return the payload of each event, and see that its draft holds the same event."""
    found = []
    for draft in read:
        for kept, event in zip(draft.payloads, draft.events(), strict=True):
            assert kept in (b"", payload(event))
            found.append(payload(event))
    return found


def told(data: bytes, reader: Any) -> Any:
    """Return what a file holds as one reader reads it, or what it says is wrong with it."""
    try:
        return reader(data, "events.jsonl")
    except InputRefused as refusal:
        return refusal.lines()


def line_by_line(data: bytes, name: str) -> list[bytes]:
    return [payload(event) for _, event in json_lines.read(data, name)]


def at_once(data: bytes, name: str) -> list[bytes]:
    return payloads(drafts(data, name))


def by_shape(data: bytes, name: str) -> list[bytes]:
    """Read a file as a long one with many lines of each shape is read."""
    with patch.object(drafting, "_LONG", 0), patch.object(shapes, "MANY", 1):
        found = drafts(data, name)
    whole = [each for draft in found for each in zip(draft.payloads, digests_in(draft.digests), strict=True)]
    assert all(codec.digest(kept) == digest for kept, digest in whole)
    return payloads(found)


def _reordered(line: bytes) -> bytes:
    return json.dumps(dict(reversed([*json.loads(line).items()])), ensure_ascii=True).encode()


def _twice(line: bytes) -> bytes:
    return line[:-1] + b',"note":"once","note":"twice"}'


CHANGES: Final[dict[str, Any]] = {
    "as it is": lambda line: line,
    "spaced": lambda line: b" " + line.replace(b'":', b'" : ') + b"\r",
    "reordered, with escapes": _reordered,
    "a key twice": _twice,
    "everything stated": lambda line: line[:-1] + b',"disclosed_on":null}',
    "a number that is none": lambda line: line.replace(b'"1', b'"01'),
    "a field that nobody knows": lambda line: line[:-1] + b',"colour":"red"}',
    "two objects": lambda line: line + b" " + line,
    "over two lines": lambda line: line.replace(b",", b",\n", 1),
    "another letter": lambda line: line.replace(b"e", "\u0117".encode()),
    "cut short": lambda line: line[:-2],
    "nothing": lambda line: b"",
    "a character that is none": lambda line: line.replace(b'":"', b'":"\x01', 1),
    "a byte order mark": lambda line: json_lines.BOM + line,
    "another version": lambda line: line[:-1] + b',"version":"2"}',
}


def test_a_line_that_states_no_kind_is_not_taken_for_one_of_those_around_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even where something that it states twice makes up for the length."""
    monkeypatch.setattr("ledger.drafts._met", set())
    line = json_lines.write([a.shares_transferred()]).strip()
    without = line.replace(b'"kind":"shares-transferred",', b"")[:-1] + b',"stock_class":"common"}'

    with pytest.raises(InputRefused, match="stands twice"):
        drafts(line + b"\n" + without)


@given(st.lists(st.tuples(any_events(), st.sampled_from([*CHANGES] + ["as it is"] * 20)), min_size=1, max_size=6))
def test_a_file_read_at_once_holds_what_it_holds_line_by_line(given_lines: list[tuple[Event, str]]) -> None:
    data = b"\n".join(CHANGES[change](json_lines.write([event])[:-1]) for event, change in given_lines)

    one, other = told(data, line_by_line), told(data, at_once)

    noted("refused" if one and isinstance(one[0], str) else "read")
    assert one == other == told(data, by_shape)


@pytest.mark.parametrize("change", CHANGES)
def test_a_line_among_others_is_read_or_refused_as_it_would_be_alone(change: str) -> None:
    lines = json_lines.write(a.one_of_each()).splitlines()
    lines[7] = CHANGES[change](lines[7])
    lines[-3] = CHANGES[change](lines[-3])
    data = b"\n".join(lines)

    assert told(data, at_once) == told(data, line_by_line) == told(data, by_shape)


@pytest.mark.parametrize("data", [b"", b"\n \t\r\n", b"\x0c", b"\n\x0b\n", b"\x1c \n"], ids=ascii)
def test_a_file_without_a_fact_is_read_or_refused_as_it_is_line_by_line(data: bytes) -> None:
    assert told(data, at_once) == told(data, line_by_line)


def test_plain_lines_are_read_together() -> None:
    data = json_lines.write([a.shares_transferred(transferred=each) for each in range(1, 400)])

    (draft,) = drafts(data)

    assert stated(data) is not None
    assert [len(bulk.rows) for bulk in draft.bulks] == [399]
    assert not draft.singles


def transferred(note: str | None = None) -> list[bytes]:
    """Return lines that differ in a day, names, a number, and in what is noted where the number is even."""
    return [
        json_lines.write(
            [
                a.shares_transferred(
                    effective_on=on(date(2026, 1, 1) + timedelta(days=each)),
                    from_holder=f"h-{each % 7}",
                    to_holder=f"g-{each % 5}",
                    transferred=100 + 7 * each,
                    note=note and f"{note} {each % 3}" if each % 2 else None,
                )
            ]
        ).strip()
        for each in range(100)
    ]


@pytest.mark.parametrize("note", [None, "as agreed"])
def test_lines_that_are_alike_are_taken_at_once(note: str | None) -> None:
    data = b"\n".join(transferred(note))
    with patch.object(drafting, "_LONG", 0), patch.object(drafting, "_draft", wraps=drafting._draft) as apart:
        (draft,) = drafts(data)

    assert payloads([draft]) == line_by_line(data, "")
    assert sum(len(bulk.rows) for bulk in draft.bulks) == 100
    assert sum(call.args[0].count(b'transferred":') for call in apart.call_args_list) < 10


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(b"agreed 1", b'a","x":"'),
        lambda line: line.replace(b"agreed 1", b"agreed\\n"),
        lambda line: line.replace(b"agreed 1", b"agreed\t1"),
        lambda line: line.replace(b"agreed 1", "agrede\u0301".encode()),
        lambda line: line.replace(b"agreed 1", b"agree\xff\xff\xff"),
        lambda line: line.replace(b"2026-", b"2026/"),
        lambda line: line.replace(b'"g-', b'"G-'),
        lambda line: line.replace(b'"g-', b'"h-'),
        lambda line: line.replace(b'red":"1', b'red":"0'),
        lambda line: line.replace(b'"note":', b'"mote":'),
        lambda line: line.replace(b'"note":', b'"kind":'),
        lambda line: b"",
    ],
)
@pytest.mark.parametrize("words", [2, 10_000])
def test_a_line_as_long_as_others_is_read_or_refused_as_it_would_be_alone(change: Any, words: int) -> None:
    lines = transferred("agreed")
    lines[61::10] = map(change, lines[61::10])  # a line that is learnt from is another one
    data = b"\n".join([*lines, *lines])

    with patch.object(alike, "_WORDS", words), patch.object(drafting, "_PART_BYTES", len(data) // 3):
        assert told(data, by_shape) == told(data, line_by_line)


def test_texts_that_have_to_be_looked_at_with_care_are_not_kept_for_ever() -> None:
    line, reader = transferred("agreed")[1], alike.Alike(drafting._draft)

    with patch.object(alike, "_WORDS", 20):
        for part in range(5):
            odd = (line.replace(b"agreed", f"{part}{at:03}é".encode()) for at in range(50))
            reader.draft(b"\n".join([line, *odd]))

    assert max(len(words) for words, _ in reader._words.values()) == 51


def test_a_long_file_is_read_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"\n".join(transferred())
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.setattr(drafting, "_LONG", 0)

    assert at_once(data, "") == line_by_line(data, "")


def test_the_line_of_an_event_is_counted_with_the_blank_ones() -> None:
    data = b"\n\n" + json_lines.write([a.shares_retired()]) + b"  \n" + json_lines.write([a.shares_retired()])

    assert [line_of(data, index) for index in (0, 1)] == [3, 5]


@given(histories(most=8, longest=3), st.booleans())
def test_a_history_recorded_at_once_is_the_one_recorded_event_by_event(events: list[Event], is_long: bool) -> None:
    one, other = Ledger.in_memory(clock=ticking()), Ledger.in_memory(clock=ticking())
    one._salts = other._salts = lambda: SALT
    refusal = None
    try:
        one.record(*events, actor="counsel", command="c-1")
    except LedgerError as error:
        refusal = error
    with patch.object(drafting, "_LONG", 0 if is_long else drafting._LONG), patch.object(shapes, "MANY", 1):
        read = drafts(json_lines.write(events))

    if refusal is not None:
        with pytest.raises(type(refusal)) as met:
            other.record_drafts(read, actor="counsel", command="c-1")
        assert met.value.line() == refusal.line()
        assert not other.entries()
        return
    outcome = other.record_drafts(read, actor="counsel", command="c-1")

    assert other.entries() == one.entries() == [*outcome.entries]
    assert other.tree().root() == one.tree().root()
    kept, asked = (ledger._rules()._sweep.book for ledger in (other, one))
    assert {total: held for total, held in kept.high.items() if held} == {
        total: held for total, held in asked.high.items() if held
    }


@given(histories(most=8, longest=3))
def test_many_events_given_together_are_recorded_as_few_are(events: list[Event]) -> None:
    told = []
    for least in (1, 10**9):
        ledger = Ledger.in_memory(clock=ticking())
        ledger._salts = lambda: SALT
        with patch.object(journal, "_TOGETHER", least):
            try:
                outcome = ledger.record(*events, actor="counsel", command="c-1")
                told.append((outcome, ledger.record(*events, command="c-1"), [*ledger.entries()]))
            except LedgerError as error:
                told.append((error.line(), [*ledger.entries()]))  # type: ignore[arg-type]  # compared as they are

    assert told[0] == told[1]


def of_a_company() -> list[Draft]:
    return drafts(json_lines.write([*a.founding(), a.holder_registered(holder="zoe"), a.common_issued(issued=5)]))


def test_drafts_given_twice_count_once_and_others_under_the_same_name_are_refused() -> None:
    ledger = Ledger.in_memory()
    first = ledger.record_drafts(of_a_company(), command="c-1")

    again = ledger.record_drafts(of_a_company(), command="c-1")

    assert again.repeated
    assert [*again.entries] == [*first.entries] == [*ledger.entries()]
    with pytest.raises(CommandReused):
        ledger.record_drafts(drafts(json_lines.write([a.common_issued(issued=6)])), command="c-1")


def test_what_is_only_proposed_leaves_nothing() -> None:
    ledger = Ledger.in_memory()

    outcome = ledger.record_drafts(of_a_company(), keep=False)

    assert len(outcome.entries) == len(a.founding()) + 2
    assert not ledger.entries()
    ledger.record_drafts(of_a_company())
    assert ledger.entries()


def memory_of(ledger: Ledger) -> Any:
    """Return how many pages SQLite may have in memory."""
    store: Any = ledger._store
    return store._rows("PRAGMA cache_size")


def test_many_rows_leave_schema_and_memory_as_they_were(tmp_path: Any) -> None:
    path = tmp_path / "acme.db"
    schema = "SELECT rowid, type, name, sql FROM sqlite_schema ORDER BY rowid"
    with Ledger.open(path, create=True) as ledger, closing(sqlite3.connect(path)) as file:
        before, memory = file.execute(schema).fetchall(), memory_of(ledger)
        with patch.object(writing, "_LONG", 3):
            ledger.record_drafts(of_a_company())

        assert file.execute(schema).fetchall() == before
        assert memory_of(ledger) == memory
        with pytest.raises(sqlite3.IntegrityError, match="never replaced"):
            file.execute("INSERT OR REPLACE INTO stored_events SELECT * FROM stored_events")


@pytest.mark.parametrize("holders", range(8))
def test_however_many_rows_a_statement_takes_each_is_kept_once(holders: int, tmp_path: Any) -> None:
    events = [*a.founding(), *(a.holder_registered(holder=f"h-{each}") for each in range(holders))]

    with Ledger.open(tmp_path / "acme.db", create=True) as ledger, patch.object(writing, "_AT_ONCE", (4, 2, 1)):
        ledger.record_drafts(drafts(json_lines.write(events)))

    with Ledger.open(tmp_path / "acme.db") as ledger:
        assert [each.event for each in ledger.entries()] == events


def test_drafts_follow_what_somebody_else_recorded_meanwhile(tmp_path: Any) -> None:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True) as one:
        one.record(*a.founding())
        meanwhile = [a.common_issued(issued=6)]

        def clock() -> datetime:
            if meanwhile:  # the entries were read, and the time is asked for: somebody else is quicker
                one.record(meanwhile.pop())
            return datetime.now(UTC)

        with Ledger.open(path, clock=clock) as other:
            outcome = other.record_drafts(drafts(json_lines.write([a.common_issued(issued=5)])))

            assert [each.number for each in outcome.entries] == [len(a.founding()) + 2]
            assert [*one.entries()] == [*other.entries()]
