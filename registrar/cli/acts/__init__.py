"""Verbs that record what happened, each one act: what its options state is recorded, and its effect is shown.

A verb says which event, or which command of the library, its options state. To add one, write it in a module of
this package and name it in ``VERBS``:

    @click.command(cls=Act, epilog=EXAMPLE)
    @argument("holder", "HOLDER", of="holder")
    @argument("cancelled", "SHARES")
    @argument("stock_class", "CLASS", of="stock class")
    @click.option("--reason", required=True, metavar="TEXT", help="Why.")
    @acting()
    def cancel(desk: Desk) -> Request:
        \"\"\"Record that SHARES of CLASS that HOLDER had were cancelled for nothing.\"\"\"
        from ledger.commands import TakeShares
        from ledger.events import SharesCancelled

        return TakeShares(fact=desk.made(SharesCancelled))

Each option and argument bears the name of the field that it states, and ``registrar.desk`` reads it as that field.
The identity of the command is told before anything is appended; giving the same act again under it settles whether
it was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import click

from registrar.cli import say, tell
from registrar.cli.completion import completing, files
from registrar.cli.options import Recording, named, recording
from registrar.cli.output import width
from registrar.cli.waiting import quiet, waiting

if TYPE_CHECKING:
    from ledger.events import Event
    from ledger.journal import Ledger, Recorded
    from projections.touched import Touched

    class Command(Protocol):
        """A command of the library."""

        def events(self, ledger: Ledger) -> tuple[Event, ...]:
            """Return the events that state its outcome."""

    Request = Event | Command

_Verb = TypeVar("_Verb", bound=Callable[..., Any])
PHASES: Final = ("opening", "ordinary", "close")
_OF_EVERY_ACT: Final = {
    "When": ("effective_on", "phase", "place", "disclosed_on"),
    "Shown by": ("document", "evidence", "sha256", "page", "printed", "deduced", "note"),
    "Recorded": ("actor", "command_id", "as_stated", "dry_run", "form", "as_json"),
    "Ledger": ("file", "issuer"),
}
"""Options that mean the same for every act; its help names them in a few lines."""
_BELOW_ZERO: Final = re.compile(r"-[\d.,]+( [A-Za-z]{3})?", re.ASCII)


class Act(click.Command):
    """A verb whose help lists its own options in full, and those of every act in a few lines."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        common = {name for names in _OF_EVERY_ACT.values() for name in names}
        params = {param.name or "": param for param in self.params if isinstance(param, click.Option)}
        own = [param.get_help_record(ctx) for name, param in params.items() if name not in common]
        records = [record for record in own if record is not None]
        if records:
            with formatter.section("Options"):
                formatter.write_dl(records)
        with formatter.section("Options of every act"):
            formatter.write_dl(
                [
                    (group, ", ".join(_brief(params[name]) for name in names if name in params))
                    for group, names in _OF_EVERY_ACT.items()
                    if any(name in params for name in names)
                ]
            )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; a quantity below zero is no option that is not known."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption:
            below = next((each for each in given if _BELOW_ZERO.fullmatch(each)), None)
            if below is None:
                raise
            from ledger.errors import NotUnderstood, shown

            hint = "state a quantity above zero; what goes the other way has a verb of its own"
            raise NotUnderstood("E_QUANTITY", f"{shown(below)} is not above zero", hint) from None


def _brief(param: click.Option) -> str:
    """Return an option in a few characters: its first name, and what it takes."""
    short = [name for name in param.opts if not name.startswith("--")]
    long = [name for name in param.opts if name.startswith("--")]
    takes = "" if param.is_flag else f" {param.make_metavar(click.Context(click.Command('')))}"
    more = " (needed)" if param.required else f" [{param.envvar}]" if param.envvar else ""
    return f"{'/'.join((*short, *long[:1]))}{takes}{more}"


def argument(name: str, metavar: str, *, of: str | None = None, **more: Any) -> Callable[[_Verb], _Verb]:
    """Return a decorator for an argument that states a field.

    Args:
        name: The field.
        metavar: What it is called in the help.
        of: What it names in the record, for completion.
        more: What else click is told about it.
    """
    completed: dict[str, Any] = {} if of is None else {"shell_complete": completing(of)}
    return click.argument(name, metavar=metavar, **completed, **more)


