"""The holdings of a day at once: out of what is kept beside a ledger, before anything else is imported.

Whole programs are started for one answer, and most of the time would go into starting them. The plainest question,
``captable holdings -f FILE --as-of DAY``, is tried here first, with the standard library alone. What could go
wrong, and why it does not:

- *It is not so plain.* Whatever is unusual goes the ordinary way: another option, no folder beside the ledger, one
  that lacks an entry or does not fit the root of the record, mergers, quantities beyond 64 bits, lines too long for
  the terminal, any error at all. The ordinary way then answers or refuses, and says why.
- *Somebody records meanwhile.* The file is read as one that nobody writes to, so that nothing is left beside it,
  and looked at again in the end. With a log beside it, or changed since, it goes the ordinary way.
- *It answers otherwise.* What is printed is what the ordinary way prints, to the letter; the tests compare the two.
"""

from __future__ import annotations

import os
import sys
from bisect import bisect_left, bisect_right
from io import TextIOWrapper
from itertools import chain, compress, count, repeat
from operator import gt, ne, or_

TYPE_CHECKING = False  # the module of that name takes longer to import than some answers
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from sqlite3 import Connection
    from typing import Any

    from ledger.store.kept import Kept

    Position = tuple[int, int]
    """Class and holder, by number."""

FILE = "CAPTABLE_FILE"
_APPLICATION_ID, _LAYOUT = 0x43615054, 2
_ISSUERS = "/issuers"
_MOVEMENTS = ("movements", 1)
_PHASES = 3
_WIDEST, _USUAL, _NARROWEST = 160, 80, 60
_EARLIEST, _LATEST = 1600, 2999
_PIPE_CLOSED = 141


class NotPlain(Exception):
    """The ordinary way answers this."""


def main() -> None:
    """Answer the command line; what is not plain goes the ordinary way."""
    try:
        text = answer(sys.argv[1:], os.environ)
    except Exception:  # whatever it is, the ordinary way tells it better
        from registrar.cli import main as ordinary

        ordinary()
        return
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_PIPE_CLOSED)


