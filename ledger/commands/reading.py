"""What commands read of the ledger: totals and levels on a day, and the facts that stand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ledger.book import Book, by_moment, steps
from ledger.days import Phase, moment
from ledger.errors import TermsIncomplete, UnknownName, nearest
from ledger.events import CommonIssued, Fact, PreferredIssued
from ledger.identity import AgreementId, HolderId, SecurityId, StockClassId, TrancheId
from ledger.movements import Held, InstrumentKind, Level, StockClassKind
from ledger.quantities import PLACES, SCALE, Currency, FractionPolicy, Money, round_position

if TYPE_CHECKING:
    from fractions import Fraction

    from ledger.journal import Ledger


Made = TypeVar("Made", bound=Fact)
ISSUED: Final = {StockClassKind.COMMON: CommonIssued, StockClassKind.PREFERRED: PreferredIssued}
"""The event that issues shares of each kind of stock."""


def as_first_seen(ledger: Ledger, command: str | None) -> Ledger:
    """Return the ledger as it was before a command was recorded; as it is, where it was not.

    What a command works out depends on what is there: a closing that is given again would find nothing undrawn. On
    top of what it saw the first time it amounts to the same events, and counts once.
    """
    if command is None:
        return ledger
    numbers = [entry.number for entry in ledger.entries() if entry.command == command]
    return ledger.supposing(known_at=numbers[0] - 1) if numbers and numbers[0] > 1 else ledger


def book_at(ledger: Ledger, on: date, phase: Phase) -> Book:
    """Return the totals and levels at a phase of a day, as everything recorded so far gives them.

    A new fact of that phase comes after those recorded before it, and before what later phases of the day bring: a
    conversion on the day of a split at the close is still in the units before the split.
    """
    book, reached = Book(), moment(on, phase)
    for at, group in by_moment(steps(ledger.standing())):
        if at > reached:
            break
        book.advance(at, group)
    book.at = reached
    return book


def level_of(book: Book, level: Level, subject: Any) -> Any:
    """Return a level that is known; ``None`` when it is not set, or may be one of several."""
    values = {value for _, value in book.levels(level, subject)}
    return values.pop() if len(values) == 1 else None


def as_recorded(amount: Fraction, currency: Currency) -> Money:
    """Return an amount as exactly as a record can state it: to ten decimals."""
    return Money.of_units(round_position(amount * SCALE, FractionPolicy.NEAREST, PLACES), currency)


def stated(ledger: Ledger, kind: type[Made]) -> list[Made]:
    """Return the facts of a kind that stand, on whatever day, in order of recording."""
    return [each.fact for each in ledger.standing() if isinstance(each.fact, kind)]


def only_security(
    book: Book, holder: HolderId, stock_class: StockClassId, named: SecurityId | None
) -> SecurityId | None:
    """Return the certificate or lot that shares are taken from; it must be named when there are several."""
    if named is not None:
        return named
    positions = {
        account.security: quantity
        for (unit, account), quantity in book.high.items()
        if unit == stock_class and isinstance(account, Held) and account.holder == holder and quantity > 0
    }
    if len(positions) > 1 and None not in positions:
        names = ", ".join(sorted(str(security) for security in positions))
        raise TermsIncomplete(holder, f"{stock_class} is held in {names}. Name the security.")
    return None if None in positions else next(iter(positions), None)


def instruments(book: Book, *kinds: InstrumentKind) -> list[str]:
    """Return the instruments that were issued, those of some kinds alone where these are named."""
    return [
        str(subject)
        for (level, subject), settings in book.settings.items()
        if level is Level.INSTRUMENT and (not kinds or any(kind in kinds for _, kind in settings))
    ]


def due_days(book: Book, agreement: AgreementId, tranche: TrancheId, on: date) -> list[date]:
    """Return the due day of a tranche; several when days are open."""
    days = [value for _, value in book.levels(Level.TRANCHE_DUE, (agreement, tranche)) if isinstance(value, date)]
    if not days:
        subjects = [subject for level, subject in book.settings if level is Level.TRANCHE_DUE]
        names = [str(subject[1]) for subject in subjects if subject[0] == agreement]
        raise UnknownName("tranche", tranche, on, nearest(tranche, names))
    return days
