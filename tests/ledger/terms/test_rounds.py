"""A priced round: worked figures that others published, and the laws that hold for every round."""

from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.identity import HolderId, StockClassId
from ledger.quantities import FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.rounds import (
    Conversion,
    ConversionMethod,
    Converting,
    Investment,
    Purchase,
    Round,
    Solution,
    Standing,
    Taken,
    solve,
)
from ledger.terms.safes import CapAndDiscount, CapitalizationDefinition, CapTiming

INVESTOR = HolderId("fund")


def usd(amount: int | str) -> Money:
    return Money(amount, "USD")


def agreed(new_money: int = 2_000_000, **given: Any) -> Round:
    """Return a round of one investor, at $8M pre-money unless something else is said."""
    if not {"pre_money", "post_money", "price"} & set(given):
        given["pre_money"] = usd(8_000_000)
    investments = (Investment(holder=INVESTOR, amount=usd(new_money)),)
    return Round(**{"series": StockClassId("series-a"), "investments": investments, **given})


def standing(shares: int | str = 1_000_000, **given: int) -> Standing:
    return Standing(shares=Fraction(shares), **{name: Fraction(value) for name, value in given.items()})


def paper(
    amount: int = 1_000_000,
    *,
    cap: int | None = None,
    timing: CapTiming = CapTiming.POST_MONEY,
    discount: str | None = None,
    name: str = "safe-1",
    **given: Any,
) -> Converting:
    terms = CapAndDiscount(
        cap=None if cap is None else usd(cap),
        cap_timing=None if cap is None else timing,
        discount=None if discount is None else Ratio(discount),
    )
    return Converting(name=name, holder=HolderId(f"of-{name}"), principal=usd(amount), terms=terms, **given)


def parts(solution: Solution) -> list[str]:
    """Return who owns what after the closing, before any rounding, as percentages of two decimals."""
    shares = [*(each.exact for each in solution.conversions), *(each.exact for each in solution.purchases)]
    before = solution.exact_total - sum(shares, Fraction(0)) - solution.exact_pool_increase
    return [f"{float(each / solution.exact_total * 100):.2f}" for each in (before, *shares)]


# --- worked figures ----------------------------------------------------------------------------------------------


def test_a_price_is_the_pre_money_valuation_divided_by_the_shares_before() -> None:
    """Cooley GO, "Calculating share price with outstanding convertible notes or Safes": $2M at $8M pre-money."""
    found = solve(agreed(), standing())

    assert found.price == Price(8, "USD")
    assert parts(found) == ["80.00", "20.00"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (ConversionMethod.PRE_MONEY, ["70.00", "12.50", "17.50"]),
        (ConversionMethod.PERCENT_OWNERSHIP, ["65.71", "14.29", "20.00"]),
        (ConversionMethod.DOLLARS_INVESTED, ["68.83", "12.99", "18.18"]),
    ],
)
def test_three_methods_share_the_dilution_of_a_note_in_three_ways(
    method: ConversionMethod, expected: list[str]
) -> None:
    """The three methods of the same article: $1M of notes at a discount of 30 %, $2M at $8M, 1,000,000 shares.

    The first two are printed there so (178,571 and 250,000 shares by the first). By the third the post-money
    valuation is 8 + 2 + 1 = $11M: new money is 2/11, the notes 1/0.7 of 1/11, the founders have the rest.
    """
    found = solve(agreed(method=method), standing(), [paper(discount="0.3")])

    assert parts(found) == expected


def test_outside_the_valuation_a_discounted_note_leaves_the_price_as_it_was() -> None:
    """The same article, pre-money method: $8.00, 178,571 shares for the notes and 250,000 for the fund."""
    found = solve(agreed(method=ConversionMethod.PRE_MONEY), standing(), [paper(discount="0.3")])

    assert found.price == Price(8, "USD")
    assert (found.conversions[0].shares, found.purchases[0].shares) == (Shares(178_571), Shares(250_000))
    assert found.conversions[0].price == Price("5.6", "USD")


