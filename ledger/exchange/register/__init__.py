"""Takes over an existing register from Excel or CSV: bytes in, proposed events out, or every problem by its cell.

    files = [File("register.xlsx", data)]
    known = known_of(ledger, identity(files))
    proposal = proposed(files, known, Instructions(as_of=day))
    ledger.record(*proposal.events, command=identity(files))

Nothing is opened, recorded or guessed here. Each module knows one thing:

    cells, delimited, package, scan, workbook      what a file holds
    things, values                                 what people call it, and how they write it
    layout, lines, troubles                        which is which, what stands in each row, and what is wrong
    known, holders, classes                        what the ledger knows, and who is meant
    making, openings, reader, proposal             what it amounts to
    template, excerpt, history                     the form, empty or filled from a ledger
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import PurePath

from ledger.errors import NotUnderstood
from ledger.exchange.refused import Problems
from ledger.exchange.register import delimited, layout, workbook
from ledger.exchange.register.cells import MAX_FILE_BYTES, File, Sheet
from ledger.exchange.register.known import Known
from ledger.exchange.register.known import known as known_of
from ledger.exchange.register.lines import lines as lines_of
from ledger.exchange.register.proposal import Instructions, Proposal, Proposed
from ledger.exchange.register.reader import Reader
from ledger.exchange.register.troubles import Troubles
from ledger.exchange.register.values import Numbers
from ledger.identity import CommandId

__all__ = [
    "MAX_FILE_BYTES",
    "File",
    "Instructions",
    "Known",
    "Numbers",
    "Proposal",
    "Proposed",
    "identity",
    "known_of",
    "proposed",
    "sheets_of",
]


def identity(files: Sequence[File]) -> CommandId:
    """Return the identity of the command that takes files over: their digest, in whatever order they are given.

    One file has its own SHA-256. Of several it is the SHA-256 of their digests and names, folders left out, sorted.
    """
    if len(files) == 1:
        return CommandId(sha256(files[0].data).hexdigest())
    parts = sorted(f"{sha256(file.data).hexdigest()} {PurePath(file.name).name}\n" for file in files)
    return CommandId(sha256("".join(parts).encode()).hexdigest())


def sheets_of(files: Sequence[File]) -> list[Sheet]:
    """Return the sheets of files.

    Raises:
        InputRefused: With the problem of each file that cannot be read.
        LibraryMissing: The library that reads workbooks is not installed.
    """
    sheets: list[Sheet] = []
    problems = Problems(", ".join(file.name for file in files))
    for file in files:
        try:
            if not file.data:
                raise NotUnderstood("E_FILE", "the file is empty", "save it again, or leave it out", file.name)
            if workbook.is_workbook(file):
                sheets += workbook.read(file)
            else:
                sheets.append(delimited.read(file, layout.is_heading))
        except NotUnderstood as error:
            problems.add(error)
    problems.refuse()
    return sheets


def proposed(files: Sequence[File], known: Known | None = None, said: Instructions | None = None) -> Proposal:
    """Return the events that files amount to, for somebody to look at.

    Args:
        files: One workbook, or CSV files, or both.
        known: What the ledger knows that they are taken into; nothing when it is empty.
        said: What is said beside the files.

    Raises:
        InputRefused: With every problem of the files; nothing of them was used.
        LibraryMissing: The library that reads workbooks is not installed.
    """
    said, sheets = said or Instructions(), sheets_of(files)
    notes: list[str] = []
    troubles = Troubles(", ".join(file.name for file in files))
    tables, whole = layout.tables(sheets, said.ignored, troubles)
    lines = [line for table in tables for line in lines_of(table, said.numbers, troubles, notes)]
    if not lines and not len(troubles):
        hint = "fill in the rows below the headings"
        troubles.add((0, 0, 0), NotUnderstood("E_EMPTY", "no sheet has a row", hint, files[0].name))
        troubles.refuse()
    if not whole:  # whoever is named on a sheet that was not read would be said to be nobody
        troubles.refuse()
    found = Reader(lines, known or Known(), said, troubles, notes).read()
    troubles.refuse()
    return Proposal(found, tuple(notes))
