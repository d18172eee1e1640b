"""Events to bytes and back, every published version included.

A *payload* is the whole fact as canonical JSON (RFC 8785, restricted to strings, booleans, null, lists and
objects: no JSON numbers). A *leaf* is the small envelope around it: issuer, number, recorded time, actor, command
and the SHA-256 of the payload as stored. Both forms are final; golden files keep them. A store keeps both, and the
RFC 6962 hash of the leaf after them, so that no bit of either changes unnoticed.

Reading is as strict as writing: the kind is looked up in a closed table, types and ranges are checked, and the
bytes must be those that writing would give. A field that nobody knows, a number in another notation or a key out
of order is damage, and is never passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, cached_property, lru_cache, partial, reduce
from hashlib import sha256
from itertools import repeat
from operator import attrgetter, methodcaller, or_
from types import NoneType, UnionType
from typing import Any, ClassVar, Final, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import attrs
import msgspec
from msgspec import UNSET
from msgspec.structs import astuple

from ledger.bulk import Bulk
from ledger.days import EffectiveDay
from ledger.errors import LedgerDamaged, NotUnderstood, nearest, shown
from ledger.events import KINDS, Certainty, EntryRestated, Event, Evidence, Fact, event_named
from ledger.identity import CommandId, Count, EntryNumber, Identifier, IssuerId
from ledger.pages import DIGEST, Page, Said
from ledger.personal import Personal, has_particulars
from ledger.quantities import Authorized, Currency, Money, Price, Ratio, Shares, recordable
from ledger.text import clean
from ledger.timeline import Entry

LEAF_FORMAT: Final = "captable-leaf/1"
MAX_PAYLOAD_BYTES: Final = 1_000_000
_KEPT: Final = 65_536
"""So many different texts of a kind are kept with what they stand for."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


# --- values: one string each -------------------------------------------------------------------


def _as_text(value: Any) -> str:
    """Write a value as its canonical string; msgspec asks for every type that it does not know."""
    if isinstance(value, Personal):
        return value.commitment
    return str(value)


def _counted(text: str) -> Shares:
    """Read shares of a record: what an answer writes with more decimals than can be recorded is refused at once."""
    shares = Shares.parse(text)
    return shares if type(shares.units) is int or "/" in text else Shares(text)


_PARSERS: Final[dict[type, Callable[[str], Any]]] = {
    **{kind: kind for kind in Identifier.__subclasses__()},
    Shares: _counted,
    EffectiveDay: EffectiveDay.parse,
    Money: Money.parse,
    Price: Price.parse,
    Ratio: Ratio.parse,
    Authorized: Authorized.parse,
    Currency: Currency,
    EntryNumber: EntryNumber,
    Count: Count,
    Personal: lambda text: Personal(None, commitment=text),
}


def _from_text(kind: type, raw: Any) -> Any:
    """Read a value from its string; the counterpart of ``_as_text``."""
    if type(raw) is not str:
        raise NotUnderstood("E_TYPE", f"{shown(raw)} is not text", 'write numbers as text, "1000"')
    return _PARSERS[kind](raw)


def _as_written(kind: type, raw: Any) -> Any:
    """Read a value of the record, whose text is the one that writing gives."""
    value = _from_text(kind, raw)
    if _as_text(value) != raw:
        raise NotUnderstood("E_PAYLOAD", f"{shown(raw)} is not in canonical form", f"write {_as_text(value)}")
    return value


_from_record: Final = lru_cache(maxsize=2 * _KEPT)(_as_written)  # one that is asked for often is kept
_write = msgspec.json.Encoder(enc_hook=_as_text, order="sorted").encode


# --- events: one form for each version of each kind ---------------------------------------------


@cache
def _layout(shape: Any) -> Any:
    """Return a type that holds exactly the keys of a shape, in the order of the record, with texts for values.

    Bytes that decode into it and encode to themselves name every key once and in order, and have no unknown key, no
    space and no other escape: all that writing the value back would find, but for the notation of each value.
    """
    if attrs.has(shape):
        hints = get_type_hints(shape)
        keys = sorted((field.name, _layout(hints[field.name])) for field in attrs.fields(shape))
        return msgspec.defstruct(shape.__name__, keys, forbid_unknown_fields=True, frozen=True)
    if shape in _WITHOUT_TEXT:
        return _WITHOUT_TEXT[shape]
    if get_origin(shape) is tuple:
        return tuple[_layout(get_args(shape)[0]), ...]  # type: ignore[misc]  # made just now
    if parts := get_args(shape):
        layouts = {_layout(part): None for part in parts}
        return reduce(or_, layouts)
    return str


# A day has no text of ours but msgspec's, so writing it back is what shows its notation.
_WITHOUT_TEXT: Final[dict[Any, Any]] = {date: date, bool: bool, NoneType: None, msgspec.Raw: Any}


