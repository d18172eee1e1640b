"""Rules of restrictions and of the limits that holders agree to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ledger.book import Book
from ledger.days import day_of
from ledger.errors import (
    CeilingExceeded,
    NoticeTooShort,
    RuleBroken,
    TermsIncomplete,
    TransferRestricted,
    UnknownName,
    nearest,
)
from ledger.events import (
    IssuanceCapLifted,
    OwnershipLimitAgreed,
    OwnershipLimitChanged,
    OwnershipLimitWaived,
    RestrictionKind,
    RestrictionLifted,
    RestrictionPlaced,
    SharesTransferred,
)
from ledger.events.restrictions import ISSUANCE_CAP, OWNERSHIP_LIMIT
from ledger.movements import Level
from ledger.rules.asking import about
from ledger.rules.names import makers
from ledger.timeline import InEffect, may_be_last


@about(RestrictionPlaced, RestrictionLifted, OwnershipLimitChanged, OwnershipLimitWaived, IssuanceCapLifted)
def restrictions_end_as_they_began(book: Book, each: InEffect) -> Iterator[RuleBroken]:
    """What lifts a restriction, changes a limit or ends a cap names one; a restricted security was issued."""
    fact = each.fact
    if isinstance(fact, RestrictionPlaced) and fact.security is not None:
        if not makers(book, Level.SECURITY, fact.security):
            known = [*map(str, book.subjects_of(Level.SECURITY))]
            on = day_of(each.settles)
            yield UnknownName("security", fact.security, on, nearest(fact.security, known))
        return
    for kinds, wanted in _ENDS:
        if isinstance(fact, kinds):
            for found in {value for _, value in book.settings.get((Level.RESTRICTION, fact.restriction), ())}:
                if found not in wanted:
                    what = ", ".join(sorted(wanted))
                    yield TermsIncomplete(fact.restriction, f"it stands for: {found}. Name one of: {what}.")


_ENDS: Final = (
    (RestrictionLifted, frozenset(kind.value for kind in RestrictionKind)),
    ((OwnershipLimitChanged, OwnershipLimitWaived), frozenset((OWNERSHIP_LIMIT,))),
    (IssuanceCapLifted, frozenset((ISSUANCE_CAP,))),
)


@about(SharesTransferred)
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


@about(OwnershipLimitChanged, OwnershipLimitWaived)
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
                yield NoticeTooShort(fact.restriction, int(limit.notice_days), earliest, on)
        if part is not None and limit.ceiling is not None and part.value > limit.ceiling.value:
            yield CeilingExceeded(fact.restriction, part, limit.ceiling, on)
