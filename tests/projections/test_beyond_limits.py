"""Acts beyond an ownership limit or a cap: found when certain, and never refused."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import Authorized, Shares
from ledger.events import Event
from ledger.identity import HolderId, InstrumentId
from ledger.movements import Scope
from ledger.quantities import Price, Ratio
from ledger.terms.limits import IssuanceCap, OwnershipLimit
from ledger.terms.warrants import WarrantTerms
from projections import Finding, Severity, findings
from tests.builders import (
    authorized_shares_changed,
    common_issued,
    company,
    convertible_converted,
    group_formed,
    issuance_cap_agreed,
    issuance_cap_lifted,
    note_issued,
    outstanding_reported,
    ownership_limit_agreed,
    ownership_limit_changed,
    ownership_limit_waived,
    preferred_issued,
    register_scope_declared,
    shares_converted,
    warrant_exercised,
    warrant_issued,
)

SERIES = preferred_issued(issued=4_000)
"""4,000 Series A of the fund, 1.25 common for one."""
FLOAT = common_issued(issued=50_000)
LIMIT = ownership_limit_agreed(limit=OwnershipLimit(at_most=Ratio("0.0499")))
"""By hand: 0.0499 × 50,000 ÷ 0.9501 leaves 2,626.04."""
PARTIAL = (
    authorized_shares_changed(authorized=Authorized.UNLIMITED, effective_on="2026-01-01"),
    register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=None, effective_on="2026-01-01"),
)
DAY = "2026-03-02"


def converted(received: int, **changes: Any) -> Event:
    """Return a conversion of Series A by its ratio, of whole shares."""
    fields = {"surrendered": -(-received * 4 // 5), "received": received, "effective_on": DAY, **changes}
    return shares_converted(**fields)


def found(*events: Event) -> list[Finding]:
    """Return what went beyond a limit."""
    ledger = company()
    ledger.record(*events, as_stated=True)
    return [each for each in findings(ledger) if "beyond the" in each.what]


def beyond(*events: Event) -> list[Any]:
    return [each.amount for each in found(*events)]


# --- ownership limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("received", "more"), [(2_625, []), (2_626, []), (2_627, [Shares(1)])])
def test_a_conversion_is_found_from_the_first_share_beyond_the_limit(received: int, more: list[Shares]) -> None:
    assert beyond(FLOAT, SERIES, LIMIT, converted(received)) == more


def test_the_finding_says_who_received_how_many_and_what_room_was_left() -> None:
    (finding,) = found(FLOAT, SERIES, LIMIT, converted(2_630))

    assert (finding.severity, finding.code, str(finding.on)) == (Severity.OFF_TERMS, "E_OFF_TERMS", DAY)
    assert finding.what == (
        "fund received 2,630 common for series-a, 4 beyond the 2,626 that ownership limit blocker left"
        " (0.0499 of 50,000 outstanding as recorded, 0 owned)"
    )


def test_a_conversion_counts_for_the_next_one_of_the_same_day() -> None:
    """By hand: (0.0499 × 52,000 − 2,000) ÷ 0.9501 = 626.04 after 2,000."""
    assert beyond(FLOAT, SERIES, LIMIT, converted(2_000), converted(625)) == []
    assert beyond(FLOAT, SERIES, LIMIT, converted(2_000), converted(630)) == [Shares(4)]


def test_the_limit_in_force_before_the_act_counts() -> None:
    """By hand: 0.0999 × 50,000 ÷ 0.9001 = 5,549.4."""
    waived = ownership_limit_waived(effective_on="2026-02-20")
    raised = ownership_limit_changed(effective_on="2026-02-20")
    later = ownership_limit_waived(effective_on="2026-03-03")

    assert beyond(FLOAT, SERIES, LIMIT, waived, converted(5_000)) == []
    assert beyond(FLOAT, SERIES, LIMIT, raised, converted(5_000)) == []
    assert beyond(FLOAT, SERIES, LIMIT, later, converted(5_000)) == [Shares(5_000 - 2_626)]
    assert beyond(FLOAT, SERIES, converted(5_000, effective_on="2026-01-20")) == []


def test_a_limit_that_names_another_paper_or_another_holder_does_not_count() -> None:
    warrant = warrant_issued(holder="fund", warrant="w", purchasable=1, terms=WarrantTerms())
    named = ownership_limit_agreed(instruments=(InstrumentId("w"),))
    of_another = ownership_limit_agreed(holder="bob")

    assert beyond(FLOAT, SERIES, warrant, named, converted(5_000)) == []
    assert beyond(FLOAT, SERIES, of_another, converted(5_000)) == []


def test_a_note_and_a_warrant_are_found_too() -> None:
    note = note_issued(holder="fund", instrument="n", principal="3000 USD")
    paid = convertible_converted(
        holder="fund",
        instrument="n",
        principal="3000 USD",
        interest=None,
        received=3_000,
        price=Price(1, "USD"),
        effective_on=DAY,
    )
    warrant = warrant_issued(holder="fund", warrant="w", purchasable=3_000, terms=WarrantTerms())
    exercised = warrant_exercised(
        holder="fund", warrant="w", stock_class="common", received=3_000, given_up=None, effective_on=DAY
    )

    assert beyond(FLOAT, note, LIMIT, paid) == [Shares(374)]
    assert beyond(FLOAT, warrant, LIMIT, exercised) == [Shares(374)]


def test_whoever_acts_together_counts_together() -> None:
    """By hand: 2,400 of 50,000 are bob's; (0.0499 × 50,000 − 2,400) ÷ 0.9501 = 99.9."""
    events = (common_issued(issued=47_600), common_issued(holder="bob", issued=2_400), SERIES, LIMIT)
    together = {"members": (HolderId("bob"), HolderId("fund"))}

    assert beyond(*events, group_formed(**together), converted(100)) == [Shares(1)]
    assert beyond(*events, group_formed(effective_on="2026-03-01/2026-03-20", **together), converted(100)) == []


