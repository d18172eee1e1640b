"""A store in memory, for tests and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.persistence import IntegrityError
from eventsourcing.popo import POPOAggregateRecorder

from ledger.store.keys import MemoryKeys
from ledger.store.port import Conflict, Row, read_beside, read_command, read_issuers, read_rows, stored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.identity import CommandId, IssuerId
    from ledger.store.keys import Keys


class MemoryStore:
    """Keeps entries in the process; they end with it."""

    def __init__(self) -> None:
        self._recorder = POPOAggregateRecorder()
        self.keys: Keys = MemoryKeys()
        self._heads: dict[str, int] = {}

    def issuers(self) -> list[str]:
        """Return the issuers that have entries."""
        return read_issuers(self._recorder)

    def read(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the next entries of an issuer after a position."""
        if self._heads.get(issuer, 0) <= after:  # the recorder would walk its whole stream to say so
            return []
        return read_rows(self._recorder, issuer, after)

    def command(self, issuer: IssuerId, command: CommandId) -> tuple[int, int] | None:
        """Return the first and last entry that a command recorded."""
        return read_command(self._recorder, issuer, command)

    def append(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        beside: Mapping[int, bytes],
    ) -> None:
        """Write the entries of one command and what lies beside them, all or none."""
        try:
            self._recorder.insert_events(stored(issuer, rows, command, self.issuers(), beside))
        except IntegrityError as error:
            raise Conflict from error
        self._heads[issuer] = rows[-1].number

    def beside(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return what lies beside the next entries after a position that have something."""
        return read_beside(self._recorder, issuer, after)

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""
