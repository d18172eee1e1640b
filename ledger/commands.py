"""What people ask for: each becomes the events that state its outcome, or a broken rule.

A command computes what papers promise on a day (a conversion at the fixed price, the part that a remedy redeems)
and states the result, so that tomorrow's formulas change nothing that was recorded. ``events`` only reads the
ledger; recording what it returns is the caller's next step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from ledger.book import Book, by_moment, steps
from ledger.codec import with_fields
from ledger.days import EffectiveDay, Phase, moment
from ledger.errors import (
    ConversionNotWhole,
    CorrectionMisplaced,
    CurrencyMismatch,
    HoldingExceeded,
    NotConvertible,
    NotUnderstood,
    TermsIncomplete,
    UnknownName,
    nearest,
)
from ledger.events import (
    CommonIssued,
    Consideration,
    EntryRestated,
    EntryVoided,
    Event,
    Fact,
    FractionsSettled,
    HolderRegistered,
    HolderRenamed,
    PreferredIssued,
    RemedyExercised,
    ResultingTerms,
    SharesCancelled,
    SharesConverted,
    SharesRedeemed,
    SharesRepurchased,
    SharesReserved,
    SharesTransferred,
    StockClassDesignated,
    StockSplitEffected,
    TrancheClosed,
)
from ledger.identity import (
    AgreementId,
    CommandId,
    Count,
    EntryNumber,
    HolderId,
    ReserveId,
    SecurityId,
    StockClassId,
    TrancheId,
)
from ledger.movements import Commitment, Held, HolderKind, Level, Scope, Stage, StockClassKind
from ledger.personal import Personal
from ledger.quantities import (
    SCALE,
    Authorized,
    Currency,
    FractionPolicy,
    Money,
    Price,
    Ratio,
    Shares,
    fits,
    round_position,
)
from ledger.terms.commitment import Remedy
from ledger.terms.conversion import ConversionRight
from ledger.timeline import fallen_entries

if TYPE_CHECKING:
    from ledger.journal import Ledger


_Fact = TypeVar("_Fact", bound=Fact)
_ISSUED: Final = {StockClassKind.COMMON: CommonIssued, StockClassKind.PREFERRED: PreferredIssued}


def as_first_seen(ledger: Ledger, command: str | None) -> Ledger:
    """Return the ledger as it was before a command was recorded; as it is, where it was not.

    What a command works out depends on what is there: a closing that is given again would find nothing undrawn. On
    top of what it saw the first time it amounts to the same events, and counts once.
    """
    if command is None:
        return ledger
    numbers = [entry.number for entry in ledger.entries() if entry.command == command]
    return ledger.supposing(known_at=numbers[0] - 1) if numbers and numbers[0] > 1 else ledger


def book_at(ledger: Ledger, on: date, phase: Phase) -> Book:
    """Return the totals and levels at a phase of a day, as everything recorded so far gives them.

    A new fact of that phase comes after those recorded before it, and before what later phases of the day bring: a
    conversion on the day of a split at the close is still in the units before the split.
    """
    book, reached = Book(), moment(on, phase)
    for at, group in by_moment(steps(ledger.standing())):
        if at > reached:
            break
        book.advance(at, group)
    book.at = reached
    return book


def _level(book: Book, level: Level, subject: Any) -> Any:
    """Return a level that is known; ``None`` when it is not set, or may be one of several."""
    values = {value for _, value in book.levels(level, subject)}
    return values.pop() if len(values) == 1 else None


def _stated(ledger: Ledger, kind: type[_Fact]) -> list[_Fact]:
    """Return the facts of a kind that stand, on whatever day, in order of recording."""
    return [each.fact for each in ledger.standing() if isinstance(each.fact, kind)]


def _only_security(
    book: Book, holder: HolderId, stock_class: StockClassId, named: SecurityId | None
) -> SecurityId | None:
    """Return the certificate or lot that shares are taken from; it must be named when there are several."""
    if named is not None:
        return named
    positions = {
        account.security: quantity
        for (unit, account), quantity in book.high.items()
        if unit == stock_class and isinstance(account, Held) and account.holder == holder and quantity > 0
    }
    if len(positions) > 1 and None not in positions:
        names = ", ".join(sorted(str(security) for security in positions))
        raise TermsIncomplete(holder, f"{stock_class} is held in {names}. Name the security.")
    return None if None in positions else next(iter(positions), None)


def _due_days(book: Book, agreement: AgreementId, tranche: TrancheId, on: date) -> list[date]:
    """Return the due day of a tranche; several when days are open."""
    days = [value for _, value in book.levels(Level.TRANCHE_DUE, (agreement, tranche)) if isinstance(value, date)]
    if not days:
        subjects = [subject for level, subject in book.settings if level is Level.TRANCHE_DUE]
        names = [str(subject[1]) for subject in subjects if subject[0] == agreement]
        raise UnknownName("tranche", tranche, on, nearest(tranche, names))
    return days


@attrs.frozen(kw_only=True)
class IssueShares:
    """Issue shares, as common or preferred stock by what their class is.

    Attributes:
        holder: Who receives them.
        stock_class: Class issued.
        issued: Shares issued.
        on: The day.
        consideration: What is given for them.
        authority: Resolution or charter section behind the issue.
        reserve: Reserve that they draw on.
        security: Certificate or lot.
        legends: Restrictions written on the certificate.
        agreement: Agreement under which they are bought.
        tranche: Tranche of it that they belong to.
        phase: Part of the day.
    """

    holder: HolderId
    stock_class: StockClassId
    issued: Shares
    on: EffectiveDay
    consideration: Consideration | None = None
    authority: str | None = None
    reserve: ReserveId | None = None
    security: SecurityId | None = None
    legends: tuple[str, ...] = ()
    agreement: AgreementId | None = None
    tranche: TrancheId | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the issue.

        Raises:
            UnknownName: No class of that name was designated.
        """
        kinds = {fact.stock_class: fact.class_kind for fact in _stated(ledger, StockClassDesignated)}
        if self.stock_class not in kinds:
            raise UnknownName("stock class", self.stock_class, None, nearest(self.stock_class, kinds))
        return (
            _ISSUED[kinds[self.stock_class]](
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                stock_class=self.stock_class,
                issued=self.issued,
                consideration=self.consideration,
                authority=self.authority,
                reserve=self.reserve,
                security=self.security,
                legends=self.legends,
                agreement=self.agreement,
                tranche=self.tranche,
            ),
        )


