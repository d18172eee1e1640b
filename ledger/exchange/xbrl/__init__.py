"""Takes over what filings tag about shares: bytes in, proposed claims out, or every problem by its place.

    file = File("acme-20170630.htm", data)
    proposal = proposed(file, Instructions(classes={"common": (common,)}, on=day))
    ledger.record(*proposal.events, command=identity(file))

Nothing is opened, fetched, recorded or guessed here: no schema, link or taxonomy that a file names is looked for.

    figures      which concepts are read, and what a tagged number says
    document     XBRL instances, and pages with inline XBRL
    tables       the JSON in which the SEC hands out all facts of a company
    claims       what they claim, of which class
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import Final

from ledger.errors import NotUnderstood
from ledger.exchange.register.cells import File
from ledger.exchange.register.proposal import Proposal
from ledger.exchange.xbrl import claims, document, tables
from ledger.exchange.xbrl.claims import Instructions
from ledger.exchange.xbrl.figures import Filing
from ledger.identity import ClaimId, CommandId

__all__ = ["MAX_FILE_BYTES", "Filing", "Instructions", "identity", "proposed", "read"]

MAX_FILE_BYTES: Final = 50_000_000
_BLANKS: Final = b"\xef\xbb\xbf \t\r\n"


def identity(file: File) -> CommandId:
    """Return the identity of the command that takes a file over: its digest."""
    return CommandId(sha256(file.data).hexdigest())


def read(file: File, ignored: Collection[str] = ()) -> Filing:
    """Return the figures about shares in a file, whichever of the forms it has.

    Args:
        file: The file.
        ignored: Concepts that are passed over.

    Raises:
        InputRefused: With every problem of the file.
        NotUnderstood: The file as a whole cannot be read.
    """
    if len(file.data) > MAX_FILE_BYTES:
        what, hint = f"the file is longer than {MAX_FILE_BYTES:,} bytes", "give one document of the filing"
        raise NotUnderstood("E_LIMIT", what, hint, file.name)
    begins = file.data[:100].lstrip(_BLANKS)
    if not begins:
        raise NotUnderstood("E_FILE", "the file is empty", "fetch it again", file.name)
    if begins.startswith((b"{", b"[")):
        return tables.read(file.data, file.name, ignored)
    return document.read(file.data, file.name, ignored)


def proposed(file: File, said: Instructions, recorded: Collection[ClaimId] = ()) -> Proposal:
    """Return the claims that a file amounts to, for somebody to look at.

    Args:
        file: An XBRL instance, a page with inline XBRL, or the JSON of a company's facts.
        said: What is said beside it.
        recorded: Claims that other commands recorded; they are left out.

    Raises:
        InputRefused: With every problem of the file; nothing of it was used.
        NotUnderstood: The file as a whole cannot be read.
    """
    return claims.proposed(file, read(file, said.ignored), said, recorded)
