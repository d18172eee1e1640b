"""At which price a paper converts on a day: its rule, out of the quotes, splits and levels of the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import attrs

from ledger.days import close_of
from ledger.events import ConvertibleConverted
from ledger.identity import InstrumentId, StockClassId
from ledger.movements import Level, Rescaling
from ledger.quantities import Price, Ratio
from ledger.terms.market import Found, Measure, PriceRule, Quote
from ledger.terms.notes import NoteTerms
from ledger.timeline import may_be_last, place_in_history

if TYPE_CHECKING:
    from ledger.timeline import InEffect
    from projections.replay import Balances


def quotes_of(balances: Balances, stock_class: StockClassId) -> tuple[Quote, ...]:
    """Return what a class was quoted at up to a day, in the units of its close, day by day for each measure."""
    splits = _splits(balances, stock_class)
    found = []
    for measure in Measure:
        for each, price in balances.settings.get((Level.QUOTE, (measure.value, stock_class)), ()):
            if isinstance(price, Price):
                quote = Quote(on=each.fact.effective_on.latest, measure=measure, price=price)
                found.append(_in_units_of_today(quote, each, splits))
    return tuple(found)


def _splits(balances: Balances, stock_class: StockClassId) -> list[tuple[InEffect, Ratio]]:
    return [
        (each, movement.ratio)
        for each in balances.history.certain
        for movement in each.fact.movements()
        if type(movement) is Rescaling and movement.stock_class == stock_class
    ]


def _in_units_of_today(quote: Quote, of: InEffect, splits: Iterable[tuple[InEffect, Ratio]]) -> Quote:
    for split, ratio in splits:
        if place_in_history(of) < place_in_history(split):
            quote = quote.after_split(ratio)
    return quote


def note_price(balances: Balances, note: InstrumentId, *, for_instalment: bool = False) -> Found | None:
    """Return the price at which a note converts at the close of a day; ``None`` where it does not.

    Args:
        balances: The levels of that day, with everything that led to them.
        note: Which note.
        for_instalment: Whether an instalment is paid in shares, rather than the note converted by its holder.
    """
    found = [
        price_on(balances, rule, into, note) for rule, into in _rules(balances, note, for_instalment=for_instalment)
    ]
    return together(found) if found else None


def _rules(
    balances: Balances, note: InstrumentId, *, for_instalment: bool
) -> Iterator[tuple[PriceRule, StockClassId]]:
    """Yield the rules that may be in force: the terms, with the price and the floor that adjustments have left."""
    for terms in balances.values(Level.NOTE_TERMS, note):
        if isinstance(terms, NoteTerms) and terms.conversion is not None:
            buys = (note, terms.conversion.into)
            agreed = terms.conversion.price
            for price, floor in product(balances.values(Level.PRICE, buys), balances.values(Level.FLOOR, buys)):
                if price is None and not agreed.market and not agreed.market_in_default:
                    continue  # the price of other terms, whose day is open
                rule = terms.conversion.rule(price, floor, for_instalment=for_instalment)
                yield rule, terms.conversion.into


def price_on(balances: Balances, rule: PriceRule, into: StockClassId, of: InstrumentId | StockClassId) -> Found:
    """Return the price that a rule gives at the close of a day.

    Args:
        balances: The levels of that day, with everything that led to them.
        rule: The rule, with the fixed price and the floor in force.
        into: The class received, whose quotes and par value count.
        of: The note or the class that converts: whether it is in default counts, and at what it converted before.
    """
    quotes = quotes_of(balances, into)
    before = _lowest_before(balances, of, into) if rule.only_down else None
    return together(
        [
            rule.on(quotes, balances.history.as_of, par=par, in_default=in_default, before=before)
            for par in balances.values(Level.PAR_VALUE, into) or (None,)
            for in_default in default_readings(balances, of)
        ]
    )


def default_readings(balances: Balances, of: InstrumentId | StockClassId) -> tuple[bool, ...]:
    """Return whether something is in default; both where the day of a declaration or a cure is open."""
    settings = balances.settings.get((Level.IN_DEFAULT, of), ())
    in_force, is_certain = may_be_last(settings, close_of(balances.history.as_of))
    found = [bool(value) for _, value in in_force]
    return tuple(dict.fromkeys(found if is_certain else [False, *found]))


def _lowest_before(balances: Balances, of: InstrumentId | StockClassId, into: StockClassId) -> Price | None:
    """Return the lowest price at which a note converted before, in the units of today."""
    splits = _splits(balances, into)
    prices = []
    for each in balances.history.certain:
        fact = each.fact
        if isinstance(fact, ConvertibleConverted) and fact.instrument == of and fact.price is not None:
            as_quote = Quote(on=fact.effective_on.latest, measure=Measure.CLOSE, price=fact.price)
            prices.append(_in_units_of_today(as_quote, each, splits).price)
    return min(prices, key=_amount, default=None)


def together(found: list[Found]) -> Found:
    """Return what several readings of open days leave of a price: it is known where they agree."""
    first = found[0]
    if all(each.price is not None and each.price == first.price for each in found):
        return first
    if len(found) == 1:
        return first
    lows, highs = [each.at_least for each in found], [each.at_most for each in found]
    return attrs.evolve(
        first,
        price=None,
        because="",
        at_least=min((low for low in lows if low is not None), key=_amount) if None not in lows else None,
        at_most=max((high for high in highs if high is not None), key=_amount) if None not in highs else None,
    )


def _amount(price: Price) -> Fraction:
    return price.amount
