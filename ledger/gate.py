"""Lets a command through, or refuses it: asks every rule at every moment, before and after the command.

What could go wrong here, and why it does not:

- *Only the end is checked.* A back-dated sale may leave enough today and too little last March. The sweep stops
  at each moment, and a refusal names the first entry that would break.
- *Old breaches block new facts.* Records taken over from others come as stated, and may not fit. Only a breach
  that the command adds or deepens is refused; the depth at every moment is compared with the depth before.
- *A refusal leaves a trace.* Running totals that a refused command had moved are moved back.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.book import Book, Changes, ClassTotal, Quantity, Step, Total, UndrawnUnder, by_moment, steps
from ledger.days import Moment
from ledger.errors import HeldLater, HoldingExceeded, LedgerError, LibraryMissing, needed
from ledger.events import SPLITS, EntryRestated, EntryVoided, Event, Fact, IssuerRegistered
from ledger.identity import IssuerId, StockClassId
from ledger.kept_book import KeptBook, Unkept, keep
from ledger.movements import (
    Awarded,
    Commitment,
    Declared,
    Held,
    Level,
    Owed,
    Pooled,
    Purchasable,
    Reserved,
    Restricted,
    Source,
)
from ledger.pages import Entries, Page
from ledger.rules import (
    COMMAND_RULES,
    FACT_RULES,
    Asked,
    AskedOfPages,
    Breach,
    CommandRule,
    FactRule,
    characters_are_assigned,
    concerns,
    issuer_first,
    limits_are_raised_after_notice,
    not_below_zero,
    transfers_are_unrestricted,
    within_authorized,
)
from ledger.timeline import Entry, InEffect, place_in_history, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.columns.movements import MovementColumns
    from ledger.course import Course
    from ledger.store.kept import Shelf


def _order(total: Total) -> tuple[int, str]:
    """Holdings first, then treasury, reserves, commitments and instruments."""
    unit, account = total
    return _RANK.index(type(account)), f"{unit} {account}"


_RANK: Final = (
    Held,
    Source,
    Reserved,
    Commitment,
    UndrawnUnder,
    Owed,
    Purchasable,
    Awarded,
    Pooled,
    Declared,
    Restricted,
)


_CORRECTIONS: Final = (EntryVoided, EntryRestated)
_MANY: Final = 3_000
"""To ask so many facts one by one takes as long as to begin with NumPy."""


def limits_broken(book: Book, changes: Changes) -> Iterator[Breach]:
    """Yield each limit that does not hold after a moment."""
    totals = [total for total in changes.lowered if not isinstance(total[1], ClassTotal)]
    for total in sorted(totals, key=_order) if len(totals) > 1 else totals:
        if breach := not_below_zero(book, total, changes.lowered[total]):
            yield breach
    touched: dict[StockClassId, InEffect] = {**changes.relevelled}
    for (unit, account), each in changes.raised.items():
        if isinstance(account, ClassTotal) and isinstance(unit, StockClassId):
            touched[unit] = max(touched.get(unit, each), each, key=place_in_history)
    for stock_class in sorted(touched):
        if breach := within_authorized(book, stock_class, touched[stock_class]):
            yield breach


def facts_broken(book: Book, changes: Changes) -> Iterator[Breach]:
    """Yield each rule of a fact that does not hold after a moment."""
    for each in changes.settled:
        for rule in _fact_rules(type(each.fact)):
            for error in rule(book, each):
                key = (rule.__name__, each.first, *error.fields())
                yield Breach(key, book.at, 1, each.entry.number, error)


@cache
def _fact_rules(kind: type[Fact]) -> tuple[FactRule, ...]:
    """Return the rules that concern a kind of fact."""
    return tuple(rule for rule in FACT_RULES if concerns(rule, kind))


@cache
def _command_rules(kind: type[Event], said: type[Event]) -> tuple[CommandRule, ...]:
    """Return the rules of a command that concern a kind of event, or the fact that it holds."""
    return tuple(rule for rule in COMMAND_RULES if concerns(rule, kind) or concerns(rule, said))


@attrs.define
class Sweep:
    """What a walk through all moments found.

    Attributes:
        book: The totals at the end.
        breaches: Rules that do not hold, in order of effect.
        depths: For each broken limit, how deep it was broken from each moment on.
    """

    book: Book
    breaches: list[Breach]
    depths: dict[tuple[Any, ...], list[tuple[Moment, Quantity]]]

    def depth(self, key: tuple[Any, ...], at: Moment) -> Quantity:
        """Return how deep a rule was broken at a moment; 0 where it held."""
        known = self.depths.get(key, [])
        index = bisect_right(known, at, key=lambda pair: pair[0])
        return known[index - 1][1] if index else 0


def sweep(facts: Sequence[InEffect]) -> Sweep:
    """Walk through every moment of standing facts, and ask every rule."""
    found = Sweep(Book(), [], {})
    for at, group in by_moment(steps(facts)):
        for breach in _broken(found.book, at, group):
            found.breaches.append(breach)
            depths = found.depths.setdefault(breach.key, [])
            if depths and depths[-1][0] == at:  # before a split of this moment and after it
                depths[-1] = (at, max(depths[-1][1], breach.depth))
            else:
                depths.append((at, breach.depth))
        _mark_mended(found, at)
    return found


def _mark_mended(found: Sweep, at: Moment) -> None:
    """Note where a limit that was broken holds again, or is broken less."""
    for key, known in found.depths.items():
        if key[0] == "below zero":
            depth = max(0, -found.book.high.get(key[1], 0))
        elif key[0] == "within authorized" and known[-1][0] != at:
            breach = within_authorized(found.book, key[1], _anyone(found.book, key[1]))
            depth = breach.depth if breach else 0
        else:
            continue
        if known[-1][0] != at and known[-1][1] != depth:
            known.append((at, depth))


def _anyone(book: Book, stock_class: StockClassId) -> InEffect:
    return book.settings[Level.AUTHORIZED, stock_class][0][0]  # there, or the limit could not have been broken


def added_or_deepened(before: Sweep, after: Sweep) -> Breach | None:
    """Return the first breach that was not there before, or was not as deep."""
    worse = [breach for breach in after.breaches if breach.depth > before.depth(breach.key, breach.at)]
    for key, known in before.depths.items():  # what had mended a breach may be gone, and nothing new says so
        earlier = [breach for breach in after.breaches if breach.key == key]
        for at, depth in known:
            last = [breach for breach in earlier if breach.at <= at]
            if last and after.depth(key, at) > depth:
                worse.append(attrs.evolve(last[-1], at=at, depth=after.depth(key, at)))
    if not worse:
        return None
    return _told_in_time(min(worse, key=lambda breach: breach.at), after.book)


def _told_in_time(breach: Breach, end: Book) -> Breach:
    """Say whether the position is large enough later: then the fact is only too early."""
    error = breach.error
    if type(error) is HoldingExceeded and end.high.get(breach.key[1], 0) >= 0:
        later = HeldLater(*error.fields())  # type: ignore[arg-type]  # the same fields
        return attrs.evolve(breach, error=later)
    return breach


class Gate:
    """Keeps the book of a record up to date, and lets a command through or refuses it.

    A command whose facts all lie at or after the last moment of the book is checked against the running totals.
    One that comes late goes through with a look at what it disturbs, if that surely is all. Any other one is
    checked by walking through the whole record before and after.

    Args:
        kept: The book that is kept beside the record, if there is one.
        columns: Returns what the entries move, where that is worth the while.
    """

    def __init__(
        self, kept: KeptBook | None = None, columns: Callable[[], MovementColumns | None] = lambda: None
    ) -> None:
        self._sweep = Sweep(Book(), [], {})
        self._size = 0
        self._kept, self._columns = kept, columns
        self._course: Course | None = None

    def check(
        self,
        issuer: IssuerId | None,
        entries: Sequence[Entry],
        new: Sequence[Entry],
        *,
        as_stated: bool = False,
        keep: bool = True,
    ) -> None:
        """Ask every rule about a command.

        Args:
            issuer: Whose record it is; ``None`` before the first entry.
            entries: What is recorded.
            new: What the command adds.
            as_stated: Whether limits are left to be found later, as for a register taken over from others.
            keep: Whether the command will be recorded if it is let through.

        Raises:
            RuleBroken: The first rule that the command breaks, adds a breach of, or deepens.
        """
        first = new[0].event
        issuer = issuer or (first.issuer if isinstance(first, IssuerRegistered) else None)
        for index, entry in enumerate(new):
            asked = Asked(issuer, entries, new, index)
            for rule in _command_rules(type(entry.event), type(asked.said)):
                try:
                    rule(asked)
                except LedgerError as error:
                    raise error.at(f"entry {entry.number}") from None
        self._catch_up(entries)
        if not self._through(entries, new, as_stated=as_stated, keep=keep):
            after = sweep(standing([*entries, *new]))
            breach = added_or_deepened(self._sweep, after)
            if breach is not None and as_stated:
                breach = added_or_deepened(self._sweep, _facts_only(after))
            if breach is not None:
                raise breach.refusal()
            if keep:
                self._sweep = after
        if keep:
            self._size += len(new)

    def check_pages(
        self, issuer: IssuerId | None, entries: Sequence[Entry], pages: Sequence[Page], *, keep: bool = True
    ) -> bool:
        """Let the pages of a command through at once if nothing stands in the way of any; return whether they went.

        Args:
            issuer: Whose record it is; ``None`` before the first entry.
            entries: What is recorded.
            pages: What the command adds.
            keep: Whether it will be recorded if it is let through.
        """
        if sum(map(len, pages)) < _MANY and "numpy" not in sys.modules:
            return False
        self._catch_up(entries)
        try:
            needed("numpy", "columns", "for rules that are asked at once")
        except LibraryMissing:
            return False
        from ledger.coded import Coding
        from ledger.course import Course
        from ledger.many import let_through

        if self._sweep.breaches or not _commands_are_let_through(issuer, entries, pages):
            return False
        if self._course is None:
            self._course = Course(Coding())
        try:
            passed = let_through(
                self._sweep.book, entries, pages, self._course, _fact_rules, facts_broken, keep=keep
            )
        except Unkept:
            passed = False
        if not passed:
            return False
        if keep:
            self._size += sum(map(len, pages))
        return True

    def is_worth_keeping(self, many: int) -> bool:
        """Whether the book is ahead of the one that is kept: by so many entries, or after a long walk."""
        ahead = self._size - (self._kept.size if self._kept is not None else 0)
        took_a_walk = self._sweep.book.touched is None and self._size >= many
        return ahead >= many or (ahead > 0 and took_a_walk)

    def keep_book(self, entries: Sequence[Entry], shelf: Shelf) -> None:
        """Keep the book, if it is that of all entries and no rule is broken."""
        if self._size == len(entries) and not self._sweep.breaches:
            self._kept = keep(self._kept, self._sweep.book, self._size, shelf)

    def _catch_up(self, entries: Sequence[Entry]) -> None:
        if not self._size and self._kept is not None and self._kept.size <= len(entries):
            with suppress(Unkept):
                self._sweep, self._size = Sweep(self._kept.book(entries), [], {}), self._kept.size
        if self._size == len(entries):
            return
        if not 0 < self._size < len(entries) or not self._followed(entries):
            self._sweep, self._size = sweep(standing(entries)), len(entries)

    def _followed(self, entries: Sequence[Entry]) -> bool:
        """Take in what was recorded since, command by command; return whether the running totals could follow."""
        for _, group in groupby(entries[self._size :], key=attrgetter("command")):
            new = [*group]
            try:
                if not self._through(entries, new, as_stated=False, keep=True):
                    return False
            except LedgerError:  # as stated by others
                return False
            self._size += len(new)
        return True

    def _through(self, entries: Sequence[Entry], new: Sequence[Entry], *, as_stated: bool, keep: bool) -> bool:
        """Check a command without a walk through the whole record; return whether that was possible."""
        try:
            if self._at_the_end(new, as_stated=as_stated, keep=keep):
                return True
            columns = self._columns() if self._size and not (as_stated or self._sweep.breaches) else None
            if columns is None or columns.known < self._size:
                return False
            from ledger import late

            return late.let_through(self._sweep.book, columns, entries, new, facts_broken, keep=keep)
        except Unkept:
            return False

    def _at_the_end(self, new: Sequence[Entry], *, as_stated: bool, keep: bool) -> bool:
        """Check a command against the running totals; return whether that was possible."""
        book = self._sweep.book
        if self._sweep.breaches or as_stated:
            return False
        for entry in new:
            if type(entry.event) in _CORRECTIONS:
                return False
        facts, begun, splits = standing(new), set(), book.split_at == book.at
        for each in facts:
            if each.begins != each.settles or each.begins < book.at:
                return False
            if each.begins == book.at and each.fact.place is not None:
                return False  # its place may be before what the same moment holds already
            begun.add(each.begins)
            splits = splits or type(each.fact) in SPLITS
        if splits and book.at in begun:
            return False  # what comes before and after a split of the same moment needs the whole moment
        one_moment_of_its_own = len(begun) == 1 and book.at not in begun
        book.watch()
        try:
            groups = by_moment(steps(facts))
            breach = next((each for at, group in groups for each in _broken(book, at, group)), None)
        except BaseException:
            book.take_back()
            raise
        if breach is None and keep:
            book.keep()
            return True
        book.take_back()
        if breach is not None and one_moment_of_its_own:
            raise breach.refusal()
        return breach is None  # else which breach comes first, and whether it is mended later, the sweep tells


def _commands_are_let_through(issuer: IssuerId | None, entries: Sequence[Entry], pages: Sequence[Page]) -> bool:
    """Whether no rule of a command stands in the way of what pages add."""
    from ledger.many import among

    before = entries
    if not entries:
        first = pages[0].first_entry()
        if not isinstance(first.event, IssuerRegistered):
            return False
        issuer, before = issuer or first.event.issuer, (first,)
    new = Entries()
    for page in pages:
        new.add(page)
    apart = sorted((entry for page in pages for entry in page.apart(_is_asked_alone)), key=itemgetter(0))
    correcting = among(entries, (entry for entry in apart if isinstance(entry.event, _CORRECTIONS)))
    for entry in apart:
        asked = Asked(issuer, before, (entry,), 0)
        if isinstance(entry.event, _CORRECTIONS):
            asked = AskedOfPages(issuer, entries, new, entry.number - len(entries) - 1, correcting)
        for rule in _command_rules(type(entry.event), type(asked.said)):
            try:
                rule(asked)
            except LedgerError:
                return False
    return True


@cache
def _is_asked_alone(kind: type[Event]) -> bool:
    """Whether a rule of commands concerns a kind of event, beyond those that any fact in columns passes."""
    return not {*_command_rules(kind, kind)} <= {issuer_first, characters_are_assigned}


def _broken(book: Book, at: Moment, group: list[Step]) -> Iterator[Breach]:
    """Take the steps of one moment, and yield each rule that does not hold after it, or before a split in it.

    A split rounds positions: one that is a share short before it may look whole behind it.
    """
    changes, short, done = Changes(), list[Breach](), 0
    for index, step in enumerate(group):
        if index > done and type(step.each.fact) in SPLITS:
            short += limits_broken(book, book.advance(at, group[done:index], changes))
            done = index
    book.advance(at, group[done:], changes)
    yield from facts_broken(book, changes)
    yield from short
    yield from limits_broken(book, changes)


_LIMITS: Final = (
    "below zero",
    "within authorized",
    transfers_are_unrestricted.__name__,
    limits_are_raised_after_notice.__name__,
)
"""What is broken where a limit does not hold; a register that is taken over as stated may hold such facts."""


def _facts_only(found: Sweep) -> Sweep:
    """Return a sweep without the limits that do not hold."""
    return attrs.evolve(
        found,
        breaches=[each for each in found.breaches if each.key[0] not in _LIMITS],
    )