_event: Final = attrgetter("event")
_convert: Final = partial(msgspec.convert, dec_hook=_from_record, from_attributes=True)


class _Values(dict[Any, Any]):
    """What each text of a field stands for: read, checked and compared once, and kept, as a history repeats it."""

    def __init__(self, kind: Any, validator: Callable[..., None] | None) -> None:
        self._kind, self._validator = kind, validator
        self._parsed = next((each for each in (kind, *get_args(kind)) if each in _PARSERS), None)

    def __missing__(self, text: Any) -> Any:
        if self._parsed is not None and type(text) is str:
            value = _as_written(self._parsed, text)
        else:
            value = _convert(text, self._kind)
        if self._validator is not None:
            self._validator(None, _A_FIELD, value)
        if len(self) >= _KEPT:
            self.clear()
        self[text] = value
        return value


@attrs.frozen
class _AnyField:
    """Stands for a field where only the answer counts: what refuses a value is told when it is read alone."""

    name: str = "field"


_A_FIELD: Final = _AnyField()
_values_of: Final = cache(_Values)  # fields with the same values, such as all days, share them


@attrs.frozen
class _Form:
    """How a version of a kind of event is written.

    Attributes:
        key: Kind and version.
        shape: attrs class whose fields are the keys.
        read: From the shape to today's event.
        write: From today's event to the shape; ``None`` for a version that is only read.
        tail: What every payload of this kind and version ends with.
        decode: From bytes to the shape, which checks types and ranges.
        lay_out: From bytes to the keys and texts in them, which checks that no key is unknown or missing.
        lay_out_lines: From payloads of this kind and version, a line each, to the keys and texts in them.
        fields: For each field, in the order of the record: its name, and what its texts stand for.
        is_bulk: Whether many are read into columns. Corrections are looked at one by one, and so is what may
            mention persons, whose particulars are kept elsewhere.
    """

    key: tuple[str, str]
    shape: Any
    read: Callable[[Any], Event]
    write: Callable[[Any], Any] | None

    @cached_property
    def tail(self) -> bytes:
        return _tail(self.key)

    @cached_property
    def decode(self) -> Callable[[bytes], Any]:
        return msgspec.json.Decoder(self.shape, dec_hook=_from_record, strict=True).decode

    @cached_property
    def lay_out(self) -> Callable[[bytes], Any]:
        return msgspec.json.Decoder(_layout(self.shape)).decode

    @cached_property
    def lay_out_lines(self) -> Callable[[bytes], list[Any]]:
        kind, version = self.key
        whole = [("event", _layout(self.shape)), ("kind", Literal[kind]), ("version", Literal[version])]
        return msgspec.json.Decoder(msgspec.defstruct("Payload", whole, forbid_unknown_fields=True)).decode_lines

    @cached_property
    def fields(self) -> list[tuple[str, _Values]]:
        hints = get_type_hints(self.shape)
        return [
            (each.name, _values_of(hints[each.name], each.validator))
            for each in sorted(attrs.fields(self.shape), key=attrgetter("name"))
        ]

    @cached_property
    def is_bulk(self) -> bool:
        return issubclass(self.shape, Fact) and self.read is _as_it_is and not has_particulars(self.shape)

    def read_lines(self, payloads: Sequence[bytes], rows: Sequence[int]) -> Bulk | list[Event] | None:
        """Return the events of many payloads at once, or nothing where one of them is not canonical.

        Writing never puts a line feed into a payload. So if what was read writes the same lines, each line is the
        payload that it was made of, and no two payloads make up for each other's damage.

        A field is read for all events before the next one: each different text of it once. What concerns more
        than one field is asked last.

        Args:
            payloads: One or more.
            rows: Where each stands in its page.
        """
        lines = b"%b\n" % b"\n".join(payloads)
        laid_out = self.lay_out_lines(lines)
        if len(laid_out) != len(payloads) or _write_layouts(laid_out) != lines:
            return None
        if not self.is_bulk:
            return [*map(_read_payload, payloads)]
        same: dict[str, Any] = {}
        columns: dict[str, list[Any]] = {}
        texts_of = zip(*map(astuple, map(_event, laid_out)), strict=True)
        for (name, values), texts in zip(self.fields, texts_of, strict=True):
            if texts.count(texts[0]) == len(texts):  # most fields of most events say nothing
                same[name] = values[texts[0]]
            else:
                columns[name] = [*map(values.__getitem__, texts)]
        bulk = Bulk.of(self.shape, rows, same, columns)
        bulk.check()
        return bulk


