"""Acts that concern debt and the market: from a loan to its end, and what shares were quoted at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import GIVEN, Act, acting, all_of, argument, option
from registrar.cli.acts.note_terms import CONVERSION, INTEREST, MEASURES, TERMS, note_terms

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_HOLDER = argument("holder", "HOLDER", of="holder")
_NOTE = argument("instrument", "NOTE", of="instrument")
_NOTES = argument("instruments", "NOTE…", of="instrument", nargs=-1, required=True)
_AUTHORITY = click.option("--authority", metavar="TEXT", help="Resolution or agreement behind it.")
_DAYS_TOLD = 5
_SETTLED = (
    click.option("--principal", metavar="MONEY", help="Principal. Default: all that is owed."),
    click.option("--interest", metavar="MONEY", help="Interest. Default: what is owed on it by the terms."),
)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable lend "St. George" N-1 "1725000 USD" --paid "1500000 USD" --into common --fixed "0.004 USD" \\
      --instalment "2017-10-15 96000 USD" --on 2017-09-15
  captable lend penumbra N-2 "250000 USD" --bears "6% default 18%" --into common \\
      --market "85% lowest-2 vwap 10" --floor par --on 2020-06-09""",
)
@_HOLDER
@argument("instrument", "NOTE")
@argument("principal", "MONEY")
@all_of(*TERMS, *GIVEN)
@option("--agreement", of="agreement", metavar="NAME", help="Agreement under which it was issued.")
@_AUTHORITY
@acting()
def lend(desk: Desk) -> Request:
    """Record that the company owes HOLDER MONEY under a note, or that a debt became one; NOTE is its name here.

    What was paid for it, if less, leaves an original issue discount.
    """
    from ledger.events import NoteIssued

    return desk.made(NoteIssued, new=("instrument",), terms=note_terms(desk), consideration=desk.consideration())


@click.command(
    "amend-note",
    cls=Act,
    epilog="""\b
Example:
  captable amend-note N-2 --bears 5% --matures 2019-03-31 --on 2018-04-02""",
)
@_NOTE
@all_of(*TERMS)
@_AUTHORITY
@acting()
def amend_note(desk: Desk) -> Request:
    """Record that the parties changed what NOTE promises. All its terms are stated, as they are from now on."""
    from ledger.events import NoteTermsAmended

    return desk.made(NoteTermsAmended, terms=note_terms(desk))


@click.command(
    "convert-note",
    cls=Act,
    epilog="""\b
Example:
  captable convert-note harborview N-1 --principal "30000 USD" --certificate CS-40 --on 2025-07-01
  captable convert-note harborview N-1 --principal "30000 USD" --price "6 USD" --on 2025-07-01""",
)
@_HOLDER
@_NOTE
@all_of(*_SETTLED)
@click.option("--price", metavar="PRICE", help="Of a share. Default: what the terms and the quotes give.")
@click.option("--received", metavar="SHARES", help="Shares received. Default: worked out.")
@click.option("--instalment", "for_instalment", is_flag=True, help="It pays an instalment in shares.")
@option("--reserve", of="reserve", metavar="NAME", help="Reserve that the shares draw on.")
@click.option("--certificate", "security", metavar="NAME", help="New certificate or lot.")
@_AUTHORITY
@acting()
def convert_note(desk: Desk) -> Request:
    """Record that NOTE of HOLDER became shares, wholly or in part, by its terms.

    Interest, price and shares follow from the terms and the quotes of the day, unless they are named.
    """
    from ledger.commands import ConvertNote

    request = desk.made(ConvertNote, new=("security",))
    for each in request.with_gaps(desk.ledger):
        first, last, days = each.quotes[0], each.quotes[-1], ", ".join(map(str, each.without_quote[:_DAYS_TOLD]))
        more = len(each.without_quote) - _DAYS_TOLD
        told = f"{days} and {more} more weekdays" if more > 0 else days
        used = f"{len(each.quotes)} quotes of {first.on} to {last.on} were used"
        desk.notes.append(f"no quote of {first.measure.value} on {told}: {used}")
    return request


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable repay harborview N-1 --on 2027-02-03
  captable repay harborview N-1 --interest "1200 USD" --on 2025-12-31""",
)
@_HOLDER
@_NOTE
@click.option("--principal", metavar="MONEY", help="Principal paid.")
@click.option("--interest", metavar="MONEY", help="Interest paid. Default, with no principal named: all of both.")
@click.option("--premium", metavar="MONEY", help="What is paid beyond both.")
@acting()
def repay(desk: Desk) -> Request:
    """Record that the company paid HOLDER principal of NOTE, or interest; all that is owed, if neither is named."""
    from ledger.commands import RepayNote

    return desk.made(RepayNote)


@click.command(
    "add-interest",
    cls=Act,
    epilog="""\b
