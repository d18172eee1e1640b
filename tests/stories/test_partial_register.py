"""An analyst takes over the holders that a proxy statement discloses, and follows them from there."""

from fractions import Fraction

import pytest

from ledger import HolderId, Ledger, RuleBroken, Scope, Shares
from ledger.events import OpeningPosition
from projections import Bounds, cap_table, explain, of_class, of_holder, rollforward
from tests.builders import (
    common_issued,
    company,
    entry_restated,
    opening_balance_adopted,
    register_scope_declared,
    shares_transferred,
)


def adopted(**changes: object) -> Ledger:
    """Given a proxy statement of 31 March: ada holds 600,000, bob 400,000, of 8,000,000 outstanding."""
    ledger = company()
    ledger.record(
        opening_balance_adopted(
            positions=(
                OpeningPosition(holder=HolderId("ada"), shares=Shares(600_000)),
                OpeningPosition(holder=HolderId("bob"), shares=Shares(400_000)),
            ),
            scope=Scope.PARTIAL,
            stated_outstanding=8_000_000,
            effective_on="2026-03-31",
            **changes,
        )
    )
    return ledger


def test_an_adopted_balance_of_a_partial_register_is_followed_without_claiming_the_whole() -> None:
    # Given the adopted balance,
    ledger = adopted()

    # then percentages are of the stated count, and the rest is with holders that are not recorded.
    table = cap_table(ledger, as_of="2026-03-31")
    assert [line.percent.exact for line in table] == [Fraction(3, 40), Fraction(1, 20)]
    assert table.stock_class("common").not_recorded.exact == Shares(7_000_000)
    assert table.stock_class("common").outstanding == Bounds(Shares(1_000_000), None)
    assert table.stock_class("common").denominator == "common outstanding as stated on 2026-03-31"

    # Before the day of the balance nothing is claimed.
    assert cap_table(ledger, as_of="2026-03-30").holdings == ()

    # When an older purchase turns up, it is refused: the balance stands for everything before it,
    with pytest.raises(RuleBroken):
        ledger.record(common_issued(holder="bob", issued=10_000, effective_on="2026-03-15"))

    # and only restating the balance brings it in.
    balance = ledger.entries()[6].number
    ledger.record(
        entry_restated(
            balance,
            restated_as=opening_balance_adopted(
                positions=(
                    OpeningPosition(holder=HolderId("ada"), shares=Shares(600_000)),
                    OpeningPosition(holder=HolderId("bob"), shares=Shares(410_000)),
                ),
                scope=Scope.PARTIAL,
                stated_outstanding=8_000_000,
                effective_on="2026-03-31",
            ),
        )
    )
    assert cap_table(ledger, as_of="2026-03-31").shares("bob", "common").exact == Shares(410_000)
    assert cap_table(ledger, as_of="2026-03-31", known_at=7).shares("bob", "common").exact == Shares(400_000)

    # When ada sells 100,000 to bob some time in April,
    ledger.record(shares_transferred(transferred=100_000, effective_on="2026-04-01/2026-04-30"))

    # then both are between two values until May, and the line of the others does not move.
    april = cap_table(ledger, as_of="2026-04-15")
    assert april.shares("ada", "common") == Bounds(Shares(500_000), Shares(600_000))
    assert april.holdings[0].percent == Bounds(Fraction(1, 16), Fraction(3, 40))
    assert april.stock_class("common").not_recorded.exact == Shares(6_990_000)
    assert explain(ledger, of_holder("ada", "common"), as_of="2026-05-01").arithmetic() == (
        "600,000 - 100,000 = 500,000"
    )

    # When the next report states 9,000,000 outstanding,
    ledger.record(
        register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=9_000_000, effective_on="2026-06-30")
    )

    # then a million shares more went to others, and the old day keeps its old count.
    june = cap_table(ledger, as_of="2026-06-30")
    assert june.stock_class("common").not_recorded.exact == Shares(7_990_000)
    assert june.holdings[0].percent.exact == Fraction(500, 9_000)
    assert april == cap_table(ledger, as_of="2026-04-15", known_at=april.known)


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("as_of", ["2026-01-01", "2026-03-30"])
def test_before_the_first_statement_of_its_scope_a_register_claims_nothing(scope: Scope, as_of: str) -> None:
    """Given a balance of 31 March, whatever it holds, the days before it are not known to be empty."""
    ledger = company()
    ledger.record(opening_balance_adopted(scope=scope, effective_on="2026-03-31"))
    line = cap_table(ledger, as_of=as_of).stock_class("common")

    assert not line.is_complete
    assert line.scope.values == ()
    assert (line.outstanding, line.issued) == (Bounds(Shares(0), None), Bounds(Shares(0), None))
    assert line.available.low is None
    assert line.not_recorded == Bounds(Shares(0), None)
    assert "says only from a later day" in line.denominator
    assert not explain(ledger, of_class("common", "outstanding"), as_of=as_of).is_complete


def test_a_first_statement_whose_day_is_open_claims_nothing_until_its_last_day() -> None:
    ledger = company()
    ledger.record(common_issued(issued=100, effective_on="2026-02-01"))
    known = ledger.position()
    ledger.record(register_scope_declared(scope=Scope.COMPLETE, effective_on="2026-03-01/2026-03-10"))

    def complete(as_of: str, known_at: int | None = None) -> bool:
        return cap_table(ledger, as_of=as_of, known_at=known_at).stock_class("common").is_complete

    assert [complete(day) for day in ("2026-02-28", "2026-03-01", "2026-03-09", "2026-03-10")] == [
        False,
        False,
        False,
        True,
    ]
    assert complete("2026-03-09", known_at=known), "a class that never states a scope is complete"


def test_a_roll_forward_from_before_the_first_statement_is_not_complete() -> None:
    ledger = company()
    ledger.record(opening_balance_adopted(scope=Scope.COMPLETE, effective_on="2026-03-31"))
    outstanding = of_class("common", "outstanding")

    assert not rollforward(ledger, outstanding, after="2026-03-30", through="2026-04-01").is_complete
    assert rollforward(ledger, outstanding, after="2026-03-31", through="2026-04-01").is_complete
