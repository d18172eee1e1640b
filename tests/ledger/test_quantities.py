"""Exact numbers: what may be written as one, how they add, and every rounding against exact fractions."""

import copy
import pickle
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.quantities import (
    PLACES,
    SCALE,
    Authorized,
    Currency,
    FractionPolicy,
    Money,
    Price,
    Ratio,
    Shares,
    exact,
    fits,
    paid_out,
    plain,
    recordable,
    round_position,
    shown_percentages,
    smallest_unit,
)
from tests import strategies


def refusal(make: Any, *arguments: Any) -> NotUnderstood:
    with pytest.raises(NotUnderstood) as caught:
        make(*arguments)
    return caught.value


# --- what is a number --------------------------------------------------------------------------------------------

BAD: list[tuple[Any, str, str]] = [
    ("1e999999999", "E_NUMBER", "exponent"),
    ("1E5", "E_NUMBER", "exponent"),
    ("-1.5e-3", "E_NUMBER", "exponent"),
    ("NaN", "E_NUMBER", "finite"),
    ("sNaN", "E_NUMBER", "finite"),
    ("Infinity", "E_NUMBER", "finite"),
    ("-Infinity", "E_NUMBER", "finite"),
    ("inf", "E_NUMBER", "finite"),
    (Decimal("NaN"), "E_NUMBER", "finite"),
    (Decimal("sNaN"), "E_NUMBER", "finite"),
    (Decimal("Infinity"), "E_NUMBER", "finite"),
    (Decimal("-Infinity"), "E_NUMBER", "finite"),
    (Decimal("1e999999"), "E_LIMIT", "digits"),
    (Decimal("1e-999999"), "E_LIMIT", "digits"),
    ("-0", "E_NUMBER", "negative zero"),
    ("-0.00", "E_NUMBER", "negative zero"),
    ("1,000", "E_NUMBER", "separators"),
    ("1.000,50", "E_NUMBER", "separators"),
    ("1_000", "E_NUMBER", "separators"),
    ("1 000", "E_NUMBER", "separators"),
    ("１２３", "E_NUMBER", "ASCII"),
    ("٣", "E_NUMBER", "ASCII"),
    ("１/２", "E_NUMBER", "ASCII"),
    ("½", "E_NUMBER", "ASCII"),
    ("0x64", "E_NUMBER", "plain"),
    ("10%", "E_NUMBER", "plain"),
    ("$5", "E_NUMBER", "plain"),
    ("(500)", "E_NUMBER", "plain"),
    ("+5", "E_NUMBER", "plain"),
    ("--5", "E_NUMBER", "plain"),
    (".5", "E_NUMBER", "plain"),
    ("5.", "E_NUMBER", "plain"),
    ("1.2.3", "E_NUMBER", "plain"),
    ("", "E_NUMBER", "plain"),
    (" 5", "E_NUMBER", "plain"),
    ("5\n", "E_NUMBER", "plain"),
    ("1/0", "E_NUMBER", "divides by zero"),
    ("1/-2", "E_NUMBER", "plain"),
    ("9" * 31, "E_LIMIT", "digits"),
    ("9" * 121, "E_LIMIT", "long"),
    ("9" * 1_000_000, "E_LIMIT", "long"),
    (True, "E_TYPE", "bool"),
    (False, "E_TYPE", "bool"),
    (1.5, "E_TYPE", "float"),
    (float("nan"), "E_TYPE", "float"),
    (None, "E_TYPE", "NoneType"),
    (b"5", "E_TYPE", "bytes"),
    ([5], "E_TYPE", "list"),
]


@pytest.mark.parametrize(("number", "code", "says"), BAD, ids=[repr(bad[0])[:30] for bad in BAD])
def test_what_is_no_number_is_refused_by_name(number: Any, code: str, says: str) -> None:
    for make in (exact, Shares, lambda value: Money(value, "USD"), lambda value: Price(value, "USD"), Ratio):
        error = refusal(make, number)
        assert error.code == code
        assert says in str(error)
        assert error.line().isprintable()
        assert len(error.line()) < 300


@pytest.mark.parametrize("make", [exact, Shares, Ratio, Authorized])
def test_a_number_has_at_most_30_whole_digits(make: Any) -> None:
    for largest in ("9" * 29, "9" * 30, 10**30 - 1, Decimal("9" * 30), Fraction(10**30 - 1)):
        make(largest)
    for larger in ("1" + "0" * 30, 10**30, Decimal("1e30"), Fraction(10**30), 10**5_000):
        assert refusal(make, larger).code == "E_LIMIT"


