"""The lists of holders that were received, held against the register: who, how many, in total, and since when.

Where the file of a transfer agent and the control book do not have the same total, that is a record difference (17
CFR 240.17Ad-9). Each list is held against the register at the close of its own day. A difference is told only where
no reading agrees: not of the open days of the record, and not of a name that may mean one holder or another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Final

import attrs

from ledger.days import day
from ledger.events import HolderListReceived, ListedHolder
from ledger.identity import EntryNumber, HolderId, IssuerId, StockClassId
from ledger.movements import Account, Held, Level, Posting, Scope, Setting, Unit
from ledger.personal import Personal
from ledger.quantities import Shares
from ledger.timeline import History, InEffect
from projections.bounds import Bounds, exactly
from projections.cap_table import class_lines, merged_names, shares_between
from projections.findings import Severity
from projections.frame import Tabular
from projections.listed_names import KnownNames, Meant
from projections.replay import Balances, is_complete, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame

_NOTHING: Final = Shares(0)
_OWN_UNITS: Final = Fraction(1)
"""A list is in the units of its own day, and so is the register that it is held against."""
_TRIED: Final = 12
"""How many names that are not clear are tried one by one for a holder; more of them are taken as a range."""


class DifferenceKind(Enum):
    """In what a list and the register differ."""

    NOT_IN_REGISTER = "in the list and not in the register"
    """Somebody is listed whom no name of the register fits, or who holds nothing of the class."""
    NOT_IN_LIST = "in the register and not in the list"
    """A holder is not listed, and the list is said to be of all."""
    SHARES = "another number of shares"
    """Both have the holder, and not the same number."""
    CONTROL_BOOK = "the list and the control book"
    """The lines of the list do not add to what is outstanding: issued, less treasury."""
    OWN_TOTAL = "the list and its own total"
    """The lines of the list do not add to the total that it states."""


_HELD_AGAINST: Final = {DifferenceKind.CONTROL_BOOK: "control book", DifferenceKind.OWN_TOTAL: "its own total"}


@attrs.frozen
class RecordDifference:
    """A difference, from the first list in which it shows until the one in which it is gone.

    Attributes:
        kind: In what they differ.
        stock_class: Of which class.
        source: Who drew the lists up.
        holder: Whose shares; none for a total, and for a name that is not in the register.
        name: The name as printed, or as the record has it; empty for a total.
        since: The day of the first list in which it shows.
        last: The day of the last one.
        gone: The day of the list in which it is gone; none where it still stands.
        days: How many days it stood, or stands by the day asked about.
        listed: What the last list has in which it shows.
        recorded: What the record has on that day; of a total, what it should have been.
        off_by: What the list has more; below zero where it has less.
        lists: The entries of the lists in which it shows.
        entries: The entries behind what is recorded, on the day of the last of them.
    """

    CODE: ClassVar[str] = "E_RECORD_DIFFERENCE"

    kind: DifferenceKind
    stock_class: StockClassId
    source: str
    holder: HolderId | None
    name: str
    since: date
    last: date
    gone: date | None
    days: int
    listed: Bounds[Shares]
    recorded: Bounds[Shares]
    off_by: Bounds[Shares]
    lists: tuple[EntryNumber, ...]
    entries: tuple[EntryNumber, ...]

    @property
    def is_open(self) -> bool:
        """Whether it still stands."""
        return self.gone is None

    def arithmetic(self) -> str:
        """Return how it follows, in one line."""
        return f"list {self.listed} − {_HELD_AGAINST.get(self.kind, 'record')} {self.recorded} = {self.off_by}"

    @property
    def severity(self) -> Severity:
        """How bad it is: one that is gone is worth knowing, and nothing has to be done about it."""
        return Severity.BROKEN if self.is_open else Severity.NOTICE


@attrs.frozen
class Candidate:
    """A holder whom a name on a list may mean.

    Attributes:
        holder: Who.
        name: Their name on the day.
        why: In what they are alike: the names, the certificate.
        recorded: What the record has of the class.
    """

    holder: HolderId
    name: str
    why: str
    recorded: Bounds[Shares]


@attrs.frozen
class UnclearName:
    """A line of a list whose name may mean one holder or another. Nobody is merged: somebody has to decide.

    Attributes:
        entry: The entry of the list.
        on: Its day.
        stock_class: Of which class.
        source: Who drew it up.
        name: The name as printed.
        account: Account, as printed.
        certificate: Number of the certificate, as printed.
        shares: How many are listed.
        candidates: Whom it may mean.
    """

    CODE: ClassVar[str] = "E_LISTED_NAME"

    entry: EntryNumber
    on: date
    stock_class: StockClassId
    source: str
    name: str
    account: str | None
    certificate: str | None
    shares: Shares
    candidates: tuple[Candidate, ...]

    @property
    def severity(self) -> Severity:
        """How bad it is: something is missing, namely who is meant."""
        return Severity.OPEN


@attrs.frozen
class ComparedList:
    """A list that was received, and what became of its lines.

    Attributes:
        entry: The entry that records it.
        on: The day that it was struck for.
        stock_class: Of which class.
        source: Who drew it up.
        scope: Whether it is said to be of all holders of record.
        lines: How many lines it has.
        added: What they add to.
        stated: The total that the list itself states.
        outstanding: Shares outstanding in the control book of that day: issued, less treasury.
        matched: Lines whose holder is certain.
        unclear: Lines whose name may mean one holder or another.
        differences: How many differences show in it.
    """

    entry: EntryNumber
    on: date
    stock_class: StockClassId
    source: str
    scope: Scope
    lines: int
    added: Shares
    stated: Shares | None
    outstanding: Bounds[Shares]
    matched: int
    unclear: int
    differences: int


@attrs.frozen(repr=False)
class RecordDifferences(Tabular):
    """Every list that was received by a day, held against the register.

    Attributes:
        issuer: Whose.
        as_of: The day.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        lists: The lists, in order of their days.
        differences: Those that stand, the oldest first; then those that are gone.
        unclear: Names of the last list of each source and class that may mean one holder or another.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    lists: tuple[ComparedList, ...]
    differences: tuple[RecordDifference, ...]
    unclear: tuple[UnclearName, ...]

    def __iter__(self) -> Iterator[RecordDifference]:
        return iter(self.differences)

    def __len__(self) -> int:
        return len(self.differences)

    @property
    def differs(self) -> bool:
        """Whether a difference still stands."""
        return any(each.is_open for each in self.differences)

    def frames(self) -> tuple[Frame, ...]:
        """Return differences, lists and names that are not clear, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.record_differences(self)


def record_differences(ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None) -> RecordDifferences:
    """Return in what the lists of holders that were received by a day differ from the register, and since when.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
    """
    on = day(as_of, what="as_of")
    known = ledger.position(known_at)
    facts = ledger.standing(known)
    names = _Names(facts)
    received = sorted(
        (each for each in facts if type(each.fact) is HolderListReceived and _struck(each) <= on),
        key=lambda each: (_struck(each), each.entry.number),
    )
    compared = [_Compared(ledger, each, facts, names, known_at) for each in received]
    return RecordDifferences(
        ledger.issuer,
        on,
        known,
        ledger.entries()[known - 1].recorded_at,
        tuple(each.told() for each in compared),
        tuple(_dated(compared, on)),
        tuple(unclear for each in _last_of_each(compared) for unclear in each.unclear),
    )


def _struck(each: InEffect) -> date:
    return each.fact.effective_on.latest


class _Names:
    """Every name that a holder bears or ever bore, as far as it is at hand: a list may be behind.

    Args:
        facts: All that stand as known.
    """

    def __init__(self, facts: Iterable[InEffect]) -> None:
        self._borne: defaultdict[HolderId, list[str]] = defaultdict(list)
        for each in facts:
            for movement in each.fact.movements():
                if isinstance(movement, Setting) and movement.level is Level.HOLDER_NAME:
                    value = movement.value.value if isinstance(movement.value, Personal) else str(movement.value)
                    holder: HolderId = movement.subject  # type: ignore[assignment]  # a holder, by its level
                    self._borne[holder] += [] if value is None else [value]
        self._known: dict[tuple[tuple[HolderId, HolderId], ...], KnownNames] = {}

    def counting(self, as_one: Mapping[HolderId, HolderId]) -> KnownNames:
        """Return the names, those of holders that count as one together; lists of many days have the same."""
        key = tuple(sorted(as_one.items()))
        if key not in self._known:
            together: defaultdict[HolderId, list[str]] = defaultdict(list)
            for holder, borne in self._borne.items():
                together[as_one.get(holder, holder)] += borne
            self._known[key] = KnownNames(together)
        return self._known[key]


@attrs.frozen
class _Found:
    """A difference that shows in one list."""

    kind: DifferenceKind
    holder: HolderId | None
    name: str
    listed: Bounds[Shares]
    recorded: Bounds[Shares]
    entries: tuple[EntryNumber, ...] = ()

    @property
    def key(self) -> tuple[DifferenceKind, str]:
        """What makes it the same difference in a later list."""
        return self.kind, self.name.casefold() if self.holder is None else self.holder

    @property
    def off_by(self) -> Bounds[Shares]:
        """What the list has more."""
        return Bounds(
            None if self.listed.low is None or self.recorded.high is None else self.listed.low - self.recorded.high,
            None if self.listed.high is None or self.recorded.low is None else self.listed.high - self.recorded.low,
        )


class _Compared:
    """A list, held against the register at the close of its day.

    Args:
        ledger: The record.
        each: The list.
        facts: All that stand as known.
        names: Every name of every holder.
        known_at: What had been recorded.
    """

    def __init__(
        self,
        ledger: Ledger,
        each: InEffect,
        facts: Sequence[InEffect],
        names: _Names,
        known_at: KnownAt,
    ) -> None:
        assert isinstance(each.fact, HolderListReceived)
        self.list, self.entry, self.on = each.fact, each.entry.number, _struck(each)
        history = ledger.history(self.on, known_at)
        self._register = _Register(history, replay(history, facts), names, self.list.stock_class)
        self._sure: defaultdict[HolderId, Shares] = defaultdict(lambda: _NOTHING)
        self._perhaps: defaultdict[HolderId, list[Shares]] = defaultdict(list)
        self._nobody: dict[str, tuple[str, Shares]] = {}
        self.unclear: list[UnclearName] = []
        self.matched = 0
        self._match()
        self.found = list(self._differences())

    @property
    def series(self) -> tuple[StockClassId, str]:
        """Which lists it is one of: those of a class from one source."""
        return self.list.stock_class, self.list.source

    def _match(self) -> None:
        """Tell whose each line is, or may be."""
        open_lines: list[tuple[ListedHolder, Meant]] = []
        for line in self.list.holders:
            meant = self._register.meant(line)
            if meant.holder is None:
                open_lines.append((line, meant))
            else:
                self.matched += 1
                self._sure[meant.holder] += line.shares
        for line, meant in open_lines:
            nameless = ((each, "a name that is not at hand") for each in self._register.nameless(line))
            bearing = ((each, "the certificate") for each in self._register.with_certificate(line.certificate))
            candidates: defaultdict[HolderId, list[str]] = defaultdict(list)
            for holder, why in (*meant.candidates, *bearing, *nameless):
                candidates[holder].append(why)
            if candidates:
                self._leave_open(line, {holder: ", ".join(whys) for holder, whys in candidates.items()})
            else:
                printed = str(line.name)
                key = " ".join(printed.casefold().split())
                self._nobody[key] = (printed, self._nobody.get(key, ("", _NOTHING))[1] + line.shares)

    def _leave_open(self, line: ListedHolder, candidates: Mapping[HolderId, str]) -> None:
        for holder in candidates:
            self._perhaps[holder].append(line.shares)
        self.unclear.append(
            UnclearName(
                self.entry,
                self.on,
                self.list.stock_class,
                self.list.source,
                str(line.name),
                line.account,
                line.certificate,
                line.shares,
                tuple(
                    Candidate(holder, self._register.name(holder), why, self._register.shares(holder))
                    for holder, why in sorted(candidates.items())
                ),
            )
        )

    def _differences(self) -> Iterator[_Found]:
        register, is_all = self._register, self.list.scope is Scope.COMPLETE
        for holder in sorted({*register.holders(), *self._sure, *self._perhaps}):
            recorded, listed = register.shares(holder), self._listed(holder)
            may_be_left_out = not is_all and holder not in self._sure
            if may_be_left_out or any(_meet(reading, recorded) for reading in self._readings(holder)):
                continue
            if recorded.high == _NOTHING:
                kind = DifferenceKind.NOT_IN_REGISTER
            elif listed.high == _NOTHING:
                kind = DifferenceKind.NOT_IN_LIST
            else:
                kind = DifferenceKind.SHARES
            yield _Found(kind, holder, register.name(holder), listed, recorded, register.entries(holder))
        if register.is_complete:
            for printed, shares in self._nobody.values():
                kind = DifferenceKind.NOT_IN_REGISTER
                yield _Found(kind, None, printed, exactly(shares), exactly(_NOTHING))
        yield from self._totals(is_all=is_all)

    def _totals(self, *, is_all: bool) -> Iterator[_Found]:
        added, outstanding = self.added, self._register.outstanding
        listed = exactly(added) if is_all else Bounds(added, None)
        if not _meet(listed, outstanding):
            yield _Found(DifferenceKind.CONTROL_BOOK, None, "", listed, outstanding)
        if self.list.listed is not None and self.list.listed != added:
            yield _Found(DifferenceKind.OWN_TOTAL, None, "", exactly(added), exactly(self.list.listed))

    def speaks_of(self, found: _Found) -> bool:
        """Whether a difference of an earlier list would show in this one; a list of some leaves out others."""
        if self.list.scope is Scope.COMPLETE:
            return True
        if found.kind is DifferenceKind.OWN_TOTAL:
            return self.list.listed is not None
        if found.holder is not None:
            return found.holder in self._sure
        printed = {str(line.name).casefold() for line in self.list.holders}
        return found.kind is DifferenceKind.NOT_IN_REGISTER and found.name.casefold() in printed

    @property
    def added(self) -> Shares:
        """What the lines add to."""
        return sum((line.shares for line in self.list.holders), _NOTHING)

    def _listed(self, holder: HolderId) -> Bounds[Shares]:
        sure = self._sure.get(holder, _NOTHING)
        return Bounds(sure, sum(self._perhaps.get(holder, ()), sure))

    def _readings(self, holder: HolderId) -> list[Bounds[Shares]]:
        """Return what a holder may be listed with: each unclear line is theirs, or is not."""
        perhaps = self._perhaps.get(holder, [])
        if self.list.scope is not Scope.COMPLETE and holder in self._register.may_be_several:
            return [Bounds(self._sure.get(holder, _NOTHING), None)]  # a part of what may be theirs may be left out
        if len(perhaps) > _TRIED:
            return [self._listed(holder)]
        sums = {self._sure.get(holder, _NOTHING)}
        for shares in perhaps:
            sums |= {each + shares for each in sums}
        return [exactly(each) for each in sums]

    def told(self) -> ComparedList:
        """Return what became of the list."""
        return ComparedList(
            self.entry,
            self.on,
            self.list.stock_class,
            self.list.source,
            self.list.scope,
            len(self.list.holders),
            self.added,
            self.list.listed,
            self._register.outstanding,
            self.matched,
            len(self.unclear),
            len(self.found),
        )


class _Register:
    """The register of a class at the close of a day; holders that count as one, or may, are one.

    Args:
        history: The facts that count on the day.
        balances: What they amount to.
        names: Every name of every holder.
        stock_class: Which class.
    """

    def __init__(
        self,
        history: History,
        balances: Balances,
        names: _Names,
        stock_class: StockClassId,
    ) -> None:
        self._history, self._balances, self._class = history, balances, stock_class
        self._as_one = _as_one(balances)
        self.may_be_several = {
            self._party(holder) for holder, counts_as in merged_names(balances).items() if len(counts_as) > 1
        }
        self._known = names.counting(self._as_one)
        self.is_complete = is_complete(balances, stock_class)
        held = balances.grouped(self._whose)
        self._shares = {
            holder: shares_between(bounds, _OWN_UNITS) for holder, bounds in held.items() if bounds != (0, 0)
        }
        lines = class_lines(balances, dict.fromkeys(balances.subjects(Level.CLASS_KIND), _OWN_UNITS))
        self.outstanding: Bounds[Shares] = next(
            (line.outstanding for line in lines if line.stock_class == stock_class), exactly(_NOTHING)
        )

    def _whose(self, unit: Unit, account: Account) -> HolderId | None:
        return self._party(account.holder) if type(account) is Held and unit == self._class else None

    def _party(self, holder: HolderId) -> HolderId:
        return self._as_one.get(holder, holder)

    def holders(self) -> Iterable[HolderId]:
        """Return everybody who holds shares of the class, or may."""
        return self._shares

    def shares(self, holder: HolderId) -> Bounds[Shares]:
        """Return what a holder has; of one who is not in a partial register, that is not known from above."""
        return self._shares.get(holder, Bounds(_NOTHING, _NOTHING if self.is_complete else None))

    def name(self, holder: HolderId) -> str:
        """Return what a holder is called on the day, as far as it is at hand."""
        return " or ".join(map(str, self._balances.values(Level.HOLDER_NAME, holder))) or str(holder)

    def meant(self, line: ListedHolder) -> Meant:
        """Return whom a line means, or those whom it may mean."""
        if line.holder is not None:
            return Meant(self._party(line.holder))
        return Meant(None) if line.name.value is None else self._known.meant(line.name.value)

    def nameless(self, line: ListedHolder) -> list[HolderId]:
        """Return whom a line may mean beside: a name that was erased may be that of anybody, and anybody's its."""
        erased = line.name.value is None
        return [holder for holder in self._shares if erased or not self._known.has(holder)]

    def with_certificate(self, certificate: str | None) -> list[HolderId]:
        """Return who has shares under a certificate: a line that bears its number may be theirs."""
        found = self._balances.grouped(
            lambda unit, account: (
                self._whose(unit, account) if type(account) is Held and account.security == certificate else None
            )
        )
        return [] if certificate is None else [holder for holder, bounds in found.items() if bounds != (0, 0)]

    def entries(self, holder: HolderId) -> tuple[EntryNumber, ...]:
        """Return the entries behind what a holder has."""
        return tuple(
            each.entry.number
            for each in (*self._history.certain, *self._history.open)
            if any(
                isinstance(movement, Posting) and self._whose(movement.unit, movement.account) == holder
                for movement in each.fact.movements()
            )
        )


