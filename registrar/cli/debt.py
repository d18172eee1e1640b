"""The verb that answers about notes."""

from __future__ import annotations

import click

from registrar.cli.options import Asking, as_of_option, asking


@click.command(
    epilog="""\b
Example:
  captable notes -f acme.db --as-of 2018-12-31
  captable notes --after 2017-12-31 --as-of 2018-12-31 -O notes.xlsx""",
)
@asking()
@click.option(
    "--after", metavar="DAY", help="The day at whose close it opens. Default: everything from the beginning."
)
@as_of_option
def notes(asked: Asking, after: str | None, as_of: str | None) -> None:
    """Show the note ledger: principal and interest of each holder, what is due, and what each note would become."""
    with asked.opened() as ledger:
        from projections.notes import notes as owed
        from registrar import views

        opens, day = asked.day("--after", after), asked.as_of(ledger, as_of)
        answer = owed(ledger, after=opens, as_of=day, known_at=asked.known(ledger))
        asked.answer(lambda: views.notes(ledger, answer))
