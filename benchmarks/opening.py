"""Opening a ledger and recording one entry, however long its history: of today, and one that comes a year late.

What is worked out from the history lies beside the ledger, as whoever wrote it last left it. Each run opens the
file, records a transfer between two holders drawn by chance, waits for the disk, and closes it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import company
from benchmarks.company import DAYS, FOUNDED, Deal, Kind
from benchmarks.measure import Run, compared, in_turn, table
from benchmarks.record import Watch
from ledger import Ledger
from ledger.exchange import json_lines
from ledger.exchange.drafting import drafts

SIZES = (10_000, 100_000, 1_000_000)
YEAR = 365


def made(path: Path, size: int, holders: int) -> None:
    """Load a history into a new ledger, and leave beside it what is kept there."""
    with Ledger.open(path, create=True) as ledger:
        history = map(company.event, company.deals(size, holders))
        lines = json_lines.write([*company.founding(), *history])
        ledger.record_drafts(drafts(lines), actor="counsel")
        ledger.columns()


class Transfers:
    """Transfers of one share, one day after the other, that everybody can afford.

    Args:
        holders: How many holders there are.
    """

    def __init__(self, holders: int) -> None:
        self._chance, self._days, self._holders = random.Random(7), count(), holders

    def next(self, *, days_late: int = 0) -> Deal:
        """Return another one."""
        one, other = self._chance.sample(range(self._holders), 2)
        on = FOUNDED + timedelta(days=DAYS + next(self._days) - days_late)
        return Deal(Kind.TRANSFERRED, on, f"holder-{one}", 1, f"holder-{other}")


def record_one(path: Path, transfers: Transfers, *, days_late: int = 0) -> Run:
    """Open a ledger, record one entry and close it; the answer is what it is called and what it says."""
    watch = Watch()
    event = company.event(transfers.next(days_late=days_late))
    with watch, Ledger.open(path) as ledger:
        (entry,) = ledger.record(event, actor="counsel").entries
    with Ledger.open(path) as ledger:
        last = ledger.entries()[-1]
    return watch.run(last.event == event and last.number == entry.number)


def run(*, sizes: Sequence[int] = SIZES, holders: int = 5_000, rounds: int = 5) -> str:
    """Return the table; raise if an entry is not the last one of its ledger."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder, f"{size}.db") for size in sizes]
        for path, size in zip(paths, sizes, strict=True):
            made(path, size, holders)
        transfers = [Transfers(holders) for _ in sizes]
        contestants = [
            partial(record_one, path, each, days_late=late)
            for late in (0, YEAR)
            for path, each in zip(paths, transfers, strict=True)
        ]
        runs = in_turn(contestants, rounds)
    if not all(each.answer for of_one in runs for each in of_one):
        raise AssertionError("something else was recorded")
    names = [f"an entry {when}, {size:,} events" for when in ("of today", "a year late") for size in sizes]
    return table(
        f"opening: open a ledger of {holders:,} holders, record one entry, close it", compared(names, runs)
    )
