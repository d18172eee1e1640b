"""Splits: per position, each policy, several over one history, and phases on one day."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import (
    Authorized,
    ConversionRight,
    FractionPolicy,
    Ledger,
    Money,
    NotUnderstood,
    Phase,
    Price,
    Ratio,
    ReserveId,
    RuleBroken,
    Shares,
    StockClassId,
)
from ledger.events import Event, ResultingTerms
from ledger.movements import Level, Source
from projections import Bounds, cap_table
from projections.replay import replay
from tests.builders import (
    class_terms_amended,
    common_issued,
    company,
    entry_voided,
    fractions_settled,
    preferred_issued,
    shares_converted,
    shares_repurchased,
    shares_reserved,
    shares_transferred,
    stock_class_designated,
    stock_split_effected,
)

COMMON: Final = StockClassId("common")
SERIES_A: Final = StockClassId("series-a")
SPLIT_ON: Final = "2026-07-01"


def split(
    ratio: str,
    fractions: FractionPolicy = FractionPolicy.DOWN,
    *,
    on: str = SPLIT_ON,
    price: Fraction | None = None,
    classes: tuple[StockClassId, ...] = (COMMON,),
    **changes: object,
) -> Event:
    """Return a split of the common stock, with the conversion price of Series A that follows exactly."""
    follows = Fraction(8) if SERIES_A in classes else 8 / Fraction(ratio)
    right = ConversionRight(into=COMMON, price=Price(price if price is not None else follows, "USD"))
    terms = (
        ResultingTerms(stock_class=COMMON, authorized=Authorized(10_000_000)),
        ResultingTerms(stock_class=SERIES_A, authorized=Authorized(1_000_000), conversion=right),
    )
    return stock_split_effected(
        ratio=ratio, fractions=fractions, effective_on=on, stock_classes=classes, **{"resulting": terms, **changes}
    )


def held(ledger: Ledger, *, as_of: str = "2026-12-31", stock_class: str = "common") -> dict[str, Fraction]:
    """Return what each holder has of a class."""
    table = cap_table(ledger, as_of=as_of)
    return {
        line.holder: line.shares.exact.as_fraction() for line in table.holdings if line.stock_class == stock_class
    }


# --- each policy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "ada", "bob", "fund"),
    [
        (FractionPolicy.UP, 53, 52, 52),
        (FractionPolicy.DOWN, 52, 51, 52),
        (FractionPolicy.NEAREST, 53, 51, 52),
        (FractionPolicy.CASH_IN_LIEU, 52, 51, 52),
    ],
)
def test_each_policy_rounds_every_holder_of_record(policy: FractionPolicy, ada: int, bob: int, fund: int) -> None:
    """One for twenty of 1,050, 1,029 and 1,040 shares: 52.5, 51.45 and 52 exactly.

    The total of 3,119 is 155.95: no rounding of it gives 157 (up), which is the sum of the positions.
    """
    ledger = company()
    for holder, issued in (("ada", 1_050), ("bob", 1_029), ("fund", 1_040)):
        ledger.record(common_issued(holder=holder, issued=issued))
    ledger.record(split("1/20", policy))

    assert held(ledger) == {"ada": ada, "bob": bob, "fund": fund}
    assert cap_table(ledger, as_of=SPLIT_ON).stock_class("common").outstanding.exact == Shares(ada + bob + fund)


@pytest.mark.parametrize(("issued", "rounded"), [(49, 0), (50, 1), (51, 1), (149, 1), (150, 2), (151, 2)])
def test_nearest_gives_a_share_for_half_a_share_and_more(issued: int, rounded: int) -> None:
    ledger = company()
    ledger.record(common_issued(issued=issued))
    ledger.record(split("1/100", FractionPolicy.NEAREST))

    assert held(ledger).get("ada", 0) == rounded


@pytest.mark.parametrize(("issued", "rounded"), [(999, 1), (1_000, 1), (1_001, 2)])
def test_up_gives_a_share_for_every_fraction(issued: int, rounded: int) -> None:
    """One for a thousand, rounded up per holder, as Ascent Solar did on 20 July 2018."""
    ledger = company()
    ledger.record(common_issued(issued=issued))
    ledger.record(split("1/1000", FractionPolicy.UP))

    assert held(ledger) == {"ada": rounded}


def test_a_forward_split_multiplies_and_rounds_what_does_not_divide() -> None:
    """Three for two of 1,001: 1,501.5, which is 1,501 with cash for the half."""
    ledger = company()
    ledger.record(common_issued(issued=1_001))
    ledger.record(split("3/2", FractionPolicy.CASH_IN_LIEU))

    assert held(ledger) == {"ada": 1_501}


def test_each_certificate_is_a_position_of_its_own() -> None:
    """Two certificates of 15 at one for ten are 1.5 each: 2 + 2 rounded up, where 30 together would be 3."""
    ledger = company()
    ledger.record(common_issued(issued=15, security="CS-1"), common_issued(issued=15, security="CS-2"))
    ledger.record(split("1/10", FractionPolicy.UP))

    assert held(ledger) == {"ada": 4}


@pytest.mark.parametrize(("decimals", "left"), [(0, "333"), (1, "333.3"), (2, "333.33")])
def test_a_position_keeps_the_decimals_that_the_split_says(decimals: int, left: str) -> None:
    ledger = company()
    ledger.record(stock_class_designated(stock_class="units", title="Units", decimals=4))
    ledger.record(common_issued(stock_class="units", issued=1_000))
    units = StockClassId("units")
    terms = (ResultingTerms(stock_class=units, authorized=Authorized(10_000_000)),)
    ledger.record(
        stock_split_effected(
            stock_classes=(units,),
            ratio=Ratio("1/3"),
            decimals=decimals,
            resulting=terms,
            effective_on=SPLIT_ON,
            fractions=FractionPolicy.DOWN,
        )
    )

    assert cap_table(ledger, as_of=SPLIT_ON).shares("ada", "units").exact == Shares(left)


def test_the_treasury_and_a_reserve_are_rounded_like_positions() -> None:
    """One for ten of 15 in treasury is 1.5, rounded down to 1; of 505 reserved 50.5, rounded down to 50."""
    ledger = company()
    ledger.record(common_issued(issued=1_000), shares_repurchased(repurchased=15), shares_reserved(reserved=505))
    ledger.record(split("1/10"))
    line = cap_table(ledger, as_of=SPLIT_ON).stock_class("common")

    assert line.treasury.exact == Shares(1)
    assert line.outstanding.exact == Shares(98)
    assert line.reserved.exact == Shares(50)
    assert line.available.exact == Shares(9_999_851)


def test_what_rounding_gives_and_takes_stands_on_an_account_so_that_the_class_sums_to_zero() -> None:
    """985 and 15 at one for ten are 98.5 and 1.5: up gives two halves, which come from *rounding*."""
    ledger = company()
    ledger.record(common_issued(issued=985), common_issued(holder="bob", issued=15))
    ledger.record(split("1/10", FractionPolicy.UP))
    accounts = replay(ledger.history(SPLIT_ON)).accounts[COMMON]

    assert held(ledger) == {"ada": 99, "bob": 2}
    assert accounts[Source.ROUNDING] == -Shares(1).units
    assert accounts[Source.ISSUED] == -Shares(100).units
    assert sum(accounts.values()) == 0


# --- an oracle of plain fractions --------------------------------------------------------------------------------

ROUNDED: Final[dict[FractionPolicy, Callable[[Fraction], int]]] = {
    FractionPolicy.UP: ceil,
    FractionPolicy.DOWN: floor,
    FractionPolicy.NEAREST: lambda exact: floor(exact + Fraction(1, 2)),
    FractionPolicy.CASH_IN_LIEU: floor,
}
RATIOS: Final = ("2", "3", "3/2", "5/4", "1/2", "1/3", "2/7", "1/10", "1/20", "1/1000")


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3_000), st.integers(0, 3_000), st.sampled_from(RATIOS), st.sampled_from(FractionPolicy)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_several_splits_over_one_history_give_what_plain_fractions_give(
    years: list[tuple[int, int, str, FractionPolicy]],
) -> None:
    """Each year ada and bob receive shares on 1 March, and the class is split on 1 July."""
    ledger, oracle, price = company(), {"ada": 0, "bob": 0}, Fraction(8)
    for year, (ada, bob, ratio, policy) in enumerate(years, 2027):
        for holder, issued in (("ada", ada), ("bob", bob)):
            if issued:
                ledger.record(common_issued(holder=holder, issued=issued, effective_on=f"{year}-03-01"))
                oracle[holder] += issued
        price /= Fraction(ratio)
        ledger.record(split(ratio, policy, on=f"{year}-07-01", price=price))
        oracle = {holder: ROUNDED[policy](shares * Fraction(ratio)) for holder, shares in oracle.items()}

    assert held(ledger, as_of="2099-12-31") == {holder: shares for holder, shares in oracle.items() if shares}
    accounts = replay(ledger.history("2099-12-31")).accounts.get(COMMON, {})
    assert sum(accounts.values()) == 0


# --- two classes -------------------------------------------------------------------------------------------------


def test_two_classes_may_be_split_at_once_and_each_keeps_to_itself() -> None:
    """One for three of 1,000 common and 700 preferred: 333 and 233, in one act."""
    ledger = company()
    ledger.record(common_issued(), preferred_issued(issued=700))
    ledger.record(split("1/3", classes=(COMMON, SERIES_A)))

    assert held(ledger) == {"ada": 333}
    assert held(ledger, stock_class="series-a") == {"fund": 233}
    balances = replay(ledger.history(SPLIT_ON))
    assert {unit: sum(accounts.values()) for unit, accounts in balances.accounts.items()} == {
        COMMON: 0,
        SERIES_A: 0,
    }


def test_a_split_leaves_other_classes_alone() -> None:
    ledger = company()
    ledger.record(common_issued(), preferred_issued(issued=700))
    ledger.record(split("1/3"))

    assert held(ledger, stock_class="series-a") == {"fund": 700}


# --- phases of one day -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("phase", "ada", "bob"), [(Phase.OPENING, 1_900, 100), (Phase.CLOSE, 1_800, 200)])
@pytest.mark.parametrize("split_first", [True, False])
def test_trades_of_the_day_are_in_the_units_of_their_own_phase(
    phase: Phase, ada: int, bob: int, split_first: bool
) -> None:
    """1,000 shares doubled, and 100 sold in between: 2,000 − 100 after an opening split, 2 × 900 before a close.

    The order of recording does not matter.
    """
    ledger = company()
    ledger.record(common_issued())
    events = [split("2", phase=phase), shares_transferred(effective_on=SPLIT_ON)]
    for event in events if split_first else reversed(events):
        ledger.record(event)

    assert held(ledger, as_of=SPLIT_ON) == {"ada": ada, "bob": bob}


@pytest.mark.parametrize(("places", "left"), [((1, 2), 1_900), ((2, 1), 1_800)])
def test_within_one_phase_the_place_decides(places: tuple[int, int], left: int) -> None:
    ledger = company()
    ledger.record(common_issued())
    ledger.record(split("2", phase=Phase.ORDINARY, place=places[0]))
    ledger.record(shares_transferred(effective_on=SPLIT_ON, place=places[1]))

    assert held(ledger)["ada"] == left


def test_without_a_place_the_order_around_a_split_is_not_guessed() -> None:
    ledger = company()
    ledger.record(common_issued())
    ledger.record(split("2", phase=Phase.ORDINARY))

    with pytest.raises(RuleBroken):
        ledger.record(shares_transferred(effective_on=SPLIT_ON))


def test_two_splits_of_one_day_follow_each_other() -> None:
    """One for twenty at the opening and three for two at the close: 1,010 → 50.5 → 50 → 75."""
    ledger = company()
    ledger.record(common_issued(issued=1_010))
    ledger.record(split("3/2", phase=Phase.CLOSE, price=Fraction(320, 3)))
    ledger.record(split("1/20", phase=Phase.OPENING, price=Fraction(160)))

    assert held(ledger, as_of="2026-06-30") == {"ada": 1_010}
    assert held(ledger, as_of=SPLIT_ON) == {"ada": 75}
    right = cap_table(ledger, as_of=SPLIT_ON).stock_class("series-a")
    assert right.as_converted is not None


# --- terms afterwards --------------------------------------------------------------------------------------------


def test_the_conversion_price_after_a_split_is_exact() -> None:
    """$0.0040 before one for a thousand is $4.00 after: a share of 1,000 USD gives 250,000, then 250."""
    ledger = company()
    right = ConversionRight(into=COMMON, price=Price("0.0040", "USD"))
    ledger.record(class_terms_amended(stock_class="series-a", stated_value=Price(1_000, "USD"), conversion=right))
    ledger.record(preferred_issued(issued=1_400))
    ledger.record(split("1/1000", FractionPolicy.UP, price=Fraction("0.0040") * 1_000))

    before = cap_table(ledger, as_of="2026-06-30").stock_class("series-a")
    after = cap_table(ledger, as_of=SPLIT_ON).stock_class("series-a")

    assert before.as_converted == Bounds(Shares(350_000_000), Shares(350_000_000))
    assert after.as_converted == Bounds(Shares(350_000), Shares(350_000))


def test_a_price_that_no_decimal_can_write_stays_a_fraction() -> None:
    """8 USD after three for one is 8/3: 1,000 × 10 ÷ 8/3 = 3,750, and no cent is lost over three such splits."""
    ledger, price = company(), Fraction(8)
    ledger.record(preferred_issued())
    for year in (2027, 2028, 2029):
        price /= 3
        ledger.record(split("3", on=f"{year}-07-01", price=price))
    table = cap_table(ledger, as_of="2029-07-01")
    rights = replay(ledger.history("2029-07-01")).values(Level.CONVERSION, SERIES_A)

    assert rights == (ConversionRight(into=COMMON, price=Price(Fraction(8, 27), "USD")),)
    assert str(rights[0].price) == "8/27 USD"
    assert table.stock_class("series-a").as_converted == Bounds(Shares(33_750), Shares(33_750))


def test_authorized_shares_and_par_are_what_the_papers_state_and_never_assumed() -> None:
    """A split that leaves both as they were, and one that states both: the ratio decides nothing."""
    ledger = company()
    ledger.record(class_terms_amended(par_value=Price("0.0001", "USD")))
    ledger.record(split("1/20"))
    terms = (
        ResultingTerms(stock_class=COMMON, authorized=Authorized(500_000_000), par_value=Price("0.002", "USD")),
        ResultingTerms(stock_class=SERIES_A, conversion=ConversionRight(into=COMMON, price=Price(800_000, "USD"))),
    )
    ledger.record(split("1/5000", on="2027-07-01", resulting=terms))

    def level(level: Level, as_of: str) -> tuple[object, ...]:
        return replay(ledger.history(as_of)).values(level, COMMON)

    assert level(Level.AUTHORIZED, SPLIT_ON) == (Authorized(10_000_000),)
    assert level(Level.PAR_VALUE, SPLIT_ON) == (Price("0.0001", "USD"),)
    assert level(Level.AUTHORIZED, "2027-07-01") == (Authorized(500_000_000),)
    assert level(Level.PAR_VALUE, "2027-07-01") == (Price("0.002", "USD"),)


def test_a_split_that_leaves_the_authorized_number_open_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="authorized"):
        stock_split_effected(resulting=())


def test_a_split_that_leaves_a_conversion_price_open_is_refused() -> None:
    terms = (ResultingTerms(stock_class=COMMON, authorized=Authorized(10_000_000)),)
    with pytest.raises(RuleBroken, match="conversion price"):
        company().record(split("2", resulting=terms))


def test_a_conversion_after_a_split_is_counted_in_new_units() -> None:
    """400 Series A at 8 USD gave 500 in June; after two for one they give 1,000, beside the 1,000 there."""
    ledger = company()
    ledger.record(preferred_issued())
    ledger.record(shares_converted(effective_on="2026-06-30"))
    ledger.record(split("2"))
    ledger.record(shares_converted(received=1_000, effective_on="2026-07-02"))

    assert held(ledger) == {"fund": 2_000}


# --- what was really settled -------------------------------------------------------------------------------------


def test_what_the_transfer_agent_settled_wins_over_the_policy() -> None:
    """1,015 at one for ten, dropped to 101; the agent gave the half as a whole share, and bob cash."""
    ledger = company()
    ledger.record(common_issued(issued=1_015), common_issued(holder="bob", issued=1_007))
    ledger.record(split("1/10"))
    ledger.record(fractions_settled(given=1, effective_on="2026-07-10"))
    ledger.record(fractions_settled(holder="bob", cash=Money("0.17", "USD"), effective_on="2026-07-10"))

    assert held(ledger, as_of="2026-07-09") == {"ada": 101, "bob": 100}
    assert held(ledger, as_of="2026-07-10") == {"ada": 102, "bob": 100}
    assert sum(replay(ledger.history("2026-07-10")).accounts[COMMON].values()) == 0


def test_what_the_policy_gave_and_the_agent_did_not_is_taken_back() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_015))
    ledger.record(split("1/10", FractionPolicy.UP))
    ledger.record(fractions_settled(taken=1, effective_on="2026-07-10"))

    assert held(ledger, as_of="2026-07-10") == {"ada": 101}


# --- news from before --------------------------------------------------------------------------------------------


def test_shares_found_to_have_been_issued_before_a_split_change_the_rounding() -> None:
    """1,015 at one for ten drop to 101; with 5 more, issued before and recorded after, 1,020 are 102, not 101.5."""
    ledger = company()
    ledger.record(common_issued(issued=1_015))
    ledger.record(split("1/10"))
    late = ledger.record(common_issued(issued=5, effective_on="2026-06-30"))

    assert held(ledger) == {"ada": 102}
    assert cap_table(ledger, as_of=SPLIT_ON, known_at=8).shares("ada", "common").exact == Shares(101)
    ledger.record(entry_voided(late.entries[0].number))
    assert held(ledger) == {"ada": 101}


def test_a_voided_split_leaves_every_position_as_if_it_had_not_been() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_015))
    effected = ledger.record(split("1/10"))
    ledger.record(entry_voided(effected.entries[0].number))

    assert held(ledger) == {"ada": 1_015}
    assert cap_table(ledger, as_of=date(2026, 7, 1), known_at=8).shares("ada", "common").exact == Shares(101)


def test_a_reserve_that_a_split_rounded_can_be_drawn_on_to_the_last_share() -> None:
    """505 kept back are 50 after one for ten: 50 can be issued out of them, 51 cannot."""
    ledger = company()
    ledger.record(shares_reserved(reserved=505))
    ledger.record(split("1/10"))

    with pytest.raises(RuleBroken):
        ledger.record(common_issued(issued=51, reserve=ReserveId("plan"), effective_on="2026-07-02"))
    ledger.record(common_issued(issued=50, reserve=ReserveId("plan"), effective_on="2026-07-02"))
    assert cap_table(ledger, as_of="2026-07-02").stock_class("common").reserved.exact == Shares(0)


def test_a_class_with_decimals_keeps_them_only_if_the_split_does() -> None:
    ledger = company()
    ledger.record(stock_class_designated(stock_class="units", title="Units", decimals=4))
    ledger.record(common_issued(stock_class="units", issued=Shares("10.5")))
    terms = (ResultingTerms(stock_class=StockClassId("units"), authorized=Authorized(10_000_000)),)
    ledger.record(
        stock_split_effected(
            stock_classes=(StockClassId("units"),), ratio=Ratio("1/4"), decimals=4, resulting=terms
        )
    )

    assert held(ledger, stock_class="units") == {"ada": Fraction("2.625")}
