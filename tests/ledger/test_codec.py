"""Events to bytes and back: what is written, and how everything else is refused."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec, events
from ledger.errors import LedgerDamaged, NotUnderstood
from ledger.events import EVENTS, CommonIssued, EntryRestated, Event, HolderListReceived, HolderRegistered
from ledger.identity import CommandId, EntryNumber, IssuerId
from ledger.personal import Personal
from ledger.quantities import Shares
from ledger.timeline import Entry
from tests import strategies
from tests.builders import (
    agreement_signed,
    common_issued,
    entry_restated,
    entry_voided,
    holder_registered,
    shares_retired,
    stock_class_designated,
)
from tests.golden import make

ISSUER = IssuerId("acme")
ESCAPE = "\x1b[31mred\u202e"
KINDS = pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.KIND)


def sealed(event: Event) -> Event:
    """Return an event whose personal particulars have a salt, as the journal gives them one."""
    from ledger.personal import seal

    made: Event = seal(event, lambda: bytes(32))
    return made


def payload(**changes: Any) -> dict[str, Any]:
    """Return the payload of an issue as a plain object, with fields of the event changed."""
    whole: dict[str, Any] = json.loads(codec.encode(common_issued(issued=Shares(1_000))))
    whole["event"].update(changes)
    return whole


def canonical(value: Any) -> bytes:
    """Write JSON as RFC 8785 does in the subset without numbers; independent of the codec."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def refused(raw: bytes) -> LedgerDamaged:
    """Return how the bytes are refused as a payload."""
    with pytest.raises(LedgerDamaged) as caught:
        codec.decode(raw, "acme entry 7")
    return caught.value


# --- what is written -------------------------------------------------------------------------------------------


@KINDS
@strategies.SOME
@given(data=st.data())
def test_decode_undoes_encode(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(strategies.events_of(kind))

    assert codec.decode(codec.encode(event)) == event


def no_number(text: str) -> None:
    raise AssertionError(f"the payload holds the JSON number {text}")


@given(strategies.events())
def test_a_payload_is_canonical_json_without_numbers(event: Event) -> None:
    raw = codec.encode(event)

    plain = json.loads(raw, parse_int=no_number, parse_float=no_number, parse_constant=no_number)

    assert canonical(plain) == raw
    assert set(plain) == {"event", "kind", "version"}


@given(strategies.events(), strategies.events())
def test_events_are_equal_exactly_when_their_payloads_are(one: Event, other: Event) -> None:
    assert (one == other) == (codec.encode(one) == codec.encode(other))


@KINDS
def test_an_event_gives_exactly_the_golden_bytes(kind: type[Event]) -> None:
    assert codec.encode(make.in_full(kind)) == make.golden(kind).read_bytes()


@KINDS
def test_the_golden_bytes_give_exactly_the_event(kind: type[Event]) -> None:
    assert codec.decode(make.golden(kind).read_bytes()) == make.in_full(kind)


@KINDS
def test_a_golden_event_states_every_field_that_it_can(kind: type[Event]) -> None:
    other_way = {  # a natural person has the other name, and what is on a security names it alone
        "holder-registered": {"legal_name"},
        "holder-renamed": {"legal_name"},
        "restriction-placed": {"security"},
        "class-rights-stated": {"protection"},  # a right is stated or ended
        "award-granted": {"legends", "security"},  # of restricted stock, which has no price
        "plan-pool-changed": {"added"},
    }
    excused = other_way.get(kind.KIND, set())

    fields = json.loads(make.golden(kind).read_bytes())["event"]

    assert {name for name, value in fields.items() if value in (None, [])} == excused


def test_every_golden_payload_is_of_a_kind_that_is_still_read() -> None:
    kept = {path.name.removesuffix(".json") for path in make.PAYLOADS.iterdir()}

    assert kept >= {f"{kind.KIND}.{kind.VERSION}" for kind in EVENTS}
    for path in make.PAYLOADS.iterdir():
        assert codec.topic(codec.decode(path.read_bytes())).partition(".")[0] == path.name.partition(".")[0]


def test_the_leaf_is_exactly_the_golden_one() -> None:
    assert codec.leaf(*make.golden_entry()) == make.LEAF.read_bytes()


def test_golden_files_are_made_once_and_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make, "HERE", tmp_path)
    monkeypatch.setattr(make, "PAYLOADS", tmp_path / "payloads")
    monkeypatch.setattr(make, "LEAF", tmp_path / "leaf.json")
    assert make.main() == 0
    (tmp_path / "payloads" / "shares-retired.1.json").write_bytes(b"as published")
    (tmp_path / "leaf.json").unlink()

    assert make.main() == 1

    assert (tmp_path / "payloads" / "shares-retired.1.json").read_bytes() == b"as published"
    assert "DIFFERS payloads/shares-retired.1.json" in capsys.readouterr().err
    assert (tmp_path / "leaf.json").read_bytes() == codec.leaf(*make.golden_entry())


