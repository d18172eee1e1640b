"""Rules of quantities: their currency, their decimals, and in whose units they are counted around a split."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from ledger.book import Book
from ledger.days import day_of
from ledger.errors import BeforeOpening, CurrencyMismatch, OrderUnclear, RuleBroken, SpansSplit, TooManyDecimals
from ledger.events import OpeningBalanceAdopted
from ledger.identity import AgreementId, StockClassId
from ledger.movements import Commitment, Level, Movement, Posting, Rescaling, Setting
from ledger.quantities import PLACES, Authorized, Currency, Price, Shares, fits
from ledger.rules.asking import about
from ledger.rules.papers import restates
from ledger.terms.commitment import Remedy
from ledger.terms.conversion import ConversionRight
from ledger.timeline import InEffect


def currency_of_the_commitment(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Money and prices under an agreement are in the currency that was promised."""
    for movement in book.movements(each):
        for agreement, given in _currencies_in(movement):
            for _, promised in book.levels(Level.CURRENCY, agreement):
                if promised != given:
                    assert isinstance(promised, Currency)
                    yield CurrencyMismatch(agreement, promised, given)


def _currencies_in(movement: Movement) -> Iterator[tuple[AgreementId, Currency]]:
    """Yield each agreement that a movement speaks of, with the currency that it uses."""
    if type(movement) is Posting:
        if type(movement.account) is Commitment and movement.quantity > 0 and isinstance(movement.unit, Currency):
            yield movement.account.agreement, movement.unit
    elif type(movement) is Setting and isinstance(movement.subject, AgreementId):
        price = movement.value.price if isinstance(movement.value, Remedy) else movement.value
        if isinstance(price, Price):
            yield movement.subject, price.currency


def decimals_of_the_class(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A class divides its shares as finely as it was designated to, and no finer."""
    for movement in book.movements(each):
        if type(movement) is Posting and type(movement.unit) is StockClassId and movement.quantity > 0:
            for _, decimals in book.levels(Level.DECIMALS, movement.unit):
                assert isinstance(decimals, int)
                if not fits(movement.quantity, decimals):
                    yield TooManyDecimals(movement.unit, Shares.of_units(movement.quantity), decimals)
        elif type(movement) is Rescaling:
            for _, decimals in book.levels(Level.DECIMALS, movement.stock_class):
                assert isinstance(decimals, int)
                if movement.decimals > decimals:
                    smallest = Shares.of_units(10 ** (PLACES - movement.decimals))
                    yield TooManyDecimals(movement.stock_class, smallest, decimals)


def order_around_a_split(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A split and another act on its class lie in different phases or places; a range lies on one side of it."""
    counted: set[StockClassId] = set()
    for movement in book.movements(each):
        counted |= _counts_in_units_of(movement)
    for stock_class in sorted(counted):
        for split in book.splits.get(stock_class, ()):
            if split is each or not each.begins <= split.settles <= each.settles or restates(each, split):
                continue
            on = day_of(split.settles)
            if not each.is_exact:
                yield SpansSplit(stock_class, each.entry.number, split.entry.number, on)
            elif each.fact.place == split.fact.place:
                yield OrderUnclear(stock_class, on, split.entry.number, each.entry.number)


def _counts_in_units_of(movement: Movement) -> set[StockClassId]:
    """Return the classes in whose units a movement speaks: a split changes what its figures mean."""
    if type(movement) is Rescaling:
        return {movement.stock_class}
    if type(movement) is Posting:
        return {movement.unit} if type(movement.unit) is StockClassId else set()
    assert type(movement) is Setting
    subject, value = movement.subject, movement.value
    if movement.level in _IN_UNITS_OF_THE_SECOND and value is not None:
        return {StockClassId(subject[1])}
    if type(subject) is not StockClassId or value is None or movement.level not in _IN_UNITS:
        return set()
    if isinstance(value, Authorized) and value.shares is None:
        return set()  # no number, no unit
    return {subject, value.into} if isinstance(value, ConversionRight) else {subject}


_IN_UNITS_OF_THE_SECOND: Final = {
    Level.PRICE,
    Level.FLOOR,
    Level.ISSUANCE_CAP,
    Level.ACCELERATED,
    Level.QUOTE,
    Level.REPORTED_HOLDING,
}
"""Levels of something and a class that are counted in its shares, or by the share."""


_IN_UNITS: Final = {
    Level.AUTHORIZED,
    Level.STATED_OUTSTANDING,
    Level.REPORTED_OUTSTANDING,
    Level.PAR_VALUE,
    Level.STATED_VALUE,
    Level.CONVERSION,
}
"""Levels of a class that are counted in its shares, or by the share."""


@about(OpeningBalanceAdopted)
def nothing_before_the_opening_balance(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """An adopted opening balance stands for everything before it."""
    fact = each.fact
    if isinstance(fact, OpeningBalanceAdopted):
        for settles, number in sorted(book.movers.get(fact.stock_class, ()), key=itemgetter(0)):
            if settles < each.settles and number not in book.fallen:
                yield BeforeOpening(fact.stock_class, each.entry.number, number)
