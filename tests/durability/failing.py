"""Records on a disk that fails, and looks at what each answer was worth: ``failing FOLDER RUNS SEED``.

Runs in a process of its own, which forks, with the disk of ``failing.c`` between it and the system.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from random import Random
from traceback import print_exc
from typing import Any, Final

import attrs

import ledger.store.writing
from ledger import Ledger
from ledger.errors import LedgerError, OutcomeUnknown
from tests.durability import work
from tests.durability.children import planted

WRITES: Final = 1
SYNCS: Final = 2
FULL: Final = 3
COMMANDS: Final = ("f-1-1", "f-2-7", "f-3-1", "f-4-40", "f-5-1")
FAR: Final = 1_000_000_000
"""A call that never comes."""
CALLS: Final = "calls"
RECORDED: Final = "recorded"
REFUSED: Final = "refused"
UNKNOWN: Final = "unknown"
_disk: Any = ctypes.CDLL(None)


@attrs.frozen
class Failure:
    """What fails, and what the program does then.

    Attributes:
        calls: Writes, syncs, or writes for which a full disk has no room.
        number: Which call, from 1 on; or how many bytes there is room for.
        half: Half of a write arrives; a sync happens, and fails all the same.
        lasting: All calls after it fail as well.
        error: What the system says.
        dies: The program ends at the first command that fails; otherwise it goes on, and the disk recovers later.
    """

    calls: int
    number: int
    half: bool
    lasting: bool
    error: int
    dies: bool


def main(arguments: list[str]) -> None:
    """Let each call fail in each way, as far as so many runs go; print how it went."""
    folder, runs, random = Path(arguments[0]), int(arguments[1]), Random(arguments[2])
    ledger.store.writing.FOLD_AT = 12  # type: ignore[misc]  # the log is folded in meanwhile, too
    ledger.store.writing.LENGTHEN_AT = 3  # type: ignore[misc]
    whole, path = folder / "whole", folder / "a.ledger"
    work.begin(str(whole))
    failures = list(_failures(whole, path))
    chosen = random.sample(failures, min(runs, len(failures)))
    answers: Counter[str] = Counter()
    stored = 0
    for failure in chosen:
        told, _ = _told(whole, path, failure)
        answers.update(told.values())
        try:
            stored += _check(str(path), told)
        except AssertionError as error:
            raise AssertionError(f"{failure}: {error}") from error
    print(
        f"{len(chosen):,} of {len(failures):,} failing writes and syncs, and full disks: {answers[RECORDED]:,}"
        f" commands recorded, none of them lost; {answers[REFUSED]:,} refused, none of them there;"
        f" {answers[UNKNOWN]:,} unknown, {stored:,} of them there; each counted once when given again"
    )


def _failures(whole: Path, path: Path) -> Iterator[Failure]:
    """Yield each failure that a run can meet: the n-th call for n = 1, 2, 3 … until there is none."""
    for calls, errors in ((WRITES, (errno.EIO, errno.ENOSPC)), (SYNCS, (errno.EIO,))):
        _, made = _told(whole, path, Failure(calls, FAR, False, False, errno.EIO, False))
        for number, error in product(range(1, made + 1), errors):
            for half, lasting, dies in product((False, True), repeat=3):
                yield Failure(calls, number, half, lasting, error, dies)
    _, grown = _told(whole, path, Failure(FULL, FAR, False, False, errno.ENOSPC, False))
    for room, dies in product(range(0, grown, 512), (False, True)):
        yield Failure(FULL, room, False, True, errno.ENOSPC, dies)


def _told(whole: Path, path: Path, failure: Failure) -> tuple[dict[str, str], int]:
    """Let a copy of this process record on a disk that fails.

    Returns:
        What became of each command that it came to, and how many calls there were before it ended.
    """
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    for end in ("", ".keys"):
        shutil.copy(f"{whole}{end}", f"{path}{end}")
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        status = 1
        try:
            _disk.fail(failure.calls, failure.number, failure.half, failure.lasting, failure.error)
            _record(str(path), failure, writer)
            os.write(writer, f"{failure.number - _disk.fail(0, 0, 0, 0, 0)} {CALLS}\n".encode())
            status = 0
        except BaseException:
            print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, encoding="ascii") as lines:
        told = {what: answer for answer, what in map(str.split, lines)}
    _, status = os.waitpid(child, 0)
    assert status == 0, f"{failure}: the program failed"
    return told, int(told.pop(CALLS, 0))


def _record(target: str, failure: Failure, writer: int) -> None:
    """Record each command, and tell what became of it; go on after a failure, or do not."""
    try:
        found = Ledger.open(target)
    except LedgerError:
        return
    store: Any = found._store
    reads_only = store._is_full
    left = _given(found, dict.fromkeys(COMMANDS, ""), failure, writer)
    if left:
        _disk.fail(failure.calls, FAR, 0, 0, 0)
        if reads_only:  # as it says, it has to be opened where there is room
            found.close()
            found = Ledger.open(target)
        left = _given(found, left, attrs.evolve(failure, calls=0), writer)
    assert not left, "the disk is well again, and the ledger is not"
    found.close()


def _given(to: Ledger, commands: Mapping[str, str], failure: Failure, writer: int) -> dict[str, str]:
    """Give commands, of which each may have had an answer before, and tell what became of them.

    Returns:
        Those that were not recorded, and the answers.
    """
    left = {}
    for command, before in commands.items():
        try:
            outcome = to.record(*work.events(command), command=command)
        except LedgerError as error:
            answer = UNKNOWN if isinstance(error, OutcomeUnknown) else REFUSED
            if failure.calls == FULL and error.code != "E_STORE_FULL":
                raise AssertionError(f"the disk is full, and {error.line()}") from error
            os.write(writer, f"{answer} {command}\n".encode())
            if failure.dies:
                os._exit(0)  # at once: what is given up in order would be cleaned up
            left[command] = answer
        else:
            assert not outcome.repeated or before == UNKNOWN, f"it was {before or 'not given'}, and it is there"
            os.write(writer, f"{RECORDED} {command}\n".encode())
    return left


def _check(target: str, told: dict[str, str]) -> int:
    """Look at what is there, and give again whatever was not recorded.

    Returns:
        How many commands whose outcome was unknown are there.
    """
    found = work.check(target, [command for command, answer in told.items() if answer == RECORDED])
    wrong = [command for command, answer in told.items() if answer == REFUSED and command in found]
    assert not wrong, f"{wrong} were refused, and are there"
    with Ledger.open(target) as again:
        for command in COMMANDS:
            work.record(again, command)
    assert work.check(target, COMMANDS).keys() == {work.FOUNDING, *COMMANDS}
    return sum(answer == UNKNOWN and command in found for command, answer in told.items())


if __name__ == "__main__":
    main(planted(sys.argv[1:]))
