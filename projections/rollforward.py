"""From one day to another: opening, each kind of movement, closing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from ledger.days import Moment, close_of, day
from ledger.errors import NotUnderstood, UnknownName, nearest
from ledger.events import AgreementSigned, StockClassDesignated
from ledger.identity import StockClassId
from ledger.movements import Account, Movements, Posting, Rescaling
from ledger.quantities import Currency, Money, Shares
from ledger.timeline import InEffect, Place, history_of, place_in_history
from projections.bounds import Bounds
from projections.effects import effect, pairs
from projections.figures import WHAT_HAS, Figure, all_is_recorded, stands_for
from projections.frame import Tabular
from projections.replay import ONE, Balances, Quantity, Replay, Units, close_place, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class RollForwardLine:
    """One kind of movement between two days.

    Attributes:
        kind: What happened: issued, issued on conversion, converted, closed …
        change: By how much it changed the figure.
        entries: Numbers of the entries behind it.
    """

    kind: str
    change: Bounds[Any]
    entries: tuple[int, ...]


@attrs.frozen(repr=False)
class RollForward(Tabular):
    """How a figure came from one day to another.

    Where days are open, opening, movements and closing are bounds: in every reading they add up.

    Attributes:
        label: The figure.
        after: The day at whose close it opens.
        through: The day at whose close it closes.
        opening: The figure at the close of ``after``, in the units of that day or of the basis.
        lines: Each kind of movement, in the order in which it first came.
        closing: The figure at the close of ``through``, in the units of that day or of the basis.
        is_complete: Whether the register holds all that the figure counts; if not, this is what is recorded of it.
        basis: The day in whose units quantities are shown; ``None`` where each is in the units of its own day.
    """

    label: str
    after: date
    through: date
    opening: Bounds[Any]
    lines: tuple[RollForwardLine, ...]
    closing: Bounds[Any]
    is_complete: bool
    basis: date | None

    def __iter__(self) -> Iterator[RollForwardLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def frames(self) -> tuple[Frame, ...]:
        """Return opening, movements and closing, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.rollforward(self)


def rollforward(
    ledger: Ledger,
    figure: Figure,
    *,
    after: AsOf,
    through: AsOf,
    known_at: KnownAt = None,
    basis: AsOf | None = None,
) -> RollForward:
    """Return how a figure came from the close of one day to the close of another.

    Args:
        ledger: The record.
        figure: What to follow; see ``projections.figures``.
        after: The day at whose close it opens.
        through: The day at whose close it closes.
        known_at: What had been recorded; everything when not given.
        basis: A day, ``through`` or later, in whose units every quantity is shown; without one each is in the
            units of its own day, and a split is a movement.

    Raises:
        NotUnderstood: ``E_DATE`` when ``through`` is before ``after``, ``E_BASIS`` when ``basis`` is before it.
    """
    first, last = day(after, what="after"), day(through, what="through")
    if last < first:
        raise NotUnderstood("E_DATE", f"{last} is before {first}", "give the earlier day first")
    if figure.level is not None:
        raise NotUnderstood("E_FIGURE", f"{figure.label} is set and not moved", "ask to explain it instead")
    known = ledger.position(known_at)
    facts = ledger.standing(known)
    opening = replay(history_of(facts, as_of=first, known=known), facts)
    closing = replay(history_of(facts, as_of=last, known=known), facts)
    units = Units(facts, basis, last)
    unit, figure = in_its_unit(figure, facts)
    sums = _movements(facts, figure, close_of(first), close_of(last), units)
    for each, split in _splits(facts, figure, close_of(first), close_of(last)):
        effect, rounding = effect_of_split(facts, figure, each, split)
        factor = units.factor(figure.stock_class, place_in_history(each))
        _add(sums, "split", each, effect if units.are_own else 0, certain=True)
        _add(sums, "rounding", each, rounding * factor, certain=True)
    return RollForward(
        figure.label,
        first,
        last,
        figure_bounds(opening, figure, unit, units.factor(figure.stock_class, close_place(first))),
        tuple(
            RollForwardLine(kind, _bounds(low, high, unit), tuple(numbers))
            for kind, ((low, high), numbers, _) in sorted(sums.items(), key=lambda item: item[1][2])
            if low or high
        ),
        figure_bounds(closing, figure, unit, units.factor(figure.stock_class, close_place(last))),
        all_is_recorded(opening, figure) and all_is_recorded(closing, figure),
        None if units.are_own else units.on,
    )


_Sums = dict[str, tuple[list[Quantity], list[int], Place]]
"""For each kind of movement its bounds, the entries behind it, and its first place in history."""


def _movements(facts: list[InEffect], figure: Figure, after: Moment, through: Moment, units: Units) -> _Sums:
    """Return what each kind of movement between two moments amounts to."""
    sums: _Sums = {}
    for each in sorted(facts, key=place_in_history):
        if each.begins > through or each.settles <= after:
            continue
        certain = each.begins > after and each.settles <= through
        factor = units.factor(figure.stock_class, place_in_history(each))
        for kind, change in _by_kind(each.fact.movements(), figure).items():
            _add(sums, kind, each, change * factor, certain=certain)
    return sums


def _add(sums: _Sums, kind: str, each: InEffect, change: Quantity, *, certain: bool) -> None:
    if not change:
        return
    bounds, entries, _ = sums.setdefault(kind, ([0, 0], [], place_in_history(each)))
    entries.append(int(each.entry.number))
    if certain or change < 0:
        bounds[0] += change
    if certain or change > 0:
        bounds[1] += change


