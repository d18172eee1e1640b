"""The register of certificates as a report: each with its status and lineage, and what is held without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registrar.registers.said import OPEN_DAYS, heads, in_units
from registrar.report import Asked, Cell, Check, Column, Head, Kind, Report, Row, Table
from registrar.views.common import PARTIAL

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.certificates import CertificateLine, CertificateRegister


def certificates(ledger: Ledger, answer: CertificateRegister) -> Report:
    """Return every certificate with its status and lineage, what is held by book entry, and both together."""
    asked_for = heads(Head("as_of", "At the close of", answer.as_of), basis=answer.basis)
    days = f"at the close of {answer.as_of}{in_units(answer.basis)}"
    asked = Asked.of(ledger, days, answer.known, *asked_for)
    title = "Register of certificates"
    if not answer.classes and not len(answer):
        says = f"No shares had been issued by the close of {answer.as_of}."
        return Report(name="certificates", title=title, asked=asked, says=says)
    papers, book_entry = _papers(answer), _book_entry(answer)
    figures = [figure for each in answer.classes for figure in (each.in_certificates, each.book_entry)]
    return Report(
        name="certificates",
        title=title,
        asked=asked,
        tables=(papers, book_entry, _by_class(answer)),
        notes=[
            *([OPEN_DAYS] if not all(figure.is_exact for figure in figures) else []),
            *([] if all(each.is_complete for each in answer.classes) else [PARTIAL]),
            *dict.fromkeys(f"Legend on {line.security}: {legend}" for line in answer for legend in line.legends),
        ],
        checks=[
            Check(
                what=f"{each.stock_class}: {words} = its lines",
                plus=(Cell("classes", at, figure),),
                minus=tuple(
                    Cell(table.name, row, "shares")
                    for row, values in enumerate(table.rows)
                    if values.group == str(each.stock_class)
                ),
            )
            for at, each in enumerate(answer.classes)
            for figure, words, table in (
                ("in_certificates", "in certificates", papers),
                ("book_entry", "book entry", book_entry),
            )
        ],
    )


def _papers(answer: CertificateRegister) -> Table:
    lines = list(answer)

    def said(name: str, heading: str, *, optional: bool = True) -> Column:
        return Column(
            name=name, heading=heading, optional=optional, shown=any(getattr(line, name) for line in lines)
        )

    return Table(
        name="certificates",
        title="Certificates",
        empty="No certificate had been issued by then.",
        columns=(
            Column(name="security", heading="Certificate"),
            Column(name="stock_class", heading="Class"),
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id", optional=True),
            Column(name="issued_on", heading="Issued on", kind=Kind.DAY, bounded=True),
            Column(name="issued", heading="Issued", kind=Kind.SHARES),
            Column(name="shares", heading="Now", kind=Kind.SHARES, bounded=True),
            Column(name="status", heading="Status"),
            said("parent", "From"),
            said("children", "Into"),
            said("agreement", "Agreement"),
            Column(name="came_as", heading="How it came", optional=True),
            Column(name="came_from", heading="Came from", shown=False),
            Column(name="entry", heading="Entry", kind=Kind.COUNT, optional=True),
            Column(name="legends", heading="Legends", shown=False),
        ),
        rows=[_paper(line) for line in lines],
    )


def _paper(line: CertificateLine) -> Row:
    return Row(
        (
            str(line.security),
            str(line.stock_class),
            line.name,
            str(line.holder),
            line.issued_on,
            line.issued,
            line.shares,
            line.status_in_words(),
            None if line.parent is None else str(line.parent),
            tuple(map(str, line.children)) or None,
            None if line.agreement is None else str(line.agreement),
            line.came_as,
            None if line.came_from is None else str(line.came_from),
            line.entry,
            line.legends or None,
        ),
        group=str(line.stock_class),
    )


def _book_entry(answer: CertificateRegister) -> Table:
    return Table(
        name="book entry",
        title="Book entry",
        caption="Held without a certificate:" if answer.book_entry else "",
        columns=(
            Column(name="stock_class", heading="Class"),
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
        ),
        rows=[
            Row((str(line.stock_class), line.name, str(line.holder), line.shares), group=str(line.stock_class))
            for line in answer.book_entry
        ],
    )


def _by_class(answer: CertificateRegister) -> Table:
    return Table(
        name="classes",
        title="Classes",
        columns=(
            Column(name="stock_class", heading="Class"),
            Column(name="in_certificates", heading="In certificates", kind=Kind.SHARES, bounded=True),
            Column(name="book_entry", heading="Book entry", kind=Kind.SHARES, bounded=True),
            Column(
                name="outstanding",
                heading="Outstanding",
                kind=Kind.SHARES,
                bounded=True,
                adds=("in_certificates", "book_entry"),
            ),
        ),
        rows=[
            Row((str(each.stock_class), each.in_certificates, each.book_entry, each.outstanding))
            for each in answer.classes
        ],
    )
