"""The command line: each verb is one question to the library, or one command that records.

Only click is imported at the start. A verb imports what it needs, so that ``--help`` and a slip of the finger are
answered at once.

Status: 0 answered, 1 ``check`` found something, 2 input not understood, 3 against a rule, 4 conflict or outcome
unknown, 5 store damaged or not available. What went wrong is one line on standard error for each problem.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from datetime import date

    from ledger.errors import RuleBroken
    from ledger.events import Event
    from ledger.journal import Ledger, Recorded
    from projections.findings import Finding

_Verb = TypeVar("_Verb", bound=Callable[..., Any])
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
"""The status of a programme that the closed pipe itself ends, as of others in the same pipeline."""
FOUND: Final = 1
"""The status of ``check`` where something does not fit."""
USAGE: Final = 2
_EXTRA: Final = "unexpected extra argument"
_NARROW, _WIDE = 60, 160


# --- how every verb ends ------------------------------------------------------------------------------------


class Verbs(click.Group):
    """The verbs; whatever goes wrong in one ends as one line and a status, never as a traceback."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line, and end the process with the status unless ``standalone_mode`` is off."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # a terminal of another encoding gets escapes, not an error
                stream.reconfigure(errors="backslashreplace")
        status = self._status(args, prog_name, complete_var, **extra)
        if not standalone_mode:
            return status
        sys.exit(status)

    def _status(self, args: Any, prog_name: Any, complete_var: Any, **extra: Any) -> int:
        try:
            with _errors_told():
                # The name stays the same whatever started it: the program, `python -m registrar` or `./run`.
                status = super().main(args, self.name or prog_name, complete_var, standalone_mode=False, **extra)
                return status if isinstance(status, int) else 0
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help())
            return 0
        except click.ClickException as error:
            _tell(_usage_line(error))
            return USAGE
        except click.Abort:
            return INTERRUPTED
        except _Told as told:
            return told.status

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb, and see that all it printed has left the process."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read has seen enough. Nothing is left to flush at the end, which would fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(PIPE_CLOSED)
        return result

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order in which somebody meets them."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; a mistyped one is answered with the nearest."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            from difflib import get_close_matches  # only a mistake needs it

            near = get_close_matches(args[0], self.list_commands(ctx), n=1, cutoff=0.5)
            known = f"did you mean {near[0]}?" if near else f"the verbs are {', '.join(self.list_commands(ctx))}"
            raise click.UsageError(f"there is no verb {args[0][:60]!a} ({known})")
        return super().resolve_command(ctx, args)


