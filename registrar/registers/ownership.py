"""Beneficial ownership, thresholds, conversion capacity and restrictions as reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ledger.quantities import NO_SHARES, plain
from projections.beneficial import WITHIN_DAYS
from projections.bounds import exactly
from projections.crossings import Side
from projections.restrictions import Standing
from registrar.registers.said import OPEN_DAYS, listed
from registrar.report import Asked, Column, Head, Kind, Report, Role, Row, Table
from registrar.views.common import PARTIAL, at_the_close

if TYPE_CHECKING:
    from fractions import Fraction

    from ledger.journal import Ledger
    from projections.acquirable import Acquirable
    from projections.beneficial import BeneficialLine, BeneficialOwnership
    from projections.capacity import CapacityLimit, CapacityLine, ConversionCapacity
    from projections.crossings import Crossing, Crossings
    from projections.restrictions import RestrictionLine, Restrictions


# --- beneficial ownership -------------------------------------------------------------------------------------


def beneficial_ownership(ledger: Ledger, answer: BeneficialOwnership) -> Report:
    """Return who owns a class beneficially: of record, in other names, and by what they may acquire."""
    asked_for = (
        Head("stock_class", "Class", str(answer.stock_class)),
        Head("as_of", "At the close of", answer.as_of),
    )
    asked = Asked.of(ledger, f"{answer.stock_class}, at the close of {answer.as_of}", answer.known, *asked_for)
    if not len(answer):
        says = f"Nobody owned any {answer.stock_class} at the close of {answer.as_of}, or could acquire some soon."
        return Report(name="beneficial", title="Beneficial ownership", asked=asked, says=says)
    return Report(
        name="beneficial",
        title="Beneficial ownership",
        asked=asked,
        tables=(_owners(answer), _papers(answer)),
        notes=[*_notes_on_owners(answer)],
    )


def _owners(answer: BeneficialOwnership) -> Table:
    def shown(figure: str) -> bool:
        return any(getattr(line, figure) != exactly(NO_SHARES) for line in answer)

    def shares(name: str, heading: str, *, is_shown: bool = True) -> Column:
        return Column(name=name, heading=heading, kind=Kind.SHARES, bounded=True, shown=is_shown)

    columns = (
        Column(name="name", heading="Owner"),
        Column(name="owner", heading="Id", optional=True),
        Column(name="members", heading="Members", shown=bool(answer.groups)),
        shares("of_record", "Of record"),
        shares("by_nominees", "In other names", is_shown=shown("by_nominees")),
        shares("acquirable", f"Within {WITHIN_DAYS} days", is_shown=shown("acquirable")),
        shares("held_back", "Held back", is_shown=shown("held_back")),
        shares("owned", "Owned"),
        _percent("part", "% of class"),
        Column(name="limits", heading="Limits", shown=any(line.limits for line in answer), optional=True),
    )
    rows = [_owner(line) for line in answer.holders] + [_owner(line, is_group=True) for line in answer.groups]
    return Table(name="owners", title="Beneficial ownership", columns=columns, rows=rows)


def _percent(name: str, heading: str) -> Column:
    """Return a column of percentages of different wholes: each owner's has what they may acquire."""
    return Column(name=name, heading=heading, kind=Kind.PERCENT, bounded=True, of_one_whole=False)


def _owner(line: BeneficialLine, *, is_group: bool = False) -> Row:
    values = (
        f"group {line.name}" if is_group else line.name,
        str(line.owner),
        tuple(map(str, line.members)) or None,
        line.of_record,
        line.by_nominees,
        line.acquirable,
        line.held_back,
        line.owned,
        line.percent,
        tuple(map(str, line.limits)) or None,
    )
    return Row(values, Role.MEMO if is_group else Role.ITEM, "groups" if is_group else "holders")


def _papers(answer: BeneficialOwnership) -> Table:
    rows = [_paper(line, source) for line in answer.holders for source in line.sources]
    return Table(
        name="acquirable",
        title=f"May be acquired within {WITHIN_DAYS} days",
        columns=(
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id", shown=False),
            Column(name="source", heading="By"),
            Column(name="by", heading="How", shown=False),
            Column(name="held", heading="Has", kind=Kind.FIGURE, bounded=True),
            Column(name="terms", heading="Terms"),
            Column(name="shares", heading="Brings", kind=Kind.SHARES, bounded=True),
            Column(name="opens_on", heading="From", kind=Kind.DAY, shown=any(row.values[7] for row in rows)),
            Column(name="closes_on", heading="Until", kind=Kind.DAY, shown=any(row.values[8] for row in rows)),
        ),
        rows=rows,
        empty="Nobody may acquire any by converting or exercising what they have.",
    )


