"""What preferred stock is paid first, when it may be redeemed, and when all of it converts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.quantities import Money, Price, Ratio, Shares
from ledger.terms.liquidation import LiquidationPreference, Participation
from ledger.terms.preferred import (
    MandatoryConversion,
    Occasion,
    Offering,
    RedemptionRight,
    RedemptionTerms,
)

STATED = Price(1_000, "USD")
DAY = date(2026, 3, 31)

# --- preference ---------------------------------------------------------------------------------------------------


def test_a_preference_is_its_multiple_of_the_stated_value() -> None:
    assert LiquidationPreference(multiple=Ratio("1.5")).per_share(STATED) == 1_500


def test_a_base_of_its_own_goes_before_the_stated_value() -> None:
    preference = LiquidationPreference(multiple=Ratio(2), base=Price("0.25", "USD"))

    assert preference.per_share(STATED) == Fraction(1, 2)
    assert preference.currency_of(STATED) == "USD"


@pytest.mark.parametrize(("added", "expected"), [(True, 1_070), (False, 1_000)])
def test_accrued_dividends_count_where_the_papers_add_them(added: bool, expected: int) -> None:
    preference = LiquidationPreference(with_accrued_dividends=added)

    assert preference.per_share(STATED, accrued=Fraction(70)) == expected


def test_without_a_base_nothing_says_what_is_paid() -> None:
    with pytest.raises(NotUnderstood, match="record the stated value"):
        LiquidationPreference().per_share(None)


@pytest.mark.parametrize(
    ("includes", "accrued", "most"),
    [(True, 0, 3_000), (False, 0, 4_500), (True, 70, 3_000), (False, 70, 4_570), (True, 2_000, 3_500)],
    ids=["all in", "on top", "accrued within", "accrued and on top", "accrued beyond the cap is still paid"],
)
def test_a_cap_is_on_everything_or_on_what_comes_on_top(includes: bool, accrued: int, most: int) -> None:
    """By hand: 1.5 times 1,000 first; a cap of 3 times is 3,000 all in, or 3,000 on top of the preference."""
    preference = LiquidationPreference(
        multiple=Ratio("1.5"),
        participation=Participation.CAPPED,
        cap=Ratio(3),
        cap_includes_preference=includes,
        with_accrued_dividends=True,
    )

    assert preference.most_per_share(STATED, Fraction(accrued)) == most


def test_without_a_cap_there_is_no_most() -> None:
    assert LiquidationPreference(participation=Participation.FULL).most_per_share(STATED) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"multiple": Ratio(0)},
        {"base": Price(0, "USD")},
        {"participation": Participation.CAPPED},
        {"participation": Participation.FULL, "cap": Ratio(3)},
        {"cap": Ratio(3)},
        {"participation": Participation.CAPPED, "multiple": Ratio(3), "cap": Ratio(3)},
        {"participation": Participation.CAPPED, "cap": Ratio(0), "cap_includes_preference": False},
    ],
    ids=str,
)
def test_a_preference_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood, match="state"):
        LiquidationPreference(**wrong)  # type: ignore[arg-type]


@given(
    st.integers(1, 50).map(lambda n: Ratio(Fraction(n, 10))),
    st.integers(51, 99).map(lambda n: Ratio(Fraction(n, 10))),
    st.booleans(),
    st.integers(0, 10_000).map(Fraction),
)
def test_the_most_is_never_less_than_the_preference(
    multiple: Ratio, cap: Ratio, includes: bool, accrued: Fraction
) -> None:
    preference = LiquidationPreference(
        multiple=multiple,
        participation=Participation.CAPPED,
        cap=cap,
        cap_includes_preference=includes,
        with_accrued_dividends=True,
    )

    most = preference.most_per_share(STATED, accrued)
    assert most is not None
    assert most >= preference.per_share(STATED, accrued)


# --- redemption ---------------------------------------------------------------------------------------------------


def test_a_redemption_is_at_a_price_or_at_a_multiple_of_the_stated_value() -> None:
    """The Series K papers of 2017: half of the shares at $0.01 each, whatever their stated value."""
    by_company = RedemptionRight(price=Price("0.01", "USD"), part=Ratio("1/2"))
    by_holder = RedemptionRight(multiple=Ratio("1.2"), with_accrued_dividends=True)

    assert by_company.per_share(STATED, accrued=Fraction(5)) == Fraction("0.01")
    assert by_company.redeems(Shares(5)) == Shares("2.5")
    assert by_holder.per_share(STATED, accrued=Fraction(5)) == 1_205


def test_a_multiple_needs_a_stated_value() -> None:
    with pytest.raises(NotUnderstood, match="record the stated value"):
        RedemptionRight(multiple=Ratio(1)).per_share(None)


@pytest.mark.parametrize(
    ("on", "is_open"),
    [("2026-03-30", False), ("2026-03-31", True), ("2027-03-31", True), ("2027-04-01", False)],
)
def test_a_right_is_open_from_its_first_to_its_last_day(on: str, is_open: bool) -> None:
    right = RedemptionRight(multiple=Ratio(1), since=DAY, until=date(2027, 3, 31))

    assert right.is_open(date.fromisoformat(on)) is is_open


def test_a_right_without_days_is_always_open() -> None:
    assert RedemptionRight(multiple=Ratio(1)).is_open(DAY)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"price": STATED, "multiple": Ratio(1)},
        {"price": STATED, "part": Ratio(0)},
        {"price": STATED, "part": Ratio("1.01")},
        {"price": STATED, "since": DAY, "until": date(2026, 3, 30)},
        {"price": STATED, "since": date(26, 3, 30)},
    ],
    ids=str,
)
def test_a_redemption_right_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood):
        RedemptionRight(**wrong)  # type: ignore[arg-type]


def test_a_redemption_is_at_the_option_of_somebody() -> None:
    with pytest.raises(NotUnderstood, match="nobody's option"):
        RedemptionTerms()


# --- mandatory conversion -----------------------------------------------------------------------------------------

OFFERING = Offering(price=Price(5, "USD"), proceeds=Money(50_000_000, "USD"))


@pytest.mark.parametrize(("on", "came"), [("2026-03-30", ()), ("2026-03-31", (Occasion.DAY,))])
def test_all_shares_convert_on_the_day(on: str, came: tuple[Occasion, ...]) -> None:
    assert MandatoryConversion(on=DAY).occasions(date.fromisoformat(on)) == came


@pytest.mark.parametrize(
    ("exceeded", "voted", "enough"),
    [(False, 499, False), (False, 500, True), (True, 500, False), (True, 501, True)],
)
def test_a_majority_is_more_than_half_and_at_least_half_is_half(exceeded: bool, voted: int, enough: bool) -> None:
    terms = MandatoryConversion(vote=Ratio("1/2"), vote_is_exceeded=exceeded)

    came = terms.occasions(DAY, voted=Shares(voted), outstanding=Shares(1_000))

    assert came == ((Occasion.VOTE,) if enough else ())


@pytest.mark.parametrize(
    ("offering", "qualified"),
    [
        (OFFERING, True),
        (Offering(price=Price("4.99", "USD"), proceeds=OFFERING.proceeds), False),
        (Offering(price=OFFERING.price, proceeds=Money(49_999_999, "USD")), False),
        (Offering(price=Price(5, "EUR"), proceeds=Money(50_000_000, "EUR")), False),
        (None, False),
    ],
)
def test_an_offering_converts_at_its_price_and_its_proceeds_or_above(
    offering: Offering | None, qualified: bool
) -> None:
    terms = MandatoryConversion(offering_price=Price(5, "USD"), offering_proceeds=Money(50_000_000, "USD"))

    assert terms.occasions(DAY, offering=offering) == ((Occasion.OFFERING,) if qualified else ())


def test_no_offering_converts_where_the_papers_name_none() -> None:
    assert MandatoryConversion(vote=Ratio("1/2")).occasions(DAY, offering=OFFERING) == ()


def test_without_shares_outstanding_nobody_has_voted() -> None:
    assert MandatoryConversion(vote=Ratio("1/2")).occasions(DAY, voted=Shares(0), outstanding=Shares(0)) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"vote_is_exceeded": True, "on": DAY},
        {"vote": Ratio(0)},
        {"vote": Ratio("1.01")},
        {"vote": Ratio(1), "vote_is_exceeded": True},
        {"offering_price": STATED, "offering_proceeds": Money(1, "EUR")},
        {"offering_proceeds": Money(0, "EUR")},
    ],
    ids=str,
)
def test_a_mandatory_conversion_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood):
        MandatoryConversion(**wrong)  # type: ignore[arg-type]