def answer(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return what the command line prints.

    Raises:
        NotPlain: It is not plain; other errors mean the same.
    """
    path, on = _asked(arguments, environment)
    from datetime import date as days

    day = days.fromisoformat(on)
    if not _EARLIEST <= day.year <= _LATEST:
        raise NotPlain
    from contextlib import closing

    from ledger.store.kept import HEADING

    before = _looked_at(path)
    with closing(_opened(path)) as connection:
        record = Record(connection)
        movements, heading = record.kept(path, *_MOVEMENTS), record.kept(path, *HEADING)
        held = Held(movements, record, day.toordinal())
    if _looked_at(path) != before:
        raise NotPlain
    return "".join(_printed(heading.told, record, day, held, _width(environment)))


def _asked(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the file and the day that the command line names."""
    path, on = environment.get(FILE, ""), ""
    if any(name.startswith("CAPTABLE_") and name != FILE for name in environment) or not arguments:
        raise NotPlain
    verb, *options = arguments
    if verb != "holdings" or len(options) % 2:
        raise NotPlain
    for name, value in zip(options[::2], options[1::2], strict=True):
        if name in ("-f", "--file"):
            path = value
        elif name == "--as-of":
            on = value
        else:
            raise NotPlain
    if len(on) != len("2026-01-01") or "://" in path or not os.path.isfile(path):
        raise NotPlain
    return path, on


def _width(environment: Mapping[str, str]) -> int:
    """Return how many columns an answer may take, as ``registrar.cli.output.width`` does."""
    columns = environment.get("COLUMNS", "")
    if columns:
        found = int(columns)
    elif sys.__stdout__ is not None and sys.__stdout__.isatty():
        found = os.get_terminal_size(sys.__stdout__.fileno()).columns
    else:
        found = _USUAL
    return min(max(found or _USUAL, _NARROWEST), _WIDEST)


# --- the record --------------------------------------------------------------------------------------------------


def _looked_at(path: str) -> tuple[int, ...]:
    """Return what changes when somebody writes to a file."""
    for suffix in ("-wal", "-journal"):
        if os.path.lexists(path + suffix):
            raise NotPlain
    found = os.stat(path)
    return found.st_ino, found.st_size, found.st_mtime_ns


def _opened(path: str) -> Connection:
    """Return a connection that reads."""
    import sqlite3

    if not os.access(path, os.W_OK):
        raise NotPlain
    quoted = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = sqlite3.connect(f"file:{quoted}?mode=ro&immutable=1", uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


class Record:
    """The one record in a file, as it is now.

    Args:
        connection: To the file.

    Attributes:
        issuer: Whose.
        size: How many entries it has.
    """

    def __init__(self, connection: Connection) -> None:
        self._ask = connection.execute
        self._known_root: bytes | None = None
        if [*self._ask("PRAGMA application_id"), *self._ask("PRAGMA user_version")] != [
            (_APPLICATION_ID,),
            (_LAYOUT,),
        ]:
            raise NotPlain
        schema = {(kind, name) for kind, name in self._ask("SELECT type, name FROM sqlite_master")}
        if {kind for kind, _ in schema} != {"table", "trigger"} or ("table", "stored_events") not in schema:
            raise NotPlain
        ((issuer,),) = self._ask("SELECT state FROM stored_events WHERE originator_id=?", (_ISSUERS,))
        self.issuer: str = issuer.decode("ascii")
        ((self.size,),) = self._ask(
            "SELECT max(originator_version) FROM stored_events WHERE originator_id=?", (self.issuer,)
        )

    def kept(self, path: str, part: str, layout: int) -> Kept:
        """Return what is kept beside the file of all entries."""
        from ledger.store.kept import shelf

        found = shelf(path, self.issuer, part, layout, self._root, None).open()
        if found is None or found.size != self.size:
            raise NotPlain
        return found

    def event(self, number: int) -> dict[str, Any]:
        """Return what an entry says, with its kind."""
        import json

        ((state,),) = self._rows("state", self.issuer, number - 1, 1)
        payload: dict[str, Any] = json.loads(state.split(b"\n")[1])
        return payload

    def _rows(self, what: str, stream: str, after: int, count: int) -> list[tuple[Any, ...]]:
        found = self._ask(
            f"SELECT {what} FROM stored_events WHERE originator_id=? AND originator_version>?"
            " ORDER BY originator_version LIMIT ?",
            (stream, after, count),
        ).fetchall()
        if len(found) != count:
            raise NotPlain
        return found

    def _root(self, size: int) -> bytes:
        """Return the root over all entries, from the tiles that are kept and the leaves after them."""
        from ledger.integrity.tree import node_hash

        if size != self.size:
            raise NotPlain
        if self._known_root is None:
            leaves = self._rows("substr(state, -64)", self.issuer, size & ~255, size & 255)
            edge = _subtrees([bytes.fromhex(leaf.decode("ascii")) for (leaf,) in leaves])
            level, count = 0, size >> 8
            while count:
                stream = f"{self.issuer}/tiles/{level}"
                tiles = self._rows("substr(state, 8193, 32)", stream, count & ~255, count & 255)
                edge = [*_subtrees([root for (root,) in tiles]), *edge]
                level, count = level + 1, count >> 8
            self._known_root = edge.pop()
            while edge:
                self._known_root = node_hash(edge.pop(), self._known_root)
        return self._known_root


def _subtrees(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the largest perfect subtrees over hashes that stand side by side."""
    from ledger.integrity.tree import node_hash

    found: list[bytes] = []
    for carried, each in enumerate(hashes):
        complete = each
        while carried & 1:
            complete = node_hash(found.pop(), complete)
            carried >>= 1
        found.append(complete)
    return found


# --- who holds what ----------------------------------------------------------------------------------------------


class Held:
    """Who holds what at the close of a day, as the columns that are kept say.

    Args:
        movements: What is kept of movements.
        record: The record.
        day: Ordinal of the day.

    Attributes:
        holders: Number of the holder of each position, by class and then by holder.
        low: How many shares each is at least.
        high: How many each is at most; the same list where no day is open.
        runs: The positions of each class: its name, the first of them and the end.
    """

    def __init__(self, movements: Kept, record: Record, day: int) -> None:
        self._told, self._pieces = movements.told, movements.pieces
        kept = self._pieces["narrow-positions"]
        covered, without = kept["covered"]
        if without or len(self._pieces["wide-positions"]["classes"]):
            raise NotPlain
        self._classes, self.names = self._texts("classes"), self._texts("holders")
        self._of, self.holders = kept["classes"].tolist(), kept["holders"].tolist()
        when = (day * _PHASES + _PHASES) * self._told["stages"] - 1
        sums = self._sums(when)
        self.low = self.high = self._totals(sums)
        self._take_in(sums, covered)
        self.runs = self._runs(self._designated(record, day))
        self._open(when)

    # --- who and what --------------------------------------------------------------------------------

    def _layers(self, name: str) -> list[Mapping[str, memoryview]]:
        """Return what is kept of a table, layer by layer."""
        firsts = sorted(int(each.rpartition("-")[2]) for each in self._pieces if each.rpartition("-")[0] == name)
        return [self._pieces[f"{name}-{first}"] for first in firsts]

    def _texts(self, name: str) -> list[str]:
        found: list[str] = []
        for piece in self._layers(name):
            text, ends = bytes(piece["text"]).decode("ascii"), piece["ends"].tolist()
            found += map(text.__getitem__, map(slice, [0, *ends], ends))
        return found

    def _position(self, account: int) -> Position | None:
        """Return which position an account of shares of somebody is a part of."""
        first = 0
        for piece in self._layers("narrow-accounts"):
            at = account - first
            if at < len(piece["kinds"]):
                of_class = piece["units"][at]
                is_held = piece["kinds"][at] == self._told["kinds"].index("held") and of_class >= 0
                return (of_class, piece["holders"][at]) if is_held else None
            first += len(piece["kinds"])
        raise NotPlain

    def _place(self, position: Position) -> tuple[int, bool]:
        """Return where a position stands or would stand, and whether it does."""

        def key(place: int) -> tuple[str, str]:
            return self._classes[self._of[place]], self.names[self.holders[place]]

        of_class, holder = position
        place = bisect_left(range(len(self._of)), (self._classes[of_class], self.names[holder]), key=key)
        stands = place < len(self._of) and (self._of[place], self.holders[place]) == position
        return place, stands

    def _take_in(self, sums: Sequence[int], covered: int) -> None:
        """Take in the accounts that came since the positions were put in order."""
        new: dict[Position, int] = {}
        for account in range(covered, len(sums)):
            position = self._position(account)
            if position is not None:
                place, stands = self._place(position)
                if stands:
                    self.low[place] += sums[account]
                else:
                    new[position] = new.get(position, 0) + sums[account]
        if not new:
            return
        in_order = sorted(new, key=lambda each: (self._classes[each[0]], self.names[each[1]]))
        places = [self._place(each)[0] for each in in_order]
        self._of = _put_in(self._of, places, [of_class for of_class, _ in in_order])
        self.holders = _put_in(self.holders, places, [holder for _, holder in in_order])
        self.low = self.high = _put_in(self.low, places, [*map(new.__getitem__, in_order)])

    def _runs(self, designated: set[str]) -> list[tuple[str, int, int]]:
        """Return the positions of each class that there is."""
        found = []
        start = 0
        while start < len(self._of):
            name = self._classes[self._of[start]]
            end = bisect_right(self._of, name, start, key=self._classes.__getitem__)
            if name in designated:
                found.append((name, start, end))
            start = end
        return found

    def _designated(self, record: Record, day: int) -> set[str]:
        """Return the classes that there may be on a day."""
        from datetime import date

        found = set()
        for number, _, _, gone in self._told["facts"]:
            payload = record.event(number)
            if payload["kind"] != "stock-class-designated":
                raise NotPlain
            event = payload["event"]
            if gone is None and date.fromisoformat(event["effective_on"][:10]).toordinal() <= day:
                found.add(event["stock_class"])
        return found

    # --- how many ------------------------------------------------------------------------------------

    def _sums(self, when: int) -> list[int]:
        """Return what each account comes to at a stage of a moment."""
        loose = self._pieces["narrow-sums-loose"]
        _, size, _, segments = loose["shape"]
        sums = [0] * max(size, sum(len(piece["kinds"]) for piece in self._layers("narrow-accounts")))
        for at in range(segments):
            piece = self._pieces[f"narrow-sums-{at}"]
            _, keys, spacing, _ = piece["shape"]
            count = bisect_right(piece["whens"], when)
            last = min(count // spacing, len(piece["widths"]) - 1)
            start, width = sum(piece["widths"][:last]), piece["widths"][last]
            come = piece["checkpoints"][start : start + width].tolist() + [0] * (keys - width)
            since = slice(last * spacing, count)
            for key, after in zip(piece["keys"][since], piece["after"][since], strict=True):
                come[key] = after  # of several rows of an account the last one is taken
            numbers = piece["numbers"]
            if not at and not len(numbers):
                sums[:keys] = come
                continue
            for number, total in zip(numbers if len(numbers) else range(keys), come, strict=True):
                sums[number] += total
        for effective, key, change in zip(loose["whens"], loose["keys"], loose["changes"], strict=True):
            if effective <= when:
                sums[key] += change
        return sums

    def _totals(self, sums: Sequence[int]) -> list[int]:
        """Return what the accounts of each position come to together."""
        kept = self._pieces["narrow-positions"]
        accounts, starts = kept["accounts"].tolist(), kept["starts"].tolist()
        totals = [*map(sums.__getitem__, accounts)]
        if len(starts) == len(accounts):
            return totals
        return [sum(totals[start:end]) for start, end in zip(starts, [*starts[1:], len(accounts)], strict=True)]

    def _may(self, when: int) -> dict[Position, tuple[int, int]]:
        """Return by how much facts whose day is open may change positions: at least, and at most."""
        nets: dict[tuple[int, int], int] = {}  # of a fact and an account
        for piece in self._layers("narrow-open"):
            begun = zip(piece["begins"], piece["settles"], range(len(piece["begins"])), strict=True)
            for place in [place for begins, settles, place in begun if begins <= when < settles]:
                at = piece["facts"][place], piece["accounts"][place]
                nets[at] = nets.get(at, 0) + piece["limb-0"][place]
        by_fact: dict[tuple[int, Position], int] = {}
        for (fact, account), change in nets.items():
            position = self._position(account)
            if change and position is not None:
                by_fact[fact, position] = by_fact.get((fact, position), 0) + change
        may: dict[Position, tuple[int, int]] = {}
        for (_, position), change in by_fact.items():
            low, high = may.get(position, (0, 0))
            may[position] = low + min(change, 0), high + max(change, 0)
        return may

    def _open(self, when: int) -> None:
        """Set apart how many shares there are at least and at most, where a day is open."""
        may = self._may(when)
        if may:
            self.high = self.low.copy()
        for position, (least, most) in may.items():
            place, _ = self._place(position)
            low, high = self.low[place] + least, self.low[place] + most
            self.low[place], self.high[place] = 0 if low < 0 <= high else low, high


def _put_in(values: list[int], places: Sequence[int], new: Sequence[int]) -> list[int]:
    """Return a list with new values in it, each before what stood at its place."""
    found: list[int] = []
    start = 0
    for place, value in zip(places, new, strict=True):
        found += values[start:place]
        found.append(value)
        start = place
    return found + values[start:]


# --- the page ----------------------------------------------------------------------------------------------------


def _printed(told: Mapping[str, str], record: Record, day: date, held: Held, width: int) -> Iterator[str]:
    """Yield the answer, as the ordinary way prints it."""
    above = (
        f"{told['legal_name']} ({record.issuer})",
        f"Holdings at the close of {day}",
        f"as known from all {record.size:,} entries, the last recorded {told['recorded_at']} UTC",
    )
    is_open = held.high is not held.low
    some = [*map(or_, held.low, held.high)] if is_open else held.low
    runs = []
    for name, start, end in held.runs:
        taken = some[start:end]
        holders, lows = [*compress(held.holders[start:end], taken)], [*compress(held.low[start:end], taken)]
        highs = [*compress(held.high[start:end], taken)] if is_open else lows
        if lows:
            runs.append((name, holders, *_numbers(lows, highs)))
    if not runs or not all(line.isascii() and line.isprintable() for line in above):
        raise NotPlain
    whose = {*chain.from_iterable(holders for _, holders, *_ in runs)}
    wide = [
        max(len("Class"), *(len(name) for name, *_ in runs)),
        max(len("Holder"), *(len(held.names[holder]) for holder in whose)),
        max(len("Shares"), *(longest for *_, longest in runs)),
    ]
    if max(sum(wide) + 4, *map(len, above)) > width:
        raise NotPlain
    form = f"%-{wide[0]}s  %-{wide[1]}s  %{wide[2]}s\n"
    yield "".join(f"{line}\n" for line in (*above, ""))
    yield form % ("Class", "Holder", "Shares")
    yield form % tuple("-" * each for each in wide)
    padded = dict(zip(whose, (f"{held.names[holder]:<{wide[1]}}  " for holder in whose), strict=True))
    for name, holders, numbers, _ in runs:
        first = f"{name:<{wide[0]}}  "
        shares = map(f"%{wide[2]}s\n".__mod__, numbers)
        yield "".join(chain.from_iterable(zip(repeat(first), map(padded.__getitem__, holders), shares)))
    if is_open:
        from registrar.text import OPEN_DAYS, wrapped

        yield "".join(f"{line}\n" for line in ("", *wrapped(f"* {OPEN_DAYS}", width, "  ")))


def _numbers(lows: Sequence[int], highs: Sequence[int]) -> tuple[list[str], int]:
    """Return how many shares there are, as ``registrar.tables.bounds`` says it, and the longest of these."""
    found = [*map(format, lows, repeat(","))]
    if highs is not lows or min(lows) < 0:
        for place in compress(count(), map(or_, map(ne, lows, highs), map(gt, repeat(0), lows))):
            found[place] = _between(lows[place], highs[place])
    return found, max(map(len, found))


def _between(low: int, high: int) -> str:
    first, last = (f"{each:,}" if each >= 0 else f"({-each:,})" for each in (low, high))
    return first if low == high else f"{first} – {last}"
