"""Verbs that answer about warrants and protected prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from registrar.cli.acts.protection import REASONS
from registrar.cli.completion import completing
from registrar.cli.options import Asking, as_of_option, asking, basis_option

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from ledger.terms.protection import CarveOut, NewIssue


@click.command(
    epilog="""\b
Example:
  captable warrants -f acme.db --as-of 2024-12-31
  captable warrants --as-of 2024-08-14 --basis 2024-08-15 -O warrants.xlsx""",
)
@asking()
@as_of_option
@basis_option
def warrants(asked: Asking, as_of: str | None, basis: str | None) -> None:
    """Show the warrants outstanding: who may buy how many shares, at which price, and until when."""
    with asked.opened() as ledger:
        from projections.warrants import warrants as outstanding
        from registrar import views

        day, units = asked.as_of(ledger, as_of), asked.day("--basis", basis)
        answer = outstanding(ledger, as_of=day, known_at=asked.known(ledger), basis=units)
        asked.answer(lambda: views.warrants(ledger, answer))


@click.command(
    epilog="""\b
Example:
  captable adjustments --entry 31
  captable adjustments --issued 400,000 --price "1.25 USD" --as-of 2024-06-03
  captable adjustments --issued 400,000 --paid "500000 USD" --reason lender-or-lessor""",
)
@asking()
@as_of_option
@click.option("--entry", metavar="N", help="After the issue that this entry recorded, on what stood before it.")
@click.option("--issued", metavar="SHARES", help="If so many shares were issued at the close of the day,")
@click.option("--price", metavar="PRICE", help="for this price each,")
@click.option("--paid", metavar="MONEY", help="or for this money together.")
@click.option(
    "--of",
    "stock_class",
    metavar="CLASS",
    shell_complete=completing("stock class"),
    help="Of this class. Default: the only common class.",
)
@click.option("--reason", type=click.Choice(REASONS), metavar="REASON", help="Why, where papers carve it out.")
def adjustments(
    asked: Asking, as_of: str | None, entry: str | None, stock_class: str | None, reason: str | None, **issued: Any
) -> None:
    """Show what the papers call for after an issue: each protected price, the one proposed, and why.

    It is a proposal. captable adjust-after records what an entry calls for.
    """
    if entry is None and issued["issued"] is None:
        raise click.UsageError("nothing is issued (add --entry N, or --issued SHARES with --price or --paid)")
    if entry is not None and (stock_class is not None or any(each is not None for each in issued.values())):
        raise click.UsageError("--entry says what was issued (leave --issued, --price, --paid and --of out)")
    if entry is not None and as_of is not None:
        raise click.UsageError("--entry says the day (leave --as-of out)")
    with asked.opened() as ledger:
        from projections import adjustments as after_issue
        from projections import adjustments_after
        from registrar import views

        why, known = _reason(reason), asked.known(ledger)
        if entry is not None:
            answer = adjustments_after(ledger, _entry(entry), reason=why, known_at=known)
        else:
            day = asked.as_of(ledger, as_of)
            supposed = _issue(why, **issued)
            answer = after_issue(ledger, supposed, as_of=day, into=_class(ledger, stock_class), known_at=known)
        asked.answer(lambda: views.adjustments(ledger, answer))


def _reason(given: str | None) -> CarveOut | None:
    from ledger.terms.protection import CarveOut

    return None if given is None else CarveOut(given)


def _entry(given: str) -> int:
    from ledger.errors import NotUnderstood
    from ledger.identity import EntryNumber

    try:
        return EntryNumber(given)
    except NotUnderstood as error:
        raise error.at("--entry") from None


def _class(ledger: Ledger, given: str | None) -> str | None:
    from registrar.names import Names

    return None if given is None else Names(ledger).stock_class(given)


def _issue(reason: CarveOut | None, *, issued: str, price: str | None, paid: str | None) -> NewIssue:
    from ledger.errors import NotUnderstood
    from ledger.terms.protection import NewIssue
    from registrar import typed

    if (price is None) == (paid is None):
        raise click.UsageError("an issue has a price (give one of --price and --paid)")
    try:
        shares = typed.shares(issued)
        if price is not None:
            return NewIssue(issued=shares, price=typed.price(price), reason=reason)
        assert paid is not None, "one of the two is given"
        return NewIssue.paid_for(shares, typed.money(paid), reason=reason)
    except NotUnderstood as error:
        raise error if error.where else error.at("--issued") from None
