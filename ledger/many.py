"""Lets pages of new facts through at once, where nothing stands in the way of any of them.

The gate asks every rule of every fact. Most facts of a long history only move quantities, and say the same few
things: here each rule is asked of a whole column, once for each different value. What could go wrong:

- *Something passes that the gate would refuse.* Every rule that concerns such a fact has its counterpart
  (``ledger.rules.at_once``). A fact that another rule concerns, or whose day is open, is asked by itself, as the
  gate does. Whatever is in any doubt is left to the gate, with all that came with it, and the gate alone refuses.
- *A limit is passed between two moments.* Totals are added up moment by moment, those of all facts together, and
  are looked at wherever a moment ends (``ledger.totals``).
- *A correction is overlooked.* Facts that the same pages take out of history are left out before anything is asked.
  A correction of anything else is in doubt.
- *Something is kept of what is not taken.* The book remembers what it was until all has passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from operator import add, attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

from ledger.book import Changes, ClassTotal, counted_in
from ledger.bulk import Bulk, Column, spread
from ledger.events import (
    EntryRestated,
    EntryVoided,
    Event,
    IssuerRegistered,
    OpeningBalanceAdopted,
    PersonalDataErased,
)
from ledger.identity import EntryNumber, StockClassId
from ledger.movements import Posting
from ledger.numbered import NumberedAccounts
from ledger.rules.at_once import AT_ONCE, InDoubt, Many
from ledger.rules.commands import fields_with_text, texts_in
from ledger.timeline import standing
from ledger.totals import Sums, walk

if TYPE_CHECKING:
    from ledger.book import Book
    from ledger.days import Moment
    from ledger.pages import Page
    from ledger.rules import FactRule
    from ledger.timeline import Entry, InEffect

RulesOf = Callable[[type[Event]], Iterable["FactRule"]]
Broken = Callable[["Book", Changes], Iterable[object]]
_NEVER: Final = (OpeningBalanceAdopted, PersonalDataErased)
_CORRECTIONS: Final = (EntryVoided, EntryRestated)
_to_number: Final = partial(int.__new__, EntryNumber)
_is_exact, _opens, _rank = attrgetter("is_exact"), attrgetter("opens_latest"), attrgetter("rank")


def let_through(
    book: Book,
    pages: Sequence[Page],
    numbers: NumberedAccounts,
    rules_of: RulesOf,
    broken: Broken,
    *,
    keep: bool = True,
) -> bool:
    """Take the new facts of a command into a book if no rule stands in the way of any; return whether they were.

    Args:
        book: The totals and levels before them, none of which breaks a rule.
        pages: The facts.
        numbers: Numbers of totals, kept from command to command.
        rules_of: Which rules concern a kind of fact.
        broken: Yields the rules of a fact that do not hold after some changes.
        keep: Whether the book keeps them.
    """
    moved_before = {stock_class: len(moved) for stock_class, moved in book.movers.items()}
    try:
        many, told = _sorted_out(pages, rules_of)
        _at_the_end(book, many, told)
        sums = _sums(numbers, many)
        book.watch()
        try:
            walk(book, numbers, sums, told, broken)
            for each in many:
                for rule in rules_of(type(each.bulk.one)):
                    AT_ONCE[rule](book, each)
        except BaseException:
            book.take_back()
            raise
    except InDoubt:
        return False
    if not keep:
        book.take_back()
        return True
    book.keep()
    for each in many:
        _moved(book, each)
    for stock_class, moved in book.movers.items():
        first = moved_before.get(stock_class, 0)
        moved[first:] = sorted(moved[first:])
    return True


def _sorted_out(pages: Sequence[Page], rules_of: RulesOf) -> tuple[list[Many], list[InEffect]]:
    """Return the facts that are asked at once, and those that are asked one by one."""
    fallen = _fallen(pages)
    apart: list[Entry] = []
    plain: defaultdict[type[Event], list[tuple[Bulk, int]]] = defaultdict(list)
    for page in pages:
        single = [*page.singles.items()]
        out = {number - page.first for number in fallen}
        if any(isinstance(event, _NEVER) for _, event in single):
            raise InDoubt
        for bulk in page.bulks:
            kind = type(bulk.one)
            rest = bulk if out.isdisjoint(bulk.rows) else _standing(bulk, out)
            if issubclass(kind, _NEVER) or (kind is IssuerRegistered and rest is not bulk):
                raise InDoubt
            if not rest.rows:
                continue
            _are_plain(rest)
            if all(rule in AT_ONCE for rule in rules_of(kind)):
                moving, rest = _by_movement(rest)
                if moving is not None:
                    plain[kind].append((moving, page.first))
            single += zip(rest.rows, rest.events(), strict=True)
        apart += [page.single(place, event) for place, event in single]
    return [*map(_many, plain.values())], standing(sorted(apart, key=itemgetter(0)))


def _standing(bulk: Bulk, out: set[int]) -> Bulk:
    """Return the facts that no correction takes out of history."""
    return bulk.only([index for index, row in enumerate(bulk.rows) if row not in out])


def _by_movement(bulk: Bulk) -> tuple[Bulk | None, Bulk]:
    """Return the facts that only move quantities, on exact days and wherever in them; and the others."""
    movements = bulk.movements()
    if (
        movements is None
        or not all(type(movement) is Posting for movement in movements)
        or "place" in bulk.columns
        or bulk.one.place is not None
    ):
        return None, bulk
    days = bulk.values("effective_on")
    if all(map(_is_exact, days)):
        return bulk, bulk.only(())
    exact = [index for index, day in enumerate(days) if day.is_exact]
    still_open = [index for index, day in enumerate(days) if not day.is_exact]
    return (bulk.only(exact) if exact else None), bulk.only(still_open)


def _many(parts: Sequence[tuple[Bulk, int]]) -> Many:
    """Return the facts of one kind, from pages that begin with a number."""
    numbers = [first + row for bulk, first in parts for row in bulk.rows]
    bulk = Bulk.joined([bulk for bulk, _ in parts], numbers)
    postings = bulk.movements()
    if postings is None:  # what differs from page to page may not stand in a column
        raise InDoubt
    moments = [*map(add, map(_opens, bulk.values("effective_on")), map(_rank, bulk.values("phase")))]
    return Many(bulk, [each for each in postings if type(each) is Posting], moments)


def _fallen(pages: Sequence[Page]) -> set[int]:
    """Return the numbers of the facts that corrections within the pages take out of history, each once."""
    corrections = {
        page.first + place: event
        for page in pages
        for place, event in page.singles.items()
        if isinstance(event, _CORRECTIONS)
    }
    named: list[int] = []
    for number, event in corrections.items():
        of = event.entries if isinstance(event, EntryVoided) else (event.entry,)
        if min(of) < pages[0].first or max(of) >= number:
            raise InDoubt
        if isinstance(getattr(event, "restated_as", None), (IssuerRegistered, *_NEVER)):
            raise InDoubt
        named += of
    fallen = {*named}
    if len(fallen) < len(named) or not fallen.isdisjoint(corrections):
        raise InDoubt
    return fallen


def _are_plain(bulk: Bulk) -> None:
    """See that no text needs a look at which characters are assigned."""
    for field in fields_with_text(type(bulk.one)):
        values = bulk.columns[field] if field in bulk.columns else (getattr(bulk.one, field),)
        if not all(map(str.isascii, chain.from_iterable(map(texts_in, values)))):
            raise InDoubt


def _at_the_end(book: Book, many: Iterable[Many], told: Iterable[InEffect]) -> None:
    """See that nothing lies before what the book holds, or changes what was read from it."""
    first = min((*(each.first for each in many), *(each.begins for each in told)), default=book.at)
    if first < book.at or first == book.at == book.split_at:
        raise InDoubt
    if any(each.begins == book.at and each.fact.place is not None for each in told):
        raise InDoubt  # its place may be before what the same moment holds already


def _sums(numbers: NumberedAccounts, many: Iterable[Many]) -> Sums:
    """Return by how much the facts change each total that is limited, moment by moment."""
    found: Sums = defaultdict(lambda: defaultdict(int))
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


def _moved(book: Book, each: Many) -> None:
    """Note which entries moved which class, and when."""
    numbers = [*map(_to_number, each.bulk.rows)]
    for unit in {id(posting.unit): posting.unit for posting in each.postings}.values():
        moved: defaultdict[Any, list[tuple[Moment, EntryNumber]]] = defaultdict(list)
        for stock_class, pair in zip(each.column(unit), zip(each.moments, numbers, strict=True), strict=True):
            moved[stock_class].append(pair)
        for stock_class, pairs in moved.items():
            if type(stock_class) is StockClassId:
                book.movers.setdefault(stock_class, []).extend(pairs)
