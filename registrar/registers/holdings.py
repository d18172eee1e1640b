"""Who holds what as a report: one line for each holding, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from registrar.registers.said import OPEN_DAYS
from registrar.report import Asked, Column, Head, Kind, Report, Row, Table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.holdings import Holdings
    from projections.holdings_over_time import HoldingsOverTime


def holdings(ledger: Ledger, answer: Holdings) -> Report:
    """Return what each holder has of each class, in the order of classes and holders."""
    head = Head("as_of", "At the close of", answer.as_of)
    asked = Asked.of(ledger, f"at the close of {answer.as_of}", answer.known, head)
    if not len(answer):
        says = f"Nobody held shares at the close of {answer.as_of}."
        return Report(name="holdings", title="Holdings", asked=asked, says=says)
    rows = [Row((str(each.stock_class), str(each.holder), each.shares)) for each in answer]
    table = Table(name="holdings", title="Holdings", columns=_HELD, rows=rows)
    notes = [OPEN_DAYS] if answer.more else []
    return Report(name="holdings", title="Holdings", asked=asked, tables=(table,), notes=notes)


def holdings_over_time(ledger: Ledger, answer: HoldingsOverTime, holder: str | None) -> Report:
    """Return what each holder had of each class, day by day; or what one of them had."""
    first, last = answer.days[0], answer.days[-1]
    heads = [Head("after", "From the close of", first), Head("through", "To the close of", last)]
    if holder is not None:
        heads.append(Head("holder", "Holder", holder))
    whose = "" if holder is None else f"of {holder}, "
    asked = Asked.of(ledger, f"{whose}from the close of {first} to the close of {last}", answer.known, *heads)
    rows = [
        Row((on.as_of, str(each.stock_class), str(each.holder), each.shares), group=str(on.as_of))
        for on in answer
        for each in on
    ]
    columns = (Column(name="on", heading="Day", kind=Kind.DAY), *_HELD)
    empty = "There were no shares on any of these days."
    table = Table(name="holdings", title="Holdings over time", columns=columns, rows=rows, empty=empty)
    notes = [OPEN_DAYS] if any(answer.more) else []
    return Report(name="holdings-over-time", title="Holdings over time", asked=asked, tables=(table,), notes=notes)


_HELD: Final = (
    Column(name="stock_class", heading="Class"),
    Column(name="holder", heading="Holder"),
    Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
)