def test_a_personal_value_is_not_in_the_payload() -> None:
    event = holder_registered(name=Personal("Ada Quill", bytes(32)), address=Personal("1 Row", bytes(32)))

    raw = codec.encode(event)

    assert b"Quill" not in raw
    assert b"Row" not in raw
    assert raw.count(b"sha256:") == 2


def test_an_unsealed_personal_value_is_not_written() -> None:
    with pytest.raises(ValueError, match="no salt yet"):
        codec.encode(holder_registered())


# --- what is refused -------------------------------------------------------------------------------------------


def spoilt(change: Callable[[dict[str, Any]], Any]) -> bytes:
    """Return canonical bytes of a payload after a change."""
    whole = payload()
    change(whole)
    return canonical(whole)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (spoilt(lambda whole: whole.update(kind="common-stolen")), "'common-stolen' version '1' is not known"),
        (spoilt(lambda whole: whole.update(version="2")), "'common-issued' version '2' is not known"),
        (spoilt(lambda whole: whole.update(version="")), "is not known"),
        (spoilt(lambda whole: whole.update(kind="os:system")), "'os:system' version '1' is not known"),
    ],
    ids=["unknown kind", "future version", "no version", "a topic of Python"],
)
def test_what_this_release_does_not_know_is_refused_by_name(raw: bytes, says: str) -> None:
    error = refused(raw)

    assert error.code == "E_KIND"
    assert says in error.what


GOOD = codec.encode(common_issued(issued=Shares(1_000)))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(spoilt(lambda whole: whole["event"].update(colour="red")), id="unknown field"),
        pytest.param(spoilt(lambda whole: whole.update(colour="red")), id="unknown field of the envelope"),
        pytest.param(spoilt(lambda whole: whole["event"].pop("holder")), id="missing field"),
        pytest.param(spoilt(lambda whole: whole["event"].pop("note")), id="missing field with a default"),
        pytest.param(spoilt(lambda whole: whole.pop("version")), id="missing version"),
        pytest.param(canonical(payload(issued="1000.0")), id="trailing zero"),
        pytest.param(canonical(payload(issued="01000")), id="leading zero"),
        pytest.param(canonical(payload(issued="0.0040")), id="as printed"),
        pytest.param(canonical(payload(issued="2/1")), id="fraction that is whole"),
        pytest.param(canonical(payload(issued="1e3")), id="exponent"),
        pytest.param(canonical(payload(issued="NaN")), id="not a number"),
        pytest.param(canonical(payload(issued="0")), id="zero shares"),
        pytest.param(canonical(payload(issued=1000)), id="JSON number"),
        pytest.param(canonical(payload(issued=True)), id="boolean"),
        pytest.param(canonical(payload(issued=None)), id="null"),
        pytest.param(canonical(payload(holder="Ada Quill")), id="name that is no id"),
        pytest.param(canonical(payload(phase="noon")), id="unknown phase"),
        pytest.param(canonical(payload(effective_on="2026-02-02/2026-02-02")), id="range of one day"),
        pytest.param(canonical(payload(effective_on="2026-02-30")), id="day that does not exist"),
        pytest.param(canonical(payload(disclosed_on="2026-2-3")), id="short date"),
        pytest.param(canonical(payload(note="Zoe\u0301")), id="text not in normal form C"),
        pytest.param(canonical(payload(evidence={})), id="object for a list"),
        pytest.param(GOOD.replace(b'"event"', b'"Event"'), id="key in capitals"),
        pytest.param(GOOD.replace(b":{", b": {", 1), id="space"),
        pytest.param(GOOD.replace(b'{"event"', b'\n{"event"', 1), id="line feed"),
        pytest.param(GOOD.replace(b"common", b"c\\u006fmmon"), id="needless escape"),
        pytest.param(
            b'{"kind":"common-issued",' + GOOD[1 : GOOD.index(b',"kind"')] + b',"version":"1"}',
            id="keys out of order",
        ),
        pytest.param(
            GOOD.replace(b'"agreement":null,"authority":null', b'"authority":null,"agreement":null'),
            id="fields out of order",
        ),
        pytest.param(GOOD.replace(b'"issued":"1000"', b'"issued":"1000","issued":"1000"'), id="duplicate field"),
        pytest.param(GOOD.replace(b'"version":"1"', b'"version":"1","version":"1"'), id="duplicate key"),
        pytest.param(GOOD[:-1], id="truncated by one"),
        pytest.param(GOOD[: len(GOOD) // 2], id="half"),
        pytest.param(b"", id="nothing"),
        pytest.param(GOOD + b" ", id="trailing space"),
        pytest.param(GOOD + GOOD, id="two"),
        pytest.param(GOOD.replace(b'"1000"', b"NaN"), id="JSON NaN"),
        pytest.param(GOOD.replace(b'"1000"', b"1e400"), id="JSON number too large for a float"),
        pytest.param(GOOD.replace(b"ada", b"a\xffa"), id="invalid UTF-8"),
        pytest.param(GOOD.replace(b'"note":null', b'"note":"\xed\xa0\x80"'), id="surrogate"),
        pytest.param(GOOD.replace(b'"note":null', b'"note":"\\ud800"'), id="lone surrogate, escaped"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="byte order mark"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="nested 100,000 deep"),
        pytest.param(b'{"event":' * 100_000 + b"{}" + b"}" * 100_000, id="objects 100,000 deep"),
        pytest.param(
            GOOD.replace(b'"note":null', b'"note":' + b"[" * 100_000 + b"]" * 100_000), id="deep in a field"
        ),
        pytest.param(
            b'{"event":{"certainty":"stated","disclosed_on":null,"entry":"1","evidence":[],"note":null,"reason":"x",'
            b'"restated_as":' * 5_000 + GOOD + b'},"kind":"entry-restated","version":"1"}' * 5_000,
            id="restatements 5,000 deep",
        ),
        pytest.param(b" " * (codec.MAX_PAYLOAD_BYTES + 1), id="too long"),
        pytest.param(b"null", id="null"),
        pytest.param(b"\x00" * 100, id="zeros"),
        pytest.param(b"\x80\x04\x95", id="a pickle"),
    ],
)
def test_bytes_that_writing_does_not_give_are_refused(raw: bytes) -> None:
    error = refused(raw)

    assert error.code == "E_PAYLOAD"
    assert error.place == "acme entry 7"
    assert error.EXIT == 5