def option(*names: str, of: str | None = None, **more: Any) -> Callable[[_Verb], _Verb]:
    """Return a decorator for an option that states a field.

    Args:
        names: How it is written, and the field.
        of: What it names in the record, for completion.
        more: What else click is told about it.
    """
    completed: dict[str, Any] = {} if of is None else {"shell_complete": completing(of)}
    return click.option(*names, **completed, **more)


OUT_OF: Final = option(
    *("--out-of", "security"),
    of="security",
    metavar="NAME",
    help="Certificate or lot that they are taken from; needed if the holder has several.",
)
GIVEN: Final = (
    click.option("--paid", "consideration_amount", metavar="MONEY", help="What was given, in cash unless --for."),
    click.option(
        *("--for", "consideration_form"),
        type=click.Choice(("cash", "note-cancelled", "services", "commitment-fee", "settlement", "none")),
        help="In which form.",
    ),
    click.option("--described", "consideration_description", metavar="TEXT", help="More about what was given."),
)
"""What was given for shares."""


def all_of(*options: Callable[[_Verb], _Verb]) -> Callable[[_Verb], _Verb]:
    """Return a decorator for several options, in their order."""

    def add(verb: _Verb) -> _Verb:
        for each in reversed(options):
            verb = each(verb)
        return verb

    return add


def _day_options(*, needed: bool, phased: bool) -> tuple[Callable[[Any], Any], ...]:
    return (
        click.option("--on", "effective_on", required=needed, metavar="DAY|DAY/DAY", help="When it took effect."),
        click.option("--phase", required=phased, type=click.Choice(PHASES), help="In which part of the day."),
        click.option("--place", metavar="N", help="Order within that part of the day."),
    )


_DOCUMENT_OPTIONS: Final = (
    click.option("--disclosed", "disclosed_on", metavar="DAY", help="When it was made public."),
    click.option("--document", metavar="TITLE", help="A document that shows it."),
    click.option(
        *("--evidence",),
        multiple=True,
        metavar="FILE",
        shell_complete=files,
        help="A file that shows it: its name and SHA-256 are recorded.",
    ),
    click.option("--sha256", metavar="HEX", help="SHA-256 of the document."),
    click.option("--page", metavar="TEXT", help="Page, section or exhibit of the document."),
    click.option("--printed", metavar="TEXT", help="The figure or sentence as printed."),
    click.option("--deduced", is_flag=True, help="It follows from documents, and none states it."),
    click.option("--note", metavar="TEXT", help="What a reader should know."),
)


