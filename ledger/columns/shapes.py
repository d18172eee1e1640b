"""Texts of one shape: of one length, and alike but for gaps at the same places.

A record says the same few things thousands of times, in texts that differ in a day, a name and a number. One of
them, looked at with care, tells where the gaps are. Whether others have this shape is asked of thousands at once,
and what stands in a gap is a column of bytes. What could go wrong, and why it does not:

- *Another text happens to be as long.* Every byte outside the gaps is compared.
- *A gap holds what ends it early.* A gap lies within a JSON string. A text whose gap has a quotation mark, a
  backslash or a control character is not of the shape. Who reads a gap as a name, a day or a number sees to that.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Lines = NDArray[np.uint8]
    """Bytes of texts that are equally long, a line for each."""

LANE: Final = 8
"""So many bytes are compared at once."""
DIGITS: Final = 18
"""A whole number of so many digits fits into 64 bits."""
MANY: Final = 16
"""So many texts of one length are worth looking for what they have alike."""
_SHAPES: Final = 16
"""So many shapes of one length are learnt."""
_COUNTED: Final = 1 << 16
"""Whole numbers below this are sorted by counting them, not by comparing."""
_SPACE, _QUOTE, _BACKSLASH, _ZERO, _NINE = b' "\\09'


def cut(text: NDArray[np.uint8], ends: NDArray[Any], length: int) -> Lines:
    """Return pieces of a text that end at some places, filled up to whole lanes with what stands before them.

    Args:
        text: The text; before the first piece stands a lane of something, at least.
        ends: Where each piece ends.
        length: How long all of them are.
    """
    wide = in_lanes(length)
    every = np.ndarray((len(text) - wide + 1,), f"V{wide}", text, strides=(1,))
    pieces: Lines = every[ends - wide].view(np.uint8).reshape(len(ends), wide)
    return pieces


def in_lanes(length: int) -> int:
    """Return a number of bytes, in whole lanes."""
    return -(-length // LANE) * LANE


def pieces_in(lines: Lines, gap: slice) -> Lines:
    """Return what stands in a gap of some lines, one piece after the other."""
    length = gap.stop - gap.start
    pieces = np.ndarray((len(lines),), f"V{length}", lines, gap.start, lines.strides[:1])
    there: Lines = pieces.copy().view(np.uint8).reshape(len(lines), length)
    return there


class Shape:
    """What texts of one length have alike, in lines as ``cut`` returns them.

    Args:
        text: One of the texts.
        gaps: Where in it others may have something else within a JSON string.
        looked_at: Where they may have anything, since somebody looks at that.
    """

    def __init__(self, text: bytes, gaps: Sequence[slice], looked_at: Sequence[slice] = ()) -> None:
        self.filler: Final = in_lanes(len(text)) - len(text)
        self._said = np.frombuffer(bytes(self.filler) + text, np.uint64)
        self._gaps = [self._moved(gap) for gap in gaps]
        self._free = [self._same(slice(0, self.filler)), *(self._same(self._moved(gap)) for gap in looked_at)]
        self._same_in_gaps = [*map(self._same, self._gaps)]

    def _moved(self, gap: slice) -> slice:
        """Return a gap as it lies in lines."""
        begin, end, _ = gap.indices(self._said.nbytes - self.filler)
        return slice(begin + self.filler, end + self.filler)

    def _same(self, gap: slice) -> tuple[int, np.dtype[np.void], np.void]:
        """Return what the text says in a gap, and where."""
        said = self._said.view(np.uint8)[gap].tobytes()
        return gap.start, np.dtype(f"V{len(said)}"), np.void(said)

    def fitting(self, lines: Lines) -> NDArray[np.bool_]:
        """Return which of some texts have this shape."""
        changed = lines.copy()
        fits = self._alike(changed, self._free)
        if self._gaps and not fits.all():
            others = np.flatnonzero(~fits)
            fine = [within_a_string(lines[others, gap]) for gap in self._gaps]
            fits[others] = np.logical_and.reduce([self._alike(changed[others], self._same_in_gaps), *fine])
        return fits

    def _alike(self, lines: Lines, gaps: Sequence[tuple[int, np.dtype[np.void], np.void]]) -> NDArray[np.bool_]:
        """Let texts say the same in some gaps; return which of them say the same everywhere then."""
        for begin, piece, said in gaps:
            if piece.itemsize:
                np.ndarray((len(lines),), piece, lines, begin, lines.strides[:1])[...] = said
        same = lines.view(np.uint64) == self._said
        whole: NDArray[np.bool_] = np.ones(len(lines), np.bool_) if same.all() else same.all(axis=1)
        return whole


class Template(Protocol):
    """What is done with texts of a shape."""

    @property
    def shape(self) -> Shape:
        """The shape."""


_Template = TypeVar("_Template", bound=Template)


def sorted_by_shape(
    lines: Lines, places: NDArray[np.intp], known: list[_Template], learn: Callable[[Lines], _Template | None]
) -> tuple[list[tuple[_Template, NDArray[np.intp], Lines]], NDArray[np.intp]]:
    """Return the texts of one length that have a shape, shape by shape, and where the others stand.

    Args:
        lines: The texts.
        places: Where they stand.
        known: What is done with texts of the shapes that were learnt; what is learnt now is put behind them.
        learn: Tells what is done with texts of the shape of the first one; nothing where it has to be read alone.
    """
    found: list[tuple[_Template, NDArray[np.intp], Lines]] = []
    for at in range(_SHAPES):
        if at == len(known):
            learnt = learn(lines) if len(places) >= MANY else None
            if learnt is None:
                break
            known.append(learnt)
        fits = known[at].shape.fitting(lines)
        if fits.all():
            return [*found, (known[at], places, lines)], places[:0]
        if fits.any():
            found.append((known[at], places[fits], lines[fits]))
            lines, places = lines[~fits], places[~fits]
    return found, places


def within_a_string(lines: Lines) -> NDArray[np.bool_]:
    """Return which texts stand within a JSON string as they are."""
    ends = (lines == _QUOTE) | (lines == _BACKSLASH) | (lines < _SPACE)
    fine: NDArray[np.bool_] = ~ends.any(axis=1)
    return fine


def by_length(lengths: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield the places of texts that are equally long, with their length."""
    if lengths.max(initial=0) < _COUNTED:
        lengths = lengths.astype(np.uint16)
    order = np.argsort(lengths, kind="stable")
    in_order = lengths[order]
    firsts = np.flatnonzero(np.concatenate(([True], in_order[1:] != in_order[:-1])))
    for first, last in pairwise([*firsts.tolist(), len(order)]):
        yield int(in_order[first]), order[first:last]


def whole_numbers(lines: Lines) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the whole numbers above zero that texts of ``DIGITS`` or fewer say, and which of them say one."""
    digits = lines - np.uint8(_ZERO)  # what comes before a zero becomes large
    fine = (digits[:, 0] > 0) & (digits[:, 0] <= _NINE - _ZERO)
    found = digits[:, 0].astype(np.int64)
    for column in digits.T[1:]:
        fine &= column <= _NINE - _ZERO
        found *= 10
        found += column
    return found, fine
