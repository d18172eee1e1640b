"""The test of the harnesses: each fault planted in our code turns the harness beside it red, within a quick run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.durability import faults

Plant = Callable[[pytest.MonkeyPatch], None]
Harness = Callable[[Path], object]
"""Runs in an empty folder, in this process, with the fault planted."""
HarnessOfProcesses = Callable[[Path, tuple[str, ...]], object]
"""Runs in an empty folder and plants faults, by name, in the processes that it starts."""

HERE: Final[tuple[tuple[Plant, Harness], ...]] = (
    # --- the file ------------------------------------------------------------------------------------------------
    # --- the tree ------------------------------------------------------------------------------------------------
    # --- checkpoints, proofs and witnesses -----------------------------------------------------------------------
    # --- verification --------------------------------------------------------------------------------------------
    # --- the server ----------------------------------------------------------------------------------------------
    # --- personal data -------------------------------------------------------------------------------------------
    # --- backups and strangers' files ----------------------------------------------------------------------------
    # --- logs and counters ---------------------------------------------------------------------------------------
)
IN_PROCESSES: Final[tuple[tuple[Plant, HarnessOfProcesses], ...]] = (
    # --- the file ------------------------------------------------------------------------------------------------
    # --- the server ----------------------------------------------------------------------------------------------
    # --- backups and strangers' files ----------------------------------------------------------------------------
)


@pytest.mark.parametrize(("plant", "harness"), HERE, ids=[plant.__name__ for plant, _ in HERE])
def test_a_planted_fault_turns_a_harness_red(
    plant: Plant, harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant(monkeypatch)

    with pytest.raises(AssertionError):
        harness(tmp_path)


@pytest.mark.parametrize(("plant", "harness"), IN_PROCESSES, ids=[plant.__name__ for plant, _ in IN_PROCESSES])
def test_a_fault_planted_in_its_processes_turns_a_harness_red(
    plant: Plant, harness: HarnessOfProcesses, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError):
        harness(tmp_path, (plant.__name__,))


def test_no_fault_is_left_without_a_harness() -> None:
    planted = {plant.__name__ for plant, _ in (*HERE, *IN_PROCESSES)}
    made = {name for name, value in vars(faults).items() if getattr(value, "__module__", "") == faults.__name__}

    assert planted == {name for name in made if not name.startswith("_")}