@attrs.frozen(kw_only=True)
class TakeShares:
    """Take shares out of a position. Its certificate or lot need not be named where the holder has only one.

    Attributes:
        fact: What takes them.
    """

    fact: SharesTransferred | SharesCancelled | SharesRepurchased | SharesRedeemed | FractionsSettled

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the fact, with the position that it takes shares from.

        Raises:
            TermsIncomplete: The holder has several positions, and none was named.
        """
        fact = self.fact
        if fact.security is not None:
            return (fact,)
        book = book_at(ledger, fact.effective_on.latest, fact.phase)
        holder = fact.from_holder if isinstance(fact, SharesTransferred) else fact.holder
        return (attrs.evolve(fact, security=_only_security(book, holder, fact.stock_class, None)),)


@attrs.frozen(kw_only=True)
class ReserveShares:
    """Keep authorized shares back; a reserve that is there already keeps its purpose.

    Attributes:
        stock_class: Which class.
        reserve: The reserve that they are added to.
        reserved: Shares added.
        on: The day.
        purpose: What they are kept for; needed for a new reserve.
        authority: Resolution.
        phase: Part of the day.
    """

    stock_class: StockClassId
    reserve: ReserveId
    reserved: Shares
    on: EffectiveDay
    purpose: str | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the shares reserved.

        Raises:
            UnknownName: No purpose was given, and the class has a reserve of nearly the same name.
            TermsIncomplete: No purpose was given for a new reserve.
        """
        purposes = {
            fact.reserve: fact.purpose
            for fact in _stated(ledger, SharesReserved)
            if fact.stock_class == self.stock_class
        }
        purpose = self.purpose or purposes.get(self.reserve)
        if purpose is None:
            near = nearest(self.reserve, purposes)
            if near is not None:
                raise UnknownName("reserve", self.reserve, None, near)
            raise TermsIncomplete(self.reserve, f"it is a new reserve of {self.stock_class}. State its purpose.")
        return (
            SharesReserved(
                effective_on=self.on,
                phase=self.phase,
                stock_class=self.stock_class,
                reserve=self.reserve,
                reserved=self.reserved,
                purpose=purpose,
                authority=self.authority,
            ),
        )


