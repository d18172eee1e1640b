"""Shares on average over a period, each day counting once: basic, and diluted by all that may turn into shares.

A share counts from the day on which it is issued to the day before the one on which it ends. Splits and stock
dividends count as if they had always been (IAS 33.26, ASC 260-10-55-12): everything is in the units of the last
day, or of a later one. Options, warrants and awards count by the treasury-stock method, convertible shares and
notes as if converted, each for the days on which it was outstanding; ``ledger.terms.dilution`` puts them in order.
A note converts with the interest that was owed when the period began: that of the period adds to income instead.
Interest and dividends of the period are those that the note ledger and the dividend ledger accrue between its two
days: both count up to and without a day, so from day a to day b they accrue for b - a days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.events import DividendDeclared, UnvestedSharesRepurchased
from ledger.identity import InstrumentId, IssuerId, StockClassId
from ledger.movements import Held, Level, Posting, Reserved, Source
from ledger.quantities import NO_SHARES, Currency, Money, Price, Ratio, Shares
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.dilution import Diluted, Potential, diluted
from ledger.terms.warrants import WarrantTerms
from ledger.timeline import InEffect, history_of
from projections.accruals import accrued_dividends, counted_late
from projections.acquirable import days_of_terms
from projections.awards import award_lines
from projections.bounds import Bounds, exactly
from projections.cap_table import common_for_each, table_of
from projections.debts import debts
from projections.frame import Tabular
from projections.over_time import balances_over, days_of_change, first_and_last, ownership_over_time
from projections.replay import Balances, Units, close_place, replay
from projections.share_lines import Method, Part, ShareLine, as_common, share_lines, shares_together

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame

_ONE_DAY: Final = timedelta(days=1)
_NOTHING: Final = Fraction(0)
_NONE: Final[Bounds[Fraction]] = Bounds(_NOTHING, _NOTHING)
_NET: Final = Method.TREASURY_STOCK
"""What nothing is paid for counts in full by it: convertible shares and notes, and units."""
_RESTRICTED: Final = "shares not vested"


@attrs.frozen
class Stretch:
    """Days on which nothing changed.

    Attributes:
        first: The first of them.
        last: The last of them.
        outstanding: Shares outstanding, in the units of the answer; those that the company stated where the
            register is partial.
        not_vested: Shares issued that have not vested, and do not count yet.
        as_issued: Shares that need nothing any more but to be issued, and count: of prefunded warrants, and of
            units that have vested.
    """

    first: date
    last: date
    outstanding: Bounds[Shares]
    not_vested: Bounds[Shares]
    as_issued: Bounds[Shares]

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def counted(self) -> Bounds[Fraction]:
        """Shares that count on each of these days."""
        least = _plus(_less(self.outstanding.low, self.not_vested.high), self.as_issued.low)
        most = _plus(_less(self.outstanding.high, self.not_vested.low), self.as_issued.high)
        return Bounds(least, most)


def _less(shares: Shares | None, others: Shares | None) -> Shares | None:
    return None if shares is None or others is None else shares - others


def _plus(shares: Shares | None, others: Shares | None) -> Fraction | None:
    return None if shares is None or others is None else (shares + others).as_fraction()


@attrs.frozen
class PotentialLine:
    """Shares that may come to be, on average over the period.

    Attributes:
        part: What they would come from.
        source: The class or the instrument; of shares that have not vested, all of them together.
        outstanding: Common shares that it is for, on average.
        added: Shares that it would add: by the treasury-stock method, or all of them; ``None`` where that method
            needs the average price, and none was given.
        income: What income would be higher by: dividends on it, with open days counted from the latest, or interest
            after tax.
    """

    part: Part | None
    source: str
    outstanding: Bounds[Fraction]
    added: Bounds[Fraction] | None
    income: Bounds[Fraction]


@attrs.frozen(repr=False)
class WeightedAverage(Tabular):
    """Shares of a class on average over a period, as known at some point.

    Attributes:
        issuer: Whose.
        stock_class: Which class.
        title: Its name in the charter.
        after: The day at whose close the period begins.
        through: The last day of the period.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        basis: The day in whose units everything is.
        price: The average price of a share, as it was asked.
        income: Income attributable to common, as it was asked; below zero for a loss.
        currency: Its currency.
        stretches: What counted from when to when.
        basic: Shares on average.
        potentials: What may turn into shares, on average.
        diluted: Income and shares with all that dilutes; ``None`` where the income was not given, or a figure that
            it needs is not known exactly.
    """

    issuer: IssuerId | None
    stock_class: StockClassId
    title: str
    after: date
    through: date
    known: int
    known_at: datetime
    basis: date
    price: Price | None
    income: Fraction | None
    currency: Currency | None
    stretches: tuple[Stretch, ...]
    basic: Bounds[Fraction]
    potentials: tuple[PotentialLine, ...]
    diluted: Diluted | None

    def __iter__(self) -> Iterator[Stretch]:
        return iter(self.stretches)

    def __len__(self) -> int:
        return len(self.stretches)

    @property
    def days(self) -> int:
        """Days of the period."""
        return (self.through - self.after).days

    @property
    def per_share(self) -> Fraction | None:
        """Basic earnings per share; ``None`` where the income or the number of shares is not known."""
        if self.income is None or not self.basic.is_exact or not self.basic.exact:
            return None
        return self.income / self.basic.exact

    def frames(self) -> tuple[Frame, ...]:
        """Return stretches and potential shares, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.weighted_average(self)


