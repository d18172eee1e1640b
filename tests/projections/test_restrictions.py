"""Restrictions on a day: which are in force, which may be, which ended, and what each says."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.errors import UnknownName
from ledger.events import Event, RestrictionKind, TransferCause
from ledger.quantities import Ratio, Shares
from ledger.terms.limits import IssuanceCap
from projections import Restrictions, Standing, restrictions
from tests.builders import (
    company,
    holder_merged,
    issuance_cap_agreed,
    issuance_cap_lifted,
    lien_granted,
    lien_released,
    ownership_limit_agreed,
    ownership_limit_changed,
    ownership_limit_waived,
    restriction_lifted,
    restriction_placed,
)

DAY = "2026-03-01"


def of(*events: Event, as_of: str = DAY) -> Restrictions:
    ledger = company()
    ledger.record(*events)
    return restrictions(ledger, as_of=as_of)


def standing(*events: Event, as_of: str = DAY) -> Standing:
    (line,) = of(*events, as_of=as_of)
    return line.standing


@pytest.mark.parametrize(
    ("day", "is_in_force"), [("2026-03-09", True), ("2026-03-10", True), ("2026-03-11", False)]
)
def test_a_restriction_is_in_force_through_its_last_day(day: str, is_in_force: bool) -> None:
    found = standing(restriction_placed(until=date(2026, 3, 10)), as_of=day)

    assert found is (Standing.IN_FORCE if is_in_force else Standing.ENDED)


def test_what_was_lifted_waived_or_released_has_ended() -> None:
    pairs = (
        (restriction_placed(), restriction_lifted(effective_on=DAY)),
        (issuance_cap_agreed(), issuance_cap_lifted(effective_on=DAY)),
        (
            ownership_limit_agreed(effective_on="2026-01-01"),
            ownership_limit_waived(effective_on="2026-03-03", notified_on=date(2026, 1, 1)),
        ),
        (lien_granted(secures=()), lien_released(effective_on=DAY)),
    )

    for begins, ends in pairs:
        last = str(ends.effective_on)
        assert standing(begins, ends, as_of="2026-02-28") is Standing.IN_FORCE
        assert standing(begins, ends, as_of=last) is Standing.ENDED


def test_on_open_days_a_restriction_may_be_in_force() -> None:
    begins = restriction_placed(effective_on="2026-02-20/2026-03-10")
    ends = restriction_lifted(effective_on="2026-02-20/2026-03-10")

    assert standing(begins) is Standing.MAY_BE
    assert standing(restriction_placed(), ends) is Standing.MAY_BE
    assert standing(restriction_placed(), ends, as_of="2026-03-10") is Standing.ENDED


def test_those_in_force_are_told_apart_from_those_that_ended() -> None:
    answer = of(
        restriction_placed(),
        restriction_placed(restriction="old", restriction_kind=RestrictionKind.STOP),
        restriction_lifted(restriction="old"),
    )

    assert [line.restriction for line in answer] == ["lock-up", "old"]
    assert [line.restriction for line in answer.in_force] == ["lock-up"]


def test_each_says_its_terms_in_words() -> None:
    answer = of(
        restriction_placed(
            text="180 days", in_favour_of="fund", permitted=(TransferCause.GIFT, TransferCause.SUCCESSION)
        ),
        ownership_limit_agreed(effective_on="2026-01-01"),
        ownership_limit_changed(effective_on="2026-03-03", notified_on=date(2026, 1, 1)),
        issuance_cap_agreed(cap=IssuanceCap(shares=Shares(1_999), part=Ratio("0.1999"))),
        lien_granted(secures=(), collateral="All equipment"),
        as_of="2026-03-03",
    )

    assert [(line.what, line.terms) for line in answer] == [
        ("ownership limit", "9.99 %; 61 days' notice; at most 9.99 %"),
        ("lock-up", "180 days; in favour of fund; permits gift, succession"),
        ("issuance cap", "1,999 shares, 19.99 %; counts series-a"),
        ("lien", "All equipment"),
    ]


def test_a_merged_holder_is_told_as_the_other() -> None:
    line = of(restriction_placed(), holder_merged(holder="ada", into="bob"))["lock-up"]

    assert (line.holder, line.name) == ("bob", "Bob Quill")


def test_a_restriction_that_there_is_not_is_refused_with_the_nearest() -> None:
    answer = of(restriction_placed())
    with pytest.raises(UnknownName) as refused:
        _ = answer["lokup"]
    assert refused.value.nearest == "lock-up"


def test_without_restrictions_there_are_none() -> None:
    assert len(restrictions(company(), as_of=DAY)) == 0
