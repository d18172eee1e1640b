"""Whole events with sensible defaults: a test says only what matters to it.

Every builder takes the fields of its event by name. Text stands for whatever the field holds (``holder="ada"``,
``effective_on="2026-03-01/2026-03-09"``, ``commitment="5000 USD"``), and a whole number stands for shares.

The company of these events was founded on 1 January 2026. It has common stock (``common``), preferred stock
(``series-a``, which converts at 10 / 8 = 1.25), the holders ``ada`` and ``bob`` (natural persons) and ``fund``.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import attrs

from ledger.days import EffectiveDay, Phase
from ledger.events import (
    EVENTS,
    AdjustmentCause,
    AgreementAmended,
    AgreementSigned,
    AgreementTerminated,
    AuthorizedSharesChanged,
    AwardForfeited,
    AwardGranted,
    AwardTermsAmended,
    AwardTransferred,
    CharterAmendmentProposed,
    ClaimDisclosed,
    ClaimWithdrawn,
    ClassRightsStated,
    ClassTermsAmended,
    CommitmentLapsed,
    CommitmentReduced,
    CommonIssued,
    ConditionSatisfied,
    ConditionWaived,
    Consideration,
    ConsiderationForm,
    ConversionPriceAdjusted,
    ConvertibleAssigned,
    ConvertibleCancelled,
    ConvertibleConverted,
    DefaultCured,
    DefaultDeclared,
    DividendDeclared,
    DividendPaid,
    ElectionFiled,
    EntryRestated,
    EntryVoided,
    ErasedLine,
    Event,
    Fact,
    FractionsSettled,
    GroupDissolved,
    GroupFormed,
    HolderListReceived,
    HolderMerged,
    HolderRegistered,
    HolderRenamed,
    HoldingReported,
    IdentifierScheme,
    InstrumentAdjusted,
    InterestAddedToPrincipal,
    IssuanceCapAgreed,
    IssuanceCapLifted,
    IssuerRegistered,
    IssuerRenamed,
    LapsedPart,
    LienGranted,
    LienReleased,
    ListedHolder,
    ListingChanged,
    NomineeDeclared,
    NoteGivenUp,
    NoteIssued,
    NoteReceived,
    NoteRepaid,
    NoteTermsAmended,
    OpeningBalanceAdopted,
    OpeningPosition,
    OptionExercised,
    OutstandingReported,
    OwnershipLimitAgreed,
    OwnershipLimitChanged,
    OwnershipLimitWaived,
    PersonalDataErased,
    PlanAdopted,
    PlanPoolChanged,
    PreferredIssued,
    PriceQuoted,
    ProceedsReleased,
    ProceedsRestricted,
    RegisterScopeDeclared,
    RemedyExercised,
    ReserveReleased,
    RestrictionKind,
    RestrictionLifted,
    RestrictionPlaced,
    ResultingTerms,
    SafeIssued,
    SafeTermsAmended,
    SecuritiesExchanged,
    SecurityIdentifierChanged,
    SharesCancelled,
    SharesConverted,
    SharesReceived,
    SharesRedeemed,
    SharesRepurchased,
    SharesReserved,
    SharesRetired,
    SharesSubscribed,
    SharesTransferred,
    StockClassDesignated,
    StockDividendPaid,
    StockholdersVoted,
    StockSplitEffected,
    TrancheClosed,
    TreasurySharesReissued,
    UnitsReleased,
    UnvestedSharesRepurchased,
    VestingAccelerated,
    VestingConditionMet,
    WarrantCancelled,
    WarrantExercised,
    WarrantExpired,
    WarrantIssued,
    WarrantTermsAmended,
    WarrantTransferred,
)
from ledger.identity import (
    ConditionId,
    Count,
    EntryNumber,
    HolderId,
    Identifier,
    InstrumentId,
    PlanId,
    StockClassId,
    TrancheId,
)
from ledger.journal import Ledger
from ledger.movements import HolderKind, InstrumentKind, Scope, StockClassKind
from ledger.personal import Personal
from ledger.quantities import Authorized, FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms import measures
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.commitment import Condition, Remedy, Tranche
from ledger.terms.conversion import ConversionRight
from ledger.terms.disclosed import Disclosed
from ledger.terms.interest import DayCount, InterestTerms
from ledger.terms.limits import IssuanceCap, OwnershipLimit
from ledger.terms.liquidation import LiquidationPreference
from ledger.terms.market import Measure, PriceRule
from ledger.terms.notes import NoteConversion, NoteTerms
from ledger.terms.safes import CapTiming, SafeTerms
from ledger.terms.vesting import VestingTerms, VestingTranche
from ledger.terms.warrants import WarrantTerms
from ledger.testing import ticking as ticking  # the clock of these events, for tests that have no other

FOUNDED: Final = "2026-01-01"
DEALT: Final = "2026-02-02"
SPLIT: Final = "2026-07-01"

_PARSED: Final[tuple[type, ...]] = (Authorized, EffectiveDay, Money, Price, Ratio, Shares)
_CALLED: Final[tuple[type, ...]] = (Count, EntryNumber)
Made = TypeVar("Made")


def made(kind: type[Made], changes: dict[str, Any], **defaults: Any) -> Made:
    """Return an event or a part of one: the defaults, and the changes over them."""
    event: type = kind
    fields = _field_types(event)
    given = {**defaults, **changes}
    return kind(**{name: _meant(value, fields.get(name, ())) for name, value in given.items()})


@cache
def _field_types(kind: type) -> dict[str, tuple[type, ...]]:
    """Return the types that each field may have."""
    found = {}
    for name, hint in get_type_hints(kind).items():
        parts = get_args(hint) if get_origin(hint) is UnionType else (hint,)
        found[name] = tuple(part for part in parts if isinstance(part, type) and part is not NoneType)
    return found


def _only_alone(apart_from: set[str], changes: dict[str, Any], **default: Any) -> dict[str, Any]:
    """Return the default content of an event that has many, none of them needed: none if the test gives one."""
    return {} if changes.keys() - apart_from - {field.name for field in attrs.fields(Fact)} else default


def _meant(value: Any, types: tuple[type, ...]) -> Any:
    """Return what a text or a whole number stands for in a field of these types."""
    for kind in types:
        if type(value) is int and kind is Shares:
            return Shares(value)
        if type(value) is int and kind is Authorized:
            return Authorized(value)
        if type(value) is int and kind in _CALLED:
            return kind(value)
        if type(value) is str and kind in _PARSED:
            return kind.parse(value)  # type: ignore[attr-defined]  # each of _PARSED has it
        if type(value) is str and (issubclass(kind, Identifier) or kind is Personal):
            return kind(value)
        if type(value) is str and kind is date:
            return date.fromisoformat(value)
    return value


# --- the company ---------------------------------------------------------------------------------------------


def company(clock: Callable[[], datetime] | None = None) -> Ledger:
    """Return a ledger in memory with an issuer, common and preferred stock, and three holders: six entries."""
    ledger = Ledger.in_memory(clock=clock or ticking())
    ledger.record(*founding(), actor="counsel", command="founding")
    return ledger


def founding() -> tuple[Event, ...]:
    """Return the six events that found the company."""
    return issuer_registered(), common(), series_a(), *(holder_registered(holder=name) for name in HOLDERS)


HOLDERS: Final = ("ada", "bob", "fund")


def common(**changes: Any) -> StockClassDesignated:
    """Return the common stock, of which 10,000,000 shares are authorized."""
    return stock_class_designated(**changes)


def series_a(**changes: Any) -> StockClassDesignated:
    """Return the preferred stock: 1,000,000 authorized, each counting for 10 USD and converting at 8 USD."""
    defaults: dict[str, Any] = {
        "stock_class": "series-a",
        "class_kind": StockClassKind.PREFERRED,
        "title": "Series A Preferred Stock",
        "authorized": 1_000_000,
        "stated_value": "10 USD",
        "conversion": ConversionRight(into=StockClassId("common"), price=Price(8, "USD")),
    }
    return stock_class_designated(**{**defaults, **changes})


# --- issuer and capital --------------------------------------------------------------------------------------


def issuer_registered(**changes: Any) -> IssuerRegistered:
    return made(
        IssuerRegistered,
        changes,
        issuer="acme",
        legal_name="Acme Solar, Inc.",
        jurisdiction="US-DE",
        time_zone="America/Denver",
        effective_on=FOUNDED,
    )


def stock_class_designated(**changes: Any) -> StockClassDesignated:
    return made(
        StockClassDesignated,
        changes,
        stock_class="common",
        class_kind=StockClassKind.COMMON,
        title="Common Stock",
        authorized=10_000_000,
        effective_on=FOUNDED,
    )


def class_terms_amended(**changes: Any) -> ClassTermsAmended:
    return made(
        ClassTermsAmended,
        changes,
        stock_class="common",
        effective_on=DEALT,
        **_only_alone({"stock_class", "effective_on"}, changes, par_value="0.001 USD"),
    )


def class_rights_stated(**changes: Any) -> ClassRightsStated:
    return made(
        ClassRightsStated,
        changes,
        stock_class="series-a",
        effective_on=DEALT,
        **_only_alone({"stock_class", "effective_on"}, changes, liquidation=LiquidationPreference()),
    )


def authorized_shares_changed(**changes: Any) -> AuthorizedSharesChanged:
    return made(
        AuthorizedSharesChanged,
        changes,
        stock_class="common",
        authorized=20_000_000,
        authority="Certificate of Amendment, Article IV",
        effective_on=DEALT,
    )


def shares_reserved(**changes: Any) -> SharesReserved:
    return made(
        SharesReserved,
        changes,
        stock_class="common",
        reserve="plan",
        reserved=500_000,
        purpose="Equity incentive plan",
        effective_on=DEALT,
    )


def reserve_released(**changes: Any) -> ReserveReleased:
    return made(
        ReserveReleased, changes, stock_class="common", reserve="plan", released=100_000, effective_on=DEALT
    )


def security_identifier_changed(**changes: Any) -> SecurityIdentifierChanged:
    """Return a new CUSIP: that of Apple Inc., whose check digit is right."""
    return made(
        SecurityIdentifierChanged,
        changes,
        stock_class="common",
        scheme=IdentifierScheme.CUSIP,
        identifier="037833100",
        effective_on=DEALT,
    )


def register_scope_declared(**changes: Any) -> RegisterScopeDeclared:
    return made(RegisterScopeDeclared, changes, stock_class="common", scope=Scope.COMPLETE, effective_on=FOUNDED)


# --- holders -------------------------------------------------------------------------------------------------


def holder_registered(**changes: Any) -> HolderRegistered:
    """Return the registration of a natural person, or of an organisation when it is ``fund`` or says so."""
    holder = str(changes.get("holder", "ada"))
    kind = HolderKind.ORGANISATION if holder == "fund" else HolderKind.NATURAL_PERSON
    kind = changes.get("holder_kind", kind)
    named = {"name": f"{holder.title()} Quill"} if kind is HolderKind.NATURAL_PERSON else {"legal_name": "Fund LP"}
    return made(HolderRegistered, changes, holder=holder, holder_kind=kind, effective_on=FOUNDED, **named)


def holder_renamed(**changes: Any) -> HolderRenamed:
    named = {} if changes.get("name") else {"legal_name": "Fund II LP"}
    return made(HolderRenamed, changes, holder="fund", effective_on=DEALT, **named)


def holder_merged(**changes: Any) -> HolderMerged:
    return made(HolderMerged, changes, holder="bob", into="ada", effective_on=DEALT)


def nominee_declared(**changes: Any) -> NomineeDeclared:
    return made(NomineeDeclared, changes, holder="bob", holds_for="ada", effective_on=DEALT)


def group_formed(**changes: Any) -> GroupFormed:
    return made(
        GroupFormed, changes, group="family", members=(HolderId("ada"), HolderId("bob")), effective_on=DEALT
    )


def group_dissolved(**changes: Any) -> GroupDissolved:
    return made(GroupDissolved, changes, group="family", effective_on=DEALT)


# --- agreements ----------------------------------------------------------------------------------------------


def tranche(name: str = "t1", **changes: Any) -> Tranche:
    return made(Tranche, changes, tranche=name, due_on="2026-03-31", amount="400000 USD", shares=40_000)


def agreement_signed(**changes: Any) -> AgreementSigned:
    """Return a promise of 1,000,000 USD: tranches t1 and t2 of 400,000 each, and 200,000 without a date."""
    permit = Condition(condition=ConditionId("permit"), text="The building permit has been granted.")
    return made(
        AgreementSigned,
        changes,
        agreement="spa",
        investor="fund",
        title="Securities Purchase Agreement",
        commitment="1000000 USD",
        buys="series-a",
        price="10 USD",
        tranches=(tranche("t1", conditions=(permit,)), tranche("t2", due_on="2026-06-30")),
        remedy=Remedy(redeemable=Ratio("1/2"), price=Price("0.01", "USD")),
        effective_on=DEALT,
    )


def agreement_amended(**changes: Any) -> AgreementAmended:
    return made(
        AgreementAmended,
        changes,
        agreement="spa",
        effective_on=DEALT,
        **_only_alone({"agreement", "effective_on"}, changes, added="50000 USD"),
    )


def condition_satisfied(**changes: Any) -> ConditionSatisfied:
    return made(ConditionSatisfied, changes, agreement="spa", condition="permit", effective_on=DEALT)


def condition_waived(**changes: Any) -> ConditionWaived:
    return made(ConditionWaived, changes, agreement="spa", condition="permit", effective_on=DEALT)


def tranche_closed(**changes: Any) -> TrancheClosed:
    return made(
        TrancheClosed, changes, agreement="spa", tranche=TrancheId("t1"), closed="100000 USD", effective_on=DEALT
    )


def commitment_reduced(**changes: Any) -> CommitmentReduced:
    return made(
        CommitmentReduced,
        changes,
        agreement="spa",
        tranche=TrancheId("t2"),
        reduced_by="100000 USD",
        effective_on=DEALT,
    )


def commitment_lapsed(**changes: Any) -> CommitmentLapsed:
    return made(
        CommitmentLapsed, changes, agreement="spa", tranche=TrancheId("t2"), lapsed="50000 USD", effective_on=DEALT
    )


def agreement_terminated(**changes: Any) -> AgreementTerminated:
    return made(
        AgreementTerminated,
        changes,
        agreement="spa",
        lapsed=(LapsedPart(lapsed=Money(200_000, "USD")),),
        reason="Both parties agreed.",
        effective_on=DEALT,
    )


def remedy_exercised(**changes: Any) -> RemedyExercised:
    return made(
        RemedyExercised,
        changes,
        agreement="spa",
        tranche="t1",
        holder="fund",
        stock_class="series-a",
        redeemed=100,
        price="0.01 USD",
        effective_on=DEALT,
    )


# --- shares --------------------------------------------------------------------------------------------------


def preferred_issued(**changes: Any) -> PreferredIssued:
    return made(PreferredIssued, changes, holder="fund", stock_class="series-a", issued=1_000, effective_on=DEALT)


def common_issued(**changes: Any) -> CommonIssued:
    return made(CommonIssued, changes, holder="ada", stock_class="common", issued=1_000, effective_on=DEALT)


def shares_transferred(**changes: Any) -> SharesTransferred:
    return made(
        SharesTransferred,
        changes,
        from_holder="ada",
        to_holder="bob",
        stock_class="common",
        transferred=100,
        effective_on=DEALT,
    )


def shares_converted(**changes: Any) -> SharesConverted:
    """Return a conversion of 400 Series A into 500 common (400 × 10 / 8)."""
    return made(
        SharesConverted,
        changes,
        holder="fund",
        from_class="series-a",
        surrendered=400,
        to_class="common",
        received=500,
        effective_on=DEALT,
    )


def shares_cancelled(**changes: Any) -> SharesCancelled:
    return made(
        SharesCancelled,
        changes,
        holder="ada",
        stock_class="common",
        cancelled=100,
        reason="Issued in error.",
        effective_on=DEALT,
    )


def shares_repurchased(**changes: Any) -> SharesRepurchased:
    return made(SharesRepurchased, changes, holder="ada", stock_class="common", repurchased=100, effective_on=DEALT)


def treasury_shares_reissued(**changes: Any) -> TreasurySharesReissued:
    return made(
        TreasurySharesReissued, changes, holder="bob", stock_class="common", reissued=50, effective_on=DEALT
    )


def shares_retired(**changes: Any) -> SharesRetired:
    return made(SharesRetired, changes, stock_class="common", retired=50, effective_on=DEALT)


def shares_redeemed(**changes: Any) -> SharesRedeemed:
    return made(SharesRedeemed, changes, holder="fund", stock_class="series-a", redeemed=100, effective_on=DEALT)


# --- corporate actions ---------------------------------------------------------------------------------------


def stock_split_effected(**changes: Any) -> StockSplitEffected:
    """Return a two-for-one split of the common stock; Series A then converts at 4 USD."""
    resulting = (
        ResultingTerms(stock_class=StockClassId("common"), authorized=Authorized(20_000_000)),
        ResultingTerms(
            stock_class=StockClassId("series-a"),
            conversion=ConversionRight(into=StockClassId("common"), price=Price(4, "USD")),
        ),
    )
    return made(
        StockSplitEffected,
        changes,
        phase=Phase.OPENING,
        stock_classes=(StockClassId("common"),),
        ratio="2",
        fractions=FractionPolicy.DOWN,
        resulting=resulting,
        effective_on=SPLIT,
    )


def fractions_settled(**changes: Any) -> FractionsSettled:
    return made(
        FractionsSettled,
        changes,
        holder="ada",
        stock_class="common",
        effective_on=SPLIT,
        **_only_alone({"holder", "stock_class", "effective_on"}, changes, given=1),
    )


# --- dividends -----------------------------------------------------------------------------------------------


def dividend_declared(**changes: Any) -> DividendDeclared:
    """Return a dividend of 25 cents a share of the preferred stock, for 1,000 shares, in cash."""
    return made(
        DividendDeclared,
        changes,
        dividend="2026-q1",
        stock_class="series-a",
        per_share="0.25 USD",
        amount="250 USD",
        record_on="2026-03-31",
        effective_on="2026-03-16",
    )


def dividend_paid(**changes: Any) -> DividendPaid:
    """Return a dividend of 250 USD on the preferred stock, paid with 50 common shares and never declared."""
    return made(
        DividendPaid,
        changes,
        holder="fund",
        stock_class="series-a",
        amount="250 USD",
        **({} if "amount" in changes or "received" in changes else {"received": 50, "received_class": "common"}),
        effective_on="2026-04-15",
    )


def stock_dividend_paid(**changes: Any) -> StockDividendPaid:
    """Return a stock dividend of 10 % on the common stock; Series A then converts at 80/11 USD."""
    right = ConversionRight(into=StockClassId("common"), price=Price(Fraction(80, 11), "USD"))
    return made(
        StockDividendPaid,
        changes,
        phase=Phase.OPENING,
        stock_class="common",
        ratio="1/10",
        fractions=FractionPolicy.DOWN,
        resulting=(ResultingTerms(stock_class=StockClassId("series-a"), conversion=right),),
        effective_on=SPLIT,
    )


# --- the company -----------------------------------------------------------------------------------------------


def issuer_renamed(**changes: Any) -> IssuerRenamed:
    return made(IssuerRenamed, changes, issuer="acme", legal_name="Acme Power, Inc.", effective_on=DEALT)


def listing_changed(**changes: Any) -> ListingChanged:
    return made(
        ListingChanged,
        changes,
        stock_class="common",
        effective_on=DEALT,
        **_only_alone({"stock_class", "reason"}, changes, market="OTCQB", symbol="ACME"),
    )


def charter_amendment_proposed(**changes: Any) -> CharterAmendmentProposed:
    return made(
        CharterAmendmentProposed,
        changes,
        stock_class="common",
        authorized=20_000_000,
        proposal="Increase of the authorized common stock",
        effective_on=DEALT,
    )


def stockholders_voted(**changes: Any) -> StockholdersVoted:
    return made(
        StockholdersVoted,
        changes,
        proposal="Election of a director",
        effective_on=DEALT,
        **_only_alone({"proposal"}, changes, votes_for=1_000),
    )


def proceeds_restricted(**changes: Any) -> ProceedsRestricted:
    return made(ProceedsRestricted, changes, account="use-of-proceeds", restricted="100000 USD", effective_on=DEALT)


def proceeds_released(**changes: Any) -> ProceedsReleased:
    return made(ProceedsReleased, changes, account="use-of-proceeds", released="40000 USD", effective_on=DEALT)


def holding_reported(**changes: Any) -> HoldingReported:
    return made(HoldingReported, changes, holder="ada", stock_class="common", held=1_000, effective_on=DEALT)


def shares_subscribed(**changes: Any) -> SharesSubscribed:
    return made(
        SharesSubscribed,
        changes,
        holders=(HolderId("ada"), HolderId("bob")),
        stock_class="common",
        subscribed=500,
        effective_on=DEALT,
    )


# --- restrictions --------------------------------------------------------------------------------------------


def restriction_placed(**changes: Any) -> RestrictionPlaced:
    """Return a lock-up of all that ada holds."""
    return made(
        RestrictionPlaced,
        changes,
        restriction="lock-up",
        restriction_kind=RestrictionKind.LOCK_UP,
        **({} if {"holder", "stock_class", "security"} & changes.keys() else {"holder": "ada"}),
        effective_on=DEALT,
    )


def restriction_lifted(**changes: Any) -> RestrictionLifted:
    return made(RestrictionLifted, changes, restriction="lock-up", effective_on=DEALT)


def ownership_limit_agreed(**changes: Any) -> OwnershipLimitAgreed:
    """Return a limit of 4.99 % for the fund, with 61 days' notice, and 9.99 % at most."""
    limit = OwnershipLimit(at_most=Ratio("0.0499"), notice_days=Count(61), ceiling=Ratio("0.0999"))
    return made(
        OwnershipLimitAgreed,
        changes,
        restriction="blocker",
        holder="fund",
        stock_class="common",
        limit=limit,
        effective_on=DEALT,
    )


