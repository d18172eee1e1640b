"""The verb that draws: ownership over time, a commitment burning down, a roll-forward as a waterfall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli import completion
from registrar.cli.options import Asking, basis_option, drawing
from registrar.cli.output import writable, write_whole
from registrar.cli.waiting import quiet, waiting

if TYPE_CHECKING:
    from registrar.charts import Chart

OWNERSHIP, COMMITMENT, ROLLFORWARD = "ownership", "commitment", "rollforward"


@click.command(
    epilog="""\b
Example:
  captable chart ownership common --through 2017-06-30 -O ownership.svg
  captable chart ownership common --through 2017-06-30 --percent --largest 5 -O ownership.png
  captable chart commitment ascent-k --through 2018-01-31 -O commitment.svg
  captable chart rollforward common outstanding --after 2016-12-31 --through 2017-06-30 -O waterfall.png""",
)
@click.argument("kind", type=click.Choice((OWNERSHIP, COMMITMENT, ROLLFORWARD)), metavar="KIND")
@click.argument("names", nargs=-1, required=True, shell_complete=completion.figure)
@drawing()
@click.option("--after", metavar="DAY", help="The day at whose close it begins. Default: the first of its subject.")
@click.option("--through", metavar="DAY", help="The day at whose close it ends. Default: today.")
@basis_option
@click.option("--percent", "in_percent", is_flag=True, help="Ownership in percent of what is outstanding.")
@click.option("--largest", type=int, metavar="N", help="Ownership of so many holders, 1 to 7; the others as one.")
def chart(
    asked: Asking,
    kind: str,
    names: tuple[str, ...],
    after: str | None,
    through: str | None,
    basis: str | None,
    in_percent: bool,
    largest: int | None,
) -> None:
    """Draw a picture: KIND is ownership, commitment or rollforward.

    NAMES are a class (ownership common), an agreement (commitment ascent-k), or a figure as for the verb
    rollforward (rollforward boone common). The end of the file's name says the format: .svg, .png, or .json for
    the Vega-Lite spec.
    """
    if kind != OWNERSHIP and (in_percent or largest is not None):
        raise click.UsageError("--percent and --largest are for ownership (leave them out)")
    if kind == COMMITMENT and basis is not None:
        raise click.UsageError("--basis is for shares, and a commitment is money (leave it out)")
    if kind == ROLLFORWARD and after is None:
        raise click.UsageError("Missing option '--after'")
    if kind != ROLLFORWARD and len(names) > 1:
        raise click.UsageError(f"{kind} takes one name, and got {len(names)}")
    if asked.output.path is not None:
        writable(asked.output.path)
    with asked.opened() as ledger:
        begins = None if after is None else asked.as_of(ledger, after, "--after")
        ends = asked.as_of(ledger, through, "--through")
        units, known = asked.day("--basis", basis), asked.known(ledger)
        from registrar import charts

        with waiting("drawing"):
            if kind == OWNERSHIP:
                drawn = charts.ownership_chart(
                    ledger,
                    names[0],
                    after=begins,
                    through=ends,
                    known_at=known,
                    basis=units,
                    in_percent=in_percent,
                    **({} if largest is None else {"largest": largest}),
                )
            elif kind == COMMITMENT:
                drawn = charts.commitment_chart(ledger, names[0], after=begins, through=ends, known_at=known)
            else:
                from registrar.figures import figure_named

                assert begins is not None, "asked for above"
                figure = figure_named(ledger, names, as_of=ends, known=known)
                drawn = charts.rollforward_chart(
                    ledger, figure, after=begins, through=ends, known_at=known, basis=units
                )
            data = _as(drawn, asked.output.form)
        quiet()
        if asked.output.path is None:
            click.echo(data, nl=False)
        else:
            write_whole(asked.output.path, data)


def _as(drawn: Chart, form: str) -> bytes:
    """Return a picture in a format."""
    if form == "png":
        return drawn.to_png()
    return (drawn.to_svg() if form == "svg" else drawn.to_json()).encode()
