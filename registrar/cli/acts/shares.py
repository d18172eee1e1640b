"""Acts that concern shares: they are issued, transferred, converted, cancelled, repurchased and redeemed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import GIVEN, OUT_OF, Act, acting, all_of, argument, option

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable issue h-0001 1,000,000 common --on 2024-01-03 --for services --certificate CS-1
  captable issue harborview 400,000 series-a --on 2024-03-15 --paid "1,000,000 USD" --certificate PA-1""",
)
@argument("holder", "HOLDER", of="holder")
@argument("issued", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--certificate", "security", metavar="NAME", help="New certificate or lot.")
@all_of(*GIVEN)
@click.option("--authority", metavar="TEXT", help="Resolution or charter section behind the issue.")
@option("--reserve", of="reserve", metavar="NAME", help="Reserve that they draw on.")
@click.option("--legend", "legends", multiple=True, metavar="TEXT", help="Restriction on the certificate.")
@option("--agreement", of="agreement", metavar="NAME", help="Agreement under which they were bought.")
@option("--tranche", of="tranche", metavar="NAME", help="Tranche of it. To pay for one, use captable close.")
@acting()
def issue(desk: Desk) -> Request:
    """Record that the company issued SHARES of CLASS to HOLDER, as common or preferred by what the class is."""
    from ledger.commands import IssueShares

    return desk.made(IssueShares, new=("security",), consideration=desk.consideration())


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable transfer h-0001 northlight 100,000 common --on 2024-04-10
  captable transfer h-0001 h-0002 500 common --on 2024-04-10 --cause gift --out-of CS-1 --certificate CS-2""",
)
@argument("from_holder", "FROM", of="holder")
@argument("to_holder", "TO", of="holder")
@argument("transferred", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@click.option(
    "--cause",
    type=click.Choice(("sale", "gift", "succession", "contribution", "court-order", "other")),
    help="Why. Default: sale.",
)
@OUT_OF
@click.option("--certificate", "received_as", metavar="NAME", help="New certificate or lot of the receiver.")
@all_of(*GIVEN)
@acting()
def transfer(desk: Desk) -> Request:
    """Record that SHARES of CLASS passed from holder FROM to holder TO."""
    from ledger.commands import TakeShares
    from ledger.events import SharesTransferred

    made = desk.made(SharesTransferred, new=("received_as",), consideration=desk.consideration())
    return TakeShares(fact=made)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable convert harborview 100,000 series-a --on 2024-08-12 --certificate CS-3
  captable convert harborview 100,000 series-a --into common --received 99,000 --on 2024-08-12""",
)
@argument("holder", "HOLDER", of="holder")
@argument("surrendered", "SHARES")
@argument("from_class", "CLASS", of="stock class")
@option("--into", "to_class", of="stock class", metavar="CLASS", help="Class received. Default: by the terms.")
@click.option("--received", metavar="SHARES", help="Shares received, as the papers state. Default: by the terms.")
@click.option(
    "--rounding",
    type=click.Choice(("up", "down", "nearest", "cash-in-lieu")),
    help="What the papers do with a fraction; without it the result must be whole.",
)
@OUT_OF
@click.option("--certificate", "received_as", metavar="NAME", help="New certificate or lot.")
@option("--reserve", of="reserve", metavar="NAME", help="Reserve that the shares received draw on.")
@click.option("--authority", metavar="TEXT", help="Resolution or charter section behind the issue.")
@acting()
def convert(desk: Desk) -> Request:
    """Record that HOLDER converted SHARES of CLASS.

    What is received is worked out by the terms of the day, unless the papers of the conversion state it.
    """
    from ledger.commands import ConvertShares

    return desk.made(ConvertShares, new=("received_as",))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable cancel h-0001 1,000 common --reason "Undone by agreement." --on 2024-04-10""",
)
@argument("holder", "HOLDER", of="holder")
@argument("cancelled", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@OUT_OF
@acting()
def cancel(desk: Desk) -> Request:
    """Record that SHARES of CLASS that HOLDER had were cancelled for nothing.

    An issue that never happened is a mistake in the record: captable void takes it out.
    """
    from ledger.commands import TakeShares
    from ledger.events import SharesCancelled

    return TakeShares(fact=desk.made(SharesCancelled))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable repurchase h-0001 1,000 common --paid "2500 USD" --on 2024-04-10""",
)
@argument("holder", "HOLDER", of="holder")
@argument("repurchased", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--paid", metavar="MONEY", help="What the company paid.")
@OUT_OF
@acting()
def repurchase(desk: Desk) -> Request:
    """Record that the company bought SHARES of CLASS from HOLDER, and keeps them in treasury."""
    from ledger.commands import TakeShares
    from ledger.events import SharesRepurchased

    return TakeShares(fact=desk.made(SharesRepurchased))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable redeem harborview 1,000 series-a --paid "2500 USD" --on 2024-04-10
  captable redeem harborview 1,000 series-a --option-of company --on 2024-04-10""",
)
@argument("holder", "HOLDER", of="holder")
@argument("redeemed", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--paid", metavar="MONEY", help="What the company paid,")
@click.option(
    *("--option-of", "by"),
    type=click.Choice(("company", "holder")),
    help="or at whose option, and it is worked out by the terms.",
)
@click.option("--accrued", metavar="MONEY", help="Accrued dividends, where the terms pay them on top.")
@OUT_OF
@acting()
def redeem(desk: Desk) -> Request:
    """Record that the company redeemed SHARES of CLASS from HOLDER, as their terms provide.

    A redemption after a missed tranche is captable exercise.
    """
    from ledger.commands import RedeemShares, TakeShares
    from ledger.errors import NotUnderstood
    from ledger.events import SharesRedeemed

    if desk.has("by") and desk.has("paid"):
        with desk.at("paid"):
            raise NotUnderstood("E_USAGE", "the terms say what is paid", "leave --paid or --option-of out")
    if desk.has("accrued") and not desk.has("by"):
        with desk.at("accrued"):
            raise NotUnderstood("E_USAGE", "it is paid by the terms", "add --option-of")
    if desk.has("by"):
        return desk.made(RedeemShares)
    return TakeShares(fact=desk.made(SharesRedeemed))
