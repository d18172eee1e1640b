"""The verb that reads a whole store, and tells whether it holds what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from registrar.cli.completion import files
from registrar.cli.evidence import verifier
from registrar.cli.options import Asking, asking, keys, named
from registrar.cli.records import bytes_of
from registrar.cli.waiting import waiting

DAMAGED: Final = 5
"""The status where something is not what was recorded."""
_MAX_BYTES: Final = 1_000_000


@click.command(
    epilog="""\b
Example:
  captable verify -f acme.db
  captable verify -f acme.db --checkpoint acme-2024.checkpoint --key acme.pub
  captable verify -f acme.db --checkpoint c.checkpoint --key acme.pub --reply c.tsr --authority tsa.pem""",
)
@click.option(
    "--checkpoint",
    "checkpoints",
    metavar="FILE",
    multiple=True,
    shell_complete=files,
    help="Compare with this checkpoint, which somebody else has kept; may be given again.",
)
@click.option("--key", "log", metavar="KEY", help="Verifier key of the log, or a file that holds it.")
@click.option("--witness", "witnesses", metavar="KEY", multiple=True, help="And of a witness; may be given again.")
@click.option(
    "--reply",
    "replies",
    metavar="FILE",
    multiple=True,
    shell_complete=files,
    help="Time stamp of one of the checkpoints; may be given again.",
)
@click.option("--authority", metavar="FILE", shell_complete=files, help="Certificates that you trust, in PEM.")
@asking(known=False)
def verify(
    asked: Asking,
    checkpoints: Sequence[str],
    log: str | None,
    witnesses: Sequence[str],
    replies: Sequence[str],
    authority: str | None,
) -> int:
    """Read every byte of the record, work out its root, and tell all that is not what was recorded.

    What is found is said with how far it reaches: a record is verified as far as somebody else has kept its
    checkpoint, and otherwise it is consistent in itself. The status is 5 where anything is damaged.
    """
    if not checkpoints and (log or witnesses or replies):
        raise click.UsageError("there is nothing to compare (add --checkpoint FILE)")
    if bool(replies) != (authority is not None):
        raise click.UsageError("a reply is checked under certificates that you trust (--reply with --authority)")
    path = named(asked.file)
    from ledger.store.addresses import store_at, told
    from ledger.verification import verify as verified
    from registrar import as_json, views
    from registrar.verifying import anchors

    kept = anchors(
        [(each, bytes_of(each, _MAX_BYTES, each)) for each in checkpoints],
        None if log is None else verifier(log),
        [verifier(each) for each in witnesses],
        [(each, bytes_of(each, _MAX_BYTES, each)) for each in replies],
        b"" if authority is None else bytes_of(authority, _MAX_BYTES, authority),
    )
    store = store_at(path, readonly=asked.readonly, keys=keys())
    try:
        with waiting(f"reading {told(path)}"):
            found = verified(store, asked.issuer, kept)
    finally:
        store.close()
    asked.answer(lambda: views.verification(found), lambda: as_json.verification(found))
    return DAMAGED if found.is_damaged else 0
