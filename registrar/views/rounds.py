"""A priced round as a report: what is agreed and what follows from it, who converts at what, who holds what."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ledger.quantities import FractionPolicy, Money, Price, Shares, paid_out, plain
from ledger.terms.rounds import ConversionMethod
from registrar.registers.said import listed
from registrar.report import Asked, Cell, Check, Column, Head, Kind, Layout, Report, Role, Row, Table

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from ledger.terms.rounds import Conversion
    from projections.pro_forma import ProForma

_METHODS: Final = {
    ConversionMethod.PERCENT_OWNERSHIP: "the valuation is divided by shares that include what converts",
    ConversionMethod.PRE_MONEY: "the valuation is divided by shares without what converts",
    ConversionMethod.DOLLARS_INVESTED: "the valuation grows by the money that converts",
}
_FRACTIONS: Final = {
    FractionPolicy.DOWN: "dropped",
    FractionPolicy.CASH_IN_LIEU: "paid for in cash",
    FractionPolicy.UP: "rounded up to a share",
    FractionPolicy.NEAREST: "rounded to the nearest share",
}


def pro_forma(ledger: Ledger, answer: ProForma) -> Report:
    """Return a priced round: its price, what converts, and everybody before and after."""
    return Report(
        name="pro-forma",
        title=f"Pro forma of {answer.agreed.series}",
        asked=_asked(ledger, answer),
        tables=(_round(answer), _holders(answer), _conversions(answer), _purchases(answer), _staying(answer)),
        notes=[*_notes(answer)],
        checks=[
            Check(
                what="all shares after the round = those of everybody, the pool and holders not recorded",
                plus=(Cell("round", 0, "shares_after"),),
                minus=tuple(Cell("holders", at, "after") for at in range(len(_everybody(answer)))),
            )
        ],
    )


def _asked(ledger: Ledger, answer: ProForma) -> Asked:
    """Return what it is about, with how much of it is only supposed."""
    days, supposed = f"at the close of {answer.as_of}", ledger.supposed_from
    if supposed is not None and supposed <= answer.known:
        count = answer.known - supposed + 1
        days += f", supposing {count:,} event{'s' * (count > 1)}, not recorded"
    return Asked.of(ledger, days, answer.known, Head("as_of", "At the close of", answer.as_of))


def _money(amount: Fraction, answer: ProForma) -> Money:
    """Return an amount to the cent."""
    return paid_out([amount], answer.solution.price.currency)[0]


def _about(what: str, price: Fraction) -> str:
    """Return what a price is, with some decimals of one that no decimals say exactly."""
    return f"{what}, about {plain(Fraction(round(price * 10**6), 10**6))}" if "/" in plain(price) else what


def _round(answer: ProForma) -> Table:
    agreed, solution = answer.agreed, answer.solution

    def money(name: str, heading: str, about: str, block: int = 1) -> Column:
        return Column(name=name, heading=heading, kind=Kind.MONEY, about=about, block=block)

    def shares(name: str, heading: str, about: str, **more: Any) -> Column:
        return Column(name=name, heading=heading, kind=Kind.SHARES, about=about, block=3, **more)

    return Table(
        name="round",
        title="Round",
        layout=Layout.DOWN,
        columns=(
            Column(name="series", heading="Series"),
            money("pre_money", "pre-money", "what was agreed that the company counts for before the new money"),
            money("new_money", "new money", "what the investors pay"),
            money("post_money", "post-money", "all shares after the round, at its price"),
            money("effective_pre_money", "effective pre-money", "shares and options of before, at its price"),
            money("price", "price", _about("of one share", solution.price.amount), 2),
            Column(
                name="exact_price",
                heading="exact price",
                kind=Kind.MONEY,
                about=_about("before rounding", solution.exact_price),
                block=2,
                shown=solution.price.amount != solution.exact_price,
            ),
            Column(
                name="priced_on",
                heading="divided by",
                kind=Kind.NUMBER,
                about="shares that the valuation is divided by",
                block=2,
                shown=False,
            ),
            shares("shares_before", "shares before", "as converted, options and pool included"),
            shares("shares_after", "shares after", "the same after the round"),
            shares("pool_increase", "pool increase", "shares added to the pool"),
        ),
        rows=[
            Row(
                (
                    str(agreed.series),
                    _pre_money(answer),
                    _money(agreed.new_money, answer),
                    _money(answer.post_money, answer),
                    _money(answer.effective_pre_money, answer),
                    solution.price,
                    Price(solution.exact_price, solution.price.currency),
                    solution.priced_on,
                    answer.before,
                    answer.after,
                    solution.pool_increase,
                )
            )
        ],
    )


def _pre_money(answer: ProForma) -> Money | None:
    """Return the valuation before the new money, as it was agreed; none where a price was."""
    agreed = answer.agreed
    if agreed.post_money is not None:
        return _money(agreed.post_money.amount - agreed.new_money, answer)
    return agreed.pre_money


def _everybody(answer: ProForma) -> list[Row]:
    """Return a row for each holder, for holders that are not recorded, and for the pool."""
    none = Shares(0)
    rows = [
        Row(
            (
                line.name,
                str(line.holder),
                line.held,
                line.options,
                line.before,
                line.part_before,
                line.received,
                line.bought,
                none,
                line.after,
                line.part_after,
                line.dilution,
            )
        )
        for line in answer
    ]
    aside = (
        ("holders not recorded", answer.not_recorded, none),
        ("option pool, not granted", answer.pool_before, answer.solution.pool_increase),
    )
    for name, before, added in aside:
        if before or added:
            after = before + added
            parts = (_part(before, answer.before), _part(after, answer.after))
            dilution = 1 - parts[1] / Fraction(parts[0]) if parts[0] else None
            values = (name, None, before, none, before, parts[0], none, none, added, after, parts[1], dilution)
            rows.append(Row(values, Role.REST))
    return rows


def _part(of: Shares, whole: Shares) -> Fraction:
    return of.as_fraction() / Fraction(whole.as_fraction())


def _holders(answer: ProForma) -> Table:
    rows = _everybody(answer)
    whole = Fraction(1)
    sums = [sum((row.values[at] for row in rows), Shares(0)) for at in (2, 3, 4, 6, 7, 8, 9)]
    total = ("fully diluted", None, *sums[:3], whole, *sums[3:], whole, None)
    return Table(
        name="holders",
        title="Before and after",
        columns=(
            Column(name="name", heading="Holder"),
            Column(name="holder", heading="Id", optional=True),
            _shares("held", "Held", any(line.options for line in answer), optional=True),
            _shares("options", "Options, warrants", any(line.options for line in answer), optional=True),
            Column(name="before", heading="Before", kind=Kind.SHARES, adds=("held", "options")),
            Column(name="part_before", heading="% before", kind=Kind.PERCENT, part_of="before"),
            _shares("received", "Converted", bool(answer.solution.conversions)),
            _shares("bought", "Bought", True),
            _shares("added", "Added to pool", bool(answer.solution.pool_increase)),
            Column(name="after", heading="After", kind=Kind.SHARES, adds=("before", "received", "bought", "added")),
            Column(name="part_after", heading="% after", kind=Kind.PERCENT, part_of="after"),
            Column(name="dilution", heading="Dilution, %", kind=Kind.PERCENT, shown=False),
        ),
        rows=[*rows, Row(total, Role.TOTAL)],
    )


def _shares(name: str, heading: str, shown: bool, *, optional: bool = False) -> Column:
    return Column(name=name, heading=heading, kind=Kind.SHARES, shown=shown, optional=optional)


def _conversions(answer: ProForma) -> Table:
    conversions = answer.solution.conversions
    return Table(
        name="conversions",
        title="What converts",
        empty="No SAFE and no note converts.",
        columns=(
            Column(name="instrument", heading="Paper"),
            Column(name="holder", heading="Holder"),
            Column(name="principal", heading="Amount", kind=Kind.MONEY),
            Column(
                name="interest",
                heading="Interest",
                kind=Kind.MONEY,
                shown=any(each.interest for each in conversions),
            ),
            Column(name="by", heading="By"),
            Column(name="cap", heading="Cap", kind=Kind.MONEY, optional=True),
            Column(name="discount", heading="Discount, %", kind=Kind.PERCENT, optional=True),
            Column(name="divided_by", heading="Cap divided by", kind=Kind.NUMBER, shown=False),
            Column(name="price", heading="Price", kind=Kind.MONEY),
            Column(name="exact_price", heading="Exact price", kind=Kind.MONEY, shown=False),
            Column(name="series", heading="Series"),
            Column(name="shares", heading="Shares", kind=Kind.SHARES),
            Column(name="exact_shares", heading="Before rounding", kind=Kind.NUMBER, shown=False),
        ),
        rows=[Row(_conversion(each, answer)) for each in conversions],
    )


def _conversion(each: Conversion, answer: ProForma) -> tuple[Any, ...]:
    terms = each.terms
    return (
        each.name,
        str(each.holder),
        each.principal,
        _money(each.interest, answer),
        each.taken.value,
        terms.cap,
        None if terms.discount is None else terms.discount.value,
        each.capitalization,
        each.price,
        Price(each.exact_price, each.price.currency),
        str(each.series),
        each.shares,
        each.exact,
    )


def _purchases(answer: ProForma) -> Table:
    price = answer.solution.price
    return Table(
        name="purchases",
        title="New money",
        columns=(
            Column(name="holder", heading="Investor"),
            Column(name="paid", heading="Invested", kind=Kind.MONEY),
            Column(name="shares", heading="Shares", kind=Kind.SHARES),
            Column(name="not_spent", heading="Not spent", kind=Kind.MONEY),
        ),
        rows=[
            Row(
                (
                    str(each.holder),
                    each.paid,
                    each.shares,
                    _money(each.paid.amount - each.shares.as_fraction() * price.amount, answer),
                )
            )
            for each in answer.solution.purchases
        ],
    )


def _staying(answer: ProForma) -> Table:
    return Table(
        name="not converting",
        title="What does not convert",
        columns=(
            Column(name="instrument", heading="Paper"),
            Column(name="holder", heading="Holder"),
            Column(name="amount", heading="Amount", kind=Kind.MONEY),
            Column(name="why", heading="Why"),
        ),
        rows=[
            Row((str(each.instrument), str(each.holder), each.amount, each.why)) for each in answer.not_converting
        ],
    )


def _notes(answer: ProForma) -> Iterator[str]:
    agreed, solution = answer.agreed, answer.solution
    yield "Nothing of this is recorded. Shares are counted as converted to common, options and the pool included."
    if solution.conversions:
        yield f"SAFEs and notes convert by the {agreed.method.value} method: {_METHODS[agreed.method]}."
    if agreed.pool_target is not None:
        where = "those who were there before bear its increase" if agreed.pool_inside else "everybody bears it"
        target = plain(agreed.pool_target.value * 100)
        yield f"The pool is to be {target} % of all shares after the round, neither granted nor promised: {where}."
    if answer.standing.promised:
        yield f"Of the pool, {plain(answer.standing.promised)} shares are promised."
    rounded = [
        f"{what} down to {places} decimals"
        for what, places in (
            ("the price of the round", agreed.price_places if agreed.price is None else None),
            ("prices at which papers convert", agreed.conversion_places),
        )
        if places is not None
    ]
    named = f"Rounded: {' and '.join(rounded)}. " if rounded else "Prices are exact. "
    yield f"{named}The fraction of a share that an amount would buy is {_FRACTIONS[agreed.rounding]}."
    favored = [each.name for each in solution.conversions if each.elected]
    if favored:
        yield f"{listed(favored)}: the holder takes over the terms of a later paper, as its clause allows."
    if answer.not_registered:
        are = "is" if len(answer.not_registered) == 1 else "are"
        yield f"{listed(answer.not_registered)} {are} not registered yet."
    if answer.left_aside:
        yield f"{listed(answer.left_aside)}: neither common nor convertible, and not counted."
    if answer.not_recorded:
        yield "Holders not recorded have what the company states as outstanding beyond the register."
