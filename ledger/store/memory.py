"""A store in memory, for tests and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.popo import POPOAggregateRecorder

from ledger.store.keys import MemoryKeys
from ledger.store.port import (
    ISSUERS,
    PAGE,
    Beside,
    Columns,
    Conflict,
    Row,
    columns_of,
    owner_of,
    read_command,
    read_issuers,
    read_rows,
    read_sealed,
    read_tile_count,
    read_tiles,
    stored,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledger.identity import CommandId, IssuerId
    from ledger.integrity.tiles import Tile
    from ledger.store.keys import Keys


class _Recorder(POPOAggregateRecorder):
    """Shows all that it holds, and how far each stream goes: the library would walk through it to say so."""

    def __init__(self) -> None:
        super().__init__()
        self.heads: dict[str, int] = {}
        self.writings = 0

    def _update_table(self, stored_events: Sequence[StoredEvent], **options: Any) -> Sequence[int] | None:
        """Take rows in, while nobody else can look."""
        self.heads |= {str(row.originator_id): row.originator_version for row in stored_events}
        self.writings += 1
        return super()._update_table(stored_events, **options)

    def everything(self) -> list[StoredEvent]:
        with self._database_lock:
            return [*self._stored_events]


class MemoryStore:
    """Keeps entries in the process; they end with it."""

    def __init__(self) -> None:
        self._recorder = _Recorder()
        self.keys: Keys = MemoryKeys()

    def issuers(self) -> list[str]:
        """Return the issuers that have entries."""
        return read_issuers(self._recorder)

    def read(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the next entries of an issuer after a position."""
        return self._next(issuer, after, PAGE)

    def columns(self, issuer: IssuerId, after: int, most: int) -> Columns:
        """Return the next entries of an issuer after a position, as columns."""
        return columns_of(self._next(issuer, after, most))

    def _next(self, issuer: IssuerId, after: int, most: int) -> list[Row]:
        if self.head(issuer) <= after:
            return []
        return read_rows(self._recorder, issuer, after, most)

    def text(self, issuer: IssuerId, after: int, count: int) -> bytes | None:
        """Return so many entries of an issuer after a position, in one text."""
        return text_of(self.columns(issuer, after, count), after, count)

    def mark(self) -> object:
        """Return how often was written."""
        return self._recorder.writings

    def mark_after(self, mark: object) -> object:
        """Return a mark of one writing more."""
        return mark + 1 if isinstance(mark, int) else None

    def head(self, issuer: IssuerId) -> int:
        """Return the number of an issuer's last entry."""
        return self._recorder.heads.get(issuer, 0)

    def tiles(self, issuer: IssuerId, level: int, first: int, last: int) -> list[Tile]:
        """Return tiles of an issuer's tree."""
        return read_tiles(self._recorder, issuer, level, first, last)

    def tile_count(self, issuer: IssuerId, level: int) -> int:
        """Return how many tiles of a level are kept."""
        return read_tile_count(self._recorder, issuer, level)

    def command(self, issuer: IssuerId, command: CommandId) -> tuple[int, int] | None:
        """Return the first and last entry that a command recorded."""
        return read_command(self._recorder, issuer, command)

    def append(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        sealed: Mapping[int, bytes],
    ) -> None:
        """Write the entries of one command, all or none."""
        made = stored(self, issuer, rows, command, self.issuers(), sealed)
        try:
            self._recorder.insert_events([StoredEvent(*each) for each in made])
        except IntegrityError as error:
            raise Conflict from error

    def sealed(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the personal values of the next entries after a position that have some."""
        return read_sealed(self._recorder, issuer, after)

    def peek(self, issuer: IssuerId, after: int) -> Row | None:
        """Return the next entry of an issuer after a position."""
        return next(iter(self.read(issuer, after)), None)

    def beside(self, issuer: IssuerId) -> Iterator[Beside]:
        """Yield each row beside the entries of an issuer."""
        for each in self._recorder.everything():
            owner, _, stream = str(each.originator_id).partition("/")
            if owner == issuer and stream:
                yield Beside(stream, each.originator_version, each.topic, each.state)

    def owners(self) -> set[str]:
        """Return the issuers that any row names, listed or not."""
        streams = {str(each.originator_id) for each in self._recorder.everything()}
        return {owner_of(stream) for stream in streams - {ISSUERS}}

    def flaws(self) -> list[str]:
        """Return nothing: there are no structures but Python's."""
        return []

    def shelf(self, issuer: IssuerId, part: str, layout: int) -> None:
        """Return nothing: there is no place beside it."""

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""
