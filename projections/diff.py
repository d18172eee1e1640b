"""What is otherwise at one standpoint than at another: every figure, old and new, and which entries made it so.

The standpoints may be two days, two states of knowledge about one day (a *restatement diff*), or the record with
and without events that are only supposed. Each figure is that of the cap table or of the commitments, or what a
holder has in a note, a SAFE, a warrant or an award. An entry is named at it if it contributes otherwise to it: a
fact that adds to the sum, a level that is in force, a split of what there was. Where a day has merely come, as for
a tranche that fell due, no entry is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.days import close_of, day
from ledger.errors import NotUnderstood
from ledger.events import Event
from ledger.identity import (
    AgreementId,
    HolderId,
    InstrumentId,
    IssuerId,
    PlanId,
    ReserveId,
    SecurityId,
    StockClassId,
)
from ledger.movements import (
    Account,
    Awarded,
    Commitment,
    Held,
    Level,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Rescaling,
    Reserved,
    Setting,
    Source,
    Stage,
    Subject,
    Unit,
)
from ledger.quantities import Price
from ledger.timeline import InEffect, Place, place_in_history
from projections.bounds import Bounds, Possible
from projections.cap_table import (
    ClassLine,
    merged_names,
    money_between,
    name_of,
    reissuable_classes,
    shares_between,
)
from projections.commitments import TrancheLine, money_under, shares_under, what_became
from projections.effects import pairs
from projections.figures import part_of_class
from projections.frame import Frame, Tabular
from projections.replay import Accounts, Balances, Quantity, Replay, close_place, is_complete
from projections.standpoints import Changed, ChangedFact, Side, Standpoint, State, changed_facts

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger


@attrs.frozen
class Change:
    """A figure, or a level, that is otherwise than it was.

    Attributes:
        of: What it is of: holder and class, class, class and reserve, agreement, agreement and tranche, instrument,
            or instrument and holder.
        figure: Which figure: shares, outstanding, undrawn, due on … in the words of the views.
        old: Its value at the old standpoint: ``Bounds``, ``Possible`` or another value; zero, or ``None``, of what
            was not there.
        new: Its value at the new standpoint.
        entries: Numbers of the entries that made it so; none where only days have passed.
    """

    of: tuple[str, ...]
    figure: str
    old: Any
    new: Any
    entries: tuple[int, ...]

    @property
    def low_by(self) -> Any:
        """By how much its lower bound changed; ``None`` for a level, and where it is not known on both sides."""
        return _by(self.old, self.new, "low")

    @property
    def high_by(self) -> Any:
        """By how much its upper bound changed; ``None`` for a level, and where it is not known on both sides."""
        return _by(self.old, self.new, "high")

    @property
    def by(self) -> Any:
        """By how much it changed, where it is known exactly on both sides; otherwise ``None``."""
        are_exact = all(isinstance(side, Bounds) and side.is_exact for side in (self.old, self.new))
        return self.low_by if are_exact else None


def _by(old: Any, new: Any, side: str) -> Any:
    before, after = getattr(old, side, None), getattr(new, side, None)
    return None if before is None or after is None else after - before


@attrs.frozen(repr=False)
class Difference(Tabular):
    """What is otherwise at a new standpoint than at an old one.

    Attributes:
        issuer: Whose record.
        old: The standpoint that is compared.
        new: The standpoint that it is compared with.
        basis: The day in whose units quantities are shown; ``None`` where each side has the units of its own day.
        names: What the holders are called at the new standpoint, or else at the old one.
        holdings: What holders have of each class.
        classes: What each class amounts to, its terms, and its reserves.
        agreements: What was promised under each agreement and tranche, and what has become of it.
        instruments: What is owed under each note and SAFE, may be bought under each warrant and is outstanding
            under each award, by holder, and the price of one share.
        facts: Every fact that counts otherwise, in order of effect, figures or no figures.
    """

    issuer: IssuerId | None
    old: Standpoint
    new: Standpoint
    basis: date | None
    names: Mapping[HolderId, str] = attrs.field(hash=False)
    holdings: tuple[Change, ...]
    classes: tuple[Change, ...]
    agreements: tuple[Change, ...]
    instruments: tuple[Change, ...]
    facts: tuple[ChangedFact, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, those of holdings first."""
        return self.holdings + self.classes + self.agreements + self.instruments

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __bool__(self) -> bool:
        return bool(self.changes or self.facts)

    def frames(self) -> tuple[Frame, ...]:
        """Return changes and facts, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.difference(self)

    def of(self, *names: str, figure: str) -> Change | None:
        """Return the change of a figure; ``None`` where it is what it was."""
        return next((each for each in self.changes if each.of == names and each.figure == figure), None)


def difference(
    ledger: Ledger,
    *,
    after: AsOf,
    through: AsOf,
    known_at: KnownAt = None,
    known_after: KnownAt = None,
    basis: AsOf | None = None,
) -> Difference:
    """Return what is otherwise at the close of one day than at the close of another.

    Args:
        ledger: The record.
        after: The earlier day.
        through: The later day, or the same.
        known_at: What had been recorded; everything when not given.
        known_after: What had been recorded at the earlier standpoint, where that is less.
        basis: A day, ``through`` or later, in whose units every quantity is shown; without one each is in the
            units of its own day, and a split changes figures.

    Raises:
        NothingRecorded: Nothing had been recorded by then.
        NotUnderstood: ``E_DATE`` when ``through`` is before ``after``, ``E_BASIS`` when ``basis`` is before it,
            ``E_KNOWN`` when less was known at the later standpoint.
    """
    first, last = day(after, what="after"), day(through, what="through")
    if last < first:
        raise NotUnderstood("E_DATE", f"{last} is before {first}", "give the earlier day first")
    new = Side(ledger, last, known_at, basis)
    return _difference(Side(ledger, first, known_at if known_after is None else known_after, basis), new, basis)


def restatement(
    ledger: Ledger, *, as_of: AsOf, known_from: KnownAt, known_to: KnownAt = None, basis: AsOf | None = None
) -> Difference:
    """Return what was learnt about one day: how its answers changed with what was recorded in between.

    Args:
        ledger: The record.
        as_of: The day.
        known_from: What had been recorded first.
        known_to: What had been recorded later; everything when not given.
        basis: A later day in whose units every quantity is shown.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_from``.
        NotUnderstood: ``E_KNOWN`` when less was known later, ``E_BASIS`` when ``basis`` is before the day.
    """
    return difference(ledger, after=as_of, through=as_of, known_at=known_to, known_after=known_from, basis=basis)


def what_if(
    ledger: Ledger,
    *events: Event,
    as_of: AsOf,
    known_at: KnownAt = None,
    as_stated: bool = False,
    basis: AsOf | None = None,
) -> Difference:
    """Return what would be otherwise on a day if events were recorded; nothing is.

    ``ledger.supposing(*events)`` is the ledger with them, for every other question.

    Args:
        ledger: The record.
        events: What would have happened, in order.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        as_stated: Let limits that would not hold be found afterwards, instead of refusing the events.
        basis: A later day in whose units every quantity is shown.

    Raises:
        RuleBroken: The events go against the record or the papers, as they would if they were recorded.
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_BASIS`` when ``basis`` is before the day.
    """
    supposed = ledger.supposing(*events, known_at=known_at, as_stated=as_stated)
    return from_supposed(ledger, supposed, as_of=as_of, known_at=known_at, basis=basis)


def from_supposed(
    ledger: Ledger, supposed: Ledger, *, as_of: AsOf, known_at: KnownAt = None, basis: AsOf | None = None
) -> Difference:
    """Return what is otherwise in a ledger with supposed events than in the one that they were put on.

    Args:
        ledger: The record.
        supposed: The same, supposing events on what was known at ``known_at``.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        basis: A later day in whose units every quantity is shown.
    """
    return _difference(Side(ledger, as_of, known_at, basis), Side(supposed, as_of, None, basis), basis)


def _difference(old: Side, new: Side, basis: AsOf | None) -> Difference:
    changed = changed_facts(old, new)
    behind = _Behind(old, new, changed)
    classes = [line.stock_class for side in (new, old) for line in side.table.classes]

    def by_class(change: Change) -> tuple[int, str]:
        return classes.index(StockClassId(change.of[1])), change.of[0]

    instruments = tuple(_changes(_instruments(old), _instruments(new), behind))
    names = {holder: name_of(side.balances, holder) for side in (old, new) for holder in _named(instruments)}
    return Difference(
        old.ledger.issuer,
        old.standpoint,
        new.standpoint,
        None if basis is None else day(basis, what="basis"),
        names | {line.holder: line.name for side in (old, new) for line in side.table.holdings},
        tuple(sorted(_changes(_holdings(old), _holdings(new), behind), key=by_class)),
        tuple(_changes(_classes(old), _classes(new), behind)),
        tuple(_changes(_agreements(old), _agreements(new), behind)),
        instruments,
        tuple(each for each, _, _ in changed),
    )


def _named(instruments: Iterable[Change]) -> Iterator[HolderId]:
    """Yield the holders of instruments."""
    return (HolderId(change.of[1]) for change in instruments if len(change.of) > 1)


def _changes(old: _Figures, new: _Figures, behind: _Behind) -> Iterator[Change]:
    for key in dict.fromkeys((*new, *old)):
        sides = [each for each in (old.get(key), new.get(key)) if each is not None]
        was, now = (each[key][0] if key in each else None for each in (old, new))
        was, now = _or_nothing(was, now), _or_nothing(now, was)
        if was != now:
            yield Change(*key, was, now, behind.entries([rests_on() for _, rests_on in sides]))


def _or_nothing(value: Any, other: Any) -> Any:
    """Return a value, and for what was not there the nothing that can be compared with the other side."""
    if isinstance(value, Possible):
        return Possible(()) if value.values == (None,) else value
    if value is not None:
        return value
    if isinstance(other, Possible):
        return Possible(())
    if isinstance(other, Bounds):
        known = other.low if other.low is not None else other.high
        return None if known is None else Bounds(known - known, known - known)
    return False if isinstance(other, bool) else None


# --- every figure, and what it rests on ----------------------------------------------------------------------


@attrs.frozen
class _RestsOn:
    """What a figure is made of.

    Attributes:
        topics: The holders, classes, certificates and agreements of which a fact must speak to bear on it; none
            for any fact.
        counts: Whether a posting, beside the one on the other side, adds to it.
        levels: Whether a level of a subject bears on it.
        scaled: The class whose splits change it, if they find something.
        always_scaled: Whether a split changes it whatever it finds: it is no sum of what there is on that day.
        rounded: Whether a posting adds to what a later split rounds, where that is more than what it adds to.
    """

    topics: frozenset[str]
    counts: Callable[[Posting, Posting], bool]
    levels: Callable[[Level, Subject], bool]
    scaled: StockClassId | None = None
    always_scaled: bool = False
    rounded: Callable[[Posting, Posting], bool] = lambda own, other: False


_Figures = dict[tuple[tuple[str, ...], str], tuple[Any, Callable[[], _RestsOn]]]
"""The value of each figure, by what it is of and its name, with what it rests on: asked for where it changed."""


def _words(field: str) -> str:
    return field.replace("_", " ")


def _holdings(side: Side) -> _Figures:
    names = merged_names(side.balances)
    counts_as: dict[HolderId, set[HolderId]] = {}
    for holder, possible in names.items():
        for name in possible:
            counts_as.setdefault(name, {name}).add(holder)
    return {
        ((line.holder, line.stock_class), "shares"): (
            line.shares,
            partial(_held_by, frozenset(counts_as.get(line.holder, {line.holder})), line.stock_class),
        )
        for line in side.table.holdings
    }


def _held_by(among: frozenset[HolderId], stock_class: StockClassId) -> _RestsOn:
    return _RestsOn(
        frozenset((*among, _split_of(stock_class))),
        _posted(stock_class, lambda account: type(account) is Held and account.holder in among),
        lambda level, subject: level is Level.MERGED_INTO and subject in among,
        stock_class,
    )


def _posted(stock_class: StockClassId, includes: Callable[[Account], bool]) -> Callable[[Posting, Posting], bool]:
    return lambda own, other: own.unit == stock_class and includes(own.account)


def _split_of(stock_class: StockClassId) -> str:
    return f"split of {stock_class}"


def _scope_of(subject: Subject) -> str:
    return f"scope of {subject}"


_EVERY_PART: Final = ("outstanding", "treasury", "reserved", "spent")
_CLASS_RESTS_ON: Final[dict[str, tuple[tuple[str, ...], tuple[Level, ...]]]] = {
    "title": ((), (Level.CLASS_TITLE,)),
    "class_kind": ((), (Level.CLASS_KIND,)),
    "scope": ((), (Level.SCOPE,)),
    "is_complete": ((), (Level.SCOPE,)),
    "authorized": ((), (Level.AUTHORIZED,)),
    "reserved": (("reserved",), ()),
    "issued": (("outstanding", "treasury"), (Level.SCOPE,)),
    "treasury": (("treasury",), ()),
    "outstanding": (("outstanding",), (Level.SCOPE,)),
    "spent": (("spent",), (Level.SCOPE,)),
    "available": (_EVERY_PART, (Level.AUTHORIZED, Level.SCOPE)),
    "as_converted": (("outstanding",), (Level.SCOPE, Level.CONVERSION, Level.STATED_VALUE, Level.CLASS_KIND)),
    "votes": (("outstanding",), (Level.SCOPE, Level.VOTES_PER_SHARE)),
    "not_recorded": (("outstanding",), (Level.SCOPE, Level.STATED_OUTSTANDING)),
    "stated": ((), (Level.STATED_OUTSTANDING,)),
    "par_value": ((), (Level.PAR_VALUE,)),
    "stated_value": ((), (Level.STATED_VALUE,)),
    "seniority": ((), (Level.SENIORITY,)),
    "votes_per_share": ((), (Level.VOTES_PER_SHARE,)),
}
"""For each figure of a class the parts that it counts, and the levels that bear on it."""
_OF_ANY_CLASS: Final = ("as_converted",)
"""What a class stands for as converted depends on the terms of every class on the way to the common stock."""


def _classes(side: Side) -> _Figures:
    reissuable = reissuable_classes(side.balances)
    found: _Figures = {}
    for line in side.table.classes:
        which = line.stock_class
        for field in attrs.fields(ClassLine):
            if field.name in _CLASS_RESTS_ON:
                rests_on = partial(_class_rests_on, which, field.name, spends=which not in reissuable)
                found[(which,), _words(field.name)] = getattr(line, field.name), rests_on
        for reserve in line.reserves:
            name = reserve.reserve
            of = (which, _called(name))
            found[of, "reserved"] = reserve.shares, partial(_kept_in, name, which)
            if isinstance(name, ReserveId):
                found[of, "purpose"] = reserve.purpose, partial(_of_level, Level.RESERVE, (which, name))
        for scheme, number in line.identifiers:
            found[(which,), scheme] = number, partial(_of_level, Level.IDENTIFIER, (which, scheme))
    return found


def _class_rests_on(stock_class: StockClassId, figure: str, *, spends: bool) -> _RestsOn:
    parts, levels = _CLASS_RESTS_ON[figure]
    counted = [part for part in parts if spends or part != "spent"]
    of_any = figure in _OF_ANY_CLASS
    return _RestsOn(
        frozenset() if of_any else frozenset((stock_class,)),
        _posted(stock_class, lambda account: part_of_class(account) in counted),
        lambda level, subject: level in levels and (of_any or subject == stock_class),
        stock_class,
        always_scaled=figure == "stated",
    )


def _called(name: ReserveId | PlanId | None) -> str:
    """Return what shares that are kept back are called; a plan and a reserve may bear the same name."""
    if name is None:
        return "awards"
    return f"pool of {name}" if isinstance(name, PlanId) else str(name)


def _kept_in(name: ReserveId | PlanId | None, stock_class: StockClassId) -> _RestsOn:
    kept = Pooled(name) if isinstance(name, PlanId) else None if name is None else Reserved(name)
    return _RestsOn(
        frozenset((stock_class,)),
        _posted(stock_class, lambda account: type(account) is Awarded if kept is None else account == kept),
        lambda level, subject: False,
        stock_class,
    )


def _of_level(level: Level, subject: tuple[str, str]) -> _RestsOn:
    return _RestsOn(
        frozenset((subject[0],)), lambda own, other: False, lambda which, of: (which, of) == (level, subject)
    )


_OF_AN_INSTRUMENT: Final = {Owed: "owed", Purchasable: "purchasable", Awarded: "awarded"}
"""What a holder has in an instrument, by the account on which it stands."""
_PRICES: Final = {Level.PRICE: "price", Level.FLOOR: "floor"}


def _instruments(side: Side) -> _Figures:
    names = merged_names(side.balances)
    among: dict[HolderId, set[HolderId]] = {}

    def of(unit: Unit, account: Account) -> tuple[InstrumentId, HolderId, type[Account], Unit] | None:
        if not isinstance(account, Owed | Purchasable | Awarded):
            return None
        holder = names.get(account.holder, (account.holder,))[0]
        among.setdefault(holder, {holder}).add(account.holder)
        return account.instrument, holder, type(account), unit

    at = close_place(side.history.as_of)
    found: dict[InstrumentId, _Figures] = {each: {} for each in side.balances.subjects(Level.INSTRUMENT)}
    for (instrument, holder, kind, unit), bounds in side.balances.grouped(of).items():
        counted = (
            shares_between(bounds, side.units.factor(unit, at))
            if isinstance(unit, StockClassId)
            else money_between(bounds, unit)
        )
        rests_on = partial(_under, instrument, frozenset(among[holder]), kind, unit)
        found.setdefault(instrument, {})[(instrument, holder), _OF_AN_INSTRUMENT[kind]] = counted, rests_on
    for level, figure in _PRICES.items():
        for instrument, stock_class in side.balances.subjects(level):
            subject = instrument, stock_class
            ratio = side.units.factor(stock_class, at)
            prices = Possible(tuple(_in_units(each, ratio) for each in side.balances.values(level, subject)))
            found.setdefault(instrument, {})[(instrument,), f"{figure} of {stock_class}"] = (
                prices,
                partial(_of_level, level, subject),
            )
    return {key: figure for figures in found.values() for key, figure in figures.items()}


def _in_units(price: Price | None, ratio: Fraction) -> Price | None:
    """Return the price of a share in units of which there are so many for each."""
    return None if price is None else Price(price.amount / ratio, price.currency)


def _under(instrument: InstrumentId, among: frozenset[HolderId], kind: type[Account], unit: Unit) -> _RestsOn:
    """Return what a holder's part in an instrument is made of."""

    def counts(own: Posting, other: Posting) -> bool:
        account = own.account
        return (
            isinstance(account, Owed | Purchasable | Awarded)
            and type(account) is kind
            and account.instrument == instrument
            and account.holder in among
        )

    splits = frozenset((_split_of(unit),)) if isinstance(unit, StockClassId) else frozenset()
    return _RestsOn(
        frozenset((instrument, *among)) | splits,
        counts,
        lambda level, subject: level is Level.MERGED_INTO and subject in among,
        unit if isinstance(unit, StockClassId) else None,
    )


