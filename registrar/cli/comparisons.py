"""Verbs that set one answer against another: the control book, differences, and what would be if."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from registrar.cli.completion import completing, files
from registrar.cli.options import Asking, as_of_option, asking, basis_option

if TYPE_CHECKING:
    from datetime import date

    from ledger.journal import Ledger
    from registrar.report import Report


@click.command(
    epilog="""\b
Example:
  captable control -f acme.db --as-of 2017-06-20
  captable control common --as-of 2017-06-20 -O control-book.xlsx""",
)
@click.argument("stock_class", metavar="[CLASS]", required=False, shell_complete=completing("stock class"))
@asking()
@as_of_option
@basis_option
def control(asked: Asking, stock_class: str | None, as_of: str | None, basis: str | None) -> None:
    """Show the control book: each change of what is authorized, each issue with its authority, and the reserves.

    An act that should name an authority and does not says so. With CLASS, of this class only.
    """
    with asked.opened() as ledger:
        from projections.control import control_book
        from registrar.registers.control import control_book as report

        day, units = asked.as_of(ledger, as_of), asked.day("--basis", basis)
        answer = control_book(ledger, as_of=day, known_at=asked.known(ledger), basis=units)
        asked.answer(lambda: report(ledger, answer, stock_class))


@click.command(
    epilog="""\b
Example:
  captable diff --after 2016-12-31 --through 2017-12-31
  captable diff --as-of 2017-06-20 --known-from 2017-06-20
  captable diff --as-of 2017-06-20 --known-from 12 --known-to 18 -O learnt.pdf""",
)
@asking()
@click.option("--after", metavar="DAY", help="Between two days: the close of the earlier one.")
@click.option("--through", metavar="DAY", help="Between two days: the close of the later one. Default: today.")
@as_of_option
@click.option("--known-from", metavar="WHEN", help="As known first: an instant, a day, or an entry number.")
@click.option("--known-to", metavar="WHEN", help="As known last, the same as --known-at. Default: all.")
@basis_option
def diff(
    asked: Asking,
    after: str | None,
    through: str | None,
    as_of: str | None,
    known_from: str | None,
    known_to: str | None,
    basis: str | None,
) -> None:
    """Show what changed, and which entries did it: between two days, or between two states of knowledge.

    Between two days, --after and --through; with --known-from, the earlier day as it was known then. Between two
    states of knowledge about one day, --as-of and --known-from.
    """
    if known_to is not None and asked.known_at is not None:
        raise click.UsageError("--known-to and --known-at are the same (leave one out)")
    if after is None and through is not None:
        raise click.UsageError("Missing option '--after'")
    if after is not None and as_of is not None:
        raise click.UsageError("--as-of is for one day, --after and --through are for two (leave one out)")
    if after is None and known_from is None:
        raise click.UsageError("nothing to compare with (give --after DAY, or --known-from WHEN)")
    with asked.opened() as ledger:
        from projections.diff import difference
        from registrar import differences

        option = "--known-at" if known_to is None else "--known-to"
        now = asked.known(ledger, known_to, option)
        then = now if known_from is None else asked.known(ledger, known_from, "--known-from")
        if after is None:
            first = last = asked.as_of(ledger, as_of)
        else:
            first, last = asked.as_of(ledger, after, "--after"), asked.as_of(ledger, through, "--through")
        units = asked.day("--basis", basis)
        answer = difference(ledger, after=first, through=last, known_after=then, known_at=now, basis=units)
        report = differences.between_knowledge if after is None else differences.between_days
        asked.answer(lambda: report(ledger, answer))


ANSWERS: Final = (
    *("show", "commitments", "holders", "certificates", "control"),
    *("notes", "warrants", "awards", "dividends", "fully-diluted", "check"),
)
"""Answers that can be had with and without what is supposed."""
_IN_UNITS_OF_THE_DAY: Final = ("notes", "awards", "dividends", "fully-diluted", "check")
"""Those of them that are in the units of the day asked about, and of no other."""


@click.command(
    "what-if",
    epilog="""\b
