"""Lets facts through that come late, or are corrected, with a look at what they disturb and nothing else.

A rule of a fact depends on the settings and splits of its moment, a limit on one total. So a fact that only moves
quantities disturbs nobody's rules but its own, and no totals but those that it changes, from its moment on. How
these went since, the columns know, or the course of a history that is being loaded. What could go wrong here, and
why it does not:

- *Something passes that a walk through the whole record would refuse.* This only ever lets through. Whatever is in
  any doubt is left to that walk, and it alone refuses: a limit that seems broken, a split that may round what is
  late, a setting that facts after it might rest on.
- *A split comes later.* It multiplies what is late with all else. By a whole number nothing is rounded. What is
  left of an instrument, which a split looks at, is in doubt.
- *A setting changes what later facts rest on.* Nobody rested on a name that was not there, so a fact may bring one
  into being, with all that is set of it. Apart from that, a restated fact sets what it set before.
- *Open days.* What is asked counts a recorded fact from its latest day. An increase that may come sooner makes the
  best reading larger, a decrease the worst one smaller: so the limits hold in the readings that count if they hold
  here. What comes late counts when it does in that reading.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np

from ledger.book import Book, Changes, ClassTotal, Table, UndrawnUnder, beginning_with, totals_of
from ledger.columns.accounts import kind_of
from ledger.columns.movements import STAGES
from ledger.columns.sums import put_together
from ledger.events import SPLITS, OpeningBalanceAdopted
from ledger.identity import StockClassId
from ledger.movements import (
    FIRST_LEVELS,
    Awarded,
    Held,
    Level,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Rescaling,
    Reserved,
    Setting,
    Source,
    Stage,
)
from ledger.pages import corrections_of
from ledger.rules.asking import InDoubt
from ledger.timeline import hang_together, may_be_last, named_by, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ledger.book import Total
    from ledger.columns.movements import MovementColumns
    from ledger.columns.movements import Table as Movements
    from ledger.columns.sums import Rows
    from ledger.days import Moment
    from ledger.movements import Unit
    from ledger.timeline import Entry, InEffect

    Broken = Callable[[Book, Changes], Iterable[object]]
    Values = tuple[list[Moment], list[int], int]
    """The moments at which a total changes, what it is after each of them, and of how many units its steps are."""
    Path = list[tuple[Moment, int]]
    """By how much a total is another one from each of some moments on."""

_NEVER: Final = (*SPLITS, OpeningBalanceAdopted)
_LOOKED_AT_BY_SPLITS: Final = (Awarded, Owed, Purchasable)
_ONE: Final = Fraction(1)
_ONLY_ITS_VALUE_COUNTS: Final = (Level.SECURITY, Level.ISSUED_UNDER)
_ISSUED_OR_RESERVED: Final = (Held, Reserved, Awarded, Pooled, Source.TREASURY)
_COUNTED: Final[dict[Any, tuple[Any, ...]]] = {
    ClassTotal.ISSUED_OR_RESERVED: _ISSUED_OR_RESERVED,
    ClassTotal.ISSUED_RESERVED_OR_SPENT: (*_ISSUED_OR_RESERVED, Source.CONVERTED, Source.REDEEMED),
}
"""What each total of a class counts."""
Settings = dict[tuple[Level, Any], tuple[tuple["InEffect", Any], ...]]
Moved = dict["Moment", int]
"""By how much a total changes, and when."""


class Went(Protocol):
    """Who knows how totals went."""

    def look_up(self, totals: Iterable[Total]) -> None:
        """Make ready to be asked for some totals."""

    def values(self, total: Total, first: Moment, splits: Sequence[tuple[Moment, Fraction]]) -> Values:
        """Return what a total was from a moment on.

        Args:
            total: Which total.
            first: From when on at least; nothing earlier need be right.
            splits: When the class of it is split, and by how much.
        """


def let_through(
    book: Book,
    columns: MovementColumns,
    entries: Sequence[Entry],
    new: Sequence[Entry],
    broken: Broken,
    *,
    keep: bool,
) -> bool:
    """Take a command into the book at the end of a record, if surely no rule stands in its way.

    Args:
        book: The totals and levels at the end of the record, which breaks no rule.
        columns: What its entries move, and maybe those of later ones.
        entries: The entries of the record, and maybe later ones.
        new: What the command adds to it, at whatever moment.
        broken: Yields the rules of a fact that do not hold after some changes.
        keep: Whether the book keeps it.

    Returns:
        Whether it went through.
    """
    try:
        falls, stands = _changed(entries, new)
        late = Late(falls, stands, {})
        went = _InColumns(book, columns, new[0].number - 1)
        outcome = disturbed(book, went, late, broken)
    except InDoubt:
        return False
    if keep:
        take_in(book, late, outcome)
        mark(book, late)
    return True


class Late(NamedTuple):
    """What comes late, or falls.

    Attributes:
        falls: Facts that are taken out of history.
        stands: Facts that are put in.
        moved: What other facts move besides, whose own rules hold.
    """

    falls: Sequence[InEffect]
    stands: Sequence[InEffect]
    moved: dict[Total, Moved]


class Outcome(NamedTuple):
    """What a book takes in.

    Attributes:
        changes: By how much each total is another one at the end.
        settings: The settings that change, as they are then.
    """

    changes: dict[Total, int]
    settings: Settings


def disturbed(book: Book, went: Went, late: Late, broken: Broken) -> Outcome:
    """Return what a book at the end of a record takes in of what comes late, if surely no rule stands in its way.

    Raises:
        InDoubt: Something may.
    """
    for each in (*late.falls, *late.stands):
        if isinstance(each.fact, _NEVER) or not (each.is_exact or each.settles <= book.at):
            raise InDoubt
        for movement in each.fact.movements():
            if type(movement) is Posting and book.settings.get((Level.OPENING, movement.unit)):
                raise InDoubt  # an opening balance stands for everything before it
    settings = _settings(book, late.falls, late.stands)
    for at in sorted({each.settles for each in late.stands}):
        changes = Changes(settled=[each for each in late.stands if each.settles == at])
        if any(True for _ in broken(_Then(book, at, settings), changes)):
            raise InDoubt
    moved = _moved(late)
    paths = {total: _path(book, total, changes) for total, changes in moved.items()}
    limited = [total for total, path in paths.items() if _may_break(total, path)]
    if limited:
        went.look_up(limited)
    for total in limited:
        _stays_within(book, went, settings, total, paths[total])
    return Outcome({total: path[-1][1] for total, path in paths.items()}, settings)


def take_in(book: Book, late: Late, outcome: Outcome) -> None:
    """Let a book keep what comes late."""
    for total, change in outcome.changes.items():
        book.set_total(total, book.high.get(total, 0) + change, book.low.get(total, 0) + change)
    for key, known in outcome.settings.items():
        book.set_levels(key, known)
    book.at = max((book.at, *(each.settles for each in late.stands)))


def mark(book: Book, late: Late) -> None:
    """Note in a book what moves a class no more, and what does."""
    for each in late.falls:
        book.mark(each, moves=False)
    for each in late.stands:
        book.mark(each)


def _changed(entries: Sequence[Entry], new: Sequence[Entry]) -> tuple[list[InEffect], list[InEffect]]:
    """Return the facts that a command takes out of history, and those that it puts in."""
    size = new[0].number - 1

    def correcting(number: int) -> list[int]:
        return [each for each in corrections_of(entries, number) if each <= size]

    named = {number for entry in new for number in named_by(entry.event) if number <= size}
    family = hang_together(named, lambda number: entries[number - 1], correcting)
    before = {(each.entry.number, each.first): each for each in standing(family)}
    after = {(each.entry.number, each.first): each for each in standing([*family, *new])}
    falls = [each for key, each in before.items() if key not in after]
    return falls, [each for key, each in after.items() if key not in before]


def _settings(book: Book, falls: Iterable[InEffect], stands: Iterable[InEffect]) -> Settings:
    """Return the settings that change, as they are then."""
    gone = [(each, movement) for each in falls for movement in each.fact.movements() if type(movement) is Setting]
    come = [(each, movement) for each in stands for movement in each.fact.movements() if type(movement) is Setting]
    made = {
        movement.subject
        for _, movement in come
        if movement.level in FIRST_LEVELS and not book.settings.get((movement.level, movement.subject))
    }
    first = min((each.begins for each, _ in (*gone, *come)), default=0)
    if any(not each.is_exact for each, _ in (*gone, *come)) or (
        (gone or come) and any(split.settles >= first for splits in book.splits.values() for split in splits)
    ):
        raise InDoubt
    found: Settings = {}
    for each, movement in gone:
        key = movement.level, movement.subject
        again = [other for other, same in come if same == movement and other.begins == each.begins]
        if movement.level not in _ONLY_ITS_VALUE_COUNTS or len(again) != 1:
            raise InDoubt
        found[key] = tuple(pair for pair in found.get(key, book.settings[key]) if pair[0] != each)
    for each, movement in come:
        key = movement.level, movement.subject
        subjects = movement.subject if isinstance(movement.subject, tuple) else (movement.subject,)
        is_new = subjects[0] in made and movement.level is not Level.RESTRICTED
        if key not in found and (not is_new or book.settings.get(key)):
            raise InDoubt
        pairs = (*found.get(key, ()), (each, movement.value))
        found[key] = tuple(sorted(pairs, key=lambda pair: (pair[0].begins, pair[0].position)))
    return found


class _SettingsThen(Table):
    """The settings of a book up to a moment, with those that change."""

    def __init__(self, book: Book, at: Moment, changed: dict[Any, Any]) -> None:
        super().__init__()
        self._book, self._at, self._changed = book, at, changed

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the settings of a level."""
        known = self._changed[key] if key in self._changed else self._book.settings.get(key, ())
        return tuple(pair for pair in known if pair[0].begins <= self._at) or default

    def __missing__(self, key: Any) -> Any:
        return self.get(key, ())

    def beginning_with(self, first: object) -> list[Any]:
        """Return the subjects of a level."""
        return [key for key in beginning_with(self._book.settings, first) if self.get(key)]


