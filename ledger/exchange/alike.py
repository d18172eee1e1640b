"""Lines of a long file that are alike but for a few texts, thousands at once.

A long history says the same few things in lines that differ in a day, a name and a number. One of them, read as any
line is, gives a payload. Another one that has other texts in the same places gives this payload with those texts.
So of each line nothing is made but its payload, and columns of what its texts stand for. What could go wrong, and
why it does not:

- *Another line happens to be as long.* Every byte outside the gaps is compared (``ledger.columns.shapes``).
- *A gap holds more than a text*: what ends it early, an escape, a letter beyond ASCII. Each different text is
  looked at, and has to be what the record keeps of this field. Any other line is left to be read as before.
- *A fact contradicts itself.* What concerns more than one field is asked of the columns. Where it does not hold,
  all lines are read as before, which tells what is wrong.
"""

from __future__ import annotations

from collections import defaultdict, deque
from functools import partial
from itertools import chain, starmap
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

import msgspec
import numpy as np

from ledger import codec
from ledger.bulk import Bulk, ByNumber, Different
from ledger.columns import shapes
from ledger.columns.shapes import LANE, Shape, by_length, cut, sorted_by_shape
from ledger.columns.words import Words
from ledger.drafts import UNREADABLE, Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from ledger.columns.shapes import Lines as Pieces
    from ledger.events import Event

    Places = NDArray[np.intp]

_LENGTHS: Final = 1_000
"""So many lengths of lines are kept in mind."""
_LONGEST: Final = 1 << 10
"""Longer lines are rare, and differ."""
_WORDS: Final = 65_536
"""So many different texts of a kind are kept, with what they stand for."""
_MARGIN: Final = b"\n" * LANE
"""Stands before the first line, as pieces are cut out in whole lanes."""
_LINE_FEED, _BRACE = b"\n{"


class _Gap(NamedTuple):
    """A text in which lines of one shape differ.

    Attributes:
        name: Of the field.
        words: Numbers its texts.
        among: What they stand for.
        given: Where it stands in a line.
        kept: Where it stands in a payload.
    """

    name: str
    words: Words
    among: Different
    given: slice
    kept: slice


class _Template(NamedTuple):
    """How lines of a shape are read.

    Attributes:
        shape: Their shape.
        one: The fact of one of them.
        payload: What is kept of it.
        gaps: The texts in which lines differ, in the order of the record.
    """

    shape: Shape
    one: Event
    payload: bytes
    gaps: Sequence[_Gap]

    @property
    def form(self) -> tuple[bytes, ...]:
        """The bytes of a payload around the gaps: what facts say alike."""
        edges = [0, *chain.from_iterable((gap.kept.start, gap.kept.stop) for gap in self.gaps), len(self.payload)]
        return tuple(self.payload[start:stop] for start, stop in zip(edges[::2], edges[1::2], strict=True))


class _Fitted:
    """Lines of one shape.

    Args:
        template: How they are read.
        places: Where they stand among all lines.
        lines: Their bytes.
    """

    def __init__(self, template: _Template, places: Places, lines: Pieces) -> None:
        self.template, self.places, self.lines = template, places, lines
        self.columns: list[NDArray[np.int32]] = []
        self.fine = np.ones(len(places), np.bool_)

    def said(self, gap: _Gap) -> Pieces:
        """Return the texts in a gap."""
        filler = self.template.shape.filler
        return self.lines[:, gap.given.start + filler : gap.given.stop + filler]

    def settled(self) -> Places:
        """Return where those stand that say what cannot be read here; they are left out."""
        if self.fine.all():
            return self.places[:0]
        odd, self.places, self.lines = self.places[~self.fine], self.places[self.fine], self.lines[self.fine]
        self.columns = [column[self.fine] for column in self.columns]
        return odd

    def payloads(self) -> list[bytes]:
        """Return the payload of each line."""
        made = np.empty((len(self.places), len(self.template.payload)), np.uint8)
        made[:] = np.frombuffer(self.template.payload, np.uint8)
        for gap in self.template.gaps:
            made[:, gap.kept] = self.said(gap)
        found: list[bytes] = made.view(f"V{made.shape[1]}").ravel().tolist()
        return found


