"""Columns of NumPy as an Arrow table: no row is made for it, and a quantity becomes an exact decimal."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.errors import needed
from ledger.quantities import PLACES, SCALE
from projections.arrow import DIGITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import nanoarrow  # type: ignore[import-untyped]  # the library has no types
    from numpy.typing import NDArray

    from projections.holdings import Holdings
    from projections.holdings_over_time import HoldingsOverTime

_EPOCH: Final = date(1970, 1, 1).toordinal()
_HALF: Final = 32
_LOWER: Final = (1 << _HALF) - 1
_SCALE_ABOVE, _SCALE_BELOW = divmod(SCALE, 1 << _HALF)

Buffers = tuple[str, list[Any]]
"""What a column is, and the buffers after the one that says what is missing; nothing is."""


def table(count: int, columns: Mapping[str, Buffers]) -> nanoarrow.Array:
    """Return an Arrow array of structs of columns that have so many values each.

    Raises:
        LibraryMissing: nanoarrow is not installed.
    """
    library: Any = needed("nanoarrow", "arrow", "for Arrow tables")
    kinds = {
        "text": library.string(),
        "day": library.date32(),
        "whole": library.int64(),
        "quantity": library.decimal128(DIGITS, PLACES),
    }
    children = [
        library.c_array_from_buffers(kinds[kind], count, [None, *data], null_count=0)
        for kind, data in columns.values()
    ]
    schema = library.struct({name: kinds[kind] for name, (kind, _) in columns.items()})
    return library.Array(library.c_array_from_buffers(schema, count, [None], children=children))


def held(
    view: Holdings | HoldingsOverTime,
    as_of: Buffers,
    classes: NDArray[np.int32],
    holders: NDArray[np.int32],
    low: NDArray[np.int64],
    high: NDArray[np.int64] | None,
) -> nanoarrow.Array:
    """Return a line for each holding.

    Args:
        view: Whose holdings, and what the numbers of classes and holders mean.
        as_of: The day of each.
        classes: Number of the class of each.
        holders: Number of its holder.
        low: How many whole shares it is at least.
        high: How many at most; the same where not given.

    Raises:
        LibraryMissing: nanoarrow is not installed.
    """
    count, least = len(low), shares(low)
    columns = {
        "issuer": same_text(str(view.issuer), count),
        "as_of": as_of,
        "known": same_whole(view.known, count),
        "holder": texts(view.holder_ids, holders),
        "stock_class": texts(view.class_ids, classes),
        "shares_low": least,
        "shares_high": least if high is None else shares(high),
    }
    return table(count, columns)


def same_text(text: str, count: int) -> Buffers:
    """Return a column that says the same on every line."""
    said = text.encode()
    return "text", [np.arange(count + 1, dtype=np.int32) * np.int32(len(said)), said * count]


def same_whole(number: int, count: int) -> Buffers:
    """Return a column of the same whole number on every line."""
    return "whole", [np.full(count, number, np.int64)]


def days(on: Sequence[date], numbers: NDArray[Any]) -> Buffers:
    """Return a column of days, by their numbers."""
    return "day", [np.asarray([each.toordinal() - _EPOCH for each in on], np.int32).take(numbers)]


def texts(names: Sequence[str], numbers: NDArray[np.int32]) -> Buffers:
    """Return a column of names, which are of ASCII and without a zero, by their numbers."""
    padded = np.asarray([*names], "S")  # all as long as the longest, with zeros behind
    ends = np.zeros(len(numbers) + 1, np.int32)
    np.cumsum(np.strings.str_len(padded).take(numbers), out=ends[1:])
    letters = padded.take(numbers).view(np.uint8)
    return "text", [ends, letters[letters != 0]]


def shares(whole: NDArray[np.int64]) -> Buffers:
    """Return a column of whole shares as decimals, in 128 bits: each number of 64 bits times 10¹⁰."""
    above, below = whole >> _HALF, whole & _LOWER
    lowest = below.astype(np.uint64) * np.uint64(_SCALE_BELOW)
    middle = below * _SCALE_ABOVE + above * _SCALE_BELOW + (lowest >> np.uint64(_HALF)).astype(np.int64)
    halves = np.empty((len(whole), 2), np.int64)
    halves[:, 0] = (middle << _HALF) | (lowest & np.uint64(_LOWER)).astype(np.int64)
    halves[:, 1] = above * _SCALE_ABOVE + (middle >> _HALF)
    return "quantity", [halves]
