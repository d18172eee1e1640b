"""A file that came from somebody else does nothing but be read; less than what is kept elsewhere is told."""

from __future__ import annotations

import shutil
from pathlib import Path

from ledger import Ledger
from ledger.errors import LedgerError
from tests.builders import common_issued, founding
from tests.durability.conftest import Figure
from tests.ledger.test_strangers_files import FOREIGN, altered, contents, rollback_journal_of


def receive(folder: Path) -> str:
    """Open files as they might come, and look at what they did."""
    sound = folder / "sound" / "a.ledger"
    sound.parent.mkdir()
    with Ledger.open(sound, create=True) as ledger:
        ledger.record(*founding())
    for name, statements in FOREIGN.items():
        path = Path(shutil.copytree(sound.parent, folder / name)).joinpath(sound.name)
        altered(path, *statements)
        assert _refusal(path) == "E_STORE_FORMAT", f"{name} was believed"
    precious = folder / "precious.txt"
    precious.write_text("mine")
    journal = sound.with_name(f"{sound.name}-journal")
    journal.write_bytes(rollback_journal_of(sound, precious))
    _refusal(sound)
    assert precious.exists(), "a journal beside the file took another one away"
    journal.unlink()
    with Ledger.open(sound) as ledger:
        ledger.record(common_issued())
        received = Path(shutil.copytree(sound.parent, folder / "received"))
    received.joinpath(f"{sound.name}-shm").unlink()
    before = contents(received)
    with Ledger.open(received / sound.name, readonly=True) as ledger:
        assert len(ledger.entries()) == len(founding()) + 1, "what stands in the log alone was not read"
        assert contents(received) == before, "reading wrote something"
    assert contents(received) == before, "closing wrote something"
    return f"{len(FOREIGN)} kinds of schemas refused; a journal not played back; nothing written beside a file read"


def _refusal(path: Path) -> str:
    try:
        Ledger.open(path, readonly=True).close()
    except LedgerError as error:
        return error.code
    return "none"


def test_a_file_of_somebody_else_is_only_read(tmp_path: Path, figure: Figure) -> None:
    figure(receive(tmp_path))
