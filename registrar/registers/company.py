"""The company itself as a report: where its shares trade, proceeds that it may not use, proposals and votes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from registrar.report import Asked, Column, Head, Kind, Layout, Report, Row, Table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.company import CompanySheet, MeetingLine

_COUNTS: Final = (
    ("votes_for", "For"),
    ("votes_against", "Against"),
    ("withheld", "Withheld"),
    ("abstained", "Abstained"),
    ("broker_non_votes", "Broker non-votes"),
    ("present", "All counted"),
)


def company(ledger: Ledger, answer: CompanySheet) -> Report:
    """Return the company itself: its classes in their markets, its control accounts, and its meetings."""
    as_of = Head("as_of", "At the close of", answer.as_of)
    name = Head("legal_name", "Its name on that day", str(answer.legal_name))
    tables = [_listings(answer)]
    if answer.restricted:
        tables.append(_restricted(answer))
    if answer.meetings:
        tables.append(_meetings(answer))
    notes = []
    if any(line.present is not None for line in answer.meetings):
        notes.append("All counted: so many shares were outstanding at least on the record day of the vote.")
    if any(line.outstanding_reported.values for line in answer.listings):
        notes.append("A count that was reported is in the units of the day of the report, and may be rounded.")
    return Report(
        name="company",
        title="Company",
        asked=Asked.of(ledger, f"at the close of {answer.as_of}", answer.known, as_of, name),
        tables=tables,
        notes=notes,
    )


def _listings(answer: CompanySheet) -> Table:
    return Table(
        name="classes",
        title="Classes",
        columns=(
            Column(name="stock_class", heading="Class"),
            Column(name="title", heading="Title", optional=True),
            Column(name="market", heading="Market"),
            Column(name="symbol", heading="Symbol"),
            Column(name="identifiers", heading="Numbers"),
            Column(name="outstanding_reported", heading="Outstanding as reported", kind=Kind.SHARES),
            Column(name="reported_on", heading="On", kind=Kind.DAY, bounded=True),
        ),
        rows=[
            Row(
                (
                    str(line.stock_class),
                    line.title,
                    line.market if line.market.values else None,
                    line.symbol if line.symbol.values else None,
                    "; ".join(f"{scheme} {number}" for scheme, number in line.identifiers) or None,
                    line.outstanding_reported if line.outstanding_reported.values else None,
                    line.reported_on,
                )
            )
            for line in answer.listings
        ],
    )


def _restricted(answer: CompanySheet) -> Table:
    return Table(
        name="control accounts",
        title="Control accounts",
        columns=(
            Column(name="account", heading="Control account"),
            Column(name="paid_in", heading="Paid in", kind=Kind.MONEY, bounded=True),
            Column(name="released", heading="Released", kind=Kind.MONEY, bounded=True),
            Column(name="left", heading="Left", kind=Kind.MONEY, bounded=True, adds=("paid_in", "-released")),
        ),
        rows=[Row((str(line.account), line.paid_in, line.released, line.left)) for line in answer.restricted],
    )


def _meetings(answer: CompanySheet) -> Table:
    return Table(
        name="meetings",
        title="Proposals and votes",
        layout=Layout.LIST,
        columns=(
            Column(name="effective_on", heading="On", kind=Kind.DAY, bounded=True, block=0),
            Column(name="what_happened", heading="What happened", block=0),
            Column(name="entry", heading="Entry", kind=Kind.COUNT, about="entry", block=0),
            Column(name="outcome", heading="Outcome", block=0),
            Column(name="what", heading="Proposal"),
            Column(name="stock_class", heading="Class", about="of", block=2),
            Column(name="authorized", heading="Authorized", kind=Kind.SHARES, about="to be authorized:", block=2),
            *(
                Column(name=name, heading=heading, kind=Kind.SHARES, about=f"{heading.lower()}:", block=3)
                for name, heading in _COUNTS
            ),
        ),
        rows=[_meeting(line) for line in answer.meetings],
    )


def _meeting(line: MeetingLine) -> Row:
    outcome = None if line.carried is None else "carried" if line.carried else "not carried"
    return Row(
        (
            line.effective_on,
            "voted" if line.voted else "proposed",
            line.entry,
            outcome,
            line.what,
            None if line.stock_class is None else str(line.stock_class),
            line.authorized,
            *(getattr(line, name) for name, _ in _COUNTS),
        )
    )
