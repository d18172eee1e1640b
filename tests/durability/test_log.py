"""The log is folded into the file while nobody can write: read from the locks and writes that SQLite asks for.

In the memory beside a file, byte 120 is the lock of the writers; SQLite locks a file as a whole, for whoever closes
it last, by 510 bytes from 1,073,741,826 on (https://www.sqlite.org/walformat.html, section 2.3).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.durability import needs
from tests.durability.children import started, told
from tests.durability.conftest import Figure
from tests.durability.sizes import SEED, size
from tests.durability.tracing import STRACE, Call, calls

_LOCK: Final = re.compile(r"F_SETLKW?, \{l_type=F_(\w+), l_whence=SEEK_SET, l_start=(\d+), l_len=(\d+)\}")
WRITERS: Final = ("-shm", 120)
ALONE: Final = ("", 1_073_741_826)


class Watch:
    """Follows the locks of a process on a file and beside it."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._open: dict[int, str] = {}  # descriptor: what follows the path
        self._held: set[tuple[str, int]] = set()
        self.written = self.shut = 0

    def take(self, call: Call) -> None:
        """Follow a call, and assert that it writes to the file only where nobody else can write anything."""
        if call.name == "openat":
            self._open.pop(call.result, None)
            if (name := call.texts[0].decode()).startswith(self._path):
                self._open[call.result] = name.removeprefix(self._path)
        elif call.name in ("fcntl", "pwrite64", "close") and call.descriptor in self._open:
            beside = self._open[call.descriptor]
            if call.name == "fcntl":
                self._locked(beside, call)
            elif call.name == "close":
                del self._open[call.descriptor]
            elif beside == "":
                assert self._held & {WRITERS, ALONE}, "the file is written to while others may write to the log"
                self.written += 1
                self.shut += WRITERS in self._held

    def _locked(self, beside: str, call: Call) -> None:
        if found := _LOCK.search(call.arguments):
            kind, first, length = found[1], int(found[2]), int(found[3])
            for lock in (WRITERS, ALONE):
                if lock[0] == beside and first <= lock[1] and (not length or lock[1] < first + length):
                    (self._held.add if kind == "WRLCK" else self._held.discard)(lock)


def watch_the_log(folder: Path, faults: tuple[str, ...] = (), *, commands: int = 12) -> str:
    """Trace a program that records, and look at each of its writes to the file."""
    path, trace = folder / "a.ledger", folder / "trace"
    under = (*STRACE, "-o", str(trace))
    told(started("recording", path, commands, SEED, 24, faults=faults, under=under))
    watch = Watch(path)
    for call in calls(trace):
        watch.take(call)
    assert watch.shut, "nothing was folded in before the end"
    return f"{watch.written:,} writes to the file, {watch.shut:,} under the lock of the writers, the others alone"


@needs.strace
def test_the_log_is_folded_in_only_while_nobody_can_write(tmp_path: Path, figure: Figure) -> None:
    figure(watch_the_log(tmp_path, commands=size(12, 300)))