@attrs.frozen(kw_only=True)
class _Restatement:
    """A restatement without the new fact, which is an event of its own."""

    entry: EntryNumber
    reason: str
    evidence: tuple[Evidence, ...] = ()
    certainty: Certainty = Certainty.STATED
    disclosed_on: date | None = None
    note: str | None = None

    def of(self, fact: Event) -> EntryRestated:
        """Return the event."""
        if not isinstance(fact, Fact):
            raise NotUnderstood(
                "E_CORRECTS", f"a restatement holds {fact.KIND}", "it holds a fact that takes effect"
            )
        fields = {field.name: getattr(self, field.name) for field in attrs.fields(_Restatement)}
        return EntryRestated(**fields, restated_as=fact)


@attrs.frozen(kw_only=True)
class _RestatedForm(_Restatement):
    """The form of a restatement: the new fact stands in it as a payload of its own."""

    restated_as: msgspec.Raw


def _read_restated(form: _RestatedForm) -> EntryRestated:
    return form.of(_read_payload(bytes(form.restated_as)))


def _write_restated(event: EntryRestated) -> _RestatedForm:
    fields = {field.name: getattr(event, field.name) for field in attrs.fields(_Restatement)}
    return _RestatedForm(**fields, restated_as=msgspec.Raw(encode(event.restated_as)))


def _as_it_is(value: Any) -> Any:
    return value


class _Forms(dict[tuple[str, str], _Form]):
    """The form of each version of each kind, made when a record first holds one. Kinds are a closed table."""

    def __missing__(self, key: tuple[str, str]) -> _Form:
        kind, version = key
        event = event_named(kind)
        if version != event.VERSION:
            raise KeyError(key)
        if event is EntryRestated:
            form = _Form(key, _RestatedForm, _read_restated, _write_restated)
        else:
            form = _Form(key, event, _as_it_is, _as_it_is)
        self[key] = form
        return form


_FORMS: Final = _Forms()


class _Payload(msgspec.Struct, forbid_unknown_fields=True):
    event: msgspec.Raw
    kind: str
    version: str


_read_envelope = msgspec.json.Decoder(_Payload).decode


_HEAD: Final = b'{"event":'
_KIND: Final = b',"kind":"'
_TAIL: Final = re.compile(rb',"kind":"([a-z-]+)","version":"([0-9]+)"}')


def _tail(key: tuple[str, str]) -> bytes:
    return b'%b%b","version":"%b"}' % (_KIND, *map(str.encode, key))


_write_layout = msgspec.json.Encoder().encode
_write_layouts = msgspec.json.Encoder().encode_lines


def encode(event: Event) -> bytes:
    """Return the payload of an event: kind, version and the whole fact.

    Personal particulars must have their salt; the journal adds it.
    """
    form = _FORMS[event.KIND, event.VERSION]
    assert form.write is not None, "only the current version is written"
    return b"%b%b%b" % (_HEAD, _write(form.write(event)), form.tail)


class KeptField(NamedTuple):
    """A field of a kind of event, as the record keeps it.

    Attributes:
        name: What it is called.
        hint: Of which type it is.
        layout: Of which type its texts are.
        values: What each text stands for: read, checked and compared once.
        default: The text where an input file leaves it out; ``UNSET`` where it has to be stated.
    """

    name: str
    hint: Any
    layout: Any
    values: Mapping[Any, Any]
    default: Any


@cache
def kept_fields(kind: type[Event]) -> tuple[KeptField, ...] | None:
    """Return the fields of a kind of event in the order of the record; nothing where its form is another one."""
    form = _FORMS[kind.KIND, kind.VERSION]
    if form.write is not _as_it_is:
        return None
    hints = get_type_hints(kind)
    found = []
    for name, values in form.fields:
        layout, default = _layout(hints[name]), getattr(attrs.fields(kind), name).default
        text = UNSET if default is attrs.NOTHING else laid_out(default, layout)
        found.append(KeptField(name, hints[name], layout, values, text))
    return tuple(found)


def laid_out(value: Any, layout: Any) -> Any:
    """Return the texts of a value, as the record has them."""
    return msgspec.json.decode(_write(value), type=layout)


def encode_many(kind: type[Event], columns: Sequence[Sequence[Any]], many: int) -> list[bytes]:
    """Return the payloads of many events of one kind.

    What they have alike is written once, and stands between the texts in which they differ.

    Args:
        kind: Which; one that has ``kept_fields``.
        columns: The texts of each field, in the order of the record, none of which needs an escape; one text alone
            is what all of them say.
        many: How many events there are.
    """
    texts_of: list[Iterable[str]] = []
    between = f"{_HEAD.decode()}{{"
    for index, (field, texts) in enumerate(zip(kept_fields(kind) or (), columns, strict=True)):
        between += f'{"," if index else ""}"{field.name}":'
        if len(texts) == 1:
            between += _written(texts[0])
        elif field.layout is str or {*map(type, texts)} == {str}:
            texts_of += (repeat(f'{between}"'), texts)
            between = '"'
        else:
            written = {text: _written(text) for text in {*texts}}
            texts_of += (repeat(between), map(written.__getitem__, texts))
            between = ""
    between += f"}}{_tail((kind.KIND, kind.VERSION)).decode()}"
    return [*map(str.encode, map("".join, zip(*texts_of, repeat(between, many), strict=False)))]


