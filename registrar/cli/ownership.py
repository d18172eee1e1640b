"""Verbs about who owns what, and how much more: beneficial ownership, thresholds, capacity, restrictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.completion import completing, files
from registrar.cli.options import Asking, as_of_option, asking
from registrar.cli.output import chosen_picture, writable, write_whole
from registrar.cli.waiting import waiting

if TYPE_CHECKING:
    from ledger.quantities import Ratio


@click.command(
    epilog="""\b
Example:
  captable beneficial common -f acme.db --as-of 2017-06-20
  captable beneficial common --as-of 2017-06-20 -O beneficial.xlsx""",
)
@click.argument("stock_class", metavar="CLASS", shell_complete=completing("stock class"))
@asking()
@as_of_option
def beneficial(asked: Asking, stock_class: str, as_of: str | None) -> None:
    """Show who owns CLASS beneficially: in whosever name, with what they may acquire within 60 days.

    Groups are shown beside their members. What an ownership limit holds back is told, and does not count.
    """
    with asked.opened() as ledger:
        from projections.beneficial import beneficial_ownership
        from registrar.registers.ownership import beneficial_ownership as report

        day = asked.as_of(ledger, as_of)
        answer = beneficial_ownership(ledger, stock_class, as_of=day, known_at=asked.known(ledger))
        asked.answer(lambda: report(ledger, answer))


@click.command(
    epilog="""\b
Example:
  captable crossings common --through 2017-12-31
  captable crossings common --after 2016-12-31 --through 2017-12-31 --threshold 4.99% --threshold 9.99%
  captable crossings common --through 2017-12-31 --picture thresholds.svg""",
)
@click.argument("stock_class", metavar="CLASS", shell_complete=completing("stock class"))
@asking()
@click.option("--after", metavar="DAY", help="The day at whose close it begins. Default: the first of the class.")
@click.option("--through", metavar="DAY", help="The day at whose close it ends. Default: today.")
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="PERCENT",
    help="Watch this part of the class: 5%. May be given several times. Default: 5%, 10% and 20%.",
)
@click.option("--picture", metavar="FILE", shell_complete=files, help="Draw it into this file too: .svg or .png.")
def crossings(
    asked: Asking,
    stock_class: str,
    after: str | None,
    through: str | None,
    thresholds: tuple[str, ...],
    picture: str | None,
) -> None:
    """Show when beneficial ownership of CLASS passed a threshold, upwards or downwards, and by whose doing."""
    drawing = None if picture is None else chosen_picture(None, picture)
    if picture is not None:
        writable(picture)
    with asked.opened() as ledger:
        from projections.crossings import THRESHOLDS
        from projections.crossings import crossings as passed
        from registrar.registers.ownership import crossings as report

        begins, ends = asked.day("--after", after), asked.as_of(ledger, through, "--through")
        watched = [_part(each) for each in thresholds] or THRESHOLDS
        known = asked.known(ledger)
        answer = passed(ledger, stock_class, after=begins, through=ends, known_at=known, thresholds=watched)
        if drawing is not None and drawing.path is not None:
            from registrar.charts import beneficial_chart

            with waiting("drawing"):
                drawn = beneficial_chart(
                    ledger, stock_class, after=begins, through=ends, known_at=known, thresholds=watched
                )
                data = drawn.to_bytes(drawing.form)
            write_whole(drawing.path, data)
        asked.answer(lambda: report(ledger, answer))


def _part(typed: str) -> Ratio:
    """Return a threshold as it was typed; a refusal says which option."""
    from ledger.errors import NotUnderstood
    from registrar.typed import part

    try:
        return part(typed)
    except NotUnderstood as error:
        raise error.at("--threshold") from None


@click.command(
    epilog="""\b
Example:
  captable capacity boone -f acme.db --as-of 2017-06-20
  captable capacity boone series-k --reserve series-k-conversion --as-of 2017-06-20""",
)
@click.argument("holder", metavar="HOLDER", shell_complete=completing("holder"))
@click.argument("source", metavar="[PAPER]", required=False, shell_complete=completing("stock class"))
@asking()
@as_of_option
@click.option(
    "--reserve", metavar="NAME", shell_complete=completing("reserve"), help="The reserve that it draws on."
)
def capacity(asked: Asking, holder: str, source: str | None, as_of: str | None, reserve: str | None) -> None:
    """Show how much HOLDER may convert and exercise on a day, and what stops it first.

    PAPER is a class, a note, a warrant or an award; without it, every one that they have.
    """
    with asked.opened() as ledger:
        from projections.capacity import conversion_capacity
        from registrar.names import Names
        from registrar.registers.ownership import conversion_capacity as report

        day, known = asked.as_of(ledger, as_of), asked.known(ledger)
        whose = Names(ledger, known).holder(holder)
        answer = conversion_capacity(ledger, whose, source, as_of=day, known_at=known, reserve=reserve)
        asked.answer(lambda: report(ledger, answer))


@click.command(
    epilog="""\b
Example:
  captable restrictions -f acme.db --as-of 2017-06-20
  captable restrictions --all -O restrictions.xlsx""",
)
@asking()
@as_of_option
@click.option("--all", "ended", is_flag=True, help="Also those that ended.")
def restrictions(asked: Asking, as_of: str | None, ended: bool) -> None:
    """Show what holds shares back on a day: legends, stops, lock-ups, pledges, blockers, caps, liens."""
    with asked.opened() as ledger:
        from projections.restrictions import restrictions as listed
        from registrar.registers.ownership import restrictions as report

        answer = listed(ledger, as_of=asked.as_of(ledger, as_of), known_at=asked.known(ledger))
        asked.answer(lambda: report(ledger, answer, ended=ended))
