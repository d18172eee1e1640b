"""The company itself on a day: its name, where its shares trade, its meetings, and proceeds that it may not use."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING

import attrs

from ledger.days import EffectiveDay
from ledger.events import CharterAmendmentProposed, StockholdersVoted
from ledger.identity import ControlAccountId, EntryNumber, IssuerId, StockClassId
from ledger.movements import Level, Posting, Restricted
from ledger.quantities import Authorized, Currency, Money, Shares
from ledger.timeline import InEffect
from projections.bounds import Bounds, Possible
from projections.cap_table import money_between
from projections.frame import Tabular
from projections.replay import Balances, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class ListingLine:
    """Where the shares of a class trade, and under which symbol and numbers.

    Attributes:
        stock_class: Which class.
        title: Its name in the charter.
        market: Where they trade; nothing where that was never stated.
        symbol: Under which symbol.
        identifiers: CUSIP, ISIN: each with its number.
        outstanding_reported: Shares outstanding as the company last reported them, in the units of that day.
        reported_on: The day of that report, or the days that it leaves open; none without a report.
    """

    stock_class: StockClassId
    title: Possible[str]
    market: Possible[str | None]
    symbol: Possible[str | None]
    identifiers: tuple[tuple[str, Possible[str]], ...]
    outstanding_reported: Possible[Shares]
    reported_on: EffectiveDay | None


@attrs.frozen
class RestrictedLine:
    """Money in a control account. Paid in less released is left.

    Attributes:
        account: Which account.
        paid_in: Money paid into it so far.
        released: Money that left it.
        left: Money in it.
    """

    account: ControlAccountId
    paid_in: Bounds[Money]
    released: Bounds[Money]
    left: Bounds[Money]


@attrs.frozen
class MeetingLine:
    """A proposal to the stockholders, or a vote of theirs.

    Attributes:
        entry: The entry that tells of it.
        effective_on: When it was proposed, or voted on.
        voted: Whether it is a vote.
        what: What was proposed.
        stock_class: Class concerned, where a proposal names one.
        authorized: Number of shares that would be authorized, where a proposal names one.
        votes_for: Votes for it.
        votes_against: Votes against it.
        withheld: Votes withheld.
        abstained: Abstentions.
        broker_non_votes: Shares that were present and could not be voted.
        present: All of them together: so many shares were outstanding at least.
        carried: Whether it was carried, where that is told.
    """

    entry: EntryNumber
    effective_on: EffectiveDay
    voted: bool
    what: str
    stock_class: StockClassId | None = None
    authorized: Authorized | None = None
    votes_for: Shares | None = None
    votes_against: Shares | None = None
    withheld: Shares | None = None
    abstained: Shares | None = None
    broker_non_votes: Shares | None = None
    present: Shares | None = None
    carried: bool | None = None


@attrs.frozen(repr=False)
class CompanySheet(Tabular):
    """The company itself at the close of a day.

    Attributes:
        issuer: Its name in the store.
        as_of: The day asked about.
        known: How many entries were known.
        known_at: When the last of them was recorded.
        legal_name: Its name in the charter.
        listings: Where its shares trade.
        restricted: Proceeds that it may not use freely.
        meetings: Proposals and votes, the earliest first.
    """

    issuer: IssuerId
    as_of: date
    known: int
    known_at: datetime
    legal_name: Possible[str]
    listings: tuple[ListingLine, ...]
    restricted: tuple[RestrictedLine, ...]
    meetings: tuple[MeetingLine, ...]

    def frames(self) -> tuple[Frame, ...]:
        """Return listings, control accounts and meetings, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.company_sheet(self)


def company_sheet(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None) -> CompanySheet:
    """Return the company itself at the close of a day.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
    """
    history = ledger.history(as_of, known_at)
    balances = replay(history, ledger.standing(history.known))
    issuer = ledger.issuer
    assert issuer is not None, "a ledger in which something is recorded has its issuer"
    return CompanySheet(
        issuer,
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        Possible(balances.values(Level.LEGAL_NAME, issuer)),
        tuple(_listing(balances, stock_class) for stock_class in balances.subjects(Level.CLASS_KIND)),
        _restricted(balances),
        tuple(line for each in (*history.certain, *history.open) for line in _meeting(each)),
    )


def _listing(balances: Balances, stock_class: StockClassId) -> ListingLine:
    schemes = [subject[1] for subject in balances.subjects(Level.IDENTIFIER) if subject[0] == stock_class]
    reported = balances.level(Level.REPORTED_OUTSTANDING, stock_class)
    return ListingLine(
        stock_class,
        Possible(balances.values(Level.CLASS_TITLE, stock_class)),
        Possible(balances.values(Level.MARKET, stock_class)),
        Possible(balances.values(Level.SYMBOL, stock_class)),
        tuple(
            (scheme, Possible(balances.values(Level.IDENTIFIER, (stock_class, scheme))))
            for scheme in dict.fromkeys(schemes)
        ),
        Possible(balances.values(Level.REPORTED_OUTSTANDING, stock_class)),
        EffectiveDay(
            min(each.fact.effective_on.earliest for each, _ in reported),
            max(each.fact.effective_on.latest for each, _ in reported),
        )
        if reported
        else None,
    )


def _restricted(balances: Balances) -> tuple[RestrictedLine, ...]:
    """Return what went into each control account, and what left it."""
    into: dict[tuple[ControlAccountId, Currency], list[int]] = defaultdict(lambda: [0, 0])
    out_of: dict[tuple[ControlAccountId, Currency], list[int]] = defaultdict(lambda: [0, 0])
    for certain, facts in ((True, balances.history.certain), (False, balances.history.open)):
        for each in facts:
            for movement in each.fact.movements():
                if isinstance(movement, Posting) and isinstance(movement.account, Restricted):
                    assert isinstance(movement.unit, Currency), "a control account holds money"
                    sums = into if movement.quantity > 0 else out_of
                    bounds = sums[movement.account.account, movement.unit]
                    bounds[1] += abs(movement.quantity)
                    bounds[0] += abs(movement.quantity) if certain else 0
    left = balances.grouped(
        lambda unit, account: (account.account, unit) if isinstance(account, Restricted) else None
    )
    return tuple(
        RestrictedLine(
            key[0],
            money_between((into[key][0], into[key][1]), key[1]),
            money_between((out_of[key][0], out_of[key][1]), key[1]),
            money_between(left.get(key, (0, 0)), key[1]),
        )
        for key in dict.fromkeys((*into, *out_of))
    )


def _meeting(each: InEffect) -> tuple[MeetingLine, ...]:
    """Return the proposal or the vote that a fact is."""
    fact, number, on = each.fact, each.entry.number, each.fact.effective_on
    match fact:
        case CharterAmendmentProposed():
            return (
                MeetingLine(
                    number,
                    on,
                    voted=False,
                    what=fact.proposal,
                    stock_class=fact.stock_class,
                    authorized=fact.authorized,
                ),
            )
        case StockholdersVoted():
            return (
                MeetingLine(
                    number,
                    on,
                    voted=True,
                    what=fact.proposal,
                    votes_for=fact.votes_for,
                    votes_against=fact.votes_against,
                    withheld=fact.withheld,
                    abstained=fact.abstained,
                    broker_non_votes=fact.broker_non_votes,
                    present=fact.present or None,
                    carried=fact.carried,
                ),
            )
        case _:
            return ()
