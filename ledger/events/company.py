"""What concerns the company as a whole: its name, where its shares trade, votes, proposals, restricted proceeds."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood
from ledger.events.base import Fact, more_than_none, not_below_zero
from ledger.identity import ControlAccountId, HolderId, IssuerId, StockClassId
from ledger.movements import Level, Movements, Restricted, Setting, Source, settled
from ledger.quantities import Authorized, Money, Shares
from ledger.text import PROSE_LENGTH, text_field


@attrs.frozen(kw_only=True)
class IssuerRenamed(Fact):
    """The company changed its name. It is the same company, and its ledger keeps its name in the store.

    Attributes:
        issuer: Its name in the store.
        legal_name: Its name in the charter from now on.
        authority: Resolution and filing that changed it.
    """

    KIND: ClassVar[str] = "issuer-renamed"

    issuer: IssuerId
    legal_name: str = attrs.field(validator=text_field())
    authority: str | None = attrs.field(default=None, validator=text_field())

    def movements(self) -> Movements:
        """Return the name as a level."""
        return (Setting(self.issuer, Level.LEGAL_NAME, self.legal_name),)


@attrs.frozen(kw_only=True)
class ListingChanged(Fact):
    """Shares of a class trade in another market, under another symbol, or in no market any more.

    What is not named stays as it was.

    Attributes:
        stock_class: Which class.
        market: Where they trade from now on.
        symbol: Under which symbol, a temporary one after a split included.
        ended: Whether they trade in no market any more.
        reason: Why.
    """

    KIND: ClassVar[str] = "listing-changed"

    stock_class: StockClassId
    market: str | None = attrs.field(default=None, validator=text_field())
    symbol: str | None = attrs.field(default=None, validator=text_field())
    ended: bool = False
    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def check(self) -> None:
        """Check that something changes, and that a listing that ended has no market."""
        if self.ended == (self.market is not None or self.symbol is not None):
            raise NotUnderstood(
                "E_TERMS",
                "a change of listing names neither market nor symbol, or names one and says that trading ended",
                "name the market or the symbol from now on, or say that it ended",
            )

    def movements(self) -> Movements:
        """Return the market and the symbol as levels."""
        if self.ended:
            return (
                Setting(self.stock_class, Level.MARKET, None),
                Setting(self.stock_class, Level.SYMBOL, None),
            )
        named = ((Level.MARKET, self.market), (Level.SYMBOL, self.symbol))
        return tuple(Setting(self.stock_class, level, value) for level, value in named if value is not None)


@attrs.frozen(kw_only=True)
class CharterAmendmentProposed(Fact):
    """The board asked the stockholders for a change of the charter. Nothing changes until it takes effect.

    Proposing, voting and taking effect are three days. The last is an event of its own: ``ClassTermsAmended``,
    ``AuthorizedSharesChanged`` or ``StockSplitEffected``.

    Attributes:
        stock_class: Class concerned, if it is one.
        authorized: Number of shares that would be authorized.
        proposal: What is proposed.
        meeting_on: Day of the meeting that is to vote.
    """

    KIND: ClassVar[str] = "charter-amendment-proposed"

    stock_class: StockClassId | None = None
    authorized: Authorized | None = None
    proposal: str = attrs.field(validator=text_field(PROSE_LENGTH))
    meeting_on: date | None = None

    def check(self) -> None:
        """Check the day, and that a number of shares is of a class."""
        if self.meeting_on is not None:
            day(self.meeting_on, what="day of the meeting")
        if self.authorized is not None and self.stock_class is None:
            raise NotUnderstood("E_TERMS", "a number of shares is proposed, and no class", "name the class")

    def movements(self) -> Movements:
        """Return nothing: a proposal changes nothing."""
        return ()


@attrs.frozen(kw_only=True)
class StockholdersVoted(Fact):
    """Stockholders voted on a proposal. Every number counts votes, of shares that were entitled to one each.

    A count that is not known is left out; one that is known in part is stated as the least, with a note.

    Attributes:
        proposal: What they voted on.
        votes_for: Votes for it.
        votes_against: Votes against it.
        withheld: Votes withheld, as in the election of a director.
        abstained: Abstentions.
        broker_non_votes: Shares that were present and that brokers had no instruction to vote.
        record_on: Whoever held shares on this day could vote.
        carried: Whether it was carried.
    """

    KIND: ClassVar[str] = "stockholders-voted"

    proposal: str = attrs.field(validator=text_field(PROSE_LENGTH))
    votes_for: Shares | None = attrs.field(default=None, validator=not_below_zero)
    votes_against: Shares | None = attrs.field(default=None, validator=not_below_zero)
    withheld: Shares | None = attrs.field(default=None, validator=not_below_zero)
    abstained: Shares | None = attrs.field(default=None, validator=not_below_zero)
    broker_non_votes: Shares | None = attrs.field(default=None, validator=not_below_zero)
    record_on: date | None = None
    carried: bool | None = None

    def check(self) -> None:
        """Check the day, and that the vote has a count or an outcome."""
        if self.record_on is not None:
            day(self.record_on, what="record day")
        if self.carried is None and not any(count is not None for count in self._counts()):
            raise NotUnderstood("E_TERMS", "a vote has neither a count nor an outcome", "state at least one")

    def _counts(self) -> tuple[Shares | None, ...]:
        return self.votes_for, self.votes_against, self.withheld, self.abstained, self.broker_non_votes

    @property
    def present(self) -> Shares:
        """All votes that were counted: at least so many shares were outstanding on the record day."""
        return Shares.of_units(sum(count.units for count in self._counts() if count is not None))

    def movements(self) -> Movements:
        """Return nothing: what was voted on takes effect by an event of its own."""
        return ()


@attrs.frozen(kw_only=True)
class ProceedsRestricted(Fact):
    """Money that the company received lies in a control account: it may use it only as an agreement provides.

    Attributes:
        account: The control account.
        restricted: Money paid into it; more than zero.
        terms: Who has to consent, and to what.
    """

    KIND: ClassVar[str] = "proceeds-restricted"

    account: ControlAccountId
    restricted: Money = attrs.field(validator=more_than_none)
    terms: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def movements(self) -> Movements:
        """Return the money reaching the control account."""
        return settled(self.restricted, out_of=Source.UNRESTRICTED, into=Restricted(self.account))


@attrs.frozen(kw_only=True)
class ProceedsReleased(Fact):
    """Money left a control account: the company may use it, or it went back to whoever had paid it.

    Attributes:
        account: The control account.
        released: Money that left it; more than zero.
        reason: What it was released for.
    """

    KIND: ClassVar[str] = "proceeds-released"

    account: ControlAccountId
    released: Money = attrs.field(validator=more_than_none)
    reason: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def movements(self) -> Movements:
        """Return the money leaving the control account."""
        return settled(self.released, out_of=Restricted(self.account), into=Source.UNRESTRICTED)


@attrs.frozen(kw_only=True)
class HoldingReported(Fact):
    """A filing or a release states how many shares a holder has. Nothing moves; the record can be held against it.

    Attributes:
        holder: Whose holding.
        stock_class: Which class.
        held: Shares that the holder has, as stated.
    """

    KIND: ClassVar[str] = "holding-reported"

    holder: HolderId
    stock_class: StockClassId
    held: Shares = attrs.field(validator=not_below_zero)

    def movements(self) -> Movements:
        """Return the count as a level of the holder and the class."""
        return (Setting((self.holder, self.stock_class), Level.REPORTED_HOLDING, self.held),)


@attrs.frozen(kw_only=True)
class SharesSubscribed(Fact):
    """Holders agreed with the company to take a number of shares. Nothing moves until the shares are issued.

    Where the agreement promises an amount of money, ``AgreementSigned`` says more.

    Attributes:
        holders: Who is to take them; several where the agreement does not say who takes how many.
        stock_class: Class subscribed.
        subscribed: Shares to be issued; more than zero.
        terms: What the agreement says about price and closing.
    """

    KIND: ClassVar[str] = "shares-subscribed"

    holders: tuple[HolderId, ...]
    stock_class: StockClassId
    subscribed: Shares = attrs.field(validator=more_than_none)
    terms: str | None = attrs.field(default=None, validator=text_field(PROSE_LENGTH))

    def check(self) -> None:
        """Check that there is a holder, and each is named once."""
        if not self.holders or len(set(self.holders)) < len(self.holders):
            raise NotUnderstood("E_DUPLICATE", "a subscription names no holder, or one twice", "name each once")

    def movements(self) -> Movements:
        """Return nothing: a promise to take shares moves none."""
        return ()