def _written(text: Any) -> str:
    return _write_layout(text).decode()


def decode(payload: bytes, place: str = "payload") -> Event:
    """Return the event that a payload keeps.

    Args:
        payload: Bytes as stored.
        place: Where they were found, for the message.

    Raises:
        LedgerDamaged: ``E_KIND`` for a kind or version that this release does not know, ``E_PAYLOAD`` for bytes
            that are not what writing gives.
    """
    try:
        return _read_payload(payload)
    except _UNREADABLE as error:
        raise _damaged(error, place) from error


_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)


def _damaged(error: Exception, place: str) -> LedgerDamaged:
    """Return what is wrong with a payload that cannot be read."""
    if isinstance(error, NotUnderstood):
        return LedgerDamaged("E_KIND" if error.code == "E_KIND" else "E_PAYLOAD", place, error.what)
    return LedgerDamaged("E_PAYLOAD", place, f"the bytes are not an event: {_brief(error)}")


def as_read(event: Event, payload: bytes) -> Event:
    """Return the event as the record will give it back.

    A program that gives a field a value of another type, text for a name or a whole number for a place, finds out
    when it records, and not when somebody reads.

    Raises:
        NotUnderstood: ``E_TYPE`` when what was written could not be read.
    """
    if _is_of_its_types(event):
        return event
    try:
        return _read_payload(payload)
    except (NotUnderstood, msgspec.MsgspecError) as error:
        raise NotUnderstood(
            "E_TYPE",
            f"{event.KIND} could not be read back: {_brief(error)}",
            "give each field a value of its own type",
        ) from error


def _is_of_its_types(event: Event) -> bool:
    """Whether each field holds what is read back as it is, for sure: not every event that is read back does."""
    if type(event) is not _FORMS[event.KIND, event.VERSION].shape:
        return False
    for name, kinds in _sure_types(type(event)):
        value = getattr(event, name)
        kind = type(value)
        if kind not in kinds or (kind is tuple and value) or (kind is Shares and not recordable(value.units)):
            return False
    return True


@cache
def _sure_types(kind: type[Event]) -> tuple[tuple[str, frozenset[type]], ...]:
    """Return the fields of a kind of event, each with those of its types that check all that reading checks.

    Of lists, the empty one is. Free text and numbers are not: a program may have given any.
    """
    sure = []
    for name, hint in get_type_hints(kind).items():
        if get_origin(hint) is not ClassVar:
            types = {get_origin(each) or each for each in (get_args(hint) if type(hint) is UnionType else (hint,))}
            sure.append((name, frozenset(each for each in types if each in _SURE or issubclass(each, Enum))))
    return tuple(sure)


_SURE: Final = {*Identifier.__subclasses__(), Shares, EffectiveDay, NoneType, tuple}


def _brief(error: Exception) -> str:
    """Return what an error says, safe on a terminal: it may quote what it met."""
    return ascii(str(error))[1:-1][:160]


def _read_payload(payload: bytes) -> Event:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise NotUnderstood("E_LIMIT", f"a payload of {len(payload):,} bytes", f"at most {MAX_PAYLOAD_BYTES:,}")
    end = payload.rfind(_KIND)
    form = _by_tail(payload[end:])
    if form is None or not payload.startswith(_HEAD):
        raise _not_ours(payload)
    raw = payload[len(_HEAD) : end]
    made = form.decode(raw)
    if _write_layout(form.lay_out(raw)) != raw:
        raise _not_canonical()
    return form.read(made)


@lru_cache(maxsize=1_000)
def _by_tail(tail: bytes) -> _Form | None:
    """Return the form that the end of a payload names, if there is one."""
    named = _TAIL.fullmatch(tail)
    return _form(*(part.decode() for part in named.groups())) if named is not None else None


def _form(kind: str, version: str) -> _Form | None:
    try:
        return _FORMS[kind, version]
    except KeyError:
        return None


def kind_of(stored_topic: str) -> type[Event] | None:
    """Return the class whose fields payloads of a kind and version hold; nothing where none has just them."""
    kind, _, version = stored_topic.partition(".")
    form = _form(kind, version)
    return form.shape if form is not None and form.read is _as_it_is else None


def ending_of(stored_topic: str) -> bytes:
    """Return what every payload of a kind and version ends with."""
    kind, _, version = stored_topic.partition(".")
    return _tail((kind, version))


def span_of_event(payload: bytes, event: Event) -> tuple[int, int]:
    """Return where in its payload the fields of an event begin and end."""
    return len(_HEAD), len(payload) - len(_tail((event.KIND, event.VERSION)))


