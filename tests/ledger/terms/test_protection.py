"""Anti-dilution: published figures, figures derived by hand, and the laws that hold for all of them."""

from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.identity import Count
from ledger.quantities import SCALE, FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.protection import (
    CarveOut,
    Counted,
    NewIssue,
    Outcome,
    PriceProtection,
    Proposal,
    ProtectionMethod,
)

RATCHET = PriceProtection(method=ProtectionMethod.FULL_RATCHET)
BROAD = PriceProtection(method=ProtectionMethod.BROAD_BASED)
NARROW = PriceProtection(method=ProtectionMethod.NARROW_BASED)


def usd(amount: str) -> Price:
    return Price(amount, "USD")


def issue(shares: int, price: str, **more: object) -> NewIssue:
    return NewIssue(issued=Shares(shares), price=usd(price), **more)  # type: ignore[arg-type]


# --- published figures -------------------------------------------------------------------------------------


def test_the_textbook_broad_based_average_of_two_and_a_quarter() -> None:
    """100,000 shares at 2.50, 25,000 new ones at 1.25: 2.25 (helpinhomework.org, question 5575)."""
    proposal = BROAD.proposed(usd("2.50"), issue(25_000, "1.25"), outstanding=Fraction(100_000))

    assert proposal.after == usd("2.25")
    assert proposal.computation == (
        "broad-based weighted average: (100,000 × 2.5 + 31,250) ÷ (100,000 + 25,000) = 2.25"
    )


@pytest.mark.parametrize(
    ("before", "preferred", "after", "common"),
    [("1", 2_500_000, "8/9", 2_812_500), ("2", 2_000_000, "5/3", 2_400_000)],
    ids=["Series A", "Series B"],
)
def test_two_series_in_one_down_round_of_gusts_guide(before: str, preferred: int, after: str, common: int) -> None:
    """Gust Equity Management, article 71, "Anti-Dilution".

    1,500,000 common, 2,500,000 Series A at $1, 2,000,000 Series B at $2 and 1,000,000 options; then 2,000,000
    Series C at $0.50. Series A falls to $0.88 (8/9) and converts into 2,812,500 common at 1.125 : 1. Series B by
    the same formula: 2 × (7,000,000 + 500,000) ÷ (7,000,000 + 2,000,000) = 1.6667.
    """
    proposal = BROAD.proposed(usd(before), issue(2_000_000, "0.50"), outstanding=Fraction(7_000_000))

    assert proposal.after == usd(after)
    assert preferred * Fraction(before) / proposal.after.amount == common


@pytest.mark.parametrize(
    ("before", "new"),
    [("2", "1"), ("1.00", "0.25"), ("100", "80"), ("60", "20")],
    ids=["Gust, article 71", "Lawtrades, Ratchet", "Withum on ASU 2017-11", "Farlex, Full Ratchet"],
)
@pytest.mark.parametrize("shares", [1, 1_000_000])
def test_published_full_ratchets_fall_to_the_new_price_however_few_shares_are_issued(
    before: str, new: str, shares: int
) -> None:
    """Each source gives the two prices; Gust and Farlex also say that shares double and triple."""
    assert RATCHET.proposed(usd(before), issue(shares, new)).after == usd(new)


def test_the_full_ratchet_warrants_of_the_founding_company() -> None:
    """Prospectus of April 2024: 5,596,232 warrants at 1.76 fall to 0.14, and the aggregate price stays.

    5,596,232 × 1.76 ÷ 0.14 = 70,352,630.86. The prospectus says 70,554,495, so that its price before was not
    1.76 but 1.76505 before it was rounded for print.
    """
    ratchet = attrs.evolve(RATCHET, raises_number=FractionPolicy.NEAREST)
    warrants, sale = Shares(5_596_232), issue(22_056_030, "0.14")

    as_printed = ratchet.proposed(usd("1.76"), sale, number=warrants)
    unrounded = ratchet.proposed(usd("1.76505"), sale, number=warrants)

    assert as_printed.after == usd("0.14")
    assert as_printed.number_after == Shares(70_352_631)
    assert unrounded.number_after is not None
    assert abs(unrounded.number_after.as_fraction() - 70_554_495) < 100  # a price of five decimals says no more
    assert as_printed.computation.endswith("5,596,232 shares become 70,352,631")


