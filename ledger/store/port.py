"""What the journal asks of a store. Every store passes the same contract tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from eventsourcing.persistence import StoredEvent

from ledger.errors import LedgerDamaged, shown
from ledger.identity import IssuerId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledger.identity import CommandId
    from ledger.store.keys import Keys

ISSUERS: Final = "/issuers"
"""Stream that lists the issuers of a store; a slash never stands in the name of one."""
PAGE: Final = 1_000
"""Entries read at once: few, as each step of reading passes over all of their bytes."""
_SPAN: Final = re.compile(rb"([1-9][0-9]{0,17}) ([1-9][0-9]{0,17})")
_COMMAND_TOPIC: Final = "command"
_ISSUER_TOPIC: Final = "issuer"
SEALED: Final = "sealed"
"""Stream of an issuer that holds personal values beside its entries."""
SEALED_TOPIC: Final = "sealed.1"


class Row(NamedTuple):
    """An entry as a store keeps it.

    Attributes:
        number: Its position in the issuer's stream, from 1 without gaps.
        topic: Kind and version.
        state: Leaf and payload.
    """

    number: int
    topic: str
    state: bytes


class Beside(NamedTuple):
    """A row that a store keeps for an issuer beside the entries.

    Attributes:
        stream: What it belongs to, after the issuer and a slash: ``command/c-1``.
        number: Its position there.
        topic: What it is.
        state: What it says.
    """

    stream: str
    number: int
    topic: str
    state: bytes


class Conflict(Exception):
    """Another writer took the position, or the command is there already. Nothing was written."""


class Store(Protocol):
    """Keeps the streams of issuers, their commands, and sealed personal values beside them.

    Attributes:
        keys: Where the keys of those values are kept.
    """

    keys: Keys

    def issuers(self) -> list[str]:
        """Return the issuers that have entries, in the order in which they came.

        Raises:
            LedgerDamaged: ``E_TAMPERED``: the list of issuers is not what was written.
        """

    def read(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the next entries of an issuer after a position, in order: at most ``PAGE``; none at the end."""

    def command(self, issuer: IssuerId, command: CommandId) -> tuple[int, int] | None:
        """Return the first and last entry that a command recorded, or ``None``.

        The entries name their command themselves; this row only keeps a second one out.

        Raises:
            LedgerDamaged: ``E_TAMPERED``: the row is not what was written.
        """

    def append(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        sealed: Mapping[int, bytes],
    ) -> None:
        """Write the entries of one command and what lies beside them, all or none, durably.

        Args:
            issuer: Whose entries.
            rows: The entries, in order.
            command: What recorded them.
            sealed: Personal values, by the number of their entry.

        Raises:
            Conflict: A position or the command is taken.
            Unavailable: The store cannot write now; nothing was written.
            OutcomeUnknown: It failed while committing.
        """

    def sealed(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the personal values of the next entries after a position that have some: at most ``PAGE`` rows."""

    def close(self) -> None:
        """Give back what the store holds open."""


class Inspectable(Store, Protocol):
    """A store that shows all that it holds, as whoever checks it has to see; nothing is believed here.

    What these return may be of another type than it says: whatever stands in the store.
    """

    def peek(self, issuer: IssuerId, after: int) -> Row | None:
        """Return the next entry of an issuer after a position, and touch no other; ``None`` at the end.

        Raises:
            LedgerDamaged: It cannot be read.
        """

    def beside(self, issuer: IssuerId) -> Iterator[Beside]:
        """Yield each row beside the entries of an issuer, in an order of the store's own.

        Raises:
            LedgerDamaged: The next one cannot be read.
        """

    def owners(self) -> set[str]:
        """Return the issuers that any row names, listed or not, and whole the name of a stream that nobody has.

        Raises:
            LedgerDamaged: The names cannot be read.
        """


def stored(
    issuer: IssuerId, rows: Sequence[Row], command: CommandId, issuers: Sequence[str], sealed: Mapping[int, bytes]
) -> list[StoredEvent]:
    """Return the rows of one command as the recorders take them.

    The command is a stream of one row, so that its primary key refuses a second one; a new issuer is a row of
    the list of issuers. The personal values of an entry are a row of its number in a stream beside that of entries.
    """
    made = [StoredEvent(str(issuer), row.number, row.topic, row.state) for row in rows]
    span = b"%d %d" % (rows[0].number, rows[-1].number)
    made.append(StoredEvent(_command_stream(issuer, command), 1, _COMMAND_TOPIC, span))
    made += [StoredEvent(_sealed_stream(issuer), number, SEALED_TOPIC, state) for number, state in sealed.items()]
    if rows[0].number == 1:
        made.append(StoredEvent(ISSUERS, len(issuers) + 1, _ISSUER_TOPIC, issuer.encode()))
    return made


def _command_stream(issuer: IssuerId, command: CommandId) -> str:
    return f"{issuer}/command/{command}"


def _sealed_stream(issuer: IssuerId) -> str:
    return f"{issuer}/{SEALED}"


def owner_of(stream: str) -> str:
    """Return the issuer that the name of a stream begins with, or the name where it begins with none."""
    return stream.partition("/")[0] or stream


class Recorder(Protocol):
    """What the stores use of a recorder of the eventsourcing library."""

    def select_events(
        self, originator_id: str, *, gt: int | None = None, desc: bool = False, limit: int | None = None
    ) -> Sequence[StoredEvent]:
        """Return the stored events of a stream."""


def read_issuers(recorder: Recorder) -> list[str]:
    """Return the issuers that a recorder lists.

    Raises:
        LedgerDamaged: ``E_TAMPERED`` when the list names what cannot be an issuer, or one twice.
    """
    found: list[str] = []
    for row in recorder.select_events(ISSUERS):
        try:
            name = str(IssuerId(row.state.decode("ascii")))
        except (AttributeError, ValueError) as error:  # text instead of bytes, bytes that are no name
            raise LedgerDamaged("E_TAMPERED", "list of issuers", f"{shown(row.state)} is no issuer") from error
        if name in found:
            raise LedgerDamaged("E_TAMPERED", "list of issuers", f"{name} stands there twice")
        found.append(name)
    return found


def read_command(recorder: Recorder, issuer: IssuerId, command: CommandId) -> tuple[int, int] | None:
    """Return the first and last entry of a command.

    Raises:
        LedgerDamaged: ``E_TAMPERED`` when the row is not one that ``stored`` writes.
    """
    for row in recorder.select_events(_command_stream(issuer, command)):
        span = _SPAN.fullmatch(row.state) if isinstance(row.state, bytes) else None
        if span is None or int(span[1]) > int(span[2]):
            raise LedgerDamaged(
                "E_TAMPERED", f"{issuer} command {command}", f"{shown(row.state)} does not name its entries"
            )
        return int(span[1]), int(span[2])
    return None


def read_rows(recorder: Recorder, issuer: IssuerId, after: int) -> list[Row]:
    """Return the next entries of an issuer after a position."""
    found = recorder.select_events(str(issuer), gt=after, limit=PAGE)
    return [Row(each.originator_version, each.topic, each.state) for each in found]


def read_sealed(recorder: Recorder, issuer: IssuerId, after: int) -> list[Row]:
    """Return the personal values of the next entries of an issuer after a position that have some."""
    found = recorder.select_events(_sealed_stream(issuer), gt=after, limit=PAGE)
    return [Row(each.originator_version, each.topic, each.state) for each in found]
