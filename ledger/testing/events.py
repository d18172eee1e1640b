"""Every event there can be, drawn by Hypothesis.

The fields of an event are drawn by their types. ``_MENDED`` then makes what was drawn agree with itself, for the
events that forbid some combinations.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import Enum
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from ledger.days import EffectiveDay
from ledger.events import (
    EVENTS,
    AdjustmentCause,
    AgreementAmended,
    AgreementSigned,
    AmendmentCause,
    AwardForfeited,
    AwardGranted,
    AwardTransferred,
    CharterAmendmentProposed,
    ClaimDisclosed,
    ClaimWithdrawn,
    ClassRight,
    ClassRightsStated,
    ClassTermsAmended,
    CommonIssued,
    Consideration,
    ConversionPriceAdjusted,
    ConvertibleAssigned,
    ConvertibleCancelled,
    ConvertibleConverted,
    DefaultCured,
    DefaultDeclared,
    DividendDeclared,
    DividendPaid,
    EntryVoided,
    ErasedLine,
    Event,
    Evidence,
    Fact,
    FractionsSettled,
    GroupFormed,
    HolderListReceived,
    HolderMerged,
    HolderRegistered,
    HolderRenamed,
    InstrumentAdjusted,
    IssuanceCapAgreed,
    ListingChanged,
    NomineeDeclared,
    NoteGivenUp,
    NoteIssued,
    NoteReceived,
    NoteRepaid,
    OpeningBalanceAdopted,
    OptionExercised,
    OwnershipLimitChanged,
    PersonalDataErased,
    PlanPoolChanged,
    PreferredIssued,
    PriceQuoted,
    RestrictionPlaced,
    ResultingTerms,
    SafeIssued,
    SafeTermsAmended,
    SecuritiesExchanged,
    SharesConverted,
    SharesSubscribed,
    SharesTransferred,
    StockClassDesignated,
    StockDividendPaid,
    StockholdersVoted,
    StockSplitEffected,
    UnitsReleased,
    UnvestedSharesRepurchased,
    WarrantIssued,
    WarrantTransferred,
)
from ledger.identity import Count, EntryNumber, HolderId, Identifier, InstrumentId, StockClassId
from ledger.movements import HolderKind, InstrumentKind
from ledger.personal import Personal
from ledger.quantities import Authorized, Currency, Money, Price, Ratio, Shares
from ledger.terms import measures
from ledger.terms.awards import AwardTerms
from ledger.terms.commitment import Remedy, Tranche
from ledger.terms.conversion import ConversionRight
from ledger.terms.disclosed import Disclosed
from ledger.terms.dividends import DividendTerms
from ledger.terms.interest import InterestTerms
from ledger.terms.limits import IssuanceCap, OwnershipLimit
from ledger.terms.liquidation import LiquidationPreference
from ledger.terms.notes import NoteTerms
from ledger.terms.preferred import MandatoryConversion, MarketConversion, RedemptionTerms
from ledger.terms.protection import Counted, PriceProtection, ProtectionMethod
from ledger.terms.safes import CapitalizationDefinition, CapTiming, SafeTerms
from ledger.terms.warrants import ExerciseForm, WarrantTerms
from ledger.testing import awards, claims, debt, rights, values

_Kind = TypeVar("_Kind", bound=Event)

_PARTS: Final = st.fractions(Fraction(1, 10_000), Fraction(9_999, 10_000), max_denominator=10_000)
_VALUES: Final[dict[type, st.SearchStrategy[Any]]] = {
    str: values.texts(),
    bool: st.booleans(),
    date: values.days(),
    EffectiveDay: values.effective_days(),
    Shares: values.shares(),
    Money: values.money(),
    Currency: values.currencies(),
    Price: values.prices(),
    Ratio: values.ratios(),
    Authorized: values.authorized(),
    Count: st.integers(0, 10).map(Count) | st.integers(0, 1_000_000).map(Count),
    EntryNumber: st.integers(1, 10**18 - 1).map(EntryNumber),
    Personal: st.builds(Personal, values.texts(), st.binary(min_size=32, max_size=32)),
    AwardTerms: awards.award_terms(),
    InterestTerms: debt.interest_terms(),
    NoteTerms: debt.note_terms(),
    ConversionRight: values.conversion_rights(),
    LiquidationPreference: rights.liquidation_preferences(),
    DividendTerms: rights.dividend_terms(),
    RedemptionTerms: rights.redemption_terms(),
    MandatoryConversion: rights.mandatory_conversions(),
    MarketConversion: rights.market_conversions(),
    OwnershipLimit: st.builds(
        lambda parts, notice, has_ceiling: OwnershipLimit(
            at_most=Ratio(parts[0]), notice_days=notice, ceiling=Ratio(parts[1]) if has_ceiling else None
        ),
        st.tuples(_PARTS, _PARTS).map(sorted),
        st.none() | st.integers(0, 100).map(Count),
        st.booleans(),
    ),
    Disclosed: claims.disclosed_figures(),
    measures.Measure: claims.measures(),
    IssuanceCap: st.builds(IssuanceCap, shares=values.shares(), part=st.none() | _PARTS.map(Ratio))
    | st.builds(IssuanceCap, part=_PARTS.map(Ratio)),
    Remedy: st.builds(
        lambda part, price: Remedy(redeemable=Ratio(part), price=price),
        st.fractions(Fraction(1, 1000), 1, max_denominator=1000),
        values.prices(),
    ),
}


def _drawn_from(hint: Any) -> st.SearchStrategy[Any]:
    """Return the values that a field of this type may have."""
    if get_origin(hint) is tuple:
        return st.lists(_drawn_from(get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) is UnionType:
        return st.one_of(*(_drawn_from(part) for part in get_args(hint)))
    if hint is NoneType:
        return st.none()
    if hint is Fact:
        return st.deferred(facts)
    if hint in _VALUES:
        return _VALUES[hint]
    if issubclass(hint, Identifier):
        return values.identifiers(hint)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert attrs.has(hint), f"ledger.testing draws no {hint.__name__}"
    return _whole(hint)


def _whole(kind: type) -> st.SearchStrategy[Any]:
    """Return everything that a class of events, or of parts of events, can be."""
    hints = get_type_hints(kind)
    fields = {field.name: _drawn_from(hints[field.name]) for field in attrs.fields(kind)}
    if kind is Evidence:
        fields["sha256"] = st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex)
    mend = _MENDED.get(kind, _as_drawn)
    return st.fixed_dictionaries(fields).map(lambda drawn: kind(**mend(drawn)))


# --- what agrees with itself -----------------------------------------------------------------------------------

_Drawn = dict[str, Any]


def _as_drawn(drawn: _Drawn) -> _Drawn:
    return drawn


def _another(name: str, but: str) -> Any:
    """Return the name, or one that is like it, so that it is not ``but``."""
    return name if name != but else type(name)(f"{name[:62]}-2" if name[:62] + "-2" != but else "other")


def _elsewhere(right: ConversionRight | None, stock_class: str) -> ConversionRight | None:
    return right and attrs.evolve(right, into=_another(right.into, stock_class))


def _once(parts: tuple[Any, ...], key: Callable[[Any], Any]) -> tuple[Any, ...]:
    return tuple({key(part): part for part in parts}.values())


def _designated(drawn: _Drawn) -> _Drawn:
    conversion = _elsewhere(drawn["conversion"], drawn["stock_class"])
    return {**drawn, "conversion": conversion, "decimals": Count(drawn["decimals"] % 11)}


def _terms(drawn: _Drawn) -> _Drawn:
    conversion = None if drawn["conversion_ended"] else _elsewhere(drawn["conversion"], drawn["stock_class"])
    named = ("title", "par_value", "stated_value", "votes_per_share", "seniority")
    ended = drawn["conversion_ended"] or (conversion is None and all(drawn[name] is None for name in named))
    return {**drawn, "conversion": conversion, "conversion_ended": ended}


def _rights(drawn: _Drawn) -> _Drawn:
    """State a right or end it, each once."""
    ended = tuple(right for right in dict.fromkeys(drawn["ended"]) if drawn[right.value.replace("-", "_")] is None)
    names = [right.value.replace("-", "_") for right in ClassRight]
    if not ended and all(drawn[name] is None for name in names):
        ended = (ClassRight.LIQUIDATION,)
    conversion = drawn["market_conversion"]
    if conversion is not None:
        conversion = attrs.evolve(conversion, into=_another(conversion.into, drawn["stock_class"]))
    return {**drawn, "ended": ended, "market_conversion": conversion}


def _named(drawn: _Drawn) -> _Drawn:
    """Keep one of two names; a natural person's is the one that is kept apart."""
    person = drawn["name"] is not None
    drawn = {**drawn, "legal_name": None if person else drawn["legal_name"] or "Fund LP"}
    kind = HolderKind.NATURAL_PERSON if person else HolderKind.ORGANISATION
    return {**drawn, "holder_kind": kind} if "holder_kind" in drawn else drawn


