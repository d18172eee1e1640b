"""A command counts once, however often it is given, by however many at once, whatever became of the answers."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

import pytest

from ledger import Ledger
from ledger.errors import CommandReused, LedgerError, OutcomeUnknown
from ledger.identity import CommandId
from tests.builders import common_issued
from tests.durability import work
from tests.durability.conftest import Figure
from tests.durability.sizes import drawn, size
from tests.server import shared

AT_ONCE = 4


class Forgetful:
    """Loses the answers of a store, at random; everything else goes to the store itself."""

    def __init__(self, store: Any, random: Random) -> None:
        self._store, self._random = store, random
        self.lost = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def append(self, issuer: str, rows: Any, command: CommandId, particulars: Any) -> None:
        self._store.append(issuer, rows, command, particulars)
        if self._random.random() < 0.3:
            self.lost += 1
            raise OutcomeUnknown(command)


def give_often(target: str, *, commands: int = 40) -> str:
    """Give each command one to five times, several at once, with three of ten answers lost."""
    work.begin(target)
    random = drawn("repeats")
    names = [f"g-{number}-{random.choice((1, 2, 5))}" for number in range(commands)]
    given = [name for name in names for _ in range(random.randint(1, 5))]
    random.shuffle(given)
    numbers: dict[str, set[tuple[int, ...]]] = {}
    counted: Counter[str] = Counter()
    one_at_a_time = Lock()

    def give(share: list[str]) -> int:
        with Ledger.open(target) as ledger:
            store: Any = Forgetful(ledger._store, Random(share[0]))
            ledger._store = store
            for command in share:
                recorded = _settled(ledger, command)
                with one_at_a_time:
                    numbers.setdefault(command, set()).add(tuple(entry.number for entry in recorded.entries))
                    counted[command] += not recorded.repeated
        lost: int = store.lost
        return lost

    with ThreadPoolExecutor(AT_ONCE) as pool:
        lost = sum(pool.map(give, [given[start::AT_ONCE] for start in range(AT_ONCE)]))
    work.check(target, given)
    several = [command for command, found in numbers.items() if len(found) != 1]
    assert not several, f"{several[:5]} have more than one answer"
    assert max(counted.values()) <= 1, "a command was told to be new twice"
    with Ledger.open(target) as ledger, pytest.raises(CommandReused):
        ledger.record(*[common_issued(issued=99)] * work.entries_of(given[0]), command=given[0])
    return f"{commands:,} commands given {len(given):,} times, {lost:,} answers lost: each counted once"


def give_often_in_a_file(folder: Path) -> str:
    return give_often(str(folder / "a.ledger"))


def _settled(ledger: Ledger, command: str) -> Any:
    while True:
        try:
            return ledger.record(*work.events(command), command=command)
        except OutcomeUnknown:
            continue
        except LedgerError as error:
            if error.code != "E_BUSY":
                raise AssertionError(error.line()) from error


@pytest.mark.parametrize("on_server", [False, True], ids=["file", "server"])
def test_a_command_counts_once(on_server: bool, tmp_path: Path, figure: Figure) -> None:
    target = shared().empty("a") if on_server else str(tmp_path / "a.ledger")

    figure(give_often(target, commands=size(60, 1_000)))
