"""Differences as reports: every figure with its old and new value, and each entry that made them so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.events import EntryRestated, EntryVoided
from ledger.identity import EntryNumber, HolderId
from ledger.quantities import Authorized, Money, Price, Shares
from projections.bounds import Bounds, Possible
from projections.standpoints import How
from registrar.registers.said import OPEN_DAYS, listed
from registrar.render.words import days
from registrar.report import Asked, Cell, Check, Column, Head, Kind, Layout, Report, Row, Table
from registrar.tables import bounds
from registrar.views.entries import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.journal import Ledger
    from projections.diff import Change, Difference
    from projections.standpoints import ChangedFact, Standpoint

_WORDS: Final = {
    "spent": "used up",
    "treasury": "in treasury",
    "purchasable": "may buy",
    "awarded": "under award",
}
"""Figures that people call otherwise."""
_NUMBERS: Final = (Shares, Money, Price, Authorized)
"""Figures that stand in a column of numbers; all else is said in words."""


def between_days(ledger: Ledger, answer: Difference) -> Report:
    """Return what changed from the close of one day to the close of another."""
    old, new = answer.old, answer.new
    asked_for = [Head("after", "From the close of", old.as_of), Head("through", "To the close of", new.as_of)]
    words = f"from the close of {old.as_of} to the close of {new.as_of}"
    if old.known != new.known:
        asked_for.append(Head("known_after", "The former as known from", _known(old)))
        words += f", the former as known from {_known(old)}"
    return _report(ledger, answer, words, asked_for, (str(old.as_of), str(new.as_of)))


def between_knowledge(ledger: Ledger, answer: Difference) -> Report:
    """Return what was learnt about a day between two states of knowledge."""
    old, new = answer.old, answer.new
    asked_for = [
        Head("as_of", "At the close of", new.as_of),
        Head("known_from", "First as known from", _known(old)),
        Head("known_to", "Then as known from", _known(new)),
    ]
    words = f"at the close of {new.as_of}, first as known from {_known(old)}"
    return _report(ledger, answer, words, asked_for, ("As known first", "As known last"))


def with_and_without(ledger: Ledger, answer: Difference, source: str) -> Report:
    """Return what would be otherwise with events that are only supposed.

    Args:
        ledger: The record, without them.
        answer: What would be otherwise.
        source: Where they were read.
    """
    count = answer.new.known - answer.old.known
    supposed = f"{count} {'event' if count == 1 else 'events'} of {source}, not recorded"
    asked_for = [Head("as_of", "At the close of", answer.new.as_of), Head("supposed", "Supposed", supposed)]
    words = f"at the close of {answer.new.as_of}, supposing {supposed}"
    return _report(ledger, answer, words, asked_for, ("As recorded", "Supposed"))


def _known(standpoint: Standpoint) -> str:
    return f"entries 1 to {standpoint.known:,}, the last recorded {standpoint.known_at:%Y-%m-%d %H:%M:%S} UTC"


def _report(
    ledger: Ledger, answer: Difference, words: str, asked_for: list[Head], headings: tuple[str, str]
) -> Report:
    is_supposed = answer.new.supposed_from is not None
    if answer.basis is not None:
        asked_for.append(Head("basis", "In the units of", answer.basis))
        words += f", in the units of {answer.basis}"
    known = answer.old.known if is_supposed else answer.new.known
    asked = Asked.of(ledger, words, known, *asked_for)
    name, title = ("what-if", "What if") if is_supposed else ("differences", "Differences")
    if not answer:
        return Report(name=name, title=title, asked=asked, says="Nothing is otherwise.")
    classes, class_terms = _apart(each for each in answer.classes if not _says_nothing_new(each, answer.classes))
    agreements, agreement_terms = _apart(answer.agreements)
    instruments, instrument_terms = _apart(answer.instruments)
    holdings = _holdings(answer, headings)
    return Report(
        name=name,
        title=title,
        asked=asked,
        tables=(
            holdings,
            _figures(
                "classes", "Classes of stock", ("stock_class", "Class"), ("reserve", "Reserve"), classes, headings
            ),
            _figures(
                "agreements", "Agreements", ("agreement", "Agreement"), ("tranche", "Tranche"), agreements, headings
            ),
            _instruments(answer, instruments, headings),
            _terms([*class_terms, *agreement_terms, *instrument_terms], headings),
            _entries(answer.facts),
        ),
        notes=[*_notes(answer)],
        checks=[
            Check(
                what=f"{change.of[0]}, {change.of[1]}: old + change = new",
                plus=(Cell("holdings", at, "old"), Cell("holdings", at, "by")),
                minus=(Cell("holdings", at, "new"),),
            )
            for at, change in enumerate(answer.holdings)
        ],
    )


def _apart(changes: Iterable[Change]) -> tuple[list[Change], list[Change]]:
    """Return the figures that are numbers, and the terms that are said in words."""
    numbers: list[Change] = []
    words: list[Change] = []
    for change in changes:
        (numbers if _is_number(change.old) and _is_number(change.new) else words).append(change)
    return numbers, words


def _is_number(value: Any) -> bool:
    values = (value.low, value.high) if isinstance(value, Bounds) else getattr(value, "values", None)
    return values is not None and all(isinstance(each, (*_NUMBERS, type(None))) for each in values)


def _says_nothing_new(change: Change, others: Iterable[Change]) -> bool:
    """Whether a class stands for itself as converted: then what is outstanding says it."""
    return change.figure == "as converted" and any(
        each.figure == "outstanding" and (each.of, each.old, each.new) == (change.of, change.old, change.new)
        for each in others
    )


def _compared(headings: tuple[str, str], kind: Kind, changes: Sequence[Change]) -> tuple[Column, ...]:
    old, new = headings
    return (
        Column(name="old", heading=old, kind=kind, bounded=True),
        Column(name="new", heading=new, kind=kind, bounded=True),
        Column(name="by", heading="Change", kind=kind, shown=any(each.by is not None for each in changes)),
        Column(name="entries", heading="Entries", kind=Kind.COUNT),
    )


def _values(change: Change) -> tuple[Any, ...]:
    return change.old, change.new, change.by, tuple(map(EntryNumber, change.entries)) or None


def _holdings(answer: Difference, headings: tuple[str, str]) -> Table:
    return Table(
        name="holdings",
        title="Holdings",
        columns=(
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id", optional=True),
            Column(name="stock_class", heading="Class"),
            *_compared(headings, Kind.SHARES, answer.holdings),
        ),
        rows=[
            Row(
                (answer.names.get(change.of[0], change.of[0]), *map(str, change.of), *_values(change)),  # type: ignore[call-overload]  # a holder
                group=str(change.of[1]),
            )
            for change in answer.holdings
        ],
    )


def _figures(
    name: str,
    title: str,
    of: tuple[str, str],
    part: tuple[str, str],
    changes: Sequence[Change],
    headings: tuple[str, str],
) -> Table:
    return Table(
        name=name,
        title=title,
        columns=(
            Column(name=of[0], heading=of[1]),
            Column(name=part[0], heading=part[1], shown=any(len(each.of) > 1 for each in changes)),
            Column(name="figure", heading="Figure"),
            *_compared(headings, Kind.FIGURE, changes),
        ),
        rows=[
            Row(
                (
                    str(change.of[0]),
                    str(change.of[1]) if len(change.of) > 1 else None,
                    _WORDS.get(change.figure, change.figure),
                    *_values(change),
                ),
                group=str(change.of[0]),
            )
            for change in changes
        ],
    )


def _instruments(answer: Difference, changes: Sequence[Change], headings: tuple[str, str]) -> Table:
    holders = [HolderId(change.of[1]) if len(change.of) > 1 else None for change in changes]
    return Table(
        name="instruments",
        title="Instruments",
        columns=(
            Column(name="instrument", heading="Instrument"),
            Column(name="name", heading="Holder", shown=any(holders)),
            Column(name="holder", heading="Id", optional=True, shown=any(holders)),
            Column(name="figure", heading="Figure"),
            *_compared(headings, Kind.FIGURE, changes),
        ),
        rows=[
            Row(
                (
                    str(change.of[0]),
                    None if holder is None else answer.names.get(holder, holder),
                    holder,
                    _WORDS.get(change.figure, change.figure),
                    *_values(change),
                ),
                group=str(change.of[0]),
            )
            for change, holder in zip(changes, holders, strict=True)
        ],
    )


def _terms(changes: Sequence[Change], headings: tuple[str, str]) -> Table:
    old, new = headings
    return Table(
        name="terms",
        title="Terms",
        columns=(
            Column(name="of", heading="Of"),
            Column(name="term", heading="Term"),
            Column(name="old", heading=old),
            Column(name="new", heading=new),
            Column(name="entries", heading="Entries", kind=Kind.COUNT),
        ),
        rows=[
            Row((" ".join(change.of), change.figure, _said(change.old), _said(change.new), _values(change)[3]))
            for change in changes
        ],
    )


def _said(value: Any) -> str | None:
    """Return a term in words."""
    if isinstance(value, Bounds):
        return bounds(value)
    if isinstance(value, Possible):
        return " or ".join(_said(each) or "not stated" for each in value.values) or "not stated"
    if value is None or isinstance(value, bool):
        return None if value is None else "yes" if value else "no"
    if hasattr(value, "redeemable"):
        return f"redeem {value.redeemable} at {value.price}"
    if hasattr(value, "on"):
        return f"{value.shares:,} on {value.on}"
    return str(getattr(value, "value", value))


# --- the entries behind it -----------------------------------------------------------------------------------


def _entries(facts: Sequence[ChangedFact]) -> Table:
    return Table(
        name="entries",
        title="Entries behind it",
        layout=Layout.LIST,
        columns=(
            Column(name="entries", heading="Entries", kind=Kind.COUNT, block=0),
            Column(name="how", heading="What became of it", block=0),
            Column(name="kind", heading="What happened", block=0),
            Column(name="effective_on", heading="Effective", kind=Kind.DAY, bounded=True, block=0),
            Column(name="says", heading="What it says"),
            Column(name="before", heading="Before", about="instead of", block=2),
            Column(name="reason", heading="Reason", about="reason:", block=3),
            Column(name="recorded_at", heading="Recorded", kind=Kind.INSTANT, about="recorded", block=4),
            Column(name="actor", heading="By", about="by", block=4),
        ),
        rows=[_entry(each) for each in facts],
        empty="No entry: days have passed.",
    )


def _entry(changed: ChangedFact) -> Row:
    each = changed.new or changed.old
    assert each is not None, "one of the two counts"
    replaced = changed.old if changed.old is not None and changed.new is not None else None
    if replaced is not None and replaced.entry.number == each.entry.number:
        replaced = None
    reasons = [entry.event.reason for entry in changed.by if isinstance(entry.event, EntryVoided | EntryRestated)]
    last, is_supposed = changed.by[-1], changed.how is How.SUPPOSED
    return Row(
        (
            tuple(entry.number for entry in changed.by),
            _became(changed),
            each.fact.KIND,
            each.fact.effective_on,
            summary(each.fact),
            None if replaced is None else _told(replaced.entry.number, replaced.fact),
            " ".join(reasons) or None,
            None if is_supposed else last.recorded_at,
            None if is_supposed else last.actor,
        )
    )


def _became(changed: ChangedFact) -> str:
    """Return what became of a fact, and where it was taken out, of which entry."""
    number = None if changed.old is None else changed.old.entry.number
    taken_out = changed.how is How.VOIDED or (changed.how is How.RESTATED and changed.new is None)
    return f"{changed.how.value}: entry {number}" if taken_out else changed.how.value


def _told(number: int, fact: Any) -> str:
    return f"entry {number}: {fact.KIND} {days(fact.effective_on)}, {summary(fact)}"


def _notes(answer: Difference) -> Iterator[str]:
    sides = [side for change in answer.changes for side in (change.old, change.new)]
    if any(isinstance(side, Bounds) and not side.is_exact for side in sides):
        yield OPEN_DAYS
    if any(change.figure == "owed" for change in answer.instruments):
        yield "Owed: the principal of a note, or what was paid for a SAFE, without interest."
    passed = sorted({str(change.of[0]) for change in answer.agreements if not change.entries})
    if passed:
        yield f"{listed(passed)}: what names no entry changed as days passed, and tranches fell due."


# --- any other answer, with and without ----------------------------------------------------------------------


def side_by_side(without: Report, supposed: Report, answer: Report) -> Report:
    """Return one report of two, for an answer without what is supposed and with it.

    Args:
        without: The answer as recorded.
        supposed: The same answer with the events.
        answer: The differences of the two, which say what was asked.
    """
    sides = (("recorded", "As recorded", without), ("supposed", "Supposed", supposed))

    def renamed(cell: Cell, side: str) -> Cell:
        return attrs.evolve(cell, table=f"{cell.table} {side}")

    return Report(
        name=answer.name,
        title=f"{answer.title}: {without.title}",
        asked=answer.asked,
        tables=[
            attrs.evolve(
                table,
                name=f"{table.name} {side}",
                title=f"{table.title}: {words[:1].lower()}{words[1:]}",
                caption=f"{words}: {table.caption}" if table.caption else f"{words}:" if table.rows else "",
                empty=f"{words}: {table.empty}" if table.empty else "",
            )
            for at in range(max(len(without.tables), len(supposed.tables)))
            for side, words, report in sides
            for table in report.tables[at : at + 1]
        ],
        says=" ".join(f"{words}: {report.says}" for _, words, report in sides if report.says),
        notes=[
            *(note for note in without.notes if note in supposed.notes),
            *(f"As recorded: {note}" for note in without.notes if note not in supposed.notes),
            *(f"Supposed: {note}" for note in supposed.notes if note not in without.notes),
        ],
        checks=[
            Check(
                what=f"{words}, {check.what}",
                plus=tuple(renamed(cell, side) for cell in check.plus),
                minus=tuple(renamed(cell, side) for cell in check.minus),
            )
            for side, words, report in sides
            for check in report.checks
        ],
    )
