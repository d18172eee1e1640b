"""Everything that is a share on a day, or may become one, counted as common: what fully diluted figures add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.errors import NotUnderstood
from ledger.identity import HolderId, InstrumentId, PlanId, StockClassId
from ledger.movements import Account, InstrumentKind, Level, Owed, Purchasable, StockClassKind, Unit
from ledger.quantities import NO_SHARES, Currency, Money, Price, Shares
from ledger.terms.awards import AwardKind
from ledger.terms.exercise import PotentialShares, treasury_stock_method
from ledger.terms.preferred import MarketConversion
from ledger.terms.rounds import Conversion, Investment, Round
from ledger.terms.warrants import WarrantTerms
from projections.acquirable import By, acquirable
from projections.awards import award_lines, by_holder
from projections.bounds import Bounds, exactly, together
from projections.cap_table import CapTable, ClassLine, common_for_each, shares_between, shown_under
from projections.replay import Balances

if TYPE_CHECKING:
    from ledger.journal import Ledger

_UNKNOWN: Final[Bounds[Shares]] = Bounds(NO_SHARES, None)


class Part(Enum):
    """What shares are, or would come from."""

    COMMON = "common"
    PREFERRED = "preferred as converted"
    WARRANTS = "warrants"
    VESTED = "awards vested"
    UNVESTED = "awards not vested"
    POOL = "pool not granted"
    NOTES = "notes"
    SAFES = "SAFEs"


class Method(Enum):
    """How rights for which a price is paid are counted."""

    ALL = "all"
    """Every share that they are for, whatever its price."""
    IN_THE_MONEY = "in the money"
    """Every share that costs less than it is worth."""
    TREASURY_STOCK = "treasury stock"
    """The shares that are left when what is paid buys shares at what they are worth."""


@attrs.frozen
class ShareLine:
    """Shares that somebody has, or would have, counted as common.

    Attributes:
        part: What they are, or would come from.
        source: The class, the instrument or the plan.
        holder: Whose; ``None`` for a pool, and for holders that are not recorded.
        shares: Common shares, as exact fractions.
        prices: What one common share costs; several where the day of a change is open, none where nothing is paid.
    """

    part: Part
    source: StockClassId | InstrumentId | PlanId
    holder: HolderId | None
    shares: Bounds[Shares]
    prices: tuple[Price, ...] = ()

    def counted(self, method: Method, price: Price | None) -> Bounds[Shares]:
        """Return how many of them count by a method, where a share is worth a price.

        Raises:
            NotUnderstood: ``E_CURRENCY_MISMATCH`` when the prices are in different currencies.
        """
        if method is Method.ALL or not self.prices or price is None:
            return self.shares
        parts = [_part(method, each, price) for each in self.prices]
        return Bounds(_times(self.shares.low, min(parts)), _times(self.shares.high, max(parts)))


def _part(method: Method, paid: Price, price: Price) -> Fraction:
    """Return the part of one share that counts."""
    left = treasury_stock_method(PotentialShares(shares=Shares(1), price=paid), price)
    return Fraction(left > 0) if method is Method.IN_THE_MONEY else left


def _times(shares: Shares | None, factor: Fraction) -> Shares | None:
    return None if shares is None else Shares.of_units(shares.units * factor)


def shares_together(figures: Iterable[Bounds[Shares]]) -> Bounds[Shares]:
    """Return shares together; what nobody knows is at least none, and then nobody knows how many at most."""
    return together((Bounds(each.low or NO_SHARES, each.high) for each in figures), NO_SHARES)


def share_lines(
    ledger: Ledger,
    balances: Balances,
    table: CapTable,
    in_round: Sequence[Conversion] = (),
    unknown: Sequence[InstrumentId] = (),
    without_interest_since: date | None = None,
) -> Iterator[ShareLine]:
    """Yield everything that is a share on a day, or may become one.

    Args:
        ledger: The record.
        balances: The accounts and levels of the day, with everything that led to them.
        table: The cap table of the day, in the units of the day.
        in_round: What SAFEs and notes would become in a round.
        unknown: SAFEs and notes of which nobody knows what they would become.
        without_interest_since: The day from which on interest on notes does not count.
    """
    yield from lines_without_papers(balances, table)
    yield from _papers(ledger, balances, table, in_round, unknown, without_interest_since)


def lines_without_papers(balances: Balances, table: CapTable) -> Iterator[ShareLine]:
    """Yield everything that is a share on a day, or may become one, but for notes and SAFEs.

    Args:
        balances: The accounts and levels of the day, with everything that led to them.
        table: The cap table of the day, in the units of the day.
    """
    ratios = _own_units(table)
    yield from _outstanding(balances, table, ratios)
    yield from _warrants(balances, ratios)
    yield from _awards(balances, ratios)


def _own_units(table: CapTable) -> dict[StockClassId, Fraction]:
    return {line.stock_class: Fraction(1) for line in table.classes}


def _outstanding(balances: Balances, table: CapTable, ratios: dict[StockClassId, Fraction]) -> Iterator[ShareLine]:
    """Yield shares outstanding as converted, by class and holder; those of holders not recorded last."""
    classes = {line.stock_class: line for line in table.classes}
    for held in table.holdings:
        line = classes[held.stock_class]
        if held.as_converted is not None:
            yield ShareLine(_part_of_class(line), held.stock_class, held.holder, held.as_converted)
    for line in table.classes:
        each = common_for_each(balances, line.stock_class, ratios)
        if not line.is_complete and each is not None:
            yield ShareLine(_part_of_class(line), line.stock_class, None, as_common(line.not_recorded, each))
        elif each is None:
            yield from _at_the_market(balances, table, line)


def left_aside(balances: Balances, table: CapTable) -> tuple[StockClassId, ...]:
    """Return the classes that are not common and become none, at a fixed price or at the market's."""
    commons = {line.stock_class for line in table.classes if line.class_kind is StockClassKind.COMMON}
    return tuple(
        line.stock_class
        for line in table.classes
        if line.as_converted is None
        and not any(
            isinstance(right, MarketConversion) and right.into in commons
            for right in balances.values(Level.MARKET_CONVERSION, line.stock_class)
        )
    )


