"""Acts on what is no share: what was recorded before, what is typed, and the events that it states.

Each family of instruments adds its own; ``test_instrument_acts`` asks the same of all of them.
"""

from __future__ import annotations

from ledger.events import AmendmentCause, Event
from ledger.terms.safes import CapTiming
from tests import builders as a
from tests.registrar.acts.company import LATER

ACTS_ON_INSTRUMENTS: list[tuple[list[Event], list[str], list[Event]]] = [
    (
        [],
        ["safe", "safe-1", "fund", "500,000 USD", "--cap", "8,000,000 USD", "--timing", "post-money"],
        [a.safe_issued(terms=a.safe_terms(discount=None), effective_on=LATER)],
    ),
    (
        [],
        ["safe", "safe-1", "Fund LP", "500,000 USD", "--discount", "20%", "--mfn", "--authority", "R 7"],
        [
            a.safe_issued(
                terms=a.safe_terms(cap=None, cap_timing=None, most_favored_nation=True),
                authority="R 7",
                effective_on=LATER,
            )
        ],
    ),
    (
        [a.safe_issued()],
        ["amend-safe", "safe-1", "--cap", "6000000 USD", "--timing", "pre-money", "--authority", "Amendment 1"],
        [
            a.safe_terms_amended(
                terms=a.safe_terms(cap="6000000 USD", cap_timing=CapTiming.PRE_MONEY, discount=None),
                authority="Amendment 1",
                effective_on=LATER,
            )
        ],
    ),
    (
        [
            a.safe_issued(terms=a.safe_terms(most_favored_nation=True)),
            a.safe_issued(instrument="safe-2", terms=a.safe_terms(cap="5000000 USD"), effective_on="2026-03-01"),
        ],
        ["amend-safe", "safe-1", "--elects", "safe-2"],
        [
            a.safe_terms_amended(
                terms=a.safe_terms(cap="5000000 USD"),
                cause=AmendmentCause.MOST_FAVORED_NATION,
                following="safe-2",
                effective_on=LATER,
            )
        ],
    ),
]
"""What was recorded before, an act on 3 March 2026, and what it states."""
