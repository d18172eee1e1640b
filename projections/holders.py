"""The list of holders of record on a day: who they are, what they hold of each class, and how they may vote."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.days import day
from ledger.errors import UnknownName, nearest
from ledger.identity import HolderId, IssuerId, StockClassId
from ledger.quantities import Shares
from projections.bounds import Bounds, exactly, ratio_of
from projections.cap_table import CapTable, ClassLine, HoldingLine, denominator_of, table_of, votes_of
from projections.frame import Tabular
from projections.parties import Parties, Party
from projections.replay import Units, replay_index

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class HolderLine:
    """A holder of record, with the shares and votes of those that were merged into it.

    Attributes:
        party: Who.
        shares: What they hold of each class of the list, in its order.
        votes: Votes of all these; at least what is known where the votes of a class are not stated.
        percent: Part of all votes, an exact fraction; unknown where the votes of others are.
    """

    party: Party
    shares: tuple[tuple[StockClassId, Bounds[Shares]], ...]
    votes: Bounds[Fraction]
    percent: Bounds[Fraction]

    def of(self, stock_class: str) -> Bounds[Shares]:
        """Return what they hold of a class; zero of one that is not on the list."""
        return dict(self.shares).get(StockClassId(stock_class), exactly(Shares(0)))


@attrs.frozen
class ClassVotes:
    """A class on the list of holders.

    Attributes:
        line: The class on the cap table of the day: outstanding, holders not recorded, votes of a share …
        votes: Votes of all its shares outstanding, holders that are not recorded included; ``None`` where nobody
            states what a share votes.
    """

    line: ClassLine
    votes: Bounds[Fraction] | None


@attrs.frozen(repr=False)
class HolderList(Tabular):
    """The holders of record at the close of a day, as known at some point, in alphabetical order.

    Attributes:
        issuer: Whose.
        as_of: The record date; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        basis: The day in whose units shares are shown.
        classes: Every class that somebody holds, or may hold.
        holders: Everybody who holds shares, or may.
        votes: All votes; at least what is known where a register is partial or the votes of a class are not stated.
        may_be_merged: Mergers whose day is open: who, and into whom.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    basis: date
    classes: tuple[ClassVotes, ...]
    holders: tuple[HolderLine, ...]
    votes: Bounds[Fraction]
    may_be_merged: tuple[tuple[HolderId, HolderId], ...]

    def __iter__(self) -> Iterator[HolderLine]:
        return iter(self.holders)

    def __len__(self) -> int:
        return len(self.holders)

    def frames(self) -> tuple[Frame, ...]:
        """Return holders, what they hold of each class, and the classes, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.holders(self)

    def __getitem__(self, holder: str) -> HolderLine:
        for line in self.holders:
            if line.party.holder == holder or holder in line.party.also:
                return line
        names = [str(line.party.holder) for line in self.holders]
        raise UnknownName("holder on the list", holder, self.as_of, nearest(holder, names))


def holders(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None, basis: AsOf | None = None) -> HolderList:
    """Return the holders of record on a record date, in alphabetical order, with their shares and votes.

    That order is what 8 Del. C. § 219(a) asks of the list for a meeting, beside address and number of shares.

    Args:
        ledger: The record.
        as_of: The record date.
        known_at: What had been recorded; everything when not given.
        basis: A later day in whose units shares are shown; votes are those of the record date.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_BASIS`` when ``basis`` is before ``as_of``.
    """
    index = ledger.index(known_at)
    balances = replay_index(index, day(as_of, what="as_of"))
    table = table_of(ledger, index.told, balances, Units(index.told, basis, balances.history.as_of))
    parties = Parties(index.told, balances)
    held = {line.stock_class for line in table}
    classes = tuple(
        ClassVotes(line, _votes_of_class(line))
        for line in table.classes
        if line.stock_class in held or line.outstanding != exactly(Shares(0))
    )
    votes = votes_together(each.votes for each in classes)
    lines = [
        _line(parties.party(holder), of_holder, classes, votes) for holder, of_holder in _by_holder(table).items()
    ]
    return HolderList(
        table.issuer,
        table.as_of,
        table.known,
        table.known_at,
        table.basis,
        classes,
        tuple(sorted(lines, key=_alphabetically)),
        votes,
        table.may_be_merged,
    )


def _by_holder(table: CapTable) -> dict[HolderId, list[HoldingLine]]:
    found: dict[HolderId, list[HoldingLine]] = {}
    for line in table:
        found.setdefault(line.holder, []).append(line)
    return found


def _line(
    party: Party, held: Iterable[HoldingLine], classes: Iterable[ClassVotes], whole: Bounds[Fraction]
) -> HolderLine:
    by_class = {line.stock_class: line for line in held}
    shares = {
        each.line.stock_class: by_class[each.line.stock_class].shares
        if each.line.stock_class in by_class
        else exactly(Shares(0))
        for each in classes
    }
    votes = votes_together(line.votes for line in by_class.values())
    return HolderLine(party, tuple(shares.items()), votes, ratio_of(votes, whole))


def _votes_of_class(line: ClassLine) -> Bounds[Fraction] | None:
    """Return the votes of a class; of a partial register those of the count that the company stated, if it did."""
    whole = denominator_of(line.outstanding, line.stated, is_complete=line.is_complete)
    return votes_of(whole if whole.low is not None else line.outstanding, line.votes_per_share)


def votes_together(votes: Iterable[Bounds[Fraction] | None]) -> Bounds[Fraction]:
    """Return votes together; those that nobody states are at least none, and nobody knows how many at most."""
    low = Fraction(0)
    high: Fraction | None = Fraction(0)
    for each in votes:
        low += each.low if each is not None and each.low is not None else 0
        high = None if high is None or each is None or each.high is None else high + each.high
    return Bounds(low, high)


def _alphabetically(line: HolderLine) -> tuple[bool, str, str]:
    """Return the place of a holder: by name, whatever its case, accents and marks; without a name at hand, last."""
    letters = unicodedata.normalize("NFKD", line.party.name.casefold())
    name = "".join(letter for letter in letters if letter.isalnum() or letter == " ").strip()
    return not line.party.is_named, name, line.party.holder
