"""When somebody's beneficial ownership of a class passed a threshold: 5 %, 10 % or 20 %, upwards or downwards.

A threshold is passed by owning *more than* it, as Rule 13d-1 and Section 16 of the Securities Exchange Act say; who
owns exactly 5 % has not passed it. It is also passed by doing nothing, when others receive shares or lose them, and
by time alone: when a warrant comes within 60 days of its first day, an instalment of an award of its vesting, or a
raised limit of its raise, and when interest on a note that converts has grown so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from ledger.days import day, day_of
from ledger.errors import NotUnderstood
from ledger.identity import EntryNumber, GroupId, HolderId, InstrumentId, IssuerId, StockClassId
from ledger.movements import Level, Posting, Rescaling, Setting
from ledger.quantities import Ratio, Shares
from ledger.terms.notes import NoteTerms
from ledger.timeline import InEffect
from projections.acquirable import By, days_of_terms
from projections.beneficial import WITHIN_DAYS, owners_of
from projections.bounds import Bounds, exactly
from projections.frame import Tabular
from projections.limits import changes_to_come
from projections.over_time import balances_over, days_of_change, first_and_last
from projections.replay import Balances

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from projections.frame import Frame

THRESHOLDS: Final = (Ratio("0.05"), Ratio("0.1"), Ratio("0.2"))
"""More than 5 %: Schedule 13D or 13G; 10 %: Section 16; 20 %: what exchanges take for a change of control."""
_NOTHING: Final = exactly(Fraction(0))
_ONE_DAY: Final = timedelta(days=1)


@attrs.frozen
class Owned:
    """What somebody owns beneficially on a day.

    Attributes:
        name: Their name on the day.
        is_group: Whether it is a group.
        shares: Shares owned, with those that they may acquire within 60 days.
        percent: Part of the shares outstanding with those that they may acquire themselves.
    """

    name: str
    is_group: bool
    shares: Bounds[Shares]
    percent: Bounds[Fraction]


@attrs.frozen
class BeneficialStep:
    """What everybody owned from the close of a day until the next step.

    Attributes:
        on: The day.
        owned: By owner; who is not named owned nothing.
        entries: Entries that took effect on the day, or may have, and bear on it; none where time alone did it.
    """

    on: date
    owned: Mapping[HolderId | GroupId, Owned] = attrs.field(hash=False)
    entries: tuple[EntryNumber, ...]


class Side(Enum):
    """On which side of a threshold somebody is."""

    ABOVE = "more than"
    NOT_ABOVE = "not more than"
    OPEN = "may be more than"
    """In some readings of open days or of a partial register."""


@attrs.frozen
class Crossing:
    """A day from whose close on somebody was on another side of a threshold.

    Attributes:
        on: The day.
        owner: Who: a holder as they are shown, or a group.
        name: Their name on the day.
        is_group: Whether it is a group.
        threshold: Which part of the class.
        before: On which side they were.
        after: On which side they are.
        percent_before: What they owned until then.
        percent_after: What they own since.
        own_doing: Whether the number of shares that they own changed, and not only that of others.
        entries: Entries that took effect on the day, or may have; none where time alone did it.
    """

    on: date
    owner: HolderId | GroupId
    name: str
    is_group: bool
    threshold: Ratio
    before: Side
    after: Side
    percent_before: Bounds[Fraction]
    percent_after: Bounds[Fraction]
    own_doing: bool
    entries: tuple[EntryNumber, ...]


@attrs.frozen(repr=False)
class Crossings(Tabular):
    """How beneficial ownership of a class went between two days, and when it passed which threshold.

    Attributes:
        issuer: Whose.
        stock_class: Which class.
        title: Its name in the charter.
        after: The day at whose close it begins: the one asked for, or the first of the class.
        through: The day at whose close it ends.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        thresholds: Which parts were watched.
        steps: What everybody owned from when on, the first at the close of ``after``. Interest grows from day to
            day, and makes a step of its own only where it passes a threshold.
        crossings: Every passing of a threshold, in order of days.
    """

    issuer: IssuerId | None
    stock_class: StockClassId
    title: str
    after: date
    through: date
    known: int
    known_at: datetime
    thresholds: tuple[Ratio, ...]
    steps: tuple[BeneficialStep, ...]
    crossings: tuple[Crossing, ...]

    def __iter__(self) -> Iterator[Crossing]:
        return iter(self.crossings)

    def __len__(self) -> int:
        return len(self.crossings)

    def frames(self) -> tuple[Frame, ...]:
        """Return crossings, and what everybody owned from step to step, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.crossings(self)


