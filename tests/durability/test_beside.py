"""What is kept beside a ledger makes no difference, whoever else is at work or was killed, and on a full disk."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from ledger import Ledger, reader
from projections import holdings
from tests.builders import common_issued, founding
from tests.durability import needs
from tests.durability.children import started, told
from tests.durability.conftest import Figure
from tests.durability.sizes import SEED, size
from tests.durability.test_disk_full import fill_up, small_disk

PAGE = 4_096
ENTRIES = len(founding()) + 2 * 19


def work_at_once(folder: Path, faults: tuple[str, ...] = (), *, entries: int = 150) -> str:
    """Load so many entries, while others record and ask."""
    return told(started("beside", "at-once", folder, entries, SEED, faults=faults))


def kill_a_load(folder: Path, faults: tuple[str, ...] = (), *, kills: int = 5) -> str:
    """Kill a program that loads, asks and keeps, so many times."""
    return told(started("beside", "killed", folder, kills, SEED, faults=faults))


def keep_on_a_full_disk(folder: Path, *, disks: int = 5) -> str:
    """Keep what is worked out from a record on disks that have two pages more of room, one after the other."""
    whole = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "AHEAD", 5)
        patch.setattr(reader, "LENGTH", 5)
        for pages in range(disks):
            with small_disk(folder / str(pages), 1_600) as disk:
                whole += _kept_within(disk, pages)
    assert 0 < whole < disks, f"{whole} of {disks} disks had room for all"
    return f"{disks} disks, on {whole} of them there was room for all: the same answers on each"


def _kept_within(disk: Path, pages: int) -> bool:
    """Keep the same within some pages; return whether all of it was kept."""
    target, filler = disk / "a.ledger", disk / "filler"
    with Ledger.open(target, create=True) as ledger:
        ledger.record(*founding(), *(common_issued(issued=number) for number in range(1, 20)))
        ledger.columns()
    with Ledger.open(target) as ledger:
        ledger.record(*(common_issued(holder="bob", issued=number) for number in range(1, 20)))
        fill_up(filler)
        os.truncate(filler, filler.stat().st_size - 2 * pages * PAGE)
        expected = _held(ledger)
    beside = disk / "a.ledger.index" / "acme"
    heads = b"".join(head.read_bytes() for head in beside.glob("*.head"))
    stray = [each.name for each in beside.iterdir() if each.suffix != ".head" and each.name.encode() not in heads]
    assert stray in ([], ["lock"]), f"{stray} are named nowhere"
    is_kept = _size(beside) == ENTRIES
    for room in (False, True):
        if room:
            filler.unlink()
        with Ledger.open(target) as ledger:
            assert _held(ledger) == expected == [("ada", "190"), ("bob", "190")]
    assert _size(beside) == ENTRIES, "there is room, and not all is kept"
    return is_kept


def _size(beside: Path) -> int:
    """Return of how many entries the columns are kept."""
    return int(json.loads(beside.joinpath("movements.head").read_bytes().partition(b"\n")[2])["size"])


def _held(ledger: Ledger) -> list[tuple[str, str]]:
    return [(str(each.holder), str(each.shares)) for each in holdings(ledger, as_of=date(2026, 12, 31))]


@needs.linux
def test_answers_are_those_of_the_entries_while_others_load_record_and_keep(tmp_path: Path, figure: Figure) -> None:
    figure(work_at_once(tmp_path, entries=size(150, 2_000)))


@needs.linux
def test_a_load_that_is_killed_leaves_answers_that_are_those_of_the_entries(tmp_path: Path, figure: Figure) -> None:
    figure(kill_a_load(tmp_path, kills=size(5, 200)))


@needs.linux
def test_a_full_disk_changes_no_answer(tmp_path: Path, figure: Figure) -> None:
    figure(keep_on_a_full_disk(tmp_path, disks=size(5, 20)))
