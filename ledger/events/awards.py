"""Awards under a plan: its pool, what is granted, what vests, and what becomes of it."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar, Final

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none, not_below_zero
from ledger.events.shares import Consideration, TransferCause, named
from ledger.identity import HolderId, InstrumentId, PlanId, SecurityId, StockClassId, VestingConditionId
from ledger.movements import (
    Account,
    Awarded,
    InstrumentKind,
    Level,
    Movement,
    Movements,
    Pooled,
    Setting,
    Source,
    held,
    moved,
)
from ledger.quantities import NO_SHARES, Money, Price, Shares
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.schedule import TakenFrom
from ledger.text import PROSE_LENGTH, text_field, texts_field


def _moved(shares: Shares | None, stock_class: StockClassId, out_of: Account, into: Account) -> Movements:
    """Return shares that go from one account to another; nothing where there are none."""
    return moved(shares, of=stock_class, out_of=out_of, into=into) if shares else ()


def _sum(*parts: Shares | None) -> Shares:
    return sum((part for part in parts if part is not None), NO_SHARES)


def _returns_to_a_plan(returned: Shares | None, of: Shares, plan: PlanId | None) -> None:
    """Check that what returns to a pool is named with its plan, and is no more than there is."""
    if bool(returned) != (plan is not None):
        raise NotUnderstood(
            "E_TERMS", "shares that return to a pool, and the plan, go together", "state both or neither", "/plan"
        )
    if returned is not None and returned > of:
        raise NotUnderstood(
            "E_QUANTITY", f"{returned} of {of} shares return to the pool", "return no more", "/returned"
        )


# --- the plan ------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class PlanAdopted(Fact):
    """The company adopted a plan and kept shares back for it.

    Attributes:
        plan: Its name in the record.
        title: Its name on paper.
        stock_class: Class that awards under it are of.
        pooled: Shares kept back for it; more than zero.
        authority: Resolutions of the board and of the stockholders.
    """

    KIND: ClassVar[str] = "plan-adopted"

    plan: PlanId
    title: str = attrs.field(validator=text_field())
    stock_class: StockClassId
    pooled: Shares = attrs.field(validator=more_than_none)
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the shares kept back, and the plan."""
        return (
            *moved(self.pooled, of=self.stock_class, out_of=Source.UNRESERVED, into=Pooled(self.plan)),
            Setting(self.plan, Level.PLAN, self.title),
        )


