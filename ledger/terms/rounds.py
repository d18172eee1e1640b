"""A priced round, solved exactly: the price, the pool and everything that converts depend on one another.

The price of a round is a valuation divided by shares; the shares count what converts; what converts is counted at
a cap divided by shares, or at a discount to the price; and the pool is a part of all of it. Nothing is iterated to
a tolerance here. For a given choice of each paper (cap, discount, or the price of the round) everything is linear
in three unknowns: the shares that convert, the increase of the pool, and the shares that one unit of currency
buys. That is solved in fractions. Then each holder takes what gives more shares, and it is solved again. More
shares for one holder never mean fewer for another or a higher price, so the choices only ever move up, and end.

Rounding comes last and is named: prices to so many decimals, then shares bought at the rounded price.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final, NoReturn

import attrs

from ledger.errors import NotUnderstood
from ledger.identity import HolderId, StockClassId
from ledger.quantities import SCALE, FractionPolicy, Money, Price, Ratio, Shares, plain, round_position
from ledger.terms.safes import CapAndDiscount, CapitalizationDefinition

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PRICE_PLACES: Final = 18
"""Decimals that a price may be rounded to."""


class ConversionMethod(Enum):
    """How what converts meets the valuation that was agreed with the new investors."""

    PERCENT_OWNERSHIP = "percent-ownership"
    """It is inside: the valuation is divided by shares that include it, so new investors own what they pay for."""
    PRE_MONEY = "pre-money"
    """It is outside: the valuation is divided by shares without it, and it dilutes new investors too."""
    DOLLARS_INVESTED = "dollars-invested"
    """It is inside, and the valuation grows by the money it stands for: everybody bears the discount."""


class Taken(Enum):
    """What a holder's paper converts by."""

    ROUND_PRICE = "round price"
    DISCOUNT = "discount"
    CAP = "cap"


@attrs.frozen(kw_only=True)
class Standing:
    """The company before the round, counted as converted to common.

    Attributes:
        shares: Shares outstanding, preferred as converted.
        options: Options, other awards and warrants outstanding.
        unissued: Shares of the option pool that are not granted.
        promised: Options promised and not granted; they come out of the pool first.
    """

    shares: Fraction
    options: Fraction = Fraction(0)
    unissued: Fraction = Fraction(0)
    promised: Fraction = Fraction(0)

    def __attrs_post_init__(self) -> None:
        for what, counted in attrs.asdict(self).items():
            if counted < 0:
                raise NotUnderstood("E_QUANTITY", f"{what} of {plain(counted)} before a round", "zero or more")

    @property
    def for_promised(self) -> Fraction:
        """By how much the pool grows so that the promised options can be granted."""
        return max(Fraction(0), self.promised - self.unissued)

    @property
    def total(self) -> Fraction:
        """Everything, the pool included."""
        return self.shares + self.options + self.unissued