class _Then(Book):
    """What the rules of a fact consult of a book as it was at a moment: settings and splits."""

    def __init__(self, book: Book, at: Moment, changed: dict[Any, Any]) -> None:
        super().__init__()
        self.at, self.stated = at, book.stated | {level for level, _ in changed}
        self.settings = _SettingsThen(book, at, changed)
        self.splits = {
            name: tuple(split for split in splits if split.settles <= at) for name, splits in book.splits.items()
        }


def _moved(late: Late) -> dict[Total, Moved]:
    """Return by how much each total changes, and when, in the reading in which it is limited."""
    found: defaultdict[Total, defaultdict[Moment, int]] = defaultdict(lambda: defaultdict(int))
    for total, given in late.moved.items():
        found[total].update(given)
    for sign, facts in ((-1, late.falls), (1, late.stands)):
        for each in facts:
            postings = [movement for movement in each.fact.movements() if type(movement) is Posting]
            for total, change in totals_of(postings).items():
                is_early = (change > 0) is not isinstance(total[1], ClassTotal)
                found[total][each.begins if is_early else each.settles] += sign * change
    changes = {total: {at: change for at, change in moved.items() if change} for total, moved in found.items()}
    return {total: moved for total, moved in changes.items() if moved}


def _path(book: Book, total: Total, moved: Moved) -> Path:
    """Return by how much a total is another one, from when on: a split multiplies what comes before it."""
    unit, account = total
    first = min(moved)
    splits = {at: ratio for at, ratio in _splits(book, unit) if at >= first}
    if splits and (isinstance(account, _LOOKED_AT_BY_SPLITS) or not splits.keys().isdisjoint(moved)):
        raise InDoubt
    path: Path = []
    reached = 0
    for at in sorted({*moved, *splits}):
        ratio = splits.get(at, _ONE)
        if ratio.denominator != 1:
            raise InDoubt
        reached = reached * ratio.numerator + moved.get(at, 0)
        path.append((at, reached))
    return path


