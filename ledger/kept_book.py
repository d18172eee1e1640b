"""The book at the end of a record, kept beside it: it opens without a look at what led there.

Each total is kept as its quantity, and each setting as the entries that state it: the fact itself is read from the
record when a rule asks for it. What could go wrong here, and why it does not:

- *More than the end counts.* Where a limit is broken, or open days leave two readings of a total, no book is kept,
  and the record is walked through as ever.
- *A rule asks for what is not kept*, such as which entries moved a class. ``Unkept`` says so, and the record is
  walked through.
- *What is kept is something else than a book.* Then it cannot be read, and that is ``Unkept`` as well.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Self, cast

from ledger.book import Book, ClassTotal, Quantity, Table, Total, UndrawnUnder
from ledger.events import EntryRestated
from ledger.identity import AgreementId, StockClassId
from ledger.keyed import Keyed
from ledger.movements import PARTS, Level, Setting, Source, Stage
from ledger.quantities import Currency
from ledger.timeline import InEffect, in_effect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ledger.events import Fact
    from ledger.movements import LevelValue, Subject
    from ledger.store.kept import Kept, Shelf
    from ledger.timeline import Entry

PART: Final = "book"
LAYOUT: Final = 1
_ACCOUNTS: Final[dict[type, tuple[Callable[[Any], Any], ...]]] = {
    **PARTS,
    UndrawnUnder: (AgreementId,),
    Source: (Source,),
    ClassTotal: (ClassTotal,),
}
"""What a total may be of, and what its parts are."""
_NAMED: Final = {kind.__name__: (kind, parts) for kind, parts in _ACCOUNTS.items()}
_UNITS: Final = {"class": StockClassId, "money": Currency}


class Unkept(Exception):
    """A book that was kept does not hold what a rule asks for."""


def total_text(total: Total) -> str:
    """Return the name of a total."""
    unit, account = total
    if isinstance(account, Source | ClassTotal):
        parts = [account.value]
    else:
        given = (getattr(account, name) for name in type(account).__match_args__)
        parts = [part.value if isinstance(part, Stage) else part for part in given]
    counted = "class" if isinstance(unit, StockClassId) else "money"
    return json.dumps([counted, unit, type(account).__name__, *parts], separators=(",", ":"))


def total_of(text: str) -> Total:
    """Return the total of a name."""
    counted, unit, kind, *parts = json.loads(text)
    make, forms = _NAMED[kind]
    made = [None if part is None else form(part) for form, part in zip(forms, parts, strict=True)]
    return cast("Total", (_UNITS[counted](unit), made[0] if make in (Source, ClassTotal) else make(*made)))


def setting_text(level: Level, subject: Subject) -> str:
    """Return the name of a level of a subject."""
    return json.dumps([level.name, subject], separators=(",", ":"))


def _setting_of(text: str) -> tuple[Level, Subject]:
    level, subject = json.loads(text)
    return Level[level], tuple(subject) if isinstance(subject, list) else subject


def _stated_text(settings: Iterable[tuple[InEffect, LevelValue]]) -> str:
    """Return the entries that state a level, each once, with the first original of each."""
    return " ".join(dict.fromkeys(f"{each.entry.number}:{each.first}" for each, _ in settings))


def _stated(text: str, entries: Sequence[Entry]) -> Iterator[InEffect]:
    for pair in text.split():
        number, first = map(int, pair.split(":"))
        entry = entries[number - 1]
        fact = entry.event.restated_as if isinstance(entry.event, EntryRestated) else entry.event
        yield in_effect(entry, cast("Fact", fact), first)


_NOT_A_BOOK: Final = (LookupError, TypeError, ValueError, AttributeError)


class _Totals(Table):
    """Totals of which most are kept."""

    def __init__(self, kept: Keyed) -> None:
        super().__init__()
        self._kept: Keyed | None = kept

    def __missing__(self, total: Total) -> Quantity:
        text = self._kept.get(total_text(total)) if self._kept is not None else None
        if text is None:
            raise KeyError(total)
        self[total] = found = _quantity(text)
        return found

    def get(self, total: Total, default: Any = None) -> Any:
        """Return a total."""
        try:
            return self[total]
        except KeyError:
            return default

    def __contains__(self, total: object) -> bool:
        return self.get(cast("Total", total)) is not None

    def _load(self) -> None:
        """Take in all that is kept: what asks for all of them asks for the end of a whole history."""
        if self._kept is not None:
            try:
                kept = {total_of(name): _quantity(text) for name, text in self._kept.items()}
            except _NOT_A_BOOK as error:
                raise Unkept from error
            self._kept = None
            self.update(kept | {**self})

    def items(self) -> Any:
        """Return all totals."""
        self._load()
        return super().items()

    def beginning_with(self, first: object) -> list[Any]:
        """Return the totals of a unit."""
        return [total for total, _ in self.items() if total[0] == first]


def _quantity(text: str) -> Quantity:
    try:
        return Fraction(text) if "/" in text else int(text)
    except ValueError as error:
        raise Unkept from error


class _Settings(Table):
    """Settings of which most are kept: as the entries that state them."""

    def __init__(self, kept: Keyed, levels: set[Level], entries: Sequence[Entry]) -> None:
        super().__init__()
        self._kept, self._levels, self._entries = kept, levels, entries

    def __missing__(self, key: tuple[Level, Subject]) -> tuple[tuple[InEffect, LevelValue], ...]:
        text = self._kept.get(setting_text(*key)) if key[0] in self._levels else None
        if text is None:
            raise KeyError(key)
        try:
            self[key] = found = tuple(
                (each, movement.value)
                for each in _stated(text, self._entries)
                for movement in each.fact.movements()
                if type(movement) is Setting and (movement.level, movement.subject) == key
            )
        except _NOT_A_BOOK as error:
            raise Unkept from error
        return found

    def get(self, key: tuple[Level, Subject], default: Any = None) -> Any:
        """Return the settings of a level."""
        try:
            return self[key]
        except KeyError:
            return default

    def beginning_with(self, first: object) -> list[Any]:
        """Return the subjects of a level."""
        assert isinstance(first, Level)
        beginning = setting_text(first, "").removesuffix('""]')
        try:
            kept = [_setting_of(name) for name, _ in self._kept.items(beginning)]
        except _NOT_A_BOOK as error:
            raise Unkept from error
        return [*dict.fromkeys((*kept, *(key for key in self if key[0] is first)))]

    def items(self) -> Any:
        """Refuse: whoever asks for all settings asks for most of the record."""
        raise Unkept


class _Movers(dict[Any, Any]):
    """What moved each class; not all is known of those that were moved before the book was kept, or by pages."""

    def __init__(self, moved: Iterable[str], known: dict[Any, Any]) -> None:
        super().__init__(known)
        self.moved = {*moved}

    def get(self, stock_class: Any, default: Any = None) -> Any:
        """Return what moved a class."""
        if stock_class in self.moved:
            raise Unkept
        return super().get(stock_class, default)


class KeptBook:
    """A book that is kept.

    Args:
        size: How many entries it covers.
        told: Its moments, splits, levels, and which classes were moved.
        totals: Quantities, by total.
        settings: Entries, by level and subject.
    """

    def __init__(self, size: int, told: Any, totals: Keyed, settings: Keyed) -> None:
        self.size = size
        self._told, self._totals, self._settings = told, totals, settings

    @classmethod
    def opened(cls, kept: Kept) -> Self | None:
        """Return the book that is kept, if there is one."""
        try:
            totals, settings = (
                Keyed([kept.pieces[f"{name}-{at}"] for at in range(kept.told["segments"][name])])
                for name in ("totals", "settings")
            )
        except _NOT_A_BOOK:
            return None
        return cls(kept.size, kept.told, totals, settings)

    def book(self, entries: Sequence[Entry]) -> Book:
        """Return the book at the end of the entries that it covers.

        Raises:
            Unkept: What is kept is no book.
        """
        book = Book()
        try:
            told = self._told
            book.at, book.split_at = int(told["at"]), int(told["split_at"])
            book.stated = {Level[name] for name in told["levels"]}
            book.movers = _Movers(map(str, told["moved"]), {})
            book.splits = {
                StockClassId(name): tuple(_stated(text, entries)) for name, text in told["splits"].items()
            }
        except _NOT_A_BOOK as error:
            raise Unkept from error
        book.high, book.low = _Totals(self._totals), _Totals(self._totals)
        book.settings = _Settings(self._settings, {*book.stated}, entries)
        book.touched = set()
        return book


def forget_movers(book: Book, classes: Iterable[StockClassId]) -> None:
    """Note that more moved some classes than the book will tell: an opening balance alone asks for that."""
    if not isinstance(book.movers, _Movers):
        book.movers = _Movers((), book.movers)
    book.movers.moved.update(classes)


def keep(before: KeptBook | None, book: Book, size: int, shelf: Shelf) -> KeptBook | None:
    """Keep the book at the end of some entries, and return it; nothing where it counts more than the end.

    Args:
        before: The book that is kept already, from which this one came; nothing where it did not.
        book: The book, which breaks no rule.
        size: How many entries it covers.
        shelf: Where it is kept.
    """
    if before is None or book.touched is None:
        before = KeptBook(0, {"moved": ()}, Keyed(), Keyed())
        keys: Iterable[Any] = {*book.high, *book.low, *book.settings}
    else:
        keys = book.touched
    totals: dict[str, str | None] = {}
    settings: dict[str, str | None] = {}
    for key in keys:
        if isinstance(key[0], Level):
            settings[setting_text(*key)] = _stated_text(book.settings.get(key, ())) or None
        else:
            quantity = book.high.get(key, 0)
            if quantity != book.low.get(key, 0):
                return None
            totals[total_text(key)] = str(quantity) if quantity else None
    told = {
        "at": book.at,
        "split_at": book.split_at,
        "levels": sorted(level.name for level in book.stated),
        "moved": sorted({*before._told["moved"], *book.movers, *getattr(book.movers, "moved", ())}),
        "splits": {name: _stated_text((each, None) for each in splits) for name, splits in book.splits.items()},
    }
    changed = {"totals": before._totals.changed(totals), "settings": before._settings.changed(settings)}
    told["segments"] = {name: len(each.segments()) for name, each in changed.items()}
    pieces = {f"{name}-{at}": arrays for name, each in changed.items() for at, arrays in enumerate(each.segments())}
    shelf.keep(size, told, pieces)
    book.touched = set()
    return KeptBook(size, told, changed["totals"], changed["settings"])
