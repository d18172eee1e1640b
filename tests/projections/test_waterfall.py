"""Who would be paid what at an exit, out of a record: worked figures, what is assumed, and what cannot be said."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger
from ledger.commands import SplitStock
from ledger.days import Phase, between
from ledger.errors import NothingRecorded, NotUnderstood, UnknownName
from ledger.events import Event
from ledger.identity import Count, HolderId, StockClassId
from ledger.movements import Scope
from ledger.quantities import Authorized, Currency, FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.awards import AwardKind
from ledger.terms.conversion import ConversionRight
from ledger.terms.dividends import DividendTerms
from ledger.terms.liquidation import LiquidationPreference, Participation
from ledger.terms.market import PriceRule
from ledger.terms.notes import NoteConversion, NoteTerms
from ledger.terms.preferred import MarketConversion
from ledger.terms.waterfall import Standing
from projections import ExitClaims, ExitWaterfall, waterfall
from tests import builders
from tests.builders import (
    award_granted,
    class_rights_stated,
    class_terms_amended,
    common_issued,
    dividend_declared,
    note_issued,
    note_terms,
    plan_adopted,
    preferred_issued,
    register_scope_declared,
    safe_issued,
    safe_terms,
    series_a,
    shares_converted,
    warrant_issued,
)

DAY = "2026-06-30"
COMMON = StockClassId("common")


def usd(amount: int | str) -> Money:
    return Money(amount, "USD")


def recorded(*events: Event) -> Ledger:
    ledger = builders.company()
    ledger.record(*events)
    return ledger


def sold(ledger: Ledger, exit_value: int | str, **asked: Any) -> ExitWaterfall:
    return waterfall(ledger, usd(exit_value), **{"as_of": DAY, **asked})


def paid(answer: ExitWaterfall) -> dict[tuple[str | None, str], str]:
    return {(line.holder, line.paper): str(line.proceeds) for line in answer.proceeds}


# --- classes of stock ----------------------------------------------------------------------------------------


def stacked() -> Ledger:
    """Three series with a cap of twice their price, each senior to the one before; see the coding challenge."""
    events: list[Event] = [common_issued(issued=1_000_000)]
    for place, (series, issued, price) in enumerate(
        (("a", 200_000, "4.5"), ("b", 300_000, "7"), ("c", 1_500_000, "10"))
    ):
        name = f"pref-{series}"
        right = LiquidationPreference(participation=Participation.CAPPED, cap=Ratio(2))
        events += [
            series_a(
                stock_class=name,
                authorized=5_000_000,
                stated_value=f"{price} USD",
                seniority=Count(place),
                conversion=ConversionRight(into=COMMON, ratio=Ratio(1)),
            ),
            class_rights_stated(stock_class=name, liquidation=right),
            preferred_issued(stock_class=name, issued=issued, holder="bob" if series == "a" else "fund"),
        ]
    return recorded(*events)


@pytest.mark.parametrize(
    ("exit_value", "expected"),
    [
        (25_000_000, ["18500000 USD", "2800000 USD", "1366666.67 USD", "2333333.33 USD"]),
        (45_000_000, ["29333333.33 USD", "4200000 USD", "1911111.11 USD", "9555555.56 USD"]),
        (60_000_000, ["30000000 USD", "6000000 USD", "4000000 USD", "20000000 USD"]),
    ],
)
def test_stacked_series_with_caps_are_paid_by_rank_and_decide_jointly(exit_value: int, expected: list[str]) -> None:
    """Coding challenge "Waterfall Analysis" (metju90/capitalization-table): its cases of 25, 45 and 60 million.

    By hand at 45: 15 + 25.8 × 30/54, 4.2 at the cap, 25.8 × 4/54 converted, 25.8 × 20/54.
    """
    answer = sold(stacked(), exit_value)

    assert [line.paper for line in answer] == ["pref-c", "pref-b", "pref-a", "common"]
    assert [str(line.proceeds) for line in answer.proceeds] == expected
    assert answer.of_holder("fund") == answer.proceeds[0].proceeds + answer.proceeds[1].proceeds


def test_each_class_says_what_it_does() -> None:
    answer = sold(stacked(), 45_000_000)

    assert {line.paper: line.standing for line in answer} == {
        "pref-c": Standing.SHARES,
        "pref-b": Standing.AT_CAP,
        "pref-a": Standing.CONVERTED,
        "common": Standing.SHARES,
    }
    assert answer["pref-b"].per_share == 14
    assert answer["pref-c"].preference == 15_000_000
    assert answer["common"].per_share == answer.per_common
    assert answer.assumed == ()


def test_break_points_tell_where_the_next_dollar_goes_elsewhere() -> None:
    """By hand: 15, 17.1 and 18 million of preferences; A is at its cap at 4.5 a share, 18 + 4.5 × 3 = 31.5."""
    points = sold(stacked(), 0).break_points

    assert [(int(point.exit_value), point.changes[0]) for point in points[:5]] == [
        (0, ("pref-c", Standing.PART)),
        (15_000_000, ("pref-c", Standing.PREFERENCE)),
        (17_100_000, ("pref-b", Standing.PREFERENCE)),
        (18_000_000, ("pref-c", Standing.SHARES)),
        (31_500_000, ("pref-a", Standing.AT_CAP)),
    ]
    assert points[3].parts == (Fraction(1, 2), Fraction(1, 10), Fraction(1, 15), Fraction(1, 3))


def test_a_class_of_several_holders_is_parted_by_their_shares() -> None:
    """By hand: 100 among 3, 2 and 1 shares: 50.00, 33.33 and 16.67."""
    answer = sold(
        recorded(*(common_issued(holder=h, issued=n) for h, n in (("ada", 3), ("bob", 2), ("fund", 1)))), 100
    )

    assert [str(line.proceeds) for line in answer.proceeds] == ["50 USD", "33.33 USD", "16.67 USD"]


def test_preferred_converts_at_the_ratio_of_its_right() -> None:
    """By hand: stated value 10, price 8: 1,000 preferred are 1,250 common. 10 ÷ 1.25 = 8, and 8 × 1,000 more."""
    ledger = recorded(common_issued(), preferred_issued(), class_rights_stated(liquidation=LiquidationPreference()))

    assert [int(point.exit_value) for point in sold(ledger, 0).break_points] == [0, 10_000, 18_000]
    assert paid(sold(ledger, 22_500)) == {("fund", "series-a"): "12500 USD", ("ada", "common"): "10000 USD"}


def test_a_preferred_class_without_a_recorded_preference_shares_and_says_so() -> None:
    answer = sold(recorded(common_issued(), preferred_issued()), 2_250)

    assert paid(answer) == {("fund", "series-a"): "1250 USD", ("ada", "common"): "1000 USD"}
    assert answer.assumed == ("series-a: no liquidation preference is recorded; it shares as common stock does.",)


def test_a_preference_without_a_base_is_refused() -> None:
    designated = series_a(stock_class="series-b", stated_value=None, conversion=None)
    issued = preferred_issued(stock_class="series-b")
    rights = class_rights_stated(stock_class="series-b", liquidation=LiquidationPreference())
    with pytest.raises(NotUnderstood, match="stated value") as refused:
        sold(recorded(designated, issued, rights), 100)

    assert refused.value.code == "E_TERMS"


def test_a_class_that_does_not_convert_keeps_its_preference_or_shares_share_for_share() -> None:
    """By hand: 1,000 preferred at 10 and 1,000 common; 12,000 leave 2,000, and half of it each."""
    ended = class_terms_amended(stock_class="series-a", conversion_ended=True)
    full = LiquidationPreference(participation=Participation.FULL)
    shares, keeps = (
        recorded(common_issued(), preferred_issued(), ended, class_rights_stated(liquidation=right))
        for right in (full, LiquidationPreference())
    )

    assert paid(sold(shares, 12_000)) == {("fund", "series-a"): "11000 USD", ("ada", "common"): "1000 USD"}
    assert "share for share" in " ".join(sold(shares, 12_000).assumed)
    assert paid(sold(keeps, 12_000_000))[("fund", "series-a")] == "10000 USD"


def test_a_class_that_converts_at_a_market_price_alone_keeps_its_preference_and_says_so() -> None:
    ledger = recorded(
        common_issued(),
        preferred_issued(),
        class_terms_amended(stock_class="series-a", conversion_ended=True),
        class_rights_stated(
            liquidation=LiquidationPreference(),
            market_conversion=MarketConversion(into=COMMON, price=PriceRule(fixed=Price(1, "USD"))),
        ),
    )

    assert "series-a converts at a market price alone" in " ".join(sold(ledger, 1).assumed)


def test_accrued_dividends_are_added_to_the_preference_of_each_holder() -> None:
    """By hand: 8 % of 10 simple; a year on 1,000 shares is 800, 183 days on 500 are 400 × 183 ÷ 365 = 200.55.

    Of 10,000 the first has 10,800 parts in 16,000.55, and of 16,000.55 both have everything.
    """
    ledger = recorded(
        common_issued(),
        class_rights_stated(
            liquidation=LiquidationPreference(with_accrued_dividends=True),
            dividends=DividendTerms(rate=Ratio("0.08")),
        ),
        preferred_issued(),
        preferred_issued(holder="bob", issued=500, effective_on="2026-08-03"),
    )
    accrued = Fraction(400 * 183, 365)

    less, enough = (sold(ledger, amount, as_of="2027-02-02") for amount in (10_000, "16000.55"))

    exact = {line.holder: line.exact for line in less.proceeds}
    assert exact[HolderId("fund")] == Fraction(10_000 * 10_800) / (15_800 + accrued)
    assert paid(enough) == {
        ("fund", "series-a"): "10800 USD",
        ("bob", "series-a"): "5200.55 USD",
        ("ada", "common"): "0 USD",
    }
    assert {line.holder for line in enough} == {"fund", "bob", None}


def test_an_exit_waits_for_a_day_on_which_it_is_known_what_accrued_on_shares_that_are_held() -> None:
    """What was converted on an open day leaves open what accrued on that, and not on the shares that are left."""
    with_accrued = class_rights_stated(
        liquidation=LiquidationPreference(with_accrued_dividends=True), dividends=DividendTerms(rate=Ratio("0.08"))
    )
    converted = shares_converted(surrendered=200, received=250, effective_on="2026-03-01/2026-06-01")
    known = recorded(with_accrued, preferred_issued(), converted)
    unknown = recorded(with_accrued, preferred_issued(effective_on="2026-02-02/2026-03-01"))

    assert paid(sold(known, 8_640, as_of="2027-02-02"))[("fund", "series-a")] == "8640 USD"
    with pytest.raises(NotUnderstood, match="what accrued on series-a of fund on 2027-02-02 is not known"):
        sold(unknown, 8_640, as_of="2027-02-02")


def test_dividends_that_were_declared_and_not_paid_are_said_to_be_debts() -> None:
    answer = sold(recorded(preferred_issued(), dividend_declared()), 100)

    assert any("2026-q1" in said and "debts" in said for said in answer.assumed)


# --- notes and SAFEs -----------------------------------------------------------------------------------------


def test_a_note_is_paid_with_its_interest_before_all_stock() -> None:
    """By hand: 100,000 at 6 % for the 148 days from 2 February to 30 June: 2,432.88 of interest."""
    ledger = recorded(
        note_issued(), preferred_issued(), class_rights_stated(liquidation=LiquidationPreference()), common_issued()
    )

    assert paid(sold(ledger, 105_000)) == {
        ("fund", "n-1"): "102432.88 USD",
        ("fund", "series-a"): "2567.12 USD",
        ("ada", "common"): "0 USD",
    }


def test_a_note_converts_once_its_shares_are_worth_more_than_what_is_owed() -> None:
    """By hand: 102,432.88 ÷ 2 are 51,216 shares, so it converts once a share is worth just over 2 USD."""
    ledger = recorded(note_issued(), common_issued(issued=100_000))

    below, above = sold(ledger, 302_432), sold(ledger, 400_000)

    assert below["n-1"].standing is Standing.PREFERENCE
    assert above["n-1"].standing is Standing.CONVERTED
    assert above["n-1"].number == Shares(51_216)
    assert above.per_common == Fraction(400_000, 151_216)


def test_a_note_that_converts_into_preferred_counts_without_its_preference_and_says_so() -> None:
    into = NoteConversion(into=StockClassId("series-a"), price=PriceRule(fixed=Price(1, "USD")))
    ledger = recorded(
        class_rights_stated(liquidation=LiquidationPreference()), note_issued(terms=NoteTerms(conversion=into))
    )

    assert "n-1 converts into series-a: it counts without its preference." in sold(ledger, 1_000_000).assumed


def test_secured_notes_are_paid_before_the_others() -> None:
    ledger = recorded(
        note_issued(instrument="plain"),
        note_issued(instrument="secured", holder="bob", terms=note_terms(secured_by="All assets.")),
    )

    answer = sold(ledger, 102_432)

    assert paid(answer) == {("bob", "secured"): "102432 USD", ("fund", "plain"): "0 USD"}


def test_a_note_that_was_repaid_in_full_has_no_claim() -> None:
    repaid = builders.note_repaid(principal="100000 USD")
    ledger = recorded(note_issued(terms=note_terms(interest=None)), repaid, common_issued())

    assert [line.paper for line in sold(ledger, 100)] == ["common"]


def test_a_safe_is_paid_back_or_converts_at_its_cap() -> None:
    """By hand: 500,000 at 8M post-money are 6.25 %: 50,000 of 800,000 shares beside 750,000.

    At a discount of 20 % it is worth 625,000, and 6.25 % of 10M are as much.
    """
    ledger = recorded(safe_issued(), common_issued(issued=750_000))

    answers = {amount: sold(ledger, amount) for amount in (400_000, 9_000_000, 20_000_000)}

    assert [str(answer.of_holder("fund")) for answer in answers.values()] == [
        "400000 USD",
        "625000 USD",
        "1250000 USD",
    ]
    assert answers[20_000_000]["safe-1"].number == Shares(50_000)
    assert [point.exit_value for point in answers[400_000].break_points] == [0, 625_000, 10_000_000]


def test_a_safe_without_cap_and_discount_is_paid_back_alone() -> None:
    terms = safe_terms(cap=None, cap_timing=None, discount=None, most_favored_nation=True)
    ledger = recorded(safe_issued(terms=terms), common_issued())

    assert paid(sold(ledger, 90_000_000))[("fund", "safe-1")] == "500000 USD"


def test_safes_rank_with_the_preferred_stock_that_is_paid_last() -> None:
    """By hand: B 10,000 first; then A 10,000 and a SAFE of 10,000 share 5,000."""
    rights = LiquidationPreference()
    ledger = recorded(
        class_terms_amended(stock_class="series-a", seniority=Count(1)),
        series_a(stock_class="series-b", seniority=Count(2)),
        *(class_rights_stated(stock_class=name, liquidation=rights) for name in ("series-a", "series-b")),
        preferred_issued(),
        preferred_issued(stock_class="series-b"),
        safe_issued(holder="bob", purchase_amount="10000 USD", terms=safe_terms(discount=None)),
        common_issued(),
    )

    answer = sold(ledger, 15_000)

    assert paid(answer) == {
        ("bob", "safe-1"): "2500 USD",
        ("fund", "series-b"): "10000 USD",
        ("fund", "series-a"): "2500 USD",
        ("ada", "common"): "0 USD",
    }
    assert "SAFEs are paid back with the preferred stock that is paid last." in answer.assumed


# --- warrants and awards -------------------------------------------------------------------------------------


def test_a_warrant_is_exercised_above_its_price_and_brings_what_is_left() -> None:
    """By hand: 1,000 common and 1,000 warrants at 2: at 4,000, (4,000 + 2,000) ÷ 2,000 = 3 a share."""
    ledger = recorded(common_issued(), warrant_issued())

    below, above = sold(ledger, 2_000), sold(ledger, 4_000)

    assert below["w-1"].standing is Standing.NOT_EXERCISED
    assert paid(above) == {("ada", "common"): "3000 USD", ("fund", "w-1"): "1000 USD"}
    assert above["w-1"].strike_paid == 2_000


def test_a_warrant_that_has_expired_has_no_claim() -> None:
    ledger = recorded(
        common_issued(),
        warrant_issued(terms=builders.made(type(warrant_issued().terms), {}, expires_on=date(2026, 6, 29))),
    )

    assert [line.paper for line in sold(ledger, 4_000)] == ["common"]
    assert [line.paper for line in sold(ledger, 4_000, as_of="2026-06-29")] == ["common", "w-1"]


def test_a_warrant_on_preferred_stock_has_the_rights_of_its_class() -> None:
    """By hand: 1,000 Series A and 1,000 warrants on it at 10, its preference: worth nothing until it converts."""
    ledger = recorded(
        common_issued(),
        preferred_issued(),
        class_rights_stated(liquidation=LiquidationPreference()),
        warrant_issued(stock_class="series-a", price="10 USD"),
    )

    assert [int(point.exit_value) for point in sold(ledger, 0).break_points] == [0, 10_000, 18_000]
    assert sold(ledger, 25_000)["w-1"].proceeds == 1_250 * Fraction(25_000 + 10_000, 1_000 + 1_250 + 1_250) - 10_000


@pytest.mark.parametrize(("vested_only", "counted"), [(False, 48_000), (True, 12_000)])
def test_awards_count_in_full_or_as_far_as_they_have_vested(vested_only: bool, counted: int) -> None:
    """By hand: 48,000 over 48 months from 1 January 2026; a year later 12,000 have vested."""
    ledger = recorded(plan_adopted(), award_granted(), common_issued(issued=100_000))

    answer = sold(ledger, 1_000_000, as_of="2027-01-01", vested_only=vested_only)

    assert answer["option-1"].number == Shares(counted)
    assert answer.per_common == Fraction(1_000_000 + counted, 100_000 + counted)
    assert any("vested" in said for said in answer.assumed)


def test_whose_an_award_is_has_to_be_known() -> None:
    """All of it is outstanding in every reading; who of the two has it is not."""
    passed = builders.award_transferred(effective_on=between("2026-06-20", "2026-07-20"))
    ledger = recorded(plan_adopted(), award_granted(), common_issued(issued=100_000), passed)

    with pytest.raises(NotUnderstood, match="what bob has of option-1") as refused:
        sold(ledger, 1_000_000)
    assert refused.value.code == "E_OPEN"
    assert ("ada", "option-1") in paid(sold(ledger, 1_000_000, as_of="2026-07-20"))


def test_restricted_stock_counts_in_full_even_where_only_what_has_vested_does() -> None:
    stock = builders.award_terms(award_kind=AwardKind.RESTRICTED_STOCK)
    ledger = recorded(plan_adopted(), award_granted(terms=stock))

    assert "Restricted stock is issued, and counts in full." in sold(ledger, 1_000, vested_only=True).assumed
    assert "Restricted stock is issued, and counts in full." not in sold(ledger, 1_000).assumed


def test_options_count_where_a_cap_divides_by_them_and_the_pool_does_not() -> None:
    """By hand: 6.25 % of 702,000 common, 48,000 options and the SAFE's own 50,000."""
    ledger = recorded(safe_issued(), plan_adopted(), award_granted(), common_issued(issued=702_000))

    assert sold(ledger, 0)["safe-1"].number == Shares(50_000)


