"""A store that tells the identity of a command just before it is appended, when no rule can refuse it any more.

Whoever is cut off in the middle then knows which command to give again; it counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.identity import CommandId, IssuerId
    from ledger.integrity.tiles import Tile
    from ledger.store import Row, Store
    from ledger.store.kept import Shelf
    from ledger.store.port import Columns


class Announcing:
    """Hands everything on to a store, and tells each command before it is appended.

    Args:
        store: Keeps the entries.
        tell: Takes the identity of a command.
    """

    def __init__(self, store: Store, tell: Callable[[CommandId], None]) -> None:
        self._store, self._tell = store, tell
        self.keys = store.keys

    def issuers(self) -> list[str]:
        """Return the issuers that have entries."""
        return self._store.issuers()

    def read(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the entries of an issuer after a position."""
        return self._store.read(issuer, after)

    def columns(self, issuer: IssuerId, after: int, most: int) -> Columns:
        """Return the entries of an issuer after a position, as columns."""
        return self._store.columns(issuer, after, most)

    def text(self, issuer: IssuerId, after: int, count: int) -> bytes | None:
        """Return so many entries of an issuer after a position, in one text."""
        return self._store.text(issuer, after, count)

    def shelf(self, issuer: IssuerId, part: str, layout: int) -> Shelf | None:
        """Return where a part of what is worked out may be kept."""
        return self._store.shelf(issuer, part, layout)

    def mark(self) -> object:
        """Return what stays equal for as long as nobody writes anything."""
        return self._store.mark()

    def mark_after(self, mark: object) -> object:
        """Return what a mark becomes by one more append, if nobody else writes."""
        return self._store.mark_after(mark)

    def head(self, issuer: IssuerId) -> int:
        """Return the number of an issuer's last entry."""
        return self._store.head(issuer)

    def tiles(self, issuer: IssuerId, level: int, first: int, last: int) -> list[Tile]:
        """Return tiles of an issuer's tree."""
        return self._store.tiles(issuer, level, first, last)

    def tile_count(self, issuer: IssuerId, level: int) -> int:
        """Return how many tiles of a level are kept."""
        return self._store.tile_count(issuer, level)

    def command(self, issuer: IssuerId, command: CommandId) -> tuple[int, int] | None:
        """Return the first and last entry that a command recorded."""
        return self._store.command(issuer, command)

    def append(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        sealed: Mapping[int, bytes],
    ) -> None:
        """Tell the command, then write its entries."""
        self._tell(command)
        self._store.append(issuer, rows, command, sealed)

    def sealed(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the personal values of the next entries after a position that have some."""
        return self._store.sealed(issuer, after)

    def close(self) -> None:
        """Close the store."""
        self._store.close()
