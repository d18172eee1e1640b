"""Backups made while another program writes are whole, and hold what was acknowledged before they were begun."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Thread

from ledger import Ledger
from ledger.backups import back_up, restore
from ledger.errors import LedgerError
from tests.durability import work
from tests.durability.children import started
from tests.durability.conftest import Figure
from tests.durability.sizes import SEED, size

_MORE_THAN_ANYBODY_WAITS_FOR = 1_000_000
_PAGES = 200
_EACH = 8
"""Backups of one ledger; the next are of a new one, so that it does not grow for ever."""


def back_up_while_somebody_writes(folder: Path, *, backups: int = _EACH) -> str:
    """Back up so many times, restore each, and look at what it holds."""
    short, sizes = 0, list[int]()
    for first in range(0, backups, _EACH):
        target = folder / f"{first}.ledger"
        found, missing = _of_one_ledger(target, min(_EACH, backups - first))
        short, sizes = short + missing, [*sizes, *found]
        target.unlink()
    return (
        f"{len(sizes)} of {backups} backups whole, of {min(sizes):,} to {max(sizes):,} entries, while somebody"
        f" wrote; the file copied without its log was short {short} times"
    )


def _of_one_ledger(target: Path, backups: int) -> tuple[list[int], int]:
    """Return how many entries each backup holds, and how often the file alone lacked some."""
    folder = target.parent
    writer = started("recording", target, _MORE_THAN_ANYBODY_WAITS_FOR, SEED, _PAGES)
    assert writer.stdout is not None
    lines = writer.stdout
    acknowledged = [lines.readline()[2:-1]]
    reader = Thread(target=lambda: acknowledged.extend(line[2:-1] for line in lines))
    reader.start()
    short, sizes = 0, list[int]()
    try:
        for number in range(backups):
            copy, again = folder / f"{number}.backup", folder / f"{number}.restored"
            before = [*acknowledged]
            alone = Path(shutil.copy(target, folder / "alone.ledger"))
            short += _is_short(alone, before)
            try:
                [found] = back_up(target, copy)
                restore(copy, again)
            except LedgerError as error:
                raise AssertionError(error.line()) from error
            held = work.check(str(again), before)
            assert held.total() == found.entries, f"{found.entries} were told, and {held.total()} are there"
            sizes.append(found.entries)
            copy.unlink()
            again.unlink()
        assert writer.poll() is None, "the writer ended by itself"
    finally:
        writer.kill()
        writer.wait()
        reader.join()
        for stream in (writer.stdin, writer.stdout, writer.stderr):
            assert stream is not None
            stream.close()
    return sizes, short


def _is_short(file: Path, acknowledged: list[str]) -> bool:
    """Whether a file lacks something that was acknowledged, or cannot even be read."""
    try:
        with Ledger.open(file, readonly=True) as ledger:
            return not {*acknowledged} <= {entry.command for entry in ledger.entries()}
    except LedgerError:
        return True


def test_a_backup_is_whole_while_others_write(tmp_path: Path, figure: Figure) -> None:
    figure(back_up_while_somebody_writes(tmp_path, backups=size(8, 40)))
