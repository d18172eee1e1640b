"""At which price a paper converts on a day, as the balances of that day have it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from ledger.events import ConvertibleConverted, SharesConverted
from ledger.movements import Level
from ledger.quantities import SCALE, Price, Shares, plain
from ledger.readings.prices import PriceReading
from ledger.terms.notes import NoteTerms
from ledger.terms.preferred import MarketConversion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.book import Book
    from ledger.identity import InstrumentId, StockClassId
    from ledger.terms.market import Found, PriceRule, Quote
    from ledger.timeline import InEffect
    from projections.replay import Balances


def prices_of(balances: Balances) -> PriceReading:
    """Return what prices are read from, of balances that hold every fact up to their day."""
    return PriceReading(balances.history.as_of, balances.settings, balances.history.certain)


def quotes_of(balances: Balances, stock_class: StockClassId) -> tuple[Quote, ...]:
    """Return what a class was quoted at up to a day, in the units of its close, day by day for each measure."""
    return prices_of(balances).quotes(stock_class)


def note_price(balances: Balances, note: InstrumentId, *, for_instalment: bool = False) -> Found | None:
    """Return the price at which a note converts at the close of a day; ``None`` where it does not.

    Args:
        balances: The levels of that day, with everything that led to them.
        note: Which note.
        for_instalment: Whether an instalment is paid in shares, rather than the note converted by its holder.
    """
    return prices_of(balances).note_price(note, for_instalment=for_instalment)


def price_on(balances: Balances, rule: PriceRule, into: StockClassId, of: InstrumentId | StockClassId) -> Found:
    """Return the price that a rule gives at the close of a day.

    Args:
        balances: The levels of that day, with everything that led to them.
        rule: The rule, with the fixed price and the floor in force.
        into: The class received, whose quotes and par value count.
        of: The note or the class that converts: whether it is in default counts, and at what it converted before.
    """
    return prices_of(balances).price(rule, into, of)


def default_readings(balances: Balances, of: InstrumentId | StockClassId) -> tuple[bool, ...]:
    """Return whether something is in default; both where the day of a declaration or a cure is open."""
    return tuple(map(bool, prices_of(balances).readings(Level.IN_DEFAULT, of, before=False)))


def off_terms(book: Book, facts: Iterable[InEffect], each: InEffect) -> tuple[str, Shares | None] | None:
    """Return how the conversion of a note differs from its terms on the day, in words, and by how many shares.

    Nothing is said of what is not stated or not known: a SAFE, a note without terms, a price without its quotes.

    Args:
        book: The levels up to the conversion.
        facts: All that stand.
        each: The conversion.
    """
    fact = each.fact
    assert isinstance(fact, ConvertibleConverted)
    money = [part for part in (fact.principal, fact.interest) if part]
    terms = [value for _, value in book.levels(Level.NOTE_TERMS, fact.instrument)]
    conversion = terms[-1].conversion if len(terms) == 1 and isinstance(terms[-1], NoteTerms) else None
    if conversion is None or conversion.into != fact.stock_class or not fact.received or not each.is_exact:
        return None
    on, amount = fact.effective_on.latest, sum((part.amount for part in money), Fraction(0))
    if not conversion.is_open(on):
        first, last = conversion.opens_on or "the beginning", conversion.closes_on or "without end"
        return f"{fact.instrument} was converted on {on}, and its terms allow it from {first} to {last}", None
    if fact.price is not None:
        differs = _yields_otherwise(fact, amount, fact.price, "its price yields")
        if differs is not None:
            return differs
    taken = [other for other in facts if other.settles <= book.at and other.first != each.first]
    reading = PriceReading(on, book.settings, taken)
    for for_instalment in (False, True):
        found = reading.note_price(fact.instrument, for_instalment=for_instalment)
        if found is None or found.price is None or found.price.currency != money[0].currency:
            return None
        differs = _yields_otherwise(fact, amount, found.price, f"the terms of the day, at {found.price}, yield")
        if differs is None:
            return None
    return differs


class AtMarket(NamedTuple):
    """What shares of a class would become at a price that follows the market.

    Attributes:
        is_open: Whether the price applies, and is not known.
        yields: The shares, exactly; ``None`` where no such price applies, or it is not known.
    """

    is_open: bool
    yields: Fraction | None


def class_yields(book: Book, facts: Iterable[InEffect], each: InEffect) -> AtMarket:
    """Return what the shares given up in a conversion would become at the market price of their class.

    A rule that names prices for a default alone applies in a default alone.

    Args:
        book: The levels up to the conversion.
        facts: All that stand.
        each: The conversion.
    """
    fact = each.fact
    assert isinstance(fact, SharesConverted)
    nothing = AtMarket(False, None)
    rights = [right for _, right in book.levels(Level.MARKET_CONVERSION, fact.from_class)]
    right = rights[-1] if rights else None
    if not isinstance(right, MarketConversion) or right.into != fact.to_class:
        return nothing
    taken = [other for other in facts if other.settles <= book.at and other.first != each.first]
    reading = PriceReading(fact.effective_on.latest, book.settings, taken)
    rule, defaults = right.price, reading.readings(Level.IN_DEFAULT, fact.from_class, before=False)
    if rule.fixed is None and not rule.market and not any(defaults):
        return nothing
    found = reading.price(rule, right.into, fact.from_class)
    stated = reading.readings(Level.STATED_VALUE, fact.from_class)
    value = stated[0] if len(stated) == 1 else None
    known = found.price if len(rights) == 1 and each.is_exact else None
    if known is None or value is None or value.currency != known.currency or not known.amount:
        return AtMarket(True, None)
    return AtMarket(False, fact.surrendered.as_fraction() * value.amount / Fraction(known.amount))


def _yields_otherwise(
    fact: ConvertibleConverted, amount: Fraction, price: Price, why: str
) -> tuple[str, Shares] | None:
    assert fact.received is not None
    if not price.amount:
        return None
    yielded = amount / price.amount
    if abs(fact.received.as_fraction() - yielded) < 1:
        return None
    what = f"{plain(amount)} {price.currency} of {fact.instrument} became {fact.received:,} {fact.stock_class}, and"
    return f"{what} {why} {plain(yielded)}", fact.received - Shares.of_units(yielded * SCALE)