@attrs.frozen(kw_only=True)
class PlanPoolChanged(Fact):
    """More or fewer shares are kept back for a plan.

    Attributes:
        plan: Which plan.
        stock_class: Class of the shares; another than before opens the plan for that class too.
        added: Shares added, or none.
        removed: Shares taken away, or none.
        reason: Why: an increase by resolution, the yearly increase that the plan provides …
        authority: Resolution, or section of the plan.
    """

    KIND: ClassVar[str] = "plan-pool-changed"

    plan: PlanId
    stock_class: StockClassId
    added: Shares | None = attrs.field(default=None, validator=not_below_zero)
    removed: Shares | None = attrs.field(default=None, validator=not_below_zero)
    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that the pool grows or falls."""
        if bool(self.added) == bool(self.removed):
            raise NotUnderstood(
                "E_QUANTITY", f"the pool of {self.plan} neither grows nor falls, or both", "state one of the two"
            )

    def movements(self) -> Movements:
        """Return the shares kept back, or no longer."""
        pool = Pooled(self.plan)
        return (
            *_moved(self.added, self.stock_class, Source.UNRESERVED, pool),
            *_moved(self.removed, self.stock_class, pool, Source.UNRESERVED),
        )


# --- the award -----------------------------------------------------------------------------------------------

_INSTRUMENTS: Final = {
    AwardKind.INCENTIVE_STOCK_OPTION: InstrumentKind.OPTION,
    AwardKind.NONQUALIFIED_STOCK_OPTION: InstrumentKind.OPTION,
    AwardKind.OPTION: InstrumentKind.OPTION,
    AwardKind.RESTRICTED_STOCK_UNIT: InstrumentKind.RESTRICTED_UNITS,
    AwardKind.STOCK_APPRECIATION_RIGHT: InstrumentKind.APPRECIATION_RIGHT,
    AwardKind.CASH_APPRECIATION_RIGHT: InstrumentKind.APPRECIATION_RIGHT,
    AwardKind.RESTRICTED_STOCK: InstrumentKind.RESTRICTED_STOCK,
}


@attrs.frozen(kw_only=True)
class AwardGranted(Fact):
    """The company granted an award: an option, units, a right to appreciation, or restricted stock.

    Restricted stock is issued with the grant. The shares of any other award are kept back until it is exercised,
    released or forfeited.

    Attributes:
        award: Its name in the record.
        holder: To whom.
        stock_class: Class that it is of.
        granted: Shares under it; more than zero.
        price: Exercise price of an option, base price of a right to appreciation; none for units and restricted
            stock.
        terms: What kind of award it is, how it vests, and until when.
        plan: Plan whose pool it draws on; none outside a plan.
        security: Certificate or lot of restricted stock.
        consideration: What was given for it.
        legends: Restrictions written on the certificate of restricted stock.
        authority: Resolution behind the grant.
    """

    KIND: ClassVar[str] = "award-granted"

    award: InstrumentId
    holder: HolderId
    stock_class: StockClassId
    granted: Shares = attrs.field(validator=more_than_none)
    price: Price | None = None
    terms: AwardTerms
    plan: PlanId | None = None
    security: SecurityId | None = None
    consideration: Consideration | None = None
    legends: tuple[str, ...] = attrs.field(default=(), validator=texts_field(PROSE_LENGTH))
    authority: str | None = attrs.field(default=None, validator=text_field())

    def check(self) -> None:
        """Check that the award has a price where it is exercised, and a certificate where shares are issued."""
        kind = self.terms.award_kind
        if kind.is_exercised and self.price is None:
            raise NotUnderstood(
                "E_TERMS", f"{kind.value} without a price", "state what is paid for a share", "/price"
            )
        if not kind.is_exercised and self.price is not None:
            raise NotUnderstood("E_TERMS", f"{kind.value} has no exercise price", "leave it out", "/price")
        if kind is not AwardKind.RESTRICTED_STOCK and (self.security is not None or self.legends):
            raise NotUnderstood(
                "E_TERMS", f"{kind.value} is not issued with its grant", "name certificate and legends later"
            )

    def movements(self) -> Movements:
        """Return the shares granted, the price in force, and the terms."""
        out_of = Source.UNRESERVED if self.plan is None else Pooled(self.plan)
        if self.terms.award_kind is AwardKind.RESTRICTED_STOCK:
            granted: Movements = (
                *moved(
                    self.granted,
                    of=self.stock_class,
                    out_of=Source.ISSUED,
                    into=held(self.holder, self.security),
                ),
                *(() if self.plan is None else _moved(self.granted, self.stock_class, out_of, Source.UNRESERVED)),
                *named(self.security),
            )
        else:
            granted = _moved(self.granted, self.stock_class, out_of, Awarded(self.award, self.holder))
        return (*granted, *self._levels())

    def _levels(self) -> list[Movement]:
        buys = (self.award, self.stock_class)
        conditions = () if self.terms.vesting is None else sorted(self.terms.vesting.conditions)
        return [
            Setting(self.award, Level.INSTRUMENT, _INSTRUMENTS[self.terms.award_kind]),
            Setting(self.award, Level.AWARD_TERMS, self.terms),
            *(() if self.price is None else (Setting(buys, Level.PRICE, self.price),)),
            *(Setting((self.award, condition), Level.VESTING_CONDITION, False) for condition in conditions),
        ]


@attrs.frozen(kw_only=True)
class AwardTermsAmended(Fact):
    """The parties changed how an award vests, or until when it may be exercised.

    Its price and the number of shares stay: instrument-adjusted changes these.

    Attributes:
        award: Which.
        terms: All its terms from now on.
        authority: Resolution or agreement.
    """

    KIND: ClassVar[str] = "award-terms-amended"

    award: InstrumentId
    terms: AwardTerms
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the terms as a level, and what they wait for."""
        conditions = () if self.terms.vesting is None else sorted(self.terms.vesting.conditions)
        return (
            Setting(self.award, Level.AWARD_TERMS, self.terms),
            *(Setting((self.award, condition), Level.VESTING_CONDITION, False) for condition in conditions),
        )


@attrs.frozen(kw_only=True)
class VestingConditionMet(Fact):
    """Something happened that awards wait for: a listing, a sale of the company, a goal, a dismissal.

    Attributes:
        condition: Which condition, as the terms name it.
        award: The award for which it is met; without one it is met for every award that names it.
    """

    KIND: ClassVar[str] = "vesting-condition-met"

    condition: VestingConditionId
    award: InstrumentId | None = None

    def movements(self) -> Movements:
        """Return that it is met."""
        subject = self.condition if self.award is None else (self.award, self.condition)
        return (Setting(subject, Level.VESTING_CONDITION, True),)