def _conditions_once(tranches: tuple[Tranche, ...]) -> tuple[Tranche, ...]:
    """Name each tranche, and each condition of all of them, once."""
    seen: set[str] = set()
    found = []
    for each in _once(tranches, lambda part: part.tranche):
        fresh = _once(each.conditions, lambda part: part.condition)
        found.append(attrs.evolve(each, conditions=tuple(one for one in fresh if one.condition not in seen)))
        seen |= {one.condition for one in fresh}
    return tuple(found)


def _signed(drawn: _Drawn) -> _Drawn:
    currency = drawn["commitment"].currency
    tranches = tuple(
        attrs.evolve(each, amount=Money.of_units(each.amount.units, currency))
        for each in _conditions_once(drawn["tranches"])
    )
    scheduled = sum(each.amount.units for each in tranches)
    undated = drawn["commitment"].units if not tranches or drawn["remedy"] else 0
    return {**drawn, "tranches": tranches, "commitment": Money.of_units(scheduled + undated, currency)}


def _amended(drawn: _Drawn) -> _Drawn:
    tranches = _conditions_once(drawn["added_tranches"])
    changes = tranches or any(drawn[name] for name in ("added", "rescheduled", "price", "remedy"))
    return {**drawn, "added_tranches": tranches, "text": drawn["text"] if changes else drawn["text"] or "Typo."}


