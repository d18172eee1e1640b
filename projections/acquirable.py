"""What holders may acquire of a class: by converting shares and notes, and by exercising warrants and awards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from typing import Any, Final

import attrs

from ledger.events import AwardGranted, PriceQuoted
from ledger.identity import HolderId, InstrumentId, StockClassId
from ledger.movements import Account, Level, LevelValue, Owed, Purchasable, Setting, Unit
from ledger.quantities import (
    NO_SHARES,
    SCALE,
    Currency,
    FractionPolicy,
    Money,
    Price,
    Shares,
    paid_out,
    round_position,
)
from ledger.terms.awards import AwardTerms
from ledger.terms.conversion import ConversionRight
from ledger.terms.notes import NoteConversion, NoteTerms
from ledger.terms.preferred import MarketConversion
from ledger.terms.warrants import WarrantTerms
from ledger.timeline import InEffect
from projections.awards import award_lines, by_holder, days_of_vesting
from projections.bounds import Bounds, exactly
from projections.cap_table import conversion_ratio, money_between, shares_between, shown_under
from projections.debts import NO_INTEREST, Debt, debts
from projections.ownership import owned_shares, owners
from projections.prices import note_price, price_on
from projections.replay import Balances, Quantity

_ONE: Final = Fraction(1)
_UNKNOWN: Final[Bounds[Fraction]] = Bounds(None, None)


class By(Enum):
    """By what shares are acquired."""

    SHARES = "conversion of shares"
    NOTE = "conversion of a note"
    WARRANT = "exercise of a warrant"
    AWARD = "award"


@attrs.frozen
class Acquirable:
    """What a holder may acquire of a class by one of their papers, limits on it left out of account.

    Attributes:
        holder: Who, as they are shown.
        source: The class, the note, the warrant or the award.
        by: By what shares are acquired.
        into: The class acquired.
        held: What they have of the source: shares, principal, or shares that may be bought or are awarded.
        shares: What that would bring, in whole shares; ``None`` at an end that nobody knows.
        each: Shares for one share of the source, or for one unit of the currency of a note.
        terms: At which price or ratio, in words.
        opens_on: The first day on which it may be used; ``None`` where none is stated.
        closes_on: The last day on which it may be used; ``None`` where none is stated.
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
        """Return how much of the source so many shares take; of a note, principal and interest together.

        ``None`` where nobody knows the price.
        """
        if not self.each.is_exact or not self.each.exact:
            return None
        ratio, sample = self.each.exact, self.held.low if self.held.low is not None else self.held.high
        if isinstance(sample, Money):
            currency = sample.currency
            return received.map(lambda shares: Money.of_units(_rounded_up(shares.units / ratio), currency))
        return received.map(lambda shares: Shares.of_units(shares.units / ratio))


