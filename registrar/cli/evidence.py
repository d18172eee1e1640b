"""Verbs for evidence: keys, checkpoints, proofs, what a witness and a time-stamping authority say."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from registrar.cli import say
from registrar.cli.completion import files
from registrar.cli.options import Asking, file_option, issuer_option
from registrar.cli.output import Output, writable, write_whole
from registrar.cli.records import bytes_of
from registrar.cli.waiting import quiet

if TYPE_CHECKING:
    from ledger.integrity.notes import VerifierKey
    from registrar.evidence import Shown

_MAX_BYTES: Final = 1_000_000

_into_file = click.option(
    *("-O", "--output-file", "out"), metavar="FILE", shell_complete=files, help="Into this file."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")


@click.command(
    epilog="""\b
Example:
  captable key acme.key --name acme.example/ledger
  captable key acme.key
  captable key w1.key --name witness.example/w1 --witness""",
)
@click.argument("key_file", metavar="KEYFILE", shell_complete=files)
@click.option("--name", metavar="NAME", help="Make a new key of this name, in a new file.")
@click.option("--witness", is_flag=True, help="For a witness, who signs the checkpoints of others.")
def key(key_file: str, name: str | None, witness: bool) -> None:
    """Make a signing key in KEYFILE, or show the verifier key of one: what others need to check its signatures."""
    from ledger.integrity.notes import Algorithm
    from registrar import keys

    if name is None and witness:
        raise click.UsageError("--witness is for a new key (add --name)")
    if name is None:
        made = keys.read(key_file)
    else:
        made = keys.make(key_file, name, Algorithm.COSIGNATURE if witness else Algorithm.ED25519)
    say(str(made.verifier))


@click.command(
    epilog="""\b
Example:
  captable checkpoint -f acme.db --key acme.key -O acme-2025.checkpoint""",
)
@file_option
@issuer_option
@click.option(
    "--key", "key_file", metavar="KEYFILE", required=True, shell_complete=files, help="Sign with this key."
)
@_into_file
def checkpoint(file: str | None, issuer: str | None, key_file: str, out: str | None) -> None:
    """Sign what the record is now, in three lines to give away: its log, how many entries, and their root.

    What the key signed last stands beside it in KEYFILE.last. A record that does not begin with that is not signed.
    """
    from registrar import evidence

    with Asking(file, issuer, None, Output()).opened() as ledger:
        if out is not None:
            writable(out)
        _leave(evidence.checkpoint(ledger, key_file), out)


@click.command(
    epilog="""\b
Example:
  captable prove 14 -f acme.db --checkpoint acme-2025.checkpoint -O 14.tlog-proof --fact 14.json
  captable prove -f acme.db --since acme-2024.checkpoint --checkpoint acme-2025.checkpoint -O growth.txt""",
)
@click.argument("entry", required=False, metavar="[ENTRY]")
@file_option
@issuer_option
@click.option(
    "--checkpoint", "against", metavar="FILE", required=True, shell_complete=files, help="Against this checkpoint."
)
@click.option(
    "--since",
    metavar="FILE|NUMBER",
    shell_complete=files,
    help="That the record was only continued since this one.",
)
@click.option(
    "--fact", "fact_file", metavar="FILE", shell_complete=files, help="Write what the entry says into this file."
)
@_into_file
def prove(
    entry: str | None,
    file: str | None,
    issuer: str | None,
    against: str,
    since: str | None,
    fact_file: str | None,
    out: str | None,
) -> None:
    """Write the proof that ENTRY is in the record, or that the record was only continued since a checkpoint.

    The proof of an entry shows who recorded it and when, and the digest of what it says: to show that, too, give
    the file of --fact away with it.
    """
    from ledger.identity import EntryNumber
    from registrar import evidence

    if (entry is None) == (since is None):
        raise click.UsageError("name an entry, or --since an older checkpoint (captable prove --help shows both)")
    if fact_file is not None and entry is None:
        raise click.UsageError("--fact goes with an entry")
    note = bytes_of(against, _MAX_BYTES, against)
    with Asking(file, issuer, None, Output()).opened() as ledger:
        for path in (out, fact_file):
            if path is not None:
                writable(path)
        if entry is None:
            assert since is not None
            _leave(evidence.growth_proof(ledger, _size(since), note), out)
            return
        number = EntryNumber(entry)
        proof = evidence.entry_proof(ledger, number, note)
        if fact_file is not None:
            write_whole(fact_file, evidence.fact(ledger, number))
        _leave(proof, out)


@click.command(
    "check-proof",
    epilog="""\b
