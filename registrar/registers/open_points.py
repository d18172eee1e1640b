"""What a record leaves open, as a report: a table for each kind, and what each means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from projections.open_points import OpenKind
from registrar.report import Asked, Column, Head, Kind, Layout, Report, Row, Table

if TYPE_CHECKING:
    from datetime import date

    from ledger.journal import Ledger
    from projections.open_points import OpenPoints

_TITLES: Final = {
    OpenKind.DAY: ("days", "Open days", "It took effect on one of several days; answers between them are ranges."),
    OpenKind.DEDUCED: ("deduced", "Deduced", "No document states it; it follows from what documents state."),
    OpenKind.NUMBER: ("numbers", "Numbers not known", "A limit that is not known limits nothing."),
    OpenKind.REGISTER: ("registers", "Partial registers", "Others hold shares too; figures are at least so much."),
    OpenKind.HOLDING: ("holdings", "Holdings that disagree", "What was reported is in no reading of the record."),
}
NOTHING: Final = "The record leaves nothing open."


def open_points(ledger: Ledger, answer: OpenPoints, as_of: date, known: int) -> Report:
    """Return what the record leaves open, kind by kind."""
    tables = [_table(kind, answer) for kind in OpenKind if any(point.kind is kind for point in answer)]
    return Report(
        name="open-points",
        title="What stays open",
        asked=Asked.of(ledger, f"up to the close of {as_of}", known, Head("as_of", "Up to the close of", as_of)),
        tables=tables,
        says="" if tables else NOTHING,
        notes=["What goes against the record or the papers is told by check."] if tables else [],
    )


def _table(kind: OpenKind, answer: OpenPoints) -> Table:
    name, title, means = _TITLES[kind]
    points = [point for point in answer if point.kind is kind]
    return Table(
        name=name,
        title=title,
        caption=f"{title}: {len(points):,}. {means}",
        layout=Layout.LIST,
        columns=(
            Column(name="entry", heading="Entry", kind=Kind.COUNT, block=0),
            Column(name="effective_on", heading="Effective", kind=Kind.DAY, bounded=True, block=0),
            Column(name="what", heading="What", block=0),
            Column(name="note", heading="Note"),
        ),
        rows=[Row((point.entry, point.effective_on, point.what, point.note)) for point in points],
    )
