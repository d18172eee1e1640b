"""Rules of papers: what was agreed, designated and stated before a fact may rest on it."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.book import Book
from ledger.days import day_of
from ledger.errors import RuleBroken, SecurityUnnamed, TermsIncomplete, UnknownName, nearest
from ledger.events import (
    SPLITS,
    AwardGranted,
    CommonIssued,
    DividendPaid,
    InstrumentAdjusted,
    PreferredIssued,
    RemedyExercised,
    SafeTermsAmended,
    VestingConditionMet,
    WarrantTermsAmended,
)
from ledger.events.class_rights import CLASS_RIGHTS
from ledger.identity import InstrumentId, StockClassId
from ledger.movements import InstrumentKind, Level, Rescaling, StockClassKind
from ledger.rules.asking import about
from ledger.terms.base import Terms
from ledger.terms.conversion import ConversionRight
from ledger.terms.dividends import Declaration
from ledger.terms.rights import after_split
from ledger.timeline import InEffect, may_be_last, place_in_history


@about(PreferredIssued, CommonIssued)
def shares_under_an_agreement_are_named(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Shares issued under an agreement name their security, so that they can be followed."""
    fact = each.fact
    if isinstance(fact, PreferredIssued | CommonIssued) and fact.agreement is not None and fact.security is None:
        yield SecurityUnnamed(fact.agreement)


