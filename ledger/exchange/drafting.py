"""A long file of JSON Lines as drafts: what ``json_lines.read`` returns, or refuses, in a fraction of the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from ledger.codec import field_from_plain
from ledger.drafts import UNREADABLE, Draft, drafted, is_plain, stated
from ledger.events import Event
from ledger.exchange import json_lines
from ledger.journal import collector_at_rest

_PART_BYTES: Final = json_lines.MAX_LINE_BYTES * 9 // 10
_BLANKS: Final = b" \t\r"


def drafts(data: bytes, name: str = "input", before: int = 0) -> list[Draft]:
    """Return the events of a JSON Lines file, to be recorded by ``Ledger.record_drafts``.

    Args:
        data: The bytes of the file.
        name: What the file is called in messages.
        before: How many lines of the file come before these.

    Raises:
        InputRefused: With every problem of the file; nothing of it was used.
    """
    if len(data) <= json_lines.MAX_FILE_BYTES:
        try:
            with collector_at_rest():
                return [_draft(lines) for lines in _parts(data) if lines.strip()]
        except UNREADABLE:
            pass  # which line it is, and why, careful reading says of all of them
    return [Draft.of([event for _, event in json_lines.read(data, name, before)])]


def line_of(data: bytes, index: int, before: int = 0) -> int:
    """Return the number of the line that an event of a file stands in; events are counted from 0."""
    filled = (number for number, raw in enumerate(data.split(b"\n"), before + 1) if raw.strip(_BLANKS))
    return next(islice(filled, index, None))


def _parts(data: bytes) -> Iterator[bytes]:
    """Yield the lines of a file, many at a time."""
    start = len(json_lines.BOM) if data.startswith(json_lines.BOM) else 0
    while start < len(data):
        end = data.find(b"\n", start + _PART_BYTES) + 1 or len(data)
        yield data[start:end].replace(b"\r\n", b"\n")
        start = end


def _draft(lines: bytes) -> Draft:
    """Return a draft of some lines; what cannot be read raises one of ``UNREADABLE``."""
    if len(lines) <= json_lines.MAX_LINE_BYTES and (given := stated(lines)) is not None:
        try:
            return drafted(given, _field)
        except UNREADABLE:
            pass
    raws = [raw for raw in lines.split(b"\n") if raw.strip(_BLANKS)]
    found = _plain(raws)
    apart = {place: _read_with_care(raw) for place, raw in enumerate(raws) if place not in found}
    return drafted([*found.values()], _field, [*found], apart)


def _plain(raws: Sequence[bytes]) -> dict[int, Any]:
    """Return what those lines state that may be read at once, by their place."""
    plain = [place for place, raw in enumerate(raws) if is_plain(raw) and len(raw) < _PART_BYTES]
    together = stated(b"\n".join([raws[place] for place in plain]))
    each = together if together is not None else [one for place in plain for one in stated(raws[place]) or [None]]
    found = {place: one for place, one in zip(plain, each, strict=True) if one is not None}
    return found if _fit([*found.values()]) else {place: one for place, one in found.items() if _fit([one])}


def _fit(given: Sequence[Any]) -> bool:
    """Whether lines say what facts say, in canonical form."""
    try:
        drafted(given, _field)
    except UNREADABLE:
        return False
    return True


def _read_with_care(line: bytes) -> Event:
    ((_, event),) = json_lines.read(line)
    return event


def _field(hint: Any, raw: bytes) -> Any:
    return field_from_plain(hint, json_lines.plain(raw))
