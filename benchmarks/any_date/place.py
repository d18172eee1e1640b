"""Where the benchmark keeps what takes long to make: ledgers, files of the other engines, their programs, results.

What is made is kept under the digest of the code that made it, so that nothing old is measured by mistake.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

import attrs

from benchmarks.any_date import fold, issuer, journals, peers, written
from benchmarks.any_date.fold import Fold, Postings
from benchmarks.any_date.issuer import CLASSES, History
from benchmarks.any_date.peers import Sqlite

_MAKERS: Final = (issuer, fold, written, peers, journals)


@attrs.frozen
class Size:
    """How long a history is, and of how many holders.

    Attributes:
        events: How many events.
        holders: How many holders.
    """

    events: int
    holders: int

    @property
    def holdings(self) -> int:
        """How many holdings there may be: of every holder in every class."""
        return self.holders * len(CLASSES)

    @classmethod
    def parse(cls, text: str) -> Size:
        """Return the size that text like ``1M/10k`` stands for."""
        events, _, holders = text.partition("/")
        return cls(_number(events), _number(holders))

    def __str__(self) -> str:
        return f"{_short(self.events)}/{_short(self.holders)}"


def _number(text: str) -> int:
    factor = {"k": 1_000, "M": 1_000_000}.get(text[-1:], 1)
    return int(text.rstrip("kM")) * factor


def _short(number: int) -> str:
    for letter, factor in (("M", 1_000_000), ("k", 1_000)):
        if number % factor == 0:
            return f"{number // factor}{letter}"
    return str(number)


@attrs.define(eq=False, slots=False)
class Case:
    """A history of a size, and all that is made of it, each made when it is first asked for.

    Attributes:
        size: Which size.
        folder: Where files are kept.
    """

    size: Size
    folder: Path

    @cached_property
    def history(self) -> History:
        """What happened."""
        return issuer.history(self.size.events, self.size.holders)

    @cached_property
    def fold(self) -> Fold:
        """What is right."""
        return Fold(self.history)

    @cached_property
    def postings(self) -> Postings:
        """What stands today, as postings."""
        return fold.postings(self.history)

    def made(self, name: str, make: Callable[[Path], object]) -> Path:
        """Return a file, made if it is not there; one that was interrupted is made again."""
        makers = sha256(b"".join(Path(str(each.__file__)).read_bytes() for each in _MAKERS)).hexdigest()[:8]
        folder = self.folder / "cases" / f"{self.size.events}-{self.size.holders}-{makers}"
        path = folder / name
        if not path.exists():
            unfinished = folder / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            make(unfinished / name)
            for file in unfinished.iterdir():
                if file.name != name:
                    os.replace(file, folder / file.name)
            os.replace(unfinished / name, path)
            unfinished.rmdir()
        return path

    @property
    def ledger(self) -> Path:
        """The file of our ledger, without an index beside it."""
        return self.made("ledger.db", lambda path: written.write_ledger(self.history, path))

    @property
    def lines(self) -> Path:
        """The history as JSON Lines."""
        return self.made("history.jsonl", lambda path: written.write_lines(self.history, path))

    @property
    def sqlite(self) -> Path:
        """The postings as an SQLite file."""
        as_known = fold.postings_as_known
        return self.made("postings.db", lambda path: Sqlite.make(path, self.postings, as_known(self.history)))

    def prepare(self, part: str) -> None:
        """Make the files that a part reads, those that take long."""
        if part != "texts":
            assert self.ledger.exists()
        if part in ("day", "earlier", "open", "statement", "append", "cold"):
            assert self.sqlite.exists()
        if part == "load":
            assert self.lines.exists()
