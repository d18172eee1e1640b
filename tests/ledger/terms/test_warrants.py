"""Warrants: what exercising them yields, in published figures and in laws."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.quantities import SCALE, FractionPolicy, Price, Shares
from ledger.terms.warrants import ExerciseForm, WarrantTerms, cashless, cashless_fraction, for_cash


def usd(amount: str) -> Price:
    return Price(amount, "USD")


@pytest.mark.parametrize(
    ("warrant", "exercise", "market", "received"),
    [
        (1_000_000, "0.30", "0.50", 400_000),
        (1_000_000, "0.30", "1.00", 700_000),
        (1_000_000, "0.30", "5.00", 940_000),
        (500_000_000, "0.30", "0.50", 200_000_000),
        (15_000_000, "0.30", "0.50", 6_000_000),
        (1_000, "11.50", "18.00", 361),
        (1_000, "11.50", "26.00", 557),
    ],
)
def test_published_cashless_exercises(warrant: int, exercise: str, market: str, received: int) -> None:
    """Holders who worked out what they would receive by X = Y (A − B) ÷ A.

    The first five: warrants of Northwest Biotherapeutics, Investors Hub, messages 144040455 and 143789639, and an
    answer to it. The last two: warrants of Lion Electric, Stockhouse, 20 May 2021, with 361.111 and 557.69;
    whole shares are received.
    """
    yielded = cashless(Shares(warrant), usd(exercise), usd(market), FractionPolicy.DOWN)

    assert yielded.received == Shares(received)


def test_a_fraction_is_dropped_rounded_or_paid_for() -> None:
    """The Lion Electric warrants at 18.00: 361 1/9 shares; the ninth is worth two dollars."""
    results = {policy: cashless(Shares(1_000), usd("11.50"), usd("18.00"), policy) for policy in FractionPolicy}

    assert {policy.value: str(each.received) for policy, each in results.items()} == {
        "up": "362",
        "down": "361",
        "nearest": "361",
        "cash-in-lieu": "361",
    }
    assert [each.cash_in_lieu for each in results.values()] == [0, 0, 0, 2]


def test_prefunded_warrants_cost_the_offering_price_less_what_exercise_will_cost() -> None:
    """SEC 10-Q of 30 June 2021, CIK 1496323, note 7.

    1,221,224 shares at 90.00 and 1,334,332 prefunded warrants at 89.99, exercisable at 0.01; with about 14.6
    million of costs, net proceeds were about 215.4 million. Exercising them all brings in 13,343.32 more.
    """
    gross = 1_221_224 * Fraction("90.00") + 1_334_332 * Fraction("89.99")
    later = for_cash(Shares(1_334_332), usd("0.01"))

    assert later.received == Shares(1_334_332)
    assert later.payable == Fraction("13343.32")
    assert gross + later.payable == 90 * (1_221_224 + 1_334_332)
    assert abs(gross - 14_600_000 - 215_400_000) < 100_000


def test_the_offering_of_the_founding_company_in_april_2024() -> None:
    """12,629,460 shares and 9,426,570 prefunded warrants at 0.14: $3,087,844.20 gross, as the prospectus says."""
    assert for_cash(Shares(12_629_460 + 9_426_570), usd("0.14")).payable == Fraction("3087844.20")


@pytest.mark.parametrize(("market", "received"), [("1.99", 0), ("2.00", 0), ("4.00", 50)])
def test_without_cash_a_warrant_yields_nothing_unless_the_market_pays_more(market: str, received: int) -> None:
    assert cashless(Shares(100), usd("2"), usd(market), FractionPolicy.UP).received == Shares(received)


def test_where_nothing_is_paid_on_the_market_a_warrant_yields_nothing() -> None:
    assert cashless_fraction(usd("0"), usd("0")) == 0


def test_a_market_price_in_another_currency_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="one currency"):
        cashless_fraction(usd("1"), Price("2", "EUR"))


FIRST, LAST = date(2024, 4, 18), date(2029, 4, 18)


@pytest.mark.parametrize(
    ("on", "open_then"),
    [
        (FIRST - timedelta(1), False),
        (FIRST, True),
        (LAST, True),
        (LAST + timedelta(1), False),
    ],
)
def test_a_warrant_is_open_from_its_first_through_its_last_day(on: date, open_then: bool) -> None:
    terms = WarrantTerms(exercisable_from=FIRST, expires_on=LAST)

    assert terms.is_open(on) is open_then
    assert terms.has_expired(on) is (on > LAST)


def test_a_warrant_without_days_is_always_open() -> None:
    assert WarrantTerms().is_open(date(1600, 1, 1))
    assert WarrantTerms().is_open(date(2999, 12, 31))


@pytest.mark.parametrize(
    "terms",
    [
        {"exercise": ()},
        {"exercise": (ExerciseForm.CASH, ExerciseForm.CASH)},
        {"exercisable_from": LAST, "expires_on": LAST - timedelta(1)},
        {"expires_on": date(1599, 1, 1)},
    ],
)
def test_terms_that_contradict_themselves_are_not_understood(terms: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood):
        WarrantTerms(**terms)  # type: ignore[arg-type]


amounts = st.fractions(0, 10**6, max_denominator=10**6)
counts = st.integers(1, 10**12).map(Shares)


@given(counts, amounts, amounts, st.sampled_from(FractionPolicy))
def test_what_is_received_and_what_is_given_up_are_what_was_exercised(
    number: Shares, exercise: Fraction, market: Fraction, policy: FractionPolicy
) -> None:
    yielded = cashless(number, Price(exercise, "USD"), Price(market, "USD"), policy)

    assert yielded.received + yielded.given_up == number
    assert yielded.received >= Shares(0)
    assert yielded.given_up >= Shares(0)
    assert yielded.received.units % SCALE == 0


@given(counts, amounts, amounts)
def test_cash_and_cashless_exercise_are_worth_the_same(
    number: Shares, exercise: Fraction, market: Fraction
) -> None:
    """What the shares received are worth, and what is paid for a fraction, is what exercising in cash gains."""
    price, quoted = Price(exercise, "USD"), Price(market, "USD")
    paid = for_cash(number, price)
    without = cashless(number, price, quoted, FractionPolicy.CASH_IN_LIEU)

    gained = max(Fraction(0), paid.received.as_fraction() * market - paid.payable)
    assert without.received.as_fraction() * market + without.cash_in_lieu == gained
