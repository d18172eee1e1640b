"""A long file of JSON Lines as drafts: what ``json_lines.read`` returns, or refuses, in a fraction of the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Final

from ledger.codec import field_from_plain
from ledger.collector import collector_at_rest
from ledger.drafts import UNREADABLE, Draft, Given, drafted, odd_places, stated
from ledger.errors import LibraryMissing, needed
from ledger.events import Event
from ledger.exchange import json_lines

_PART_BYTES: Final = json_lines.MAX_LINE_BYTES * 9 // 10
_LONG: Final = 500_000
"""Of a file of so many bytes it is worth looking for what its lines have alike."""
_BLANKS: Final = b" \t\r"


class Drafting:
    """Reads the parts of a file, and remembers what its lines have alike."""

    def __init__(self) -> None:
        self._read: Callable[[bytes], Draft] = _draft

    def drafts(self, data: bytes, name: str = "input", before: int = 0) -> list[Draft]:
        """Return the events of a JSON Lines file, to be recorded by ``Ledger.record_drafts``.

        Args:
            data: The bytes of the file.
            name: What the file is called in messages.
            before: How many lines of the file come before these.

        Raises:
            InputRefused: With every problem of the file; nothing of it was used.
        """
        if self._read is _draft and len(data) >= _LONG:
            self._read = _reader()
        if len(data) <= json_lines.MAX_FILE_BYTES:
            try:
                with collector_at_rest():
                    return [self._read(lines) for lines in _parts(data, before) if lines.lstrip(json_lines.BLANK)]
            except UNREADABLE:
                pass  # which line it is, and why, careful reading says of all of them
        return [Draft.unwritten([event for _, event in json_lines.read(data, name, before)])]


def drafts(data: bytes, name: str = "input", before: int = 0) -> list[Draft]:
    """Return the events of a JSON Lines file that is no part of another; see ``Drafting.drafts``."""
    return Drafting().drafts(data, name, before)


def line_of(data: bytes, index: int, before: int = 0) -> int:
    """Return the number of the line that an event of a file stands in; events are counted from 0."""
    filled = (number for number, raw in enumerate(data.split(b"\n"), before + 1) if raw.strip(_BLANKS))
    return next(islice(filled, index, None))


def _parts(data: bytes, before: int) -> Iterator[bytes]:
    """Yield the lines of a file, many at a time."""
    start = len(json_lines.mark_of(data, before))
    while start < len(data):
        end = data.find(b"\n", start + _PART_BYTES) + 1 or len(data)
        lines = data[start:end]
        yield lines.replace(b"\r\n", b"\n") if b"\r" in lines else lines
        start = end


def _reader() -> Callable[[bytes], Draft]:
    """Return what reads the lines of a long file."""
    with suppress(LibraryMissing):
        needed("numpy", "columns", "to read long files sooner")
        from ledger.exchange.alike import Alike

        return Alike(_draft).draft
    return _draft


def _draft(lines: bytes) -> Draft:
    """Return a draft of some lines; what cannot be read raises one of ``UNREADABLE``."""
    if len(lines) <= json_lines.MAX_LINE_BYTES:
        plain, apart = _sorted_out(lines)
        given = stated(plain) if plain else Given([], 0)
        if given is not None:
            try:
                rows = [row for row in range(len(given.objects) + len(apart)) if row not in apart] if apart else []
                return drafted(given, _field, rows, {row: _read_with_care(line) for row, line in apart.items()})
            except UNREADABLE:
                pass
    raws = [raw for raw in lines.split(b"\n") if raw.strip(_BLANKS)]
    singly = ((place, stated(raw)) for place, raw in enumerate(raws) if len(raw) < _PART_BYTES)
    found = {place: one for place, one in singly if one is not None and _fit(one)}
    read = {place: _read_with_care(raw) for place, raw in enumerate(raws) if place not in found}
    objects = [one.objects[0] for one in found.values()]
    return drafted(Given(objects, sum(one.quotes for one in found.values())), _field, [*found], read)


def _sorted_out(lines: bytes) -> tuple[bytes, dict[int, bytes]]:
    """Return the lines that are plain, as far as their characters tell, and the others by their place."""
    plain: list[bytes] = []
    apart: dict[int, bytes] = {}
    done = row = 0
    for found in odd_places(lines):
        if found < done:  # in the same line as the one before
            continue
        start, end = lines.rfind(b"\n", 0, found) + 1, lines.find(b"\n", found) + 1 or len(lines)
        row += lines.count(b"\n", done, start)
        plain.append(lines[done:start])
        apart[row] = lines[start:end]
        done, row = end, row + 1
    return (b"".join((*plain, lines[done:])) if apart else lines), apart


def _fit(given: Given) -> bool:
    """Whether lines say what facts say, in canonical form."""
    try:
        drafted(given, _field)
    except UNREADABLE:
        return False
    return True


def _read_with_care(line: bytes) -> Event:
    ((_, event),) = json_lines.read(b"\n" + line)  # a byte order mark stands before the first line of a file alone
    return event


def _field(hint: Any, raw: bytes) -> Any:
    return field_from_plain(hint, json_lines.plain(raw))
