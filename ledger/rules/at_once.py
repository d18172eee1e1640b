"""Rules asked of many facts of one kind at once: column by column, once for each different value.

Each rule that concerns a fact which only moves quantities has its counterpart here. A counterpart says that the
rule holds for all of the facts, or that it is in doubt, and never refuses. Then the rule is asked fact by fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, repeat
from operator import mod
from typing import Any, Final

from ledger.book import Book
from ledger.bulk import Bulk, Column, spread
from ledger.days import Moment
from ledger.identity import (
    AgreementId,
    ConditionId,
    Count,
    HolderId,
    Identifier,
    InstrumentId,
    PlanId,
    StockClassId,
    TrancheId,
)
from ledger.movements import Commitment, Level, LevelValue, Posting, StockClassKind, Subject
from ledger.quantities import PLACES, Money, Price, Ratio, Shares
from ledger.rules.asking import FactRule
from ledger.rules.names import fields_that_name, known_by_then, names_in, one_name_one_thing
from ledger.rules.papers import issued_as_designated, shares_under_an_agreement_are_named
from ledger.rules.restrictions import transfers_are_unrestricted
from ledger.rules.units import currency_of_the_commitment, decimals_of_the_class, order_around_a_split

_OF_AN_AGREEMENT: Final = {TrancheId, ConditionId}
_ALONE: Final = {HolderId, StockClassId, AgreementId, InstrumentId, PlanId}
"""Each is one name, which one level brings into being."""
_NO_NAMES: Final = {Shares, Money, Price, Ratio, Count, type(None)}


class InDoubt(Exception):
    """A rule may not hold; it is to be asked fact by fact."""


Uses = dict[Any, Moment]
"""When each value is used first."""


class Many:
    """Facts of one kind that only move quantities, on exact days.

    Args:
        bulk: The facts.
        postings: What all of them move.
        moments: When each takes effect.
    """

    def __init__(self, bulk: Bulk, postings: Sequence[Posting], moments: Sequence[Moment]) -> None:
        self.bulk, self.postings, self.moments = bulk, postings, moments
        latest = accumulate(moments, max)
        self._late = [row for row, (at, last) in enumerate(zip(moments, latest, strict=True)) if at < last]
        self.first = min(moments)

    def column(self, values: Any) -> Sequence[Any]:
        """Return the value of each fact, of a column or of what all say alike."""
        return spread(values, len(self.moments))

    def uses(self, values: Any) -> Uses:
        """Return when each different value is used first, of a column or of what all say alike."""
        return self.first_of(values.values) if type(values) is Column else {values: self.first}

    def first_of(self, values: Sequence[Any]) -> Uses:
        """Return when each different value of a column is used first."""
        found: Uses = dict(zip(reversed(values), reversed(self.moments), strict=True))
        for row in self._late:  # the facts need not be in order
            found[values[row]] = min(found[values[row]], self.moments[row])
        return found


ManyRule = Callable[[Book, Many], None]
"""Raises ``InDoubt`` unless the rule holds for all of the facts."""


def _level(book: Book, level: Level, subject: Subject, used: Moment) -> LevelValue:
    """Return what a level is from its first use on, nothing if it is never set; one that changes is in doubt."""
    settings = book.settings.get((level, subject), ())
    if not settings:
        return None
    if len(settings) > 1 or settings[0][0].settles > used:
        raise InDoubt
    return settings[0][1]


def _nothing_is_made(book: Book, many: Many) -> None:
    """Who only moves quantities brings no name into being."""


def _names_are_known(book: Book, many: Many) -> None:
    for field in fields_that_name(type(many.bulk.one)):
        values = many.bulk.values(field)
        kinds = {*map(type, values)}
        if kinds <= _NO_NAMES:
            continue
        if len(kinds) == 1 and kinds <= _ALONE:
            ((level, _, _),) = names_in(values[0])
            for value, used in many.first_of(values).items():
                _is_known(book, (level, value), used)
            continue
        pairs = [*zip(values, many.bulk.values("agreement"), strict=True)] if kinds & _OF_AN_AGREEMENT else None
        uses = many.first_of(pairs or [(value, None) for value in values])
        for (value, agreement), used in uses.items():
            for level, subject, _ in _named(value, agreement):
                _is_known(book, (level, subject), used)


def _is_known(book: Book, key: tuple[Level, Any], used: Moment) -> None:
    """See that something set a level of a subject by the time that it was used first."""
    for each, _ in book.settings.get(key, ()):
        if each.begins <= used:
            return
    raise InDoubt


def _named(value: Any, agreement: AgreementId | None) -> Iterator[tuple[Level, Any, str]]:
    """Yield what a value names; a name of which the level has more than one sort of setting is in doubt."""
    if isinstance(value, ConditionId) or (isinstance(value, tuple) and value):
        raise InDoubt
    if isinstance(value, Identifier):
        yield from names_in(value, agreement)
    else:
        kind: type = type(value)
        if kind not in _NO_NAMES and fields_that_name(kind):
            raise InDoubt


def _of_the_right_kind(book: Book, many: Many) -> None:
    wanted = StockClassKind.PREFERRED if many.bulk.one.KIND == "preferred-issued" else StockClassKind.COMMON
    for stock_class, used in many.first_of(many.bulk.values("stock_class")).items():
        if _level(book, Level.CLASS_KIND, stock_class, used) is not wanted:
            raise InDoubt


def _securities_are_named(book: Book, many: Many) -> None:
    for agreement, security in zip(many.bulk.values("agreement"), many.bulk.values("security"), strict=True):
        if agreement is not None and security is None:
            raise InDoubt


def _in_the_currency(book: Book, many: Many) -> None:
    for account, unit, _ in many.postings:
        if type(account) is Commitment:
            pairs = zip(many.column(account.agreement), many.column(unit), strict=True)
            for (agreement, given), used in many.first_of([*pairs]).items():
                if _level(book, Level.CURRENCY, agreement, used) not in (None, given):
                    raise InDoubt


def _as_finely_as_the_class(book: Book, many: Many) -> None:
    for _, unit, quantity in many.postings:
        for stock_class, used in many.uses(unit).items():
            if type(stock_class) is StockClassId:
                decimals = _level(book, Level.DECIMALS, stock_class, used)
                step = int(10 ** (PLACES - decimals)) if isinstance(decimals, int) else 1
                if any(map(mod, spread(quantity, 1), repeat(step))):
                    raise InDoubt


def _away_from_splits(book: Book, many: Many) -> None:
    for _, unit, _ in many.postings:
        for stock_class in many.uses(unit):
            if type(stock_class) is StockClassId:
                for split in book.splits.get(stock_class, ()):
                    if split.settles in many.moments:
                        raise InDoubt


def _nothing_is_restricted(book: Book, many: Many) -> None:
    if Level.RESTRICTED in book.stated:
        raise InDoubt


AT_ONCE: Final[dict[FactRule, ManyRule]] = {
    one_name_one_thing: _nothing_is_made,
    known_by_then: _names_are_known,
    issued_as_designated: _of_the_right_kind,
    shares_under_an_agreement_are_named: _securities_are_named,
    currency_of_the_commitment: _in_the_currency,
    decimals_of_the_class: _as_finely_as_the_class,
    order_around_a_split: _away_from_splits,
    transfers_are_unrestricted: _nothing_is_restricted,
}
"""The counterpart of each rule that has one."""