@about(PreferredIssued, CommonIssued)
def issued_as_designated(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """Preferred is issued of a preferred class, common of a common class."""
    fact = each.fact
    if isinstance(fact, PreferredIssued | CommonIssued):
        wanted = StockClassKind.PREFERRED if isinstance(fact, PreferredIssued) else StockClassKind.COMMON
        for _, kind in book.levels(Level.CLASS_KIND, fact.stock_class):
            if kind is not wanted:
                assert isinstance(kind, StockClassKind)
                yield TermsIncomplete(fact.stock_class, f"it is {kind.value} stock. Record {kind.value}-issued.")


@about(DividendPaid)
def dividends_are_paid_as_declared(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A declared dividend is paid on the class that it was declared on."""
    fact = each.fact
    if isinstance(fact, DividendPaid) and fact.dividend is not None:
        found = [value for _, value in book.levels(Level.DIVIDEND, fact.dividend)]
        declared = [value.stock_class for value in found if isinstance(value, Declaration)]
        if declared and fact.stock_class not in declared:
            yield TermsIncomplete(fact.dividend, f"it was declared on {declared[0]}. Name that class.")


@about(*SPLITS)
def conversion_terms_are_complete(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A split states the resulting price of each conversion right that it affects."""
    fact = each.fact
    if not isinstance(fact, SPLITS):
        return
    split = {movement.stock_class for movement in fact.movements() if type(movement) is Rescaling}
    stated = {terms.stock_class for terms in fact.resulting if terms.conversion is not None}
    for _, subject, settings in book.settings_of(Level.CONVERSION):
        if subject in stated:
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


@about(*SPLITS)
def instrument_prices_are_restated(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A split restates the price and the floor of each instrument that is outstanding into the class."""
    split = {movement.stock_class for movement in each.fact.movements() if type(movement) is Rescaling}
    if not split:
        return
    outstanding = book.instruments_outstanding()
    for level, subject, settings in book.settings_of(Level.PRICE, Level.FLOOR):
        if subject[1] not in split or subject[0] not in outstanding:
            continue
        before = [pair for pair in settings if not restates(pair[0], each)]
        in_force, is_certain = may_be_last(tuple(before), book.at)
        if len(before) == len(settings) and is_certain and all(value is not None for _, value in in_force):
            yield TermsIncomplete(
                subject[0],
                f"the split of {subject[1]} changes its {level.value}. Record instrument-adjusted with the exact"
                " one after the split in the same command.",
            )


@about(*SPLITS)
def class_rights_are_restated(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A split restates the rights of classes that state a price by the share."""
    factors = {
        movement.stock_class: movement.ratio.value
        for movement in each.fact.movements()
        if type(movement) is Rescaling
    }
    if not factors:
        return
    for level, subject, settings in book.settings_of(*CLASS_RIGHTS.values()):
        assert isinstance(subject, StockClassId)
        conversion = [right for _, right in book.levels(Level.CONVERSION, subject)]
        into = next((right.into for right in conversion if isinstance(right, ConversionRight)), None)
        before = [pair for pair in settings if not _follows(pair[0], each)]
        in_force, is_certain = may_be_last(tuple(before), book.at)
        if (
            len(before) == len(settings)
            and is_certain
            and all(
                isinstance(right, Terms) and after_split(right, factors, subject, into) != right
                for _, right in in_force
            )
        ):
            yield TermsIncomplete(
                subject,
                f"the split changes prices of its {level.value}. Record class-rights-stated with the exact ones"
                " after the split in the same command.",
            )


def _follows(each: InEffect, split: InEffect) -> bool:
    """Whether a fact says at the moment of a split what holds after it."""
    return each.settles == split.settles and place_in_history(split) < place_in_history(each)


def restates(each: InEffect, split: InEffect) -> bool:
    """Whether a fact says in the units after a split what held before it."""
    fact = each.fact
    return isinstance(fact, InstrumentAdjusted) and fact.restates and _follows(each, split)


@about(InstrumentAdjusted, WarrantTermsAmended, SafeTermsAmended)
def instruments_are_of_their_kind(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """What adjusts or amends an instrument names the kind of right that was issued, and the class that it is of."""
    fact = each.fact
    if isinstance(fact, InstrumentAdjusted):
        instrument, named = fact.instrument, fact.instrument_kind
    elif isinstance(fact, WarrantTermsAmended):
        instrument, named = fact.warrant, InstrumentKind.WARRANT
    elif isinstance(fact, SafeTermsAmended):
        instrument, named = fact.instrument, InstrumentKind.SAFE
    else:
        return
    for _, kind in book.levels(Level.INSTRUMENT, instrument):
        if kind is not named:
            assert isinstance(kind, InstrumentKind)
            yield TermsIncomplete(instrument, f"it was issued as {kind.value}, not as {named.value}. Correct it.")
    if isinstance(fact, InstrumentAdjusted):
        classes = _classes_of(book, instrument, each)
        if classes and fact.stock_class not in classes:
            what = f"it is of {' or '.join(sorted(classes))}, not of {fact.stock_class}. Correct it."
            yield TermsIncomplete(instrument, what)


def _classes_of(book: Book, instrument: InstrumentId, adjusted: InEffect) -> set[str]:
    """Return the classes that an instrument is of, or has a price of, beside what an adjustment of it says."""
    priced = {
        subject[1]
        for subject in book.subjects_of(Level.PRICE)
        if subject[0] == instrument
        and any(by is not adjusted for by, _ in book.settings.get((Level.PRICE, subject), ()))
    }
    made_by = (by.fact for by, _ in book.settings.get((Level.INSTRUMENT, instrument), ()))
    return priced | {fact.stock_class for fact in made_by if isinstance(fact, AwardGranted)}


@about(RemedyExercised)
def remedy_was_agreed(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A remedy that is exercised was agreed, and redeems the class that was bought."""
    fact = each.fact
    if isinstance(fact, RemedyExercised):
        if all(value is None for _, value in book.levels(Level.REMEDY, fact.agreement)):
            yield TermsIncomplete(fact.agreement, "it names no remedy. Amend it first, or record shares-redeemed.")
        elif fact.stock_class not in [value for _, value in book.levels(Level.BUYS, fact.agreement)]:
            yield TermsIncomplete(fact.agreement, f"it does not buy {fact.stock_class}. Name the class bought.")


@about(VestingConditionMet)
def vesting_conditions_are_named(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """A condition that is met is one that an award waits for; an award is met in what its own terms name."""
    fact = each.fact
    if isinstance(fact, VestingConditionMet):
        waited_for = {
            subject[1]: subject[0]
            for subject in book.subjects_of(Level.VESTING_CONDITION)
            if isinstance(subject, tuple)
            and fact.award in (None, subject[0])
            and any(value is False for _, value in book.settings.get((Level.VESTING_CONDITION, subject), ()))
        }
        if fact.condition not in waited_for:
            near = nearest(fact.condition, waited_for)
            yield UnknownName(fact.condition.WHAT, fact.condition, day_of(each.settles), near)