@attrs.frozen(kw_only=True)
class Converting:
    """A SAFE or note that converts in the round.

    Attributes:
        name: The instrument.
        holder: Whose it is.
        principal: The purchase amount, or the principal of a note; more than zero.
        interest: Interest that converts with it, exactly.
        terms: What its paper says.
        others: Terms that the holder may take instead: those of later papers, under a most-favored-nation clause.
    """

    name: str
    holder: HolderId
    principal: Money
    interest: Fraction = Fraction(0)
    terms: CapAndDiscount = CapAndDiscount()
    others: tuple[CapAndDiscount, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.principal.units <= 0 or self.interest < 0:
            raise NotUnderstood(
                "E_QUANTITY",
                f"{self.name} converts {self.principal} and interest of {plain(self.interest)}",
                "a principal above zero, and interest of zero or more",
            )

    @property
    def amount(self) -> Fraction:
        """What converts: principal and interest."""
        return self.principal.amount + self.interest


@attrs.frozen(kw_only=True)
class Investment:
    """New money of one investor.

    Attributes:
        holder: The investor.
        amount: What is paid; more than zero.
    """

    holder: HolderId
    amount: Money

    def __attrs_post_init__(self) -> None:
        if self.amount.units <= 0:
            raise NotUnderstood("E_QUANTITY", f"{self.holder} invests {self.amount}", "more than zero")


@attrs.frozen(kw_only=True)
class Round:
    """What is agreed of a priced round. Exactly one of the two valuations, or the price, is stated.

    Attributes:
        series: The class that is sold.
        investments: The new money, by investor; at least one.
        pre_money: What the company counts for before the new money.
        post_money: What it counts for with the new money.
        price: Price of one share, where the round states it.
        method: How what converts meets the valuation.
        pool_target: Part of all shares after the closing that is to be in the pool, neither granted nor promised;
            below one.
        pool_increase: Shares by which the pool grows, where the round states a number instead; what promised
            options need comes on top.
        pool_inside: Whether the increase counts in the shares that the valuation is divided by, so that those who
            were there before bear it; otherwise everybody does.
        price_places: Decimals of the price of the round, rounded down; exact when not stated.
        conversion_places: Decimals of the prices at which papers convert, rounded down; exact when not stated.
        rounding: What happens to the fraction of a share that an amount buys.
        shadow_series: Whether papers that convert at another price than that of the round receive a series of
            their own, so that their preference is what they paid.
    """

    series: StockClassId
    investments: tuple[Investment, ...]
    pre_money: Money | None = None
    post_money: Money | None = None
    price: Price | None = None
    method: ConversionMethod = ConversionMethod.PERCENT_OWNERSHIP
    pool_target: Ratio | None = None
    pool_increase: Shares | None = None
    pool_inside: bool = True
    price_places: int | None = None
    conversion_places: int | None = None
    rounding: FractionPolicy = FractionPolicy.DOWN
    shadow_series: bool = True

    def __attrs_post_init__(self) -> None:
        stated = [each for each in (self.pre_money, self.post_money, self.price) if each is not None]
        if len(stated) != 1:
            raise NotUnderstood(
                "E_TERMS",
                f"a round with {len(stated)} of pre-money, post-money and price",
                "state exactly one of the three",
            )
        if not self.investments:
            raise NotUnderstood("E_TERMS", "a round without new money", "name at least one investor and an amount")
        for other in (stated[0], *(each.amount for each in self.investments)):
            if other.currency != self.currency:
                raise NotUnderstood(
                    "E_CURRENCY_MISMATCH", f"{self.currency} and {other.currency} in one round", "use one currency"
                )
        if not stated[0].amount > 0 or (self.post_money is not None and self.post_money.amount <= self.new_money):
            raise NotUnderstood(
                "E_TERMS", f"a round at {stated[0]}", "above zero, and a post-money valuation above the new money"
            )
        if self.pool_target is not None and (self.pool_increase is not None or self.pool_target.value >= 1):
            raise NotUnderstood(
                "E_TERMS", f"a pool of {self.pool_target}", "a part below 1, or a number of shares, not both"
            )
        if self.pool_increase is not None and self.pool_increase.units < 0:
            raise NotUnderstood("E_TERMS", f"a pool that grows by {self.pool_increase}", "zero or more")
        for places in (self.price_places, self.conversion_places):
            if places is not None and not 0 <= places <= MAX_PRICE_PLACES:
                raise NotUnderstood("E_NUMBER", f"a price of {places} decimals", f"0 to {MAX_PRICE_PLACES}")

    @property
    def currency(self) -> str:
        """The currency of the round."""
        return self.investments[0].amount.currency

    @property
    def new_money(self) -> Fraction:
        """What all investors pay together."""
        return sum((each.amount.amount for each in self.investments), Fraction(0))


@attrs.frozen(kw_only=True)
class Purchase:
    """What one investor receives for new money.

    Attributes:
        holder: The investor.
        paid: The amount invested.
        shares: Shares bought, rounded as the round says.
        exact: The same before any rounding, at the exact price.
    """

    holder: HolderId
    paid: Money
    shares: Shares
    exact: Fraction


@attrs.frozen(kw_only=True)
class Conversion:
    """What one SAFE or note converts into.

    Attributes:
        name: The instrument.
        holder: Whose it was, and whose the shares are.
        principal: Purchase amount or principal that converts.
        interest: Interest that converts.
        taken: What gave the holder most: the cap, the discount, or the price of the round.
        terms: The terms it was taken from.
        elected: Whether these are another paper's, under a most-favored-nation clause.
        capitalization: Shares that the cap was divided by, exactly; ``None`` where the cap did not decide.
        price: Price of one share, rounded as the round says.
        exact_price: The same before any rounding.
        series: The class received.
        shares: Shares received, rounded as the round says.
        exact: The same before any rounding.
    """

    name: str
    holder: HolderId
    principal: Money
    interest: Fraction
    taken: Taken
    terms: CapAndDiscount
    elected: bool
    capitalization: Fraction | None
    price: Price
    exact_price: Fraction
    series: StockClassId
    shares: Shares
    exact: Fraction


@attrs.frozen(kw_only=True)
class Solution:
    """A priced round, worked out.

    Attributes:
        price: Price of one share of the round, rounded as the round says.
        exact_price: The same before any rounding.
        priced_on: Shares that the valuation was divided by, exactly.
        pool_increase: Shares by which the pool grows, whole: no fewer than the target needs.
        exact_pool_increase: The same before any rounding, what promised options need included.
        purchases: What the investors receive, in the order of the round.
        conversions: What the papers convert into, in the order in which they were given.
        exact_total: All shares after the closing, the pool included, before any rounding.
        total: The same as they are issued.
    """

    price: Price
    exact_price: Fraction
    priced_on: Fraction
    pool_increase: Shares
    exact_pool_increase: Fraction
    purchases: tuple[Purchase, ...]
    conversions: tuple[Conversion, ...]
    exact_total: Fraction
    total: Fraction


@attrs.frozen
class _Choice:
    """One way in which a paper may convert."""

    taken: Taken
    terms: CapAndDiscount
    elected: bool = False

    def price(self, round_price: Fraction) -> Fraction:
        """Return the price where no cap decides."""
        return self.terms.discount_price(round_price) if self.taken is Taken.DISCOUNT else round_price


@attrs.frozen
class _Linear:
    """A number that depends on what is not known yet: the shares that convert, the pool, the shares per unit."""

    constant: Fraction = Fraction(0)
    converted: Fraction = Fraction(0)
    pool: Fraction = Fraction(0)
    per_unit: Fraction = Fraction(0)

    def __add__(self, other: _Linear) -> _Linear:
        pairs = zip(self._parts(), other._parts(), strict=True)
        return _Linear(*(mine + theirs for mine, theirs in pairs))

    def times(self, factor: Fraction) -> _Linear:
        return _Linear(*(part * factor for part in self._parts()))

    def _parts(self) -> tuple[Fraction, Fraction, Fraction, Fraction]:
        return self.constant, self.converted, self.pool, self.per_unit

    def at(self, unknown: tuple[Fraction, Fraction, Fraction]) -> Fraction:
        return self.constant + sum(
            (part * value for part, value in zip(self._parts()[1:], unknown, strict=True)), Fraction(0)
        )


_CONVERTED, _POOL, _PER_UNIT = (
    _Linear(converted=Fraction(1)),
    _Linear(pool=Fraction(1)),
    _Linear(per_unit=Fraction(1)),
)


def solve(agreed: Round, standing: Standing, converting: Sequence[Converting] = ()) -> Solution:
    """Work out a priced round.

    Args:
        agreed: What is agreed of it.
        standing: The company before it.
        converting: The SAFEs and notes that convert in it.

    Raises:
        NotUnderstood: ``E_TERMS`` when no price solves it (the papers together would take all of the company or
            more), or when there is nothing to divide a valuation by; ``E_CURRENCY_MISMATCH`` for a paper in
            another currency.
    """
    for paper in converting:
        for money in (paper.principal, *(each.cap for each in (paper.terms, *paper.others) if each.cap)):
            if money.currency != agreed.currency:
                raise NotUnderstood(
                    "E_CURRENCY_MISMATCH",
                    f"{paper.name} is in {money.currency} and the round in {agreed.currency}",
                    "state both in one currency",
                )
    if not standing.total:
        raise NotUnderstood(
            "E_TERMS", "nothing is outstanding before the round", "record the founders' shares first"
        )
    return _Solver(agreed, standing, tuple(converting)).solution()


def _unsolvable() -> NoReturn:
    raise NotUnderstood(
        "E_TERMS",
        "no price solves the round: what converts and the pool would take all of the company, or more",
        "raise the valuation, leave papers out, or ask for a smaller pool",
    )


class _Solver:
    """The equations of one round, for one choice of each paper after the other."""

    def __init__(self, agreed: Round, standing: Standing, converting: tuple[Converting, ...]) -> None:
        self._round = agreed
        self._standing = standing
        self._papers = converting
        self._ways = [_ways(paper) for paper in converting]

    def solution(self) -> Solution:
        taken, pool_grows = [ways[0] for ways in self._ways], False
        while True:
            converted = [self._converted(paper, way) for paper, way in zip(self._papers, taken, strict=True)]
            unknown = self._unknown(converted, pool_grows=pool_grows)
            better = [
                max(ways, key=lambda way: (self._offered(paper, way, into.at(unknown), unknown), way is now))
                for paper, ways, now, into in zip(self._papers, self._ways, taken, converted, strict=True)
            ]
            short = not pool_grows and self._pool_needed().at(unknown) > 0
            if better == taken and not short:
                return self._rounded(unknown, taken, [into.at(unknown) for into in converted])
            taken, pool_grows = better, pool_grows or short

    # --- the equations ------------------------------------------------------------------------------------

    def _new_shares(self) -> _Linear:
        return _PER_UNIT.times(self._round.new_money)

    def _all(self) -> _Linear:
        before = _Linear(self._standing.total + self._standing.for_promised)
        return before + _CONVERTED + _POOL + self._new_shares()

    def _pool_needed(self) -> _Linear:
        """Return what the pool lacks towards its target, increase included; it is zero where the target is met."""
        target, standing = self._round.pool_target, self._standing
        if target is None:
            return _Linear()
        free = standing.unissued + standing.for_promised - standing.promised
        return self._all().times(target.value) + _Linear(-free) + _POOL.times(Fraction(-1))

    def _priced_on(self) -> _Linear:
        """Return the shares that the valuation before the new money is divided by."""
        standing, agreed = self._standing, self._round
        counted = _Linear(standing.total)
        if agreed.pool_inside:
            counted += _Linear(standing.for_promised) + _POOL
        if agreed.method is not ConversionMethod.PRE_MONEY:
            counted += _CONVERTED
        return counted

    def _valuation(self) -> Fraction:
        """Return what the shares priced on count for: the valuation before the new money."""
        agreed = self._round
        if agreed.post_money is not None:
            return agreed.post_money.amount - agreed.new_money
        assert agreed.pre_money is not None
        if agreed.method is ConversionMethod.DOLLARS_INVESTED:
            return agreed.pre_money.amount + sum((paper.amount for paper in self._papers), Fraction(0))
        return agreed.pre_money.amount

    def _counted(self, definition: CapitalizationDefinition, this: Fraction) -> _Linear:
        """Return the shares that a cap is divided by, with what this paper converts into known."""
        standing = self._standing
        known = (
            (definition.outstanding_shares, standing.shares),
            (definition.outstanding_options, standing.options),
            (definition.unissued_options, standing.unissued),
            (definition.promised_options, standing.for_promised),
            (definition.this_security, this),
        )
        counted = _Linear(sum((shares for is_counted, shares in known if is_counted), Fraction(0)))
        if definition.other_converting_securities:
            counted += _CONVERTED + _Linear(-this)
        if definition.pool_increase:
            counted += _POOL
        if definition.new_money:
            counted += self._new_shares()
        return counted

    def _converted(self, paper: Converting, way: _Choice) -> _Linear:
        """Return what a paper converts into, in terms of what is not known yet."""
        if way.taken is not Taken.CAP:
            return _PER_UNIT.times(paper.amount / way.price(Fraction(1)))
        assert way.terms.cap is not None
        part, definition = paper.amount / way.terms.cap.amount, way.terms.counted
        # shares = part × (counted + own weight × shares), so shares = part × counted ÷ (1 − part × own weight)
        own_weight = int(definition.this_security) - int(definition.other_converting_securities)
        left = 1 - part * own_weight
        if left <= 0:
            _unsolvable()
        return self._counted(definition, Fraction(0)).times(part / Fraction(left))

    def _offered(
        self, paper: Converting, way: _Choice, this: Fraction, unknown: tuple[Fraction, Fraction, Fraction]
    ) -> Fraction:
        """Return the shares that a way would give at the counts found."""
        if way.taken is not Taken.CAP:
            return self._converted(paper, way).at(unknown)
        assert way.terms.cap is not None
        counted = self._counted(way.terms.counted, this).at(unknown)
        return paper.amount * counted / Fraction(way.terms.cap.amount)

    def _unknown(self, converted: Sequence[_Linear], *, pool_grows: bool) -> tuple[Fraction, Fraction, Fraction]:
        """Solve for the shares that convert, the increase of the pool, and the shares per unit of currency."""
        equations = [sum(converted, _Linear()) + _CONVERTED.times(Fraction(-1))]
        if self._round.pool_increase is not None:
            equations.append(_Linear(self._round.pool_increase.as_fraction()) + _POOL.times(Fraction(-1)))
        else:
            equations.append(self._pool_needed() if pool_grows else _POOL)
        if self._round.price is not None:
            equations.append(_PER_UNIT + _Linear(-1 / Fraction(self._round.price.amount)))
        else:
            equations.append(self._priced_on() + _PER_UNIT.times(-self._valuation()))
        unknown = _solved(equations)
        if unknown[0] < 0 or unknown[1] < 0 or unknown[2] <= 0:
            _unsolvable()
        return unknown

    # --- rounding, after everything is solved -----------------------------------------------------------------

    def _rounded(
        self, unknown: tuple[Fraction, Fraction, Fraction], taken: Sequence[_Choice], into: Sequence[Fraction]
    ) -> Solution:
        agreed, standing = self._round, self._standing
        exact_price = 1 / Fraction(unknown[2])
        price = _rounded_down(exact_price, agreed.price_places if agreed.price is None else None)
        conversions = [
            self._conversion(paper, ways, now, shares, unknown, price)
            for paper, ways, now, shares in zip(self._papers, self._ways, taken, into, strict=True)
        ]
        purchases = tuple(
            Purchase(
                holder=each.holder,
                paid=each.amount,
                shares=self._bought(each.amount.amount, price),
                exact=each.amount.amount * unknown[2],
            )
            for each in agreed.investments
        )
        received = [*(each.shares for each in purchases), *(each.shares for each in conversions)]
        issued = sum((shares.as_fraction() for shares in received), Fraction(0))
        increase = self._whole_increase(standing.total + issued)
        return Solution(
            price=Price(price, agreed.currency),
            exact_price=exact_price,
            priced_on=self._priced_on().at(unknown),
            pool_increase=increase,
            exact_pool_increase=standing.for_promised + unknown[1],
            purchases=purchases,
            conversions=tuple(self._with_series(conversions, price)),
            exact_total=self._all().at(unknown),
            total=standing.total + issued + increase.as_fraction(),
        )

    def _bought(self, amount: Fraction, price: Fraction) -> Shares:
        return Shares.of_units(round_position(amount / Fraction(price) * SCALE, self._round.rounding, 0))

    def _conversion(
        self,
        paper: Converting,
        ways: Sequence[_Choice],
        now: _Choice,
        shares: Fraction,
        unknown: tuple[Fraction, Fraction, Fraction],
        round_price: Fraction,
    ) -> Conversion:
        """Round each price that the paper offers, and take the lowest: rounding may turn a near tie around."""
        offered: list[tuple[Fraction, bool, _Choice, Fraction | None]] = []
        for way in ways:
            counted = None
            if way.taken is Taken.CAP:
                counted = self._counted(way.terms.counted, shares).at(unknown)
                asked = way.terms.cap_price(counted) if counted else None
                if asked is None:
                    continue  # a cap divided by shares of which there are none offers nothing
            else:
                asked = way.price(round_price)
            places = self._round.conversion_places if way.taken is not Taken.ROUND_PRICE else None
            offered.append((_rounded_down(asked, places), way is not now, way, counted))
        price, _, way, counted = min(offered, key=lambda each: each[:2])
        return Conversion(
            name=paper.name,
            holder=paper.holder,
            principal=paper.principal,
            interest=paper.interest,
            taken=way.taken,
            terms=way.terms,
            elected=way.elected,
            capitalization=counted,
            price=Price(price, self._round.currency),
            exact_price=paper.amount / Fraction(shares),
            series=self._round.series,
            shares=self._bought(paper.amount, price),
            exact=shares,
        )

    def _with_series(self, conversions: Sequence[Conversion], price: Fraction) -> list[Conversion]:
        """Give each other price a series of its own, numbered from the highest price down."""
        if not self._round.shadow_series:
            return list(conversions)
        others = sorted({each.price.amount for each in conversions} - {price}, reverse=True)
        series = {amount: StockClassId(f"{self._round.series}-{place}") for place, amount in enumerate(others, 1)}
        return [attrs.evolve(each, series=series.get(each.price.amount, each.series)) for each in conversions]

    def _whole_increase(self, others: Fraction) -> Shares:
        """Return the increase of the pool in whole shares, so that its target is reached by what is issued."""
        agreed, standing = self._round, self._standing
        if agreed.pool_increase is not None:
            return agreed.pool_increase + Shares(ceil(standing.for_promised))
        if agreed.pool_target is None:
            return Shares(ceil(standing.for_promised))
        target, free = agreed.pool_target.value, standing.unissued - standing.promised
        # free + x = target × (others + x)
        needed = (target * others - free) / Fraction(1 - target)
        return Shares(max(0, ceil(standing.for_promised), ceil(needed)))


def _ways(paper: Converting) -> tuple[_Choice, ...]:
    """Return the ways in which a paper may convert, the least first: the price of the round is always one."""
    found = [_Choice(Taken.ROUND_PRICE, paper.terms)]
    for place, terms in enumerate((paper.terms, *paper.others)):
        if terms.discount is not None:
            found.append(_Choice(Taken.DISCOUNT, terms, elected=place > 0))
        if terms.cap is not None:
            found.append(_Choice(Taken.CAP, terms, elected=place > 0))
    return tuple(found)


def _rounded_down(price: Fraction, places: int | None) -> Fraction:
    """Return a price cut after so many decimals, as papers round it: in favour of whoever pays it."""
    if places is None:
        return price
    kept = Fraction(price.numerator * 10**places // price.denominator, 10**places)
    if not kept:
        raise NotUnderstood(
            "E_TERMS", f"a price of {plain(price)} rounds down to nothing", f"keep more than {places} decimals"
        )
    return kept


def _solved(equations: Sequence[_Linear]) -> tuple[Fraction, Fraction, Fraction]:
    """Return the three unknowns for which all three equations are zero."""
    rows = [[each.converted, each.pool, each.per_unit, -each.constant] for each in equations]
    for column in range(3):
        pivot = next((row for row in range(column, 3) if rows[row][column]), None)
        if pivot is None:
            _unsolvable()
        rows[column], rows[pivot] = rows[pivot], rows[column]
        factor = rows[column][column]
        rows[column] = [value / factor for value in rows[column]]
        for row in range(3):
            if row != column and (times := rows[row][column]):
                rows[row] = [value - times * by for value, by in zip(rows[row], rows[column], strict=True)]
    return rows[0][3], rows[1][3], rows[2][3]
