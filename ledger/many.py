"""Lets a page of new facts through at once, where nothing stands in the way of any of them.

The gate asks every rule of every fact. Most facts of a long history only move quantities, and say the same few
things: here each rule is asked of a whole column, once for each different value. What could go wrong:

- *Something passes that the gate would refuse.* Every rule that concerns such a fact has its counterpart
  (``ledger.rules.at_once``). A kind that another rule concerns is asked fact by fact, as the gate does. Whatever is
  in any doubt is left to the gate, with all that came with it, and the gate alone refuses.
- *A limit is passed between two moments.* Totals are added up moment by moment, those of all facts of the page
  together, and are looked at wherever a moment ends.
- *Something is kept of what is not taken.* The book remembers what it was until all has passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ledger.book import Changes, ClassTotal, by_moment, counted_in, steps, totals_of
from ledger.bulk import Column, spread
from ledger.events import SPLITS, EntryRestated, EntryVoided, Event, OpeningBalanceAdopted
from ledger.identity import EntryNumber, StockClassId
from ledger.movements import Level, Posting, Setting
from ledger.numbered import NumberedAccounts
from ledger.rules.at_once import AT_ONCE, InDoubt, Many
from ledger.rules.commands import fields_with_text, texts_in
from ledger.timeline import standing

if TYPE_CHECKING:
    from ledger.book import Book, Quantity, Total
    from ledger.bulk import Bulk
    from ledger.days import Moment
    from ledger.pages import Page
    from ledger.rules import FactRule
    from ledger.timeline import InEffect

RulesOf = Callable[[type[Event]], Iterable["FactRule"]]
Broken = Callable[["Book", Changes], Iterable[object]]
Sums = dict["Moment", dict[int, int]]
"""By how much each total changes at each moment; totals by number."""
_NEVER: Final = (EntryVoided, EntryRestated, OpeningBalanceAdopted, *SPLITS)
_is_exact, _opens, _rank = attrgetter("is_exact"), attrgetter("opens_latest"), attrgetter("rank")


def let_through(book: Book, page: Page, numbers: NumberedAccounts, rules_of: RulesOf, broken: Broken) -> bool:
    """Take new facts into a book if no rule stands in the way of any; return whether they were taken.

    Args:
        book: The totals and levels before them, none of which breaks a rule.
        page: The facts.
        numbers: Numbers of totals, kept from page to page.
        rules_of: Which rules concern a kind of fact.
        broken: Yields the rules of a fact that do not hold after some changes.
    """
    try:
        many, told = _sorted_out(page, rules_of)
        _at_the_end(book, many, told)
        changes = _changes(numbers, many, told)
        last = max((*(max(each.moments) for each in many), *(each.settles for each in told)))
        totals = _within_limits(book, numbers, changes)
        book.watch()
        try:
            for at, group in by_moment(steps(told)):
                if any(True for _ in broken(book, book.advance(at, group))):
                    raise InDoubt
            for each in many:
                for rule in rules_of(type(each.bulk.one)):
                    AT_ONCE[rule](book, each)
        except BaseException:
            book.take_back()
            raise
    except InDoubt:
        return False
    book.keep()
    book.at = last
    names: list[Total] = numbers.names()  # type: ignore[assignment]  # sums are numbered as accounts are
    for number, (high, low) in totals.items():
        book.high[names[number]], book.low[names[number]] = high, low
    for each in many:
        _moved(book, each, page.first)
    return True


def _sorted_out(page: Page, rules_of: RulesOf) -> tuple[list[Many], list[InEffect]]:
    """Return the facts that are asked at once, and those that are asked one by one."""
    many: list[Many] = []
    apart = [*page.singles.items()]
    for bulk in page.bulks:
        _are_plain(bulk)
        found = _many(bulk) if all(rule in AT_ONCE for rule in rules_of(type(bulk.one))) else None
        if found is None:
            apart += zip(bulk.rows, bulk.events(), strict=True)
        else:
            many.append(found)
    if any(isinstance(event, _NEVER) for _, event in apart):
        raise InDoubt
    return many, standing([page.single(place, event) for place, event in apart])


def _are_plain(bulk: Bulk) -> None:
    """See that no text needs a look at which characters are assigned."""
    for field in fields_with_text(type(bulk.one)):
        values = bulk.columns[field] if field in bulk.columns else (getattr(bulk.one, field),)
        if not all(map(str.isascii, chain.from_iterable(map(texts_in, values)))):
            raise InDoubt


def _many(bulk: Bulk) -> Many | None:
    """Return facts of one kind if they only move quantities, on exact days and wherever in them."""
    movements = bulk.movements()
    days = bulk.values("effective_on")
    if (
        movements is None
        or "place" in bulk.columns
        or bulk.one.place is not None
        or not all(type(movement) is Posting for movement in movements)
        or not all(map(_is_exact, days))
    ):
        return None
    moments = [*map(int.__add__, map(_opens, days), map(_rank, bulk.values("phase")))]
    return Many(bulk, [each for each in movements if type(each) is Posting], moments)


def _at_the_end(book: Book, many: Iterable[Many], told: Iterable[InEffect]) -> None:
    """See that nothing lies before what the book holds, or changes what was read from it."""
    first = min((*(each.first for each in many), *(each.begins for each in told)))
    if first < book.at or first == book.at == book.split_at:
        raise InDoubt
    for each in told:
        if not each.is_exact or (each.begins == book.at and each.fact.place is not None):
            raise InDoubt
        for movement in each.fact.movements():
            if type(movement) is Setting and movement.level in (Level.AUTHORIZED, Level.REISSUABLE):
                raise InDoubt


def _changes(numbers: NumberedAccounts, many: Iterable[Many], told: Iterable[InEffect]) -> Sums:
    """Return by how much the facts change each total that is limited, moment by moment."""
    found: Sums = defaultdict(lambda: defaultdict(int))
    for each in told:
        postings = [movement for movement in each.fact.movements() if type(movement) is Posting]
        of_moment = found[each.settles]
        for (unit, account), change in totals_of(postings).items():
            of_moment[numbers.number(unit, account)] += change  # type: ignore[arg-type]  # a sum is numbered alike
    for some in many:
        of_classes: dict[object, list[Posting]] = defaultdict(list)
        for posting in some.postings:
            for counted in counted_in(posting.account):
                part = Posting(counted, posting.unit, posting.quantity)  # type: ignore[arg-type]  # or a sum of some
                if isinstance(counted, ClassTotal):
                    of_classes[counted].append(part)
                else:
                    _add(found, some, numbers, part)
        for parts in of_classes.values():
            if not _are_opposite(parts):
                for part in parts:
                    _add(found, some, numbers, part)
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


def _add(found: Sums, each: Many, numbers: NumberedAccounts, posting: Posting) -> None:
    count = len(each.moments)
    quantities = spread(posting.quantity, count)
    for at, number, change in zip(each.moments, numbers.column(posting, count), quantities, strict=True):
        found[at][number] += change


def _within_limits(book: Book, numbers: NumberedAccounts, changes: Sums) -> dict[int, tuple[Quantity, Quantity]]:
    """Return the totals after all changes, in the best and the worst reading; a limit that breaks is in doubt."""
    names: list[Total] = numbers.names()  # type: ignore[assignment]  # sums are numbered as accounts are
    totals: dict[int, tuple[Quantity, Quantity]] = {}
    limits: dict[int, Quantity | None] = {}
    for at in sorted(changes):
        for number, change in changes[at].items():
            if number not in totals:
                total = names[number]
                totals[number] = book.high.get(total, 0), book.low.get(total, 0)
                limits[number] = _limit(book, total)
            high, low = totals[number]
            totals[number] = high, low = high + change, low + change
            limit = limits[number]
            if high < 0 if limit is None else low > limit:
                raise InDoubt
    return totals


_NO_LIMIT: Final = 10**60


def _limit(book: Book, total: Total) -> Quantity | None:
    """Return what a sum must not go beyond; ``None`` for what must not fall below zero."""
    unit, account = total
    if not isinstance(account, ClassTotal):
        return None
    assert isinstance(unit, StockClassId)
    authorized = book.authorized_numbers(unit)
    if book.limited_total(unit) != total or len(authorized) < len(book.levels(Level.AUTHORIZED, unit)):
        return _NO_LIMIT
    return max(authorized, default=_NO_LIMIT)


def _moved(book: Book, each: Many, first: int) -> None:
    """Note which entries moved which class, and when."""
    numbers = [EntryNumber(first + row) for row in each.bulk.rows]
    for unit in {id(posting.unit): posting.unit for posting in each.postings}.values():
        for stock_class, at, number in zip(spread(unit, len(numbers)), each.moments, numbers, strict=True):
            if type(stock_class) is StockClassId:
                book.movers.setdefault(stock_class, []).append((at, number))
