"""What certainly moved the shares of each holder, line by line, as it stands: laid out for whoever asks about one.

A row of movements says what an entry moved; a *line* says what it comes to. What a correction took back is not
there, what it states anew is there as its own, and what one entry moves of a class is one line. The lines of a
holder lie side by side, class by class in the order of effect, so that an answer is a slice.

Lines are of the entries that there were when they were laid out. A holder with a row that came later is *apart*,
and worked out from rows; so is one whom a merger names, or with a correction that another one corrects, or with an
entry that two correct.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ledger.columns.movements import STAGES_OF_A_DAY
from ledger.columns.sums import Rows, by_key, joined
from ledger.events import HolderMerged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ledger.columns.layers import Arrays
    from ledger.columns.movements import Corrections, MovementColumns
    from ledger.columns.positions import Positions
    from ledger.columns.sums import DatedSums, Small, Whole

EPOCH: Final = date(1970, 1, 1).toordinal()
LAG: Final = 8
"""Lines are laid out anew when one entry of so many came since."""


class Lines(NamedTuple):
    """Lines of a holder.

    Attributes:
        days: From which day on each counts, in days since 1970.
        entries: Number of the entry that states it.
        balances: How many steps of the class there were after it.
        runs: The numbers of their classes, in order, and how many lines there are of each.
    """

    days: NDArray[Any]
    entries: NDArray[Any]
    balances: NDArray[Any]
    runs: Sequence[tuple[int, int]]


class HolderLines:
    """The lines of all holders.

    Args:
        arrays: As ``laid_out`` returns them, in memory or mapped from a file.

    Attributes:
        known: How many entries there were.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.lies_in(arrays)
        self.known, self._last_day = map(int, np.asarray(arrays["covered"]))
        self._apart: set[int | None] = {*np.asarray(arrays["apart"]).tolist()}
        self._seen, self._told = self.known, 0

    def lies_in(self, arrays: Arrays) -> None:
        """Take the same arrays from somewhere else, where they were kept meanwhile."""
        self.arrays = arrays
        self._runs, self._classes, self._starts = (
            memoryview(arrays[name]) for name in ("runs", "classes", "starts")
        )
        self._days, self._entries, self._balances = (
            np.asarray(arrays[name]) for name in ("days", "entries", "balances")
        )

    def follow(self, columns: MovementColumns) -> None:
        """Set those apart whom a merger names, and those who have rows that came since."""
        if len(columns.facts) > self._told:
            told = (each.each.fact for each in columns.facts[self._told :])
            merged = (name for fact in told if type(fact) is HolderMerged for name in (fact.holder, fact.into))
            self._apart.update(map(columns.ids.texts.holders.find, merged))
            self._told = len(columns.facts)
        if columns.known == self._seen:
            return
        table = columns.narrow_table
        late = [segment.given() for segment in table.sums.segments if segment.knows_to > self._seen]
        for rows in (*late, table.sums.loose()):
            accounts = rows.keys[rows.known > self._seen]
            self._apart.update(table.accounts.column("holders")[accounts].tolist())
        self._seen = columns.known

    def of(self, holder: int, as_of: date) -> Lines | None:
        """Return the lines of a holder until the close of a day; nothing for one who is worked out from rows.

        Args:
            holder: Their number.
            as_of: The day.
        """
        if holder in self._apart or holder + 1 >= len(self._runs):
            return None
        first, last = self._runs[holder], self._runs[holder + 1]
        if first == last:
            return None
        starts, classes = self._starts[first : last + 1].tolist(), self._classes[first:last].tolist()
        until = as_of.toordinal() - EPOCH
        if until >= self._last_day:
            whole = slice(starts[0], starts[-1])
            runs = [(each, stop - start) for each, (start, stop) in zip(classes, pairwise(starts), strict=True)]
            return Lines(self._days[whole], self._entries[whole], self._balances[whole], runs)
        days = (self._days[start:stop] for start, stop in pairwise(starts))
        lengths = [int(run.searchsorted(np.int32(until), "right")) for run in days]
        some = np.concatenate([np.arange(*run) for run in zip(starts, map(add, starts, lengths), strict=False)])
        runs = [(each, length) for each, length in zip(classes, lengths, strict=True) if length]
        return Lines(self._days[some], self._entries[some], self._balances[some], runs)


def brought_up(columns: MovementColumns) -> HolderLines:
    """Return the lines of columns, laid out anew if too much came since."""
    lines = columns.lines
    if lines is None or columns.known - lines.known > columns.known // LAG:
        lines = columns.lines = HolderLines(laid_out(columns, columns.known))
    return lines


def laid_out(columns: MovementColumns, known: int) -> Arrays:
    """Return the lines of all holders, of what is counted in one limb.

    Args:
        columns: Whose.
        known: Of how many entries.
    """
    table = columns.narrow_table
    positions = table.positions
    by_holder = np.argsort(positions.holders, kind="stable")
    holders, classes = positions.holders[by_holder], positions.classes[by_holder]
    rows = _by_position(table.sums, positions, by_holder, known)
    keys = rows.keys
    entries, apart = _standing(rows, holders[keys], columns.corrections, known)
    entries[rows.whens % 2 == 1] = 0  # what splits that fell have added comes to nothing
    for unit, splits in columns.splits.items():
        of_class = classes[keys] == columns.ids.texts.classes.find(unit)
        for split in splits:
            if split.was_known(known):
                entries[of_class & (rows.whens == split.when)] = int(split.each.entry.number)
    entries, changes = _in_turn(keys, rows.whens, entries, rows.changes[0])
    places, changes = netted(keys, rows.whens, entries, changes)
    days, keys = rows.whens[places] // np.int32(STAGES_OF_A_DAY) - np.int32(EPOCH), keys[places]
    starts = begins(keys)
    of_holders = holders[keys[starts]]
    made = {
        "covered": np.asarray([known, days.max(initial=-EPOCH)]),
        "runs": np.searchsorted(of_holders, np.arange(len(columns.ids.holders) + 1)).astype(np.int32),
        "classes": classes[keys[starts]],
        "starts": np.append(starts, len(keys)).astype(np.int32),
        "apart": apart,
        "days": days,
        "entries": entries[places],
        "balances": running(changes, starts),
    }
    for array in made.values():
        array.flags.writeable = False  # answers are slices of them
    return made


