"""What SAFEs may claim when the company is sold, by published figures and by what must hold."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.quantities import Money, Ratio
from ledger.terms.liquidity import AtLiquidity, at_liquidity
from ledger.terms.safes import CapAndDiscount, CapTiming

FOUNDERS = Fraction(9_250_000)


def capped(cap: int, timing: CapTiming = CapTiming.POST_MONEY, discount: str | None = None) -> CapAndDiscount:
    return CapAndDiscount(
        cap=Money(cap, "USD"), cap_timing=timing, discount=None if discount is None else Ratio(discount)
    )


def shares(papers: list[tuple[Fraction, CapAndDiscount]], **more: Fraction) -> list[Fraction | None]:
    standing = {"shares": FOUNDERS, "options": Fraction(0), **more}
    return [each.shares for each in at_liquidity(papers, **standing)]


def test_post_money_safes_own_their_amount_divided_by_their_cap() -> None:
    """Y Combinator, post-money SAFE user guide: $200k at 4M and $800k at 8M beside 9.25M shares.

    5 % and 10 % of 10,882,353: 544,118 and 1,088,235 shares.
    """
    papers = [(Fraction(200_000), capped(4_000_000)), (Fraction(800_000), capped(8_000_000))]

    one, other = shares(papers)

    assert one is not None
    assert other is not None
    whole = FOUNDERS + one + other
    assert (one / whole, other / whole) == (Fraction(1, 20), Fraction(1, 10))
    assert [round(each) for each in (one, other, whole)] == [544_118, 1_088_235, 10_882_353]


def test_a_pre_money_safe_buys_at_the_cap_divided_by_what_was_there_before() -> None:
    """By hand: 100,000 at 5,000,000 ÷ 10,000,000 = 0.5 are 200,000, whatever the others convert into."""
    paper = (Fraction(100_000), capped(5_000_000, CapTiming.PRE_MONEY))

    assert shares([paper, paper], options=Fraction(750_000)) == [200_000, 200_000]


def test_a_discount_without_a_cap_is_worth_its_amount_divided_by_the_rest() -> None:
    """By hand: 80 at a discount of 20 % are worth 100 at any price of a share."""
    paper = CapAndDiscount(discount=Ratio("0.2"))

    assert at_liquidity([(Fraction(80), paper)], shares=FOUNDERS, options=Fraction(0)) == [
        AtLiquidity(money=Fraction(100), shares=None)
    ]


def test_a_paper_without_cap_and_discount_is_paid_back() -> None:
    assert at_liquidity([(Fraction(80), CapAndDiscount())], shares=FOUNDERS, options=Fraction(0)) == [
        AtLiquidity(money=Fraction(80), shares=None)
    ]


@pytest.mark.parametrize("amounts", [[100], [60, 40], [150]])
def test_caps_that_leave_nothing_are_refused(amounts: list[int]) -> None:
    with pytest.raises(NotUnderstood, match="the whole company"):
        shares([(Fraction(amount), capped(100)) for amount in amounts])


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(100, 1_000)), min_size=1, max_size=5),
    st.integers(1, 10**7),
)
def test_each_post_money_part_is_kept_whatever_the_others_are(
    papers: list[tuple[int, int]], outstanding: int
) -> None:
    found = shares([(Fraction(amount), capped(cap)) for amount, cap in papers], shares=Fraction(outstanding))

    counted = [each for each in found if each is not None]
    whole = outstanding + sum(counted)
    assert [each / whole for each in counted] == [Fraction(amount, cap) for amount, cap in papers]
