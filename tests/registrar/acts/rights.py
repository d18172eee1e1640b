"""Acts on the rights of a class: what was recorded before, what is typed, and the events that it states."""

from __future__ import annotations

from datetime import date
from typing import Final

from ledger.events import ClassRight, Event
from ledger.identity import Count
from ledger.quantities import Money, Price, Ratio
from ledger.terms.dividends import DividendTerms, PaidIn
from ledger.terms.interest import Compounding, DayCount
from ledger.terms.liquidation import LiquidationPreference, Participation
from ledger.terms.preferred import MandatoryConversion, RedemptionRight, RedemptionTerms
from tests import builders as a
from tests.registrar.acts.company import LATER

BY_VOTE: Final = a.class_rights_stated(
    mandatory_conversion=MandatoryConversion(
        vote=Ratio("1/2"), offering_price=Price(12, "USD"), offering_proceeds=Money(50_000_000, "USD")
    )
)
CALLABLE: Final = a.class_rights_stated(
    redemption=RedemptionTerms(
        by_company=RedemptionRight(price=Price("0.01", "USD"), part=Ratio("1/2")),
        by_holder=RedemptionRight(multiple=Ratio("1.2"), with_accrued_dividends=True),
    )
)


def stated(**rights: object) -> list[Event]:
    return [a.class_rights_stated(effective_on=LATER, **rights)]


RIGHTS: list[tuple[list[Event], list[str], list[Event]]] = [
    ([], ["prefer", "series-a", "--multiple", "1"], stated(liquidation=LiquidationPreference())),
    (
        [],
        [
            *("prefer", "series-a", "--multiple", "1.5", "--base", "0.25 USD", "--participation", "capped"),
            *("--cap", "3", "--cap-on-top", "--with-accrued", "--authority", "Charter, B.2"),
        ],
        stated(
            liquidation=LiquidationPreference(
                multiple=Ratio("1.5"),
                base=Price("0.25", "USD"),
                participation=Participation.CAPPED,
                cap=Ratio(3),
                cap_includes_preference=False,
                with_accrued_dividends=True,
            ),
            authority="Charter, B.2",
        ),
    ),
    ([], ["prefer", "series-a", "--ended"], stated(ended=(ClassRight.LIQUIDATION,))),
    ([], ["entitle", "series-a", "--rate", "8%"], stated(dividends=DividendTerms(rate=Ratio("0.08")))),
    (
        [],
        [
            *("entitle", "series-a", "--rate", "0.07", "--base", "1 USD", "--day-count", "30/360"),
            *("--compounding", "quarterly", "--from", "2026-03-01", "--paid-in", "cash-or-kind"),
        ],
        stated(
            dividends=DividendTerms(
                rate=Ratio("0.07"),
                base=Price(1, "USD"),
                day_count=DayCount.THIRTY_360,
                compounding=Compounding.QUARTERLY,
                accrues_from=date(2026, 3, 1),
                paid_in=PaidIn.CASH_OR_KIND,
            )
        ),
    ),
    (
        [],
        ["entitle", "series-a", "--amount", "0.05 USD", "--not-cumulative"],
        stated(dividends=DividendTerms(amount=Price("0.05", "USD"), is_cumulative=False)),
    ),
    ([], ["entitle", "series-a", "--ended"], stated(ended=(ClassRight.DIVIDENDS,))),
    (
        [],
        [
            *("redeemable", "series-a", "--call", "0.01 USD", "--call-part", "1/2", "--call-notice", "20"),
            *("--put", "1.2", "--put-from", "2029-03-01", "--put-until", "2030-03-01", "--put-with-accrued"),
        ],
        stated(
            redemption=RedemptionTerms(
                by_company=RedemptionRight(price=Price("0.01", "USD"), part=Ratio("1/2"), notice_days=Count(20)),
                by_holder=RedemptionRight(
                    multiple=Ratio("1.2"),
                    since=date(2029, 3, 1),
                    until=date(2030, 3, 1),
                    with_accrued_dividends=True,
                ),
            )
        ),
    ),
    ([], ["redeemable", "series-a", "--ended"], stated(ended=(ClassRight.REDEMPTION,))),
    (
        [],
        [
            *("mandate", "series-a", "--day", "2029-03-01", "--vote", "1/2", "--exceeded"),
            *("--offering", "50,000,000 USD", "--offering-price", "12 USD"),
        ],
        stated(
            mandatory_conversion=MandatoryConversion(
                on=date(2029, 3, 1),
                vote=Ratio("1/2"),
                vote_is_exceeded=True,
                offering_price=Price(12, "USD"),
                offering_proceeds=Money(50_000_000, "USD"),
            )
        ),
    ),
    ([], ["mandate", "series-a", "--ended"], stated(ended=(ClassRight.MANDATORY_CONVERSION,))),
    (
        [BY_VOTE],
        ["convert-all", "series-a", "--voted", "500", "--reserve", "plan", "--authority", "Vote of 3 March"],
        [
            a.shares_converted(
                surrendered=1_000,
                received=1_250,
                security="PA-1",
                reserve="plan",
                authority="Vote of 3 March",
                effective_on=LATER,
            )
        ],
    ),
    (
        [BY_VOTE],
        [
            *("convert-all", "series-a", "--offering", "80,000,000 USD", "--offering-price", "12 USD"),
            *("--fractions", "down"),
        ],
        [a.shares_converted(surrendered=1_000, received=1_250, security="PA-1", effective_on=LATER)],
    ),
    (
        [CALLABLE],
        ["redeem", "fund", "100", "series-a", "--option-of", "company"],
        [a.shares_redeemed(paid="1 USD", security="PA-1", effective_on=LATER)],
    ),
    (
        [CALLABLE],
        ["redeem", "fund", "100", "series-a", "--option-of", "holder", "--accrued", "3.33 USD"],
        [a.shares_redeemed(paid="1203.33 USD", security="PA-1", effective_on=LATER)],
    ),
]