@attrs.frozen(kw_only=True)
class VestingAccelerated(Fact):
    """The company let unvested shares of an award vest sooner than its terms say.

    What the terms themselves promise needs no event of its own: there the condition that sets it off is recorded.

    Attributes:
        award: Which.
        stock_class: Class that it is of.
        accelerated: Shares that vest now; more than zero.
        taken_from: Which of the later instalments become smaller in return.
        reason: Why.
        authority: Resolution.
    """

    KIND: ClassVar[str] = "vesting-accelerated"

    award: InstrumentId
    stock_class: StockClassId
    accelerated: Shares = attrs.field(validator=more_than_none)
    taken_from: TakenFrom = TakenFrom.NEXT
    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return how many shares vest now, as a level; they stay where they are."""
        return (Setting((self.award, self.stock_class), Level.ACCELERATED, self.accelerated),)


@attrs.frozen(kw_only=True)
class OptionExercised(Fact):
    """A holder exercised an option or a right to appreciation, for money or net of the price.

    All counts are stated, so the event replays without the value of the day.

    Attributes:
        award: Which.
        holder: Who.
        stock_class: Class that it is of.
        exercised: Shares by which the award becomes smaller; more than zero.
        for_price: Of these, shares given up in payment of the price.
        for_tax: Of these, shares that the company kept for tax.
        paid_in_cash: Of these, shares settled in money instead of shares.
        unvested: Of these, shares bought before they vested.
        returned: Of those not issued, shares that return to the pool of the plan.
        plan: Plan to which they return.
        paid: Money that the holder paid.
        paid_out: Money that the company paid: for a fraction, or for a right that is settled in money.
        value: What a share was worth on that day.
        security: New certificate or lot.
        legends: Restrictions written on the certificate.
        authority: Resolution behind the issue.
    """

    KIND: ClassVar[str] = "option-exercised"

    award: InstrumentId
    holder: HolderId
    stock_class: StockClassId
    exercised: Shares = attrs.field(validator=more_than_none)
    for_price: Shares | None = attrs.field(default=None, validator=not_below_zero)
    for_tax: Shares | None = attrs.field(default=None, validator=not_below_zero)
    paid_in_cash: Shares | None = attrs.field(default=None, validator=not_below_zero)
    unvested: Shares | None = attrs.field(default=None, validator=not_below_zero)
    returned: Shares | None = attrs.field(default=None, validator=not_below_zero)
    plan: PlanId | None = None
    paid: Money | None = attrs.field(default=None, validator=not_below_zero)
    paid_out: Money | None = attrs.field(default=None, validator=not_below_zero)
    value: Price | None = None
    security: SecurityId | None = None
    legends: tuple[str, ...] = attrs.field(default=(), validator=texts_field(PROSE_LENGTH))
    authority: str | None = attrs.field(default=None, validator=text_field())

    @property
    def issued(self) -> Shares:
        """Shares that the holder received."""
        return self.exercised - _sum(self.for_price, self.for_tax, self.paid_in_cash)

    def check(self) -> None:
        """Check that the parts fit into what was exercised."""
        _parts_fit(self.exercised, self.issued, "/exercised")
        if _sum(self.unvested) > self.exercised:
            raise NotUnderstood(
                "E_QUANTITY", f"{self.unvested} of {self.exercised} shares are unvested", "state fewer", "/unvested"
            )
        _returns_to_a_plan(self.returned, self.exercised - self.issued, self.plan)

    def movements(self) -> Movements:
        """Return the shares issued, and the award becoming smaller."""
        there = Awarded(self.award, self.holder)
        return (
            *_moved(self.issued, self.stock_class, Source.ISSUED_ON_EXERCISE, held(self.holder, self.security)),
            *moved(self.exercised, of=self.stock_class, out_of=there, into=Source.EXERCISED),
            *_returned(self.returned, self.stock_class, self.plan),
            *(named(self.security) if self.issued else ()),
        )


@attrs.frozen(kw_only=True)
class UnitsReleased(Fact):
    """Units that had vested were settled: in shares, some of them kept for tax, or in money.

    Attributes:
        award: Which.
        holder: Who.
        stock_class: Class that it is of.
        released: Units settled; more than zero.
        for_tax: Of these, shares that the company kept for tax.
        paid_in_cash: Of these, units settled in money instead of shares.
        returned: Of those not issued, shares that return to the pool of the plan.
        plan: Plan to which they return.
        paid_out: Money that the company paid.
        value: What a share was worth on that day.
        security: New certificate or lot.
        legends: Restrictions written on the certificate.
        authority: Resolution behind the issue.
    """

    KIND: ClassVar[str] = "units-released"

    award: InstrumentId
    holder: HolderId
    stock_class: StockClassId
    released: Shares = attrs.field(validator=more_than_none)
    for_tax: Shares | None = attrs.field(default=None, validator=not_below_zero)
    paid_in_cash: Shares | None = attrs.field(default=None, validator=not_below_zero)
    returned: Shares | None = attrs.field(default=None, validator=not_below_zero)
    plan: PlanId | None = None
    paid_out: Money | None = attrs.field(default=None, validator=not_below_zero)
    value: Price | None = None
    security: SecurityId | None = None
    legends: tuple[str, ...] = attrs.field(default=(), validator=texts_field(PROSE_LENGTH))
    authority: str | None = attrs.field(default=None, validator=text_field())

    @property
    def issued(self) -> Shares:
        """Shares that the holder received."""
        return self.released - _sum(self.for_tax, self.paid_in_cash)

    def check(self) -> None:
        """Check that the parts fit into what was released."""
        _parts_fit(self.released, self.issued, "/released")
        _returns_to_a_plan(self.returned, self.released - self.issued, self.plan)

    def movements(self) -> Movements:
        """Return the shares issued, and the award becoming smaller."""
        there = Awarded(self.award, self.holder)
        return (
            *_moved(self.issued, self.stock_class, Source.ISSUED_ON_EXERCISE, held(self.holder, self.security)),
            *moved(self.released, of=self.stock_class, out_of=there, into=Source.RELEASED),
            *_returned(self.returned, self.stock_class, self.plan),
            *(named(self.security) if self.issued else ()),
        )


def _parts_fit(whole: Shares, issued: Shares, where: str) -> None:
    if issued.units < 0:
        raise NotUnderstood(
            "E_QUANTITY",
            f"of {whole} shares {whole - issued} are not issued",
            "withhold no more than there is",
            where,
        )


def _returned(returned: Shares | None, stock_class: StockClassId, plan: PlanId | None) -> Movements:
    return () if plan is None else _moved(returned, stock_class, Source.RETURNED, Pooled(plan))


class EndCause(Enum):
    """Why an award ended, wholly or in part."""

    TERMINATION = "termination"
    """The holder's service ended."""
    EXPIRY = "expiry"
    """Its last day, or that for exercise after service, passed."""
    CONDITION_FAILED = "condition-failed"
    """What it waited for can no longer happen."""
    CANCELLATION = "cancellation"
    """The parties gave it up, for something else or for nothing."""
    OTHER = "other"