def test_the_option_pool_shuffle_takes_two_of_eight_million_from_the_founders() -> None:
    """Venture Hacks, "The Option Pool Shuffle": $2M at $8M with 20 % of the company for new options: $1.00 a share.

    Six million shares were there; two million options are added before the money and two million shares sold.
    """
    found = solve(agreed(pool_target=Ratio("0.2")), standing(6_000_000))

    assert found.price == Price(1, "USD")
    assert (found.pool_increase, found.purchases[0].shares) == (Shares(2_000_000), Shares(2_000_000))
    assert found.total == 10_000_000


def test_a_pool_outside_the_valuation_dilutes_the_investor_too() -> None:
    """By hand: the price stays at 8M ÷ 6M; the pool is a fifth of everything: (6M + 1.5M) ÷ 4 = 1.875M shares."""
    found = solve(agreed(pool_target=Ratio("0.2"), pool_inside=False), standing(6_000_000))

    assert found.exact_price == Fraction(4, 3)
    assert found.pool_increase == Shares(1_875_000)
    assert parts(found) == ["64.00", "16.00"]


def yc_primer(amount: int, pre_money: int, shares: int, paper: Converting, **given: Any) -> Solution:
    return solve(
        agreed(
            amount, pre_money=usd(pre_money), method=ConversionMethod.PRE_MONEY, series=StockClassId("a"), **given
        ),
        standing(shares),
        [paper],
    )


def test_a_pre_money_safe_with_a_cap() -> None:
    """Y Combinator's SAFE primer (2013), cap and no discount, as FundersClub prints it: 220,022 at $0.4545.

    $100,000 at a cap of $5M; $1M sold at $10M pre-money; 11,000,000 shares with the pool: $0.909, 1,100,110 shares.
    """
    found = yc_primer(
        1_000_000,
        10_000_000,
        11_000_000,
        paper(100_000, cap=5_000_000, timing=CapTiming.PRE_MONEY),
        price_places=3,
        conversion_places=4,
    )

    assert (found.price, found.purchases[0].shares) == (Price("0.909", "USD"), Shares(1_100_110))
    (safe,) = found.conversions
    assert (safe.price, safe.shares) == (Price("0.4545", "USD"), Shares(220_022))
    assert safe.taken == Taken.CAP
    assert safe.capitalization == 11_000_000
    assert safe.series == "a-1"


def test_a_pre_money_safe_with_a_cap_below_its_discount() -> None:
    """The same primer, cap and discount: 85 % of $0.909 is $0.77265, the cap of $8M gives $0.72727: 137,500."""
    found = yc_primer(
        1_000_000,
        10_000_000,
        11_000_000,
        paper(100_000, cap=8_000_000, timing=CapTiming.PRE_MONEY, discount="0.15"),
        price_places=3,
        conversion_places=5,
    )

    (safe,) = found.conversions
    assert (safe.taken, safe.price, safe.shares) == (Taken.CAP, Price("0.72727", "USD"), Shares(137_500))


def test_a_safe_with_a_discount_alone() -> None:
    """The same primer, discount and no cap: $20,000 at 80 % of $0.19: 131,578 at $0.152; $400,000 buy 2,105,263."""
    found = yc_primer(
        400_000, 2_000_000, 10_500_000, paper(20_000, discount="0.2"), price_places=2, conversion_places=3
    )

    assert (found.price, found.purchases[0].shares) == (Price("0.19", "USD"), Shares(2_105_263))
    (safe,) = found.conversions
    assert (safe.taken, safe.price, safe.shares) == (Taken.DISCOUNT, Price("0.152", "USD"), Shares(131_578))


def test_a_round_below_the_cap_converts_at_the_price_of_the_round() -> None:
    """Y Combinator, guide to the post-money SAFE: below the cap the holder has the price of the investors."""
    found = solve(agreed(), standing(), [paper(500_000, cap=20_000_000)])

    (safe,) = found.conversions
    assert (safe.taken, safe.price, safe.series) == (Taken.ROUND_PRICE, found.price, "series-a")


YC_SAFES = (
    paper(200_000, cap=4_000_000, name="safe-1"),
    paper(800_000, cap=8_000_000, name="safe-2"),
)


