"""What everybody owns of a class beneficially: in whosever name, and with what they may acquire within 60 days.

Rule 13d-3(d)(1) under the Securities Exchange Act: what somebody has a right to acquire within 60 days counts as
theirs and as outstanding, for them alone. So two percentages are of different wholes, and do not add up. A right
that an ownership limit holds back for more than 60 days is no such right; one that they can raise sooner is, and
so is one whose raise, by a notice given already, is no more than 60 days away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from ledger.errors import UnknownName, nearest
from ledger.identity import GroupId, HolderId, IssuerId, RestrictionId, StockClassId
from ledger.movements import Held, Level
from ledger.quantities import NO_SHARES, Ratio, Shares
from ledger.terms.limits import acquired_under, part_owned
from projections.acquirable import Acquirable, acquirable
from projections.bounds import Bounds, exactly, together
from projections.cap_table import name_of, shares_between
from projections.frame import Tabular
from projections.limits import (
    LimitInForce,
    ReliedCount,
    last_report,
    outstanding_shares,
    ownership_limits,
)
from projections.ownership import acting_with, groups, owned_shares, owners
from projections.replay import Balances, is_complete, replay

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from ledger.timeline import InEffect
    from projections.frame import Frame

WITHIN_DAYS: Final = 60
_ONE: Final = Fraction(1)


@attrs.frozen
class BeneficialLine:
    """What somebody owns of a class beneficially.

    Attributes:
        owner: Who: a holder as they are shown, or a group.
        name: Their name on the day; of a group, its name in the record.
        members: Who belongs to the group; empty for a holder.
        of_record: Shares in their own name that are theirs.
        by_nominees: Their shares in other names.
        acquirable: Shares that they may acquire within 60 days, as far as limits let them.
        held_back: Shares that limits hold back beyond that.
        limits: The limits that do.
        owned: What they own beneficially: of record, by nominees, and acquirable.
        percent: Part of the shares outstanding with those that they may acquire themselves.
        sources: What they may acquire, paper by paper, limits left out of account.
    """

    owner: HolderId | GroupId
    name: str
    members: tuple[HolderId, ...]
    of_record: Bounds[Shares]
    by_nominees: Bounds[Shares]
    acquirable: Bounds[Shares]
    held_back: Bounds[Shares]
    limits: tuple[RestrictionId, ...]
    owned: Bounds[Shares]
    percent: Bounds[Fraction]
    sources: tuple[Acquirable, ...]


@attrs.frozen(repr=False)
class BeneficialOwnership(Tabular):
    """Who owns a class beneficially at the close of a day, as known at some point; the largest owner first.

    Attributes:
        issuer: Whose.
        stock_class: Which class.
        title: Its name in the charter.
        as_of: The day; its close in the issuer's zone.
        known: How many entries were taken into account.
        known_at: When the last of them was recorded.
        outstanding: The count that percentages are of, before anybody acquires more.
        holders: Everybody who owns shares, or may acquire some within 60 days.
        groups: Holders that act together.
    """

    issuer: IssuerId | None
    stock_class: StockClassId
    title: str
    as_of: date
    known: int
    known_at: datetime
    outstanding: ReliedCount
    holders: tuple[BeneficialLine, ...]
    groups: tuple[BeneficialLine, ...]

    def __iter__(self) -> Iterator[BeneficialLine]:
        return iter((*self.holders, *self.groups))

    def __len__(self) -> int:
        return len(self.holders) + len(self.groups)

    def frames(self) -> tuple[Frame, ...]:
        """Return owners, and what they may acquire, as tables."""
        from projections import columns  # only who hands a view on needs them

        return columns.beneficial_ownership(self)

    def __getitem__(self, owner: str) -> BeneficialLine:
        for line in self:
            if line.owner == owner:
                return line
        raise UnknownName("owner", owner, self.as_of, nearest(owner, [str(line.owner) for line in self]))


def beneficial_ownership(
    ledger: Ledger, stock_class: str, *, as_of: AsOf, known_at: KnownAt = None
) -> BeneficialOwnership:
    """Return who owns a class beneficially at the close of a day.

    Args:
        ledger: The record.
        stock_class: Which class.
        as_of: The day.
        known_at: What had been recorded; everything when not given.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        UnknownName: No class of that name was designated by the day.
    """
    history = ledger.history(as_of, known_at)
    facts = ledger.standing(history.known)
    balances = replay(history, facts)
    which = designated(balances, stock_class)
    holders, grouped = owners_of(balances, which, facts)
    return BeneficialOwnership(
        ledger.issuer,
        which,
        str(balances.values(Level.CLASS_TITLE, which)[-1]),
        history.as_of,
        history.known,
        ledger.recorded_at(history.known),
        count_of(balances, which),
        tuple(sorted(holders, key=_largest_first)),
        tuple(sorted(grouped, key=_largest_first)),
    )


def designated(balances: Balances, stock_class: str) -> StockClassId:
    """Return a class that was designated by the day.

    Raises:
        UnknownName: There is none of that name.
    """
    known = balances.subjects(Level.CLASS_KIND)
    if stock_class not in known:
        near = nearest(stock_class, map(str, known))
        raise UnknownName("stock class", stock_class, balances.history.as_of, near)
    return StockClassId(stock_class)


def _largest_first(line: BeneficialLine) -> tuple[Fraction, str]:
    return -(line.owned.low or NO_SHARES).as_fraction(), str(line.owner)


def count_of(balances: Balances, stock_class: StockClassId) -> ReliedCount:
    """Return what percentages are of: what the register holds, or the last report where it is partial.

    A report is of no use any more once the holders that are recorded have more than it says all of them had.
    """
    recorded = outstanding_shares(balances, stock_class)
    if is_complete(balances, stock_class):
        return ReliedCount(recorded)
    report = last_report(balances, stock_class)
    if report is not None and report.shares.high is not None and recorded.low is not None:
        return report if recorded.low <= report.shares.high else ReliedCount(Bounds(recorded.low, None))
    return report or ReliedCount(Bounds(recorded.low, None))


def owners_of(
    balances: Balances, stock_class: StockClassId, facts: Iterable[InEffect]
) -> tuple[list[BeneficialLine], list[BeneficialLine]]:
    """Return what each holder and each group owns of a class beneficially.

    Args:
        balances: The accounts and levels on the day.
        stock_class: Which class.
        facts: All that stand as known; notice may have been given of a change to come.
    """
    picture = _Picture.of(balances, stock_class, facts)
    grouped = groups(balances)
    holders = [
        picture.line(owner, name_of(balances, owner), (owner,), acting_with(owner, grouped.values()))
        for owner in picture.everybody()
    ]
    in_groups = [
        picture.line(group, str(group), members, frozenset(members), is_group=True)
        for group, members in grouped.items()
    ]
    return holders, in_groups


@attrs.frozen
class _Picture:
    """All that beneficial ownership of a class is reckoned from."""

    balances: Balances
    outstanding: Bounds[Shares]
    of_record: dict[HolderId, Bounds[Shares]]
    owned: dict[HolderId, Bounds[Shares]]
    sources: tuple[Acquirable, ...]
    limits: tuple[LimitInForce, ...]

    @classmethod
    def of(cls, balances: Balances, stock_class: StockClassId, facts: Iterable[InEffect]) -> _Picture:
        """Return the picture of a day."""
        names = owners(balances, stock_class)
        owned = {
            owner: shares_between(bounds, _ONE)
            for owner, bounds in owned_shares(balances, stock_class, names).items()
        }
        in_own_name = balances.grouped(
            lambda unit, account: (
                account.holder
                if type(account) is Held and unit == stock_class and _is_own(account.holder, names)
                else None
            )
        )
        as_of = balances.history.as_of
        return cls(
            balances,
            count_of(balances, stock_class).shares,
            {holder: shares_between(bounds, _ONE) for holder, bounds in in_own_name.items()},
            owned,
            tuple(
                each
                for each in acquirable(balances, stock_class, within_days=WITHIN_DAYS)
                if each.is_open(as_of, within_days=WITHIN_DAYS)
            ),
            tuple(
                limit
                for each in ownership_limits(balances, stock_class, facts)
                if (limit := each.within(WITHIN_DAYS, as_of)) is not None
            ),
        )

    def everybody(self) -> list[HolderId]:
        """Return everybody who owns shares, or may acquire some."""
        return list(dict.fromkeys((*self.owned, *(each.holder for each in self.sources))))

    def line(
        self,
        owner: HolderId | GroupId,
        name: str,
        members: Sequence[HolderId],
        acting: frozenset[HolderId],
        *,
        is_group: bool = False,
    ) -> BeneficialLine:
        """Return what somebody owns.

        Args:
            owner: Who.
            name: Their name.
            members: Whose shares and papers count.
            acting: Whose shares an ownership limit counts beside.
            is_group: Whether it is a group.
        """
        held = together((self.owned.get(each, exactly(NO_SHARES)) for each in members), NO_SHARES)
        of_record = together((self.of_record.get(each, exactly(NO_SHARES)) for each in members), NO_SHARES)
        sources = tuple(each for each in self.sources if each.holder in members)
        may_acquire = Bounds(
            self._acquired(members, acting, strict=True) or NO_SHARES,
            self._acquired(members, acting, strict=False),
        )
        return BeneficialLine(
            owner,
            name,
            tuple(members) if is_group else (),
            of_record,
            _less(held, of_record),
            may_acquire,
            _less(together((each.shares for each in sources), NO_SHARES), may_acquire),
            tuple(dict.fromkeys(each.restriction for each in self.limits if each.holder in members)),
            together((held, may_acquire), NO_SHARES),
            self._percent(held, may_acquire),
            sources,
        )

    def _percent(self, held: Bounds[Shares], may_acquire: Bounds[Shares]) -> Bounds[Fraction]:
        """Return the part owned; each end pairs what makes it least or most, though no reading may have all."""
        whole = self.outstanding

        def part(mine: Shares | None, more: Shares | None, of: Shares | None) -> Fraction | None:
            if mine is None or more is None or of is None:
                return None
            return part_owned(mine, outstanding=of, acquirable=more)

        low, high = part(held.low, may_acquire.low, whole.high), part(held.high, may_acquire.high, whole.low)
        if whole.high is None or low is None:
            return Bounds(None, None)
        return Bounds(min(low, _ONE), None if high is None else min(high, _ONE))

    def _acquired(self, members: Sequence[HolderId], acting: frozenset[HolderId], *, strict: bool) -> Shares | None:
        """Return what members may acquire in the reading that gives least, or in the one that gives most.

        ``None`` is for more than anybody knows. What others who count with them own and may acquire takes room.
        """
        free, limited, beside = [], [], []
        for each in self.sources:
            limit = self._limit_of(each, strict=strict)
            if each.holder in members:
                shares = _end(each.shares, low=strict)
                if limit is None:
                    free.append(shares)
                else:
                    limited.append((_part(limit, strict=strict), shares))
            if each.holder in acting and limit is None:
                beside.append(_end(each.shares, low=not strict))
        if not limited:
            return _sum(free)
        owned = together((self.owned.get(each, exactly(NO_SHARES)) for each in acting), NO_SHARES)
        outstanding, held = _end(self.outstanding, low=strict), _end(owned, low=not strict)
        others = _sum(beside)
        if outstanding is None or held is None or others is None:
            return _sum(free) if strict else None
        acquired = acquired_under(limited, outstanding=outstanding, owned=held, acquirable=others)
        return _sum((*free, acquired))

    def _limit_of(self, source: Acquirable, *, strict: bool) -> LimitInForce | None:
        """Return the strictest limit on a paper; in the mild reading one that may not be in force is none."""
        found = [
            limit
            for limit in self.limits
            if limit.holder == source.holder
            and limit.covers(source.source)
            and (strict or limit.largest is not None)
        ]
        return min(found, key=lambda limit: _part(limit, strict=strict).value, default=None)


def _is_own(holder: HolderId, names: dict[HolderId, tuple[HolderId, ...]]) -> bool:
    return names.get(holder, (holder,)) == (holder,)


def _part(limit: LimitInForce, *, strict: bool) -> Ratio:
    part = limit.smallest if strict else limit.largest
    assert part is not None, "a limit that limits nothing is left out"
    return part


def _end(bounds: Bounds[Shares], *, low: bool) -> Shares | None:
    """Return the end of a figure; of one that nobody knows from below, nothing."""
    return bounds.low or NO_SHARES if low else bounds.high


def _sum(figures: Iterable[Shares | None]) -> Shares | None:
    """Return shares together; ``None`` where one is not known."""
    found = NO_SHARES
    for each in figures:
        if each is None:
            return None
        found += each
    return found


def _less(whole: Bounds[Shares], part: Bounds[Shares]) -> Bounds[Shares]:
    """Return what is left of a whole without a part of it."""
    low = NO_SHARES if whole.low is None or part.high is None else max(NO_SHARES, whole.low - part.high)
    high = None if whole.high is None or part.low is None else max(NO_SHARES, whole.high - part.low)
    return Bounds(low, high)
