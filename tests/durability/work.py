"""What the processes of the harnesses record, and what has to be found of it afterwards.

The name of a command ends with the number of its entries, and says what they are: whoever meets a command anywhere
can give it again, and can tell whether it is whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from ledger import Ledger
from ledger.errors import LedgerError
from ledger.events import Event
from ledger.personal import particulars
from ledger.store.addresses import on_server
from ledger.verification import verify
from tests.builders import common_issued, founding, holder_registered

FOUNDING = "founding"
PERSON = "person"
"""How commands begin that bring persons: in a file, whose keys lie beside it."""


def begin(target: str) -> None:
    """Make a ledger with a company that can issue shares; of one on a server, nobody keeps the keys."""
    with TemporaryDirectory() as folder:
        keys = Path(folder) / "a.keys" if on_server(target) else None
        with Ledger.open(target, create=True, keys=keys) as ledger:
            ledger.record(*founding(), command=FOUNDING)


def named(name: str, random: Random) -> str:
    """Return a new command: of one entry mostly, of some at times."""
    return f"{name}-{random.choice((1, 1, 1, 2, 7, 40))}"


def entries_of(command: str) -> int:
    """Return how many entries a command has."""
    return len(founding()) if command == FOUNDING else int(command.rpartition("-")[2])


def events(command: str) -> list[Event]:
    """Return what a command records: shares, and where two entries may bring a person, the person first."""
    issued: list[Event] = [common_issued(issued=number) for number in range(1, entries_of(command) + 1)]
    if command.startswith(PERSON) and len(issued) == 2:
        issued[0] = holder_registered(holder=command)
    return issued


def record(ledger: Ledger, command: str) -> None:
    """Give a command, for the first time or again."""
    ledger.record(*events(command), command=command)


def glance(target: str) -> Counter[str]:
    """Assert that each command that is there is whole, and once; somebody may be recording meanwhile.

    Returns:
        How many entries each command has.
    """
    with _opened(target) as ledger:
        return _whole(ledger)


def check(target: str, acknowledged: Iterable[str], *, with_keys: bool = False) -> Counter[str]:
    """Assert that each command acknowledged is there, and each that is there whole, once, and in the tree.

    Args:
        target: Where the ledger is.
        acknowledged: What was said to be recorded.
        with_keys: Whether every personal value can be read, too.

    Returns:
        How many entries each command has.
    """
    with _opened(target) as ledger:
        before = _whole(ledger)
        store: Any = ledger._store
        told = verify(store)
        found = _whole(ledger)  # somebody may have recorded meanwhile
        without = _erased(ledger) if with_keys else []
        assert not without, f"the personal values of {without[:5]} are lost"
        assert not told.damage, f"{len(told.damage)} damaged: {told.damage[:3]}"
        assert before.total() <= told.entries <= found.total(), "the bytes and the ledger have not as many entries"
        assert not found or ledger.tree().root(told.entries) == told.root, "the tree is not that of the bytes"
    lost = [command for command in acknowledged if command not in found]
    assert not lost, f"{len(lost)} acknowledged and lost: {lost[:5]}"
    return found


def _erased(ledger: Ledger) -> list[str]:
    """Return the commands that have personal values without their keys."""
    return [
        str(entry.command)
        for entry in ledger.entries()
        if any(each.value is None for each in particulars(entry.event))
    ]


@contextmanager
def _opened(target: str) -> Iterator[Ledger]:
    try:
        with Ledger.open(target) as ledger:
            yield ledger
    except LedgerError as error:
        raise AssertionError(f"it cannot be read: {error.line()}") from error


def _whole(ledger: Ledger) -> Counter[str]:
    found = Counter(str(entry.command) for entry in ledger.entries())
    half = [(command, count) for command, count in found.items() if count != entries_of(command)]
    assert not half, f"{len(half)} not whole: {half[:5]}"
    return found
