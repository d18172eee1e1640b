"""Lets pages of new facts through at once, where nothing stands in the way of any of them.

The gate asks every rule of every fact. Most facts of a long history only move quantities, and say the same few
things: here each rule is asked of a whole column, once for each different value. What could go wrong:

- *Something passes that the gate would refuse.* Every rule that concerns such a fact has its counterpart
  (``ledger.rules.at_once``). A fact that another rule concerns, or whose day is open, is asked by itself, as the
  gate does. Whatever is in any doubt is left to the gate, with all that came with it, and the gate alone refuses.
- *A limit is passed between two moments.* Totals are added up moment by moment, those of all facts together, and
  are looked at wherever a moment ends (``ledger.totals``).
- *A correction is overlooked.* Facts that the same pages take out of history are left out before anything is asked.
- *Something comes late*, before the last moment of the book, or takes out what other commands recorded. It is
  looked at first, apart from all others, with what it disturbs (``ledger.late``).
- *Something is kept of what is not taken.* The book remembers what it was until all has passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import add, attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger import kept_book
from ledger.book import Changes
from ledger.bulk import Bulk, spread
from ledger.events import (
    EntryRestated,
    EntryVoided,
    Event,
    IssuerRegistered,
    OpeningBalanceAdopted,
    PersonalDataErased,
)
from ledger.identity import StockClassId
from ledger.movements import Level, Posting
from ledger.numbered import NumberedAccounts
from ledger.pages import Entries, Page, corrections_of
from ledger.rules.at_once import AT_ONCE, InDoubt, Many
from ledger.rules.commands import fields_with_text, texts_in
from ledger.timeline import changed_by, named_by, standing
from ledger.totals import Sums, counted_postings, walk

if TYPE_CHECKING:
    from ledger.book import Book, Total
    from ledger.days import Moment
    from ledger.late import Went
    from ledger.rules import FactRule
    from ledger.timeline import Entry, InEffect

RulesOf = Callable[[type[Event]], Iterable["FactRule"]]
Broken = Callable[["Book", Changes], Iterable[object]]
_NEVER: Final = (OpeningBalanceAdopted, PersonalDataErased)
_CORRECTIONS: Final = (EntryVoided, EntryRestated)
_is_exact, _opens, _rank = attrgetter("is_exact"), attrgetter("opens_latest"), attrgetter("rank")


def let_through(
    book: Book,
    entries: Sequence[Entry],
    pages: Sequence[Page],
    numbers: NumberedAccounts,
    rules_of: RulesOf,
    broken: Broken,
    went: Callable[[], Went],
    *,
    keep: bool = True,
) -> bool:
    """Take the new facts of a command into a book if no rule stands in the way of any; return whether they were.

    Args:
        book: The totals and levels before them, none of which breaks a rule.
        entries: What is recorded.
        pages: The facts.
        numbers: Numbers of totals, kept from command to command.
        rules_of: Which rules concern a kind of fact.
        broken: Yields the rules of a fact that do not hold after some changes.
        went: Returns who knows how totals went so far.
        keep: Whether the book keeps them.
    """
    try:
        corrected = _corrected(entries, pages)
        many, told = _sorted_out(pages, rules_of, corrected)
        sums = _sums(numbers, many)
        book.watch()
        try:
            late = _take_late(book, numbers, sums, told, corrected.falls, broken, went)
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
    units = {id(posting.unit): posting.unit for each in many for posting in each.postings}
    for unit in units.values():
        kept_book.forget_movers(book, {each for each in spread(unit, 1) if type(each) is StockClassId})
    for fallen in corrected.falls:
        book.mark(fallen, moves=False)
    for stands in late:
        book.mark(stands)
    return True


class _Corrected(NamedTuple):
    """What corrections in pages change.

    Attributes:
        corrections: Their numbers.
        out: The numbers of entries of the same pages that they take out of history.
        falls: The facts of recorded entries that they take out.
        stands: The facts that they put in.
    """

    corrections: set[int]
    out: set[int]
    falls: list[InEffect]
    stands: list[InEffect]


def _corrected(entries: Sequence[Entry], pages: Sequence[Page]) -> _Corrected:
    """Return what the corrections in pages change, which may correct one another."""
    corrections = [page.single(*each) for page in pages for each in page.of_kinds(_CORRECTIONS)]
    if not corrections:
        return _Corrected(set(), set(), [], [])
    new, size = Entries(), pages[0].first - 1
    for page in pages:
        new.add(page)
    falls, stands = changed_by(
        corrections,
        lambda number: entries[number - 1] if number <= size else new[number - size - 1],
        among(entries, corrections),
    )
    if any(isinstance(each.fact, (IssuerRegistered, *_NEVER)) for each in (*falls, *stands)):
        raise InDoubt
    return _Corrected(
        {entry.number for entry in corrections},
        {each.entry.number for each in falls if each.entry.number > size},
        [each for each in falls if each.entry.number <= size],
        stands,
    )


def among(entries: Sequence[Entry], corrections: Iterable[Entry]) -> Callable[[int], list[int]]:
    """Return what tells which corrections name an entry, of those that are recorded and of new ones."""
    naming: defaultdict[int, list[int]] = defaultdict(list)
    for entry in corrections:
        for named in named_by(entry.event):
            naming[named].append(int(entry.number))
    return lambda number: [*corrections_of(entries, number), *naming.get(number, ())]


def _sorted_out(
    pages: Sequence[Page], rules_of: RulesOf, corrected: _Corrected
) -> tuple[list[Many], list[InEffect]]:
    """Return the facts that are asked at once, and those that are asked one by one."""
    gone = corrected.corrections | corrected.out
    apart: list[Entry] = []
    plain: defaultdict[type[Event], list[tuple[Bulk, int]]] = defaultdict(list)
    for page in pages:
        out = {number - page.first for number in gone if 0 <= number - page.first < len(page)}
        single = [each for each in page.singles.items() if each[0] not in out]
        if any(isinstance(event, _NEVER) for _, event in single):
            raise InDoubt
        for bulk in page.bulks:
            kind = type(bulk.one)
            rest = bulk if out.isdisjoint(bulk.rows) else _standing(bulk, out)
            if issubclass(kind, _NEVER):
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
    told = standing(sorted(apart, key=itemgetter(0))) + corrected.stands
    return [*map(_many, plain.values())], told


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


def _are_plain(bulk: Bulk) -> None:
    """See that no text needs a look at which characters are assigned."""
    for field in fields_with_text(type(bulk.one)):
        values = bulk.columns[field] if field in bulk.columns else (getattr(bulk.one, field),)
        if not all(map(str.isascii, chain.from_iterable(map(texts_in, values)))):
            raise InDoubt


def _take_late(
    book: Book,
    numbers: NumberedAccounts,
    sums: Sums,
    told: list[InEffect],
    falls: list[InEffect],
    broken: Broken,
    went: Callable[[], Went],
) -> Sequence[InEffect]:
    """Let the book take what lies before what it holds, out of sums and facts that are told, and what falls.

    Returns:
        The facts that were told.
    """
    begins = min((each.begins for each in told if each.begins >= book.at), default=book.at + 1)
    if book.at == book.split_at and (book.at in sums or begins == book.at):
        raise InDoubt
    if any(each.begins == book.at and each.fact.place is not None for each in told):
        raise InDoubt  # its place may be before what the same moment holds already
    moved: defaultdict[Total, dict[Moment, int]] = defaultdict(dict)
    names: Any = numbers.names()
    for at in [at for at in sums if at < book.at]:
        for number, change in sums.pop(at).items():
            moved[names[number]][at] = change
    stands = [each for each in told if each.begins < book.at]
    if not (moved or stands or falls):
        return ()
    if Level.OPENING in book.stated or any(each.fact.place is not None for each in stands):
        raise InDoubt
    from ledger import late

    what = late.Late(falls, [each for each in stands if each.settles <= book.at], moved)
    still_open = [each.fact.movements() for each in stands if each.settles > book.at]
    if any(type(movement) is not Posting for movement in chain.from_iterable(still_open)):
        raise InDoubt
    late.take_in(book, what, late.disturbed(book, went(), what, broken))
    there = {id(each) for each in what.stands}
    told[:] = [each for each in told if id(each) not in there]
    return what.stands


def _sums(numbers: NumberedAccounts, many: Iterable[Many]) -> Sums:
    """Return by how much the facts change each total that is limited, moment by moment."""
    found: Sums = defaultdict(lambda: defaultdict(int))
    for some in many:
        for posting in counted_postings(some.postings):
            _add(found, some, numbers, posting)
    return found


def _add(found: Sums, each: Many, numbers: NumberedAccounts, posting: Posting) -> None:
    count = len(each.moments)
    quantities = spread(posting.quantity, count)
    last: Moment | None = None
    changes: dict[int, int] = {}
    for at, number, change in zip(each.moments, numbers.column(posting, count), quantities, strict=True):
        if at != last:  # most are in order
            changes, last = found[at], at
        changes[number] += change
