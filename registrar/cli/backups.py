"""Verbs that copy a ledger whole, and make a ledger of a copy."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from registrar.cli import completion, say, tell
from registrar.cli.options import file_option, named
from registrar.cli.waiting import waiting

if TYPE_CHECKING:
    from ledger.verification import Verification


@click.command(
    epilog="""\b
Example:
  captable backup acme-2026-11-22.db -f acme.db""",
)
@click.argument("copy", metavar="COPY", shell_complete=completion.files)
@file_option
def backup(copy: str, file: str | None) -> None:
    """Copy the ledger FILE into COPY, as it is at one moment, while others may go on writing.

    The copy is read from its bytes to the root of the tree before it gets its name.
    """
    path = named(file)
    from ledger.backups import back_up

    with waiting(f"copying {path}"):
        found = back_up(path, copy)
    _told(found, f"{copy} is a backup of {path}", copy)
    if os.path.exists(f"{path}.keys"):
        tell(f"note: the keys of personal values are not in it: keep a copy of {path}.keys apart from this one")


@click.command(
    epilog="""\b
Example:
  captable restore acme-2026-11-22.db -f acme.db""",
)
@click.argument("copy", metavar="COPY", shell_complete=completion.files)
@file_option
def restore(copy: str, file: str | None) -> None:
    """Make the ledger FILE of COPY, a backup, which stays as it is. FILE may not be there yet."""
    path = named(file)
    from ledger.backups import restore as made_of

    with waiting(f"copying {copy}"):
        found = made_of(copy, path)
    _told(found, f"{path} is restored from {copy}", path)


def _told(found: tuple[Verification, ...], what: str, path: str) -> None:
    """Say what was found in a file: how much of whom, and by which root somebody else can tell it."""
    from base64 import b64encode

    for each in found:
        assert each.root is not None, "what is sound has a root"
        count = "1 entry" if each.entries == 1 else f"{each.entries:,} entries"
        say(f"{what}: {count} of {each.issuer}, root {b64encode(each.root).decode()}")
    if not found:
        say(f"{what}: nothing is recorded in it")