def test_what_could_not_be_written_and_read_back_is_no_price() -> None:
    for denominator in (3**60, 3**200, 3**240):
        price = Price(Fraction(1, denominator), "USD")
        assert Price.parse(str(price)) == price
    for denominator in (3**260, 3**400, 3**40_000):
        assert refusal(Price, Fraction(1, denominator), "USD").code == "E_LIMIT"


@pytest.mark.parametrize("whole", [9223372036854775807, 9223372036854775808, 2**62 + 2**62, 10**29])
def test_numbers_beyond_64_bits_are_numbers(whole: int) -> None:
    assert Shares(whole) + Shares(whole) == Shares(2 * whole)
    assert str(Shares(str(whole))) == str(whole)


@pytest.mark.parametrize(
    ("text", "fits"), [("0.000000001", True), ("0.0000000001", True), ("0.00000000001", False)]
)
def test_shares_and_money_have_at_most_ten_decimals(text: str, fits: bool) -> None:
    for make in (Shares, lambda value: Money(value, "USD")):
        if fits:
            make(text)
        else:
            assert refusal(make, text).code == "E_NUMBER"


@pytest.mark.parametrize(
    ("units", "fits"), [(10**40 - 1, True), (10**40, False), (Fraction(1, 2), False), (0, True)]
)
def test_what_can_be_recorded_is_a_whole_number_of_units(units: int | Fraction, fits: bool) -> None:
    assert recordable(units) is fits
    assert recordable(-units) is fits


# --- text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("0.0040", "0.004"),
        ("1000.50", "1000.5"),
        ("007", "7"),
        ("0.0", "0"),
        ("-5.10", "-5.1"),
        ("2/4", "0.5"),
        ("1/3", "1/3"),
        ("10/5", "2"),
        ("1/1024", "0.0009765625"),
        ("-1/3", "-1/3"),
        ("0/7", "0"),
    ],
)
def test_text_is_canonical(written: str, canonical: str) -> None:
    assert plain(exact(written)) == canonical


@given(strategies.fractions, st.booleans())
def test_canonical_text_is_read_back_exactly(value: Fraction, negative: bool) -> None:
    value = -value if negative else value

    assert exact(plain(value)) == value
    assert plain(exact(plain(value))) == plain(value)


@given(strategies.shares())
def test_shares_are_read_back_from_their_text(one: Shares) -> None:
    assert Shares.parse(str(one)) == Shares(str(one)) == one
    assert Authorized.parse(str(one)) == Authorized(one)


@given(strategies.money())
def test_money_is_read_back_from_its_text(one: Money) -> None:
    assert Money.parse(str(one)) == one


@given(strategies.fractions, strategies.currencies)
def test_prices_and_ratios_are_read_back_from_their_text(value: Fraction, currency: Currency) -> None:
    assert Price.parse(str(Price(value, currency))) == Price(value, currency)
    assert Ratio.parse(str(Ratio(value))) == Ratio(value)


@given(st.fractions(0, 10**6, max_denominator=10**6))
def test_an_answer_in_other_units_is_read_back_from_its_text(value: Fraction) -> None:
    one = Shares.of_units(value * SCALE)

    assert Shares.parse(str(one)) == one
    assert one.as_fraction() == value


@given(st.integers(-(10**30), 10**30), st.integers(0, 9))
def test_thousands_are_grouped_for_reading_only(whole: int, tenth: int) -> None:
    text = f"{Shares.of_units(whole * SCALE + tenth * SCALE // 10):,}"

    assert text.replace(",", "") == str(Shares.of_units(whole * SCALE + tenth * SCALE // 10))
    assert refusal(Shares, "1,000").code == "E_NUMBER"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Shares(1_234_567), "1,234,567"),
        (Shares("-1234.5"), "-1,234.5"),
        (Shares("-0.5"), "-0.5"),
        (Shares.of_units(Fraction(SCALE, 3)), "1/3"),
        (Money("20000000", "USD"), "20,000,000 USD"),
        (Authorized.UNLIMITED, "unlimited"),
        (Authorized(2_000_000_000), "2,000,000,000"),
    ],
    ids=str,
)
def test_a_grouped_number_reads_as_in_a_letter(value: object, shown: str) -> None:
    assert f"{value:,}" == shown


