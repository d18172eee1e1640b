from datetime import date

from ledger import Ledger, Shares
from projections import Severity, cap_table, findings
from registrar.founding_case import record_founding_case
from tests.builders import (
    common_issued,
    company,
    preferred_issued,
    reserve_released,
    shares_converted,
    shares_reserved,
    shares_transferred,
)


def company_with(*events: object) -> Ledger:
    ledger = company()
    ledger.record(*events, as_stated=True)  # type: ignore[arg-type]  # builders give events
    return ledger


def test_a_record_that_fits_has_no_findings() -> None:
    ledger = company_with(common_issued(holder="ada", issued=100), shares_transferred(transferred=100))

    assert findings(ledger) == ()


def test_a_register_taken_over_with_a_hole_is_found_with_its_first_day_entry_and_amount() -> None:
    ledger = company_with(
        common_issued(holder="ada", issued=100, effective_on="2026-02-01"),
        shares_transferred(transferred=130, effective_on="2026-03-01"),
        shares_transferred(transferred=20, effective_on="2026-04-01"),
    )

    (finding,) = findings(ledger)

    assert (finding.severity, finding.code, finding.on) == (Severity.BROKEN, "E_BALANCE", date(2026, 3, 1))
    assert finding.amount == Shares(30)
    assert finding.entry == ledger.entries()[-2].number
    assert cap_table(ledger, as_of="2026-03-01").shares("ada", "common").exact == Shares(-30)


def test_what_only_some_readings_break_is_told_apart() -> None:
    """Issued between 1 and 10 March, sold between 5 and 15 March: short only if it was sold first."""
    ledger = company_with(
        common_issued(holder="ada", issued=100, effective_on="2026-03-01/2026-03-10"),
        shares_transferred(transferred=100, effective_on="2026-03-05/2026-03-15"),
    )

    (finding,) = findings(ledger)

    assert (finding.severity, finding.code, finding.on) == (Severity.OPEN, "E_BALANCE", date(2026, 3, 5))
    assert finding.amount == Shares(100)


def test_an_authorized_number_that_some_reading_exceeds_is_found() -> None:
    """10,000,000 are authorized: what is released may still be reserved on the day of the next issue."""
    ledger = company_with(
        shares_reserved(reserve="plan", reserved=6_000_000, effective_on="2026-03-01"),
        common_issued(holder="ada", issued=4_000_000, effective_on="2026-03-01"),
        reserve_released(reserve="plan", released=1, effective_on="2026-03-05/2026-03-10"),
        common_issued(holder="bob", issued=1, effective_on="2026-03-07"),
    )

    (finding,) = findings(ledger)

    assert (finding.severity, finding.code, finding.on) == (Severity.OPEN, "E_AUTHORISED", date(2026, 3, 7))
    assert finding.amount == Shares(1)


def test_a_conversion_at_another_price_than_the_terms_is_a_finding_and_no_refusal() -> None:
    """Series A converts 10 / 8 = 1.25 for one: 400 yield 500, and 501 are one too many."""
    ledger = company_with(preferred_issued(holder="fund", issued=1_000, security=None, agreement=None))
    ledger.record(shares_converted(holder="fund", surrendered=400, received=501))

    (finding,) = findings(ledger)

    assert (finding.severity, finding.code) == (Severity.OFF_TERMS, "E_OFF_TERMS")
    assert finding.amount == Shares(1)


def test_the_founding_case_has_only_open_findings_and_they_name_the_lots() -> None:
    ledger = Ledger.in_memory()
    record_founding_case(ledger)

    found = findings(ledger)

    assert [(finding.severity, finding.amount) for finding in found] == [
        (Severity.OPEN, Shares(1_000)),
        (Severity.OPEN, Shares(1_400)),
    ]
    assert "K-2" in found[0].what
