"""A ledger that harnesses break, and the tool of an attacker who writes one anew, every hash of it recomputed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

from ledger import codec
from ledger.identity import EntryNumber, IssuerId
from ledger.journal import Ledger
from ledger.quantities import Shares
from ledger.store.port import Row, tree_of
from ledger.store.sqlite import SqliteStore
from ledger.timeline import Entry
from ledger.verification import Anchor, Level
from tests.builders import common_issued, founding, shares_transferred, ticking

ACME: Final = IssuerId("acme")


def recorded(path: Path, commands: int) -> Path:
    """Record the founding and commands of one to twelve entries each: 40 are enough for a tile."""
    with Ledger.open(path, create=True, clock=ticking()) as ledger:
        ledger.record(*founding(), actor="counsel", command="founding")
        for number in range(1, commands):
            events = (
                shares_transferred(transferred=Shares(place)) if place > 1 else common_issued(issued=Shares(100))
                for place in range(1, number % 12 + 2)
            )
            ledger.record(*events, actor=("counsel", "paralegal")[number % 2], command=f"c-{number}")
    return path


def entries_of(path: Path) -> list[Entry]:
    """Return the entries of a ledger."""
    with Ledger.open(path) as ledger:
        return [*ledger.entries()]


def commands_of(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield the entries of each command."""
    for _, group in groupby(entries, attrgetter("command")):
        yield [*group]


def written_anew(source: Path, target: Path, entries: Iterable[Entry], issuer: IssuerId = ACME) -> Path:
    """Write entries as a ledger, numbered and hashed so that nothing in it shows that they were not recorded so.

    Args:
        source: The ledger whose personal values are taken over.
        target: Where to write.
        entries: What it is to hold; their own numbers and digests are not looked at.
        issuer: Whose ledger it pretends to be.
    """
    with closing(SqliteStore(source)) as old, closing(SqliteStore(target, create=True)) as store:
        beside = {row.number: row.state for row in old.sealed(ACME, 0)}
        number = 0
        for command in commands_of(entries):
            rows, sealed = [], {}
            for entry in command:
                number += 1
                if entry.number in beside:
                    sealed[number] = beside[entry.number]
                payload = codec.encode(entry.event)
                renumbered = entry._replace(number=EntryNumber(number), payload_digest=codec.digest(payload))
                rows.append(Row(number, codec.topic(entry.event), codec.state(issuer, renumbered, payload)))
            store.append(issuer, rows, command[0].command, sealed)
    return target


def anchors(path: Path, sizes: Sequence[int] | None = None) -> list[Anchor]:
    """Return what somebody else keeps of a ledger: its size and root, after every command or at some sizes."""
    with closing(SqliteStore(path)) as store:
        tree = tree_of(store, ACME)
        if sizes is None:
            sizes = [int(command[-1].number) for command in commands_of(entries_of(path))]
        return [Anchor(size, tree.root(size), Level.CHECKPOINT, f"kept at {size}") for size in sizes]
