"""Memory in which answers are made, again and again.

Memory that a program did not use before is handed out by the system page by page, which takes longer than adding up
what is written there. So the columns of an answer lie where those of an earlier one lay, of which nothing is left.
"""

from __future__ import annotations

from collections import deque
from sys import getrefcount
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def _references(kept: Iterable[NDArray[np.int64]]) -> list[int]:
    """Return how many references there are to each array: each array that shows a part of it has one."""
    return [*map(getrefcount, kept)]


KEPT: Final = 6
"""So many columns are kept to lie in: those of two answers, and as many to work in."""
MORE: Final = 8
"""Room is made for one more of so many, so that it is good for those that come next."""
_NOBODYS: Final = _references([np.empty(0, np.int64)])[0]
"""References to what is only kept; some versions of Python count the one that is handed over, and others do not."""


class Memory:
    """Room for columns, which is used again as soon as no array shows any of it."""

    def __init__(self) -> None:
        self._kept: deque[NDArray[np.int64]] = deque(maxlen=KEPT)

    def column(self, size: int) -> NDArray[np.int64]:
        """Return a column for so many whole numbers, in which anything may stand.

        It is nobody else's as long as there is an array that shows it or a part of it.
        """
        for memory, references in zip(self._kept, _references(self._kept), strict=True):
            if references == _NOBODYS and len(memory) >= size:
                return memory[:size]
        memory = np.empty(size + size // MORE, np.int64)
        self._kept.append(memory)
        return memory[:size]
