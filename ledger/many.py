"""Lets pages of new facts through at once, where nothing stands in the way of any of them.

The gate asks every rule of every fact. Most facts of a long history only move quantities, and say the same few
things: here each rule is asked of a whole column, once for each different value. What could go wrong:

- *Something passes that the gate would refuse.* Every rule that concerns such a fact has its counterpart
  (``ledger.rules.at_once``). A fact that another rule concerns, or whose day is open, is asked by itself, as the
  gate does. Whatever is in any doubt is left to the gate, with all that came with it, and the gate alone refuses.
- *A limit is passed between two moments.* Totals are added up in order of moments, those of all facts together, and
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
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ledger.book import Changes
from ledger.coded import joined
from ledger.events import (
    EntryRestated,
    EntryVoided,
    Event,
    IssuerRegistered,
    OpeningBalanceAdopted,
    PersonalDataErased,
)
from ledger.kept_book import forget_movers
from ledger.late import Late, Moved, disturbed, mark, take_in
from ledger.movements import Level, Posting
from ledger.pages import Entries, Page, corrections_of
from ledger.rules.asking import InDoubt
from ledger.rules.at_once import AT_ONCE, Known
from ledger.rules.commands import fields_with_text, texts_in
from ledger.timeline import changed_by, named_by, standing
from ledger.totals import walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledger.book import Book, Total
    from ledger.bulk import Bulk
    from ledger.coded import Coding, Many, Rows
    from ledger.course import Course
    from ledger.rules import FactRule
    from ledger.timeline import Entry, InEffect

RulesOf = Callable[[type[Event]], Iterable["FactRule"]]
Broken = Callable[["Book", Changes], Iterable[object]]
_NEVER: Final = (OpeningBalanceAdopted, PersonalDataErased)
_CORRECTIONS: Final = (EntryVoided, EntryRestated)


def let_through(
    book: Book,
    entries: Sequence[Entry],
    pages: Sequence[Page],
    course: Course,
    rules_of: RulesOf,
    broken: Broken,
    *,
    keep: bool = True,
) -> bool:
    """Take the new facts of a command into a book if no rule stands in the way of any; return whether they were.

    Args:
        book: The totals and levels before them, none of which breaks a rule.
        entries: What is recorded.
        pages: The facts.
        course: How totals went so far, as far as somebody asked; it goes on with these.
        rules_of: Which rules concern a kind of fact.
        broken: Yields the rules of a fact that do not hold after some changes.
        keep: Whether the book keeps them.
    """
    coding, before = course.coding, len(entries)
    try:
        corrected = _corrected(entries, pages)
        many, told = _sorted_out(pages, coding, rules_of, corrected)
        rows = coding.rows(many)
        book.watch()
        try:
            late = _late_ones(book, coding, rows, told, corrected.falls)
            now = rows.only(rows.at >= book.at) if late.moved else rows
            if any(late):
                course.follow(entries)
                take_in(book, late, disturbed(book, course, late, broken))
            is_late = {id(each) for each in late.stands}
            totals = walk(book, coding, now, [each for each in told if id(each) not in is_late], broken)
            known = Known(book)
            for each in many:
                for rule in rules_of(each.kind):
                    AT_ONCE[rule](known, each)
        except BaseException:
            book.take_back()
            raise
    except InDoubt:
        return False
    if not keep:
        book.take_back()
        return True
    stands, falls = (
        [(each.settles, coding.changes(book.movements(each))) for each in facts]
        for facts in (told, corrected.falls)
    )
    book.keep()
    totals.set()
    forget_movers(book, {name for each in many for name in each.classes()})
    mark(book, late)
    course.take(before, sum(map(len, pages)), rows, stands, falls)
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
    pages: Sequence[Page], coding: Coding, rules_of: RulesOf, corrected: _Corrected
) -> tuple[list[Many], list[InEffect]]:
    """Return the facts that are asked at once, and those that are asked one by one."""
    gone = corrected.corrections | corrected.out
    apart: list[Entry] = []
    plain: list[Many] = []
    for page in pages:
        out = {number - page.first for number in gone if 0 <= number - page.first < len(page)}
        single = [each for each in page.singles.items() if each[0] not in out]
        if any(isinstance(event, _NEVER) for _, event in single):
            raise InDoubt
        for bulk in page.bulks:
            if isinstance(bulk.one, _NEVER) or not _are_plain(coding, bulk):
                raise InDoubt
            many, alone = _by_movement(coding, bulk, rules_of, out)
            if many is not None:
                plain.append(many)
            if alone.any():
                rest = bulk if alone.all() else bulk.only(np.flatnonzero(alone).tolist())
                single += zip(rest.rows, rest.events(), strict=True)
        apart += [page.single(place, event) for place, event in single]
    told = standing(sorted(apart, key=itemgetter(0))) + corrected.stands
    return joined(plain), told


def _by_movement(
    coding: Coding, bulk: Bulk, rules_of: RulesOf, out: set[int]
) -> tuple[Many | None, NDArray[np.bool_]]:
    """Return the facts that only move quantities, on exact days and wherever in them; and which others there are.

    Those that stand in a place that a correction takes out of history are left out.
    """
    stand = np.ones(len(bulk.rows), np.bool_)
    if out and not out.isdisjoint(bulk.rows):
        stand[:] = [row not in out for row in bulk.rows]
    many = coding.many(bulk) if all(rule in AT_ONCE for rule in rules_of(type(bulk.one))) else None
    if many is None or not many.moves_only or "place" in bulk.columns or bulk.one.place is not None:
        return None, stand
    is_exact = coding.are_exact(bulk)
    at_once, alone = stand & is_exact, stand & ~is_exact
    if not at_once.all():
        many = many.only(np.flatnonzero(at_once)) if at_once.any() else None
    return many, alone


def _are_plain(coding: Coding, bulk: Bulk) -> bool:
    """Whether no text needs a look at which characters are assigned."""
    for field in fields_with_text(type(bulk.one)):
        if (values := bulk.columns.get(field)) is not None:
            is_plain = bool(coding.each(values, _ascii).all())
        else:
            is_plain = all(map(str.isascii, texts_in(value))) if (value := getattr(bulk.one, field)) else True
        if not is_plain:
            return False
    return True


def _ascii(values: Sequence[Any]) -> NDArray[np.bool_]:
    return np.array([all(map(str.isascii, texts_in(value))) for value in values], np.bool_)


def _late_ones(book: Book, coding: Coding, rows: Rows, told: Sequence[InEffect], falls: Sequence[InEffect]) -> Late:
    """Return what lies before what the book holds, and what falls; nothing else may have to do with its moment."""
    if book.at == book.split_at and (np.any(rows.at == book.at) or any(each.begins == book.at for each in told)):
        raise InDoubt
    if any(each.begins == book.at and each.fact.place is not None for each in told):
        raise InDoubt  # its place may be before what the same moment holds already
    moved: defaultdict[Total, Moved] = defaultdict(lambda: defaultdict(int))
    early = rows.only(rows.at < book.at)
    for number, at, change in zip(
        early.keys.tolist(), early.at.tolist(), early.widened(coding).changes, strict=True
    ):
        moved[coding.totals()[number]][at] += change
    stands = [each for each in told if each.begins < book.at]
    if not (moved or stands or falls):
        return Late((), (), {})
    if Level.OPENING in book.stated or any(each.fact.place is not None for each in stands):
        raise InDoubt
    still_open = [each.fact.movements() for each in stands if each.settles > book.at]
    if any(type(movement) is not Posting for movement in chain.from_iterable(still_open)):
        raise InDoubt
    return Late(falls, [each for each in stands if each.settles <= book.at], moved)
