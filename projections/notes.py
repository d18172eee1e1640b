"""The note ledger: what the company owes under notes and SAFEs, how it came to that, and what it would become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood, UnknownName, nearest
from ledger.events import NoteIssued
from ledger.identity import HolderId, InstrumentId, IssuerId, RestrictionId, StockClassId
from ledger.movements import InstrumentKind, Level, Owed
from ledger.quantities import PLACES, Currency, Money, Price, Shares, paid_out, round_position
from ledger.terms.market import Found
from ledger.terms.notes import NoteConversion, NoteTerms
from ledger.timeline import InEffect, history_of, place_in_history
from projections.bounds import Bounds, Possible, exactly
from projections.cap_table import money_between, name_of
from projections.debts import NO_INTEREST, Debt, DebtChange, DebtStep, InterestChange, PrincipalChange, debts
from projections.frame import Tabular
from projections.prices import default_readings, note_price
from projections.replay import Balances, Quantity, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class NoteLine:
    """What a holder has of a note or a SAFE.

    Attributes:
        instrument: Which.
        instrument_kind: Note or SAFE.
        holder: To whom it is owed, as they are shown.
        name: Their name on the day.
        currency: In which currency.
        opening: Principal at the close of the day at which the ledger opens.
        changes: How it changed since, each kind of change once.
        principal: Principal at the close of the day asked about.
        interest_opening: Interest owed when the ledger opens, exactly.
        accrued: Interest that accrued since, exactly.
        settled: What became of interest since, each kind of change once.
        interest: Interest owed up to and without the day asked about, exactly.
        becomes: Shares that all of it would become at the price of that day; ``None`` where it does not convert.
    """

    instrument: InstrumentId
    instrument_kind: InstrumentKind
    holder: HolderId
    name: str
    currency: Currency
    opening: Bounds[Money]
    changes: tuple[DebtStep, ...]
    principal: Bounds[Money]
    interest_opening: Bounds[Fraction]
    accrued: Bounds[Fraction]
    settled: tuple[DebtStep, ...]
    interest: Bounds[Fraction]
    becomes: Bounds[Shares] | None

    def payable(self, interest: Bounds[Fraction]) -> Bounds[Money]:
        """Return interest as it is paid: rounded to the smallest unit of the currency."""
        return interest.map(lambda exact: paid_out([exact], self.currency)[0])

    def change(self, kind: DebtChange) -> Bounds[Money]:
        """Return by how much a kind of change changed the principal or the interest owed; often by nothing."""
        steps = (*self.changes, *self.settled)
        return next((each.change for each in steps if each.kind is kind), exactly(Money(0, self.currency)))


@attrs.frozen
class NoteOnDay:
    """What a note promises on a day.

    Attributes:
        instrument: Which.
        instrument_kind: Note or SAFE.
        terms: What it promises; those of a SAFE are not told here.
        in_default: Whether it is in default.
        discount: What was owed beyond what was given for it when it was issued; ``None`` where that is not stated.
        liens: Liens in force that secure it.
        due: Principal that has fallen due by the day: instalments, or all of it once it has matured.
        overdue: What of that is still owed; ``None`` where nothing has fallen due.
        next_due_on: The day of the next instalment, or of maturity.
        into: The class that it may become.
        price: The price of a share of that class on the day; ``None`` where it may not be converted then.
    """

    instrument: InstrumentId
    instrument_kind: InstrumentKind
    terms: Possible[NoteTerms]
    in_default: Possible[bool]
    discount: Money | None
    liens: tuple[RestrictionId, ...]
    due: Bounds[Money] | None
    overdue: Bounds[Money] | None
    next_due_on: date | None
    into: StockClassId | None
    price: Found | None


@attrs.frozen(repr=False)
class NoteLedger(Tabular):
    """What is owed under notes and SAFEs at the close of a day, and how it came to that.

    Attributes:
        issuer: Who owes it.
        after: The day at whose close the ledger opens; ``None`` for the beginning.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        lines: One for each holder of each note and SAFE of which something was owed in that time; interest that
            was settled beyond what had accrued on a note that has ended is not told again.
        notes: What each of these notes and SAFEs promises on the day.
    """

    issuer: IssuerId | None
    after: date | None
    as_of: date
    known: int
    known_at: datetime
    lines: tuple[NoteLine, ...]
    notes: tuple[NoteOnDay, ...]

    def __iter__(self) -> Iterator[NoteLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def frames(self) -> tuple[Frame, ...]:
        """Return what is owed, each change, and what each note promises, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.note_ledger(self)

    def __getitem__(self, instrument: str) -> NoteOnDay:
        for note in self.notes:
            if note.instrument == instrument:
                return note
        near = nearest(instrument, [str(note.instrument) for note in self.notes])
        raise UnknownName("note on the ledger", instrument, self.as_of, near)

    def of(self, instrument: str, holder: str) -> NoteLine:
        """Return what a holder has of a note.

        Raises:
            UnknownName: They have nothing of it in that time.
        """
        for line in self.lines:
            if (line.instrument, line.holder) == (instrument, holder):
                return line
        near = nearest(holder, [str(line.holder) for line in self.lines if line.instrument == instrument])
        raise UnknownName("holder of the note", holder, self.as_of, near)


