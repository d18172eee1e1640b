"""The columns that lie beside a ledger's file: taken where they fit, made anew where something is wrong."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledger import Authorized, Shares, reader
from ledger.columns import keeping, sums
from ledger.columns.movements import MovementColumns
from ledger.errors import HoldingExceeded
from ledger.identity import IssuerId
from ledger.journal import Ledger
from ledger.store import kept
from ledger.store.sqlite import SqliteStore
from ledger.verification import Part, verify
from projections.holdings import holdings
from registrar import cold
from tests.builders import (
    authorized_shares_changed,
    common_issued,
    founding,
    holder_renamed,
    issuer_registered,
    personal_data_erased,
    shares_transferred,
    ticking,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledger.events import Event

DAY = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few entries be as far ahead as otherwise thousands are."""
    monkeypatch.setattr(reader, "AHEAD", 5)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Say how many entries columns were made of, each time that they were brought up to date."""
    counts: list[int] = []
    follow = MovementColumns._follow

    def counted(self: MovementColumns, entries: Any) -> None:
        before = self.known
        follow(self, entries)
        counts.append(self.known - before)

    monkeypatch.setattr(MovementColumns, "_follow", counted)
    return counts


def issued(count: int, holder: str = "ada", first: int = 1) -> list[Event]:
    return [
        common_issued(holder=holder, issued=at, security=f"C-{holder}-{at}") for at in range(first, first + count)
    ]


def made(path: Path, *more: Event) -> None:
    """Make a ledger of which columns are kept."""
    with Ledger.open(path, create=True, clock=ticking()) as ledger:
        ledger.record(*founding(), command="founding")
        ledger.record(*issued(3), *more)
        ledger.columns()


def held(path: Path, **options: Any) -> dict[str, str]:
    """Return what everybody holds, asked of the ledger as it lies there."""
    with Ledger.open(path, **options) as ledger:
        return {str(each.holder): str(each.shares.low) for each in holdings(ledger, as_of=DAY)}


def folder(path: Path) -> Path:
    return path.parent / f"{path.name}.index" / "acme"


def test_who_opens_a_ledger_takes_up_what_is_kept_and_follows_what_came_since(
    tmp_path: Path, taken: list[int]
) -> None:
    made(tmp_path / "a.ledger")
    with Ledger.open(tmp_path / "a.ledger", clock=ticking()) as ledger:
        ledger.record(common_issued(holder="bob", issued=7))

    taken.clear()

    assert held(tmp_path / "a.ledger") == {"ada": "6", "bob": "7"}
    assert sum(taken) == 1
    assert held(tmp_path / "a.ledger") == {"ada": "6", "bob": "7"}
    assert sum(taken) == 1, "what was followed was kept on closing"


def test_nothing_is_kept_of_columns_that_nobody_asked_for(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "a.ledger", create=True, clock=ticking()) as ledger:
        ledger.record(*founding())
        ledger.keep()

        assert not folder(tmp_path / "a.ledger").exists()


def test_what_was_recorded_is_kept_when_the_ledger_is_closed(tmp_path: Path, taken: list[int]) -> None:
    made(tmp_path / "a.ledger")
    with Ledger.open(tmp_path / "a.ledger", clock=ticking()) as ledger:
        ledger.columns()
        ledger.record(common_issued(holder="bob", issued=7))
    taken.clear()

    assert held(tmp_path / "a.ledger") == {"ada": "6", "bob": "7"}
    assert set(taken) == {0}


def test_a_long_record_of_which_no_columns_were_asked_for_keeps_none(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "a.ledger", create=True, clock=ticking()) as ledger:
        ledger.record(*founding(), *issued(3))

        ledger.keep()

        assert len(ledger.entries()) > reader.AHEAD
    assert not [*tmp_path.rglob("movements*"), *tmp_path.rglob("heading*")]


def test_quantities_beyond_64_bits_are_kept_however_many_there_are(
    tmp_path: Path, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "LOOSE", 2)
    path, most = tmp_path / "a.ledger", 10**28
    with Ledger.open(path, create=True, clock=ticking()) as ledger:
        ledger.record(*founding(), authorized_shares_changed(authorized=Authorized.UNLIMITED))
        for at in range(8):
            ledger.record(common_issued(holder="bob", issued=most, security=f"C-{at}"))
        ledger.columns()
    taken.clear()

    assert held(path) == {"bob": str(Shares(8 * most))}
    assert set(taken) == {0}


def truncated(path: Path) -> None:
    for each in folder(path).iterdir():
        os.truncate(each, each.stat().st_size // 2)


def of_another(path: Path) -> None:
    made(path.with_name("b.ledger"), *issued(4, "bob"))
    shutil.rmtree(folder(path))
    shutil.copytree(folder(path.with_name("b.ledger")), folder(path))


def of_an_older_program(path: Path) -> None:
    for head in folder(path).glob("*.head"):
        head.write_bytes(re.sub(rb'"layout":\d+', b'"layout":0', head.read_bytes()))


def full_of_nonsense(path: Path) -> None:
    store = SqliteStore(path)
    shelf = store.shelf(IssuerId("acme"), keeping.PART, keeping.LAYOUT)
    assert shelf is not None
    shelf.drop()
    assert shelf.keep(9, {"kinds": 1}, {"classes-0": {"ends": b"12"}}) is not None
    store.close()


def gone(path: Path) -> None:
    shutil.rmtree(folder(path).parent)


def a_file(path: Path) -> None:
    gone(path)
    folder(path).parent.write_text("no folder")


@pytest.mark.parametrize("change", [truncated, of_another, of_an_older_program, full_of_nonsense, gone, a_file])
def test_a_folder_that_is_something_else_changes_no_answer_and_is_made_anew(
    tmp_path: Path, change: Callable[[Path], None], taken: list[int]
) -> None:
    path = tmp_path / "a.ledger"
    made(path)
    change(path)
    taken.clear()

    assert held(path) == {"ada": "6"}
    assert taken[0] == 9
    taken.clear()
    assert held(path) == {"ada": "6"}
    assert taken[0] == (9 if change is a_file else 0)


@pytest.mark.parametrize("other", ["acme", "beta"], ids=["of another ledger", "of another issuer"])
def test_a_folder_of_as_many_entries_of_somebody_else_is_not_believed_by_answers_or_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    monkeypatch.setattr(reader, "LENGTH", 3)
    for name, issuer, holder in (("a.ledger", "acme", "ada"), ("b.ledger", other, "bob")):
        with Ledger.open(tmp_path / name, create=True, clock=ticking()) as ledger:
            ledger.record(issuer_registered(issuer=issuer), *founding()[1:], *issued(3, holder))
            ledger.columns()
            ledger.keep()
    path, theirs = tmp_path / "a.ledger", tmp_path / "b.ledger.index" / other
    assert {each.name for each in theirs.glob("*.head")} == {
        f"{part}.head" for part in ("book", "entries", "heading", "movements")
    }
    open_before = Ledger.open(path)
    shutil.rmtree(folder(path))
    shutil.copytree(theirs, folder(path))

    assert cold_answer(path) is None
    for ledger in (open_before, Ledger.open(path)):
        with ledger:
            assert [(line.holder, line.shares.low) for line in holdings(ledger, as_of=DAY)] == [("ada", Shares(6))]
            with pytest.raises(HoldingExceeded):
                ledger.record(shares_transferred(from_holder="bob", to_holder="ada", transferred=1))
            ledger.propose(shares_transferred(transferred=1, security="C-ada-1"))
    assert verified(path) == []


def cold_answer(path: Path) -> str | None:
    """Return what is answered before anything is imported; nothing where that is left to the ordinary way."""
    try:
        return cold.answer(["holdings", "-f", str(path), "--as-of", str(DAY)], {})
    except cold.NotPlain:
        return None


def test_an_older_ledger_that_is_put_back_does_not_take_what_was_kept_of_the_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    made(path)
    shutil.copy(path, tmp_path / "old")
    with Ledger.open(path, clock=ticking()) as ledger:
        ledger.record(*issued(5, "bob"))
        ledger.columns()

    shutil.copy(tmp_path / "old", path)

    assert held(path) == {"ada": "6"}


def test_what_lies_beside_a_file_of_somebody_else_is_neither_believed_nor_touched(
    tmp_path: Path, taken: list[int]
) -> None:
    path = tmp_path / "a.ledger"
    made(path)
    before = {each: each.read_bytes() for each in folder(path).iterdir()}
    taken.clear()

    assert held(path, readonly=True) == {"ada": "6"}

    assert taken[0] == 9
    assert {each: each.read_bytes() for each in folder(path).iterdir()} == before


_OTHER = """
import sys
from ledger import reader
from ledger.journal import Ledger
from tests.ledger.test_kept_columns import issued

