"""What the record amounts to: cap table, commitments, roll-forward, explanations and audit trail, at any date.

A name is imported when it is first asked for, so that one answer does not wait for the modules of the others.
"""

from typing import TYPE_CHECKING

from ledger.lazily import lazily

if TYPE_CHECKING:
    from projections.adjustments import (
        AdjustmentLine,
        Adjustments,
        ProposeAdjustments,
        Protected,
        adjustments,
        adjustments_after,
    )
    from projections.audit import AuditLine, AuditTrail, audit_trail
    from projections.awards import AwardLedger, AwardLine, PoolLine, awards
    from projections.beneficial import BeneficialLine, BeneficialOwnership, beneficial_ownership
    from projections.bounds import Bounds, Possible
    from projections.cap_table import CapTable, ClassLine, HoldingLine, ReserveLine, cap_table
    from projections.capacity import CapacityLimit, CapacityLine, ConversionCapacity, Stop, conversion_capacity
    from projections.certificates import CertificateLine, CertificateRegister, CertificateStatus, certificates
    from projections.claims import ClaimFinding, ClaimsReport, JudgedClaim, Verdict, claims
    from projections.closing import closing
    from projections.commitments import CommitmentBalance, Commitments, commitments
    from projections.company import CompanySheet, ListingLine, MeetingLine, RestrictedLine, company_sheet
    from projections.control import ControlAccount, ControlBook, ControlFigures, ControlLine, control_book
    from projections.crossings import BeneficialStep, Crossing, Crossings, Side, crossings
    from projections.diff import Change, Difference, difference, restatement, what_if
    from projections.dividends import (
        AccruedLine,
        DividendLedger,
        DividendLine,
        EntitledLine,
        PaymentLine,
        dividends,
    )
    from projections.explain import Explanation, explain
    from projections.figures import (
        Figure,
        of_agreement,
        of_class,
        of_control_account,
        of_dividend,
        of_holder,
        of_instrument,
        of_plan,
    )
    from projections.findings import Finding, Findings, Severity, findings
    from projections.fully_diluted import (
        Definition,
        DefinitionCount,
        DilutedHolder,
        FullyDiluted,
        definition_named,
        fully_diluted,
    )
    from projections.holder_movements import HolderMovement, HolderMovements, holder_movements
    from projections.holders import HolderLine, HolderList, holders
    from projections.holdings import Holding, Holdings, holdings
    from projections.holdings_over_time import HoldingsOverTime, holdings_over_time
    from projections.notes import NoteLedger, NoteLine, NoteOnDay, notes
    from projections.open_points import OpenKind, OpenPoint, OpenPoints, open_points
    from projections.over_time import (
        CommitmentOverTime,
        CommitmentStep,
        OwnershipOverTime,
        OwnershipStep,
        commitment_over_time,
        ownership_over_time,
    )
    from projections.pro_forma import HolderInRound, NotConverting, ProForma, pro_forma
    from projections.query import QueryAnswer, QueryLimits, query
    from projections.record_differences import (
        ComparedList,
        DifferenceKind,
        RecordDifference,
        RecordDifferences,
        UnclearName,
        record_differences,
    )
    from projections.restrictions import RestrictionLine, Restrictions, Standing, restrictions
    from projections.rollforward import RollForward, rollforward
    from projections.standpoints import ChangedFact, How, Standpoint
    from projections.statement import ClassAccount, Statement, statement
    from projections.warrants import WarrantLine, Warrants, warrants
    from projections.waterfall import BreakLine, ClaimLine, ExitClaims, ExitWaterfall, ProceedsLine, waterfall
    from projections.weighted_average import PotentialLine, Stretch, WeightedAverage, weighted_average

__all__ = [
    "AccruedLine",
    "AdjustmentLine",
    "Adjustments",
    "AuditLine",
    "AuditTrail",
    "AwardLedger",
    "AwardLine",
    "BeneficialLine",
    "BeneficialOwnership",
    "BeneficialStep",
    "Bounds",
    "BreakLine",
    "CapTable",
    "CapacityLimit",
    "CapacityLine",
    "CertificateLine",
    "CertificateRegister",
    "CertificateStatus",
    "Change",
    "ChangedFact",
    "ClaimFinding",
    "ClaimLine",
    "ClaimsReport",
    "ClassAccount",
    "ClassLine",
    "CommitmentBalance",
    "CommitmentOverTime",
    "CommitmentStep",
    "Commitments",
    "CompanySheet",
    "ComparedList",
    "ControlAccount",
    "ControlBook",
    "ControlFigures",
    "ControlLine",
    "ConversionCapacity",
    "Crossing",
    "Crossings",
    "Definition",
    "DefinitionCount",
    "Difference",
    "DifferenceKind",
    "DilutedHolder",
    "DividendLedger",
    "DividendLine",
    "EntitledLine",
    "ExitClaims",
    "ExitWaterfall",
    "Explanation",
    "Figure",
    "Finding",
    "Findings",
    "FullyDiluted",
    "HolderInRound",
    "HolderLine",
    "HolderList",
    "HolderMovement",
    "HolderMovements",
    "Holding",
    "HoldingLine",
    "Holdings",
    "HoldingsOverTime",
    "How",
    "JudgedClaim",
    "ListingLine",
    "MeetingLine",
    "NotConverting",
    "NoteLedger",
    "NoteLine",
    "NoteOnDay",
    "OpenKind",
    "OpenPoint",
    "OpenPoints",
    "OwnershipOverTime",
    "OwnershipStep",
    "PaymentLine",
    "PoolLine",
    "Possible",
    "PotentialLine",
    "ProForma",
    "ProceedsLine",
    "ProposeAdjustments",
    "Protected",
    "QueryAnswer",
    "QueryLimits",
    "RecordDifference",
    "RecordDifferences",
    "ReserveLine",
    "RestrictedLine",
    "RestrictionLine",
    "Restrictions",
    "RollForward",
    "Severity",
    "Side",
    "Standing",
    "Standpoint",
    "Statement",
    "Stop",
    "Stretch",
    "UnclearName",
    "Verdict",
    "WarrantLine",
    "Warrants",
    "WeightedAverage",
    "adjustments",
    "adjustments_after",
    "audit_trail",
    "awards",
    "beneficial_ownership",
    "cap_table",
    "certificates",
    "claims",
    "closing",
    "commitment_over_time",
    "commitments",
    "company_sheet",
    "control_book",
    "conversion_capacity",
    "crossings",
    "definition_named",
    "difference",
    "dividends",
    "explain",
    "findings",
    "fully_diluted",
    "holder_movements",
    "holders",
    "holdings",
    "holdings_over_time",
    "notes",
    "of_agreement",
    "of_class",
    "of_control_account",
    "of_dividend",
    "of_holder",
    "of_instrument",
    "of_plan",
    "open_points",
    "ownership_over_time",
    "pro_forma",
    "query",
    "record_differences",
    "restatement",
    "restrictions",
    "rollforward",
    "statement",
    "warrants",
    "waterfall",
    "weighted_average",
    "what_if",
]

