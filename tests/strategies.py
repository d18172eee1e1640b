"""Hypothesis strategies under the names that these tests use; what they draw is in ``ledger.testing``."""

from typing import Final

from hypothesis import settings

from ledger import testing
from ledger.testing import days, effective_days, events, events_of, facts, money, shares, texts
from ledger.testing import identifiers as names
from ledger.testing.values import LARGEST_UNITS

__all__ = [
    "LARGEST_UNITS",
    "SOME",
    "above_zero",
    "currencies",
    "days",
    "effective_days",
    "events",
    "events_of",
    "facts",
    "fractions",
    "money",
    "names",
    "shares",
    "texts",
]

currencies: Final = testing.currencies()
fractions: Final = testing.fractions()
above_zero: Final = fractions.filter(bool)
SOME: Final = settings(max_examples=max(10, settings.default.max_examples // 6 if settings.default else 10))
"""Fewer examples, for a property that is asked of every kind of event in turn."""
