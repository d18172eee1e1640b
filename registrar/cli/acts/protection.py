"""Options that state price protection together: for a warrant, or for the right of a class to convert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from ledger.terms.protection import PriceProtection
    from registrar.desk import Desk

PROTECTION: Final = (
    click.option(
        "--protection",
        type=click.Choice(("full-ratchet", "broad-based-weighted-average", "narrow-based-weighted-average")),
        help="How far its price falls when shares are issued for less.",
    ),
    click.option(
        "--counts",
        multiple=True,
        type=click.Choice(("common", "protected", "preferred", "awards", "ungranted-pool", "warrants", "notes")),
        help="What an average counts as outstanding, where the papers list it.",
    ),
    click.option(
        "--carve-out",
        "carve_outs",
        multiple=True,
        type=click.Choice(
            (
                "awards",
                "conversion-or-exercise",
                "dividend-or-split",
                "acquisition",
                "lender-or-lessor",
                "strategic-partner",
                "public-offering",
                "waived",
            )
        ),
        help="Issues that adjust nothing.",
    ),
    click.option("--floor", metavar="PRICE", help="The price never falls below it."),
    click.option("--protected-until", metavar="DAY", help="Last day of the protection."),
    click.option("--price-places", metavar="N", help="Decimals that an adjusted price is rounded to."),
    click.option(
        "--raises-number",
        type=click.Choice(("up", "down", "nearest", "cash-in-lieu")),
        help="Of a warrant: more shares, so that the aggregate price stays; and the fraction.",
    ),
)
"""What protects a price."""
_NEEDS_IT: Final = ("counts", "carve_outs", "floor", "protected_until", "price_places", "raises_number")


def protection(desk: Desk) -> PriceProtection | None:
    """Return the price protection that was stated; none where it was not."""
    from datetime import date

    from ledger.errors import NotUnderstood
    from ledger.identity import Count
    from ledger.quantities import FractionPolicy, Price
    from ledger.terms.protection import CarveOut, Counted, PriceProtection, ProtectionMethod

    method = desk.option("protection", ProtectionMethod)
    if method is None:
        for name in _NEEDS_IT:
            if desk.has(name):
                with desk.at(name):
                    raise NotUnderstood("E_USAGE", "it belongs to price protection", "add --protection")
        return None
    said: dict[str, Any] = {
        "base": tuple(map(Counted, desk.several("counts"))),
        "carve_outs": tuple(map(CarveOut, desk.several("carve_outs"))),
        "floor": desk.option("floor", Price),
        "until": desk.option("protected_until", date),
        "places": desk.option("price_places", Count),
        "raises_number": desk.option("raises_number", FractionPolicy),
    }
    with desk.at("protection"):
        return PriceProtection(method=method, **said)
