"""The account of a holder: by class what there was, what came and went and why, and what there is now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood, UnknownName, nearest
from ledger.identity import HolderId, IssuerId, SecurityId, StockClassId
from ledger.movements import Held, Level
from ledger.quantities import Shares
from projections.bounds import Bounds
from projections.frame import Tabular
from projections.parties import Parties, Party
from projections.replay import Units, replay
from projections.share_accounts import AccountLine, ShareAccount, share_accounts

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class PositionLine:
    """A certificate, a lot or the book entry of a holder between two days.

    Attributes:
        holder: In whose name it is registered.
        security: Certificate or lot; ``None`` is book entry.
        opening: What there was in it at the close of the first day.
        closing: What there is in it at the close of the last day.
    """

    holder: HolderId
    security: SecurityId | None
    opening: Bounds[Shares]
    closing: Bounds[Shares]


@attrs.frozen
class ClassAccount:
    """What a holder had of a class, and how it came to what they have.

    Attributes:
        stock_class: Which class.
        title: Its name in the charter.
        account: Opening, every movement with what was left after it, and closing.
        positions: The same by certificate, for each that had shares or was moved.
    """

    stock_class: StockClassId
    title: str
    account: ShareAccount
    positions: tuple[PositionLine, ...]


@attrs.frozen(repr=False)
class Statement(Tabular):
    """The account of a holder from the close of one day to the close of another, as known at some point.

    Holders that were certainly merged by the last day are one, on every day of the account. Where the day of a
    merger is open, the shares of the one may count as the other's, and the bounds say so.

    Attributes:
        issuer: Whose shares.
        party: The holder, with those that were merged into it.
        after: The day at whose close it opens; ``None`` for everything from the beginning.
        as_of: The day at whose close it closes.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        basis: The day in whose units quantities are shown; ``None`` where each is in the units of its own day, and
            a split is a movement.
        classes: One account for each class of which the holder had, received or gave something.
        names: What everybody on it is called on the last day, counterparties included.
    """

    issuer: IssuerId | None
    party: Party
    after: date | None
    as_of: date
    known: int
    known_at: datetime
    basis: date | None
    classes: tuple[ClassAccount, ...]
    names: tuple[tuple[HolderId, str], ...]

    @property
    def lines(self) -> tuple[AccountLine, ...]:
        """Every movement, class by class."""
        return tuple(line for each in self.classes for line in each.account.lines)

    def __iter__(self) -> Iterator[AccountLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def frames(self) -> tuple[Frame, ...]:
        """Return movements, accounts and positions, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.statement(self)

    def __getitem__(self, stock_class: str) -> ClassAccount:
        for account in self.classes:
            if account.stock_class == stock_class:
                return account
        names = [str(account.stock_class) for account in self.classes]
        raise UnknownName("stock class", stock_class, self.as_of, nearest(stock_class, names))

    def name(self, holder: HolderId) -> str:
        """Return what somebody on the statement is called."""
        return dict(self.names)[holder]


def statement(
    ledger: Ledger,
    holder: str,
    *,
    as_of: AsOf,
    after: AsOf | None = None,
    known_at: KnownAt = None,
    basis: AsOf | None = None,
) -> Statement:
    """Return the account of a holder: opening, every movement, closing, by class and by certificate.

    Its closing is what the cap table of the day shows.

    Args:
        ledger: The record.
        holder: Whose account; one that was merged is answered with the one that it is shown under.
        as_of: The day at whose close it closes.
        after: The day at whose close it opens; everything from the beginning when not given.
        known_at: What had been recorded; everything when not given.
        basis: A day, ``as_of`` or later, in whose units every quantity is shown; without one each is in the units
            of its own day, and a split is a movement.

    Raises:
        UnknownName: The record knows no such holder.
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` when ``as_of`` is before ``after``, ``E_BASIS`` when ``basis`` is before it.
    """
    history = ledger.history(as_of, known_at)
    opens = None if after is None else day(after, what="after")
    if opens is not None and history.as_of < opens:
        raise NotUnderstood("E_DATE", f"{history.as_of} is before {opens}", "give the earlier day first")
    facts = ledger.standing(history.known)
    units = Units(facts, basis, history.as_of)
    balances = replay(history, facts)
    parties = Parties(facts, balances)
    party = parties.party(parties.shown(holder))
    counted = {party.holder, *party.also, *party.perhaps}

    def of_class(stock_class: StockClassId, held: Held) -> tuple[StockClassId, bool] | None:
        if held.holder not in counted:
            return None
        return stock_class, parties.counts_as(held.holder) == (party.holder,)

    def of_position(stock_class: StockClassId, held: Held) -> tuple[tuple[StockClassId, Held], bool] | None:
        return ((stock_class, held), True) if held.holder in counted else None

    whole = share_accounts(facts, of_class, units, after=opens, through=history.as_of)
    positions = share_accounts(facts, of_position, units, after=opens, through=history.as_of)
    classes = tuple(
        ClassAccount(
            stock_class,
            str(balances.values(Level.CLASS_TITLE, stock_class)[-1]),
            whole[stock_class],
            tuple(
                PositionLine(held.holder, held.security, position.opening, position.closing)
                for (of, held), position in positions.items()
                if of == stock_class and not position.is_empty
            ),
        )
        for stock_class in balances.subjects(Level.CLASS_KIND)
        if stock_class in whole and not whole[stock_class].is_empty
    )
    lines = [line for each in classes for line in each.account.lines]
    on_lines = [name for line in lines for name in (line.holder, line.counterparty) if name is not None]
    on_positions = [position.holder for each in classes for position in each.positions]
    return Statement(
        ledger.issuer,
        party,
        opens,
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        None if units.are_own else units.on,
        classes,
        tuple((name, parties.name(name)) for name in dict.fromkeys([*on_lines, *on_positions])),
    )
