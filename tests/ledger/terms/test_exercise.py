"""Exercise and release: what is issued, given up and withheld; and the shares that options add to diluted ones."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.quantities import FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.exercise import (
    PotentialShares,
    Settlement,
    cash_exercise,
    net_exercise,
    release,
    treasury_stock_method,
    withheld_at,
    withheld_for,
)
from ledger.terms.schedule import TakenFrom
from ledger.terms.vesting import VestingTerms, VestingTranche


def usd(amount: int | str) -> Price:
    return Price(amount, "USD")


def potential(shares: int, price: int | str, unrecognized: int | str | None = None) -> PotentialShares:
    return PotentialShares(
        shares=Shares(shares), price=usd(price), unrecognized=None if unrecognized is None else usd(unrecognized)
    )


# --- exercise -----------------------------------------------------------------------------------------------------


def test_a_net_exercise_gives_up_shares_for_the_price_and_for_tax() -> None:
    """mystockoptions.com, glossary, on shares that cover the cost of an exercise: 1,000 options at $10, value $20.

    500 shares cover the price of $10,000, 150 the tax ($3,000), and 350 are left.
    """
    tax = withheld_for(Money(3_000, "USD"), usd(20))
    assert net_exercise(Shares(1_000), usd(10), usd(20), for_tax=tax) == Settlement(
        settled=Shares(1_000), for_price=Shares(500), for_tax=Shares(150), issued=Shares(350)
    )


def test_the_price_of_options_far_in_the_money_costs_few_shares() -> None:
    """financeandflipflops.com, "The Math Behind a Cashless Exercise": 1,000 options at $20, value $80.

    The price of $20,000 is worth 250 of the shares at $80.
    """
    settled = net_exercise(Shares(1_000), usd(20), usd(80))
    assert (settled.for_price, settled.issued) == (Shares(250), Shares(750))


@pytest.mark.parametrize(
    ("value", "issued"), [("9.99", 0), ("10", 0), ("10.01", 0), ("10.11", 1), ("20", 50), ("30", 66)]
)
def test_a_net_exercise_yields_whole_shares_and_none_at_or_below_the_price(value: str, issued: int) -> None:
    """X = Y (A − B) ÷ A for 100 options at $10; at $10.01 it is 0.0999, at $10.11 1.088, at $30 66.67."""
    settled = net_exercise(Shares(100), usd(10), usd(value))
    assert settled.issued == Shares(issued)
    assert settled.for_price == Shares(100 - issued)


def test_an_exercise_in_cash_yields_every_share_and_costs_the_price_of_each() -> None:
    settled = cash_exercise(Shares(300), usd("1/3"))
    assert (settled.issued, settled.payable) == (Shares(300), Fraction(100))


@given(
    exercised=st.integers(1, 10**9),
    price=st.fractions(0, 1000, max_denominator=1000),
    value=st.fractions(0, 1000, max_denominator=1000),
)
def test_a_net_exercise_is_never_worth_more_than_the_gain(exercised: int, price: Fraction, value: Fraction) -> None:
    settled = net_exercise(Shares(exercised), Price(price, "USD"), Price(value, "USD"))
    assert settled.for_price + settled.issued == settled.settled
    gain = max(Fraction(0), exercised * (value - price))
    assert gain - value < settled.issued.as_fraction() * value <= gain or not gain


# --- withholding --------------------------------------------------------------------------------------------------


def test_the_shares_withheld_are_rounded_up_to_a_whole_one() -> None:
    """allthecalculations.com, "RSU Sell-to-Cover Estimator": 75 units at 30 %: 22.5 shares, so 23; 52 are left."""
    withheld = withheld_at(Ratio("0.3"), Shares(75))
    assert withheld == Shares(23)
    assert release(Shares(75), for_tax=withheld).issued == Shares(52)


def test_forty_percent_of_a_hundred_units_leave_sixty() -> None:
    """neugroup.com, "Tax Withholding Methods for Restricted Stock Units": 100 shares at 40 %, 60 are delivered."""
    assert release(Shares(100), for_tax=withheld_at(Ratio("2/5"), Shares(100))).issued == Shares(60)


@pytest.mark.parametrize(
    ("rounding", "withheld"),
    [(FractionPolicy.UP, 23), (FractionPolicy.DOWN, 22), (FractionPolicy.NEAREST, 23)],
)
def test_a_plan_says_how_withheld_shares_are_rounded(rounding: FractionPolicy, withheld: int) -> None:
    assert withheld_at(Ratio("0.3"), Shares(75), rounding) == Shares(withheld)
    assert withheld_for(Money(225, "USD"), usd(10), rounding) == Shares(withheld)


@pytest.mark.parametrize("rate", ["0", "1"])
def test_all_or_nothing_may_be_withheld(rate: str) -> None:
    withheld = withheld_at(Ratio(rate), Shares(75))
    assert release(Shares(75), for_tax=withheld).issued == Shares(75) - withheld


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: withheld_at(Ratio("1.01"), Shares(75)), "E_TERMS"),
        (lambda: withheld_for(Money(1, "EUR"), usd(1)), "E_CURRENCY_MISMATCH"),
        (lambda: withheld_for(Money(1, "USD"), usd(0)), "E_TERMS"),
        (lambda: release(Shares(75), for_tax=Shares(76)), "E_QUANTITY"),
        (lambda: net_exercise(Shares(10), usd(1), usd(2), for_tax=Shares(6)), "E_QUANTITY"),
        (lambda: net_exercise(Shares(10), usd(1), Price(2, "EUR")), "E_CURRENCY_MISMATCH"),
        (lambda: treasury_stock_method(potential(1, 1), Price(2, "EUR")), "E_CURRENCY_MISMATCH"),
        (
            lambda: treasury_stock_method(
                PotentialShares(shares=Shares(1), price=usd(1), unrecognized=Price(1, "EUR")), usd(3)
            ),
            "E_CURRENCY_MISMATCH",
        ),
    ],
)
def test_what_cannot_be_settled_is_refused(make: Any, code: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        make()
    assert refused.value.code == code


# --- the treasury-stock method ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "price", "average", "added"),
    [
        (10_000, 10, 15, Fraction(10_000, 3)),
        (30_000, 35, 55, Fraction(120_000, 11)),
        (999, 10, 13, Fraction(2_997, 13)),
        (10_000, 15, 25, Fraction(4_000)),
    ],
)
def test_options_add_the_shares_that_their_proceeds_do_not_buy_back(
    shares: int, price: int, average: int, added: Fraction
) -> None:
    """analystforum.com 90918: 10,000 at $10, average $15: 3,333.33. analystforum.com 111768 (OptionTech): 30,000
    at $35, average $55: 10,909. analystnotes.com: 999 at $10, average $13: 231 as printed, 230.54 exactly.
    knowt.com, notes of 28 April 2025: 10,000 at $15, average $25: 4,000.
    """
    assert treasury_stock_method(potential(shares, price), usd(average)) == added


@pytest.mark.parametrize(("price", "added"), [("9.99", Fraction(1)), ("10", Fraction(0)), ("10.01", Fraction(0))])
def test_a_tranche_at_or_above_the_average_price_adds_nothing(price: str, added: Fraction) -> None:
    assert treasury_stock_method(potential(1_000, price), usd(10)) == added


def test_a_tranche_out_of_the_money_does_not_weigh_against_one_in_the_money() -> None:
    """Taken together the two would buy back more than they issue: 2,000 × 15.5 ÷ 15 > 2,000."""
    tranches = [potential(1_000, 10), potential(1_000, 21)]
    assert sum(treasury_stock_method(each, usd(15)) for each in tranches) == Fraction(1_000, 3)


def test_service_still_to_be_rendered_counts_as_paid() -> None:
    """ASC 260-10-45-29: by hand, 1,000 units with $6 of cost to come, average $15: 1,000 − 6,000 ÷ 15 = 600."""
    assert treasury_stock_method(potential(1_000, 0, 6), usd(15)) == 600
    assert treasury_stock_method(potential(1_000, 10, 5), usd(15)) == 0
    assert treasury_stock_method(potential(1_000, 0), usd(0)) == 0


amounts = st.fractions(0, 100, max_denominator=100)
tranches = st.builds(
    lambda shares, price: PotentialShares(shares=Shares(shares), price=Price(price, "USD")),
    st.integers(0, 10**6),
    amounts,
)


@given(tranche=tranches, average=amounts, higher=amounts)
def test_the_method_never_takes_shares_away_and_grows_with_the_price(
    tranche: PotentialShares, average: Fraction, higher: Fraction
) -> None:
    low, high = sorted([average, higher])
    added = treasury_stock_method(tranche, Price(low, "USD"))
    assert 0 <= added <= tranche.shares.as_fraction()
    assert added <= treasury_stock_method(tranche, Price(high, "USD"))


# --- what an award may promise ------------------------------------------------------------------------------------


def vesting() -> VestingTerms:
    return VestingTerms(tranches=(VestingTranche(on=day("2030-01-01")),))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda: AwardTerms(
                award_kind=AwardKind.RESTRICTED_STOCK_UNIT, vesting=vesting(), early_exercise=TakenFrom.NEXT
            ),
            "only an option",
        ),
        (lambda: AwardTerms(award_kind=AwardKind.OPTION, early_exercise=TakenFrom.NEXT), "how the award vests"),
    ],
)
def test_an_award_that_contradicts_itself_is_refused(make: Any, says: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        make()
    assert refused.value.code == "E_TERMS"
    assert says in str(refused.value)


def test_restricted_stock_does_not_expire() -> None:
    with pytest.raises(NotUnderstood):
        AwardTerms(award_kind=AwardKind.RESTRICTED_STOCK, expires_on=day("2030-01-01"))


def test_an_option_may_be_exercised_on_its_last_day() -> None:
    option = AwardTerms(award_kind=AwardKind.OPTION, expires_on=day("2030-01-01"))
    assert [option.has_expired(day(on)) for on in ("2029-12-31", "2030-01-01", "2030-01-02")] == [
        False,
        False,
        True,
    ]