def test_a_payload_of_the_greatest_length_is_read_and_one_byte_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_PAYLOAD_BYTES", len(GOOD))
    assert codec.decode(GOOD) == common_issued(issued=Shares(1_000))

    monkeypatch.setattr(codec, "MAX_PAYLOAD_BYTES", len(GOOD) - 1)
    assert "payload of" in refused(GOOD).what


@pytest.mark.parametrize("inner", [entry_voided(1), entry_restated(1)], ids=["a void", "a restatement"])
def test_a_restatement_holds_a_fact_and_nothing_else(inner: Event) -> None:
    whole = json.loads(codec.encode(entry_restated(1)))
    whole["event"]["restated_as"] = json.loads(codec.encode(inner))

    assert refused(canonical(whole)).code == "E_PAYLOAD"


def test_a_kind_that_this_release_does_not_know_is_named_within_a_restatement_too() -> None:
    whole = json.loads(codec.encode(entry_restated(1)))
    whole["event"]["restated_as"]["kind"] = "common-stolen"

    assert refused(canonical(whole)).code == "E_KIND"


@pytest.mark.parametrize(
    "field", ["holder", "phase", "certainty", "issued", "effective_on", "disclosed_on", ESCAPE]
)
def test_what_damaged_bytes_hold_reaches_no_terminal(field: str) -> None:
    error = refused(canonical(payload(**{field: ESCAPE + "x" * 5_000})))

    assert error.line().isprintable()
    assert len(error.line()) < 400


@given(strategies.events(), st.data())
def test_a_payload_with_any_byte_changed_is_another_event_or_refused(event: Event, data: st.DataObject) -> None:
    raw = bytearray(codec.encode(event))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[at]))

    try:
        read = codec.decode(bytes(raw))
    except LedgerDamaged:
        return
    assert read != event
    assert codec.encode(read) == raw


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_damage(raw: bytes) -> None:
    assert refused(raw).code in ("E_PAYLOAD", "E_KIND")


# --- what a store keeps ----------------------------------------------------------------------------------------


def entry(event: Event, number: int = 7, **changes: Any) -> Entry:
    """Return an event as the journal keeps it."""
    recorded_at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    whole = Entry(
        EntryNumber(number), recorded_at, "counsel", CommandId("c-1"), event, codec.digest(codec.encode(event))
    )
    return whole._replace(**changes)