def crossings(
    ledger: Ledger,
    stock_class: str,
    *,
    through: AsOf,
    after: AsOf | None = None,
    known_at: KnownAt = None,
    thresholds: Sequence[Ratio] = THRESHOLDS,
) -> Crossings:
    """Return when beneficial ownership of a class passed which threshold, from the close of one day to another.

    Args:
        ledger: The record.
        stock_class: Which class.
        through: The day at whose close it ends.
        after: The day at whose close it begins; what was owned by then is no crossing. When not given it begins
            with the class, and everybody with nothing.
        known_at: What had been recorded; everything when not given.
        thresholds: Parts to watch, each above zero and below one.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` when ``through`` is before ``after``, ``E_TERMS`` for a threshold that is no part.
        UnknownName: No class of that name was designated by ``through``.
    """
    for threshold in thresholds:
        if not 0 < threshold.value < 1:
            raise NotUnderstood("E_TERMS", f"a threshold of {threshold} of the class", "above 0 and below 1: 0.05")
    known = ledger.position(known_at)
    facts = ledger.standing(known)
    which = StockClassId(stock_class)
    first, last = first_and_last(facts, (Level.CLASS_KIND, which, "stock class"), after, through)
    watched = tuple(sorted(thresholds, key=lambda part: part.value))
    owners = _Owners(facts, known, which, watched)
    steps = owners.steps(days_of_change(facts, first, last, _by_time(facts, known)), last)
    from_nothing = after is None or day(after) < first
    return Crossings(
        ledger.issuer,
        which,
        owners.title,
        first,
        last,
        known,
        ledger.recorded_at(known),
        watched,
        tuple(_changing(steps)),
        tuple(_crossed(steps, watched, from_nothing=from_nothing)),
    )


