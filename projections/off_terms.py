"""Outcomes that are not what the terms of the day yield: of conversions, redemptions and exercises."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from ledger.commands.reading import level_of
from ledger.days import day_of
from ledger.errors import NotUnderstood
from ledger.events import ConvertibleConverted, SharesConverted, SharesRedeemed, WarrantExercised
from ledger.movements import Level
from ledger.quantities import SCALE, Money, Price, Shares, paid_out, smallest_unit
from ledger.readings.prices import PriceReading
from ledger.terms.conversion import ConversionRight
from ledger.terms.notes import NoteTerms
from ledger.terms.preferred import MarketConversion, RedemptionTerms
from ledger.terms.warrants import WarrantTerms, cashless_fraction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.book import Book
    from ledger.timeline import InEffect


class OffTerms(NamedTuple):
    """How an outcome differs from the terms.

    Attributes:
        what: What differs, in one sentence.
        amount: By how much; ``None`` where that is no one number.
    """

    what: str
    amount: Shares | Money | None


def off_terms(book: Book, facts: Iterable[InEffect], each: InEffect) -> OffTerms | None:
    """Return how an outcome differs from the terms of the day; ``None`` where nothing is known to differ.

    Args:
        book: The levels up to the fact.
        facts: All that stand.
        each: The fact.
    """
    match each.fact:
        case SharesConverted() as fact:
            return _conversion_differs(book, fact, _at_market(book, facts, fact, each))
        case SharesRedeemed() as fact:
            return _redemption_differs(book, fact, each)
        case WarrantExercised() as fact:
            return _exercise_differs(book, fact, each)
        case ConvertibleConverted() as fact:
            return _note_differs(book, facts, fact, each)
        case _:
            return None


def _told(amount: Fraction) -> str:
    """Return a number as people write it: 25,000."""
    return f"{Shares.of_units(amount * SCALE):,}"


# --- shares of a class ----------------------------------------------------------------------------------------


def _conversion_differs(book: Book, fact: SharesConverted, at_market: _AtMarket) -> OffTerms | None:
    """Return what differs from a conversion at the fixed price, and from one at the price of the market."""
    right = level_of(book, Level.CONVERSION, fact.from_class)
    yields = [] if at_market.yields is None else [at_market.yields]
    try:
        if isinstance(right, ConversionRight) and right.into == fact.to_class:
            yields.append(right.yields(fact.surrendered, level_of(book, Level.STATED_VALUE, fact.from_class)))
    except NotUnderstood:
        return None  # without a stated value there is nothing to compare with
    received = fact.received.as_fraction()
    if at_market.is_open or not yields or any(abs(received - each) < 1 for each in yields):
        return None
    yielded = min(yields, key=lambda each: abs(received - each))
    what = (
        f"{fact.surrendered:,} {fact.from_class} became {fact.received:,} {fact.to_class}, and the terms of the day"
        f" yield {_told(yielded)}"
    )
    return OffTerms(what, fact.received - Shares.of_units(yielded * SCALE))


def _redemption_differs(book: Book, fact: SharesRedeemed, each: InEffect) -> OffTerms | None:
    """Return what differs from a redemption at the option of either side, as far as both can be worked out."""
    terms, on = level_of(book, Level.REDEMPTION, fact.stock_class), day_of(each.settles)
    value: Price | None = level_of(book, Level.STATED_VALUE, fact.stock_class)
    if not isinstance(terms, RedemptionTerms) or fact.paid is None or not each.is_exact:
        return None
    sides = [side for side in (terms.by_company, terms.by_holder) if side is not None and side.is_open(on)]
    if not sides:
        what = f"{fact.redeemed:,} {fact.stock_class} were redeemed on {on}, and no side had the right to it"
        return OffTerms(what, None)
    prices = [side.price or value for side in sides]
    if any(price is None or price.currency != fact.paid.currency for price in prices) or any(
        side.with_accrued_dividends for side in sides
    ):
        return None  # what accrued is for the papers of the redemption to say
    due = [fact.redeemed.as_fraction() * side.per_share(value) for side in sides]
    unit = smallest_unit(fact.paid.currency)
    if any(abs(fact.paid.amount - each) < unit for each in due):
        return None
    yielded = " or ".join(map(_told, dict.fromkeys(due)))
    what = f"{fact.paid:,} were paid for {fact.redeemed:,} {fact.stock_class}, and the terms yield {yielded}"
    return OffTerms(what, None if len(due) > 1 else fact.paid - paid_out(due, fact.paid.currency)[0])


class _AtMarket(NamedTuple):
    """What shares of a class would become at a price that follows the market.

    Attributes:
        is_open: Whether the price applies, and is not known.
        yields: The shares, exactly; ``None`` where no such price applies, or it is not known.
    """

    is_open: bool
    yields: Fraction | None


def _at_market(book: Book, facts: Iterable[InEffect], fact: SharesConverted, each: InEffect) -> _AtMarket:
    """Return what the shares given up in a conversion would become at the market price of their class.

    A rule that names prices for a default alone applies in a default alone.
    """
    nothing = _AtMarket(False, None)
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
        return _AtMarket(True, None)
    return _AtMarket(False, fact.surrendered.as_fraction() * value.amount / Fraction(known.amount))


# --- instruments -----------------------------------------------------------------------------------------------


def _exercise_differs(book: Book, fact: WarrantExercised, each: InEffect) -> OffTerms | None:
    """Return what differs: the day, the money paid, or the shares received without cash."""
    terms, on = level_of(book, Level.WARRANT_TERMS, fact.warrant), day_of(each.settles)
    price = level_of(book, Level.PRICE, (fact.warrant, fact.stock_class))
    if isinstance(terms, WarrantTerms) and each.is_exact and not terms.is_open(on):
        first, last = terms.exercisable_from or "the beginning", terms.expires_on or "without end"
        what = f"{fact.warrant} was exercised on {on}, and its terms allow it from {first} to {last}"
        return OffTerms(what, None)
    if not isinstance(price, Price):
        return None
    if fact.paid is not None and fact.paid.currency == price.currency:
        asked = fact.received.as_fraction() * price.amount
        if abs(fact.paid.amount - asked) >= smallest_unit(price.currency):
            what = f"{fact.paid:,} was paid for {fact.received:,} shares of {fact.warrant}, and its price asks"
            return OffTerms(f"{what} {_told(asked)} {price.currency}", None)
    if fact.given_up and fact.market_price is not None and fact.market_price.currency == price.currency:
        yielded = fact.exercised.as_fraction() * cashless_fraction(price, fact.market_price)
        if abs(fact.received.as_fraction() - yielded) >= 1:
            what = f"{fact.exercised:,} shares of {fact.warrant} brought {fact.received:,} without cash, and at"
            amount = fact.received - Shares.of_units(yielded * SCALE)
            return OffTerms(f"{what} {fact.market_price} its price of {price} yields {_told(yielded)}", amount)
    return None


def _note_differs(
    book: Book, facts: Iterable[InEffect], fact: ConvertibleConverted, each: InEffect
) -> OffTerms | None:
    """Return what differs from the terms of a note: the day, or the shares at its price.

    Nothing is said of what is not stated or not known: a SAFE, a note without terms, a price without its quotes.
    """
    money = [part for part in (fact.principal, fact.interest) if part]
    terms = [value for _, value in book.levels(Level.NOTE_TERMS, fact.instrument)]
    conversion = terms[-1].conversion if len(terms) == 1 and isinstance(terms[-1], NoteTerms) else None
    if conversion is None or conversion.into != fact.stock_class or not fact.received or not each.is_exact:
        return None
    on, amount = fact.effective_on.latest, sum((part.amount for part in money), Fraction(0))
    if not conversion.is_open(on):
        first, last = conversion.opens_on or "the beginning", conversion.closes_on or "without end"
        what = f"{fact.instrument} was converted on {on}, and its terms allow it from {first} to {last}"
        return OffTerms(what, None)
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


def _yields_otherwise(fact: ConvertibleConverted, amount: Fraction, price: Price, why: str) -> OffTerms | None:
    assert fact.received is not None
    if not price.amount:
        return None
    yielded = amount / price.amount
    if abs(fact.received.as_fraction() - yielded) < 1:
        return None
    what = f"{_told(amount)} {price.currency} of {fact.instrument} became {fact.received:,} {fact.stock_class}, and"
    return OffTerms(f"{what} {why} {_told(yielded)}", fact.received - Shares.of_units(yielded * SCALE))
