"""Acts that concern claims: a figure that was disclosed or withdrawn, and a list of holders that came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import Act, acting, argument, option
from registrar.cli.completion import files

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_KINDS = ("sum", "product", "percent", "increase")
_FORMS = ("1234.56", "1,234.56", "1.234,56", "1 234,56", "1'234.56")


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


@click.command(
    "holder-list",
    cls=Act,
    epilog="""\b
Example:
  captable holder-list list.csv common --source "The transfer agent" --on 2017-06-20

The list is recorded as one command, and the SHA-256 of the file, the class and the day are its identity: the same
list given twice counts once.""",
)
@click.argument("holders", metavar="FILE", shell_complete=files)
@argument("stock_class", "CLASS", of="stock class")
@click.option("--source", required=True, metavar="TEXT", help="Who drew it up.")
@click.option("--partial", "scope", is_flag=True, help="It does not list all holders of record.")
@click.option("--total", "listed", metavar="SHARES", help="The total that it states, if no last row does.")
@click.option("--numbers", type=click.Choice(_FORMS), default=_FORMS[0], help="How numbers are written.")
@acting()
def holder_list(desk: Desk) -> Request:
    """Record a list of the holders of CLASS that came in as FILE, a CSV file with the columns Name and Shares.

    The columns Holder ID, Account, Certificate, Issued and Address are read too, and a last row Total. Names are
    kept as printed. Nothing moves; the verb reconcile holds the list against the register.
    """
    import os
    from hashlib import sha256

    import attrs

    from ledger.errors import NotUnderstood
    from ledger.events import Evidence, HolderListReceived
    from ledger.exchange import holder_list
    from ledger.exchange.register import MAX_FILE_BYTES, File, Numbers
    from ledger.movements import Level, Scope, Setting
    from ledger.quantities import Shares
    from registrar.cli.records import bytes_of

    path = desk.stated("holders", str)
    data = bytes_of(path, MAX_FILE_BYTES, path)
    known = {
        str(movement.subject)
        for each in desk.ledger.standing(desk.ledger.position(None))
        for movement in each.fact.movements()
        if isinstance(movement, Setting) and movement.level is Level.HOLDER_KIND
    }
    file = File(path, data)
    read = holder_list.read(file, known, Numbers(desk.stated("numbers", str)))
    listed = desk.option("listed", Shares)
    if listed is not None and read.total is not None:
        with desk.at("listed"):
            raise NotUnderstood("E_USAGE", "the last row of the list states its total", "leave one of them out")
    desk.notes += [f"the column {heading} is not read" for heading in read.passed_over]
    made = desk.made(
        HolderListReceived,
        holders=read.holders,
        scope=Scope.PARTIAL if desk.has("scope") and desk.stated("scope", bool) else Scope.COMPLETE,
        listed=read.total if listed is None else listed,
    )
    desk.command = holder_list.identity(file, made.stock_class, made.effective_on.latest)
    shown = Evidence(document=os.path.basename(path), sha256=sha256(data).hexdigest())
    return made if made.evidence else attrs.evolve(made, evidence=(shown,))
