"""Prices that follow the market: quotes of a day, measures over a look-back, and rules that take the lowest.

There is no calendar of trading days in a record: the trading days of a measure are the days it was quoted on. What
a price was worked out from is part of the answer, and so are the weekdays without a quote: a reader can tell a
holiday from a quote that is missing.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from ledger.errors import NotUnderstood
from ledger.identity import Count
from ledger.quantities import Price, Ratio, plain
from ledger.terms.base import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable


class Measure(Enum):
    """What of a day's trading a quote states."""

    OPEN = "open"
    HIGH = "high"
    LOW = "low"
    """The lowest price traded."""
    CLOSE = "close"
    CLOSING_BID = "closing-bid"
    VWAP = "vwap"
    """The mean price of the day, each trade by its volume."""

    @property
    def words(self) -> str:
        """The measure as a sentence has it."""
        return {
            Measure.OPEN: "opening price",
            Measure.HIGH: "highest traded price",
            Measure.LOW: "traded price",
            Measure.CLOSE: "closing price",
            Measure.CLOSING_BID: "closing bid",
            Measure.VWAP: "VWAP",
        }[self]


class Statistic(Enum):
    """What is taken of the quotes of a look-back."""

    LOWEST = "lowest"
    MEAN = "mean"
    MEAN_OF_LOWEST = "mean-of-lowest"
    """The mean of the lowest few."""


@attrs.frozen(kw_only=True)
class Quote:
    """What a share cost on a trading day.

    Attributes:
        on: The trading day.
        measure: What the price is of.
        price: The price of one share.
    """

    on: date
    measure: Measure
    price: Price

    def after_split(self, ratio: Ratio) -> Quote:
        """Return the same quote in the units after a split."""
        return attrs.evolve(self, price=Price(self.price.amount / ratio.value, self.price.currency))


def _a_part(instance: object, attribute: attrs.Attribute[Any], value: Ratio) -> None:
    if not value:
        raise NotUnderstood("E_TERMS", "a price of no part of the market's", "state a part above zero", "/part")


@attrs.frozen(kw_only=True)
class MarketPrice(Terms):
    """A part of what the market paid before a day: 80 % of the mean of the two lowest VWAPs of ten trading days.

    Attributes:
        measure: Which quote of each day.
        statistic: What is taken of them.
        trading_days: How many trading days are looked at; one or more.
        lowest: How many quotes the mean is of, where it is the mean of the lowest few.
        part: The part that is paid, above zero: 0.85 is a discount of 15 %.
        day_counts: Whether the day itself is the last of the look-back; otherwise the day before is.
    """

    measure: Measure
    trading_days: Count
    statistic: Statistic = Statistic.LOWEST
    lowest: Count | None = None
    part: Ratio = attrs.field(default=Ratio(1), validator=_a_part)
    day_counts: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.trading_days:
            raise NotUnderstood("E_TERMS", "a look-back of no trading days", "state one or more", "/trading_days")
        if (self.lowest is not None) != (self.statistic is Statistic.MEAN_OF_LOWEST):
            raise NotUnderstood(
                "E_TERMS",
                "the lowest few have a number, and nothing else has",
                "state lowest exactly when the statistic is mean-of-lowest",
                "/lowest",
            )
        if self.lowest is not None and not 1 <= self.lowest <= self.trading_days:
            raise NotUnderstood(
                "E_TERMS",
                f"the lowest {self.lowest} of {self.trading_days} quotes",
                "state 1 up to the number of trading days",
                "/lowest",
            )

    def __str__(self) -> str:
        several = f"{self.trading_days} trading days"
        what = {
            Statistic.LOWEST: f"the lowest {self.measure.words} of {several}",
            Statistic.MEAN: f"the mean {self.measure.words} of {several}",
            Statistic.MEAN_OF_LOWEST: f"the mean of the {self.lowest} lowest {self.measure.words}s of {several}",
        }[self.statistic]
        if self.trading_days == 1:
            what = f"the {self.measure.words} of the trading day"
        if not self.day_counts:
            what += " before"
        part = self.part.value
        return what if part == 1 else f"{plain(part * 100)} % of {what}"

    def on(self, quotes: Iterable[Quote], on: date) -> Candidate:
        """Return what the rule gives on a day, out of quotes in the units of that day."""
        last = on if self.day_counts else on - timedelta(days=1)
        days = {each.on: each for each in quotes if each.measure is self.measure and each.on <= last}
        looked_at = tuple(days[each] for each in sorted(days)[-self.trading_days :])
        if len(looked_at) < self.trading_days:
            return Candidate(str(self), None, looked_at, ())
        amounts = sorted(each.price.amount for each in looked_at)
        if self.statistic is Statistic.LOWEST:
            amounts = amounts[:1]
        elif self.lowest is not None:
            amounts = amounts[: self.lowest]
        price = Price(self.part.value * sum(amounts, Fraction(0)) / len(amounts), _one_currency(looked_at))
        return Candidate(str(self), price, looked_at, _without_quote(looked_at, last))


def _one_currency(quotes: tuple[Quote, ...]) -> str:
    currencies = sorted({each.price.currency for each in quotes})
    if len(currencies) > 1:
        raise NotUnderstood(
            "E_CURRENCY_MISMATCH", f"quotes in {' and '.join(currencies)}", "quote a class in one currency"
        )
    return currencies[0]


def _without_quote(looked_at: tuple[Quote, ...], last: date) -> tuple[date, ...]:
    """Return the weekdays of a look-back on which the measure was not quoted."""
    first, quoted = looked_at[0].on, {each.on for each in looked_at}
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(each for each in days if each.weekday() < 5 and each not in quoted)


