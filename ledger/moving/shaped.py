"""Entries of a few shapes, thousands at once: the fields that make a difference are gaps in texts that are alike.

Of each shape one text is taken apart with care: it has to be what writing its fields gives, without a single escape.
Every other text is compared with it, byte by byte, outside the gaps. Gaps are what those fields say that can become a
column, and what JSON strings say in the fields that make no difference. So facts that differ in anything else have
different shapes; several shapes that differ only in how long the gaps are, or in what makes no difference, are of one
*form*. Whatever has no shape that many have is left to be read as it was before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import numpy as np

from ledger import codec
from ledger.bulk import slots_of
from ledger.columns.moves import HUNDREDTH, SHARE, Called, Counted
from ledger.columns.shapes import DIGITS, Shape, cut, whole_numbers
from ledger.columns.words import NONE, Words
from ledger.days import Phase
from ledger.identity import Identifier
from ledger.moving.fields import READERS, moment_of, moments_of, rank_of
from ledger.pages import DIGEST
from ledger.quantities import Currency, Money, Shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ledger.columns.shapes import Lines as Pieces
    from ledger.events import Fact
    from ledger.moving.fields import Reader
    from ledger.moving.lines import Lines

    Places = NDArray[np.intp]
    Columns = dict[str, NDArray[Any]]


MANY: Final = 16
"""So many texts of one length are worth learning what shape they have."""
_SHAPES: Final = 64
"""So many shapes of one length are learnt."""
_LONGEST: Final = 1 << 16
"""Longer texts are rare, and differ."""
_BEGIN: Final = b'{"event":{'
_EVERY_TEXT: Final = re.compile(rb'"([^"]*)"(:?)')
_SHARES: Final = re.compile(rb'"([1-9][0-9]*)()()"')
_MONEY: Final = re.compile(rb'"([1-9][0-9]*)(?:\.([0-9]{1,2}))? ([A-Z]{3})"')
_CENTS: Final = 2
_PHASES: Final = {phase.value.encode() for phase in Phase}


class Form(NamedTuple):
    """What facts say alike.

    Attributes:
        topic: Their kind and version.
        read: How many fields are read of the kind.
        same: What all of them say in fields that are no column.
        money: In which currency a column of money is.
    """

    topic: str
    read: int
    same: tuple[tuple[str, bytes], ...]
    money: tuple[tuple[str, str], ...]


class Formed:
    """Facts of one form.

    Args:
        form: The form.
        places: Where they stand among the rows that were read.
        columns: What they say in each field that is a column: numbers of words, or steps.
        words: The words that are names.

    Attributes:
        places: Where they stand among the rows that were read.
        begins: The moment from which each may have taken effect.
        settles: The moment from which each certainly has.
    """

    def __init__(self, form: Form, places: Places, columns: Columns, words: Words, days: Words) -> None:
        self._form, self._words = form, words
        in_turn = np.argsort(
            places.astype(np.uint16), kind="stable"
        )  # numbers of 16 bits are counted, not compared
        self.places = places[in_turn]
        self._columns = {name: column[in_turn] for name, column in columns.items()}
        self.reader: Final = _reader(form.topic)
        rank = rank_of(msgspec.json.decode(dict(form.same)["phase"]))
        self.begins, self.settles = moments_of(days.values_at(self._columns.pop("effective_on")), rank)

    def fact(self) -> Fact | None:
        """Return the fact that stands for all of them; nothing where they have to be taken alone.

        Raises:
            Unread: They may not have to be, if another field is read.
        """
        made = self.stands_for(slice(None))
        return made if self.reader.stands(made) else None

    def stands_for(self, which: Any) -> Fact:
        """Return the fact that stands for some of them."""
        made: Fact = object.__new__(self.reader.kind)
        slots = slots_of(self.reader.kind)
        for name, raw in self._form.same:
            if name not in ("phase", "place"):
                slots[name](made, codec.value_of(self.reader.hints[name], raw))
        money = dict(self._form.money)
        for name, column in self._columns.items():
            slots[name](made, self._value(name, column[which], money.get(name)))
        return made

    def _value(self, name: str, column: NDArray[Any], currency: str | None) -> Any:
        said = self.reader.said[name]
        if currency is not None:
            return Counted(column, HUNDREDTH, Currency(currency))
        if said is Shares:
            return Counted(column, SHARE)
        if (column == column[0]).all():
            return said(self._words.values[column[0]])
        return Called(self._words, column, said)


class _Gap(NamedTuple):
    """A column among the bytes of texts of one shape.

    Attributes:
        name: Of the field.
        parts: Where it stands in a text; in two parts for digits around a point.
        words: Numbers the texts, unless they are quantities.
        scale: What digits are multiplied by, to be in steps.
        currency: Of money, what it is in.
    """

    name: str
    parts: Sequence[slice]
    words: Words | None
    scale: int = 1
    currency: str | None = None

    def column(self, lines: Pieces, filler: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Return what stands there in texts, as numbers, and in which of them it is what it should be."""
        pieces = [lines[:, part.start + filler : part.stop + filler] for part in self.parts]
        said = pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)
        if self.words is not None:
            numbers = self.words.numbers(said)
            return numbers, numbers != NONE
        steps, fine = whole_numbers(said)
        return steps * self.scale if self.scale > 1 else steps, fine


