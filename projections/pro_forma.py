"""A priced round on top of a day: who would hold what after it. Nothing of it is recorded.

The day gives what stands: shares as converted, options and warrants, the pool, and the SAFEs and notes that
convert. ``ledger.terms.rounds`` solves the round; here its outcome is laid beside what there was.
``projections.closing`` states the same outcome as facts, for a what-if or for the record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from ledger.days import day
from ledger.errors import NotUnderstood, UnknownName, nearest
from ledger.identity import HolderId, InstrumentId, IssuerId, PlanId, StockClassId
from ledger.movements import (
    Account,
    InstrumentKind,
    Level,
    Owed,
    StockClassKind,
    Unit,
)
from ledger.quantities import SCALE, Currency, Money, Shares, paid_out
from ledger.terms.notes import NoteTerms
from ledger.terms.rounds import Converting, Round, Solution, Standing, solve
from ledger.terms.safes import CapAndDiscount, SafeTerms
from projections.cap_table import CapTable, name_of, possible_names, table_of
from projections.frame import Tabular
from projections.replay import Balances, Units, replay
from projections.share_lines import Part, ShareLine, left_aside, lines_without_papers

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame
    from projections.notes import NoteLedger


@attrs.frozen
class HolderInRound:
    """A holder before and after a round, all counted as converted to common.

    Attributes:
        holder: Who; of holders that were merged, the one that they are shown under.
        name: What they are called on the day.
        held: Shares held before.
        options: Shares that their options, other awards and warrants stand for.
        received: Shares received for SAFEs and notes.
        bought: Shares bought in the round.
        before: Held, and options.
        after: All of it.
        part_before: Part of the company before the round, an exact fraction.
        part_after: Part of the company after it.
    """

    holder: HolderId
    name: str
    held: Shares
    options: Shares
    received: Shares
    bought: Shares
    before: Shares
    after: Shares
    part_before: Fraction
    part_after: Fraction

    @property
    def dilution(self) -> Fraction | None:
        """Which part of their part they lose, below zero for one that grows; ``None`` for who had none."""
        return 1 - self.part_after / Fraction(self.part_before) if self.part_before else None


@attrs.frozen
class NotConverting:
    """A SAFE or note that stays as it is in the round.

    Attributes:
        instrument: Which.
        holder: Whose.
        amount: Purchase amount or principal.
        why: Why it does not convert.
    """

    instrument: InstrumentId
    holder: HolderId
    amount: Money
    why: str


@attrs.frozen(repr=False)
class ProForma(Tabular):
    """A priced round on top of the close of a day.

    Attributes:
        issuer: Whose.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        agreed: What is agreed of the round.
        standing: The company before it.
        solution: The round, worked out: price, purchases, conversions, pool.
        holders: Everybody who holds something before or after it, the largest first.
        not_recorded: Shares of holders that are not recorded, as converted; zero in a complete register.
        not_converting: SAFEs and notes that stay as they are.
        left_aside: Classes that neither convert nor are common, and do not count.
        classes: Classes that there are before it, each with its kind.
        plans: Plans that there are before it.
        not_registered: Investors that the record does not know yet.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    agreed: Round
    standing: Standing
    solution: Solution
    holders: tuple[HolderInRound, ...]
    not_recorded: Shares
    not_converting: tuple[NotConverting, ...]
    left_aside: tuple[StockClassId, ...]
    classes: tuple[tuple[StockClassId, StockClassKind], ...]
    plans: tuple[PlanId, ...]
    not_registered: tuple[HolderId, ...]

    def __iter__(self) -> Iterator[HolderInRound]:
        return iter(self.holders)

    def __len__(self) -> int:
        return len(self.holders)

    def __getitem__(self, holder: str) -> HolderInRound:
        for line in self.holders:
            if line.holder == holder:
                return line
        names = [str(line.holder) for line in self.holders]
        raise UnknownName("holder in the round", holder, self.as_of, nearest(holder, names))

    def frames(self) -> tuple[Frame, ...]:
        """Return holders, and what converts, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.pro_forma(self)

    @property
    def before(self) -> Shares:
        """All shares before the round, the pool included, as converted."""
        return _shares(self.standing.total)

    @property
    def after(self) -> Shares:
        """All shares after it."""
        return _shares(self.solution.total)

    @property
    def pool_before(self) -> Shares:
        """Shares of the pool before it, not granted; options that are promised come out of them."""
        return _shares(self.standing.unissued)

    @property
    def pool_after(self) -> Shares:
        """Shares of the pool after it."""
        return self.pool_before + self.solution.pool_increase

    @property
    def effective_pre_money(self) -> Fraction:
        """What the shares and options of before count for at the price of the round."""
        return self.solution.price.amount * self.standing.total

    @property
    def post_money(self) -> Fraction:
        """What the company counts for after it: all shares at the price of the round."""
        return self.solution.price.amount * self.solution.total


def pro_forma(
    ledger: Ledger,
    agreed: Round,
    *,
    as_of: AsOf,
    known_at: KnownAt = None,
    promised: Shares | None = None,
    leave_out: Collection[str] = (),
) -> ProForma:
    """Return a priced round on top of the close of a day, solved exactly.

    Every SAFE converts, and every note that promises to in a round of this size, unless it is left out.

    Args:
        ledger: The record.
        agreed: What is agreed of the round.
        as_of: The day on whose close it stands, and to which interest is counted.
        known_at: What had been recorded; everything when not given.
        promised: Options promised and not granted.
        leave_out: SAFEs and notes that do not convert in it.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_OPEN`` where a figure that the round needs is not known exactly; ``E_TERMS`` where no
            price solves the round; ``E_CURRENCY_MISMATCH`` for what is in another currency.
        UnknownName: There is no SAFE or note of a name that is left out.
    """
    history = ledger.history(day(as_of, what="as_of"), known_at)
    facts = ledger.standing(history.known)
    balances = replay(history, facts)  # every fact is needed: awards are followed one by one
    table = table_of(ledger, facts, balances, Units(facts, None, history.as_of))
    before = _Before(ledger, balances, table)
    papers, staying = before.papers(agreed, frozenset(leave_out))
    standing = Standing(
        shares=before.outstanding() + before.not_recorded,
        options=sum(before.options.values(), Fraction(0)),
        unissued=before.pooled,
        promised=Fraction(0) if promised is None else promised.as_fraction(),
    )
    solution = solve(agreed, standing, papers)
    return ProForma(
        table.issuer,
        table.as_of,
        table.known,
        table.known_at,
        agreed,
        standing,
        solution,
        tuple(_holders(before, standing, solution)),
        _shares(before.not_recorded),
        tuple(staying),
        left_aside(balances, table),
        tuple((line.stock_class, line.class_kind) for line in table.classes),
        tuple(balances.subjects(Level.PLAN)),
        tuple(dict.fromkeys(each.holder for each in agreed.investments if each.holder not in table.registered)),
    )


def _shares(number: Fraction) -> Shares:
    return Shares.of_units(number * SCALE)


def _open(what: str, hint: str) -> NotUnderstood:
    return NotUnderstood("E_OPEN", f"{what}, and a round needs one number", hint)


_Owed = tuple[InstrumentId, HolderId, Money]
"""What is owed to a holder under a SAFE or note."""


class _Before:
    """What stands on the day of a round, as converted to common and by holder."""

    def __init__(self, ledger: Ledger, balances: Balances, table: CapTable) -> None:
        self._ledger, self._balances, self._table, self._on = ledger, balances, table, table.as_of
        self.held: dict[HolderId, Fraction] = defaultdict(Fraction)
        self.options: dict[HolderId, Fraction] = defaultdict(Fraction)
        self.not_recorded = self.pooled = Fraction(0)
        for line in lines_without_papers(balances, table):
            self._count(line)

    def _count(self, line: ShareLine) -> None:
        whose = line.holder or ("the pool" if line.part is Part.POOL else "holders not recorded")
        if not line.shares.is_exact:
            hint = "ask for a day on which it is known, or suppose the facts that are missing"
            raise _open(f"{line.source} of {whose} on {self._on}: {line.shares}", hint)
        shares = line.shares.exact.as_fraction()
        if line.part is Part.POOL:
            self.pooled += shares
        elif line.holder is None:
            self.not_recorded += shares
        elif line.part in (Part.COMMON, Part.PREFERRED):
            self.held[line.holder] += shares
        elif shares:
            self.options[self.shown(line.holder)] += shares

    def name(self, holder: HolderId) -> str:
        return name_of(self._balances, holder)

    def outstanding(self) -> Fraction:
        return sum(self.held.values(), Fraction(0))

    def shown(self, holder: HolderId) -> HolderId:
        """Return the holder under which one that was merged is shown."""
        counts_as = possible_names(self._balances, holder)
        if len(counts_as) > 1:
            raise _open(f"whether {holder} is merged on {self._on} is open", "ask for a later day")
        return counts_as[0]

    # --- what converts ------------------------------------------------------------------------------------

    def papers(self, agreed: Round, leave_out: frozenset[str]) -> tuple[list[Converting], list[NotConverting]]:
        """Return the SAFEs and notes that convert in a round, and those that stay as they are."""
        owed = self._owed()
        unknown = leave_out - {instrument for instrument, *_ in owed}
        if unknown:
            name = min(unknown)
            near = nearest(name, [str(instrument) for instrument, *_ in owed])
            raise UnknownName("outstanding SAFE or note", name, None, near)
        converting: list[Converting] = []
        staying: list[NotConverting] = []
        for instrument, holder, amount in owed:
            terms, why = self._terms(instrument, agreed)
            if instrument in leave_out:
                why = "left out"
            if terms is None or why:
                staying.append(NotConverting(instrument, holder, amount, why))
                continue
            converting.append(
                Converting(
                    name=instrument,
                    holder=holder,
                    principal=amount,
                    interest=self._interest(instrument, holder, owed),
                    terms=terms,
                    others=self._later_terms(instrument, terms),
                )
            )
        return converting, staying

    def _owed(self) -> list[_Owed]:
        """Return what is owed under each SAFE and note, in the order in which they were issued."""

        def owed(unit: Unit, account: Account) -> Any:
            return (account.instrument, account.holder, unit) if isinstance(account, Owed) else None

        order = {subject: place for place, subject in enumerate(self._balances.subjects(Level.INSTRUMENT))}
        found = []
        for (instrument, holder, currency), (low, high) in self._balances.grouped(owed).items():
            if low != high:
                raise _open(
                    f"what is owed under {instrument} on {self._on} is not known exactly", "ask for a later day"
                )
            if low and isinstance(currency, Currency):
                found.append((instrument, holder, Money.of_units(int(low), currency)))
        return sorted(found, key=lambda each: (order[each[0]], each[1]))

    def _level(self, level: Level, instrument: InstrumentId) -> Any:
        values = self._balances.values(level, instrument)
        if len(values) > 1:
            raise _open(f"the terms of {instrument} on {self._on} are open", "ask for a later day")
        return values[0] if values else None

    def _terms(self, instrument: InstrumentId, agreed: Round) -> tuple[CapAndDiscount | None, str]:
        """Return what a paper promises in a round, and otherwise why it does not convert in it."""
        if self._level(Level.INSTRUMENT, instrument) is InstrumentKind.SAFE:
            return self._level(Level.SAFE_TERMS, instrument), ""
        terms = self._level(Level.NOTE_TERMS, instrument)
        if not isinstance(terms, NoteTerms) or terms.in_a_round is None:
            return None, "it promises no conversion in a round"
        least = terms.in_a_round.round_of_at_least
        if least is not None and (least.currency != agreed.currency or least.amount > agreed.new_money):
            return None, f"it converts in a round of at least {least:,}"
        return terms.in_a_round, ""

    def _later_terms(self, instrument: InstrumentId, terms: CapAndDiscount) -> tuple[CapAndDiscount, ...]:
        """Return the terms that a most-favored-nation clause opens: those of SAFEs and notes issued later."""
        if not (isinstance(terms, SafeTerms) and terms.most_favored_nation):
            return ()
        instruments: list[InstrumentId] = self._balances.subjects(Level.INSTRUMENT)
        later = instruments[instruments.index(instrument) + 1 :]
        found = [self._promised(each) for each in later]
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def _promised(self, instrument: InstrumentId) -> CapAndDiscount | None:
        safe = self._level(Level.SAFE_TERMS, instrument)
        if isinstance(safe, SafeTerms):
            return safe
        note = self._level(Level.NOTE_TERMS, instrument)
        return note.in_a_round if isinstance(note, NoteTerms) else None

    def _interest(self, instrument: InstrumentId, holder: HolderId, owed: Iterable[_Owed]) -> Fraction:
        """Return the interest on a note that is owed to a holder on the day, to the cent; a SAFE bears none."""
        if self._level(Level.INSTRUMENT, instrument) is not InstrumentKind.NOTE:
            return Fraction(0)
        shown = self.shown(holder)
        together = [each for each in owed if each[0] == instrument and self.shown(each[1]) == shown]
        interest = self._notes.of(instrument, shown).interest
        if interest.low is None or not interest.is_exact:
            raise _open(f"the interest on {instrument} on {self._on} is not known exactly", "ask for a later day")
        principal = sum((amount.amount for _, _, amount in together), Fraction(0))
        parts = [interest.low * amount.amount / Fraction(principal) for _, _, amount in together]
        rounded = paid_out(parts, together[0][2].currency)
        return next(money.amount for each, money in zip(together, rounded, strict=True) if each[1] == holder)

    @cached_property
    def _notes(self) -> NoteLedger:
        from projections.notes import notes  # only a round in which a note converts needs it

        return notes(self._ledger, as_of=self._on, known_at=self._table.known)


def _holders(before: _Before, standing: Standing, solution: Solution) -> list[HolderInRound]:
    """Return everybody before and after, the largest after it first."""
    received: dict[HolderId, Fraction] = defaultdict(Fraction)
    for conversion in solution.conversions:
        received[before.shown(conversion.holder)] += conversion.shares.as_fraction()
    bought: dict[HolderId, Fraction] = defaultdict(Fraction)
    for purchase in solution.purchases:
        bought[before.shown(purchase.holder)] += purchase.shares.as_fraction()
    lines = []
    for holder in {**before.held, **before.options, **received, **bought}:
        parts = [each.get(holder, Fraction(0)) for each in (before.held, before.options, received, bought)]
        was, will = sum(parts[:2], Fraction(0)), sum(parts, Fraction(0))
        if will:
            held, options, for_papers, for_money = map(_shares, parts)
            lines.append(
                HolderInRound(
                    holder,
                    before.name(holder),
                    held,
                    options,
                    for_papers,
                    for_money,
                    _shares(was),
                    _shares(will),
                    was / Fraction(standing.total),
                    will / Fraction(solution.total),
                )
            )
    return sorted(lines, key=lambda line: (-line.after.units, line.holder))