def ownership_limit_changed(**changes: Any) -> OwnershipLimitChanged:
    return made(OwnershipLimitChanged, changes, restriction="blocker", at_most="0.0999", effective_on=DEALT)


def ownership_limit_waived(**changes: Any) -> OwnershipLimitWaived:
    return made(OwnershipLimitWaived, changes, restriction="blocker", effective_on=DEALT)


def issuance_cap_agreed(**changes: Any) -> IssuanceCapAgreed:
    """Return a cap of 1,999 common shares on conversions of Series A."""
    return made(
        IssuanceCapAgreed,
        changes,
        restriction="cap",
        stock_class="common",
        cap=IssuanceCap(shares=Shares(1_999)),
        classes=(StockClassId("series-a"),),
        effective_on=DEALT,
    )


def issuance_cap_lifted(**changes: Any) -> IssuanceCapLifted:
    return made(IssuanceCapLifted, changes, restriction="cap", effective_on=DEALT)


# --- warrants and adjustments --------------------------------------------------------------------------------


def warrant_issued(**changes: Any) -> WarrantIssued:
    """Return a warrant of the fund for 1,000 common shares at 2 USD."""
    return made(
        WarrantIssued,
        changes,
        holder="fund",
        warrant="w-1",
        stock_class="common",
        purchasable=1_000,
        price="2 USD",
        effective_on=DEALT,
    )


