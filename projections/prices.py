"""At which price a paper converts on a day, as the balances of that day have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.movements import Level
from ledger.readings.prices import PriceReading

if TYPE_CHECKING:
    from ledger.identity import InstrumentId, StockClassId
    from ledger.terms.market import Found, PriceRule
    from projections.replay import Balances


def prices_of(balances: Balances) -> PriceReading:
    """Return what prices are read from, of balances that hold every fact up to their day."""
    return PriceReading(balances.history.as_of, balances.settings, balances.history.certain)


def note_price(balances: Balances, note: InstrumentId, *, for_instalment: bool = False) -> Found | None:
    """Return the price at which a note converts at the close of a day; ``None`` where it does not.

    Args:
        balances: The levels of that day, with everything that led to them.
        note: Which note.
        for_instalment: Whether an instalment is paid in shares, rather than the note converted by its holder.
    """
    return prices_of(balances).note_price(note, for_instalment=for_instalment)


def price_on(balances: Balances, rule: PriceRule, into: StockClassId, of: InstrumentId | StockClassId) -> Found:
    """Return the price that a rule gives at the close of a day.

    Args:
        balances: The levels of that day, with everything that led to them.
        rule: The rule, with the fixed price and the floor in force.
        into: The class received, whose quotes and par value count.
        of: The note or the class that converts: whether it is in default counts, and at what it converted before.
    """
    return prices_of(balances).price(rule, into, of)


def default_readings(balances: Balances, of: InstrumentId | StockClassId) -> tuple[bool, ...]:
    """Return whether something is in default; both where the day of a declaration or a cure is open."""
    return tuple(map(bool, prices_of(balances).readings(Level.IN_DEFAULT, of, before=False)))
