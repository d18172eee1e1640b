"""A shareholder ledger: who owned which shares of a company, and the money investors promised it, at any date.

Events are facts that happened; ``Ledger`` records them and never changes them. The package ``projections``
turns them into answers. A name is imported when it is first asked for.
"""

from typing import TYPE_CHECKING

from ledger.lazily import lazily

if TYPE_CHECKING:
    from ledger.days import EffectiveDay, Phase, between, on
    from ledger.errors import LedgerDamaged, LedgerError, NothingRecorded, NotUnderstood, RuleBroken
    from ledger.identity import (
        AgreementId,
        CommandId,
        ConditionId,
        ControlAccountId,
        DividendId,
        EntryNumber,
        GroupId,
        HolderId,
        InstrumentId,
        IssuerId,
        PlanId,
        ReserveId,
        RestrictionId,
        SecurityId,
        StockClassId,
        TrancheId,
    )
    from ledger.journal import Ledger, Recorded
    from ledger.movements import HolderKind, Scope, StockClassKind
    from ledger.personal import Personal
    from ledger.quantities import Authorized, Currency, FractionPolicy, Money, Price, Ratio, Shares
    from ledger.terms.commitment import Condition, Remedy, Tranche
    from ledger.terms.conversion import ConversionRight

__all__ = [
    "AgreementId",
    "Authorized",
    "CommandId",
    "Condition",
    "ConditionId",
    "ControlAccountId",
    "ConversionRight",
    "Currency",
    "DividendId",
    "EffectiveDay",
    "EntryNumber",
    "FractionPolicy",
    "GroupId",
    "HolderId",
    "HolderKind",
    "InstrumentId",
    "IssuerId",
    "Ledger",
    "LedgerDamaged",
    "LedgerError",
    "Money",
    "NotUnderstood",
    "NothingRecorded",
    "Personal",
    "Phase",
    "PlanId",
    "Price",
    "Ratio",
    "Recorded",
    "Remedy",
    "ReserveId",
    "RestrictionId",
    "RuleBroken",
    "Scope",
    "SecurityId",
    "Shares",
    "StockClassId",
    "StockClassKind",
    "Tranche",
    "TrancheId",
    "between",
    "on",
]

_MODULES = {
    "days": ("EffectiveDay", "Phase", "between", "on"),
    "errors": ("LedgerDamaged", "LedgerError", "NothingRecorded", "NotUnderstood", "RuleBroken"),
    "identity": (
        "AgreementId",
        "CommandId",
        "ConditionId",
        "ControlAccountId",
        "DividendId",
        "EntryNumber",
        "GroupId",
        "HolderId",
        "InstrumentId",
        "IssuerId",
        "PlanId",
        "ReserveId",
        "RestrictionId",
        "SecurityId",
        "StockClassId",
        "TrancheId",
    ),
    "journal": ("Ledger", "Recorded"),
    "movements": ("HolderKind", "Scope", "StockClassKind"),
    "personal": ("Personal",),
    "quantities": ("Authorized", "Currency", "FractionPolicy", "Money", "Price", "Ratio", "Shares"),
    "terms.commitment": ("Condition", "Remedy", "Tranche"),
    "terms.conversion": ("ConversionRight",),
}

lazily(__name__, _MODULES)
