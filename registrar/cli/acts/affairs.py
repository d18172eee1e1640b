"""Acts about the company as a whole: name, listing, proposals and votes, restricted proceeds, what is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import Act, acting, argument, option

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_AUTHORITY = click.option("--authority", metavar="TEXT", help="Resolution, charter section or filing.")


@click.command(
    "rename-company",
    cls=Act,
    epilog="""\b
Example:
  captable rename-company "Acme Power, Inc." --authority "Certificate of Amendment" --on 2025-02-03""",
)
@argument("legal_name", "NAME")
@_AUTHORITY
@acting()
def rename_company(desk: Desk) -> Request:
    """Record that the company has another NAME in its charter; it is the same company."""
    from ledger.events import IssuerRenamed

    issuer = desk.ledger.issuer
    assert issuer is not None, "a company without entries is refused before"
    return desk.made(IssuerRenamed, issuer=issuer)


@click.command(
    "list",
    cls=Act,
    epilog="""\b
Example:
  captable list common --market OTCQB --symbol ACME --on 2025-02-10
  captable list common --symbol ACMED --reason "Reverse split" --on 2025-07-23
  captable list common --ended --on 2026-01-05""",
)
@argument("stock_class", "CLASS", of="stock class")
@click.option("--market", metavar="NAME", help="Where its shares trade from now on.")
@click.option("--symbol", metavar="SYMBOL", help="Under which symbol.")
@click.option("--ended", is_flag=True, help="They trade in no market any more.")
@click.option("--reason", metavar="TEXT", help="Why.")
@acting()
def list_(desk: Desk) -> Request:
    """Record that shares of CLASS trade in another market, under another symbol, or not any more."""
    from ledger.events import ListingChanged

    return desk.made(ListingChanged)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable propose "Increase of the common stock" --class common --authorized 40,000,000 \\
      --meeting 2025-05-20 --on 2025-03-03""",
)
@argument("proposal", "TEXT")
@option("--class", "stock_class", of="stock class", metavar="CLASS", help="Class concerned.")
@click.option("--authorized", metavar="SHARES", help="Number that would be authorized.")
@click.option("--meeting", "meeting_on", metavar="DAY", help="Day of the meeting.")
@acting()
def propose(desk: Desk) -> Request:
    """Record that the board asked the stockholders for a change of the charter; nothing changes by it."""
    from ledger.events import CharterAmendmentProposed

    return desk.made(CharterAmendmentProposed)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable vote "Increase of the common stock" --for 2,100,000 --against 300,000 --abstained 15,000 \\
      --broker-non-votes 520,000 --record-day 2025-04-01 --carried --on 2025-05-20""",
)
@argument("proposal", "TEXT")
@click.option("--for", "votes_for", metavar="VOTES", help="Votes for it.")
@click.option("--against", "votes_against", metavar="VOTES", help="Votes against it.")
@click.option("--withheld", metavar="VOTES", help="Votes withheld.")
@click.option("--abstained", metavar="VOTES", help="Abstentions.")
@click.option("--broker-non-votes", metavar="SHARES", help="Present, and not to be voted by brokers.")
@click.option("--record-day", "record_on", metavar="DAY", help="Who held shares on this day could vote.")
@click.option("--carried/--not-carried", default=None, help="Whether it was carried.")
@acting()
def vote(desk: Desk) -> Request:
    """Record how stockholders voted on a proposal."""
    from ledger.events import StockholdersVoted

    return desk.made(StockholdersVoted)


@click.command(
    "hold-proceeds",
    cls=Act,
    epilog="""\b
Example:
  captable hold-proceeds use-of-proceeds "400,000 USD" --terms "Released at 100,000 a month" --on 2025-03-10""",
)
@argument("account", "ACCOUNT")
@argument("restricted", "MONEY")
@click.option("--terms", metavar="TEXT", help="Who has to consent, and to what.")
@acting()
def hold_proceeds(desk: Desk) -> Request:
    """Record that MONEY was paid into a control account; ACCOUNT is its short name here."""
    from ledger.events import ProceedsRestricted

    return desk.made(ProceedsRestricted, new=("account",))


@click.command(
    "release-proceeds",
    cls=Act,
    epilog="""\b
Example:
  captable release-proceeds use-of-proceeds "100,000 USD" --reason April --on 2025-04-10""",
)
@argument("account", "ACCOUNT")
@argument("released", "MONEY")
@click.option("--reason", metavar="TEXT", help="What it was released for.")
@acting()
def release_proceeds(desk: Desk) -> Request:
    """Record that MONEY left a control account."""
    from ledger.events import ProceedsReleased

    return desk.made(ProceedsReleased, new=("account",))


@click.command(
    "report-holding",
    cls=Act,
    epilog="""\b
Example:
  captable report-holding fund 1,000,000 common --document "Schedule 13G" --on 2025-02-14""",
)
@argument("holder", "HOLDER", of="holder")
@argument("held", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@acting()
def report_holding(desk: Desk) -> Request:
    """Record how many shares a filing says that HOLDER has; open-points compares it with the record."""
    from ledger.events import HoldingReported

    return desk.made(HoldingReported)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable subscribe 50,000 common fund bob --terms "At the price of the day of closing" --on 2025-03-03""",
)
@argument("subscribed", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@argument("holders", "HOLDER…", of="holder", nargs=-1, required=True)
@click.option("--terms", metavar="TEXT", help="What the agreement says about price and closing.")
@acting()
def subscribe(desk: Desk) -> Request:
    """Record that holders agreed to take SHARES of CLASS; nothing moves until they are issued."""
    from ledger.events import SharesSubscribed

    return desk.made(SharesSubscribed)
