"""The verb that takes over what filings tag about shares, as claims."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from registrar.cli import completion, say, tell
from registrar.cli.options import Recording, keys, named, recording
from registrar.cli.output import width
from registrar.cli.records import bytes_of, record_events
from registrar.cli.waiting import quiet, waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ledger.exchange.register.proposal import Proposal
    from ledger.identity import ClaimId, StockClassId


@click.command(
    "import-xbrl",
    epilog="""\b
Example:
  captable import-xbrl acme-20250630.htm -f acme.db --class common --on 2025-08-14 --dry-run
  captable import-xbrl acme-20250630.htm -f acme.db --class class-a=CommonClassAMember \\
      --class class-b=CommonClassBMember --class series-a,series-b=preferred --on 2025-08-14
  captable import-xbrl companyfacts.json -f acme.db --class common --ignore preferred

Nothing is fetched: no schema, link or taxonomy that the file names is looked for. The file is recorded as one
command, and its SHA-256 is the command's identity: the same file given twice counts once.""",
)
@click.argument("source", metavar="FILE", shell_complete=completion.files)
@recording()
@click.option(
    "--class",
    "classes",
    metavar="CLASS[,CLASS][=STOCK]",
    multiple=True,
    help="The class that is meant by common (default), preferred, or a member of the class axis.",
)
@click.option("--ignore", "ignored", metavar="NAME", multiple=True, help="Stock or a tag that is left out.")
@click.option("--on", "on", metavar="DAY", help="When it was disclosed, where the file does not say so itself.")
@click.option("--said-by", metavar="TEXT", help="Who said it. Default: the company that the file names.")
@click.option("--entity", metavar="ID", help="Whose figures, where the file has those of several: the CIK.")
@click.option(
    "--events", is_flag=True, help="Print the events as JSON Lines, as record takes them; record nothing."
)
def import_xbrl(
    asked: Recording,
    source: str,
    classes: tuple[str, ...],
    ignored: tuple[str, ...],
    on: str | None,
    said_by: str | None,
    entity: str | None,
    events: bool,
) -> None:
    """Take over as claims what FILE tags about shares: outstanding, issued, authorized.

    FILE is an XBRL instance, a page with inline XBRL, or the JSON of a company's facts. Nothing moves; the verb
    claims holds the figures against the record. Every problem is told with its place.
    """
    path = named(asked.file)
    from ledger.exchange import json_lines, xbrl
    from ledger.exchange.register.cells import File

    file = File(source, bytes_of(source, xbrl.MAX_FILE_BYTES, source))
    command = asked.command_id or xbrl.identity(file)
    with waiting("reading the filing"):
        named_classes, recorded = _known(path, asked.issuer, command, classes)
        said = xbrl.Instructions(
            classes=named_classes,
            on=_day(on),
            said_by=said_by,
            entity=entity,
            ignored=ignored,
        )
        proposal = xbrl.proposed(file, said, recorded)
    if events:
        quiet()
        click.echo(json_lines.write(proposal.events), nl=False)
        return
    if not asked.as_json:
        _show(proposal, source)
    if proposal.events:
        places = [each.place for each in proposal.proposed]
        record_events(asked, proposal.events, command=command, places=places)


def _day(text: str | None) -> date | None:
    from ledger.days import day
    from ledger.errors import NotUnderstood

    try:
        return None if text is None else day(text)
    except NotUnderstood as error:
        raise error.at("--on") from None


def _known(
    path: str, issuer: str | None, command: str, classes: Sequence[str]
) -> tuple[dict[str, tuple[StockClassId, ...]], set[ClaimId]]:
    """Return the classes that are meant by each stock, and the claims that other commands recorded."""
    from ledger.errors import LedgerError, NotUnderstood, shown
    from ledger.events import ClaimDisclosed
    from ledger.journal import Ledger
    from registrar.names import Names

    with Ledger.open(path, issuer, keys=keys()) as ledger:
        names = Names(ledger)
        meant: dict[str, tuple[StockClassId, ...]] = {}
        for each in classes:
            listed, _, stock = each.partition("=")
            try:
                stock = stock.strip().rpartition(":")[2] or "common"
                if stock in meant:
                    raise NotUnderstood("E_DUPLICATE", f"{shown(stock)} is said twice", "name its classes once")
                meant[stock] = tuple(names.stock_class(one.strip()) for one in listed.split(","))
            except LedgerError as error:
                raise error.at("--class") from None
        recorded = {
            entry.event.claim
            for entry in ledger.entries()
            if isinstance(entry.event, ClaimDisclosed) and entry.command != command
        }
        return meant, recorded


def _show(proposal: Proposal, file: str) -> None:
    """Print what would be recorded as a table; what was passed over goes to standard error."""
    from registrar.proposed import figures
    from registrar.render import text

    count = "1 figure" if len(proposal.events) == 1 else f"{len(proposal.events):,} figures"
    say(f"{os.path.basename(file)}: {count} about shares")
    if proposal.events:
        say("")
        for line in text.of_table(figures(proposal, file), width()):
            say(line)
    say("")
    for note in proposal.notes:
        tell(f"note: {note}")
