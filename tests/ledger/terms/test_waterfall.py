"""Who is paid what at an exit: published examples, break points, and the laws that no waterfall may break."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from itertools import pairwise
from math import prod

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.terms.liquidation import Participation
from ledger.terms.waterfall import Claim, Standing, Waterfall

F = Fraction
CAPPED, FULL, NONE = Participation.CAPPED, Participation.FULL, Participation.NONE
CONVERTED, PREFERENCE = Standing.CONVERTED, Standing.PREFERENCE


def common(number: int | F, name: str = "common") -> Claim:
    return Claim(name=name, number=F(number))


def option(number: int, strike: str) -> Claim:
    return Claim(name=f"options at {strike}", number=F(number), strike=F(strike))


def preferred(
    name: str,
    number: int | F,
    preference: str | int | F,
    *,
    participation: Participation = NONE,
    cap: str | int | F | None = None,
    rank: int = 1,
    counts_for: int = 1,
) -> Claim:
    """Convertible preferred stock; preference and cap are of all its shares together."""
    return Claim(
        name=name,
        number=F(number),
        rank=rank,
        preference=F(preference) / number,
        participation=participation,
        cap=None if cap is None else F(cap) / number,
        counts_for=F(counts_for),
        converts=True,
    )


def proceeds(claims: list[Claim], exit_value: str | int | F) -> dict[str, F]:
    distribution = Waterfall(claims).at(F(exit_value))
    return {portion.claim.name: portion.proceeds for portion in distribution.portions}


def standings(claims: list[Claim], exit_value: str | int | F) -> dict[str, Standing]:
    distribution = Waterfall(claims).at(F(exit_value))
    return {portion.claim.name: portion.standing for portion in distribution.portions}


def places(amount: F, digits: int) -> F:
    """Rounded as the source printed it."""
    return F(round(amount * 10**digits), 10**digits)


# --- published examples, amounts in millions --------------------------------------------------------------------


def test_participating_preferred_takes_its_money_back_and_its_part_of_the_rest() -> None:
    """Gust, help page "Participating Preferred": $2M for 30 %, sold for 10: 2 and 30 % of 8 are 4.4."""
    claims = [common(70), preferred("investor", 30, 2, participation=FULL)]

    assert proceeds(claims, 10) == {"common": F("5.6"), "investor": F("4.4")}


@pytest.mark.parametrize(
    ("participation", "expected"),
    [
        pytest.param(FULL, 2 + F(13, 7), id="participating: printed as $2M + $1.9M = $3.9M"),
        pytest.param(NONE, F(15, 7), id="not participating: printed as $2.2M, of 14.4 % instead of 1/7"),
    ],
)
def test_twice_the_money_back_on_a_seventh_of_the_company(participation: Participation, expected: F) -> None:
    """Wikipedia, "Liquidation preference": $1M at a $6M pre-money valuation, 2x, sold for $15M."""
    claims = [common(6), preferred("investor", 1, 2, participation=participation)]

    assert proceeds(claims, 15)["investor"] == expected


@pytest.mark.parametrize(
    ("participation", "cap", "investors", "entrepreneurs"),
    [(NONE, None, 60, 40), (FULL, None, 80, 20), (CAPPED, 150, 80, 20)],
)
def test_fifty_million_for_sixty_percent_of_a_hundred(
    participation: Participation, cap: int | None, investors: int, entrepreneurs: int
) -> None:
    """Feld and Mendelson, "Venture Deals", chapter 4: $50M for 60 %, sold for $100M; cases 1 to 3.

    Early printings say that case 3, a cap of 3x, is as case 1; the cap of 150 is not reached, so it is as case 2.
    """
    claims = [common(40), preferred("investors", 60, 50, participation=participation, cap=cap)]

    assert proceeds(claims, 100) == {"common": entrepreneurs, "investors": investors}


@pytest.mark.parametrize(
    ("participation", "at_10", "at_31"), [(NONE, "2.5", "7.75"), (FULL, "4", "9.25"), (CAPPED, "4", "8")]
)
def test_a_cap_of_four_times_has_a_window_in_which_it_binds(
    participation: Participation, at_10: str, at_31: str
) -> None:
    """VentureSouth, "The real impact 2: the grey zone": $2M for 25 %, cap 4x; columns E (10) and H (31)."""
    cap = 8 if participation is CAPPED else None
    claims = [common(75), preferred("investor", 25, 2, participation=participation, cap=cap)]

    assert proceeds(claims, 10)["investor"] == F(at_10)
    assert proceeds(claims, 31)["investor"] == F(at_31)


def test_the_window_opens_where_the_cap_is_reached_and_closes_where_converting_brings_as_much() -> None:
    """The same page: the window is between $26M and $32M."""
    claims = [common(75), preferred("investor", 25, 2, participation=CAPPED, cap=8)]

    assert [point.exit_value for point in Waterfall(claims).break_points()] == [0, 2, 26, 32]
    assert [standings(claims, value)["investor"] for value in ("25.9", "26.1", "32", "32.1")] == [
        Standing.SHARES,
        Standing.AT_CAP,
        Standing.AT_CAP,
        CONVERTED,
    ]


def test_capped_participation_has_three_kinks() -> None:
    """VLP course 2.5, "Convertible participating preferred (with cap)": 9.5 first, 40 %, 30 at the most.

    The page prints kinks at 9.5, 60.8 (exactly 60.75 = 9.5 + 20.5 ÷ 40 %) and 75.
    """
    claims = [common(60), preferred("vc", 40, "9.5", participation=CAPPED, cap=30)]

    assert [point.exit_value for point in Waterfall(claims).break_points()] == [0, F("9.5"), F("60.75"), 75]


@pytest.mark.parametrize(
    ("exit_value", "vc"), [(20, 20), (50, 30), (90, F(270, 7)), (300, F(900, 7))], ids=["20", "50", "90", "300"]
)
def test_convertible_preferred_is_paid_back_first_or_converts(exit_value: int, vc: int | F) -> None:
    """TutorsGlobe 51717429 a, worked by hand: 30 on 40, 10M founders' shares, so 7.5M preferred, 3/7.

    Paid first below 30; kept up to 70, where 3/7 are 30; converted beyond.
    """
    claims = [common(10), preferred("vc", F("7.5"), 30)]

    assert proceeds(claims, exit_value) == {"common": exit_value - vc, "vc": vc}


def test_a_cap_of_three_times_converts_where_its_part_of_everything_is_the_cap() -> None:
    """TutorsGlobe 51717429 f, worked by hand: 90 ÷ (3/7) = 210."""
    claims = [common(10), preferred("vc", F("7.5"), 30, participation=CAPPED, cap=90)]

    assert Waterfall(claims).break_points()[-1].exit_value == 210


def test_three_times_participating_at_two_common_shares_each() -> None:
    """HomeworkSource 1018928: $40M for 3M shares, 3x, two for one, 14M common, sold for 300: 174 and 126."""
    claims = [common(14), preferred("vc", 3, 120, participation=FULL, counts_for=2)]

    assert proceeds(claims, 300) == {"common": 126, "vc": 174}


STACK = [
    common(1_000_000, "founders"),
    preferred("A", 200_000, "0.9", participation=CAPPED, cap="1.8", rank=1),
    preferred("B", 300_000, "2.1", participation=CAPPED, cap="4.2", rank=2),
    preferred("C", 1_500_000, 15, participation=CAPPED, cap=30, rank=3),
]


@pytest.mark.parametrize(
    ("exit_value", "expected"),
    [
        pytest.param(25, ("2.33", "1.37", "2.8", "18.5"), id="all share: 18 first, and 7 pro rata"),
        pytest.param(35, ("5.75", "1.8", "3.825", "23.625"), id="A is at its cap"),
        pytest.param(45, ("9.56", "1.91", "4.2", "29.33"), id="A converts, B is at its cap"),
        pytest.param(60, ("20", "4", "6", "30"), id="all convert"),
    ],
)
def test_three_stacked_series_with_caps_decide_jointly(exit_value: int, expected: tuple[str, ...]) -> None:
    """Coding challenge "Waterfall Analysis" (metju90/capitalization-table, problem-definition.txt), its four cases.

    At 45 it prints 2.1 + 2.1 for B, and 25.8 × 20/54 = 9.56, 25.8 × 4/54 = 1.91, 15 + 25.8 × 30/54 = 29.33 for
    the others.
    """
    paid = proceeds(STACK, exit_value)

    digits = [len(text.partition(".")[2]) for text in expected]
    assert [places(amount, n) for amount, n in zip(paid.values(), digits, strict=True)] == [F(t) for t in expected]
    assert sum(paid.values()) == exit_value


def test_series_convert_in_the_order_of_their_preference_per_common_share() -> None:
    """Metrick and Yasuda style problem (TutorsGlobe 52042555), worked by hand, with 10M shares of founders.

    A: 2M ÷ 10M = 0.2; C 1.0; B 1.1; D 2 × 15M ÷ 10M = E 3 × 10M ÷ 10M = F 30M ÷ 10M = 3.0. The preferences are
    113M; each point is what is kept plus the price times the common and converted shares: for A 113 + 0.2 × 10 =
    115, for C 113 − 2 + 1 × 20 = 131, for B 101 + 1.1 × 30 = 134, for D, E and F 90 + 3 × 40 = 210.
    """
    stakes = {"A": 2, "B": 11, "C": 10, "D": 30, "E": 30, "F": 30}
    claims = [common(10), *(preferred(name, 10, amount) for name, amount in stakes.items())]

    points = Waterfall(claims).break_points()

    assert [(int(p.exit_value), [c.claim.name for c in p.changes]) for p in points[2:]] == [
        (115, ["A"]),
        (131, ["C"]),
        (134, ["B"]),
        (210, ["D", "E", "F"]),
    ]


def test_warrants_on_preferred_stock_rank_with_it_once_they_are_exercised() -> None:
    """A. K. Singh, "Understanding warrants treatment", scenario 1: break points 1,500, 1,700, 3,300, 4,800.

    1,000 each of Series A at 1.0 with a dividend of 0.5, of warrants on Series A at 1.0 (without the dividend), of
    options at 0.2, and of common.
    """
    claims = [
        common(1_000),
        option(1_000, "0.2"),
        preferred("Series A", 1_000, 1_500),
        Claim(
            name="warrants",
            number=F(1_000),
            rank=1,
            preference=F(1),
            participation=NONE,
            converts=True,
            strike=F(1),
        ),
    ]

    points = Waterfall(claims).break_points()

    assert [point.exit_value for point in points] == [0, 1_500, 1_700, 3_300, 4_800]
    assert [point.per_common for point in points] == [0, 0, F("0.2"), 1, F("1.5")]


# --- rank -------------------------------------------------------------------------------------------------------


def test_a_senior_rank_is_paid_in_full_before_a_junior_one_is_paid_at_all() -> None:
    """By hand: B 4 of 5 at 4; 5 and 1 at 6; 5, 3 and 2 at 10."""
    claims = [common(10), preferred("A", 1, 3, rank=1), preferred("B", 1, 5, rank=2)]

    assert [list(proceeds(claims, value).values()) for value in (4, 6, 10)] == [[0, 0, 4], [0, 1, 5], [2, 3, 5]]


def test_equal_ranks_are_paid_in_proportion_to_their_preferences_and_not_to_their_shares() -> None:
    """By hand: 6 of preferences of 3 and 9 is a half of each, however many shares there are."""
    claims = [common(10), preferred("A", 900, 3), preferred("B", 1, 9)]

    assert proceeds(claims, 6) == {"common": 0, "A": F("1.5"), "B": F("4.5")}


def test_debt_is_a_claim_of_a_higher_rank_that_never_shares() -> None:
    note = Claim(name="note", number=F(1), rank=9, preference=F(7), participation=NONE)
    claims = [common(10), preferred("A", 10, 5), note]

    assert [proceeds(claims, value)["note"] for value in (6, 7, 8, 1_000)] == [6, 7, 7, 7]


# --- exercise ---------------------------------------------------------------------------------------------------


def test_an_option_is_exercised_above_its_strike_and_what_it_brings_is_net_of_it() -> None:
    """By hand: 10 common, 10 options at 2. Up to 20 the common has all; at 40, (40 + 20) ÷ 20 = 3 a share."""
    claims = [common(10), option(10, "2")]

    assert [proceeds(claims, value)["options at 2"] for value in (19, 20, 21)] == [0, 0, F("0.5")]
    assert proceeds(claims, 40) == {"common": 30, "options at 2": 10}
    [_, exercised] = Waterfall(claims).at(F(40)).portions
    assert exercised.strike_paid == 20
    assert exercised.per_share == 1


def test_a_warrant_below_the_preference_of_its_class_is_exercised_once_the_preference_is_paid_that_far() -> None:
    """By hand: 10 shares and 10 warrants at 1 on a preference of 4; up to a quarter only the shares are paid.

    That is 10. Then both gain alike: at 40, (40 + 10) ÷ 20 = 2.5 a share, of which a warrant keeps 1.5.
    """
    series = preferred("A", 10, 40)
    warrant = Claim(
        name="warrant", number=F(10), rank=1, preference=F(4), participation=NONE, converts=True, strike=F(1)
    )
    claims = [common(10), series, warrant]

    assert proceeds(claims, 10) == {"common": 0, "A": 10, "warrant": 0}
    assert proceeds(claims, 40) == {"common": 0, "A": 25, "warrant": 15}


# --- what is left over, and what cannot be ----------------------------------------------------------------------


def test_what_nobody_has_a_claim_to_is_left_over_and_said() -> None:
    claims = [Claim(name="A", number=F(10), rank=1, preference=F(1), participation=NONE)]

    assert [Waterfall(claims).at(F(value)).left_over for value in (9, 10, 11)] == [0, 0, 1]


def test_without_claims_everything_is_left_over() -> None:
    assert Waterfall([]).at(F(5)).left_over == 5


def test_an_exit_value_below_zero_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="zero or more"):
        Waterfall([common(1)]).at(F(-1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": F(0)},
        {"strike": F(-1)},
        {"converts": True, "counts_for": F(0)},
        {"cap": F(1)},
        {"participation": CAPPED},
        {"participation": CAPPED, "preference": F(2), "cap": F(1)},
    ],
    ids=str,
)
def test_a_claim_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood):
        Claim(**{"name": "A", "number": F(1)} | wrong)  # type: ignore[arg-type]


# --- laws -------------------------------------------------------------------------------------------------------


class Decision(Enum):
    KEEP = "keep"
    CONVERT = "convert"
    STAY_OUT = "do not exercise"


def decided(claims: list[Claim], decisions: list[Decision], exit_value: F) -> list[F]:
    """Pay out by decisions that are given, rank by rank and round by round: what a paralegal would do by hand."""
    inside = [i for i, decision in enumerate(decisions) if decision is not Decision.STAY_OUT]
    money = exit_value + sum(claims[i].strike * claims[i].number for i in inside)
    received = [F(0)] * len(claims)
    keeping = [i for i in inside if decisions[i] is Decision.KEEP]
    for rank in sorted({claims[i].rank for i in keeping}, reverse=True):
        due = {i: claims[i].preference * claims[i].number for i in keeping if claims[i].rank == rank}
        part = min(F(1), money / total) if (total := sum(due.values())) else F(0)
        for i, amount in due.items():
            received[i] += part * amount
            money -= part * amount
    sharing = {i for i in inside if i not in keeping or claims[i].participation is not NONE}
    while money and (weight := sum(claims[i].counts_for * claims[i].number for i in sharing)):
        each = money / weight
        room = {
            i: (cap - received[i] / claims[i].number) / claims[i].counts_for
            for i in sharing
            if i in keeping and (cap := claims[i].cap) is not None and claims[i].counts_for
        }
        step = min([each, *room.values()])
        for i in sharing:
            received[i] += step * claims[i].counts_for * claims[i].number
        money -= step * weight
        sharing -= {i for i, left in room.items() if left == step}
    return [received[i] - claims[i].strike * claims[i].number if i in inside else F(0) for i in range(len(claims))]


def decision_of(standing: Standing) -> Decision:
    return {CONVERTED: Decision.CONVERT, Standing.NOT_EXERCISED: Decision.STAY_OUT}.get(standing, Decision.KEEP)


amounts = st.integers(0, 12).map(lambda n: F(n, 4))


@st.composite
def claims(draw: st.DrawFn, most: int = 5) -> list[Claim]:
    made = []
    for index in range(draw(st.integers(1, most))):
        preference = draw(amounts)
        participation = draw(st.sampled_from(Participation))
        counts_for = draw(st.sampled_from([F(1, 2), F(1), F(3)]))
        made.append(
            Claim(
                name=str(index),
                number=F(draw(st.integers(1, 20))),
                rank=draw(st.integers(0, 2)),
                preference=preference,
                participation=participation,
                cap=preference + draw(amounts) if participation is CAPPED else None,
                counts_for=counts_for,
                converts=draw(st.booleans()),
                strike=draw(st.just(F(0)) | amounts),
            )
        )
    return made


exits = st.integers(0, 400).map(lambda n: F(n, 2))


@given(claims(), exits)
def test_a_waterfall_pays_out_exactly_the_exit_value(claims: list[Claim], exit_value: F) -> None:
    distribution = Waterfall(claims).at(exit_value)

    assert sum(p.proceeds for p in distribution.portions) + distribution.left_over == exit_value
    assert all(p.proceeds >= 0 for p in distribution.portions)
    assert all(0 <= p.preference <= p.proceeds for p in distribution.portions)
    assert distribution.left_over >= 0


@given(claims(), exits)
def test_what_is_paid_is_what_the_decisions_lead_to_by_hand(claims: list[Claim], exit_value: F) -> None:
    distribution = Waterfall(claims).at(exit_value)

    decisions = [decision_of(portion.standing) for portion in distribution.portions]
    assert [portion.proceeds for portion in distribution.portions] == decided(claims, decisions, exit_value)


@given(claims(), exits)
def test_nobody_would_be_better_off_with_another_decision(claims: list[Claim], exit_value: F) -> None:
    distribution = Waterfall(claims).at(exit_value)

    decisions = [decision_of(portion.standing) for portion in distribution.portions]
    for index, claim in enumerate(claims):
        could = {Decision.KEEP}
        could |= {Decision.CONVERT} if claim.converts else set()
        could |= {Decision.STAY_OUT} if claim.strike else set()
        for other in could - {decisions[index]}:
            changed = [*decisions[:index], other, *decisions[index + 1 :]]
            assert decided(claims, changed, exit_value)[index] <= distribution.portions[index].proceeds


@given(claims(), exits, exits)
def test_nobody_is_paid_less_when_the_company_is_sold_for_more(claims: list[Claim], one: F, other: F) -> None:
    waterfall = Waterfall(claims)
    less, more = sorted((one, other))

    for before, after in zip(waterfall.at(less).portions, waterfall.at(more).portions, strict=True):
        assert before.proceeds <= after.proceeds


@given(claims())
def test_between_two_break_points_everybody_is_on_a_straight_line(claims: list[Claim]) -> None:
    waterfall = Waterfall(claims)
    edges = [point.exit_value for point in waterfall.break_points()]

    for low, high in pairwise(edges):
        assert low < high
        ends, middle = (waterfall.at(low), waterfall.at(high)), waterfall.at((low + high) / 2)
        for first, last, between in zip(ends[0].portions, ends[1].portions, middle.portions, strict=True):
            assert between.proceeds == (first.proceeds + last.proceeds) / 2


@given(claims())
def test_at_each_break_point_somebody_does_something_else_and_the_next_dollar_is_shared_out_whole(
    claims: list[Claim],
) -> None:
    *points, last = Waterfall(claims).break_points()

    assert all(point.changes for point in (*points, last))
    assert all(sum(point.parts) == 1 for point in points)
    assert sum(last.parts) in (0, 1)


@given(claims(most=3), exits, st.integers(2, 5))
def test_holders_of_one_claim_are_paid_alike_however_it_is_divided(
    claims: list[Claim], exit_value: F, into: int
) -> None:
    """A claim cut into pieces is paid what the whole was: nobody gains by holding through two names."""
    first, *others = claims
    pieces = [
        Claim(
            name=f"{first.name}.{n}",
            number=first.number / into,
            rank=first.rank,
            preference=first.preference,
            participation=first.participation,
            cap=first.cap,
            counts_for=first.counts_for,
            converts=first.converts,
            strike=first.strike,
        )
        for n in range(into)
    ]

    whole, *_ = Waterfall(claims).at(exit_value).portions
    parts = Waterfall([*pieces, *others]).at(exit_value).portions[:into]

    assert {part.proceeds for part in parts} == {whole.proceeds / into}


@given(claims(most=3), exits)
@example([preferred("A", 1, 2), preferred("B", 1, 2), common(1)], F(6))
def test_no_other_set_of_decisions_that_nobody_regrets_pays_anybody_otherwise(
    claims: list[Claim], exit_value: F
) -> None:
    """The decisions are found together, and there is no second answer that would be as good."""
    options = [
        [
            Decision.KEEP,
            *([Decision.CONVERT] if claim.converts else []),
            *([Decision.STAY_OUT] if claim.strike else []),
        ]
        for claim in claims
    ]
    assume(prod(map(len, options)) <= 27)
    paid = [portion.proceeds for portion in Waterfall(claims).at(exit_value).portions]

    profiles: list[list[Decision]] = [[]]
    for choices in options:
        profiles = [[*profile, choice] for profile in profiles for choice in choices]
    for profile in profiles:
        outcome = decided(claims, profile, exit_value)
        regretted = any(
            decided(claims, [*profile[:i], other, *profile[i + 1 :]], exit_value)[i] > outcome[i]
            for i in range(len(claims))
            for other in options[i]
        )
        if not regretted:
            assert outcome == paid