def _splits(book: Book, unit: Unit) -> list[tuple[Moment, Fraction]]:
    """Return when a class is split, and by how much."""
    return [
        (split.settles, movement.ratio.value)
        for split in (book.splits.get(unit, ()) if isinstance(unit, StockClassId) else ())
        for movement in split.fact.movements()
        if type(movement) is Rescaling and movement.stock_class == unit
    ]


def _may_break(total: Total, path: Path) -> bool:
    changes = [change for _, change in path]
    return max(changes) > 0 if isinstance(total[1], ClassTotal) else min(changes) < 0


def _stays_within(book: Book, went: Went, settings: Settings, total: Total, path: Path) -> None:
    """See that a total stays within its limit from the first change on."""
    unit, account = total
    first, splits = path[0][0], sorted(_splits(book, unit))
    is_of_class = isinstance(account, ClassTotal)
    limit = _least_authorized(book, settings, total, first) if is_of_class else 0
    if limit is None:
        return
    if is_of_class and any(at >= first for at, _ in splits):
        raise InDoubt
    at, values, step = went.values(total, first, splits)
    for (start, change), (end, _) in pairwise((*path, (at[-1] + 1 if at else 0, 0))):
        since, until = bisect_right(at, start) - 1, bisect_left(at, end)
        there = values[since:until] if since >= 0 else [0, *values[:until]]
        if is_of_class and max(there) * step + change > limit:
            raise InDoubt
        if not is_of_class and min(there) * step + change < 0:
            raise InDoubt