# --- figures derived by hand -------------------------------------------------------------------------------


def test_the_narrower_the_base_the_lower_the_price() -> None:
    """The company of Gust's guide, with other bases.

    Without the 1,000,000 options: (6,000,000 + 1,000,000) ÷ (6,000,000 + 2,000,000) = 7/8. The protected series
    alone, as Business Professor, "Broad Based & Narrow Based Calculation", defines narrow: 3.5 ÷ 4.5 = 7/9.
    """
    down = issue(2_000_000, "0.50")
    alone = PriceProtection(method=ProtectionMethod.NARROW_BASED, base=(Counted.PROTECTED,))

    narrow = NARROW.proposed(usd("1"), down, outstanding=Fraction(6_000_000))
    series = alone.proposed(usd("1"), down, outstanding=Fraction(2_500_000))

    assert narrow.after == usd("7/8")
    assert series.after == usd("7/9")


@pytest.mark.parametrize(
    ("floor", "after", "outcome"),
    [("2.24", "2.25", "lowered"), ("2.25", "2.25", "lowered"), ("2.26", "2.26", "lowered to the floor")],
)
def test_a_floor_below_at_and_above_the_average(floor: str, after: str, outcome: str) -> None:
    protection = attrs.evolve(BROAD, floor=usd(floor))
    proposal = protection.proposed(usd("2.50"), issue(25_000, "1.25"), outstanding=Fraction(100_000))

    assert proposal.after == usd(after)
    assert proposal.outcome.value == outcome


def test_the_floor_in_force_wins_over_the_one_agreed() -> None:
    """After a split of one for ten a floor of 0.05 stands at 0.50."""
    protection = attrs.evolve(RATCHET, floor=usd("0.05"))

    assert protection.proposed(usd("1"), issue(1, "0.10"), floor=usd("0.50")).after == usd("0.50")


def test_a_floor_above_the_price_never_raises_it() -> None:
    proposal = attrs.evolve(RATCHET, floor=usd("2")).proposed(usd("1"), issue(1, "0.10"))

    assert proposal.after == usd("1")
    assert proposal.outcome is Outcome.NOT_LOWER


@pytest.mark.parametrize(("new", "lowered"), [("2.49", True), ("2.50", False), ("2.51", False)])
@pytest.mark.parametrize("protection", [RATCHET, BROAD, NARROW])
def test_an_issue_below_at_and_above_the_price(protection: PriceProtection, new: str, lowered: bool) -> None:
    proposal = protection.proposed(usd("2.50"), issue(10, new), outstanding=Fraction(100))

    assert proposal.adjusts is lowered
    assert (proposal.after == usd("2.50")) is not lowered


@pytest.mark.parametrize("reason", list(CarveOut))
def test_what_is_carved_out_adjusts_nothing_and_the_rest_does(reason: CarveOut) -> None:
    carved = attrs.evolve(RATCHET, carve_outs=(reason,))

    assert carved.proposed(usd("2"), issue(1, "1", reason=reason)).outcome is Outcome.CARVED_OUT
    assert carved.proposed(usd("2"), issue(1, "1")).after == usd("1")
    assert RATCHET.proposed(usd("2"), issue(1, "1", reason=reason)).after == usd("1")


@pytest.mark.parametrize(
    ("on", "after"), [(date(2025, 1, 1), "1"), (date(2025, 1, 2), "1"), (date(2025, 1, 3), "2"), (None, "1")]
)
def test_protection_holds_through_its_last_day(on: date | None, after: str) -> None:
    protection = attrs.evolve(RATCHET, until=date(2025, 1, 2))

    assert protection.proposed(usd("2"), issue(1, "1", on=on)).after == usd(after)