@attrs.frozen(kw_only=True)
class AwardForfeited(Fact):
    """An award ended, wholly or in part, without being exercised or released.

    Unvested shares are forfeited; vested ones that are no longer exercised expire.

    Attributes:
        award: Which.
        holder: Whose.
        stock_class: Class that it is of.
        unvested: Unvested shares forfeited; the last instalments first.
        vested: Vested shares that can no longer be exercised.
        cause: Why.
        returned: Of both, shares that return to the pool of the plan.
        plan: Plan to which they return.
        reason: More about it.
    """

    KIND: ClassVar[str] = "award-forfeited"

    award: InstrumentId
    holder: HolderId
    stock_class: StockClassId
    unvested: Shares | None = attrs.field(default=None, validator=not_below_zero)
    vested: Shares | None = attrs.field(default=None, validator=not_below_zero)
    cause: EndCause = EndCause.TERMINATION
    returned: Shares | None = attrs.field(default=None, validator=not_below_zero)
    plan: PlanId | None = None
    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    @property
    def ended(self) -> Shares:
        """Shares by which the award becomes smaller."""
        return _sum(self.unvested, self.vested)

    def check(self) -> None:
        """Check that something ends, and that no more returns than that."""
        if not self.ended:
            raise NotUnderstood("E_QUANTITY", f"nothing of {self.award} ends", "state unvested or vested shares")
        _returns_to_a_plan(self.returned, self.ended, self.plan)

    def movements(self) -> Movements:
        """Return the award becoming smaller, and what a plan may grant again."""
        there = Awarded(self.award, self.holder)
        return (
            *_moved(self.unvested, self.stock_class, there, Source.FORFEITED),
            *_moved(self.vested, self.stock_class, there, Source.EXPIRED),
            *_returned(self.returned, self.stock_class, self.plan),
        )