def test_post_money_safes_own_their_amount_over_their_cap_before_the_round() -> None:
    """Y Combinator, "Understanding SAFEs and Priced Equity Rounds": 5 % and 10 % on 9.25M founders' shares."""
    found = solve(agreed(5_000_000, pre_money=usd(15_000_000)), standing(9_250_000), YC_SAFES)

    first, second = found.conversions
    assert first.capitalization == second.capitalization == Fraction(9_250_000) / Fraction("0.85")
    assert int(first.capitalization or 0) == 10_882_352  # printed rounded, 10,882,353
    assert [f"{float(each.exact):.0f}" for each in (first, second)] == ["544118", "1088235"]


def test_a_round_with_safes_and_a_larger_pool_has_one_price() -> None:
    """The same talk: $5M at $15M pre-money ÷ (11,764,705 + 1,695,000) is $1.1144.

    The 10,000,000 shares before are 85 % of 11,764,705; 100,000 of them are options not granted. The pool is to be
    10 % after the closing, so x + 100,000 = (11,764,705 + x) ÷ 7.5: 1,694,570, in the talk to the nearest thousand.
    """
    found = solve(
        agreed(5_000_000, pre_money=usd(15_000_000), pool_target=Ratio("0.1"), price_places=4),
        standing(9_250_000, options=650_000, unissued=100_000),
        YC_SAFES,
    )

    assert found.conversions[0].capitalization == Fraction(10_000_000) / Fraction("0.85")
    assert found.price == Price("1.1144", "USD")
    assert int(found.exact_pool_increase) == 1_694_570
    assert parts(found)[1:] == ["3.28", "6.56", "25.00"]


def test_better_of_cap_and_discount_is_whichever_gives_more_shares() -> None:
    """4M fully diluted, $100k, cap 6M that counts the SAFE itself, 20 %, price 2: 67,796.6, not 62,500."""
    round_at_two = agreed(price=Price(2, "USD"))

    both = solve(round_at_two, standing(4_000_000), [paper(100_000, cap=6_000_000, discount="0.2")])
    discount = solve(round_at_two, standing(4_000_000), [paper(100_000, discount="0.2")])

    assert both.conversions[0].taken is Taken.CAP
    assert f"{float(both.conversions[0].exact):.1f}" == "67796.6"
    assert discount.conversions[0].shares == Shares(62_500)


def test_a_pre_money_safe_that_the_valuation_includes_has_a_part_of_that_valuation() -> None:
    """A worked example of Cake Equity: $500,000 at 20 % off, $2M pre-money, 3,000,000 shares: 1,363,636, 4,363,636.

    500,000 ÷ 1,600,000 is 31.25 % of the shares before the money; the price is $0.46 and with the discount $0.37.
    """
    found = solve(agreed(pre_money=usd(2_000_000)), standing(3_000_000), [paper(500_000, discount="0.2")])

    assert found.conversions[0].shares == Shares(1_363_636)
    assert int(found.priced_on) == 4_363_636
    assert f"{float(found.exact_price):.2f}" == "0.46"


def test_a_safe_at_a_discount_to_a_price_that_is_agreed() -> None:
    """The same example with a price of $2.00 a share: $1.60, 312,500 shares, 3,312,500 before the money."""
    found = solve(agreed(price=Price(2, "USD")), standing(3_000_000), [paper(500_000, discount="0.2")])

    assert found.conversions[0].shares == Shares(312_500)
    assert found.priced_on == 3_312_500


def test_a_note_in_a_round_whose_post_money_valuation_is_fixed() -> None:
    """An exercise: 10,000 shares of the founder, a note of $20,000 at 20 % off, and $30,000 for 40 % of everything.

    75,000 = p × (10,000 + 25,000/p + 30,000/p), so p is 2: 10,000, 12,500 and 15,000 shares.
    """
    found = solve(agreed(30_000, post_money=usd(75_000)), standing(10_000), [paper(20_000, discount="0.2")])

    assert found.price == Price(2, "USD")
    assert (found.conversions[0].shares, found.purchases[0].shares) == (Shares(12_500), Shares(15_000))


