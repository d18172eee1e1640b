"""Restrictions: what a lock-up, a stop and a pledge forbid, when, and when an ownership limit may be raised."""

from datetime import date
from typing import Any

import pytest

from ledger import Ledger
from ledger.days import Phase
from ledger.errors import (
    CeilingExceeded,
    NoticeTooShort,
    NotUnderstood,
    TermsIncomplete,
    TransferRestricted,
    UnknownName,
)
from ledger.events import Event, RestrictionKind, TransferCause
from ledger.identity import Count, HolderId, StockClassId
from ledger.quantities import Ratio
from ledger.terms.limits import OwnershipLimit
from projections import findings
from tests.builders import (
    common_issued,
    company,
    group_dissolved,
    group_formed,
    issuance_cap_agreed,
    issuance_cap_lifted,
    nominee_declared,
    ownership_limit_agreed,
    ownership_limit_changed,
    ownership_limit_waived,
    restriction_lifted,
    restriction_placed,
    shares_transferred,
)

PLACED, TRANSFERRED = "2026-03-01", "2026-04-01"


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger in which ada holds 1,000 common, 100 of them in certificate CS-1."""
    ledger = company()
    ledger.record(common_issued(issued=900), common_issued(issued=100, security="CS-1"))
    return ledger


def transfer(**changes: Any) -> Event:
    return shares_transferred(**{"transferred": 10, "effective_on": TRANSFERRED, **changes})


def placed(**changes: Any) -> Event:
    return restriction_placed(**{"effective_on": PLACED, **changes})


# --- transfers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [RestrictionKind.STOP, RestrictionKind.LOCK_UP, RestrictionKind.PLEDGE])
@pytest.mark.parametrize(
    "on", [{"holder": "ada"}, {"stock_class": "common"}, {"holder": "ada", "stock_class": "common"}]
)
def test_restricted_shares_are_not_transferred(ledger: Ledger, kind: RestrictionKind, on: dict[str, str]) -> None:
    ledger.record(placed(restriction_kind=kind, **on))

    with pytest.raises(TransferRestricted) as refused:
        ledger.record(transfer())

    assert (refused.value.code, refused.value.kind, refused.value.placed) == ("E_RESTRICTED", kind.value, 9)
    assert f"under {kind.value} lock-up on 2026-04-01 (entry 9)" in str(refused.value)
    assert len(ledger.entries()) == 9


def test_a_legend_is_told_and_forbids_nothing(ledger: Ledger) -> None:
    ledger.record(placed(restriction_kind=RestrictionKind.LEGEND), transfer())


def test_a_restriction_on_a_certificate_leaves_other_shares_free(ledger: Ledger) -> None:
    ledger.record(placed(security="CS-1"), transfer())

    with pytest.raises(TransferRestricted):
        ledger.record(transfer(security="CS-1"))


@pytest.mark.parametrize(
    "other", [{"holder": "bob"}, {"stock_class": "series-a"}, {"holder": "ada", "stock_class": "series-a"}]
)
def test_a_restriction_on_others_or_on_another_class_does_not_matter(ledger: Ledger, other: dict[str, str]) -> None:
    ledger.record(placed(**other), transfer())


@pytest.mark.parametrize(("until", "holds"), [("2026-03-31", False), ("2026-04-01", True), ("2026-04-02", True)])
def test_a_restriction_holds_through_its_last_day(ledger: Ledger, until: str, holds: bool) -> None:
    ledger.record(placed(until=date.fromisoformat(until)))
    if holds:
        with pytest.raises(TransferRestricted):
            ledger.record(transfer())
    else:
        ledger.record(transfer())


@pytest.mark.parametrize(("lifted", "holds"), [("2026-03-31", False), ("2026-04-01", False), ("2026-04-02", True)])
def test_a_lifted_restriction_holds_no_more(ledger: Ledger, lifted: str, holds: bool) -> None:
    ledger.record(placed(), restriction_lifted(effective_on=lifted))
    if holds:
        with pytest.raises(TransferRestricted):
            ledger.record(transfer())
    else:
        ledger.record(transfer())


def test_on_the_day_of_the_restriction_the_order_decides(ledger: Ledger) -> None:
    ledger.record(placed(effective_on=TRANSFERRED), transfer(phase=Phase.OPENING))

    with pytest.raises(TransferRestricted):
        ledger.record(transfer())


def test_pledged_shares_may_go_to_the_creditor_and_by_what_the_pledge_permits(ledger: Ledger) -> None:
    pledge = placed(
        restriction_kind=RestrictionKind.PLEDGE,
        in_favour_of="fund",
        permitted=(TransferCause.SUCCESSION, TransferCause.COURT_ORDER),
    )
    ledger.record(pledge, transfer(to_holder="fund"), transfer(cause=TransferCause.SUCCESSION))

    with pytest.raises(TransferRestricted):
        ledger.record(transfer(cause=TransferCause.GIFT))


def test_a_restriction_recorded_late_is_refused_for_the_transfer_that_it_would_forbid(ledger: Ledger) -> None:
    ledger.record(transfer())

    with pytest.raises(TransferRestricted) as refused:
        ledger.record(placed())

    assert refused.value.where == "entry 9"


def test_a_transfer_on_an_open_day_is_refused_only_if_every_day_is_restricted(ledger: Ledger) -> None:
    ledger.record(placed(effective_on="2026-03-15", until=date(2026, 4, 30)))
    for days in ("2026-03-14/2026-04-01", "2026-04-15/2026-05-01"):
        ledger.record(transfer(effective_on=days))

    with pytest.raises(TransferRestricted):
        ledger.record(transfer(effective_on="2026-03-16/2026-04-30"))


def test_a_restriction_or_a_lift_on_an_open_day_leaves_a_reading_in_which_the_transfer_is_free(
    ledger: Ledger,
) -> None:
    ledger.record(placed(effective_on="2026-03-15/2026-04-02"), transfer())
    ledger.record(restriction_lifted(effective_on="2026-05-01/2026-06-01"), transfer(effective_on="2026-05-10"))

    with pytest.raises(TransferRestricted):
        ledger.record(transfer(effective_on="2026-04-30"))


def test_what_was_transferred_all_the_same_is_recorded_as_stated_and_found(ledger: Ledger) -> None:
    ledger.record(placed())
    ledger.record(transfer(), as_stated=True)

    (found,) = findings(ledger)

    assert (found.code, found.on, found.entry) == ("E_RESTRICTED", date(2026, 4, 1), 10)


def test_a_repurchase_is_no_transfer(ledger: Ledger) -> None:
    from tests.builders import shares_repurchased

    ledger.record(placed(), shares_repurchased(effective_on=TRANSFERRED))


# --- what a restriction is on -----------------------------------------------------------------------------------


def test_a_restriction_says_which_shares_it_is_on_in_one_way() -> None:
    for on in ({"holder": None}, {"holder": "ada", "security": "CS-1"}, {"stock_class": "x", "security": "CS-1"}):
        with pytest.raises(NotUnderstood) as refused:
            placed(**on)
        assert refused.value.code == "E_TERMS"


def test_a_restriction_does_not_end_before_it_begins() -> None:
    placed(until=date.fromisoformat(PLACED))
    with pytest.raises(NotUnderstood) as refused:
        placed(until=date(2026, 2, 28))
    assert refused.value.code == "E_DATE"


def test_a_security_that_was_never_issued_cannot_be_restricted(ledger: Ledger) -> None:
    with pytest.raises(UnknownName) as refused:
        ledger.record(placed(security="CS-2"))
    assert refused.value.nearest == "CS-1"


def test_what_is_lifted_was_placed(ledger: Ledger) -> None:
    for event in (restriction_lifted(), ownership_limit_changed(), ownership_limit_waived(), issuance_cap_lifted()):
        with pytest.raises(UnknownName):
            ledger.record(event)


def test_what_is_lifted_is_of_its_kind(ledger: Ledger) -> None:
    ledger.record(placed(), ownership_limit_agreed(), issuance_cap_agreed())
    for event in (
        restriction_lifted(restriction="blocker", effective_on=TRANSFERRED),
        ownership_limit_waived(restriction="cap", effective_on=TRANSFERRED),
        issuance_cap_lifted(restriction="lock-up", effective_on=TRANSFERRED),
    ):
        with pytest.raises(TermsIncomplete):
            ledger.record(event)


# --- ownership limits -------------------------------------------------------------------------------------------


def changed(part: str, on: str, notified: str | None) -> Event:
    return ownership_limit_changed(
        at_most=part, effective_on=on, notified_on=None if notified is None else date.fromisoformat(notified)
    )


@pytest.mark.parametrize(
    ("on", "notified", "allowed"),
    [
        ("2026-04-30", "2026-03-01", False),
        ("2026-05-01", "2026-03-01", True),
        ("2026-05-02", "2026-03-01", True),
        ("2026-05-01", None, False),
    ],
)
def test_a_limit_is_raised_61_days_after_notice(
    ledger: Ledger, on: str, notified: str | None, allowed: bool
) -> None:
    """1 March and 61 days: 1 May."""
    ledger.record(ownership_limit_agreed())
    if allowed:
        ledger.record(changed("0.0999", on, notified))
        return
    with pytest.raises(NoticeTooShort) as refused:
        ledger.record(changed("0.0999", on, notified))
    assert refused.value.code == "E_NOTICE"
    assert refused.value.earliest == (None if notified is None else date(2026, 5, 1))


def test_a_limit_is_lowered_at_once_and_raised_again_after_notice(ledger: Ledger) -> None:
    ledger.record(
        ownership_limit_agreed(),
        changed("0.0999", "2026-05-01", "2026-03-01"),
        changed("0.07", "2026-05-02", None),
        changed("0.03", "2026-05-03", None),
    )

    with pytest.raises(NoticeTooShort):
        ledger.record(changed("0.07", "2026-05-04", None))


def test_a_limit_is_not_raised_above_its_ceiling(ledger: Ledger) -> None:
    ledger.record(ownership_limit_agreed())
    with pytest.raises(CeilingExceeded) as refused:
        ledger.record(changed("0.1", "2026-05-01", "2026-03-01"))
    assert (refused.value.code, refused.value.at_most) == ("E_CEILING", Ratio("0.1"))
    assert "would be 0.1 from 2026-05-01 on, and its ceiling is 0.0999" in str(refused.value)


def test_a_limit_is_waived_after_notice_and_without_it_where_the_paper_asks_for_none(ledger: Ledger) -> None:
    ledger.record(ownership_limit_agreed())
    ledger.record(
        ownership_limit_agreed(restriction="other", limit=OwnershipLimit(at_most=Ratio("0.0499"))),
        ownership_limit_waived(restriction="other"),
    )
    with pytest.raises(NoticeTooShort):
        ledger.record(ownership_limit_waived(effective_on="2026-04-30", notified_on=date(2026, 3, 1)))
    ledger.record(ownership_limit_waived(effective_on="2026-05-01", notified_on=date(2026, 3, 1)))


def test_a_part_that_limits_nothing_is_not_understood() -> None:
    with pytest.raises(NotUnderstood):
        ownership_limit_changed(at_most="1")
    with pytest.raises(NotUnderstood):
        ownership_limit_agreed(limit=OwnershipLimit(at_most=Ratio("0.2"), notice_days=Count(61), ceiling=Ratio(0)))


def test_a_cap_says_what_counts_against_it() -> None:
    with pytest.raises(NotUnderstood):
        issuance_cap_agreed(classes=())
    issuance_cap_agreed(classes=(StockClassId("series-a"),))


# --- groups and nominees ----------------------------------------------------------------------------------------


def test_a_group_has_two_members_each_named_once() -> None:
    for members in ((), (HolderId("ada"),), (HolderId("ada"), HolderId("ada"))):
        with pytest.raises(NotUnderstood):
            group_formed(members=members)


def test_members_of_a_group_and_nominees_are_holders(ledger: Ledger) -> None:
    for event in (
        group_formed(members=(HolderId("ada"), HolderId("zoe"))),
        nominee_declared(holds_for="zoe"),
        group_dissolved(),
    ):
        with pytest.raises(UnknownName):
            ledger.record(event)


def test_nobody_is_their_own_nominee() -> None:
    with pytest.raises(NotUnderstood) as refused:
        nominee_declared(holds_for="bob")
    assert refused.value.code == "E_SELF"
    nominee_declared(holds_for=None)