@attrs.frozen(kw_only=True)
class RenameHolder:
    """Give a holder another name, kept as the kind of party that it is needs: apart and erasable for a person.

    Attributes:
        holder: Which holder.
        name: The new name.
        on: The day.
        phase: Part of the day.
    """

    holder: HolderId
    name: str
    on: EffectiveDay
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the new name.

        Raises:
            UnknownName: No such holder was registered.
        """
        kinds = {fact.holder: fact.holder_kind for fact in _stated(ledger, HolderRegistered)}
        if self.holder not in kinds:
            raise UnknownName("holder", self.holder, None, nearest(self.holder, kinds))
        is_person = kinds[self.holder] is HolderKind.NATURAL_PERSON
        return (
            HolderRenamed(
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                name=Personal(self.name) if is_person else None,
                legal_name=None if is_person else self.name,
            ),
        )


@attrs.frozen(kw_only=True)
class ConvertShares:
    """Convert shares on the terms of the class on that day, or as the papers of the conversion state it.

    Attributes:
        holder: Whose shares.
        from_class: Class given up.
        surrendered: Shares given up.
        on: The day.
        to_class: Class received; the one that the terms name when not given.
        received: Shares received; worked out by the terms when not given.
        security: Certificate or lot given up; needed when the holder has several.
        received_as: Certificate or lot received.
        rounding: What the papers do with a fraction; without one the result must be whole.
        reserve: Reserve that the shares draw on.
        authority: Resolution or charter section behind the issue.
        phase: Part of the day.
    """

    holder: HolderId
    from_class: StockClassId
    surrendered: Shares
    on: EffectiveDay
    to_class: StockClassId | None = None
    received: Shares | None = None
    security: SecurityId | None = None
    received_as: SecurityId | None = None
    rounding: FractionPolicy | None = None
    reserve: ReserveId | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the conversion with both counts.

        Raises:
            NotConvertible: The class carries no certain right to convert on that day, or one into another class.
            ConversionNotWhole: The exact result cannot be issued, and no rounding was named.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        to_class, received = self.to_class, self.received
        if to_class is None or received is None:
            right = _level(book, Level.CONVERSION, self.from_class)
            if not isinstance(right, ConversionRight) or to_class not in (None, right.into):
                raise NotConvertible(self.from_class, self.on.latest)
            to_class = right.into
            received = self._by_terms(book, right) if received is None else received
        return (
            SharesConverted(
                effective_on=self.on,
                phase=self.phase,
                holder=self.holder,
                from_class=self.from_class,
                surrendered=self.surrendered,
                to_class=to_class,
                received=received,
                security=_only_security(book, self.holder, self.from_class, self.security),
                received_as=self.received_as,
                reserve=self.reserve,
                authority=self.authority,
            ),
        )

    def _by_terms(self, book: Book, right: ConversionRight) -> Shares:
        """Return what the terms yield, rounded as the papers say."""
        exact = right.yields(self.surrendered, _level(book, Level.STATED_VALUE, self.from_class))
        decimals = _level(book, Level.DECIMALS, right.into) or 0
        units: int | Fraction = exact * SCALE
        if self.rounding is not None:
            units = round_position(units, self.rounding, decimals)
        elif not fits(units, decimals):
            raise ConversionNotWhole(self.from_class, right.into, self.surrendered, exact)
        return Shares.of_units(units)


@attrs.frozen(kw_only=True)
class CloseTranche:
    """Close a tranche, wholly or in part, and issue the shares that it buys.

    Attributes:
        agreement: Which agreement.
        tranche: Which tranche; none where the payment is not allocated to one.
        on: The day.
        security: Certificate or lot of the shares issued.
        paid: Money paid in; all that is undrawn of the tranche when not given.
        authority: Resolution behind the issue.
        phase: Part of the day.
    """

    agreement: AgreementId
    tranche: TrancheId | None = None
    on: EffectiveDay
    security: SecurityId
    paid: Money | None = None
    authority: str | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the closing and the issue.

        Raises:
            UnknownName: The agreement had not been signed, or has no such tranche.
            CurrencyMismatch: The payment is in another currency than the commitment.
            TermsIncomplete: The price or the kind of the class is not known; nothing was said to be paid, and what
                is undrawn is nothing or not certain; or the price does not divide the money into shares.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        investor, buys, price, currency = (
            _level(book, level, self.agreement)
            for level in (Level.INVESTOR, Level.BUYS, Level.PURCHASE_PRICE, Level.CURRENCY)
        )
        if investor is None:
            raise UnknownName("agreement", self.agreement, self.on.latest)
        if self.tranche is not None:
            _due_days(book, self.agreement, self.tranche, self.on.latest)
        paid = self._undrawn(book, currency) if self.paid is None else self.paid
        if paid.currency != currency:
            raise CurrencyMismatch(self.agreement, currency, paid.currency)
        if price is None or not price.amount or price.currency != paid.currency:
            raise TermsIncomplete(self.agreement, f"the price on {self.on} is not known. State both counts.")
        bought = paid.amount / price.amount * SCALE
        if not fits(bought, _level(book, Level.DECIMALS, buys) or 0):
            raise TermsIncomplete(self.agreement, f"{paid:,} buys {bought / SCALE} shares. Pay for whole shares.")
        kind = _level(book, Level.CLASS_KIND, buys)
        if not isinstance(kind, StockClassKind):
            raise TermsIncomplete(self.agreement, f"{buys} is not designated on {self.on}. Designate it first.")
        return (
            TrancheClosed(
                effective_on=self.on,
                phase=self.phase,
                agreement=self.agreement,
                tranche=self.tranche,
                closed=paid,
            ),
            _ISSUED[kind](
                effective_on=self.on,
                phase=self.phase,
                holder=investor,
                stock_class=buys,
                issued=Shares.of_units(bought),
                security=self.security,
                agreement=self.agreement,
                tranche=self.tranche,
                authority=self.authority,
            ),
        )

    def _undrawn(self, book: Book, currency: Currency) -> Money:
        """Return all that is undrawn of the tranche."""
        if self.tranche is None:
            raise TermsIncomplete(self.agreement, "no tranche is named. Name one, or state what was paid.")
        total = (currency, Commitment(self.agreement, Stage.UNDRAWN, self.tranche))
        undrawn, least = (Money.of_units(int(table.get(total, 0)), currency) for table in (book.high, book.low))
        if least != undrawn:
            what = (
                f"from {least:,} to {undrawn:,} of tranche {self.tranche} are undrawn on {self.on.latest}, as days "
            )
            raise TermsIncomplete(self.agreement, what + "are open. State what was paid.")
        if not undrawn:
            what = f"nothing of tranche {self.tranche} is undrawn on {self.on.latest}. It is closed already."
            raise TermsIncomplete(self.agreement, what)
        return undrawn


@attrs.frozen(kw_only=True)
class ExerciseRemedy:
    """Redeem what the agreement allows after a missed tranche, from one holder's shares.

    Attributes:
        agreement: Which agreement.
        tranche: The tranche that was missed.
        holder: Whose shares are redeemed.
        on: The day.
        security: Certificate or lot; needed when the holder has several.
        phase: Part of the day.
    """

    agreement: AgreementId
    tranche: TrancheId
    holder: HolderId
    on: EffectiveDay
    security: SecurityId | None = None
    phase: Phase = Phase.ORDINARY

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the redemption of the part that the remedy names, of the shares that the position holds.

        Raises:
            UnknownName: The agreement has no such tranche.
            TermsIncomplete: The agreement has no remedy, the tranche was not missed by that day, the position is
                not certain, or the part is not a whole number of shares.
            HoldingExceeded: The holder has nothing that could be redeemed.
        """
        book = book_at(ledger, self.on.latest, self.phase)
        remedy, buys = _level(book, Level.REMEDY, self.agreement), _level(book, Level.BUYS, self.agreement)
        if not isinstance(remedy, Remedy):
            raise TermsIncomplete(self.agreement, f"it names no remedy on {self.on}. Amend it first.")
        self._was_missed(book, buys)
        security = _only_security(book, self.holder, buys, self.security)
        position = (buys, Held(self.holder, security))
        held, least = (Shares.of_units(table.get(position, 0)) for table in (book.high, book.low))
        redeemed = remedy.redeems(held)
        if not held:
            head = EntryNumber(len(ledger.entries()) + 1)
            raise HoldingExceeded(self.holder, buys, security, held, redeemed, self.on.latest, head)
        if least != held:
            raise TermsIncomplete(
                self.agreement,
                f"{self.holder} holds from {least:,} to {held:,} {buys} on {self.on.latest}, as days are open. "
                "Record remedy-exercised with the count agreed.",
            )
        if not fits(redeemed.units, _level(book, Level.DECIMALS, buys) or 0):
            raise TermsIncomplete(
                self.agreement,
                f"{remedy.redeemable} of {held:,} is {redeemed}. Record remedy-exercised with the count agreed.",
            )
        return (
            RemedyExercised(
                effective_on=self.on,
                phase=self.phase,
                agreement=self.agreement,
                tranche=self.tranche,
                holder=self.holder,
                stock_class=buys,
                redeemed=redeemed,
                price=remedy.price,
                security=security,
            ),
        )

    def _was_missed(self, book: Book, buys: StockClassId | None) -> None:
        """Check that the tranche was due, and that it was not closed in full.

        Where the register of the class is partial, closings may be missing or stand elsewhere, and what is undrawn
        here says nothing.
        """
        on = self.on.latest
        due = max(_due_days(book, self.agreement, self.tranche, on))
        if due > on:
            what = f"tranche {self.tranche} is due on {due}, after {on}. It is not missed yet."
            raise TermsIncomplete(self.agreement, what)
        if any(scope is Scope.PARTIAL for _, scope in book.levels(Level.SCOPE, buys or "")):
            return
        account = Commitment(self.agreement, Stage.UNDRAWN, self.tranche)
        if book.high.get((_level(book, Level.CURRENCY, self.agreement), account), 0) <= 0:
            what = f"nothing of tranche {self.tranche} is undrawn on {on}. It was not missed."
            raise TermsIncomplete(self.agreement, what)