def value_of(kind: Any, raw: bytes) -> Any:
    """Return what a field of a payload says.

    Raises:
        MsgspecError: It is no value of this kind.
    """
    return msgspec.json.decode(raw, type=kind, dec_hook=_from_record)


def _not_ours(payload: bytes) -> NotUnderstood:
    """Return what is wrong with a payload that does not begin and end as ours do."""
    envelope = _read_envelope(payload)
    if _form(envelope.kind, envelope.version) is not None:
        return _not_canonical()
    return NotUnderstood(
        "E_KIND",
        f"event {shown(envelope.kind)} version {shown(envelope.version)} is not known",
        "update the program",
    )


def _not_canonical() -> NotUnderstood:
    return NotUnderstood("E_PAYLOAD", "the bytes are not in canonical form", "they were written by something else")


# --- the form of input files -------------------------------------------------------------------------

READONLY_FIELDS: Final = ("number", "recorded_at", "known_at", "known", "index", "actor")
"""What only the journal says about an entry."""


def _from_input(kind: type, raw: Any) -> Any:
    """Read a value that somebody wrote: a personal particular is given itself, not as a commitment."""
    if kind is Personal and isinstance(raw, str):
        return Personal(raw)
    if kind in (Shares, Money, Authorized) and isinstance(raw, str) and "/" in raw:
        # An answer may be any exact fraction; what is recorded was counted.
        raise NotUnderstood("E_NUMBER", f"{shown(raw)} is a fraction", 'write plain digits, "1000" or "0.004"')
    return _from_text(kind, raw)


def field_from_plain(hint: Any, plain: Any) -> Any:
    """Return the value of a field that a plain value states.

    Raises:
        NotUnderstood: With the JSON pointer of the place within it.
    """
    try:
        made = msgspec.convert(plain, hint, dec_hook=_from_input)
    except msgspec.ValidationError as error:
        raise _located(error) from None
    _all_used(plain, msgspec.to_builtins(made, enc_hook=lambda value: ""), "")
    return made


def from_plain(plain: dict[str, Any]) -> Event:
    """Return the event that a plain object states: ``kind`` beside the fields, missing ones at their default.

    This is the form of input files. It is as strict about unknown fields and types as the record itself.

    Raises:
        NotUnderstood: With the JSON pointer of the place.
    """
    kind = plain.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        near = nearest(kind, KINDS) if isinstance(kind, str) else None
        hint = f"did you mean {near}?" if near else "the reference lists the kinds"
        raise NotUnderstood("E_KIND", f"kind {shown(kind)} is not known", hint, "/kind")
    event = event_named(kind)
    if plain.get("version", event.VERSION) != event.VERSION:
        raise NotUnderstood(
            "E_KIND", f"{kind} has no version {shown(plain['version'])}", f"write {event.VERSION}", "/version"
        )
    fields = {key: value for key, value in plain.items() if key not in ("kind", "version")}
    for name in READONLY_FIELDS:
        if name in fields:
            raise NotUnderstood("E_READONLY_FIELD", f"{name} is the journal's own", "leave it out", f"/{name}")
    if event is not EntryRestated:
        return _converted(fields, event)
    restated = fields.pop("restated_as", None)
    if not isinstance(restated, dict):
        raise NotUnderstood("E_TYPE", "a restatement needs its fact", 'write {"kind": …}', "/restated_as")
    if restated.get("kind") == EntryRestated.KIND:
        raise NotUnderstood(
            "E_CORRECTS", "a restatement holds a restatement", "it holds a fact that takes effect", "/restated_as"
        )
    try:
        fact = from_plain(restated)
    except NotUnderstood as error:
        raise error.at(f"/restated_as{error.where}") from None
    return _converted(fields, _Restatement).of(fact)


_Shape = TypeVar("_Shape")


def _converted(fields: dict[str, Any], shape: type[_Shape]) -> _Shape:
    kind: type[attrs.AttrsInstance] = shape  # type: ignore[assignment]  # every shape is an attrs class
    _known(fields, [field.name for field in attrs.fields(kind)], "")
    try:
        made = msgspec.convert(fields, shape, dec_hook=_from_input)
    except msgspec.ValidationError as error:
        raise _located(error) from None
    _all_used(fields, msgspec.to_builtins(made, enc_hook=lambda value: ""), "")
    return made


def with_fields(fact: Fact, plain: Mapping[str, Any]) -> Fact:
    """Return a fact of which some fields are as a plain object states them, and the rest is as it was.

    ``None`` stands for what is not stated. Personal particulars that are not named keep their salt.

    Raises:
        NotUnderstood: With the JSON pointer of the place.
    """
    kind = type(fact)
    fields = {field.name: field for field in attrs.fields(kind)}
    hints = get_type_hints(kind)
    for name in READONLY_FIELDS:
        if name in plain:
            raise NotUnderstood("E_READONLY_FIELD", f"{name} is the journal's own", "leave it out", f"/{name}")
    _known(plain, fields, "")
    values = {}
    for name, raw in plain.items():
        if raw is None and fields[name].default is not attrs.NOTHING:
            values[name] = fields[name].default
            continue
        try:
            values[name] = field_from_plain(hints[name], raw)
        except NotUnderstood as error:
            raise error.at(f"/{name}{error.where}") from None
    return attrs.evolve(fact, **values)


