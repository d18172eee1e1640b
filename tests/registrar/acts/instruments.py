"""Acts on what is no share: what was recorded before, what is typed, and the events that it states.

Each family of instruments adds its own; ``test_instrument_acts`` asks the same of all of them.
"""

from __future__ import annotations

from ledger.days import Phase
from ledger.events import AmendmentCause, Event
from ledger.quantities import FractionPolicy
from ledger.terms.dividends import PaidIn
from ledger.terms.safes import CapTiming
from tests import builders as a
from tests.registrar.acts.company import LATER

DECLARED = a.dividend_declared(record_on="2026-02-28", effective_on=a.DEALT)
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
    (
        [],
        ["declare", "q1", "series-a", "--per-share", "0.25 USD", "--record-day", "2026-03-02"],
        [a.dividend_declared(dividend="q1", amount="250 USD", record_on="2026-03-02", effective_on=LATER)],
    ),
    (
        [],
        [
            *("declare", "q1", "series-a", "--per-share", "1/4 USD", "--amount", "300 USD", "--authority", "R 9"),
            *("--record-day", "2026-03-31", "--payment-day", "2026-04-15", "--paid-in", "cash-or-kind"),
        ],
        [
            a.dividend_declared(
                dividend="q1",
                amount="300 USD",
                payment_on="2026-04-15",
                paid_in=PaidIn.CASH_OR_KIND,
                authority="R 9",
                effective_on=LATER,
            )
        ],
    ),
    (
        [DECLARED],
        ["pay-dividend", "2026-q1", "--authority", "R 10"],
        [a.dividend_paid(dividend="2026-q1", amount="250 USD", authority="R 10", effective_on=LATER)],
    ),
    (
        [DECLARED],
        [
            *("pay-dividend", "2026-q1", "--holder", "Fund LP", "--into", "common", "--value", "3 USD"),
            *("--fractions", "up", "--reserve", "plan"),
        ],
        [
            a.dividend_paid(
                dividend="2026-q1",
                amount="250 USD",
                received=84,
                received_class="common",
                reserve="plan",
                effective_on=LATER,
            )
        ],
    ),
    (
        [],
        ["distribute", "fund", "series-a", "--amount", "250 USD"],
        [a.dividend_paid(amount="250 USD", effective_on=LATER)],
    ),
    (
        [DECLARED],
        [
            *("distribute", "fund", "series-a", "--of", "2026-q1", "--amount", "40 USD", "--received", "20"),
            *("--into", "common", "--certificate", "CS-7", "--reserve", "plan", "--authority", "Section 3"),
        ],
        [
            a.dividend_paid(
                dividend="2026-q1",
                amount="40 USD",
                received=20,
                received_class="common",
                security="CS-7",
                reserve="plan",
                authority="Section 3",
                effective_on=LATER,
            )
        ],
    ),
    (
        [],
        ["stock-dividend", "common", "1/10", "--phase", "close", "--fractions", "up", "--authority", "R 11"],
        [
            a.stock_dividend_paid(
                phase=Phase.CLOSE, fractions=FractionPolicy.UP, authority="R 11", effective_on=LATER
            )
        ],
    ),
]
"""What was recorded before, an act on 3 March 2026, and what it states."""
