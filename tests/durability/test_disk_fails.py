"""A write or a sync that fails is told as what it is: nothing acknowledged is lost, nothing refused is there."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.durability import needs
from tests.durability.children import in_memory, started, told
from tests.durability.conftest import Figure
from tests.durability.sizes import SEED, size


def failing_disk(folder: Path) -> dict[str, str]:
    """Return the variables that put the disk that fails under a program."""
    library = folder / "failing.so"
    source = Path(__file__).with_name("failing.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


def let_it_fail(folder: Path, faults: tuple[str, ...] = (), *, runs: int = 300) -> str:
    """Let writes and syncs fail in so many ways."""
    with in_memory(folder) as place:
        return told(started("failing", place, runs, SEED, faults=faults, environment=failing_disk(folder)))


@needs.linux
@needs.compiler
def test_each_answer_is_exact_whatever_fails(tmp_path: Path, figure: Figure) -> None:
    figure(let_it_fail(tmp_path, runs=size(160, 10_000)))