def _paper(line: BeneficialLine, source: Acquirable) -> Row:
    return Row(
        (
            line.name,
            str(line.owner),
            str(source.source),
            source.by,
            source.held,
            source.terms,
            source.shares,
            source.opens_on,
            source.closes_on,
        )
    )


def _notes_on_owners(answer: BeneficialOwnership) -> Iterator[str]:
    count = answer.outstanding
    if not count.shares.is_exact and count.shares.high is None:
        yield f"How many {answer.stock_class} are outstanding is not known, so no part of them is."
    else:
        yield (
            f"A part is of the {count.shares} {answer.stock_class} outstanding {count.words}, with what the same"
            f" owner may acquire within {WITHIN_DAYS} days (17 CFR 240.13d-3(d)(1)). Parts of two owners do not add"
            " up."
        )
    if any(line.held_back != exactly(NO_SHARES) for line in answer):
        yield (
            "Held back: what an ownership limit keeps its holder from acquiring, also if they gave notice today and"
            f" waited {WITHIN_DAYS} days."
        )
    if any(not line.owned.is_exact for line in answer):
        yield OPEN_DAYS


# --- crossings --------------------------------------------------------------------------------------------------


def crossings(ledger: Ledger, answer: Crossings) -> Report:
    """Return when somebody's beneficial ownership of a class passed a threshold."""
    days = f"{answer.stock_class}, from the close of {answer.after} to the close of {answer.through}"
    asked = Asked.of(
        ledger,
        days,
        answer.known,
        Head("stock_class", "Class", str(answer.stock_class)),
        Head("after", "From the close of", answer.after),
        Head("through", "To the close of", answer.through),
        Head("thresholds", "Thresholds", listed([_in_percent(each.value) for each in answer.thresholds])),
    )
    rows = [_crossing(each) for each in answer]
    return Report(
        name="crossings",
        title="Thresholds passed",
        asked=asked,
        tables=(
            Table(
                name="crossings",
                title="Thresholds passed",
                columns=(
                    Column(name="on", heading="On", kind=Kind.DAY),
                    Column(name="name", heading="Owner"),
                    Column(name="owner", heading="Id"),
                    Column(name="side", heading="Owns since"),
                    Column(name="threshold", heading="Threshold", kind=Kind.PERCENT, of_one_whole=False),
                    _percent("before", "% before"),
                    _percent("after", "% after"),
                    Column(name="own_doing", heading="By", optional=True),
                    Column(name="entries", heading="Entries", kind=Kind.COUNT, optional=True),
                ),
                rows=rows,
                empty="Nobody passed a threshold between these days.",
            ),
        ),
        notes=[*_notes_on_crossings(answer)],
    )


def _in_percent(part: Fraction) -> str:
    """Return a part of a whole as percent."""
    return f"{plain(part * 100)} %"


def _crossing(each: Crossing) -> Row:
    return Row(
        (
            each.on,
            f"group {each.name}" if each.is_group else each.name,
            str(each.owner),
            each.after,
            each.threshold.value,
            each.percent_before,
            each.percent_after,
            "what they own" if each.own_doing else "what others own" if each.entries else "time",
            each.entries or None,
        )
    )


def _notes_on_crossings(answer: Crossings) -> Iterator[str]:
    yield (
        f"A part is of the {answer.stock_class} outstanding with what the same owner may acquire within"
        f" {WITHIN_DAYS} days. A threshold is passed by owning more than it."
    )
    if any(Side.OPEN in (each.before, each.after) for each in answer):
        yield "May be more than: the day of an entry is open, or the register is partial, and readings differ."


# --- capacity ---------------------------------------------------------------------------------------------------


def conversion_capacity(ledger: Ledger, answer: ConversionCapacity) -> Report:
    """Return how much a holder may convert and exercise, and each limit of it."""
    asked_for = at_the_close(ledger, answer.known, answer.as_of)
    asked = Asked.of(
        ledger,
        f"{answer.holder}, at the close of {answer.as_of}",
        answer.known,
        Head("holder", "Holder", str(answer.holder)),
        *asked_for.heads,
    )
    title = "Conversion capacity"
    if not answer.lines:
        says = f"{answer.holder} had nothing to convert or exercise at the close of {answer.as_of}."
        return Report(name="capacity", title=title, asked=asked, says=says)
    return Report(
        name="capacity",
        title=title,
        asked=asked,
        tables=(_capacity(answer), _limits(answer)),
        notes=[*_notes_on_capacity(answer)],
    )


