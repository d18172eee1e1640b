"""Exercise, release and end awards by their terms, and take back shares that have not vested."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.book import Book
from ledger.commands.reading import as_recorded, book_at, level_of, only_security
from ledger.days import EffectiveDay, Phase, moment
from ledger.errors import NotExercisable, TermsIncomplete, UnknownName, nearest
from ledger.events import (
    AwardForfeited,
    AwardGranted,
    EndCause,
    Event,
    OptionExercised,
    UnitsReleased,
    UnvestedSharesRepurchased,
)
from ledger.identity import HolderId, InstrumentId, PlanId, SecurityId, StockClassId
from ledger.movements import Level
from ledger.quantities import NO_SHARES, Money, Price, Shares
from ledger.readings.awards import AwardAccount, AwardAccounts, AwardReading, Days
from ledger.terms.awards import AwardKind
from ledger.terms.exercise import Settlement, cash_exercise, net_exercise, release, withheld_for
from ledger.timeline import place_in_history

if TYPE_CHECKING:
    from ledger.journal import Ledger


@attrs.frozen
class _Award:
    """An award on the day of a command."""

    award: InstrumentId
    on: date
    book: Book
    account: AwardAccount
    reading: AwardReading

    @property
    def stock_class(self) -> StockClassId:
        return self.account.stock_class

    def refused(self, why: str) -> NotExercisable:
        return NotExercisable(self.award, self.on, why)

    def holder(self, named: HolderId | None) -> HolderId:
        """Return the holder meant; it must be named when the award has several."""
        holders = [holder for holder, _ in self.reading.holders]
        if named is not None or len(holders) < 2:
            return named or (holders[0] if holders else self.account.holder)
        names = ", ".join(map(str, holders))
        raise TermsIncomplete(self.award, f"{names} have parts of it. Name the holder.")

    def vested_part_is_told(self, holder: HolderId) -> None:
        """Check that the record tells which part of what a holder has is vested: of several holders it does not.

        Raises:
            TermsIncomplete: Several have parts of the award, and only some of it has vested.
        """
        reading = self.reading
        if self.left(holder) < reading.outstanding and NO_SHARES < reading.unvested < reading.outstanding:
            raise TermsIncomplete(
                self.award,
                f"others have parts of it, and {reading.unvested:,} of {reading.outstanding:,} have not vested."
                " State how many, or record the fact with the counts agreed.",
            )

    def left(self, holder: HolderId) -> Shares:
        """Return what a holder has of it."""
        return dict(self.reading.holders).get(holder, NO_SHARES)

    def plan(self, returns: bool) -> PlanId | None:
        """Return the plan to whose pool shares return, where they do."""
        if returns and self.account.plan is None:
            raise TermsIncomplete(self.award, "it was granted outside a plan. Nothing returns to a pool.")
        return self.account.plan if returns else None


def _award_on(ledger: Ledger, award: InstrumentId, on: EffectiveDay, phase: Phase) -> _Award:
    """Return an award as everything recorded so far gives it at a phase of a day."""
    reached = moment(on.latest, phase)
    facts = sorted((each for each in ledger.standing() if each.settles <= reached), key=place_in_history)
    book = book_at(ledger, on.latest, phase)
    decimals = {
        subject: int(value)
        for (level, subject), settings in book.settings.items()
        if level is Level.DECIMALS and isinstance(subject, StockClassId)
        for _, value in settings
        if isinstance(value, int)
    }
    account = AwardAccounts.of(facts, Days(on.latest, True), decimals).awards.get(award)
    if account is None:
        known = [str(each.fact.award) for each in ledger.standing() if isinstance(each.fact, AwardGranted)]
        raise UnknownName("award", award, on.latest, nearest(award, known))
    return _Award(award, on.latest, book, account, account.reading(on.latest))


@attrs.frozen(kw_only=True)
class ExerciseOption:
    """Exercise an option or a right to appreciation at the price in force, for money or net of the price.

    What is exercised before it vests is told apart, where the terms allow it.

    Attributes:
        award: Which.
        exercised: Shares by which it becomes smaller.
        on: The day.
        holder: Who exercises it; needed when it has several holders.
        value: What a share is worth on that day; needed for a net exercise and for tax.
        net: Whether the price is paid with shares of the award. A right to appreciation always is.
        tax: Tax for which the company keeps shares; the last one is a whole share.
        for_tax: Shares kept for tax, where the papers state them.
        returns: Whether what is not issued returns to the pool of the plan.
        security: New certificate or lot.
        legends: Restrictions written on the certificate.
        authority: Resolution behind the issue.
        phase: Part of the day.
    """

    award: InstrumentId
    exercised: Shares
    on: EffectiveDay
    holder: HolderId | None = None
    value: Price | None = None
    net: bool = False
    tax: Money | None = None
    for_tax: Shares | None = None
    returns: bool = False
    security: SecurityId | None = None
    legends: tuple[str, ...] = ()
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the exercise with every count.

        Raises:
            UnknownName: No award of that name was granted.
            NotExercisable: The terms do not allow it on that day, or it would yield nothing.
            TermsIncomplete: The price in force, the value or the holder is not known.
        """
        found = _award_on(ledger, self.award, self.on, self.phase)
        self._allowed(found)
        price = level_of(found.book, Level.PRICE, (self.award, found.stock_class))
        if not isinstance(price, Price):
            raise TermsIncomplete(
                self.award, f"its price on {found.on} is not known. Record it, or narrow the days."
            )
        settled, in_cash, paid_out = self._settled(found, price)
        not_issued = self.exercised - settled.issued
        returned = not_issued if self.returns and not_issued else None
        vested = found.reading.outstanding - found.reading.unvested
        early = self.exercised - min(self.exercised, vested)
        return (
            OptionExercised(
                effective_on=self.on,
                phase=self.phase,
                award=self.award,
                holder=found.holder(self.holder),
                stock_class=found.stock_class,
                exercised=self.exercised,
                for_price=settled.for_price or None,
                for_tax=settled.for_tax or None,
                paid_in_cash=in_cash or None,
                unvested=early or None,
                returned=returned,
                plan=found.plan(returned is not None),
                paid=as_recorded(settled.payable, price.currency) if settled.payable else None,
                paid_out=paid_out,
                value=self.value,
                security=self.security if settled.issued else None,
                legends=self.legends,
                authority=self.authority,
            ),
        )

    def _allowed(self, found: _Award) -> None:
        terms = found.account.terms
        if not terms.award_kind.is_exercised:
            raise found.refused(f"is {terms.award_kind.value}, which is not exercised")
        if terms.has_expired(found.on):
            raise found.refused(f"expired on {terms.expires_on}")
        if self.exercised > found.reading.exercisable:
            raise found.refused(
                f"may be exercised for {found.reading.exercisable:,} shares, and not for {self.exercised:,}"
            )

    def _settled(self, found: _Award, price: Price) -> tuple[Settlement, Shares, Money | None]:
        """Return how it is settled, the shares settled in money, and that money."""
        kind = found.account.terms.award_kind
        if self.value is None and (self.net or self.tax is not None or not kind.is_bought):
            raise TermsIncomplete(self.award, "what a share is worth on that day decides. State the value.")
        if kind is AwardKind.CASH_APPRECIATION_RIGHT:
            assert self.value is not None, "asked for above"
            gain = max(Fraction(0), self.value.amount - price.amount) * self.exercised.as_fraction()
            nothing = Settlement(settled=self.exercised, issued=NO_SHARES)
            return nothing, self.exercised, as_recorded(gain, price.currency)
        for_tax = self.for_tax or NO_SHARES
        if self.tax is not None and self.value is not None:
            for_tax = withheld_for(self.tax, self.value)
        if not self.net and kind.is_bought:
            return cash_exercise(self.exercised, price, for_tax=for_tax), NO_SHARES, None
        assert self.value is not None, "asked for above"
        settled = net_exercise(self.exercised, price, self.value, for_tax=for_tax)
        if not settled.issued:
            raise found.refused(f"yields no whole share at {self.value} against {price}")
        return settled, NO_SHARES, None


