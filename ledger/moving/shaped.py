"""Entries of a few shapes, thousands at once: the fields that make a difference are gaps in texts that are alike.

Of each shape one text is taken apart with care: it has to be what writing its fields gives, without an escape.
Every other text is compared with it, byte by byte, outside the gaps. Gaps are what those fields say that can become
a column, and what JSON strings say in the fields that make no difference. So facts that differ in anything else
have different shapes; shapes that differ only in how long the gaps are, or in what makes no difference, are of one
*form*. Whatever has no shape that many have is left to be read field by field.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import partial
from itertools import starmap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import numpy as np

from ledger import codec
from ledger.bulk import slots_of
from ledger.columns.moves import HUNDREDTH, SHARE, Called, Counted
from ledger.columns.shapes import DIGITS, Shape, by_length, cut, pieces_in, sorted_by_shape, whole_numbers
from ledger.columns.words import Words
from ledger.days import Phase
from ledger.identity import is_name
from ledger.moving.fields import READERS, Unread, moment_of, moments_of, rank_of
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
        self.places, self._columns = places, columns
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

    def said(self, lines: Pieces, filler: int) -> Pieces:
        """Return what stands there in texts."""
        pieces = [pieces_in(lines, slice(each.start + filler, each.stop + filler)) for each in self.parts]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)


class _Template(NamedTuple):
    """What is done with texts of a shape.

    Attributes:
        shape: The shape.
        form: The form of their facts; nothing where they are not taken at once.
        gaps: The columns.
        taken_alone: Whether they are taken alone always; if not, and there is no form, they move nothing.
    """

    shape: Shape
    form: Form | None = None
    gaps: Sequence[_Gap] = ()
    taken_alone: bool = False

    @property
    def is_up_to_date(self) -> bool:
        """Whether no more fields are read by now than when this shape was learnt."""
        return self.form is None or self.form.read == len(_reader(self.form.topic).names)


class _Fitted:
    """Texts of one shape.

    Args:
        template: What is done with them.
        places: Where they stand among the rows that were read.
        lines: Their bytes.
    """

    def __init__(self, template: _Template, places: Places, lines: Pieces) -> None:
        self.template, self.places = template, places
        self.said: Final = [gap.said(lines, template.shape.filler) for gap in template.gaps]
        self.columns: Columns = {}
        self.fine = np.ones(len(places), np.bool_)

    def settled(self) -> Places:
        """Return where those stand that say something else than can stand in a column; they are left out."""
        if self.fine.all():
            return self.places[:0]
        odd, self.places = self.places[~self.fine], self.places[self.fine]
        self.columns = {name: column[self.fine] for name, column in self.columns.items()}
        return odd


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

    def told(self, texts: Iterable[tuple[int, Lines]]) -> Told:
        """Return what rows say, as far as many have a shape.

        Args:
            texts: The rows, text by text, each with the place of its first row.
        """
        fitted: list[_Fitted] = []
        rest: list[int] = []
        for first, lines in texts:
            found = len(fitted)
            for length, places in by_length(lines.lengths):
                left = places
                if length < _LONGEST:
                    known = self._learnt[length] = [each for each in self._learnt[length] if each.is_up_to_date]
                    pieces, learn = cut(lines.text, lines.ends[places], length), partial(self._tried, length)
                    alike, left = sorted_by_shape(pieces, places, known, learn)
                    fitted += starmap(_Fitted, alike)
                rest += (left + first).tolist()
            for each in fitted[found:]:
                each.places = each.places + first
        alone = [place for each in fitted if each.template.taken_alone for place in each.places.tolist()]
        taken = [each for each in fitted if each.template.form is not None]
        _look_at_gaps(taken)
        for each in taken:
            rest += each.settled().tolist()
        return Told([*self._formed(taken)], alone, rest)

    def _formed(self, fitted: Sequence[_Fitted]) -> Iterator[Formed]:
        of_form: defaultdict[Any, list[_Fitted]] = defaultdict(list)
        for each in fitted:
            of_form[each.template.form].append(each)
        for form, parts in of_form.items():
            columns = {name: np.concatenate([each.columns[name] for each in parts]) for name in parts[0].columns}
            places = np.concatenate([each.places for each in parts])
            yield Formed(form, places, columns, self._words, self._days)

    def _tried(self, length: int, lines: Pieces) -> _Template | None:
        """Return what is done with texts of the shape of the first; it reads all that its fact asks for."""
        while True:
            learnt = self._learn(bytes(lines[0])[-length:])
            if learnt is None or learnt.form is None:
                return learnt
            fitted = [_Fitted(learnt, np.zeros(1, np.intp), lines[:1])]
            _look_at_gaps(fitted)
            try:
                for each in self._formed(fitted):
                    each.fact()
            except Unread as unread:
                unread.reader.need(unread.name)
            except (msgspec.MsgspecError, ValueError):  # reading it whole tells what is wrong
                return None
            else:
                return learnt

    def _learn(self, text: bytes) -> _Template | None:
        """Return what is done with texts of the shape of one; nothing where it is to be read with care."""
        topic = text[text.rindex(b"\n") + 1 :].decode(errors="replace")
        reader, hash_ends = READERS[topic], text.rindex(b"\n")
        end = hash_ends - DIGEST - 1
        if reader is None:
            return _Template(Shape(text, (), [slice(hash_ends)]), taken_alone=True)
        if not text.endswith(reader.ending, 0, end):
            return None
        anything = slice(end + 1, hash_ends)
        if not reader.moves:
            return _Template(Shape(text, (), [slice(end - len(reader.ending)), anything]))
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


def _look_at_gaps(fitted: Sequence[_Fitted]) -> None:
    """Read the gaps of texts of several shapes, those together that are equally long."""
    together: defaultdict[Any, list[tuple[_Fitted, _Gap, Pieces]]] = defaultdict(list)
    for each in fitted:
        for gap, said in zip(each.template.gaps, each.said, strict=True):
            together[gap.words, said.shape[1]].append((each, gap, said))
    for (words, _), asked in together.items():
        said = np.concatenate([said for _, _, said in asked])
        found, fine = whole_numbers(said) if words is None else words.numbers(said)
        end = 0
        for each, gap, _ in asked:
            begin, end = end, end + len(each.places)
            each.columns[gap.name] = found[begin:end] * gap.scale if gap.scale > 1 else found[begin:end]
            each.fine &= fine[begin:end]


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


def _day(text: bytes) -> int | None:
    """Return the moments of a day."""
    try:
        return moment_of(text.decode("ascii"))
    except ValueError:
        return None


def _name(text: bytes) -> str | None:
    """Return a name."""
    return text.decode("ascii") if is_name(text) else None
