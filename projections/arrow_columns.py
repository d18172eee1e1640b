"""Columns of NumPy as an Arrow table: no row is made for it, and a quantity becomes an exact decimal."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.errors import needed
from ledger.quantities import PLACES, SCALE
from projections.arrow import DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import nanoarrow  # type: ignore[import-untyped]  # the library has no types
    from numpy.typing import NDArray

_EPOCH: Final = date(1970, 1, 1).toordinal()
_HALF: Final = 32
_LOWER: Final = (1 << _HALF) - 1
_SCALE_ABOVE, _SCALE_BELOW = divmod(SCALE, 1 << _HALF)

Buffers = tuple[str, list[Any]]
"""What a column is, and the buffers after the one that says what is missing; nothing is."""


def table(parts: Iterable[tuple[int, Mapping[str, Buffers]]]) -> nanoarrow.Array:
    """Return an Arrow array of structs, in as many parts as are given; there is at least one.

    Args:
        parts: Of each how many lines it has, and its columns, which are of the same kinds in all.

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
    schema, made = None, []
    for count, columns in parts:
        schema = library.c_schema(library.struct({name: kinds[kind] for name, (kind, _) in columns.items()}))
        children = [
            library.c_array_from_buffers(kinds[kind], count, [None, *data], null_count=0)
            for kind, data in columns.values()
        ]
        made.append(library.c_array_from_buffers(schema, count, [None], children=children))
    if len(made) == 1:
        return library.Array(made[0])
    return library.Array(library.c_array_stream.CArrayStream.from_c_arrays(made, schema))


def same_text(text: str, count: int) -> Buffers:
    """Return a column that says the same on every line."""
    said = text.encode()
    return "text", [np.arange(count + 1, dtype=np.int32) * np.int32(len(said)), said * count]


def same_whole(number: int, count: int) -> Buffers:
    """Return a column of the same whole number on every line."""
    return "whole", [np.full(count, number, np.int64)]


def same_day(on: date, count: int) -> Buffers:
    """Return a column of the same day on every line."""
    return "day", [np.full(count, on.toordinal() - _EPOCH, np.int32)]


def texts(names: Sequence[str], numbers: NDArray[np.int32]) -> Buffers:
    """Return a column of names, by their numbers."""
    said = [*map(names.__getitem__, numbers.tolist())]
    ends = np.zeros(len(said) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, said), np.int32, len(said)), out=ends[1:])
    return "text", [ends, "".join(said).encode("ascii")]


def shares(whole: NDArray[np.int64]) -> Buffers:
    """Return a column of whole shares as decimals, in 128 bits: each number of 64 bits times 10¹⁰."""
    above, below = whole >> _HALF, whole & _LOWER
    lowest = below.astype(np.uint64) * np.uint64(_SCALE_BELOW)
    middle = below * _SCALE_ABOVE + above * _SCALE_BELOW + (lowest >> np.uint64(_HALF)).astype(np.int64)
    halves = np.empty((len(whole), 2), np.int64)
    halves[:, 0] = (middle << _HALF) | (lowest & np.uint64(_LOWER)).astype(np.int64)
    halves[:, 1] = above * _SCALE_ABOVE + (middle >> _HALF)
    return "quantity", [halves]
