"""What is asked of the ledger, by its public functions alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.any_date.fold import holding
from benchmarks.any_date.issuer import CLASSES, Whole, day_of
from ledger import Ledger
from projections.holdings import Holdings, holdings


def at(ledger: Ledger, day: int, known: int | None = None) -> Holdings:
    """Return who holds what at the close of a day, in columns."""
    return holdings(ledger, as_of=day_of(day), known_at=known)


def between(answer: Holdings, size: int) -> tuple[Whole, Whole]:
    """Return what each of so many holdings is at least and at most, as others number them."""
    keys = _keys(answer)
    made = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for column, values in zip(made, (answer.low, answer.high), strict=True):
        column[keys] = _whole(values, answer)
    return made


def _keys(answer: Holdings) -> Whole:
    classes = np.array([CLASSES.index(each) for each in answer.class_ids])
    return holding(_numbers(answer.holder_ids)[answer.holders], classes[answer.classes])


def _numbers(names: Sequence[str]) -> Whole:
    return np.array([*map(number_of, names)], np.int64)


def number_of(name: str) -> int:
    """Return which holder a name is that of."""
    return int(name[2:])


def _whole(values: Any, answer: Holdings) -> Whole:
    shares, rest = np.divmod(values, answer.steps)
    if np.any(rest):
        raise TypeError("there are no fractions of shares in this history")
    whole: Whole = shares.astype(np.int64)
    return whole
