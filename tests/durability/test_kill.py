"""A program that is killed loses nothing that it acknowledged, and leaves nothing half."""

from __future__ import annotations

from pathlib import Path

from tests.durability import needs
from tests.durability.children import started, told
from tests.durability.conftest import Figure
from tests.durability.sizes import SEED, size
from tests.server import shared


def kill_it(folder: Path, faults: tuple[str, ...] = (), *, kills: int = 400) -> str:
    """Kill a program that records, so many times."""
    return told(started("killing", folder, kills, SEED, faults=faults))


def kill_it_on_a_server(folder: Path, faults: tuple[str, ...] = (), *, kills: int = 20) -> str:
    """Kill a program that records in a database, so many times."""
    return told(started("killing", shared().empty("a"), kills, SEED, faults=faults))


@needs.linux
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, figure: Figure) -> None:
    figure(kill_it(tmp_path, kills=size(100, 1_000)))


@needs.linux
def test_what_was_acknowledged_by_a_server_survives_a_kill(tmp_path: Path, figure: Figure) -> None:
    figure(kill_it_on_a_server(tmp_path, kills=size(40, 1_000)))
