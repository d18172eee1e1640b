"""A sign of life while something takes long: on standard error, on a terminal, from the second second on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_under_way: list[_Sign] = []
"""The sign that is shown now; a process has one terminal."""


class _Sign:
    """Tells each second how long something has been going on, until it is over."""

    def __init__(self, what: str, second: float) -> None:
        from threading import Event, Thread  # not before somebody waits

        self._what, self._second = what, second
        self._over = Event()
        self._thread = Thread(target=self._tell, daemon=True)
        self._thread.start()

    def _tell(self) -> None:
        told = ""
        seconds = 0
        while not self._over.wait(self._second):
            seconds += 1
            told = f"{self._what} … {seconds} s"
            sys.stderr.write(f"\r{told}")
            sys.stderr.flush()
        if told:
            sys.stderr.write(f"\r{' ' * len(told)}\r")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the sign away."""
        self._over.set()
        self._thread.join()


@contextmanager
def waiting(what: str, *, second: float = 1.0) -> Iterator[None]:
    """Say what takes long, if it does, and take that away when it is over or anything else is said.

    Args:
        what: What is being done.
        second: How long to wait before it is said, and between one time and the next.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    _under_way.append(_Sign(what, second))
    try:
        yield
    finally:
        quiet()


def quiet() -> None:
    """Take the sign away, so that something else can be said."""
    while _under_way:
        _under_way.pop().end()
