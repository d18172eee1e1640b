"""The control book as a report: each act with its authority and what is issued after it, and what there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ledger.events import Certainty
from registrar.registers.said import OPEN_DAYS, heads, in_units, listed
from registrar.report import Asked, Cell, Check, Column, Head, Kind, Report, Role, Row, Table
from registrar.views.common import PARTIAL
from registrar.views.shares import classes_table, reserves_table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.control import ControlAccount, ControlBook, ControlLine

NONE_NAMED: Final = "none"
"""What stands in the place of an authority that an act should name."""


def control_book(ledger: Ledger, answer: ControlBook, stock_class: str | None = None) -> Report:
    """Return every act that changed what is authorized, reserved or issued, with its authority, and what there is.

    Args:
        ledger: The record.
        answer: The control book.
        stock_class: Of this class only.

    Raises:
        UnknownName: There is no such class.
    """
    asked_for = heads(Head("as_of", "At the close of", answer.as_of), basis=answer.basis)
    days = f"at the close of {answer.as_of}{in_units(answer.basis)}"
    asked = Asked.of(ledger, days, answer.known, *asked_for)
    accounts = list(answer) if stock_class is None else [answer[stock_class]]
    if not accounts:
        says = f"No class had been designated by the close of {answer.as_of}."
        return Report(name="control-book", title="Control book", asked=asked, says=says)
    acts = _acts(accounts)
    lines = [account.line for account in accounts]
    return Report(
        name="control-book",
        title="Control book",
        asked=asked,
        tables=(acts, classes_table(lines), reserves_table(lines)),
        notes=[*_notes(accounts)],
        checks=[
            Check(
                what=f"{account.stock_class}: issued = what its acts add up to",
                plus=(Cell("classes", place, "issued"),),
                minus=tuple(
                    Cell("acts", at, "issued_change")
                    for at, row in enumerate(acts.rows)
                    if row.group == str(account.stock_class)
                ),
            )
            for place, account in enumerate(accounts)
            if not any(line.is_open for line in account.lines)
        ],
    )


def _acts(accounts: Sequence[ControlAccount]) -> Table:
    lines = [line for account in accounts for line in account.lines]
    return Table(
        name="acts",
        title="Acts",
        empty="Nothing was authorized, reserved or issued by then.",
        columns=(
            Column(name="stock_class", heading="Class", shown=len(accounts) > 1),
            Column(name="entry", heading="Entry", kind=Kind.COUNT),
            Column(name="effective_on", heading="Effective", kind=Kind.DAY, bounded=True),
            Column(name="what", heading="What happened"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES),
            Column(name="issued", heading="Issued after it", kind=Kind.SHARES, bounded=True),
            Column(name="authority", heading="Authority"),
            Column(name="flags", heading="How sure", optional=True, shown=any(_flags(line) for line in lines)),
            Column(name="holder", heading="Holder", optional=True, shown=any(line.holder for line in lines)),
            Column(name="reserve", heading="Reserve", optional=True, shown=any(line.reserve for line in lines)),
            Column(name="authorized", heading="Authorized", kind=Kind.SHARES, shown=False),
            Column(name="reserved", heading="Reserved", kind=Kind.SHARES, bounded=True, shown=False),
            Column(name="available", heading="Available", kind=Kind.SHARES, bounded=True, shown=False),
            Column(name="treasury", heading="Treasury", kind=Kind.SHARES, bounded=True, shown=False),
            Column(name="outstanding", heading="Outstanding", kind=Kind.SHARES, bounded=True, shown=False),
            Column(name="used_up", heading="Used up", kind=Kind.SHARES, bounded=True, shown=False),
            Column(name="issued_change", heading="Change of issued", kind=Kind.SHARES, shown=False),
            Column(name="is_issue", heading="Issue", shown=False),
            Column(name="lacks_authority", heading="Lacks authority", shown=False),
            Column(name="evidence", heading="Evidence", shown=False),
        ),
        rows=[_act(account, line) for account in accounts for line in account.lines],
    )


def _act(account: ControlAccount, line: ControlLine) -> Row:
    after = line.after
    documents = tuple(each.document + (f", {each.page}" if each.page else "") for each in line.evidence)
    values = (
        str(account.stock_class),
        line.fact.entry.number,
        line.fact.fact.effective_on,
        line.kind,
        line.authorized if line.shares is None else line.shares,
        after.issued,
        NONE_NAMED if line.lacks_authority else line.authority,
        _flags(line) or None,
        None if line.holder is None else str(line.holder),
        None if line.reserve is None else str(line.reserve),
        after.authorized,
        after.reserved,
        after.available,
        after.treasury,
        after.outstanding,
        after.spent,
        line.issued_change,
        "yes" if line.is_issue else "no",
        "yes" if line.lacks_authority else "no",
        documents or None,
    )
    return Row(values, Role.MEMO if line.is_open else Role.ITEM, str(account.stock_class))


def _flags(line: ControlLine) -> tuple[str, ...]:
    deduced = ("deduced",) if line.fact.fact.certainty is Certainty.DEDUCED else ()
    return (*deduced, "day open") if line.is_open else deduced


def _notes(accounts: Sequence[ControlAccount]) -> Iterator[str]:
    for account in accounts:
        if missing := account.issues_without_authority:
            numbers = listed([str(line.fact.entry.number) for line in missing])
            which = f"entry {numbers}" if len(missing) == 1 else f"entries {numbers}"
            count = f"{len(missing)} of {len(account.issues)}"
            yield f"{account.stock_class}: issues that name no authority: {count}, {which}."
    if any(line.is_open for account in accounts for line in account.lines):
        yield OPEN_DAYS
    if any(not account.line.is_complete for account in accounts):
        yield PARTIAL