def _as_one(balances: Balances) -> dict[HolderId, HolderId]:
    """Return under which holder each is counted that was merged into another, or may have been."""
    found: dict[HolderId, HolderId] = {}

    def first(holder: HolderId) -> HolderId:
        while holder in found:
            holder = found[holder]
        return holder

    for holder, counts_as in merged_names(balances).items():
        for other in (holder, *counts_as):
            ours, theirs = first(counts_as[0]), first(other)
            if ours != theirs:
                found[theirs] = ours
    return {holder: first(holder) for holder in found}


def _meet(one: Bounds[Shares], other: Bounds[Shares]) -> bool:
    """Whether two figures may be the same."""
    return not (
        (one.high is not None and other.low is not None and one.high < other.low)
        or (other.high is not None and one.low is not None and other.high < one.low)
    )


def _in_series(compared: Iterable[_Compared]) -> list[list[_Compared]]:
    """Return the lists by class and source: one answers for the one before."""
    found: defaultdict[tuple[StockClassId, str], list[_Compared]] = defaultdict(list)
    for each in compared:
        found[each.series].append(each)
    return list(found.values())


def _last_of_each(compared: Iterable[_Compared]) -> list[_Compared]:
    return [lists[-1] for lists in _in_series(compared)]


def _dated(compared: Iterable[_Compared], on: date) -> list[RecordDifference]:
    """Return each difference once, from the first list in which it shows until the one in which it is gone."""
    told: list[RecordDifference] = []
    for lists in _in_series(compared):
        standing: dict[tuple[DifferenceKind, str], list[tuple[_Compared, _Found]]] = {}
        for each in lists:
            shows = {found.key: found for found in each.found}
            gone = [key for key, (*_, (_, last)) in standing.items() if key not in shows and each.speaks_of(last)]
            told += [_told(standing.pop(key), each.on, on) for key in gone]
            for key, found in shows.items():
                standing.setdefault(key, []).append((each, found))
        told += [_told(shown_in, None, on) for shown_in in standing.values()]
    order = [*DifferenceKind]
    return sorted(
        told,
        key=lambda each: (
            each.gone is not None,
            each.since,
            each.stock_class,
            each.source,
            order.index(each.kind),
            each.name,
        ),
    )


def _told(shown_in: Sequence[tuple[_Compared, _Found]], gone: date | None, on: date) -> RecordDifference:
    (first, _), (last, found) = shown_in[0], shown_in[-1]
    return RecordDifference(
        found.kind,
        last.list.stock_class,
        last.list.source,
        found.holder,
        found.name,
        first.on,
        last.on,
        gone,
        ((gone or on) - first.on).days,
        found.listed,
        found.recorded,
        found.off_by,
        tuple(each.entry for each, _ in shown_in),
        found.entries,
    )
