"""Records in a ledger and says so: ``recording TARGET COMMANDS SEED FOLD_AT``, to be looked at from outside.

Each command is acknowledged by one write of ``! command`` to the standard output. The log is folded in after so
many pages; the ledger is made, and closed.
"""

from __future__ import annotations

import os
import sys
from random import Random

import ledger.store.writing
from ledger import Ledger
from tests.durability import work
from tests.durability.children import planted


def main(arguments: list[str]) -> None:
    """Record so many commands."""
    target, commands, random = arguments[0], int(arguments[1]), Random(arguments[2])
    ledger.store.writing.FOLD_AT = int(arguments[3])  # type: ignore[misc]  # sooner than anybody needs it
    ledger.store.writing.LENGTHEN_AT = 3  # type: ignore[misc]
    work.begin(target)
    os.write(1, f"! {work.FOUNDING}\n".encode())
    with Ledger.open(target) as found:
        for number in range(commands):
            command = work.named(f"{work.PERSON}-{number}", random)
            work.record(found, command)
            os.write(1, f"! {command}\n".encode())


if __name__ == "__main__":
    main(planted(sys.argv[1:]))