def acting(
    *, dated: bool | None = True, phased: bool = False, begins: bool = False
) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator for verbs that record an act: the function gets a ``Desk``, and returns what is recorded.

    Args:
        dated: Whether the act needs a day; ``None`` where it may have one, and ``False`` where it has none.
        phased: Whether the part of the day must be stated.
        begins: Whether the act begins a record, so that there is none to look at.
    """

    def add(verb: Callable[..., Request]) -> Any:
        @recording()
        @wraps(verb)
        def run(asked: Recording, **given: Any) -> None:
            _record(asked, verb, given, begins=begins)

        days = () if dated is False else _day_options(needed=dated is True, phased=phased)
        return all_of(*days, *_DOCUMENT_OPTIONS)(run)

    return add


def _record(asked: Recording, verb: Callable[..., Request], given: dict[str, Any], *, begins: bool) -> None:
    """Read what was typed, record it, and tell its effect."""
    path = named(asked.file)
    from ledger.commands import as_first_seen
    from ledger.errors import IssuerFirst, OutcomeUnknown
    from ledger.events import Event
    from ledger.store.addresses import told
    from registrar.cli.records import to_record
    from registrar.desk import Desk

    places, stated = _places(), {"as_stated": asked.as_stated}
    with waiting(f"recording in {told(path)}"):
        first = verb(Desk(None, given, places, **stated)) if begins else None
        beginning = [first] if isinstance(first, Event) else []
        with to_record(path, asked.issuer, beginning) as ledger:
            if beginning:
                _finish(asked, ledger, beginning)
                return
            if not ledger.entries():
                raise IssuerFirst(None, None)
            seen = as_first_seen(ledger, asked.command_id)
            desk = Desk(seen, given, places, **stated)
            request = verb(desk)
            with desk.told():
                events = (request,) if isinstance(request, Event) else desk.completed(request.events(seen))
            try:
                _finish(asked, ledger, events, desk.command)
                for note in desk.notes:
                    tell(f"note: {note}")
            except OutcomeUnknown as error:
                tell(f"note: give the same act again with --command {error.command}; it counts once")
                raise


def _places() -> dict[str, str]:
    """Return what each field is called on the command line: an option by its long name, an argument in capitals."""
    params = click.get_current_context().command.params
    return {
        param.name or "": next((name for name in param.opts if name.startswith("--")), "")
        if isinstance(param, click.Option)
        else str(param.metavar).strip("[]")
        for param in params
    }


def _finish(asked: Recording, ledger: Ledger, events: Sequence[Event], command: str | None = None) -> None:
    from projections.touched import touched
    from registrar.cli.records import attempted, findings_told, outcome_told

    outcome = attempted(asked, ledger, events, command=command, places=[""] * len(events))
    changed: tuple[Touched, ...] = ()
    if not outcome.repeated:
        there = ledger.supposing(*events, as_stated=asked.as_stated) if asked.dry_run else ledger
        changed = touched(there, outcome.entries[0].number - 1)
    if asked.as_json:
        from registrar import as_json

        quiet()
        answer = as_json.recorded(ledger, outcome, dry_run=asked.dry_run, changed=changed)
        click.echo(as_json.text(answer), nl=False)
    else:
        say(outcome_told(ledger, outcome, dry_run=asked.dry_run, what=_kinds(outcome)))
        taken_out = () if outcome.repeated else _taken_out(ledger, events)
        for line in (*taken_out, *_in_lines(list(map(str, changed)), width()), *_terms(events)):
            say(line)
    findings_told(asked, ledger)


def _in_lines(parts: Sequence[str], columns: int) -> Iterator[str]:
    """Yield parts as lines that fit, none of them broken."""
    line = ""
    for index, part in enumerate(parts):
        told = part if index == len(parts) - 1 else f"{part};"
        if line and len(line) + 1 + len(told) > columns:
            yield line
            line = ""
        line = f"{line} {told}" if line else told
    if line:
        yield line


def _kinds(outcome: Recorded) -> str:
    return ", ".join(_kind(entry.event) for entry in outcome.entries)


def _kind(event: Event) -> str:
    from ledger.events import Fact

    return f"{event.KIND} {event.effective_on}" if isinstance(event, Fact) else event.KIND


def _taken_out(ledger: Ledger, events: Sequence[Event]) -> Iterator[str]:
    """Yield what each entry said that a void takes out of history, since its number alone says little."""
    from ledger.events import EntryVoided

    for event in events:
        if isinstance(event, EntryVoided):
            for number in event.entries:
                yield f"entry {number} no longer counts: {_kind(ledger.entries()[number - 1].event)}"


def _terms(events: Sequence[Event]) -> Iterator[str]:
    """Yield the terms that follow from a split, prices that were adjusted, and what an exercise came to."""
    from ledger.events import SPLITS, ConversionPriceAdjusted, InstrumentAdjusted, WarrantExercised
    from registrar.views import part_summary

    for event in events:
        if isinstance(event, SPLITS):
            for terms in event.resulting:
                yield f"{terms.stock_class} afterwards: {part_summary(terms, 'stock_class')}"
        elif isinstance(event, InstrumentAdjusted):
            prices = (("price", event.price), ("floor", event.floor))
            said = ", ".join(f"{name} {price}" for name, price in prices if price is not None)
            if said:
                yield f"{event.instrument} afterwards: {said}"
        elif isinstance(event, ConversionPriceAdjusted):
            yield f"{event.stock_class} afterwards: {part_summary(event.conversion)}"
        elif isinstance(event, WarrantExercised):
            given = f"{event.paid:,} paid" if event.paid is not None else f"{event.given_up or 0:,} shares given up"
            yield f"{event.warrant}: {event.received:,} shares received, {given}"