def _known(given: Iterable[str], fields: Iterable[str], pointer: str) -> None:
    """Refuse a field that there is none of; a slip of the pen is told before what it leaves missing."""
    names = sorted(fields)
    for key in given:
        if key not in names:
            near = nearest(key, names)
            hint = f"did you mean {near}?" if near else f"the fields are {', '.join(names)}"
            raise NotUnderstood("E_FIELD", f"field {shown(key)} is not known", hint, f"{pointer}/{_step(key)}")


def _all_used(given: Any, made: Any, pointer: str) -> None:
    """Refuse a field that nothing was made of: msgspec passes over it without a word."""
    if isinstance(given, dict) and isinstance(made, dict):
        _known(given, made, pointer)
        for key, value in given.items():
            _all_used(value, made[key], f"{pointer}/{key}")
    elif isinstance(given, list) and isinstance(made, list | tuple):
        for index, (value, other) in enumerate(zip(given, made, strict=True)):
            _all_used(value, other, f"{pointer}/{index}")


def _step(key: str) -> str:
    """Return a key as a step of a JSON pointer (RFC 6901), safe on a terminal and not too long."""
    return ascii(key)[1:-1][:60].replace("~", "~0").replace("/", "~1")


def _located(error: msgspec.ValidationError) -> NotUnderstood:
    """Turn msgspec's path (``$.evidence[0].page``) into a JSON pointer, and keep the original refusal."""
    what, _, path = str(error).partition(" - at `$")
    pointer = path.rstrip("`").replace("[", "/").replace("]", "").replace(".", "/")
    if isinstance(error.__cause__, NotUnderstood):
        return error.__cause__.at(pointer + error.__cause__.where)
    if match := re.search(r"missing required field `(\w+)`", what):
        return NotUnderstood("E_FIELD", f"field {match[1]} is missing", "state it", f"{pointer}/{match[1]}")
    code = "E_DATE" if "date" in what else "E_TYPE"
    what = _brief(error).partition(" - at `$")[0]
    hint = next((each for form, each in _HINTS.items() if what.startswith(form)), _OTHER_HINT)
    return NotUnderstood(code, what[0].lower() + what[1:], hint, pointer)


_HINTS: Final = {"Expected `array`": "write a list, [ … ]", "Expected `object`": "write an object, { … }"}
_OTHER_HINT: Final = "the reference shows the form of each field"


# --- leaves: what binds a payload to its place in the record --------------------------------------------


class _Leaf(msgspec.Struct, forbid_unknown_fields=True):
    actor: str
    command: str
    fmt: str
    issuer: str
    number: str
    payload: str
    recorded_at: str


_read_leaf = msgspec.json.Decoder(_Leaf).decode


def digest(payload: bytes) -> str:
    """Return the SHA-256 of bytes, as 64 hexadecimal digits."""
    return sha256(payload).hexdigest()


def leaf(issuer: IssuerId, entry: Entry) -> bytes:
    """Return the canonical envelope of an entry."""
    return _leaf(issuer, entry.number, Said(*entry[1:4]), entry.payload_digest)


def _leaf(issuer: IssuerId, number: int, said: Said, payload_digest: str) -> bytes:
    names = said.command.encode(), issuer.encode()  # which no JSON has to escape
    digest, instant = payload_digest.encode(), instant_text(said.recorded_at).encode()
    return _LEAF % (_quoted(said.actor), *names, number, digest, instant)


_quoted: Final[Callable[[str], bytes]] = lru_cache(maxsize=1_024)(_write)
_LEAF: Final = (
    b'{"actor":%%b,"command":"%%b","fmt":"%b","issuer":"%%b","number":"%%d","payload":"%%b","recorded_at":"%%b"}'
    % LEAF_FORMAT.encode()
)