def test_seed_notes_without_a_cap_take_their_discount_from_the_founders() -> None:
    """An exercise: $750,000 at 80 % of the price, $4M for 20 %, 1,000,000 shares with the pool: 75.3, 4.7, 20 %."""
    found = solve(
        agreed(4_000_000, post_money=usd(20_000_000)),
        standing(900_000, unissued=100_000),
        [paper(750_000, discount="0.2")],
    )

    assert found.exact_price == Fraction("15.0625")
    assert parts(found) == ["75.31", "4.69", "20.00"]


def test_interest_converts_with_the_principal_and_a_pool_is_part_of_everything() -> None:
    """South Philly Angels: $300,000 with half a year at 10 %, 20 % off; $4M at $5M pre-money; a pool of 25 %.

    $393,750 of value at $1.00 a share; 9,393,750 shares; 2,348,438 for the pool; the founder has 2,651,563.
    """
    found = solve(
        agreed(4_000_000, pre_money=usd(5_000_000), method=ConversionMethod.PRE_MONEY, pool_target=Ratio("0.25")),
        standing("2651562.5"),
        [paper(300_000, discount="0.2", interest=Fraction(15_000))],
    )

    assert found.price == Price(1, "USD")
    assert found.conversions[0].shares == Shares(393_750)
    assert found.exact_total == 9_393_750
    assert found.exact_pool_increase == Fraction("2348437.5")


def test_a_most_favored_nation_safe_takes_the_cap_of_a_later_one() -> None:
    """Entrepreneur First's illustrative cap table: 10 % at a cap of $12.5M, 8 % fixed, 1 % by most favored nation.

    $125,000 have no cap of their own and take that of $12.5M: 1 % before the round of $10M at $40M.
    """
    later = paper(1_250_000, cap=12_500_000, name="later")
    fixed = paper(100_000, cap=1_250_000, name="fixed")
    favored = paper(125_000, name="favored", others=(later.terms,))

    found = solve(agreed(10_000_000, pre_money=usd(40_000_000)), standing(8_100_000), [favored, fixed, later])

    owned = [each.exact / Fraction(each.capitalization or 1) for each in found.conversions]
    assert owned == [Fraction("0.01"), Fraction("0.08"), Fraction("0.1")]
    assert found.conversions[0].terms == later.terms
    assert [each.elected for each in found.conversions] == [True, False, False]


def test_two_caps_in_one_company_are_counted_beside_each_other() -> None:
    """A lawyer's note on post-money SAFEs: $1M at $10M is 10 %, $600,000 at $15M is 4 %, the founders keep 86 %."""
    found = solve(
        agreed(pre_money=usd(30_000_000)),
        standing(8_600_000),
        [paper(1_000_000, cap=10_000_000), paper(600_000, cap=15_000_000, name="safe-2")],
    )

    assert found.priced_on == 10_000_000
    assert [each.exact for each in found.conversions] == [1_000_000, 400_000]


def test_a_pre_money_safe_is_diluted_by_its_own_money() -> None:
    """By hand, as the test suite of the open cap-table engine of 1984 Ventures has it: 1,000,000 of 11,000,000."""
    found = solve(
        agreed(5_000_000, pre_money=usd(20_000_000)),
        standing(10_000_000),
        [paper(1_000_000, cap=10_000_000, timing=CapTiming.PRE_MONEY)],
    )

    assert found.conversions[0].exact == 1_000_000
    assert found.priced_on == 11_000_000


# --- edges -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cap", "taken"), [(9, Taken.CAP), (10, Taken.ROUND_PRICE), (11, Taken.ROUND_PRICE)])
def test_a_post_money_cap_decides_below_the_valuation_before_the_money(cap: int, taken: Taken) -> None:
    found = solve(agreed(pre_money=usd(10_000_000)), standing(), [paper(500_000, cap=cap * 1_000_000)])

    assert found.conversions[0].taken is taken


