"""Where the file of a ledger lies, and how it is looked at without harm.

POSIX takes every lock of a process on a file away as soon as the process closes any descriptor of it, also one that
it only read through. SQLite's locks would go that way: another program would then believe itself alone, and remove
the log under our feet. So whoever looks at a file keeps its descriptor until the last store on that file is closed.
"""

from __future__ import annotations

import os
import re
from threading import Lock
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from pathlib import Path

_DISTANT: Final = frozenset(
    {
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
    }
    | {"smb3", "smbfs", "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"}
)
"""What Linux calls file systems of other machines."""
_CHUNK: Final = 1 << 20
_MOUNTS: Final = "/proc/self/mountinfo"
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
"""How Linux writes a space or a backslash in a name; all other characters stand as they are."""


@attrs.define
class _Kept:
    """The descriptors of a file that is looked at, and by how many stores."""

    descriptors: list[int] = attrs.field(factory=list)
    looks: int = 0


_kept: Final[dict[tuple[int, int], _Kept]] = {}
_one_at_a_time: Final = Lock()


@attrs.frozen
class Look:
    """A file that is looked at; to be closed after SQLite has closed its connections.

    Attributes:
        head: Its first hundred bytes.
        size: How long it is.
    """

    head: bytes
    size: int
    _file: tuple[int, int]
    _descriptor: int

    @classmethod
    def at(cls, path: Path) -> Look:
        """Look at a file.

        Raises:
            OSError: It cannot be read.
        """
        with _one_at_a_time:
            status = path.stat()
            kept = _kept.get((status.st_dev, status.st_ino))
            if kept is None:
                descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
                status = os.fstat(descriptor)  # another file may have come to the place meanwhile
                kept = _kept.setdefault((status.st_dev, status.st_ino), _Kept())
                kept.descriptors.append(descriptor)
            kept.looks += 1
            file, descriptor = (status.st_dev, status.st_ino), kept.descriptors[0]
            try:
                os.lseek(descriptor, 0, os.SEEK_SET)
                return cls(os.read(descriptor, 100), status.st_size, file, descriptor)
            except OSError:
                _let_go(file)
                raise

    def copy(self, place: Path) -> None:
        """Write the file, as it is now, into another one.

        Raises:
            OSError: It cannot be read, or the other one cannot be written.
        """
        with _one_at_a_time, open(place, "wb") as other:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            while chunk := os.read(self._descriptor, _CHUNK):
                other.write(chunk)

    def close(self) -> None:
        """Let go of the file, unless another store in this process has it open."""
        with _one_at_a_time:
            _let_go(self._file)


def _let_go(file: tuple[int, int]) -> None:
    kept = _kept[file]
    kept.looks -= 1
    if not kept.looks:
        for descriptor in _kept.pop(file).descriptors:
            os.close(descriptor)


def distant(path: Path) -> str | None:
    """Return what a file system of another machine is called, where the file is known to lie on one.

    SQLite cannot trust the locks of such a file system, and the memory that its writers share does not reach
    other machines. Linux tells; elsewhere nothing is known.
    """
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape", newline="\n") as mounts:
            lines = [line.split(" ") for line in mounts]
    except OSError:
        return None
    place = os.path.realpath(path)
    over: dict[str, str] = {}  # what is mounted last at a point covers what was there
    for line in lines:
        point = _ESCAPED.sub(lambda each: chr(int(each[1], 8)), line[4]).rstrip("/")
        if place == point or place.startswith(f"{point}/"):
            over[point] = line[line.index("-") + 1]
    kind = over[max(over, key=len)] if over else ""
    return kind if kind in _DISTANT else None
