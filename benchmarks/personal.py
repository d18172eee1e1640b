"""Personal values sealed and opened: the work of the processor for each, and for a register of persons."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

from benchmarks import company
from ledger import Ledger, sealing
from ledger.events import HolderRegistered
from ledger.identity import HolderId, IssuerId
from ledger.movements import HolderKind
from ledger.personal import Personal

VALUES: Final = 100_000
PERSONS: Final = 10_000


def run() -> str:
    """Measure, and return the result as Markdown."""
    issuer = IssuerId("acme")
    values = [Personal(f"Person {number} Example", os.urandom(32)) for number in range(VALUES)]
    keys = [os.urandom(32) for _ in range(VALUES // 3)]
    begun = process_time()
    boxes = [
        sealing.seal(value, issuer, "0" * 32, keys[number % len(keys)], os.urandom(12))
        for number, value in enumerate(values)
    ]
    sealed = process_time()
    for number, box in enumerate(boxes):
        sealing.opened(box, issuer, keys[number % len(keys)])
    opened = process_time()
    rows = [
        ["seal", f"{VALUES / (sealed - begun):,.0f} values/s"],
        ["open, and compare with the commitment", f"{VALUES / (opened - sealed):,.0f} values/s"],
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        with Ledger.open(path, create=True) as ledger:
            ledger.record(*company.founding())
            day = ledger.registration().effective_on
            begun = process_time()
            ledger.record(
                *(
                    HolderRegistered(
                        effective_on=day,
                        holder=HolderId(f"p-{number}"),
                        holder_kind=HolderKind.NATURAL_PERSON,
                        name=Personal(f"Person {number}"),
                        address=Personal(f"{number} Row"),
                    )
                    for number in range(PERSONS)
                )
            )
            rows.append([f"record {PERSONS:,} persons, two values each", f"{process_time() - begun:.1f} s"])
        begun = process_time()
        with Ledger.open(path) as ledger:
            ledger.entries()
        rows.append(["read them", f"{process_time() - begun:.1f} s"])
    lines = (f"| {what} | {measured} |" for what, measured in rows)
    return "\n".join(("### Personal values", "", "| what | measured |", "|---|---|", *lines))
