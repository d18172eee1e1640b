"""Split a class, with the terms that follow."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.book import Book
from ledger.commands.reading import book_at, level_of
from ledger.days import EffectiveDay, Phase
from ledger.errors import NotUnderstood
from ledger.events import (
    AdjustmentCause,
    ClassRightsStated,
    Event,
    InstrumentAdjusted,
    ResultingTerms,
    StockSplitEffected,
)
from ledger.events.class_rights import CLASS_RIGHTS
from ledger.identity import Count, InstrumentId, StockClassId
from ledger.movements import Level
from ledger.quantities import Authorized, FractionPolicy, Price, Ratio, plain
from ledger.terms.base import Terms
from ledger.terms.conversion import ConversionRight
from ledger.terms.rights import after_split

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen(kw_only=True)
class SplitStock:
    """Split one class; conversion rights and prices of instruments that it affects are worked out exactly.

    The authorized number is never derived: papers change it or leave it, and say so.

    Attributes:
        stock_class: Which class.
        ratio: New shares for one old share.
        on: The day.
        phase: Part of the day.
        fractions: What happens to fractions.
        authorized: Shares that may be issued afterwards.
        par_value: Par value afterwards; as before when not given.
        authority: Resolution and filing.
    """

    stock_class: StockClassId
    ratio: Ratio
    on: date
    phase: Phase
    fractions: FractionPolicy
    authorized: Authorized
    par_value: Price | None = None
    authority: str | None = None

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the split with the terms that follow from it. Positions keep the decimals of the class.

        A conversion price into the class is divided by the ratio, a conversion ratio multiplied by it: one share
        given up converts into the same part of the company as before. So are the price and the floor of each
        instrument that is outstanding into the class, and the prices by the share in the rights of classes.
        """
        if not self.ratio:
            raise NotUnderstood("E_TERMS", "a split of 0 leaves nothing", "state another ratio")
        book = book_at(ledger, self.on, self.phase)
        resulting = {
            self.stock_class: ResultingTerms(
                stock_class=self.stock_class, authorized=self.authorized, par_value=self.par_value
            )
        }
        for subject, right in conversions_restated(book, self.stock_class, self.ratio.value).items():
            terms = resulting.get(subject, ResultingTerms(stock_class=subject))
            resulting[subject] = attrs.evolve(terms, conversion=right)
        return (
            StockSplitEffected(
                effective_on=EffectiveDay(self.on),
                phase=self.phase,
                stock_classes=(self.stock_class,),
                ratio=self.ratio,
                fractions=self.fractions,
                decimals=Count(level_of(book, Level.DECIMALS, self.stock_class) or 0),
                resulting=tuple(resulting.values()),
                authority=self.authority,
            ),
            *restated(book, self.stock_class, self.ratio.value, AdjustmentCause.SPLIT, self.on, self.phase),
            *rights_restated(book, self.stock_class, self.ratio.value, self.on, self.phase),
        )


def conversions_restated(
    book: Book, stock_class: StockClassId, factor: Fraction
) -> dict[StockClassId, ConversionRight]:
    """Return each right to convert into a class or out of it, at the price or ratio of the units afterwards.

    Args:
        book: Levels just before.
        stock_class: The class whose shares are multiplied.
        factor: New shares for one old share.
    """
    found: dict[StockClassId, ConversionRight] = {}
    for level, subject in list(book.settings):
        right = level_of(book, Level.CONVERSION, subject) if level is Level.CONVERSION else None
        if isinstance(right, ConversionRight) and stock_class in (right.into, subject):
            assert isinstance(subject, StockClassId)
            found[subject] = _rescaled(right, factor if right.into == stock_class else 1 / factor)
    return found


def restated(
    book: Book, stock_class: StockClassId, factor: Fraction, cause: AdjustmentCause, on: date, phase: Phase
) -> tuple[InstrumentAdjusted, ...]:
    """Return the price and the floor of each instrument into a class in the units afterwards.

    Args:
        book: Levels and totals just before.
        stock_class: The class whose shares are multiplied.
        factor: New shares for one old share.
        cause: A split, or a dividend in shares.
        on: The day.
        phase: Part of the day.
    """
    outstanding = book.instruments_outstanding()
    found: dict[InstrumentId, dict[Level, Price]] = {}
    for level, subject in list(book.settings):
        if level in (Level.PRICE, Level.FLOOR) and subject[1] == stock_class and subject[0] in outstanding:
            price = level_of(book, level, subject)
            if isinstance(price, Price):
                after = Price(price.amount / factor, price.currency)
                found.setdefault(InstrumentId(subject[0]), {})[level] = after
    return tuple(
        InstrumentAdjusted(
            effective_on=EffectiveDay(on),
            phase=phase,
            instrument=instrument,
            instrument_kind=level_of(book, Level.INSTRUMENT, instrument),
            stock_class=stock_class,
            cause=cause,
            price=prices.get(Level.PRICE),
            floor=prices.get(Level.FLOOR),
            computation=f"each divided by {plain(factor)}, the {cause.value.replace('-', ' ')} of {stock_class}",
        )
        for instrument, prices in found.items()
    )


def rights_restated(
    book: Book, stock_class: StockClassId, factor: Fraction, on: date, phase: Phase
) -> tuple[ClassRightsStated, ...]:
    """Return the rights of classes whose prices are by the share of a class, in the units afterwards.

    Args:
        book: Levels just before.
        stock_class: The class whose shares are multiplied.
        factor: New shares for one old share.
        on: The day.
        phase: Part of the day.
    """
    found: dict[StockClassId, dict[str, Terms]] = {}
    levels = {level: right.value.replace("-", "_") for right, level in CLASS_RIGHTS.items()}
    for level, subject in list(book.settings):
        right = level_of(book, level, subject) if level in levels else None
        if isinstance(right, Terms):
            assert isinstance(subject, StockClassId)
            conversion = level_of(book, Level.CONVERSION, subject)
            into = conversion.into if isinstance(conversion, ConversionRight) else None
            after = after_split(right, {stock_class: factor}, subject, into)
            if after != right:
                found.setdefault(subject, {})[levels[level]] = after
    return tuple(
        ClassRightsStated(effective_on=EffectiveDay(on), phase=phase, stock_class=subject, **changed)  # type: ignore[arg-type]
        for subject, changed in found.items()
    )


def _rescaled(right: ConversionRight, factor: Fraction) -> ConversionRight:
    if right.price is not None:
        return ConversionRight(into=right.into, price=Price(right.price.amount / factor, right.price.currency))
    assert right.ratio is not None
    return ConversionRight(into=right.into, ratio=Ratio(right.ratio.value * factor))
