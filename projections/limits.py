"""Limits in force on a day: what a holder may own after converting, what a cap leaves, and the count relied on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.days import close_of, day_of
from ledger.events import (
    IssuanceCapAgreed,
    OwnershipLimitAgreed,
    OwnershipLimitChanged,
    OwnershipLimitWaived,
)
from ledger.identity import AgreementId, HolderId, InstrumentId, RestrictionId, StockClassId
from ledger.movements import ISSUES, Awarded, Held, Level, Owed, Posting, Purchasable, Setting, Source
from ledger.quantities import NO_SHARES, Ratio, Shares
from ledger.timeline import InEffect, history_of, may_be_last, place_in_history
from projections.bounds import Bounds, exactly
from projections.cap_table import possible_names, shares_between
from projections.effects import pairs
from projections.replay import Balances, factor_since, is_complete, replay

if TYPE_CHECKING:
    from ledger.timeline import Place

_BY_THE_HOLDER = (Source.ISSUED_ON_CONVERSION, Source.ISSUED_ON_EXERCISE, Source.ISSUED_IN_EXCHANGE)


# --- the count that is relied on -------------------------------------------------------------------------------


@attrs.frozen
class ReliedCount:
    """Shares outstanding that a limit is reckoned with.

    Attributes:
        shares: How many, in the units of the day asked about; at an end ``None`` where nobody knows.
        reported_on: The day for which the company reported them; ``None`` where it is what the register holds.
        report: The fact that states them.
    """

    shares: Bounds[Shares]
    reported_on: date | None = None
    report: InEffect | None = None

    @property
    def words(self) -> str:
        """Which count it is, in words."""
        return "as recorded" if self.reported_on is None else f"as reported for {self.reported_on}"


def outstanding_shares(balances: Balances, stock_class: StockClassId) -> Bounds[Shares]:
    """Return the shares that the register holds; where it is partial, at least these."""
    key = balances.grouped(lambda unit, account: (type(account) is Held and unit == stock_class) or None)
    recorded = shares_between(key.get(True, (0, 0)), Fraction(1))
    return recorded if is_complete(balances, stock_class) else Bounds(recorded.low, None)


def last_report(balances: Balances, stock_class: StockClassId) -> ReliedCount | None:
    """Return the last count that the company stated or reported, in the units of the day asked about."""
    counts = [
        (each, value)
        for level in (Level.STATED_OUTSTANDING, Level.REPORTED_OUTSTANDING)
        for each, value in balances.settings.get((level, stock_class), ())
        if isinstance(value, Shares) and each.is_exact
    ]
    if not counts:
        return None
    each, count = max(counts, key=lambda pair: place_in_history(pair[0]))
    shares = Shares.of_units(count.units * factor_since(balances, stock_class, each))
    return ReliedCount(exactly(shares), day_of(each.settles), each)


def relied_on(balances: Balances, stock_class: StockClassId, holders: Iterable[HolderId]) -> ReliedCount:
    """Return the count that papers let a holder rely on: the last reported, with what they converted since.

    Where nothing is reported it is what the register holds.

    Args:
        balances: The accounts on the day.
        stock_class: Of which class.
        holders: The holder, and whoever counts with them.
    """
    report = last_report(balances, stock_class)
    if report is None or report.report is None:
        return ReliedCount(outstanding_shares(balances, stock_class))
    mine, after = frozenset(holders), place_in_history(report.report)
    low, high = Fraction(0), Fraction(0)
    for each in _since(balances, after):
        received = sum(
            reaches.quantity
            for leaves, reaches in pairs(each.fact.movements())
            if reaches.unit == stock_class
            and leaves.account in _BY_THE_HOLDER
            and isinstance(reaches.account, Held)
            and mine & {reaches.account.holder, *possible_names(balances, reaches.account.holder)}
        )
        if received:
            more = received * factor_since(balances, stock_class, each)
            low += more if each.settles <= close_of(balances.history.as_of) else 0
            high += more
    shares = report.shares.exact
    both = Bounds(Shares.of_units(shares.units + low), Shares.of_units(shares.units + high))
    return attrs.evolve(report, shares=both)


def _since(balances: Balances, after: Place) -> Iterator[InEffect]:
    """Yield the facts after a place that have taken effect, or may have."""
    for each in (*balances.history.certain, *balances.history.open):
        if place_in_history(each) > after:
            yield each


# --- ownership limits -------------------------------------------------------------------------------------------


@attrs.frozen
class LimitInForce:
    """An ownership limit on a day.

    Attributes:
        restriction: Its name.
        agreed: What was agreed.
        holder: Whom it limits, as they are shown.
        parts: The parts that may be in force; none among them where it may have been waived, or not begun.
        noticed: Changes to come of which notice was given by the day, with their first and their last day.
    """

    restriction: RestrictionId
    agreed: OwnershipLimitAgreed
    holder: HolderId
    parts: tuple[Ratio | None, ...]
    noticed: tuple[tuple[date, date, Ratio | None], ...] = ()

    @property
    def smallest(self) -> Ratio | None:
        """The part in the strictest reading."""
        return min((part for part in self.parts if part is not None), key=_by_value, default=None)

    @property
    def largest(self) -> Ratio | None:
        """The part in the mildest reading; ``None`` where it may limit nothing."""
        return None if None in self.parts else max((each for each in self.parts if each), key=_by_value)

    def covers(self, source: StockClassId | InstrumentId) -> bool:
        """Whether it limits the conversion or exercise of a class, a note or a warrant."""
        named = (*self.agreed.classes, *self.agreed.instruments)
        return not named or source in named

    def within(self, days: int, as_of: date) -> LimitInForce | None:
        """Return what of it limits a holder for so many days, whatever they do; ``None`` if nothing.

        They may give notice now, and a notice that they gave before may have run by then.

        Args:
            days: How long they wait.
            as_of: The day asked about.
        """
        parts = tuple(
            None if part is None else attrs.evolve(self.agreed.limit, at_most=part, ceiling=self._ceiling(part))
            for part in self.parts
        )
        found = dict.fromkeys(None if limit is None else limit.part_within(days) for limit in parts)
        by = as_of + timedelta(days=days)
        for first, last, part in self.noticed:
            if first <= by:
                raised = dict.fromkeys(_milder(each, part) for each in found)
                found = raised if last <= by else found | raised
        return None if set(found) <= {None} else attrs.evolve(self, parts=tuple(found))

    def _ceiling(self, part: Ratio) -> Ratio | None:
        ceiling = self.agreed.limit.ceiling
        return ceiling if ceiling is None else max(ceiling, part, key=_by_value)


def _by_value(part: Ratio) -> Fraction:
    return part.value


def _milder(one: Ratio | None, other: Ratio | None) -> Ratio | None:
    """Return the part that lets more through; ``None`` limits nothing."""
    return None if one is None or other is None else max(one, other, key=_by_value)


def ownership_limits(
    balances: Balances, stock_class: StockClassId, facts: Iterable[InEffect] = ()
) -> tuple[LimitInForce, ...]:
    """Return the ownership limits in force on what is owned of a class.

    Args:
        balances: The accounts and levels on the day.
        stock_class: Which class.
        facts: All that stand as known, where changes to come matter.
    """
    coming = list(changes_to_come(facts))
    found = []
    for restriction in balances.subjects(Level.OWNERSHIP_LIMIT):
        agreed = _agreed(balances, restriction)
        if not isinstance(agreed, OwnershipLimitAgreed) or agreed.stock_class != stock_class:
            continue
        settings, is_certain = may_be_last(
            balances.settings[Level.OWNERSHIP_LIMIT, restriction], close_of(balances.history.as_of)
        )
        parts: dict[Ratio | None, None] = {} if is_certain else {None: None}
        parts |= {value if isinstance(value, Ratio) else None: None for _, value in settings}
        if set(parts) != {None}:
            holder = possible_names(balances, agreed.holder)[0]
            noticed = tuple(
                (first, last, part)
                for of, on, first, last, part in coming
                if of == restriction and on <= balances.history.as_of < last
            )
            found.append(LimitInForce(restriction, agreed, holder, tuple(parts), noticed))
    return tuple(found)


def changes_to_come(
    facts: Iterable[InEffect],
) -> Iterator[tuple[RestrictionId, date, date, date, Ratio | None]]:
    """Yield each change of an ownership limit after notice: the limit, the day of the notice, first and last day.

    The part is ``None`` for a waiver.
    """
    for each in facts:
        fact = each.fact
        if isinstance(fact, OwnershipLimitChanged | OwnershipLimitWaived) and fact.notified_on is not None:
            part = fact.at_most if isinstance(fact, OwnershipLimitChanged) else None
            yield fact.restriction, fact.notified_on, day_of(each.begins), day_of(each.settles), part


def _agreed(balances: Balances, restriction: str) -> object:
    """Return the fact that brought a restriction into being."""
    settings = balances.settings.get((Level.RESTRICTION, restriction), ())
    return settings[-1][0].fact if settings else None


# --- caps --------------------------------------------------------------------------------------------------------


@attrs.frozen
class CapInForce:
    """A cap on what a transaction may bring, on a day.

    Attributes:
        restriction: Its name.
        agreed: What was agreed.
        number: Shares that may be issued in all, in the units of the day asked about; ``None`` if nobody knows.
        issued: Shares issued under it.
        may_be_lifted: Whether it may have ended, or not have begun, as a day is open.
    """

    restriction: RestrictionId
    agreed: IssuanceCapAgreed
    number: Shares | None
    issued: Bounds[Shares]
    may_be_lifted: bool

    @property
    def room(self) -> Bounds[Shares]:
        """Shares that may still be issued."""
        if self.number is None or self.issued.low is None or self.issued.high is None:
            return Bounds(NO_SHARES, None)
        low, high = self.number - self.issued.high, self.number - self.issued.low
        return Bounds(max(NO_SHARES, low), None if self.may_be_lifted else max(NO_SHARES, high))

    def covers(self, source: StockClassId | InstrumentId) -> bool:
        """Whether the conversion or exercise of a class, a note or a warrant counts against it."""
        return source in (*self.agreed.classes, *self.agreed.instruments)


def issuance_caps(
    balances: Balances, facts: Iterable[InEffect], stock_class: StockClassId
) -> tuple[CapInForce, ...]:
    """Return the caps in force on what is issued of a class.

    Args:
        balances: The accounts and levels on the day.
        facts: All that stand as known.
        stock_class: Which class.
    """
    close, found = close_of(balances.history.as_of), []
    for restriction, of_class in balances.subjects(Level.ISSUANCE_CAP):
        lifted = balances.settings.get((Level.LIFTED, restriction), ())
        if of_class != stock_class or any(each.settles <= close for each, _ in lifted):
            continue
        each = balances.settings[Level.ISSUANCE_CAP, (restriction, of_class)][-1][0]
        agreed = each.fact
        assert isinstance(agreed, IssuanceCapAgreed), "nothing else states a cap"
        number = agreed.cap.number(None)
        if number is None:
            number = agreed.cap.number(_outstanding_before(facts, each, stock_class))
        if number is not None:
            number = Shares.of_units(number.units * factor_since(balances, stock_class, each))
        issued = _issued_under(balances, agreed, place_in_history(each))
        found.append(CapInForce(agreed.restriction, agreed, number, issued, bool(lifted) or each.settles > close))
    return tuple(found)


def _outstanding_before(facts: Iterable[InEffect], each: InEffect, stock_class: StockClassId) -> Shares | None:
    """Return the shares outstanding at the close of the day before a fact, as reported last or as recorded."""
    known = list(facts)
    before = day_of(each.begins) - timedelta(days=1)
    balances = replay(history_of(known, as_of=before, known=0), known)
    recorded = outstanding_shares(balances, stock_class)
    if recorded.is_exact:
        return recorded.exact
    report = last_report(balances, stock_class)
    return None if report is None else report.shares.exact


def _issued_under(balances: Balances, agreed: IssuanceCapAgreed, after: Place) -> Bounds[Shares]:
    """Return what was issued of the class since, by what counts against a cap."""
    low = high = Fraction(0)
    for each in _since(balances, after):
        issued = issued_against(agreed, each)
        if issued:
            more = issued * factor_since(balances, agreed.stock_class, each)
            low += more if each.settles <= close_of(balances.history.as_of) else 0
            high += more
    return Bounds(Shares.of_units(low), Shares.of_units(high))


def issued_against(agreed: IssuanceCapAgreed, each: InEffect) -> int:
    """Return how many units of its class a fact issues that count against a cap."""
    issued = sum(
        reaches.quantity
        for leaves, reaches in pairs(each.fact.movements())
        if leaves.account in ISSUES and reaches.unit == agreed.stock_class and type(reaches.account) is Held
    )
    return issued if issued and _counts(each, agreed) else 0


def _counts(each: InEffect, agreed: IssuanceCapAgreed) -> bool:
    """Whether a fact gives up a class or an instrument that a cap names, or issues under such an agreement."""
    movements = each.fact.movements()
    for posting in (movement for movement in movements if type(movement) is Posting):
        account = posting.account
        if posting.quantity < 0 and type(account) is Held and posting.unit in agreed.classes:
            return True
        if isinstance(account, Owed | Purchasable | Awarded) and account.instrument in agreed.instruments:
            return True
    under: set[AgreementId] = {
        movement.value  # type: ignore[misc]  # an agreement, by its level
        for movement in movements
        if type(movement) is Setting and movement.level is Level.ISSUED_UNDER
    }
    return bool(under & {*agreed.agreements})
