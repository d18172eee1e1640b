"""What moved the shares of a holder, in columns: one line for each entry and class, with what was left after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ledger.columns.lines import EPOCH, Lines, begins, netted, running
from ledger.columns.movements import STAGES_OF_A_DAY
from ledger.columns.sums import put_together
from ledger.days import close_of
from ledger.movements import Held, Posting
from ledger.quantities import SCALE
from ledger.timeline import standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ledger.columns.movements import MovementColumns
    from ledger.identity import HolderId
    from ledger.pages import Entries

    Line = tuple[int, int, int, int]


def moved(
    columns: MovementColumns, entries: Entries, holders: set[HolderId], as_of: date, known: int
) -> tuple[Lines, int]:
    """Return what moved the shares of holders that are one until the close of a day, and how many steps a share is.

    What a correction took back is not there, and what it states anew is there as its own entry.

    Args:
        columns: What the entries move.
        entries: The entries, of which those are read that corrections of corrections concern.
        holders: Whose shares; what passes between them is no movement.
        as_of: The day.
        known: How many entries were known.
    """
    parts = [*columns.rows_of(holders, as_of, known)]
    steps = 1 if all(step == SCALE for step, _, _ in parts) else SCALE
    whole: list[Any] = [
        rows.changes[0] if steps == 1 else _objects(put_together(rows.changes), step) for step, _, rows in parts
    ]
    none = np.empty(0, np.int64)
    whens, numbers, classes, changes = (
        column[0] if len(column) == 1 else np.concatenate([none, *column])
        for column in (
            [rows.whens for _, _, rows in parts],
            [rows.known for _, _, rows in parts],
            [each for _, each, _ in parts],
            whole,
        )
    )
    splits = whens % 2 == 1
    corrections = np.unique(numbers[~splits & columns.corrections.are(numbers)]).tolist()
    named = {number: columns.corrections.by(number) for number in corrections}
    if any(columns.corrections.are(each).any() for each in named.values()):
        family = columns.family({number: entries[number - 1] for number in corrections}, known, entries)
        kept = np.flatnonzero(splits | ~np.isin(numbers, [int(each.number) for each in family]))
        more = [*_stated(columns, family, holders, as_of, steps)]
        added = zip(*more, strict=True) if more else ((),) * 4
        whens, numbers, classes, changes = (
            np.append(column[kept], np.array([*values], column.dtype))
            for column, values in zip((whens, numbers, classes, changes), added, strict=True)
        )
        splits = whens % 2 == 1
    else:  # what is corrected and what corrects it come together to what stands
        for number, each in named.items():
            numbers = np.where(np.isin(numbers, each), number, numbers)
    if splits.any():
        numbers = np.where(splits, _entries_of_splits(columns, whens, classes, known), numbers)
    return _in_order(whens, numbers, classes, changes, columns.ids.classes), steps


def _objects(values: Sequence[int], step: int) -> NDArray[np.object_]:
    return np.array([each * step for each in values], object)


def _entries_of_splits(
    columns: MovementColumns, whens: NDArray[Any], classes: NDArray[Any], known: int
) -> NDArray[Any]:
    """Return for each row at a split which entry states that."""
    found = np.zeros(len(whens), np.int64)
    for stock_class, splits in columns.splits.items():
        number = columns.ids.texts.classes.find(stock_class)
        for split in splits:
            if split.was_known(known):
                found[(whens == split.when) & (classes == number)] = int(split.each.entry.number)
    return found


def _stated(
    columns: MovementColumns, family: Sequence[Any], holders: set[HolderId], as_of: date, steps: int
) -> Iterator[Line]:
    """Yield what facts move that stand among entries which corrections concern."""
    for each in standing(family):
        if each.settles <= close_of(as_of):
            for posting in each.fact.movements():
                if type(posting) is Posting and type(posting.account) is Held and posting.account.holder in holders:
                    number = columns.ids.texts.classes.find(str(posting.unit))
                    assert number is not None, "the class has a holder"
                    when, change = columns.stage_of(each, posting.unit), posting.quantity // (SCALE // steps)
                    yield when, int(each.entry.number), number, change


def _in_order(
    whens: NDArray[Any],
    numbers: NDArray[Any],
    classes: NDArray[Any],
    changes: NDArray[Any],
    ids: Sequence[str],
) -> Lines:
    """Return lines by class and effect, what one entry changes of a class as one, with what is left after each."""
    ranks = np.empty(len(ids), np.int32)
    ranks[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    order = np.lexsort((numbers, whens, ranks[classes]))
    whens, numbers, classes = whens[order], numbers[order], classes[order]
    places, changes = netted(classes, whens, numbers, changes[order])
    whens, numbers, classes = whens[places], numbers[places], classes[places]
    firsts = begins(classes)
    runs = zip(classes[firsts].tolist(), np.diff(firsts, append=len(classes)).tolist(), strict=True)
    return Lines(whens // STAGES_OF_A_DAY - EPOCH, numbers, running(changes, firsts), [*runs])
