"""What holders may acquire of a class: by converting shares and notes, and by exercising warrants and awards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from ledger.identity import HolderId, InstrumentId, StockClassId
from ledger.movements import Account, Level, Owed, Purchasable, Unit
from ledger.quantities import Currency, FractionPolicy, Money, Price, Shares, round_position
from ledger.terms.conversion import ConversionRight
from ledger.terms.notes import NoteTerms
from ledger.terms.warrants import WarrantTerms
from projections.bounds import Bounds, exactly
from projections.cap_table import conversion_ratio, money_between, possible_names
from projections.ownership import owned_shares, owners
from projections.replay import Balances, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

NONE = Shares(0)


class By(Enum):
    """By what shares are acquired."""

    SHARES = "conversion of shares"
    NOTE = "conversion of a note"
    WARRANT = "exercise of a warrant"


@attrs.frozen
class Acquirable:
    """What a holder may acquire of a class by one of their papers, limits on it left out of account.

    Attributes:
        holder: Who.
        source: The class, the note or the warrant.
        by: By what shares are acquired.
        into: The class acquired.
        held: What they have of the source: shares, principal, or shares that may be bought.
        shares: What that would bring, in whole shares; ``None`` at an end that nobody knows.
        each: Shares for one share of the source, or for one unit of the currency of a note.
        terms: At which price or ratio, in words.
        opens_on: The first day on which it may be used; ``None`` where that is past or not stated.
        closes_on: The last day on which it may be used; ``None`` where it does not end.
    """

    holder: HolderId
    source: StockClassId | InstrumentId
    by: By
    into: StockClassId
    held: Bounds[Shares] | Bounds[Money]
    shares: Bounds[Shares]
    each: Bounds[Fraction]
    terms: str
    opens_on: date | None = None
    closes_on: date | None = None

    def is_open(self, on: date, *, within_days: int = 0) -> bool:
        """Whether it may be used on a day, or by so many days after it."""
        opens = self.opens_on is None or self.opens_on <= on + timedelta(days=within_days)
        return opens and (self.closes_on is None or on <= self.closes_on)

    def gives_up(self, received: Bounds[Shares]) -> Bounds[Shares] | Bounds[Money] | None:
        """Return how much of the source so many shares take; ``None`` where nobody knows the price."""
        if not self.each.is_exact or not self.each.exact:
            return None
        ratio = self.each.exact
        sample = self.held.low or self.held.high
        if isinstance(sample, Money):
            currency = sample.currency
            return received.map(lambda shares: Money.of_units(_whole(shares.units / ratio), currency))
        return received.map(lambda shares: Shares.of_units(shares.units / ratio))


def _whole(units: Fraction) -> int:
    return -(-units.numerator // units.denominator)


# --- what may be acquired --------------------------------------------------------------------------------------


def acquirable(balances: Balances, into: StockClassId) -> Iterator[Acquirable]:
    """Yield what each holder may acquire of a class by each of their papers, whatever the day on which they may."""
    decimals = int(balances.values(Level.DECIMALS, into)[-1])
    yield from _by_shares(balances, into, decimals)
    yield from _by_warrants(balances, into)
    yield from _by_notes(balances, into, decimals)


def _by_shares(balances: Balances, into: StockClassId, decimals: int) -> Iterator[Acquirable]:
    for stock_class in balances.subjects(Level.CONVERSION):
        found = balances.values(Level.CONVERSION, stock_class)
        if not any(isinstance(right, ConversionRight) and right.into == into for right in found):
            continue
        ratio = conversion_ratio(balances, stock_class)
        each: Bounds[Fraction] = Bounds(None, None) if ratio is None else exactly(ratio)
        terms = "not known" if ratio is None else _of_right(found[0])
        for owner, (low, high) in owned_shares(balances, stock_class, owners(balances, stock_class)).items():
            held = Bounds(Shares.of_units(low), Shares.of_units(high))
            shares = _yielded(held, each, decimals)
            yield Acquirable(owner, stock_class, By.SHARES, into, held, shares, each, terms)


def _of_right(right: ConversionRight) -> str:
    return f"at {right.price}" if right.price is not None else f"{right.ratio} for each share"


def _yielded(held: Bounds[Shares], each: Bounds[Fraction], decimals: int) -> Bounds[Shares]:
    if each.low is None or each.high is None:
        return Bounds(NONE, None if held.high is None or held.high else NONE)
    ends = zip((held.low, held.high), (each.low, each.high), strict=True)
    low, high = (None if end is None else _rounded_down(end.units * ratio, decimals) for end, ratio in ends)
    return Bounds(low, high)


def _rounded_down(units: Quantity, decimals: int) -> Shares:
    return Shares.of_units(round_position(units, FractionPolicy.DOWN, decimals))


def _by_warrants(balances: Balances, into: StockClassId) -> Iterator[Acquirable]:
    for (warrant, owner), bounds in _instruments(balances, Purchasable, into):
        terms = _last(balances.values(Level.WARRANT_TERMS, warrant))
        if not isinstance(terms, WarrantTerms):
            terms = WarrantTerms()
        held = Bounds(Shares.of_units(bounds[0]), Shares.of_units(bounds[1]))
        price = " or ".join(map(str, balances.values(Level.PRICE, (warrant, into)))) or "a price not stated"
        yield Acquirable(
            owner,
            warrant,
            By.WARRANT,
            into,
            held,
            held,
            exactly(Fraction(1)),
            f"at {price}",
            terms.exercisable_from,
            terms.expires_on,
        )


def _by_notes(balances: Balances, into: StockClassId, decimals: int) -> Iterator[Acquirable]:
    for currency in [unit for unit in balances.accounts if isinstance(unit, Currency)]:
        for (note, owner), bounds in _instruments(balances, Owed, currency):
            terms = _last(balances.values(Level.NOTE_TERMS, note))
            conversion = terms.conversion if isinstance(terms, NoteTerms) else None
            if conversion is None or conversion.into != into:
                continue
            held = money_between(bounds, currency)
            prices = [price for price in balances.values(Level.PRICE, (note, into)) if isinstance(price, Price)]
            each: Bounds[Fraction] = Bounds(None, None)
            if len(prices) == 1 and prices[0].amount:
                each = exactly(1 / prices[0].amount)
            yield Acquirable(
                owner,
                note,
                By.NOTE,
                into,
                held,
                _yielded(held.map(lambda money: Shares.of_units(money.units)), each, decimals),
                each,
                f"at {prices[0]}" if prices else "at a price not known",
                conversion.opens_on,
                conversion.closes_on,
            )


def _instruments(
    balances: Balances, kind: type, unit: Unit
) -> Iterable[tuple[tuple[InstrumentId, HolderId], tuple[Quantity, Quantity]]]:
    """Return what each holder has of each instrument of a kind; whoever was merged is shown as the other."""

    def group(of: Unit, account: Account) -> Any:
        if of != unit or type(account) is not kind:
            return None
        return account.instrument, possible_names(balances, account.holder)[0]  # type: ignore[union-attr]  # by its kind

    found = balances.grouped(group).items()
    return [(key, bounds) for key, bounds in sorted(found) if bounds != (0, 0)]


def _last(values: tuple[Any, ...]) -> Any:
    return values[-1] if values else None
