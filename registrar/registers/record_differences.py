"""Lists of holders against the register, as a report: differences with their age, names to decide on, the lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from registrar.report import Asked, Column, Head, Kind, Layout, Report, Row, Table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.record_differences import RecordDifferences

NOTHING: Final = "No list of holders was received by then that the record holds."
_NO_READING: Final = (
    "A difference is told only where no reading of open days and of names agrees. Each list is held against the"
    " register at the close of its own day."
)


def record_differences(ledger: Ledger, answer: RecordDifferences) -> Report:
    """Return in what the lists of holders that were received by a day differ from the register."""
    tables = [table for table in (_differences(answer), _unclear(answer), _lists(answer)) if table.rows]
    return Report(
        name="record-differences",
        title="Lists of holders, held against the register",
        asked=Asked.of(
            ledger,
            f"received by {answer.as_of}",
            answer.known,
            Head("as_of", "Received by", answer.as_of),
            Head("differing", "Differences that stand", sum(each.is_open for each in answer)),
            Head("to_decide", "Names to decide on", len(answer.unclear)),
        ),
        tables=tables,
        says="" if tables else NOTHING,
        notes=[_NO_READING] if tables else [],
    )


def _differences(answer: RecordDifferences) -> Table:
    return Table(
        name="differences",
        title="Differences",
        layout=Layout.LIST,
        columns=(
            Column(name="kind", heading="Difference", block=0),
            Column(name="stock_class", heading="Class", block=0),
            Column(name="holder", heading="Holder", block=0),
            Column(name="name", heading="Name", block=0),
            Column(name="since", heading="Since", kind=Kind.DAY, about="since", block=1),
            Column(name="last", heading="Last shown", kind=Kind.DAY, about="last shown", block=1),
            Column(name="gone", heading="Gone", kind=Kind.DAY, about="gone", block=1),
            Column(name="days", heading="Days", kind=Kind.COUNT, about="days", block=1),
            Column(name="listed", heading="Listed", kind=Kind.SHARES, bounded=True, shown=False),
            Column(name="recorded", heading="Recorded", kind=Kind.SHARES, bounded=True, shown=False),
            Column(name="off_by", heading="Off by", kind=Kind.SHARES, bounded=True, shown=False),
            Column(name="arithmetic", heading="Arithmetic", block=2),
            Column(name="source", heading="Source", about="from", block=3),
            Column(name="lists", heading="Lists", kind=Kind.COUNT, about="lists", block=3),
            Column(name="entries", heading="Entries", kind=Kind.COUNT, about="entries", block=3),
            Column(name="code", heading="Code", shown=False),
            Column(name="severity", heading="Severity", shown=False),
        ),
        rows=[
            Row(
                (
                    each.kind.value,
                    each.stock_class,
                    each.holder,
                    each.name or None,
                    each.since,
                    each.last,
                    each.gone,
                    each.days,
                    each.listed,
                    each.recorded,
                    each.off_by,
                    each.arithmetic(),
                    each.source,
                    tuple(map(int, each.lists)),
                    tuple(map(int, each.entries)) or None,
                    each.CODE,
                    each.severity.value,
                )
            )
            for each in answer
        ],
    )


def _unclear(answer: RecordDifferences) -> Table:
    return Table(
        name="unclear",
        title="Names to decide on",
        caption="Names that may mean one holder or another. Nobody is taken for another: say who is meant.",
        columns=(
            Column(name="name", heading="As printed"),
            Column(name="shares", heading="Listed", kind=Kind.SHARES),
            Column(name="stock_class", heading="Class", optional=True),
            Column(name="candidate", heading="May be"),
            Column(name="candidate_name", heading="Name", optional=True),
            Column(name="why", heading="Alike in"),
            Column(name="recorded", heading="Recorded", kind=Kind.SHARES, bounded=True),
            Column(name="account", heading="Account", shown=False),
            Column(name="certificate", heading="Certificate", shown=False),
            Column(name="source", heading="Source", shown=False),
            Column(name="on", heading="List of", kind=Kind.DAY, shown=False),
            Column(name="entry", heading="Entry", kind=Kind.COUNT, shown=False),
            Column(name="code", heading="Code", shown=False),
            Column(name="severity", heading="Severity", shown=False),
        ),
        rows=[
            Row(
                (
                    line.name,
                    line.shares,
                    line.stock_class,
                    each.holder,
                    each.name,
                    each.why,
                    each.recorded,
                    line.account,
                    line.certificate,
                    line.source,
                    line.on,
                    line.entry,
                    line.CODE,
                    line.severity.value,
                ),
                group=str(place),
            )
            for place, line in enumerate(answer.unclear)
            for each in line.candidates
        ],
    )


def _lists(answer: RecordDifferences) -> Table:
    return Table(
        name="lists",
        title="Lists",
        caption="Lists that were received.",
        columns=(
            Column(name="on", heading="Of", kind=Kind.DAY),
            Column(name="stock_class", heading="Class"),
            Column(name="source", heading="Source", optional=True),
            Column(name="scope", heading="Scope", shown=False),
            Column(name="lines", heading="Lines", kind=Kind.COUNT),
            Column(name="added", heading="Adds to", kind=Kind.SHARES),
            Column(name="stated", heading="States", kind=Kind.SHARES, optional=True),
            Column(name="outstanding", heading="Control book", kind=Kind.SHARES, bounded=True),
            Column(name="matched", heading="Matched", kind=Kind.COUNT, optional=True),
            Column(name="unclear", heading="Unclear", kind=Kind.COUNT, optional=True),
            Column(name="differences", heading="Differences", kind=Kind.COUNT),
            Column(name="entry", heading="Entry", kind=Kind.COUNT, shown=False),
        ),
        rows=[
            Row(
                (
                    each.on,
                    each.stock_class,
                    each.source,
                    each.scope.value,
                    each.lines,
                    each.added,
                    each.stated,
                    each.outstanding,
                    each.matched,
                    each.unclear,
                    each.differences,
                    each.entry,
                )
            )
            for each in answer.lists
        ],
    )
