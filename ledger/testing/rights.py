"""Rights of a class, drawn by Hypothesis so that each agrees with itself."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
from hypothesis import strategies as st

from ledger.identity import Count, StockClassId
from ledger.quantities import Money, Price, Ratio
from ledger.terms.dividends import DividendTerms, PaidIn
from ledger.terms.interest import Compounding, DayCount
from ledger.terms.liquidation import LiquidationPreference, Participation
from ledger.terms.market import MarketPrice, Measure, PriceRule, Statistic
from ledger.terms.preferred import MandatoryConversion, MarketConversion, RedemptionRight, RedemptionTerms
from ledger.testing import values

if TYPE_CHECKING:
    from datetime import date

_MULTIPLES = st.fractions(Fraction(1, 100), 10, max_denominator=100)


def _prices_above_zero() -> st.SearchStrategy[Price]:
    return values.prices().filter(lambda price: bool(price.amount))


def liquidation_preferences() -> st.SearchStrategy[LiquidationPreference]:
    """Return preferences of every participation."""

    def made(
        multiple: Fraction, above: Fraction, participation: Participation, includes: bool
    ) -> LiquidationPreference:
        return LiquidationPreference(
            multiple=Ratio(multiple),
            participation=participation,
            cap=Ratio(multiple + above) if participation is Participation.CAPPED else None,
            cap_includes_preference=includes,
        )

    plain = st.builds(made, _MULTIPLES, _MULTIPLES, st.sampled_from(Participation), st.booleans())
    return st.builds(
        lambda preference, base, added: attrs.evolve(preference, base=base, with_accrued_dividends=added),
        plain,
        st.none() | _prices_above_zero(),
        st.booleans(),
    )


def dividend_terms() -> st.SearchStrategy[DividendTerms]:
    """Return dividends at a rate or of an amount, cumulative or not."""
    counted = st.sampled_from([each for each in Compounding if each is not Compounding.DAILY])
    return st.builds(
        lambda rate, base, compounding, paid_in, since: DividendTerms(
            rate=Ratio(rate), base=base, compounding=compounding, paid_in=paid_in, accrues_from=since
        ),
        _MULTIPLES,
        st.none() | _prices_above_zero(),
        counted,
        st.sampled_from(PaidIn),
        st.none() | values.days(),
    ) | st.builds(
        lambda amount, cumulative, day_count: DividendTerms(
            amount=amount, is_cumulative=cumulative, day_count=day_count
        ),
        _prices_above_zero(),
        st.booleans(),
        st.sampled_from(DayCount),
    )


def redemption_terms() -> st.SearchStrategy[RedemptionTerms]:
    """Return redemptions at the option of the company, of a holder, or of both."""

    def made(
        amount: Price | Fraction, part: Fraction, days: list[date], notice: Count | None, added: bool
    ) -> RedemptionRight:
        return RedemptionRight(
            price=amount if isinstance(amount, Price) else None,
            multiple=None if isinstance(amount, Price) else Ratio(amount),
            part=Ratio(part),
            since=days[0] if days else None,
            until=days[1] if len(days) > 1 else None,
            notice_days=notice,
            with_accrued_dividends=added,
        )

    right = st.builds(
        made,
        values.prices() | _MULTIPLES,
        st.fractions(Fraction(1, 1_000), 1, max_denominator=1_000),
        st.lists(values.days(), max_size=2).map(sorted),
        st.none() | st.integers(0, 90).map(Count),
        st.booleans(),
    )
    return (
        st.builds(RedemptionTerms, by_company=right, by_holder=st.none() | right)
        | st.builds(RedemptionTerms, by_holder=right)
    )  # fmt: skip


def mandatory_conversions() -> st.SearchStrategy[MandatoryConversion]:
    """Return every occasion alone, and some together."""
    currency = values.currencies()
    vote = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100).map(Ratio)
    return st.one_of(
        st.builds(MandatoryConversion, on=values.days()),
        st.builds(MandatoryConversion, vote=vote, vote_is_exceeded=st.booleans(), on=st.none() | values.days()),
        st.builds(
            lambda code, price, proceeds: MandatoryConversion(
                offering_price=Price(price, code), offering_proceeds=Money(proceeds, code)
            ),
            currency,
            st.integers(1, 100),
            st.integers(1, 10**9),
        ),
    )


def price_rules() -> st.SearchStrategy[PriceRule]:
    """Return rules with a fixed price, with market prices, and with both."""

    def made(measure: Measure, statistic: Statistic, days: int, lowest: int, part: Fraction) -> MarketPrice:
        is_of_few = statistic is Statistic.MEAN_OF_LOWEST
        return MarketPrice(
            measure=measure,
            statistic=statistic,
            trading_days=Count(days),
            lowest=Count(min(lowest, days)) if is_of_few else None,
            part=Ratio(part),
        )

    market = st.builds(
        made,
        st.sampled_from(Measure),
        st.sampled_from(Statistic),
        st.integers(1, 30),
        st.integers(1, 30),
        _MULTIPLES,
    )
    several = st.lists(market, min_size=1, max_size=3).map(tuple)
    return st.builds(
        PriceRule,
        market=several,
        par_is_floor=st.booleans(),
        only_down=st.booleans(),
        floor=st.none() | values.prices(),
    ) | st.builds(PriceRule, fixed=_prices_above_zero(), market=st.just(()) | several)


def market_conversions() -> st.SearchStrategy[MarketConversion]:
    """Return rights to convert at a price that follows the market."""
    return st.builds(MarketConversion, into=values.identifiers(StockClassId), price=price_rules())
