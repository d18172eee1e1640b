"""What facts move, in columns: an answer adds them up without making a fact, an entry or a movement again.

An index is derived from the entries, and never the truth. It keeps apart two sorts of facts. A *plain* one moves
quantities on an exact day, has no place of its own in it, and no correction names it: its postings go into
columns, and only their sums are ever asked for. Every other fact is *told*: it states a level, splits a class, may
lie on another day, corrects or is corrected. Told facts are kept whole, as ``standing`` returns them, and are taken
one by one in order of effect. There are few of them.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import compress, repeat
from operator import add, attrgetter, itemgetter
from typing import TYPE_CHECKING, Final, TypeGuard

from ledger.bulk import spread
from ledger.events import EntryRestated, EntryVoided, Fact
from ledger.movements import Posting
from ledger.numbered import NumberedAccounts
from ledger.pages import Page
from ledger.timeline import NO_PLACE, standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.bulk import Bulk
    from ledger.days import Moment
    from ledger.movements import Account, Movements, Unit
    from ledger.pages import Entries
    from ledger.timeline import Entry, InEffect, Place

_CORRECTIONS: Final = (EntryVoided, EntryRestated)


class _Strip:
    """Postings of plain facts, in columns of equal length.

    Attributes:
        settles: When each takes effect.
        numbers: Number of its entry.
        accounts: Number of its unit and account.
        quantities: How many units of 10⁻¹⁰; exact, however many.
        earliest: The first moment of them.
        latest: The last moment of them.
    """

    __slots__ = ("accounts", "earliest", "latest", "numbers", "quantities", "settles")

    def __init__(
        self,
        settles: list[Moment],
        numbers: list[int],
        accounts: list[int],
        quantities: list[int],
    ) -> None:
        self.settles, self.numbers, self.accounts, self.quantities = settles, numbers, accounts, quantities
        self.earliest, self.latest = min(settles), max(settles)

    def postings(self, after: Place, before: Place) -> Iterable[tuple[int, int]]:
        """Return account and quantity of what takes effect from one place in history to another."""
        both = zip(self.accounts, self.quantities, strict=True)
        if after[0] < self.earliest and self.latest < before[0]:
            return both
        if self.latest < after[0] or before[0] < self.earliest:
            return ()
        places = zip(self.settles, zip(repeat(NO_PLACE), self.numbers), strict=False)
        return compress(both, [after < place < before for place in places])

    def add(self, settles: Moment, number: int, account: int, quantity: int) -> None:
        """Add a posting."""
        self.settles.append(settles)
        self.numbers.append(number)
        self.accounts.append(account)
        self.quantities.append(quantity)
        self.earliest, self.latest = min(settles, self.earliest), max(settles, self.latest)


_LONGEST: Final = 1_000
"""So many postings of single entries stand in one strip, at most: an answer passes over a strip as a whole."""


class Index:
    """What the first entries of a ledger move, up to date as far as it was asked.

    Attributes:
        known: How many entries it covers.
        told: Facts that stand and are not plain, in order of recording.
    """

    def __init__(self) -> None:
        self.known = 0
        self.told: list[InEffect] = []
        self._strips: list[_Strip] = []
        self._singles: _Strip | None = None  # the last strip of single entries, which still grows
        self._accounts = NumberedAccounts()

    def follow(self, entries: Entries, known: int) -> bool:
        """Cover further entries, and return whether that was possible.

        It is not where a correction among them may name an entry that is covered; then a new index has to be made.
        """
        corrections = [*entries.of_kinds(_CORRECTIONS, self.known, known)]
        if known < self.known or (corrections and self.known):
            return False
        named = frozenset(
            number
            for entry in corrections
            for number in (entry.event.entries if type(entry.event) is EntryVoided else (entry.event.entry,))  # type: ignore[attr-defined]  # one of the two
        )
        told: list[Entry] = []
        for part, first, last in entries.parts(self.known, known):
            if not isinstance(part, Page):
                told += (entry for entry in part[first:last] if not self._took(entry, named))
                continue
            rows = [*part.singles.items()]
            whole = (first, last) == (0, len(part)) and named.isdisjoint(range(part.first, part.first + last))
            for bulk in part.bulks:
                if not (whole and self._took_all(bulk, part.first)):
                    rows += zip(bulk.rows, map(bulk.event, range(len(bulk.rows))), strict=True)
            for place, event in sorted(rows, key=itemgetter(0)):
                if first <= place < last and not self._took(entry := part.single(place, event), named):
                    told.append(entry)
        self.told += standing(told)
        self.known = known
        return True

    def _took(self, entry: Entry, named: frozenset[int]) -> bool:
        """Add the postings of an entry if it is plain, and return whether it is."""
        fact, number = entry.event, int(entry.number)
        if (
            not isinstance(fact, Fact)
            or number in named
            or fact.place is not None
            or not fact.effective_on.is_exact
        ):
            return False
        movements = fact.movements()
        if not _are_postings(movements):
            return False
        settles = fact.effective_on.opens_latest + fact.phase.rank
        for account, unit, quantity in movements:
            row = settles, number, self._accounts.number(unit, account), quantity
            if self._singles is None or len(self._singles.numbers) >= _LONGEST:
                self._singles = _Strip(*([value] for value in row))
                self._strips.append(self._singles)
            else:
                self._singles.add(*row)
        return True

    def _took_all(self, bulk: Bulk, first: int) -> bool:
        """Add the postings of many facts at once if all are plain, and return whether they are."""
        if "place" in bulk.columns or bulk.one.place is not None:
            return False
        days = bulk.values("effective_on")
        movements = bulk.movements()
        if movements is None or not _are_postings(movements) or not all(map(_is_exact, days)):
            return False
        settles = [*map(add, map(_opens_latest, days), map(_rank, bulk.values("phase")))]
        numbers = [first + row for row in bulk.rows]
        for posting in movements:
            quantities = spread(posting.quantity, len(numbers))
            self._strips.append(_Strip(settles, numbers, self._accounts.column(posting, len(numbers)), quantities))
        return True

    def sums(self, after: Place, before: Place) -> dict[tuple[Unit, Account], int]:
        """Return by how much plain facts change each account, from one place in history to another."""
        found: defaultdict[int, int] = defaultdict(int)
        for strip in self._strips:
            for account, quantity in strip.postings(after, before):
                found[account] += quantity
        accounts = self._accounts.names()
        return {accounts[number]: quantity for number, quantity in found.items()}


_is_exact, _opens_latest, _rank = attrgetter("is_exact"), attrgetter("opens_latest"), attrgetter("rank")


def _are_postings(movements: Movements) -> TypeGuard[tuple[Posting, ...]]:
    return all(type(movement) is Posting for movement in movements)
