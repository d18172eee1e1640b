"""Limits: how much may still be converted, against published filings, hand-made figures, and the law itself."""

from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.identity import Count
from ledger.quantities import PLACES, Ratio, Shares
from ledger.terms.limits import IssuanceCap, OwnershipLimit, part_owned, room_under

BLOCKER = OwnershipLimit(at_most=Ratio("0.0499"), notice_days=Count(61), ceiling=Ratio("0.0999"))
NINE = Ratio("0.0999")
CAP = IssuanceCap(part=Ratio("0.1999"))


def percent(part: Fraction | None) -> str:
    """Return a part as percent to two decimals, rounded half up, as filings print it."""
    assert part is not None
    hundredths = floor(part * 10_000 + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02}"


# --- the blocker, as filings state it ------------------------------------------------------------------------


def test_warrants_of_two_funds_may_be_exercised_into_689392_shares_under_9_99_percent() -> None:
    """Great Point Partners, Schedule 13G/A of January 2025 (accession 0001172661-25-001207).

    32,689,190 shares outstanding as reported in a 10-Q; 3,334,520 owned, warrants for 689,392 shares among them:
    448,105 and 241,287 of 10,241,250 that the two funds have on paper. So 2,645,128 are owned without them. (The
    filing's own two holdings add up to 600 more than that.)
    """
    outstanding, owned = Shares(32_689_190), Shares(3_334_520 - 689_392)

    room = room_under(NINE, outstanding=outstanding, owned=owned)

    assert room == Shares(689_392) == Shares(448_105) + Shares(241_287)
    assert outstanding + room == Shares(33_378_582)  # "a total of 33,378,582 shares outstanding"
    assert percent(part_owned(owned, outstanding=outstanding, acquirable=room)) == "9.99"


def test_preferred_of_two_funds_may_be_converted_into_493166_shares_under_9_99_percent() -> None:
    """Great Point Partners, Schedule 13G/A of January 2025 (accession 0001172661-25-001208).

    114,353,347 shares outstanding; 6,503,000 and 4,477,000 held; preferred for 3,000,000 more, of which 292,119 and
    201,047 may be converted; 11,473,166 owned in all. Percentages as printed: 5.66, 3.90, 0.25 and 0.18.
    """
    outstanding, funds = Shares(114_353_347), (Shares(6_503_000), Shares(4_477_000))

    room = room_under(NINE, outstanding=outstanding, owned=funds[0] + funds[1])

    assert room == Shares(493_166) == Shares(292_119) + Shares(201_047)
    assert funds[0] + funds[1] + room == Shares(11_473_166)
    whole = (outstanding + room).as_fraction()
    parts = [percent(each.as_fraction() / whole) for each in (*funds, Shares(292_119), Shares(201_047))]
    assert parts == ["5.66", "3.90", "0.25", "0.18"]


def test_who_holds_more_than_the_limit_already_may_convert_nothing() -> None:
    """Baker Bros., Schedule 13D/A on Invitae: 7,288,300 shares held under 4.99 %, and nothing may be converted.

    The filing does not print the count; 7,288,300 shares are 4.99 % of about 146 million, and there were fewer.
    """
    assert room_under(BLOCKER.at_most, outstanding=Shares(100_000_000), owned=Shares(7_288_300)) == Shares(0)
    assert room_under(BLOCKER.at_most, outstanding=Shares(146_058_116), owned=Shares(7_288_300)) == Shares(0)
    assert room_under(BLOCKER.at_most, outstanding=Shares(146_058_136), owned=Shares(7_288_300)) == Shares(1)


def test_a_holder_of_nothing_may_have_52520_of_a_million_under_4_99_percent() -> None:
    """By hand: 49,900 ÷ 0.9501 = 52,520.78; 52,520 of 1,052,520 are 4.98993 %, 52,521 of 1,052,521 are 4.99002 %.

    Counting the new shares matters: 4.99 % of the shares before the issue are 49,900 only.
    """
    outstanding = Shares(1_000_000)

    assert room_under(BLOCKER.at_most, outstanding=outstanding, owned=Shares(0)) == Shares(52_520)
    assert Fraction(52_520, 1_052_520) < Fraction("0.0499") < Fraction(52_521, 1_052_521)


