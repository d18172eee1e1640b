"""Diluted earnings per share: the order in which what dilutes is counted, and what is left out."""

from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.terms.dilution import Diluted, Potential, diluted


def potential(name: str, shares: int | Fraction, income: int | Fraction = 0) -> Potential:
    return Potential(name=name, shares=Fraction(shares), income=Fraction(income))


def cents(figure: Fraction | None) -> str:
    assert figure is not None
    return f"{round(figure * 100) / 100:.2f}"  # for comparing with the printed figure only


def named(potentials: tuple[Potential, ...]) -> list[str]:
    return [each.name for each in potentials]


def test_options_bonds_and_preferred_are_counted_in_the_order_in_which_they_dilute() -> None:
    """IAS 33, illustrative example 9: 10,000,000 for 2,000,000 shares is 5.00; options take it to 4.95, the bonds
    (3,000,000 after tax for 2,000,000 shares) to 3.23, and the preferred (6,400,000 for 1,600,000) would raise it
    to 3.45: diluted earnings per share are 3.23.
    """
    preferred = potential("preferred", 1_600_000, 6_400_000)
    bonds = potential("bonds", 2_000_000, 3_000_000)
    options = potential("options", 20_000)
    for order in permutations([preferred, bonds, options]):
        found = diluted(Fraction(10_000_000), Fraction(2_000_000), order)

        assert named(found.counted) == ["options", "bonds"]
        assert named(found.left_out) == ["preferred"]
        assert [found.income, found.shares] == [13_000_000, 4_020_000]
        assert cents(found.per_share) == "3.23"
    assert cents(diluted(Fraction(10_000_000), Fraction(2_000_000), [options]).per_share) == "4.95"


def test_shares_for_no_consideration_cost_no_income() -> None:
    """IAS 33, illustrative example 5: 1,200,000 for 500,000 shares is 2.40; of 100,000 options at 15, at an average
    price of 20, 25,000 are for no consideration: 2.29.
    """
    found = diluted(Fraction(1_200_000), Fraction(500_000), [potential("options", 25_000)])

    assert found.shares == 525_000
    assert cents(found.per_share) == "2.29"


def test_convertible_bonds_add_their_interest_after_tax_and_their_shares() -> None:
    """IAS 33, illustrative example 6: 1,004 for 1,000 shares; interest of 10 less tax of 4, and 30 shares: 0.98."""
    found = diluted(Fraction(1_004), Fraction(1_000), [potential("bonds", 30, 6)])

    assert [found.income, found.shares] == [1_010, 1_030]
    assert cents(found.per_share) == "0.98"


def test_a_year_of_several_instruments_comes_to_the_printed_figures() -> None:
    """IAS 33, illustrative example 12, the full year: income of 11,800,000 less 70,000 preferred dividends for
    6,076,667 shares on average is 1.93; with warrants (14,880 shares), preferred (450,000 for 70,000) and bonds
    (120,000 for 90,000) it is 1.78 for 6,661,547 shares, the sum of these figures as they are rounded.
    """
    average = Fraction(5_000_000 * 2 + 5_200_000 + 5_680_000 * 2 + 6_280_000 * 3 + 6_880_000 * 4, 12)
    price = Fraction("57.125")
    warrants = potential("warrants", (price - 55) / price * 600_000 * Fraction(8, 12))
    preferred = potential("preferred", Fraction(800_000 * 5 + 200_000 * 7, 12), 70_000)
    bonds = potential("bonds", Fraction(480_000 * 3, 12), 90_000)

    found = diluted(Fraction(11_730_000), average, [preferred, bonds, warrants])

    assert round(average) == 6_076_667
    assert cents(11_730_000 / average) == "1.93"
    assert named(found.counted) == ["warrants", "preferred", "bonds"]
    assert [round(each.shares) for each in found.counted] == [14_880, 450_000, 120_000]
    assert [found.income, found.shares] == [11_890_000, average + warrants.shares + 450_000 + 120_000]
    assert cents(found.per_share) == "1.78"


def test_nothing_dilutes_a_loss() -> None:
    options = potential("options", 25_000)
    bonds = potential("bonds", 1_000, 1)

    found = diluted(Fraction(-750_000), Fraction(6_880_000), [options, bonds])

    assert found == Diluted(
        income=Fraction(-750_000), shares=Fraction(6_880_000), counted=(), left_out=(options, bonds)
    )


@pytest.mark.parametrize(("income", "counts"), [(199, True), (200, False), (201, False)])
def test_what_leaves_earnings_per_share_as_they_are_does_not_dilute(income: int, counts: bool) -> None:
    found = diluted(Fraction(2_000), Fraction(1_000), [potential("bonds", 100, income)])

    assert bool(found.counted) is counts


def test_what_adds_no_share_is_left_out() -> None:
    out_of_the_money = potential("options", 0)

    assert diluted(Fraction(10), Fraction(10), [out_of_the_money]).left_out == (out_of_the_money,)


def test_without_a_share_there_are_no_earnings_per_share() -> None:
    assert diluted(Fraction(10), Fraction(0), []).per_share is None
    assert diluted(Fraction(10), Fraction(0), [potential("warrants", 5)]).per_share == 2


@pytest.mark.parametrize(("shares", "income"), [(-1, 0), (0, -1)])
def test_a_potential_share_takes_nothing_away(shares: int, income: int) -> None:
    with pytest.raises(NotUnderstood, match="zero or more") as caught:
        potential("options", shares, income)
    assert caught.value.code == "E_QUANTITY"


def test_an_average_is_not_below_zero() -> None:
    with pytest.raises(NotUnderstood, match="zero or more"):
        diluted(Fraction(1), Fraction(-1), [])


potentials = st.lists(
    st.builds(potential, st.sampled_from("abcdef"), st.integers(0, 5_000), st.integers(0, 5_000)), max_size=5
)


@given(st.integers(-10_000, 10_000), st.integers(1, 5_000), potentials)
def test_no_other_selection_gives_lower_earnings_per_share(income: int, shares: int, some: list[Potential]) -> None:
    found = diluted(Fraction(income), Fraction(shares), some)

    assert found.per_share is not None
    assert sorted(named((*found.counted, *found.left_out))) == sorted(named(tuple(some)))
    assert found.income == income + sum(each.income for each in found.counted)
    assert found.shares == shares + sum(each.shares for each in found.counted)
    if income > 0:
        for count in range(len(some) + 1):
            for few in combinations(some, count):
                other = Fraction(income + sum(each.income for each in few)) / (
                    shares + sum(each.shares for each in few)
                )
                assert found.per_share <= other
    else:
        assert not found.counted