_AGREEMENT_RESTS_ON: Final[dict[str, tuple[tuple[Stage, ...], tuple[Level, ...]]]] = {
    "undertaken": ((Stage.PROMISED,), ()),
    "due": ((Stage.PROMISED,), (Level.TRANCHE_DUE,)),
    "overdue": ((Stage.UNDRAWN,), (Level.TRANCHE_DUE, Level.SCOPE)),
    "closed": ((Stage.CLOSED,), (Level.SCOPE,)),
    "lapsed": ((Stage.LAPSED,), ()),
    "undrawn": ((Stage.UNDRAWN,), (Level.SCOPE,)),
    "undrawn_if_on_schedule": ((Stage.PROMISED, Stage.LAPSED), (Level.TRANCHE_DUE,)),
    "investor": ((), (Level.INVESTOR,)),
    "buys": ((), (Level.BUYS,)),
    "price": ((), (Level.PURCHASE_PRICE,)),
    "remedy": ((), (Level.REMEDY,)),
    "is_terminated": ((), (Level.TERMINATED,)),
    "due_on": ((), (Level.TRANCHE_DUE,)),
    "is_due": ((), (Level.TRANCHE_DUE,)),
}
"""For each figure of an agreement or a tranche the stages that it counts, and the levels that bear on it."""


