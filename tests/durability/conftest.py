"""The harnesses behind the promises: each breaks something on purpose, and looks at what is left.

- A harness is a function that does so and asserts what was promised; it returns its figures in one line. It stands
  in ``test_<what it breaks>.py`` with the test that runs it at ``size(quick, long)`` and tells ``figure(line)``.
- What it needs beside Python is a mark of ``needs.py``; its processes are started by ``children.py``.
- ``faults.py`` holds faults, each a function that plants one in our code through a ``pytest.MonkeyPatch``;
  ``test_planted_faults.py`` pairs each with the harness that it must turn red. A harness without one is not done.

All harnesses together take less than two minutes. ``CAPTABLE_LONG=1 pytest tests/durability`` looks as long as the
promises say, and prints the figures at its end; ``docs/reference/promises.md`` keeps those that were measured.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.durability.sizes import LONG, SEED

Figure = Callable[[str], None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Tell what a harness found, in one line that is printed when all are done."""
    return lambda line: record_property("figure", line)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the figures, of workers as well."""
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {line}"
        for report in terminalreporter.getreports("passed")
        for name, line in report.user_properties
        if name == "figure"
    ]
    if lines:
        terminalreporter.section(f"figures ({'long' if LONG else 'quick'}, seed {SEED})")
        for line in lines:
            terminalreporter.write_line(line)