class _Told(Exception):
    """The user has been told what went wrong."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@contextmanager
def _errors_told() -> Iterator[None]:
    """Turn what is raised on purpose into lines on standard error and a status."""
    try:
        yield
    except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
        raise
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _tell(f"error: E_FILE: {place}{error.strerror or error} (look at the file and its folder)")
        raise _Told(5) from None
    except Exception as error:
        # Imported here: a verb that came so far has the errors already, and `--help` does without.
        from ledger.errors import LedgerError

        if not isinstance(error, LedgerError):
            raise
        lines = getattr(error, "lines", None)
        for line in lines() if lines is not None else [error.line()]:
            _tell(line)
        raise _Told(error.EXIT) from None


def _usage_line(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    if _EXTRA in text and context is not None and any(each.name == "file" for each in context.command.params):
        what, _, names = text.partition(" (")
        return f"error: E_USAGE: {what} {names.rstrip(')')} (name the ledger with -f FILE)"
    hint = f" ({context.command_path} --help shows how)" if context is not None and not text.endswith(")") else ""
    return f"error: E_USAGE: {text}{hint}"


def _tell(line: str) -> None:
    """Print one line on standard error, with nothing in it that a terminal obeys."""
    from registrar.text import safe

    click.echo(safe(line), err=True)


# --- what every verb takes ----------------------------------------------------------------------------------


def _options(*, known: bool = True, as_json: bool = True) -> Callable[[_Verb], _Verb]:
    """Return a decorator that adds the options which mean the same everywhere."""

    def add(verb: Any) -> Any:
        if as_json:
            verb = click.option(
                "--json", "as_json", is_flag=True, help="Answer as JSON, exact numbers as strings."
            )(verb)
        if known:
            verb = click.option(
                "--known-at",
                metavar="WHEN",
                help="As known then: an instant, a day, or an entry number. Default: all that is recorded.",
            )(verb)
        verb = click.option("--issuer", metavar="ISSUER", help="Whose ledger, where the file holds several.")(verb)
        return click.option(
            "-f", "--file", metavar="FILE", envvar="CAPTABLE_FILE", help="The ledger file [CAPTABLE_FILE]."
        )(verb)

    return add


_as_of_option = click.option(
    "--as-of", metavar="DAY", help="At the close of this day, YYYY-MM-DD. Default: today in the issuer's zone."
)
_basis_option = click.option("--basis", metavar="DAY", help="In the units of this later day, after its splits.")


def _named(file: str | None) -> str:
    if not file:
        raise click.UsageError("no ledger file is named (use -f FILE, or set CAPTABLE_FILE)")
    return file


@contextmanager
def _opened(file: str | None, issuer: str | None, *, as_json: bool) -> Iterator[Ledger]:
    """Open a ledger to ask it; that nothing had been recorded by then is an answer like any other."""
    path = _named(file)
    from ledger.errors import NothingRecorded
    from ledger.journal import Ledger

    with Ledger.open(path, issuer) as ledger:
        try:
            yield ledger
        except NothingRecorded as error:
            nothing = error

            _answer(
                as_json,
                lambda: _shapes().nothing_recorded(nothing),
                lambda width: [str(nothing)[:1].upper() + str(nothing)[1:].rstrip(".") + "."],
            )


def _answer(as_json: bool, answer: Callable[[], dict[str, Any]], lines: Callable[[int], Sequence[str]]) -> None:
    """Print an answer as JSON or as text."""
    if as_json:
        click.echo(_shapes().text(answer()), nl=False)
        return
    click.echo("\n".join(lines(_width())))


def _width() -> int:
    """Return how many columns an answer may take."""
    import shutil

    return min(max(shutil.get_terminal_size((80, 24)).columns, _NARROW), _WIDE)


def _shapes() -> ModuleType:
    """Return the module of JSON answers, which an answer in text does without."""
    from registrar import as_json

    return as_json


def _views() -> ModuleType:
    """Return the module of answers in text, which an answer in JSON does without."""
    from registrar import views

    return views


def _day(option: str, text: str | None) -> date | None:
    """Return the day that an option names; a refusal says which option."""
    if text is None:
        return None
    from ledger.days import day
    from ledger.errors import NotUnderstood

    try:
        return day(text)
    except NotUnderstood as error:
        raise error.at(option) from None


def _as_of(ledger: Ledger, option: str, text: str | None) -> date:
    asked = _day(option, text)
    if asked is not None:
        return asked
    from datetime import datetime

    from ledger.days import zone

    return datetime.now(zone(ledger.time_zone)).date()


def _known(ledger: Ledger, text: str | None) -> int:
    """Return how many entries had been recorded by then; plain digits are an entry number."""
    from ledger.errors import NotUnderstood

    known_at: int | str | None = text
    if text is not None and text.isascii() and text.isdigit() and len(text) < 19:
        known_at = int(text)
    try:
        return ledger.position(known_at)
    except NotUnderstood as error:
        raise error.at("--known-at") from None


# --- the verbs ----------------------------------------------------------------------------------------------


@click.group(
    "captable",
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Example:
  captable init acme.db
  captable record acme.db events.jsonl
  captable show -f acme.db --as-of 2017-06-20

Name the ledger once: export CAPTABLE_FILE=acme.db""",
)
@click.version_option(package_name="captable-ledger", prog_name="captable", message="%(prog)s %(version)s")
def main() -> None:
    """A shareholder ledger: who owned which shares of a company, and what investors promised it, at any date."""


