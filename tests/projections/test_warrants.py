"""Warrants on a day: who may buy how many shares at which price; and exercises that are not by the terms."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import FractionPolicy, Ledger, NotUnderstood, Phase, Price, Ratio, Shares
from ledger.commands import ExerciseWarrant, SplitStock
from ledger.days import EffectiveDay
from ledger.errors import NotExercisable, UnknownName
from ledger.events import AdjustmentCause, Event, SharesAdded
from ledger.identity import HolderId, InstrumentId, StockClassId
from ledger.quantities import Authorized
from ledger.terms.protection import PriceProtection, ProtectionMethod
from ledger.terms.warrants import ExerciseForm, WarrantTerms
from projections import Bounds, Severity, findings, warrants, what_if
from projections.bounds import exactly
from tests import builders as a

END = date(2026, 12, 31)
RATCHET = PriceProtection(method=ProtectionMethod.FULL_RATCHET)


def usd(amount: str) -> Price:
    return Price(amount, "USD")


def recorded(*facts: Event) -> Ledger:
    ledger = a.company()
    ledger.record(*facts)
    return ledger


def split(ledger: Ledger, ratio: str, on: date = date(2026, 7, 1)) -> None:
    command = SplitStock(
        stock_class=StockClassId("common"),
        ratio=Ratio(ratio),
        on=on,
        phase=Phase.OPENING,
        fractions=FractionPolicy.UP,
        authorized=Authorized(10_000_000),
    )
    ledger.record(*command.events(ledger))


# --- who may buy what --------------------------------------------------------------------------------------------


def test_a_warrant_is_listed_for_each_holder_in_the_order_of_issue() -> None:
    ledger = recorded(
        a.warrant_issued(warrant="w-2"),
        a.warrant_issued(warrant="w-1", purchasable=500, price="3 USD"),
        a.warrant_transferred(warrant="w-2", transferred=300),
    )

    found = warrants(ledger, as_of=END)

    assert [(str(line.warrant), str(line.holder), str(line.purchasable)) for line in found] == [
        ("w-2", "fund", "700"),
        ("w-2", "bob", "300"),
        ("w-1", "fund", "500"),
    ]
    assert [str(line.price) for line in found] == ["2 USD", "2 USD", "3 USD"]


def test_what_is_used_up_is_not_listed() -> None:
    ledger = recorded(a.warrant_issued(), a.warrant_exercised(received=1_000))

    assert len(warrants(ledger, as_of=END)) == 0
    assert len(warrants(ledger, as_of="2026-03-02")) == 1
    with pytest.raises(UnknownName):
        warrants(ledger, as_of=END).of("w-1")


def test_the_price_and_the_terms_of_the_day_are_shown() -> None:
    ledger = recorded(
        a.warrant_issued(terms=WarrantTerms(expires_on=date(2026, 6, 30), protection=RATCHET)),
        a.warrant_terms_amended(),
        a.instrument_adjusted(price="0.50 USD", added=(SharesAdded(holder=HolderId("fund"), added=Shares(3_000)),)),
    )

    (before,) = warrants(ledger, as_of="2026-03-01")
    (after,) = warrants(ledger, as_of="2026-03-06")

    assert (str(before.price), str(before.expires_on), before.protection) == ("2 USD", "2026-06-30", "full ratchet")
    assert (str(after.price), str(after.expires_on), after.protection) == ("0.5 USD", "2030-12-31", "")
    assert (before.purchasable, after.purchasable) == (exactly(Shares(1_000)), exactly(Shares(4_000)))


def test_an_open_day_of_exercise_gives_bounds_and_one_of_a_price_gives_both() -> None:
    ledger = recorded(
        a.warrant_issued(),
        a.warrant_exercised(received=400, effective_on="2026-03-03/2026-03-20"),
        a.instrument_adjusted(price="1 USD", effective_on="2026-03-05/2026-03-25"),
    )

    (line,) = warrants(ledger, as_of="2026-03-10")

    assert line.purchasable == Bounds(Shares(600), Shares(1_000))
    assert str(line.price) == "2 USD or 1 USD"


@pytest.mark.parametrize(
    ("on", "is_open", "has_expired"),
    [
        ("2026-03-31", False, False),
        ("2026-04-01", True, False),
        ("2026-06-30", True, False),
        ("2026-07-01", False, True),
    ],
)
def test_a_warrant_is_open_between_its_days(on: str, is_open: bool, has_expired: bool) -> None:
    terms = WarrantTerms(exercisable_from=date(2026, 4, 1), expires_on=date(2026, 6, 30))

    (line,) = warrants(recorded(a.warrant_issued(terms=terms)), as_of=on)

    assert (line.is_open, line.has_expired) == (is_open, has_expired)


def test_shares_and_price_are_shown_in_the_units_of_a_later_day() -> None:
    ledger = recorded(
        a.warrant_issued(
            terms=WarrantTerms(protection=PriceProtection(method=ProtectionMethod.FULL_RATCHET, floor=usd("0.05")))
        )
    )
    split(ledger, "1/20")

    (then,) = warrants(ledger, as_of="2026-06-30", basis="2026-07-01")
    (now,) = warrants(ledger, as_of="2026-07-01")

    assert (then.purchasable, then.price.only, then.floor.only) == (exactly(Shares(50)), usd("40"), usd("1"))
    assert (now.purchasable, now.price.only, now.floor.only) == (exactly(Shares(50)), usd("40"), usd("1"))
    with pytest.raises(NotUnderstood, match="forward only"):
        warrants(ledger, as_of="2026-07-01", basis="2026-06-30")


@given(
    st.integers(1, 10**9),
    st.fractions(Fraction(1, 10**6), 10**4, max_denominator=10**6),
    st.sampled_from(["2", "3/2", "10"]),
)
def test_a_split_into_more_shares_leaves_the_aggregate_price(number: int, price: Fraction, ratio: str) -> None:
    ledger = recorded(a.warrant_issued(purchasable=number * 2, price=Price(price, "USD")))
    split(ledger, ratio)

    (line,) = warrants(ledger, as_of=END)

    assert line.price.only is not None
    assert line.purchasable.exact.as_fraction() * line.price.only.amount == number * 2 * price


def test_an_exercise_that_is_only_supposed_leaves_the_record_as_it_was() -> None:
    ledger = recorded(a.warrant_issued())
    before = ledger.entries()

    changed = what_if(ledger, a.warrant_exercised(received=400), as_of=END)

    assert ledger.entries() == before
    assert len(changed) > 0


def test_what_a_holder_that_was_merged_may_buy_stands_under_the_other() -> None:
    ledger = recorded(a.warrant_issued(holder="bob"), a.holder_merged(holder="bob", into="ada"))

    (line,) = warrants(ledger, as_of="2026-06-30")

    assert (line.holder, line.name, line.purchasable) == ("ada", "Ada Quill", exactly(Shares(1_000)))


# --- what is not by the terms ------------------------------------------------------------------------------------

BOTH = WarrantTerms(exercise=(ExerciseForm.CASH, ExerciseForm.CASHLESS))


def off_terms(*facts: Event) -> list[str]:
    found = findings(recorded(*facts))
    assert all((each.severity, each.code) == (Severity.OFF_TERMS, "E_OFF_TERMS") for each in found)
    return [each.what for each in found]


@pytest.mark.parametrize(("paid", "fits"), [("799.99 USD", False), ("800 USD", True), ("800.01 USD", False)])
def test_what_is_paid_is_the_price_of_the_day(paid: str, fits: bool) -> None:
    told = off_terms(a.warrant_issued(), a.warrant_exercised(received=400, paid=paid))

    differs = f"{paid} was paid for 400 shares of w-1, and its price asks 800 USD"
    assert told == ([] if fits else [differs])


def test_what_the_price_asks_is_told_as_people_write_it() -> None:
    told = off_terms(a.warrant_issued(purchasable=20_000), a.warrant_exercised(received=20_000, paid="50000 USD"))

    assert told == ["50,000 USD was paid for 20,000 shares of w-1, and its price asks 40,000 USD"]


@pytest.mark.parametrize(
    ("received", "given_up", "fits"), [(360, 640, False), (361, 639, True), (362, 638, True), (363, 637, False)]
)
def test_what_is_received_without_cash_is_what_the_market_yields(received: int, given_up: int, fits: bool) -> None:
    """Of 1,000 at 11.50 against 18: 361 1/9, which may be rounded either way."""
    told = off_terms(
        a.warrant_issued(price="11.50 USD", terms=BOTH),
        a.warrant_exercised(received=received, given_up=given_up, market_price="18 USD"),
    )

    assert (told == []) is fits
    assert all("yields 3250/9" in each for each in told)


@pytest.mark.parametrize(("on", "fits"), [("2026-03-02", False), ("2026-03-03", True), ("2026-03-04", False)])
def test_an_exercise_outside_its_days_is_found(on: str, fits: bool) -> None:
    terms = WarrantTerms(exercisable_from=date(2026, 3, 3), expires_on=date(2026, 3, 3))

    told = off_terms(a.warrant_issued(terms=terms), a.warrant_exercised(effective_on=on))

    assert (told == []) is fits
    assert all("from 2026-03-03 to 2026-03-03" in each for each in told)


@pytest.mark.parametrize(
    "facts",
    [
        [a.warrant_issued(), a.warrant_exercised(received=400)],
        [a.warrant_issued(terms=BOTH), a.warrant_exercised(received=1, given_up=999)],
        [
            a.warrant_issued(terms=WarrantTerms(expires_on=date(2026, 3, 10))),
            a.warrant_exercised(effective_on="2026-03-09/2026-03-12"),
        ],
        [
            a.warrant_issued(),
            a.instrument_adjusted(price="1 USD", effective_on="2026-03-01/2026-03-20"),
            a.warrant_exercised(received=400, paid="400 USD"),
        ],
    ],
    ids=["nothing paid is stated", "no market price is stated", "its day is open", "the day of its price is open"],
)
def test_what_nobody_states_is_no_finding(facts: list[Event]) -> None:
    assert off_terms(*facts) == []


@given(st.integers(1, 1_000), st.booleans(), st.integers(1, 500))
def test_what_a_command_works_out_is_always_by_the_terms(exercised: int, in_cash: bool, market: int) -> None:
    ledger = recorded(a.warrant_issued(terms=BOTH, price="2 USD"))
    more: dict[str, Any] = {} if in_cash else {"market_price": Price(Fraction(market, 100) + 2, "USD")}
    command = ExerciseWarrant(
        holder=HolderId("fund"),
        warrant=InstrumentId("w-1"),
        exercised=Shares(exercised),
        on=EffectiveDay(date(2026, 3, 3)),
        **more,
    )
    if not in_cash and exercised * market < market + 200:  # a few shares, barely above the price, yield none
        with pytest.raises(NotExercisable):
            command.events(ledger)
        return
    ledger.record(*command.events(ledger))

    assert list(findings(ledger)) == []


def test_a_repricing_is_by_agreement_and_no_finding() -> None:
    ledger = recorded(
        a.warrant_issued(),
        a.instrument_adjusted(price="1 USD", cause=AdjustmentCause.REPRICING, effective_on="2026-03-02"),
        a.warrant_exercised(received=400, paid="400 USD"),
    )

    assert list(findings(ledger)) == []
