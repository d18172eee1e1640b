"""How a story is told on a terminal: steps with a heading, lines of words, and answers in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from registrar.render.text import lines
from registrar.text import wrapped

if TYPE_CHECKING:
    from registrar.report import Report

Write = Callable[[str], None]


class Story:
    """Tells steps, one after the other.

    Args:
        write: Takes one line of output.
        width: Columns of the terminal.
    """

    def __init__(self, write: Write, width: int) -> None:
        self._write, self._width, self._step = write, width, 0

    def say(self, text: str) -> None:
        """Write words, on as many lines as they need."""
        for line in wrapped(text, self._width) or [""]:
            self._write(line)

    def begin(self, text: str) -> None:
        """Begin a step."""
        self._step += 1
        self._write("")
        self._write("=" * self._width)
        self.say(f"{self._step}. {text}")
        self._write("")

    def show(self, report: Report) -> None:
        """Show an answer."""
        for line in lines(report, self._width):
            self._write(line)
        self._write("")