def _issued(drawn: _Drawn) -> _Drawn:
    return drawn if drawn["agreement"] is not None else {**drawn, "tranche": None}


def _split(drawn: _Drawn) -> _Drawn:
    """Name each class once, and state the authorized number of each."""
    classes = drawn["stock_classes"] or (StockClassId("common"),)
    classes = _once(classes, lambda name: name)
    resulting: dict[str, ResultingTerms] = {
        terms.stock_class: attrs.evolve(terms, conversion=_elsewhere(terms.conversion, terms.stock_class))
        for terms in drawn["resulting"]
    }
    for name in classes:
        terms = resulting.get(name, ResultingTerms(stock_class=name))
        resulting[name] = attrs.evolve(terms, authorized=terms.authorized or Authorized.UNLIMITED)
    return {
        **drawn,
        "effective_on": EffectiveDay(drawn["effective_on"].earliest),
        "stock_classes": classes,
        "resulting": tuple(resulting.values()),
        "ratio": drawn["ratio"] if drawn["ratio"].value not in (0, 1) else Ratio("1/20"),
        "decimals": Count(drawn["decimals"] % 11),
    }


def _declared(drawn: _Drawn) -> _Drawn:
    """Name a price above zero in the currency of the amount, and a day of payment that is not too early."""
    price, paid_on = drawn["per_share"].amount or Fraction(1, 4), drawn["payment_on"]
    return {
        **drawn,
        "per_share": Price(price, drawn["amount"].currency),
        "payment_on": None if paid_on is None else max(paid_on, drawn["record_on"]),
    }


def _dividend(drawn: _Drawn) -> _Drawn:
    """State shares with their class, or cash without."""
    if drawn["received_class"] is not None:
        received = drawn["received"] or Shares(1)
        needs_money = drawn["dividend"] is not None and not drawn["amount"]
        return {**drawn, "received": received, "amount": Money(1, "USD") if needs_money else drawn["amount"]}
    cash = drawn["amount"] or Money(1, "USD")
    return {**drawn, "amount": cash, "received": None, "security": None, "reserve": None}


def _stock_dividend(drawn: _Drawn) -> _Drawn:
    resulting = _once(drawn["resulting"], lambda terms: terms.stock_class)
    return {
        **drawn,
        "effective_on": EffectiveDay(drawn["effective_on"].earliest),
        "ratio": drawn["ratio"] if drawn["ratio"] else Ratio("1/10"),
        "decimals": Count(drawn["decimals"] % 11),
        "resulting": tuple(
            attrs.evolve(terms, conversion=_elsewhere(terms.conversion, terms.stock_class)) for terms in resulting
        ),
    }


def _settled(drawn: _Drawn) -> _Drawn:
    if drawn["given"]:
        return {**drawn, "taken": None}
    return drawn if drawn["taken"] or drawn["cash"] else {**drawn, "cash": Money("0.17", "USD")}


