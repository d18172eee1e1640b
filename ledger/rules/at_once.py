"""Rules asked of many facts of one kind at once: column by column, once for each different value.

Each rule that concerns a fact which only moves quantities has its counterpart here. A counterpart says that the
rule holds for all of the facts, or that it is in doubt, and never refuses. Then the rule is asked fact by fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ledger.book import Book
from ledger.coded import Many, Named, different
from ledger.columns.moves import SHARE, Counted
from ledger.days import Moment
from ledger.events import Fact, HolderRegistered
from ledger.identity import AgreementId, ConditionId, Count, Identifier, StockClassId, TrancheId
from ledger.movements import Commitment, Level, LevelValue, StockClassKind, Subject
from ledger.quantities import PLACES, Money, Price, Ratio, Shares
from ledger.rules.asking import FactRule, InDoubt
from ledger.rules.names import fields_that_name, known_by_then, names_in, one_name_one_thing
from ledger.rules.papers import issued_as_designated, shares_under_an_agreement_are_named
from ledger.rules.restrictions import transfers_are_unrestricted
from ledger.rules.units import currency_of_the_commitment, decimals_of_the_class, order_around_a_split

_OF_AN_AGREEMENT: Final = {TrancheId, ConditionId}
_NO_NAMES: Final = {Shares, Money, Price, Ratio, Count, type(None)}
_UNASKED: Final = -1
_NEVER: Final = int(np.iinfo(np.int32).max)


class Known:
    """A book, and from when on each name is known to it, as far as that was asked.

    Args:
        book: With all that is new.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self._since: dict[type, NDArray[np.int32]] = {}

    def since(self, level: Level, subject: Any) -> Moment:
        """Return from when on something set a level of a subject."""
        settings = self.book.settings.get((level, subject), ())
        if len(settings) == 1:  # as nearly always
            return settings[0][0].begins
        return min((each.begins for each, _ in settings), default=_NEVER)

    def each_since(self, named: Named, level: Level) -> NDArray[np.int32]:
        """Return from when on each name of a column is known, by the level that brings such names into being."""
        since, listed = self._since.get(named.sort), named.names.listed()
        if since is None:  # no name comes while rules are asked
            since = self._since[named.sort] = np.full(len(listed), _UNASKED, np.int32)
        found = since[named.numbers]
        unasked = named.numbers[found == _UNASKED]
        for number in {*unasked.tolist()}:
            since[number] = self.since(level, listed[number])
        return since[named.numbers] if unasked.size else found


ManyRule = Callable[[Known, Many], None]
"""Raises ``InDoubt`` unless the rule holds for all of the facts."""


def _level(book: Book, level: Level, subject: Subject, used: Moment) -> LevelValue:
    """Return what a level is from its first use on, nothing if it is never set; one that changes is in doubt."""
    settings = book.settings.get((level, subject), ())
    if not settings:
        return None
    if len(settings) > 1 or settings[0][0].settles > used:
        raise InDoubt
    return settings[0][1]


def _nothing_is_made(known: Known, many: Many) -> None:
    """Who only moves quantities brings no name into being."""


def _names_are_known(known: Known, many: Many) -> None:
    for field in fields_that_name(many.kind):
        value = many.value(field)
        if type(value) is Counted or type(value) in _NO_NAMES:
            continue
        if type(value) is Named and value.sort not in _OF_AN_AGREEMENT:
            for level, _, _ in names_in(value[0]):  # none where nothing brings such names into being
                if np.any(known.each_since(value, level) > many.moments):
                    raise InDoubt
            continue
        kinds = (
            {*map(type, value)} if type(value) is list else {value.sort if type(value) is Named else type(value)}
        )
        if kinds <= _NO_NAMES:
            continue
        if kinds & _OF_AN_AGREEMENT:
            pairs = zip(many.each(value), many.each(many.value("agreement")), strict=True)
            uses = many.first_of([*pairs])
        else:
            uses = {(each, None): used for each, used in many.first_of(value).items()}
        for (name, agreement), used in uses.items():
            for level, subject, _ in _named(name, agreement):
                if known.since(level, subject) > used:
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


def _of_the_right_kind(known: Known, many: Many) -> None:
    wanted = StockClassKind.PREFERRED if many.kind.KIND == "preferred-issued" else StockClassKind.COMMON
    for stock_class, used in many.first_of(many.value("stock_class")).items():
        if _level(known.book, Level.CLASS_KIND, stock_class, used) is not wanted:
            raise InDoubt


def _securities_are_named(known: Known, many: Many) -> None:
    agreement, security = many.value("agreement"), many.value("security")
    if agreement is None or type(security) is Named:
        return
    for under, called in zip(many.each(agreement), many.each(security), strict=True):
        if under is not None and called is None:
            raise InDoubt


def _in_the_currency(known: Known, many: Many) -> None:
    for account, unit, _ in many.postings:
        if type(account) is Commitment:
            for agreement, used in many.first_of(account.agreement).items():
                if _level(known.book, Level.CURRENCY, agreement, used) not in (None, unit):
                    raise InDoubt


def _as_finely_as_the_class(known: Known, many: Many) -> None:
    for _, unit, given in many.postings:
        units: Any = given
        if type(units) is Counted:
            units = units.steps if units.step == 1 else 0
        if not np.any(units % SHARE):
            continue  # whole shares are as fine as any class has them
        for stock_class, used in many.first_of(unit).items():
            if type(stock_class) is StockClassId:
                decimals = _level(known.book, Level.DECIMALS, stock_class, used)
                if isinstance(decimals, int) and np.any(units % 10 ** (PLACES - decimals)):
                    raise InDoubt


def _away_from_splits(known: Known, many: Many) -> None:
    for _, unit, _ in many.postings:
        for stock_class in different(unit):
            for split in known.book.splits.get(stock_class, ()):
                if np.any(many.moments == split.settles):
                    raise InDoubt


def _nothing_is_restricted(known: Known, many: Many) -> None:
    if Level.RESTRICTED in known.book.stated:
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

OF_A_NEW_HOLDER: Final[frozenset[FactRule]] = frozenset(
    (
        one_name_one_thing,
        known_by_then,
        currency_of_the_commitment,
        decimals_of_the_class,
        order_around_a_split,
    )
)
"""The rules that concern who registers a holder: they hold if the name is new, as it states nothing else."""


def brings_a_holder(book: Book, fact: Fact) -> bool:
    """Whether a fact that a book took brings a holder into being of a name that was new."""
    return type(fact) is HolderRegistered and len(book.settings[Level.HOLDER_KIND, fact.holder]) == 1
