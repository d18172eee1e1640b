"""Reads XBRL instances and inline XBRL: tags, contexts and units in, figures out.

What could go wrong here, and why it does not:

- *The file expands, or asks for another.* A document type is refused where it begins, and with it every entity; no
  schema, link or taxonomy that the file names is looked for.
- *The file is a bomb.* Its bytes, its depth, its elements and its figures are counted, and what is not asked for is
  not kept.
- *A prefix lies.* Names are compared by their namespaces, in the scope where they stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from fractions import Fraction
from typing import Final
from xml.parsers import expat

import attrs

from ledger.errors import NotUnderstood, shown
from ledger.exchange.refused import Problems
from ledger.exchange.xbrl.figures import (
    CONCEPTS,
    MAX_FIGURES,
    Figure,
    Filing,
    a_day,
    accuracy,
    disclosed,
    displayed,
    in_words,
    number,
    one_line,
)

MAX_DEPTH: Final = 250
MAX_ELEMENTS: Final = 2_000_000
MAX_CONTEXTS: Final = 50_000
MAX_DECLARED: Final = 100_000
"""Namespaces, each time that an element declares one."""
MAX_TAG_BYTES: Final = 10_000_000
"""A tag with all of its attributes; a picture may stand in one."""
_CHUNK: Final = 1 << 20
MAX_WITHIN: Final = 16
"""Tags that stand within each other at most; inline XBRL has two or three."""
_LONGEST_TEXT: Final = 1_000
"""Characters that are kept of an element; what is read has fewer."""
_XBRLI: Final = "http://www.xbrl.org/2003/instance"
_XBRLDI: Final = "http://xbrl.org/2006/xbrldi"
_NIL: Final = "http://www.w3.org/2001/XMLSchema-instance nil"
_INLINE: Final = ("http://www.xbrl.org/2013/inlineXBRL", "http://www.xbrl.org/2008/inlineXBRL")
_TAXONOMY: Final = re.compile(
    r"https?://(?:(?:xbrl\.sec\.gov|xbrl\.us)/(dei)|(?:fasb\.org|xbrl\.us)/(us-gaap))/\d{4}(?:-\d\d-\d\d|q\d)?",
    re.ASCII,
)
_CLASS_AXIS: Final = "StatementClassOfStockAxis"
_NAME: Final = "EntityRegistrantName"
_HINT: Final = "fetch the document again, as it was filed"


@attrs.define
class _Context:
    entity: str = ""
    instant: str = ""
    start: str = ""
    end: str = ""
    members: list[tuple[str, str]] = attrs.Factory(list)
    """Axes and members, without their taxonomies."""


@attrs.define
class _Unit:
    measures: list[str] = attrs.Factory(list)
    is_quotient: bool = False


@attrs.define
class _Tagged:
    concept: str
    values: dict[str, str]
    line: int
    is_inline: bool
    text: str = ""


@attrs.define
class _Open:
    """An element whose text is being read."""

    depth: int
    what: str
    into: _Tagged | None = None
    text: list[str] = attrs.Factory(list)
    length: int = 0


def read(data: bytes, name: str, ignored: Collection[str] = ()) -> Filing:
    """Return the figures about shares in an XBRL instance, or in a page with inline XBRL.

    Args:
        data: The bytes of the file.
        name: What the file is called in messages.
        ignored: Concepts that are passed over.

    Raises:
        InputRefused: With every problem of the file.
        NotUnderstood: ``E_XML`` or ``E_LIMIT``: the file is not XML as filings are, or is too large.
    """
    reader = _Reader(name, ignored)
    reader.walk(data)
    return reader.filing()


class _Reader:
    """Walks through a document once, and keeps contexts, units and the tags that are about shares."""

    def __init__(self, name: str, ignored: Collection[str]) -> None:
        self._name, self._ignored = name, ignored
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._prefixes: defaultdict[str | None, list[str]] = defaultdict(list)
        self._depth = self._elements = self._declared = 0
        self._open: list[_Open] = []
        self._context: _Context | None = None
        self._unit: _Unit | None = None
        self._segment = 0
        self._axis = ""
        self._contexts: dict[str, _Context] = {}
        self._units: dict[str, _Unit] = {}
        self._tagged: list[_Tagged] = []
        self._names: list[str] = []

    # --- walking ----------------------------------------------------------------------------------------------

    def walk(self, data: bytes) -> None:
        """Read a document."""
        parser = self._parser
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._declare
        parser.EndNamespaceDeclHandler = self._forget
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            for start in range(0, len(data), _CHUNK):
                parser.Parse(data[start : start + _CHUNK], False)
                # What has not ended waits whole: at its end, a tag of millions of attributes takes minutes.
                if start - parser.CurrentByteIndex > MAX_TAG_BYTES:
                    self._refuse("a tag or comment is too long", f"at most {MAX_TAG_BYTES:,} bytes")
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            what = f"it is not well-formed XML at line {error.lineno} column {error.offset + 1}"
            raise NotUnderstood("E_XML", what, _HINT, self._name) from None
        except (LookupError, ValueError) as error:
            if isinstance(error, NotUnderstood):
                raise
            raise NotUnderstood("E_XML", "it is in no known encoding", _HINT, self._name) from None

    def _doctype(self, *unused: object) -> None:
        hint = "filings have none; fetch the document itself, and not a copy of it"
        raise NotUnderstood("E_XML", "it declares a document type", hint, self._here())

    def _declare(self, prefix: str | None, uri: str) -> None:
        self._declared += 1
        if self._declared > MAX_DECLARED:
            self._refuse("the file declares too many namespaces", f"at most {MAX_DECLARED:,}")
        self._prefixes[prefix].append(uri)

    def _forget(self, prefix: str | None) -> None:
        self._prefixes[prefix].pop()

    def _here(self) -> str:
        return f"{self._name} line {self._parser.CurrentLineNumber}"

    def _refuse(self, what: str, limit: str) -> None:
        raise NotUnderstood("E_LIMIT", what, limit, self._here())

    def _qualified(self, text: str) -> tuple[str, str]:
        """Return namespace and name of a prefixed name that stands in a value."""
        prefix, _, local = text.strip().rpartition(":")
        uris = self._prefixes[prefix or None]
        return (uris[-1] if uris else "", local)

    def _start(self, tag: str, values: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            self._refuse(f"elements are nested deeper than {MAX_DEPTH}", "no filing is")
        if self._elements > MAX_ELEMENTS:
            self._refuse("the file has too many elements", f"at most {MAX_ELEMENTS:,}")
        uri, _, local = tag.rpartition(" ")
        if uri == _XBRLI:
            self._start_xbrli(local, values)
        elif self._segment:
            self._start_dimension(uri, local, values)
        elif uri in _INLINE:
            if local in ("nonFraction", "nonNumeric") and "name" in values:
                self._start_fact(*self._qualified(values["name"]), values, is_inline=True)
        else:
            self._start_fact(uri, local, values, is_inline=False)

    def _start_xbrli(self, local: str, values: dict[str, str]) -> None:
        match local:
            case "context":
                self._context = _Context()
                if len(self._contexts) >= MAX_CONTEXTS:
                    self._refuse("the file has too many contexts", f"at most {MAX_CONTEXTS:,}")
                self._contexts.setdefault(values.get("id", ""), self._context)
            case "unit":
                self._unit = _Unit()
                if len(self._units) >= MAX_CONTEXTS:
                    self._refuse("the file has too many units", f"at most {MAX_CONTEXTS:,}")
                self._units.setdefault(values.get("id", ""), self._unit)
            case "divide" if self._unit is not None:
                self._unit.is_quotient = True
            case "segment" | "scenario":
                self._segment = self._depth
            case "identifier" | "instant" | "startDate" | "endDate" | "forever" | "measure":
                self._begin(local)
            case _:
                pass

    def _start_dimension(self, uri: str, local: str, values: dict[str, str]) -> None:
        if self._depth != self._segment + 1 or self._context is None:
            return
        if uri == _XBRLDI and "dimension" in values:
            self._axis = self._qualified(values["dimension"])[1]
        else:  # what old files say in a way of their own: it is about some part all the same
            self._axis = local
        if uri == _XBRLDI and local == "explicitMember":
            self._begin("explicitMember")
        else:
            self._context.members.append((self._axis, ""))

    def _start_fact(self, uri: str, local: str, values: dict[str, str], *, is_inline: bool) -> None:
        if (local not in CONCEPTS and local != _NAME) or local in self._ignored:
            return
        taxonomy = _TAXONOMY.fullmatch(uri)
        of = "dei" if local == _NAME else CONCEPTS[local].taxonomy
        if taxonomy is None or (taxonomy[1] or taxonomy[2]) != of:
            return
        if local == _NAME:
            self._begin(_NAME)
            return
        if len(self._tagged) >= MAX_FIGURES:
            self._refuse("the file has too many figures about shares", f"at most {MAX_FIGURES:,}")
        tagged = _Tagged(local, values, self._parser.CurrentLineNumber, is_inline)
        self._tagged.append(tagged)
        self._begin("", tagged)

    def _begin(self, what: str, into: _Tagged | None = None) -> None:
        """Begin to read the text of an element, which is part of that of all around it."""
        if len(self._open) >= MAX_WITHIN:
            self._refuse(f"more than {MAX_WITHIN} tags stand within each other", "no filing has that")
        self._open.append(_Open(self._depth, what, into))

    def _text(self, text: str) -> None:
        for each in self._open:
            if each.length <= _LONGEST_TEXT:
                each.text.append(text[: _LONGEST_TEXT + 1])
                each.length += len(text)

    def _end(self, tag: str) -> None:
        while self._open and self._open[-1].depth == self._depth:
            self._close(self._open.pop())
        if self._depth == self._segment:
            self._segment = 0
        match tag:
            case "http://www.xbrl.org/2003/instance context":
                self._context = None
            case "http://www.xbrl.org/2003/instance unit":
                self._unit = None
            case _:
                pass
        self._depth -= 1

    def _close(self, read: _Open) -> None:
        text, context = one_line("".join(read.text)), self._context
        if read.into is not None:
            read.into.text = text
        elif read.what == _NAME:
            self._names.append(text)
        elif read.what == "measure":
            if self._unit is not None:
                self._unit.measures.append(" ".join(self._qualified(text)))
        elif context is not None:
            match read.what:
                case "identifier":
                    context.entity = text
                case "instant":
                    context.instant = text
                case "startDate":
                    context.start = text
                case "endDate":
                    context.end = text
                case "explicitMember":
                    context.members.append((self._axis, self._qualified(text)[1]))
                case _:
                    pass

    # --- what it amounts to -------------------------------------------------------------------------------------

    def filing(self) -> Filing:
        """Return the figures, or refuse all with every problem."""
        problems, notes = Problems(self._name), list[str]()
        figures = []
        for tagged in self._tagged:
            place = f"{self._name} line {tagged.line}"
            try:
                figure = self._figure(tagged, place, notes)
            except NotUnderstood as error:
                problems.add(error.at(f"{place} {tagged.concept}"))
                continue
            if figure is not None:
                figures.append(figure)
        problems.refuse()
        named = list(dict.fromkeys(filter(None, self._names)))
        return Filing(tuple(figures), named[0] if len(named) == 1 else "", tuple(notes))

    def _figure(self, tagged: _Tagged, place: str, notes: list[str]) -> Figure | None:
        values = tagged.values
        name = values.get("contextRef", "")
        context = self._contexts.get(name)
        if context is None:
            raise NotUnderstood("E_XBRL", f"there is no context {shown(name)}", "fetch the whole filing")
        if values.get(_NIL) in ("true", "1"):
            notes.append(f"{place}: {tagged.concept} states nothing (nil)")
            return None
        others = sorted({axis for axis, _ in context.members if axis != _CLASS_AXIS})
        members = [member for axis, member in context.members if axis == _CLASS_AXIS]
        if others or len(members) > 1 or "" in members:
            axes = ", ".join(shown(axis).strip("'") for axis in others) or _CLASS_AXIS
            notes.append(f"{place}: {tagged.concept} is about a part only: {axes}")
            return None
        unit = self._units.get(values.get("unitRef", ""))
        if unit is None or unit.is_quotient or unit.measures != [f"{_XBRLI} shares"]:
            raise NotUnderstood(
                "E_XBRL", f"unit {shown(values.get('unitRef', ''))} counts no shares", "compare it with the filing"
            )
        value, scale = _value(tagged)
        decimals = accuracy(values.get("decimals"), values.get("precision"), value)
        about, since = _days(context)
        return Figure(
            concept=tagged.concept,
            entity=context.entity,
            about=about,
            since=since,
            member=members[0] if members else "",
            figure=disclosed(tagged.text, value, decimals, scale),
            said=in_words(decimals),
            context=name,
            place=place,
        )


def _value(tagged: _Tagged) -> tuple[Fraction, int]:
    """Return a number, its scale included, and the scale."""
    if not tagged.is_inline:
        return number(tagged.text), 0
    said = tagged.values.get("scale", "0")
    if not re.fullmatch(r"[+-]?\d{1,2}", said, re.ASCII):
        raise NotUnderstood("E_XBRL", f"scale {shown(said)} is no power of ten", "compare it with the filing")
    value = displayed(tagged.text, tagged.values.get("format", "")) * Fraction(10) ** int(said)
    if tagged.values.get("sign") == "-" and value:
        raise NotUnderstood("E_NUMBER", f"-{tagged.text} is below zero", "compare it with the filing")
    return value, int(said)


def _days(context: _Context) -> tuple[date, date | None]:
    """Return the day that a context is about, and the first of its period."""
    if context.instant:
        return a_day(context.instant, is_end=True), None
    if context.start and context.end:
        return a_day(context.end, is_end=True), a_day(context.start, is_end=False)
    raise NotUnderstood("E_DATE", "its context has no day", "compare it with the filing")
