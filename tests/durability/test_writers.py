"""Several who write at once: each position is taken once, a limit holds, and whoever follows misses nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.identity import IssuerId
from ledger.store import Row, Store, store_at
from tests.durability import servers
from tests.durability.children import started, told
from tests.durability.conftest import Figure
from tests.durability.sizes import SEED, size

Harness = Callable[..., str]


def write_at_once(target: str, faults: tuple[str, ...] = (), *, writers: int = 4, commands: int = 12) -> str:
    """Let several write into streams of their own and a shared one, and follow them meanwhile."""
    store = store_at(target, create=True)
    try:
        children = [
            started("writing", target, f"w-{number}", commands, f"{SEED} {number}", faults=faults)
            for number in range(writers)
        ]
        for child in children:
            assert child.stdout is not None and child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        seen: dict[str, list[Row]] = {}
        looks = 0
        while any(child.poll() is None for child in children):
            _follow(store, seen)
            looks += 1
        second = sum(int(told(child)) for child in children)
        followed = {issuer: [*rows] for issuer, rows in seen.items()}
        _follow(store, seen)
        _each_once(seen, {f"w-{writer}-{number}" for writer in range(writers) for number in range(commands)})
    finally:
        store.close()
    assert second, "nobody came second, so nothing was looked at"
    assert sum(map(len, followed.values())) > 0, "nobody was followed while writing"
    entries = sum(map(len, seen.values()))
    return f"{writers} writers, {entries:,} entries, {second:,} came second, {looks:,} looks: each once, 0 missed"


def _follow(store: Store, seen: dict[str, list[Row]]) -> None:
    """Look what is new, as a follower does that remembers one number for each issuer."""
    for issuer in store.issuers():
        rows = seen.setdefault(issuer, [])
        while page := store.read(IssuerId(issuer), len(rows)):
            for row in page:
                assert row.number == len(rows) + 1, f"{issuer}: {row.number} follows {len(rows)}"
                rows.append(row)
            _, place, count = rows[-1].state.split()
            assert place == count or len(page) == 1_000, (
                f"{issuer}: part of a command is seen, up to {place} of {count}"
            )


def _each_once(seen: dict[str, list[Row]], commands: set[str]) -> None:
    """Assert that each command stands once, and whole."""
    counts: Counter[str] = Counter()
    for rows in seen.values():
        begun: list[bytes] = []
        for row in rows:
            command, place, count = row.state.split()
            begun.append(command)
            assert len(set(begun)) == 1 and int(place) == len(begun), f"{row}: commands are mixed"
            if place == count:
                counts[command.decode()] += 1
                begun = []
        assert not begun, f"{begun[0]!r} is not whole"
    assert counts == dict.fromkeys(commands, 1)


def draw_at_once(target: str, faults: tuple[str, ...] = (), *, rounds: int = 1) -> str:
    """Let eight draw 60 % of what is left of a commitment at the same moment."""
    return told(started("drawing", target, rounds, faults=faults))


def on_a_server(harness: Harness, *arguments: object, **sizes: int) -> str:
    """Run a harness in a database instead of a file."""
    with servers.running() as server:
        return harness(server.empty("a"), *arguments, **sizes)


STORES = [pytest.param(False, id="file"), pytest.param(True, id="server", marks=servers.needed)]


def run(harness: Harness, on_server: bool, folder: Path, **sizes: int) -> str:
    if on_server:
        return on_a_server(harness, **sizes)
    return harness(str(folder / "a.ledger"), **sizes)


@pytest.mark.parametrize("on_server", STORES)
def test_each_position_is_taken_once_and_a_follower_misses_nothing(
    on_server: bool, tmp_path: Path, figure: Figure
) -> None:
    figure(run(write_at_once, on_server, tmp_path, writers=size(4, 8), commands=size(30, 500)))


@pytest.mark.parametrize("on_server", STORES)
def test_of_eight_who_draw_at_once_one_does(on_server: bool, tmp_path: Path, figure: Figure) -> None:
    figure(run(draw_at_once, on_server, tmp_path, rounds=size(2, 25)))
