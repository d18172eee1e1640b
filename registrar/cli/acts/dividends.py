"""Acts on dividends: declared, paid to those who are due, received by one holder, or paid in shares to all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import Act, acting, argument, option

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_AUTHORITY = click.option("--authority", metavar="TEXT", help="Resolution, or section of the charter.")
_FRACTIONS = click.Choice(("up", "down", "nearest", "cash-in-lieu"))
_RESERVE = option("--reserve", of="reserve", metavar="NAME", help="Reserve that these shares draw on.")


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable declare 2024-q4 series-a --per-share "0.05 USD" --record-day 2024-12-20 --on 2024-12-16
  captable declare 2024-q4 series-a --per-share "0.05 USD" --amount "27,500 USD" \\
      --record-day 2024-12-20 --payment-day 2024-12-30 --on 2024-12-16""",
)
@argument("dividend", "DIVIDEND")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--per-share", required=True, metavar="PRICE", help="Money for each share.")
@click.option("--record-day", "record_on", required=True, metavar="DAY", help="Who holds shares then is paid.")
@click.option("--payment-day", "payment_on", metavar="DAY", help="When it is to be paid.")
@click.option(
    "--amount", metavar="MONEY", help="What it comes to in all; worked out from the register if not given."
)
@click.option("--paid-in", type=click.Choice(("cash", "kind", "cash-or-kind")), help="Default: cash.")
@_AUTHORITY
@acting()
def declare(desk: Desk) -> Request:
    """Record that the board declared DIVIDEND, a new name, on the shares of CLASS.

    What it comes to is what the holders of the record day are due, to the cent.
    """
    from ledger.commands import DeclareDividend

    return desk.made(DeclareDividend, new=("dividend",))


@click.command(
    "pay-dividend",
    cls=Act,
    epilog="""\b
Example:
  captable pay-dividend 2024-q4 --on 2024-12-30
  captable pay-dividend 2024-q4 --holder ada --on 2024-12-30
  captable pay-dividend 2024-q4 --into common --value "2 USD" --fractions down --on 2024-12-30""",
)
@argument("dividend", "DIVIDEND", of="dividend")
@option("--holder", of="holder", metavar="HOLDER", help="Who is paid. Default: everybody who is due something.")
@option(
    "--into", "received_class", of="stock class", metavar="CLASS", help="In shares of this class instead of cash,"
)
@click.option("--value", metavar="PRICE", help="each of which counts for so much;")
@click.option("--fractions", type=_FRACTIONS, help="what becomes of the fraction of a share.")
@_RESERVE
@_AUTHORITY
@acting()
def pay_dividend(desk: Desk) -> Request:
    """Record that DIVIDEND was paid to the holders of its record day, as far as it was not paid before."""
    from ledger.commands import PayDividend

    return desk.made(PayDividend)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable distribute fund series-a --amount "5,000 USD" --on 2024-12-30
  captable distribute fund series-a --amount "5,000 USD" --received 2,000 --into common --on 2024-12-30""",
)
@argument("holder", "HOLDER", of="holder")
@argument("stock_class", "CLASS", of="stock class")
@option("--of", "dividend", of="dividend", metavar="DIVIDEND", help="The dividend that was declared, if one was.")
@click.option("--amount", metavar="MONEY", help="Money that it comes to, also where shares are received.")
@click.option("--received", metavar="SHARES", help="Shares received instead of cash,")
@option("--into", "received_class", of="stock class", metavar="CLASS", help="of this class.")
@click.option("--certificate", "security", metavar="NAME", help="New certificate or lot of these shares.")
@_RESERVE
@_AUTHORITY
@acting()
def distribute(desk: Desk) -> Request:
    """Record that HOLDER received a dividend on shares of CLASS, declared or by the terms of the class."""
    from ledger.events import DividendPaid

    return desk.made(DividendPaid, new=("security",))


@click.command(
    "stock-dividend",
    cls=Act,
    epilog="""\b
Example:
  captable stock-dividend common 1/10 --on 2024-07-01 --phase opening --fractions down""",
)
@argument("stock_class", "CLASS", of="stock class")
@argument("ratio", "RATIO")
@click.option(
    "--fractions",
    required=True,
    type=_FRACTIONS,
    help="What happens to the fraction that a position would be left with.",
)
@_AUTHORITY
@acting(phased=True)
def stock_dividend(desk: Desk) -> Request:
    """Record that every holder of CLASS received RATIO shares of it for each share: 1/10 for 10 %.

    The prices of rights and instruments that it affects are worked out exactly, and shown.
    """
    from ledger.commands import PayStockDividend

    return desk.made(PayStockDividend)
