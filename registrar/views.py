"""Answers as reports: what stands in which table, and notes that say what a figure is of and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.events import Certainty, EntryRestated, EntryVoided, Event, Fact
from ledger.identity import Count, EntryNumber
from ledger.personal import Personal
from ledger.quantities import Authorized, Shares
from projections.bounds import Bounds, Possible
from registrar.render.words import days
from registrar.report import Asked, Cell, Check, Column, Head, Kind, Layout, Report, Role, Row, Table
from registrar.tables import NOTHING, amount, bounds

if TYPE_CHECKING:
    from ledger.errors import NothingRecorded
    from ledger.journal import Ledger
    from projections.audit import AuditLine
    from projections.cap_table import CapTable, ClassLine, HoldingLine
    from projections.commitments import CommitmentBalance, Commitments, Headroom, TrancheLine
    from projections.explain import Explanation
    from projections.findings import Finding
    from projections.rollforward import RollForward

_BESIDE = {field.name for field in attrs.fields(Fact)}
"""What a summary of a fact leaves out: day, evidence and the like stand elsewhere."""
_OPEN_DAYS: Final = "A figure between two values: the day of an entry behind it is not known exactly."
_PARTIAL: Final = "The register is partial, or its scope was not stated yet: this counts only what is recorded."
_UNKNOWN: Final[Bounds[Any]] = Bounds(None, None)


def nothing_recorded(answer: NothingRecorded) -> Report:
    """Return the answer for a time at which nothing had been recorded."""
    says = str(answer)[:1].upper() + str(answer)[1:].rstrip(".") + "."
    return Report(name="nothing-recorded", title="Nothing recorded", asked=None, says=says)


def _as_of(ledger: Ledger, known: int, as_of: date, basis: date | None = None) -> Asked:
    """Return what an answer about the close of a day is about."""
    heads, words = [Head("as_of", "At the close of", as_of)], f"at the close of {as_of}"
    if basis is not None and basis != as_of:
        heads.append(Head("basis", "In the units of", basis))
        words += f", in the units of {basis}"
    return Asked.of(ledger, words, known, *heads)


def _is_zero(figure: Bounds[Any] | None) -> bool:
    return figure is None or bounds(figure) == NOTHING


# --- cap table ----------------------------------------------------------------------------------------------


def cap_table(ledger: Ledger, answer: CapTable) -> Report:
    """Return the cap table: a row for each holder and class, and the figures of each class."""
    asked = _as_of(ledger, answer.known, answer.as_of, answer.basis)
    if not answer.classes:
        return Report(name="cap-table", title="Cap table", asked=asked, says=_nothing_yet(ledger, answer))
    holdings, classes, reserves = _holdings(answer), _classes(answer.classes), _reserves(answer.classes)
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
        return _UNKNOWN
    whole = line.stated.shares.as_fraction()
    return line.not_recorded.map(lambda shares: shares.as_fraction() / whole)


def _classes(classes: Sequence[ClassLine]) -> Table:
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
            _available(line.authorized, line.available),
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


def _available(authorized: Possible[Authorized], available: Bounds[Shares]) -> Bounds[Shares] | Authorized:
    """Return what may still be issued; of an unlimited class that is not unknown, it is unlimited."""
    return Authorized.UNLIMITED if authorized.values == (Authorized.UNLIMITED,) else available


def _reserves(classes: Sequence[ClassLine]) -> Table:
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
            Row((str(each.reserve), str(line.stock_class), each.shares, each.purpose or None), group="reserves")
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
        found.append(_OPEN_DAYS)
    found += [
        f"The day on which {holder} was merged into {into} is not known exactly: it may not have come yet. Shares"
        " of the one may count as the other's."
        for holder, into in answer.may_be_merged
    ]
    if any(line.available.high is not None and line.available.high < Shares(0) for line in answer.classes):
        found.append("In parentheses: below zero. More is issued or reserved than the charter authorizes.")
    return found


# --- commitments --------------------------------------------------------------------------------------------


def commitments(ledger: Ledger, answer: Commitments) -> Report:
    """Return what investors promised: the figures of each agreement, its tranches and their conditions."""
    asked = _as_of(ledger, answer.known, answer.as_of)
    if not answer.agreements:
        says = f"No agreement had been signed by the close of {answer.as_of}."
        return Report(name="commitments", title="Funding commitments", asked=asked, says=says)
    agreements, tranches = _agreements(answer), _tranches(answer.agreements)
    return Report(
        name="commitments",
        title="Funding commitments",
        asked=asked,
        tables=(agreements, tranches, _conditions(answer.agreements)),
        notes=[note for balance in answer.agreements for note in _agreement_notes(balance)],
        checks=[
            Check(
                what=f"{balance.agreement}: {figure} = sum of its tranches",
                plus=(Cell("agreements", place, figure),),
                minus=tuple(
                    Cell("tranches", at, figure)
                    for at, row in enumerate(tranches.rows)
                    if row.group == str(balance.agreement) and row.role is not Role.TOTAL
                ),
            )
            for place, balance in enumerate(answer.agreements)
            for figure in ("undertaken", "closed", "lapsed", "undrawn")
        ],
    )


def _agreements(answer: Commitments) -> Table:
    balances = answer.agreements
    rooms = any(balance.headroom is not None for balance in balances)
    remedies = any(balance.remedy is not None for balance in balances)
    rounded = any(not _is_zero(balance.shares.rounding) for balance in balances)

    def money(name: str, heading: str, about: str, block: int = 2, adds: tuple[str, ...] = ()) -> Column:
        return Column(
            name=name, heading=heading, kind=Kind.MONEY, bounded=True, about=about, block=block, adds=adds
        )

    def shares(name: str, heading: str, about: str, block: int = 4, **more: Any) -> Column:
        return Column(name=name, heading=heading, kind=Kind.SHARES, bounded=True, about=about, block=block, **more)

    return Table(
        name="agreements",
        title="Agreements",
        layout=Layout.DOWN,
        columns=(
            Column(name="agreement", heading="Agreement"),
            Column(name="investor", heading="investor", about="who promised"),
            Column(name="buys", heading="buys", about="the class bought"),
            Column(name="price", heading="price", kind=Kind.MONEY, about="of one share"),
            Column(
                name="state",
                heading="state",
                about="of the agreement",
                shown=any(b.is_terminated for b in balances),
            ),
            money("undertaken", "undertaken", "promised, added and not given up"),
            money("closed", "closed", "paid in at closings"),
            money("lapsed", "lapsed", "no longer due"),
            money(
                "undrawn",
                "undrawn",
                "undertaken, less closed, less lapsed",
                2,
                ("undertaken", "-closed", "-lapsed"),
            ),
            money("due", "due by schedule", f"in tranches whose day has come by {answer.as_of}", 3),
            money("overdue", "overdue", "due, and neither closed nor lapsed", 3),
            money(
                "undrawn_if_on_schedule",
                "if on schedule",
                "undrawn, had every tranche closed on its day (assumed)",
                3,
            ),
            shares("issued", "shares issued", "under this agreement"),
            shares("converted", "converted", "of these"),
            shares("ended_otherwise", "ended otherwise", "redeemed, cancelled or repurchased"),
            shares("rounding", "rounding", "at splits, and fractions settled", shown=rounded),
            shares(
                "outstanding",
                "outstanding",
                "of these, whoever holds them",
                adds=("issued", "-converted", "-ended_otherwise", "rounding"),
            ),
            Column(name="converts_into", heading="converts into", about="the class received", block=5, shown=rooms),
            shares("if_all_converted", "if all converted", "what the whole commitment buys", 5, shown=rooms),
            shares("still_to_convert", "still to convert", "of that", 5, shown=rooms),
            Column(
                name="authorized",
                heading="authorized",
                kind=Kind.SHARES,
                about="of that class",
                block=5,
                shown=rooms,
            ),
            shares("available", "available", "beyond what is issued and reserved", 5, shown=rooms),
            Column(name="room", heading="room", about="for converting all of it", block=5, shown=rooms),
            Column(
                name="redeemable",
                heading="remedy: redeem",
                about="of the shares outstanding, when a tranche is missed",
                block=6,
                shown=remedies,
            ),
            Column(
                name="redemption_price",
                heading="at",
                kind=Kind.MONEY,
                about="a share",
                block=6,
                shown=remedies,
            ),
            shares(
                "remedy_yields", "shares now", "a right: nothing moves until it is exercised", 6, shown=remedies
            ),
        ),
        rows=[_agreement(balance) for balance in balances],
    )


def _agreement(balance: CommitmentBalance) -> Row:
    shares, room, remedy = balance.shares, balance.headroom, balance.remedy
    return Row(
        (
            str(balance.agreement),
            str(balance.investor),
            str(balance.buys),
            balance.price,
            "ended" if balance.is_terminated else "in force",
            balance.undertaken,
            balance.closed,
            balance.lapsed,
            balance.undrawn,
            balance.due,
            balance.overdue,
            balance.undrawn_if_on_schedule,
            shares.issued,
            shares.converted,
            shares.ended_otherwise,
            shares.rounding,
            shares.outstanding,
            *_room(room),
            None if remedy is None else str(remedy.redeemable),
            None if remedy is None else remedy.price,
            balance.remedy_yields,
        )
    )


def _room(room: Headroom | None) -> tuple[Any, ...]:
    if room is None:
        return (None,) * 6
    enough = {True: "enough", False: f"{amount(room.too_few)} too few", None: "not known whether enough"}
    return (
        str(room.into),
        room.if_all_converted,
        room.still_to_convert,
        room.authorized,
        _available(room.authorized, room.available),
        enough[room.is_enough],
    )


def _tranches(balances: Sequence[CommitmentBalance]) -> Table:
    lines = [line for balance in balances for line in balance.tranches]

    def money(name: str, heading: str, **more: Any) -> Column:
        return Column(name=name, heading=heading, kind=Kind.MONEY, bounded=True, **more)

    return Table(
        name="tranches",
        title="Tranches",
        columns=(
            Column(name="agreement", heading="Agreement", shown=len(balances) > 1),
            Column(name="tranche", heading="Tranche"),
            Column(name="due_on", heading="Due", kind=Kind.DAY),
            money("undertaken", "Undertaken"),
            money("closed", "Closed"),
            money("lapsed", "Lapsed", shown=any(not _is_zero(line.lapsed) for line in lines)),
            money("undrawn", "Undrawn", adds=("undertaken", "-closed", "-lapsed")),
            Column(name="day", heading="Day", optional=True),
        ),
        rows=[row for balance in balances for row in _tranche_rows(balance)],
    )


def _tranche_rows(balance: CommitmentBalance) -> Iterator[Row]:
    of = str(balance.agreement)
    for line in balance.tranches:
        yield Row((of, *_tranche(line)), group=of)
    if len(balance.tranches) > 1:
        total = (balance.undertaken, balance.closed, balance.lapsed, balance.undrawn)
        yield Row((of, "all", None, *total, None), Role.TOTAL, of)


def _tranche(line: TrancheLine) -> tuple[Any, ...]:
    money = (line.undertaken, line.closed, line.lapsed, line.undrawn)
    if line.tranche is None:
        return ("(no tranche)", None, *money, None)
    return (str(line.tranche), line.due_on, *money, "has come" if line.is_due else "to come")


def _conditions(balances: Sequence[CommitmentBalance]) -> Table:
    return Table(
        name="conditions",
        title="Conditions",
        columns=(
            Column(name="agreement", heading="Agreement", shown=len(balances) > 1),
            Column(name="tranche", heading="Tranche"),
            Column(name="condition", heading="Condition"),
            Column(name="state", heading="State"),
        ),
        rows=[
            Row((str(balance.agreement), str(line.tranche), name, state))
            for balance in balances
            for line in balance.tranches
            for name, state in line.conditions
        ],
    )


def _agreement_notes(balance: CommitmentBalance) -> Iterator[str]:
    if balance.closed.high is None:
        yield (
            f"The register of {balance.buys} is not stated to be complete: closings may be missing from it, so what"
            " is closed is at least, and what is undrawn at most, what is shown."
        )
    for line in balance.tranches:
        if line.tranche is None and line.undrawn.low is not None and line.undrawn.low.units < 0:
            yield "(no tranche): money that was paid in and not allocated to a tranche stands below zero."


# --- roll-forward and explanations --------------------------------------------------------------------------


def rollforward(ledger: Ledger, answer: RollForward, known: int) -> Report:
    """Return how a figure came from one day to another."""
    asked = Asked.of(
        ledger,
        f"from the close of {answer.after} to the close of {answer.through}",
        known,
        Head("figure", "Figure", answer.label),
        Head("after", "From the close of", answer.after),
        Head("through", "To the close of", answer.through),
    )
    rows = [Row((f"at the close of {answer.after}", answer.opening, None))]
    rows += [Row((line.kind, line.change, tuple(map(EntryNumber, line.entries)))) for line in answer.lines]
    rows.append(Row((f"at the close of {answer.through}", answer.closing, None), Role.TOTAL))
    said = [] if all(line.change.is_exact for line in answer.lines) else [_OPEN_DAYS]
    return Report(
        name="roll-forward",
        title=f"Roll-forward of {answer.label}",
        asked=asked,
        tables=(
            Table(
                name="roll-forward",
                title="Movements",
                columns=(
                    Column(name="movement", heading=answer.label),
                    Column(name="amount", heading="Figure", kind=Kind.FIGURE, bounded=True),
                    Column(name="entries", heading="Entries", kind=Kind.COUNT),
                ),
                rows=rows,
            ),
        ),
        notes=said if answer.is_complete else [*said, _PARTIAL],
    )


def explanation(ledger: Ledger, answer: Explanation, known: int) -> Report:
    """Return the entries behind a figure, with the arithmetic."""
    is_level = isinstance(answer.result, Possible)
    rows = []
    for step in answer.steps:
        fact = step.fact.fact
        flags: tuple[str, ...] = ("deduced",) if fact.certainty is Certainty.DEDUCED else ()
        flags += ("day open",) if step.is_open else ()
        values = (step.fact.entry.number, fact.effective_on, fact.KIND, flags or None, step.change, step.amounts_to)
        rows.append(Row((*values, fact.note)))
    return Report(
        name="explanation",
        title=f"How {answer.label} comes about",
        asked=_as_of(ledger, known, answer.as_of),
        tables=(
            Table(
                name="entries",
                title="Entries",
                caption=f"{answer.label}: {answer.arithmetic()}",
                columns=(
                    Column(name="entry", heading="Entry", kind=Kind.COUNT),
                    Column(name="effective_on", heading="Effective", kind=Kind.DAY, bounded=True),
                    Column(name="kind", heading="What happened"),
                    Column(name="flags", heading="How sure", shown=any(row.values[3] for row in rows)),
                    Column(name="change", heading="Set to" if is_level else "Change", kind=Kind.FIGURE),
                    Column(
                        name="amounts_to",
                        heading="Amounts to",
                        kind=Kind.FIGURE,
                        bounded=True,
                        shown=not is_level,
                    ),
                    Column(name="note", heading="Note", shown=False),
                ),
                rows=rows,
                empty=f"No entry had changed it by the close of {answer.as_of}.",
            ),
        ),
        notes=[f"Entry {row.values[0]}: {row.values[6]}" for row in rows if row.values[6]],
    )


# --- audit trail and findings -------------------------------------------------------------------------------


def audit(ledger: Ledger, answer: Sequence[AuditLine], known: int, filters: str) -> Report:
    """Return entries one after the other, with who recorded them and what shows them."""
    return Report(
        name="audit-trail",
        title="Audit trail",
        asked=Asked.of(ledger, filters, known),
        tables=(
            Table(
                name="entries",
                title="Entries",
                layout=Layout.LIST,
                columns=(
                    Column(name="entry", heading="Entry", kind=Kind.COUNT, block=0),
                    Column(name="kind", heading="What happened", block=0),
                    Column(name="effective_on", heading="Effective", kind=Kind.DAY, bounded=True, block=0),
                    Column(name="certainty", heading="How sure", block=0),
                    Column(
                        name="taken_out_by",
                        heading="Taken out by",
                        kind=Kind.COUNT,
                        about="taken out by entry",
                        block=0,
                    ),
                    Column(name="says", heading="What it says"),
                    Column(name="recorded_at", heading="Recorded", kind=Kind.INSTANT, about="recorded", block=2),
                    Column(name="actor", heading="By", about="by", block=2),
                    Column(name="command", heading="Command", about="command", block=2),
                    Column(name="evidence", heading="Evidence", about="evidence:", absent="none", block=3),
                    Column(name="note", heading="Note", about="note:", block=4),
                ),
                rows=[_audit_row(line) for line in answer],
                empty="No entry passes these filters.",
            ),
        ),
    )


def _audit_row(line: AuditLine) -> Row:
    entry = line.entry
    documents = tuple(each.document + (f", {each.page}" if each.page else "") for each in line.evidence)
    return Row(
        (
            entry.number,
            entry.event.KIND,
            line.effective_on,
            "deduced" if entry.event.certainty is Certainty.DEDUCED else None,
            line.taken_out_by,
            summary(entry.event),
            entry.recorded_at,
            entry.actor,
            str(entry.command),
            "; ".join(documents) or None,
            entry.event.note,
        )
    )


_MEANS: Final = {
    "broken": "broken: so in every reading of the open days; something in the record is wrong or missing.",
    "open": "open: so in some readings of the open days only; the true days are among the others.",
    "off terms": "off terms: the outcome recorded is not what the terms of the day yield.",
}


def findings(ledger: Ledger, found: Sequence[Finding], known: int) -> Report:
    """Return findings one after the other: how bad, first day, entry, code and amount; what it is below."""
    severities = {finding.severity.value for finding in found}
    return Report(
        name="findings",
        title="Findings",
        asked=Asked.of(ledger, "in the record", known),
        tables=(
            Table(
                name="findings",
                title="Findings",
                layout=Layout.LIST,
                columns=(
                    Column(name="severity", heading="Severity", block=0),
                    Column(name="on", heading="First day", kind=Kind.DAY, block=0),
                    Column(name="entry", heading="Entry", kind=Kind.COUNT, about="entry", block=0),
                    Column(name="code", heading="Code", block=0),
                    Column(name="amount", heading="Amount", kind=Kind.FIGURE, about="by", block=0),
                    Column(name="what", heading="What does not fit"),
                ),
                rows=[
                    Row((each.severity, each.on, each.entry, each.code, each.amount, each.what)) for each in found
                ],
                empty="Everything in the record fits.",
            ),
        ),
        notes=[means for severity, means in _MEANS.items() if severity in severities],
    )


def summary(event: Event) -> str:
    """Return what an event says, field by field, in one line."""
    if isinstance(event, EntryVoided):
        word = "entry" if len(event.entries) == 1 else "entries"
        return f"voids {word} {', '.join(map(str, event.entries))}: {event.reason}"
    if isinstance(event, EntryRestated):
        fact = event.restated_as
        told = f"{fact.KIND} {days(fact.effective_on)}: {summary(fact)}"
        return f"restates entry {event.entry} as {told}; reason: {event.reason}"
    return ", ".join(_fields(event, _BESIDE))


def _fields(value: Any, beside: set[str] = frozenset()) -> Iterable[str]:  # type: ignore[assignment]  # never changed
    for field in attrs.fields(type(value)):
        given = getattr(value, field.name)
        if field.name in beside or given is None or given == () or (given == field.default and given is not True):
            continue
        yield f"{field.name.replace('_', ' ')} {_told(given)}"


def _told(value: Any) -> str:
    if isinstance(value, tuple):
        return " + ".join(_told(each) for each in value)
    if attrs.has(type(value)):
        return f"[{', '.join(_fields(value))}]"
    if isinstance(value, Count | EntryNumber | Personal):
        return str(value)
    if hasattr(value, "value") and isinstance(value.value, str):
        return value.value
    return f"{value:,}" if hasattr(value, "parse") and not isinstance(value, Personal) else str(value)