def warrant_terms_amended(**changes: Any) -> WarrantTermsAmended:
    """Return an extension of the warrant to the end of 2030."""
    terms = WarrantTerms(expires_on=date(2030, 12, 31))
    return made(WarrantTermsAmended, changes, warrant="w-1", terms=terms, effective_on="2026-03-02")


def warrant_exercised(**changes: Any) -> WarrantExercised:
    """Return an exercise in cash of 400 shares of the warrant."""
    return made(
        WarrantExercised,
        changes,
        holder="fund",
        warrant="w-1",
        stock_class="common",
        received=400,
        effective_on="2026-03-03",
    )


def warrant_transferred(**changes: Any) -> WarrantTransferred:
    return made(
        WarrantTransferred,
        changes,
        from_holder="fund",
        to_holder="bob",
        warrant="w-1",
        stock_class="common",
        transferred=300,
        effective_on="2026-03-04",
    )


def warrant_expired(**changes: Any) -> WarrantExpired:
    return made(
        WarrantExpired,
        changes,
        holder="fund",
        warrant="w-1",
        stock_class="common",
        expired=200,
        effective_on="2026-12-31",
    )


def warrant_cancelled(**changes: Any) -> WarrantCancelled:
    return made(
        WarrantCancelled,
        changes,
        holder="fund",
        warrant="w-1",
        stock_class="common",
        cancelled=100,
        reason="Bought back.",
        effective_on="2026-03-05",
    )


