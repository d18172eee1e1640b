"""What was disclosed, held against the record, as a report: claims, findings, and what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.quantities import SCALE, Shares
from projections.bounds import Bounds
from projections.claims import FindingCode, Verdict
from projections.findings import Severity
from registrar.report import Asked, Column, Head, Kind, Layout, Report, Row, Table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from ledger.terms.interval import Interval
    from projections.claims import ClaimsReport, JudgedClaim

NOTHING: Final = "Nothing was disclosed by then that the record holds."
_MEANS: Final = {
    Severity.BROKEN: "broken: a figure, or the record, is wrong in every reading",
    Severity.NOTICE: "notice: it holds, and a reader should know how",
    Severity.OPEN: "open: something is missing",
}
_NARROWED: Final = (
    "Narrowed: what is left of a count if no share came back between it and the counts beside it, and all that the"
    " record knows to have been issued in between was issued."
)


def claims(ledger: Ledger, answer: ClaimsReport) -> Report:
    """Return what was disclosed by a day, and what each claim comes to."""
    tables = [_claims(answer), _findings(answer), _counts(answer), _movements(answer), _increases(answer)]
    notes = [f"An approximate figure is allowed {answer.tolerance.name}."]
    if answer.counts:
        notes.append(_NARROWED)
    if answer.findings:
        used = {found.severity for found in answer.findings}
        notes.append(f"{'; '.join(words for each, words in _MEANS.items() if each in used)}.".capitalize())
    return Report(
        name="claims",
        title="What was disclosed, held against the record",
        asked=Asked.of(
            ledger,
            f"disclosed by {answer.as_of}",
            answer.known,
            Head("as_of", "Disclosed by", answer.as_of),
            Head("contradicted", "Contradicted", sum(line.is_contradicted for line in answer)),
        ),
        tables=[table for table in tables if table.rows] if answer.claims else [],
        says="" if answer.claims else NOTHING,
        notes=notes if answer.claims else [],
    )


def _claims(answer: ClaimsReport) -> Table:
    counted = [
        f"{verdict.value} {sum(line.verdict is verdict for line in answer):,}"
        for verdict in Verdict
        if any(line.verdict is verdict for line in answer)
    ]
    return Table(
        name="claims",
        title="Claims",
        caption=f"{len(answer.claims):,} claim{'s' if len(answer.claims) > 1 else ''}: {', '.join(counted)}.",
        columns=(
            Column(name="claim", heading="Claim"),
            Column(name="disclosed_on", heading="Disclosed"),
            Column(name="said_by", heading="Said by", optional=True),
            Column(name="figure", heading="Figure"),
            Column(name="computed", heading="Comes to"),
            Column(name="verdict", heading="Verdict"),
            Column(name="how", heading="How", shown=False),
            Column(name="arithmetic", heading="Arithmetic", shown=False),
            Column(name="entry", heading="Entry", kind=Kind.COUNT, shown=False),
        ),
        rows=[
            Row(
                (
                    line.claim,
                    line.disclosed_on,
                    line.said_by,
                    line.figure.printed,
                    line.shown(line.computed) if line.figure.fits_the_calendar else line.arithmetic(),
                    line.verdict.value if line.withdrawn is None else f"withdrawn; {line.verdict.value}",
                    how(line),
                    line.arithmetic(),
                    line.entry,
                )
            )
            for line in answer
        ],
    )


def how(line: JudgedClaim) -> str:
    """Return how a claim comes to its verdict, in words."""
    told = [
        line.definition,
        line.reading if line.verdict is not Verdict.AGREES or line.reading != "rounded" else "",
        "" if line.in_every_reading else "in some readings of what is not known exactly",
        line.slip,
        " and ".join(line.missing),
        f"{line.said_by} cut digits off in {', '.join(line.habit)}" if line.habit and line.implied else "",
    ]
    return "; ".join(filter(None, told))


def _findings(answer: ClaimsReport) -> Table:
    return Table(
        name="findings",
        title="Findings",
        layout=Layout.LIST,
        columns=(
            Column(name="severity", heading="Severity", block=0),
            Column(name="code", heading="Code", block=0),
            Column(name="claims", heading="Claims", block=0),
            Column(name="entries", heading="Entries", kind=Kind.COUNT, about="entries", block=0),
            Column(name="what", heading="What"),
            Column(name="arithmetic", heading="Arithmetic", block=2),
        ),
        rows=[
            Row(
                (
                    found.severity.value,
                    found.code.value,
                    ", ".join(dict.fromkeys(found.claims)),
                    tuple(map(int, found.entries)) if found.code is not FindingCode.NOT_CHECKABLE else None,
                    found.what,
                    found.arithmetic,
                )
            )
            for found in answer.findings
        ],
    )


def _counts(answer: ClaimsReport) -> Table:
    return Table(
        name="counts",
        title="Shares outstanding, as claims imply them",
        caption="Shares outstanding, as claims imply them.",
        columns=(
            Column(name="about", heading="On", kind=Kind.DAY),
            Column(name="stock_class", heading="Class"),
            Column(name="claim", heading="Claim"),
            Column(name="rounded", heading="If rounded", kind=Kind.SHARES, bounded=True),
            Column(name="widest", heading="In any reading", kind=Kind.SHARES, bounded=True, optional=True),
            Column(name="narrowed", heading="Narrowed", kind=Kind.SHARES, bounded=True, optional=True),
        ),
        rows=[
            Row(
                (
                    count.about,
                    count.stock_class,
                    count.claim,
                    _shares(count.rounded),
                    _shares(count.widest),
                    None if count.narrowed.is_empty else _shares(count.narrowed),
                )
            )
            for count in answer.counts
        ],
    )


def _movements(answer: ClaimsReport) -> Table:
    return Table(
        name="movements",
        title="Movements that no entry explains",
        caption="What moved between two counts, both rounded, less what the record knows.",
        columns=(
            Column(name="after", heading="After", kind=Kind.DAY),
            Column(name="through", heading="Through", kind=Kind.DAY),
            Column(name="stock_class", heading="Class", optional=True),
            Column(name="change", heading="Between the counts", kind=Kind.SHARES, bounded=True, optional=True),
            Column(name="recorded", heading="Recorded", kind=Kind.SHARES, bounded=True),
            Column(name="unexplained", heading="Unexplained", kind=Kind.SHARES, bounded=True),
            Column(name="widest", heading="In any reading", kind=Kind.SHARES, bounded=True, shown=False),
            Column(name="earlier", heading="From claim", shown=False),
            Column(name="later", heading="To claim", shown=False),
        ),
        rows=[
            Row(
                (
                    each.after,
                    each.through,
                    each.stock_class,
                    _shares(each.change),
                    _shares(each.recorded),
                    _shares(each.unexplained),
                    _shares(each.widest),
                    each.earlier,
                    each.later,
                )
            )
            for each in answer.movements
        ],
    )


def _increases(answer: ClaimsReport) -> Table:
    return Table(
        name="increases",
        title="Increases that claims presuppose",
        caption="Increases of the authorized number that claims presuppose.",
        columns=(
            Column(name="stock_class", heading="Class"),
            Column(name="authorized", heading="Above", kind=Kind.SHARES),
            Column(name="earliest", heading="Not before", kind=Kind.DAY),
            Column(name="latest", heading="Not after", kind=Kind.DAY),
            Column(name="recorded", heading="As recorded", optional=True),
            Column(name="claim", heading="By claim"),
        ),
        rows=[
            Row(
                (
                    each.stock_class,
                    _shares(each.authorized).low,
                    each.earliest,
                    each.latest,
                    each.recorded or None,
                    each.claim,
                )
            )
            for each in answer.increases
        ],
    )


def _shares(interval: Interval) -> Bounds[Shares]:
    """Return a number of shares between the ends of an interval."""
    low, high = (None if end is None else Shares.of_units(end * SCALE) for end in (interval.low, interval.high))
    return Bounds(low, high)
