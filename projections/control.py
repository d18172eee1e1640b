"""The control book of each class: what was authorized when and by whom, and every issue with what it rests on.

A transfer between holders is no business of this book. Everything that changes what is authorized, reserved,
issued, in treasury or used up is a line of it, with its entry, its authority and its evidence, and with what the
class amounts to after it. The last line says what the cap table says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, get_args

import attrs

from ledger.days import close_of
from ledger.errors import UnknownName, nearest
from ledger.events import EntryRestated, Evidence
from ledger.identity import HolderId, IssuerId, PlanId, ReserveId, StockClassId
from ledger.movements import (
    ISSUES,
    Account,
    Awarded,
    Held,
    KeptBack,
    Level,
    Pooled,
    Posting,
    Rescaling,
    Reserved,
    Setting,
    Source,
)
from ledger.quantities import Authorized, Ratio, Shares
from ledger.timeline import InEffect, may_be_last, place_in_history
from projections.bounds import Bounds, Possible
from projections.cap_table import ClassLine, available_shares, class_lines, reissuable_classes, shares_between
from projections.effects import effect, pairs
from projections.figures import part_of_class
from projections.frame import Tabular
from projections.replay import Quantity, Replay, Units, close_place, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame


@attrs.frozen
class ControlFigures:
    """What a class amounts to after a line of its control book.

    Where the register of the class is partial on the day asked about, what is issued, outstanding and used up is
    "at least" this, and what is available "at most". Each figure means what it means in ``ClassLine``.

    Attributes:
        authorized: Shares that the charter authorizes.
        reserved: Authorized shares kept back.
        issued: Shares issued, treasury included.
        treasury: Shares issued and held by the company.
        outstanding: Shares held by others.
        spent: Shares converted or redeemed that may not be issued again.
        available: Authorized, and neither issued nor reserved nor spent.
    """

    authorized: Possible[Authorized]
    reserved: Bounds[Shares]
    issued: Bounds[Shares]
    treasury: Bounds[Shares]
    outstanding: Bounds[Shares]
    spent: Bounds[Shares]
    available: Bounds[Shares]


@attrs.frozen
class ControlLine:
    """An entry that changed what a class has authorized, reserved, issued, in treasury or used up.

    Attributes:
        fact: The entry, and the fact that counts.
        is_open: Whether it may not have taken effect yet on the day asked about.
        kind: What happened: authorized, issued, issued on conversion, reserved, repurchased, split …
        is_issue: Whether shares reached a holder from the company, its treasury included.
        authorized: The number that it sets; ``None`` where it sets none.
        shares: How many shares were issued, reserved, converted …; ``None`` where it moves none, or at a split.
        issued_change: By how much it changes what is issued.
        holder: Who received them or gave them up; ``None`` for nobody, and for several.
        reserve: The reserve, or the plan, that they were added to, drew on or were released from.
        takes_authority: Whether it is an act that rests on a resolution, a charter section or a filing.
        authority: Which one it names.
        evidence: Documents that show it.
        after: What the class amounts to after it; for an open line what it may amount to.
    """

    fact: InEffect
    is_open: bool
    kind: str
    is_issue: bool
    authorized: Authorized | None
    shares: Shares | None
    issued_change: Shares
    holder: HolderId | None
    reserve: ReserveId | PlanId | None
    takes_authority: bool
    authority: str | None
    evidence: tuple[Evidence, ...]
    after: ControlFigures

    @property
    def lacks_authority(self) -> bool:
        """Whether it is an act that rests on an authority, and names none."""
        return self.takes_authority and self.authority is None


@attrs.frozen
class ControlAccount:
    """The control book of one class.

    Attributes:
        line: The class at the close of the day, as the cap table has it: what its reserves are for, and so on.
        lines: What made it so, in order of effect; open lines last.
    """

    line: ClassLine
    lines: tuple[ControlLine, ...]

    @property
    def stock_class(self) -> StockClassId:
        """Which class."""
        return self.line.stock_class

    @property
    def changes_of_authorized(self) -> tuple[ControlLine, ...]:
        """The lines that set the authorized number."""
        return tuple(line for line in self.lines if line.authorized is not None)

    @property
    def issues(self) -> tuple[ControlLine, ...]:
        """The lines by which shares reached a holder from the company: issues, also on conversion, and reissues."""
        return tuple(line for line in self.lines if line.is_issue)

    @property
    def issues_without_authority(self) -> tuple[ControlLine, ...]:
        """The issues that name no authority."""
        return tuple(line for line in self.issues if line.lacks_authority)


@attrs.frozen(repr=False)
class ControlBook(Tabular):
    """The control book of every class at the close of a day, as known at some point.

    Attributes:
        issuer: Whose.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        basis: The day in whose units quantities are shown; ``None`` where each is in the units of its own day.
        accounts: One for each class designated by then.
    """

    issuer: IssuerId | None
    as_of: date
    known: int
    known_at: datetime
    basis: date | None
    accounts: tuple[ControlAccount, ...]

    def __iter__(self) -> Iterator[ControlAccount]:
        return iter(self.accounts)

    def __len__(self) -> int:
        return len(self.accounts)

    def frames(self) -> tuple[Frame, ...]:
        """Return lines and classes, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.control_book(self)

    def __getitem__(self, stock_class: str) -> ControlAccount:
        for account in self.accounts:
            if account.stock_class == stock_class:
                return account
        names = [str(account.stock_class) for account in self.accounts]
        raise UnknownName("stock class", stock_class, self.as_of, nearest(stock_class, names))


