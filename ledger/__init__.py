"""A shareholder ledger: who owned which shares of a company, and the money investors promised it, at any date.

Events are facts that happened; ``Ledger`` records them and never changes them. The package ``projections``
turns them into answers.
"""

from ledger.days import EffectiveDay, Phase, between, on
from ledger.errors import LedgerDamaged, LedgerError, NothingRecorded, NotUnderstood, RuleBroken
from ledger.identity import (
    AgreementId,
    CommandId,
    ConditionId,
    EntryNumber,
    HolderId,
    IssuerId,
    ReserveId,
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
    "ConversionRight",
    "Currency",
    "EffectiveDay",
    "EntryNumber",
    "FractionPolicy",
    "HolderId",
    "HolderKind",
    "IssuerId",
    "Ledger",
    "LedgerDamaged",
    "LedgerError",
    "Money",
    "NotUnderstood",
    "NothingRecorded",
    "Personal",
    "Phase",
    "Price",
    "Ratio",
    "Recorded",
    "Remedy",
    "ReserveId",
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