def _part_of_class(line: ClassLine) -> Part:
    return Part.COMMON if line.class_kind is StockClassKind.COMMON else Part.PREFERRED


def _at_the_market(balances: Balances, table: CapTable, line: ClassLine) -> Iterator[ShareLine]:
    """Yield the shares of a class that converts at a price which follows the market, and at no other."""
    for into in table.classes:
        if into.class_kind is StockClassKind.COMMON:
            for each in acquirable(balances, into.stock_class):
                if each.by is By.SHARES and each.source == line.stock_class:
                    yield ShareLine(Part.PREFERRED, line.stock_class, each.holder, each.shares)


def as_common(shares: Bounds[Shares], each: Bounds[Fraction]) -> Bounds[Shares]:
    """Return shares of a class as common, where it is known how many common shares one stands for."""
    if each.low is None:
        return _UNKNOWN
    return Bounds(_times(shares.low, each.low), _times(shares.high, each.low))


def _bought(
    balances: Balances, instrument: InstrumentId, stock_class: StockClassId, each: Bounds[Fraction]
) -> tuple[Price, ...]:
    """Return what one common share costs that an instrument buys, in every reading."""
    prices = balances.values(Level.PRICE, (instrument, stock_class))
    factor = each.low or Fraction(1)
    return tuple(Price(price.amount / factor, price.currency) for price in prices if isinstance(price, Price))


def _warrants(balances: Balances, ratios: dict[StockClassId, Fraction]) -> Iterator[ShareLine]:
    """Yield what warrants may buy that have not expired."""

    def warrant(unit: Unit, account: Account) -> Any:
        if not isinstance(account, Purchasable):
            return None
        return account.instrument, shown_under(balances, account.holder), unit

    for (instrument, holder, unit), bounds in sorted(balances.grouped(warrant).items()):
        terms = balances.values(Level.WARRANT_TERMS, instrument)
        expired = all(isinstance(each, WarrantTerms) and each.has_expired(balances.history.as_of) for each in terms)
        each = common_for_each(balances, unit, ratios)
        if bounds != (0, 0) and each is not None and not (terms and expired):
            shares = as_common(shares_between(bounds, Fraction(1)), each)
            yield ShareLine(Part.WARRANTS, instrument, holder, shares, _bought(balances, instrument, unit, each))


def _awards(balances: Balances, ratios: dict[StockClassId, Fraction]) -> Iterator[ShareLine]:
    """Yield what is outstanding under awards, vested and not, and what pools have left."""
    if not (balances.subjects(Level.AWARD_TERMS) or balances.subjects(Level.PLAN)):
        return
    lines, pools = award_lines(balances)
    for line in lines:
        each = common_for_each(balances, line.stock_class, ratios)
        ended = line.expires_on is not None and line.expires_on < balances.history.as_of
        if each is None or ended or line.award_kind is AwardKind.CASH_APPRECIATION_RIGHT:
            continue
        prices = _bought(balances, line.award, line.stock_class, each)
        for holder, readings in by_holder(balances, line).items():
            waiting = [Shares.of_units(one.reading.unvested.units * one.part) for one in readings]
            vested = [one.shares - waits for one, waits in zip(readings, waiting, strict=True)]
            for part, shares in ((Part.VESTED, vested), (Part.UNVESTED, waiting)):
                if any(shares):
                    bounds = Bounds(min(shares), max(shares))
                    yield ShareLine(part, line.award, holder, as_common(bounds, each), prices)
    for pool in pools:
        each = common_for_each(balances, pool.stock_class, ratios)
        if each is not None and pool.ungranted != exactly(NO_SHARES):
            yield ShareLine(Part.POOL, pool.plan, None, as_common(pool.ungranted, each))


