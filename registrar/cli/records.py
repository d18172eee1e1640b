"""Verbs that record: an empty ledger, and facts from JSON Lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from registrar.cli import completion, say, tell
from registrar.cli.options import Recording, erasures_told, keys, named, recording
from registrar.cli.waiting import quiet, waiting

if TYPE_CHECKING:
    from io import BufferedReader

    from ledger.drafts import Draft
    from ledger.errors import NotUnderstood, RuleBroken
    from ledger.events import Event
    from ledger.journal import Ledger, Recorded


@click.command(
    epilog="""\b
Example:
  captable init acme.db
  captable init postgresql://owner@db.example/acme --writer clerk --reader auditor""",
)
@click.argument("file", required=False, envvar="CAPTABLE_FILE", shell_complete=completion.files)
@click.option("-f", "--file", "also_file", metavar="FILE", help="The same, as an option.")
@click.option("--writer", "writers", metavar="ROLE", multiple=True, help="On a server: this role may record.")
@click.option("--reader", "readers", metavar="ROLE", multiple=True, help="On a server: this role may read.")
def init(file: str | None, also_file: str | None, writers: tuple[str, ...], readers: tuple[str, ...]) -> None:
    """Make an empty ledger in FILE, or in a database. A ledger that is there already stays as it is."""
    path = named(also_file or file)
    from ledger.store.addresses import is_there, on_server, store_at, told

    if (writers or readers) and not on_server(path):
        raise click.UsageError("a file knows no roles (leave out --writer and --reader, or name a database)")
    existed = is_there(path)
    store = store_at(path, create=True, keys=keys())
    try:
        issuers = store.issuers()
    finally:
        store.close()
    if existed:
        of = ", ".join(issuers) or "nobody yet"
        say(f"{told(path)} is a ledger already (of {of}); nothing was changed")
    else:
        say(f"{told(path)} is an empty ledger; begin it by captable register, import or record")
    if on_server(path) and (writers or readers):
        from ledger.store.postgres import allow

        allow(path, readers=readers, writers=writers)
        say("; ".join([*(f"{role} may record" for role in writers), *(f"{role} may read" for role in readers)]))


@click.command(
    epilog="""\b
Example:
  captable record acme.db events.jsonl --dry-run
  captable record acme.db events.jsonl --actor counsel
  cat events.jsonl | captable record acme.db -

A file is recorded as one command, all of it or nothing, and its SHA-256 is the command's identity: the same
file given twice counts once.""",
)
@click.argument("names", nargs=-1, metavar="[FILE] [EVENTS | -]", shell_complete=completion.files)
@recording()
def record(asked: Recording, names: tuple[str, ...]) -> None:
    """Record the facts in EVENTS, a file of JSON Lines or - for standard input, in the ledger FILE.

    FILE may also be named by -f or CAPTABLE_FILE; a single name is then that of EVENTS.
    """
    path, source = file_and_events(names, asked.file)
    name = "standard input" if source == "-" else source
    from hashlib import sha256

    from ledger.exchange import json_lines

    data = bytes_of(source, json_lines.MAX_FILE_BYTES, name)
    asked, command = asked._replace(file=path), sha256(data).hexdigest()
    if len(data) >= _LONG and not asked.as_stated:
        from ledger.exchange.drafting import drafts

        with waiting(f"reading {name}"):
            read = drafts(data, name)
        record_events(asked, (), drafts=read, command=command, name=name, places=Lines(data))
        return
    lines = json_lines.read(data, name)
    places = [f"line {number}" for number, _ in lines]
    record_events(asked, [event for _, event in lines], command=command, name=name, places=places)


_LONG: Final = 100_000
"""Bytes of a file that is read and recorded many lines at once; for a shorter one that takes longer."""


class Lines(Sequence[str]):
    """Where each event of a long file stands; one is asked for, and only where it is refused.

    Args:
        data: Lines of it.
        before: How many come before them.
    """

    def __init__(self, data: bytes, before: int = 0) -> None:
        self._data, self._before = data, before

    def __len__(self) -> int:
        return self._data.count(b"\n") + 1

    def __getitem__(self, index: Any) -> Any:
        from ledger.exchange.drafting import line_of

        return f"line {line_of(self._data, index, self._before)}"


