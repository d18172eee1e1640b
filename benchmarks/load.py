"""Loading a long file of JSON Lines, every rule asked and all evidence kept, against saving the same events.

Ours reads the lines, checks each field, asks every rule, and writes payloads, leaves and tiles to SQLite in one
transaction, on the disk when it returns. The eventsourcing library has no such file; it is given the deals as they
lie in memory, which an aggregate takes one by one, and saves them in batches of 1,000 to SQLite as durably. It
asks no rule but what the aggregate needs to keep its balances.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import company
from benchmarks.company import COMMON, DAYS, FOUNDED, PREFERRED, Deal, Kind
from benchmarks.measure import Run, compared, in_turn, table
from benchmarks.record import DurableRegisters, Watch
from benchmarks.replay import PER_SAVE, Register, tell
from ledger import Ledger
from ledger.exchange import json_lines
from ledger.exchange.drafting import drafts
from projections.cap_table import cap_table

Held = dict[tuple[str, str], int]
"""Shares by holder and class, without those of nobody."""


def folded(history: Sequence[Deal]) -> Held:
    """Return what everybody holds, worked out from the deals by hand."""
    held: Counter[tuple[str, str]] = Counter()
    for deal in history:
        match deal.kind:
            case Kind.ISSUED:
                held[deal.holder, COMMON] += deal.count
            case Kind.PREFERRED_ISSUED:
                held[deal.holder, PREFERRED] += deal.count
            case Kind.TRANSFERRED:
                held[deal.holder, COMMON] -= deal.count
                held[deal.other, COMMON] += deal.count
            case Kind.CONVERTED:
                held[deal.holder, PREFERRED] -= deal.count
                held[deal.holder, COMMON] += 5 * deal.count
            case Kind.REGISTERED | Kind.SIGNED | Kind.CLOSED:
                pass  # nobody holds more
    return {key: shares for key, shares in held.items() if shares}


def load_ours(path: Path, lines: Path) -> Run:
    """Record a file in a new ledger, from the bytes on the disk to the acknowledgement."""
    watch = Watch()
    with Ledger.open(path, create=True) as ledger:
        with watch:
            ledger.record_drafts(drafts(lines.read_bytes()), actor="counsel")
        answer = cap_table(ledger, as_of=FOUNDED + timedelta(days=DAYS))
    return watch.run({(str(line.holder), str(line.stock_class)): int(str(line.shares.exact)) for line in answer})


def load_theirs(path: Path, history: Sequence[Deal], *, as_text: bool) -> Run:
    """Save deals in an aggregate of the library, 1,000 at once."""
    watch = Watch()
    env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
    with DurableRegisters(env=env) as registers:
        register = Register()
        with watch:
            for number, deal in enumerate(history, 1):
                tell(register, deal, "command", as_text=as_text)
                if number % PER_SAVE == 0:
                    registers.save(register)
            registers.save(register)
    return watch.run({key: int(shares) for key, shares in register.shares.items() if shares})


def run(*, size: int = 100_000, holders: int = 10_000, rounds: int = 5) -> str:
    """Return the table; raise if a single holding differs from what the deals add up to."""
    history = list(company.deals(size, holders))
    names = count()
    with TemporaryDirectory() as folder:
        lines = Path(folder, "deals.jsonl")
        lines.write_bytes(json_lines.write([*company.founding(), *map(company.event, history)]))

        def fresh(load: Callable[..., Run], given: Any) -> Run:
            return load(Path(folder, str(next(names))), given)

        runs = in_turn(
            [
                partial(fresh, load_ours, lines),
                partial(fresh, partial(load_theirs, as_text=False), history),
                partial(fresh, partial(load_theirs, as_text=True), history),
            ],
            rounds,
        )
    held = folded(history)
    if any(each.answer != held for of_one in runs for each in of_one):
        raise AssertionError("somebody holds something else")
    told = compared(
        [
            "a file of JSON Lines into an SQLite ledger, one command",
            f"`eventsourcing`, `save` of {PER_SAVE:,} events each: `Decimal` and `date`",
            "the same, quantities and days kept as text",
        ],
        runs,
    )
    rate = (len(history) + len(company.founding())) / told[0].cpu_seconds
    title = f"load: {len(history):,} events of {holders:,} holders; ours {rate:,.0f} a second of the processor"
    return table(title, told)
