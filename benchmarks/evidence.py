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
from time import perf_counter
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
        first: Seconds for the first one after the file was opened.
        made: Seconds for each of those after it, in order of length.
        checked: Seconds for each check, in order of length.
        most_bytes: Length of the longest file.
        most_hashes: Hashes in it.
    """

    first: float
    made: list[float]
    checked: list[float]
    most_bytes: int
    most_hashes: int


def written(store: SqliteStore, tree: Tree, number: int, note: bytes) -> bytes:
    """Return the proof of an entry as the file that is given away."""
    row = store.peek(ISSUER, number - 1)
    assert row is not None
    leaf = row.state.partition(b"\n")[0]
    return Inclusion(number - 1, tuple(tree.inclusion(number)), leaf, note).written()


def prove(path: Path, numbers: Sequence[int]) -> Proved:
    """Prove entries one after the other, and check each proof."""
    made, checked, files = [], [], []
    with closing(SqliteStore(path)) as store:
        checkpoint = Checkpoint(KEY.name, store.head(ISSUER), tree_of(store, ISSUER).root())
        note = signed(checkpoint, KEY).written()
        begun = perf_counter()
        tree = tree_of(store, ISSUER)
        for number in numbers:
            files.append(written(store, tree, number, note))
            made.append(perf_counter() - begun)
            begun = perf_counter()
    for number, file in zip(numbers, files, strict=True):
        proof = Inclusion.parse(file)
        begun = perf_counter()
        envelope = proof.check(checkpoint)
        checked.append(perf_counter() - begun)
        if envelope.number != number:
            raise AssertionError("the proof is of another entry")
    longest = max(files, key=len)
    return Proved(made[0], sorted(made[1:]), sorted(checked), len(longest), len(Inclusion.parse(longest).path))


def proving(size: int, proofs: int, openings: int) -> str:
    """Return the table of proofs of one entry among many."""
    drawn = random.Random(7)
    with TemporaryDirectory() as folder:
        path = Path(folder, "ledger")
        fill(path, size)
        taken = [
            prove(path, [drawn.randint(1, size) for _ in range(proofs // openings + 1)]) for _ in range(openings)
        ]
    made = sorted(seconds for one in taken for seconds in one.made)
    checked = sorted(seconds for one in taken for seconds in one.checked)
    longest = max(taken, key=lambda one: one.most_bytes)
    return "\n".join(
        [
            f"### evidence: proofs of one entry among {size:,}",
            "",
            "| what | half of them within | 99 of 100 within | all within |",
            "|---|---|---|---|",
            _within("the first proof after opening the file", sorted(one.first for one in taken)),
            _within(f"each of {len(made):,} more, from the question to the file", made),
            _within("its check", checked),
            "",
            f"The longest file has {longest.most_bytes:,} bytes, with {longest.most_hashes} hashes, the envelope of"
            " the entry and the signed checkpoint.",
        ]
    )


def _within(what: str, seconds: Sequence[float]) -> str:
    at = [seconds[min(len(seconds) - 1, len(seconds) * part // 100)] for part in (50, 99, 100)]
    return f"| {what} | " + " | ".join(f"{each * 1_000:.3g} ms" for each in at) + " |"


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
