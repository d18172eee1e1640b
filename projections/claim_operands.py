"""What the record has for an operand of a claim, on a day or in a period, with the entries behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import reduce
from typing import Any, Final

import attrs

from ledger.days import close_of
from ledger.events import PriceQuoted
from ledger.identity import EntryNumber, StockClassId
from ledger.movements import (
    Account,
    Commitment,
    Held,
    Interest,
    Level,
    Owed,
    Posting,
    Rescaling,
    Stage,
    StockClassKind,
    Unit,
)
from ledger.movements import (
    Source as Ledgered,
)
from ledger.quantities import SCALE, Authorized, Currency, Price
from ledger.terms.conversion import ConversionRight
from ledger.terms.interval import EVERYTHING, NOT_BELOW_ZERO, Interval, point
from ledger.terms.measures import Operand, Source
from ledger.timeline import InEffect, history_of, place_in_history
from projections.accruals import accrued_dividends
from projections.acquirable import acquirable
from projections.bounds import Bounds
from projections.cap_table import merged_names
from projections.limits import last_report
from projections.replay import Balances, Units, is_complete, replay

SHARE_COUNTS: Final = frozenset(
    (
        Source.HELD,
        Source.OUTSTANDING,
        Source.REPORTED,
        Source.ISSUED,
        Source.AUTHORIZED,
        Source.SURRENDERED,
        Source.RECEIVED,
    )
)
"""Operands that count shares."""


@attrs.frozen
class Found:
    """What is found for an operand.

    Attributes:
        interval: All that it may be.
        missing: Why it is not known from both sides; empty where it is.
        entries: Entries behind it.
        currencies: In which currencies it is recorded; none of what is no money.
    """

    interval: Interval
    missing: str = ""
    entries: tuple[EntryNumber, ...] = ()
    currencies: frozenset[Currency] = frozenset()


class Recorded:
    """Reads operands out of a record.

    Args:
        facts: All that stand as known.
        known: How many entries were taken into account.
    """

    def __init__(self, facts: Iterable[InEffect], known: int) -> None:
        self.facts, self.known = list(facts), known
        self._balances: dict[date, Balances] = {}

    def balances(self, on: date) -> Balances:
        """Return accounts and levels at the close of a day."""
        if on not in self._balances:
            history = history_of(self.facts, as_of=on, known=self.known)
            self._balances[on] = replay(history, self.facts)
        return self._balances[on]

    def read(self, operand: Operand, about: date) -> Found:
        """Return what the record has for an operand.

        Args:
            operand: One that is not a number, a printed figure or another claim.
            about: The day that the claim is about.
        """
        on = operand.on or about
        return _READERS[operand.source](self, operand, on)

    def in_shares(self, counts: Interval, stock_class: StockClassId) -> Interval:
        """Return the counts that there can be of a class: whole ones, unless its shares have decimals."""
        settings = self._balances_of_all().values(Level.DECIMALS, stock_class)
        return counts.whole() if all(value == 0 for value in settings) else counts

    def _balances_of_all(self) -> Balances:
        return self.balances(max((each.fact.effective_on.latest for each in self.facts), default=date.max))

    # --- on a day ---------------------------------------------------------------------------------------------

    def held(self, operand: Operand, on: date) -> Found:
        """Return the shares of a class that a holder has, under whatever names they are recorded."""
        balances = self.balances(on)
        names = merged_names(balances)

        def shown(holder: Any) -> Any:
            return names[holder][0] if holder in names else holder

        found = self._grouped(
            balances,
            lambda unit, account: (
                unit == operand.stock_class
                and isinstance(account, Held)
                and shown(account.holder) == shown(operand.holder)
            ),
        )
        stock_class = _class_of(operand)
        if found.entries or is_complete(balances, stock_class):
            return found
        missing = (
            f"{operand.holder} is not recorded as a holder, and the register of {stock_class} is partial on {on}"
        )
        return Found(NOT_BELOW_ZERO, missing)

    def outstanding(self, operand: Operand, on: date) -> Found:
        """Return the shares of a class outstanding; at least those recorded where the register is partial."""
        return self._counted(operand, on, lambda account: isinstance(account, Held))

    def issued(self, operand: Operand, on: date) -> Found:
        """Return the shares of a class outstanding and in treasury; at least those recorded where it is partial."""
        return self._counted(operand, on, lambda account: isinstance(account, Held) or account is Ledgered.TREASURY)

    def _counted(self, operand: Operand, on: date, counts: Callable[[Account], bool]) -> Found:
        balances, stock_class = self.balances(on), _class_of(operand)
        if stock_class not in balances.subjects(Level.CLASS_KIND):
            return Found(EVERYTHING, f"{stock_class} is not designated by {on}")
        found = self._grouped(balances, lambda unit, account: unit == stock_class and counts(account))
        if is_complete(balances, stock_class):
            return found
        missing = f"the register of {stock_class} is partial on {on}"
        return Found(Interval(found.interval.low, None), missing, found.entries)

    def reported(self, operand: Operand, on: date) -> Found:
        """Return the last count that the company reported."""
        stock_class = _class_of(operand)
        report = last_report(self.balances(on), stock_class)
        if report is None or report.report is None:
            return Found(NOT_BELOW_ZERO, f"no count of {stock_class} was reported by {on}")
        return Found(point(report.shares.exact.as_fraction()), "", (report.report.entry.number,))

    def authorized(self, operand: Operand, on: date) -> Found:
        """Return how many shares of a class the charter authorizes."""

        def number(value: Authorized) -> Interval:
            if value.shares is None:
                return NOT_BELOW_ZERO
            return point(value.shares.as_fraction())

        return self._level(Level.AUTHORIZED, operand, on, number, "the authorized number")

    def stated_value(self, operand: Operand, on: date) -> Found:
        """Return the stated value of a share."""
        return self._level(Level.STATED_VALUE, operand, on, _amount, "the stated value")

    def conversion_price(self, operand: Operand, on: date) -> Found:
        """Return the price at which a class converts: at most the fixed one, where the market counts too."""

        def amount(value: ConversionRight | None) -> Interval:
            return NOT_BELOW_ZERO if value is None else _amount(value.price)

        fixed = self._level(Level.CONVERSION, operand, on, amount, "the conversion price")
        if any(self.balances(on).values(Level.MARKET_CONVERSION, _class_of(operand))):
            return Found(
                Interval(Fraction(0), fixed.interval.high, without_low=True),
                f"{operand.stock_class} may convert at a price of the market, which is not recorded",
                fixed.entries,
                fixed.currencies,
            )
        return fixed

    def quoted(self, operand: Operand, on: date) -> Found:
        """Return what a class was quoted at on the day itself."""
        quotes = [
            (each.fact.price, each.entry.number)
            for each in self.facts
            if isinstance(each.fact, PriceQuoted)
            and (each.fact.stock_class, each.fact.measure) == (operand.stock_class, operand.quote)
            and each.fact.effective_on.latest == on
        ]
        if not quotes:
            return Found(
                NOT_BELOW_ZERO, f"no {operand.quote.value if operand.quote else 'price'} of {on} is recorded"
            )
        intervals = [point(price.amount) for price, _ in quotes]
        entries = tuple(number for _, number in quotes)
        return Found(reduce(Interval.or_, intervals), "", entries, _currencies(price for price, _ in quotes))

    def owed(self, operand: Operand, on: date) -> Found:
        """Return the principal of notes."""
        return self._grouped(
            self.balances(on), lambda unit, account: isinstance(account, Owed) and _concerns(operand, account)
        )

    def dividends_accrued(self, operand: Operand, on: date) -> Found:
        """Return what accrued as dividends on the shares of a class up to and without a day, paid or not."""
        balances, stock_class = self.balances(on), _class_of(operand)
        names = merged_names(balances)
        terms = balances.level(Level.DIVIDEND_TERMS, stock_class)
        if not any(value is not None for _, value in terms):
            return Found(NOT_BELOW_ZERO, f"on what terms {stock_class} accrues dividends is not recorded by {on}")
        of = None if operand.holder is None else names.get(operand.holder, (operand.holder,))[0]
        accrued = (
            Interval(each.accrued.low, each.accrued.high)
            for whose, each in accrued_dividends(balances.history, on).items()
            if whose.stock_class == stock_class and of in (None, names.get(whose.holder, (whose.holder,))[0])
        )
        behind = self._grouped(balances, lambda unit, account: unit == stock_class and isinstance(account, Held))
        entries = (*(each.entry.number for each, _ in terms), *behind.entries)
        return Found(reduce(Interval.__add__, accrued, point(0)), "", entries)

    def undertaken(self, operand: Operand, on: date) -> Found:
        """Return the money undertaken under an agreement."""
        found = self._commitment(operand, on, Stage.PROMISED)
        return Found(-found.interval, found.missing, found.entries)

    def closed(self, operand: Operand, on: date) -> Found:
        """Return the money closed under an agreement."""
        return self._commitment(operand, on, Stage.CLOSED)

    def _commitment(self, operand: Operand, on: date, stage: Stage) -> Found:
        return self._grouped(
            self.balances(on),
            lambda unit, account: (
                isinstance(account, Commitment)
                and account.agreement == operand.agreement
                and account.stage is stage
            ),
            signed=True,
        )

    def _grouped(
        self, balances: Balances, counts: Callable[[Unit, Account], bool], *, signed: bool = False
    ) -> Found:
        sums = balances.grouped(lambda unit, account: counts(unit, account) or None, signed=signed)
        low, high = sums.get(True, (0, 0))
        behind = [
            (each.entry.number, one.unit)
            for each in (*balances.history.certain, *balances.history.open)
            for one in each.fact.movements()
            if type(one) is Posting and counts(one.unit, one.account)
        ]
        entries = tuple(dict.fromkeys(number for number, _ in behind))
        currencies = frozenset(unit for _, unit in behind if isinstance(unit, Currency))
        return Found(Interval(Fraction(low, SCALE), Fraction(high, SCALE)), "", entries, currencies)

    def _level(self, level: Level, operand: Operand, on: date, read: Callable[[Any], Interval], what: str) -> Found:
        settings = self.balances(on).level(level, _class_of(operand))
        intervals = [read(value) for _, value in settings]
        found = reduce(Interval.or_, intervals) if intervals else NOT_BELOW_ZERO
        missing = "" if found.is_bounded else f"{what} of {operand.stock_class} on {on} is not recorded"
        entries = tuple(each.entry.number for each, _ in settings)
        return Found(found, missing, entries, _currencies(value for _, value in settings))

    def common(self, on: date) -> tuple[StockClassId, ...]:
        """Return the class of common stock on a day, where there is one only: what all dilution is counted in."""
        balances = self.balances(on)
        classes = balances.subjects(Level.CLASS_KIND)
        found = [each for each in classes if StockClassKind.COMMON in balances.values(Level.CLASS_KIND, each)]
        return (*found,) if len(found) == 1 else ()

    # --- in a period ------------------------------------------------------------------------------------------

    def surrendered(self, operand: Operand, on: date) -> Found:
        """Return the shares of a class given up in conversions."""
        return self._moved(
            operand,
            on,
            lambda leaves, reaches: (
                leaves.unit == operand.stock_class
                and reaches.account is Ledgered.CONVERTED
                and isinstance(leaves.account, Held)
                and _concerns(operand, leaves.account)
            ),
        )

    def received(self, operand: Operand, on: date) -> Found:
        """Return the shares of a class received in conversions of shares and of notes."""
        return self._moved(
            operand,
            on,
            lambda leaves, reaches: (
                reaches.unit == operand.stock_class
                and leaves.account is Ledgered.ISSUED_ON_CONVERSION
                and isinstance(reaches.account, Held)
                and _concerns(operand, reaches.account)
            ),
        )

    def principal_converted(self, operand: Operand, on: date) -> Found:
        """Return the principal of notes that became shares."""
        return self._debt_converted(operand, on, Owed)

    def interest_converted(self, operand: Operand, on: date) -> Found:
        """Return the interest of notes that became shares."""
        return self._debt_converted(operand, on, Interest)

    def _debt_converted(self, operand: Operand, on: date, kind: type[Owed | Interest]) -> Found:
        return self._moved(
            operand,
            on,
            lambda leaves, reaches: (
                reaches.account is Ledgered.DEBT_CONVERTED
                and isinstance(leaves.account, kind)
                and _concerns(operand, leaves.account)
            ),
        )

    def _moved(self, operand: Operand, on: date, counts: Callable[[Posting, Posting], bool]) -> Found:
        """Return what moved in a period, in the units of its last day."""
        units = Units(self.facts, on, on)
        low = high = Fraction(0)
        entries = []
        for each, is_certain in self._in_period(operand, on):
            postings = [one for one in each.fact.movements() if type(one) is Posting]
            moved = sum(
                reaches.quantity * units.factor(_a_class(reaches.unit), place_in_history(each))
                for leaves, reaches in zip(postings[::2], postings[1::2], strict=True)
                if counts(leaves, reaches)
            )
            if moved:
                high += moved
                low += moved if is_certain else 0
                entries.append(each.entry.number)
        return Found(Interval(Fraction(low, SCALE), Fraction(high, SCALE)), "", tuple(entries))

    def _in_period(self, operand: Operand, on: date) -> Iterator[tuple[InEffect, bool]]:
        """Yield what may have happened in a period, and whether it certainly did."""
        since = operand.since or on
        for each in self.facts:
            days = each.fact.effective_on
            if days.earliest <= on and days.latest >= since:
                yield each, since <= days.earliest and days.latest <= on

    def _splits(self, operand: Operand, on: date) -> list[tuple[InEffect, Fraction]]:
        return [
            (each, movement.ratio.value)
            for each, _ in self._in_period(operand, on)
            for movement in each.fact.movements()
            if type(movement) is Rescaling and movement.stock_class == operand.stock_class
        ]

    def split_ratio(self, operand: Operand, on: date) -> Found:
        """Return new shares for an old one, of all splits in a period."""
        splits = self._splits(operand, on)
        product = reduce(lambda ratio, split: ratio * split[1], splits, Fraction(1))
        return Found(point(product), "", tuple(each.entry.number for each, _ in splits))

    def split_day(self, operand: Operand, on: date) -> Found:
        """Return the day of the only split in a period."""
        splits = self._splits(operand, on)
        if len(splits) != 1:
            return Found(EVERYTHING, f"{len(splits) or 'no'} splits of {operand.stock_class} are recorded there")
        each = splits[0][0]
        return Found(point(each.fact.effective_on.latest.toordinal()), "", (each.entry.number,))

    # --- beside the operands ----------------------------------------------------------------------------------

    def acquirable(self, operand: Operand, on: date) -> Interval | None:
        """Return the shares that the holder may acquire of the class within 60 days; ``None`` for none."""
        if operand.source is not Source.HELD:
            return None
        balances, stock_class = self.balances(on), _class_of(operand)
        if stock_class not in balances.subjects(Level.CLASS_KIND):
            return None
        papers = [
            each
            for each in acquirable(balances, stock_class, within_days=60)
            if each.holder == operand.holder and each.is_open(on, within_days=60)
        ]
        return reduce(Interval.__add__, map(_of_bounds, (each.shares for each in papers))) if papers else None

    def issued_between(self, stock_class: StockClassId, after: date, through: date) -> Found:
        """Return by how many shares the holdings recorded of a class grew, in the units of the last day."""
        units = Units(self.facts, through, through)
        low = high = Fraction(0)
        entries = []
        for each in self.facts:
            days = each.fact.effective_on
            if days.latest <= after or days.earliest > through:
                continue
            grew = sum(
                one.quantity
                for one in each.fact.movements()
                if type(one) is Posting and one.unit == stock_class and isinstance(one.account, Held)
            )
            if grew:
                more = grew * units.factor(stock_class, place_in_history(each))
                is_certain = days.earliest > after and days.latest <= through
                low += more if is_certain else min(more, Fraction(0))
                high += more if is_certain else max(more, Fraction(0))
                entries.append(each.entry.number)
        return Found(Interval(Fraction(low, SCALE), Fraction(high, SCALE)), "", tuple(entries))

    def ratio_between(self, stock_class: StockClassId, after: date, through: date) -> Fraction:
        """Return what a count at the close of one day is multiplied by at the close of another."""
        return reduce(
            lambda ratio, split: ratio * split,
            (
                movement.ratio.value
                for each in self.facts
                if close_of(after) < each.settles <= close_of(through)
                for movement in each.fact.movements()
                if type(movement) is Rescaling and movement.stock_class == stock_class
            ),
            Fraction(1),
        )


def _class_of(operand: Operand) -> StockClassId:
    assert operand.stock_class is not None, "an operand of such a source has its class"
    return operand.stock_class


def _a_class(unit: Unit) -> StockClassId | None:
    return unit if isinstance(unit, StockClassId) else None


def _amount(price: Price | None) -> Interval:
    return NOT_BELOW_ZERO if price is None else point(price.amount)


def _currencies(values: Iterable[object]) -> frozenset[Currency]:
    """Return the currencies of prices, and of the prices at which classes convert."""
    prices = (value.price if isinstance(value, ConversionRight) else value for value in values)
    return frozenset(price.currency for price in prices if isinstance(price, Price))


def _concerns(operand: Operand, account: Held | Owed | Interest) -> bool:
    """Whether an account is of the holder and the notes that an operand names; of any, where it names none."""
    of_holder = operand.holder is None or account.holder == operand.holder
    return of_holder and (not operand.instruments or getattr(account, "instrument", None) in operand.instruments)


def _of_bounds(bounds: Bounds[Any]) -> Interval:
    low, high = (None if end is None else end.as_fraction() for end in (bounds.low, bounds.high))
    return Interval(low if low is not None else Fraction(0), high)


_READERS: Final[dict[Source, Callable[[Recorded, Operand, date], Found]]] = {
    Source.HELD: Recorded.held,
    Source.OUTSTANDING: Recorded.outstanding,
    Source.REPORTED: Recorded.reported,
    Source.ISSUED: Recorded.issued,
    Source.AUTHORIZED: Recorded.authorized,
    Source.STATED_VALUE: Recorded.stated_value,
    Source.CONVERSION_PRICE: Recorded.conversion_price,
    Source.QUOTED: Recorded.quoted,
    Source.SPLIT_RATIO: Recorded.split_ratio,
    Source.SPLIT_DAY: Recorded.split_day,
    Source.SURRENDERED: Recorded.surrendered,
    Source.RECEIVED: Recorded.received,
    Source.PRINCIPAL_CONVERTED: Recorded.principal_converted,
    Source.INTEREST_CONVERTED: Recorded.interest_converted,
    Source.OWED: Recorded.owed,
    Source.DIVIDENDS_ACCRUED: Recorded.dividends_accrued,
    Source.UNDERTAKEN: Recorded.undertaken,
    Source.CLOSED: Recorded.closed,
}
