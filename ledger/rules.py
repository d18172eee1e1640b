"""What the record and the papers forbid, in order of precedence.

Rules are asked at every moment at which a fact certainly takes effect, on the state after the whole moment and
after the whole command (see ``gate``): a fact that is recorded late must fit every later day too. An open day is
never read against the asker: a request is refused only for what no reading of the open days avoids, so limits are
held against the best reading (see ``book``).

A rule is one function, one sentence, one error. Those of a fact stand in ``FACT_RULES`` and those that may tighten
with time, asked of a new event only, in ``COMMAND_RULES``; the two limits of a total are ``not_below_zero`` and
``within_authorized``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import attrs

from ledger.book import Book, Quantity, Total, UndrawnUnder
from ledger.days import Moment, day_of, zone
from ledger.errors import (
    AuthorizedExceeded,
    BeforeOpening,
    CommitmentExceeded,
    CorrectionMisplaced,
    CurrencyMismatch,
    DividendExceeded,
    HoldingExceeded,
    IdentifierInvalid,
    InstrumentExceeded,
    IssuerFirst,
    NameTaken,
    NoticeTooShort,
    NotUnderstood,
    OrderUnclear,
    PoolExceeded,
    ProceedsExceeded,
    ReserveExceeded,
    RuleBroken,
    SecurityUnnamed,
    SpansSplit,
    TermsIncomplete,
    TooManyDecimals,
    TransferRestricted,
    TreasuryExceeded,
    UnknownName,
    nearest,
    shown,
)
from ledger.events import (
    SPLITS,
    CommonIssued,
    EntryRestated,
    EntryVoided,
    Event,
    HolderMerged,
    HolderRenamed,
    InstrumentAdjusted,
    IssuanceCapLifted,
    IssuerRegistered,
    OpeningBalanceAdopted,
    OwnershipLimitAgreed,
    OwnershipLimitChanged,
    OwnershipLimitWaived,
    PreferredIssued,
    RemedyExercised,
    RestrictionKind,
    RestrictionLifted,
    RestrictionPlaced,
    SecurityIdentifierChanged,
    SharesTransferred,
    VestingConditionMet,
    WarrantTermsAmended,
)
from ledger.events.restrictions import ISSUANCE_CAP, OWNERSHIP_LIMIT
from ledger.identity import (
    AgreementId,
    ConditionId,
    DividendId,
    EntryNumber,
    GroupId,
    HolderId,
    InstrumentId,
    IssuerId,
    PlanId,
    RestrictionId,
    StockClassId,
    TrancheId,
)
from ledger.movements import (
    FIRST_LEVELS,
    Awarded,
    Commitment,
    Declared,
    Held,
    HolderKind,
    InstrumentKind,
    Level,
    Movement,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Rescaling,
    Reserved,
    Restricted,
    Setting,
    Stage,
    StockClassKind,
    Subject,
)
from ledger.personal import Personal
from ledger.quantities import PLACES, Authorized, Currency, Money, Price, Shares, fits
from ledger.terms.commitment import ConditionState, Remedy
from ledger.terms.conversion import ConversionRight
from ledger.timeline import Entry, InEffect, corrected_twice, fallen_entries, may_be_last, place_in_history


@attrs.frozen
class Breach:
    """A rule that does not hold at a moment.

    Attributes:
        key: What is broken: the rule with the entry or total concerned.
        at: When.
        depth: By how much; 1 where a rule is broken or not.
        entry: The entry that breaks it.
        error: The refusal that it leads to.
    """

    key: tuple[Any, ...]
    at: Moment
    depth: Quantity
    entry: EntryNumber
    error: RuleBroken

    def refusal(self) -> RuleBroken:
        """Return the error, told of the entry."""
        return self.error if self.error.where else self.error.at(f"entry {self.entry}")


# --- rules of a fact, asked when it takes effect ----------------------------------------------------------


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """Return the fields of a class that may name something; most facts leave the rest alone."""
    plain = ("evidence", "certainty", "disclosed_on", "note", "effective_on", "phase", "place")
    return tuple(field.name for field in attrs.fields(kind) if field.name not in plain)


def names_in(value: Any, agreement: AgreementId | None = None) -> Iterator[tuple[Level, Any, str]]:
    """Yield everything that a fact names: the level that brings it into being, its subject, and its name."""
    kind = type(value)
    if kind is HolderId:
        yield Level.HOLDER_KIND, value, value
    elif kind is StockClassId:
        yield Level.CLASS_KIND, value, value
    elif kind is AgreementId:
        yield Level.INVESTOR, value, value
    elif kind is IssuerId:
        yield Level.ISSUER, value, value
    elif kind is TrancheId:
        yield Level.TRANCHE_SHARES, (agreement, value), value
    elif kind is ConditionId:
        yield Level.CONDITION, (agreement, value), value
    elif kind in _BROUGHT_BY:
        yield _BROUGHT_BY[kind], value, value
    elif kind is tuple:
        for each in value:
            yield from names_in(each, agreement)
    elif attrs.has(kind):
        agreement = getattr(value, "agreement", agreement)
        for name in _fields(kind):
            field = getattr(value, name)
            if field is not None:
                yield from names_in(field, agreement)


_BROUGHT_BY: Final[dict[type, Level]] = {
    InstrumentId: Level.INSTRUMENT,
    PlanId: Level.PLAN,
    DividendId: Level.DIVIDEND,
    RestrictionId: Level.RESTRICTION,
    GroupId: Level.GROUP,
}
"""The level that brings what an identifier names into being, for those that stand alone."""

_CALLED: Final = {**FIRST_LEVELS, Level.TRANCHE_SHARES: "tranche", Level.CONDITION: "condition"}
"""The level whose setting brings its subject into being, what is named within an agreement included."""


def _makers(book: Book, level: Level, subject: Subject) -> list[InEffect]:
    """Return the facts that brought a subject into being, by number; more than one is a name used twice."""
    settings = book.settings.get((level, subject), ())
    if level is Level.CONDITION:  # satisfying and waiving set it too
        settings = tuple(pair for pair in settings if pair[1] is ConditionState.OPEN)
    return sorted((each for each, _ in settings), key=lambda each: each.first)


def known_by_then(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Everything a fact names was registered, designated or signed by then."""
    for level, subject, name in names_in(each.fact):
        if not _makers(book, level, subject):
            others = [str(other) for known, other in book.settings if known is level and isinstance(other, str)]
            yield UnknownName(_CALLED[level], name, day_of(each.settles), nearest(name, others))


