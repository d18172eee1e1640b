"""What a store was asked and how it went, for whoever operates it: which call, how long, what came of it.

Nothing of what is recorded is told: no name, no payload, no text of a fact or of a refusal. A line has the words
and numbers of ``Seen`` alone, and of what went wrong the stable code.

    store = Observed(store_at("acme.db"), lambda seen: print(line(seen, datetime.now(UTC))))
    ledger = Ledger(store)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final

import attrs
import msgspec

from ledger.codec import instant_text
from ledger.errors import LedgerError
from ledger.store.port import Conflict

if TYPE_CHECKING:
    from ledger.identity import CommandId, IssuerId
    from ledger.integrity.tiles import Tile
    from ledger.store import Row, Store
    from ledger.store.kept import Shelf
    from ledger.store.port import Columns

OK: Final = "ok"


@attrs.frozen(kw_only=True)
class Seen:
    """Something that was done, and how it went.

    Attributes:
        what: ``append``, ``read`` or another call of a store, or ``verb``.
        result: ``ok``, ``conflict``, or the code of what was raised: ``E_BUSY``.
        nanoseconds: How long it took.
        stream: The issuer in whose stream it was done.
        command: The identity of the command that was appended or asked for.
        version: The position of the last entry that was written or read.
        entries: How many entries were written or read.
        verb: The verb of the command line.
        status: The status that the verb ended with.
    """

    what: str
    result: str
    nanoseconds: int
    stream: str | None = None
    command: str | None = None
    version: int | None = None
    entries: int | None = None
    verb: str | None = None
    status: int | None = None


def line(seen: Seen, at: datetime) -> bytes:
    """Return what was seen as a line of JSON: an instant, words and whole numbers.

    Args:
        seen: What.
        at: When it ended.
    """
    told = {
        "at": instant_text(at),
        "what": seen.what,
        "result": seen.result,
        "microseconds": seen.nanoseconds // 1000,
    }
    more = ((name, getattr(seen, name)) for name in ("stream", "command", "version", "entries", "verb", "status"))
    return msgspec.json.encode({**told, **{name: value for name, value in more if value is not None}}) + b"\n"


def code_of(error: BaseException) -> str:
    """Return the stable code of what was raised, and never its text."""
    if isinstance(error, LedgerError):
        return error.code
    return "conflict" if isinstance(error, Conflict) else type(error).__name__


class Observed:
    """Hands everything on to a store, and tells how each call went.

    Args:
        store: Keeps the entries.
        see: Takes what was seen; what it raises changes nothing.
        clock: Counts nanoseconds.
    """

    def __init__(
        self, store: Store, see: Callable[[Seen], None], clock: Callable[[], int] = perf_counter_ns
    ) -> None:
        self._store, self._see, self._clock = store, see, clock
        self.keys = store.keys

    def issuers(self) -> list[str]:
        """Return the issuers that have entries."""
        with self._seen("issuers"):
            return self._store.issuers()

    def read(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the entries of an issuer after a position."""
        with self._seen("read", issuer) as told:
            rows = self._store.read(issuer, after)
            last = rows[-1].number if rows else after
            told["entries"] = len(rows)
            if isinstance(last, int):  # whatever else stands in a damaged store is no business of a log
                told["version"] = int(last)
            return rows

    def columns(self, issuer: IssuerId, after: int, most: int) -> Columns:
        """Return the entries of an issuer after a position, as columns."""
        with self._seen("columns", issuer) as told:
            columns = self._store.columns(issuer, after, most)
            last = columns.numbers[-1] if columns.numbers else after
            told["entries"] = len(columns.numbers)
            if isinstance(last, int):
                told["version"] = int(last)
            return columns

    def text(self, issuer: IssuerId, after: int, count: int) -> bytes | None:
        """Return so many entries of an issuer after a position, in one text."""
        with self._seen("text", issuer) as told:
            text = self._store.text(issuer, after, count)
            told["entries"] = 0 if text is None else count
            return text

    def mark(self) -> object:
        """Return what stays equal for as long as nobody writes anything; nobody is told of it."""
        return self._store.mark()

    def mark_after(self, mark: object) -> object:
        """Return what a mark becomes by one more append, if nobody else writes."""
        return self._store.mark_after(mark)

    def head(self, issuer: IssuerId) -> int:
        """Return the number of an issuer's last entry."""
        with self._seen("head", issuer) as told:
            told["version"] = number = int(self._store.head(issuer))
            return number

    def tiles(self, issuer: IssuerId, level: int, first: int, last: int) -> list[Tile]:
        """Return tiles of an issuer's tree."""
        with self._seen("tiles", issuer):
            return self._store.tiles(issuer, level, first, last)

    def tile_count(self, issuer: IssuerId, level: int) -> int:
        """Return how many tiles of a level are kept."""
        with self._seen("tile-count", issuer):
            return self._store.tile_count(issuer, level)

    def command(self, issuer: IssuerId, command: CommandId) -> tuple[int, int] | None:
        """Return the first and last entry that a command recorded."""
        with self._seen("command", issuer, command):
            return self._store.command(issuer, command)

    def append(
        self,
        issuer: IssuerId,
        rows: Sequence[Row],
        command: CommandId,
        sealed: Mapping[int, bytes],
    ) -> None:
        """Write the entries of one command."""
        with self._seen("append", issuer, command) as told:
            told |= {"entries": len(rows), "version": int(rows[-1].number)}
            self._store.append(issuer, rows, command, sealed)

    def sealed(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the personal values of the next entries after a position that have some."""
        with self._seen("sealed", issuer):
            return self._store.sealed(issuer, after)

    def shelf(self, issuer: IssuerId, part: str, layout: int) -> Shelf | None:
        """Return where a part of what is worked out may be kept; nobody is told of it."""
        return self._store.shelf(issuer, part, layout)

    def close(self) -> None:
        """Close the store."""
        with self._seen("close"):
            self._store.close()

    @contextmanager
    def _seen(
        self, what: str, issuer: IssuerId | None = None, command: CommandId | None = None
    ) -> Iterator[dict[str, Any]]:
        """Tell a call when it has ended, with what is put down for it meanwhile."""
        told: dict[str, Any] = {}
        begun, result = self._clock(), OK
        try:
            yield told
        except BaseException as error:
            result = code_of(error)
            raise
        finally:
            stream, of = (None if each is None else str(each) for each in (issuer, command))
            nanoseconds = self._clock() - begun
            with suppress(Exception):  # what was written stays written, whatever becomes of the line about it
                self._see(
                    Seen(what=what, result=result, nanoseconds=nanoseconds, stream=stream, command=of, **told)
                )
