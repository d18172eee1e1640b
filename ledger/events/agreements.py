"""Agreements in which an investor promises money: signed, amended, closed tranche by tranche, ended."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none
from ledger.identity import AgreementId, ConditionId, HolderId, SecurityId, StockClassId, TrancheId
from ledger.movements import (
    Level,
    Movement,
    Movements,
    Setting,
    Source,
    Stage,
    held,
    moved,
    paid,
)
from ledger.quantities import Money, Price, Shares, recordable
from ledger.terms.commitment import ConditionState, Remedy, Tranche
from ledger.text import PROSE_LENGTH, text_field


def _undertaken(agreement: AgreementId, amount: Money, tranche: TrancheId | None) -> Movements:
    return paid(amount, under=agreement, tranche=tranche, out_of=Stage.PROMISED, into=Stage.UNDRAWN)


def _scheduled(agreement: AgreementId, tranche: Tranche) -> list[Movement]:
    """Return a tranche as money undertaken, its day, its shares and its conditions."""
    key = (agreement, tranche.tranche)
    return [
        *_undertaken(agreement, tranche.amount, tranche.tranche),
        Setting(key, Level.TRANCHE_DUE, tranche.due_on),
        Setting(key, Level.TRANCHE_SHARES, tranche.shares),
        *(
            setting
            for each in tranche.conditions
            for setting in (
                Setting((agreement, each.condition), Level.CONDITION, ConditionState.OPEN),
                Setting((agreement, each.condition), Level.CONDITION_OF, tranche.tranche),
            )
        ),
    ]


def _scheduled_once(agreement: AgreementId, tranches: tuple[Tranche, ...]) -> None:
    for names in (
        [tranche.tranche for tranche in tranches],
        [each.condition for tranche in tranches for each in tranche.conditions],
    ):
        if len(set(names)) < len(names):
            raise NotUnderstood("E_DUPLICATE", f"{agreement} names a tranche or condition twice", "name each once")


@attrs.frozen(kw_only=True)
class AgreementSigned(Fact):
    """An investor promised to buy shares for money, at once or in dated tranches.

    Attributes:
        agreement: Its name in the record.
        investor: Who promised.
        title: Its name on paper.
        commitment: The whole amount promised; more than zero.
        buys: Class to be bought.
        price: What is paid for one share; none when it is set later, as under an equity line, or not known.
        tranches: Dated parts; what they leave of the commitment has no date.
        remedy: What the company may do when a tranche is missed.
    """

    KIND: ClassVar[str] = "agreement-signed"

    agreement: AgreementId
    investor: HolderId
    title: str = attrs.field(validator=text_field())
    commitment: Money = attrs.field(validator=more_than_none)
    buys: StockClassId
    price: Price | None = None
    tranches: tuple[Tranche, ...] = ()
    remedy: Remedy | None = None

    def check(self) -> None:
        """Check that the tranches are in one currency, named once, and within the commitment."""
        _scheduled_once(self.agreement, self.tranches)
        if any(tranche.amount.currency != self.commitment.currency for tranche in self.tranches):
            raise NotUnderstood(
                "E_CURRENCY_MISMATCH", "a tranche is in another currency", f"use {self.commitment.currency}"
            )
        if self._undated().units < 0:
            raise NotUnderstood(
                "E_COMMITMENT",
                f"the tranches add to more than {self.commitment}",
                "make the commitment their sum",
            )

    def _undated(self) -> Money:
        scheduled = sum(tranche.amount.units for tranche in self.tranches)
        return Money.of_units(self.commitment.units - scheduled, self.commitment.currency)

    def movements(self) -> Movements:
        """Return the money undertaken, by tranche, and the terms as levels."""
        undated = self._undated()
        return (
            Setting(self.agreement, Level.INVESTOR, self.investor),
            Setting(self.agreement, Level.CURRENCY, self.commitment.currency),
            Setting(self.agreement, Level.BUYS, self.buys),
            *((Setting(self.agreement, Level.PURCHASE_PRICE, self.price),) if self.price is not None else ()),
            Setting(self.agreement, Level.REMEDY, self.remedy),
            *(movement for tranche in self.tranches for movement in _scheduled(self.agreement, tranche)),
            *(_undertaken(self.agreement, undated, None) if undated else ()),
        )


@attrs.frozen(kw_only=True)
class TrancheRescheduled:
    """A new day for a tranche.

    Attributes:
        tranche: Which tranche.
        due_on: Its last day from now on.
    """

    tranche: TrancheId
    due_on: date

    def __attrs_post_init__(self) -> None:
        day(self.due_on, what="due day")


@attrs.frozen(kw_only=True)
class AgreementAmended(Fact):
    """The parties changed an agreement. A term that is not named stays as it was.

    What is given up is recorded by ``CommitmentReduced``.

    Attributes:
        agreement: Which agreement.
        added: Money promised in addition, without a date.
        added_tranches: Dated tranches promised in addition.
        rescheduled: New days for tranches.
        price: New price of a share.
        remedy: New right when a tranche is missed.
        text: What changed, in words.
    """

    KIND: ClassVar[str] = "agreement-amended"

    agreement: AgreementId
    added: Money | None = None
    added_tranches: tuple[Tranche, ...] = ()
    rescheduled: tuple[TrancheRescheduled, ...] = ()
    price: Price | None = None
    remedy: Remedy | None = None
    text: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def check(self) -> None:
        """Check that something changes, and each tranche is named once."""
        _scheduled_once(self.agreement, self.added_tranches)
        if self.added is not None and (self.added.units <= 0 or not recordable(self.added.units)):
            raise NotUnderstood(
                "E_QUANTITY", f"added is {self.added}", "use commitment-reduced for what is given up"
            )
        if not self.movements() and self.text is None:
            raise NotUnderstood(
                "E_TERMS", "the amendment changes nothing", "name a term, or say what changed in text"
            )

    def movements(self) -> Movements:
        """Return the money undertaken in addition, and the terms that changed as levels."""
        terms: list[Movement] = []
        if self.price is not None:
            terms.append(Setting(self.agreement, Level.PURCHASE_PRICE, self.price))
        if self.remedy is not None:
            terms.append(Setting(self.agreement, Level.REMEDY, self.remedy))
        return (
            *terms,
            *(movement for tranche in self.added_tranches for movement in _scheduled(self.agreement, tranche)),
            *(Setting((self.agreement, each.tranche), Level.TRANCHE_DUE, each.due_on) for each in self.rescheduled),
            *(_undertaken(self.agreement, self.added, None) if self.added is not None else ()),
        )


@attrs.frozen(kw_only=True)
class ConditionSatisfied(Fact):
    """A condition of a tranche came to be met.

    Attributes:
        agreement: Which agreement.
        condition: Which of its conditions.
    """

    KIND: ClassVar[str] = "condition-satisfied"

    agreement: AgreementId
    condition: ConditionId

    def movements(self) -> Movements:
        """Return where the condition stands."""
        return (Setting((self.agreement, self.condition), Level.CONDITION, ConditionState.SATISFIED),)


@attrs.frozen(kw_only=True)
class ConditionWaived(Fact):
    """Whoever a condition protects gave it up.

    Attributes:
        agreement: Which agreement.
        condition: Which of its conditions.
    """

    KIND: ClassVar[str] = "condition-waived"

    agreement: AgreementId
    condition: ConditionId

    def movements(self) -> Movements:
        """Return where the condition stands."""
        return (Setting((self.agreement, self.condition), Level.CONDITION, ConditionState.WAIVED),)


@attrs.frozen(kw_only=True)
class TrancheClosed(Fact):
    """Money was paid in at a closing: a whole tranche, a part of one, or money not allocated to a tranche.

    The shares bought are issued by an event of their own, usually in the same command.

    Attributes:
        agreement: Which agreement.
        tranche: Which tranche; none when the payment is not allocated to one.
        closed: Money paid in; more than zero.
    """

    KIND: ClassVar[str] = "tranche-closed"

    agreement: AgreementId
    tranche: TrancheId | None = None
    closed: Money = attrs.field(validator=more_than_none)

    def movements(self) -> Movements:
        """Return the money leaving what is undrawn."""
        return paid(
            self.closed, under=self.agreement, tranche=self.tranche, out_of=Stage.UNDRAWN, into=Stage.CLOSED
        )


@attrs.frozen(kw_only=True)
class CommitmentReduced(Fact):
    """The parties agreed on a smaller commitment.

    Attributes:
        agreement: Which agreement.
        tranche: Which tranche becomes smaller; none for what has no date.
        reduced_by: Money no longer promised; more than zero.
    """

    KIND: ClassVar[str] = "commitment-reduced"

    agreement: AgreementId
    tranche: TrancheId | None = None
    reduced_by: Money = attrs.field(validator=more_than_none)

    def movements(self) -> Movements:
        """Return the money that is no longer undertaken."""
        return paid(
            self.reduced_by,
            under=self.agreement,
            tranche=self.tranche,
            out_of=Stage.UNDRAWN,
            into=Stage.PROMISED,
        )


@attrs.frozen(kw_only=True)
class CommitmentLapsed(Fact):
    """A part of the commitment ended undrawn.

    Attributes:
        agreement: Which agreement.
        tranche: Which tranche lapsed; none for what has no date.
        lapsed: Money no longer due; more than zero.
    """

    KIND: ClassVar[str] = "commitment-lapsed"

    agreement: AgreementId
    tranche: TrancheId | None = None
    lapsed: Money = attrs.field(validator=more_than_none)

    def movements(self) -> Movements:
        """Return the money leaving what is undrawn."""
        return paid(
            self.lapsed, under=self.agreement, tranche=self.tranche, out_of=Stage.UNDRAWN, into=Stage.LAPSED
        )


@attrs.frozen(kw_only=True)
class LapsedPart:
    """What lapses of a tranche when an agreement ends.

    Attributes:
        tranche: Which tranche; none for what has no date.
        lapsed: Money no longer due; more than zero.
    """

    tranche: TrancheId | None = None
    lapsed: Money = attrs.field(validator=more_than_none)


@attrs.frozen(kw_only=True)
class AgreementTerminated(Fact):
    """An agreement ended. What lapses with it is stated by tranche; what was due before may survive it undrawn.

    Attributes:
        agreement: Which agreement.
        lapsed: What is no longer due, by tranche.
        reason: Why it ended.
    """

    KIND: ClassVar[str] = "agreement-terminated"

    agreement: AgreementId
    lapsed: tuple[LapsedPart, ...] = ()
    reason: str = attrs.field(validator=text_field(PROSE_LENGTH))

    def movements(self) -> Movements:
        """Return the money leaving what is undrawn, and that the agreement is over."""
        return (
            Setting(self.agreement, Level.TERMINATED, True),
            *(
                posting
                for part in self.lapsed
                for posting in paid(
                    part.lapsed,
                    under=self.agreement,
                    tranche=part.tranche,
                    out_of=Stage.UNDRAWN,
                    into=Stage.LAPSED,
                )
            ),
        )


@attrs.frozen(kw_only=True)
class RemedyExercised(Fact):
    """The company used its right after a missed tranche, and redeemed shares.

    Attributes:
        agreement: Which agreement.
        tranche: The tranche that was missed.
        holder: Whose shares were redeemed.
        stock_class: Class redeemed.
        redeemed: Shares redeemed; more than zero.
        price: What was paid for each.
        security: Certificate or lot they were taken from.
    """

    KIND: ClassVar[str] = "remedy-exercised"

    agreement: AgreementId
    tranche: TrancheId
    holder: HolderId
    stock_class: StockClassId
    redeemed: Shares = attrs.field(validator=more_than_none)
    price: Price
    security: SecurityId | None = None

    def movements(self) -> Movements:
        """Return the shares leaving the holder."""
        return moved(
            self.redeemed,
            of=self.stock_class,
            out_of=held(self.holder, self.security),
            into=Source.REDEEMED,
        )