@pytest.mark.parametrize(("places", "after"), [(0, "1"), (2, "0.89"), (4, "0.8889"), (10, "0.8888888889")])
def test_the_price_is_rounded_to_the_decimals_that_the_papers_name(places: int, after: str) -> None:
    protection = attrs.evolve(BROAD, places=Count(places))
    proposal = protection.proposed(usd("1.5"), issue(2_750_000, "0.50"), outstanding=Fraction(1_750_000))

    assert proposal.exact == Fraction(8, 9)
    assert proposal.after == usd(after)


def test_rounding_never_raises_a_price_and_never_makes_it_nothing() -> None:
    whole = attrs.evolve(RATCHET, places=Count(0))

    assert whole.proposed(usd("1.60"), issue(1, "1.55")).after == usd("1.60")
    assert whole.proposed(usd("1.60"), issue(1, "0.10")).after == usd("0.10")


def test_consideration_of_several_forms_is_a_price_for_each_share() -> None:
    made = NewIssue.paid_for(Shares(3), Money("1000", "USD"))

    assert made.price == usd("1000/3")
    assert made.consideration == 1000


def test_an_average_asks_for_the_shares_outstanding() -> None:
    with pytest.raises(NotUnderstood, match="needs the shares outstanding"):
        BROAD.proposed(usd("2"), issue(1, "1"))


def test_prices_in_two_currencies_do_not_compare() -> None:
    with pytest.raises(NotUnderstood, match="currency") as refused:
        RATCHET.proposed(Price("2", "EUR"), issue(1, "1"))
    assert refused.value.code == "E_CURRENCY_MISMATCH"


@pytest.mark.parametrize(
    "terms",
    [
        {"method": ProtectionMethod.FULL_RATCHET, "base": (Counted.COMMON,)},
        {"method": ProtectionMethod.BROAD_BASED, "base": (Counted.COMMON, Counted.COMMON)},
        {"method": ProtectionMethod.BROAD_BASED, "base": (Counted.WARRANTS,)},
        {"method": ProtectionMethod.NARROW_BASED, "base": (Counted.PREFERRED, Counted.PROTECTED)},
        {"method": ProtectionMethod.FULL_RATCHET, "carve_outs": (CarveOut.WAIVED, CarveOut.WAIVED)},
        {"method": ProtectionMethod.FULL_RATCHET, "places": Count(11)},
        {"method": ProtectionMethod.FULL_RATCHET, "until": date(1599, 12, 31)},
    ],
)
def test_protection_that_contradicts_itself_is_not_understood(terms: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood):
        PriceProtection(**terms)  # type: ignore[arg-type]


@pytest.mark.parametrize("shares", ["0", "-1"])
def test_an_issue_of_nothing_is_not_understood(shares: str) -> None:
    with pytest.raises(NotUnderstood):
        NewIssue(issued=Shares(shares), price=usd("1"))
    with pytest.raises(NotUnderstood):
        NewIssue.paid_for(Shares(shares), Money("1", "USD"))


# --- laws --------------------------------------------------------------------------------------------------

amounts = st.fractions(Fraction(1, 10**6), 10**6, max_denominator=10**6)
prices = amounts.map(lambda amount: Price(amount, "USD"))
counts = st.integers(1, 10**12).map(Shares)
issues = st.builds(NewIssue, issued=counts, price=prices)
bases = st.fractions(0, 10**12, max_denominator=100)
parts = st.fractions(Fraction(1, 1000), Fraction(999, 1000), max_denominator=1000)
places = st.none() | st.integers(0, 10).map(Count)
protections = st.builds(
    PriceProtection,
    method=st.sampled_from(ProtectionMethod),
    floor=st.none() | prices,
    places=places,
    raises_number=st.none() | st.sampled_from(FractionPolicy),
)


@given(protections, prices, issues, bases, st.none() | counts)
def test_no_protection_ever_raises_a_price_or_takes_shares_away(
    protection: PriceProtection, price: Price, new: NewIssue, base: Fraction, number: Shares | None
) -> None:
    proposal = protection.proposed(price, new, outstanding=base, number=number)

    assert proposal.after.amount <= price.amount
    assert proposal.adjusts is (proposal.after.amount < price.amount)
    if number is not None:
        assert proposal.number_after is not None
        assert proposal.number_after >= number
    assert proposal.computation.isprintable()


