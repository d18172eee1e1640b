"""Rights of a class in the record: stated, ended, and restated at a split where they are by the share."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.book import Book
from ledger.commands import SplitStock, book_at
from ledger.days import Phase
from ledger.errors import TermsIncomplete, UnknownName
from ledger.events import ClassRight, ClassRightsStated
from ledger.events.class_rights import CLASS_RIGHTS
from ledger.identity import Count, StockClassId
from ledger.journal import Ledger
from ledger.movements import Level
from ledger.quantities import Authorized, FractionPolicy, Money, Price, Ratio
from ledger.terms.base import Terms
from ledger.terms.dividends import DividendTerms
from ledger.terms.liquidation import LiquidationPreference
from ledger.terms.market import MarketPrice, Measure, PriceRule
from ledger.terms.preferred import MandatoryConversion, MarketConversion, RedemptionRight, RedemptionTerms
from ledger.terms.protection import PriceProtection, ProtectionMethod
from ledger.terms.rights import after_split
from tests import builders, strategies

SERIES, COMMON = StockClassId("series-a"), StockClassId("common")
LATER = date(2026, 12, 31)


def usd(amount: str | Fraction) -> Price:
    return Price(amount, "USD")


def at(ledger: Ledger, on: date = LATER) -> Book:
    return book_at(ledger, on, Phase.CLOSE)


def level(ledger: Ledger, which: Level, on: date = LATER) -> object:
    ((_, value),) = at(ledger, on).levels(which, SERIES)
    return value


RIGHTS: dict[str, Terms] = {
    "liquidation": LiquidationPreference(base=usd("10")),
    "dividends": DividendTerms(amount=usd("0.8")),
    "redemption": RedemptionTerms(
        by_company=RedemptionRight(price=usd("12")), by_holder=RedemptionRight(multiple=Ratio(1))
    ),
    "mandatory_conversion": MandatoryConversion(offering_price=usd("24"), offering_proceeds=Money(1, "USD")),
    "market_conversion": MarketConversion(
        into=COMMON,
        price=PriceRule(
            fixed=usd("8"),
            market=(MarketPrice(measure=Measure.VWAP, trading_days=Count(10), part=Ratio("0.8")),),
            floor=usd("0.5"),
        ),
    ),
    "protection": PriceProtection(method=ProtectionMethod.FULL_RATCHET, floor=usd("0.4")),
}


def with_rights(**rights: Terms) -> Ledger:
    ledger = builders.company()
    ledger.record(builders.class_rights_stated(**rights))
    return ledger


def test_each_right_is_a_level_of_its_own() -> None:
    ledger = with_rights(**RIGHTS)

    stated = {right: level(ledger, which) for right, which in CLASS_RIGHTS.items()}

    assert {right.value.replace("-", "_"): value for right, value in stated.items()} == RIGHTS


def test_a_right_that_is_not_named_stays_and_one_that_ended_is_gone() -> None:
    ledger = with_rights(**RIGHTS)
    ledger.record(builders.class_rights_stated(ended=(ClassRight.REDEMPTION,), effective_on="2026-03-02"))

    assert level(ledger, Level.REDEMPTION) is None
    assert level(ledger, Level.REDEMPTION, date(2026, 3, 1)) == RIGHTS["redemption"]
    assert level(ledger, Level.LIQUIDATION) == RIGHTS["liquidation"]


def test_rights_are_of_a_class_that_was_designated() -> None:
    with pytest.raises(UnknownName, match="series-b"):
        builders.company().record(builders.class_rights_stated(stock_class="series-b"))


def test_a_market_conversion_names_a_class_that_was_designated() -> None:
    conversion = MarketConversion(into=StockClassId("class-z"), price=PriceRule(fixed=usd("1")))
    with pytest.raises(UnknownName, match="class-z"):
        with_rights(market_conversion=conversion)


# --- splits --------------------------------------------------------------------------------------------------


def split(of: StockClassId = COMMON, ratio: str = "1/20") -> SplitStock:
    return SplitStock(
        stock_class=of,
        ratio=Ratio(ratio),
        on=date(2026, 7, 1),
        phase=Phase.OPENING,
        fractions=FractionPolicy.UP,
        authorized=Authorized(10_000_000),
    )


def test_a_split_of_the_common_stock_restates_what_is_by_the_common_share() -> None:
    ledger = with_rights(**RIGHTS)

    _, restated = split().events(ledger)
    ledger.record(*split().events(ledger))

    assert isinstance(restated, ClassRightsStated)
    assert (restated.liquidation, restated.dividends, restated.redemption) == (None, None, None)
    assert level(ledger, Level.PROTECTION) == PriceProtection(method=ProtectionMethod.FULL_RATCHET, floor=usd("8"))
    conversion, mandatory = level(ledger, Level.MARKET_CONVERSION), level(ledger, Level.MANDATORY_CONVERSION)
    assert isinstance(conversion, MarketConversion)
    assert (conversion.price.fixed, conversion.price.floor) == (usd("160"), usd("10"))
    assert mandatory == MandatoryConversion(offering_price=usd("480"), offering_proceeds=Money(1, "USD"))


def test_a_split_of_the_class_restates_what_is_by_its_own_share() -> None:
    ledger = with_rights(**RIGHTS)

    ledger.record(*split(SERIES, "2").events(ledger))

    assert level(ledger, Level.LIQUIDATION) == LiquidationPreference(base=usd("5"))
    assert level(ledger, Level.DIVIDEND_TERMS) == DividendTerms(amount=usd("0.4"))
    assert level(ledger, Level.REDEMPTION) == RedemptionTerms(
        by_company=RedemptionRight(price=usd("6")), by_holder=RedemptionRight(multiple=Ratio(1))
    )
    assert level(ledger, Level.PROTECTION) == RIGHTS["protection"]


@pytest.mark.parametrize("name", ["mandatory_conversion", "market_conversion", "protection"])
def test_a_split_without_the_restated_right_is_refused(name: str) -> None:
    ledger = with_rights(**{name: RIGHTS[name]})
    alone, _ = split().events(ledger)
    with pytest.raises(TermsIncomplete, match="Record class-rights-stated"):
        ledger.record(alone)


def test_a_split_asks_nothing_of_rights_that_are_of_the_stated_value() -> None:
    ledger = with_rights(liquidation=LiquidationPreference(), dividends=DividendTerms(rate=Ratio("0.08")))

    for stock_class in (COMMON, SERIES):
        (alone,) = split(stock_class, "2").events(ledger)
        assert alone.KIND == "stock-split-effected"


def test_a_split_asks_nothing_of_a_right_that_has_ended() -> None:
    ledger = with_rights(protection=RIGHTS["protection"])
    ledger.record(builders.class_rights_stated(ended=(ClassRight.PROTECTION,), effective_on="2026-03-02"))
    (alone,) = split().events(ledger)

    ledger.record(alone)


def test_a_right_recorded_late_before_a_split_needs_its_restatement_too() -> None:
    ledger = builders.company()
    ledger.record(*split(SERIES, "2").events(ledger))
    with pytest.raises(TermsIncomplete, match="liquidation preference"):
        ledger.record(builders.class_rights_stated(liquidation=LiquidationPreference(base=usd("10"))))


@given(st.data(), st.sampled_from([Fraction(1, 20), Fraction(2), Fraction(3, 7)]))
def test_a_split_and_its_reverse_leave_every_right_as_it_was(data: Any, ratio: Fraction) -> None:
    stated = data.draw(strategies.events_of(ClassRightsStated))
    into = StockClassId("into")
    rights = (getattr(stated, right.value.replace("-", "_")) for right in ClassRight)
    for right in filter(None, rights):
        bought = getattr(right, "into", into)
        once = after_split(right, {bought: ratio, stated.stock_class: ratio}, stated.stock_class, into)
        back = after_split(once, {bought: 1 / ratio, stated.stock_class: 1 / ratio}, stated.stock_class, into)

        assert back == right