def one_name_one_thing(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A name stands for one thing for ever: a holder, a class, a certificate, an agreement, a tranche of it."""
    for movement in each.fact.movements():
        if type(movement) is Setting and movement.level in _CALLED:
            makers = _makers(book, movement.level, movement.subject)
            if len(makers) > 1 and each in makers:
                subject = movement.subject
                name = subject if isinstance(subject, str) else subject[1]
                taken = NameTaken(_CALLED[movement.level], str(name), makers[0].entry.number)
                yield taken.at(f"entry {makers[-1].entry.number}")  # the newer one, whichever day comes first


def named_as_its_kind(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A natural person's name is kept apart, where it can be erased, also when it changes."""
    fact = each.fact
    if isinstance(fact, HolderRenamed):
        wanted = HolderKind.ORGANISATION if fact.name is None else HolderKind.NATURAL_PERSON
        for _, kind in book.levels(Level.HOLDER_KIND, fact.holder):
            if kind is not wanted:
                assert isinstance(kind, HolderKind)
                field = "name" if kind is HolderKind.NATURAL_PERSON else "legal_name"
                yield TermsIncomplete(fact.holder, f"it is registered as {kind.value}. State its {field}.")


def currency_of_the_commitment(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Money and prices under an agreement are in the currency that was promised."""
    for movement in each.fact.movements():
        for agreement, given in _currencies_in(movement):
            for _, promised in book.levels(Level.CURRENCY, agreement):
                if promised != given:
                    assert isinstance(promised, Currency)
                    yield CurrencyMismatch(agreement, promised, given)


def _currencies_in(movement: Movement) -> Iterator[tuple[AgreementId, Currency]]:
    """Yield each agreement that a movement speaks of, with the currency that it uses."""
    if type(movement) is Posting:
        if type(movement.account) is Commitment and movement.quantity > 0 and isinstance(movement.unit, Currency):
            yield movement.account.agreement, movement.unit
    elif type(movement) is Setting and isinstance(movement.subject, AgreementId):
        price = movement.value.price if isinstance(movement.value, Remedy) else movement.value
        if isinstance(price, Price):
            yield movement.subject, price.currency


def decimals_of_the_class(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A class divides its shares as finely as it was designated to, and no finer."""
    for movement in each.fact.movements():
        if type(movement) is Posting and type(movement.unit) is StockClassId and movement.quantity > 0:
            for _, decimals in book.levels(Level.DECIMALS, movement.unit):
                assert isinstance(decimals, int)
                if not fits(movement.quantity, decimals):
                    yield TooManyDecimals(movement.unit, Shares.of_units(movement.quantity), decimals)
        elif type(movement) is Rescaling:
            for _, decimals in book.levels(Level.DECIMALS, movement.stock_class):
                assert isinstance(decimals, int)
                if movement.decimals > decimals:
                    smallest = Shares.of_units(10 ** (PLACES - movement.decimals))
                    yield TooManyDecimals(movement.stock_class, smallest, decimals)


def shares_under_an_agreement_are_named(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Shares issued under an agreement name their security, so that they can be followed."""
    fact = each.fact
    if isinstance(fact, PreferredIssued | CommonIssued) and fact.agreement is not None and fact.security is None:
        yield SecurityUnnamed(fact.agreement)


def issued_as_designated(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Preferred is issued of a preferred class, common of a common class."""
    fact = each.fact
    if isinstance(fact, PreferredIssued | CommonIssued):
        wanted = StockClassKind.PREFERRED if isinstance(fact, PreferredIssued) else StockClassKind.COMMON
        for _, kind in book.levels(Level.CLASS_KIND, fact.stock_class):
            if kind is not wanted:
                assert isinstance(kind, StockClassKind)
                yield TermsIncomplete(fact.stock_class, f"it is {kind.value} stock. Record {kind.value}-issued.")


def merges_end_somewhere(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Following merged holders leads to one that is not merged."""
    fact = each.fact
    if isinstance(fact, HolderMerged):
        seen = {fact.holder}
        step: Any = fact.into
        while step is not None:
            if step in seen:
                yield TermsIncomplete(
                    fact.holder, f"merging it into {fact.into} leads in a circle. Void one merger."
                )
                return
            seen.add(step)
            into = book.levels(Level.MERGED_INTO, step)
            step = into[-1][1] if into else None


def conversion_terms_are_complete(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A split states the resulting price of each conversion right that it affects."""
    fact = each.fact
    if not isinstance(fact, SPLITS):
        return
    split = {movement.stock_class for movement in fact.movements() if type(movement) is Rescaling}
    stated = {terms.stock_class for terms in fact.resulting if terms.conversion is not None}
    for (level, subject), settings in book.settings.items():
        if level is not Level.CONVERSION or subject in stated:
            continue
        others = tuple(pair for pair in settings if pair[0] is not each)
        in_force, is_certain = may_be_last(others, book.at)
        if is_certain and all(
            isinstance(right, ConversionRight) and {right.into, subject} & split for _, right in in_force
        ):
            yield TermsIncomplete(
                str(subject),
                "the split changes what it converts into. State its exact conversion price or ratio in resulting.",
            )


def instrument_prices_are_restated(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A split restates the price and the floor of each instrument that is outstanding into the class."""
    split = {movement.stock_class for movement in each.fact.movements() if type(movement) is Rescaling}
    if not split:
        return
    outstanding = {
        account.instrument
        for (_, account), quantity in book.high.items()
        if isinstance(account, Owed | Purchasable | Awarded) and quantity > 0
    }
    for (level, subject), settings in book.settings.items():
        if level not in (Level.PRICE, Level.FLOOR) or subject[1] not in split or subject[0] not in outstanding:
            continue
        before = [pair for pair in settings if not _restates(pair[0], each)]
        in_force, is_certain = may_be_last(tuple(before), book.at)
        if len(before) == len(settings) and is_certain and all(value is not None for _, value in in_force):
            yield TermsIncomplete(
                subject[0],
                f"the split of {subject[1]} changes its {level.value}. Record instrument-adjusted with the exact"
                " one after the split in the same command.",
            )


def _restates(each: InEffect, split: InEffect) -> bool:
    """Whether a fact says in the units after a split what held before it."""
    fact = each.fact
    return (
        isinstance(fact, InstrumentAdjusted)
        and fact.restates
        and each.settles == split.settles
        and place_in_history(split) < place_in_history(each)
    )


def instruments_are_of_their_kind(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """What adjusts or amends an instrument names the kind of right that was issued."""
    fact = each.fact
    if isinstance(fact, InstrumentAdjusted):
        instrument, named = fact.instrument, fact.instrument_kind
    elif isinstance(fact, WarrantTermsAmended):
        instrument, named = fact.warrant, InstrumentKind.WARRANT
    else:
        return
    for _, kind in book.levels(Level.INSTRUMENT, instrument):
        if kind is not named:
            assert isinstance(kind, InstrumentKind)
            yield TermsIncomplete(instrument, f"it was issued as {kind.value}, not as {named.value}. Correct it.")


def order_around_a_split(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A split and another act on its class lie in different phases or places; a range lies on one side of it."""
    counted: set[StockClassId] = set()
    for movement in each.fact.movements():
        counted |= _counts_in_units_of(movement)
    for stock_class in sorted(counted):
        for split in book.splits.get(stock_class, ()):
            if split is each or not each.begins <= split.settles <= each.settles or _restates(each, split):
                continue
            on = day_of(split.settles)
            if not each.is_exact:
                yield SpansSplit(stock_class, each.entry.number, split.entry.number, on)
            elif each.fact.place == split.fact.place:
                yield OrderUnclear(stock_class, on, split.entry.number, each.entry.number)


def _counts_in_units_of(movement: Movement) -> set[StockClassId]:
    """Return the classes in whose units a movement speaks: a split changes what its figures mean."""
    if type(movement) is Rescaling:
        return {movement.stock_class}
    if type(movement) is Posting:
        return {movement.unit} if type(movement.unit) is StockClassId else set()
    assert type(movement) is Setting
    subject, value = movement.subject, movement.value
    if movement.level in _IN_UNITS_OF_THE_SECOND and value is not None:
        return {StockClassId(subject[1])}
    if type(subject) is not StockClassId or value is None or movement.level not in _IN_UNITS:
        return set()
    if isinstance(value, Authorized) and value.shares is None:
        return set()  # no number, no unit
    return {subject, value.into} if isinstance(value, ConversionRight) else {subject}


_IN_UNITS_OF_THE_SECOND: Final = {
    Level.PRICE,
    Level.FLOOR,
    Level.ISSUANCE_CAP,
    Level.ACCELERATED,
    Level.QUOTE,
    Level.REPORTED_HOLDING,
}
"""Levels of something and a class that are counted in its shares, or by the share."""

_IN_UNITS: Final = {
    Level.AUTHORIZED,
    Level.STATED_OUTSTANDING,
    Level.REPORTED_OUTSTANDING,
    Level.PAR_VALUE,
    Level.STATED_VALUE,
    Level.CONVERSION,
}
"""Levels of a class that are counted in its shares, or by the share."""


def nothing_before_the_opening_balance(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """An adopted opening balance stands for everything before it."""
    fact = each.fact
    if isinstance(fact, OpeningBalanceAdopted):
        for earlier in book.movers.get(fact.stock_class, ()):
            if earlier.settles < each.settles:
                yield BeforeOpening(fact.stock_class, each.entry.number, earlier.entry.number)


def remedy_was_agreed(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A remedy that is exercised was agreed, and redeems the class that was bought."""
    fact = each.fact
    if isinstance(fact, RemedyExercised):
        if all(value is None for _, value in book.levels(Level.REMEDY, fact.agreement)):
            yield TermsIncomplete(fact.agreement, "it names no remedy. Amend it first, or record shares-redeemed.")
        elif fact.stock_class not in [value for _, value in book.levels(Level.BUYS, fact.agreement)]:
            yield TermsIncomplete(fact.agreement, f"it does not buy {fact.stock_class}. Name the class bought.")


def vesting_conditions_are_named(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A condition that is met is one that an award waits for; an award is met in what its own terms name."""
    fact = each.fact
    if isinstance(fact, VestingConditionMet):
        waited_for = {
            subject[1]: subject[0]
            for (level, subject) in book.settings
            if level is Level.VESTING_CONDITION
            and isinstance(subject, tuple)
            and fact.award in (None, subject[0])
            and any(value is False for _, value in book.settings[level, subject])
        }
        if fact.condition not in waited_for:
            near = nearest(fact.condition, waited_for)
            yield UnknownName(fact.condition.WHAT, fact.condition, day_of(each.settles), near)


def restrictions_end_as_they_began(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """What lifts a restriction, changes a limit or ends a cap names one; a restricted security was issued."""
    fact = each.fact
    if isinstance(fact, RestrictionPlaced) and fact.security is not None:
        if not _makers(book, Level.SECURITY, fact.security):
            known = [str(subject) for level, subject in book.settings if level is Level.SECURITY]
            on = day_of(each.settles)
            yield UnknownName("security", fact.security, on, nearest(fact.security, known))
        return
    for kinds, wanted in _ENDS:
        if isinstance(fact, kinds):
            for found in {value for _, value in book.settings.get((Level.RESTRICTION, fact.restriction), ())}:
                if found not in wanted:
                    what = " or ".join(sorted(wanted))
                    yield TermsIncomplete(fact.restriction, f"it is a {found}. Name a {what}.")


_ENDS: Final = (
    (RestrictionLifted, frozenset(kind.value for kind in RestrictionKind)),
    ((OwnershipLimitChanged, OwnershipLimitWaived), frozenset((OWNERSHIP_LIMIT,))),
    (IssuanceCapLifted, frozenset((ISSUANCE_CAP,))),
)


def transfers_are_unrestricted(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Shares under a stop, a lock-up or a pledge stay with their holder."""
    fact = each.fact
    if not isinstance(fact, SharesTransferred):
        return
    holder, stock_class = fact.from_holder, fact.stock_class
    on = [(holder, ""), ("", stock_class), (holder, stock_class)]
    on += [("security", fact.security)] if fact.security is not None else []
    for subject in on:
        for placed, _ in book.settings.get((Level.RESTRICTED, subject), ()):
            terms = placed.fact
            if (
                isinstance(terms, RestrictionPlaced)
                and terms.security in (None, fact.security)
                and terms.restriction_kind.forbids_transfers
                and fact.to_holder != terms.in_favour_of
                and fact.cause not in terms.permitted
                and _surely_restricts(book, placed, terms, each)
            ):
                kind, number, day = terms.restriction_kind.value, placed.entry.number, day_of(each.settles)
                yield TransferRestricted(holder, stock_class, terms.restriction, kind, day, number)


def _surely_restricts(book: Book, placed: InEffect, terms: RestrictionPlaced, each: InEffect) -> bool:
    """Whether a restriction is in force on every day on which a fact may have taken effect."""
    if terms.until is not None and terms.until < day_of(each.settles):
        return False
    if (placed.settles, placed.position) >= (each.begins, each.position):
        return False
    lifted = book.settings.get((Level.LIFTED, terms.restriction), ())
    return all((lift.begins, lift.position) > (each.settles, each.position) for lift, _ in lifted)


def limits_are_raised_after_notice(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """An ownership limit is raised or waived no sooner than its notice allows, and to its ceiling at most."""
    fact = each.fact
    if not isinstance(fact, OwnershipLimitChanged | OwnershipLimitWaived):
        return
    part = fact.at_most if isinstance(fact, OwnershipLimitChanged) else None
    earlier = [
        pair
        for pair in book.settings.get((Level.OWNERSHIP_LIMIT, fact.restriction), ())
        if (pair[0].begins, pair[0].position) < (each.settles, each.position)
    ]
    before: list[Any] = [value for _, value in may_be_last(earlier, each.settles)[0]]  # parts, or none
    for agreed, _ in book.settings.get((Level.RESTRICTION, fact.restriction), ()):
        if not isinstance(agreed.fact, OwnershipLimitAgreed) or not before:
            continue
        limit, on = agreed.fact.limit, day_of(each.settles)
        if any(known is None or (part is not None and part.value <= known.value) for known in before):
            continue  # it is lowered, or may be
        if limit.notice_days is not None:
            earliest = None if fact.notified_on is None else limit.raised_from(fact.notified_on)
            if earliest is None or on < earliest:
                yield NoticeTooShort(fact.restriction, int(limit.notice_days), earliest, None, on)
        if part is not None and limit.ceiling is not None and part.value > limit.ceiling.value:
            yield NoticeTooShort(fact.restriction, None, None, limit.ceiling, on)


FactRule = Callable[[Book, InEffect], Iterator[RuleBroken]]

FACT_RULES: Final[tuple[FactRule, ...]] = (
    one_name_one_thing,
    known_by_then,
    issued_as_designated,
    named_as_its_kind,
    shares_under_an_agreement_are_named,
    currency_of_the_commitment,
    remedy_was_agreed,
    vesting_conditions_are_named,
    decimals_of_the_class,
    merges_end_somewhere,
    conversion_terms_are_complete,
    instrument_prices_are_restated,
    instruments_are_of_their_kind,
    order_around_a_split,
    nothing_before_the_opening_balance,
    restrictions_end_as_they_began,
    transfers_are_unrestricted,
    limits_are_raised_after_notice,
)
"""Rules of every fact, in order of precedence."""


# --- limits of a total, asked after every moment that may break them --------------------------------------


def not_below_zero(book: Book, total: Total, each: InEffect) -> Breach | None:
    """A position, a treasury, a reserve and an undrawn commitment never fall below zero."""
    high = book.high.get(total, 0)
    if high >= 0:
        return None
    unit, account = total
    taken = -sum(
        movement.quantity
        for movement in each.fact.movements()
        if type(movement) is Posting and movement.unit == unit and _counts(account, movement)
    )
    there, on, entry = high + taken, day_of(book.at), each.entry.number
    error: RuleBroken
    if isinstance(unit, Currency):
        undrawn, asked = Money.of_units(int(there), unit), Money.of_units(taken, unit)
        match account:
            case Commitment(agreement=agreement, tranche=tranche):
                error = CommitmentExceeded(agreement, tranche, undrawn, asked, on, entry)
            case UndrawnUnder(agreement=agreement):
                error = CommitmentExceeded(agreement, None, undrawn, asked, on, entry)
            case Owed(instrument=instrument, holder=holder):
                error = InstrumentExceeded(instrument, holder, undrawn, asked, on, entry)
            case Declared(dividend=dividend):
                error = DividendExceeded(dividend, undrawn, asked, on, entry)
            case Restricted(account=control):
                error = ProceedsExceeded(control, undrawn, asked, on, entry)
            case _:
                raise AssertionError(f"money on {account}")
    else:
        held, asked_shares = Shares.of_units(there), Shares.of_units(taken)
        match account:
            case Held(holder=holder, security=security):
                error = HoldingExceeded(holder, unit, security, held, asked_shares, on, entry)
            case Reserved(reserve=reserve):
                error = ReserveExceeded(unit, reserve, held, asked_shares, on, entry)
            case Purchasable(instrument=instrument, holder=holder) | Awarded(instrument=instrument, holder=holder):
                error = InstrumentExceeded(instrument, holder, held, asked_shares, on, entry)
            case Pooled(plan=plan):
                error = PoolExceeded(plan, unit, held, asked_shares, on, entry)
            case _:
                error = TreasuryExceeded(unit, held, asked_shares, on, entry)
    return Breach(("below zero", total), book.at, -high, entry, error)


def _counts(account: object, posting: Posting) -> bool:
    """Whether a posting changes the total of an account."""
    if isinstance(account, UndrawnUnder):
        there = posting.account
        return (
            isinstance(there, Commitment) and there.agreement == account.agreement and there.stage is Stage.UNDRAWN
        )
    return posting.account == account


def within_authorized(book: Book, stock_class: StockClassId, each: InEffect) -> Breach | None:
    """What is issued, treasury included, and reserved stays within the shares that the charter authorizes."""
    numbers = book.authorized_numbers(stock_class)
    if not numbers or len(numbers) < len(book.levels(Level.AUTHORIZED, stock_class)):
        return None  # unlimited, unknown, or not designated yet
    authorized, committed = max(numbers), book.low.get(book.limited_total(stock_class), 0)
    if committed <= authorized:
        return None
    error = AuthorizedExceeded(
        stock_class,
        Authorized(Shares.of_units(authorized)),
        Shares.of_units(committed),
        day_of(book.at),
        each.entry.number,
    )
    key = ("within authorized", stock_class)
    return Breach(key, book.at, committed - authorized, each.entry.number, error)


# --- rules of a command: asked once, of what is new -------------------------------------------------------


@attrs.frozen
class Asked:
    """A new entry, with what it is added to.

    Attributes:
        issuer: Whose record it is; ``None`` before the first entry.
        entries: What is recorded.
        before: What the same command adds before it.
        entry: The new entry.
    """

    issuer: IssuerId | None
    entries: Sequence[Entry]
    before: Sequence[Entry]
    entry: Entry

    @property
    def size(self) -> int:
        """How many entries come before this one."""
        return len(self.entries) + len(self.before)

    @property
    def said(self) -> Event:
        """What the entry says happened: for a restatement, the fact that it holds."""
        event = self.entry.event
        return event.restated_as if isinstance(event, EntryRestated) else event


def issuer_first(asked: Asked) -> None:
    """A ledger begins with its issuer, and holds one."""
    event = asked.said
    if not asked.size and not isinstance(asked.entry.event, IssuerRegistered):
        raise IssuerFirst(None, None)
    if isinstance(event, IssuerRegistered) and asked.issuer not in (None, event.issuer):
        raise IssuerFirst(asked.issuer, event.issuer)


def corrects_a_standing_entry(asked: Asked) -> None:
    """A correction names a lower entry that stands, can be corrected this way, and revives no second correction."""
    event = asked.entry.event
    if not isinstance(event, EntryVoided | EntryRestated):
        return
    known = [*asked.entries, *asked.before]
    fallen = fallen_entries(known)
    for number in event.entries if isinstance(event, EntryVoided) else (event.entry,):
        if number > len(known):
            raise CorrectionMisplaced(number, "does not exist before this one")
        if number in fallen:
            raise CorrectionMisplaced(number, f"was already taken out of history by entry {fallen[number]}")
        _can_be_corrected(event, number, known[number - 1].event)
    for number in corrected_twice([*known, asked.entry]):
        raise CorrectionMisplaced(number, "was corrected again since, and a correction of it would be revived")


def _can_be_corrected(correction: EntryVoided | EntryRestated, number: EntryNumber, event: Event) -> None:
    """The issuer cannot be taken away, and a void is no fact that could be restated."""
    registers = isinstance(event, IssuerRegistered) or (
        isinstance(event, EntryRestated) and isinstance(event.restated_as, IssuerRegistered)
    )
    if isinstance(correction, EntryVoided):
        if isinstance(event, IssuerRegistered):
            raise CorrectionMisplaced(number, "registers the issuer and can only be restated")
    elif isinstance(event, EntryVoided):
        raise CorrectionMisplaced(number, "is a void; void it to revive what it took out")
    elif registers != isinstance(correction.restated_as, IssuerRegistered):
        raise CorrectionMisplaced(number, "registers the issuer, and an issuer is restated as an issuer only")


def check_digits(asked: Asked) -> None:
    """The check digits of an LEI, a CUSIP and an ISIN fit."""
    event = asked.said
    if isinstance(event, SecurityIdentifierChanged):
        from stdnum import cusip, isin  # slow to import, and rarely needed

        checker = {"CUSIP": cusip, "ISIN": isin}[event.scheme.value]
        if not checker.is_valid(event.identifier) or checker.compact(event.identifier) != event.identifier:
            raise IdentifierInvalid(event.scheme.value, event.identifier)
    elif isinstance(event, IssuerRegistered) and event.lei is not None:
        from stdnum import lei

        if not lei.is_valid(event.lei) or lei.compact(event.lei) != event.lei:
            raise IdentifierInvalid("LEI", event.lei)


def time_zone_exists(asked: Asked) -> None:
    """The days of the record are those of a zone that exists."""
    if isinstance(asked.said, IssuerRegistered):
        zone(asked.said.time_zone)


def characters_are_assigned(asked: Asked) -> None:
    """Text holds no character that this release of Unicode does not know; a later one may know more."""
    for text in texts_in(asked.entry.event):
        for character in text if not text.isascii() else "":
            if unicodedata.category(character) == "Cn":
                raise NotUnderstood(
                    "E_TEXT",
                    f"{shown(text)} holds character U+{ord(character):04X}",
                    "it is not assigned: remove it",
                )


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text within an event, personal particulars included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Personal):
        yield value.value or ""
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_in(each)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from texts_in(getattr(value, field.name))


CommandRule = Callable[[Asked], None]

COMMAND_RULES: Final[tuple[CommandRule, ...]] = (
    issuer_first,
    corrects_a_standing_entry,
    check_digits,
    time_zone_exists,
    characters_are_assigned,
)
"""Rules of what is new, in order of precedence; they come before those of the whole record."""
