"""Acts that concern claims: a figure that was disclosed, and one that was withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import Act, acting, argument, option

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_KINDS = ("sum", "product", "percent", "increase")


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable disclose pct-jun "approximately 12.1%" --said-by "The company" --is percent \\
      --of "part held boone common" --of "whole outstanding common" --on 2017-06-20
  captable disclose prem-jun "800%" --said-by "The company" --is increase \\
      --of "price 0.0040" --of "market quoted common close 2017-06-19" --on 2017-06-20
  captable disclose auth "2,000,000,000" --said-by "The company" --of "authorized common" --on 2017-02-08""",
)
@argument("claim", "NAME")
@argument("figure", "FIGURE")
@click.option("--said-by", "said_by", required=True, metavar="TEXT", help="Who said it.")
@click.option("--is", "kind", type=click.Choice(_KINDS), default="sum", help="What it claims to be. Default: sum.")
@click.option("--of", "operands", multiple=True, required=True, metavar='"OPERAND"', help="What it is made of.")
@click.option("--or-of", "others", multiple=True, metavar='"NAME: OPERAND; OPERAND"', help="What else it may be.")
@click.option("--about", metavar="DAY", help="The day that it speaks of. Default: that of the disclosure.")
@click.option("--in-currency", "currency", metavar="CODE", help="Of an amount that prints none.")
@acting()
def disclose(desk: Desk) -> Request:
    """Record that somebody disclosed FIGURE, as printed: "approximately 12.1%". NAME is its name here.

    An OPERAND is a number, or a figure of the record: "held boone common", "outstanding common", "quoted common
    close 2017-06-19". The reference lists them all. Nothing moves; the verb claims holds it against the record.
    """
    from ledger.events import ClaimDisclosed
    from ledger.terms.disclosed import Disclosed
    from registrar.measures import measure, other_measure

    kind, names = desk.stated("kind", str), desk.names
    with desk.at("figure"):
        figure = Disclosed.read(desk.stated("figure", str), currency=desk.option("currency", str))
    with desk.at("operands"):
        made = measure(kind, desk.several("operands"), names)
    with desk.at("others"):
        others = tuple(other_measure(kind, text, names) for text in desk.several("others"))
    return desk.made(ClaimDisclosed, new=("claim",), figure=figure, measure=made, other_measures=others)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable withdraw prem-jun --reason "Corrected by a later release" --replaced-by prem-jul --on 2017-07-03""",
)
@argument("claim", "NAME", of="claim")
@click.option("--reason", required=True, metavar="TEXT", help="Why, or how it was corrected.")
@option("--replaced-by", of="claim", metavar="NAME", help="The claim that takes its place.")
@acting()
def withdraw(desk: Desk) -> Request:
    """Record that who disclosed the figure NAME no longer upholds it."""
    from ledger.events import ClaimWithdrawn

    return desk.made(ClaimWithdrawn)
