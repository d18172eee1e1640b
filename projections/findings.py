"""What does not fit in the record: broken in every reading, broken in some, or against the terms on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

import attrs

from ledger.book import Book, ClassTotal, Total, UndrawnUnder, by_moment, steps, totals_of
from ledger.days import day_of
from ledger.gate import sweep
from ledger.identity import EntryNumber, StockClassId
from ledger.movements import (
    Account,
    Awarded,
    Commitment,
    Declared,
    Held,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Reserved,
    Restricted,
)
from ledger.quantities import Currency, Money, Shares
from ledger.timeline import InEffect
from projections.awards import ahead_of_vesting
from projections.beyond_limits import beyond_limits
from projections.frame import Lines
from projections.off_terms import off_terms

if TYPE_CHECKING:
    from ledger.journal import KnownAt, Ledger
    from projections.frame import Frame


class Severity(Enum):
    """How bad a finding is."""

    BROKEN = "broken"
    """It is so in every reading of the open days: somebody's record is wrong."""
    OPEN = "open"
    """It is so in some readings only: the true days are among the others, or something is missing."""
    OFF_TERMS = "off terms"
    """The outcome that was recorded is not what the terms of the day yield."""
    NOTICE = "notice"
    """It fits, and a reader should know how."""


@attrs.frozen
class Finding:
    """Something that does not fit.

    Attributes:
        severity: How bad.
        code: The code of the refusal that it would have been, or ``E_OFF_TERMS``.
        what: What does not fit, in one sentence.
        on: The first day.
        amount: By how much on that day.
        entry: The entry that causes it.
    """

    severity: Severity
    code: str
    what: str
    on: date
    amount: Shares | Money | None
    entry: EntryNumber


class Findings(Lines[Finding]):
    """Everything in a record that does not fit; nothing of it is a good sign."""

    __slots__ = ()

    def frames(self) -> tuple[Frame, ...]:
        """Return the findings, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.findings(self)


def findings(ledger: Ledger, *, known_at: KnownAt = None) -> Findings:
    """Return everything in the record that does not fit, each with its first entry, day and amount.

    Args:
        ledger: The record.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
    """
    facts = ledger.standing(ledger.position(known_at))
    found: dict[Any, Finding] = {}
    for breach in sweep(facts).breaches:
        unit = breach.key[1][0] if breach.key[0] == "below zero" else None
        amount = _amount(breach.depth, unit) if breach.key[0] in ("below zero", "within authorized") else None
        finding = Finding(
            Severity.BROKEN, breach.error.code, str(breach.error), day_of(breach.at), amount, breach.entry
        )
        found.setdefault(breach.key, finding)
    every = (*_in_some_readings(facts), *_off_terms(facts), *_ahead_of_vesting(facts), *_beyond_limits(facts))
    for key, finding in every:
        found.setdefault(key, finding)
    return Findings(sorted(found.values(), key=lambda each: (each.on, each.entry, each.code)))


def _amount(units: Any, unit: Any) -> Shares | Money:
    return Money.of_units(int(units), unit) if isinstance(unit, Currency) else Shares.of_units(units)


def _in_some_readings(facts: list[InEffect]) -> Iterator[tuple[Any, Finding]]:
    """Yield each limit that the worst reading breaks, and the best one does not."""
    book = Book()
    for at, group in by_moment(steps(facts)):
        book.advance(at, group)
        for step in group:
            postings = [each for each in step.each.fact.movements() if type(each) is Posting]
            for total in totals_of(postings):
                low, high = book.low.get(total, 0), book.high.get(total, 0)
                if isinstance(total[1], ClassTotal):
                    over = _over_authorized(book, total)
                    if over > 0:
                        yield ("within authorized", total[0]), _open(step.each, total, over, at)
                elif low < 0 <= high:
                    yield ("below zero", total), _open(step.each, total, -low, at)


def _over_authorized(book: Book, total: Total) -> Any:
    """Return by how much the worst reading exceeds the lowest authorized number; 0 or less when it does not."""
    stock_class, _ = total
    assert isinstance(stock_class, StockClassId), "only classes have such totals"
    numbers = book.authorized_numbers(stock_class)
    if total != book.limited_total(stock_class) or not numbers:
        return 0
    return book.high.get(total, 0) - min(numbers)


def _open(each: InEffect, total: Total, by: Any, at: int) -> Finding:
    unit, account = total
    amount = _amount(by, unit)
    if isinstance(account, ClassTotal):
        code, what = "E_AUTHORISED", f"{unit} may exceed the authorized number by {amount:,}"
    else:
        code, name = _named(account)
        of_it = "" if isinstance(unit, Currency) else f" of {unit}"  # an amount says its currency
        what = f"{name} may be {amount:,} short{of_it}"
    reading = "in some readings of the open days, which are therefore not the true ones"
    return Finding(Severity.OPEN, code, f"{what} {reading}", day_of(at), amount, each.entry.number)


def _named(account: Account | UndrawnUnder) -> tuple[str, str]:
    """Return the code of the refusal that an account below zero would be, and what the account is called."""
    match account:
        case Held(holder=holder, security=security):
            return "E_BALANCE", f"{holder} in {security}" if security else str(holder)
        case Reserved(reserve=reserve):
            return "E_RESERVE", f"reserve {reserve}"
        case Commitment(agreement=agreement, tranche=tranche):
            return "E_COMMITMENT", f"{agreement} {tranche}"
        case UndrawnUnder(agreement=agreement):
            return "E_COMMITMENT", str(agreement)
        case (
            Owed(instrument=instrument, holder=holder)
            | Purchasable(instrument=instrument, holder=holder)
            | Awarded(instrument=instrument, holder=holder)
        ):
            return "E_INSTRUMENT", f"{holder} in {instrument}"
        case Pooled(plan=plan):
            return "E_POOL", f"plan {plan}"
        case Declared(dividend=dividend):
            return "E_DIVIDEND", f"dividend {dividend}"
        case Restricted(account=control):
            return "E_PROCEEDS", f"control account {control}"
        case _:
            return "E_TREASURY", "the treasury"


def _off_terms(facts: list[InEffect]) -> Iterator[tuple[Any, Finding]]:
    """Yield each outcome that is not what the terms of the day yield."""
    book = Book()
    for at, group in by_moment(steps(facts)):
        book.advance(at, group)
        for step in group:
            differs = off_terms(book, facts, step.each) if step.settles else None
            if differs is not None:
                (what, amount), number = differs, step.each.entry.number
                finding = Finding(Severity.OFF_TERMS, "E_OFF_TERMS", what, day_of(at), amount, number)
                yield ("off terms", number), finding


def _ahead_of_vesting(facts: list[InEffect]) -> Iterator[tuple[Any, Finding]]:
    """Yield each exercise, release or end of an award that took more than had vested."""
    for each, award, shares in ahead_of_vesting(facts):
        what = f"{award}: {shares:,} shares were taken as vested that had not vested"
        number = each.entry.number
        finding = Finding(Severity.OFF_TERMS, "E_OFF_TERMS", what, each.fact.effective_on.latest, shares, number)
        yield ("off terms", number), finding


def _beyond_limits(facts: list[InEffect]) -> Iterator[tuple[Any, Finding]]:
    """Yield each conversion or exercise that went beyond an ownership limit, and each issue beyond a cap."""
    for each, restriction, what, beyond in beyond_limits(facts):
        number = each.entry.number
        finding = Finding(Severity.OFF_TERMS, "E_OFF_TERMS", what, day_of(each.settles), beyond, number)
        yield ("beyond", number, restriction), finding
