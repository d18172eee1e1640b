"""What a holder has in a note or a SAFE: how its principal came about, and the interest on it, day by day.

Interest stands on no account. It is worked out from the terms of the note, and what was settled of it is what the
record says. Where days are open it is worked out twice: as low as the days allow, and as high.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import attrs

from ledger.days import close_of
from ledger.identity import HolderId, InstrumentId
from ledger.movements import Account, Interest, Level, LevelValue, Owed, Source, Unit
from ledger.quantities import PLACES, Currency, Money, Ratio
from ledger.terms.interest import ZERO, Accrued, Change, Compounding, DayCount, InterestTerms, accrue
from ledger.terms.notes import NoteTerms
from ledger.timeline import InEffect, Place, place_in_history
from projections.bounds import Bounds
from projections.cap_table import money_between, shown_under
from projections.effects import pairs
from projections.replay import Balances

NO_INTEREST: Final[Bounds[Fraction]] = Bounds(ZERO, ZERO)
_BEARS_NOTHING: Final = InterestTerms(rate=Ratio(0), day_count=DayCount.ACTUAL_365)


class PrincipalChange(Enum):
    """How the principal of a holder in a note changes."""

    LENT = "lent"
    RECEIVED = "received in exchange"
    ASSIGNED_IN = "assigned in"
    INTEREST_ADDED = "interest added"
    CONVERTED = "converted"
    REPAID = "repaid"
    EXCHANGED = "exchanged"
    ASSIGNED_OUT = "assigned out"
    CANCELLED = "cancelled"


class InterestChange(Enum):
    """What becomes of interest that accrued."""

    ASSIGNED_IN = "interest assigned in"
    PAID = "interest paid"
    CONVERTED = "interest converted"
    ADDED = "interest added to principal"
    EXCHANGED = "interest exchanged"
    ASSIGNED_OUT = "interest assigned out"
    CANCELLED = "interest cancelled"


DebtChange = PrincipalChange | InterestChange
_PRINCIPAL_FROM: Final = {
    Source.LENT: PrincipalChange.LENT,
    Source.EXCHANGED: PrincipalChange.RECEIVED,
}
_PRINCIPAL_TO: Final = {
    Source.DEBT_CONVERTED: PrincipalChange.CONVERTED,
    Source.REPAID: PrincipalChange.REPAID,
    Source.EXCHANGED: PrincipalChange.EXCHANGED,
    Source.CANCELLED: PrincipalChange.CANCELLED,
}
_ENDS: Final = frozenset(_PRINCIPAL_TO.values())
_INTEREST_TO: Final = {
    Source.DEBT_CONVERTED: InterestChange.CONVERTED,
    Source.REPAID: InterestChange.PAID,
    Source.EXCHANGED: InterestChange.EXCHANGED,
    Source.CANCELLED: InterestChange.CANCELLED,
}


@attrs.frozen
class DebtStep:
    """One kind of change between two days.

    Attributes:
        kind: What happened.
        change: By how much it changed the principal, or the interest that is owed.
        entries: Numbers of the entries behind it.
    """

    kind: DebtChange
    change: Bounds[Money]
    entries: tuple[int, ...]


@attrs.frozen
class _Moved:
    """What one fact moves of what a holder has in a note."""

    by: InEffect
    kind: DebtChange
    units: int

    @property
    def is_principal(self) -> bool:
        return isinstance(self.kind, PrincipalChange)


class Debt:
    """What a holder has in a note: everything that moves it, on whatever day.

    Args:
        balances: The levels of the day asked about.
        instrument: Which note or SAFE.
        holder: To whom it is owed, as they are shown.
        currency: In which currency.
    """

    def __init__(self, balances: Balances, instrument: InstrumentId, holder: HolderId, currency: Currency) -> None:
        self.instrument, self.holder, self.currency = instrument, holder, currency
        self._moved: list[_Moved] = []
        self._terms = balances.settings.get((Level.NOTE_TERMS, instrument), ())
        self._defaults = balances.settings.get((Level.IN_DEFAULT, instrument), ())

    def take(self, by: InEffect, kind: DebtChange, units: int) -> None:
        """Take a change into account."""
        self._moved.append(_Moved(by, kind, units))

    def principal(self, on: date | None) -> Bounds[Money]:
        """Return the principal at the close of a day; nothing before the beginning."""
        low = high = 0
        for each in self._moved:
            if on is not None and each.is_principal and each.by.begins <= close_of(on):
                certain = each.by.settles <= close_of(on)
                low += each.units if certain or each.units < 0 else 0
                high += each.units if certain or each.units > 0 else 0
        return money_between((0 if low < 0 <= high else low, high), self.currency)

    def ended(self, since: Place, on: date) -> tuple[int, int]:
        """Return the principal that ended by a day, at least and at most, in facts after a place of history.

        What was assigned has not ended: it is owed to somebody else.
        """
        least = most = 0
        for each in self._moved:
            if each.kind in _ENDS and each.by.begins <= close_of(on) and place_in_history(each.by) > since:
                most -= each.units
                least -= each.units if each.by.settles <= close_of(on) else 0
        return least, most

    def steps(self, kinds: Iterable[DebtChange], after: date | None, through: date) -> tuple[DebtStep, ...]:
        """Return each kind of change between the close of one day and that of another, in the order of kinds."""
        found = (self._step(kind, -1 if after is None else close_of(after), close_of(through)) for kind in kinds)
        return tuple(each for each in found if each.entries)

    def _step(self, kind: DebtChange, after: int, through: int) -> DebtStep:
        low = high = 0
        entries: dict[int, None] = {}
        for each in self._moved:
            if each.kind is kind and each.by.begins <= through and each.by.settles > after:
                certain = each.by.begins > after and each.by.settles <= through
                low += each.units if certain or each.units < 0 else 0
                high += each.units if certain or each.units > 0 else 0
                entries[int(each.by.entry.number)] = None
        return DebtStep(kind, money_between((low, high), self.currency), tuple(entries))

    def interest(self, until: date | None) -> Bounds[Fraction]:
        """Return the interest owed up to and without a day; below zero where more was settled than had accrued."""
        if until is None:
            return NO_INTEREST
        low, high = (self._accrue(until, low=low) for low in (True, False))
        return Bounds(min(each.owed for each in low), max(each.owed for each in high))

    def accrued(self, after: date | None, through: date) -> Bounds[Fraction]:
        """Return the interest that accrued from one day up to and without another."""
        low, high = (self._accrue(through, low=low) for low in (True, False))
        least, most = min(each.accrued for each in low), max(each.accrued for each in high)
        if after is not None:
            low, high = (self._accrue(after, low=low) for low in (True, False))
            least -= max(each.accrued for each in high)
            most -= min(each.accrued for each in low)
        return Bounds(max(least, ZERO), most)

    def _accrue(self, until: date, *, low: bool) -> list[Accrued]:
        """Return the interest in each reading that may be the least, or the most.

        Interest is the less, the later a debt begins and the earlier it is settled, so one reading does. Only when
        unsettled interest compounds, and the day is open from which its periods count, every day of it is tried.
        """
        anchor = next((by for by, terms in self._terms if not by.is_exact and _compounds(terms)), None)
        if anchor is None:
            return [accrue(self._changes(low=low), until=until)]
        effective = anchor.fact.effective_on
        span = range(effective.earliest.toordinal(), effective.latest.toordinal() + 1)
        return [
            accrue(self._changes(low=low, on={anchor.first: day}), until=until)
            for day in map(date.fromordinal, span)
        ]

    def _changes(self, *, low: bool, on: Mapping[int, date] = MappingProxyType({})) -> list[Change]:
        """Return what changed for the interest, each on that of its days which makes it least, or most.

        Args:
            low: Whether it is to be the least.
            on: The day to take for the facts with these first entries.
        """

        def day(each: InEffect, *, adds: bool) -> date:
            effective = each.fact.effective_on
            return on.get(each.first) or (effective.latest if adds is low else effective.earliest)

        found = []
        for each in self._moved:
            when, amount = day(each.by, adds=each.units > 0), Fraction(each.units, 10**PLACES)
            found.append(
                Change(on=when, principal=amount) if each.is_principal else Change(on=when, settled=-amount)
            )
        before = agreed = _BEARS_NOTHING
        for by, terms in self._terms:
            before, agreed = agreed, _interest_of(terms) or _BEARS_NOTHING
            rises = agreed.rate.value >= before.rate.value
            found.append(Change(on=day(by, adds=rises), terms=agreed))
        costs_more = agreed.rate_when(in_default=True) >= agreed.rate_when(in_default=False)
        for by, is_in_default in self._defaults:
            when = day(by, adds=bool(is_in_default) is costs_more)
            found.append(Change(on=when, in_default=bool(is_in_default)))
        return found


def _interest_of(terms: LevelValue) -> InterestTerms | None:
    return terms.interest if isinstance(terms, NoteTerms) else None


def _compounds(terms: LevelValue) -> bool:
    interest = _interest_of(terms)
    return interest is not None and interest.compounding is not Compounding.NONE


def debts(facts: Sequence[InEffect], balances: Balances) -> list[Debt]:
    """Return what each holder has in each note; holders that were merged are shown as one.

    Args:
        facts: All that stand, on whatever day.
        balances: The levels of the day asked about.
    """
    found: dict[tuple[InstrumentId, HolderId, Currency], Debt] = {}

    def debt(account: Owed | Interest, unit: Unit) -> Debt:
        key = account.instrument, shown_under(balances, account.holder), Currency(unit)
        if key not in found:
            found[key] = Debt(balances, *key)
        return found[key]

    for each in sorted(facts, key=place_in_history):
        for leaves, reaches in pairs(each.fact.movements()):
            gone, come = leaves.account, reaches.account
            loses = debt(gone, leaves.unit) if isinstance(gone, Owed | Interest) else None
            gains = debt(come, reaches.unit) if isinstance(come, Owed | Interest) else None
            if loses is gains and type(gone) is type(come):
                continue  # assigned between holders that were found to be one, or no debt at all
            if loses is not None:
                loses.take(each, _given_to(gone, come), leaves.quantity)
            if gains is not None:
                gains.take(each, _got_from(come, gone), reaches.quantity)
    return list(found.values())


def _given_to(own: Account, other: Account) -> DebtChange:
    """Name what leaves a debt after where it goes."""
    if isinstance(own, Interest):
        if isinstance(other, Source):
            return _INTEREST_TO[other]
        return InterestChange.ADDED if isinstance(other, Owed) else InterestChange.ASSIGNED_OUT
    return _PRINCIPAL_TO[other] if isinstance(other, Source) else PrincipalChange.ASSIGNED_OUT


def _got_from(own: Account, other: Account) -> DebtChange:
    """Name what reaches a debt after where it comes from."""
    if isinstance(own, Interest):
        return InterestChange.ASSIGNED_IN
    if isinstance(other, Source):
        return _PRINCIPAL_FROM[other]
    return PrincipalChange.INTEREST_ADDED if isinstance(other, Interest) else PrincipalChange.ASSIGNED_IN
