"""One figure as a report: how it came from one day to another, and the entries behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.events import Certainty
from ledger.identity import EntryNumber
from projections.bounds import Possible
from registrar.registers.said import OPEN_DAYS, heads, in_units
from registrar.report import Asked, Column, Head, Kind, Report, Role, Row, Table
from registrar.views.common import PARTIAL, at_the_close

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.explain import Explanation
    from projections.rollforward import RollForward


def rollforward(ledger: Ledger, answer: RollForward, known: int) -> Report:
    """Return how a figure came from one day to another."""
    asked = Asked.of(
        ledger,
        f"from the close of {answer.after} to the close of {answer.through}{in_units(answer.basis)}",
        known,
        Head("figure", "Figure", answer.label),
        *heads(
            Head("after", "From the close of", answer.after),
            Head("through", "To the close of", answer.through),
            basis=answer.basis,
        ),
    )
    rows = [Row((f"at the close of {answer.after}", answer.opening, None))]
    rows += [Row((line.kind, line.change, tuple(map(EntryNumber, line.entries)))) for line in answer.lines]
    rows.append(Row((f"at the close of {answer.through}", answer.closing, None), Role.TOTAL))
    said = [] if all(line.change.is_exact for line in answer.lines) else [OPEN_DAYS]
    return Report(
        name="roll-forward",
        title=f"Roll-forward of {answer.label}",
        asked=asked,
        tables=(
            Table(
                name="roll-forward",
                title="Movements",
                columns=(
                    Column(name="movement", heading=answer.label),
                    Column(name="amount", heading="Figure", kind=Kind.FIGURE, bounded=True),
                    Column(name="entries", heading="Entries", kind=Kind.COUNT),
                ),
                rows=rows,
            ),
        ),
        notes=said if answer.is_complete else [*said, PARTIAL],
    )


def explanation(ledger: Ledger, answer: Explanation, known: int) -> Report:
    """Return the entries behind a figure, with the arithmetic."""
    is_level = isinstance(answer.result, Possible)
    rows = []
    for step in answer.steps:
        fact = step.fact.fact
        flags: tuple[str, ...] = ("deduced",) if fact.certainty is Certainty.DEDUCED else ()
        flags += ("day open",) if step.is_open else ()
        values = (step.fact.entry.number, fact.effective_on, fact.KIND, flags or None, step.change, step.amounts_to)
        rows.append(Row((*values, fact.note)))
    return Report(
        name="explanation",
        title=f"How {answer.label} comes about",
        asked=at_the_close(ledger, known, answer.as_of, answer.basis),
        tables=(
            Table(
                name="entries",
                title="Entries",
                caption=f"{answer.label}: {answer.arithmetic()}",
                columns=(
                    Column(name="entry", heading="Entry", kind=Kind.COUNT),
                    Column(name="effective_on", heading="Effective", kind=Kind.DAY, bounded=True),
                    Column(name="kind", heading="What happened"),
                    Column(name="flags", heading="How sure", shown=any(row.values[3] for row in rows)),
                    Column(name="change", heading="Set to" if is_level else "Change", kind=Kind.FIGURE),
                    Column(
                        name="amounts_to",
                        heading="Amounts to",
                        kind=Kind.FIGURE,
                        bounded=True,
                        shown=not is_level,
                    ),
                    Column(name="note", heading="Note", shown=False),
                ),
                rows=rows,
                empty=f"No entry had changed it by the close of {answer.as_of}.",
            ),
        ),
        notes=[
            *(f"Entry {row.values[0]}: {row.values[6]}" for row in rows if row.values[6]),
            *([] if answer.is_complete else [PARTIAL]),
        ],
    )