@main.command(
    short_help="Make an empty ledger in a file.",
    epilog="""\b
Example:
  captable init acme.db""",
)
@click.argument("file", required=False, envvar="CAPTABLE_FILE")
@click.option("-f", "--file", "also_file", metavar="FILE", help="The same, as an option.")
def init(file: str | None, also_file: str | None) -> None:
    """Make an empty ledger in FILE. A ledger that is there already stays as it is."""
    path = _named(also_file or file)
    from ledger.store.sqlite import SqliteStore

    existed = os.path.exists(path)
    store = SqliteStore(path, create=True)
    try:
        issuers = store.issuers()
    finally:
        store.close()
    if existed:
        of = ", ".join(issuers) or "nobody yet"
        _say(f"{path} is a ledger already (of {of}); nothing was changed")
    else:
        _say(f"{path} is an empty ledger; record issuer-registered first")


@main.command(
    short_help="Record facts from JSON Lines, as one command.",
    epilog="""\b
Example:
  captable record acme.db events.jsonl --dry-run
  captable record acme.db events.jsonl --actor counsel
  cat events.jsonl | captable record acme.db -

A file is recorded as one command, all of it or nothing, and its SHA-256 is the command's identity: the same
file given twice counts once.""",
)
@click.argument("names", nargs=-1, metavar="[FILE] [EVENTS | -]")
@_options(known=False)
@click.option("--dry-run", is_flag=True, help="Ask every rule, and record nothing.")
@click.option("--actor", metavar="NAME", help="Who records. Default: the login name.")
@click.option("--command-id", metavar="ID", help="Identity of the command. Default: the SHA-256 of the events.")
@click.option(
    "--as-stated",
    is_flag=True,
    help="For a register taken over from others: what does not fit becomes a finding, not a refusal.",
)
def record(
    names: tuple[str, ...],
    file: str | None,
    issuer: str | None,
    as_json: bool,
    dry_run: bool,
    actor: str | None,
    command_id: str | None,
    as_stated: bool,
) -> None:
    """Record the facts in EVENTS, a file of JSON Lines or - for standard input, in the ledger FILE.

    FILE may also be named by -f or CAPTABLE_FILE; a single name is then that of EVENTS.
    """
    path, source = _file_and_events(names, file)
    name = "standard input" if source == "-" else source
    from hashlib import sha256

    from ledger.exchange import json_lines

    data = _bytes_of(source, json_lines.MAX_FILE_BYTES, name)
    lines = json_lines.read(data, name)
    command = sha256(data).hexdigest() if command_id is None else command_id
    with _to_record(path, issuer, [event for _, event in lines]) as ledger:
        there = len(ledger.entries())
        try:
            outcome = _recorded(
                ledger, lines, actor=_actor(actor), command=command, as_stated=as_stated, dry_run=dry_run
            )
        except Exception as error:
            _at_line(error, name, [number for number, _ in lines], there)

        _answer(
            as_json,
            lambda: _shapes().recorded(ledger, outcome, dry_run=dry_run),
            lambda width: [_outcome(ledger, outcome, dry_run=dry_run)],
        )
        if as_stated and not dry_run:
            from projections.findings import findings

            count = len(findings(ledger))
            counted = f"{count:,} finding{'' if count == 1 else 's'}" if count else "no findings"
            _tell(f"the record has {counted} now" + (" (captable check shows them)" if count else ""))


def _recorded(
    ledger: Ledger,
    lines: Sequence[tuple[int, Event]],
    *,
    actor: str,
    command: str,
    as_stated: bool,
    dry_run: bool,
) -> Recorded:
    events = [event for _, event in lines]
    if dry_run:
        return ledger.propose(*events, actor=actor, command=command, as_stated=as_stated)
    return ledger.record(*events, actor=actor, command=command, as_stated=as_stated)


def _outcome(ledger: Ledger, outcome: Recorded, *, dry_run: bool) -> str:
    first, last = outcome.entries[0].number, outcome.entries[-1].number
    count = len(outcome.entries)
    entries = f"{count:,} entries ({first} to {last})" if count > 1 else f"1 entry ({first})"
    issuer = ledger.issuer or getattr(outcome.entries[0].event, "issuer", None)  # of a ledger that would begin here
    if outcome.repeated:
        return f"already recorded in {issuer}: {entries}; nothing was added"
    if dry_run:
        return f"would record {entries} of {issuer}; nothing was recorded"
    return f"recorded {entries} of {issuer}"