Example:
  captable add-interest harborview N-1 --on 2025-12-31""",
)
@_HOLDER
@_NOTE
@click.option("--amount", "added", metavar="MONEY", help="Default: all interest that is owed.")
@acting()
def add_interest(desk: Desk) -> Request:
    """Record that interest owed to HOLDER became principal of NOTE."""
    from ledger.commands import AddInterest

    return desk.made(AddInterest)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable assign ema gs-capital N-7 "75000 USD" --interest "1500 USD" --on 2019-02-13""",
)
@argument("from_holder", "FROM", of="holder")
@argument("to_holder", "TO", of="holder")
@_NOTE
@argument("principal", "MONEY")
@click.option("--interest", metavar="MONEY", help="Interest that passed with it. Default: none.")
@all_of(*GIVEN)
@acting()
def assign(desk: Desk) -> Request:
    """Record that MONEY of a note or a SAFE passed from FROM to TO."""
    from ledger.events import ConvertibleAssigned

    return desk.made(ConvertibleAssigned, consideration=desk.consideration())


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable forgive northlight N-2 --principal "5000 USD" --reason "Settlement agreement" --on 2025-12-01""",
)
@_HOLDER
@_NOTE
@click.option("--principal", metavar="MONEY", help="Principal, or purchase amount of a SAFE.")
@click.option("--interest", metavar="MONEY", help="Interest.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@acting()
def forgive(desk: Desk) -> Request:
    """Record that a note or a SAFE of HOLDER ended for nothing, wholly or in part."""
    from ledger.events import ConvertibleCancelled

    return desk.made(ConvertibleCancelled)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable exchange --give-note "bfi N-1 318000 USD 2000 USD" --give-note "bfi N-2 100000 USD" \\
      --get-note "bfi N-3 420000 USD" --matures 2020-09-13 --on 2017-09-13
  captable exchange --give-shares "baybridge series-j 675 J-1" --get-note "baybridge N-9 755416.67 USD" \\
      --on 2017-12-06""",
)
@click.option(
    *("--give-note", "notes_given_up"), multiple=True, metavar='"HOLDER NOTE MONEY [MONEY]"', help="With interest."
)
@click.option(
    *("--give-shares", "shares_given_up"),
    multiple=True,
    metavar='"HOLDER CLASS SHARES [CERTIFICATE]"',
    help="Ended.",
)
@click.option(
    *("--get-note", "notes_received"),
    multiple=True,
    metavar='"HOLDER NOTE MONEY"',
    help="New, with the terms below.",
)
@click.option(
    *("--get-shares", "shares_received"), multiple=True, metavar='"HOLDER CLASS SHARES [CERTIFICATE]"', help="New."
)
@click.option(
    *("--get-right", "rights_received"),
    multiple=True,
    metavar='"HOLDER NAME CLASS SHARES PRICE"',
    help="A right to buy shares, or to be given them for 0 USD.",
)
@all_of(*INTEREST, *CONVERSION)
@option("--agreement", of="agreement", metavar="NAME", help="Agreement under which it was done.")
@_AUTHORITY
@acting()
def exchange(desk: Desk) -> Request:
    """Record that notes and shares were given up for others, in one act; eleven notes may become one."""
    from ledger.events import SecuritiesExchanged
    from registrar.cli.acts.exchanged import parts

    return desk.made(SecuritiesExchanged, **parts(desk, note_terms(desk)))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable default N-1 N-2 --what "The instalment of 13 October was missed." --on 2018-10-14""",
)
@_NOTES
@click.option("--what", metavar="TEXT", help="What happened.")
@acting()
def default(desk: Desk) -> Request:
    """Record that each NOTE is in default: default rates and prices apply from this day."""
    from ledger.events import DefaultDeclared

    return desk.made(DefaultDeclared)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable cure N-1 N-2 --reason "Waived" --on 2018-11-01""",
)
@_NOTES
@click.option("--reason", metavar="TEXT", help="How.")
@acting()
def cure(desk: Desk) -> Request:
    """Record that the default of each NOTE was made good or waived."""
    from ledger.events import DefaultCured

    return desk.made(DefaultCured)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable lien lien-2017 ichiban "Substantially all assets" --secures N-5 --on 2017-11-30""",
)
@argument("lien", "NAME")
@_HOLDER
@argument("collateral", "COLLATERAL")
@option("--secures", multiple=True, of="instrument", metavar="NOTE", help="Note that it secures; several may be.")
@_AUTHORITY
@acting()
def lien(desk: Desk) -> Request:
    """Record that the company gave HOLDER a security interest in COLLATERAL; NAME is its name here."""
    from ledger.events import LienGranted

    return desk.made(LienGranted, new=("lien",))


@click.command(
    "release-lien",
    cls=Act,
    epilog="""\b
Example:
  captable release-lien lien-2017 --reason "Notes settled" --on 2021-03-09""",
)
@argument("lien", "NAME", of="restriction")
@click.option("--reason", metavar="TEXT", help="Why.")
@_AUTHORITY
@acting()
def release_lien(desk: Desk) -> Request:
    """Record that the creditor released the lien NAME."""
    from ledger.events import LienReleased

    return desk.made(LienReleased)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable quote common "0.0005 USD" --measure close --source "OTC Markets" --on 2017-06-19""",
)
@argument("stock_class", "CLASS", of="stock class")
@argument("price", "PRICE")
@click.option("--measure", required=True, type=click.Choice(MEASURES), help="What of the trading day it is.")
@click.option("--source", metavar="TEXT", help="Who says so.")
@acting()
def quote(desk: Desk) -> Request:
    """Record that a share of CLASS was quoted at PRICE on a trading day."""
    from ledger.events import PriceQuoted

    return desk.made(PriceQuoted)


@click.command(
    "report-outstanding",
    cls=Act,
    epilog="""\b
Example:
  captable report-outstanding common 8,932,000,000 --report "Form 10-Q, cover page" --on 2017-11-13""",
)
@argument("stock_class", "CLASS", of="stock class")
@argument("outstanding", "SHARES")
@click.option("--report", metavar="TEXT", help="In which report.")
@acting()
def report_outstanding(desk: Desk) -> Request:
    """Record that the company reported SHARES of CLASS outstanding. The register itself does not change."""
    from ledger.events import OutstandingReported

    return desk.made(OutstandingReported)
