"""What the record amounts to: cap table, commitments, roll-forward, explanations and audit trail, at any date."""

from projections.audit import AuditLine, audit_trail
from projections.bounds import Bounds, Possible
from projections.cap_table import CapTable, ClassLine, HoldingLine, ReserveLine, cap_table
from projections.commitments import CommitmentBalance, Commitments, commitments
from projections.explain import Explanation, explain
from projections.figures import Figure, of_agreement, of_class, of_holder
from projections.findings import Finding, Severity, findings
from projections.rollforward import RollForward, rollforward

__all__ = [
    "AuditLine",
    "Bounds",
    "CapTable",
    "ClassLine",
    "CommitmentBalance",
    "Commitments",
    "Explanation",
    "Figure",
    "Finding",
    "HoldingLine",
    "Possible",
    "ReserveLine",
    "RollForward",
    "Severity",
    "audit_trail",
    "cap_table",
    "commitments",
    "explain",
    "findings",
    "of_agreement",
    "of_class",
    "of_holder",
    "rollforward",
]
