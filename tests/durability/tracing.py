"""What a program asked of the disk, read from a trace of its system calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

CALLS: Final = (
    "openat,close,pwrite64,write,ftruncate,fallocate,fsync,fdatasync,link,unlink,unlinkat,rename,fcntl,lseek"
)
STRACE: Final = ("strace", "-f", "-qq", "-xx", "-s", "16777216", "-e", f"trace={CALLS}", "-e", "signal=none")
"""To stand before a program, with ``-o FILE``; bytes and names are written as ``\\x2f``."""
_LINE: Final = re.compile(r"(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)")
_TEXT: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


@attrs.frozen
class Call:
    """A system call that succeeded.

    Attributes:
        process: Who made it.
        name: What it is called.
        arguments: What it was given, as the trace writes it.
        texts: The bytes among them.
        result: What it returned.
    """

    process: int
    name: str
    arguments: str
    texts: list[bytes]
    result: int

    @property
    def descriptor(self) -> int:
        """The first argument, where that is a descriptor."""
        return int(self.arguments.split(",")[0])

    def number(self, place: int) -> int:
        """Return an argument that is a number, counted from the end."""
        return int(self.arguments.split(",")[place], 0)


def calls(trace: Path) -> Iterator[Call]:
    """Yield the calls of a trace that succeeded, in order."""
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            found = _LINE.match(line)
            assert found is not None or "exited" in line or "killed" in line, f"not understood: {line[:200]}"
            if found is None or int(found[4]) < 0:
                continue
            texts = _TEXT.findall(found[3])
            assert not any(cut for _, cut in texts), "the trace is cut"
            yield Call(
                int(found[1]),
                found[2],
                _TEXT.sub('""', found[3]),
                [bytes.fromhex(text.replace("\\x", "")) for text, _ in texts],
                int(found[4]),
            )