@pytest.mark.parametrize("cap", [999_999, 1_000_000])
def test_papers_that_would_take_the_whole_company_have_no_round(cap: int) -> None:
    with pytest.raises(NotUnderstood, match="no price solves") as caught:
        solve(agreed(), standing(), [paper(1_000_000, cap=cap)])

    assert caught.value.code == "E_TERMS"


def test_papers_that_take_nearly_the_whole_company_have_a_round() -> None:
    found = solve(agreed(), standing(), [paper(1_000_000, cap=1_000_001)])

    assert found.conversions[0].exact == 1_000_000 * 1_000_000


@pytest.mark.parametrize(("first", "second", "solved"), [(40, 59, True), (40, 60, False), (40, 61, False)])
def test_several_caps_together_leave_something_to_the_founders(first: int, second: int, solved: bool) -> None:
    papers = [
        paper(first * 10_000, cap=1_000_000),
        paper(second * 10_000, cap=1_000_000, name="safe-2"),
    ]
    if solved:
        assert solve(agreed(), standing(), papers).conversions[0].capitalization == 100_000_000
    else:
        with pytest.raises(NotUnderstood, match="no price solves"):
            solve(agreed(), standing(), papers)


@pytest.mark.parametrize("discounted", [8_000_000, 8_000_001])
def test_discounted_money_worth_the_whole_valuation_has_no_round(discounted: int) -> None:
    with pytest.raises(NotUnderstood, match="no price solves"):
        solve(agreed(pre_money=usd(10_000_000)), standing(), [paper(discounted, discount="0.2")])


@pytest.mark.parametrize("target", ["0.79", "0.8"])
def test_a_pool_inside_has_room_beside_the_new_money(target: str) -> None:
    if target == "0.8":
        with pytest.raises(NotUnderstood, match="no price solves"):
            solve(agreed(pool_target=Ratio(target)), standing())
    else:
        assert solve(agreed(pool_target=Ratio(target)), standing()).exact_total == 100_000_000


@pytest.mark.parametrize(("unissued", "increase"), [(199_999, 1), (200_000, 0), (200_001, 0)])
def test_a_pool_grows_to_its_target_and_never_shrinks(unissued: int, increase: int) -> None:
    """A fifth of 1,000,000: 600,000 held, 200,000 sold at $10, 200,000 in the pool."""
    found = solve(
        agreed(2_000_000, price=Price(10, "USD"), pool_target=Ratio("0.2")),
        standing(600_000, unissued=unissued),
    )

    assert found.pool_increase == Shares(increase)


@pytest.mark.parametrize(("promised", "increase"), [(0, 0), (50_000, 0), (50_001, 1)])
def test_promised_options_come_out_of_the_pool_before_it_grows(promised: int, increase: int) -> None:
    found = solve(agreed(), standing(unissued=50_000, promised=promised))

    assert found.pool_increase == Shares(increase)
    assert found.exact_pool_increase == increase


def test_a_pool_target_counts_neither_granted_nor_promised_options() -> None:
    """By hand: 10 % of 1,000,000 is to be free; 60,000 are there, 20,000 of them promised, so 60,000 are added."""
    found = solve(
        agreed(2_000_000, price=Price(10, "USD"), pool_target=Ratio("0.1")),
        standing(580_000, options=100_000, unissued=60_000, promised=20_000),
    )

    assert found.pool_increase == Shares(60_000)
    assert found.total == 1_000_000


def test_a_stated_number_of_options_is_added_as_stated() -> None:
    found = solve(agreed(pool_increase=Shares(250_000)), standing(750_000))

    assert found.exact_price == 8
    assert found.pool_increase == Shares(250_000)


@pytest.mark.parametrize(
    ("places", "price", "shares"), [(None, "8/3", 750_000), (4, "2.6666", 750_018), (2, "2.66", 751_879)]
)
def test_a_price_that_is_rounded_down_sells_more_shares(places: int | None, price: str, shares: int) -> None:
    found = solve(agreed(price_places=places), standing(3_000_000))

    assert (found.price, found.purchases[0].shares) == (Price(price, "USD"), Shares(shares))
    assert (found.exact_price, found.purchases[0].exact) == (Fraction(8, 3), Fraction(750_000))


