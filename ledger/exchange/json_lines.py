"""Facts as JSON Lines: one JSON object on each line, every value a string, a list, an object, true, false or null.

The form is that of ``ledger.codec.from_plain``. JSON itself leaves open what a key that stands twice means, how
large a number is and how deep a file may be nested; here each of these is refused, because two programs that read
a fact differently would each be right.
"""

from __future__ import annotations

import json
import re
import unicodedata
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.codec import from_plain
from ledger.errors import NotUnderstood, shown
from ledger.events import Event, Fact
from ledger.exchange.refused import Problems, not_utf8
from ledger.personal import Personal
from ledger.text import PROSE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_FILE_BYTES: Final = 200_000_000
MAX_LINE_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 32
_LONGEST_TEXT: Final = 4 * PROSE_LENGTH
"""No field takes more than a quarter of this; normal form may need up to four characters for one."""
_LONGEST_POINTER: Final = 120
BOM: Final = b"\xef\xbb\xbf"
BLANK: Final = b" \t\r\n"
"""What may stand around objects and between them."""
_BLANKS: Final = " \t\r"
_TYPOGRAPHIC: Final = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_FORM: Final = "one JSON object on each line, keys and text in double quotes"
_NO_LIST: Final = "write one object on each line, { … }, without [ ] around them or commas between them"
# A string is taken whole, unfinished ones too, so that a long line is looked at once and not once for each quote.
_STRING_OR_BRACKET: Final = re.compile(rb'"(?:[^"\\]++|\\(?:.|\Z))*+"?+|[\[\]{}]', re.DOTALL)


def read(data: bytes, name: str = "input", before: int = 0) -> list[tuple[int, Event]]:
    """Return the events of a JSON Lines file, each with the number of its line.

    Args:
        data: The bytes of the file.
        name: What the file is called in messages.
        before: How many lines of the file come before these.

    Raises:
        InputRefused: With every problem of the file; nothing of it was used.
    """
    problems, found = Problems(name), []
    if len(data) > MAX_FILE_BYTES:
        problems.add(too_long(name))
        problems.refuse()
    for within, offset, raw in _lines(data, len(mark_of(data, before))):
        number = before + within
        place = f"{name} line {number}"
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            line, at = "", offset + error.start
        else:
            at = offset + line.index("\0") if "\0" in line else -1
            if at >= 0:  # the index counts characters; bytes are counted only when they are needed
                at = offset + raw.index(b"\0")
        if at >= 0:
            problems = Problems(name)  # an encoding concerns the whole file, and what came before is no use
            said, start, where = (raw, offset, place) if before else (data, 0, name)
            problems.add(not_utf8(said, at - start, where, "save it as UTF-8"))
            break
        if line.strip(_BLANKS):
            event = _event(raw, line, place, problems)
            if event is not None:
                found.append((number, event))
    problems.refuse()
    return found


def too_long(name: str) -> NotUnderstood:
    """Return the refusal of a file above the limit."""
    return NotUnderstood(
        "E_LIMIT", f"the file is longer than {MAX_FILE_BYTES:,} bytes", "split it into several files", name
    )


def mark_of(data: bytes, before: int) -> bytes:
    """Return the byte order mark of a file, which stands before its first line alone."""
    return BOM if not before and data.startswith(BOM) else b""


def _lines(data: bytes, start: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield each line with its number and its offset, from where the first begins; only a line feed ends one."""
    number = 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield number, start, data[start:end]
        start, number = end + 1, number + 1


def _event(raw: bytes, line: str, place: str, problems: Problems) -> Event | None:
    """Return the event of one line, or note what is wrong with it."""
    try:
        parsed = _parsed(raw, line, place)
        if not isinstance(parsed, _Object):
            hint = _NO_LIST if isinstance(parsed, list) else "write one JSON object on each line"
            raise NotUnderstood("E_JSON", "the line holds no object", hint, place)
        before = len(problems)
        checked = _checked(parsed, "", place, problems)
        return from_plain(checked) if len(problems) == before else None
    except NotUnderstood as error:
        where = error.where if error.where.startswith(place) else _at(place, error.where)
        problems.add(error.at(where))
    return None


def _at(place: str, pointer: str) -> str:
    """Return a place with a JSON pointer; a key of somebody else's file may hold anything, at any length."""
    safe = ascii(pointer)[1:-1]
    if len(safe) > _LONGEST_POINTER:
        safe = safe[: _LONGEST_POINTER - 3] + "..."
    return f"{place} {safe}" if safe else place


# --- JSON, strictly ---------------------------------------------------------------------------------------


class _Number(str):
    """The text of a JSON number, which is refused once its place is known."""

    __slots__ = ()


class _Object(dict[str, Any]):
    """A JSON object, and the keys that stand in it twice."""

    __slots__ = ("twice",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice: list[str] = []
        if len(self) < len(pairs):
            seen: set[str] = set()
            self.twice = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]  # adds


_decode = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_Number
).decode


def plain(raw: bytes) -> Any:
    """Return the value that stands in some JSON, such as that of a field, read as strictly as a line.

    Raises:
        InputRefused: JSON leaves open what it means, or it is none.
        NotUnderstood: The same.
    """
    problems = Problems("value")
    value = _checked(_parsed(raw, raw.decode(), "value"), "", "value", problems)
    problems.refuse()
    return value


