"""What was measured, kept as JSON: parts are run apart, and the table and the plot are made of all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import attrs

from benchmarks.any_date.clock import LOOP, Times
from benchmarks.any_date.place import Size
from benchmarks.measure import machine

FOLDER: Final = "results"


@attrs.frozen
class Measured:
    """What a part of the benchmark found.

    Attributes:
        part: Which part.
        size: Of which history.
        times: How long each engine took.
        figures: What else was measured, by name.
        versions: Of the programs compared.
        machine: What ran it, with its own versions.
    """

    part: str
    size: Size
    times: Sequence[Times] = ()
    figures: dict[str, float] = attrs.field(factory=dict)
    versions: dict[str, str] = attrs.field(factory=dict)
    machine: str = attrs.field(factory=machine)

    def keep(self, folder: Path) -> None:
        """Write it down; what was found before of the same part and size is forgotten."""
        path = folder / FOLDER / f"{self.part}-{self.size.events}-{self.size.holders}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = attrs.asdict(self) | {"at": datetime.now(UTC).isoformat(timespec="seconds")}
        path.write_text(json.dumps(kept, indent=1))

    def of(self, engine: str, mode: str = LOOP) -> Times:
        """Return how long an engine took.

        Raises:
            KeyError: It was not asked.
        """
        for each in self.times:
            if (each.engine, each.mode) == (engine, mode):
                return each
        raise KeyError(engine, mode)

    def seconds(self, engine: str, mode: str = LOOP) -> float:
        """Return the median of an engine."""
        return median(self.of(engine, mode).seconds)

    def times_ours(self, ours: str, engine: str, mode: str = LOOP) -> float:
        """Return how many times as long as ours an engine took; in turns, the median of what each turn says."""
        if mode == LOOP:
            return self.seconds(engine) / self.seconds(ours)
        pairs = zip(self.of(engine, mode).seconds, self.of(ours, mode).seconds, strict=True)
        return median(their / our for their, our in pairs)


def kept(folder: Path) -> dict[tuple[str, Size], Measured]:
    """Return all that was written down."""
    found = (_read(json.loads(path.read_text())) for path in sorted((folder / FOLDER).glob("*.json")))
    return {(each.part, each.size): each for each in found}


def _read(plain: dict[str, Any]) -> Measured:
    plain.pop("at")
    times = [Times(**each) for each in plain.pop("times")]
    return Measured(size=Size(**plain.pop("size")), times=times, **plain)
