"""Records while the server stops and starts, and never gives a command up: ``persisting TARGET SEED``.

Each command is told when it is acknowledged (``! command``). One that is refused for want of a server, or whose
outcome is unknown, is given again. It ends when nobody listens any more.
"""

from __future__ import annotations

import os
import sys
from itertools import count
from random import Random

from ledger import Ledger
from ledger.errors import OutcomeUnknown, Unavailable
from tests.durability import work
from tests.durability.children import planted


def main(arguments: list[str]) -> None:
    """Record until the pipe is closed."""
    target, random = arguments[0], Random(arguments[1])
    with Ledger.open(target) as ledger:
        for number in count():
            command = work.named(f"p-{number}", random)
            while not _recorded(ledger, command):
                pass
            try:
                os.write(1, f"! {command}\n".encode())
            except BrokenPipeError:
                return


def _recorded(ledger: Ledger, command: str) -> bool:
    try:
        work.record(ledger, command)
    except (Unavailable, OutcomeUnknown):
        return False
    return True


if __name__ == "__main__":
    main(planted(sys.argv[1:]))
