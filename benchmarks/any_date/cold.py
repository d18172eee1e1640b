"""The command line from cold: a process that starts, prints one cap table with every holding, and ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter
from typing import Final

import attrs
import numpy as np

from benchmarks.any_date import journals
from benchmarks.any_date.clock import TURNS, Differs, Times, equal
from benchmarks.any_date.issuer import CLASSES, Whole, day_of
from benchmarks.any_date.peers import AT_DAY, Sqlite, dense
from benchmarks.any_date.place import Case
from benchmarks.any_date.questions import OURS, Bounds
from benchmarks.any_date.results import Measured
from ledger import Ledger

SQLITE: Final = "sqlite3"
LEDGER: Final = "ledger-cli"
HLEDGER: Final = "hledger"
BEANCOUNT: Final = "beancount"
ASKED: Final = 1_957
_LINE: Final = re.compile(r"(\S+) +h-(\d+) +([\d,]+)(?: – ([\d,]+))?")
_PYPROJECT: Final = Path(__file__).parents[2] / "pyproject.toml"


@attrs.frozen(eq=False)
class Program:
    """A program that prints a cap table.

    Attributes:
        name: What it is called.
        command: What is run.
        found: From what it prints, and how many holdings there may be, to what each is at least and at most.
        is_bounded: Whether it tells both; otherwise what each certainly is.
    """

    name: str
    command: Sequence[str]
    found: Callable[[str, int], Bounds]
    is_bounded: bool = False


def cold(case: Case, rounds: int) -> Measured:
    """Ours against the command line of SQLite."""
    sqlite3 = journals.program("sqlite3")
    with Ledger.open(case.ledger) as ledger:
        ledger.columns()  # whoever asked last left an index beside it
    programs = [
        Program(OURS, ours_at(case.ledger, ASKED), _ours_found, is_bounded=True),
        Program(SQLITE, [sqlite3, "-readonly", str(case.sqlite), AT_DAY.format(ASKED)], _certain(_sqlite_found)),
    ]
    _process(programs[0].command)  # the first call compiles
    return _measured("cold", case, programs, rounds, {SQLITE: journals.version_of(sqlite3, "--version")})


def texts(case: Case, rounds: int) -> Measured:
    """Plain text accounting, which reads its whole journal each time."""
    ledger, hledger = journals.program("ledger"), journals.program("hledger")
    beancount = journals.bean_query(case.folder)
    journal = case.made("journal.ledger", lambda path: journals.write(case.postings, path, journals.LEDGER))
    beans = case.made("journal.beancount", lambda path: journals.write(case.postings, path, journals.BEAN))
    programs = [
        Program(LEDGER, journals.ledger_at(ledger, journal, ASKED), _certain(journals.ledger_found)),
        Program(HLEDGER, journals.hledger_at(hledger, journal, ASKED), _certain(journals.csv_found)),
        Program(BEANCOUNT, journals.beancount_at(beancount, beans, ASKED), _certain(journals.csv_found)),
    ]
    versions = {
        LEDGER: journals.version_of(ledger, "--version"),
        HLEDGER: journals.version_of(hledger, "--version"),
        BEANCOUNT: journals.version_of(str(Path(beancount).with_name("pip")), "show", "beancount"),
    }
    return _measured("texts", case, programs, rounds, versions)


def ours_at(ledger: Path, day: int) -> list[str]:
    """Return our command: what the program does that is installed."""
    module, _, function = tomllib.loads(_PYPROJECT.read_text())["project"]["scripts"]["captable"].partition(":")
    start = f"import sys; from {module} import {function}; sys.exit({function}())"
    return [sys.executable, "-c", start, "holdings", "-f", str(ledger), "--as-of", str(day_of(day))]


def _measured(
    part: str, case: Case, programs: Sequence[Program], rounds: int, versions: Mapping[str, str]
) -> Measured:
    certain = case.fold.at(ASKED)
    bounds = case.fold.between(ASKED, certain)
    runs: list[list[tuple[float, float]]] = [[] for _ in programs]
    for _ in range(rounds):
        for times, program in zip(runs, programs, strict=True):
            seconds, worked, printed = _process(program.command)
            times.append((seconds, worked))
            found = program.found(printed, len(certain))
            if not equal(found, bounds if program.is_bounded else (certain, certain)):
                raise Differs(f"{program.name} at {ASKED}")
    made = [
        Times(program.name, TURNS, [seconds for seconds, _ in times], [worked for _, worked in times])
        for program, times in zip(programs, runs, strict=True)
    ]
    return Measured(part, case.size, made, {"holdings": float(np.count_nonzero(certain))}, dict(versions))


def _process(command: Sequence[str]) -> tuple[float, float, str]:
    """Run a command to its end; its bytecode is kept, as that of an installed program is."""
    bytecode = str(Path(tempfile.gettempdir(), "captable-bytecode"))
    environment = {
        **os.environ,
        "BEANCOUNT_DISABLE_LOAD_CACHE": "1",
        "COLUMNS": "120",
        "PYTHONPYCACHEPREFIX": bytecode,
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, started = getrusage(RUSAGE_CHILDREN), perf_counter()
    done = subprocess.run(command, capture_output=True, env=environment)
    seconds, after = perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[:500]}")
    worked = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, worked, done.stdout.decode()


def _ours_found(printed: str, size: int) -> Bounds:
    low, high = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for stock_class, holder, least, most in _LINE.findall(printed):
        key = int(holder) * len(CLASSES) + CLASSES.index(stock_class)
        low[key], high[key] = (int(each.replace(",", "")) for each in (least, most or least))
    return low, high


def _sqlite_found(printed: str, size: int) -> Whole:
    return dense(Sqlite.found([tuple(map(int, line.split("|"))) for line in printed.splitlines()]), size)


def _certain(found: Callable[[str, int], Whole]) -> Callable[[str, int], Bounds]:
    def both(printed: str, size: int) -> Bounds:
        shares = found(printed, size)
        return shares, shares

    return both
