"""What holds shares back on a day: legends, stops, lock-ups, pledges, ownership limits, caps, and liens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING

import attrs

from ledger.days import EffectiveDay, close_of
from ledger.errors import UnknownName, nearest
from ledger.events import IssuanceCapAgreed, LienGranted, OwnershipLimitAgreed, RestrictionPlaced
from ledger.identity import EntryNumber, HolderId, IssuerId, RestrictionId, SecurityId, StockClassId
from ledger.movements import Level
from ledger.quantities import plain
from ledger.timeline import InEffect
from projections.cap_table import name_of, shown_under
from projections.frame import Tabular
from projections.replay import Balances, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


class Standing(Enum):
    """Whether a restriction is in force on a day."""

    IN_FORCE = "in force"
    MAY_BE = "may be in force"
    """The day on which it began or ended is open."""
    ENDED = "ended"
    """It was lifted or waived, or its last day is past."""


@attrs.frozen
class RestrictionLine:
    """Something that holds shares back.

    Attributes:
        restriction: Its name.
        what: Legend, stop, lock-up, pledge, ownership limit, issuance cap, or lien.
        standing: Whether it is in force.
        holder: Whose shares, or who is limited; of a lien the creditor; ``None`` for everybody's.
        name: Their name on the day.
        stock_class: Of which class; ``None`` for every class.
        security: Of which certificate or lot.
        since: The day on which it began.
        until: Its last day, where one is stated.
        terms: What it says, in words.
        entry: The entry that brought it about.
    """

    restriction: RestrictionId
    what: str
    standing: Standing
    holder: HolderId | None
    name: str | None
    stock_class: StockClassId | None
    security: SecurityId | None
    since: EffectiveDay
    until: date | None
    terms: str
    entry: EntryNumber


@attrs.frozen(repr=False)
class Restrictions(Tabular):
    """What holds shares back at the close of a day, as known at some point.

    Attributes:
        issuer: Whose.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        lines: Every restriction that there was by then, those that ended included.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    lines: tuple[RestrictionLine, ...]

    def __iter__(self) -> Iterator[RestrictionLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def in_force(self) -> tuple[RestrictionLine, ...]:
        """Those that are in force, or may be."""
        return tuple(line for line in self.lines if line.standing is not Standing.ENDED)

    def frames(self) -> tuple[Frame, ...]:
        """Return the restrictions, as a table."""
        from projections import columns  # only who hands a view on needs them

        return columns.restrictions(self)

    def __getitem__(self, restriction: str) -> RestrictionLine:
        for line in self.lines:
            if line.restriction == restriction:
                return line
        near = nearest(restriction, [str(line.restriction) for line in self.lines])
        raise UnknownName("restriction", restriction, self.as_of, near)


def restrictions(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None) -> Restrictions:
    """Return what holds shares back at the close of a day, and what did before.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
    """
    history = ledger.history(as_of, known_at)
    balances = replay(history, ledger.standing(history.known))
    return Restrictions(
        ledger.issuer,
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        tuple(
            _line(balances, RestrictionId(subject), balances.settings[Level.RESTRICTION, subject][-1][0])
            for subject in balances.subjects(Level.RESTRICTION)
        ),
    )


def _line(balances: Balances, restriction: RestrictionId, each: InEffect) -> RestrictionLine:
    fact = each.fact
    holder: HolderId | None = getattr(fact, "holder", None)
    shown = None if holder is None else shown_under(balances, holder)
    until = fact.until if isinstance(fact, RestrictionPlaced) else None
    return RestrictionLine(
        restriction,
        str(balances.settings[Level.RESTRICTION, restriction][-1][1]),
        _standing(balances, restriction, each, until),
        shown,
        None if shown is None else name_of(balances, shown),
        getattr(fact, "stock_class", None),
        getattr(fact, "security", None),
        fact.effective_on,
        until,
        _terms(balances, each),
        each.entry.number,
    )


def _standing(balances: Balances, restriction: RestrictionId, each: InEffect, until: date | None) -> Standing:
    close = close_of(balances.history.as_of)
    ends = [lift for lift, _ in balances.settings.get((Level.LIFTED, restriction), ())]
    limits = balances.level(Level.OWNERSHIP_LIMIT, restriction)
    waived = [waiver for waiver, part in limits if part is None]
    if (until is not None and until < balances.history.as_of) or any(end.settles <= close for end in ends):
        return Standing.ENDED
    if limits and len(waived) == len(limits):
        return Standing.ENDED
    return Standing.MAY_BE if ends or waived or each.settles > close else Standing.IN_FORCE


def _terms(balances: Balances, each: InEffect) -> str:
    """Return what a restriction says, in words."""
    fact = each.fact
    match fact:
        case RestrictionPlaced():
            words = [fact.text] if fact.text else []
            words += [f"in favour of {fact.in_favour_of}"] if fact.in_favour_of is not None else []
            permitted = ", ".join(cause.value for cause in fact.permitted)
            words += [f"permits {permitted}"] if permitted else []
            return "; ".join(words)
        case OwnershipLimitAgreed():
            parts = balances.values(Level.OWNERSHIP_LIMIT, fact.restriction)
            words = [" or ".join("none" if part is None else f"{plain(part.value * 100)} %" for part in parts)]
            limit = fact.limit
            words += [f"{limit.notice_days} days' notice"] if limit.notice_days is not None else []
            words += [f"at most {plain(limit.ceiling.value * 100)} %"] if limit.ceiling is not None else []
            named = ", ".join(map(str, (*fact.classes, *fact.instruments)))
            return "; ".join([*words, f"of {named}"] if named else words)
        case IssuanceCapAgreed():
            cap = fact.cap
            words = [f"{cap.shares:,} shares"] if cap.shares is not None else []
            words += [f"{plain(cap.part.value * 100)} %"] if cap.part is not None else []
            named = ", ".join(map(str, (*fact.classes, *fact.instruments, *fact.agreements)))
            return f"{', '.join(words)}; counts {named}"
        case LienGranted():
            return fact.collateral
        case _:
            return ""
