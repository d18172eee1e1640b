"""What a SAFE promises: which shares a cap is divided by, and what the terms must state."""

from fractions import Fraction
from typing import Any

import attrs
import pytest

from ledger.errors import NotUnderstood
from ledger.quantities import Money, Ratio
from ledger.terms.safes import (
    POST_MONEY_CAPITALIZATION,
    PRE_MONEY_CAPITALIZATION,
    CapAndDiscount,
    CapitalizationDefinition,
    CapTiming,
    SafeTerms,
)


def million(amount: int) -> Money:
    return Money(amount * 1_000_000, "USD")


def capped(amount: int = 8, timing: CapTiming = CapTiming.POST_MONEY) -> CapAndDiscount:
    return CapAndDiscount(cap=million(amount), cap_timing=timing)


def test_a_cap_counts_what_is_usual_for_its_timing_unless_the_paper_says_otherwise() -> None:
    own = attrs.evolve(POST_MONEY_CAPITALIZATION, pool_increase=True)

    assert capped(timing=CapTiming.PRE_MONEY).counted == PRE_MONEY_CAPITALIZATION
    assert capped(timing=CapTiming.POST_MONEY).counted == POST_MONEY_CAPITALIZATION
    assert attrs.evolve(capped(), capitalization=own).counted == own


def test_the_two_usual_definitions_differ_in_what_converts_and_in_the_increase_of_the_pool() -> None:
    """Section 2 of the SAFE of 2013 and of 2018: "Company Capitalization"."""
    differing = {
        name
        for name, counted in attrs.asdict(PRE_MONEY_CAPITALIZATION).items()
        if counted != getattr(POST_MONEY_CAPITALIZATION, name)
    }

    assert differing == {"this_security", "other_converting_securities", "pool_increase"}


def test_a_definition_asks_the_eight_questions_of_the_open_cap_format() -> None:
    """CapitalizationDefinitionRules of the Open Cap Format 1.2 has eight booleans, all of them required."""
    assert len(attrs.fields(CapitalizationDefinition)) == 8
    assert all(field.default is attrs.NOTHING for field in attrs.fields(CapitalizationDefinition))


def test_a_definition_counts_something() -> None:
    with pytest.raises(NotUnderstood, match="counts nothing"):
        CapitalizationDefinition(**dict.fromkeys(attrs.fields_dict(CapitalizationDefinition), False))


def test_a_price_is_the_cap_divided_or_the_price_of_the_round_less_the_discount() -> None:
    """A cap of $3.3M of a round at $10M pre-money and $10 a share is a price of $3.30: 1,000,000 shares counted."""
    terms = CapAndDiscount(
        cap=Money(3_300_000, "USD"), cap_timing=CapTiming.PRE_MONEY, discount=Ratio(Fraction(1, 5))
    )

    assert terms.cap_price(Fraction(1_000_000)) == Fraction("3.3")
    assert terms.discount_price(Fraction(10)) == 8


def test_a_paper_with_neither_cap_nor_discount_converts_at_the_price_of_the_round() -> None:
    plain = SafeTerms(most_favored_nation=True)

    assert plain.cap_price(Fraction(1)) is None
    assert plain.discount_price(Fraction(3)) == 3


@pytest.mark.parametrize("discount", ["0", "1", "80"])
def test_a_discount_is_a_part_and_neither_nothing_nor_everything(discount: str) -> None:
    with pytest.raises(NotUnderstood, match="discount of") as caught:
        CapAndDiscount(discount=Ratio(discount))

    assert caught.value.code == "E_TERMS"


@pytest.mark.parametrize("discount", ["0.000001", "0.2", "0.999999"])
def test_a_discount_may_be_any_part_between(discount: str) -> None:
    assert CapAndDiscount(discount=Ratio(discount)).discount_price(Fraction(1)) == 1 - Fraction(discount)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"cap": million(8)}, "E_TERMS"),
        ({"cap_timing": CapTiming.POST_MONEY}, "E_TERMS"),
        ({"cap": Money(0, "USD"), "cap_timing": CapTiming.POST_MONEY}, "E_QUANTITY"),
        ({"cap": Money(-1, "USD"), "cap_timing": CapTiming.POST_MONEY}, "E_QUANTITY"),
        ({"discount": Ratio("0.2"), "capitalization": PRE_MONEY_CAPITALIZATION}, "E_TERMS"),
    ],
)
def test_a_cap_is_above_zero_and_comes_with_its_timing(given: dict[str, Any], code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        CapAndDiscount(**given)

    assert caught.value.code == code