def _agreements(side: Side) -> _Figures:
    found: _Figures = {}
    for agreement in side.balances.subjects(Level.INVESTOR):
        money = money_under(side.balances, agreement)
        for figure, value in {**_fields(money), **_terms(side, agreement)}.items():
            rests_on = partial(_money_rests_on, side, agreement, figure)
            found[(agreement,), _words(figure)] = value, rests_on
        for figure, value in _fields(shares_under(side.balances, agreement, side.units, side.followed)).items():
            if figure != "stock_class":
                rests_on = partial(_shares_rest_on, side, agreement, _words(figure))
                found[(agreement,), f"shares {_words(figure)}"] = value, rests_on
        for line in money.tranches:
            of = (agreement, str(line.tranche or NO_TRANCHE))
            for figure, value in _fields(line).items():
                if figure in _AGREEMENT_RESTS_ON:
                    rests_on = partial(_money_rests_on, side, agreement, figure, line)
                    found[of, _words(figure)] = value, rests_on
            for condition, state in line.conditions:
                rests_on = partial(_of_level, Level.CONDITION, (agreement, condition))
                found[of, f"condition {condition}"] = state, rests_on
    return found


def _fields(view: attrs.AttrsInstance) -> dict[str, Any]:
    return {field.name: getattr(view, field.name) for field in attrs.fields(type(view)) if field.name != "tranches"}


