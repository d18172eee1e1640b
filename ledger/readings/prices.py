"""At which price a paper converts on a day: its rule, out of the quotes, splits and levels of the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import attrs

from ledger.days import close_of
from ledger.events import SPLITS, ConvertibleConverted
from ledger.identity import InstrumentId, StockClassId
from ledger.movements import Level, LevelValue, Rescaling, Subject
from ledger.quantities import Price, Ratio
from ledger.terms.market import Found, Measure, PriceRule, Quote
from ledger.terms.notes import NoteTerms
from ledger.timeline import InEffect, may_be_last, place_in_history

Settings = Mapping[tuple[Level, Subject], Sequence[tuple[InEffect, LevelValue]]]
"""Each level with every fact that may have set it so far."""


@attrs.frozen
class PriceReading:
    """What prices are read from: the levels of a day, and the facts that led to them.

    Attributes:
        on: The day.
        settings: Each level with every fact that may have set it so far.
        facts: The facts that had taken effect.
    """

    on: date
    settings: Settings
    facts: Sequence[InEffect]

    def readings(self, level: Level, subject: Subject, *, before: Any = None) -> tuple[Any, ...]:
        """Return the values that a level may have; among them what it was before, if it may not be set yet."""
        in_force, is_certain = may_be_last(self.settings.get((level, subject), ()), close_of(self.on))
        found = [value for _, value in in_force]
        return tuple(dict.fromkeys(found if is_certain else [before, *found]))

    def quotes(self, stock_class: StockClassId) -> tuple[Quote, ...]:
        """Return what a class was quoted at, in the units of the close of the day, day by day for each measure."""
        splits = self._splits(stock_class)
        return tuple(
            _in_units_after(Quote(on=each.fact.effective_on.latest, measure=measure, price=price), each, splits)
            for measure in Measure
            for each, price in self.settings.get((Level.QUOTE, (measure.value, stock_class)), ())
            if isinstance(price, Price)
        )

    def price(self, rule: PriceRule, into: StockClassId, of: InstrumentId | StockClassId) -> Found:
        """Return the price that a rule gives on the day.

        Args:
            rule: The rule, with the fixed price and the floor in force.
            into: The class received, whose quotes and par value count.
            of: The note or class that converts: whether it is in default counts, and at what it converted before.
        """
        quotes = self.quotes(into)
        before = self._lowest_before(of, into) if rule.only_down else None
        return _together(
            [
                rule.on(quotes, self.on, par=par, in_default=bool(in_default), before=before)
                for par in self.readings(Level.PAR_VALUE, into)
                for in_default in self.readings(Level.IN_DEFAULT, of, before=False)
            ]
        )

    def note_price(self, note: InstrumentId, *, for_instalment: bool = False) -> Found | None:
        """Return the price at which a note converts on the day; ``None`` where it does not.

        Args:
            note: Which note.
            for_instalment: Whether an instalment is paid in shares, rather than the note converted by its holder.
        """
        found = [self.price(rule, into, note) for rule, into in self._rules(note, for_instalment=for_instalment)]
        return _together(found) if found else None

    def _rules(self, note: InstrumentId, *, for_instalment: bool) -> Iterator[tuple[PriceRule, StockClassId]]:
        """Yield the rules that may be in force: the terms, with the price and floor that adjustments have left."""
        for terms in self.readings(Level.NOTE_TERMS, note):
            conversion = terms.conversion if isinstance(terms, NoteTerms) else None
            if conversion is None:
                continue
            buys, agreed = (note, conversion.into), conversion.price
            for price, floor in product(self.readings(Level.PRICE, buys), self.readings(Level.FLOOR, buys)):
                if price is None and not agreed.market and not agreed.market_in_default:
                    continue  # the price of other terms, whose day is open
                yield conversion.rule(price, floor, for_instalment=for_instalment), conversion.into

    def _splits(self, stock_class: StockClassId) -> list[tuple[InEffect, Ratio]]:
        return [
            (each, movement.ratio)
            for each in self.facts
            if isinstance(each.fact, SPLITS)
            for movement in each.fact.movements()
            if type(movement) is Rescaling and movement.stock_class == stock_class
        ]

    def _lowest_before(self, of: InstrumentId | StockClassId, into: StockClassId) -> Price | None:
        """Return the lowest price at which a note converted before, in the units of the day."""
        splits = self._splits(into)
        prices = []
        for each in self.facts:
            fact = each.fact
            if isinstance(fact, ConvertibleConverted) and fact.instrument == of and fact.price is not None:
                used = Quote(on=fact.effective_on.latest, measure=Measure.CLOSE, price=fact.price)
                prices.append(_in_units_after(used, each, splits).price)
        return min(prices, key=_amount, default=None)


def _in_units_after(quote: Quote, of: InEffect, splits: Sequence[tuple[InEffect, Ratio]]) -> Quote:
    for split, ratio in splits:
        if place_in_history(of) < place_in_history(split):
            quote = quote.after_split(ratio)
    return quote


def _together(found: list[Found]) -> Found:
    """Return what several readings of open days leave of a price: it is known where they agree."""
    first = found[0]
    if len(found) == 1 or all(each.price is not None and each.price == first.price for each in found):
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