# --- values ------------------------------------------------------------------------------------------------------

VALUES: list[Any] = [
    Shares("1000.5"),
    Shares.of_units(Fraction(SCALE, 3)),
    Shares(-1),
    Money("0.01", "USD"),
    Price("1/3", "EUR"),
    Ratio("1/20"),
    Authorized(7),
    Authorized.UNLIMITED,
    Authorized.UNKNOWN,
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_does_not_change_and_survives_copies(value: Any) -> None:
    for name in ("units", "amount", "value", "shares", "currency", "colour"):
        with pytest.raises(AttributeError):
            setattr(value, name, 1)
        with pytest.raises(AttributeError):
            delattr(value, name)
    for again in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert again == value
        assert hash(again) == hash(value)
        assert type(again) is type(value)


def test_values_of_different_kinds_are_never_equal() -> None:
    for index, one in enumerate(VALUES):
        for other in (*VALUES[index + 1 :], 1, "1", None):
            assert one != other


def test_money_in_two_currencies_does_not_mix() -> None:
    for mix in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b):
        assert refusal(mix, Money(1, "USD"), Money(1, "EUR")).code == "E_CURRENCY_MISMATCH"
    assert Money(1, "USD") != Money(1, "EUR")


@pytest.mark.parametrize("code", ["usd", "US", "USDX", "US1", "", " USD", "ＵＳＤ", "USD\n"])
def test_a_currency_is_three_capitals(code: str) -> None:
    assert refusal(Currency, code).code == "E_CURRENCY"
    assert refusal(Money, 1, code).code == "E_CURRENCY"


@pytest.mark.parametrize("text", ["5", "5USD", "", "USD", "5 usd", "5  USD", "5 USD ", "USD 5"])
def test_money_is_an_amount_a_space_and_a_currency(text: str) -> None:
    for kind in (Money, Price):
        assert refusal(kind.parse, text).code in ("E_CURRENCY", "E_NUMBER")


def test_prices_ratios_and_authorized_numbers_are_not_below_zero() -> None:
    for make in (lambda n: Price(n, "USD"), Ratio, Authorized):
        make(0)
        assert refusal(make, -1).code == "E_NUMBER"
        assert refusal(make, "-0.0000000001").code == "E_NUMBER"


@pytest.mark.parametrize("text", ["1/3", "Unlimited", "none", "-1", "1e9"])
def test_an_authorized_number_is_a_number_of_shares_or_one_of_two_words(text: str) -> None:
    assert refusal(Authorized.parse, text).code == "E_NUMBER"


@given(strategies.shares(), strategies.shares())
def test_shares_add_and_compare_as_fractions_do(one: Shares, other: Shares) -> None:
    a, b = one.as_fraction(), other.as_fraction()

    assert (one + other).as_fraction() == a + b
    assert (one - other).as_fraction() == a - b
    assert (-one).as_fraction() == -a
    assert (one < other, one <= other, one == other, bool(one)) == (a < b, a <= b, a == b, bool(a))


@given(strategies.shares(), st.builds(Ratio, strategies.above_zero), st.builds(Ratio, strategies.above_zero))
def test_units_of_another_day_are_exact_through_any_number_of_splits(
    one: Shares, ratio: Ratio, next_: Ratio
) -> None:
    assert (one * ratio * next_).as_fraction() == one.as_fraction() * ratio.value * next_.value


# --- rounding ----------------------------------------------------------------------------------------------------

STEPS = st.integers(0, PLACES)
EXACT = st.fractions(0, 10**9, max_denominator=10**6).map(lambda shares: shares * SCALE)


@given(EXACT, STEPS)
@example(Fraction(SCALE, 2), 0)
@example(Fraction(SCALE, 2) - Fraction(1, 10**6), 0)
@example(Fraction(3 * SCALE, 2), 0)
@example(Fraction(SCALE), 0)
def test_each_policy_rounds_exactly(units: Fraction, decimals: int) -> None:
    step = Fraction(10 ** (PLACES - decimals))
    steps = units / step
    half_up = floor(steps) + (1 if steps - floor(steps) >= Fraction(1, 2) else 0)

    rounded = {policy: round_position(units, policy, decimals) for policy in FractionPolicy}

    assert rounded == {
        FractionPolicy.UP: ceil(steps) * step,
        FractionPolicy.DOWN: floor(steps) * step,
        FractionPolicy.CASH_IN_LIEU: floor(steps) * step,
        FractionPolicy.NEAREST: half_up * step,
    }
    assert all(type(value) is int and fits(value, decimals) for value in rounded.values())


