"""Rows of entries in one text, as a store hands over thousands of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import numpy as np

from ledger.columns.shapes import cut
from ledger.pages import DIGEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.intp]

_LINE_FEED: Final = 10
_NEAR: Final = 1 << 17
_PARTS: Final = 4
"""Leaf, payload, hash and kind: so many lines are a row."""


def _line_feeds(text: NDArray[np.uint8]) -> Places:
    """Return where a text has line feeds; in parts that stay near the processor."""
    parts = range(0, len(text), _NEAR)
    found = [begin + np.flatnonzero(text[begin : begin + _NEAR] == _LINE_FEED) for begin in parts]
    return np.concatenate(found or [np.empty(0, np.intp)])


class Lines:
    """Rows in one text; each is a leaf, a payload, the hash of the leaf and the kind, a line for each of them.

    Args:
        text: The text.
        line_feeds: Where its lines end.

    Attributes:
        text: The bytes of the text.
        ends: Where each row ends.
        lengths: From the payload on, so long is each.
    """

    def __init__(self, text: bytes, line_feeds: Places) -> None:
        self._text = text
        self.text = np.frombuffer(text, np.uint8)
        ends = line_feeds.reshape(-1, _PARTS)
        self._leaf_ends, self._payload_ends, self._state_ends, self.ends = ends.T
        self.lengths = self.ends - self._leaf_ends - 1

    @classmethod
    def of(cls, text: bytes, count: int) -> Self | None:
        """Return a text as rows; nothing where it is not so many."""
        line_feeds = _line_feeds(np.frombuffer(text, np.uint8))
        if len(line_feeds) != _PARTS * count - 1:
            return None
        found = cls(text, np.append(line_feeds, len(text)))
        is_hash = found._state_ends - found._payload_ends == DIGEST + 1
        return found if is_hash.all() else None

    def __len__(self) -> int:
        return len(self.ends)

    def hashes(self) -> bytes:
        """Return the hashes of all leaves, in hexadecimal digits."""
        return cut(self.text, self._state_ends, DIGEST).tobytes()

    def topic(self, place: int) -> str:
        """Return kind and version of a row."""
        return self._text[self._state_ends[place] + 1 : self.ends[place]].decode()

    def payload(self, place: int) -> bytes:
        """Return the payload of a row."""
        return self._text[self._leaf_ends[place] + 1 : self._payload_ends[place]]

    def state(self, place: int) -> bytes:
        """Return a row without its kind, as it was recorded."""
        return self._text[self.ends[place - 1] + 1 if place else 0 : self._state_ends[place]]
