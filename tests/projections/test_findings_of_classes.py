"""Conversions at the market and redemptions that are not what the rights of a class yield on the day."""

from datetime import date
from typing import Any

import pytest

from ledger import Ledger
from ledger.events import Event
from ledger.identity import Count, StockClassId
from ledger.quantities import Money, Price, Ratio, Shares
from ledger.terms.market import MarketPrice, Measure, PriceRule
from ledger.terms.preferred import MarketConversion, RedemptionRight, RedemptionTerms
from projections import Findings, findings
from tests.builders import (
    class_rights_stated,
    class_terms_amended,
    company,
    preferred_issued,
    price_quoted,
    shares_converted,
    shares_redeemed,
)

NO_FIXED_PRICE = class_terms_amended(stock_class="series-a", conversion_ended=True)
LOWEST = MarketPrice(measure=Measure.CLOSE, trading_days=Count(2), part=Ratio("0.8"))


def found(*events: Event) -> Findings:
    ledger: Ledger = company()
    ledger.record(preferred_issued(), *events)
    return findings(ledger)


def at_market(**rule: Any) -> Event:
    right = MarketConversion(into=StockClassId("common"), price=PriceRule(**{"market": (LOWEST,), **rule}))
    return class_rights_stated(market_conversion=right)


QUOTES = (
    price_quoted(price="6 USD", effective_on="2026-03-02"),
    price_quoted(price="5 USD", effective_on="2026-03-03"),
)


def converted(received: int) -> Event:
    return shares_converted(surrendered=100, received=received, effective_on="2026-03-04")


# --- conversions at the market -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("received", "differs"), [(250, 0), (251, 1), (249, -1)])
def test_a_conversion_at_the_market_is_compared_with_the_price_of_the_day(received: int, differs: int) -> None:
    """By hand: 80 % of the lower of 6 and 5 is 4; 100 shares of 10 are 250 at 4."""
    answer = found(NO_FIXED_PRICE, at_market(), *QUOTES, converted(received))

    assert [finding.amount for finding in answer] == ([Shares(differs)] if differs else [])


@pytest.mark.parametrize(("received", "fits"), [(125, True), (250, True), (200, False)])
def test_a_class_with_a_fixed_and_a_market_price_may_convert_at_either(received: int, fits: bool) -> None:
    """By hand: 100 at 10 ÷ 8 are 125, at the market 250."""
    answer = found(at_market(), *QUOTES, converted(received))

    assert (len(answer) == 0) is fits


def test_nothing_is_said_of_a_market_price_whose_quotes_are_missing() -> None:
    assert len(found(at_market(), QUOTES[0], converted(999))) == 0


def test_a_price_for_a_default_alone_leaves_the_fixed_one_to_compare_with() -> None:
    rule = at_market(market=(), market_in_default=(LOWEST,))

    (finding,) = found(rule, *QUOTES, converted(250))

    assert finding.what == "100 series-a became 250 common, and the terms of the day yield 125"


# --- redemptions -------------------------------------------------------------------------------------------------

AT_A_PRICE = RedemptionRight(price=Price("12.345", "USD"))
AT_A_MULTIPLE = RedemptionRight(multiple=Ratio("1.5"), since=date(2026, 4, 1))


def redeemed(paid: str, on: str = "2026-05-04") -> Event:
    return shares_redeemed(redeemed=3, paid=paid, effective_on=on)


@pytest.mark.parametrize(
    ("paid", "off_by"), [("37.03 USD", None), ("37.04 USD", None), ("37.05 USD", Money("0.01", "USD"))]
)
def test_a_redemption_is_compared_with_what_the_papers_pay_to_the_cent(paid: str, off_by: Money | None) -> None:
    """By hand: 3 × 12.345 = 37.035."""
    answer = found(class_rights_stated(redemption=RedemptionTerms(by_company=AT_A_PRICE)), redeemed(paid))

    assert [finding.amount for finding in answer] == ([] if off_by is None else [off_by])


@pytest.mark.parametrize(("paid", "fits"), [("37.035 USD", True), ("45 USD", True), ("40 USD", False)])
def test_of_two_sides_either_may_have_asked(paid: str, fits: bool) -> None:
    both = RedemptionTerms(by_company=AT_A_PRICE, by_holder=AT_A_MULTIPLE)

    answer = found(class_rights_stated(redemption=both), redeemed(paid))

    assert (len(answer) == 0) is fits


def test_a_redemption_that_no_side_had_the_right_to_is_found() -> None:
    rights = class_rights_stated(redemption=RedemptionTerms(by_holder=AT_A_MULTIPLE))

    (finding,) = found(rights, redeemed("45 USD", on="2026-03-31"))

    assert finding.what == "3 series-a were redeemed on 2026-03-31, and no side had the right to it"


@pytest.mark.parametrize(
    "right",
    [
        RedemptionRight(price=Price(1, "USD"), with_accrued_dividends=True),
        RedemptionRight(price=Price(1, "EUR")),
    ],
)
def test_nothing_is_said_of_a_redemption_that_cannot_be_worked_out(right: RedemptionRight) -> None:
    assert len(found(class_rights_stated(redemption=RedemptionTerms(by_company=right)), redeemed("9 USD"))) == 0


def test_nothing_is_said_of_a_redemption_without_recorded_rights_or_payment() -> None:
    assert len(found(redeemed("9 USD"))) == 0
    unpaid = shares_redeemed(redeemed=3, paid=None, effective_on="2026-05-04")
    assert len(found(class_rights_stated(redemption=RedemptionTerms(by_company=AT_A_PRICE)), unpaid)) == 0