def weighted_average(
    ledger: Ledger,
    stock_class: str,
    *,
    after: AsOf,
    through: AsOf,
    known_at: KnownAt = None,
    basis: AsOf | None = None,
    price: Price | None = None,
    income: Money | None = None,
    tax: Ratio | None = None,
) -> WeightedAverage:
    """Return the shares of a class on average over a period, and what may turn into more of them.

    Args:
        ledger: The record.
        stock_class: Which class; of common stock.
        after: The day at whose close the period begins: the last day of the one before.
        through: The last day of the period.
        known_at: What had been recorded; everything when not given.
        basis: A later day in whose units everything is; that of ``through`` when not given.
        price: The average price of a share over the period, in these units.
        income: Income attributable to common, below zero for a loss; what dilutes depends on it.
        tax: Rate of tax that interest saves; nothing when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` for a period without a day, ``E_BASIS`` for a basis before its end,
            ``E_CURRENCY_MISMATCH`` for a price in another currency than what is paid, ``E_TERMS`` for a tax of more
            than all of it.
        UnknownName: No class of that name was designated by ``through``.
    """
    known = ledger.position(known_at)
    facts = ledger.standing(known)
    which = StockClassId(stock_class)
    _, last = first_and_last(facts, (Level.CLASS_KIND, which, "stock class"), after, through)
    first = day(after, what="after")
    if last == first:
        raise NotUnderstood("E_DATE", f"there is no day after {first} through {last}", "give a later last day")
    if tax is not None and tax.value > 1:
        raise NotUnderstood("E_TERMS", f"a tax of {tax}", "state a part of one, 0.21")
    units = Units(facts, last if basis is None else basis, last)
    period = _Period(ledger, facts, known, which, first, last, units)
    basic = _average((stretch.counted for stretch in period.stretches), period.stretches)
    potentials = tuple(period.potentials(price, _NOTHING if tax is None else tax.value))
    owner = ownership_over_time(ledger, which, after=first, through=last, known_at=known, basis=units.on)
    return WeightedAverage(
        owner.issuer,
        which,
        owner.title,
        first,
        last,
        known,
        owner.known_at,
        units.on,
        price,
        None if income is None else income.amount,
        None if income is None else income.currency,
        period.stretches,
        basic,
        potentials,
        None if income is None else _diluted(income.amount, basic, potentials),
    )


def _diluted(income: Fraction, basic: Bounds[Fraction], potentials: Sequence[PotentialLine]) -> Diluted | None:
    """Return income and shares with all that dilutes, where every figure is known exactly that it depends on."""
    if not basic.is_exact:
        return None
    known = [
        Potential(name=line.source, shares=line.added.exact, income=line.income.exact)
        for line in potentials
        if line.added is not None and line.added.is_exact and line.income.is_exact
    ]
    if len(known) < len(potentials) and income > 0:
        return None
    return diluted(income, basic.exact, known)  # of a loss nothing is counted, known or not


def _average(figures: Iterable[Bounds[Fraction]], stretches: Sequence[Stretch]) -> Bounds[Fraction]:
    """Return figures of several stretches on average, each day counting once."""
    days = sum(stretch.days for stretch in stretches)
    low, high = _NOTHING, _NOTHING
    known = True
    for figure, stretch in zip(figures, stretches, strict=True):
        low += (figure.low or _NOTHING) * stretch.days
        known = known and figure.high is not None
        high += (figure.high or _NOTHING) * stretch.days
    return Bounds(low / Fraction(days), high / Fraction(days) if known else None)


