"""Figures as printed: what is read of them, and exactly the numbers that they may stand for."""

from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.quantities import Ratio
from ledger.terms.disclosed import (
    HALF_A_DIGIT,
    Disclosed,
    Qualifier,
    Rounding,
    Tolerance,
    Unit,
    Weekday,
)
from ledger.terms.interval import Interval

_MODES = {Rounding.NEAREST: ROUND_HALF_UP, Rounding.TRUNCATED: ROUND_DOWN}


@pytest.mark.parametrize(
    ("printed", "unit", "value", "step", "qualifier"),
    [
        ("approximately 12.1%", Unit.PERCENT, "0.121", "0.001", Qualifier.APPROXIMATELY),
        ("566% (approx.)", Unit.PERCENT, "5.66", "0.01", Qualifier.APPROXIMATELY),
        ("800%", Unit.PERCENT, "8", "0.01", Qualifier.NONE),
        ("19.27 percent", Unit.PERCENT, "0.1927", "0.0001", Qualifier.NONE),
        ("$3.2 million", Unit.MONEY, "3200000", "100000", Qualifier.NONE),
        ("$0.0040", Unit.MONEY, "0.004", "0.0001", Qualifier.NONE),
        ("US$1,350,000", Unit.MONEY, "1350000", "1", Qualifier.NONE),
        ("500 EUR", Unit.MONEY, "500", "1", Qualifier.NONE),
        ("800,000,000", Unit.NUMBER, "800000000", "1", Qualifier.NONE),
        ("8.932 billion", Unit.NUMBER, "8932000000", "1000000", Qualifier.NONE),
        ("11.8M", Unit.NUMBER, "11800000", "100000", Qualifier.NONE),
        ("about 340 million shares", Unit.NUMBER, "340000000", "1000000", Qualifier.APPROXIMATELY),
        ("about 4,340", Unit.NUMBER, "4340", "10", Qualifier.APPROXIMATELY),
        ("at least 4,337,381,793", Unit.NUMBER, "4337381793", "1", Qualifier.AT_LEAST),
        ("more than 10%", Unit.PERCENT, "0.1", "0.01", Qualifier.MORE_THAN),
        ("in excess of $5 million", Unit.MONEY, "5000000", "1000000", Qualifier.MORE_THAN),
        ("not less than 5%", Unit.PERCENT, "0.05", "0.01", Qualifier.AT_LEAST),
        ("not more than 4.99%", Unit.PERCENT, "0.0499", "0.0001", Qualifier.UP_TO),
        ("up to $35.0 million", Unit.MONEY, "35000000", "100000", Qualifier.UP_TO),
        ("exactly 350,000,000", Unit.NUMBER, "350000000", "1", Qualifier.EXACTLY),
        ("nil", Unit.NUMBER, "0", "1", Qualifier.NONE),
    ],
)
def test_a_printed_figure_is_read_with_its_unit_its_last_digit_and_its_qualifier(
    printed: str, unit: Unit, value: str, step: str, qualifier: Qualifier
) -> None:
    read = Disclosed.read(printed)

    assert (read.printed, read.unit, read.qualifier) == (printed, unit, qualifier)
    assert (str(read.value), str(read.step)) == (value, step)


@pytest.mark.parametrize(
    ("printed", "weekday"),
    [("Sunday, August 13, 2024", Weekday.SUNDAY), ("13 August 2024", None), ("2024-08-13", None)],
)
def test_a_printed_day_is_read_with_the_day_of_the_week_beside_it(printed: str, weekday: Weekday | None) -> None:
    read = Disclosed.read(printed)

    assert (read.unit, read.day, read.weekday) == (Unit.DAY, date(2024, 8, 13), weekday)
    assert read.fits_the_calendar is (weekday is None), "13 August 2024 was a Tuesday"


@pytest.mark.parametrize("printed", ["", "a lot", "12.1.3%", "1,00", "-5%", "12%-13%", "April 31, 2024"])
def test_what_is_no_figure_is_refused(printed: str) -> None:
    with pytest.raises(NotUnderstood):
        Disclosed.read(printed)


