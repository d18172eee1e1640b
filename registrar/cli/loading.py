"""The verb that records a long history, part by part."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from registrar.cli import completion, say, tell
from registrar.cli.options import Recording, named, recording
from registrar.cli.records import Lines, attempted, file_and_events, outcome_told, to_read, to_record
from registrar.cli.waiting import quiet, waiting

if TYPE_CHECKING:
    from io import BufferedReader

    from ledger.events import Event

_PEEKED = 65_536


@click.command(
    epilog="""\b
Example:
  captable load acme.db history.jsonl --actor counsel

Each part of the file, of about 16 MB, is recorded as one command, all of it or nothing, named by the SHA-256 of the
file up to its end. A file that is given again, mended or continued, goes on behind what is recorded of it.""",
)
@click.argument("names", nargs=-1, metavar="[FILE] [EVENTS | -]", shell_complete=completion.files)
@recording()
def load(asked: Recording, names: tuple[str, ...]) -> None:
    """Record the facts in EVENTS, a file of JSON Lines of any length, part by part, in the ledger FILE.

    FILE may also be named by -f or CAPTABLE_FILE; a single name is then that of EVENTS.
    """
    path, source = file_and_events(names, asked.file)
    if asked.dry_run or asked.as_stated or asked.as_json or asked.command_id:
        raise click.UsageError(
            "a file is loaded part by part: record takes --dry-run, --as-stated, --command-id and --json"
        )
    name = "standard input" if source == "-" else source
    from ledger.exchange.loading import read_ahead
    from ledger.store.addresses import told

    recorded = 0
    with _opened(source, name) as file, to_record(named(path), asked.issuer, _first(file)) as ledger:
        try:
            with waiting(f"recording in {told(path)}"):
                for part, drafts, go_on in read_ahead(file, ledger.recorded, name):
                    outcome = attempted(
                        asked,
                        ledger,
                        (),
                        command=part.command,
                        name=name,
                        places=Lines(part.data, part.before),
                        drafts=drafts,
                        meanwhile=go_on,
                    )
                    recorded += len(outcome.entries)
                    quiet()
                    say(outcome_told(ledger, outcome, dry_run=False))
        except Exception:
            if recorded:
                tell(f"note: {recorded:,} entries are recorded; the mended file, given again, goes on behind them")
            raise
    if not recorded:
        say(f"everything in {name} is recorded already; nothing was added")


@contextmanager
def _opened(source: str, name: str) -> Iterator[BufferedReader]:
    """Open a file or standard input, so that its beginning can be looked at beforehand."""
    if source != "-":
        with to_read(source, name) as file:
            yield file
        return
    from io import BufferedReader

    stream: Any = sys.stdin.buffer
    given = BufferedReader(stream, _PEEKED)
    try:
        yield given
    finally:
        given.detach()


def _first(file: BufferedReader) -> list[Event]:
    """Return the first event of a file, which may name the issuer, if it can be read."""
    from ledger.exchange import json_lines
    from ledger.exchange.refused import InputRefused

    try:
        return [event for _, event in json_lines.read(file.peek(_PEEKED).lstrip().split(b"\n")[0])]
    except InputRefused:
        return []