def kept(one: Entry) -> bytes:
    return codec.state(ISSUER, one, codec.encode(one.event))


def read_back(stored: bytes, issuer: IssuerId = ISSUER, number: int = 7, topic: str = "shares-retired.1") -> Entry:
    return codec.read_state(stored, issuer, number, topic)


SHORT = entry(shares_retired())
STORED = kept(SHORT)


@given(strategies.events())
def test_a_stored_entry_is_read_back_whole(event: Event) -> None:
    one = entry(event)

    assert codec.read_state(kept(one), ISSUER, 7, codec.topic(event)) == one


def test_every_single_flipped_bit_of_a_stored_entry_is_found() -> None:
    unnoticed = []
    for at in range(len(STORED)):
        for bit in range(8):
            damaged = STORED[:at] + bytes([STORED[at] ^ 1 << bit]) + STORED[at + 1 :]
            with suppress(LedgerDamaged):
                read_back(damaged)
                unnoticed.append((at, bit, damaged))

    assert unnoticed == []


def rows(*entries: Entry) -> list[tuple[int, str, bytes]]:
    return [(one.number, codec.topic(one.event), kept(one)) for one in entries]


@given(st.lists(st.tuples(strategies.events(), st.booleans()), min_size=1, max_size=12))
def test_entries_read_at_once_are_those_read_one_by_one(stated: list[tuple[Event, bool]]) -> None:
    command, entries = 0, []
    for number, (event, begins) in enumerate(stated, 8):
        command += begins
        recorded_at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=command)
        entries.append(entry(event, number, command=CommandId(f"c-{command}"), recorded_at=recorded_at))

    page = codec.read_states(rows(*entries), ISSUER, 7)

    assert page is not None
    assert page.entries() == entries


def test_every_single_flipped_bit_of_an_entry_after_another_of_its_command_is_found() -> None:
    first, (number, topic, stored) = rows(SHORT, entry(shares_retired(), 8))
    unnoticed = [
        (at, bit)
        for at in range(len(stored))
        for bit in range(8)
        if codec.read_states(
            [first, (number, topic, stored[:at] + bytes([stored[at] ^ 1 << bit]) + stored[at + 1 :])], ISSUER, 6
        )
        is not None
    ]

    assert unnoticed == []


def resealed(one: Entry, payload: bytes) -> tuple[int, str, bytes]:
    """Return the row of an entry whose payload somebody replaced, and whose digests they made anew."""
    forged = one._replace(payload_digest=codec.digest(payload))
    return one.number, codec.topic(one.event), codec.kept(codec.leaf(ISSUER, forged), payload)


@pytest.mark.parametrize("between", [b"", b"\n", b",", b" ", b"\n\n"])
@pytest.mark.parametrize("cut", ["whole", "within"])
def test_payloads_that_are_an_event_only_together_are_refused(between: bytes, cut: str) -> None:
    entries = [entry(shares_retired(), number) for number in (7, 8, 9)]
    payload = codec.encode(shares_retired())
    head, tail = b'{"event":', payload[payload.rfind(b',"kind":"') :]
    part = payload[len(head) : -len(tail)]
    at = len(part) if cut == "whole" else part.index(b'"certainty"')
    forged = [part[:at] + between * (cut == "whole") + part * (cut == "whole"), part[at:], part]
    resealed_rows = [resealed(one, head + each + tail) for one, each in zip(entries, forged, strict=True)]

    assert codec.read_states(resealed_rows, ISSUER, 6) is None
    with pytest.raises(LedgerDamaged):
        codec.read_state(resealed_rows[0][2], ISSUER, 7, resealed_rows[0][1])


def test_a_row_that_begins_with_no_leaf_is_refused() -> None:
    payload = codec.encode(shares_retired())
    envelope = b'7","payload":"' + codec.digest(payload).encode()

    assert codec.read_states([(7, "shares-retired.1", codec.kept(envelope, payload))], ISSUER, 6) is None
    assert codec.read_states([(8, *rows(SHORT)[0][1:])], ISSUER, 6) is None


def test_a_stored_entry_cut_anywhere_is_refused() -> None:
    for length in range(len(STORED)):
        with pytest.raises(LedgerDamaged):
            read_back(STORED[:length])


@pytest.mark.parametrize("more", [b" ", b"\n", b"\n\n", STORED, b"\n" + STORED])
def test_bytes_after_a_stored_entry_are_refused(more: bytes) -> None:
    with pytest.raises(LedgerDamaged):
        read_back(STORED + more)