@attrs.frozen
class Candidate:
    """One of the prices that a rule compares.

    Attributes:
        what: Which, in words.
        price: The price; ``None`` where fewer days are quoted than it looks back.
        quotes: The quotes looked at, in the order of days.
        without_quote: Weekdays among them on which the measure was not quoted: holidays, or missing quotes.
    """

    what: str
    price: Price | None
    quotes: tuple[Quote, ...] = ()
    without_quote: tuple[date, ...] = ()


@attrs.frozen(kw_only=True)
class PriceRule(Terms):
    """The lowest of a fixed price and any number of market prices; never below a floor.

    Attributes:
        fixed: A price that the market does not move; more than zero.
        market: Prices that it does move.
        market_in_default: What takes their place while the issuer is in default; without any they stay.
        floor: The lowest price there may be.
        par_is_floor: Whether the par value of the class is the lowest price there may be.
        only_down: Whether the price may only go down: it is never above one that it had before.
    """

    fixed: Price | None = None
    market: tuple[MarketPrice, ...] = ()
    market_in_default: tuple[MarketPrice, ...] = ()
    floor: Price | None = None
    par_is_floor: bool = False
    only_down: bool = False

    def __attrs_post_init__(self) -> None:
        if self.fixed is None and not self.market and not self.market_in_default:
            raise NotUnderstood("E_TERMS", "a price rule without a price", "state a fixed price or a market price")
        if self.fixed is not None and not self.fixed.amount:
            raise NotUnderstood("E_TERMS", "a fixed price of zero", "state one above zero", "/fixed")
        if self.fixed is not None and self.floor is not None and self.fixed.currency != self.floor.currency:
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH",
                f"a fixed price in {self.fixed.currency} and a floor in {self.floor.currency}",
                "state both in one currency",
                "/floor",
            )

    def __str__(self) -> str:
        prices = [str(each) for each in (self.fixed, *self.market) if each is not None]
        what = _lowest_of(prices) if prices else f"in default {_lowest_of([*map(str, self.market_in_default)])}"
        floors = [str(self.floor)] if self.floor is not None else []
        floors += ["par"] if self.par_is_floor else []
        return what + (f", and not below {' or '.join(floors)}" if floors else "")

    def on(
        self,
        quotes: Iterable[Quote],
        on: date,
        *,
        par: Price | None = None,
        in_default: bool = False,
        before: Price | None = None,
    ) -> Found:
        """Return the price on a day.

        Args:
            quotes: Quotes in the units of that day; later ones are left out.
            on: The day.
            par: The par value of the class, where it is recorded.
            in_default: Whether the issuer is in default.
            before: The lowest price that the rule gave before, for a price that may only go down.
        """
        quotes = tuple(quotes)
        market = self.market_in_default if in_default and self.market_in_default else self.market
        compared = [Candidate(f"{self.fixed} fixed", self.fixed)] if self.fixed is not None else []
        compared += [each.on(quotes, on) for each in market]
        if self.only_down and before is not None:
            compared.append(Candidate(f"{before} before", before))
        floors = [Candidate(f"floor of {self.floor}", self.floor)] if self.floor is not None else []
        if self.par_is_floor:
            floors.append(Candidate("par value" if par is None else f"par value of {par}", par))
        return _found(compared, floors)


def _lowest_of(prices: list[str]) -> str:
    return prices[0] if len(prices) == 1 else f"the lowest of {', '.join(prices[:-1])} and {prices[-1]}"


@attrs.frozen
class Found:
    """What a price rule gives on a day.

    Attributes:
        price: The price; ``None`` where something is missing that could change it.
        at_least: The least that the price can be; ``None`` where nothing limits it.
        at_most: The most that the price can be; ``None`` where nothing limits it.
        because: What decided, in words; empty where there is no price.
        compared: The prices of which the lowest counts.
        floors: The prices below which it does not go.
    """

    price: Price | None
    at_least: Price | None
    at_most: Price | None
    because: str
    compared: tuple[Candidate, ...]
    floors: tuple[Candidate, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not known, in words."""
        return tuple(each.what for each in (*self.compared, *self.floors) if each.price is None)


def _amount(candidate: Candidate) -> Fraction:
    assert candidate.price is not None
    return candidate.price.amount


def _found(compared: list[Candidate], floors: list[Candidate]) -> Found:
    """Take the lowest, and the highest floor over it; what is missing leaves bounds."""
    known = [each for each in compared if each.price is not None]
    limits = [each for each in floors if each.price is not None]
    currencies = sorted({each.price.currency for each in (*known, *limits) if each.price is not None})
    if len(currencies) > 1:
        raise NotUnderstood(
            "E_CURRENCY_MISMATCH",
            f"prices in {' and '.join(currencies)} do not compare",
            "state the rule in the currency of the quotes",
        )
    lowest = min(known, key=_amount, default=None)
    floor = max(limits, key=_amount, default=None)
    decides = max([each for each in (lowest, floor) if each is not None], key=_amount, default=None)
    at_most = decides if lowest is not None and len(limits) == len(floors) else None
    at_least = decides if lowest is not None and len(known) == len(compared) else floor
    is_certain = at_most is not None and at_least is not None and at_most.price == at_least.price
    return Found(
        at_most.price if at_most is not None and is_certain else None,
        at_least.price if at_least is not None else None,
        at_most.price if at_most is not None else None,
        decides.what if decides is not None and is_certain else "",
        tuple(compared),
        tuple(floors),
    )