@attrs.frozen(kw_only=True)
class SplitStock:
    """Split one class; the price of each conversion right that it affects is worked out exactly.

    The authorized number is never derived: papers change it or leave it, and say so.

    Attributes:
        stock_class: Which class.
        ratio: New shares for one old share.
        on: The day.
        phase: Part of the day.
        fractions: What happens to fractions.
        authorized: Shares that may be issued afterwards.
        par_value: Par value afterwards; as before when not given.
        authority: Resolution and filing.
    """

    stock_class: StockClassId
    ratio: Ratio
    on: date
    phase: Phase
    fractions: FractionPolicy
    authorized: Authorized
    par_value: Price | None = None
    authority: str | None = None

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the split with the terms that follow from it. Positions keep the decimals of the class.

        A conversion price into the class is divided by the ratio, a conversion ratio multiplied by it: one share
        given up converts into the same part of the company as before.
        """
        if not self.ratio:
            raise NotUnderstood("E_TERMS", "a split of 0 leaves nothing", "state another ratio")
        book = book_at(ledger, self.on, self.phase)
        resulting = {
            self.stock_class: ResultingTerms(
                stock_class=self.stock_class, authorized=self.authorized, par_value=self.par_value
            )
        }
        for level, subject in list(book.settings):
            right = _level(book, Level.CONVERSION, subject) if level is Level.CONVERSION else None
            if isinstance(right, ConversionRight) and self.stock_class in (right.into, subject):
                assert isinstance(subject, StockClassId)
                factor = self.ratio.value if right.into == self.stock_class else 1 / self.ratio.value
                terms = resulting.get(subject, ResultingTerms(stock_class=subject))
                resulting[subject] = attrs.evolve(terms, conversion=_rescaled(right, factor))
        return (
            StockSplitEffected(
                effective_on=EffectiveDay(self.on),
                phase=self.phase,
                stock_classes=(self.stock_class,),
                ratio=self.ratio,
                fractions=self.fractions,
                decimals=Count(_level(book, Level.DECIMALS, self.stock_class) or 0),
                resulting=tuple(resulting.values()),
                authority=self.authority,
            ),
        )


def _rescaled(right: ConversionRight, factor: Fraction) -> ConversionRight:
    if right.price is not None:
        return ConversionRight(into=right.into, price=Price(right.price.amount / factor, right.price.currency))
    assert right.ratio is not None
    return ConversionRight(into=right.into, ratio=Ratio(right.ratio.value * factor))


@attrs.frozen(kw_only=True)
class VoidCommand:
    """Take everything that one command recorded out of history.

    Attributes:
        command: Which command.
        reason: Why.
    """

    command: CommandId
    reason: str

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return one void that names every entry of the command that stands.

        Raises:
            UnknownName: No such command was recorded.
            CorrectionMisplaced: None of its entries stands.
        """
        entries = ledger.entries()
        numbers = [entry.number for entry in entries if entry.command == self.command]
        if not numbers:
            raise UnknownName("command", self.command, None)
        fallen = fallen_entries(entries)
        stand = tuple(number for number in numbers if number not in fallen)
        if not stand:
            raise CorrectionMisplaced(numbers[0], "was already taken out of history with its whole command")
        return (EntryVoided(entries=stand, reason=self.reason),)