Example:
  captable what-if round.jsonl -f acme.db
  captable what-if round.jsonl --answer show --as-of 2017-12-31
  captable what-if convert-all.jsonl --as-stated --answer check""",
)
@click.argument("events", metavar="[EVENTS | -]", default="-", shell_complete=files)
@asking()
@as_of_option
@basis_option
@click.option("--answer", type=click.Choice(ANSWERS), help="This answer, with and without. Default: what changes.")
@click.option("--as-stated", is_flag=True, help="Suppose also what goes beyond a limit; --answer check shows it.")
def what_if(
    asked: Asking, events: str, as_of: str | None, basis: str | None, answer: str | None, as_stated: bool
) -> None:
    """Show what would be otherwise if the facts in EVENTS were recorded, which they are not.

    EVENTS is a file of JSON Lines, or - for standard input, as for the verb record. The rules are asked as they
    would be; nothing is written.
    """
    from ledger.exchange import json_lines
    from registrar.cli.records import at_place, bytes_of

    if basis is not None and answer in _IN_UNITS_OF_THE_DAY:
        raise click.UsageError(f"--answer {answer} is in the units of the day asked about (leave --basis away)")
    name = "standard input" if events == "-" else events
    lines = json_lines.read(bytes_of(events, json_lines.MAX_FILE_BYTES, name), name)
    with asked.opened() as ledger:
        from projections.diff import from_supposed
        from registrar import differences

        day, known, units = asked.as_of(ledger, as_of), asked.known(ledger), asked.day("--basis", basis)
        facts = [event for _, event in lines]
        try:
            supposed = ledger.supposing(*facts, known_at=known, as_stated=as_stated)
        except Exception as error:
            at_place(error, name, [f"line {number}" for number, _ in lines], known)
        found = from_supposed(ledger, supposed, as_of=day, known_at=known, basis=units)
        changes = differences.with_and_without(ledger, found, name)
        if answer is None:
            asked.answer(lambda: changes)
            return
        without, with_them = (
            _answered(each, answer, day, at, units) for each, at in ((ledger, known), (supposed, None))
        )
        asked.answer(lambda: differences.side_by_side(without, with_them, changes))


def _answered(ledger: Ledger, answer: str, day: date, known: int | None, units: date | None) -> Report:
    """Return one of the answers as a report."""
    from registrar import views

    if answer == "check":
        from projections.findings import findings

        return views.findings(ledger, findings(ledger, known_at=known), ledger.position(known))
    if answer == "commitments":
        from projections.commitments import commitments

        return views.commitments(ledger, commitments(ledger, as_of=day, known_at=known, basis=units))
    if answer == "show":
        from projections.cap_table import cap_table

        return views.cap_table(ledger, cap_table(ledger, as_of=day, known_at=known, basis=units))
    if answer == "holders":
        from projections.holders import holders
        from registrar.registers.holders import holders as holders_report

        return holders_report(ledger, holders(ledger, as_of=day, known_at=known, basis=units))
    if answer == "certificates":
        from projections.certificates import certificates
        from registrar.registers.certificates import certificates as certificates_report

        return certificates_report(ledger, certificates(ledger, as_of=day, known_at=known, basis=units))
    if answer == "notes":
        from projections.notes import notes

        return views.notes(ledger, notes(ledger, as_of=day, known_at=known))
    if answer == "warrants":
        from projections.warrants import warrants

        return views.warrants(ledger, warrants(ledger, as_of=day, known_at=known, basis=units))
    if answer == "awards":
        from projections.awards import awards
        from registrar.registers.awards import awards as awards_report

        return awards_report(ledger, awards(ledger, as_of=day, known_at=known))
    if answer == "dividends":
        from projections.dividends import dividends
        from registrar.registers.dividends import dividends as dividends_report

        return dividends_report(ledger, dividends(ledger, as_of=day, known_at=known))
    if answer == "fully-diluted":
        from projections.fully_diluted import fully_diluted

        return views.fully_diluted(ledger, fully_diluted(ledger, as_of=day, known_at=known))
    from projections.control import control_book
    from registrar.registers.control import control_book as control_report

    return control_report(ledger, control_book(ledger, as_of=day, known_at=known, basis=units))
