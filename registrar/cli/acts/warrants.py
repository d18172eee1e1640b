"""Acts that concern warrants, and prices that are adjusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import GIVEN, Act, acting, all_of, argument, option
from registrar.cli.acts.protection import POLICIES, PROTECTION, RAISES_NUMBER, REASONS, protection

if TYPE_CHECKING:
    from ledger.terms.warrants import WarrantTerms
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_TERMS = (
    click.option("--exercise", type=click.Choice(("cash", "cashless", "both")), help="How. Default: cash."),
    click.option("--prefunded", is_flag=True, help="All but a nominal price is paid at once."),
    click.option("--from", "exercisable_from", metavar="DAY", help="First day of exercise. Default: at once."),
    click.option("--expires", "expires_on", metavar="DAY", help="Last day of exercise. Default: none."),
    click.option(
        "--fractions",
        type=click.Choice(POLICIES),
        metavar="POLICY",
        help="Of a cashless exercise. Default: down.",
    ),
    *PROTECTION,
    RAISES_NUMBER,
)
_FORMS = {"cash": ("cash",), "cashless": ("cashless",), "both": ("cash", "cashless")}
_WARRANT = argument("warrant", "WARRANT", of="instrument")
_CLASS = argument("stock_class", "CLASS", of="stock class")
_CAUSE = click.option(
    "--cause",
    required=True,
    type=click.Choice(("split", "stock-dividend", "anti-dilution", "reset", "repricing", "amendment")),
    help="Why.",
)
_COMPUTATION = click.option("--computation", metavar="TEXT", help="How it follows from the papers.")
_AUTHORITY = click.option("--authority", metavar="TEXT", help="Resolution, agreement or section of the papers.")


def _terms(desk: Desk) -> WarrantTerms:
    """Return the terms of a warrant; what is not said is in cash, at once, without end and unprotected."""
    from datetime import date

    from ledger.quantities import FractionPolicy
    from ledger.terms.warrants import ExerciseForm, WarrantTerms

    forms = _FORMS[desk.option("exercise", str) or "cash"]
    protected = protection(desk)
    with desk.told(), desk.at("expires_on"):
        return WarrantTerms(
            exercise=tuple(map(ExerciseForm, forms)),
            prefunded=desk.option("prefunded", bool) or False,
            exercisable_from=desk.option("exercisable_from", date),
            expires_on=desk.option("expires_on", date),
            fractions=desk.option("fractions", FractionPolicy) or FractionPolicy.DOWN,
            protection=protected,
        )


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable warrant harborview W-1 120,000 common --price "2.50 USD" --exercise both \\
      --protection full-ratchet --raises-number nearest --expires 2029-04-18 --on 2024-04-18""",
)
@argument("holder", "HOLDER", of="holder")
@argument("warrant", "WARRANT")
@argument("purchasable", "SHARES")
@_CLASS
@click.option("--price", required=True, metavar="PRICE", help="Exercise price of a share.")
@all_of(*_TERMS)
@click.option("--paid", "consideration_amount", metavar="MONEY", help="What was paid for it.")
@option("--agreement", of="agreement", metavar="NAME", help="Agreement under which it was issued.")
@click.option("--authority", metavar="TEXT", help="Resolution behind the issue.")
@acting()
def warrant(desk: Desk) -> Request:
    """Record that HOLDER may buy SHARES of CLASS: WARRANT is its name here. It keeps no shares back."""
    from ledger.events import WarrantIssued

    return desk.made(WarrantIssued, new=("warrant",), terms=_terms(desk), consideration=desk.consideration())


@click.command(
    "exercise-warrant",
    cls=Act,
    epilog="""\b
Example:
  captable exercise-warrant harborview W-1 20,000 --certificate CS-21 --on 2024-09-03
  captable exercise-warrant harborview W-1 10,000 --market-price "10 USD" --on 2024-09-03""",
)
@argument("holder", "HOLDER", of="holder")
@_WARRANT
@argument("exercised", "SHARES")
@click.option("--market-price", metavar="PRICE", help="Exercised without cash, at this market price.")
@click.option("--certificate", "security", metavar="NAME", help="New certificate or lot.")
@option("--reserve", of="reserve", metavar="NAME", help="Reserve that the shares draw on.")
@click.option("--legend", "legends", multiple=True, metavar="TEXT", help="Restriction on the certificate.")
@click.option("--authority", metavar="TEXT", help="Resolution behind the issue.")
@acting()
def exercise_warrant(desk: Desk) -> Request:
    """Record that HOLDER exercised WARRANT for SHARES: by so many it becomes smaller.

    What is paid and received follows from the terms and the price of the day. An exercise that went otherwise is
    recorded as a fact: captable record.
    """
    from ledger.commands import ExerciseWarrant

    return desk.made(ExerciseWarrant, new=("security",))


@click.command(
    "transfer-warrant",
    cls=Act,
    epilog="""\b
Example:
  captable transfer-warrant harborview northlight W-1 30,000 common --on 2024-10-01""",
)
@argument("from_holder", "FROM", of="holder")
@argument("to_holder", "TO", of="holder")
@_WARRANT
@argument("transferred", "SHARES")
@_CLASS
@click.option(
    "--cause",
    type=click.Choice(("sale", "gift", "succession", "contribution", "court-order", "other")),
    help="Why. Default: sale.",
)
@all_of(*GIVEN)
@acting()
def transfer_warrant(desk: Desk) -> Request:
    """Record that WARRANT passed from holder FROM to holder TO for SHARES of the CLASS that it buys."""
    from ledger.events import WarrantTransferred

    return desk.made(WarrantTransferred, consideration=desk.consideration())


