"""Runs the benchmarks named, or all of them, and prints Markdown.

``python -m benchmarks``, ``python -m benchmarks show replay``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from benchmarks import evidence, load, opening, personal, record, replay, server, show, verify
from benchmarks.measure import machine

BENCHMARKS: Final[dict[str, Callable[[], str]]] = {
    "show": show.run,
    "record": record.run,
    "load": load.run,
    "opening": opening.run,
    "replay": replay.run,
    "evidence": evidence.run,
    "verify": verify.run,
    "personal": personal.run,
    "server": server.run,
}


def main(names: list[str]) -> int:
    """Run benchmarks by name; ``any_date`` has parts and options of its own, and takes half an hour."""
    if names[:1] == ["any_date"]:
        from benchmarks.any_date import run  # it needs the extra ``desk``

        return run.main(names[1:])
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    print(machine())
    for name in names or BENCHMARKS:
        print(f"\n{BENCHMARKS[name]()}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