@attrs.frozen(kw_only=True)
class ReleaseUnits:
    """Settle units that have vested, in shares.

    Attributes:
        award: Which.
        on: The day.
        released: Units settled; all that have vested and were not released when not given.
        holder: Who receives the shares; needed when the award has several holders.
        value: What a share is worth on that day; needed for tax.
        tax: Tax for which the company keeps shares; the last one is a whole share.
        for_tax: Shares kept for tax, where the papers state them.
        returns: Whether what is kept for tax returns to the pool of the plan.
        security: New certificate or lot.
        legends: Restrictions written on the certificate.
        authority: Resolution behind the issue.
        phase: Part of the day.
    """

    award: InstrumentId
    on: EffectiveDay
    released: Shares | None = None
    holder: HolderId | None = None
    value: Price | None = None
    tax: Money | None = None
    for_tax: Shares | None = None
    returns: bool = False
    security: SecurityId | None = None
    legends: tuple[str, ...] = ()
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the release with every count.

        Raises:
            UnknownName: No award of that name was granted.
            NotExercisable: It is no award of units, or no such number of them has vested.
            TermsIncomplete: The value or the holder is not known.
        """
        found = _award_on(ledger, self.award, self.on, self.phase)
        terms = found.account.terms
        if terms.award_kind is not AwardKind.RESTRICTED_STOCK_UNIT:
            raise found.refused(f"is {terms.award_kind.value}, which is not released")
        holder = found.holder(self.holder)
        vested = min(found.reading.outstanding - found.reading.unvested, found.left(holder))
        if self.released is None:
            found.vested_part_is_told(holder)
        released = vested if self.released is None else self.released
        if released > vested or not released:
            raise found.refused(f"has {vested:,} vested units to be released")
        for_tax = self.for_tax or NO_SHARES
        if self.tax is not None:
            if self.value is None:
                raise TermsIncomplete(self.award, "the value of a share decides how many pay the tax. State it.")
            for_tax = withheld_for(self.tax, self.value)
        settled = release(released, for_tax=for_tax)
        returned = for_tax if self.returns and for_tax else None
        return (
            UnitsReleased(
                effective_on=self.on,
                phase=self.phase,
                award=self.award,
                holder=holder,
                stock_class=found.stock_class,
                released=released,
                for_tax=settled.for_tax or None,
                returned=returned,
                plan=found.plan(returned is not None),
                value=self.value,
                security=self.security if settled.issued else None,
                legends=self.legends,
                authority=self.authority,
            ),
        )


@attrs.frozen(kw_only=True)
class EndAward:
    """End an award for a holder: what has not vested when service ends, all that is left when its time is over.

    Attributes:
        award: Which.
        on: The day.
        cause: Why.
        holder: Whose; needed when the award has several holders.
        returns: Whether what ends returns to the pool of the plan.
        reason: More about it.
        phase: Part of the day.
    """

    award: InstrumentId
    on: EffectiveDay
    cause: EndCause = EndCause.TERMINATION
    holder: HolderId | None = None
    returns: bool = False
    reason: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return what ends.

        Raises:
            UnknownName: No award of that name was granted.
            NotExercisable: Nothing of it could end.
            TermsIncomplete: The holder must be named, the award draws on no pool, or several have parts of an
                award of which some has vested.
        """
        found = _award_on(ledger, self.award, self.on, self.phase)
        holder = found.holder(self.holder)
        outstanding = found.left(holder)
        found.vested_part_is_told(holder)
        unvested = min(outstanding, found.reading.unvested)
        keeps_vested = self.cause in (EndCause.TERMINATION, EndCause.CONDITION_FAILED)
        vested = NO_SHARES if keeps_vested else outstanding - unvested
        if not unvested and not vested:
            raise found.refused("has nothing left that could end")
        return (
            AwardForfeited(
                effective_on=self.on,
                phase=self.phase,
                award=self.award,
                holder=holder,
                stock_class=found.stock_class,
                unvested=unvested or None,
                vested=vested or None,
                cause=self.cause,
                returned=unvested + vested if self.returns else None,
                plan=found.plan(self.returns),
                reason=self.reason,
            ),
        )