@pytest.mark.parametrize("number", [1, 6, 8, 70])
def test_an_entry_moved_to_another_number_is_refused(number: int) -> None:
    with pytest.raises(LedgerDamaged) as caught:
        read_back(STORED, number=number)

    assert (caught.value.code, caught.value.place) == ("E_TAMPERED", f"acme entry {number}")


def test_an_entry_moved_to_another_issuer_is_refused() -> None:
    with pytest.raises(LedgerDamaged) as caught:
        read_back(STORED, issuer=IssuerId("acme2"))

    assert caught.value.code == "E_TAMPERED"


@pytest.mark.parametrize("topic", ["shares-retired.2", "shares-retired", "common-issued.1", "os:system", ""])
def test_an_entry_whose_topic_says_something_else_is_refused(topic: str) -> None:
    with pytest.raises(LedgerDamaged) as caught:
        read_back(STORED, topic=topic)

    assert caught.value.code == "E_TAMPERED"


def test_an_entry_under_the_leaf_of_another_is_refused() -> None:
    leaf, payload_of = codec.leaf(ISSUER, SHORT), codec.encode(shares_retired(retired=51))

    with pytest.raises(LedgerDamaged) as caught:
        read_back(STORED.replace(codec.encode(SHORT.event), payload_of))

    assert leaf in STORED
    assert caught.value.code == "E_TAMPERED"


def test_a_topic_that_names_python_imports_nothing() -> None:
    """The library would import what a topic names; here it is compared, and never looked up."""
    code = (
        "import sys, ledger.codec as codec\n"
        "from ledger.errors import LedgerDamaged\n"
        "from ledger.identity import IssuerId\n"
        "before = set(sys.modules)\n"
        "for topic in ('antigravity:fly', 'this:s', 'os:system'):\n"
        '    raw = b\'{"event":{},"kind":"%b","version":"1"}\' % topic.encode()\n'
        "    for read in (lambda: codec.decode(raw), lambda: codec.read_state(raw, IssuerId('a'), 1, topic)):\n"
        "        try: read()\n"
        "        except LedgerDamaged: pass\n"
        "        else: raise SystemExit('accepted')\n"
        "print(sorted(set(sys.modules) - before))\n"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


# --- leaves ----------------------------------------------------------------------------------------------------


def test_a_leaf_says_issuer_number_time_actor_command_and_digest() -> None:
    assert json.loads(codec.leaf(ISSUER, SHORT)) == {
        "actor": "counsel",
        "command": "c-1",
        "fmt": "captable-leaf/1",
        "issuer": "acme",
        "number": "7",
        "payload": codec.digest(codec.encode(shares_retired())),
        "recorded_at": "2026-03-01T09:30:00.000000Z",
    }


@given(strategies.texts(), st.datetimes(datetime(1970, 1, 1), datetime(2900, 1, 1)), st.integers(1, 10**18 - 1))
def test_a_leaf_is_canonical(actor: str, at: datetime, number: int) -> None:
    leaf = codec.leaf(ISSUER, entry(shares_retired(), number, actor=actor, recorded_at=at.replace(tzinfo=UTC)))

    assert canonical(json.loads(leaf, parse_int=no_number, parse_float=no_number)) == leaf


def test_an_instant_is_written_in_utc_with_six_decimals() -> None:
    east = timezone(timedelta(hours=5, minutes=45))

    assert codec.instant_text(datetime(2026, 1, 1, 0, 0, tzinfo=east)) == "2025-12-31T18:15:00.000000Z"
    assert codec.instant_text(datetime(2026, 1, 1, 0, 0, 0, 7, tzinfo=UTC)) == "2026-01-01T00:00:00.000007Z"


def stored_with(**changes: str) -> bytes:
    """Return an entry stored with a leaf that somebody changed, and everything else in step with it."""
    leaf = json.loads(codec.leaf(ISSUER, SHORT))
    leaf.update(changes)
    return codec.kept(canonical(leaf), codec.encode(SHORT.event))


def test_a_leaf_put_in_step_with_its_changes_is_read() -> None:
    assert stored_with() == STORED
    assert read_back(stored_with(actor="cfo")).actor == "cfo"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fmt": "captable-leaf/2"}, "E_TAMPERED"),
        ({"issuer": "acme2"}, "E_TAMPERED"),
        ({"number": "07"}, "E_TAMPERED"),
        ({"payload": "0" * 64}, "E_TAMPERED"),
        ({"recorded_at": "2026-03-01T09:30:00.000000+00:00"}, "E_TAMPERED"),
        ({"recorded_at": "2026-03-01T09:30:00Z"}, "E_TAMPERED"),
        ({"recorded_at": "2026-03-01"}, "E_TAMPERED"),
        ({"recorded_at": "yesterday"}, "E_LEAF"),
        ({"recorded_at": "2026-13-01T09:30:00.000000Z"}, "E_LEAF"),
        ({"command": "with spaces"}, "E_LEAF"),
        ({"command": ""}, "E_LEAF"),
        ({"colour": "red"}, "E_LEAF"),
        ({"actor": ESCAPE}, "E_LEAF"),
        ({"actor": ""}, "E_LEAF"),
    ],
    ids=str,
)
def test_a_leaf_that_the_ledger_does_not_write_is_refused(changes: dict[str, str], code: str) -> None:
    with pytest.raises(LedgerDamaged) as caught:
        read_back(stored_with(**changes))

    assert caught.value.code == code
    assert caught.value.line().isprintable()


