"""Goes through the entries of an issuer, and past those that are damaged, to the last of them.

What could go wrong, and why it does not:

- *A page cannot be read.* Then its entries are asked for one by one, and what cannot be had is named. Behind it the
  reading goes on: as far as an entry is found, or any row beside the entries says that there was one.
- *A row stands out of its order*, as its key was changed. It is not where it belongs, so it is missing there.
- *The hash of a damaged entry is not known.* It stands behind the entry, and in a tile. With either of them the
  root can be had, and may still be one that is kept elsewhere: then all other entries are those that were recorded.

Entries are read a page at a time and forgotten. Of each there remain eight bytes, for its command.
"""

from __future__ import annotations

import re
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ledger import codec
from ledger.codec import leaf_hash_of
from ledger.errors import LedgerDamaged
from ledger.events import IssuerRegistered
from ledger.integrity.tiles import WIDTH
from ledger.integrity.tree import Growing, leaf_hash
from ledger.pages import DIGEST, Said
from ledger.personal import particulars
from ledger.store.port import PAGE
from ledger.timeline import looks_ahead
from ledger.verification.derived import Commands, Tiles
from ledger.verification.findings import Damage, Part

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ledger.events import Event
    from ledger.identity import IssuerId
    from ledger.integrity.tiles import Tile
    from ledger.pages import Page
    from ledger.store.port import Inspectable, Row
    from ledger.timeline import Entry

_LEAST: Final = -(2**63)
"""No number of a row is smaller."""
_FAR: Final = 1_000_000
"""A row that stands so far behind the others was never recorded there."""
_PATIENCE: Final = 1_000
"""After so many entries that cannot be had, the next is looked for in steps twice as long."""
MISSING: Final = "it is missing"
_GONE: Final = "it was recorded, and is not there any more"
_HASH: Final = re.compile(rb"[0-9a-f]{64}")