def _terms(side: Side, agreement: AgreementId) -> dict[str, Any]:
    """Return the terms of an agreement, as they may be in force, and whether it is over in every reading."""
    found = {}
    for name in TERMS:
        _, (level,) = _AGREEMENT_RESTS_ON[name]
        found[name] = Possible(side.balances.values(level, agreement))
    close = close_of(side.history.as_of)
    ended = side.balances.level(Level.TERMINATED, agreement)
    return {**found, "is_terminated": any(each.settles <= close for each, _ in ended)}


TERMS: Final = ("investor", "buys", "price", "remedy")
"""Terms of an agreement that are levels, and no figures."""
NO_TRANCHE: Final = "no tranche"
"""What the money of an agreement is called that has no date."""


def _money_rests_on(side: Side, agreement: AgreementId, figure: str, line: TrancheLine | None = None) -> _RestsOn:
    """Return what a figure of an agreement, or of one of its tranches, is made of."""
    stages, levels = _AGREEMENT_RESTS_ON[figure]
    buys = side.balances.values(Level.BUYS, agreement)[-1]

    def counts(own: Posting, other: Posting) -> bool:
        account = own.account
        return (
            type(account) is Commitment
            and account.agreement == agreement
            and account.stage in stages
            and (line is None or account.tranche == line.tranche)
        )

    def bears(level: Level, subject: Subject) -> bool:
        if level not in levels:
            return False
        if level is Level.SCOPE:
            return bool(subject == buys)
        if level is Level.TRANCHE_DUE:
            return subject[0] == agreement and (line is None or subject[1] == line.tranche)
        return subject == agreement

    return _RestsOn(frozenset((agreement, _scope_of(buys))), counts, bears)


