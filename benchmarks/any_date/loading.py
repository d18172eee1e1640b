"""Loading a history and reading it again: against an aggregate that is saved, and made again of its events.

Each run is in a process of its own, with nothing warm; imports are not counted.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final
from uuid import UUID

import numpy as np

from benchmarks.any_date import aggregate, ours
from benchmarks.any_date.clock import TURNS, Differs, Times
from benchmarks.any_date.issuer import DAYS, Whole
from benchmarks.any_date.place import Case, Size
from benchmarks.any_date.questions import OURS
from benchmarks.any_date.results import Measured
from benchmarks.measure import Contestant, Run, alone, in_turn
from ledger import Ledger

EVENTSOURCING: Final = "eventsourcing"


def load(case: Case, rounds: int) -> Measured:
    """Ours, and theirs saving as many of the same events at once as a command of ours has."""
    with TemporaryDirectory(dir=case.folder) as folder:
        contestants = {
            OURS: partial(alone, _load_ours, case.lines, Path(folder), case.size.holdings),
            EVENTSOURCING: partial(alone, _load_theirs, case.size, Path(folder)),
        }
        return _measured("load", case, contestants, rounds)


def rebuild(case: Case, rounds: int) -> Measured:
    """Ours making its index of the journal, and theirs the aggregate of its events."""
    with TemporaryDirectory(dir=case.folder) as folder:
        theirs = Path(folder, "theirs.db")
        issuer = aggregate.save(theirs, aggregate.calls(case.history))
        contestants = {
            OURS: partial(alone, _rebuild_ours, case.ledger, case.size.holdings),
            EVENTSOURCING: partial(alone, _replay_theirs, theirs, issuer, case.size.holders),
        }
        return _measured("rebuild", case, contestants, rounds)


def _measured(part: str, case: Case, contestants: Mapping[str, Contestant], rounds: int) -> Measured:
    right = case.fold.at(DAYS)
    runs = dict(zip(contestants, in_turn([*contestants.values()], rounds), strict=True))
    for name, each in runs.items():
        if any(not np.array_equal(one.answer, right) for one in each):
            raise Differs(f"{name}, {part}")
    times = [
        Times(name, TURNS, [one.seconds for one in each], [one.cpu_seconds for one in each])
        for name, each in runs.items()
    ]
    made = Measured(part, case.size, times)
    by_wall, by_processor = times[0].medians()
    figures = {"events a second": case.size.events / by_wall, "by the processor": case.size.events / by_processor}
    made.figures.update(figures)
    return made


def _load_ours(lines: Path, folder: Path, size: int) -> Run:
    path = folder / "ours.db"
    with Ledger.open(path, create=True) as ledger:
        started, worked = perf_counter(), process_time()
        ours.load(ledger, lines)
        seconds, cpu_seconds = perf_counter() - started, process_time() - worked
        held = _held(ledger, size)
    for each in folder.glob("ours.db*"):
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    return Run(seconds, cpu_seconds, held)


def _load_theirs(size: Size, folder: Path) -> Run:
    path, told = folder / "theirs.db", aggregate.calls(Case(size, folder).history)
    started, worked = perf_counter(), process_time()
    issuer = aggregate.save(path, told)
    seconds, cpu_seconds = perf_counter() - started, process_time() - worked
    held = aggregate.replay(path, issuer).held(size.holders)
    for each in folder.glob("theirs.db*"):
        each.unlink()
    return Run(seconds, cpu_seconds, held)


def _rebuild_ours(path: Path, size: int) -> Run:
    shutil.rmtree(path.with_name(f"{path.name}.index"), ignore_errors=True)
    started, worked = perf_counter(), process_time()
    with Ledger.open(path) as ledger:
        ledger.columns()
        seconds, cpu_seconds = perf_counter() - started, process_time() - worked
        return Run(seconds, cpu_seconds, _held(ledger, size))


def _replay_theirs(path: Path, issuer: UUID, holders: int) -> Run:
    started, worked = perf_counter(), process_time()
    found = aggregate.replay(path, issuer)
    seconds, cpu_seconds = perf_counter() - started, process_time() - worked
    return Run(seconds, cpu_seconds, found.held(holders))


def _held(ledger: Ledger, size: int) -> Whole:
    low, high = ours.between(ours.at(ledger, DAYS), size)
    if not np.array_equal(low, high):
        raise Differs("the last day is open")
    return low
