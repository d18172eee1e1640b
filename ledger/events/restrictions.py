"""What holds shares back: legends, stops, lock-ups, pledges, limits on what is owned, caps on what is issued."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar, Final

import attrs

from ledger.days import a_day
from ledger.errors import NotUnderstood
from ledger.events.base import Fact
from ledger.events.shares import TransferCause
from ledger.identity import AgreementId, HolderId, InstrumentId, RestrictionId, SecurityId, StockClassId
from ledger.movements import Level, Movements, Setting
from ledger.quantities import Ratio
from ledger.terms.limits import IssuanceCap, OwnershipLimit
from ledger.text import PROSE_LENGTH, text_field

OWNERSHIP_LIMIT: Final = "ownership limit"
ISSUANCE_CAP: Final = "issuance cap"


class RestrictionKind(Enum):
    """What kind of restriction lies on shares."""

    LEGEND = "legend"
    """A notice on the certificate; it forbids nothing by itself."""
    STOP = "stop"
    """An instruction to the transfer agent not to transfer."""
    LOCK_UP = "lock-up"
    """A promise of the holder not to transfer until a day."""
    PLEDGE = "pledge"
    """Shares secure a debt."""

    @property
    def forbids_transfers(self) -> bool:
        """Whether shares under it may not be transferred."""
        return self is not RestrictionKind.LEGEND


@attrs.frozen(kw_only=True)
class RestrictionPlaced(Fact):
    """A restriction was placed on shares: those of a holder, of a class, of a holder in a class, or of a security.

    Attributes:
        restriction: Its name in the record.
        restriction_kind: Legend, stop, lock-up or pledge.
        holder: Whose shares; none for everybody's.
        stock_class: Of which class; none for every class.
        security: Of which certificate or lot, whoever holds it; named alone.
        until: The last day on which it is in force; none until it is lifted.
        in_favour_of: To whom the shares may be transferred all the same, as to the creditor of a pledge.
        permitted: Causes of a transfer that it permits, for example succession.
        text: Its words.
    """

    KIND: ClassVar[str] = "restriction-placed"

    restriction: RestrictionId
    restriction_kind: RestrictionKind
    holder: HolderId | None = None
    stock_class: StockClassId | None = None
    security: SecurityId | None = None
    until: date | None = attrs.field(default=None, validator=a_day)
    in_favour_of: HolderId | None = None
    permitted: tuple[TransferCause, ...] = ()
    text: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def check(self) -> None:
        """Check that it says which shares it is on, in one way."""
        if (self.security is None) == (self.holder is None and self.stock_class is None):
            raise NotUnderstood(
                "E_TERMS",
                f"{self.restriction} does not say which shares it is on",
                "name a holder, a class or both, or else a security",
            )
        if self.until is not None and self.until < self.effective_on.latest:
            raise NotUnderstood("E_DATE", f"{self.restriction} ends before it begins", "name a later day")

    def movements(self) -> Movements:
        """Return the restriction as a level, and what it is on."""
        return (
            Setting(self.restriction, Level.RESTRICTION, self.restriction_kind.value),
            Setting(restricted(self.holder, self.stock_class, self.security), Level.RESTRICTED, self.restriction),
        )


def restricted(
    holder: HolderId | None, stock_class: StockClassId | None, security: SecurityId | None
) -> tuple[str, str]:
    """Return what a restriction is on, as the subject of a level."""
    return ("security", security) if security is not None else (holder or "", stock_class or "")


@attrs.frozen(kw_only=True)
class RestrictionLifted(Fact):
    """A legend was removed, a stop lifted, a lock-up released, or pledged shares were set free.

    Attributes:
        restriction: Which restriction.
        reason: Why.
        authority: Opinion, consent or resolution behind it.
    """

    KIND: ClassVar[str] = "restriction-lifted"

    restriction: RestrictionId
    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return that the restriction has ended."""
        return (Setting(self.restriction, Level.LIFTED, True),)


