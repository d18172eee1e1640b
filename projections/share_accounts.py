"""Accounts of shares: what came and what went, in order of effect, and what was left after each movement.

A fact whose day is open stands at its latest day, as everywhere. From its earliest day on it may have taken effect,
so what is left is between bounds until it certainly has. At the end of a day the bounds are those of the cap table;
within a day they may be others, as facts of that day are still to come, or to become possible.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, Generic, NamedTuple, TypeVar

import attrs

from ledger.days import EffectiveDay, close_of
from ledger.events import Certainty, FractionsSettled
from ledger.identity import EntryNumber, HolderId, SecurityId, StockClassId
from ledger.movements import Account, Held, Rescaling, Source, held
from ledger.quantities import Shares
from ledger.timeline import InEffect, Place, place_in_history
from projections.bounds import Bounds, exactly
from projections.effects import Given, effect, given_for, pairs
from projections.replay import Quantity, Units, close_place, rescale


@attrs.frozen
class AccountLine:
    """A movement on an account of shares.

    Attributes:
        stock_class: Of which class.
        entry: Number of the entry that states it.
        effective_on: Its day, or the days that are left open.
        certainty: Stated by a document, or deduced.
        is_open: Whether it may not have taken effect yet at the close of the day asked about.
        what: What happened: issued, transferred in, converted, split, rounding …
        holder: In whose name the shares are, or were, registered.
        security: Certificate or lot; ``None`` is book entry.
        counterparty: From whom they came by a transfer, or to whom they went.
        change: By how much the account changed, or may change; in the units of its day or of the basis.
        balance: What the account amounts to after it; of an open movement, at the close of the day asked about.
        given: What was given for the shares, where the entry states it.
    """

    stock_class: StockClassId
    entry: EntryNumber
    effective_on: EffectiveDay
    certainty: Certainty
    is_open: bool
    what: str
    holder: HolderId
    security: SecurityId | None
    counterparty: HolderId | None
    change: Shares
    balance: Bounds[Shares]
    given: Given | None


@attrs.frozen
class ShareAccount:
    """What shares of a class came and went between two days.

    Attributes:
        stock_class: Of which class.
        opening: What there was at the close of the first day; nothing where it runs from the beginning.
        lines: Every movement, in order of effect; those that may not have taken effect stand last.
        closing: What there is at the close of the last day.
    """

    stock_class: StockClassId
    opening: Bounds[Shares]
    lines: tuple[AccountLine, ...]
    closing: Bounds[Shares]

    @property
    def is_empty(self) -> bool:
        """Whether there certainly was nothing, and nothing came."""
        return not self.lines and self.opening == self.closing == exactly(Shares(0))


_Key = TypeVar("_Key", bound=Hashable)
Grouping = Callable[[StockClassId, Held], tuple[_Key, bool] | None]
"""Says on which account of shares a position counts, and whether it surely does; ``None`` for none.