@attrs.frozen(kw_only=True)
class RepurchaseUnvested:
    """Take back shares that have not vested: restricted stock, or shares bought early.

    Attributes:
        award: The award that they came from.
        on: The day.
        repurchased: Shares taken back; all that have not vested when not given.
        holder: Whose; the one to whom it was granted when not given.
        price: What the company pays for each.
        security: Certificate or lot they are taken from; needed when the holder has several.
        into_treasury: Whether the company keeps them.
        returns: Whether they return to the pool of the plan.
        reason: Why.
        phase: Part of the day.
    """

    award: InstrumentId
    on: EffectiveDay
    repurchased: Shares | None = None
    holder: HolderId | None = None
    price: Price | None = None
    security: SecurityId | None = None
    into_treasury: bool = False
    returns: bool = False
    reason: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the repurchase with what is paid.

        Raises:
            UnknownName: No award of that name was granted.
            NotExercisable: Nothing of it is unvested, or less than that.
            TermsIncomplete: The security must be named, or the award draws on no pool.
        """
        found = _award_on(ledger, self.award, self.on, self.phase)
        unvested = found.reading.unvested_shares
        repurchased = unvested if self.repurchased is None else self.repurchased
        if repurchased > unvested or not repurchased:
            raise found.refused(f"has {unvested:,} unvested shares that could be taken back")
        holder = self.holder or found.account.holder
        paid = None
        if self.price is not None:
            paid = as_recorded(self.price.amount * repurchased.as_fraction(), self.price.currency)
        return (
            UnvestedSharesRepurchased(
                effective_on=self.on,
                phase=self.phase,
                award=self.award,
                holder=holder,
                stock_class=found.stock_class,
                repurchased=repurchased,
                paid=paid,
                security=only_security(found.book, holder, found.stock_class, self.security),
                into_treasury=self.into_treasury,
                returned=repurchased if self.returns else None,
                plan=found.plan(self.returns),
                reason=self.reason,
            ),
        )
