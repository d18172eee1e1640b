"""Processes of a harness: the code of one stands in a module here, and may start with faults planted in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]


def started(
    module: str,
    *arguments: object,
    faults: Iterable[str] = (),
    under: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Start ``python -m tests.durability.<module> arguments…`` with pipes to talk through.

    Args:
        module: A module of this folder that ends with ``if __name__ == "__main__": main(planted(sys.argv[1:]))``.
        arguments: What it is given, as text.
        faults: Names of functions in ``tests.durability.faults``, planted before it begins.
        under: What starts it in turn: ``("strace", "-f", …)``, ``("prlimit", …)``.
        environment: Variables to add.
    """
    return subprocess.Popen(
        [
            *under,
            sys.executable,
            "-m",
            f"tests.durability.{module}",
            ",".join(faults),
            *map(str, arguments),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def planted(arguments: list[str]) -> list[str]:
    """Plant the faults that a process was started with, for as long as it lives; return its other arguments."""
    faults: Any = import_module("tests.durability.faults")
    for name in filter(None, arguments[0].split(",")):
        getattr(faults, name)(pytest.MonkeyPatch())
    return arguments[1:]


@contextmanager
def in_memory(folder: Path) -> Iterator[Path]:
    """Give a folder in memory, or an empty one in the folder given: for what never asks whether a disk is slow."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else folder) as found:
        yield Path(found)


def told(process: subprocess.Popen[str]) -> str:
    """Wait for a harness that runs in a process of its own, and return its line of figures.

    Raises:
        AssertionError: What it asserted is not so, or it failed.
    """
    printed, wrong = process.communicate()
    assert process.returncode == 0, wrong[-2_000:]
    return printed.strip()
