"""Verbs that ask how many shares there are or may be: fully diluted, and on average over a period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from registrar.cli.completion import completing
from registrar.cli.options import Asking, as_of_option, asking, basis_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.quantities import Money

_DEFINITIONS = (
    *("outstanding", "as-converted", "vested", "granted", "fully-diluted", "with-convertibles"),
    *("in-the-money", "treasury-stock"),
)


@click.command(
    "fully-diluted",
    epilog="""\b
Example:
  captable fully-diluted -f acme.db --as-of 2024-12-31
  captable fully-diluted --as-of 2024-12-31 --price "4 USD" --definition treasury-stock""",
)
@asking()
@as_of_option
@click.option("--price", metavar="PRICE", help="What a common share is worth.")
@click.option(
    "--definition",
    type=click.Choice(_DEFINITIONS),
    default="fully-diluted",
    help="List holders by this one. Default: fully-diluted.",
)
def fully_diluted(asked: Asking, as_of: str | None, price: str | None, definition: str) -> None:
    """Show the shares of a day by every definition of fully diluted, who has them, and votes as converted."""
    with asked.opened() as ledger:
        from projections.fully_diluted import fully_diluted as counted
        from registrar import typed
        from registrar.views.dilution import fully_diluted as report

        answer = counted(
            ledger,
            as_of=asked.as_of(ledger, as_of),
            known_at=asked.known(ledger),
            price=_read("--price", price, typed.price),
            definition=definition,
        )
        asked.answer(lambda: report(ledger, answer))


@click.command(
    "weighted-average",
    epilog="""\b
Example:
  captable weighted-average common --after 2023-12-31 --through 2024-12-31
  captable weighted-average common --after 2023-12-31 --through 2024-12-31 \\
      --price "4 USD" --income "1,200,000 USD" --tax 21%""",
)
@click.argument("stock_class", metavar="CLASS", shell_complete=completing("stock class"))
@asking()
@click.option("--after", required=True, metavar="DAY", help="The last day before the period.")
@click.option("--through", metavar="DAY", help="The last day of the period. Default: today.")
@basis_option
@click.option("--price", metavar="PRICE", help="What a share was worth on average.")
@click.option("--income", metavar="MONEY", help="Income attributable to common; -500 USD is a loss.")
@click.option("--tax", metavar="RATE", help="Rate of tax that interest saves: 21%. Default: none.")
def weighted_average(
    asked: Asking,
    stock_class: str,
    after: str,
    through: str | None,
    basis: str | None,
    price: str | None,
    income: str | None,
    tax: str | None,
) -> None:
    """Show the shares of CLASS on average over a period, what may turn into more of them, and what dilutes."""
    with asked.opened() as ledger:
        from projections.weighted_average import weighted_average as averaged
        from registrar import typed
        from registrar.views.dilution import weighted_average as report

        answer = averaged(
            ledger,
            stock_class,
            after=asked.as_of(ledger, after, "--after"),
            through=asked.as_of(ledger, through, "--through"),
            known_at=asked.known(ledger),
            basis=asked.day("--basis", basis),
            price=_read("--price", price, typed.price),
            income=_read("--income", income, _income),
            tax=_read("--tax", tax, typed.part),
        )
        asked.answer(lambda: report(ledger, answer))


def _income(given: str) -> Money:
    """Return an income; below zero it is a loss."""
    from ledger.quantities import Money
    from registrar import typed

    amount = typed.money(given.removeprefix("-"))
    return Money.of_units(-amount.units, amount.currency) if given.startswith("-") else amount


def _read(option: str, given: str | None, read: Callable[[str], Any]) -> Any:
    """Return what an option states; a refusal says which option."""
    if given is None:
        return None
    from ledger.errors import NotUnderstood

    try:
        return read(given)
    except NotUnderstood as error:
        raise error.at(option) from None