# --- a period ------------------------------------------------------------------------------------------------


class _Rights(NamedTuple):
    """What may turn into shares on some days, in the units of the answer."""

    lines: tuple[ShareLine, ...]
    not_vested: Bounds[Shares]
    as_issued: Bounds[Shares]


class _Period:
    """What was outstanding, and what might be, from stretch to stretch."""

    def __init__(
        self,
        ledger: Ledger,
        facts: Sequence[InEffect],
        known: int,
        stock_class: StockClassId,
        after: date,
        through: date,
        units: Units,
    ) -> None:
        self._ledger, self._facts, self._known = ledger, facts, known
        self._class, self._after, self._through, self._units = stock_class, after, through, units
        self._end = replay(history_of(facts, as_of=through, known=known), facts)
        steps = ownership_over_time(
            ledger, stock_class, after=after, through=through, known_at=known, basis=units.on
        ).steps
        rights = dict(self._rights())
        days = sorted({after + _ONE_DAY, *rights, *(step.on for step in steps if step.on > after)})
        ends = [on - _ONE_DAY for on in days[1:]] + [through]
        found, self._of_rights = [], []
        for first, last in zip(days, ends, strict=True):
            there = next((step.denominator for step in reversed(steps) if step.on <= first), exactly(NO_SHARES))
            now = rights[max(on for on in rights if on <= first)]
            found.append(Stretch(first, last, there, now.not_vested, now.as_issued))
            self._of_rights.append(now)
        self._pieces = tuple(found)
        self.stretches = tuple(_merged(found))

    # --- rights from day to day ---------------------------------------------------------------------------

    def _rights(self) -> Iterator[tuple[date, _Rights]]:
        """Yield what may turn into shares from a day on; the first is that after which the period begins."""
        first = self._after + _ONE_DAY
        concerned = [each for each in self._facts if self._concerns(each)]
        by_time = days_of_terms(self._facts, self._known)
        for balances in balances_over(
            concerned, days_of_change(concerned, first, self._through, by_time), self._known
        ):
            yield balances.history.as_of, self._on(balances, concerned)

    def _concerns(self, each: InEffect) -> bool:
        """Whether a fact is more than shares of the class that come, go or change hands."""
        if isinstance(each.fact, UnvestedSharesRepurchased):
            return True
        return not all(
            type(movement) is Posting and movement.unit == self._class and isinstance(movement.account, _PLAIN)
            for movement in each.fact.movements()
        )

    def _on(self, balances: Balances, facts: Sequence[InEffect]) -> _Rights:
        """Return what may turn into shares on a day, in the units of the answer."""
        on = balances.history.as_of
        factor = self._units.factor(self._class, close_place(on))
        table = table_of(self._ledger, facts, balances, Units(facts, None, on))
        lines = [
            _scaled(line, factor)
            for line in share_lines(self._ledger, balances, table, without_interest_since=self._after)
            if line.part not in (Part.COMMON, Part.POOL, Part.SAFES)
        ]
        issued = [line for line in lines if _needs_nothing(balances, line, on)]
        return _Rights(
            tuple(line for line in lines if line not in issued),
            _scaled_shares(_not_vested(balances), factor),
            shares_together(line.shares for line in issued),
        )

    # --- potential shares ---------------------------------------------------------------------------------

    def potentials(self, price: Price | None, tax: Fraction) -> Iterator[PotentialLine]:
        """Yield what may turn into shares, on average, with the income that it costs."""
        keys = dict.fromkeys((line.part, str(line.source)) for now in self._of_rights for line in now.lines)
        for part, source in keys:
            of_source = [
                [line for line in now.lines if (line.part, str(line.source)) == (part, source)]
                for now in self._of_rights
            ]
            outstanding = self._averaged([line.shares for line in lines] for lines in of_source)
            added = None
            if price is not None or not any(line.prices for lines in of_source for line in lines):
                added = self._averaged([line.counted(_NET, price) for line in lines] for lines in of_source)
            yield PotentialLine(part, source, outstanding, added, self._income(part, source, tax))
        not_vested = _average((_exact(now.not_vested) for now in self._of_rights), self._pieces)
        if not_vested != _NONE:
            yield PotentialLine(None, _RESTRICTED, not_vested, not_vested, _NONE)

    def _averaged(self, shares: Iterable[Iterable[Bounds[Shares]]]) -> Bounds[Fraction]:
        return _average((_exact(shares_together(each)) for each in shares), self._pieces)

    def _income(self, part: Part, source: str, tax: Fraction) -> Bounds[Fraction]:
        """Return what income would be higher by if what may be converted had been."""
        if part is Part.PREFERRED:
            return exactly(self._dividends(StockClassId(source)))
        if part is Part.NOTES:
            return self._interest(InstrumentId(source), 1 - tax)
        return _NONE

    def _dividends(self, stock_class: StockClassId) -> Fraction:
        """Return the dividends of a class for the period: what accrued, and otherwise what was declared.

        An open day counts from its latest: what dilutes is decided by one figure.
        """
        accrued = [
            sum(
                (
                    found.accrued.exact
                    for (_, of), found in accrued_dividends(
                        counted_late(history_of(self._facts, as_of=on, known=self._known)), on
                    ).items()
                    if of == stock_class
                ),
                _NOTHING,
            )
            for on in (self._after, self._through)
        ]
        if any(accrued):
            return accrued[1] - accrued[0]
        declared = [
            each.fact.amount.amount
            for each in self._end.history.certain
            if isinstance(each.fact, DividendDeclared)
            and each.fact.stock_class == stock_class
            and self._after < each.fact.effective_on.latest
        ]
        return sum(declared, _NOTHING)

    def _interest(self, note: InstrumentId, part: Fraction) -> Bounds[Fraction]:
        """Return the interest on a note for the period, less the tax that it saves."""
        found = [
            debt.accrued(self._after, self._through)
            for debt in debts(self._facts, self._end)
            if debt.instrument == note
        ]
        ends = ([each.low or _NOTHING for each in found], [each.high or _NOTHING for each in found])
        return Bounds(*(sum(of_end, _NOTHING) * part for of_end in ends))


