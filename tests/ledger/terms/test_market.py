"""Prices that follow the market: published clauses with figures, edges of a look-back, and what always holds."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.identity import Count
from ledger.quantities import Price, Ratio, Shares
from ledger.terms.market import Found, MarketPrice, Measure, PriceRule, Quote, Statistic

NOTICE = date(2024, 3, 15)  # a Friday


def usd(amount: str | Fraction | int) -> Price:
    return Price(amount, "USD")


def quotes(*prices: str, until: date = NOTICE, measure: Measure = Measure.VWAP) -> list[Quote]:
    """Return quotes of the weekdays before a day; the last price is that of the day before."""
    days: list[date] = []
    on = until
    while len(days) < len(prices):
        on -= timedelta(days=1)
        if on.weekday() < 5:
            days.append(on)
    return [
        Quote(on=on, measure=measure, price=usd(price)) for on, price in zip(reversed(days), prices, strict=True)
    ]


def market(trading_days: int = 5, **fields: Any) -> MarketPrice:
    fields = {"measure": Measure.VWAP, **fields}
    if "lowest" in fields:
        fields = {**fields, "lowest": Count(fields["lowest"]), "statistic": Statistic.MEAN_OF_LOWEST}
    part = Ratio(fields.pop("part", 1))
    return MarketPrice(trading_days=Count(trading_days), part=part, **fields)


# --- published clauses and figures --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean_bid", "price", "shares"),
    [
        ("0.40", "0.26", 15_384_615),
        ("0.30", "0.195", 20_512_820),
        ("0.20", "0.13", 30_769_230),
        ("0.10", "0.065", 61_538_461),
        ("2.00", "1", 4_000_000),
    ],
)
def test_a_floorless_debenture_takes_more_shares_the_lower_the_market(
    mean_bid: str, price: str, shares: int
) -> None:
    """A debate of investors on floorless convertibles (si.frajer.net, message 10437545): 4,000,000 at the lesser of
    1.00 and 65 % of the average daily bid of the five trading days before, at bids of 40, 30, 20 and 10 cents.
    The last row is the fixed price, where the market is high.
    """
    bids = quotes(*[mean_bid] * 5, measure=Measure.CLOSING_BID)
    statistic = {"measure": Measure.CLOSING_BID, "statistic": Statistic.MEAN}
    rule = PriceRule(fixed=usd("1.00"), market=(market(5, part="0.65", **statistic),))

    found = rule.on(bids, NOTICE).price

    assert found == usd(price)
    assert 4_000_000 // found.amount == shares


def test_the_mean_of_the_two_lowest_of_ten_days_is_paid_for_series_e() -> None:
    """Ascent Solar, Series E: 80 % of the mean of the two lowest VWAPs of the ten trading days before; in default
    70 % of that of 20 days, and it may only go down. The VWAPs are invented: two lowest of ten 0.05 and 0.07, and
    0.03 eleven days back.
    """
    vwaps = quotes(*["0.20"] * 9, "0.03", "0.09", "0.05", "0.12", "0.11", "0.07", *["0.10"] * 5)
    rule = PriceRule(
        market=(market(10, lowest=2, part="0.8"),),
        market_in_default=(market(20, lowest=2, part="0.7"),),
        only_down=True,
    )

    assert rule.on(vwaps, NOTICE).price == usd("0.048")
    assert rule.on(vwaps, NOTICE, in_default=True).price == usd("0.028")
    assert rule.on(vwaps, NOTICE, before=usd("0.02")).price == usd("0.02")
    assert rule.on(vwaps, NOTICE, before=usd("0.048")).price == usd("0.048")
    assert rule.on(vwaps, NOTICE, before=usd("0.049")).price == usd("0.048")


def series_g() -> PriceRule:
    """Ascent Solar, Series G as amended: the lowest of 0.045, and 70 % of the lowest VWAP or bid of ten days."""
    bid = market(10, part="0.7", measure=Measure.CLOSING_BID)
    return PriceRule(fixed=usd("0.045"), market=(market(10, part="0.7"), bid))


@pytest.mark.parametrize(
    ("vwap", "bid", "price"),
    [
        ("0.08", "0.07", "0.045"),
        ("0.05", "0.07", "0.035"),
        ("0.05", "0.04", "0.028"),
        ("0.0642857143", "0.09", "0.045"),
        ("0.0642857142", "0.09", "0.04499999994"),
    ],
)
def test_the_lowest_of_three_prices_counts(vwap: str, bid: str, price: str) -> None:
    both = quotes(*["0.09"] * 9, vwap) + quotes(*["0.09"] * 9, bid, measure=Measure.CLOSING_BID)
    assert series_g().on(both, NOTICE).price == usd(price)


def test_a_vendors_debt_is_redeemed_at_the_mean_of_five_closes() -> None:
    """Ascent Solar: 380,639 redeemed on 25 July 2018 for 2,138,421 shares at the mean of the prior five closes,
    0.1780. The closes are invented; the mean of them, and the shares to the nearest whole, are the filing's.
    """
    closes = quotes("0.19", "0.185", "0.18", "0.17", "0.165", until=date(2018, 7, 25), measure=Measure.CLOSE)
    rule = PriceRule(market=(market(5, measure=Measure.CLOSE, statistic=Statistic.MEAN),))

    found = rule.on(closes, date(2018, 7, 25)).price

    assert found == usd("0.178")
    assert round(380_639 / found.amount) == 2_138_421


@pytest.mark.parametrize(
    ("lowest_vwap", "price"),
    [("7.00", "6.15"), ("6.68478260869", "6.15"), ("1.00", "0.92"), ("0.77", "0.716"), ("0.01", "0.716")],
)
def test_an_alternate_price_is_never_below_its_floor(lowest_vwap: str, price: str) -> None:
    """Bed Bath & Beyond, Series A of February 2023: the lower of 6.15 and 92 % of the lowest VWAP of ten trading
    days, the day of the notice included, and not below 0.7160. 92 % of 1.00 is 0.92; of 0.77, 0.7084.
    """
    days = quotes(*["8.00"] * 10)
    days.append(Quote(on=NOTICE, measure=Measure.VWAP, price=usd(lowest_vwap)))
    rule = PriceRule(fixed=usd("6.15"), market=(market(10, part="0.92", day_counts=True),), floor=usd("0.7160"))
    found = rule.on(days, NOTICE)
    assert found.price is not None
    assert abs(found.price.amount - Fraction(price)) < Fraction(1, 10**9)


def test_par_is_the_floor_that_every_note_reached() -> None:
    """Ascent Solar, fourth quarter of 2019: three lenders converted at exactly 0.0001, the par value; 54,000 were
    540,000,000 shares. The market is invented, and the rule without its floor would give twice as many.
    """
    lows = quotes(*["0.0001"] * 10, measure=Measure.LOW)
    rule = PriceRule(market=(market(10, part="0.5", measure=Measure.LOW),), par_is_floor=True)

    found = rule.on(lows, NOTICE, par=usd("0.0001"))

    assert found.price == usd("0.0001")
    assert found.because == "par value of 0.0001 USD"
    assert Shares(54_000 / found.price.amount) == Shares(540_000_000)


# --- a look-back --------------------------------------------------------------------------------------------


def test_the_day_itself_counts_only_where_the_paper_says_so() -> None:
    days = [*quotes("3", "2"), Quote(on=NOTICE, measure=Measure.VWAP, price=usd(1))]
    assert market(2).on(days, NOTICE).price == usd(2)
    assert market(2, day_counts=True).on(days, NOTICE).price == usd(1)
    assert market(2).on(days, NOTICE + timedelta(days=1)).price == usd(1)


def test_what_lies_before_the_look_back_and_other_measures_do_not_count() -> None:
    days = quotes("1", "3", "2") + quotes("1", "1", "1", measure=Measure.CLOSE)
    assert [market(n).on(days, NOTICE).price for n in (1, 2, 3)] == [usd(2), usd(2), usd(1)]


def test_too_few_quotes_give_no_price() -> None:
    for quoted, price in (([], None), (["1"], None), (["1", "2"], usd(1)), (["1", "2", "3"], usd(2))):
        assert market(2).on(quotes(*quoted), NOTICE).price == price


def test_weekdays_without_a_quote_are_named_and_weekends_are_not() -> None:
    found = market(6).on([each for each in quotes(*"123456789") if each.on != date(2024, 3, 12)], NOTICE)

    assert [each.on.day for each in found.quotes] == [6, 7, 8, 11, 13, 14]
    assert found.without_quote == (date(2024, 3, 12),)
    late = market(2).on(quotes("1", "2", until=date(2024, 3, 9)), NOTICE)
    assert late.without_quote == tuple(date(2024, 3, n) for n in (11, 12, 13, 14))


def test_an_earlier_quote_counts_in_the_units_after_a_split() -> None:
    before = Quote(on=NOTICE, measure=Measure.CLOSE, price=usd("0.0004"))
    assert before.after_split(Ratio("1/1000")).price == usd("0.4")
    assert before.after_split(Ratio(2)).price == usd("0.0002")


# --- what is missing ----------------------------------------------------------------------------------------


def bounds(found: Found) -> tuple[Price | None, Price | None, Price | None]:
    return found.at_least, found.price, found.at_most


def test_a_missing_quote_leaves_the_price_between_the_floor_and_what_is_known() -> None:
    rule = PriceRule(fixed=usd(3), market=(market(2),), floor=usd(1))
    assert bounds(rule.on(quotes("2"), NOTICE)) == (usd(1), None, usd(3))
    assert rule.on(quotes("2"), NOTICE).missing == ("the lowest VWAP of 2 trading days before",)
    assert bounds(PriceRule(market=(market(2),)).on([], NOTICE)) == (None, None, None)
    assert bounds(PriceRule(fixed=usd(3), market=(market(2),)).on([], NOTICE)) == (None, None, usd(3))


def test_what_is_missing_does_not_matter_where_the_floor_decides_anyway() -> None:
    rule = PriceRule(fixed=usd(3), market=(market(2),), floor=usd(3))
    assert bounds(rule.on([], NOTICE)) == (usd(3), usd(3), usd(3))


def test_an_unknown_par_value_leaves_the_price_open_upwards() -> None:
    rule = PriceRule(fixed=usd(3), par_is_floor=True)
    assert bounds(rule.on([], NOTICE)) == (usd(3), None, None)
    assert [rule.on([], NOTICE, par=usd(par)).price for par in (2, 3, 4)] == [usd(3), usd(3), usd(4)]


def test_a_rule_only_for_a_default_has_no_price_before_it() -> None:
    rule = PriceRule(market_in_default=(market(1),))
    assert bounds(rule.on(quotes("2"), NOTICE)) == (None, None, None)
    assert rule.on(quotes("2"), NOTICE, in_default=True).price == usd(2)


# --- what cannot be a rule ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: PriceRule(), "E_TERMS"),
        (lambda: PriceRule(floor=usd(1)), "E_TERMS"),
        (lambda: PriceRule(fixed=usd(0)), "E_TERMS"),
        (lambda: PriceRule(fixed=usd(2), floor=Price(1, "EUR")), "E_CURRENCY_MISMATCH"),
        (lambda: market(0), "E_TERMS"),
        (lambda: market(5, part=0), "E_TERMS"),
        (lambda: market(5, lowest=0), "E_TERMS"),
        (lambda: market(5, lowest=6), "E_TERMS"),
        (lambda: market(5, statistic=Statistic.MEAN_OF_LOWEST), "E_TERMS"),
        (lambda: lowest_of_no_mean(), "E_TERMS"),
        (
            lambda: PriceRule(fixed=Price(1, "EUR"), market=(market(1),)).on(quotes("1"), NOTICE),
            "E_CURRENCY_MISMATCH",
        ),
    ],
)
def test_a_rule_that_says_nothing_or_two_things_is_refused(make: Any, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        make()
    assert caught.value.code == code


def lowest_of_no_mean() -> MarketPrice:
    return MarketPrice(measure=Measure.VWAP, trading_days=Count(5), lowest=Count(2))


def test_quotes_in_two_currencies_give_no_mean() -> None:
    days = quotes("1", "2")
    days[0] = Quote(on=days[0].on, measure=Measure.VWAP, price=Price(1, "EUR"))
    with pytest.raises(NotUnderstood) as caught:
        market(2).on(days, NOTICE)
    assert caught.value.code == "E_CURRENCY_MISMATCH"


def test_a_rule_reads_as_the_paper_says_it() -> None:
    exchanged = PriceRule(  # Ascent Solar, the exchange of eleven notes in September 2017
        fixed=usd("0.004"),
        market=(market(5, part="0.85", statistic=Statistic.MEAN), market(1, measure=Measure.CLOSING_BID)),
        floor=usd("0.0001"),
        par_is_floor=True,
    )
    assert str(exchanged) == (
        "the lowest of 0.004 USD, 85 % of the mean VWAP of 5 trading days before and the closing bid of the trading"
        " day before, and not below 0.0001 USD or par"
    )
    assert str(market(20, lowest=2, part="0.7", day_counts=True)) == (
        "70 % of the mean of the 2 lowest VWAPs of 20 trading days"
    )


# --- laws ---------------------------------------------------------------------------------------------------

amounts = st.fractions(Fraction(1, 10_000), 100, max_denominator=10_000)
tapes = st.lists(amounts, max_size=30).map(lambda found: quotes(*(str(each) for each in found)))
prices = st.builds(usd, amounts)


@st.composite
def market_prices(draw: st.DrawFn) -> MarketPrice:
    days = draw(st.integers(1, 12))
    statistic = draw(st.sampled_from(Statistic))
    few = {"lowest": draw(st.integers(1, days))} if statistic is Statistic.MEAN_OF_LOWEST else {}
    return market(
        days, statistic=statistic, part=draw(st.fractions(Fraction(1, 100), 1, max_denominator=100)), **few
    )


rules = st.builds(
    PriceRule,
    fixed=prices,
    market=st.lists(market_prices(), max_size=3).map(tuple),
    floor=st.none() | prices,
    par_is_floor=st.booleans(),
    only_down=st.booleans(),
)


@given(rule=rules, tape=tapes, par=prices, before=st.none() | prices)
def test_a_price_is_never_below_a_floor_nor_outside_its_bounds(
    rule: PriceRule, tape: list[Quote], par: Price, before: Price | None
) -> None:
    found = rule.on(tape, NOTICE, par=par, before=before)
    floors = [each.price for each in found.floors if each.price is not None]
    assert found.at_most is not None
    for bound in filter(None, (found.at_least, found.price, found.at_most)):
        assert all(bound.amount >= floor.amount for floor in floors)
    if found.at_least is not None:
        assert found.at_least.amount <= found.at_most.amount
    if found.price is not None:
        assert found.price == found.at_least == found.at_most
        assert found.because in [each.what for each in (*found.compared, *found.floors)]


@given(rule=rules, tape=tapes, more=st.lists(amounts, min_size=12, max_size=12), par=prices)
def test_what_becomes_known_lies_within_what_was_possible(
    rule: PriceRule, tape: list[Quote], more: list[Fraction], par: Price
) -> None:
    first = min((each.on for each in tape), default=NOTICE)
    known = quotes(*(str(each) for each in more), until=first) + tape
    less, all_of_it = rule.on(tape, NOTICE, par=par), rule.on(known, NOTICE, par=par)

    assert all_of_it.price is not None
    if less.at_least is not None:
        assert less.at_least.amount <= all_of_it.price.amount
    assert less.at_most is not None
    assert all_of_it.price.amount <= less.at_most.amount


@given(rule=rules, tape=tapes, par=prices, before=prices)
def test_a_price_that_may_only_go_down_never_goes_up_but_for_its_floors(
    rule: PriceRule, tape: list[Quote], par: Price, before: Price
) -> None:
    found = rule.on(tape, NOTICE, par=par, before=before)
    if rule.only_down and found.price is not None:
        floors = [each.price.amount for each in found.floors if each.price is not None]
        assert found.price.amount <= max([before.amount, *floors])


@given(tape=st.lists(amounts, min_size=12, max_size=12), days=st.integers(1, 12))
def test_the_lowest_is_no_more_than_the_mean_of_a_few_and_that_no_more_than_the_mean(
    tape: list[Fraction], days: int
) -> None:
    quoted = quotes(*(str(each) for each in tape))
    found = [market(days).on(quoted, NOTICE)]
    found += [market(days, lowest=n).on(quoted, NOTICE) for n in range(1, days + 1)]
    found += [market(days, statistic=Statistic.MEAN).on(quoted, NOTICE)]
    ordered = [each.price.amount for each in found if each.price is not None]
    assert len(ordered) == days + 2
    assert ordered == sorted(ordered)


def test_a_rule_that_the_market_moves_only_in_default_says_so() -> None:
    """Series F of January 2016 converts at $0.25, and in default at 70 % of the two lowest VWAPs of 20 days."""
    in_default = MarketPrice(
        measure=Measure.VWAP,
        statistic=Statistic.MEAN_OF_LOWEST,
        lowest=Count(2),
        trading_days=Count(20),
        part=Ratio("0.7"),
    )

    assert str(PriceRule(market_in_default=(in_default,))) == (
        "in default 70 % of the mean of the 2 lowest VWAPs of 20 trading days before"
    )
