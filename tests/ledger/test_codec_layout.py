"""The cheap check of canonical form, held against the plain one: write back what was read, and compare."""

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec
from ledger.errors import LedgerDamaged
from ledger.events import EVENTS, EntryRestated, Event
from tests import strategies

Items = list[tuple[str, Any]]
"""A JSON object as it stands, with its keys in order, some of them twice."""


def written_back(payload: bytes) -> bool:
    """Whether bytes are what writing gives, asked by reading them without that check, and writing them."""
    try:
        envelope = msgspec.json.decode(payload, type=codec._Payload)
        form = codec._FORMS[envelope.kind, envelope.version]
        made: Any = msgspec.json.decode(envelope.event, type=form.shape, dec_hook=codec._from_text)
        event = form.read(made)
    except (msgspec.MsgspecError, ValueError, KeyError):
        return False
    return codec.encode(event) == payload


def is_read(payload: bytes) -> bool:
    try:
        codec.decode(payload)
    except LedgerDamaged:
        return False
    return True


def rendered(value: Any, space: str = "") -> str:
    """Return JSON with its keys as they stand, and a space wherever one may be."""
    if isinstance(value, tuple):
        inner = f",{space}".join(f"{json.dumps(key)}:{space}{rendered(part, space)}" for key, part in value)
        return f"{{{space}{inner}}}"
    if isinstance(value, list):
        return f"[{space}{f',{space}'.join(rendered(part, space) for part in value)}]"
    return json.dumps(value, ensure_ascii=False)


def objects(value: Any) -> list[Items]:
    """Return every object within a value as a list that may be changed; ``frozen`` makes them one again."""
    inner = [part for _, part in value] if isinstance(value, Object) else value if isinstance(value, list) else []
    found = [found for part in inner for found in objects(part)]
    return [value, *found] if isinstance(value, Object) else found


class Object(list[tuple[str, Any]]):
    """An object, told from a list."""


def frozen(value: Any) -> Any:
    if isinstance(value, Object):
        return tuple((key, frozen(part)) for key, part in value)
    return [frozen(part) for part in value] if isinstance(value, list) else value


def other_notation(text: str) -> str:
    """Return text in another notation that a lenient reader takes for the same."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return f"0{text}" if "." in text else f"{text}.0"
    if re.fullmatch(r"\d+(\.\d+)? [A-Z]{3}", text):
        return f"0{text}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{text}/{text}"
    return text.upper()


@st.composite
def disturbed(draw: st.DrawFn, payload: bytes) -> bytes:
    """Return a payload with one thing changed, and most of the time still JSON of the same shape."""
    whole = json.loads(payload, object_pairs_hook=Object)
    chosen = draw(st.sampled_from([each for each in objects(whole) if each]))
    index = draw(st.integers(0, len(chosen) - 1))
    key, value = chosen[index]
    what = draw(
        st.sampled_from(["drop", "add", "double", "move", "space", "escape", "notation", "type", "byte", "none"])
    )
    match what:
        case "drop":
            del chosen[index]
        case "add":
            chosen.insert(index, (draw(st.sampled_from(["a", key + "x", "zz", key.upper()])), value))
        case "double":
            chosen.insert(index, (key, value))
        case "move":
            chosen.append(chosen.pop(index))
        case "space":
            return rendered(frozen(whole), draw(st.sampled_from([" ", "\n", "\t"]))).encode()
        case "notation" if isinstance(value, str):
            chosen[index] = (key, other_notation(value))
        case "type":
            chosen[index] = (key, draw(st.sampled_from([None, True, 0, 1.5, "", [], {}, ["a"], "unknown"])))
        case "byte":
            at = draw(st.integers(0, len(payload) - 1))
            return payload[:at] + draw(st.binary(max_size=2)) + payload[at + 1 :]
        case _:
            pass
    text = rendered(frozen(whole))
    if what == "escape":
        at = draw(st.integers(0, len(text) - 1))
        if text[at] not in '{}[]:,"\\':
            text = f"{text[:at]}\\u{ord(text[at]) % 65_536:04x}{text[at + 1 :]}"
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.KIND)
@given(data=st.data())
def test_what_is_read_is_what_writing_gives(kind: type[Event], data: st.DataObject) -> None:
    payload = codec.encode(data.draw(strategies.events_of(kind)))
    assert is_read(payload)
    assert written_back(payload)

    changed = data.draw(disturbed(payload))

    assert is_read(changed) == written_back(changed)


def test_the_disturbances_disturb() -> None:
    """Most of what is drawn above is refused; a property that never met a difference would show nothing."""
    payload = next(codec.encode(event) for event in _few(EntryRestated))
    refused = sum(not is_read(data) for data in _draws(disturbed(payload), 200))

    assert refused > 120


def _few(kind: type[Event]) -> list[Event]:
    return _draws(strategies.events_of(kind), 1)


def _draws(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """Return some examples of a strategy, the same each time."""
    from hypothesis import HealthCheck, Phase, seed, settings

    found: list[Any] = []

    @seed(7)
    @settings(max_examples=number, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def look(example: Any) -> None:
        found.append(example)

    look()
    return found
