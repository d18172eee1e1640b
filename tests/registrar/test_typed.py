"""Numbers as people type them: read in the one way in which they can be read, or asked for again."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Authorized, Money, Price, Ratio, Shares
from ledger.errors import NotUnderstood
from ledger.testing import shares as all_shares
from registrar import typed


@given(all_shares())
def test_a_number_is_read_as_our_tables_and_our_files_write_it(shares: Shares) -> None:
    for written in (f"{shares:,}", str(shares)):
        if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", written):  # a thousand, somewhere
            with pytest.raises(NotUnderstood, match="may be read in two ways"):
                typed.shares(written)
        else:
            assert typed.shares(written) == shares


@given(st.integers(1, 10**20), st.sampled_from(["USD", "EUR", "JPY"]))
def test_an_amount_is_read_as_our_tables_write_it(amount: int, currency: str) -> None:
    assert typed.money(f"{amount:,} {currency}") == typed.money(f"{amount} {currency}") == Money(amount, currency)


@given(st.text("0123456789.,", min_size=1, max_size=12))
def test_what_is_read_is_what_an_english_reader_and_a_german_one_agree_on(written: str) -> None:
    """A comma groups in English and stands before decimals in German, a point the other way round."""
    try:
        read = typed.shares(written).as_fraction()
    except NotUnderstood:
        return
    english = written.replace(",", "")
    assert read == Fraction(english)
    if "," not in written and "." in written:  # decimals by a point: no German would group like this
        whole, _, decimals = written.partition(".")
        assert len(decimals) != 3 or len(whole) > 3 or whole.startswith("0")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("1.000", "write 1000, or 1"),
        ("12.340", "write 12340, or 12.34"),
        ("12.345", "write 12345, or 12.3450"),
        ("999.999", "write 999999, or 999.9990"),
    ],
)
def test_whoever_may_mean_thousands_is_told_both_ways_of_writing_it(written: str, hint: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        typed.shares(written)

    assert (refused.value.code, refused.value.hint) == ("E_NUMBER", hint)
    for each in hint.removeprefix("write ").split(", or "):
        typed.shares(each)


@pytest.mark.parametrize("written", ["0.001", "0.123", "1000.125", "1.5", "1.50", "1.0000", "0001.000"])
def test_decimals_that_nobody_reads_as_thousands_are_taken(written: str) -> None:
    assert typed.shares(written).as_fraction() == Fraction(written)


@pytest.mark.parametrize(
    ("written", "price"),
    [
        ("0.004 USD", Price("0.004", "USD")),
        ("1.125 USD", Price("1.125", "USD")),
        ("1/3 USD", Price("1/3", "USD")),
        ("2,500.00 USD", Price(2_500, "USD")),
        ("1,000,000 USD", Price(1_000_000, "USD")),
    ],
)
def test_a_price_has_its_decimals_after_a_point(written: str, price: Price) -> None:
    assert typed.price(written) == price


@pytest.mark.parametrize("written", ["2,500 USD", "1,125 USD"])
def test_a_comma_that_may_stand_before_the_decimals_of_a_price_is_not_guessed_at(written: str) -> None:
    with pytest.raises(NotUnderstood, match="may be read in two ways"):
        typed.price(written)


def test_authorized_shares_are_a_number_or_a_word() -> None:
    assert typed.authorized("10,000,000") == Authorized(10_000_000)
    assert typed.authorized("unlimited") == Authorized.UNLIMITED
    assert typed.authorized("unknown") == Authorized.UNKNOWN
    with pytest.raises(NotUnderstood):
        typed.authorized("Unlimited")


def test_a_ratio_is_a_number_or_a_fraction() -> None:
    assert typed.ratio("1/20") == Ratio("1/20")
    assert typed.ratio("1.125") == Ratio("9/8")


@given(st.text(max_size=40))
def test_text_is_brought_to_normal_form(written: str) -> None:
    assert typed.text(written) == unicodedata.normalize("NFC", written)


def test_text_beyond_every_field_is_left_for_the_field_to_refuse() -> None:
    long = "e\u0301" * 5_000

    assert typed.text(long) is long