def _shares_rest_on(side: Side, agreement: AgreementId, figure: str) -> _RestsOn:
    """Return what the shares issued under an agreement, and what became of them, are made of."""
    buys = side.balances.values(Level.BUYS, agreement)[-1]
    securities = side.followed.certificates(agreement)

    def is_of_them(posting: Posting) -> bool:
        account = posting.account
        return posting.unit == buys and type(account) is Held and account.security in securities

    def counts(own: Posting, other: Posting) -> bool:
        if not is_of_them(own) or is_of_them(other):
            return False
        return figure == "outstanding" or what_became(other.account, gained=own.quantity > 0) == figure

    @cache
    def certificates() -> set[Any]:
        facts = [each for each, _ in side.followed.facts(agreement)]
        return _with_ancestors(side, _moved(facts, counts))

    def bears(level: Level, subject: Subject) -> bool:
        return (level is Level.ISSUED_UNDER and subject in certificates()) or (
            level is Level.SCOPE and subject == buys and figure in ("issued", "outstanding")
        )

    return _RestsOn(
        frozenset((agreement, _split_of(buys), _scope_of(buys), *securities)),
        counts,
        bears,
        buys,
        always_scaled=figure != "outstanding",
        rounded=lambda own, other: figure in ("outstanding", "rounding") and is_of_them(own),
    )


