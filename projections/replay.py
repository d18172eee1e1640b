"""Runs history through accounts: exact balances of what is certain, and what open facts may change.

A balance lies between the certain sum plus the open decreases and the certain sum plus the open increases. Each
open fact is netted within the figure asked for first, so that a transfer leaves the class as it is. Where a figure
cannot be below zero (a holding, a reserve, an undrawn commitment), readings of open days that would take it there
are not admissible, and its lower bound is zero; what is below zero in every reading is shown as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.days import close_of, day, day_of
from ledger.errors import NotUnderstood
from ledger.events import OpeningBalanceAdopted, RegisterScopeDeclared
from ledger.identity import StockClassId
from ledger.movements import (
    Account,
    Level,
    LevelValue,
    Posting,
    Rescaling,
    Scope,
    Setting,
    Source,
    Subject,
    Unit,
    is_rounded,
)
from ledger.quantities import round_position
from ledger.timeline import History, InEffect, Place, history_of, may_be_last, place_in_history

if TYPE_CHECKING:
    from ledger.index import Index
    from ledger.journal import AsOf

Quantity = int | Fraction
ONE: Final = Fraction(1)
_AFTER_ALL: Final = 10**18
_BEFORE_ALL: Final = (-1, (-1, -1))
Accounts = dict[Unit, dict[Account, Quantity]]
Grouping = Callable[[Unit, Account], Any]
"""Says which figure a posting belongs to; ``None`` for none."""


def rescale(accounts: dict[Account, Quantity], split: Rescaling) -> None:
    """Multiply every account of a class, round positions and reserves, and post what that adds from *rounding*."""
    ratio = split.ratio.value
    rounding: Quantity = 0
    for account, before in accounts.items():
        exact = before * ratio
        after: Quantity = exact.numerator if exact.denominator == 1 else exact
        if is_rounded(account):
            after = round_position(exact, split.fractions, split.decimals)
            rounding += after - exact
        accounts[account] = after
    if rounding:
        accounts[Source.ROUNDING] = accounts.get(Source.ROUNDING, 0) - rounding


@attrs.frozen
class Balances:
    """Accounts and levels at the close of a day.

    Attributes:
        history: The facts behind them.
        accounts: What is certain, by unit and account.
        settings: Every fact that may have set a level.
        open: Facts that may or may not have taken effect, with their postings.
        with_scope: Classes whose scope some fact states, on whatever day.
    """

    history: History
    accounts: Accounts
    settings: dict[tuple[Level, Subject], list[tuple[InEffect, LevelValue]]]
    open: Sequence[tuple[InEffect, Sequence[Posting]]]
    with_scope: frozenset[StockClassId]

    def grouped(self, group: Grouping, *, signed: bool = False) -> dict[Any, tuple[Quantity, Quantity]]:
        """Return the lowest and highest sum of each group of accounts.

        Args:
            group: Which figure an account belongs to.
            signed: Whether the figure may be below zero by its nature.
        """
        low: defaultdict[Any, Quantity] = defaultdict(int)
        for unit, accounts in self.accounts.items():
            for account, quantity in accounts.items():
                key = group(unit, account)
                if key is not None:
                    low[key] += quantity
        high = low.copy()
        for _, postings in self.open:
            for key, change in net(postings, group).items():
                (high if change > 0 else low)[key] += change
        if not signed:
            low |= {key: 0 for key, lowest in low.items() if lowest < 0 <= high[key]}
        return {key: (low[key], high[key]) for key in {**low, **high}}

    def level(self, level: Level, subject: Subject) -> list[tuple[InEffect, LevelValue]]:
        """Return the settings of a level that may be in force; empty when none has taken effect."""
        return may_be_last(self.settings.get((level, subject), ()), close_of(self.history.as_of))[0]

    def values(self, level: Level, subject: Subject) -> tuple[Any, ...]:
        """Return the values that a level may have, each once, in order of effect."""
        return tuple(dict.fromkeys(value for _, value in self.level(level, subject)))

    def only(self, level: Level, subject: Subject) -> Any:
        """Return a level that is known; ``None`` when it is not set, or may be one of several."""
        values = self.values(level, subject)
        return values[0] if len(values) == 1 else None

    def subjects(self, level: Level) -> list[Any]:
        """Return everything that has a level, in the order in which it came."""
        return [subject for known, subject in self.settings if known is level]


def net(postings: Iterable[Posting], group: Grouping) -> dict[Any, int]:
    """Return by how much one fact changes each group of accounts."""
    changes: dict[Any, int] = {}
    for posting in postings:
        key = group(posting.unit, posting.account)
        if key is not None:
            changes[key] = changes.get(key, 0) + posting.quantity
    return {key: change for key, change in changes.items() if change}


class Replay:
    """Takes facts one by one, in order of effect; plain integers inside, whatever they amount to outside.

    Replaying two halves one after the other equals replaying the whole.

    Args:
        index: Plain facts that are not taken one by one; they are added up as far as history has come.
    """

    def __init__(self, index: Index | None = None) -> None:
        self._index, self._come = index, _BEFORE_ALL
        self.accounts: Accounts = defaultdict(partial(defaultdict, int))
        self.settings: dict[tuple[Level, Subject], list[tuple[InEffect, LevelValue]]] = {}

    def take(self, facts: Iterable[InEffect]) -> None:
        """Take facts into account."""
        accounts, settings = self.accounts, self.settings
        for each in facts:
            for movement in each.fact.movements():
                if type(movement) is Posting:
                    account, unit, quantity = movement
                    accounts[unit][account] += quantity
                elif type(movement) is Setting:
                    settings.setdefault((movement.level, movement.subject), []).append((each, movement.value))
                else:
                    assert type(movement) is Rescaling
                    self.come_to(place_in_history(each))
                    rescale(accounts[movement.stock_class], movement)

    def come_to(self, place: Place) -> None:
        """Add up the plain facts that take effect before a place: a split finds all that it multiplies."""
        if self._index is not None:
            for (unit, account), quantity in self._index.sums(self._come, place).items():
                self.accounts[unit][account] += quantity
            self._come = place

    def balances(self, history: History, facts: Iterable[InEffect] | None = None) -> Balances:
        """Return what has been taken, with the facts of a history that are still open.

        Args:
            history: The facts that count on the day asked about.
            facts: All that stand, those of later days included; those of the history when not given.
        """
        settings = {key: list(known) for key, known in self.settings.items()}
        still_open = []
        for each in history.open:
            postings = []
            for movement in each.fact.movements():
                if type(movement) is Posting:
                    postings.append(movement)
                elif type(movement) is Setting:
                    settings.setdefault((movement.level, movement.subject), []).append((each, movement.value))
            still_open.append((each, postings))
        known = [*history.certain, *history.open] if facts is None else facts
        return Balances(history, self.accounts, settings, still_open, _with_scope(known))


def _with_scope(facts: Iterable[InEffect]) -> frozenset[StockClassId]:
    """Return the classes whose scope is stated; two kinds of facts do, and asking each for it would take long."""
    stating = [each.fact for each in facts if type(each.fact) in _STATE_SCOPE]
    return frozenset(
        fact.stock_class for fact in stating if isinstance(fact, OpeningBalanceAdopted | RegisterScopeDeclared)
    )


_STATE_SCOPE: Final = (OpeningBalanceAdopted, RegisterScopeDeclared)


def replay(history: History, facts: Iterable[InEffect] | None = None) -> Balances:
    """Return the accounts and levels that a history amounts to.

    Args:
        history: The facts that count on the day asked about.
        facts: All that stand as known, those of later days included: they tell what was not yet stated. Those
            of the history when not given.
    """
    run = Replay()
    run.take(history.certain)
    return run.balances(history, facts)


def replay_index(index: Index, as_of: date) -> Balances:
    """Return the accounts and levels at the close of a day, as ``replay`` does, of an index.

    The history of the answer holds the facts that are not plain: all that state a level, split a class or are open.
    """
    history = history_of(index.told, as_of=as_of, known=index.known)
    run = Replay(index)
    run.take(history.certain)
    run.come_to(close_place(as_of))
    return run.balances(history, index.told)


def is_complete(balances: Balances, stock_class: StockClassId) -> bool:
    """Whether every holder of a class is recorded, in every reading.

    A class that never states the scope of its register is complete. One that does says from which day on: before
    its first statement certainly takes effect, nothing is claimed.
    """
    if stock_class not in balances.with_scope:
        return True
    in_force, is_certain = may_be_last(
        balances.settings.get((Level.SCOPE, stock_class), ()), close_of(balances.history.as_of)
    )
    return is_certain and all(value is Scope.COMPLETE for _, value in in_force)


def close_place(on: date) -> Place:
    """Return the place after everything of a day."""
    return close_of(on), (_AFTER_ALL, _AFTER_ALL)


class Units:
    """In which day's units quantities are shown: their own, or those of a later day.

    Args:
        facts: The facts that stand.
        basis: The day in whose units quantities are shown; their own day's when not given.
        asked: The day asked about, which the basis must not precede.

    Raises:
        NotUnderstood: ``E_BASIS`` when the basis is before the day asked about: units go forward only.
    """

    def __init__(self, facts: Iterable[InEffect], basis: AsOf | None, asked: date) -> None:
        self.on = asked if basis is None else day(basis, what="basis")
        self.are_own = basis is None
        if self.on < asked:
            raise NotUnderstood("E_BASIS", f"basis {self.on} is before {asked}", "units go forward only")
        self._splits = [
            (place_in_history(each), movement.stock_class, movement.ratio.value)
            for each in (() if self.are_own else facts)
            if each.settles <= close_of(self.on)
            for movement in each.fact.movements()
            if type(movement) is Rescaling
        ]

    def factor(self, stock_class: StockClassId | None, after: Place) -> Fraction:
        """Return what a quantity of that place is multiplied by: the product of the ratios of later splits."""
        factor = ONE
        if not self.are_own:
            for place, split, ratio in self._splits:
                if split == stock_class and place > after:
                    factor *= ratio
        return factor


def factor_since(balances: Balances, stock_class: StockClassId, each: InEffect) -> Fraction:
    """Return what a quantity of a fact is multiplied by: the splits between it and the day asked about."""
    units = Units(balances.history.certain, balances.history.as_of, day_of(each.settles))
    return units.factor(stock_class, place_in_history(each))