def instrument_adjusted(**changes: Any) -> InstrumentAdjusted:
    """Return a new price of the warrant, 1.50 USD, after an issue for less."""
    default = _only_alone(
        {"instrument", "instrument_kind", "stock_class", "cause", "computation", "authority"},
        changes,
        price="1.50 USD",
    )
    return made(
        InstrumentAdjusted,
        changes,
        instrument="w-1",
        instrument_kind=InstrumentKind.WARRANT,
        stock_class="common",
        cause=AdjustmentCause.ANTI_DILUTION,
        effective_on="2026-03-06",
        **default,
    )


def conversion_price_adjusted(**changes: Any) -> ConversionPriceAdjusted:
    """Return a new conversion price of the preferred, 6 USD, after an issue for less."""
    return made(
        ConversionPriceAdjusted,
        changes,
        stock_class="series-a",
        conversion=ConversionRight(into=StockClassId("common"), price=Price(6, "USD")),
        cause=AdjustmentCause.ANTI_DILUTION,
        effective_on="2026-03-06",
    )


# --- awards --------------------------------------------------------------------------------------------------


def vesting_terms(**changes: Any) -> VestingTerms:
    """Return four years of monthly vesting from the founding on, with a cliff of one year."""
    tranche = VestingTranche(instalments=Count(48), every=Count(1), cliff=Count(12))
    return made(VestingTerms, changes, starts_on=FOUNDED, tranches=(tranche,))