def _capacity(answer: ConversionCapacity) -> Table:
    return Table(
        name="capacity",
        title="Conversion capacity",
        columns=(
            Column(name="source", heading="Paper"),
            Column(name="by", heading="How", shown=False),
            Column(name="held", heading="Has", kind=Kind.FIGURE, bounded=True),
            Column(name="terms", heading="Terms"),
            Column(name="into", heading="Into"),
            Column(name="capacity", heading="Capacity", kind=Kind.SHARES, bounded=True),
            Column(name="gives_up", heading="Gives up", kind=Kind.FIGURE, bounded=True),
            Column(name="stopped_by", heading="Stopped first by"),
        ),
        rows=[
            Row(
                (
                    str(line.right.source),
                    line.right.by,
                    line.right.held,
                    line.right.terms,
                    str(line.right.into),
                    line.capacity,
                    line.gives_up,
                    tuple(_called(each) for each in line.first),
                )
            )
            for line in answer
        ],
    )


def _called(limit: CapacityLimit) -> str:
    return limit.stop.value if limit.named is None else f"{limit.stop.value} {limit.named}"


def _limits(answer: ConversionCapacity) -> Table:
    return Table(
        name="limits",
        title="What limits it",
        columns=(
            Column(name="source", heading="Paper"),
            Column(name="limit", heading="Limit"),
            Column(name="named", heading="Named", shown=False),
            Column(name="room", heading="Lets through", kind=Kind.SHARES, bounded=True),
            Column(name="because", heading="Because"),
            Column(name="first", heading="First", shown=False),
        ),
        rows=[_limit(line, each) for line in answer for each in line.limits],
    )


def _limit(line: CapacityLine, each: CapacityLimit) -> Row:
    values = (
        str(line.right.source),
        _called(each),
        None if each.named is None else str(each.named),
        each.room,
        each.because,
        "yes" if each in line.first else "no",
    )
    return Row(values, group=str(line.right.source))


def _notes_on_capacity(answer: ConversionCapacity) -> Iterator[str]:
    yield "Each limit is worked out by itself; the capacity is the least of them."
    if len(answer) > 1:
        yield "Each paper is answered as if it were used alone: what one uses up, another no longer has."
    if any(each.room.high is None for line in answer for each in line.limits):
        yield PARTIAL
    elif any(not each.room.is_exact for line in answer for each in line.limits):
        yield OPEN_DAYS


# --- restrictions -----------------------------------------------------------------------------------------------


def restrictions(ledger: Ledger, answer: Restrictions, *, ended: bool = False) -> Report:
    """Return what holds shares back; with ``ended``, also what did before."""
    lines = answer.lines if ended else answer.in_force
    return Report(
        name="restrictions",
        title="Restrictions",
        asked=at_the_close(ledger, answer.known, answer.as_of),
        tables=(
            Table(
                name="restrictions",
                title="Restrictions",
                columns=(
                    Column(name="restriction", heading="Name"),
                    Column(name="what", heading="What"),
                    Column(name="standing", heading="Standing", shown=_differ(lines)),
                    Column(name="name", heading="Holder"),
                    Column(name="holder", heading="Id", shown=False),
                    Column(name="stock_class", heading="Class"),
                    Column(name="security", heading="Security", shown=any(line.security for line in lines)),
                    Column(name="since", heading="Since", kind=Kind.DAY, bounded=True),
                    Column(name="until", heading="Until", kind=Kind.DAY, shown=any(line.until for line in lines)),
                    Column(name="terms", heading="Terms"),
                    Column(name="entry", heading="Entry", kind=Kind.COUNT, optional=True),
                ),
                rows=[_restriction(line) for line in lines],
                empty=f"Nothing held shares back at the close of {answer.as_of}.",
            ),
        ),
        notes=[OPEN_DAYS] if any(line.standing is Standing.MAY_BE for line in lines) else [],
    )


def _differ(lines: Sequence[RestrictionLine]) -> bool:
    return any(line.standing is not Standing.IN_FORCE for line in lines)


def _restriction(line: RestrictionLine) -> Row:
    return Row(
        (
            str(line.restriction),
            line.what,
            line.standing,
            line.name,
            None if line.holder is None else str(line.holder),
            None if line.stock_class is None else str(line.stock_class),
            None if line.security is None else str(line.security),
            line.since,
            line.until,
            line.terms or None,
            line.entry,
        )
    )
