"""Fully diluted shares: what each definition counts, at which price, and what preferred votes as converted."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Authorized, FractionPolicy, Ledger, Money, Phase, Price, Ratio, Scope, Shares, StockClassId
from ledger.commands import SplitStock
from ledger.errors import NotUnderstood
from ledger.events import Event
from ledger.identity import InstrumentId
from ledger.movements import StockClassKind
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.conversion import ConversionRight
from ledger.terms.market import PriceRule
from ledger.terms.notes import RoundConversion
from ledger.terms.preferred import MarketConversion
from ledger.terms.warrants import WarrantTerms
from projections import fully_diluted
from projections.bounds import Bounds, exactly
from projections.fully_diluted import DEFINITIONS, FullyDiluted
from projections.share_lines import Method, Part, ShareLine
from tests.builders import (
    HOLDERS,
    award_granted,
    class_rights_stated,
    common,
    common_issued,
    company,
    holder_merged,
    holder_registered,
    issuer_registered,
    note_issued,
    note_terms,
    plan_adopted,
    preferred_issued,
    register_scope_declared,
    safe_issued,
    series_a,
    stock_class_designated,
    warrant_issued,
)

DAY = "2026-03-02"
OPTION = AwardTerms(award_kind=AwardKind.NONQUALIFIED_STOCK_OPTION)
UNIT = AwardTerms(award_kind=AwardKind.RESTRICTED_STOCK_UNIT)


def usd(amount: int | str) -> Price:
    return Price(amount, "USD")


def lumen(*events: Event) -> Ledger:
    """Return a company with 10,000 common, 1,000 Series A at 10/8, a warrant, an option, a unit and a pool.

    The warrant is for 1,000 at 2 USD. Of bob's option on 480 at 1 USD nothing has vested; his 100 units have. The
    pool had 2,000, of which 1,420 are left.
    """
    ledger = company()
    ledger.record(
        common_issued(holder="ada", issued=10_000),
        preferred_issued(holder="fund", issued=1_000),
        plan_adopted(pooled=2_000),
        warrant_issued(),
        award_granted(granted=480),
        award_granted(award="unit-1", granted=100, terms=UNIT),
        *events,
        actor="counsel",
    )
    return ledger


def totals(answer: FullyDiluted) -> dict[str, Shares | None]:
    return {each.definition.name: None if each.total is None else each.total.exact for each in answer.counts}


def test_each_definition_counts_what_it_says() -> None:
    """By hand: 10,000 common; 1,250 as converted; 1,000 by the warrant; 100 units vested; 480 not vested; 1,420 in
    the pool. At 4 USD the treasury-stock method leaves half of the warrant and three quarters of the option.
    """
    found = totals(fully_diluted(lumen(), as_of=DAY, price=usd(4)))

    assert found == {
        "outstanding": Shares(10_000),
        "as-converted": Shares(11_250),
        "vested": Shares(12_350),
        "granted": Shares(12_830),
        "fully-diluted": Shares(14_250),
        "with-convertibles": Shares(14_250),
        "in-the-money": Shares(12_830),
        "treasury-stock": Shares(11_250 + 500 + 100 + 360),
    }


def test_what_costs_as_much_as_a_share_is_worth_is_not_in_the_money() -> None:
    figures = [
        (fully_diluted(lumen(), as_of=DAY, price=usd(price))["in-the-money"].of(Part.WARRANTS)).exact
        for price in ("1.99", "2", "2.01")
    ]

    assert figures == [Shares(0), Shares(0), Shares(1_000)]


def test_the_treasury_stock_method_leaves_the_shares_that_the_proceeds_do_not_buy() -> None:
    """IAS 33, illustrative example 5: 100,000 options at 15, a share is worth 20: 25,000 are for nothing."""
    line = ShareLine(Part.VESTED, InstrumentId("options"), None, exactly(Shares(100_000)), (Price(15, "USD"),))

    assert line.counted(Method.TREASURY_STOCK, usd(20)) == exactly(Shares(25_000))
    assert line.counted(Method.IN_THE_MONEY, usd(20)) == exactly(Shares(100_000))


def test_without_a_price_the_definitions_that_need_one_are_not_counted() -> None:
    answer = fully_diluted(lumen(), as_of=DAY)

    assert [each.definition.name for each in answer.counts if each.total is None] == [
        "in-the-money",
        "treasury-stock",
    ]
    with pytest.raises(NotUnderstood, match="treasury-stock needs the price of a share") as caught:
        fully_diluted(lumen(), as_of=DAY, definition="treasury-stock")
    assert caught.value.code == "E_DEFINITION"


def test_a_definition_that_there_is_not_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotUnderstood, match="did you mean fully-diluted"):
        fully_diluted(lumen(), as_of=DAY, definition="fully diluted")


def test_a_price_in_another_currency_is_compared_with_nothing() -> None:
    with pytest.raises(NotUnderstood) as caught:
        fully_diluted(lumen(), as_of=DAY, price=Price(4, "EUR"))
    assert caught.value.code == "E_CURRENCY_MISMATCH"


@pytest.mark.parametrize(("as_of", "there"), [("2026-06-29", True), ("2026-06-30", True), ("2026-07-01", False)])
def test_a_warrant_counts_until_its_last_day(as_of: str, there: bool) -> None:
    ledger = company()
    ledger.record(warrant_issued(terms=WarrantTerms(expires_on=date(2026, 6, 30))), actor="counsel")

    assert bool(fully_diluted(ledger, as_of=as_of).lines) is there


def test_an_option_vests_by_its_terms() -> None:
    """By hand: 480 over 48 months from 1 January 2026, a year of them at once: 120 on 1 January 2027, then 10."""
    ledger = lumen()
    days = ("2026-12-31", "2027-01-01", "2027-02-01")

    vested = [fully_diluted(ledger, as_of=day)["vested"].of(Part.VESTED).exact for day in days]

    assert vested == [Shares(100), Shares(220), Shares(230)]


def test_an_option_on_preferred_counts_as_common_at_the_price_of_a_common_share() -> None:
    """By hand: 80 Series A at 10 USD are 100 common at 8 USD; worth 10 USD each, a fifth of them is left."""
    ledger = company()
    ledger.record(
        award_granted(award="o", granted=80, stock_class="series-a", price="10 USD", plan=None, terms=OPTION)
    )

    answer = fully_diluted(ledger, as_of=DAY, price=usd(10))

    assert answer["granted"].total == exactly(Shares(100))
    assert answer["treasury-stock"].total == exactly(Shares(20))


def test_a_right_to_appreciation_that_is_paid_in_cash_is_no_share() -> None:
    cash = AwardTerms(award_kind=AwardKind.CASH_APPRECIATION_RIGHT)
    ledger = company()
    ledger.record(award_granted(award="car", granted=80, price="1 USD", plan=None, terms=cash))

    assert fully_diluted(ledger, as_of=DAY).lines == ()


# --- notes and SAFEs ------------------------------------------------------------------------------------------


def test_a_note_counts_at_the_price_of_the_day_with_its_interest() -> None:
    """By hand: 100,000 USD at 6 % for 28 of 365 days are 100,460.27; at 2 USD a share 50,230 whole ones."""
    answer = fully_diluted(lumen(note_issued()), as_of=DAY)

    assert answer["with-convertibles"].of(Part.NOTES) == exactly(Shares(50_230))
    assert answer["fully-diluted"].of(Part.NOTES) == exactly(Shares(0))


def test_a_safe_counts_at_its_cap_or_discount_in_a_round_at_the_price() -> None:
    """By hand: 500,000 USD at a post-money cap of 8 million are a sixteenth of 14,250 ÷ (15/16) = 15,200: 950. The
    price of the cap is 8,000,000 ÷ 15,200 = 526.32 USD; at a round price of 100 USD, 80 by the discount is less.
    """
    ledger = lumen(safe_issued())

    dear, cheap = (fully_diluted(ledger, as_of=DAY, price=usd(each)) for each in (10_000, 100))

    assert dear["with-convertibles"].of(Part.SAFES) == exactly(Shares(950))
    assert cheap["with-convertibles"].of(Part.SAFES) == exactly(Shares(6_250))


def test_without_a_price_nobody_knows_what_a_safe_becomes() -> None:
    answer = fully_diluted(lumen(safe_issued()), as_of=DAY)

    assert answer["with-convertibles"].total == Bounds(Shares(14_250), None)
    assert answer["fully-diluted"].total == exactly(Shares(14_250))
    assert answer.not_converting == ("safe-1",)


def test_a_note_that_waits_for_a_round_converts_in_one_of_that_size() -> None:
    waits = note_terms(
        interest=None,
        conversion=None,
        in_a_round=RoundConversion(discount=Ratio("0.2"), round_of_at_least=Money(1_000_000, "USD")),
    )

    answer = fully_diluted(lumen(note_issued(terms=waits)), as_of=DAY, price=usd(10))

    assert answer["with-convertibles"].of(Part.NOTES) == exactly(Shares(12_500))


def test_a_note_that_may_convert_by_its_own_terms_too_counts_by_these() -> None:
    """By hand: 100,000 USD at 2 USD a share are 50,000; in a round at 10 USD less 20 % they would be 12,500."""
    both = note_terms(interest=None, in_a_round=RoundConversion(discount=Ratio("0.2")))

    answer = fully_diluted(lumen(note_issued(terms=both), safe_issued()), as_of=DAY, price=usd(10))

    assert answer["with-convertibles"].of(Part.NOTES) == exactly(Shares(50_000))


# --- holders --------------------------------------------------------------------------------------------------


def test_holders_are_listed_by_size_and_pools_last() -> None:
    answer = fully_diluted(lumen(), as_of=DAY)

    assert [(line.holder, line.shares.exact) for line in answer.holders] == [
        ("ada", Shares(10_000)),
        ("fund", Shares(2_250)),
        ("bob", Shares(580)),
        (None, Shares(1_420)),
    ]
    assert sum(line.percent.exact for line in answer.holders) == 1


def test_holders_that_were_merged_are_one() -> None:
    answer = fully_diluted(lumen(holder_merged(holder="bob", into="fund", effective_on="2026-03-01")), as_of=DAY)

    assert [line.holder for line in answer.holders] == ["ada", "fund", None]


def test_holders_that_are_not_recorded_leave_every_total_open() -> None:
    partial = register_scope_declared(scope=Scope.PARTIAL, effective_on="2026-02-01")

    answer = fully_diluted(lumen(partial), as_of=DAY)

    assert answer["fully-diluted"].total == Bounds(Shares(14_250), None)
    assert answer.holders[-1].name == "holders not recorded"
    assert answer.holders[0].percent.low is answer.holders[0].percent.high is None


def test_a_class_that_neither_converts_nor_is_common_is_left_aside() -> None:
    plain = stock_class_designated(
        stock_class="series-b", class_kind=StockClassKind.PREFERRED, title="Series B", conversion=None
    )

    answer = fully_diluted(lumen(plain, preferred_issued(stock_class="series-b", issued=5)), as_of=DAY)

    assert answer.left_aside == ("series-b",)
    assert answer["as-converted"].total == exactly(Shares(11_250))


def test_classes_of_which_nobody_holds_shares_yet_are_not_left_aside_if_they_count() -> None:
    at_market = MarketConversion(into=StockClassId("common"), price=PriceRule(fixed=Price(1, "USD")))
    preferred = {"class_kind": StockClassKind.PREFERRED, "conversion": None}
    ledger = company()
    ledger.record(
        stock_class_designated(stock_class="market", title="Market", **preferred),
        class_rights_stated(stock_class="market", market_conversion=at_market),
        stock_class_designated(stock_class="plain", title="Plain", **preferred),
    )

    assert fully_diluted(ledger, as_of=DAY).left_aside == ("plain",)


def test_figures_are_in_the_units_of_the_day() -> None:
    ledger = lumen()
    split = SplitStock(
        stock_class=StockClassId("common"),
        ratio=Ratio(2),
        on=date(2026, 7, 1),
        phase=Phase.OPENING,
        fractions=FractionPolicy.DOWN,
        authorized=Authorized(20_000_000),
    )
    ledger.record(*split.events(ledger))

    before, after = (
        fully_diluted(ledger, as_of=day)["fully-diluted"].total for day in ("2026-06-30", "2026-07-01")
    )

    assert (before, after) == (exactly(Shares(14_250)), exactly(Shares(28_500)))


# --- votes ----------------------------------------------------------------------------------------------------


def votes(answer: FullyDiluted) -> dict[str, int | Fraction]:
    return {str(line.holder): line.votes.exact for line in answer.votes}


def votes_of(series_votes: str | None, common_votes: str | None = "1", shares: int = 3) -> FullyDiluted:
    """Return the votes of ada's 10 common, and of as many Series A of bob and fund, each 4/3 common shares."""
    right = ConversionRight(into=StockClassId("common"), ratio=Ratio("4/3"))
    ledger = Ledger.in_memory()
    ledger.record(
        issuer_registered(),
        common(votes_per_share=common_votes),
        series_a(conversion=right, votes_per_share=series_votes),
        *(each for each in company_holders()),
        common_issued(holder="ada", issued=10),
        preferred_issued(holder="bob", issued=shares + 1),
        preferred_issued(holder="fund", issued=shares),
    )
    return fully_diluted(ledger, as_of=DAY)


