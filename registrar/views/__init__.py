"""Answers as reports: what stands in which table, and notes that say what a figure is of and what is not known."""

from typing import TYPE_CHECKING

from ledger.lazily import lazily

if TYPE_CHECKING:
    from registrar.views.dilution import fully_diluted, weighted_average
    from registrar.views.entries import audit, findings, nothing_recorded, part_summary, summary
    from registrar.views.exits import waterfall
    from registrar.views.figures import explanation, rollforward
    from registrar.views.money import commitments
    from registrar.views.notes import notes
    from registrar.views.query import query
    from registrar.views.rounds import pro_forma
    from registrar.views.shares import cap_table
    from registrar.views.verification import verification
    from registrar.views.warrants import adjustments, warrants

__all__ = [
    "adjustments",
    "audit",
    "cap_table",
    "commitments",
    "explanation",
    "findings",
    "fully_diluted",
    "notes",
    "nothing_recorded",
    "part_summary",
    "pro_forma",
    "query",
    "rollforward",
    "summary",
    "verification",
    "warrants",
    "waterfall",
    "weighted_average",
]

_MODULES = {
    "dilution": ("fully_diluted", "weighted_average"),
    "entries": ("audit", "findings", "nothing_recorded", "part_summary", "summary"),
    "exits": ("waterfall",),
    "figures": ("explanation", "rollforward"),
    "money": ("commitments",),
    "notes": ("notes",),
    "query": ("query",),
    "rounds": ("pro_forma",),
    "shares": ("cap_table",),
    "verification": ("verification",),
    "warrants": ("adjustments", "warrants"),
}

lazily(__name__, _MODULES)
