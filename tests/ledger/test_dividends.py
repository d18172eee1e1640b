"""Dividends: what their events forbid, who is due what on the record day, what a stock dividend restates."""

from datetime import date
from typing import Any

import pytest

from ledger import (
    DividendId,
    EffectiveDay,
    FractionPolicy,
    HolderId,
    Ledger,
    Money,
    Phase,
    Price,
    Ratio,
    Scope,
    Shares,
    StockClassId,
    on,
)
from ledger.commands import DeclareDividend, PayDividend, PayStockDividend
from ledger.errors import NotUnderstood, TermsIncomplete, UnknownName
from ledger.events import (
    DividendDeclared,
    DividendPaid,
    Event,
    InstrumentAdjusted,
    ResultingTerms,
    StockDividendPaid,
)
from ledger.terms.conversion import ConversionRight
from projections import cap_table, dividends
from tests.builders import (
    common_issued,
    company,
    dividend_declared,
    dividend_paid,
    preferred_issued,
    register_scope_declared,
    shares_reserved,
    shares_transferred,
    stock_dividend_paid,
    warrant_issued,
)

PREFERRED, COMMON = StockClassId("series-a"), StockClassId("common")


def usd(amount: int | str) -> Money:
    return Money(amount, "USD")


def register(*events: Event) -> Ledger:
    """Return a ledger in which ada has 600 preferred shares in two certificates, and bob 400."""
    ledger = company()
    ledger.record(
        preferred_issued(holder="ada", issued=500, security="PA-1"),
        preferred_issued(holder="ada", issued=100, security="PA-2"),
        preferred_issued(holder="bob", issued=400),
        *events,
        actor="counsel",
    )
    return ledger


def declaring(**changes: Any) -> DeclareDividend:
    fields: dict[str, Any] = {
        "dividend": DividendId("2026-q1"),
        "stock_class": PREFERRED,
        "per_share": Price("0.25", "USD"),
        "record_on": date(2026, 3, 31),
        "on": on("2026-03-16"),
    }
    return DeclareDividend(**{**fields, **changes})


def paying(**changes: Any) -> PayDividend:
    return PayDividend(**{"dividend": DividendId("2026-q1"), "on": on("2026-04-15"), **changes})


def paid(ledger: Ledger, **changes: Any) -> list[DividendPaid]:
    return [each for each in paying(**changes).events(ledger) if isinstance(each, DividendPaid)]


def declared(*events: Event, **changes: Any) -> Ledger:
    ledger = register(*events)
    ledger.record(*declaring(**changes).events(ledger), actor="counsel")
    return ledger


