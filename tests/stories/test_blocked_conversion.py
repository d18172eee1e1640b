"""A fund converts preferred stock under a blocker and an exchange cap, step by step, until both are gone.

Every figure is worked out by hand beside it. The company reports its count once a quarter; the fund may rely on the
last report, and on what it converted since.
"""

from __future__ import annotations

from datetime import date

import pytest

from ledger import Ledger, Shares
from ledger.errors import NoticeTooShort
from ledger.quantities import Ratio
from ledger.terms.limits import IssuanceCap
from projections import Side, Stop, beneficial_ownership, conversion_capacity, crossings, restrictions
from registrar.founding_case import BOONE, record_founding_case
from tests.builders import (
    authorized_shares_changed,
    common_issued,
    company,
    issuance_cap_agreed,
    issuance_cap_lifted,
    outstanding_reported,
    ownership_limit_agreed,
    ownership_limit_changed,
    preferred_issued,
    shares_converted,
)


def capacity(ledger: Ledger, day: str) -> tuple[Shares, Stop]:
    """Return how many shares the fund may receive on a day, and what stops it first."""
    line = conversion_capacity(ledger, "fund", "series-a", as_of=day)["series-a"]
    (first,) = line.first
    return line.capacity.exact, first.stop


def test_a_fund_converts_as_far_as_its_papers_let_it() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=1_000_000, effective_on="2026-02-02"),
        outstanding_reported(outstanding=1_000_000, effective_on="2026-02-02"),
        preferred_issued(issued=400_000, effective_on="2026-02-03"),  # 500,000 common at 1.25 for one
        ownership_limit_agreed(effective_on="2026-02-03"),
        issuance_cap_agreed(cap=IssuanceCap(part=Ratio("0.1999")), effective_on="2026-02-03"),
    )

    # The blocker: 0.0499 × 1,000,000 ÷ 0.9501 = 52,520.8.
    assert capacity(ledger, "2026-02-04") == (Shares(52_520), Stop.OWNERSHIP)
    ledger.record(shares_converted(surrendered=42_016, received=52_520, effective_on="2026-02-04"))

    # What it received counts as owned and as outstanding: nothing is left, whoever else was issued shares since.
    assert capacity(ledger, "2026-02-05") == (Shares(0), Stop.OWNERSHIP)
    ledger.record(common_issued(holder="bob", issued=947_480, effective_on="2026-03-02"))
    assert capacity(ledger, "2026-03-02") == (Shares(0), Stop.OWNERSHIP)

    # Until the company reports 2,000,000: (0.0499 × 2,000,000 − 52,520) ÷ 0.9501 = 49,763.2.
    ledger.record(outstanding_reported(outstanding=2_000_000, effective_on="2026-04-01"))
    assert capacity(ledger, "2026-04-01") == (Shares(49_763), Stop.OWNERSHIP)

    # It gives notice on 1 March and may own 9.99 % from 1 May, 61 days later, and not a day before.
    raised = {"notified_on": date(2026, 3, 1)}
    with pytest.raises(NoticeTooShort):
        ledger.record(ownership_limit_changed(effective_on="2026-04-30", **raised))
    ledger.record(ownership_limit_changed(effective_on="2026-05-01", **raised))

    # The blocker leaves (199,800 − 52,520) ÷ 0.9001 = 163,626.2, and the cap 199,900 − 52,520 = 147,380.
    assert capacity(ledger, "2026-05-01") == (Shares(147_380), Stop.CAP)
    ledger.record(shares_converted(surrendered=117_904, received=147_380, effective_on="2026-05-04"))
    assert capacity(ledger, "2026-05-05") == (Shares(0), Stop.CAP)

    # Stockholders approve: 199,900 owned of 2,147,380, (0.0999 × 2,147,380 − 199,900) ÷ 0.9001 = 16,246.1.
    ledger.record(issuance_cap_lifted(effective_on="2026-06-01"))
    assert capacity(ledger, "2026-06-01") == (Shares(16_246), Stop.OWNERSHIP)

    assert [line.what for line in restrictions(ledger, as_of="2026-06-01").in_force] == ["ownership limit"]


def test_the_same_fund_passes_five_percent_by_the_raise_alone_and_ten_never() -> None:
    """From 1 May its papers let it acquire 163,626 more: 52,520 and these are 9.99 % of 2,163,626.

    It gave notice on 1 March, and on 2 March the day of the raise is 60 days away.
    """
    ledger = company()
    ledger.record(
        common_issued(issued=1_947_480, effective_on="2026-02-02"),
        preferred_issued(issued=400_000, effective_on="2026-02-03"),
        ownership_limit_agreed(effective_on="2026-02-03"),
        shares_converted(surrendered=42_016, received=52_520, effective_on="2026-02-04"),
        ownership_limit_changed(effective_on="2026-05-01", notified_on=date(2026, 3, 1)),
    )

    (passed,) = [each for each in crossings(ledger, "common", through="2026-12-31") if each.owner == "fund"]

    assert (passed.on, passed.threshold, passed.after) == (date(2026, 3, 2), Ratio("0.05"), Side.ABOVE)
    owned = beneficial_ownership(ledger, "common", as_of="2026-03-02")["fund"]
    assert owned.acquirable.exact == Shares(163_626)
    assert owned.owned.exact == Shares(216_146)


def test_the_whole_commitment_of_the_founding_case_could_not_have_been_converted_when_it_was_signed() -> None:
    """20,000 Series K at 0.0040 are 5,000,000,000 common; 2,000,000,000 were authorized on 8 February 2017."""
    ledger = Ledger.in_memory()
    record_founding_case(ledger)
    supposed = ledger.supposing(
        preferred_issued(holder=BOONE, stock_class="series-k", issued=20_000, effective_on="2017-02-08"),
        as_stated=True,
    )

    line = conversion_capacity(supposed, BOONE, "series-k", as_of="2017-02-08")["series-k"]

    assert line.right.shares.low == Shares(5_000_000_000)
    assert line.capacity.high == Shares(2_000_000_000)
    assert [each.stop for each in line.first if each.room.high == line.capacity.high] == [Stop.AUTHORIZED]
    assert len(ledger.entries()) < len(supposed.entries())


def test_an_increase_of_the_authorized_number_moves_the_limit_to_what_is_held() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=1_000),
        preferred_issued(issued=400),
        authorized_shares_changed(authorized=1_300, effective_on="2026-02-20"),
        authorized_shares_changed(authorized=1_600, effective_on="2026-03-20"),
    )

    assert capacity(ledger, "2026-03-19") == (Shares(300), Stop.AUTHORIZED)
    assert capacity(ledger, "2026-03-20") == (Shares(500), Stop.HELD)
