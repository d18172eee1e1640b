"""The entries behind a figure, with the arithmetic: each step, and what it amounts to so far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.days import close_of
from ledger.movements import Level, LevelValue, Posting, Rescaling
from ledger.quantities import Authorized, Currency, Money, Ratio, Shares
from ledger.timeline import InEffect, Place, may_be_last, place_in_history
from projections.bounds import Bounds, Possible
from projections.figures import Figure, all_is_recorded
from projections.frame import Tabular
from projections.replay import Quantity, Replay, Units, close_place, replay
from projections.rollforward import figure_bounds, figure_sum, in_its_unit

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


_BEFORE_ALL: Final[Place] = (-1, (0, 0))


@attrs.frozen
class ExplainedStep:
    """An entry that made a figure what it is.

    Attributes:
        fact: The entry, and the fact that counts.
        is_open: Whether it may not have taken effect yet on the day asked about.
        change: By how much it changes the figure, or the value that it sets a level to.
        amounts_to: The figure after it, for certain facts; for an open one what it may amount to.
    """

    fact: InEffect
    is_open: bool
    change: Any
    amounts_to: Bounds[Any] | None


@attrs.frozen(repr=False)
class Explanation(Tabular):
    """How a figure comes about.

    Attributes:
        label: The figure.
        as_of: The day; its close.
        steps: The entries behind it, in order of effect; open ones last.
        result: The figure; bounds, or the values that a level may have.
        is_complete: Whether the register holds all that the figure counts; if not, this is what is recorded of it.
        basis: The day in whose units quantities are shown; ``None`` where each is in the units of its own day.
    """

    label: str
    as_of: date
    steps: tuple[ExplainedStep, ...]
    result: Bounds[Any] | Possible[Any]
    is_complete: bool
    basis: date | None

    def __iter__(self) -> Iterator[ExplainedStep]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def frames(self) -> tuple[Frame, ...]:
        """Return the steps, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.explanation(self)

    def arithmetic(self) -> str:
        """Return the sum in one line: ``200,000,000 + 0 to 250,000,000 = 200,000,000 to 450,000,000``."""
        if isinstance(self.result, Possible):
            return str(self.result)
        parts = []
        for step in self.steps:
            text = f"{step.change:,}"
            parts.append(f"(0 or {text})" if step.is_open else text)
        return f"{' + '.join(parts).replace('+ -', '- ') or '0'} = {self.result}"


def explain(
    ledger: Ledger, figure: Figure, *, as_of: AsOf, known_at: KnownAt = None, basis: AsOf | None = None
) -> Explanation:
    """Return the entries behind a figure, with the arithmetic.

    Args:
        ledger: The record.
        figure: Which figure; see ``projections.figures``.
        as_of: The day; its close.
        known_at: What had been recorded; everything when not given.
        basis: A day, ``as_of`` or later, in whose units every step is shown; without one each is in the units of
            its own day, and a split is a step.
    """
    history = ledger.history(as_of, known_at)
    facts = ledger.standing(history.known)
    units = Units(facts, basis, history.as_of)
    if figure.level is not None:
        return _explain_level(figure, history.as_of, [*history.certain, *history.open], units)
    balances = replay(history, facts)
    unit, figure = in_its_unit(figure, facts)
    run, steps = Replay(), []
    total: Quantity = 0
    before = units.factor(figure.stock_class, _BEFORE_ALL)
    for each in history.certain:
        run.take([each])
        own = (
            figure_sum(run, figure) if _is_split(each, figure) else total / before + figure.change(_postings(each))
        )
        factor = units.factor(figure.stock_class, place_in_history(each))
        after = own * factor
        if after != total:  # a transfer within the figure is no step of it
            exact = _amount(after, unit)
            steps.append(ExplainedStep(each, False, _amount(after - total, unit), Bounds(exact, exact)))
        total, before = after, factor
    low, high = total, total
    for each in history.open:
        change = figure.change(_postings(each)) * units.factor(figure.stock_class, place_in_history(each))
        if change:
            low, high = low + (change if change < 0 else 0), high + (change if change > 0 else 0)
            bounds = Bounds(_amount(low, unit), _amount(high, unit))
            steps.append(ExplainedStep(each, True, _amount(change, unit), bounds))
    result = figure_bounds(balances, figure, unit, units.factor(figure.stock_class, close_place(history.as_of)))
    recorded = all_is_recorded(balances, figure)
    return Explanation(figure.label, history.as_of, tuple(steps), result, recorded, _basis(units))


def _postings(each: InEffect) -> list[Posting]:
    return [movement for movement in each.fact.movements() if type(movement) is Posting]


def _is_split(each: InEffect, figure: Figure) -> bool:
    return any(
        type(movement) is Rescaling and movement.stock_class == figure.stock_class
        for movement in each.fact.movements()
    )


def _amount(quantity: Quantity, unit: Any) -> Any:
    if isinstance(unit, Currency):
        return Money.of_units(int(quantity), unit)
    return Shares.of_units(Fraction(quantity))


def _basis(units: Units) -> date | None:
    return None if units.are_own else units.on


def _explain_level(figure: Figure, as_of: date, facts: list[InEffect], units: Units) -> Explanation:
    assert figure.level is not None
    settings = [
        (each, _in(units, figure, each, value))
        for each in facts
        for value in _set_by(each, figure.level, figure.stock_class)
    ]
    in_force = may_be_last(settings, close_of(as_of))[0]
    steps = tuple(ExplainedStep(each, each.settles > close_of(as_of), value, None) for each, value in settings)
    values = tuple(dict.fromkeys(value for _, value in in_force))
    return Explanation(figure.label, as_of, steps, Possible(values), True, _basis(units))


def _in(units: Units, figure: Figure, each: InEffect, value: LevelValue) -> LevelValue:
    """Return what a level was set to, counted in other units where it is a number of shares."""
    if not isinstance(value, Authorized):
        return value
    return value * Ratio(units.factor(figure.stock_class, place_in_history(each)))


def _set_by(each: InEffect, level: Level, subject: Any) -> list[LevelValue]:
    return [
        movement.value
        for movement in each.fact.movements()
        if not isinstance(movement, Posting | Rescaling) and (movement.level, movement.subject) == (level, subject)
    ]
