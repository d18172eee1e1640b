"""What evidence costs: keeping the tree while entries are recorded, and proving one entry among a million.

The first table appends the same entries to SQLite files with ``synchronous=FULL``, with the tiles of the tree and
without. The second takes one file of a million entries: proofs of entries drawn at random, from the question to the
bytes of the file that is given away, and their check. The first proof after the file was opened stands apart, as
nothing is at hand then.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest import mock

import attrs

from benchmarks import company
from benchmarks.measure import Run, compared, in_turn
from benchmarks.record import Watch
from ledger import codec
from ledger.identity import CommandId, EntryNumber, IssuerId
from ledger.integrity.checkpoints import Checkpoint, signed
from ledger.integrity.notes import Algorithm, SigningKey
from ledger.integrity.proofs import Inclusion
from ledger.integrity.tiles import Tree
from ledger.store import Row
from ledger.store.port import tree_of
from ledger.store.sqlite import SqliteStore
from ledger.timeline import Entry

Command = tuple[CommandId, list[Row]]
ISSUER: Final = IssuerId("harbor")
BEGUN: Final = datetime(2026, 1, 1, tzinfo=UTC)
KEY: Final = SigningKey("harbor.example/ledger", Algorithm.ED25519, bytes(32))
OPENINGS: Final = 5
"""So often the file is opened again, to see a proof that is the first one."""


def commands(size: int, each: int) -> Iterator[Command]:
    """Yield commands with the entries of each: one deal again and again, under the envelope of its own place."""
    event = company.event(list(company.deals(60, 10))[-1])
    payload, topic = codec.encode(event), codec.topic(event)
    told = codec.digest(payload)
    for number, numbers in enumerate(_parts(size, each)):
        command, at = CommandId(f"command-{number}"), BEGUN + timedelta(seconds=number)
        entries = (Entry(EntryNumber(n), at, "counsel", command, event, told) for n in numbers)
        yield command, [Row(entry.number, topic, codec.state(ISSUER, entry, payload)) for entry in entries]


def _parts(size: int, each: int) -> Iterator[range]:
    for first in range(1, size + 1, each):
        yield range(first, min(first + each, size + 1))


def fill(path: Path, size: int, each: int = 10_000) -> None:
    """Make a file of entries."""
    with closing(SqliteStore(path, create=True)) as store:
        for command, rows in commands(size, each):
            store.append(ISSUER, rows, command, {})


# --- keeping -----------------------------------------------------------------------------------------------------


def keep(path: Path, made: Sequence[Command]) -> Run:
    """Append commands to a new file."""
    watch = Watch()
    with closing(SqliteStore(path, create=True)) as store:
        with watch:
            for command, rows in made:
                store.append(ISSUER, rows, command, {})
        return watch.run(store.head(ISSUER))


def keep_no_tree(path: Path, made: Sequence[Command]) -> Run:
    """Append commands to a new file that gets no tiles."""
    with mock.patch("ledger.store.port.completed", return_value=[]):
        return keep(path, made)


def keeping(sizes: Sequence[tuple[int, int]], rounds: int) -> str:
    """Return the table of appending with the tree and without."""
    lines = [
        "### evidence: keeping the tree, SQLite, `synchronous=FULL`",
        "",
        "| entries in a commit | entries/s with the tree | without | time with ÷ without (least to most)"
        " | processor with ÷ without |",
        "|---|---|---|---|---|",
    ]
    names = count()
    with TemporaryDirectory() as folder:

        def fresh(record: Callable[[Path, Sequence[Command]], Run], made: Sequence[Command]) -> Run:
            return record(Path(folder, str(next(names))), made)

        for each, size in sizes:
            made = list(commands(size, each))
            contestants = [partial(fresh, record, made) for record in (keep_no_tree, keep)]
            runs = in_turn(contestants, rounds)
            if any(run.answer != size for taken in runs for run in taken):
                raise AssertionError("entries are missing")
            without, ours = compared(["without", "with"], runs)
            spread = f"{ours.times:.3g} ({ours.least:.3g} to {ours.most:.3g})"
            work = ours.cpu_seconds / without.cpu_seconds
            lines.append(
                f"| {each:,} | {size / ours.seconds:,.0f} | {size / without.seconds:,.0f} | {spread} | {work:.3g} |"
            )
    return "\n".join(lines)


# --- proving -----------------------------------------------------------------------------------------------------


@attrs.frozen
class Proved:
    """What proofs took.

    Attributes:
        made: A run for each proof; the first one was made right after the file was opened.
        checked: A run for each check.
        longest: The longest file.
    """

    made: list[Run]
    checked: list[Run]
    longest: bytes


def written(store: SqliteStore, tree: Tree, number: int, note: bytes) -> bytes:
    """Return the proof of an entry as the file that is given away."""
    row = store.peek(ISSUER, number - 1)
    assert row is not None
    leaf = row.state.partition(b"\n")[0]
    return Inclusion(number - 1, tuple(tree.inclusion(number)), leaf, note).written()


def prove(path: Path, numbers: Sequence[int]) -> Proved:
    """Prove entries one after the other, and check each proof."""
    made, checked = [], []
    with closing(SqliteStore(path)) as store:
        checkpoint = Checkpoint(KEY.name, store.head(ISSUER), tree_of(store, ISSUER).root())
        note = signed(checkpoint, KEY).written()
    with closing(SqliteStore(path)) as store:
        tree = tree_of(store, ISSUER)
        for number in numbers:
            with (watch := Watch()):
                file = written(store, tree, number, note)
            made.append(watch.run(file))
    for number, run in zip(numbers, made, strict=True):
        proof = Inclusion.parse(run.answer)
        with (watch := Watch()):
            envelope = proof.check(checkpoint)
        checked.append(watch.run(envelope.number))
        if envelope.number != number:
            raise AssertionError("the proof is of another entry")
    return Proved(made, checked, max((run.answer for run in made), key=len))


def proving(size: int, proofs: int, openings: int) -> str:
    """Return the table of proofs of one entry among many."""
    drawn = random.Random(7)
    with TemporaryDirectory() as folder:
        path = Path(folder, "ledger")
        fill(path, size)
        numbers = [[drawn.randint(1, size) for _ in range(proofs // openings + 1)] for _ in range(openings)]
        taken = [prove(path, each) for each in numbers]
    made = [run for one in taken for run in one.made[1:]]
    checked = [run for one in taken for run in one.checked]
    longest = max((one.longest for one in taken), key=len)
    return "\n".join(
        [
            f"### evidence: proofs of one entry among {size:,}",
            "",
            "| what | half of them, ms | 99 of 100, ms | processor: half, ms | 99 of 100, ms |",
            "|---|---|---|---|---|",
            _within(f"the first proof after opening the file, {openings} times", [one.made[0] for one in taken]),
            _within(f"each of {len(made):,} more, from the question to the file", made),
            _within("the check of each", checked),
            "",
            f"The longest file has {len(longest):,} bytes: {len(Inclusion.parse(longest).path)} hashes,"
            " the envelope of the entry and the signed checkpoint.",
        ]
    )


def _within(what: str, runs: Sequence[Run]) -> str:
    """Return a line: how long the shorter half took at most, and all but the longest hundredth."""
    columns = (sorted(run.seconds for run in runs), sorted(run.cpu_seconds for run in runs))
    figures = [each[len(each) * part // 100] * 1_000 for each in columns for part in (50, 99)]
    return f"| {what} | " + " | ".join(f"{figure:.3g}" for figure in figures) + " |"


def run(
    *,
    appended: Sequence[tuple[int, int]] = ((1, 2_000), (10, 10_000), (100, 50_000), (1_000, 100_000)),
    size: int = 1_000_000,
    proofs: int = 10_000,
    rounds: int = 5,
    openings: int = OPENINGS,
) -> str:
    """Return the tables; raise if a proof does not lead to the root."""
    return f"{keeping(appended, rounds)}\n\n{proving(size, proofs, openings)}"