@pytest.mark.parametrize(
    ("held", "up", "down", "nearest"),
    [(19, 1, 0, 1), (20, 1, 1, 1), (21, 2, 1, 1), (9, 1, 0, 0), (10, 1, 0, 1), (0, 0, 0, 0)],
)
def test_a_reverse_split_of_one_for_twenty_rounds_each_position(
    held: int, up: int, down: int, nearest: int
) -> None:
    """19 / 20 = 0.95, 20 / 20 = 1, 21 / 20 = 1.05, 9 / 20 = 0.45, 10 / 20 = 0.5."""
    position = Fraction(held * SCALE, 20)

    assert round_position(position, FractionPolicy.UP, 0) == up * SCALE
    assert round_position(position, FractionPolicy.DOWN, 0) == down * SCALE
    assert round_position(position, FractionPolicy.CASH_IN_LIEU, 0) == down * SCALE
    assert round_position(position, FractionPolicy.NEAREST, 0) == nearest * SCALE


@pytest.mark.parametrize(
    ("shares", "decimals", "fine"), [("1", 0, True), ("1.0000000001", 9, False), ("0.5", 1, True)]
)
def test_a_quantity_fits_the_decimals_of_its_class(shares: str, decimals: int, fine: bool) -> None:
    assert fits(Shares(shares).units, decimals) is fine


# --- percentages -------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=30).filter(any), st.integers(0, 4))
def test_percentages_of_a_whole_add_to_100_as_shown(holdings: list[int], places: int) -> None:
    whole = sum(holdings)
    shown = shown_percentages([Fraction(held, whole) for held in holdings], places)

    assert sum(Fraction(text) for text in shown) == 100
    for held, text in zip(holdings, shown, strict=True):
        assert abs(Fraction(text) - Fraction(100 * held, whole)) < Fraction(1, 10**places)


@given(st.lists(st.fractions(0, Fraction(1, 30), max_denominator=10**6), max_size=30), st.integers(0, 4))
def test_percentages_of_a_part_add_to_the_rounded_part(parts: list[Fraction], places: int) -> None:
    shown = shown_percentages(parts, places)

    exactly = sum(parts, Fraction(0)) * 100
    assert sum((Fraction(text) for text in shown), Fraction(0)) == Fraction(
        floor(exactly * 10**places + Fraction(1, 2)), 10**places
    )


def test_thirds_show_the_larger_part_first() -> None:
    """33.33 + 33.33 + 33.33 = 99.99; the largest remainders are equal, and the first line gets the last 0.01."""
    assert shown_percentages([Fraction(1, 3)] * 3) == ["33.34", "33.33", "33.33"]
    assert shown_percentages([Fraction(1, 3)] * 3, 0) == ["34", "33", "33"]
    assert shown_percentages([Fraction(1, 6), Fraction(2, 6), Fraction(3, 6)]) == ["16.67", "33.33", "50.00"]
    assert shown_percentages([]) == []
    assert shown_percentages([Fraction(1)], 2) == ["100.00"]


# --- money that can be paid ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("currency", "unit"), [("USD", "1/100"), ("JPY", "1"), ("KWD", "1/1000")])
def test_the_smallest_unit_is_that_of_iso_4217(currency: str, unit: str) -> None:
    assert smallest_unit(Currency(currency)) == Fraction(unit)


def test_three_who_share_a_dollar_are_paid_a_dollar() -> None:
    third = Fraction(1, 3)

    assert paid_out([third, third, third], Currency("USD")) == [
        Money("0.34", "USD"),
        Money("0.33", "USD"),
        Money("0.33", "USD"),
    ]
    assert paid_out([third, third, third], Currency("JPY")) == [Money(1, "JPY"), Money(0, "JPY"), Money(0, "JPY")]


@given(st.lists(st.fractions(0, 10**6, max_denominator=10**4), max_size=8), strategies.currencies)
def test_what_is_paid_adds_up_and_differs_by_less_than_a_unit(amounts: list[Fraction], currency: Currency) -> None:
    unit = smallest_unit(currency)

    paid = paid_out(amounts, currency)

    assert sum(money.amount for money in paid) == floor(sum(amounts) / unit + Fraction(1, 2)) * unit
    assert all(abs(money.amount - exact) < unit for money, exact in zip(paid, amounts, strict=True))
