"""A table as Arrow columns, made of plain buffers by nanoarrow, for every library that speaks Arrow."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import needed
from ledger.quantities import PLACES
from projections.frame import Frame, Kind, Series

if TYPE_CHECKING:
    import nanoarrow  # type: ignore[import-untyped]  # the library has no types

DIGITS: Final = 38
"""What a decimal of 128 bits holds."""
_WIDTH: Final = 16
_EPOCH: Final = date(1970, 1, 1)
_FIRST_INSTANT: Final = datetime(1970, 1, 1)


def table(frame: Frame) -> nanoarrow.Array:
    """Return an Arrow array of structs, a field for each column, that can be read any number of times.

    Raises:
        LibraryMissing: nanoarrow is not installed.
    """
    return together(frame.series(), len(frame.lines))


def together(series: Iterable[Series], count: int) -> nanoarrow.Array:
    """Return an Arrow array of structs of columns that have so many values each.

    Raises:
        LibraryMissing: nanoarrow is not installed.
    """
    library: Any = needed("nanoarrow", "arrow", "for Arrow tables")
    columns = {each.name: _column(library, each) for each in series}
    schema = library.struct({name: column.schema for name, column in columns.items()})
    made = library.c_array_from_buffers(schema, count, [None], children=list(columns.values()))
    return library.Array(made)


def is_decimal(series: Series) -> bool:
    """Whether every quantity of a column is a decimal that Arrow holds."""
    return series.is_decimal and all(value is None or abs(value) < 10**DIGITS for value in series.values)


def _column(library: Any, series: Series) -> Any:
    """Return a column; what Arrow has no exact number for is text."""
    values: Sequence[Any] = series.values
    data: list[Any]
    match series.kind:
        case Kind.QUANTITY if is_decimal(series):
            kind, data = library.decimal128(DIGITS, PLACES), [_bytes(values, _as_decimal)]
        case Kind.TEXT | Kind.QUANTITY | Kind.PART:
            values = values if series.kind is Kind.TEXT else series.text()
            kind, data = library.string(), _text(values)
        case Kind.FLAG:
            kind, data = library.bool_(), [_bits(value is True for value in values)]
        case Kind.WHOLE:
            kind, data = library.int64(), [array("q", (value or 0 for value in values))]
        case Kind.DAY:
            kind, data = library.date32(), [array("i", map(_day_number, values))]
        case Kind.INSTANT:
            kind, data = library.timestamp("us"), [array("q", map(_microseconds, values))]
    missing = sum(value is None for value in values)
    present = _bits(value is not None for value in values) if missing else None
    return library.c_array_from_buffers(kind, len(values), [present, *data], null_count=missing)


def _bytes(values: Iterable[Any], one: Callable[[Any], bytes]) -> bytes:
    return b"".join(map(one, values))


def _as_decimal(units: int | None) -> bytes:
    return (units or 0).to_bytes(_WIDTH, "little", signed=True)


def _text(values: Iterable[str | None]) -> list[Any]:
    """Return where each text begins, and all texts after one another."""
    texts = [(value or "").encode() for value in values]
    return [array("i", accumulate(map(len, texts), initial=0)), b"".join(texts)]


def _bits(values: Iterable[bool]) -> bytes:
    bits = bytearray()
    for place, value in enumerate(values):
        if not place % 8:
            bits.append(0)
        bits[-1] |= value << place % 8
    return bytes(bits)


def _day_number(on: date | None) -> int:
    return 0 if on is None else (on - _EPOCH).days


def _microseconds(at: datetime | None) -> int:
    return 0 if at is None else (at - _FIRST_INSTANT) // timedelta(microseconds=1)