@attrs.frozen(kw_only=True)
class AwardTransferred(Fact):
    """An award, or a part of it, passed to another holder: an heir, a former spouse, a trust.

    Attributes:
        award: Which.
        from_holder: Whose it was.
        to_holder: Whose it is.
        stock_class: Class that it is of.
        transferred: Shares under it that passed; more than zero.
        cause: Why.
    """

    KIND: ClassVar[str] = "award-transferred"

    award: InstrumentId
    from_holder: HolderId
    to_holder: HolderId
    stock_class: StockClassId
    transferred: Shares = attrs.field(validator=more_than_none)
    cause: TransferCause = TransferCause.SUCCESSION

    def check(self) -> None:
        """Check that there are two holders."""
        if self.from_holder == self.to_holder:
            raise NotUnderstood("E_SELF", f"{self.from_holder} cannot transfer to itself", "name two holders")

    def movements(self) -> Movements:
        """Return the shares under the award leaving one holder and reaching the other."""
        return moved(
            self.transferred,
            of=self.stock_class,
            out_of=Awarded(self.award, self.from_holder),
            into=Awarded(self.award, self.to_holder),
        )


# --- shares that have not vested -----------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class UnvestedSharesRepurchased(Fact):
    """The company took back shares that had not vested: restricted stock, or shares bought early.

    Attributes:
        award: The award that they came from.
        holder: Whose.
        stock_class: Which class.
        repurchased: Shares taken back; more than zero.
        paid: What the company paid; none where they were forfeited.
        security: Certificate or lot they were taken from.
        into_treasury: Whether the company keeps them; otherwise they are authorized and unissued again.
        returned: Of these, shares that return to the pool of the plan; not of those kept in the treasury.
        plan: Plan to which they return.
        reason: Why.
    """

    KIND: ClassVar[str] = "unvested-shares-repurchased"

    award: InstrumentId
    holder: HolderId
    stock_class: StockClassId
    repurchased: Shares = attrs.field(validator=more_than_none)
    paid: Money | None = attrs.field(default=None, validator=not_below_zero)
    security: SecurityId | None = None
    into_treasury: bool = False
    returned: Shares | None = attrs.field(default=None, validator=not_below_zero)
    plan: PlanId | None = None
    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def check(self) -> None:
        """Check that what returns to a pool is not kept in the treasury."""
        _returns_to_a_plan(self.returned, self.repurchased, self.plan)
        if self.into_treasury and self.returned:
            raise NotUnderstood(
                "E_TERMS", "shares in the treasury do not return to a pool", "state one of the two", "/returned"
            )

    def movements(self) -> Movements:
        """Return the shares leaving the holder, and those kept back for the plan again."""
        return (
            *moved(
                self.repurchased,
                of=self.stock_class,
                out_of=held(self.holder, self.security),
                into=Source.TREASURY if self.into_treasury else Source.RETIRED,
            ),
            *_returned(self.returned, self.stock_class, self.plan),
        )


@attrs.frozen(kw_only=True)
class ElectionFiled(Fact):
    """A holder elected to be taxed on unvested shares when they received them: section 83(b).

    It is filed within 30 days after the shares were received. It moves nothing; the day it takes effect is the day
    of filing.

    Attributes:
        holder: Who filed it.
        award: The award that the shares came from.
        stock_class: Class of the shares.
        shares: Shares that it is for; more than zero.
        received_on: The day on which they were received.
        value: What a share was worth on that day.
        paid: What was paid for them.
    """

    KIND: ClassVar[str] = "election-filed"

    holder: HolderId
    award: InstrumentId
    stock_class: StockClassId
    shares: Shares = attrs.field(validator=more_than_none)
    received_on: date
    value: Price | None = None
    paid: Money | None = attrs.field(default=None, validator=not_below_zero)

    def check(self) -> None:
        """Check that the day on which the shares were received can be one."""
        day(self.received_on, what="day on which the shares were received")

    def movements(self) -> Movements:
        """Return nothing: the shares stay where they are."""
        return ()
