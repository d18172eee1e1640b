"""Who holds what: by holder and class, and for each class what is authorized, reserved, issued and available."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from ledger.days import close_of, day
from ledger.errors import NotUnderstood, UnknownName, nearest
from ledger.events import HolderRegistered
from ledger.identity import Count, HolderId, IssuerId, PlanId, ReserveId, StockClassId
from ledger.movements import (
    Account,
    Awarded,
    Held,
    Level,
    Pooled,
    Reserved,
    Scope,
    StockClassKind,
    Unit,
)
from ledger.quantities import Authorized, Currency, Money, Price, Ratio, Shares
from ledger.terms.conversion import ConversionRight
from ledger.timeline import InEffect, may_be_last, place_in_history
from projections.bounds import Bounds, Possible, exactly, ratio_of
from projections.figures import part_of_class
from projections.frame import Tabular
from projections.replay import Balances, Grouping, Quantity, Units, close_place, is_complete, replay_index

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame

Names = tuple[HolderId, ...]
"""Holders as which one may count: itself, or the one that it was merged into."""


@attrs.frozen
class StatedCount:
    """Shares outstanding as the company states them, holders that are not recorded included.

    Attributes:
        shares: The count.
        on: The day it is stated for.
    """

    shares: Shares
    on: date


@attrs.frozen
class ReserveLine:
    """Authorized shares kept back for one purpose: a reserve, the pool of a plan, or awards outstanding.

    Attributes:
        reserve: Its name; that of the plan for a pool, none for awards.
        purpose: What it is for, as stated last; of a plan its title.
        shares: How many are left in it.
    """

    reserve: ReserveId | PlanId | None
    purpose: str
    shares: Bounds[Shares]


@attrs.frozen
class ClassLine:
    """A class of stock at the close of a day.

    Attributes:
        stock_class: Which class.
        title: Its name in the charter.
        class_kind: Common or preferred.
        scope: Whether every holder is recorded, as stated; no value before the first statement.
        is_complete: Whether every holder is recorded, in every reading.
        authorized: Shares that the charter authorizes.
        reserved: Authorized shares kept back.
        reserves: What they are kept back for, one line for each reserve.
        issued: Shares issued, treasury included.
        treasury: Shares issued and held by the company.
        outstanding: Shares held by others.
        spent: Shares converted or redeemed that may not be issued again.
        available: Authorized, and neither issued nor reserved nor spent; below zero when more is out than the
            charter allows.
        as_converted: Common shares that the class stands for; ``None`` when it does not convert.
        votes: Votes of the shares outstanding; ``None`` when votes are not stated.
        not_recorded: Shares of holders that are not recorded; zero in a complete register.
        stated: The last count that the company stated, if any.
        par_value: Par value of a share.
        stated_value: What a share counts for in conversion and preference.
        seniority: Rank in liquidation; a higher number is paid first.
        votes_per_share: Votes of a share, in the units shown; no value where the papers do not state them.
        identifiers: Numbers of the security, each with its scheme: CUSIP or ISIN.
    """

    stock_class: StockClassId
    title: str
    class_kind: StockClassKind
    scope: Possible[Scope]
    is_complete: bool
    authorized: Possible[Authorized]
    reserved: Bounds[Shares]
    reserves: tuple[ReserveLine, ...]
    issued: Bounds[Shares]
    treasury: Bounds[Shares]
    outstanding: Bounds[Shares]
    spent: Bounds[Shares]
    available: Bounds[Shares]
    as_converted: Bounds[Shares] | None
    votes: Bounds[Fraction] | None
    not_recorded: Bounds[Shares]
    stated: StatedCount | None
    par_value: Possible[Price | None]
    stated_value: Possible[Price | None]
    seniority: Possible[Count | None]
    votes_per_share: Possible[Ratio | None]
    identifiers: tuple[tuple[str, Possible[str]], ...]

    @property
    def denominator(self) -> str:
        """What percentages of this class are of."""
        if self.is_complete:
            return f"{self.stock_class} outstanding"
        if self.stated is not None:
            return f"{self.stock_class} outstanding as stated on {self.stated.on}"
        why = "is partial" if self.scope.values else "says only from a later day what it holds"
        return f"{self.stock_class} outstanding, which is not known: the register {why}"


@attrs.frozen
class HoldingLine:
    """What a holder has of a class. Holders that were certainly merged are shown together.

    Where the day of a merger is open, both holders have a line: the shares of the one may count as the other's.

    Attributes:
        holder: Who.
        name: Their name on the day, as far as it is at hand; every possible one where the day of a change is open.
        stock_class: Which class.
        shares: How many.
        percent: Part of the denominator, an exact fraction; unknown where the denominator is.
        as_converted: Common shares that they stand for; ``None`` when the class does not convert.
        votes: Votes; ``None`` when votes are not stated.
    """

    holder: HolderId
    name: str
    stock_class: StockClassId
    shares: Bounds[Shares]
    percent: Bounds[Fraction]
    as_converted: Bounds[Shares] | None
    votes: Bounds[Fraction] | None


@attrs.frozen(repr=False)
class CapTable(Tabular):
    """The cap table at the close of a day, as known at some point.

    Attributes:
        issuer: Whose.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        basis: The day in whose units quantities are shown.
        classes: One line for each class.
        holdings: One line for each holder and class that is not certainly zero.
        may_be_merged: Mergers whose day is open: who, and into whom.
        registered: Everyone whom the record knows as of then, those registered for a later day included.
        shown_as: Under which name holders that were merged are shown.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    basis: date
    classes: tuple[ClassLine, ...]
    holdings: tuple[HoldingLine, ...]
    may_be_merged: tuple[tuple[HolderId, HolderId], ...]
    registered: tuple[HolderId, ...]
    shown_as: Mapping[HolderId, HolderId] = attrs.field(hash=False)

    def __iter__(self) -> Iterator[HoldingLine]:
        return iter(self.holdings)

    def __len__(self) -> int:
        return len(self.holdings)

    def frames(self) -> tuple[Frame, ...]:
        """Return holdings, classes and reserves, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.cap_table(self)

    def stock_class(self, stock_class: str) -> ClassLine:
        """Return the line of a class.

        Raises:
            UnknownName: No class of that name was designated by the day.
        """
        for line in self.classes:
            if line.stock_class == stock_class:
                return line
        names = [str(line.stock_class) for line in self.classes]
        raise UnknownName("stock class", stock_class, self.as_of, nearest(stock_class, names))

    def shares(self, holder: str, stock_class: str) -> Bounds[Shares]:
        """Return what a holder has of a class; zero when there is no line.

        A holder that was merged into another has what the other is shown with.

        Raises:
            UnknownName: The record knows no such holder, or no class of that name was designated by the day. A day
                before all classes has no names to compare with, and is answered with zero.
        """
        if not self.classes:
            return exactly(Shares(0))
        name, stock_class = self._shown_as(holder), self.stock_class(stock_class).stock_class
        for line in self.holdings:
            if (line.holder, line.stock_class) == (name, stock_class):
                return line.shares
        return exactly(Shares(0))

    def _shown_as(self, holder: str) -> HolderId:
        if self.classes and holder not in self.registered:
            raise UnknownName("holder", holder, None, nearest(holder, [str(each) for each in self.registered]))
        return self.shown_as.get(HolderId(holder), HolderId(holder))

    def percent_as_converted(self, holder: str) -> Bounds[Fraction]:
        """Return which part of all shares a holder has if every convertible share were converted.

        It is unknown where the number of any class is. Classes that neither convert nor are common do not count.

        Raises:
            UnknownName: The record knows no such holder.
        """
        name = self._shown_as(holder)
        mine = _sum(line.as_converted for line in self.holdings if line.holder == name)
        whole = _sum(line.as_converted for line in self.classes)
        return part_of(mine, whole)


def cap_table(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None, basis: AsOf | None = None) -> CapTable:
    """Return who holds what at the close of a day, as known at some point.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        basis: A later day in whose units quantities are shown; exact fractions, never rounded by holder.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_BASIS`` when ``basis`` is before ``as_of``; other codes for days that cannot be read.
    """
    index = ledger.index(known_at)
    balances = replay_index(index, day(as_of, what="as_of"))
    return table_of(ledger, index.told, balances, Units(index.told, basis, balances.history.as_of))


def table_of(ledger: Ledger, facts: Iterable[InEffect], balances: Balances, units: Units) -> CapTable:
    """Return the cap table that balances amount to.

    Args:
        ledger: The record.
        facts: All that stand as known, those of later days included; plain facts of an index may be missing.
        balances: The accounts and levels at the close of the day.
        units: In which units quantities are shown.
    """
    history = balances.history
    ratios = {
        stock_class: units.factor(stock_class, close_place(history.as_of))
        for stock_class in balances.subjects(Level.CLASS_KIND)
    }
    classes = class_lines(balances, ratios)
    lines = {line.stock_class: line for line in classes}
    names = merged_names(balances)
    return CapTable(
        ledger.issuer,
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        units.on,
        classes,
        tuple(_holding_lines(balances, lines, ratios, names)),
        tuple(_open_mergers(balances)),
        registered(facts),
        {holder: counts_as[0] for holder, counts_as in names.items()},
    )


def registered(facts: Iterable[InEffect]) -> tuple[HolderId, ...]:
    """Return everyone whom facts register; the type is asked for, as this is asked of every fact there is."""
    return tuple(dict.fromkeys(each.fact.holder for each in facts if type(each.fact) is HolderRegistered))


def shares_between(bounds: tuple[Quantity, Quantity], ratio: Fraction) -> Bounds[Shares]:
    """Return shares between two quantities, in the units that a ratio leads to."""
    low, high = bounds
    if ratio == 1:
        return Bounds(Shares.of_units(low), Shares.of_units(high))
    return Bounds(Shares.of_units(low * ratio), Shares.of_units(high * ratio))


def money_between(bounds: tuple[Quantity, Quantity], currency: Currency) -> Bounds[Money]:
    """Return money between two sums of units."""
    return Bounds(Money.of_units(int(bounds[0]), currency), Money.of_units(int(bounds[1]), currency))


def reissuable_classes(balances: Balances) -> frozenset[StockClassId]:
    """Return the classes whose converted and redeemed shares may be issued again, in some reading."""
    return frozenset(
        subject
        for subject in balances.subjects(Level.REISSUABLE)
        if any(balances.values(Level.REISSUABLE, subject))
    )


Figures = dict[tuple[Unit, str], tuple[Quantity, Quantity]]


def _figures(balances: Balances) -> Figures:
    """Return the parts of every class, what is issued, and what counts against the authorized number."""
    reissuable = reissuable_classes(balances)

    def part(unit: Unit, account: Account) -> str | None:
        found = part_of_class(account)
        return None if found == "spent" and unit in reissuable else found

    return {
        **balances.grouped(lambda unit, account: (unit, found) if (found := part(unit, account)) else None),
        **balances.grouped(lambda unit, account: (unit, "issued") if part(unit, account) in _ISSUED else None),
        **balances.grouped(lambda unit, account: (unit, "committed") if part(unit, account) else None),
    }


def class_lines(balances: Balances, ratios: dict[StockClassId, Fraction]) -> tuple[ClassLine, ...]:
    """Return what each class amounts to at the close of a day, in the units that its ratio leads to."""
    figures = _figures(balances)
    return tuple(_class_line(balances, figures, stock_class, ratios) for stock_class in ratios)


def _class_line(
    balances: Balances, figures: Figures, stock_class: StockClassId, ratios: dict[StockClassId, Fraction]
) -> ClassLine:
    ratio = ratios[stock_class]

    def bounds(part: str) -> tuple[Quantity, Quantity]:
        return figures.get((stock_class, part), (0, 0))

    outstanding = shares_between(bounds("outstanding"), ratio)
    scope: Possible[Scope] = Possible(balances.values(Level.SCOPE, stock_class))
    recorded = is_complete(balances, stock_class)
    stated = stated_count(balances, stock_class, ratio)
    if not recorded:
        outstanding = Bounds(outstanding.low, None)
    issued, spent = shares_between(bounds("issued"), ratio), shares_between(bounds("spent"), ratio)
    authorized: Possible[Authorized] = Possible(balances.values(Level.AUTHORIZED, stock_class))
    return ClassLine(
        stock_class,
        str(balances.values(Level.CLASS_TITLE, stock_class)[-1]),
        balances.values(Level.CLASS_KIND, stock_class)[-1],
        scope,
        recorded,
        Possible(tuple(value * Ratio(ratio) for value in authorized.values)),
        shares_between(bounds("reserved"), ratio),
        tuple(_reserves(balances, stock_class, ratio)),
        issued if recorded else Bounds(issued.low, None),
        shares_between(bounds("treasury"), ratio),
        outstanding,
        spent if recorded else Bounds(spent.low, None),
        available_shares(authorized, bounds("committed"), ratio, is_complete=recorded),
        _as_converted(outstanding, common_for_each(balances, stock_class, ratios)),
        votes_of(outstanding, _votes_per_share(balances, stock_class, ratio)),
        not_recorded_shares(shares_between(bounds("outstanding"), ratio), stated, is_complete=recorded),
        stated,
        Possible(balances.values(Level.PAR_VALUE, stock_class)),
        Possible(balances.values(Level.STATED_VALUE, stock_class)),
        Possible(balances.values(Level.SENIORITY, stock_class)),
        _votes_per_share(balances, stock_class, ratio),
        tuple(_identifiers(balances, stock_class)),
    )


def _reserves(balances: Balances, stock_class: StockClassId, ratio: Fraction) -> Iterator[ReserveLine]:
    """Yield what is kept back of a class: reserves and pools in the order in which they were stated, then awards.

    One that is used up has none left.
    """

    def kept_for(unit: Unit, account: Account) -> Reserved | Pooled | type[Awarded] | None:
        if unit != stock_class:
            return None
        match account:
            case Reserved() | Pooled():
                return account
            case Awarded():
                return Awarded
            case _:
                return None

    left = balances.grouped(kept_for)
    reserves = [Reserved(name) for of_class, name in balances.subjects(Level.RESERVE) if of_class == stock_class]
    pools = [Pooled(plan) for plan in balances.subjects(Level.PLAN)]
    others = sorted((each for each in left if each is not Awarded), key=str)
    for each in dict.fromkeys((*reserves, *pools, *others, Awarded)):
        bounds = left.get(each, (0, 0))
        if bounds != (0, 0):
            yield _reserve(balances, stock_class, each, shares_between(bounds, ratio))


def _reserve(balances: Balances, stock_class: StockClassId, kept: Any, shares: Bounds[Shares]) -> ReserveLine:
    match kept:
        case Reserved(reserve=reserve):
            purposes = balances.values(Level.RESERVE, (stock_class, reserve))
            return ReserveLine(reserve, " or ".join(map(str, purposes)), shares)
        case Pooled(plan=plan):
            titles = balances.values(Level.PLAN, plan)
            return ReserveLine(plan, " or ".join(f"{title}, not granted" for title in titles), shares)
        case _:
            return ReserveLine(None, "awards outstanding", shares)


def _identifiers(balances: Balances, stock_class: StockClassId) -> Iterator[tuple[str, Possible[str]]]:
    for of_class, scheme in balances.subjects(Level.IDENTIFIER):
        if of_class == stock_class:
            numbers = balances.values(Level.IDENTIFIER, (of_class, scheme))
            yield scheme, Possible(numbers)


_ISSUED = ("outstanding", "treasury")


def stated_count(balances: Balances, stock_class: StockClassId, ratio: Fraction) -> StatedCount | None:
    """Return the last count that the company stated; a later statement without one does not take it back."""
    counts = [
        (each, value)
        for each, value in balances.settings.get((Level.STATED_OUTSTANDING, stock_class), ())
        if isinstance(value, Shares) and each.is_exact
    ]
    if not counts:
        return None
    each, count = counts[-1]
    since = Units(balances.history.certain, balances.history.as_of, each.fact.effective_on.latest)
    factor = since.factor(stock_class, place_in_history(each)) * ratio
    return StatedCount(Shares.of_units(count.units * factor), each.fact.effective_on.latest)


def available_shares(
    authorized: Possible[Authorized], committed: tuple[Quantity, Quantity], ratio: Fraction, *, is_complete: bool
) -> Bounds[Shares]:
    """Return what may still be issued, in the worst and in the best reading."""
    numbers = [value.shares.units for value in authorized.values if value.shares is not None]
    if not numbers or len(numbers) < len(authorized.values):
        return Bounds(None, None)
    low, high = (min(numbers) - committed[1]) * ratio, (max(numbers) - committed[0]) * ratio
    return Bounds(Shares.of_units(low) if is_complete else None, Shares.of_units(high))


def not_recorded_shares(
    recorded: Bounds[Shares], stated: StatedCount | None, *, is_complete: bool
) -> Bounds[Shares]:
    """Return what holders have that the register does not name."""
    zero = Shares(0)
    if is_complete:
        return exactly(zero)
    if stated is None or recorded.low is None or recorded.high is None:
        return Bounds(zero, None)
    return Bounds(max(zero, stated.shares - recorded.high), max(zero, stated.shares - recorded.low))


def conversion_ratio(balances: Balances, stock_class: StockClassId) -> Fraction | None:
    """Return how many shares one share converts into, if the terms are known and lead there."""
    rights = balances.values(Level.CONVERSION, stock_class)
    if len(rights) != 1 or not isinstance(rights[0], ConversionRight):
        return None
    stated_values = balances.values(Level.STATED_VALUE, stock_class)
    try:
        return rights[0].per_share(stated_values[0] if len(stated_values) == 1 else None)
    except NotUnderstood:
        return None


def common_for_each(
    balances: Balances, stock_class: StockClassId, ratios: dict[StockClassId, Fraction]
) -> Bounds[Fraction] | None:
    """Return the common shares that a share of a class stands for, step by step; common stands for itself.

    Quantities of each class are in the units that its ratio leads to. Where a term is missing or open, the figure
    is unknown.
    """
    factor, reached, passed = 1 / ratios[stock_class], stock_class, set()
    while (rights := balances.values(Level.CONVERSION, reached)) not in ((), (None,)):
        per_share = conversion_ratio(balances, reached)
        if per_share is None or reached in passed:
            return Bounds(None, None)
        passed.add(reached)
        factor, reached = factor * per_share, rights[0].into
    if balances.values(Level.CLASS_KIND, reached) != (StockClassKind.COMMON,):
        return None
    return exactly(factor * ratios[reached])


def _as_converted(shares: Bounds[Shares], each: Bounds[Fraction] | None) -> Bounds[Shares] | None:
    """Return the common shares that shares stand for."""
    if each is None:
        return None
    if each.low is None:
        return Bounds(None, None)
    factor = each.low
    return shares if factor == 1 else shares.map(lambda figure: Shares.of_units(figure.units * factor))


def _votes_per_share(balances: Balances, stock_class: StockClassId, ratio: Fraction) -> Possible[Ratio | None]:
    """Return the votes of a share on the day asked about, in whatever units the shares are shown."""
    votes = balances.values(Level.VOTES_PER_SHARE, stock_class)
    return Possible(tuple(None if each is None else Ratio(each.value / ratio) for each in votes))


def votes_of(shares: Bounds[Shares], per_share: Possible[Ratio | None]) -> Bounds[Fraction] | None:
    """Return the votes that shares have; ``None`` where nobody states what a share has."""
    if per_share.values in ((), (None,)):
        return None
    votes = [each.value for each in per_share.values if each is not None]
    if len(votes) < len(per_share.values):
        return Bounds(None, None)
    return Bounds(
        None if shares.low is None else min(shares.low.as_fraction() * each for each in votes),
        None if shares.high is None else max(shares.high.as_fraction() * each for each in votes),
    )


def name_of(balances: Balances, holder: HolderId) -> str:
    """Return what a holder is called on the day, as far as it is at hand; every name that they may have."""
    return " or ".join(map(str, balances.values(Level.HOLDER_NAME, holder))) or str(holder)


def shown_under(balances: Balances, holder: HolderId) -> HolderId:
    """Return the holder under whose name a merged holder is shown, as far as that is certain."""
    return possible_names(balances, holder)[0]


def merged_names(balances: Balances) -> dict[HolderId, Names]:
    """Return as whom the holders may count that some merger names; all others count as themselves."""
    return {holder: possible_names(balances, holder) for holder in balances.subjects(Level.MERGED_INTO)}


def possible_names(balances: Balances, holder: HolderId, seen: tuple[HolderId, ...] = ()) -> Names:
    """Return the holders as which a holder may count, first the one that it is shown under."""
    seen = (*seen, holder)
    settings, is_merged = may_be_last(
        balances.settings.get((Level.MERGED_INTO, holder), ()), close_of(balances.history.as_of)
    )
    mergers: list[Any] = [into for _, into in settings if into not in seen]
    names = [] if is_merged and mergers else [holder]
    return tuple(
        dict.fromkeys((*names, *(name for into in mergers for name in possible_names(balances, into, seen))))
    )


def _open_mergers(balances: Balances) -> Iterator[tuple[HolderId, HolderId]]:
    close = close_of(balances.history.as_of)
    for holder in balances.subjects(Level.MERGED_INTO):
        for each, into in balances.level(Level.MERGED_INTO, holder):
            if each.settles > close:
                yield holder, into  # type: ignore[misc]  # a holder, by its level


def by_holder(
    balances: Balances, names: Mapping[HolderId, Names]
) -> dict[tuple[Unit, HolderId], tuple[Quantity, Quantity]]:
    """Return what each holder has: at least what certainly counts as theirs, at most all that may.

    Args:
        balances: The accounts.
        names: As whom the holders count that some merger names.
    """

    def surely(unit: Unit, account: Account) -> Any:
        if type(account) is not Held:
            return None
        counts_as = names.get(account.holder)
        if counts_as is None:
            return unit, account.holder
        return (unit, counts_as[0]) if len(counts_as) == 1 else None

    def perhaps(name: HolderId) -> Grouping:
        return lambda unit, account: (
            (unit, name) if type(account) is Held and name in names.get(account.holder, (account.holder,)) else None
        )

    found = balances.grouped(surely)
    for name in dict.fromkeys(name for counts_as in names.values() if len(counts_as) > 1 for name in counts_as):
        for key, (low, high) in balances.grouped(perhaps(name)).items():
            lowest, highest = found.get(key, (0, 0))
            found[key] = min(lowest, low), max(highest, high)
    return found


def _holding_lines(
    balances: Balances,
    lines: dict[StockClassId, ClassLine],
    ratios: dict[StockClassId, Fraction],
    merged: Mapping[HolderId, Names],
) -> Iterator[HoldingLine]:
    order: dict[Unit, int] = {stock_class: index for index, stock_class in enumerate(lines)}
    common = {stock_class: common_for_each(balances, stock_class, ratios) for stock_class in lines}
    found = [item for item in by_holder(balances, merged).items() if item[0][0] in order]  # designated by then
    for (stock_class, holder), bounds in sorted(found, key=lambda item: (order[item[0][0]], item[0][1])):
        if bounds == (0, 0) or not isinstance(stock_class, StockClassId):
            continue
        shares, line = shares_between(bounds, ratios[stock_class]), lines[stock_class]
        yield HoldingLine(
            holder,
            name_of(balances, holder),
            stock_class,
            shares,
            _percent(shares, line),
            _as_converted(shares, common[stock_class]),
            votes_of(shares, line.votes_per_share),
        )


def _percent(shares: Bounds[Shares], line: ClassLine) -> Bounds[Fraction]:
    """Return the part of the denominator that a holding is, between bounds that hold in every reading.

    Each end pairs one end of the holding with the other of the whole, though no reading may have both.
    """
    return part_of(shares, denominator_of(line.outstanding, line.stated, is_complete=line.is_complete))


def denominator_of(outstanding: Bounds[Shares], stated: StatedCount | None, *, is_complete: bool) -> Bounds[Shares]:
    """Return what percentages of a class are of: what is outstanding, or else the count that the company stated."""
    if is_complete:
        return outstanding
    return Bounds(None, None) if stated is None else exactly(stated.shares)


def part_of(part: Bounds[Shares], whole: Bounds[Shares]) -> Bounds[Fraction]:
    """Return which part some shares are of others."""
    return ratio_of(part.map(Shares.as_fraction), whole.map(Shares.as_fraction))


def _sum(figures: Iterable[Bounds[Shares] | None]) -> Bounds[Shares]:
    low: Shares | None = Shares(0)
    high: Shares | None = Shares(0)
    for each in figures:
        if each is None:
            continue
        low = None if low is None or each.low is None else low + each.low
        high = None if high is None or each.high is None else high + each.high
    return Bounds(low, high)