def award_terms(**changes: Any) -> AwardTerms:
    """Return an incentive stock option of ten years that vests over four."""
    kind = changes.get("award_kind", AwardKind.INCENTIVE_STOCK_OPTION)
    expires = {} if kind is AwardKind.RESTRICTED_STOCK else {"expires_on": "2036-01-31"}
    return made(AwardTerms, changes, award_kind=kind, vesting=vesting_terms(), **expires)


def plan_adopted(**changes: Any) -> PlanAdopted:
    return made(
        PlanAdopted,
        changes,
        plan="plan-2026",
        title="2026 Equity Incentive Plan",
        stock_class="common",
        pooled=1_000_000,
        effective_on=FOUNDED,
    )


def plan_pool_changed(**changes: Any) -> PlanPoolChanged:
    return made(
        PlanPoolChanged,
        changes,
        plan="plan-2026",
        stock_class="common",
        effective_on=DEALT,
        **({} if {"added", "removed"} & changes.keys() else {"added": 500_000}),
    )


def award_granted(**changes: Any) -> AwardGranted:
    """Return an option of bob on 48,000 common at 1 USD, under the plan; no price where the kind has none."""
    terms = changes.get("terms", award_terms())
    price = {"price": "1 USD"} if terms.award_kind.is_exercised else {}
    return made(
        AwardGranted,
        changes,
        award="option-1",
        holder="bob",
        stock_class="common",
        granted=48_000,
        terms=terms,
        plan=PlanId("plan-2026"),
        effective_on=DEALT,
        **price,
    )