def _opened(drawn: _Drawn) -> _Drawn:
    positions = _once(drawn["positions"], lambda part: (part.holder, part.security))
    return {**drawn, "effective_on": EffectiveDay(drawn["effective_on"].latest), "positions": positions}


def _listed(drawn: _Drawn) -> _Drawn:
    if drawn["ended"]:
        return {**drawn, "market": None, "symbol": None}
    return {**drawn, "ended": drawn["market"] is None and drawn["symbol"] is None}


def _proposed(drawn: _Drawn) -> _Drawn:
    return drawn if drawn["stock_class"] is not None else {**drawn, "authorized": None}


def _voted(drawn: _Drawn) -> _Drawn:
    counts = ("votes_for", "votes_against", "withheld", "abstained", "broker_non_votes")
    counted = any(drawn[name] is not None for name in counts)
    return {**drawn, "carried": drawn["carried"] if counted else bool(drawn["carried"])}


def _subscribed(drawn: _Drawn) -> _Drawn:
    return {**drawn, "holders": _once(drawn["holders"], str) or (HolderId("fund"),)}


def _grouped(drawn: _Drawn) -> _Drawn:
    members = _once(drawn["members"], str)
    return {**drawn, "members": members if len(members) > 1 else (HolderId("ada"), HolderId("bob"))}


def _held_for(drawn: _Drawn) -> _Drawn:
    return {**drawn, "holds_for": drawn["holds_for"] and _another(drawn["holds_for"], drawn["holder"])}


def _placed(drawn: _Drawn) -> _Drawn:
    if drawn["security"] is not None:
        drawn = {**drawn, "holder": None, "stock_class": None}
    elif drawn["holder"] is None and drawn["stock_class"] is None:
        drawn = {**drawn, "holder": HolderId("ada")}
    until = drawn["until"]
    return {**drawn, "until": until and max(until, drawn["effective_on"].latest)}


def _below_one(ratio: Ratio) -> Ratio:
    return ratio if 0 < ratio.value < 1 else Ratio("0.0499")


def _capped(drawn: _Drawn) -> _Drawn:
    named = drawn["classes"] or drawn["instruments"] or drawn["agreements"]
    return {**drawn, "classes": drawn["classes"] if named else (StockClassId("series-a"),)}


def _protection(drawn: _Drawn) -> _Drawn:
    """Count stock, each sort of it once; a full ratchet counts none."""
    base = _once(drawn["base"], lambda counted: counted)
    if Counted.PREFERRED in base:
        base = tuple(counted for counted in base if counted is not Counted.PROTECTED)
    if base and not {Counted.COMMON, Counted.PROTECTED, Counted.PREFERRED} & set(base):
        base = (Counted.COMMON, *base)
    if drawn["method"] is ProtectionMethod.FULL_RATCHET:
        base = ()
    places = drawn["places"] and Count(drawn["places"] % 11)
    return {**drawn, "base": base, "carve_outs": _once(drawn["carve_outs"], lambda each: each), "places": places}


def _warrant(drawn: _Drawn) -> _Drawn:
    opens, expires = drawn["exercisable_from"], drawn["expires_on"]
    if opens is not None and expires is not None:
        drawn = {**drawn, "exercisable_from": min(opens, expires), "expires_on": max(opens, expires)}
    return {**drawn, "exercise": _once(drawn["exercise"], lambda form: form) or (ExerciseForm.CASH,)}


def _warranted(drawn: _Drawn) -> _Drawn:
    """State the floor of the protection in the currency of the price."""
    terms, currency = drawn["terms"], drawn["price"].currency
    protection = terms.protection
    if protection is not None and protection.floor is not None:
        protection = attrs.evolve(protection, floor=Price(protection.floor.amount, currency))
    return {**drawn, "terms": attrs.evolve(terms, protection=protection)}


def _adjusted(drawn: _Drawn) -> _Drawn:
    """Change something; add shares only to what counts them, and not at a split."""
    kind, price, floor = drawn["instrument_kind"], drawn["price"], drawn["floor"]
    counted = kind in _BUYS and drawn["cause"] is AdjustmentCause.ANTI_DILUTION
    added = () if not counted else _once(drawn["added"], lambda part: part.holder)
    if price is None and floor is None and not added:
        price = Price("0.14", "USD")
    if price is not None and floor is not None:
        floor = Price(floor.amount, price.currency)
    return {**drawn, "added": added, "price": price, "floor": floor}


_BUYS: Final = (
    InstrumentKind.WARRANT,
    InstrumentKind.OPTION,
    InstrumentKind.RESTRICTED_UNITS,
    InstrumentKind.APPRECIATION_RIGHT,
)