_PLAIN: Final = (Held, Source, Reserved)


def _merged(pieces: Iterable[Stretch]) -> Iterator[Stretch]:
    """Yield days on which the same counted as one stretch, whatever else changed between them."""
    for _, alike in groupby(pieces, key=lambda each: (each.outstanding, each.not_vested, each.as_issued)):
        first, *rest = alike
        yield attrs.evolve(first, last=rest[-1].last) if rest else first


def _scaled(line: ShareLine, factor: Fraction) -> ShareLine:
    """Return a line in the units that a factor leads to."""
    prices = tuple(Price(price.amount / factor, price.currency) for price in line.prices)
    return attrs.evolve(line, shares=_scaled_shares(line.shares, factor), prices=prices)


def _scaled_shares(shares: Bounds[Shares], factor: Fraction) -> Bounds[Shares]:
    return as_common(shares, exactly(factor))


def _exact(shares: Bounds[Shares]) -> Bounds[Fraction]:
    return shares.map(Shares.as_fraction)


def _needs_nothing(balances: Balances, line: ShareLine, on: date) -> bool:
    """Whether shares need nothing any more but to be issued: IAS 33.24, ASC 260-10-45-13."""
    if line.part is Part.WARRANTS:
        terms = balances.values(Level.WARRANT_TERMS, line.source)
        return bool(terms) and all(
            isinstance(each, WarrantTerms) and each.prefunded and each.is_open(on) for each in terms
        )
    if line.part is Part.VESTED:
        terms = balances.values(Level.AWARD_TERMS, line.source)
        return any(
            isinstance(each, AwardTerms) and each.award_kind is AwardKind.RESTRICTED_STOCK_UNIT for each in terms
        )
    return False


def _not_vested(balances: Balances) -> Bounds[Shares]:
    """Return the shares issued that have not vested: restricted stock, and shares that were bought early."""
    if not balances.subjects(Level.AWARD_TERMS):
        return exactly(NO_SHARES)
    lines = award_lines(balances)[0]
    ratios = {each: Fraction(1) for each in balances.subjects(Level.CLASS_KIND)}
    found = [(line.unvested_shares, common_for_each(balances, line.stock_class, ratios)) for line in lines]
    return shares_together(as_common(shares, each) for shares, each in found if each is not None)
