"""The command line answering ``show`` on the founding case, against a Python that starts and does nothing.

Whole processes, from nothing to the last line printed: what somebody waits for who types the command. The bytecode
of every module is there, as it is after the first call of an installed program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.measure import Run, compared, in_turn, table
from ledger import Ledger
from projections.cap_table import cap_table
from registrar.founding_case import record_founding_case

AS_OF = date(2017, 6, 20)


def process(*command: str, bytecode: str) -> Run:
    """Run a command to its end, its bytecode kept in a folder; the answer is what it printed."""
    environment = {**os.environ, "COLUMNS": "120", "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, started = getrusage(RUSAGE_CHILDREN), perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, env=environment)
    seconds, after = perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Run(seconds, cpu_seconds, done.stdout.decode())


def run(*, rounds: int = 15) -> str:
    """Return the table; raise if the command line and the library disagree on a single holding."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "founding-case.ledger")
        with Ledger.open(path, create=True) as ledger:
            record_founding_case(ledger)
            expected = {
                (str(line.holder), str(line.stock_class), str(line.shares.low), str(line.shares.high))
                for line in cap_table(ledger, as_of=AS_OF)
            }
        run_it = partial(process, bytecode=str(Path(folder, "bytecode")))
        show = [sys.executable, "-m", "registrar", "show", "--file", str(path), "--as-of", f"{AS_OF}"]
        run_it(*show)  # the first call compiles
        holdings = json.loads(run_it(*show, "--json").answer)["holdings"]
        found = {
            (line["holder"], line["stock_class"], *(str(line["shares"][end]) for end in ("low", "high")))
            for line in holdings
        }
        if found != expected:
            raise AssertionError(f"the command line shows {found}, and the library answers {expected}")
        runs = in_turn(
            [
                partial(run_it, *show),
                partial(run_it, *show, "--json"),
                partial(run_it, sys.executable, "-c", "pass"),
            ],
            rounds,
        )
    names = ["`captable show`", "`captable show --json`", "`python -c pass`"]
    return table("show: the founding case as a whole process", compared(names, runs))
