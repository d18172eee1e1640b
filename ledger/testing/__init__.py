"""For those who build on the ledger and test what they build: random companies, events and values for Hypothesis.

    from hypothesis import given
    from ledger.testing import days_asked, histories, recorded

    @given(histories(), days_asked())
    def test_of_my_own(events, day):
        ledger = recorded(events)
        ...

Hypothesis is imported here and nowhere else in the project.
"""

from ledger.errors import needed

needed("hypothesis", "testing", "to draw companies, events and values")

from ledger.testing.companies import (  # noqa: E402 - whoever lacks the library is told so first
    FOUNDED,
    LAST_DAY,
    accepted,
    days_asked,
    foundings,
    histories,
    ledgers,
    recorded,
    ticking,
)
from ledger.testing.events import events, events_of, facts  # noqa: E402
from ledger.testing.values import (  # noqa: E402
    authorized,
    conversion_rights,
    currencies,
    days,
    effective_days,
    fractions,
    identifiers,
    money,
    prices,
    ratios,
    shares,
    texts,
)

__all__ = [
    "FOUNDED",
    "LAST_DAY",
    "accepted",
    "authorized",
    "conversion_rights",
    "currencies",
    "days",
    "days_asked",
    "effective_days",
    "events",
    "events_of",
    "facts",
    "foundings",
    "fractions",
    "histories",
    "identifiers",
    "ledgers",
    "money",
    "prices",
    "ratios",
    "recorded",
    "shares",
    "texts",
    "ticking",
]
