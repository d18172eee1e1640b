"""The dividend ledger as a report: what was declared and for whom, what has accrued, and every payment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ledger.quantities import Money
from projections.bounds import Bounds, together
from registrar.registers.said import OPEN_DAYS, listed
from registrar.report import Cell, Check, Column, Kind, Report, Role, Row, Table
from registrar.tables import amount
from registrar.views.common import at_the_close

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.dividends import AccruedLine, DividendLedger, DividendLine


def dividends(ledger: Ledger, answer: DividendLedger) -> Report:
    """Return what was declared, who is paid of it, what has accrued, and every payment."""
    asked = at_the_close(ledger, answer.known, answer.as_of)
    title = "Dividends"
    if not (answer.dividends or answer.accrued or answer.payments):
        says = f"No dividend had been declared or paid, and none had accrued, by the close of {answer.as_of}."
        return Report(name="dividends", title=title, asked=asked, says=says)
    return Report(
        name="dividends",
        title=title,
        asked=asked,
        tables=(_declared(answer), _entitled(answer), _accrued(answer), _payments(answer)),
        notes=[*_notes(answer)],
        checks=[
            Check(
                what=f"{line.dividend}: declared = paid + unpaid",
                plus=(Cell("dividends", at, "amount"),),
                minus=tuple(Cell("dividends", at, figure) for figure in ("paid", "paid_in_kind", "unpaid")),
            )
            for at, line in enumerate(answer.dividends)
        ],
    )


def _money(name: str, heading: str, *, shown: bool = True, bounded: bool = True) -> Column:
    return Column(name=name, heading=heading, kind=Kind.MONEY, bounded=bounded, shown=shown)


def _declared(answer: DividendLedger) -> Table:
    lines = answer.dividends
    return Table(
        name="dividends",
        title="Dividends declared",
        columns=(
            Column(name="dividend", heading="Dividend"),
            Column(name="stock_class", heading="Class", optional=True),
            Column(name="declared_on", heading="Declared on", kind=Kind.DAY, bounded=True, optional=True),
            Column(name="per_share", heading="A share", kind=Kind.MONEY),
            Column(name="record_on", heading="Record day", kind=Kind.DAY),
            Column(name="payment_on", heading="Payment day", kind=Kind.DAY, absent="not set"),
            Column(name="paid_in", heading="In", shown=any(line.paid_in.value != "cash" for line in lines)),
            _money("amount", "Declared"),
            _money("paid", "Paid"),
            _money("paid_in_kind", "Paid in shares", shown=any(_is_some(line.paid_in_kind) for line in lines)),
            _money("unpaid", "Unpaid"),
        ),
        rows=[
            Row(
                (
                    str(line.dividend),
                    str(line.stock_class),
                    line.declared_on,
                    line.per_share,
                    line.record_on,
                    line.payment_on,
                    line.paid_in.value,
                    line.declared,
                    line.paid,
                    line.paid_in_kind,
                    line.unpaid,
                )
            )
            for line in lines
        ],
    )


def _is_some(money: Bounds[Money]) -> bool:
    return bool(money.low) or bool(money.high)


def _entitled(answer: DividendLedger) -> Table:
    rows = []
    for line in answer.dividends:
        group = str(line.dividend)
        rows += [
            Row((group, each.name, str(each.holder), each.shares, each.due, each.paid, each.unpaid), group=group)
            for each in line.holders
        ]
        if line.holders:
            currency = line.per_share.currency
            paid, unpaid = (
                together((getattr(each, name) for each in line.holders), Money(0, currency))
                for name in ("paid", "unpaid")
            )
            rows.append(Row((group, "together", None, None, line.due, paid, unpaid), Role.TOTAL, group=group))
    return Table(
        name="entitled",
        title="Who is paid",
        caption="Holders at the close of the record day:" if rows else "",
        columns=(
            Column(name="dividend", heading="Dividend"),
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
            _money("due", "Due"),
            _money("paid", "Paid"),
            _money("unpaid", "Unpaid"),
        ),
        rows=rows,
    )


def _accrued(answer: DividendLedger) -> Table:
    rows = []
    for stock_class in dict.fromkeys(line.stock_class for line in answer.accrued):
        lines = [line for line in answer.accrued if line.stock_class == stock_class]
        group = str(stock_class)
        rows += [_accrued_row(line) for line in lines]
        sums = (
            together((getattr(line, name) for line in lines), Money(0, lines[0].currency))
            for name in ("accrued", "paid", "owed", "given_up")
        )
        rows.append(Row((group, "together", None, None, *sums), Role.TOTAL, group=group))
    return Table(
        name="accrued",
        title="Accrued by the terms of a class",
        caption="Accrued by the terms of a class, whether or not it was declared:" if rows else "",
        columns=(
            Column(name="stock_class", heading="Class"),
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
            _money("accrued", "Accrued"),
            _money("paid", "Paid"),
            _money("owed", "Not paid"),
            _money(
                "given_up",
                "Of it on shares given up",
                shown=any(_is_some(line.given_up) for line in answer.accrued),
            ),
        ),
        rows=rows,
    )


def _accrued_row(line: AccruedLine) -> Row:
    return Row(
        (
            str(line.stock_class),
            line.name,
            str(line.holder),
            line.shares,
            line.accrued,
            line.paid,
            line.owed,
            line.given_up,
        ),
        group=str(line.stock_class),
    )


def _payments(answer: DividendLedger) -> Table:
    lines = answer.payments
    in_shares = any(line.received for line in lines)
    return Table(
        name="payments",
        title="Payments",
        caption="Paid to holders:" if lines else "",
        columns=(
            Column(name="effective_on", heading="Day", kind=Kind.DAY, bounded=True),
            Column(name="holder", heading="Holder"),
            Column(name="stock_class", heading="On", optional=True),
            Column(name="dividend", heading="Dividend", absent="none declared"),
            _money("amount", "Amount", bounded=False),
            Column(name="received", heading="Shares received", kind=Kind.SHARES, shown=in_shares),
            Column(name="received_class", heading="Of", shown=in_shares),
            Column(name="entry", heading="Entry", kind=Kind.COUNT),
        ),
        rows=[
            Row(
                (
                    line.effective_on,
                    str(line.holder),
                    str(line.stock_class),
                    None if line.dividend is None else str(line.dividend),
                    line.amount,
                    line.received,
                    None if line.received_class is None else str(line.received_class),
                    line.entry,
                )
            )
            for line in lines
        ],
    )


def _notes(answer: DividendLedger) -> Iterator[str]:
    for line in answer.dividends:
        yield from _of_dividend(line, answer)
    if answer.accrued:
        yield (
            f"What accrued is counted up to and without {answer.as_of}, on each share from the day of its issue or"
            " the first day that the terms name. It is rounded so that the lines of a class add up."
        )
    if any(not each.is_exact for line in answer.accrued for each in (line.accrued, line.paid, line.given_up)):
        yield (
            f"The day of {_entries(answer.open_entries)} is open: what accrued lies between the least and the most"
            " that the days left open yield. Days on which more was paid than had accrued are left out where others"
            " are possible."
        )
    for each in answer.accrued:
        if each.beyond is not None:
            more = amount(each.beyond)
            yield f"{each.stock_class}: {more} was settled with {each.name} beyond what the terms yield."
    if any(_is_some(line.given_up) for line in answer.accrued):
        yield "The papers say whether what accrued on shares that were converted, redeemed or given up is due."
    if any(line.is_open for line in answer.payments):
        yield OPEN_DAYS


def _entries(numbers: Sequence[int]) -> str:
    return f"{'entry' if len(numbers) == 1 else 'entries'} {listed(numbers)}"


def _of_dividend(line: DividendLine, answer: DividendLedger) -> Iterator[str]:
    if line.is_overdue:
        yield f"{line.dividend} was to be paid on {line.payment_on}, and is not paid in full."
    if line.record_on > answer.as_of:
        yield f"{line.dividend} is paid to those who hold {line.stock_class} at the close of {line.record_on}."
    elif not line.is_complete:
        yield (
            f"{line.dividend}: the register of {line.stock_class} is partial, or its scope was not stated yet."
            " Others than those named are paid too."
        )
    elif line.due != line.declared:
        yield (
            f"{line.dividend}: {line.declared} was declared, and the holders of the record day are due {line.due}."
            " Restate the entry if it reckoned with other holders."
        )
