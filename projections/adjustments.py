"""What the papers call for after an issue: every protected price, the one proposed, and what it follows from.

Each is worked out on the shares outstanding just before the issue, as converted at the prices of that moment: what
one adjustment adds does not count for the next (NVCA model charter, 4.4.4: "immediately prior"). An answer adjusts
nothing: ``ProposeAdjustments`` states what it proposes as facts, and those are recorded or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.days import EffectiveDay, Phase, day_of
from ledger.errors import NotUnderstood, TermsIncomplete, UnknownName, nearest
from ledger.events import (
    AdjustmentCause,
    AwardGranted,
    CommonIssued,
    ConversionPriceAdjusted,
    Event,
    Fact,
    InstrumentAdjusted,
    NoteIssued,
    PreferredIssued,
    SharesAdded,
    WarrantIssued,
)
from ledger.identity import EntryNumber, HolderId, InstrumentId, IssuerId, StockClassId
from ledger.movements import (
    Account,
    Awarded,
    Held,
    InstrumentKind,
    Level,
    Owed,
    Pooled,
    Purchasable,
    StockClassKind,
    Unit,
)
from ledger.quantities import NO_SHARES, Money, Price, Ratio, Shares
from ledger.terms.conversion import ConversionRight
from ledger.terms.protection import CarveOut, Counted, NewIssue, PriceProtection, Proposal
from ledger.terms.warrants import WarrantTerms
from ledger.timeline import InEffect, history_of, place_in_history
from projections.bounds import Bounds, Possible, exactly, together
from projections.cap_table import conversion_ratio, shares_between, stated_count
from projections.frame import Tabular
from projections.replay import ONE, Balances, factor_since, is_complete, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from ledger.timeline import Place
    from projections.frame import Frame


class Protected(Enum):
    """What has a price that is protected."""

    CLASS = "class"
    WARRANT = "warrant"


@attrs.frozen
class CountedShares:
    """A part of the shares that count as outstanding before the issue.

    Attributes:
        counted: Which part.
        shares: How many, each as the common share that it stands for; at an end ``None`` where nobody knows.
    """

    counted: Counted
    shares: Bounds[Shares]


@attrs.frozen
class HolderAdjusted:
    """A holder of a warrant, before and after.

    Attributes:
        holder: Who.
        before: Shares that they may buy.
        after: Shares that they may buy at the price proposed.
    """

    holder: HolderId
    before: Shares
    after: Shares


@attrs.frozen
class AdjustmentLine:
    """A protected price.

    Attributes:
        subject: The class or the warrant.
        protected: Which of the two.
        protection: The promise.
        price: The price in force before the issue; more than one possible where days are open.
        floor: The floor in force.
        counted: What counts as outstanding before the issue, part by part; nothing for a full ratchet.
        outstanding: All of it; ``None`` for a full ratchet.
        proposals: What the papers call for: one, two where what is outstanding lies between two values, none where
            something is not known.
        conversion: Of a class the right to convert in force before the issue, where it is known.
        holders: Of a warrant each holder, where the proposal is one.
        unknown: Why there is no proposal.
    """

    subject: StockClassId | InstrumentId
    protected: Protected
    protection: PriceProtection
    price: Possible[Price]
    floor: Price | None
    counted: tuple[CountedShares, ...]
    outstanding: Bounds[Shares] | None
    proposals: tuple[Proposal, ...]
    conversion: ConversionRight | None = None
    holders: tuple[HolderAdjusted, ...] = ()
    unknown: str = ""

    @property
    def proposal(self) -> Proposal | None:
        """What the papers call for, where it is known exactly."""
        return self.proposals[0] if len(self.proposals) == 1 else None

    @property
    def converts(self) -> ConversionRight | None:
        """The right to convert that is proposed: at a price, or at a ratio where the papers state one."""
        right, proposal = self.conversion, self.proposal
        if right is None or proposal is None:
            return None
        if right.price is not None:
            return attrs.evolve(right, price=proposal.after)
        assert right.ratio is not None, "a right has a price or a ratio"
        return attrs.evolve(right, ratio=Ratio(right.ratio.value * proposal.before.amount / proposal.after.amount))


@attrs.frozen(repr=False)
class Adjustments(Tabular):
    """What the papers call for after an issue.

    Attributes:
        issuer: Whose.
        as_of: The day of the issue, the latest where it is open.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        into: The class that was issued, or that what was issued becomes.
        issue: What was issued.
        issued: The fact that states the issue; ``None`` for one that is only supposed.
        lines: Every protected price into the class.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    into: StockClassId
    issue: NewIssue
    issued: InEffect | None
    lines: tuple[AdjustmentLine, ...]

    def __iter__(self) -> Iterator[AdjustmentLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, subject: str) -> AdjustmentLine:
        for line in self.lines:
            if line.subject == subject:
                return line
        names = [str(line.subject) for line in self.lines]
        raise UnknownName("protected price", subject, self.as_of, nearest(subject, names))

    def frames(self) -> tuple[Frame, ...]:
        """Return the protected prices and what counts as outstanding, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.adjustments(self)


# --- asking ----------------------------------------------------------------------------------------------------


def adjustments(
    ledger: Ledger, issue: NewIssue, *, as_of: AsOf, into: str | None = None, known_at: KnownAt = None
) -> Adjustments:
    """Return what the papers would call for if shares were issued at the close of a day.

    Args:
        ledger: The record.
        issue: What would be issued.
        as_of: The day.
        into: The class issued, or that what is issued becomes; the only common class when not given.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_TERMS`` where there are several common classes and none was named.
        UnknownName: There is no such class.
    """
    history = ledger.history(as_of, known_at)
    balances = replay(history, ledger.standing(history.known))
    stock_class = _common(balances, into)
    issue = attrs.evolve(issue, on=history.as_of)
    return _answer(ledger, balances, stock_class, issue, None)


def adjustments_after(
    ledger: Ledger, entry: int, *, reason: CarveOut | None = None, known_at: KnownAt = None
) -> Adjustments:
    """Return what the papers call for after the issue that an entry recorded, on what stood just before it.

    What a share brings in is the consideration recorded; of a warrant or an award with its exercise price, of
    preferred stock and a note what a share received on conversion costs.

    Args:
        ledger: The record.
        entry: The number of the entry.
        reason: Why the shares were issued, if the papers may carve it out. An award is one under a plan.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_ENTRY`` where the entry issues nothing for a price that is known.
    """
    known = ledger.position(known_at)
    facts = ledger.standing(known)
    issued = next((each for each in facts if each.entry.number == entry), None)
    if issued is None:
        raise NotUnderstood("E_ENTRY", f"entry {entry} states no fact that stands", "name the entry of an issue")
    balances = _just_before(facts, issued, known)
    into, issue = _issued_by(issued, balances, reason)
    return _answer(ledger, balances, into, issue, issued)


def _just_before(facts: Iterable[InEffect], issued: InEffect, known: int) -> Balances:
    """Return the accounts and levels just before a fact."""
    place: Place = place_in_history(issued)
    before = [
        each
        for each in facts
        if place_in_history(each) < place
        or (not each.is_exact and each.begins <= issued.settles < each.settles and each is not issued)
    ]
    return replay(history_of(before, as_of=day_of(issued.settles), known=known), before)


def _common(balances: Balances, named: str | None) -> StockClassId:
    classes = balances.subjects(Level.CLASS_KIND)
    if named is not None:
        if named not in classes:
            raise UnknownName("stock class", named, balances.history.as_of, nearest(named, map(str, classes)))
        return StockClassId(named)
    commons = [each for each in classes if StockClassKind.COMMON in balances.values(Level.CLASS_KIND, each)]
    if len(commons) != 1:
        found = ", ".join(commons) or "no common class"
        raise NotUnderstood("E_TERMS", f"there is {found}", "name the class issued")
    return StockClassId(commons[0])


# --- the issue that an entry recorded --------------------------------------------------------------------------


def _issued_by(each: InEffect, balances: Balances, reason: CarveOut | None) -> tuple[StockClassId, NewIssue]:
    """Return what an entry issued, as shares of the class that they are or become, and for what each."""
    found = _issue_of(each.fact, balances)
    if found is None:
        raise NotUnderstood(
            "E_ENTRY",
            f"entry {each.entry.number} ({each.fact.KIND}) issues nothing for a price that is known",
            "ask what an issue of so many shares at a price calls for, and record that adjustment yourself",
        )
    into, shares, amount, currency = found
    if reason is None and isinstance(each.fact, AwardGranted):
        reason = CarveOut.AWARDS
    price = Price(amount / shares.as_fraction(), currency)
    return into, NewIssue(issued=shares, price=price, reason=reason, on=day_of(each.settles))


_Issue = tuple[StockClassId, Shares, Fraction, str]
"""The class, the shares, and what they bring in together, in a currency."""


def _issue_of(fact: Fact, balances: Balances) -> _Issue | None:
    match fact:
        case CommonIssued(consideration=given) if given is not None and given.amount is not None:
            return fact.stock_class, fact.issued, given.amount.amount, given.amount.currency
        case PreferredIssued(consideration=given) if given is not None and given.amount is not None:
            right = balances.only(Level.CONVERSION, fact.stock_class)
            ratio = conversion_ratio(balances, fact.stock_class)
            if not isinstance(right, ConversionRight) or ratio is None:
                return None
            as_converted = Shares.of_units(fact.issued.units * ratio)
            return right.into, as_converted, given.amount.amount, given.amount.currency
        case WarrantIssued(price=price):
            paid = fact.consideration.amount if fact.consideration is not None else None
            return fact.stock_class, fact.purchasable, *_with_price(fact.purchasable, price, paid)
        case AwardGranted(price=Price() as price):
            return fact.stock_class, fact.granted, *_with_price(fact.granted, price, None)
        case NoteIssued(terms=terms) if terms.conversion is not None and terms.conversion.price.fixed is not None:
            price, principal = terms.conversion.price.fixed, fact.principal
            if not price.amount or price.currency != principal.currency:
                return None
            bought = Shares.of_units(principal.units / price.amount)
            return terms.conversion.into, bought, principal.amount, principal.currency
        case _:
            return None


def _with_price(shares: Shares, price: Price, paid: Money | None) -> tuple[Fraction, str]:
    """Return what a right brings in together: its exercise price for each share, and what was paid for it."""
    extra = paid.amount if paid is not None and paid.currency == price.currency else Fraction(0)
    return shares.as_fraction() * price.amount + extra, price.currency


# --- what is protected -----------------------------------------------------------------------------------------


def _answer(
    ledger: Ledger, balances: Balances, into: StockClassId, issue: NewIssue, issued: InEffect | None
) -> Adjustments:
    known = balances.history.known
    return Adjustments(
        ledger.issuer,
        balances.history.as_of,
        known,
        ledger.recorded_at(known),
        into,
        issue,
        issued,
        (*_classes(balances, into, issue), *_warrants(balances, into, issue)),
    )


def _classes(balances: Balances, into: StockClassId, issue: NewIssue) -> Iterator[AdjustmentLine]:
    for stock_class in balances.subjects(Level.PROTECTION):
        protection = balances.only(Level.PROTECTION, stock_class)
        rights = balances.values(Level.CONVERSION, stock_class)
        if not isinstance(protection, PriceProtection):
            continue
        if not any(isinstance(right, ConversionRight) and right.into == into for right in rights):
            continue
        prices = dict.fromkeys(_price_of(balances, stock_class, right) for right in rights)
        price = Possible(tuple(each for each in prices if each is not None))
        floor = _floor_today(balances, stock_class, into, protection.floor)
        line = _line(balances, into, issue, stock_class, Protected.CLASS, protection, price, floor)
        right = balances.only(Level.CONVERSION, stock_class)
        yield attrs.evolve(line, conversion=right if isinstance(right, ConversionRight) else None)


def _price_of(balances: Balances, stock_class: StockClassId, right: object) -> Price | None:
    """Return the conversion price of a right; of a ratio the one that follows from the stated value."""
    if not isinstance(right, ConversionRight):
        return None
    if right.price is not None:
        return right.price
    stated = balances.only(Level.STATED_VALUE, stock_class)
    assert right.ratio is not None, "a right has a price or a ratio"
    return Price(stated.amount / right.ratio.value, stated.currency) if isinstance(stated, Price) else None


def _floor_today(
    balances: Balances, stock_class: StockClassId, into: StockClassId, floor: Price | None
) -> Price | None:
    """Return the floor of a class in the units of the day: the paper states it in those of its own day."""
    stated = balances.level(Level.PROTECTION, stock_class)
    if floor is None or not stated:
        return floor
    each, _ = stated[-1]
    return Price(floor.amount / factor_since(balances, into, each), floor.currency)


def _warrants(balances: Balances, into: StockClassId, issue: NewIssue) -> Iterator[AdjustmentLine]:
    left = balances.grouped(
        lambda unit, account: (
            (account.instrument, account.holder) if type(account) is Purchasable and unit == into else None
        )
    )
    for warrant in dict.fromkeys(instrument for (instrument, _), (_, high) in left.items() if high > 0):
        terms = balances.only(Level.WARRANT_TERMS, warrant)
        protection = terms.protection if isinstance(terms, WarrantTerms) else None
        if protection is None:
            continue
        price: Possible[Price] = Possible(balances.values(Level.PRICE, (warrant, into)))
        floor = balances.only(Level.FLOOR, (warrant, into))
        line = _line(balances, into, issue, warrant, Protected.WARRANT, protection, price, floor)
        held = {holder: both for (instrument, holder), both in left.items() if instrument == warrant}
        yield _with_holders(line, issue, held)


def _with_holders(line: AdjustmentLine, issue: NewIssue, held: dict[HolderId, Any]) -> AdjustmentLine:
    """Return a line of a warrant with each of its holders, where everything is known."""
    proposal = line.proposal
    if proposal is None:
        return line
    if any(low != high for low, high in held.values()):
        return attrs.evolve(line, proposals=(), unknown="the day of something that changes its shares is open")
    outstanding = proposal.outstanding
    found = []
    for holder, (units, _) in held.items():
        number = Shares.of_units(units)
        of_holder = line.protection.proposed(
            proposal.before, issue, outstanding=outstanding, number=number, floor=line.floor
        )
        assert of_holder.number_after is not None, "a number before has one after"
        found.append(HolderAdjusted(holder, number, of_holder.number_after))
    before = Shares.of_units(sum(each.before.units for each in found))
    after = Shares.of_units(sum(each.after.units for each in found))
    whole = attrs.evolve(proposal, number_before=before, number_after=after)
    return attrs.evolve(line, proposals=(whole,), holders=tuple(found))


def _line(
    balances: Balances,
    into: StockClassId,
    issue: NewIssue,
    subject: StockClassId | InstrumentId,
    protected: Protected,
    protection: PriceProtection,
    price: Possible[Price],
    floor: Price | None,
) -> AdjustmentLine:
    counted = tuple(CountedShares(each, _COUNT[each](balances, into, subject)) for each in protection.counts)
    outstanding = together((each.shares for each in counted), NO_SHARES) if counted else None
    unknown = ""
    proposals: tuple[Proposal, ...] = ()
    if price.only is None:
        unknown = "its price on that day is not known"
    elif outstanding is None:
        proposals = (protection.proposed(price.only, issue, floor=floor),)
    elif outstanding.low is None or outstanding.high is None:
        unknown = "how many shares are outstanding is not known"
    else:
        ends = dict.fromkeys((outstanding.low, outstanding.high))
        proposals = tuple(
            protection.proposed(price.only, issue, outstanding=end.as_fraction(), floor=floor) for end in ends
        )
    return AdjustmentLine(
        subject, protected, protection, price, floor, counted, outstanding, proposals, unknown=unknown
    )


# --- what counts as outstanding --------------------------------------------------------------------------------


def _of_accounts(balances: Balances, wanted: Callable[[Unit, Account], bool]) -> Bounds[Shares]:
    key = balances.grouped(lambda unit, account: True if wanted(unit, account) else None)
    return shares_between(key.get(True, (0, 0)), ONE)


def _outstanding(balances: Balances, stock_class: StockClassId) -> Bounds[Shares]:
    """Return the shares outstanding of a class; of a partial register the count that the company stated."""
    recorded = _of_accounts(balances, lambda unit, account: unit == stock_class and type(account) is Held)
    if is_complete(balances, stock_class):
        return recorded
    stated = stated_count(balances, stock_class, ONE)
    return Bounds(recorded.low, None) if stated is None else exactly(stated.shares)


def _as_converted(balances: Balances, stock_class: StockClassId) -> Bounds[Shares]:
    outstanding, ratio = _outstanding(balances, stock_class), conversion_ratio(balances, stock_class)
    if ratio is None:
        return Bounds(NO_SHARES, None)
    return outstanding.map(lambda shares: shares * Ratio(ratio))


def _common_outstanding(balances: Balances, into: StockClassId, subject: str) -> Bounds[Shares]:
    return _outstanding(balances, into)


def _protected(balances: Balances, into: StockClassId, subject: str) -> Bounds[Shares]:
    if subject in balances.subjects(Level.CONVERSION):
        return _as_converted(balances, StockClassId(subject))
    return _of_accounts(
        balances,
        lambda unit, account: unit == into and type(account) is Purchasable and account.instrument == subject,
    )


def _preferred(balances: Balances, into: StockClassId, subject: str) -> Bounds[Shares]:
    converting = [
        each
        for each in balances.subjects(Level.CONVERSION)
        if any(
            isinstance(right, ConversionRight) and right.into == into
            for right in balances.values(Level.CONVERSION, each)
        )
    ]
    return together((_as_converted(balances, each) for each in converting), NO_SHARES)


def _on_accounts(kind: type) -> Callable[[Balances, StockClassId, str], Bounds[Shares]]:
    def count(balances: Balances, into: StockClassId, subject: str) -> Bounds[Shares]:
        return _of_accounts(balances, lambda unit, account: unit == into and type(account) is kind)

    return count


def _notes(balances: Balances, into: StockClassId, subject: str) -> Bounds[Shares]:
    """Return what notes and SAFEs with a fixed price become; of others nobody knows."""
    owed = balances.grouped(lambda unit, account: (account.instrument, unit) if type(account) is Owed else None)
    parts = []
    for (instrument, currency), (low, high) in owed.items():
        prices = balances.values(Level.PRICE, (instrument, into))
        price = balances.only(Level.PRICE, (instrument, into))
        if high <= 0 or (not prices and _converts_elsewhere(balances, instrument, into)):
            continue
        if not isinstance(price, Price) or not price.amount or price.currency != currency:
            parts.append(Bounds(NO_SHARES, None))
        else:
            parts.append(shares_between((low, high), Fraction(1) / price.amount))
    return together(parts, NO_SHARES)


def _converts_elsewhere(balances: Balances, instrument: InstrumentId, into: StockClassId) -> bool:
    """Whether a note converts into another class, or into none."""
    terms = balances.only(Level.NOTE_TERMS, instrument)
    conversion = getattr(terms, "conversion", None)
    return terms is not None and (conversion is None or conversion.into != into)


_COUNT: Final[dict[Counted, Callable[[Balances, StockClassId, str], Bounds[Shares]]]] = {
    Counted.COMMON: _common_outstanding,
    Counted.PROTECTED: _protected,
    Counted.PREFERRED: _preferred,
    Counted.AWARDS: _on_accounts(Awarded),
    Counted.POOL: _on_accounts(Pooled),
    Counted.WARRANTS: _on_accounts(Purchasable),
    Counted.NOTES: _notes,
}
"""How each part is counted, by the balances, the class and the protected subject."""


# --- recording what is proposed --------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class ProposeAdjustments:
    """State what the papers call for after an issue as facts.

    Attributes:
        entry: The entry of the issue.
        on: The day on which prices change; that of the issue when not given.
        phase: Part of the day; that of the issue, or ordinary business of another day.
        reason: Why the shares were issued, if the papers may carve it out.
        only: The classes and instruments that are adjusted; all when empty.
        authority: Section of the papers, or resolution.
    """

    entry: EntryNumber
    on: EffectiveDay | None = None
    phase: Phase | None = None
    reason: CarveOut | None = None
    only: tuple[str, ...] = ()
    authority: str | None = None

    def events(self, ledger: Ledger) -> tuple[Event, ...]:
        """Return an adjustment for each price that the papers lower.

        Raises:
            NotUnderstood: ``E_ENTRY`` where the entry issues nothing for a price that is known.
            TermsIncomplete: What the papers call for is not known exactly, or they call for nothing.
            UnknownName: A name to be adjusted has no protected price.
        """
        answer = adjustments_after(ledger, self.entry, reason=self.reason)
        lines = [answer[each] for each in self.only] if self.only else list(answer)
        for line in lines:
            if line.proposal is None:
                why = line.unknown or "what counts as outstanding lies between two values"
                raise TermsIncomplete(str(line.subject), f"{why}. State the new price yourself.")
        found = tuple(self._adjusted(answer, line) for line in lines if line.proposal and line.proposal.adjusts)
        if not found:
            raise TermsIncomplete(f"entry {self.entry}", "the papers call for no adjustment after it. Record none.")
        return found

    def _adjusted(self, answer: Adjustments, line: AdjustmentLine) -> Event:
        proposal, issued, converts = line.proposal, answer.issued, line.converts
        assert proposal is not None, "asked for before"
        assert issued is not None, "an entry was named"
        common: dict[str, Any] = {
            "effective_on": self.on or issued.fact.effective_on,
            "phase": self.phase or (Phase.ORDINARY if self.on else issued.fact.phase),
            "cause": AdjustmentCause.ANTI_DILUTION,
            "computation": proposal.computation,
            "authority": self.authority,
        }
        if line.protected is Protected.WARRANT:
            return InstrumentAdjusted(
                **common,
                instrument=InstrumentId(line.subject),
                instrument_kind=InstrumentKind.WARRANT,
                stock_class=answer.into,
                price=proposal.after,
                added=tuple(
                    SharesAdded(holder=each.holder, added=each.after - each.before)
                    for each in line.holders
                    if each.after != each.before
                ),
            )
        assert converts is not None, "a class with one price has one right"
        return ConversionPriceAdjusted(**common, stock_class=StockClassId(line.subject), conversion=converts)