def test_what_may_be_acquired_without_a_limit_takes_room_from_what_has_one() -> None:
    """By hand: of 1,000,000, 20,000 are held and options bring 10,000: (0.0499 × 1,010,000 − 30,000) ÷ 0.9501.

    That is 20,399 ÷ 0.9501 = 21,470.37. Without the options it is 29,900 ÷ 0.9501 = 31,470.37: 10,000 more.
    """
    with_options = room_under(
        BLOCKER.at_most, outstanding=Shares(1_000_000), owned=Shares(20_000), acquirable=Shares(10_000)
    )
    without = room_under(BLOCKER.at_most, outstanding=Shares(1_000_000), owned=Shares(20_000))

    assert (with_options, without) == (Shares(21_470), Shares(31_470))


@pytest.mark.parametrize(("owned", "room"), [(9_989, 1), (9_990, 0), (9_991, 0), (9_988, 2)])
def test_the_limit_is_reached_and_not_passed(owned: int, room: int) -> None:
    """By hand, 9.99 % of 100,000 are 9,990: 1 more leaves room for 1 ÷ 0.9001 = 1.11, 2 for 2.22."""
    assert room_under(NINE, outstanding=Shares(100_000), owned=Shares(owned)) == Shares(room)


def test_a_class_with_decimals_may_be_converted_to_its_last_decimal() -> None:
    """By hand: 49,900 ÷ 0.9501 = 52,520.7872."""
    room = room_under(BLOCKER.at_most, outstanding=Shares(1_000_000), owned=Shares(0), decimals=4)

    assert room == Shares("52520.7872")


counts = st.integers(0, 10**12).map(Shares)
parts = st.fractions(min_value=Fraction(1, 1000), max_value=Fraction(999, 1000), max_denominator=10_000).map(Ratio)


@given(parts, counts, counts, counts)
def test_the_room_keeps_to_the_limit_and_one_share_more_would_not(
    part: Ratio, others: Shares, owned: Shares, acquirable: Shares
) -> None:
    outstanding = others + owned
    room = room_under(part, outstanding=outstanding, owned=owned, acquirable=acquirable)

    def after(received: Shares) -> Fraction | None:
        return part_owned(owned + received, outstanding=outstanding + received, acquirable=acquirable)

    if room:
        reached = after(room)
        assert reached is not None
        assert reached <= part.value
    beyond = after(room + Shares(1))
    assert beyond is not None
    assert beyond > part.value


@given(parts, counts, counts, counts)
def test_more_shares_outstanding_never_leave_less_room_and_more_owned_never_leaves_more(
    part: Ratio, outstanding: Shares, owned: Shares, more: Shares
) -> None:
    room = room_under(part, outstanding=outstanding, owned=owned)

    assert room_under(part, outstanding=outstanding + more, owned=owned) >= room
    assert room_under(part, outstanding=outstanding, owned=owned + more) <= room


@given(parts, counts, counts, st.integers(1, 10**6), st.integers(1, 10**6))
def test_converting_in_two_steps_gives_no_more_than_in_one(
    part: Ratio, others: Shares, owned: Shares, num: int, den: int
) -> None:
    outstanding = others + owned
    room = room_under(part, outstanding=outstanding, owned=owned)
    first = Shares(floor(room.as_fraction() * Fraction(min(num, den), max(num, den))))

    then = room_under(part, outstanding=outstanding + first, owned=owned + first)

    assert first + then == room


# --- notice --------------------------------------------------------------------------------------------------


def test_a_raise_of_which_61_days_notice_was_given_is_in_force_on_the_61st_day() -> None:
    """1 March + 61 days is 1 May: 30 days are left of March, 30 are in April."""
    assert BLOCKER.raised_from(date(2024, 3, 1)) == date(2024, 5, 1)
    assert OwnershipLimit(at_most=NINE).raised_from(date(2024, 3, 1)) == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("notice", "ceiling", "part"),
    [
        (59, "0.0999", "0.0999"),
        (60, "0.0999", "0.0999"),
        (61, "0.0999", "0.0499"),
        (None, "0.0999", "0.0999"),
        (60, None, None),
        (61, None, "0.0499"),
        (None, "0.0499", "0.0499"),
    ],
)
def test_a_limit_that_the_holder_can_raise_within_60_days_limits_them_to_its_ceiling_only(
    notice: int | None, ceiling: str | None, part: str | None
) -> None:
    limit = OwnershipLimit(
        at_most=Ratio("0.0499"),
        notice_days=None if notice is None else Count(notice),
        ceiling=None if ceiling is None else Ratio(ceiling),
    )

    assert limit.part_within(60) == (None if part is None else Ratio(part))


