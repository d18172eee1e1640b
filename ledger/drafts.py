"""Many facts of an input file at once: a kind at a time, they become columns, and payloads as they will be kept.

The lines of a long file say the same few things. Each step is taken for all lines before the next one, and each
different text is read and checked once. What could go wrong, and why it does not:

- *Something passes that careful reading would refuse.* Only what is plain is read here: ASCII without escapes, and
  known fields with texts in canonical form. Anything else is nobody's fault yet: whoever asked reads it with care,
  line by line, or refuses it with its place.
- *A key stands twice*, and JSON leaves open which one counts. Without escapes each text and each key has two
  quotation marks; what was read accounts for all that the lines have only if no key was passed over.
- *A personal particular is taken for a word of ours.* A line that states one is not plain.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, reduce
from hashlib import sha256
from operator import or_
from types import NoneType
from typing import Any, Final, NamedTuple, Self, get_args

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from ledger import codec
from ledger.bulk import Bulk
from ledger.errors import NotUnderstood
from ledger.events import KINDS, EntryRestated, Event, Fact, event_named
from ledger.pages import Page, Said, digests_in
from ledger.personal import has_particulars

FieldReader = Callable[[Any, bytes], Any]
"""Reads the value of a field, of the type named, from JSON; with the care that lines of their own get."""
_KIND: Final = re.compile(rb'"kind": ?"([a-z-]+)"')
_STATED_QUOTES: Final = 4
"""Quotation marks of a key, and of the text that it states."""
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]+")
_ODD: Final = (b"\\", b"\r", b'"entry-restated"')
"""What no plain line holds: escapes, other ends of lines, and a fact within a restatement."""
_SINGLE: Final = {str, date, bool, NoneType}
_MANY: Final = 10_000
"""So many different values of a field that holds more than one text are kept."""
_NONE: Final[Mapping[int, Event]] = {}
UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)
"""What is raised where something cannot be read."""


class Draft(NamedTuple):
    """Events that are to be recorded, one after the other, and were read together.

    Attributes:
        payloads: Each as it will be kept; empty for one that the journal writes, with salts for its particulars.
        digests: SHA-256 of each payload, one after the other.
        singles: Events that are kept whole, by their place.
        bulks: All others, by kind; they state no particulars.
    """

    payloads: list[bytes]
    digests: str
    singles: dict[int, Event]
    bulks: list[Bulk]

    @classmethod
    def of(cls, payloads: list[bytes], singles: dict[int, Event], bulks: list[Bulk]) -> Self:
        """Return a draft of payloads and what they say."""
        return cls(payloads, b"".join([sha256(payload).digest() for payload in payloads]).hex(), singles, bulks)

    @classmethod
    def unwritten(cls, events: Sequence[Event]) -> Self:
        """Return a draft of events that the journal writes one by one."""
        return cls.of([b""] * len(events), dict(enumerate(events)), [])

    def event(self, place: int) -> Event:
        """Return one of the events."""
        if place in self.singles:
            return self.singles[place]
        return next(bulk.event(bulk.rows.index(place)) for bulk in self.bulks if place in bulk.rows)

    def events(self) -> list[Event]:
        """Return all of the events."""
        found = {**self.singles}
        for bulk in self.bulks:
            found.update(zip(bulk.rows, bulk.events(), strict=True))
        return [found[place] for place in range(len(self.payloads))]

    def written(self, write: Callable[[Event], tuple[Event, bytes]]) -> Draft:
        """Return the draft with every payload.

        Args:
            write: Returns an event as it will be read, and its payload.
        """
        if all(self.payloads[place] for place in self.singles):
            return self
        payloads, digests, singles = [*self.payloads], digests_in(self.digests), {**self.singles}
        for place, event in self.singles.items():
            if not payloads[place]:
                singles[place], payloads[place] = write(event)
                digests[place] = codec.digest(payloads[place])
        return Draft(payloads, "".join(digests), singles, self.bulks)

    def page(self, first: int, said: Said) -> Page:
        """Return the entries that the journal will hold if they are recorded; every payload is written by then."""
        return Page(first, (0,), (said,), self.digests, self.singles, self.bulks)


def odd_places(lines: bytes) -> list[int]:
    """Return where something stands that no plain line holds, in order."""
    found = [] if lines.isascii() else [each.start() for each in _BEYOND_ASCII.finditer(lines)]
    for odd in _ODD:
        at = lines.find(odd)
        while at >= 0:
            found.append(at)
            at = lines.find(odd, at + 1)
    return sorted(found)


class Given(NamedTuple):
    """What plain lines state, as far as it was looked at.

    Attributes:
        objects: One for each line.
        quotes: How many quotation marks the lines have.
    """

    objects: list[Any]
    quotes: int


def stated(lines: bytes) -> Given | None:
    """Return what plain lines state; nothing where one of them is not plain.

    Args:
        lines: Each with one JSON object, and nothing around it; the last one may lack its line feed.
    """
    lines = lines.removesuffix(b"\n")
    if odd_places(lines) or not lines.startswith(b"{") or not lines.endswith(b"}"):
        return None
    count = lines.count(b"\n") + 1
    if lines.count(b"}\n{") + 1 != count:  # so each line feed lies between two objects, and not within one
        return None
    found = _decoded(lines)
    return Given(found, lines.count(b'"')) if found is not None and len(found) == count else None


_met: Final[set[bytes]] = set()
"""Kinds that lines were of so far: the next ones are likely of these, and need not be looked through for others."""


def _decoded(lines: bytes) -> list[Any] | None:
    try:
        return _decoder(frozenset(_met))(lines)
    except (msgspec.MsgspecError, KeyError):
        kinds = _met.union(_KIND.findall(lines))
    if kinds == _met:
        return None
    try:
        found = _decoder(frozenset(kinds))(lines)
    except (msgspec.MsgspecError, KeyError):
        return None
    _met.update(kinds)
    return found


class _Unstated(msgspec.Struct, tag_field="kind", tag="\\"):
    """A kind that no plain line states; as it could be one of two, each line has to state its own."""


@cache
def _decoder(kinds: frozenset[bytes]) -> Callable[[bytes], list[Any]]:
    """Return what reads lines of some kinds; raises ``KeyError`` for a kind that is not known."""
    shapes = [_stated_of(event_named(_known(kind.decode()))).shape for kind in sorted(kinds)]
    if not shapes:
        raise KeyError
    decode: Callable[[bytes], list[Any]] = msgspec.json.Decoder(reduce(or_, shapes, _Unstated)).decode_lines
    return decode


def _known(kind: str) -> str:
    if kind not in KINDS or kind == EntryRestated.KIND:
        raise KeyError(kind)
    return kind


class _Stated:
    """How lines of one kind of event are read.

    Attributes:
        kind: Which kind.
        shape: What a line of it is read into: the texts of each field, ``UNSET`` where it is not stated.
        fields: Its fields, in the order of the record.
        required: Those that every line states, in one text.
        nested: Those that hold more than one text, and are read with care, each different one once.
    """

    def __init__(self, kind: type[Event]) -> None:
        fields = codec.kept_fields(kind)
        if fields is None:
            raise KeyError(kind.KIND)
        self.kind, self.fields = kind, fields
        self.required = set[str]()
        self.nested: dict[str, dict[bytes, Any]] = {}
        personal = has_particulars(kind)
        shape: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        for field in fields:
            parts = {*get_args(field.layout)} or {field.layout}
            is_single = parts <= _SINGLE
            if personal and not (is_single and "Personal" not in str(field.hint)):
                shape.append((field.name, UnsetType, UNSET))
            elif field.layout is str and field.default is UNSET:
                shape.append((field.name, str))
                self.required.add(field.name)
            elif is_single:
                shape.append((field.name, field.layout | UnsetType, UNSET))
            else:
                shape.append((field.name, msgspec.Raw, UNSET))
                self.nested[field.name] = {}
        self.shape: Any = msgspec.defstruct(
            kind.__name__,
            shape,
            tag_field="kind",
            tag=kind.KIND,
            forbid_unknown_fields=True,
            gc=False,
            kw_only=True,
        )

    def read(self, given: Sequence[Any], rows: Sequence[int], reader: FieldReader) -> _Read:
        """Return facts in columns, their payloads, and how many quotation marks what they were read of has."""
        same: dict[str, Any] = {}
        columns: dict[str, list[Any]] = {}
        written: list[Sequence[Any]] = []
        quotes = _STATED_QUOTES * len(given)  # of the kind
        for field, said in zip(self.fields, zip(*map(astuple, given), strict=True), strict=True):
            texts, many = self._texts(field, said, reader)
            quotes += many
            if texts[0] == texts[-1] and texts.count(texts[0]) == len(texts):
                same[field.name] = field.values[texts[0]]
                written.append(texts[:1])
            else:
                columns[field.name] = [*map(field.values.__getitem__, texts)]
                written.append(texts)
        bulk = Bulk.of(self.kind, rows, same, columns)
        bulk.check()
        return _Read(bulk, codec.encode_many(self.kind, written, len(given)), quotes)

    def _texts(self, field: codec.KeptField, said: Sequence[Any], reader: FieldReader) -> tuple[Sequence[Any], int]:
        """Return the texts of a field as the record keeps them, and the quotation marks of it."""
        if field.name in self.required:
            return said, _STATED_QUOTES * len(said)
        if field.default is UNSET and UNSET in said:
            raise NotUnderstood("E_FIELD", f"field {field.name} is missing", "state it")
        if said[0] is UNSET is said[-1] and said.count(UNSET) == len(said):
            return (field.default,), 0
        quotes = sum(map(_quotes, said))
        if field.name in self.nested:
            said = [text if text is UNSET else self._laid_out(field, bytes(text), reader) for text in said]
        return [field.default if text is UNSET else text for text in said], quotes

    def _laid_out(self, field: codec.KeptField, raw: bytes, reader: FieldReader) -> Any:
        known = self.nested[field.name]
        if raw not in known:
            if len(known) >= _MANY:
                known.clear()
            known[raw] = codec.laid_out(reader(field.hint, raw), field.layout)
        return known[raw]


class _Read(NamedTuple):
    """What lines of one kind say: facts, their payloads, and how many quotation marks that took."""

    bulk: Bulk
    payloads: list[bytes]
    quotes: int


def _quotes(text: Any) -> int:
    """Return how many quotation marks stand around a field of a plain line, and in it."""
    if text is UNSET:
        return 0
    if type(text) is msgspec.Raw:
        return 2 + bytes(text).count(b'"')
    return _STATED_QUOTES if type(text) in (str, date) else 2


_BY_SHAPE: Final[dict[Any, _Stated]] = {}


@cache
def _stated_of(kind: type[Event]) -> _Stated:
    """Return how lines of a kind are read."""
    made = _Stated(kind)
    _BY_SHAPE[made.shape] = made
    return made


def drafted(
    given: Given, reader: FieldReader, rows: Sequence[int] = (), apart: Mapping[int, Event] = _NONE
) -> Draft:
    """Return a draft of what lines state.

    Args:
        given: What ``stated`` returned.
        reader: Reads the fields that hold more than one text.
        rows: Where each stands, if others stand between them.
        apart: These others, by place: read with care.

    Raises one of ``UNREADABLE`` where one of them says what no fact says, or not in canonical form: it is to be
    read with care.
    """
    objects, quotes = given
    of_shapes: defaultdict[Any, list[int]] = defaultdict(list)
    for index, shape in enumerate(map(type, objects)):
        of_shapes[shape].append(index)
    payloads = [b""] * (len(objects) + len(apart))
    singles, bulks = dict(apart), list[Bulk]()
    for shape, indices in of_shapes.items():
        stated_of = _BY_SHAPE[shape]
        places = [rows[index] for index in indices] if rows else indices
        bulk, written, read = stated_of.read([objects[index] for index in indices], places, reader)
        quotes -= read
        for place, payload in zip(places, written, strict=True):
            payloads[place] = payload
        if issubclass(stated_of.kind, Fact):
            bulks.append(bulk)
        else:
            singles.update(zip(places, bulk.events(), strict=True))
    if quotes:
        raise NotUnderstood("E_JSON", "a key stands twice", "state it once")
    if max(map(len, payloads), default=0) > codec.MAX_PAYLOAD_BYTES:
        raise NotUnderstood("E_LIMIT", "a payload is too long", f"at most {codec.MAX_PAYLOAD_BYTES:,}")
    return Draft.of(payloads, singles, bulks)