def _moved(facts: Iterable[InEffect], counts: Callable[[Posting, Posting], bool]) -> frozenset[SecurityId]:
    """Return the certificates and lots whose movements a figure counts."""
    return frozenset(
        own.account.security
        for each in facts
        for pair in pairs(each.fact.movements())
        for own, other in (pair, pair[::-1])
        if isinstance(own.account, Held) and own.account.security is not None and counts(own, other)
    )


def _with_ancestors(side: Side, securities: frozenset[SecurityId]) -> set[Any]:
    """Return certificates and lots, and those that they came from: the first of them says under which agreement."""
    found: set[Any] = set(securities)
    waiting = list(securities)
    while waiting:
        parents = side.balances.values(Level.SECURITY, waiting.pop())
        new = [parent for parent in parents if parent is not None and parent not in found]
        found.update(new)
        waiting += new
    return found


# --- which entries did it ------------------------------------------------------------------------------------

_ON_ANY_DAY: Final = (Level.SCOPE, Level.STATED_OUTSTANDING)
"""Levels of which more than the last statement counts: a scope that is stated later was not stated before, and a
statement without a count leaves the one before it."""
_NOWHERE: Final = Posting(Source.ROUNDING, StockClassId("none"), 0)


class _Behind:
    """Says which entries made a figure what it is.

    Args:
        old: The old side.
        new: The new side.
        changed: The facts that count otherwise on the one than on the other.
    """

    def __init__(self, old: Side, new: Side, changed: Iterable[Changed]) -> None:
        self._sides = old, new
        self._changed = [(fact, _looked_at(was, old), _looked_at(now, new)) for fact, was, now in changed]
        self._about: dict[str, list[int]] = {}
        for index, (_, *both) in enumerate(self._changed):
            for topic in {topic for each in both if each is not None for topic in _topics(each.fact)}:
                self._about.setdefault(topic, []).append(index)
        self._differ: dict[tuple[Level, Subject], bool] = {}
        self._splits: dict[tuple[int, int], tuple[Accounts, Accounts]] = {}

    def entries(self, rest_on: list[_RestsOn]) -> tuple[int, ...]:
        """Return the numbers of the entries that contribute otherwise to a figure.

        Args:
            rest_on: What the figure is made of, on each side that has it.
        """
        if all(each.topics for each in rest_on):
            topics = {topic for each in rest_on for topic in each.topics}
            indexes: Iterable[int] = {index for topic in topics for index in self._about.get(topic, ())}
        else:
            indexes = range(len(self._changed))
        found: set[int] = set()
        for index in indexes:
            fact, was, now = self._changed[index]
            if self._gives(rest_on, was, 0) != self._gives(rest_on, now, 1):
                found.update(int(entry.number) for entry in fact.by)
        return tuple(sorted(found))

    def _gives(self, rest_on: list[_RestsOn], each: _Looked | None, index: int) -> Any:
        """Return what a fact contributes to a figure on one side, in a form that can be compared."""
        if each is None:
            return frozenset()
        given: set[Any] = set()
        for (unit, account), quantity in _counted(rest_on, each).items():
            given.add((unit, account, quantity * each.factors[unit], each.state))
        for setting in each.settings:
            if any(made.levels(setting.level, setting.subject) for made in rest_on) and self._counts(
                setting, each, self._sides[index]
            ):
                given.add((setting.level, setting.subject, setting.value, each.state))
        for split in each.splits:
            for made in rest_on:
                if made.scaled == split.stock_class:
                    given.add(("split", self._split(made, split.stock_class, each.fact, index)))
        return frozenset(given - {("split", 0)})

    def _counts(self, setting: Setting, looked: _Looked, side: Side) -> bool:
        """Whether a level that a fact sets is in force on a side, and the level is not the same on both."""
        key = setting.level, setting.subject
        if key not in self._differ:
            old, new = (each.balances for each in self._sides)
            self._differ[key] = old.values(*key) != new.values(*key) or (
                setting.level in _ON_ANY_DAY
                and (_stated(old, key), is_complete(old, key[1])) != (_stated(new, key), is_complete(new, key[1]))  # type: ignore[arg-type]  # a class, by its level
            )
        if not self._differ[key]:
            return False
        if setting.level in _ON_ANY_DAY:
            return True
        if looked.state is State.LATER:
            return False
        return any(each.first == looked.fact.first for each, _ in side.balances.level(*key))

    def _split(self, made: _RestsOn, stock_class: StockClassId, split: InEffect, index: int) -> Quantity | str:
        """Return what a split adds to a figure, in the units that are shown."""
        if made.always_scaled:
            return "whatever it finds"
        place, side = _place(split), self._sides[index]
        if (index, split.first) not in self._splits:
            run = Replay()
            run.take(sorted((each for each in side.facts if _place(each) < place), key=place_in_history))
            before = {unit: dict(accounts) for unit, accounts in run.accounts.items()}
            run.take([split])
            self._splits[index, split.first] = before, run.accounts
        just_before = place[0], (place[1][0], place[1][1] - 1)
        was, now = (
            sum(
                (
                    quantity
                    for account, quantity in accounts.get(stock_class, {}).items()
                    if made.counts(Posting(account, stock_class, 1), _NOWHERE)
                ),
                Fraction(0),
            )
            * side.units.factor(stock_class, at)
            for accounts, at in zip(self._splits[index, split.first], (just_before, place), strict=True)
        )
        return now - was


