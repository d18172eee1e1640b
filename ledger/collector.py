"""Python's look for garbage, put off while a record is read, as nothing of a record is garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

_lock: Final = Lock()
_resting: Final[list[bool]] = []
"""For each that wants rest, in any thread, whether Python looked before: the first tells what the program wants."""


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep Python from looking for garbage meanwhile: there is none, and each look is at all that has been read."""
    with _lock:
        _resting.append(gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            looked = _resting.pop()
            if looked and not _resting:
                gc.enable()


def settle() -> None:
    """Let all that is held count as old without three looks at it; what a program froze stays frozen."""
    if not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()
