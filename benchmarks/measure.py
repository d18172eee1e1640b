"""Taking turns, and telling about it: alternating runs, medians, ratios, the machine, a Markdown table."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, Final

import attrs

LIBRARIES: Final = ("eventsourcing", "msgspec", "attrs")


@attrs.frozen
class Run:
    """One run of one contestant.

    Attributes:
        seconds: How long it took by the clock on the wall.
        cpu_seconds: How long the processor was at work for it.
        answer: What it found, to be compared with what the others found.
    """

    seconds: float
    cpu_seconds: float
    answer: Any = attrs.field(repr=False)


Contestant = Callable[[], Run]


def in_turn(contestants: Sequence[Contestant], rounds: int) -> list[list[Run]]:
    """Return the runs of each contestant; they take turns, so that a busy moment of the machine meets them all."""
    turns = [[contestant() for contestant in contestants] for _ in range(rounds)]
    return [list(runs) for runs in zip(*turns, strict=True)]


def alone(task: Callable[..., Run], *args: Any) -> Run:
    """Run a task in a process of its own, so that nothing is warm from the run before."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(task, args)


@attrs.frozen
class Line:
    """A line of a table: somebody's median, and how we compare.

    Attributes:
        name: What was run.
        seconds: Median by the clock on the wall.
        cpu_seconds: Median of the processor's work.
        times: Median, over the rounds, of this run's time divided by ours in the same round.
        least: The smallest of these ratios.
        most: The largest of them.
    """

    name: str
    seconds: float
    cpu_seconds: float
    times: float
    least: float
    most: float


def compared(names: Sequence[str], runs: Sequence[Sequence[Run]]) -> list[Line]:
    """Return a line for each contestant; the first one is us."""
    ours = runs[0]
    lines = []
    for name, theirs in zip(names, runs, strict=True):
        ratios = [their.seconds / our.seconds for their, our in zip(theirs, ours, strict=True)]
        lines.append(
            Line(
                name,
                median(run.seconds for run in theirs),
                median(run.cpu_seconds for run in theirs),
                median(ratios),
                min(ratios),
                max(ratios),
            )
        )
    return lines


def table(title: str, lines: Sequence[Line]) -> str:
    """Return lines as a Markdown table."""
    rows = [
        f"### {title}",
        "",
        "| what | median, s | of it processor, s | this ÷ ours (least to most) | ours ÷ this |",
        "|---|---|---|---|---|",
    ]
    for line in lines:
        spread = f"{line.times:.3g} ({line.least:.3g} to {line.most:.3g})"
        rows.append(
            f"| {line.name} | {line.seconds:.4g} | {line.cpu_seconds:.4g} | {spread} | {1 / line.times:.3g} |"
        )
    return "\n".join(rows)


def machine() -> str:
    """Return what ran this, and on what: figures without it mean nothing."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, {platform.system()},"
        f" {python}, SQLite {sqlite3.sqlite_version}, {libraries}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