def test_a_price_that_is_rounded_may_make_the_discount_better_than_the_cap() -> None:
    """By hand: the cap gives $8.50, and 90 % of $9.99 is $8.991; but 90 % of $9, as it is rounded, is $8.10."""
    found = solve(
        agreed(pre_money=usd(9_990_000), method=ConversionMethod.PRE_MONEY, price_places=0),
        standing(),
        [paper(81_000, cap=8_500_000, timing=CapTiming.PRE_MONEY, discount="0.1")],
    )

    (safe,) = found.conversions
    assert (safe.taken, safe.price, safe.shares) == (Taken.DISCOUNT, Price("8.1", "USD"), Shares(10_000))
    assert safe.exact_price == Fraction("8.5")


def test_a_stated_price_is_not_rounded() -> None:
    found = solve(agreed(price=Price("2.66667", "USD"), price_places=2), standing())

    assert found.price == Price("2.66667", "USD")


@pytest.mark.parametrize(
    ("rounding", "shares"),
    [
        (FractionPolicy.DOWN, 333_333),
        (FractionPolicy.NEAREST, 333_333),
        (FractionPolicy.UP, 333_334),
        (FractionPolicy.CASH_IN_LIEU, 333_333),
    ],
)
def test_the_fraction_of_a_share_goes_where_the_round_says(rounding: FractionPolicy, shares: int) -> None:
    found = solve(agreed(1_000_000, price=Price(3, "USD"), rounding=rounding), standing())

    assert found.purchases[0].shares == Shares(shares)


def test_each_price_below_that_of_the_round_has_a_shadow_series_from_the_highest_down() -> None:
    papers = [
        paper(100_000, cap=4_000_000, name="low"),
        paper(100_000, cap=6_000_000, name="high"),
        paper(100_000, cap=4_000_000, name="same"),
        paper(100_000, name="plain"),
    ]

    def series(found: Solution) -> list[str]:
        return [each.series for each in found.conversions]

    assert series(solve(agreed(), standing(), papers)) == ["series-a-2", "series-a-1", "series-a-2", "series-a"]
    assert set(series(solve(agreed(shadow_series=False), standing(), papers))) == {"series-a"}


def test_a_cap_that_counts_what_there_is_none_of_offers_nothing() -> None:
    nothing = dict.fromkeys(attrs.fields_dict(CapitalizationDefinition), False)
    nothing_counted = CapitalizationDefinition(**nothing | {"outstanding_options": True})
    odd = paper(cap=1_000_000)
    odd = attrs.evolve(odd, terms=attrs.evolve(odd.terms, capitalization=nothing_counted))

    assert solve(agreed(), standing(), [odd]).conversions[0].taken is Taken.ROUND_PRICE


def test_a_round_needs_something_that_is_outstanding() -> None:
    with pytest.raises(NotUnderstood, match="nothing is outstanding"):
        solve(agreed(), standing(0))


def test_everything_is_in_one_currency() -> None:
    euros = Converting(name="note", holder=INVESTOR, principal=Money(1, "EUR"))
    cap_in_euros = CapAndDiscount(cap=Money(1, "EUR"), cap_timing=CapTiming.PRE_MONEY)

    for odd in (euros, paper(others=(cap_in_euros,))):
        with pytest.raises(NotUnderstood) as caught:
            solve(agreed(), standing(), [odd])
        assert caught.value.code == "E_CURRENCY_MISMATCH"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"pre_money": usd(1), "post_money": usd(3_000_000)}, "E_TERMS"),
        ({"pre_money": usd(0)}, "E_TERMS"),
        ({"post_money": usd(2_000_000)}, "E_TERMS"),
        ({"price": Price(0, "USD")}, "E_TERMS"),
        ({"pre_money": Money(8_000_000, "EUR")}, "E_CURRENCY_MISMATCH"),
        ({"investments": ()}, "E_TERMS"),
        ({"pool_target": Ratio(1)}, "E_TERMS"),
        ({"pool_target": Ratio("0.1"), "pool_increase": Shares(1)}, "E_TERMS"),
        ({"pool_increase": Shares(-1)}, "E_TERMS"),
        ({"price_places": -1}, "E_NUMBER"),
        ({"conversion_places": 19}, "E_NUMBER"),
    ],
)
def test_what_is_agreed_of_a_round_fits_together(given: dict[str, Any], code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        agreed(**given)

    assert caught.value.code == code


def test_a_price_that_rounds_down_to_nothing_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="rounds down to nothing"):
        solve(agreed(pre_money=usd(1), price_places=2), standing())