# --- what cannot be said, and what is left over ----------------------------------------------------------------


def test_holders_that_are_not_recorded_are_paid_as_far_as_the_company_states_a_count() -> None:
    partial = register_scope_declared(
        scope=Scope.PARTIAL, stated_outstanding=Shares(4_000), effective_on="2026-02-03"
    )

    answer = sold(recorded(common_issued(), partial), 100)

    assert paid(answer) == {("ada", "common"): "25 USD", (None, "common"): "75 USD"}
    assert answer.proceeds[1].name == "holders not recorded"


def test_a_partial_register_without_a_count_is_no_basis() -> None:
    partial = register_scope_declared(scope=Scope.PARTIAL, effective_on="2026-02-03")
    with pytest.raises(NotUnderstood, match="not recorded") as refused:
        sold(recorded(common_issued(), partial), 100)

    assert refused.value.code == "E_OPEN"


@pytest.mark.parametrize(
    "open_fact",
    [
        preferred_issued(effective_on="2026-06-01/2026-07-31"),
        class_terms_amended(stock_class="series-a", seniority=Count(4), effective_on="2026-06-01/2026-07-31"),
        class_terms_amended(stock_class="series-a", stated_value="20 USD", effective_on="2026-06-01/2026-07-31"),
        class_rights_stated(
            liquidation=LiquidationPreference(multiple=Ratio(2)), effective_on="2026-06-01/2026-07-31"
        ),
        warrant_issued(effective_on="2026-06-01/2026-07-31"),
        note_issued(terms=note_terms(interest=None), effective_on="2026-06-01/2026-07-31"),
        safe_issued(effective_on="2026-06-01/2026-07-31"),
    ],
    ids=lambda event: event.KIND,
)
def test_what_an_open_day_leaves_open_is_named_and_a_later_day_is_answered(open_fact: Event) -> None:
    ledger = recorded(
        common_issued(), preferred_issued(), class_rights_stated(liquidation=LiquidationPreference()), open_fact
    )
    with pytest.raises(NotUnderstood, match="on 2026-06-30 is not known exactly") as refused:
        sold(ledger, 100)

    assert refused.value.code == "E_OPEN"
    assert sold(ledger, 100, as_of="2026-07-31").claims