def control_book(
    ledger: Ledger, *, as_of: AsOf, known_at: KnownAt = None, basis: AsOf | None = None
) -> ControlBook:
    """Return what was authorized, reserved and issued of each class up to the close of a day, line by line.

    Args:
        ledger: The record.
        as_of: The day.
        known_at: What had been recorded; everything when not given.
        basis: A day, ``as_of`` or later, in whose units every quantity is shown; without one each is in the units
            of its own day, and a split is a line.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_BASIS`` when ``basis`` is before ``as_of``.
    """
    history = ledger.history(as_of, known_at)
    facts = ledger.standing(history.known)
    balances, units = replay(history, facts), Units(facts, basis, history.as_of)
    ratios = {
        stock_class: units.factor(stock_class, close_place(history.as_of))
        for stock_class in balances.subjects(Level.CLASS_KIND)
    }
    reissuable = reissuable_classes(balances)
    books = {
        line.stock_class: _Book(line, history.as_of, units, spends=line.stock_class not in reissuable)
        for line in class_lines(balances, ratios)
    }
    _write(books, history.certain, history.open)
    return ControlBook(
        ledger.issuer,
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        None if units.are_own else units.on,
        tuple(ControlAccount(book.line, tuple(book.lines)) for book in books.values()),
    )


def _write(books: dict[StockClassId, _Book], certain: Iterable[InEffect], still_open: Iterable[InEffect]) -> None:
    """Write every fact into the books of the classes that it concerns."""
    run, waiting = Replay(), list[InEffect]()  # what rounds at a split are positions: they are kept for that only
    for each in certain:
        acts = _acts(each, books)
        waiting.append(each)
        if any(act.splits for act in acts.values()):
            run.take(waiting)
            waiting.clear()
        for stock_class, act in acts.items():
            books[stock_class].take(each, act, run.accounts.get(stock_class, {}) if act.splits else None)
    for each in still_open:
        for stock_class, act in _acts(each, books).items():
            books[stock_class].may_take(each, act)


# --- what one fact does to one class -------------------------------------------------------------------------