def award_terms_amended(**changes: Any) -> AwardTermsAmended:
    return made(
        AwardTermsAmended,
        changes,
        award="option-1",
        terms=award_terms(expires_on="2031-01-31"),
        effective_on=DEALT,
    )


def vesting_condition_met(**changes: Any) -> VestingConditionMet:
    return made(VestingConditionMet, changes, condition="listing", effective_on=DEALT)


def vesting_accelerated(**changes: Any) -> VestingAccelerated:
    return made(
        VestingAccelerated, changes, award="option-1", stock_class="common", accelerated=6_000, effective_on=DEALT
    )


def option_exercised(**changes: Any) -> OptionExercised:
    return made(
        OptionExercised,
        changes,
        award="option-1",
        holder="bob",
        stock_class="common",
        exercised=1_000,
        effective_on="2027-02-01",
    )


def units_released(**changes: Any) -> UnitsReleased:
    return made(
        UnitsReleased,
        changes,
        award="units-1",
        holder="bob",
        stock_class="common",
        released=1_000,
        effective_on="2027-02-01",
    )


def award_forfeited(**changes: Any) -> AwardForfeited:
    return made(
        AwardForfeited,
        changes,
        award="option-1",
        holder="bob",
        stock_class="common",
        effective_on="2027-02-01",
        **({} if {"unvested", "vested"} & changes.keys() else {"unvested": 1_000}),
    )


