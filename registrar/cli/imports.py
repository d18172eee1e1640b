"""Verbs that take over a register from Excel or CSV, and that write the form for it, empty or filled."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click

from registrar.cli import completion, say, tell
from registrar.cli.options import Asking, Recording, as_of_option, asking, keys, named, recording
from registrar.cli.output import width, writable, write_whole
from registrar.cli.records import bytes_of, record_events
from registrar.cli.waiting import quiet, waiting

if TYPE_CHECKING:
    from datetime import date

    from ledger.exchange.register import File, Known, Proposal

_SHOWN: Final = 20
"""Rows of a table that are shown where all of it will be recorded; ``--dry-run`` shows every one."""
_FORMS: Final = ("1234.56", "1,234.56", "1.234,56", "1 234,56", "1'234.56")
_KINDS: Final = ("person", "organisation")


@click.command(
    "import",
    epilog="""\b
Example:
  captable template register.xlsx
  captable import register.xlsx -f acme.db --dry-run
  captable import register.xlsx -f acme.db
  captable import holdings.csv -f acme.db --as-of 2025-12-31 --kind person

The files are recorded as one command, all of them or nothing, and their SHA-256 is the command's identity: the same
files given twice count once.""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…", shell_complete=completion.files)
@recording()
@click.option("--as-of", metavar="DAY", help="At the close of which day the positions stood, YYYY-MM-DD.")
@click.option("--partial", is_flag=True, help="Not all positions: other holders exist.")
@click.option("--kind", type=click.Choice(_KINDS), help="What holders are for which no row says it.")
@click.option(
    "--one-name-one-holder",
    is_flag=True,
    help="Rows of one name speak of one holder, where no sheet lists holders.",
)
@click.option("--numbers", type=click.Choice(_FORMS), default=_FORMS[0], help="How numbers are written in text.")
@click.option(
    "--ignore", "ignored", metavar="NAME", multiple=True, help="A column or a sheet that is not to be read."
)
@click.option(
    "--events", is_flag=True, help="Print the events as JSON Lines, as record takes them; record nothing."
)
@click.option("--yes", "-y", is_flag=True, help="Record without asking. Nothing is asked but on a terminal.")
def import_register(
    asked: Recording,
    files: tuple[str, ...],
    as_of: str | None,
    partial: bool,
    kind: str | None,
    one_name_one_holder: bool,
    numbers: str,
    ignored: tuple[str, ...],
    events: bool,
    yes: bool,
) -> None:
    """Take over the register in FILE…, an Excel workbook, CSV files, or a folder of these.

    What it amounts to is shown before anything is recorded. Every problem is told with its sheet, row and column.
    """
    path = named(asked.file)
    from ledger.errors import CommandReused
    from ledger.exchange import register
    from ledger.identity import IssuerId
    from ledger.movements import HolderKind, Scope

    given = _files(files)
    command = asked.command_id or register.identity(given)
    with waiting("reading the register"):
        said = register.Instructions(
            issuer=IssuerId(asked.issuer) if asked.issuer else None,
            as_of=_day("--as-of", as_of),
            scope=Scope.PARTIAL if partial else Scope.COMPLETE,
            holder_kind={None: None, "person": HolderKind.NATURAL_PERSON, "organisation": HolderKind.ORGANISATION}[
                kind
            ],
            one_name_one_holder=one_name_one_holder,
            numbers=register.Numbers(numbers),
            ignored=ignored,
        )
        known, repeated = _known(path, asked.issuer, command)
        proposal = register.proposed(given, known, said)
    if events:
        from ledger.exchange import json_lines

        quiet()
        click.echo(json_lines.write(proposal.events), nl=False)
        return
    name = ", ".join(file.name for file in given)
    if not proposal.events:
        say(f"everything in {name} is recorded already; nothing was added")
        return
    if not repeated and not asked.as_json:
        _show(proposal, name, every=asked.dry_run)
        if not asked.dry_run and not yes and _somebody_answers():
            quiet()
            click.confirm("Record this?", abort=True)
    try:
        record_events(asked, proposal.events, command=command, places=[each.place for each in proposal.proposed])
    except CommandReused:
        tell("note: these files were recorded before, with other options; --command-id records them once more")
        raise


def _somebody_answers() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _files(names: Sequence[str]) -> list[File]:
    """Return files with their bytes; of a folder, the CSV files and workbooks in it."""
    from ledger.errors import NotUnderstood
    from ledger.exchange.register import MAX_FILE_BYTES, File

    paths: list[str] = []
    for name in names:
        if os.path.isdir(name):
            inside = [
                os.path.join(name, each) for each in sorted(os.listdir(name)) if not each.startswith((".", "~"))
            ]
            found = [each for each in inside if each.lower().endswith((".csv", ".xlsx", ".xlsm"))]
            if not found:
                hint = "name a workbook or CSV files"
                raise NotUnderstood("E_FILE", "the folder holds no .xlsx and no .csv file", hint, name)
            paths += found
        else:
            paths.append(name)
    return [File(path, bytes_of(path, MAX_FILE_BYTES, path)) for path in paths]


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    from ledger.days import day
    from ledger.errors import NotUnderstood

    try:
        return day(text)
    except NotUnderstood as error:
        raise error.at(option) from None


