"""What is asked of the ledger, by its public functions alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.any_date import written
from benchmarks.any_date.fold import holding
from benchmarks.any_date.issuer import CLASSES, DAYS, FOUNDED, Whole, day_of
from ledger import Ledger
from ledger.exchange import loading
from projections.holdings import Holdings, holdings
from projections.holdings_over_time import HoldingsOverTime, holdings_over_time
from projections.share_accounts import AccountLine
from projections.statement import statement as account


def at(ledger: Ledger, day: int, known: int | None = None) -> Holdings:
    """Return who holds what at the close of a day, in columns."""
    return holdings(ledger, as_of=day_of(day), known_at=known)


def load(ledger: Ledger, lines: Path) -> None:
    """Record a file of JSON Lines, every rule asked."""
    with lines.open("rb") as file:
        loading.load(ledger, file, actor=written.ACTOR)


def between(answer: Holdings, size: int) -> tuple[Whole, Whole]:
    """Return what each of so many holdings is at least and at most, as others number them."""
    keys = _keys(answer)
    made = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for column, values in zip(made, (answer.low, answer.high), strict=True):
        column[keys] = _whole(values, answer)
    return made


def over(ledger: Ledger, days: Sequence[int]) -> HoldingsOverTime:
    """Return who held what at the close of each of several days, as one answer."""
    return holdings_over_time(ledger, map(day_of, days))


def between_over(answer: HoldingsOverTime, size: int) -> tuple[Whole, Whole]:
    """Return what each of so many holdings is at least and at most, day by day."""
    keys = _keys(answer)
    made = np.zeros((len(answer), size), np.int64), np.zeros((len(answer), size), np.int64)
    for matrix, values in zip(made, (answer.low, answer.high), strict=True):
        matrix[:, keys] = _whole(values, answer)
    return made


def statement(ledger: Ledger, holder: int) -> list[AccountLine]:
    """Return all that changed what a holder has, and what there was after it, as rows."""
    return [*account(ledger, written.name_of(holder), as_of=day_of(DAYS))]


def ends_of_days(rows: Sequence[AccountLine]) -> list[tuple[int, int, int]]:
    """Return what there was of each class at the end of each day that changed it; an open day is its last."""
    found: dict[tuple[int, int], int] = {}
    held = [0] * len(CLASSES)
    for row in sorted(rows, key=lambda row: row.effective_on.latest):
        day, stock_class = (row.effective_on.latest - FOUNDED).days, CLASSES.index(row.stock_class)
        held[stock_class] += int(str(row.change))
        found[day, stock_class] = held[stock_class]
    return [(day, stock_class, shares) for (day, stock_class), shares in sorted(found.items())]


def _keys(answer: Holdings | HoldingsOverTime) -> Whole:
    classes = np.array([CLASSES.index(each) for each in answer.class_ids])
    return holding(_numbers(answer.holder_ids)[answer.holders], classes[answer.classes])


def _numbers(names: Sequence[str]) -> Whole:
    return np.array([*map(number_of, names)], np.int64)


def number_of(name: str) -> int:
    """Return which holder a name is that of."""
    return int(name[2:])


def _whole(values: Any, answer: Holdings | HoldingsOverTime) -> Whole:
    shares, rest = np.divmod(values, answer.steps)
    if np.any(rest):
        raise TypeError("there are no fractions of shares in this history")
    whole: Whole = shares.astype(np.int64)
    return whole