def instant_text(instant: datetime) -> str:
    """Return an instant in UTC with six decimals and ``Z``."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return f"{utc.isoformat(timespec='microseconds')[:26]}Z"


def state(issuer: IssuerId, entry: Entry, payload: bytes) -> bytes:
    """Return what a store keeps for an entry: the leaf, the payload and the hash of the leaf, a line each."""
    return kept(leaf(issuer, entry), payload)


def kept(envelope: bytes, payload: bytes) -> bytes:
    """Return a leaf and its payload, closed by the RFC 6962 hash of the leaf, which holds that of the payload."""
    return b"%b\n%b\n%b" % (envelope, payload, _leaf_hash(envelope))


def _leaf_hash(envelope: bytes) -> bytes:
    return sha256(b"\0" + envelope).hexdigest().encode()


def states(issuer: IssuerId, page: Page, payloads: Sequence[bytes]) -> list[bytes]:
    """Return what a store keeps for the entries of a page that one command records.

    Args:
        issuer: Whose they are.
        page: The entries.
        payloads: The payload of each.
    """
    digests = page.digests()
    first = _leaf(issuer, page.first, page.said[0], digests[0])
    start, _, rest = first.decode().rpartition(f"{page.first}{_BETWEEN}")
    end = rest[DIGEST:]
    leaves = (f"{start}{number}{_BETWEEN}{told}{end}".encode() for number, told in enumerate(digests, page.first))
    return [
        b"\n".join((envelope, payload, sha256(b"\0" + envelope).hexdigest().encode()))
        for envelope, payload in zip(leaves, payloads, strict=True)
    ]


def leaf_hash_of(stored: bytes, issuer: IssuerId, number: int) -> bytes:
    """Return the hash of the leaf that a store keeps for an entry: what stands for the entry in the tree.

    Raises:
        LedgerDamaged: ``E_TAMPERED`` when leaf and hash do not fit together.
    """
    envelope, seal = stored.partition(b"\n")[0], stored[-DIGEST:]
    if seal != _leaf_hash(envelope):
        raise _misplaced(issuer, number, "its envelope is not the one that was recorded")
    return bytes.fromhex(seal.decode())


def record_digest(issuer: IssuerId, entries: Iterable[Entry]) -> str:
    """Return what identifies a record as far as it is taken into account: the same entries have the same digest.

    It is the SHA-256 of the leaf hashes in order, 32 bytes each, as 64 hexadecimal digits. Two people who see the
    same digest on their pages speak of the same entries; any entry more, less or changed gives another one.
    """
    whole = sha256()
    for entry in entries:
        whole.update(bytes.fromhex(_leaf_hash(leaf(issuer, entry)).decode()))
    return whole.hexdigest()


def topic(event: Event) -> str:
    """Return the kind and version, as a store keeps it beside the bytes."""
    return f"{event.KIND}.{event.VERSION}"


def topics(page: Page) -> list[str]:
    """Return the kind and version of each event of a page."""
    found = [""] * len(page)
    for place, event in page.singles.items():
        found[place] = topic(event)
    for bulk in page.bulks:
        said = topic(bulk.one)
        for place in bulk.rows:
            found[place] = said
    return found


def read_state(stored: bytes, issuer: IssuerId, number: int, stored_topic: str) -> Entry:
    """Return the entry that a store keeps.

    Args:
        stored: Leaf, payload and the hash of the leaf.
        issuer: Whose stream it stands in.
        number: Its position in the stream.
        stored_topic: Kind and version, as the store keeps it.

    Raises:
        LedgerDamaged: ``E_TAMPERED`` when leaf, payload and place do not fit together; see ``decode`` for the
            payload itself.
    """
    rest, _, seal = stored.rpartition(b"\n")
    envelope, line_feed, payload = rest.partition(b"\n")
    if not line_feed or seal != _leaf_hash(envelope):
        raise _misplaced(issuer, number, "its envelope is not the one that was recorded")
    opened = _opened(envelope, f"{issuer} entry {number}")
    if opened.read.payload != digest(payload):
        raise _misplaced(issuer, number, "its payload is not the one that was recorded")
    try:
        event = _read_payload(payload)
    except _UNREADABLE as error:
        raise _damaged(error, f"{issuer} entry {number}") from error
    if stored_topic != topic(event) or not opened.is_in_place(issuer, number):
        raise _misplaced(issuer, number, "its envelope belongs to another place or kind")
    return Entry(EntryNumber(number), *opened.said, event, opened.read.payload)


class _Opened(NamedTuple):
    """A leaf that was read."""

    envelope: bytes
    read: _Leaf
    said: Said

    def is_in_place(self, issuer: IssuerId, number: int) -> bool:
        """Whether the leaf is the one that writing gives for this place."""
        return (
            self.read.issuer == issuer
            and self.read.number == f"{number}"
            and self.read.fmt == LEAF_FORMAT
            and _write_layout(self.read) == self.envelope
            and _INSTANT.fullmatch(self.read.recorded_at) is not None
        )


class Envelope(NamedTuple):
    """What a leaf says, of an entry that nobody has to show.

    Attributes:
        issuer: Whose record it stands in.
        number: Its place there.
        said: When it was recorded, by whom and with which command.
        payload_digest: SHA-256 of its payload.
    """

    issuer: IssuerId
    number: EntryNumber
    said: Said
    payload_digest: str


def read_leaf(envelope: bytes) -> Envelope:
    """Return what a leaf says that came without its payload.

    Raises:
        LedgerDamaged: ``E_LEAF``: it is not what writing gives.
    """
    opened = _opened(envelope, "a leaf")
    try:
        issuer, number = IssuerId(opened.read.issuer), EntryNumber(opened.read.number)
    except NotUnderstood as error:
        raise LedgerDamaged("E_LEAF", "a leaf", error.what) from error
    if not opened.is_in_place(issuer, number) or not _DIGEST.fullmatch(opened.read.payload):
        raise LedgerDamaged("E_LEAF", "a leaf", "it is not in canonical form")
    return Envelope(issuer, number, opened.said, opened.read.payload)


def _opened(envelope: bytes, place: str) -> _Opened:
    """Return the leaf of an entry."""
    try:
        read = _read_leaf(envelope)
        recorded_at = datetime.fromisoformat(read.recorded_at)
        said = Said(recorded_at, _clean_actor(read.actor), CommandId(read.command))
    except (msgspec.MsgspecError, ValueError) as error:
        raise LedgerDamaged("E_LEAF", place, f"its envelope cannot be read: {_brief(error)}") from error
    return _Opened(envelope, read, said)


_clean_actor: Final = lru_cache(maxsize=1_024)(partial(clean, what="actor"))
_BETWEEN: Final = '","payload":"'
"""Stands between the number and the digest."""
_AROUND_DIGEST: Final = _BETWEEN.encode()
_split: Final = methodcaller("split", b"\n")


def read_states(rows: Sequence[tuple[int, str, bytes]], issuer: IssuerId, after: int) -> Page | None:
    """Return a page of rows that follow one another, each entry as ``read_state`` returns it, or nothing.

    Nothing means that a row is not what it should be; ``read_state``, asked row by row, says which and why. Here
    most steps are taken for all rows before the next one, which costs a fraction of taking row after row. The
    leaves of one command differ in the number and the digest only: the bytes around these are kept from the first
    of them, and a leaf that is made of the same bytes needs no reading.

    Args:
        rows: Position, kind and version, and bytes of each; one or more.
        issuer: Whose stream they stand in.
        after: The position before the first of them.
    """
    numbers = range(after + 1, after + 1 + len(rows))
    positions, topics, states = zip(*rows, strict=True)
    if positions != (*numbers,):
        return None
    around, tail = b"", b""
    starts: list[int] = []
    said: list[Said] = []
    try:
        envelopes, payloads, seals = zip(*map(_split, states), strict=True)
        digests = [sha256(payload).hexdigest() for payload in payloads]
        if [sha256(b"\0" + envelope).hexdigest().encode() for envelope in envelopes] != [*seals]:
            return None
        for number, envelope, told in zip(numbers, envelopes, map(str.encode, digests), strict=True):
            if not said or envelope != b"%b%d%b%b%b" % (around, number, _AROUND_DIGEST, told, tail):
                starts.append(number - numbers[0])
                opened = _opened(envelope, issuer)
                if opened.read.payload != digests[starts[-1]] or not opened.is_in_place(issuer, number):
                    return None
                said.append(opened.said)
                around, _, rest = envelope.rpartition(b"%d%b" % (number, _AROUND_DIGEST))
                tail = rest[DIGEST:]
        read = _read_payloads(payloads, topics)
    except (*_UNREADABLE, LedgerDamaged, KeyError):
        return None
    return None if read is None else Page(after + 1, starts, said, "".join(digests), *read)


def read_together(payloads: Sequence[bytes], topics: Sequence[str]) -> tuple[dict[int, Event], list[Bulk]] | None:
    """Return the events of payloads, those that are kept whole by their place; or nothing where one is none.

    Args:
        payloads: One or more.
        topics: Kind and version of each.
    """
    try:
        return _read_payloads(payloads, topics)
    except (*_UNREADABLE, KeyError):
        return None


def _read_payloads(payloads: Sequence[bytes], topics: Sequence[str]) -> tuple[dict[int, Event], list[Bulk]] | None:
    """Return the events of payloads whose kinds are told, or nothing where one is not canonical or of that kind."""
    if max(map(len, payloads)) > MAX_PAYLOAD_BYTES:
        return None
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index, topic in enumerate(topics):
        places[topic].append(index)
    singles: dict[int, Event] = {}
    bulks: list[Bulk] = []
    for topic, of_kind in places.items():
        kind, _, version = topic.partition(".")
        form = _form(kind, version)
        made = form.read_lines([payloads[index] for index in of_kind], of_kind) if form is not None else None
        if made is None:
            return None
        if isinstance(made, Bulk):
            bulks.append(made)
        else:
            singles.update(zip(of_kind, made, strict=True))
    return singles, bulks


def _misplaced(issuer: IssuerId, number: int, what: str) -> LedgerDamaged:
    return LedgerDamaged("E_TAMPERED", f"{issuer} entry {number}", what)