def _rounded_up(units: Fraction) -> int:
    return -(-units.numerator // units.denominator)


def acquirable(balances: Balances, into: StockClassId, *, within_days: int = 0) -> tuple[Acquirable, ...]:
    """Return what each holder may acquire of a class by each of their papers.

    Classes, notes and warrants are told whatever the day on which they may be used; of awards, what may be had.

    Args:
        balances: The accounts and levels on the day.
        into: The class.
        within_days: Days after that day by which awards count that will have vested, if nothing else happens.
    """
    decimals = int(balances.values(Level.DECIMALS, into)[-1])
    return (
        *_by_shares(balances, into, decimals),
        *_by_warrants(balances, into),
        *_by_notes(balances, into, decimals),
        *_by_awards(balances, into, decimals, within_days),
    )


def days_of_terms(facts: Sequence[InEffect], known: int, *, within_days: int = 0) -> Iterator[date]:
    """Yield the days on which time alone changes what may be acquired.

    Papers open, close and vest, and a quote counts from the next day on. Terms count even if others took their
    place later.

    Args:
        facts: All that stand, on whatever day.
        known: How many entries were taken into account.
        within_days: How many days before it opens or vests a paper counts.
    """
    ahead, one_day = timedelta(days=within_days), timedelta(days=1)
    if any(isinstance(each.fact, AwardGranted) for each in facts):
        yield from (on - ahead for on in days_of_vesting(facts, known))
    for each in facts:
        if isinstance(each.fact, PriceQuoted):
            yield each.fact.effective_on.latest + one_day
        for movement in each.fact.movements():
            opens, closes = _first_and_last(movement.value) if type(movement) is Setting else (None, None)
            if opens is not None:
                yield opens - ahead
            if closes is not None:
                yield closes + one_day


def _first_and_last(terms: LevelValue) -> tuple[date | None, date | None]:
    """Return the first and the last day on which a paper may be used, as far as its terms state them."""
    match terms:
        case WarrantTerms():
            return terms.exercisable_from, terms.expires_on
        case NoteTerms(conversion=NoteConversion() as conversion):
            return conversion.opens_on, conversion.closes_on
        case AwardTerms():
            return None, terms.expires_on
        case _:
            return None, None


# --- shares of another class --------------------------------------------------------------------------------------


def _by_shares(balances: Balances, into: StockClassId, decimals: int) -> Iterator[Acquirable]:
    for stock_class in balances.subjects(Level.CLASS_KIND):
        found = [*_fixed(balances, stock_class, into), *_by_the_market(balances, stock_class, into)]
        if not found:
            continue
        each = Bounds(
            max((one.low for one, _ in found if one.low is not None), default=None),
            None if any(one.high is None for one, _ in found) else max(one.high for one, _ in found if one.high),
        )
        terms = " or ".join(words for _, words in found)
        for owner, bounds in owned_shares(balances, stock_class, owners(balances, stock_class)).items():
            held = shares_between(bounds, _ONE)
            yield Acquirable(
                owner, stock_class, By.SHARES, into, held, _yielded(bounds, each, decimals), each, terms
            )


def _fixed(
    balances: Balances, stock_class: StockClassId, into: StockClassId
) -> Iterator[tuple[Bounds[Fraction], str]]:
    """Yield the shares for one share that a conversion right gives, with its terms in words."""
    rights = balances.values(Level.CONVERSION, stock_class)
    if any(isinstance(right, ConversionRight) and right.into == into for right in rights):
        ratio = conversion_ratio(balances, stock_class)
        at = [
            f"at {right.price}" if right.price is not None else f"{right.ratio} for each share"
            for right in rights
            if isinstance(right, ConversionRight)
        ]
        yield (_UNKNOWN if ratio is None else exactly(ratio)), " or ".join(at)


def _by_the_market(
    balances: Balances, stock_class: StockClassId, into: StockClassId
) -> Iterator[tuple[Bounds[Fraction], str]]:
    """Yield the shares for one share that a right at a market price gives, with its terms in words."""
    stated = balances.values(Level.STATED_VALUE, stock_class)
    for right in balances.values(Level.MARKET_CONVERSION, stock_class):
        if not isinstance(right, MarketConversion) or right.into != into:
            continue
        found = price_on(balances, right.price, into, stock_class)
        value = stated[-1] if len(stated) == 1 and isinstance(stated[-1], Price) else None
        each = _UNKNOWN if value is None else _each(found.at_least, found.at_most, value.amount)
        yield each, str(right.price) if found.price is None else f"at {found.price}"


def _each(least: Price | None, most: Price | None, value: Fraction) -> Bounds[Fraction]:
    """Return the shares that a value gives at a price between two."""
    low = None if most is None or not most.amount else value / most.amount
    return Bounds(low, None if least is None or not least.amount else value / least.amount)


def _yielded(bounds: tuple[Quantity, Quantity], each: Bounds[Fraction], decimals: int) -> Bounds[Shares]:
    """Return the whole shares that quantities bring; nothing is the least where nobody knows the price."""
    low, high = bounds
    least = NO_SHARES if each.low is None else _rounded_down(low * each.low, decimals)
    if not high:
        return Bounds(least, NO_SHARES)
    return Bounds(least, None if each.high is None else _rounded_down(high * each.high, decimals))


def _rounded_down(units: Quantity, decimals: int) -> Shares:
    return Shares.of_units(round_position(units, FractionPolicy.DOWN, decimals))


# --- instruments --------------------------------------------------------------------------------------------------


def _by_warrants(balances: Balances, into: StockClassId) -> Iterator[Acquirable]:
    for (warrant, owner), bounds in _instruments(balances, Purchasable, into):
        terms = _last(balances.values(Level.WARRANT_TERMS, warrant)) or WarrantTerms()
        held = shares_between(bounds, _ONE)
        yield Acquirable(
            owner,
            warrant,
            By.WARRANT,
            into,
            held,
            held,
            exactly(_ONE),
            _at(balances, warrant, into),
            terms.exercisable_from,
            terms.expires_on,
        )


def _at(balances: Balances, instrument: InstrumentId, into: StockClassId) -> str:
    prices = balances.values(Level.PRICE, (instrument, into))
    return f"at {' or '.join(map(str, prices))}" if prices else "for nothing"


def _by_notes(balances: Balances, into: StockClassId, decimals: int) -> Iterator[Acquirable]:
    """Yield what notes bring at the price of the day: principal, and the interest that converts with it."""
    as_of, history = balances.history.as_of, balances.history
    owed: dict[tuple[InstrumentId, HolderId], Debt] = {}
    for currency in [unit for unit in balances.accounts if isinstance(unit, Currency)]:
        for (note, owner), bounds in _instruments(balances, Owed, currency):
            terms = _last(balances.values(Level.NOTE_TERMS, note))
            conversion = terms.conversion if isinstance(terms, NoteTerms) else None
            found = note_price(balances, note)
            if conversion is None or conversion.into != into or found is None:
                continue
            if not owed:
                every = debts([*history.certain, *history.open], balances)
                owed = {(debt.instrument, debt.holder): debt for debt in every}
            interest = owed[note, owner].interest(as_of) if conversion.interest_converts else NO_INTEREST
            each = _each(found.at_least, found.at_most, _ONE)
            at = str(conversion.price) if found.price is None else f"at {found.price}"
            if interest.high:
                at += f", with {_in_words(interest, currency)} interest"
            yield Acquirable(
                owner,
                note,
                By.NOTE,
                into,
                money_between(bounds, currency),
                _converted(bounds, interest, each, conversion.fractions, decimals),
                each,
                at,
                conversion.opens_on,
                conversion.closes_on,
            )


def _in_words(interest: Bounds[Fraction], currency: Currency) -> str:
    """Return interest in words, as it is paid: to the smallest unit of the currency."""
    return str(interest.map(lambda exact: paid_out([max(exact, Fraction(0))], currency)[0]))


def _converted(
    bounds: tuple[Quantity, Quantity],
    interest: Bounds[Fraction],
    each: Bounds[Fraction],
    fractions: FractionPolicy,
    decimals: int,
) -> Bounds[Shares]:
    """Return the shares that principal and interest become; nothing is the least where nobody knows the price."""

    def shares(units: Quantity, owed: Fraction | None, at: Fraction | None) -> Shares | None:
        if at is None or owed is None:
            return None
        exact = (Fraction(units) + max(owed, Fraction(0)) * SCALE) * at
        return Shares.of_units(round_position(exact, fractions, decimals))

    return Bounds(
        shares(bounds[0], interest.low, each.low) or NO_SHARES, shares(bounds[1], interest.high, each.high)
    )


def _instruments(
    balances: Balances, kind: type, unit: Unit
) -> list[tuple[tuple[InstrumentId, HolderId], tuple[Quantity, Quantity]]]:
    """Return what each holder has of each instrument of a kind; whoever was merged is shown as the other."""

    def group(of: Unit, account: Account) -> Any:
        if of != unit or not isinstance(account, Purchasable | Owed) or type(account) is not kind:
            return None
        return account.instrument, shown_under(balances, account.holder)

    found = balances.grouped(group).items()
    return [(key, bounds) for key, bounds in sorted(found) if bounds != (0, 0)]


def _last(values: tuple[Any, ...]) -> Any:
    return values[-1] if values else None


def _by_awards(balances: Balances, into: StockClassId, decimals: int, within_days: int) -> Iterator[Acquirable]:
    """Yield what awards bring by a day; of one that several holders have, to each in proportion."""
    if not balances.subjects(Level.AWARD_TERMS):
        return
    as_of = balances.history.as_of
    for line in award_lines(balances)[0]:
        if line.stock_class != into or (line.expires_on is not None and line.expires_on < as_of):
            continue
        by = as_of + timedelta(days=within_days)
        last = by if line.expires_on is None else min(by, line.expires_on)
        for holder, readings in by_holder(balances, line).items():
            held = [each.shares for each in readings]
            had = [each.reading.acquired_by(last).units * each.part for each in readings]
            shares = [_rounded_down(units, decimals) for units in had]
            if max(held):
                yield Acquirable(
                    holder,
                    line.award,
                    By.AWARD,
                    into,
                    Bounds(min(held), max(held)),
                    Bounds(min(shares), max(shares)),
                    exactly(_ONE),
                    _at(balances, line.award, into),
                )
