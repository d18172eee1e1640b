"""An exit as a report: what each paper does and is paid, what each holder is paid, and where sharing changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any, Final

from ledger.quantities import Currency, Money, Price, Shares, paid_out
from ledger.terms.waterfall import Standing
from registrar.report import Asked, Cell, Check, Column, Head, Kind, Layout, Report, Role, Row, Table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.waterfall import BreakLine, ClaimLine, ExitWaterfall

_DOES: Final = {
    Standing.UNPAID: "is not reached",
    Standing.PART: "has its preference in part",
    Standing.PREFERENCE: "keeps its preference",
    Standing.SHARES: "shares in the rest",
    Standing.AT_CAP: "is at its cap",
    Standing.CONVERTED: "converts",
    Standing.NOT_EXERCISED: "is not exercised",
}
_IS_PAID: Final = {Standing.PART: "is paid in part", Standing.PREFERENCE: "is paid in full"}
_PLACES: Final = 6
"""Decimals of what one share is paid, for people."""


def waterfall(ledger: Ledger, answers: Sequence[ExitWaterfall]) -> Report:
    """Return who is paid what at an exit value, and beside it at others; break points come last.

    Args:
        ledger: The record, with what is only supposed on top of it.
        answers: The exit values asked about, of the same claims; the first is told in full.
    """
    answer, *others = answers
    tables = [_claims(answer), _holders(answer), _break_points(answer)]
    if others:
        tables.insert(1, _side_by_side(answers))
    return Report(
        name="waterfall",
        title=f"Exit at {answer.exit_value:,}",
        asked=_asked(ledger, answer),
        tables=tables,
        notes=[*_notes(answer)],
        checks=[
            Check(
                what="what all holders are paid, and what is left over = the exit value",
                plus=(Cell("holders", len(answer.proceeds) + bool(answer.left_over), "proceeds"),),
                minus=tuple(
                    Cell("claims", row, "proceeds") for row in range(len(answer.claims) + bool(answer.left_over))
                ),
            )
        ],
    )


def _asked(ledger: Ledger, answer: ExitWaterfall) -> Asked:
    """Return what it is about, with how much of it is only supposed."""
    days, supposed = f"if sold at the close of {answer.as_of}", ledger.supposed_from
    if supposed is not None and supposed <= answer.known:
        count = answer.known - supposed + 1
        days += f", supposing {count:,} event{'s' * (count > 1)}, not recorded"
    return Asked.of(
        ledger,
        days,
        answer.known,
        Head("as_of", "At the close of", answer.as_of),
        Head("exit_value", "Exit value", f"{answer.exit_value:,}"),
    )


def _paid(amount: Fraction, currency: Currency) -> Money:
    """Return an amount to the smallest unit of the currency."""
    return paid_out([amount], currency)[0]


def _each(amount: Fraction | None, currency: Currency) -> Price | None:
    """Return what one share is paid, as people read it."""
    if amount is None:
        return None
    return Price(Fraction(round(amount * 10**_PLACES), 10**_PLACES), currency)


def _money(name: str, heading: str, *, shown: bool = True, optional: bool = False) -> Column:
    return Column(name=name, heading=heading, kind=Kind.MONEY, shown=shown, optional=optional)


def _paid_to(line: ClaimLine, answer: ExitWaterfall) -> Money:
    """Return what the holders of a claim are paid together, to the cent."""
    mine = [
        each.proceeds for each in answer.proceeds if each.paper == line.paper and line.holder in (None, each.holder)
    ]
    return sum(mine, Money(0, answer.exit_value.currency))


def _claims(answer: ExitWaterfall) -> Table:
    currency = answer.exit_value.currency
    rows = [
        Row(
            (
                line.paper,
                line.paper_kind,
                None if line.holder is None else str(line.holder),
                _whole(line),
                _does(line, line.standing),
                _paid(line.strike_paid, currency),
                _paid(line.preference, currency),
                _paid_to(line, answer),
                line.proceeds,
                _each(line.per_share, currency),
                line.per_share,
                line.part,
            )
        )
        for line in answer
    ]
    blank: tuple[Any, ...] = (None,) * 4
    if answer.left_over:
        left = answer.left_over
        part = left.amount / answer.exit_value.amount
        rows.append(Row(("nobody", *blank, None, None, left, left.amount, None, None, part), Role.REST))
    whole = answer.exit_value
    part = Fraction(1) if whole else Fraction(0)
    rows.append(Row(("exit value", *blank, None, None, whole, whole.amount, None, None, part), Role.TOTAL))
    return Table(
        name="claims",
        title="Claims",
        columns=(
            Column(name="paper", heading="Paper"),
            Column(name="kind", heading="Kind", optional=True),
            Column(name="holder", heading="Holder", shown=any(line.holder is not None for line in answer)),
            Column(name="shares", heading="Shares", kind=Kind.SHARES),
            Column(name="does", heading="What it does"),
            _money("strike", "Pays in", shown=any(line.strike_paid for line in answer), optional=True),
            _money("preference", "As preference", shown=any(line.preference for line in answer), optional=True),
            _money("proceeds", "Proceeds"),
            Column(name="exact", heading="Exactly", kind=Kind.NUMBER, shown=False),
            _money("per_share", "Per share", optional=True),
            Column(name="exact_per_share", heading="Exactly per share", kind=Kind.NUMBER, shown=False),
            Column(name="part", heading="%", kind=Kind.PERCENT, part_of="proceeds"),
        ),
        rows=rows,
    )


def _holders(answer: ExitWaterfall) -> Table:
    whole = answer.exit_value
    by_holder: dict[Any, Fraction] = {}
    for line in answer.proceeds:
        by_holder[line.holder] = by_holder.get(line.holder, Fraction(0)) + line.proceeds.amount
    place = {holder: at for at, holder in enumerate(by_holder)}
    lines = sorted(
        answer.proceeds,
        key=lambda line: (line.holder is None, -by_holder[line.holder], place[line.holder]),
    )

    def part(money: Money) -> Fraction:
        return money.amount / whole.amount if whole else Fraction(0)

    rows = [
        Row(
            (
                line.name,
                None if line.holder is None else str(line.holder),
                line.paper,
                line.number,
                line.proceeds,
                line.exact,
                part(line.proceeds),
            ),
            Role.REST if line.holder is None else Role.ITEM,
        )
        for line in lines
    ]
    if answer.left_over:
        left = answer.left_over
        rows.append(Row(("nobody", None, None, None, left, left.amount, part(left)), Role.REST))
    rows.append(Row(("exit value", None, None, None, whole, whole.amount, part(whole)), Role.TOTAL))
    return Table(
        name="holders",
        title="Holders",
        columns=(
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id", optional=True),
            Column(name="paper", heading="For"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES, optional=True),
            _money("proceeds", "Proceeds"),
            Column(name="exact", heading="Exactly", kind=Kind.NUMBER, shown=False),
            Column(name="part", heading="%", kind=Kind.PERCENT, part_of="proceeds"),
        ),
        rows=rows,
    )


def _side_by_side(answers: Sequence[ExitWaterfall]) -> Table:
    """Return what each paper is paid at each of several exit values."""
    first = answers[0]
    rows = [
        Row((line.paper, *(_paid_to(answer.claims[at], answer) for answer in answers)))
        for at, line in enumerate(first)
    ]
    if any(answer.left_over for answer in answers):
        rows.append(Row(("nobody", *(answer.left_over for answer in answers)), Role.REST))
    rows.append(Row(("exit value", *(answer.exit_value for answer in answers)), Role.TOTAL))
    return Table(
        name="exit values",
        title="At several exit values",
        columns=(
            Column(name="paper", heading="Paper"),
            *(_money(f"exit_{at}", f"{answer.exit_value:,}") for at, answer in enumerate(answers, 1)),
        ),
        rows=rows,
    )


def _break_points(answer: ExitWaterfall) -> Table:
    currency, claims = answer.exit_value.currency, {line.name: line for line in answer}
    return Table(
        name="break points",
        title="Break points",
        caption="From each of these exit values on, the next dollar is shared in another way.",
        empty="Nobody has a claim.",
        layout=Layout.ROWS,
        columns=(
            _money("exit_value", "From"),
            Column(name="exact_exit_value", heading="Exactly", kind=Kind.NUMBER, shown=False),
            _money("per_common", "A common share"),
            Column(name="exact_per_common", heading="Exactly per share", kind=Kind.NUMBER, shown=False),
            Column(name="changes", heading="What changes"),
        ),
        rows=[
            Row(
                (
                    _paid(point.exit_value, currency),
                    point.exit_value,
                    _each(point.per_common, currency),
                    point.per_common,
                    "; ".join(_changes(point, claims, is_first=at == 0)),
                )
            )
            for at, point in enumerate(answer.break_points)
        ],
    )


def _changes(point: BreakLine, claims: Mapping[str, ClaimLine], *, is_first: bool) -> Iterator[str]:
    """Yield what changes; at the beginning only those who are paid."""
    for name, now in point.changes:
        if not is_first or now not in (Standing.UNPAID, Standing.NOT_EXERCISED):
            yield f"{name} {_does(claims[name], now)}"


def _does(line: ClaimLine, now: Standing) -> str:
    """Return what the holders of a claim do, in words: a debt is paid, and a right with a price is exercised."""
    if line.per_share is None and now in _IS_PAID:
        return _IS_PAID[now]
    return "is exercised" if line.strike and now is Standing.SHARES else _DOES[now]


def _whole(line: ClaimLine) -> Shares | None:
    """Return the shares of a claim; of those that a note or a SAFE counts for, the whole ones."""
    if line.number is None or line.per_share is not None:
        return line.number
    return Shares(floor(line.number.as_fraction()))


def _notes(answer: ExitWaterfall) -> Iterator[str]:
    yield (
        "Nothing of this is recorded. Proceeds are what holders keep after paying an exercise price; they are"
        " exact, and rounded to the smallest unit so that they add up to the exit value."
    )
    converts = any(line.standing is Standing.CONVERTED for line in answer)
    if converts or len(answer.claims) > 1:
        yield "Conversion and exercise are decided together: nobody would be paid more by deciding otherwise."
    yield from answer.assumed
