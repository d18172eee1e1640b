"""A power cut at any moment loses nothing that was acknowledged, and leaves nothing half."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from ledger import Ledger
from tests.durability import needs, work
from tests.durability.children import in_memory, started, told
from tests.durability.conftest import Figure
from tests.durability.disk import Disk, Image
from tests.durability.sizes import SEED, drawn, size
from tests.durability.tracing import STRACE, calls


def states(folder: Path, trace: Path) -> Iterator[tuple[Image, list[str]]]:
    """Yield each different state that may be left of a folder, with what had been acknowledged by then."""
    disk, random, seen = Disk(folder), drawn("power"), set[bytes]()
    for call in calls(trace):
        if not disk.take(call):
            continue
        for image in disk.left(random):
            parts = (f"{name}\0{len(data)}\0".encode() + data for name, data in sorted(image.items()))
            digest = sha256(b"".join(parts) + str(len(disk.acknowledged)).encode()).digest()
            if digest not in seen:
                seen.add(digest)
                yield image, list(disk.acknowledged)


def cut_the_power(
    folder: Path, faults: tuple[str, ...] = (), *, commands: int = 6, looks: int = 200, fold_at: int = 24
) -> str:
    """Trace a program that records, and look at what its disk may hold after a power cut at any moment."""
    traced, trace = folder / "traced", folder / "trace"
    traced.mkdir()
    told(
        started(
            "recording",
            traced / "a.ledger",
            commands,
            SEED,
            fold_at,
            faults=faults,
            under=(*STRACE, "-o", str(trace)),
        )
    )
    found = sum(1 for _ in states(traced, trace))
    random = drawn("looks")
    looked = 0
    with in_memory(folder) as after:
        for image, acknowledged in states(traced, trace):
            if random.random() < looks / found:
                _look(image, acknowledged, after / "left", go_on=looked % 10 == 0)
                looked += 1
    return f"{looked:,} of {found:,} states after a power cut: none lost, none half, none unreadable"


def _look(image: Image, acknowledged: list[str], folder: Path, *, go_on: bool) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in image.items():
        (folder / name).touch(0o600)  # as the file of keys has to be
        (folder / name).write_bytes(data)
    path = folder / "a.ledger"
    if not path.exists():
        assert not acknowledged, f"the file is lost, and {acknowledged} with it"
        return
    work.check(str(path), acknowledged, with_keys=True)
    if go_on:
        with Ledger.open(path, "acme", create=True) as ledger:
            if ledger.entries():
                work.record(ledger, "after-3")
                acknowledged = [*acknowledged, "after-3"]
        work.check(str(path), acknowledged, with_keys=True)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@needs.strace
def test_what_was_acknowledged_survives_a_power_cut(tmp_path: Path, figure: Figure) -> None:
    figure(cut_the_power(tmp_path, commands=size(10, 150), looks=size(250, 4_000), fold_at=size(24, 60)))
