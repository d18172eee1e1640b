"""What the processes of the harnesses record, and what has to be found of it afterwards.

The name of a command ends with the number of its entries, and says what they are: whoever meets a command anywhere
can give it again, and can tell whether it is whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random

from ledger import Ledger
from ledger.errors import LedgerError
from ledger.events import Event
from tests.builders import common_issued, founding

FOUNDING = "founding"


def begin(target: str) -> None:
    """Make a ledger with a company that can issue shares."""
    with Ledger.open(target, create=True) as ledger:
        ledger.record(*founding(), command=FOUNDING)


def named(name: str, random: Random) -> str:
    """Return a new command: of one entry mostly, of some at times."""
    return f"{name}-{random.choice((1, 1, 1, 2, 7, 40))}"


def entries_of(command: str) -> int:
    """Return how many entries a command has."""
    return len(founding()) if command == FOUNDING else int(command.rpartition("-")[2])


def events(command: str) -> list[Event]:
    """Return what a command records."""
    return [common_issued(issued=number) for number in range(1, entries_of(command) + 1)]


def record(ledger: Ledger, command: str) -> None:
    """Give a command, for the first time or again."""
    ledger.record(*events(command), command=command)


def check(target: str, acknowledged: Iterable[str]) -> Counter[str]:
    """Assert that each command acknowledged is there, and each that is there is whole, and once.

    Returns:
        How many entries each command has.
    """
    try:
        with Ledger.open(target) as ledger:
            found = Counter(str(entry.command) for entry in ledger.entries())
    except LedgerError as error:
        raise AssertionError(f"it cannot be read: {error.line()}") from error
    lost = [command for command in acknowledged if command not in found]
    assert not lost, f"{len(lost)} acknowledged and lost: {lost[:5]}"
    half = [(command, count) for command, count in found.items() if count != entries_of(command)]
    assert not half, f"{len(half)} not whole: {half[:5]}"
    return found
