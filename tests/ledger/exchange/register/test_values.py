"""From a cell to a value: nothing is guessed, and what has two readings is refused with both told."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.days import EffectiveDay
from ledger.errors import NotUnderstood
from ledger.exchange.register import values as v
from ledger.exchange.register.cells import Cell, Unreadable
from ledger.exchange.register.values import Amount, Kind, Numbers
from ledger.identity import Count, HolderId
from ledger.movements import HolderKind, StockClassKind
from ledger.quantities import Authorized, Currency, Ratio, Shares
from tests import strategies

KINDS: dict[str, Kind] = {name: kind for name, kind in vars(v).items() if isinstance(kind, Kind)}


def read(kind: Kind, cell: Cell, numbers: Numbers = Numbers.PLAIN) -> Any:
    return kind.read(cell, numbers, "it")


def refused(kind: Kind, cell: Cell, numbers: Numbers = Numbers.PLAIN) -> str:
    with pytest.raises(NotUnderstood) as refusal:
        read(kind, cell, numbers)
    return refusal.value.line().removeprefix("error: ")


@pytest.mark.parametrize(
    ("text", "number"),
    [("1000", 1000), ("0", 0), ("007", 7), ("-5", -5), ("0.5", Fraction(1, 2)), ("9223372036854775808", 2**63)],
)
def test_plain_digits_are_a_number(text: str, number: Any) -> None:
    assert read(v.SHARES, text) == Shares(number)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (
            "1,000",
            "E_NUMBER",
            "has separators (write plain digits, or say in which form numbers are written: 1,234",
        ),
        ("1.234,56", "E_NUMBER", "has separators"),
        ("1 000", "E_NUMBER", "has separators"),
        ("1'000", "E_NUMBER", "has separators"),
        ("1_000", "E_NUMBER", "has separators"),
        ("1\u202f000", "E_NUMBER", "has separators"),
        ("(500)", "E_NUMBER", "is not a plain number"),
        ("\u2212500", "E_NUMBER", "has characters other than ASCII digits"),
        ("$5", "E_NUMBER", "is not a plain number"),
        ("5 USD", "E_NUMBER", "5 USD"),
        ("10%", "E_NUMBER", "is not a plain number"),
        ("+5", "E_NUMBER", "is not a plain number"),
        ("=1+1", "E_NUMBER", "is not a plain number"),
        ("0x64", "E_NUMBER", "is not a plain number"),
        ("1/3", "E_NUMBER", "more than 10 decimals"),
        ("1e999999999", "E_NUMBER", "has an exponent"),
        ("NaN", "E_NUMBER", "not a finite number"),
        ("sNaN", "E_NUMBER", "not a finite number"),
        ("-Infinity", "E_NUMBER", "not a finite number"),
        ("-0", "E_NUMBER", "negative zero"),
        ("\uff11\uff12\uff13", "E_NUMBER", "has characters other than ASCII digits"),
        ("\u0663", "E_NUMBER", "has characters other than ASCII digits"),
        ("n/a", "E_NUMBER", "is not a plain number"),
        ("1" * 31, "E_LIMIT", "too many digits"),
        ("1" * 5_000, "E_LIMIT", "too long"),
        (True, "E_TYPE", "is TRUE or FALSE"),
        (date(2026, 3, 4), "E_NUMBER", "is the day 2026-03-04"),
        (Unreadable("E_CELL", "the cell holds the error #REF!", "mend it"), "E_CELL", "#REF!"),
    ],
)
def test_what_is_no_plain_number_is_refused_by_its_form(text: Cell, code: str, words: str) -> None:
    line = refused(v.SHARES, text)

    assert line.startswith(f"{code}: ")
    assert words in line


WRITTEN = {
    Numbers.COMMAS: ("1,234,567.25", "1234567.25", "12,34", "1.234,5", "1,2345", ",123"),
    Numbers.POINTS: ("1.234.567,25", "1234567,25", "12.34", "1,234.5", "1.2345", ".123"),
    Numbers.BLANKS: ("1 234 567,25", "1234567,25", "12 34", "1.234,5", "1 2345", "1 23"),
    Numbers.APOSTROPHES: ("1'234'567.25", "1234567.25", "12'34", "1.234,5", "1'2345", "1'23"),
}


@pytest.mark.parametrize("numbers", list(WRITTEN))
def test_numbers_are_read_in_the_form_that_is_said_and_in_no_other(numbers: Numbers) -> None:
    grouped, plain, *others = WRITTEN[numbers]

    assert read(v.SHARES, grouped, numbers) == read(v.SHARES, plain, numbers) == Shares("1234567.25")
    for other in others:
        assert refused(v.SHARES, other, numbers).startswith("E_NUMBER: it ")


def test_the_same_text_is_another_number_in_another_form_and_never_guessed() -> None:
    assert read(v.SHARES, "1,234", Numbers.COMMAS) == Shares(1_234)
    assert read(v.SHARES, "1,234", Numbers.POINTS) == Shares("1.234")
    assert "has separators" in refused(v.SHARES, "1,234")


def test_a_real_number_needs_no_form() -> None:
    assert read(v.SHARES, 1_234, Numbers.POINTS) == Shares(1_234)
    assert read(v.SHARES, Decimal("1.5"), Numbers.POINTS) == Shares("1.5")


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("0.0040 USD", Amount(Fraction(4, 1000), Currency("USD"))),
        ("0.004", Amount(Fraction(4, 1000))),
        (Decimal("0.004"), Amount(Fraction(4, 1000))),
        ("1/3 EUR", Amount(Fraction(1, 3), Currency("EUR"))),
        (5, Amount(Fraction(5))),
    ],
)
def test_an_amount_may_name_its_currency(cell: Cell, amount: Amount) -> None:
    assert read(v.AMOUNT, cell) == amount


@pytest.mark.parametrize("cell", ["$5", "USD 5", "5 usd", "5 dollars", "5USD", "€5", "five USD"])
def test_an_amount_is_a_number_and_a_code_of_three_capitals(cell: str) -> None:
    assert refused(v.AMOUNT, cell).startswith(("E_NUMBER: ", "E_CURRENCY: "))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2026, 3, 4), EffectiveDay("2026-03-04")),
        ("2026-03-04", EffectiveDay("2026-03-04")),
        ("2026-03-04/2026-03-09", EffectiveDay("2026-03-04", "2026-03-09")),
        ("2026-03-04 / 2026-03-09", EffectiveDay("2026-03-04", "2026-03-09")),
    ],
)
def test_a_day_is_a_real_date_or_iso_text(cell: Cell, day: EffectiveDay) -> None:
    assert read(v.DAYS, cell) == day


@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        ("03/04/2026", "E_DATE", "is ambiguous (write YYYY-MM-DD)"),
        ("31/12/2025", "E_DATE", "is ambiguous"),
        ("3.4.2026", "E_DATE", "is not an ISO day"),
        ("4 March 2026", "E_DATE", "is not an ISO day"),
        ("2026-3-4", "E_DATE", "is not an ISO day"),
        ("2026-02-30", "E_DATE", "does not exist"),
        ("2026-03-04T10:00", "E_DATE", "is not an ISO day"),
        ("45292", "E_DATE", "looks like a serial number"),
        (45292, "E_DATE", "looks like a serial number"),
        (Decimal("45292.5"), "E_DATE", "looks like a serial number"),
        ("1582-10-15", "E_DATE_RANGE", "lies outside 1600 to 2999"),
        (date(9999, 12, 31), "E_DATE_RANGE", "lies outside 1600 to 2999"),
        ("2026-03-09/2026-03-04", "E_DATE", "is before"),
        (True, "E_DATE", "is TRUE or FALSE"),
        (Unreadable("E_DATE", "17:30:00 is a time and no day", "write the day"), "E_DATE", "is a time and no day"),
    ],
)
def test_what_is_no_day_or_may_be_two_is_refused(cell: Cell, code: str, words: str) -> None:
    line = refused(v.DAYS, cell)

    assert line.startswith(f"{code}: ")
    assert words in line


def test_a_name_in_the_record_is_refused_with_one_that_would_do() -> None:
    assert refused(v.SECURITY, "CS 12/3").endswith("a letter or digit first: CS-12-3, for example)")
    assert refused(v.SECURITY, "№").endswith("a letter or digit first)")
    assert read(v.HOLDER, 17) == HolderId("17")


def test_a_day_that_was_a_certificate_is_told() -> None:
    assert "a spreadsheet program may have made a day of it" in refused(v.SECURITY, date(2026, 3, 1))


def test_an_address_of_several_lines_becomes_one() -> None:
    assert read(v.ADDRESS, "1 High Street,\n\n Springfield\r\n12345") == "1 High Street, Springfield, 12345"


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (v.HOLDER_KIND, "Individual", HolderKind.NATURAL_PERSON),
        (v.HOLDER_KIND, "company", HolderKind.ORGANISATION),
        (v.CLASS_KIND, "ORDINARY SHARES", StockClassKind.COMMON),
        (v.YES_NO, True, True),
        (v.YES_NO, "No", False),
        (v.AUTHORIZED, "Unlimited", Authorized.UNLIMITED),
        (v.AUTHORIZED, 10, Authorized(10)),
        (v.RATIO, "1/20", Ratio("1/20")),
        (v.COUNT, 3, Count(3)),
    ],
)
def test_words_are_read_without_their_case(kind: Kind, cell: Cell, value: Any) -> None:
    assert read(kind, cell) == value


def test_another_word_is_answered_with_the_nearest_or_with_all() -> None:
    assert refused(v.CLASS_KIND, "comon") == "E_TYPE: it 'comon' is not known (did you mean common?)"
    assert refused(v.CLASS_KIND, "xyz") == "E_TYPE: it 'xyz' is not known (one of common, preferred)"


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.choices])
def test_every_choice_that_is_offered_is_read_and_written_as_offered(name: str) -> None:
    kind = KINDS[name]

    assert tuple(kind.write(read(kind, choice)) for choice in kind.choices) == kind.choices


DRAWN: dict[str, st.SearchStrategy[Any]] = {
    "SHARES": strategies.shares(),
    "RATIO": strategies.fractions.map(Ratio),
    "AMOUNT": st.builds(Amount, strategies.fractions, st.none() | strategies.currencies),
    "DAYS": strategies.effective_days(),
    "DAY": strategies.days(),
    "COUNT": st.integers(0, 10**6).map(Count),
    "TEXT": strategies.texts(),
}


@pytest.mark.parametrize("name", list(DRAWN))
@given(data=st.data())
def test_any_value_is_read_back_as_it_was_written(name: str, data: st.DataObject) -> None:
    value = data.draw(DRAWN[name])

    cell = KINDS[name].write(value)

    assert read(KINDS[name], cell) == value
    if isinstance(cell, Decimal | int):  # and no spreadsheet program will make another number of it
        assert len(Decimal(cell).as_tuple().digits) <= 15


@pytest.mark.parametrize("written", ["Company", "Trust", "corporation", "Partnership", "FUND"])
def test_a_register_may_say_more_closely_what_an_organisation_is(written: str) -> None:
    assert read(v.HOLDER_KIND, written) is HolderKind.ORGANISATION


def test_what_may_be_either_is_asked_about() -> None:
    assert "'Nominee'" in refused(v.HOLDER_KIND, "Nominee")
