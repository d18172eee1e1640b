"""Warrants outstanding, and what the papers call for after an issue, as reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ledger.quantities import SCALE, Price, Shares
from ledger.terms.protection import Counted, PriceProtection
from projections.bounds import Bounds, exactly
from registrar.registers.said import OPEN_DAYS, heads, listed
from registrar.report import Asked, Column, Head, Kind, Layout, Report, Role, Row, Table
from registrar.views.common import at_the_close

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.adjustments import AdjustmentLine, Adjustments
    from projections.warrants import WarrantLine, Warrants


# --- warrants --------------------------------------------------------------------------------------------------


def warrants(ledger: Ledger, answer: Warrants) -> Report:
    """Return the warrants outstanding: holder, shares, price, last day and protection of each."""
    basis = answer.basis if answer.basis != answer.as_of else None
    asked = at_the_close(ledger, answer.known, answer.as_of, basis)
    if not answer.lines:
        says = f"No warrants were outstanding at the close of {answer.as_of}."
        return Report(name="warrants", title="Warrants", asked=asked, says=says)
    return Report(
        name="warrants", title="Warrants", asked=asked, tables=(_outstanding(answer),), notes=[*_notes(answer)]
    )


def _outstanding(answer: Warrants) -> Table:
    columns = (
        Column(name="warrant", heading="Warrant"),
        Column(name="name", heading="Holder"),
        Column(name="holder", heading="Id", optional=True),
        Column(name="stock_class", heading="Buys"),
        Column(name="purchasable", heading="Shares", kind=Kind.SHARES, bounded=True),
        Column(name="price", heading="Price", kind=Kind.MONEY),
        Column(name="expires_on", heading="Last day", kind=Kind.DAY),
        Column(name="protection", heading="Protection"),
        Column(
            name="floor",
            heading="Floor",
            kind=Kind.MONEY,
            optional=True,
            shown=any(line.floor.values for line in answer),
        ),
        Column(name="exercise", heading="Exercise", optional=True),
        Column(name="prefunded", heading="Prefunded", shown=False),
        Column(name="has_expired", heading="Expired", shown=False),
    )
    rows: list[Row] = []
    classes = list(dict.fromkeys(line.stock_class for line in answer))
    for stock_class in classes:
        of = [line for line in answer if line.stock_class == stock_class]
        rows += [_row(line) for line in of]
        if len(of) > 1:
            whole = _sum([line.purchasable for line in of])
            rest = (None,) * (len(columns) - 5)
            rows.append(Row(("all", None, None, str(stock_class), whole, *rest), Role.TOTAL, str(stock_class)))
    return Table(name="warrants", title="Warrants", columns=columns, rows=rows)


def _sum(parts: list[Bounds[Shares]]) -> Bounds[Shares]:
    low = high = Shares(0)
    for each in parts:
        assert each.low is not None, "what is recorded is known"
        assert each.high is not None, "what is recorded is known"
        low, high = low + each.low, high + each.high
    return Bounds(low, high)


def _row(line: WarrantLine) -> Row:
    prefunded = "yes" if any(terms.prefunded for terms in line.terms.values) else "no"
    return Row(
        (
            str(line.warrant),
            line.name,
            str(line.holder),
            str(line.stock_class),
            line.purchasable,
            line.price if line.price.values else None,
            line.expires_on if line.expires_on.values else None,
            line.protection or None,
            line.floor if line.floor.values else None,
            line.exercise,
            prefunded,
            "yes" if line.has_expired else "no",
        ),
        group=str(line.stock_class),
    )


def _notes(answer: Warrants) -> Iterator[str]:
    yield "The shares are not kept back: those that the board set aside are among the reserves of the cap table."
    prefunded = [line.warrant for line in answer if any(terms.prefunded for terms in line.terms.values)]
    if prefunded:
        yield f"Prefunded, all but a nominal price paid at the issue: {listed(list(dict.fromkeys(prefunded)))}."
    expired = [line.warrant for line in answer if line.has_expired]
    if expired:
        yield f"Past their last day, and not recorded as ended: {listed(list(dict.fromkeys(expired)))}."
    if any(not line.purchasable.is_exact for line in answer):
        yield OPEN_DAYS


# --- adjustments -----------------------------------------------------------------------------------------------


def adjustments(ledger: Ledger, answer: Adjustments) -> Report:
    """Return each protected price into a class, the one that the papers call for, and what it follows from."""
    issue = answer.issue
    which = "if issued" if answer.issued is None else f"by entry {answer.issued.entry.number}"
    words = f"{issue.issued:,} {answer.into} at {issue.price}"
    carved = () if issue.reason is None else (Head("reason", "Why", issue.reason.value),)
    asked_for = heads(
        Head("as_of", "Issued on", answer.as_of),
        Head("issued", f"Issued, {which}", f"{issue.issued:,} {answer.into}"),
        Head("price", "For each", str(issue.price)),
        *carved,
        basis=None,
    )
    asked = Asked.of(ledger, f"after an issue of {words} on {answer.as_of}", answer.known, *asked_for)
    if not answer.lines:
        says = f"No price into {answer.into} was protected on {answer.as_of}."
        return Report(name="adjustments", title="Adjustments", asked=asked, says=says)
    tables = (_prices(answer), _counted(answer), _holders(answer))
    return Report(
        name="adjustments",
        title="Adjustments",
        asked=asked,
        tables=[table for table in tables if table.rows],
        notes=[*_adjustment_notes(answer)],
    )


def _prices(answer: Adjustments) -> Table:
    numbered = any(each.number_before is not None for line in answer for each in line.proposals)
    columns = (
        Column(name="subject", heading="Protected"),
        Column(name="protected", heading="Is a", optional=True),
        Column(name="method", heading="Method"),
        Column(name="outstanding", heading="Counted", kind=Kind.SHARES, bounded=True, optional=True),
        Column(name="price", heading="Price", kind=Kind.MONEY),
        Column(name="proposed", heading="Proposed", kind=Kind.MONEY, absent="not known"),
        Column(name="outcome", heading="Outcome"),
        Column(name="number", heading="Shares", kind=Kind.SHARES, shown=numbered),
        Column(name="number_proposed", heading="Shares proposed", kind=Kind.SHARES, shown=numbered),
        Column(name="exact", heading="Exact price", kind=Kind.MONEY, shown=False),
        Column(name="floor", heading="Floor", kind=Kind.MONEY, shown=False),
        Column(name="computation", heading="Computation", shown=False),
    )
    rows = [row for line in answer for row in _rows(line)]
    return Table(name="prices", title="Protected prices", columns=columns, rows=rows)


def _rows(line: AdjustmentLine) -> Iterator[Row]:
    said = (str(line.subject), line.protected, line.protection.method.words)
    price = line.price if line.price.values else None
    if not line.proposals:
        unknown = (line.outstanding, price, None, line.unknown, None, None, None, line.floor, None)
        yield Row((*said, *unknown), group=str(line.subject))
    for each in line.proposals:
        counted = None if each.outstanding is None else exactly(Shares.of_units(each.outstanding * SCALE))
        yield Row(
            (
                *said,
                counted,
                each.before,
                each.after,
                each.outcome.value,
                each.number_before,
                each.number_after,
                Price(each.exact, each.before.currency),
                each.floor,
                each.computation,
            ),
            group=str(line.subject),
        )


_WORDS: Final = {
    Counted.COMMON: "common outstanding",
    Counted.PROTECTED: "the protected class or warrant itself",
    Counted.PREFERRED: "preferred, as converted",
    Counted.AWARDS: "options and other awards",
    Counted.POOL: "ungranted pool",
    Counted.WARRANTS: "warrants",
    Counted.NOTES: "notes and SAFEs, at their fixed price",
}


def _counted(answer: Adjustments) -> Table:
    """Return what counts as outstanding; protected prices that count alike share their rows."""
    columns = (
        Column(name="of", heading="For"),
        Column(name="counted", heading="Counted"),
        Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
    )
    alike: dict[tuple[object, ...], list[AdjustmentLine]] = {}
    for line in answer:
        if line.counted:
            alike.setdefault((line.counted,), []).append(line)
    rows: list[Row] = []
    for lines in alike.values():
        names = listed([line.subject for line in lines])
        rows += [Row((names, _WORDS[each.counted], each.shares), group=names) for each in lines[0].counted]
        rows.append(Row((names, "outstanding before the issue", lines[0].outstanding), Role.TOTAL, names))
    return Table(name="counted", title="What counts as outstanding", columns=columns, rows=rows)


def _holders(answer: Adjustments) -> Table:
    columns = (
        Column(name="warrant", heading="Warrant"),
        Column(name="holder", heading="Holder"),
        Column(name="before", heading="Shares", kind=Kind.SHARES),
        Column(name="after", heading="Shares proposed", kind=Kind.SHARES),
    )
    rows = [
        Row((str(line.subject), str(each.holder), each.before, each.after), group=str(line.subject))
        for line in answer
        for each in line.holders
    ]
    return Table(name="holders", title="Holders of warrants", columns=columns, rows=rows, layout=Layout.ROWS)


def _adjustment_notes(answer: Adjustments) -> Iterator[str]:
    for line in answer:
        for each in line.proposals:
            yield f"{line.subject}: {each.computation}."
        if len(line.proposals) > 1:
            yield f"{line.subject}: what counts lies between two values, and so does the price."
    if answer.issued is None:
        yield "It is a proposal for an issue that is only supposed."
    else:
        yield f"It is a proposal: captable adjust-after {answer.issued.entry.number} records it."
    rounded = [line.subject for line in answer if _rounds(line.protection)]
    if rounded:
        yield f"The number of shares of {listed(rounded)} is rounded for each holder."


def _rounds(protection: PriceProtection) -> bool:
    return protection.raises_number is not None