def _file_and_events(names: tuple[str, ...], file: str | None) -> tuple[str, str]:
    """Return the ledger's file and the source of events."""
    source = click.get_current_context().get_parameter_source("file")
    by_option = source is click.core.ParameterSource.COMMANDLINE
    if len(names) > 2 or (by_option and len(names) > 1):
        raise click.UsageError("too many names: one ledger file, and one file of events")
    if len(names) == 2:
        return names[0], names[1]
    if file:
        return file, names[0] if names else "-"
    return _named(names[0] if names else None), "-"


def _bytes_of(source: str, limit: int, name: str) -> bytes:
    """Return what is in a file or on standard input, but no more than the limit and one byte."""
    if source == "-":
        if sys.stdin.isatty():
            _tell("reading events from standard input; end with Ctrl-D")
        return sys.stdin.buffer.read(limit + 1)
    import stat

    from ledger.errors import NotUnderstood

    try:
        # Looked at before it is opened: opening a pipe that nobody writes to would wait for ever.
        if not stat.S_ISREG(os.stat(source).st_mode):
            raise NotUnderstood("E_FILE", "it is not a regular file", "name a file, or - for standard input", name)
        with open(source, "rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, NotUnderstood):
            raise
        what = getattr(error, "strerror", None) or str(error)
        raise NotUnderstood("E_FILE", f"it cannot be read: {what}", "look at its name and rights", name) from None


@contextmanager
def _to_record(path: str, issuer: str | None, events: Sequence[Event]) -> Iterator[Ledger]:
    """Open a ledger to record in it; facts that begin with their issuer choose its ledger, or begin one."""
    from ledger.events import IssuerRegistered
    from ledger.journal import Ledger
    from ledger.store.sqlite import SqliteStore
    from registrar.recording import Announcing

    store = Announcing(SqliteStore(path), lambda command: click.echo(f"command {command}", err=True))
    try:
        first = events[0] if events else None
        begins = isinstance(first, IssuerRegistered)
        if issuer is None and isinstance(first, IssuerRegistered) and first.issuer in store.issuers():
            issuer = first.issuer
        yield Ledger(store, issuer, begin=begins)
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


def _at_line(error: Exception, name: str, numbers: Sequence[int], there: int) -> NoReturn:
    """Raise a refusal again, with the line of the file whose fact is refused where that is known."""
    from ledger.errors import NotUnderstood, RuleBroken

    if isinstance(error, NotUnderstood):
        raise error.at(error.where or name) from None
    if isinstance(error, RuleBroken):
        entry = _entry_of(error)
        index = entry - there - 1
        earlier = f"{name}: entry {entry}" if entry > 0 else name
        raise error.at(f"{name} line {numbers[index]}" if 0 <= index < len(numbers) else earlier) from None
    raise error


def _entry_of(error: RuleBroken) -> int:
    """Return the entry that a refusal concerns, or 0 where it does not say."""
    from ledger.errors import CorrectionMisplaced

    if error.where.startswith("entry "):
        return int(error.where.removeprefix("entry "))
    # A misplaced correction speaks of the entry that was to be corrected, which is another one.
    return 0 if isinstance(error, CorrectionMisplaced) else int(getattr(error, "entry", 0))


@main.command(
    short_help="Cap table at the close of a day.",
    epilog="""\b
Example:
  captable show -f acme.db --as-of 2017-06-20
  captable show -f acme.db --as-of 2017-06-20 --known-at 2017-06-01
  captable show -f acme.db --as-of 2017-06-20 --basis 2018-07-23 --json""",
)
@_options()
@_as_of_option
@_basis_option
def show(
    file: str | None, issuer: str | None, known_at: str | None, as_json: bool, as_of: str | None, basis: str | None
) -> None:
    """Show the cap table: who held what, and what is authorized, issued and available of each class."""
    with _opened(file, issuer, as_json=as_json) as ledger:
        from projections.cap_table import cap_table

        day, units = _as_of(ledger, "--as-of", as_of), _day("--basis", basis)
        answer = cap_table(ledger, as_of=day, known_at=_known(ledger, known_at), basis=units)
        _answer(
            as_json,
            lambda: _shapes().cap_table(ledger, answer),
            lambda width: _views().cap_table(ledger, answer, width),
        )


@main.command(
    short_help="What investors promised, and what became of it.",
    epilog="""\b
Example:
  captable commitments -f acme.db --as-of 2017-06-20""",
)
@_options()
@_as_of_option
@_basis_option
def commitments(
    file: str | None, issuer: str | None, known_at: str | None, as_json: bool, as_of: str | None, basis: str | None
) -> None:
    """Show what investors promised: undertaken, due, closed, lapsed and undrawn, by agreement and tranche."""
    with _opened(file, issuer, as_json=as_json) as ledger:
        from projections.commitments import commitments as balances

        day, units = _as_of(ledger, "--as-of", as_of), _day("--basis", basis)
        answer = balances(ledger, as_of=day, known_at=_known(ledger, known_at), basis=units)
        _answer(
            as_json,
            lambda: _shapes().commitments(ledger, answer),
            lambda width: _views().commitments(ledger, answer, width),
        )


@main.command(
    short_help="A figure from one day to another.",
    epilog="""\b
Example:
  captable rollforward boone common --after 2017-01-01 --through 2017-06-20
  captable rollforward ascent-k undrawn --after 2017-02-08""",
)
@click.argument("figure", nargs=-1, required=True)
@_options()
@click.option("--after", required=True, metavar="DAY", help="The day at whose close it opens.")
@click.option("--through", metavar="DAY", help="The day at whose close it ends. Default: today.")
@_basis_option
def rollforward(
    figure: tuple[str, ...],
    file: str | None,
    issuer: str | None,
    known_at: str | None,
    as_json: bool,
    after: str,
    through: str | None,
    basis: str | None,
) -> None:
    """Show how FIGURE came from one day to another: opening, each kind of movement, closing.

    FIGURE is a holder and a class (boone common), a class and a figure (common outstanding), or an agreement and
    a figure (ascent-k undrawn).
    """
    with _opened(file, issuer, as_json=as_json) as ledger:
        from projections.rollforward import rollforward as roll
        from registrar.figures import figure_named

        opens, ends = _as_of(ledger, "--after", after), _as_of(ledger, "--through", through)
        units = _day("--basis", basis)
        known = _known(ledger, known_at)
        which = figure_named(ledger, figure, as_of=ends, known=known)
        answer = roll(ledger, which, after=opens, through=ends, known_at=known, basis=units)
        _answer(
            as_json,
            lambda: _shapes().rollforward(ledger, answer, known),
            lambda width: _views().rollforward(ledger, answer, known, width),
        )


@main.command(
    short_help="The entries behind a figure, with the arithmetic.",
    epilog="""\b
Example:
  captable explain boone common --as-of 2017-06-20
  captable explain common authorized
  captable explain ascent-k undrawn""",
)
@click.argument("figure", nargs=-1, required=True)
@_options()
@_as_of_option
@_basis_option
def explain(
    figure: tuple[str, ...],
    file: str | None,
    issuer: str | None,
    known_at: str | None,
    as_json: bool,
    as_of: str | None,
    basis: str | None,
) -> None:
    """Show the entries behind FIGURE, with the arithmetic.

    FIGURE is a holder and a class (boone common), a class and one of outstanding, issued, treasury, reserved and
    authorized, or an agreement and one of undertaken, closed, lapsed and undrawn.
    """
    with _opened(file, issuer, as_json=as_json) as ledger:
        from projections.explain import explain as explained
        from registrar.figures import figure_named

        day, known = _as_of(ledger, "--as-of", as_of), _known(ledger, known_at)
        which = figure_named(ledger, figure, as_of=day, known=known)
        answer = explained(ledger, which, as_of=day, known_at=known, basis=_day("--basis", basis))
        _answer(
            as_json,
            lambda: _shapes().explanation(ledger, answer, known),
            lambda width: _views().explanation(ledger, answer, known, width),
        )


@main.command(
    short_help="Audit trail: what was recorded, by whom and when.",
    epilog="""\b
Example:
  captable log -f acme.db --actor counsel
  captable log -f acme.db --late-for 2017-03-31
  captable log -f acme.db --kind shares-converted --without-evidence""",
)
@_options()
@click.option("--actor", metavar="NAME", help="Recorded by this person.")
@click.option("--kind", "kinds", metavar="KIND", multiple=True, help="Of this kind; may be given several times.")
@click.option("--recorded-from", metavar="DAY", help="Recorded on this day of the issuer's zone, or later.")
@click.option("--recorded-through", metavar="DAY", help="Recorded by the close of this day.")
@click.option("--effective-from", metavar="DAY", help="May take effect on this day, or later.")
@click.option("--effective-through", metavar="DAY", help="May take effect by the close of this day.")
@click.option("--late-for", metavar="DAY", help="Recorded after this day, and taking effect by its close.")
@click.option("--without-evidence", is_flag=True, help="Entries that no document shows.")
def log(
    file: str | None,
    issuer: str | None,
    known_at: str | None,
    as_json: bool,
    actor: str | None,
    kinds: tuple[str, ...],
    recorded_from: str | None,
    recorded_through: str | None,
    effective_from: str | None,
    effective_through: str | None,
    late_for: str | None,
    without_evidence: bool,
) -> None:
    """Show the audit trail: what was recorded, by whom and when, and the documents that show it."""
    with _opened(file, issuer, as_json=as_json) as ledger:
        from projections.audit import audit_trail

        _kinds_known(kinds)
        asked = {
            "recorded from": _day("--recorded-from", recorded_from),
            "recorded through": _day("--recorded-through", recorded_through),
            "effective from": _day("--effective-from", effective_from),
            "effective through": _day("--effective-through", effective_through),
            "late for": _day("--late-for", late_for),
        }
        known = _known(ledger, known_at)
        answer = audit_trail(
            ledger,
            known_at=known,
            actor=actor,
            kinds=kinds or None,
            without_evidence=without_evidence,
            **{name.replace(" ", "_"): day for name, day in asked.items()},
        )
        words = [f"by {actor}"] if actor is not None else []
        words += [f"of kind {kind}" for kind in kinds]
        words += [f"{name} {day}" for name, day in asked.items() if day is not None]
        words += ["without evidence"] if without_evidence else []
        filters = f"of entries {', '.join(words)}" if words else "of every entry"
        _answer(
            as_json,
            lambda: _shapes().audit(ledger, answer, known),
            lambda width: _views().audit(ledger, answer, known, filters, width),
        )


def _kinds_known(kinds: tuple[str, ...]) -> None:
    from ledger.codec import KINDS
    from ledger.errors import NotUnderstood, nearest, shown

    for kind in kinds:
        if kind not in KINDS:
            near = nearest(kind, KINDS)
            hint = f"did you mean {near}?" if near else f"one of {', '.join(KINDS)}"
            raise NotUnderstood("E_KIND", f"kind {shown(kind)} is not known", hint, "--kind")


@main.command(
    short_help="What does not fit in the record.",
    epilog="""\b
Example:
  captable check -f acme.db
  captable check -f acme.db --known-at 2017-06-20 --json""",
)
@_options()
def check(file: str | None, issuer: str | None, known_at: str | None, as_json: bool) -> int:
    """Show what does not fit in the record: how bad it is, since when, by which entry, and by how much.

    The status is 0 where everything fits, and 1 where something does not.
    """
    found: Sequence[Finding] = ()
    with _opened(file, issuer, as_json=as_json) as ledger:
        from projections.findings import findings
        from registrar import checked

        known = _known(ledger, known_at)
        found = findings(ledger, known_at=known)
        _answer(
            as_json,
            lambda: checked.as_json(ledger, found, known),
            lambda width: checked.text(ledger, found, known, width),
        )
    return FOUND if found else 0


@main.command(
    short_help="A real case, recorded and asked step by step.",
    epilog="""\b
Example:
  captable demo""",
)
def demo() -> None:
    """Record a real case into a temporary ledger, and show every answer with a line of explanation."""
    from registrar import demo as story

    story.run(click.echo, _width())


def _say(text: str) -> None:
    from registrar.text import safe

    click.echo(safe(text))
