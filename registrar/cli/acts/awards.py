"""Acts that concern awards: a plan and its pool, grants, conditions, exercise, release, and the end of an award."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from registrar.cli.acts import OUT_OF, Act, acting, argument, option

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_AWARD = argument("award", "AWARD", of="instrument")
_HOLDER = option("--holder", of="holder", metavar="HOLDER", help="Who; needed where the award has several holders.")
_VALUE = click.option("--value", metavar="PRICE", help="What a share is worth on that day.")
_TAX = click.option("--tax", metavar="MONEY", help="Tax for which whole shares are kept.")
_FOR_TAX = click.option("--withheld", "for_tax", metavar="SHARES", help="Shares kept for tax, as the papers state.")
_RETURNS = click.option("--to-pool", "returns", is_flag=True, help="What is not issued returns to the pool.")
_CERTIFICATE = click.option("--certificate", "security", metavar="NAME", help="New certificate or lot.")
_LEGEND = click.option("--legend", "legends", multiple=True, metavar="TEXT", help="Restriction on the certificate.")
_AUTHORITY = click.option("--authority", metavar="TEXT", help="Resolution behind it.")


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable adopt-plan plan-2025 500,000 common --title "2025 Equity Incentive Plan" --on 2025-02-03""",
)
@click.argument("plan", metavar="PLAN")
@argument("pooled", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--title", required=True, metavar="TEXT", help="Its name on paper.")
@_AUTHORITY
@acting()
def adopt_plan(desk: Desk) -> Request:
    """Record that the company adopted PLAN, and keeps SHARES of CLASS back for it."""
    from ledger.events import PlanAdopted

    return desk.made(PlanAdopted, new=("plan",))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable change-pool plan-2025 common --add 25,000 --reason "Yearly increase" --on 2026-01-01""",
)
@argument("plan", "PLAN", of="plan")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--add", "added", metavar="SHARES", help="Shares kept back besides.")
@click.option("--remove", "removed", metavar="SHARES", help="Shares no longer kept back.")
@click.option("--reason", metavar="TEXT", help="Why.")
@_AUTHORITY
@acting()
def change_pool(desk: Desk) -> Request:
    """Record that more or fewer shares of CLASS are kept back for PLAN."""
    from ledger.events import PlanPoolChanged

    return desk.made(PlanPoolChanged)


KINDS: Final = ("iso", "nso", "option", "rsu", "sar", "sar-in-cash", "stock")
ALLOCATIONS: Final = (
    "cumulative-rounding",
    "cumulative-round-down",
    "front-loaded",
    "back-loaded",
    "front-loaded-to-single-tranche",
    "back-loaded-to-single-tranche",
    "fractional",
)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable grant h-1 48,000 common --as OPT-1 --kind iso --price "4.20 USD" --plan plan-2025 \\
    --vests-from 2025-02-01 --instalments 48 --cliff 12 --expires 2035-02-09 --on 2025-02-10""",
)
@argument("holder", "HOLDER", of="holder")
@argument("granted", "SHARES")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--as", "award", required=True, metavar="NAME", help="Name of the award in the record.")
@click.option("--kind", "award_kind", required=True, type=click.Choice(KINDS), help="What it is.")
@click.option("--price", metavar="PRICE", help="What a share is bought for.")
@option("--plan", of="plan", metavar="PLAN", help="Plan whose pool it draws on.")
@click.option("--vests-from", "starts_on", metavar="DAY", help="When time begins to count.")
@click.option("--instalments", metavar="N", help="Equal instalments. Default: 1.")
@click.option("--every", metavar="N", help="Months between them. Default: 1.")
@click.option("--cliff", metavar="N", help="Instalment before which nothing vests.")
@click.option("--condition", metavar="NAME", help="What has to be met besides.")
@click.option(
    "--allocation",
    metavar="NAME",
    type=click.Choice(ALLOCATIONS),
    help="Who takes what equal parts leave over.",
)
@click.option("--expires", "expires_on", metavar="DAY", help="Last day of exercise.")
@click.option(
    "--early",
    "early_exercise",
    metavar="WHICH",
    type=click.Choice(("next", "last", "ratably")),
    help="Instalments that may be bought early.",
)
@click.option("--certificate", "security", metavar="NAME", help="Of restricted stock.")
@click.option("--legend", "legends", multiple=True, metavar="TEXT", help="On the certificate.")
@click.option("--paid", "consideration_amount", metavar="MONEY", help="What was paid for it.")
@_AUTHORITY
@acting()
def grant(desk: Desk) -> Request:
    """Record that an award of SHARES of CLASS was granted to HOLDER."""
    from ledger.events import AwardGranted

    new = ("award", "security")
    return desk.made(AwardGranted, new=new, terms=desk.award_terms(), consideration=desk.consideration())


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable meet listing --on 2025-09-15
  captable meet dismissal --award OPT-1 --on 2026-06-01""",
)
@click.argument("condition", metavar="CONDITION")
@option("--award", of="instrument", metavar="NAME", help="The award for which it is met. Default: every one.")
@acting()
def meet(desk: Desk) -> Request:
    """Record that CONDITION, which awards wait for, is met."""
    from ledger.events import VestingConditionMet

    return desk.made(VestingConditionMet, new=("condition",))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable accelerate OPT-1 6,000 --on 2026-05-04 --reason "Separation agreement" """,
)
@_AWARD
@argument("accelerated", "SHARES")
@click.option(
    "--taken-from",
    type=click.Choice(("next", "last", "ratably")),
    help="Which of the later instalments become smaller. Default: next.",
)
@click.option("--reason", metavar="TEXT", help="Why.")
@_AUTHORITY
@acting()
def accelerate(desk: Desk) -> Request:
    """Record that SHARES of AWARD vest sooner than its terms say."""
    from ledger.events import VestingAccelerated

    return desk.made(VestingAccelerated, stock_class=desk.class_of_award())


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable exercise-option OPT-1 5,000 --on 2026-03-02 --certificate CS-32
  captable exercise-option OPT-1 1,000 --net --value "10 USD" --tax "1740 USD" --to-pool --on 2026-04-01""",
)
@_AWARD
@argument("exercised", "SHARES")
@_HOLDER
@click.option("--net", is_flag=True, help="The price is paid with shares of the award.")
@_VALUE
@_TAX
@_FOR_TAX
@_RETURNS
@_CERTIFICATE
@_LEGEND
@_AUTHORITY
@acting()
def exercise_option(desk: Desk) -> Request:
    """Record that an option, or a right to appreciation, was exercised for SHARES, at the price in force."""
    from ledger.commands import ExerciseOption

    return desk.made(ExerciseOption, new=("security",))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable release-units RSU-1 --value "9 USD" --tax "1620 USD" --to-pool --on 2025-09-15""",
)
@_AWARD
@argument("released", "[SHARES]", required=False)
@_HOLDER
@_VALUE
@_TAX
@_FOR_TAX
@_RETURNS
@_CERTIFICATE
@_LEGEND
@_AUTHORITY
@acting()
def release_units(desk: Desk) -> Request:
    """Record that vested units of AWARD were settled in shares: SHARES, or all of them."""
    from ledger.commands import ReleaseUnits

    return desk.made(ReleaseUnits, new=("security",))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable end-award OPT-1 --to-pool --on 2026-06-01
  captable end-award OPT-1 --cause expiry --on 2035-02-10""",
)
@_AWARD
@click.option(
    "--cause",
    type=click.Choice(("termination", "expiry", "condition-failed", "cancellation", "other")),
    help="Why. Default: termination, which leaves what has vested.",
)
@_HOLDER
@_RETURNS
@click.option("--reason", metavar="TEXT", help="More about it.")
@acting()
def end_award(desk: Desk) -> Request:
    """Record that AWARD ended: what had not vested as service ended, or all that was left of it."""
    from ledger.commands import EndAward

    return desk.made(EndAward)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable take-back RSA-1 --at "0.0001 USD" --to-pool --on 2026-06-01""",
)
@_AWARD
@argument("repurchased", "[SHARES]", required=False)
@_HOLDER
@click.option("--at", "price", metavar="PRICE", help="What the company pays for each.")
@OUT_OF
@click.option("--into-treasury", is_flag=True, help="The company keeps them.")
@_RETURNS
@click.option("--reason", metavar="TEXT", help="Why.")
@acting()
def take_back(desk: Desk) -> Request:
    """Record that the company took back shares of AWARD that had not vested: SHARES, or all of them."""
    from ledger.commands import RepurchaseUnvested

    return desk.made(RepurchaseUnvested)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable elect RSA-1 h-0001 3,000 --received 2025-02-10 --value "4.20 USD" --on 2025-03-03""",
)
@_AWARD
@argument("holder", "HOLDER", of="holder")
@argument("shares", "SHARES")
@click.option("--received", "received_on", required=True, metavar="DAY", help="When the shares were received.")
@_VALUE
@click.option("--paid", metavar="MONEY", help="What was paid for them.")
@acting()
def elect(desk: Desk) -> Request:
    """Record that HOLDER filed an election under section 83(b) for SHARES of AWARD."""
    from ledger.events import ElectionFiled

    return desk.made(ElectionFiled, stock_class=desk.class_of_award())