@attrs.define
class _Act:
    """What a fact does to a class.

    Attributes:
        words: What happened.
        moved: Units that were issued, reserved, converted …
        parts: By how much it changes each part of the class.
        authorized: The number that it sets.
        is_issue: Whether shares reached a holder from the company.
        holders: Who received them or gave them up.
        reserve: Which reserve was added to, drawn on or released.
        splits: Whether it is a split.
        gives_up: Whether shares were given up for others; the authority of that act is for what is received.
    """

    words: dict[str, None] = attrs.Factory(dict)
    moved: int = 0
    parts: dict[str, int] = attrs.Factory(dict)
    authorized: Authorized | None = None
    is_issue: bool = False
    holders: dict[HolderId, None] = attrs.Factory(dict)
    reserve: ReserveId | PlanId | None = None
    splits: bool = False
    gives_up: bool = False

    def take(self, leaves: Posting, reaches: Posting) -> None:
        """Take what leaves one account for another into account."""
        both = leaves.account, reaches.account
        for posting in (leaves, reaches):
            part = part_of_class(posting.account)
            if part is not None:
                self.parts[part] = self.parts.get(part, 0) + posting.quantity
        kept_back = next((account for account in both if isinstance(account, KeptBack)), None)
        if isinstance(kept_back, Reserved):
            self.reserve = kept_back.reserve
        elif any(isinstance(account, Pooled) for account in both):
            self.reserve = next(account.plan for account in both if isinstance(account, Pooled))
        if kept_back is not None and self.is_issue:
            return  # the issue says what happened, and draws on what was kept back
        self.words[_word(*both)] = None
        if both[0] is Source.RETURNED and self.moved:
            return  # what ended says how many
        self.moved += reaches.quantity
        self.gives_up |= both[1] is Source.CONVERTED
        self.is_issue |= both[0] in ISSUES and type(both[1]) is Held
        self.holders |= {account.holder: None for account in both if type(account) is Held}


def _acts(each: InEffect, classes: Iterable[StockClassId]) -> dict[StockClassId, _Act]:
    """Return what a fact does to the classes that it concerns, transfers of shares and awards left out."""
    acts: dict[StockClassId, _Act] = {}
    movements = each.fact.movements()
    for leaves, reaches in pairs(movements):
        concerned = part_of_class(leaves.account), part_of_class(reaches.account)
        is_transfer = type(leaves.account) is type(reaches.account) and type(leaves.account) in (Held, Awarded)
        if isinstance(leaves.unit, StockClassId) and any(concerned) and not is_transfer:
            acts.setdefault(leaves.unit, _Act()).take(leaves, reaches)
    for movement in movements:
        if isinstance(movement, Rescaling):
            act = acts.setdefault(movement.stock_class, _Act())
            act.splits, act.words["split"] = True, None
        elif isinstance(movement, Setting) and movement.level is Level.AUTHORIZED:
            act = acts.setdefault(movement.subject, _Act())  # type: ignore[arg-type]  # a class, by its level
            act.authorized = movement.value  # type: ignore[assignment]  # by its level
            act.words["authorized"] = None
    return {stock_class: act for stock_class, act in acts.items() if stock_class in classes}


def _word(source: Account, target: Account) -> str:
    """Name what happened as a roll-forward does; what leaves a reserve without an issue is released."""
    if type(source) is Reserved:
        return "released"
    of_kept_back = [(kind, "reserved") for kind in get_args(KeptBack)]
    for account, of in ((Source.TREASURY, "treasury"), *of_kept_back, (Held, "held")):
        for own, other, lost in ((target, source, True), (source, target, False)):
            if own is account or type(own) is account:
                return effect(other, of, lost=lost)
    raise AssertionError(f"{source} and {target} are no accounts of a class")


# --- the book of one class -----------------------------------------------------------------------------------


