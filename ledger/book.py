"""The running totals that rules consult: a fold of movements along the moments at which facts may take effect.

A fact whose day is open has two moments. For each total the book keeps the best and the worst reading: in the
best one (``high``) increases come at their earliest and decreases at their latest moment, in the worst one
(``low``) the other way round. A limit from below is broken in every reading only if ``high`` breaks it, a limit
from above only if ``low`` does. Totals that net out within a fact (a transfer within issued shares) are kept as
totals of their own, so that the bounds stay as narrow as the facts allow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from fractions import Fraction
from itertools import groupby
from typing import Any, Final, NamedTuple

import attrs

from ledger.days import Moment
from ledger.events import Fact
from ledger.identity import AgreementId, EntryNumber, InstrumentId, StockClassId
from ledger.movements import (
    Account,
    Awarded,
    Commitment,
    Declared,
    Held,
    Level,
    LevelValue,
    Movement,
    Movements,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Rescaling,
    Reserved,
    Restricted,
    Setting,
    Source,
    Stage,
    Subject,
    Unit,
    is_rounded,
)
from ledger.quantities import Authorized, round_position
from ledger.timeline import InEffect, Position, may_be_last


class ClassTotal(Enum):
    """Totals of a stock class that the authorized number limits."""

    __hash__ = object.__hash__  # as that of a level

    ISSUED_OR_RESERVED = "issued or reserved"
    ISSUED_RESERVED_OR_SPENT = "issued, reserved, converted or redeemed"
    """For a class whose converted and redeemed shares may not be issued again."""


@attrs.frozen(cache_hash=True)
class UndrawnUnder:
    """All that is undrawn under an agreement, allocated to a tranche or not."""

    agreement: AgreementId


Total = tuple[Unit, Account | ClassTotal | UndrawnUnder]
"""A running total: the unit, and an account or a sum of accounts."""
Quantity = int | Fraction

_ISSUED_OR_RESERVED: Final = ClassTotal.ISSUED_OR_RESERVED
_WITH_SPENT: Final = ClassTotal.ISSUED_RESERVED_OR_SPENT


def totals_of(postings: Iterable[Posting]) -> dict[Total, int]:
    """Return by how much a fact changes each total that a rule may limit."""
    changes: dict[Total, int] = {}
    for posting in postings:
        for counted in counted_in(posting.account):
            total = posting.unit, counted
            changes[total] = changes.get(total, 0) + posting.quantity
    return {total: change for total, change in changes.items() if change}


def counted_in(account: Account) -> tuple[Account | ClassTotal | UndrawnUnder, ...]:
    """Return what of an account a rule may limit: itself, or sums that it is part of."""
    match account:
        case Held() | Reserved() | Awarded() | Pooled() | Source.TREASURY:
            return account, _ISSUED_OR_RESERVED, _WITH_SPENT
        case Owed() | Purchasable() | Declared() | Restricted():
            return (account,)
        case Source.CONVERTED | Source.REDEEMED:
            return (_WITH_SPENT,)
        case Commitment(agreement=agreement, stage=Stage.UNDRAWN, tranche=tranche):
            whole = UndrawnUnder(agreement)
            return (whole,) if tranche is None else (account, whole)
        case _:
            return ()  # sources and what is closed or lapsed have no limit


class Step(NamedTuple):
    """A fact at one of its moments.

    Attributes:
        at: When.
        position: Order within the moment.
        each: Which fact.
        begins: Whether it may take effect from here on.
        settles: Whether it certainly has from here on.
    """

    at: Moment
    position: Position
    each: InEffect
    begins: bool
    settles: bool


def steps(facts: Iterable[InEffect]) -> list[Step]:
    """Return the moments of facts, in order."""
    found = []
    for each in facts:
        position = each.position
        if each.begins == each.settles:
            found.append(Step(each.settles, position, each, True, True))
        else:
            found.append(Step(each.begins, position, each, True, False))
            found.append(Step(each.settles, position, each, False, True))
    if len(found) > 1:
        found.sort(key=lambda step: (step.at, step.position))
    return found


def by_moment(ordered: list[Step]) -> Iterator[tuple[Moment, list[Step]]]:
    """Return steps moment by moment."""
    for at, group in groupby(ordered, key=lambda step: step.at):
        yield at, list(group)


@attrs.define
class Changes:
    """What one moment changed, for the rules to look at.

    Attributes:
        settled: Facts that certainly took effect.
        lowered: Totals whose best reading fell, and by which fact.
        raised: Totals whose worst reading rose, and by which fact.
        relevelled: Classes whose authorized number was set, or is certain now, and by which fact.
    """

    settled: list[InEffect] = attrs.Factory(list)
    lowered: dict[Total, InEffect] = attrs.Factory(dict)
    raised: dict[Total, InEffect] = attrs.Factory(dict)
    relevelled: dict[StockClassId, InEffect] = attrs.Factory(dict)


def _classes(movements: Iterable[Movement]) -> set[StockClassId]:
    """Return the classes of which postings move something."""
    return {each.unit for each in movements if type(each) is Posting and type(each.unit) is StockClassId}


class Table(dict[Any, Any], ABC):
    """A table of which some may stand elsewhere until it is asked for, by a key of two parts."""

    @abstractmethod
    def beginning_with(self, first: object) -> list[Any]:
        """Return the keys of which the first part is a given one."""


def _first_stated(of: tuple[Level, Subject, tuple[tuple[InEffect, LevelValue], ...]]) -> tuple[Any, ...]:
    """Return the order in which a level of a subject was first set."""
    level, subject, settings = of
    each = settings[0][0]
    places = (
        at
        for at, movement in enumerate(each.fact.movements())
        if type(movement) is Setting and (movement.level, movement.subject) == (level, subject)
    )
    return each.begins, each.position, next(places)


def beginning_with(table: dict[Any, Any], first: object) -> list[Any]:
    """Return the keys of a table of which the first part is a given one."""
    return table.beginning_with(first) if isinstance(table, Table) else [key for key in table if key[0] == first]


class Book:
    """Totals and levels up to a moment, in the best and the worst reading of open days.

    Attributes:
        at: The moment reached.
        split_at: The moment of the last split.
        high: Each total in its highest reading.
        low: Each total in its lowest reading.
        settings: Each level with every fact that may have set it so far.
        splits: Splits of each class so far.
        movers: What moved each class so far: when, and the entry.
        fallen: Entries among the movers that stand no more.
        stated: The levels that were set at all, or may have been.
        touched: Totals and settings that changed since the book was kept; nothing where it never was.
    """

    def __init__(self) -> None:
        self.at: Moment = 0
        self.split_at: Moment = -1
        self.high: dict[Total, Quantity] = {}
        self.low: dict[Total, Quantity] = {}
        self.settings: dict[tuple[Level, Subject], tuple[tuple[InEffect, LevelValue], ...]] = {}
        self.splits: dict[StockClassId, tuple[InEffect, ...]] = {}
        self.movers: dict[StockClassId, list[tuple[Moment, EntryNumber]]] = {}
        self.fallen: set[EntryNumber] = set()
        self.stated: set[Level] = set()
        self.touched: set[tuple[Any, Any]] | None = None
        self._undo: list[tuple[dict[Any, Any], Any, Any]] | None = None
        self._before = (0, -1)
        self._moved: dict[int, tuple[Fact, Movements]] = {}

    def movements(self, each: InEffect) -> Movements:
        """Return what a fact moves: several rules ask in turn, and it is worked out once."""
        known = self._moved.get(each.first)
        if known is None or known[0] is not each.fact:
            known = self._moved[each.first] = (each.fact, each.fact.movements())
        return known[1]

    def _put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        if self._undo is not None:
            self._undo.append((table, key, table.get(key)))
        if self.touched is not None and table is not self.splits:
            self.touched.add(key)
        table[key] = value

    def set_total(self, total: Total, high: Quantity, low: Quantity) -> None:
        """Set a total that was added up elsewhere."""
        self._put(self.high, total, high)
        self._put(self.low, total, low)

    def set_totals(self, totals: Sequence[Total], high: Sequence[Quantity], low: Sequence[Quantity]) -> None:
        """Set many totals that were added up elsewhere."""
        if self._undo is not None:
            for each in zip(totals, high, low, strict=True):
                self.set_total(*each)
            return
        self.high.update(zip(totals, high, strict=True))
        self.low.update(zip(totals, low, strict=True))
        if self.touched is not None:
            self.touched.update(totals)

    def set_levels(self, key: tuple[Level, Subject], settings: tuple[tuple[InEffect, LevelValue], ...]) -> None:
        """Set what states a level of a subject, whenever it was."""
        self._put(self.settings, key, settings)
        self.stated.add(key[0])

    def mark(self, each: InEffect, *, moves: bool = True) -> None:
        """Note that a fact moves the classes of its postings, whenever it is, or that it does so no more."""
        number = each.entry.number
        if not moves:
            self.fallen.add(number)
        elif number in self.fallen:
            self.fallen.remove(number)
        else:
            for stock_class in _classes(self.movements(each)):
                self.movers.setdefault(stock_class, []).append((each.settles, number))

    def watch(self) -> None:
        """Begin to remember what changes, so that it can be taken back."""
        self._undo, self._before = [], (self.at, self.split_at)

    def keep(self) -> None:
        """Keep the changes since ``watch``."""
        self._undo = None
        self._moved.clear()

    def take_back(self) -> None:
        """Undo every change since ``watch``."""
        assert self._undo is not None
        for table, key, before in reversed(self._undo):
            if before is not None:
                table[key] = before
            elif isinstance(dict.get(table, key), list):
                table[key].pop()
            else:
                del table[key]
        self._undo, (self.at, self.split_at) = None, self._before
        self._moved.clear()

    def advance(self, at: Moment, group: list[Step], changes: Changes | None = None) -> Changes:
        """Take every step of one moment, in order, and return what changed, earlier steps of it included."""
        if at != self.at and self._undo is None:
            self._moved.clear()
        self.at = at
        changes = Changes() if changes is None else changes
        for step in group:
            self._take(step, changes)
        return changes

    def _take(self, step: Step, changes: Changes) -> None:
        each = step.each
        postings = []
        for movement in self.movements(each):
            if type(movement) is Posting:
                postings.append(movement)
            elif type(movement) is Setting:
                if step.begins:
                    key = (movement.level, movement.subject)
                    self.stated.add(movement.level)
                    self._put(self.settings, key, (*self.settings.get(key, ()), (each, movement.value)))
                if movement.level is Level.AUTHORIZED and isinstance(movement.subject, StockClassId):
                    changes.relevelled[movement.subject] = each  # settling rules out the level before
            else:
                assert type(movement) is Rescaling
                self._rescale(movement, each, changes)  # its day is exact
        for total, change in totals_of(postings).items():
            if step.begins if change > 0 else step.settles:
                self._put(self.high, total, self.high.get(total, 0) + change)
                if change < 0:
                    changes.lowered[total] = each
            if step.settles if change > 0 else step.begins:
                self._put(self.low, total, self.low.get(total, 0) + change)
                if change > 0:
                    changes.raised[total] = each
        if step.settles:
            changes.settled.append(each)
            for stock_class in _classes(postings):
                if self._undo is not None:
                    self._undo.append((self.movers, stock_class, None))
                self.movers.setdefault(stock_class, []).append((each.settles, each.entry.number))

    def _rescale(self, split: Rescaling, each: InEffect, changes: Changes) -> None:
        """Multiply every total of the class, and round what is counted in shares; the sums take what that adds."""
        stock_class, ratio = split.stock_class, split.ratio.value
        factor = ratio.numerator if ratio.denominator == 1 else ratio  # whole numbers multiply quickly
        self.split_at = self.at
        self._put(self.splits, stock_class, (*self.splits.get(stock_class, ()), each))
        for table in (self.high, self.low):
            rounding: Quantity = 0
            for total in beginning_with(table, stock_class):
                exact = table[total] * factor
                after: Quantity = exact.numerator if exact.denominator == 1 else exact
                if is_rounded(total[1]):
                    after = round_position(exact, split.fractions, split.decimals)
                    rounding += after - exact
                self._put(table, total, after)
            for kind in (_ISSUED_OR_RESERVED, _WITH_SPENT):
                if (stock_class, kind) in table:
                    self._put(table, (stock_class, kind), table[stock_class, kind] + rounding)
        for kind in (_ISSUED_OR_RESERVED, _WITH_SPENT):
            changes.raised[stock_class, kind] = each

    def settings_of(
        self, *levels: Level
    ) -> Iterator[tuple[Level, Subject, tuple[tuple[InEffect, LevelValue], ...]]]:
        """Yield every subject of some levels, with the settings of the level, in order of the first of them."""
        for level in levels:
            keys = beginning_with(self.settings, level) if level in self.stated else ()
            found = [(*key, settings) for key in keys if (settings := self.settings[key])]
            yield from sorted(found, key=_first_stated) if len(found) > 1 else found

    def subjects_of(self, level: Level) -> list[Subject]:
        """Return every subject of a level, in no order."""
        return [subject for _, subject in beginning_with(self.settings, level)] if level in self.stated else []

    def levels(self, level: Level, subject: Subject) -> list[tuple[InEffect, LevelValue]]:
        """Return the settings of a level that may be in force now; more than one where days are open."""
        settings = self.settings.get((level, subject), ())
        if len(settings) == 1:
            return list(settings)
        return may_be_last(settings, self.at)[0]

    def instruments_outstanding(self) -> set[InstrumentId]:
        """Return the notes, SAFEs, warrants and awards of which something may be left."""
        return {
            account.instrument
            for (_, account), quantity in self.high.items()
            if isinstance(account, Owed | Purchasable | Awarded) and quantity > 0
        }

    def authorized_numbers(self, stock_class: StockClassId) -> list[Quantity]:
        """Return the authorized numbers that may be in force now; words such as *unlimited* are left out."""
        limits = [value for _, value in self.levels(Level.AUTHORIZED, stock_class)]
        return [
            limit.shares.units for limit in limits if isinstance(limit, Authorized) and limit.shares is not None
        ]

    def limited_total(self, stock_class: StockClassId) -> Total:
        """Return the total that the authorized number limits; whether spent shares count, the charter says."""
        reissuable = any(value for _, value in self.levels(Level.REISSUABLE, stock_class))
        return stock_class, _ISSUED_OR_RESERVED if reissuable else _WITH_SPENT