def _known(path: str, issuer: str | None, command: str) -> tuple[Known, bool]:
    """Return what the ledger knows, and whether the command was recorded already."""
    from ledger.exchange.register import Known, known_of
    from ledger.journal import Ledger
    from ledger.store import store_at

    store = store_at(path, keys=keys())
    try:
        if issuer is not None and issuer not in store.issuers():
            return Known(), False  # the register begins the ledger of another company in the file
        ledger = Ledger(store, issuer)
        return known_of(ledger, command), any(entry.command == command for entry in ledger.entries())
    finally:
        store.close()


def _show(proposal: Proposal, name: str, *, every: bool) -> None:
    """Print what would be recorded as tables; what was passed over goes to standard error."""
    import attrs

    from registrar.proposed import subject, tables
    from registrar.render import text
    from registrar.text import wrapped

    of = subject(proposal)
    count = "1 entry" if len(proposal.events) == 1 else f"{len(proposal.events):,} entries"
    for line in wrapped(f"{name}: {count}{f' of {of}' if of else ''}", width()):
        say(line)
    for table in tables(proposal):
        rows = table.rows if every else table.rows[:_SHOWN]
        say("")
        for line in text.of_table(attrs.evolve(table, rows=rows), width()):
            say(line)
        if len(rows) < len(table.rows):
            say(f"… and {len(table.rows) - len(rows):,} more ({table.title.lower()}; --dry-run shows all)")
    say("")
    for note in proposal.notes:
        tell(f"note: {note}")


@click.command(
    epilog="""\b
Example:
  captable template register.xlsx
  captable template register/""",
)
@click.argument("file", metavar="FILE")
def template(file: str) -> None:
    """Write an empty form of a register into FILE: a workbook (.xlsx), or a new folder of CSV files."""
    from ledger.errors import NotUnderstood
    from ledger.exchange.register import template as form

    if os.path.exists(file) and not (os.path.isdir(file) and not os.listdir(file)):
        raise NotUnderstood("E_FILE", "it is there already, and may be filled in", "name another file", file)
    suffix = os.path.splitext(file.rstrip("/"))[1].lower()
    if suffix == ".xlsx":
        write_whole(file, form.as_xlsx())
    elif not suffix:
        _write_folder(file, form.as_csv())
    else:
        raise NotUnderstood(
            "E_FILE", f"a form is not written as {suffix}", "end it in .xlsx, or name a folder", file
        )
    say(f"{file} is an empty form; fill it in, and see what it amounts to: captable import {file} --dry-run")


def _write_folder(folder: str, files: Mapping[str, bytes]) -> None:
    from ledger.errors import NotUnderstood

    if os.path.isdir(folder) and os.listdir(folder):  # what is there would be read with what is written
        raise NotUnderstood("E_FILE", "the folder is not empty", "name a new one", folder)
    os.makedirs(folder, exist_ok=True)
    for name, data in files.items():
        write_whole(os.path.join(folder, name), data)


@click.command(
    "export-register",
    epilog="""\b
Example:
  captable export-register -f acme.db --as-of 2025-12-31 -O register.xlsx
  captable export-register -f acme.db --history -O register.xlsx
  captable export-register -f acme.db -o csv -O register/
  captable import register.xlsx -f other.db""",
)
@asking()
@as_of_option
@click.option("--history", is_flag=True, help="Every act from the beginning, instead of positions on a day.")
def export_register(asked: Asking, as_of: str | None, history: bool) -> None:
    """Write the register in the form that import reads.

    Taken over into an empty ledger it gives the same answers: from the day on, or with --history on every day.
    """
    output = asked.output
    if output.form not in ("xlsx", "csv") or output.path is None:
        raise click.UsageError("a register is written as -O FILE.xlsx, or as -o csv -O FOLDER")
    if output.table is not None:
        raise click.UsageError("a register is written whole (leave --table out)")
    if history and as_of is not None:
        raise click.UsageError("--history writes every act, and --as-of positions on a day (leave one out)")
    with asked.opened() as ledger:
        from ledger.exchange.register import excerpt
        from ledger.exchange.register import history as past
        from ledger.exchange.register import template as form

        known = asked.known(ledger)
        if history:
            content = past.act_by_act(ledger, known)
        else:
            content = excerpt.as_of(ledger, asked.as_of(ledger, as_of), known)
        for what in content.lost:
            tell(f"note: not in it: {what}")
        if output.form == "xlsx":
            data = form.as_xlsx(content)
            writable(output.path)
            write_whole(output.path, data)
        else:
            _write_folder(output.path, form.as_csv(content))
        said = ", ".join(f"{name} {len(rows):,}" for name, rows in content.rows.items() if rows)
        say(f"{output.path} holds the register; rows: {said}")
