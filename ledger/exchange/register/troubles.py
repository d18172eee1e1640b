"""Collects what is wrong with the files of a register, and tells it in their order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from ledger.errors import NotUnderstood, nearest
from ledger.exchange.refused import SHOWN, Problems

_KEPT: Final = 2_000
"""Problems that are kept until all are known and the first ones can be told."""
_COMPARED: Final = 1_000
"""Names that are compared at most to find the nearest."""


class Troubles:
    """Collects what is wrong, and tells it in the order of the files.

    Args:
        name: What the files are called.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._kept: list[tuple[tuple[int, int, int], NotUnderstood]] = []
        self._count = 0

    def add(self, order: tuple[int, int, int], problem: NotUnderstood) -> None:
        """Take note of a problem at a sheet, a row and a column, by their number."""
        self._count += 1
        if len(self._kept) < _KEPT:
            self._kept.append((order, problem))

    def __len__(self) -> int:
        return self._count

    def nearest(self, name: str, names: Callable[[], Collection[str]]) -> str | None:
        """Return the name that is most like one; not after many problems, as each look takes its time."""
        if self._count >= SHOWN:
            return None
        known = names()
        return nearest(name, known) if len(known) <= _COMPARED else None

    def refuse(self) -> None:
        """Raise the refusal if there is any problem.

        Raises:
            InputRefused: There is.
        """
        problems = Problems(self._name)
        for _, problem in sorted(self._kept, key=lambda pair: pair[0]):
            problems.add(problem)
        problems.count_more(self._count - len(self._kept))
        problems.refuse()