def _parsed(raw: bytes, line: str, place: str) -> Any:
    if len(raw) > MAX_LINE_BYTES:
        raise NotUnderstood("E_LIMIT", f"the line has {len(raw):,} bytes", f"at most {MAX_LINE_BYTES:,}", place)
    _not_too_deep(raw, place)
    try:
        return _decode(line)
    except json.JSONDecodeError as error:
        raise _not_json(error, line, place) from None


def _not_json(error: json.JSONDecodeError, line: str, place: str) -> NotUnderstood:
    """Return what is wrong with a line that is no JSON; what people give most often is told by name."""
    column = error.colno
    what, hint = f"{error.msg[:1].lower()}{error.msg[1:]}".removesuffix(" at"), _FORM
    begins = line.strip(_BLANKS)
    met = line[column - 1 : column]
    if begins.startswith("["):
        what, hint = "the line begins with [", _NO_LIST
    elif met and met in _TYPOGRAPHIC:
        what = f"typographic quotation mark {shown(met)}"
        hint = 'write straight quotes, "; word processors change them'
    elif not begins.startswith("{"):
        what = f"the line begins with {shown(begins, 24)}"
        hint = "each line is one JSON object, { … }; a table must be converted first"
    return NotUnderstood("E_JSON", what, hint, f"{place} column {column}")


def _not_too_deep(raw: bytes, place: str) -> None:
    """Refuse deep nesting before the parser meets it, which would otherwise end in a RecursionError."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(raw):
        token = match[0]
        if token in (b"[", b"{"):
            depth += 1
            if depth > MAX_DEPTH:
                column = len(raw[: match.start()].decode()) + 1
                raise NotUnderstood(
                    "E_JSON",
                    f"the line is nested deeper than {MAX_DEPTH}",
                    "no fact is",
                    f"{place} column {column}",
                )
        elif token in (b"]", b"}"):
            depth -= 1


def _checked(value: Any, pointer: str, place: str, problems: Problems) -> Any:
    """Return a value with its text in normal form C, and note what JSON allows and the record does not."""

    def problem(code: str, what: str, hint: str, at: str = pointer) -> None:
        problems.add(NotUnderstood(code, what, hint, _at(place, at)))

    if isinstance(value, _Number):
        problem("E_JSON", f"number {shown(str(value))} must be a string", 'write it in quotes, "1000"')
    elif isinstance(value, str):
        return _normal(value, problem)
    elif isinstance(value, _Object):
        for key in value.twice:
            problem("E_JSON", f"key {shown(key)} stands twice", "state it once", f"{pointer}/{key}")
        for key in value:
            if _lone_surrogate(key) is not None:
                problem("E_TEXT", f"key {shown(key)} holds half a character", "remove it")
        return {key: _checked(each, f"{pointer}/{key}", place, problems) for key, each in value.items()}
    elif isinstance(value, list):
        return [_checked(each, f"{pointer}/{index}", place, problems) for index, each in enumerate(value)]
    return value


def _normal(text: str, problem: Any) -> str:
    if len(text) > _LONGEST_TEXT:
        # Before it is brought to normal form: that can take a time that grows with the square of the length.
        problem("E_LIMIT", f"the text has {len(text):,} characters", f"at most {PROSE_LENGTH:,}")
        return text
    if text.isascii():
        return text
    lone = _lone_surrogate(text)
    if lone is not None:
        problem("E_TEXT", f"text {shown(text)} holds character U+{lone:04X}", "remove it: it is half a character")
        return text
    return unicodedata.normalize("NFC", text)


def _lone_surrogate(text: str) -> int | None:
    if text.isascii():
        return None
    return next((ord(character) for character in text if "\ud800" <= character <= "\udfff"), None)


# --- writing ----------------------------------------------------------------------------------------------


def write(events: Iterable[Event]) -> bytes:
    """Return events as JSON Lines in the form that ``read`` takes, fields at their default left out.

    Raises:
        NotUnderstood: ``E_PERSONAL``: a personal particular was erased and cannot be given again.
    """
    return b"".join(
        json.dumps(_plain(event), ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for event in events
    )


_COMMON: Final = tuple(field.name for field in attrs.fields(Fact))
"""What every fact has; it follows what is particular to one, but for the day."""


def _plain(event: Event) -> dict[str, Any]:
    """Return an event as it is written by hand: kind and day first, what documents say about it last."""
    stated = _stated(event)
    first = {"kind": event.KIND, **{key: stated.pop(key) for key in ("effective_on",) if key in stated}}
    last = {key: stated.pop(key) for key in _COMMON if key in stated}
    return {**first, **stated, **last}


def _stated(value: Any) -> dict[str, Any]:
    """Return the fields of an attrs object that are not at their default."""
    return {
        field.name: _value(getattr(value, field.name))
        for field in attrs.fields(type(value))
        if field.default is attrs.NOTHING or getattr(value, field.name) != field.default
    }


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Event):
        return _plain(value)
    if isinstance(value, tuple):
        return [_value(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Personal):
        if value.value is None:
            raise NotUnderstood("E_PERSONAL", "a personal particular was erased", "leave the event out")
        return value.value
    return _stated(value) if attrs.has(type(value)) else str(value)