reader.AHEAD = 5
with Ledger.open(sys.argv[1]) as ledger:
    ledger.record(*issued(4, sys.argv[2], first=int(sys.argv[3])))
    ledger.columns()
"""


def test_two_programs_that_record_and_keep_by_turns_have_the_same_answers(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    made(path)
    expected = {"ada": 6, "bob": 0, "fund": 0}
    with Ledger.open(path) as ledger:
        for turn in range(1, 4):
            holder, first = ("bob", "fund")[turn % 2], 10 * turn
            subprocess.run([sys.executable, "-c", _OTHER, path, holder, str(first)], check=True)
            ledger.record(*issued(6, "ada", first=first))
            expected[holder] += sum(range(first, first + 4))
            expected["ada"] += sum(range(first, first + 6))
            found = {str(each.holder): str(each.shares.low) for each in holdings(ledger, as_of=DAY)}
            assert found == {name: str(shares) for name, shares in expected.items() if shares}

    assert held(path) == found


def test_the_folder_tells_nothing_of_persons_and_outlives_their_erasure(tmp_path: Path, taken: list[int]) -> None:
    path = tmp_path / "a.ledger"
    made(path, holder_renamed(holder="bob", name="Barnaby Quill"))
    told = b"".join(each.read_bytes() for each in folder(path).iterdir())
    assert b"ada" in told
    assert b"Quill" not in told

    with Ledger.open(path) as ledger:
        ledger.columns()
        ledger.record(personal_data_erased("bob"))
        ledger.record(shares_transferred(from_holder="ada", to_holder="bob", transferred=2, security="C-ada-3"))

    assert held(path) == {"ada": "4", "bob": "2"}


def verified(path: Path) -> list[str]:
    """Return what verifying tells of the folder, and of nothing else."""
    with closing(SqliteStore(path)) as store:
        damage = verify(store).damage
    assert {each.part for each in damage} <= {Part.INDEX}
    return [f"{each.place}: {each.what}" for each in damage]


def test_verifying_tells_of_a_folder_that_says_otherwise_than_the_record(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    made(path)
    assert verified(path) == []
    lies(path, "narrow-sums-loose", "changes")

    assert held(path) == {"ada": "7"}, "whoever opens it believes it"
    assert verified(path) == [
        "index of movements: it says otherwise than the entries: what was moved, the lines of holders;"
        " delete its folder"
    ]
    shutil.rmtree(folder(path).parent)
    assert held(path) == {"ada": "6"}
    assert verified(path) == []


def lies(path: Path, piece: str, array: str) -> None:
    """Keep one share more of the last row, with sums that fit."""
    with closing(SqliteStore(path)) as store:
        shelf = store.shelf(IssuerId("acme"), keeping.PART, keeping.LAYOUT)
        assert shelf is not None
        there = shelf.open()
        assert there is not None
        numbers = np.asarray(there.pieces[piece][array]).copy()
        numbers[-1] += 1
        shelf.drop()
        shelf.keep(there.size, there.told, {**there.pieces, piece: {**there.pieces[piece], array: numbers}})


def test_verifying_tells_of_a_bit_that_flipped_in_a_long_array(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.ledger"
    made(path)
    (piece,) = folder(path).glob("movements.*.narrow-sums-loose")
    data = bytearray(piece.read_bytes())
    data[-1] ^= 1
    piece.write_bytes(data)
    assert verified(path) == [], "nobody takes up what is short and wrong"

    monkeypatch.setattr(kept, "LOOKED_AT", 0)
    assert verified(path) == ["index of movements: its bytes are not those that were written; delete its folder"]
