"""A file of JSON Lines of any length, loaded part by part: given again, it goes on where it was interrupted.

Each part is a command of its own: all of it, or nothing. Its identity is the SHA-256 of the file up to its end.
What could go wrong, and why it does not:

- *A part is recorded twice*, when the same file is given again: its identity counts once, and it is passed over.
- *The file was mended* after the line that was refused. What lies before is the same, and so are the parts before.
- *The file has grown.* Its last part ended sooner then: of the first part that is not recorded, every line is asked
  whether one ended there, and what is recorded begins behind it.
- *A line that is recorded was changed.* That is another file, whose lines count once more from that part on, as the
  page of the verb says. What is recorded is corrected by a line that restates it, at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from ledger.collector import collector_at_rest
from ledger.exchange.drafting import Drafting
from ledger.exchange.json_lines import BLANK, MAX_LINE_BYTES

if TYPE_CHECKING:
    from ledger.drafts import Draft
    from ledger.journal import Ledger

PART_BYTES: Final = 16_000_000
"""A part ends with the first line that reaches this length. The identities of recorded parts depend on it."""


class Part(NamedTuple):
    """Lines of a file that are recorded as one command.

    Attributes:
        data: The lines.
        before: How many lines of the file come before them.
        command: The identity of the command.
    """

    data: bytes
    before: int
    command: str


def parts(file: BinaryIO, recorded: Callable[[Iterable[str]], Container[str]]) -> Iterator[Part]:
    """Yield the parts of a file that are not recorded, in order.

    Args:
        file: The file, open for reading.
        recorded: Returns which commands are recorded, of some.
    """
    so_far, before, is_new = sha256(), 0, False
    while data := file.read(PART_BYTES):
        data += file.readline(MAX_LINE_BYTES + 1)
        digest = so_far.copy()
        digest.update(data)
        command = digest.hexdigest()
        if command not in recorded((command,)):
            done = 0 if is_new else _recorded_of(data, so_far.copy(), recorded)
            is_new = True
            if data[done:].strip(BLANK):
                yield Part(data[done:], before + data.count(b"\n", 0, done), command)
        so_far, before = digest, before + data.count(b"\n")


def _recorded_of(data: bytes, digest: Any, recorded: Callable[[Iterable[str]], Container[str]]) -> int:
    """Return how many bytes of a part are recorded, by a file that ended there."""
    ends: dict[str, int] = {}

    def identities() -> Iterator[str]:  # worked out only where somebody looks for them
        start = 0
        while end := data.find(b"\n", start) + 1:
            # The last line of a file may have lacked the feed.
            for part, at in ((data[start : end - 1], end - 1), (b"\n", end)):
                digest.update(part)
                ends[command := digest.hexdigest()] = at
                yield command
            start = end

    there = recorded(identities())
    return max((at for command, at in ends.items() if command in there), default=0)


class Read(NamedTuple):
    """A part that was read.

    Attributes:
        part: The part.
        drafts: What it says.
        go_on: Begins to read the next part. It is best called as this one is written: that waits for SQLite and the
            disk, which leave Python to the reader. Earlier, the two would only take turns.
    """

    part: Part
    drafts: list[Draft]
    go_on: Callable[[], object]


def read_ahead(
    file: BinaryIO, recorded: Callable[[Iterable[str]], Container[str]], name: str = "input"
) -> Iterator[Read]:
    """Yield the parts of a file that are not recorded, and what they say; one is read while another is written.

    A part that cannot be read is refused when it is its turn, and those before it are recorded by then.

    Args:
        file: See ``parts``.
        recorded: See ``parts``.
        name: What the file is called in messages.

    Raises:
        InputRefused: The next part cannot be read.
    """
    with collector_at_rest(), ThreadPoolExecutor(1, "reader") as reader:
        drafts = Drafting().drafts

        def reading(part: Part | None) -> Future[list[Draft]] | None:
            return None if part is None else reader.submit(drafts, part.data, name, part.before)

        to_come = parts(file, recorded)
        part = next(to_come, None)
        read = reading(part)
        while part is not None and read is not None:
            following = next(to_come, None)
            go_on = cache(partial(reading, following))
            yield Read(part, read.result(), go_on)
            part, read = following, go_on()


def load(ledger: Ledger, file: BinaryIO, *, actor: str = "unnamed", name: str = "input") -> int:
    """Record a file of JSON Lines part by part, and return how many entries that made.

    Args:
        ledger: Where.
        file: The file, open for reading.
        actor: Who records it.
        name: What the file is called in messages.

    Raises:
        InputRefused: A part cannot be read; the parts before it are recorded.
        RuleBroken: A part goes against the record or the papers; the parts before it are recorded.
    """
    outcomes = (
        ledger.record_drafts(read, actor=actor, command=part.command, meanwhile=go_on)
        for part, read, go_on in read_ahead(file, ledger.recorded, name)
    )
    return sum(len(outcome.entries) for outcome in outcomes if not outcome.repeated)
