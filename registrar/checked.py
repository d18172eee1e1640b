"""What does not fit in a record, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ledger import codec
from projections.findings import Finding, Severity
from registrar.tables import amount
from registrar.text import wrapped
from registrar.views import Asked, notes

if TYPE_CHECKING:
    from ledger.journal import Ledger

_MEANS: Final = {
    Severity.BROKEN: "broken: so in every reading of the open days; something in the record is wrong or missing.",
    Severity.OPEN: "open: so in some readings of the open days only; the true days are among the others.",
    Severity.OFF_TERMS: "off terms: the outcome recorded is not what the terms of the day yield.",
}


def text(ledger: Ledger, found: Sequence[Finding], known: int, width: int) -> list[str]:
    """Return findings one after the other: how bad, first day, entry, code and amount; what it is below."""
    lines = Asked.of(ledger, "in the record", known).heading("Findings", width)
    if not found:
        return [*lines, "Everything in the record fits."]
    for finding in found:
        by = "" if finding.amount is None else f"  by {amount(finding.amount)}"
        lines.append(f"{finding.severity.value}  {finding.on}  entry {finding.entry}  {finding.code}{by}")
        lines += [f"  {part}" for part in wrapped(finding.what, width - 2)]
    severities = {finding.severity for finding in found}
    return lines + notes([means for severity, means in _MEANS.items() if severity in severities], width)


def as_json(ledger: Ledger, found: Sequence[Finding], known: int) -> dict[str, Any]:
    """Return findings for programs."""
    recorded_at = ledger.entries()[known - 1].recorded_at
    return {
        "answer": "findings",
        "issuer": ledger.issuer,
        "known": {"entries": str(known), "recorded_at": codec.instant_text(recorded_at)},
        "findings": [
            {
                "severity": finding.severity.value,
                "on": str(finding.on),
                "entry": str(finding.entry),
                "code": finding.code,
                "what": finding.what,
                "amount": None if finding.amount is None else str(finding.amount),
            }
            for finding in found
        ],
    }