@given(protections, prices, issues, bases)
def test_a_full_ratchet_is_never_gentler_than_an_average(
    protection: PriceProtection, price: Price, new: NewIssue, base: Fraction
) -> None:
    ratchet = attrs.evolve(protection, method=ProtectionMethod.FULL_RATCHET, base=())

    def after(each: PriceProtection) -> Fraction:
        return each.proposed(price, new, outstanding=base).after.amount

    assert after(ratchet) <= after(protection)


@given(st.sampled_from([BROAD, NARROW]), prices, issues, bases, bases)
def test_a_broader_base_is_never_harsher(
    protection: PriceProtection, price: Price, new: NewIssue, base: Fraction, more: Fraction
) -> None:
    def after(outstanding: Fraction) -> Fraction:
        return protection.proposed(price, new, outstanding=outstanding).after.amount

    assert after(base) <= after(base + more)


def at_a_part(issue: NewIssue, part: Fraction, of: Price) -> NewIssue:
    """Return an issue at a part of a price."""
    return attrs.evolve(issue, price=Price(of.amount * part, "USD"))


@given(prices, issues, parts, bases)
def test_an_average_lies_between_the_two_prices(
    price: Price, issue: NewIssue, part: Fraction, base: Fraction
) -> None:
    new = at_a_part(issue, part, price)

    assert new.price.amount <= BROAD.proposed(price, new, outstanding=base).after.amount < price.amount


@given(prices, st.tuples(issues, parts), st.tuples(issues, parts), bases)
def test_two_closings_lower_an_average_as_much_as_one(
    price: Price, one: tuple[NewIssue, Fraction], other: tuple[NewIssue, Fraction], base: Fraction
) -> None:
    """(A·CP1 + b1 + b2) ÷ (A + c1 + c2), as long as each closing is below the price that it finds."""
    first = at_a_part(*one, price)
    between = BROAD.proposed(price, first, outstanding=base)
    issued, second = first.issued.as_fraction(), at_a_part(*other, between.after)
    in_turn = BROAD.proposed(between.after, second, outstanding=base + issued)
    total = first.issued + second.issued
    average = Price((first.consideration + second.consideration) / total.as_fraction(), "USD")

    at_once = BROAD.proposed(price, NewIssue(issued=total, price=average), outstanding=base)

    assert in_turn.after == at_once.after


@given(protections, prices, issues, bases, st.integers(2, 5000))
def test_a_split_on_the_eve_of_an_issue_changes_nothing_but_the_units(
    protection: PriceProtection, price: Price, new: NewIssue, base: Fraction, ratio: int
) -> None:
    protection = attrs.evolve(protection, places=None, raises_number=None)
    floor = protection.floor

    def split(of: Price) -> Price:
        return Price(of.amount / ratio, "USD")

    before = protection.proposed(price, new, outstanding=base)
    after = protection.proposed(
        split(price),
        NewIssue(issued=new.issued * Ratio(ratio), price=split(new.price)),
        outstanding=base * ratio,
        floor=floor and split(floor),
    )

    assert after.after == split(before.after)
    assert after.outcome is before.outcome


@given(st.sampled_from(ProtectionMethod), prices, issues, bases, counts, st.sampled_from(FractionPolicy))
def test_the_aggregate_price_of_a_warrant_stays_to_within_one_share(
    method: ProtectionMethod, price: Price, new: NewIssue, base: Fraction, number: Shares, policy: FractionPolicy
) -> None:
    proposal: Proposal = PriceProtection(method=method, raises_number=policy).proposed(
        price, new, outstanding=base, number=number
    )
    assert proposal.number_after is not None

    aggregate = number.as_fraction() * price.amount
    assert abs(proposal.number_after.as_fraction() * proposal.after.amount - aggregate) <= proposal.after.amount
    assert proposal.number_after.units % SCALE == 0
