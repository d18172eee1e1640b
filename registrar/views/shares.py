"""The cap table as a report: who holds what, the figures of each class, and what must agree between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ledger.quantities import Shares
from projections.bounds import Bounds, Possible
from registrar.registers.said import OPEN_DAYS
from registrar.report import Cell, Check, Column, Kind, Layout, Report, Role, Row, Table
from registrar.tables import NOTHING, bounds
from registrar.views.common import UNKNOWN, at_the_close, left_to_issue

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.cap_table import CapTable, ClassLine, HoldingLine


def cap_table(ledger: Ledger, answer: CapTable) -> Report:
    """Return the cap table: a row for each holder and class, and the figures of each class."""
    basis = answer.basis if answer.basis != answer.as_of else None
    asked = at_the_close(ledger, answer.known, answer.as_of, basis)
    if not answer.classes:
        return Report(name="cap-table", title="Cap table", asked=asked, says=_nothing_yet(ledger, answer))
    holdings, classes, reserves = _holdings(answer), classes_table(answer.classes), reserves_table(answer.classes)
    return Report(
        name="cap-table",
        title="Cap table",
        asked=asked,
        tables=(holdings, classes, reserves),
        notes=_cap_table_notes(answer),
        checks=tuple(_ties(answer.classes, holdings, reserves)),
    )


def _nothing_yet(ledger: Ledger, answer: CapTable) -> str:
    first = min((each.fact.effective_on.earliest for each in ledger.standing(answer.known)), default=None)
    before = f" The first fact known takes effect on {first}." if first and first > answer.as_of else ""
    return f"No stock existed at the close of {answer.as_of}: no class had been designated.{before}"


def _holdings(answer: CapTable) -> Table:
    converts = any(
        line.as_converted is not None and line.as_converted != line.outstanding for line in answer.classes
    )
    votes = any(line.votes is not None for line in answer.classes)
    columns = (
        Column(name="name", heading="Holder"),
        Column(name="holder", heading="Id"),
        Column(name="stock_class", heading="Class"),
        Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
        Column(name="part", heading="% of class", kind=Kind.PERCENT, bounded=True, part_of="shares"),
        Column(
            name="as_converted",
            heading="As converted",
            kind=Kind.SHARES,
            bounded=True,
            optional=True,
            shown=converts,
        ),
        Column(name="votes", heading="Votes", kind=Kind.NUMBER, bounded=True, optional=True, shown=votes),
    )
    rows: list[Row] = []
    for line in answer.classes:
        rows += _holders(line, [holding for holding in answer if holding.stock_class == line.stock_class])
    return Table(name="holdings", title="Holdings", columns=columns, rows=rows)


def _holders(line: ClassLine, holdings: Sequence[HoldingLine]) -> Iterator[Row]:
    of = str(line.stock_class)
    parts: list[Bounds[Fraction] | None] = [holding.percent for holding in holdings]
    for each in holdings:
        values = (each.name, str(each.holder), of, each.shares, each.percent, each.as_converted, each.votes)
        yield Row(values, group=of)
    if not line.is_complete:
        rest = _rest(line)
        parts.append(rest)
        yield Row(("holders not recorded", None, of, line.not_recorded, rest, None, None), Role.REST, of)
    stated = None if line.is_complete else line.stated
    label = "outstanding" if stated is None else f"outstanding, stated {stated.on}"
    total = line.outstanding if stated is None else Bounds(stated.shares, stated.shares)
    whole = None
    if parts and all(part is not None and part.is_exact for part in parts):
        part = sum((part.exact for part in parts if part is not None), Fraction(0))
        whole = Bounds(part, part)
    yield Row((label, None, of, total, whole, line.as_converted, line.votes), Role.TOTAL, of)


def _rest(line: ClassLine) -> Bounds[Fraction]:
    """Return the part that holders who are not recorded have, where a stated count tells it."""
    if line.stated is None or not line.stated.shares:
        return UNKNOWN
    whole = line.stated.shares.as_fraction()
    return line.not_recorded.map(lambda shares: shares.as_fraction() / whole)


def classes_table(classes: Sequence[ClassLine]) -> Table:
    """Return the figures and terms of each class."""

    def any_of(level: str) -> bool:
        return any(getattr(line, level).values not in ((), (None,)) for line in classes)

    columns = (
        Column(name="stock_class", heading="Class"),
        Column(name="title", heading="Title", shown=False),
        Column(name="kind", heading="Kind", shown=False),
        Column(name="register", heading="register", shown=any(not line.is_complete for line in classes)),
        Column(name="authorized", heading="authorized", kind=Kind.SHARES),
        Column(name="issued", heading="issued", kind=Kind.SHARES, bounded=True),
        Column(name="treasury", heading="in treasury", kind=Kind.SHARES, bounded=True),
        Column(
            name="outstanding",
            heading="outstanding",
            kind=Kind.SHARES,
            bounded=True,
            adds=("issued", "-treasury"),
        ),
        Column(name="reserved", heading="reserved", kind=Kind.SHARES, bounded=True),
        Column(name="used_up", heading="used up", kind=Kind.SHARES, bounded=True),
        Column(
            name="available",
            heading="available",
            kind=Kind.SHARES,
            bounded=True,
            adds=("authorized", "-issued", "-reserved", "-used_up"),
        ),
        Column(
            name="as_converted",
            heading="as converted",
            kind=Kind.SHARES,
            bounded=True,
            absent="does not convert",
        ),
        Column(name="votes", heading="votes", kind=Kind.NUMBER, bounded=True, absent="not stated"),
        Column(name="par_value", heading="par value", kind=Kind.MONEY, shown=any_of("par_value")),
        Column(name="stated_value", heading="stated value", kind=Kind.MONEY, shown=any_of("stated_value")),
        Column(name="seniority", heading="seniority", kind=Kind.COUNT, shown=any_of("seniority")),
        Column(name="identifiers", heading="identifiers", shown=any(line.identifiers for line in classes)),
    )
    return Table(
        name="classes",
        title="Classes of stock",
        columns=columns,
        rows=[_class(line) for line in classes],
        layout=Layout.DOWN,
    )


def _class(line: ClassLine) -> Row:
    return Row(
        (
            str(line.stock_class),
            line.title,
            line.class_kind,
            "complete" if line.is_complete else "partial" if line.scope.values else "not stated yet",
            line.authorized,
            line.issued,
            line.treasury,
            line.outstanding,
            line.reserved,
            line.spent,
            left_to_issue(line.authorized, line.available),
            line.as_converted,
            line.votes,
            _term(line.par_value),
            _term(line.stated_value),
            _term(line.seniority),
            tuple(f"{scheme} {numbers}" for scheme, numbers in line.identifiers) or None,
        )
    )


def _term(level: Possible[Any]) -> Possible[Any] | None:
    """Return a term; nothing where it never was stated."""
    return None if level.values in ((), (None,)) else level


def reserves_table(classes: Sequence[ClassLine]) -> Table:
    """Return what each class keeps back, and what for."""
    return Table(
        name="reserves",
        title="Reserves",
        columns=(
            Column(name="reserve", heading="Reserve"),
            Column(name="stock_class", heading="Class"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
            Column(name="purpose", heading="Purpose"),
        ),
        rows=[
            Row(
                (
                    "awards" if each.reserve is None else str(each.reserve),
                    str(line.stock_class),
                    each.shares,
                    each.purpose or None,
                ),
                group="reserves",
            )
            for line in classes
            for each in line.reserves
        ],
    )


def _ties(classes: Sequence[ClassLine], holdings: Table, reserves: Table) -> Iterator[Check]:
    """Yield what must agree between the tables: holders and outstanding, and the figures of a class."""
    for place, line in enumerate(classes):
        of = str(line.stock_class)

        def figure(column: str, place: int = place) -> Cell:
            return Cell("classes", place, column)

        rows = [at for at, row in enumerate(holdings.rows) if row.group == of]
        held = tuple(Cell("holdings", at, "shares") for at in rows if holdings.rows[at].role is not Role.TOTAL)
        if line.is_complete:
            what = f"{of}: outstanding = what the holders have"
            yield Check(what=what, plus=(figure("outstanding"),), minus=held)
        yield Check(
            what=f"{of}: issued = outstanding + treasury",
            plus=(figure("issued"),),
            minus=(figure("outstanding"), figure("treasury")),
        )
        yield Check(
            what=f"{of}: authorized = issued + reserved + used up + available",
            plus=(figure("authorized"),),
            minus=(figure("issued"), figure("reserved"), figure("used_up"), figure("available")),
        )
        kept = tuple(Cell("reserves", at, "shares") for at, row in enumerate(reserves.rows) if row.values[1] == of)
        yield Check(what=f"{of}: reserved = sum of its reserves", plus=(figure("reserved"),), minus=kept)


def _cap_table_notes(answer: CapTable) -> list[str]:
    found = [f"{line.stock_class}: {line.title}. Percentages are of {line.denominator}." for line in answer.classes]
    if any(bounds(line.spent) != NOTHING for line in answer.classes):
        found.append("Used up: converted or redeemed, and by the charter not to be issued again.")
    if any(not line.is_complete and line.scope.values for line in answer.classes):
        found.append(
            "Holders not recorded: the register of the class is partial. Others hold shares that are not in it, so"
            " what is issued and outstanding is at least what is shown."
        )
    found += [
        f"{line.stock_class}: what the register of the class holds is stated for a later day only. Who held shares"
        " before it, and how many, is not known."
        for line in answer.classes
        if not line.is_complete and not line.scope.values
    ]
    if any(not holding.shares.is_exact for holding in answer):
        found.append(OPEN_DAYS)
    found += [
        f"The day on which {holder} was merged into {into} is not known exactly: it may not have come yet. Shares"
        " of the one may count as the other's."
        for holder, into in answer.may_be_merged
    ]
    if any(line.available.high is not None and line.available.high < Shares(0) for line in answer.classes):
        found.append("In parentheses: below zero. More is issued or reserved than the charter authorizes.")
    return found