class _Owners:
    """What everybody owns of a class, on whatever day.

    Args:
        facts: All that stand as known.
        known: How many entries were taken into account.
        stock_class: Which class.
        thresholds: Parts to watch.

    Attributes:
        title: The name of the class on the last day that was asked about.
    """

    def __init__(
        self, facts: Sequence[InEffect], known: int, stock_class: StockClassId, thresholds: Sequence[Ratio]
    ) -> None:
        self._facts, self._known, self._class, self._thresholds = facts, known, stock_class, thresholds
        self.title = ""

    def steps(self, days: Sequence[date], last: date) -> list[BeneficialStep]:
        """Return what everybody owned on days of change, and where interest alone passed a threshold."""
        found: list[BeneficialStep] = []
        growing: list[tuple[BeneficialStep, date]] = []
        eves = [each - _ONE_DAY for each in days[1:]] + [last]
        for (step, grows), eve in zip(self._at_the_close_of(days), eves, strict=True):
            found.append(step)
            if grows and step.on < eve:
                growing.append((step, eve))
        until = list(self._at_the_close_of([eve for _, eve in growing]))
        for (step, _), (eve_step, _) in zip(growing, until, strict=True):
            found += self._passed_between(step, eve_step)
        return sorted(found, key=lambda step: step.on)

    def _at_the_close_of(self, days: Sequence[date]) -> Iterator[tuple[BeneficialStep, bool]]:
        """Yield what everybody owned at the close of each day, and whether interest lets it grow from there."""
        for balances in balances_over(self._facts, days, self._known):
            on = balances.history.as_of
            holders, together = owners_of(balances, self._class, self._facts)
            owned = {
                line.owner: Owned(line.name, line in together, line.owned, line.percent)
                for line in (*holders, *together)
            }
            self.title = str(balances.values(Level.CLASS_TITLE, self._class)[-1])
            notes = {source.source for line in holders for source in line.sources if source.by is By.NOTE}
            step = BeneficialStep(on, owned, tuple(_bearing(self._facts, on)))
            yield step, any(_converts_with_interest(balances, note) for note in notes)

    def _passed_between(self, one: BeneficialStep, other: BeneficialStep) -> Iterator[BeneficialStep]:
        """Yield the days between two, the later included, on which somebody is on another side of a threshold.

        Interest only grows there, so that a side that is the same at both ends is the same in between.
        """
        if self._sides(one) == self._sides(other):
            return
        if (other.on - one.on).days == 1:
            yield other
            return
        middle, _ = next(self._at_the_close_of([one.on + (other.on - one.on) // 2]))
        yield from self._passed_between(one, middle)
        yield from self._passed_between(middle, other)

    def _sides(self, step: BeneficialStep) -> dict[HolderId | GroupId, list[Side]]:
        return {
            owner: [side_of(each.percent, threshold) for threshold in self._thresholds]
            for owner, each in step.owned.items()
        }


def _converts_with_interest(balances: Balances, note: StockClassId | InstrumentId) -> bool:
    return any(
        isinstance(terms, NoteTerms)
        and terms.interest is not None
        and terms.conversion is not None
        and terms.conversion.interest_converts
        for terms in balances.values(Level.NOTE_TERMS, note)
    )


def _changing(steps: Iterable[BeneficialStep]) -> Iterator[BeneficialStep]:
    """Leave out each step that says what the one before said."""
    before = None
    for step in steps:
        if step.owned != before:
            yield step
            before = step.owned


def _by_time(facts: Sequence[InEffect], known: int) -> Iterator[date]:
    """Yield the days on which time alone changes what may be acquired within 60 days.

    A limit that is raised after notice counts from the notice on, and not before 60 days are left.
    """
    for _, noticed, *days, _ in changes_to_come(facts):
        yield from (noticed, *(each - timedelta(days=WITHIN_DAYS) for each in days))
    yield from days_of_terms(facts, known, within_days=WITHIN_DAYS)


_BEARING: Final = (
    Level.AWARD_TERMS,
    Level.CONVERSION,
    Level.DISSOLVED,
    Level.GROUP,
    Level.HOLDS_FOR,
    Level.IN_DEFAULT,
    Level.MARKET_CONVERSION,
    Level.MERGED_INTO,
    Level.NOTE_TERMS,
    Level.OWNERSHIP_LIMIT,
    Level.PRICE,
    Level.QUOTE,
    Level.REPORTED_OUTSTANDING,
    Level.SCOPE,
    Level.STATED_OUTSTANDING,
    Level.STATED_VALUE,
    Level.VESTING_CONDITION,
    Level.WARRANT_TERMS,
)
"""Levels on which beneficial ownership depends."""


def _bearing(facts: Iterable[InEffect], on: date) -> Iterator[EntryNumber]:
    """Yield the entries that took effect on a day, or may have, and bear on what is owned."""
    for each in facts:
        if on in (day_of(each.begins), day_of(each.settles)) and any(
            type(movement) in (Posting, Rescaling) or (type(movement) is Setting and movement.level in _BEARING)
            for movement in each.fact.movements()
        ):
            yield each.entry.number


def _crossed(
    steps: Sequence[BeneficialStep], thresholds: Sequence[Ratio], *, from_nothing: bool
) -> Iterator[Crossing]:
    before: BeneficialStep | None = None
    for step in steps:
        if before is not None or from_nothing:
            old: Mapping[HolderId | GroupId, Owned] = {} if before is None else before.owned
            for owner in dict.fromkeys((*old, *step.owned)):
                yield from _crossed_by(owner, old.get(owner), step, thresholds)
        before = step


def _crossed_by(
    owner: HolderId | GroupId, old: Owned | None, step: BeneficialStep, thresholds: Sequence[Ratio]
) -> Iterator[Crossing]:
    new = step.owned.get(owner)
    was, now = _NOTHING if old is None else old.percent, _NOTHING if new is None else new.percent
    told = new or old
    assert told is not None, "somebody owned something"
    for threshold in thresholds:
        before, after = side_of(was, threshold), side_of(now, threshold)
        if before is not after:
            changed = (old and old.shares) != (new and new.shares)
            yield Crossing(
                step.on,
                owner,
                told.name,
                told.is_group,
                threshold,
                before,
                after,
                was,
                now,
                changed,
                step.entries,
            )


def side_of(percent: Bounds[Fraction], threshold: Ratio) -> Side:
    """Return on which side of a threshold a part of the class is."""
    if percent.low is not None and percent.low > threshold.value:
        return Side.ABOVE
    if percent.high is not None and percent.high <= threshold.value:
        return Side.NOT_ABOVE
    return Side.OPEN
