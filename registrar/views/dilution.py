"""Fully diluted shares and weighted averages as reports: what counts by which definition, and what dilutes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger.quantities import SCALE, FractionPolicy, Price, Shares, round_position
from projections.bounds import Bounds, exactly
from projections.share_lines import Part
from registrar.registers.said import OPEN_DAYS, heads, listed
from registrar.report import Asked, Cell, Check, Column, Head, Kind, Report, Role, Row, Table
from registrar.views.common import at_the_close

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.fully_diluted import FullyDiluted
    from projections.weighted_average import WeightedAverage


# --- fully diluted --------------------------------------------------------------------------------------------


def fully_diluted(ledger: Ledger, answer: FullyDiluted) -> Report:
    """Return shares by every definition of fully diluted, holders by one of them, and votes as converted."""
    asked = at_the_close(ledger, answer.known, answer.as_of)
    title = "Fully diluted shares"
    if not answer.lines:
        says = f"There were no shares, and nothing that may become shares, at the close of {answer.as_of}."
        return Report(name="fully-diluted", title=title, asked=asked, says=says)
    return Report(
        name="fully-diluted",
        title=title,
        asked=asked,
        tables=(_definitions(answer), _holders(answer), _votes(answer), _lines(answer)),
        notes=[*_notes(answer)],
        checks=[
            Check(
                what=f"{each.definition.name} = its parts",
                plus=(Cell("definitions", at, "total"),),
                minus=tuple(Cell("definitions", at, part.name.lower()) for part in Part),
            )
            for at, each in enumerate(answer.counts)
            if each.total is not None
        ],
    )


def _definitions(answer: FullyDiluted) -> Table:
    """Return a row for each definition, with what it counts; programs see how many of each part."""
    parts = tuple(part.name.lower() for part in Part)
    return Table(
        name="definitions",
        title="Shares by definition",
        columns=(
            Column(name="definition", heading="Definition"),
            Column(name="about", heading="Counts"),
            *(
                Column(name=part.name.lower(), heading=part.value, kind=Kind.SHARES, bounded=True, shown=False)
                for part in Part
            ),
            Column(
                name="total",
                heading="Shares",
                kind=Kind.SHARES,
                bounded=True,
                absent="needs a price",
                adds=parts,
            ),
        ),
        rows=[
            Row(
                (
                    each.definition.name,
                    each.definition.about,
                    *(None if each.total is None else each.of(part) for part in Part),
                    each.total,
                )
            )
            for each in answer.counts
        ],
    )


def _holders(answer: FullyDiluted) -> Table:
    chosen = answer[answer.definition.name]
    rows = [
        Row(
            (line.name, None if line.holder is None else str(line.holder), line.shares, line.percent),
            Role.ITEM if line.holder is not None else Role.REST,
        )
        for line in answer.holders
    ]
    whole = None if any(not line.percent.is_exact for line in answer.holders) else _all_of_it()
    rows.append(Row(("together", None, chosen.total, whole), Role.TOTAL))
    return Table(
        name="holders",
        title=f"Holders: {answer.definition.name}",
        caption=f"Who has them, {answer.definition.name}: {answer.definition.about}.",
        columns=(
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
            Column(name="part", heading="%", kind=Kind.PERCENT, bounded=True, part_of="shares"),
        ),
        rows=rows,
    )


def _all_of_it() -> Bounds[Fraction]:
    return Bounds(Fraction(1), Fraction(1))


def _known_votes(answer: FullyDiluted) -> bool:
    return any(line.votes.low or line.votes.is_exact for line in answer.votes)


def _votes(answer: FullyDiluted) -> Table:
    lines = answer.votes if _known_votes(answer) else ()
    return Table(
        name="votes",
        title="Votes, preferred as converted",
        caption="Votes, preferred as converted:" if lines else "",
        columns=(
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id"),
            Column(name="votes", heading="Votes", kind=Kind.NUMBER, bounded=True),
            Column(name="part", heading="% of votes", kind=Kind.PERCENT, bounded=True),
        ),
        rows=[Row((line.name, str(line.holder), line.votes, line.percent)) for line in lines],
    )


def _lines(answer: FullyDiluted) -> Table:
    return Table(
        name="everything there is",
        title="Everything there is to count",
        caption="Everything there is to count, as common shares:",
        columns=(
            Column(name="part", heading="Part"),
            Column(name="source", heading="Of"),
            Column(name="holder", heading="Holder", absent="–"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
            Column(name="price", heading="Each at"),
        ),
        rows=[
            Row(
                (
                    line.part.value,
                    str(line.source),
                    None if line.holder is None else str(line.holder),
                    line.shares,
                    _prices(line.prices),
                )
            )
            for line in answer.lines
        ],
    )


def _prices(prices: tuple[Price, ...]) -> str | None:
    return " or ".join(f"{price:,}" for price in prices) or None


def _notes(answer: FullyDiluted) -> Iterator[str]:
    if answer.price is None:
        yield "Give the price of a share to count what is in the money, and what SAFEs would become at that price."
    else:
        yield f"A share is taken to be worth {answer.price:,}; SAFEs convert as in a round at that price."
    if answer.not_converting:
        names = listed(answer.not_converting)
        yield f"Nobody knows what {names} would become: that takes a price, and figures that are not open."
    if answer.voting_as_converted:
        yield (
            f"What a share of {listed(answer.voting_as_converted)} votes is not stated: they vote as the whole"
            " common shares that their holder would receive."
        )
    if answer.left_aside:
        yield f"{listed(answer.left_aside)} neither converts nor is common, and does not count."
    if any(line.part in (Part.COMMON, Part.PREFERRED) and line.holder is None for line in answer.lines):
        yield "A register is partial: holders not recorded have what the company states beyond the others."
    if any(line.shares.high is not None and not line.shares.is_exact for line in answer.lines):
        yield OPEN_DAYS
    if answer.votes and not _known_votes(answer):
        yield "What a share votes is not stated."


# --- weighted average -------------------------------------------------------------------------------------------


def weighted_average(ledger: Ledger, answer: WeightedAverage) -> Report:
    """Return the shares of a period on average, what may turn into more, and earnings per share."""
    basis = answer.basis if answer.basis != answer.through else None
    units = f", in the units of {basis}" if basis is not None else ""
    period = f"after {answer.after} through {answer.through}{units}"
    head = (
        Head("after", "After the close of", answer.after),
        Head("through", "Through the close of", answer.through),
    )
    asked = Asked.of(ledger, period, answer.known, *heads(*head, basis=basis))
    return Report(
        name="weighted-average",
        title=f"Weighted average of {answer.stock_class}",
        asked=asked,
        tables=(_stretches(answer), _potentials(answer), _earnings(answer)),
        notes=[*_notes_of_average(answer)],
    )


def _stretches(answer: WeightedAverage) -> Table:
    lines = answer.stretches
    rows = [
        Row(
            (
                line.first,
                line.last,
                line.days,
                line.outstanding,
                line.not_vested,
                line.as_issued,
                line.counted,
                _whole(line.counted),
            )
        )
        for line in lines
    ]
    rows.append(Row((None, None, answer.days, None, None, None, answer.basic, _whole(answer.basic)), Role.MEMO))
    return Table(
        name="days",
        title="Shares by day",
        columns=(
            Column(name="first", heading="From", kind=Kind.DAY, absent="on average"),
            Column(name="last", heading="Through", kind=Kind.DAY),
            Column(name="days", heading="Days", kind=Kind.COUNT),
            Column(name="outstanding", heading="Outstanding", kind=Kind.SHARES, bounded=True),
            Column(
                name="not_vested",
                heading="Not vested",
                kind=Kind.SHARES,
                bounded=True,
                shown=any(line.not_vested.high for line in lines),
            ),
            Column(
                name="as_issued",
                heading="As if issued",
                kind=Kind.SHARES,
                bounded=True,
                shown=any(line.as_issued.high for line in lines),
            ),
            Column(name="counted", heading="Counted", kind=Kind.NUMBER, bounded=True, shown=False),
            Column(name="counted_rounded", heading="Counted", kind=Kind.SHARES, bounded=True),
        ),
        rows=rows,
    )


def _potentials(answer: WeightedAverage) -> Table:
    counted = () if answer.diluted is None else tuple(each.name for each in answer.diluted.counted)
    return Table(
        name="potential shares",
        title="What may turn into shares, on average",
        caption="What may turn into shares, on average:" if answer.potentials else "",
        columns=(
            Column(name="source", heading="From"),
            Column(name="part", heading="What"),
            Column(name="outstanding", heading="For shares", kind=Kind.NUMBER, bounded=True, shown=False),
            Column(name="outstanding_rounded", heading="For shares", kind=Kind.SHARES, bounded=True),
            Column(name="added", heading="Would add", kind=Kind.NUMBER, bounded=True, shown=False),
            Column(
                name="added_rounded", heading="Would add", kind=Kind.SHARES, bounded=True, absent="needs a price"
            ),
            Column(name="income", heading="Income", kind=Kind.NUMBER, bounded=True, shown=False),
            Column(name="income_rounded", heading="Income", kind=Kind.NUMBER, bounded=True),
            Column(name="dilutes", heading="Dilutes", shown=answer.diluted is not None),
        ),
        rows=[
            Row(
                (
                    line.source,
                    "not vested" if line.part is None else line.part.value,
                    line.outstanding,
                    _whole(line.outstanding),
                    line.added,
                    None if line.added is None else _whole(line.added),
                    line.income,
                    line.income.map(lambda figure: _to_places(figure, 2)),
                    None if answer.diluted is None else "yes" if line.source in counted else "no",
                )
            )
            for line in answer.potentials
        ],
    )


def _earnings(answer: WeightedAverage) -> Table:
    found: list[tuple[str, Fraction, Fraction, Fraction | None]] = []
    if answer.income is not None and answer.basic.is_exact:
        found.append(("basic", answer.income, answer.basic.exact, answer.per_share))
    if answer.diluted is not None:
        found.append(("diluted", answer.diluted.income, answer.diluted.shares, answer.diluted.per_share))
    currency = "" if answer.currency is None else f", in {answer.currency}"
    return Table(
        name="earnings per share",
        title="Earnings per share",
        caption=f"Earnings per share{currency}:" if found else "",
        columns=(
            Column(name="which", heading="Earnings per share"),
            Column(name="income", heading="Income", kind=Kind.NUMBER, shown=False),
            Column(name="income_rounded", heading="Income", kind=Kind.NUMBER),
            Column(name="shares", heading="Shares", kind=Kind.NUMBER, shown=False),
            Column(name="shares_rounded", heading="Shares", kind=Kind.SHARES),
            Column(name="per_share", heading="A share", kind=Kind.NUMBER, shown=False),
            Column(name="per_share_rounded", heading="A share", kind=Kind.NUMBER),
        ),
        rows=[
            Row(
                (
                    which,
                    income,
                    _to_places(income, 2),
                    shares,
                    _whole(exactly(shares)).low,
                    per_share,
                    None if per_share is None else _to_places(per_share, _EPS_PLACES),
                )
            )
            for which, income, shares, per_share in found
        ],
    )


_EPS_PLACES: Final = 4
"""Decimals of earnings per share as people read them; programs see the exact fraction."""


def _whole(figure: Bounds[Fraction]) -> Bounds[Shares]:
    """Return shares as people read an average: to the nearest one."""
    return figure.map(lambda exact: Shares.of_units(round_position(exact * SCALE, FractionPolicy.NEAREST, 0)))


def _to_places(figure: Fraction, places: int) -> Fraction:
    """Return a figure to the nearest of so many decimals, as people read it."""
    return Fraction(round_position(figure * SCALE, FractionPolicy.NEAREST, places), SCALE)


def _notes_of_average(answer: WeightedAverage) -> Iterator[str]:
    yield (
        "A share counts from the day of its issue to the day before it ends. Splits and stock dividends count as if"
        " they had always been. Averages are shown to the nearest share, earnings per share to four decimals."
    )
    if answer.price is not None:
        yield f"On average a share is taken to be worth {answer.price:,}."
    if any(line.as_issued.high for line in answer.stretches):
        yield "Shares of prefunded warrants, and of units that have vested, count as if they were issued."
    if any(line.income != exactly(Fraction(0)) for line in answer.potentials):
        yield (
            f"Where interest or dividends accrue, they count from {answer.after} up to and without"
            f" {answer.through}, as in the note ledger and the dividend ledger between the closes of these days."
        )
    if answer.potentials and answer.income is None:
        yield "What dilutes depends on the income of the period: give it, and the average price of a share."
    elif answer.potentials and answer.diluted is None:
        yield "What dilutes is not known: an average price, or a figure that lies between two, is missing."
    if not answer.basic.is_exact:
        yield OPEN_DAYS
