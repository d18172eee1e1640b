"""What people ask of notes: each becomes the events that state the outcome, or a refusal that says why."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger import Ledger
from ledger.commands import AddInterest, ConvertNote, RepayNote
from ledger.days import EffectiveDay, Phase
from ledger.errors import InstrumentExceeded, NoteNotConvertible, RuleBroken, TermsIncomplete, UnknownName
from ledger.events import ConvertibleConverted, Event
from ledger.identity import Count, HolderId, InstrumentId, StockClassId
from ledger.movements import InstrumentKind
from ledger.quantities import FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.interest import DayCount, InterestTerms
from ledger.terms.market import MarketPrice, Measure, PriceRule
from ledger.terms.notes import NoteConversion, NoteTerms
from tests import builders

FUND, NOTE = HolderId("fund"), InstrumentId("n-1")


def usd(amount: str | int | Fraction) -> Money:
    return Money(amount, "USD")


def note(rate: str = "0.365", **fields: Any) -> Event:
    """Return a note of 1,000 that bears 1 a day and becomes common stock at 4, with changes to its conversion."""
    rule = {name: fields.pop(name) for name in ("market", "floor", "par_is_floor") if name in fields}
    fixed = fields.pop("fixed", Price(4, "USD"))
    conversion = NoteConversion(into=StockClassId("common"), price=PriceRule(fixed=fixed, **rule), **fields)
    interest = InterestTerms(rate=Ratio(rate), day_count=DayCount.ACTUAL_365)
    terms = NoteTerms(interest=interest, conversion=conversion)
    return builders.note_issued(principal="1000 USD", terms=terms, consideration=None)


def company(*events: Event) -> Ledger:
    ledger = builders.company()
    ledger.record(*events)
    return ledger


def convert(ledger: Ledger, on: str = "2026-03-04", **fields: Any) -> ConvertibleConverted:
    """Convert 30 days after the issue, when 30 of interest are owed, and record it."""
    (event,) = ConvertNote(holder=FUND, instrument=NOTE, on=EffectiveDay.parse(on), **fields).events(ledger)
    ledger.record(event)
    assert isinstance(event, ConvertibleConverted)
    return event


def stated(event: ConvertibleConverted) -> tuple[Any, ...]:
    return event.principal, event.interest, event.price, event.received


# --- conversion ---------------------------------------------------------------------------------------------


def test_all_of_a_note_converts_with_its_interest_at_the_fixed_price() -> None:
    event = convert(company(note()))
    assert stated(event) == (usd(1_000), usd(30), Price(4, "USD"), Shares(257))  # 257.5, rounded down


def test_a_part_converts_with_its_part_of_the_interest() -> None:
    ledger = company(note())
    assert stated(convert(ledger, principal=usd(400))) == (usd(400), usd(12), Price(4, "USD"), Shares(103))
    assert stated(convert(ledger)) == (usd(600), usd(18), Price(4, "USD"), Shares(154))


def test_interest_that_does_not_convert_stays_owed() -> None:
    ledger = company(note(interest_converts=False))
    assert stated(convert(ledger)) == (usd(1_000), None, Price(4, "USD"), Shares(250))
    (paid,) = RepayNote(holder=FUND, instrument=NOTE, on=EffectiveDay("2026-03-04"), interest=usd(30)).events(
        ledger
    )
    ledger.record(paid)


def test_what_the_papers_of_the_conversion_state_wins_over_the_terms() -> None:
    event = convert(company(note()), interest=usd(0), price=Price(5, "USD"), received=Shares(201))
    assert stated(event) == (usd(1_000), None, Price(5, "USD"), Shares(201))


def test_the_market_decides_where_the_terms_say_so() -> None:
    lowest = MarketPrice(measure=Measure.CLOSE, trading_days=Count(2), part=Ratio("0.8"))
    quotes = [builders.price_quoted(effective_on=f"2026-03-{day}", price=f"{price} USD") for day, price in QUOTES]
    event = convert(company(note(market=(lowest,)), *quotes))
    assert stated(event)[2:] == (Price("2.4", "USD"), Shares(429))  # 1,030 / 2.4 = 429.17


QUOTES = [("02", "3"), ("03", "3.5"), ("04", "1")]


def test_an_instalment_in_shares_takes_the_price_of_instalments() -> None:
    close = MarketPrice(measure=Measure.CLOSE, trading_days=Count(1))
    ledger = company(note(instalments_at=(close,)), builders.price_quoted(effective_on="2026-03-03", price="2 USD"))
    assert convert(ledger, principal=usd(100), for_instalment=True).price == Price(2, "USD")
    assert convert(ledger, principal=usd(100)).price == Price(4, "USD")


def test_the_price_in_force_is_that_of_the_last_adjustment() -> None:
    adjusted = builders.instrument_adjusted(
        instrument=NOTE,
        instrument_kind=InstrumentKind.NOTE,
        price="2 USD",
        effective_on="2026-03-04",
    )
    assert convert(company(note(), adjusted)).price == Price(2, "USD")
    assert convert(company(note(), adjusted), on="2026-03-03").price == Price(4, "USD")


def test_a_fraction_is_paid_in_cash_where_the_terms_say_so() -> None:
    event = convert(company(note(fractions=FractionPolicy.CASH_IN_LIEU)))
    assert (event.received, event.cash_in_lieu) == (Shares(257), usd(2))


@pytest.mark.parametrize(
    ("fields", "asked", "why"),
    [
        ({"opens_on": date(2026, 3, 5)}, {}, "may be converted from 2026-03-05 on"),
        ({"closes_on": date(2026, 3, 3)}, {}, "could be converted up to 2026-03-03"),
        (
            {"market": (MarketPrice(measure=Measure.VWAP, trading_days=Count(5)),)},
            {},
            "has no price that is known: the lowest VWAP of 5 trading days before",
        ),
        ({"par_is_floor": True}, {}, "has no price that is known: par value"),
        ({}, {"principal": usd("0.01"), "interest": usd(0)}, "yields no share for 0.01 USD at 4 USD"),
    ],
)
def test_a_conversion_that_the_terms_do_not_allow_is_refused(
    fields: dict[str, Any], asked: dict[str, Any], why: str
) -> None:
    ledger = company(note(**fields))
    with pytest.raises(NoteNotConvertible) as caught:
        convert(ledger, **asked)
    assert caught.value.why == why
    assert len(ledger.entries()) == 7


def test_a_note_without_a_right_to_convert_is_not_converted() -> None:
    with pytest.raises(NoteNotConvertible, match="carries no right"):
        convert(company(builders.note_issued(terms=NoteTerms())))
    safe = ConvertNote(holder=FUND, instrument=InstrumentId("safe-1"), on=EffectiveDay("2026-03-04"))
    with pytest.raises(NoteNotConvertible, match="has no terms of a note"):
        safe.events(company(builders.safe_issued()))


def test_an_open_day_before_it_leaves_the_interest_to_the_papers() -> None:
    paid = builders.note_repaid(principal=None, interest="10 USD", effective_on="2026-02-10/2026-02-20")
    ledger = company(note(), paid)
    with pytest.raises(TermsIncomplete, match="the day of entry 8 is open"):
        convert(ledger)
    assert convert(ledger, interest=usd(20)).received == Shares(255)


def test_an_open_repayment_leaves_the_principal_to_the_papers() -> None:
    paid = builders.note_repaid(principal="100 USD", interest=None, effective_on="2026-03-01/2026-03-20")
    ledger = company(note(), paid)
    with pytest.raises(TermsIncomplete, match="how much is owed on 2026-03-04 is open"):
        convert(ledger)


def test_names_that_are_not_known_and_notes_that_are_not_owed_are_told() -> None:
    ledger = company(note())
    with pytest.raises(UnknownName, match="Did you mean n-1"):
        RepayNote(holder=FUND, instrument=InstrumentId("n-11"), on=EffectiveDay("2026-03-04")).events(ledger)
    with pytest.raises(UnknownName):
        RepayNote(holder=FUND, instrument=NOTE, on=EffectiveDay("2026-02-01")).events(ledger)
    with pytest.raises(TermsIncomplete, match="nothing of it is owed to ada"):
        RepayNote(holder=HolderId("ada"), instrument=NOTE, on=EffectiveDay("2026-03-04")).events(ledger)


# --- repayment and interest ---------------------------------------------------------------------------------


def test_all_of_a_note_is_repaid_with_its_interest_to_the_cent() -> None:
    """1,000 at 10 % for 30 days: 8.219… are paid as 8.22; the rest of a cent stays in the exact arithmetic."""
    ledger = company(note("0.1"))
    (event,) = RepayNote(holder=FUND, instrument=NOTE, on=EffectiveDay("2026-03-04")).events(ledger)
    assert (event.principal, event.interest) == (usd(1_000), usd("8.22"))  # type: ignore[attr-defined]  # a repayment
    ledger.record(event)


def test_what_is_named_alone_is_paid_alone() -> None:
    ledger = company(note())
    (event,) = RepayNote(
        holder=FUND, instrument=NOTE, on=EffectiveDay("2026-03-04"), principal=usd(10), premium=usd(1)
    ).events(ledger)
    assert (event.principal, event.interest, event.premium) == (usd(10), None, usd(1))  # type: ignore[attr-defined]  # a repayment


def test_interest_is_added_to_the_principal_and_bears_interest_from_then_on() -> None:
    ledger = company(note())
    (event,) = AddInterest(holder=FUND, instrument=NOTE, on=EffectiveDay("2026-03-04")).events(ledger)
    assert event.added == usd(30)  # type: ignore[attr-defined]  # interest added
    ledger.record(event)
    with pytest.raises(TermsIncomplete, match="no interest is owed"):
        AddInterest(holder=FUND, instrument=NOTE, on=EffectiveDay("2026-03-04")).events(ledger)
    (paid,) = RepayNote(holder=FUND, instrument=NOTE, on=EffectiveDay("2026-03-14")).events(ledger)
    assert (paid.principal, paid.interest) == (usd(1_030), usd("10.3"))  # type: ignore[attr-defined]  # a repayment


# --- what the record refuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        builders.convertible_converted,
        builders.note_repaid,
        builders.convertible_cancelled,
        builders.convertible_assigned,
        lambda **fields: builders.securities_exchanged(),
    ],
)
def test_no_more_than_is_owed_can_be_settled(make: Any) -> None:
    ledger = company(builders.note_issued(principal="100 USD", consideration=None))
    with pytest.raises(InstrumentExceeded) as caught:
        ledger.record(make(principal="101 USD"))
    assert (caught.value.instrument, caught.value.left) == (NOTE, usd(100))
    ledger.record(builders.note_repaid(principal="100 USD"))


def test_a_note_is_named_once_and_known_before_it_is_spoken_of() -> None:
    with pytest.raises(RuleBroken, match="was already recorded"):
        company(note(), note())
    for event in (
        builders.note_repaid(),
        builders.note_terms_amended(),
        builders.default_declared(),
        builders.lien_granted(secures=(NOTE,)),
        builders.convertible_assigned(),
    ):
        with pytest.raises(UnknownName, match="n-1"):
            company(event)
    with pytest.raises(UnknownName, match="all-assets"):
        company(builders.lien_released())


def test_shares_of_a_conversion_stay_within_the_authorized_number_and_draw_on_a_reserve() -> None:
    reserve = builders.shares_reserved(reserve="notes", reserved=9_900_000, purpose="Notes")
    ledger = company(note(), reserve)
    big = builders.convertible_converted(principal="10 USD", received=200_000, reserve="notes", interest=None)
    ledger.record(big)
    with pytest.raises(RuleBroken, match="authorized"):
        ledger.record(builders.convertible_converted(principal="10 USD", received=200_000, interest=None))


def test_a_quote_on_the_day_of_a_split_says_on_which_side_of_it_it_lies() -> None:
    split = builders.stock_split_effected(effective_on="2026-03-04", phase=Phase.ORDINARY)
    with pytest.raises(RuleBroken, match="same phase"):
        company(split, builders.price_quoted(effective_on="2026-03-04"))
    company(split, builders.price_quoted(effective_on="2026-03-04", phase=Phase.CLOSE))
    with pytest.raises(RuleBroken, match="same phase"):
        company(split, builders.outstanding_reported(effective_on="2026-03-04"))