Example:
  captable check-proof 14.tlog-proof --key acme.example/ledger+ab12cd34+AbCd… --fact 14.json
  captable check-proof growth.txt --key acme.pub --since acme-2024.checkpoint
  captable check-proof acme-2025.checkpoint --key acme.pub --witness w1.pub""",
)
@click.argument("proof", metavar="FILE", shell_complete=files)
@click.option(
    "--key", "log", metavar="KEY", required=True, help="Verifier key of the log, or a file that holds it."
)
@click.option(
    "--witness", "witnesses", metavar="KEY", multiple=True, help="And of a witness that must have signed."
)
@click.option("--since", metavar="FILE", shell_complete=files, help="The older checkpoint that you kept.")
@click.option("--fact", "fact_file", metavar="FILE", shell_complete=files, help="What the entry says.")
@_json_option
def check_proof(
    proof: str, log: str, witnesses: Sequence[str], since: str | None, fact_file: str | None, as_json: bool
) -> None:
    """Check FILE: a proof of an entry, a proof that the record was only continued, or a checkpoint alone.

    No ledger is needed, and no connection. The keys are those that you got from their owners.
    """
    from ledger.errors import LedgerError
    from registrar import evidence

    older = None if since is None else bytes_of(since, _MAX_BYTES, since)
    fact = None if fact_file is None else bytes_of(fact_file, _MAX_BYTES, fact_file)
    given, keys = bytes_of(proof, _MAX_BYTES, proof), [verifier(each) for each in (log, *witnesses)]
    try:
        shown = evidence.shown(given, keys[0], keys[1:], older=older, fact=fact)
    except LedgerError as error:
        raise error.at(error.where or proof) from None
    if as_json:
        from registrar import as_json as json

        quiet()
        click.echo(json.text(json.shown(shown)), nl=False)
        return
    for line in _told(shown):
        say(line)


@click.command(
    epilog="""\b
Example:
  captable witness acme-2024.checkpoint --log acme.pub --key w1.key -O acme-2024.checkpoint
  captable witness growth.txt --log acme.pub --key w1.key -O acme-2025.checkpoint""",
)
@click.argument("asked", metavar="FILE", shell_complete=files)
@click.option("--log", metavar="KEY", required=True, help="Verifier key of the log, or a file that holds it.")
@click.option(
    "--key", "key_file", metavar="KEYFILE", required=True, shell_complete=files, help="Sign with this key."
)
@_into_file
def witness(asked: str, log: str, key_file: str, out: str | None) -> None:
    """Sign the checkpoint in FILE as its witness: the first one alone, a later one with the proof of prove --since.

    What is kept of each log is its last checkpoint, in KEYFILE.last. One that does not continue it is not signed.
    """
    from registrar import evidence

    if out is not None:
        writable(out)
    _leave(evidence.witnessed(bytes_of(asked, _MAX_BYTES, asked), verifier(log), key_file), out)


@click.command(
    epilog="""\b
