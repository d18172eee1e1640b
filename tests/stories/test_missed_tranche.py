"""An investor misses a tranche, and the company uses its right to redeem half of what is outstanding."""

from ledger import AgreementId, Ledger, Money, SecurityId, Shares, TrancheId
from ledger.events import LapsedPart
from projections import cap_table, commitments, explain, of_agreement, of_class, rollforward
from tests.builders import (
    agreement_signed,
    agreement_terminated,
    common_issued,
    company,
    preferred_issued,
    remedy_exercised,
    shares_converted,
    tranche_closed,
)


def promised() -> Ledger:
    """Given a promise of 1,000,000 USD: 400,000 due on 31 March and on 30 June, and 200,000 without a day."""
    ledger = company()
    ledger.record(common_issued(issued=100_000, effective_on="2026-01-02"))
    ledger.record(agreement_signed())
    return ledger


def test_a_missed_tranche_is_overdue_until_the_remedy_and_the_end_of_the_agreement() -> None:
    # Given a first tranche that closed in time for 40,000 Series A, of which 10,000 were converted at 1.25,
    ledger = promised()
    ledger.record(
        tranche_closed(closed="400000 USD", effective_on="2026-03-30"),
        preferred_issued(
            issued=40_000,
            agreement=AgreementId("spa"),
            tranche=TrancheId("t1"),
            security=SecurityId("PA-1"),
            effective_on="2026-03-30",
        ),
    )
    ledger.record(
        shares_converted(
            surrendered=10_000, received=12_500, security="PA-1", received_as="CS-1", effective_on="2026-05-04"
        )
    )

    # when the second tranche is missed,
    # then the default moves no money: it is overdue from its last day on, and stays undrawn,
    evening, morning = (commitments(ledger, as_of=day)["spa"] for day in ("2026-06-29", "2026-06-30"))
    assert (evening.overdue.exact, morning.overdue.exact) == (Money(0, "USD"), Money(400_000, "USD"))
    assert evening.undrawn.exact == morning.undrawn.exact == Money(600_000, "USD")

    # and the company may redeem half of the 30,000 that are left.
    assert morning.shares.outstanding.exact == Shares(30_000)
    assert morning.remedy_yields is not None
    assert morning.remedy_yields.exact == Shares(15_000)

    # When it does, and the agreement ends with what was undrawn,
    ledger.record(
        remedy_exercised(tranche="t2", redeemed=15_000, security="PA-1", effective_on="2026-07-10"),
        agreement_terminated(
            lapsed=(
                LapsedPart(tranche=TrancheId("t2"), lapsed=Money(400_000, "USD")),
                LapsedPart(lapsed=Money(200_000, "USD")),
            ),
            effective_on="2026-07-10",
        ),
    )

    # then 15,000 Series A are left, nothing is undrawn or overdue, and each figure can be followed.
    over = commitments(ledger, as_of="2026-07-10")["spa"]
    assert over.is_terminated
    assert (over.undrawn.exact, over.overdue.exact) == (Money(0, "USD"), Money(0, "USD"))
    assert over.lapsed.exact == Money(600_000, "USD")
    assert cap_table(ledger, as_of="2026-07-10").shares("fund", "series-a").exact == Shares(15_000)

    year = rollforward(ledger, of_class("series-a", "outstanding"), after="2026-01-01", through="2026-12-31")
    assert {line.kind: line.change.exact for line in year.lines} == {
        "issued": Shares(40_000),
        "converted": Shares(-10_000),
        "redeemed": Shares(-15_000),
    }
    assert explain(ledger, of_agreement("spa", "undrawn"), as_of="2026-12-31").arithmetic() == (
        "1,000,000 USD - 400,000 USD - 600,000 USD = 0 USD"
    )
