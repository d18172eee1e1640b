"""Limits of a total, asked after every moment that may break them."""

from __future__ import annotations

from ledger.book import Book, Total, UndrawnUnder
from ledger.days import day_of
from ledger.errors import (
    AuthorizedExceeded,
    CommitmentExceeded,
    DividendExceeded,
    HoldingExceeded,
    InstrumentExceeded,
    PoolExceeded,
    ProceedsExceeded,
    ReserveExceeded,
    RuleBroken,
    TreasuryExceeded,
)
from ledger.identity import StockClassId
from ledger.movements import (
    Awarded,
    Commitment,
    Declared,
    Held,
    Level,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Reserved,
    Restricted,
    Stage,
)
from ledger.quantities import Authorized, Currency, Money, Shares
from ledger.rules.asking import Breach
from ledger.timeline import InEffect


def not_below_zero(book: Book, total: Total, each: InEffect) -> Breach | None:
    """A position, a treasury, a reserve and an undrawn commitment never fall below zero."""
    high = book.high.get(total, 0)
    if high >= 0:
        return None
    unit, account = total
    taken = -sum(
        movement.quantity
        for movement in each.fact.movements()
        if type(movement) is Posting and movement.unit == unit and _counts(account, movement)
    )
    there, on, entry = high + taken, day_of(book.at), each.entry.number
    error: RuleBroken
    if isinstance(unit, Currency):
        undrawn, asked = Money.of_units(int(there), unit), Money.of_units(taken, unit)
        match account:
            case Commitment(agreement=agreement, tranche=tranche):
                error = CommitmentExceeded(agreement, tranche, undrawn, asked, on, entry)
            case UndrawnUnder(agreement=agreement):
                error = CommitmentExceeded(agreement, None, undrawn, asked, on, entry)
            case Owed(instrument=instrument, holder=holder):
                error = InstrumentExceeded(instrument, holder, undrawn, asked, on, entry)
            case Declared(dividend=dividend):
                error = DividendExceeded(dividend, undrawn, asked, on, entry)
            case Restricted(account=control):
                error = ProceedsExceeded(control, undrawn, asked, on, entry)
            case _:
                raise AssertionError(f"money on {account}")
    else:
        held, asked_shares = Shares.of_units(there), Shares.of_units(taken)
        match account:
            case Held(holder=holder, security=security):
                error = HoldingExceeded(holder, unit, security, held, asked_shares, on, entry)
            case Reserved(reserve=reserve):
                error = ReserveExceeded(unit, reserve, held, asked_shares, on, entry)
            case Purchasable(instrument=instrument, holder=holder) | Awarded(instrument=instrument, holder=holder):
                error = InstrumentExceeded(instrument, holder, held, asked_shares, on, entry)
            case Pooled(plan=plan):
                error = PoolExceeded(plan, unit, held, asked_shares, on, entry)
            case _:
                error = TreasuryExceeded(unit, held, asked_shares, on, entry)
    return Breach(("below zero", total), book.at, -high, entry, error)


def _counts(account: object, posting: Posting) -> bool:
    """Whether a posting changes the total of an account."""
    if isinstance(account, UndrawnUnder):
        there = posting.account
        return (
            isinstance(there, Commitment) and there.agreement == account.agreement and there.stage is Stage.UNDRAWN
        )
    return posting.account == account


def within_authorized(book: Book, stock_class: StockClassId, each: InEffect) -> Breach | None:
    """What is issued, treasury included, and reserved stays within the shares that the charter authorizes."""
    numbers = book.authorized_numbers(stock_class)
    if not numbers or len(numbers) < len(book.levels(Level.AUTHORIZED, stock_class)):
        return None  # unlimited, unknown, or not designated yet
    authorized, committed = max(numbers), book.low.get(book.limited_total(stock_class), 0)
    if committed <= authorized:
        return None
    error = AuthorizedExceeded(
        stock_class,
        Authorized(Shares.of_units(authorized)),
        Shares.of_units(committed),
        day_of(book.at),
        each.entry.number,
    )
    key = ("within authorized", stock_class)
    return Breach(key, book.at, committed - authorized, each.entry.number, error)
