"""What the journal asks of a store. Every store passes the same contract tests."""

from __future__ import annotations

import re
from binascii import unhexlify
from collections.abc import Sequence
from contextlib import suppress
from itertools import repeat, takewhile
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, overload

from ledger.codec import leaf_hash_of
from ledger.errors import LedgerDamaged, LedgerError, NotUnderstood, UnknownName, nearest, shown
from ledger.identity import IssuerId
from ledger.integrity.tiles import HEIGHT, WIDTH, Tile, Tree, completed
from ledger.integrity.tree import HASH_BYTES
from ledger.pages import DIGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eventsourcing.persistence import StoredEvent

    from ledger.identity import CommandId
    from ledger.store import kept
    from ledger.store.kept import Shelf
    from ledger.store.keys import Keys

ISSUERS: Final = "/issuers"
"""Stream that lists the issuers of a store; a slash never stands in the name of one."""
PAGE: Final = 1_000
"""Entries read at once: few, as each step of reading passes over all of their bytes."""
_SPAN: Final = re.compile(rb"([1-9][0-9]{0,17}) ([1-9][0-9]{0,17})")
COMMANDS: Final = "command/"
TILES: Final = "tiles/"
"""After the issuer and a slash, how the streams beside the entries begin."""
SEALED: Final = "sealed"
"""After the issuer and a slash, the stream of personal values."""
SEALED_TOPIC: Final = "sealed.1"
_COMMAND_TOPIC: Final = "command"
_ISSUER_TOPIC: Final = "issuer"
_TILE_TOPIC: Final = "tile"


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


Kept = tuple[str, int, str, bytes]
"""A row as the recorders take it: its stream, its position there, what it is and what it says."""


class Columns(NamedTuple):
    """Entries as a store keeps them, column by column.

    Attributes:
        numbers: Their positions in the issuer's stream.
        topics: Kind and version of each.
        states: Leaf and payload of each.
    """

    numbers: Sequence[int]
    topics: Sequence[str]
    states: Sequence[bytes]