Example:
  captable stamp acme-2025.checkpoint -O request.tsq
  captable stamp acme-2025.checkpoint --reply reply.tsr --authority authority.pem""",
)
@click.argument("stamped", metavar="FILE", shell_complete=files)
@click.option("--reply", metavar="FILE", shell_complete=files, help="Check this reply of the authority.")
@click.option("--authority", metavar="FILE", shell_complete=files, help="Certificates that you trust, in PEM.")
@_json_option
@_into_file
def stamp(stamped: str, reply: str | None, authority: str | None, as_json: bool, out: str | None) -> None:
    """Write the request to stamp FILE with a time (RFC 3161), or check the reply of the authority."""
    from ledger.integrity import stamps

    if (reply is None) != (authority is None):
        raise click.UsageError("a reply is checked under certificates that you trust (--reply with --authority)")
    data = bytes_of(stamped, stamps.MAX_FILE_BYTES, stamped)
    if reply is None or authority is None:
        if out is None:
            raise click.UsageError("a request is nothing for a terminal (name a file: -O request.tsq)")
        writable(out)
        write_whole(out, stamps.request(data))
        say(f"{out} asks for a time stamp of {stamped}; send it to an authority, and check its reply with --reply")
        return
    made = stamps.check(
        bytes_of(reply, stamps.MAX_REPLY_BYTES, reply),
        data,
        bytes_of(authority, stamps.MAX_CERTIFICATES_BYTES, authority),
    )
    if as_json:
        from registrar import as_json as json

        quiet()
        click.echo(json.text(json.stamped(made)), nl=False)
        return
    say(f"{stamped} was there at {made.at:%Y-%m-%d %H:%M:%S} UTC, says {made.by}")


# --- what they have in common ------------------------------------------------------------------------------------


def _leave(data: bytes, out: str | None) -> None:
    """Print what is given away, or write it into a file, as the bytes that it is."""
    quiet()
    if out is None:
        click.echo(data, nl=False)
    else:
        write_whole(out, data)


def verifier(given: str) -> VerifierKey:
    """Return the verifier key that was given, as itself or as a file that holds it."""
    from ledger.errors import NotUnderstood
    from ledger.integrity.notes import VerifierKey

    if not os.path.isfile(given):
        if "+" not in given:
            raise NotUnderstood(
                "E_KEY", "it is neither a key nor a file", "name the .pub file, or give the line in it", given
            )
        return VerifierKey.parse(given)
    text = bytes_of(given, _MAX_BYTES, given).decode("utf-8", "replace")
    try:
        return VerifierKey.parse(text.removesuffix("\n"))
    except NotUnderstood as error:
        raise error.at(given) from None


def _size(since: str) -> int:
    """Return how many entries there were: plain digits say so themselves, and a file holds a checkpoint."""
    from ledger.integrity.checkpoints import Checkpoint, as_size
    from ledger.integrity.notes import Note

    size = as_size(since)
    if size is not None:
        return size
    return Checkpoint.parse(Note.parse(bytes_of(since, _MAX_BYTES, since)).text).size


def _told(shown: Shown) -> list[str]:
    """Return what a file shows, a line for each thing."""
    from registrar.render.words import days
    from registrar.views.entries import summary

    latest, envelope, event = shown.checkpoint, shown.envelope, shown.event
    lines = []
    if envelope is not None:
        said = envelope.said
        lines += [
            f"entry {envelope.number} of {envelope.issuer} is in the record of {latest}",
            f"recorded {said.recorded_at:%Y-%m-%d %H:%M:%S} UTC, by {said.actor}, command {said.command}",
        ]
        if event is None:
            lines.append(f"what it says was not shown; its SHA-256 is {envelope.payload_digest}")
        else:
            on = days(event.effective_on) + " " if hasattr(event, "effective_on") else ""
            lines.append(f"it says: {event.KIND} {on}{summary(event)}")
    elif shown.older is not None:
        lines.append(
            f"{latest.origin}: the record of {latest.size:,} entries continues the one of {shown.older.size:,},"
            " and nothing of that was changed"
        )
    else:
        lines.append(f"{latest.origin} signed that its record had {latest.size:,} entries")
    lines += (f"seen by {name} at {at:%Y-%m-%d %H:%M:%S} UTC" for name, at in shown.seen)
    if not shown.seen:
        lines.append("no witness was asked for: the log could have shown somebody else another history")
    return lines
