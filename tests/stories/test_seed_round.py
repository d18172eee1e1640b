"""A seed round in two closings, and a founder's grant that was found in a drawer afterwards."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from ledger import AgreementId, Ledger, Money, Price, RuleBroken, Shares, StockClassId, TrancheId
from projections import audit_trail, cap_table, commitments, of_class, rollforward
from tests.builders import (
    agreement_signed,
    common,
    common_issued,
    entry_voided,
    holder_registered,
    issuer_registered,
    preferred_issued,
    series_a,
    ticking,
    tranche,
    tranche_closed,
)


def founded() -> Ledger:
    """Given a company whose two founders hold 4,500,000 and 1,500,000 of 10,000,000 common shares."""
    ledger = Ledger.in_memory(clock=ticking(start=datetime(2026, 1, 5, 17, tzinfo=UTC)))
    ledger.record(
        issuer_registered(),
        common(),
        series_a(),
        *(holder_registered(holder=holder) for holder in ("ada", "bob", "fund")),
        common_issued(holder="ada", issued=4_500_000, effective_on="2026-01-02"),
        common_issued(holder="bob", issued=1_500_000, effective_on="2026-01-02"),
        actor="counsel",
    )
    return ledger


def round_signed(ledger: Ledger) -> None:
    """When the fund promises 5,000,000 USD for 500,000 Series A: 2,000,000 in February, the rest in April."""
    ledger.record(
        agreement_signed(
            commitment=Money(5_000_000, "USD"),
            price=Price(10, "USD"),
            buys=StockClassId("series-a"),
            tranches=(
                tranche("first", due_on="2026-02-27", amount=Money(2_000_000, "USD"), shares=200_000),
                tranche("second", due_on="2026-04-30", amount=Money(3_000_000, "USD"), shares=300_000),
            ),
            remedy=None,
            effective_on="2026-02-02",
        )
    )


def closing(ledger: Ledger, name: str, shares: int, day: str) -> None:
    """When a tranche closes: money is paid in, and the shares it buys are issued, in one command."""
    ledger.record(
        tranche_closed(tranche=TrancheId(name), closed=Money(10 * shares, "USD"), effective_on=day),
        preferred_issued(
            issued=shares,
            agreement=AgreementId("spa"),
            tranche=TrancheId(name),
            security=f"PA-{name}",
            effective_on=day,
        ),
    )


def test_a_round_in_two_closings_and_a_grant_recorded_late() -> None:
    ledger = founded()

    # When the round is signed and closes twice,
    round_signed(ledger)
    closing(ledger, "first", 200_000, "2026-02-27")
    closing(ledger, "second", 300_000, "2026-04-29")

    # then the commitment is drawn down step by step,
    drawn = {
        day: commitments(ledger, as_of=day)["spa"].undrawn.exact
        for day in ("2026-02-26", "2026-02-27", "2026-04-28", "2026-04-29")
    }
    assert list(drawn.values()) == [
        Money(5_000_000, "USD"),
        Money(3_000_000, "USD"),
        Money(3_000_000, "USD"),
        Money(0, "USD"),
    ]

    # and the fund stands for 500,000 × 10 / 8 = 625,000 of 6,625,000 shares as converted.
    table = cap_table(ledger, as_of="2026-04-30")
    assert table.percent_as_converted("fund").exact == Fraction(625_000, 6_625_000)
    reported = table.known

    # When a grant of 60,000 shares from January turns up in June,
    ledger.record(
        common_issued(holder="bob", issued=60_000, effective_on="2026-01-20", note="Found in a drawer."),
        actor="paralegal",
    )

    # then the first quarter has changed, and what was reported then is still there as it was reported;
    opened = cap_table(ledger, as_of="2026-03-31").shares("bob", "common").exact
    assert opened == Shares(1_560_000)
    assert cap_table(ledger, as_of="2026-04-30", known_at=reported) == table

    # the roll-forward of January shows it with its entry, and the trail shows who entered it late;
    january = rollforward(ledger, of_class("common", "outstanding"), after="2026-01-02", through="2026-01-31")
    assert [(line.kind, line.change.exact) for line in january.lines] == [("issued", Shares(60_000))]
    assert january.lines[0].entries == (len(ledger.entries()),)
    assert [line.entry.actor for line in audit_trail(ledger, recorded_from="2026-01-05", actor="paralegal")] == [
        "paralegal"
    ]

    # and if the drawer was wrong, a void takes it out without a trace in the numbers.
    ledger.record(entry_voided(len(ledger.entries())))
    assert cap_table(ledger, as_of="2026-04-30").holdings == table.holdings


def test_a_third_closing_has_nothing_left_to_draw_on() -> None:
    # Given both closings,
    ledger = founded()
    round_signed(ledger)
    closing(ledger, "first", 200_000, "2026-02-27")
    closing(ledger, "second", 300_000, "2026-04-29")
    before = len(ledger.entries())

    # when one more share is to be bought,
    with pytest.raises(RuleBroken):
        ledger.record(
            tranche_closed(tranche=TrancheId("second"), closed=Money(10, "USD"), effective_on="2026-05-04"),
            preferred_issued(issued=1, agreement=AgreementId("spa"), security="PA-more", effective_on="2026-05-04"),
        )

    # then nothing of the command is kept.
    assert len(ledger.entries()) == before
    assert cap_table(ledger, as_of="2026-05-04").shares("fund", "series-a").exact == Shares(500_000)
