"""Totals that many facts change, added up by number, moment by moment; limits are looked at as each moment ends.

Most facts only change totals, and come as sums (``Sums``). Those that do more are taken by the book, one by one, so
that it knows its levels at every moment. What they change is in the sums as well: the book's own totals are set at
the end, and before a split, which multiplies them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from ledger.book import (
    Book,
    Changes,
    ClassTotal,
    Quantity,
    Step,
    Total,
    by_moment,
    counted_in,
    steps,
    totals_of,
)
from ledger.bulk import Column
from ledger.events import SPLITS
from ledger.identity import StockClassId
from ledger.movements import Level, Posting, Setting
from ledger.rules.at_once import InDoubt

if TYPE_CHECKING:
    from ledger.days import Moment
    from ledger.numbered import NumberedAccounts
    from ledger.timeline import InEffect

Sums = dict["Moment", dict[int, int]]
"""By how much each total changes at each moment; totals by number."""
_NO_LIMIT: Final = 10**60
_LIMITING: Final = (Level.AUTHORIZED, Level.REISSUABLE)


def walk(
    book: Book,
    numbers: NumberedAccounts,
    sums: Sums,
    told: list[InEffect],
    broken: Callable[[Book, Changes], Iterable[object]],
) -> None:
    """Take facts into a book that watches what changes.

    Args:
        book: The totals and levels before them.
        numbers: Numbers of totals.
        sums: What facts change that do nothing else; what the others change is added to it.
        told: Facts that the book takes one by one.
        broken: Yields the rules of a fact that do not hold after some changes.

    Raises:
        InDoubt: A rule or a limit does not hold.
    """
    high, low = _of_told(numbers, told, sums)
    totals = _Totals(book, numbers)
    groups = dict(by_moment(steps(told)))
    last = book.at
    for at in sorted({*sums, *high, *low, *groups}):
        changed = [changes[at] for changes in (sums, high, low) if at in changes]
        if at in groups:
            totals.load(chain.from_iterable(changed))  # before the book counts them, too
            totals.advance(at, groups[at], broken, is_alone=not changed and at > last)
        if at in sums:
            totals.add(sums[at])
        if at in high or at in low:
            totals.add_to_readings(high.get(at, {}), low.get(at, {}))
    totals.set()
    book.at = max(book.at, *sums, *groups) if sums or groups else last


def _of_told(numbers: NumberedAccounts, told: Iterable[InEffect], sums: Sums) -> tuple[Sums, Sums]:
    """Add what facts change to sums; return what those whose day is open change in the two readings."""
    high: Sums = defaultdict(lambda: defaultdict(int))
    low: Sums = defaultdict(lambda: defaultdict(int))
    for each in told:
        postings = [movement for movement in each.fact.movements() if type(movement) is Posting]
        for (unit, account), change in totals_of(postings).items():
            number = numbers.number(unit, account)  # type: ignore[arg-type]  # a sum is numbered as accounts are
            if each.is_exact:
                sums[each.settles][number] += change
            else:
                first, then = (high, low) if change > 0 else (low, high)
                first[each.begins][number] += change
                then[each.settles][number] += change
    return high, low


def counted_postings(postings: Iterable[Posting]) -> list[Posting]:
    """Return what postings, of which columns may be a part, change of the totals that rules may limit.

    What one of them takes from a sum of a class and another one adds to it is left out.
    """
    found: list[Posting] = []
    of_classes: dict[object, list[Posting]] = defaultdict(list)
    for posting in postings:
        for counted in counted_in(posting.account):
            part = Posting(counted, posting.unit, posting.quantity)  # type: ignore[arg-type]  # or a sum of some
            (of_classes[counted] if isinstance(counted, ClassTotal) else found).append(part)
    for parts in of_classes.values():
        if not _are_opposite(parts):
            found += parts
    return found


def _are_opposite(parts: list[Posting]) -> bool:
    """Whether two postings take away and add the same, as a transfer does within a class."""
    if len(parts) != 2:
        return False
    one, other = parts
    if one.unit is not other.unit:
        return False
    quantities: tuple[Any, Any] = one.quantity, other.quantity
    if any(type(each) is not Column for each in quantities):
        return bool(quantities[0] == -quantities[1])
    return not any(map(int.__add__, *(each.values for each in quantities)))


class _Totals:
    """Totals by number, taken from a book when they are first needed.

    Args:
        book: Where they are from, and go to.
        numbers: Numbers of totals.
    """

    def __init__(self, book: Book, numbers: NumberedAccounts) -> None:
        self._book, self._numbers = book, numbers
        self._high: dict[int, Quantity] = {}
        self._low: dict[int, Quantity] = {}  # where it is another
        self._limits: dict[int, Quantity] = {}  # of those that have one; the others do not fall below zero

    def load(self, wanted: Iterable[int]) -> None:
        """Take totals from the book, if they are not there."""
        names: list[Total] = self._numbers.names()  # type: ignore[assignment]  # sums are numbered as accounts are
        for number in wanted:
            if number not in self._high:
                total = names[number]
                self._high[number] = high = self._book.high.get(total, 0)
                if (low := self._book.low.get(total, 0)) != high:
                    self._low[number] = low
                if isinstance(total[1], ClassTotal):
                    self._limits[number] = _limit(self._book, total)

    def add(self, changes: dict[int, int]) -> None:
        """Add what changes at one moment, and look at the limits."""
        high, limits = self._high, self._limits
        for number, change in changes.items():
            if number not in high:
                self.load((number,))
            high[number] = most = high[number] + change
            if most < 0 and number not in limits:
                raise InDoubt
        for number in self._low.keys() & changes.keys():
            self._low[number] += changes[number]
        for number in limits.keys() & changes.keys():
            self._look_at(number)

    def add_to_readings(self, high: dict[int, int], low: dict[int, int]) -> None:
        """Add what changes at one moment in one reading of open days, and look at the limits."""
        touched = {*high, *low}
        self.load(touched)
        for number in touched:
            self._low[number] = self._low.get(number, self._high[number]) + low.get(number, 0)
            self._high[number] += high.get(number, 0)
            self._look_at(number)

    def _look_at(self, number: int) -> None:
        high = self._high[number]
        if self._low.get(number, high) > self._limits[number] if number in self._limits else high < 0:
            raise InDoubt

    def advance(
        self, at: Moment, group: list[Step], broken: Callable[[Book, Changes], Iterable[object]], *, is_alone: bool
    ) -> None:
        """Let the book take facts of one moment, and ask their rules.

        Args:
            at: The moment.
            group: The facts.
            broken: Yields the rules that do not hold.
            is_alone: Whether nothing else is of this moment, as a split has to be: it has a before and an after.
        """
        splits = any(isinstance(step.each.fact, SPLITS) for step in group)
        if splits:
            if not is_alone:
                raise InDoubt
            self.set()
            self._high.clear()
            self._low.clear()
            self._limits.clear()
        book = self._book
        changes = book.advance(max(at, book.at), group)  # a day that opened in the past brings no level back
        if any(True for _ in broken(book, changes)):
            raise InDoubt
        limited: set[object] = {unit for unit, _ in changes.raised} if splits else set()
        for movement in chain.from_iterable(book.movements(step.each) for step in group):
            if type(movement) is Setting and movement.level in _LIMITING:
                limited.add(movement.subject)
        self._limits_changed(limited)

    def _limits_changed(self, classes: Iterable[object]) -> None:
        """Look at the limits of classes again, of which what is authorized changed, or what there is."""
        for stock_class in classes:
            if isinstance(stock_class, StockClassId):
                for account in ClassTotal:
                    total: Total = stock_class, account
                    number = self._numbers.number(*total)  # type: ignore[arg-type]  # as above
                    self.load((number,))
                    self._limits[number] = _limit(self._book, total)
                    self._look_at(number)

    def set(self) -> None:
        """Set the totals of the book."""
        names: list[Total] = self._numbers.names()  # type: ignore[assignment]  # as above
        for number, most in self._high.items():
            self._book.set_total(names[number], most, self._low.get(number, most))


def _limit(book: Book, total: Total) -> Quantity:
    """Return what a sum of a class must not go beyond."""
    stock_class, _ = total
    assert isinstance(stock_class, StockClassId)
    authorized = book.authorized_numbers(stock_class)
    if book.limited_total(stock_class) != total or len(authorized) < len(
        book.levels(Level.AUTHORIZED, stock_class)
    ):
        return _NO_LIMIT
    return max(authorized, default=_NO_LIMIT)
