"""Lets facts through that come late, or are corrected, with a look at what they disturb and nothing else.

A rule of a fact depends on the settings and splits of its moment, a limit on one total. So a fact that only moves
quantities disturbs nobody's rules but its own, and no totals but those that it changes, from its moment on. How
these went since, the columns know. What could go wrong here, and why it does not:

- *Something passes that a walk through the whole record would refuse.* This only ever lets through. Whatever is in
  any doubt is left to that walk, and it alone refuses: a limit that seems broken, an open day, a split that comes
  later, a setting that facts after it might rest on.
- *A setting changes what later facts rest on.* Nobody rested on a name that was not there, so a fact may bring one
  into being, with all that is set of it. Apart from that, a restated fact sets what it set before.
- *Open days.* The columns count a fact from its latest day. An increase that may come sooner makes the best reading
  larger, a decrease the worst one smaller: so the limits hold in the readings that count if they hold here.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.book import Book, Changes, ClassTotal, Table, UndrawnUnder, beginning_with, totals_of
from ledger.columns.accounts import kind_of
from ledger.columns.movements import STAGES
from ledger.columns.sums import put_together
from ledger.events import SPLITS, OpeningBalanceAdopted
from ledger.identity import StockClassId
from ledger.movements import FIRST_LEVELS, Awarded, Held, Level, Pooled, Posting, Reserved, Setting, Source, Stage
from ledger.pages import corrections_of
from ledger.rules.at_once import InDoubt
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

_NEVER: Final = (*SPLITS, OpeningBalanceAdopted)
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


def let_through(
    book: Book,
    columns: MovementColumns,
    entries: Sequence[Entry],
    new: Sequence[Entry],
    broken: Callable[[Book, Changes], Iterable[object]],
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
        if not all(each.is_exact and not isinstance(each.fact, _NEVER) for each in (*falls, *stands)):
            raise InDoubt
        first = min((each.begins for each in (*falls, *stands)), default=book.at)
        _nothing_rests_on(book, first, falls, stands)
        settings = _settings(book, falls, stands)
        for at in sorted({each.begins for each in stands}):
            then = _Then(book, at, settings)
            changes = Changes(settled=[each for each in stands if each.begins == at])
            if any(True for _ in broken(then, changes)):
                raise InDoubt
        totals = _moved(falls, stands)
        for total, moved in totals.items():
            _stays_within(book, columns, new[0].number - 1, settings, total, moved)
    except InDoubt:
        return False
    if keep:
        for total, moved in totals.items():
            change = sum(moved.values())
            book.set_total(total, book.high.get(total, 0) + change, book.low.get(total, 0) + change)
        for key, known in settings.items():
            book.set_levels(key, known)
        for each in falls:
            book.mark(each, moves=False)
        for each in stands:
            book.mark(each)
        book.at = max((book.at, *(each.begins for each in stands)))
    return True


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


def _nothing_rests_on(book: Book, first: Moment, falls: Iterable[InEffect], stands: Iterable[InEffect]) -> None:
    """See that no split and no opening balance comes later that counts on what there was."""
    if any(split.settles >= first for splits in book.splits.values() for split in splits):
        raise InDoubt
    for each in (*falls, *stands):
        for movement in each.fact.movements():
            if type(movement) is Posting and book.settings.get((Level.OPENING, movement.unit)):
                raise InDoubt


def _settings(book: Book, falls: Iterable[InEffect], stands: Iterable[InEffect]) -> Settings:
    """Return the settings that change, as they are then."""
    gone = [(each, movement) for each in falls for movement in each.fact.movements() if type(movement) is Setting]
    come = [(each, movement) for each in stands for movement in each.fact.movements() if type(movement) is Setting]
    made = {
        movement.subject
        for _, movement in come
        if movement.level in FIRST_LEVELS and not book.settings.get((movement.level, movement.subject))
    }
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


def _moved(falls: Iterable[InEffect], stands: Iterable[InEffect]) -> dict[Total, Moved]:
    found: defaultdict[Total, defaultdict[Moment, int]] = defaultdict(lambda: defaultdict(int))
    for sign, facts in ((-1, falls), (1, stands)):
        for each in facts:
            postings = [movement for movement in each.fact.movements() if type(movement) is Posting]
            for total, change in totals_of(postings).items():
                found[total][each.settles] += sign * change
    changes = {total: {at: change for at, change in moved.items() if change} for total, moved in found.items()}
    return {total: moved for total, moved in changes.items() if moved}


def _stays_within(
    book: Book, columns: MovementColumns, known: int, settings: Settings, total: Total, moved: Moved
) -> None:
    """See that a total stays within its limit from the first change on."""
    unit, account = total
    sums = [*accumulate(moved[at] for at in sorted(moved))]
    if isinstance(account, ClassTotal):
        if max(sums) > 0:
            _stays_authorized(book, columns, known, settings, total, moved)
    elif min(sums) < 0:
        table, step = columns.table_of(unit)
        changes: defaultdict[Moment, int] = defaultdict(int, moved)
        for number in _numbers(table, total):
            for at, steps in _by_moment(table.sums.of_key(number), known):
                changes[at] += steps * step
        reached = 0
        for at in sorted(changes):
            reached += changes[at]
            if reached < 0 and at >= min(moved):
                raise InDoubt


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


def _stays_authorized(
    book: Book, columns: MovementColumns, known: int, settings: Settings, total: Total, moved: Moved
) -> None:
    """See that the shares of a class stay within whatever was authorized since."""
    stock_class, account = total
    assert isinstance(stock_class, StockClassId)
    first = min(moved)

    def since(level: Level) -> list[Any]:
        """Return what a level may have been from the first change on."""
        key = level, stock_class
        pairs = settings.get(key) or book.settings.get(key, ())
        later = (value for each, value in pairs if each.begins > first)
        return [*(value for _, value in may_be_last(pairs, first)[0]), *later]

    numbers = [
        each.shares.units for each in since(Level.AUTHORIZED) if each is not None and each.shares is not None
    ]
    are_reissued = account is ClassTotal.ISSUED_RESERVED_OR_SPENT and since(Level.REISSUABLE) == [True]
    if not numbers or are_reissued:
        return
    table, step = columns.table_of(stock_class)
    counts = np.zeros(len(table.accounts), bool)
    counts[_of_kinds(table, stock_class, _COUNTED[account])] = True
    rows = table.sums.after((first + 1) * STAGES)
    changes: defaultdict[Moment, int] = defaultdict(int, moved)
    later = {at: steps * step for at, steps in _by_moment(rows.taken(counts[rows.keys]), known)}
    for at, change in later.items():
        changes[at] += change
    if book.low.get(total, 0) != book.high.get(total, 0):
        raise InDoubt
    reached = book.low.get(total, 0) - sum(later.values())
    for at in sorted(changes):
        reached += changes[at]
        if reached > min(numbers):
            raise InDoubt