def notes(ledger: Ledger, *, as_of: AsOf, after: AsOf | None = None, known_at: KnownAt = None) -> NoteLedger:
    """Return what is owed under notes and SAFEs at the close of a day, and how it came to that.

    Args:
        ledger: The record.
        as_of: The day.
        after: An earlier day at whose close the ledger opens; the beginning when not given.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` when ``as_of`` is before ``after``.
    """
    last = day(as_of, what="as_of")
    first = None if after is None else day(after, what="after")
    if first is not None and last < first:
        raise NotUnderstood("E_DATE", f"{last} is before {first}", "give the earlier day first")
    known = ledger.position(known_at)
    facts = ledger.standing(known)
    balances = replay(history_of(facts, as_of=last, known=known), facts)
    owed = debts(facts, balances)
    lines = [line for debt in owed if (line := _line(balances, debt, first, last)) is not None]
    named = dict.fromkeys(line.instrument for line in lines)
    return NoteLedger(
        ledger.issuer,
        first,
        last,
        known,
        ledger.recorded_at(known),
        tuple(lines),
        tuple(
            _on_day(balances, facts, instrument, [debt for debt in owed if debt.instrument == instrument])
            for instrument in named
        ),
    )


# --- a holder in a note ------------------------------------------------------------------------------------------


def _line(balances: Balances, debt: Debt, after: date | None, through: date) -> NoteLine | None:
    """Return what a holder has of a note; ``None`` where nothing was owed between the two days."""
    opening, principal = debt.principal(after), debt.principal(through)
    owed_then, owed = debt.interest(after), debt.interest(through)
    changes = debt.steps(PrincipalChange, after, through)
    settled = debt.steps(InterestChange, after, through)
    if (
        not changes
        and not settled
        and opening == exactly(Money(0, debt.currency))
        and not _is_left(owed_then, debt)
    ):
        return None
    return NoteLine(
        debt.instrument,
        _kind(balances, debt.instrument),
        debt.holder,
        name_of(balances, debt.holder),
        debt.currency,
        opening,
        changes,
        principal,
        owed_then,
        debt.accrued(after, through),
        settled,
        owed,
        shares_for(balances, debt.instrument, principal, owed),
    )


def _is_left(interest: Bounds[Fraction], debt: Debt) -> bool:
    """Whether interest is left to be paid; what was settled beyond it, or less than a cent, is not."""
    assert interest.high is not None, "interest lies between two figures"
    return paid_out([interest.high], debt.currency)[0].units > 0


def _kind(balances: Balances, instrument: InstrumentId) -> InstrumentKind:
    kinds = balances.values(Level.INSTRUMENT, instrument)
    return kinds[-1] if kinds else InstrumentKind.NOTE


def shares_for(
    balances: Balances, instrument: InstrumentId, principal: Bounds[Money], interest: Bounds[Fraction]
) -> Bounds[Shares] | None:
    """Return the shares that principal and interest would become on the day; ``None`` where they do not convert."""
    conversion, price = _conversion(balances, instrument), note_price(balances, instrument)
    if conversion is None or price is None or not conversion.is_open(balances.history.as_of):
        return None
    decimals = max((int(each) for each in balances.values(Level.DECIMALS, conversion.into)), default=0)
    converts = interest if conversion.interest_converts else NO_INTEREST

    def shares(money: Money | None, owed: Fraction | None, at: Price | None) -> Shares | None:
        if money is None or owed is None or at is None or not at.amount:
            return None
        exact = (money.amount + owed) / at.amount * 10**PLACES
        return Shares.of_units(round_position(exact, conversion.fractions, decimals))

    at_least = shares(principal.low, converts.low, price.at_most)
    return Bounds(at_least or Shares(0), shares(principal.high, converts.high, price.at_least))