class Alike:
    """Reads lines by what those before them had alike.

    Args:
        otherwise: Reads all others, as a file of their own.
    """

    def __init__(self, otherwise: Callable[[bytes], Draft]) -> None:
        self._otherwise = otherwise
        self._learnt: defaultdict[int, list[_Template]] = defaultdict(list)
        self._words: dict[int, tuple[Words, Different]] = {}

    def draft(self, lines: bytes) -> Draft:
        """Return a draft of some lines; what cannot be read raises one of ``UNREADABLE``."""
        self._forget()
        text = np.frombuffer(b"%b%b\n" % (_MARGIN, lines.removesuffix(b"\n")), np.uint8)
        ends = np.flatnonzero(text == _LINE_FEED)[LANE:]
        begins = np.concatenate(([LANE], ends[:-1] + 1))
        if (text[begins] != _BRACE).any():  # there is a blank line, or something else that holds no object
            return self._otherwise(lines)
        try:
            return self._draft(text, begins, ends)
        except UNREADABLE:
            return self._otherwise(lines)

    def _forget(self) -> None:
        """Begin anew where there were too many different texts or lengths."""
        if len(self._learnt) > _LENGTHS or any(len(words) > _WORDS for words, _ in self._words.values()):
            self._learnt.clear()
            self._words.clear()

    def _draft(self, text: NDArray[np.uint8], begins: Places, ends: Places) -> Draft:
        fitted: list[_Fitted] = []
        others: list[Places] = []
        for length, places in by_length(ends - begins):
            left = places
            if length < _LONGEST and len(places) >= shapes.MANY:
                pieces, learn = cut(text, ends[places], length), partial(self._learn, length)
                alike, left = sorted_by_shape(pieces, places, self._learnt[length], learn)
                fitted += starmap(_Fitted, alike)
            others.append(left)
        _look_at_gaps(fitted)
        others += [each.settled() for each in fitted]
        payloads, bulks = [b""] * len(ends), _bulks(fitted)
        singles: dict[int, Event] = {}
        for each in fitted:
            deque(map(payloads.__setitem__, each.places.tolist(), each.payloads()), maxlen=0)
        left = np.sort(np.concatenate(others)).tolist()
        if left:
            other = self._otherwise(b"".join([text[begins[at] : ends[at] + 1].tobytes() for at in left]))
            deque(map(payloads.__setitem__, left, other.payloads), maxlen=0)
            singles = {left[row]: event for row, event in other.singles.items()}
            bulks += [bulk._replace(rows=[left[row] for row in bulk.rows]) for bulk in other.bulks]
        return Draft.of(payloads, singles, bulks)

    def _learn(self, length: int, lines: Pieces) -> _Template | None:
        """Return how lines are read that have the shape of the first; nothing where it has to be read as before."""
        line = bytes(lines[0])[-length:]
        try:
            draft = self._otherwise(line)
        except UNREADABLE:
            return None
        if not draft.bulks:
            return None
        (payload,), one = draft.payloads, draft.bulks[0].one
        given, kept = _texts(line, 0, len(line)), _texts(payload, *codec.span_of_event(payload, one))
        gaps = [
            _Gap(field.name, *self._words_of(field), given[field.name], kept[field.name])
            for field in codec.kept_fields(type(one)) or ()
            if field.name in given and field.name in kept
        ]
        return _Template(Shape(line, (), [gap.given for gap in gaps]), one, payload, gaps) if gaps else None

    def _words_of(self, field: codec.KeptField) -> tuple[Words, Different]:
        """Return the texts of a field, and what they stand for; fields of the same values share them."""
        if id(field.values) not in self._words:
            words = Words(partial(_value, field))
            sorts = {*(get_args(field.hint) or (field.hint,))} - {NoneType}
            self._words[id(field.values)] = (
                words,
                Different(sorts.pop() if len(sorts) == 1 else object, words.values),
            )
        return self._words[id(field.values)]