def record_events(
    asked: Recording,
    events: Sequence[Event],
    *,
    command: str,
    name: str = "",
    places: Sequence[str] = (),
    drafts: Sequence[Draft] = (),
) -> Recorded:
    """Record events as one command, say what became of it, and return the outcome.

    Args:
        asked: What the options said.
        events: What is to be recorded.
        command: Identity of the command, where the options name none.
        name: What the events were read from, for refusals.
        places: Where each of them stands there: ``line 7``.
        drafts: What is to be recorded, where it was read at once; there are no events then.
    """
    path = named(asked.file)
    from ledger.store.addresses import told

    first = [drafts[0].event(0)] if drafts else events
    with waiting(f"recording in {told(path)}"), to_record(path, asked.issuer, first) as ledger:
        outcome = attempted(asked, ledger, events, command=command, name=name, places=places, drafts=drafts)
        if asked.as_json:
            from registrar import as_json

            quiet()
            click.echo(as_json.text(as_json.recorded(ledger, outcome, dry_run=asked.dry_run)), nl=False)
        else:
            say(outcome_told(ledger, outcome, dry_run=asked.dry_run))
        findings_told(asked, ledger)
    return outcome


def attempted(
    asked: Recording,
    ledger: Ledger,
    events: Sequence[Event],
    *,
    command: str | None,
    name: str = "",
    places: Sequence[str] = (),
    drafts: Sequence[Draft] = (),
    meanwhile: Callable[[], object] | None = None,
) -> Recorded:
    """Record events as one command in a ledger that is open, or ask the rules about them, and return the outcome.

    Args:
        asked: What the options said.
        ledger: Where.
        events: What is to be recorded.
        command: Identity of the command, where the options name none; without one it gets a new one.
        name: What the events were read from, for refusals.
        places: Where each of them stands there: ``line 7``.
        drafts: What is to be recorded, where it was read at once; there are no events then.
        meanwhile: What is begun as drafts are written.
    """
    there = len(ledger.entries())
    actor, identity = _actor(asked.actor), command if asked.command_id is None else asked.command_id
    try:
        if drafts:
            keep = not asked.dry_run
            return ledger.record_drafts(drafts, actor=actor, command=identity, keep=keep, meanwhile=meanwhile)
        attempt = ledger.propose if asked.dry_run else ledger.record
        return attempt(*events, actor=actor, command=identity, as_stated=asked.as_stated)
    except Exception as error:
        at_place(error, name, places, there)


def findings_told(asked: Recording, ledger: Ledger) -> None:
    """Say how many findings there are, where what does not fit was recorded as stated."""
    if asked.as_stated and not asked.dry_run:
        from projections.findings import findings

        count = len(findings(ledger))
        counted = f"{count:,} finding{'' if count == 1 else 's'}" if count else "no findings"
        tell(f"the record has {counted} now" + (" (captable check shows them)" if count else ""))


def outcome_told(ledger: Ledger, outcome: Recorded, *, dry_run: bool, what: str = "") -> str:
    """Return what became of a command, in one line.

    Args:
        ledger: Where.
        outcome: What was recorded, or would be.
        dry_run: Whether it only would be.
        what: What its entries are, if that is to be said.
    """
    first, last = outcome.entries[0].number, outcome.entries[-1].number
    count = len(outcome.entries)
    entries = f"{count:,} entries ({first} to {last})" if count > 1 else f"1 entry ({first})"
    issuer = ledger.issuer or getattr(outcome.entries[0].event, "issuer", None)  # of a ledger that would begin here
    if outcome.repeated:
        return f"already recorded in {issuer}: {entries}; nothing was added"
    of = f"{issuer}: {what}" if what else issuer
    if dry_run:
        return f"would record {entries} of {of}; nothing was recorded"
    return f"recorded {entries} of {of}"


