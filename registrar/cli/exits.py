"""The verb that sells the company: who would be paid what at an exit value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.completion import files
from registrar.cli.options import Asking, as_of_option, asking
from registrar.cli.output import chosen_picture, writable, write_whole
from registrar.cli.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.journal import Ledger
    from ledger.quantities import Money
    from projections.waterfall import ExitClaims


@click.command(
    epilog="""\b
Example:
  captable waterfall "25000000 USD" --as-of 2026-06-30
  captable waterfall "25000000 USD" "50000000 USD" "100000000 USD" --vested-only
  captable waterfall "100000000 USD" --suppose closing.jsonl --picture proceeds.svg""",
)
@click.argument("exit_values", metavar="EXIT...", nargs=-1, required=True)
@asking()
@as_of_option
@click.option("--vested-only", is_flag=True, help="Awards count only as far as they have vested.")
@click.option(
    "--suppose", metavar="EVENTS", shell_complete=files, help="On top of the facts of this file, as for what-if."
)
@click.option(
    "--picture",
    metavar="FILE",
    shell_complete=files,
    help="Draw proceeds up to the largest EXIT into this file: .svg, .png or .json.",
)
def waterfall(
    asked: Asking,
    exit_values: tuple[str, ...],
    as_of: str | None,
    vested_only: bool,
    suppose: str | None,
    picture: str | None,
) -> None:
    """Show who would be paid what if the company were sold: notes, SAFEs, stock, warrants and awards.

    EXIT is what there is to pay out, costs and other debts taken off: "25000000 USD". The first is told in full,
    others beside it. Conversion and exercise are decided together, and proceeds add up to the cent.
    """
    drawing = None if picture is None else chosen_picture(None, picture)
    if picture is not None:
        writable(picture)
    values = [_exit_value(typed) for typed in exit_values]
    with asked.opened() as ledger:
        from projections.waterfall import ExitClaims
        from registrar import views
        from registrar.cli.rounds import supposing

        day, known = asked.as_of(ledger, as_of), asked.known(ledger)
        there = ledger if suppose is None else supposing(ledger, suppose, known)
        claims = ExitClaims(
            there,
            values[0].currency,
            as_of=day,
            known_at=None if suppose is not None else known,
            vested_only=vested_only,
        )
        answers = [claims.at(value) for value in values]
        if drawing is not None and drawing.path is not None:
            with waiting("drawing"):
                write_whole(drawing.path, _drawn(there, claims, values, drawing.form))
        asked.answer(lambda: views.waterfall(there, answers))


def _exit_value(typed: str) -> Money:
    from ledger.errors import LedgerError
    from registrar import typed as read

    try:
        return read.money(typed)
    except LedgerError as error:
        raise error.at("EXIT") from None


def _drawn(ledger: Ledger, claims: ExitClaims, values: Sequence[Money], form: str) -> bytes:
    from registrar.charts import waterfall_chart

    drawn = waterfall_chart(ledger, claims, through=max(values))
    if form == "png":
        return drawn.to_png()
    return (drawn.to_svg() if form == "svg" else drawn.to_json()).encode()
