"""The ledger of an issuer: records what happened and numbers it, over a store; ``ledger.record`` reads it back.

An append ends in one of three ways: recorded, refused, or unknown; giving an unknown command again settles it,
because a command id counts once. Nothing of a refused command is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Final, Self, TypeVar

import attrs

from ledger import codec
from ledger import reader as reading
from ledger.closing import Issuer
from ledger.collector import collector_at_rest
from ledger.errors import (
    CommandReused,
    LedgerDamaged,
    LedgerError,
    LibraryMissing,
    NotUnderstood,
    OutcomeUnknown,
    Unavailable,
    VersionConflict,
    needed,
    shown,
)
from ledger.events import (
    Event,
    IssuerRegistered,
    PersonalDataErased,
)
from ledger.identity import CommandId, EntryNumber, IssuerId
from ledger.pages import Entries, Page, Said
from ledger.personal import SALT_BYTES, seal
from ledger.record import AsOf, KnownAt, Record
from ledger.repeated import keeps_all, keeps_drafts
from ledger.store import Conflict, MemoryStore, Row, Store, store_at
from ledger.store.port import Columns, Rows, chosen, kept_of, refuse_ahead
from ledger.text import clean
from ledger.timeline import (
    Entry,
    command_end,
)
from ledger.vault import may_mention_persons, mentions_persons

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.columns.movements import MovementColumns
    from ledger.drafts import Draft
    from ledger.gate import Gate
    from ledger.kept_book import KeptBook

__all__ = ["SUPPOSED", "AsOf", "KnownAt", "Ledger", "Recorded"]

_TRIES: Final = 10
_to_command: Final = partial(str.__new__, CommandId)
_to_number: Final = partial(int.__new__, EntryNumber)
_TOGETHER: Final = 200
"""So many events of a command are worth taking together; see ``record_drafts``."""
_LONG: Final = 2_000
"""A walk through so many entries takes longer than a look at what a late one disturbs."""
_Asked = TypeVar("_Asked")
"""What a command asks for: events, or drafts of them."""
SUPPOSED: Final = "supposed"
"""Who records an entry that is only supposed, and the first word of its command."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _drawn() -> str:
    """Return the identity of a command that nobody has named."""
    return os.urandom(16).hex()


def _stopped(at: datetime) -> Callable[[], datetime]:
    """Return a clock that tells one time for ever."""
    return lambda: at


@attrs.frozen
class Recorded:
    """The outcome of a command.

    Attributes:
        command: Its identity.
        entries: What it recorded.
        repeated: Whether it had been recorded before, and nothing was added now.
    """

    command: CommandId
    entries: Sequence[Entry]
    repeated: bool = False


