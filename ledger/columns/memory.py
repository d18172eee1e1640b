"""Memory in which answers are made, again and again.

Memory that a program did not use before is handed out by the system page by page, which takes longer than adding up
what is written there. So the columns of an answer lie where those of an earlier one lay, of which nothing is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import finalize

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT: Final = 4
"""So many columns that nobody looks at are kept: those of two answers."""
MORE: Final = 8
"""Room is made for one more of so many, so that it is good for those that come next."""


class Memory:
    """Columns that nobody looks at any more, for the next ones to lie in."""

    def __init__(self) -> None:
        self._free: list[NDArray[np.int64]] = []

    def column(self, size: int) -> NDArray[np.int64]:
        """Return a column for so many whole numbers, in which anything may stand.

        It is nobody else's as long as there is any array that shows it or a part of it.
        """
        memory = self._free.pop() if self._free else np.empty(0, np.int64)
        if len(memory) < size:
            memory = np.empty(size + size // MORE, np.int64)
        # Of memory that is no array to NumPy; so that whatever shows a part of the column holds the column itself.
        column = np.frombuffer(memory.data, np.int64, size)
        finalize(column, self._put_back, memory).atexit = False
        return column

    def _put_back(self, memory: NDArray[np.int64]) -> None:
        if len(self._free) < KEPT:
            self._free.append(memory)
