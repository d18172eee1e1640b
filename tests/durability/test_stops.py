"""A server that stops at once, as it does when it crashes, loses nothing that it acknowledged."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from time import sleep

from tests.durability import work
from tests.durability.children import started
from tests.durability.conftest import Figure
from tests.durability.sizes import SEED, drawn, size
from tests.server import Server, leave_alone, programs


def stop_it(folder: Path, faults: tuple[str, ...] = (), *, stops: int = 2) -> str:
    """Stop a server under a program that records, so many times, and look what is left each time."""
    server, random = Server(programs()), drawn("stops")
    acknowledged = [work.FOUNDING]
    try:
        # Nothing reaches the disk by itself: a commit that does not wait for it is lost for certain.
        server.start(wal_writer_delay="10000")
        target = server.empty("a")
        work.begin(target)
        child = started("persisting", target, SEED, faults=faults)
        told = child.stdout
        assert told is not None
        listening = Thread(target=lambda: acknowledged.extend(line[2:-1] for line in told))
        listening.start()
        try:
            for _ in range(stops):
                before = len(acknowledged)
                while len(acknowledged) < before + 3:
                    assert child.poll() is None, child.communicate()[1][-2_000:]
                    sleep(0.01)
                sleep(random.uniform(0, 0.3))
                server.stop()
                sure = [*acknowledged]
                server.start(wal_writer_delay="10000")
                lost = {*sure} - work.glance(target).keys()
                assert not lost, f"{len(lost)} acknowledged and lost"
        finally:
            child.kill()
            listening.join()
            child.communicate()
        leave_alone(target)
        entries = work.check(target, acknowledged).total()
    finally:
        server.close()
    return f"{stops} stops, {len(acknowledged):,} commands acknowledged, {entries:,} entries: none lost, none half"


def test_what_a_server_acknowledged_survives_its_stop(tmp_path: Path, figure: Figure) -> None:
    figure(stop_it(tmp_path, stops=size(3, 25)))
