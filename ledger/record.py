"""The record of an issuer, read back: entry by entry, as it was known at some time, and in columns.

Nothing is recorded here. What spares the next reader a walk through all entries is kept beside the record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from ledger import reader as reading
from ledger.closing import Issuer, instant_or_day, whole_command
from ledger.collector import collector_at_rest, settle
from ledger.days import day
from ledger.errors import LedgerError, NothingRecorded, NotUnderstood, needed
from ledger.events import IssuerRegistered, PersonalDataErased
from ledger.identity import CommandId, EntryNumber, IssuerId
from ledger.index import Index
from ledger.pages import Entries, Page
from ledger.reader import Directory, Reader
from ledger.store import Store
from ledger.store.kept import HEADING
from ledger.store.port import chosen, kept_of, tree_of
from ledger.timeline import History, InEffect, history_of, standing
from ledger.vault import Vault

if TYPE_CHECKING:
    from ledger.columns.movements import MovementColumns
    from ledger.integrity.tiles import Tree

_MANY: Final = 2_000
"""So many entries read at once are worth telling the collector that they will stay."""
KnownAt = datetime | date | int | str | None
"""What had been recorded: an instant, a day (its close), a number of entries, ISO text, or everything."""
AsOf = date | str


class Record:
    """What is recorded of an issuer, or supposed on top of it, as anybody may read it.

    Args:
        store: Where entries are kept.
        issuer: Whose record it is; ``None`` where the store holds none yet.
    """

    def __init__(self, store: Store, issuer: IssuerId | None) -> None:
        self._store, self._issuer = store, issuer
        self._recorded: int | None = None  # how many entries are, where those after them are only supposed
        self._resumed: set[EntryNumber] = set()
        self._taken_up = False
        self._columns_kept = 0  # how many entries the columns cover that are kept beside the record
        self._forget()

    def _forget(self) -> None:
        """Begin again with nothing read: what was read before may hold what was erased since."""
        self._entries, self._about = Entries(), Issuer()
        self._directory: Directory | None = None
        self._commands: dict[CommandId, int] = {}  # the number of the first entry of each, of those read in order
        self._vault = Vault(self._store)
        self._standing: tuple[int, list[InEffect]] = (0, [])
        self._index = Index()
        self._columns: MovementColumns | None = None
        self._tree: Tree | None = None
        self._mark: object = None  # of the store, when all that was recorded had been read

    def __repr__(self) -> str:
        return f"<Ledger of {self._issuer or 'nobody yet'}: {len(self.entries())} entries>"

    @property
    def issuer(self) -> IssuerId | None:
        """Whose ledger it is; ``None`` before the first entry."""
        return self._issuer

    def entries(self) -> Entries:
        """Return every entry, in order of recording; entry number ``n`` is at index ``n - 1``.

        Where a directory of them is kept beside the record, they are read when somebody asks for them.

        Raises:
            LedgerDamaged: The store holds something that the ledger did not write.
        """
        if self._issuer is None and len(issuers := self._store.issuers()) == 1:  # somebody has begun meanwhile
            self._issuer = chosen(issuers, None)
        mark = self._store.mark() if self._issuer is not None else None
        if self._issuer is not None and (mark is None or mark != self._mark):
            with collector_at_rest():
                if not self._taken_up:
                    self._taken_up = True
                    self._take_up(self._issuer)
                before = len(self._entries)
                if self._follow() and before:
                    self._forget()
                    self._follow()
                if len(self._entries) - before > _MANY:
                    settle()
            self._mark = mark
        return self._entries

    def _take_up(self, issuer: IssuerId) -> None:
        """Begin with the entries of which a directory is kept; none of them is read."""
        kept = kept_of(self._store, issuer, reading.PART, reading.LAYOUT)
        found = Directory.opened(kept, Reader(self._store, issuer, self._vault)) if kept is not None else None
        if found is None:
            return
        try:
            entries = Entries.unread(found, found.size, reading.LENGTH)
            self._about = Issuer(entries, found.about, found.size)
            if self._vault.take_up(found.told, found.size):
                self._directory, self._entries = found, entries
            else:
                self._forget()
        except (LedgerError, LookupError, TypeError, ValueError):  # it is not what was kept
            self._forget()

    def _follow(self) -> bool:
        """Read what was recorded since, and return whether personal data of earlier entries was erased by it."""
        assert self._issuer is not None
        before, pages = len(self._entries), list[Page]()
        reader = Reader(self._store, self._issuer, self._vault)
        try:
            while (read := reader.after(self._entries, self._commands)) is not None:
                page, begun = read
                self._entries.add(page)
                self._commands |= begun
                pages.append(page)
            erased = reader.open_values(pages, before)
            self._resumed |= self._vault.resumed
        except BaseException:
            self._forget()  # some entries would stand there without their values
            raise
        return erased

    def resumed_erasures(self) -> tuple[EntryNumber, ...]:
        """Return the erasures met so far whose keys were still there, and are deleted now.

        One of them was interrupted, or an old copy of the keys was put back.
        """
        return tuple(sorted(self._resumed))

    def pending_erasures(self) -> tuple[EntryNumber, ...]:
        """Return the erasures met so far whose keys cannot be deleted from here. Nothing of them is shown."""
        return tuple(sorted(self._vault.pending))

    def registration(self, known_at: KnownAt = None) -> IssuerRegistered:
        """Return what registers the issuer, as far as the knowledge reaches; no other entry is looked at.

        Args:
            known_at: See ``position``.

        Raises:
            NothingRecorded: Nothing had been recorded by ``known_at``.
        """
        return self._known_of_issuer().registration(self.position(known_at))

    def legal_name(self, known_at: KnownAt = None) -> str:
        """Return what the issuer is called: the last name that it took, by the day of the last entry known.

        Args:
            known_at: See ``position``.

        Raises:
            NothingRecorded: Nothing had been recorded by ``known_at``.
        """
        known = self.position(known_at)
        return self._known_of_issuer().legal_name(known, self.recorded_at(known).date())

    def _known_of_issuer(self) -> Issuer:
        """Return what is known of the issuer, up to date."""
        self._about.follow(self.entries())
        return self._about

    @property
    def time_zone(self) -> str:
        """The zone whose days the record counts in, as known now."""
        return self._known_of_issuer().time_zone

    def position(self, known_at: KnownAt = None) -> int:
        """Return how many entries had been recorded: the knowledge that ``known_at`` means.

        A day closes in the zone that the issuer was known to have when it closed. So an entry recorded later, which
        may say that it was another one, does not change what the same question was answered before.

        Args:
            known_at: An aware instant; a day, meaning its close in the issuer's zone as known then; a number of
                entries that ends with a command; ISO text for an instant or a day; or ``None`` for everything.

        Raises:
            NothingRecorded: Nothing had been recorded by then.
            NotUnderstood: ``E_TIMEZONE`` for an instant without a zone, ``E_KNOWN`` for a number within a command
                or beyond the last, or for yes and no; ``E_DATE`` for other text.
        """
        entries = self.entries()
        if not entries:
            raise NothingRecorded(None, None)
        if known_at is None:
            return len(entries)
        if isinstance(known_at, bool):
            raise NotUnderstood(
                "E_KNOWN", f"{known_at} is no number of entries", "give a number, an instant or a day"
            )
        if isinstance(known_at, int):
            return whole_command(entries, known_at)
        asked = instant_or_day(known_at)
        if isinstance(asked, datetime):
            known, instant = entries.known_by(asked), asked
        else:
            known, instant = self._known_of_issuer().close_of(asked, entries)
        if not known:
            raise NothingRecorded(instant, entries[0].recorded_at)
        return known

    def recorded_at(self, known: int) -> datetime:
        """Return when the last of the first so many entries was recorded.

        Args:
            known: How many; one or more, as ``position`` returns it.
        """
        entries = self._entries if known <= len(self._entries) else self.entries()
        return entries.recorded_at(known - 1)

    def standing(self, known_at: KnownAt = None) -> list[InEffect]:
        """Return the facts that stand, as far as the knowledge reaches, in order of recording."""
        known = self.position(known_at) if self.entries() else 0
        if self._standing[0] != known:
            self._standing = (known, standing(self._entries[:known]))
        return self._standing[1]

    def history(self, as_of: AsOf, known_at: KnownAt = None) -> History:
        """Return the facts that count at the close of a day, as far as the knowledge reaches.

        Args:
            as_of: A day; its close in the issuer's zone.
            known_at: See ``position``.
        """
        with collector_at_rest():
            known = self.position(known_at)
            return history_of(self.standing(known), as_of=day(as_of, what="as_of"), known=known)

    def columns(self) -> MovementColumns:
        """Return what the entries move, as columns that are summed up at any day and knowledge; up to date.

        They are kept beside a ledger in a file, and read from there as far as they are needed. NumPy does the work.

        Raises:
            LibraryMissing: NumPy is not installed.
        """
        if self._columns is not None and self._columns.known == len(self._entries) == len(self.entries()):
            return self._columns
        return self._columns_followed(self.entries)

    def known_columns(self, known_at: KnownAt = None) -> tuple[int, MovementColumns]:
        """Return how many entries had been recorded, and the columns; whether there are more is asked once.

        Args:
            known_at: See ``position``.

        Raises:
            LibraryMissing: See ``columns``.
            NothingRecorded: See ``position``.
            NotUnderstood: See ``position``.
        """
        known = self.position(known_at)
        if self._columns is not None and self._columns.known == len(self._entries):
            return known, self._columns
        return known, self._columns_followed(lambda: self._entries)  # whose position was asked

    def _columns_followed(self, entries: Callable[[], Entries]) -> MovementColumns:
        """Return the columns, brought up to date and kept beside the ledger."""
        if self._columns is None:
            needed("numpy", "columns", "for answers in columns")
        with collector_at_rest():
            columns = self._columns_of(entries)
            self._keep_columns(reading.AHEAD)
            return columns

    def _columns_of(self, entries: Callable[[], Entries]) -> MovementColumns:
        if (columns := self._columns) is not None and columns.known <= len(self._entries):
            self._columns = None  # those that are interrupted are not kept
            self._columns = columns.following(entries())
            return self._columns
        from ledger.columns import keeping
        from ledger.columns.movements import MovementColumns
        from ledger.moving import MovingEntries

        self._columns = None
        if columns is None and self._issuer is not None and self._recorded is None:
            kept = kept_of(self._store, self._issuer, keeping.PART, keeping.LAYOUT)
            # Not before, as others may record and keep meanwhile.
            recorded = MovingEntries(self._store, self._issuer)
            columns = keeping.take_up(kept, recorded) if kept is not None else None
            self._columns_kept = columns.known if columns is not None else 0
            self._columns = (columns or MovementColumns()).following(recorded)
        elif columns is not None and self._issuer is not None:
            self._columns = columns.following(MovingEntries(self._store, self._issuer))  # nobody read the others
        else:
            self._columns = (columns or MovementColumns()).following(entries())
        return self._columns

    def index(self, known_at: KnownAt = None) -> Index:
        """Return what the entries move, in columns, as far as the knowledge reaches.

        It is kept, and follows what is recorded. Sums asked of it are quick, whatever the day.

        Args:
            known_at: See ``position``.
        """
        with collector_at_rest():
            known = self.position(known_at)
            index, self._index = self._index, Index()  # one that is interrupted is not kept
            before = index.known
            if not index.follow(self._entries, known):
                index, before = Index(), 0
                index.follow(self._entries, known)
            self._index = index
            if known - before > _MANY:
                settle()
            return index

    def tree(self) -> Tree:
        """Return the tree over every entry recorded so far, which roots and proofs are asked of.

        The store is asked for it: no entry is decoded, and what is only supposed is not in it. It stays that of
        this moment, and answers for every one before: ``tree.root(ledger.position(known_at))``.

        Raises:
            NothingRecorded: There is no entry yet.
        """
        size = self._store.head(self._issuer) if self._issuer is not None else 0
        if self._issuer is None or not size:
            raise NothingRecorded(None, None)
        if self._tree is None or self._tree.size != size:
            self._tree = tree_of(self._store, self._issuer)
        return self._tree

    @property
    def _unread(self) -> int:
        """How many entries were not read in order."""
        return self._directory.size if self._directory is not None else 0

    @property
    def supposed_from(self) -> EntryNumber | None:
        """Number of the first entry that is only supposed; ``None`` where every entry is recorded."""
        if self._recorded is None or self._recorded == len(self.entries()):
            return None
        return EntryNumber(self._recorded + 1)

    # --- kept beside the record -------------------------------------------------------------------------

    def _keep_directory(self, issuer: IssuerId) -> None:
        shelf = self._store.shelf(issuer, reading.PART, reading.LAYOUT)
        if shelf is not None and shelf.writable:
            directory = self._directory or Directory(Reader(self._store, issuer, self._vault))
            about = self._known_of_issuer().numbers()
            self._directory = directory.keep(shelf, self._entries, about, self._vault.told())

    def _keep_columns(self, ahead: int) -> None:
        """Bring up to date what is kept of the columns, if it is so far behind and they are at hand."""
        columns = self._columns
        if columns is None or self._issuer is None or self._recorded is not None:
            return
        if columns.known - self._columns_kept >= ahead:
            from ledger.columns import keeping

            shelf = self._store.shelf(self._issuer, keeping.PART, keeping.LAYOUT)
            if shelf is not None and shelf.writable:
                if not self._columns_kept:  # whatever is there could not be taken up
                    shelf.drop()
                self._columns_kept = columns.known  # also where it cannot be: it is not tried for every entry
                keeping.keep(columns, shelf)

    def _keep_heading(self, known: int) -> None:
        """Keep what stands above every answer, so that one can be printed without reading any entry.

        Where personal values were erased nothing is kept, as whoever reads the record has to look after the keys.
        """
        shelf = None if self._issuer is None else self._store.shelf(self._issuer, *HEADING)
        if shelf is not None and not any(self._entries.of_kinds((PersonalDataErased,), 0, known)):
            recorded_at = f"{self.recorded_at(known):%Y-%m-%d %H:%M:%S}"
            shelf.keep(known, {"legal_name": self.legal_name(known), "recorded_at": recorded_at}, {})
        elif shelf is not None:
            shelf.drop()

    def keep(self) -> None:
        """Bring up to date what is kept beside a long record of the columns that were asked for."""
        if len(self._entries) >= reading.AHEAD:
            self._keep_columns(1)
            if self._columns_kept:
                self._keep_heading(self._columns_kept)