@pytest.mark.parametrize(
    ("exit_value", "code"),
    [
        (Money("0.001", "USD"), "E_QUANTITY"),
        (Money(-1, "USD"), "E_QUANTITY"),
        (Money(1, "EUR"), "E_CURRENCY_MISMATCH"),
    ],
)
def test_an_exit_value_that_cannot_be_paid_is_refused(exit_value: Money, code: str) -> None:
    ledger = recorded(preferred_issued(), class_rights_stated(liquidation=LiquidationPreference()))
    with pytest.raises(NotUnderstood) as refused:
        waterfall(ledger, exit_value, as_of=DAY)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "foreign",
    [
        warrant_issued(price="2 EUR"),
        note_issued(principal="1 EUR", terms=note_terms(conversion=None), consideration=None),
        class_rights_stated(liquidation=LiquidationPreference(base=Price(1, "EUR"))),
    ],
    ids=lambda event: event.KIND,
)
def test_papers_in_another_currency_are_refused(foreign: Event) -> None:
    with pytest.raises(NotUnderstood, match="EUR"):
        sold(recorded(preferred_issued(), foreign), 100)


def test_claims_of_one_currency_answer_no_exit_in_another() -> None:
    claims = ExitClaims(recorded(common_issued()), Currency("USD"), as_of=DAY)
    with pytest.raises(NotUnderstood, match="ask in the currency"):
        claims.at(Money(1, "EUR"))