@attrs.frozen(kw_only=True)
class OwnershipLimitAgreed(Fact):
    """A paper limits what part of a class its holder may own after converting or exercising it: a blocker.

    Attributes:
        restriction: Its name in the record.
        holder: Who is limited, with everybody who acts with them.
        stock_class: The class that they may own so much of.
        limit: The part, the notice for raising it, and the ceiling.
        classes: Classes whose conversion it limits.
        instruments: Notes and warrants whose conversion or exercise it limits; if neither these nor classes are
            named, everything that the holder may convert or exercise into the class.
    """

    KIND: ClassVar[str] = "ownership-limit-agreed"

    restriction: RestrictionId
    holder: HolderId
    stock_class: StockClassId
    limit: OwnershipLimit
    classes: tuple[StockClassId, ...] = ()
    instruments: tuple[InstrumentId, ...] = ()

    def movements(self) -> Movements:
        """Return the limit as a level."""
        return (
            Setting(self.restriction, Level.RESTRICTION, OWNERSHIP_LIMIT),
            Setting(self.restriction, Level.OWNERSHIP_LIMIT, self.limit.at_most),
        )


@attrs.frozen(kw_only=True)
class OwnershipLimitChanged(Fact):
    """A holder raised or lowered the part that they may own. It takes effect on the day that the notice allows.

    Attributes:
        restriction: Which limit.
        at_most: The part from now on; above zero and below one.
        notified_on: The day of the notice; a raise needs one where the paper asks for notice.
    """

    KIND: ClassVar[str] = "ownership-limit-changed"

    restriction: RestrictionId
    at_most: Ratio
    notified_on: date | None = attrs.field(default=None, validator=a_day)

    def check(self) -> None:
        """Check that the part is one that limits."""
        OwnershipLimit(at_most=self.at_most)

    def movements(self) -> Movements:
        """Return the part as a level."""
        return (Setting(self.restriction, Level.OWNERSHIP_LIMIT, self.at_most),)


@attrs.frozen(kw_only=True)
class OwnershipLimitWaived(Fact):
    """A holder is limited no more in what part of a class they may own.

    Attributes:
        restriction: Which limit.
        notified_on: The day of the notice; needed where the paper asks for notice.
    """

    KIND: ClassVar[str] = "ownership-limit-waived"

    restriction: RestrictionId
    notified_on: date | None = attrs.field(default=None, validator=a_day)

    def movements(self) -> Movements:
        """Return that no part limits the holder."""
        return (Setting(self.restriction, Level.OWNERSHIP_LIMIT, None),)


@attrs.frozen(kw_only=True)
class IssuanceCapAgreed(Fact):
    """A transaction may bring so many shares and no more, unless stockholders approve: the cap of an exchange.

    Attributes:
        restriction: Its name in the record.
        stock_class: The class that is issued.
        cap: The number of shares, or the part of those outstanding before.
        classes: Classes whose conversion counts.
        instruments: Notes and warrants whose conversion or exercise counts.
        agreements: Agreements under which an issue counts.
    """

    KIND: ClassVar[str] = "issuance-cap-agreed"

    restriction: RestrictionId
    stock_class: StockClassId
    cap: IssuanceCap
    classes: tuple[StockClassId, ...] = ()
    instruments: tuple[InstrumentId, ...] = ()
    agreements: tuple[AgreementId, ...] = ()

    def check(self) -> None:
        """Check that it says what counts."""
        if not (self.classes or self.instruments or self.agreements):
            raise NotUnderstood(
                "E_TERMS",
                f"{self.restriction} does not say what counts against it",
                "name classes, instruments or agreements",
            )

    def movements(self) -> Movements:
        """Return the cap as a level, in the units of the class."""
        return (
            Setting(self.restriction, Level.RESTRICTION, ISSUANCE_CAP),
            Setting((self.restriction, self.stock_class), Level.ISSUANCE_CAP, self.cap),
        )


@attrs.frozen(kw_only=True)
class IssuanceCapLifted(Fact):
    """Stockholders approved of an issue beyond a cap, or the exchange no longer asks for it.

    Attributes:
        restriction: Which cap.
        authority: Resolution of the stockholders.
    """

    KIND: ClassVar[str] = "issuance-cap-lifted"

    restriction: RestrictionId
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return that the cap has ended."""
        return (Setting(self.restriction, Level.LIFTED, True),)