class Reading:
    """Reads the entries that a store holds of an issuer, and keeps what has to be known of all of them.

    Args:
        store: Where the record is kept.
        issuer: Whose record.
        sizes: For how many entries the root is asked.

    Attributes:
        store: Where the record is kept.
        issuer: Whose record.
        sizes: For how many entries the root is asked.
        commands: Which entries belong to each command.
        tiles: The tiles that the entries give.
        mentioned: The commitments of personal values, by entry.
        size: Number of the last entry so far.
        legal_name: Of the issuer, as its first entry has it.
        last_said: What the journal said of the last entry that could be read.
        damage: What was found.
        every_entry_read: Whether none of it is about entries.
        roots: The roots asked for, as far as they are known.
    """

    def __init__(self, store: Inspectable, issuer: IssuerId, sizes: Collection[int]) -> None:
        self.store, self.issuer = store, issuer
        self.sizes = frozenset(sizes)
        self.commands, self.tiles = Commands(), Tiles()
        self._tree, self._digest = Growing(), sha256()
        self.mentioned: dict[int, set[str]] = {}  # by entry
        self._tile: tuple[int, list[bytes]] | None = None  # the last one that was asked for
        self.size = 0
        self.legal_name = ""
        self.last_said: Said | None = None
        self.damage: list[Damage] = []
        self.every_entry_read = True
        self.roots: dict[int, bytes] = {0: self._tree.root()}

    @property
    def root(self) -> bytes | None:
        """The root over all entries; ``None`` where the hash of one is not known."""
        return self._tree.root() if self._tree.size == self.size else None

    @property
    def digest(self) -> str | None:
        """The digest of the record; ``None`` where the hash of an entry is not known."""
        return self._digest.hexdigest() if self._tree.size == self.size else None

    def tell(self, found: Damage) -> None:
        """Keep a damage, joined with the one before where both say the same of entries that follow one another."""
        self.every_entry_read &= found.part is not Part.ENTRIES
        joined = self.damage[-1].with_next(found) if self.damage else None
        if joined is not None:
            self.damage[-1] = joined
        else:
            self.damage.append(found)

    def _tell_entry(self, number: int, what: str) -> None:
        self.tell(Damage(Part.ENTRIES, what, number, number))

    # --- from entry to entry ------------------------------------------------------------------------

    def look_before(self) -> None:
        """Tell what stands before the first entry, where no other reading would come by."""
        row, _ = self._peek(_LEAST)
        if row is not None and row.number < 1:
            self.tell(Damage(Part.ELSE, "it stands before the first entry", name=f"row {row.number}"))

    def follow(self) -> str:
        """Read on as far as entries follow one another; return why not further, if it is not the end."""
        while True:
            try:
                rows = self.store.read(self.issuer, self.size)
            except LedgerDamaged as error:
                return error.what
            in_order = [*_leading(rows, self.size)]
            if not in_order:
                return MISSING if rows else ""
            self._take(in_order)

    def get_past(self, why: str, claimed: int) -> bool:
        """Take the entries of a page one by one, past those that cannot be had; return whether there may be more.

        Args:
            why: Why the page after the last entry cannot be read, if that is so.
            claimed: Number of the last entry, by the rows beside the entries, or by what is kept elsewhere.
        """
        begin = self.size
        while self.size < begin + PAGE:
            if not self._step(why if self.size == begin else "", claimed):
                return False
        return True

    def _step(self, why: str, claimed: int) -> bool:
        """Take the next entry that can be had, and tell those before it; return whether there is one."""
        row, said = self._peek(self.size)
        reason = said or (MISSING if row is not None else why or _GONE)
        if row is None or row.number <= self.size:
            row = self._sought(max(claimed, self.size + PAGE if why or said else 0))
        if row is not None and row.number > self.size + _FAR:
            self._tell_entry(row.number, "it stands far behind all others")
            row = None
        if row is not None:
            if row.number > self.size + 1:
                self._skip(row.number - 1, reason)
            self._take([row])
            return True
        if why or said or self.size < claimed:
            self.tell(Damage(Part.ENTRIES, reason, self.size + 1, claimed if self.size < claimed else None))
        return False

    def _sought(self, horizon: int) -> Row | None:
        """Return the next entry behind those that cannot be had, up to a number."""
        place, tries = self.size + 1, 1
        while place < horizon:
            row, _ = self._peek(place)
            if row is not None and row.number > place:
                return row
            tries += 1
            place += 2 ** (tries // _PATIENCE)
        return None

    def _peek(self, after: int) -> tuple[Row | None, str]:
        """Return the next entry after a position, or why it cannot be had."""
        try:
            row = self.store.peek(self.issuer, after)
        except LedgerDamaged as error:
            return None, error.what
        return (row, "") if row is None or type(row.number) is int else (None, "what follows has no number")

    def _skip(self, last: int, why: str) -> None:
        """Leave out the entries up to one; their hashes may still be had from the tree."""
        self.tell(Damage(Part.ENTRIES, why, self.size + 1, last))
        self.commands.unknown(last - self.size)
        for number in range(self.size + 1, last + 1):
            self._add(number, self._hash_in_tile(number))
        self.size = last

    def _take(self, rows: Sequence[Row]) -> None:
        """Take the next entries."""
        page = _page(rows, self.issuer, self.size)
        if page is None:
            for row in rows:
                self._take_one(row)
            return
        first = self.size + 1
        for start, end, said in zip(page.starts, (*page.starts[1:], len(page)), page.said, strict=True):
            self._hear(first + start, said)
            self.commands.goes_on(end - start - 1)
        if first == 1:
            self._begin(page.kind(0), page.of_kinds((IssuerRegistered,)))
        for place, event in page.singles.items():
            self._look_at(first + place, event)
        leaves = [bytes.fromhex(row.state[-DIGEST:].decode()) for row in rows]
        self._add(first, *leaves)
        self.size += len(rows)

    def _take_one(self, row: Row) -> None:
        number = self.size + 1
        leaf: bytes | None
        try:
            entry = entry_of(row, self.issuer)
        except LedgerDamaged as error:
            self._tell_entry(number, error.what)
            self.commands.unknown(1)
            leaf = self._hash_in_tile(number) or _hash_behind(row, self.issuer)
        else:
            self._hear(number, Said(entry.recorded_at, entry.actor, entry.command))
            if number == 1:
                self._begin(type(entry.event), [(0, entry.event)])
            self._look_at(number, entry.event)
            leaf = leaf_hash_of(row.state, self.issuer, number)
        self._add(number, leaf)
        self.size = number

    def _hear(self, number: int, said: Said) -> None:
        """Take what the journal says of the next entry."""
        last, self.last_said = self.last_said, said
        if last is not None and not said.follows(last):
            self._tell_entry(number, "its time of recording does not follow the entry before")
        if last is None or said.command != last.command:
            self.commands.begins(said.command)
        else:
            self.commands.goes_on()

    def _begin(self, kind: type[Event], registered: Sequence[tuple[int, Event]]) -> None:
        """Look at the first entry."""
        if kind is not IssuerRegistered:
            self._tell_entry(1, "the first entry does not register the issuer")
        for place, event in registered:
            if not place and isinstance(event, IssuerRegistered):
                self.legal_name = event.legal_name

    def _look_at(self, number: int, event: Event) -> None:
        """Look at an event that corrects others, or may mention persons."""
        if looks_ahead(event, number):
            self._tell_entry(number, "it corrects an entry that comes after it")
        if mentioned := {each.commitment for each in particulars(event)}:
            self.mentioned[number] = mentioned

    # --- the tree -----------------------------------------------------------------------------------

    def _add(self, number: int, *leaves: bytes | None) -> None:
        """Add the hashes of entries to the tree, from a number on; it ends before the first that is not known."""
        if self._tree.size != number - 1 or None in leaves:
            return
        known = [leaf for leaf in leaves if leaf is not None]
        for leaf in known:
            self._tree.add(leaf)
            if self._tree.size in self.sizes:
                self.roots[self._tree.size] = self._tree.root()
        self._digest.update(b"".join(known))
        self.tiles.add(known)

    def _hash_in_tile(self, number: int) -> bytes | None:
        """Return the hash of an entry as its tile has it, if that is there."""
        index, place = divmod(number - 1, WIDTH)
        if self._tile is None or self._tile[0] != index:
            found: Sequence[Tile] = ()
            with suppress(LedgerDamaged):
                found = self.store.tiles(self.issuer, 0, index, index + 1)
            self._tile = (index, found[0].split() if found else [])
        hashes = self._tile[1]
        return hashes[place] if hashes else None


def _leading(rows: Sequence[Row], after: int) -> Iterator[Row]:
    """Yield the first rows, as far as they follow a position and one another."""
    for number, row in enumerate(rows, after + 1):
        if row.number != number:
            return
        yield row


def _page(rows: Sequence[Row], issuer: IssuerId, after: int) -> Page | None:
    """Return rows as a page, or nothing where one of them has to be looked at alone."""
    if not all(type(row.state) is bytes and type(row.topic) is str for row in rows):
        return None
    return codec.read_states(rows, issuer, after)


def entry_of(row: Row, issuer: IssuerId) -> Entry:
    """Return the entry of a row.

    Raises:
        LedgerDamaged: It is not what was recorded.
    """
    if type(row.state) is not bytes:
        raise LedgerDamaged("E_TAMPERED", f"{issuer} entry {row.number}", "its state is not bytes")
    return codec.read_state(row.state, issuer, row.number, row.topic)


def _hash_behind(row: Row, issuer: IssuerId) -> bytes | None:
    """Return the hash of the leaf of a damaged entry, as far as it can be known from the entry itself.

    Where the entry can be read but for the hash behind it, that alone may be damaged.
    """
    if type(row.state) is not bytes:
        return None
    rest, _, seal = row.state.rpartition(b"\n")
    envelope, _, payload = rest.partition(b"\n")
    with suppress(LedgerDamaged):
        codec.read_state(codec.kept(envelope, payload), issuer, row.number, row.topic)
        return leaf_hash(envelope)
    return bytes.fromhex(seal.decode()) if _HASH.fullmatch(seal) else None
