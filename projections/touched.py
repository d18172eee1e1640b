"""What entries changed: each figure that they bear on, before and after, at the close of the last of their days.

Only what is recorded at that day is asked, and only of the names that the entries speak of; ``diff`` compares
everything there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.identity import StockClassId
from ledger.movements import (
    Account,
    Awarded,
    Commitment,
    Declared,
    Held,
    Level,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Rescaling,
    Reserved,
    Restricted,
    Setting,
    Source,
    Unit,
)
from ledger.quantities import Currency
from ledger.timeline import InEffect, history_of
from projections.bounds import Bounds, Possible, exactly
from projections.cap_table import class_lines, money_between, shares_between
from projections.commitments import money_under
from projections.figures import stands_for
from projections.replay import Balances, replay

if TYPE_CHECKING:
    from ledger.journal import Ledger

Of = tuple[str, ...]
_Keys = dict[tuple[Of, str], None]
_OF_A_CLASS: Final = ("authorized", "outstanding", "treasury", "available")
_OF_AN_AGREEMENT: Final = ("undrawn", "closed", "lapsed")


@attrs.frozen
class Touched:
    """A figure that entries changed.

    Attributes:
        of: What it is of: holder and class or instrument, class and reserve, plan, dividend, class, or agreement.
        figure: Which figure: held, owed, purchasable, awarded, pooled, declared, reserved, authorized, outstanding,
            treasury, available, undrawn, closed, lapsed.
        before: What it was.
        after: What it is.
    """

    of: Of
    figure: str
    before: Bounds[Any] | Possible[Any]
    after: Bounds[Any] | Possible[Any]

    def __str__(self) -> str:
        figure = "" if self.figure == "held" else f" {self.figure}"
        return f"{' '.join(self.of)}{figure} {self.before} → {self.after}"


def touched(ledger: Ledger, since: int) -> tuple[Touched, ...]:
    """Return the figures that entries changed.

    Args:
        ledger: The record.
        since: How many entries came before them.
    """
    after = ledger.standing()
    before = ledger.standing(since) if since else []
    changed = _changed(before, after)
    if not changed:
        return ()
    on = max(each.fact.effective_on.latest for each in changed)
    keys = _keys(changed)
    was, now = (_figures(facts, on, keys) for facts in (before, after))
    found = [
        Touched(*key, _or_nothing(was.get(key), now.get(key)), _or_nothing(now.get(key), was.get(key)))
        for key in keys
        if key in was or key in now
    ]
    return tuple(each for each in found if each.before != each.after)


def _changed(before: Sequence[InEffect], after: Sequence[InEffect]) -> list[InEffect]:
    """Return the facts that stand on one side only: what is new, and what was taken out of history."""
    old, new = ({each.entry.number: each for each in facts} for facts in (before, after))
    return [each for number, each in {**old, **new}.items() if (number in old) != (number in new)]


def _keys(facts: Iterable[InEffect]) -> _Keys:
    """Return the figures that facts bear on: holdings first, then instruments, reserves, classes, agreements."""
    holdings: _Keys = {}
    reserves: _Keys = {}
    instruments: _Keys = {}
    classes: _Keys = {}
    agreements: _Keys = {}
    for each in facts:
        for movement in each.fact.movements():
            match movement:
                case Posting(account=Held(holder=holder), unit=StockClassId() as unit):
                    holdings[(holder, unit), "held"] = None
                case Posting(account=Reserved() | Pooled() as account, unit=unit):
                    reserves |= _by_itself(unit, account)
                case Posting(
                    account=Owed() | Purchasable() | Awarded() | Declared() | Restricted() as account, unit=unit
                ):
                    instruments |= _by_itself(unit, account)
                case Posting(account=Source.TREASURY, unit=StockClassId() as unit):
                    classes[(unit,), "treasury"] = None
                case Posting(account=Commitment(agreement=agreement)):
                    agreements |= {((agreement,), figure): None for figure in _OF_AN_AGREEMENT}
                case Setting(level=Level.AUTHORIZED, subject=StockClassId() as unit):
                    classes |= {((unit,), figure): None for figure in ("authorized", "available")}
                case Rescaling(stock_class=unit):
                    classes |= {((unit,), figure): None for figure in ("outstanding", "available")}
                case _:
                    pass  # terms and names are said by the fact itself
            if isinstance(movement, Posting) and isinstance(movement.unit, StockClassId):
                classes.setdefault(((movement.unit,), "available"))
    return {**holdings, **instruments, **reserves, **classes, **agreements}


def _by_itself(unit: Unit, account: Account) -> _Keys:
    key = _key(unit, account)
    return {key: None} if key is not None else {}


def _figures(facts: Sequence[InEffect], on: date, keys: _Keys) -> dict[tuple[Of, str], Any]:
    """Return the figures at the close of a day; those of what was not there yet are left out."""
    balances = replay(history_of(facts, as_of=on, known=0), facts)
    sums = balances.grouped(lambda unit, account: (key, unit) if (key := _key(unit, account)) in keys else None)
    found: dict[tuple[Of, str], Any] = {
        key: money_between(bounds, unit) if isinstance(unit, Currency) else shares_between(bounds, Fraction(1))
        for (key, unit), bounds in sums.items()
    }
    found |= dict(_of_classes(balances, {of[0] for of, figure in keys if figure in _OF_A_CLASS}))
    found |= dict(_of_agreements(balances, {of[0] for of, figure in keys if figure in _OF_AN_AGREEMENT}))
    return found


def _key(unit: Unit, account: Account) -> tuple[tuple[str, ...], str] | None:
    """Return the figure that an account is by itself."""
    if isinstance(account, Held):
        return (account.holder, unit), "held"
    if isinstance(account, Reserved):
        return (unit, account.reserve), "reserved"
    by_itself = stands_for(account)
    if by_itself is None:
        return None
    figure, of = by_itself
    whose = (account.holder,) if isinstance(account, Owed | Purchasable | Awarded) else ()
    return (*whose, of), figure


def _of_classes(balances: Balances, names: set[str]) -> Iterator[tuple[tuple[Of, str], Any]]:
    for line in class_lines(balances, dict.fromkeys(balances.subjects(Level.CLASS_KIND), Fraction(1))):
        if line.stock_class in names:
            for figure in _OF_A_CLASS:
                yield ((line.stock_class,), figure), getattr(line, figure)


def _of_agreements(balances: Balances, names: set[str]) -> Iterator[tuple[tuple[Of, str], Any]]:
    for agreement in balances.subjects(Level.INVESTOR):
        if agreement in names:
            money = money_under(balances, agreement)
            for figure in _OF_AN_AGREEMENT:
                yield ((agreement,), figure), getattr(money, figure)


def _or_nothing(value: Any, other: Any) -> Any:
    """Return a value; of what was not there, the nothing that the other side can be compared with."""
    if value is not None or other is None:
        return value
    if isinstance(other, Possible):
        return Possible(())
    known = other.low if other.low is not None else other.high
    return other if known is None else exactly(known - known)
