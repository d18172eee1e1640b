"""The award ledger as a report: each award, what is still to vest, shares that have not vested, and the pools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger.quantities import Price, Shares, plain
from ledger.terms.awards import AwardKind
from projections.bounds import Bounds
from registrar.registers.said import OPEN_DAYS
from registrar.report import Cell, Check, Column, Kind, Report, Role, Row, Table
from registrar.views.common import at_the_close

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.awards import AwardLedger, AwardLine

_ENDED: Final = ("exercised", "released", "forfeited", "expired")
_SUMMED: Final = ("granted", "vested", *_ENDED, "outstanding", "unvested", "exercisable")
_SHORT: Final = {
    AwardKind.INCENTIVE_STOCK_OPTION: "ISO",
    AwardKind.NONQUALIFIED_STOCK_OPTION: "NSO",
    AwardKind.OPTION: "option",
    AwardKind.RESTRICTED_STOCK_UNIT: "RSU",
    AwardKind.STOCK_APPRECIATION_RIGHT: "SAR",
    AwardKind.CASH_APPRECIATION_RIGHT: "SAR in cash",
    AwardKind.RESTRICTED_STOCK: "stock",
}


def awards(ledger: Ledger, answer: AwardLedger) -> Report:
    """Return every award and what became of it, what is still to vest, and what each plan has left to grant."""
    asked = at_the_close(ledger, answer.known, answer.as_of)
    if not answer.awards and not answer.pools:
        says = f"No plan had been adopted, and no award granted, by the close of {answer.as_of}."
        return Report(name="awards", title="Awards", asked=asked, says=says)
    return Report(
        name="awards",
        title="Awards",
        asked=asked,
        tables=(
            _awards(answer),
            _became(answer),
            _issued(answer),
            _to_come(answer),
            _elections(answer),
            _pools(answer),
        ),
        notes=[*_notes(answer)],
        checks=[*_checks(answer)],
    )


def _shares(name: str, heading: str, *, shown: bool = True, optional: bool = False) -> Column:
    return Column(name=name, heading=heading, kind=Kind.SHARES, bounded=True, shown=shown, optional=optional)


def _is_some(shares: Bounds[Shares]) -> bool:
    return bool(shares.low) or bool(shares.high)


def _sum(parts: Sequence[Bounds[Shares]]) -> Bounds[Shares]:
    low = high = Shares(0)
    for each in parts:
        assert each.low is not None, "what is recorded is known"
        assert each.high is not None, "what is recorded is known"
        low, high = low + each.low, high + each.high
    return Bounds(low, high)


def _awards(answer: AwardLedger) -> Table:
    lines = answer.awards
    columns = (
        Column(name="award", heading="Award"),
        Column(name="name", heading="Holder"),
        Column(name="holder", heading="Id", shown=False),
        Column(name="held_by", heading="Held by", shown=any(map(_passed, lines))),
        Column(name="plan", heading="Plan", shown=False),
        Column(name="stock_class", heading="Class", shown=len({line.stock_class for line in lines}) > 1),
        Column(name="award_kind", heading="Kind", shown=False),
        Column(name="kind_in_short", heading="Kind", optional=True),
        Column(name="granted_on", heading="Granted on", kind=Kind.DAY, bounded=True, optional=True),
        Column(name="entry", heading="Entry", kind=Kind.COUNT, shown=False),
        Column(
            name="price",
            heading="Price",
            kind=Kind.MONEY,
            optional=True,
            shown=any(line.price.values for line in lines),
        ),
        Column(
            name="expires_on",
            heading="Last day",
            kind=Kind.DAY,
            optional=True,
            shown=any(line.expires_on for line in lines),
        ),
        _shares("granted", "Granted"),
        _shares("vested", "Vested"),
        *(_shares(name, name.capitalize(), shown=False) for name in _ENDED),
        _shares("outstanding", "Outstanding"),
        _shares("unvested", "Unvested", optional=True),
        _shares("exercisable", "Exercisable"),
    )
    rows = []
    for stock_class in dict.fromkeys(line.stock_class for line in lines):
        of = [line for line in lines if line.stock_class == stock_class]
        group = str(stock_class)
        rows += [_row(line, group) for line in of]
        if len(of) > 1:
            sums = [_sum([getattr(line, name) for line in of]) for name in _SUMMED]
            head = ("all", None, None, None, None, group, None, None, None, None, None, None)
            rows.append(Row((*head, *sums), Role.TOTAL, group))
    return Table(
        name="awards",
        title="Awards",
        columns=columns,
        rows=rows,
        empty="No award had been granted.",
    )


def _passed(line: AwardLine) -> bool:
    """Whether somebody else than the one to whom it was granted has an award."""
    return line.held_by not in ((), (line.holder,))


def _row(line: AwardLine, group: str) -> Row:
    return Row(
        (
            str(line.award),
            line.name,
            str(line.holder),
            tuple(map(str, line.held_by)) or None,
            None if line.plan is None else str(line.plan),
            str(line.stock_class),
            line.award_kind.value,
            _SHORT[line.award_kind],
            line.granted_on,
            int(line.entry),
            line.price if line.price.values else None,
            line.expires_on,
            *(getattr(line, name) for name in _SUMMED),
        ),
        group=group,
    )


def _became(answer: AwardLedger) -> Table:
    """Return what became of awards that are no longer whole, for people; programs have it in the first table."""
    lines = [line for line in answer.awards if any(_is_some(getattr(line, name)) for name in _ENDED)]
    figures = ("granted", *_ENDED, "outstanding")
    rows = [
        Row((str(line.award), *(getattr(line, name) for name in figures)), group=str(line.stock_class))
        for line in lines
    ]
    for stock_class in dict.fromkeys(line.stock_class for line in lines):
        of = [line for line in lines if line.stock_class == stock_class]
        if len(of) > 1 and len(of) == len(lines):
            sums = [_sum([getattr(line, name) for line in of]) for name in figures]
            rows.append(Row(("all", *sums), Role.TOTAL, str(stock_class)))
    return Table(
        name="became",
        title="What became of them",
        caption="What became of them:" if lines else "",
        columns=(
            Column(name="award", heading="Award"),
            _shares("granted", "Granted"),
            *(
                _shares(name, name.capitalize(), shown=any(_is_some(getattr(line, name)) for line in lines))
                for name in _ENDED
            ),
            _shares("outstanding", "Outstanding"),
        ),
        rows=rows,
    )


def _issued(answer: AwardLedger) -> Table:
    lines = [line for line in answer.awards if _is_some(line.unvested_shares) or _is_some(line.repurchased)]
    return Table(
        name="issued",
        title="Shares issued before they vested",
        caption="Shares issued before they vested:" if lines else "",
        columns=(
            Column(name="award", heading="Award"),
            Column(name="name", heading="Holder"),
            Column(name="stock_class", heading="Class"),
            _shares("unvested_shares", "Unvested"),
            _shares("repurchased", "Taken back"),
        ),
        rows=[
            Row((str(line.award), line.name, str(line.stock_class), line.unvested_shares, line.repurchased))
            for line in lines
        ],
    )


def _to_come(answer: AwardLedger) -> Table:
    """Return what vests next of each award, how much after it, and until when; programs get every instalment."""
    rows = []
    for line in answer.awards:
        dated = [each for each in line.to_come if each.vests_on is not None]
        waiting = sum((each.shares for each in line.to_come if each.vests_on is None), Shares(0))
        if line.to_come:
            later = sum((each.shares for each in dated[1:]), Shares(0))
            first = dated[0] if dated else None
            rows.append(
                Row(
                    (
                        str(line.award),
                        line.name,
                        first and first.vests_on,
                        first and first.shares,
                        later,
                        dated[-1].vests_on if dated else None,
                        waiting,
                    )
                )
            )
    waits = any(row.values[-1] for row in rows)
    return Table(
        name="vesting",
        title="Still to vest",
        caption="Still to vest, if nothing but time happens:" if rows else "",
        columns=(
            Column(name="award", heading="Award"),
            Column(name="name", heading="Holder", optional=True),
            Column(name="next_on", heading="Next on", kind=Kind.DAY, absent="–"),
            Column(name="next_shares", heading="Shares", kind=Kind.SHARES),
            Column(name="later_shares", heading="After it", kind=Kind.SHARES),
            Column(name="last_on", heading="Last on", kind=Kind.DAY, absent="–"),
            Column(name="waiting", heading="On a condition", kind=Kind.SHARES, shown=waits),
        ),
        rows=rows,
    )


def _elections(answer: AwardLedger) -> Table:
    return Table(
        name="elections",
        title="Elections under section 83(b)",
        caption="Elections under section 83(b):" if any(line.elections for line in answer.awards) else "",
        columns=(
            Column(name="award", heading="Award"),
            Column(name="name", heading="Holder"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES),
            Column(name="received_on", heading="Received on", kind=Kind.DAY),
            Column(name="due_on", heading="Due on", kind=Kind.DAY),
            Column(name="filed_on", heading="Filed on", kind=Kind.DAY, bounded=True),
            Column(name="state", heading="State"),
        ),
        rows=[
            Row(
                (
                    str(line.award),
                    line.name,
                    each.shares,
                    each.received_on,
                    each.due_on,
                    each.filed_on,
                    "late" if each.is_late else "in time",
                )
            )
            for line in answer.awards
            for each in line.elections
        ],
    )


def _pools(answer: AwardLedger) -> Table:
    return Table(
        name="pools",
        title="Plans",
        caption="Shares kept back for plans:" if answer.pools else "",
        columns=(
            Column(name="plan", heading="Plan"),
            Column(name="title", heading="Title", optional=True),
            Column(name="stock_class", heading="Class"),
            _shares("kept_back", "Kept back"),
            _shares("granted", "Granted"),
            _shares("returned", "Returned"),
            _shares("ungranted", "Ungranted"),
            _shares("awarded", "Under awards"),
        ),
        rows=[
            Row(
                (
                    str(line.plan),
                    line.title,
                    str(line.stock_class),
                    line.kept_back,
                    line.granted,
                    line.returned,
                    line.ungranted,
                    line.awarded,
                )
            )
            for line in answer.pools
        ],
    )


def _checks(answer: AwardLedger) -> Iterator[Check]:
    """Yield what has to add up; of restricted stock nothing is outstanding under the award."""
    at = 0
    for stock_class in dict.fromkeys(line.stock_class for line in answer.awards):
        of = [line for line in answer.awards if line.stock_class == stock_class]
        for line in of:
            if line.award_kind is not AwardKind.RESTRICTED_STOCK:
                yield Check(
                    what=f"{line.award}: granted = outstanding + exercised + released + forfeited + expired",
                    plus=(Cell("awards", at, "granted"),),
                    minus=tuple(Cell("awards", at, name) for name in ("outstanding", *_ENDED)),
                )
            at += 1
        at += len(of) > 1
    for at, pool in enumerate(answer.pools):
        yield Check(
            what=f"{pool.plan} {pool.stock_class}: kept back − granted + returned = ungranted",
            plus=(Cell("pools", at, "kept_back"), Cell("pools", at, "returned")),
            minus=(Cell("pools", at, "granted"), Cell("pools", at, "ungranted")),
        )


def _notes(answer: AwardLedger) -> Iterator[str]:
    for line in answer.awards:
        if _is_some(line.ahead):
            yield (
                f"{line.award}: {line.ahead} shares were exercised, released or let expire that had not vested by"
                f" {answer.as_of}."
            )
        for terms in line.terms.values:
            if terms.has_expired(answer.as_of) and _is_some(line.outstanding):
                yield (
                    f"{line.award} expired on {terms.expires_on}, and {line.outstanding} shares are still kept back"
                    " for it. Record what ended."
                )
    for price, shares in _averages(answer.awards):
        yield (
            f"Weighted-average exercise price of the {shares:,} shares outstanding that have one:"
            f" {_rounded(price)}."
        )
    if any(not getattr(line, name).is_exact for line in answer.awards for name in _SUMMED):
        yield OPEN_DAYS


def _averages(lines: Sequence[AwardLine]) -> Iterator[tuple[Price, Shares]]:
    """Yield the average price of what is outstanding, in each currency, where all of it is known."""
    totals: defaultdict[str, list[tuple[Fraction, Shares]]] = defaultdict(list)
    for line in lines:
        if line.price.values and _is_some(line.outstanding):
            if line.price.only is None or not line.outstanding.is_exact:
                return
            totals[line.price.only.currency].append((line.price.only.amount, line.outstanding.exact))
    for currency, parts in totals.items():
        shares = sum((each for _, each in parts), Shares(0))
        whole = sum((price * each.as_fraction() for price, each in parts), Fraction(0))
        yield Price(whole / shares.as_fraction(), currency), shares


def _rounded(price: Price) -> str:
    """Return a price to four decimals, half upwards: an average is for reading."""
    return f"{plain(Fraction(int(price.amount * 10_000 + Fraction(1, 2)), 10_000))} {price.currency}"
