"""Warrants and adjusted prices in the record: what they move, what is refused, what a split asks for."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger.book import Book
from ledger.commands import AdjustInstrument, ExerciseWarrant, ExpireWarrant, SplitStock, book_at
from ledger.days import EffectiveDay, Phase, between
from ledger.errors import (
    InstrumentExceeded,
    NotExercisable,
    NotUnderstood,
    OrderUnclear,
    TermsIncomplete,
    UnknownName,
)
from ledger.events import AdjustmentCause, InstrumentAdjusted, SharesAdded, WarrantExercised
from ledger.identity import HolderId, InstrumentId, StockClassId
from ledger.journal import Ledger
from ledger.movements import InstrumentKind, Level, Purchasable
from ledger.quantities import Authorized, FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.awards import AwardKind
from ledger.terms.market import PriceRule
from ledger.terms.notes import NoteConversion, NoteTerms
from ledger.terms.protection import PriceProtection, ProtectionMethod
from ledger.terms.warrants import ExerciseForm, WarrantTerms
from tests import builders

WARRANT, COMMON, FUND = InstrumentId("w-1"), StockClassId("common"), HolderId("fund")
LATER = date(2026, 12, 31)
BOTH_WAYS = WarrantTerms(exercise=(ExerciseForm.CASH, ExerciseForm.CASHLESS))


def usd(amount: str) -> Price:
    return Price(amount, "USD")


def issued(**changes: Any) -> Ledger:
    ledger = builders.company()
    ledger.record(builders.warrant_issued(**changes))
    return ledger


def at(ledger: Ledger, on: date = LATER) -> Book:
    return book_at(ledger, on, Phase.CLOSE)


def left(ledger: Ledger, holder: HolderId = FUND, on: date = LATER) -> int | Fraction:
    return Shares.of_units(at(ledger, on).high.get((COMMON, Purchasable(WARRANT, holder)), 0)).as_fraction()


def level(ledger: Ledger, which: Level, on: date = LATER) -> object:
    ((_, value),) = at(ledger, on).levels(which, (WARRANT, COMMON))
    return value


def exercise(shares: int, **more: Any) -> ExerciseWarrant:
    defaults = {"holder": FUND, "warrant": WARRANT, "on": EffectiveDay(date(2026, 3, 3))}
    return ExerciseWarrant(exercised=Shares(shares), **{**defaults, **more})


# --- what happens to a warrant -------------------------------------------------------------------------------


def test_a_warrant_becomes_smaller_with_all_that_happens_to_it() -> None:
    ledger = issued()
    ledger.record(
        builders.warrant_exercised(received=400),
        builders.warrant_transferred(transferred=300),
        builders.warrant_cancelled(cancelled=100),
        builders.warrant_expired(expired=200),
    )

    assert left(ledger) == 0
    assert left(ledger, HolderId("bob")) == 300


def test_a_warrant_keeps_no_shares_back_unless_they_are_reserved() -> None:
    """The whole authorized number may be issued beside it; drawing on a reserve takes the shares from there."""
    ledger = issued(purchasable=1_000)
    ledger.record(builders.shares_reserved(reserved=1_000, reserve="warrants"))
    ledger.record(builders.common_issued(issued=9_999_000, effective_on="2026-03-01"))

    ledger.record(builders.warrant_exercised(received=1_000, reserve="warrants"))

    assert left(ledger) == 0


@pytest.mark.parametrize(("received", "fits"), [(999, True), (1_000, True), (1_001, False)])
def test_no_more_is_exercised_than_the_warrant_has_left(received: int, fits: bool) -> None:
    ledger = issued(purchasable=1_000)
    if fits:
        ledger.record(builders.warrant_exercised(received=received))
        return
    with pytest.raises(InstrumentExceeded) as refused:
        ledger.record(builders.warrant_exercised(received=received))

    assert refused.value.left == Shares(1_000)
    assert refused.value.asked == Shares(1_001)


def test_what_is_given_up_counts_against_the_warrant_too() -> None:
    ledger = issued(purchasable=1_000)
    with pytest.raises(InstrumentExceeded):
        ledger.record(builders.warrant_exercised(received=361, given_up=640))

    ledger.record(builders.warrant_exercised(received=361, given_up=639))

    assert left(ledger) == 0


def test_another_holder_exercises_only_what_passed_to_it() -> None:
    ledger = issued()
    with pytest.raises(InstrumentExceeded):
        ledger.record(builders.warrant_exercised(holder="bob", received=1))


def test_a_warrant_that_was_never_issued_is_not_known() -> None:
    with pytest.raises(UnknownName):
        builders.company().record(builders.warrant_exercised())


def test_a_warrant_goes_to_somebody_else() -> None:
    with pytest.raises(NotUnderstood, match="to itself"):
        builders.warrant_transferred(to_holder="fund")


def test_a_floor_is_in_the_currency_of_the_price() -> None:
    protection = PriceProtection(method=ProtectionMethod.FULL_RATCHET, floor=Price("1", "EUR"))
    with pytest.raises(NotUnderstood, match="one currency"):
        builders.warrant_issued(terms=WarrantTerms(protection=protection))


# --- exercising by the terms ---------------------------------------------------------------------------------


def test_exercise_in_cash_costs_the_price_in_force() -> None:
    ledger = issued(price="2 USD")
    ledger.record(builders.instrument_adjusted(price="1.50 USD", effective_on="2026-03-02"))

    (made,) = exercise(400).events(ledger)

    assert isinstance(made, WarrantExercised)
    assert (made.received, made.paid, made.given_up) == (Shares(400), Money(600, "USD"), None)


def test_exercise_without_cash_gives_up_what_the_market_pays_for() -> None:
    ledger = issued(price="11.50 USD", terms=BOTH_WAYS)

    (made,) = exercise(1_000, market_price=usd("18")).events(ledger)

    assert isinstance(made, WarrantExercised)
    assert (made.received, made.given_up, made.paid) == (Shares(361), Shares(639), None)
    assert made.exercised == Shares(1_000)


def test_a_fraction_is_paid_for_where_the_terms_say_so() -> None:
    terms = WarrantTerms(exercise=(ExerciseForm.CASHLESS,), fractions=FractionPolicy.CASH_IN_LIEU)
    ledger = issued(price="11.50 USD", terms=terms)

    (made,) = exercise(1_000, market_price=usd("18")).events(ledger)

    assert isinstance(made, WarrantExercised)
    assert made.cash_in_lieu == Money(2, "USD")


@pytest.mark.parametrize(
    ("terms", "asked", "why"),
    [
        (WarrantTerms(), {"market_price": usd("18")}, "cash only"),
        (WarrantTerms(exercise=(ExerciseForm.CASHLESS,)), {}, "cashless only"),
        (WarrantTerms(exercisable_from=date(2026, 3, 4)), {}, "from 2026-03-04 on"),
        (WarrantTerms(expires_on=date(2026, 3, 2)), {}, "expired on 2026-03-02"),
        (BOTH_WAYS, {"market_price": usd("2")}, "no whole share"),
    ],
)
def test_an_exercise_that_the_terms_do_not_allow_is_refused(
    terms: WarrantTerms, asked: dict[str, Any], why: str
) -> None:
    ledger = issued(terms=terms)
    with pytest.raises(NotExercisable, match=why):
        exercise(400, **asked).events(ledger)


def test_an_exercise_beside_the_terms_that_the_papers_state_is_recorded() -> None:
    ledger = issued(terms=WarrantTerms(expires_on=date(2026, 3, 2)))

    ledger.record(builders.warrant_exercised(received=400))

    assert left(ledger) == 600


def test_an_open_day_is_held_against_both_its_ends() -> None:
    ledger = issued(terms=WarrantTerms(exercisable_from=date(2026, 3, 4)))
    with pytest.raises(NotExercisable):
        exercise(400, on=EffectiveDay(date(2026, 3, 3), date(2026, 3, 9))).events(ledger)


def test_a_mistyped_warrant_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as refused:
        exercise(1, warrant=InstrumentId("w-11")).events(issued())

    assert refused.value.nearest == "w-1"


def test_what_is_left_expires_for_each_holder_on_the_day_after_the_last() -> None:
    ledger = issued(terms=WarrantTerms(expires_on=date(2026, 6, 30)))
    ledger.record(builders.warrant_transferred(transferred=300))
    with pytest.raises(NotExercisable, match="its last day is 2026-06-30"):
        ExpireWarrant(warrant=WARRANT, on=EffectiveDay(date(2026, 6, 30))).events(ledger)

    ledger.record(*ExpireWarrant(warrant=WARRANT, on=EffectiveDay(date(2026, 7, 1))).events(ledger))

    assert (left(ledger), left(ledger, HolderId("bob"))) == (0, 0)
    with pytest.raises(NotExercisable, match="nothing left"):
        ExpireWarrant(warrant=WARRANT, on=EffectiveDay(date(2026, 7, 2))).events(ledger)


def test_a_longer_term_keeps_a_warrant_from_expiring() -> None:
    ledger = issued(terms=WarrantTerms(expires_on=date(2026, 6, 30)))
    ledger.record(builders.warrant_terms_amended(terms=WarrantTerms(expires_on=date(2027, 6, 30))))

    with pytest.raises(NotExercisable, match="2027-06-30"):
        ExpireWarrant(warrant=WARRANT, on=EffectiveDay(date(2026, 7, 1))).events(ledger)


# --- adjusted prices -----------------------------------------------------------------------------------------


def test_an_adjustment_changes_what_it_states_and_leaves_the_rest() -> None:
    protection = PriceProtection(method=ProtectionMethod.FULL_RATCHET, floor=usd("0.05"))
    ledger = issued(price="1.76 USD", terms=WarrantTerms(protection=protection))
    added = (SharesAdded(holder=FUND, added=Shares(500)),)

    ledger.record(builders.instrument_adjusted(price="0.14 USD", added=added))

    assert level(ledger, Level.PRICE) == usd("0.14")
    assert level(ledger, Level.FLOOR) == usd("0.05")
    assert left(ledger) == 1_500


def test_shares_may_be_added_and_the_price_stay() -> None:
    ledger = issued()
    ledger.record(builders.instrument_adjusted(added=(SharesAdded(holder=FUND, added=Shares(1)),)))

    assert level(ledger, Level.PRICE) == usd("2")
    assert left(ledger) == 1_001


@pytest.mark.parametrize(
    "changes",
    [
        {"price": None},
        {"price": "1 USD", "floor": "1 EUR"},
        {"instrument_kind": InstrumentKind.NOTE, "added": (SharesAdded(holder=FUND, added=Shares(1)),)},
        {"cause": AdjustmentCause.SPLIT, "added": (SharesAdded(holder=FUND, added=Shares(1)),)},
        {"cause": AdjustmentCause.STOCK_DIVIDEND, "added": (SharesAdded(holder=FUND, added=Shares(1)),)},
        {"added": (SharesAdded(holder=FUND, added=Shares(1)),) * 2},
    ],
)
def test_an_adjustment_that_contradicts_itself_is_not_understood(changes: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        builders.instrument_adjusted(**changes)


def test_an_adjustment_names_the_kind_that_was_issued() -> None:
    ledger = issued()
    with pytest.raises(TermsIncomplete, match="issued as warrant, not as option"):
        ledger.record(builders.instrument_adjusted(instrument_kind=InstrumentKind.OPTION))


def test_an_adjustment_names_the_class_that_the_instrument_is_of() -> None:
    units = builders.award_terms(award_kind=AwardKind.RESTRICTED_STOCK_UNIT)
    ledger = issued()
    ledger.record(builders.plan_adopted(), builders.award_granted(terms=units))
    added = (SharesAdded(holder=FUND, added=Shares(1)),)
    to_bob = (SharesAdded(holder=HolderId("bob"), added=Shares(1)),)
    of_units = {"instrument": "option-1", "instrument_kind": InstrumentKind.RESTRICTED_UNITS, "price": None}
    for fact in (
        builders.instrument_adjusted(stock_class="series-a"),
        builders.instrument_adjusted(stock_class="series-a", added=added),
        builders.instrument_adjusted(stock_class="series-a", added=to_bob, **of_units),
    ):
        with pytest.raises(TermsIncomplete, match="it is of common, not of series-a"):
            ledger.record(fact)
    ledger.record(builders.instrument_adjusted(added=to_bob, effective_on="2027-02-01", **of_units))


# --- adjusting by command --------------------------------------------------------------------------------------


def into(stock_class: str) -> NoteTerms:
    return NoteTerms(conversion=NoteConversion(into=StockClassId(stock_class), price=PriceRule(fixed=usd("5"))))


def adjusted(ledger: Ledger, instrument: InstrumentId, day: EffectiveDay) -> InstrumentAdjusted:
    command = AdjustInstrument(instrument=instrument, on=day, cause=AdjustmentCause.AMENDMENT, price=usd("4"))
    (event,) = command.events(ledger)
    assert isinstance(event, InstrumentAdjusted)
    return event


def test_the_price_that_is_adjusted_is_of_the_class_that_a_note_converts_into_now() -> None:
    ledger, note = builders.company(), InstrumentId("n-1")
    ledger.record(builders.note_issued(terms=into("series-a")))
    ledger.record(
        builders.note_terms_amended(terms=into("common"), effective_on=between("2026-03-02", "2026-03-09"))
    )

    assert adjusted(ledger, note, EffectiveDay(date(2026, 3, 1))).stock_class == "series-a"
    event = adjusted(ledger, note, EffectiveDay(date(2026, 3, 9)))
    assert event.stock_class == "common"
    ledger.record(event)

    ledger.record(builders.note_terms_amended(terms=NoteTerms(), effective_on="2026-04-01"))
    with pytest.raises(TermsIncomplete, match="no class that it buys or converts into"):
        adjusted(ledger, note, EffectiveDay(date(2026, 4, 1)))


def test_a_mistyped_instrument_is_answered_with_the_nearest_of_any_kind() -> None:
    ledger = issued()
    ledger.record(builders.note_issued(instrument="note-7"))
    with pytest.raises(UnknownName, match=r"no instrument 'note-8'.*note-7"):
        adjusted(ledger, InstrumentId("note-8"), EffectiveDay(LATER))


def test_a_class_does_not_convert_into_itself_at_a_new_price_neither() -> None:
    with pytest.raises(NotUnderstood, match="itself"):
        builders.conversion_price_adjusted(stock_class="common")


def test_a_conversion_price_holds_from_its_day_on() -> None:
    ledger = builders.company()
    ledger.record(builders.conversion_price_adjusted(effective_on="2026-03-06"))

    def price(on: date) -> object:
        ((_, right),) = at(ledger, on).levels(Level.CONVERSION, "series-a")
        return getattr(right, "price", None)

    assert price(date(2026, 3, 5)) == usd("8")
    assert price(date(2026, 3, 6)) == usd("6")


# --- splits --------------------------------------------------------------------------------------------------


def split(ratio: str = "1/20", **changes: Any) -> SplitStock:
    defaults: dict[str, Any] = {
        "stock_class": COMMON,
        "ratio": Ratio(ratio),
        "on": date(2026, 7, 1),
        "phase": Phase.OPENING,
        "fractions": FractionPolicy.UP,
        "authorized": Authorized(10_000_000),
    }
    return SplitStock(**{**defaults, **changes})


def test_a_split_restates_the_price_and_the_floor_and_multiplies_the_shares() -> None:
    protection = PriceProtection(method=ProtectionMethod.FULL_RATCHET, floor=usd("0.05"))
    ledger = issued(terms=WarrantTerms(protection=protection))

    ledger.record(*split("1/20").events(ledger))

    assert (level(ledger, Level.PRICE), level(ledger, Level.FLOOR)) == (usd("40"), usd("1"))
    assert left(ledger) == 50
    assert level(ledger, Level.PRICE, date(2026, 6, 30)) == usd("2")


def test_a_split_without_the_restated_price_is_refused() -> None:
    ledger = issued()
    alone, *_ = split().events(ledger)
    with pytest.raises(TermsIncomplete, match="changes its price") as refused:
        ledger.record(alone)

    assert refused.value.subject == "w-1"


def test_a_split_asks_for_the_floor_beside_the_price() -> None:
    protection = PriceProtection(method=ProtectionMethod.FULL_RATCHET, floor=usd("0.05"))
    ledger = issued(terms=WarrantTerms(protection=protection))
    alone, adjusted = split().events(ledger)
    assert isinstance(adjusted, InstrumentAdjusted)
    with pytest.raises(TermsIncomplete, match="changes its floor price"):
        ledger.record(alone, builders.instrument_adjusted(**{**_fields(adjusted), "floor": None}))


def _fields(adjusted: InstrumentAdjusted) -> dict[str, Any]:
    names = ("instrument", "instrument_kind", "stock_class", "cause", "price", "floor", "phase", "effective_on")
    return {name: getattr(adjusted, name) for name in names}


def test_the_restated_price_comes_after_the_split() -> None:
    ledger = issued()
    alone, adjusted = split().events(ledger)
    with pytest.raises((OrderUnclear, TermsIncomplete)):
        ledger.record(adjusted, alone)


@pytest.mark.parametrize(
    "ended",
    [
        builders.warrant_exercised(received=1_000),
        builders.warrant_cancelled(cancelled=1_000),
        builders.warrant_expired(expired=1_000, effective_on="2026-06-30"),
    ],
    ids=lambda event: event.KIND,
)
def test_a_split_asks_nothing_of_a_warrant_that_has_ended(ended: Any) -> None:
    ledger = issued()
    ledger.record(ended)
    (alone,) = split().events(ledger)

    ledger.record(alone)


def test_a_split_of_another_class_leaves_the_price_alone() -> None:
    ledger = issued()
    (alone,) = split("2", stock_class=StockClassId("series-a"), authorized=Authorized(2_000_000)).events(ledger)

    ledger.record(alone)

    assert level(ledger, Level.PRICE) == usd("2")


def test_a_warrant_recorded_late_before_a_split_needs_its_restated_price_too() -> None:
    ledger = builders.company()
    ledger.record(*split().events(ledger))
    with pytest.raises(TermsIncomplete, match="changes its price"):
        ledger.record(builders.warrant_issued())

    adjusted = builders.instrument_adjusted(
        cause=AdjustmentCause.SPLIT, price="40 USD", effective_on="2026-07-01", phase=Phase.OPENING
    )
    ledger.record(builders.warrant_issued(), adjusted)

    assert left(ledger) == 50


def test_a_split_and_a_price_adjusted_for_another_reason_need_an_order() -> None:
    ledger = issued()
    ledger.record(*split().events(ledger))
    with pytest.raises(OrderUnclear):
        ledger.record(builders.instrument_adjusted(price="1 USD", effective_on="2026-07-01", phase=Phase.OPENING))
