"""What is worked out from a record, kept in files beside it, so that it need not be worked out again.

Nothing here is the truth. Whatever does not fit the record is as good as absent, and whatever cannot be written is
left out; the record is opened, read and added to all the same. The folder may be deleted at any time.

A *head* says whose record it is, how many of its entries are covered and the root of the tree over them, and in
which files the *pieces* are: arrays of numbers, or bytes. What could go wrong here, and why it does not:

- *It belongs to another record.* The root says which entries were read. A head with another root is not taken.
- *The writing is interrupted.* Pieces are written under new names and never touched again. The head takes the
  place of the one before it in one step, after the disk has the pieces; what no head names is swept away by the
  next one who writes. One program writes at a time; another goes without.
- *Somebody reads meanwhile.* Files are mapped into memory, and stay there for as long as somebody looks, also
  after their names are gone.
- *A file is cut short, or is something else.* Each is as long as the head says, or nothing is taken. The head and
  short arrays are compared with their CRC-32 at once. Long ones are, when somebody verifies: else an answer would
  have to read all of them.
- *A stranger made it.* Nothing in it runs: it is numbers, and a JSON text. A head names files beside it only, and a
  link or a pipe is not opened. But a head may lie, as may the entries of a stranger; whoever verifies is told.

A head is two lines: ``captable-index/1`` and the CRC-32 of what follows in eight hexadecimal digits, then a JSON
object: ``part``, ``layout``, ``issuer``, ``size``, ``root``, ``told`` (whatever else is to be said) and ``pieces``,
each with its ``file`` and ``arrays``: ``[name, type, start, bytes, CRC-32]``. A type is ``i`` or ``u`` and a number
of bytes, little-endian. This module needs the standard library alone.
"""

from __future__ import annotations

import json
import mmap
import os
import re
import stat
import sys
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from struct import calcsize
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Arrays = Mapping[str, Any]
    """Anything with a buffer of whole numbers, by name."""

FOLDER: Final = ".index"
"""What the name of the folder has after the name of the ledger's file."""
HEADING: Final = ("heading", 1)
"""Name and layout of the part that says what stands above every answer: whose record, and when it was added to."""
MAGIC: Final = b"captable-index/1"
LOOKED_AT: Final = 1 << 16
"""Arrays of so many bytes or fewer are compared with their CRC-32 whenever they are opened."""
_START: Final = 64
"""What stands at the beginning of each file, and what each array begins at a multiple of."""
_LONGEST_HEAD: Final = 1 << 26
_WHOLE: Final[Literal["l", "q"]] = "l" if calcsize("l") == 8 else "q"
"""Where a *long* has 64 bits, they have two names; by the other one NumPy takes up to ten times as long."""
_FORMATS: Final[dict[str, Literal["B", "b", "h", "i", "l", "q"]]] = {
    "u1": "B",
    "i1": "b",
    "i2": "h",
    "i4": "i",
    "i8": _WHOLE,
}
_TYPES: Final = {("u", 1): "u1", ("i", 1): "i1", ("i", 2): "i2", ("i", 4): "i4", ("i", 8): "i8"}
_PLAIN: Final = re.compile(r"[a-z]+\.[0-9]{1,18}\.[A-Za-z0-9-]+")
_AS_IT_IS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_TRIES: Final = 3


class Stretch(NamedTuple):
    """Where an array lies in a file.

    Attributes:
        type: Of what numbers it is, for example ``i4``.
        start: Where it begins.
        length: How many bytes it has.
        crc: CRC-32 of them.
    """

    type: str
    start: int
    length: int
    crc: int


class Piece(Mapping[str, memoryview]):
    """Arrays that were written together into one file, by name; the file never changes.

    Args:
        file: Name of the file.
        data: What it holds.
        stretches: Where each array is.
    """

    def __init__(self, file: str, data: memoryview, stretches: Mapping[str, Stretch]) -> None:
        self.file, self.stretches = file, stretches
        self._data = data

    def __getitem__(self, name: str) -> memoryview:
        """Return an array; nothing of it is read before it is looked at."""
        type_, start, length, _ = self.stretches[name]
        return self._data[start : start + length].cast(_FORMATS[type_])

    def __iter__(self) -> Iterator[str]:
        return iter(self.stretches)

    def __len__(self) -> int:
        return len(self.stretches)

    def is_sound(self, longest: int | None = None) -> bool:
        """Whether the arrays, all or those up to a length, are what was written."""
        return all(
            crc32(self._data[start : start + length]) == crc
            for _, start, length, crc in self.stretches.values()
            if longest is None or length <= longest
        )


class Kept(NamedTuple):
    """What is kept of a record.

    Attributes:
        size: How many of its entries are covered.
        told: What the one who kept it says, as JSON knows it.
        pieces: Arrays by name, together by name.
    """

    size: int
    told: Any
    pieces: Mapping[str, Piece]


