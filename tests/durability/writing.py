"""Writes into a store beside others: ``writing TARGET NAME COMMANDS SEED``, when it is told to go.

Each command has from one to forty entries, every other in a stream that all share. Whoever comes second looks where
the stream ends, and tries again. In the end it prints how often it came second, or had to wait too long.
"""

from __future__ import annotations

import sys
from random import Random

from ledger.codec import kept
from ledger.errors import Unavailable
from ledger.identity import CommandId, IssuerId
from ledger.store import Conflict, Row, Store, store_at
from tests.durability.children import planted

SHARED = IssuerId("shared")


def main(arguments: list[str]) -> None:
    """Write so many commands."""
    target, name, commands, random = arguments[0], arguments[1], int(arguments[2]), Random(arguments[3])
    store = store_at(target)
    print("ready", flush=True)
    sys.stdin.readline()
    second = 0
    for number in range(commands):
        issuer = IssuerId(name) if number % 2 else SHARED
        second += _written(store, issuer, f"{name}-{number}", random.choice((1, 2, 2, 7, 40)))
    store.close()
    print(second)


def _written(store: Store, issuer: IssuerId, command: str, count: int) -> int:
    """Write a command of so many entries, and return how often that had to be tried again."""
    head = tries = 0
    states = [kept(b"%s %d %d" % (command.encode(), place, count), b"{}") for place in range(1, count + 1)]
    while True:
        while page := store.read(issuer, head):
            head = page[-1].number
        rows = [Row(number, "kind.1", state) for number, state in enumerate(states, head + 1)]
        try:
            store.append(issuer, rows, CommandId(command), {})
        except (Conflict, Unavailable) as error:
            if isinstance(error, Unavailable) and error.code != "E_BUSY":
                raise
            tries += 1
        else:
            return tries


if __name__ == "__main__":
    main(planted(sys.argv[1:]))
