"""What people ask for: each becomes the events that state its outcome, or a broken rule.

A command computes what papers promise on a day (a conversion at the fixed price, the part that a remedy redeems)
and states the result, so that tomorrow's formulas change nothing that was recorded. ``events`` only reads the
ledger; recording what it returns is the caller's next step.
"""

from __future__ import annotations

from ledger.commands.agreements import CloseTranche, ExerciseRemedy
from ledger.commands.awards import EndAward, ExerciseOption, ReleaseUnits, RepurchaseUnvested
from ledger.commands.corporate_actions import SplitStock
from ledger.commands.corrections import RestateEntry, VoidCommand, fact_of
from ledger.commands.debt import AddInterest, ConvertNote, RepayNote
from ledger.commands.dividends import DeclareDividend, PayDividend, PayStockDividend
from ledger.commands.erasures import ErasePersonalData
from ledger.commands.parties import RenameHolder
from ledger.commands.preferred import ConvertClass, RedeemedBy, RedeemShares
from ledger.commands.reading import as_first_seen, book_at
from ledger.commands.safes import ElectLaterTerms
from ledger.commands.shares import ConvertShares, IssueShares, ReserveShares, TakeShares
from ledger.commands.warrants import AdjustInstrument, ExerciseWarrant, ExpireWarrant

__all__ = [
    "AddInterest",
    "AdjustInstrument",
    "CloseTranche",
    "ConvertClass",
    "ConvertNote",
    "ConvertShares",
    "DeclareDividend",
    "ElectLaterTerms",
    "EndAward",
    "ErasePersonalData",
    "ExerciseOption",
    "ExerciseRemedy",
    "ExerciseWarrant",
    "ExpireWarrant",
    "IssueShares",
    "PayDividend",
    "PayStockDividend",
    "RedeemShares",
    "RedeemedBy",
    "ReleaseUnits",
    "RenameHolder",
    "RepayNote",
    "RepurchaseUnvested",
    "ReserveShares",
    "RestateEntry",
    "SplitStock",
    "TakeShares",
    "VoidCommand",
    "as_first_seen",
    "book_at",
    "fact_of",
]