def award_transferred(**changes: Any) -> AwardTransferred:
    return made(
        AwardTransferred,
        changes,
        award="option-1",
        from_holder="bob",
        to_holder="ada",
        stock_class="common",
        transferred=48_000,
        effective_on="2027-02-01",
    )


def unvested_shares_repurchased(**changes: Any) -> UnvestedSharesRepurchased:
    return made(
        UnvestedSharesRepurchased,
        changes,
        award="option-1",
        holder="bob",
        stock_class="common",
        repurchased=1_000,
        effective_on="2027-02-01",
    )


def election_filed(**changes: Any) -> ElectionFiled:
    return made(
        ElectionFiled,
        changes,
        holder="bob",
        award="option-1",
        stock_class="common",
        shares=1_000,
        received_on=DEALT,
        effective_on="2026-02-20",
    )


# --- the record itself ---------------------------------------------------------------------------------------


def opening_balance_adopted(**changes: Any) -> OpeningBalanceAdopted:
    positions = (
        OpeningPosition(holder=HolderId("ada"), shares=Shares(600)),
        OpeningPosition(holder=HolderId("bob"), shares=Shares(400)),
    )
    return made(
        OpeningBalanceAdopted,
        changes,
        stock_class="common",
        positions=positions,
        scope=Scope.COMPLETE,
        effective_on=FOUNDED,
    )


def entry_voided(*entries: int, **changes: Any) -> EntryVoided:
    numbers = tuple(EntryNumber(number) for number in entries or (7,))
    return made(EntryVoided, changes, entries=numbers, reason="Recorded in error.")


def entry_restated(entry: int = 7, **changes: Any) -> EntryRestated:
    return made(
        EntryRestated, changes, entry=entry, restated_as=common_issued(issued=900), reason="Misread the form."
    )


def personal_data_erased(*holders: str, **changes: Any) -> PersonalDataErased:
    named = tuple(map(HolderId, holders or ("ada",)))
    return made(PersonalDataErased, changes, holders=named, reason="Request of 3 May 2026.")


def erased_line(entry: int = 8, line: int = 1) -> ErasedLine:
    return ErasedLine(entry=EntryNumber(entry), line=Count(line))


# --- SAFEs -----------------------------------------------------------------------------------------------------


def safe_terms(**changes: Any) -> SafeTerms:
    """Return the terms of a SAFE with a post-money cap of 8,000,000 USD and a discount of 20 %."""
    return made(SafeTerms, changes, cap="8000000 USD", cap_timing=CapTiming.POST_MONEY, discount="0.2")


def safe_issued(**changes: Any) -> SafeIssued:
    return made(
        SafeIssued,
        changes,
        instrument="safe-1",
        holder="fund",
        purchase_amount="500000 USD",
        terms=safe_terms(),
        effective_on=DEALT,
    )


def safe_terms_amended(**changes: Any) -> SafeTermsAmended:
    return made(
        SafeTermsAmended, changes, instrument="safe-1", terms=safe_terms(cap="6000000 USD"), effective_on=DEALT
    )


# --- debt and the market -------------------------------------------------------------------------------------


def note_terms(**changes: Any) -> NoteTerms:
    """Return 6 % a year, two years, and a right to become common stock at 2 USD a share."""
    return made(
        NoteTerms,
        changes,
        interest=InterestTerms(rate=Ratio("0.06"), day_count=DayCount.ACTUAL_365, default_rate=Ratio("0.18")),
        matures_on="2028-02-02",
        conversion=NoteConversion(into=StockClassId("common"), price=PriceRule(fixed=Price(2, "USD"))),
    )


def note_issued(**changes: Any) -> NoteIssued:
    """Return a note of 100,000 USD to the fund, for which it paid 90,000."""
    paid = Consideration(form=ConsiderationForm.CASH, amount=Money(90_000, "USD"))
    defaults = {"instrument": "n-1", "principal": "100000 USD", "terms": note_terms(), "consideration": paid}
    return made(NoteIssued, changes, holder="fund", effective_on=DEALT, **defaults)


def note_terms_amended(**changes: Any) -> NoteTermsAmended:
    terms = note_terms(matures_on="2029-02-02")
    return made(NoteTermsAmended, changes, instrument="n-1", terms=terms, effective_on="2026-03-02")


def convertible_converted(**changes: Any) -> ConvertibleConverted:
    """Return 40,000 USD of the note, and 500 of interest, becoming 20,250 common at 2 USD."""
    defaults = {"principal": "40000 USD", "interest": "500 USD", "stock_class": "common", "received": 20_250}
    return made(
        ConvertibleConverted,
        changes,
        holder="fund",
        instrument="n-1",
        price="2 USD",
        effective_on="2026-05-04",
        **defaults,
    )


def note_repaid(**changes: Any) -> NoteRepaid:
    money = {"principal": "10000 USD", "interest": "150 USD"}
    return made(NoteRepaid, changes, holder="fund", instrument="n-1", effective_on="2026-05-04", **money)


