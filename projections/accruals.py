"""What has accrued as dividends on the shares of each holder, by the terms of their class, and what of it was paid.

Each share accrues from the day on which it was issued, so shares are followed from issue to transfer to the end. A
transfer takes a part of all lots of the position, with what accrued on them. What accrued on shares that were
converted, redeemed or given up stays with who had them, until a payment settles it; whether it is still due is for
the papers to say.

A fact whose day is open counts from its latest day. Dividends run, as interest does, from the first day included up
to and without the day asked about. Nothing is rounded here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

import attrs

from ledger.events import DividendPaid, SecuritiesExchanged
from ledger.identity import HolderId, StockClassId
from ledger.movements import Held, Level, Movement, Posting, Rescaling, Setting
from ledger.quantities import SCALE, Currency, Money, Price
from ledger.terms.dividends import DividendTerms
from ledger.terms.interest import Change, InterestTerms, accrue
from ledger.timeline import InEffect
from projections.effects import pairs
from projections.replay import rescale

ZERO: Final = Fraction(0)


@attrs.frozen
class Accrued:
    """What accrued on the shares that a holder has, or had, of a class.

    Attributes:
        currency: In which currency.
        accrued: All that accrued, exactly.
        paid: What was paid of it; more than that where a payment is beyond what accrued.
        owed: What accrued and is not paid; below zero where more was paid.
        given_up: The part of what is owed that accrued on shares that the holder has no longer.
    """

    currency: Currency
    accrued: Fraction
    paid: Fraction
    owed: Fraction
    given_up: Fraction


class Whose(NamedTuple):
    """A holder and a class."""

    holder: HolderId
    stock_class: StockClassId


def accrued_dividends(facts: Iterable[InEffect], until: date) -> dict[Whose, Accrued]:
    """Return what has accrued on the shares of each holder, up to and without a day.

    Args:
        facts: The facts in effect by that day, in order of effect.
        until: The day asked about.
    """
    in_order = list(facts)
    with_terms = {
        movement.subject
        for each in in_order
        for movement in each.fact.movements()
        if type(movement) is Setting and movement.level is Level.DIVIDEND_TERMS
    }
    classes = {stock_class: _Class(StockClassId(str(stock_class))) for stock_class in with_terms}
    for each in in_order if classes else ():
        for of_class in classes.values():
            of_class.take(each)
    return {
        Whose(holder, of_class.stock_class): found
        for of_class in classes.values()
        for holder, found in of_class.accrued(until)
    }


class _Lot:
    """Shares that were issued on one day, and what changed for the dividends on them."""

    __slots__ = ("changes", "shares")

    def __init__(self, shares: Fraction, changes: list[Change] | None = None) -> None:
        self.shares = shares
        self.changes = changes or []

    @property
    def bearing(self) -> Fraction:
        return sum((change.principal for change in self.changes), ZERO)

    @property
    def terms(self) -> InterestTerms | None:
        return next((change.terms for change in reversed(self.changes) if change.terms is not None), None)

    def owed(self, until: date) -> Fraction:
        return accrue(self.changes, until=until).owed

    def part(self, part: Fraction) -> _Lot:
        """Return a part of the shares, with the same part of what accrued on them and of what was paid."""
        changes = [
            attrs.evolve(each, principal=each.principal * part, settled=each.settled * part)
            for each in self.changes
        ]
        return _Lot(self.shares * part, changes)


class _Class:
    """The lots of a class while history runs."""

    def __init__(self, stock_class: StockClassId) -> None:
        self.stock_class = stock_class
        self._lots: defaultdict[Held, list[_Lot]] = defaultdict(list)
        self._positions: defaultdict[HolderId, set[Held]] = defaultdict(set)
        self._given_up: defaultdict[HolderId, Fraction] = defaultdict(Fraction)
        self._paid: defaultdict[HolderId, Fraction] = defaultdict(Fraction)
        self._terms: DividendTerms | None = None
        self._stated_value: Price | None = None
        self._currency: Currency | None = None

    def take(self, each: InEffect) -> None:
        """Take a fact into account."""
        on, movements = each.fact.effective_on.latest, each.fact.movements()
        concerned = [movement for movement in movements if self._concerns(movement)]
        if concerned:
            changed = self._move(on, movements)
            for movement in concerned:
                if type(movement) is Rescaling:
                    self._rescale(movement)
                elif type(movement) is Setting:
                    self._set(movement)
            if any(type(movement) is not Posting for movement in concerned):
                changed = [lot for lots in self._lots.values() for lot in lots]
            self._bear(on, changed)
        for holder, amount in self._paid_by(each):
            self._settle(on, holder, amount)

    def _concerns(self, movement: Movement) -> bool:
        if type(movement) is Setting:
            return movement.subject == self.stock_class and movement.level in (
                Level.DIVIDEND_TERMS,
                Level.STATED_VALUE,
            )
        of = movement.stock_class if type(movement) is Rescaling else movement.unit  # type: ignore[union-attr]  # the third kind
        return bool(of == self.stock_class)

    def _set(self, setting: Setting) -> None:
        value = setting.value
        if setting.level is Level.STATED_VALUE:
            self._stated_value = value if isinstance(value, Price) else None
        else:
            self._terms = value if isinstance(value, DividendTerms) else None

    def _move(self, on: date, movements: Iterable[Movement]) -> list[_Lot]:
        """Follow shares that are issued, transferred, or end; return the lots that some of them reached."""
        moved: list[_Lot] = []
        for leaves, reaches in pairs(movements):
            if leaves.unit != self.stock_class:
                continue
            shares = Fraction(reaches.quantity, SCALE)
            lots = [_Lot(shares)]
            if isinstance(leaves.account, Held):
                lots = self._taken(leaves.account, shares)
            if isinstance(reaches.account, Held):
                self._positions[reaches.account.holder].add(reaches.account)
                self._lots[reaches.account] += lots
                moved += lots
            elif isinstance(leaves.account, Held):
                self._given_up[leaves.account.holder] += sum((lot.owed(on) for lot in lots), ZERO)
        return moved

    def _taken(self, position: Held, shares: Fraction) -> list[_Lot]:
        """Take shares out of a position: the same part of every lot. What was not there has accrued nothing."""
        lots = self._lots[position]
        there = sum((lot.shares for lot in lots), ZERO)
        if there <= 0:
            return [_Lot(shares)]
        part = min(Fraction(1), shares / there)
        self._lots[position] = [lot.part(1 - part) for lot in lots] if part < 1 else []
        return [*(lot.part(part) for lot in lots), *([_Lot(shares - there)] if shares > there else [])]

    def _rescale(self, split: Rescaling) -> None:
        """Multiply the shares of every lot; what the policy adds to a position or takes is spread over its lots."""
        for position, lots in self._lots.items():
            there = sum((lot.shares for lot in lots), ZERO)
            accounts = {position: there * SCALE}
            rescale(accounts, split)  # type: ignore[arg-type]  # one account, of those that there are
            factor = accounts[position] / Fraction(there * SCALE) if there else split.ratio.value
            for lot in lots:
                lot.shares *= factor

    def _bear(self, on: date, lots: Iterable[_Lot]) -> None:
        """Let lots bear what their shares are entitled to from now on; the same terms go on as they ran."""
        entitled_to = self._entitled_to()
        terms = None if entitled_to is None else self._terms
        base = ZERO if entitled_to is None else entitled_to.amount
        for lot in lots:
            stated = None if terms is None else terms.interest()
            if stated is not None and lot.terms is not None:
                later = stated.accrues_from is not None and stated.accrues_from > on
                stated = stated if later else attrs.evolve(stated, accrues_from=None)
                stated = None if stated == attrs.evolve(lot.terms, accrues_from=None) else stated
            change = Change(on=on, principal=base * lot.shares - lot.bearing, terms=stated)
            if change.principal or change.terms is not None:
                lot.changes.append(change)

    def _entitled_to(self) -> Price | None:
        """Return what a year's dividend on one share is reckoned on; ``None`` where nothing accrues."""
        terms = self._terms
        if terms is None or not terms.is_cumulative or (terms.amount or terms.base or self._stated_value) is None:
            return None
        found = terms.principal(self._stated_value)
        self._currency = found.currency
        return found

    def _paid_by(self, each: InEffect) -> Iterator[tuple[HolderId, Money]]:
        """Yield what a fact pays of the dividends of the class, to whom."""
        fact = each.fact
        if isinstance(fact, DividendPaid) and fact.stock_class == self.stock_class and fact.amount:
            yield fact.holder, fact.amount
        elif isinstance(fact, SecuritiesExchanged):
            for given in fact.shares_given_up:
                if given.stock_class == self.stock_class and given.dividends:
                    yield given.holder, given.dividends

    def _settle(self, on: date, holder: HolderId, money: Money) -> None:
        """Settle what accrued on shares given up first, then that of each lot in proportion to what it is owed."""
        if money.currency != self._currency:
            return  # nothing accrues, or in money that this cannot be compared with
        left = money.amount
        self._paid[holder] += left
        first = max(ZERO, min(left, self._given_up[holder]))
        self._given_up[holder] -= first
        left -= first
        lots = [lot for position in sorted(self._positions[holder], key=str) for lot in self._lots[position]]
        weights = [max(ZERO, lot.owed(on)) for lot in lots]
        if not any(weights):
            weights = [lot.shares for lot in lots]
        whole = sum(weights, ZERO)
        if not whole:
            self._given_up[holder] -= left
            return
        for lot, weight in zip(lots, weights, strict=True):
            lot.changes.append(Change(on=on, settled=left * weight / Fraction(whole)))

    def accrued(self, until: date) -> Iterator[tuple[HolderId, Accrued]]:
        """Yield what accrued up to a day, by holder."""
        owed: defaultdict[HolderId, Fraction] = defaultdict(Fraction)
        for position, lots in self._lots.items():
            owed[position.holder] += sum((lot.owed(until) for lot in lots), ZERO)
        if self._currency is None:
            return
        for holder in sorted({*owed, *self._given_up, *self._paid}):
            given_up, paid = self._given_up[holder], self._paid[holder]
            all_owed = owed[holder] + given_up
            yield holder, Accrued(self._currency, all_owed + paid, paid, all_owed, given_up)
