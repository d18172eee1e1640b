"""Acts of the company: it registers, designates classes, authorizes, reserves and splits shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import OUT_OF, Act, acting, argument, option

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_AUTHORITY = click.option("--authority", metavar="TEXT", help="Resolution, charter section or filing.")


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable register acme "Acme, Inc." --jurisdiction US-DE --time-zone America/New_York --on 2024-01-02""",
)
@argument("issuer_id", "ISSUER")
@argument("legal_name", "NAME")
@click.option("--jurisdiction", required=True, metavar="CODE", help="Where it is organised: US-DE.")
@click.option("--time-zone", required=True, metavar="ZONE", help="Whose days count, by IANA name.")
@click.option("--cik", metavar="CIK", help="Central Index Key at the SEC.")
@click.option("--lei", metavar="LEI", help="Legal Entity Identifier.")
@click.option("--ticker", metavar="SYMBOL", help="Trading symbol.")
@acting(begins=True)
def register(desk: Desk) -> Request:
    """Record the company whose ledger it is: ISSUER is its short name here, NAME that of its charter.

    It opens the ledger; captable init makes the file.
    """
    from ledger.events import IssuerRegistered
    from ledger.identity import IssuerId

    return desk.made(IssuerRegistered, issuer=desk.option("issuer_id", IssuerId, is_new=True))


@click.command(
    "class",
    cls=Act,
    epilog="""\b
Example:
  captable class common "Common Stock" --kind common --authorized 10,000,000 --on 2024-01-02
  captable class series-a "Series A Preferred" --kind preferred --authorized 1,000,000 \\
      --stated-value "2.50 USD" --converts-into common --conversion-price "2.50 USD" --on 2024-03-01""",
)
@argument("stock_class", "CLASS")
@argument("title", "TITLE")
@click.option(
    "--kind", "class_kind", required=True, type=click.Choice(("common", "preferred")), help="Kind of stock."
)
@click.option("--authorized", required=True, metavar="SHARES", help="A number, unlimited or unknown.")
@click.option("--par", "par_value", metavar="PRICE", help="Par value of a share.")
@click.option("--stated-value", metavar="PRICE", help="What a share counts for in conversion and preference.")
@click.option("--votes", "votes_per_share", metavar="RATIO", help="Votes of a share.")
@click.option("--seniority", metavar="N", help="Rank in liquidation; a higher number is paid first.")
@option("--converts-into", "into", of="stock class", metavar="CLASS", help="The class it converts into,")
@click.option("--conversion-price", metavar="PRICE", help="at this price for a share received,")
@click.option("--conversion-ratio", metavar="RATIO", help="or so many shares for one.")
@click.option("--decimals", metavar="N", help="Decimals that shares may have. Default: 0.")
@click.option(
    "--reissuable",
    "converted_shares_reissuable",
    is_flag=True,
    help="Shares converted or redeemed may be issued again.",
)
@_AUTHORITY
@acting()
def designate(desk: Desk) -> Request:
    """Record that a class of stock was created: CLASS is its short name, TITLE that of the charter."""
    from ledger.events import StockClassDesignated

    return desk.made(StockClassDesignated, new=("stock_class",), conversion=desk.conversion())


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable authorize 20,000,000 common --authority "Certificate of Amendment" --on 2024-05-01""",
)
@argument("authorized", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--authority", required=True, metavar="TEXT", help="Resolution and filing that changed it.")
@acting()
def authorize(desk: Desk) -> Request:
    """Record that the charter now authorizes SHARES of CLASS: the number from then on, not the change.

    SHARES may also be unlimited or unknown.
    """
    from ledger.events import AuthorizedSharesChanged

    return desk.made(AuthorizedSharesChanged)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable reserve 500,000 common option-pool --purpose "Equity incentive plan" --on 2024-02-01
  captable reserve 100,000 common option-pool --on 2024-06-03""",
)
@argument("reserved", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@argument("reserve", "RESERVE", of="reserve")
@click.option("--purpose", metavar="TEXT", help="What they are kept for; needed for a new reserve.")
@click.option("--authority", metavar="TEXT", help="Resolution.")
@acting()
def reserve(desk: Desk) -> Request:
    """Record that SHARES of CLASS are kept back in RESERVE, a new one or one that grows."""
    from ledger.commands import ReserveShares

    return desk.made(ReserveShares, new=("reserve",))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable release 100,000 common option-pool --on 2024-12-31""",
)
@argument("released", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@argument("reserve", "RESERVE", of="reserve")
@click.option("--authority", metavar="TEXT", help="Resolution.")
@acting()
def release(desk: Desk) -> Request:
    """Record that SHARES of CLASS left RESERVE and are free again."""
    from ledger.events import ReserveReleased

    return desk.made(ReserveReleased)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable split common 2 --on 2024-07-01 --phase opening --fractions down --authorized 20,000,000
  captable split common 1/20 --on 2024-07-01 --phase opening --fractions cash-in-lieu --authorized 500,000""",
)
@argument("stock_class", "CLASS", of="stock class")
@argument("ratio", "RATIO")
@click.option(
    "--fractions",
    required=True,
    type=click.Choice(("up", "down", "nearest", "cash-in-lieu")),
    help="What happens to the fraction that a position would be left with.",
)
@click.option(
    "--authorized", required=True, metavar="SHARES", help="Shares authorized afterwards, also if as before."
)
@click.option("--par", "par_value", metavar="PRICE", help="Par value afterwards, if it changes.")
@_AUTHORITY
@acting(phased=True)
def split(desk: Desk) -> Request:
    """Record that one share of CLASS became RATIO shares: 2 for two for one, 1/20 for one for twenty.

    The prices of conversion rights that it affects are worked out exactly, and shown.
    """
    from ledger.commands import SplitStock

    return desk.made(SplitStock)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable settle ada common --cash "0.35 USD" --on 2024-07-15
  captable settle ada common --given 1 --on 2024-07-15""",
)
@argument("holder", "HOLDER", of="holder")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--given", metavar="SHARES", help="Shares given beyond what the split left.")
@click.option("--taken", metavar="SHARES", help="Shares that the split left and the agent did not give.")
@click.option("--cash", metavar="MONEY", help="Money paid for the fraction.")
@OUT_OF
@acting()
def settle(desk: Desk) -> Request:
    """Record how the fraction of HOLDER in CLASS was really settled after a split."""
    from ledger.commands import TakeShares
    from ledger.events import FractionsSettled

    return TakeShares(fact=desk.made(FractionsSettled))
