"""Memory in which answers are made, again and again.

Memory that a program did not use before is handed out by the system page by page, which takes longer than adding up
what is written there. So the columns of an answer lie where those of an earlier one lay, of which nothing is left.
"""

from __future__ import annotations

from collections import deque
from sys import getrefcount
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

KEPT: Final = 6
"""So many columns are kept to lie in: those of two answers, and as many to work in."""
MORE: Final = 8
"""Room is made for one more of so many, so that it is good for those that come next."""
LONGEST: Final = 1 << 25
"""More numbers than these are given back to the system."""
SHORT: Final = 2
"""A column that is so many times shorter than a memory does not lie in it: it would hold all of it."""


class Memory:
    """Room for columns, which is used again as soon as no array shows any of it.

    Args:
        kept: So many columns are kept to lie in.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept: deque[NDArray[np.int64]] = deque(maxlen=kept)
        self._looking = Lock()

    def column(self, size: int) -> NDArray[np.int64]:
        """Return a column for so many whole numbers, in which anything may stand.

        It is nobody else's as long as there is an array that shows it or a part of it: each of them refers to the
        memory in which it lies.
        """
        if size > LONGEST:
            return np.empty(size, np.int64)
        with self._looking:
            for memory, references in zip(self._kept, _references(self._kept), strict=True):
                if references == _NOBODYS and size <= len(memory) <= SHORT * size:
                    return memory[:size]
            memory = np.empty(size + size // MORE, np.int64)
            self._kept.append(memory)
            return memory[:size]


def _references(kept: Iterable[NDArray[np.int64]]) -> list[int]:
    """Return how many references there are to each memory; that of who counts is counted by some Pythons only."""
    return [getrefcount(memory) for memory in kept]


_NOBODYS: Final = _references([np.empty(0, np.int64)])[0]
"""References to memory that is kept and that no array shows."""
