"""A synthetic issuer with a long history, made from a seed, as columns of whole numbers.

Most of it is transfers. There are issuances in tranches, conversions, grants and exercises, cancellations, and two
splits. Each year an audit adds what came late: back-dated transfers, voids, restatements, transfers of an open day.
A few holders do most of it. Some enter, sell everything later and are gone. The first few hold more than 2⁵³
shares, so that an engine that counts in floats is found out.

Whoever gives shares away has so many that no balance falls below zero, whatever is voided, restated or back-dated:
so the history can be drawn at once, and every rule of the ledger lets it through.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

FOUNDED: Final = date(2015, 1, 1)
DAYS: Final = 3_652
YEARS: Final = 10
CLASSES: Final = ("common", "series-a", "series-b", "series-c", "series-d")
SPLITS: Final = ((1, 3, 2), (2, 3, 3))
"""After which part of the history the common shares are split, and by how much."""
LARGE: Final = 8
"""So many holders hold more than 2⁵³ shares."""
STAKE: Final = 10**9
VISIT: Final = 1_000
PREFERRED_STAKE: Final = 10**7
RATIO: Final = 5
"""Common shares for a preferred one, before any split."""
GRANTED: Final = 10**6
MOST: Final = 100
"""No other deal is about more shares than this."""
NEVER: Final = 2**31 - 1

Whole = NDArray[np.int64]


class Kind(IntEnum):
    """What an event is."""

    PAPER = 0
    REGISTERED = 1
    ISSUED = 2
    TRANSFERRED = 3
    CLOSED = 4
    PREFERRED = 5
    CONVERTED = 6
    GRANTED = 7
    EXERCISED = 8
    CANCELLED = 9
    VOIDED = 10
    RESTATED = 11
    UNITS_GRANTED = 12
    RELEASED = 13


_MIX: Final = ((Kind.CONVERTED, 0.03), (Kind.GRANTED, 0.01), (Kind.EXERCISED, 0.03), (Kind.CANCELLED, 0.01))
_ISSUES, _CLOSINGS = 0.04, 0.05
_AUDITED: Final = ((Kind.TRANSFERRED, 0.002), (Kind.VOIDED, 0.0005), (Kind.RESTATED, 0.0005))
"""What comes late, as a part of all events: a quarter of the transfers have no exact day."""


@attrs.frozen(eq=False)
class History:
    """Events in the order of recording; event number ``n`` is at index ``n - 1``.

    Attributes:
        holders: How many there are.
        agreements: How many there are.
        kind: What each is; ``Kind``.
        day: Its day, in days since the founding.
        latest: Its last day possible; the same as the day where that is exact.
        holder: Who gave, received or was registered.
        other: The receiver of a transfer.
        stock_class: Class of the shares; of a paper, which of the company's papers it is.
        count: Shares, or whole dollars.
        ref: Number of the agreement or award; of a correction, of the entry that it corrects.
    """

    holders: int
    agreements: int
    kind: Whole
    day: Whole
    latest: Whole
    holder: Whole
    other: Whole
    stock_class: Whole
    count: Whole
    ref: Whole

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def splits(self) -> list[tuple[int, int, int]]:
        """For each split: its day, the number of its entry, and the factor; it comes before all else of its day."""
        at = np.flatnonzero((self.kind == Kind.PAPER) & (self.count > 1))
        return [(int(self.day[each]), int(each) + 1, int(self.count[each])) for each in at]

    def received(self, at: NDArray[np.intp]) -> Whole:
        """Return the common shares that conversions yield: each split makes them more."""
        ratio = np.full(len(at), RATIO)
        for day, _, factor in self.splits:
            ratio[self.day[at] >= day] *= factor
        return ratio * self.count[at]


def day_of(number: int) -> date:
    """Return the day so many days after the founding."""
    return FOUNDED + timedelta(days=int(number))


def number_of_papers(agreements: int) -> int:
    """Return how many papers found the company: itself, its classes, a plan, and agreements."""
    return 2 + len(CLASSES) + agreements


def history(size: int, holders: int, seed: int = 7) -> History:
    """Return so many events.

    Args:
        size: How many events; well more than there are holders.
        holders: How many there are.
        seed: What all chances come from.
    """
    return _Draft(size, holders, seed).history()


class _Draft:
    """Events on their way into order."""

    def __init__(self, size: int, holders: int, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.size, self.holders = size, holders
        self.agreements = max(2, holders // 50)
        self.investors = max(4, holders // 20)
        self.stayers = holders - max(1, holders // 20)
        self.founders = max(4, self.stayers * 3 // 10)
        self._parts: list[dict[str, Whole]] = []

    def history(self) -> History:
        self._found()
        late = {kind: [max(1, round(self.size * part / YEARS))] * YEARS for kind, part in _AUDITED}
        before = sum(len(part["kind"]) for part in self._parts)
        self.slots = self.size - before - len(SPLITS) - sum(map(sum, late.values()))
        if self.slots < 4 * self.holders // 3:
            raise ValueError(f"{self.size} events are too few for {self.holders} holders")
        self.days: Whole = 1 + np.arange(self.slots) * DAYS // self.slots
        self._split()
        self._fill()
        self._audit(late)
        return self._in_order()

    def _add(self, kind: int | Whole, place: Whole, **fields: int | Whole) -> None:
        size = len(place)
        made = {"place": place, "kind": np.broadcast_to(np.asarray(kind, np.int64), size)}
        for name in ("day", "holder", "other", "stock_class", "count", "ref"):
            made[name] = np.broadcast_to(np.asarray(fields.get(name, 0), np.int64), size)
        made["latest"] = np.broadcast_to(np.asarray(fields.get("latest", made["day"]), np.int64), size)
        self._parts.append(made)

    def _active(self, places: Whole, within: Whole | int) -> Whole:
        """Draw a holder for each of some places: the square makes the first ones busy."""
        return (np.asarray(within) * self.chance.random(len(places)) ** 2).astype(np.int64)

    def _pairs(self, places: Whole, within: Whole | int) -> tuple[Whole, Whole]:
        one, other = self._active(places, within), self._active(places, within)
        return one, np.where(one == other, (one + 1) % within, other)

    def _few(self, places: Whole) -> Whole:
        return self.chance.integers(1, MOST, len(places), endpoint=True)

    def _stakes(self, holders: Whole) -> Whole:
        large = 2**53 + 1 + 2 * holders
        made: Whole = np.where(holders < LARGE, large, STAKE + holders)
        return made

    def _found(self) -> None:
        """The papers, all holders, the stakes of the founders and of the first investors."""
        papers = np.arange(number_of_papers(self.agreements))
        self._add(Kind.PAPER, np.full(len(papers), -4.0), stock_class=papers)
        everybody = np.arange(self.holders)
        self._add(Kind.REGISTERED, np.full(self.holders, -3.0), holder=everybody)
        first = everybody[: self.founders]
        self._add(Kind.ISSUED, np.full(len(first), -2.0), holder=first, count=self._stakes(first))
        investors = everybody[: self.investors]
        series = 1 + investors % (len(CLASSES) - 1)
        self._add(
            Kind.PREFERRED,
            np.full(len(investors), -1.0),
            holder=investors,
            stock_class=series,
            count=PREFERRED_STAKE,
        )

    def _split(self) -> None:
        """Splits open their days, before whatever else these days bring."""
        self.split_days = []
        papers = number_of_papers(self.agreements)
        for number, (part, parts, factor) in enumerate(SPLITS):
            day = self.days[self.slots * part // parts]
            place = np.searchsorted(self.days, day)
            self.split_days.append(int(day))
            self._add(Kind.PAPER, np.array([place - 0.75]), day=day, stock_class=papers + number, count=factor)

    def _fill(self) -> None:
        """Draw what each slot is, and who is in it."""
        visitors = np.arange(self.stayers, self.holders)
        entering = np.arange(self.founders, self.stayers)
        special = self.chance.permutation(self.slots)[: len(entering) + 2 * len(visitors)]
        enters = np.sort(special[: len(entering)])
        visits = np.sort(special[len(entering) :].reshape(-1, 2), axis=1)
        within = self.founders + np.searchsorted(enters, np.arange(self.slots))
        rest = np.setdiff1d(np.arange(self.slots), special)
        self._enter(enters, entering)
        self._visit(visits, visitors)
        kind = np.full(len(rest), Kind.TRANSFERRED)
        draw = self.chance.random(len(rest))
        start = 0.0
        for each, part in (*_MIX, (Kind.ISSUED, _ISSUES)):
            kind[(draw >= start) & (draw < start + part)] = each
            start += part
        firsts = 2 * np.flatnonzero(self.chance.random(len(rest) // 2) < _CLOSINGS)
        kind[firsts], kind[firsts + 1] = Kind.CLOSED, Kind.PREFERRED
        grants = np.cumsum(kind == Kind.GRANTED)
        kind[(kind == Kind.EXERCISED) & (grants == 0)] = Kind.TRANSFERRED

        def slots_of(which: Kind) -> Whole:
            of_kind: Whole = rest[kind == which]
            return of_kind

        self._close(rest[firsts], rest[firsts + 1], within)
        self._convert(slots_of(Kind.CONVERTED))
        self._grant(slots_of(Kind.GRANTED), slots_of(Kind.EXERCISED), within)
        for which in (Kind.ISSUED, Kind.CANCELLED):
            slots = slots_of(which)
            holder = self._active(slots, within[slots])
            self._add(which, slots, day=self.days[slots], holder=holder, count=self._few(slots))
        slots = slots_of(Kind.TRANSFERRED)
        holder, other = self._pairs(slots, within[slots])
        self._add(Kind.TRANSFERRED, slots, day=self.days[slots], holder=holder, other=other, count=self._few(slots))
        self.transfers = slots

    def _enter(self, slots: Whole, holders: Whole) -> None:
        self._add(Kind.ISSUED, slots, day=self.days[slots], holder=holders, count=self._stakes(holders))

    def _visit(self, slots: Whole, holders: Whole) -> None:
        """They come, and later pass on all that they have, after the splits that came between."""
        count = VISIT + self._few(holders)
        come, gone = self.days[slots].T
        self._add(Kind.ISSUED, slots[:, 0], day=come, holder=holders, count=count)
        factors = np.ones(len(holders), np.int64)
        for day, (_, _, factor) in zip(self.split_days, SPLITS, strict=True):
            factors[(come < day) & (gone >= day)] *= factor
        self._add(Kind.TRANSFERRED, slots[:, 1], day=gone, holder=holders, other=0, count=count * factors)

    def _close(self, closings: Whole, issues: Whole, within: Whole) -> None:
        """A part of what an agreement promises is paid, and shares are issued for it."""
        agreement = self._active(closings, self.agreements)
        count = self._few(closings)
        day = self.days[closings]
        self._add(Kind.CLOSED, closings, day=day, ref=agreement, count=count)
        self._add(
            Kind.PREFERRED,
            issues,
            day=self.days[issues],
            holder=self._active(issues, within[issues]),
            stock_class=self.chance.integers(1, len(CLASSES), len(issues)),
            count=count,
        )

    def _convert(self, slots: Whole) -> None:
        holder = self._active(slots, self.investors)
        series = 1 + holder % (len(CLASSES) - 1)
        self._add(
            Kind.CONVERTED,
            slots,
            day=self.days[slots],
            holder=holder,
            stock_class=series,
            count=self._few(slots),
        )

    def _grant(self, grants: Whole, exercises: Whole, within: Whole) -> None:
        """Options once the last split is past, which would change the price of each; units before that."""
        is_option = self.days[grants] >= self.split_days[-1]
        holder = self._active(grants, within[grants])
        self._add(
            np.where(is_option, Kind.GRANTED, Kind.UNITS_GRANTED),
            grants,
            day=self.days[grants],
            holder=holder,
            ref=np.arange(len(grants)),
            count=GRANTED,
        )
        there = np.searchsorted(grants, exercises)
        award = (there * self.chance.random(len(exercises))).astype(np.int64)
        self._add(
            np.where(is_option[award], Kind.EXERCISED, Kind.RELEASED),
            exercises,
            day=self.days[exercises],
            holder=holder[award],
            ref=award,
            count=self._few(exercises),
        )

    def _audit(self, late: dict[Kind, list[int]]) -> None:
        """What each audit finds: deals nobody recorded, deals that never were, and deals told wrongly."""
        wrong = self.chance.permutation(self.transfers)
        for year in range(YEARS):
            end = (year + 1) * self.slots // YEARS
            place, today = end - 0.5, int(self.days[end - 1])
            of_year = wrong[(wrong >= year * self.slots // YEARS) & (wrong < end)]
            voids, restatements = late[Kind.VOIDED][year], late[Kind.RESTATED][year]
            if len(of_year) < voids + restatements:
                raise ValueError(f"{self.size} events are too few for an audit each year")
            # What a correction is about is told by slot, until the entries have numbers.
            self._add(Kind.VOIDED, np.full(voids, place), ref=of_year[:voids], day=today)
            restated = of_year[voids : voids + restatements]
            holder, other = self._pairs(restated, self.founders)
            self._add(
                Kind.RESTATED,
                np.full(restatements, place),
                ref=restated,
                day=self.days[restated],
                holder=holder,
                other=other,
                count=self._few(restated),
            )
            places = np.full(late[Kind.TRANSFERRED][year], place)
            holder, other = self._pairs(places, self.founders)
            day = self.chance.integers(1, max(2, today - 45), len(places))
            is_open = self.chance.random(len(places)) < 0.25
            span = np.where(is_open, self.chance.integers(30, 300, len(places)), 0)
            latest = np.minimum(day + span, today)
            for split in self.split_days:
                latest = np.where((day < split) & (latest >= split), day, latest)
            self._add(
                Kind.TRANSFERRED,
                places,
                day=day,
                latest=latest,
                holder=holder,
                other=other,
                count=self._few(places),
            )

    def _in_order(self) -> History:
        joined = {
            name: np.concatenate([part[name] for part in self._parts])
            for name in ("place", "kind", "day", "latest", "holder", "other", "stock_class", "count", "ref")
        }
        order = np.argsort(joined.pop("place"), kind="stable")
        places = np.concatenate([part["place"] for part in self._parts])[order]
        made = {name: values[order] for name, values in joined.items()}
        corrects = np.isin(made["kind"], (Kind.VOIDED, Kind.RESTATED))
        made["ref"][corrects] = np.searchsorted(places, made["ref"][corrects]) + 1
        return History(self.holders, self.agreements, **made)
