"""A file that may be anybody's, read so that nothing in it runs and nothing beside it is written.

What could go wrong here, and why it does not:

- *What the file brings runs.* A view, a trigger, a virtual table or a computed column is code of whoever made the
  file. Each connection looks at the schema first, and a file that holds anything but the tables of a ledger, to the
  letter, is refused.
- *What lies beside it is obeyed.* A rollback journal may name any file of yours as the journal above it, and SQLite
  deletes that one when it is done. No ledger has a rollback journal: a file that has one beside it is refused.
- *Reading writes.* To read a ledger, SQLite makes two files beside it, and takes in a log that lies there. Without
  a log, the file is read as one that nobody writes to, and looked at again after each answer; with one, both are
  copied to a place of our own, and read there.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import Unavailable, shown

if TYPE_CHECKING:
    from collections.abc import Collection
    from tempfile import TemporaryDirectory

    from eventsourcing.sqlite import SQLiteCursor

    from ledger.store.places import Look

_TRIES: Final = 5
_LOG: Final = "-wal"
_JOURNAL: Final = "-journal"


def look_beside(path: Path) -> None:
    """Refuse a file beside which something lies that SQLite would obey.

    Raises:
        Unavailable: ``E_STORE_FORMAT``.
    """
    for suffix in (_LOG, "-shm", _JOURNAL):
        mode = _mode(_beside(path, suffix))
        if mode is not None and (suffix == _JOURNAL or not stat.S_ISREG(mode)):
            what = f"{path.name}{suffix} lies beside it, which no ledger has; name it alone, in a folder of its own"
            raise Unavailable("E_STORE_FORMAT", str(path), what)


def look_within(cursor: SQLiteCursor, statements: Collection[str], path: Path) -> None:
    """Refuse a file that holds anything but what some statements make, before it is asked for anything else.

    Args:
        cursor: Of a new connection.
        statements: They make the tables of a ledger.
        path: The file.

    Raises:
        Unavailable: ``E_STORE_FORMAT``.
    """
    cursor.execute("PRAGMA trusted_schema=OFF")
    cursor.execute("SELECT type, name, sql FROM sqlite_master")
    ours = {statement.replace(" IF NOT EXISTS", "", 1) for statement in statements}
    for kind, name, statement in cursor.fetchall():
        if statement not in ours:
            what = (
                f"it holds {shown(kind)[1:-1]} {shown(name)}, which no ledger has and which may run; name another"
            )
            raise Unavailable("E_STORE_FORMAT", str(path), what)


class Untouched:
    """A file that is read where it lies, or as a copy if a log lies beside it.

    Args:
        path: The file.
        look: What keeps it open.

    Attributes:
        uri: Where SQLite reads it.

    Raises:
        Unavailable: ``E_BUSY`` when it is written to all the time, ``E_FILE`` when it cannot be copied.
    """

    def __init__(self, path: Path, look: Look) -> None:
        self._path, self._look = path, look
        self._copy: TemporaryDirectory[str] | None = None
        self._stands = _stands(path)
        if self._stands[1] is None:
            self.uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            return
        from tempfile import TemporaryDirectory  # most files have no log beside them

        self._copy = TemporaryDirectory(prefix="captable-")
        try:
            self.uri = f"{self._copied(Path(self._copy.name)).as_uri()}?mode=rw"
        except BaseException:
            self._copy.cleanup()
            raise

    def _copied(self, folder: Path) -> Path:
        from shutil import copyfile

        place = folder.joinpath("copy")
        for _ in range(_TRIES):
            before = _stands(self._path)
            try:
                self._look.copy(place)
                if before[1] is not None:
                    copyfile(_beside(self._path, _LOG), _beside(place, _LOG))
            except FileNotFoundError:  # the log was taken in meanwhile, and both begin anew
                continue
            except OSError as error:
                what = f"it cannot be copied to {folder.parent}: {error.strerror}"
                raise Unavailable("E_FILE", str(self._path), what) from error
            if before == _stands(self._path):
                return place
            _beside(place, _LOG).unlink(missing_ok=True)
        what = "another program is writing to it all the time; try again, or make a backup"
        raise Unavailable("E_BUSY", str(self._path), what)

    def look_again(self) -> None:
        """Refuse what was read, if the file was written to meanwhile where it lies.

        Raises:
            Unavailable: ``E_BUSY``.
        """
        if self._copy is None and _stands(self._path)[0] != self._stands[0]:
            what = "another program has written to it meanwhile; try again"
            raise Unavailable("E_BUSY", str(self._path), what)

    def close(self) -> None:
        """Take the copy away."""
        if self._copy is not None:
            self._copy.cleanup()


def _beside(path: Path, suffix: str) -> Path:
    """Return a file of SQLite's beside the one that a path leads to."""
    return Path(f"{os.path.realpath(path)}{suffix}")


def _mode(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except OSError:
        return None


def _stands(path: Path) -> tuple[Any, Any]:
    """Return what tells of a change of a file, and of the log beside it; ``None`` where there is none."""
    told: list[Any] = []
    for each in (path, _beside(path, _LOG)):
        try:
            said = each.stat()
        except FileNotFoundError:
            told.append(None)
            continue
        if each is not path and not said.st_size:  # an empty log tells nothing
            told.append(None)
        else:
            told.append((said.st_size, said.st_mtime_ns, said.st_ino))
    return told[0], told[1]