def _least_authorized(book: Book, settings: Settings, total: Total, first: Moment) -> int | None:
    """Return the least number of shares of a class that was authorized since, nothing where there is no limit."""
    stock_class, account = total

    def since(level: Level) -> list[Any]:
        """Return what a level may have been from the first change on."""
        key: Any = level, stock_class
        pairs = settings.get(key) or book.settings.get(key, ())
        later = (value for each, value in pairs if each.begins > first)
        return [*(value for _, value in may_be_last(pairs, first)[0]), *later]

    numbers = [
        each.shares.units for each in since(Level.AUTHORIZED) if each is not None and each.shares is not None
    ]
    are_reissued = account is ClassTotal.ISSUED_RESERVED_OR_SPENT and since(Level.REISSUABLE) == [True]
    return None if are_reissued else min(numbers, default=None)


class _InColumns:
    """How totals went, as the columns tell of the first entries of a record.

    Args:
        book: The book at the end of these.
        columns: What they move, and maybe later ones.
        known: How many they are.
    """

    def __init__(self, book: Book, columns: MovementColumns, known: int) -> None:
        self._book, self._columns, self._known = book, columns, known

    def look_up(self, totals: Iterable[Total]) -> None:
        """Do nothing: each is looked up when it is asked for."""

    def values(self, total: Total, first: Moment, splits: Sequence[tuple[Moment, Fraction]]) -> Values:
        """Return what a total was from a moment on; what splits add are rows of their own."""
        unit, account = total
        table, step = self._columns.table_of(unit)
        if isinstance(account, ClassTotal):
            counts = np.zeros(len(table.accounts), bool)
            counts[_of_kinds(table, unit, _COUNTED[account])] = True
            rows = table.sums.after((first + 1) * STAGES)
            later = dict(_by_moment(rows.taken(counts[rows.keys]), self._known))
            low = self._book.low.get(total, 0)
            if low != self._book.high.get(total, 0):
                raise InDoubt
            before = int(low) - sum(later.values()) * step
            changed = (change * step for change in later.values())
            return [first, *later], [*accumulate(changed, initial=before)], 1
        changes: defaultdict[Moment, int] = defaultdict(int)
        for number in _numbers(table, total):
            for at, steps in _by_moment(table.sums.of_key(number), self._known):
                changes[at] += steps
        moments = sorted(changes)
        return moments, [*accumulate(map(changes.__getitem__, moments))], step


def _numbers(table: Movements, total: Total) -> list[int]:
    """Return the numbers of the accounts that make up a total that is none of a class."""
    unit, account = total
    if not isinstance(account, UndrawnUnder):
        number = table.accounts.find(unit, account)  # type: ignore[arg-type]  # none of a class, as said
        return [] if number is None else [number]
    agreement = table.accounts.texts.others.find(account.agreement)
    numbers = _of_kinds(table, unit, (Stage.UNDRAWN,))
    found: list[int] = numbers[table.accounts.column("names")[numbers] == agreement].tolist()
    return [] if agreement is None else found


def _of_kinds(table: Movements, unit: Unit, kinds: Iterable[Any]) -> NDArray[np.intp]:
    """Return the numbers of the accounts of a unit that are of some kinds."""
    accounts = table.accounts
    of_unit = accounts.column("units") == accounts.texts.find_unit(unit)
    return np.flatnonzero(of_unit & np.isin(accounts.column("kinds"), [*map(kind_of, kinds)]))


def _by_moment(rows: Rows, known: int) -> Iterator[tuple[Moment, int]]:
    """Yield by how many steps rows change at each moment, as far as so many entries tell."""
    there = rows.known <= known
    moments, places = np.unique(rows.whens[there] // STAGES, return_inverse=True)
    sums = np.zeros((len(rows.changes), len(moments)), np.int64)
    for line, changes in zip(sums, rows.changes, strict=True):
        np.add.at(line, places, changes[there])
    yield from zip(moments.tolist(), put_together(sums), strict=True)
