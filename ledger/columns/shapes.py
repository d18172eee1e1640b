"""Texts of one shape: of one length, and alike but for gaps at the same places.

A record says the same few things thousands of times, in texts that differ in a day, a name and a number. One of them,
looked at with care, tells where the gaps are; whether others have this shape is then asked of thousands at once, and
what stands in a gap is a column of bytes. What could go wrong, and why it does not:

- *A gap holds what ends it early.* A gap lies within a JSON string. It is none if a byte of it is a quotation mark, a
  backslash or a control character; so the string ends where it ended in the text that was looked at.
- *Another text happens to be as long.* Every byte outside the gaps is compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Lines = NDArray[np.uint8]
    """Bytes of texts that are equally long, a line for each."""

LANE: Final = 8
"""So many bytes are compared at once."""
DIGITS: Final = 18
"""A whole number of so many digits fits into 64 bits."""
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
    return every[ends - wide].view(np.uint8).reshape(len(ends), wide)


def in_lanes(length: int) -> int:
    """Return a number of bytes, in whole lanes."""
    return -(-length // LANE) * LANE


class Shape:
    """What texts of one length have alike, in lines as ``cut`` returns them.

    Args:
        text: One of the texts.
        gaps: Where in it others may have something else within a JSON string.
        looked_at: Where they may have anything, since somebody looks at that.
    """

    def __init__(self, text: bytes, gaps: Sequence[slice], looked_at: Sequence[slice] = ()) -> None:
        filler = in_lanes(len(text)) - len(text)
        self.filler: Final = filler
        self._gaps = [slice(gap.start + filler, gap.stop + filler) for gap in gaps]
        same = np.full(len(text), 0xFF, np.uint8)
        for gap in (*gaps, *looked_at):
            same[gap] = 0
        said = same & np.frombuffer(text, np.uint8)
        lanes = np.pad(same, (filler, 0)).view(np.uint64)
        self._some = np.flatnonzero(lanes)
        self._same, self._said = lanes[self._some], np.pad(said, (filler, 0)).view(np.uint64)[self._some]

    def fitting(self, lines: Lines) -> NDArray[np.bool_]:
        """Return which of some texts have this shape."""
        lanes = lines.view(np.uint64)
        if len(self._some) < lanes.shape[1]:
            lanes = lanes[:, self._some]
        differs = lanes ^ self._said
        differs &= self._same
        fits: NDArray[np.bool_] = np.bitwise_or.reduce(differs, axis=1) == 0
        for gap in self._gaps:
            fits &= within_a_string(lines[:, gap])
        return fits


def within_a_string(lines: Lines) -> NDArray[np.bool_]:
    """Return which texts stand within a JSON string as they are."""
    ends = (lines == _QUOTE) | (lines == _BACKSLASH) | (lines < _SPACE)
    fine: NDArray[np.bool_] = ~ends.any(axis=1)
    return fine


def whole_numbers(lines: Lines) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the whole numbers that digits say, ``DIGITS`` at most, and which texts are such a number, above zero."""
    digits = lines - np.uint8(_ZERO)  # what comes before a zero becomes large
    fine = (digits[:, 0] > 0) & (digits[:, 0] <= _NINE - _ZERO)
    found = digits[:, 0].astype(np.int64)
    for column in digits.T[1:]:
        fine &= column <= _NINE - _ZERO
        found *= 10
        found += column
    return found, fine