def test_what_nobody_claims_is_left_over() -> None:
    ledger = recorded(
        preferred_issued(),
        class_terms_amended(stock_class="series-a", conversion_ended=True),
        class_rights_stated(liquidation=LiquidationPreference()),
    )

    assert sold(ledger, "10000.01").left_over == usd("0.01")


def test_without_anybody_everything_is_left_over() -> None:
    answer = sold(builders.company(), 5)

    assert (answer.claims, answer.left_over) == ((), usd(5))


def test_nothing_is_answered_before_the_first_entry() -> None:
    with pytest.raises(NothingRecorded):
        sold(recorded(common_issued()), 1, known_at="2020-01-01T00:00:00Z")


def test_a_claim_or_a_holder_that_there_is_not_is_told_with_the_nearest() -> None:
    answer = sold(recorded(common_issued()), 1)
    with pytest.raises(UnknownName, match="common"):
        answer["comon"]
    with pytest.raises(UnknownName, match="ada"):
        answer.of_holder("adda")


def test_holders_that_were_merged_are_paid_as_one() -> None:
    ledger = recorded(
        common_issued(),
        warrant_issued(holder="bob", price="0 USD"),
        builders.holder_merged(holder="bob", into="ada", effective_on="2026-03-02"),
    )

    answer = sold(ledger, 100)

    assert {line.holder for line in answer.proceeds} == {HolderId("ada")}


