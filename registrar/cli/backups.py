"""Verbs that copy a ledger whole, and make a ledger of a copy."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from registrar.cli import completion, say, tell
from registrar.cli.options import file_option, issuer_option, keys, named
from registrar.cli.records import bytes_of
from registrar.cli.waiting import waiting

if TYPE_CHECKING:
    from ledger.verification import Anchor, Verification


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
    _told(found, f"{copy} is a backup of {path}")
    file_of_keys = keys() or f"{path}.keys"
    if os.path.exists(file_of_keys):
        tell(f"note: the keys of personal values are not in it: keep a copy of {file_of_keys} apart from this one")


@click.command(
    epilog="""\b
Example:
  captable restore acme-2026-11-22.db -f acme.db
  captable restore acme-2026-11-22.db -f acme.db --checkpoint acme.checkpoint --key acme.pub""",
)
@click.argument("copy", metavar="COPY", shell_complete=completion.files)
@file_option
@issuer_option
@click.option(
    "--checkpoint", metavar="FILE", shell_complete=completion.files, help="COPY has to hold what it says."
)
@click.option("--key", "log", metavar="KEY", help="Verifier key of its log, or a file that holds it.")
def restore(copy: str, file: str | None, issuer: str | None, checkpoint: str | None, log: str | None) -> None:
    """Make the ledger FILE of COPY, a backup, which stays as it is. FILE may not be there yet.

    Without a checkpoint that was kept elsewhere, nothing can tell an older copy from the last one.
    """
    path = named(file)
    if (checkpoint is None) != (log is None):
        raise click.UsageError("a checkpoint is checked with the key of its log (give --checkpoint and --key)")
    from ledger.backups import restore as made_of

    anchors = [] if checkpoint is None or log is None else [_anchor(checkpoint, log)]
    with waiting(f"copying {copy}"):
        found = made_of(copy, path, anchors, issuer)
    _told(found, f"{path} is restored from {copy}")
    file_of_keys = keys() or f"{path}.keys"
    if not os.path.exists(file_of_keys):
        tell(
            f"note: the keys of personal values are not in a backup: put their file at {file_of_keys} to read them"
        )
    held = max((each.covered() for each in found), default=0)
    if held:
        say(f"its first {held:,} entries are those of {checkpoint}")
    else:
        tell("note: nothing that is kept elsewhere was asked; an older copy would look the same (add --checkpoint)")


def _anchor(checkpoint: str, log: str) -> Anchor:
    """Return what a checkpoint says, if its log signed it."""
    from ledger.errors import NotProved, NotUnderstood
    from ledger.integrity.checkpoints import opened
    from ledger.integrity.notes import MAX_BYTES
    from ledger.verification import Anchor, Level
    from registrar.cli.evidence import verifier

    try:
        said, _ = opened(bytes_of(checkpoint, MAX_BYTES, checkpoint), verifier(log))
    except (NotProved, NotUnderstood) as error:
        raise error.at(error.where or checkpoint) from None
    return Anchor(said.size, said.root, Level.CHECKPOINT, checkpoint)


def _told(found: tuple[Verification, ...], what: str) -> None:
    """Say what was found in a file: how much of whom, and by which root somebody else can tell it."""
    from base64 import b64encode

    for each in found:
        assert each.root is not None, "what is sound has a root"
        count = "1 entry" if each.entries == 1 else f"{each.entries:,} entries"
        say(f"{what}: {count} of {each.issuer}, root {b64encode(each.root).decode()}")
    if not found:
        say(f"{what}: nothing is recorded in it")