# --- notes and SAFEs -----------------------------------------------------------------------------------------


def _waiting(balances: Balances) -> dict[InstrumentId, Currency]:
    """Return the SAFEs and notes that are outstanding, each with its currency."""
    found = balances.grouped(
        lambda unit, account: (account.instrument, unit) if isinstance(account, Owed) else None
    )
    return {name: unit for (name, unit), (_, high) in sorted(found.items()) if high and isinstance(unit, Currency)}


def in_a_round(
    ledger: Ledger, balances: Balances, price: Price | None
) -> tuple[Sequence[Conversion], list[InstrumentId]]:
    """Return what SAFEs and notes would become in a round at a price, and those of which nobody knows it."""
    owed = _waiting(balances)
    in_a_round = [name for name in owed if _waits_for_a_round(balances, name)]
    if price is None or not in_a_round:
        return (), in_a_round
    from projections.pro_forma import pro_forma  # only papers that wait for a round need one

    least = [terms.in_a_round.round_of_at_least for terms in _note_terms(balances, in_a_round) if terms.in_a_round]
    enough = max((each.amount for each in least if each is not None), default=Fraction(1))
    investor = Investment(holder=HolderId("new-investor"), amount=Money(enough, price.currency))
    agreed = Round(series=StockClassId("next-round"), investments=(investor,), price=price)
    by_terms = [name for name in owed if name not in in_a_round]
    history = balances.history
    try:
        solved = pro_forma(ledger, agreed, as_of=history.as_of, known_at=history.known, leave_out=by_terms)
    except NotUnderstood:
        return (), in_a_round
    done = {conversion.name for conversion in solved.solution.conversions}
    return solved.solution.conversions, [name for name in in_a_round if name not in done]


def _note_terms(balances: Balances, names: Iterable[InstrumentId]) -> list[Any]:
    return [terms for name in names for terms in balances.values(Level.NOTE_TERMS, name) if terms is not None]


def _waits_for_a_round(balances: Balances, name: InstrumentId) -> bool:
    if InstrumentKind.SAFE in balances.values(Level.INSTRUMENT, name):
        return True
    terms = _note_terms(balances, [name])
    return any(each.in_a_round is not None for each in terms) and all(each.conversion is None for each in terms)


def _papers(
    ledger: Ledger,
    balances: Balances,
    table: CapTable,
    in_round: Sequence[Conversion],
    unknown: Sequence[InstrumentId],
    without_interest_since: date | None,
) -> Iterator[ShareLine]:
    """Yield what notes would become by their terms of the day, and SAFEs and others in a round."""
    if not _waiting(balances):
        return
    from projections.notes import notes, shares_for  # only who has notes or SAFEs needs them

    ratios, since = _own_units(table), without_interest_since
    converted = {conversion.name for conversion in in_round}
    for conversion in in_round:
        part = _part_of_paper(balances, InstrumentId(conversion.name))
        holder = shown_under(balances, conversion.holder)
        yield ShareLine(part, InstrumentId(conversion.name), holder, exactly(conversion.shares))
    for line in notes(ledger, as_of=table.as_of, after=since, known_at=table.known):
        name, part = line.instrument, _part_of_paper(balances, line.instrument)
        if name in unknown:
            yield ShareLine(part, name, line.holder, _UNKNOWN)
            continue
        becomes = line.becomes
        if since is not None:
            becomes = shares_for(balances, name, line.principal, _before(line.interest, line.accrued))
        if name not in converted and becomes is not None:
            into = next(each.into for each in _rights(balances, name))
            each = common_for_each(balances, into, ratios)
            if each is not None:
                yield ShareLine(part, name, line.holder, as_common(becomes, each))


def _before(interest: Bounds[Fraction], accrued: Bounds[Fraction]) -> Bounds[Fraction]:
    """Return what of the interest owed is older than what accrued since; payments settle the oldest first."""
    least = (interest.low or Fraction(0)) - (accrued.high or Fraction(0))
    most = (interest.high or Fraction(0)) - (accrued.low or Fraction(0))
    return Bounds(max(Fraction(0), least), max(Fraction(0), most))


def _part_of_paper(balances: Balances, name: InstrumentId) -> Part:
    return Part.SAFES if InstrumentKind.SAFE in balances.values(Level.INSTRUMENT, name) else Part.NOTES


def _rights(balances: Balances, name: InstrumentId) -> list[Any]:
    return [terms.conversion for terms in reversed(_note_terms(balances, [name])) if terms.conversion is not None]
