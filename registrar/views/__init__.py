"""Answers as reports: what stands in which table, and notes that say what a figure is of and what is not known."""

from registrar.views.dilution import fully_diluted, weighted_average
from registrar.views.entries import audit, findings, nothing_recorded, part_summary, summary
from registrar.views.exits import waterfall
from registrar.views.figures import explanation, rollforward
from registrar.views.money import commitments
from registrar.views.notes import notes
from registrar.views.rounds import pro_forma
from registrar.views.shares import cap_table
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
    "rollforward",
    "summary",
    "warrants",
    "waterfall",
    "weighted_average",
]
