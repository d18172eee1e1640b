"""The dividend ledger: who is paid, what is unpaid, and what accrues while shares come, change hands and go."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger import EffectiveDay, FractionPolicy, HolderId, Ledger, Money, Price, Ratio, Shares, StockClassId
from ledger.errors import DividendExceeded, UnknownName
from ledger.events import ClassRight, Event, ResultingTerms, SharesGivenUp, SharesReceived
from ledger.movements import Posting, Rescaling, StockClassKind
from ledger.quantities import Authorized
from ledger.terms.conversion import ConversionRight
from ledger.terms.dividends import DividendTerms, PaidIn
from ledger.terms.interest import Compounding, DayCount
from projections import cap_table, dividends
from projections.bounds import Bounds, exactly
from tests import builders
from tests.builders import (
    class_rights_stated,
    company,
    dividend_declared,
    dividend_paid,
    holder_merged,
    preferred_issued,
    securities_exchanged,
    shares_converted,
    shares_transferred,
    stock_dividend_paid,
    stock_split_effected,
)

PREFERRED, FUND = StockClassId("series-a"), HolderId("fund")


def usd(amount: int | str | Fraction) -> Money:
    return Money(amount, "USD")


def terms(rate: str = "0.08", **others: Any) -> DividendTerms:
    """Return dividends of 8 % of the stated value, which is 10 USD, counted by months of 30 days."""
    return DividendTerms(rate=Ratio(rate), **{"day_count": DayCount.THIRTY_360, **others})


def recorded(*events: Event) -> Ledger:
    ledger = company()
    for event in events:
        ledger.record(event, actor="counsel")
    return ledger


def entitled(on: str = "2026-01-15", **changes: Any) -> Event:
    stated: DividendTerms = changes.pop("terms", terms())
    return class_rights_stated(stock_class="series-a", liquidation=None, dividends=stated, effective_on=on)


def issued(holder: str, shares: int, on: str = "2026-02-01", **changes: Any) -> Event:
    return preferred_issued(holder=holder, issued=shares, effective_on=on, **changes)


def owed(ledger: Ledger, as_of: str, holder: str = "fund") -> Money | None:
    found = dividends(ledger, as_of=as_of).owed(holder, "series-a")
    return None if found is None else found.exact


# --- what was declared ----------------------------------------------------------------------------------------


def test_who_holds_shares_at_the_close_of_the_record_day_is_paid() -> None:
    ledger = recorded(
        issued("ada", 600),
        issued("bob", 400),
        dividend_declared(),
        shares_transferred(
            from_holder="ada", to_holder="fund", stock_class="series-a", transferred=100, effective_on="2026-03-31"
        ),
        shares_transferred(
            from_holder="bob", to_holder="fund", stock_class="series-a", transferred=400, effective_on="2026-04-01"
        ),
    )

    line = dividends(ledger, as_of="2026-04-02")["2026-q1"]

    assert [(each.holder, each.shares.exact, each.due.exact) for each in line.holders] == [
        ("ada", Shares(500), usd(125)),
        ("bob", Shares(400), usd(100)),
        ("fund", Shares(100), usd(25)),
    ]
    assert line.due == line.declared == line.unpaid == exactly(usd(250))


def test_nobody_is_named_before_the_record_day() -> None:
    ledger = recorded(issued("ada", 1000), dividend_declared())

    before, on = (dividends(ledger, as_of=day)["2026-q1"] for day in ("2026-03-30", "2026-03-31"))

    assert before.holders == ()
    assert [each.holder for each in on.holders] == ["ada"]
    assert before.unpaid == on.unpaid == exactly(usd(250))


def test_a_dividend_that_is_not_declared_yet_is_not_there() -> None:
    ledger = recorded(issued("ada", 1000), dividend_declared())

    assert len(dividends(ledger, as_of="2026-03-15")) == 0
    with pytest.raises(UnknownName, match="2026-q1"):
        dividends(ledger, as_of="2026-03-15")["2026-q1"]


def test_cents_are_given_to_the_largest_remainders_so_that_all_of_it_adds_up() -> None:
    """By hand: 10 cents for 3 shares are 3⅓ cents each; two get 3 and the first 4."""
    ledger = recorded(
        issued("ada", 1),
        issued("bob", 1),
        issued("fund", 1),
        dividend_declared(per_share="1/30 USD", amount="0.1 USD"),
    )

    line = dividends(ledger, as_of="2026-03-31")["2026-q1"]

    assert [each.due.exact for each in line.holders] == [usd("0.04"), usd("0.03"), usd("0.03")]
    assert line.due == line.declared


def test_what_was_paid_in_cash_and_in_shares_is_told_apart() -> None:
    ledger = recorded(
        issued("ada", 600),
        issued("bob", 400),
        dividend_declared(payment_on="2026-04-15"),
        dividend_paid(holder="ada", dividend="2026-q1", amount="150 USD"),
        dividend_paid(holder="bob", dividend="2026-q1", amount="60 USD", received=20, received_class="common"),
    )

    answer = dividends(ledger, as_of="2026-04-16")
    line = answer["2026-q1"]

    assert (line.paid, line.paid_in_kind, line.unpaid) == tuple(exactly(usd(each)) for each in (150, 60, 40))
    assert [each.unpaid.exact for each in line.holders] == [usd(0), usd(40)]
    assert [(each.holder, each.received) for each in answer.payments] == [("ada", None), ("bob", Shares(20))]
    assert cap_table(ledger, as_of="2026-04-15").shares("bob", "common") == exactly(Shares(20))


@pytest.mark.parametrize(("as_of", "overdue"), [("2026-04-14", False), ("2026-04-15", False), ("2026-04-16", True)])
def test_a_dividend_is_overdue_after_its_day_of_payment(as_of: str, overdue: bool) -> None:
    ledger = recorded(issued("ada", 1000), dividend_declared(payment_on="2026-04-15"))

    assert dividends(ledger, as_of=as_of)["2026-q1"].is_overdue is overdue


def test_a_payment_whose_day_is_open_is_between_nothing_and_all_of_it() -> None:
    ledger = recorded(
        issued("ada", 1000),
        dividend_declared(payment_on="2026-04-01"),
        dividend_paid(holder="ada", dividend="2026-q1", amount="250 USD", effective_on="2026-04-10/2026-04-20"),
    )

    line = dividends(ledger, as_of="2026-04-15")["2026-q1"]

    assert line.paid == Bounds(usd(0), usd(250))
    assert line.unpaid == line.holders[0].unpaid == Bounds(usd(0), usd(250))
    assert not line.is_overdue
    assert dividends(ledger, as_of="2026-04-15").payments[0].is_open


def test_no_more_is_paid_of_a_dividend_than_was_declared() -> None:
    ledger = recorded(issued("ada", 1000), dividend_declared())

    with pytest.raises(DividendExceeded, match="250 USD of dividend 2026-q1 is unpaid"):
        ledger.record(dividend_paid(holder="ada", dividend="2026-q1", amount="250.01 USD"))


def test_a_dividend_that_nobody_declared_cannot_be_paid_as_one() -> None:
    with pytest.raises(UnknownName, match="2026-q1"):
        recorded(issued("ada", 1000), dividend_paid(holder="ada", dividend="2026-q1", amount="1 USD"))


def test_holders_that_were_merged_are_paid_as_one() -> None:
    ledger = recorded(
        issued("ada", 600),
        issued("bob", 400),
        dividend_declared(),
        dividend_paid(holder="bob", dividend="2026-q1", amount="100 USD"),
        holder_merged(holder="bob", into="ada", effective_on="2026-05-01"),
    )

    (line,) = dividends(ledger, as_of="2026-05-01")["2026-q1"].holders

    assert (line.holder, line.due, line.paid) == ("ada", exactly(usd(250)), exactly(usd(100)))


# --- what has accrued -----------------------------------------------------------------------------------------


def test_shares_accrue_from_the_day_of_their_issue() -> None:
    """By hand: 80 cents a year for a share; 1,000 shares for 90 days of 360 are 200 USD, 500 for 30 days 33.33."""
    ledger = recorded(entitled(), issued("fund", 1000), issued("ada", 500, "2026-04-01"))

    assert owed(ledger, "2026-05-01") == usd(200)
    assert owed(ledger, "2026-05-01", "ada") == usd("33.33")
    assert owed(ledger, "2026-05-01", "bob") is None


def test_shares_that_were_there_before_accrue_from_the_day_of_the_terms() -> None:
    ledger = recorded(issued("fund", 1000), entitled("2026-03-01"))

    assert owed(ledger, "2026-04-01") == usd("66.67")


def test_a_first_day_that_the_charter_names_counts_for_shares_issued_later() -> None:
    ledger = recorded(entitled(terms=terms(accrues_from=date(2026, 1, 15))), issued("fund", 1000, "2026-03-15"))

    assert owed(ledger, "2026-04-15") == usd(200)


def test_who_receives_shares_receives_what_accrued_on_them() -> None:
    """By hand: of 400 USD that accrued in 180 days on 1,000 shares a quarter goes with 250 of them."""
    ledger = recorded(
        entitled(),
        issued("fund", 1000),
        shares_transferred(
            from_holder="fund", to_holder="ada", stock_class="series-a", transferred=250, effective_on="2026-08-01"
        ),
    )

    assert (owed(ledger, "2026-08-01"), owed(ledger, "2026-08-01", "ada")) == (usd(300), usd(100))


def test_what_accrued_on_shares_given_up_stays_with_who_had_them_until_it_is_paid() -> None:
    """By hand: 40 USD accrued in 90 days on the 200 shares that were converted, and 160 on the 800 others."""
    converted = shares_converted(surrendered=200, received=250, effective_on="2026-05-01")
    ledger = recorded(entitled(), issued("fund", 1000), converted)

    (line,) = dividends(ledger, as_of="2026-05-01").accrued
    ledger.record(
        dividend_paid(amount="40 USD", received=50, received_class="common", effective_on="2026-05-01"), actor="cfo"
    )
    (paid,) = dividends(ledger, as_of="2026-05-01").accrued

    assert (line.owed, line.given_up, line.shares) == (exactly(usd(200)), exactly(usd(40)), exactly(Shares(800)))
    figures = paid.owed, paid.given_up, paid.paid, paid.accrued
    assert figures == tuple(exactly(usd(each)) for each in (160, 0, 40, 200))


def test_dividends_given_up_in_an_exchange_are_settled() -> None:
    given = SharesGivenUp(holder=FUND, stock_class=PREFERRED, shares=Shares(1000), dividends=usd(200))
    received = SharesReceived(holder=FUND, stock_class=StockClassId("common"), shares=Shares(10))
    ledger = recorded(
        entitled(),
        issued("fund", 1000),
        securities_exchanged(
            notes_given_up=(),
            shares_given_up=(given,),
            notes_received=(),
            shares_received=(received,),
            rights_received=(),
            effective_on="2026-05-01",
        ),
    )

    (line,) = dividends(ledger, as_of="2026-06-01").accrued

    assert (line.owed, line.paid) == (exactly(usd(0)), exactly(usd(200)))


def test_unpaid_dividends_that_compound_bear_dividends_and_paid_ones_do_not() -> None:
    """By hand: 1,000 shares of 10 USD at 8 % by the quarter: 200 each quarter, on 10,200 then 204."""
    quarterly = terms(compounding=Compounding.QUARTERLY)
    unpaid = recorded(entitled(terms=quarterly), issued("fund", 1000))
    paid = recorded(
        entitled(terms=quarterly),
        issued("fund", 1000),
        dividend_paid(amount="200 USD", received=None, received_class=None, effective_on="2026-05-01"),
    )

    assert owed(unpaid, "2026-08-01") == usd(404)
    assert owed(paid, "2026-08-01") == usd(200)


def test_a_split_changes_nothing_of_what_accrues_when_the_stated_value_is_restated() -> None:
    split = stock_split_effected(
        stock_classes=(PREFERRED,),
        ratio="1/20",
        fractions=FractionPolicy.UP,
        resulting=(
            ResultingTerms(
                stock_class=PREFERRED,
                authorized=Authorized(50_000),
                stated_value=Price(200, "USD"),
                conversion=ConversionRight(into=StockClassId("common"), price=Price(8, "USD")),
            ),
        ),
    )
    ledger = recorded(entitled(), issued("fund", 1000), split)

    (line,) = dividends(ledger, as_of="2026-08-01").accrued

    assert line.shares == exactly(Shares(50))
    assert line.owed == exactly(usd(400))


def test_new_terms_count_from_their_day_and_terms_that_end_accrue_nothing_more() -> None:
    """By hand: 66.67 in 30 days at 8 %, then 100 in 30 days at 12 %, and nothing after the end."""
    ended = class_rights_stated(
        stock_class="series-a",
        liquidation=None,
        dividends=None,
        ended=(ClassRight.DIVIDENDS,),
        effective_on="2026-04-01",
    )
    ledger = recorded(
        entitled(terms=terms(accrues_from=date(2026, 2, 1))),
        issued("fund", 1000),
        entitled("2026-03-01", terms=terms("0.12", accrues_from=date(2026, 2, 1))),
        ended,
    )

    assert owed(ledger, "2026-04-01") == usd("166.67")
    assert owed(ledger, "2027-04-01") == usd("166.67")


def test_what_is_not_cumulative_does_not_accrue() -> None:
    ledger = recorded(entitled(terms=terms(is_cumulative=False)), issued("fund", 1000))

    assert dividends(ledger, as_of="2027-01-01").accrued == ()


def test_a_rate_of_a_stated_value_that_is_not_known_accrues_nothing_that_could_be_told() -> None:
    plain = builders.stock_class_designated(
        stock_class="series-b", class_kind=StockClassKind.PREFERRED, title="Series B"
    )
    rights = class_rights_stated(stock_class="series-b", liquidation=None, dividends=terms())
    ledger = recorded(plain, rights, preferred_issued(stock_class="series-b", issued=10))

    assert dividends(ledger, as_of="2027-01-01").accrued == ()


def test_more_that_was_paid_than_accrued_is_shown_as_it_is() -> None:
    ledger = recorded(
        entitled(),
        issued("fund", 1000),
        dividend_paid(amount="250 USD", received=None, received_class=None, effective_on="2026-05-01"),
    )

    (line,) = dividends(ledger, as_of="2026-05-01").accrued

    assert (line.accrued, line.paid, line.owed) == tuple(exactly(usd(each)) for each in (200, 250, -50))
    assert line.beyond == usd(50)


def test_shares_of_an_open_day_accrue_from_the_latest_at_least_and_the_earliest_at_most() -> None:
    """By hand: 1,000 shares for the 30 days from 1 April, or the 60 from 1 March; by 31 March for none, or 30."""
    ledger = recorded(entitled(), issued("fund", 1000, "2026-03-01/2026-04-01"))

    before, after = (dividends(ledger, as_of=day) for day in ("2026-03-31", "2026-05-01"))

    assert before.owed("fund", "series-a") == Bounds(usd(0), usd("66.67"))
    assert after.owed("fund", "series-a") == Bounds(usd("66.67"), usd("133.33"))
    assert before.open_entries == after.open_entries == (8,)


def test_shares_that_may_have_been_converted_accrue_to_the_day_on_which_they_may_have_been_first() -> None:
    """By hand: 800 shares for 90 days of 360 are 160 USD; 200 shares 13.33 for 30 days, and 40 for 90."""
    converted = shares_converted(surrendered=200, received=250, effective_on="2026-03-01/2026-06-01")
    ledger = recorded(entitled(), issued("fund", 1000), converted)

    (line,) = dividends(ledger, as_of="2026-05-01").accrued
    (after,) = dividends(ledger, as_of="2026-06-01").accrued

    assert (line.owed, line.given_up) == (Bounds(usd("173.33"), usd(200)), Bounds(usd(0), usd(40)))
    assert after.given_up == Bounds(usd("13.33"), usd("53.33"))


def test_no_more_is_unpaid_than_nothing_where_some_days_would_have_more_paid_than_accrued() -> None:
    """By hand: 66.67 to 133.33 accrued, 100 was paid; what was settled beyond that is told only when it is sure."""
    ledger = recorded(
        entitled(),
        issued("fund", 1000, "2026-03-01/2026-04-01"),
        dividend_paid(amount="100 USD", received=None, received_class=None, effective_on="2026-05-01"),
    )

    (line,) = dividends(ledger, as_of="2026-05-01").accrued

    assert (line.accrued, line.owed) == (Bounds(usd("66.67"), usd("133.33")), Bounds(usd(0), usd("33.33")))
    assert line.beyond is None


def test_shares_carry_what_accrued_on_them_on_whatever_day_they_were_transferred() -> None:
    ledger = recorded(
        entitled(),
        issued("fund", 1000),
        shares_transferred(
            from_holder="fund",
            to_holder="ada",
            stock_class="series-a",
            transferred=250,
            effective_on="2026-03-01/2026-08-01",
        ),
    )

    before, after = (dividends(ledger, as_of=day) for day in ("2026-07-01", "2026-08-01"))

    assert (after.owed("fund", "series-a"), after.owed("ada", "series-a")) == (exactly(usd(300)), exactly(usd(100)))
    assert before.owed("fund", "series-a") == Bounds(usd(250), usd("333.33"))
    assert before.owed("ada", "series-a") == Bounds(usd(0), usd("83.33"))


def test_what_has_accrued_is_as_it_was_known() -> None:
    ledger = recorded(entitled(), issued("fund", 1000))
    before = ledger.entries()[-1].number
    ledger.record(issued("ada", 1000), actor="counsel")

    assert dividends(ledger, as_of="2026-05-01", known_at=int(before)).owed("ada", "series-a") is None
    assert owed(ledger, "2026-05-01", "ada") == usd(200)


# --- stock dividends ------------------------------------------------------------------------------------------


def test_a_stock_dividend_multiplies_every_position_and_leaves_what_is_authorized() -> None:
    ledger = recorded(builders.common_issued(holder="ada", issued=1_005), issued("fund", 10), stock_dividend_paid())

    table = cap_table(ledger, as_of="2026-07-01")

    assert table.shares("ada", "common") == exactly(Shares(1_105))  # a tenth of 1,005 is 100.5
    assert str(table.stock_class("common").authorized) == "10,000,000"
    assert table.stock_class("series-a").as_converted == exactly(
        Shares.of_units(Shares(10).units * Fraction(11, 8))
    )


def test_a_stock_dividend_states_the_price_of_every_right_that_it_affects() -> None:
    with pytest.raises(Exception, match="State its exact conversion price"):
        recorded(builders.common_issued(holder="ada", issued=100), stock_dividend_paid(resulting=()))


def test_a_stock_dividend_is_a_rescaling_and_moves_nothing_else() -> None:
    event = stock_dividend_paid(effective_on=EffectiveDay("2026-07-01"))

    (rescaling,) = [each for each in event.movements() if isinstance(each, Rescaling)]
    assert rescaling.ratio == Ratio("11/10")
    assert not [each for each in event.movements() if isinstance(each, Posting)]


def test_the_tables_for_programs_hold_every_line() -> None:
    ledger = recorded(
        entitled(),
        issued("ada", 1000),
        dividend_declared(paid_in=PaidIn.CASH_OR_KIND),
        dividend_paid(holder="ada", dividend="2026-q1", amount="250 USD"),
    )

    frames = dividends(ledger, as_of="2026-05-01").frames()

    rows = {frame.name: frame.to_dicts() for frame in frames}
    assert {name: len(of_table) for name, of_table in rows.items()} == {
        "dividends": 1,
        "entitled": 1,
        "accrued": 1,
        "payments": 1,
    }
    assert rows["dividends"][0]["amount_low"] == rows["payments"][0]["amount"] == 250