def _value(field: codec.KeptField, text: bytes) -> Any:
    """Return what a text in a field stands for; nothing where it has to be looked at with care."""
    try:
        said = text.decode("ascii")
        is_plain = said.isprintable() and '"' not in said and "\\" not in said
        return field.values[msgspec.convert(said, field.layout)] if is_plain else None
    except UNREADABLE:
        return None


def _look_at_gaps(fitted: Sequence[_Fitted]) -> None:
    """Number the texts in the gaps of lines of several shapes, those together that are equally long."""
    together: defaultdict[Any, list[tuple[_Fitted, int, Pieces]]] = defaultdict(list)
    for each in fitted:
        each.columns = [np.empty(0, np.int32)] * len(each.template.gaps)
        for index, gap in enumerate(each.template.gaps):
            together[gap.words, gap.given.stop - gap.given.start].append((each, index, each.said(gap)))
    for (words, _), asked in together.items():
        numbers, fine = words.numbers(np.concatenate([said for _, _, said in asked]))
        end = 0
        for each, index, _ in asked:
            begin, end = end, end + len(each.places)
            each.columns[index] = numbers[begin:end]
            each.fine &= fine[begin:end]


def _bulks(fitted: Iterable[_Fitted]) -> list[Bulk]:
    """Return the facts of lines, form by form."""
    of_form: defaultdict[tuple[bytes, ...], list[_Fitted]] = defaultdict(list)
    for each in fitted:
        if len(each.places):
            of_form[each.template.form].append(each)
    return [_bulk(parts) for parts in of_form.values()]


def _bulk(parts: Sequence[_Fitted]) -> Bulk:
    """Return the facts of lines of one form.

    Raises:
        NotUnderstood: One of them contradicts itself.
    """
    one, gaps = parts[0].template.one, parts[0].template.gaps
    places = np.concatenate([each.places for each in parts])
    in_turn = np.argsort(places, kind="stable")
    same = {field.name: getattr(one, field.name) for field in codec.kept_fields(type(one)) or ()}
    columns: dict[str, Sequence[Any]] = {}
    for gap, of_parts in zip(gaps, zip(*(each.columns for each in parts), strict=True), strict=True):
        numbers = np.concatenate(of_parts)[in_turn]
        if (numbers == numbers[0]).all():
            same[gap.name] = gap.among.values[numbers[0]]
        else:
            del same[gap.name]
            columns[gap.name] = ByNumber(numbers, gap.among)
    bulk = Bulk.of(type(one), places[in_turn].tolist(), same, columns)
    bulk.check()
    return bulk


def _texts(text: bytes, begin: int, end: int) -> dict[str, slice]:
    """Return where the fields of a JSON object have a text that is not empty; nothing where it is spaced otherwise.

    Args:
        text: What the object stands in.
        begin: Where it begins.
        end: Where it ends.
    """
    fields = {name: bytes(raw) for name, raw in _read_fields(text[begin:end]).items()}
    for comma, colon in ((b",", b":"), (b", ", b": ")):
        keys = [b'"%b"%b' % (name.encode(), colon) for name in fields]
        parts = [key + raw for key, raw in zip(keys, fields.values(), strict=True)]
        if text[begin:end] == b"{%b}" % comma.join(parts):
            found, at = dict[str, slice](), begin + 1
            for (name, raw), key, part in zip(fields.items(), keys, parts, strict=True):
                if raw.startswith(b'"') and len(raw) > len(b'""'):
                    found[name] = slice(at + len(key) + 1, at + len(part) - 1)
                at += len(part) + len(comma)
            return found
    return {}


_read_fields: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
