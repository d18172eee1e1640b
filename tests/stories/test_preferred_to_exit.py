"""A series that is issued at once and paid by instalments, with penalty shares and fractions, up to its exit.

The figures of the issue are those of Ascent Solar's Series F (700 shares at $10,000, $500,000 paid at once) and of
its Series C (30 shares for nothing, because a registration was late); the rest is invented.
"""

from datetime import date

import pytest

from ledger import Ledger, Money, Price, Ratio, Shares, StockClassId
from ledger.commands import ConvertClass, ConvertShares, RedeemedBy, RedeemShares
from ledger.days import EffectiveDay
from ledger.errors import TermsIncomplete
from ledger.events import Consideration, ConsiderationForm
from ledger.identity import Count, HolderId
from ledger.quantities import FractionPolicy
from ledger.terms.conversion import ConversionRight
from ledger.terms.liquidation import LiquidationPreference
from ledger.terms.preferred import MandatoryConversion, RedemptionRight, RedemptionTerms
from ledger.terms.waterfall import Standing
from projections import cap_table, commitments, waterfall
from tests import builders as a

SERIES_F, COMMON, FUND = StockClassId("series-f"), StockClassId("common"), HolderId("fund")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def issued() -> Ledger:
    """Given 700 shares at 10,000, issued at once, of which a fourteenth is paid and the rest is due by the week."""
    ledger = a.company()
    ledger.record(
        a.series_a(
            stock_class="series-f",
            title="Series F",
            authorized=10_000,
            decimals=Count(4),
            stated_value="10000 USD",
            seniority=Count(1),
            conversion=ConversionRight(into=COMMON, price=Price("12.5", "USD")),
        ),
        a.class_rights_stated(
            stock_class="series-f",
            liquidation=LiquidationPreference(),
            redemption=RedemptionTerms(by_company=RedemptionRight(multiple=Ratio("1.2"), part=Ratio("1/2"))),
            mandatory_conversion=MandatoryConversion(vote=Ratio("1/2"), vote_is_exceeded=True),
        ),
        a.common_issued(issued=400_000),
    )
    ledger.record(
        a.agreement_signed(
            agreement="f",
            commitment="7000000 USD",
            buys="series-f",
            price="10000 USD",
            tranches=(
                a.tranche("at-issue", due_on="2026-02-03", amount="500000 USD"),
                a.tranche("weekly", due_on="2026-05-12", amount="6500000 USD"),
            ),
            remedy=None,
        ),
        a.tranche_closed(agreement="f", tranche="at-issue", closed="500000 USD"),
        a.preferred_issued(stock_class="series-f", issued=700, security="F-1", agreement="f", tranche="at-issue"),
    )
    return ledger


def test_shares_that_are_issued_at_once_are_paid_as_the_agreement_says() -> None:
    ledger = issued()

    def standing(on: str) -> tuple[str, str, str]:
        (balance,) = commitments(ledger, as_of=on)
        outstanding = cap_table(ledger, as_of=on).stock_class("series-f").outstanding
        return str(outstanding), str(balance.closed), str(balance.undrawn)

    assert standing("2026-02-10") == ("700", "500,000 USD", "6,500,000 USD")
    ledger.record(a.tranche_closed(agreement="f", tranche="weekly", closed="500000 USD", effective_on="2026-02-11"))
    assert standing("2026-02-11") == ("700", "1,000,000 USD", "6,000,000 USD")


def with_penalty() -> Ledger:
    """When the registration is late, and 30 more shares are given for nothing."""
    ledger = issued()
    ledger.record(
        a.preferred_issued(
            stock_class="series-f",
            issued=30,
            security="F-2",
            consideration=Consideration(form=ConsiderationForm.NONE, description="The registration was late."),
            effective_on="2026-03-02",
        )
    )
    return ledger


def test_penalty_shares_cost_nothing_and_rank_as_the_others_do() -> None:
    """730 × 10,000 come first; they convert into 730 × 800 = 584,000 common, once 984,000 share 12.30 M at 12.5."""
    ledger = with_penalty()

    (balance,) = commitments(ledger, as_of="2026-03-02")
    assert str(balance.undertaken) == "7,000,000 USD"
    below, above = (waterfall(ledger, usd(value), as_of="2026-03-02") for value in (12_300_000, 12_300_001))
    assert below["series-f"].preference == 7_300_000
    assert [answer["series-f"].standing for answer in (below, above)] == [Standing.PREFERENCE, Standing.CONVERTED]


def test_a_fraction_of_a_share_converts_into_whole_ones() -> None:
    ledger = with_penalty()

    ledger.record(
        *ConvertShares(
            holder=FUND,
            from_class=SERIES_F,
            surrendered=Shares("0.5025"),
            security="F-1",  # type: ignore[arg-type]
            on=EffectiveDay(date(2026, 3, 3)),
        ).events(ledger)
    )

    table = cap_table(ledger, as_of="2026-03-03")
    assert str(table.shares("fund", "common")) == "402"
    assert str(table.shares("fund", "series-f")) == "729.4975"


def test_the_company_redeems_at_most_half_at_a_time_at_what_the_papers_pay() -> None:
    ledger = with_penalty()

    def redeem(shares: int) -> None:
        command = RedeemShares(
            holder=FUND,
            stock_class=SERIES_F,
            redeemed=Shares(shares),
            by=RedeemedBy.COMPANY,
            security="F-1",  # type: ignore[arg-type]
            on=EffectiveDay(date(2026, 4, 1)),
        )
        ledger.record(*command.events(ledger))

    redeem(365)
    with pytest.raises(TermsIncomplete, match=r"182\.5 of 365 shares"):
        redeem(183)

    assert str(ledger.entries()[-1].event.paid) == "4380000 USD"  # type: ignore[attr-defined]


def test_a_majority_converts_all_of_it_and_the_preference_is_gone() -> None:
    """584,000 of 984,000 common: 10 million bring the fund 5,934,959.35."""
    ledger = with_penalty()
    vote = ConvertClass(
        from_class=SERIES_F,
        voted=Shares(366),
        rounding=FractionPolicy.DOWN,
        authority="Written consent of 4 May 2026",
        on=EffectiveDay(date(2026, 5, 4)),
    )

    ledger.record(*vote.events(ledger))

    answer = waterfall(ledger, usd(10_000_000), as_of="2026-05-04")
    assert [line.paper for line in answer] == ["common"]
    assert str(answer.of_holder("fund")) == "5934959.35 USD"