class Rows(Sequence[Row]):
    """Entries that are written together, as columns; one is made a row when somebody asks for it.

    Attributes:
        columns: What they are.
    """

    __slots__ = ("columns",)

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns.states)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        numbers, topics, states = self.columns
        if isinstance(index, slice):
            return Rows(Columns(numbers[index], topics[index], states[index]))
        return Row(numbers[index], topics[index], states[index])


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

    def columns(self, issuer: IssuerId, after: int, most: int) -> Columns:
        """Return the next entries of an issuer after a position, in order, as columns: for who reads many of them.

        Args:
            issuer: Whose entries.
            after: The position.
            most: How many at most; one or more.
        """

    def text(self, issuer: IssuerId, after: int, count: int) -> bytes | None:
        """Return so many entries of an issuer after a position, in order, in one text: for who looks at thousands.

        Returns:
            Of each its state, a line feed and its kind, with line feeds between them; nothing where they are not
            all there, or too much for one text, or something else stands among them.
        """

    def mark(self) -> object:
        """Return what stays equal for as long as nobody writes anything; nothing where only reading can tell."""

    def mark_after(self, mark: object) -> object:
        """Return what a mark becomes by one more append to this store, if nobody else writes."""

    def head(self, issuer: IssuerId) -> int:
        """Return the number of an issuer's last entry; 0 where there is none."""

    def tiles(self, issuer: IssuerId, level: int, first: int, last: int) -> list[Tile]:
        """Return the tiles of an issuer's tree from one index to before another, up to the first that is not kept.

        Raises:
            LedgerDamaged: ``E_TAMPERED``: one of them is not what was written.
        """

    def tile_count(self, issuer: IssuerId, level: int) -> int:
        """Return how many tiles of a level are kept."""

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
        """Write the entries of one command, and what lies beside them: all or none, durably.

        Args:
            issuer: Whose entries.
            rows: The entries, in order. The tiles that they complete are written with them.
            command: What recorded them.
            sealed: Personal values, by the number of their entry.

        Raises:
            Conflict: A position or the command is taken.
            Unavailable: The store cannot write now; nothing was written.
            OutcomeUnknown: It failed while committing.
            LedgerDamaged: ``E_TAMPERED``: what a tile would be made of is not what was written.
        """

    def sealed(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the personal values of the next entries after a position that have some: at most ``PAGE`` rows."""

    def shelf(self, issuer: IssuerId, part: str, layout: int) -> Shelf | None:
        """Return where a part of what is worked out from a record may be kept; ``None`` where there is no place.

        Args:
            issuer: Whose record.
            part: Name of the part.
            layout: Version of what it says.
        """

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

    def flaws(self) -> list[str]:
        """Return what is wrong with the structures that the rows are kept in, as far as the store can tell.

        Raises:
            LedgerDamaged: They cannot be looked through.
        """


def stored(
    store: Store,
    issuer: IssuerId,
    rows: Sequence[Row],
    command: CommandId,
    issuers: Sequence[str],
    sealed: Mapping[int, bytes],
) -> list[Kept]:
    """Return the rows of one command as the recorders take them.

    The command is a stream of one row, so that its primary key refuses a second one; a new issuer is a row of
    the list of issuers. The tiles of a level are a stream too, in which each tile stands once; and so
    are the personal values, those of an entry at its number.

    Raises:
        LedgerDamaged: ``E_TAMPERED``: an entry or tile that a new tile is made of is not what was written.
    """
    stream, first, last = str(issuer), rows[0].number, rows[-1].number
    columns = columns_of(rows)
    made: list[Kept] = [*zip(repeat(stream), *columns, strict=False)]
    beside = [command_row(command, first, last)]
    beside += [Beside(SEALED, number, SEALED_TOPIC, state) for number, state in sealed.items()]
    if first == 1:
        made.append((ISSUERS, len(issuers) + 1, _ISSUER_TOPIC, issuer.encode()))
    if (first - 1) // WIDTH != last // WIDTH:
        hashes = unhexlify(b"".join([state[-DIGEST:] for state in columns.states]))  # as they were sealed just now
        leaves = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
        for level, index, tile in completed(_Hashes(store, issuer), first - 1, leaves):
            beside.append(tile_row(level, index, tile))
    made += [(f"{stream}/{row.stream}", *row[1:]) for row in beside]
    return made


def chosen(issuers: Sequence[str], wanted: str | None, *, begin: bool = False) -> IssuerId | None:
    """Return whose record is meant.

    Args:
        issuers: Those that a store holds.
        wanted: The one that was named; not needed where there is one, or none.
        begin: Whether one may be named that the store does not hold.

    Raises:
        NotUnderstood: ``E_ISSUER``: there are several, and none was named.
        UnknownName: There is no such issuer.
    """
    if wanted is not None:
        if wanted not in issuers and not begin:
            raise UnknownName("issuer", wanted, None, nearest(wanted, issuers))
        return IssuerId(wanted)
    if len(issuers) > 1:
        names = ", ".join(issuers[:5]) + (" …" if len(issuers) > 5 else "")
        raise NotUnderstood("E_ISSUER", f"there are {len(issuers)} issuers here: {names}", "name one")
    return IssuerId(issuers[0]) if issuers else None


def command_row(command: str, first: int, last: int) -> Beside:
    """Return the row of a command that recorded some entries."""
    return Beside(f"{COMMANDS}{command}", 1, _COMMAND_TOPIC, b"%d %d" % (first, last))


def tile_row(level: int, index: int, tile: Tile) -> Beside:
    """Return the row of a tile."""
    return Beside(f"{TILES}{level}", index + 1, _TILE_TOPIC, tile.kept())


def refuse_ahead(store: Store, issuer: IssuerId, last: int) -> None:
    """Refuse a record beside which something stands of entries that are not there: it keeps the next ones out.

    What stands beside entries is written with them. So it is looked at first, as somebody may record meanwhile.

    Args:
        store: Where the record is kept.
        issuer: Whose record.
        last: The number up to which somebody wanted to record.

    Raises:
        LedgerDamaged: ``E_TAMPERED``, with the row.
    """
    counts: list[int] = []
    while last >> HEIGHT * (len(counts) + 1):
        counts.append(store.tile_count(issuer, len(counts)))
    values = store.sealed(issuer, store.head(issuer))
    size = store.head(issuer)
    ahead = [
        f"tile {level}/{count - 1}" for level, count in enumerate(counts) if count > size >> HEIGHT * (level + 1)
    ]
    ahead += (f"entry {row.number}" for row in values if type(row.number) is not int or row.number > size)
    if ahead:
        raise LedgerDamaged("E_TAMPERED", f"{issuer} {ahead[0]}", "something stands there that nobody recorded")


class _Hashes:
    """What a store keeps of the tree of one issuer."""

    def __init__(self, store: Store, issuer: IssuerId) -> None:
        self._store, self._issuer = store, issuer

    def leaf_hashes(self, first: int, last: int) -> list[bytes]:
        found: list[bytes] = []
        while (number := first + len(found) + 1) <= last:
            rows = self._store.read(self._issuer, number - 1)[: last - number + 1]
            if [row.number for row in rows] != [*range(number, number + len(rows))] or not rows:
                raise LedgerDamaged("E_TAMPERED", f"{self._issuer} entry {number}", "it or one after it is missing")
            found += (leaf_hash_of(row.state, self._issuer, row.number) for row in rows)
        return found

    def tiles(self, level: int, first: int, last: int) -> list[Tile]:
        return self._store.tiles(self._issuer, level, first, last)

    def tile_count(self, level: int) -> int:
        return self._store.tile_count(self._issuer, level)


def tree_of(store: Store, issuer: IssuerId) -> Tree:
    """Return the tree over the entries that a store holds of an issuer now; none of them is decoded."""
    return Tree(_Hashes(store, issuer), store.head(issuer))


def root_of(store: Store, issuer: IssuerId, size: int) -> bytes | None:
    """Return the root over the first entries of an issuer; nothing where they are not there, or cannot be read."""
    with suppress(LedgerError):
        tree = tree_of(store, issuer)
        if 0 <= size <= tree.size:
            return tree.root(size)
    return None


def kept_of(store: Store, issuer: IssuerId, part: str, layout: int) -> kept.Kept | None:
    """Return what is kept of a part of what is worked out from a record, if there is such a thing and it fits."""
    shelf = store.shelf(issuer, part, layout)
    return shelf.open() if shelf is not None else None


def _command_stream(issuer: IssuerId, command: CommandId) -> str:
    return f"{issuer}/{COMMANDS}{command}"


def _tile_stream(issuer: IssuerId, level: int) -> str:
    return f"{issuer}/{TILES}{level}"


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
        LedgerDamaged: ``E_TAMPERED`` when the list is not one that ``stored`` writes.
    """
    found: list[str] = []
    for place, row in enumerate(recorder.select_events(ISSUERS), 1):
        if (row.originator_version, row.topic) != (place, _ISSUER_TOPIC):
            raise LedgerDamaged("E_TAMPERED", "list of issuers", f"its row {place} is not what was written")
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
        span = read_span(row.state)
        if span is None:
            raise LedgerDamaged(
                "E_TAMPERED", f"{issuer} command {command}", f"{shown(row.state)} does not name its entries"
            )
        return span
    return None


def read_span(state: object) -> tuple[int, int] | None:
    """Return the first and last entry that the row of a command names, or nothing where it names none."""
    span = _SPAN.fullmatch(state) if isinstance(state, bytes) else None
    return (int(span[1]), int(span[2])) if span is not None and int(span[1]) <= int(span[2]) else None


def read_rows(recorder: Recorder, issuer: IssuerId, after: int, most: int) -> list[Row]:
    """Return the next entries of an issuer after a position."""
    found = recorder.select_events(str(issuer), gt=after, limit=most)
    return [Row(each.originator_version, each.topic, each.state) for each in found]


def columns_of(rows: Sequence[tuple[int, str, bytes]]) -> Columns:
    """Return rows column by column."""
    if isinstance(rows, Rows):
        return rows.columns
    return Columns(*zip(*rows, strict=True)) if rows else Columns((), (), ())


def text_of(columns: Columns, after: int, count: int) -> bytes | None:
    """Return rows in one text; nothing where they are not so many that follow one another."""
    if [*columns.numbers] != [*range(after + 1, after + 1 + count)]:
        return None
    topics = map(str.encode, columns.topics)
    return b"\n".join(b"%b\n%b" % each for each in zip(columns.states, topics, strict=True))


def read_sealed(recorder: Recorder, issuer: IssuerId, after: int) -> list[Row]:
    """Return the personal values of the next entries of an issuer after a position that have some."""
    found = recorder.select_events(f"{issuer}/{SEALED}", gt=after, limit=PAGE)
    return [Row(each.originator_version, each.topic, each.state) for each in found]


def read_head(recorder: Recorder, stream: str) -> int:
    """Return the position of the last row of a stream; 0 where there is none.

    Raises:
        LedgerDamaged: ``E_TAMPERED`` when it has no number.
    """
    for row in recorder.select_events(stream, desc=True, limit=1):
        if type(row.originator_version) is not int:  # a column of SQLite takes values of any type
            raise LedgerDamaged(
                "E_TAMPERED", stream, f"a row of it has no number, but {shown(row.originator_version)}"
            )
        return max(row.originator_version, 0)
    return 0


def read_tile_count(recorder: Recorder, issuer: IssuerId, level: int) -> int:
    """Return how many tiles of a level are kept."""
    return read_head(recorder, _tile_stream(issuer, level))


def read_tiles(recorder: Recorder, issuer: IssuerId, level: int, first: int, last: int) -> list[Tile]:
    """Return the tiles of a level from one index to before another, up to the first that is not kept.

    Raises:
        LedgerDamaged: ``E_TAMPERED`` when one of them is not what ``stored`` writes.
    """
    if first >= last:  # a limit of 0 is none to the recorder in memory
        return []
    found = recorder.select_events(_tile_stream(issuer, level), gt=first, limit=last - first)
    in_order = takewhile(lambda each: each[1].originator_version == each[0], enumerate(found, first + 1))
    return [Tile.read(row.state, f"{issuer} tile {level}/{position - 1}") for position, row in in_order]