def file_and_events(names: tuple[str, ...], file: str | None) -> tuple[str, str]:
    """Return the ledger's file and the source of events."""
    source = click.get_current_context().get_parameter_source("file")
    by_option = source is click.core.ParameterSource.COMMANDLINE
    if len(names) > 2 or (by_option and len(names) > 1):
        raise click.UsageError("too many names: one ledger file, and one file of events")
    if len(names) == 2:
        return names[0], names[1]
    if file:
        return file, names[0] if names else "-"
    return named(names[0] if names else None), "-"


def bytes_of(source: str, limit: int, name: str) -> bytes:
    """Return what is in a file or on standard input, but no more than the limit and one byte."""
    if source == "-":
        if sys.stdin.isatty():
            tell("reading events from standard input; end with Ctrl-D")
        return sys.stdin.buffer.read(limit + 1)
    with to_read(source, name) as file:
        return file.read(limit + 1)


@contextmanager
def to_read(source: str, name: str) -> Iterator[BufferedReader]:
    """Open a file to read it."""
    import stat

    from ledger.errors import LedgerError, NotUnderstood

    try:
        # Looked at before it is opened: opening a pipe that nobody writes to would wait for ever.
        if not stat.S_ISREG(os.stat(source).st_mode):
            raise NotUnderstood("E_FILE", "it is not a regular file", "name a file, or - for standard input", name)
        with open(source, "rb") as file:
            yield file
    except (OSError, ValueError) as error:
        if isinstance(error, LedgerError):
            raise
        what = getattr(error, "strerror", None) or str(error)
        raise NotUnderstood("E_FILE", f"it cannot be read: {what}", "look at its name and rights", name) from None


@contextmanager
def to_record(path: str, issuer: str | None, events: Sequence[Event]) -> Iterator[Ledger]:
    """Open a ledger to record in it; facts that begin with their issuer choose its ledger, or begin one."""
    from ledger.events import IssuerRegistered
    from ledger.journal import Ledger
    from ledger.store import store_at
    from registrar.cli.watching import watched
    from registrar.recording import Announcing

    store = Announcing(watched(store_at(path, keys=keys())), lambda command: tell(f"command {command}"))
    try:
        first = events[0] if events else None
        begins = isinstance(first, IssuerRegistered)
        if issuer is None and isinstance(first, IssuerRegistered) and first.issuer in store.issuers():
            issuer = first.issuer
        ledger = Ledger(store, issuer, begin=begins)
        yield ledger
        erasures_told(ledger)
    finally:
        store.close()


def _actor(named: str | None) -> str:
    from unicodedata import normalize

    if named is None:
        import getpass

        try:
            named = getpass.getuser()
        except (OSError, KeyError):  # a user without a name, as in some containers
            named = f"uid {os.getuid()}" if hasattr(os, "getuid") else "unnamed"
    return normalize("NFC", named[:1000])


def at_place(error: Exception, name: str, places: Sequence[str], there: int) -> NoReturn:
    """Raise a refusal again, with the place of the fact that is refused where that is known."""
    from ledger.errors import NotUnderstood, RuleBroken

    if isinstance(error, NotUnderstood) and not error.where.startswith("entry "):
        raise error.at(error.where or name) from None
    if isinstance(error, NotUnderstood | RuleBroken):
        entry = _entry_of(error)
        index = entry - there - 1
        earlier = f"{name}: entry {entry}".removeprefix(": ") if entry > 0 else name
        raise error.at(f"{name} {places[index]}".strip() if 0 <= index < len(places) else earlier) from None
    raise error


def _entry_of(error: RuleBroken | NotUnderstood) -> int:
    """Return the entry that a refusal concerns, or 0 where it does not say."""
    from ledger.errors import CorrectionMisplaced

    if error.where.startswith("entry "):
        return int(error.where.removeprefix("entry "))
    # A misplaced correction speaks of the entry that was to be corrected, which is another one.
    return 0 if isinstance(error, CorrectionMisplaced) else int(getattr(error, "entry", 0))
