"""What every verb takes: the options that mean the same everywhere, and how an answer leaves the process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from registrar.cli.completion import completing, files
from registrar.cli.output import FORMATS, PICTURES, Output, chosen, chosen_picture, leave
from registrar.cli.waiting import waiting

if TYPE_CHECKING:
    from datetime import date

    from ledger.journal import Ledger
    from registrar.report import Report

_Verb = TypeVar("_Verb", bound=Callable[..., Any])

file_option = click.option(
    *("-f", "--file"),
    metavar="FILE",
    envvar="CAPTABLE_FILE",
    shell_complete=files,
    help="Ledger file or URL [CAPTABLE_FILE].",
)
issuer_option = click.option(
    *("--in", "--issuer", "issuer"),
    metavar="ISSUER",
    shell_complete=completing("issuer"),
    help="Whose ledger, where the file holds several.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Short for -o json: exact numbers as strings.")
_known_option = click.option(
    "--known-at",
    metavar="WHEN",
    help="As known then: an instant, a day, or an entry number. Default: all that is recorded.",
)
_format_option = click.option("-o", "--output", "form", type=click.Choice(FORMATS), help="In this format.")
_out_option = click.option(
    *("-O", "--output-file", "out"),
    metavar="FILE",
    shell_complete=files,
    help="Into this file, its format by the end of its name.",
)
_table_option = click.option("--table", metavar="NAME", help="This table of the answer only.")
_readonly_option = click.option(
    "--read-only", "readonly", is_flag=True, help="Leave FILE and its folder as they are: it is somebody else's."
)
as_of_option = click.option(
    "--as-of", metavar="DAY", help="At the close of this day, YYYY-MM-DD. Default: today in the issuer's zone."
)
basis_option = click.option("--basis", metavar="DAY", help="In the units of this later day, after its splits.")


class Asking(NamedTuple):
    """What a verb that asks was told by the options which mean the same everywhere.

    Attributes:
        file: The ledger file.
        issuer: Whose ledger.
        known_at: As known when, as typed.
        output: Where the answer goes, and in which format.
        readonly: Whether the file and its folder stay as they are.
    """

    file: str | None
    issuer: str | None
    known_at: str | None
    output: Output
    readonly: bool = False

    @contextmanager
    def opened(self) -> Iterator[Ledger]:
        """Open the ledger to ask it; that nothing had been recorded by then is an answer like any other."""
        path = named(self.file)
        from ledger.errors import NothingRecorded
        from ledger.journal import Ledger
        from ledger.store import store_at
        from ledger.store.addresses import told
        from registrar.cli.watching import watched

        with (
            waiting(f"reading {told(path)}"),
            closing(watched(store_at(path, readonly=self.readonly, keys=keys()))) as store,
        ):
            try:
                ledger = Ledger(store, self.issuer)
                yield ledger
                erasures_told(ledger)
            except NothingRecorded as error:
                from registrar import as_json, views

                nothing = error
                self.answer(lambda: views.nothing_recorded(nothing), lambda: as_json.nothing_recorded(nothing))

    def day(self, option: str, text: str | None) -> date | None:
        """Return the day that an option names; a refusal says which option."""
        if text is None:
            return None
        from ledger.days import day
        from ledger.errors import NotUnderstood

        try:
            return day(text)
        except NotUnderstood as error:
            raise error.at(option) from None

    def as_of(self, ledger: Ledger, text: str | None, option: str = "--as-of") -> date:
        """Return the day that an option names; without one, today in the issuer's zone."""
        asked = self.day(option, text)
        if asked is not None:
            return asked
        from datetime import datetime

        from ledger.days import zone

        return datetime.now(zone(ledger.time_zone)).date()

    def known(self, ledger: Ledger, text: str | None = None, option: str = "--known-at") -> int:
        """Return how many entries had been recorded by then; plain digits are an entry number."""
        from ledger.errors import NotUnderstood

        known_at: int | str | None = self.known_at if text is None else text
        if isinstance(known_at, str) and known_at.isascii() and known_at.isdigit() and len(known_at) < 19:
            known_at = int(known_at)
        try:
            return ledger.position(known_at)
        except NotUnderstood as error:
            raise error.at(option) from None

    def answer(self, report: Callable[[], Report], as_json: Callable[[], dict[str, Any]] | None = None) -> None:
        """Print an answer, or write it into the file that was named.

        Args:
            report: Makes the answer for every format.
            as_json: Makes the answer for programs where it says more than the tables do.
        """
        leave(self.output, report, as_json)


