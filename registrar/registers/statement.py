"""The statement of a holder as a report: opening, each movement with what was left after it, and closing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ledger.events import Certainty
from ledger.quantities import Shares
from projections.bounds import Bounds, exactly
from projections.columns import given_in_words
from registrar.registers.said import OPEN_DAYS, heads, in_units, listed, may_be_merged
from registrar.report import Asked, Cell, Check, Column, Head, Kind, Report, Role, Row, Table

if TYPE_CHECKING:
    from datetime import date

    from ledger.journal import Ledger
    from projections.parties import Party
    from projections.share_accounts import AccountLine
    from projections.statement import ClassAccount, Statement


def statement(ledger: Ledger, answer: Statement) -> Report:
    """Return the account of a holder: opening, each movement with what was left after it, and closing."""
    party, after = answer.party, answer.after
    period = f"up to the close of {answer.as_of}"
    if after is not None:
        period = f"from the close of {after} to the close of {answer.as_of}"
    asked_for = [Head("holder", "Holder", str(party.holder)), Head("name", "Name", party.name)]
    asked_for += [] if after is None else [Head("after", "From the close of", after)]
    asked_for += heads(Head("as_of", "To the close of", answer.as_of), basis=answer.basis)
    asked = Asked.of(ledger, period + in_units(answer.basis), answer.known, *asked_for)
    title = f"Statement of {party.name} ({party.holder})"
    if not answer.classes:
        says = f"No shares of {party.name} ({party.holder}) are recorded {period}."
        return Report(name="statement", title=title, asked=asked, says=says, notes=_party_notes(party))
    movements, positions = _movements(answer), _positions(answer)
    is_open = any(not line.balance.is_exact for line in answer)
    return Report(
        name="statement",
        title=title,
        asked=asked,
        tables=(movements, positions),
        notes=[
            *(f"{each.stock_class}: {each.title}." for each in answer.classes),
            *([OPEN_DAYS] if is_open else []),
            *_party_notes(party),
        ],
        checks=[check for each in answer.classes for check in _ties(each, movements, positions)],
    )


def _whereabouts(party: Party) -> str:
    """Return what is said of the holder above the movements: where they live, and as whom else they are known."""
    told = [f"{'; '.join(map(str, party.addresses))}."] if party.addresses else []
    told += [f"Registered as {listed(party.also)} too, and one party."] if party.also else []
    return " ".join(told)


def _party_notes(party: Party) -> list[str]:
    return [
        *(may_be_merged(each, party.holder) for each in party.perhaps),
        *(may_be_merged(party.holder, each) for each in party.perhaps_as),
    ]


def _movements(answer: Statement) -> Table:
    lines = list(answer)
    columns = (
        Column(name="stock_class", heading="Class", shown=len(answer.classes) > 1),
        Column(name="effective_on", heading="Effective", kind=Kind.DAY, bounded=True),
        Column(name="what", heading="What happened"),
        Column(name="counterparty_name", heading="From or to", shown=any(line.counterparty for line in lines)),
        Column(name="counterparty", heading="Id", optional=True, shown=any(line.counterparty for line in lines)),
        Column(
            name="registered_to",
            heading="In the name of",
            shown=any(line.holder != answer.party.holder for line in lines),
        ),
        Column(name="security", heading="Certificate", optional=True, shown=any(line.security for line in lines)),
        Column(name="change", heading="Shares", kind=Kind.SHARES, bounded=True),
        Column(name="balance", heading="Balance", kind=Kind.SHARES, bounded=True),
        Column(name="entry", heading="Entry", kind=Kind.COUNT),
        Column(name="flags", heading="How sure", shown=any(_flags(line) for line in lines)),
        Column(name="given", heading="Given for them", optional=True, shown=any(line.given for line in lines)),
    )
    rows = [row for each in answer.classes for row in _account(answer, each)]
    return Table(
        name="movements", title="Movements", caption=_whereabouts(answer.party), columns=columns, rows=rows
    )


def _flags(line: AccountLine) -> tuple[str, ...]:
    deduced = ("deduced",) if line.certainty is Certainty.DEDUCED else ()
    return (*deduced, "day open") if line.is_open else deduced


def _account(answer: Statement, each: ClassAccount) -> Iterator[Row]:
    of, account = str(each.stock_class), each.account

    def end(what: str, on: date, shares: Bounds[Shares], balance: Bounds[Shares] | None) -> tuple[Any, ...]:
        return (of, on, what, None, None, None, None, shares, balance, None, None, None)

    if answer.after is not None:
        yield Row(end("opening", answer.after, account.opening, account.opening), group=of)
    for line in account.lines:
        values = (
            of,
            line.effective_on,
            line.what,
            None if line.counterparty is None else answer.name(line.counterparty),
            None if line.counterparty is None else str(line.counterparty),
            str(line.holder),
            None if line.security is None else str(line.security),
            exactly(line.change),
            line.balance,
            line.entry,
            _flags(line) or None,
            given_in_words(line.given),
        )
        yield Row(values, Role.MEMO if line.is_open else Role.ITEM, of)
    closing = end("closing", answer.as_of, account.closing, None)
    yield Row(closing, Role.TOTAL if _adds_up(each) else Role.MEMO, of)


def _adds_up(each: ClassAccount) -> bool:
    """Whether opening and certain movements come to the closing, or some of them are not known exactly.

    They do not where readings of open days were left out in which more was sold than held: then the opening has
    already what a line may have brought before.
    """
    account = each.account
    if not (account.opening.is_exact and account.closing.is_exact):
        return True
    certain = [line.change for line in account.lines if not line.is_open]
    return sum(certain, account.opening.exact) == account.closing.exact


def _positions(answer: Statement) -> Table:
    columns = (
        Column(name="stock_class", heading="Class"),
        Column(name="title", heading="Title", shown=False),
        Column(
            name="registered_to",
            heading="In the name of",
            shown=any(line.holder != answer.party.holder for each in answer.classes for line in each.positions),
        ),
        Column(name="security", heading="Certificate", absent="book entry"),
        Column(
            name="opening",
            heading="Opening",
            kind=Kind.SHARES,
            bounded=True,
            shown=answer.after is not None,
        ),
        Column(name="closing", heading="Closing", kind=Kind.SHARES, bounded=True),
    )
    rows = []
    for each in answer.classes:
        of, account = str(each.stock_class), each.account
        for line in each.positions:
            security = None if line.security is None else str(line.security)
            values = (of, each.title, str(line.holder), security, line.opening, line.closing)
            rows.append(Row(values, group=of))
        if len(each.positions) > 1:
            together = (of, each.title, None, "together", account.opening, account.closing)
            rows.append(Row(together, Role.TOTAL, of))
    return Table(name="positions", title="Certificates and book entry", columns=columns, rows=rows)


def _ties(each: ClassAccount, movements: Table, positions: Table) -> Iterator[Check]:
    """Yield what must agree: the account of a class and its certificates."""
    of = str(each.stock_class)
    last = max(at for at, row in enumerate(movements.rows) if row.group == of)
    held = [at for at, row in enumerate(positions.rows) if row.group == of and row.role is Role.ITEM]
    yield Check(
        what=f"{of}: closing = what is in certificates and book entry",
        plus=(Cell("movements", last, "change"),),
        minus=tuple(Cell("positions", at, "closing") for at in held),
    )