@attrs.frozen
class _Looked:
    """A fact as one side sees it, taken apart once.

    Attributes:
        fact: The fact.
        state: Whether it is in effect.
        pairs: What it moves, two by two; nothing where it is not in effect yet.
        settings: The levels that it sets.
        splits: The classes that it splits; none where it is not in effect yet.
        factors: For each unit, what later splits of that side make of one.
        rounded: Units that later splits of that side may round.
    """

    fact: InEffect
    state: State
    pairs: tuple[tuple[Posting, Posting], ...]
    settings: tuple[Setting, ...]
    splits: tuple[Rescaling, ...]
    factors: Mapping[Unit, Fraction]
    rounded: frozenset[Unit]


def _looked_at(each: tuple[InEffect, State] | None, side: Side) -> _Looked | None:
    if each is None:
        return None
    (fact, state), movements = each, each[0].fact.movements()
    counts = state is not State.LATER
    moved = tuple(pairs(movements)) if counts else ()
    units = {leaves.unit for leaves, _ in moved}
    at = place_in_history(fact)
    return _Looked(
        fact,
        state,
        moved,
        tuple(movement for movement in movements if isinstance(movement, Setting)),
        tuple(movement for movement in movements if isinstance(movement, Rescaling)) if counts else (),
        {unit: side.to_its_day.factor(unit if isinstance(unit, StockClassId) else None, at) for unit in units},
        frozenset(unit for unit in units if isinstance(unit, StockClassId) and side.may_round(unit, at)),
    )


