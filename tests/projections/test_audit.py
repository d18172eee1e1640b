"""The audit trail: every entry, what became of it, who recorded it when, about which day, and what shows it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import EffectiveDay, Ledger, NotUnderstood
from ledger.events import Event, Evidence
from projections import AuditLine, audit_trail
from tests.builders import (
    common_issued,
    company,
    entry_restated,
    entry_voided,
    shares_cancelled,
    shares_transferred,
    ticking,
)
from tests.projections.histories import SOME, histories, recorded

LEDGER_PAGE = Evidence(document="Stock ledger", page="7", printed="1,000")
LETTER = Evidence(document="Letter of the transfer agent", sha256="ab" * 32)


def yearly() -> Ledger:
    """Return a ledger in which a day passes between commands; the first is recorded on 1 January 2026.

    7: ada 1,000 effective 2 January, shown by the stock ledger. 8: transfer effective 3 January. 9: cancelled
    between 1 and 9 February. 10: void of 8. 11: restatement of 7 as effective 5 February, shown by a letter.
    """
    ledger = company(clock=ticking(start=datetime(2026, 1, 1, 18, tzinfo=UTC), step=timedelta(days=1)))
    ledger.record(common_issued(evidence=(LEDGER_PAGE,), effective_on="2026-01-02"), actor="paralegal")
    ledger.record(shares_transferred(effective_on="2026-01-03"), actor="paralegal")
    ledger.record(shares_cancelled(effective_on="2026-02-01/2026-02-09"), actor="agent")
    ledger.record(entry_voided(8), actor="counsel")
    ledger.record(
        entry_restated(
            7, restated_as=common_issued(evidence=(LEDGER_PAGE,), effective_on="2026-01-31"), evidence=(LETTER,)
        ),
        actor="counsel",
    )
    return ledger


def numbers(lines: tuple[AuditLine, ...]) -> list[int]:
    return [int(line.entry.number) for line in lines]


def test_without_a_filter_every_entry_is_there_in_order_of_recording() -> None:
    assert numbers(audit_trail(yearly())) == list(range(1, 12))


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"actor": "paralegal"}, [7, 8]),
        ({"actor": "counsel"}, [1, 2, 3, 4, 5, 6, 10, 11]),
        ({"actor": "nobody"}, []),
        ({"kinds": {"common-issued"}}, [7]),
        ({"kinds": {"entry-voided", "entry-restated"}}, [10, 11]),
        ({"kinds": ()}, []),
        ({"recorded_from": "2026-01-05"}, [10, 11]),
        ({"recorded_from": "2026-01-06"}, [11]),
        ({"recorded_from": "2026-01-07"}, []),
        ({"recorded_through": "2025-12-31"}, []),
        ({"recorded_through": "2026-01-01"}, [1, 2, 3, 4, 5, 6]),
        ({"recorded_through": "2026-01-02"}, [1, 2, 3, 4, 5, 6, 7]),
        ({"recorded_from": "2026-01-03", "recorded_through": "2026-01-04"}, [8, 9]),
        ({"effective_from": "2026-02-09"}, [9]),
        ({"effective_from": "2026-02-10"}, []),
        ({"effective_from": "2026-01-03"}, [8, 9, 11]),
        ({"effective_through": "2026-01-01"}, [1, 2, 3, 4, 5, 6]),
        ({"effective_through": "2026-01-31"}, [1, 2, 3, 4, 5, 6, 7, 8, 11]),
        ({"effective_through": "2026-02-01", "effective_from": "2026-02-01"}, [9]),
        ({"late_for": "2025-12-31"}, []),
        ({"late_for": "2026-01-02"}, [11]),
        ({"late_for": "2026-01-03"}, [10, 11]),
        ({"known_at": 9}, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ({"known_at": 9, "actor": "counsel"}, [1, 2, 3, 4, 5, 6]),
        ({"without_evidence": True}, [1, 2, 3, 4, 5, 6, 8, 9, 10]),
        ({"without_evidence": True, "actor": "agent"}, [9]),
        ({"actor": "agent", "kinds": {"common-issued"}}, []),
        ({"actor": "agent", "effective_from": "2027-01-01"}, []),
    ],
)
def test_each_filter_lets_through_what_it_names(filters: dict[str, Any], found: list[int]) -> None:
    assert numbers(audit_trail(yearly(), **filters)) == found


def test_what_was_entered_after_the_period_closed_and_takes_effect_inside_it_is_late() -> None:
    """The period ends on 31 January; entries of February about January are late, those about February are not."""
    clock = ticking(start=datetime(2026, 1, 31, 18, tzinfo=UTC), step=timedelta(days=1))
    ledger = company(clock=clock)
    ledger.record(common_issued(effective_on="2026-01-30"))
    ledger.record(common_issued(effective_on="2026-02-01"))
    ledger.record(common_issued(effective_on="2026-01-31/2026-02-03"))
    ledger.record(entry_voided(7))
    ledger.record(entry_voided(8))
    ledger.record(entry_restated(9, restated_as=common_issued(effective_on="2026-02-03")))
    ledger.record(entry_voided(10))

    assert numbers(audit_trail(ledger, late_for="2026-01-31")) == [7, 9, 10, 12, 13]


def test_a_day_of_recording_is_a_day_of_the_issuers_zone() -> None:
    """06:30 UTC on 2 January is 23:30 on 1 January in Denver."""
    ledger = company(clock=ticking(start=datetime(2026, 1, 2, 6, 30, tzinfo=UTC)))

    assert len(audit_trail(ledger, recorded_through="2026-01-01")) == 6
    assert len(audit_trail(ledger, recorded_from="2026-01-02")) == 0


def test_an_entry_names_what_took_it_out_of_history() -> None:
    ledger = yearly()
    taken = {int(line.entry.number): line.taken_out_by for line in audit_trail(ledger) if not line.stands}
    as_known = {int(line.entry.number): line.taken_out_by for line in audit_trail(ledger, known_at=10)}

    assert taken == {7: 11, 8: 10}
    assert (as_known[7], as_known[8]) == (None, 10)


def test_a_void_that_was_voided_takes_nothing_out_any_more() -> None:
    ledger = company()
    ledger.record(common_issued())
    ledger.record(entry_voided(7))
    ledger.record(entry_voided(8))

    assert [line.taken_out_by for line in audit_trail(ledger)[6:]] == [None, 9, None]


def test_a_restatement_shows_the_evidence_of_its_own_and_of_the_restated_fact() -> None:
    restated, void = audit_trail(yearly(), recorded_from="2026-01-05")[::-1]

    assert restated.evidence == (LETTER, LEDGER_PAGE)
    assert restated.effective_on == EffectiveDay("2026-01-31")
    assert (void.evidence, void.effective_on) == ((), None)


def test_a_day_that_is_none_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="late_for"):
        audit_trail(yearly(), late_for="31.12.2025")


@SOME
@given(histories(longest=2), st.integers(6, 25))
def test_the_trail_and_the_record_agree_on_what_stands(events: list[Event], known: int) -> None:
    ledger = recorded(events)
    known = min(max(known, 13), len(ledger.entries()))
    lines = audit_trail(ledger, known_at=known)

    assert [line.entry for line in lines] == list(ledger.entries()[:known])
    standing = {each.entry.number for each in ledger.standing(known)}
    assert standing <= {line.entry.number for line in lines if line.stands}
    assert all(line.taken_out_by > line.entry.number for line in lines if line.taken_out_by is not None)