def asking(*, known: bool = True) -> Callable[[_Verb], _Verb]:
    """Return a decorator for verbs that ask: the function gets an ``Asking`` first, and its own options by name.

    Args:
        known: Whether what had been recorded makes a difference to the answer.
    """

    def add(verb: Any) -> Any:
        @wraps(verb)
        def run(
            *args: Any,
            file: str | None,
            issuer: str | None,
            form: str | None,
            out: str | None,
            table: str | None,
            as_json: bool,
            readonly: bool,
            known_at: str | None = None,
            **options: Any,
        ) -> Any:
            output = chosen(form, out, table, as_json=as_json)
            return verb(Asking(file, issuer, known_at, output, readonly), *args, **options)

        taking = _format_option(_out_option(_table_option(_json_option(run))))
        if known:
            taking = _known_option(taking)
        return file_option(_readonly_option(issuer_option(taking)))

    return add


def drawing() -> Callable[[_Verb], _Verb]:
    """Return a decorator for verbs that draw: the function gets an ``Asking`` first, whose output is a picture."""

    def add(verb: Any) -> Any:
        @wraps(verb)
        def run(
            *args: Any,
            file: str | None,
            issuer: str | None,
            form: str | None,
            out: str | None,
            known_at: str | None,
            readonly: bool,
            **options: Any,
        ) -> Any:
            return verb(Asking(file, issuer, known_at, chosen_picture(form, out), readonly), *args, **options)

        taking = click.option("-o", "--output", "form", type=click.Choice(PICTURES), help="In this format.")(
            _known_option(_out_option(run))
        )
        return file_option(_readonly_option(issuer_option(taking)))

    return add


class Recording(NamedTuple):
    """What a verb that records was told by the options which mean the same everywhere.

    Attributes:
        file: The ledger file.
        issuer: Whose ledger.
        dry_run: Whether every rule is asked and nothing recorded.
        actor: Who records.
        command_id: Identity of the command.
        as_stated: Whether what does not fit becomes a finding.
        as_json: Whether the outcome is told as JSON.
    """

    file: str | None
    issuer: str | None
    dry_run: bool
    actor: str | None
    command_id: str | None
    as_stated: bool
    as_json: bool


def recording() -> Callable[[_Verb], _Verb]:
    """Return a decorator for verbs that record: the function gets a ``Recording`` first."""

    def add(verb: Any) -> Any:
        @wraps(verb)
        def run(*args: Any, **options: Any) -> Any:
            output = chosen(options.pop("form"), None, None, as_json=options["as_json"])
            options["as_json"] = output.form == "json"
            common = {name: options.pop(name) for name in Recording._fields}
            return verb(Recording(**common), *args, **options)

        taking = click.option(
            "--as-stated",
            is_flag=True,
            help="What does not fit becomes a finding.",
        )(run)
        taking = click.option(
            "--command", "--command-id", "command_id", metavar="ID", help="Identity of the command: it counts once."
        )(taking)
        taking = click.option(
            "--by", "--actor", "actor", metavar="NAME", help="Who records. Default: the login name."
        )(taking)
        taking = click.option(
            "-o",
            "--output",
            "form",
            type=click.Choice(("table", "json")),
            help="Say in this form what was recorded.",
        )(taking)
        taking = click.option("--dry-run", is_flag=True, help="Ask every rule, and record nothing.")(taking)
        return file_option(issuer_option(_json_option(taking)))

    return add


def erasures_told(ledger: Ledger) -> None:
    """Say which erasures were finished by reading the ledger, and which could not be."""
    from registrar.cli import tell

    for number in ledger.resumed_erasures():
        tell(f"note: keys that entry {number} erased were here again (an old copy?); they are deleted")
    for number in ledger.pending_erasures():
        tell(
            f"note: keys that entry {number} erased are here and cannot be deleted; delete them where they are kept"
        )


def keys() -> str | None:
    """Return the file that keeps the keys of personal values, where it is not the one beside the ledger."""
    return os.environ.get("CAPTABLE_KEYS") or None


def named(file: str | None) -> str:
    """Return the ledger file that was named.

    Raises:
        UsageError: None was.
    """
    if not file:
        raise click.UsageError("no ledger file is named (use -f FILE, or set CAPTABLE_FILE)")
    return file
