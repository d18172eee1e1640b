"""Converting a whole class, and redeeming by the rights of a class: worked figures, and what the rights refuse."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger.commands import ConvertClass, RedeemedBy, RedeemShares
from ledger.days import EffectiveDay
from ledger.errors import ConversionNotWhole, NotConvertible, TermsIncomplete
from ledger.events import Event, SharesConverted, SharesRedeemed
from ledger.identity import HolderId, ReserveId, SecurityId, StockClassId
from ledger.journal import Ledger
from ledger.quantities import FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.base import Terms
from ledger.terms.preferred import MandatoryConversion, Offering, RedemptionRight, RedemptionTerms
from projections import cap_table
from tests import builders
from tests.builders import class_rights_stated, class_terms_amended, preferred_issued, shares_reserved

SERIES, ON = StockClassId("series-a"), EffectiveDay(date(2026, 6, 30))
BY_VOTE = MandatoryConversion(vote=Ratio("1/2"), vote_is_exceeded=True)


def recorded(*events: Event, **rights: Terms) -> Ledger:
    ledger = builders.company()
    ledger.record(*events, *([class_rights_stated(**rights)] if rights else []))
    return ledger


def convert(ledger: Ledger, **asked: Any) -> list[tuple[str, str | None, str, str]]:
    command = ConvertClass(**{"from_class": SERIES, "on": ON, **asked})
    found: list[tuple[str, str | None, str, str]] = []
    for event in command.events(ledger):
        assert isinstance(event, SharesConverted)
        found.append((event.holder, event.security, str(event.surrendered), str(event.received)))
    return found


def redeem(ledger: Ledger, **asked: Any) -> SharesRedeemed:
    defaults = {"holder": HolderId("fund"), "stock_class": SERIES, "redeemed": Shares(100), "on": ON}
    (event,) = RedeemShares(**{**defaults, "by": RedeemedBy.COMPANY, **asked}).events(ledger)
    assert isinstance(event, SharesRedeemed)
    return event


# --- every share converts ------------------------------------------------------------------------------------


def test_each_position_converts_by_itself_and_nothing_of_the_class_is_left() -> None:
    """By hand: at 10 ÷ 8 = 1.25, 1,000, 404 and 4 are 1,250, 505 and 5."""
    ledger = recorded(
        preferred_issued(),
        preferred_issued(holder="bob", issued=404, security="PA-1"),
        preferred_issued(holder="bob", issued=4, security="PA-2"),
        mandatory_conversion=BY_VOTE,
    )

    assert convert(ledger, voted=Shares(705)) == [
        ("fund", None, "1000", "1250"),
        ("bob", "PA-1", "404", "505"),
        ("bob", "PA-2", "4", "5"),
    ]

    ledger.record(*ConvertClass(from_class=SERIES, on=ON, voted=Shares(705)).events(ledger))
    table = cap_table(ledger, as_of="2026-06-30")
    assert str(table.stock_class("series-a").outstanding) == "0"
    assert str(table.stock_class("common").outstanding) == "1,760"


def test_fractions_are_treated_position_by_position() -> None:
    """By hand: 1 and 1 at 1.25 are 1 and 1 rounded down, not the 2 that 2 together would be."""
    ledger = recorded(
        preferred_issued(issued=1), preferred_issued(holder="bob", issued=1), mandatory_conversion=BY_VOTE
    )

    down = convert(ledger, voted=Shares(2), rounding=FractionPolicy.DOWN)
    assert [received for *_, received in down] == ["1", "1"]
    with pytest.raises(ConversionNotWhole):
        convert(ledger, voted=Shares(2))


@pytest.mark.parametrize(
    ("terms", "asked", "came"),
    [
        (BY_VOTE, {"voted": Shares(500)}, False),
        (BY_VOTE, {"voted": Shares(501)}, True),
        (BY_VOTE, {}, False),
        (MandatoryConversion(on=date(2026, 6, 30)), {}, True),
        (MandatoryConversion(on=date(2026, 7, 1)), {}, False),
        (
            MandatoryConversion(offering_price=Price(24, "USD")),
            {"offering": Offering(price=Price(24, "USD"), proceeds=Money(1, "USD"))},
            True,
        ),
    ],
)
def test_a_class_converts_once_an_occasion_of_its_papers_has_come(
    terms: MandatoryConversion, asked: dict[str, Any], came: bool
) -> None:
    ledger = recorded(preferred_issued(), mandatory_conversion=terms)

    if came:
        assert convert(ledger, **asked)
    else:
        with pytest.raises(TermsIncomplete, match="has not come"):
            convert(ledger, **asked)


def test_a_class_without_a_mandatory_conversion_is_left_to_its_holders() -> None:
    with pytest.raises(TermsIncomplete, match="no mandatory conversion"):
        convert(recorded(preferred_issued()), voted=Shares(1_000))


def test_a_class_that_nobody_holds_has_nothing_to_convert() -> None:
    with pytest.raises(TermsIncomplete, match="nobody holds"):
        convert(recorded(mandatory_conversion=BY_VOTE), voted=Shares(1))


def test_a_class_that_carries_no_right_to_convert_has_no_price_to_convert_at() -> None:
    ended = class_terms_amended(stock_class="series-a", conversion_ended=True)
    ledger = recorded(preferred_issued(), ended, mandatory_conversion=BY_VOTE)
    with pytest.raises(NotConvertible):
        convert(ledger, voted=Shares(1_000))


def test_a_conversion_may_draw_on_a_reserve() -> None:
    ledger = recorded(preferred_issued(), shares_reserved(reserved=1_250), mandatory_conversion=BY_VOTE)
    reserve = builders.shares_reserved().reserve

    command = ConvertClass(
        from_class=SERIES, on=ON, voted=Shares(1_000), reserve=ReserveId(reserve), authority="Vote of 30 June"
    )
    ledger.record(*command.events(ledger))

    assert str(cap_table(ledger, as_of="2026-06-30").stock_class("common").reserved) == "0"


# --- redemption ----------------------------------------------------------------------------------------------

BOTH = RedemptionTerms(
    by_company=RedemptionRight(price=Price("0.01", "USD"), part=Ratio("1/2")),
    by_holder=RedemptionRight(multiple=Ratio("1.2"), with_accrued_dividends=True, since=date(2026, 6, 30)),
)


@pytest.mark.parametrize(
    ("asked", "paid"),
    [
        pytest.param({"by": RedeemedBy.COMPANY}, "1 USD", id="the company at 0.01"),
        pytest.param(
            {"by": RedeemedBy.HOLDER, "accrued": Money("3.333", "USD")},
            "1203.33 USD",
            id="a holder at 1.2 times 10, and what has accrued",
        ),
    ],
)
def test_what_is_paid_follows_from_the_right_of_the_side_that_asks(asked: dict[str, Any], paid: str) -> None:
    ledger = recorded(preferred_issued(), redemption=BOTH)

    event = redeem(ledger, **asked)
    ledger.record(event)

    assert str(event.paid) == paid
    assert str(cap_table(ledger, as_of="2026-06-30").stock_class("series-a").outstanding) == "900"


@pytest.mark.parametrize(("redeemed", "allowed"), [(499, True), (500, True), (501, False)])
def test_no_more_is_redeemed_at_a_time_than_the_papers_allow(redeemed: int, allowed: bool) -> None:
    """The Series K papers of 2017: half of the shares then outstanding."""
    ledger = recorded(preferred_issued(), redemption=BOTH)

    if allowed:
        assert redeem(ledger, redeemed=Shares(redeemed)).paid == Money(Fraction(redeemed, 100), "USD")
    else:
        with pytest.raises(TermsIncomplete, match="500 of 1000 shares may be redeemed at a time, and not 501"):
            redeem(ledger, redeemed=Shares(redeemed))


@pytest.mark.parametrize("accrued", [None, Money(1, "EUR")])
def test_what_has_accrued_is_stated_where_it_is_paid_on_top(accrued: Money | None) -> None:
    ledger = recorded(preferred_issued(), redemption=BOTH)
    with pytest.raises(TermsIncomplete, match="State it in USD"):
        redeem(ledger, by=RedeemedBy.HOLDER, accrued=accrued)


@pytest.mark.parametrize(
    ("rights", "asked"),
    [
        ({}, {}),
        ({"redemption": RedemptionTerms(by_holder=BOTH.by_holder)}, {"by": RedeemedBy.COMPANY}),
        ({"redemption": BOTH}, {"by": RedeemedBy.HOLDER, "on": EffectiveDay(date(2026, 6, 29))}),
    ],
    ids=["no right", "of the other side", "before its first day"],
)
def test_a_side_without_the_right_on_the_day_redeems_nothing(
    rights: dict[str, Terms], asked: dict[str, Any]
) -> None:
    ledger = recorded(preferred_issued(), **rights)
    with pytest.raises(TermsIncomplete, match="not redeemable at the option of the"):
        redeem(ledger, **asked)


def test_shares_in_several_certificates_are_named() -> None:
    ledger = recorded(
        preferred_issued(issued=200, security="PA-1"),
        preferred_issued(issued=200, security="PA-2"),
        redemption=BOTH,
    )
    with pytest.raises(TermsIncomplete, match="PA-1, PA-2"):
        redeem(ledger)

    assert redeem(ledger, security=SecurityId("PA-2")).security == "PA-2"
