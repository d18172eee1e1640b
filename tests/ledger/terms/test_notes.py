"""What a note yields and when it falls due: figures of filings, and the edges of its terms."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.identity import Count, StockClassId
from ledger.quantities import FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.interest import DayCount, InterestTerms
from ledger.terms.market import MarketPrice, Measure, PriceRule
from ledger.terms.notes import (
    Instalment,
    NoteConversion,
    NoteTerms,
    Payable,
    RoundConversion,
    equal_instalments,
)


def usd(amount: str | int | Fraction) -> Money:
    return Money(amount, "USD")


def converts(price: str = "1", **fields: Any) -> NoteConversion:
    rule = PriceRule(fixed=Price(price, "USD"))
    return NoteConversion(**{"into": StockClassId("common"), "price": rule, **fields})


# --- figures of filings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "price", "shares"),
    [
        ("7900000", "0.50", "15800000"),  # BD1, 1 February 2022: notes of 7,740,000 and 160,000
        ("250000", "0.0001", "2500000000"),  # Penumbra, 9 June 2020, had it converted at once
        ("600000", "0.0018", "333333333"),  # Tertius, 19 January 2017: disclosed; the price is deduced
        ("54000", "0.0001", "540000000"),  # St. George, fourth quarter of 2019
        ("17689", "0.0001", "176890000"),  # BayBridge then: 16,900 and 789 of interest; 176,886,700 disclosed
        ("380639", "0.178", "2138421"),  # a vendor, 25 July 2018: 356,742 and 23,897 of interest
    ],
)
def test_a_note_becomes_what_it_owes_divided_by_the_price(amount: str, price: str, shares: str) -> None:
    """Ascent Solar's filings. Of the fifth row the filing rounds the interest to the dollar: 33 cents are 3,300."""
    assert converts(price).yields(usd(amount), Price(price, "USD")).received == Shares(shares)


def test_a_year_of_interest_converts_with_the_principal() -> None:
    """FundersClub, "Interest (in a convertible note)": 1,000,000 at 5 % is 1,050,000 after a year, and at a company
    value of 10,000,000 buys 10.5 % of the company: 105,000 of 1,000,000 shares at 10.
    """
    agreed = InterestTerms(rate=Ratio("0.05"), day_count=DayCount.THIRTY_360)
    interest = agreed.accrued(Fraction(1_000_000), date(2023, 5, 1), date(2024, 5, 1))
    owed = usd(1_000_000) + usd(interest)

    assert owed == usd(1_050_000)
    assert converts("10").yields(owed, Price(10, "USD")).received == Shares(105_000)


def test_eleven_notes_became_one_in_36_instalments() -> None:
    """Ascent Solar, 13 September 2017: 3,504,197.45 in 36 equal monthly instalments from 13 October 2017 up to the
    maturity on 13 September 2020. A 36th is 97,338.818…: 35 of 97,338.81 and one of 97,339.10.
    """
    parts = equal_instalments(usd("3504197.45"), 36, first_on=date(2017, 10, 13), payable_in=Payable.CASH_OR_SHARES)

    assert {each.amount for each in parts[:-1]} == {usd("97338.81")}
    assert parts[-1] == Instalment(
        due_on=date(2020, 9, 13), amount=usd("97339.10"), payable_in=Payable.CASH_OR_SHARES
    )
    assert len(parts) == 36


# --- a fraction of a share ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fractions", "owed", "received", "worth"),
    [
        (FractionPolicy.DOWN, "3000", "1000", "0"),
        (FractionPolicy.DOWN, "3001.5", "1000", "1.5"),
        (FractionPolicy.UP, "3000", "1000", "0"),
        (FractionPolicy.UP, "3001.5", "1001", "-1.5"),
        (FractionPolicy.NEAREST, "3001.4", "1000", "1.4"),
        (FractionPolicy.NEAREST, "3001.5", "1001", "-1.5"),
        (FractionPolicy.CASH_IN_LIEU, "3002.9", "1000", "2.9"),
    ],
)
def test_a_fraction_of_a_share_goes_where_the_paper_says(
    fractions: FractionPolicy, owed: str, received: str, worth: str
) -> None:
    found = converts("3", fractions=fractions).yields(usd(owed), Price(3, "USD"))
    assert (found.received, found.worth_of_rounding) == (Shares(received), Fraction(worth))


def test_a_class_may_keep_fractions() -> None:
    found = [converts().yields(usd(10), Price(3, "USD"), decimals) for decimals in (0, 1, 3)]
    assert [str(each.received) for each in found] == ["3", "3.3", "3.333"]
    assert {each.exact for each in found} == {Fraction(10, 3)}


