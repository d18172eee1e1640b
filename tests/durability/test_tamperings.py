"""Twelve ways to rewrite a record, each by somebody who may write to the file and recomputes every hash in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from typing import Final

from ledger.identity import CommandId
from ledger.quantities import Shares
from ledger.store.sqlite import SqliteStore
from ledger.timeline import Entry
from ledger.verification import Anchor, Verification, verify
from tests.builders import common_issued, shares_cancelled
from tests.durability.conftest import Figure
from tests.durability.histories import anchors, commands_of, entries_of, recorded, written_anew

COMMANDS: Final = 40
Tampering = Callable[[list[Entry], int], list[Entry]]
"""Takes the entries of a record and the index of the last one of a command, and returns others."""


def edit_a_figure(entries: list[Entry], at: int) -> list[Entry]:
    return _with(entries, at, event=common_issued(issued=Shares(100_000)))


def name_another_author(entries: list[Entry], at: int) -> list[Entry]:
    return _with_command(entries, at, actor="somebody else")


def backdate(entries: list[Entry], at: int) -> list[Entry]:
    return _with_command(entries, at, recorded_at=entries[at].recorded_at - timedelta(seconds=1))


def rename_a_command(entries: list[Entry], at: int) -> list[Entry]:
    return _with_command(entries, at, command=CommandId("another"))


def put_one_in_between(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[: at + 1], entries[at]._replace(event=common_issued(issued=Shares(7))), *entries[at + 1 :]]


def take_one_out(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], *entries[at + 1 :]]


def swap_two(entries: list[Entry], at: int) -> list[Entry]:
    one, other = entries[at - 1].event, entries[at].event
    assert one != other
    return _with(_with(entries, at - 1, event=other), at, event=one)


def make_it_another_kind(entries: list[Entry], at: int) -> list[Entry]:
    return _with(entries, at, event=shares_cancelled(cancelled=Shares(1)))


def make_two_commands_one(entries: list[Entry], at: int) -> list[Entry]:
    first, second = entries[at], entries[at + 1]
    joined = {"command": first.command, "recorded_at": first.recorded_at, "actor": first.actor}
    return _with_command(entries, entries.index(second), **joined)


def cut_off_the_end(entries: list[Entry], at: int) -> list[Entry]:
    return entries[: at + 1]


def go_on_otherwise(entries: list[Entry], at: int) -> list[Entry]:
    """Record something else after a point, as many entries as there were."""
    return [
        *entries[: at + 1],
        *(each._replace(event=common_issued(issued=Shares(1 + each.number))) for each in entries[at + 1 :]),
    ]


def tell_it_all_anew(entries: list[Entry], at: int) -> list[Entry]:
    """Write the same facts again, every one of them a day later."""
    return [each._replace(recorded_at=each.recorded_at + timedelta(days=1)) for each in entries]


TAMPERINGS: Final[tuple[Tampering, ...]] = (
    edit_a_figure,
    name_another_author,
    backdate,
    rename_a_command,
    put_one_in_between,
    take_one_out,
    swap_two,
    make_it_another_kind,
    make_two_commands_one,
    cut_off_the_end,
    go_on_otherwise,
    tell_it_all_anew,
)


def _with(entries: list[Entry], at: int, **changes: object) -> list[Entry]:
    changed = [*entries]
    changed[at] = changed[at]._replace(**changes)  # type: ignore[arg-type]  # as the tampering says
    return changed


def _with_command(entries: list[Entry], at: int, **changes: object) -> list[Entry]:
    """Change all entries of a command alike."""
    of = entries[at].command
    return [each._replace(**changes) if each.command == of else each for each in entries]  # type: ignore[arg-type]


def checked(path: Path, kept: list[Anchor]) -> Verification:
    with closing(SqliteStore(path)) as store:
        return verify(store, anchors=kept)


def tamper(folder: Path) -> str:
    """Tamper in each way, and verify without anything from outside, with one checkpoint, and with one a command."""
    honest = recorded(folder / "honest.db", COMMANDS)
    entries = entries_of(honest)
    every, last = anchors(honest), anchors(honest, [len(entries)])
    assert checked(honest, every).is_verified
    assert not checked(honest, []).is_verified
    at = int([*commands_of(entries)][COMMANDS // 2][-1].number) - 1  # of a command of several entries
    bracketed = 0
    for rewrite in TAMPERINGS:
        lines = rewrite(entries, at)
        path = written_anew(honest, folder / f"{rewrite.__name__}.db", lines)

        alone = checked(path, [])
        assert not alone.damage, f"{rewrite.__name__} was to leave no trace: {alone.damage}"
        assert not alone.is_verified, f"{rewrite.__name__} is called verified, and nothing from outside was there"

        held = checked(path, last)
        assert held.is_damaged, f"{rewrite.__name__} passes"
        assert not held.is_verified, f"{rewrite.__name__} is called verified"

        bracket = checked(path, every)
        same = takewhile(lambda pair: pair[0][1:] == pair[1][1:], zip(entries, lines, strict=False))
        first = len([*same]) + 1
        assert bracket.covered() < first, f"{rewrite.__name__}: entry {first} is said to stand behind a checkpoint"
        if bracket.rewritten is not None:
            assert bracket.rewritten[0] <= first <= bracket.rewritten[1], rewrite.__name__
            bracketed += 1
    ways = len(TAMPERINGS)
    return f"{ways} of {ways} found with a checkpoint, 0 called verified without, {bracketed} bracketed by commands"


def test_every_tampering_is_found_against_a_checkpoint_and_nothing_is_called_verified_without(
    tmp_path: Path, figure: Figure
) -> None:
    figure(tamper(tmp_path))
