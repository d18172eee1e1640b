"""The command line from cold: a process that starts, prints one cap table with every holding, and ends."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter
from typing import Final

import numpy as np

from benchmarks.any_date import journals, ours
from benchmarks.any_date.clock import LOOP, Differs, Times
from benchmarks.any_date.issuer import CLASSES, Whole, day_of
from benchmarks.any_date.peers import AT_DAY, Sqlite
from benchmarks.any_date.place import Case
from benchmarks.any_date.questions import OURS
from benchmarks.any_date.results import Measured
from ledger import Ledger

SQLITE: Final = "sqlite3"
LEDGER, HLEDGER, BEANCOUNT = "ledger-cli", "hledger", "beancount"
ASKED: Final = 1_957

Command = tuple[str, Sequence[str], Callable[[str, int], Whole]]
"""Who it is, what is run, and how what it prints is read."""


def cold(case: Case, rounds: int) -> Measured:
    """Ours against the command line of SQLite."""
    sqlite3 = journals.program("sqlite3")
    with Ledger.open(case.ledger) as ledger:
        ledger.columns()  # whoever used it last left an index beside it
    commands: list[Command] = [
        (OURS, ours_at(case.ledger, ASKED), _ours_found),
        (SQLITE, [sqlite3, "-readonly", str(case.sqlite), AT_DAY.format(ASKED)], _sqlite_found),
    ]
    return _measured(case, "cold", commands, rounds, {SQLITE: journals.version_of(sqlite3, "--version")})


def texts(case: Case, rounds: int) -> Measured:
    """Plain text accounting, which reads its whole journal each time."""
    ledger, hledger = journals.program("ledger"), journals.program("hledger")
    beancount = journals.bean_query(case.folder)
    journal = case.made("journal.ledger", lambda path: journals.write(case.postings, path, journals.LEDGER))
    beans = case.made("journal.beancount", lambda path: journals.write(case.postings, path, journals.BEAN))
    commands: list[Command] = [
        (LEDGER, journals.ledger_at(ledger, journal, ASKED), journals.ledger_found),
        (HLEDGER, journals.hledger_at(hledger, journal, ASKED), journals.csv_found),
        (BEANCOUNT, journals.beancount_at(beancount, beans, ASKED), journals.csv_found),
    ]
    versions = {
        LEDGER: journals.version_of(ledger, "--version"),
        HLEDGER: journals.version_of(hledger, "--version"),
    }
    pip = Path(beancount).with_name("pip")
    versions[BEANCOUNT] = journals.version_of(str(pip), "show", "beancount")
    return _measured(case, "texts", commands, rounds, versions)


def ours_at(ledger: Path, day: int) -> list[str]:
    """Return our command."""
    program = Path(sys.executable).with_name("captable")
    start = [str(program)] if program.exists() else [sys.executable, "-m", "registrar"]
    return [*start, "holdings", str(ledger), "--as-of", str(day_of(day))]


def _measured(
    case: Case, part: str, commands: Sequence[Command], rounds: int, versions: dict[str, str]
) -> Measured:
    right = case.fold.at(ASKED)
    runs: list[list[tuple[float, float]]] = [[] for _ in commands]
    for turn in range(rounds):
        for times, (name, command, found) in zip(runs, commands, strict=True):
            seconds, worked, printed = _process(command)
            times.append((seconds, worked))
            if not turn and not np.array_equal(found(printed, len(right)), right):
                raise Differs(f"{name} at {ASKED}")
    made = [
        Times(name, LOOP, [seconds for seconds, _ in times], [worked for _, worked in times])
        for (name, *_), times in zip(commands, runs, strict=True)
    ]
    return Measured(part, case.size, made, {"holdings": float(np.count_nonzero(right))}, versions)


def _process(command: Sequence[str]) -> tuple[float, float, str]:
    """Run a command to its end, its bytecode kept as that of an installed program is."""
    environment = {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1", "COLUMNS": "200"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, started = getrusage(RUSAGE_CHILDREN), perf_counter()
    done = subprocess.run(command, capture_output=True, env=environment)
    seconds, after = perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[:500]}")
    worked = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, worked, done.stdout.decode()


def _sqlite_found(printed: str, size: int) -> Whole:
    made = np.zeros(size, np.int64)
    rows = [tuple(map(int, line.split("|"))) for line in printed.splitlines()]
    keys, shares = Sqlite.found(rows)
    made[keys] = shares
    return made


def _ours_found(printed: str, size: int) -> Whole:
    made = np.zeros(size, np.int64)
    for row in csv.reader(printed.splitlines()):
        if len(row) >= 3 and row[1] in CLASSES:
            made[ours.number_of(row[0]) * len(CLASSES) + CLASSES.index(row[1])] = int(row[2].replace(",", ""))
    return made
