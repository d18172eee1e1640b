"""Draws on one commitment, in eight copies of a process at once: ``drawing TARGET ROUNDS``.

In each round there is a new agreement, and each of the eight draws 60 % of what is left of a tranche of it.
"""

from __future__ import annotations

import os
import sys
from collections import Counter

from ledger import Ledger
from ledger.errors import CommitmentExceeded
from tests.builders import agreement_signed, tranche_closed
from tests.durability import work
from tests.durability.children import planted

DRAWERS = 8


def main(arguments: list[str]) -> None:
    """Hold so many rounds, and print how they went."""
    target, rounds = arguments[0], int(arguments[1])
    work.begin(target)
    for number in range(rounds):
        agreement = f"spa-{number}"
        with Ledger.open(target) as ledger:
            ledger.record(agreement_signed(agreement=agreement))
        outcomes = Counter(_drawn_at_once(target, agreement))
        assert outcomes == {"drawn": 1, "refused": DRAWERS - 1}, f"{agreement}: {dict(outcomes)}"
        with Ledger.open(target) as ledger:
            closed = [entry for entry in ledger.entries() if getattr(entry.event, "closed", None) is not None]
            assert len(closed) == number + 1
    print(f"{rounds} rounds: one of {DRAWERS} drew, and the others were told what is left")


def _drawn_at_once(target: str, agreement: str) -> list[str]:
    """Let all draw, and return what became of each."""
    gate, go = os.pipe()
    children = []
    for number in range(DRAWERS):
        child = os.fork()
        if not child:
            os.close(go)
            os._exit(_draw(target, agreement, number, gate))
        children.append(child)
    os.close(gate)
    os.close(go)  # all who wait for it are let go at once
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return [{0: "drawn", 3: "refused"}.get(status, f"status {status}") for status in ended]


def _draw(target: str, agreement: str, number: int, gate: int) -> int:
    try:
        with Ledger.open(target) as ledger:
            ledger.entries()
            os.read(gate, 1)
            ledger.record(tranche_closed(agreement=agreement, closed="240000 USD"), command=f"{agreement}-{number}")
    except CommitmentExceeded as error:
        return error.EXIT
    except BaseException as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    main(planted(sys.argv[1:]))