def _conversion(balances: Balances, instrument: InstrumentId) -> NoteConversion | None:
    """Return the right to convert of a note, as its last terms have it."""
    terms = _terms(balances, instrument)
    return terms[-1].conversion if terms else None


def _terms(balances: Balances, instrument: InstrumentId) -> tuple[NoteTerms, ...]:
    return tuple(each for each in balances.values(Level.NOTE_TERMS, instrument) if isinstance(each, NoteTerms))


# --- a note on a day ---------------------------------------------------------------------------------------------


def _on_day(
    balances: Balances, facts: Sequence[InEffect], instrument: InstrumentId, of: Sequence[Debt]
) -> NoteOnDay:
    """Return what a note promises on the day."""
    as_of, terms = balances.history.as_of, _terms(balances, instrument)
    conversion = _conversion(balances, instrument)
    due, overdue = _due(balances, of, instrument, terms[-1]) if terms else (None, None)
    days = [each.due_on for each in terms[-1].instalments] if terms else []
    days += [terms[-1].matures_on] if terms and terms[-1].matures_on is not None else []
    return NoteOnDay(
        instrument,
        _kind(balances, instrument),
        Possible(terms),
        Possible(default_readings(balances, instrument)),
        _discount(facts, instrument),
        _liens(balances, instrument),
        due,
        overdue,
        min((each for each in days if each > as_of), default=None),
        None if conversion is None else conversion.into,
        note_price(balances, instrument) if conversion is not None and conversion.is_open(as_of) else None,
    )


def _discount(facts: Sequence[InEffect], instrument: InstrumentId) -> Money | None:
    """Return the original issue discount of a note."""
    issues = [each.fact for each in facts if isinstance(each.fact, NoteIssued)]
    return next((fact.discount for fact in issues if fact.instrument == instrument), None)


def _liens(balances: Balances, instrument: InstrumentId) -> tuple[RestrictionId, ...]:
    """Return the liens that secure a note, and were not certainly released."""
    found = [RestrictionId(lien) for lien, secured in balances.subjects(Level.SECURES) if secured == instrument]
    return tuple(lien for lien in found if not any(balances.values(Level.LIFTED, lien)))


def _due(
    balances: Balances, of: Sequence[Debt], instrument: InstrumentId, terms: NoteTerms
) -> tuple[Bounds[Money] | None, Bounds[Money] | None]:
    """Return the principal that has fallen due by the day, and what of it is still owed.

    Instalments are those of the terms in force. What was repaid, converted or given up since these were agreed
    counts against the earliest of them.
    """
    as_of = balances.history.as_of
    fallen, found = terms.due_by(as_of), _owed(balances, instrument)
    if found is None:
        return None, None
    currency, owed = found
    if terms.matures_on is not None and terms.matures_on <= as_of:
        matured = money_between(owed, currency)
        return matured, matured
    if not fallen:
        return None, None
    scheduled = sum(each.amount.units for each in fallen)
    agreed = place_in_history(balances.level(Level.NOTE_TERMS, instrument)[-1][0])
    least, most = (sum(ends) for ends in zip(*(debt.ended(agreed, as_of) for debt in of), strict=True))
    least_owed, most_owed = owed
    left = (min(max(scheduled - most, 0), least_owed), min(max(scheduled - least, 0), most_owed))
    return exactly(Money.of_units(scheduled, currency)), money_between(left, currency)


def _owed(balances: Balances, instrument: InstrumentId) -> tuple[Currency, tuple[Quantity, Quantity]] | None:
    """Return the principal owed under a note to all its holders together."""
    found: dict[Currency, tuple[Quantity, Quantity]] = balances.grouped(
        lambda unit, account: unit if type(account) is Owed and account.instrument == instrument else None
    )
    return next(iter(found.items()), None)