class _Template(NamedTuple):
    """What is done with texts of a shape.

    Attributes:
        shape: The shape.
        form: The form of their facts; nothing where they are not taken at once.
        gaps: The columns.
        moves: Whether they move anything.
    """

    shape: Shape
    form: Form | None = None
    gaps: Sequence[_Gap] = ()
    moves: bool = True

    @property
    def is_up_to_date(self) -> bool:
        """Whether no more fields are read by now than when this shape was learnt."""
        return self.form is None or self.form.read == len(_reader(self.form.topic).names)

    def columns(self, lines: Pieces) -> tuple[Columns, NDArray[np.bool_]]:
        """Return what texts of this shape say, and which of them say what can stand in a column."""
        found: Columns = {}
        fine = np.ones(len(lines), np.bool_)
        for gap in self.gaps:
            found[gap.name], is_fine = gap.column(lines, self.shape.filler)
            fine &= is_fine
        return found, fine


def _reader(topic: str) -> Reader:
    found = READERS[topic]
    assert found is not None, "facts of this kind are taken at once"
    return found


class Told(NamedTuple):
    """What was found among rows.

    Attributes:
        formed: Facts that may be taken at once.
        alone: Where those stand that are always taken alone.
        rest: Where those stand that have no shape which many have.
    """

    formed: list[Formed]
    alone: list[int]
    rest: list[int]


class Shapes:
    """The shapes that were learnt, and the words in their gaps."""

    def __init__(self) -> None:
        self._words, self._days = Words(_name), Words(_day)
        self._learnt: defaultdict[int, list[_Template]] = defaultdict(list)

    def told(self, lines: Lines) -> Told:
        """Return what rows say, as far as many have a shape."""
        parts: defaultdict[Form, list[tuple[Places, Columns]]] = defaultdict(list)
        alone: list[int] = []
        rest: list[int] = []
        for length, places in _by_length(lines.lengths):
            pieces = cut(lines.text, lines.ends[places], length) if length < _LONGEST else None
            left = places if pieces is None else self._fitted(pieces, places, length, parts, alone)
            rest += left.tolist()
        return Told([*self._formed(parts)], alone, rest)

    def _formed(self, parts: dict[Form, list[tuple[Places, Columns]]]) -> Iterator[Formed]:
        for form, given in parts.items():
            places, columns = zip(*given, strict=True)
            joined = {name: np.concatenate([each[name] for each in columns]) for name in columns[0]}
            yield Formed(form, np.concatenate(places), joined, self._words, self._days)

    def _fitted(
        self,
        pieces: Pieces,
        places: Places,
        length: int,
        parts: dict[Form, list[tuple[Places, Columns]]],
        alone: list[int],
    ) -> Places:
        """Take out all texts of one length that have a shape; return where the others stand."""
        known = self._learnt[length] = [each for each in self._learnt[length] if each.is_up_to_date]
        odd, at = [places[:0]], 0
        while len(places):
            if at == len(known):
                learnt = self._learn(bytes(pieces[0])[-length:]) if len(places) >= MANY and at < _SHAPES else None
                if learnt is None:
                    break
                known.append(learnt)
            template, at = known[at], at + 1
            fits = template.shape.fitting(pieces)
            if not fits.any():
                continue
            some, found = (places, pieces) if fits.all() else (places[fits], pieces[fits])
            pieces, places = pieces[~fits], places[~fits]
            if template.form is not None:
                columns, fine = template.columns(found)
                if not fine.all():
                    odd.append(some[~fine])
                    some, columns = some[fine], {name: column[fine] for name, column in columns.items()}
                parts[template.form].append((some, columns))
            elif template.moves:
                alone += some.tolist()
        return np.concatenate([*odd, places])

    def _learn(self, text: bytes) -> _Template | None:
        """Return what is done with texts of the shape of one; nothing where it is to be read with care."""
        topic = text[text.rindex(b"\n") + 1 :].decode(errors="replace")
        reader, hash_ends = READERS[topic], text.rindex(b"\n")
        end = hash_ends - DIGEST - 1
        if reader is None:
            return _Template(Shape(text, (), [slice(hash_ends)]))
        if not text.endswith(reader.ending, 0, end):
            return None
        anything = slice(end + 1, hash_ends)
        if not reader.moves:
            return _Template(Shape(text, (), [slice(end - len(reader.ending)), anything]), moves=False)
        fields = _taken_apart(text[:end], reader.ending)
        if fields is None or not {*reader.names} <= {*fields} or fields["phase"][1].strip(b'"') not in _PHASES:
            return None
        gaps: list[_Gap] = []
        same: list[tuple[str, bytes]] = []
        for name in reader.names:
            at, raw = fields.pop(name)
            gap = self._gap(name, at, raw, reader.said.get(name))
            if gap is not None:
                gaps.append(gap)
            elif name == "effective_on" or (raw != b"null" and (name == "place" or reader.said.get(name))):
                return None
            else:
                same.append((name, raw))
        shape = Shape(text, _texts_in(fields.values()), [*(part for gap in gaps for part in gap.parts), anything])
        money = tuple((gap.name, gap.currency) for gap in gaps if gap.currency)
        return _Template(shape, Form(topic, len(reader.names), tuple(same), money), gaps)

    def _gap(self, name: str, at: int, raw: bytes, said: Any) -> _Gap | None:
        """Return the gap that a field is; nothing where it cannot become a column."""
        whole = [slice(at + 1, at + len(raw) - 1)]
        if not raw.startswith(b'"'):
            return None
        if name == "effective_on":
            return _Gap(name, whole, self._days)
        if said in (Shares, Money):
            return _counted(name, at, raw, said)
        return None if said is None else _Gap(name, whole, self._words)


