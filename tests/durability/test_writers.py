"""Several who write at once: each position is taken once, a limit holds, and whoever follows misses nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ledger.errors import LedgerError
from ledger.identity import IssuerId
from ledger.store import Row, Store, store_at
from ledger.store.port import PAGE
from tests.durability.children import started, told
from tests.durability.conftest import Figure
from tests.durability.sizes import SEED, size
from tests.server import shared


def write_at_once(target: str, faults: tuple[str, ...] = (), *, writers: int = 4, commands: int = 12) -> str:
    """Let several write into streams of their own and a shared one, and follow them meanwhile."""
    store = store_at(target, create=True)
    children = [
        started("writing", target, f"w-{number}", commands, f"{SEED} {number}", faults=faults)
        for number in range(writers)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
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
        for child in children:
            child.kill()
            child.communicate()
        store.close()
    assert sum(map(len, followed.values())) > 0, "nobody was followed while writing"
    entries = sum(map(len, seen.values()))
    return f"{writers} writers, {entries:,} entries, {second:,} came second, {looks:,} looks: each once, 0 missed"


def _follow(store: Store, seen: dict[str, list[Row]]) -> None:
    """Look what is new, as a follower does that remembers one number for each issuer."""
    try:
        for issuer in store.issuers():
            rows = seen.setdefault(issuer, [])
            while page := store.read(IssuerId(issuer), len(rows)):
                for row in page:
                    assert row.number == len(rows) + 1, f"{issuer}: {row.number} follows {len(rows)}"
                    rows.append(row)
                _, place, count = _said(rows[-1])
                assert place == count or len(page) == PAGE, f"{issuer}: {place} of {count} of a command are seen"
    except LedgerError as error:
        raise AssertionError(error.line()) from error


def _said(row: Row) -> tuple[str, int, int]:
    """Return the command of an entry, its place in it, and how many there are."""
    command, place, count = row.state.partition(b"\n")[0].decode().split()
    return command, int(place), int(count)


def _each_once(seen: dict[str, list[Row]], commands: set[str]) -> None:
    """Assert that each command stands once, and whole."""
    counts: Counter[str] = Counter()
    for rows in seen.values():
        begun: list[str] = []
        for row in rows:
            command, place, count = _said(row)
            begun.append(command)
            assert begun == [command] * place, f"{row}: commands are mixed"
            if place == count:
                counts[command] += 1
                begun = []
        assert not begun, f"{begun[0]} is not whole"
    assert counts == dict.fromkeys(commands, 1)


def draw_at_once(target: str, faults: tuple[str, ...] = (), *, rounds: int = 1) -> str:
    """Let eight draw 60 % of what is left of a commitment at the same moment."""
    return told(started("drawing", target, rounds, faults=faults))


def write_at_once_on_a_server(folder: Path, faults: tuple[str, ...] = ()) -> str:
    return write_at_once(shared().empty("a"), faults)


STORES = [pytest.param(False, id="file"), pytest.param(True, id="server")]


@pytest.fixture(params=STORES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a ledger may be made."""
    return shared().empty("a") if request.param else str(tmp_path / "a.ledger")


def test_each_position_is_taken_once_and_a_follower_misses_nothing(target: str, figure: Figure) -> None:
    figure(write_at_once(target, writers=size(4, 8), commands=size(16, 500)))


def test_of_eight_who_draw_at_once_one_does(target: str, figure: Figure) -> None:
    figure(draw_at_once(target, rounds=size(1, 25)))
