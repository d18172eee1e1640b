"""A full disk refuses and takes nothing: what is there is read, and it goes on where there is room again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.errors import LedgerError, Unavailable
from tests.durability import needs, work
from tests.durability.conftest import Figure
from tests.durability.sizes import drawn, size


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Give a disk of some kilobytes, for as long as it is needed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        # A file of it may be mapped for a while yet.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_up(path: Path) -> None:
    """Take all the room that is left on a disk."""
    with path.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(os.statvfs(path).f_bsize))
        except OSError:
            pass


def refused(ledger: Ledger, command: str) -> bool:
    """Give a command, and return whether the disk was too full for it."""
    try:
        work.record(ledger, command)
    except LedgerError as error:
        if not isinstance(error, Unavailable) or error.code != "E_STORE_FULL":
            raise AssertionError(f"the disk is full, and {error.line()}") from error
        return True
    return False


def fill_the_disk(folder: Path, *, disks: int = 1) -> str:
    """Record until the disk is full, open the ledger on it, make room and go on, on so many disks."""
    random = drawn("full")
    recorded = left = 0
    for number in range(disks):
        with small_disk(folder / str(number), 4 * random.randint(220, 400)) as disk:
            target, filler = str(disk / "a.ledger"), disk / "filler"
            work.begin(target)
            filler.write_bytes(bytes(4_096 * random.randint(80, 160)))
            there: list[str] = []
            missing: list[str] = []
            with Ledger.open(target) as ledger:
                for place in count():
                    command = work.named(f"d-{number}-{place}", random)
                    (missing if refused(ledger, command) else there).append(command)
                    if len(missing) == 5:
                        break
                assert len(ledger.entries()) == sum(map(work.entries_of, [work.FOUNDING, *there]))
            fill_up(filler)
            assert work.check(target, there).keys() == {work.FOUNDING, *there}
            with Ledger.open(target) as ledger:
                assert refused(ledger, work.named(f"d-{number}-none", random))
            filler.unlink()
            with Ledger.open(target) as ledger:
                again = [command for command in missing if not refused(ledger, command)]
            assert again, "there is room, and nothing can be recorded"
            assert work.check(target, [*there, *again]).keys() == {work.FOUNDING, *there, *again}
        recorded += len(there)
        left += len(missing)
    return (
        f"{disks} full disks: {recorded:,} commands recorded and readable, {left:,} refused and none of them there"
    )


@needs.linux
def test_a_full_disk_refuses_and_is_read(tmp_path: Path, figure: Figure) -> None:
    figure(fill_the_disk(tmp_path, disks=size(2, 30)))
