"""What events move: double-entry for shares and for promises.

Every event states what it moves, in one place. A **posting** is a signed quantity of a unit (a stock class or a
currency) on an account, and the postings of an event sum to zero for each unit. A **setting** is a named level
from a day on. A **rescaling** is a split. All projections are groupings of these three.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

import attrs

from ledger.identity import (
    AgreementId,
    ControlAccountId,
    DividendId,
    GroupId,
    HolderId,
    InstrumentId,
    PlanId,
    ReserveId,
    RestrictionId,
    SecurityId,
    StockClassId,
    TrancheId,
)
from ledger.personal import Personal
from ledger.quantities import (
    Authorized,
    Currency,
    FractionPolicy,
    Money,
    Price,
    Ratio,
    Shares,
)
from ledger.terms.base import Terms
from ledger.terms.commitment import ConditionState, Remedy
from ledger.terms.conversion import ConversionRight

Unit = StockClassId | Currency
"""What a posting counts: shares of a class, or money in a currency."""


class Held(NamedTuple):
    """Shares of a holder of record; ``security`` names the certificate or lot, ``None`` is plain book entry."""

    holder: HolderId
    security: SecurityId | None = None


@attrs.frozen(cache_hash=True)
class Reserved:
    """Authorized shares kept back for a purpose."""

    reserve: ReserveId


@attrs.frozen(cache_hash=True)
class Owed:
    """Money that the company owes a holder: the principal of a note, or what was paid for a SAFE."""

    instrument: InstrumentId
    holder: HolderId


@attrs.frozen(cache_hash=True)
class Interest:
    """Interest on a note: the source that its settlement draws on, so that what was settled is its negative.

    Interest that passes with a note to another holder passes between these accounts.
    """

    instrument: InstrumentId
    holder: HolderId


@attrs.frozen(cache_hash=True)
class Purchasable:
    """Shares that a holder may buy under a warrant. They are not kept back, unless a reserve is made for them."""

    instrument: InstrumentId
    holder: HolderId


@attrs.frozen(cache_hash=True)
class Awarded:
    """Shares under an award that were neither exercised nor released nor forfeited. They are kept back."""

    instrument: InstrumentId
    holder: HolderId


@attrs.frozen(cache_hash=True)
class Pooled:
    """Shares kept back for a plan, and not granted."""

    plan: PlanId


@attrs.frozen(cache_hash=True)
class Declared:
    """Money of a dividend that was declared and is not paid yet."""

    dividend: DividendId


@attrs.frozen(cache_hash=True)
class Restricted:
    """Money that the company received and may use only as an agreement provides."""

    account: ControlAccountId


class Stage(Enum):
    """Where money that an agreement speaks of is."""

    PROMISED = "promised"
    """The source that undertaking draws on: what is undertaken is its negative."""
    UNDRAWN = "undrawn"
    """Undertaken, and neither closed nor lapsed."""
    CLOSED = "closed"
    """Paid in at a closing."""
    LAPSED = "lapsed"
    """Undertaken, and no longer due."""


@attrs.frozen(cache_hash=True)
class Commitment:
    """Money under an agreement at a stage; ``tranche`` is ``None`` for what is not allocated to one."""

    agreement: AgreementId
    stage: Stage
    tranche: TrancheId | None = None


class Source(Enum):
    """Accounts of a class or currency that belong to nobody: where quantities come from and go to."""

    __hash__ = object.__hash__  # as that of a level

    ISSUED = "issued"
    ISSUED_ON_CONVERSION = "issued on conversion"
    ISSUED_ON_EXERCISE = "issued on exercise"
    ISSUED_IN_EXCHANGE = "issued in exchange"
    ISSUED_AS_DIVIDEND = "issued as a dividend"
    OPENING_BALANCE = "opening balance"
    CONVERTED = "converted"
    EXCHANGED = "exchanged"
    CANCELLED = "cancelled"
    REDEEMED = "redeemed"
    RETIRED = "retired"
    ROUNDING = "rounding"
    FRACTIONS_SETTLED = "fractions settled"
    UNRESERVED = "unreserved"
    TREASURY = "treasury"
    """Issued and held by the company itself: issued, and not outstanding."""
    WARRANTED = "warrants issued"
    """Where the shares come from that a warrant may buy."""
    EXERCISED = "exercised"
    RELEASED = "released"
    """Shares under units that were delivered."""
    FORFEITED = "forfeited"
    RETURNED = "returned to the pool"
    """Where shares come from that a plan may grant again: of an award that ended, or kept for price and tax."""
    EXPIRED = "expired"
    LENT = "lent"
    """Where the principal of a note comes from."""
    DEBT_CONVERTED = "debt converted"
    REPAID = "repaid"
    DIVIDENDS = "dividends"
    """Where a dividend comes from."""
    PAID = "paid"
    """Money that was paid out to holders."""
    PAID_IN_KIND = "paid in kind"
    """Money of dividends for which holders received shares."""
    UNRESTRICTED = "unrestricted"
    """Where money comes from that is paid into a control account, and where it goes to when it is released."""


ISSUES: Final = frozenset(
    (
        Source.ISSUED,
        Source.ISSUED_ON_CONVERSION,
        Source.ISSUED_ON_EXERCISE,
        Source.ISSUED_IN_EXCHANGE,
        Source.ISSUED_AS_DIVIDEND,
        Source.TREASURY,
    )
)
"""Accounts from which shares reach a holder out of the company."""

Account = (
    Held | Reserved | Commitment | Owed | Interest | Purchasable | Awarded | Pooled | Declared | Restricted | Source
)
PARTS: Final[dict[type, tuple[Callable[[Any], Any], ...]]] = {
    Held: (HolderId, SecurityId),
    Owed: (InstrumentId, HolderId),
    Interest: (InstrumentId, HolderId),
    Purchasable: (InstrumentId, HolderId),
    Awarded: (InstrumentId, HolderId),
    Reserved: (ReserveId,),
    Pooled: (PlanId,),
    Declared: (DividendId,),
    Restricted: (ControlAccountId,),
    Commitment: (AgreementId, Stage, TrancheId),
}
"""What the parts of each kind of account are. Where kinds are kept as numbers, they are numbered in this order."""
KeptBack = Reserved | Pooled | Awarded
"""Accounts of shares that are not issued, and count against the authorized number."""


_kept: Final = lru_cache(maxsize=65_536)(Held)


def held(holder: HolderId, security: SecurityId | None = None) -> Held:
    """Return the account of a holder; the same object each time, as replay asks for it often."""
    try:
        return _kept(holder, security)
    except TypeError:  # a column stands for many values, and has no hash
        return Held(holder, security)


class Posting(NamedTuple):
    """A signed quantity of a unit on an account.

    Attributes:
        account: Where.
        unit: Of what.
        quantity: How many units of 10⁻¹⁰; below zero leaves the account.
    """

    account: Account
    unit: Unit
    quantity: int


class Scope(Enum):
    """How much of a class the register holds."""

    COMPLETE = "complete"
    """Every holder is recorded."""
    PARTIAL = "partial"
    """Some holders are recorded; others exist."""


class StockClassKind(Enum):
    """What kind of stock a class is."""

    COMMON = "common"
    PREFERRED = "preferred"


class HolderKind(Enum):
    """What kind of party a holder is."""

    NATURAL_PERSON = "natural-person"
    ORGANISATION = "organisation"


class InstrumentKind(Enum):
    """What kind of right an instrument is."""

    NOTE = "note"
    SAFE = "safe"
    WARRANT = "warrant"
    OPTION = "option"
    RESTRICTED_UNITS = "restricted-units"
    APPRECIATION_RIGHT = "appreciation-right"
    RESTRICTED_STOCK = "restricted-stock"


class Level(Enum):
    """The levels that a setting can state; each belongs to one kind of subject."""

    __hash__ = object.__hash__  # each stands once; the hash that an enumeration has is worked out in Python

    ISSUER = "issuer"
    LEGAL_NAME = "legal name"
    TIME_ZONE = "time zone"
    CLASS_KIND = "kind of stock"
    CLASS_TITLE = "title"
    DECIMALS = "decimals"
    AUTHORIZED = "authorized"
    PAR_VALUE = "par value"
    STATED_VALUE = "stated value"
    VOTES_PER_SHARE = "votes per share"
    SENIORITY = "seniority"
    CONVERSION = "conversion right"
    LIQUIDATION = "liquidation preference"
    DIVIDEND_TERMS = "dividends"
    REDEMPTION = "redemption"
    MANDATORY_CONVERSION = "mandatory conversion"
    MARKET_CONVERSION = "conversion at a market price"
    PROTECTION = "price protection"
    REISSUABLE = "converted shares may be issued again"
    SCOPE = "scope of the register"
    STATED_OUTSTANDING = "outstanding as stated"
    IDENTIFIER = "security identifier"
    RESERVE = "reserve"
    HOLDER_KIND = "kind of holder"
    HOLDER_NAME = "name"
    MERGED_INTO = "merged into"
    SECURITY = "security"
    ISSUED_UNDER = "issued under"
    OPENING = "opening balance"
    INVESTOR = "investor"
    CURRENCY = "currency"
    BUYS = "class bought"
    PURCHASE_PRICE = "purchase price"
    REMEDY = "remedy"
    TERMINATED = "terminated"
    TRANCHE_DUE = "due day"
    TRANCHE_SHARES = "shares of the tranche"
    CONDITION = "condition"
    CONDITION_OF = "tranche of the condition"
    INSTRUMENT = "instrument"
    SAFE_TERMS = "terms of a SAFE"
    PRICE = "price"
    """Of an instrument and the class bought with it: exercise price, or fixed conversion price."""
    FLOOR = "floor price"
    """Of an instrument and the class bought with it: the lowest conversion price."""
    WARRANT_TERMS = "terms of the warrant"
    NOTE_TERMS = "terms of the note"
    IN_DEFAULT = "in default"
    """Of a note, or of a class whose terms know a default."""
    LIEN = "lien"
    """Of a lien: to whom it was granted."""
    SECURES = "secures"
    """Of a lien and a note: that it secures it."""
    QUOTE = "quote"
    """Of a measure and a class: the last price that was quoted."""
    REPORTED_OUTSTANDING = "outstanding as reported"
    PLAN = "plan"
    AWARD_TERMS = "terms of the award"
    VESTING_CONDITION = "vesting condition"
    """Of an award and a condition, or of a condition for every award that names it: whether it is met."""
    ACCELERATED = "vested sooner"
    """Of an award and the class granted: how many of its shares vested ahead of their day."""
    DIVIDEND = "dividend"
    RESTRICTION = "restriction"
    RESTRICTED = "restricted by"
    """Of a holder and a class, either of them blank, or of a security: the restriction placed on them."""
    LIFTED = "lifted"
    """Of a restriction: that it has ended."""
    OWNERSHIP_LIMIT = "ownership limit"
    """Of a restriction: the part that its holder may own; none once it is waived."""
    ISSUANCE_CAP = "issuance cap"
    """Of a restriction and the class issued: how much may be issued."""
    GROUP = "group"
    DISSOLVED = "dissolved"
    """Of a group: that it has ended."""
    HOLDS_FOR = "holds for"
    """Of a holder and a class, or a blank: whose shares those in their name are."""
    MARKET = "market"
    SYMBOL = "symbol"
    REPORTED_HOLDING = "holding as reported"
    CLAIM = "claim"
    """Of a claim: who said it."""
    WITHDRAWN = "withdrawn"
    """Of a claim: that it is no longer upheld."""


FIRST_LEVELS: Final = {
    Level.ISSUER: "issuer",
    Level.CLASS_KIND: "stock class",
    Level.HOLDER_KIND: "holder",
    Level.SECURITY: "security",
    Level.INVESTOR: "agreement",
    Level.OPENING: "opening balance of",
    Level.INSTRUMENT: "instrument",
    Level.PLAN: "plan",
    Level.DIVIDEND: "dividend",
    Level.RESTRICTION: "restriction",
    Level.GROUP: "group",
    Level.CLAIM: "claim",
}
"""The level whose setting brings its subject into being, and what the subject is called."""

Subject = str | tuple[str, str]
"""What a level belongs to: an id, or two ids for what is named within another (a tranche of an agreement)."""

LevelValue = (
    Authorized
    | AgreementId
    | ConditionState
    | ConversionRight
    | Currency
    | DividendId
    | GroupId
    | HolderId
    | HolderKind
    | InstrumentId
    | InstrumentKind
    | Money
    | Personal
    | PlanId
    | Price
    | Ratio
    | Remedy
    | RestrictionId
    | Scope
    | SecurityId
    | Shares
    | StockClassId
    | StockClassKind
    | Terms
    | TrancheId
    | bool
    | date
    | int
    | str
    | None
)


@attrs.frozen
class Setting:
    """A level of a subject from this day on, absolute: it replaces the level before.

    Attributes:
        subject: Whose level.
        level: Which level.
        value: What it is from now on.
    """

    subject: Subject
    level: Level
    value: LevelValue


@attrs.frozen
class Rescaling:
    """A split: every account of the class is multiplied by the ratio; positions and reserves are then rounded.

    What rounding adds to a position or takes from it comes from the account *rounding*, so that the class
    still sums to zero. Levels are not touched: the split states those that change, as settings.

    Attributes:
        stock_class: Which class.
        ratio: New shares for one old share.
        fractions: What happens to the fraction that a position would be left with.
        decimals: Decimals that a position keeps; 0 is whole shares.
    """

    stock_class: StockClassId
    ratio: Ratio
    fractions: FractionPolicy
    decimals: int


Movement = Posting | Setting | Rescaling
Movements = tuple[Movement, ...]


def is_rounded(account: object) -> bool:
    """Whether a split leaves no fraction on an account: each but a source counts shares."""
    return type(account) in _COUNT_SHARES or account is Source.TREASURY


_COUNT_SHARES: Final = (Held, Reserved, Purchasable, Awarded, Pooled)
_posting: Final = partial(tuple.__new__, Posting)  # a history makes two of nearly every entry


def moved(shares: Shares, *, of: StockClassId, out_of: Account, into: Account) -> tuple[Posting, Posting]:
    """Return the two postings of shares that go from one account to another."""
    quantity = shares.units
    assert type(quantity) is not Fraction, "only recorded quantities move"
    return _posting((out_of, of, -quantity)), _posting((into, of, quantity))


def paid(
    money: Money, *, under: AgreementId, tranche: TrancheId | None, out_of: Stage, into: Stage
) -> tuple[Posting, Posting]:
    """Return the two postings of money that goes from one stage of a commitment to another."""
    return (
        Posting(Commitment(under, out_of, tranche), money.currency, -money.units),
        Posting(Commitment(under, into, tranche), money.currency, money.units),
    )


def settled(money: Money, *, out_of: Account, into: Account) -> tuple[Posting, Posting]:
    """Return the two postings of money that goes from one account to another."""
    return Posting(out_of, money.currency, -money.units), Posting(into, money.currency, money.units)