def test_amounts_and_counts_are_not_below_zero() -> None:
    for make in (
        lambda: Investment(holder=INVESTOR, amount=usd(0)),
        lambda: paper(0),
        lambda: paper(interest=Fraction(-1)),
        lambda: standing(-1),
    ):
        with pytest.raises(NotUnderstood) as caught:
            make()
        assert caught.value.code == "E_QUANTITY"


# --- laws --------------------------------------------------------------------------------------------------------

amounts = st.integers(1, 3_000_000)
terms = st.builds(
    lambda cap, timing, discount: CapAndDiscount(
        cap=cap and usd(cap), cap_timing=timing if cap else None, discount=discount and Ratio(discount)
    ),
    st.none() | st.integers(1_000_000, 40_000_000),
    st.sampled_from(CapTiming),
    st.none() | st.fractions(Fraction(1, 100), Fraction(1, 2), max_denominator=100),
)
papers = st.lists(
    st.builds(
        lambda amount, own, others: Converting(
            name="paper", holder=INVESTOR, principal=usd(amount), terms=own, others=tuple(others)
        ),
        amounts,
        terms,
        st.lists(terms, max_size=1),
    ),
    max_size=5,
)
companies = st.builds(
    standing,
    st.integers(1, 50_000_000),
    options=st.integers(0, 5_000_000),
    unissued=st.integers(0, 5_000_000),
    promised=st.integers(0, 1_000_000),
)
rounds = st.builds(
    lambda money, valuation, **given: agreed(money, **valuation, **given),
    amounts,
    st.builds(lambda amount: {"pre_money": usd(amount)}, st.integers(1_000_000, 80_000_000))
    | st.builds(lambda amount: {"post_money": usd(amount)}, st.integers(4_000_000, 80_000_000))
    | st.builds(lambda amount: {"price": Price(amount, "USD")}, st.fractions(Fraction(1, 100), 50)),
    method=st.sampled_from(ConversionMethod),
    pool_target=st.none() | st.fractions(0, Fraction(1, 4), max_denominator=50).map(Ratio),
    pool_inside=st.booleans(),
    price_places=st.none() | st.integers(4, 8),
    conversion_places=st.none() | st.integers(4, 8),
)


def solved(of: Round, company: Standing, converting: list[Converting]) -> Solution:
    """Return the solution, for rounds that have one."""
    try:
        return solve(of, company, converting)
    except NotUnderstood:
        assume(False)
        raise


def offered(
    each: Conversion, paper: Converting, found: Solution, company: Standing, money: Fraction
) -> list[Fraction]:
    """Return what each way in which a paper may convert gives, counted anew from the answer alone."""
    all_converted = sum((other.exact for other in found.conversions), Fraction(0))
    ways = [paper.amount / Fraction(found.exact_price)]
    for own in (paper.terms, *paper.others):
        ways.append(paper.amount / Fraction(own.discount_price(found.exact_price)))
        if own.cap is not None:
            rules = own.counted
            counted = (
                company.shares * rules.outstanding_shares
                + company.options * rules.outstanding_options
                + company.unissued * rules.unissued_options
                + each.exact * rules.this_security
                + (all_converted - each.exact) * rules.other_converting_securities
                + company.for_promised * rules.promised_options
                + (found.exact_pool_increase - company.for_promised) * rules.pool_increase
                + money / Fraction(found.exact_price) * rules.new_money
            )
            ways.append(paper.amount * counted / Fraction(own.cap.amount))
    return ways