def _by_position(sums: DatedSums, positions: Positions, order: NDArray[np.intp], known: int) -> Rows:
    """Return the rows of positions, with the place of each in an order of these as its key, and by moment."""
    parts = [rows for rows in (*(segment.given() for segment in sums.segments), sums.loose()) if len(rows)]
    rows = parts[0] if len(parts) == 1 else joined(parts, sums.limbs)
    if len(parts) > 1 or not sums.segments:
        rows = rows.taken(np.argsort(rows.whens, kind="stable"))
    ranks = np.full(len(order) + 1, len(order), np.int32)  # the last one stands for no position
    ranks[order] = np.arange(len(order), dtype=np.int32)
    keys = ranks[positions.places_of(np.arange(sums.size, dtype=np.int32))][rows.keys]
    keys[rows.known > known] = len(order)
    counts = np.bincount(keys, minlength=len(order) + 1)[:-1]
    places = by_key(keys)[: counts.sum()]
    in_order = np.repeat(np.arange(len(order), dtype=np.int32), counts)
    return Rows(rows.whens[places], rows.known[places], in_order, rows.changes[:, places])


def _standing(rows: Rows, holders: Small, corrections: Corrections, known: int) -> tuple[Small, Small]:
    """Return as whose entry each row counts, and the holders that are apart.

    What is corrected and what corrects it come together to what stands, if both move something of the holder.
    """
    count = int(np.searchsorted(corrections.column("corrections"), np.int32(known), "right"))
    named, correcting = (corrections.column(name)[:count] for name in ("named", "corrections"))
    corrects, is_odd = np.zeros((2, known + 1), np.bool_)
    corrects[correcting] = True
    is_odd[correcting[corrects[named]]] = True
    is_odd |= np.bincount(named, minlength=known + 1) > 1
    corrected_by = np.zeros(known + 1, np.int32)
    corrected_by[named] = correcting
    no_split = rows.whens % 2 == 0
    apart = np.unique(holders[no_split & is_odd[rows.known]])
    corrected = np.flatnonzero(no_split & (corrected_by[rows.known] > 0))
    correct = np.flatnonzero(no_split & corrects[rows.known])
    size, entries = np.int64(known + 1), rows.known.copy()
    met = np.isin(
        holders[corrected] * size + corrected_by[entries[corrected]], holders[correct] * size + entries[correct]
    )
    entries[corrected[met]] = corrected_by[entries[corrected[met]]]
    return entries, apart


def _in_turn(keys: Small, whens: Small, entries: Small, changes: Whole) -> tuple[Small, Whole]:
    """Return entries and changes, those of one moment and position in the order of entries."""
    is_next = (keys[1:] != keys[:-1]) | (whens[1:] != whens[:-1])
    wrong = np.flatnonzero(~is_next & (entries[1:] < entries[:-1]))
    if len(wrong):
        groups = np.append(0, np.cumsum(is_next))
        of_wrong = np.zeros(int(groups[-1]) + 1, np.bool_)
        of_wrong[groups[wrong]] = True
        some = np.flatnonzero(of_wrong[groups])
        order = some[np.lexsort((entries[some], groups[some]))]
        entries[some], changes[some] = entries[order], changes[order]
    return entries, changes


def netted(
    keys: NDArray[Any], whens: NDArray[Any], entries: NDArray[Any], changes: NDArray[Any]
) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Return where each line begins in rows that are in order, and what it changes; none that changes nothing."""
    if not len(keys):
        return np.empty(0, np.intp), changes
    differ = (keys[1:] != keys[:-1]) | (whens[1:] != whens[:-1]) | (entries[1:] != entries[:-1])
    firsts = np.append(0, 1 + np.flatnonzero(differ))
    if len(firsts) < len(changes):
        changes = np.add.reduceat(changes, firsts)
    some = np.flatnonzero(changes != 0)
    return firsts[some], changes[some]


def begins(keys: NDArray[Any]) -> NDArray[np.intp]:
    """Return where each key begins, of keys whose places lie side by side."""
    return np.flatnonzero(np.append(np.ones(min(1, len(keys)), np.bool_), keys[1:] != keys[:-1]))


def running(changes: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[Any]:
    """Return the sums of changes, begun anew at each of some places, of which the first is 0 if there is any."""
    sums = np.cumsum(changes) if len(changes) else changes
    before = np.append(changes[:0], sums[starts[1:] - 1])
    lengths = np.diff(np.append(starts, len(sums)))
    balances: NDArray[Any] = sums.copy()
    balances[len(sums) - int(lengths[1:].sum()) :] -= np.repeat(before, lengths[1:])
    return balances