def company_holders() -> list[Event]:
    return [holder_registered(holder=name) for name in HOLDERS]


def test_votes_as_converted_are_rounded_down_by_holder() -> None:
    """By hand: 4 Series A are 5 1/3 common, which vote 5 times; 3 are 4."""
    answer = votes_of(None)

    assert votes(answer) == {"ada": 10, "bob": 5, "fund": 4}
    assert [line.percent.exact for line in answer.votes] == [Fraction(10, 19), Fraction(5, 19), Fraction(4, 19)]
    assert answer.voting_as_converted == ("series-a",)


def test_votes_that_are_stated_are_those_of_the_class_also_when_there_are_none() -> None:
    none, two = votes_of("0"), votes_of("2")

    assert votes(none) == {"ada": 10}
    assert votes(two) == {"ada": 10, "bob": 8, "fund": 6}
    assert two.voting_as_converted == ()


def test_votes_are_not_known_where_nobody_states_what_a_share_votes() -> None:
    answer = votes_of(None, None)

    assert all(line.votes == Bounds(Fraction(0), None) for line in answer.votes)


# --- laws -----------------------------------------------------------------------------------------------------


@given(st.integers(1, 5_000), st.integers(0, 400), st.integers(0, 400))
def test_the_treasury_stock_method_counts_no_more_than_what_is_in_the_money(
    shares: int, paid: int, worth: int
) -> None:
    line = ShareLine(Part.WARRANTS, InstrumentId("w"), None, exactly(Shares(shares)), (usd(paid),))

    net, gross = (line.counted(method, usd(worth)).exact for method in (Method.TREASURY_STOCK, Method.IN_THE_MONEY))

    assert Shares(0) <= net <= gross <= line.shares.exact
    assert bool(net) is bool(gross) is (worth > paid)


def test_a_wider_definition_never_counts_fewer() -> None:
    found = totals(fully_diluted(lumen(safe_issued(), note_issued()), as_of=DAY, price=usd(3)))

    wider = [found[each.name] for each in DEFINITIONS[:6]]
    assert wider == sorted(wider, key=lambda shares: shares.units if shares else 0)
    assert (
        (found["treasury-stock"] or Shares(0))
        <= (found["in-the-money"] or Shares(0))
        <= (found["granted"] or Shares(0))
    )


def test_every_definition_adds_up_to_its_parts() -> None:
    answer = fully_diluted(lumen(), as_of=DAY, price=usd(3))

    for each in answer.counts:
        assert each.total is not None
        assert each.total.exact == sum((shares.exact for _, shares in each.parts), Shares(0))


def test_the_tables_for_programs_hold_every_line() -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        frame.name: frame.to_dicts() for frame in fully_diluted(lumen(), as_of=DAY, price=usd(4)).frames()
    }

    assert {name: len(of_table) for name, of_table in rows.items()} == {
        "definitions": 1 + 2 + 4 + 5 + 6 + 8 + 5 + 5,
        "holders": 4,
        "votes": 2,
        "lines": 6,
    }
