"""Interest and the terms of notes, drawn by Hypothesis so that they agree with themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from ledger.identity import StockClassId
from ledger.quantities import Currency, FractionPolicy, Money, Ratio
from ledger.terms.interest import Compounding, DayCount, InterestTerms
from ledger.terms.market import MarketPrice
from ledger.terms.notes import Instalment, NoteConversion, NoteTerms, Payable, RoundConversion
from ledger.terms.safes import CapTiming
from ledger.testing import rights, values

_PARTS = st.fractions(0, 1, max_denominator=1_000)


def interest_terms() -> st.SearchStrategy[InterestTerms]:
    """Return what a principal may bear: each day count, with each compounding that goes with it."""
    months = (DayCount.THIRTY_360, DayCount.THIRTY_360_US)
    calendar = st.sampled_from([each for each in DayCount if each not in months])
    periods = st.sampled_from([each for each in Compounding if each is not Compounding.DAILY])
    both = st.tuples(calendar, st.sampled_from(Compounding)) | st.tuples(st.sampled_from(DayCount), periods)
    return st.builds(
        lambda rate, pair, default_rate, accrues_from: InterestTerms(
            rate=rate,
            day_count=pair[0],
            compounding=pair[1],
            default_rate=default_rate,
            accrues_from=accrues_from,
        ),
        _PARTS.map(Ratio),
        both,
        st.none() | _PARTS.map(Ratio),
        st.none() | values.days(),
    )


def _market_prices() -> st.SearchStrategy[tuple[MarketPrice, ...]]:
    return rights.price_rules().map(lambda rule: rule.market)


def note_conversions() -> st.SearchStrategy[NoteConversion]:
    """Return rights to have a note become shares, open always, from a day, up to a day, or between two."""
    open_days = st.tuples(values.days(), values.days()).map(sorted)
    return st.builds(
        lambda days, opens, closes, **fields: NoteConversion(
            **fields, opens_on=days[0] if opens else None, closes_on=days[1] if closes else None
        ),
        open_days,
        st.booleans(),
        st.booleans(),
        into=values.identifiers(StockClassId),
        price=rights.price_rules(),
        instalments_at=_market_prices(),
        interest_converts=st.booleans(),
        fractions=st.sampled_from(FractionPolicy),
    )


def _instalments(currency: Currency) -> st.SearchStrategy[tuple[Instalment, ...]]:
    def made(first: date, parts: list[tuple[int, Money, Payable]]) -> tuple[Instalment, ...]:
        found, due_on = [], first
        for days, amount, payable_in in parts:
            due_on += timedelta(days=days)
            found.append(Instalment(due_on=due_on, amount=amount, payable_in=payable_in))
        return tuple(found)

    part: Any = st.tuples(st.integers(1, 400), values.money(st.just(currency)), st.sampled_from(Payable))
    return st.builds(made, st.dates(date(2016, 1, 1), date(2990, 1, 1)), st.lists(part, max_size=4))


def round_conversions(currency: Currency) -> st.SearchStrategy[RoundConversion]:
    """Return rights to become shares of the next round: with a cap, a discount, or both."""
    money, discount = values.money(st.just(currency)), st.integers(1, 99).map(lambda part: Ratio(f"{part}/100"))
    smallest = st.none() | money
    capped = st.builds(
        RoundConversion,
        cap=money,
        cap_timing=st.sampled_from(CapTiming),
        discount=st.none() | discount,
        round_of_at_least=smallest,
    )
    return capped | st.builds(RoundConversion, discount=discount, round_of_at_least=smallest)


def note_terms() -> st.SearchStrategy[NoteTerms]:
    """Return what notes promise, each in one currency."""
    return values.currencies().flatmap(
        lambda currency: st.builds(
            NoteTerms,
            interest=st.none() | interest_terms(),
            matures_on=st.none() | values.days(),
            secured_by=st.none() | values.texts(),
            instalments=_instalments(currency),
            conversion=st.none() | note_conversions(),
            in_a_round=st.none() | round_conversions(currency),
        )
    )