def _by_kind(movements: Movements, figure: Figure) -> dict[str, int]:
    """Name a change of the figure after the accounts on the other side."""
    changes: dict[str, int] = {}
    for pair in pairs(movements):
        change = figure.change(pair)
        if change:
            other = pair[1] if figure.counts(pair[0]) else pair[0]
            kind = effect(other.account, figure.name, lost=other.quantity < 0)
            changes[kind] = changes.get(kind, 0) + change
    if not sum(changes.values()):  # what stays within the figure is no movement of it
        return {}
    return {kind: change for kind, change in changes.items() if change}


def _splits(
    facts: list[InEffect], figure: Figure, after: Moment, through: Moment
) -> list[tuple[InEffect, Rescaling]]:
    return [
        (each, movement)
        for each in sorted(facts, key=place_in_history)
        if after < each.settles <= through
        for movement in each.fact.movements()
        if type(movement) is Rescaling and movement.stock_class == figure.stock_class
    ]


def effect_of_split(
    facts: list[InEffect], figure: Figure, each: InEffect, split: Rescaling
) -> tuple[Quantity, Quantity]:
    """Return what a split adds to a figure by its ratio, and by rounding.

    No range of days spans a split of its class, so the positions just before are exact.
    """
    place = place_in_history(each)
    before = Replay()
    before.take(sorted((other for other in facts if place_in_history(other) < place), key=place_in_history))
    old = figure_sum(before, figure)
    before.take([each])
    new = figure_sum(before, figure)
    exact = old * split.ratio.value
    return exact - old, new - exact


def figure_sum(run: Replay, figure: Figure) -> Quantity:
    """Return a figure after the facts that a replay has taken."""
    total: Quantity = 0
    for unit, accounts in run.accounts.items():
        for account, quantity in accounts.items():
            total += figure.counts(Posting(account, unit, 1)) * quantity
    return total


def figure_bounds(
    balances: Balances, figure: Figure, unit: StockClassId | Currency, factor: Fraction = ONE
) -> Bounds[Any]:
    """Return a figure at the close of a day, in the units that the factor leads to."""
    probe: dict[tuple[Any, Account], int] = {}

    def counted(unit: Any, account: Account) -> Any:
        key = (unit, account)
        if key not in probe:
            probe[key] = figure.counts(Posting(account, unit, 1))
        return probe[key] or None

    low: Quantity = 0
    high: Quantity = 0
    for sign, (lowest, highest) in balances.grouped(counted, signed=figure.name == "undertaken").items():
        low += lowest if sign > 0 else -highest
        high += highest if sign > 0 else -lowest
    if low < 0 <= high:  # as in every figure that cannot be below zero
        low = 0
    return _bounds(low * factor, high * factor, unit)


def in_its_unit(figure: Figure, facts: Iterable[InEffect]) -> tuple[StockClassId | Currency, Figure]:
    """Return what a figure counts, and the figure, which then knows its class if it counts shares.

    Raises:
        UnknownName: No fact brings into being what the figure is of, on any day; a slip is no figure of zero.
        NotUnderstood: ``E_FIGURE``: what it is of has several classes or currencies, and none is named.
    """
    if figure.of is not None:
        unit = _unit_on_accounts(figure, figure.of, facts)
        return unit, attrs.evolve(figure, stock_class=None if isinstance(unit, Currency) else unit)
    units: dict[str, StockClassId | Currency] = {}
    for each in facts:
        if figure.stock_class is not None and isinstance(each.fact, StockClassDesignated):
            units[each.fact.stock_class] = each.fact.stock_class
        elif figure.agreement is not None and isinstance(each.fact, AgreementSigned):
            units[each.fact.agreement] = each.fact.commitment.currency
    name = str(figure.stock_class or figure.agreement)
    if name not in units:
        raise UnknownName("stock class" if figure.stock_class else "agreement", name, None, nearest(name, units))
    return units[name], figure


def _unit_on_accounts(figure: Figure, of: str, facts: Iterable[InEffect]) -> StockClassId | Currency:
    """Return the unit of the accounts that a figure is a sum of, whoever's they are."""
    found: dict[str, dict[str, StockClassId | Currency]] = {}
    for each in facts:
        for movement in each.fact.movements():
            known = stands_for(movement.account) if type(movement) is Posting else None
            if type(movement) is Posting and known is not None and known[0] == figure.name:
                found.setdefault(known[1], {})[str(movement.unit)] = movement.unit
    if of not in found:
        raise UnknownName(WHAT_HAS[figure.name], of, None, nearest(of, found))
    units = found[of]
    if figure.unit is not None and figure.unit not in units:
        raise UnknownName(f"unit of {of}", figure.unit, None, nearest(figure.unit, units))
    if figure.unit is None and len(units) > 1:
        raise NotUnderstood(
            "E_FIGURE",
            f"{figure.label} counts {' and '.join(units)}",
            f"say which one: {of} {figure.name} {next(iter(units))}",
        )
    return units[figure.unit or next(iter(units))]


def _bounds(low: Quantity, high: Quantity, unit: StockClassId | Currency) -> Bounds[Any]:
    if isinstance(unit, Currency):
        return Bounds(Money.of_units(int(low), unit), Money.of_units(int(high), unit))
    return Bounds(Shares.of_units(Fraction(low)), Shares.of_units(Fraction(high)))
