"""Who holds what on a day, worked out of the columns that are kept, with the standard library alone."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

from registrar.cold import NotPlain

TYPE_CHECKING = False  # the module of that name takes longer to import than some answers
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from ledger.store.kept import Kept
    from registrar.cold.record import Record

    Position = tuple[int, int]
    """Class and holder, by number."""

_PHASES = 3
_LONG = "q"
"""Whole numbers of 64 bits, as they are kept."""


class Held:
    """Who holds what at the close of a day, as the columns that are kept say.

    Args:
        movements: What is kept of movements.
        record: The record.
        day: The day.

    Attributes:
        holders: Number of the holder of each position, by class and then by holder.
        shares: How many shares each is; where that is not known, at least, or else at most.
        between: By position, how many at least and at most, where facts may change it whose day is open.
        runs: The positions of each class: its name, the first of them and the end.
    """

    def __init__(self, movements: Kept, record: Record, day: date) -> None:
        self._told, self._pieces = movements.told, movements.pieces
        kept = self._pieces["narrow-positions"]
        covered, without = kept["covered"]
        if without or len(self._pieces["wide-positions"]["classes"]):
            raise NotPlain
        self._classes, self.names = self._texts("classes"), self._texts("holders")
        self._of: Sequence[int] = kept["classes"]
        self.holders: Sequence[int] = kept["holders"]
        when = (day.toordinal() * _PHASES + _PHASES) * self._told["stages"] - 1
        sums = self._sums(when)
        self.shares = self._totals(sums)
        self._take_in(sums, covered)
        self.runs = self._runs(self._designated(record, day))
        self.between = {place: self._set_apart(place, *may) for place, may in self._may(when).items()}

    # --- who and what --------------------------------------------------------------------------------

    def _layers(self, name: str) -> list[Mapping[str, memoryview]]:
        """Return what is kept of a table, layer by layer."""
        firsts = sorted(int(each.rpartition("-")[2]) for each in self._pieces if each.rpartition("-")[0] == name)
        return [self._pieces[f"{name}-{first}"] for first in firsts]

    def _texts(self, name: str) -> list[str]:
        found: list[str] = []
        for piece in self._layers(name):
            text, ends = bytes(piece["text"]).decode("ascii"), piece["ends"].tolist()
            found += map(text.__getitem__, map(slice, [0, *ends], ends))
        return found

    def _position(self, account: int) -> Position | None:
        """Return which position an account of shares of somebody is a part of."""
        first = 0
        for piece in self._layers("narrow-accounts"):
            at = account - first
            if at < len(piece["kinds"]):
                of_class = piece["units"][at]
                is_held = piece["kinds"][at] == self._told["kinds"].index("held") and of_class >= 0
                return (of_class, piece["holders"][at]) if is_held else None
            first += len(piece["kinds"])
        raise NotPlain

    def _place(self, position: Position) -> tuple[int, bool]:
        """Return where a position stands or would stand, and whether it does."""

        def key(place: int) -> tuple[str, str]:
            return self._classes[self._of[place]], self.names[self.holders[place]]

        of_class, holder = position
        place = bisect_left(range(len(self._of)), (self._classes[of_class], self.names[holder]), key=key)
        stands = place < len(self._of) and (self._of[place], self.holders[place]) == position
        return place, stands

    def _take_in(self, sums: Sequence[int], covered: int) -> None:
        """Take in the accounts that came since the positions were put in order."""
        new: dict[Position, int] = {}
        for account in range(covered, len(sums)):
            position = self._position(account)
            if position is not None:
                place, stands = self._place(position)
                if stands:
                    self.shares[place] += sums[account]
                else:
                    new[position] = new.get(position, 0) + sums[account]
        if not new:
            return
        in_order = sorted(new, key=lambda each: (self._classes[each[0]], self.names[each[1]]))
        places = [self._place(each)[0] for each in in_order]
        self._of = _put_in(self._of, places, [of_class for of_class, _ in in_order])
        self.holders = _put_in(self.holders, places, [holder for _, holder in in_order])
        self.shares = _put_in(self.shares, places, [*map(new.__getitem__, in_order)])

    def _runs(self, designated: set[str]) -> list[tuple[str, int, int]]:
        """Return the positions of each class that there is."""
        found = []
        start = 0
        while start < len(self._of):
            name = self._classes[self._of[start]]
            end = bisect_right(self._of, name, start, key=self._classes.__getitem__)
            if name in designated:
                found.append((name, start, end))
            start = end
        return found

    def _designated(self, record: Record, day: date) -> set[str]:
        """Return the classes that there may be on a day."""
        found = set()
        for number, _, _, gone in self._told["facts"]:
            payload = record.event(number)
            if payload["kind"] != "stock-class-designated":
                raise NotPlain
            event = payload["event"]
            if gone is None and type(day).fromisoformat(event["effective_on"][:10]) <= day:
                found.add(event["stock_class"])
        return found

    # --- how many ------------------------------------------------------------------------------------

    def _sums(self, when: int) -> array[int]:
        """Return what each account comes to at a stage of a moment."""
        loose = self._pieces["narrow-sums-loose"]
        _, size, _, segments = loose["shape"]
        sums = _nothing(max(size, sum(len(piece["kinds"]) for piece in self._layers("narrow-accounts"))))
        for at in range(segments):
            piece = self._pieces[f"narrow-sums-{at}"]
            _, keys, spacing, _ = piece["shape"]
            count = bisect_right(piece["whens"], when)
            last = min(count // spacing, len(piece["widths"]) - 1)
            start, width = sum(piece["widths"][:last]), piece["widths"][last]
            come = array(_LONG, bytes(piece["checkpoints"][start : start + width])) + _nothing(keys - width)
            since = slice(last * spacing, count)
            for key, after in zip(piece["keys"][since], piece["after"][since], strict=True):
                come[key] = after  # of several rows of an account the last one is taken
            numbers = piece["numbers"]
            if not at and not len(numbers):
                sums[:keys] = come
                continue
            for number, total in zip(numbers if len(numbers) else range(keys), come, strict=True):
                sums[number] += total
        for effective, key, change in zip(loose["whens"], loose["keys"], loose["changes"], strict=True):
            if effective <= when:
                sums[key] += change
        return sums

    def _totals(self, sums: array[int]) -> array[int]:
        """Return what the accounts of each position come to together."""
        kept = self._pieces["narrow-positions"]
        accounts, starts = kept["accounts"], kept["starts"]
        totals = array(_LONG, map(sums.__getitem__, accounts))
        if len(starts) == len(accounts):
            return totals
        ends = [*starts[1:], len(accounts)]
        return array(_LONG, [sum(totals[start:end]) for start, end in zip(starts, ends, strict=True)])

    def _may(self, when: int) -> dict[int, tuple[int, int]]:
        """Return by how much facts whose day is open may change each position: at least, and at most."""
        nets: dict[tuple[int, int], int] = {}  # of a fact and an account
        for piece in self._layers("narrow-open"):
            begun = zip(piece["begins"], piece["settles"], range(len(piece["begins"])), strict=True)
            for place in [place for begins, settles, place in begun if begins <= when < settles]:
                at = piece["facts"][place], piece["accounts"][place]
                nets[at] = nets.get(at, 0) + piece["limb-0"][place]
        by_fact: dict[tuple[int, int], int] = {}
        for (fact, account), change in nets.items():
            position = self._position(account)
            if change and position is not None:
                place, _ = self._place(position)
                by_fact[fact, place] = by_fact.get((fact, place), 0) + change
        may: dict[int, tuple[int, int]] = {}
        for (_, place), change in by_fact.items():
            low, high = may.get(place, (0, 0))
            may[place] = low + min(change, 0), high + max(change, 0)
        return may

    def _set_apart(self, place: int, least: int, most: int) -> tuple[int, int]:
        """Return how many shares a position is at least and at most."""
        low, high = self.shares[place] + least, self.shares[place] + most
        low = 0 if low < 0 <= high else low
        self.shares[place] = low or high
        return low, high


def _nothing(count: int) -> array[int]:
    return array(_LONG, bytes(8 * count))


def _put_in(values: Sequence[int], places: Sequence[int], new: Sequence[int]) -> array[int]:
    """Return values with new ones among them, each before what stood at its place."""
    found = array(_LONG)
    start = 0
    for place, value in zip(places, new, strict=True):
        found.extend(values[start:place])
        found.append(value)
        start = place
    found.extend(values[start:])
    return found
