"""Warrants on a day: who may buy how many shares at which price, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

import attrs

from ledger.errors import UnknownName, nearest
from ledger.identity import HolderId, InstrumentId, IssuerId, StockClassId
from ledger.movements import Level, Purchasable
from ledger.quantities import Price, Shares
from ledger.terms.warrants import WarrantTerms
from projections.bounds import Bounds, Possible
from projections.cap_table import merged_names, name_of, shares_between
from projections.frame import Tabular
from projections.replay import Balances, Units, close_place, replay

if TYPE_CHECKING:
    from fractions import Fraction

    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class WarrantLine:
    """What a holder has of a warrant.

    Attributes:
        warrant: Which.
        holder: Who; of holders that were merged, the one that they are shown under.
        name: What the holder is called on the day.
        stock_class: Class that it buys.
        purchasable: Shares that they may buy.
        price: Exercise price in force; more than one possible where days are open.
        floor: Floor in force.
        terms: Terms in force; more than one possible where days are open.
        has_expired: Whether its last day is past, in every reading; it is then left over.
        is_open: Whether it may be exercised on the day, in every reading.
    """

    warrant: InstrumentId
    holder: HolderId
    name: str
    stock_class: StockClassId
    purchasable: Bounds[Shares]
    price: Possible[Price]
    floor: Possible[Price]
    terms: Possible[WarrantTerms]
    has_expired: bool
    is_open: bool

    @property
    def expires_on(self) -> Possible[date]:
        """Its last day; none of it where it does not expire."""
        return Possible(tuple(dict.fromkeys(each.expires_on for each in self.terms.values if each.expires_on)))

    @property
    def protection(self) -> str:
        """What protects its price, in words."""
        return " or ".join(
            dict.fromkeys(each.protection.method.words for each in self.terms.values if each.protection)
        )

    @property
    def exercise(self) -> str:
        """How it may be exercised, in words."""
        return ", ".join(dict.fromkeys(form.value for each in self.terms.values for form in each.exercise))


@attrs.frozen(repr=False)
class Warrants(Tabular):
    """The warrants outstanding at the close of a day, as known at some point.

    Attributes:
        issuer: Whose.
        as_of: The day; its close.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        basis: The day in whose units shares and prices are shown.
        lines: A line for each holder of each warrant, warrants in the order in which they were issued.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    basis: date
    lines: tuple[WarrantLine, ...]

    def __iter__(self) -> Iterator[WarrantLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def of(self, warrant: str) -> tuple[WarrantLine, ...]:
        """Return what each holder has of a warrant.

        Raises:
            UnknownName: Nothing of a warrant of that name is outstanding.
        """
        found = tuple(line for line in self.lines if line.warrant == warrant)
        if not found:
            names = [str(line.warrant) for line in self.lines]
            raise UnknownName("warrant", warrant, self.as_of, nearest(warrant, names))
        return found

    def frames(self) -> tuple[Frame, ...]:
        """Return the warrants, as a table."""
        from projections import columns  # only who hands a view on needs them

        return columns.warrants(self)


def warrants(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None, basis: AsOf | None = None) -> Warrants:
    """Return the warrants outstanding at the close of a day, with the price and the terms in force.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        basis: A later day in whose units shares and prices are shown.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_BASIS`` when ``basis`` is before ``as_of``.
    """
    history = ledger.history(as_of, known_at)
    facts = ledger.standing(history.known)
    units = Units(facts, basis, history.as_of)
    balances = replay(history, facts)
    return Warrants(
        ledger.issuer,
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        units.on,
        tuple(_lines(balances, units)),
    )


def _lines(balances: Balances, units: Units) -> Iterator[WarrantLine]:
    names = merged_names(balances)
    left = balances.grouped(
        lambda unit, account: (
            (account.instrument, unit, names.get(account.holder, (account.holder,))[0])
            if type(account) is Purchasable
            else None
        )
    )
    issued = {warrant: place for place, warrant in enumerate(balances.subjects(Level.WARRANT_TERMS))}
    at, on = close_place(balances.history.as_of), balances.history.as_of
    for (warrant, stock_class, holder), bounds in sorted(left.items(), key=lambda item: issued.get(item[0][0], 0)):
        if bounds == (0, 0):
            continue
        ratio, buys = units.factor(stock_class, at), (warrant, stock_class)
        terms: Possible[WarrantTerms] = Possible(balances.values(Level.WARRANT_TERMS, warrant))
        yield WarrantLine(
            warrant,
            holder,
            name_of(balances, holder),
            stock_class,
            shares_between(bounds, ratio),
            _in_units(balances.values(Level.PRICE, buys), ratio),
            _in_units(balances.values(Level.FLOOR, buys), ratio),
            terms,
            all(each.has_expired(on) for each in terms.values),
            all(each.is_open(on) for each in terms.values),
        )


def _in_units(prices: tuple[Price | None, ...], ratio: Fraction) -> Possible[Price]:
    """Return prices for one share in the units of another day."""
    stated = [price for price in prices if price is not None]
    return Possible(tuple(Price(price.amount / ratio, price.currency) for price in stated))