@click.command(
    "amend-warrant",
    cls=Act,
    epilog="""\b
Example:
  captable amend-warrant W-1 --exercise both --expires 2030-04-18 --authority "Amendment No. 1" --on 2029-04-01""",
)
@_WARRANT
@all_of(*_TERMS)
@_AUTHORITY
@acting()
def amend_warrant(desk: Desk) -> Request:
    """Record that the terms of WARRANT are others now. All of them are stated; its price is captable adjust."""
    from ledger.events import WarrantTermsAmended

    return desk.made(WarrantTermsAmended, terms=_terms(desk))


@click.command(
    "expire-warrant",
    cls=Act,
    epilog="""\b
Example:
  captable expire-warrant W-1 --on 2029-04-19""",
)
@_WARRANT
@acting()
def expire_warrant(desk: Desk) -> Request:
    """Record that what is left of WARRANT ended, for each of its holders, on a day after its last."""
    from ledger.commands import ExpireWarrant

    return desk.made(ExpireWarrant)


@click.command(
    "cancel-warrant",
    cls=Act,
    epilog="""\b
Example:
  captable cancel-warrant northlight W-1 30,000 common --reason "Bought back." --on 2025-02-03""",
)
@argument("holder", "HOLDER", of="holder")
@_WARRANT
@argument("cancelled", "SHARES")
@_CLASS
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option("--paid", metavar="MONEY", help="What the company paid for it.")
@acting()
def cancel_warrant(desk: Desk) -> Request:
    """Record that WARRANT of HOLDER ended before its time for SHARES of the CLASS that it bought."""
    from ledger.events import WarrantCancelled

    return desk.made(WarrantCancelled)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable adjust W-1 --price "1.25 USD" --cause repricing --authority "Board resolution" --on 2024-06-03
  captable adjust W-1 --price "1.25 USD" --added "harborview 120,000" --cause anti-dilution --on 2024-06-03""",
)
@argument("instrument", "PAPER", of="instrument")
@click.option("--price", metavar="PRICE", help="Exercise price, or fixed conversion price, from now on.")
@click.option("--floor", metavar="PRICE", help="Floor from now on.")
@click.option("--added", multiple=True, metavar="TEXT", help='Shares added for a holder: "harborview 120,000".')
@_CAUSE
@_COMPUTATION
@_AUTHORITY
@acting()
def adjust(desk: Desk) -> Request:
    """Record that a price of PAPER changed, or that it buys more shares: a note, a SAFE, a warrant or an award.

    What the papers call for after an issue is recorded by captable adjust-after, and a split adjusts by itself.
    """
    from ledger.commands import AdjustInstrument
    from ledger.events import SharesAdded
    from registrar import typed

    added = []
    for given in desk.several("added"):
        with desk.at("added"):
            holder, _, shares = given.rpartition(" ")
            added.append(SharesAdded(holder=desk.names.holder(holder), added=typed.shares(shares)))
    return desk.made(AdjustInstrument, added=tuple(added))


@click.command(
    "adjust-conversion",
    cls=Act,
    epilog="""\b
Example:
  captable adjust-conversion series-a --converts-into common --conversion-price "2.25 USD" \\
      --cause anti-dilution --on 2024-06-03""",
)
@_CLASS
@option("--converts-into", "into", of="stock class", required=True, metavar="CLASS", help="The class received,")
@click.option("--conversion-price", metavar="PRICE", help="at this price for a share received,")
@click.option("--conversion-ratio", metavar="RATIO", help="or so many shares for one.")
@_CAUSE
@_COMPUTATION
@_AUTHORITY
@acting()
def adjust_conversion(desk: Desk) -> Request:
    """Record that the price or ratio at which CLASS converts changed.

    What the papers call for after an issue is recorded by captable adjust-after, and a split states it by itself.
    """
    from ledger.events import ConversionPriceAdjusted

    return desk.made(ConversionPriceAdjusted, conversion=desk.conversion())


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable protect series-a --protection broad-based --carve-out awards --on 2024-03-01
  captable protect series-a --ended --authority "Certificate of Amendment" --on 2025-03-01""",
)
@_CLASS
@all_of(*PROTECTION)
@click.option("--ended", is_flag=True, help="The protection came to an end.")
@_AUTHORITY
@acting()
def protect(desk: Desk) -> Request:
    """Record how the price at which CLASS converts is protected when shares are issued for less."""
    from ledger.errors import NotUnderstood
    from ledger.events import ClassRight, ClassRightsStated

    ended, stated = desk.option("ended", bool), protection(desk)
    if bool(ended) == (stated is not None):
        where = "--ended" if ended else "--protection"
        raise NotUnderstood("E_USAGE", "a protection is stated or ended", "give one of the two", where)
    return desk.made(ClassRightsStated, protection=stated, ended=(ClassRight.PROTECTION,) if ended else ())


@click.command(
    "adjust-after",
    cls=Act,
    epilog="""\b
Example:
  captable adjust-after 31
  captable adjust-after 31 --only series-a --authority "Charter, Article Four, B.4.4" """,
)
@argument("entry", "ENTRY")
@click.option("--reason", type=click.Choice(REASONS), metavar="REASON", help="Why, where papers carve it out.")
@click.option("--only", multiple=True, metavar="NAME", help="This class or instrument; may be given several times.")
@_AUTHORITY
@acting(dated=None)
def adjust_after(desk: Desk) -> Request:
    """Record every adjustment that the papers call for after the issue of ENTRY, on its day unless --on says so.

    captable adjustments shows them first, with everything that they follow from.
    """
    from projections import ProposeAdjustments

    return desk.made(ProposeAdjustments)
