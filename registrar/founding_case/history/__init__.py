"""The long history of the founding company: every fact of ten years, recorded from public pages alone.

Each fact of ``facts.json`` is a command of the record, named after the fact. What it does not say stays open: a day
between the days that are left, a count or a price that is deduced with its reason, a holder that nobody names, a
number that was not found. Tables of later filings count in the units of their own day; here every quantity is in
the units of the day on which it moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from ledger import Ledger, Phase, Recorded
from ledger.events import Event, HoldingReported
from registrar.founding_case import (
    ACTOR,
    BOONE,
    COMMON,
    agreement,
    first_conversion,
    later_news,
    second_conversion,
    third_conversion,
)
from registrar.founding_case.facts import EVENTS
from registrar.founding_case.history import later_years as later
from registrar.founding_case.history import note_years as notes
from registrar.founding_case.history import preferred_years as preferred
from registrar.founding_case.history.making import count, reported, told

Tell = Callable[[Ledger], list[Event]]


def _third_conversion(ledger: Ledger) -> list[Event]:
    """Return the third conversion of Series K, and all that Boone had converted by then."""
    fact = "k-conv-3"
    held = HoldingReported(**told(fact), holder=BOONE, stock_class=COMMON, held=count(fact, "cumulative_common"))
    return [*third_conversion(), held]


def _quarter(quarter: str) -> list[tuple[str, Tell]]:
    """Return what each holder converted in a quarter."""
    facts = [fact for fact in EVENTS if fact.startswith("conv-") and fact.endswith(quarter)]
    return [(fact, partial(notes.conversion_of_a_quarter, fact)) for fact in facts]


def _counted(day: str, shares: str, report: str, phase: Phase = Phase.ORDINARY) -> tuple[str, Tell]:
    """Return a count of shares outstanding that somebody reported."""
    return f"outstanding-{day}-{phase.value}", lambda ledger: [reported(day, shares, report, phase)]


STEPS: Final[tuple[tuple[str, Tell], ...]] = (
    ("opening", preferred.opening),
    ("c-2014-04-01", preferred.first_series_c),
    ("c-2014-05-01", preferred.penalty_shares),
    ("c-2014-05-29", preferred.second_series_c),
    ("pp-2014-07-29", preferred.first_placement),
    ("pp-2014-08-11", preferred.second_placement),
    ("split-2014", preferred.split_of_2014),
    ("tfg-2014-08", preferred.subscription_of_2014),
    ("fin-2014-11", preferred.senior_notes),
    _counted("2015-01-01", "18000000", "Report on the first quarter of 2016"),
    ("tfg-2015-04", preferred.tfg_agreement),
    ("e-spa", preferred.series_e),
    ("cel", preferred.equity_line),
    _counted("2016-01-01", "155000000", "Report on the first quarter of 2016"),
    ("f-spa", preferred.series_f_agreement),
    ("f-issue", preferred.series_f_issued),
    ("nasdaq-otc", preferred.nasdaq_left),
    ("e-commit", preferred.commitment_shares),
    ("e-conv-q1", preferred.series_e_converted),
    ("e-div-q1", preferred.series_e_dividend),
    ("f-conv-q1", preferred.series_f_converted),
    ("g-issue", preferred.series_g),
    ("notes-cancel-2016", preferred.notes_of_2015_cancelled),
    _counted("2016-05-11", "294000000", "Report on the first quarter of 2016"),
    ("vote-2016", preferred.vote_of_2016),
    _counted("2016-05-31", "340000000", "Article of June 2016"),
    ("split-2016", preferred.split_of_2016),
    _counted("2016-06-02", "17000000", "Article of June 2016"),
    ("h-spa", preferred.series_h),
    ("i-spa", preferred.series_i),
    _counted("2016-08-03", "70800000", "Proxy statement of August 2016"),
    ("tertius-note-aug", notes.tertius_in_august),
    ("auth-2016", preferred.authorized_in_2016),
    ("j-issue-1", preferred.series_j),
    ("f-amend", preferred.series_f_amended),
    ("g-amend", preferred.series_g_amended),
    ("j1-spa", preferred.series_j1),
    ("notes-2016-10", notes.october_2016),
    ("tertius-note-dec", notes.tertius_in_december),
    ("tertius-shares", notes.tertius_shares),
    ("auth-2017", notes.increase_proposed),
    ("k-spa", lambda ledger: agreement()),
    ("vendor-2017-02-24", notes.vendors_in_february),
    ("vendor-2017-03-23", notes.vendor_in_march),
    ("k-conv-1", lambda ledger: first_conversion()),
    ("k-conv-2", lambda ledger: second_conversion()),
    ("k-conv-3", _third_conversion),
    ("vendor-2017-06-30", notes.vendor_in_june),
    ("k-conv-4", lambda ledger: later_news()),
    ("vote-2017", notes.vote_of_2017),
    ("exch-2017-09", notes.eleven_into_one),
    ("note-2017-09", notes.st_george),
    ("note-2017-09-30", notes.customer_credit),
    _counted("2017-11-13", "8932000000", "Report on the third quarter of 2017"),
    ("ichiban-2017-11", notes.ichiban_in_2017),
    ("j-exch-2017-12", notes.series_j_exchanged),
    *_quarter("2017Q4"),
    *_quarter("2018Q1"),
    ("vendor-2018-06-05", notes.vendor_in_2018),
    ("baybridge-2018-06", notes.baybridge_in_2018),
    *_quarter("2018Q2"),
    ("ichiban-2018-07", notes.ichiban_in_2018),
    ("split-2018", notes.split_of_2018),
    _counted("2018-07-20", "19000000", "Report on the second quarter of 2018", Phase.CLOSE),
    ("vendor-2018-07-25", notes.vendor_redeemed),
    ("bellridge-2018", notes.bellridge_2018),
    ("table-2018", notes.notes_of_2018),
    *_quarter("2018Q3"),
    *_quarter("2018Q4"),
    ("table-2019-q1", notes.notes_of_2019),
    ("ema-gs-2019", notes.ema_to_gs_capital),
    *_quarter("2019Q1"),
    *_quarter("2019Q2"),
    *_quarter("2019Q3"),
    _counted("2019-12-09", "4187000000", "Report on the third quarter of 2019"),
    *_quarter("2019Q4"),
    ("penumbra", later.penumbra),
    ("1a-spa", later.series_1a),
    ("cs-2021-03", later.common_sold_in_2021),
    ("ichiban-2021", later.ichiban_settled),
    ("bd1-2021", later.bd1_agreement),
    ("authorized-before-2022", later.authorized_before_2022),
    _counted("2022-01-28", "23740000000", "Release on the split of January 2022"),
    ("split-2022", later.split_of_2022),
    _counted("2022-01-28", "4810000", "Release on the split of January 2022", Phase.CLOSE),
    ("bd1-conv-2022", later.bd1_converted),
    ("1a-conv-2022", later.series_1a_converted),
    ("split-2023", later.split_of_2023),
    ("offer-2024-04", later.offering_of_2024),
    ("ratchet-2024", later.ratchet),
    _counted("2024-08-14", "102300000", "Filing on the split of August 2024"),
    ("split-2024", later.split_of_2024),
    _counted("2024-08-14", "1023000", "Filing on the split of August 2024", Phase.CLOSE),
    ("1c-2024", later.series_1c),
)
"""The commands of the record in order: each fact under its own name, and beside them what facts presuppose."""


def record_history(ledger: Ledger) -> list[Recorded]:
    """Record the whole history, 2014 to 2024, one command for each fact.

    Args:
        ledger: An empty ledger.
    """
    return [ledger.record(*tell(ledger), actor=ACTOR, command=command) for command, tell in STEPS]


def facts_told(commands: Iterable[str]) -> frozenset[str]:
    """Return which facts stand in a record, by the names of its commands."""
    return frozenset(EVENTS) & frozenset(commands)


__all__ = ["STEPS", "facts_told", "record_history"]
