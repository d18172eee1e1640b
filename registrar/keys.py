"""Signing keys in files, each with what it signed last beside it: a key that forgets could sign two histories.

``acme.key`` holds the secret half and is for its owner's eyes; ``acme.key.pub`` holds the line that others need to
check what it signs. ``acme.key.last`` holds three lines for each log: of a log its own last checkpoint, of a
witness the last one of each log that it saw. It is written, and lies on the disk, before a signature leaves the
process; while one process signs, others wait.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final

import attrs

from ledger.errors import NotUnderstood, shown
from ledger.integrity.checkpoints import Checkpoint
from ledger.integrity.notes import Algorithm, SigningKey, VerifierKey

_LAST: Final = ".last"
_PUBLIC: Final = ".pub"
_MAX_BYTES: Final = 10_000_000
_OTHERS: Final = 0o077


def make(
    path: str,
    name: str,
    algorithm: Algorithm = Algorithm.ED25519,
    *,
    seeds: Callable[[], bytes] = lambda: os.urandom(32),
) -> SigningKey:
    """Return a new key that is kept in a new file, with its public half beside it.

    Args:
        path: The file.
        name: Whose key it is; of a log, its origin: ``example.com/acme``.
        algorithm: What it will sign.
        seeds: Makes the secret, 32 bytes.

    Raises:
        NotUnderstood: ``E_KEY``: there is no such name, or something is there already.
    """
    if "://" in name:
        hint = f"leave the scheme out: {name.partition('://')[2]}"
        raise NotUnderstood("E_KEY", f"{shown(name)} is an address with its scheme", hint)
    key = SigningKey(name, algorithm, seeds())
    try:
        _write_new(path, f"{key.written()}\n".encode())
    except FileExistsError:
        hint = "name another file; a key that is gone cannot be had again"
        raise NotUnderstood("E_KEY", "the file is there already", hint, path) from None
    _write_whole(f"{path}{_PUBLIC}", f"{key.verifier}\n".encode())
    _write_whole(f"{path}{_LAST}", b"")
    return key


def read(path: str) -> SigningKey:
    """Return the key that a file keeps.

    Raises:
        NotUnderstood: ``E_KEY``: it keeps none, or others may read it.
    """
    with _opened(path) as file:
        return _read(file, path)


@attrs.frozen
class Signing:
    """A key while it is used by nobody else.

    Attributes:
        key: The key.
        path: Its file.
    """

    key: SigningKey
    path: str

    def last(self, origin: str) -> Checkpoint | None:
        """Return the last checkpoint of a log that the key signed."""
        return self._all().get(origin)

    def remember(self, checkpoint: Checkpoint) -> None:
        """Keep what is about to be signed, so that it is there whatever happens next."""
        kept = {**self._all(), checkpoint.origin: checkpoint}
        _write_whole(f"{self.path}{_LAST}", "\n".join(each.text() for each in kept.values()).encode())

    def _all(self) -> dict[str, Checkpoint]:
        where = f"{self.path}{_LAST}"
        try:
            with _opened(where) as file:
                kept = file.read(_MAX_BYTES + 1)
        except FileNotFoundError:
            hint = "restore it from a backup, or make a new key: one that forgot could sign two histories"
            raise NotUnderstood("E_KEY", "what the key signed last is not beside it", hint, where) from None
        try:
            if len(kept) > _MAX_BYTES:
                raise ValueError("longer than anything that is kept there")
            found = [
                Checkpoint.parse(f"{each}\n") for each in kept.decode().removesuffix("\n").split("\n\n") if each
            ]
        except ValueError:
            hint = "restore it from a backup, or make a new key"
            raise NotUnderstood("E_KEY", "what the key signed last cannot be read", hint, where) from None
        return {each.origin: each for each in found}


@contextmanager
def signing(path: str) -> Iterator[Signing]:
    """Return a key to sign with; another process that asks for it waits until this one is done.

    Raises:
        NotUnderstood: ``E_KEY``: the file keeps no key, or others may read it.
    """
    with _opened(path) as file:
        _wait_for(file)
        yield Signing(_read(file, path), path)


def _opened(path: str) -> IO[bytes]:
    """Open a file to read it; what is no file is not waited for."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise NotUnderstood("E_KEY", "it is not a regular file", "name the file of the key", path)
    return open(path, "rb")


def _read(file: IO[bytes], path: str) -> SigningKey:
    text = file.read(1_000).decode("utf-8", "replace").removesuffix("\n")
    if _is_public(text):
        raise NotUnderstood("E_KEY", "it is the public half of a key", "name the file of the secret half", path)
    if os.name == "posix" and os.fstat(file.fileno()).st_mode & _OTHERS:
        raise NotUnderstood("E_KEY", "others may read the key", f"chmod 600 {path}", path)
    try:
        return SigningKey.parse(text)
    except NotUnderstood as error:
        raise error.at(path) from None


def _is_public(text: str) -> bool:
    try:
        VerifierKey.parse(text)
    except NotUnderstood:
        return False
    return True


def _wait_for(file: IO[bytes]) -> None:
    """Wait until no other process has the file; it is given back when the file is closed."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        file.seek(1 << 30)  # a place that holds nothing: what is locked there cannot be read
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        file.seek(0)
    else:
        fcntl.flock(file, fcntl.LOCK_EX)


def _write_new(path: str, data: bytes) -> None:
    """Write a file that was not there, for its owner alone."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
    _settle(path)


def _write_whole(path: str, data: bytes) -> None:
    """Write a file whole or not at all; when this returns, it lies on the disk."""
    beside = f"{path}.new"
    with open(beside, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    _settle(path)


def _settle(path: str) -> None:
    """See that the name of a file lies on the disk, too."""
    if os.name == "posix":
        folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