def test_a_split_changes_nobody_s_proceeds() -> None:
    before = recorded(
        common_issued(),
        preferred_issued(),
        class_rights_stated(liquidation=LiquidationPreference()),
        warrant_issued(),
    )
    was = paid(sold(before, 40_000))
    split = SplitStock(
        stock_class=COMMON,
        ratio=Ratio(3),
        on=date(2026, 6, 30),
        phase=Phase.CLOSE,
        fractions=FractionPolicy.DOWN,
        authorized=Authorized(100_000_000),
    )
    before.record(*split.events(before))

    assert paid(sold(before, 40_000)) == was


def everything() -> Ledger:
    """A company with every kind of paper."""
    return recorded(
        common_issued(issued=100_003),
        common_issued(holder="bob", issued=7),
        preferred_issued(issued=3_001),
        class_rights_stated(liquidation=LiquidationPreference(participation=Participation.CAPPED, cap=Ratio(2))),
        note_issued(),
        safe_issued(holder="bob"),
        warrant_issued(),
        plan_adopted(),
        award_granted(),
    )


ALL = ExitClaims(everything(), Currency("USD"), as_of=DAY)


@given(st.integers(0, 10**9))
def test_everybody_together_is_paid_exactly_the_exit_value_to_the_cent(cents: int) -> None:
    exit_value = Money(Fraction(cents, 100), "USD")

    answer = ALL.at(exit_value)

    assert sum((line.proceeds for line in answer.proceeds), answer.left_over) == exit_value
    assert sum(line.exact for line in answer.proceeds) == sum(line.proceeds for line in answer) == exit_value.amount
    assert all(abs(line.exact - line.proceeds.amount) < Fraction(1, 100) for line in answer.proceeds)


def test_an_answer_leaves_the_record_as_it_is() -> None:
    ledger = everything()
    before = ledger.entries()

    sold(ledger, 1_000_000)

    assert ledger.entries() == before
