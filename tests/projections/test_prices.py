"""The price at which a note converts on a day: quotes, splits, adjustments and defaults of the record."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger.events import AdjustmentCause, Event
from ledger.identity import Count, InstrumentId, StockClassId
from ledger.movements import InstrumentKind
from ledger.quantities import Price, Ratio
from ledger.terms.market import Found, MarketPrice, Measure, PriceRule, Statistic
from ledger.terms.notes import NoteConversion, NoteTerms
from ledger.timeline import history_of
from projections import findings
from projections.prices import note_price, prices_of
from projections.replay import Balances, replay
from tests import builders

COMMON, NOTE = StockClassId("common"), InstrumentId("n-1")


def on(as_of: str, *events: Event) -> Balances:
    company = builders.company()
    company.record(*events)
    facts = company.standing()
    return replay(history_of(facts, as_of=date.fromisoformat(as_of), known=len(facts)), facts)


def lowest(trading_days: int = 2, **fields: Any) -> MarketPrice:
    return MarketPrice(measure=Measure.CLOSE, trading_days=Count(trading_days), **fields)


def note(**rule: Any) -> Event:
    conversion = NoteConversion(into=COMMON, price=PriceRule(**rule))
    return builders.note_issued(terms=NoteTerms(conversion=conversion))


def quoted(day: str, price: str, **changes: Any) -> Event:
    return builders.price_quoted(effective_on=f"2026-03-{day}", price=f"{price} USD", **changes)


def price(balances: Balances, **asked: Any) -> Found:
    found = note_price(balances, NOTE, **asked)
    assert found is not None
    return found


def usd(amount: str | int | Fraction) -> Price:
    return Price(amount, "USD")


TAPE = [quoted("02", "3"), quoted("03", "2"), quoted("04", "4"), quoted("05", "5")]


def test_the_last_quotes_before_the_day_decide() -> None:
    rule = {"market": (lowest(),), "fixed": usd("3.5")}
    found = [price(on(f"2026-03-{day}", note(**rule), *TAPE)).price for day in ("03", "04", "05", "06", "07")]
    assert found == [None, usd(2), usd(2), usd("3.5"), usd("3.5")]


def test_without_enough_quotes_the_fixed_price_is_the_most_it_can_be() -> None:
    found = price(on("2026-03-03", note(market=(lowest(),), fixed=usd("3.5"), floor=usd(1)), *TAPE))
    assert (found.price, found.at_least, found.at_most) == (None, usd(1), usd("3.5"))
    assert found.missing == ("the lowest closing price of 2 trading days before",)


def test_a_note_without_a_right_to_convert_has_no_price() -> None:
    assert note_price(on("2026-03-05", builders.note_issued(terms=NoteTerms())), NOTE) is None


SPLIT = builders.stock_split_effected(effective_on="2026-03-04")  # two for one, before the day opens


def test_a_quote_before_a_split_counts_in_the_units_after_it() -> None:
    events = [note(market=(lowest(3),)), *TAPE, SPLIT]

    assert {each.on.day: each.price for each in prices_of(on("2026-03-06", *events)).quotes(COMMON)} == {
        2: usd("1.5"),
        3: usd(1),
        4: usd(4),
        5: usd(5),
    }
    assert {each.on.day: each.price for each in prices_of(on("2026-03-03", *events)).quotes(COMMON)} == {
        2: usd(3),
        3: usd(2),
    }
    assert price(on("2026-03-06", *events)).price == usd(1)


def test_an_adjusted_price_and_floor_take_the_place_of_those_on_the_paper() -> None:
    adjusted = builders.instrument_adjusted(
        instrument=NOTE,
        instrument_kind=InstrumentKind.NOTE,
        cause=AdjustmentCause.RESET,
        price="2.5 USD",
        floor="2.25 USD",
        effective_on="2026-03-06",
    )
    events = [note(fixed=usd(3), market=(lowest(),), floor=usd(1)), *TAPE, adjusted]
    assert price(on("2026-03-05", *events)).price == usd(2)
    assert price(on("2026-03-06", *events)).price == usd("2.5")
    assert price(on("2026-03-04", *events)).price == usd(2)


def test_in_default_another_market_price_counts() -> None:
    rule = {"market": (lowest(1),), "market_in_default": (lowest(4, part=Ratio("1/2")),)}
    events = [note(**rule), *TAPE, builders.default_declared(effective_on="2026-03-06")]
    cured = builders.default_cured(effective_on="2026-03-09")

    assert price(on("2026-03-06", *events)).price == usd(1)
    assert price(on("2026-03-09", *events, cured)).price == usd(5)


def test_a_default_whose_day_is_open_leaves_the_price_between_two() -> None:
    rule = {"market": (lowest(1),), "market_in_default": (lowest(4, part=Ratio("1/2")),)}
    declared = builders.default_declared(effective_on="2026-03-06/2026-03-20")

    found = price(on("2026-03-06", note(**rule), *TAPE, declared))

    assert (found.at_least, found.price, found.at_most) == (usd(1), None, usd(5))


def test_the_par_value_of_the_class_is_a_floor_where_the_paper_says_so() -> None:
    par = builders.class_terms_amended(par_value="3 USD")
    rule = {"market": (lowest(),), "par_is_floor": True}
    assert price(on("2026-03-05", note(**rule), *TAPE)).price is None
    assert price(on("2026-03-05", note(**rule), *TAPE, par)).price == usd(3)


def test_a_price_that_may_only_go_down_stays_at_the_lowest_that_was_used() -> None:
    used = builders.convertible_converted(price="1 USD", effective_on="2026-03-03")
    events = [note(market=(lowest(),), only_down=True), *TAPE, used]
    assert price(on("2026-03-06", *events)).price == usd(1)
    assert price(on("2026-03-06", *events[:-1])).price == usd(4)
    assert price(on("2026-03-06", *events, SPLIT)).price == usd("0.5")


def test_an_instalment_in_shares_may_have_a_price_of_its_own() -> None:
    conversion = NoteConversion(
        into=COMMON,
        price=PriceRule(fixed=usd(9)),
        instalments_at=(lowest(2, statistic=Statistic.MEAN, part=Ratio("0.85")),),
    )
    balances = on("2026-03-04", builders.note_issued(terms=NoteTerms(conversion=conversion)), *TAPE)

    assert price(balances).price == usd(9)
    assert price(balances, for_instalment=True).price == usd("2.125")


# --- findings ------------------------------------------------------------------------------------------------


def off_the_terms(*events: Event) -> list[str]:
    company = builders.company()
    company.record(*events)
    return [found.what for found in findings(company) if found.code == "E_OFF_TERMS"]


def converted(**changes: Any) -> Event:
    """Return 1,000 USD of the note becoming shares on 6 March."""
    fields = {"principal": "1000 USD", "interest": None, "effective_on": "2026-03-06", **changes}
    return builders.convertible_converted(**fields)


@pytest.mark.parametrize(
    ("received", "differs"), [(248, True), (249, True), (250, False), (251, True), (252, True)]
)
def test_a_conversion_at_another_price_than_the_terms_give_is_a_finding(received: int, differs: bool) -> None:
    events = [note(fixed=usd(4)), converted(received=received, price=None)]
    told = f"1,000 USD of n-1 became {received} common, and the terms of the day, at 4 USD, yield 250"
    assert off_the_terms(*events) == ([told] if differs else [])


def test_a_conversion_that_is_not_what_its_own_price_yields_is_a_finding() -> None:
    events = [note(fixed=usd(4)), converted(received=250, price="5 USD")]
    assert off_the_terms(*events) == ["1,000 USD of n-1 became 250 common, and its price yields 200"]


def test_the_market_of_the_day_decides_whether_a_conversion_is_off_the_terms() -> None:
    rule = {"market": (lowest(),), "fixed": usd("3.5")}
    assert off_the_terms(note(**rule), *TAPE, converted(received=285, price=None)) == []
    assert len(off_the_terms(note(**rule), *TAPE, converted(received=500, price=None))) == 1
    assert off_the_terms(note(**rule), converted(received=500, price=None)) == []  # the quotes are not known


def test_an_instalment_at_the_price_of_instalments_is_within_the_terms() -> None:
    conversion = NoteConversion(into=COMMON, price=PriceRule(fixed=usd(9)), instalments_at=(lowest(1),))
    issued = builders.note_issued(terms=NoteTerms(conversion=conversion))
    assert off_the_terms(issued, *TAPE, converted(received=200, price=None)) == []
    assert len(off_the_terms(issued, *TAPE, converted(received=111, price=None))) == 0
    assert len(off_the_terms(issued, *TAPE, converted(received=150, price=None))) == 1


def test_a_conversion_before_its_right_opens_is_a_finding() -> None:
    conversion = NoteConversion(into=COMMON, price=PriceRule(fixed=usd(4)), opens_on=date(2026, 3, 7))
    issued = builders.note_issued(terms=NoteTerms(conversion=conversion))
    assert off_the_terms(issued, converted(received=250, price=None)) == [
        "n-1 was converted on 2026-03-06, and its terms allow it from 2026-03-07 to without end"
    ]


def test_a_lower_price_that_was_used_before_is_within_terms_that_may_only_go_down() -> None:
    rule = {"market": (lowest(),), "only_down": True}
    first = converted(received=1_000, price=None, effective_on="2026-03-04")
    assert len(off_the_terms(note(**rule), *TAPE, first)) == 1  # at 2 it yields 500
    used = converted(received=500, price="2 USD", effective_on="2026-03-04")
    assert off_the_terms(note(**rule), *TAPE, used, converted(received=500, price="2 USD")) == []


def test_of_what_is_not_stated_nothing_is_said() -> None:
    assert off_the_terms(note(fixed=usd(4)), converted(received=None, price=None)) == []
    assert off_the_terms(builders.note_issued(terms=NoteTerms()), converted(received=7, price=None)) == []
    safe = converted(instrument="safe-1", received=7, price=None)
    assert off_the_terms(builders.safe_issued(), safe) == []
