"""Acts under an agreement in which an investor promises money: from the signature to the last tranche."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import OUT_OF, Act, acting, all_of, argument, option

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_TERMS = (
    click.option(
        *("--tranche", "tranches"),
        multiple=True,
        metavar='"NAME DAY MONEY [SHARES]"',
        help="A dated part; may be given several times.",
    ),
    click.option(
        *("--condition", "conditions"),
        multiple=True,
        metavar='"TRANCHE NAME TEXT"',
        help="What must be so before a tranche closes; may be given several times.",
    ),
    click.option(
        "--remedy",
        metavar='"RATIO PRICE"',
        help="Part of the shares that may be redeemed when a tranche is missed, and the price of each.",
    ),
)
_AGREEMENT = argument("agreement", "AGREEMENT", of="agreement")
_TRANCHE_IF_ANY = argument("tranche", "[TRANCHE]", of="tranche", required=False)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable sign series-a-purchase harborview "1,000,000 USD" --buys series-a --price "2.50 USD" \\
      --title "Series A Stock Purchase Agreement" --tranche "first 2024-03-15 600000 USD" \\
      --tranche "second 2024-09-16 400000 USD" --on 2024-03-01""",
)
@argument("agreement", "AGREEMENT")
@argument("investor", "INVESTOR", of="holder")
@argument("commitment", "MONEY")
@click.option("--title", required=True, metavar="TEXT", help="Its name on paper.")
@option("--buys", required=True, of="stock class", metavar="CLASS", help="Class to be bought.")
@click.option("--price", required=True, metavar="PRICE", help="What is paid for one share.")
@all_of(*_TERMS)
@acting()
def sign(desk: Desk) -> Request:
    """Record that INVESTOR promised to buy shares for MONEY in all; AGREEMENT is the short name of the paper."""
    from ledger.events import AgreementSigned

    return desk.made(AgreementSigned, new=("agreement",), tranches=desk.tranches(), remedy=desk.remedy())


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable amend series-a-purchase --due "second 2024-12-31" --on 2024-09-10
  captable amend series-a-purchase --tranche "third 2025-03-31 500000 USD" --on 2024-12-02""",
)
@_AGREEMENT
@click.option("--add", "added", metavar="MONEY", help="Money promised in addition, without a date.")
@all_of(*_TERMS)
@click.option(
    *("--due", "rescheduled"),
    multiple=True,
    metavar='"TRANCHE DAY"',
    help="New day of a tranche; may be given several times.",
)
@click.option("--price", metavar="PRICE", help="New price of a share.")
@click.option("--text", metavar="TEXT", help="What changed, in words.")
@acting()
def amend(desk: Desk) -> Request:
    """Record that the parties changed AGREEMENT. A term that is not named stays as it was.

    What is given up of the promise is captable reduce.
    """
    from ledger.events import AgreementAmended

    return desk.made(
        AgreementAmended,
        added_tranches=desk.tranches(),
        rescheduled=desk.rescheduled(),
        remedy=desk.remedy(),
    )


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable close series-a-purchase first --certificate PA-1 --on 2024-03-15
  captable close series-a-purchase second --paid "250,000 USD" --certificate PA-2 --on 2024-09-16""",
)
@_AGREEMENT
@_TRANCHE_IF_ANY
@click.option("--certificate", "security", required=True, metavar="NAME", help="New certificate or lot.")
@click.option("--paid", metavar="MONEY", help="Money paid in. Default: all that is undrawn of the tranche.")
@click.option("--authority", metavar="TEXT", help="Resolution behind the issue.")
@acting()
def close(desk: Desk) -> Request:
    """Record that TRANCHE of AGREEMENT was paid, wholly or in part, and the shares issued that it buys.

    Without TRANCHE it is a payment that is not allocated to one.
    """
    from ledger.commands import CloseTranche

    return desk.made(CloseTranche, new=("security",))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable satisfy series-a-purchase permit --document "Building permit" --on 2024-09-02""",
)
@_AGREEMENT
@argument("condition", "CONDITION", of="condition")
@acting()
def satisfy(desk: Desk) -> Request:
    """Record that CONDITION of AGREEMENT came to be met."""
    from ledger.events import ConditionSatisfied

    return desk.made(ConditionSatisfied)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable waive series-a-purchase permit --on 2024-09-02""",
)
@_AGREEMENT
@argument("condition", "CONDITION", of="condition")
@acting()
def waive(desk: Desk) -> Request:
    """Record that whoever CONDITION of AGREEMENT protects gave it up."""
    from ledger.events import ConditionWaived

    return desk.made(ConditionWaived)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable reduce "250,000 USD" series-a-purchase second --on 2024-09-20""",
)
@argument("reduced_by", "MONEY")
@_AGREEMENT
@_TRANCHE_IF_ANY
@acting()
def reduce(desk: Desk) -> Request:
    """Record that the parties agreed on MONEY less under AGREEMENT: of TRANCHE, or of what has no date."""
    from ledger.events import CommitmentReduced

    return desk.made(CommitmentReduced)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable lapse "500,000 USD" series-a-purchase second --on 2024-12-31""",
)
@argument("lapsed", "MONEY")
@_AGREEMENT
@_TRANCHE_IF_ANY
@acting()
def lapse(desk: Desk) -> Request:
    """Record that MONEY under AGREEMENT ended undrawn: of TRANCHE, or of what has no date."""
    from ledger.events import CommitmentLapsed

    return desk.made(CommitmentLapsed)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable terminate series-a-purchase --lapsed "second 500000 USD" \\
      --reason "Both parties agreed." --on 2024-12-31""",
)
@_AGREEMENT
@click.option(
    "--lapsed",
    multiple=True,
    metavar='"[TRANCHE] MONEY"',
    help="What is no longer due; may be given several times. The rest survives undrawn.",
)
@click.option("--reason", required=True, metavar="TEXT", help="Why it ended.")
@acting()
def terminate(desk: Desk) -> Request:
    """Record that AGREEMENT ended, and what lapsed with it."""
    from ledger.events import AgreementTerminated

    return desk.made(AgreementTerminated, lapsed=desk.lapsed())


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable exercise series-a-purchase second harborview --on 2024-10-01""",
)
@_AGREEMENT
@argument("tranche", "TRANCHE", of="tranche")
@argument("holder", "HOLDER", of="holder")
@OUT_OF
@acting()
def exercise(desk: Desk) -> Request:
    """Record that the company used its remedy after TRANCHE was missed, and redeemed shares of HOLDER.

    How many, and at which price, is worked out by the terms of AGREEMENT.
    """
    from ledger.commands import ExerciseRemedy

    return desk.made(ExerciseRemedy)