class _Book:
    """Writes the lines of one class: plain integers inside, frozen values outside.

    Args:
        line: The class at the close of the day asked about.
        as_of: The day asked about.
        units: In which units quantities are shown.
        spends: Whether shares that were converted or redeemed keep counting against the authorized number.
    """

    def __init__(self, line: ClassLine, as_of: date, units: Units, *, spends: bool) -> None:
        self.line, self.lines = line, list[ControlLine]()
        self._as_of, self._units = as_of, units
        self._sums = {
            "reserved": ("reserved",),
            "issued": ("outstanding", "treasury"),
            "treasury": ("treasury",),
            "outstanding": ("outstanding",),
            "spent": ("spent",) if spends else (),
            "committed": ("outstanding", "treasury", "reserved", *(("spent",) if spends else ())),
        }
        self._low: dict[str, Quantity] = dict.fromkeys(self._sums, 0)
        self._high: dict[str, Quantity] = dict.fromkeys(self._sums, 0)
        self._settings: list[tuple[InEffect, Authorized]] = []
        self._authorized: Possible[Authorized] = Possible(())
        self._issued = Shares(0)

    def take(self, each: InEffect, act: _Act, split: dict[Account, Quantity] | None) -> None:
        """Write a fact that has taken effect.

        Args:
            each: The fact.
            act: What it does.
            split: The accounts of the class after it, where it is a split.
        """
        if split is None:
            for name, change in self._changes(act).items():
                self._low[name] += change
        else:
            parts: dict[str, Quantity] = {}
            for account, quantity in split.items():
                part = part_of_class(account)
                if part is not None:
                    parts[part] = parts.get(part, 0) + quantity
            self._low = {name: sum(parts.get(part, 0) for part in sums) for name, sums in self._sums.items()}
        self._high = dict(self._low)
        self._set(each, act)
        factor = self._units.factor(self.line.stock_class, place_in_history(each))
        before, self._issued = self._issued, Shares.of_units(self._low["issued"] * factor)
        self._line(each, act, factor, self._issued - before, is_open=False)

    def may_take(self, each: InEffect, act: _Act) -> None:
        """Write a fact that may or may not have taken effect."""
        for name, change in self._changes(act).items():
            (self._high if change > 0 else self._low)[name] += change
        self._set(each, act)
        factor = self._units.factor(self.line.stock_class, close_place(self._as_of))
        change = self._changes(act)["issued"]
        self._line(each, act, factor, Shares.of_units(change * factor), is_open=True)

    def _changes(self, act: _Act) -> dict[str, int]:
        return {name: sum(act.parts.get(part, 0) for part in sums) for name, sums in self._sums.items()}

    def _set(self, each: InEffect, act: _Act) -> None:
        if act.authorized is not None:
            self._settings.append((each, act.authorized))
            in_force = may_be_last(self._settings, close_of(self._as_of))[0]
            self._authorized = Possible(tuple(dict.fromkeys(value for _, value in in_force)))

    def _line(self, each: InEffect, act: _Act, factor: Fraction, change: Shares, *, is_open: bool) -> None:
        event = each.entry.event
        evidence = (*event.evidence, *(each.fact.evidence if isinstance(event, EntryRestated) else ()))
        self.lines.append(
            ControlLine(
                each,
                is_open,
                ", ".join(act.words),
                act.is_issue,
                None if act.authorized is None else act.authorized * Ratio(factor),
                Shares.of_units(act.moved * factor) if act.moved else None,
                change,
                next(iter(act.holders)) if len(act.holders) == 1 else None,
                act.reserve,
                hasattr(each.fact, "authority") and not act.gives_up,
                getattr(each.fact, "authority", None),
                evidence,
                self._after(factor),
            )
        )

    def _after(self, factor: Fraction) -> ControlFigures:
        recorded = self.line.is_complete
        bounds = {name: (_floored(low, self._high[name]), self._high[name]) for name, low in self._low.items()}
        shares = {name: shares_between(each, factor) for name, each in bounds.items()}

        def as_far_as_recorded(name: str) -> Bounds[Shares]:
            return shares[name] if recorded else Bounds(shares[name].low, None)

        return ControlFigures(
            Possible(tuple(value * Ratio(factor) for value in self._authorized.values)),
            shares["reserved"],
            as_far_as_recorded("issued"),
            shares["treasury"],
            as_far_as_recorded("outstanding"),
            as_far_as_recorded("spent"),
            available_shares(self._authorized, bounds["committed"], factor, is_complete=recorded),
        )


def _floored(low: Quantity, high: Quantity) -> Quantity:
    """Leave out readings below zero, unless there is no other."""
    return 0 if low < 0 <= high else low