The shares of one account are of one class.
"""

_BEFORE_ALL: Final = (-1, -1)


def share_accounts(
    facts: Iterable[InEffect], group: Grouping[_Key], units: Units, *, after: date | None, through: date
) -> dict[_Key, ShareAccount]:
    """Return the accounts that positions make up, from the close of one day to the close of another.

    Args:
        facts: The facts that stand, in any order.
        group: On which account each position counts.
        units: In which units quantities are shown.
        after: The day at whose close the accounts open; from the beginning when not given.
        through: The day at whose close they close.
    """
    run = _Run(group, units)
    close, opens = close_of(through), -1 if after is None else close_of(after)
    still_open: list[_Counted[_Key]] = []
    steps: list[tuple[Place, bool, _Counted[_Key]]] = []
    for each in facts:
        counted = run.counted(each) if each.begins <= close else None
        if counted is None:
            continue
        if not each.is_exact:
            steps.append(((each.begins, _BEFORE_ALL), False, counted))
        if each.settles <= close:
            steps.append((place_in_history(each), True, counted))
        else:
            still_open.append(counted)
    steps.sort(key=lambda step: step[0])
    first = next((index for index, (place, _, _) in enumerate(steps) if place[0] > opens), len(steps))
    for _, settles, fact in steps[:first]:
        run.take(fact, settles=settles)
    run.open_books(after)
    for _, settles, fact in steps[first:]:
        run.take(fact, settles=settles)
    return run.closed(through, sorted(still_open, key=lambda fact: place_in_history(fact.each)))


class _Move(NamedTuple, Generic[_Key]):
    """Shares that come to a position, or leave it."""

    account: _Key
    is_sure: bool
    stock_class: StockClassId
    position: Held
    quantity: Quantity
    what: str
    counterparty: HolderId | None = None


class _Counted(NamedTuple, Generic[_Key]):
    """A fact with what it moves on the accounts."""

    each: InEffect
    moves: Sequence[_Move[_Key]]
    splits: Sequence[Rescaling]


class _Sum:
    """What is certain, and what open facts may take from it or add to it."""

    __slots__ = ("certain", "down", "up")

    def __init__(self) -> None:
        self.certain: Quantity = 0
        self.down: Quantity = 0
        self.up: Quantity = 0

    def bounds(self) -> tuple[Quantity, Quantity]:
        low, high = self.certain + self.down, self.certain + self.up
        return (0, high) if low < 0 <= high else (low, high)  # as every figure that cannot be below zero


class _Running:
    """An account while history runs: what surely counts on it, and beside it all that may."""

    __slots__ = ("lines", "opening", "perhaps", "stock_class", "surely")

    def __init__(self, stock_class: StockClassId) -> None:
        self.stock_class = stock_class
        self.surely, self.perhaps = _Sum(), _Sum()
        self.opening = exactly(Shares(0))
        self.lines: list[AccountLine] = []

    def post(self, quantity: Quantity, *, is_sure: bool) -> None:
        self.perhaps.certain += quantity
        if is_sure:
            self.surely.certain += quantity

    def balance(self, factor: Fraction) -> Bounds[Shares]:
        (low, high), (lowest, highest) = self.surely.bounds(), self.perhaps.bounds()
        return Bounds(Shares.of_units(min(low, lowest) * factor), Shares.of_units(max(high, highest) * factor))


class _Run(Generic[_Key]):
    """Takes facts one by one, in order of effect, and writes down what they do to each account."""

    def __init__(self, group: Grouping[_Key], units: Units) -> None:
        self._group, self._units = group, units
        self._accounts: dict[_Key, _Running] = {}
        self._positions: dict[StockClassId, dict[Account, Quantity]] = {}
        self._writes = False

    def counted(self, each: InEffect) -> _Counted[_Key] | None:
        """Return a fact with what it moves; ``None`` if it moves no shares on any account and splits nothing."""
        movements = each.fact.movements()
        moves = []
        for pair in pairs(movements):
            for posting, other in (pair, pair[::-1]):
                position, unit = posting.account, posting.unit
                if type(position) is Held and isinstance(unit, StockClassId):
                    counts_on = self._group(unit, position)
                    if counts_on is not None:
                        what = effect(other.account, "held", lost=other.quantity < 0)
                        party = other.account.holder if isinstance(other.account, Held) else None
                        moves.append(_Move(*counts_on, unit, position, posting.quantity, what, party))
        if isinstance(each.fact, FractionsSettled) and not moves:
            moves += self._paid_for(each.fact)
        splits = [movement for movement in movements if type(movement) is Rescaling]
        return _Counted(each, moves, splits) if moves or splits else None

    def _paid_for(self, fact: FractionsSettled) -> list[_Move[_Key]]:
        """Return what a fraction paid for in cash is on an account: no share moves, and the holder was paid."""
        position = held(fact.holder, fact.security)
        counts_on = self._group(fact.stock_class, position)
        if counts_on is None:
            return []
        return [_Move(*counts_on, fact.stock_class, position, 0, Source.FRACTIONS_SETTLED.value)]

    def take(self, fact: _Counted[_Key], *, settles: bool) -> None:
        """Take a fact into account that begins to be open, or that certainly takes effect now."""
        if not settles:
            self._may_be(fact.moves, 1)
            return
        if not fact.each.is_exact:
            self._may_be(fact.moves, -1)
        for move in fact.moves:
            positions = self._positions.setdefault(move.stock_class, {})
            positions[move.position] = positions.get(move.position, 0) + move.quantity
            self._post(fact.each, move)
        for split in fact.splits:
            self._split(fact.each, split)

    def _account(self, move: _Move[_Key]) -> _Running:
        found = self._accounts.get(move.account)
        if found is None:
            found = self._accounts[move.account] = _Running(move.stock_class)
        return found

    def _may_be(self, moves: Iterable[_Move[_Key]], sign: int) -> None:
        """Count what an open fact may take or add, netted within each account; or no longer count it."""
        changes: dict[tuple[_Key, bool], Quantity] = {}
        for move in moves:
            self._account(move)
            for sum_of in {(move.account, move.is_sure), (move.account, False)}:
                changes[sum_of] = changes.get(sum_of, 0) + move.quantity
        for (key, is_sure), change in changes.items():
            of = self._accounts[key].surely if is_sure else self._accounts[key].perhaps
            of.down += sign * min(change, 0)
            of.up += sign * max(change, 0)

    def _post(self, each: InEffect, move: _Move[_Key], *, is_line: bool = True) -> None:
        account = self._account(move)
        account.post(move.quantity, is_sure=move.is_sure)
        if self._writes and is_line:
            balance = account.balance(self._units.factor(account.stock_class, place_in_history(each)))
            account.lines.append(self._line(each, move, balance, is_open=False))

    def _split(self, each: InEffect, split: Rescaling) -> None:
        """Rescale the positions of a class: what the ratio does to each, then what rounding adds to it or takes."""
        positions = self._positions.get(split.stock_class, {})
        before = dict(positions)
        rescale(positions, split)
        positions.pop(Source.ROUNDING, None)
        for what in ("split", "rounding"):
            for position, old in before.items():
                exact = old * split.ratio.value
                change = exact - old if what == "split" else positions[position] - exact
                counts_on = self._group(split.stock_class, position) if isinstance(position, Held) else None
                if change and counts_on is not None and isinstance(position, Held):
                    move = _Move(*counts_on, split.stock_class, position, change, what)
                    self._post(each, move, is_line=what == "rounding" or self._units.are_own)

    def _line(self, each: InEffect, move: _Move[_Key], balance: Bounds[Shares], *, is_open: bool) -> AccountLine:
        fact = each.fact
        factor = self._units.factor(move.stock_class, place_in_history(each))
        return AccountLine(
            move.stock_class,
            each.entry.number,
            fact.effective_on,
            fact.certainty,
            is_open,
            move.what,
            move.position.holder,
            move.position.security,
            move.counterparty,
            Shares.of_units(move.quantity * factor),
            balance,
            given_for(fact),
        )

    def open_books(self, after: date | None) -> None:
        """Note what there is as the opening, and write down every movement from now on."""
        self._writes = True
        for account in self._accounts.values():
            assert after is not None, "nothing has moved before the beginning"
            account.opening = account.balance(self._units.factor(account.stock_class, close_place(after)))

    def closed(self, through: date, still_open: Iterable[_Counted[_Key]]) -> dict[_Key, ShareAccount]:
        """Return the accounts, what may not have taken effect yet last."""
        closing = {
            key: account.balance(self._units.factor(account.stock_class, close_place(through)))
            for key, account in self._accounts.items()
        }
        for fact in still_open:
            for move in fact.moves:
                line = self._line(fact.each, move, closing[move.account], is_open=True)
                self._accounts[move.account].lines.append(line)
        return {
            key: ShareAccount(account.stock_class, account.opening, tuple(account.lines), closing[key])
            for key, account in self._accounts.items()
        }