def _reconverted(drawn: _Drawn) -> _Drawn:
    return {**drawn, "conversion": _elsewhere(drawn["conversion"], drawn["stock_class"])}


def _safe_terms(drawn: _Drawn) -> _Drawn:
    """Give a cap its timing, and make the discount a part; what a cap is divided by is stated with it only."""
    discount = drawn["discount"]
    drawn = {**drawn, "discount": discount if discount is None or 0 < discount.value < 1 else Ratio("0.2")}
    if drawn["cap"] is None:
        return {**drawn, "cap_timing": None, "capitalization": None}
    return {**drawn, "cap_timing": drawn["cap_timing"] or CapTiming.POST_MONEY}


def _safe_issued(drawn: _Drawn) -> _Drawn:
    terms, currency = drawn["terms"], drawn["purchase_amount"].currency
    cap = terms.cap and Money.of_units(terms.cap.units, currency)
    return {**drawn, "terms": attrs.evolve(terms, cap=cap)}


def _safe_amended(drawn: _Drawn) -> _Drawn:
    following = drawn["following"] and _another(drawn["following"], drawn["instrument"])
    cause = AmendmentCause.MOST_FAVORED_NATION if following else AmendmentCause.AGREEMENT
    return {**drawn, "following": following, "cause": cause}


def _of(currency: Currency, money: Any) -> Any:
    """Return money or a price in a currency."""
    if isinstance(money, Money):
        return Money.of_units(money.units, currency)
    return money and Price(money.amount, currency)


def _given(currency: Currency, consideration: Consideration | None) -> Consideration | None:
    return consideration and attrs.evolve(consideration, amount=_of(currency, consideration.amount))


def _due_in(currency: Currency, terms: NoteTerms) -> NoteTerms:
    due = tuple(attrs.evolve(each, amount=_of(currency, each.amount)) for each in terms.instalments)
    return attrs.evolve(terms, instalments=due)


def _lent(drawn: _Drawn) -> _Drawn:
    currency = drawn["principal"].currency
    terms = _due_in(currency, drawn["terms"])
    if "consideration" not in drawn:
        return {**drawn, "terms": terms}
    return {**drawn, "terms": terms, "consideration": _given(currency, drawn["consideration"])}


def _no_longer_owed(drawn: _Drawn) -> _Drawn:
    """State the principal in any case, and all money in its currency."""
    principal = drawn["principal"] or Money(250_000, "USD")
    money = ("interest", "premium", "cash_in_lieu", "price")
    rest = {name: _of(principal.currency, drawn[name]) for name in money if name in drawn}
    return {**drawn, "principal": principal, **rest}


def _assigned(drawn: _Drawn) -> _Drawn:
    drawn = _no_longer_owed(drawn)
    return {**drawn, "to_holder": _another(drawn["to_holder"], drawn["from_holder"])}


def _exchanged(drawn: _Drawn) -> _Drawn:
    """Give something up and receive something, each new name once; rights and notes do not share one."""
    notes = _once(drawn["notes_received"], lambda part: part.instrument)
    taken = {part.instrument for part in notes}
    rights_received = _once(drawn["rights_received"], lambda part: part.warrant)
    shares = _once(drawn["shares_received"], lambda part: part.security)
    given_up = drawn["notes_given_up"]
    if not given_up and not drawn["shares_given_up"]:
        given_up = (
            NoteGivenUp(holder=HolderId("fund"), instrument=InstrumentId("n-1"), principal=Money(1, "USD")),
        )
    if not notes and not shares:
        notes = (NoteReceived(holder=HolderId("fund"), instrument=InstrumentId("n-2"), principal=Money(1, "USD")),)
        taken = {InstrumentId("n-2")}
    return {
        **drawn,
        "notes_given_up": given_up,
        "notes_received": notes,
        "shares_received": shares,
        "rights_received": tuple(each for each in rights_received if each.warrant not in taken),
    }


def _defaulted(drawn: _Drawn) -> _Drawn:
    return {**drawn, "instruments": drawn["instruments"] or (InstrumentId("n-1"),)}


def _quoted(drawn: _Drawn) -> _Drawn:
    return {**drawn, "effective_on": EffectiveDay(drawn["effective_on"].latest)}


def _voided(drawn: _Drawn) -> _Drawn:
    return {**drawn, "entries": _once(drawn["entries"], int) or (EntryNumber(1),)}


