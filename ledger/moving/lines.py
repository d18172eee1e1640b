"""Rows of entries in one text, as a store hands over thousands of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import numpy as np

from ledger.columns.shapes import cut
from ledger.pages import DIGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    def topics(self, places: Sequence[int]) -> list[str]:
        """Return kind and version of some rows."""
        text, begins, ends = self._text, self._state_ends, self.ends
        return [text[begins[each] + 1 : ends[each]].decode() for each in places]

    def payloads(self, places: Sequence[int]) -> list[bytes]:
        """Return the payloads of some rows."""
        text, begins, ends = self._text, self._leaf_ends, self._payload_ends
        return [text[begins[each] + 1 : ends[each]] for each in places]

    def states(self, places: Sequence[int]) -> list[bytes]:
        """Return some rows without their kinds, as they were recorded."""
        text, ends = self._text, self._state_ends
        return [text[self.ends[each - 1] + 1 if each else 0 : ends[each]] for each in places]