@given(
    digits=st.integers(0, 400),
    places=st.integers(0, 2),
    numerator=st.integers(-2_000, 60_000),
    rounding=st.sampled_from(Rounding),
)
def test_a_figure_stands_for_exactly_the_numbers_that_would_be_printed_so(
    digits: int, places: int, numerator: int, rounding: Rounding
) -> None:
    """Held against the decimal arithmetic of the standard library, by trying numbers a thousandth apart."""
    value = Decimal(digits).scaleb(-places)
    interval = Disclosed.read(str(value)).interval(rounding)
    number = Decimal(numerator).scaleb(-3)

    printed_so = number.quantize(Decimal(1).scaleb(-places), rounding=_MODES[rounding]) == value
    assert (Fraction(number) in interval) is printed_so


def test_every_number_near_a_figure_is_tried_once() -> None:
    """By brute force: 4.6, 5 and nothing to the thousandth, each number from -2 to 7."""
    for text, places in (("4.6", 1), ("5", 0), ("0.0", 1)):
        for rounding, mode in _MODES.items():
            interval = Disclosed.read(text).interval(rounding)
            for numerator in range(-2_000, 7_000):
                number = Decimal(numerator).scaleb(-3)
                printed_so = number.quantize(Decimal(1).scaleb(-places), rounding=mode) == Decimal(text)
                assert (Fraction(number) in interval) is printed_so, (text, rounding, number)


@given(
    st.sampled_from(["approximately 12.1%", "about 340 million", "about 0.05", "566% (approx.)", "12.1%"]),
    st.sampled_from(Rounding),
    st.tuples(st.fractions(0, 3), st.fractions(0, 3)).map(sorted),
    st.tuples(st.fractions(0, 1), st.fractions(0, 1)).map(sorted),
)
def test_a_wider_tolerance_leaves_nothing_out(
    printed: str, rounding: Rounding, steps: list[Fraction], parts: list[Fraction]
) -> None:
    figure = Disclosed.read(printed)
    narrow, wide = (Tolerance("t", steps[index], parts[index]) for index in (0, 1))

    assert figure.interval(rounding).within(figure.interval(rounding, narrow))
    assert figure.interval(rounding, narrow).within(figure.interval(rounding, wide))


def test_a_tolerance_widens_only_what_is_called_approximate() -> None:
    plain, approximate = Disclosed.read("12.1%"), Disclosed.read("approximately 12.1%")

    assert plain.interval(tolerance=HALF_A_DIGIT) == plain.interval()
    assert approximate.interval(tolerance=HALF_A_DIGIT) == Interval(
        Fraction(12, 100), Fraction(122, 1000), without_high=True
    )


@pytest.mark.parametrize(
    ("printed", "interval"),
    [
        ("exactly 5", Interval(Fraction(5), Fraction(5))),
        ("more than 5", Interval(Fraction(5), None, without_low=True)),
        ("at least 5", Interval(Fraction(5), None)),
        ("less than 5", Interval(None, Fraction(5), without_high=True)),
        ("up to 5", Interval(None, Fraction(5))),
        ("nil", Interval(Fraction(-1, 2), Fraction(1, 2), without_low=True, without_high=True)),
    ],
)
def test_a_qualifier_says_on_which_side_the_numbers_lie(printed: str, interval: Interval) -> None:
    assert Disclosed.read(printed).interval() == interval


def test_what_a_figure_was_read_as_may_be_stated_where_its_words_are_not_known() -> None:
    read = Disclosed.read("10%", qualifier=Qualifier.MORE_THAN, step=Ratio("0.1"))

    assert (read.qualifier, str(read.step)) == (Qualifier.MORE_THAN, "0.1")


@pytest.mark.parametrize("changes", [{"unit": Unit.DAY}, {"unit": Unit.MONEY}, {"step": Ratio(0)}])
def test_a_figure_that_contradicts_its_unit_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        attrs.evolve(Disclosed.read("5"), **changes)
