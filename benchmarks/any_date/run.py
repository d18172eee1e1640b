"""Runs the parts, each in a process of its own on one core, and makes the table and the plot of what is kept.

``python -m benchmarks any_date --folder FOLDER`` runs all of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final, NamedTuple

from benchmarks.any_date import append, cold, goals, loading, memory, plot, questions, results
from benchmarks.any_date.goals import LARGE, LONG, MIDDLE, PAIRED, SMALL, WIDE
from benchmarks.any_date.place import Case, Size
from benchmarks.any_date.results import Measured

Part = Callable[[Case, int], Measured]


class Planned(NamedTuple):
    """A part, and what it runs on.

    Attributes:
        run: What is run.
        sizes: On which histories.
        rounds: How many questions, or runs, unless somebody says otherwise.
    """

    run: Part
    sizes: tuple[Size, ...]
    rounds: int = 5


PLAN: Final[Mapping[str, tuple[Planned, ...]]] = {
    "day": (Planned(questions.one_day, (SMALL, MIDDLE, WIDE, LONG, LARGE)),),
    "days": (Planned(questions.many_days, (MIDDLE, LARGE)),),
    "earlier": (Planned(questions.earlier, (MIDDLE, LARGE)),),
    "open": (Planned(questions.open_days, (MIDDLE, LARGE)),),
    "statement": (Planned(questions.statement, (MIDDLE,)),),
    "append": (Planned(append.append_and_ask, (MIDDLE,)),),
    "cold": (Planned(cold.cold, (MIDDLE, LARGE)),),
    "texts": (Planned(cold.texts, (MIDDLE,), rounds=1),),
    "load": (Planned(loading.load, (PAIRED,)), Planned(loading.load_ours, (MIDDLE,))),
    "rebuild": (Planned(loading.rebuild, (PAIRED,)), Planned(loading.rebuild_ours, (MIDDLE,))),
    "memory": (Planned(memory.memory, (MIDDLE, LARGE)),),
}


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for."""
    asked = _asked(arguments)
    if asked.inside:
        return _inside(asked)
    failed = 0
    if not asked.table:
        for part, size in _wanted(asked.parts, asked.sizes):
            failed += _apart(part, size, asked)
    found = results.kept(asked.folder)
    print("\n\n".join((goals.conditions(found), goals.table(found), goals.details(found))))
    if asked.plot is not None:
        asked.plot.write_text(plot.of(found))
    return min(failed, 1)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks any_date", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"which of {', '.join(PLAN)}; all if not given")
    folder = Path(tempfile.gettempdir(), "captable-any-date")
    parser.add_argument("--folder", type=Path, default=folder, help="where files, programs and results are kept")
    parser.add_argument("--sizes", nargs="*", type=Size.parse, help="events/holders, as 1M/10k; only these")
    parser.add_argument("--rounds", type=int, help="questions, or runs, for each engine; 5, and 1 of texts")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="which core runs all")
    parser.add_argument("--plot", type=Path, help="write the plot of time against length of history, as SVG")
    parser.add_argument("--prepare", action="store_true", help="only make the files that the parts read")
    parser.add_argument("--table", action="store_true", help="run nothing; print what was measured before")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    unknown = [part for part in asked.parts if part not in PLAN]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}: {', '.join(PLAN)}")
    asked.folder = asked.folder.absolute()
    return asked


def _wanted(parts: Sequence[str], sizes: Sequence[Size] | None) -> list[tuple[str, Size]]:
    if parts and sizes:
        return [(part, size) for part in parts for size in sizes]
    planned = [(part, size) for part in parts or PLAN for each in PLAN[part] for size in each.sizes]
    return [(part, size) for part, size in planned if not sizes or size in sizes]


def _apart(part: str, size: Size, asked: argparse.Namespace) -> int:
    """Run a part in a process of its own, one thread on one core; return whether it failed."""
    command = [sys.executable, "-m", "benchmarks", "any_date", part, "--inside", "--sizes", str(size)]
    command += ["--folder", str(asked.folder), "--core", str(asked.core)]
    command += ["--rounds", str(asked.rounds)] if asked.rounds else []
    command += ["--prepare"] if asked.prepare else []
    one_thread = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    started = perf_counter()
    done = subprocess.run(command, env=os.environ | one_thread)
    said = "done" if done.returncode == 0 else "FAILED"
    print(f"{part} {size}: {said}, {perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return int(done.returncode != 0)


def _inside(asked: argparse.Namespace) -> int:
    os.sched_setaffinity(0, {asked.core})
    (part,), (size,) = asked.parts, asked.sizes
    case = Case(size, asked.folder)
    if asked.prepare:
        case.prepare(part)
        return 0
    planned = next((each for each in PLAN[part] if size in each.sizes), PLAN[part][0])
    planned.run(case, asked.rounds or planned.rounds).keep(asked.folder)
    return 0
