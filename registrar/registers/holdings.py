"""Who holds what as a report: one line for each holding, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registrar.registers.said import OPEN_DAYS
from registrar.report import Asked, Column, Head, Kind, Report, Row, Table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.holdings import Holdings


def holdings(ledger: Ledger, answer: Holdings) -> Report:
    """Return what each holder has of each class, in the order of classes and holders."""
    head = Head("as_of", "At the close of", answer.as_of)
    asked = Asked.of(ledger, f"at the close of {answer.as_of}", answer.known, head)
    if not len(answer):
        says = f"Nobody held shares at the close of {answer.as_of}."
        return Report(name="holdings", title="Holdings", asked=asked, says=says)
    columns = (
        Column(name="stock_class", heading="Class"),
        Column(name="holder", heading="Holder"),
        Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
    )
    rows = [Row((str(each.stock_class), str(each.holder), each.shares)) for each in answer]
    table = Table(name="holdings", title="Holdings", columns=columns, rows=rows)
    notes = [OPEN_DAYS] if answer.high is not answer.low else []
    return Report(name="holdings", title="Holdings", asked=asked, tables=(table,), notes=notes)