def _counted(rest_on: list[_RestsOn], each: _Looked) -> dict[tuple[Unit, Account | None], int]:
    """Return by how much the postings of a fact change a figure; by account where a split may round each."""
    sums: dict[tuple[Unit, Account | None], int] = {}
    for pair in each.pairs:
        unit = pair[0].unit
        may_round = unit in each.rounded
        for own, other in (pair, pair[::-1]):
            if any(made.counts(own, other) or (may_round and made.rounded(own, other)) for made in rest_on):
                key = unit, own.account if may_round else None
                sums[key] = sums.get(key, 0) + own.quantity
    return {key: quantity for key, quantity in sums.items() if quantity}


def _place(each: InEffect) -> Place:
    return place_in_history(each)


def _stated(balances: Balances, key: tuple[Level, Subject]) -> list[tuple[int, Any]]:
    """Return every statement of a level, with the fact that makes it."""
    return [(each.first, value) for each, value in balances.settings.get(key, ())]


def _topics(each: InEffect) -> Iterator[str]:
    """Yield the holders, classes, certificates, agreements and instruments of which a fact speaks."""
    for movement in each.fact.movements():
        if isinstance(movement, Posting):
            account = movement.account
            yield str(movement.unit)
            if type(account) is Held:
                yield account.holder
                yield account.security or ""
            elif isinstance(account, Commitment):
                yield account.agreement
            elif isinstance(account, Owed | Purchasable | Awarded):
                yield account.instrument
        elif isinstance(movement, Setting):
            yield from (movement.subject,) if isinstance(movement.subject, str) else movement.subject
            if isinstance(movement.value, AgreementId):
                yield movement.value  # the certificate of an issue belongs to it
            if movement.level is Level.SCOPE:
                yield _scope_of(movement.subject)
        else:
            yield from (movement.stock_class, _split_of(movement.stock_class))