# --- input files -----------------------------------------------------------------------------------------------


def plain(**changes: Any) -> dict[str, Any]:
    """Return an issue as somebody writes it into a file."""
    return {
        "kind": "common-issued",
        "effective_on": "2026-02-02",
        "holder": "ada",
        "stock_class": "common",
        "issued": "1000",
        **changes,
    }


def not_understood(given: dict[str, Any]) -> NotUnderstood:
    with pytest.raises(NotUnderstood) as caught:
        codec.from_plain(given)
    return caught.value


def test_what_a_file_leaves_out_has_its_default() -> None:
    assert codec.from_plain(plain()) == common_issued(issued=Shares(1_000))


def test_a_file_may_write_a_number_as_printed() -> None:
    event = codec.from_plain(plain(issued="1000.50"))

    assert isinstance(event, CommonIssued)
    assert str(event.issued) == "1000.5"


@KINDS
@strategies.SOME
@given(data=st.data())
def test_what_the_record_holds_may_stand_in_a_file(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(strategies.events_of(kind))
    whole = json.loads(codec.encode(event))

    def flat(stored: dict[str, Any]) -> dict[str, Any]:
        fields = dict(stored["event"])
        if "restated_as" in fields:
            fields["restated_as"] = flat(fields["restated_as"])
        return {"kind": stored["kind"], "version": stored["version"], **fields}

    def as_given(value: Any) -> Any:
        if isinstance(value, Personal):
            return Personal(value.commitment)  # a file gives a particular itself, and here that is this text
        if isinstance(value, HolderRegistered) or "name" in {field.name for field in attrs.fields(type(value))}:
            fields = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
            changed = {name: as_given(part) for name, part in fields.items() if isinstance(part, Personal)}
            return attrs.evolve(value, **changed)
        if isinstance(value, HolderListReceived):
            return attrs.evolve(value, holders=tuple(as_given(line) for line in value.holders))
        return value

    if isinstance(event, EntryRestated):
        event = attrs.evolve(event, restated_as=as_given(event.restated_as))
    else:
        event = as_given(event)

    assert codec.from_plain(flat(whole)) == event


def test_a_personal_particular_is_given_itself() -> None:
    event = codec.from_plain(
        {
            "kind": "holder-registered",
            "effective_on": "2026-01-01",
            "holder": "ada",
            "holder_kind": "natural-person",
            "name": "Ada Quill",
        }
    )

    assert event == holder_registered(holder="ada", name="Ada Quill")


@pytest.mark.parametrize(
    ("given", "code", "where", "says"),
    [
        ({}, "E_KIND", "/kind", "not known"),
        ({"kind": 7}, "E_KIND", "/kind", "not known"),
        ({"kind": ["common-issued"]}, "E_KIND", "/kind", "not known"),
        (plain(kind="common-isued"), "E_KIND", "/kind", "common-isued"),
        (plain(version="2"), "E_KIND", "/version", "write 1"),
        (plain(version=1), "E_KIND", "/version", "write 1"),
        (plain(holdr="ada"), "E_FIELD", "/holdr", "did you mean holder?"),
        (plain(zzzz="ada"), "E_FIELD", "/zzzz", "the fields are"),
        ({"kind": "common-issued"}, "E_FIELD", "", "is missing"),
        (plain(issued=1000), "E_TYPE", "/issued", "write numbers as text"),
        (plain(issued=1000.0), "E_TYPE", "/issued", "write numbers as text"),
        (plain(issued=True), "E_TYPE", "/issued", "True"),
        (plain(issued=None), "E_TYPE", "/issued", "None"),
        (plain(issued=["1"]), "E_TYPE", "/issued", "not text"),
        (plain(place=1), "E_TYPE", "/place", "1"),
        (plain(place=True), "E_TYPE", "/place", "True"),
        (plain(issued="1,000"), "E_NUMBER", "/issued", "thousands separators"),
        (plain(issued="1e999999999"), "E_NUMBER", "/issued", "exponent"),
        (plain(issued="NaN"), "E_NUMBER", "/issued", "finite"),
        (plain(issued="１２３"), "E_NUMBER", "/issued", "ASCII"),
        (plain(issued="0x64"), "E_NUMBER", "/issued", "plain"),
        (plain(issued="-0"), "E_NUMBER", "/issued", "negative zero"),
        (plain(issued="1/3"), "E_NUMBER", "/issued", "1/3"),
        (plain(issued="0"), "E_QUANTITY", "", "above zero"),
        (plain(issued="-5"), "E_QUANTITY", "", "event of its own"),
        (plain(issued="9" * 31), "E_LIMIT", "/issued", "digits"),
        (plain(effective_on="03/04/2026"), "E_DATE", "/effective_on", "ambiguous"),
        (plain(effective_on="45292"), "E_DATE", "/effective_on", "serial"),
        (plain(effective_on="1582-10-04"), "E_DATE_RANGE", "/effective_on", "1582"),
        (plain(effective_on="9999-12-31"), "E_DATE_RANGE", "/effective_on", "9999"),
        (plain(disclosed_on="2026-02-30"), "E_DATE", "/disclosed_on", "date"),
        (plain(disclosed_on=20260202), "E_DATE", "/disclosed_on", "date"),
        (plain(disclosed_on="9999-01-01"), "E_DATE_RANGE", "", "9999"),
        (plain(phase="noon"), "E_TYPE", "/phase", "noon"),
        (plain(evidence="page 3"), "E_TYPE", "/evidence", "array"),
        (plain(evidence=[{"document": "a"}, {"document": "b", "page": 3}]), "E_TYPE", "/evidence/1/page", "str"),
        (plain(evidence=[{"document": "a", "pages": "3"}]), "E_FIELD", "/evidence/0/pages", "did you mean page?"),
        (plain(evidence=[{}]), "E_FIELD", "/evidence/0/document", "missing"),
        (plain(evidence=[{"document": "a\u202eb"}]), "E_TEXT", "/evidence/0", "U+202E"),
        (plain(consideration={"form": "cash", "amount": "5"}), "E_CURRENCY", "/consideration/amount", "currency"),
        (plain(consideration={"form": "cash", "amount": 5}), "E_TYPE", "/consideration/amount", "5"),
        (plain(note="\ud800"), "E_TEXT", "", "U+D800"),
        (plain(note=7), "E_TYPE", "/note", "str"),
        (plain(holder="Ada Quill"), "E_ID", "/holder", "valid name"),
        (plain(number="7"), "E_READONLY_FIELD", "/number", "leave it out"),
        (plain(recorded_at="2026-01-01"), "E_READONLY_FIELD", "/recorded_at", "leave it out"),
        (plain(known="2026-01-01"), "E_READONLY_FIELD", "/known", "leave it out"),
        (plain(known_at=None), "E_READONLY_FIELD", "/known_at", "leave it out"),
        (plain(index="1"), "E_READONLY_FIELD", "/index", "leave it out"),
        (plain(actor="mallory"), "E_READONLY_FIELD", "/actor", "leave it out"),
    ],
    ids=lambda value: str(value)[-60:].replace("\n", " ") if isinstance(value, dict) else "",
)
def test_a_mistake_in_a_file_is_named_with_its_place(
    given: dict[str, Any], code: str, where: str, says: str
) -> None:
    error = not_understood(given)

    assert error.code == code
    assert error.where.startswith(where)
    assert says in str(error)


def test_a_mistake_within_a_tranche_is_named_with_its_place() -> None:
    tranche = {"tranche": "t1", "due_on": "2026-03-31", "amount": "5 USD"}
    given = {
        "kind": "agreement-signed",
        "effective_on": "2026-02-02",
        "agreement": "spa",
        "investor": "fund",
        "title": "SPA",
        "commitment": "10 USD",
        "buys": "series-a",
        "price": "1 USD",
        "tranches": [tranche, {**tranche, "tranche": "t2", "conditions": [{"condition": "c", "text": 5}]}],
    }

    assert not_understood(given).where == "/tranches/1/conditions/0/text"


def restated(**changes: Any) -> dict[str, Any]:
    return {"kind": "entry-restated", "entry": "7", "reason": "Misread.", "restated_as": plain(), **changes}


def test_a_restatement_holds_its_fact_as_an_object_of_its_own() -> None:
    expected = entry_restated(7, reason="Misread.", restated_as=common_issued(issued=1_000))

    assert codec.from_plain(restated()) == expected


@pytest.mark.parametrize(
    ("given", "code", "where"),
    [
        (restated(restated_as=None), "E_TYPE", "/restated_as"),
        (restated(restated_as="common-issued"), "E_TYPE", "/restated_as"),
        (restated(restated_as={}), "E_KIND", "/restated_as/kind"),
        (restated(restated_as=plain(holdr="x")), "E_FIELD", "/restated_as/holdr"),
        (restated(restated_as=plain(number="7")), "E_READONLY_FIELD", "/restated_as/number"),
        (restated(restated_as=plain(evidence=[{"document": 5}])), "E_TYPE", "/restated_as/evidence/0/document"),
        (restated(restated_as={"kind": "entry-voided", "entries": ["1"], "reason": "x"}), "E_CORRECTS", ""),
        (restated(restated_as=restated()), "E_CORRECTS", ""),
        (restated(entry=7), "E_TYPE", "/entry"),
        (restated(entry="0"), "E_ENTRY", "/entry"),
        (restated(entry="9" * 19), "E_ENTRY", "/entry"),
    ],
    ids=[
        "null",
        "text",
        "no kind",
        "unknown field",
        "readonly",
        "deep",
        "void",
        "restatement",
        "int",
        "0",
        "19 digits",
    ],
)
def test_a_mistake_in_a_restatement_is_named_with_its_place(given: dict[str, Any], code: str, where: str) -> None:
    error = not_understood(given)

    assert (error.code, error.where) == (code, where) if where else error.code == code


def test_restatements_nested_deeply_are_refused() -> None:
    nested = restated()
    for _ in range(10_000):
        nested = restated(restated_as=nested)

    assert not_understood(nested).code == "E_CORRECTS"


@pytest.mark.parametrize(
    "given",
    [
        plain(**{ESCAPE: "x"}),
        plain(**{"x" * 5_000: "x"}),
        plain(certainty=ESCAPE + "x" * 5_000),
        plain(holder=ESCAPE + "x" * 5_000),
        plain(issued=ESCAPE + "x" * 5_000),
        plain(effective_on=ESCAPE),
        plain(disclosed_on=ESCAPE),
        plain(note=ESCAPE),
        plain(version=ESCAPE * 1_000),
        {"kind": ESCAPE * 1_000},
        plain(evidence=[{"document": "a", ESCAPE: "x"}]),
    ],
    ids=range(11),
)
def test_what_a_file_holds_reaches_no_terminal(given: dict[str, Any]) -> None:
    error = not_understood(given)

    assert error.line().isprintable()
    assert len(error.line()) < 600


def test_what_the_record_cannot_read_back_is_not_written() -> None:
    """A whole number where a ``Count`` belongs would become a JSON number; the type checker says so, and we do."""
    wrong: Any = 3
    event = attrs.evolve(common_issued(), place=wrong)

    with pytest.raises(NotUnderstood) as caught:
        codec.as_read(event, codec.encode(event))

    assert caught.value.code == "E_TYPE"


def test_a_name_given_as_plain_text_is_read_back_as_a_name() -> None:
    wrong: Any = "ada"
    event = attrs.evolve(common_issued(), holder=wrong)

    read = codec.as_read(event, codec.encode(event))

    assert read == common_issued()
    assert isinstance(read, CommonIssued)
    assert type(read.holder) is type(common_issued().holder)


@KINDS
@strategies.SOME
@given(data=st.data())
def test_what_a_program_gives_is_kept_as_it_would_be_read(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(strategies.events_of(kind))

    kept, read = codec.as_read(event, payload := codec.encode(event)), codec.decode(payload)

    assert kept == read
    names = [field.name for field in attrs.fields(kind)]
    assert [type(getattr(kept, name)) for name in names] == [type(getattr(read, name)) for name in names]


@pytest.mark.parametrize("units", [Fraction(1, 3), 10**60], ids=["too fine", "too many"])
def test_shares_that_no_record_can_state_are_not_written(units: int | Fraction) -> None:
    with pytest.raises(NotUnderstood):
        codec.as_read(event := attrs.evolve(common_issued(), issued=Shares.of_units(units)), codec.encode(event))


def test_every_kind_has_a_form_and_a_name() -> None:
    assert list(events.KINDS) == [kind.KIND for kind in EVENTS]
    assert codec.topic(stock_class_designated()) == "stock-class-designated.1"
    assert codec.topic(agreement_signed()) == "agreement-signed.1"