# --- what is open ----------------------------------------------------------------------------------------------


def test_in_a_partial_register_only_a_reported_count_makes_it_certain() -> None:
    """By hand: 0.0499 × 40,000 ÷ 0.9501 = 2,100.8; without a count nobody knows how many are outstanding."""
    reported = outstanding_reported(outstanding=40_000, effective_on="2026-02-10")
    events = (*PARTIAL, common_issued(issued=10_000), SERIES, LIMIT)

    assert beyond(*events, converted(2_105)) == []
    assert beyond(*events, reported, converted(2_105)) == [Shares(5)]
    assert beyond(*events, reported, converted(2_100)) == []


@pytest.mark.parametrize(
    "opened",
    [
        converted(5_000, effective_on="2026-03-01/2026-03-10"),
        common_issued(holder="bob", issued=50_000, effective_on="2026-03-01/2026-03-10"),
        ownership_limit_waived(effective_on="2026-03-01/2026-03-10"),
        ownership_limit_changed(effective_on="2026-02-01/2026-03-02"),
    ],
    ids=lambda event: event.KIND,
)
def test_nothing_is_said_where_a_day_leaves_it_open(opened: Event) -> None:
    act = () if opened.KIND == "shares-converted" else (converted(2_630),)

    assert beyond(FLOAT, SERIES, LIMIT, opened, *act) == []


# --- caps ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("received", "more"), [(995, []), (1_000, []), (1_005, [Shares(5)])])
def test_an_issue_is_found_from_the_first_share_beyond_a_cap(received: int, more: list[Shares]) -> None:
    """Of 1,500, 500 were converted before."""
    cap = issuance_cap_agreed(cap=IssuanceCap(shares=Shares(1_500)))

    assert beyond(FLOAT, SERIES, cap, converted(500, effective_on="2026-02-20"), converted(received)) == more


def test_a_cap_that_ended_limits_nothing_and_one_of_an_unknown_number_says_nothing() -> None:
    part = issuance_cap_agreed(cap=IssuanceCap(part=Ratio("0.0001")))
    lifted = issuance_cap_lifted(effective_on="2026-02-20")
    may_be_lifted = issuance_cap_lifted(effective_on="2026-03-01/2026-03-10")

    assert beyond(FLOAT, SERIES, issuance_cap_agreed(), lifted, converted(5_000)) == []
    assert beyond(FLOAT, SERIES, issuance_cap_agreed(), may_be_lifted, converted(5_000)) == []
    assert beyond(*PARTIAL, FLOAT, SERIES, part, converted(5_000)) == []


def test_a_cap_and_a_limit_are_two_findings_of_one_act() -> None:
    """By hand: 5,000 − 1,999, and 5,000 − 2,626."""
    events = (FLOAT, SERIES, LIMIT, issuance_cap_agreed(), converted(5_000))

    assert sorted(beyond(*events)) == [Shares(2_374), Shares(3_001)]
