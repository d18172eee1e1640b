"""SAFEs: issued, amended, and their terms exchanged for those of a later paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import Act, acting, all_of, argument, option

if TYPE_CHECKING:
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_TERMS = (
    click.option("--cap", metavar="MONEY", help="Valuation cap: most that the company counts for."),
    click.option(
        *("--timing", "cap_timing"),
        type=click.Choice(("post-money", "pre-money")),
        help="What the cap is the value of: the company with the money of what converts, or before it.",
    ),
    click.option("--discount", metavar="PERCENT", help="Part taken off the price of the round: 20%."),
    click.option(
        *("--mfn", "most_favored_nation"),
        is_flag=True,
        help="The holder may take over the terms of a later paper.",
    ),
)
_AUTHORITY = click.option("--authority", metavar="TEXT", help="Resolution, amendment or notice behind it.")


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable safe safe-1 harborview "500000 USD" --cap "8000000 USD" --timing post-money --on 2024-03-01
  captable safe safe-2 northlight "100000 USD" --discount 20% --mfn --on 2024-03-15""",
)
@argument("instrument", "SAFE")
@argument("holder", "HOLDER", of="holder")
@argument("purchase_amount", "MONEY")
@all_of(*_TERMS)
@_AUTHORITY
@acting()
def safe(desk: Desk) -> Request:
    """Record that HOLDER paid MONEY for a SAFE; SAFE is its short name.

    Without cap and discount it converts at the price of the round. With both, whichever gives more shares decides.
    """
    from ledger.events import SafeIssued

    return desk.made(SafeIssued, new=("instrument",), terms=desk.safe_terms())


@click.command(
    "amend-safe",
    cls=Act,
    epilog="""\b
Example:
  captable amend-safe safe-1 --cap "6000000 USD" --timing post-money --on 2024-06-03
  captable amend-safe safe-2 --elects safe-3 --on 2024-06-03""",
)
@argument("instrument", "SAFE", of="instrument")
@all_of(*_TERMS)
@option(
    *("--elects", "following"),
    of="instrument",
    metavar="PAPER",
    help="The later paper whose terms the holder takes over, by a most-favored-nation clause.",
)
@_AUTHORITY
@acting()
def amend_safe(desk: Desk) -> Request:
    """Record that the terms of SAFE changed.

    All its terms are stated, as they are from now on; or it takes over those of a later paper.
    """
    from ledger.commands import ElectLaterTerms
    from ledger.errors import NotUnderstood
    from ledger.events import SafeTermsAmended

    stated = any(desk.has(name) for name in ("cap", "cap_timing", "discount"))
    if not desk.has("following"):
        return desk.made(SafeTermsAmended, terms=desk.safe_terms())
    if stated or desk.option("most_favored_nation", bool):
        with desk.at("following"):
            raise NotUnderstood("E_USAGE", "the terms are those of the later paper", "leave the other terms out")
    return desk.made(ElectLaterTerms)