def _counted(name: str, at: int, raw: bytes, said: Any) -> _Gap | None:
    """Return the gap that a quantity is; nothing where it is not above zero, or not in whole steps."""
    found = (_SHARES if said is Shares else _MONEY).fullmatch(raw)
    if found is None:
        return None
    missing = 0 if said is Shares else _CENTS - len(found[2] or b"")
    if len(found[1]) + len(found[2] or b"") + missing > DIGITS:
        return None
    parts = [slice(at + found.start(part), at + found.end(part)) for part in (1, 2) if found[part]]
    return _Gap(name, parts, None, 10**missing, found[3].decode() or None)


def _taken_apart(payload: bytes, ending: bytes) -> dict[str, tuple[int, bytes]] | None:
    """Return where each field of a payload is said, and how; nothing where it is not written as we write."""
    if b"\\" in payload or not payload.startswith(_BEGIN):
        return None
    try:
        event = _read_fields(payload[len(_BEGIN) - 1 : -len(ending)])
    except msgspec.MsgspecError:
        return None
    said = {name: (f'"{name}":'.encode(), bytes(raw)) for name, raw in event.items()}
    if payload != _BEGIN + b",".join(key + raw for key, raw in said.values()) + b"}" + ending:
        return None
    found, at = dict[str, tuple[int, bytes]](), len(_BEGIN)
    for name, (key, raw) in said.items():
        found[name] = at + len(key), raw
        at += len(key) + len(raw) + 1
    return found


_read_fields: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _texts_in(fields: Iterable[tuple[int, bytes]]) -> list[slice]:
    """Return where JSON strings stand that are no keys."""
    return [
        slice(at + found.start(1), at + found.end(1))
        for at, raw in fields
        for found in _EVERY_TEXT.finditer(raw)
        if not found[2]
    ]


def _by_length(lengths: NDArray[np.int64]) -> Iterator[tuple[int, Places]]:
    """Yield the places of texts that are equally long, with their length."""
    if lengths.max(initial=0) < _LONGEST:
        lengths = lengths.astype(np.uint16)  # numbers of 16 bits are counted, not compared
    order = np.argsort(lengths, kind="stable")
    in_order = lengths[order]
    firsts = np.flatnonzero(np.concatenate(([True], in_order[1:] != in_order[:-1])))
    for first, last in pairwise([*firsts.tolist(), len(order)]):
        yield int(in_order[first]), order[first:last]


def _day(text: bytes) -> int | None:
    """Return the moments of a day."""
    try:
        return moment_of(text.decode("ascii"))
    except ValueError:
        return None


def _name(text: bytes) -> str | None:
    """Return a name."""
    try:
        return str(Identifier(text.decode("ascii")))
    except ValueError:
        return None
