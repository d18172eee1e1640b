"""What had to be shown, and what was: each goal as one line, from what the parts measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from benchmarks.any_date.append import BARE, POSTGRES
from benchmarks.any_date.clock import LOOP, TURNS
from benchmarks.any_date.cold import BEANCOUNT, HLEDGER, LEDGER
from benchmarks.any_date.cold import SQLITE as SQLITE_PROGRAM
from benchmarks.any_date.loading import EVENTSOURCING
from benchmarks.any_date.place import Size
from benchmarks.any_date.questions import DUCKDB, EACH, OURS, POLARS, SQLITE, STATEMENT
from benchmarks.any_date.results import Measured

All = Mapping[tuple[str, Size], Measured]
SMALL, PAIRED, MIDDLE, WIDE, LONG, LARGE = map(
    Size.parse, ("100k/10k", "200k/10k", "1M/10k", "1M/100k", "10M/10k", "10M/100k")
)


@attrs.frozen
class Goal:
    """One thing to be shown.

    Attributes:
        work: What was done.
        against: Compared with whom.
        parts: Which parts have to be there, and of which size.
        value: From these parts to a figure.
        wanted: What it has to be at least; at most where it is a cost.
        unit: What the figure counts.
        at_most: Whether it is a cost.
    """

    work: str
    against: str
    parts: tuple[tuple[str, Size], ...]
    value: Callable[..., float]
    wanted: float
    unit: str = " ×"
    at_most: bool = False

    def line(self, found: All) -> str:
        """Return the line of the table."""
        sign = "≤" if self.at_most else "≥"
        start = f"| {self.work}, {self.parts[0][1]} | {self.against} | {sign} {self.wanted:,g}{self.unit} |"
        if not all(part in found for part in self.parts):
            return f"{start} not run | |"
        value = self.value(*(found[part] for part in self.parts))
        met = value <= self.wanted if self.at_most else value >= self.wanted
        return f"{start} {_short(value)}{self.unit} | {'yes' if met else '**no**'} |"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _times(engine: str, mode: str = LOOP) -> Callable[[Measured], float]:
    return lambda found: found.times_ours(OURS, engine, mode)


def _best(engines: tuple[str, ...]) -> Callable[[Measured], float]:
    return lambda found: min(found.times_ours(OURS, each) for each in engines)


def _programs(engine: str) -> Callable[[Measured, Measured], float]:
    return lambda cold, texts: texts.seconds(engine, TURNS) / cold.seconds(OURS, TURNS)


def _figure(name: str) -> Callable[[Measured], float]:
    return lambda found: found.figures[name]


_DAY: Final = "cap table by holder at a random day"
_PAIR: Final = "append one entry durably, then the cap table"
_COLD: Final = "command line from cold, every holding printed"
_BEST: Final = tuple(f"{each}{STATEMENT}" for each in (DUCKDB, POLARS))
_EACH: Final = tuple(f"{each}{EACH}" for each in (DUCKDB, POLARS))
_REBUILT: Final = "rebuild the index from the journal"
_LOADED: Final = "load JSON Lines, every rule checked, evidence kept"


def _goals() -> list[Goal]:
    day, pair = (("day", LARGE),), (("append", MIDDLE),)
    goals = [
        Goal(_DAY, "DuckDB, loop", day, _times(DUCKDB), 100),
        Goal(_DAY, "polars, loop", day, _times(POLARS), 80),
        Goal(_DAY, "DuckDB, turns", day, _times(DUCKDB, TURNS), 40),
        Goal(_DAY, "polars, turns", day, _times(POLARS, TURNS), 40),
        Goal(_DAY, "SQLite, covering index", day, _times(SQLITE), 800),
        Goal(
            _DAY,
            f"itself at {WIDE}",
            (("day", LARGE), ("day", WIDE)),
            lambda large, small: large.seconds(OURS) / small.seconds(OURS),
            3,
            at_most=True,
        ),
    ]
    for size, one, each in ((MIDDLE, 20, 100), (LARGE, 30, 150)):
        goals += [
            Goal("100 dates at once", "best single statement", (("days", size),), _best(_BEST), one),
            Goal("100 dates at once", "100 queries", (("days", size),), _best(_EACH), each),
        ]
    return [
        *goals,
        Goal("as known earlier, at a random day", "SQLite", (("earlier", LARGE),), _times(SQLITE), 50),
        Goal("with open dates, at a random day", "SQLite", (("open", LARGE),), _times(SQLITE), 50),
        Goal("one holder's statement, rows", "SQLite", (("statement", MIDDLE),), _times(SQLITE), 10),
        Goal("one holder's statement, rows", "polars", (("statement", MIDDLE),), _times(POLARS), 10),
        Goal(
            _PAIR,
            "a bare write and sync",
            pair,
            lambda found: 1 / found.times_ours(OURS, BARE),
            2,
            at_most=True,
        ),
        Goal(_PAIR, "DuckDB", pair, _times(DUCKDB), 50),
        Goal(_PAIR, "SQLite", pair, _times(SQLITE), 400),
        Goal(_PAIR, "PostgreSQL", pair, _times(POSTGRES), 400),
        Goal(_COLD, "`sqlite3`", (("cold", MIDDLE),), _times(SQLITE_PROGRAM, TURNS), 1),
        Goal(_COLD, "`sqlite3`", (("cold", LARGE),), _times(SQLITE_PROGRAM, TURNS), 5),
        *(
            Goal(_COLD, name, (("cold", MIDDLE), ("texts", MIDDLE)), _programs(name), wanted)
            for name, wanted in ((LEDGER, 100), (HLEDGER, 400), (BEANCOUNT, 1_000))
        ),
        Goal(_LOADED, "`eventsourcing`, batches of 1,000", (("load", PAIRED),), _times(EVENTSOURCING, TURNS), 2),
        Goal(_LOADED, "events a second", (("load", MIDDLE),), _figure("events a second"), 100_000, ""),
        Goal(
            _REBUILT, "`eventsourcing`, aggregate replay", (("rebuild", PAIRED),), _times(EVENTSOURCING, TURNS), 10
        ),
        Goal(_REBUILT, "events a second", (("rebuild", MIDDLE),), _figure("events a second"), 400_000, ""),
        Goal(
            "memory of the open index",
            "bytes an event",
            (("memory", LARGE),),
            _figure("bytes of the index an event"),
            150,
            "",
            at_most=True,
        ),
    ]


def conditions(found: All) -> str:
    """Return when, on what and with which versions all was measured."""
    machines = dict.fromkeys(each.machine for each in found.values())
    versions = dict(pair for each in found.values() for pair in each.versions.items())
    named = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return "\n".join((*(f"{each}." for each in machines), f"{named}." if named else ""))


def table(found: All) -> str:
    """Return the table of all goals."""
    head = "| work, events/holders | against | wanted | measured | met |\n|---|---|---|---|---|"
    return "\n".join((head, *(goal.line(found) for goal in _goals())))


def details(found: All) -> str:
    """Return every median that was measured, in milliseconds."""
    lines = [
        "| part | events/holders | who | how | median, ms | of it processor, ms |",
        "|---|---|---|---|---|---|",
    ]
    for (part, size), each in sorted(found.items(), key=lambda item: (item[0][0], attrs.astuple(item[0][1]))):
        for times in each.times:
            wall, worked = (f"{1_000 * value:,.4g}" for value in times.medians())
            how = f"{times.mode}, {len(times.seconds)}"
            lines.append(f"| {part} | {size} | {times.engine} | {how} | {wall} | {worked} |")
        lines += (f"| {part} | {size} | {name} | | {value:,.4g} | |" for name, value in each.figures.items())
    return "\n".join(lines)
