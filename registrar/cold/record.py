"""A record in a file, read with the standard library alone: its length, its root, and what is kept beside it."""

from __future__ import annotations

import os

from registrar.cold import NotPlain

TYPE_CHECKING = False  # the module of that name takes longer to import than some answers
if TYPE_CHECKING:
    from collections.abc import Sequence
    from sqlite3 import Connection
    from typing import Any

    from ledger.store.kept import Kept

_APPLICATION_ID, _LAYOUT = 0x43615054, 2
_ISSUERS = "/issuers"


def looked_at(path: str) -> tuple[int, ...]:
    """Return what changes when somebody writes to a file."""
    for suffix in ("-wal", "-journal"):
        if os.path.lexists(path + suffix):
            raise NotPlain
    found = os.stat(path)
    return found.st_ino, found.st_size, found.st_mtime_ns


def opened(path: str) -> Connection:
    """Return a connection that reads."""
    import sqlite3

    if not os.access(path, os.W_OK):
        raise NotPlain
    quoted = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = sqlite3.connect(f"file:{quoted}?mode=ro&immutable=1", uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


class Record:
    """The one record in a file, as it is now.

    Args:
        connection: To the file.

    Attributes:
        issuer: Whose.
        size: How many entries it has.
    """

    def __init__(self, connection: Connection) -> None:
        self._ask = connection.execute
        self._known_root: bytes | None = None
        if [*self._ask("PRAGMA application_id"), *self._ask("PRAGMA user_version")] != [
            (_APPLICATION_ID,),
            (_LAYOUT,),
        ]:
            raise NotPlain
        schema = {(kind, name) for kind, name in self._ask("SELECT type, name FROM sqlite_master")}
        if {kind for kind, _ in schema} != {"table", "trigger"} or ("table", "stored_events") not in schema:
            raise NotPlain
        ((issuer,),) = self._ask("SELECT state FROM stored_events WHERE originator_id=?", (_ISSUERS,))
        self.issuer: str = issuer.decode("ascii")
        ((self.size,),) = self._ask(
            "SELECT max(originator_version) FROM stored_events WHERE originator_id=?", (self.issuer,)
        )

    def kept(self, path: str, part: str, layout: int) -> Kept:
        """Return what is kept beside the file of all entries."""
        from ledger.store.kept import shelf

        found = shelf(path, self.issuer, part, layout, self._root, None).open()
        if found is None or found.size != self.size:
            raise NotPlain
        return found

    def event(self, number: int) -> dict[str, Any]:
        """Return what an entry says, with its kind."""
        import json

        ((state,),) = self._rows("state", self.issuer, number - 1, 1)
        payload: dict[str, Any] = json.loads(state.split(b"\n")[1])
        return payload

    def _rows(self, what: str, stream: str, after: int, count: int) -> list[tuple[Any, ...]]:
        found = self._ask(
            f"SELECT {what} FROM stored_events WHERE originator_id=? AND originator_version>?"
            " ORDER BY originator_version LIMIT ?",
            (stream, after, count),
        ).fetchall()
        if len(found) != count:
            raise NotPlain
        return found

    def _root(self, size: int) -> bytes:
        """Return the root over all entries, from the tiles that are kept and the leaves after them."""
        from ledger.integrity.tree import node_hash

        if size != self.size:
            raise NotPlain
        if self._known_root is None:
            leaves = self._rows("substr(state, -64)", self.issuer, size & ~255, size & 255)
            edge = _subtrees([bytes.fromhex(leaf.decode("ascii")) for (leaf,) in leaves])
            level, count = 0, size >> 8
            while count:
                stream = f"{self.issuer}/tiles/{level}"
                tiles = self._rows("substr(state, 8193, 32)", stream, count & ~255, count & 255)
                edge = [*_subtrees([root for (root,) in tiles]), *edge]
                level, count = level + 1, count >> 8
            self._known_root = edge.pop()
            while edge:
                self._known_root = node_hash(edge.pop(), self._known_root)
        return self._known_root


def _subtrees(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the largest perfect subtrees over hashes that stand side by side."""
    from ledger.integrity.tree import node_hash

    found: list[bytes] = []
    for carried, each in enumerate(hashes):
        complete = each
        while carried & 1:
            complete = node_hash(found.pop(), complete)
            carried >>= 1
        found.append(complete)
    return found
