"""A program that is killed loses nothing that it acknowledged, and leaves nothing half."""

from __future__ import annotations

from pathlib import Path

from tests.durability import needs
from tests.durability.children import started, told
from tests.durability.conftest import Figure
from tests.durability.sizes import SEED, size


def kill_it(folder: Path, faults: tuple[str, ...] = (), *, kills: int = 40) -> str:
    """Kill a program that records, so many times."""
    return told(started("killing", folder, kills, SEED, faults=faults))


@needs.linux
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, figure: Figure) -> None:
    figure(kill_it(tmp_path, kills=size(100, 1_000)))