# --- events and their rule ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "fields", "code"),
    [
        (dividend_declared, {"per_share": "0 USD"}, "E_TERMS"),
        (dividend_declared, {"amount": "0 USD"}, "E_QUANTITY"),
        (dividend_declared, {"amount": "250 EUR"}, "E_CURRENCY_MISMATCH"),
        (dividend_declared, {"payment_on": "2026-03-30"}, "E_DATE"),
        (dividend_declared, {"record_on": "1026-03-31"}, "E_DATE_RANGE"),
        (dividend_paid, {"amount": None, "received": None}, "E_QUANTITY"),
        (dividend_paid, {"amount": "0 USD"}, "E_QUANTITY"),
        (
            dividend_paid,
            {"amount": None, "received": 5, "received_class": "common", "dividend": "q1"},
            "E_QUANTITY",
        ),
        (dividend_paid, {"received": 5}, "E_TERMS"),
        (dividend_paid, {"amount": "5 USD", "received_class": "common"}, "E_TERMS"),
        (dividend_paid, {"amount": "5 USD", "security": "CS-7"}, "E_TERMS"),
        (dividend_paid, {"amount": "5 USD", "reserve": "plan"}, "E_TERMS"),
        (stock_dividend_paid, {"ratio": "0"}, "E_TERMS"),
        (stock_dividend_paid, {"effective_on": "2026-07-01/2026-07-02"}, "E_DATE"),
        (stock_dividend_paid, {"decimals": 11}, "E_LIMIT"),
        (stock_dividend_paid, {"resulting": (ResultingTerms(stock_class=COMMON),) * 2}, "E_TERMS"),
        (
            stock_dividend_paid,
            {
                "resulting": (
                    ResultingTerms(
                        stock_class=COMMON, conversion=ConversionRight(into=COMMON, price=Price(1, "USD"))
                    ),
                )
            },
            "E_SELF",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_dividend_that_contradicts_itself_is_refused(build: Any, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        build(**fields)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("payment_on", "taken"), [("2026-03-30", False), ("2026-03-31", True), ("2026-04-01", True)]
)
def test_a_dividend_is_paid_no_earlier_than_who_is_paid_is_known(payment_on: str, taken: bool) -> None:
    if taken:
        assert dividend_declared(payment_on=payment_on).payment_on == date.fromisoformat(payment_on)
    else:
        with pytest.raises(NotUnderstood, match="is before the record day"):
            dividend_declared(payment_on=payment_on)


def test_a_dividend_is_paid_on_the_class_that_it_was_declared_on() -> None:
    with pytest.raises(TermsIncomplete, match="it was declared on series-a"):
        declared().record(dividend_paid(holder="ada", stock_class="common", dividend="2026-q1", amount="1 USD"))


def test_a_dividend_in_shares_draws_on_the_reserve_that_it_names() -> None:
    ledger = register(shares_reserved())

    ledger.record(dividend_paid(received=50, received_class="common", reserve="plan"))

    (plan,) = cap_table(ledger, as_of="2026-04-15").stock_class("common").reserves
    assert plan.shares.exact == Shares(499_950)


# --- commands -------------------------------------------------------------------------------------------------


def test_what_a_dividend_comes_to_is_what_the_holders_of_the_record_day_are_due() -> None:
    (event,) = declaring().events(register())

    assert isinstance(event, DividendDeclared)
    assert event.amount == usd(250)


def test_an_amount_that_the_resolution_states_is_not_worked_out() -> None:
    (event,) = declaring(amount=usd("249.99")).events(register())

    assert isinstance(event, DividendDeclared)
    assert event.amount == usd("249.99")


def test_a_partial_register_does_not_tell_what_a_dividend_comes_to() -> None:
    partial = register(register_scope_declared(stock_class="series-a", scope=Scope.PARTIAL))

    with pytest.raises(TermsIncomplete, match="the register of series-a is partial"):
        declaring().events(partial)
    assert declaring(amount=usd(300)).events(partial)


def test_a_holding_that_is_open_on_the_record_day_is_not_paid_by_guess() -> None:
    moved = shares_transferred(
        from_holder="bob",
        to_holder="fund",
        stock_class="series-a",
        transferred=100,
        effective_on="2026-03-20/2026-04-10",
    )

    with pytest.raises(TermsIncomplete, match="how much series-a it holds then is open"):
        declaring().events(register(moved))


def test_a_dividend_to_nobody_is_refused() -> None:
    with pytest.raises(TermsIncomplete, match="nobody holds common"):
        declaring(stock_class=COMMON).events(register())


def test_every_holder_of_the_record_day_is_paid_once() -> None:
    ledger = declared()

    payments = paid(ledger)
    ledger.record(*payments, actor="cfo")

    assert [(each.holder, each.amount) for each in payments] == [("ada", usd(150)), ("bob", usd(100))]
    assert dividends(ledger, as_of="2026-04-15")["2026-q1"].unpaid.exact == usd(0)
    with pytest.raises(TermsIncomplete, match="nobody is due anything of it any more"):
        paying().events(ledger)


def test_what_was_paid_before_is_not_paid_again() -> None:
    ledger = declared()
    ledger.record(dividend_paid(holder="ada", dividend="2026-q1", amount="50 USD"), actor="cfo")

    payments = paying(holder=HolderId("ada")).events(ledger)

    assert [(each.holder, each.amount) for each in payments if isinstance(each, DividendPaid)] == [
        ("ada", usd(100))
    ]


@pytest.mark.parametrize(("day", "due"), [("2026-03-30", False), ("2026-03-31", True), ("2026-04-01", True)])
def test_nothing_is_paid_before_the_record_day(day: str, due: bool) -> None:
    ledger = declared()

    if due:
        assert paying(on=on(day)).events(ledger)
    else:
        with pytest.raises(TermsIncomplete, match="its record day is 2026-03-31"):
            paying(on=on(day)).events(ledger)


def test_a_dividend_that_was_not_declared_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 2026-q1"):
        paying(dividend=DividendId("2026-q2")).events(declared())


@pytest.mark.parametrize(
    ("fractions", "shares"),
    [(FractionPolicy.DOWN, (21, 14)), (FractionPolicy.UP, (22, 15)), (FractionPolicy.NEAREST, (21, 14))],
)
def test_a_dividend_in_shares_is_rounded_as_stated(fractions: FractionPolicy, shares: tuple[int, int]) -> None:
    """By hand: 150 USD in shares of 7 USD are 21 3/7 shares, and 100 USD are 14 2/7."""
    payments = paying(received_class=COMMON, value=Price(7, "USD"), fractions=fractions).events(declared())

    assert [each.received for each in payments if isinstance(each, DividendPaid)] == [
        Shares(each) for each in shares
    ]


def test_what_is_worth_less_than_a_share_is_paid_in_cash() -> None:
    payments = paying(received_class=COMMON, value=Price(120, "USD"), fractions=FractionPolicy.DOWN).events(
        declared()
    )

    ada, bob = (each for each in payments if isinstance(each, DividendPaid))
    assert (ada.received, ada.amount) == (Shares(1), usd(150))
    assert (bob.received, bob.received_class, bob.amount) == (None, None, usd(100))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"received_class": COMMON}, "not stated in full"),
        ({"value": Price(7, "USD"), "fractions": FractionPolicy.UP}, "not stated in full"),
        ({"received_class": COMMON, "value": Price(7, "EUR"), "fractions": FractionPolicy.UP}, "7 EUR"),
        ({"received_class": COMMON, "value": Price(0, "USD"), "fractions": FractionPolicy.UP}, "0 USD"),
    ],
)
def test_a_dividend_in_shares_is_stated_in_full(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(NotUnderstood, match=said) as caught:
        paying(**fields).events(declared())
    assert caught.value.code == "E_TERMS"


def test_a_stock_dividend_restates_every_price_that_it_affects() -> None:
    """By hand: Series A converts at 8 USD, the warrant buys at 2 USD; after 25 % more shares 6.40 and 1.60."""
    ledger = register(common_issued(holder="ada", issued=1_000), warrant_issued(price="2 USD", purchasable=100))
    command = PayStockDividend(
        stock_class=COMMON,
        ratio=Ratio("1/4"),
        on=date(2026, 7, 1),
        phase=Phase.OPENING,
        fractions=FractionPolicy.DOWN,
    )

    events = command.events(ledger)
    ledger.record(*events, actor="counsel")

    paid, adjusted = events
    assert isinstance(paid, StockDividendPaid)
    assert isinstance(adjusted, InstrumentAdjusted)
    assert [terms.conversion.price for terms in paid.resulting if terms.conversion] == [Price("6.4", "USD")]
    assert adjusted.price == Price("1.6", "USD")
    table = cap_table(ledger, as_of="2026-07-01")
    assert table.shares("ada", "common").exact == Shares(1_250)
    preferred = table.stock_class("series-a").as_converted
    assert preferred is not None
    assert preferred.exact == Shares("1562.5")  # 10,000 USD at 6.40


def test_the_decimals_of_a_class_are_kept_in_a_stock_dividend() -> None:
    command = PayStockDividend(
        stock_class=PREFERRED,
        ratio=Ratio("1/3"),
        on=date(2026, 7, 1),
        phase=Phase.CLOSE,
        fractions=FractionPolicy.UP,
    )

    (event, *_) = command.events(register())

    assert isinstance(event, StockDividendPaid)
    assert event.decimals == 0
    assert event.effective_on == EffectiveDay("2026-07-01")
