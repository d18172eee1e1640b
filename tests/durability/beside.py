"""Loads, records and asks at once, beside one index: ``beside at-once|killed FOLDER COUNT SEED``.

Runs in a process of its own, which forks: a copy of it is there at once, and killing it harms nobody. What takes
thousands of entries otherwise takes a few here, so that columns, directory and book are kept again and again.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from operator import itemgetter
from pathlib import Path
from random import Random
from time import sleep
from typing import Any, Final

from ledger import IssuerId, Ledger, journal, reader
from ledger.columns import sums
from ledger.errors import Unavailable
from ledger.events import Event
from ledger.exchange import json_lines, loading
from ledger.journal import Recorded
from ledger.verification import verify
from projections.cap_table import table_of
from projections.holdings import holdings
from projections.replay import Units, replay
from tests.builders import common_issued, entry_voided, founding, shares_transferred, stock_split_effected
from tests.durability.children import planted

ACME: Final = IssuerId("acme")
FOUNDERS: Final = len(founding())
HISTORY: Final = 200
_FIRST: Final = date(2026, 2, 1)
_DAYS: Final = 60


def main(arguments: list[str]) -> None:
    """Do one of the two, and print how it went."""
    reader.AHEAD, reader.LENGTH, journal._LONG, loading.PART_BYTES = 40, 20, 50, 2_000  # type: ignore[misc]
    sums.BLOCK, sums.SHORTEST, sums.LOOSE = 16, 7, 29  # type: ignore[misc]
    what, folder, size, random = arguments[0], Path(arguments[1]), int(arguments[2]), Random(arguments[3])
    print({"at-once": _at_once, "killed": _killed}[what](folder, size, random))


def _at_once(folder: Path, size: int, random: Random) -> str:
    """Let one load, one record and two ask until all is loaded."""
    target, history = _begun(folder / "a.ledger"), _history(size, random)
    with ProcessPoolExecutor(4, get_context("fork")) as pool:
        others = [pool.submit(_until_loaded, each, target, random.random()) for each in (_record, _ask, _ask)]
        loaded = pool.submit(_load, target, history)
        loaded.add_done_callback(lambda _: target.with_suffix(".loaded").touch())
        lines, (recorded, *asked) = loaded.result(), [each.result() for each in others]
    entries = _check(target, random)
    assert entries == FOUNDERS + lines + recorded == FOUNDERS + history.count(b"\n") + recorded
    return f"{lines:,} entries loaded beside {recorded:,} recorded one by one: {sum(asked):,} answers are theirs"


def _until_loaded(once: Callable[[Path, Random], int], target: Path, seed: float) -> int:
    random, done = Random(seed), 0
    while not target.with_suffix(".loaded").exists():
        done += once(target, random)
    return done


def _killed(folder: Path, size: int, random: Random) -> str:
    """Kill a program that loads, asks and keeps, so many times, and look at what is left."""
    history = _history(HISTORY, random)
    target, there, ledgers = folder, FOUNDERS + HISTORY, 0
    for _ in range(size):
        if there == FOUNDERS + HISTORY:
            ledgers += 1
            target, there = _begun(folder / f"{ledgers}.ledger"), FOUNDERS
        acknowledged = max([there, *_acknowledged_until_killed(target, history, random)])
        there = _check(target, random)
        assert there >= acknowledged, f"{acknowledged} entries were acknowledged, and {there} are there"
    return f"{size:,} kills of a load into {ledgers:,} ledgers: nothing lost, and answers are those of the entries"


def _acknowledged_until_killed(target: Path, history: bytes, random: Random) -> list[int]:
    """Let a copy of this process load until it is killed; return how many entries were there, as it told."""
    seed, (reading, writing) = random.random(), os.pipe()
    child = os.fork()
    if not child:
        try:
            _load(target, history, partial(_go_on, random=Random(seed), told=writing))
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    sleep(random.uniform(0, 0.2))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL), "the load failed by itself"
    with os.fdopen(reading, encoding="ascii") as told:
        return [*map(int, told.read().splitlines())]


def _begun(target: Path) -> Path:
    with Ledger.open(target, create=True) as ledger:
        ledger.record(*founding())
    return target


def _history(size: int, random: Random) -> bytes:
    """Return lines that may be recorded among others: shares issued late and early, moved on, and split once."""
    events: list[Event] = [common_issued(issued=100_000, effective_on=f"{_FIRST}")]
    for _ in range(size - 1):
        on, first = f"{_day(random)}", random.randrange(_DAYS // 2 - 3)  # no range spans the split
        if random.random() < 0.05:
            on = f"{_FIRST + timedelta(first)}/{_FIRST + timedelta(first + 3)}"
        if random.random() < 0.5:
            holder, issued = random.choice(("bob", "fund")), random.randint(1, 99)
            events.append(common_issued(holder=holder, issued=issued, effective_on=on))
        else:
            events.append(shares_transferred(transferred=random.randint(1, 9), effective_on=on))
    events[size // 2] = stock_split_effected(effective_on=f"{_FIRST + timedelta(_DAYS // 2)}")
    return json_lines.write(events)


def _load(target: Path, history: bytes, after: Callable[[Ledger], None] = lambda ledger: None) -> int:
    """Load a history, and return how many entries that made."""
    loaded = 0
    with Ledger.open(target) as ledger:
        for part, read, go_on in loading.read_ahead(BytesIO(history), ledger.recorded):
            record = partial(ledger.record_drafts, read, command=part.command, meanwhile=go_on)
            loaded += len(_patiently(record).entries)
            after(ledger)
    return loaded


def _go_on(ledger: Ledger, random: Random, told: int) -> None:
    """Tell how many entries are there; ask, and keep, at times."""
    os.write(told, f"{len(ledger.entries())}\n".encode())
    if random.random() < 0.7:
        holdings(ledger, as_of=_day(random))
    if random.random() < 0.2:
        ledger.keep()


def _record(target: Path, random: Random) -> int:
    """Record something late, and take it back."""
    with Ledger.open(target) as ledger:
        (entry,) = _patiently(lambda: ledger.record(common_issued(effective_on=f"{_day(random)}"))).entries
        _compare(ledger, random)
        _patiently(lambda: ledger.record(entry_voided(entry.number)))
        _compare(ledger, random)
    return 2


def _patiently(record: Callable[[], Recorded]) -> Recorded:
    """Record; again where others keep coming first, but not for ever."""
    for _ in range(9):
        with suppress(Unavailable):
            return record()
    return record()


def _ask(target: Path, random: Random) -> int:
    """Open, ask and keep; closing keeps as well."""
    with Ledger.open(target) as ledger:
        for _ in range(3):
            _compare(ledger, random)
        ledger.keep()
    return 3


def _day(random: Random) -> date:
    return _FIRST + timedelta(random.randrange(_DAYS))


def _compare(ledger: Ledger, random: Random) -> None:
    """Assert that an answer is that of its entries, and knows all that was there when it was asked."""
    store, on = ledger._store, _day(random)
    there = store.head(ACME)
    answer = holdings(ledger, as_of=on)
    assert answer.known >= there, f"{there} entries were there, and the answer knows {answer.known}"
    assert _lines(answer) == _from_nothing(ledger, on, answer.known), f"{answer.known} entries, on {on}"


def _from_nothing(ledger: Ledger, on: date, known: int) -> list[Any]:
    """Return who holds what, fact by fact."""
    facts = ledger.standing(known)
    table = table_of(ledger, facts, replay(ledger.history(on, known), facts), Units(facts, None, on))
    return sorted(_lines(table), key=itemgetter(0, 1))


def _lines(table: Iterable[Any]) -> list[Any]:
    return [(line.stock_class, line.holder, line.shares) for line in table]


def _check(target: Path, random: Random) -> int:
    """Assert that all is sound, and that what is kept makes no difference; return how many entries there are."""
    with Ledger.open(target) as ledger, Ledger.open(target, readonly=True) as alone:
        _compare(ledger, random)
        on = _day(random)
        assert _lines(holdings(ledger, as_of=on)) == _lines(holdings(alone, as_of=on))
        store: Any = ledger._store
        told = verify(store)
        assert not told.damage, f"{len(told.damage)} damaged: {told.damage[:3]}"
        return told.entries


if __name__ == "__main__":
    main(planted(sys.argv[1:]))