def interest_added_to_principal(**changes: Any) -> InterestAddedToPrincipal:
    return made(
        InterestAddedToPrincipal,
        changes,
        holder="fund",
        instrument="n-1",
        added="1000 USD",
        effective_on="2026-05-04",
    )


def securities_exchanged(**changes: Any) -> SecuritiesExchanged:
    """Return the note and its interest given up for a new one and 100 common shares."""
    given_up = NoteGivenUp(
        holder=HolderId("fund"),
        instrument=InstrumentId("n-1"),
        principal=Money(100_000, "USD"),
        interest=Money(500, "USD"),
    )
    note = NoteReceived(
        holder=HolderId("fund"), instrument=InstrumentId("n-2"), principal=Money(100_500, "USD"), terms=note_terms()
    )
    shares = SharesReceived(holder=HolderId("fund"), stock_class=StockClassId("common"), shares=Shares(100))
    return made(
        SecuritiesExchanged,
        changes,
        notes_given_up=(given_up,),
        notes_received=(note,),
        shares_received=(shares,),
        effective_on="2026-05-04",
    )


def convertible_assigned(**changes: Any) -> ConvertibleAssigned:
    money = {"principal": "25000 USD", "interest": "100 USD"}
    return made(
        ConvertibleAssigned,
        changes,
        from_holder="fund",
        to_holder="ada",
        instrument="n-1",
        effective_on="2026-05-04",
        **money,
    )


def convertible_cancelled(**changes: Any) -> ConvertibleCancelled:
    money = {"principal": "5000 USD", "interest": "50 USD"}
    return made(
        ConvertibleCancelled,
        changes,
        holder="fund",
        instrument="n-1",
        reason="Forgiven.",
        effective_on="2026-05-04",
        **money,
    )


def default_declared(**changes: Any) -> DefaultDeclared:
    return made(DefaultDeclared, changes, instruments=(InstrumentId("n-1"),), effective_on="2026-04-01")


def default_cured(**changes: Any) -> DefaultCured:
    return made(DefaultCured, changes, instruments=(InstrumentId("n-1"),), effective_on="2026-04-11")


def lien_granted(**changes: Any) -> LienGranted:
    return made(
        LienGranted,
        changes,
        lien="all-assets",
        holder="fund",
        collateral="All assets of the company.",
        secures=(InstrumentId("n-1"),),
        effective_on=DEALT,
    )


def lien_released(**changes: Any) -> LienReleased:
    return made(LienReleased, changes, lien="all-assets", effective_on="2026-05-04")


def price_quoted(**changes: Any) -> PriceQuoted:
    return made(
        PriceQuoted, changes, stock_class="common", measure=Measure.CLOSE, price="2.50 USD", effective_on=DEALT
    )


def outstanding_reported(**changes: Any) -> OutstandingReported:
    return made(
        OutstandingReported, changes, stock_class="common", outstanding=1_250_000, effective_on="2026-05-04"
    )


# --- claims and lists of holders --------------------------------------------------------------------------------


def operand(role: str = "plus", source: str = "number", **changes: Any) -> measures.Operand:
    """Return an operand; the number 1,000 by default."""
    if source == "number":
        changes = {"number": "1000", **changes}
    return made(measures.Operand, changes, role=measures.Role(role), source=measures.Source(source))


def claimed(kind: str = "sum", *operands: measures.Operand, name: str | None = None) -> measures.Measure:
    """Return what a figure claims to be; the number 1,000 by default."""
    return measures.Measure(kind=measures.MeasureKind(kind), operands=operands or (operand(),), name=name)


def claim_disclosed(figure: str | Disclosed = "1,000", **changes: Any) -> ClaimDisclosed:
    read = Disclosed.read(figure) if isinstance(figure, str) else figure
    return made(
        ClaimDisclosed,
        {"figure": read, "measure": claimed(), **changes},
        claim="claim-1",
        said_by="Acme",
        effective_on="2026-05-06",
    )


def claim_withdrawn(**changes: Any) -> ClaimWithdrawn:
    return made(ClaimWithdrawn, changes, claim="claim-1", reason="A later release", effective_on="2026-05-08")


def listed_holder(**changes: Any) -> ListedHolder:
    return made(ListedHolder, changes, name="Ada Quill", shares=400, holder="ada")


def holder_list_received(**changes: Any) -> HolderListReceived:
    return made(
        HolderListReceived,
        changes,
        stock_class="common",
        source="Transfer agent",
        holders=(listed_holder(),),
        effective_on="2026-05-07",
    )


# --- all of them ---------------------------------------------------------------------------------------------


def builder_of(kind: type[Event]) -> Callable[..., Event]:
    """Return the builder of a kind of event; it bears the name of the class in snake case."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()
    found = globals().get(name)
    assert callable(found), f"tests/builders.py has no builder {name} for {kind.__name__}"
    built: Callable[..., Event] = found
    return built


def one_of_each() -> list[Event]:
    """Return every event there is, with its defaults."""
    return [builder_of(kind)() for kind in EVENTS]
