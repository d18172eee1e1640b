"""Options that state price protection together: for a warrant, or for the right of a class to convert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from ledger.terms.protection import PriceProtection
    from registrar.desk import Desk

METHODS: Final = {
    "full-ratchet": "full-ratchet",
    "broad-based": "broad-based-weighted-average",
    "narrow-based": "narrow-based-weighted-average",
}
"""How far a price falls: the word that is typed, and the one that is recorded."""
REASONS: Final = (
    "awards",
    "conversion-or-exercise",
    "dividend-or-split",
    "acquisition",
    "lender-or-lessor",
    "strategic-partner",
    "public-offering",
    "waived",
)
"""Why shares are issued, where papers carve it out."""
COUNTED: Final = ("common", "protected", "preferred", "awards", "ungranted-pool", "warrants", "notes")
"""What a weighted average may count."""
POLICIES: Final = ("up", "down", "nearest", "cash-in-lieu")
PROTECTION: Final = (
    click.option(
        "--protection",
        type=click.Choice([*METHODS]),
        metavar="METHOD",
        help="full-ratchet, broad-based or narrow-based.",
    ),
    click.option(
        "--counts",
        multiple=True,
        type=click.Choice(COUNTED),
        metavar="PART",
        help="What an average counts, where it is listed.",
    ),
    click.option(
        "--carve-out",
        "carve_outs",
        multiple=True,
        type=click.Choice(REASONS),
        metavar="REASON",
        help="Issues that adjust nothing.",
    ),
    click.option("--floor", metavar="PRICE", help="The price never falls below it."),
)
"""What protects a price. What is rarer, a last day or a rounding, goes through ``captable record``."""
RAISES_NUMBER: Final = click.option(
    "--raises-number",
    type=click.Choice(POLICIES),
    metavar="POLICY",
    help="More shares too: up, down or nearest.",
)
"""The number of shares rises so that the aggregate price stays; of warrants only."""


def protection(desk: Desk) -> PriceProtection | None:
    """Return the price protection that was stated; none where it was not."""
    from ledger.errors import NotUnderstood
    from ledger.quantities import FractionPolicy, Price
    from ledger.terms.protection import CarveOut, Counted, PriceProtection, ProtectionMethod

    if not desk.has("protection"):
        for name in ("counts", "carve_outs", "floor", "raises_number"):
            if desk.has(name):
                with desk.at(name):
                    raise NotUnderstood("E_USAGE", "it belongs to price protection", "add --protection")
        return None
    floor, raises = desk.option("floor", Price), desk.option("raises_number", FractionPolicy)
    with desk.at("protection"):
        return PriceProtection(
            method=ProtectionMethod(METHODS[desk.stated("protection", str)]),
            base=tuple(map(Counted, desk.several("counts"))),
            carve_outs=tuple(map(CarveOut, desk.several("carve_outs"))),
            floor=floor,
            raises_number=raises,
        )
