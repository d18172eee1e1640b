"""What a movement is called, after the account on the other side of it, and what was given for the shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.events import (
    CommonIssued,
    Consideration,
    ConvertibleConverted,
    Fact,
    FractionsSettled,
    OptionExercised,
    PreferredIssued,
    RemedyExercised,
    SharesRedeemed,
    SharesRepurchased,
    SharesTransferred,
    TreasurySharesReissued,
    UnvestedSharesRepurchased,
    WarrantExercised,
)
from ledger.movements import (
    Account,
    Awarded,
    Commitment,
    Declared,
    Held,
    Interest,
    Movement,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Reserved,
    Restricted,
    Source,
    Stage,
)
from ledger.quantities import Money, Price

Given = Consideration | Money | Price
"""What was given for shares: a consideration, the money that the company paid, or the price of each share."""


def pairs(movements: Iterable[Movement]) -> Iterator[tuple[Posting, Posting]]:
    """Yield the postings of a fact two by two: what moves leaves one account for another."""
    postings = [movement for movement in movements if type(movement) is Posting]
    yield from zip(postings[::2], postings[1::2], strict=True)


def effect(account: Account, of: str, *, lost: bool) -> str:
    """Name what happened to a figure.

    Args:
        account: The account on the other side.
        of: The name of the figure: held, outstanding, undrawn …
        lost: Whether that account lost by it.
    """
    match account:
        case Held():
            if of == "treasury":
                return "repurchased" if lost else "reissued"
            return "transferred in" if lost else "transferred out"
        case Commitment(stage=stage):
            if stage is Stage.PROMISED:
                return "undertaken" if lost else "reduced"
            if stage is Stage.UNDRAWN and of == "undertaken":
                return "reduced" if lost else "undertaken"
            return of if stage is Stage.UNDRAWN else stage.value
        case Reserved():
            return "reserved"
        case Awarded() if of == "awarded":
            return "transferred in" if lost else "transferred out"
        case Awarded():
            return "returned to the pool" if lost else "granted"
        case Pooled():
            return "granted" if lost else "returned to the pool"
        case Owed():
            return "assigned in" if lost else "assigned out"
        case Interest():
            return "interest added"
        case Purchasable():
            return "transferred in" if lost else "transferred out"
        case Declared():
            return "paid" if lost else "declared"
        case Restricted():
            return "restricted" if lost else "released"
        case Source.UNRESERVED:
            return "reserved" if lost else "released or drawn"
        case Source.TREASURY:
            return "reissued from treasury" if lost else "repurchased to treasury"
        case Source.UNRESTRICTED:
            return "restricted" if lost else "released"
        case Source.EXCHANGED if lost:
            return "received in exchange"
        case Source.DEBT_CONVERTED:
            return "converted"
        case Source.DIVIDENDS:
            return "declared"
        case Source.WARRANTED:
            return "issued or added"
        case Source():
            return str(account.value)


def given_for(fact: Fact) -> Given | None:
    """Return what was given for the shares that a fact moves, as it states it; ``None`` where it does not."""
    match fact:
        case CommonIssued() | PreferredIssued() | SharesTransferred() | TreasurySharesReissued():
            return fact.consideration
        case SharesRedeemed() | SharesRepurchased() | UnvestedSharesRepurchased():
            return fact.paid
        case WarrantExercised() | OptionExercised():
            return fact.paid
        case ConvertibleConverted():
            return fact.price
        case FractionsSettled():
            return fact.cash
        case RemedyExercised():
            return fact.price
        case _:
            return None