@given(rounds, companies, papers)
def test_every_holder_has_the_best_that_the_papers_offer(
    of: Round, company: Standing, converting: list[Converting]
) -> None:
    found = solved(of, company, converting)

    for each, own in zip(found.conversions, converting, strict=True):
        assert each.exact == max(offered(each, own, found, company, of.new_money))


@given(rounds, companies, papers)
def test_price_times_the_shares_it_is_made_of_is_the_valuation(
    of: Round, company: Standing, converting: list[Converting]
) -> None:
    found = solved(of, company, converting)

    value = found.exact_price * found.priced_on
    if of.post_money is not None:
        assert value + of.new_money == of.post_money.amount
    elif of.pre_money is not None:
        dollars = sum((paper.amount for paper in converting), Fraction(0))
        assert value == of.pre_money.amount + (dollars if of.method is ConversionMethod.DOLLARS_INVESTED else 0)
    else:
        assert of.price is not None
        assert found.exact_price == of.price.amount


@given(rounds, companies, papers)
def test_everybody_together_is_everything(of: Round, company: Standing, converting: list[Converting]) -> None:
    found = solved(of, company, converting)
    received: list[Purchase | Conversion] = [*found.purchases, *found.conversions]

    assert found.exact_total == company.total + found.exact_pool_increase + sum(each.exact for each in received)
    assert found.total == company.total + found.pool_increase.as_fraction() + sum(
        each.shares.as_fraction() for each in received
    )


@given(rounds, companies, papers)
def test_a_pool_reaches_its_target_exactly_and_with_whole_shares_at_least(
    of: Round, company: Standing, converting: list[Converting]
) -> None:
    found = solved(of, company, converting)
    target = of.pool_target.value if of.pool_target else Fraction(0)

    free = company.unissued - company.promised
    exact, whole = free + found.exact_pool_increase, free + found.pool_increase.as_fraction()
    assert exact >= target * found.exact_total
    assert exact == target * found.exact_total or found.exact_pool_increase == company.for_promised
    assert whole >= target * found.total
    needless = whole - 1 >= target * (found.total - 1)
    assert not needless or found.pool_increase.as_fraction() == company.for_promised


@given(rounds, companies, papers)
def test_rounding_down_never_gives_more_than_was_paid(
    of: Round, company: Standing, converting: list[Converting]
) -> None:
    found = solved(of, company, converting)

    for bought in found.purchases:
        assert bought.shares.as_fraction() * found.price.amount <= bought.paid.amount
    for each, own in zip(found.conversions, converting, strict=True):
        assert each.price.amount <= each.exact_price
        assert own.amount - each.price.amount < each.shares.as_fraction() * each.price.amount <= own.amount


@given(companies, papers)
def test_new_investors_own_what_they_pay_for_when_everything_else_is_inside(
    company: Standing, converting: list[Converting]
) -> None:
    found = solved(agreed(pool_target=Ratio("0.1")), company, converting)

    assert found.purchases[0].exact / found.exact_total == Fraction(2_000_000, 10_000_000)


@given(rounds, companies, papers, st.integers(1, 5_000_000))
def test_a_lower_cap_never_gives_fewer_shares(
    of: Round, company: Standing, converting: list[Converting], lower: int
) -> None:
    capped = paper(500_000, cap=10_000_000, timing=CapTiming.PRE_MONEY)
    lower_cap = paper(500_000, cap=10_000_000 - lower, timing=CapTiming.PRE_MONEY)

    found = solved(of, company, [*converting, capped])
    other = solved(of, company, [*converting, lower_cap])

    assert other.conversions[-1].exact >= found.conversions[-1].exact
    assert other.exact_price <= found.exact_price


@given(rounds, companies, papers)
def test_the_order_in_which_papers_are_named_does_not_matter(
    of: Round, company: Standing, converting: list[Converting]
) -> None:
    found = solved(of, company, converting)
    other = solve(of, company, converting[::-1])

    assert other.exact_price == found.exact_price
    assert [each.exact for each in other.conversions[::-1]] == [each.exact for each in found.conversions]
