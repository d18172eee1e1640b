"""Keys of personal values in a file of their own that only its owner may read.

A key is a line, so a copy taken at any moment is a good one: what was being added is at most a line without an end,
and no value is sealed with that key yet. Adding waits for the disk. Deleting writes the file anew without the keys
and puts it in the place of the old one, so that at no moment is there a file with half of them.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.errors import LedgerDamaged, Unavailable
from ledger.identity import IssuerId
from ledger.store.keys import Key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

HEAD: Final = b"captable-keys/1\n"
"""First line of the file."""
_LINE: Final = re.compile(
    rb"([0-9a-f]{32}) ([A-Za-z0-9][A-Za-z0-9._:-]{0,63}) ([A-Za-z0-9._:-]{1,80}) ([0-9a-f]{64})", re.ASCII
)
_OTHERS: Final = 0o077
_AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0)
"""Opening a pipe that nobody writes to would wait for ever."""


class KeyFile:
    """Keeps keys in a file.

    Args:
        path: The file. The first key makes it; an empty one is as good as none, and says that it is the one meant.
        readonly: Whether it stays as it is.
    """

    def __init__(self, path: str | Path, *, readonly: bool = False) -> None:
        self._path, self._readonly = Path(path), readonly
        self._seen: tuple[object, dict[str, Key]] | None = None

    @property
    def place(self) -> str:
        """The file's name."""
        return str(self._path)

    def exists(self) -> bool:
        """Return whether the file is there."""
        return self._path.exists()

    def is_empty(self) -> bool:
        """Return whether no key is in the file."""
        return not self._keys()

    def get(self, names: Collection[str]) -> dict[str, bytes]:
        """Return those of some keys that are in the file."""
        keys = self._keys()
        return {name: keys[name].secret for name in names if name in keys}

    def add(self, keys: Sequence[Key]) -> None:
        """Write keys at the end of the file; return once the disk has them."""
        with self._held(create=True) as file:
            data = _all_of(file)
            _read(data, self.place)  # never add to what is something else
            lines = b"".join(_line(key) for key in keys)
            whole = data.rfind(b"\n") + 1
            os.ftruncate(file, whole)  # a line that a crash cut short opens nothing
            os.lseek(file, whole, os.SEEK_SET)
            _write(file, lines if whole else HEAD + lines)
            os.fsync(file)

    def delete(self, names: Collection[str]) -> None:
        """Write the file anew without some keys; return once the disk has it in the place of the old one."""
        import fcntl

        gone = {*names}
        if not self.exists():
            return
        with self._held() as file:
            kept = [key for key in _read(_all_of(file), self.place).values() if key.name not in gone]
            target = self._path.resolve()  # a link to the file stays one
            draft = target.with_name(f".{target.name}.new")
            try:
                draft.unlink(missing_ok=True)  # one that a crash left holds keys too
                fresh = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                try:
                    was = os.fstat(file)
                    if os.fstat(fresh).st_uid != was.st_uid:  # root must not take its owner's keys away
                        os.fchown(fresh, was.st_uid, was.st_gid)
                    _write(fresh, HEAD + b"".join(map(_line, kept)))
                    os.fsync(fresh)
                    fcntl.flock(fresh, fcntl.LOCK_EX)  # a key added before its name is safe could go with it
                    draft.replace(target)
                    _sync_folder(target)
                finally:
                    os.close(fresh)
            finally:
                draft.unlink(missing_ok=True)
        self._seen = None

    def check_writable(self) -> None:
        """Refuse a file that is not there, or that may not be written anew."""
        if not self.exists():
            raise Unavailable("E_KEYS", self.place, "the keys of the personal values are not here; name their file")
        with self._held():
            if not os.access(self._path.resolve().parent, os.W_OK):
                raise Unavailable("E_KEYS", self.place, "its folder is read-only; ask for write access")

    def _keys(self) -> dict[str, Key]:
        """Return all keys; the file is read again when it has changed."""
        try:
            file = os.open(self._path, os.O_RDONLY | _AT_ONCE)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unavailable(error) from error
        try:
            state = self._looked_at(file)
            now = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
            if self._seen is None or self._seen[0] != now:
                self._seen = (now, _read(_all_of(file), self.place))
            return self._seen[1]
        finally:
            os.close(file)

    def _looked_at(self, file: int) -> os.stat_result:
        """Return what the system says of an open file; refuse one that others may read."""
        import stat

        state = os.fstat(file)
        if not stat.S_ISREG(state.st_mode):
            raise Unavailable("E_KEYS", self.place, "it is not a regular file; name the file of keys")
        if os.name == "posix" and state.st_mode & _OTHERS:
            raise Unavailable("E_KEYS", self.place, f"others may read it; call chmod 600 {self.place}")
        return state

    @contextmanager
    def _held(self, *, create: bool = False) -> Iterator[int]:
        """Hold the file against every other program that adds or deletes."""
        import fcntl

        if self._readonly:
            raise Unavailable("E_KEYS", self.place, "it was opened to be read only")
        flags = os.O_RDWR | _AT_ONCE | (os.O_CREAT if create else 0)
        try:
            while True:
                file = os.open(self._path, flags, 0o600)
                try:
                    fcntl.flock(file, fcntl.LOCK_EX)
                    state = self._looked_at(file)
                    try:
                        there = os.stat(self._path)
                    except FileNotFoundError:
                        continue
                    if (there.st_dev, there.st_ino) != (state.st_dev, state.st_ino):
                        continue  # another program wrote it anew while this one waited
                    if not state.st_size:  # whoever writes first sees to its name, whoever made it
                        _sync_folder(self._path)
                    yield file
                    return
                finally:
                    os.close(file)  # which gives the lock back
        except OSError as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: OSError) -> Unavailable:
        return Unavailable("E_KEYS", self.place, f"the file of keys cannot be used: {error.strerror}")


def _line(key: Key) -> bytes:
    return f"{key.name} {key.issuer} {key.subject} {key.secret.hex()}\n".encode("ascii")


def _read(data: bytes, place: str) -> dict[str, Key]:
    """Return the keys in a file; a last line without an end was cut short, and opens nothing.

    Raises:
        LedgerDamaged: ``E_KEYS``, with the line that is no key.
    """
    if not data:
        return {}
    if not data.startswith(HEAD):
        if HEAD.startswith(data):
            return {}
        raise LedgerDamaged("E_KEYS", place, "it is not a file of keys")
    found: dict[str, Key] = {}
    for number, line in enumerate(data.split(b"\n")[1:-1], 2):
        parts = _LINE.fullmatch(line)
        if parts is not None:
            name, issuer, subject, secret = (part.decode() for part in parts.groups())
            key = Key.of(IssuerId(issuer), subject, bytes.fromhex(secret))
        if parts is None or key.name != name:
            raise LedgerDamaged("E_KEYS", place, f"line {number} is not a key as it was written")
        found[name] = key
    return found


def _all_of(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    parts = []
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _sync_folder(path: Path) -> None:
    """Wait until the disk has the name of a file."""
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