class Ledger(Record):
    """What happened to an issuer's shares and to the money promised to it, entry by entry.

    ``Ledger.in_memory()`` and ``Ledger.open(path)`` make one. The first event recorded registers the issuer.

    Args:
        store: Where entries are kept.
        issuer: Whose ledger it is; not needed when the store holds one issuer, or none yet.
        begin: Whether an issuer that the store does not hold may be named, to begin its ledger.
        clock: Tells the time of recording.
        salts: Makes the salts of personal particulars.

    Raises:
        NotUnderstood: ``E_ISSUER``: the store holds several issuers and none was named.
        UnknownName: The store does not hold the issuer named.
    """

    def __init__(
        self,
        store: Store,
        issuer: str | None = None,
        *,
        begin: bool = False,
        clock: Callable[[], datetime] = _utc_now,
        salts: Callable[[], bytes] = lambda: os.urandom(SALT_BYTES),
    ) -> None:
        issuers = store.issuers()
        super().__init__(store, chosen(issuers, issuer, begin=begin or not issuers))
        self._clock, self._salts = clock, salts

    def _forget(self) -> None:
        super()._forget()
        self._gate: Gate | None = None  # the rules are there when something is recorded

    @classmethod
    def in_memory(cls, *, clock: Callable[[], datetime] = _utc_now) -> Self:
        """Return an empty ledger that ends with the process."""
        return cls(MemoryStore(), clock=clock)

    @classmethod
    def open(
        cls,
        path: str | Path,
        issuer: str | None = None,
        *,
        create: bool = False,
        readonly: bool = False,
        keys: str | Path | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> Self:
        """Return a ledger that is kept in an SQLite file, or in a PostgreSQL database.

        Args:
            path: The file, or the URL of the database: ``postgresql://user@host/database``.
            issuer: Whose ledger, where the file holds several issuers; with ``create``, also a new one.
            create: Whether to make the file, or the tables in the database, if there are none; or to begin another
                issuer there.
            readonly: Whether the file and its folder stay as they are, as they should where it is somebody else's.
            keys: The file that keeps the keys of personal values; one beside the ledger, when not given.
            clock: Tells the time of recording.

        Raises:
            Unavailable: There is no such file, or it is something else; or the server does not answer.
            LibraryMissing: It is a URL, and the extra ``postgres`` is not installed.
            NotUnderstood: ``E_ISSUER``: the file holds several issuers and none was named.
            UnknownName: The file does not hold the issuer named.
        """
        store = store_at(path, create=create, readonly=readonly, keys=keys)
        try:
            return cls(store, issuer, begin=create, clock=clock)
        except BaseException:
            store.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store, and keep beside it what spares the next one to read all entries."""
        try:
            with suppress(LedgerError, OSError):  # what cannot be read now is no matter of those who leave
                self._keep()
            if self._columns is not None:
                with suppress(LedgerError):
                    self.columns()
                self._keep_columns(1)
                self._columns = None
        finally:
            self._store.close()

    def _keep(self) -> None:
        """Bring up to date what is kept beside the record, if it is far behind; what cannot be kept is left out."""
        if self._issuer is None or self._vault.pending:
            return
        if len(self._entries) - self._unread >= reading.AHEAD:
            self._keep_directory(self._issuer)
        if self._gate is not None and self._gate.is_worth_keeping(reading.AHEAD):
            from ledger import kept_book

            shelf = self._store.shelf(self._issuer, kept_book.PART, kept_book.LAYOUT)
            if shelf is not None and shelf.writable:
                self._gate.keep_book(self._entries, shelf)

    # --- recording ----------------------------------------------------------------------------------

    def record(
        self,
        *events: Event,
        actor: str = "unnamed",
        command: str | None = None,
        expected: int | None = None,
        as_stated: bool = False,
    ) -> Recorded:
        """Record events as one command: all of them, durably, or none.

        Args:
            events: What happened, in order.
            actor: Who records it.
            command: Identity of the request; the same id with the same events returns the first outcome. A new
                one is made when it is not given.
            expected: Number of entries that the caller saw; anything recorded since refuses the command.
            as_stated: Record a register taken over from others: balances and limits that do not fit are left for
                the findings instead of being refused.

        Raises:
            RuleBroken: The command goes against the record or the papers. The fields say how.
            Unavailable: The store cannot write now, or the keys of personal values are not here. Nothing was
                recorded; where an erasure was, and its keys could not be deleted, it says so.
            OutcomeUnknown: The store failed while committing; give the same command again.
        """
        draft = self._drafted(events) if len(events) >= _TOGETHER and not as_stated else None
        if draft is None:
            outcome = self._attempt(events, actor, command, expected, as_stated, keep=True)
        else:
            with collector_at_rest():
                outcome = self._attempt_drafts([draft], actor, command, expected, keep=True)
                outcome = attrs.evolve(outcome, entries=tuple(outcome.entries))
        if not self._vault.pending:
            return outcome
        if outcome.repeated:
            self._forget()  # reading the record again tries once more
            self.entries()
        if left := [entry.number for entry in outcome.entries if entry.number in self._vault.pending]:
            what = f"entry {left[0]} is recorded, and its keys could not be deleted; give the same command again"
            raise Unavailable("E_KEYS", self._store.keys.place, what)
        return outcome

    def record_drafts(
        self,
        drafts: Sequence[Draft],
        *,
        actor: str = "unnamed",
        command: str | None = None,
        expected: int | None = None,
        keep: bool = True,
        meanwhile: Callable[[], object] | None = None,
    ) -> Recorded:
        """Record many events as one command, as ``record`` does, in a fraction of the time.

        Args:
            drafts: What happened, in order, as ``ledger.exchange.drafting`` reads it from a file.
            actor: Who records it.
            command: See ``record``.
            expected: See ``record``.
            keep: Whether it is recorded; if not, this says what would be, as ``propose`` does.
            meanwhile: Called as writing begins, perhaps more than once. It mostly waits for SQLite and the disk, so
                that what is begun here in another thread goes on as if it were alone.

        Raises:
            RuleBroken: See ``record``.
            Unavailable: See ``record``.
            OutcomeUnknown: See ``record``.
        """
        with collector_at_rest():
            return self._attempt_drafts(drafts, actor, command, expected, keep=keep, meanwhile=meanwhile)

    def recorded(self, commands: Iterable[str]) -> set[str]:
        """Return which commands are recorded, of some, by their identities."""
        if self._issuer is None:
            return set()
        self.entries()
        return {
            command
            for command in commands
            if command in self._commands
            or (self._unread and self._store.command(self._issuer, CommandId(command)) is not None)
        }

    def propose(
        self, *events: Event, actor: str = "unnamed", command: str | None = None, as_stated: bool = False
    ) -> Recorded:
        """Return what ``record`` would record, or raise its refusal; nothing is kept."""
        return self._attempt(events, actor, command, None, as_stated, keep=False)

    def supposing(self, *events: Event, known_at: KnownAt = None, as_stated: bool = False) -> Self:
        """Return a ledger of what is recorded, with events on top that are only supposed; nothing is kept.

        Every question can be put to it. It lives in memory and knows no way to this one's store. The supposed
        entries are numbered on from the last one known, as recorded by ``SUPPOSED`` in the instant after it: the
        same question has the same answer whenever it is asked.

        Args:
            events: What would have happened, in order; without any, the ledger is as it was known.
            known_at: What had been recorded; everything when not given.
            as_stated: Let limits that would not hold be found afterwards, instead of refusing the events.

        Raises:
            RuleBroken: The events go against the record or the papers, as they would if they were recorded.
            NothingRecorded: Nothing had been recorded by ``known_at``.
        """
        entries = self.entries()
        known = self.position(known_at) if entries or known_at is not None else 0
        clock = _stopped(entries[known - 1].recorded_at) if known else self._clock
        supposed = type(self)(MemoryStore(), self._issuer, clock=clock, salts=self._salts)
        supposed._entries = entries.first(known)
        supposed._commands = {command: first for command, first in self._commands.items() if first <= known}
        supposed._about = self._known_of_issuer().as_known(supposed._entries) if known else Issuer()
        supposed._recorded = known if self._recorded is None else min(known, self._recorded)
        if not events:
            return supposed
        command = f"{SUPPOSED}-{known + 1}"
        while command in supposed._commands or (known and command == entries[known - 1].command):
            command += "."
        if known == len(entries):  # the totals of these entries are there; a check that keeps nothing leaves them
            supposed._gate = self._rules()
        new = supposed._attempt(events, SUPPOSED, command, None, as_stated, keep=False).entries
        supposed._gate = None
        supposed._entries.add([*new])
        supposed._commands[CommandId(command)] = known + 1
        if isinstance(first := new[0].event, IssuerRegistered):
            supposed._issuer = first.issuer
        return supposed

    def _attempt(
        self,
        events: Sequence[Event],
        actor: str,
        command: str | None,
        expected: int | None,
        as_stated: bool,
        *,
        keep: bool,
    ) -> Recorded:
        identity = _asked(len(events), actor, command, expected)
        sealed = [seal(event, self._salts) if may_mention_persons(type(event)) else event for event in events]
        # Where somebody else was first, the position is taken: only then what was recorded since has to be read.
        at_once = keep and bool(self._entries) and identity not in self._commands and not _concern_persons(sealed)
        for _ in range(_TRIES):
            if not at_once:
                if command is not None and (there := self._already(identity, sealed[0], keeps_all, sealed)):
                    return Recorded(identity, tuple(there), repeated=True)
                self.entries()
            entries, known = self._entries, len(self._entries)
            try:
                if expected is not None and expected != known:
                    raise VersionConflict(expected, known)
                payloads = [codec.encode(event) for event in sealed]
                sealed = [_as_kept(event, payload) for event, payload in zip(sealed, payloads, strict=True)]
                new = self._numbered(sealed, payloads, actor, identity)
                self._rules().check(self._issuer, entries, new, as_stated=as_stated, keep=keep)
            except LedgerError:
                if not at_once or (len(self.entries()) == known and not self._is_taken(command)):
                    raise
                at_once = False  # with what was recorded since, or was the first time, the answer is another one
                continue
            at_once = False
            if not keep:
                return Recorded(identity, tuple(new))
            if self._appended(partial(self._append, new, payloads, identity), sealed[0], new[-1].number):
                return Recorded(identity, tuple(new))
        raise self._kept_out()

    def _attempt_drafts(
        self,
        drafts: Sequence[Draft],
        actor: str,
        command: str | None,
        expected: int | None,
        *,
        keep: bool,
        meanwhile: Callable[[], object] | None = None,
    ) -> Recorded:
        identity = _asked(sum(len(draft.payloads) for draft in drafts), actor, command, expected)
        events = [event for draft in drafts for event in draft.singles.values()]
        if any(type(event) is PersonalDataErased for event in events):  # what is erased is looked for one by one
            singly = [event for draft in drafts for event in draft.events()]
            return self._attempt(singly, actor, command, expected, False, keep=keep)
        drafts = [draft.written(self._written) for draft in drafts]
        first = drafts[0].event(0)
        for _ in range(_TRIES):
            if command is not None and (there := self._already(identity, first, keeps_drafts, drafts)):
                return Recorded(identity, there, repeated=True)
            entries = self.entries()
            if expected is not None and expected != len(entries):
                raise VersionConflict(expected, len(entries))
            said = Said(self._now(), actor, identity)
            after = accumulate((len(draft.payloads) for draft in drafts), initial=len(entries) + 1)
            pages = [draft.page(number, said) for draft, number in zip(drafts, after, strict=False)]
            new = Entries()
            for page in pages:
                new.add(page)
            if not self._rules().check_pages(self._issuer, entries, pages, keep=keep):
                self._rules().check(self._issuer, entries, [*new], keep=keep)
            if not keep:
                return Recorded(identity, new)
            append = partial(self._append_pages, pages, drafts, identity, meanwhile)
            if self._appended(append, first, len(entries) + len(new)):
                return Recorded(identity, new)
        raise self._kept_out()

    def _drafted(self, events: Sequence[Event]) -> Draft | None:
        """Return a draft of events, or nothing where one of them could not be read back."""
        from ledger.drafts import Draft

        sealed = [seal(event, self._salts) if may_mention_persons(type(event)) else event for event in events]
        payloads = [*map(codec.encode, sealed)]
        read = codec.read_together(payloads, [*map(codec.topic, sealed)])
        if read is None:
            return None
        singles, bulks = read
        whole = {
            place: sealed[place] if mentions_persons(sealed[place]) else each for place, each in singles.items()
        }
        return Draft.of(payloads, whole, bulks)

    def _written(self, event: Event) -> tuple[Event, bytes]:
        """Return an event as it will be read, with salts for its particulars, and its payload."""
        sealed = seal(event, self._salts) if may_mention_persons(type(event)) else event
        payload = codec.encode(sealed)
        return _as_kept(sealed, payload), payload

    def _appended(self, append: Callable[[], None], first: Event, last: int) -> bool:
        """Append what the rules let through; return whether that was done, and not somebody else first."""
        try:
            append()
        except Conflict:
            self._look_again(first, last)
            return False
        except BaseException:
            self._gate = None
            raise
        return True

    def _look_again(self, first: Event, last: int) -> None:
        """Forget what the rules were asked of, as somebody else recorded something first."""
        self._gate = None
        if isinstance(first, IssuerRegistered) and first.issuer in self._store.issuers():
            self._issuer = first.issuer
        if self._issuer is not None:
            refuse_ahead(self._store, self._issuer, last)

    def _kept_out(self) -> Unavailable:
        return Unavailable("E_BUSY", str(self._issuer), "other writers kept coming first; try again")

    def _rules(self) -> Gate:
        """Return what lets a command through, or refuses it; an answer alone does without it."""
        if self._gate is None:
            from ledger.gate import Gate

            self._gate = Gate(self._kept_book(), self._columns_of_many)
        return self._gate

    def _kept_book(self) -> KeptBook | None:
        """Return the book that is kept beside the record, if there is one."""
        from ledger import kept_book

        if self._issuer is None:
            return None
        kept = kept_of(self._store, self._issuer, kept_book.PART, kept_book.LAYOUT)
        return kept_book.KeptBook.opened(kept) if kept is not None else None

    def _columns_of_many(self) -> MovementColumns | None:
        """Return what the entries move that were read so far, if they are too many to walk through all of them."""
        if len(self._entries) < _LONG:
            return None
        with suppress(LibraryMissing), collector_at_rest():
            needed("numpy", "columns", "for late entries")
            return self._columns_of(lambda: self._entries)
        return None

    def _is_taken(self, command: str | None) -> bool:
        """Whether the store knows a command."""
        assert self._issuer is not None
        return command is not None and self._store.command(self._issuer, CommandId(command)) is not None

    def _already(
        self, command: CommandId, first: Event, keeps: Callable[[Sequence[Entry], _Asked], bool], asked: _Asked
    ) -> Sequence[Entry] | None:
        """Return the entries of a command that was recorded before; refuse it if they do not keep what is asked."""
        number = self._number_of(command, first)
        if number is None:
            return None
        there = self._entries[number - 1 : command_end(self._entries, number)]
        if not keeps(there, asked):
            raise CommandReused(command, EntryNumber(number))
        return there

    def _number_of(self, command: CommandId, first: Event) -> int | None:
        """Return the first entry of a command that was recorded before, if it was.

        The entries say which command they belong to, and their digests protect that. The row that keeps a second
        one out is asked only when they know nothing: it may be newer than what was read, or wrong.

        Args:
            command: Its identity.
            first: What it begins with, as that may be the issuer.
        """
        if self._issuer is None and isinstance(first, IssuerRegistered) and first.issuer in self._store.issuers():
            self._issuer = first.issuer
        if self._issuer is None:
            return None
        self.entries()
        number = self._commands.get(command)
        if number is None and (span := self._store.command(self._issuer, command)) is not None:
            entries = self.entries()
            number = self._commands.get(command)
            if number is None and span[0] <= self._unread and entries[span[0] - 1].command == command:
                number = span[0]
            if number is None:
                place = f"{self._issuer} command {command}"
                raise LedgerDamaged("E_TAMPERED", place, "it is said to be recorded, and no entry belongs to it")
        return number

    def _numbered(
        self, events: Sequence[Event], payloads: Sequence[bytes], actor: str, command: CommandId
    ) -> list[Entry]:
        """Return new entries; the time of recording is the journal's own and always grows."""
        now = self._now()
        return [
            Entry(_to_number(number), now, actor, command, event, codec.digest(payload))
            for number, (event, payload) in enumerate(zip(events, payloads, strict=True), len(self._entries) + 1)
        ]

    def _now(self) -> datetime:
        """Return the time of recording of the next command."""
        now = self._clock()
        if now.tzinfo is not UTC:
            now = now.astimezone(UTC)
        last = self._entries.last_said
        return now if last is None or last.recorded_at < now else last.recorded_at + timedelta(microseconds=1)

    def _append_pages(
        self,
        pages: Sequence[Page],
        drafts: Sequence[Draft],
        command: CommandId,
        meanwhile: Callable[[], object] | None,
    ) -> None:
        issuer = self._beginning_with(drafts[0].event(0))
        topics = [*chain.from_iterable(map(codec.topics, pages))]
        states: list[bytes] = []
        for page, draft in zip(pages, drafts, strict=True):
            states += codec.states(issuer, page, draft.payloads)
        rows = Rows(Columns(range(pages[0].first, pages[0].first + len(states)), topics, states))
        singles = [page.single(place, event) for page in pages for place, event in page.singles.items()]
        if meanwhile is not None:
            meanwhile()
        self._write(issuer, rows, command, singles, pages)

    def _append(self, new: Sequence[Entry], payloads: Sequence[bytes], command: CommandId) -> None:
        issuer = self._beginning_with(new[0].event)
        rows = [
            Row(entry.number, codec.topic(entry.event), codec.state(issuer, entry, payload))
            for entry, payload in zip(new, payloads, strict=True)
        ]
        erases = any(type(entry.event) is PersonalDataErased for entry in new)
        if erases:
            self._vault.check_keys(issuer)
            self._store.keys.check_writable()
        self._write(issuer, rows, command, new, ([*new],))
        if erases:
            self._erase(new, command)

    def _beginning_with(self, first: Event) -> IssuerId:
        """Return whose the next entries are; the first of all says it."""
        issuer = self._issuer or (first.issuer if isinstance(first, IssuerRegistered) else None)
        assert issuer is not None, "the rules let an issuer in first"
        return issuer

    def _write(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        singles: Sequence[Entry],
        parts: Iterable[Page | list[Entry]],
    ) -> None:
        """Write the entries of a command, some of which may hold personal values; they count as read."""
        self._store.append(issuer, rows, command, self._vault.sealed(issuer, singles))
        self._issuer = issuer
        for part in parts:
            self._entries.add(part)
        self._commands[command] = int(rows[0].number)
        # Their positions were free, so nothing of the issuer had come between what was read and these. That is said
        # last, as whoever is interrupted before has to read them.
        self._mark = self._store.mark_after(self._mark)

    def _erase(self, new: Sequence[Entry], command: CommandId) -> None:
        """Delete the keys of what a command erased, which reading the record again does."""
        self._forget()
        try:
            self.entries()
        except LedgerError as error:
            raise OutcomeUnknown(command) from error
        for resumed in (self._resumed, self._vault.resumed):  # they were deleted as they should be
            resumed -= {entry.number for entry in new}


def _asked(count: int, actor: str, command: str | None, expected: int | None) -> CommandId:
    """Return the identity of a command; refuse one that says nothing, or names what is no name."""
    if not count:
        raise NotUnderstood("E_EMPTY", "the command has no events", "give at least one")
    clean(actor, what="actor")
    if expected is not None and (isinstance(expected, bool) or not isinstance(expected, int) or expected < 0):
        raise NotUnderstood("E_VERSION", f"{shown(expected)} is not a number of entries", "0 or more")
    return _to_command(_drawn()) if command is None else CommandId(command)


def _as_kept(event: Event, payload: bytes) -> Event:
    """Return an event as reading will give it back, particulars included; refuse one that reading would refuse."""
    read = codec.as_read(event, payload)
    return event if mentions_persons(event) else read


def _concern_persons(events: Iterable[Event]) -> bool:
    """Whether events may hold personal values, or erase some: their keys follow from all that was recorded."""
    return any(may_mention_persons(type(event)) or type(event) is PersonalDataErased for event in events)