@given(
    owed=st.integers(1, 10**9),
    price=st.fractions(Fraction(1, 10_000), 100, max_denominator=10_000),
    fractions=st.sampled_from(FractionPolicy),
    decimals=st.integers(0, 6),
)
def test_shares_at_the_price_and_the_fraction_are_what_was_owed(
    owed: int, price: Fraction, fractions: FractionPolicy, decimals: int
) -> None:
    found = converts(fractions=fractions).yields(usd(owed), Price(price, "USD"), decimals)
    assert found.received.as_fraction() * price + found.worth_of_rounding == owed
    assert abs(found.received.as_fraction() - found.exact) * 10**decimals < 1


@pytest.mark.parametrize("price", [Price(0, "USD"), Price(1, "EUR")])
def test_a_note_does_not_convert_for_nothing_nor_in_another_currency(price: Price) -> None:
    with pytest.raises(NotUnderstood) as caught:
        converts().yields(usd(10), price)
    assert caught.value.code == "E_TERMS"


# --- terms --------------------------------------------------------------------------------------------------


def test_the_price_in_force_replaces_the_one_on_the_paper() -> None:
    lowest = MarketPrice(measure=Measure.VWAP, trading_days=Count(5))
    bid = MarketPrice(measure=Measure.CLOSING_BID, trading_days=Count(1))
    rule = PriceRule(fixed=Price(4, "USD"), market=(lowest,))
    agreed = NoteConversion(into=StockClassId("common"), price=rule, instalments_at=(bid,))

    assert agreed.rule(Price(2, "USD"), None) == PriceRule(fixed=Price(2, "USD"), market=(lowest,))
    assert agreed.rule(None, Price(1, "USD"), for_instalment=True) == PriceRule(
        market=(bid,), floor=Price(1, "USD")
    )
    assert converts().rule(Price(2, "USD"), None, for_instalment=True) == PriceRule(fixed=Price(2, "USD"))


def test_a_right_to_convert_opens_and_closes() -> None:
    first, last = date(2024, 3, 1), date(2024, 6, 30)
    right = converts(opens_on=first, closes_on=last)
    days = [first - timedelta(1), first, first + timedelta(1), last - timedelta(1), last, last + timedelta(1)]
    assert [right.is_open(each) for each in days] == [False, True, True, True, True, False]
    assert all(converts().is_open(each) for each in days)


def test_what_is_due_by_a_day() -> None:
    terms = NoteTerms(instalments=equal_instalments(usd(100), 3, first_on=date(2024, 1, 31)))
    assert [str(each.due_on) for each in terms.instalments] == ["2024-01-31", "2024-02-29", "2024-03-31"]
    assert [len(terms.due_by(date(2024, 2, day))) for day in (28, 29)] == [1, 2]
    assert [len(terms.due_by(date(2024, 3, day))) for day in (1, 30, 31)] == [2, 2, 3]


@given(principal=st.integers(1, 10**9), number=st.integers(1, 60), places=st.integers(0, 2))
def test_instalments_are_the_principal(principal: int, number: int, places: int) -> None:
    owed = Money.of_units(principal * 10**8, usd(1).currency)
    smallest = 10 ** (10 - places)
    if number > 1 and owed.units < number * smallest:
        with pytest.raises(NotUnderstood, match="above zero"):
            equal_instalments(owed, number, first_on=date(2024, 1, 31), places=places)
        return
    parts = equal_instalments(owed, number, first_on=date(2024, 1, 31), places=places)
    assert sum(each.amount.units for each in parts) == owed.units
    assert len({each.amount for each in parts[:-1]}) <= 1
    assert parts[-1].amount.units - parts[0].amount.units < number * smallest


EARLY, LATE = date(2024, 1, 1), date(2024, 2, 1)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Instalment(due_on=EARLY, amount=usd(0)), "E_QUANTITY"),
        (lambda: Instalment(due_on=EARLY, amount=usd(-1)), "E_QUANTITY"),
        (lambda: NoteTerms(instalments=(due(LATE), due(EARLY))), "E_TERMS"),
        (lambda: NoteTerms(instalments=(due(EARLY), due(EARLY))), "E_TERMS"),
        (lambda: NoteTerms(instalments=(due(EARLY), due(LATE, "EUR"))), "E_CURRENCY_MISMATCH"),
        (lambda: converts(opens_on=LATE, closes_on=EARLY), "E_DATE"),
        (lambda: RoundConversion(discount=Ratio(1)), "E_TERMS"),
        (lambda: RoundConversion(discount=Ratio("0.2"), round_of_at_least=usd(0)), "E_QUANTITY"),
        (lambda: equal_instalments(usd(10), 0, first_on=EARLY), "E_TERMS"),
    ],
)
def test_terms_that_say_nothing_or_two_things_are_refused(make: Any, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        make()
    assert caught.value.code == code


def due(on: date, currency: str = "USD") -> Instalment:
    return Instalment(due_on=on, amount=Money(1, currency))
