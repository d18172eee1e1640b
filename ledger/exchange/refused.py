"""What is wrong with an input file: every problem, each with its place, in one refusal."""

from __future__ import annotations

from typing import ClassVar, Final

from ledger.errors import LedgerError, NotUnderstood

SHOWN: Final = 20
"""Problems that are kept with their place; the rest is counted."""
ENOUGH: Final = 10_000
"""Problems after which a file is read no further: it is something else altogether."""


class InputRefused(LedgerError, ValueError):
    """An input file holds something that cannot be read as a fact. Nothing of it was used.

    Args:
        problems: The first problems, in the order of the file.
        count: How many there are altogether.
        name: What the file is called.

    Attributes:
        problems: The first problems, in the order of the file.
        count: How many there are altogether.
        name: What the file is called.
    """

    CODE: ClassVar[str] = "E_INPUT"

    def __init__(self, problems: tuple[NotUnderstood, ...], count: int, name: str) -> None:
        super().__init__(problems, count, name)
        self.problems, self.count, self.name = problems, count, name

    @property
    def code(self) -> str:
        """The code of the first problem."""
        return self.problems[0].code

    @property
    def where(self) -> str:  # type: ignore[override]  # the place of the first problem
        """The place of the first problem."""
        return self.problems[0].where

    def lines(self) -> list[str]:
        """Return one line for each problem, and one that counts those not shown."""
        told = [problem.line() for problem in self.problems]
        more = self.count - len(self.problems)
        if more:
            least = " at least" if self.count >= ENOUGH else ""
            told.append(f"error: {self.CODE}: {self.name}: {more:,} more problems{least} (mend these first)")
        return told

    def __str__(self) -> str:
        more = f", and {self.count - 1:,} more problems" if self.count > 1 else ""
        return f"{self.problems[0]}{more}"


def not_utf8(data: bytes, at: int, name: str, hint: str) -> NotUnderstood:
    """Return the refusal of a file that is not text in UTF-8.

    Args:
        data: The bytes of the file.
        at: The offset of the first byte that cannot stand there.
        name: What the file is called.
        hint: How to save it.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        what = "the file looks like UTF-16 (offset 0)"
    elif data[at] == 0:
        what = f"a zero byte at offset {at:,}: the file is not text in UTF-8"
    else:
        what = f"byte 0x{data[at]:02x} at offset {at:,} is not UTF-8"
    return NotUnderstood("E_ENCODING", what, hint, name)


class Problems:
    """Collects the problems of one file.

    Args:
        name: What the file is called.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._kept: list[NotUnderstood] = []
        self._count = 0

    def add(self, problem: NotUnderstood) -> None:
        """Take note of a problem.

        Raises:
            InputRefused: There are so many that nothing more needs to be read.
        """
        self._count += 1
        if len(self._kept) < SHOWN:
            self._kept.append(problem)
        if self._count >= ENOUGH:
            self.refuse()

    def count_more(self, count: int) -> None:
        """Count problems that were not kept."""
        self._count += count

    def __len__(self) -> int:
        return self._count

    def refuse(self) -> None:
        """Raise the refusal if there is any problem.

        Raises:
            InputRefused: There is.
        """
        if self._kept:
            raise InputRefused(tuple(self._kept), self._count, self._name)
