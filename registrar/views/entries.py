"""Entries as a report: the audit trail, what does not fit in the record, and what an event says in one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.events import Certainty, EntryRestated, EntryVoided, Event, Fact, PersonalDataErased
from ledger.identity import Count, EntryNumber
from ledger.personal import Personal
from ledger.terms.disclosed import Disclosed
from ledger.terms.measures import Measure
from registrar.render.words import days
from registrar.report import Asked, Column, Kind, Layout, Report, Row, Table

if TYPE_CHECKING:
    from ledger.errors import NothingRecorded
    from ledger.journal import Ledger
    from projections.audit import AuditLine
    from projections.findings import Finding

_BESIDE = {field.name for field in attrs.fields(Fact)}
"""What a summary of a fact leaves out: day, evidence and the like stand elsewhere."""


def nothing_recorded(answer: NothingRecorded) -> Report:
    """Return the answer for a time at which nothing had been recorded."""
    says = str(answer)[:1].upper() + str(answer)[1:].rstrip(".") + "."
    return Report(name="nothing-recorded", title="Nothing recorded", asked=None, says=says)


def audit(ledger: Ledger, answer: Sequence[AuditLine], known: int, filters: str) -> Report:
    """Return entries one after the other, with who recorded them and what shows them."""
    return Report(
        name="audit-trail",
        title="Audit trail",
        asked=Asked.of(ledger, filters, known),
        tables=(
            Table(
                name="entries",
                title="Entries",
                layout=Layout.LIST,
                columns=(
                    Column(name="entry", heading="Entry", kind=Kind.COUNT, block=0),
                    Column(name="kind", heading="What happened", block=0),
                    Column(name="effective_on", heading="Effective", kind=Kind.DAY, bounded=True, block=0),
                    Column(name="certainty", heading="How sure", block=0),
                    Column(
                        name="taken_out_by",
                        heading="Taken out by",
                        kind=Kind.COUNT,
                        about="taken out by entry",
                        block=0,
                    ),
                    Column(name="says", heading="What it says"),
                    Column(name="recorded_at", heading="Recorded", kind=Kind.INSTANT, about="recorded", block=2),
                    Column(name="actor", heading="By", about="by", block=2),
                    Column(name="command", heading="Command", about="command", block=2),
                    Column(name="evidence", heading="Evidence", about="evidence:", absent="none", block=3),
                    Column(name="note", heading="Note", about="note:", block=4),
                ),
                rows=[_audit_row(line) for line in answer],
                empty="No entry passes these filters.",
            ),
        ),
    )


def _audit_row(line: AuditLine) -> Row:
    entry = line.entry
    documents = tuple(each.document + (f", {each.page}" if each.page else "") for each in line.evidence)
    return Row(
        (
            entry.number,
            entry.event.KIND,
            line.effective_on,
            "deduced" if entry.event.certainty is Certainty.DEDUCED else None,
            line.taken_out_by,
            summary(entry.event),
            entry.recorded_at,
            entry.actor,
            str(entry.command),
            "; ".join(documents) or None,
            entry.event.note,
        )
    )


_MEANS: Final = {
    "broken": "broken: so in every reading of the open days; something in the record is wrong or missing.",
    "open": "open: so in some readings of the open days only; the true days are among the others.",
    "off terms": "off terms: the outcome recorded is not what the terms of the day yield.",
}


def findings(ledger: Ledger, found: Sequence[Finding], known: int) -> Report:
    """Return findings one after the other: how bad, first day, entry, code and amount; what it is below."""
    severities = {finding.severity.value for finding in found}
    return Report(
        name="findings",
        title="Findings",
        asked=Asked.of(ledger, "in the record", known),
        tables=(
            Table(
                name="findings",
                title="Findings",
                layout=Layout.LIST,
                columns=(
                    Column(name="severity", heading="Severity", block=0),
                    Column(name="on", heading="First day", kind=Kind.DAY, block=0),
                    Column(name="entry", heading="Entry", kind=Kind.COUNT, about="entry", block=0),
                    Column(name="code", heading="Code", block=0),
                    Column(name="amount", heading="Amount", kind=Kind.FIGURE, about="by", block=0),
                    Column(name="what", heading="What does not fit"),
                ),
                rows=[
                    Row((each.severity, each.on, each.entry, each.code, each.amount, each.what)) for each in found
                ],
                empty="Everything in the record fits.",
            ),
        ),
        notes=[means for severity, means in _MEANS.items() if severity in severities],
    )


def summary(event: Event) -> str:
    """Return what an event says, field by field, in one line."""
    if isinstance(event, EntryVoided):
        word = "entry" if len(event.entries) == 1 else "entries"
        return f"voids {word} {', '.join(map(str, event.entries))}: {event.reason}"
    if isinstance(event, EntryRestated):
        fact = event.restated_as
        told = f"{fact.KIND} {days(fact.effective_on)}: {summary(fact)}"
        return f"restates entry {event.entry} as {told}; reason: {event.reason}"
    if isinstance(event, PersonalDataErased):
        lines = (f"line {each.line} of entry {each.entry}" for each in event.lines)
        return f"erases the personal data of {', '.join((*event.holders, *lines))}: {event.reason}"
    return ", ".join(_fields(event, _BESIDE))


def part_summary(part: Any, *beside: str) -> str:
    """Return what a part of an event says, field by field, but for those that stand beside it."""
    return ", ".join(_fields(part, set(beside)))


def _fields(value: Any, beside: set[str] = frozenset()) -> Iterable[str]:  # type: ignore[assignment]  # never changed
    for field in attrs.fields(type(value)):
        given = getattr(value, field.name)
        if field.name in beside or given is None or given == () or (given == field.default and given is not True):
            continue
        yield f"{field.name.replace('_', ' ')} {_told(given)}"


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " + ".join(_told(each) for each in value)
    if isinstance(value, Measure):
        return f"{value.name}: {value.formula}" if value.name else value.formula
    if isinstance(value, Disclosed):
        return f'"{value.printed}"'
    if attrs.has(type(value)):
        return f"[{', '.join(_fields(value))}]"
    if isinstance(value, Count | EntryNumber | Personal):
        return str(value)
    if hasattr(value, "value") and isinstance(value.value, str):
        return value.value
    return f"{value:,}" if hasattr(value, "parse") and not isinstance(value, Personal) else str(value)