def fact_of(ledger: Ledger, number: EntryNumber) -> Fact:
    """Return the fact that an entry states; for a restatement, the one that it holds.

    Raises:
        CorrectionMisplaced: There is no such entry, or it is a void.
    """
    entries = ledger.entries()
    if number > len(entries):
        raise CorrectionMisplaced(number, "does not exist")
    event = entries[number - 1].event
    fact = event.restated_as if isinstance(event, EntryRestated) else event
    if not isinstance(fact, Fact):
        raise CorrectionMisplaced(number, "is a void; void it to revive what it took out")
    return fact


@attrs.frozen(kw_only=True)
class RestateEntry:
    """Say what an entry should have said: the fields that change, and the rest as it was.

    Attributes:
        entry: Which entry.
        changes: The fields that change, each in the form of input files: text, a list, an object, or ``None`` for
            what is not stated.
        reason: Why.
    """

    entry: EntryNumber
    changes: Mapping[str, Any]
    reason: str

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return the restatement, with the whole fact.

        Raises:
            CorrectionMisplaced: There is no such entry, or it is a void.
            NotUnderstood: ``E_TERMS`` when nothing changes; other codes for a field or value that is not one.
        """
        fact = fact_of(ledger, self.entry)
        restated = with_fields(fact, self.changes)
        if restated == fact:
            raise NotUnderstood("E_TERMS", f"entry {self.entry} says so already", "name a field that changes")
        return (EntryRestated(entry=self.entry, restated_as=restated, reason=self.reason),)