_MODULES = {
    "adjustments": (
        "AdjustmentLine",
        "Adjustments",
        "ProposeAdjustments",
        "Protected",
        "adjustments",
        "adjustments_after",
    ),
    "audit": ("AuditLine", "AuditTrail", "audit_trail"),
    "awards": ("AwardLedger", "AwardLine", "PoolLine", "awards"),
    "beneficial": ("BeneficialLine", "BeneficialOwnership", "beneficial_ownership"),
    "bounds": ("Bounds", "Possible"),
    "cap_table": ("CapTable", "ClassLine", "HoldingLine", "ReserveLine", "cap_table"),
    "capacity": ("CapacityLimit", "CapacityLine", "ConversionCapacity", "Stop", "conversion_capacity"),
    "certificates": ("CertificateLine", "CertificateRegister", "CertificateStatus", "certificates"),
    "closing": ("closing",),
    "commitments": ("CommitmentBalance", "Commitments", "commitments"),
    "company": ("CompanySheet", "ListingLine", "MeetingLine", "RestrictedLine", "company_sheet"),
    "control": ("ControlAccount", "ControlBook", "ControlFigures", "ControlLine", "control_book"),
    "crossings": ("BeneficialStep", "Crossing", "Crossings", "Side", "crossings"),
    "diff": ("Change", "Difference", "difference", "restatement", "what_if"),
    "dividends": ("AccruedLine", "DividendLedger", "DividendLine", "EntitledLine", "PaymentLine", "dividends"),
    "explain": ("Explanation", "explain"),
    "figures": (
        *("Figure", "of_agreement", "of_class", "of_control_account", "of_dividend", "of_holder"),
        *("of_instrument", "of_plan"),
    ),
    "findings": ("Finding", "Findings", "Severity", "findings"),
    "fully_diluted": (
        "Definition",
        "DefinitionCount",
        "DilutedHolder",
        "FullyDiluted",
        "definition_named",
        "fully_diluted",
    ),
    "holder_movements": ("HolderMovement", "HolderMovements", "holder_movements"),
    "holders": ("HolderLine", "HolderList", "holders"),
    "holdings": ("Holding", "Holdings", "holdings"),
    "holdings_over_time": ("HoldingsOverTime", "holdings_over_time"),
    "notes": ("NoteLedger", "NoteLine", "NoteOnDay", "notes"),
    "claims": ("ClaimFinding", "ClaimsReport", "JudgedClaim", "Verdict", "claims"),
    "open_points": ("OpenKind", "OpenPoint", "OpenPoints", "open_points"),
    "over_time": (
        "CommitmentOverTime",
        "CommitmentStep",
        "OwnershipOverTime",
        "OwnershipStep",
        "commitment_over_time",
        "ownership_over_time",
    ),
    "pro_forma": ("HolderInRound", "NotConverting", "ProForma", "pro_forma"),
    "query": ("QueryAnswer", "QueryLimits", "query"),
    "record_differences": (
        "ComparedList",
        "DifferenceKind",
        "RecordDifference",
        "RecordDifferences",
        "UnclearName",
        "record_differences",
    ),
    "restrictions": ("RestrictionLine", "Restrictions", "Standing", "restrictions"),
    "rollforward": ("RollForward", "rollforward"),
    "standpoints": ("ChangedFact", "How", "Standpoint"),
    "statement": ("ClassAccount", "Statement", "statement"),
    "warrants": ("WarrantLine", "Warrants", "warrants"),
    "waterfall": ("BreakLine", "ClaimLine", "ExitClaims", "ExitWaterfall", "ProceedsLine", "waterfall"),
    "weighted_average": ("PotentialLine", "Stretch", "WeightedAverage", "weighted_average"),
}

lazily(__name__, _MODULES)