@pytest.mark.parametrize(("at_most", "ceiling"), [("0", None), ("1", None), ("0.05", "0.04"), ("0.05", "1")])
def test_a_limit_that_limits_nothing_is_not_understood(at_most: str, ceiling: str | None) -> None:
    with pytest.raises(NotUnderstood) as refused:
        OwnershipLimit(at_most=Ratio(at_most), ceiling=None if ceiling is None else Ratio(ceiling))

    assert refused.value.code == "E_TERMS"


# --- beneficial ownership ------------------------------------------------------------------------------------


def test_warrants_count_in_the_percentage_of_who_holds_them() -> None:
    """Great Point Partners on Vistagen, Schedule 13G/A: 2,055,834 by warrants, 29,157,733 outstanding: 6.59 %.

    Without them in the denominator it would be 7.05 %.
    """
    warrants, outstanding = Shares(2_055_834), Shares(29_157_733)

    assert percent(part_owned(Shares(0), outstanding=outstanding, acquirable=warrants)) == "6.59"
    assert percent(part_owned(warrants, outstanding=outstanding)) == "7.05"


def test_of_a_class_without_shares_nobody_owns_a_part() -> None:
    assert part_owned(Shares(0), outstanding=Shares(0)) is None
    assert part_owned(Shares(0), outstanding=Shares(0), acquirable=Shares(5)) == 1


@given(counts, counts, counts, counts)
def test_the_parts_of_two_people_add_to_more_than_one_only_by_what_they_may_acquire(
    held: Shares, others: Shares, mine: Shares, theirs: Shares
) -> None:
    outstanding = held + others
    assume(bool(outstanding))

    first = part_owned(held, outstanding=outstanding, acquirable=mine)
    second = part_owned(others, outstanding=outstanding, acquirable=theirs)

    assert first is not None
    assert second is not None
    assert (first + second == 1) or bool(mine) or bool(theirs)
    assert first >= part_owned(held, outstanding=outstanding)  # type: ignore[operator]  # there are shares


# --- the cap of an exchange ----------------------------------------------------------------------------------


def test_a_cap_of_19_99_percent_before_the_agreement_is_16_66_percent_after_it() -> None:
    """Prospectus supplement of 2023 for sales to Lincoln Park (0001104659-23-030853).

    The exchange cap of 5,811,638 shares is printed as 16.66 % of what is outstanding once they are issued. The
    count before is not in the excerpt; 29,072,727 to 29,072,731 are those of which 19.99 % are that many.
    """
    caps = [CAP.number(Shares(29_072_722 + more)) for more in range(12)]
    fits = [29_072_722 + more for more, cap in enumerate(caps) if cap == Shares(5_811_638)]

    assert (fits[0], fits[-1]) == (29_072_727, 29_072_731)
    for before in fits:
        assert percent(Fraction(5_811_638, before + 5_811_638)) == "16.66"


@pytest.mark.parametrize(
    ("outstanding", "cap"), [(9_999, 1_998), (10_000, 1_999), (10_001, 1_999), (10_006, 2_000)]
)
def test_a_cap_is_rounded_down_to_whole_shares(outstanding: int, cap: int) -> None:
    """By hand: 19.99 % of 9,999 are 1,998.80, of 10,001 1,999.20, of 10,006 2,000.20."""
    assert CAP.number(Shares(outstanding)) == Shares(cap)


def test_the_number_on_paper_decides_and_without_it_a_count_is_needed() -> None:
    on_paper = IssuanceCap(shares=Shares(1_998), part=Ratio("0.1999"))

    assert on_paper.number(Shares(10_000)) == on_paper.number(None) == Shares(1_998)
    assert CAP.number(None) is None


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({}, "E_TERMS"),
        ({"shares": Shares(0)}, "E_QUANTITY"),
        ({"part": Ratio(0)}, "E_TERMS"),
        ({"part": Ratio("1.01")}, "E_TERMS"),
    ],
)
def test_a_cap_of_nothing_is_not_understood(stated: dict[str, Any], code: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        IssuanceCap(**stated)

    assert refused.value.code == code


@given(parts, counts)
def test_a_cap_of_a_part_below_one_fifth_never_reaches_one_fifth(part: Ratio, outstanding: Shares) -> None:
    assume(part.value < Fraction(1, 5) and bool(outstanding))

    cap = IssuanceCap(part=part).number(outstanding)

    assert cap is not None
    assert cap.as_fraction() * 5 < outstanding.as_fraction()


def test_a_step_of_the_finest_class_is_one_unit() -> None:
    room = room_under(Ratio("1/3"), outstanding=Shares(1), owned=Shares(0), decimals=PLACES)

    assert room == Shares("0.5")
