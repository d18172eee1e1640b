"""Kills a program that records, again and again, and looks at what is left: ``killing FOLDER|DATABASE KILLS SEED``.

Runs in a process of its own, which forks: a copy of it is there at once, and killing it harms nobody.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path
from random import Random
from time import sleep

import psycopg

from ledger import Ledger
from ledger.store.addresses import on_server
from tests.durability import work
from tests.durability.children import planted
from tests.server import leave_alone

FRESH = 20
"""Kills after which a new ledger is begun, so that writers write instead of reading."""


def main(arguments: list[str]) -> None:
    """Kill, look, and give the command again whose outcome is unknown; print how it went."""
    kills, random = int(arguments[1]), Random(arguments[2])
    acknowledged: list[str] = []
    killed = entries = settled = 0
    for number in range(kills):
        if number % FRESH == 0:
            acknowledged = []
            target = _anew(arguments[0], number)
            work.begin(target)
        told, begun = _killed(target, f"{'k' if on_server(target) else work.PERSON}{number}", random)
        acknowledged += told
        found = work.check(target, acknowledged, with_keys=not on_server(target))
        if begun is not None and begun not in told:
            settled += begun in found
            with Ledger.open(target) as ledger:
                work.record(ledger, begun)
            acknowledged.append(begun)
            assert work.glance(target).keys() == {*found, begun}
        killed += len(told)
        entries += sum(map(work.entries_of, told))
    print(
        f"{kills:,} kills, {killed:,} commands with {entries:,} entries acknowledged: none lost, none half;"
        f" {settled:,} were there without having been acknowledged, and counted once when given again"
    )


def _anew(place: str, number: int) -> str:
    """Return where a new ledger may be made: another file in a folder, or a database without the last one."""
    if not on_server(place):
        return str(Path(place) / f"{number}.ledger")
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("SET client_min_messages = error; DROP SCHEMA IF EXISTS captable CASCADE")
    return place


def _killed(target: str, name: str, random: Random) -> tuple[list[str], str | None]:
    """Let a copy of this process record until it is killed; look meanwhile, at times, as another program would.

    Returns:
        The commands that it acknowledged, and the last that it had begun.
    """
    seed, wait, after = random.random(), random.uniform(0, 0.06), random.choice("!!!? ")
    glances = random.random() < 0.3
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        try:
            _record_for_ever(target, name, Random(seed), writer)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, encoding="ascii") as told:
        lines: list[str] = []
        while after != " " and not any(line.startswith(after) for line in lines):
            lines.append(told.readline() or "! the writer ended by itself")
        if glances:
            work.glance(target)
        sleep(wait)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "the writer ended by itself"
        lines += told.readlines()
    if on_server(target):
        leave_alone(target)
    begun = [line[2:-1] for line in lines if line[0] == "?"]
    return [line[2:-1] for line in lines if line[0] == "!"], begun[-1] if begun else None


def _record_for_ever(target: str, name: str, random: Random, writer: int) -> None:
    with Ledger.open(target) as ledger:
        ledger.entries()
        for number in count():
            if random.random() < 0.2:
                Ledger.open(target).close()
            command = work.named(f"{name}-{number}", random)
            os.write(writer, f"? {command}\n".encode())
            work.record(ledger, command)
            os.write(writer, f"! {command}\n".encode())


if __name__ == "__main__":
    main(planted(sys.argv[1:]))
