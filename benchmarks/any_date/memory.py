"""How large the index is, and how much of it is in memory once a few days have been asked about."""

from __future__ import annotations

from pathlib import Path

from benchmarks.any_date import ours
from benchmarks.any_date.place import Case
from benchmarks.any_date.questions import random_days
from benchmarks.any_date.results import Measured
from benchmarks.measure import Run, alone
from ledger import Ledger

_ASKED = 5


def memory(case: Case, rounds: int) -> Measured:
    """Processes of their own: one that imports and opens a small part, and one that asks the whole."""
    with Ledger.open(case.ledger) as ledger:
        ledger.columns()
    index = case.ledger.with_name(f"{case.ledger.name}.index")
    kept = sum(each.stat().st_size for each in index.rglob("*") if each.is_file())
    without, opened, asked = (
        min(alone(resident, case.ledger, days).answer for _ in range(rounds)) for days in (-1, 0, _ASKED)
    )
    events = case.size.events
    figures = {
        "bytes of the index an event": kept / events,
        "resident bytes an event, opened": (opened - without) / events,
        "resident bytes an event, asked about 5 days": (asked - without) / events,
        "resident MB before": without / 10**6,
    }
    return Measured("memory", case.size, figures=figures)


def resident(path: Path, days: int) -> Run:
    """Return how much memory is resident after so many questions; below zero, before the file is opened."""
    import numpy

    assert numpy.__version__
    if days >= 0:
        with Ledger.open(path) as ledger:
            ledger.columns()
            for day in random_days(days, seed=16):
                ours.at(ledger, day)
            return Run(0.0, 0.0, _resident_bytes())
    return Run(0.0, 0.0, _resident_bytes())


def _resident_bytes() -> int:
    """Return what is resident, pages of mapped files included."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise OSError("this system does not tell how much memory a process has")