def _erased(drawn: _Drawn) -> _Drawn:
    holders = _once(drawn["holders"], str)
    lines = _once(drawn["lines"], lambda line: (line.entry, line.line))
    return {**drawn, "holders": holders if holders or lines else (HolderId("h-0001"),), "lines": lines}


_MENDED: Final[dict[type, Callable[[_Drawn], _Drawn]]] = {
    NoteIssued: _lent,
    NoteReceived: _lent,
    NoteGivenUp: _no_longer_owed,
    ConvertibleConverted: _no_longer_owed,
    NoteRepaid: _no_longer_owed,
    ConvertibleCancelled: _no_longer_owed,
    ConvertibleAssigned: _assigned,
    SecuritiesExchanged: _exchanged,
    DefaultDeclared: _defaulted,
    DefaultCured: _defaulted,
    PriceQuoted: _quoted,
    StockClassDesignated: _designated,
    ClassTermsAmended: _terms,
    ClassRightsStated: _rights,
    HolderRegistered: _named,
    HolderRenamed: _named,
    ClaimDisclosed: lambda drawn: {
        **drawn,
        "about": drawn["about"] or drawn["effective_on"].latest,
        "other_measures": tuple(each for each in drawn["other_measures"] if each.name is not None),
    },
    ClaimWithdrawn: lambda drawn: {
        **drawn,
        "replaced_by": None if drawn["replaced_by"] == drawn["claim"] else drawn["replaced_by"],
    },
    HolderListReceived: lambda drawn: {**drawn, "effective_on": EffectiveDay(drawn["effective_on"].latest)},
    HolderMerged: lambda drawn: {**drawn, "into": _another(drawn["into"], drawn["holder"])},
    AgreementSigned: _signed,
    AgreementAmended: _amended,
    PreferredIssued: _issued,
    CommonIssued: _issued,
    SharesTransferred: lambda drawn: {**drawn, "to_holder": _another(drawn["to_holder"], drawn["from_holder"])},
    SharesConverted: lambda drawn: {**drawn, "to_class": _another(drawn["to_class"], drawn["from_class"])},
    StockSplitEffected: _split,
    FractionsSettled: _settled,
    DividendDeclared: _declared,
    DividendPaid: _dividend,
    StockDividendPaid: _stock_dividend,
    ListingChanged: _listed,
    CharterAmendmentProposed: _proposed,
    StockholdersVoted: _voted,
    SharesSubscribed: _subscribed,
    OpeningBalanceAdopted: _opened,
    NomineeDeclared: _held_for,
    GroupFormed: _grouped,
    RestrictionPlaced: _placed,
    OwnershipLimitChanged: lambda drawn: {**drawn, "at_most": _below_one(drawn["at_most"])},
    IssuanceCapAgreed: _capped,
    PriceProtection: _protection,
    WarrantTerms: _warrant,
    WarrantIssued: _warranted,
    WarrantTransferred: lambda drawn: {**drawn, "to_holder": _another(drawn["to_holder"], drawn["from_holder"])},
    InstrumentAdjusted: _adjusted,
    ConversionPriceAdjusted: _reconverted,
    CapitalizationDefinition: lambda drawn: {**drawn, "outstanding_shares": True},
    SafeTerms: _safe_terms,
    SafeIssued: _safe_issued,
    SafeTermsAmended: _safe_amended,
    PlanPoolChanged: awards.one_way,
    AwardGranted: awards.granted,
    OptionExercised: awards.exercised,
    UnitsReleased: awards.within("released", "for_tax", "paid_in_cash"),
    AwardForfeited: awards.forfeited,
    AwardTransferred: lambda drawn: {**drawn, "to_holder": _another(drawn["to_holder"], drawn["from_holder"])},
    UnvestedSharesRepurchased: awards.repurchased,
    EntryVoided: _voided,
    ErasedLine: lambda drawn: {**drawn, "line": drawn["line"] or Count(1)},
    PersonalDataErased: _erased,
}


# --- events ------------------------------------------------------------------------------------------------------


def events_of(kind: type[_Kind]) -> st.SearchStrategy[_Kind]:
    """Return every event of one kind."""
    return _whole(kind)


def facts() -> st.SearchStrategy[Fact]:
    """Return every fact: an event that takes effect on a day."""
    return st.one_of(*(_whole(kind) for kind in EVENTS if issubclass(kind, Fact)))


def events() -> st.SearchStrategy[Event]:
    """Return every event there can be."""
    return st.one_of(*(events_of(kind) for kind in EVENTS))
