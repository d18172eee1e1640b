"""A reverse split with fractions, and an issue from before it that turns out to have been recorded wrongly."""

from ledger import Authorized, ConversionRight, FractionPolicy, Ledger, Money, Phase, Price, Shares, StockClassId
from ledger.events import ResultingTerms, StockSplitEffected
from projections import cap_table, of_class, rollforward
from tests.builders import (
    common_issued,
    company,
    entry_restated,
    fractions_settled,
    preferred_issued,
    shares_transferred,
    stock_split_effected,
)


def one_for_a_thousand() -> StockSplitEffected:
    """Return the split of the close of 20 July: fractions are rounded up per holder, 8 USD become 8,000."""
    return stock_split_effected(
        ratio="1/1000",
        fractions=FractionPolicy.UP,
        phase=Phase.CLOSE,
        effective_on="2026-07-20",
        resulting=(
            ResultingTerms(stock_class=StockClassId("common"), authorized=Authorized(10_000_000)),
            ResultingTerms(
                stock_class=StockClassId("series-a"),
                conversion=ConversionRight(into=StockClassId("common"), price=Price(8_000, "USD")),
            ),
        ),
    )


def held(ledger: Ledger, day: str, known_at: int | None = None) -> list[str]:
    """Return the common of ada and bob."""
    table = cap_table(ledger, as_of=day, known_at=known_at)
    return [str(table.shares(holder, "common")) for holder in ("ada", "bob")]


def test_a_reverse_split_with_fractions_and_a_restated_issue_from_before_it() -> None:
    # Given 2,000,500 and 700,100 common shares, and 8,000 Series A,
    ledger = company()
    issued = ledger.record(common_issued(issued=2_000_500, effective_on="2026-02-02")).entries[0].number
    ledger.record(common_issued(holder="bob", issued=700_100, effective_on="2026-02-02"))
    ledger.record(preferred_issued(issued=8_000, effective_on="2026-02-02"))

    # when ada sells 400 on the day of the split, and the split takes effect at its close,
    ledger.record(shares_transferred(transferred=400, effective_on="2026-07-20"))
    ledger.record(one_for_a_thousand())

    # then the sale was in old units, and 2,000.1 and 700.5 are rounded up holder by holder.
    assert held(ledger, "2026-07-19") == ["2,000,500", "700,100"]
    assert held(ledger, "2026-07-20") == ["2,001", "701"]
    split_known = len(ledger.entries())

    # The preferred was not split: it stands for 8,000 × 10 / 8,000 = 10 common instead of 10,000.
    before, after = (cap_table(ledger, as_of=day).stock_class("series-a") for day in ("2026-07-19", "2026-07-20"))
    assert [str(line.as_converted) for line in (before, after)] == ["10,000", "10"]

    # When the transfer agent settles bob's fraction in cash instead,
    ledger.record(
        fractions_settled(
            holder="bob", taken=1, cash=Money("0.50", "USD"), effective_on="2026-08-03", note="Agent's list."
        )
    )

    # then what was really settled wins over the policy from that day on.
    assert held(ledger, "2026-08-02") == ["2,001", "701"]
    assert held(ledger, "2026-08-03") == ["2,001", "700"]

    # When the first issue turns out to have been 2,000,400 shares,
    ledger.record(entry_restated(issued, restated_as=common_issued(issued=2_000_400, effective_on="2026-02-02")))

    # then ada's fraction is gone: exactly 2,000 after the split, and 2,001 as it was known before,
    assert held(ledger, "2026-08-03") == ["2,000", "700"]
    assert held(ledger, "2026-08-03", known_at=split_known) == ["2,001", "701"]

    # and the roll-forward of July shows the split and its rounding apart: 2,700,500 → 2,700.5 → 2,701.
    july = rollforward(ledger, of_class("common", "outstanding"), after="2026-06-30", through="2026-07-31")
    assert july.opening.exact == Shares(2_700_500)
    assert {line.kind: line.change.exact for line in july.lines} == {
        "split": Shares("-2697799.5"),
        "rounding": Shares("0.5"),
    }
    assert july.closing.exact == Shares(2_701)

    # The holdings of June in the units of August are exact fractions, not rounded.
    june = cap_table(ledger, as_of="2026-06-30", basis="2026-08-31")
    assert str(june.shares("ada", "common")) == "2,000.4"