class Shelf:
    """Where one part of what is worked out from the record of an issuer is kept.

    Args:
        folder: The folder of the issuer.
        part: Name of the part, in small letters. Each part has its own head, and is kept apart from the others.
        layout: Version of what the part says; another one is not taken.
        issuer: Whose record.
        root_of: Returns the root over the first so many entries of the record, and nothing where there are fewer.
        mode: Permissions of what is written; nothing is written where there are none.
    """

    def __init__(
        self,
        folder: Path,
        part: str,
        layout: int,
        issuer: str,
        root_of: Callable[[int], bytes | None],
        mode: int | None,
    ) -> None:
        self.folder, self._part, self._layout, self._issuer = folder, part, layout, issuer
        self._root_of, self._mode = root_of, mode

    @property
    def writable(self) -> bool:
        """Whether anything may be written."""
        return self._mode is not None

    def open(self) -> Kept | None:
        """Return what is kept, if it fits the record as it is now or as it was."""
        for _ in range(_TRIES):
            head = self._head()
            if head is None:
                return None
            with suppress(FileNotFoundError):  # somebody wrote another head meanwhile
                return self._opened(head)
        return None

    def keep(self, size: int, told: Any, pieces: Mapping[str, Arrays]) -> Kept | None:
        """Keep something in the place of what was kept of fewer entries, and return it, opened.

        Args:
            size: How many entries it covers.
            told: What is to be said of it, as JSON knows it.
            pieces: Arrays by name, together by name. A piece that is kept already is not written again.

        Returns:
            What is kept now; nothing where it cannot be, or where as much is kept already. ``drop`` that first if
            it is good for nothing.
        """
        root = self._root_of(size) if size and self.writable and sys.byteorder == "little" else None
        if root is None:
            return None
        with suppress(OSError, BlockingIOError), self._alone():
            before = self.open()
            if before is not None and before.size >= size:
                return None
            files = {each.file: each.stretches for each in before.pieces.values()} if before is not None else {}
            written = _Written(self.folder, self._part, self._file_mode())
            try:
                kept = {
                    name: (each.file, each.stretches)
                    if isinstance(each, Piece) and files.get(each.file) == each.stretches
                    else written.piece(name, each)
                    for name, each in pieces.items()
                }
                head = {
                    "part": self._part,
                    "layout": self._layout,
                    "issuer": self._issuer,
                    "size": size,
                    "root": root.hex(),
                    "told": told,
                    "pieces": {
                        name: {"file": file, "arrays": [[array, *at] for array, at in stretches.items()]}
                        for name, (file, stretches) in kept.items()
                    },
                }
                written.head(head)
            except BaseException:
                written.undo()
                raise
            self._sweep({file for file, _ in kept.values()})
            return self._opened(head)
        return None

    def drop(self) -> None:
        """Delete what is kept, as far as that can be done."""
        if self.writable:
            with suppress(OSError, BlockingIOError), self._alone():
                self._head_path.unlink(missing_ok=True)
                self._sweep(set())

    @property
    def _head_path(self) -> Path:
        return self.folder.joinpath(f"{self._part}.head")

    def _file_mode(self) -> int:
        assert self._mode is not None
        return self._mode

    def _head(self) -> dict[str, Any] | None:
        """Return the head, if it is one and fits the record."""
        try:
            file = os.open(self._head_path, os.O_RDONLY | _AS_IT_IS)
            try:
                status = os.fstat(file)
                if not stat.S_ISREG(status.st_mode) or status.st_size > _LONGEST_HEAD:
                    return None
                with open(file, "rb", closefd=False) as opened:
                    first, _, text = opened.read().partition(b"\n")
            finally:
                os.close(file)
            if first != b"%s %08x" % (MAGIC, crc32(text)):
                return None
            head: dict[str, Any] = json.loads(text)
            said = head["part"], head["layout"], head["issuer"]
            if said != (self._part, self._layout, self._issuer) or type(head["size"]) is not int:
                return None
            root = self._root_of(head["size"])
            return head if root is not None and root.hex() == head["root"] else None
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None

    def _file_of(self, piece: dict[str, Any]) -> str:
        file = str(piece["file"])
        if not _PLAIN.fullmatch(file) or not file.startswith(f"{self._part}."):
            raise ValueError(file)
        return file

    def _opened(self, head: dict[str, Any]) -> Kept | None:
        """Return what a head names, if all of it is there as long as it should be.

        Raises:
            FileNotFoundError: A file is not there.
        """
        if sys.byteorder != "little":
            return None
        try:
            pieces = {name: self._piece(each) for name, each in head["pieces"].items()}
        except FileNotFoundError:
            raise
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
        if not all(piece.is_sound(LOOKED_AT) for piece in pieces.values()):
            return None
        return Kept(head["size"], head["told"], pieces)

    def _piece(self, told: dict[str, Any]) -> Piece:
        name = self._file_of(told)
        file = os.open(self.folder.joinpath(name), os.O_RDONLY | _AS_IT_IS)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise ValueError(name)
            data = memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_READ))
        finally:
            os.close(file)
        stretches = {str(array): Stretch(*at) for array, *at in told["arrays"]}
        end = _START
        for type_, start, length, _ in stretches.values():
            if (type(start), type(length)) != (int, int) or start != _aligned(end) or length < 0:
                raise ValueError(name)
            if length % int(type_[1:]) or type_ not in _FORMATS:
                raise ValueError(name)
            end = start + length
        if end != len(data) or bytes(data[: len(MAGIC)]) != MAGIC:
            raise ValueError(name)
        return Piece(name, data, stretches)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only one who writes.

        Raises:
            OSError: Somebody else does, or the folder cannot be written to.
        """
        try:
            import fcntl
        except ImportError as error:  # where there are no such locks, nothing is kept
            raise OSError from error
        mode = self._file_mode()
        for folder in (self.folder.parent, self.folder):
            with suppress(FileExistsError):
                os.mkdir(folder)
                os.chmod(folder, mode | (mode & 0o444) >> 2)
        file = os.open(self.folder.joinpath("lock"), os.O_RDWR | os.O_CREAT | _AS_IT_IS, mode)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(file)

    def _sweep(self, named: set[str]) -> None:
        """Delete the files of this part that no head names."""
        for name in os.listdir(self.folder):
            if name not in named and name.startswith(f"{self._part}.") and _PLAIN.fullmatch(name):
                with suppress(OSError):
                    os.unlink(self.folder.joinpath(name))


def shelf(
    path: str | Path,
    issuer: str,
    part: str,
    layout: int,
    root_of: Callable[[int], bytes | None],
    mode: int | None,
) -> Shelf:
    """Return where a part of what is worked out from the record of an issuer in a file is kept, beside the file.

    Args:
        path: The file of the ledger.
        issuer: Whose record.
        part: Name of the part.
        layout: Version of what it says.
        root_of: Returns the root over the first so many entries.
        mode: Permissions of what is written, if anything may be.
    """
    folder = Path(os.path.realpath(path))  # a link to the file stays one
    return Shelf(
        folder.with_name(f"{folder.name}{FOLDER}").joinpath(issuer.replace(":", "=")),
        part,
        layout,
        issuer,
        root_of,
        mode,
    )


class _Written:
    """Files that are being written, under names that no head has yet."""

    def __init__(self, folder: Path, part: str, mode: int) -> None:
        self._folder, self._part, self._mode = folder, part, mode
        rounds = [int(name.split(".")[1]) for name in os.listdir(folder) if _PLAIN.fullmatch(name)]
        self._round = max(rounds, default=0) + 1
        self._names: list[str] = []

    def piece(self, name: str, arrays: Arrays) -> tuple[str, dict[str, Stretch]]:
        """Write arrays into a file; return its name, and where they are, once the disk has them."""
        stretches: dict[str, Stretch] = {}

        def parts() -> Iterator[bytes | memoryview]:
            yield MAGIC.ljust(_START, b"\0")
            end = _START
            for array in arrays:
                numbers = memoryview(arrays[array])
                data = numbers.cast("B") if numbers.nbytes else memoryview(b"")
                start = _aligned(end)
                yield bytes(start - end)
                yield data
                stretches[array] = Stretch(_type(numbers), start, data.nbytes, crc32(data))
                end = start + data.nbytes

        file = f"{self._part}.{self._round}.{name}"
        if not _PLAIN.fullmatch(file):
            raise ValueError(f"{name} is no name of a piece")
        self._write(file, parts())
        return file, stretches

    def head(self, head: dict[str, Any]) -> None:
        """Put a head in the place of the one before; return once the disk has it."""
        text = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        draft = f"{self._part}.{self._round}.head"
        self._write(draft, [b"%s %08x\n" % (MAGIC, crc32(text)), text])
        os.replace(self._folder.joinpath(draft), self._folder.joinpath(f"{self._part}.head"))
        self._names = []
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def undo(self) -> None:
        """Delete what was written in vain."""
        for name in self._names:
            with suppress(OSError):
                os.unlink(self._folder.joinpath(name))

    def _write(self, name: str, parts: Iterator[bytes | memoryview] | list[bytes]) -> None:
        self._names.append(name)
        file = os.open(self._folder.joinpath(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_IT_IS, self._mode)
        with open(file, "wb") as opened:
            for part in parts:
                opened.write(part)
            opened.flush()
            os.fchmod(file, self._mode)
            os.fsync(file)


def _aligned(place: int) -> int:
    return -(-place // _START) * _START


def _type(numbers: memoryview) -> str:
    """Return of what numbers an array is.

    Raises:
        ValueError: They are none that are kept.
    """
    kind = numbers.format.lstrip("<=@")
    found = _TYPES.get(("i" if kind in "bhilq" else "u" if kind == "B" else kind, numbers.itemsize))
    if found is None:
        raise ValueError(f"numbers of the form {numbers.format} are not kept")
    return found
